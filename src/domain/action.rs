//! Actions: proposal → approval → action → verification. Every action sets an absolute state, never a difference.

use std::borrow::Cow;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::consent::Agreement;
use super::deal::title_of;
use super::document::PartnershipRef;
use super::ids::{BoostId, DeliverableId, SourceId, Subject};
use super::money::Money;
use super::written::Percent;

/// What a deed is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object<'a> {
    /// A boost.
    Boost(&'a BoostId),
    /// A discount code of a partnership.
    Code(&'a PartnershipRef, &'a str),
    /// The tracking link of a partnership.
    Link(&'a PartnershipRef, &'a str),
    /// A promised piece.
    Deliverable(&'a PartnershipRef, &'a DeliverableId),
    /// Something that a creator is asked to put right, of one piece where it is about one.
    Fix(&'a PartnershipRef, Fix, Option<&'a DeliverableId>),
}

/// What a creator may be asked to put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fix {
    /// Look at link and code; which of them is wrong is not known.
    Check,
    /// The link opens the wrong page.
    Link,
    /// The code is missing.
    Code,
    /// Another piece for one that did not do what was agreed.
    MakeGood,
    /// The post does not say that it is advertising.
    Disclosure,
    /// A draft is overdue.
    Draft,
    /// A post is overdue.
    Post,
    /// The proof that a post is out is overdue.
    Proof,
    /// The numbers of a post are overdue.
    Report,
    /// A later day for what is overdue.
    MoreTime,
    /// A right in use ends: to be extended.
    Rights,
}

impl Fix {
    /// The name in JSON and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Link => "link",
            Self::Code => "code",
            Self::MakeGood => "make_good",
            Self::Disclosure => "disclosure",
            Self::Draft => "draft",
            Self::Post => "post",
            Self::Proof => "proof",
            Self::Report => "report",
            Self::MoreTime => "more_time",
            Self::Rights => "rights",
        }
    }
}

/// What can be done to something outside. Every one sets a state; none is a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Deed {
    /// Set a boost to paused.
    StopBoost {
        /// Which.
        boost: BoostId,
    },
    /// Set a boost to active.
    ResumeBoost {
        /// Which.
        boost: BoostId,
    },
    /// Set the whole budget of a boost to less than it had.
    CutBoost {
        /// Which.
        boost: BoostId,
        /// What it may spend in all from then on, what it has spent by then included.
        budget: Money,
        /// What it might spend before, as far as was known when this was worked out.
        was: Money,
    },
    /// Set the whole budget of a boost to more than it had.
    RaiseBoost {
        /// Which.
        boost: BoostId,
        /// What it may spend in all from then on, what it has spent by then included.
        budget: Money,
        /// What it might spend before.
        was: Money,
    },
    /// Set the whole budget of a boost to what a person named.
    SetBudget {
        /// Which.
        boost: BoostId,
        /// What it may spend in all from then on, what it has spent by then included.
        budget: Money,
        /// What it might spend before, as far as was known when it was asked for.
        was: Money,
    },
    /// Set what a discount code takes off.
    SetValue {
        /// Whose.
        partnership: PartnershipRef,
        /// Which.
        code: String,
        /// The share that it takes off from then on.
        percent: Percent,
    },
    /// Set a discount code to ended.
    EndCode {
        /// Whose.
        partnership: PartnershipRef,
        /// Which.
        code: String,
    },
    /// Set a discount code to active.
    ReviveCode {
        /// Whose.
        partnership: PartnershipRef,
        /// Which.
        code: String,
    },
    /// Set a tracking link to cut: it still leads to the product, and nothing is credited for it.
    CutLink {
        /// Whose.
        partnership: PartnershipRef,
        /// Which.
        link: String,
    },
    /// Set a tracking link to active.
    ReviveLink {
        /// Whose.
        partnership: PartnershipRef,
        /// Which.
        link: String,
    },
    /// Agree with the creator that a piece is not made for now.
    Hold {
        /// Whose.
        partnership: PartnershipRef,
        /// Which.
        deliverable: DeliverableId,
    },
    /// Agree that a held piece is made after all.
    Release {
        /// Whose.
        partnership: PartnershipRef,
        /// Which.
        deliverable: DeliverableId,
    },
    /// Agree that a piece is never made. Cannot be taken back.
    Cancel {
        /// Whose.
        partnership: PartnershipRef,
        /// Which.
        deliverable: DeliverableId,
    },
    /// Have the creator put something right.
    AskFix {
        /// Whose.
        partnership: PartnershipRef,
        /// What.
        what: Fix,
        /// Of which piece, where it is about one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deliverable: Option<DeliverableId>,
    },
}

