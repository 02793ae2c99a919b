//! The ledger as a document, as text and as sheets.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::{Answer, Refusal};
use super::{Report, sheets, table};
use crate::app::core::Core;
use crate::app::ledger::{Gathered, ledger};
use crate::domain::ids::CampaignId;
use crate::domain::money::{Currency, Money, MoneyError};
use crate::domain::num::i64_of_len;
use crate::domain::rates::Rates;
use crate::report::ledger::sheets as grids;
use crate::report::ledger::{Entry, Ledger, Sum};

pub(super) async fn report(core: &Core, campaigns: &BTreeSet<CampaignId>, wanted: &Report) -> Result<Answer, Refusal> {
    let Gathered { ledger, gaps, .. } = ledger(core, campaigns, core.clock.now()).await?;
    let rates = core.state.lock().await.catalog.all_rates();
    let told = wanted.told.map(|to| (to, &rates));
    let sums = |error: MoneyError| Refusal::Failed(format!("the ledger does not add up: {error}"));
    if wanted.sheets {
        let all = [grids::lines(&ledger, told), grids::months(&ledger), grids::totals(&ledger)];
        return sheets(&all.into_iter().collect::<Result<Vec<_>, _>>().map_err(sums)?);
    }
    let json = document(&ledger, told, &gaps).map_err(sums)?;
    let text = text(&ledger, told, &gaps).map_err(sums)?;
    Ok(Answer::done(&json, text))
}

fn sum_json(sum: &Sum) -> Value {
    json!({
        "accrued_net": sum.accrued_net, "accrued_vat": sum.accrued_vat, "accrued_gross": sum.accrued_gross,
        "paid_gross": sum.paid_gross, "due_gross": sum.due_gross,
    })
}

fn entry_json(entry: &Entry, told: Option<(Currency, &Rates)>) -> Result<Value, MoneyError> {
    let books = &entry.books;
    let told = told.map(|(to, rates)| rates.convert(entry.net, to, entry.day).ok());
    Ok(json!({
        "day": entry.day, "kind": entry.kind.name(), "what": entry.what.name(), "reversal": entry.reverses,
        "brand": entry.brand, "partnership": entry.at.to_string(), "deliverable": entry.piece,
        "account": books.account, "po": books.po, "invoice": books.invoice, "invoiced": books.invoiced, "vat_rate": books.vat,
        "net": entry.net, "vat": entry.vat, "gross": entry.gross()?, "told": told,
    }))
}

fn document(ledger: &Ledger, told: Option<(Currency, &Rates)>, gaps: &[String]) -> Result<Value, MoneyError> {
    let entries = ledger.entries().iter().map(|entry| entry_json(entry, told)).collect::<Result<Vec<_>, _>>()?;
    let totals: Vec<Value> = ledger.totals()?.values().map(sum_json).collect();
    let whole = told.map(|(to, rates)| ledger.accrued_in(to, rates, |_| true));
    let (whole, why) = match whole {
        None => (None, None),
        Some(Ok(whole)) => (Some(whole), None),
        Some(Err(why)) => (None, Some(why.to_string())),
    };
    Ok(json!({ "entries": entries, "totals": totals, "told": whole, "told_absent": why, "gaps": gaps }))
}

fn row(name: Vec<String>, sum: &Sum) -> Vec<String> {
    let amount = |money: Money| money.to_major().to_string();
    let Sum { accrued_net, accrued_vat, accrued_gross, paid_gross, due_gross } = *sum;
    let amounts = [accrued_net, accrued_vat, accrued_gross, paid_gross, due_gross].map(amount);
    name.into_iter().chain(amounts).chain([accrued_net.currency.to_string()]).collect()
}

fn text(ledger: &Ledger, told: Option<(Currency, &Rates)>, gaps: &[String]) -> Result<String, MoneyError> {
    if ledger.entries().is_empty() {
        let nothing = "nothing is accrued or paid yet".to_owned();
        return Ok(std::iter::once(nothing)
            .chain(gaps.iter().map(|gap| format!("note: {gap}")))
            .collect::<Vec<_>>()
            .join("\n"));
    }
    let head = |names: &[&str]| -> Vec<String> {
        let sums = ["net", "VAT", "gross", "paid", "due", ""];
        names.iter().copied().chain(sums).map(str::to_owned).collect()
    };
    let mut months = vec![head(&["month"])];
    for ((month, _), sum) in ledger.sums(Entry::month)? {
        months.push(row(vec![month], &sum));
    }
    for sum in ledger.totals()?.values() {
        months.push(row(vec!["total".to_owned()], sum));
    }
    let mut deals = vec![head(&["partnership"])];
    for ((at, _), sum) in ledger.sums(|entry| entry.at.to_string())? {
        deals.push(row(vec![at], &sum));
    }
    let lines = i64_of_len(ledger.entries().len());
    let mut parts = vec![table(&deals, 1), table(&months, 1)];
    if let Some((to, rates)) = told {
        parts.push(match ledger.accrued_in(to, rates, |_| true) {
            Ok(whole) => format!("accrued net in {to}, each line by the rate of its day: {whole}"),
            Err(why) => format!("not told in {to}: {why}"),
        });
    }
    parts.push(format!("{lines} lines; --format csv or xlsx writes them all"));
    parts.extend(gaps.iter().map(|gap| format!("note: {gap}")));
    Ok(parts.join("\n\n"))
}
