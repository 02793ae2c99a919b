//! The vault: the tokens of accounts that people have connected, sealed in the store.
//!
//! Owns: who may renew an account's tokens now (one at a time in this process), and that renewed tokens are on disk before
//! anybody uses them. Refuses: asking platforms ([`crate::http::tokens`] does) and showing a token to anybody.
//! Survives: a kill between keeping and using (the kept ones are used next), and between a platform's answer and keeping: a
//! refresh token that was used up is refused once, the record says so, people are told, and nobody asks again.

pub mod seal;
pub mod watch;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::json;

use super::config::VaultConfig;
use super::records::{AccountRecord, Refused};
use crate::domain::ids::SourceId;
use crate::domain::journal::JournalEntry;
use crate::http::tokens::{Accounts, TokenKeeper, TokenSet, Turn};
use crate::store::records::{Loaded, load, scan_all};
use crate::store::{Store, StoreError, Transaction, keys};
use crate::time::{Bell, Clock};
use seal::{KeyPlace, VaultKey};

/// The longest id of an account. Platforms stay under 100; with a source it must fit into a key.
pub const ACCOUNT_MAX: usize = 128;

/// Why the vault did not do it. Never shows a token or a key.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// No key is set.
    #[error(
        "the tokens of connected accounts need a key; set vault.key_file (`plimsoll connect` makes the file) or vault.key"
    )]
    NoKey,
    /// Two keys are set.
    #[error("vault.key and vault.key_file are both set; keep one of them")]
    TwoKeys,
    /// What is set is no key.
    #[error("{place} is no key; write 32 bytes as base64 or hex, such as `openssl rand -base64 32` prints")]
    BadKey {
        /// Where.
        place: &'static str,
    },
    /// The file of the key cannot be read or made.
    #[error("could not use `{path}`, named by vault.key_file")]
    KeyFile {
        /// The file.
        path: String,
        /// The cause.
        #[source]
        cause: io::Error,
    },
    /// The record does not open.
    #[error(
        "the tokens of `{account}` at `{source_id}` do not open: they were sealed under another key, or are damaged; put the \
         right key back (vault.key_file), or connect the account again: `plimsoll connect {source_id} --account {account}`"
    )]
    Closed {
        /// The source.
        source_id: SourceId,
        /// The account.
        account: String,
    },
    /// Nothing that long is sealed.
    #[error("the tokens of `{account}` are too long to be sealed")]
    TooLong {
        /// The account.
        account: String,
    },
    /// It was disconnected, or connected anew, while its tokens were renewed.
    #[error("`{account}` was disconnected or connected anew meanwhile; what is kept now counts")]
    Overtaken {
        /// The account.
        account: String,
    },
    /// What is given is no account's id.
    #[error("`{given}` is no account; write its id as documents have it, at most {ACCOUNT_MAX} bytes")]
    BadAccount {
        /// What was given.
        given: String,
    },
    /// The system has no random numbers.
    #[error("the system has no random numbers to give: {cause}")]
    NoChance {
        /// Why not.
        cause: String,
    },
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for io::Error {
    fn from(error: VaultError) -> Self {
        Self::other(error)
    }
}

/// What is stored of an account, made where its tokens are: they leave that place sealed only.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The tokens.
    pub sealed: String,
    /// Whether a refresh token is among them.
    pub refreshable: bool,
    /// Until when the access token is good.
    pub access_until: Option<jiff::Timestamp>,
    /// Until when the refresh token is good.
    pub refresh_until: Option<jiff::Timestamp>,
    /// The rights.
    pub scope: Option<String>,
}

impl Sealed {
    /// Seals tokens.
    pub fn new(key: &VaultKey, source: &SourceId, account: &str, tokens: &TokenSet) -> Result<Self, VaultError> {
        Ok(Self {
            sealed: key.seal(source, account, tokens)?,
            refreshable: tokens.refresh.is_some(),
            access_until: tokens.access_until,
            refresh_until: tokens.refresh_until,
            scope: tokens.scope.clone(),
        })
    }
}

/// Whose turn it is, by source and account.
type Turns = BTreeMap<(SourceId, String), Arc<tokio::sync::Mutex<()>>>;

