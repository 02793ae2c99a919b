//! The next campaign as documents: this one again, with whom it is worth it, in days to come.
//!
//! Owns: what is taken over and what is not. Codes, links, invoices and everything that has happened belong to the old
//! campaign. Whoever did not earn their money, and whoever was not in it, stands there as a comment: a person decides.
//! Refuses: applying it. What it writes is read by `plimsoll check` and `plimsoll apply` as it is.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Span;
use jiff::civil::Date;
use serde::Serialize;

use super::{Next, PostMortem};
use crate::domain::books::Books;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Campaign, Deliverable, Partnership, PartnershipRef, Running};
use crate::domain::ids::{CampaignId, CreatorId};
use crate::domain::written::Day;
use crate::insight::portfolio::Choice;
use crate::words::wording::{Reader, say};

/// What it is made from.
#[derive(Debug, Clone)]
pub struct Old<'a> {
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Its deals.
    pub partnerships: Vec<&'a Partnership>,
    /// Their pieces.
    pub deliverables: Vec<&'a Deliverable>,
    /// An id that no campaign has.
    pub id: CampaignId,
    /// The first day of the new one.
    pub starts: Date,
}

#[derive(Serialize)]
struct File {
    campaign: Vec<Campaign>,
    partnership: Vec<Partnership>,
    deliverable: Vec<Deliverable>,
}

/// The next id of a campaign that is free: `spring-2` after `spring`, `spring-3` after `spring-2`.
#[must_use]
pub fn next_id(id: &CampaignId, is_taken: impl Fn(&CampaignId) -> bool) -> Option<CampaignId> {
    let text = id.as_str();
    let (stem, number) = match text.rsplit_once('-') {
        Some((stem, number)) => number.parse::<u32>().map_or((text, 1), |number| (stem, number)),
        None => (text, 1),
    };
    (1..=1_000_u32).find_map(|more| {
        let id = CampaignId::new(&format!("{stem}-{}", number.saturating_add(more))).ok()?;
        (!is_taken(&id)).then_some(id)
    })
}

/// Writes it. `None`: its days do not fit the calendar.
#[must_use]
pub fn write(old: &Old<'_>, of: &PostMortem, reader: &Reader) -> Option<String> {
    let words = reader.words();
    let moved = old.campaign.starts.0.until(old.starts).ok()?;
    let ended: Vec<&CreatorId> = of.next.as_ref().map(ended).unwrap_or_default();
    let kept = |creator: &CreatorId| !ended.contains(&creator);
    let partnerships: Vec<Partnership> =
        old.partnerships.iter().filter(|one| kept(&one.creator)).map(|one| again(one, &old.id)).collect();
    let pieces: Option<Vec<Deliverable>> = old
        .deliverables
        .iter()
        .filter(|one| kept(&one.partnership.creator))
        .map(|one| piece_again(one, &old.id, moved))
        .collect();
    let campaign = Campaign {
        id: old.id.clone(),
        name: Some(say!(words, "line-up-name", campaign = of.name.as_str())),
        starts: Day(old.starts),
        ends: Day(old.campaign.ends.0.checked_add(moved).ok()?),
        books: unbooked(&old.campaign.books),
        state: Running::Active,
        ..old.campaign.clone()
    };
    let file = File { campaign: vec![campaign], partnership: partnerships, deliverable: pieces? };
    let body = toml::to_string(&file).ok()?;
    Some(format!("{}\n{body}", head(of, &ended, reader)))
}

fn ended(next: &Next) -> Vec<&CreatorId> {
    next.portfolio.standings.iter().filter(|one| one.choice == Choice::End).map(|one| &one.creator).collect()
}

/// A line of text as a comment.
fn comment(out: &mut String, text: &str) {
    // A string takes whatever is written to it.
    let _ = writeln!(out, "# {}", text.split_whitespace().collect::<Vec<_>>().join(" "));
}

/// What stands above it: why who is in it, and who might be.
fn head(of: &PostMortem, ended: &[&CreatorId], reader: &Reader) -> String {
    let words = reader.words();
    let mut out = String::new();
    comment(&mut out, &say!(words, "line-up-head", campaign = of.name.as_str()));
    comment(&mut out, &say!(words, "line-up-check"));
    let Ok(next) = &of.next else {
        comment(&mut out, &say!(words, "line-up-all"));
        return out;
    };
    let name = |id: &CreatorId| {
        next.names.iter().find(|(one, _)| one == id).map_or_else(|| id.to_string(), |(_, name)| name.clone())
    };
    for id in ended {
        comment(&mut out, &say!(words, "line-up-ended", who = name(id), id = id.as_str()));
    }
    for one in &next.candidates {
        comment(&mut out, &say!(words, "line-up-candidate", who = one.name.as_str(), id = one.creator.as_str()));
    }
    out
}

/// What is known of the books of what is to come: neither invoices nor payments.
fn unbooked(books: &Books) -> Books {
    Books { account: books.account.clone(), vat: books.vat, ..Books::default() }
}

fn again(one: &Partnership, campaign: &CampaignId) -> Partnership {
    Partnership {
        campaign: campaign.clone(),
        codes: Vec::new(),
        link: None,
        shipped: None,
        starts: None,
        rights: Vec::new(),
        exclusivity: None,
        books: unbooked(&one.books),
        state: Running::Active,
        ..one.clone()
    }
}

fn piece_again(one: &Deliverable, campaign: &CampaignId, moved: Span) -> Option<Deliverable> {
    let later = |day: Day| day.0.checked_add(moved).ok().map(Day);
    let maybe = |day: Option<Day>| day.map_or(Some(None), |day| later(day).map(Some));
    let cancel_by = match one.cancel_by {
        Some(moment) => Some(crate::domain::written::Moment(moment.0.checked_add(moved).ok()?)),
        None => None,
    };
    // What was owed for what was held or cancelled is of that deal.
    let kill_fee: BTreeMap<_, _> =
        one.kill_fee.iter().filter(|(state, _)| state.is_ahead()).map(|(state, share)| (*state, *share)).collect();
    Some(Deliverable {
        partnership: PartnershipRef { campaign: campaign.clone(), creator: one.partnership.creator.clone() },
        draft_due: maybe(one.draft_due)?,
        due: later(one.due)?,
        proof_due: maybe(one.proof_due)?,
        report_due: maybe(one.report_due)?,
        cancel_by,
        kill_fee,
        state: DeliverableState::Agreed,
        post: None,
        live_at: None,
        reported_at: None,
        checked: Vec::new(),
        books: unbooked(&one.books),
        ..one.clone()
    })
}
