//! What is removed because it is older than anybody wants it kept: numbers, polls, alerts with their receipts, tips, lines of
//! the journal, and buttons that mean nothing any more.
//!
//! Owns: how far back memory goes, and how far back each of them is cut, in transactions of a few hundred rows, beside
//! everything else. Refuses: numbers of a campaign that has not ended for as long, those that an open alert rests on, and to
//! take anything away before it is written down that it goes: a receipt that would need it is refused from then on
//! ([`super::past`]), never made from what is left. Survives: a kill between any two transactions; the next round goes on.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::config::Term;
use super::core::{Core, HISTORY_KEPT, State};
use crate::domain::num::u64_of_len;
use crate::outbox::incident::Incident;
use crate::store::records::{Loaded, Record, load, read_journal};
use crate::store::{Key, Store, StoreError, Table, Transaction, Write, keys, samples};

mod alerts;
mod tips;

/// Rows in one transaction, and read at once: some milliseconds, so that no cycle waits for longer.
const AT_ONCE: usize = 500;

/// Rows read at once where nothing was old: the first of a series says that the others are not either.
const A_FEW: usize = 8;

/// Numbers and alerts are kept so long at least: rules look back a year and a day, and guards learn for some days before that.
pub const KEPT_MIN: SignedDuration = SignedDuration::from_hours(400 * 24);

/// Baselines reach so far back before a campaign begins.
const BEFORE: SignedDuration = SignedDuration::from_hours(60 * 24);

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What was removed for good.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retained {
    /// Numbers, and what rules remembered, are kept from this instant on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples_since: Option<Timestamp>,
    /// What was cut off the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub journal: Option<Cut>,
}

/// The beginning of the journal, where it was cut. A copy of what was cut can be held against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// The first line that is kept.
    pub first: u64,
    /// When the last line that is gone was written.
    pub until: Timestamp,
    /// Hexadecimal SHA-256 over the sum before it (none: nothing) and each line that is gone, as its JSON, in order.
    pub sha256: String,
}

impl Record for Retained {
    const TABLE: Table = Table::Meta;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        b"retained".to_vec()
    }
}

/// What has been removed so far.
pub async fn retained(store: &dyn Store) -> Result<Option<Loaded<Retained>>, StoreError> {
    load(store, b"retained").await
}

/// What one round removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Rows of numbers.
    pub samples: u64,
    /// Records of sealed numbers.
    pub seals: u64,
    /// Records of numbers that came together.
    pub heard: u64,
    /// Changes of what rules remember.
    pub memory: u64,
    /// Polls.
    pub polls: u64,
    /// Alerts that were over, each with its receipt and what was told about it.
    pub alerts: u64,
    /// Summaries of mornings and answers that were sent late.
    pub messages: u64,
    /// Buttons that meant nothing any more.
    pub buttons: u64,
    /// Tips that were followed up.
    pub tips: u64,
    /// Lines of the journal.
    pub lines: u64,
}

/// Removes what is older than the settings say.
pub async fn round(core: &Core) -> Result<Removed, StoreError> {
    let now = core.clock.now();
    let terms = core.config.retention;
    let before = |term: Term| now.checked_sub(term.0?).ok();
    forget(&mut *core.state.lock().await, now);
    let mut removed = Removed::default();
    if let Some(wanted) = before(terms.samples) {
        let cut = spare(core, now, wanted).await?;
        removed.samples = cut_series(core, &OF_SAMPLES, cut).await?;
        removed.seals = cut_series(core, &OF_SEALED, cut).await?;
        removed.heard = cut_series(core, &OF_HEARD, cut).await?;
        removed.memory = cut_series(core, &OF_MEMORY, cut).await?;
    }
    if let Some(cut) = before(terms.polls) {
        removed.polls = cut_series(core, &OF_POLLS, cut).await?;
    }
    if let Some(cut) = before(terms.alerts) {
        removed.alerts = alerts::cut_alerts(core, cut).await?;
        removed.messages = alerts::cut_messages(core, cut).await?;
    }
    removed.buttons = alerts::cut_buttons(core, now).await?;
    if let Some(cut) = before(terms.tips) {
        removed.tips = tips::cut(core, cut).await?;
    }
    if let Some(cut) = before(terms.journal) {
        removed.lines = cut_journal(core, cut).await?;
    }
    if removed != Removed::default() {
        tracing::info!(
            ?removed,
            "removed what is older than [retention] keeps; `plimsoll compact` gives the room back"
        );
    }
    Ok(removed)
}