/// The vault on one store.
pub struct Vault {
    store: Arc<dyn Store>,
    place: KeyPlace,
    clock: Clock,
    bell: Bell,
    turns: Mutex<Turns>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

/// Whether an account's id can be kept.
pub fn check_account(given: &str) -> Result<(), VaultError> {
    let fits = (1..=ACCOUNT_MAX).contains(&given.len()) && !given.contains(char::is_control);
    if fits { Ok(()) } else { Err(VaultError::BadAccount { given: given.escape_debug().to_string() }) }
}

impl Vault {
    /// The vault of a store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, config: &VaultConfig, clock: &Clock) -> Arc<Self> {
        let place = KeyPlace::of(config);
        Arc::new(Self { store, place, clock: clock.clone(), bell: clock.bell(), turns: Mutex::default() })
    }

    /// Rings when an account was connected, or refused.
    #[must_use]
    pub fn bell(&self) -> &Bell {
        &self.bell
    }

    /// The accounts of a source, for the source itself.
    #[must_use]
    pub fn accounts(self: &Arc<Self>, source: &SourceId) -> Arc<dyn Accounts> {
        Arc::new(OfSource { vault: Arc::clone(self), source: source.clone() })
    }

    /// The keeper of one account, connected or not.
    #[must_use]
    pub fn keeper(self: &Arc<Self>, source: &SourceId, account: &str) -> Arc<dyn TokenKeeper> {
        Arc::new(Keeper {
            vault: Arc::clone(self),
            source: source.clone(),
            account: account.to_owned(),
            read: Mutex::default(),
        })
    }

    /// Every account.
    pub async fn list(&self) -> Result<Vec<AccountRecord>, StoreError> {
        Ok(scan_all::<AccountRecord>(&*self.store).await?.into_iter().map(|kept| kept.value).collect())
    }

    /// Keeps an account that somebody has connected, over what was kept of it; `false`: it is new. What does not open with
    /// the key that is used here is refused: nobody could use it.
    ///
    /// A crash before the return leaves what was kept before; connecting again is safe.
    pub async fn connect(
        &self,
        source: &SourceId,
        account: &str,
        sealed: Sealed,
        by: &str,
    ) -> Result<bool, VaultError> {
        check_account(account)?;
        self.place.read()?.open(source, account, &sealed.sealed)?;
        let before = self.load(source, account).await?;
        let now = self.clock.now();
        let after = AccountRecord {
            source: source.clone(),
            account: account.to_owned(),
            sealed: sealed.sealed,
            refreshable: sealed.refreshable,
            access_until: sealed.access_until,
            refresh_until: sealed.refresh_until,
            scope: sealed.scope,
            by: by.to_owned(),
            connected_at: now,
            renewed_at: now,
            refused: None,
        };
        let mut transaction = Transaction::new();
        transaction.set(before.as_ref(), &after)?;
        transaction.append_journal(&self.line(by, "account_connected", &after, json!({ "scope": after.scope })))?;
        self.store.commit(transaction).await?;
        self.bell.ring();
        Ok(before.is_some())
    }

    /// Forgets an account; `false`: there was none. What the platform gave stays good there until its owner takes it back.
    pub async fn disconnect(&self, source: &SourceId, account: &str, by: &str) -> Result<bool, VaultError> {
        let Some(kept) = self.load(source, account).await? else { return Ok(false) };
        let mut transaction = Transaction::new();
        transaction.delete(&kept);
        transaction.append_journal(&self.line(by, "account_disconnected", &kept.value, json!({})))?;
        self.store.commit(transaction).await?;
        Ok(true)
    }

    async fn load(&self, source: &SourceId, account: &str) -> Result<Option<Loaded<AccountRecord>>, StoreError> {
        load::<AccountRecord>(&*self.store, &keys::account(source, account)).await
    }

    fn line(&self, by: &str, deed: &str, of: &AccountRecord, detail: serde_json::Value) -> JournalEntry {
        JournalEntry {
            at: self.clock.now(),
            actor: by.to_owned(),
            deed: deed.to_owned(),
            subject: format!("account/{}/{}", of.source, of.account),
            detail,
        }
    }

