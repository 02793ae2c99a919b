//! Who is meant: brands, campaigns and creators of a sheet, found among those that are known or given an id of their own.
//!
//! A name is compared without case, accents, spaces and `@`. Accounts tell creators of one name apart. An id is made from
//! the name the first time and found again by name or account ever after, so that importing again makes nobody twice.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, Rejected};
use super::fold;
use super::mapping::Mapping;
use super::words::account_key;
use crate::domain::document::Documents;
use crate::domain::ids::{BrandId, CampaignId, CreatorId, Platform};

/// Who a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its type says")]
pub struct Whose {
    pub brand: BrandId,
    pub campaign: CampaignId,
    pub creator: CreatorId,
}

/// Why nobody can be meant, and the field that should say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nobody {
    /// `brand`, `campaign` or `creator`.
    pub field: &'static str,
    /// What was given.
    pub value: String,
    /// What is wrong.
    pub why: String,
}

/// Who each row is about, in the order of the rows, with notes on who was taken for whom.
pub fn resolve(
    drafts: &[Draft],
    known: &Documents,
    mapping: &Mapping,
    notes: &mut Vec<String>,
) -> Vec<Result<Whose, Nobody>> {
    let mut brands = Brands::of(known);
    let brand_of: Vec<Result<BrandId, Nobody>> =
        drafts.iter().map(|draft| brands.find(draft, known, mapping, notes)).collect();
    let mut campaigns = Campaigns::of(known, drafts, &brand_of, mapping);
    let campaign_of: Vec<Result<CampaignId, Nobody>> = drafts
        .iter()
        .zip(&brand_of)
        .map(|(draft, brand)| campaigns.find(draft, brand.as_ref().map_err(Clone::clone)?, mapping, notes))
        .collect();
    let creator_of = Creators::of(known, drafts).find_all(drafts, notes);
    let found = brand_of.into_iter().zip(campaign_of).zip(creator_of);
    found
        .map(|((brand, campaign), creator)| Ok(Whose { brand: brand?, campaign: campaign?, creator: creator? }))
        .collect()
}

/// Numbers that are tried for an id: more than a sheet has rows.
const TRIES_MAX: u32 = 100_000;

/// The first id made from a name that nobody has.
fn free(slug: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(slug) {
        return slug.to_owned();
    }
    (2..=TRIES_MAX).map(|n| format!("{slug}-{n}")).find(|id| !taken(id)).unwrap_or_else(|| slug.to_owned())
}

struct Brands {
    by_key: BTreeMap<String, BrandId>,
    ids: BTreeSet<String>,
    told: bool,
}

impl Brands {
    fn of(known: &Documents) -> Self {
        let mut by_key: BTreeMap<String, BrandId> = BTreeMap::new();
        for brand in &known.brand {
            by_key.entry(fold::key(brand.id.as_str())).or_insert_with(|| brand.id.clone());
        }
        // A name counts more than an id: it is what people write.
        for brand in &known.brand {
            by_key.insert(fold::key(&brand.name), brand.id.clone());
        }
        let ids = known.brand.iter().map(|brand| brand.id.to_string()).collect();
        Self { by_key, ids, told: false }
    }

    fn find(
        &mut self,
        draft: &Draft,
        known: &Documents,
        mapping: &Mapping,
        notes: &mut Vec<String>,
    ) -> Result<BrandId, Nobody> {
        let fault = |value: &str, why: String| Nobody { field: "brand", value: value.to_owned(), why };
        if let Some(id) = &draft.brand_id {
            if let Some(name) = &draft.brand {
                self.by_key.insert(fold::key(name), id.clone());
            }
            self.ids.insert(id.to_string());
            return Ok(id.clone());
        }
        let Some(name) = draft.brand.as_ref().or(mapping.defaults.brand.as_ref()) else {
            return self
                .without_name(draft, known, mapping, notes)
                .ok_or_else(|| fault("", "no brand: add a column for it, or say --default brand=NAME".to_owned()));
        };
        let key = fold::key(name);
        if key.is_empty() {
            return Err(fault(name, "not a name".to_owned()));
        }
        if let Some(id) = self.by_key.get(&key) {
            return Ok(id.clone());
        }
        let id = free(&fold::slug(name, "brand"), |id| self.ids.contains(id));
        let id = BrandId::new(&id).map_err(|error| fault(name, error.to_string()))?;
        self.ids.insert(id.to_string());
        self.by_key.insert(key, id.clone());
        Ok(id)
    }

