//! Keeps what was promised.
//!
//! Owns: the tables and their key order, transactions, versions of records, and the promise that a committed transaction
//! survives the machine. Refuses: meaning; it never looks into what it keeps beyond what a migration needs.
//!
//! A store has three operations and each is a whole transaction. Everything that must be atomic (a judged cycle, a claim,
//! an attempt with its message id) is one [`Transaction`] with the versions it was made from: if somebody was quicker it
//! is refused whole, and the caller reads again.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use async_trait::async_trait;

use backup::BackedUp;

pub mod backup;
pub mod keys;
pub mod limits;
pub mod memory;
pub mod postgres;
pub mod records;
pub mod samples;
pub mod sled;

#[cfg(test)]
mod contract;

/// The tables. The order is the order in dumps and backups; the number is part of the file format, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Table {
    /// Schema version and other facts about the store itself. Key: name.
    Meta = 1,
    /// Brands, campaigns, creators, partnerships, deliverables, boosts, … as applied. Key: `kind/id`.
    Documents = 2,
    /// Earlier versions of documents and rules. Key: `kind/id/` + version, big-endian.
    History = 3,
    /// Rules in force. Key: rule id.
    Rules = 4,
    /// Samples and absences that were imported (before schema 4 also those of polls), one row per subject, platform and
    /// instant. Key: subject, 0, platform, 0, `observed_at` and `known_at` big-endian, and what the row holds (4 bytes), so
    /// that two sources of one platform do not overwrite each other.
    Samples = 5,
    /// Posts as discovered or imported. Key: `platform/post`.
    Posts = 6,
    /// One row per poll: what was asked, answered, missing, spent. Key: source, 0, time big-endian.
    Polls = 7,
    /// Rule memory, one row per rule and subject whose phase is not quiet. Key: `rule` 0 `subject`.
    Memory = 8,
    /// Incidents. Key: incident id.
    Incidents = 9,
    /// Incidents that are not resolved. Key: `rule` 0 `subject`; value: incident id.
    OpenIncidents = 10,
    /// Notices. Key: what they are about.
    Notices = 11,
    /// Deliveries. Key: `about` 0 `room`.
    Deliveries = 12,
    /// Deliveries that still have something to do, in the order of their time. Key: time big-endian, delivery key.
    DueDeliveries = 13,
    /// Proposals and what became of them. Key: number big-endian.
    Proposals = 14,
    /// Proposals that still have something to do. Key: time big-endian, number.
    DueProposals = 15,
    /// Updates and interactions, stored before they are confirmed. Key: platform, 0, bot, 0, id big-endian.
    Inbox = 16,
    /// Who did what, when, why. Key: sequence big-endian. Append only.
    Journal = 17,
    /// People. Key: person id.
    People = 18,
    /// Identities and who has them. Key: `chat:user`; value: person id.
    Identities = 19,
    /// Grants. Key: person, 0, role, 0, reach.
    Grants = 20,
    /// Rooms. Key: room id.
    Rooms = 21,
    /// One-time codes. Key: hash of the code.
    Codes = 22,
    /// What a button means. Key: token.
    Buttons = 23,
    /// State of sources: quota, guards, offsets. Key: name.
    Sources = 24,
    /// What is in the inbox and was not answered yet, in the order of its coming. Key: time big-endian, inbox key.
    Unanswered = 25,
    /// Levels that may be lost, and what became of it: the newest per rule and creator. Key: `rule` 0 `subject`.
    LevelCases = 30,
    /// Those that are not over, in the order of their time. Key: time big-endian, case key; value: the stage.
    DueLevels = 31,
    /// What was learned from history, every version. Key: name, 0, version big-endian.
    Learned = 40,
    /// Clicks on tracking links, one row per partnership and hour. Key: `campaign/creator` 0 hour.
    Clicks = 41,
    /// Every change of what a rule remembers. Key: `rule` 0 `subject` 0, time big-endian.
    MemoryHistory = 42,
    /// Open incidents whose rule has a step to come, in the order of their time. Key: time big-endian, incident id.
    DueRungs = 43,
    /// What rules in shadow would have told. Key: `rule` 0 time big-endian, subject.
    ShadowFires = 44,
    /// What was asked about rules that watched long enough, and answered. Key: `rule` 0 version big-endian.
    Promotions = 45,
    /// Tracking links that were cut. Key: the link.
    CutLinks = 49,
    /// What platforms pushed. Key: `r` source, 0, topic, 0, event; beside them rows that lead there: `b` source, 0, digest of
    /// the body, and `t` time big-endian, key.
    Hooks = 47,
    /// What was spent at each source, when it was polled and why it rests. Key: source.
    Quota = 48,
    /// Time that lies with a brand and does not count against creators. Key: number big-endian.
    Excuses = 36,
    /// Open incidents that nobody has taken, by when the next is told. Key: time big-endian, incident id.
    DueEscalations = 60,
    /// Incidents that ended, in the order of their ends. Key: time big-endian, incident id.
    EndedIncidents = 61,
    /// Accounts that people have connected, their tokens sealed. Key: source 0 account.
    Accounts = 46,
    /// Offers to change deals. Key: number big-endian.
    Offers = 62,
    /// Those whose time runs, in the order of its end. Key: time big-endian, number.
    DueOffers = 63,
    /// What people set, to be looked at again. Key: name.
    FollowUps = 70,
    /// Those without a verdict, in the order of their time. Key: time big-endian, name.
    DueFollowUps = 71,
    /// Tips that were given, and what came of them. Key: creator, 0, day big-endian, what it was.
    TipsGiven = 72,
    /// Those that are still followed, in the order of their time. Key: time big-endian, tip key.
    DueTips = 73,
    /// What people answered when they were asked about a campaign. Key: campaign, 0, question, 0, `p` and a person or `a` and
    /// a lot.
    Answers = 74,
    /// Who was asked about a campaign. Key: campaign, 0, person.
    Asked = 75,
    /// Things to do after campaigns. Key: number big-endian.
    Steps = 76,
    /// Those that are not done. Key: number big-endian.
    OpenSteps = 77,
    /// Older samples and absences, weeks of a series in one record ([`samples::seal_before`]). Key: subject, 0, platform, 0, when the
    /// first was observed and when the last was, big-endian, and a checksum (4 bytes).
    Sealed = 78,
    /// What was heard at one moment of many subjects, until it is sealed ([`samples::writes_of_heard`]). Key: when it became known
    /// and the number of the part, big-endian.
    Heard = 79,
}

