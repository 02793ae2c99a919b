//! What a receipt saw and allowed, as the wording needs it.

use crate::domain::metric::Unit;
use crate::domain::sample::Reading;
use crate::rules::eval::Gap;
use crate::rules::lower::{Op, Source};
use crate::rules::receipt::{Comparison, Receipt, Side, Used};
use crate::rules::window::Window;
use crate::words::view::{Relation, RightKind, Seen, Window as Over};

/// The comparisons of a receipt over its newest window that are about numbers of that window: what was seen and what was
/// allowed. A guard such as `own(views) >= 100` speaks only of the past and is left to the receipt.
#[must_use]
pub fn seen(receipt: &Receipt) -> Vec<Seen> {
    let newest = receipt.windows.last().copied();
    let over = over(receipt.window);
    let told: Vec<&Comparison> = receipt
        .comparisons
        .iter()
        .filter(|one| one.window == newest || one.window.is_none())
        .filter(|one| one.seen().readings.iter().any(|used| used.source == Source::Now))
        .collect();
    told.into_iter().map(|one| one_seen(receipt, one, over)).collect()
}

fn one_seen(receipt: &Receipt, one: &Comparison, over: Over) -> Seen {
    let (left, right) = (one.seen(), one.allowed());
    let main = left.readings.iter().find(|used| used.source == Source::Now);
    let plain = match left.readings.as_slice() {
        [used] if used.value == left.value => Some(used),
        _ => None,
    };
    let base = right.readings.first();
    Seen {
        metric: plain.map(|used| used.metric),
        platform: plain.and_then(|used| used.platform),
        formula: plain.is_none().then(|| left.text.clone()),
        left: reading(left),
        relation: relation(one.direction()),
        right: reading(right),
        right_kind: right_kind(right),
        base: base.and_then(|used| used.value).filter(|value| Some(*value) != right.value),
        currency: one.unit.starts_with("money").then_some(receipt.currency).flatten(),
        n: main.map_or(0, |used| used.n),
        newest: main.and_then(|used| used.newest),
        window: over,
        verdict: one.verdict,
        weight: one.weight.clone(),
        excused: [left, right].into_iter().any(|side| side.gap == Some(Gap::Excused)),
        fresh: main.and_then(|used| used.fresh),
    }
}

fn reading(side: &Side) -> Reading {
    match side.value {
        Some(value) => Reading::Value(value),
        None => Reading::Absent(
            side.readings
                .iter()
                .find_map(|used| used.gap.map(Gap::absence))
                .unwrap_or(crate::domain::sample::Absence::NotYet),
        ),
    }
}

pub(in crate::app) fn relation(op: Op) -> Relation {
    match op {
        Op::Less | Op::LessOrEqual => Relation::Below,
        Op::Greater | Op::GreaterOrEqual | Op::Equal | Op::NotEqual => Relation::Above,
    }
}

fn right_kind(right: &Side) -> RightKind {
    match right.readings.as_slice() {
        [Used { source: Source::Own, n, .. }, ..] => RightKind::Own { windows: *n },
        [Used { source: Source::Target, .. }, ..] => RightKind::Target,
        [Used { source: Source::Prev, .. }, ..] => RightKind::Prev,
        [used] if used.metric.unit() == Unit::Count => {
            RightKind::Beside { metric: used.metric, platform: used.platform }
        }
        _ => RightKind::Literal,
    }
}

pub(in crate::app) fn over(window: Window) -> Over {
    match window {
        Window::Days(n) => Over::Days(n),
        Window::Hours(n) => Over::Hours(n),
        Window::LastPosts(n) => Over::Posts(n),
        Window::Deal => Over::Deal,
    }
}
