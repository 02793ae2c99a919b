//! What is still to come: pooled deals, what the next piece would probably bring, where it would end. Ranges, never points.

use jiff::Timestamp;

use super::message::Line;
use super::number;
use super::phrase::line;
use super::view::{EndView, IncidentView, PoolView, Seen};
use super::wording::{Reader, say};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::rules::evidence::tested;
use crate::rules::projection::Range;

/// `€40–€160`; what reads the same is said once.
fn range(reader: &Reader, low: String, high: String) -> String {
    if low == high { high } else { say!(reader.words(), "range", low = low, high = high) }
}

/// `52–71 orders`, `€38–€52 per order`.
fn values(reader: &Reader, metric: Metric, of: Range, currency: Option<Currency>) -> String {
    let (low, high) =
        (number::short(reader, metric, of.low, currency), number::short(reader, metric, of.high, currency));
    let worded = number::value(reader, metric, of.high, currency);
    if low == high { worded } else { range(reader, low, worded) }
}

/// Counts are whole: downwards at the low end, upwards at the high one, so that the range is never narrower than it is.
fn whole(of: Range) -> Range {
    Range { low: of.low.floor(), mid: of.mid.round(), high: of.high.ceil() }
}

/// Which deals are judged together, and what came of them all.
pub(super) fn pool_lines(view: &IncidentView, seen: &[&Seen], reader: &Reader) -> Vec<Line> {
    let words = reader.words();
    let Some(pool) = &view.ahead.pool else { return Vec::new() };
    let group = group(pool, reader);
    let weighed = seen.iter().find_map(|seen| Some((seen.weight.as_ref()?, tested::things(seen.metric?))));
    let text = match weighed {
        Some((weight, thing)) => {
            let came = match thing {
                Some(thing) => number::value(reader, thing, weight.seen.round(), None),
                None => number::brief(reader.locale, weight.seen.round()),
            };
            let expected = number::brief(reader.locale, weight.expected.round());
            say!(words, "pool-together", deals = pool.deals, group = group, seen = came, expected = expected)
        }
        None => say!(words, "pool-only", deals = pool.deals, group = group),
    };
    let mut lines = vec![line(text)];
    let silent = pool.deals.saturating_sub(pool.judged);
    if 0 < silent {
        lines.push(line(say!(words, "pool-silent", count = silent)));
    }
    lines
}

/// ` (Instagram, reel)`: after the word it belongs to.
fn group(pool: &PoolView, reader: &Reader) -> String {
    let named = |(platform, format): &(Platform, String)| {
        say!(reader.words(), "pool-group", platform = number::platform(reader, *platform), format = format.as_str())
    };
    pool.group.as_ref().map(|group| format!(" {}", named(group))).unwrap_or_default()
}

/// What the next piece would probably bring, beside what it costs.
pub(super) fn next_line(view: &IncidentView, reader: &Reader) -> Option<Line> {
    let next = view.ahead.next.as_ref()?;
    let money = |money: Money| number::money(reader.locale, money);
    let brings = range(reader, money(next.low), money(next.high));
    Some(line(say!(
        reader.words(),
        "next-brings",
        name = next.name.as_str(),
        range = brings,
        costs = money(next.costs)
    )))
}

/// Where it would end if the last week goes on.
pub(super) fn end_text(end: &EndView, reader: &Reader, now: Timestamp) -> String {
    let currency = Some(end.currency);
    let things = values(reader, end.things, whole(end.end.things), None);
    let money = |minor: f64| number::short(reader, Metric::Spend, minor, currency);
    let spend = range(reader, money(end.end.spend.low), money(end.end.spend.high));
    let cost = values(reader, end.cost, end.end.cost, currency);
    let day = number::day(reader, end.at, now);
    match end.end.roas {
        Some(roas) => {
            let back = values(reader, Metric::Roas, roas, None);
            say!(
                reader.words(),
                "end-projected-roas",
                day = day,
                things = things,
                spend = spend,
                cost = cost,
                roas = back
            )
        }
        None => say!(reader.words(), "end-projected", day = day, things = things, spend = spend, cost = cost),
    }
}

/// For Why: every further way out, what the next piece would bring, and where it would end.
pub(super) fn why_lines(view: &IncidentView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let mut lines: Vec<Line> =
        view.ahead.clears.iter().flat_map(|clears| super::incident::clears_lines(Some(clears), reader, now)).collect();
    lines.extend(next_line(view, reader));
    lines.extend(view.ahead.end.as_ref().map(|end| line(end_text(end, reader, now))));
    lines
}
