//! Creators who live: they post, grow, sell and slump. Everything is a pure function of seed, creator and instant.
//!
//! Owns: the numbers as they truly are. Platforms round, hide and refuse them; that is theirs to do.
//! A world spans 400 days from its start; after that the same days come again.

mod boosts;
mod elsewhere;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::chance::Chance;
use crate::domain::num::{f64_of, i64_of_len, len_of, round_i64};
use crate::sim::youtube::{ChannelNow, Subscribers, VideoNow, YoutubeWorld};

pub use boosts::Boosted;
pub use elsewhere::{Piece, Presence};

/// Days before the start that have happened already, so that every creator has a history.
const HISTORY_DAYS: i64 = 60;
/// Days that are worked out, history included.
const DAYS: i64 = HISTORY_DAYS + 400;
const DAY_SECS: i64 = 86_400;

/// What an order may cost in the campaign, in cents: 45.00 EUR. Healthy boosts stay near half of it.
pub const TARGET_CPA_MINOR: i64 = 4_500;
/// The average order, in cents.
const ORDER_MINOR: i64 = 6_900;

/// Weekday pattern, Monday first: evenings at the end of the week are busier.
const WEEKDAYS: [f64; 7] = [0.90, 0.88, 0.94, 1.00, 1.12, 1.18, 1.06];

const NAMES: [&str; 24] = [
    "Alma", "Bo", "Cleo", "Dario", "Elin", "Faye", "Gus", "Hedda", "Ivo", "June", "Kaj", "Lova", "Milo", "Nour",
    "Otis", "Pia", "Quinn", "Rut", "Sami", "Tove", "Ugo", "Vera", "Wim", "Ylva",
];

const TOPICS: [&str; 8] = [
    "A week of breakfasts",
    "What I packed",
    "Ask me anything",
    "The honest review",
    "Slow Sunday",
    "One pan, five ways",
    "My desk, explained",
    "Trying it for a month",
];

/// Everybody in the world.
#[derive(Debug)]
pub struct LivingWorld {
    start: Timestamp,
    origin: Timestamp,
    creators: Vec<Life>,
    by_channel: HashMap<String, usize>,
    by_video: HashMap<String, (usize, usize)>,
}

/// A creator as the world knows them.
#[derive(Debug)]
pub struct Life {
    /// The id in documents, such as `alma`.
    pub id: String,
    /// The name.
    pub name: String,
    /// The channel.
    pub channel: String,
    /// The login at the other platform.
    pub login: String,
    /// The boost that runs on their posts.
    pub boost: String,
    views_before: i64,
    views: Days,
    followers_before: i64,
    views_per_follower: i64,
    hides_subscribers: bool,
    hides_likes: bool,
    posts: Vec<Post>,
    ads: Ads,
}

#[derive(Debug)]
struct Post {
    id: String,
    title: String,
    published_at: Timestamp,
    views_in_the_end: f64,
    /// Hours in which 63 % of its views come.
    tau_hours: f64,
    length_secs: i64,
    like_rate: f64,
    comment_rate: f64,
}

#[derive(Debug)]
struct Ads {
    spend_minor: Days,
    boosted_clicks: Days,
    boosted_orders: Days,
    free_clicks: Days,
    free_orders: Days,
}

/// What a campaign had from a creator up to an instant: running totals, money in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CampaignTotals {
    /// Boost spend.
    pub spend_minor: i64,
    /// Link clicks.
    pub clicks: i64,
    /// Orders.
    pub orders: i64,
    /// Revenue.
    pub revenue_minor: i64,
}

/// How a boost was set: when it ran, and what it might spend in all, in cents, each since an instant, oldest first.
pub type BoostSet = (Vec<(Timestamp, bool)>, Vec<(Timestamp, i64)>);

/// Amounts a day with their sums, read at any instant.
#[derive(Debug)]
struct Days {
    /// Sum up to the beginning of each day; one more than there are days.
    sums: Vec<i64>,
}

impl Days {
    fn new(amounts: impl IntoIterator<Item = i64>) -> Self {
        let mut sums = vec![0];
        let mut sum = 0_i64;
        for amount in amounts {
            sum = sum.saturating_add(amount);
            sums.push(sum);
        }
        Self { sums }
    }

    /// The sum after so many seconds; a day's amount comes evenly. Beyond the last day the same days come again.
    fn after(&self, secs: i64) -> i64 {
        let days = i64_of_len(self.sums.len()) - 1;
        let whole = self.sums.last().copied().unwrap_or(0);
        if secs <= 0 || days <= 0 {
            return 0;
        }
        let day = secs / DAY_SECS;
        let sum_at = |day: i64| len_of(day).and_then(|day| self.sums.get(day)).copied().unwrap_or(whole);
        let place = day % days;
        let (low, high) = (sum_at(place), sum_at(place + 1));
        whole * (day / days) + low + (high - low) * (secs % DAY_SECS) / DAY_SECS
    }
}

