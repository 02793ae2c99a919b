//! Campaigns of 28 days with 11 creators, in which one thing with a known effect is wrong, or nothing.
//!
//! Written from what is known of such numbers and from the effects that were agreed on, not from what the program looks
//! for. Creators differ from each other, their posts from one another (with heavy tails), shops sell by weekday and mood,
//! orders come days after their click, counts are over-dispersed, codes are typed in without a visit. In a campaign without a cause
//! there is still a post that goes viral now and then, and a code that is passed on in a new place.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use plimsoll::insight::causes::case::{
    BrandSays, Case, CodeInText, Crowd, Day, Earlier, Known, Opens, Origins, Posted,
};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution as _, Gamma, LogNormal, Poisson, StudentT};

pub const DAYS: usize = 28;
pub const PEERS: usize = 10;

/// What is wrong in a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    Nothing,
    LandingBroken,
    LinkDead,
    LinkElsewhere,
    CodeMissing,
    CodeLeaked,
    ShopStopped,
    AudienceElsewhere,
    ContentWeak,
    HourBad,
    FollowersFake,
}

impl Wrong {
    pub const CAUSES: [Self; 10] = [
        Self::LandingBroken,
        Self::LinkDead,
        Self::LinkElsewhere,
        Self::CodeMissing,
        Self::CodeLeaked,
        Self::ShopStopped,
        Self::AudienceElsewhere,
        Self::ContentWeak,
        Self::HourBad,
        Self::FollowersFake,
    ];
}

/// Conversion −80 %.
const LANDING_LEFT: f64 = 0.2;
/// 40 % of redemptions are leaked: two for every three others.
const LEAKED_PER_OTHER: f64 = 0.4 / 0.6;
/// −50 % first-day reach.
const BAD_HOUR_LEFT: f64 = 0.5;
/// Engagement −50 %.
const WEAK_LEFT: f64 = 0.5;
/// 60 % fake followers: one in 0.4 is real.
const REAL_FOLLOWERS: f64 = 0.4;
/// 70 % outside the market.
const IN_MARKET_WRONG: f64 = 0.3;
/// What somebody outside the market buys, against one inside: shipping and language.
const BUYS_OUTSIDE: f64 = 0.1;

/// The mood beyond which a shop sells no better.
const BEST_MOOD: f64 = 1.6;

struct Dice(ChaCha8Rng);

impl Dice {
    fn around(&mut self, middle: f64, sd: f64) -> f64 {
        LogNormal::new(middle.ln(), sd).unwrap().sample(&mut self.0)
    }
    fn share(&mut self, mean: f64, sure: f64) -> f64 {
        Beta::new(mean * sure, (1.0 - mean) * sure).unwrap().sample(&mut self.0)
    }
    /// Counts with a variance of `mean + mean²/shape`.
    fn count(&mut self, mean: f64, shape: f64) -> f64 {
        let luck: f64 = Gamma::new(shape, 1.0 / shape).unwrap().sample(&mut self.0);
        self.events(mean * luck)
    }
    fn events(&mut self, mean: f64) -> f64 {
        if mean <= 0.0 { 0.0 } else { Poisson::new(mean).unwrap().sample(&mut self.0) }
    }
    /// How many of `tries` succeed.
    fn of(&mut self, tries: f64, share: f64) -> f64 {
        let mut hits = 0.0;
        let mut left = tries;
        while 0.0 < left {
            hits += f64::from(u8::from(self.0.random_bool(share.clamp(0.0, 1.0))));
            left -= 1.0;
        }
        hits
    }
    /// A luck with a middle of 1 whose logarithm has heavy tails.
    fn heavy(&mut self, scale: f64) -> f64 {
        let t: f64 = StudentT::new(5.0).unwrap().sample(&mut self.0);
        (scale * t).clamp(-4.0, 4.0).exp()
    }
    fn chance(&mut self, share: f64) -> bool {
        self.0.random_bool(share)
    }
    fn whole(&mut self, from: usize, to: usize) -> usize {
        self.0.random_range(from..to)
    }
}

/// What is the same for all creators of a campaign.
struct Shop {
    /// How well it sells each day.
    mood: Vec<f64>,
    /// Days on which nothing can be ordered.
    shut: std::ops::Range<usize>,
    /// The chance that an order waits another day.
    waits: f64,
    start: Timestamp,
}

fn shop(dice: &mut Dice, wrong: Wrong) -> Shop {
    let weekday = [0.95, 0.95, 0.95, 1.0, 1.1, 1.1, 1.05];
    let mood = (0..DAYS).map(|day| weekday[day % 7] * dice.around(1.0, 0.12)).collect();
    let shut = if wrong == Wrong::ShopStopped {
        let from = dice.whole(8, 23);
        from..if dice.chance(0.5) { DAYS } else { from + dice.whole(3, 7) }
    } else {
        0..0
    };
    Shop { mood, shut, waits: 0.5, start: "2026-05-04T00:00:00Z".parse().unwrap() }
}

