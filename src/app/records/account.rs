//! An account that somebody has connected.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::ids::SourceId;
use crate::store::records::Record;
use crate::store::{Key, Table, keys};

/// An account that somebody has connected to a source. What is secret of it is sealed; the rest may be listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRecord {
    /// To which source.
    pub source: SourceId,
    /// The account, as documents name it.
    pub account: String,
    /// The tokens: base64 of a nonce and of what only the vault's key opens, and only under this source and account.
    pub sealed: String,
    /// Whether a refresh token is among them.
    pub refreshable: bool,
    /// Until when the access token is good; `None`: it has no end.
    pub access_until: Option<Timestamp>,
    /// Until when the refresh token is good; `None`: it has no end.
    pub refresh_until: Option<Timestamp>,
    /// The rights that were given, with spaces between them.
    pub scope: Option<String>,
    /// Who connected it, as the journal writes it.
    pub by: String,
    /// When.
    pub connected_at: Timestamp,
    /// When its tokens were renewed last, or connected.
    pub renewed_at: Timestamp,
    /// The platform does not take them any more.
    #[serde(default)]
    pub refused: Option<Refused>,
}

/// That a platform does not take an account's tokens any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Since when that is known.
    pub at: Timestamp,
    /// The platform's word for it.
    pub reason: String,
}

impl AccountRecord {
    /// When somebody has to connect it again, should it not be renewed before; `None`: never.
    #[must_use]
    pub fn ends(&self) -> Option<Timestamp> {
        if self.refreshable { self.refresh_until } else { self.access_until }
    }
}

impl Record for AccountRecord {
    const TABLE: Table = Table::Accounts;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::account(&self.source, &self.account)
    }
}
