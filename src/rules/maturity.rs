//! How much of what spend can bring it can be expected to have brought by now.
//!
//! Sales follow views, views follow the post and fade, and orders come days after the click. Judged too early every creator
//! looks bad: at a usual delay of three days an honest test with a level of 95 % stops 30 % of the creators at the limit
//! instead of 3.6 % (`examples/evidence_table.rs`). So what is judged is *matured* spend: each day's boosting times the share
//! of its orders that have had time to come, each fee times the share of its post's.
//!
//! Owns: the curves, and the sum. Refuses: reading; learning the curves from a brand's own posts and orders
//! ([`super::learn`] does, and the settings stand until then).

use jiff::{SignedDuration, Timestamp};
use libm::exp;

use super::readings::Span;

/// The share of a response that is there by each age: half of it within a half-life, half of the rest within another;
/// where one thing follows another, both. It never falls, and is 1 once the attribution window is over: what comes later is
/// credited to nobody, so it is not waited for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// How fast each of the two fades, per second; infinite where it does not take any time.
    rates: [f64; 2],
    window: f64,
}

impl Spread {
    /// Orders that come like this after the click.
    #[must_use]
    pub fn halving(half: SignedDuration, window: SignedDuration) -> Self {
        Self { rates: [rate(half), f64::INFINITY], window: f64::max(window.as_secs_f64(), 1.0) }
    }

    /// Orders that come like this after a view, where views fade with this half-life: a sum of two waits (hypoexponential).
    #[must_use]
    pub fn following(self, views: SignedDuration) -> Self {
        Self { rates: [self.rates[0], rate(views)], ..self }
    }

    /// The share that is there at this age.
    #[must_use]
    pub fn share(&self, age: SignedDuration) -> f64 {
        let age = age.as_secs_f64();
        if self.window <= age { 1.0 } else { self.by(f64::max(age, 0.0)) / self.by(self.window) }
    }

    /// The share without a window.
    fn by(&self, age: f64) -> f64 {
        let [one, other] = self.rates;
        match (one.is_finite(), other.is_finite()) {
            (false, false) => 1.0,
            (true, false) => 1.0 - exp(-one * age),
            (false, true) => 1.0 - exp(-other * age),
            // The formula for two rates loses its digits where they are the same; that one is the limit.
            (true, true) if (one - other).abs() <= 1e-6 * one => 1.0 - (1.0 + one * age) * exp(-one * age),
            (true, true) => 1.0 - (other * exp(-one * age) - one * exp(-other * age)) / (other - one),
        }
    }
}

fn rate(half: SignedDuration) -> f64 {
    if half.is_positive() { std::f64::consts::LN_2 / half.as_secs_f64() } else { f64::INFINITY }
}

/// How the spend of a deal matures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Maturity {
    /// Boosting, by the day: how orders come after the click.
    pub boost: Spread,
    /// Fees, from the moment their post is live: how its views come, and their orders after them.
    pub fee: Spread,
}

impl Maturity {
    /// Everything counts at once: what rules without `mature` mean.
    #[must_use]
    pub fn at_once() -> Self {
        let all = Spread { rates: [f64::INFINITY; 2], window: 1.0 };
        Self { boost: all, fee: all }
    }
}

/// Spend that was stated for a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slice {
    /// When it was spent.
    pub span: Span,
    /// How much, in minor units; of all of it.
    pub spent: f64,
    /// Of that, fees.
    pub fees: f64,
}

/// What of these slices has had time to sell at `now`.
#[must_use]
pub fn matured(slices: &[Slice], maturity: &Maturity, now: Timestamp) -> f64 {
    let of = |slice: &Slice| {
        let (from, until) = (slice.span.from, std::cmp::min(slice.span.until, now));
        let half = SignedDuration::from_secs(until.duration_since(from).as_secs() / 2);
        // Inside a day the middle is fair; where a day was not stated, the newest moment it can have been.
        let spent_at = if DAY < until.duration_since(from) { until } else { until.checked_sub(half).unwrap_or(until) };
        let age = now.duration_since(spent_at);
        (slice.spent - slice.fees) * maturity.boost.share(age) + slice.fees * maturity.fee.share(age)
    };
    slices.iter().map(of).sum()
}

