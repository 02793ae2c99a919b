//! A backup of everything, while the program works; and whether a restored store says what it said.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::wire::within;
use super::{Answer, Progress, Refusal, Request, Tell, actor};
use crate::app::core::Core;
use crate::app::past::{self, PastError};
use crate::outbox::incident::Incident;
use crate::store::StoreError;
use crate::store::records::scan_all;

/// How often somebody is told how far it is.
const WORD: Duration = Duration::from_secs(1);

/// Receipts that are worked out again after a restore, the newest first. Each takes some milliseconds.
const RECEIPTS_MAX: usize = 200;

/// Writes a backup.
pub(super) async fn backup(core: &Core, request: &Request, path: &Path, tell: Tell<'_>) -> Result<Answer, Refusal> {
    let by = actor(core, request).await?;
    if !path.is_absolute() || path.file_name().is_none() {
        return Err(Refusal::input(format!("`{}` names no file; write /backups/plimsoll.backup", path.display())));
    }
    let done = Arc::new(AtomicU64::new(0));
    let mut writing = core.store.backup(path, &done);
    let made = loop {
        if let Some(made) = within(WORD, &mut writing).await {
            break made?;
        }
        let done = done.load(Ordering::Relaxed);
        tell(Progress { done, of: done });
    };
    let detail = json!({ "file": path, "entries": made.entries, "bytes": made.bytes });
    core.journal(core.line_by(&by, "backed_up", "store", detail)).await?;
    let mib = made.bytes.div_ceil(1 << 20);
    let text = format!("{} records in {} ({mib} MiB)", made.entries, path.display());
    Ok(Answer::done(&json!({ "file": path, "records": made.entries, "bytes": made.bytes }), text))
}

/// What was found of receipts that were worked out again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipts {
    /// So many say what they said.
    pub same: u64,
    /// These say something else: incident ids.
    pub differ: Vec<String>,
    /// The numbers of so many are older than what is kept.
    pub too_old: u64,
}

/// Works the receipts of the newest incidents out again and compares them with what was written down.
///
/// # Errors
///
/// The store cannot be read.
pub async fn verify(core: &Core) -> Result<Receipts, StoreError> {
    let mut incidents: Vec<Incident> = scan_all(&*core.store).await?.into_iter().map(|kept| kept.value).collect();
    incidents.sort_by_key(|incident| std::cmp::Reverse(incident.opened_at));
    let mut found = Receipts::default();
    for incident in incidents.into_iter().take(RECEIPTS_MAX) {
        match past::judged(core, &incident.rule, &incident.subject, incident.opened_at).await {
            Ok(then) if then.differs => found.differ.push(incident.id.as_str().to_owned()),
            Ok(_) => found.same = found.same.saturating_add(1),
            Err(PastError::UnknownRule | PastError::NotKept { .. }) => found.too_old = found.too_old.saturating_add(1),
            Err(PastError::Store(error)) => return Err(error),
        }
    }
    Ok(found)
}
