//! The disk of the storm: a store in memory that outlives the process, is full for a while, and at whose commits the process
//! dies.
//!
//! Owns: telling the promises what was kept, in the moment in which it is. A process that is dead reads and writes nothing
//! any more, whatever its tasks still try.

use std::sync::Arc;

use async_trait::async_trait;

use super::Sabotage;
use super::faults::Kind;
use super::sea::Sea;
use crate::app::records::InboxRecord;
use crate::chat::inbound::What;
use crate::outbox::delivery::{Delivery, State};
use crate::store::memory::MemoryStore;
use crate::store::records::read_bytes;
use crate::store::{Committed, Kept, Key, Store, StoreError, Table, Transaction, Write};

/// What one life of the process has of it.
pub(super) struct Disk {
    life: u64,
    kept: Arc<MemoryStore>,
    sea: Arc<Sea>,
}

impl Disk {
    /// The disk as a new life finds it.
    pub fn of_life(life: u64, kept: &Arc<MemoryStore>, sea: &Arc<Sea>) -> Self {
        Self { life, kept: Arc::clone(kept), sea: Arc::clone(sea) }
    }

    fn alive(&self, deed: &'static str) -> Result<(), StoreError> {
        if self.sea.lock().lives(self.life) { Ok(()) } else { Err(StoreError::failed(deed, "the machine has stopped")) }
    }

    /// What is wrong with this commit.
    fn trouble(&self, transaction: &mut Transaction) -> Result<Option<Kind>, StoreError> {
        const DEED: &str = "commit";
        self.alive(DEED)?;
        let mut world = self.sea.lock();
        let now = world.elapsed();
        if now < world.full_until {
            return Err(StoreError::failed(DEED, "no space left on device"));
        }
        match world.sabotage {
            Some(Sabotage::ClaimsAreForgotten) => transaction.writes.retain(|write| !is_claim(write)),
            Some(Sabotage::InboxIsForgotten) => transaction.writes.retain(|write| !is_inbox(write)),
            Some(Sabotage::NoNonce | Sabotage::AbsentIsZero) | None => {}
        }
        let death = world.faults.of_commit(now);
        if death == Some(Kind::KilledBeforeCommit) {
            world.die();
            return Err(StoreError::failed(DEED, "the machine has stopped"));
        }
        Ok(death)
    }
}

/// Whether a write keeps what somebody did on Discord. What came before that is how people join.
fn is_inbox(write: &Write) -> bool {
    let Write::Put { table: Table::Inbox, key, bytes } = write else { return false };
    let says = |record: InboxRecord| record.inbound.is_some_and(|inbound| matches!(inbound.what, What::Press { .. }));
    read_bytes::<InboxRecord>(key, bytes).is_ok_and(says)
}

/// Whether a write says that a message is about to be sent.
fn is_claim(write: &Write) -> bool {
    let Write::Put { table: Table::Deliveries, key, bytes } = write else { return false };
    read_bytes::<Delivery>(key, bytes).is_ok_and(|one| matches!(one.state, State::Sending { .. }))
}

#[async_trait]
impl Store for Disk {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        self.alive("read a record")?;
        self.kept.get(table, key).await
    }

    async fn scan(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Kept)>, StoreError> {
        self.alive("read records")?;
        self.kept.scan(table, from, until, limit).await
    }

    async fn commit(&self, mut transaction: Transaction) -> Result<Committed, StoreError> {
        let death = self.trouble(&mut transaction)?;
        let writes = transaction.writes.clone();
        let done = self.kept.commit(transaction).await?;
        let mut world = self.sea.lock();
        world.committed(&writes);
        if death.is_some() {
            world.die();
            return Err(StoreError::failed("commit", "the machine has stopped"));
        }
        drop(world);
        Ok(done)
    }
}
