//! Creators beside their channel: who follows them on another platform, and what they show there.
//!
//! Some of their posts appear there as well, cut short, and the same people like them: their numbers there are those of the
//! channel in other sizes.

use jiff::{SignedDuration, Timestamp};

use super::{DAY_SECS, LivingWorld, Post, count};
use crate::domain::num::f64_of;

/// Days before the start of the world whose posts are still shown elsewhere: nobody scrolls further back.
const SHOWN_DAYS: i64 = 10;

/// How present a creator is on a platform.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Presence {
    /// Followers for each follower of the channel.
    pub followers: f64,
    /// Views of a piece for each view of the post it is cut from.
    pub views: f64,
    /// Every how many posts one is shown there; at least 1.
    pub every: usize,
}

/// A piece as it is on another platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Which of the creator's posts it is cut from, from 0.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// How long it plays, in seconds.
    pub length_secs: i64,
    /// Views.
    pub views: i64,
    /// Likes.
    pub likes: i64,
    /// Comments.
    pub comments: i64,
    /// How often it was passed on.
    pub shares: i64,
}

impl Post {
    /// Views that it has by then.
    pub(super) fn views_by(&self, now: Timestamp) -> f64 {
        let age_hours = f64_of(now.as_second() - self.published_at.as_second()) / 3_600.0;
        self.views_in_the_end * (1.0 - libm::exp(-age_hours / self.tau_hours))
    }

    fn piece(&self, number: usize, presence: Presence, now: Timestamp) -> Piece {
        let views = self.views_by(now) * presence.views;
        Piece {
            number,
            title: self.title.clone(),
            published_at: self.published_at,
            length_secs: std::cmp::min(self.length_secs, 60),
            views: count(views),
            likes: count(views * self.like_rate * 1.5),
            comments: count(views * self.comment_rate),
            shares: count(views * self.like_rate / 6.0),
        }
    }
}

impl LivingWorld {
    /// Followers on a platform where a creator is so present. 0 for nobody.
    #[must_use]
    pub fn followers_there(&self, creator: usize, presence: Presence, at: Timestamp) -> i64 {
        count(f64_of(self.followers(creator, at)) * presence.followers)
    }

    /// What a creator shows on a platform at `now`, oldest first.
    #[must_use]
    pub fn pieces(&self, creator: usize, presence: Presence, now: Timestamp) -> Vec<Piece> {
        let Some(life) = self.creators.get(creator) else { return Vec::new() };
        let back = SignedDuration::from_secs(SHOWN_DAYS * DAY_SECS);
        let since = self.start.checked_sub(back).unwrap_or(Timestamp::MIN);
        let every = std::cmp::max(presence.every, 1);
        let posts = life.published(now).enumerate();
        let shown = posts.filter(|(number, post)| number % every == 0 && since <= post.published_at);
        shown.map(|(number, post)| post.piece(number, presence, now)).collect()
    }
}
