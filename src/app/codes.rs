//! Discount codes of partnerships: made at a shop, read back, and written into the partnership's document; and listed.
//!
//! Owns: which shop is meant, whether a code may be a partnership's, and the order of things: the shop first, then the
//! document. Refuses: a code that another creator has, and guessing where a brand has several shops.
//! Survives: a kill between the shop and the document. Made again, the code is found there, worth the same, and is written
//! down; a code is never made twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::apply::{self, Change};
use super::catalog::Catalog;
use super::core::Core;
use super::hands;
use crate::actions::ActionError;
use crate::actions::coin::{Made, NewCode};
use crate::domain::document::{Document, Partnership, PartnershipRef, Running};
use crate::domain::ids::SourceId;
use crate::domain::written::Percent;
use crate::rules::error::nearest;
use crate::sources::orders::{Code, Shop, same_code};
use crate::sources::{Outside, SourceError};
use crate::store::{StoreError, Transaction};

/// Codes that one listing asks shops about: each is a question. A brand with more looks at one shop at a time.
const ASKED_MAX: usize = 2_000;

/// Why a code was not made, or codes are not listed.
#[derive(Debug, thiserror::Error)]
pub enum CodesError {
    /// What was given cannot be used.
    #[error("{0}")]
    Input(String),
    /// The shop did not make it.
    #[error("`{shop}` did not make `{code}`")]
    NotMade {
        /// The source.
        shop: SourceId,
        /// The code.
        code: String,
        /// Why not.
        #[source]
        cause: ActionError,
    },
    /// The shop could not be asked.
    #[error("`{shop}` could not be asked about `{code}`")]
    NotAsked {
        /// The source.
        shop: SourceId,
        /// The code.
        code: String,
        /// Why not.
        #[source]
        cause: SourceError,
    },
    /// The shop took it and does not know it.
    #[error("`{shop}` took `{code}` and does not list it now; look in the shop, then say it again")]
    NotThere {
        /// The source.
        shop: SourceId,
        /// The code.
        code: String,
    },
    /// The store did not take it.
    #[error("could not keep the code")]
    Store(#[from] StoreError),
}

/// A code somebody wants for a partnership.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// `CAMPAIGN/CREATOR`.
    pub partnership: &'a str,
    /// What customers type.
    pub code: &'a str,
    /// The share it takes off.
    pub percent: Percent,
    /// The shop; needed only where the brand has several.
    pub at: Option<&'a SourceId>,
    /// Its last day in the campaign's zone, as it was written; without one it has no end.
    pub ends: Option<&'a str>,
}

/// What came of it, or would.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Whose it is.
    pub partnership: PartnershipRef,
    /// Where.
    pub source: SourceId,
    /// As the shop has it.
    pub code: String,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// What the shop had before.
    pub made: Made,
    /// What became of the partnership's document.
    pub document: Change,
    /// How often it was used before.
    pub used: i64,
}

/// Makes a code for a partnership, or says what that would do (`trial`). `by` is for the journal.
pub async fn make(core: &Core, wanted: &Wanted<'_>, by: &str, trial: bool) -> Result<Outcome, CodesError> {
    let now = core.clock.now();
    let plan = plan(core, wanted, now).await?;
    let shop = shop(core, &plan.source)?;
    let failed = |cause| CodesError::NotAsked { shop: plan.source.clone(), code: plan.new.code.clone(), cause };
    let made = if trial {
        match shop.code(&plan.new.code).await.map_err(failed)? {
            Some(_) => Made::Already,
            None => Made::New,
        }
    } else {
        let mint = core.config.sources.get(&plan.source).map(|source| hands::mint(&source.kind));
        let mint = match mint {
            Some(Ok(Some(mint))) => mint,
            Some(Err(cause)) => return Err(failed(cause)),
            Some(Ok(None)) | None => {
                return Err(CodesError::Input(format!("codes cannot be made at `{}`", plan.source)));
            }
        };
        mint.make(&plan.new, now).await.map_err(|cause| CodesError::NotMade {
            shop: plan.source.clone(),
            code: plan.new.code.clone(),
            cause,
        })?
    };
    let there = shop.code(&plan.new.code).await.map_err(failed)?;
    if there.is_none() && !trial {
        return Err(CodesError::NotThere { shop: plan.source, code: plan.new.code });
    }
    let document = if trial { plan.change() } else { record(core, &plan, made, by).await? };
    let used = there.as_ref().map_or(0, |there| there.used);
    let ends_at = there.map_or(plan.new.ends_at, |there| there.ends_at);
    Ok(Outcome { partnership: plan.key, source: plan.source, code: plan.new.code, ends_at, made, document, used })
}

