//! Once a day history is read and what it teaches is kept: how posts differ, how deals went, how views fade, how late
//! orders come.
//!
//! Owns: when that happens, and that the versions of one pass are one transaction with a journal line each. Refuses: the
//! estimators ([`crate::rules::learn`]). Survives: a kill before the commit (the next start learns the same from the same
//! numbers) and after it (the picture is read from the store). Nobody waits for it: history is looked at a part at a time,
//! the working out holds nothing, and only the commit holds polls off, so that every verdict knows exactly what
//! [`learned_as_of`] its instant says was known.

mod gather;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::records::{LEARNING, LearningRecord};
use super::rounds::rest_until;
use crate::domain::ids::BrandId;
use crate::rules::learn::facts::{Settings, estimates};
use crate::rules::learn::{Book, Estimate, Learned};
use crate::store::records::{load, scan_all};
use crate::store::{Store, StoreError, Transaction};
use crate::time::Held;

/// How often: what a day adds to months of posts is all there is to learn.
const EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Learns at once where it was never done or not for a day, and then every day.
pub async fn run(core: Arc<Core>, mut held: Held, stop: CancellationToken) {
    let last = match load::<LearningRecord>(&*core.store, LEARNING).await {
        Ok(kept) => kept.map(|kept| kept.value.at),
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not see when history was last learned from"
            );
            None
        }
    };
    let now = core.clock.now();
    let mut due = last.and_then(|last| last.checked_add(EVERY).ok()).filter(|due| now < *due).unwrap_or(now);
    loop {
        if core.clock.now() < due && !rest_until(&mut held, due, &stop).await {
            return;
        }
        if let Err(error) = pass(&core).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "could not keep what was learned; it is learned again tomorrow"
            );
        }
        due = core.clock.now().checked_add(EVERY).unwrap_or(Timestamp::MAX);
        if stop.is_cancelled() {
            return;
        }
    }
}

/// Learns from what is known now; how many new versions came of it. Do not hold [`Core::pen`].
pub async fn pass(core: &Core) -> Result<usize, StoreError> {
    let settings = settings(core);
    let brands: Vec<BrandId> = core.state.lock().await.catalog.brands.keys().cloned().collect();
    let mut learned: Vec<Estimate> = Vec::new();
    for brand in brands {
        let facts = gather::facts(core, &brand).await;
        let settings = settings.clone();
        // Sums over months of posts: not on a thread that others wait for.
        let worked_out = core.clock.aside(move || estimates(&brand, &facts, &settings)).await;
        learned.extend(worked_out.map_err(|cause| StoreError::failed("learn from history", cause))?);
    }
    if learned.is_empty() { Ok(0) } else { keep(core, learned).await }
}

/// One transaction: the versions that are new, a line in the journal for each, and when it was.
async fn keep(core: &Core, learned: Vec<Estimate>) -> Result<usize, StoreError> {
    // Alone: no poll is judged between the instant that these are known from and their being known.
    let intake = core.intake.lock().await;
    let _pen = core.pen.lock().await;
    let now = core.stamp();
    let news = core.state.lock().await.catalog.learned.news(learned, now);
    let mut transaction = Transaction::new();
    for one in &news {
        transaction.create(one)?;
        let detail = json!({
            "version": one.version, "value": one.value, "n": one.n, "from": one.from, "until": one.until,
        });
        transaction.append_journal(&core.line("learned", &one.name, detail))?;
    }
    let last = load::<LearningRecord>(&*core.store, LEARNING).await?;
    transaction.set(last.as_ref(), &LearningRecord { at: now })?;
    core.store.commit(transaction).await?;
    let count = news.len();
    if 0 < count {
        let mut state = core.state.lock().await;
        for one in news {
            state.catalog.learned.take(one);
        }
        // Days that were judged by what was known before are judged again with the next number about them.
        state.judged.clear();
    }
    drop(intake);
    Ok(count)
}

/// Everything that was ever learned.
pub async fn load_book(store: &dyn Store) -> Result<Book, StoreError> {
    let mut book = Book::default();
    for one in scan_all::<Learned>(store).await? {
        book.take(one.value);
    }
    Ok(book)
}

/// What had been learned by an instant: what a verdict of that instant rests on.
pub async fn learned_as_of(store: &dyn Store, at: Timestamp) -> Result<Book, StoreError> {
    Ok(load_book(store).await?.as_of(at))
}

fn settings(core: &Core) -> Settings {
    let hours = |length: SignedDuration| length.as_secs_f64() / 3_600.0;
    let maturity = &core.config.maturity;
    Settings {
        k: core.config.evidence.k,
        order_lag: hours(maturity.order_lag.0),
        fades: hours(maturity.post_half_life.0),
        fades_on: maturity
            .post_half_life_by_platform
            .iter()
            .map(|(platform, length)| (*platform, hours(length.0)))
            .collect(),
    }
}

#[cfg(test)]
mod tests;
