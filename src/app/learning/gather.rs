//! The past of a brand as plain facts, read from the numbers in memory a part at a time.
//!
//! Everything is read as a rule would read it: through the guards, each total at most a day old, so what a platform froze
//! or made up teaches nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use crate::app::catalog::{About, Catalog};
use crate::app::core::{Core, HISTORY_KEPT, State};
use crate::domain::document::{Deliverable, PartnershipRef};
use crate::domain::ids::{BrandId, CreatorId, Platform, PostRef, Subject};
use crate::domain::metric::Metric;
use crate::domain::num::f64_of;
use crate::domain::written::parse_length;
use crate::rules::eval::by_post;
use crate::rules::evidence::tested;
use crate::rules::history::History;
use crate::rules::learn::facts::{DayAgain, Facts, PastDeal, PastFlow, PastSlice, PostLife};
use crate::rules::learn::spread::{self, Flow, Growth};
use crate::rules::readings::{Readings as _, Span, Want};

/// At which ages a post is looked at, in hours: closer together while much happens.
const AGES: [i64; 14] = [3, 6, 12, 24, 36, 48, 72, 96, 120, 168, 240, 336, 504, 720];

/// Posts of one platform that are looked at, the newest first: three hundred tell a half-life to a few in a hundred.
const POSTS_MAX: usize = 300;

/// Partnerships that are looked at, the newest first, for the same reason.
const DEALS_MAX: usize = 300;

/// Days of a partnership whose clicks and orders are looked at: lags are days, a season is enough.
const DAYS_MAX: i64 = 120;

/// How many posts or partnerships are read before others may use the numbers.
const AT_ONCE: usize = 8;

/// A stretch that is a day, however the clocks change.
const DAY_MAX: SignedDuration = SignedDuration::from_hours(26);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A post, where it may be of a promised piece, and when it went live.
type Post = (Platform, PostRef, Option<String>, Timestamp);

/// The past of a brand.
pub(super) async fn facts(core: &Core, brand: &BrandId) -> Facts {
    let now = core.clock.now();
    let attribution = core.config.maturity.attribution.0;
    let mut facts = Facts::default();
    let (posts, deals) = {
        let state = core.state.lock().await;
        (posts(&state.catalog, brand, now), deals(&state.catalog, brand, now))
    };
    for part in posts.chunks(AT_ONCE) {
        let state = core.state.lock().await;
        facts.posts.extend(part.iter().filter_map(|post| life(&state, post, attribution, now)));
    }
    for part in deals.chunks(AT_ONCE) {
        let state = core.state.lock().await;
        for key in part {
            deal(&state, key, attribution, now, &mut facts);
        }
    }
    facts
}

/// The newest posts of each platform: those of the brand's pieces, and whatever else its creators posted.
fn posts(catalog: &Catalog, brand: &BrandId, now: Timestamp) -> Vec<Post> {
    let oldest = now.checked_sub(HISTORY_KEPT).unwrap_or(Timestamp::MIN);
    let own = |at: &PartnershipRef| catalog.campaigns.get(&at.campaign).is_some_and(|one| one.brand == *brand);
    let creators: BTreeSet<&CreatorId> =
        catalog.partnerships.keys().filter(|key| own(key)).map(|key| &key.creator).collect();
    let mut formats: BTreeMap<(Platform, &PostRef), &str> = BTreeMap::new();
    for piece in catalog.deliverables.values().filter(|piece| own(&piece.partnership)) {
        if let Some(post) = &piece.post {
            formats.insert((piece.platform, post), &piece.format);
        }
    }
    let mut by_platform: BTreeMap<Platform, Vec<Post>> = BTreeMap::new();
    for ((platform, post), published) in &catalog.published {
        let format = formats.get(&(*platform, post)).map(|format| (*format).to_owned());
        let theirs = catalog.posts.get(&(*platform, post.clone())).is_some_and(|creator| creators.contains(creator));
        if (theirs || format.is_some()) && oldest <= *published && *published < now {
            by_platform.entry(*platform).or_default().push((*platform, post.clone(), format, *published));
        }
    }
    let newest = |mut posts: Vec<Post>| {
        posts.sort_by(|one, other| other.3.cmp(&one.3).then_with(|| one.1.cmp(&other.1)));
        posts.truncate(POSTS_MAX);
        posts
    };
    by_platform.into_values().flat_map(newest).collect()
}

