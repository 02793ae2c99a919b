//! Causes that lie in who follows and who is reached.

use super::case::{Case, Known};
use super::{Claim, Family, Kind, Lacks, Told};
use crate::insight::funnel::reaches;
use crate::insight::rates::{Level, beside, logit, mean_level, pooled_var, together};

/// A campaign pays for its market; an audience of which most are elsewhere is another one.
const IN_MARKET_MIN: f64 = 0.5;

/// Platforms tell shares of those whose country they know, in whole hundredths: the variance of a logit in the middle.
const SHARE_VAR: f64 = 0.01;

/// Views per follower above this part of what is usual are no sign of followers who do not watch.
const REACH_KEPT_MAX: f64 = 0.75;

/// The share of those reached in the market.
pub(super) fn audience(case: &Case) -> Told {
    let at = |known: &Known| Some(Level { at: logit(within(known.crowd.reached_in_market?)), var: SHARE_VAR });
    let own = at(&case.subject).ok_or(Lacks::Markets)?;
    let others: Vec<Level> = case.peers.iter().filter_map(at).collect();
    let told = beside(own, &others).ok_or(Lacks::Peers)?;
    let seen = case.subject.crowd.reached_in_market.ok_or(Lacks::Markets)?;
    let chance = told.chance_below();
    Ok((seen < IN_MARKET_MIN && chance <= Family::Audience.chance_max()).then_some(Claim {
        kind: Kind::WrongAudience,
        since: None,
        chance,
        seen,
        usual: crate::insight::rates::share(told.usual),
        n: crate::domain::num::f64_of_len(others.len()),
    }))
}

/// Followers who do not watch, and do not live where those who watch do. Either alone has other reasons: an old account is
/// watched less, a trip abroad brings followers. Both are weighed together (R. Fisher 1925, §21.1).
pub(super) fn followers(case: &Case) -> Told {
    let creators: Vec<Vec<f64>> = std::iter::once(&case.subject).chain(&case.peers).map(reaches).collect();
    let var = pooled_var(&creators).map(|(var, _)| var).ok_or(Lacks::Followers)?;
    let own = mean_level(creators.first().ok_or(Lacks::Followers)?, var).ok_or(Lacks::Followers)?;
    let others: Vec<Level> = creators.iter().skip(1).filter_map(|one| mean_level(one, var)).collect();
    let watch = beside(own, &others).ok_or(Lacks::Peers)?;
    let gap = |known: &Known| {
        let (follow, reached) = (known.crowd.followers_in_market?, known.crowd.reached_in_market?);
        Some(Level { at: logit(within(follow)) - logit(within(reached)), var: 2.0 * SHARE_VAR })
    };
    let own_gap = gap(&case.subject).ok_or(Lacks::Markets)?;
    let gaps: Vec<Level> = case.peers.iter().filter_map(gap).collect();
    let live = beside(own_gap, &gaps).ok_or(Lacks::Peers)?;
    let (one, other) = (watch.chance_below(), live.chance_below());
    let chance = together(&[one, other]);
    let kept = libm::exp(watch.apart);
    let speaks = kept <= REACH_KEPT_MAX && live.apart < 0.0 && other <= 0.05;
    Ok((speaks && chance <= Family::Followers.chance_max()).then_some(Claim {
        kind: Kind::FakeFollowers,
        since: None,
        chance,
        seen: libm::exp(own.at),
        usual: libm::exp(watch.usual),
        n: crate::domain::num::f64_of_len(creators.first().map_or(0, Vec::len)),
    }))
}

/// A share told as nothing or all is at least half a hundredth away from it.
fn within(share: f64) -> f64 {
    share.clamp(0.005, 0.995)
}
