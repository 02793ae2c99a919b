//! What there is at Google: channels and who watched them, sites and who came, customers and what they bought.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;

/// What was watched on a day.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Watched {
    /// Times it was shared.
    pub shares: i64,
    /// Minutes.
    pub minutes: i64,
    /// Minutes that the whole number leaves out, in hundredths.
    pub hundredths: i64,
}

/// A channel: its days, and those of its posts.
#[derive(Debug, Clone, Default)]
pub(super) struct Channel {
    pub days: BTreeMap<Date, Watched>,
    pub videos: BTreeMap<String, BTreeMap<Date, Watched>>,
}

/// Visits of one kind on one day.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// The day in the property's zone.
    pub date: Date,
    /// `utm_source`.
    pub source: String,
    /// `utm_campaign`.
    pub campaign: String,
    /// `utm_content`.
    pub content: String,
    /// How many.
    pub sessions: i64,
    /// Purchases in them.
    pub purchases: i64,
    /// What they brought, as it is written.
    pub revenue: String,
    /// Key events by name, as they are written: `1.5`.
    pub events: BTreeMap<String, String>,
}

impl Visit {
    /// So many sessions of a link on a day.
    #[must_use]
    pub fn of(date: Date, (source, campaign, content): (&str, &str, &str), sessions: i64) -> Self {
        Self {
            date,
            source: source.to_owned(),
            campaign: campaign.to_owned(),
            content: content.to_owned(),
            sessions,
            purchases: 0,
            revenue: "0".to_owned(),
            events: BTreeMap::new(),
        }
    }
}

/// A property of Google Analytics.
#[derive(Debug, Clone)]
pub struct Property {
    /// Its zone.
    pub zone: String,
    /// Its currency.
    pub currency: String,
    /// Rows with fewer sessions than this are hidden, and the answer says so.
    pub threshold: i64,
    /// Its key events.
    pub key_events: Vec<String>,
    /// Who came.
    pub visits: Vec<Visit>,
}

/// Whether a campaign runs, in Google's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Run {
    /// `ENABLED`.
    Enabled,
    /// `PAUSED`.
    Paused,
    /// `REMOVED`.
    Removed,
}

/// A campaign or an ad group.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Whether it runs.
    pub run: Run,
    /// The number of its budget; an ad group has its campaign's.
    pub budget: u64,
}

/// A budget, in millionths.
#[derive(Debug, Clone, PartialEq)]
pub struct Budget {
    /// By the day.
    pub daily: Option<i64>,
    /// In all.
    pub total: Option<i64>,
    /// Made to be shared.
    pub shared: bool,
}

/// What a campaign or ad group did on a day.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stats {
    /// Spend in millionths.
    pub micros: i64,
    /// Clicks.
    pub clicks: i64,
    /// Impressions.
    pub impressions: i64,
    /// Conversions, in hundredths.
    pub conversions: i64,
    /// Their value, in hundredths.
    pub value: i64,
}

/// A customer of Google Ads.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// Its zone.
    pub zone: String,
    /// Its currency.
    pub currency: String,
    /// Its campaigns.
    pub campaigns: BTreeMap<u64, Campaign>,
    /// Its ad groups.
    pub ad_groups: BTreeMap<u64, Campaign>,
    /// Its budgets.
    pub budgets: BTreeMap<u64, Budget>,
    /// What campaigns and ad groups did, by number and day; their numbers are never the same.
    pub stats: BTreeMap<(u64, Date), Stats>,
}

/// All of it.
#[derive(Debug, Default)]
pub struct GoogleWorld {
    inner: Mutex<Things>,
}

#[derive(Debug, Default)]
pub(super) struct Things {
    pub channels: BTreeMap<String, Channel>,
    pub properties: BTreeMap<String, Property>,
    pub customers: BTreeMap<String, Customer>,
    /// Days until a channel's numbers are shown.
    pub late_days: i64,
}

impl GoogleWorld {
    /// An empty world whose channels are shown three days late.
    #[must_use]
    pub fn new() -> Self {
        Self { inner: Mutex::new(Things { late_days: 3, ..Things::default() }) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Things> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many days late a channel's numbers are shown.
    pub fn set_late_days(&self, days: i64) {
        self.lock().late_days = days;
    }

    /// Says what was watched on a day: of a channel, or of one of its posts.
    pub fn watch(&self, channel: &str, video: Option<&str>, day: Date, watched: Watched) {
        let mut things = self.lock();
        let channel = things.channels.entry(channel.to_owned()).or_default();
        let days = match video {
            Some(video) => channel.videos.entry(video.to_owned()).or_default(),
            None => &mut channel.days,
        };
        days.insert(day, watched);
    }

    /// A post that nobody watched yet.
    pub fn publish(&self, channel: &str, video: &str) {
        self.lock().channels.entry(channel.to_owned()).or_default().videos.entry(video.to_owned()).or_default();
    }

    /// Puts a property there, or another in its place.
    pub fn put_property(&self, id: &str, property: Property) {
        self.lock().properties.insert(id.to_owned(), property);
    }

    /// Changes a property.
    pub fn with_property(&self, id: &str, change: impl FnOnce(&mut Property)) {
        if let Some(property) = self.lock().properties.get_mut(id) {
            change(property);
        }
    }

    /// Puts a customer there, or another in its place.
    pub fn put_customer(&self, id: &str, customer: Customer) {
        self.lock().customers.insert(id.to_owned(), customer);
    }

    /// Changes a customer.
    pub fn with_customer(&self, id: &str, change: impl FnOnce(&mut Customer)) {
        if let Some(customer) = self.lock().customers.get_mut(id) {
            change(customer);
        }
    }

    /// A customer as it is.
    #[must_use]
    pub fn customer(&self, id: &str) -> Option<Customer> {
        self.lock().customers.get(id).cloned()
    }
}
