//! What a campaign was, in the end: goals against results, plan against actual, who brought what, what was stopped, what
//! was learned, what comes next.
//!
//! Owns: the report as data, its page ([`page`]), the facts sheet without names ([`facts`]), the answers as they may be
//! shown ([`answers`]) and the next line-up as documents ([`line_up`]). Refuses: gathering; it is given plain data. A figure
//! that nobody knows is absent with the reason, here and on every page.

pub mod answers;
pub mod facts;
pub mod form;
pub mod learned;
pub mod line_up;
pub mod page;
mod sections;

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use answers::Gathered;
use learned::Learning;

use crate::domain::action::Deed;
use crate::domain::document::Goal;
use crate::domain::ids::{CampaignId, CreatorId};
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::insight::portfolio::{Portfolio, Shift, Standing};
use crate::insight::regret::Untold;
use crate::insight::roi::{Absent, Roi};

/// Why a figure is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// Nobody told their hours.
    #[error("nobody told hours; say them with `note CAMPAIGN 6.5 h #hours`")]
    Hours,
    /// The campaign has no plan of hours.
    #[error("no hours were planned; set `plan = {{ hours = 40 }}` of the campaign")]
    PlannedHours,
    /// It has no target of this.
    #[error("the campaign has no target")]
    Target,
    /// No deal has a price.
    #[error("nothing was planned to cost anything")]
    PlannedCost,
    /// Its attribution window has not closed.
    #[error("not judged on final numbers yet")]
    NotJudged,
    /// What a stop saved cannot be told.
    #[error("{}", .0.clause())]
    Untold(Untold),
    /// Nothing in it says what a deal brings for its money.
    #[error("there is nothing to hold what deals brought against")]
    Yardstick,
    /// A sum cannot be told.
    #[error("{0}")]
    Figure(#[from] Absent),
}

/// A figure, or why there is none.
pub type Told<T> = Result<T, Missing>;

/// A figure in JSON: `{"value":…}`, or `{"absent":"why"}`.
fn told<T: Serialize, S: Serializer>(figure: &Told<T>, serializer: S) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeMap as _;
    let mut map = serializer.serialize_map(Some(1))?;
    match figure {
        Ok(value) => map.serialize_entry("value", value)?,
        Err(why) => map.serialize_entry("absent", &why.to_string())?,
    }
    map.end()
}

/// How far a campaign is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// It runs, until the end of this day.
    Runs {
        /// Its last day.
        until: Date,
    },
    /// It is over, and orders of its last posts may still be counted.
    Counts {
        /// The last day on which they may.
        until: Date,
    },
    /// It is over, and so is what may be counted.
    Over,
}

/// A target and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// Of what.
    pub metric: Metric,
    /// What was wanted; money in minor units.
    pub wanted: f64,
    /// What there is.
    #[serde(serialize_with = "told")]
    pub reached: Told<f64>,
    /// It is what the goal is held against.
    pub is_goal: bool,
}

impl Outcome {
    /// Whether the target is met: of a price it is when it is not more. `None`: nobody knows.
    #[must_use]
    pub fn is_met(&self) -> Option<bool> {
        let reached = *self.reached.as_ref().ok()?;
        Some(if is_price(self.metric) { reached <= self.wanted } else { self.wanted <= reached })
    }
}

/// Whether less of it is better.
#[must_use]
pub fn is_price(metric: Metric) -> bool {
    matches!(metric.unit(), crate::domain::metric::Unit::MoneyPer(_))
}

/// What was planned, and what it was.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effort {
    /// What it was planned to cost.
    #[serde(serialize_with = "told")]
    pub planned_cost: Told<Money>,
    /// What it cost.
    #[serde(serialize_with = "told")]
    pub cost: Told<Money>,
    /// The hours it was planned to take.
    #[serde(serialize_with = "told")]
    pub planned_hours: Told<Decimal>,
    /// The hours that were told.
    #[serde(serialize_with = "told")]
    pub hours: Told<Decimal>,
    /// Notes of hours whose beginning is no time.
    pub unread: u32,
    /// Pieces that were promised.
    pub promised: u32,
    /// Of these, out.
    pub out: u32,
    /// Of these, by the day they were due.
    pub in_time: u32,
    /// Held or cancelled.
    pub stopped: u32,
}

