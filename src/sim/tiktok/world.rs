//! What the emulated `TikTok` shows: accounts and their public videos.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// The numbers that the API shows. All answers are for the given instant; accounts are named by their username.
pub trait TiktokWorld: Send + Sync {
    /// An account, if it exists.
    fn user(&self, account: &str, now: Timestamp) -> Option<UserNow>;
    /// The public videos of an account, newest first.
    fn videos(&self, account: &str, now: Timestamp) -> Vec<VideoNow>;
}

/// An account as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserNow {
    /// What it calls itself.
    pub username: String,
    /// Followers; `None` leaves the field out.
    pub followers: Option<i64>,
    /// Likes of all its videos.
    pub likes: Option<i64>,
    /// Public videos.
    pub videos: Option<i64>,
}

/// A video as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoNow {
    /// Its id: 19 digits.
    pub id: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// Its title.
    pub title: String,
    /// Its text.
    pub description: String,
    /// How long it plays, in seconds.
    pub length_secs: i64,
    /// Views; `None` leaves the field out.
    pub views: Option<i64>,
    /// Likes.
    pub likes: Option<i64>,
    /// Comments.
    pub comments: Option<i64>,
    /// Shares.
    pub shares: Option<i64>,
}

/// A world that stands still until somebody sets it.
#[derive(Debug, Default)]
pub struct TiktokBoard(Mutex<Board>);

#[derive(Debug, Default)]
struct Board {
    users: BTreeMap<String, UserNow>,
    videos: BTreeMap<String, Vec<VideoNow>>,
}

impl TiktokBoard {
    fn lock(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An account is so from now on.
    pub fn set_user(&self, account: &str, user: UserNow) {
        self.lock().users.insert(account.to_owned(), user);
    }

    /// A video is so from now on.
    pub fn set_video(&self, account: &str, video: VideoNow) {
        let mut board = self.lock();
        let videos = board.videos.entry(account.to_owned()).or_default();
        videos.retain(|other| other.id != video.id);
        videos.push(video);
    }

    /// A video is deleted or made private.
    pub fn remove_video(&self, account: &str, id: &str) {
        if let Some(videos) = self.lock().videos.get_mut(account) {
            videos.retain(|video| video.id != id);
        }
    }
}

impl TiktokWorld for TiktokBoard {
    fn user(&self, account: &str, _now: Timestamp) -> Option<UserNow> {
        self.lock().users.get(account).cloned()
    }

    fn videos(&self, account: &str, now: Timestamp) -> Vec<VideoNow> {
        let mut videos = self.lock().videos.get(account).cloned().unwrap_or_default();
        videos.retain(|video| video.published_at <= now);
        videos.sort_by(|one, other| (other.published_at, &other.id).cmp(&(one.published_at, &one.id)));
        videos
    }
}
