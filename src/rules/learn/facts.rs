//! One brand's past as plain facts, and everything that is learned from it.
//!
//! Owns: which facts teach what, and what is fallen back on. Refuses: gathering them; `app` does that from the numbers in
//! memory and the deals.

use std::collections::{BTreeMap, BTreeSet};

use libm::log;

use super::posts::{self, PastPost};
use super::spread::{self, Flow, Growth};
use super::{Estimate, Name, Value, prior};
use crate::domain::ids::{BrandId, Platform};
use crate::domain::metric::Metric;
use crate::domain::num::{len_of, round_i64};
use crate::rules::evidence::{Luck, counts, shares, tested};
use crate::rules::readings::Span;

/// A post whose views were looked at while they came.
#[derive(Debug, Clone, PartialEq)]
pub struct PostLife {
    /// Where it is.
    pub platform: Platform,
    /// What it is, where it is a promised piece.
    pub format: Option<String>,
    /// Its views.
    pub growth: Growth,
    /// From its going live to the last look.
    pub span: Span,
}

/// A day's orders as they were stated again and again.
#[derive(Debug, Clone, PartialEq)]
pub struct DayAgain {
    /// How they grew; the age counts from noon.
    pub growth: Growth,
    /// The day, and until when something was said about it.
    pub span: Span,
}

/// Clicks and orders of one partnership day by day.
#[derive(Debug, Clone, PartialEq)]
pub struct PastFlow {
    /// The days.
    pub flow: Flow,
    /// From the first to the last.
    pub span: Span,
}

/// What one post of a finished deal had come to when all was in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PastSlice {
    /// Which piece it was.
    pub cell: Option<(Platform, String)>,
    /// Numbers of its part of the deal; money in minor units. What is not here is not known.
    pub values: BTreeMap<Metric, f64>,
}

/// A deal that is over, and whose late orders are in.
#[derive(Debug, Clone, PartialEq)]
pub struct PastDeal {
    /// When it ran.
    pub span: Span,
    /// What it should have reached; money in minor units.
    pub targets: BTreeMap<Metric, f64>,
    /// By post, the oldest first.
    pub slices: Vec<PastSlice>,
    /// The whole of it, for what cannot be told apart by post.
    pub whole: BTreeMap<Metric, f64>,
}

impl PastDeal {
    /// The values of a metric's parts by post, or of the whole deal where some post lacks one.
    fn parts(&self, metric: Metric) -> Option<Vec<Vec<f64>>> {
        let parts = tested::parts(metric);
        let of = |values: &BTreeMap<Metric, f64>| -> Option<Vec<f64>> {
            if parts.iter().any(|part| metric.part_is_optional(*part))
                && !parts.iter().any(|part| metric.part_is_optional(*part) && values.contains_key(part))
            {
                return None;
            }
            let value = |part: &Metric| values.get(part).copied().or(metric.part_is_optional(*part).then_some(0.0));
            parts.iter().map(value).collect()
        };
        let by_post: Option<Vec<Vec<f64>>> = self.slices.iter().map(|slice| of(&slice.values)).collect();
        by_post.filter(|posts| !posts.is_empty()).or_else(|| of(&self.whole).map(|whole| vec![whole]))
    }
}

/// The past of one brand.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Posts of its creators.
    pub posts: Vec<PostLife>,
    /// Days whose orders were stated again.
    pub days: Vec<DayAgain>,
    /// Partnerships with clicks and orders.
    pub flows: Vec<PastFlow>,
    /// Partnerships that are over.
    pub deals: Vec<PastDeal>,
}

/// What stands until something is learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The shape of the luck between posts.
    pub k: f64,
    /// Half of the orders are there by then, in hours.
    pub order_lag: f64,
    /// Half of a post's views are there by then, in hours …
    pub fades: f64,
    /// … and where it is known better.
    pub fades_on: BTreeMap<Platform, f64>,
}

/// Everything that the past of a brand teaches.
#[must_use]
pub fn estimates(brand: &BrandId, facts: &Facts, settings: &Settings) -> Vec<Estimate> {
    let mut all = decays(brand, &facts.posts, settings);
    all.extend(lag(brand, facts, settings));
    let shapes = lucks(brand, &facts.deals, settings.k);
    let k = shapes.first().map_or(settings.k, |whole| match whole.value {
        Value::Shape { k } => k,
        Value::Prior { .. } | Value::HalfLife { .. } => settings.k,
    });
    all.extend(shapes);
    all.extend(tested::metrics().filter_map(|metric| prior_of(brand, metric, &facts.deals, k)));
    all
}

fn over(spans: impl Iterator<Item = Span>) -> Option<Span> {
    spans
        .reduce(|all, one| Span { from: std::cmp::min(all.from, one.from), until: std::cmp::max(all.until, one.until) })
}

fn estimate(name: Name, value: Value, n: usize, spans: impl Iterator<Item = Span>) -> Option<Estimate> {
    let span = over(spans)?;
    Some(Estimate { name, value, n: u32::try_from(n).unwrap_or(u32::MAX), from: span.from, until: span.until })
}

