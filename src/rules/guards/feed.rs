//! One fleet: all series of one platform and metric, its refresh periods, and what they say of the source.

use jiff::Timestamp;

use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::num::f64_of_len;

use super::super::series::AGE_MAX;
use super::{Alarm, DAY, FLEET_MIN, MOVED_MIN, PERIODS, REMEMBERED};

/// A stretch in which boundaries are stale.
#[derive(Debug, Clone, Copy)]
pub(super) struct Still {
    pub(super) since: Timestamp,
    pub(super) known_at: Timestamp,
    pub(super) until: Option<(Timestamp, Timestamp)>,
}

/// What one refresh period knows of one series.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beat {
    pub(super) moved: bool,
    pub(super) past: u8,
}

impl Beat {
    fn is_regular(self) -> bool {
        self.past.count_ones() >= MOVED_MIN
    }
}

/// What is known of one series.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pulse {
    pub(super) feed: usize,
    pub(super) value: Option<i64>,
    pub(super) seen: i64,
    pub(super) suspect: Option<Timestamp>,
    pub(super) beats: [Beat; PERIODS.len()],
}

/// The clock of one refresh period of one feed: number of the period that runs, polls in and before it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Pace {
    pub(super) period: Option<i64>,
    pub(super) heard: Option<i64>,
    pub(super) before: Option<i64>,
    pub(super) counted: u32,
}

impl Pace {
    /// Whether polls covered enough of the period that runs, and not much else, to say what moved in it.
    fn is_covered(&self, length: i64) -> bool {
        match (self.before, self.heard) {
            (Some(before), Some(heard)) => (heard - before) * 4 >= length * 3 && heard - before < length * 2,
            _ => false,
        }
    }
}

/// Statements that wait for the next poll.
#[derive(Debug, Clone, Copy)]
pub(super) struct Doubt {
    pub(super) at: Timestamp,
    pub(super) open: u32,
    pub(super) confirmed: u32,
    pub(super) taken_back: u32,
}

/// All series of one platform and metric.
#[derive(Debug)]
pub(super) struct Feed {
    pub(super) platform: Platform,
    pub(super) metric: Metric,
    pub(super) members: Vec<u32>,
    pub(super) paces: [Pace; PERIODS.len()],
    pub(super) stills: Vec<Still>,
    pub(super) open: Option<usize>,
    pub(super) doubt: Option<Doubt>,
}

/// How a fleet fares in the period that runs.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Fleet {
    pub(super) polled: usize,
    pub(super) regular: usize,
    pub(super) moved: usize,
}

impl Fleet {
    fn stands_still(self) -> bool {
        self.regular >= FLEET_MIN && self.moved * 10 <= self.regular
    }

    fn moves(self) -> bool {
        self.regular >= FLEET_MIN && self.moved * 10 > self.regular
    }
}

/// The refresh period in which a statement of this second belongs: the one that ends with it, at a boundary.
fn period_of(second: i64, length: i64) -> i64 {
    second.saturating_sub(1).div_euclid(length)
}

impl Feed {
    /// Notes that something was observed at `second`: ends what was over before it.
    pub(super) fn reach(&mut self, second: i64, now: Timestamp, pulses: &mut [Pulse], alarms: &mut Vec<Alarm>) {
        for (pace, length) in PERIODS.iter().enumerate() {
            self.roll(pace, period_of(second, *length).saturating_mul(*length), now, pulses, alarms);
            if let Some(clock) = self.paces.get_mut(pace) {
                clock.heard = std::cmp::max(clock.heard, Some(second));
            }
        }
    }

    /// Ends the period that runs, where `second` is not before its end, and starts the one `second` lies in.
    pub(super) fn roll(
        &mut self,
        pace: usize,
        second: i64,
        now: Timestamp,
        pulses: &mut [Pulse],
        alarms: &mut Vec<Alarm>,
    ) {
        let (Some(length), Some(mut clock)) = (PERIODS.get(pace).copied(), self.paces.get(pace).copied()) else {
            return;
        };
        if clock.period.is_some_and(|period| second.div_euclid(length) <= period) {
            return;
        }
        if let Some(period) = clock.period {
            let covered = clock.is_covered(length);
            let stands = self.judge(pace, period * length, covered && clock.counted >= REMEMBERED, now, pulses, alarms);
            let counts = covered && !stands;
            if counts {
                clock.counted = clock.counted.saturating_add(1);
            }
            for member in &self.members {
                if let Some(beat) = beat_of(pulses, *member, pace) {
                    if counts {
                        beat.past = ((beat.past << 1) | u8::from(beat.moved)) & 0b0111_1111;
                    }
                    beat.moved = false;
                }
            }
            clock.before = std::cmp::max(clock.before, clock.heard);
            clock.heard = None;
        }
        clock.period = Some(second.div_euclid(length));
        if let Some(slot) = self.paces.get_mut(pace) {
            *slot = clock;
        }
    }