    /// Notes that a platform does not take an account's tokens any more, unless they are others by now.
    async fn refuse(&self, kept: Loaded<AccountRecord>, reason: &str) -> Result<(), StoreError> {
        let mut kept = kept;
        kept.value.refused = Some(Refused { at: self.clock.now(), reason: reason.to_owned() });
        let mut transaction = Transaction::new();
        transaction.update(&kept)?;
        let detail = json!({ "reason": reason });
        transaction.append_journal(&self.line("plimsoll", "account_refused", &kept.value, detail))?;
        self.store.commit(transaction).await?;
        self.bell.ring();
        Ok(())
    }

    fn turn_of(&self, source: &SourceId, account: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry((source.clone(), account.to_owned())).or_default())
    }
}

/// The accounts of one source.
#[derive(Debug)]
struct OfSource {
    vault: Arc<Vault>,
    source: SourceId,
}

#[async_trait]
impl Accounts for OfSource {
    /// `None` also for one that is refused: it is connected again before it is asked about again.
    async fn keeper(&self, account: &str) -> io::Result<Option<Arc<dyn TokenKeeper>>> {
        let kept = self.vault.load(&self.source, account).await.map_err(VaultError::from)?;
        let open = kept.is_some_and(|kept| kept.value.refused.is_none());
        Ok(open.then(|| self.vault.keeper(&self.source, account)))
    }
}

/// Keeps one account's tokens.
struct Keeper {
    vault: Arc<Vault>,
    source: SourceId,
    account: String,
    /// Which write of the record was read last: others are kept over that one only.
    read: Mutex<Option<u64>>,
}

impl fmt::Debug for Keeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keeper({}/{})", self.source, self.account)
    }
}

impl Keeper {
    /// The record as it was read last; an error where somebody has changed it since.
    async fn unchanged(&self) -> Result<Loaded<AccountRecord>, VaultError> {
        let read = *self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = self.vault.load(&self.source, &self.account).await?;
        let same = kept.filter(|kept| Some(kept.version) == read);
        same.ok_or_else(|| VaultError::Overtaken { account: self.account.clone() })
    }

    async fn store(&self, tokens: &TokenSet) -> Result<(), VaultError> {
        let mut kept = self.unchanged().await?;
        let sealed = Sealed::new(&self.vault.place.read()?, &self.source, &self.account, tokens)?;
        kept.value = AccountRecord {
            sealed: sealed.sealed,
            refreshable: sealed.refreshable,
            access_until: sealed.access_until,
            refresh_until: sealed.refresh_until,
            scope: sealed.scope,
            renewed_at: self.vault.clock.now(),
            ..kept.value
        };
        let mut transaction = Transaction::new();
        transaction.update(&kept)?;
        self.vault.store.commit(transaction).await?;
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept.version + 1);
        Ok(())
    }
}

#[async_trait]
impl TokenKeeper for Keeper {
    async fn load(&self) -> io::Result<TokenSet> {
        let kept = self.vault.load(&self.source, &self.account).await.map_err(VaultError::from)?;
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = kept.as_ref().map(|kept| kept.version);
        let Some(kept) = kept.filter(|kept| kept.value.refused.is_none()) else { return Ok(TokenSet::default()) };
        let opened = self.vault.place.read()?.open(&self.source, &self.account, &kept.value.sealed)?;
        Ok(TokenSet {
            access: opened.access,
            access_until: kept.value.access_until,
            refresh: opened.refresh,
            refresh_until: kept.value.refresh_until,
            scope: kept.value.scope,
        })
    }

    async fn keep(&self, tokens: &TokenSet) -> io::Result<()> {
        Ok(self.store(tokens).await?)
    }

    async fn turn(&self) -> Turn {
        self.vault.turn_of(&self.source, &self.account).lock_owned().await.into()
    }

    async fn refused(&self, reason: &str) -> io::Result<()> {
        match self.unchanged().await {
            Ok(kept) => Ok(self.vault.refuse(kept, reason).await.map_err(VaultError::from)?),
            // Others are kept by now, and nobody has refused those.
            Err(VaultError::Overtaken { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
