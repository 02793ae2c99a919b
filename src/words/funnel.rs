//! Where a funnel leaks: each step beside comparable creators, and the weakest where the numbers carry it.
//!
//! Owns: these lines, for the team. Refuses: naming a weakest step because one has to be the lowest.

use jiff::Timestamp;

use super::message::Line;
use super::number;
use super::phrase::{bold, line};
use super::wording::{Reader, say};
use crate::domain::num;
use crate::insight::funnel::{Funnel, Rate, Step};

/// A funnel, and since when it is counted.
#[derive(Debug, Clone, PartialEq)]
pub struct FunnelView {
    /// The steps.
    pub funnel: Funnel,
    /// Since when days count.
    pub from: Timestamp,
}

/// Rarer than one in so many is not counted further.
const OF_MAX: f64 = 1_000.0;

impl FunnelView {
    /// A line for each step, and what they come to.
    pub(crate) fn lines(&self, reader: &Reader, now: Timestamp) -> Vec<Line> {
        let words = reader.words();
        let Some(others) = self.funnel.rates.iter().map(|rate| rate.others).max() else { return Vec::new() };
        let head = say!(words, "funnel-head", count = others, since = number::day(reader, self.from, now));
        let mut lines = vec![bold(head)];
        lines.extend(self.funnel.rates.iter().map(|rate| line(step(rate, reader))));
        let weakest =
            self.funnel.weakest.and_then(|weakest| self.funnel.rates.iter().find(|rate| rate.step == weakest));
        lines.push(match weakest {
            Some(rate) => {
                let of = f64::min(OF_MAX, (1.0 / f64::max(rate.chance, 1.0 / OF_MAX)).floor());
                let of = number::count(reader.locale, num::round_i64(of).unwrap_or(1));
                line(say!(words, "funnel-weakest", step = key(rate.step), of = of))
            }
            None => line(say!(words, "funnel-none")),
        });
        lines
    }
}

fn step(rate: &Rate, reader: &Reader) -> String {
    let said = |value: f64| amount(rate.step, value, reader);
    let between = |(low, high): (f64, f64)| format!("{}–{}", said(low), said(high));
    say!(
        reader.words(),
        "funnel-step",
        step = key(rate.step),
        own = said(rate.own),
        between = between(rate.own_between),
        usual = said(rate.usual),
        others = between(rate.usual_between),
    )
}

/// Rare things per 1,000, common ones per 100; views as a multiple of followers.
fn amount(step: Step, value: f64, reader: &Reader) -> String {
    match step {
        Step::Reach => number::decimal(reader.locale, value, if value < 10.0 { 2 } else { 1 }),
        Step::Click => number::brief(reader.locale, value * 1_000.0),
        Step::Engagement | Step::Order | Step::Redemption => number::brief(reader.locale, value * 100.0),
    }
}

fn key(step: Step) -> &'static str {
    match step {
        Step::Reach => "reach",
        Step::Engagement => "engagement",
        Step::Click => "click",
        Step::Order => "order",
        Step::Redemption => "redemption",
    }
}