/// A post's views by age, while they could still bring an order that is credited.
fn life(state: &State, post: &Post, attribution: SignedDuration, now: Timestamp) -> Option<PostLife> {
    let (platform, id, format, published) = post;
    let view = state.history.view();
    let want = Want { metric: Metric::Views, platform: None };
    let last = std::cmp::min(now, published.checked_add(attribution).unwrap_or(now));
    let looks = AGES.iter().filter_map(|age| published.checked_add(SignedDuration::from_hours(*age)).ok());
    let mut points: Vec<(f64, f64)> = Vec::new();
    let mut until = *published;
    for look in looks.filter(|look| *look < last).chain([last]) {
        let seen = view.over_posts(&[(*platform, id.clone())], want, look);
        let (Some(value), Some(newest)) = (seen.reading.value(), seen.newest) else { continue };
        if until < newest {
            points.push((hours(newest.duration_since(*published)), value));
            until = newest;
        }
    }
    let growth = Growth { points, weight: spread::POST };
    let telling = 0 < spread::telling(std::slice::from_ref(&growth));
    let span = Span { from: *published, until };
    telling.then(|| PostLife { platform: *platform, format: format.clone(), growth, span })
}

fn hours(length: SignedDuration) -> f64 {
    length.as_secs_f64() / 3_600.0
}

/// The newest partnerships of a brand whose numbers are still in memory.
fn deals(catalog: &Catalog, brand: &BrandId, now: Timestamp) -> Vec<PartnershipRef> {
    let oldest = now.checked_sub(HISTORY_KEPT).unwrap_or(Timestamp::MIN);
    let own = |key: &&PartnershipRef| catalog.campaigns.get(&key.campaign).is_some_and(|one| one.brand == *brand);
    let mut found: Vec<(Timestamp, &PartnershipRef)> = Vec::new();
    for key in catalog.partnerships.keys().filter(own) {
        let Some((from, _)) = catalog.about(&key.subject()).deal else { continue };
        if oldest <= from && from < now {
            found.push((from, key));
        }
    }
    found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    found.into_iter().take(DEALS_MAX).map(|(_, key)| key.clone()).collect()
}

/// What one partnership teaches.
fn deal(state: &State, key: &PartnershipRef, attribution: SignedDuration, now: Timestamp, facts: &mut Facts) {
    let (subject, catalog) = (key.subject(), &state.catalog);
    let about = catalog.about(&subject);
    let Some((from, until)) = about.deal else { return };
    let own = about.campaign.as_ref().and_then(|id| catalog.campaigns.get(id)?.attribution.as_deref());
    let settled = until.checked_add(own.and_then(parse_length).unwrap_or(attribution)).unwrap_or(Timestamp::MAX);
    let days = Span { from, until: std::cmp::min(settled, now) };
    facts.days.extend(days_again(&state.history, &subject, days));
    facts.flows.extend(flow(&state.history, &subject, days));
    if settled <= now {
        facts.deals.push(past(state, key, &about, Span { from, until }, settled));
    }
}

