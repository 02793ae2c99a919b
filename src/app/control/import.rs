//! `import`: numbers and posts from a table into the store.
//!
//! Rows that are good are taken; a table without a good row changes nothing, and the same table again changes nothing.
//! Survives: a kill between two transactions. The rows of the earlier ones are kept, the journal has no line of it, and
//! importing again completes it.
//!
//! The running service judges what the new numbers are about, as it does after a poll. A command that opened the store for
//! itself does not: a set-up in the making (rooms not bound, more files to come) must not spend its first alerts.

use std::io::Read;
use std::path::Path;

use serde_json::json;

use super::{Answer, Body, Progress, Refusal, Request, Seat, Tell, actor};
use crate::app::core::Core;
use crate::app::records::PostRecord;
use crate::app::watch;
use crate::domain::num::u64_of_len;
use crate::domain::sample::Sample;
use crate::domain::sample_csv::{PostRow, RowError, Sheet, read_posts, read_samples};
use crate::store::limits::{CHANGE_COST, TRANSACTION_MAX, split_cycle};
use crate::store::records::load;
use crate::store::samples as rows;
use crate::store::{StoreError, Transaction, Write, keys};

/// Bytes of one transaction: half of what the store takes, so that no count of ours has to be exact.
const PART_MAX: usize = TRANSACTION_MAX / 2;

/// Takes a table of numbers.
pub(super) async fn samples(
    core: &Core,
    seat: Seat,
    request: &Request,
    file: &str,
    body: &Body,
    tell: Tell<'_>,
) -> Result<Answer, Refusal> {
    let actor = actor(core, request).await?;
    let sheet = sheet(file, body, read_samples).await?;
    let all: Vec<Sample> = sheet.rows.iter().map(|row| row.sample.clone()).collect();
    let told = all.clone();
    let of = u64_of_len(all.len());
    let mut done = 0;
    // One at a time: what is read again at the end must not hold a part of another table.
    let _turn = core.imports.lock().await;
    for part in split_cycle(all, |sample| sample.series.subject.clone()) {
        for writes in portions(rows::writes_of(&part, &[]).writes) {
            core.store.commit(Transaction { expect: Vec::new(), writes }).await?;
        }
        done += u64_of_len(part.len());
        tell(Progress { done, of });
    }
    journal(core, &actor, "samples_imported", file, &sheet).await?;
    // Until now the picture has none of it, so that nothing is judged on a part of the table.
    if seat == Seat::Service {
        watch::take_notice(core, told).await?;
    }
    Ok(report(&sheet))
}

/// Takes a table of posts.
pub(super) async fn posts(
    core: &Core,
    request: &Request,
    file: &str,
    body: &Body,
    tell: Tell<'_>,
) -> Result<Answer, Refusal> {
    let actor = actor(core, request).await?;
    let sheet = sheet(file, body, read_posts).await?;
    // A post that comes twice is taken as its last row says; one transaction writes a key once.
    let mut last = std::collections::BTreeMap::new();
    for row in &sheet.rows {
        last.insert((row.platform, row.post.clone()), row);
    }
    let rows: Vec<&PostRow> = last.into_values().collect();
    let of = u64_of_len(rows.len());
    let intake = core.intake.lock().await;
    let known = core.stamp();
    let mut done = 0;
    for part in rows.chunks(watch::POSTS_MAX) {
        let _pen = core.pen.lock().await;
        let mut transaction = Transaction::new();
        let mut news = Vec::new();
        for row in part {
            let kept = load::<PostRecord>(&*core.store, &keys::post(row.platform, &row.post)).await?;
            let kept_post = kept.as_ref().map(|kept| &kept.value);
            let record = post_of(row, kept_post).after(kept_post, known);
            if kept.as_ref().is_none_or(|kept| kept.value != record) {
                transaction.set(kept.as_ref(), &record)?;
                news.push(record);
            }
        }
        if !news.is_empty() {
            core.store.commit(transaction).await?;
            watch::know_posts(&mut *core.state.lock().await, news, known);
            core.bells.deals.ring();
        }
        done += u64_of_len(part.len());
        tell(Progress { done, of });
    }
    drop(intake);
    journal(core, &actor, "posts_imported", file, &sheet).await?;
    Ok(report(&sheet))
}

