//! A day of polls that never happens: what so many creators would cost at a source.
//!
//! Owns: a made-up world of creators, posts and one campaign ([`made_up`]), and the walk of the planner through a day of it
//! ([`walk`]). What is counted is what [`crate::sources::Settings::cost`] says of the same requests that the service would
//! send, so a plan and a day at the platform differ only where the platform charges for what cannot be known before: later
//! pages.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

use super::heat::Heat;
use super::{Asked, Due, Pacing, Tick};
use crate::app::catalog::Catalog;
use crate::app::config::{Cadence, SourceConfig};
use crate::app::memories::Memories;
use crate::app::records::PostRecord;
use crate::app::schedule::Schedule;
use crate::app::sourcing;
use crate::domain::document::Documents;
use crate::domain::ids::{CreatorId, Platform, PostRef, SourceId};
use crate::domain::money::Money;
use crate::domain::num;
use crate::sources::quota::{Buckets, May, Reset};
use crate::sources::{Assumed, Planned, Request, Settings};

/// The posts of each creator were published over so long.
pub const POSTS_OVER: SignedDuration = SignedDuration::from_hours(60 * 24);

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Creators that can be planned for: more are several installations.
pub const CREATORS_MAX: u32 = 100_000;

/// Posts of all creators that can be planned for.
pub const POSTS_MAX: u32 = 2_000_000;

/// How much is planned for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Creators with an account at the platform.
    pub creators: u32,
    /// Posts that are followed of each.
    pub posts: u32,
}

/// How a plan is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Decides which targets are asked at which tick.
    pub seed: u64,
    /// Percent of each budget that are left alone, as the service does.
    pub reserve: u32,
    /// What is taken for granted.
    pub assumed: Assumed,
}

/// What one bucket is asked to give.
#[derive(Debug, Clone, PartialEq)]
pub struct BucketBill {
    /// The platform's name of it.
    pub bucket: String,
    /// Units in the day.
    pub units: u64,
    /// Units there are.
    pub budget: u32,
    /// When they are back.
    pub reset: Reset,
    /// The largest share of it that was ever in use, where a poll waits for it to fill of what fills in that time too; above 1
    /// it does not fit.
    pub share: f64,
    /// How long a poll waits for it to fill, in all.
    pub waits: SignedDuration,
}

/// What a day at one source costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Bill {
    /// Polls.
    pub polls: u32,
    /// Calls, where they are known.
    pub calls: Option<u64>,
    /// By bucket.
    pub buckets: Vec<BucketBill>,
    /// In money, where the platform charges for it.
    pub money: Option<Money>,
    /// What may be spent a day.
    pub money_max: Option<Money>,
    /// The most calls of one poll, and how many it may make, where that is too many.
    pub too_many: Option<(u32, u32)>,
    /// What is taken for granted.
    pub assumed: Vec<String>,
    /// Polls that would have been cut short or left out, and the first of them.
    pub short: Option<(u32, Timestamp)>,
}

impl Bill {
    /// Whether every poll can be made with the reserve left alone.
    #[must_use]
    pub fn fits(&self) -> bool {
        self.short.is_none() && self.too_many.is_none() && self.money_over().is_none()
    }

    /// The day's cap on money, where the day costs more.
    #[must_use]
    pub fn money_over(&self) -> Option<Money> {
        let (money, most) = self.money.zip(self.money_max)?;
        (money.currency == most.currency && most.minor < money.minor).then_some(most)
    }

    /// How much of the creators fits, where not all do.
    #[must_use]
    pub fn part_that_fits(&self, reserve: u32) -> f64 {
        let free = 1.0 - f64::from(std::cmp::min(reserve, 100)) / 100.0;
        let worst = self.buckets.iter().map(|bucket| bucket.share).fold(0.0, f64::max);
        let of = |given: i64, wanted: i64| num::f64_of(given) / num::f64_of(std::cmp::max(wanted, 1));
        let parts = [
            if worst <= free { 1.0 } else { free / worst },
            self.too_many.map_or(1.0, |(calls, most)| of(i64::from(most), i64::from(calls))),
            self.money_over().zip(self.money).map_or(1.0, |(most, money)| of(most.minor, money.minor)),
        ];
        parts.into_iter().fold(1.0, f64::min)
    }
}