fn count(value: f64) -> i64 {
    std::cmp::max(round_i64(value).unwrap_or(0), 0)
}

impl LivingWorld {
    /// `n` creators, from `start` on. The first creators of a larger world are those of a smaller one.
    #[must_use]
    pub fn new(seed: u64, start: Timestamp, n: usize) -> Self {
        let midnight = start.as_second().div_euclid(DAY_SECS) * DAY_SECS;
        let origin = Timestamp::from_second(midnight - HISTORY_DAYS * DAY_SECS).unwrap_or(start);
        let creators: Vec<Life> = (0..n).map(|number| Life::new(seed, origin, number)).collect();
        let by_channel = creators.iter().enumerate().map(|(place, life)| (life.channel.clone(), place)).collect();
        let by_video = creators
            .iter()
            .enumerate()
            .flat_map(|(place, life)| {
                life.posts.iter().enumerate().map(move |(post, made)| (made.id.clone(), (place, post)))
            })
            .collect();
        Self { start, origin, creators, by_channel, by_video }
    }

    /// Everybody.
    #[must_use]
    pub fn creators(&self) -> &[Life] {
        &self.creators
    }

    /// Views of a creator's channel in all, up to `at`. 0 for nobody.
    #[must_use]
    pub fn views_total(&self, creator: usize, at: Timestamp) -> i64 {
        self.creators.get(creator).map_or(0, |life| life.views_before + life.views.after(self.secs(at)))
    }

    /// Followers of a creator at `at`, exact. 0 for nobody.
    #[must_use]
    pub fn followers(&self, creator: usize, at: Timestamp) -> i64 {
        self.creators
            .get(creator)
            .map_or(0, |life| life.followers_before + life.views.after(self.secs(at)) / life.views_per_follower)
    }

    /// What the campaign has had from a creator up to `at`, when the boost was switched as `switches` say, oldest first.
    /// It runs from the start of the world until the first switch.
    #[must_use]
    pub fn campaign(&self, creator: usize, at: Timestamp, switches: &[(Timestamp, bool)]) -> CampaignTotals {
        self.campaign_within(creator, at, switches, &[])
    }

    /// The same where the boost may spend no more in all than its budget, in cents, as set since each instant, oldest first:
    /// at the budget it stops, and with a higher one it goes on. What came by then came evenly, to the second.
    #[must_use]
    pub fn campaign_within(
        &self,
        creator: usize,
        at: Timestamp,
        switches: &[(Timestamp, bool)],
        budgets: &[(Timestamp, i64)],
    ) -> CampaignTotals {
        let Some(life) = self.creators.get(creator) else {
            return CampaignTotals::default();
        };
        let ads = &life.ads;
        let mut totals = CampaignTotals {
            clicks: self.since_start(&ads.free_clicks, at),
            orders: self.since_start(&ads.free_orders, at),
            ..CampaignTotals::default()
        };
        let mut on_since = Some(self.start);
        let mut budget = None;
        let switched = switches.iter().map(|(when, on)| (*when, Some(*on), None));
        let set = budgets.iter().map(|(when, minor)| (*when, None, Some(*minor)));
        let mut changes: Vec<(Timestamp, Option<bool>, Option<i64>)> =
            switched.chain(set).filter(|change| change.0 < at).collect();
        changes.sort_by_key(|change| change.0);
        changes.push((at, Some(false), None));
        for (when, on, set) in changes {
            if let Some(since) = on_since {
                let left = budget.map(|budget: i64| std::cmp::max(budget - totals.spend_minor, 0));
                let until = self.lasts(&ads.spend_minor, since, when, left);
                let between = |days: &Days| self.since_start(days, until) - self.since_start(days, since);
                totals.spend_minor += between(&ads.spend_minor);
                totals.clicks += between(&ads.boosted_clicks);
                totals.orders += between(&ads.boosted_orders);
                on_since = Some(when);
            }
            budget = set.or(budget);
            if let Some(on) = on {
                on_since = on.then_some(when);
            }
        }
        totals.revenue_minor = totals.orders * ORDER_MINOR;
        totals
    }

    /// The last second between two instants up to which no more than `left` is spent; the later one where that is enough.
    fn lasts(&self, spend: &Days, since: Timestamp, until: Timestamp, left: Option<i64>) -> Timestamp {
        let spent = |at: Timestamp| self.since_start(spend, at) - self.since_start(spend, since);
        let Some(left) = left.filter(|left| *left < spent(until)) else { return until };
        let (mut low, mut high) = (0, until.duration_since(since).as_secs());
        let after = |secs| since.checked_add(SignedDuration::from_secs(secs)).unwrap_or(since);
        while 1 < high - low {
            let middle = low + (high - low) / 2;
            if spent(after(middle)) <= left {
                low = middle;
            } else {
                high = middle;
            }
        }
        after(low)
    }

