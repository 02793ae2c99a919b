//! One row into the book: everything it says, or nothing.

mod piece;

use std::collections::BTreeMap;
use std::fmt::Display;

use super::draft::{Aim, Draft, Rejected};
use super::field::{Field, Slot};
use super::fold;
use super::numbers::Amount;
use super::plan::{Book, Planned};
use super::who::Whose;
use super::words::account_key;
use crate::domain::books::Books;
use crate::domain::consent::Release;
use crate::domain::document::{Brand, Campaign, Creator, Partnership, PartnershipRef, Right, Running, Target, Targets};
use crate::domain::effort::Effort;
use crate::domain::ids::DeliverableId;
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::written::{Day, Zone};

/// A row on its way into the book.
struct Entry<'b, 'k> {
    book: &'b Book<'k>,
    draft: &'b Draft,
    claims: Vec<((String, String), String)>,
    faults: Vec<Rejected>,
    notes: Vec<String>,
}

impl Book<'_> {
    /// Takes a row in, or says what is wrong with it and stays as it was.
    pub(super) fn row<'i>(
        &mut self,
        draft: &Draft,
        whose: &Whose,
        id: impl Fn(usize) -> Option<&'i DeliverableId>,
    ) -> Result<(), Vec<Rejected>> {
        let mut entry = Entry { book: self, draft, claims: Vec::new(), faults: Vec::new(), notes: Vec::new() };
        let at = PartnershipRef { campaign: whose.campaign.clone(), creator: whose.creator.clone() };
        entry.something(&at);
        let brand = entry.brand(whose);
        let books = brand.as_ref().map(|brand| (brand.currency, brand.zone.clone()));
        let mut planned = entry.campaign(whose, books.as_ref().map(|books| books.0));
        let creator = entry.creator(whose);
        let partnership = entry.partnership(&at, books.as_ref().map(|books| books.0));
        let mut deliverables = Vec::new();
        for (number, piece) in draft.pieces.iter().enumerate() {
            if let (Some(id), Some(books)) = (id(number), &books) {
                deliverables.extend(entry.deliverable(&at, id, piece, books));
            }
        }
        let Entry { claims, faults, notes, .. } = entry;
        if !faults.is_empty() {
            return Err(faults);
        }
        planned.rows.push(draft.row);
        planned.due.extend(deliverables.iter().map(|one| one.due));
        planned.due.sort();
        planned.due.dedup();
        for (key, value) in claims {
            self.claims.entry(key).or_insert((draft.row, value));
        }
        self.notes.extend(notes);
        self.brands.extend(brand.map(|brand| (brand.id.clone(), brand)));
        self.campaigns.insert(whose.campaign.clone(), planned);
        self.creators.insert(whose.creator.clone(), creator);
        self.partnerships.insert(at.clone(), partnership);
        self.deliverables.extend(deliverables.into_iter().map(|one| ((at.clone(), one.id.clone()), one)));
        Ok(())
    }
}

/// The words of a value, for comparing rows and for saying what they say.
fn said(value: impl Display) -> String {
    value.to_string()
}

fn json_word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A text that differs from what is kept by more than space.
fn differs(kept: Option<&str>, given: &str) -> bool {
    kept.is_none_or(|kept| fold::tidy(kept) != fold::tidy(given))
}

impl Entry<'_, '_> {
    fn fault(&mut self, slot: &Slot, value: impl Into<String>, why: impl Into<String>) {
        let mut value = value.into();
        if value.is_empty() {
            let blank = self.draft.blanks.iter().find(|(blank, _)| blank == slot);
            value = blank.map(|(_, text)| text.clone()).unwrap_or_default();
        }
        let title = self.book.titles.get(slot).or_else(|| self.book.titles.get(&Slot::of(slot.field)));
        let column = title.cloned().unwrap_or_else(|| slot.field.to_string());
        self.faults.push(Rejected { row: self.draft.row, column, value, why: why.into() });
    }

    /// Says of a subject what a row says of it. Not, where an earlier row said something else.
    fn claim(&mut self, subject: &str, slot: &Slot, value: String) -> bool {
        let key = (subject.to_owned(), slot.field.to_string());
        let earlier = self.book.claims.get(&key).map(|(row, value)| (*row, value.clone())).or_else(|| {
            self.claims.iter().find(|(kept, _)| *kept == key).map(|(_, value)| (self.draft.row, value.clone()))
        });
        match earlier {
            Some((row, other)) if other != value => {
                let why = format!("row {row} says `{other}` of {subject}: one of them is wrong");
                self.fault(slot, value, why);
                false
            }
            _ => {
                self.claims.push((key, value));
                true
            }
        }
    }