/// Drops from memory what no rule looks back to: what a start would not read either. Without it a program that runs on
/// would hold every number it ever heard.
fn forget(state: &mut State, now: Timestamp) {
    let since = now.checked_sub(HISTORY_KEPT).unwrap_or(Timestamp::MIN);
    let before = state.history.size();
    state.history.forget(since);
    if state.history.size() < before {
        state.kept.since = std::cmp::max(state.kept.since, since);
        state.kept.older = true;
    }
}

/// How far back numbers may go, when so much is wanted: what campaigns and open alerts rest on is spared.
async fn spare(core: &Core, now: Timestamp, wanted: Timestamp) -> Result<Timestamp, StoreError> {
    let kept_for = now.duration_since(wanted);
    let mut cut = wanted;
    {
        let state: &State = &*core.state.lock().await;
        let start = |date: jiff::civil::Date| date.to_zoned(jiff::tz::TimeZone::UTC).map(|day| day.timestamp());
        for campaign in state.catalog.campaigns.values() {
            let (Ok(starts), Ok(ends)) = (start(campaign.starts.0), start(campaign.ends.0)) else { continue };
            if wanted <= ends.checked_add(DAY).unwrap_or(ends) {
                cut = std::cmp::min(cut, starts.checked_sub(BEFORE).unwrap_or(Timestamp::MIN));
            }
        }
    }
    let (from, until) = keys::all();
    let mut from = from;
    loop {
        let open = core.store.scan(Table::OpenIncidents, &from, &until, AT_ONCE).await?;
        for (_, row) in &open {
            if let Some(incident) = load::<Incident>(&*core.store, &row.bytes).await? {
                let rests_on = incident.value.opened_at.checked_sub(kept_for).unwrap_or(Timestamp::MIN);
                cut = std::cmp::min(cut, rests_on);
            }
        }
        match open.last() {
            Some((last, _)) if AT_ONCE <= open.len() => from = keys::after(last),
            _ => return Ok(cut),
        }
    }
}

/// Rows in the order of what they are of, then of time.
struct Series {
    table: Table,
    /// How much of a key says what it is of, and the time behind it.
    split: fn(&[u8]) -> Option<(usize, Timestamp)>,
    /// The newest of each is what holds now, however old.
    keeps_newest: bool,
    /// Receipts of the past need it.
    is_evidence: bool,
}

const OF_SAMPLES: Series =
    Series { table: Table::Samples, split: samples::split, keeps_newest: false, is_evidence: true };

/// What is sealed goes once all of it is older.
const OF_SEALED: Series =
    Series { table: Table::Sealed, split: samples::sealed_until, keeps_newest: false, is_evidence: true };

/// What was heard and never sealed, all subjects in one: where `sealed_after` is `forever`.
const OF_HEARD: Series = Series {
    table: Table::Heard,
    split: |key| samples::heard_at(key).map(|known_at| (0, known_at)),
    keeps_newest: false,
    is_evidence: true,
};

const OF_MEMORY: Series = Series { table: Table::MemoryHistory, split: by_time, keeps_newest: true, is_evidence: true };

const OF_POLLS: Series = Series { table: Table::Polls, split: by_time, keeps_newest: true, is_evidence: false };

/// Keys that end with their time.
fn by_time(key: &[u8]) -> Option<(usize, Timestamp)> {
    let length = key.len().checked_sub(keys::TIME_LEN)?;
    Some((length, keys::read_time(key.get(length..)?)?))
}