impl Table {
    /// Every table, in the order of their numbers.
    pub const ALL: [Self; 52] = [
        Self::Meta,
        Self::Documents,
        Self::History,
        Self::Rules,
        Self::Samples,
        Self::Posts,
        Self::Polls,
        Self::Memory,
        Self::Incidents,
        Self::OpenIncidents,
        Self::Notices,
        Self::Deliveries,
        Self::DueDeliveries,
        Self::Proposals,
        Self::DueProposals,
        Self::Inbox,
        Self::Journal,
        Self::People,
        Self::Identities,
        Self::Grants,
        Self::Rooms,
        Self::Codes,
        Self::Buttons,
        Self::Sources,
        Self::Unanswered,
        Self::LevelCases,
        Self::DueLevels,
        Self::Learned,
        Self::Clicks,
        Self::MemoryHistory,
        Self::DueRungs,
        Self::ShadowFires,
        Self::Promotions,
        Self::CutLinks,
        Self::Hooks,
        Self::Excuses,
        Self::Accounts,
        Self::Quota,
        Self::DueEscalations,
        Self::EndedIncidents,
        Self::Offers,
        Self::DueOffers,
        Self::FollowUps,
        Self::DueFollowUps,
        Self::TipsGiven,
        Self::DueTips,
        Self::Answers,
        Self::Asked,
        Self::Steps,
        Self::OpenSteps,
        Self::Sealed,
        Self::Heard,
    ];

    /// Its number in the file format.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// A key; compared byte by byte. Numbers in it are big-endian.
pub type Key = Vec<u8>;

/// A record as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Counts the writes of this key, from 1. A key that was deleted starts again at 1.
    pub version: u64,
    /// What was put.
    pub bytes: Vec<u8>,
}

/// What must be true of a key for a transaction to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Nothing is there.
    Absent,
    /// This version is there.
    Version(u64),
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    /// Puts bytes under a key.
    Put {
        /// Where.
        table: Table,
        /// Under which key.
        key: Key,
        /// What.
        bytes: Vec<u8>,
    },
    /// Removes a key, if it is there.
    Delete {
        /// Where.
        table: Table,
        /// Which key.
        key: Key,
    },
    /// Puts bytes under the table's next number (8 bytes, big-endian, from 1). The numbers have no gaps.
    Append {
        /// Where.
        table: Table,
        /// What.
        bytes: Vec<u8>,
    },
}

/// Changes that happen together or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transaction {
    /// What must be true.
    pub expect: Vec<(Table, Key, Expect)>,
    /// What then happens, in order.
    pub writes: Vec<Write>,
}

/// What a committed transaction answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The numbers given to [`Write::Append`], in order.
    pub numbers: Vec<u64>,
}