/// One creator's part in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Who.
    pub creator: CreatorId,
    /// What they are called.
    pub name: String,
    /// Pieces that are out.
    pub out: u32,
    /// Pieces that were promised.
    pub promised: u32,
    /// Pieces that came after their day, or have not come.
    pub late: u32,
    /// Alerts about them.
    pub alerts: u32,
    /// What they cost.
    #[serde(serialize_with = "told")]
    pub cost: Told<Money>,
    /// Orders that were credited to them.
    #[serde(serialize_with = "told")]
    pub orders: Told<i64>,
    /// `(margin − cost) ÷ cost`.
    #[serde(serialize_with = "told")]
    pub roi: Told<Decimal>,
    /// Their minimum of what the goal counts, and what they reached, where one was agreed.
    pub minimum: Option<(i64, Option<i64>)>,
    /// Where they stand among the others, with its range.
    pub standing: Option<Standing>,
}

/// What happened, in the order of time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moment {
    /// When.
    pub at: Timestamp,
    /// To whom, as they are called.
    pub who: Option<String>,
    /// What.
    #[serde(flatten)]
    pub what: Happening,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "happened", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum Happening {
    /// The first day.
    Began,
    /// The last day is over.
    Ended,
    /// A piece went out.
    Live { piece: String },
    /// An alert.
    Fired { kind: String },
    /// Something was stopped or changed.
    Done { deed: Deed },
    /// It was taken back.
    Undone { deed: Deed },
    /// Somebody noted something.
    Noted { text: String, tag: Option<String> },
}

/// What was stopped.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stop {
    /// When it was so.
    pub at: Timestamp,
    /// Whose.
    pub who: Option<String>,
    /// What.
    pub deed: Deed,
    /// Who decided, as they are called.
    pub by: String,
    /// It was taken back later.
    pub undone: bool,
    /// The money that could still be saved when it was decided.
    pub avoidable: Option<Money>,
    /// What it saved in the end, less what it would have brought.
    #[serde(serialize_with = "told")]
    pub saved: Told<Money>,
}

/// What somebody noted under a tag that is looked for here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What about, as it is called.
    pub about: Option<String>,
    /// As it was written.
    pub text: String,
    /// The tag.
    pub tag: Option<String>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Its number.
    pub number: u64,
    /// What.
    pub text: String,
    /// Who does it, as they are called.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<Date>,
    /// When it was done.
    pub done: Option<Timestamp>,
}

/// What deals are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "against", rename_all = "snake_case")]
pub enum Yardstick {
    /// What its orders left: a share of 1 is money back.
    Margin,
    /// What the plan allows for one of the goal: a share of 1 is the plan's price.
    Plan {
        /// Of what.
        metric: Metric,
    },
}

impl Yardstick {
    /// What is counted.
    #[must_use]
    pub fn counted(self) -> Metric {
        match self {
            Self::Margin => Metric::Orders,
            Self::Plan { metric } => metric,
        }
    }
}

/// Whom to work with next time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Next {
    /// What they are held against.
    pub yardstick: Yardstick,
    /// Where everybody stands.
    pub portfolio: Portfolio,
    /// What everybody is called.
    pub names: Vec<(CreatorId, String)>,
    /// Creators who were not in it, and what is known of them.
    pub candidates: Vec<Candidate>,
    /// Money that is not spent and would do better elsewhere.
    pub shifts: Vec<Shift>,
}

/// Somebody who was not in it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// Who.
    pub creator: CreatorId,
    /// What they are called.
    pub name: String,
    /// What they brought elsewhere for the same brand, drawn towards the others there.
    pub standing: Option<Standing>,
}

/// The whole of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PostMortem {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// What it is called.
    pub name: String,
    /// Whose.
    pub brand: String,
    /// What its money is in.
    pub currency: Currency,
    /// Its first day.
    pub starts: Date,
    /// Its last day.
    pub ends: Date,
    /// When this was written.
    pub at: Timestamp,
    /// How far it is.
    pub stage: Stage,
    /// What it was for.
    pub goal: Option<Goal>,
    /// Its targets and what came of them, the goal's first.
    pub results: Vec<Outcome>,
    /// What was planned, and what it was.
    pub effort: Effort,
    /// Money, as `report roi` tells it.
    #[serde(skip)]
    pub money: Roi,
    /// Everybody in it.
    pub creators: Vec<Row>,
    /// What happened.
    pub timeline: Vec<Moment>,
    /// What was stopped.
    pub stops: Vec<Stop>,
    /// What the numbers teach.
    pub learned: Vec<Learning>,
    /// What people wrote about it.
    pub remarks: Vec<Remark>,
    /// What everybody was asked, as it may be shown.
    pub answers: Vec<Gathered>,
    /// What comes next.
    pub steps: Vec<Step>,
    /// Whom to work with next time.
    #[serde(serialize_with = "told")]
    pub next: Told<Next>,
    /// How many figures of the ledger could not be told.
    pub gaps: usize,
    /// What a sheet without names must not contain: everybody's name and id.
    #[serde(skip)]
    pub people: BTreeSet<String>,
}

#[cfg(test)]
mod tests;
