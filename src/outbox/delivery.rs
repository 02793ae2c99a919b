//! A delivery: one notice in one room. `due → sending → sent | unknown | failed`.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::notice::{About, Urgency};
use crate::domain::ids::RoomId;
use crate::domain::person::Chat;

/// Where a message is once it has been sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRef {
    /// The channel or chat it is in. Kept beside the id because a room can move (group to supergroup).
    pub place: String,
    /// The platform's message id.
    pub message: String,
    /// It carries a picture: Telegram then edits a caption, not a text.
    pub has_picture: bool,
    /// When it was sent: platforms limit edits of old messages.
    pub sent_at: Timestamp,
}

/// How a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum State {
    /// To be sent, or edited, not before then.
    Due { not_before: Timestamp },
    /// Claimed: a request may have left. Whoever finds this after `until` treats it as [`State::Unknown`].
    Sending { revision: u32, since: Timestamp, until: Timestamp },
    /// Told, up to `told_revision`.
    Sent,
    /// A request left and no answer came.
    Unknown { revision: u32, since: Timestamp },
    /// Given up, and why.
    Failed { reason: String, at: Timestamp },
    /// Old news, told never, and why.
    Expired { reason: String, at: Timestamp },
    /// Told as part of a group message instead.
    Grouped { group: String },
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it ended.
    pub at: Timestamp,
    /// The revision it tried to tell.
    pub revision: u32,
    /// `sent`, `edited`, `unchanged`, or why it failed, without secrets.
    pub outcome: String,
}

/// Attempts kept with a delivery. 20 covers the whole retry schedule twice.
pub const ATTEMPTS_MAX: usize = 20;

/// One notice in one room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What is told.
    pub about: About,
    /// Where.
    pub room: RoomId,
    /// What goes first.
    pub urgency: Urgency,
    /// For collapsing behind a limiter.
    pub cause: String,
    /// The revision that should be seen.
    pub wanted_revision: u32,
    /// The revision that was told last; 0 for none.
    pub told_revision: u32,
    /// How it stands.
    pub state: State,
    /// The message, once there is one.
    pub message: Option<MessageRef>,
    /// A lost reply may have left an earlier copy: the next text says so.
    pub maybe_repeat: bool,
    /// From then on it is not worth a first telling.
    pub expires_at: Timestamp,
    /// Tries since the last success.
    pub tries: u32,
    /// What was tried, oldest first, bounded by [`ATTEMPTS_MAX`].
    pub attempts: Vec<Attempt>,
    /// How often a new message has taken the place of one that can no longer be changed as it should. Buttons of an earlier one
    /// are dead.
    #[serde(default, skip_serializing_if = "is_first")]
    pub generation: u32,
    /// The message before this one, until it says where it went on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<MessageRef>,
    /// What only the message on its way shows, as it was sent: its first line says "Wed 10:49" where it said "10:49" a day
    /// before. Kept until it is known to have arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_first(generation: &u32) -> bool {
    *generation == 0
}

/// How old a message on Discord may be to be edited. It takes about three edits of messages older than an hour in six seconds
/// and a channel (<https://github.com/discord/discord-api-docs/issues/4413>): a room with many long alerts would show each
/// change late, and above whatever was said since. Telegram lets a bot edit its own messages for ever
/// (<https://core.telegram.org/bots/api#updating-messages>).
pub const ROLLS_AFTER: SignedDuration = SignedDuration::from_hours(24);

impl Delivery {
    /// Whether the next change is a new message, as what is there is too old for its platform.
    #[must_use]
    pub fn rolls(&self, chat: Chat, now: Timestamp) -> bool {
        let old = |message: &MessageRef| ROLLS_AFTER <= now.duration_since(message.sent_at);
        chat == Chat::Discord && can_roll(&self.about) && self.message.as_ref().is_some_and(old)
    }

    /// Whether all is told but where an earlier message went on.
    #[must_use]
    pub fn points_on(&self) -> bool {
        self.earlier.is_some() && self.message.is_some() && self.wanted_revision <= self.told_revision
    }
}

/// Whether a message of this kind lives long enough to grow old: alerts, one by one or as a group.
#[must_use]
pub fn can_roll(about: &About) -> bool {
    matches!(about, About::Incident(_) | About::Group(_))
}
