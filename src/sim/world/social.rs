//! Where creators are beside their channel: Instagram, Facebook, `TikTok`, Twitch and X, nobody everywhere and somebody on
//! each; and whose channel is measured by leave of its owner.
//!
//! Owns: who is where under which name, and carrying their numbers to the worlds behind the emulated platforms.
//! Refuses: numbers of its own; they are those of [`LivingWorld`] in other sizes.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::living::{Life, LivingWorld, Piece, Presence};
use crate::sim::facebook::{PagePost, PagesWorld};
use crate::sim::google::{GoogleWorld, Watched};
use crate::sim::instagram::{InstagramWorld, Product, Standing};
use crate::sim::tiktok::{TiktokWorld, UserNow, VideoNow};
use crate::sim::twitch::{Channel, TwitchWorld, Video};
use crate::sim::x::{Account, Post, XWorld};

/// A platform that creators are on beside their channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is a proper name")]
pub enum Venue {
    Instagram,
    Facebook,
    Tiktok,
    Twitch,
    X,
}

/// Who is where, by their place in the world; from the ninth on it begins anew.
const SPREAD: [&[Venue]; 8] = [
    &[Venue::Instagram],
    &[Venue::Twitch, Venue::X],
    &[Venue::Instagram, Venue::Tiktok],
    &[Venue::Facebook, Venue::Twitch],
    &[Venue::Instagram, Venue::Facebook],
    &[Venue::Tiktok],
    &[Venue::Twitch, Venue::X],
    &[Venue::Tiktok, Venue::X],
];

/// Days of a channel that are measured again: people go on watching until midnight.
const DAYS_ANEW: i64 = 2;

/// Days before the start of the world that a channel's owner can look back on.
const DAYS_BEFORE: i64 = 30;

impl Venue {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Instagram, Self::Facebook, Self::Tiktok, Self::Twitch, Self::X];

    /// How present creators are there.
    fn presence(self) -> Presence {
        let (followers, views, every) = match self {
            Self::Instagram => (0.8, 0.5, 2),
            Self::Facebook => (0.2, 0.1, 3),
            Self::Tiktok => (1.4, 0.9, 2),
            Self::Twitch => (1.0 / 3.0, 0.05, 4),
            Self::X => (0.1, 0.3, 2),
        };
        Presence { followers, views, every }
    }

    /// What a creator is called there, as documents name the account; `None`: they are not there.
    #[must_use]
    pub fn account(self, place: usize, life: &Life) -> Option<String> {
        let theirs = SPREAD.get(place % SPREAD.len())?;
        theirs.contains(&self).then(|| match self {
            Self::Instagram => format!("{}.daily", life.id.replace('-', "_")),
            Self::Facebook => format!("10{place:013}"),
            Self::Tiktok => format!("{}.clips", life.id.replace('-', "_")),
            Self::Twitch => life.login.clone(),
            Self::X => format!("{}_says", life.id.replace('-', "_")),
        })
    }

    /// Who is there: place and account.
    #[must_use]
    pub fn people(self, world: &LivingWorld) -> Vec<(usize, String)> {
        let lives = world.creators().iter().enumerate();
        lives.filter_map(|(place, life)| Some((place, self.account(place, life)?))).collect()
    }
}

/// The worlds that do not ask for their numbers but are told them.
#[derive(Debug)]
pub struct Social {
    living: Arc<LivingWorld>,
    instagram: Arc<InstagramWorld>,
    pages: Arc<PagesWorld>,
    twitch: Arc<TwitchWorld>,
    x: Arc<XWorld>,
    /// What Instagram calls the pieces that are there.
    media: Mutex<BTreeMap<(usize, usize), String>>,
}

