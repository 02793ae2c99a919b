//! An incident: one rule on one subject, from firing to resolved.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::action::Deed;
use crate::domain::ids::{BrandId, CampaignId, CreatorId, RuleId, Subject};
use crate::domain::money::Money;
use crate::rules::downgrade::Milestone;
use crate::rules::rule::Do;

/// Short and sayable: `A7K2`. Letters and digits that are not mistaken for each other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IncidentId(String);

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

impl IncidentId {
    /// The id of the `n`th incident of a store: scrambled, so that neighbours do not look alike, and unique. Four
    /// characters for the first million, then more.
    #[must_use]
    pub fn nth(n: u64) -> Self {
        // Multiplication by an odd number modulo 2^20 visits every value once per round of 2^20.
        let (round, place) = (n >> 20, (n & 0xF_FFFF).wrapping_mul(0x9_E377) & 0xF_FFFF);
        let mut text = String::new();
        for shift in [15, 10, 5, 0] {
            push_digit(&mut text, place >> shift);
        }
        let mut rest = round;
        while rest > 0 {
            push_digit(&mut text, rest);
            rest >>= 5;
        }
        Self(text)
    }

    /// What somebody typed: case and a leading `#` do not matter, O is 0, I and L are 1.
    #[must_use]
    pub fn typed(given: &str) -> Option<Self> {
        let text: String = given
            .trim()
            .trim_start_matches('#')
            .chars()
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            })
            .collect();
        let known = (4..=13).contains(&text.len()) && text.bytes().all(|byte| ALPHABET.contains(&byte));
        known.then_some(Self(text))
    }

    /// As text, without `#`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn push_digit(text: &mut String, value: u64) {
    let digit = usize::try_from(value & 31).ok().and_then(|at| ALPHABET.get(at)).copied().unwrap_or(b'0');
    text.push(char::from(digit));
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

impl fmt::Debug for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How an incident stands. What people did about it (acknowledged, snoozed) is beside it, not in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The rule holds.
    Firing,
    /// It no longer holds, and is not yet recovered for long enough.
    Recovering,
    /// Over.
    Resolved,
}

/// Something that happened to an incident; the message shows the last few.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// By whom: a person's name, or `None` for the program itself.
    pub by: Option<String>,
    /// What.
    pub what: Happened,
}

/// The closed list of what can happen to an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "happened", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum Happened {
    /// It fired.
    Fired,
    /// The rule stopped holding.
    Recovering,
    /// The rule holds again before it was resolved.
    FiredAgain,
    /// Over.
    Resolved,
    /// Somebody has it.
    Acknowledged,
    /// Not to be told about until then.
    Snoozed { until: Timestamp },
    /// The program, or a person, asks to act.
    Proposed { proposal: u64 },
    /// Somebody agreed.
    Approved { proposal: u64 },
    /// Somebody refused.
    Rejected { proposal: u64 },
    /// Nobody answered in time.
    ProposalExpired { proposal: u64 },
    /// The guard refused, and why. Where it is only for now: when it is tried again.
    Held {
        proposal: u64,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<Timestamp>,
    },
    /// Nothing is asked or done any more, and why.
    Withdrawn { proposal: u64, why: LeftOut },
    /// A later step of the rule came, and told no more than that it still holds.
    StillFiring,
    /// A later step of the rule was left out, and why.
    Skipped { what: Do, why: LeftOut },
    /// The platform accepted.
    Done { proposal: u64 },
    /// The platform says it is so.
    Verified { proposal: u64, state: String },
    /// The platform refused, or says something else.
    Failed { proposal: u64, reason: String },
    /// Taken back, and the platform says so.
    Undone { proposal: u64, state: String },
    /// A step towards a lower level, or back.
    Level { step: Milestone },
    /// The creator was asked; `direct` is false where they have no chat with us and the team has to.
    Asked { proposal: u64, of: String, direct: bool },
    /// A person has told the creator what is asked, where the program cannot. The event's person is who.
    Told { proposal: u64, of: String },
    /// The creator says that it is so. The event's person is who noted it, where the creator did not say it here.
    Confirmed { proposal: u64, of: String, state: String },
    /// The creator says that something is in the way.
    Declined { proposal: u64, of: String },
    /// It lies with the brand, by the number of what says so: closed, and nobody is blamed.
    BrandCause { excuse: u64 },
    /// What was proposed is not asked for any more: it lies with the brand.
    Spared { proposal: u64 },
    /// Some have agreed, and more have to.
    Agreed { proposal: u64, who: Vec<String>, need: u32 },
    /// The client's rooms are shown it from now on.
    Shown,
    /// They are not any more.
    Hidden,
    /// Nobody took it, and somebody else was told.
    Escalated { to: String },
    /// A remark by a person.
    Noted { text: String, tag: Option<String> },
}

