//! Which step from a follower to a redeemed code is weak, beside comparable creators.
//!
//! Owns: the steps, their rates with intervals, and whether one of them is weak. Refuses: saying why it is weak
//! ([`super::causes`]), and naming a weakest step where every funnel has one by chance.
//!
//! Each step's rate and those of comparable creators are worked out by [`super::rates`]: posts are over-dispersed, creators
//! differ. Five steps are five chances to be unlucky, so the smallest chance is multiplied by the steps looked at (S. Holm
//! 1979, <https://www.jstor.org/stable/4615733>; for the first step named that is Bonferroni's correction).

use libm::{exp, log};

use super::causes::case::{Day, Known};
use super::rates::{Beside, Level, Tried, beside, level, likeness, mean_level, pooled_var, share};

/// In at most so many funnels without a weak step one is named.
pub const ERROR_MAX: f64 = 0.05;

/// A step that keeps more than this of what comparable ones keep is not worth a word, however sure it is.
pub const KEEPS_MAX: f64 = 0.8;

/// A step of the funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Views of a post per follower.
    Reach,
    /// Engagements per view.
    Engagement,
    /// Clicks per view.
    Click,
    /// Orders per click.
    Order,
    /// Orders with the code per order through the link.
    Redemption,
}

impl Step {
    /// In the order in which people take them.
    pub const ALL: [Self; 5] = [Self::Reach, Self::Engagement, Self::Click, Self::Order, Self::Redemption];
}

/// One step of one creator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Which step.
    pub step: Step,
    /// The creator's rate: a share, for [`Step::Reach`] a multiple.
    pub own: f64,
    /// Where it is with 95 % confidence.
    pub own_between: (f64, f64),
    /// The middle of comparable creators.
    pub usual: f64,
    /// Where 95 of 100 comparable creators are.
    pub usual_between: (f64, f64),
    /// The chance that a creator like the others is so far below.
    pub chance: f64,
    /// Comparable creators.
    pub others: usize,
}

/// The funnel.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Funnel {
    /// The steps that could be compared; a step for which the numbers are missing is left out.
    pub rates: Vec<Rate>,
    /// The weakest, where the numbers carry it.
    pub weakest: Option<Step>,
}

/// Lays a creator's funnel beside those of comparable ones.
#[must_use]
pub fn funnel(subject: &Known, peers: &[Known]) -> Funnel {
    let rates: Vec<Rate> = Step::ALL.into_iter().filter_map(|step| rate(step, subject, peers)).collect();
    let looks = crate::domain::num::f64_of_len(rates.len());
    let weak = rates.iter().filter(|rate| rate.own <= KEEPS_MAX * rate.usual && rate.chance * looks <= ERROR_MAX);
    let weakest = weak.min_by(|a, b| a.chance.total_cmp(&b.chance)).map(|rate| rate.step);
    Funnel { rates, weakest }
}

fn rate(step: Step, subject: &Known, peers: &[Known]) -> Option<Rate> {
    let (own, others): (Level, Vec<Level>) = match step {
        Step::Reach => {
            let values = |known: &Known| reaches(known);
            let own = values(subject);
            let of_peers: Vec<Vec<f64>> = peers.iter().map(values).collect();
            let mut all = of_peers.clone();
            all.push(own.clone());
            let (var, _) = pooled_var(&all)?;
            (mean_level(&own, var)?, of_peers.iter().filter_map(|one| mean_level(one, var)).collect())
        }
        Step::Engagement | Step::Click | Step::Order | Step::Redemption => {
            let own = tried(step, subject);
            let of_peers: Vec<Vec<Tried>> = peers.iter().map(|peer| tried(step, peer)).collect();
            let mut all = of_peers.clone();
            all.push(own.clone());
            let alike = likeness(&all);
            (level(&own, alike)?, of_peers.iter().filter_map(|one| level(one, alike)).collect())
        }
    };
    let told: Beside = beside(own, &others)?;
    let value = |at: f64| if step == Step::Reach { exp(at) } else { share(at) };
    let wide = 1.96 * libm::sqrt(own.var);
    let (low, high) = told.interval();
    Some(Rate {
        step,
        own: value(own.at),
        own_between: (value(own.at - wide), value(own.at + wide)),
        usual: value(told.usual),
        usual_between: (value(low), value(high)),
        chance: told.chance_below(),
        others: others.len(),
    })
}

/// The logarithms of views per follower, post by post.
pub(super) fn reaches(known: &Known) -> Vec<f64> {
    let Some(followers) = known.crowd.followers.filter(|followers| 0.0 < *followers) else { return Vec::new() };
    let views = known.posts.iter().filter_map(|post| post.views).filter(|views| 0.0 < *views);
    views.map(|views| log(views / followers)).collect()
}

/// Days that are one try of a step that is not counted by post.
const WEEK: usize = 7;

/// What was tried and what came of it: by post, where that is counted by post, else by week.
fn tried(step: Step, known: &Known) -> Vec<Tried> {
    let by_post = by_post(step, known);
    if by_post.is_empty() { by_week(step, known) } else { by_post }
}

/// Clicks and orders of a tracking link belong to the deal, not to one of its posts. Weeks differ from each other by more
/// than counting does as posts do, and are weighed alike. An order that comes after the week of its click is counted with
/// the next, for everybody.
fn by_week(step: Step, known: &Known) -> Vec<Tried> {
    let of_day = |day: &Day| match step {
        Step::Click => Some((day.views?, day.clicks?)),
        Step::Order => Some((day.clicks?, day.orders?)),
        Step::Reach | Step::Engagement | Step::Redemption => None,
    };
    // From the newest day back: a week that has only begun comes first, and counts for as much as it has.
    let weeks = known.days.rchunks(WEEK).filter_map(|week| {
        let all = week.iter().map(of_day).collect::<Option<Vec<_>>>()?;
        let (tries, hits) = all.iter().fold((0.0, 0.0), |sum, day| (sum.0 + day.0, sum.1 + day.1));
        Some(Tried { tries, hits: f64::min(hits, tries) })
    });
    weeks.filter(|week| 1.0 <= week.tries).collect()
}

fn by_post(step: Step, known: &Known) -> Vec<Tried> {
    let of_post = known.posts.iter().filter_map(|post| {
        let (tries, hits) = match step {
            Step::Reach => return None,
            Step::Engagement => (post.views?, post.engagements?),
            Step::Click => (post.views?, post.clicks?),
            Step::Order => (post.clicks?, post.orders?),
            Step::Redemption => (post.orders?, post.with_code?),
        };
        // Somebody may order twice after one click; more than everybody is everybody.
        Some(Tried { tries, hits: f64::min(hits, tries) })
    });
    of_post.collect()
}

#[cfg(test)]
mod tests;