impl Social {
    /// Opens everybody's accounts.
    #[must_use]
    pub fn new(living: &Arc<LivingWorld>) -> Self {
        let instagram = InstagramWorld::new();
        for (_, account) in Venue::Instagram.people(living) {
            let _id = instagram.add_profile(&account, Standing::Professional, 0);
        }
        Self {
            living: Arc::clone(living),
            instagram: Arc::new(instagram),
            pages: Arc::default(),
            twitch: Arc::default(),
            x: Arc::default(),
            media: Mutex::default(),
        }
    }

    /// The world behind Instagram.
    #[must_use]
    pub fn instagram(&self) -> &Arc<InstagramWorld> {
        &self.instagram
    }

    /// The world behind Facebook's Pages.
    #[must_use]
    pub fn pages(&self) -> &Arc<PagesWorld> {
        &self.pages
    }

    /// The world behind Twitch.
    #[must_use]
    pub fn twitch(&self) -> &Arc<TwitchWorld> {
        &self.twitch
    }

    /// The world behind X.
    #[must_use]
    pub fn x(&self) -> &Arc<XWorld> {
        &self.x
    }

    /// Everybody's numbers are those of `now`.
    pub fn show(&self, now: Timestamp) {
        for venue in Venue::ALL {
            for (place, account) in venue.people(&self.living) {
                let followers = self.living.followers_there(place, venue.presence(), now);
                let pieces = self.living.pieces(place, venue.presence(), now);
                match venue {
                    Venue::Instagram => self.on_instagram(place, &account, followers, &pieces),
                    Venue::Facebook => self.on_facebook(&account, followers, &pieces),
                    Venue::Twitch => self.on_twitch(place, &account, followers, &pieces, now),
                    Venue::X => self.on_x(place, &account, followers, &pieces),
                    // It asks for its numbers itself.
                    Venue::Tiktok => {}
                }
            }
        }
    }

    fn on_instagram(&self, place: usize, account: &str, followers: i64, pieces: &[Piece]) {
        self.instagram.set_followers(account, followers);
        let mut media = self.media.lock().unwrap_or_else(PoisonError::into_inner);
        for piece in pieces {
            let code = format!("Sim{place:02}x{:04}", piece.number);
            let id = media
                .entry((place, piece.number))
                .or_insert_with(|| self.instagram.add_media(account, Product::Reels, &code, piece.published_at));
            self.instagram.change(id, |shown| {
                shown.caption = Some(piece.title.clone());
                (shown.likes, shown.comments) = (piece.likes, piece.comments);
            });
            let watched_ms = piece.views * piece.length_secs * 400;
            self.instagram.set(
                id,
                &[
                    ("views", piece.views),
                    ("view_count", piece.views),
                    ("reach", piece.views * 4 / 5),
                    ("likes", piece.likes),
                    ("comments", piece.comments),
                    ("saved", piece.shares / 2),
                    ("shares", piece.shares),
                    ("ig_reels_video_view_total_time", watched_ms),
                ],
            );
        }
    }

    fn on_facebook(&self, page: &str, followers: i64, pieces: &[Piece]) {
        self.pages.page(page, followers);
        for piece in pieces {
            let post = PagePost {
                text: piece.title.clone(),
                at: piece.published_at,
                counts: [piece.likes, piece.comments, piece.shares],
                seen: Some((piece.views, piece.views * 3 / 4)),
            };
            self.pages.post(&format!("{page}_{}", piece.number + 1), post);
        }
    }

    fn on_twitch(&self, place: usize, login: &str, followers: i64, pieces: &[Piece], now: Timestamp) {
        // They stream in the evening.
        let live = (17..20).contains(&now.to_zoned(TimeZone::UTC).hour());
        let viewers = live.then_some(followers / 150);
        self.twitch.channel(login, Channel { id: format!("70{place:04}"), followers, viewers });
        for piece in pieces {
            let (title, views) = (piece.title.clone(), piece.views);
            let video = Video { login: login.to_owned(), title, published_at: piece.published_at, views };
            self.twitch.video(&format!("2{place:03}{:06}", piece.number), video);
        }
    }

