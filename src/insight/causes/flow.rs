//! Causes that show day by day: the shop, the link, the page it opens, the code in the wrong hands.

use libm::log;

use super::case::{Case, Known, Origins};
use super::{Claim, DRIFT, Family, Kind, Lacks, Spill, Told};
use crate::domain::num;
use crate::insight::rates::{
    Level, PEERS_MIN, Spread, Tried, beside_around, chance_at_least, chance_at_most, likeness, logit, median, together,
};
use crate::rules::excuse::Cause as BrandCause;

/// Days on each side of a change without which it is none.
const SIDE_MIN: usize = 3;

/// How alike redemptions of one creator are before any are seen: shares of a fifth that spread by 7 in 100 between creators.
const ALIKE: Spread = Spread { var: 0.03, worth: 12.0 };

/// Codes are typed in for many reasons; without any sign of pages that list them they have not leaked.
const LISTED_CHANCE_MAX: f64 = 0.25;

/// Days between two looks for a change. A change that is missed by a day is hardly smaller; every look costs certainty.
const LOOK_EVERY: usize = 3;

/// What a shop that stopped still sells is below this part; what a page that broke still sells, too.
const STOPPED_KEEPS: f64 = 0.25;
/// See [`STOPPED_KEEPS`].
const BROKEN_KEEPS: f64 = 0.5;

/// The share of creators who must have lost most of their orders at once.
const TOGETHER_MIN: f64 = 0.75;

/// Clicks without which a link is not judged.
const CLICKS_MIN: f64 = 20.0;

/// What of the usual visits arrives where a link works.
const ARRIVE_MIN: f64 = 0.4;

/// Redemptions from elsewhere beyond what is usual, as a share of all, from which it matters.
const LEAK_MIN: f64 = 0.1;

/// What one creator's days were worth and brought.
struct Flow {
    exposure: Vec<f64>,
    came: Vec<f64>,
}

impl Flow {
    fn sums(&self, days: std::ops::Range<usize>) -> (f64, f64) {
        let of = |values: &[f64]| values.get(days.clone()).map_or(0.0, |part| part.iter().sum());
        (of(&self.exposure), of(&self.came))
    }
    fn days(&self) -> usize {
        self.came.len()
    }
}

/// What each day is worth when what is bought comes days after the visit.
fn lagged(visits: &[f64], lag: &[f64]) -> Vec<f64> {
    let worth = |day: usize| {
        let back = lag.iter().enumerate().filter_map(|(wait, share)| Some(share * visits.get(day.checked_sub(wait)?)?));
        back.sum()
    };
    (0..visits.len()).map(worth).collect()
}

fn column(known: &Known, pick: impl Fn(&super::case::Day) -> Option<f64>) -> Option<Vec<f64>> {
    known.days.iter().map(pick).collect::<Option<Vec<f64>>>().filter(|days| !days.is_empty())
}

fn visits(known: &Known, lag: &[f64]) -> Option<Flow> {
    let landed = column(known, |day| day.landed)?;
    Some(Flow { exposure: lagged(&landed, lag), came: column(known, |day| day.orders)? })
}

