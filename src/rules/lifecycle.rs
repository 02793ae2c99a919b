//! The phases of one rule on one subject, and why each change happens.
//!
//! quiet → pending → firing → recovering → resolved → pending …; a person's acknowledgement and snooze lie over the phase
//! and survive judging. What is absent moves nothing.
//!
//! Owns: the table of changes, cooldown, the daily limit. Refuses: readings. Survives: restarts, because [`Memory`] is all
//! it knows and is stored at each change.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::verdict::Verdict;

use super::eval::{Sweep, age};
use super::excuse::Blame;
use super::rule::OnAbsent;

/// Where a rule stands with a subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing is the matter.
    #[default]
    Quiet,
    /// The condition holds, not yet for long enough.
    Pending,
    /// An incident is open.
    Firing,
    /// The recovery condition holds, not yet for long enough.
    Recovering,
    /// The incident is over; nothing has been the matter since.
    Resolved,
}

/// What people are shown: the phase, or what a person said about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the words of DESIGN §6")]
pub enum Standing {
    Quiet,
    Pending,
    Firing,
    Acknowledged,
    Snoozed,
    Recovering,
    Resolved,
}

/// Why the phase changed, or why it did not. A closed list: wording has a sentence for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Stays: the condition does not hold.
    DoesNotHold,
    /// To pending: the condition began to hold.
    BeganToHold,
    /// Stays pending: it holds, not yet for long enough.
    NotYetLongEnough,
    /// To firing: it held for as long as `for` says.
    HeldLongEnough,
    /// To quiet: it stopped holding before it fired.
    StoppedHolding,
    /// Stays firing: the recovery condition does not hold.
    StillFiring,
    /// To recovering: the recovery condition began to hold.
    BeganToRecover,
    /// Stays recovering: not yet for long enough.
    NotYetRecovered,
    /// To firing again: the recovery condition stopped holding.
    Relapsed,
    /// To resolved: the recovery condition held long enough.
    Recovered,
    /// Stays: it would fire, but the last fire is too near.
    CoolingDown,
    /// Stays: it would fire, but has fired as often as it may today.
    DailyLimit,
    /// Stays: a number that would decide is absent.
    Unknown,
    /// Stays, and is told once: a number that would decide is absent.
    DataAbsent,
    /// Stays, and is told: the numbers are back.
    DataBack,
    /// Stays, and is told again: a snooze is over and it still fires.
    SnoozeOver,
    /// To quiet or resolved: the rule does not speak about this subject any more.
    NotSelected,
    /// To quiet: the rule changed before it fired.
    RuleChanged,
    /// Stays: it would begin, or to resolved: it fired; in time that lies with the brand and does not count.
    BrandCause,
}

impl Phase {
    /// The name in JSON and the key of its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Recovering => "recovering",
            Self::Resolved => "resolved",
        }
    }
}

impl Standing {
    /// The name in JSON and the key of its word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::Pending => "pending",
            Self::Firing => "firing",
            Self::Acknowledged => "acknowledged",
            Self::Snoozed => "snoozed",
            Self::Recovering => "recovering",
            Self::Resolved => "resolved",
        }
    }
}

impl Reason {
    /// The name in JSON and the key of its sentence.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DoesNotHold => "does_not_hold",
            Self::BeganToHold => "began_to_hold",
            Self::NotYetLongEnough => "not_yet_long_enough",
            Self::HeldLongEnough => "held_long_enough",
            Self::StoppedHolding => "stopped_holding",
            Self::StillFiring => "still_firing",
            Self::BeganToRecover => "began_to_recover",
            Self::NotYetRecovered => "not_yet_recovered",
            Self::Relapsed => "relapsed",
            Self::Recovered => "recovered",
            Self::CoolingDown => "cooling_down",
            Self::DailyLimit => "daily_limit",
            Self::Unknown => "unknown",
            Self::DataAbsent => "data_absent",
            Self::DataBack => "data_back",
            Self::SnoozeOver => "snooze_over",
            Self::NotSelected => "not_selected",
            Self::RuleChanged => "rule_changed",
            Self::BrandCause => "brand_cause",
        }
    }
}

/// A person's word that they look after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// Who, as the journal writes it.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Fires of one calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fires {
    /// The day, in the zone of the frame.
    pub day: Date,
    /// How many.
    pub count: u32,
}

