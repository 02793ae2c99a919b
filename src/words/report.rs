//! What a campaign has cost and what came back: the answer to `report`, for those who may know what it costs.

use super::message::{Line, Message};
use super::number;
use super::phrase::{block, line};
use super::wording::{Reader, say};
use crate::domain::money::Money;

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
    let file = vec![line(say!(words, "report-file", id = view.id.as_str()))];
    Message {
        headline,
        blocks: [(0, lines), (1, file)].into_iter().filter_map(|(weight, lines)| block(weight, lines)).collect(),
        silent: true,
        ..Message::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::phrase::plain;

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
        let swedish = said(&ReportView { margin: None, profit: None, roi: None, ..view() }, "sv");
        assert!(swedish.contains("utan moms") && swedish.contains("Vad den har gett tillbaka går inte att säga än."));
    }
}