/// Removes the older rows of every series. Only what is old is read, and the first row that is not.
async fn cut_series(core: &Core, series: &Series, cut: Timestamp) -> Result<u64, StoreError> {
    let (mut from, until) = keys::all();
    let (mut removed, mut page) = (0_u64, A_FEW);
    loop {
        let rows = core.store.scan(series.table, &from, &until, page).await?;
        let Some((last, _)) = rows.last() else { return Ok(removed) };
        let is_end = rows.len() < page;
        let mut transaction = Transaction::new();
        for (at, (key, _)) in rows.iter().enumerate() {
            let Some((length, time)) = (series.split)(key) else { continue };
            let has_newer = || rows.get(at + 1).is_some_and(|(next, _)| next.get(..length) == key.get(..length));
            if time < cut && (!series.keeps_newest || has_newer()) {
                transaction.writes.push(Write::Delete { table: series.table, key: key.clone() });
            }
        }
        removed = removed.saturating_add(u64_of_len(transaction.writes.len()));
        page = if transaction.writes.is_empty() { A_FEW } else { AT_ONCE };
        if !transaction.writes.is_empty() {
            if series.is_evidence {
                give_up_receipts(core, cut).await?;
            }
            core.store.commit(transaction).await?;
        }
        if is_end {
            return Ok(removed);
        }
        from = match (series.split)(last) {
            // The rest of this series is younger still.
            Some((length, time)) if cut <= time => {
                let mut next = last.get(..length).unwrap_or_default().to_vec();
                next.resize(length + keys::TIME_LEN + 1, u8::MAX);
                next
            }
            // Whether it is the newest of its series the next page tells.
            _ if series.keeps_newest => last.clone(),
            _ => keys::after(last),
        };
        tokio::task::yield_now().await;
    }
}

/// From now on no receipt is made that needs numbers from before the cut.
async fn give_up_receipts(core: &Core, cut: Timestamp) -> Result<(), StoreError> {
    let before = retained(&*core.store).await?;
    let mut after = before.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
    if after.samples_since < Some(cut) {
        after.samples_since = Some(cut);
        let mut transaction = Transaction::new();
        transaction.set(before.as_ref(), &after)?;
        core.store.commit(transaction).await?;
    }
    let mut state = core.state.lock().await;
    state.kept.since = std::cmp::max(state.kept.since, cut);
    state.kept.older = true;
    Ok(())
}

/// Cuts the beginning off the journal, with a sum of what went in the same transaction.
async fn cut_journal(core: &Core, cut: Timestamp) -> Result<u64, StoreError> {
    let mut removed = 0;
    loop {
        let before = retained(&*core.store).await?;
        let mut after = before.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
        let first = after.journal.as_ref().map_or(1, |cut| cut.first);
        let page = read_journal(&*core.store, first, AT_ONCE).await?;
        // The newest line always stays: the store counts on from it.
        let old = page.iter().take(page.len().saturating_sub(1)).take_while(|(_, line)| line.at < cut);
        let mut transaction = Transaction::new();
        let mut sum = Sha256::new();
        sum.update(after.journal.as_ref().map_or("", |cut| cut.sha256.as_str()));
        let mut last = None;
        for (number, line) in old {
            sum.update(serde_json::to_vec(line).unwrap_or_default());
            transaction.writes.push(Write::Delete { table: Table::Journal, key: keys::number(*number) });
            last = Some((*number, line.at));
        }
        let Some((number, at)) = last else { return Ok(removed) };
        removed += u64_of_len(transaction.writes.len());
        let sha256 = data_encoding::HEXLOWER.encode(&sum.finalize());
        after.journal = Some(Cut { first: number.saturating_add(1), until: at, sha256 });
        transaction.set(before.as_ref(), &after)?;
        core.store.commit(transaction).await?;
    }
}

#[cfg(test)]
mod tests;
