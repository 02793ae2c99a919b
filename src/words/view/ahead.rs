//! What is still to come of the money an incident is about.

use jiff::Timestamp;

use super::Clears;
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::rules::projection::Projection;

/// What is still to come of the money an incident is about. Of no concern to clients and creators: margins are in it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AheadView {
    /// Further ways to clear it, beside the first one.
    pub clears: Vec<Clears>,
    /// The small deals that are judged together.
    pub pool: Option<PoolView>,
    /// The next piece that can be stopped.
    pub next: Option<NextView>,
    /// Where it would end if the last week goes on.
    pub end: Option<EndView>,
}

/// Deals that are judged together because each is too small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolView {
    /// How many.
    pub deals: u32,
    /// Of them, those that had numbers.
    pub judged: u32,
    /// What they all are: on which platform, in which format.
    pub group: Option<(Platform, String)>,
}

/// A piece that can still be stopped, and the margin it would probably bring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextView {
    /// What people call it.
    pub name: String,
    /// What stopping it saves.
    pub costs: Money,
    /// One time in ten it brings less.
    pub low: Money,
    /// One time in ten it brings more.
    pub high: Money,
}

/// Where a deal or a campaign would end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EndView {
    /// An instant of its last day.
    pub at: Timestamp,
    /// What is counted.
    pub things: Metric,
    /// What one of them costs.
    pub cost: Metric,
    /// The ranges; money in minor units.
    pub end: Projection,
    /// Of what.
    pub currency: Currency,
}
