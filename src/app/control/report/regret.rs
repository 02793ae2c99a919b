//! Stops judged again, as a document, as text and as sheets.

use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;
use serde_json::{Value, json};

use super::super::{Answer, Refusal};
use super::{Report, header, sheets, table};
use crate::app::core::Core;
use crate::app::regret::{Case, Found, of_campaign};
use crate::domain::action::Deed;
use crate::domain::ids::{CampaignId, RuleId};
use crate::domain::money::Money;
use crate::domain::num::six_digits;
use crate::domain::sheet::grid::{Cell, Grid};
use crate::insight::regret::{Advice, Call, Judged, Scorecard, Untold, amounts, by_rule, scorecard};
use crate::words::phrase::plain;
use crate::words::regret::{RegretView, compose};
use crate::words::wording::Reader;

pub(super) async fn report(core: &Core, campaign: Option<&CampaignId>, wanted: &Report) -> Result<Answer, Refusal> {
    let now = core.clock.now();
    let (found, view) = of_campaign(core, campaign, now).await?;
    if wanted.sheets {
        return sheets(&[calls_grid(&found), rules_grid(&found)]);
    }
    let mut json = document(&found);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("campaign".to_owned(), json!(campaign));
        fields.insert("at".to_owned(), json!(now));
    }
    Ok(Answer::done(&json, text(&found, &view, now)))
}

fn judged(found: &Found) -> Vec<Judged> {
    found.cases.iter().map(Case::judged).collect()
}

/// Why something is not told: of a call, or of its money where only that is missing.
fn why(case: &Case) -> Option<&'static str> {
    match case.call {
        Call::Untold(why) => Some(why.as_str()),
        Call::Right | Call::Wrong => case.balance.err().map(Untold::as_str),
    }
}

fn case_json(case: &Case) -> Value {
    let balance = case.balance.ok();
    json!({
        "proposal": case.proposal, "incident": case.incident, "rule": case.rule, "subject": case.subject.to_string(),
        "do": case.deed.as_ref().map_or("lower_level", |deed| deed.as_str()),
        "object": case.deed.as_ref().map(Deed::typed), "done": case.done, "at": case.at, "closed": case.closed,
        "verdict": case.call.as_str(), "why": why(case), "would_spend": balance.map(|one| one.spend),
        "would_bring": balance.map(|one| one.brings), "net": balance.map(|one| one.net),
        "orders": balance.map(|one| one.orders),
        "beyond": case.beyond.filter(|times| times.is_finite()).map(six_digits),
    })
}

fn card_json(rule: Option<&RuleId>, card: &Scorecard) -> Value {
    let mut json = json!(card);
    if let Some(fields) = json.as_object_mut() {
        fields.insert("rule".to_owned(), json!(rule));
    }
    json
}

fn document(found: &Found) -> Value {
    let judged = judged(found);
    let rules: Vec<Value> = by_rule(&judged).iter().map(|(rule, card)| card_json(rule.as_ref(), card)).collect();
    json!({
        "total": scorecard(&judged), "rules": rules, "calls": found.cases.iter().map(case_json).collect::<Vec<_>>(),
        "pending": found.pending, "next": found.next, "assumption": ASSUMPTION,
    })
}

/// What the figures rest on.
const ASSUMPTION: &str = "would_spend is the pace of the week before the stop until the deal or the budget ends, less what was \
                          spent all the same; would_bring is that money at the margin per money spent of the span the alert \
                          looked at, with every order credited until the window closed; net is the difference";

