//! From rows to documents: what is known is changed, what is not is made, and a row that cannot be taken whole is not
//! taken at all.
//!
//! A cell that is empty leaves what is known as it is. Two rows that say two things of one brand, campaign, creator or
//! deal contradict each other: the later one is refused.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, Rejected};
use super::field::{Field, Slot};
use super::mapping::Mapping;
use super::numbers::Mark;
use super::pieces::{self, Ids};
use super::who::{self, Nobody, Whose};
use crate::domain::document::{Brand, Campaign, Creator, Deliverable, Documents, Partnership, PartnershipRef};
use crate::domain::ids::{BrandId, CampaignId, CreatorId, DeliverableId, Platform};
use crate::domain::money::Currency;
use crate::domain::written::Day;

/// A campaign, and whether its days still have to be found.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) campaign: Campaign,
    pub(super) is_new: bool,
    pub(super) starts_said: bool,
    pub(super) ends_said: bool,
    /// Due dates of its rows, and the rows.
    pub(super) due: Vec<Day>,
    pub(super) rows: Vec<usize>,
}

/// What a sheet comes to so far.
#[derive(Debug)]
pub(super) struct Book<'a> {
    pub(super) known: Known<'a>,
    pub(super) mapping: &'a Mapping,
    /// Headers by what they are used as.
    pub(super) titles: &'a BTreeMap<Slot, String>,
    /// The currency that the fees of a brand's rows are written in, all of them alike.
    pub(super) written: BTreeMap<BrandId, Currency>,
    pub(super) brands: BTreeMap<BrandId, Brand>,
    pub(super) campaigns: BTreeMap<CampaignId, Planned>,
    pub(super) creators: BTreeMap<CreatorId, Creator>,
    pub(super) partnerships: BTreeMap<PartnershipRef, Partnership>,
    pub(super) deliverables: BTreeMap<(PartnershipRef, DeliverableId), Deliverable>,
    /// What each row said of each field, so that the next can be compared.
    pub(super) claims: BTreeMap<(String, String), (usize, String)>,
    pub(super) notes: Vec<String>,
}

/// What is known, by id.
#[derive(Debug)]
pub(super) struct Known<'a> {
    pub(super) brands: BTreeMap<&'a BrandId, &'a Brand>,
    pub(super) campaigns: BTreeMap<&'a CampaignId, &'a Campaign>,
    pub(super) creators: BTreeMap<&'a CreatorId, &'a Creator>,
    pub(super) partnerships: BTreeMap<(&'a CampaignId, &'a CreatorId), &'a Partnership>,
    pub(super) deliverables: BTreeMap<(&'a PartnershipRef, &'a DeliverableId), &'a Deliverable>,
}

impl<'a> Known<'a> {
    fn of(known: &'a Documents) -> Self {
        Self {
            brands: known.brand.iter().map(|one| (&one.id, one)).collect(),
            campaigns: known.campaign.iter().map(|one| (&one.id, one)).collect(),
            creators: known.creator.iter().map(|one| (&one.id, one)).collect(),
            partnerships: known.partnership.iter().map(|one| ((&one.campaign, &one.creator), one)).collect(),
            deliverables: known.deliverable.iter().map(|one| ((&one.partnership, &one.id), one)).collect(),
        }
    }
}

/// What the rows come to.
#[derive(Debug, Default)]
pub struct Plan {
    /// Every document that a taken row is about, changed or not.
    pub documents: Documents,
    /// Rows that were not taken.
    pub rejected: Vec<Rejected>,
    /// Rows that were.
    pub taken: usize,
    /// What was decided, as sentences.
    pub notes: Vec<String>,
}

/// Makes documents of rows.
#[must_use]
pub fn make(drafts: &[Draft], known: &Documents, mapping: &Mapping, titles: &BTreeMap<Slot, String>) -> Plan {
    let mut notes = Vec::new();
    let whose = who::resolve(drafts, known, mapping, &mut notes);
    let ids = pieces::assign(drafts, &whose, known);
    let mut without_days = BTreeMap::new();
    // A campaign whose days nobody says takes its rows with it, and what they shared with others has to be made again
    // without them. Each round finds all such campaigns there are, so that a second one finds none.
    loop {
        let (plan, more) = once(drafts, &whose, &ids, known, (mapping, titles), &without_days);
        if more.is_empty() {
            notes.extend(plan.notes);
            notes.extend(handles_on_youtube(&plan.documents));
            return Plan { notes, ..plan };
        }
        without_days.extend(more);
    }
}

/// The currency each brand's fees are written in: one for all of them. Where some fees are without one, the default is
/// theirs, and the brand's too.
fn written(drafts: &[Draft], whose: &[Result<Whose, Nobody>], mapping: &Mapping) -> BTreeMap<BrandId, Currency> {
    let mut marks: BTreeMap<&BrandId, BTreeSet<Option<Currency>>> = BTreeMap::new();
    for (draft, whose) in drafts.iter().zip(whose) {
        let Ok(whose) = whose else { continue };
        for fee in draft.pieces.iter().filter_map(|piece| piece.fee) {
            let currency = match fee.mark {
                Some(Mark::Code(currency)) => Some(currency),
                Some(Mark::Kronor | Mark::Dollar) | None => None,
            };
            marks.entry(&whose.brand).or_default().insert(currency);
        }
    }
    let open_is_fine = mapping.defaults.currency.is_none();
    let one = |found: BTreeSet<Option<Currency>>| {
        let open = found.contains(&None);
        let mut codes = found.into_iter().flatten();
        codes.next().filter(|_| codes.next().is_none() && (open_is_fine || !open))
    };
    marks.into_iter().filter_map(|(brand, found)| one(found).map(|currency| (brand.clone(), currency))).collect()
}