/// A world that could be: creators with one account each at the source's platform, their posts, one campaign in which each
/// has a code, a link, a boost and a piece that is live.
///
/// Ids are digits, which every platform takes; a post of Facebook's names its Page first. An error is a defect of this function.
pub fn made_up(id: &SourceId, config: &SourceConfig, size: Size, day: Timestamp) -> anyhow::Result<Catalog> {
    let platform = config.kind.settings().platform();
    let brand = config.common.brand.as_ref().map_or("plan", |brand| brand.as_str());
    let date = |days: i64| {
        let at = day.checked_add(SignedDuration::from_hours(24 * days)).unwrap_or(day);
        at.strftime("%Y-%m-%d").to_string()
    };
    let mut text = format!(
        "[[brand]]\nid = \"{brand}\"\nname = \"Plan\"\nzone = \"UTC\"\ncurrency = \"EUR\"\naccounts = {{ {platform} = \"1\" }}\n\
         [[campaign]]\nid = \"plan\"\nbrand = \"{brand}\"\nstarts = {}\nends = {}\n",
        date(-30),
        date(30)
    );
    for n in 0..size.creators {
        let (creator, account) = (creator_of(n), account_of(n));
        write!(
            text,
            "[[creator]]\nid = \"{creator}\"\naccounts = {{ {platform} = \"{account}\" }}\n\
             [[partnership]]\ncampaign = \"plan\"\ncreator = \"{creator}\"\ncodes = [\"PLAN{n:07}\"]\nlink = \"{creator}\"\n\
             [[boost]]\nid = \"{creator}\"\npartnership = \"plan/{creator}\"\nsource = \"{id}\"\nref = \"{}\"\n\
             budget = \"100.00 EUR\"\n",
            3_000_000_000_u64 + u64::from(n),
        )?;
        if 0 < size.posts {
            write!(
                text,
                "[[deliverable]]\npartnership = \"plan/{creator}\"\nid = \"one\"\nplatform = \"{platform}\"\nformat = \"post\"\n\
                 fee = \"100.00 EUR\"\ndue = {}\nstate = \"live\"\npost = \"{}\"\n",
                date(1),
                post_of(platform, size, n, 0)
            )?;
        }
    }
    let mut catalog = Catalog::default();
    Documents::from_toml(&text)?.into_list().for_each(|document| catalog.take(document));
    for n in 0..size.creators {
        let creator = CreatorId::new(&creator_of(n))?;
        for k in 0..size.posts {
            catalog.know_post(PostRecord {
                platform,
                post: PostRef::new(&post_of(platform, size, n, k))?,
                creator: creator.clone(),
                published_at: published(size, n, k, day),
                title: None,
                text: None,
                format: None,
                known_at: None,
                earlier: Vec::new(),
            });
        }
    }
    Ok(catalog)
}

fn creator_of(n: u32) -> String {
    format!("plan-{n:07}")
}

fn account_of(n: u32) -> String {
    (1_000_000_000_u64 + u64::from(n)).to_string()
}

fn post_of(platform: Platform, size: Size, n: u32, k: u32) -> String {
    let digits = 2_000_000_000_u64 + u64::from(n) * u64::from(size.posts) + u64::from(k);
    if platform == Platform::Facebook { format!("{}_{digits}", account_of(n)) } else { digits.to_string() }
}

/// Evenly over [`POSTS_OVER`], each creator a little after the one before, so that every age is there.
fn published(size: Size, n: u32, k: u32, day: Timestamp) -> Timestamp {
    let all = i64::from(size.creators) * i64::from(size.posts);
    let place = i64::from(k) * i64::from(size.creators) + i64::from(n);
    let secs = POSTS_OVER.as_secs().saturating_mul(place).checked_div(all).unwrap_or(0);
    day.checked_sub(SignedDuration::from_secs(secs)).unwrap_or(day)
}

/// Every poll of the 24 hours from `day` on, in order, as the service would send it. A day before it is walked too, so that
/// what is asked less often has found its rhythm.
pub fn walk(
    id: &SourceId,
    config: &SourceConfig,
    catalog: &Catalog,
    seed: u64,
    day: Timestamp,
    mut visit: impl FnMut(&[Due], Timestamp),
) {
    walk_both(id, config, catalog, seed, day, |due, at| {
        if day <= at {
            visit(due, at);
        }
    });
}

/// The same, with the polls of the day before.
fn walk_both(
    id: &SourceId,
    config: &SourceConfig,
    catalog: &Catalog,
    seed: u64,
    day: Timestamp,
    mut visit: impl FnMut(&[Due], Timestamp),
) {
    let when = &config.common;
    let Ok(schedule) = Schedule::new(&when.schedule, when.zone.rules()) else { return };
    let (mut asked, mut now) = (Asked::default(), day.checked_sub(DAY).unwrap_or(day));
    let end = day.checked_add(DAY).unwrap_or(day);
    let slack = when.jitter.0.saturating_add(when.spread.0);
    while let Some(at) = schedule.next_after(now).filter(|at| *at < end) {
        let tick = Tick { at, next: schedule.next_after(at).unwrap_or(at), slack };
        let all = sourcing::request(id, config, catalog, at).targets;
        let heat = (when.cadence == Cadence::Adaptive).then(|| Heat::of(catalog, &Memories::default(), at));
        let pacing = Pacing { source: id, seed, config, heat: heat.as_ref() };
        let due = super::due(all, &pacing, &mut asked, &tick);
        asked.note(&due, at);
        if !due.is_empty() {
            for part in super::parts(due, config.kind.settings(), super::span(config, &tick), at) {
                visit(&part, at);
            }
        }
        now = at;
    }
}