/// A boost spends, a code takes something off.
pub const ACTIVE: &str = "active";
/// A boost does not spend, until it is started again.
pub const PAUSED: &str = "paused";
/// A code takes nothing off any more.
pub const ENDED: &str = "ended";
/// A link leads to its page, and nobody is credited.
pub const CUT: &str = "cut";
/// A piece is not made for now.
pub const HELD: &str = "held";
/// A piece is to be made.
pub const PLANNED: &str = "planned";
/// A piece is never made.
pub const CANCELLED: &str = "cancelled";
/// It was put right.
pub const FIXED: &str = "fixed";
/// A boost may spend so much in all: the word, a space, and the amount as money is written.
const BUDGET: &str = "budget ";

/// What a code takes off, as the state that sets it: `value 10 %`.
#[must_use]
pub fn value_state(percent: Percent) -> String {
    format!("{VALUE}{} %", percent.0.normalize())
}

/// The share that [`value_state`] wrote, whoever wrote it.
#[must_use]
pub fn value_in(state: &str) -> Option<Percent> {
    let number = state.strip_prefix(VALUE)?.trim().strip_suffix('%')?.trim().parse::<Decimal>().ok()?;
    (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&number).then_some(Percent(number))
}

/// How a state begins that is a share.
const VALUE: &str = "value ";

/// The state of a boost whose whole budget is `amount`: `budget 3620.00 EUR`.
#[must_use]
pub fn budget_state(amount: Money) -> String {
    format!("{BUDGET}{amount}")
}

/// The amount that [`budget_state`] wrote, whoever wrote it.
#[must_use]
pub fn budget_in(state: &str) -> Option<Money> {
    state.strip_prefix(BUDGET)?.trim().parse().ok()
}

