//! A number that stops, or drops, for everyone at once is the source's fault.
//!
//! Owns: noticing a standstill and an implausible drop poll by poll, from nothing but what was known by then; which
//! readings they make untrustworthy, from when to when; and telling each change once.
//! Refuses: amounts (they do not stand still: a day without sales is a 0) and fleets below [`FLEET_MIN`], where only the
//! age limit of each single series is left.
//!
//! **Standstill.** Time is cut into refresh periods, aligned to UTC; as with windows, a statement at a boundary belongs
//! to what ends there. A period counts when polls reached over at least three quarters of it and less than two of its
//! lengths. It stands still when at least 90 % of the series that moved in at least 6 of the last 7 counted periods
//! were polled in it and did not move. It is judged when it is over. A standstill lasts until more than a tenth of those
//! series move again; the period in which they do is the catch-up and ends with its own end. Every boundary strictly
//! inside is stale: so a window is absent exactly when it starts or ends inside, which for day windows is the standstill
//! and the catch-up, while a week around both keeps its increase. Standstills are left out of the 7.
//!
//! **The refresh period is learned** per platform × metric: 6 hours where at least half of the fleet moves in 6 of 7
//! such periods, else a whole day. Twelve hours were tried on 43 days of 3,100 real channels and dropped: a platform
//! that refreshes once or twice a day straddles them and seems to stop every few days; on whole days the same data has
//! one standstill at 100 % and no other day above 50 %.
//!
//! **Implausible.** At least [`DROPS_MIN`] accounts, and a tenth of those that a poll states, fall to 0 or by 90 % at
//! once: those statements are held back until the next poll of each confirms or contradicts it.

mod feed;
#[cfg(test)]
mod tests;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::ids::Platform;
use crate::domain::metric::Metric;

use feed::{Feed, Pulse};

/// Regular series below which no standstill is seen: with fewer, chance stops all of them now and then.
pub const FLEET_MIN: usize = 20;
/// Accounts below which a drop is theirs and not the source's: one creator may lose a handful of accounts in a day.
pub const DROPS_MIN: u32 = 5;
/// The refresh periods that are told apart, in seconds, shortest first.
const PERIODS: [i64; 2] = [6 * 3_600, 24 * 3_600];
/// Which of them is taken where none is learned.
const DAY: usize = 1;
/// Counted periods that are remembered: a bit each.
const REMEMBERED: u32 = 7;
/// Of those, in how many a regular series moved.
const MOVED_MIN: u32 = 6;

/// Which guards are in force. For study; both are on unless switched off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Readings of a source that stands still are stale.
    pub standstill: bool,
    /// Drops of many accounts at once wait for the next poll.
    pub implausible: bool,
}

impl Default for Switches {
    fn default() -> Self {
        Self { standstill: true, implausible: true }
    }
}

impl Switches {
    /// Neither.
    #[must_use]
    pub fn off() -> Self {
        Self { standstill: false, implausible: false }
    }
}

/// What the operators are told, once each.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "alarm", rename_all = "snake_case")]
pub enum Alarm {
    /// A source's counter stands still.
    StandstillBegan {
        /// Whose counter.
        platform: Platform,
        /// Which.
        metric: Metric,
        /// The start of the first refresh period in which it did.
        since: Timestamp,
        /// The share of the fleet that did not move, 0.9 to 1.
        share: f64,
        /// Series that normally move.
        fleet: u32,
    },
    /// It moves again; from `until` on its readings are good.
    StandstillEnded {
        /// Whose counter.
        platform: Platform,
        /// Which.
        metric: Metric,
        /// When it began.
        since: Timestamp,
        /// The end of the catch-up.
        until: Timestamp,
    },
    /// Many accounts fell by 90 % or more in one poll; their statements wait for the next.
    Implausible {
        /// Whose counter.
        platform: Platform,
        /// Which.
        metric: Metric,
        /// When the poll observed.
        at: Timestamp,
        /// Accounts that fell.
        accounts: u32,
        /// Accounts the poll stated.
        of: u32,
    },
    /// All of them have been polled again.
    ImplausibleSettled {
        /// Whose counter.
        platform: Platform,
        /// Which.
        metric: Metric,
        /// When the doubtful poll observed.
        at: Timestamp,
        /// Accounts whose drop the next poll repeated: it counts.
        confirmed: u32,
        /// Accounts whose drop it took back: it never counts.
        taken_back: u32,
    },
}

