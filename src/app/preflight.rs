//! Each running partnership's codes, landing page, accounts, tokens and rights, looked up before money is spent on sending
//! people there, and whether anybody has ordered with its codes yet.
//!
//! Refuses: judging what a person must judge. `wrong` is what keeps a code from working or from being counted; `note` is
//! worth a look.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::catalog::{About, Catalog};
use super::clearance::clearance;
use super::handles::Handles;
use super::landing::landing;
use crate::domain::document::{Partnership, PartnershipRef, Running};
use crate::domain::ids::{BrandId, CreatorId};
use crate::http::visit::Visitor;
use crate::sources::SourceError;
use crate::sources::orders::{Code, Shop, Visit, same_code};

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// As it should be.
    Fine,
    /// Worth a look.
    Note,
    /// To be put right.
    Wrong,
}

impl Outcome {
    /// The word in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Note => "note",
            Self::Wrong => "wrong",
        }
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Which check: of codes `has_code`, `exists`, `own_discount`, `active`, `dates`, `one_owner` or `test_order`; of the
    /// page `landing`, `utm` or `code_field`; of accounts `handle` or `token`; of boosts `rights`.
    pub check: &'static str,
    /// The code it is about, where it is about one.
    pub code: Option<String>,
    /// How it came out.
    pub outcome: Outcome,
    /// What was seen, and where something is to be done, what.
    pub text: String,
}

/// A partnership, looked over.
#[derive(Debug, Clone)]
pub struct Preflight {
    /// Which.
    pub partnership: PartnershipRef,
    /// What was looked at.
    pub looked: Vec<Looked>,
}

impl Preflight {
    /// Whether nothing is wrong with it.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.looked.iter().all(|one| one.outcome != Outcome::Wrong)
    }
}

/// What is looked at beside the shop.
#[derive(Debug, Default)]
pub struct Beside {
    /// Opens landing pages; none are opened where there is none.
    pub visitor: Option<Visitor>,
    /// What the sources said of the creators' accounts.
    pub handles: Handles,
    /// What is known of the tokens of each deal's accounts.
    pub tokens: BTreeMap<PartnershipRef, Vec<Looked>>,
}

/// Every running partnership; of one brand, where the shop is one brand's.
fn running<'a>(
    catalog: &'a Catalog,
    brand: Option<&'a BrandId>,
) -> impl Iterator<Item = (&'a PartnershipRef, &'a Partnership, About)> {
    catalog.partnerships.iter().filter_map(move |(key, partnership)| {
        let about = catalog.about(&key.subject());
        let campaign = catalog.campaigns.get(&key.campaign);
        let runs = partnership.state == Running::Active && campaign.is_some_and(|one| one.state == Running::Active);
        let ours = brand.is_none_or(|brand| about.brand.as_ref() == Some(brand));
        (runs && ours).then_some((key, partnership, about))
    })
}

/// The creators of every running partnership.
#[must_use]
pub fn creators(catalog: &Catalog, brand: Option<&BrandId>) -> BTreeSet<CreatorId> {
    running(catalog, brand).map(|(key, ..)| key.creator.clone()).collect()
}

/// The running partnerships; of one brand, where the shop is one brand's.
#[must_use]
pub fn deals(catalog: &Catalog, brand: Option<&BrandId>) -> Vec<PartnershipRef> {
    running(catalog, brand).map(|(key, ..)| key.clone()).collect()
}

/// Looks over every running partnership; of one brand, where the shop is one brand's.
pub async fn preflight(
    shop: &dyn Shop,
    catalog: &Catalog,
    brand: Option<&BrandId>,
    beside: &Beside,
    now: Timestamp,
) -> Result<Vec<Preflight>, SourceError> {
    let (mut all, mut orders) = (Vec::new(), None);
    for (key, partnership, about) in running(catalog, brand) {
        let mut looked = Vec::new();
        if partnership.codes.is_empty() {
            let text = "it has no code; its orders can be counted by its link only".to_owned();
            looked.push(Looked { check: "has_code", code: None, outcome: Outcome::Note, text });
        }
        for code in &partnership.codes {
            let found = shop.code(code).await?;
            looked.extend(look(code, found.as_ref(), &about, now));
            if let Some(found) = &found {
                looked.push(test_order(shop, code, found, &mut orders, now).await);
            }
            looked.extend(other_owner(catalog, key, code));
        }
        if let Some(visitor) = &beside.visitor {
            looked.extend(landing(visitor, catalog, key, partnership).await);
        }
        looked.extend(beside.handles.get(&key.creator).into_iter().flatten().cloned());
        looked.extend(beside.tokens.get(key).into_iter().flatten().cloned());
        looked.extend(clearance(catalog, key, now));
        all.push(Preflight { partnership: key.clone(), looked });
    }
    Ok(all)
}