/// Orders per visit that fell from a day on, while those of others did not.
pub(super) fn landing(case: &Case) -> Told {
    let own = visits(&case.subject, &case.lag).ok_or(Lacks::Visits)?;
    let peers: Vec<Flow> = case.peers.iter().filter_map(|peer| visits(peer, &case.lag)).collect();
    let Some(change) = change(&own, &peers, Direction::Fell).ok_or(Lacks::Peers)? else { return Ok(None) };
    let found = change.seen <= BROKEN_KEEPS * change.usual && change.chance <= Family::Landing.chance_max();
    Ok(found.then_some(Claim {
        kind: Kind::Landing,
        since: Some(change.since),
        chance: change.chance,
        seen: change.seen,
        usual: change.usual,
        n: change.n,
    }))
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Direction {
    Fell,
    Rose,
}

/// A change that began on a day and lasts.
struct Change {
    since: usize,
    chance: f64,
    seen: f64,
    usual: f64,
    n: f64,
}

/// The likeliest day of a change of the creator's rate against the others', and whether another creator would show as much.
///
/// Given how much came in all, what came after the day is a Beta-binomial share: its mean by the exposure of both sides and
/// by what the others did at the same time, its correlation by how much creators drift apart. Every third day is
/// looked at, and the chance is multiplied by their number. `None` within `Some`: too few days.
#[expect(clippy::option_option, reason = "the outer one: nothing to compare with; the inner one: nothing to see")]
fn change(own: &Flow, peers: &[Flow], direction: Direction) -> Option<Option<Change>> {
    if peers.len() < PEERS_MIN {
        return None;
    }
    let days = own.days();
    let last = (days + 1).saturating_sub(SIDE_MIN);
    let looks: Vec<Change> =
        (SIDE_MIN..last).step_by(LOOK_EVERY).filter_map(|since| at_day(own, peers, since, direction)).collect();
    let looked = num::f64_of_len(looks.len());
    let Some(found) = looks.into_iter().min_by(|a, b| a.chance.total_cmp(&b.chance)) else { return Some(None) };
    let chance = f64::min(1.0, found.chance * looked);
    // Found on one day in three, told by the likeliest near it.
    let near = found.since.saturating_sub(LOOK_EVERY - 1)..found.since + LOOK_EVERY;
    let near = near.filter(|since| SIDE_MIN <= *since && *since < last);
    let best = near.filter_map(|since| at_day(own, peers, since, direction));
    Some(best.min_by(|a, b| a.chance.total_cmp(&b.chance)).map(|best| Change { chance, ..best }))
}

fn at_day(own: &Flow, peers: &[Flow], since: usize, direction: Direction) -> Option<Change> {
    let split = |flow: &Flow| {
        let (before, after) = (flow.sums(0..since), flow.sums(since..flow.days()));
        (0.0 < before.0 && 0.0 < after.0).then_some((before, after))
    };
    // How much the others' rate changed on that day, each with its uncertainty.
    let drift = |((e0, n0), (e1, n1)): ((f64, f64), (f64, f64))| Level {
        at: log((n1 + 0.5) / e1) - log((n0 + 0.5) / e0),
        var: 1.0 / (n1 + 0.5) + 1.0 / (n0 + 0.5),
    };
    let others: Vec<Level> = peers.iter().filter_map(split).map(drift).collect();
    let ((e0, n0), (e1, n1)) = split(own)?;
    let told = beside_around(Level { at: 0.0, var: 0.0 }, &others, Some(DRIFT))?;
    let usual = libm::exp(told.usual);
    let mean = e1 * usual / (e0 + e1 * usual);
    let alike = told.spread * told.spread * mean * (1.0 - mean);
    let chance = match direction {
        Direction::Fell => chance_at_most(n1, n0 + n1, mean, alike),
        Direction::Rose => chance_at_least(n1, n0 + n1, mean, alike),
    };
    Some(Change { since, chance, seen: n1, usual: n0 / e0 * e1 * usual, n: n0 + n1 })
}

/// Clicks that do not arrive.
pub(super) fn link(case: &Case) -> Told {
    match case.subject.opens {
        super::case::Opens::Right => return Ok(None),
        super::case::Opens::Dead => return Ok(Some(opened(case, Kind::LinkDead))),
        super::case::Opens::Elsewhere => return Ok(Some(opened(case, Kind::LinkElsewhere))),
        super::case::Opens::Unseen => {}
    }
    let clicks = column(&case.subject, |day| day.clicks).ok_or(Lacks::Clicks)?;
    let landed = column(&case.subject, |day| day.landed).ok_or(Lacks::Visits)?;
    // Not every counting of visits tells the page; then those that arrive anywhere arrive.
    let elsewhere = column(&case.subject, |day| day.elsewhere);
    let arrives = |peer: &Known| {
        let tries: f64 = column(peer, |day| day.clicks)?.iter().sum();
        let hits: f64 = column(peer, |day| day.landed)?.iter().sum();
        (0.0 < tries).then(|| Tried { tries, hits: f64::min(hits, tries) })
    };
    let peers: Vec<Tried> = case.peers.iter().filter_map(arrives).collect();
    if peers.len() < PEERS_MIN {
        return Err(Lacks::Peers);
    }
    let sum = |days: &[f64], since: usize| days.iter().skip(since).sum::<f64>();
    let usual = peers.iter().map(|one| one.hits).sum::<f64>() / peers.iter().map(|one| one.tries).sum::<f64>();
    let alike = likeness(std::slice::from_ref(&peers));
    // The day at which the days before and after are each most alike.
    let looked = num::f64_of_len(clicks.len());
    let all = (sum(&clicks, 0), sum(&landed, 0));
    let best = (0..clicks.len()).filter(|since| CLICKS_MIN <= sum(&clicks, *since)).map(|since| {
        let (tries, hits) = (sum(&clicks, since), sum(&landed, since));
        (since, tries, hits, ln_likelihood(tries, hits) + ln_likelihood(all.0 - tries, all.1 - hits))
    });
    let Some((since, tries, hits, _)) = best.max_by(|a, b| a.3.total_cmp(&b.3)) else { return Ok(None) };
    let chance = f64::min(1.0, chance_at_most(hits, tries, usual, alike) * looked);
    let astray = elsewhere.map_or(0.0, |elsewhere| sum(&elsewhere, since));
    let kind = if 0.5 * (usual * tries - hits) <= astray { Kind::LinkElsewhere } else { Kind::LinkDead };
    let found = hits <= ARRIVE_MIN * usual * tries && chance <= Family::Link.chance_max();
    Ok(found.then_some(Claim { kind, since: Some(since), chance, seen: hits, usual: usual * tries, n: tries }))
}

/// The largest logarithm of a binomial likelihood.
fn ln_likelihood(tries: f64, hits: f64) -> f64 {
    let part = |n: f64| if 0.0 < n && 0.0 < tries { n * log(n / tries) } else { 0.0 };
    part(hits) + part(tries - hits)
}

/// Somebody looked: no luck is in it.
fn opened(case: &Case, kind: Kind) -> Claim {
    let clicks = column(&case.subject, |day| day.clicks).map_or(0.0, |days| days.iter().sum());
    Claim { kind, since: None, chance: 0.0, seen: 0.0, usual: clicks, n: clicks }
}

/// Orders of everybody that stop together, for some days or to the end.
pub(super) fn brand(case: &Case) -> Told {
    let clicked = |known: &Known| {
        let clicks = column(known, |day| day.clicks)?;
        Some(Flow { exposure: lagged(&clicks, &case.lag), came: column(known, |day| day.orders)? })
    };
    let creators: Vec<Flow> = std::iter::once(&case.subject).chain(&case.peers).filter_map(clicked).collect();
    if creators.len() <= PEERS_MIN {
        return Err(if creators.is_empty() { Lacks::Orders } else { Lacks::Peers });
    }
    let days = creators.iter().map(Flow::days).min().unwrap_or(0);
    let day = |at: usize| creators.iter().map(|one| one.sums(at..at + 1)).fold((0.0, 0.0), sum);
    let daily: Vec<(f64, f64)> = (0..days).map(day).collect();
    let mut windows = Vec::new();
    for from in SIDE_MIN..days {
        for until in (from + 2)..=days {
            windows.extend(stopped(&daily, from, until));
        }
    }
    let looked = num::f64_of_len(windows.len());
    let Some(best) = windows.into_iter().min_by(|a, b| a.4.total_cmp(&b.4)) else { return Ok(None) };
    let (from, until, seen, usual, chance) = best;
    let chance = f64::min(1.0, chance * looked);
    let found =
        seen <= STOPPED_KEEPS * usual && chance <= Family::Brand.chance_max() && lost_together(&creators, from, until);
    let kind = Kind::Brand(named(case, from, until));
    Ok(found.then_some(Claim { kind, since: Some(from), chance, seen, usual, n: usual }))
}

fn sum(one: (f64, f64), other: (f64, f64)) -> (f64, f64) {
    (one.0 + other.0, one.1 + other.1)
}

/// How likely so few orders are between two days, by the days before and after.
fn stopped(daily: &[(f64, f64)], from: usize, until: usize) -> Option<(usize, usize, f64, f64, f64)> {
    let inside = daily.get(from..until)?.iter().copied().fold((0.0, 0.0), sum);
    let outside: Vec<(f64, f64)> =
        daily.iter().enumerate().filter(|(day, _)| !(from..until).contains(day)).map(|(_, one)| *one).collect();
    let around = outside.iter().copied().fold((0.0, 0.0), sum);
    if around.0 <= 0.0 || inside.0 <= 0.0 || around.1 <= 0.0 {
        return None;
    }
    let rate = around.1 / around.0;
    let usual = rate * inside.0;
    if STOPPED_KEEPS * usual < inside.1 {
        return None;
    }
    // How much days differ from each other, counting left out: the shop's weekdays and moods.
    let ratios: Vec<f64> = outside.iter().filter(|one| 0.0 < one.0).map(|one| one.1 / (rate * one.0) - 1.0).collect();
    let away: Vec<f64> = ratios.iter().map(|ratio| ratio.abs()).collect();
    let spread = median(&away)? * 1.4826;
    let mean = inside.0 / (inside.0 + around.0);
    let alike = f64::max(spread * spread, DRIFT.var) / num::f64_of_len(until - from) * mean * (1.0 - mean);
    let chance = chance_at_most(inside.1, inside.1 + around.1, mean, alike);
    Some((from, until, inside.1, usual, chance))
}

/// Whether nearly everybody who could have sold something lost most of it.
fn lost_together(creators: &[Flow], from: usize, until: usize) -> bool {
    let (mut fell, mut could) = (0.0, 0.0);
    for one in creators {
        let (inside, all) = (one.sums(from..until), one.sums(0..one.days()));
        let (exposure, came) = (all.0 - inside.0, all.1 - inside.1);
        let usual = if 0.0 < exposure { came / exposure * inside.0 } else { 0.0 };
        if 1.0 <= usual {
            could += 1.0;
            fell += f64::from(u8::from(inside.1 <= 0.5 * usual));
        }
    }
    3.0 <= could && TOGETHER_MIN * could <= fell
}

/// What of the brand's stopped: tracking, where codes are still redeemed; else what the brand itself says.
fn named(case: &Case, from: usize, until: usize) -> BrandCause {
    let redeemed = |days: std::ops::Range<usize>| -> f64 {
        let everybody = std::iter::once(&case.subject).chain(&case.peers);
        let kept = everybody.flat_map(|known| known.days.get(days.clone()).unwrap_or_default());
        kept.filter_map(|day| day.redeemed).map(Origins::all).sum()
    };
    let (inside, before) = (redeemed(from..until), redeemed(0..from));
    let usual = before / num::f64_of_len(from) * num::f64_of_len(until - from);
    if 10.0 <= usual && 0.5 * usual <= inside {
        return BrandCause::Pixel;
    }
    match (case.brand.sold_out, case.brand.price_as_told) {
        (Some(true), _) => BrandCause::Stock,
        (_, Some(false)) => BrandCause::Price,
        (_, _) => BrandCause::Shop,
    }
}

fn origins(known: &Known) -> Option<Origins> {
    let days = known.days.iter().map(|day| day.redeemed).collect::<Option<Vec<Origins>>>()?;
    days.into_iter().reduce(Origins::with)
}

/// A share of a creator's redemptions beside the others': the chance of as many, the share, what is usual, how many.
fn share_of(
    case: &Case,
    pick: impl Fn(Origins) -> f64,
    of: impl Fn(Origins) -> f64,
) -> Result<(f64, f64, f64, f64), Lacks> {
    let tried = |origins: Origins| Tried { tries: of(origins), hits: pick(origins) };
    let own = tried(origins(&case.subject).ok_or(Lacks::Origins)?);
    let peers: Vec<Tried> = case.peers.iter().filter_map(origins).map(tried).filter(|one| 0.0 < one.tries).collect();
    if peers.len() < PEERS_MIN || own.tries <= 0.0 {
        return Err(Lacks::Peers);
    }
    let all = peers.iter().fold((0.0, 0.0), |all, one| (all.0 + one.tries, all.1 + one.hits));
    let usual = (all.1 + 0.5) / (all.0 + 1.0);
    // A handful of creators tells little of how much they differ.
    let seen = num::f64_of_len(peers.len() - 1);
    let alike = (ALIKE.var * ALIKE.worth + likeness(std::slice::from_ref(&peers)) * seen) / (ALIKE.worth + seen);
    Ok((chance_at_least(own.hits, own.tries, usual, alike), own.hits / own.tries, usual, own.tries))
}

/// Redemptions sent by pages that list codes, or typed in by many more people than the clicks explain.
pub(super) fn leak(case: &Case) -> Told {
    let all = |one: Origins| one.all();
    let (listed, ..) = share_of(case, |one| one.coupon, all)?;
    let (by_hand, ..) = share_of(case, |one| one.typed, |one| one.typed + one.own)?;
    let typed = |known: &Known| {
        let came = column(known, |day| day.redeemed.map(|one| one.typed + one.coupon))?;
        Some(Flow { exposure: lagged(&column(known, |day| day.clicks)?, &case.lag), came })
    };
    let own = typed(&case.subject).ok_or(Lacks::Clicks)?;
    let peers: Vec<Flow> = case.peers.iter().filter_map(typed).collect();
    let (_, seen, usual, n) = share_of(case, |one| one.coupon + one.typed, all)?;
    let Some(change) = change(&own, &peers, Direction::Rose).ok_or(Lacks::Peers)? else { return Ok(None) };
    // Some creators' followers look for codes more than others', and some posts are talked about for longer. How much of all
    // comes from lists, how much of the rest is typed in, and whether both rose on a day: luck has to do all three.
    let chance = together(&[listed, by_hand, change.chance]);
    Ok((listed <= LISTED_CHANCE_MAX && LEAK_MIN <= seen - usual && chance <= Family::Leak.chance_max())
        .then_some(Claim { kind: Kind::CodeLeaked, since: Some(change.since), chance, seen, usual, n }))
}

/// Redemptions from a place that lists no codes: somebody passed the code on.
pub(super) fn spill(case: &Case) -> Option<Spill> {
    let (chance, seen, usual, n) = share_of(case, |one| one.channel, Origins::all).ok()?;
    (chance <= Family::Leak.chance_max() && LEAK_MIN <= seen - usual && logit(usual) < logit(seen)).then_some(Spill {
        chance,
        seen,
        usual,
        n,
    })
}
