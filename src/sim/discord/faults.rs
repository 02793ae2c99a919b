//! What can go wrong with a request on purpose: the next N, or by seeded chance.

use jiff::SignedDuration;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Answers this without doing the work.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The JSON body.
        body: Value,
    },
    /// Does the work, then cuts the connection: the client cannot know.
    LoseReply,
    /// Cuts the connection before any work.
    Cut,
    /// Waits this long in virtual time, then does the work and answers.
    Delay(SignedDuration),
    /// Keeps the request until [`super::DiscordSim::release_hung`], then cuts the connection without doing the work.
    Hang,
    /// Does the work and answers bytes that are not JSON.
    Garbage,
    /// Does the work and answers with rate limit headers that do not parse.
    BadLimitHeaders,
}

impl Fault {
    /// A failure of Discord's own: the work is not done.
    #[must_use]
    pub fn server_error(status: u16) -> Self {
        Self::Answer { status, body: serde_json::json!({"message": format!("{status}: Server Error"), "code": 0}) }
    }

    /// The name in the log of requests.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Answer { .. } => "answer",
            Self::LoseReply => "lose reply",
            Self::Cut => "cut",
            Self::Delay(_) => "delay",
            Self::Hang => "hang",
            Self::Garbage => "garbage",
            Self::BadLimitHeaders => "bad limit headers",
        }
    }
}

/// Which requests a fault is meant for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Aim {
    /// Only this method.
    pub method: Option<String>,
    /// Only paths that contain this, such as `/messages`.
    pub path: Option<String>,
}

impl Aim {
    /// Any request.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// Requests with this method whose path contains `path`.
    #[must_use]
    pub fn at(method: &str, path: &str) -> Self {
        Self { method: Some(method.to_owned()), path: Some(path.to_owned()) }
    }

    fn hits(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.path.as_deref().is_none_or(|wanted| path.contains(wanted))
    }
}

/// How likely each fault is for each request, between 0 and 1; their sum is at most 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Chaos {
    /// 500 without doing the work.
    pub server_error: f64,
    /// [`Fault::LoseReply`].
    pub lose_reply: f64,
    /// [`Fault::Cut`].
    pub cut: f64,
    /// [`Fault::Garbage`].
    pub garbage: f64,
    /// [`Fault::Delay`].
    pub delay: f64,
    /// The longest delay, in milliseconds of virtual time.
    pub delay_ms_max: i64,
}

/// The faults that wait for their requests.
#[derive(Debug, Default)]
pub(super) struct Faults {
    queued: Vec<(Aim, Fault, u32)>,
    chaos: Option<(Chaos, ChaCha8Rng)>,
}

impl Faults {
    pub(super) fn queue(&mut self, aim: Aim, fault: Fault, times: u32) {
        if times > 0 {
            self.queued.push((aim, fault, times));
        }
    }

    pub(super) fn chaos(&mut self, chaos: Chaos, seed: u64) {
        self.chaos = Some((chaos, ChaCha8Rng::seed_from_u64(seed)));
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Faults that were queued and not met.
    pub(super) fn left(&self) -> usize {
        self.queued.len()
    }

    /// The fault of this request. Queued ones come first, in the order they were queued.
    pub(super) fn take(&mut self, method: &str, path: &str) -> Option<Fault> {
        if let Some(n) = self.queued.iter().position(|(aim, ..)| aim.hits(method, path)) {
            let (_, fault, times) = self.queued.get_mut(n)?;
            *times -= 1;
            let (fault, spent) = (fault.clone(), *times == 0);
            if spent {
                self.queued.remove(n);
            }
            return Some(fault);
        }
        let (chaos, rng) = self.chaos.as_mut()?;
        let mut roll: f64 = rng.random();
        let delay_ms = rng.random_range(0..=std::cmp::max(chaos.delay_ms_max, 0));
        for (chance, fault) in [
            (chaos.server_error, Fault::server_error(500)),
            (chaos.lose_reply, Fault::LoseReply),
            (chaos.cut, Fault::Cut),
            (chaos.garbage, Fault::Garbage),
            (chaos.delay, Fault::Delay(SignedDuration::from_millis(delay_ms))),
        ] {
            if roll < chance {
                return Some(fault);
            }
            roll -= chance;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queued_faults_wait_for_their_route_and_run_out() {
        let mut faults = Faults::default();
        faults.queue(Aim::at("POST", "/messages"), Fault::Cut, 2);
        assert_eq!(faults.take("GET", "/channels/1/messages"), None);
        assert_eq!(faults.take("POST", "/channels/1/messages"), Some(Fault::Cut));
        assert_eq!(faults.take("POST", "/channels/1/messages"), Some(Fault::Cut));
        assert_eq!(faults.take("POST", "/channels/1/messages"), None);
        assert_eq!(faults.left(), 0);
    }

    #[test]
    fn chaos_with_one_seed_repeats_itself() {
        let run = |seed| {
            let mut faults = Faults::default();
            faults.chaos(Chaos { server_error: 0.2, lose_reply: 0.3, ..Chaos::default() }, seed);
            (0..50).map(|_| faults.take("GET", "/").map(|fault| fault.name())).collect::<Vec<_>>()
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }
}