    /// A row that names somebody and says nothing about them.
    fn something(&mut self, at: &PartnershipRef) {
        let draft = self.draft;
        let is_known = self.book.known.partnerships.contains_key(&(&at.campaign, &at.creator));
        let says = !draft.pieces.is_empty()
            || !draft.codes.is_empty()
            || !draft.targets.is_empty()
            || draft.link.is_some()
            || draft.commission.is_some()
            || draft.per_thousand.is_some()
            || draft.deal_starts.is_some()
            || draft.deal_state.is_some()
            || draft.creator_id.is_some()
            || draft.campaign.is_some();
        if !says && !is_known {
            let name = draft.creator.clone().unwrap_or_default();
            self.fault(
                &Slot::of(Field::Creator),
                name,
                "a name and nothing about a deal: fill the row in or delete it",
            );
        }
    }

    fn brand(&mut self, whose: &Whose) -> Option<Brand> {
        let draft = self.draft;
        let kept = self.book.brands.get(&whose.brand).or_else(|| self.book.known.brands.get(&whose.brand).copied());
        let mut brand = match kept {
            Some(kept) => kept.clone(),
            None => self.new_brand(whose)?,
        };
        let subject = format!("brand/{}", whose.brand);
        if let (Some(name), Some(_)) = (&draft.brand, &draft.brand_id)
            && self.claim(&subject, &Slot::of(Field::Brand), name.clone())
            && differs(Some(&brand.name), name)
        {
            brand.name.clone_from(name);
        }
        if let Some(zone) = &draft.brand_zone
            && self.claim(&subject, &Slot::of(Field::BrandZone), said(zone.as_str()))
        {
            brand.zone = zone.clone();
        }
        if let Some(currency) = draft.brand_currency
            && self.claim(&subject, &Slot::of(Field::BrandCurrency), said(currency))
        {
            brand.currency = currency;
        }
        if let Some(locale) = &draft.brand_locale
            && self.claim(&subject, &Slot::of(Field::BrandLocale), locale.clone())
        {
            brand.locale.clone_from(locale);
        }
        if let Some(margin) = draft.margin {
            let slot = Slot::of(Field::MarginPerOrder);
            if let Some(money) = self.money(&slot, margin, brand.currency)
                && self.claim(&subject, &slot, said(money))
            {
                brand.margin_per_order = Some(money);
            }
        }
        if let Some(state) = draft.brand_state
            && self.claim(&subject, &Slot::of(Field::BrandState), json_word(&state))
        {
            brand.state = state;
        }
        Some(brand)
    }

    /// A brand that is not there is made when its currency and zone are known.
    fn new_brand(&mut self, whose: &Whose) -> Option<Brand> {
        let draft = self.draft;
        let defaults = &self.book.mapping.defaults;
        let written = self.book.written.get(&whose.brand).copied();
        let currency = draft.brand_currency.or(written).or(defaults.currency);
        let zone = draft.brand_zone.clone().or_else(|| defaults.zone.clone());
        let missing = match (&currency, &zone) {
            (Some(_), Some(_)) => None,
            (None, Some(_)) => Some(("currency", "--default currency=SEK")),
            (Some(_), None) => Some(("zone", "--default zone=Europe/Stockholm")),
            (None, None) => Some(("currency and zone", "--default currency=SEK --default zone=Europe/Stockholm")),
        };
        let name = draft.brand.clone().or_else(|| defaults.brand.clone()).unwrap_or_else(|| whose.brand.to_string());
        if let Some((what, remedy)) = missing {
            let why = format!("brand `{}` is new and its {what} is not known: say {remedy}", whose.brand);
            self.fault(&Slot::of(Field::Brand), name, why);
            return None;
        }
        if let (None, Some(currency)) = (draft.brand_currency, written) {
            self.notes.push(format!("the books of brand `{}` are in {currency}, as its fees are", whose.brand));
        }
        Some(Brand {
            id: whose.brand.clone(),
            name,
            zone: zone?,
            currency: currency?,
            locale: draft.brand_locale.clone().unwrap_or_else(|| "en".to_owned()),
            margin_per_order: None,
            margin: None,
            emv: None,
            credit: None,
            state: Running::Active,
            fallback: None,
            release: Release::ByHand,
            quorum: None,
            confirm_above: None,
            accounts: BTreeMap::new(),
        })
    }

