//! Losing a level with due process: told first, time to react, an objection that stops the clock, and a way back.
//!
//! telling → grace → lowered → offered → restored; from telling, grace, an objection or a mediation also → kept or
//! withdrawn. Owns: the
//! table of these steps, with the time passed in, and what a rule of this kind must say. Refuses: clocks, stores and
//! sentences; whoever keeps a [`Case`] brings the [`Facts`] and does what [`Case::next`] says. Survives: restarts, because
//! a case is all that is known and each step is taken from it anew.
//!
//! What it promises: a level never changes before the creator was told and the whole grace has run since (time that lies
//! with the brand is added to it), never while an objection or a mediation is open, never inside the minimum stay, and never on numbers that are missing or old.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::verdict::Verdict;

/// The team hears of a case this long after it began at the latest, also when the creator's message has not gone through:
/// long enough for every ordinary failure to be over, short enough to act the same day.
const TEAM_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// When nothing can be decided because numbers are missing or old, it is looked at again after this.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_hours(6);

/// How often a lowered level is looked at for a way back.
const WAY_BACK_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How long it is: half a year, after which a level is earned anew by joining again.
const WAY_BACK_FOR: SignedDuration = SignedDuration::from_hours(183 * 24);

/// Who asked to be kept posted is reminded so long before the end, or at half the time where grace is shorter.
const REMIND_BEFORE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// The shortest grace: less is no time to react.
const GRACE_MIN: SignedDuration = SignedDuration::from_hours(24);

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
pub enum Stage {
    /// The creator is to be told; no time runs.
    Telling,
    /// The creator has been told and the time runs.
    Grace {
        /// When grace is over.
        until: Timestamp,
    },
    /// The creator objected, and no time runs until a person has answered.
    Appealed {
        /// What is left of grace then.
        left: SignedDuration,
    },
    /// Both sides talk about another way, and no time runs until they agree or give up.
    Mediating {
        /// What is left of grace then.
        left: SignedDuration,
        /// Until when they talk.
        until: Timestamp,
    },
    /// Over: the level stays.
    Kept {
        /// Since when.
        at: Timestamp,
        /// Who decided it; nobody where the numbers did.
        by: Option<String>,
    },
    /// Over: there is nothing to decide any more (the creator left, the rule or the level changed).
    Withdrawn {
        /// Since when.
        at: Timestamp,
    },
    /// The level changed.
    Lowered {
        /// When.
        at: Timestamp,
    },
    /// The criterion is met again, and the team is asked to give the level back.
    Offered {
        /// Since when.
        at: Timestamp,
    },
    /// Over: the level was given back.
    Restored {
        /// When.
        at: Timestamp,
        /// By whom.
        by: String,
    },
    /// Over: the new level stands.
    Closed {
        /// Since when.
        at: Timestamp,
    },
}

/// A creator's objection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appeal {
    /// Since when.
    pub at: Timestamp,
    /// In their own words.
    #[serde(default)]
    pub text: Option<String>,
    /// Who stood by the notice, and when; `None` while it is open, or where the level was kept.
    #[serde(default)]
    pub answered: Option<(String, Timestamp)>,
}

/// One level that may be lost, from the rule's firing to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The level now.
    pub from: String,
    /// The one below.
    pub to: String,
    /// When the rule fired.
    pub opened_at: Timestamp,
    /// How long the creator has after being told.
    pub grace: SignedDuration,
    /// The minimum stay on the level ends then.
    pub stays_until: Timestamp,
    /// Where it stands.
    #[serde(flatten)]
    pub stage: Stage,
    /// When the creator was told.
    #[serde(default)]
    pub told_at: Option<Timestamp>,
    /// Who recorded telling them, where the program could not.
    #[serde(default)]
    pub told_by: Option<String>,
    /// The team has been told.
    #[serde(default)]
    pub team_told: bool,
    /// The creator wants to hear from it before the end.
    #[serde(default)]
    pub posted: bool,
    /// And has.
    #[serde(default)]
    pub reminded: bool,
    /// Their objection: one in a case, so that the clock is not stopped again and again.
    #[serde(default)]
    pub appeal: Option<Appeal>,
    /// Time that lies with the brand and was added to grace and stay so far.
    #[serde(default, skip_serializing_if = "SignedDuration::is_zero")]
    pub excused: SignedDuration,
    /// Their talk about another way: one in a case, for the same reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mediation: Option<Mediation>,
    /// Not looked at again before this.
    #[serde(default)]
    pub look_at: Option<Timestamp>,
}

