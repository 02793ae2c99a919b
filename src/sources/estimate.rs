//! What a poll that was never made would cost: the words of a plan.
//!
//! Owns: what a plan may take for granted ([`Assumed`]), and what an estimate says ([`Estimate`]). Each kind of source knows
//! its own arithmetic ([`super::Settings::estimate`]); what is charged for real is never guessed.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Request;

/// What a plan takes for granted where nobody can know it before asking. Whoever uses one of these says so
/// ([`super::Settings::assumes`]), and it is printed with the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assumed {
    /// Orders a day at each shop, evenly over the day.
    pub orders: u32,
}

/// A request of a plan.
#[derive(Debug, Clone, Copy)]
pub struct Planned<'a> {
    /// What would be asked.
    pub request: &'a Request,
    /// The poll before it, where there was one: what was read then need not be read again.
    pub before: Option<&'a Request>,
    /// What is taken for granted.
    pub assumed: Assumed,
}

impl<'a> Planned<'a> {
    /// What a poll costs at the least: asked before, and not an order came.
    pub(super) fn least(request: &'a Request) -> Self {
        Self { request, before: Some(request), assumed: Assumed { orders: 0 } }
    }

    /// Whether another span of so many seconds, counted from 1970, has begun since the poll before.
    pub(super) fn is_new(&self, secs: i64) -> bool {
        let span = |at: Timestamp| at.as_second().div_euclid(secs);
        self.before.is_none_or(|before| span(before.now) != span(self.request.now))
    }

    /// Whether another day of UTC has begun since the poll before. Days of another zone are as many.
    pub(super) fn is_new_day(&self) -> bool {
        let day = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
        self.before.is_none_or(|before| day(before.now) != day(self.request.now))
    }
}

/// What a request would cost, as far as that can be said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Calls, where they are known.
    pub calls: Option<u32>,
    /// Units by the platform's bucket.
    pub units: Vec<(String, u32)>,
}

impl Estimate {
    /// So many calls, which is what the bucket counts.
    #[must_use]
    pub fn calls_of(bucket: &str, calls: u32) -> Self {
        let units = if calls == 0 { Vec::new() } else { vec![(bucket.to_owned(), calls)] };
        Self { calls: Some(calls), units }
    }
}