/// What a rule remembers about a subject. Stored when a judgement says that something changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The phase.
    pub phase: Phase,
    /// Since when; `None` before the first change.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// The rule's version when this was written.
    #[serde(default)]
    pub version: u32,
    /// When it last fired.
    #[serde(default)]
    pub last_fired: Option<Timestamp>,
    /// Fires on the day of the last one.
    #[serde(default)]
    pub fires: Option<Fires>,
    /// Since when it has been told that numbers are absent.
    #[serde(default)]
    pub absent_since: Option<Timestamp>,
    /// Somebody looks after the open incident.
    #[serde(default)]
    pub acknowledged: Option<Acknowledged>,
    /// Nobody is to be told before this.
    #[serde(default)]
    pub snoozed_until: Option<Timestamp>,
}

impl Memory {
    /// What people are shown.
    #[must_use]
    pub fn standing(&self, now: Timestamp) -> Standing {
        match self.phase {
            Phase::Quiet => Standing::Quiet,
            Phase::Pending => Standing::Pending,
            Phase::Resolved => Standing::Resolved,
            Phase::Firing | Phase::Recovering if self.is_snoozed(now) => Standing::Snoozed,
            Phase::Recovering => Standing::Recovering,
            Phase::Firing if self.acknowledged.is_some() => Standing::Acknowledged,
            Phase::Firing => Standing::Firing,
        }
    }

    /// Whether nobody is to be told now.
    #[must_use]
    pub fn is_snoozed(&self, now: Timestamp) -> bool {
        self.snoozed_until.is_some_and(|until| now < until)
    }

    /// Whether an incident is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.phase {
            Phase::Firing | Phase::Recovering => true,
            Phase::Quiet | Phase::Pending | Phase::Resolved => false,
        }
    }

    /// Somebody looks after the open incident; without one nothing happens.
    #[must_use]
    pub fn acknowledge(mut self, by: &str, at: Timestamp) -> Self {
        if self.is_open() {
            self.acknowledged = Some(Acknowledged { by: by.to_owned(), at });
        }
        self
    }

    /// Nobody is to be told about the open incident before `until`; without one nothing happens.
    #[must_use]
    pub fn snooze(mut self, until: Timestamp) -> Self {
        if self.is_open() {
            self.snoozed_until = Some(until);
        }
        self
    }
}

/// The keys of a rule that phases depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timing {
    pub(super) hold: SignedDuration,
    pub(super) cooldown: Option<SignedDuration>,
    pub(super) max_per_day: Option<u32>,
    pub(super) on_absent: OnAbsent,
    pub(super) version: u32,
}

/// What readings say at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Signals {
    /// Whether the rule speaks about the subject.
    pub(super) selected: bool,
    /// The condition.
    pub(super) when: Sweep,
    /// The recovery condition; looked at only while an incident is open.
    pub(super) recover: Sweep,
    /// What lies with the brand.
    pub(super) blame: Blame,
}

/// What becomes of the memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) memory: Memory,
    pub(super) reason: Reason,
    /// The memory must be stored and somebody may have to be told.
    pub(super) changed: bool,
}

/// The next phase and why. `today` is the calendar day of `now` in the campaign's zone.
pub(super) fn advance(timing: Timing, memory: &Memory, signals: Signals, now: Timestamp, today: Date) -> Step {
    let mut memory = memory.clone();
    let version_changed = memory.version != timing.version;
    memory.version = timing.version;
    if version_changed && memory.phase == Phase::Pending {
        // The clock of the old condition says nothing about the new one.
        memory.phase = Phase::Quiet;
        memory.since = Some(now);
        return Step { memory, reason: Reason::RuleChanged, changed: true };
    }
    let (phase, reason) = next(timing, &memory, signals, now, today);
    let moved = phase != memory.phase;
    if moved {
        enter(&mut memory, phase, now, today);
    }
    if moved && reason == Reason::BrandCause {
        // What was no fire of theirs holds no later one back.
        memory.last_fired = None;
        memory.fires = memory.fires.map(|fires| Fires { count: fires.count.saturating_sub(1), ..fires });
    }
    // Told apart from the phase: numbers that went and came, snoozes that ended.
    let aside = match (reason, moved) {
        (_, true) => None,
        (reason, false) => beside_the_phase(timing, &mut memory, reason, now),
    };
    Step { memory, reason: aside.unwrap_or(reason), changed: moved || aside.is_some() }
}