/// A case with something wrong in it; `size` 1 is creators with 60,000 followers in the middle.
pub fn case(seed: u64, wrong: Wrong, size: f64) -> Case {
    let dice = |stream: u64| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Dice(rng)
    };
    let mut of_all = dice(0);
    let shop = shop(&mut of_all, wrong);
    // What was learned about how long orders take is near the truth, not the truth.
    let waits = shop.waits * of_all.around(1.0, 0.2).clamp(0.5, 1.6);
    let lag: Vec<f64> = (0..14).map(|day| (1.0 - waits) * waits.powi(day)).collect();
    let subject = creator(&mut dice(1), &shop, wrong, size);
    let peers = (0..PEERS).map(|n| creator(&mut dice(2 + n as u64), &shop, Wrong::Nothing, size)).collect();
    Case { subject, peers, zone: TimeZone::UTC, lag, brand: BrandSays::default() }
}

/// What a creator is like.
struct Nature {
    followers: f64,
    reach: f64,
    engaged: f64,
    clicked: f64,
    bought: f64,
    lands: f64,
    strays: f64,
    uses_code: f64,
    types: f64,
    lists: f64,
    passes: f64,
    in_market: f64,
    followers_in_market: f64,
    bad_from: usize,
}

fn nature(dice: &mut Dice, wrong: Wrong, size: f64) -> Nature {
    let logit = |share: f64| (share / (1.0 - share)).ln();
    let followers = dice.around(60_000.0 * size, 0.6);
    let reach = followers * dice.around(0.35, 0.4);
    let in_market =
        if wrong == Wrong::AudienceElsewhere { dice.share(IN_MARKET_WRONG, 80.0) } else { dice.share(0.76, 25.0) };
    let followers_in_market = 1.0 / (1.0 + (-logit(in_market)).exp() * dice.around(1.0, 0.2));
    let (followers, followers_in_market) = if wrong == Wrong::FollowersFake {
        // Where followers are sold, few live in any one brand's market.
        let of_fakes = dice.share(0.12, 15.0);
        let mixed = REAL_FOLLOWERS * followers_in_market + (1.0 - REAL_FOLLOWERS) * of_fakes;
        (followers / REAL_FOLLOWERS, mixed)
    } else {
        (followers, followers_in_market)
    };
    Nature {
        followers,
        reach,
        engaged: dice.around(0.05, 0.35),
        clicked: dice.around(0.012, 0.35),
        bought: dice.around(0.035, 0.3) * (in_market + BUYS_OUTSIDE * (1.0 - in_market)) / 0.78,
        lands: dice.share(0.82, 60.0),
        strays: dice.share(0.02, 100.0),
        uses_code: dice.share(0.65, 25.0),
        types: dice.share(0.22, 20.0),
        lists: dice.share(0.02, 60.0),
        passes: dice.share(0.05, 30.0),
        in_market,
        followers_in_market,
        bad_from: dice.whole(0, 19),
    }
}

/// An hour to post at, in the six bad ones or outside them.
fn hour(dice: &mut Dice, who: &Nature, bad: bool) -> usize {
    loop {
        // Most people post between nine and midnight; whose bad hours are at night still has some posts then.
        let hour = if bad {
            who.bad_from + dice.whole(0, 6)
        } else if dice.chance(0.85) {
            dice.whole(9, 24)
        } else {
            dice.whole(0, 24)
        };
        if bad || !(who.bad_from..who.bad_from + 6).contains(&hour) {
            return hour % 24;
        }
    }
}

struct Draft {
    day: usize,
    hour: usize,
    views: f64,
    first_day: f64,
    engagements: f64,
}

fn draft(dice: &mut Dice, who: &Nature, day: usize, bad: bool, content: f64) -> Draft {
    let hour = hour(dice, who, bad);
    let luck = dice.heavy(0.5);
    // A bad hour halves the first day; some of those who missed it find it later.
    let (first_left, later_left) = if bad { (BAD_HOUR_LEFT, 0.8) } else { (1.0, 1.0) };
    let first_share = dice.share(0.5, 30.0);
    let first_day = dice.count(who.reach * luck * first_share * first_left, 200.0);
    let later = dice.count(who.reach * luck * (1.0 - first_share) * later_left, 200.0);
    let views = first_day + later;
    let rate = (who.engaged * content * dice.around(1.0, 0.3)).min(0.9);
    Draft { day, hour, views, first_day, engagements: dice.count(views * rate, 100.0).min(views) }
}