/// What is known when a case is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// When the notice arrived in a direct message with the creator.
    pub delivered_at: Option<Timestamp>,
    /// There is such a direct message.
    pub reachable: bool,
    /// The creator's level now, while they are in the programme and the rule is in force.
    pub level: Option<String>,
    /// Whether the criterion is *not* met: the rule's condition.
    pub verdict: Verdict,
    /// The numbers are new enough to decide by.
    pub fresh: bool,
    /// How much of the time since the creator was told lies with the brand.
    pub excused: SignedDuration,
    /// Such a time lasts now.
    pub excuse_lasts: bool,
}

/// What is to be done about a case now. Match it without `_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing before then; nothing at all, as far as time goes, where there is no instant.
    Wait(Option<Timestamp>),
    /// Tell the team although the creator has not been told.
    TellTeam,
    /// Note that the creator was told then, start the clock and tell the team.
    Start(Timestamp),
    /// Add time that lies with the brand: so much in all, by now.
    Extend(SignedDuration),
    /// They have not agreed in time: the clock goes on.
    EndTalk,
    /// Remind the creator, who asked for it.
    Remind,
    /// Look again later: the numbers do not allow a decision.
    LookAgain(Timestamp),
    /// The level stays: the criterion is met.
    Keep,
    /// The level changes.
    Lower,
    /// There is nothing to decide any more.
    Withdraw,
    /// Ask the team to give the level back.
    OfferBack,
    /// The way back is over.
    Close,
}

/// Why a person's word changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It is decided.
    Over,
    /// They have objected, and it has been answered.
    Answered,
    /// There is no open objection to answer.
    NotAsked,
    /// The creator has been told already.
    Told,
    /// Another way has been talked about before.
    Talked,
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

impl Case {
    /// A new case.
    #[must_use]
    pub fn open(
        levels: (&str, &str),
        opened_at: Timestamp,
        since: Timestamp,
        (grace, stay): (SignedDuration, SignedDuration),
    ) -> Self {
        Self {
            from: levels.0.to_owned(),
            to: levels.1.to_owned(),
            opened_at,
            grace,
            stays_until: later(since, stay),
            stage: Stage::Telling,
            told_at: None,
            told_by: None,
            team_told: false,
            posted: false,
            reminded: false,
            appeal: None,
            excused: SignedDuration::ZERO,
            mediation: None,
            look_at: None,
        }
    }

