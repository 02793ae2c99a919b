//! `apply`: documents and rules into the store, with the difference said first and every version kept.
//!
//! A file with one mistake changes nothing: everything is looked at before anything is written. What fits is one transaction; some
//! ten thousand creators are several, and where the program is killed between two of them the same call does the rest.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::catalog::{Catalog, room_of};
use super::config::Config;
use super::core::Core;
use super::past;
use super::records::{DocumentRecord, HistoryRecord, MemoryRecord, RuleRecord};
use crate::domain::document::{Boost, Document, Documents, RoomDocument};
use crate::domain::ids::{CreatorId, ProgramId, RoomId, SourceId};
use crate::domain::person::Room;
use crate::domain::written::Day;
use crate::rules::file as rule_file;
use crate::rules::lifecycle::Memory;
use crate::rules::rule::{Mode, Rule};
use crate::store::records::{load, scan_range};
use crate::store::{StoreError, Transaction, keys, limits};

/// What is wrong with what was given: one line each.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The files cannot be used.
    #[error("{}", .0.join("\n"))]
    Input(Vec<String>),
    /// The store did not take it.
    #[error("could not keep the documents")]
    Store(#[from] StoreError),
}

/// What one file holds.
#[derive(Debug, Default)]
pub struct Given {
    /// Documents, with the file each is from.
    pub documents: Vec<(PathBuf, Document)>,
    /// Rules, likewise.
    pub rules: Vec<(PathBuf, Rule)>,
}

/// What became of one document or rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It was there and is different now.
    Changed,
    /// It is as it was.
    Same,
}

impl Change {
    /// The word in listings and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

/// One line of the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// `brand`, `rule`, …
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What became of it.
    pub change: Change,
}

/// Reads files, and folders of `.toml` files, in the order of their names. Everything wrong in them is said at once.
pub fn read(paths: &[PathBuf]) -> Result<Given, ApplyError> {
    let mut given = Given::default();
    let mut faults = Vec::new();
    let files = match files_of(paths) {
        Ok(files) => files,
        Err(fault) => return Err(ApplyError::Input(vec![fault])),
    };
    for file in files {
        match std::fs::read_to_string(&file) {
            Ok(text) => read_one(&file, &text, &mut given, &mut faults),
            Err(error) => faults.push(format!("{}: cannot be read: {error}", file.display())),
        }
    }
    if faults.is_empty() { Ok(given) } else { Err(ApplyError::Input(faults)) }
}

/// The same of files that were read already, each with its name.
pub fn read_texts<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Given, ApplyError> {
    let mut given = Given::default();
    let mut faults = Vec::new();
    for (name, text) in files {
        read_one(Path::new(name), text, &mut given, &mut faults);
    }
    if faults.is_empty() { Ok(given) } else { Err(ApplyError::Input(faults)) }
}

/// The files that are meant: a folder stands for the `.toml` files in it, in the order of their names.
pub fn files_of(paths: &[PathBuf]) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let entries = std::fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
            let mut inside: Vec<PathBuf> = entries
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
                .collect();
            inside.sort();
            if inside.is_empty() {
                return Err(format!("{}: there is no .toml file in this folder", path.display()));
            }
            files.extend(inside);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Whether a file is one of rules; else it is one of documents.
#[must_use]
pub fn is_rules(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with("[[rule]]"))
}

/// A file is either of rules or of documents: the tables in it tell.
fn read_one(file: &Path, text: &str, given: &mut Given, faults: &mut Vec<String>) {
    if is_rules(text) {
        let read = rule_file::parse_rules(text, Some(&file.display().to_string()));
        match read.check() {
            Ok(_) => given.rules.extend(read.rules.into_iter().map(|sourced| (file.to_path_buf(), sourced.rule))),
            Err(errors) => faults.extend(errors.iter().map(ToString::to_string)),
        }
        return;
    }
    match Documents::from_toml(text) {
        Ok(documents) => given.documents.extend(documents.into_list().map(|one| (file.to_path_buf(), one))),
        Err(error) => faults.push(format!("{}:{}:{}: {}", file.display(), error.line, error.column, error.what)),
    }
}

