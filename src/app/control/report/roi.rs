//! What came back, as a document, as text and as sheets.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Map, Value, json};

use super::super::{Answer, Refusal};
use super::{Report, header, sheets, table};
use crate::app::core::Core;
use crate::app::returns::{Aim, By, Returns, Wanted, returns};
use crate::domain::ids::CampaignId;
use crate::domain::money::Money;
use crate::domain::sheet::grid::{Cell, Grid};
use crate::insight::attribution::Order;
use crate::insight::roi::{Figure, Per, Roi, fine, percent};

pub(super) async fn report(
    core: &Core,
    campaign: &CampaignId,
    wanted: &Report,
    orders: Option<&[Order]>,
) -> Result<Answer, Refusal> {
    let asked = Wanted { how: wanted.how, told: wanted.told, orders };
    let found = returns(core, campaign, asked, core.clock.now()).await?;
    if wanted.sheets {
        return sheets(&[returns_grid(&found), by_grid(&found), per_grid(&found)]);
    }
    Ok(Answer::done(&document(&found), text(&found)))
}

fn number(value: Decimal) -> Value {
    value.to_f64().map_or(Value::Null, |value| json!(value))
}

/// Figures as JSON: null where there is none, and why under `absent`.
pub(super) fn figures(roi: &Roi) -> Map<String, Value> {
    let (mut all, mut absent) = (Map::new(), Map::new());
    let mut put = |name: &str, figure: Figure<Value>| {
        let value = figure.unwrap_or_else(|why| {
            absent.insert(name.to_owned(), json!(why.to_string()));
            Value::Null
        });
        all.insert(name.to_owned(), value);
    };
    let money = |figure: &Figure<Money>| figure.clone().map(|money| json!(money));
    put("cost", money(&roi.cost));
    put("revenue", money(&roi.revenue));
    put("margin", money(&roi.margin));
    put("profit", money(&roi.profit));
    put("roi", roi.roi.clone().map(number));
    put("roas", roi.roas.clone().map(number));
    put("cpa", money(&roi.cpa));
    put("margin_per_order", money(&roi.margin_per_order));
    put("emv", money(&roi.emv));
    let part = |figure: &Figure<Decimal>| figure.clone().map_or(Value::Null, number);
    let known = roi.per.iter().filter(|per| per.count.is_ok());
    let per: Vec<Value> = known
        .map(|per| {
            json!({
                "metric": per.metric, "of": per.of, "count": per.count.clone().ok(), "cost_minor": part(&per.cost),
                "revenue_minor": part(&per.revenue), "margin_minor": part(&per.margin),
            })
        })
        .collect();
    all.insert("per".to_owned(), json!(per));
    all.insert("absent".to_owned(), Value::Object(absent));
    all
}

fn by_json(by: &By) -> Value {
    let absent = by.revenue.as_ref().err().map(ToString::to_string);
    json!({
        "partnership": by.at.to_string(), "claim": by.claim, "name": by.name, "orders": by.orders.clone().ok(),
        "revenue": by.revenue.clone().ok(), "counted": by.counted, "absent": absent,
    })
}

fn aim_json(aim: &Aim) -> Value {
    json!({ "promised": aim.promised, "pace": aim.pace, "spread": aim.spread })
}

fn document(found: &Returns) -> Value {
    let deals: Vec<Value> = found
        .deals
        .iter()
        .map(|(at, roi)| {
            let mut one = figures(roi);
            one.insert("partnership".to_owned(), json!(at.to_string()));
            Value::Object(one)
        })
        .collect();
    json!({
        "campaign": found.campaign.id, "brand": found.campaign.brand, "currency": found.currency, "attribution": found.how,
        "at": found.until, "total": figures(&found.total), "partnerships": deals,
        "by": found.by.iter().map(by_json).collect::<Vec<_>>(), "nobodys": found.nobodys,
        "goal": found.campaign.goal, "aim": found.aim.as_ref().map(aim_json), "gaps": found.gaps,
    })
}

const HEAD: [&str; 8] = ["", "cost", "revenue", "margin", "profit", "ROI", "ROAS", "CPA"];

