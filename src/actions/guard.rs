//! The last question before an action is carried out: may it, now? Pure.
//!
//! Owns: the closed list of reasons for which an approved action is not carried out.
//! Refuses: permission (roles were checked when it was approved), sending, reading a clock, counting: the caller brings
//! the facts.
//!
//! The order is fixed, so the same facts always give the same reason: first what stops everything, then what stops this.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::money::Money;

/// Which way an action goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Stops or cuts something that costs money by running: it must save more than it loses. A rule must know that; a person,
    /// who sees what is known and what is not, may decide while it is not known, never against what is.
    Stop,
    /// Ends something for what it already did (a leaked code); what that saves is not known beforehand.
    End,
    /// Agrees with a creator that a piece is not made, asks for a fix, stops crediting a link, or sets an amount that a
    /// person named: nothing stops by it at once. A person's word needs no data; a rule's must be fresh. What is known to lose more than it saves is not done.
    Ask,
    /// Brings back what was stopped because later numbers cleared the line. It rests on numbers, so they must be fresh, and
    /// it counts as an action, so that nothing is stopped and started in turns.
    Revive,
    /// Restores the state before an action (Undo). Needs no fresh data and no gain: it takes a decision back.
    Restore,
}

/// What is known about an action at the moment it would be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// Which way it goes.
    pub purpose: Purpose,
    /// A rule agreed to it by itself; else a person did.
    pub by_rule: bool,
    /// Money it probably saves.
    pub saves: Option<Money>,
    /// Margin it probably loses, at the middle of the range that is shown. `None`: not known, which is not nothing.
    pub loses: Option<Money>,
    /// When the newest number that the decision rests on was observed.
    pub data_at: Option<Timestamp>,
    /// Actions already carried out today in the same campaign.
    pub done_today: u32,
    /// When this object was last acted on.
    pub last_on_object: Option<Timestamp>,
}

/// What is allowed at all: settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Nothing is carried out, not even an Undo.
    pub kill_switch: bool,
    /// Nothing is carried out; everything else happens as if it were.
    pub dry_run: bool,
    /// Actions a day and campaign. Undo is not counted against it.
    pub per_day_max: u32,
    /// Rest between two actions on one object, so that a flapping rule cannot flap a boost.
    pub cool_off: SignedDuration,
    /// The oldest data a decision may rest on.
    pub data_age_max: SignedDuration,
}

/// Whether an action may be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guarded {
    /// It may.
    Allowed,
    /// It may not.
    Refused(Reason),
}

/// Why an action is not carried out. The list is closed: wording and journal name each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Reason {
    /// The kill switch is on.
    KillSwitch,
    /// Dry run is on.
    DryRun,
    /// The day's number of actions is used up.
    DailyCap {
        /// The cap.
        max: u32,
    },
    /// The object was acted on a moment ago.
    CoolingOff {
        /// When it may be acted on again.
        until: Timestamp,
    },
    /// There is no number to rest on.
    NoData,
    /// The numbers are too old.
    StaleData {
        /// Their age in whole seconds.
        age_secs: i64,
        /// The oldest allowed, in seconds.
        max_secs: i64,
    },
    /// What it saves or what it loses is not known, or is in two currencies.
    GainUnknown,
    /// It would lose at least as much margin as it saves.
    LosesMore {
        /// Money saved.
        saves: Money,
        /// Margin lost.
        loses: Money,
    },
}

impl Reason {
    /// The name in JSON, the journal and the wording files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KillSwitch => "kill_switch",
            Self::DryRun => "dry_run",
            Self::DailyCap { .. } => "daily_cap",
            Self::CoolingOff { .. } => "cooling_off",
            Self::NoData => "no_data",
            Self::StaleData { .. } => "stale_data",
            Self::GainUnknown => "gain_unknown",
            Self::LosesMore { .. } => "loses_more",
        }
    }
}

/// Whether the action may be carried out at `now`.
#[must_use]
pub fn guard(facts: &Facts, limits: &Limits, now: Timestamp) -> Guarded {
    match first_reason(facts, limits, now) {
        None => Guarded::Allowed,
        Some(reason) => Guarded::Refused(reason),
    }
}

