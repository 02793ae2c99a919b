//! What is known about something that is to be told, as plain data. `app` fills these from records and receipts; the
//! sentences are made from them and from nothing else.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::chart::Chart;
use super::found::FoundCause;
use super::funnel::FunnelView;
use super::hours::Hours;
use super::level::LevelView;
use super::moved::Moved;
use super::others::Beside;
use super::report::GoalView;
use crate::domain::action::{Deed, Revival, ToldBy};
use crate::domain::ids::{Platform, RuleId};
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::sample::Reading;
use crate::domain::standing::Named;
use crate::domain::verdict::Verdict;
use crate::domain::written::Day;
use crate::insight::causes::Spill;
use crate::insight::decomposition::Yardstick;
use crate::insight::tips::Tip;
use crate::outbox::incident::{Event, Happened, Incident, IncidentId, Stage};
use crate::rules::benchmark::Quantile;
use crate::rules::evidence::tested::Weight;
use crate::rules::excuse::Cause;
use crate::rules::learn::Lesson;
use crate::rules::readings::Claims;

mod ahead;

pub use ahead::{AheadView, EndView, NextView, PoolView};

/// What things are called by people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Names {
    /// The brand.
    pub brand: Option<String>,
    /// The campaign.
    pub campaign: Option<String>,
    /// The creator.
    pub creator: Option<String>,
}

/// Over which span a value was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "over", content = "n", rename_all = "snake_case")]
pub enum Window {
    /// So many hours.
    Hours(u32),
    /// So many whole days.
    Days(u32),
    /// The newest so many posts.
    Posts(u32),
    /// Since the deal began.
    Deal,
}

/// What makes a comparison hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It holds when the left side is above the right one: the right side is the most that is allowed.
    Above,
    /// It holds when the left side is below: the right side is the least that is allowed.
    Below,
}

/// Where the right side of a comparison comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RightKind {
    /// The creator's own earlier windows: their median over so many.
    Own {
        /// Windows that were there.
        windows: u32,
    },
    /// The deal's figure.
    Target,
    /// The window before.
    Prev,
    /// Written in the rule.
    Literal,
    /// Another number of the same window, which the left side is held against.
    Beside {
        /// What it counts.
        metric: Metric,
        /// Only on this platform.
        platform: Option<Platform>,
    },
    /// Comparable creators.
    Peers {
        /// How many others.
        others: u32,
        /// The share of them that have less than the line: 0.5 is the middle.
        #[serde(default = "middle")]
        share: Quantile,
    },
    /// A published industry figure.
    Industry,
}

fn middle() -> Quantile {
    Quantile::MIDDLE
}

/// One comparison of a receipt: what was seen, what was allowed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The metric on the left; `None` for a formula, which is then in `formula`.
    pub metric: Option<Metric>,
    /// Only on this platform.
    #[serde(default)]
    pub platform: Option<Platform>,
    /// The left side as the rule writes it, where it is more than a metric.
    #[serde(default)]
    pub formula: Option<String>,
    /// The left side; money in minor units.
    pub left: Reading,
    /// What makes it hold.
    pub relation: Relation,
    /// The right side, worked out.
    pub right: Reading,
    /// Where it comes from.
    pub right_kind: RightKind,
    /// The figure the right side is a share of: 21,400 where the rule says `0.25 * own(views)`.
    #[serde(default)]
    pub base: Option<f64>,
    /// The currency, where the metric is money.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Samples that took part on the left.
    pub n: u32,
    /// When the newest of them was observed.
    #[serde(default)]
    pub newest: Option<Timestamp>,
    /// Over which span.
    pub window: Window,
    /// What became of it.
    pub verdict: Verdict,
    /// Spend left out because it has not had time to sell, in minor units.
    #[serde(default)]
    pub fresh: Option<f64>,
    /// How sure it is, where luck was weighed.
    #[serde(default)]
    pub weight: Option<Weight>,
    /// What of others is in it.
    #[serde(default)]
    pub beside: Beside,
    /// Whose word counted, where several claim what was seen.
    #[serde(default)]
    pub claims: Vec<Claims>,
    /// A side cannot be said because its time lies with the brand.
    #[serde(default)]
    pub excused: bool,
}

