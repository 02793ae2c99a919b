//! Others as a rule sees them: quantiles over a group, one's place in it, published figures, and own pasts of few windows
//! drawn towards those of the group.
//!
//! Owns: that each other is read over its own window of the same kind (a deal's runs from that deal's own start, a day
//! ends at that zone's midnight) with everything its own rule would heed, that nothing of the subject's own creator is
//! among the others, and that a group is read once for all of its members.
//! Refuses: a comparison with fewer others than the group asks for, counted in creators: three posts of one are one.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use jiff::Timestamp;

use super::live::{Live, View};
use super::{Answer, Gap, Scratch};
use crate::domain::ids::CreatorId;
use crate::domain::metric::Unit;
use crate::rules::benchmark::group::{Group, Member, Shared};
use crate::rules::benchmark::shrink::{self, Past};
use crate::rules::benchmark::{Quantile, quantile};
use crate::rules::lower::{Input, Source};
use crate::rules::readings::{Span, Want};
use crate::rules::window::Window;

/// Readings of groups that are kept at once. A poll asks some dozens; a replay comes by with new ones at every window.
const KEPT_MAX: usize = 1_024;

/// What of others is in an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Basis {
    /// A quantile over others.
    Peers {
        /// Whom.
        others: Others,
        /// Which.
        quantile: Quantile,
    },
    /// A place among others.
    Rank {
        /// Whom.
        others: Others,
        /// How many of them have less.
        below: u32,
        /// What the subject has.
        value: f64,
    },
    /// A published figure.
    Industry,
    /// A small sample drawn towards others.
    Shrunk {
        /// The median of the own windows.
        raw: f64,
        /// The median of the others'.
        toward: f64,
        /// The weight of the own.
        weight: f64,
        /// Whom.
        others: Others,
    },
}

/// How many others there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Others {
    /// Others with a value.
    pub n: u32,
    /// How many creators they are of.
    pub creators: u32,
    /// Others without.
    pub absent: u32,
}

impl Others {
    const NONE: Self = Self { n: 0, creators: 0, absent: 0 };
}

/// What is asked of every member of a group. Of a window only the end counts: where it begins is each member's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Ask {
    group: usize,
    want: Want,
    window: Window,
    mature: bool,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    /// The value over the window that ends then, or of the posts that were out then.
    At(Timestamp),
    /// So many windows before the one that ends then.
    Before(Timestamp, u32),
}

/// What one member has.
#[derive(Debug)]
enum Has {
    Value(f64),
    Past(Past),
}

/// What the members of a group have; those without are left out.
#[derive(Debug)]
struct Known {
    /// Kept, so that no other group comes to lie where this one was while it is known.
    group: Shared,
    /// By place in the group, in rising order where they are values.
    has: Vec<(usize, Has)>,
    /// How many creators they are of.
    creators: usize,
    newest: Option<Timestamp>,
}

/// Readings of groups.
#[derive(Debug, Default)]
pub(super) struct Kept(HashMap<Ask, Known>);

