//! What caused an alert about a creator in a campaign: the numbers that are there, laid out for the search.
//!
//! Owns: which numbers are laid out for which alert. An alert about money or what follows a click asks about days, one about
//! engagement or reach about posts. What no source tells (which page a visit began on, where those reached live) stays
//! unknown, so those causes are not claimed; how buyers with a code came is told by some shops. Refuses: the search.

use jiff::{SignedDuration, Timestamp};

use crate::app::catalog::Catalog;
use crate::domain::document::{Partnership, PartnershipRef, Running};
use crate::domain::ids::{CreatorId, Platform, PostRef, Subject};
use crate::domain::metric::Metric;
use crate::insight::causes::case::{BrandSays, Case, CodeInText, Day, Earlier, Known, Origins, Posted};
use crate::insight::causes::{Claim, Kind, Spill, find};
use crate::rules::history::History;
use crate::rules::learn::Name;
use crate::rules::readings::{Readings as _, Span, Want};
use crate::words::found::FoundCause;

/// Days looked back; what began before is no news.
const DAYS_MAX: usize = 28;

/// Creators of the campaign that are held beside; more make it no surer.
const PEERS_MAX: usize = 12;

/// Own posts of a creator that are looked at.
const POSTS_MAX: usize = 60;

/// How old a post must be for what is said of it to have mostly come.
const SETTLED: SignedDuration = SignedDuration::from_hours(72);

/// How long a post's first day is.
const FIRST_DAY: SignedDuration = SignedDuration::from_hours(24);

/// The share of redemptions whose buyers' way must be known for it to say something of all.
const WAYS_KNOWN_MIN: f64 = 0.5;

/// Who there is, and what is known of them.
pub(super) type All<'a> = (&'a Catalog, &'a History);

/// What is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// Clicks, visits and orders, day by day.
    Days,
    /// Engagements of posts.
    Engagement,
    /// First days of posts.
    FirstDays,
}

/// Numbers laid out for the search. They are read while the picture in memory is held; the search itself waits until it is
/// let go, because others wait for it.
pub(super) struct Laid {
    case: Case,
    asks: Asks,
    days: Vec<Span>,
}

/// What there is to search in; `None` where the alert is about something else, or there are no numbers.
pub(super) fn lay(
    (catalog, history): (&Catalog, &History),
    subject: &Subject,
    main: Metric,
    now: Timestamp,
) -> Option<Laid> {
    let asks = match main {
        Metric::Cpa
        | Metric::Roas
        | Metric::Roi
        | Metric::Cvr
        | Metric::Orders
        | Metric::Revenue
        | Metric::Margin
        | Metric::Redemptions
        | Metric::RedeemedByLink
        | Metric::RedeemedTyped
        | Metric::RedeemedListed
        | Metric::RedeemedElsewhere => Asks::Days,
        Metric::ErViews => Asks::Engagement,
        Metric::Views | Metric::Reach => Asks::FirstDays,
        _ => return None,
    };
    let Alike { key, days, peers } = alike(catalog, subject, now)?;
    let brand = catalog.campaigns.get(&key.campaign).map(|one| &one.brand);
    let lag = brand.and_then(|brand| catalog.learned.newest(&Name::lag(brand), now)?.value.half());
    let lag = lag.unwrap_or(catalog.maturity.order_lag.0);
    let known = |key: &PartnershipRef| known((catalog, history), key, asks, &days, now);
    let own = known(&key);
    if own == Known::default() {
        return None;
    }
    // Hours are held against the creator's own alone.
    let peers = peers.iter().take(if asks == Asks::FirstDays { 0 } else { PEERS_MAX });
    let case = Case {
        subject: own,
        peers: peers.map(known).collect(),
        zone: catalog.creators.get(&key.creator).map_or(jiff::tz::TimeZone::UTC, |one| one.zone.rules()),
        lag: orders_after(lag),
        brand: BrandSays::default(),
    };
    Some(Laid { case, asks, days })
}

impl Laid {
    /// What caused it, where the numbers carry a cause; and whether the code found new buyers where nobody lists codes.
    pub(super) fn found(&self) -> (Option<FoundCause>, Option<Spill>) {
        let found = find(&self.case);
        let spill = found.spill.filter(|_| self.asks == Asks::Days);
        (found.causes.first().and_then(|claim| self.told(*claim)), spill)
    }

