//! Receiving from Telegram: an update is kept before it is confirmed.
//!
//! Owns: the offset, the waits after failures, noticing a second poller. Refuses: understanding updates; it keeps them.
//! Survives: updates it cannot read (kept raw and passed over), a store that is away (nothing is confirmed), a crash at any
//! point (the same updates come again and the inbox knows them).
//!
//! The next call's offset confirms what came before it, so it is moved only past updates that are kept.
//! <https://core.telegram.org/bots/api#getupdates>

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rand::RngCore;
use secrecy::ExposeSecret;
use serde_json::Value;
use teloxide::payloads::GetUpdates;
use teloxide::requests::Payload;
use teloxide::types::AllowedUpdate;
use tokio_util::sync::CancellationToken;

use super::classify::{Sorted, sort};
use super::{POLL_SECONDS, TelegramBot, lost, updates};
use crate::chat::error::SendError;
use crate::chat::inbound::{Alarm, Alarms, Inbox, What};
use crate::domain::person::Chat;
use crate::http::Body;
use crate::time::Held;

/// Updates in one answer: Telegram's most. A full answer means that there are more, which come at once with the next.
const UPDATES_MAX: u8 = 100;

/// Waits after failures in a row: 1 s, 2 s, 4 s … 64 s, then 64 s for ever: updates are kept for 24 hours.
const BACKOFF_MAX: i64 = 64;

/// After a week without updates Telegram numbers anew, so an old offset would hide the next ones; six days are safe.
const OFFSET_FOR: SignedDuration = SignedDuration::from_hours(6 * 24);

/// Two pollers take turns, so that each hears from Telegram now and then: only this long without a conflict means that the
/// other one has gone. Five times the longest wait after one.
const PEACE_AFTER: SignedDuration = SignedDuration::from_secs(300);

/// What the poller asks for. Left out would mean whatever was asked last.
const ALLOWED: [AllowedUpdate; 4] =
    [AllowedUpdate::Message, AllowedUpdate::CallbackQuery, AllowedUpdate::MyChatMember, AllowedUpdate::ChatMember];

/// Where updates go.
pub struct Receiver {
    /// The bot.
    pub bot: Arc<TelegramBot>,
    /// Where updates are kept.
    pub inbox: Arc<dyn Inbox>,
    /// Who hears of trouble.
    pub alarms: Arc<dyn Alarms>,
}

/// Why polling ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollEnd {
    /// It was asked to.
    Stopped,
    /// Telegram refuses the token.
    BadToken,
}

struct Position {
    /// The first update that is not kept yet.
    offset: Option<i64>,
    /// When an update last came.
    heard_at: Timestamp,
    /// Failures in a row.
    failures: u32,
    /// A second poller was met and told about: when it was met last.
    disputed: Option<Timestamp>,
}

/// Receives until `stop`, or until the token is refused. One at a time per bot: take a lease before.
///
/// `held` stays held while a request is out; a server that keeps it waiting gives the time free (see [`crate::time`]).
pub async fn poll_updates(
    receiver: &Receiver,
    stop: &CancellationToken,
    held: &mut Held,
    dice: &mut (dyn RngCore + Send),
) -> PollEnd {
    let mut failures = 0;
    let me = loop {
        match interrupted(stop, receiver.bot.get_me()).await {
            None => return PollEnd::Stopped,
            Some(Ok(me)) => break me,
            Some(Err(error)) => {
                if let Some(end) = cope(receiver, &error, &mut failures, &mut None, stop, held, dice).await {
                    return end;
                }
            }
        }
    };
    receiver.bot.hearing.heard(held.clock().now());
    let mut position = Position { offset: None, heard_at: held.clock().now(), failures: 0, disputed: None };
    loop {
        let now = held.clock().now();
        if OFFSET_FOR < now.duration_since(position.heard_at) {
            position.offset = None;
        }
        let Some(got) = interrupted(stop, receiver.bot.get_updates(position.offset)).await else {
            return PollEnd::Stopped;
        };
        let error = match got {
            Ok(updates) => {
                receiver.alarms.heard(Chat::Telegram);
                let now = held.clock().now();
                if position.disputed.is_some_and(|met| PEACE_AFTER <= now.duration_since(met)) {
                    position.disputed = None;
                    receiver.alarms.raise(Alarm::OtherPollerGone { chat: Chat::Telegram });
                }
                let kept = keep_all(receiver, &me.id, &me.username, &updates, &mut position, now).await;
                if !updates.is_empty() {
                    receiver.inbox.wake();
                }
                match kept {
                    Ok(()) => {
                        position.failures = 0;
                        receiver.bot.hearing.heard(now);
                        continue;
                    }
                    Err(error) => error,
                }
            }
            Err(error) => error,
        };
        let (failures, disputed) = (&mut position.failures, &mut position.disputed);
        if let Some(end) = cope(receiver, &error, failures, disputed, stop, held, dice).await {
            return end;
        }
    }
}

