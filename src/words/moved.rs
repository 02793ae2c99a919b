//! Why a number about money is what it is: which step between money spent and money earned explains how much of it.
//!
//! Owns: the lines of it in an alert. Refuses: a step whose share is nothing, and a cause.

use std::cmp::Reverse;

use super::chart::waterfall::{Bar, End, Waterfall};
use super::message::Line;
use super::number;
use super::others::Compared;
use super::phrase::{self, bold, line};
use super::wording::{Reader, Words, say};
use crate::domain::money::{Currency, Money};
use crate::domain::num;
use crate::insight::decomposition::{Decomposition, Part, Step, Target, Yardstick};

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
    /// What the deal's targets say.
    Plan,
}

impl Moved {
    /// The lines: against whom, then what explains most first.
    pub(crate) fn lines(&self, reader: &Reader) -> Vec<Line> {
        let words = reader.words();
        let parts = self.parts();
        let shares: Vec<Line> = parts.into_iter().filter_map(|part| self.part(part, reader)).map(line).collect();
        if shares.is_empty() {
            return shares;
        }
        let base = self.whole(self.amount(self.told.before, reader), reader);
        let head = match &self.against {
            Against::Others(compared) => say!(words, "moved-others", count = compared.others, base = base),
            Against::Before => say!(words, "moved-before", base = base),
            Against::Plan => say!(words, "moved-plan", base = base),
        };
        std::iter::once(bold(head)).chain(shares).collect()
    }

    /// The steps that explain something, what explains most first.
    fn parts(&self) -> Vec<&Part> {
        let mut parts: Vec<&Part> = self.told.parts.iter().filter(|part| part.units != 0).collect();
        parts.sort_by_key(|part| Reverse(part.units.unsigned_abs()));
        parts
    }

    /// `€45 per order`.
    fn whole(&self, amount: String, reader: &Reader) -> String {
        say!(reader.words(), "moved-base", target = self.target(), base = amount)
    }

    /// As a picture. `who`: whose number it is. In the order of the lines, to the cent, so that it can be added up.
    #[must_use]
    pub fn waterfall(&self, who: &str, reader: &Reader) -> Waterfall {
        let words = reader.words();
        let before = self.amount(self.told.before, reader);
        let now = self.whole(self.amount(self.told.now, reader), reader);
        let (from, until) = match &self.against {
            Against::Others(compared) => (
                say!(words, "waterfall-others", count = compared.others),
                phrase::short_name(who.split(" · ").next().unwrap_or(who)),
            ),
            Against::Before => (say!(words, "waterfall-before"), say!(words, "waterfall-now")),
            Against::Plan => (say!(words, "waterfall-plan"), say!(words, "waterfall-now")),
        };
        let bars = self.parts().into_iter().map(|part| Bar {
            name: say!(words, "waterfall-step", step = step_key(part)),
            sides: say!(
                words,
                "waterfall-sides",
                now = part.now.map_or_else(|| "–".to_owned(), |now| self.side(part, now, reader)),
                before = part.before.map_or_else(|| "–".to_owned(), |before| self.side(part, before, reader)),
            ),
            said: self.signed(part.units, reader),
            units: part.units,
        });
        Waterfall {
            title: say!(words, "waterfall-title", who = who, now = now, before = before),
            bars: bars.collect(),
            from: End { name: from, said: self.exact(self.told.before, reader), units: self.told.before },
            until: End { name: until, said: self.exact(self.told.now, reader), units: self.told.now },
            more_is_worse: self.told.target == Target::Cpa,
        }
    }

    fn signed(&self, units: i64, reader: &Reader) -> String {
        let sign = if units < 0 { "\u{2212}" } else { "+" };
        let size = i64::try_from(units.unsigned_abs()).unwrap_or(i64::MAX);
        format!("{sign}{}", self.exact(size, reader))
    }

    /// A number of the target to its last unit.
    fn exact(&self, units: i64, reader: &Reader) -> String {
        match (self.told.target, self.currency) {
            (Target::Revenue | Target::Cpa, Some(currency)) => {
                number::money_exact(reader.locale, Money { minor: units, currency })
            }
            (_, _) => self.amount(units, reader),
        }
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

/// What a number is held against, as somebody chooses it.
pub(crate) fn against(words: &Words, basis: Yardstick) -> String {
    say!(words, "basis", basis = basis.as_str())
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