    fn told(&self, claim: Claim) -> Option<FoundCause> {
        // Visits are not told by page, and a platform's engagements are not the creator's to explain: only what was laid out.
        let fits = match (self.asks, claim.kind) {
            (Asks::Days, Kind::Brand(_) | Kind::LinkDead | Kind::Landing | Kind::CodeLeaked)
            | (Asks::Engagement, Kind::WeakContent)
            | (Asks::FirstDays, Kind::PostingHour) => true,
            (Asks::Days | Asks::Engagement | Asks::FirstDays, _) => false,
        };
        let since = claim.since.and_then(|day| self.days.get(day)).map(|day| day.from);
        let redeemed = self.case.subject.days.iter().filter_map(|day| day.redeemed);
        fits.then(|| FoundCause { claim, since, came: redeemed.reduce(Origins::with) })
    }
}

/// A deal, its days, and the other running ones of its campaign.
pub(super) struct Alike {
    pub(super) key: PartnershipRef,
    pub(super) days: Vec<Span>,
    pub(super) peers: Vec<PartnershipRef>,
}

/// Whom a deal is held beside; `None` for what is no deal, or has no days.
pub(super) fn alike(catalog: &Catalog, subject: &Subject, now: Timestamp) -> Option<Alike> {
    let Subject::Partnership(campaign, creator) = subject else { return None };
    let key = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
    let about = catalog.about_at(subject, now);
    let days = days(about.deal?.0, &about.zone, now);
    let runs = |(other, kept): &(&PartnershipRef, &Partnership)| {
        other.campaign == key.campaign && **other != key && kept.state == Running::Active
    };
    let peers = catalog.partnerships.iter().filter(runs).map(|(other, _)| other.clone()).take(PEERS_MAX).collect();
    Some(Alike { key, days, peers })
}

/// Whole days in the campaign's zone, since the deal began.
fn days(begins: Timestamp, zone: &jiff::tz::TimeZone, now: Timestamp) -> Vec<Span> {
    let mut days = Vec::new();
    let Ok(mut until) = now.to_zoned(zone.clone()).start_of_day() else { return days };
    while days.len() < DAYS_MAX {
        let Ok(from) = until.yesterday() else { break };
        if from.timestamp() < begins {
            break;
        }
        days.push(Span { from: from.timestamp(), until: until.timestamp() });
        until = from;
    }
    days.reverse();
    days
}

/// The share of a click's orders that come so many days later, with a half-life: [`crate::rules::learn::spread`].
fn orders_after(half: SignedDuration) -> Vec<f64> {
    let rate = std::f64::consts::LN_2 * 24.0 * 3_600.0 / f64::max(half.as_secs_f64(), 60.0);
    let left = libm::exp(-rate);
    let mut shares = vec![1.0 - (1.0 - left) / rate];
    let mut share = (1.0 - left) * (1.0 - left) / rate;
    for _ in 1..DAYS_MAX {
        shares.push(share);
        share *= left;
    }
    shares
}

fn known(all: All<'_>, key: &PartnershipRef, asks: Asks, days: &[Span], now: Timestamp) -> Known {
    match asks {
        Asks::Days => Known { days: flow(all.1, &key.subject(), days), ..Known::default() },
        Asks::Engagement | Asks::FirstDays => {
            let (posts, earlier) = posts(all, key, asks, now);
            Known { posts, earlier, ..Known::default() }
        }
    }
}

pub(super) fn flow(history: &History, subject: &Subject, days: &[Span]) -> Vec<Day> {
    let view = history.view();
    let read = |metric, day: Span| view.over(subject, Want { metric, platform: None }, day).reading.value();
    // Where the newest day has none of it, nothing is counted.
    let told = |metric| days.last().is_some_and(|day| read(metric, *day).is_some());
    if !told(Metric::Clicks) || !told(Metric::Orders) {
        return Vec::new();
    }
    let (visits, seen) = (told(Metric::Sessions), told(Metric::Views));
    let ways = ways(&read, days);
    let day = |(at, day): (usize, &Span)| Day {
        clicks: read(Metric::Clicks, *day),
        landed: if visits { read(Metric::Sessions, *day) } else { None },
        elsewhere: None,
        views: if seen { read(Metric::Views, *day) } else { None },
        orders: read(Metric::Orders, *day),
        redeemed: ways.as_ref().and_then(|ways| ways.get(at)).copied(),
    };
    days.iter().enumerate().map(day).collect()
}

