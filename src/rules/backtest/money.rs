//! Whether a fire about money was right, and what stopping would have saved.
//!
//! *Right or wrong* is said by the comparison that the rule is about (the one it weighs, else its first between spend and
//! what it brought) over the whole deal, when attribution has closed: everything spent has then had all its time to sell,
//! and every order that will be credited is there. Still beyond the limit: right. It would have met it: wrong. With
//! `[rule.judge]` it is the comparison of that metric over the horizon after the fire.
//!
//! *Saved* is what was spent after the fire until the deal or the data end, less the margin that it brought. Fees of the
//! deal are left out: they are owed. The margin is the brand's per order, else what the data state, else what the deal or
//! the rule says an order may cost; where none of them is known nothing is said. Orders that come after a fire count as
//! brought by what was spent after it: late ones of earlier spend make `saved` smaller, never larger.
//!
//! What a source no longer states is taken as it stated it last: an ad that ended is not an outage.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Look, Outcome, Worth};
use crate::domain::ids::{GroupId, Platform, Subject};
use crate::domain::metric::{Kind, Metric};
use crate::domain::money::{Currency, Money};
use crate::domain::num::round_i64;
use crate::rules::benchmark::group::Shared;
use crate::rules::benchmark::mean;
use crate::rules::check::{CheckedRule, slots_of};
use crate::rules::eval::{Answer, Gap, Lookup, number};
use crate::rules::evidence::tested::{Tested, missing_op};
use crate::rules::evidence::{Luck, Prior};
use crate::rules::judge::Context;
use crate::rules::lower::{Compare, Input, Num, Source};
use crate::rules::readings::{Readings, Span, Want};
use crate::rules::rule::{JudgeBy, Kind as RuleKind};

/// A subject and what its deal is worth.
#[derive(Debug, Clone, Default)]
pub struct Case {
    /// What judging knows of it.
    pub context: Context,
    /// What an order of its brand leaves.
    pub order_margin: Option<Money>,
    /// How long after the deal orders are still credited.
    pub attribution: SignedDuration,
    /// Groups with a name that it is in, for rules that name one.
    pub named: BTreeMap<GroupId, Shared>,
}

/// A rule on a subject, to be judged by what came of it.
pub(super) struct Books<'a> {
    pub rule: &'a CheckedRule,
    pub case: &'a Case,
    pub readings: &'a dyn Readings,
    pub subject: &'a Subject,
    /// The end of the data.
    pub end: Timestamp,
}

/// Over what numbers are taken afterwards.
enum Over {
    /// All at once.
    Whole(Span),
    /// Counts as the mean of these windows, rates over all of them.
    Mean(Span, Vec<Span>),
}