/// Compares with the store and, unless it is a dry run, takes everything in at once.
pub async fn apply(core: &Core, given: Given, actor: &str, dry_run: bool) -> Result<Vec<Difference>, ApplyError> {
    let pen = core.pen.lock().await;
    let mut faults = Vec::new();
    let mut catalog = core.state.lock().await.catalog.clone();
    for (_, document) in &given.documents {
        catalog.take(document.clone());
    }
    for (file, document) in &given.documents {
        if let Some(fault) = catalog.dangling(document).or_else(|| overwritten(&core.config, &catalog, document)) {
            faults.push(format!("{}: {} `{}`: {fault}", file.display(), document.kind(), document.id()));
        }
    }
    for (file, rule) in &given.rules {
        if let Some(fault) = catalog.no_ladder(rule).or_else(|| catalog.no_group(rule)) {
            faults.push(format!("{}: rule `{}`: {fault}", file.display(), rule.id));
        }
    }
    if !faults.is_empty() {
        return Err(ApplyError::Input(faults));
    }
    let mut parts = Parts::default();
    let mut differences = Vec::new();
    for (_, document) in given.documents {
        let mut one = Transaction::new();
        differences.push(put_document(core, &mut one, document, actor).await?);
        parts.add(one);
    }
    for (_, rule) in given.rules {
        let mut one = Transaction::new();
        differences.push(put_rule(core, &mut one, rule, actor).await?);
        parts.add(one);
    }
    if !dry_run && !parts.all.is_empty() {
        let kept = commit_all(core, parts.all).await;
        drop(pen);
        // What was kept is in force, whatever became of the rest.
        core.reload().await?;
        kept?;
        super::booking::book(core).await?;
    }
    Ok(differences)
}

async fn commit_all(core: &Core, parts: Vec<Transaction>) -> Result<(), StoreError> {
    for part in parts {
        core.store.commit(part).await?;
    }
    Ok(())
}

/// Transactions that no one is too large of.
#[derive(Debug, Default)]
struct Parts {
    all: Vec<Transaction>,
    /// How large the last is.
    size: usize,
}

impl Parts {
    /// Adds what one document or rule changes to the last transaction, or to another where that is full.
    fn add(&mut self, one: Transaction) {
        let size = limits::size_of(&one);
        match self.all.last_mut() {
            Some(last) if self.size.saturating_add(size) <= limits::TRANSACTION_MAX => {
                last.expect.extend(one.expect);
                last.writes.extend(one.writes);
                self.size += size;
            }
            Some(_) | None if size == 0 => {}
            Some(_) | None => {
                self.all.push(one);
                self.size = size;
            }
        }
    }
}

/// Why the numbers of a boost would be written over: a series is known by its subject, metric and platform, so of two
/// accounts of one ad platform that pay for one deal only the one that spoke last would be seen.
fn overwritten(config: &Config, catalog: &Catalog, document: &Document) -> Option<String> {
    let Document::Boost(boost) = document else { return None };
    let platform = |id: &SourceId| config.sources.get(id).map(|source| source.kind.settings().platform());
    let mine = platform(&boost.source)?;
    let rivals = |one: &&Boost| {
        one.partnership == boost.partnership && one.source != boost.source && platform(&one.source) == Some(mine)
    };
    let rival = catalog.boosts.values().find(rivals)?;
    Some(format!(
        "boost `{}` of {} runs at `{}`, another account of {}: their days would be written over each other; run both boosts \
         from one account",
        rival.id,
        boost.partnership,
        rival.source,
        mine.title()
    ))
}