/// How those came who used the code, day by day; `None` where that is known of too few of them, or of nobody.
///
/// A day without a redemption has none of any way. What is known of the others stands for all: who cannot be followed (no
/// consent, a till) did not choose by where they had the code from.
fn ways(read: &impl Fn(Metric, Span) -> Option<f64>, days: &[Span]) -> Option<Vec<Origins>> {
    const WAYS: [Metric; 4] =
        [Metric::RedeemedByLink, Metric::RedeemedTyped, Metric::RedeemedListed, Metric::RedeemedElsewhere];
    let (mut known, mut all, mut told) = (0.0, 0.0, false);
    let mut ways = Vec::with_capacity(days.len());
    for day in days {
        let redeemed = read(Metric::Redemptions, *day)?;
        let [own, typed, coupon, channel] = WAYS.map(|way| if 0.0 < redeemed { read(way, *day) } else { Some(0.0) });
        told |= 0.0 < redeemed && own.is_some();
        let count = Option::<f64>::unwrap_or_default;
        let of = Origins { own: count(own), typed: count(typed), coupon: count(coupon), channel: count(channel) };
        (known, all) = (known + of.all(), all + redeemed);
        ways.push(of);
    }
    (told && WAYS_KNOWN_MIN * all <= known).then_some(ways)
}

/// Posts of the deal, and the creator's own from before the first of them.
pub(super) fn posts(
    (catalog, history): All<'_>,
    key: &PartnershipRef,
    asks: Asks,
    now: Timestamp,
) -> (Vec<Posted>, Vec<Earlier>) {
    let pieces: Vec<(Platform, &PostRef)> =
        catalog.pieces_in(key).filter_map(|piece| Some((piece.platform, piece.post.as_ref()?))).collect();
    let settled = now.checked_sub(if asks == Asks::FirstDays { FIRST_DAY } else { SETTLED }).unwrap_or(now);
    let (mut posts, mut earlier) = (Vec::new(), Vec::new());
    for (platform, post) in newest(history, &key.creator, settled) {
        let Some(at) = catalog.published.get(&(platform, post.clone())).copied() else { continue };
        let own = pieces.iter().any(|(on, piece)| *on == platform && **piece == post);
        let told = told(history, (platform, &post), asks, at, now);
        if own {
            posts.push(Posted {
                at,
                first_day: told.first_day,
                views: told.views,
                engagements: told.engagements,
                clicks: None,
                orders: None,
                with_code: None,
                code: CodeInText::Unread,
            });
        } else {
            let Told { first_day, views, engagements } = told;
            earlier.push(Earlier { at, first_day, views, engagements });
        }
    }
    let first = posts.iter().map(|post| post.at).min().unwrap_or(now);
    earlier.retain(|post| post.at < first);
    (posts, earlier)
}

fn newest(history: &History, creator: &CreatorId, until: Timestamp) -> Vec<(Platform, PostRef)> {
    history.view().newest_posts(&Subject::Creator(creator.clone()), until, POSTS_MAX)
}

/// What is known of a post.
struct Told {
    first_day: Option<f64>,
    views: Option<f64>,
    engagements: Option<f64>,
}

fn told(history: &History, (platform, post): (Platform, &PostRef), asks: Asks, at: Timestamp, now: Timestamp) -> Told {
    let view = history.view();
    let one = [(platform, post.clone())];
    let read = |metric, until| view.over_posts(&one, Want { metric, platform: None }, until).reading.value();
    if asks == Asks::FirstDays {
        let ends = at.checked_add(FIRST_DAY).ok();
        return Told { first_day: ends.and_then(|ends| read(Metric::Views, ends)), views: None, engagements: None };
    }
    let views = read(Metric::Views, now);
    let rate = read(Metric::ErViews, now);
    Told { first_day: None, views, engagements: views.zip(rate).map(|(views, rate)| views * rate) }
}

#[cfg(test)]
mod tests;