    /// The level is not decided yet.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.stage {
            Stage::Telling | Stage::Grace { .. } | Stage::Appealed { .. } | Stage::Mediating { .. } => true,
            Stage::Kept { .. }
            | Stage::Withdrawn { .. }
            | Stage::Lowered { .. }
            | Stage::Offered { .. }
            | Stage::Restored { .. }
            | Stage::Closed { .. } => false,
        }
    }

    /// An objection waits for an answer.
    #[must_use]
    pub fn is_appealed(&self) -> bool {
        matches!(self.stage, Stage::Appealed { .. })
    }

    /// When the level changes at the earliest. Before the creator was told: were they told now.
    #[must_use]
    pub fn earliest(&self, now: Timestamp) -> Timestamp {
        let grace_over = match &self.stage {
            Stage::Grace { until } => *until,
            Stage::Appealed { left } | Stage::Mediating { left, .. } => later(now, *left),
            Stage::Lowered { at } | Stage::Offered { at } => return *at,
            Stage::Telling
            | Stage::Kept { .. }
            | Stage::Withdrawn { .. }
            | Stage::Restored { .. }
            | Stage::Closed { .. } => later(now, self.grace),
        };
        std::cmp::max(grace_over, self.stays_until)
    }

    /// When somebody who asked for it is reminded.
    fn remind_at(&self) -> Option<Timestamp> {
        let Stage::Grace { until } = self.stage else { return None };
        let end = std::cmp::max(until, self.stays_until);
        let before = std::cmp::min(REMIND_BEFORE, self.grace / 2);
        // Once it is looked at again and again there is no "before the end" any more.
        (self.posted && !self.reminded && self.look_at.is_none()).then(|| end.checked_sub(before).unwrap_or(end))
    }

    /// When it is to be looked at, as far as time alone goes; `None` when it is over. [`Timestamp::MAX`]: something else
    /// has to happen first.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Telling if !self.team_told => Some(later(self.opened_at, TEAM_AFTER)),
            Stage::Telling | Stage::Appealed { .. } | Stage::Offered { .. } => Some(Timestamp::MAX),
            Stage::Grace { until } => {
                let end = std::cmp::max(*until, self.stays_until);
                let end = self.look_at.map_or(end, |look| std::cmp::max(end, look));
                Some(self.remind_at().map_or(end, |remind| std::cmp::min(end, remind)))
            }
            Stage::Mediating { until, .. } => Some(*until),
            Stage::Lowered { at } => Some(self.look_at.unwrap_or_else(|| later(*at, WAY_BACK_EVERY))),
            Stage::Kept { .. } | Stage::Withdrawn { .. } | Stage::Restored { .. } | Stage::Closed { .. } => None,
        }
    }

    /// What is to be done now.
    #[must_use]
    pub fn next(&self, facts: &Facts, now: Timestamp) -> Step {
        let wait = || Step::Wait(self.due().filter(|at| *at != Timestamp::MAX));
        if self.is_open() && facts.level.as_ref() != Some(&self.from) {
            return Step::Withdraw;
        }
        match &self.stage {
            Stage::Telling => match facts.delivered_at {
                Some(at) => Step::Start(at),
                None if self.team_told => wait(),
                None if !facts.reachable || later(self.opened_at, TEAM_AFTER) <= now => Step::TellTeam,
                None => wait(),
            },
            Stage::Mediating { until, .. } => {
                if *until <= now {
                    Step::EndTalk
                } else {
                    wait()
                }
            }
            Stage::Grace { .. } => {
                let end = self.earliest(now);
                // While it lasts its end is not known, so it is added once it is over, or when grace would be.
                if self.excused < facts.excused && (end <= now || !facts.excuse_lasts) {
                    return Step::Extend(facts.excused);
                }
                if now < end {
                    let remind = self.remind_at().is_some_and(|at| at <= now);
                    return if remind { Step::Remind } else { wait() };
                }
                match (facts.fresh, facts.verdict) {
                    _ if self.look_at.is_some_and(|at| now < at) => wait(),
                    (true, Verdict::Holds) => Step::Lower,
                    (true, Verdict::DoesNotHold) => Step::Keep,
                    (false, _) | (true, Verdict::Unknown) => Step::LookAgain(later(now, LOOK_AGAIN)),
                }
            }
            Stage::Lowered { .. } | Stage::Offered { .. } if facts.level.as_ref() != Some(&self.to) => Step::Close,
            Stage::Lowered { at } => match self.due() {
                Some(due) if now < due => wait(),
                _ if later(*at, WAY_BACK_FOR) <= now => Step::Close,
                _ if facts.fresh && facts.verdict == Verdict::DoesNotHold => Step::OfferBack,
                _ => Step::LookAgain(later(now, WAY_BACK_EVERY)),
            },
            Stage::Appealed { .. }
            | Stage::Offered { .. }
            | Stage::Kept { .. }
            | Stage::Withdrawn { .. }
            | Stage::Restored { .. }
            | Stage::Closed { .. } => Step::Wait(None),
        }
    }

    /// The case after a step was taken.
    #[must_use]
    pub fn after(&self, step: Step, now: Timestamp) -> Self {
        let mut case = self.clone();
        match step {
            Step::Wait(_) => return case,
            Step::TellTeam => case.team_told = true,
            Step::Start(told_at) => {
                // The clock starts when it is known: a restart in between makes grace longer, never shorter.
                case.told_at = Some(std::cmp::min(told_at, now));
                case.team_told = true;
                case.stage = Stage::Grace { until: later(now, self.grace) };
            }
            Step::Extend(excused) => {
                let more = excused - case.excused;
                case.excused = excused;
                case.stays_until = later(case.stays_until, more);
                if let Stage::Grace { until } = &mut case.stage {
                    *until = later(*until, more);
                }
            }
            Step::EndTalk => case.end_talk(now),
            Step::Remind => case.reminded = true,
            Step::LookAgain(at) => {
                case.look_at = Some(at);
                return case;
            }
            Step::Keep => case.stage = Stage::Kept { at: now, by: None },
            Step::Lower => case.stage = Stage::Lowered { at: now },
            Step::Withdraw => case.stage = Stage::Withdrawn { at: now },
            Step::OfferBack => case.stage = Stage::Offered { at: now },
            Step::Close => case.stage = Stage::Closed { at: now },
        }
        case.look_at = None;
        case
    }

    /// The rule recovered, or does not speak about the creator any more.
    #[must_use]
    pub fn rule_ended(&self, recovered: bool, now: Timestamp) -> Option<Self> {
        let step = if recovered { Step::Keep } else { Step::Withdraw };
        self.is_open().then(|| self.after(step, now))
    }

    /// A person records that they have told the creator themselves.
    ///
    /// # Errors
    ///
    /// The creator has been told, or it is decided.
    pub fn told_by(&self, who: &str, now: Timestamp) -> Result<Self, Refused> {
        match self.stage {
            Stage::Telling => Ok(Self { told_by: Some(who.to_owned()), ..self.after(Step::Start(now), now) }),
            Stage::Grace { .. } | Stage::Appealed { .. } | Stage::Mediating { .. } => Err(Refused::Told),
            _ => Err(Refused::Over),
        }
    }

    /// The creator objects: the clock stops. Said again while it is open it adds their words.
    ///
    /// # Errors
    ///
    /// It is decided, or an objection was answered before.
    pub fn appeal(&self, text: Option<&str>, now: Timestamp) -> Result<Self, Refused> {
        let mut case = self.clone();
        let text = text.map(str::to_owned);
        match (&self.stage, &self.appeal) {
            (Stage::Appealed { .. }, Some(kept)) => {
                case.appeal = Some(Appeal { text: text.or_else(|| kept.text.clone()), ..kept.clone() });
            }
            (Stage::Telling | Stage::Grace { .. }, None) => {
                let left = match &self.stage {
                    Stage::Grace { until } => std::cmp::max(until.duration_since(now), SignedDuration::ZERO),
                    _ => self.grace,
                };
                // Who objects has been told, whatever became of the platform's answer.
                case.told_at = Some(self.told_at.unwrap_or(now));
                case.team_told = true;
                case.stage = Stage::Appealed { left };
                case.appeal = Some(Appeal { at: now, text, answered: None });
            }
            (Stage::Telling | Stage::Grace { .. } | Stage::Appealed { .. } | Stage::Mediating { .. }, _) => {
                return Err(Refused::Answered);
            }
            (_, _) => return Err(Refused::Over),
        }
        Ok(case)
    }

    /// A person answers the objection: the level stays, or the notice stands and the clock goes on.
    ///
    /// # Errors
    ///
    /// There is no open objection.
    pub fn answer(&self, keep: bool, who: &str, now: Timestamp) -> Result<Self, Refused> {
        let Stage::Appealed { left } = self.stage else {
            return Err(if self.is_open() { Refused::NotAsked } else { Refused::Over });
        };
        let mut case = self.clone();
        if keep {
            case.stage = Stage::Kept { at: now, by: Some(who.to_owned()) };
            return Ok(case);
        }
        // At least a day to hear the answer.
        case.stage = Stage::Grace { until: later(now, std::cmp::max(left, GRACE_MIN)) };
        if let Some(appeal) = &mut case.appeal {
            appeal.answered = Some((who.to_owned(), now));
        }
        Ok(case)
    }

    /// A person gives the level back, or leaves it.
    ///
    /// # Errors
    ///
    /// Nobody was asked to.
    pub fn give_back(&self, back: bool, who: &str, now: Timestamp) -> Result<Self, Refused> {
        match self.stage {
            Stage::Offered { .. } if back => {
                Ok(Self { stage: Stage::Restored { at: now, by: who.to_owned() }, ..self.clone() })
            }
            Stage::Offered { .. } => Ok(Self { stage: Stage::Closed { at: now }, ..self.clone() }),
            Stage::Restored { .. } | Stage::Closed { .. } => Err(Refused::Over),
            _ => Err(Refused::NotAsked),
        }
    }

    /// The creator wants to hear from it before the end. `false`: there is nothing to hear of any more.
    #[must_use]
    pub fn keep_posted(&self) -> Option<Self> {
        self.is_open().then(|| Self { posted: true, ..self.clone() })
    }
}

impl Stage {
    /// The name in JSON.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Telling => "telling",
            Self::Grace { .. } => "grace",
            Self::Appealed { .. } => "appealed",
            Self::Mediating { .. } => "mediating",
            Self::Kept { .. } => "kept",
            Self::Withdrawn { .. } => "withdrawn",
            Self::Lowered { .. } => "lowered",
            Self::Offered { .. } => "offered",
            Self::Restored { .. } => "restored",
            Self::Closed { .. } => "closed",
        }
    }
}

pub use mediation::{Mediation, Side, Suggestion, Way};
pub use milestone::Milestone;

mod keys;
mod mediation;
mod milestone;

pub(super) use keys::check_keys;

#[cfg(test)]
mod tests;
