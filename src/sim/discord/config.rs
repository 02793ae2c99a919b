//! What the emulated Discord allows, each number with where it comes from. A test may change any of them.

use std::time::Duration;

use jiff::SignedDuration;
use secrecy::SecretString;

/// So many requests in each window that starts with the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BucketRule {
    /// Requests in one window.
    pub limit: u32,
    /// How long a window lasts, in virtual time.
    pub window: SignedDuration,
}

impl BucketRule {
    /// `limit` requests in `secs` seconds.
    #[must_use]
    pub const fn per_secs(limit: u32, secs: i64) -> Self {
        Self { limit, window: SignedDuration::from_secs(secs) }
    }
}

/// How the emulated Discord behaves. Every span is virtual time, except the heartbeat.
#[derive(Debug, Clone)]
pub struct DiscordConfig {
    /// The bot token it accepts, without `Bot `.
    pub token: SecretString,
    /// The bot's user name.
    pub bot_name: String,
    /// New messages in one channel. 5 in 5 s is what bots see; Discord documents no number.
    pub message_create: BucketRule,
    /// Edits in one channel.
    pub message_edit: BucketRule,
    /// Every other route, per major id.
    pub other: BucketRule,
    /// Requests a second for the whole bot. <https://discord.com/developers/docs/topics/rate-limits>
    pub global: BucketRule,
    /// Requests with 401, 403 or 429 before the edge shuts the door.
    pub invalid: BucketRule,
    /// How long the door stays shut: one hour by users' reports.
    pub ban: SignedDuration,
    /// How long a nonce is remembered: "a few minutes" in the documentation.
    pub nonce_window: SignedDuration,
    /// The age from which a message's edits are rationed.
    pub old_message: SignedDuration,
    /// The ration of edits to old messages of one channel.
    pub old_edit: BucketRule,
    /// Until an interaction must have its first response.
    pub ack_deadline: SignedDuration,
    /// How long an interaction's token lives.
    pub token_life: SignedDuration,
    /// New commands a day, globally and per guild.
    pub command_creates: BucketRule,
    /// Sessions a day.
    pub identifies: BucketRule,
    /// What a client may send on one gateway connection.
    pub gateway_sends: BucketRule,
    /// The heartbeat interval it asks for, in real time.
    pub heartbeat: Duration,
    /// Whether guilds follow READY for clients with the GUILDS intent.
    pub guild_create: bool,
    /// How long a session without a connection can be resumed.
    pub resume_window: SignedDuration,
    /// Privileged intents (presences, members, message content) that the application may ask for.
    pub privileged_intents: u64,
    /// The largest file, in bytes.
    pub file_max: u32,
    /// How many requests the log keeps; the oldest go first.
    pub requests_kept: usize,
}

impl DiscordConfig {
    /// The defaults, for a bot with this token.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self {
            token: SecretString::from(token),
            bot_name: "plimsoll".to_owned(),
            message_create: BucketRule::per_secs(5, 5),
            message_edit: BucketRule::per_secs(5, 5),
            other: BucketRule::per_secs(50, 1),
            global: BucketRule::per_secs(50, 1),
            invalid: BucketRule::per_secs(10_000, 600),
            ban: SignedDuration::from_hours(1),
            nonce_window: SignedDuration::from_mins(3),
            old_message: SignedDuration::from_hours(1),
            old_edit: BucketRule::per_secs(3, 6),
            ack_deadline: SignedDuration::from_secs(3),
            token_life: SignedDuration::from_mins(15),
            command_creates: BucketRule::per_secs(200, 86_400),
            identifies: BucketRule::per_secs(1000, 86_400),
            gateway_sends: BucketRule::per_secs(120, 60),
            heartbeat: Duration::from_millis(41_250),
            guild_create: true,
            resume_window: SignedDuration::from_mins(5),
            privileged_intents: 0,
            file_max: 10 << 20,
            requests_kept: 20_000,
        }
    }
}