/// The smallest change that flips the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "clears", rename_all = "snake_case")]
pub enum Clears {
    /// So many more of something.
    More {
        /// Of what.
        metric: Metric,
        /// How many.
        amount: f64,
        /// By when.
        by: Option<Timestamp>,
        /// Only if the boost is stopped.
        boost_stopped: bool,
        /// Its currency, where it is money.
        #[serde(default)]
        currency: Option<Currency>,
    },
    /// A value on the good side of the line.
    Reaches {
        /// Which metric.
        metric: Metric,
        /// The line.
        value: f64,
        /// Its currency.
        currency: Option<Currency>,
        /// Above or below it.
        relation: Relation,
        /// Over which span.
        window: Window,
    },
}

/// Something that can be, or has been, done about an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionView {
    /// What.
    #[serde(flatten)]
    pub deed: Deed,
    /// What people call its object: `Reel 1`.
    pub name: String,
    /// Where that is: `Meta Ads`.
    pub runs_on: String,
    /// What is left to save.
    pub avoidable: Option<Money>,
    /// What of it the client is billed, where that is declared.
    pub billed: Option<Money>,
    /// It runs now, as far as is known, and can be stopped.
    pub running: bool,
    /// The last moment at which it can be cancelled, for a promised piece that has one.
    pub until: Option<Timestamp>,
    /// Cancelling it in time costs nothing.
    pub free: bool,
}

/// A proposal; how it stands is in the incident's events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    /// Its number.
    pub id: u64,
    /// What it would do.
    #[serde(flatten)]
    pub deed: Deed,
    /// What it saves.
    pub saves: Option<Money>,
    /// It is dropped unless answered by then.
    pub expires: Option<Timestamp>,
    /// It is agreed, and done then at the earliest: when the day has room for it, or when its rule can stop it again.
    pub due: Option<Timestamp>,
    /// It can be taken back until then.
    pub undo_until: Option<Timestamp>,
    /// It brings back what was stopped, because later numbers have cleared the line.
    pub revives: Option<Revival>,
    /// What the creator is asked, for what is done with people.
    pub ask: Option<AskView>,
}

/// How a question to a creator stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stands", rename_all = "snake_case")]
pub enum AskStand {
    /// It waits for an answer.
    Waiting {
        /// From then on it is too late.
        until: Option<Timestamp>,
    },
    /// The creator said yes.
    Confirmed {
        /// When.
        at: Timestamp,
        /// Who noted it, where the creator did not say it here.
        by: Option<String>,
    },
    /// The creator said that something is in the way.
    Declined {
        /// When.
        at: Timestamp,
        /// Who noted it, where the creator did not say it here.
        by: Option<String>,
    },
    /// Nobody needs the answer any more.
    Withdrawn,
    /// No answer came in time.
    Late,
}

/// A question to a creator: what they are asked to do, and what it means for them. No numbers of anybody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskView {
    /// The number of its proposal.
    pub proposal: u64,
    /// What is to be done.
    pub deed: Deed,
    /// What people call brand, campaign and creator.
    pub names: Names,
    /// What people call the piece: `Reel 2`.
    pub what: String,
    /// What it costs.
    pub fee: Option<Money>,
    /// What of it is paid even so.
    pub owed: Option<Money>,
    /// The first instant of the day it is due.
    pub due: Option<Timestamp>,
    /// Who wants it.
    pub by: String,
    /// The creator is told here; else somebody has to tell them.
    pub direct: bool,
    /// Who has told them, where the program cannot.
    pub told: Option<ToldBy>,
    /// The language to speak to the creator, as a tag.
    pub locale: String,
    /// How it stands.
    pub stand: AskStand,
}

/// A time that does not count, because it lies with a brand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExcusedView {
    /// What of the brand's it was.
    pub cause: Cause,
    /// The brand, as people call it.
    pub brand: String,
    /// Since when.
    pub from: Timestamp,
    /// Until when; `None` while it lasts.
    pub until: Option<Timestamp>,
}

/// What an incident of a brand or a campaign spares its creators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseView {
    /// Which time.
    pub span: ExcusedView,
    /// Creators with a running deal there.
    pub creators: Vec<String>,
    /// Alerts about them that were closed with it.
    pub closed: u32,
}