/// Everything that was found out before anybody is asked.
struct Plan {
    key: PartnershipRef,
    source: SourceId,
    new: NewCode,
    listed: bool,
}

impl Plan {
    fn change(&self) -> Change {
        if self.listed { Change::Same } else { Change::Changed }
    }
}

async fn plan(core: &Core, wanted: &Wanted<'_>, now: Timestamp) -> Result<Plan, CodesError> {
    let state = core.state.lock().await;
    let catalog = &state.catalog;
    let (key, partnership) = partnership(catalog, wanted.partnership)?;
    let about = catalog.about(&key.subject());
    let source = shop_of(core, catalog, key, wanted.at)?;
    let mine = partnership.codes.iter().find(|code| same_code(code, wanted.code));
    if let Some(other) = owner(catalog, key, wanted.code) {
        return Err(CodesError::Input(format!(
            "`{}` belongs to {other}; two creators with one code cannot be told apart, choose another text",
            wanted.code
        )));
    }
    let ends_at = match wanted.ends {
        None => None,
        Some(day) => {
            let read: Option<jiff::civil::Date> = day.parse().ok();
            let end = read.and_then(|day| day.tomorrow().ok()?.to_zoned(about.zone.clone()).ok());
            let end = end.ok_or_else(|| {
                CodesError::Input(format!("`{day}` is not a date: write its last day like 2026-03-31"))
            })?;
            Some(end.timestamp())
        }
    };
    let begins = about.deal.map_or(now, |(from, _)| std::cmp::min(from, now));
    let code = mine.map_or(wanted.code, String::as_str).to_owned();
    let id = format!("code/{key}/{}", code.to_lowercase());
    let new = NewCode { id, code, percent: wanted.percent, starts_at: begins, ends_at };
    Ok(Plan { key: key.clone(), source, new, listed: mine.is_some() })
}

fn partnership<'a>(catalog: &'a Catalog, given: &str) -> Result<(&'a PartnershipRef, &'a Partnership), CodesError> {
    let bare = given.strip_prefix("partnership/").unwrap_or(given);
    let found = catalog.partnerships.iter().find(|(key, _)| key.to_string() == bare);
    found.ok_or_else(|| {
        let known: Vec<String> = catalog.partnerships.keys().map(ToString::to_string).collect();
        let remedy = nearest(bare, known.iter().map(String::as_str)).map_or_else(
            || "write it `CAMPAIGN/CREATOR`; `plimsoll apply` takes it in".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        CodesError::Input(format!("there is no partnership `{given}`; {remedy}"))
    })
}

/// The running partnership of another creator that lists a code.
fn owner<'a>(catalog: &'a Catalog, of: &PartnershipRef, code: &str) -> Option<&'a PartnershipRef> {
    let lists = |one: &Partnership| one.state == Running::Active && one.codes.iter().any(|own| same_code(own, code));
    let mut others = catalog.partnerships.iter().filter(|(key, one)| key.creator != of.creator && lists(one));
    others.next().map(|(key, _)| key)
}

/// The shop where codes of a partnership are made: the named one, or its brand's only one.
fn shop_of(
    core: &Core,
    catalog: &Catalog,
    key: &PartnershipRef,
    named: Option<&SourceId>,
) -> Result<SourceId, CodesError> {
    let brand = catalog.campaigns.get(&key.campaign).map(|campaign| &campaign.brand);
    let brand = brand.ok_or_else(|| CodesError::Input(format!("the campaign of {key} was never applied")))?;
    let shops = core.config.sources.iter().filter(|(_, source)| source.has_codes_of(brand));
    let shops: Vec<&SourceId> = shops.map(|(id, _)| id).collect();
    let names = || shops.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(", ");
    match (named, shops.as_slice()) {
        (_, []) => Err(CodesError::Input(format!(
            "no shop of `{brand}` is configured; add [sources.shop] with kind = \"shopify\", config/default.toml shows how"
        ))),
        (None, [only]) => Ok((*only).clone()),
        (None, _) => Err(CodesError::Input(format!("at which shop? add --at with one of {}", names()))),
        (Some(id), some) if some.contains(&id) => Ok(id.clone()),
        (Some(id), _) => Err(CodesError::Input(format!("`{id}` is no shop of `{brand}`; known: {}", names()))),
    }
}

