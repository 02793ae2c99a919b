//! What was agreed, version by version: which limit was in force on a day, and when a deal became another one.
//!
//! **A limit** counts from the first midnight (in the campaign's zone) after it was applied: what is spent on a day is held
//! against the limit that day began with, fixed beforehand. The first version counts from the beginning.
//!
//! **A changed deal** is one in which the price of what is promised changed: the commission, the pay per thousand views, or
//! the fee, platform or format of a promised piece. It starts a new test, from the same midnight on. Another target is a
//! new limit and no new deal. A piece that is added, moved, held, cancelled or out, another code or link, and a boost that is
//! stopped or goes on change neither: what was seen so far still says how well this deal does.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::add_targets;
use crate::domain::document::{Document, PartnershipRef, Targets};
use crate::domain::ids::{CampaignId, DeliverableId, Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::domain::written::Percent;
use crate::rules::judge::Regime;

/// Something that was said, and when.
type Said<T> = Vec<(Timestamp, T)>;

/// What a share of a sale and a thousand views cost.
type Pay = (Option<Percent>, Option<Money>);

/// What a piece is, and its price.
type Promise = (Money, Platform, String);

/// Every version of what deals turn on, oldest first; only where it differs from the one before.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    campaigns: BTreeMap<CampaignId, Said<Targets>>,
    partnerships: BTreeMap<PartnershipRef, Said<Targets>>,
    pay: BTreeMap<PartnershipRef, Said<Pay>>,
    pieces: BTreeMap<PartnershipRef, BTreeMap<DeliverableId, Said<Promise>>>,
}

fn note<T: PartialEq>(said: &mut Said<T>, at: Timestamp, what: T) {
    if said.last().is_none_or(|(_, last)| *last != what) {
        said.push((at, what));
    }
}

impl Terms {
    /// Takes a version in, applied at `at`; each document's in the order of their versions.
    pub fn note(&mut self, document: &Document, at: Timestamp) {
        match document {
            Document::Campaign(one) => {
                note(self.campaigns.entry(one.id.clone()).or_default(), at, one.target.clone());
            }
            Document::Partnership(one) => {
                let key = PartnershipRef { campaign: one.campaign.clone(), creator: one.creator.clone() };
                note(self.partnerships.entry(key.clone()).or_default(), at, one.target.clone());
                note(self.pay.entry(key).or_default(), at, (one.commission, one.per_thousand_views));
            }
            Document::Deliverable(one) => {
                let pieces = self.pieces.entry(one.partnership.clone()).or_default();
                let promise = (one.fee, one.platform, one.format.clone());
                note(pieces.entry(one.id.clone()).or_default(), at, promise);
            }
            Document::Brand(_)
            | Document::Creator(_)
            | Document::Boost(_)
            | Document::Rate(_)
            | Document::Program(_)
            | Document::Member(_)
            | Document::Group(_)
            | Document::Room(_) => {}
        }
    }

    /// The stretches of a deal that differ in limit or test, oldest first; none where nothing changed since it began.
    #[must_use]
    pub fn regimes(&self, subject: &Subject, zone: &TimeZone, deal: (Timestamp, Timestamp)) -> Vec<Regime> {
        let (campaign, partnership) = match subject {
            Subject::Campaign(campaign) => (campaign, None),
            Subject::Partnership(campaign, creator) => {
                (campaign, Some(PartnershipRef { campaign: campaign.clone(), creator: creator.clone() }))
            }
            Subject::Brand(_) | Subject::Creator(_) | Subject::Post(..) => return Vec::new(),
        };
        let of_campaign = self.campaigns.get(campaign);
        let of_partnership = partnership.as_ref().and_then(|key| self.partnerships.get(key));
        let from = |at: Timestamp| after_midnight(at, zone).filter(|from| deal.0 < *from && *from < deal.1);
        let limits: BTreeSet<Timestamp> =
            [of_campaign, of_partnership].into_iter().flatten().flat_map(later).filter_map(from).collect();
        let tests: BTreeSet<Timestamp> =
            partnership.iter().flat_map(|key| self.changes(key)).filter_map(from).collect();
        if limits.is_empty() && tests.is_empty() {
            return Vec::new();
        }
        let mut test = 1_u32;
        std::iter::once(deal.0)
            .chain(limits.union(&tests).copied())
            .map(|from| {
                test = test.saturating_add(u32::from(tests.contains(&from)));
                let mut targets: BTreeMap<Metric, f64> = BTreeMap::new();
                for said in [of_campaign, of_partnership].into_iter().flatten() {
                    if let Some(then) = in_force(said, from, zone) {
                        add_targets(then, &mut targets);
                    }
                }
                Regime { from, targets, test }
            })
            .collect()
    }

    /// When the price of something in a deal was changed.
    fn changes(&self, key: &PartnershipRef) -> Vec<Timestamp> {
        let pay = self.pay.get(key).into_iter().flat_map(later);
        let pieces = self.pieces.get(key).into_iter().flat_map(BTreeMap::values).flat_map(later);
        pay.chain(pieces).collect()
    }
}

