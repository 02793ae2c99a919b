//! The deal's own book: the fee of a piece becomes spend when its post is live.
//!
//! Owns: what the book says of each instant, worked out from the documents alone. It is stated again where it differs from
//! what was stated before, so what was corrected or withdrawn is so in every window, and doing it twice is doing it once.
//! Survives: a kill between a document and its entry; the next start, or the next change of a deal, writes it.
//!
//! Commission and pay per thousand views are not in the book: they are spent with each order and each view, of which
//! sources report totals, and are added up where a deal is accounted for ([`crate::domain::cost`]).

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::catalog::Catalog;
use super::core::{Core, HISTORY_KEPT, State};
use super::watch;
use crate::domain::document::{Deliverable, PartnershipRef};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::store::StoreError;

/// An entry is an amount of one second: an instant, in the words that samples have.
const ENTRY: SignedDuration = SignedDuration::from_secs(1);

/// Writes down what the book does not say yet. Do not hold [`Core::pen`]: what follows is judged.
pub async fn book(core: &Core) -> Result<(), StoreError> {
    let now = core.clock.now();
    let due = due(&*core.state.lock().await, now);
    if due.is_empty() { Ok(()) } else { watch::take_booked(core, &due, now).await }
}

/// The entries that differ from what was stated, by series.
fn due(state: &State, now: Timestamp) -> Vec<Sample> {
    let oldest = now.checked_sub(HISTORY_KEPT).unwrap_or(Timestamp::MIN);
    let mut due = Vec::new();
    for partnership in state.catalog.partnerships.keys() {
        let series = SeriesKey { subject: partnership.subject(), metric: Metric::Spend, platform: Platform::Deal };
        let Some(currency) = state.catalog.about(&series.subject).currency else { continue };
        let stated = state.history.amounts(&series);
        let mut wanted = entries(&state.catalog, partnership);
        for span in stated.keys() {
            wanted.entry(*span).or_insert(0);
        }
        let differs = |(span, value): &(&(Timestamp, Timestamp), &i64)| {
            oldest <= span.0 && stated.get(*span).copied().unwrap_or(0) != **value
        };
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
    due
}

/// What the book says of a partnership: pieces that went live at one instant are one entry.
fn entries(catalog: &Catalog, partnership: &PartnershipRef) -> BTreeMap<(Timestamp, Timestamp), i64> {
    let mut entries = BTreeMap::new();
    for piece in catalog.pieces_in(partnership) {
        let Some(from) = went_live(catalog, piece) else { continue };
        let until = from.checked_add(ENTRY).unwrap_or(from);
        let entry = entries.entry((from, until)).or_insert(0_i64);
        *entry = entry.saturating_add(piece.fee.minor);
    }
    entries
}

/// When a piece went live, to the second: as somebody said, else as its platform says of its post, else the day it was due.
fn went_live(catalog: &Catalog, piece: &Deliverable) -> Option<Timestamp> {
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