fn text(found: &Found, view: &RegretView, now: jiff::Timestamp) -> String {
    let said = plain(&compose(view, &Reader::new("en", "UTC"), now)).replace(['\u{a0}', '\u{202f}'], " ");
    if found.cases.is_empty() {
        return said;
    }
    let head = ["stopped", "", "", "", "", "would spend", "would bring", "net"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    rows.extend(found.cases.iter().map(row));
    format!("{said}\n\n{}", table(&rows, 5))
}

fn row(case: &Case) -> Vec<String> {
    let money = |money: Option<Money>| money.map_or_else(|| "–".to_owned(), |money| money.to_major().to_string());
    let balance = case.balance.ok();
    let verdict = match (why(case), case.done) {
        (Some(why), true) => format!("{} ({})", case.call.as_str(), why.replace('_', " ")),
        (Some(why), false) => format!("{} ({}), not done", case.call.as_str(), why.replace('_', " ")),
        (None, true) => case.call.as_str().to_owned(),
        (None, false) => format!("{}, not done", case.call.as_str()),
    };
    let net = match balance {
        Some(balance) => balance.net.to_string(),
        None => "–".to_owned(),
    };
    vec![
        case.at.strftime("%Y-%m-%d").to_string(),
        case.subject.to_string(),
        what(case),
        case.rule.as_ref().map_or_else(|| "by hand".to_owned(), ToString::to_string),
        verdict,
        money(balance.map(|one| one.spend)),
        money(balance.map(|one| one.brings)),
        net,
    ]
}

/// `stop_boost alma-winter`.
fn what(case: &Case) -> String {
    case.deed.as_ref().map_or_else(|| "lower_level".to_owned(), |deed| format!("{} {}", deed.as_str(), deed.typed()))
}

fn calls_grid(found: &Found) -> Grid {
    let mut rows = vec![header(&[
        "Stopped",
        "Window closed",
        "Subject",
        "What",
        "Rule",
        "Incident",
        "Done",
        "Verdict",
        "Why",
        "Would spend",
        "Would bring",
        "Net",
        "Currency",
        "Orders",
        "Times the line",
    ])];
    for case in &found.cases {
        let balance = case.balance.ok();
        let money = |money: Option<Money>| money.map_or(Cell::Empty, |money| Cell::number(money.to_major()));
        rows.push(vec![
            Cell::text(case.at.to_string()),
            Cell::text(case.closed.to_string()),
            Cell::text(case.subject.to_string()),
            Cell::text(what(case)),
            Cell::text(case.rule.as_ref().map(ToString::to_string).unwrap_or_default()),
            Cell::text(case.incident.clone().unwrap_or_default()),
            Cell::text(if case.done { "yes" } else { "no" }),
            Cell::text(case.call.as_str()),
            Cell::text(why(case).unwrap_or_default()),
            money(balance.map(|one| one.spend)),
            money(balance.map(|one| one.brings)),
            money(balance.map(|one| one.net)),
            balance.map_or(Cell::Empty, |one| Cell::text(one.net.currency.code())),
            balance.map_or(Cell::Empty, |one| Cell::number(Decimal::from(one.orders))),
            case.beyond.and_then(|times| Decimal::from_f64(six_digits(times))).map_or(Cell::Empty, Cell::number),
        ]);
    }
    Grid { name: "Calls".to_owned(), rows, merged: Vec::new() }
}

/// A line for each rule and currency: sums of several cannot be one.
fn rules_grid(found: &Found) -> Grid {
    let mut rows = vec![header(&[
        "Rule",
        "Calls",
        "Right",
        "Wrong",
        "Untold",
        "Share wrong",
        "From",
        "To",
        "Saved",
        "Lost",
        "Asked: would save",
        "Asked: would lose",
        "Currency",
        "Line suggested",
    ])];
    let judged = judged(found);
    for (rule, card) in by_rule(&judged) {
        let all = [&card.saved, &card.lost, &card.missed, &card.spared];
        let currencies: std::collections::BTreeSet<_> = all.iter().flat_map(|sums| sums.keys().copied()).collect();
        let currencies: Vec<_> =
            if currencies.is_empty() { vec![None] } else { currencies.into_iter().map(Some).collect() };
        let count = |count: u64| Cell::number(Decimal::from(count));
        let share = |share: Option<f64>| {
            share.and_then(|one| Decimal::from_f64(six_digits(one))).map_or(Cell::Empty, Cell::number)
        };
        for currency in currencies {
            let sum = |sums| {
                let mine = amounts(sums).find(|money| Some(money.currency) == currency);
                mine.map_or(Cell::Empty, |money| Cell::number(money.to_major()))
            };
            let line = match card.advice {
                Advice::Raise { times, .. } => share(Some(times)),
                Advice::Keep | Advice::TooFew { .. } => Cell::Empty,
            };
            let mut row = vec![
                Cell::text(rule.as_ref().map_or_else(|| "by hand".to_owned(), ToString::to_string)),
                count(card.calls),
                count(card.right),
                count(card.wrong),
                count(card.untold),
                share(card.wrong_share.map(|one| one.share)),
                share(card.wrong_share.map(|one| one.low)),
                share(card.wrong_share.map(|one| one.high)),
            ];
            row.extend([sum(&card.saved), sum(&card.lost), sum(&card.missed), sum(&card.spared)]);
            row.push(currency.map_or(Cell::Empty, |currency| Cell::text(currency.code())));
            row.push(line);
            rows.push(row);
        }
    }
    Grid { name: "Rules".to_owned(), rows, merged: Vec::new() }
}