/// Why a step of a rule was not taken, or what it asked for is not wanted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    /// It is so already, or on its way.
    Achieved,
    /// There is nothing to do it to.
    Nothing,
    /// It would lose at least as much margin as it saves.
    Losing,
    /// A person said no to just this.
    Refused,
    /// The line is clear again.
    Cleared,
    /// The line was crossed again.
    Crossed,
    /// A later step took its place.
    Overtaken,
    /// A person decided otherwise meanwhile.
    Decided,
    /// The rule only watches now, or is gone.
    Watching,
}

impl LeftOut {
    /// The name in JSON, the journal and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Achieved => "achieved",
            Self::Nothing => "nothing",
            Self::Losing => "losing",
            Self::Refused => "refused",
            Self::Cleared => "cleared",
            Self::Crossed => "crossed",
            Self::Overtaken => "overtaken",
            Self::Decided => "decided",
            Self::Watching => "watching",
        }
    }
}

/// A step of the rule's `then` that is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rung {
    /// What.
    #[serde(rename = "do")]
    pub what: Do,
    /// When, if it fires still.
    pub due: Timestamp,
}

/// How far an alert that nobody takes has been passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// How many have been told, or could not be.
    pub step: u32,
    /// When the next is told; `None`: everybody was.
    pub due: Option<Timestamp>,
}

/// One rule on one subject from firing to resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its short id.
    pub id: IncidentId,
    /// The rule.
    pub rule: RuleId,
    /// The version of the rule that fired.
    pub rule_version: u32,
    /// The rule's kind as written in rules: `stop_loss`, `downgrade`, …
    pub kind: String,
    /// What it is about.
    pub subject: Subject,
    /// The brand, where there is one.
    pub brand: Option<BrandId>,
    /// The campaign, where there is one.
    pub campaign: Option<CampaignId>,
    /// The creator, where there is one.
    pub creator: Option<CreatorId>,
    /// How it stands.
    pub stage: Stage,
    /// Counts every change that people see; the wanted revision of its deliveries.
    pub revision: u32,
    /// When it fired.
    pub opened_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// Who has it.
    pub acknowledged_by: Option<String>,
    /// Not to be told about until then, unless it resolves.
    pub snoozed_until: Option<Timestamp>,
    /// The client's rooms are shown it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub released: bool,
    /// The receipt of the firing verdict, canonical JSON.
    pub receipt: serde_json::Value,
    /// Money that can still be saved, at firing, where there is any.
    pub avoidable: Option<Money>,
    /// What can be done about it.
    #[serde(default)]
    pub options: Vec<Deed>,
    /// The later steps of the rule's ladder, as they were when it fired, in the order of their time. Taken ones are gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rungs: Vec<Rung>,
    /// Who is told next if nobody takes it; `None` where nobody is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalation: Option<Escalation>,
    /// What happened, oldest first; bounded by [`EVENTS_MAX`].
    pub events: Vec<Event>,
}

/// Events kept with an incident; the journal keeps all. 64 is more than a person reads and keeps a record small.
pub const EVENTS_MAX: usize = 64;

impl Incident {
    /// When the next step is due: only while it fires, and not before the end of a snooze.
    #[must_use]
    pub fn next_rung_at(&self) -> Option<Timestamp> {
        if self.stage != Stage::Firing {
            return None;
        }
        let due = self.rungs.iter().map(|rung| rung.due).min()?;
        Some(self.snoozed_until.map_or(due, |until| std::cmp::max(due, until)))
    }

    /// Whether nobody has done anything about it yet. What a rule agreed to by itself is nobody's word.
    #[must_use]
    pub fn is_unattended(&self) -> bool {
        let by_person = |event: &Event| event.by.as_ref().is_some_and(|by| !by.starts_with("rule/"));
        self.acknowledged_by.is_none() && !self.events.iter().any(by_person)
    }

    /// When the next is told, as long as it fires and nobody has done anything; not before the end of a snooze.
    #[must_use]
    pub fn next_escalation_at(&self) -> Option<Timestamp> {
        let due = self.escalation.as_ref()?.due.filter(|_| self.stage == Stage::Firing && self.is_unattended())?;
        Some(self.snoozed_until.map_or(due, |until| std::cmp::max(due, until)))
    }

    /// Notes what happened and counts a revision.
    pub fn note(&mut self, event: Event) {
        self.revision = self.revision.saturating_add(1);
        self.events.push(event);
        if EVENTS_MAX < self.events.len() {
            self.events.remove(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_short_and_survive_being_typed() {
        let ids: std::collections::BTreeSet<String> =
            (0..5000).map(|n| IncidentId::nth(n).as_str().to_owned()).collect();
        assert_eq!(ids.len(), 5000);
        assert!(ids.iter().all(|id| id.len() == 4));
        assert_eq!(IncidentId::nth(1 << 20).as_str().len(), 5);
        let id = IncidentId::nth(77);
        assert_eq!(IncidentId::typed(&format!(" #{} ", id.as_str().to_lowercase())), Some(id));
        assert_eq!(IncidentId::typed("umbrella"), None);
    }
}