impl Books<'_> {
    /// What a fire was worth, but for the evidence.
    pub fn worth(&self, look: Look) -> Worth {
        let (at, currency) = (look.window.until, self.case.context.currency);
        let money = |minor: f64| Some(Money::new(round_i64(minor)?, currency?));
        let Some(deal) = self.case.context.frame.deal else { return Worth::default() };
        let spent = self.total(want(Metric::Spend), deal.from, at);
        let saved = if self.rule.rule().kind == RuleKind::StopLoss { self.saved(deal, at) } else { None };
        Worth { e_value: None, spent: spent.and_then(money), saved: saved.and_then(money) }
    }

    /// In minor units.
    fn saved(&self, deal: Span, at: Timestamp) -> Option<f64> {
        let until = std::cmp::min(self.end, deal.until);
        let fees = Want { metric: Metric::Spend, platform: Some(Platform::Deal) };
        let avoidable = self.total(want(Metric::Spend), at, until)? - self.total(fees, at, until).unwrap_or(0.0);
        let credited = std::cmp::min(self.end, self.close(deal)?);
        let orders = || self.total(want(Metric::Orders), at, credited);
        let of_brand = self.case.order_margin.filter(|margin| Some(margin.currency) == self.case.context.currency);
        let brought = match of_brand {
            Some(margin) => orders()? * crate::domain::num::f64_of(margin.minor),
            None => match self.total(want(Metric::Margin), at, credited) {
                Some(stated) => stated,
                None => orders()? * self.order_cost()?,
            },
        };
        Some(avoidable - brought)
    }

    /// What an order may cost, as the deal or the rule says.
    fn order_cost(&self) -> Option<f64> {
        let of_rule = || {
            let compare = self.money()?;
            let is_cpa = |num: &Num| {
                slots_of(num).iter().any(|slot| {
                    self.rule
                        .inputs()
                        .get(*slot)
                        .is_some_and(|input| input.source == Source::Now && input.want.metric == Metric::Cpa)
                })
            };
            match (&compare.left, &compare.right) {
                (Num::Read(_), limit) if is_cpa(&compare.left) => self.fixed(limit),
                (limit, Num::Read(_)) if is_cpa(&compare.right) => self.fixed(limit),
                (_, _) => None,
            }
        };
        self.case.context.targets.get(&Metric::Cpa).copied().or_else(of_rule)
    }

    fn fixed(&self, num: &Num) -> Option<f64> {
        let nothing = Over::Whole(Span { from: self.end, until: self.end });
        number(num, self.rule.inputs(), &mut Afterwards { books: self, over: nothing }).ok()
    }

    /// When the last order of a deal is credited.
    fn close(&self, deal: Span) -> Option<Timestamp> {
        deal.until.checked_add(self.case.attribution).ok()
    }

    /// The comparison over the whole deal, when attribution has closed.
    pub fn finally(&self) -> Outcome {
        let (Some(deal), Some(compare)) = (self.case.context.frame.deal, self.money()) else { return Outcome::Open };
        match self.close(deal) {
            Some(close) if close <= self.end => {
                self.still(compare, Over::Whole(Span { from: deal.from, until: close }))
            }
            Some(_) | None => Outcome::Open,
        }
    }

    /// The comparison of a metric over a while after the fire; where the rule does not compare it, against the deal's
    /// target.
    pub fn after(&self, by: &JudgeBy, look: Look) -> Outcome {
        let from = look.window.until;
        let Some(until) = from.checked_add(by.horizon.get()).ok().filter(|until| *until <= self.end) else {
            return Outcome::Open;
        };
        let span = Span { from, until };
        let (window, frame) = (self.rule.window(), &self.case.context.frame);
        let over = if window.slides() {
            let next = (1..).map_while(|k| window.forth(look.window, k, frame)).take_while(|next| next.until <= until);
            Over::Mean(span, next.collect())
        } else {
            Over::Whole(span)
        };
        let compares = |one: &&Compare| self.is_fixed(one) && self.now(one).iter().any(|want| want.metric == by.metric);
        if let Some(compare) = self.rule.when().comparisons().into_iter().find(compares) {
            return self.still(compare, over);
        }
        let value = Afterwards { books: self, over }.value(want(by.metric));
        match (missing_op(by.metric), value, self.case.context.targets.get(&by.metric)) {
            (Some(op), Some(value), Some(target)) => outcome(op.holds(value, *target)),
            (_, _, _) => Outcome::Open,
        }
    }

    fn still(&self, compare: &Compare, over: Over) -> Outcome {
        let mut afterwards = Afterwards { books: self, over };
        let left = number(&compare.left, self.rule.inputs(), &mut afterwards);
        match (left, number(&compare.right, self.rule.inputs(), &mut afterwards)) {
            (Ok(left), Ok(right)) => outcome(compare.op.holds(left, right)),
            (_, _) => Outcome::Open,
        }
    }

    /// The comparison that the rule is about, if it is about money.
    fn money(&self) -> Option<&Compare> {
        money(self.rule)
    }

    /// What a comparison reads of the window.
    fn now(&self, compare: &Compare) -> Vec<Want> {
        now(self.rule, compare)
    }

    fn is_fixed(&self, compare: &Compare) -> bool {
        is_fixed(self.rule, compare)
    }

    fn total(&self, want: Want, from: Timestamp, until: Timestamp) -> Option<f64> {
        total(self.readings, self.subject, want, Span { from, until })
    }
}

/// The sum of a counter over a span, or to the last time it was stated in it; nothing where it was not stated again. `None`: it
/// never was, or a number in between is missing.
#[must_use]
pub fn total(readings: &dyn Readings, subject: &Subject, want: Want, span: Span) -> Option<f64> {
    readings.begins(subject, want)?;
    let newest = readings.newest(subject, want, span.until).filter(|newest| span.from < *newest);
    let Some(until) = newest.map(|newest| std::cmp::min(newest, span.until)) else { return Some(0.0) };
    readings.over(subject, want, Span { until, ..span }).reading.value()
}