fn history(dice: &mut Dice, who: &Nature, start: Timestamp) -> Vec<Earlier> {
    let posts = dice.whole(60, 91);
    let mut earlier = Vec::new();
    for _ in 0..posts {
        let bad = dice.chance(0.25);
        let back = dice.whole(3, 180);
        let one = draft(dice, who, 0, bad, 1.0);
        earlier.push(Earlier {
            at: start - (24 * i64::try_from(back).unwrap()).hours() + i64::try_from(one.hour).unwrap().hours(),
            first_day: Some(one.first_day),
            views: Some(one.views),
            engagements: Some(one.engagements),
        });
    }
    earlier
}

/// Posts of the campaign: six to ten, spread over its days.
fn drafts(dice: &mut Dice, who: &Nature, wrong: Wrong) -> Vec<Draft> {
    let count = dice.whole(6, 11);
    // An advertisement is liked a little less than what a creator usually makes.
    let paid = dice.around(0.85, 0.1);
    let content = if wrong == Wrong::ContentWeak { paid * WEAK_LEFT } else { paid };
    let bad_share = if wrong == Wrong::HourBad { 0.9 } else { 0.08 };
    let mut posts: Vec<Draft> = (0..count)
        .map(|n| {
            let day = n * 26 / count + dice.whole(0, 3);
            let bad = dice.chance(bad_share);
            draft(dice, who, day, bad, content)
        })
        .collect();
    if wrong == Wrong::Nothing && dice.chance(0.1) {
        let which = dice.whole(0, count);
        let viral = &mut posts[which];
        viral.views *= 8.0;
        viral.first_day *= 5.0;
        viral.engagements *= 6.0;
    }
    posts
}

/// The share of a post's views that come so many days after it went out.
fn fades(draft: &Draft, age: usize) -> f64 {
    if age == 0 {
        return draft.first_day / draft.views.max(1.0);
    }
    let later = 1.0 - draft.first_day / draft.views.max(1.0);
    later * 0.4 * 0.6_f64.powi(i32::try_from(age).unwrap() - 1)
}

struct Tally {
    day: Vec<Day>,
}

/// When what is wrong begins, and what it does to visits.
struct Trouble {
    wrong: Wrong,
    since: usize,
    post: usize,
    listed: f64,
    spills: bool,
}

fn trouble(dice: &mut Dice, wrong: Wrong, posts: &[Draft]) -> Trouble {
    let since = match wrong {
        Wrong::LandingBroken => dice.whole(8, 19),
        Wrong::LinkDead | Wrong::LinkElsewhere => dice.whole(0, 15),
        Wrong::CodeLeaked => dice.whole(3, 15),
        _ => 0,
    };
    // A post of the last days has brought nothing yet, with or without its code.
    let settled = posts.iter().filter(|post| post.day + 5 < DAYS).count();
    let spills = wrong == Wrong::Nothing && dice.chance(0.25);
    let listed = 0.3 + 0.4 * dice.share(0.5, 2.0);
    Trouble { wrong, since, post: dice.whole(0, settled), listed, spills }
}

fn creator(dice: &mut Dice, shop: &Shop, wrong: Wrong, size: f64) -> Known {
    let who = nature(dice, wrong, size);
    let earlier = history(dice, &who, shop.start);
    let drafts = drafts(dice, &who, wrong);
    let trouble = trouble(dice, wrong, &drafts);
    let zero = Day {
        views: None,
        clicks: Some(0.0),
        landed: Some(0.0),
        elsewhere: Some(0.0),
        orders: Some(0.0),
        redeemed: Some(Origins::default()),
    };
    let mut tally = Tally { day: vec![zero; DAYS] };
    let mut posts = Vec::new();
    for (n, draft) in drafts.iter().enumerate() {
        posts.push(run(dice, (shop, &who, &trouble), (n, draft), &mut tally));
    }
    redeemed_elsewhere(dice, shop, &trouble, &mut tally);
    let crowd = Crowd {
        followers: Some(who.followers.round()),
        followers_in_market: Some(who.followers_in_market),
        reached_in_market: Some(who.in_market),
    };
    Known { days: tally.day, posts, earlier, crowd, opens: Opens::Unseen }
}

