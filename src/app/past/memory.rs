//! What rules remembered: every change of it, with what it was judged on.
//!
//! Rule memory is kept on change of phase only, so its history is as short. A row says what was remembered before and
//! after, and how far the picture went that was judged; that is all that a receipt of that moment needs beside numbers,
//! documents and rules, which the store keeps version by version anyway.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::app::core::{Core, Cut};
use crate::domain::ids::{RuleId, Subject};
use crate::rules::lifecycle::Memory;
use crate::rules::receipt::Receipt;
use crate::store::records::{Record, scan_range};
use crate::store::{Key, Store, StoreError, Table, Transaction, keys};

/// A change of what a rule remembers of a subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MemoryChange {
    /// The rule.
    pub rule: RuleId,
    /// The subject.
    pub subject: Subject,
    /// When it was written down; no two have the same.
    pub written: Timestamp,
    /// How it was judged; none where a person changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
    /// What was remembered before.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub before: Memory,
    /// And after.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub after: Memory,
}

/// What a judgement rested on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The instant it was judged for.
    pub at: Timestamp,
    /// How far the picture went.
    #[serde(flatten)]
    pub cut: Cut,
    /// The first sixteen hexadecimal digits of the SHA-256 of the receipt.
    pub receipt: String,
}

fn is_nothing(memory: &Memory) -> bool {
    *memory == Memory::default()
}

impl Record for MemoryChange {
    const TABLE: Table = Table::MemoryHistory;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::memory_change(&self.rule, &self.subject, self.written)
    }
}

/// What identifies a receipt.
#[must_use]
pub fn digest(receipt: &Receipt) -> String {
    let hash = Sha256::digest(receipt.canonical().as_bytes());
    data_encoding::HEXLOWER.encode(hash.get(..8).unwrap_or_default())
}

/// Adds a change to the transaction that makes it. Hold [`Core::pen`] where it is judged.
pub fn note(
    core: &Core,
    transaction: &mut Transaction,
    (rule, subject): (&RuleId, &Subject),
    (before, after): (&Memory, &Memory),
    judged: Option<Judged>,
) -> Result<(), StoreError> {
    transaction.create(&MemoryChange {
        rule: rule.clone(),
        subject: subject.clone(),
        written: core.stamp(),
        judged,
        before: before.clone(),
        after: after.clone(),
    })?;
    Ok(())
}

/// What was remembered at an instant, and the change that was judged then, if one was.
#[derive(Debug, Clone, PartialEq)]
pub enum Remembered {
    /// The rule changed its mind then: this is what it was judged on, with what it remembered before.
    Changed(Box<MemoryChange>),
    /// Nothing changed then.
    Stood(Memory),
}

/// Looks up what was remembered at an instant. Where several changes were judged for one instant, the last counts.
pub async fn then(
    store: &dyn Store,
    rule: &RuleId,
    subject: &Subject,
    at: Timestamp,
    known: Timestamp,
) -> Result<Remembered, StoreError> {
    let (from, until) = keys::memory_changes(rule, subject);
    // A change is some hundred bytes, and a rule on one subject changes a few times a week.
    let changes = scan_range::<MemoryChange>(store, &from, &until).await?;
    let judged_then = |one: &MemoryChange| one.judged.as_ref().is_some_and(|judged| judged.at == at);
    if let Some(change) = changes.iter().rev().find(|one| judged_then(&one.value)) {
        return Ok(Remembered::Changed(Box::new(change.value.clone())));
    }
    let earlier = changes.iter().rev().find(|one| one.value.written <= known).map(|one| one.value.after.clone());
    let first = || changes.first().map(|one| one.value.before.clone());
    Ok(Remembered::Stood(earlier.or_else(first).unwrap_or_default()))
}