/// Everything that can be told about an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentView {
    /// The record.
    pub incident: Incident,
    /// What people call what it is about.
    pub names: Names,
    /// The comparisons of the receipt; the first is the one the headline tells.
    pub seen: Vec<Seen>,
    /// The left side of the first comparison now, once it is no longer what it was when the incident fired.
    pub current: Option<f64>,
    /// Money owed whatever is done, where it is known.
    pub owed: Option<Money>,
    /// What would clear it.
    pub clears: Option<Clears>,
    /// What can be done.
    pub options: Vec<OptionView>,
    /// Proposals, oldest first.
    pub proposals: Vec<ProposalView>,
    /// Things to try first.
    pub tips: Vec<Tip>,
    /// How old the data is.
    pub data_at: Option<Timestamp>,
    /// The rule acts by itself.
    pub automatic: bool,
    /// Numbers in what decides it that the creator typed in.
    pub by_hand: Vec<Metric>,
    /// There is a room of the client's that may be shown it.
    pub client_rooms: bool,
    /// The chart's numbers.
    pub chart: Option<Chart>,
    /// The level it is about, for a downgrade.
    pub level: Option<LevelView>,
    /// What was learned from history and takes part in the receipt.
    pub learned: Vec<Lesson>,
    /// Which step between money spent and money earned explains it.
    pub moved: Option<Moved>,
    /// What it was asked to be held against; `None`: what is honest.
    pub against: Option<Yardstick>,
    /// What caused it, where the numbers carry that.
    pub found: Option<FoundCause>,
    /// Whether the code found buyers in a new place that lists no codes: no cause of a loss, but what a stop would end.
    pub spill: Option<Spill>,
    /// Each step beside comparable creators; for `why` alone.
    pub funnel: Option<FunnelView>,
    /// When the creator's posts do best, where the hour is the cause; for `why` alone.
    pub hours: Option<Hours>,
    /// What is still to come.
    pub ahead: AheadView,
    /// The deal it is about, for what is late, a right that ends, or what goes well.
    pub deal: Option<DealView>,
    /// Whom it spares, where it lies with a brand.
    pub cause: Option<CauseView>,
    /// What it was closed by, where that lies with a brand.
    pub closed_by: Option<ExcusedView>,
    /// Time that was left out of its numbers.
    pub excused: Vec<ExcusedView>,
}

/// What is known of a deal beside numbers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DealView {
    /// Its facts when the rule fired, those that fired it first.
    pub then: Vec<FactView>,
    /// The same now.
    pub now: Vec<FactView>,
    /// What its boosts spend a day.
    pub a_day: Option<Money>,
    /// The last day on which the creator may not work for competitors.
    pub exclusive_until: Option<Day>,
    /// The newest piece that is out, where something goes well.
    pub newest: Option<String>,
    /// Nothing paid runs on it.
    pub unboosted: bool,
    /// When the deal ends, where that is near.
    pub ends: Option<Timestamp>,
}

/// A fact of a deal.
#[derive(Debug, Clone, PartialEq)]
pub struct FactView {
    /// Which.
    pub metric: Metric,
    /// Seconds or a count.
    pub value: Option<f64>,
    /// What it is about, the worst first.
    pub named: Vec<Named>,
    /// What should be there: a link, codes.
    pub wanted: String,
}

impl IncidentView {
    /// The last thing that happened to a proposal.
    #[must_use]
    pub fn last_of(&self, proposal: u64) -> Option<&Event> {
        self.incident.events.iter().rev().find(|event| proposal_of(&event.what) == Some(proposal))
    }

    /// How many agreed to a proposal before its time was over, and how many it took; `None` where nobody did.
    #[must_use]
    pub fn agreed_to(&self, proposal: u64) -> Option<(usize, u32)> {
        self.incident.events.iter().rev().find_map(|event| match &event.what {
            Happened::Agreed { proposal: of, who, need } if *of == proposal && !who.is_empty() => {
                Some((who.len(), *need))
            }
            _ => None,
        })
    }

    /// Who agreed to a proposal.
    #[must_use]
    pub fn approver_of(&self, proposal: u64) -> Option<&str> {
        self.incident.events.iter().rev().find_map(|event| match event.what {
            Happened::Approved { proposal: of } if of == proposal => event.by.as_deref(),
            _ => None,
        })
    }

    /// The option that is about the same object as a deed.
    #[must_use]
    pub fn option(&self, deed: &Deed) -> Option<&OptionView> {
        self.options.iter().find(|option| option.deed.object() == deed.object())
    }
}

