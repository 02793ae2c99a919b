//! Deals in from a sheet, and out as one.
//!
//! Owns: what a sheet is compared with, the difference it makes, and that what changes goes the way of every document
//! ([`super::apply`]): versioned, journaled, nothing by halves. Refuses: files; it is given cells and gives cells.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

use serde_json::Value;

use super::apply::{ApplyError, Change, Given, apply};
use super::catalog::Catalog;
use super::core::Core;
use crate::domain::document::{Document, Documents};
use crate::domain::ids::{BrandId, CampaignId};
use crate::domain::sheet::grid::Grid;
use crate::domain::sheet::mapping::Mapping;
use crate::domain::sheet::{self, Reading};

/// Documents in one transaction. A document, its earlier version and its line in the journal take about 1.5 KiB, and a
/// transaction holds 8 MiB. A larger sheet is several, each whole: what is pointed at goes before what points at it.
const PART_MAX: usize = 3_000;

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum DealsError {
    /// What was given cannot be used.
    #[error("{0}")]
    Input(String),
    /// The documents were not taken.
    #[error("could not take the deals")]
    Apply(#[from] ApplyError),
}

/// A sheet to be taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DealsImport {
    /// The sheets of the file.
    pub grids: Vec<Grid>,
    /// The one that is meant, where somebody says so.
    pub sheet: Option<String>,
    /// What a person says about it.
    pub mapping: Mapping,
    /// Nothing is taken if a row cannot be.
    pub strict: bool,
}

/// One field of a document that would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Its name, as documents write it.
    pub field: String,
    /// What it is.
    pub from: Value,
    /// What the sheet says.
    pub to: Value,
}

/// A document that is there and would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// `creator`, `deliverable`, …
    pub kind: String,
    /// Its id.
    pub id: String,
    /// What of it.
    pub fields: Vec<FieldChange>,
}

/// What a sheet came to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// How it was read.
    pub reading: Reading,
    /// Documents that are new: kind and id.
    pub new: Vec<(String, String)>,
    /// Documents that change.
    pub changed: Vec<Changed>,
    /// Documents that are as the sheet says.
    pub unchanged: usize,
    /// Whether it was taken into the store.
    pub applied: bool,
}

/// Compares a sheet with the store and, unless it is a dry run, takes what differs. Where no row can be taken, or one
/// cannot and the import is strict, nothing is.
pub async fn import_deals(core: &Core, given: DealsImport, actor: &str, dry_run: bool) -> Result<Outcome, DealsError> {
    let known = documents_of(&core.state.lock().await.catalog);
    let reading =
        sheet::read(&given.grids, given.sheet.as_deref(), &given.mapping, &known).map_err(DealsError::Input)?;
    let mut outcome = Outcome { reading, new: Vec::new(), changed: Vec::new(), unchanged: 0, applied: false };
    let mut differing = Vec::new();
    let index: std::collections::BTreeMap<(&str, String), Document> =
        known.into_list().map(|one| ((one.kind(), one.id()), one)).collect();
    for document in outcome.reading.documents.clone().into_list() {
        let (kind, id) = (document.kind(), document.id());
        match index.get(&(kind, id.clone())) {
            None => outcome.new.push((kind.to_owned(), id)),
            Some(kept) if *kept == document => {
                outcome.unchanged = outcome.unchanged.saturating_add(1);
                continue;
            }
            Some(kept) => {
                outcome.changed.push(Changed { kind: kind.to_owned(), id, fields: fields(kept, &document) });
            }
        }
        differing.push(document);
    }
    let refused = outcome.reading.taken == 0 || (given.strict && !outcome.reading.rejected.is_empty());
    if dry_run || refused {
        return Ok(outcome);
    }
    let source = PathBuf::from("the sheet");
    for part in differing.chunks(PART_MAX) {
        let documents = part.iter().map(|document| (source.clone(), document.clone())).collect();
        let given = Given { documents, rules: Vec::new() };
        let differences = apply(core, given, actor, false).await?;
        debug_assert!(differences.iter().all(|one| one.change != Change::Same), "only what differs is applied");
    }
    outcome.applied = true;
    Ok(outcome)
}

/// Field by field.
pub(super) fn fields(kept: &Document, given: &Document) -> Vec<FieldChange> {
    let (Ok(Value::Object(kept)), Ok(Value::Object(given))) = (serde_json::to_value(kept), serde_json::to_value(given))
    else {
        return Vec::new();
    };
    let names = kept.keys().chain(given.keys().filter(|name| !kept.contains_key(*name)));
    names
        .filter_map(|name| {
            let value = |from: &serde_json::Map<String, Value>| from.get(name).cloned().unwrap_or(Value::Null);
            let (from, to) = (value(&kept), value(&given));
            (from != to).then(|| FieldChange { field: name.clone(), from, to })
        })
        .collect()
}

/// What of the store goes into a sheet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealsExport {
    /// Only this brand's.
    pub brand: Option<BrandId>,
    /// Only this campaign's.
    pub campaign: Option<CampaignId>,
}

/// The deals as a sheet.
pub async fn export_deals(core: &Core, what: &DealsExport) -> Result<Grid, DealsError> {
    let state = core.state.lock().await;
    let catalog = &state.catalog;
    let missing = |kind: &str, id: &dyn std::fmt::Display| DealsError::Input(format!("there is no {kind} `{id}`"));
    if let Some(brand) = what.brand.as_ref().filter(|brand| !catalog.brands.contains_key(*brand)) {
        return Err(missing("brand", brand));
    }
    if let Some(campaign) = what.campaign.as_ref().filter(|campaign| !catalog.campaigns.contains_key(*campaign)) {
        return Err(missing("campaign", campaign));
    }
    let mut documents = documents_of(catalog);
    documents.campaign.retain(|one| {
        what.campaign.as_ref().is_none_or(|campaign| *campaign == one.id)
            && what.brand.as_ref().is_none_or(|brand| *brand == one.brand)
    });
    Ok(sheet::export::grid(&documents))
}

/// What a sheet may say something about.
#[must_use]
pub fn documents_of(catalog: &Catalog) -> Documents {
    Documents {
        brand: catalog.brands.values().cloned().collect(),
        campaign: catalog.campaigns.values().cloned().collect(),
        creator: catalog.creators.values().cloned().collect(),
        partnership: catalog.partnerships.values().cloned().collect(),
        deliverable: catalog.deliverables.values().cloned().collect(),
        ..Documents::default()
    }
}

#[cfg(test)]
mod tests;