fn other_owner(catalog: &Catalog, of: &PartnershipRef, code: &str) -> Option<Looked> {
    let lists = |key: &PartnershipRef| {
        catalog
            .partnerships
            .get(key)
            .is_some_and(|one| one.state == Running::Active && one.codes.iter().any(|own| same_code(own, code)))
    };
    let mut others = catalog.partnerships.keys().filter(|key| *key != of && lists(key));
    let other = others.next()?;
    // One creator in two campaigns may well keep a code; two creators with one code cannot be told apart.
    let outcome = if other.creator == of.creator { Outcome::Note } else { Outcome::Wrong };
    let text = format!("{other} lists it too; each order with it counts for both");
    Some(Looked { check: "one_owner", code: Some(code.to_owned()), outcome, text })
}

/// What is to be said about one code.
fn look(code: &str, found: Option<&Code>, about: &About, now: Timestamp) -> Vec<Looked> {
    let say = |check, outcome, text: String| Looked { check, code: Some(code.to_owned()), outcome, text };
    let Some(found) = found else {
        let text = "the shop has no such code; make it there, or correct the partnership's `codes`".to_owned();
        return vec![say("exists", Outcome::Wrong, text)];
    };
    let mut looked = vec![say("exists", Outcome::Fine, format!("{} “{}”", found.kind, found.title))];
    looked.push(if found.is_shared() {
        let text =
            "it shares its discount with other codes, so it cannot be ended alone; give it a discount of its own";
        say("own_discount", Outcome::Wrong, text.to_owned())
    } else {
        say("own_discount", Outcome::Fine, "it has a discount of its own".to_owned())
    });
    let (outcome, text) = standing(found, about, now);
    looked.push(say("active", outcome, text));
    if let Some((outcome, text)) = dates(found, about) {
        looked.push(say("dates", outcome, text));
    }
    looked
}

/// How far back orders are looked through for a code that the shop does not count as used yet: its count is days late.
const ORDERS_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Whether somebody has ordered with a code: the only proof that it works at the checkout. The newest orders are read once,
/// and only where the shop's own count says nothing.
async fn test_order(
    shop: &dyn Shop,
    code: &str,
    found: &Code,
    orders: &mut Option<Vec<Visit>>,
    now: Timestamp,
) -> Looked {
    let say = |outcome, text: String| Looked { check: "test_order", code: Some(code.to_owned()), outcome, text };
    if 0 < found.used {
        return say(Outcome::Fine, format!("used {} times", found.used));
    }
    let seen = if let Some(seen) = orders {
        seen
    } else {
        let since = now.checked_sub(ORDERS_BACK).unwrap_or(Timestamp::MIN);
        // A shop that does not tell its orders leaves its own count, and that is what is said.
        orders.insert(shop.visits(since).await.ok().flatten().unwrap_or_default())
    };
    if seen.iter().any(|order| order.codes.iter().any(|used| same_code(used, code))) {
        return say(Outcome::Fine, "an order has come with it".to_owned());
    }
    let text = "nobody has ordered with it yet; place a small order with it at the checkout, refund it, and look again";
    say(Outcome::Note, text.to_owned())
}

fn standing(found: &Code, about: &About, now: Timestamp) -> (Outcome, String) {
    let (begun, over) = about.deal.map_or((true, false), |(from, until)| (from <= now, until <= now));
    match (found.status.as_str(), begun, over) {
        ("ACTIVE", _, true) => (Outcome::Note, "it still works, and its campaign is over".to_owned()),
        ("ACTIVE", _, false) => (Outcome::Fine, "it works".to_owned()),
        ("SCHEDULED", false, _) => (Outcome::Fine, "it begins later, and so does its campaign".to_owned()),
        ("EXPIRED", _, true) => (Outcome::Fine, "it has ended, and so has its campaign".to_owned()),
        (status, ..) => {
            (Outcome::Wrong, format!("it does not work at the checkout (`{status}`); activate it in the shop"))
        }
    }
}

/// Whether it works for as long as the deal lasts.
fn dates(found: &Code, about: &About) -> Option<(Outcome, String)> {
    let (from, until) = about.deal?;
    let day = |at: Timestamp| at.to_zoned(about.zone.clone()).date();
    Some(if from < found.starts_at {
        let (begins, starts) = (day(found.starts_at), day(from));
        (Outcome::Wrong, format!("it begins on {begins}, after the campaign does on {starts}; set an earlier date"))
    } else {
        match found.ends_at {
            // The deal's end is the midnight after its last day; a code that ends within that day's last minute covers it.
            Some(end) if end.saturating_add(jiff::SignedDuration::from_mins(1)).is_ok_and(|end| end < until) => {
                let ends = day(end);
                (Outcome::Wrong, format!("it ends on {ends}, before its campaign does; set a later date or none"))
            }
            Some(end) => (Outcome::Fine, format!("it works until {}", day(end))),
            None => (Outcome::Fine, "it has no end".to_owned()),
        }
    })
}
