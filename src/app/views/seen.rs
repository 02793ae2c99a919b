//! What a receipt saw and allowed, as the wording needs it.

use crate::app::catalog::About;
use crate::domain::metric::Unit;
use crate::domain::sample::Reading;
use crate::rules::eval::Gap;
use crate::rules::lower::{Op, Source};
use crate::rules::receipt::{Basis, Comparison, Others, Receipt, Side, Used};
use crate::rules::window::Window;
use crate::words::others::{Beside, Cited, Compared, Drawn, Place};
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
        .filter(|one| one.seen().readings.iter().any(|used| is_of_now(used.source)))
        .collect();
    told.into_iter().map(|one| one_seen(receipt, one, over)).collect()
}

/// Whether a reading is about the window itself; a place in it is.
fn is_of_now(source: Source) -> bool {
    matches!(source, Source::Now | Source::Rank)
}

fn one_seen(receipt: &Receipt, one: &Comparison, over: Over) -> Seen {
    let (left, right) = (one.seen(), one.allowed());
    let main = left.readings.iter().find(|used| is_of_now(used.source));
    let plain = match left.readings.as_slice() {
        [used] if used.value == left.value && used.source != Source::Rank => Some(used),
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
        beside: beside(receipt, left, right),
        claims: left.readings.iter().flat_map(|used| used.claims.clone()).collect(),
    }
}

/// What of others is in the two sides of a comparison.
fn beside(receipt: &Receipt, left: &Side, right: &Side) -> Beside {
    let mut beside = Beside::default();
    for used in left.readings.iter().chain(&right.readings) {
        let (value, basis) = (used.value, used.basis.as_ref());
        if let Some(others) = basis.and_then(Basis::others) {
            beside.compared = Some(compared(others));
        }
        match basis {
            Some(Basis::Shrunk { raw, toward, .. }) => beside.drawn = Some(Drawn { raw: *raw, toward: *toward }),
            Some(Basis::Industry { pack, per }) => {
                beside.industry = value.map(|value| Cited { value, pack: pack.clone(), per: *per });
            }
            Some(Basis::Rank { others, below, value }) if left.readings.len() == 1 => {
                beside.place = Some(Place {
                    metric: used.metric,
                    platform: used.platform,
                    value: *value,
                    currency: receipt.currency,
                    below: *below,
                    others: others.n,
                });
            }
            Some(Basis::Peers { .. } | Basis::Rank { .. }) | None => {}
        }
        beside.missing = beside.missing.or(used.gap);
    }
    beside
}

/// A group as people are told of it.
pub(in crate::app) fn compared(others: &Others) -> Compared {
    Compared {
        group: others.group.clone(),
        made_by: others.made_by.clone(),
        others: others.n,
        creators: others.creators,
        absent: others.absent,
    }
}

/// Puts the published figure that fits beside what was seen, where there is one: for information, whatever the rule says.
pub(in crate::app) fn with_industry(mut seen: Vec<Seen>, about: &About) -> Vec<Seen> {
    for one in seen.iter_mut().filter(|one| one.beside.industry.is_none()) {
        let Some(metric) = one.metric.or(one.beside.place.map(|place| place.metric)) else { continue };
        let figure = about.packs.figure(metric, one.platform, &about.audiences, about.currency);
        one.beside.industry =
            figure.map(|figure| Cited { value: figure.value, pack: (*figure.pack).clone(), per: figure.per });
    }
    seen
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
        [Used { source: Source::Peers(quantile), n, basis, .. }, ..] => RightKind::Peers {
            others: basis.as_ref().and_then(Basis::others).map_or(*n, |others| others.creators),
            share: *quantile,
        },
        [Used { source: Source::Industry, .. }, ..] => RightKind::Industry,
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