    /// Whether the period that starts at second `start` and is over stood still; opens and closes standstills.
    fn judge(
        &mut self,
        pace: usize,
        start: i64,
        counts: bool,
        now: Timestamp,
        pulses: &[Pulse],
        alarms: &mut Vec<Alarm>,
    ) -> bool {
        if self.open.is_some_and(|open| open != pace) || (self.open.is_none() && self.learned(pulses) != pace) {
            return false;
        }
        let fleet = self.fleet(pace, start, pulses);
        if self.open.is_some() {
            let running = self.stills.last().is_some_and(|still| still.until.is_none());
            if running && (!counts || fleet.stands_still()) {
                return counts;
            }
            if running {
                self.end(pace, start, now, alarms);
            }
            self.open = None;
            return false;
        }
        let stands = counts && fleet.stands_still();
        if let (true, Ok(since)) = (stands, Timestamp::from_second(start)) {
            self.open = Some(pace);
            self.stills.push(Still { since, known_at: now, until: None });
            alarms.push(Alarm::StandstillBegan {
                platform: self.platform,
                metric: self.metric,
                since,
                share: f64_of_len(fleet.regular - fleet.moved) / f64_of_len(fleet.regular),
                fleet: u32::try_from(fleet.regular).unwrap_or(u32::MAX),
            });
        }
        stands
    }

    /// Ends a standstill with the end of the period that runs, as soon as its fleet moves.
    pub(super) fn catch_up(&mut self, now: Timestamp, pulses: &[Pulse], alarms: &mut Vec<Alarm>) {
        let Some(pace) = self.open else { return };
        if self.stills.last().is_none_or(|still| still.until.is_some()) {
            return;
        }
        let (Some(length), Some(period)) = (PERIODS.get(pace), self.paces.get(pace).and_then(|clock| clock.period))
        else {
            return;
        };
        if self.fleet(pace, period * length, pulses).moves() {
            self.end(pace, period * length, now, alarms);
        }
    }

    fn end(&mut self, pace: usize, start: i64, now: Timestamp, alarms: &mut Vec<Alarm>) {
        let until = PERIODS.get(pace).and_then(|length| Timestamp::from_second(start.saturating_add(*length)).ok());
        if let (Some(still), Some(until)) = (self.stills.last_mut(), until) {
            still.until = Some((until, now));
            alarms.push(Alarm::StandstillEnded {
                platform: self.platform,
                metric: self.metric,
                since: still.since,
                until,
            });
        }
    }

    /// The refresh period of this feed, as a place in [`PERIODS`].
    fn learned(&self, pulses: &[Pulse]) -> usize {
        for (pace, clock) in self.paces.iter().enumerate() {
            let (Some(period), Some(length)) = (clock.period, PERIODS.get(pace)) else {
                continue;
            };
            // The period before the one that runs: right after midnight nobody has been polled in this one.
            let fleet = self.fleet(pace, (period - 1) * length, pulses);
            if clock.counted >= REMEMBERED && fleet.regular >= FLEET_MIN && fleet.regular * 2 >= fleet.polled {
                return pace;
            }
        }
        DAY
    }

    /// Those polled after second `start`: how many, how many of them regular, how many of those moved.
    fn fleet(&self, pace: usize, start: i64, pulses: &[Pulse]) -> Fleet {
        let mut fleet = Fleet::default();
        for member in &self.members {
            let pulse = usize::try_from(*member).ok().and_then(|member| pulses.get(member));
            let Some(pulse) = pulse.filter(|pulse| start < pulse.seen) else {
                continue;
            };
            fleet.polled += 1;
            if let Some(beat) = pulse.beats.get(pace).filter(|beat| beat.is_regular()) {
                fleet.regular += 1;
                fleet.moved += usize::from(beat.moved);
            }
        }
        fleet
    }

    /// Notes a held statement; the first is told, and stands for those that join it before they are all settled.
    pub(super) fn doubt(&mut self, at: Timestamp, accounts: u32, of: u32) -> Option<Alarm> {
        match &mut self.doubt {
            Some(doubt) => {
                doubt.open += 1;
                None
            }
            doubt => {
                *doubt = Some(Doubt { at, open: 1, confirmed: 0, taken_back: 0 });
                Some(Alarm::Implausible { platform: self.platform, metric: self.metric, at, accounts, of })
            }
        }
    }

    /// Notes that a held statement was polled again; the last of them is told.
    pub(super) fn settle(&mut self, confirmed: bool) -> Option<Alarm> {
        let doubt = self.doubt.as_mut()?;
        doubt.open = doubt.open.saturating_sub(1);
        if confirmed {
            doubt.confirmed += 1;
        } else {
            doubt.taken_back += 1;
        }
        if doubt.open > 0 {
            return None;
        }
        self.settled()
    }

    /// Waits no longer for accounts that are not polled any more.
    pub(super) fn give_up(&mut self, now: Timestamp) -> Option<Alarm> {
        let doubt = self.doubt?;
        (AGE_MAX < now.duration_since(doubt.at)).then(|| self.settled())?
    }

    fn settled(&mut self) -> Option<Alarm> {
        let doubt = self.doubt.take()?;
        Some(Alarm::ImplausibleSettled {
            platform: self.platform,
            metric: self.metric,
            at: doubt.at,
            confirmed: doubt.confirmed,
            taken_back: doubt.taken_back,
        })
    }
}

fn beat_of(pulses: &mut [Pulse], series: u32, pace: usize) -> Option<&mut Beat> {
    pulses.get_mut(usize::try_from(series).ok()?)?.beats.get_mut(pace)
}
