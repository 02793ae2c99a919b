//! One line of numbers, and what it says at an instant or over a span.
//!
//! Owns: the order of statements (by when it was so, then by when we knew), restatements, absences, and the age limit.
//! Refuses: sums over lines, derived metrics and guards; [`super::history`] has them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::domain::money::Currency;
use crate::domain::num::f64_of;
use crate::domain::sample::Absence;

use super::readings::Span;

/// The oldest a statement may be at the boundary it stands for (DESIGN §5).
pub const AGE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// When something was so, and when we knew. Shared by all statements of one poll, so a statement is 12 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// When it was so.
    pub observed: Timestamp,
    /// When we knew.
    pub known: Timestamp,
}

/// Under which knowledge a line is read.
#[derive(Debug, Clone, Copy)]
pub struct Knowledge {
    /// Nothing that was known later counts; `None` = all there is.
    pub known: Option<Timestamp>,
    /// Whether held statements are left out.
    pub holds_back: bool,
}

impl Knowledge {
    /// Whether what became known then counts.
    #[must_use]
    pub fn reaches(self, at: Timestamp) -> bool {
        self.known.is_none_or(|known| at <= known)
    }
}

/// What was added within a span.
#[derive(Debug, Clone, Copy)]
struct Amount {
    middle: Timestamp,
    from: Timestamp,
    until: Timestamp,
    known: Timestamp,
    value: i64,
}

impl Amount {
    fn order(&self) -> (Timestamp, Timestamp, Timestamp, Timestamp) {
        (self.middle, self.from, self.until, self.known)
    }
}

/// A statement that the implausible guard held back.
#[derive(Debug, Clone, Copy)]
struct Held {
    moment: u32,
    released: Option<Timestamp>,
}

/// A typed absence: since when, when we knew, and why.
#[derive(Debug, Clone, Copy)]
struct Word {
    at: Timestamp,
    known: Timestamp,
    why: Absence,
}

/// A level a source stated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// What it said.
    pub value: i64,
    /// When it was so.
    pub observed: Timestamp,
    place: usize,
}

/// A value over a span, and what it was made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Taken {
    /// The value; money in minor units.
    pub value: f64,
    /// Statements that took part.
    pub n: u32,
    /// When the newest was observed.
    pub newest: Timestamp,
}

/// One line of numbers.
#[derive(Debug, Default)]
pub struct Line {
    /// Places in the table of moments, in order of what they say.
    moments: Vec<u32>,
    values: Vec<i64>,
    amounts: Vec<Amount>,
    missing: Vec<Word>,
    held: Vec<Held>,
    /// The currency of the first statement; others are refused.
    pub currency: Option<Currency>,
}

