//! A deal is a set of deliverables in states, each with a fee, a due date and a last moment it can be cancelled.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::document::Deliverable;
use super::ids::{DeliverableId, PostRef};
use super::written::Percent;

/// How far a deliverable is: agreed → briefed → draft n → approved → live → proof → invoiced → paid, or held, or cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliverableState {
    /// Both sides want it.
    #[default]
    Agreed,
    /// The creator knows what to make.
    Briefed,
    /// A draft is there.
    Draft,
    /// The draft may go out.
    Approved,
    /// It is out: its fee is spend from here on.
    Live,
    /// The creator has shown that it is out.
    Proof,
    /// The bill is there.
    Invoiced,
    /// The bill is paid.
    Paid,
    /// Not to be made for now.
    Held,
    /// Never to be made.
    Cancelled,
}

impl DeliverableState {
    /// Whether its post has gone out.
    #[must_use]
    pub fn is_out(self) -> bool {
        match self {
            Self::Live | Self::Proof | Self::Invoiced | Self::Paid => true,
            Self::Agreed | Self::Briefed | Self::Draft | Self::Approved | Self::Held | Self::Cancelled => false,
        }
    }

    /// Whether it is still to be made, and nobody has stopped it.
    #[must_use]
    pub fn is_ahead(self) -> bool {
        match self {
            Self::Agreed | Self::Briefed | Self::Draft | Self::Approved => true,
            Self::Live | Self::Proof | Self::Invoiced | Self::Paid | Self::Held | Self::Cancelled => false,
        }
    }
}

/// What people call a piece by its id: `reel-2` is `Reel 2`.
#[must_use]
pub fn title_of(id: &DeliverableId) -> String {
    let text = id.as_str().replace(['-', '_'], " ");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

/// How a piece moves on. Each answers the piece as it is afterwards; keeping it is somebody else's.
impl Deliverable {
    /// The share of its fee that can no longer be avoided at `now`.
    #[must_use]
    pub fn owed_share(&self, zone: &TimeZone, now: Timestamp) -> Percent {
        let agreed = self.kill_fee.get(&self.state).copied().unwrap_or(Percent(Decimal::ZERO));
        if self.state.is_ahead() && !self.is_cancellable(zone, now) { Percent(Decimal::ONE_HUNDRED) } else { agreed }
    }

    /// The last instant at which it can be cancelled, where the deal names one. A moment inside a gap of the clock is the
    /// first instant after it; inside a fold, the first of the two.
    #[must_use]
    pub fn cancellable_until(&self, zone: &TimeZone) -> Option<Timestamp> {
        self.cancel_by.and_then(|moment| zone.to_ambiguous_timestamp(moment.0).compatible().ok())
    }

    /// Whether it can still be cancelled at `now`.
    #[must_use]
    pub fn is_cancellable(&self, zone: &TimeZone, now: Timestamp) -> bool {
        self.cancellable_until(zone).is_none_or(|until| now < until)
    }

    /// Not to be made for now. What could no longer be avoided stays owed: it is written down as the fee of this state.
    #[must_use]
    pub fn held(&self, zone: &TimeZone, now: Timestamp) -> Self {
        let mut one = self.clone();
        one.kill_fee.insert(DeliverableState::Held, self.owed_share(zone, now));
        one.state = DeliverableState::Held;
        one
    }

    /// To be made after all: as far as it was in `earlier`, with whatever was agreed meanwhile.
    #[must_use]
    pub fn released(&self, earlier: Option<&Self>) -> Self {
        let mut one = self.clone();
        one.state = earlier.map_or(DeliverableState::Agreed, |earlier| earlier.state);
        one.kill_fee.remove(&DeliverableState::Held);
        if let Some(agreed) = earlier.and_then(|earlier| earlier.kill_fee.get(&DeliverableState::Held)) {
            one.kill_fee.insert(DeliverableState::Held, *agreed);
        }
        one
    }

    /// Never to be made. The kill fee of the state it was in is what stays owed.
    #[must_use]
    pub fn cancelled(&self, zone: &TimeZone, now: Timestamp) -> Self {
        let mut one = self.clone();
        one.kill_fee.insert(DeliverableState::Cancelled, self.owed_share(zone, now));
        one.state = DeliverableState::Cancelled;
        one
    }

    /// It is out, as this post. A piece that was out already keeps its moment and how far it is.
    #[must_use]
    pub fn gone_live(&self, at: Timestamp, post: PostRef) -> Self {
        let mut one = self.clone();
        if !one.state.is_out() {
            one.state = DeliverableState::Live;
            one.live_at = Some(at);
        }
        one.post = Some(post);
        one
    }
}
