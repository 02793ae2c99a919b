//! Looks at the program itself and tells its operators: parts that end or hang, chats that fall silent, messages that wait,
//! quotas that will not last, a disk that fills up, a store that fails; and that each of them is well again.
//!
//! Owns: when it looks, what counts as trouble, and that each trouble is told once until it is over. Refuses: healing; parts are
//! started again by [`super::parts`], deliveries are tried again by the deliverer. Survives: a restart (what was told and is
//! not over is read from the store at the first look) and being ended itself: it is a part like any other.
//!
//! A store that takes nothing cannot be told through the rooms: nothing is told that was not kept. The log says so at once,
//! `/readyz` and a heartbeat that stays away say so to whoever watches from outside, and the rooms hear of it afterwards.

pub mod disk;
mod queue;
mod quota;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::parts::{Ended, PartSeen};
use super::rounds::rest_until;
use super::trouble;
use crate::domain::person::Chat;
use crate::store::{StoreError, Table, Transaction, Write};
use crate::time::Held;
use crate::words::trouble::{Program, Trouble};

/// How often it looks. Nothing that it tells of is over sooner.
pub const LOOK_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// What reads more than memory is looked at once in so many looks.
const WIDE_EVERY: u32 = 5;

/// So often in a row a part may end before the operators are told; the first time may be bad luck.
const DEATHS_TOLD: u32 = 2;

/// A silent receiver is made anew again after so long at most.
const RENEW_MAX: SignedDuration = SignedDuration::from_hours(1);

/// What receives from a chat, as its part is called.
#[must_use]
pub fn receiver(chat: Chat) -> &'static str {
    match chat {
        Chat::Discord => "discord gateway",
        Chat::Telegram => "telegram updates",
    }
}

/// Looks for ever. `chats`: those that are configured.
pub async fn run(core: Arc<Core>, chats: Vec<Chat>, mut held: Held, stop: CancellationToken) {
    let mut watch = Watch::new(&core, chats);
    loop {
        let at = core.clock.now().checked_add(LOOK_EVERY).unwrap_or(Timestamp::MAX);
        if !rest_until(&mut held, at, &stop).await {
            return;
        }
        if let Err(error) = watch.look().await {
            core.parts.complain();
            let cause = &error as &dyn std::error::Error;
            tracing::error!(error = cause, "could not look at the program itself; looked again in a minute");
        }
    }
}

/// What was seen at the looks before.
struct Watch<'a> {
    core: &'a Core,
    chats: Vec<Chat>,
    began: Timestamp,
    looks: u32,
    /// What was told and is not over; read once.
    open: Option<BTreeSet<String>>,
    restarts: BTreeMap<String, u64>,
    renewed: BTreeMap<Chat, (Timestamp, SignedDuration)>,
    complaints: u64,
    store_failing: Option<Timestamp>,
}