/// The table of changes.
fn next(timing: Timing, memory: &Memory, signals: Signals, now: Timestamp, today: Date) -> (Phase, Reason) {
    use Verdict::{DoesNotHold, Holds, Unknown};
    let phase = memory.phase;
    if !signals.selected {
        return match phase {
            Phase::Firing | Phase::Recovering => (Phase::Resolved, Reason::NotSelected),
            Phase::Pending => (Phase::Quiet, Reason::NotSelected),
            Phase::Quiet | Phase::Resolved => (phase, Reason::NotSelected),
        };
    }
    let (when, recover, blame) = (signals.when, signals.recover, signals.blame);
    if memory.is_open() && blame.fired_in_it && when.all != Holds {
        return (Phase::Resolved, Reason::BrandCause);
    }
    if !memory.is_open() && blame.lasts && when.newest != DoesNotHold {
        return (phase, Reason::BrandCause);
    }
    let since = memory.since.map_or(SignedDuration::ZERO, |since| age(since, now));
    // To fire it must have held in time that counts; to recover any time will do.
    let (held, long_enough) = (timing.hold <= since - blame.waited, timing.hold <= since);
    match (phase, when.all, when.newest) {
        (Phase::Quiet | Phase::Resolved, Holds, _) if timing.hold.is_zero() => fire(timing, memory, now, today),
        (Phase::Quiet | Phase::Resolved, Holds, _) | (Phase::Quiet | Phase::Resolved, _, Holds) => {
            (Phase::Pending, Reason::BeganToHold)
        }
        (Phase::Quiet | Phase::Resolved, DoesNotHold, _) => (phase, Reason::DoesNotHold),
        (Phase::Pending, Holds, _) if held => fire(timing, memory, now, today),
        (Phase::Pending, Holds, _) | (Phase::Pending, _, Holds) => (phase, Reason::NotYetLongEnough),
        (Phase::Pending, _, DoesNotHold) => (Phase::Quiet, Reason::StoppedHolding),
        (Phase::Quiet | Phase::Resolved | Phase::Pending, _, Unknown | DoesNotHold) => (phase, Reason::Unknown),
        (Phase::Firing, ..) => match (recover.all, recover.newest) {
            (Holds, _) if timing.hold.is_zero() => (Phase::Resolved, Reason::Recovered),
            (_, Holds) => (Phase::Recovering, Reason::BeganToRecover),
            (_, Unknown) => (phase, Reason::Unknown),
            (_, DoesNotHold) => (phase, Reason::StillFiring),
        },
        (Phase::Recovering, ..) => match (recover.all, recover.newest) {
            (Holds, _) if long_enough => (Phase::Resolved, Reason::Recovered),
            (_, Holds) => (phase, Reason::NotYetRecovered),
            (_, Unknown) => (phase, Reason::Unknown),
            (_, DoesNotHold) => (Phase::Firing, Reason::Relapsed),
        },
    }
}

/// To firing, unless the last fire is too near or today's are used up.
fn fire(timing: Timing, memory: &Memory, now: Timestamp, today: Date) -> (Phase, Reason) {
    if let (Some(cooldown), Some(last)) = (timing.cooldown, memory.last_fired)
        && age(last, now) <= cooldown
    {
        return (memory.phase, Reason::CoolingDown);
    }
    let fired_today = memory.fires.filter(|fires| fires.day == today).map_or(0, |fires| fires.count);
    if timing.max_per_day.is_some_and(|max| fired_today >= max) {
        return (memory.phase, Reason::DailyLimit);
    }
    (Phase::Firing, Reason::HeldLongEnough)
}

/// Writes down a new phase. A relapse is the same incident and counts as no second fire.
fn enter(memory: &mut Memory, phase: Phase, now: Timestamp, today: Date) {
    let relapse = memory.phase == Phase::Recovering;
    memory.phase = phase;
    memory.since = Some(now);
    memory.absent_since = None;
    match phase {
        Phase::Firing if !relapse => {
            memory.last_fired = Some(now);
            let before = memory.fires.filter(|fires| fires.day == today).map_or(0, |fires| fires.count);
            memory.fires = Some(Fires { day: today, count: before.saturating_add(1) });
        }
        Phase::Quiet | Phase::Resolved => {
            memory.acknowledged = None;
            memory.snoozed_until = None;
        }
        Phase::Pending | Phase::Firing | Phase::Recovering => {}
    }
}

/// What is told although the phase stays.
fn beside_the_phase(timing: Timing, memory: &mut Memory, reason: Reason, now: Timestamp) -> Option<Reason> {
    if memory.snoozed_until.is_some_and(|until| until <= now) {
        memory.snoozed_until = None;
        if memory.is_open() {
            return Some(Reason::SnoozeOver);
        }
    }
    if timing.on_absent != OnAbsent::Tell {
        return None;
    }
    match (reason == Reason::Unknown, memory.absent_since) {
        (true, None) => {
            memory.absent_since = Some(now);
            Some(Reason::DataAbsent)
        }
        (false, Some(_)) => {
            memory.absent_since = None;
            Some(Reason::DataBack)
        }
        (true, Some(_)) | (false, None) => None,
    }
}

#[cfg(test)]
mod tests;
