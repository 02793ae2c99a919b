//! From rows to samples: the boosts of a partnership are added day by day.
//!
//! Owns: what makes a sum absent, and that a boost inside another is not counted twice.
//! Refuses: a sum over what is not known: one boost of a day that does not name a number leaves the day without it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::insights::{Row, Told};
use super::{Account, Asked, Fetched, Harvest, METRICS, RESTATED_DAYS, SourceError, absent, garbled, series};
use crate::domain::ids::Subject;
use crate::domain::metric::{Metric, Unit};
use crate::domain::sample::{Absence, Form, Missing, Sample};

/// Tells what was read, and why the rest is missing. `error` is what ended the reading.
pub(super) fn tell(
    asked: &Asked,
    harvest: &Harvest,
    account: Option<&Account>,
    error: Option<&SourceError>,
    now: Timestamp,
    out: &mut Fetched,
) {
    for (subject, ids) in asked.subjects() {
        let living: BTreeSet<&str> = ids.iter().copied().filter(|id| !harvest.gone.contains(*id)).collect();
        let read = living.iter().all(|id| harvest.done.contains(*id));
        match (account, error) {
            (Some(_), _) if living.is_empty() => absent(subject, Absence::Gone, now, out),
            (Some(account), _) if read => {
                let one = One { subject, ids: &ids, harvest, account, error, now };
                one.tell(out);
            }
            (_, Some(error)) => absent(subject, error.absence(), now, out),
            (_, None) => absent(subject, Absence::NotYet, now, out),
        }
    }
}

/// One subject.
struct One<'a> {
    subject: &'a Subject,
    ids: &'a BTreeSet<&'a str>,
    harvest: &'a Harvest,
    account: &'a Account,
    error: Option<&'a SourceError>,
    now: Timestamp,
}

impl One<'_> {
    fn tell(&self, out: &mut Fetched) {
        let mut by_day: BTreeMap<Date, Vec<&Row>> = BTreeMap::new();
        for ((id, day), row) in &self.harvest.days {
            let inside = row.parents.iter().any(|parent| self.ids.contains(parent.as_str()));
            if self.ids.contains(id.as_str()) && !inside {
                by_day.entry(*day).or_default().push(row);
            }
        }
        for metric in METRICS {
            if metric == Metric::Reach {
                self.reach(out);
            } else {
                self.amounts(metric, &by_day, out);
            }
        }
    }

    fn missing(&self, metric: Metric, why: Absence, out: &mut Fetched) {
        out.missing.push(Missing { series: series(self.subject, metric), why, at: self.now });
    }

    fn amounts(&self, metric: Metric, by_day: &BTreeMap<Date, Vec<&Row>>, out: &mut Fetched) {
        let mut spoilt = false;
        let before = out.samples.len();
        for (day, rows) in by_day {
            match self.sum(metric, rows) {
                Ok(Some(value)) => out.samples.extend(self.sample(metric, *day, value)),
                Ok(None) => {}
                Err(fault) => {
                    spoilt = true;
                    out.fail(garbled(fault));
                }
            }
        }
        if spoilt {
            self.missing(metric, Absence::Garbled, out);
        } else if out.samples.len() == before {
            // Orders are unknown also where the question whether they are counted was not answered.
            let why = match self.error {
                Some(error) if !by_day.is_empty() => error.absence(),
                _ => Absence::NotYet,
            };
            self.missing(metric, why, out);
        }
    }

    fn sum(&self, metric: Metric, rows: &[&Row]) -> Told {
        let mut sum = 0_i64;
        for row in rows {
            let Some(value) = self.value(metric, row)? else { return Ok(None) };
            sum = sum.saturating_add(value);
        }
        Ok(Some(sum))
    }

    /// What a row says, or what its silence means.
    fn value(&self, metric: Metric, row: &Row) -> Told {
        let told = match metric {
            Metric::Impressions => &row.impressions,
            Metric::Clicks => &row.clicks,
            Metric::Spend => &row.spend,
            Metric::Views => &row.views,
            Metric::Orders => &row.orders,
            Metric::Revenue => &row.revenue,
            _ => return Ok(None),
        };
        // A day without purchases, at an account that is known to count them.
        let none = self.harvest.counts && matches!(row.orders, Ok(None | Some(0)));
        match (metric, told) {
            (Metric::Orders | Metric::Revenue, Ok(None)) if none => Ok(Some(0)),
            (_, told) => told.clone(),
        }
    }

    fn sample(&self, metric: Metric, day: Date, value: i64) -> Option<Sample> {
        let start = |day: Date| Some(day.to_zoned(self.account.zone.clone()).ok()?.timestamp());
        let form = Form::Amount { from: start(day)?, until: start(day.tomorrow().ok()?)? };
        let settled = day.checked_add((RESTATED_DAYS + 1).days()).ok().and_then(start);
        Some(Sample {
            series: series(self.subject, metric),
            value,
            currency: (metric.unit() == Unit::Money).then_some(self.account.currency),
            form,
            known_at: self.now,
            provisional: settled.is_none_or(|settled| self.now < settled),
            self_reported: false,
        })
    }

    /// Everybody a boost has reached so far: only where there is one.
    fn reach(&self, out: &mut Fetched) {
        let mut ids = self.ids.iter();
        let (Some(id), None) = (ids.next(), ids.next()) else {
            // The platform could tell it only for all of them together, which is no object of its own.
            return self.missing(Metric::Reach, Absence::Hidden, out);
        };
        match self.harvest.reach.get(*id) {
            Some(Ok(Some(value))) => out.samples.push(Sample {
                series: series(self.subject, Metric::Reach),
                value: *value,
                currency: None,
                form: Form::Total { at: self.now },
                known_at: self.now,
                provisional: true,
                self_reported: false,
            }),
            Some(Err(fault)) => {
                out.fail(garbled(fault.clone()));
                self.missing(Metric::Reach, Absence::Garbled, out);
            }
            Some(Ok(None)) | None => {
                let unasked = !self.harvest.reached.contains(*id);
                let why = match self.error {
                    Some(error) if unasked => error.absence(),
                    None if unasked => Absence::QuotaSpent,
                    _ => Absence::NotYet,
                };
                self.missing(Metric::Reach, why, out);
            }
        }
    }
}
