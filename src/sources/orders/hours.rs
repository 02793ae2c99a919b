//! Which hours have to be read, what was read of them, and the samples they become.
//!
//! Owns: that an hour without an order is a 0 only when the shop answered for the whole of it, and that nothing is said
//! before every hour that was owed has been read: a sum over hours with a hole in it would be too small and look whole.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::super::Fetched;
use super::super::json::Garbled;
use super::came::OF_WAYS;
use super::{Came, Row, Ways, hour_of, start_of};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::{Metric, Unit};
use crate::domain::money::Currency;
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};

/// Hours between owed ones that are read again as well: a few orders more cost less than a question more.
const BRIDGE: i64 = 6;

/// Hours after which a shop that has not worked out how a buyer came does not any more.
const WORKED_OUT: i64 = 24;

/// Who is asked about.
#[derive(Debug, Default)]
pub(in crate::sources) struct Asked {
    /// Whether the shop can tell how buyers came.
    pub ways: bool,
    /// Who wants the numbers of the whole shop.
    pub whole: Vec<Subject>,
    /// Who owns a code; the code as [`super::fold`] makes it.
    pub codes: BTreeMap<String, Vec<Subject>>,
}

/// What is said of a whole shop.
pub(in crate::sources) const OF_SHOP: [Metric; 3] = [Metric::Orders, Metric::Revenue, Metric::Refunds];

/// What is said of whoever owns codes.
pub const OF_CODES: [Metric; 4] = [Metric::Orders, Metric::Redemptions, Metric::Revenue, Metric::Refunds];

/// The same where the shop tells how buyers came.
pub const OF_CODES_AND_WAYS: [Metric; 8] = {
    let ([orders, redemptions, revenue, refunds], [own, typed, listed, elsewhere]) = (OF_CODES, OF_WAYS);
    [orders, redemptions, revenue, refunds, own, typed, listed, elsewhere]
};

impl Asked {
    /// Every subject once, with its codes; none for the whole shop.
    fn subjects(&self) -> BTreeMap<&Subject, Vec<&str>> {
        let mut subjects: BTreeMap<&Subject, Vec<&str>> = BTreeMap::new();
        for subject in &self.whole {
            subjects.entry(subject).or_default();
        }
        for (code, owners) in &self.codes {
            for owner in owners {
                subjects.entry(owner).or_default().push(code);
            }
        }
        subjects
    }

    /// Whose codes an order used, once for each code.
    pub fn owners<'a>(&'a self, row: &Row) -> impl Iterator<Item = &'a Subject> {
        row.codes.as_deref().unwrap_or_default().iter().filter_map(|code| self.codes.get(code)).flatten()
    }

    /// Says of every series why there is none.
    pub fn absent(&self, why: Absence, at: Timestamp, out: &mut Fetched) {
        for (subject, codes) in self.subjects() {
            for metric in self.metrics(&codes) {
                out.missing.push(Missing { series: series(subject, *metric), why, at });
            }
        }
    }

    fn metrics(&self, codes: &[&str]) -> &'static [Metric] {
        match (codes, self.ways) {
            ([], _) => &OF_SHOP,
            (_, true) => &OF_CODES_AND_WAYS,
            (_, false) => &OF_CODES,
        }
    }
}

fn series(subject: &Subject, metric: Metric) -> SeriesKey {
    SeriesKey { subject: subject.clone(), metric, platform: Platform::Shop }
}

/// What one source remembers between polls. A restart forgets it, and reads the last days again.
#[derive(Debug, Default)]
pub(in crate::sources) struct Memory {
    /// Until when changes of orders have been looked at.
    pub scanned: Option<Timestamp>,
    /// Hours to be read.
    pub owed: BTreeSet<i64>,
    /// Hours that were read and not yet told.
    pub read: BTreeMap<i64, Vec<Row>>,
    /// Who has been asked about: whoever is new owes the past as well.
    pub known: BTreeSet<(Option<String>, Subject)>,
    /// Codes that the operators have been told do not exist.
    pub told_gone: BTreeSet<String>,
    /// What the shop's books are in.
    pub currency: Option<Currency>,
    /// Hours before the open one that may still change by themselves, however often they were read.
    pub unsettled: i64,
    /// What the sites are taken for that sent somebody.
    pub ways: Ways,
}

impl Memory {
    /// Notes who is asked about; whether somebody is new.
    fn meet(&mut self, asked: &Asked) -> bool {
        let whole = asked.whole.iter().map(|subject| (None, subject.clone()));
        let owned = asked
            .codes
            .iter()
            .flat_map(|(code, owners)| owners.iter().map(move |owner| (Some(code.clone()), owner.clone())));
        let now: BTreeSet<(Option<String>, Subject)> = whole.chain(owned).collect();
        let new = !now.is_subset(&self.known);
        self.known = now;
        new
    }