    fn on_x(&self, place: usize, name: &str, followers: i64, pieces: &[Piece]) {
        self.x.account(name, Account { id: format!("90{place:04}"), followers, protected: false });
        for piece in pieces {
            let numbers = [piece.views, piece.likes, piece.comments, piece.shares, piece.shares / 4, piece.likes / 10];
            // Ids grow with time, as theirs do.
            let id = format!("{}{place:03}", piece.published_at.as_second());
            let (by, text) = (name.to_owned(), piece.title.clone());
            self.x.post(&id, Post { by, text, at: piece.published_at, numbers });
        }
    }
}

/// What `TikTok` asks.
#[derive(Debug)]
pub struct Clips(Arc<LivingWorld>);

impl Clips {
    /// Of the creators of a world.
    #[must_use]
    pub fn new(living: &Arc<LivingWorld>) -> Self {
        Self(Arc::clone(living))
    }

    fn place(&self, account: &str) -> Option<usize> {
        Venue::Tiktok.people(&self.0).into_iter().find(|(_, name)| name == account).map(|(place, _)| place)
    }
}

impl TiktokWorld for Clips {
    fn user(&self, account: &str, now: Timestamp) -> Option<UserNow> {
        let place = self.place(account)?;
        let videos = self.videos(account, now);
        Some(UserNow {
            username: account.to_owned(),
            followers: Some(self.0.followers_there(place, Venue::Tiktok.presence(), now)),
            likes: Some(videos.iter().filter_map(|video| video.likes).sum()),
            videos: i64::try_from(videos.len()).ok(),
        })
    }

    fn videos(&self, account: &str, now: Timestamp) -> Vec<VideoNow> {
        let Some(place) = self.place(account) else { return Vec::new() };
        let pieces = self.0.pieces(place, Venue::Tiktok.presence(), now).into_iter().rev();
        let video = |piece: Piece| VideoNow {
            id: format!("7{place:04}{:014}", piece.number),
            published_at: piece.published_at,
            title: piece.title.clone(),
            description: piece.title,
            length_secs: piece.length_secs,
            views: Some(piece.views),
            likes: Some(piece.likes),
            comments: Some(piece.comments),
            shares: Some(piece.shares),
        };
        pieces.map(video).collect()
    }
}

/// Says how long these creators' channels were watched on the days that may have changed by `now`; on the first look, on
/// those before the world began too.
pub fn measure(living: &LivingWorld, google: &GoogleWorld, places: &[usize], now: Timestamp, first: bool) {
    let Ok(zone) = TimeZone::get("America/Los_Angeles") else { return };
    let today = now.to_zoned(zone.clone()).date();
    let days = if first { DAYS_BEFORE } else { DAYS_ANEW };
    let begin = |day: Date| day.to_zoned(zone.clone()).map_or(now, |there| there.timestamp());
    for day in (0..days).filter_map(|back| today.checked_sub(back.days()).ok()) {
        let (from, until) = (begin(day), std::cmp::min(begin(day.saturating_add(1.days())), now));
        for (place, life) in places.iter().filter_map(|place| Some((*place, living.creators().get(*place)?))) {
            let views = living.views_total(place, until) - living.views_total(place, from);
            let watched = Watched { shares: views / 250, minutes: views * 5 / 2, hundredths: 0 };
            google.watch(&life.channel, None, day, watched);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_everywhere_and_somebody_is_on_each() {
        let world = LivingWorld::new(7, "2026-03-01T00:00:00Z".parse().expect("an instant"), 8);
        let mut everywhere = [0; 8];
        for venue in Venue::ALL {
            let people = venue.people(&world);
            assert!(!people.is_empty() && people.len() < 8, "{venue:?}: {people:?}");
            for (place, _) in people {
                everywhere[place] += 1;
            }
        }
        assert!(everywhere.iter().all(|venues| (1..Venue::ALL.len()).contains(venues)), "{everywhere:?}");
    }
}
