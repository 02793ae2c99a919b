//! The deal's own book: what a deal costs beside what sources report, written down when it falls due.
//!
//! The fee of a piece becomes spend when its post is live, the product on the day it is sent, a commission with the day of
//! its orders, pay per thousand views with the day of its views. What was booked and what sources report as boosting is
//! together what [`cost::accrue`] says is spent, at any instant.
//!
//! Owns: what the book says of each instant, worked out from the documents and from what is known of revenue and views. It
//! is stated again where it differs from what was stated before, so what was corrected or withdrawn is so in every window,
//! and doing it twice is doing it once. Survives: a kill between a document, or a poll, and its entry; the next start, the
//! next change of a deal or the next poll writes it.
//!
//! Of each day the book has the difference between what was earned to its end and what was earned before it, each rounded
//! as the whole is, so that the days add up to the cent. A day nobody has stated yet is in the next one that is. The entry
//! stands at the beginning of its day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::catalog::Catalog;
use super::core::{Core, HISTORY_KEPT, State};
use super::watch;
use crate::domain::cost;
use crate::domain::document::{Deliverable, Partnership, PartnershipRef};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::num;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::rules::readings::{Readings as _, Span, Want};
use crate::store::StoreError;

/// An entry is an amount of one second: an instant, in the words that samples have.
const ENTRY: SignedDuration = SignedDuration::from_secs(1);

/// Writes down what the book does not say yet. Do not hold [`Core::pen`]: what follows is judged.
pub async fn book(core: &Core) -> Result<(), StoreError> {
    let now = core.clock.now();
    let due = due(&*core.state.lock().await, None, now);
    if due.is_empty() { Ok(()) } else { watch::take_booked(core, &due, now).await }
}

/// The same for partnerships whose revenue or views have just been heard of, where they are paid by them.
pub async fn book_heard(core: &Core, samples: &[Sample]) -> Result<(), StoreError> {
    let heard: BTreeSet<&Subject> =
        samples.iter().filter(|one| is_paid_by(one)).map(|one| &one.series.subject).collect();
    if heard.is_empty() {
        return Ok(());
    }
    let now = core.clock.now();
    let due = due(&*core.state.lock().await, Some(&heard), now);
    if due.is_empty() { Ok(()) } else { watch::take_booked(core, &due, now).await }
}

/// Whether a creator may be paid by such a number.
#[must_use]
pub fn is_paid_by(one: &Sample) -> bool {
    let counts = matches!(one.series.metric, Metric::Revenue | Metric::Views) && one.series.platform != Platform::Deal;
    counts && matches!(one.series.subject, Subject::Partnership(..))
}

/// Minor units at an instant: all of it, and what of it waits for a post (fees and the product) as boosting does not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Entry {
    all: i64,
    fees: i64,
}

type Entries = BTreeMap<(Timestamp, Timestamp), Entry>;

/// The entries that differ from what was stated, by series; of these subjects only, where some are named.
fn due(state: &State, only: Option<&BTreeSet<&Subject>>, now: Timestamp) -> Vec<Sample> {
    let oldest = now.checked_sub(HISTORY_KEPT).unwrap_or(Timestamp::MIN);
    let mut due = Vec::new();
    for (key, partnership) in &state.catalog.partnerships {
        let subject = key.subject();
        let paid_by_numbers = partnership.commission.is_some() || partnership.per_thousand_views.is_some();
        if only.is_some_and(|only| !paid_by_numbers || !only.contains(&subject)) {
            continue;
        }
        let about = state.catalog.about(&subject);
        let Some(currency) = about.currency else { continue };
        let mut entries = entries(&state.catalog, key, partnership, &about.zone);
        if let (true, Some((from, _))) = (paid_by_numbers, about.deal) {
            earned(state, (partnership, currency), &about.zone, (std::cmp::max(from, oldest), now), &mut entries);
        }
        for (metric, part) in
            [(Metric::Spend, (|one: &Entry| one.all) as fn(&Entry) -> i64), (Metric::Fees, |one| one.fees)]
        {
            let series = SeriesKey { subject: subject.clone(), metric, platform: Platform::Deal };
            let stated = state.history.amounts(&series);
            let mut wanted: BTreeMap<(Timestamp, Timestamp), i64> =
                entries.iter().map(|(span, entry)| (*span, part(entry))).collect();
            for span in stated.keys() {
                wanted.entry(*span).or_insert(0);
            }
            let differs =
                |(span, value): &(&(Timestamp, Timestamp), &i64)| oldest <= span.0 && stated.get(*span) != Some(*value);
            due.extend(wanted.iter().filter(differs).map(|(span, value)| Sample {
                series: series.clone(),
                value: *value,
                currency: Some(currency),
                form: Form::Amount { from: span.0, until: span.1 },
                known_at: now,
                provisional: false,
                self_reported: false,
            }));
        }
    }
    due
}

fn add(entries: &mut Entries, from: Timestamp, all: i64, fees: i64) {
    let until = from.checked_add(ENTRY).unwrap_or(from);
    let entry = entries.entry((from, until)).or_default();
    entry.all = entry.all.saturating_add(all);
    entry.fees = entry.fees.saturating_add(fees);
}

