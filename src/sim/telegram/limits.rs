//! Flood limits, as an outsider measures them.
//!
//! Owns: one message a second in a private chat after a short burst, 20 a minute in a group with edits, 30 a second
//! in all (<https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this>).
//! Refuses: sharing a line with the program's own limiter; a limiter tested against itself proves nothing.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// How much the emulated server takes.
#[derive(Debug, Clone, Copy)]
pub struct FloodConfig {
    /// Whether anything is limited.
    pub enabled: bool,
    /// Milliseconds between two messages of one private chat, in the long run.
    pub private_gap_ms: i64,
    /// How many messages a rested private chat takes at once.
    pub private_burst: i64,
    /// Messages and edits of one group within any 60 seconds.
    pub group_per_minute: usize,
    /// Messages and edits of all chats within any second.
    pub overall_per_second: usize,
}

impl Default for FloodConfig {
    fn default() -> Self {
        Self { enabled: true, private_gap_ms: 1_000, private_burst: 3, group_per_minute: 20, overall_per_second: 30 }
    }
}

/// What was refused so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FloodCount {
    /// All refusals.
    pub total: u64,
    /// By chat.
    pub by_chat: BTreeMap<i64, u64>,
}

/// Who sent how much, lately.
#[derive(Debug)]
pub(super) struct Flood {
    config: FloodConfig,
    /// The instant at which a private chat would be fully rested.
    rested_at: BTreeMap<i64, Timestamp>,
    in_group: BTreeMap<i64, VecDeque<Timestamp>>,
    overall: VecDeque<Timestamp>,
    pub count: FloodCount,
}

const SECOND: SignedDuration = SignedDuration::from_secs(1);
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

impl Flood {
    pub fn new(config: FloodConfig) -> Self {
        Self {
            config,
            rested_at: BTreeMap::new(),
            in_group: BTreeMap::new(),
            overall: VecDeque::new(),
            count: FloodCount::default(),
        }
    }

    pub fn configure(&mut self, config: FloodConfig) {
        self.config = config;
    }

    /// Counts one message or edit, or says how many seconds to wait. A refused request is not counted as sent.
    pub fn take(&mut self, chat: i64, private: bool, now: Timestamp) -> Result<(), i64> {
        if !self.config.enabled {
            return Ok(());
        }
        let chat_wait = if private {
            self.private_wait(chat, now)
        } else {
            let window = self.in_group.entry(chat).or_default();
            window_wait(window, now, MINUTE, self.config.group_per_minute)
        };
        let overall_wait = window_wait(&mut self.overall, now, SECOND, self.config.overall_per_second);
        let wait = std::cmp::max(chat_wait, overall_wait);
        if wait > SignedDuration::ZERO {
            self.count.total += 1;
            *self.count.by_chat.entry(chat).or_default() += 1;
            return Err(whole_seconds(wait));
        }
        self.overall.push_back(now);
        if private {
            let from = std::cmp::max(self.rested_at.get(&chat).copied().unwrap_or(now), now);
            self.rested_at.insert(chat, later(from, self.gap()));
        } else {
            self.in_group.entry(chat).or_default().push_back(now);
        }
        Ok(())
    }

    fn gap(&self) -> SignedDuration {
        SignedDuration::from_millis(self.config.private_gap_ms)
    }

    /// A chat that sent `burst` at once is rested `burst` gaps later; it may send when it is less than `burst` - 1 away.
    fn private_wait(&self, chat: i64, now: Timestamp) -> SignedDuration {
        let Some(rested_at) = self.rested_at.get(&chat) else {
            return SignedDuration::ZERO;
        };
        let slack =
            SignedDuration::from_millis(self.config.private_gap_ms.saturating_mul(self.config.private_burst - 1));
        std::cmp::max(rested_at.duration_since(now) - slack, SignedDuration::ZERO)
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// How long until fewer than `most` lie within `span` before now.
fn window_wait(window: &mut VecDeque<Timestamp>, now: Timestamp, span: SignedDuration, most: usize) -> SignedDuration {
    while window.front().is_some_and(|first| later(*first, span) <= now) {
        window.pop_front();
    }
    let Some(too_many) = window.len().checked_sub(most) else {
        return SignedDuration::ZERO;
    };
    window.get(too_many).map_or(span, |first| later(*first, span).duration_since(now))
}

/// Rounded up, and at least one: the server never says 0.
fn whole_seconds(wait: SignedDuration) -> i64 {
    let up = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
    std::cmp::max(up, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).expect("in range")
    }

    #[track_caller]
    fn check(private: bool, sends: &[(i64, i64, Result<(), i64>)]) {
        let mut flood = Flood::new(FloodConfig::default());
        for (ms, chat, want) in sends {
            assert_eq!(flood.take(*chat, private, at(*ms)), *want, "at {ms} ms in {chat}");
        }
    }

    #[test]
    fn a_private_chat_takes_a_burst_and_then_one_a_second() {
        check(
            true,
            &[
                (0, 1, Ok(())),
                (0, 1, Ok(())),
                (0, 1, Ok(())),
                (0, 1, Err(1)),
                (0, 2, Ok(())),
                (999, 1, Err(1)),
                (1_000, 1, Ok(())),
                (1_000, 1, Err(1)),
                (10_000, 1, Ok(())),
            ],
        );
    }

    #[test]
    fn a_group_takes_twenty_in_any_minute() {
        let mut sends: Vec<_> = (0..20).map(|n| (n * 100, -1, Ok(()))).collect();
        sends.push((2_000, -1, Err(58)));
        sends.push((2_000, -2, Ok(())));
        sends.push((59_999, -1, Err(1)));
        sends.push((60_000, -1, Ok(())));
        sends.push((60_050, -1, Err(1)));
        check(false, &sends);
    }

    #[test]
    fn thirty_a_second_over_all_chats() {
        let mut sends: Vec<_> = (0..30).map(|n| (0, 100 + n, Ok(()))).collect();
        sends.push((500, 7, Err(1)));
        sends.push((1_000, 7, Ok(())));
        check(true, &sends);
    }

    #[test]
    fn refusals_are_counted_by_chat() {
        let mut flood = Flood::new(FloodConfig { group_per_minute: 1, ..FloodConfig::default() });
        for want in [Ok(()), Err(60), Err(60)] {
            assert_eq!(flood.take(-5, false, at(0)), want);
        }
        assert_eq!(flood.count.total, 2);
        assert_eq!(flood.count.by_chat.get(&-5), Some(&2));
    }
}