impl Deed {
    /// The state that this sets, in the words that hands and messages use.
    #[must_use]
    pub fn desired(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::StopBoost { .. } => PAUSED,
            Self::ResumeBoost { .. } | Self::ReviveCode { .. } | Self::ReviveLink { .. } => ACTIVE,
            Self::EndCode { .. } => ENDED,
            Self::CutLink { .. } => CUT,
            Self::Hold { .. } => HELD,
            Self::Release { .. } => PLANNED,
            Self::Cancel { .. } => CANCELLED,
            Self::AskFix { .. } => FIXED,
            Self::CutBoost { budget, .. } | Self::RaiseBoost { budget, .. } | Self::SetBudget { budget, .. } => {
                return Cow::Owned(budget_state(*budget));
            }
            Self::SetValue { percent, .. } => return Cow::Owned(value_state(*percent)),
        })
    }

    /// The budget that this sets; `None` where it sets whether something runs.
    #[must_use]
    pub fn budget(&self) -> Option<Money> {
        match self {
            Self::CutBoost { budget, .. } | Self::RaiseBoost { budget, .. } | Self::SetBudget { budget, .. } => {
                Some(*budget)
            }
            Self::StopBoost { .. }
            | Self::ResumeBoost { .. }
            | Self::SetValue { .. }
            | Self::EndCode { .. }
            | Self::ReviveCode { .. }
            | Self::CutLink { .. }
            | Self::ReviveLink { .. }
            | Self::Hold { .. }
            | Self::Release { .. }
            | Self::Cancel { .. }
            | Self::AskFix { .. } => None,
        }
    }

    /// The share that this has a code take off; `None` where it sets anything else.
    #[must_use]
    pub fn value(&self) -> Option<Percent> {
        if let Self::SetValue { percent, .. } = self { Some(*percent) } else { None }
    }

    /// Whether it sets how much, and leaves whether something runs as it is.
    #[must_use]
    pub fn sets_amount(&self) -> bool {
        self.budget().is_some() || self.value().is_some()
    }

    /// Whether what somebody says of the object is the state that this sets. Amounts are compared as money, shares as
    /// numbers.
    #[must_use]
    pub fn is_met_by(&self, said: &str) -> bool {
        match (self.budget(), self.value()) {
            (Some(budget), _) => budget_in(said) == Some(budget),
            (None, Some(percent)) => value_in(said) == Some(percent),
            (None, None) => self.desired() == said,
        }
    }

    /// What it is about.
    #[must_use]
    pub fn object(&self) -> Object<'_> {
        match self {
            Self::StopBoost { boost }
            | Self::ResumeBoost { boost }
            | Self::CutBoost { boost, .. }
            | Self::RaiseBoost { boost, .. }
            | Self::SetBudget { boost, .. } => Object::Boost(boost),
            Self::EndCode { partnership, code }
            | Self::ReviveCode { partnership, code }
            | Self::SetValue { partnership, code, .. } => Object::Code(partnership, code),
            Self::CutLink { partnership, link } | Self::ReviveLink { partnership, link } => {
                Object::Link(partnership, link)
            }
            Self::Hold { partnership, deliverable }
            | Self::Release { partnership, deliverable }
            | Self::Cancel { partnership, deliverable } => Object::Deliverable(partnership, deliverable),
            Self::AskFix { partnership, what, deliverable } => Object::Fix(partnership, *what, deliverable.as_ref()),
        }
    }

    /// Whether it stops something, or a part of it; else it lets something run.
    #[must_use]
    pub fn stops(&self) -> bool {
        match self {
            Self::StopBoost { .. }
            | Self::CutBoost { .. }
            | Self::EndCode { .. }
            | Self::CutLink { .. }
            | Self::Hold { .. }
            | Self::Cancel { .. } => true,
            Self::SetBudget { budget, was, .. } => budget.minor < was.minor,
            Self::ResumeBoost { .. }
            | Self::RaiseBoost { .. }
            | Self::SetValue { .. }
            | Self::ReviveCode { .. }
            | Self::ReviveLink { .. }
            | Self::Release { .. }
            | Self::AskFix { .. } => false,
        }
    }

    /// Whose word makes it so: the creator's, for what is done with people; `None` where a platform says it.
    #[must_use]
    pub fn asks(&self) -> Option<&PartnershipRef> {
        match self {
            Self::Hold { partnership, .. }
            | Self::Release { partnership, .. }
            | Self::Cancel { partnership, .. }
            | Self::AskFix { partnership, .. } => Some(partnership),
            Self::StopBoost { .. }
            | Self::ResumeBoost { .. }
            | Self::CutBoost { .. }
            | Self::RaiseBoost { .. }
            | Self::SetBudget { .. }
            | Self::SetValue { .. }
            | Self::EndCode { .. }
            | Self::ReviveCode { .. }
            | Self::CutLink { .. }
            | Self::ReviveLink { .. } => None,
        }
    }

    /// Whether there is a way back once it is done.
    #[must_use]
    pub fn can_be_taken_back(&self) -> bool {
        match self {
            Self::Cancel { .. } | Self::AskFix { .. } => false,
            Self::StopBoost { .. }
            | Self::ResumeBoost { .. }
            | Self::CutBoost { .. }
            | Self::RaiseBoost { .. }
            | Self::SetBudget { .. }
            | Self::SetValue { .. }
            | Self::EndCode { .. }
            | Self::ReviveCode { .. }
            | Self::CutLink { .. }
            | Self::ReviveLink { .. }
            | Self::Hold { .. }
            | Self::Release { .. } => true,
        }
    }

    /// The name in JSON, the journal and the wording files.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::StopBoost { .. } => "stop_boost",
            Self::ResumeBoost { .. } => "resume_boost",
            Self::CutBoost { .. } => "cut_boost",
            Self::RaiseBoost { .. } => "raise_boost",
            Self::SetBudget { .. } => "set_budget",
            Self::SetValue { .. } => "set_value",
            Self::EndCode { .. } => "end_code",
            Self::ReviveCode { .. } => "revive_code",
            Self::CutLink { .. } => "cut_link",
            Self::ReviveLink { .. } => "revive_link",
            Self::Hold { .. } => "hold",
            Self::Release { .. } => "release",
            Self::Cancel { .. } => "cancel",
            Self::AskFix { what: Fix::MakeGood, .. } => "ask_make_good",
            Self::AskFix { what: Fix::Check | Fix::Link | Fix::Code, .. } => "ask_fix",
            Self::AskFix { what: Fix::Disclosure, .. } => "ask_mark",
            Self::AskFix { what: Fix::Draft | Fix::Post | Fix::Proof | Fix::Report, .. } => "ask_late",
            Self::AskFix { what: Fix::MoreTime, .. } => "ask_time",
            Self::AskFix { what: Fix::Rights, .. } => "ask_right",
        }
    }

    /// The deed that restores the state there was `before`; where that is not known, the one that takes this back. What
    /// [cannot be taken back](Self::can_be_taken_back) is its own answer, and so is a code's value that was not recorded.
    #[must_use]
    pub fn taken_back(&self, before: Option<&str>) -> Self {
        let was_stopped = before.map_or(!self.stops(), |before| before != ACTIVE);
        match self {
            Self::StopBoost { boost } | Self::ResumeBoost { boost } => {
                let boost = boost.clone();
                if was_stopped { Self::StopBoost { boost } } else { Self::ResumeBoost { boost } }
            }
            Self::CutBoost { boost, budget, was } | Self::RaiseBoost { boost, budget, was } => {
                let (boost, was) = (boost.clone(), before.and_then(budget_in).unwrap_or(*was));
                if was.minor < budget.minor {
                    Self::CutBoost { boost, budget: was, was: *budget }
                } else {
                    Self::RaiseBoost { boost, budget: was, was: *budget }
                }
            }
            Self::SetBudget { boost, budget, was } => {
                let was = before.and_then(budget_in).unwrap_or(*was);
                Self::SetBudget { boost: boost.clone(), budget: was, was: *budget }
            }
            Self::SetValue { partnership, code, percent } => Self::SetValue {
                partnership: partnership.clone(),
                code: code.clone(),
                percent: before.and_then(value_in).unwrap_or(*percent),
            },
            Self::EndCode { partnership, code } | Self::ReviveCode { partnership, code } => {
                let (partnership, code) = (partnership.clone(), code.clone());
                if was_stopped { Self::EndCode { partnership, code } } else { Self::ReviveCode { partnership, code } }
            }
            Self::CutLink { partnership, link } | Self::ReviveLink { partnership, link } => {
                let (partnership, link) = (partnership.clone(), link.clone());
                if was_stopped { Self::CutLink { partnership, link } } else { Self::ReviveLink { partnership, link } }
            }
            Self::Hold { partnership, deliverable } => {
                Self::Release { partnership: partnership.clone(), deliverable: deliverable.clone() }
            }
            Self::Release { partnership, deliverable } => {
                Self::Hold { partnership: partnership.clone(), deliverable: deliverable.clone() }
            }
            Self::Cancel { .. } | Self::AskFix { .. } => self.clone(),
        }
    }

    /// What its object is called where somebody types it.
    #[must_use]
    pub fn typed(&self) -> String {
        match self.object() {
            Object::Boost(boost) => boost.to_string(),
            Object::Code(_, code) => code.to_owned(),
            Object::Link(_, link) => link.to_owned(),
            Object::Deliverable(partnership, deliverable) => format!("{partnership}/{deliverable}"),
            Object::Fix(partnership, _, Some(piece)) => format!("{partnership}/{piece}"),
            Object::Fix(partnership, _, None) => partnership.to_string(),
        }
    }

    /// What people call its object, as far as the deed itself tells.
    #[must_use]
    pub fn title(&self) -> String {
        match self.object() {
            Object::Boost(_) | Object::Code(..) | Object::Link(..) => self.typed(),
            Object::Deliverable(_, deliverable) => title_of(deliverable),
            Object::Fix(partnership, ..) => partnership.creator.to_string(),
        }
    }
}

