//! What a campaign has cost and what came back: the answer to `report`, for those who may know what it costs.

use super::message::{Line, Message};
use super::number;
use super::phrase::{block, line, short_name};
use super::wording::{Reader, say};
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::num;

/// What the ledger and the orders of a campaign come to. What cannot be told is `None`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportView {
    /// Its id, for the terminal.
    pub id: String,
    /// What it is called.
    pub campaign: String,
    /// What was accrued, without VAT.
    pub cost: Option<Money>,
    /// What was paid, with VAT.
    pub paid: Money,
    /// What is still to be paid, with VAT; below zero it is to come back.
    pub due: Money,
    /// What orders brought.
    pub revenue: Option<Money>,
    /// What they left.
    pub margin: Option<Money>,
    /// What they left beyond the cost.
    pub profit: Option<Money>,
    /// Profit over cost.
    pub roi: Option<f64>,
    /// Cost of an order.
    pub cpa: Option<Money>,
    /// How it stands to its goal, where it has one with a target.
    pub goal: Option<GoalView>,
}

/// How a campaign stands to its goal. Amounts of money are in minor units.
#[derive(Debug, Clone, PartialEq)]
pub struct GoalView {
    /// What counts.
    pub metric: Metric,
    /// What money is in.
    pub currency: Currency,
    /// What is wanted.
    pub wanted: i64,
    /// What there is and what a straight line would have by now; absent where it is not known, or before it begins.
    pub pace: Option<(i64, i64)>,
    /// What its creators promise together, where it is less than what is wanted.
    pub promised: Option<i64>,
    /// Creators who promise nothing of it.
    pub without: Vec<String>,
    /// What is missing, spread over those who go on.
    pub spread: Vec<(String, i64)>,
}

/// Creators named in a sentence; the terminal has them all.
const NAMED_MAX: usize = 5;

/// Names in a sentence, and how many more there are.
fn named(names: &[String], reader: &Reader) -> String {
    let shown = names.iter().take(NAMED_MAX).map(|name| short_name(name)).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED_MAX) {
        0 => shown,
        more => say!(reader.words(), "report-and-more", names = shown, count = more),
    }
}

/// Pace, minimums and what is missing.
pub(super) fn goal(view: &GoalView, reader: &Reader) -> Vec<Line> {
    let words = reader.words();
    let said = |count: i64| number::value(reader, view.metric, num::f64_of(count), Some(view.currency));
    let short = |count: i64| number::short(reader, view.metric, num::f64_of(count), Some(view.currency));
    let mut lines = vec![line(match view.pace {
        Some((reached, due)) => {
            let pace = if reached < due { "behind" } else { "on" };
            say!(
                words,
                "report-pace",
                pace = pace,
                reached = short(reached),
                wanted = said(view.wanted),
                due = short(due)
            )
        }
        None => say!(words, "report-no-pace", wanted = said(view.wanted)),
    })];
    if let Some(promised) = view.promised {
        let missing = view.wanted.saturating_sub(promised);
        lines.push(line(say!(words, "report-short", promised = short(promised), missing = said(missing))));
    }
    if !view.without.is_empty() {
        lines.push(line(say!(words, "report-without", names = named(&view.without, reader))));
    }
    if !view.spread.is_empty() {
        let each: Vec<String> = view.spread.iter().map(|(name, more)| format!("{name} +{}", short(*more))).collect();
        lines.push(line(say!(words, "report-spread", each = named(&each, reader))));
    }
    lines
}

