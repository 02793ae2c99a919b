//! What platforms push: kept before it is answered, and then the poll of its source comes at once.
//!
//! Owns: which sources take hooks, that a hook is kept once however often it is sent, and when it is forgotten. Refuses:
//! numbers; they come from polls alone, so a hook that is lost loses nothing. Survives: a kill at any point. Before the
//! commit the platform gets no answer and sends it again; after it, what it was about comes with the next tick.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::core::Core;
use crate::domain::ids::SourceId;
use crate::store::records::{IndexRow, Record, load};
use crate::store::{Key, StoreError, Table, Transaction, keys};
use crate::web::{Hook, HookKept, Hooks, Signer};

/// How long a hook is known again. Stripe sends for three days, Shopify for four hours.
const KEPT: SignedDuration = SignedDuration::from_hours(4 * 24);

/// Bytes of a body that are kept with it; of a larger one only its digest is. Nothing reads it but a person who looks for
/// what went wrong.
const BODY_KEPT: usize = 32 << 10;

/// Hooks that are forgotten in one transaction.
const FORGET_AT_ONCE: usize = 100;

/// Something a platform pushed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookRecord {
    /// To which source.
    pub source: SourceId,
    /// The platform's id of the event.
    pub event: String,
    /// What it is about, as the platform writes it.
    pub topic: String,
    /// When it came.
    pub at: Timestamp,
    /// SHA-256 of the body, in hexadecimal.
    pub digest: String,
    /// Bytes of the body.
    pub size: usize,
    /// Whether it is known by its body as well as by its id.
    pub by_body: bool,
    /// The body in base64, where it is small.
    pub body: Option<String>,
}

impl Record for HookRecord {
    const TABLE: Table = Table::Hooks;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::hook(&self.source, &self.topic, &self.event)
    }

    fn index(&self) -> Vec<IndexRow> {
        let row = |key, bytes| IndexRow { table: Table::Hooks, key, bytes };
        let by_body = self.by_body.then(|| row(keys::hook_body(&self.source, &self.digest), self.key()));
        by_body.into_iter().chain([row(keys::hook_time(self.at, &self.key()), self.key())]).collect()
    }
}

/// Keeps hooks, and wakes the polls of their sources.
pub struct Inbox {
    core: Arc<Core>,
}

impl Inbox {
    /// For the sources of the configuration.
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    async fn try_keep(&self, hook: Hook) -> Result<HookKept, StoreError> {
        let Ok(source) = SourceId::new(&hook.source) else { return Ok(HookKept::Failed) };
        let body = (hook.body.len() <= BODY_KEPT).then(|| data_encoding::BASE64.encode(&hook.body));
        let record = HookRecord {
            source,
            event: hook.event,
            topic: hook.topic,
            at: hook.at,
            digest: hook.body_digest,
            size: hook.body.len(),
            by_body: hook.undated,
            body,
        };
        let mut transaction = Transaction::new();
        transaction.create(&record)?;
        match self.core.store.commit(transaction).await {
            Ok(_) => {
                if let Some(bell) = self.core.bells.polls.get(&record.source) {
                    bell.ring();
                }
                Ok(HookKept::New)
            }
            // Its key, or that of its body, is there already.
            Err(StoreError::Conflict { .. }) => Ok(HookKept::Known),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Hooks for Inbox {
    fn signer(&self, source: &str) -> Option<Signer> {
        let config = self.core.config.sources.get(&SourceId::new(source).ok()?)?;
        let common = &config.common;
        let takes = !common.hook_secret.expose_secret().is_empty();
        takes.then(|| Signer {
            scheme: common.hook_signature.unwrap_or_else(|| config.kind.settings().hook_signature()),
            secret: common.hook_secret.clone(),
            verify_token: common.hook_token.clone(),
        })
    }

    async fn keep(&self, hook: Hook) -> HookKept {
        let source = hook.source.clone();
        self.try_keep(hook).await.unwrap_or_else(|error| {
            let error = &error as &dyn std::error::Error;
            tracing::error!(source.id = source, error, "could not keep a hook; its platform is asked to send it again");
            HookKept::Failed
        })
    }
}

/// Forgets hooks that no platform sends again.
pub async fn forget(core: &Core) -> Result<(), StoreError> {
    let oldest = core.clock.now().checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    let (from, until) = keys::hooks_before(oldest);
    loop {
        let rows = core.store.scan(Table::Hooks, &from, &until, FORGET_AT_ONCE).await?;
        let mut transaction = Transaction::new();
        for (_, row) in &rows {
            if let Some(hook) = load::<HookRecord>(&*core.store, &row.bytes).await? {
                transaction.delete(&hook);
            }
        }
        if transaction == Transaction::new() {
            return Ok(());
        }
        core.store.commit(transaction).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::Config;
    use crate::store::Store;
    use crate::store::memory::MemoryStore;
    use crate::time::Clock;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + secs).expect("in range")
    }

    async fn inbox() -> (Inbox, Arc<dyn Store>) {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let (clock, _) = Clock::simulated(at(5 * 86_400));
        let config = Config::load(None, &[]).expect("loads");
        let core = Core::open(clock, Arc::clone(&store), config, 1).await.expect("opens");
        (Inbox::new(core), store)
    }

    fn hook(event: &str, digest: &str, undated: bool, secs: i64) -> Hook {
        Hook {
            source: "shop".to_owned(),
            event: event.to_owned(),
            topic: "orders/create".to_owned(),
            at: at(secs),
            body_digest: digest.to_owned(),
            undated,
            body: b"{}".to_vec(),
        }
    }

    async fn rows(store: &dyn Store) -> usize {
        let (from, until) = keys::all();
        store.scan(Table::Hooks, &from, &until, 1000).await.expect("read").len()
    }

    #[tokio::test]
    async fn a_hook_is_kept_once_by_its_id_and_without_a_date_by_its_body() {
        let (inbox, store) = inbox().await;
        assert_eq!(inbox.keep(hook("e1", "aa", true, 0)).await, HookKept::New);
        assert_eq!(rows(&*store).await, 3);
        assert_eq!(inbox.keep(hook("e1", "bb", true, 1)).await, HookKept::Known, "the same id");
        assert_eq!(inbox.keep(hook("e2", "aa", true, 2)).await, HookKept::Known, "the same body under another id");
        assert_eq!(rows(&*store).await, 3);
        assert_eq!(inbox.keep(hook("e3", "aa", false, 3)).await, HookKept::New, "a date was signed with it");
        assert_eq!(rows(&*store).await, 5);
    }

    #[tokio::test]
    async fn old_hooks_are_forgotten_with_all_that_leads_to_them() {
        let (inbox, store) = inbox().await;
        for n in 0..250 {
            let kept = inbox.keep(hook(&format!("e{n}"), &format!("d{n}"), true, n * 60)).await;
            assert_eq!(kept, HookKept::New);
        }
        let young = hook("young", "young", true, 2 * 86_400);
        assert_eq!(inbox.keep(young).await, HookKept::New);
        forget(&inbox.core).await.expect("forgotten");
        assert_eq!(rows(&*store).await, 3, "the young one is left");
        assert_eq!(inbox.keep(hook("e1", "d1", true, 5 * 86_400)).await, HookKept::New);
    }
}
