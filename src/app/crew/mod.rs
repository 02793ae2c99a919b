//! Several workers on one database: one holds it, the others make polls for it.
//!
//! Owns: which polls are handed over (`desk`), how one is made for somebody else (`helper`), and the words in which they go
//! over. Whoever holds the lease judges, delivers, acts and is connected to the chats; a poll is waiting, and waiting is what
//! can be shared. Refuses: to hand over a source whose tokens this program renews: two that renew one would lose it.
//! Survives: a worker that is killed, paused or cut off at any moment. What it was asked is asked of somebody else within a
//! lease, and what it says too late nobody hears.

use sha2::{Digest as _, Sha256};

use super::config::SourceConfig;
use crate::domain::ids::SourceId;
use crate::sources::{Fetched, Request, SourceError};

pub mod desk;
pub mod helper;

/// Targets in a poll that is handed over; a larger one stays where its answer is kept.
pub const TARGETS_MAX: usize = 2_000;

/// What a poll came to, as it goes over.
type Answer = Result<Fetched, SourceError>;

/// A source as workers name it to each other: the same only where it is configured the same, in the same version. `None`
/// where its polls stay with whoever holds the lease.
#[must_use]
pub fn name_of(id: &SourceId, config: &SourceConfig) -> Option<String> {
    if config.kind.settings().renews_tokens() {
        return None;
    }
    // Secrets do not print, and need not be compared.
    let digest = Sha256::digest(format!("{} {:?}", env!("CARGO_PKG_VERSION"), config.kind));
    let digest = digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first));
    Some(format!("{id}@{digest:016x}"))
}

/// The id in such a name.
fn id_in(name: &str) -> &str {
    name.split_once('@').map_or(name, |(id, _)| id)
}

fn write_request(request: &Request) -> Option<Vec<u8>> {
    serde_json::to_vec(request).ok()
}

fn read_request(bytes: &[u8]) -> Option<Request> {
    serde_json::from_slice(bytes).ok()
}

fn write_answer(answer: &Answer) -> Option<Vec<u8>> {
    serde_json::to_vec(answer).ok()
}

fn read_answer(bytes: &[u8]) -> Option<Answer> {
    serde_json::from_slice(bytes).ok()
}

#[cfg(test)]
mod tests;