    /// The ad report as a feed would show it: one row a boost, money in major units as text.
    #[must_use]
    pub fn ad_rows(&self, at: Timestamp, boosts: &dyn Fn(&str) -> BoostSet) -> Value {
        let rows = self.creators.iter().enumerate().map(|(place, life)| {
            let (switches, budgets) = boosts(&life.boost);
            let totals = self.campaign_within(place, at, &switches, &budgets);
            json!({
                "boost": life.boost,
                "creator": life.id,
                "spend": major(totals.spend_minor),
                "clicks": totals.clicks,
                "orders": totals.orders,
                "revenue": major(totals.revenue_minor),
                "currency": "EUR",
            })
        });
        json!({"rows": rows.collect::<Vec<_>>()})
    }

    fn secs(&self, at: Timestamp) -> i64 {
        at.as_second() - self.origin.as_second()
    }

    fn since_start(&self, days: &Days, at: Timestamp) -> i64 {
        std::cmp::max(days.after(self.secs(at)) - days.after(self.secs(self.start)), 0)
    }
}

fn major(minor: i64) -> String {
    format!("{}.{:02}", minor / 100, minor % 100)
}

impl Life {
    fn new(seed: u64, origin: Timestamp, number: usize) -> Self {
        let place = i64_of_len(number);
        let mut chance = Chance::new(seed, u64::try_from(place).unwrap_or(0));
        let round = place / i64_of_len(NAMES.len());
        let first = NAMES.iter().cycle().nth(number).copied().unwrap_or("Alma");
        let name = if round == 0 { first.to_owned() } else { format!("{first} {}", round + 1) };
        let id = name.to_lowercase().replace(' ', "-");
        let base = libm::exp(size(place, chance.between(0.0, 1.0)));
        let slumps = slumps(place, &mut chance);
        let level: Vec<f64> = days().map(|day| level(base, day, &slumps, origin, &mut chance)).collect();
        let views = Days::new(level.iter().map(|views| count(*views)));
        let posts = posts(place, origin, base, &slumps, &mut chance);
        let ads = ads(place, &level, &mut chance);
        Self {
            channel: format!("UCsim{place:019}"),
            login: format!("{}_live", id.replace('-', "_")),
            boost: format!("boost-{id}"),
            views_before: count(base * chance.between(200.0, 900.0)),
            views,
            followers_before: count(base * chance.between(3.0, 12.0)),
            views_per_follower: chance.whole(150, 600),
            hides_subscribers: place % 11 == 5,
            hides_likes: place % 7 == 3,
            posts,
            ads,
            id,
            name,
        }
    }

    fn published(&self, now: Timestamp) -> impl DoubleEndedIterator<Item = &Post> {
        self.posts.iter().filter(move |post| post.published_at <= now)
    }
}

/// From 2,000 to 160,000 views a day, as many small as large on a logarithmic scale. The first and the third are never
/// small: so many follow their links that a few hours tell what is wrong.
fn size(place: i64, chance: f64) -> f64 {
    let (low, high) = if place == 0 || place == 2 { (11.2, 11.7) } else { (7.6, 12.0) };
    low + (high - low) * chance
}

fn days() -> std::ops::Range<i64> {
    0..DAYS
}

/// Days on which hardly anybody watches: from, until, and the share that is left. Two creators of three slump within the
/// first three weeks after the start, and everybody every few weeks after that.
fn slumps(place: i64, chance: &mut Chance) -> Vec<(i64, i64, f64)> {
    let first = match place % 3 {
        0 => HISTORY_DAYS + chance.whole(8, 13),
        1 => HISTORY_DAYS + chance.whole(15, 20),
        _ => HISTORY_DAYS + chance.whole(32, 40),
    };
    let mut all = Vec::new();
    let mut from = first;
    while from < DAYS {
        all.push((from, from + chance.whole(2, 4), chance.between(0.05, 0.13)));
        from += chance.whole(24, 45);
    }
    all
}

fn left_of(day: i64, slumps: &[(i64, i64, f64)]) -> f64 {
    slumps.iter().find(|(from, until, _)| (*from..*until).contains(&day)).map_or(1.0, |slump| slump.2)
}

/// Views of a day: growth, weekday, luck, slump.
fn level(base: f64, day: i64, slumps: &[(i64, i64, f64)], origin: Timestamp, chance: &mut Chance) -> f64 {
    let growth = libm::exp(0.001_5 * f64_of(day));
    // 1 January 1970 was a Thursday, three days after a Monday.
    let weekday = (origin.as_second().div_euclid(DAY_SECS) + day + 3).rem_euclid(7);
    let weekday = len_of(weekday).and_then(|place| WEEKDAYS.get(place)).copied().unwrap_or(1.0);
    base * growth * weekday * chance.between(0.9, 1.1) * left_of(day, slumps)
}

