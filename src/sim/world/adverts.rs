//! Boosts at the ad platforms that keep switch, budget and days of their objects themselves: Meta, `TikTok` and Google.
//!
//! Owns: which creator's boost runs where, and what it delivers in each step: nothing while it is paused there or its budget
//! is used up. Refuses: a switch of its own; the emulated platform has the only one.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::living::{Boosted, LivingWorld};
use crate::domain::money::Currency;
use crate::domain::num::u64_of_len;
use crate::sim::google::{Budget, Campaign, Customer, GoogleWorld, Run, Stats};
use crate::sim::meta::{AdDay, MetaWorld};
use crate::sim::tiktok_ads::{AdsWorld, DayNow, Level, Mode, Status, Thing};

/// The ad account at Meta, by its digits.
pub const META_ACCOUNT: &str = "66782684";
/// The advertiser at `TikTok`.
pub const TIKTOK_ADVERTISER: &str = "7000000000000000001";
/// The customer at Google.
pub const GOOGLE_CUSTOMER: &str = "1234567890";

/// Times an ad is shown for a click.
const SHOWN_PER_CLICK: i64 = 70;

/// Where a boost runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buyer {
    /// At Meta.
    Meta,
    /// At `TikTok`.
    Tiktok,
    /// At Google.
    Google,
    /// Wherever an agency buys it, which tells and obeys in its own way.
    Agency,
}

/// Where each creator's boost runs, by their place; from the ninth on it begins anew.
const BOUGHT: [Buyer; 8] = [
    Buyer::Meta,
    Buyer::Meta,
    Buyer::Tiktok,
    Buyer::Agency,
    Buyer::Google,
    Buyer::Tiktok,
    Buyer::Google,
    Buyer::Agency,
];

impl Buyer {
    /// Of a creator's boost.
    #[must_use]
    pub fn of(place: usize) -> Self {
        BOUGHT.get(place % BOUGHT.len()).copied().unwrap_or(Self::Agency)
    }

    /// What the platform calls a creator's campaign; `None` where the agency has its own word.
    #[must_use]
    pub fn reference(self, place: usize) -> Option<String> {
        match self {
            Self::Meta => Some(format!("120210{place:06}")),
            Self::Tiktok => Some(format!("18522722{place:08}")),
            Self::Google => Some(number_of(place).to_string()),
            Self::Agency => None,
        }
    }
}

/// A campaign's number at Google.
fn number_of(place: usize) -> u64 {
    20_000 + u64_of_len(place)
}

/// A budget's number at Google.
fn budget_of(place: usize) -> u64 {
    30_000 + u64_of_len(place)
}

/// The boosts.
#[derive(Debug)]
pub struct Adverts {
    living: Arc<LivingWorld>,
    meta: Arc<MetaWorld>,
    tiktok: Arc<AdsWorld>,
    google: Arc<GoogleWorld>,
    zone: TimeZone,
    books: Mutex<Books>,
}

#[derive(Debug)]
struct Books {
    until: Timestamp,
    spent: BTreeMap<usize, i64>,
    days: BTreeMap<(usize, Date), Boosted>,
}

