//! What an import of deals shows: columns, differences, rows that are left out, and what was decided.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use crate::app::deals::{Changed, Outcome};
use crate::domain::sheet::Reading;
use crate::domain::sheet::draft::Rejected;
use crate::domain::sheet::grid::letter;
use crate::domain::sheet::table::{Column, Use};

/// New documents of a kind that are named; the rest is counted.
const NEW_MAX: usize = 12;

/// Changed documents that are listed; the rest is counted, and `--json` has all.
const CHANGED_MAX: usize = 60;

/// How many rows were left out: one may have several reasons.
pub(super) fn rejected_rows(reading: &Reading) -> usize {
    reading.rejected.iter().map(|one| one.row).collect::<BTreeSet<_>>().len()
}

/// ``row 7, Fee `TBD`: no fee: …``
pub(super) fn rejected_line(one: &Rejected) -> String {
    let column = if one.column.is_empty() { String::new() } else { format!(", {}", one.column) };
    let value = if one.value.is_empty() { String::new() } else { format!(" `{}`", one.value) };
    format!("row {}{column}{value}: {}", one.row, one.why)
}

/// The document that `--json` prints.
pub(super) fn json(outcome: &Outcome) -> Value {
    let reading = &outcome.reading;
    let mapping: Vec<Value> = reading.columns.iter().map(column_json).collect();
    let new: Vec<Value> = outcome.new.iter().map(|(kind, id)| json!({ "kind": kind, "id": id })).collect();
    let changed: Vec<Value> = outcome
        .changed
        .iter()
        .map(|one| {
            let fields =
                one.fields.iter().map(|field| json!({ "field": field.field, "from": field.from, "to": field.to }));
            json!({ "kind": one.kind, "id": one.id, "fields": fields.collect::<Vec<_>>() })
        })
        .collect();
    let rejected: Vec<Value> = reading
        .rejected
        .iter()
        .map(|one| json!({ "row": one.row, "column": one.column, "value": one.value, "why": one.why }))
        .collect();
    json!({
        "sheet": reading.sheet,
        "header_row": reading.header,
        "mapping": mapping,
        "changes": { "new": new, "changed": changed, "unchanged": outcome.unchanged },
        "rejected": rejected,
        "notes": reading.notes,
        "taken": reading.taken,
        "applied": outcome.applied,
    })
}

fn column_json(column: &Column) -> Value {
    let (field, certainty, why) = match &column.used {
        Use::Field(slot, certainty) => (Some(slot.to_string()), Some(certainty.as_str()), None),
        Use::Unused(why) => (None, None, Some(why.clone())),
    };
    json!({
        "column": letter(column.at),
        "header": column.header,
        "field": field,
        "certainty": certainty,
        "sample": column.sample,
        "why": why,
    })
}

/// What is printed. Without an ending, the question comes next.
pub(super) fn text(outcome: &Outcome, file: &Path, ending: Option<&str>) -> String {
    let reading = &outcome.reading;
    let sheet = if reading.sheet.is_empty() { String::new() } else { format!(", sheet `{}`", reading.sheet) };
    let mut lines = vec![format!("{}{sheet}, header in row {}", file.display(), reading.header), String::new()];
    lines.extend(columns(&reading.columns));
    let changes = changes(outcome);
    if !changes.is_empty() {
        lines.push(String::new());
        lines.extend(changes);
    }
    if !reading.rejected.is_empty() {
        lines.push(String::new());
        lines.push("Left out:".to_owned());
        lines.extend(reading.rejected.iter().map(|one| format!("  {}", rejected_line(one))));
    }
    if !reading.notes.is_empty() {
        lines.push(String::new());
        lines.push("Noted:".to_owned());
        lines.extend(reading.notes.iter().map(|note| format!("  {note}")));
    }
    if let Some(ending) = ending {
        lines.push(String::new());
        lines.push(ending.to_owned());
    }
    lines.join("\n")
}

/// The last line: what was done, or what would be.
pub(super) fn ending(outcome: &Outcome, differs: bool, dry_run: bool) -> String {
    let reading = &outcome.reading;
    let left = match rejected_rows(reading) {
        0 => String::new(),
        n => format!(", {n} left out"),
    };
    let counts = format!(
        "{} rows taken{left}: {} new, {} changed, {} unchanged",
        reading.taken,
        outcome.new.len(),
        outcome.changed.len(),
        outcome.unchanged
    );
    if !differs {
        return format!("{counts}; nothing changes");
    }
    match (outcome.applied, dry_run) {
        (true, _) => format!("{counts}; applied"),
        (false, true) => format!("{counts}; nothing was stored"),
        (false, false) => format!("{counts}; nothing was stored, --yes applies it"),
    }
}

fn columns(columns: &[Column]) -> Vec<String> {
    let width = |text: &str| text.chars().count();
    let header = columns.iter().map(|column| width(&column.title())).max().unwrap_or(0).clamp(0, 32);
    let field =
        columns.iter().filter_map(|column| column.slot()).map(|slot| width(&slot.to_string())).max().unwrap_or(0);
    let line = |column: &Column| {
        let (at, title) = (letter(column.at), column.title());
        match &column.used {
            Use::Field(slot, _) if column.sample.is_empty() => format!("  {at:<3} {title:<header$}  → {slot}"),
            Use::Field(slot, _) => {
                format!("  {at:<3} {title:<header$}  → {:<field$}  `{}`", slot.to_string(), column.sample)
            }
            Use::Unused(why) => format!("  {at:<3} {title:<header$}    not used: {why}"),
        }
    };
    columns.iter().map(line).collect()
}

fn changes(outcome: &Outcome) -> Vec<String> {
    let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, id) in &outcome.new {
        by_kind.entry(kind).or_default().push(id);
    }
    let mut lines = Vec::new();
    for kind in ["brand", "campaign", "creator", "partnership", "deliverable"] {
        let Some(ids) = by_kind.get(kind) else { continue };
        let named: Vec<&str> = ids.iter().take(NEW_MAX).copied().collect();
        let more = ids.len().saturating_sub(named.len());
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        lines.push(format!(
            "new      {} {kind}{}: {}{more}",
            ids.len(),
            if ids.len() == 1 { "" } else { "s" },
            named.join(", ")
        ));
    }
    lines.extend(outcome.changed.iter().take(CHANGED_MAX).flat_map(changed_lines));
    let more = outcome.changed.len().saturating_sub(CHANGED_MAX);
    if 0 < more {
        lines.push(format!("changed  and {more} more; --json lists all"));
    }
    lines
}

fn changed_lines(one: &Changed) -> Vec<String> {
    let value = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    one.fields
        .iter()
        .map(|field| {
            format!("changed  {}/{} {}: {} → {}", one.kind, one.id, field.field, value(&field.from), value(&field.to))
        })
        .collect()
}