    /// The brand of the campaign that is named, or the only one there is.
    fn without_name(
        &mut self,
        draft: &Draft,
        known: &Documents,
        mapping: &Mapping,
        notes: &mut Vec<String>,
    ) -> Option<BrandId> {
        let name = draft.campaign.as_ref().or(mapping.defaults.campaign.as_ref()).map(|name| fold::key(name));
        let mut of_campaign = known.campaign.iter().filter(|campaign| {
            draft.campaign_id.as_ref() == Some(&campaign.id)
                || name.as_ref().is_some_and(|name| {
                    campaign.name.as_deref().map(fold::key).as_ref() == Some(name)
                        || fold::key(campaign.id.as_str()) == *name
                })
        });
        if let (Some(campaign), None) = (of_campaign.next(), of_campaign.next()) {
            return Some(campaign.brand.clone());
        }
        let [only] = known.brand.as_slice() else { return None };
        if !self.told {
            self.told = true;
            notes.push(format!("no column says the brand: `{}` is the only one there is and is meant", only.id));
        }
        Some(only.id.clone())
    }
}

struct Campaigns {
    by_key: BTreeMap<(BrandId, String), CampaignId>,
    ids: BTreeSet<String>,
    /// Campaign names that more than one brand of the sheet has.
    shared: BTreeSet<String>,
}

impl Campaigns {
    fn of(known: &Documents, drafts: &[Draft], brands: &[Result<BrandId, Nobody>], mapping: &Mapping) -> Self {
        let mut by_key = BTreeMap::new();
        for campaign in &known.campaign {
            by_key
                .entry((campaign.brand.clone(), fold::key(campaign.id.as_str())))
                .or_insert_with(|| campaign.id.clone());
        }
        for campaign in &known.campaign {
            if let Some(name) = &campaign.name {
                by_key.insert((campaign.brand.clone(), fold::key(name)), campaign.id.clone());
            }
        }
        let mut brands_of: BTreeMap<String, BTreeSet<&BrandId>> = BTreeMap::new();
        for (draft, brand) in drafts.iter().zip(brands) {
            let name = draft.campaign.as_ref().or(mapping.defaults.campaign.as_ref());
            if let (Some(name), Ok(brand), None) = (name, brand, &draft.campaign_id) {
                brands_of.entry(fold::key(name)).or_default().insert(brand);
            }
        }
        let shared = brands_of.into_iter().filter(|(_, brands)| 1 < brands.len()).map(|(name, _)| name).collect();
        let ids = known.campaign.iter().map(|campaign| campaign.id.to_string()).collect();
        Self { by_key, ids, shared }
    }

    fn find(
        &mut self,
        draft: &Draft,
        brand: &BrandId,
        mapping: &Mapping,
        notes: &mut Vec<String>,
    ) -> Result<CampaignId, Nobody> {
        let fault = |value: &str, why: String| Nobody { field: "campaign", value: value.to_owned(), why };
        if let Some(id) = &draft.campaign_id {
            self.ids.insert(id.to_string());
            return Ok(id.clone());
        }
        let name = draft.campaign.as_ref().or(mapping.defaults.campaign.as_ref());
        let Some(name) = name.filter(|name| !fold::key(name).is_empty()) else {
            return Err(fault("", "no campaign: add a column for it, or say --default campaign=NAME".to_owned()));
        };
        let key = (brand.clone(), fold::key(name));
        if let Some(id) = self.by_key.get(&key) {
            return Ok(id.clone());
        }
        let slug = fold::slug(name, "campaign");
        let of_brand = format!("{brand}-{slug}");
        let wanted = if self.shared.contains(&key.1) || self.ids.contains(&slug) { &of_brand } else { &slug };
        let id = free(wanted, |id| self.ids.contains(id));
        if id != slug {
            notes.push(format!("`{slug}` is a campaign of more than one brand: that of `{brand}` is `{id}`"));
        }
        let id = CampaignId::new(&id).map_err(|error| fault(name, error.to_string()))?;
        self.ids.insert(id.to_string());
        self.by_key.insert(key, id.clone());
        Ok(id)
    }
}

