//! Causes that lie in single posts: the code, the content, the hour.

use libm::{exp, log, sqrt};

use super::case::{Case, CodeInText, Known, Posted};
use super::{Claim, DRIFT, Family, Kind, Lacks, Told};
use crate::domain::num;
use crate::insight::rates::{
    Level, PEERS_MIN, Tried, beside_around, chance_at_most, likeness, mean_level, pooled_var, pulled_in, t_below,
    together,
};

/// Own posts from before the campaign without which nothing is said about what is usual for a creator.
const EARLIER_MIN: usize = 12;

/// Posts of the campaign without which nothing is said about its content or hours.
const POSTS_MIN: usize = 3;

/// Engagement above this part of a creator's own is not weak.
const CONTENT_KEPT_MAX: f64 = 0.75;

/// First days above this part of a creator's own are not lost to the hour.
const HOUR_KEPT_MAX: f64 = 0.88;

/// Within so many hours posts are at about the same time.
const NEAR_HOURS: f64 = 2.0;

/// How far values are pulled in, in robust standard deviations.
const WIDE: f64 = 2.5;

/// A post whose buyers do not use the code, though others' do, and whose text does not say it.
pub(super) fn code(case: &Case) -> Told {
    let tried = |post: &Posted| Some(Tried { tries: post.orders?, hits: post.with_code? });
    let of = |known: &Known| known.posts.iter().filter_map(tried).filter(|one| 0.0 < one.tries).collect::<Vec<_>>();
    let own = of(&case.subject);
    if own.is_empty() {
        return Err(Lacks::CodesByPost);
    }
    let peers: Vec<Tried> = case.peers.iter().map(|peer| whole(&of(peer))).filter(|one| 0.0 < one.tries).collect();
    if peers.len() < PEERS_MIN {
        return Err(Lacks::Peers);
    }
    let all = whole(&peers);
    let usual = (all.hits + 0.5) / (all.tries + 1.0);
    // What creators' buyers do is a Beta around that; the creator's own other posts sharpen it.
    let sure = 1.0 / f64::max(likeness(std::slice::from_ref(&peers)), 0.005) - 1.0;
    let unsaid = share_unsaid(case);
    let looked = num::f64_of_len(own.len());
    let claims = case.subject.posts.iter().enumerate().filter_map(|(number, post)| {
        let one = tried(post).filter(|one| 0.0 < one.tries)?;
        let others = whole(&own);
        let (used, unused) = (others.hits - one.hits, others.tries - one.tries - (others.hits - one.hits));
        // A creator whose other posts lack the code as well says nothing about what is usual.
        let (a, b) = (usual * sure + used, (1.0 - usual) * sure + unused);
        let mean = a / (a + b);
        let luck = chance_at_most(one.hits, one.tries, mean, 1.0 / (a + b + 1.0)) * looked;
        let chance = match post.code {
            CodeInText::Said => return None,
            CodeInText::NotSaid => luck * unsaid,
            CodeInText::Unread => luck,
        };
        let found = one.hits <= 0.2 * mean * one.tries && chance <= Family::Code.chance_max();
        let kind = Kind::CodeMissing { post: number };
        found.then_some(Claim { kind, since: None, chance, seen: one.hits, usual: mean * one.tries, n: one.tries })
    });
    Ok(claims.min_by(|a, b| a.chance.total_cmp(&b.chance)))
}

fn whole(posts: &[Tried]) -> Tried {
    posts.iter().fold(Tried { tries: 0.0, hits: 0.0 }, |sum, one| Tried {
        tries: sum.tries + one.tries,
        hits: sum.hits + one.hits,
    })
}

/// How many readable posts of others do not say their code in the text and sell with it all the same.
fn share_unsaid(case: &Case) -> f64 {
    let texts = case.peers.iter().flat_map(|peer| &peer.posts).map(|post| post.code);
    let (unsaid, read) = texts.fold((0.0, 0.0), |(unsaid, read), code| match code {
        CodeInText::Said => (unsaid, read + 1.0),
        CodeInText::NotSaid => (unsaid + 1.0, read + 1.0),
        CodeInText::Unread => (unsaid, read),
    });
    (unsaid + 1.0) / (read + 2.0)
}

/// Engagements per view of the campaign's posts, against the creator's own earlier ones, against what the campaign's posts
/// of others lost in the same way: an advertisement is liked less than a creator's usual posts.
pub(super) fn content(case: &Case) -> Told {
    let creators: Vec<(Vec<f64>, Vec<f64>)> =
        std::iter::once(&case.subject).chain(&case.peers).map(engagements).collect();
    let (own_now, own_before) = creators.first().ok_or(Lacks::Engagements)?;
    if own_now.len() < POSTS_MIN || own_before.len() < EARLIER_MIN {
        return Err(Lacks::Engagements);
    }
    let both: Vec<Vec<f64>> = creators.iter().flat_map(|(now, before)| [now.clone(), before.clone()]).collect();
    let (var, _) = pooled_var(&both).ok_or(Lacks::Engagements)?;
    let level = |(now, before): &(Vec<f64>, Vec<f64>)| {
        if now.len() < POSTS_MIN || before.len() < EARLIER_MIN {
            return None;
        }
        let (now, before) = (mean_level(now, var)?, mean_level(before, var)?);
        Some(Level { at: now.at - before.at, var: now.var + before.var })
    };
    let own = creators.first().and_then(level).ok_or(Lacks::Engagements)?;
    let others: Vec<Level> = creators.iter().skip(1).filter_map(level).collect();
    let told = beside_around(own, &others, Some(DRIFT)).ok_or(Lacks::Peers)?;
    let chance = told.chance_below();
    let usual = mean_level(own_before, var).map_or(0.0, |level| exp(level.at + told.usual));
    Ok((exp(told.apart) <= CONTENT_KEPT_MAX && chance <= Family::Content.chance_max()).then_some(Claim {
        kind: Kind::WeakContent,
        since: None,
        chance,
        seen: usual * exp(told.apart),
        usual,
        n: num::f64_of_len(own_now.len()),
    }))
}

