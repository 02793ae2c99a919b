//! An offer: a change to a deal that one side puts to the other, binding when both have accepted.
//!
//! Owns: the closed list of what can be offered ([`Term`], in `term`), who may answer, and the table of states. Refuses:
//! clocks and stores; the time is passed in, and whoever keeps an [`Offer`] keeps the documents that it changes. Nobody
//! accepts their own offer, and money above an amount takes two people of the brand's side.

mod read;
mod term;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::document::PartnershipRef;

pub use read::{Unread, amount};
pub use term::{Deal, FEE_TIMES_MAX, Term, Unfit, Value};

/// Who speaks of a deal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The creator, or who answers for them.
    Creator,
    /// The brand or its agency.
    Brand,
}

impl Side {
    /// The name in JSON and the key of its words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creator => "creator",
            Self::Brand => "brand",
        }
    }
}

/// Somebody's yes, no or word, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nod {
    /// As the journal calls them.
    pub who: String,
    /// As people call them.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// Where an offer stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// A rule suggests it; a person of the brand's side sends it, or does not.
    Draft,
    /// It is about so much money that one more person of the brand's side must agree before it is sent.
    Waits,
    /// The other side has it.
    Open,
    /// It binds both.
    Accepted {
        /// Who accepted it.
        by: Nod,
    },
    /// The other side said no.
    Declined {
        /// Who.
        by: Nod,
    },
    /// Its own side took it back.
    Withdrawn {
        /// Who.
        by: Nod,
    },
    /// A newer offer about the same took its place.
    Superseded {
        /// The number of that one.
        by: u64,
        /// When.
        at: Timestamp,
    },
    /// Nobody answered in time.
    Expired {
        /// When.
        at: Timestamp,
    },
    /// The deal was changed otherwise meanwhile, so it fits no more.
    Overtaken {
        /// When.
        at: Timestamp,
    },
}

impl Stage {
    /// Nothing can come of it any more.
    #[must_use]
    pub fn is_over(&self) -> bool {
        match self {
            Self::Draft | Self::Waits | Self::Open => false,
            Self::Accepted { .. }
            | Self::Declined { .. }
            | Self::Withdrawn { .. }
            | Self::Superseded { .. }
            | Self::Expired { .. }
            | Self::Overtaken { .. } => true,
        }
    }
}

/// A change to a deal that one side puts to the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its number: what people type.
    pub number: u64,
    /// Of which deal.
    pub partnership: PartnershipRef,
    /// What would change.
    pub term: Term,
    /// What was in force when it was made.
    pub was: Value,
    /// Whose it is; the other side answers.
    pub side: Side,
    /// Who made it.
    pub by: Nod,
    /// In their own words, why.
    #[serde(default)]
    pub note: Option<String>,
    /// The rule that suggested it.
    #[serde(default)]
    pub rule: Option<String>,
    /// Who of the brand's side has agreed to it so far.
    #[serde(default)]
    pub nods: Vec<Nod>,
    /// How many of them it takes.
    pub needs: u32,
    /// When it ends by itself; `None` while no time runs: it is not sent yet, or the creator was not told.
    pub until: Option<Timestamp>,
    /// The creator has a chat with us; else a person tells them and notes their answer.
    pub direct: bool,
    /// Who told the creator, where the program could not.
    #[serde(default)]
    pub told: Option<Nod>,
    /// Who noted the creator's answer.
    #[serde(default)]
    pub noted_by: Option<Nod>,
    /// Where it stands.
    pub stage: Stage,
}

/// Why nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is over.
    Over,
    /// Nobody accepts their own.
    Own,
    /// They have agreed before; it takes somebody else.
    Again,
    /// It is not theirs to answer: nobody has sent it to them.
    NotAsked,
    /// The creator can answer themselves.
    Direct,
}

/// How long an offer waits for its answer, counted from when the other side has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waits(pub SignedDuration);

fn later(at: Timestamp, long: SignedDuration) -> Timestamp {
    at.checked_add(long).unwrap_or(Timestamp::MAX)
}

