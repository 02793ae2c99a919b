//! Why a number about money is what it is: which step between money spent and money earned explains how much of it.
//!
//! Owns: the lines of it in an alert. Refuses: a step whose share is nothing, and a cause.

use std::cmp::Reverse;

use super::message::Line;
use super::number;
use super::others::Compared;
use super::phrase::{bold, line};
use super::wording::{Reader, say};
use crate::domain::money::{Currency, Money};
use crate::domain::num;
use crate::insight::decomposition::{Decomposition, Part, Step, Target};

/// A change taken apart, and against what.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// Against what.
    pub against: Against,
    /// The change.
    pub told: Decomposition,
    /// Of the money in it.
    pub currency: Option<Currency>,
}

/// What a number is held against.
#[derive(Debug, Clone, PartialEq)]
pub enum Against {
    /// Comparable others.
    Others(Compared),
    /// As long before.
    Before,
}

impl Moved {
    /// The lines: against whom, then what explains most first.
    pub(crate) fn lines(&self, reader: &Reader) -> Vec<Line> {
        let words = reader.words();
        let mut parts: Vec<&Part> = self.told.parts.iter().filter(|part| part.units != 0).collect();
        parts.sort_by_key(|part| Reverse(part.units.unsigned_abs()));
        let shares: Vec<Line> = parts.into_iter().filter_map(|part| self.part(part, reader)).map(line).collect();
        if shares.is_empty() {
            return shares;
        }
        let base = say!(words, "moved-base", target = self.target(), base = self.amount(self.told.before, reader));
        let head = match &self.against {
            Against::Others(compared) => say!(words, "moved-others", count = compared.others, base = base),
            Against::Before => say!(words, "moved-before", base = base),
        };
        std::iter::once(bold(head)).chain(shares).collect()
    }

    fn target(&self) -> &'static str {
        match self.told.target {
            Target::Revenue => "revenue",
            Target::Orders => "orders",
            Target::Cpa => "cpa",
            Target::Roas => "roas",
            Target::Roi => "roi",
        }
    }

    /// A number of the target, in its units.
    fn amount(&self, units: i64, reader: &Reader) -> String {
        match (self.told.target, self.currency) {
            (Target::Revenue | Target::Cpa, Some(currency)) => {
                number::money(reader.locale, Money { minor: units, currency })
            }
            (Target::Orders, _) => number::brief(reader.locale, num::f64_of(units) / 100.0),
            (Target::Roas | Target::Roi, _) => number::decimal(reader.locale, num::f64_of(units) / 10_000.0, 2),
            (Target::Revenue | Target::Cpa, None) => number::count(reader.locale, units),
        }
    }

    /// `fewer buy after the click, 1.9 % not 5.2 %: +€94`. `None` where a side is not known: it explains nothing then.
    fn part(&self, part: &Part, reader: &Reader) -> Option<String> {
        let (now, before) = (part.now?, part.before?);
        let sign = if part.units < 0 { "\u{2212}" } else { "+" };
        let units = i64::try_from(part.units.unsigned_abs()).unwrap_or(i64::MAX);
        Some(say!(
            reader.words(),
            "moved-part",
            step = step_key(part),
            way = if now < before { "less" } else { "more" },
            now = self.side(part, now, reader),
            before = self.side(part, before, reader),
            share = format!("{sign}{}", self.amount(units, reader)),
        ))
    }

    /// One side of a step, as its sentence shows it.
    fn side(&self, part: &Part, value: f64, reader: &Reader) -> String {
        let locale = reader.locale;
        let money = |minor: f64| match (num::round_i64(minor), self.currency) {
            (Some(minor), Some(currency)) => number::money(locale, Money { minor, currency }),
            (_, _) => number::brief(locale, minor),
        };
        match (part.step, part.per) {
            (Step::Cost, Some(Step::Reach)) => money(value * 1_000.0),
            (Step::Cost | Step::OrderValue, _) => money(value),
            (Step::Click | Step::Conversion, Some(Step::Reach)) => number::brief(locale, value * 1_000.0),
            (Step::Reach | Step::Click | Step::Engagement | Step::Conversion, None) => number::brief(locale, value),
            (Step::Reach | Step::Click | Step::Engagement | Step::Conversion, Some(_)) => {
                number::percent(locale, value)
            }
        }
    }
}

/// The variant of the sentence: the step, and what it is counted per.
fn step_key(part: &Part) -> &'static str {
    match (part.step, part.per) {
        (Step::Cost, None) => "cost",
        (Step::Cost, Some(Step::Reach)) => "cost-of-reach",
        (Step::Cost, Some(Step::Click)) => "cost-of-clicks",
        (Step::Cost, Some(_)) => "cost-of-engagement",
        (Step::Reach, _) => "reach",
        (Step::Engagement, None) => "engagements",
        (Step::Engagement, Some(_)) => "engagement",
        (Step::Click, None) => "clicks",
        (Step::Click, Some(Step::Reach)) => "click-of-reach",
        (Step::Click, Some(_)) => "click-of-engaged",
        (Step::Conversion, None) => "orders",
        (Step::Conversion, Some(Step::Reach)) => "conversion-of-reach",
        (Step::Conversion, Some(Step::Click)) => "conversion",
        (Step::Conversion, Some(_)) => "conversion-of-engaged",
        (Step::OrderValue, None) => "revenue",
        (Step::OrderValue, Some(_)) => "order-value",
    }
}
