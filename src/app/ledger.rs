//! The ledger of campaigns, from what the store holds: every version of every piece, the deal's own book, ad reports.
//!
//! Fees, kill fees and payments come from the versions of deliverables; commission and pay per views from what
//! [`super::booking`] books, by month; boosts from what their platforms report, by month; the product from its deal on the
//! day it was sent. What is told here as accrued is what [`crate::domain::cost::accrue`] says is spent, and the kill fees.
//!
//! Owns: gathering. Refuses: sums and sheets ([`crate::report::ledger`]). Survives: campaigns from before the numbers in
//! memory begin, whose numbers are read from the store; numbers that were removed are told as a gap.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::booking::{earned_by_day, went_live};
use super::catalog::Catalog;
use super::core::{Core, State, gather};
use super::records::{DocumentRecord, HistoryRecord};
use super::retention::retained;
use crate::domain::books::Books;
use crate::domain::cost;
use crate::domain::document::{Deliverable, Document, PartnershipRef};
use crate::domain::ids::{BrandId, CampaignId, Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::sample::SeriesKey;
use crate::report::ledger::pieces::{self, Version};
use crate::report::ledger::{Entry, Kind, Ledger, What, month_of};
use crate::rules::guards::Switches;
use crate::rules::history::{History, Known};
use crate::rules::readings::Want;
use crate::store::records::{load, scan_range};
use crate::store::{BookLine, StoreError, keys, samples};

/// Why there is no ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The store did not answer.
    #[error("could not read the deals")]
    Store(#[from] StoreError),
    /// It does not add up in what a sum can hold.
    #[error("the ledger does not add up")]
    Money(#[from] MoneyError),
}

/// A ledger, and what is not in it.
#[derive(Default)]
pub struct Gathered {
    /// The lines.
    pub ledger: Ledger,
    /// What could not be told, as sentences.
    pub gaps: Vec<String>,
    /// The numbers of these campaigns, where they go back further than those in memory.
    pub older: Option<History>,
}

/// The ledger of some campaigns as of `now`. What is dated later has not happened and is not in it.
pub async fn ledger(core: &Core, campaigns: &BTreeSet<CampaignId>, now: Timestamp) -> Result<Gathered, LedgerError> {
    let (deals, ids, oldest) = {
        let state = core.state.lock().await;
        let deals: Vec<PartnershipRef> =
            state.catalog.partnerships.keys().filter(|at| campaigns.contains(&at.campaign)).cloned().collect();
        let ids: Vec<String> = deals
            .iter()
            .flat_map(|at| state.catalog.pieces_in(at))
            .map(|one| format!("{}/{}", one.partnership, one.id))
            .collect();
        let starts = deals.iter().filter_map(|at| state.catalog.about(&at.subject()).deal).map(|deal| deal.0).min();
        (deals, ids, starts.filter(|starts| *starts < state.kept.since))
    };
    let mut versions: BTreeMap<PartnershipRef, Vec<Vec<(Timestamp, Deliverable)>>> = BTreeMap::new();
    for id in &ids {
        let all = versions_of(core, id).await?;
        if let Some((_, newest)) = all.last() {
            versions.entry(newest.partnership.clone()).or_default().push(all);
        }
    }
    let mut gathered = Gathered::default();
    if let Some(from) = oldest {
        gathered.older = Some(older_numbers(core, &deals, from, &mut gathered.gaps).await?);
    }
    let state = core.state.lock().await;
    let history = gathered.older.as_ref().unwrap_or(&state.history);
    let (mut entries, mut gaps) = (Vec::new(), Vec::new());
    for at in &deals {
        let of_pieces = versions.remove(at).unwrap_or_default();
        of_deal(&state, history, at, of_pieces, now, (&mut entries, &mut gaps))?;
    }
    gathered.gaps.extend(gaps);
    gathered.ledger = Ledger::new(entries)?;
    Ok(gathered)
}

/// Shows the ledger of every campaign to tools that draw, where the store has a place for it.
pub async fn show(core: &Core) -> Result<(), LedgerError> {
    if !core.store.shows_books() {
        return Ok(());
    }
    let campaigns: BTreeSet<CampaignId> = core.state.lock().await.catalog.campaigns.keys().cloned().collect();
    let gathered = ledger(core, &campaigns, core.clock.now()).await?;
    let lines = gathered.ledger.entries().iter().map(book_line).collect::<Result<Vec<_>, _>>()?;
    Ok(core.store.show_books(lines).await?)
}

fn book_line(entry: &Entry) -> Result<BookLine, MoneyError> {
    let books = &entry.books;
    Ok(BookLine {
        day: entry.day,
        kind: entry.kind.name(),
        what: entry.what.name(),
        reversal: entry.reverses,
        brand: entry.brand.to_string(),
        campaign: entry.at.campaign.to_string(),
        creator: entry.at.creator.to_string(),
        deliverable: entry.piece.as_ref().map(ToString::to_string),
        account: books.account.clone(),
        po: books.po.clone(),
        invoice: books.invoice.clone(),
        currency: entry.net.currency.code(),
        net: entry.net.minor,
        vat: entry.vat.minor,
        gross: entry.gross()?.minor,
    })
}

/// Every version of a piece that can still be read, the oldest first.
async fn versions_of(core: &Core, id: &str) -> Result<Vec<(Timestamp, Deliverable)>, StoreError> {
    let (from, until) = keys::history_of("deliverable", id);
    let mut all = Vec::new();
    for old in scan_range::<HistoryRecord>(&*core.store, &from, &until).await? {
        // A version that cannot be read any more is passed over: the next one says what is so.
        if let Ok(Document::Deliverable(piece)) = serde_json::from_value::<Document>(old.value.body) {
            all.push((old.value.at, piece));
        }
    }
    let newest = load::<DocumentRecord>(&*core.store, &keys::document("deliverable", id)).await?;
    if let Some(kept) = newest
        && let Document::Deliverable(piece) = kept.value.document
    {
        all.push((kept.value.at, piece));
    }
    Ok(all)
}

/// The numbers of deals that began before those in memory do.
async fn older_numbers(
    core: &Core,
    deals: &[PartnershipRef],
    from: Timestamp,
    gaps: &mut Vec<String>,
) -> Result<History, StoreError> {
    let removed = retained(&*core.store).await?.and_then(|kept| kept.value.samples_since);
    if let Some(since) = removed.filter(|since| from < *since) {
        gaps.push(format!(
            "numbers from before {since} were removed: commission, pay per views and boosts begin there"
        ));
    }
    let subjects: BTreeSet<Subject> = deals.iter().map(PartnershipRef::subject).collect();
    let mut history = History::new(Switches { standstill: false, implausible: false });
    // A total is read from its last statement before the first day.
    let since = from.checked_sub(SignedDuration::from_hours(48)).unwrap_or(from);
    let mut known = Known::default();
    samples::of_subjects(&*core.store, &subjects, since, &mut |known_at, row| {
        gather(&row, known_at, &mut history, &mut known);
    })
    .await?;
    history.append_all_known(known);
    Ok(history)
}

/// The day of an instant.
fn day_in(zone: &TimeZone, at: Timestamp) -> Date {
    at.to_zoned(zone.clone()).date()
}

/// One deal, while its lines are gathered.
struct Deal<'a> {
    catalog: &'a Catalog,
    history: &'a History,
    at: &'a PartnershipRef,
    brand: BrandId,
    zone: TimeZone,
    books: Books,
    today: Date,
}

fn of_deal(
    state: &State,
    history: &History,
    at: &PartnershipRef,
    of_pieces: Vec<Vec<(Timestamp, Deliverable)>>,
    now: Timestamp,
    (entries, gaps): (&mut Vec<Entry>, &mut Vec<String>),
) -> Result<(), MoneyError> {
    let catalog = &state.catalog;
    let (Some(deal), Some(campaign)) = (catalog.partnerships.get(at), catalog.campaigns.get(&at.campaign)) else {
        return Ok(());
    };
    let zone = catalog.about(&at.subject()).zone;
    let (books, today) = (deal.books.within(&campaign.books), day_in(&zone, now));
    let one = Deal { catalog, history, at, brand: campaign.brand.clone(), zone, books, today };
    let mut lines = Vec::new();
    for versions in of_pieces {
        lines.extend(one.piece(versions)?);
    }
    if let (Some(product), Some(sent)) = (deal.product_cost, cost::shipped_at(deal, &one.zone)) {
        let mut line = one.line(day_in(&one.zone, sent), What::Product, product);
        // The product is the brand's own; no VAT is added to what it is declared at.
        line.books.vat = None;
        lines.push(line);
    }
    lines.extend(match earned_by_day(state, at, now) {
        Some(days) => one.earned(state.catalog.about(&at.subject()).currency, days),
        None => one.booked(),
    });
    lines.extend(one.boosts(gaps));
    entries.extend(lines.into_iter().filter(|line| line.day <= today));
    Ok(())
}

impl Deal<'_> {
    fn line(&self, day: Date, what: What, net: Money) -> Entry {
        let mut line = Entry::new(day, (Kind::Accrual, what), (self.brand.clone(), self.at.clone()), net);
        // An invoice and its days are of pieces.
        line.books = Books::default().within(&self.books);
        line
    }

    fn piece(&self, versions: Vec<(Timestamp, Deliverable)>) -> Result<Vec<Entry>, MoneyError> {
        let versions: Vec<Version> = versions
            .into_iter()
            .map(|(at, piece)| {
                let live = went_live(self.catalog, &piece).map(|at| day_in(&self.zone, at));
                Version { day: day_in(&self.zone, at), live, piece }
            })
            .collect();
        pieces::lines(&versions, &self.brand, &self.books)
    }

    fn series(&self, metric: Metric, platform: Platform) -> SeriesKey {
        SeriesKey { subject: self.at.subject(), metric, platform }
    }

    /// Lines by month: what was added, and what was taken back, each on the last day it happened.
    fn monthly(&self, what: What, currency: Currency, days: BTreeMap<Date, i64>) -> Vec<Entry> {
        let mut months: BTreeMap<(String, bool), (Date, i64)> = BTreeMap::new();
        for (day, minor) in days.into_iter().filter(|(day, minor)| *minor != 0 && *day <= self.today) {
            let month = months.entry((month_of(day), minor < 0)).or_insert((day, 0));
            *month = (std::cmp::max(month.0, day), month.1.saturating_add(minor));
        }
        let line = |((_, back), (day, minor))| {
            let mut line = self.line(day, what, Money::new(minor, currency));
            line.reverses = back;
            line
        };
        months.into_iter().map(line).collect()
    }

    /// Commission and pay per views, by the instant each day begins.
    fn earned(&self, currency: Option<Currency>, instants: BTreeMap<Timestamp, i64>) -> Vec<Entry> {
        let mut days: BTreeMap<Date, i64> = BTreeMap::new();
        for (at, minor) in instants {
            let day = days.entry(day_in(&self.zone, at)).or_default();
            *day = day.saturating_add(minor);
        }
        currency.map(|currency| self.monthly(What::Earned, currency, days)).unwrap_or_default()
    }

    /// The same as the deal's book has it: all of it without the fees.
    fn booked(&self) -> Vec<Entry> {
        let all = self.series(Metric::Spend, Platform::Deal);
        let Some(currency) =
            self.history.currency(&all.subject, Want { metric: Metric::Spend, platform: Some(Platform::Deal) })
        else {
            return Vec::new();
        };
        let fees = self.history.amounts(&self.series(Metric::Fees, Platform::Deal));
        let mut instants: BTreeMap<Timestamp, i64> = BTreeMap::new();
        for (span, minor) in self.history.amounts(&all) {
            let earned = minor.saturating_sub(fees.get(&span).copied().unwrap_or(0));
            let at = instants.entry(span.0).or_default();
            *at = at.saturating_add(earned);
        }
        self.earned(Some(currency), instants)
    }

    /// What platforms report as spent. An amount belongs to the day it begins on.
    fn boosts(&self, gaps: &mut Vec<String>) -> Vec<Entry> {
        let mut lines = Vec::new();
        for platform in Platform::all().filter(|platform| *platform != Platform::Deal) {
            let (series, want) =
                (self.series(Metric::Spend, platform), Want { metric: Metric::Spend, platform: Some(platform) });
            let Some(currency) = self.history.currency(&series.subject, want) else { continue };
            let mut days: BTreeMap<Date, i64> = BTreeMap::new();
            for ((from, _), minor) in self.history.amounts(&series) {
                let day = days.entry(day_in(&self.zone, from)).or_default();
                *day = day.saturating_add(minor);
            }
            if days.is_empty() {
                gaps.push(format!(
                    "{} reports the spend of {} as a running total: it has no days to be booked on",
                    platform, self.at
                ));
            }
            let mut of_platform = self.monthly(What::Boost(platform), currency, days);
            // The platform bills it itself, under its own tax.
            for line in &mut of_platform {
                line.books.vat = None;
            }
            lines.extend(of_platform);
        }
        lines
    }
}