/// How far a proposal is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum ProposalStage {
    /// Waits for somebody's yes, until it expires.
    Proposed { until: Timestamp },
    /// Agreed; to be done.
    Approved { by: String, at: Timestamp },
    /// A request may have left; done again with the same key if nothing more is known.
    Doing { since: Timestamp, tries: u32, not_before: Timestamp },
    /// The platform accepted, or the creator was asked; to be read back, or answered.
    Done { at: Timestamp, tries: u32, not_before: Timestamp },
    /// The platform, or the creator, says it is so.
    Verified { at: Timestamp, state: String },
    /// Not done, and why.
    Failed { at: Timestamp, reason: String },
    /// Somebody said no.
    Rejected { by: String, at: Timestamp },
    /// Nobody answered.
    Expired { at: Timestamp },
    /// The guard said no.
    Refused { at: Timestamp, reason: String },
}

impl Proposal {
    /// The rule that agreed to it by itself, as `rule/ID`; `None` where a person did, or nobody yet.
    #[must_use]
    pub fn agreed_by_rule(&self) -> Option<&str> {
        match &self.stage {
            ProposalStage::Approved { by, .. } if *by == self.asked_by && by.starts_with("rule/") => Some(by),
            _ => None,
        }
    }
}

impl ProposalStage {
    /// Whether nothing more will happen to it by itself.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match self {
            Self::Proposed { .. } | Self::Approved { .. } | Self::Doing { .. } | Self::Done { .. } => false,
            Self::Verified { .. }
            | Self::Failed { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Refused { .. } => true,
        }
    }
}