/// A post's days: clicks, visits, orders, redemptions.
fn run(
    dice: &mut Dice,
    (shop, who, trouble): (&Shop, &Nature, &Trouble),
    (n, draft): (usize, &Draft),
    tally: &mut Tally,
) -> Posted {
    let clicked = who.clicked * dice.around(1.0, 0.4);
    let bought = who.bought * dice.around(1.0, 0.2);
    let no_code = trouble.wrong == Wrong::CodeMissing && trouble.post == n;
    let (mut clicks_all, mut orders_all, mut with_code) = (0.0, 0.0, 0.0);
    let mut views_seen = 0.0;
    for day in draft.day..DAYS {
        let views = draft.views * fades(draft, day - draft.day);
        views_seen += views;
        let clicks = dice.count(views * clicked, 15.0);
        clicks_all += clicks;
        let is_on = trouble.since <= day;
        let (lands, strays, sells) = match trouble.wrong {
            Wrong::LandingBroken if is_on => (who.lands, who.strays, LANDING_LEFT),
            Wrong::LinkDead if is_on => (0.005, 0.005, 0.2),
            Wrong::LinkElsewhere if is_on => (0.03 * who.lands, 0.95 * who.lands, 0.25),
            _ => (who.lands, who.strays, 1.0),
        };
        let visits = dice.of(clicks, lands);
        let astray = dice.of(clicks - visits, strays);
        let known = |was: Option<f64>, more: f64| Some(was.unwrap() + more);
        let today = &mut tally.day[day];
        today.clicks = known(today.clicks, clicks);
        today.landed = known(today.landed, visits);
        today.elsewhere = known(today.elsewhere, astray);
        // What is ordered in a shop in its best mood; on other days some think better of it.
        let ordered = dice.count((visits + astray) * bought * sells * BEST_MOOD, 20.0);
        let mut left = ordered;
        while 0.0 < left {
            left -= 1.0;
            let mut on = day;
            while dice.chance(shop.waits) {
                on += 1;
            }
            if DAYS <= on || shop.shut.contains(&on) || !dice.chance((shop.mood[on] / BEST_MOOD).min(1.0)) {
                continue;
            }
            let coded = !no_code && dice.chance(who.uses_code);
            let today = &mut tally.day[on];
            today.orders = known(today.orders, 1.0);
            orders_all += 1.0;
            if coded {
                with_code += 1.0;
                today.redeemed.as_mut().unwrap().own += 1.0;
            }
        }
        typed(dice, (shop, who), (clicks * who.lands * bought * f64::from(u8::from(!no_code)), day), tally);
    }
    let code = match (no_code, dice.0.random_range(0.0..1.0)) {
        (_, dice) if dice < 0.2 => CodeInText::Unread,
        (true, dice) if dice < 0.97 => CodeInText::NotSaid,
        (false, dice) if dice < 0.32 => CodeInText::NotSaid,
        (true | false, _) => CodeInText::Said,
    };
    let first_day = if draft.day + 1 < DAYS { Some(draft.first_day) } else { None };
    let part = (views_seen / draft.views.max(1.0)).min(1.0);
    Posted {
        at: shop.start + i64::try_from(24 * draft.day + draft.hour).unwrap().hours(),
        first_day,
        views: Some(views_seen.round()),
        engagements: Some((draft.engagements * part).round()),
        clicks: Some(clicks_all),
        orders: Some(orders_all),
        with_code: Some(with_code),
        code,
    }
}

/// Who saw the post and typed the code in later, from another device or sent by somebody.
fn typed(dice: &mut Dice, (shop, who): (&Shop, &Nature), (would_buy, day): (f64, usize), tally: &mut Tally) {
    let others = who.types + who.lists + who.passes;
    let mean = would_buy * who.uses_code * others / (1.0 - others).max(0.3);
    for (share, pick) in [(who.types, 0), (who.lists, 1), (who.passes, 2)] {
        let mut left = dice.count(mean * share / others, 5.0);
        while 0.0 < left {
            left -= 1.0;
            let mut on = day;
            while dice.chance(0.65) {
                on += 1;
            }
            if DAYS <= on || shop.shut.contains(&on) {
                continue;
            }
            let origins = tally.day[on].redeemed.as_mut().unwrap();
            match pick {
                0 => origins.typed += 1.0,
                1 => origins.coupon += 1.0,
                _ => origins.channel += 1.0,
            }
        }
    }
}

/// A code that got about: onto pages that list codes, or into a new place.
fn redeemed_elsewhere(dice: &mut Dice, shop: &Shop, trouble: &Trouble, tally: &mut Tally) {
    let since = if trouble.spills { dice.whole(5, 18) } else { trouble.since };
    if trouble.wrong != Wrong::CodeLeaked && !trouble.spills {
        return;
    }
    let redeemed = tally.day[since..].iter().map(|day| day.redeemed.unwrap().all());
    let (sum, days) = redeemed.fold((0.0, 0.0), |(sum, days), one| (sum + one, days + 1.0));
    // Who looks for a code at the checkout does so whether or not there was a post that day.
    for day in since..DAYS {
        let more = dice.count(LEAKED_PER_OTHER * sum / days * shop.mood[day], 8.0);
        let origins = tally.day[day].redeemed.as_mut().unwrap();
        if trouble.spills {
            let sent = dice.of(more, 0.8);
            origins.channel += sent;
            origins.typed += more - sent;
        } else {
            let listed = dice.of(more, trouble.listed);
            origins.coupon += listed;
            origins.typed += more - listed;
        }
    }
}