fn row(name: String, roi: &Roi) -> Vec<String> {
    let money =
        |figure: &Figure<Money>| figure.as_ref().map_or_else(|_| "–".to_owned(), |one| one.to_major().to_string());
    let ratio = |figure: &Figure<Decimal>, shown: fn(Decimal) -> String| {
        figure.as_ref().map_or_else(|_| "–".to_owned(), |one| shown(*one))
    };
    let times = |ratio: Decimal| format!("{ratio:.2}");
    let (cost, revenue, margin, profit) =
        (money(&roi.cost), money(&roi.revenue), money(&roi.margin), money(&roi.profit));
    vec![name, cost, revenue, margin, profit, ratio(&roi.roi, percent), ratio(&roi.roas, times), money(&roi.cpa)]
}

/// Why figures of the total are not there, each reason once.
fn reasons(roi: &Roi) -> Vec<String> {
    let all = [
        roi.cost.as_ref().err(),
        roi.revenue.as_ref().err(),
        roi.margin.as_ref().err(),
        roi.roi.as_ref().err(),
        roi.roas.as_ref().err(),
        roi.cpa.as_ref().err(),
    ];
    let mut said: Vec<String> = Vec::new();
    for why in all.into_iter().flatten().map(ToString::to_string) {
        if !said.contains(&why) {
            said.push(why);
        }
    }
    said
}

fn text(found: &Returns) -> String {
    let mut rows = vec![HEAD.map(str::to_owned).to_vec()];
    rows.extend(found.deals.iter().map(|(at, roi)| row(at.to_string(), roi)));
    rows.push(row("total".to_owned(), &found.total));
    let name = found.campaign.name.clone().unwrap_or_else(|| found.campaign.id.to_string());
    let mut parts = vec![
        format!(
            "{name}, in {}, orders credited by {}\nROI = (margin − cost) ÷ cost",
            found.currency,
            found.how.replace('_', " ")
        ),
        table(&rows, 1),
    ];
    let missing = reasons(&found.total);
    if !missing.is_empty() {
        parts.push(missing.iter().map(|why| format!("– because: {why}")).collect::<Vec<_>>().join("\n"));
    }
    if !found.by.is_empty() {
        let mut rows = vec![["", "", "orders", "revenue", ""].map(str::to_owned).to_vec()];
        rows.extend(found.by.iter().map(by_row));
        parts.push(table(&rows, 2));
    }
    let nobodys = found.nobodys.iter().map(|one| format!("{} in orders: {}", one.revenue, one.orders));
    parts.extend(nobodys.map(|told| format!("of nobody's code or link: {told}")));
    let per: Vec<Vec<String>> = found.total.per.iter().filter_map(|per| per_row(per, found)).collect();
    if !per.is_empty() {
        let head = ["", "count", "cost", "revenue", "margin"].map(str::to_owned).to_vec();
        parts.push(table(&std::iter::once(head).chain(per).collect::<Vec<_>>(), 1));
    }
    if let Ok(emv) = &found.total.emv {
        parts.push(format!("earned media value by the brand's table: {emv}; it is no part of the return"));
    }
    parts.extend(found.aim.as_ref().map(aim_text));
    parts.extend(found.gaps.iter().map(|gap| format!("note: {gap}")));
    parts.join("\n\n")
}

fn by_row(by: &By) -> Vec<String> {
    let orders = by.orders.as_ref().map_or_else(|_| "–".to_owned(), ToString::to_string);
    let revenue = by.revenue.as_ref().map_or_else(ToString::to_string, ToString::to_string);
    let counted = if by.counted { "" } else { "saw the same, not added" };
    let name = format!("{} {}", by.claim.as_str(), by.name);
    vec![by.at.to_string(), name.trim_end().to_owned(), orders, revenue, counted.to_owned()]
}

fn per_row(per: &Per, found: &Returns) -> Option<Vec<String>> {
    let count = per.count.as_ref().ok()?;
    let part =
        |figure: &Figure<Decimal>| figure.as_ref().map_or_else(|_| "–".to_owned(), |one| fine(*one, found.currency));
    let name = if per.of == 1 { format!("{}, each", per.metric) } else { format!("{}, per {}", per.metric, per.of) };
    Some(vec![name, count.to_string(), part(&per.cost), part(&per.revenue), part(&per.margin)])
}