fn first_reason(facts: &Facts, limits: &Limits, now: Timestamp) -> Option<Reason> {
    if limits.kill_switch {
        return Some(Reason::KillSwitch);
    }
    if limits.dry_run {
        return Some(Reason::DryRun);
    }
    match facts.purpose {
        Purpose::Restore => None,
        Purpose::Stop | Purpose::End | Purpose::Ask | Purpose::Revive if limits.per_day_max <= facts.done_today => {
            Some(Reason::DailyCap { max: limits.per_day_max })
        }
        Purpose::End | Purpose::Revive => cooling(facts, limits, now).or_else(|| stale(facts, limits, now)),
        Purpose::Ask => {
            let stale = facts.data_at.and_then(|_| stale(facts, limits, now));
            cooling(facts, limits, now).or(stale).or_else(|| losing(facts).filter(is_known))
        }
        Purpose::Stop => cooling(facts, limits, now)
            .or_else(|| stale(facts, limits, now))
            .or_else(|| losing(facts).filter(|reason| facts.by_rule || is_known(reason))),
    }
}

fn is_known(reason: &Reason) -> bool {
    *reason != Reason::GainUnknown
}

fn cooling(facts: &Facts, limits: &Limits, now: Timestamp) -> Option<Reason> {
    let until = facts.last_on_object?.checked_add(limits.cool_off).unwrap_or(Timestamp::MAX);
    (now < until).then_some(Reason::CoolingOff { until })
}

fn stale(facts: &Facts, limits: &Limits, now: Timestamp) -> Option<Reason> {
    let Some(data_at) = facts.data_at else {
        return Some(Reason::NoData);
    };
    let age = now.duration_since(data_at);
    (limits.data_age_max < age)
        .then(|| Reason::StaleData { age_secs: age.as_secs(), max_secs: limits.data_age_max.as_secs() })
}

