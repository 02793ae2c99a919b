//! Where polls are handed over, and their answers come back.
//!
//! The holder makes as many polls at once as a worker may, and hands over what would have to wait. What nobody has claimed by
//! the time it is free itself it takes back: alone it works as if there were no table.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{Notify, Semaphore, oneshot};
use tokio_util::sync::CancellationToken;

use super::{TARGETS_MAX, id_in, name_of, read_answer, write_request};
use crate::app::config::SourceConfig;
use crate::domain::ids::SourceId;
use crate::sources::{Fetched, Request, Source, SourceError};
use crate::store::StoreError;
use crate::store::postgres::crew::{Crew, LEASE, Worker};

/// Between two looks for answers while some are waited for.
const LOOK: Duration = Duration::from_millis(10);

/// Between two looks at who is there.
const LOOK_ROUND: Duration = Duration::from_secs(1);

/// See the module.
#[derive(Debug)]
pub struct Desk {
    crew: Crew,
    /// The token of the lease.
    holder: i64,
    own: Semaphore,
    next: AtomicI64,
    waiting: Mutex<HashMap<i64, oneshot::Sender<Vec<u8>>>>,
    handed: Notify,
    others: Mutex<Vec<Worker>>,
    /// What may be handed over, as we name it.
    names: Mutex<Vec<String>>,
}

/// A poll that was handed over. Whoever drops it does not wait any more.
struct Handed<'a> {
    desk: &'a Desk,
    id: i64,
    answer: oneshot::Receiver<Vec<u8>>,
}

impl Drop for Handed<'_> {
    fn drop(&mut self) {
        self.desk.waiting().remove(&self.id);
    }
}

impl Desk {
    /// The desk of the worker that holds the database under a token, and makes so many polls at once itself.
    #[must_use]
    pub fn new((crew, holder): (Crew, i64), in_flight: usize) -> Self {
        Self {
            crew,
            holder,
            own: Semaphore::new(std::cmp::max(in_flight, 1)),
            next: AtomicI64::new(0),
            waiting: Mutex::default(),
            handed: Notify::new(),
            others: Mutex::default(),
            names: Mutex::default(),
        }
    }

    /// A source whose polls may be handed over.
    #[must_use]
    pub fn share(self: &Arc<Self>, id: &SourceId, config: &SourceConfig, source: Arc<dyn Source>) -> Arc<dyn Source> {
        let name = name_of(id, config);
        self.names.lock().unwrap_or_else(PoisonError::into_inner).extend(name.clone());
        Arc::new(Shared { desk: Arc::clone(self), name, source })
    }

