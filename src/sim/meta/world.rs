//! The ad accounts behind the emulated Marketing API: objects inside each other, and what each ad did on each day.
//!
//! Owns: sums over ads, and which standing an object has below a paused parent.
//! Refuses: saying anything over the wire.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;

/// What an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A campaign.
    Campaign,
    /// An ad set.
    AdSet,
    /// An ad.
    Ad,
}

/// What one ad did on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AdDay {
    /// Times it was shown.
    pub impressions: u64,
    /// People who saw it.
    pub reach: u64,
    /// Clicks on its link.
    pub clicks: u64,
    /// Hundredths of the currency.
    pub spend_hundredths: u64,
    /// Videos played for 3 seconds.
    pub plays: u64,
    /// Purchases within 7 days after a click.
    pub bought_after_click: u64,
    /// Purchases within a day after a view, without a click.
    pub bought_after_view: u64,
    /// Their value, in hundredths; nothing where the shop does not tell values.
    pub value_hundredths: Option<u64>,
}

/// A campaign, an ad set or an ad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// What it is.
    pub kind: Kind,
    /// Its account.
    pub account: String,
    /// What it is a part of.
    pub parent: Option<String>,
    /// `ACTIVE`, `PAUSED`, `ARCHIVED` or `DELETED`.
    pub status: String,
    /// In the platform's unit; 0 is none.
    pub lifetime_budget: u64,
    /// The same by the day.
    pub daily_budget: u64,
    /// People that an ad has reached in all.
    pub reached: u64,
}

/// An ad account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// An IANA zone.
    pub zone: String,
    /// An ISO 4217 code.
    pub currency: String,
}

#[derive(Debug, Default)]
struct State {
    accounts: BTreeMap<String, Account>,
    things: BTreeMap<String, Thing>,
    days: BTreeMap<(String, Date), AdDay>,
}

/// Everything there is.
#[derive(Debug, Default)]
pub struct MetaWorld(Mutex<State>);

impl MetaWorld {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an account; the id is its digits.
    pub fn add_account(&self, id: &str, zone: &str, currency: &str) {
        let account = Account { zone: zone.to_owned(), currency: currency.to_owned() };
        self.lock().accounts.insert(id.to_owned(), account);
    }

    /// Adds a campaign that runs.
    pub fn add_campaign(&self, account: &str, id: &str) {
        self.add(Kind::Campaign, account, id, None);
    }

    /// Adds an ad set that runs.
    pub fn add_ad_set(&self, campaign: &str, id: &str) {
        self.add_below(Kind::AdSet, campaign, id);
    }

    /// Adds an ad that runs.
    pub fn add_ad(&self, ad_set: &str, id: &str) {
        self.add_below(Kind::Ad, ad_set, id);
    }

    fn add_below(&self, kind: Kind, parent: &str, id: &str) {
        let account = self.lock().things.get(parent).map(|thing| thing.account.clone());
        if let Some(account) = account {
            self.add(kind, &account, id, Some(parent.to_owned()));
        }
    }

    fn add(&self, kind: Kind, account: &str, id: &str, parent: Option<String>) {
        let thing = Thing {
            kind,
            account: account.to_owned(),
            parent,
            status: "ACTIVE".to_owned(),
            lifetime_budget: 0,
            daily_budget: 0,
            reached: 0,
        };
        self.lock().things.insert(id.to_owned(), thing);
    }

    /// Changes an object, if it exists.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Thing)) {
        if let Some(thing) = self.lock().things.get_mut(id) {
            change(thing);
        }
    }

    /// What an ad did on a day of its account; said again, it is restated.
    pub fn set_day(&self, ad: &str, day: Date, did: AdDay) {
        self.lock().days.insert((ad.to_owned(), day), did);
    }

    /// Takes a day away: as if nothing had been delivered.
    pub fn clear_day(&self, ad: &str, day: Date) {
        self.lock().days.remove(&(ad.to_owned(), day));
    }

    /// An account.
    #[must_use]
    pub fn account(&self, id: &str) -> Option<Account> {
        self.lock().accounts.get(id).cloned()
    }

    /// An object.
    #[must_use]
    pub fn thing(&self, id: &str) -> Option<Thing> {
        self.lock().things.get(id).cloned()
    }

    /// The objects of a kind in an account, by id.
    pub(super) fn things(&self, account: &str, kind: Kind) -> Vec<(String, Thing)> {
        let state = self.lock();
        let of = state.things.iter().filter(|(_, thing)| thing.account == account && thing.kind == kind);
        of.map(|(id, thing)| (id.clone(), thing.clone())).collect()
    }

    /// How many ads run: the allowances grow with them.
    pub(super) fn active_ads(&self, account: &str) -> u64 {
        let active = self.things(account, Kind::Ad).into_iter().filter(|(_, thing)| thing.status == "ACTIVE");
        active.fold(0, |count, _| count + 1)
    }

    /// What stands above its own status.
    pub(super) fn effective(&self, thing: &Thing) -> String {
        if thing.status != "ACTIVE" {
            return thing.status.clone();
        }
        let parent = thing.parent.as_deref().and_then(|id| self.thing(id));
        match parent {
            None => "ACTIVE".to_owned(),
            Some(parent) if parent.status != "ACTIVE" && parent.kind == Kind::AdSet => "ADSET_PAUSED".to_owned(),
            Some(parent) => match self.effective(&parent).as_str() {
                "ACTIVE" => "ACTIVE".to_owned(),
                _ => "CAMPAIGN_PAUSED".to_owned(),
            },
        }
    }

    /// The ads below an object, itself where it is one.
    pub(super) fn ads_of(&self, id: &str) -> Vec<String> {
        let state = self.lock();
        let is_below = |ad: &str| {
            let mut at = Some(ad.to_owned());
            while let Some(one) = at {
                if one == id {
                    return true;
                }
                at = state.things.get(&one).and_then(|thing| thing.parent.clone());
            }
            false
        };
        let ads = state.things.iter().filter(|(_, thing)| thing.kind == Kind::Ad);
        ads.map(|(ad, _)| ad.clone()).filter(|ad| is_below(ad)).collect()
    }

    /// What these ads did together from one day to another, both included, by day.
    pub(super) fn sums(&self, ads: &[String], from: Date, until: Date) -> BTreeMap<Date, AdDay> {
        let state = self.lock();
        let mut sums: BTreeMap<Date, AdDay> = BTreeMap::new();
        for ((_, day), did) in
            state.days.iter().filter(|((ad, day), _)| ads.contains(ad) && (from..=until).contains(day))
        {
            let sum = sums.entry(*day).or_default();
            *sum = sum.and(*did);
        }
        sums
    }

    /// People that these ads have reached in all.
    pub(super) fn reached(&self, ads: &[String]) -> u64 {
        let state = self.lock();
        ads.iter().filter_map(|ad| state.things.get(ad)).map(|thing| thing.reached).sum()
    }
}

impl AdDay {
    pub(super) fn and(self, other: Self) -> Self {
        let value = match (self.value_hundredths, other.value_hundredths) {
            (None, None) => None,
            (one, two) => Some(one.unwrap_or_default() + two.unwrap_or_default()),
        };
        Self {
            impressions: self.impressions + other.impressions,
            reach: self.reach + other.reach,
            clicks: self.clicks + other.clicks,
            spend_hundredths: self.spend_hundredths + other.spend_hundredths,
            plays: self.plays + other.plays,
            bought_after_click: self.bought_after_click + other.bought_after_click,
            bought_after_view: self.bought_after_view + other.bought_after_view,
            value_hundredths: value,
        }
    }
}