fn losing(facts: &Facts) -> Option<Reason> {
    match (facts.saves, facts.loses) {
        (Some(saves), Some(loses)) if saves.currency == loses.currency => {
            (saves.minor <= loses.minor).then_some(Reason::LosesMore { saves, loses })
        }
        (_, _) => Some(Reason::GainUnknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + hours * 3_600).expect("in range")
    }

    fn money(text: &str) -> Money {
        text.parse().expect("money")
    }

    fn facts() -> Facts {
        Facts {
            purpose: Purpose::Stop,
            by_rule: true,
            saves: Some(money("300.00 EUR")),
            loses: Some(money("120.00 EUR")),
            data_at: Some(at(-1)),
            done_today: 0,
            last_on_object: None,
        }
    }

    fn limits() -> Limits {
        Limits {
            kill_switch: false,
            dry_run: false,
            per_day_max: 3,
            cool_off: SignedDuration::from_hours(6),
            data_age_max: SignedDuration::from_hours(3),
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut Facts, &mut Limits), want: Option<Reason>) {
        let (mut facts, mut limits) = (facts(), limits());
        change(&mut facts, &mut limits);
        let want = want.map_or(Guarded::Allowed, Guarded::Refused);
        assert_eq!(guard(&facts, &limits, at(0)), want);
    }

    #[test]
    fn each_limit_refuses_at_its_edge_and_not_before() {
        check(|_, _| {}, None);
        check(|_, limits| limits.kill_switch = true, Some(Reason::KillSwitch));
        check(|_, limits| limits.dry_run = true, Some(Reason::DryRun));
        check(|facts, _| facts.done_today = 2, None);
        check(|facts, _| facts.done_today = 3, Some(Reason::DailyCap { max: 3 }));
        check(|facts, _| facts.last_on_object = Some(at(-6)), None);
        check(|facts, _| facts.last_on_object = Some(at(-5)), Some(Reason::CoolingOff { until: at(1) }));
        check(|facts, _| facts.data_at = Some(at(-3)), None);
        let stale = Reason::StaleData { age_secs: 14_400, max_secs: 10_800 };
        check(|facts, _| facts.data_at = Some(at(-4)), Some(stale));
        check(|facts, _| facts.data_at = None, Some(Reason::NoData));
    }

    #[test]
    fn an_action_must_save_more_than_it_loses_and_we_must_know_it() {
        let loses_more = |loses: &str| Reason::LosesMore { saves: money("300.00 EUR"), loses: money(loses) };
        check(|facts, _| facts.loses = Some(money("299.99 EUR")), None);
        check(|facts, _| facts.loses = Some(money("300.00 EUR")), Some(loses_more("300.00 EUR")));
        check(|facts, _| facts.loses = Some(money("412.00 EUR")), Some(loses_more("412.00 EUR")));
        check(|facts, _| facts.loses = None, Some(Reason::GainUnknown));
        check(|facts, _| facts.saves = None, Some(Reason::GainUnknown));
        check(|facts, _| facts.loses = Some(money("1.00 SEK")), Some(Reason::GainUnknown));
    }

    #[test]
    fn a_person_may_stop_what_nobody_can_reckon_and_not_what_would_lose() {
        let person = |facts: &mut Facts| facts.by_rule = false;
        check(|facts, _| (person(facts), facts.loses = None).1, None);
        check(|facts, _| (person(facts), facts.saves = None).1, None);
        check(|facts, _| (person(facts), facts.data_at = None).1, Some(Reason::NoData));
        let (saves, loses) = (money("300.00 EUR"), money("412.00 EUR"));
        check(|facts, _| (person(facts), facts.loses = Some(loses)).1, Some(Reason::LosesMore { saves, loses }));
    }

    #[test]
    fn an_undo_is_stopped_by_the_switches_only() {
        let undo = |facts: &mut Facts| {
            *facts = Facts {
                purpose: Purpose::Restore,
                by_rule: false,
                saves: None,
                loses: None,
                data_at: None,
                done_today: 9,
                last_on_object: Some(at(0)),
            };
        };
        check(|facts, _| undo(facts), None);
        check(
            |facts, limits| {
                undo(facts);
                limits.kill_switch = true;
            },
            Some(Reason::KillSwitch),
        );
        check(
            |facts, limits| {
                undo(facts);
                limits.dry_run = true;
            },
            Some(Reason::DryRun),
        );
    }

    #[test]
    fn bringing_back_needs_fresh_numbers_and_room_in_the_day_but_no_gain() {
        let revive = |facts: &mut Facts| {
            *facts = Facts { purpose: Purpose::Revive, saves: None, loses: None, ..*facts };
        };
        check(|facts, _| revive(facts), None);
        check(|facts, _| (revive(facts), facts.done_today = 3).1, Some(Reason::DailyCap { max: 3 }));
        let cooling = Reason::CoolingOff { until: at(1) };
        check(|facts, _| (revive(facts), facts.last_on_object = Some(at(-5))).1, Some(cooling));
        check(|facts, _| (revive(facts), facts.data_at = None).1, Some(Reason::NoData));
    }

    #[test]
    fn a_person_is_asked_without_data_but_not_to_lose_more_than_it_saves() {
        let ask = |facts: &mut Facts| facts.purpose = Purpose::Ask;
        check(|facts, _| ask(facts), None);
        check(|facts, _| (ask(facts), facts.data_at = None).1, None);
        check(|facts, _| (ask(facts), facts.loses = None).1, None);
        let stale = Reason::StaleData { age_secs: 14_400, max_secs: 10_800 };
        check(|facts, _| (ask(facts), facts.data_at = Some(at(-4))).1, Some(stale));
        let loses_more = Reason::LosesMore { saves: money("300.00 EUR"), loses: money("300.00 EUR") };
        check(|facts, _| (ask(facts), facts.loses = Some(money("300.00 EUR"))).1, Some(loses_more));
        check(|facts, _| (ask(facts), facts.done_today = 3).1, Some(Reason::DailyCap { max: 3 }));
    }

    #[test]
    fn the_first_reason_is_always_the_same_one() {
        check(
            |facts, limits| {
                limits.kill_switch = true;
                limits.dry_run = true;
                facts.data_at = None;
            },
            Some(Reason::KillSwitch),
        );
        check(
            |facts, _| {
                facts.data_at = None;
                facts.loses = None;
                facts.last_on_object = Some(at(0));
            },
            Some(Reason::CoolingOff { until: at(6) }),
        );
    }
}
