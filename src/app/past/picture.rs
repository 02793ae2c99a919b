//! Documents and rules as they were at an instant, from the versions that the store keeps.
//!
//! The picture of now and that of any earlier instant are made by the same function.

use jiff::Timestamp;

use super::settings::Judging;
use crate::app::catalog::Catalog;
use crate::app::core::Ruled;
use crate::app::records::{DocumentRecord, ExcuseRecord, HistoryRecord, PostRecord, RuleRecord};
use crate::domain::action::{Proposal, ProposalStage};
use crate::domain::document::Document;
use crate::domain::ids::RuleId;
use crate::domain::person::{Grant, Person, Room};
use crate::rules::check;
use crate::rules::rule::Rule;
use crate::store::records::{load, scan_all, scan_range};
use crate::store::{Store, StoreError, keys};

/// Up to when documents and rules are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until {
    /// What was applied later does not count.
    pub edition: Timestamp,
    /// What had no version then counts as it was first written: for instants before the rule that is asked about.
    pub or_first: bool,
}

/// A version of a document, and when it was applied.
struct Version {
    document: Document,
    at: Timestamp,
    known: Timestamp,
}

/// Everything that was applied.
pub async fn catalog(store: &dyn Store, judging: &Judging, until: Option<Until>) -> Result<Catalog, StoreError> {
    let mut catalog = Catalog { k: Some(judging.k()), maturity: judging.maturity(), ..Catalog::default() };
    for room in scan_all::<Room>(store).await? {
        catalog.put_room(room.value);
    }
    let mut earlier = earlier_terms(store).await?;
    for record in scan_all::<DocumentRecord>(store).await? {
        let record = record.value;
        let (kind, id) = (record.document.kind(), record.document.id());
        let mut versions: Vec<Version> = earlier.remove(&(kind.to_owned(), id)).unwrap_or_default();
        let newest = Version { known: record.known_at(), at: record.at, document: record.document };
        let is_past = until.is_some_and(|until| until.edition < newest.known);
        if is_past && versions.is_empty() && 1 < record.version {
            versions = earlier_of(store, &newest.document, record.version).await?;
        }
        versions.push(newest);
        let keep = match until {
            None => versions.len(),
            Some(until) => {
                let known = versions.iter().take_while(|one| one.known <= until.edition).count();
                if known == 0 && until.or_first { 1 } else { known }
            }
        };
        for version in versions.into_iter().take(keep) {
            catalog.take_version(version.document, version.at);
        }
    }
    for person in scan_all::<Person>(store).await? {
        catalog.people.insert(person.value.id.clone(), person.value);
    }
    catalog.grants = scan_all::<Grant>(store).await?.into_iter().map(|grant| grant.value).collect();
    for post in scan_all::<PostRecord>(store).await? {
        let post = post.value;
        let facts = match until {
            None => Some((post.creator.clone(), post.published_at)),
            Some(until) => post.then(until.edition).or_else(|| until.or_first.then(|| post.first())),
        };
        let Some((creator, published_at)) = facts else { continue };
        catalog.know_post(PostRecord { creator, published_at, ..post });
    }
    for excuse in scan_all::<ExcuseRecord>(store).await? {
        catalog.excuses.insert(excuse.value.id, excuse.value);
    }
    // In the order of their numbers: the newest word on a boost counts.
    for proposal in scan_all::<Proposal>(store).await? {
        let known = match &proposal.value.stage {
            ProposalStage::Verified { at, .. } => until.is_none_or(|until| *at <= until.edition),
            _ => false,
        };
        if known {
            catalog.know_done(&proposal.value);
        }
    }
    // Every version; which of them count at an instant, `Catalog::about_at` says.
    catalog.learned = crate::app::learning::load_book(store).await?;
    Ok(catalog)
}

/// Earlier versions by kind and id, oldest first.
type Earlier = std::collections::BTreeMap<(String, String), Vec<Version>>;

/// The kinds whose versions count even now: a day's spend is held against that day's limit.
const TERMS: [&str; 3] = ["campaign", "partnership", "deliverable"];

async fn earlier_terms(store: &dyn Store) -> Result<Earlier, StoreError> {
    let mut earlier = Earlier::new();
    for kind in TERMS {
        let (from, until) = keys::history_of_kind(kind);
        for kept in scan_range::<HistoryRecord>(store, &from, &until).await? {
            let key = (kept.value.kind.clone(), kept.value.id.clone());
            earlier.entry(key).or_default().extend(version(kept.value));
        }
    }
    Ok(earlier)
}

/// The versions of one document before its newest.
async fn earlier_of(store: &dyn Store, document: &Document, newest: u32) -> Result<Vec<Version>, StoreError> {
    let mut versions = Vec::new();
    for number in 1..newest {
        let key = keys::history(document.kind(), &document.id(), u64::from(number));
        versions.extend(load::<HistoryRecord>(store, &key).await?.and_then(|kept| version(kept.value)));
    }
    Ok(versions)
}

/// A version that this program can still read.
fn version(record: HistoryRecord) -> Option<Version> {
    let (at, known) = (record.at, record.known_at());
    serde_json::from_value(record.body).ok().map(|document| Version { document, at, known })
}

/// A rule, ready to be judged. It was checked before it was kept; a program that understands less than the one that kept it
/// must say so.
pub fn ruled(rule: &Rule, version: u32) -> Result<Ruled, StoreError> {
    let checked = check::check(rule).map_err(|errors| StoreError::Damaged {
        what: format!(
            "the rule `{}` cannot be judged by this version ({}); run the version that applied it",
            rule.id,
            errors.first().map(ToString::to_string).unwrap_or_default()
        ),
    })?;
    Ok(Ruled { rule: checked, version })
}

/// A rule as it was at an instant, and whether it was in force then: before its first version it is that one.
pub async fn rule(store: &dyn Store, id: &RuleId, edition: Timestamp) -> Result<Option<(Ruled, bool)>, StoreError> {
    let Some(record) = load::<RuleRecord>(store, &keys::rule(id)).await?.map(|kept| kept.value) else {
        return Ok(None);
    };
    if record.known_at() <= edition {
        return ruled(&record.rule, record.version).map(|ruled| Some((ruled, true)));
    }
    let mut first = (record.rule, record.version);
    for number in (1..record.version).rev() {
        let key = keys::history("rule", id.as_str(), u64::from(number));
        let Some(old) = load::<HistoryRecord>(store, &key).await? else { continue };
        let known = old.value.known_at();
        let rule: Rule = serde_json::from_value(old.value.body.clone()).map_err(|cause| StoreError::Damaged {
            what: format!("version {number} of the rule `{id}` cannot be read ({cause}); restore a backup"),
        })?;
        if known <= edition {
            return ruled(&rule, number).map(|ruled| Some((ruled, true)));
        }
        first = (rule, number);
    }
    ruled(&first.0, first.1).map(|ruled| Some((ruled, false)))
}