/// When something was changed: every version but the first.
fn later<T>(said: &Said<T>) -> impl Iterator<Item = Timestamp> {
    said.iter().skip(1).map(|(at, _)| *at)
}

/// What was in force on the day that begins at `day`; the first version from the beginning.
fn in_force<'a, T>(said: &'a Said<T>, day: Timestamp, zone: &TimeZone) -> Option<&'a T> {
    let by_then = said.iter().rev().find(|(at, _)| after_midnight(*at, zone).is_some_and(|from| from <= day));
    by_then.or_else(|| said.first()).map(|(_, what)| what)
}

/// The first midnight after an instant; one at midnight is its own.
fn after_midnight(at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let day = at.to_zoned(zone.clone());
    let begins = day.start_of_day().ok()?;
    if begins.timestamp() == at {
        return Some(at);
    }
    Some(day.date().tomorrow().ok()?.to_zoned(zone.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::Documents;

    fn at(text: &str) -> Timestamp {
        format!("2026-03-{text}Z").parse().expect("an instant")
    }

    fn terms(versions: &[(&str, &str)]) -> Terms {
        let mut terms = Terms::default();
        for (when, text) in versions {
            for document in Documents::from_toml(text).expect("documents").into_list() {
                terms.note(&document, at(when));
            }
        }
        terms
    }

    fn partnership(more: &str) -> String {
        format!("[[partnership]]\ncampaign = \"spring\"\ncreator = \"alma\"\n{more}\n")
    }

    fn piece(more: &str) -> String {
        format!(
            "[[deliverable]]\npartnership = \"spring/alma\"\nid = \"reel-1\"\nplatform = \"instagram\"\n\
             format = \"reel\"\ndue = 2026-03-20\n{more}\n"
        )
    }

    #[track_caller]
    fn check(versions: &[(&str, &str)], want: &[(&str, Option<f64>, u32)]) {
        let zone = TimeZone::get("Europe/Stockholm").expect("a zone");
        let subject = "partnership/spring/alma".parse().expect("a subject");
        let deal = (at("01T23:00:00"), at("30T22:00:00"));
        let got: Vec<(String, Option<f64>, u32)> = terms(versions)
            .regimes(&subject, &zone, deal)
            .into_iter()
            .map(|one| (one.from.to_string(), one.targets.get(&Metric::Cpa).copied(), one.test))
            .collect();
        let want: Vec<(String, Option<f64>, u32)> =
            want.iter().map(|(from, limit, test)| (at(from).to_string(), *limit, *test)).collect();
        assert_eq!(got, want);
    }

    #[test]
    fn a_target_counts_from_the_next_midnight_and_a_price_starts_a_new_test() {
        let first = partnership("target = { cpa = \"45.00 EUR\" }\ncommission = \"10 %\"");
        let (stricter, dearer) = (
            partnership("target = { cpa = \"30.00 EUR\" }\ncommission = \"10 %\""),
            partnership("target = { cpa = \"30.00 EUR\" }\ncommission = \"15 %\""),
        );
        check(&[("01T09:00:00", &first)], &[]);
        // Noon in Stockholm; the day it is changed on keeps the limit it began with.
        check(
            &[("01T09:00:00", &first), ("10T11:00:00", &stricter)],
            &[("01T23:00:00", Some(4_500.0), 1), ("10T23:00:00", Some(3_000.0), 1)],
        );
        check(
            &[("01T09:00:00", &first), ("10T11:00:00", &stricter), ("12T11:00:00", &dearer)],
            &[("01T23:00:00", Some(4_500.0), 1), ("10T23:00:00", Some(3_000.0), 1), ("12T23:00:00", Some(3_000.0), 2)],
        );
        // Put right before the deal began: nothing has changed in it.
        check(&[("01T09:00:00", &first), ("01T10:00:00", &dearer)], &[]);
    }

    #[test]
    fn only_a_price_changes_a_deal() {
        let deal = partnership("");
        let cheap = piece("fee = \"400.00 EUR\"");
        for (later, tests) in [
            (piece("fee = \"500.00 EUR\""), 2),
            (piece("fee = \"400.00 EUR\"").replace("\"reel\"", "\"story\""), 2),
            (piece("fee = \"400.00 EUR\"\nstate = \"live\""), 1),
            (piece("fee = \"400.00 EUR\"").replace("2026-03-20", "2026-03-25"), 1),
            (piece("fee = \"400.00 EUR\"").replace("reel-1", "reel-2"), 1),
            (partnership("codes = [\"ALMA10\"]"), 1),
        ] {
            let versions = [("01T09:00:00", deal.as_str()), ("01T09:00:00", &cheap), ("10T11:00:00", &later)];
            let want: &[(&str, Option<f64>, u32)] =
                if tests == 1 { &[] } else { &[("01T23:00:00", None, 1), ("10T23:00:00", None, 2)] };
            check(&versions, want);
        }
    }
}