    fn campaign(&mut self, whose: &Whose, books: Option<Currency>) -> Planned {
        let draft = self.draft;
        let known = self.book.known.campaigns.get(&whose.campaign).copied();
        let mut planned = self.book.campaigns.get(&whose.campaign).cloned().unwrap_or_else(|| Planned {
            campaign: known
                .cloned()
                .unwrap_or_else(|| new_campaign(whose, draft, self.book.mapping.defaults.campaign.as_ref())),
            is_new: known.is_none(),
            starts_said: false,
            ends_said: false,
            due: Vec::new(),
            rows: Vec::new(),
        });
        let subject = format!("campaign/{}", whose.campaign);
        let campaign = &mut planned.campaign;
        if campaign.brand != whose.brand {
            let why =
                format!("campaign `{}` is of brand `{}`, not of `{}`", whose.campaign, campaign.brand, whose.brand);
            self.fault(&Slot::of(Field::Campaign), draft.campaign.clone().unwrap_or_default(), why);
        }
        if let (Some(name), Some(_)) = (&draft.campaign, &draft.campaign_id)
            && self.claim(&subject, &Slot::of(Field::Campaign), name.clone())
            && differs(campaign.name.as_deref(), name)
        {
            campaign.name = Some(name.clone());
        }
        if let Some(goal) = draft.goal
            && self.claim(&subject, &Slot::of(Field::Goal), json_word(&goal))
        {
            campaign.goal = Some(goal);
        }
        if let Some(day) = draft.starts
            && self.claim(&subject, &Slot::of(Field::CampaignStarts), said(day.0))
        {
            campaign.starts = day;
            planned.starts_said = true;
        }
        if let Some(day) = draft.ends
            && self.claim(&subject, &Slot::of(Field::CampaignEnds), said(day.0))
        {
            campaign.ends = day;
            planned.ends_said = true;
        }
        if let Some(text) = &draft.attribution
            && self.claim(&subject, &Slot::of(Field::Attribution), text.clone())
            && differs(campaign.attribution.as_deref(), text)
        {
            campaign.attribution = Some(text.clone());
        }
        if let Some(state) = draft.campaign_state
            && self.claim(&subject, &Slot::of(Field::CampaignState), json_word(&state))
        {
            campaign.state = state;
        }
        self.targets(&subject, Field::CampaignTarget, &draft.campaign_targets, books, &mut campaign.target);
        planned
    }

    fn creator(&mut self, whose: &Whose) -> Creator {
        let draft = self.draft;
        let id = &whose.creator;
        let kept = self.book.creators.get(id).or_else(|| self.book.known.creators.get(id).copied());
        let mut creator = kept.cloned().unwrap_or_else(|| new_creator(whose, draft));
        let subject = format!("creator/{id}");
        if let (Some(name), Some(_)) = (&draft.creator, &draft.creator_id)
            && self.claim(&subject, &Slot::of(Field::Creator), name.clone())
            && differs(creator.name.as_deref(), name)
        {
            creator.name = Some(name.clone());
        }
        if let Some(zone) = &draft.creator_zone
            && self.claim(&subject, &Slot::of(Field::CreatorZone), said(zone.as_str()))
        {
            creator.zone = zone.clone();
        }
        if let Some(locale) = &draft.creator_locale
            && self.claim(&subject, &Slot::of(Field::CreatorLocale), locale.clone())
        {
            creator.locale.clone_from(locale);
        }
        if let Some(manager) = &draft.managed_by
            && self.claim(&subject, &Slot::of(Field::ManagedBy), manager.clone())
            && differs(creator.managed_by.as_deref(), manager)
        {
            creator.managed_by = Some(manager.clone());
        }
        if let Some(state) = draft.creator_state
            && self.claim(&subject, &Slot::of(Field::CreatorState), json_word(&state))
        {
            creator.state = state;
        }
        for (platform, name) in &draft.accounts {
            let slot = Slot::of(Field::Account(*platform));
            if self.claim(&subject, &slot, account_key(name)) {
                let same = creator.accounts.get(platform).is_some_and(|kept| account_key(kept) == account_key(name));
                if !same {
                    creator.accounts.insert(*platform, name.clone());
                }
            }
        }
        creator
    }