/// The totals, to the cent.
#[must_use]
pub fn compose(view: &ReportView, reader: &Reader) -> Message {
    let words = reader.words();
    let exact = |money: Money| number::money_exact(reader.locale, money);
    let campaign = view.campaign.as_str();
    let headline = match view.cost {
        Some(cost) => say!(words, "report-headline", campaign = campaign, cost = exact(cost)),
        None => say!(words, "report-no-cost", campaign = campaign),
    };
    let mut lines: Vec<Line> = vec![line(say!(words, "report-paid", paid = exact(view.paid), due = exact(view.due)))];
    if let Some(revenue) = view.revenue {
        lines.push(line(match view.margin {
            Some(margin) => say!(words, "report-revenue", revenue = exact(revenue), margin = exact(margin)),
            None => say!(words, "report-revenue-only", revenue = exact(revenue)),
        }));
    }
    lines.push(line(match (view.profit, view.roi) {
        (Some(profit), Some(roi)) => {
            say!(words, "report-return", profit = exact(profit), roi = number::percent(reader.locale, roi))
        }
        _ => say!(words, "report-no-return", id = view.id.as_str()),
    }));
    lines.extend(view.cpa.map(|cpa| line(say!(words, "report-cpa", cpa = exact(cpa)))));
    let goal = view.goal.as_ref().map(|view| goal(view, reader)).unwrap_or_default();
    let file = vec![line(say!(words, "report-file", id = view.id.as_str()))];
    Message {
        headline,
        blocks: [(0, lines), (0, goal), (1, file)]
            .into_iter()
            .filter_map(|(weight, lines)| block(weight, lines))
            .collect(),
        silent: true,
        ..Message::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::phrase::plain;

    fn sek_currency() -> Currency {
        "SEK".parse().expect("SEK")
    }

    fn view() -> ReportView {
        let sek = |text: &str| text.parse::<Money>().expect("money");
        ReportView {
            id: "spring".into(),
            campaign: "Spring".into(),
            cost: Some(sek("10000.00 SEK")),
            paid: sek("5000.00 SEK"),
            due: sek("6967.50 SEK"),
            revenue: Some(sek("31200.00 SEK")),
            margin: Some(sek("13000.00 SEK")),
            profit: Some(sek("3000.00 SEK")),
            roi: Some(0.3),
            cpa: Some(sek("192.31 SEK")),
            goal: None,
        }
    }

    #[test]
    fn totals_are_told_to_the_cent_and_what_is_not_known_is_not() {
        // Amounts stay together on a line; here that is a space like any other.
        let said = |view: &ReportView, tag| {
            plain(&compose(view, &Reader::new(tag, "UTC"))).replace(['\u{a0}', '\u{202f}'], " ")
        };
        insta::assert_snapshot!(said(&view(), "en"), @"
        Spring has cost SEK 10,000.00 without VAT

        Paid SEK 5,000.00 with VAT, still due SEK 6,967.50.
        Its orders brought SEK 31,200.00 and left SEK 13,000.00.
        That is SEK 3,000.00 beyond the cost: a return of 30 %.
        An order cost SEK 192.31.

        Every line: “plimsoll report ledger --campaign spring spring.xlsx” in the terminal.
        ");
        let unknown =
            ReportView { cost: None, revenue: None, margin: None, profit: None, roi: None, cpa: None, ..view() };
        insta::assert_snapshot!(said(&unknown, "en"), @"
        What Spring has cost cannot be told

        Paid SEK 5,000.00 with VAT, still due SEK 6,967.50.
        What came back cannot be told yet. “plimsoll report roi --campaign spring” in the terminal says which number is missing.

        Every line: “plimsoll report ledger --campaign spring spring.xlsx” in the terminal.
        ");
        let goal = GoalView {
            metric: Metric::Orders,
            currency: sek_currency(),
            wanted: 900,
            pace: Some((210, 300)),
            promised: Some(700),
            without: vec!["Bo Ek".into()],
            spread: vec![("Alma Lind".into(), 120), ("Cleo W".into(), 80)],
        };
        let with_goal = said(&ReportView { goal: Some(goal.clone()), ..view() }, "en");
        let about: Vec<&str> = with_goal.split("\n\n").nth(2).expect("a goal").lines().collect();
        assert_eq!(
            about,
            [
                "210 of 900 orders: behind, a straight line would be at 300 by now.",
                "Its creators promise 700 together: 200 orders are missing.",
                "Nothing is agreed with Bo Ek.",
                "Spread over those who go on: Alma Lind +120, Cleo W +80. Each has to agree to it.",
            ]
        );
        let many: Vec<String> = (0..8).map(|at| format!("C{at}")).collect();
        let unknown_pace = GoalView { pace: None, promised: None, spread: Vec::new(), without: many, ..goal };
        let said_of = said(&ReportView { goal: Some(unknown_pace), ..view() }, "en");
        assert!(said_of.contains("Wanted are 900 orders; what there is cannot be told yet."), "{said_of}");
        assert!(said_of.contains("C0, C1, C2, C3, C4 and 3 more"), "{said_of}");
        let swedish = said(&ReportView { margin: None, profit: None, roi: None, ..view() }, "sv");
        assert!(swedish.contains("utan moms") && swedish.contains("Vad den har gett tillbaka går inte att säga än."));
    }
}
