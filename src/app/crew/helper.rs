//! A worker that makes polls for the one that holds the database, and waits to take its place.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;

use super::{Answer, name_of, read_request, write_answer};
use crate::app::config::Config;
use crate::sources::settings::Outside;
use crate::sources::{Fetched, Source, SourceError};
use crate::store::StoreError;
use crate::store::postgres::crew::{Claimed, Crew};
use crate::time::Clock;

/// Between two signs of life; a lease is five of them.
const SIGN: Duration = Duration::from_secs(1);

/// Between two looks for polls: the first after one was found …
const LOOK_FIRST: Duration = Duration::from_millis(10);

/// … doubled up to this while there are none.
const LOOK_LAST: Duration = Duration::from_millis(160);

/// Why helping ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Nobody holds the database any more.
    Free,
    /// We are to stop.
    Told,
}

/// A worker that helps.
pub struct Helper {
    crew: Crew,
    sources: BTreeMap<String, Arc<dyn Source>>,
    names: Vec<String>,
    in_flight: usize,
    under_way: Mutex<BTreeMap<i64, i64>>,
}

impl fmt::Debug for Helper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Helper").field("crew", &self.crew).field("names", &self.names).finish_non_exhaustive()
    }
}

impl Helper {
    /// A worker with the sources of a configuration.
    ///
    /// # Errors
    ///
    /// A source's settings cannot work.
    pub fn new(config: &Config, clock: &Clock, crew: Crew) -> anyhow::Result<Self> {
        let mut sources = BTreeMap::new();
        for (id, one) in &config.sources {
            let Some(name) = name_of(id, one) else { continue };
            let outside = Outside::alone(clock.clone());
            let source = one.kind.settings().build(&outside).with_context(|| format!("sources.{id}"))?;
            sources.insert(name, source);
        }
        let (names, in_flight) = (sources.keys().cloned().collect(), config.polling.in_flight.get());
        Ok(Self { crew, sources, names, in_flight, under_way: Mutex::default() })
    }

    /// How many sources it can ask.
    #[must_use]
    pub fn asks(&self) -> usize {
        self.sources.len()
    }

    /// Helps until nobody holds the database, or the end is wished for. What is under way then is given back.
    pub async fn help(self, end: impl Future<Output = ()>) -> Ended {
        let ended = tokio::select! {
            () = self.tend() => Ended::Free,
            () = self.work() => Ended::Free,
            () = end => Ended::Told,
        };
        if let Err(error) = self.crew.leave().await {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "could not say that we go; it is seen within a lease"
            );
        }
        ended
    }

    /// Says that we are there, and keeps what is under way; ends when the lease is free.
    async fn tend(&self) {
        let mut away = false;
        loop {
            match self.sign().await {
                Ok(true) => away = false,
                Ok(false) => return,
                Err(error) => {
                    if !std::mem::replace(&mut away, true) {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "the database is away; waiting for it"
                        );
                    }
                }
            }
            self.crew.wait(SIGN).await;
        }
    }

    /// One sign of life. Answers whether somebody holds the database.
    async fn sign(&self) -> Result<bool, StoreError> {
        self.crew.present(&self.names).await?;
        let under_way: Vec<(i64, i64)> = self.under_way().iter().map(|(id, token)| (*id, *token)).collect();
        if !under_way.is_empty() {
            self.crew.keep(&under_way).await?;
        }
        Ok(self.crew.holder().await?.is_some())
    }

    /// Claims and makes polls, for ever.
    async fn work(&self) {
        let mut made = FuturesUnordered::new();
        let mut wait = LOOK_FIRST;
        loop {
            let free = self.in_flight.saturating_sub(made.len());
            let claimed = if free == 0 { Ok(Vec::new()) } else { self.crew.claim(&self.names, free).await };
            wait = match &claimed {
                Ok(claimed) if !claimed.is_empty() => LOOK_FIRST,
                Ok(_) => std::cmp::min(wait * 2, LOOK_LAST),
                Err(_) => SIGN,
            };
            for one in claimed.unwrap_or_default() {
                self.under_way().insert(one.id, one.token);
                made.push(self.make(one));
            }
            if free == 0 {
                made.next().await;
            } else if made.is_empty() {
                self.crew.wait(wait).await;
            } else {
                tokio::select! {
                    _ = made.next() => {}
                    () = self.crew.wait(wait) => {}
                }
            }
        }
    }

    /// Makes a poll and answers it.
    async fn make(&self, claimed: Claimed) {
        let answer = self.asked(&claimed).await;
        if let Some(bytes) = write_answer(&answer) {
            match self.crew.answer((claimed.id, claimed.token), &bytes).await {
                Ok(true) => {}
                Ok(false) => {
                    tracing::info!(source.name = claimed.source, "answered too late; another has made the poll");
                }
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "could not hand an answer back; the poll is made again"
                    );
                }
            }
        }
        self.under_way().remove(&claimed.id);
    }

    async fn asked(&self, claimed: &Claimed) -> Answer {
        let garbled = || SourceError::Garbled {
            platform: "another worker",
            path: "the request".to_owned(),
            expected: "a poll of this version",
        };
        let request = read_request(&claimed.asked).ok_or_else(garbled)?;
        match self.sources.get(&claimed.source) {
            Some(source) => source.fetch(&request).await,
            None => Ok(Fetched { partial: Some(garbled()), ..Fetched::default() }),
        }
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeMap<i64, i64>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