/// One creator, known or of the sheet.
struct Somebody {
    id: CreatorId,
    accounts: BTreeMap<Platform, String>,
    /// Names in the sheet, with the first row of each.
    spellings: BTreeMap<String, usize>,
}

struct Creators {
    all: Vec<Somebody>,
    by_id: BTreeMap<CreatorId, usize>,
    by_name: BTreeMap<String, BTreeSet<usize>>,
    by_account: BTreeMap<(Platform, String), usize>,
    by_handle: BTreeMap<String, BTreeSet<usize>>,
    /// Accounts that the sheet names: a known creator's account that it names too is not about to change.
    in_sheet: BTreeSet<(Platform, String)>,
}

impl Creators {
    fn of(known: &Documents, drafts: &[Draft]) -> Self {
        let in_sheet = drafts
            .iter()
            .flat_map(|draft| draft.accounts.iter().map(|(platform, name)| (*platform, account_key(name))))
            .collect();
        let mut creators = Self {
            all: Vec::new(),
            by_id: BTreeMap::new(),
            by_name: BTreeMap::new(),
            by_account: BTreeMap::new(),
            by_handle: BTreeMap::new(),
            in_sheet,
        };
        for creator in &known.creator {
            let at = creators.add(creator.id.clone());
            let name = creator.name.as_deref().unwrap_or(creator.id.as_str());
            creators.name(at, name);
            creators.name(at, creator.id.as_str());
            for (platform, account) in &creator.accounts {
                creators.account(at, *platform, account);
            }
        }
        creators
    }

    fn add(&mut self, id: CreatorId) -> usize {
        let at = self.all.len();
        self.by_id.insert(id.clone(), at);
        self.all.push(Somebody { id, accounts: BTreeMap::new(), spellings: BTreeMap::new() });
        at
    }

    fn name(&mut self, at: usize, name: &str) {
        let key = fold::key(name);
        if !key.is_empty() {
            self.by_name.entry(key).or_default().insert(at);
        }
    }

    fn account(&mut self, at: usize, platform: Platform, name: &str) {
        let key = account_key(name);
        self.by_handle.entry(fold::key(name)).or_default().insert(at);
        self.by_account.insert((platform, key.clone()), at);
        if let Some(one) = self.all.get_mut(at) {
            one.accounts.insert(platform, key);
        }
    }

    /// Rows that say an id or an account come first: they tell creators of one name apart.
    fn find_all(mut self, drafts: &[Draft], notes: &mut Vec<String>) -> Vec<Result<CreatorId, Nobody>> {
        let mut found: Vec<Option<Result<usize, Nobody>>> = drafts.iter().map(|_| None).collect();
        for round in [Self::sure as fn(&mut Self, &Draft, &mut Vec<String>) -> _, Self::by_name_only] {
            for (draft, place) in drafts.iter().zip(&mut found) {
                if place.is_none() {
                    *place = round(&mut self, draft, notes);
                }
            }
        }
        for (draft, place) in drafts.iter().zip(&found) {
            if let (Some(Ok(at)), Some(name)) = (place, &draft.creator)
                && let Some(one) = self.all.get_mut(*at)
            {
                one.spellings.entry(name.clone()).or_insert(draft.row);
            }
        }
        self.tell_spellings(notes);
        let id_of = |at: usize| self.all.get(at).map(|one| one.id.clone());
        let nobody =
            || Nobody { field: "creator", value: String::new(), why: "no creator: write who it is".to_owned() };
        found
            .into_iter()
            .map(|place| match place {
                Some(Ok(at)) => id_of(at).ok_or_else(nobody),
                Some(Err(why)) => Err(why),
                None => Err(nobody()),
            })
            .collect()
    }

    fn tell_spellings(&self, notes: &mut Vec<String>) {
        for one in self.all.iter().filter(|one| 1 < one.spellings.len()) {
            let mut names: Vec<(&String, &usize)> = one.spellings.iter().collect();
            names.sort_by_key(|(_, row)| **row);
            let names: Vec<String> = names.iter().map(|(name, row)| format!("`{name}` (row {row})")).collect();
            notes.push(format!("{} are one creator: `{}`", names.join(", "), one.id));
        }
    }