/// A document into a transaction, with the version it replaces; nothing where it is as it was. Hold [`Core::pen`].
pub(super) async fn put_document(
    core: &Core,
    transaction: &mut Transaction,
    document: Document,
    actor: &str,
) -> Result<Difference, StoreError> {
    let key = keys::document(document.kind(), &document.id());
    let kept = load::<DocumentRecord>(&*core.store, &key).await?;
    let (kind, id) = (document.kind().to_owned(), document.id());
    let change = match &kept {
        None => Change::Added,
        Some(kept) if kept.value.document == document => Change::Same,
        Some(kept) if !lived(actor) && was_applied(core, &kept.value, &document).await? => Change::Same,
        Some(_) => Change::Changed,
    };
    if change == Change::Same {
        return Ok(Difference { kind, id, change });
    }
    if let Some(kept) = &kept {
        transaction.create(&earlier(&kept.value)?)?;
    }
    let version = kept.as_ref().map_or(1, |kept| kept.value.version + 1);
    let now = core.clock.now();
    if let Document::Room(declared) = &document {
        let room = load::<Room>(&*core.store, &keys::room(&declared.id)).await?;
        let after = room_of(declared.clone(), room.as_ref().map(|room| &room.value));
        transaction.set(room.as_ref(), &after)?;
    }
    let record = DocumentRecord { document, version, by: actor.to_owned(), at: now, known: Some(core.stamp()) };
    transaction.set(kept.as_ref(), &record)?;
    let detail = json!({ "version": version });
    transaction.append_journal(&core.line_by(actor, "document_applied", format!("{kind}/{id}"), detail))?;
    Ok(Difference { kind, id, change })
}

/// How versions that the program, a chat or a command made begin; all others come from files.
const LIVED: [&str; 3] = ["rule:", "chat:", "made:"];

fn lived(by: &str) -> bool {
    LIVED.iter().any(|mark| by.starts_with(mark))
}

/// Whether a document is what the last file said, and what is kept now is what life has made of it since: a level that
/// was lost after notice and grace does not come back because a file was applied again. Who means it changes the file.
async fn was_applied(core: &Core, kept: &DocumentRecord, given: &Document) -> Result<bool, StoreError> {
    let (mut by, mut version) = (kept.by.clone(), kept.version);
    let mut body = None;
    while lived(&by) && 1 < version {
        version -= 1;
        let key = keys::history(given.kind(), &given.id(), u64::from(version));
        let Some(older) = load::<HistoryRecord>(&*core.store, &key).await? else { return Ok(false) };
        by = older.value.by;
        body = Some(older.value.body);
    }
    Ok(match body {
        Some(body) => body == to_json(given)?,
        None => false,
    })
}

/// A version that is no longer in force, as it is kept.
fn earlier(old: &DocumentRecord) -> Result<HistoryRecord, StoreError> {
    Ok(HistoryRecord {
        kind: old.document.kind().to_owned(),
        id: old.document.id(),
        version: old.version,
        body: to_json(&old.document)?,
        by: old.by.clone(),
        at: old.at,
        known: Some(old.known_at()),
    })
}

/// Changes a creator's level while the program runs: a new version, by whom, in the caller's transaction. `by` is
/// `rule:ID` or `chat:PERSON`.
pub async fn put_level(
    core: &Core,
    transaction: &mut Transaction,
    (program, creator): (&ProgramId, &CreatorId),
    level: &str,
    by: &str,
) -> Result<bool, StoreError> {
    let key = keys::document("member", &format!("{program}/{creator}"));
    let Some(mut kept) = load::<DocumentRecord>(&*core.store, &key).await? else { return Ok(false) };
    let before = earlier(&kept.value)?;
    let Document::Member(member) = &mut kept.value.document else { return Ok(false) };
    let now = core.clock.now();
    let zone = {
        let state = core.state.lock().await;
        let brand = state.catalog.programs.get(program).and_then(|one| state.catalog.brands.get(&one.brand));
        brand.map_or(jiff::tz::TimeZone::UTC, |brand| brand.zone.rules())
    };
    let from = std::mem::replace(&mut member.level, level.to_owned());
    member.since = Day(now.to_zoned(zone).date());
    kept.value.version = kept.value.version.saturating_add(1);
    by.clone_into(&mut kept.value.by);
    kept.value.at = now;
    kept.value.known = Some(core.stamp());
    let detail = json!({ "program": program, "from": from, "to": level, "version": kept.value.version });
    transaction.create(&before)?;
    transaction.update(&kept)?;
    transaction.append_journal(&core.line_by(by, "level_changed", format!("creator/{creator}"), detail))?;
    Ok(true)
}