/// What the book says of a partnership from its documents: pieces that went live at one instant are one entry.
fn entries(catalog: &Catalog, key: &PartnershipRef, partnership: &Partnership, zone: &TimeZone) -> Entries {
    let mut entries = Entries::new();
    for piece in catalog.pieces_in(key) {
        if let Some(from) = went_live(catalog, piece) {
            add(&mut entries, from, piece.fee.minor, piece.fee.minor);
        }
    }
    if let (Some(product), Some(from)) = (partnership.product_cost, cost::shipped_at(partnership, zone)) {
        add(&mut entries, from, product.minor, product.minor);
    }
    entries
}

/// What was earned on each day from the deal's first to now.
fn earned(
    state: &State,
    (partnership, currency): (&Partnership, Currency),
    zone: &TimeZone,
    (from, now): (Timestamp, Timestamp),
    entries: &mut Entries,
) {
    let mut before = 0;
    let mut known = cost::Facts::default();
    for (day, until) in days(zone, from, now) {
        known = facts_by(state, partnership, Span { from, until }, known);
        let so_far = cost::earned(partnership, known, currency).map_or(before, |sum| sum.minor);
        if so_far != before {
            add(entries, day, so_far.saturating_sub(before), 0);
        }
        before = so_far;
    }
}

/// What was earned on each day of a deal that lies in memory whole: what the book says of it, or will when it is written
/// next. `None`: the deal began earlier, and only its book knows.
pub(super) fn earned_by_day(state: &State, key: &PartnershipRef, now: Timestamp) -> Option<BTreeMap<Timestamp, i64>> {
    let about = state.catalog.about(&key.subject());
    let (partnership, currency) = (state.catalog.partnerships.get(key)?, about.currency?);
    let (from, _) = about.deal?;
    let oldest = std::cmp::max(state.kept.since, now.checked_sub(HISTORY_KEPT).unwrap_or(Timestamp::MIN));
    if from < oldest {
        return None;
    }
    let mut entries = Entries::new();
    earned(state, (partnership, currency), &about.zone, (from, now), &mut entries);
    Some(entries.into_iter().map(|((day, _), entry)| (day, entry.all)).collect())
}

/// What was earned by now, from the same days: what is not stated at this moment is as it was last known.
#[must_use]
pub fn facts(
    state: &State,
    partnership: &Partnership,
    zone: &TimeZone,
    (from, now): (Timestamp, Timestamp),
) -> cost::Facts {
    let oldest = now.checked_sub(HISTORY_KEPT).unwrap_or(Timestamp::MIN);
    let from = std::cmp::max(from, oldest);
    let days = days(zone, from, now);
    days.into_iter()
        .fold(cost::Facts::default(), |known, (_, until)| facts_by(state, partnership, Span { from, until }, known))
}

fn facts_by(state: &State, partnership: &Partnership, span: Span, known: cost::Facts) -> cost::Facts {
    let subject = Subject::Partnership(partnership.campaign.clone(), partnership.creator.clone());
    let read = |metric, otherwise| {
        let seen = state.history.view().over(&subject, Want { metric, platform: None }, span);
        seen.reading.value().and_then(num::round_i64).unwrap_or(otherwise)
    };
    cost::Facts {
        revenue_minor: read(Metric::Revenue, known.revenue_minor),
        views: read(Metric::Views, known.views),
        ..known
    }
}

/// The days of a span: each with its first instant and its end, the last ending at `now`. At most as many as history has.
fn days(zone: &TimeZone, from: Timestamp, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let mut days = Vec::new();
    let mut start = from;
    while start < now {
        let next = start.to_zoned(zone.clone()).date().tomorrow().ok();
        let next = next.and_then(|day| day.to_zoned(zone.clone()).ok()).map_or(now, |midnight| midnight.timestamp());
        let until = std::cmp::min(next, now);
        // A zone whose midnight stands still would never end.
        if until <= start {
            break;
        }
        days.push((start, until));
        start = until;
    }
    days
}

/// When a piece went live, to the second: as somebody said, else as its platform says of its post, else the day it was due.
pub(super) fn went_live(catalog: &Catalog, piece: &Deliverable) -> Option<Timestamp> {
    if !piece.state.is_out() {
        return None;
    }
    let published = piece.post.as_ref().and_then(|post| catalog.published.get(&(piece.platform, post.clone())));
    let at = match piece.live_at.or(published.copied()) {
        Some(at) => at,
        None => due_day(catalog, piece)?,
    };
    Timestamp::from_second(at.as_second()).ok()
}

/// The first instant of the day a piece is due, in its campaign's zone.
#[must_use]
pub fn due_day(catalog: &Catalog, piece: &Deliverable) -> Option<Timestamp> {
    let zone = catalog.about(&piece.partnership.subject()).zone;
    piece.due.0.to_zoned(zone).ok().map(|midnight| midnight.timestamp())
}