    fn partnership(&mut self, at: &PartnershipRef, books: Option<Currency>) -> Partnership {
        let draft = self.draft;
        let known = self.book.known.partnerships.get(&(&at.campaign, &at.creator)).copied();
        let touched = self.book.partnerships.get(at);
        let mut deal = touched.or(known).cloned().unwrap_or_else(|| Partnership {
            campaign: at.campaign.clone(),
            creator: at.creator.clone(),
            landing: None,
            codes: Vec::new(),
            link: None,
            commission: None,
            per_thousand_views: None,
            product_cost: None,
            shipped: None,
            target: Targets::new(),
            starts: None,
            rights: Vec::new(),
            exclusivity: None,
            disclosure: Vec::new(),
            books: Books::default(),
            state: Running::Active,
        });
        let subject = format!("partnership/{at}");
        if !draft.codes.is_empty() {
            deal.codes = self.codes(&subject, known, touched);
        }
        if let Some(link) = &draft.link
            && self.claim(&subject, &Slot::of(Field::Link), link.clone())
            && differs(deal.link.as_deref(), link)
        {
            deal.link = Some(link.clone());
        }
        if let Some(share) = draft.commission
            && self.claim(&subject, &Slot::of(Field::Commission), format!("{} %", share.0.normalize()))
        {
            deal.commission = Some(share);
        }
        if let (Some(amount), Some(currency)) = (draft.per_thousand, books) {
            let slot = Slot::of(Field::PerThousandViews);
            if let Some(money) = self.money(&slot, amount, currency)
                && self.claim(&subject, &slot, said(money))
            {
                deal.per_thousand_views = Some(money);
            }
        }
        if let Some(day) = draft.deal_starts
            && self.claim(&subject, &Slot::of(Field::DealStarts), said(day.0))
        {
            deal.starts = Some(day);
        }
        if let Some(day) = draft.usage_until
            && self.claim(&subject, &Slot::of(Field::UsageUntil), said(day.0))
        {
            match deal.rights.iter_mut().find(|right| right.is_plain_usage()) {
                Some(right) => right.until = day,
                None => deal.rights.push(Right::usage(day)),
            }
        }
        if let Some(state) = draft.deal_state
            && self.claim(&subject, &Slot::of(Field::DealState), json_word(&state))
        {
            deal.state = state;
        }
        self.targets(&subject, Field::Target, &draft.targets, books, &mut deal.target);
        deal
    }

    /// The codes that the rows of a deal say together. What is known and the sheet does not say any more goes; where
    /// both are the same set, the known order stays.
    fn codes(&self, subject: &str, known: Option<&Partnership>, touched: Option<&Partnership>) -> Vec<String> {
        let key = (subject.to_owned(), Field::Codes.to_string());
        let mut codes: Vec<String> = match (self.book.claims.contains_key(&key), touched) {
            (true, Some(deal)) => deal.codes.clone(),
            _ => Vec::new(),
        };
        for code in &self.draft.codes {
            if !codes.contains(code) {
                codes.push(code.clone());
            }
        }
        let same = known
            .filter(|known| known.codes.len() == codes.len() && known.codes.iter().all(|code| codes.contains(code)));
        same.map_or(codes, |known| known.codes.clone())
    }

    fn targets(
        &mut self,
        subject: &str,
        field: fn(Metric) -> Field,
        given: &[(Metric, Aim)],
        books: Option<Currency>,
        into: &mut Targets,
    ) {
        for (metric, aim) in given {
            let slot = Slot::of(field(*metric));
            let target = match (aim, books) {
                (Aim::Number(number), _) => Some(Target::Number(*number)),
                (Aim::Money(amount), Some(currency)) => self.money(&slot, *amount, currency).map(Target::Money),
                (Aim::Money(_), None) => None,
            };
            let Some(target) = target else { continue };
            let words = match target {
                Target::Money(money) => money.to_string(),
                Target::Number(number) => number.normalize().to_string(),
            };
            if self.claim(subject, &slot, words) {
                into.insert(*metric, target);
            }
        }
    }

    /// An amount in the brand's currency.
    fn money(&mut self, slot: &Slot, amount: Amount, books: Currency) -> Option<crate::domain::money::Money> {
        match amount.money(Some(books), self.book.mapping.defaults.currency) {
            Ok(money) if money.currency == books => Some(money),
            Ok(money) => {
                let why = format!("the brand's books are in {books}: write the amount in {books}");
                self.fault(slot, money.to_string(), why);
                None
            }
            Err(why) => {
                self.fault(slot, amount.value.to_string(), why);
                None
            }
        }
    }
}

/// A campaign nobody knew. Its days are found when all rows are read; until then it has the first there is.
fn new_campaign(whose: &Whose, draft: &Draft, default: Option<&String>) -> Campaign {
    let day = Day(jiff::civil::Date::ZERO);
    Campaign {
        id: whose.campaign.clone(),
        name: draft.campaign.clone().or_else(|| default.cloned().filter(|_| draft.campaign_id.is_none())),
        brand: whose.brand.clone(),
        goal: None,
        starts: day,
        ends: day,
        landing: None,
        attribution: None,
        target: Targets::new(),
        credit: None,
        margin: None,
        books: Books::default(),
        plan: Effort::default(),
        state: Running::Active,
    }
}

fn new_creator(whose: &Whose, draft: &Draft) -> Creator {
    let name = draft
        .creator
        .as_ref()
        .map(|name| if draft.creator_id.is_some() { name.clone() } else { name.trim_start_matches('@').to_owned() });
    Creator {
        id: whose.creator.clone(),
        name,
        zone: Zone::utc(),
        locale: "en".to_owned(),
        accounts: BTreeMap::new(),
        managed_by: None,
        state: Running::Active,
    }
}
