//! Where tracking links lead, which of them are cut, and which lead to a page that is gone.
//!
//! Owns: the picture that requests read without waiting for anybody, and cutting a link: it leads to the product still, and
//! only its credit stops (no UTM, and its clicks are nobody's). Survives: a restart; that a link is cut is kept.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::catalog::Catalog;
use super::core::Core;
use crate::actions::failure::Failure;
use crate::actions::webhook::SetState;
use crate::actions::{ActionError, Hand};
use crate::domain::action::{ACTIVE, CUT};
use crate::domain::document::{PartnershipRef, Running};
use crate::domain::link::{Page, Slug};
use crate::store::records::{Record, load, scan_all};
use crate::store::{Key, Store, StoreError, Table, Transaction, keys};

/// What people call the place where links are cut.
const TITLE: &str = "tracking links";

/// A link that was cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutLink {
    /// Which.
    pub slug: Slug,
    /// Since when.
    pub since: Timestamp,
}

impl Record for CutLink {
    const TABLE: Table = Table::CutLinks;
    const VERSION: u16 = 1;

    fn key(&self) -> Key {
        keys::link(&self.slug)
    }
}

/// Where one link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) partnership: PartnershipRef,
    /// Nobody is credited.
    pub(super) cut: bool,
    page: Page,
    /// The page without anybody's UTM, for asking whether it is there.
    plain: Page,
    /// Where people go while that is gone.
    fallback: Option<Page>,
}

/// Where every link leads.
#[derive(Debug, Default)]
pub struct Links {
    shown: RwLock<Arc<HashMap<Slug, Link>>>,
    cut: RwLock<BTreeSet<Slug>>,
    gone: RwLock<BTreeSet<Page>>,
}

impl Links {
    /// The picture of a store.
    pub(super) async fn read(store: &dyn Store, catalog: &Catalog) -> Result<Self, StoreError> {
        let cut = scan_all::<CutLink>(store).await?.into_iter().map(|kept| kept.value.slug).collect();
        let links = Self { cut: RwLock::new(cut), ..Self::default() };
        links.show(catalog);
        Ok(links)
    }

    /// Makes the picture anew.
    pub fn show(&self, catalog: &Catalog) {
        let links = links_of(catalog, &self.cut.read().unwrap_or_else(PoisonError::into_inner));
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(links);
    }

    pub(super) fn all(&self) -> Arc<HashMap<Slug, Link>> {
        Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether there is such a link.
    #[must_use]
    pub fn leads(&self, slug: &Slug) -> bool {
        self.all().contains_key(slug)
    }

    /// Where a link leads now: to its page, or, while that is gone, to the brand's fallback where it has one.
    #[must_use]
    pub fn landing(&self, slug: &Slug) -> Option<Page> {
        let link = self.all().get(slug).cloned()?;
        let gone = self.is_gone(&link.plain);
        Some(link.fallback.filter(|_| gone).unwrap_or(link.page))
    }

    /// The pages that links of running partnerships lead to, each with one of its links.
    pub(super) fn pages(&self) -> Vec<(Page, Slug)> {
        let all = self.all();
        let mut pages: Vec<(Page, Slug)> = all.iter().map(|(slug, link)| (link.plain.clone(), slug.clone())).collect();
        pages.sort();
        pages.dedup_by(|one, other| one.0 == other.0);
        pages
    }

    /// Whether a page was said to be gone.
    pub(super) fn is_gone(&self, page: &Page) -> bool {
        self.gone.read().unwrap_or_else(PoisonError::into_inner).contains(page)
    }

    /// Says that a page is gone, or there again. Whether that is news.
    pub(super) fn mark(&self, page: &Page, gone: bool) -> bool {
        let mut all = self.gone.write().unwrap_or_else(PoisonError::into_inner);
        if gone { all.insert(page.clone()) } else { all.remove(page) }
    }

    fn set_cut(&self, slug: &Slug, cut: bool, catalog: &Catalog) {
        {
            let mut all = self.cut.write().unwrap_or_else(PoisonError::into_inner);
            if cut {
                all.insert(slug.clone())
            } else {
                all.remove(slug)
            };
        }
        self.show(catalog);
    }
}

/// Every link that is a word and has a page: running partnerships lead to theirs with UTM, those that ended or were cut to
/// the page alone.
fn links_of(catalog: &Catalog, cut: &BTreeSet<Slug>) -> HashMap<Slug, Link> {
    let mut links = HashMap::new();
    for (key, one) in &catalog.partnerships {
        let Some(slug) = one.link.as_deref().and_then(|link| link.parse::<Slug>().ok()) else { continue };
        let Some(campaign) = catalog.campaigns.get(&key.campaign) else { continue };
        let brand = catalog.brands.get(&campaign.brand);
        let fallback = brand.and_then(|brand| brand.fallback.clone());
        let own = one.landing.as_ref().or(campaign.landing.as_ref()).cloned();
        let Some(plain) = own.or_else(|| fallback.clone()) else { continue };
        let runs = one.state == Running::Active && campaign.state == Running::Active;
        let cut = cut.contains(&slug);
        let utm = |page: &Page| page.with_utm(key.campaign.as_str(), key.creator.as_str());
        let credited = |page: &Page| if runs && !cut { utm(page) } else { page.clone() };
        let page = credited(&plain);
        let fallback = fallback.as_ref().map(credited);
        links.entry(slug).or_insert(Link { partnership: key.clone(), cut, page, plain, fallback });
    }
    links
}

/// Cuts links and lets them count again. What is said of a link is what is kept of it.
pub struct LinkHand {
    core: Arc<Core>,
}

impl std::fmt::Debug for LinkHand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkHand")
    }
}

impl LinkHand {
    /// Of the links of this program.
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    fn slug(&self, object: &str) -> Result<Slug, Failure> {
        let slug = object.parse::<Slug>().ok().filter(|slug| self.core.links.leads(slug));
        slug.ok_or_else(|| Failure::NoSuchObject { platform: TITLE, object: object.to_owned() })
    }
}

fn unkept(cause: StoreError) -> Failure {
    Failure::Unkept { platform: TITLE, cause: io::Error::other(cause) }
}

#[async_trait]
impl Hand for LinkHand {
    async fn read(&self, object: &str, _now: Timestamp) -> Result<String, ActionError> {
        let kept = load::<CutLink>(&*self.core.store, &keys::link(&self.slug(object)?)).await.map_err(unkept)?;
        Ok(if kept.is_some() { CUT } else { ACTIVE }.to_owned())
    }

    async fn set(&self, wanted: &SetState, now: Timestamp) -> Result<(), ActionError> {
        let slug = self.slug(&wanted.object)?;
        let cut = match wanted.desired.as_str() {
            CUT => true,
            ACTIVE => false,
            other => {
                let (object, wanted) = (wanted.object.clone(), other.to_owned());
                return Err(Failure::NoSuchState { platform: TITLE, object, wanted }.into());
            }
        };
        let core = &self.core;
        let before = load::<CutLink>(&*core.store, &keys::link(&slug)).await.map_err(unkept)?;
        let mut transaction = Transaction::new();
        if cut && before.is_none() {
            transaction.create(&CutLink { slug: slug.clone(), since: now }).map_err(unkept)?;
        }
        if let Some(kept) = before.as_ref().filter(|_| !cut) {
            transaction.delete(kept);
        }
        core.store.commit(transaction).await.map_err(unkept)?;
        core.links.set_cut(&slug, cut, &core.state.lock().await.catalog);
        Ok(())
    }
}
