//! Whether something that a person set has worked: a message to the team when it is due.

use jiff::Timestamp;

use super::adjust::{AdjustView, aimed};
use super::message::{Line, Message};
use super::number;
use super::phrase::{block, line};
use super::wording::{Reader, say};
use crate::domain::metric::{Kind, Metric};
use crate::domain::money::Currency;
use crate::domain::num::round_i64;
use crate::insight::follow_up::{Moved, Went};

/// A rate before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Numbers {
    /// Of what.
    pub metric: Metric,
    /// What money is in.
    pub currency: Option<Currency>,
    /// Before; `None` where nothing came.
    pub before: Option<f64>,
    /// After.
    pub after: Option<f64>,
    /// How they compare.
    pub moved: Moved,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum Said {
    /// A rate before and after.
    Moved(Numbers),
    /// It was set again, or taken back, before its days were over.
    Overtaken { at: Timestamp },
    /// Nothing was counted before and after.
    NoNumbers,
    /// Luck cannot be told from change in this number.
    NoCount { metric: Metric },
}

/// A verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowUpView {
    /// What was set.
    pub what: AdjustView,
    /// Who set it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// How many days are compared on each side.
    pub days: u32,
    /// What came of it.
    pub said: Said,
}

/// Whether a metric says what something costs: then more of it per money is what is wanted.
fn is_cost(metric: Metric) -> bool {
    matches!(metric.kind(), Kind::Derived { over: [Metric::Spend], .. })
}

fn verdict(said: &Said) -> &'static str {
    match said {
        Said::Moved(numbers) => match numbers.moved.went {
            Went::Up => "worked",
            Went::Down => "worse",
            Went::Same => "same",
        },
        Said::Overtaken { .. } | Said::NoNumbers | Said::NoCount { .. } => "untold",
    }
}

/// The message.
#[must_use]
pub fn compose(view: &FollowUpView, reader: &Reader, now: Timestamp) -> Message {
    let words = reader.words();
    let headline = say!(words, "follow-up-headline", what = aimed(&view.what, reader), verdict = verdict(&view.said));
    let mut lines: Vec<Line> = Vec::new();
    match &view.said {
        Said::Moved(numbers) => lines.extend(told(numbers, view.days, reader).map(line)),
        Said::Overtaken { at } => {
            lines.push(line(say!(words, "follow-up-overtaken", time = number::time(reader, *at, now))));
        }
        Said::NoNumbers => lines.push(line(say!(words, "follow-up-no-numbers", days = view.days))),
        Said::NoCount { metric } => {
            lines.push(line(say!(words, "follow-up-no-count", title = number::title(reader, *metric, None))));
        }
    }
    let day = number::day(reader, view.at, now);
    let by = view.by.as_str();
    lines.push(line(match &view.what {
        AdjustView::Budget { was, .. } => {
            let was = number::money_exact(reader.locale, *was);
            say!(words, "follow-up-was", by = by, day = day, was = was)
        }
        AdjustView::Share { .. } | AdjustView::Target { .. } => say!(words, "follow-up-by", by = by, day = day),
    }));
    Message { headline, blocks: block(0, lines).into_iter().collect(), silent: true, ..Message::default() }
}

