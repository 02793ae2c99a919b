//! What a notice about a level says in numbers: the criterion, where the creator stands, and the smallest change that keeps
//! the level.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::prelude::ToPrimitive as _;

use super::super::core::{State, context};
use super::super::records::LevelCase;
use super::super::views;
use crate::domain::document::Member;
use crate::domain::ids::{CreatorId, Platform, PostRef, Subject};
use crate::domain::metric::{Kind, Metric};
use crate::domain::num;
use crate::insight::tips::Tip;
use crate::outbox::incident::Incident;
use crate::rules::benchmark::median;
use crate::rules::lower::Source;
use crate::rules::readings::{Readings, Want};
use crate::rules::receipt::{Comparison, Receipt};
use crate::rules::window::{Frame, Window};
use crate::words::level::{CriteriaLine, Criterion, Keeps, LevelView};
use crate::words::view::Relation;

/// Posts that "usual" and "you did that" look at.
const POSTS_LOOKED_AT: usize = 20;

/// The next so many posts are what a creator can still change.
const NEXT_POSTS: u32 = 2;

/// What a criterion is made of: one metric, or one per another.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Asked {
    over: Want,
    under: Option<Want>,
}

/// A value and the counters behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stand {
    value: f64,
    parts: Option<(f64, f64)>,
}

/// Everything a message about a level says. `None`: programme, rule or receipt are not there any more.
#[must_use]
pub fn level_view(
    state: &State,
    case: &LevelCase,
    incident: &Incident,
    receipt: Option<&Receipt>,
    now: Timestamp,
) -> Option<LevelView> {
    let program = state.catalog.programs.get(&case.program)?;
    let receipt = receipt?;
    let criterion = criterion(state, &case.subject, receipt, incident.opened_at, now)?;
    let asked = asked(criterion_of(receipt)?)?;
    let frame = frame(state, &case.subject, receipt);
    let live = state.history.view();
    let share = |name: &str| program.level(name)?.commission?.fraction().to_f64();
    let rooms = state.catalog.creator_rooms(&case.creator);
    Some(LevelView {
        brand: state.catalog.brand_name(&program.brand),
        case: case.case.clone(),
        shares: share(&case.case.from).zip(share(&case.case.to)),
        keeps: (criterion.danger == Relation::Below)
            .then(|| keeps(&live, &case.subject, asked, criterion.limit, (receipt.window, &frame), now))
            .flatten(),
        criterion,
        reached_on: rooms.first().and_then(|room| room.address.as_ref()).map(|address| address.chat),
    })
}

fn frame(state: &State, subject: &Subject, receipt: &Receipt) -> Frame {
    context(&state.catalog.about(subject), SignedDuration::ZERO, receipt.version).frame
}

/// What a receipt's rule asks for, and where its subject stood `then` and stands now.
fn criterion(
    state: &State,
    subject: &Subject,
    receipt: &Receipt,
    then: Timestamp,
    now: Timestamp,
) -> Option<Criterion> {
    let comparison = criterion_of(receipt)?;
    let asked = asked(comparison)?;
    let frame = frame(state, subject, receipt);
    let by_then = then.checked_add(crate::app::past::INSTANT).unwrap_or(then);
    let (live, known) = (state.history.view(), state.history.as_of(by_then));
    let at = |view: &dyn Readings, at, back| stand(view, subject, asked, (receipt.window, &frame), at, back);
    // The numbers of a rate that lost time are the receipt's: read as a whole they would count what does not.
    let value = at(&known, then, 0).filter(|_| receipt.excused.is_empty());
    let current = at(&live, now, 0).filter(|_| receipt.excused.is_empty()).map(|stand| stand.value);
    Some(Criterion {
        metric: asked.over.metric,
        under: asked.under.map(|want| want.metric),
        platform: asked.over.platform,
        limit: comparison.allowed().value?,
        danger: views::relation(comparison.direction()),
        window: views::over(receipt.window),
        value: value.map(|stand| stand.value).or(comparison.seen().value),
        parts: value.and_then(|stand| stand.parts),
        before: at(&known, then, 1).map(|stand| stand.value),
        current: current.filter(|current| value.is_some_and(|then| differs(then.value, *current))),
    })
}

/// A creator's levels with what is asked for each, and the cases that are kept of them.
#[must_use]
pub fn lines(state: &State, creator: &CreatorId, cases: &[LevelCase], now: Timestamp) -> Vec<CriteriaLine> {
    let subject = Subject::Creator(creator.clone());
    let line = |member: &Member| {
        let program = state.catalog.programs.get(&member.program)?;
        let zone = state.catalog.brands.get(&program.brand).map_or(jiff::tz::TimeZone::UTC, |one| one.zone.rules());
        let asks = state.rules.values().map(|ruled| ruled.rule.rule()).filter(|rule| {
            rule.program.as_ref() == Some(&member.program) && rule.level.as_ref() == Some(&member.level)
        });
        let asks = asks.filter_map(|rule| {
            let receipt = views::judged(state, &rule.id, &subject, now)?.receipt;
            let case = cases.iter().find(|case| case.rule == rule.id).map(|case| case.case.clone());
            Some((criterion(state, &subject, &receipt, now, now)?, case))
        });
        Some(CriteriaLine {
            brand: state.catalog.brand_name(&program.brand),
            level: member.level.clone(),
            since: member.since.0.to_zoned(zone).ok()?.timestamp(),
            acknowledged: member.acknowledged.is_some(),
            asks: asks.collect(),
        })
    };
    state.catalog.memberships(creator).filter_map(line).collect()
}