/// Reads a table on a thread of its own: a large one takes seconds.
async fn sheet<T: Send + 'static>(
    file: &str,
    body: &Body,
    read: fn(Box<dyn Read + Send>) -> Sheet<T>,
) -> Result<Sheet<T>, Refusal> {
    let body = body.clone();
    let reading = tokio::task::spawn_blocking(move || body.read().map(read)).await;
    let stopped = |error: tokio::task::JoinError| Refusal::Failed(format!("{file}: reading it stopped: {error}"));
    let sheet = reading.map_err(stopped)?.map_err(|error| Refusal::Input(unreadable(file, &error)))?;
    if sheet.rows.is_empty() { Err(Refusal::Input(nothing_in(file, &sheet))) } else { Ok(sheet) }
}

/// A file that cannot be opened.
#[must_use]
pub fn unreadable(file: &str, error: &std::io::Error) -> String {
    format!("{file}: cannot be read ({error}); give a CSV file")
}

/// What is wrong with a table without a good row.
#[must_use]
pub fn nothing_in<T>(file: &str, sheet: &Sheet<T>) -> String {
    match sheet.errors.as_slice() {
        [] => format!("{file}: there is no row below the header; nothing was changed"),
        [only] => format!("{file}: {only}"),
        [first, ..] => {
            format!("{file}: none of {} rows can be taken, the first because of {first}", sheet.rejected)
        }
    }
}

/// Changes in portions that one transaction takes.
fn portions(writes: Vec<Write>) -> Vec<Vec<Write>> {
    let mut portions: Vec<Vec<Write>> = Vec::new();
    let mut room = 0;
    for write in writes {
        let size = CHANGE_COST
            + match &write {
                Write::Put { key, bytes, .. } => key.len() + bytes.len(),
                Write::Delete { key, .. } => key.len(),
                Write::Append { bytes, .. } => bytes.len(),
            };
        match portions.last_mut() {
            Some(last) if size <= room => {
                room -= size;
                last.push(write);
            }
            _ => {
                room = PART_MAX.saturating_sub(size);
                portions.push(vec![write]);
            }
        }
    }
    portions
}

/// A post as its row says; what the row leaves empty stays as it was.
#[must_use]
pub fn post_of(row: &PostRow, kept: Option<&PostRecord>) -> PostRecord {
    let filled = |cell: &str| (!cell.is_empty()).then(|| cell.to_owned());
    PostRecord {
        platform: row.platform,
        post: row.post.clone(),
        creator: row.creator.clone(),
        published_at: row.published_at,
        title: kept.and_then(|kept| kept.title.clone()),
        text: filled(&row.text).or_else(|| kept.and_then(|kept| kept.text.clone())),
        format: filled(&row.format).or_else(|| kept.and_then(|kept| kept.format.clone())),
        known_at: None,
        earlier: Vec::new(),
    }
}

async fn journal<T>(core: &Core, actor: &str, deed: &str, file: &str, sheet: &Sheet<T>) -> Result<(), StoreError> {
    let name = Path::new(file).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let detail = json!({ "taken": sheet.rows.len(), "rejected": sheet.rejected });
    core.journal(core.line_by(actor, deed, format!("file/{name}"), detail)).await
}

fn report<T>(sheet: &Sheet<T>) -> Answer {
    let taken = u64_of_len(sheet.rows.len());
    let rejected: Vec<_> = sheet.errors.iter().map(error_json).collect();
    let rows = taken.saturating_add(sheet.rejected);
    let text = match sheet.rejected {
        0 => format!("{taken} rows, all taken"),
        n => format!("{rows} rows, {taken} taken, {n} rejected"),
    };
    Answer::done(&json!({ "rows": rows, "taken": taken, "rejected": rejected }), text)
}

/// A row that was left out, as `--json` says it.
#[must_use]
pub fn error_json(error: &RowError) -> serde_json::Value {
    json!({ "line": error.line, "column": error.column, "what": error.what, "remedy": error.remedy })
}