impl Alarm {
    /// Which switch silences it.
    #[must_use]
    pub fn is_on(&self, switches: Switches) -> bool {
        match self {
            Self::StandstillBegan { .. } | Self::StandstillEnded { .. } => switches.standstill,
            Self::Implausible { .. } | Self::ImplausibleSettled { .. } => switches.implausible,
        }
    }
}

/// One level a poll states.
#[derive(Debug, Clone, Copy)]
pub struct Told {
    /// The number of its series, as [`Guards::enrol`] counted them.
    pub series: u32,
    /// What it says.
    pub value: i64,
    /// When it was so.
    pub observed: Timestamp,
}

/// What the guards make of a poll.
#[derive(Debug, Default)]
pub struct Heard {
    /// Places in the poll whose statements are held back.
    pub held: Vec<usize>,
    /// Series whose earlier held statement counts from now on.
    pub released: Vec<u32>,
    /// What changed.
    pub alarms: Vec<Alarm>,
}

/// Both guards over all series.
#[derive(Debug, Default)]
pub struct Guards {
    feeds: Vec<Feed>,
    pulses: Vec<Pulse>,
}

impl Guards {
    /// Takes the next series in; series are numbered from 0 in the order of these calls.
    pub fn enrol(&mut self, platform: Platform, metric: Metric) {
        let known = self.feeds.iter().position(|feed| feed.platform == platform && feed.metric == metric);
        let feed = known.unwrap_or(self.feeds.len());
        if known.is_none() {
            self.feeds.push(Feed {
                platform,
                metric,
                members: Vec::new(),
                paces: Default::default(),
                stills: Vec::new(),
                open: None,
                doubt: None,
            });
        }
        if let (Some(feed), Ok(series)) = (self.feeds.get_mut(feed), u32::try_from(self.pulses.len())) {
            feed.members.push(series);
        }
        self.pulses.push(Pulse { feed, value: None, seen: i64::MIN, suspect: None, beats: Default::default() });
    }

    /// Takes in what one poll stated and judges what is over by `known_at`. A poll comes whole: in pieces, the first piece
    /// after midnight would be judged without the others.
    pub fn hear(&mut self, told: &[Told], known_at: Timestamp) -> Heard {
        let mut heard = self.screen(told);
        let mut held = heard.held.iter().copied().peekable();
        for (place, told) in told.iter().enumerate() {
            if held.next_if_eq(&place).is_none() {
                self.believe(*told, known_at, &mut heard.alarms);
            }
        }
        heard.alarms.extend(self.advance(known_at));
        heard
    }

    /// Judges every refresh period that is over by `now`. [`Guards::hear`] does it too; call it where no poll comes.
    pub fn advance(&mut self, now: Timestamp) -> Vec<Alarm> {
        let mut alarms = Vec::new();
        for feed in &mut self.feeds {
            for pace in 0..PERIODS.len() {
                feed.roll(pace, now.as_second(), now, &mut self.pulses, &mut alarms);
            }
            feed.catch_up(now, &self.pulses, &mut alarms);
            alarms.extend(feed.give_up(now));
        }
        alarms
    }