impl Offer {
    /// Whether it still can be answered at `now`.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        !self.stage.is_over() && self.until.is_none_or(|until| now < until)
    }

    /// The other side can see it.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        !matches!(self.stage, Stage::Draft | Stage::Waits) && (self.side == Side::Creator || self.until.is_some())
    }

    /// Puts it before the other side, as soon as enough people of the brand's side agree.
    #[must_use]
    pub fn opened(mut self, waits: Waits, now: Timestamp) -> Self {
        let enough = self.side == Side::Creator || self.has_enough();
        self.stage = if enough { Stage::Open } else { Stage::Waits };
        // The creator's time runs from when they know; the team's from now, also while it makes up its mind.
        self.until = match (enough, self.side, self.direct) {
            (true, Side::Brand, false) => None,
            (_, _, _) => Some(later(now, waits.0)),
        };
        self
    }

    fn has_enough(&self) -> bool {
        u32::try_from(self.nods.len()).is_ok_and(|nods| self.needs <= nods)
    }

    /// How many people of the brand's side have still to agree.
    #[must_use]
    pub fn missing(&self) -> u32 {
        self.needs.saturating_sub(u32::try_from(self.nods.len()).unwrap_or(u32::MAX))
    }

    /// Somebody says yes.
    ///
    /// # Errors
    ///
    /// It is over, their own, or not before them.
    pub fn accept(&self, side: Side, by: Nod, waits: Waits) -> Result<Self, Refused> {
        if !self.is_open(by.at) {
            return Err(Refused::Over);
        }
        let mut one = self.clone();
        match (&self.stage, side, self.side) {
            (Stage::Draft | Stage::Waits, Side::Creator, _) => Err(Refused::NotAsked),
            (Stage::Open, Side::Creator, Side::Creator) | (Stage::Open, Side::Brand, Side::Brand) => Err(Refused::Own),
            (Stage::Open, Side::Creator, Side::Brand) => {
                one.stage = Stage::Accepted { by };
                Ok(one)
            }
            (Stage::Draft | Stage::Waits | Stage::Open, Side::Brand, _) => {
                if self.nods.iter().any(|nod| nod.who == by.who) {
                    return Err(Refused::Again);
                }
                if self.stage == Stage::Draft {
                    one.by = by.clone();
                }
                one.nods.push(by.clone());
                match (self.side, one.has_enough()) {
                    (Side::Creator, true) => one.stage = Stage::Accepted { by },
                    (Side::Creator, false) => {}
                    (Side::Brand, _) => one = one.opened(waits, by.at),
                }
                Ok(one)
            }
            (
                Stage::Accepted { .. }
                | Stage::Declined { .. }
                | Stage::Withdrawn { .. }
                | Stage::Superseded { .. }
                | Stage::Expired { .. }
                | Stage::Overtaken { .. },
                _,
                _,
            ) => Err(Refused::Over),
        }
    }

    /// Somebody says no; of their own side it is taken back.
    ///
    /// # Errors
    ///
    /// It is over, or not before them.
    pub fn decline(&self, side: Side, by: Nod) -> Result<Self, Refused> {
        if !self.is_open(by.at) {
            return Err(Refused::Over);
        }
        if side == Side::Creator && self.side == Side::Brand && self.stage != Stage::Open {
            return Err(Refused::NotAsked);
        }
        let stage = if side == self.side { Stage::Withdrawn { by } } else { Stage::Declined { by } };
        Ok(Self { stage, ..self.clone() })
    }

    /// A person has told the creator: from now on their time runs.
    ///
    /// # Errors
    ///
    /// It is over, or there is nobody to be told by a person.
    pub fn told(&self, by: &Nod, waits: Waits) -> Result<Self, Refused> {
        if !self.is_open(by.at) || self.stage != Stage::Open {
            return Err(Refused::Over);
        }
        if self.direct || self.side == Side::Creator {
            return Err(Refused::Direct);
        }
        let told = self.told.clone().unwrap_or_else(|| by.clone());
        Ok(Self { until: Some(self.until.unwrap_or_else(|| later(by.at, waits.0))), told: Some(told), ..self.clone() })
    }

    /// A person notes what a creator answered elsewhere, who is thereby told.
    ///
    /// # Errors
    ///
    /// As [`Self::told`].
    pub fn noted(&self, yes: bool, by: Nod, creator: (&str, &str), waits: Waits) -> Result<Self, Refused> {
        let mut one = self.told(&by, waits)?;
        let theirs = Nod { who: creator.0.to_owned(), name: creator.1.to_owned(), at: by.at };
        one.stage = if yes { Stage::Accepted { by: theirs } } else { Stage::Declined { by: theirs } };
        one.noted_by = Some(by);
        Ok(one)
    }

    /// A newer one about the same takes its place.
    #[must_use]
    pub fn superseded(&self, by: u64, at: Timestamp) -> Self {
        Self { stage: Stage::Superseded { by, at }, ..self.clone() }
    }

    /// Its time is over.
    #[must_use]
    pub fn expired(&self, at: Timestamp) -> Self {
        Self { stage: Stage::Expired { at }, ..self.clone() }
    }

    /// The deal changed otherwise.
    #[must_use]
    pub fn overtaken(&self, at: Timestamp) -> Self {
        Self { stage: Stage::Overtaken { at }, ..self.clone() }
    }

    /// When somebody has to look at it.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        self.until.filter(|_| !self.stage.is_over())
    }
}

#[cfg(test)]
mod tests;