/// Days whose orders were stated again, where at least one of them rose: a source that says each day once and for all
/// says nothing of how late orders come.
fn days_again(history: &History, subject: &Subject, within: Span) -> Vec<DayAgain> {
    let statements = history.statements(subject, Metric::Orders);
    let mut by_platform: BTreeMap<Platform, (bool, Vec<DayAgain>)> = BTreeMap::new();
    for ((platform, from, until), words) in statements {
        let is_day = until.duration_since(from) <= DAY_MAX && within.from <= from && until <= within.until;
        // While a day lasts its number grows for another reason.
        let whole: Vec<&(Timestamp, i64)> = words.iter().filter(|(known, _)| until <= *known).collect();
        let (Some((first, last)), true) = (whole.first().zip(whole.last()), is_day) else { continue };
        let noon = from.checked_add(until.duration_since(from) / 2).unwrap_or(from);
        let (rose, known, orders) = (first.1 < last.1, last.0, f64_of(last.1));
        let age = |known: Timestamp| hours(known.duration_since(noon));
        let by = |look: i64| whole.iter().rev().find(|(known, _)| age(*known) <= f64_of(look));
        let mut points: Vec<(f64, f64)> = Vec::new();
        for (known, value) in AGES.iter().filter_map(|look| by(*look)).chain([last]) {
            if points.last().is_none_or(|point| point.0 < age(*known)) {
                points.push((age(*known), f64_of(*value)));
            }
        }
        let growth = Growth { points, weight: spread::worth_of(orders) };
        let of_platform = by_platform.entry(platform).or_default();
        of_platform.0 |= rose;
        of_platform.1.push(DayAgain { growth, span: Span { from, until: known } });
    }
    by_platform.into_values().filter(|(rose, _)| *rose).flat_map(|(_, days)| days).collect()
}

/// Clicks and orders day by day, from the first day that both are known of to the last.
fn flow(history: &History, subject: &Subject, within: Span) -> Option<PastFlow> {
    let view = history.view();
    let (mut clicks, mut orders) = (Vec::new(), Vec::new());
    let mut span: Option<Span> = None;
    let mut from = within.from;
    for _ in 0..DAYS_MAX {
        let Some(until) = from.checked_add(DAY).ok().filter(|until| *until <= within.until) else { break };
        let day = Span { from, until };
        let read = |metric| view.over(subject, Want { metric, platform: None }, day).reading.value();
        match (read(Metric::Clicks), read(Metric::Orders)) {
            (Some(clicked), Some(ordered)) => {
                clicks.push(f64::max(clicked, 0.0));
                orders.push(f64::max(ordered, 0.0));
                span = Some(Span { from: span.map_or(from, |all| all.from), until });
            }
            (_, _) if span.is_some() => break,
            (_, _) => {}
        }
        from = until;
    }
    let flow = Flow { clicks, orders };
    span.map(|span| PastFlow { flow, span })
}

/// What a finished deal came to, post by post.
fn past(state: &State, key: &PartnershipRef, about: &About, deal: Span, settled: Timestamp) -> PastDeal {
    let subject = key.subject();
    let mut pieces: Vec<(Timestamp, &Deliverable)> =
        state.catalog.pieces_in(key).filter_map(|piece| Some((piece.live_at?, piece))).collect();
    pieces.sort_by(|one, other| (one.0, &one.1.id).cmp(&(other.0, &other.1.id)));
    let cell_at = |from: Timestamp| {
        let piece = pieces.iter().rev().find(|(live, _)| *live <= from).or(pieces.first());
        piece.map(|(_, piece)| (piece.platform, piece.format.clone()))
    };
    let wanted: BTreeSet<Metric> = tested::metrics().flat_map(tested::parts).collect();
    let read = |span: Span| -> BTreeMap<Metric, f64> {
        let view = state.history.view();
        let over = |metric, span| view.over(&subject, Want { metric, platform: None }, span).reading.value();
        // What came after the last day is the last post's, where a source still tells it.
        let late = Span { until: if span.until == deal.until { settled } else { span.until }, ..span };
        let value = |metric: &Metric| Some((*metric, over(*metric, late).or_else(|| over(*metric, span))?));
        wanted.iter().filter_map(value).collect()
    };
    let slices = by_post(deal, &about.posts)
        .into_iter()
        .map(|span| PastSlice { cell: cell_at(span.from), values: read(span) })
        .collect();
    PastDeal { span: deal, targets: about.targets.clone(), slices, whole: read(deal) }
}

#[cfg(test)]
mod tests;