fn moment_at(table: &[Moment], place: u32) -> Option<Moment> {
    table.get(usize::try_from(place).ok()?).copied()
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

impl Line {
    /// Whether it ever said a number, as far as is known.
    #[must_use]
    pub fn has_spoken(&self, table: &[Moment], knowledge: Knowledge) -> bool {
        let level = || {
            self.moments
                .iter()
                .any(|place| moment_at(table, *place).is_some_and(|moment| knowledge.reaches(moment.known)))
        };
        self.has_amounts(knowledge) || level()
    }

    fn has_amounts(&self, knowledge: Knowledge) -> bool {
        self.amounts.iter().any(|amount| knowledge.reaches(amount.known))
    }

    /// How many statements stand from one place to another, both included.
    fn statements(&self, table: &[Moment], (from, until): (usize, usize), knowledge: Knowledge) -> u32 {
        let between = self.moments.get(from..=until).unwrap_or_default();
        let known = |place: &&u32| moment_at(table, **place).is_some_and(|moment| knowledge.reaches(moment.known));
        match knowledge.known {
            None => count(between.len()),
            Some(_) => count(between.iter().filter(known).count()),
        }
    }

    /// Adds a level (a total or a gauge). Statements may come late; what is the same twice is kept once.
    pub fn push_level(&mut self, table: &[Moment], moment: u32, value: i64) {
        let new = moment_at(table, moment);
        let newest = self.moments.last().and_then(|place| moment_at(table, *place));
        if newest <= new {
            self.moments.push(moment);
            self.values.push(value);
            return;
        }
        let place = self.moments.partition_point(|place| moment_at(table, *place) <= new);
        self.moments.insert(place, moment);
        self.values.insert(place, value);
    }

    /// Adds an amount over `[from, until)`.
    pub fn push_amount(&mut self, from: Timestamp, until: Timestamp, known: Timestamp, value: i64) {
        let half = until.duration_since(from) / 2;
        let amount = Amount { middle: from.saturating_add(half).unwrap_or(from), from, until, known, value };
        let place = self.amounts.partition_point(|other| other.order() <= amount.order());
        self.amounts.insert(place, amount);
    }

    /// Adds a typed absence. One that only repeats the last word is not kept.
    pub fn push_missing(&mut self, table: &[Moment], at: Timestamp, known: Timestamp, why: Absence) {
        let spoken = self.moments.last().and_then(|place| moment_at(table, *place));
        let spoken =
            std::cmp::max(spoken.map(|moment| moment.observed), self.amounts.last().map(|amount| amount.until));
        let repeats =
            self.missing.last().is_some_and(|last| last.why == why && last.at <= at && spoken <= Some(last.at));
        if !repeats {
            let place = self.missing.partition_point(|other| other.at <= at);
            self.missing.insert(place, Word { at, known, why });
        }
    }

    /// Holds back the statement of a moment.
    pub fn hold(&mut self, moment: u32) {
        self.held.push(Held { moment, released: None });
    }

    /// Lets the newest held statement count for whoever knows what was known at `known`.
    pub fn release(&mut self, known: Timestamp) {
        if let Some(held) = self.held.last_mut() {
            held.released = Some(known);
        }
    }

    /// The last level stated at or before `at`.
    #[must_use]
    pub fn last(&self, table: &[Moment], at: Timestamp, knowledge: Knowledge) -> Option<Level> {
        let after =
            self.moments.partition_point(|place| moment_at(table, *place).is_some_and(|moment| moment.observed <= at));
        for place in (0..after).rev() {
            let number = *self.moments.get(place)?;
            let moment = moment_at(table, number)?;
            if knowledge.reaches(moment.known) && !self.is_held(number, knowledge) {
                return Some(Level { value: *self.values.get(place)?, observed: moment.observed, place });
            }
        }
        None
    }

    fn is_held(&self, moment: u32, knowledge: Knowledge) -> bool {
        knowledge.holds_back
            && self
                .held
                .iter()
                .any(|held| held.moment == moment && !held.released.is_some_and(|released| knowledge.reaches(released)))
    }

    /// The level in force at `at`: the last statement, if it is not too old; else why not.
    pub fn level(&self, table: &[Moment], at: Timestamp, knowledge: Knowledge) -> Result<Level, Absence> {
        let Some(level) = self.last(table, at, knowledge) else {
            return Err(self.last_word(None, at, knowledge).unwrap_or(Absence::NotYet));
        };
        let age = at.duration_since(level.observed);
        if age <= AGE_MAX {
            return Ok(level);
        }
        Err(self.last_word(Some(level.observed), at, knowledge).unwrap_or(Absence::Stale { age_secs: age.as_secs() }))
    }

    /// Why there is nothing, as the source last said after `since` and not after `at`.
    #[must_use]
    pub fn last_word(&self, since: Option<Timestamp>, at: Timestamp, knowledge: Knowledge) -> Option<Absence> {
        self.missing
            .iter()
            .rev()
            .find(|word| word.at <= at && knowledge.reaches(word.known))
            .filter(|word| since.is_none_or(|since| since < word.at))
            .map(|word| word.why)
    }

    /// The increase of a total over a span, or of the amounts in it where there is no total.
    pub fn increase(&self, table: &[Moment], span: Span, knowledge: Knowledge) -> Result<Taken, Absence> {
        let totals = self.level(table, span.until, knowledge).and_then(|end| {
            let start = self.level(table, span.from, knowledge)?;
            Ok(Taken {
                value: f64_of(end.value.saturating_sub(start.value)),
                n: self.statements(table, (start.place, end.place), knowledge),
                newest: end.observed,
            })
        });
        match totals {
            Err(_) if self.has_amounts(knowledge) => self.sum(span, knowledge),
            totals => totals,
        }
    }

    /// The sum of the amounts whose midpoint lies in the span. There must be one, and the source must have reported to
    /// within a day of the span's end: a day it has not reported is not a day without sales.
    fn sum(&self, span: Span, knowledge: Knowledge) -> Result<Taken, Absence> {
        let first = self.amounts.partition_point(|amount| amount.middle < span.from);
        let after = self.amounts.partition_point(|amount| amount.middle < span.until);
        let inside = self.amounts.get(first..after).unwrap_or_default();
        let mut taken: Option<Taken> = None;
        let mut last: Option<&Amount> = None;
        let mut total = 0_i64;
        for amount in inside.iter().filter(|amount| knowledge.reaches(amount.known)) {
            // Equal spans stand together, the newest known last: it replaces what it restates.
            let (restated, n) = match (last, taken) {
                (Some(last), Some(taken)) if (last.from, last.until) == (amount.from, amount.until) => {
                    (last.value, taken.n)
                }
                (_, taken) => (0, taken.map_or(0, |taken| taken.n).saturating_add(1)),
            };
            total = total.saturating_sub(restated).saturating_add(amount.value);
            let newest = taken.map_or(amount.until, |taken| std::cmp::max(taken.newest, amount.until));
            taken = Some(Taken { value: f64_of(total), n, newest });
            last = Some(amount);
        }
        let newest = taken.map(|taken| taken.newest);
        let age = newest.map(|newest| span.until.duration_since(newest));
        match (taken, age) {
            (Some(taken), Some(age)) if age <= AGE_MAX => Ok(taken),
            (_, age) => Err(self.last_word(newest, span.until, knowledge).unwrap_or(match age {
                Some(age) => Absence::Stale { age_secs: age.as_secs() },
                None => Absence::NotYet,
            })),
        }
    }

    /// The sum of the amounts whose midpoint lies in the span, where silence means that there were none: a book that the
    /// program keeps itself.
    #[must_use]
    pub fn booked(&self, span: Span, knowledge: Knowledge) -> Taken {
        let inside = |amount: &&Amount| span.from <= amount.middle && amount.middle < span.until;
        let mut latest = BTreeMap::new();
        for amount in self.amounts.iter().filter(inside).filter(|amount| knowledge.reaches(amount.known)) {
            // Equal spans stand together, the newest known last: it replaces what it restates.
            latest.insert((amount.from, amount.until), amount.value);
        }
        let total = latest.values().fold(0_i64, |sum, value| sum.saturating_add(*value));
        Taken { value: f64_of(total), n: count(latest.len()), newest: span.until }
    }

    /// Its amounts by span, each as last known.
    pub fn amounts(&self) -> impl Iterator<Item = ((Timestamp, Timestamp), i64)> {
        self.amounts.iter().map(|amount| ((amount.from, amount.until), amount.value))
    }

    /// Every word on its amounts by span, with when it was known; of one span the oldest first.
    pub fn words(&self) -> impl Iterator<Item = ((Timestamp, Timestamp), Timestamp, i64)> {
        self.amounts.iter().map(|amount| ((amount.from, amount.until), amount.known, amount.value))
    }

    /// Everything from the beginning to `until`, for a post's whole life.
    pub fn life(&self, table: &[Moment], until: Timestamp, knowledge: Knowledge) -> Result<Taken, Absence> {
        match self.gauge(table, until, knowledge) {
            Err(_) if self.has_amounts(knowledge) => {
                let from = self.amounts.first().map_or(until, |amount| amount.from);
                self.sum(Span { from, until }, knowledge)
            }
            level => level,
        }
    }

    /// The level in force at `at`, as a value.
    pub fn gauge(&self, table: &[Moment], at: Timestamp, knowledge: Knowledge) -> Result<Taken, Absence> {
        self.level(table, at, knowledge).map(|level| Taken { value: f64_of(level.value), n: 1, newest: level.observed })
    }

    /// When the first number was observed; of amounts, when the first began.
    #[must_use]
    pub fn begins(&self, table: &[Moment], knowledge: Knowledge) -> Option<Timestamp> {
        let level = self
            .moments
            .iter()
            .filter_map(|place| moment_at(table, *place))
            .find(|moment| knowledge.reaches(moment.known))
            .map(|moment| moment.observed);
        let amount = self
            .amounts
            .iter()
            .filter(|amount| knowledge.reaches(amount.known))
            .map(|amount| amount.from)
            .reduce(std::cmp::min);
        level.into_iter().chain(amount).reduce(std::cmp::min)
    }

    /// When the newest number at or before `until` was observed.
    #[must_use]
    pub fn newest(&self, table: &[Moment], until: Timestamp, knowledge: Knowledge) -> Option<Timestamp> {
        let level = self.last(table, until, knowledge).map(|level| level.observed);
        let amount = self
            .amounts
            .iter()
            .rev()
            .find(|amount| amount.until <= until && knowledge.reaches(amount.known))
            .map(|amount| amount.until);
        std::cmp::max(level, amount)
    }

    /// Drops what no boundary at or after `before` can need.
    pub fn forget(&mut self, table: &[Moment], before: Timestamp) {
        let oldest = before.saturating_sub(AGE_MAX).unwrap_or(before);
        let gone = self
            .moments
            .partition_point(|place| moment_at(table, *place).is_some_and(|moment| moment.observed < oldest));
        self.moments.drain(..gone);
        self.values.drain(..gone);
        self.amounts.retain(|amount| oldest <= amount.until);
        let words = self.missing.partition_point(|word| word.at < oldest);
        // The last word before stays: it may still be the reason.
        self.missing.drain(..words.saturating_sub(1));
        self.held.retain(|held| moment_at(table, held.moment).is_some_and(|moment| oldest <= moment.observed));
    }

    /// How much it holds: levels, amounts, words and what is held back.
    #[must_use]
    pub fn size(&self) -> usize {
        self.moments.len() + self.amounts.len() + self.missing.len() + self.held.len()
    }

    /// The moments of its levels, as places in the table.
    pub fn moments(&self) -> impl Iterator<Item = u32> {
        self.moments.iter().copied()
    }

    /// The ends of its amounts.
    pub fn amount_ends(&self) -> impl Iterator<Item = Timestamp> {
        self.amounts.iter().map(|amount| amount.until)
    }

    /// The moments its statements and holds refer to, to be renumbered.
    pub fn moments_mut(&mut self) -> impl Iterator<Item = &mut u32> {
        self.moments.iter_mut().chain(self.held.iter_mut().map(|held| &mut held.moment))
    }
}