/// The length of a slice, where every one is stated.
pub const DAY: SignedDuration = SignedDuration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn hours(hours: i64) -> SignedDuration {
        SignedDuration::from_hours(hours)
    }

    #[track_caller]
    fn close(got: f64, want: f64) {
        assert!((got - want).abs() < 5e-3, "{got} for {want}");
    }

    #[test]
    fn half_is_there_at_the_half_life_and_all_at_the_end() {
        let spread = Spread::halving(hours(72), hours(24 * 60));
        close(spread.share(hours(72)), 0.5);
        close(spread.share(hours(144)), 0.75);
        close(spread.share(hours(0)), 0.0);
        close(spread.share(hours(-5)), 0.0);
        close(spread.share(hours(24 * 90)), 1.0);
        // A short window credits nothing later, so more of what it credits is there.
        close(Spread::halving(hours(72), hours(72)).share(hours(36)), (1.0 - 0.5_f64.sqrt()) / 0.5);
    }

    #[test]
    fn orders_follow_views() {
        // Two exponentials with rates a and b: 1 − (b·e^(−a·t) − a·e^(−b·t))/(b − a).
        let both = Spread::halving(hours(24), hours(24 * 80)).following(hours(72));
        let (a, b) = (std::f64::consts::LN_2 / 24.0, std::f64::consts::LN_2 / 72.0);
        for age in [24.0_f64, 72.0, 144.0, 400.0] {
            let want = 1.0 - (b * (-a * age).exp() - a * (-b * age).exp()) / (b - a);
            close(both.share(SignedDuration::from_secs_f64(age * 3600.0)), want);
        }
        // The same twice, just beside it, and a view that sells at once.
        let same = Spread::halving(hours(24), hours(1_920)).following(hours(24));
        let beside = Spread::halving(hours(24), hours(1_920)).following(SignedDuration::from_secs(86_401));
        close(same.share(hours(30)), beside.share(hours(30)));
        let once = Spread::halving(hours(0), hours(1_920)).following(hours(24));
        close(once.share(hours(24)), 0.5);
    }

    #[test]
    fn fees_wait_for_their_post_and_boosting_for_its_day() {
        let maturity =
            Maturity { boost: Spread::halving(hours(24), hours(720)), fee: Spread::halving(hours(240), hours(720)) };
        let day = |n: i64| Timestamp::UNIX_EPOCH + hours(24 * n);
        let span = |from, until| Span { from: day(from), until: day(until) };
        let slices = [
            Slice { span: span(0, 1), spent: 1_000.0, fees: 0.0 },
            Slice { span: span(9, 10), spent: 5_000.0, fees: 5_000.0 },
        ];
        let got = matured(&slices, &maturity, day(10));
        let want = 1_000.0 * maturity.boost.share(hours(228)) + 5_000.0 * maturity.fee.share(hours(12));
        close(got / want, 1.0);
        close(matured(&slices, &Maturity::at_once(), day(11)) / 6_000.0, 1.0);
        // A stretch of several days is as young as it can be.
        let long = [Slice { span: span(0, 8), spent: 1_000.0, fees: 0.0 }];
        close(matured(&long, &maturity, day(9)), 500.0);
    }

    proptest! {
        #[test]
        fn shares_never_fall_and_stay_between_nothing_and_all(
            half in 0_i64..2_000, other in 0_i64..2_000, window in 3_i64..2_000, ages in proptest::collection::vec(-50_i64..3_000, 2),
        ) {
            let spread = Spread::halving(hours(half), hours(window)).following(hours(other));
            let (early, late) = (std::cmp::min(ages[0], ages[1]), std::cmp::max(ages[0], ages[1]));
            let (early, late) = (spread.share(hours(early)), spread.share(hours(late)));
            prop_assert!(early <= late + 1e-12);
            prop_assert!((0.0..=1.0 + 1e-12).contains(&early));
        }
    }
}