/// A shop that can be looked into, with the accounts that people have connected.
fn shop(core: &Core, id: &SourceId) -> Result<Arc<dyn Shop>, CodesError> {
    let outside = Outside { clock: core.clock.clone(), accounts: core.vault.accounts(id) };
    let source = core.config.sources.get(id);
    match source.and_then(|source| source.kind.settings().shop(&outside)) {
        Some(Ok(shop)) => Ok(shop),
        Some(Err(error)) => Err(CodesError::Input(format!("source `{id}`: {error}"))),
        None => Err(CodesError::Input(format!("source `{id}` is no shop"))),
    }
}

/// Writes the code into the partnership's document, as it is by now, and into the journal: all or nothing.
async fn record(core: &Core, plan: &Plan, made: Made, by: &str) -> Result<Change, CodesError> {
    let pen = core.pen.lock().await;
    let kept = core.state.lock().await.catalog.partnerships.get(&plan.key).cloned();
    let Some(mut partnership) = kept else {
        return Err(CodesError::Input(format!("{} was taken out meanwhile", plan.key)));
    };
    let listed = partnership.codes.iter().any(|code| same_code(code, &plan.new.code));
    if listed && made == Made::Already {
        return Ok(Change::Same);
    }
    let mut transaction = Transaction::new();
    let detail = json!({
        "code": plan.new.code, "source": plan.source, "percent": plan.new.percent, "ends": plan.new.ends_at,
        "made": made == Made::New,
    });
    transaction.append_journal(&core.line_by(by, "code_made", plan.key.subject(), detail))?;
    let mut change = Change::Same;
    if !listed {
        partnership.codes.push(plan.new.code.clone());
        let document = Document::Partnership(partnership);
        // A file that is applied again as it was does not take away what was made here.
        change = apply::put_document(core, &mut transaction, document, &format!("made:{by}")).await?.change;
    }
    core.store.commit(transaction).await?;
    drop(pen);
    core.reload().await?;
    Ok(change)
}

/// A code of a partnership and what a shop says of it.
#[derive(Debug, Clone)]
pub struct Owned {
    /// The code, as the document writes it.
    pub code: String,
    /// Whose it is.
    pub partnership: PartnershipRef,
    /// The shop; `None` where the brand has none.
    pub source: Option<SourceId>,
    /// What the shop says: `Ok(None)` where it has no such code, a reason where it could not be asked.
    pub there: Result<Option<Code>, String>,
}

/// The codes of every running partnership, at each shop of its brand or at the one that is named, and whether there are
/// more than were asked about. A shop that fails once is not asked again. `tell` hears how
/// many are done, of how many.
pub async fn list(
    core: &Core,
    at: Option<&SourceId>,
    tell: &(dyn Fn(usize, usize) + Send + Sync),
) -> Result<(Vec<Owned>, bool), CodesError> {
    let mut wanted = Vec::new();
    {
        let state = core.state.lock().await;
        for (key, one) in state.catalog.partnerships.iter().filter(|(_, one)| one.state == Running::Active) {
            let Some(brand) = state.catalog.campaigns.get(&key.campaign).map(|campaign| &campaign.brand) else {
                continue;
            };
            let shops = core.config.sources.iter().filter(|(_, source)| source.has_codes_of(brand)).map(|(id, _)| id);
            let shops: Vec<&SourceId> = shops.filter(|id| at.is_none_or(|at| at == *id)).collect();
            for code in &one.codes {
                wanted.extend(shops.iter().map(|shop| (key.clone(), code.clone(), Some((*shop).clone()))));
                if shops.is_empty() && at.is_none() {
                    wanted.push((key.clone(), code.clone(), None));
                }
            }
        }
    }
    if let Some(at) = at {
        // A name that is no shop is a mistake, not an empty list.
        drop(shop(core, at)?);
    }
    let (cut, of) = (ASKED_MAX < wanted.len(), std::cmp::min(ASKED_MAX, wanted.len()));
    let mut asked: BTreeMap<SourceId, Result<Arc<dyn Shop>, String>> = BTreeMap::new();
    let mut all = Vec::new();
    for (partnership, code, source) in wanted.into_iter().take(ASKED_MAX) {
        let there = match &source {
            None => Err("no shop of its brand is configured".to_owned()),
            Some(id) => {
                let open = || shop(core, id).map_err(|error| error.to_string());
                let reached = asked.entry(id.clone()).or_insert_with(open);
                let answer = match reached {
                    Ok(shop) => shop.code(&code).await.map_err(|error| error.to_string()),
                    Err(why) => Err(why.clone()),
                };
                if let Err(why) = &answer {
                    *reached = Err(why.clone());
                }
                answer
            }
        };
        all.push(Owned { code, partnership, source, there });
        tell(all.len(), of);
    }
    Ok((all, cut))
}