/// Posts every two to four days, at one of three hours; the first of them is the creator's good hour.
fn posts(place: i64, origin: Timestamp, base: f64, slumps: &[(i64, i64, f64)], chance: &mut Chance) -> Vec<Post> {
    let good_hour = chance.whole(16, 20);
    let hours = [good_hour, (good_hour + 14) % 24, (good_hour + 19) % 24];
    let like_rate = chance.between(0.02, 0.06);
    let mut posts = Vec::new();
    let mut day = chance.whole(0, 3);
    while day < DAYS {
        let number = posts.len();
        let pick = len_of(chance.whole(0, 3)).unwrap_or(0);
        let hour = hours.get(pick).copied().unwrap_or(good_hour);
        let at = SignedDuration::from_secs(day * DAY_SECS + hour * 3_600 + chance.whole(0, 900));
        let reward = if hour == good_hour { 1.6 } else { 1.0 };
        let luck = libm::exp(chance.between(-0.5, 0.5));
        let topic = TOPICS.iter().cycle().nth(number).copied().unwrap_or("Hello");
        posts.push(Post {
            id: format!("sim{place:03}_{number:04}"),
            title: format!("{topic} #{}", number + 1),
            published_at: origin.checked_add(at).unwrap_or(origin),
            views_in_the_end: base * 0.9 * reward * luck * left_of(day, slumps),
            tau_hours: chance.between(24.0, 60.0),
            length_secs: chance.whole(45, 1_500),
            like_rate,
            comment_rate: like_rate / 9.0,
        });
        day += chance.whole(2, 4);
    }
    posts
}

/// A boost of a steady budget. It brings orders at about half of what one may cost; with three creators of eight it
/// stops selling for ten days, and with every ninth for good.
fn ads(place: i64, views: &[f64], chance: &mut Chance) -> Ads {
    let budget = chance.whole(150, 400) * 100;
    let from = HISTORY_DAYS + chance.whole(4, 8);
    let until = match place {
        place if place % 9 == 4 => DAYS,
        place if place % 4 == 1 || place % 8 == 7 => from + 10,
        _ => from,
    };
    let mut rows = [const { Vec::<i64>::new() }; 5];
    for (day, views) in days().zip(views) {
        let sells = if (from..until).contains(&day) { 0.12 } else { chance.between(1.7, 2.2) };
        let orders = f64_of(budget) / f64_of(TARGET_CPA_MINOR) * sells;
        let free = views * 0.000_02;
        let values = [
            budget,
            chance.events(orders * 25.0),
            chance.events(orders),
            chance.events(free * 40.0),
            chance.events(free),
        ];
        for (row, value) in rows.iter_mut().zip(values) {
            row.push(value);
        }
    }
    let [spend, boosted_clicks, boosted_orders, free_clicks, free_orders] = rows.map(Days::new);
    Ads { spend_minor: spend, boosted_clicks, boosted_orders, free_clicks, free_orders }
}

impl YoutubeWorld for LivingWorld {
    fn channel(&self, id: &str, now: Timestamp) -> Option<ChannelNow> {
        let place = *self.by_channel.get(id)?;
        let life = self.creators.get(place)?;
        Some(ChannelNow {
            title: life.name.clone(),
            published_at: self.origin,
            views: Some(self.views_total(place, now)),
            subscribers: if life.hides_subscribers {
                Subscribers::Hidden
            } else {
                Subscribers::Count(self.followers(place, now))
            },
            videos: Some(i64_of_len(life.published(now).count())),
        })
    }

    fn video(&self, id: &str, now: Timestamp) -> Option<VideoNow> {
        let (place, number) = *self.by_video.get(id)?;
        let life = self.creators.get(place)?;
        let post = life.posts.get(number).filter(|post| post.published_at <= now)?;
        let views = post.views_by(now);
        Some(VideoNow {
            channel: life.channel.clone(),
            title: post.title.clone(),
            description: format!("#ad https://shop.example/?utm_source=youtube&utm_content={}", life.id),
            published_at: post.published_at,
            length_secs: post.length_secs,
            views: count(views),
            likes: (!life.hides_likes).then(|| count(views * post.like_rate)),
            comments: Some(count(views * post.comment_rate)),
        })
    }

    fn uploads(&self, channel: &str, now: Timestamp) -> Vec<String> {
        let life = self.by_channel.get(channel).and_then(|place| self.creators.get(*place));
        life.map(|life| life.published(now).rev().map(|post| post.id.clone()).collect()).unwrap_or_default()
    }
}