impl Adverts {
    /// Sets up a running campaign for every boost that is bought at a platform, each with what it may spend in all, in
    /// cents; `zone` is that of all three accounts, which are in euro. They deliver from `start` on.
    #[must_use]
    pub fn new(
        living: &Arc<LivingWorld>,
        google: &Arc<GoogleWorld>,
        (zone, euro): (&TimeZone, Currency),
        budget_minor: i64,
        start: Timestamp,
    ) -> Self {
        let name = zone.iana_name().unwrap_or("UTC");
        let (meta, tiktok) = (MetaWorld::default(), AdsWorld::new(TIKTOK_ADVERTISER, euro, name));
        meta.add_account(META_ACCOUNT, name, euro.code());
        let mut customer = Customer { zone: name.to_owned(), currency: euro.code().to_owned(), ..Customer::default() };
        for place in 0..living.creators().len() {
            let buyer = Buyer::of(place);
            let Some(id) = buyer.reference(place) else { continue };
            match buyer {
                Buyer::Meta => {
                    let (ad_set, ad) = (format!("{id}1"), format!("{id}2"));
                    meta.add_campaign(META_ACCOUNT, &id);
                    meta.add_ad_set(&id, &ad_set);
                    meta.add_ad(&ad_set, &ad);
                    meta.change(&id, |thing| thing.lifetime_budget = u64::try_from(budget_minor).unwrap_or(0));
                }
                Buyer::Tiktok => {
                    let running = Thing::running(None).with_budget(Mode::Total, budget_minor);
                    tiktok.add(Level::Campaign, &id, running);
                }
                Buyer::Google => {
                    let total = Some(budget_minor.saturating_mul(10_000));
                    customer.budgets.insert(budget_of(place), Budget { daily: None, total, shared: false });
                    let campaign = Campaign { run: Run::Enabled, budget: budget_of(place) };
                    customer.campaigns.insert(number_of(place), campaign);
                }
                Buyer::Agency => {}
            }
        }
        google.put_customer(GOOGLE_CUSTOMER, customer);
        Self {
            living: Arc::clone(living),
            meta: Arc::new(meta),
            tiktok: Arc::new(tiktok),
            google: Arc::clone(google),
            zone: zone.clone(),
            books: Mutex::new(Books { until: start, spent: BTreeMap::new(), days: BTreeMap::new() }),
        }
    }

    /// The accounts at Meta.
    #[must_use]
    pub fn meta(&self) -> &Arc<MetaWorld> {
        &self.meta
    }

