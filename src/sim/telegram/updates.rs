//! The update queue and the poll that empties it.
//!
//! Owns: sequential ids, 24 hours of memory (150 s for a pressed button), what an offset confirms, the persistent
//! `allowed_updates`, the hold on hasty repeats, and the one poll that may wait
//! (<https://core.telegram.org/bots/api#getupdates>; `Client::process_get_updates_query` of the public server).
//! Refuses: delivering to a webhook. One can be set, and then polling is refused.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::params::Params;
use super::refusal::{Answered, Refusal};
use crate::domain::num::{i64_of_len, len_of};
use crate::time::Bell;

/// How long the server keeps an update.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// How long it keeps a pressed button.
pub(super) const CALLBACK_KEPT: SignedDuration = SignedDuration::from_secs(150);
/// The longest a poll may wait.
const TIMEOUT_MAX_SECS: i64 = 50;
/// A repeat of the same offset with a shorter wait, this soon after the last, waits this long.
const REPEAT: SignedDuration = SignedDuration::from_secs(3);
/// A repeat of an offset this soon after an answer gets one update only.
const HASTY: SignedDuration = SignedDuration::from_millis(500);

pub(super) const TERMINATED: &str =
    "terminated by other getUpdates request; make sure that only one bot instance is running";
const WEBHOOK_ACTIVE: &str =
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first";

/// Not sent unless asked for by name.
const NOT_BY_DEFAULT: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

#[derive(Debug)]
struct Update {
    id: i64,
    kind: String,
    body: Value,
    until: Timestamp,
}

impl Update {
    fn json(&self) -> Value {
        let mut object = Map::new();
        object.insert("update_id".to_owned(), json!(self.id));
        object.insert(self.kind.clone(), self.body.clone());
        Value::Object(object)
    }
}

/// A poll that waits.
#[derive(Debug)]
struct Slot {
    ticket: u64,
    bell: Bell,
}

/// What a poll asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Poll {
    pub ticket: u64,
    pub until: Timestamp,
    limit: usize,
}

/// The queue of the one bot.
#[derive(Debug)]
pub(super) struct Queue {
    next_id: i64,
    /// Every update below this has been confirmed.
    confirmed_below: i64,
    waiting: VecDeque<Update>,
    /// Empty: the default.
    allowed: Vec<String>,
    pub webhook: Option<String>,
    slot: Option<Slot>,
    next_ticket: u64,
    last_offset: Option<i64>,
    last_began: Option<Timestamp>,
    last_answered: Option<Timestamp>,
}

impl Queue {
    pub fn new(first_id: i64) -> Self {
        Self {
            next_id: first_id,
            confirmed_below: first_id,
            waiting: VecDeque::new(),
            allowed: Vec::new(),
            webhook: None,
            slot: None,
            next_ticket: 1,
            last_offset: None,
            last_began: None,
            last_answered: None,
        }
    }

    fn wants(&self, kind: &str) -> bool {
        if self.allowed.is_empty() {
            !NOT_BY_DEFAULT.contains(&kind)
        } else {
            self.allowed.iter().any(|allowed| allowed == kind)
        }
    }

    /// Adds an update, unless its kind is not wanted; wakes the poll that waits.
    pub fn push(&mut self, kind: &str, body: Value, now: Timestamp) {
        if !self.wants(kind) {
            return;
        }
        let kept = if kind == "callback_query" { CALLBACK_KEPT } else { KEPT };
        self.waiting.push_back(Update {
            id: self.next_id,
            kind: kind.to_owned(),
            body,
            until: now.checked_add(kept).unwrap_or(Timestamp::MAX),
        });
        self.next_id += 1;
        if let Some(slot) = &self.slot {
            slot.bell.ring();
        }
    }

    fn forget_old(&mut self, now: Timestamp) {
        self.waiting.retain(|update| now < update.until);
    }

    /// How many wait.
    pub fn pending(&mut self, now: Timestamp) -> usize {
        self.forget_old(now);
        self.waiting.len()
    }

    /// The number below which every update has been confirmed.
    pub fn confirmed_below(&self) -> i64 {
        self.confirmed_below
    }

    /// Whether a poll waits at this moment.
    pub fn is_polled(&self) -> bool {
        self.slot.is_some()
    }

