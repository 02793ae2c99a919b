//! Who is on the emulated Instagram, what they posted, and the numbers of it.
//!
//! Owns: accounts, media, daily numbers of accounts. Whoever holds it changes it; the server only shows it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// How long a story can be seen.
const STORY: SignedDuration = SignedDuration::from_hours(24);

/// What kind of account it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A business or creator account.
    Professional,
    /// A personal account: the API does not know it.
    Personal,
    /// A professional account that is shown to adults only: discovery does not find it.
    AgeGated,
}

/// Where a piece of media is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// A photo, a video or an album in the feed.
    Feed,
    /// A reel.
    Reels,
    /// A story, for 24 hours.
    Story,
}

impl Product {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Feed => "FEED",
            Self::Reels => "REELS",
            Self::Story => "STORY",
        }
    }
}

/// What is there to see of a piece of media's insights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Insights {
    /// What it has.
    Shown,
    /// An empty set: not worked out yet, or not available.
    Empty,
    /// It was posted before the account became a professional one.
    BeforeConversion,
}

/// An account.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The handle.
    pub username: String,
    /// What kind of account it is.
    pub standing: Standing,
    /// Followers.
    pub followers: i64,
    pub(super) id: String,
    pub(super) scoped: String,
    pub(super) days: BTreeMap<Date, BTreeMap<String, i64>>,
}

/// A piece of media.
#[derive(Debug, Clone)]
pub struct Media {
    /// The platform's id of it.
    pub id: String,
    /// Whose.
    pub username: String,
    /// What stands in its address: a shortcode, a number for a story.
    pub code: String,
    /// Where it is shown.
    pub product: Product,
    /// `IMAGE`, `VIDEO` or `CAROUSEL_ALBUM`.
    pub media_type: &'static str,
    /// Its text.
    pub caption: Option<String>,
    /// When it was posted.
    pub published_at: Timestamp,
    /// Likes.
    pub likes: i64,
    /// Whether the owner hides how many like it.
    pub likes_hidden: bool,
    /// Comments.
    pub comments: i64,
    /// Every insight by its name in the API; one that is not here is left out of answers.
    pub numbers: BTreeMap<String, i64>,
    /// What is there to see of them.
    pub insights: Insights,
    /// Whether it was deleted.
    pub deleted: bool,
}

impl Media {
    pub(super) fn is_there(&self, now: Timestamp) -> bool {
        let over = self.product == Product::Story && STORY <= now.duration_since(self.published_at);
        !self.deleted && !over && self.published_at <= now
    }
}

/// Everything there is.
#[derive(Debug, Default)]
pub struct InstagramWorld(Mutex<Things>);

#[derive(Debug, Default)]
struct Things {
    profiles: Vec<Profile>,
    media: Vec<Media>,
}

impl InstagramWorld {
    /// Nobody yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, Things> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens an account; answers its id.
    pub fn add_profile(&self, username: &str, standing: Standing, followers: i64) -> String {
        let mut things = self.lock();
        let number = things.profiles.len() + 1;
        let id = format!("1784140{number:010}");
        things.profiles.push(Profile {
            username: username.to_owned(),
            standing,
            followers,
            id: id.clone(),
            scoped: format!("2490{number:013}"),
            days: BTreeMap::new(),
        });
        id
    }

    /// Posts something; answers its id.
    pub fn add_media(&self, username: &str, product: Product, code: &str, published_at: Timestamp) -> String {
        let mut things = self.lock();
        let id = format!("1790000{:010}", things.media.len() + 1);
        let media_type = if product == Product::Reels { "VIDEO" } else { "IMAGE" };
        things.media.push(Media {
            id: id.clone(),
            username: username.to_owned(),
            code: code.to_owned(),
            product,
            media_type,
            caption: None,
            published_at,
            likes: 0,
            likes_hidden: false,
            comments: 0,
            numbers: BTreeMap::new(),
            insights: Insights::Shown,
            deleted: false,
        });
        id
    }

    /// Changes a piece of media; nothing happens where there is none.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Media)) {
        if let Some(media) = self.lock().media.iter_mut().find(|media| media.id == id) {
            change(media);
        }
    }

    /// Sets insights of a piece of media.
    pub fn set(&self, id: &str, numbers: &[(&str, i64)]) {
        self.change(id, |media| {
            media.numbers.extend(numbers.iter().map(|(name, value)| ((*name).to_owned(), *value)));
        });
    }

    /// Sets followers of an account.
    pub fn set_followers(&self, username: &str, followers: i64) {
        if let Some(profile) = self.lock().profiles.iter_mut().find(|one| one.username == username) {
            profile.followers = followers;
        }
    }

    /// Sets a number of an account's day (Pacific).
    pub fn set_day(&self, username: &str, day: Date, numbers: &[(&str, i64)]) {
        if let Some(profile) = self.lock().profiles.iter_mut().find(|one| one.username == username) {
            let of_day = profile.days.entry(day).or_default();
            of_day.extend(numbers.iter().map(|(name, value)| ((*name).to_owned(), *value)));
        }
    }

    /// The account with a name or an id.
    pub(super) fn profile(&self, name: &str) -> Option<Profile> {
        let things = self.lock();
        let is = |one: &&Profile| one.id == name || one.scoped == name || one.username.eq_ignore_ascii_case(name);
        things.profiles.iter().find(is).cloned()
    }

    pub(super) fn media(&self, id: &str) -> Option<Media> {
        self.lock().media.iter().find(|media| media.id == id).cloned()
    }

    /// What an account has posted, newest first, the deleted among it: a page is cut first and cleared of them afterwards.
    pub(super) fn posted(&self, username: &str, stories: bool, now: Timestamp) -> Vec<Media> {
        let things = self.lock();
        let theirs = things.media.iter().filter(|media| media.username == username && media.published_at <= now);
        let mut posted: Vec<Media> =
            theirs.filter(|media| (media.product == Product::Story) == stories).cloned().collect();
        posted.sort_by(|one, other| (other.published_at, &other.id).cmp(&(one.published_at, &one.id)));
        posted
    }
}