/// Tips from the creator's own posts, by what the criterion counts where single posts can be told apart by it.
#[must_use]
pub fn tips(state: &State, creator: &CreatorId, level: &LevelView, now: Timestamp) -> Vec<Tip> {
    let metric = match (level.criterion.metric, level.criterion.under) {
        (Metric::Clicks, Some(Metric::Views)) => Metric::Ctr,
        (metric, None) if !matches!(metric.kind(), Kind::Gauge) => metric,
        (_, _) => Metric::Views,
    };
    views::tips_by(state, creator, metric, now).0
}

/// Shown to six digits, two values that differ less are the same.
fn differs(one: f64, other: f64) -> bool {
    1e-6 < (num::six_digits(one) - num::six_digits(other)).abs()
}

/// The comparison that is the criterion: the first about numbers of the newest window; others are guards beside it.
fn criterion_of(receipt: &Receipt) -> Option<&Comparison> {
    let newest = receipt.windows.last().copied();
    receipt
        .comparisons
        .iter()
        .filter(|one| one.window == newest || one.window.is_none())
        .find(|one| one.seen().readings.iter().any(|used| used.source == Source::Now))
}

fn asked(comparison: &Comparison) -> Option<Asked> {
    let side = comparison.seen();
    let want = |used: &crate::rules::receipt::Used| Want { metric: used.metric, platform: used.platform };
    let operators = side.text.matches(['+', '-', '*', '/', '(']).count();
    match side.readings.as_slice() {
        [used] if operators == 0 => Some(match used.metric.kind() {
            Kind::Derived { over: [over], under, scale: 1 } => {
                Asked { over: Want { metric: *over, ..want(used) }, under: Some(Want { metric: under, ..want(used) }) }
            }
            Kind::Derived { .. } | Kind::Counter | Kind::Gauge => Asked { over: want(used), under: None },
        }),
        [over, under] if operators == 1 && side.text.contains('/') => {
            Some(Asked { over: want(over), under: Some(want(under)) })
        }
        [first, ..] => Some(Asked { over: want(first), under: None }),
        [] => None,
    }
}

/// Where the creator stands over the window at an instant, or over the one `back` windows before.
fn stand(
    view: &dyn Readings,
    subject: &Subject,
    asked: Asked,
    (window, frame): (Window, &Frame),
    at: Timestamp,
    back: u32,
) -> Option<Stand> {
    let read: Box<dyn Fn(Want) -> Option<f64>> = match window {
        Window::LastPosts(n) => {
            let (n, back) = (usize::try_from(n).ok()?, usize::try_from(back).ok()?);
            let posts: Vec<_> = view.newest_posts(subject, at, n * (back + 1)).into_iter().skip(n * back).collect();
            if posts.len() < n {
                return None;
            }
            Box::new(move |want| view.over_posts(&posts, want, at).reading.value())
        }
        Window::Days(_) | Window::Hours(_) | Window::Deal => {
            let latest = window.latest(at, frame)?;
            let span = if back == 0 { latest } else { window.back(latest, back, frame)? };
            Box::new(move |want| view.over(subject, want, span).reading.value())
        }
    };
    let over = read(asked.over)?;
    match asked.under {
        None => Some(Stand { value: over, parts: None }),
        Some(under) => {
            let under = read(under).filter(|under| *under != 0.0)?;
            Some(Stand { value: over / under, parts: Some((over, under)) })
        }
    }
}

/// The smallest change that keeps the level.
fn keeps(
    view: &dyn Readings,
    subject: &Subject,
    asked: Asked,
    limit: f64,
    (window, frame): (Window, &Frame),
    now: Timestamp,
) -> Option<Keeps> {
    if let (Window::LastPosts(n), Some(under)) = (window, asked.under) {
        return from_posts(view, subject, (asked.over, under), limit, n, now);
    }
    if !matches!(asked.over.metric.kind(), Kind::Counter) {
        return None;
    }
    let stand = stand(view, subject, asked, (window, frame), now, 0)?;
    let amount = match stand.parts {
        Some((over, under)) => whole(limit * under) - over,
        None => whole(limit) - stand.value,
    };
    (0.0 < amount).then_some(Keeps::More { amount })
}

/// What the next posts must bring when they push the oldest out of the window, at the usual audience.
fn from_posts(
    view: &dyn Readings,
    subject: &Subject,
    (over, under): (Want, Want),
    limit: f64,
    n: u32,
    now: Timestamp,
) -> Option<Keeps> {
    let posts = std::cmp::min(NEXT_POSTS, n);
    let all = view.newest_posts(subject, now, POSTS_LOOKED_AT);
    let of = |posts: &[(Platform, PostRef)], want| view.over_posts(posts, want, now).reading.value();
    let stay: Vec<_> = all.iter().take(usize::try_from(n - posts).ok()?).cloned().collect();
    let (kept_over, kept_under) = if stay.is_empty() { (0.0, 0.0) } else { (of(&stay, over)?, of(&stay, under)?) };
    let each: Vec<(f64, f64)> = all
        .iter()
        .filter_map(|post| {
            let one = std::slice::from_ref(post);
            Some((of(one, over)?, of(one, under).filter(|under| 0.0 < *under)?))
        })
        .collect();
    let usual = median(&mut each.iter().map(|one| one.1).collect::<Vec<f64>>())?;
    let audience = f64::from(posts) * usual;
    let amount = whole(limit * (kept_under + audience)) - kept_over;
    if amount <= 0.0 || audience <= 0.0 {
        return None;
    }
    let share = amount / audience;
    let hits = each.iter().filter(|(over, under)| share <= over / under).count();
    let count = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
    Some(Keeps::Posts { posts, amount, share, usual: usual.round(), did: (count(hits), count(each.len())) })
}

/// The least whole number that is enough; a product that misses one by a rounding is that one.
fn whole(value: f64) -> f64 {
    (value - 1e-9).ceil()
}