/// Why the store did not do it. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody was quicker: read again.
    #[error("the record in {table:?} has changed since it was read")]
    Conflict {
        /// Where.
        table: Table,
        /// Which key.
        key: Key,
    },
    /// A key, value or transaction is larger than the store takes.
    #[error("{what} of {size} bytes is larger than {max}")]
    TooLarge {
        /// What.
        what: &'static str,
        /// Its size.
        size: usize,
        /// The limit.
        max: usize,
    },
    /// What is kept cannot be read: the file is damaged, or of a newer version.
    #[error("cannot read the store: {what}")]
    Damaged {
        /// What was found, and the remedy.
        what: String,
    },
    /// Another process has it open.
    #[error("the store in `{folder}` is in use by another process; stop that one first")]
    InUse {
        /// The data folder.
        folder: String,
    },
    /// The disk takes nothing more; what was committed before is on it.
    #[error("the disk under `{folder}` {trouble}; everything that was confirmed is kept")]
    Disk {
        /// The data folder.
        folder: String,
        /// What is the matter with it.
        trouble: DiskTrouble,
    },
    /// The disk or the database said no.
    #[error("could not {deed}")]
    Failed {
        /// What was tried.
        deed: &'static str,
        /// The cause.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Why a disk takes nothing more, and the remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskTrouble {
    /// There is no room left, or this user may use no more of it.
    Full,
    /// It is mounted for reading only.
    ReadOnly,
    /// This user may not write there.
    Denied,
}

impl fmt::Display for DiskTrouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "is full: make room, then start again",
            Self::ReadOnly => {
                "can only be read: look into the system's log why, mount it for writing (mount -o remount,rw), then start \
                 again"
            }
            Self::Denied => "may not be written to by this user: give the folder to who runs plimsoll (chown), then start again",
        })
    }
}

/// What a caller does about a [`StoreError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Read again and decide again.
    ReadAgain,
    /// Ask for less; the same again fails again.
    AskForLess,
    /// Stop: an operator has to look.
    Stop,
}

impl StoreError {
    /// What a caller does about it. Names every variant, so a new one cannot be added without deciding its fate.
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Self::Conflict { .. } => Fate::ReadAgain,
            Self::TooLarge { .. } => Fate::AskForLess,
            Self::Damaged { .. } | Self::InUse { .. } | Self::Disk { .. } | Self::Failed { .. } => Fate::Stop,
        }
    }

    /// A failure with its cause.
    pub(crate) fn failed(deed: &'static str, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed { deed, cause: cause.into() }
    }
}

/// One line of the ledger in plain columns, for tools that draw. Money is in minor units of `currency`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of the ledger, which docs/ledger.md explains")]
pub struct BookLine {
    pub day: jiff::civil::Date,
    pub kind: &'static str,
    pub what: String,
    pub reversal: bool,
    pub brand: String,
    pub campaign: String,
    pub creator: String,
    pub deliverable: Option<String>,
    pub account: Option<String>,
    pub po: Option<String>,
    pub invoice: Option<String>,
    pub currency: &'static str,
    pub net: i64,
    pub vat: i64,
    pub gross: i64,
}

/// The store. Every operation is a whole transaction.
///
/// Work in hand goes on when a caller stops waiting: a commit whose future was dropped is still done, or not, as a whole.
#[async_trait]
pub trait Store: Send + Sync {
    /// The record under a key.
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError>;

    /// Records with `from <= key < until`, in key order, at most `limit`. A consistent view of one instant is not promised
    /// across calls; what is acted on is checked again by [`Expect`].
    async fn scan(&self, table: Table, from: &[u8], until: &[u8], limit: usize)
    -> Result<Vec<(Key, Kept)>, StoreError>;

    /// Does all of it or nothing, and returns once it is on disk: neither a killed process nor a lost power supply takes
    /// it back. A crash before the return leaves either all or nothing.
    async fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError>;

    /// Writes everything as it is at one instant into a file, while others go on working.
    /// `done` says how many records are.
    async fn backup(&self, path: &Path, done: &Arc<AtomicU64>) -> Result<BackedUp, StoreError> {
        let _ = done;
        Err(StoreError::failed("back up", format!("this store writes no `{}`; back its database up", path.display())))
    }

    /// The database as other workers on it meet in it, and the token under which this one holds it; `None` where there can be
    /// no others.
    fn crew(&self) -> Option<(postgres::crew::Crew, i64)> {
        None
    }

    /// Whether what was committed last may still be acted on: nobody else can have taken the store since. Asked at once before
    /// anything goes out that cannot be taken back.
    fn is_ours(&self) -> bool {
        true
    }

    /// Whether [`Store::show_books`] shows them to anybody.
    fn shows_books(&self) -> bool {
        false
    }

    /// Puts the ledger where tools that draw find it, in the place of what was there.
    async fn show_books(&self, lines: Vec<BookLine>) -> Result<(), StoreError> {
        drop(lines);
        Ok(())
    }
}