/// Changes how a room wants to be told while the program runs: a new version of its document, by whom, in the caller's
/// transaction. `None`: no document declares the room. Hold [`Core::pen`].
pub(super) async fn room_version(
    core: &Core,
    transaction: &mut Transaction,
    id: &RoomId,
    actor: &str,
    edit: &(dyn Fn(&mut RoomDocument) + Sync),
) -> Result<Option<RoomDocument>, StoreError> {
    let key = keys::document("room", id.as_str());
    let Some(mut kept) = load::<DocumentRecord>(&*core.store, &key).await? else { return Ok(None) };
    let before = earlier(&kept.value)?;
    let Document::Room(room) = &mut kept.value.document else { return Ok(None) };
    edit(room);
    let after = room.clone();
    kept.value.version = kept.value.version.saturating_add(1);
    kept.value.by = format!("chat:{actor}");
    kept.value.at = core.clock.now();
    kept.value.known = Some(core.stamp());
    transaction.create(&before)?;
    transaction.update(&kept)?;
    Ok(Some(after))
}

/// A rule into a transaction, with the version it replaces; nothing where it is as it was. A rule that leaves shadow begins
/// anew: what it saw in silence is nothing that anybody was told. Hold [`Core::pen`].
pub(super) async fn put_rule(
    core: &Core,
    transaction: &mut Transaction,
    rule: Rule,
    actor: &str,
) -> Result<Difference, StoreError> {
    let kept = load::<RuleRecord>(&*core.store, &keys::rule(&rule.id)).await?;
    let id = rule.id.to_string();
    let change = match &kept {
        None => Change::Added,
        Some(kept) if kept.value.rule == rule => Change::Same,
        Some(kept) if is_as_filed(core, &kept.value, &rule, actor).await? => Change::Same,
        Some(_) => Change::Changed,
    };
    let difference = Difference { kind: "rule".to_owned(), id: id.clone(), change };
    if change == Change::Same {
        return Ok(difference);
    }
    if let Some(kept) = &kept {
        let old = &kept.value;
        transaction.create(&HistoryRecord {
            kind: "rule".to_owned(),
            id: id.clone(),
            version: old.version,
            body: to_json(&old.rule)?,
            by: old.by.clone(),
            at: old.at,
            known: Some(old.known_at()),
        })?;
        if old.rule.mode == Mode::Shadow && rule.mode != Mode::Shadow {
            let (from, until) = keys::of_rule(&rule.id);
            let kept = scan_range::<MemoryRecord>(&*core.store, &from, &until).await?;
            for memory in kept.iter().filter(|kept| kept.value.memory.is_open()) {
                let MemoryRecord { rule, subject, memory: before } = &memory.value;
                past::memory::note(core, transaction, (rule, subject), (before, &Memory::default()), None)?;
                transaction.delete(memory);
            }
        }
    }
    let version = kept.as_ref().map_or(1, |kept| kept.value.version + 1);
    let (at, known) = (core.clock.now(), Some(core.stamp()));
    let record = RuleRecord { rule, version, by: actor.to_owned(), at, known };
    transaction.set(kept.as_ref(), &record)?;
    let detail = json!({ "version": version });
    transaction.append_journal(&core.line_by(actor, "rule_applied", format!("rule/{id}"), detail))?;
    Ok(difference)
}

/// Whether a rule is what the last file said, and people in a chat have changed it since: a file that is applied again as it was
/// does not take back how far somebody let the rule go.
async fn is_as_filed(core: &Core, kept: &RuleRecord, given: &Rule, actor: &str) -> Result<bool, StoreError> {
    let in_chat = |by: &str| by.starts_with("chat:");
    if in_chat(actor) {
        return Ok(false);
    }
    let (mut by, mut version, mut body) = (kept.by.clone(), kept.version, None);
    while in_chat(&by) && 1 < version {
        version -= 1;
        let key = keys::history("rule", given.id.as_str(), u64::from(version));
        let Some(older) = load::<HistoryRecord>(&*core.store, &key).await? else { return Ok(false) };
        (by, body) = (older.value.by, Some(older.value.body));
    }
    Ok(match body {
        Some(body) => body == to_json(given)?,
        None => false,
    })
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(value)
        .map_err(|cause| StoreError::Failed { deed: "write a version down", cause: Box::new(cause) })
}

#[cfg(test)]
mod tests;
