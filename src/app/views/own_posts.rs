//! A creator's own posts: when they do best, and what that suggests.
//!
//! Owns: which posts are looked at, and how old one must be for its views to have mostly come. Refuses: comparing creators.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::app::core::{Core, State};
use crate::app::records::PostRecord;
use crate::domain::ids::{CreatorId, Platform, PostRef, Subject};
use crate::domain::metric::Metric;
use crate::insight::own_ways;
use crate::insight::posting_time::{OwnPost, posting_time, week};
use crate::insight::tips::Tip;
use crate::rules::readings::{Readings as _, Want};
use crate::store::records::load;
use crate::store::{StoreError, keys};
use crate::words::hours::Hours;

/// Posts that are learned from, and how old a post must be for its views to have mostly come.
const POSTS_MAX: usize = 60;
pub(in crate::app) const POST_SETTLED: SignedDuration = SignedDuration::from_hours(72);

/// What a creator's own posts say.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    /// The creator, as people call them.
    pub name: String,
    /// What may be worth trying.
    pub tips: Vec<Tip>,
    /// How many posts were looked at.
    pub posts: u32,
    /// When they went out and how they did; nothing without a post that somebody saw.
    pub hours: Option<Hours>,
}

/// What the creator's own posts say of hours, formats and pauses.
pub async fn own(core: &Core, creator: &CreatorId, now: Timestamp) -> Result<Own, StoreError> {
    let metric = Metric::Views;
    let mut own = {
        let state = core.state.lock().await;
        let posts = own_posts(&state, creator, metric, now);
        let mut tips: Vec<Tip> = hours_tip(&state, creator, &posts, metric).into_iter().collect();
        tips.extend(own_ways::pause(&posts).map(|better| Tip::Pause { metric, better }));
        Own {
            name: state.catalog.creator_name(creator),
            tips,
            posts: u32::try_from(posts.len()).unwrap_or(u32::MAX),
            hours: hours(&state, creator, now),
        }
    };
    let formatted = formatted(core, creator, metric, now).await?;
    let formats: Vec<(&str, f64)> = formatted.iter().map(|(format, one)| (format.as_str(), one.value)).collect();
    own.tips.extend(own_ways::format(&formats).map(|better| Tip::Format { metric, better }));
    Ok(own)
}

/// Their posts of which it is known what they are: the record of a post says it, of a promised piece the deal.
pub(in crate::app) async fn formatted(
    core: &Core,
    creator: &CreatorId,
    metric: Metric,
    now: Timestamp,
) -> Result<Vec<(String, OwnPost)>, StoreError> {
    let (posts, promised) = {
        let state = core.state.lock().await;
        let pieces = state.catalog.pieces_of(&Subject::Creator(creator.clone())).into_iter();
        let promised: BTreeMap<(Platform, PostRef), String> =
            pieces.filter_map(|piece| Some(((piece.platform, piece.post.clone()?), piece.format.clone()))).collect();
        (named_posts(&state, creator, metric, now), promised)
    };
    let mut formatted = Vec::new();
    for (platform, post, one) in posts {
        let kept = load::<PostRecord>(&*core.store, &keys::post(platform, &post)).await?;
        let format = kept.and_then(|kept| kept.value.format);
        let format = format.or_else(|| promised.get(&(platform, post)).cloned());
        formatted.extend(format.map(|format| (format.to_lowercase(), one)));
    }
    Ok(formatted)
}

/// Tips about when to post by a number of each post, and how many posts were looked at.
#[must_use]
pub fn tips_by(state: &State, creator: &CreatorId, metric: Metric, now: Timestamp) -> (Vec<Tip>, u32) {
    let posts = own_posts(state, creator, metric, now);
    let tips = hours_tip(state, creator, &posts, metric).into_iter().collect();
    (crate::app::tipping::ranked(state, creator, tips), u32::try_from(posts.len()).unwrap_or(u32::MAX))
}

fn hours_tip(state: &State, creator: &CreatorId, posts: &[OwnPost], metric: Metric) -> Option<Tip> {
    posting_time(posts, &zone(state, creator), metric).map(Tip::PostingTime)
}

/// When their posts went out and how they did.
pub(super) fn hours(state: &State, creator: &CreatorId, now: Timestamp) -> Option<Hours> {
    let metric = Metric::Views;
    let (posts, zone) = (own_posts(state, creator, metric, now), zone(state, creator));
    let named =
        state.catalog.creators.get(creator).map_or_else(|| "UTC".to_owned(), |one| one.zone.as_str().to_owned());
    Some(Hours {
        name: state.catalog.creator_name(creator),
        zone: named,
        metric,
        week: week(&posts, &zone)?,
        best: posting_time(&posts, &zone, metric).map(|tip| tip.best),
    })
}

/// A creator's own posts that have had time to be seen, by a number of each.
pub(in crate::app) fn own_posts(state: &State, creator: &CreatorId, metric: Metric, now: Timestamp) -> Vec<OwnPost> {
    named_posts(state, creator, metric, now).into_iter().map(|(.., post)| post).collect()
}

/// Where a creator's days begin and end; UTC where nobody knows them.
pub(in crate::app) fn zone(state: &State, creator: &CreatorId) -> TimeZone {
    state.catalog.creators.get(creator).map_or(TimeZone::UTC, |one| one.zone.rules())
}

fn named_posts(
    state: &State,
    creator: &CreatorId,
    metric: Metric,
    now: Timestamp,
) -> Vec<(Platform, PostRef, OwnPost)> {
    let view = state.history.view();
    let settled = now.checked_sub(POST_SETTLED).unwrap_or(now);
    let posts = view.newest_posts(&Subject::Creator(creator.clone()), settled, POSTS_MAX).into_iter();
    let read = posts.filter_map(|(platform, post)| {
        let published_at = *state.catalog.published.get(&(platform, post.clone()))?;
        let value =
            view.over_posts(&[(platform, post.clone())], Want { metric, platform: None }, now).reading.value()?;
        Some((platform, post, OwnPost { published_at, value }))
    });
    read.collect()
}