    /// The hours that are due whatever happened: those since the last look and `overlap` before it, and for somebody new
    /// all of `back`.
    pub fn owe(&mut self, asked: &Asked, now: Timestamp, back: SignedDuration, overlap: SignedDuration) {
        let new = self.meet(asked);
        let since = match self.scanned {
            Some(scanned) if !new => scanned.saturating_sub(overlap).unwrap_or(scanned),
            Some(_) | None => now.saturating_sub(back).unwrap_or(Timestamp::MIN),
        };
        self.owed.extend(hour_of(since)..=hour_of(now));
    }

    /// Since when changes are looked for: the last look and `overlap` before it, at first `back`.
    pub fn since(&self, now: Timestamp, back: SignedDuration, overlap: SignedDuration) -> Timestamp {
        let since = match self.scanned {
            Some(scanned) => scanned.saturating_sub(overlap),
            None => now.saturating_sub(back),
        };
        super::whole_second(since.unwrap_or(Timestamp::MIN))
    }

    /// Notes which codes the shop does not have; the operators are told once of each.
    pub fn note_gone(&mut self, gone: &BTreeSet<String>) {
        for code in gone.difference(&self.told_gone) {
            tracing::warn!(code, "the shop has no such discount code; its numbers are absent");
        }
        self.told_gone.clone_from(gone);
    }

    /// The owed hours as spans `from ≤ hour < until`, near ones in one.
    pub fn runs(&self) -> Vec<(i64, i64)> {
        let mut runs: Vec<(i64, i64)> = Vec::new();
        for hour in &self.owed {
            match runs.last_mut() {
                Some(run) if *hour - run.1 <= BRIDGE => run.1 = hour + 1,
                _ => runs.push((*hour, hour + 1)),
            }
        }
        runs
    }

    /// The hours of a span have been read, each to its end.
    pub fn keep(&mut self, from: i64, until: i64, rows: &mut Vec<Row>) {
        for hour in from..until {
            self.owed.remove(&hour);
            self.read.insert(hour, Vec::new());
        }
        let (done, left) = rows.drain(..).partition(|row| (from..until).contains(&row.hour));
        *rows = left;
        for row in done {
            self.read.entry(row.hour).or_default().push(row);
        }
    }

    /// Tells what was read. Call it only when nothing is owed. Hours with something garbled stay owed, and so does the
    /// telling of all of them. Answers the first garbled place.
    pub fn tell(
        &mut self,
        asked: &Asked,
        gone: &BTreeSet<String>,
        now: Timestamp,
        out: &mut Fetched,
    ) -> Option<Garbled> {
        let faults = Faults::of(&self.read);
        let tally = Tally::of(&self.read, asked, &mut self.ways);
        let later = self.not_worked_out(now);
        for (subject, codes) in asked.subjects() {
            let gone =
                !codes.is_empty() && codes.iter().all(|code| gone.contains(*code)) && !tally.seen.contains(subject);
            for metric in asked.metrics(&codes) {
                let why = if faults.spoil(*metric, !codes.is_empty()) {
                    Some(Absence::Garbled)
                } else if gone {
                    Some(Absence::Gone)
                } else if OF_WAYS.contains(metric) {
                    tally.unknown(subject)
                } else {
                    None
                };
                match why {
                    Some(why) => out.missing.push(Missing { series: series(subject, *metric), why, at: now }),
                    None => self.samples(subject, *metric, &tally, now, out),
                }
            }
        }
        let Some(first) = faults.first else {
            self.read.clear();
            self.owed.extend(later);
            return None;
        };
        for hour in faults.hours {
            self.read.remove(&hour);
            self.owed.insert(hour);
        }
        Some(first)
    }

    /// Hours with an order of which the shop will know later how its buyer came.
    fn not_worked_out(&self, now: Timestamp) -> BTreeSet<i64> {
        let waits = |row: &&Row| row.came == Ok(Came::Unknown(Absence::NotYet)) && hour_of(now) - row.hour < WORKED_OUT;
        self.read.values().flatten().filter(waits).map(|row| row.hour).collect()
    }

    fn samples(&self, subject: &Subject, metric: Metric, tally: &Tally<'_>, now: Timestamp, out: &mut Fetched) {
        let currency = if metric.unit() == Unit::Money { self.currency } else { None };
        out.samples.extend(self.read.keys().map(|hour| Sample {
            series: series(subject, metric),
            value: tally.sums.get(&(subject, metric, *hour)).copied().unwrap_or(0),
            currency,
            form: Form::Amount { from: start_of(*hour), until: start_of(hour + 1) },
            known_at: now,
            provisional: hour_of(now) - self.unsettled <= *hour,
            self_reported: false,
        }));
    }
}