    /// Begins a poll: takes over from an older one, remembers what is allowed, confirms what the offset says.
    pub fn begin(&mut self, params: &Params, now: Timestamp) -> Result<Poll, Refusal> {
        if self.webhook.is_some() {
            return Err(Refusal::conflict(WEBHOOK_ACTIVE));
        }
        self.allow(params)?;
        if let Some(older) = self.slot.take() {
            older.bell.ring();
        }
        self.forget_old(now);
        let offset = params.int("offset");
        self.confirm(offset);
        let mut limit = match params.int("limit") {
            _ if !params.has("limit") => 100,
            given => len_of(given.clamp(1, 100)).unwrap_or(100),
        };
        let mut wait = SignedDuration::from_secs(params.int("timeout").clamp(0, TIMEOUT_MAX_SECS));
        let soon =
            |last: Option<Timestamp>, span: SignedDuration| last.is_some_and(|last| now.duration_since(last) < span);
        if self.last_offset == Some(offset) {
            if soon(self.last_began, REPEAT) && wait < REPEAT {
                wait = REPEAT;
            }
            if soon(self.last_answered, HASTY) {
                limit = 1;
            }
        }
        self.last_offset = Some(offset);
        self.last_began = Some(now);
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        Ok(Poll { ticket, until: now.checked_add(wait).unwrap_or(Timestamp::MAX), limit })
    }

    /// `allowed_updates` stays as it is unless it is given.
    pub fn allow(&mut self, params: &Params) -> Result<(), Refusal> {
        let wrong = "can't parse allowed_updates: expected an Array of String";
        if let Some(given) = params.json("allowed_updates", wrong)? {
            let list = given.as_array().ok_or_else(|| Refusal::bad(wrong))?;
            self.allowed = list.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect();
        }
        Ok(())
    }

    /// The list that was last set; `None` for the default.
    pub fn allowed(&self) -> Option<&[String]> {
        (!self.allowed.is_empty()).then_some(self.allowed.as_slice())
    }

    fn confirm(&mut self, offset: i64) {
        if offset > 0 {
            // An offset from the future confirms no more than there is.
            self.confirmed_below = std::cmp::max(self.confirmed_below, std::cmp::min(offset, self.next_id));
            self.waiting.retain(|update| update.id >= offset);
        } else if offset < 0 {
            let keep = len_of(offset.saturating_neg()).unwrap_or(usize::MAX);
            let drop = self.waiting.len().saturating_sub(keep);
            self.waiting.drain(..drop);
        }
    }

    /// What there is for this poll now; an empty list is no reason to answer while it may wait.
    pub fn take(&mut self, poll: &Poll, now: Timestamp) -> Option<Value> {
        self.forget_old(now);
        if self.waiting.is_empty() && now < poll.until {
            return None;
        }
        let updates: Vec<Value> = self.waiting.iter().take(poll.limit).map(Update::json).collect();
        if !updates.is_empty() {
            self.last_answered = Some(now);
        }
        self.release(poll.ticket);
        Some(Value::Array(updates))
    }

    /// This poll waits from now on, until `bell` rings.
    pub fn park(&mut self, poll: &Poll, bell: Bell) {
        self.slot = Some(Slot { ticket: poll.ticket, bell });
    }

    /// Whether this is still the poll that may wait.
    pub fn is_current(&self, ticket: u64) -> bool {
        self.slot.as_ref().is_some_and(|slot| slot.ticket == ticket)
    }

    /// The poll is over, or its client went away.
    pub fn release(&mut self, ticket: u64) {
        if self.is_current(ticket) {
            self.slot = None;
        }
    }

    pub fn set_webhook(&mut self, params: &Params) -> Answered {
        let url = params.text("url");
        if url.is_empty() {
            return Ok(self.delete_webhook(params));
        }
        if !url.starts_with("https://") {
            return Err(Refusal::bad("bad webhook: An HTTPS URL must be provided for webhook"));
        }
        self.allow(params)?;
        if params.flag("drop_pending_updates") {
            self.waiting.clear();
        }
        self.webhook = Some(url.to_owned());
        if let Some(waiting) = self.slot.take() {
            waiting.bell.ring();
        }
        Ok(json!(true))
    }

    pub fn delete_webhook(&mut self, params: &Params) -> Value {
        if params.flag("drop_pending_updates") {
            self.waiting.clear();
        }
        self.webhook = None;
        json!(true)
    }

    pub fn webhook_info(&mut self, now: Timestamp) -> Value {
        let pending = i64_of_len(self.pending(now));
        let mut info = json!({
            "url": self.webhook.clone().unwrap_or_default(),
            "has_custom_certificate": false,
            "pending_update_count": pending,
        });
        super::model::put(&mut info, "max_connections", self.webhook.as_ref().map(|_| 40));
        super::model::put(&mut info, "allowed_updates", self.allowed().map(<[String]>::to_vec));
        info
    }
}