impl Live<'_> {
    /// `peers(x, q)`.
    pub(super) fn peers(&mut self, want: Want, share: Quantile) -> Answer {
        let (Some(group), Some(at)) = (self.ctx.group.clone(), self.until()) else {
            return Answer::gap(self.no_group());
        };
        let (others, newest) = self.others(&group, want, What::At(at));
        let basis = Some(Basis::Peers { others, quantile: share });
        let answer = Answer { n: others.n, newest, span: self.current, basis, ..Answer::gap(Gap::TooFewPeers) };
        match quantile(&self.scratch.values, share.share()) {
            Some(value) if self.are_enough(&group, others) => Answer { value: Ok(value), ..answer },
            Some(_) | None => answer,
        }
    }

    /// `rank(x)`: the share of others that have less, those that have as much counted half (the mid-rank percentile).
    pub(super) fn rank(&mut self, want: Want) -> Answer {
        let (Some(group), Some(at)) = (self.ctx.group.clone(), self.until()) else {
            return Answer::gap(self.no_group());
        };
        let own = match self.view {
            View::Posts { until } => self.over_posts(want, until, false),
            View::Spans { .. } | View::Nothing => self.over(want, self.current),
        };
        let Ok(value) = own.value else { return own };
        let (others, newest) = self.others(&group, want, What::At(at));
        let values = &self.scratch.values;
        let below = values.partition_point(|other| *other < value);
        let level = values.partition_point(|other| *other <= value) - below;
        let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let below = count(below);
        let basis = Some(Basis::Rank { others, below, value });
        let newest = std::cmp::max(newest, own.newest);
        let answer = Answer { n: others.n, newest, basis, value: Err(Gap::TooFewPeers), ..own };
        if self.are_enough(&group, others) {
            let place = (f64::from(below) + 0.5 * f64::from(count(level))) / f64::from(others.n);
            return Answer { value: Ok(place), ..answer };
        }
        answer
    }

    /// `industry(x)`.
    pub(super) fn industry(&self, want: Want) -> Answer {
        let figure = self.ctx.packs.figure(want.metric, want.platform, &self.ctx.audiences, self.ctx.currency);
        figure.map_or_else(
            || Answer::gap(Gap::NoFigure),
            |figure| Answer { value: Ok(figure.value), basis: Some(Basis::Industry), ..Answer::gap(Gap::NoFigure) },
        )
    }

    /// `own(x)` of few windows, drawn towards the others' own pasts where there is a group; as it is everywhere else.
    pub(super) fn drawn(&mut self, want: Want, first: Span, own: Answer) -> Answer {
        let (Some(group), Ok(raw)) = (self.ctx.group.clone(), own.value) else { return own };
        if group.small <= own.n {
            return own;
        }
        let what = What::Before(first.until, self.rule.own_windows());
        self.know(&group, want, what);
        let mine = self.ctx.facts.creator.as_ref();
        let Some(known) = self.scratch.others.0.get(&self.ask(&group, want, what)) else { return own };
        let mut pasts = Vec::new();
        let others = known.others(mine, |has| {
            if let Has::Past(past) = has {
                pasts.push(*past);
            }
        });
        if others.creators < group.least_for(self.rule.rule().kind) {
            return own;
        }
        let Some(drawn) = shrink::drawn(raw, own.n, &pasts) else { return own };
        let basis = Some(Basis::Shrunk { raw, toward: drawn.toward, weight: drawn.weight, others });
        Answer { value: Ok(drawn.value), basis, ..own }
    }

    fn until(&self) -> Option<Timestamp> {
        match self.view {
            View::Spans { .. } => self.current.map(|span| span.until),
            View::Posts { until } => Some(until),
            View::Nothing => None,
        }
    }

    fn no_group(&self) -> Gap {
        if self.ctx.group.is_none() { Gap::NoGroup } else { Gap::NoWindow }
    }

    fn are_enough(&self, group: &Group, others: Others) -> bool {
        group.least_for(self.rule.rule().kind) <= others.creators
    }

    fn ask(&self, group: &Shared, want: Want, what: What) -> Ask {
        let group = Arc::as_ptr(group).addr();
        Ask { group, want, window: self.rule.window(), mature: self.rule.rule().mature, what }
    }

    /// The values of the others into `scratch.values`, in rising order.
    fn others(&mut self, group: &Shared, want: Want, what: What) -> (Others, Option<Timestamp>) {
        self.know(group, want, what);
        let ask = self.ask(group, want, what);
        let ctx = self.ctx;
        let Scratch { others, values, .. } = &mut *self.scratch;
        values.clear();
        let Some(known) = others.0.get(&ask) else { return (Others::NONE, None) };
        let counted = known.others(ctx.facts.creator.as_ref(), |has| {
            if let Has::Value(value) = has {
                values.push(*value);
            }
        });
        (counted, known.newest)
    }

    /// Reads every member, unless that was done.
    fn know(&mut self, group: &Shared, want: Want, what: What) {
        let ask = self.ask(group, want, what);
        if KEPT_MAX <= self.scratch.others.0.len() && !self.scratch.others.0.contains_key(&ask) {
            self.scratch.others.0.clear();
        }
        if self.scratch.others.0.contains_key(&ask) {
            return;
        }
        let known = self.read_all(group, want, what);
        if let Entry::Vacant(place) = self.scratch.others.0.entry(ask) {
            place.insert(known);
        }
    }

    fn read_all(&self, group: &Shared, want: Want, what: What) -> Known {
        let is_money = matches!(want.metric.unit(), Unit::Money | Unit::MoneyPer(_));
        let mut scratch = Scratch::default();
        let (mut has, mut newest) = (Vec::new(), None);
        for (place, member) in group.members.iter().enumerate() {
            // Money in another currency is another unit.
            if is_money && member.context.currency != self.ctx.currency {
                continue;
            }
            let mut live = Live {
                rule: self.rule,
                subject: &member.subject,
                ctx: &member.context,
                readings: self.readings,
                scratch: &mut scratch,
                view: self.view,
                current: None,
                ahead: None,
                regime: None,
                stands_at: None,
            };
            match what {
                What::At(at) => {
                    let answer = live.at(want, at);
                    if let Some(value) = answer.value.ok().filter(|value| value.is_finite()) {
                        newest = std::cmp::max(newest, answer.newest);
                        has.push((place, Has::Value(value)));
                    }
                }
                What::Before(at, windows) => {
                    let past = live.past_windows(want, at, windows);
                    has.extend(past.map(|past| (place, Has::Past(past))));
                }
            }
        }
        has.sort_by(|one, other| match (&one.1, &other.1) {
            (Has::Value(one), Has::Value(other)) => one.total_cmp(other),
            (Has::Past(_), _) | (_, Has::Past(_)) => std::cmp::Ordering::Equal,
        });
        let mut creators: Vec<&CreatorId> =
            has.iter().filter_map(|(place, _)| group.members.get(*place)).map(|member| &member.creator).collect();
        creators.sort_unstable();
        creators.dedup();
        let creators = creators.len();
        Known { group: Arc::clone(group), has, creators, newest }
    }

    /// A member over its own window of the rule's kind.
    fn at(&mut self, want: Want, at: Timestamp) -> Answer {
        match self.rule.window() {
            Window::LastPosts(_) => self.over_posts(want, at, false),
            window @ (Window::Days(_) | Window::Hours(_) | Window::Deal) => {
                self.current = window.ending(at, &self.ctx.frame);
                self.over(want, self.current)
            }
        }
    }

    /// A member over its own windows before the one that ends at `at`.
    fn past_windows(&mut self, want: Want, at: Timestamp, windows: u32) -> Option<Past> {
        let window = self.rule.window();
        let first = window.ending(at, &self.ctx.frame)?;
        let mut values = Vec::new();
        for k in 1..=windows {
            let Some(span) = window.back(first, k, &self.ctx.frame) else { break };
            values.extend(self.readings.over(self.subject, want, span).reading.value());
        }
        Past::of(&mut values)
    }
}

impl Known {
    /// Takes what everybody has who is not of this creator, and counts them.
    fn others(&self, mine: Option<&CreatorId>, mut take: impl FnMut(&Has)) -> Others {
        let is_mine = |member: &Member| mine == Some(&member.creator);
        let (mut n, mut own) = (0_usize, 0_usize);
        for (place, has) in &self.has {
            if self.group.members.get(*place).is_some_and(is_mine) {
                own += 1;
            } else {
                n += 1;
                take(has);
            }
        }
        let all = self.group.members.iter().filter(|member| !is_mine(member)).count();
        let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let creators = self.creators.saturating_sub(usize::from(0 < own));
        Others { n: count(n), creators: count(creators), absent: count(all.saturating_sub(n)) }
    }
}

/// Whether a rule compares with others, so that it has to be judged again when their numbers change.
#[must_use]
pub(in crate::rules) fn is_of_others(inputs: &[Input]) -> bool {
    inputs.iter().any(|input| input.source.is_of_others())
}

/// Whether a rule reads a group at all.
#[must_use]
pub(in crate::rules) fn reads_groups(inputs: &[Input]) -> bool {
    inputs.iter().any(|input| input.source.is_of_others() || input.source == Source::Own)
}

#[cfg(test)]
mod tests;