/// What could not be read.
#[derive(Debug, Default)]
struct Faults {
    first: Option<Garbled>,
    hours: BTreeSet<i64>,
    parts: BTreeSet<Part>,
}

/// A part of an order that numbers are made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Counts,
    Codes,
    Revenue,
    Refunded,
    Came,
}

impl Faults {
    fn of(read: &BTreeMap<i64, Vec<Row>>) -> Self {
        let mut faults = Self::default();
        for row in read.values().flatten() {
            let Some(first) = row.fault() else { continue };
            faults.first.get_or_insert_with(|| first.clone());
            faults.hours.insert(row.hour);
            let broken = [
                (Part::Counts, row.counts.is_err()),
                (Part::Codes, row.codes.is_err()),
                (Part::Revenue, row.revenue.is_err()),
                (Part::Refunded, row.refunded.is_err()),
                (Part::Came, row.came.is_err()),
            ];
            faults.parts.extend(broken.iter().filter(|part| part.1).map(|part| part.0));
        }
        faults
    }

    fn spoil(&self, metric: Metric, by_code: bool) -> bool {
        self.parts.iter().any(|part| match part {
            Part::Counts => true,
            Part::Codes => by_code,
            Part::Revenue => metric == Metric::Revenue,
            Part::Refunded => metric == Metric::Refunds,
            Part::Came => OF_WAYS.contains(&metric),
        })
    }
}

/// The sums, by whose, of what and when.
#[derive(Debug, Default)]
struct Tally<'a> {
    sums: BTreeMap<(&'a Subject, Metric, i64), i64>,
    seen: BTreeSet<&'a Subject>,
    /// Whose buyers came in a known way.
    known: BTreeSet<&'a Subject>,
    /// Whose did not, and why.
    unknown: BTreeMap<&'a Subject, Absence>,
}

impl<'a> Tally<'a> {
    /// An order is credited once: to whoever owns the first of its codes that anybody owns. Every use of a code counts as
    /// a redemption of its owner.
    fn of(read: &BTreeMap<i64, Vec<Row>>, asked: &'a Asked, ways: &mut Ways) -> Self {
        let mut tally = Self::default();
        let orders = || read.values().flatten().filter(|row| matches!(row.counts, Ok(true)));
        for row in orders() {
            let Ok(Came::By(visit)) = &row.came else { continue };
            asked.owners(row).for_each(|subject| ways.note(visit, subject));
        }
        for row in orders() {
            for subject in &asked.whole {
                tally.add_order(subject, row);
            }
            for subject in asked.owners(row) {
                tally.seen.insert(subject);
                tally.add(subject, Metric::Redemptions, row.hour, 1);
                tally.add_way(subject, row, ways);
            }
            let codes = row.codes.as_deref().unwrap_or_default();
            let first = codes.iter().find_map(|code| asked.codes.get(code));
            for subject in first.into_iter().flatten() {
                tally.add_order(subject, row);
            }
        }
        tally
    }

    /// How the buyer came, where that is known.
    fn add_way(&mut self, subject: &'a Subject, row: &Row, ways: &Ways) {
        match &row.came {
            Ok(Came::By(visit)) => {
                self.known.insert(subject);
                self.add(subject, ways.of(visit, subject).metric(), row.hour, 1);
            }
            Ok(Came::Unknown(why)) => {
                self.unknown.entry(subject).or_insert(*why);
            }
            Ok(Came::Unasked) | Err(_) => {
                self.unknown.entry(subject).or_insert(Absence::NotYet);
            }
        }
    }

    /// Why nothing is known of how a subject's buyers came; `None` where something is, or there were none.
    fn unknown(&self, subject: &Subject) -> Option<Absence> {
        self.unknown.get(subject).copied().filter(|_| !self.known.contains(subject))
    }

    fn add_order(&mut self, subject: &'a Subject, row: &Row) {
        self.add(subject, Metric::Orders, row.hour, 1);
        self.add(subject, Metric::Revenue, row.hour, *row.revenue.as_ref().unwrap_or(&0));
        self.add(subject, Metric::Refunds, row.hour, i64::from(row.refunded == Ok(true)));
    }

    fn add(&mut self, subject: &'a Subject, metric: Metric, hour: i64, value: i64) {
        let sum = self.sums.entry((subject, metric, hour)).or_insert(0);
        *sum = sum.saturating_add(value);
    }
}