fn decays(brand: &BrandId, posts: &[PostLife], settings: &Settings) -> Vec<Estimate> {
    let mut all = Vec::new();
    let platforms: BTreeSet<Platform> = posts.iter().map(|post| post.platform).collect();
    for platform in platforms {
        let here: Vec<&PostLife> = posts.iter().filter(|post| post.platform == platform).collect();
        let settled = settings.fades_on.get(&platform).copied().unwrap_or(settings.fades);
        let name = Name::decay(brand, platform);
        let Some((hours, learned)) = decay(name.clone(), &here, (settled, spread::AROUND_SETTINGS)) else { continue };
        all.push(learned);
        let formats: BTreeSet<&str> = here.iter().filter_map(|post| post.format.as_deref()).collect();
        for format in formats {
            let of: Vec<&PostLife> =
                here.iter().copied().filter(|post| post.format.as_deref() == Some(format)).collect();
            let learned = decay(name.clone().of(format), &of, (hours, spread::AROUND_PLATFORM));
            all.extend(learned.map(|(_, learned)| learned));
        }
    }
    all
}

fn decay(name: Name, posts: &[&PostLife], around: (f64, f64)) -> Option<(f64, Estimate)> {
    let growths: Vec<Growth> = posts.iter().map(|post| post.growth.clone()).collect();
    let n = spread::telling(&growths);
    if n < spread::POSTS_MIN {
        return None;
    }
    let hours = spread::half_life(&growths, around)?;
    Some((hours, estimate(name, Value::HalfLife { hours }, n, posts.iter().map(|post| post.span))?))
}

/// From days that are stated again where they are: that is how late the numbers themselves come. Else from when orders
/// come after clicks.
fn lag(brand: &BrandId, facts: &Facts, settings: &Settings) -> Option<Estimate> {
    let around = (settings.order_lag, spread::AROUND_SETTINGS);
    let growths: Vec<Growth> = facts.days.iter().map(|day| day.growth.clone()).collect();
    let orders = spread::worth_in(&growths);
    let (hours, orders, span) = if spread::ORDERS_MIN <= orders {
        (spread::half_life(&growths, around)?, orders, over(facts.days.iter().map(|day| day.span)))
    } else {
        let flows: Vec<Flow> = facts.flows.iter().map(|past| past.flow.clone()).collect();
        let spans = facts.flows.iter().map(|past| past.span);
        (spread::lag(&flows, around)?, spread::orders_in(&flows), over(spans))
    };
    let n = round_i64(orders).and_then(len_of).unwrap_or(0);
    estimate(Name::lag(brand), Value::HalfLife { hours }, n, span.into_iter())
}

fn lucks(brand: &BrandId, deals: &[PastDeal], settings: f64) -> Vec<Estimate> {
    let past: Vec<Vec<PastPost>> = deals.iter().map(past_posts).collect();
    let shapes = posts::shapes(&past, settings).into_iter().filter_map(|shape| {
        let mut name = Name::luck(brand);
        if let Some(platform) = shape.platform {
            name = name.on(platform);
        }
        if let Some(format) = &shape.format {
            name = name.of(format);
        }
        estimate(name, Value::Shape { k: shape.k }, shape.n, deals.iter().map(|deal| deal.span))
    });
    shapes.collect()
}

/// Orders against spend by post: only the proportions count, so the limit does not matter here.
fn past_posts(deal: &PastDeal) -> Vec<PastPost> {
    let post = |slice: &PastSlice| {
        let (expected, seen) = (*slice.values.get(&Metric::Spend)?, *slice.values.get(&Metric::Orders)?);
        let post = counts::Post { expected, seen: f64::max(seen, 0.0) };
        (0.0 < expected).then(|| PastPost { cell: slice.cell.clone(), post })
    };
    let all: Option<Vec<PastPost>> = deal
        .slices
        .iter()
        .filter(|slice| slice.values.get(&Metric::Spend).is_none_or(|spend| 0.0 < *spend))
        .map(post)
        .collect();
    all.unwrap_or_default()
}

/// The prior of a metric: of shares as such, of everything else in units of the deal's limit.
fn prior_of(brand: &BrandId, metric: Metric, deals: &[PastDeal], k: f64) -> Option<Estimate> {
    let name = Name::prior(brand, metric);
    let pairs_of = |deal: &PastDeal, limit: f64| tested::pairs(metric, &deal.parts(metric)?, limit);
    let (found, told): (_, Vec<&PastDeal>) = if tested::is_share(metric) {
        let of = |deal: &&PastDeal| {
            let pairs = pairs_of(deal, 1.0)?;
            let post = |pair: &(f64, f64)| shares::Post { tries: pair.0, hits: pair.1.clamp(0.0, pair.0) };
            Some(pairs.iter().map(post).collect::<Vec<_>>())
        };
        let (told, posts): (Vec<&PastDeal>, Vec<_>) = deals.iter().filter_map(|deal| Some((deal, of(&deal)?))).unzip();
        (prior::shares(&posts, Luck::Varied { k }), told)
    } else {
        let of = |deal: &&PastDeal| {
            let limit = deal.targets.get(&metric).copied().filter(|limit| 0.0 < *limit)?;
            let pairs = pairs_of(deal, limit)?;
            let post =
                |pair: &(f64, f64)| counts::Post { expected: f64::max(pair.0, 0.0), seen: f64::max(pair.1, 0.0) };
            Some(pairs.iter().map(post).collect::<Vec<_>>())
        };
        let (told, posts): (Vec<&PastDeal>, Vec<_>) = deals.iter().filter_map(|deal| Some((deal, of(&deal)?))).unzip();
        (prior::rates(&posts, Luck::Varied { k }), told)
    };
    let found = found.filter(|prior| log(prior.a).is_finite() && log(prior.b).is_finite())?;
    estimate(name, Value::Prior { a: found.a, b: found.b }, told.len(), told.iter().map(|deal| deal.span))
}

#[cfg(test)]
mod tests;