    /// How long a source has stood still at a boundary, with what was known at `known` (`None`: all there is). `None`
    /// where its numbers are good.
    #[must_use]
    pub fn still_for(&self, series: u32, boundary: Timestamp, known: Option<Timestamp>) -> Option<SignedDuration> {
        let by_then = |at: Timestamp| known.is_none_or(|known| at <= known);
        let feed = self.feed_of(series)?;
        feed.stills
            .iter()
            .rev()
            .find(|still| {
                still.since < boundary
                    && by_then(still.known_at)
                    && !still.until.is_some_and(|(until, known_at)| by_then(known_at) && until <= boundary)
            })
            .map(|still| boundary.duration_since(still.since))
    }

    /// Forgets standstills that were over before `before`.
    pub fn forget(&mut self, before: Timestamp) {
        for feed in &mut self.feeds {
            feed.stills.retain(|still| still.until.is_none_or(|(until, _)| before <= until));
        }
    }

    fn feed_of(&self, series: u32) -> Option<&Feed> {
        let pulse = self.pulses.get(usize::try_from(series).ok()?)?;
        self.feeds.get(pulse.feed)
    }

    fn pulse(&mut self, series: u32) -> Option<&mut Pulse> {
        self.pulses.get_mut(usize::try_from(series).ok()?)
    }

    /// The implausible guard: settles what waited, then holds back what drops for many at once.
    fn screen(&mut self, told: &[Told]) -> Heard {
        let mut heard = Heard::default();
        let mut counts = vec![(0_u32, 0_u32); self.feeds.len()];
        let mut drops = Vec::new();
        for (place, told) in told.iter().enumerate() {
            let Some(pulse) = self.pulse(told.series) else {
                continue;
            };
            let feed = pulse.feed;
            let drops_now = pulse.value.is_some_and(|before| is_drop(before, told.value));
            match pulse.suspect {
                Some(at) if told.observed < at => {}
                Some(at) if told.observed == at && drops_now => heard.held.push(place),
                Some(_) => {
                    pulse.suspect = None;
                    if drops_now {
                        heard.released.push(told.series);
                    }
                    if let Some(alarm) = self.feeds.get_mut(feed).and_then(|feed| feed.settle(drops_now)) {
                        heard.alarms.push(alarm);
                    }
                }
                None => {
                    if let Some((stated, dropped)) = counts.get_mut(feed) {
                        *stated += 1;
                        if drops_now {
                            *dropped += 1;
                            drops.push((place, feed));
                        }
                    }
                }
            }
        }
        for (place, feed) in drops {
            let (stated, dropped) = counts.get(feed).copied().unwrap_or_default();
            let Some(told) = told.get(place).filter(|_| is_many(dropped, stated)) else {
                continue;
            };
            heard.held.push(place);
            if let Some(pulse) = self.pulse(told.series) {
                pulse.suspect = Some(told.observed);
            }
            if let Some(alarm) = self.feeds.get_mut(feed).and_then(|feed| feed.doubt(told.observed, dropped, stated)) {
                heard.alarms.push(alarm);
            }
        }
        heard.held.sort_unstable();
        heard
    }

    fn believe(&mut self, told: Told, known_at: Timestamp, alarms: &mut Vec<Alarm>) {
        let second = told.observed.as_second();
        let Some(feed) = self.pulse(told.series).map(|pulse| pulse.feed) else {
            return;
        };
        if let Some(feed) = self.feeds.get_mut(feed) {
            feed.reach(second, known_at, &mut self.pulses, alarms);
        }
        let Some(pulse) = self.pulse(told.series) else { return };
        if second < pulse.seen {
            return;
        }
        let moved = pulse.value.is_some_and(|before| before != told.value);
        pulse.value = Some(told.value);
        pulse.seen = second;
        if moved {
            for beat in &mut pulse.beats {
                beat.moved = true;
            }
        }
    }
}

/// To 0, or by 90 % and more.
fn is_drop(before: i64, now: i64) -> bool {
    before > 0 && now.saturating_mul(10) <= before
}

fn is_many(dropped: u32, stated: u32) -> bool {
    dropped >= DROPS_MIN && dropped.saturating_mul(10) >= stated
}