    /// Who else is there.
    #[must_use]
    pub fn others(&self) -> Vec<Worker> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks for answers and for workers until the end.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        if let Err(error) = self.crew.forget_others(self.holder).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "what was handed over before lies about a while");
        }
        tokio::select! {
            () = self.take_answers() => {}
            () = self.look_round() => {}
            () = stop.cancelled() => {}
        }
    }

    async fn take_answers(&self) {
        loop {
            if self.waiting().is_empty() {
                self.handed.notified().await;
            }
            match self.crew.answers(self.holder).await {
                Ok(answers) => {
                    for (id, answer) in answers {
                        if let Some(waits) = self.waiting().remove(&id) {
                            // Whoever waited may have gone.
                            drop(waits.send(answer));
                        }
                    }
                    self.crew.wait(LOOK).await;
                }
                // The store itself says when the database is away.
                Err(_) => self.crew.wait(LOOK_ROUND).await,
            }
        }
    }

    async fn look_round(&self) {
        let mut known: BTreeSet<String> = BTreeSet::new();
        loop {
            if let Ok(others) = self.crew.others().await {
                let names: BTreeSet<String> = others.iter().map(|worker| worker.name.clone()).collect();
                for worker in others.iter().filter(|worker| !known.contains(&worker.name)) {
                    self.greet(worker);
                }
                for worker in known.difference(&names) {
                    tracing::info!(worker, "a worker has gone; its polls are made by others");
                }
                known = names;
                *self.others.lock().unwrap_or_else(PoisonError::into_inner) = others;
            }
            self.crew.wait(LOOK_ROUND).await;
        }
    }

    fn greet(&self, worker: &Worker) {
        tracing::info!(worker = worker.name, "another worker makes polls with us");
        let differ = differ(&self.names.lock().unwrap_or_else(PoisonError::into_inner), worker);
        if !differ.is_empty() {
            tracing::warn!(
                worker = worker.name,
                sources = differ.join(", "),
                "it has these configured otherwise than we have, or is of another version; it is not asked about them"
            );
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<i64, oneshot::Sender<Vec<u8>>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody else can ask a source.
    fn is_known(&self, name: &str) -> bool {
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        others.iter().any(|worker| worker.sources.iter().any(|known| known == name))
    }

    async fn hand_over(&self, name: &str, asked: &[u8]) -> Result<Handed<'_>, StoreError> {
        // The token of the lease is in it: no other holder gives the same.
        let id = (self.holder << 32) | (self.next.fetch_add(1, Ordering::Relaxed) & i64::from(u32::MAX));
        let (waits, answer) = oneshot::channel();
        self.waiting().insert(id, waits);
        let handed = Handed { desk: self, id, answer };
        self.crew.hand_over((self.holder, id), name, asked).await?;
        self.handed.notify_one();
        Ok(handed)
    }

    /// Makes a poll, or has it made.
    async fn fetch(&self, shared: &Shared, request: &Request) -> Result<Fetched, SourceError> {
        if let Ok(_own) = self.own.try_acquire() {
            return shared.source.fetch(request).await;
        }
        let name = shared.name.as_deref().filter(|name| self.is_known(name));
        let asked = name.filter(|_| request.targets.len() <= TARGETS_MAX).zip(write_request(request));
        if let Some((name, asked)) = asked {
            match self.hand_over(name, &asked).await {
                Ok(handed) => return self.wait_for(handed, shared, request).await,
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "a poll could not be handed over; it waits"
                    );
                }
            }
        }
        let _own = self.own.acquire().await;
        shared.source.fetch(request).await
    }

    /// Waits until somebody has made a poll, or makes it where nobody does.
    async fn wait_for(
        &self,
        mut handed: Handed<'_>,
        shared: &Shared,
        request: &Request,
    ) -> Result<Fetched, SourceError> {
        loop {
            let answered = tokio::select! {
                answer = &mut handed.answer => answer.ok(),
                own = self.own.acquire() => {
                    if self.crew.take_back(handed.id).await.unwrap_or(false) {
                        return shared.source.fetch(request).await;
                    }
                    // Somebody has it. If that one is gone it can be taken back within a lease.
                    drop(own);
                    tokio::select! {
                        answer = &mut handed.answer => answer.ok(),
                        () = self.crew.wait(LEASE) => continue,
                    }
                }
            };
            if let Some(answer) = answered.as_deref().and_then(read_answer) {
                return answer;
            }
            tracing::warn!(source = shared.name, "another worker's answer cannot be read; asked here");
            let _own = self.own.acquire().await;
            return shared.source.fetch(request).await;
        }
    }
}

/// A source whose polls may be made by another worker.
struct Shared {
    desk: Arc<Desk>,
    /// As workers name it; `None`: it is asked here.
    name: Option<String>,
    source: Arc<dyn Source>,
}

#[async_trait]
impl Source for Shared {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        self.desk.fetch(self, request).await
    }
}

/// Which of our sources a worker has configured otherwise than we have.
fn differ(ours: &[String], worker: &Worker) -> Vec<String> {
    let theirs: HashMap<&str, &str> = worker.sources.iter().map(|name| (id_in(name), name.as_str())).collect();
    let differs = |name: &&String| theirs.get(id_in(name)).is_some_and(|other| other != name);
    ours.iter().filter(differs).map(|name| id_in(name).to_owned()).collect()
}
