//! What the emulated advertiser has: campaigns, ad groups and ads, and what each did on each day.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::money::{Currency, Money};

/// The level of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// A campaign.
    Campaign,
    /// An ad group.
    AdGroup,
    /// An ad.
    Ad,
}

/// The switch of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// On.
    Enable,
    /// Off.
    Disable,
    /// Gone for good.
    Delete,
}

impl Status {
    /// In the API's words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enable => "ENABLE",
            Self::Disable => "DISABLE",
            Self::Delete => "DELETE",
        }
    }
}

/// What a budget is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// For each day.
    Day,
    /// For the whole time.
    Total,
    /// There is none.
    Infinite,
}

impl Mode {
    /// In the API's words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "BUDGET_MODE_DAY",
            Self::Total => "BUDGET_MODE_TOTAL",
            Self::Infinite => "BUDGET_MODE_INFINITE",
        }
    }
}

/// Whether a campaign is one of Smart+.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Automation {
    /// An ordinary one.
    Manual,
    /// One made by the methods under `smart_plus/`.
    Upgraded,
    /// One from before them.
    Legacy,
}

/// An object as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thing {
    /// Its switch.
    pub status: Status,
    /// What it hangs on: the campaign of an ad group, the ad group of an ad.
    pub above: Option<String>,
    /// What its budget is for.
    pub mode: Mode,
    /// Its budget, in minor units.
    pub budget: i64,
    /// Of a campaign: whether it spreads its budget over its ad groups.
    pub spreads: bool,
    /// Of a campaign: how it is run.
    pub automation: Automation,
    /// What it says beside its switch, such as `CAMPAIGN_STATUS_ENABLE`; worked out from the switch where empty.
    pub secondary: &'static str,
}

impl Thing {
    /// Something that runs, without a budget of its own.
    #[must_use]
    pub fn running(above: Option<&str>) -> Self {
        Self {
            status: Status::Enable,
            above: above.map(str::to_owned),
            mode: Mode::Infinite,
            budget: 0,
            spreads: false,
            automation: Automation::Manual,
            secondary: "",
        }
    }

    /// The same with a budget.
    #[must_use]
    pub fn with_budget(self, mode: Mode, budget: i64) -> Self {
        Self { mode, budget, ..self }
    }
}

/// What an object did on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayNow {
    /// Minor units.
    pub spend: i64,
    /// Impressions.
    pub impressions: i64,
    /// Clicks.
    pub clicks: i64,
    /// Purchases in the web shop; `None` is written `-`.
    pub purchases: Option<i64>,
    /// What they were worth together, in minor units.
    pub value: i64,
}

/// Where the numbers of days come from, when it is not the world itself.
pub trait Delivery: Send + Sync {
    /// What an object did on a day, as far as it is known at `now`; `None` where nothing was delivered.
    fn day(&self, level: Level, id: &str, date: Date, now: Timestamp) -> Option<DayNow>;
}

/// A change that was made by a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// The object.
    pub id: String,
    /// `DISABLE`, or the budget as money is written.
    pub to: String,
    /// The method that made it.
    pub by: String,
}

/// The advertiser.
pub struct AdsWorld {
    /// Its id.
    pub advertiser: String,
    /// What its money is in.
    pub currency: Currency,
    /// The zone of its days.
    pub zone: String,
    delivery: Option<Arc<dyn Delivery>>,
    things: Mutex<Things>,
}

impl fmt::Debug for AdsWorld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AdsWorld({})", self.advertiser)
    }
}

#[derive(Default)]
struct Things {
    objects: BTreeMap<(Level, String), Thing>,
    days: BTreeMap<(Level, String, Date), DayNow>,
    changes: Vec<Change>,
    broken: Vec<String>,
}

impl AdsWorld {
    /// An advertiser without a campaign.
    #[must_use]
    pub fn new(advertiser: &str, currency: Currency, zone: &str) -> Self {
        let (advertiser, zone) = (advertiser.to_owned(), zone.to_owned());
        Self { advertiser, currency, zone, delivery: None, things: Mutex::default() }
    }

    /// The same with days from elsewhere.
    #[must_use]
    pub fn fed_by(self, delivery: Arc<dyn Delivery>) -> Self {
        Self { delivery: Some(delivery), ..self }
    }

    fn lock(&self) -> MutexGuard<'_, Things> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// There is such an object from now on.
    pub fn add(&self, level: Level, id: &str, thing: Thing) {
        self.lock().objects.insert((level, id.to_owned()), thing);
    }

    /// An object did so much on a day; said again, it is restated. `None` takes the day away.
    pub fn set_day(&self, level: Level, id: &str, date: Date, day: Option<DayNow>) {
        let key = (level, id.to_owned(), date);
        match day {
            Some(day) => drop(self.lock().days.insert(key, day)),
            None => drop(self.lock().days.remove(&key)),
        }
    }

    /// An object as it is.
    #[must_use]
    pub fn thing(&self, level: Level, id: &str) -> Option<Thing> {
        self.lock().objects.get(&(level, id.to_owned())).cloned()
    }

    /// Changes an object behind everybody's back.
    pub fn change(&self, level: Level, id: &str, how: impl FnOnce(&mut Thing)) {
        if let Some(thing) = self.lock().objects.get_mut(&(level, id.to_owned())) {
            how(thing);
        }
    }

    /// Changes of this object are accepted and not made: it ends in the list of errors.
    pub fn fail_quietly(&self, id: &str) {
        self.lock().broken.push(id.to_owned());
    }

    /// Every change that a request made, oldest first.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        self.lock().changes.clone()
    }

    pub(super) fn is_broken(&self, id: &str) -> bool {
        self.lock().broken.iter().any(|broken| broken == id)
    }

    pub(super) fn day(&self, level: Level, id: &str, date: Date, now: Timestamp) -> Option<DayNow> {
        match &self.delivery {
            Some(delivery) => delivery.day(level, id, date, now),
            None => self.lock().days.get(&(level, id.to_owned(), date)).copied(),
        }
    }

    /// What an object has spent in all, as far as days were set.
    pub(super) fn spent(&self, level: Level, id: &str) -> i64 {
        let things = self.lock();
        things
            .days
            .iter()
            .filter(|((of, whose, _), _)| (*of, whose.as_str()) == (level, id))
            .map(|(_, day)| day.spend)
            .sum()
    }

    pub(super) fn set_status(&self, level: Level, id: &str, status: Status, by: &str, at: Timestamp) {
        let mut things = self.lock();
        if let Some(thing) = things.objects.get_mut(&(level, id.to_owned())) {
            thing.status = status;
            let to = status.as_str().to_owned();
            things.changes.push(Change { at, id: id.to_owned(), to, by: by.to_owned() });
        }
    }

    pub(super) fn set_budget(&self, level: Level, id: &str, minor: i64, by: &str, at: Timestamp) {
        let to = Money::new(minor, self.currency).to_string();
        let mut things = self.lock();
        if let Some(thing) = things.objects.get_mut(&(level, id.to_owned())) {
            thing.budget = minor;
            things.changes.push(Change { at, id: id.to_owned(), to, by: by.to_owned() });
        }
    }
}