    /// The advertiser at `TikTok`.
    #[must_use]
    pub fn tiktok(&self) -> &Arc<AdsWorld> {
        &self.tiktok
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every boost that runs delivers from the last time on to `now`, on the day on which that began: steps are short.
    pub fn advance(&self, now: Timestamp) {
        let mut books = self.books();
        let from = std::mem::replace(&mut books.until, now);
        let date = from.to_zoned(self.zone.clone()).date();
        for place in 0..self.living.creators().len() {
            let buyer = Buyer::of(place);
            let Some(id) = buyer.reference(place) else { continue };
            let Some(budget_minor) = self.may_spend(buyer, place, &id) else { continue };
            let more = self.living.boosted(place, from, now);
            let spent = books.spent.entry(place).or_default();
            if budget_minor < *spent + more.spend_minor {
                continue;
            }
            *spent += more.spend_minor;
            let day = books.days.entry((place, date)).or_default();
            day.spend_minor += more.spend_minor;
            day.clicks += more.clicks;
            day.orders += more.orders;
            day.revenue_minor += more.revenue_minor;
            let day = *day;
            self.tell(buyer, place, &id, (date, day), more.clicks);
        }
    }

    /// What a boost that runs may spend in all, in cents; `None` while it does not run.
    fn may_spend(&self, buyer: Buyer, place: usize, id: &str) -> Option<i64> {
        match buyer {
            Buyer::Meta => {
                let thing = self.meta.thing(id).filter(|thing| thing.status == "ACTIVE")?;
                i64::try_from(thing.lifetime_budget).ok()
            }
            Buyer::Tiktok => {
                let thing = self.tiktok.thing(Level::Campaign, id)?;
                (thing.status == Status::Enable).then_some(thing.budget)
            }
            Buyer::Google => {
                let mut total = None;
                self.google.with_customer(GOOGLE_CUSTOMER, |customer| {
                    let runs = customer.campaigns.get(&number_of(place)).is_some_and(|one| one.run == Run::Enabled);
                    let budget = customer.budgets.get(&budget_of(place)).and_then(|budget| budget.total);
                    total = budget.filter(|_| runs).map(|micros| micros / 10_000);
                });
                total
            }
            Buyer::Agency => None,
        }
    }

    fn tell(&self, buyer: Buyer, place: usize, id: &str, (date, day): (Date, Boosted), clicks: i64) {
        let count = |value: i64| u64::try_from(value).unwrap_or(0);
        let impressions = day.clicks * SHOWN_PER_CLICK;
        match buyer {
            Buyer::Meta => {
                let (ad, reach) = (format!("{id}2"), impressions * 2 / 3);
                let did = AdDay {
                    impressions: count(impressions),
                    reach: count(reach),
                    clicks: count(day.clicks),
                    spend_hundredths: count(day.spend_minor),
                    plays: count(impressions / 4),
                    bought_after_click: count(day.orders),
                    bought_after_view: 0,
                    value_hundredths: Some(count(day.revenue_minor)),
                };
                self.meta.set_day(&ad, date, did);
                self.meta.change(&ad, |thing| thing.reached += count(clicks * SHOWN_PER_CLICK / 2));
            }
            Buyer::Tiktok => {
                let did = DayNow {
                    spend: day.spend_minor,
                    impressions,
                    clicks: day.clicks,
                    purchases: Some(day.orders),
                    value: day.revenue_minor,
                };
                self.tiktok.set_day(Level::Campaign, id, date, Some(did));
            }
            Buyer::Google => {
                let did = Stats {
                    micros: day.spend_minor * 10_000,
                    clicks: day.clicks,
                    impressions,
                    conversions: day.orders * 100,
                    value: day.revenue_minor,
                };
                self.google.with_customer(GOOGLE_CUSTOMER, |customer| {
                    customer.stats.insert((number_of(place), date), did);
                });
            }
            Buyer::Agency => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn start() -> Timestamp {
        "2026-03-01T00:00:00Z".parse().expect("an instant")
    }

    fn adverts(budget_minor: i64) -> Adverts {
        let living = Arc::new(LivingWorld::new(7, start(), 8));
        let euro: Currency = "EUR".parse().expect("a currency");
        Adverts::new(&living, &Arc::new(GoogleWorld::new()), (&TimeZone::UTC, euro), budget_minor, start())
    }

    fn run(adverts: &Adverts, hours: std::ops::Range<i64>) {
        for step in hours.start * 6..hours.end * 6 {
            adverts.advance(start() + SignedDuration::from_mins(10 * (step + 1)));
        }
    }

    fn spent(adverts: &Adverts, place: usize) -> i64 {
        adverts.books().spent.get(&place).copied().unwrap_or(0)
    }

    fn switch(adverts: &Adverts, place: usize, on: bool) {
        let id = Buyer::of(place).reference(place).expect("at a platform");
        match Buyer::of(place) {
            Buyer::Meta => adverts.meta.change(&id, |thing| {
                let word = if on { "ACTIVE" } else { "PAUSED" };
                word.clone_into(&mut thing.status);
            }),
            Buyer::Tiktok => adverts.tiktok.change(Level::Campaign, &id, |thing| {
                thing.status = if on { Status::Enable } else { Status::Disable };
            }),
            Buyer::Google => adverts.google.with_customer(GOOGLE_CUSTOMER, |customer| {
                let campaign = customer.campaigns.get_mut(&number_of(place)).expect("there");
                campaign.run = if on { Run::Enabled } else { Run::Paused };
            }),
            Buyer::Agency => panic!("it is not at a platform"),
        }
    }

    #[test]
    fn what_is_paused_at_its_platform_spends_nothing_until_it_runs_again_there() {
        for place in [1, 2, 4] {
            let adverts = adverts(9_000_000);
            run(&adverts, 0..30);
            let before = spent(&adverts, place);
            assert!(0 < before, "{:?}", Buyer::of(place));
            switch(&adverts, place, false);
            run(&adverts, 30..60);
            assert_eq!(spent(&adverts, place), before);
            switch(&adverts, place, true);
            run(&adverts, 60..61);
            assert!(before < spent(&adverts, place));
        }
    }

    #[test]
    fn nothing_spends_more_than_its_budget_and_the_agencys_is_not_ours() {
        let adverts = adverts(40_000);
        run(&adverts, 0..24 * 6);
        for place in 0..8 {
            let spent = spent(&adverts, place);
            assert!(spent <= 40_000 && (spent == 0) == (Buyer::of(place) == Buyer::Agency), "{place}: {spent}");
        }
    }
}