/// The proposal an event is about.
#[must_use]
pub fn proposal_of(what: &Happened) -> Option<u64> {
    match what {
        Happened::Proposed { proposal }
        | Happened::Approved { proposal }
        | Happened::Agreed { proposal, .. }
        | Happened::Rejected { proposal }
        | Happened::ProposalExpired { proposal }
        | Happened::Held { proposal, .. }
        | Happened::Withdrawn { proposal, .. }
        | Happened::Spared { proposal }
        | Happened::Done { proposal }
        | Happened::Verified { proposal, .. }
        | Happened::Failed { proposal, .. }
        | Happened::Undone { proposal, .. }
        | Happened::Asked { proposal, .. }
        | Happened::Confirmed { proposal, .. }
        | Happened::Declined { proposal, .. } => Some(*proposal),
        Happened::Fired
        | Happened::Recovering
        | Happened::FiredAgain
        | Happened::Resolved
        | Happened::Acknowledged
        | Happened::StillFiring
        | Happened::Escalated { .. }
        | Happened::Skipped { .. }
        | Happened::Level { .. }
        | Happened::Snoozed { .. }
        | Happened::BrandCause { .. }
        | Happened::Shown
        | Happened::Hidden
        // How the question stands has not changed with it.
        | Happened::Told { .. }
        | Happened::Noted { .. } => None,
    }
}

/// One member of a group message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Which incident.
    pub incident: IncidentId,
    /// Whom or what it is about.
    pub name: String,
    /// What can still be saved.
    pub avoidable: Option<Money>,
    /// How it stands.
    pub stage: Stage,
    /// Who has it.
    pub acknowledged_by: Option<String>,
}

/// Many incidents of one cause told as one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupView {
    /// The group's short id, without `#`.
    pub id: String,
    /// Of which brand, where they share one.
    pub brand: Option<String>,
    /// The rule they share.
    pub rule: RuleId,
    /// All of them.
    pub members: Vec<Member>,
    /// Which page is shown, from 0.
    pub page: u32,
    /// How old the data is.
    pub data_at: Option<Timestamp>,
}

/// A rule on a subject at an instant, fired or not: what `why` and `why-not` show when there is no incident.
#[derive(Debug, Clone, PartialEq)]
pub struct JudgedView {
    /// What it is about.
    pub names: Names,
    /// The rule.
    pub rule: RuleId,
    /// Its version.
    pub version: u32,
    /// What became of the whole condition.
    pub verdict: Verdict,
    /// Every comparison.
    pub seen: Vec<Seen>,
    /// It holds, but not for long enough yet: seconds to go.
    pub pending_secs: Option<i64>,
    /// It may not fire again before.
    pub cooling_until: Option<Timestamp>,
    /// Time that is left out, or holds it back while it lasts.
    pub excused: Vec<ExcusedView>,
    /// How old the data is.
    pub data_at: Option<Timestamp>,
    /// What was learned from history and takes part in it.
    pub learned: Vec<Lesson>,
}

/// A line of `status`.
#[derive(Debug, Clone, PartialEq)]
pub struct CampaignLine {
    /// The campaign, or the brand.
    pub name: String,
    /// Creators watched.
    pub creators: u32,
    /// The newest data.
    pub data_at: Option<Timestamp>,
    /// Where it would end if the last week goes on.
    pub end: Option<EndView>,
}

/// What `status` shows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StatusView {
    /// What it is about; `None` for everything the person may see.
    pub about: Option<String>,
    /// What is watched.
    pub campaigns: Vec<CampaignLine>,
    /// How it stands to its goal, where it is a campaign that has one.
    pub goal: Option<GoalView>,
    /// What is open, worst first.
    pub open: Vec<Member>,
    /// Sources that give no numbers now, and since when.
    pub troubles: Vec<(String, Timestamp)>,
    /// What was learned from the history of each brand, by its name.
    pub learned: Vec<(String, Vec<Lesson>)>,
}

/// One own number.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnNumber {
    /// Which.
    pub metric: Metric,
    /// As this platform counts it.
    pub platform: Platform,
    /// Over which span.
    pub window: Window,
    /// The value, or why there is none.
    pub reading: Reading,
    /// The usual value: the median of earlier windows.
    pub usual: Option<f64>,
}

/// What `me` shows: one creator's own numbers, nobody else's.
#[derive(Debug, Clone, PartialEq)]
pub struct MeView {
    /// What to call them.
    pub name: String,
    /// Their numbers.
    pub numbers: Vec<OwnNumber>,
    /// Their levels: at which brand, which.
    pub levels: Vec<(String, String)>,
    /// What the rules that watch them look at, as sentences of the rules' authors.
    pub open: u32,
    /// The newest data.
    pub data_at: Option<Timestamp>,
}