/// Both numbers with their counts, and what luck alone would explain.
fn told(numbers: &Numbers, days: u32, reader: &Reader) -> impl Iterator<Item = String> {
    let words = reader.words();
    let value = |value: Option<f64>| match value {
        Some(value) if numbers.metric.kind() == Kind::Counter => number::brief(reader.locale, value),
        Some(value) => number::short(reader, numbers.metric, value, numbers.currency),
        None => "–".to_owned(),
    };
    let count = |n: f64| round_i64(n).unwrap_or(0);
    let per = if numbers.metric.kind() == Kind::Counter { "day" } else { "each" };
    let first = say!(
        words,
        "follow-up-numbers",
        title = number::title(reader, numbers.metric, None),
        per = per,
        after = value(numbers.after),
        before = value(numbers.before),
        days = days,
        n = count(numbers.moved.after.n),
        m = count(numbers.moved.before.n)
    );
    // What costs is told as a cost: the other way round.
    let times = |times: f64| number::decimal(reader.locale, times, 2);
    let (low, high) = match (numbers.moved.low, numbers.moved.high) {
        (low, Some(high)) if is_cost(numbers.metric) => {
            (times(1.0 / high), if 0.0 < low { times(1.0 / low) } else { "∞".to_owned() })
        }
        (low, None) if is_cost(numbers.metric) => (times(0.0), times(1.0 / low)),
        (low, high) => (times(low), high.map_or_else(|| "∞".to_owned(), times)),
    };
    [first, say!(words, "follow-up-luck", low = low, high = high)].into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::follow_up::{Counted, compare};
    use crate::words::phrase::plain;

    fn said(said: Said, tag: &str) -> String {
        let eur = |text: &str| text.parse().expect("money");
        let view = FollowUpView {
            what: AdjustView::Budget {
                name: "alma-winter".into(),
                budget: eur("3680.00 EUR"),
                was: eur("6000.00 EUR"),
            },
            by: "Maja".into(),
            at: "2026-03-02T10:00:00Z".parse().expect("an instant"),
            days: 7,
            said,
        };
        let now = "2026-03-13T08:00:00Z".parse().expect("an instant");
        plain(&super::compose(&view, &Reader::new(tag, "UTC"), now)).replace(['\u{a0}', '\u{202f}'], " ")
    }

    fn moved(before: (f64, f64), after: (f64, f64)) -> Said {
        let counted = |(n, per)| Counted { n, per };
        let moved = compare(counted(before), counted(after)).expect("a comparison");
        let cost = |(n, per): (f64, f64)| (0.0 < n).then(|| per / n);
        let currency = "EUR".parse().ok();
        Said::Moved(Numbers { metric: Metric::Cpa, currency, before: cost(before), after: cost(after), moved })
    }

    #[test]
    fn a_verdict_says_both_numbers_and_what_luck_explains() {
        let all = [
            moved((7.0, 84_000.0), (30.0, 84_000.0)),
            moved((20.0, 84_000.0), (18.0, 84_000.0)),
            moved((40.0, 84_000.0), (0.0, 84_000.0)),
            Said::Overtaken { at: "2026-03-04T09:30:00Z".parse().expect("an instant") },
            Said::NoNumbers,
            Said::NoCount { metric: Metric::Roas },
        ];
        insta::assert_snapshot!(all.map(|one| said(one, "en")).join("\n---\n"), @"
        📏 alma-winter to €3,680.00: it worked

        cost per order: €28 in the 7 days after (30 counted), €120 in the 7 days before (7 counted).
        Counting luck, it is now 0.10 to 0.52 times what it was.
        Maja set it on 2 Mar, from €6,000.00.
        ---
        📏 alma-winter to €3,680.00: no more of a difference than luck makes

        cost per order: €46.67 in the 7 days after (18 counted), €42 in the 7 days before (20 counted).
        Counting luck, it is now 0.59 to 2.08 times what it was.
        Maja set it on 2 Mar, from €6,000.00.
        ---
        📏 alma-winter to €3,680.00: it got worse

        cost per order: – in the 7 days after (0 counted), €21 in the 7 days before (40 counted).
        Counting luck, it is now 10.41 to ∞ times what it was.
        Maja set it on 2 Mar, from €6,000.00.
        ---
        📏 alma-winter to €3,680.00: whether it worked cannot be told

        It was changed again 4 Mar 09:30, before its days were over.
        Maja set it on 2 Mar, from €6,000.00.
        ---
        📏 alma-winter to €3,680.00: whether it worked cannot be told

        Nothing was counted in the 7 days before and after.
        Maja set it on 2 Mar, from €6,000.00.
        ---
        📏 alma-winter to €3,680.00: whether it worked cannot be told

        In sales for every 1 spent luck cannot be told from change: it counts no single things.
        Maja set it on 2 Mar, from €6,000.00.
        ");
        insta::assert_snapshot!(all.map(|one| said(one, "sv")).join("\n---\n"), @"
        📏 alma-winter till 3 680,00 €: det hjälpte

        kostnad per order: 28 € under de 7 dagarna efter (30 räknade), 120 € under de 7 dagarna före (7 räknade).
        Slumpen inräknad är det nu 0,10 till 0,52 gånger vad det var.
        Maja ställde in det den 2 mars, från 6 000,00 €.
        ---
        📏 alma-winter till 3 680,00 €: inte större skillnad än slumpen gör

        kostnad per order: 46,67 € under de 7 dagarna efter (18 räknade), 42 € under de 7 dagarna före (20 räknade).
        Slumpen inräknad är det nu 0,59 till 2,08 gånger vad det var.
        Maja ställde in det den 2 mars, från 6 000,00 €.
        ---
        📏 alma-winter till 3 680,00 €: det blev sämre

        kostnad per order: – under de 7 dagarna efter (0 räknade), 21 € under de 7 dagarna före (40 räknade).
        Slumpen inräknad är det nu 10,41 till ∞ gånger vad det var.
        Maja ställde in det den 2 mars, från 6 000,00 €.
        ---
        📏 alma-winter till 3 680,00 €: om det hjälpte går inte att säga

        Det ändrades igen 4 mars 09:30, innan dagarna var slut.
        Maja ställde in det den 2 mars, från 6 000,00 €.
        ---
        📏 alma-winter till 3 680,00 €: om det hjälpte går inte att säga

        Inget räknades under de 7 dagarna före och efter.
        Maja ställde in det den 2 mars, från 6 000,00 €.
        ---
        📏 alma-winter till 3 680,00 €: om det hjälpte går inte att säga

        I försäljning för varje satsad 1 går slump inte att skilja från förändring: där räknas inga enskilda saker.
        Maja ställde in det den 2 mars, från 6 000,00 €.
        ");
    }
}