    /// By id or account; a new creator where a row has accounts and nobody has them.
    fn sure(&mut self, draft: &Draft, notes: &mut Vec<String>) -> Option<Result<usize, Nobody>> {
        if let Some(id) = &draft.creator_id {
            let at = self.by_id.get(id).copied().unwrap_or_else(|| self.add(id.clone()));
            self.learn(at, draft);
            return Some(Ok(at));
        }
        if draft.accounts.is_empty() {
            return None;
        }
        let owner =
            draft.accounts.iter().find_map(|(platform, name)| self.by_account.get(&(*platform, account_key(name))));
        if let Some(at) = owner.copied() {
            self.learn(at, draft);
            return Some(Ok(at));
        }
        let name = draft.creator.clone().or_else(|| draft.accounts.first().map(|(_, name)| name.clone()))?;
        let same_name: Vec<usize> = self.named(&name).into_iter().filter(|at| !self.conflicts(*at, draft)).collect();
        let at = match same_name.as_slice() {
            [only] => *only,
            [] => match self.new_one(&name, draft.row, notes) {
                Ok(at) => at,
                Err(why) => return Some(Err(why)),
            },
            _ => return Some(Err(ambiguous(&name))),
        };
        self.learn(at, draft);
        Some(Ok(at))
    }

    fn by_name_only(&mut self, draft: &Draft, notes: &mut Vec<String>) -> Option<Result<usize, Nobody>> {
        let name = draft.creator.clone().or_else(|| draft.handle.clone())?;
        if fold::key(&name).is_empty() && fold::tidy(&name).is_empty() {
            return None;
        }
        let mut candidates = self.named(&name);
        if let Some(handle) = &draft.handle {
            let by_handle = self.by_handle.get(&fold::key(handle)).cloned().unwrap_or_default();
            if !by_handle.is_empty() {
                candidates = by_handle;
            }
        }
        let found = match candidates.iter().copied().collect::<Vec<_>>().as_slice() {
            [only] => Ok(*only),
            [] => self.new_one(&name, draft.row, notes),
            _ => Err(ambiguous(&name)),
        };
        if let Ok(at) = found {
            self.name(at, &name);
            if let Some(handle) = &draft.handle {
                self.by_handle.entry(fold::key(handle)).or_default().insert(at);
            }
        }
        Some(found)
    }

    /// Everybody of a name; where nobody is, everybody with such a handle.
    fn named(&self, name: &str) -> BTreeSet<usize> {
        let key = fold::key(name);
        let by_name = self.by_name.get(&key).cloned().unwrap_or_default();
        if by_name.is_empty() { self.by_handle.get(&key).cloned().unwrap_or_default() } else { by_name }
    }

    /// Whether a row names another account of theirs, and the one they have is not simply out of date.
    fn conflicts(&self, at: usize, draft: &Draft) -> bool {
        let Some(one) = self.all.get(at) else { return true };
        draft.accounts.iter().any(|(platform, name)| {
            one.accounts
                .get(platform)
                .is_some_and(|kept| *kept != account_key(name) && self.in_sheet.contains(&(*platform, kept.clone())))
        })
    }

    fn new_one(&mut self, name: &str, row: usize, notes: &mut Vec<String>) -> Result<usize, Nobody> {
        let slug = fold::slug(name, "creator");
        let id = free(&slug, |id| self.by_id.keys().any(|known| known.as_str() == id));
        if id != slug {
            notes.push(format!("`{name}` in row {row} is another creator than `{slug}`: `{id}`"));
        }
        let fault = |error: crate::domain::ids::IdError| Nobody {
            field: "creator",
            value: name.to_owned(),
            why: error.to_string(),
        };
        Ok(self.add(CreatorId::new(&id).map_err(fault)?))
    }

    fn learn(&mut self, at: usize, draft: &Draft) {
        if let Some(name) = &draft.creator {
            self.name(at, name);
        }
        for (platform, name) in &draft.accounts {
            self.account(at, *platform, name);
        }
    }
}

fn ambiguous(name: &str) -> Nobody {
    Nobody {
        field: "creator",
        value: name.to_owned(),
        why: "more than one creator has this name: say which by a handle or a creator id".to_owned(),
    }
}

impl Nobody {
    /// As a row that is not taken.
    #[must_use]
    pub fn rejected(&self, row: usize, column: String, value: String) -> Rejected {
        let value = if self.value.is_empty() { value } else { self.value.clone() };
        Rejected { row, column, value, why: self.why.clone() }
    }
}