/// The logarithms of engagements per view, of the campaign's posts and of earlier ones.
fn engagements(known: &Known) -> (Vec<f64>, Vec<f64>) {
    // Half an engagement more: a post without one is low, not infinitely low.
    let rate = |engagements: Option<f64>, views: Option<f64>| {
        Some(log((engagements? + 0.5) / views.filter(|views| 0.0 < *views)?))
    };
    let now: Vec<f64> = known.posts.iter().filter_map(|post| rate(post.engagements, post.views)).collect();
    let before: Vec<f64> = known.earlier.iter().filter_map(|post| rate(post.engagements, post.views)).collect();
    (pulled_in(&now, WIDE), pulled_in(&before, WIDE))
}

/// Whether the campaign's posts went out at hours at which the creator's own earlier posts had bad first days, and had them
/// too. Both are asked: bad hours that did no harm are no cause, and a bad week at good hours is another one.
pub(super) fn hour(case: &Case) -> Told {
    let known = &case.subject;
    let earlier = known.earlier.iter().filter_map(|post| Some((post.at, log(1.0 + post.first_day?))));
    let (times, values): (Vec<_>, Vec<f64>) = earlier.unzip();
    let now = known.posts.iter().filter_map(|post| Some((post.at, log(1.0 + post.first_day?))));
    let (now_times, now_values): (Vec<_>, Vec<f64>) = now.unzip();
    if values.len() < EARLIER_MIN || now_values.len() < POSTS_MIN {
        return Err(Lacks::FirstDays);
    }
    let (values, now_values) = (pulled_in(&values, WIDE), pulled_in(&now_values, WIDE));
    let hour = |at: &jiff::Timestamp| {
        let local = at.to_zoned(case.zone.clone());
        f64::from(local.hour()) + f64::from(local.minute()) / 60.0
    };
    let hours: Vec<f64> = times.iter().map(hour).collect();
    // Each post of the campaign is held against earlier ones near its hour; an hour at which the creator never posted says
    // nothing.
    let mut weights = vec![0.0; hours.len()];
    let mut told = 0_usize;
    for used in now_times.iter().map(hour) {
        let near: Vec<f64> = hours.iter().map(|one| nearness(*one, used)).collect();
        let all: f64 = near.iter().sum();
        if 2.0 <= all {
            told += 1;
            weights.iter_mut().zip(near).for_each(|(sum, one)| *sum += one / all);
        }
    }
    if told < POSTS_MIN {
        return Err(Lacks::FirstDays);
    }
    for one in &mut weights {
        *one /= num::f64_of_len(told);
    }
    Ok(told_of_hours(&values, &weights, &now_values))
}

/// How near two hours of the day are: 1 at the same, 0 from [`NEAR_HOURS`] on; midnight is between 23 and 1.
fn nearness(one: f64, other: f64) -> f64 {
    let apart = (one - other).abs();
    let apart = f64::min(apart, 24.0 - apart);
    f64::max(0.0, 1.0 - apart / NEAR_HOURS)
}

/// Three means of earlier first days: at the hours used, and at all others; and that of the campaign.
fn told_of_hours(values: &[f64], weights: &[f64], now: &[f64]) -> Option<Claim> {
    let count = num::f64_of_len(values.len());
    // How often the campaign's hours were used before: an hour that the campaign hardly used counts with the others.
    let other: Vec<f64> = weights.iter().map(|weight| f64::max(0.0, 1.0 / count - weight)).collect();
    let whole: f64 = other.iter().sum();
    if whole <= 0.0 {
        return None;
    }
    let other: Vec<f64> = other.iter().map(|weight| weight / whole).collect();
    let mean = |weights: &[f64]| weights.iter().zip(values).map(|(weight, value)| weight * value).sum::<f64>();
    let squares = |one: &[f64], two: &[f64]| one.iter().zip(two).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    let (at_used, at_other) = (mean(weights), mean(&other));
    let residuals: f64 = values
        .iter()
        .zip(weights)
        .map(|(value, weight)| {
            let middle = if 1.0 / count < *weight { at_used } else { at_other };
            (value - middle) * (value - middle)
        })
        .sum();
    let df = f64::max(1.0, count - 2.0);
    let var = residuals / df;
    let apart = at_used - at_other;
    let before = t_below(apart / sqrt(var * squares(weights, &other)), df);
    let now_mean = now.iter().sum::<f64>() / num::f64_of_len(now.len());
    let of_other: f64 = other.iter().map(|weight| weight * weight).sum();
    let fell = now_mean - at_other;
    let lately = t_below(fell / sqrt(var * (1.0 / num::f64_of_len(now.len()) + of_other)), df);
    let chance = together(&[before, lately]);
    let speaks = exp(apart) <= HOUR_KEPT_MAX && exp(fell) <= HOUR_KEPT_MAX && before <= 0.2 && lately <= 0.4;
    (speaks && chance <= Family::Hour.chance_max()).then_some(Claim {
        kind: Kind::PostingHour,
        since: None,
        chance,
        seen: exp(apart),
        usual: 1.0,
        n: count,
    })
}