/// Creators that a note names; the rest is counted.
const NAMED_MAX: usize = 5;

/// `YouTube` is asked by channel id. A handle is kept, and it is said that it does not do.
fn handles_on_youtube(documents: &Documents) -> Option<String> {
    let is_handle = |creator: &&Creator| {
        let account = creator.accounts.get(&Platform::Youtube);
        account.is_some_and(|account| !(account.len() == 24 && account.starts_with("UC")))
    };
    let all: Vec<&Creator> = documents.creator.iter().filter(is_handle).collect();
    let named: Vec<String> = all.iter().take(NAMED_MAX).map(|creator| format!("`{}`", creator.id)).collect();
    let more = all.len().saturating_sub(named.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!all.is_empty()).then(|| {
        format!("YouTube is asked by channel id (UC…), and the sheet has a handle for {}{more}", named.join(", "))
    })
}

/// One round; the second answer is rows that must not be taken, with why.
fn once(
    drafts: &[Draft],
    whose: &[Result<Whose, Nobody>],
    ids: &Ids,
    known: &Documents,
    (mapping, titles): (&Mapping, &BTreeMap<Slot, String>),
    banned: &BTreeMap<usize, String>,
) -> (Plan, BTreeMap<usize, String>) {
    let mut book = Book {
        known: Known::of(known),
        mapping,
        titles,
        written: written(drafts, whose, mapping),
        brands: BTreeMap::new(),
        campaigns: BTreeMap::new(),
        creators: BTreeMap::new(),
        partnerships: BTreeMap::new(),
        deliverables: BTreeMap::new(),
        claims: BTreeMap::new(),
        notes: Vec::new(),
    };
    let mut plan = Plan::default();
    for (at, (draft, whose)) in drafts.iter().zip(whose).enumerate() {
        let mut faults = draft.faults.clone();
        if let Some(why) = banned.get(&draft.row) {
            faults.push(Rejected { row: draft.row, column: String::new(), value: String::new(), why: why.clone() });
        }
        match whose {
            _ if draft.only_a_name => faults = vec![only_a_name(draft, titles)],
            Err(nobody) => faults.push(nobody_rejected(nobody, draft, titles)),
            Ok(whose) if faults.is_empty() => {
                if let Err(more) = book.row(draft, whose, |piece| ids.get(&(at, piece))) {
                    faults = more;
                }
            }
            Ok(_) => {}
        }
        if faults.is_empty() {
            plan.taken = plan.taken.saturating_add(1);
        }
        plan.rejected.extend(faults);
    }
    let more = book.finish_campaigns();
    plan.notes = book.notes;
    plan.documents = Documents {
        brand: book.brands.into_values().collect(),
        campaign: book.campaigns.into_values().map(|planned| planned.campaign).collect(),
        creator: book.creators.into_values().collect(),
        partnership: book.partnerships.into_values().collect(),
        deliverable: book.deliverables.into_values().collect(),
        ..Documents::default()
    };
    (plan, more)
}

fn only_a_name(draft: &Draft, titles: &BTreeMap<Slot, String>) -> Rejected {
    Rejected {
        row: draft.row,
        column: titles.get(&Slot::of(Field::Creator)).cloned().unwrap_or_default(),
        value: draft.creator.clone().unwrap_or_default(),
        why: "a name and nothing about a deal: fill the row in or delete it".to_owned(),
    }
}

fn nobody_rejected(nobody: &Nobody, draft: &Draft, titles: &BTreeMap<Slot, String>) -> Rejected {
    let field = match nobody.field {
        "brand" => Field::Brand,
        "campaign" => Field::Campaign,
        _ => Field::Creator,
    };
    let slot = Slot::of(field);
    let said = draft.blanks.iter().find(|(blank, _)| *blank == slot).map(|(_, text)| text.clone()).unwrap_or_default();
    nobody.rejected(draft.row, titles.get(&slot).cloned().unwrap_or_default(), said)
}

impl Book<'_> {
    /// The days of campaigns that are new: what a row says, else the first and the last due date. The answer is rows of
    /// campaigns that cannot be, with why.
    fn finish_campaigns(&mut self) -> BTreeMap<usize, String> {
        let mut refused = BTreeMap::new();
        let mut notes = Vec::new();
        for (id, planned) in &mut self.campaigns {
            let mut refuse = |why: String| refused.extend(planned.rows.iter().map(|row| (*row, why.clone())));
            if planned.is_new {
                let first = planned.due.iter().min().copied();
                let last = planned.due.iter().max().copied();
                let missing = (!planned.starts_said && first.is_none()) || (!planned.ends_said && last.is_none());
                if missing {
                    refuse(format!(
                        "campaign `{id}` is new and nothing says when it is: add columns for its start and end, or due dates"
                    ));
                    continue;
                }
                if let (false, Some(first)) = (planned.starts_said, first) {
                    planned.campaign.starts = first;
                }
                if let (false, Some(last)) = (planned.ends_said, last) {
                    planned.campaign.ends = last;
                }
                if !planned.starts_said || !planned.ends_said {
                    let (starts, ends) = (planned.campaign.starts.0, planned.campaign.ends.0);
                    notes.push(format!("campaign `{id}` runs from {starts} to {ends}, as far as its due dates say"));
                }
            }
            if planned.campaign.ends < planned.campaign.starts {
                let (starts, ends) = (planned.campaign.starts.0, planned.campaign.ends.0);
                refuse(format!("campaign `{id}` would start on {starts} and end on {ends}"));
            }
        }
        self.notes.extend(notes);
        refused
    }
}
