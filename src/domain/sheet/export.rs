//! From documents to a sheet: one row a deliverable, a partnership without any is one row too.
//!
//! Every header is one that [`super::columns::guess`] knows for certain. A column in which nothing would stand is left out.

use super::grid::{Cell, Grid, plain_number};
use crate::domain::document::{
    Brand, Campaign, Creator, Deliverable, Documents, Partnership, PartnershipRef, Running, Target, Targets,
};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::domain::written::{Day, Moment, Zone};

/// One row to come.
struct Line<'a> {
    brand: &'a Brand,
    campaign: &'a Campaign,
    creator: &'a Creator,
    deal: &'a Partnership,
    piece: Option<&'a Deliverable>,
}

type Says = Box<dyn Fn(&Line<'_>) -> Cell>;

/// A column to come; one that is not always there goes where nothing stands in it.
struct Writes {
    header: String,
    always: bool,
    says: Says,
}

fn always(header: &str, says: impl Fn(&Line<'_>) -> Cell + 'static) -> Writes {
    Writes { header: header.to_owned(), always: true, says: Box::new(says) }
}

fn sometimes(header: impl Into<String>, says: impl Fn(&Line<'_>) -> Cell + 'static) -> Writes {
    Writes { header: header.into(), always: false, says: Box::new(says) }
}

/// The sheet. Partnerships whose campaign, brand or creator is not among the documents are left out.
#[must_use]
pub fn grid(documents: &Documents) -> Grid {
    let lines = lines(documents);
    let columns = columns();
    let mut kept = Vec::new();
    for column in &columns {
        let cells: Vec<Cell> = lines.iter().map(|line| (column.says)(line)).collect();
        if column.always || cells.iter().any(|cell| *cell != Cell::Empty) {
            kept.push((column.header.clone(), cells));
        }
    }
    let mut rows = vec![kept.iter().map(|(header, _)| Cell::text(header.clone())).collect::<Vec<_>>()];
    rows.extend(lines.iter().map(|_| Vec::with_capacity(kept.len())));
    for (_, cells) in kept {
        for (row, cell) in rows.iter_mut().skip(1).zip(cells) {
            row.push(cell);
        }
    }
    Grid { name: "Deals".to_owned(), rows, merged: Vec::new() }
}

fn lines(documents: &Documents) -> Vec<Line<'_>> {
    use std::collections::BTreeMap;
    let brands: BTreeMap<_, _> = documents.brand.iter().map(|one| (&one.id, one)).collect();
    let campaigns: BTreeMap<_, _> = documents.campaign.iter().map(|one| (&one.id, one)).collect();
    let creators: BTreeMap<_, _> = documents.creator.iter().map(|one| (&one.id, one)).collect();
    let mut pieces: BTreeMap<&PartnershipRef, Vec<&Deliverable>> = BTreeMap::new();
    for one in &documents.deliverable {
        pieces.entry(&one.partnership).or_default().push(one);
    }
    let mut lines = Vec::new();
    for deal in &documents.partnership {
        let Some(campaign) = campaigns.get(&deal.campaign).copied() else { continue };
        let (Some(brand), Some(creator)) = (brands.get(&campaign.brand).copied(), creators.get(&deal.creator).copied())
        else {
            continue;
        };
        let at = PartnershipRef { campaign: deal.campaign.clone(), creator: deal.creator.clone() };
        let mut of_deal = pieces.get(&at).cloned().unwrap_or_default();
        of_deal.sort_by_key(|one| (one.due, one.id.as_str().len(), one.id.clone()));
        if of_deal.is_empty() {
            lines.push(Line { brand, campaign, creator, deal, piece: None });
        }
        lines.extend(of_deal.into_iter().map(|piece| Line { brand, campaign, creator, deal, piece: Some(piece) }));
    }
    lines.sort_by(|one, other| {
        let key = |line: &Line<'_>| (line.brand.id.clone(), line.campaign.id.clone(), line.creator.id.clone());
        key(one).cmp(&key(other))
    });
    lines
}

/// The columns, those that people look at first on the left.
fn columns() -> Vec<Writes> {
    let mut all = vec![
        always("Brand", |line| Cell::text(&line.brand.name)),
        always("Campaign", |line| option(line.campaign.name.as_ref())),
        always("Creator", |line| option(line.creator.name.as_ref())),
    ];
    all.extend(Platform::all().map(account));
    all.extend(piece_columns());
    all.extend(deal_columns());
    all.extend(campaign_columns());
    all.extend([
        sometimes("Creator zone", |line| zone(&line.creator.zone)),
        sometimes("Creator locale", |line| locale(&line.creator.locale)),
        sometimes("Managed by", |line| option(line.creator.managed_by.as_ref())),
        sometimes("Creator state", |line| running(line.creator.state)),
        always("Brand zone", |line| Cell::text(line.brand.zone.as_str())),
        always("Brand currency", |line| Cell::text(line.brand.currency.code())),
        sometimes("Brand locale", |line| locale(&line.brand.locale)),
        sometimes("Margin per order", |line| line.brand.margin_per_order.map_or(Cell::Empty, money)),
        sometimes("Brand state", |line| running(line.brand.state)),
        always("Brand id", |line| Cell::text(line.brand.id.as_str())),
        always("Campaign id", |line| Cell::text(line.campaign.id.as_str())),
        always("Creator id", |line| Cell::text(line.creator.id.as_str())),
        always("Deliverable id", |line| line.piece.map_or(Cell::Empty, |piece| Cell::text(piece.id.as_str()))),
    ]);
    all
}

fn piece_columns() -> Vec<Writes> {
    fn of<'a>(line: &Line<'a>, says: impl Fn(&'a Deliverable) -> Cell) -> Cell {
        line.piece.map_or(Cell::Empty, says)
    }
    vec![
        always("Platform", |line| of(line, |piece| Cell::text(piece.platform.as_str()))),
        always("Format", |line| of(line, |piece| Cell::text(&piece.format))),
        always("Fee", |line| of(line, |piece| Cell::number(piece.fee.to_major()))),
        sometimes("Billed", |line| {
            of(line, |piece| piece.billed.map_or(Cell::Empty, |billed| Cell::number(billed.to_major())))
        }),
        always("Currency", |line| of(line, |piece| Cell::text(piece.fee.currency.code()))),
        always("Due", |line| of(line, |piece| Cell::day(piece.due.0))),
        sometimes("Draft due", |line| of(line, |piece| piece.draft_due.map_or(Cell::Empty, |day| Cell::day(day.0)))),
        sometimes("Proof due", |line| of(line, |piece| piece.proof_due.map_or(Cell::Empty, |day| Cell::day(day.0)))),
        sometimes("Report due", |line| of(line, |piece| piece.report_due.map_or(Cell::Empty, |day| Cell::day(day.0)))),
        sometimes("Cancel by", |line| of(line, |piece| piece.cancel_by.map_or(Cell::Empty, moment))),
        sometimes("Kill fee", |line| of(line, kill_fee)),
        always("State", |line| of(line, |piece| word(&piece.state))),
        sometimes("Post", |line| {
            of(line, |piece| piece.post.as_ref().map_or(Cell::Empty, |post| Cell::text(post.as_str())))
        }),
        sometimes("Live at", |line| {
            of(line, |piece| piece.live_at.map_or(Cell::Empty, |at| Cell::text(at.to_string())))
        }),
        sometimes("Account code", |line| of(line, |piece| option(piece.books.account.as_ref()))),
        sometimes("PO number", |line| of(line, |piece| option(piece.books.po.as_ref()))),
        sometimes("Invoice number", |line| of(line, |piece| option(piece.books.invoice.as_ref()))),
        sometimes("Invoice date", |line| of(line, |piece| day(piece.books.invoiced))),
        sometimes("VAT rate", |line| {
            of(line, |piece| piece.books.vat.map_or(Cell::Empty, |share| Cell::text(format!("{} %", share.0))))
        }),
        sometimes("Paid on", |line| of(line, |piece| day(piece.books.paid))),
        sometimes("Refunded on", |line| of(line, |piece| day(piece.books.refunded))),
    ]
}

fn day(day: Option<Day>) -> Cell {
    day.map_or(Cell::Empty, |day| Cell::day(day.0))
}

fn deal_columns() -> Vec<Writes> {
    let mut all = vec![
        sometimes("Codes", |line| Cell::text(line.deal.codes.join(", "))),
        sometimes("Tracking link", |line| option(line.deal.link.as_ref())),
        sometimes("Commission", |line| {
            line.deal.commission.map_or(Cell::Empty, |share| Cell::text(format!("{} %", share.0)))
        }),
        sometimes("Pay per thousand views", |line| line.deal.per_thousand_views.map_or(Cell::Empty, money)),
    ];
    all.extend(
        Metric::ALL
            .iter()
            .map(|metric| sometimes(format!("Target: {metric}"), |line| target(&line.deal.target, *metric))),
    );
    all.push(sometimes("Usage until", |line| {
        let usage = line.deal.rights.iter().find(|right| right.is_plain_usage());
        usage.map_or(Cell::Empty, |right| Cell::day(right.until.0))
    }));
    all.push(sometimes("Deal starts", |line| line.deal.starts.map_or(Cell::Empty, |day| Cell::day(day.0))));
    all.push(sometimes("Deal state", |line| running(line.deal.state)));
    all
}

fn campaign_columns() -> Vec<Writes> {
    let mut all = vec![
        sometimes("Goal", |line| line.campaign.goal.as_ref().map_or(Cell::Empty, word)),
        always("Campaign starts", |line| Cell::day(line.campaign.starts.0)),
        always("Campaign ends", |line| Cell::day(line.campaign.ends.0)),
        sometimes("Attribution", |line| option(line.campaign.attribution.as_ref())),
        sometimes("Campaign state", |line| running(line.campaign.state)),
    ];
    all.extend(
        Metric::ALL.iter().map(|metric| {
            sometimes(format!("Campaign target: {metric}"), |line| target(&line.campaign.target, *metric))
        }),
    );
    all
}

fn account(platform: Platform) -> Writes {
    sometimes(format!("Account: {platform}"), move |line| option(line.creator.accounts.get(&platform)))
}

fn option(text: Option<&String>) -> Cell {
    text.map_or(Cell::Empty, Cell::text)
}

fn running(state: Running) -> Cell {
    match state {
        Running::Active => Cell::Empty,
        Running::Ended => Cell::text("ended"),
    }
}

fn zone(zone: &Zone) -> Cell {
    if *zone == Zone::utc() { Cell::Empty } else { Cell::text(zone.as_str()) }
}

fn locale(locale: &str) -> Cell {
    if locale == "en" { Cell::Empty } else { Cell::text(locale) }
}

fn money(money: Money) -> Cell {
    Cell::text(format!("{} {}", plain_number(money.to_major()), money.currency))
}

/// A day's midnight is written out: a day alone would be read as its end.
fn moment(moment: Moment) -> Cell {
    let whole_second = moment.0.subsec_nanosecond() == 0;
    if whole_second && moment.0.time() != jiff::civil::Time::midnight() {
        Cell::Moment(moment.0)
    } else {
        Cell::text(moment.0.to_string())
    }
}

fn word<T: serde::Serialize>(value: &T) -> Cell {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(Cell::text)).unwrap_or_default()
}

fn kill_fee(piece: &Deliverable) -> Cell {
    let fees = piece.kill_fee.iter().map(|(state, share)| format!("{} {} %", word(state).shown(), share.0));
    Cell::text(fees.collect::<Vec<_>>().join(", "))
}

fn target(targets: &Targets, metric: Metric) -> Cell {
    match targets.get(&metric) {
        None => Cell::Empty,
        Some(Target::Money(amount)) => money(*amount),
        Some(Target::Number(number)) => Cell::number(*number),
    }
}

#[cfg(test)]
mod tests {
    use super::super::columns::{Certainty, Guess, guess};
    use super::*;

    #[test]
    fn every_header_is_known_for_certain_and_means_one_field() {
        let mut seen = std::collections::BTreeSet::new();
        for column in columns() {
            let Guess::Field(slot, Certainty::Certain) = guess(&column.header) else {
                panic!("{} is {:?}", column.header, guess(&column.header));
            };
            assert_eq!(slot.group, None, "{}", column.header);
            assert!(seen.insert(slot), "{}", column.header);
        }
    }
}