fn want(metric: Metric) -> Want {
    Want { metric, platform: None }
}

fn outcome(still: bool) -> Outcome {
    if still { Outcome::Right } else { Outcome::Wrong }
}

/// The comparison that a rule is about, if it is about money: the one it weighs, else its first between spend and something
/// else, with a limit that does not move.
pub(super) fn money(rule: &CheckedRule) -> Option<&Compare> {
    let all = rule.when().comparisons();
    let weighed = all.iter().find(|one| one.tested.is_some());
    let between = |one: &&&Compare| {
        let parts: Vec<Metric> = now(rule, one).iter().flat_map(|want| want.metric.parts()).collect();
        parts.contains(&Metric::Spend) && parts.iter().any(|part| *part != Metric::Spend) && is_fixed(rule, one)
    };
    weighed.or_else(|| all.iter().find(between)).copied()
}

fn inputs<'a>(rule: &'a CheckedRule, compare: &Compare) -> impl Iterator<Item = &'a Input> {
    let mut slots = slots_of(&compare.left);
    slots.extend(slots_of(&compare.right));
    slots.into_iter().filter_map(|slot| rule.inputs().get(slot))
}

/// What a comparison reads of the window.
fn now(rule: &CheckedRule, compare: &Compare) -> Vec<Want> {
    inputs(rule, compare).filter(|input| input.source == Source::Now).map(|input| input.want).collect()
}

/// Whether nothing in it moves but what is read of the window.
fn is_fixed(rule: &CheckedRule, compare: &Compare) -> bool {
    inputs(rule, compare).all(|input| matches!(input.source, Source::Now | Source::Target))
}

/// Answers a rule's inputs with what came afterwards.
struct Afterwards<'a> {
    books: &'a Books<'a>,
    over: Over,
}

impl Afterwards<'_> {
    fn value(&self, want: Want) -> Option<f64> {
        let (Over::Whole(span) | Over::Mean(span, _)) = &self.over;
        match (want.metric.kind(), &self.over) {
            (Kind::Counter, Over::Mean(_, windows)) => {
                let seen = |span: &Span| self.books.readings.over(self.books.subject, want, *span).reading.value();
                mean(&windows.iter().filter_map(seen).collect::<Vec<f64>>())
            }
            (Kind::Counter, Over::Whole(_)) => self.books.total(want, span.from, span.until),
            (Kind::Gauge, _) => {
                let newest = self.books.readings.newest(self.books.subject, want, span.until)?;
                let until = std::cmp::min(newest, span.until);
                self.books.readings.over(self.books.subject, want, Span { until, ..*span }).reading.value()
            }
            (Kind::Derived { .. }, _) => self.derived(want, *span),
        }
    }

    fn derived(&self, want: Want, span: Span) -> Option<f64> {
        let metric = want.metric;
        let whole = Self { books: self.books, over: Over::Whole(span) };
        let part = |part: Metric| match whole.value(Want { metric: part, ..want }) {
            None if metric.part_is_optional(part) => Some(0.0),
            value => value,
        };
        let parts: Vec<f64> = metric.parts().into_iter().map(part).collect::<Option<_>>()?;
        // Money for nothing is beyond every limit.
        let for_nothing = || match (metric.parts().first(), parts.first()) {
            (Some(Metric::Spend), Some(spent)) if 0.0 < *spent => Some(f64::INFINITY),
            (_, _) => None,
        };
        metric.work_out(&parts).or_else(for_nothing)
    }
}

impl Lookup for Afterwards<'_> {
    fn posts(&mut self, _tested: &Tested) -> Result<Vec<Vec<f64>>, Gap> {
        Err(Gap::NoWindow)
    }

    fn luck(&self) -> (Luck, Prior) {
        (self.books.case.context.luck, self.books.case.context.prior)
    }

    fn answer(&mut self, _slot: usize, input: Input) -> Answer {
        let value = match input.source {
            Source::Now => self.value(input.want),
            Source::Target => self.books.case.context.targets.get(&input.want.metric).copied(),
            Source::Prev | Source::Own | Source::Peers(_) | Source::Rank | Source::Industry => None,
        };
        Answer { value: value.ok_or(Gap::NotYet), ..Answer::gap(Gap::NotYet) }
    }

    fn currency(&self) -> Option<Currency> {
        self.books.case.context.currency
    }
}