/// Keeps updates in order and moves the offset past each. Stops at the first that cannot be kept.
async fn keep_all(
    receiver: &Receiver,
    bot: &str,
    bot_name: &str,
    updates: &[Value],
    position: &mut Position,
    now: Timestamp,
) -> Result<(), SendError> {
    // In the order of their numbers, whatever they came in: a later one that is kept confirms every earlier one.
    let mut updates: Vec<&Value> = updates.iter().collect();
    updates.sort_by_key(|raw| raw.get("update_id").and_then(Value::as_i64));
    for raw in updates {
        // Without a number an update can be neither named nor confirmed; those after it confirm it.
        let Some(id) = raw.get("update_id").and_then(Value::as_i64) else {
            receiver.alarms.raise(unreadable("?", "it has no number"));
            continue;
        };
        let inbound = updates::inbound(raw, bot_name, now);
        if let What::Unknown { what } = &inbound.what
            && inbound.address.is_none()
        {
            receiver.alarms.raise(unreadable(&id.to_string(), what));
        }
        let bytes = raw.to_string().into_bytes();
        receiver
            .inbox
            .keep(Chat::Telegram, bot, &id.to_string(), &bytes, &inbound)
            .await
            .map_err(|cause| SendError::Lost { chat: Chat::Telegram, what: cause.to_string() })?;
        position.heard_at = now;
        position.offset = Some(id.saturating_add(1));
    }
    Ok(())
}

fn unreadable(id: &str, reason: &str) -> Alarm {
    Alarm::Unreadable { chat: Chat::Telegram, id: id.to_owned(), reason: reason.to_owned() }
}

/// Waits as long as a failure asks for, and ends what cannot go on.
async fn cope(
    receiver: &Receiver,
    error: &SendError,
    failures: &mut u32,
    disputed: &mut Option<Timestamp>,
    stop: &CancellationToken,
    held: &mut Held,
    dice: &mut (dyn RngCore + Send),
) -> Option<PollEnd> {
    let now = held.clock().now();
    let until = match error {
        SendError::BadToken { chat, reason } => {
            let (chat, reason) = (*chat, reason.clone());
            receiver.bot.hearing.refused(&reason);
            receiver.alarms.raise(Alarm::BadToken { chat, reason });
            return Some(PollEnd::BadToken);
        }
        SendError::OtherPoller { chat, reason } => {
            receiver.bot.hearing.lost("another program receives with this bot's token");
            if disputed.replace(now).is_none() {
                let (chat, reason) = (*chat, reason.clone());
                receiver.alarms.raise(Alarm::OtherPoller { chat, reason });
            }
            // 30 to 60 seconds: two programs that both back off must not meet again in step.
            let extra = (u64::from(dice.next_u32()) * 30_000) >> 32;
            let extra = i64::try_from(extra).unwrap_or(0);
            after(now, SignedDuration::from_millis(30_000 + extra))
        }
        SendError::SlowDown { until, .. } => {
            receiver.bot.hearing.missed(&error.to_string());
            *until
        }
        SendError::NeverLeft { .. }
        | SendError::Lost { .. }
        | SendError::TargetDead { .. }
        | SendError::TargetMoved { .. }
        | SendError::MessageGone { .. }
        | SendError::TooLate { .. }
        | SendError::TooLong { .. }
        | SendError::Refused { .. } => {
            tracing::warn!(error = error as &dyn std::error::Error, "no updates from Telegram");
            receiver.bot.hearing.missed(&error.to_string());
            let seconds = 1_i64.checked_shl(*failures).unwrap_or(BACKOFF_MAX);
            *failures = std::cmp::min(failures.saturating_add(1), 30);
            after(now, SignedDuration::from_secs(std::cmp::min(seconds, BACKOFF_MAX)))
        }
    };
    match interrupted(stop, held.sleep_until(until)).await {
        None => Some(PollEnd::Stopped),
        Some(()) => None,
    }
}

fn after(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// `None` when asked to stop first.
async fn interrupted<T>(stop: &CancellationToken, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        () = stop.cancelled() => None,
        done = work => Some(done),
    }
}

impl TelegramBot {
    /// Asks for what came since `offset`, waiting up to [`POLL_SECONDS`] at the server.
    async fn get_updates(&self, offset: Option<i64>) -> Result<Vec<Value>, SendError> {
        let mut payload = GetUpdates::new();
        payload.limit = Some(UPDATES_MAX);
        payload.timeout = Some(POLL_SECONDS);
        payload.allowed_updates = Some(ALLOWED.to_vec());
        let mut body = serde_json::to_value(&payload).unwrap_or_default();
        if let (Some(offset), Some(fields)) = (offset, body.as_object_mut()) {
            // The payload's own field has 32 bits, update numbers may have more.
            fields.insert("offset".to_owned(), Value::from(offset));
        }
        let path = self.path(GetUpdates::NAME);
        let body = Body::Json(body.to_string().into_bytes());
        let answer = self.poll_api.send(reqwest::Method::POST, &path, &[], &[], body).await.map_err(lost)?;
        match sort(answer.status, &answer.body, self.clock.now(), self.token.expose_secret()) {
            Sorted::Done(Value::Array(updates)) => Ok(updates),
            Sorted::Done(_) | Sorted::Unchanged => Err(SendError::Lost {
                chat: Chat::Telegram,
                what: "an answer that is not a list of updates".to_owned(),
            }),
            Sorted::Failed(error) => Err(error),
        }
    }
}