/// A bill while it is written.
struct Account<'a> {
    settings: &'a dyn Settings,
    terms: Terms,
    /// What would be spent if nothing were refused, and what may be.
    free: Buckets,
    real: Buckets,
    /// The poll before the next one.
    before: Option<Request>,
    charged: Vec<Request>,
    bill: Bill,
}

impl<'a> Account<'a> {
    fn new(settings: &'a dyn Settings, terms: Terms) -> Self {
        let budgets = settings.budgets();
        let (free, real) = (Buckets::new(budgets.clone()), Buckets::new(budgets.clone()));
        let buckets = budgets.into_iter().map(|budget| BucketBill {
            bucket: budget.bucket,
            units: 0,
            budget: budget.units,
            reset: budget.reset,
            share: 0.0,
            waits: settings.waits(),
        });
        let bill = Bill {
            polls: 0,
            calls: None,
            buckets: buckets.collect(),
            money: None,
            money_max: settings.money_max(),
            too_many: None,
            assumed: settings.assumes(terms.assumed),
            short: None,
        };
        Self { settings, terms, free, real, before: None, charged: Vec::new(), bill }
    }

    fn poll(&mut self, due: &[Due], at: Timestamp) {
        let (settings, request) = (self.settings, request_of(due, at));
        let estimate = |request: &Request, before: Option<&Request>| {
            settings.estimate(&Planned { request, before, assumed: self.terms.assumed })
        };
        let expected = estimate(&request, self.before.as_ref());
        let fits = self.real.is_empty()
            || super::may_ask(settings, &self.real, &request, self.terms.reserve, at).0 == May::Spend;
        let spent = if fits {
            expected.units.clone()
        } else {
            let some = super::fitting(due, settings, &self.real, self.terms.reserve, at).0;
            estimate(&request_of(&some, at), self.before.as_ref()).units
        };
        let bill = &mut self.bill;
        bill.polls = bill.polls.saturating_add(1);
        if let Some(calls) = expected.calls {
            bill.calls = Some(bill.calls.unwrap_or(0).saturating_add(u64::from(calls)));
            let most = settings.calls_max().filter(|most| *most < calls);
            bill.too_many = std::cmp::max(bill.too_many, most.map(|most| (calls, most)));
        }
        for (bucket, units) in &expected.units {
            self.free.spend(bucket, *units, at);
        }
        let mut over = false;
        for one in &mut bill.buckets {
            let units = expected.units.iter().find(|row| row.0 == one.bucket).map_or(0, |row| row.1);
            one.units = one.units.saturating_add(u64::from(units));
            let share = f64::from(self.free.spent(&one.bucket, at)) / one.room();
            one.share = f64::max(one.share, share);
            over |= one.waits.is_positive() && 1.0 < share;
        }
        for (bucket, units) in &spent {
            self.real.spend(bucket, *units, at);
        }
        if !fits || over {
            bill.short = Some(bill.short.map_or((1, at), |(n, first)| (n + 1, first)));
        }
        if settings.money(std::slice::from_ref(&request)).is_some() {
            self.charged.push(request);
        }
    }
}

impl BucketBill {
    /// What a poll can have of it: what is in it, and what comes back while the poll waits.
    fn room(&self) -> f64 {
        let secs = self.waits.as_secs_f64();
        let budget = f64::from(std::cmp::max(self.budget, 1));
        match self.reset {
            Reset::Refill { per_second } => budget + f64::from(per_second) * secs,
            Reset::Every { secs: each } | Reset::Rolling { secs: each } => budget * (1.0 + secs / f64::from(each)),
            Reset::PacificDay | Reset::UtcDay | Reset::Decay { .. } => budget,
        }
    }
}

/// What a day costs.
#[must_use]
pub fn bill(id: &SourceId, config: &SourceConfig, catalog: &Catalog, terms: Terms, day: Timestamp) -> Bill {
    let settings = config.kind.settings();
    let mut account = Account::new(settings, terms);
    walk_both(id, config, catalog, terms.seed, day, |due, at| {
        if day <= at {
            account.poll(due, at);
        }
        account.before = Some(request_of(due, at));
    });
    let Account { mut bill, charged, .. } = account;
    bill.money = settings.estimate_money(&charged).filter(|_| !charged.is_empty());
    bill
}

/// A request for what is due.
#[must_use]
pub fn request_of(due: &[Due], now: Timestamp) -> Request {
    Request { targets: due.iter().map(|one| one.target.clone()).collect(), now }
}

/// A share as people read it: `96.0 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.1} %", num::six_digits(share * 100.0))
}