/// How a creator was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedOf {
    /// Here, in a direct message; else somebody had to tell them.
    pub direct: bool,
    /// Who noted the answer, where the creator did not give it here.
    pub noted_by: Option<String>,
}

/// Why something that was stopped is wanted back: numbers that came later cleared the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revival {
    /// The proposal by which it was stopped.
    pub proposal: u64,
    /// The orders there are now, and how many were needed for what was spent; `None` where the line is not about orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<(u64, u64)>,
}

/// A wish to act, with everything needed to decide on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its number.
    pub number: u64,
    /// The incident it answers, if one does.
    pub incident: Option<String>,
    /// What it is about.
    pub subject: Subject,
    /// What is to be done.
    #[serde(flatten)]
    pub deed: Deed,
    /// Where it is done.
    pub source: SourceId,
    /// What the object is called there.
    pub object: String,
    /// Money it saves, where that is known.
    pub saves: Option<Money>,
    /// The state before, as read just before acting: what Undo restores.
    pub before: Option<String>,
    /// Who, or which rule, asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// When the data it rests on were read; `None` when a person asked without data.
    pub data_at: Option<Timestamp>,
    /// This takes back another one.
    pub undoes: Option<u64>,
    /// This brings back what another one stopped, because the line has been cleared since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revives: Option<Revival>,
    /// How its creator was asked, for what is done with people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<AskedOf>,
    /// Who has agreed, where it takes several; each person once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<Agreement>,
    /// When its request might first have left. What is begun later about the same object goes over it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_at: Option<Timestamp>,
    /// How far it is.
    #[serde(flatten)]
    pub stage: ProposalStage,
}

impl Proposal {
    /// Whether another one about the same object was begun after this one: what this one wants is not wanted any more.
    #[must_use]
    pub fn is_overtaken_by(&self, other: &Self) -> bool {
        let same = self.number != other.number && self.source == other.source && self.object == other.object;
        let begun = self.begun_at.zip(other.begun_at);
        same && begun.is_some_and(|(mine, theirs)| (mine, self.number) < (theirs, other.number))
    }
}

#[cfg(test)]
mod tests;