impl<'a> Watch<'a> {
    fn new(core: &'a Core, chats: Vec<Chat>) -> Self {
        Self {
            core,
            chats,
            began: core.clock.now(),
            looks: 0,
            open: None,
            restarts: BTreeMap::new(),
            renewed: BTreeMap::new(),
            // What failed before the first look counts as well.
            complaints: 0,
            store_failing: None,
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        self.store().await?;
        if self.open.is_none() {
            self.open = Some(trouble::all_open(self.core).await?);
        }
        // What was told of a part may be from before the program was started; else only those need a look that were shaken.
        let told = self.open.iter().flatten().any(|thing| thing.starts_with("part_"));
        for part in if told { self.core.parts.seen() } else { self.core.parts.shaken() } {
            self.part(&part).await?;
        }
        for chat in self.chats.clone() {
            self.receiver(chat).await?;
        }
        self.looks = self.looks.wrapping_add(1);
        if self.looks.is_multiple_of(WIDE_EVERY) {
            self.queues().await?;
            self.quotas().await?;
            self.disk().await?;
        }
        Ok(())
    }

    /// Tells of a trouble that is not open, or that one is over that was. The thing is `kind/of`.
    async fn stand(&mut self, kind: &str, of: &str, trouble: Option<Program>) -> Result<(), StoreError> {
        if trouble.is_none() && self.open.as_ref().is_none_or(BTreeSet::is_empty) {
            // As nearly always.
            return Ok(());
        }
        let is_open = self.is_open(kind, of);
        if trouble.is_some() == is_open {
            return Ok(());
        }
        let thing = format!("{kind}/{of}");
        if let Some(program) = trouble {
            tracing::warn!(trouble = thing, "the operators are told");
            trouble::begin(self.core, &Trouble::Program(program)).await?;
            self.open.get_or_insert_default().insert(thing);
        } else {
            trouble::end(self.core, &thing).await?;
            tracing::info!(trouble = thing, "well again");
            self.open.get_or_insert_default().remove(&thing);
        }
        Ok(())
    }

    /// Whether a trouble was told and is not over. Few are, and most that is asked about is not.
    fn is_open(&self, kind: &str, of: &str) -> bool {
        let of_kind = |thing: &str| thing.split_once('/').is_some_and(|one| one == (kind, of));
        self.open.iter().flatten().any(|thing| of_kind(thing))
    }

    async fn part(&mut self, part: &PartSeen) -> Result<(), StoreError> {
        let known = self.restarts.get(&part.name).copied().unwrap_or(0);
        let renewed = matches!(part.ended, Some((Ended::Renewed, _)));
        if let Some((how, at)) = part.ended.filter(|_| known < part.restarts) {
            self.restarts.insert(part.name.clone(), part.restarts);
            let detail = json!({ "how": how.as_str(), "at": at, "restarts": part.restarts });
            self.core.journal(self.core.line("part_restarted", format!("part/{}", part.name), detail)).await?;
        }
        // Whoever was ended on purpose has not failed by itself; its own trouble says why.
        let died = part.ended.filter(|_| DEATHS_TOLD <= part.failures && !renewed);
        match died {
            Some((_, since)) => {
                let died = Program::PartDied { part: part.name.clone(), since, times: part.failures };
                self.stand("part_died", &part.name, Some(died)).await?;
            }
            // A first failure is neither trouble nor the end of one.
            None if part.failures == 0 => self.stand("part_died", &part.name, None).await?,
            None => {}
        }
        match part.hangs_since {
            Some(since) => {
                let restarted = self.core.parts.end_hung(&part.name);
                let hangs = Program::PartHangs { part: part.name.clone(), since, restarted };
                self.stand("part_hangs", &part.name, Some(hangs)).await
            }
            // What was ended is well when it has worked for a while; what was not, as soon as it goes on.
            None if part.failures == 0 || !renewed => self.stand("part_hangs", &part.name, None).await,
            None => Ok(()),
        }
    }

    async fn receiver(&mut self, chat: Chat) -> Result<(), StoreError> {
        let name = receiver(chat);
        if self.core.parts.is_over(name) {
            // It is refused, and that was told.
            return Ok(());
        }
        let (now, limit) = (self.core.clock.now(), self.core.config.alarms.receiver_silent.0);
        let heard = self.core.parts.last_heard(chat);
        let since = heard.map_or(self.began, |heard| std::cmp::max(heard, self.began));
        if now.duration_since(since) < limit {
            if heard.is_some() {
                self.renewed.remove(&chat);
                self.stand("receiver_silent", chat.title(), None).await?;
                self.stand("token_refused", chat.title(), None).await?;
            }
            return Ok(());
        }
        self.stand("receiver_silent", chat.title(), Some(Program::ReceiverSilent { chat: chat.title(), since }))
            .await?;
        let (last, wait) = self.renewed.get(&chat).copied().unwrap_or((since, limit));
        if wait <= now.duration_since(last) {
            self.renewed.insert(chat, (now, std::cmp::min(wait.saturating_mul(2), RENEW_MAX)));
            tracing::warn!(chat = chat.as_str(), "nothing was heard for long; the receiver is made anew");
            self.core.parts.renew(name);
        }
        Ok(())
    }

    /// Whether the store takes something, where somebody says that it does not.
    async fn store(&mut self) -> Result<(), StoreError> {
        let complaints = self.core.parts.complaints();
        if complaints == self.complaints && self.store_failing.is_none() {
            return Ok(());
        }
        self.complaints = complaints;
        let now = self.core.clock.now();
        match probe(self.core).await {
            Ok(()) => {
                if let Some(since) = self.store_failing.take() {
                    let failed = Trouble::Program(Program::StoreFailed { since, until: now });
                    trouble::tell_once(self.core, &failed, None).await?;
                }
                Ok(())
            }
            Err(error) => {
                self.store_failing.get_or_insert(now);
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the store takes nothing: nothing is judged and nobody is told; look at the disk, then stop the \
                     service and run `plimsoll doctor`"
                );
                Ok(())
            }
        }
    }

    async fn queues(&mut self) -> Result<(), StoreError> {
        for (chat, old) in queue::old(self.core).await? {
            let trouble = old.map(|(count, since)| Program::QueueOld { chat: chat.title(), count, since });
            self.stand("queue_old", chat.title(), trouble).await?;
        }
        Ok(())
    }

    async fn quotas(&mut self) -> Result<(), StoreError> {
        for (source, bucket, forecast) in quota::forecasts(self.core).await {
            let of = format!("{source}/{bucket}");
            let is_open = self.is_open("quota_low", &of);
            let low = forecast.low(self.core.config.alarms.quota_low_percent, is_open).map(|empty| Program::QuotaLow {
                source: source.to_string(),
                bucket,
                left: forecast.percent_left(),
                empty,
                until: forecast.until,
            });
            self.stand("quota_low", &of, low).await?;
        }
        Ok(())
    }

    async fn disk(&mut self) -> Result<(), StoreError> {
        // An emulated world has no disk.
        let folder = &self.core.config.store.folder;
        let left = if self.core.clock.is_simulated() { None } else { disk::bytes_left(folder) };
        let Some(left) = left else { return Ok(()) };
        for (thing, trouble) in disk::stands(&self.core.config.alarms, left, self.open.as_ref()) {
            let (kind, of) = thing.split_once('/').unwrap_or((&thing, ""));
            self.stand(kind, of, trouble).await?;
        }
        Ok(())
    }
}

/// Whether the store takes a commit: the same row each time.
async fn probe(core: &Core) -> Result<(), StoreError> {
    let bytes = core.clock.now().to_string().into_bytes();
    let put = Write::Put { table: Table::Sources, key: b"alarms/probe".to_vec(), bytes };
    core.store.commit(Transaction { expect: Vec::new(), writes: vec![put] }).await.map(drop)
}

#[cfg(test)]
mod tests;