fn aim_text(aim: &Aim) -> String {
    let one = &aim.promised;
    let mut lines = vec![format!("goal: {} {}; its creators promise {}", one.wanted, one.metric, one.promised)];
    if 0 < one.short {
        lines.push(format!("      {} short", one.short));
        let spread = aim.spread.iter().filter(|(_, more)| 0 < **more);
        lines.extend(spread.map(|(creator, more)| format!("      {creator} would take {more} more")));
    }
    if !one.without.is_empty() {
        let names: Vec<&str> = one.without.iter().map(crate::domain::ids::CreatorId::as_str).collect();
        lines.push(format!("      no minimum: {}", names.join(", ")));
    }
    if let Some(pace) = &aim.pace {
        let (days, all) = (pace.days_gone, pace.days);
        lines.push(format!("      day {days} of {all}: {} reached, a straight line has {}", pace.reached, pace.due));
    }
    lines.join("\n")
}

fn money(figure: &Figure<Money>) -> Cell {
    figure.as_ref().map_or(Cell::Empty, |money| Cell::number(money.to_major()))
}

fn plain(figure: &Figure<Decimal>) -> Cell {
    figure.as_ref().map_or(Cell::Empty, |value| Cell::number(*value))
}

fn returns_grid(found: &Returns) -> Grid {
    let names = [
        "Campaign",
        "Creator",
        "Currency",
        "Cost",
        "Revenue",
        "Margin",
        "Profit",
        "ROI",
        "ROAS",
        "CPA",
        "Margin per order",
        "EMV",
        "Absent",
    ];
    let line = |creator: &str, roi: &Roi| {
        vec![
            Cell::text(found.campaign.id.as_str()),
            Cell::text(creator),
            Cell::text(found.currency.code()),
            money(&roi.cost),
            money(&roi.revenue),
            money(&roi.margin),
            money(&roi.profit),
            plain(&roi.roi),
            plain(&roi.roas),
            money(&roi.cpa),
            money(&roi.margin_per_order),
            money(&roi.emv),
            Cell::text(reasons(roi).join("; ")),
        ]
    };
    let mut rows = vec![header(&names)];
    rows.extend(found.deals.iter().map(|(at, roi)| line(at.creator.as_str(), roi)));
    rows.push(line("", &found.total));
    Grid { name: "Returns".to_owned(), rows, merged: Vec::new() }
}

fn by_grid(found: &Returns) -> Grid {
    let mut rows =
        vec![header(&["Campaign", "Creator", "Claim", "Code or link", "Orders", "Revenue", "Currency", "Counted"])];
    for by in &found.by {
        rows.push(vec![
            Cell::text(by.at.campaign.as_str()),
            Cell::text(by.at.creator.as_str()),
            Cell::text(by.claim.as_str()),
            Cell::text(by.name.clone()),
            by.orders.as_ref().map_or(Cell::Empty, |orders| Cell::number(Decimal::from(*orders))),
            money(&by.revenue),
            by.revenue.as_ref().map_or(Cell::Empty, |money| Cell::text(money.currency.code())),
            Cell::text(if by.counted { "yes" } else { "no" }),
        ]);
    }
    Grid { name: "By code and link".to_owned(), rows, merged: Vec::new() }
}

/// Amounts are in minor units here: a view costs less than a cent.
fn per_grid(found: &Returns) -> Grid {
    let names = [
        "Campaign",
        "Creator",
        "Metric",
        "Per",
        "Count",
        "Cost (minor)",
        "Revenue (minor)",
        "Margin (minor)",
        "Currency",
    ];
    let mut rows = vec![header(&names)];
    let all = found.deals.iter().map(|(at, roi)| (at.creator.as_str(), roi)).chain([("", &found.total)]);
    for (creator, roi) in all {
        for per in roi.per.iter().filter(|per| per.count.is_ok()) {
            rows.push(vec![
                Cell::text(found.campaign.id.as_str()),
                Cell::text(creator),
                Cell::text(per.metric.as_str()),
                Cell::number(Decimal::from(per.of)),
                per.count.as_ref().map_or(Cell::Empty, |count| Cell::number(Decimal::from(*count))),
                plain(&per.cost),
                plain(&per.revenue),
                plain(&per.margin),
                Cell::text(found.currency.code()),
            ]);
        }
    }
    Grid { name: "Per metric".to_owned(), rows, merged: Vec::new() }
}
