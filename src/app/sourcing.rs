//! From configuration and catalog to sources and what is asked of them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::catalog::Catalog;
use super::config::{Config, ShopifyConfig, SourceConfig, YoutubeConfig};
use super::schedule::Schedule;
use super::shop;
use crate::domain::document::Running;
use crate::domain::ids::{CreatorId, Platform, PostRef, SourceId, Subject};
use crate::rules::lint::Feed;
use crate::sources::{Request, Source, SourceError, Target, generic, shopify, youtube};
use crate::time::Clock;

/// How far back an account's uploads are listed. Posts older than a quarter hardly move any more, and every page costs
/// quota.
const UPLOADS_BACK: jiff::SignedDuration = jiff::SignedDuration::from_hours(90 * 24);

/// Makes the source that a configuration describes. `clock` is for a source that has to wait for its platform.
pub fn build(config: &SourceConfig, clock: &Clock) -> Result<Arc<dyn Source>, SourceError> {
    Ok(match config {
        SourceConfig::Youtube(given) => Arc::new(youtube::Youtube::new(youtube::YoutubeConfig {
            base_url: given.base_url.clone(),
            key: given.key.clone(),
            pages_max: given.pages_max,
        })?),
        SourceConfig::Generic(given) => Arc::new(generic::Generic::new(given.feed.clone())?),
        SourceConfig::Shopify(given) => Arc::new(shop::source(given, clock)?),
    })
}

/// The platform that a source speaks for.
#[must_use]
pub fn platform(config: &SourceConfig) -> Platform {
    match config {
        SourceConfig::Youtube(_) => Platform::Youtube,
        SourceConfig::Generic(given) => given.feed.platform,
        SourceConfig::Shopify(_) => Platform::Shop,
    }
}

/// What rules can expect of the configured sources.
#[must_use]
pub fn feeds(config: &Config) -> Vec<Feed> {
    config.sources.values().map(feed).collect()
}

fn feed(config: &SourceConfig) -> Feed {
    let (metrics, lag, renewed) = match config {
        SourceConfig::Youtube(_) => (youtube::METRICS.to_vec(), SignedDuration::ZERO, youtube::RENEWED),
        SourceConfig::Generic(given) => {
            let spans = given.feed.fields.iter().filter_map(|field| field.span);
            // What is stated for a day is whole when the day is over.
            let longest = spans.filter_map(hours_of).max().unwrap_or(SignedDuration::ZERO);
            (given.feed.fields.iter().map(|field| field.metric).collect(), longest, longest)
        }
        SourceConfig::Shopify(_) => (shopify::OF_CODES.to_vec(), SignedDuration::ZERO, SignedDuration::from_hours(1)),
    };
    Feed { platform: platform(config), metrics, lag, renewed: std::cmp::max(renewed, between(config)) }
}

fn hours_of(span: jiff::Span) -> Option<SignedDuration> {
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
}

/// The longest time between two polls in a week of its schedule.
fn between(config: &SourceConfig) -> SignedDuration {
    let (expression, zone, jitter) = config.schedule();
    let Ok(schedule) = Schedule::new(expression, zone.rules()) else { return SignedDuration::ZERO };
    let week = Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_hours(7 * 24)).unwrap_or(Timestamp::MAX);
    let ticks = std::iter::successors(schedule.next_after(Timestamp::UNIX_EPOCH), |tick| schedule.next_after(*tick));
    let ticks: Vec<Timestamp> = ticks.take_while(|tick| *tick <= week).take(TICKS_MAX).collect();
    let gaps = ticks.iter().zip(ticks.iter().skip(1)).map(|(one, next)| next.duration_since(*one));
    gaps.max().map_or(SignedDuration::ZERO, |gap| gap.saturating_add(jitter.0))
}

/// Ticks of a schedule that are looked at: a poll a minute for a day shows its rhythm.
const TICKS_MAX: usize = 1_440;

/// Everything a source should be asked at a tick: the accounts of every running creator and brand; the boosts that run
/// there, the codes of a shop and the links of a site, whose numbers are their partnership's; and, where the source lists
/// posts, uploads and the posts known so far. A boost that was stopped is still asked about: its numbers settle for days.
#[must_use]
pub fn request(source: &SourceId, config: &SourceConfig, catalog: &Catalog, now: Timestamp) -> Request {
    let platform = platform(config);
    let accounts = || {
        catalog
            .creators
            .values()
            .filter(|creator| creator.state == Running::Active)
            .filter_map(move |creator| Some((creator, creator.accounts.get(&platform)?)))
    };
    let mut targets: Vec<Target> = accounts()
        .map(|(creator, id)| Target::Account { subject: Subject::Creator(creator.id.clone()), id: id.clone() })
        .collect();
    let brands = catalog.brands.values().filter(|brand| brand.state == Running::Active);
    targets.extend(brands.filter_map(|brand| {
        let id = brand.accounts.get(&platform)?;
        Some(Target::Account { subject: Subject::Brand(brand.id.clone()), id: id.clone() })
    }));
    targets.extend(
        catalog
            .boosts
            .values()
            .filter(|boost| boost.source == *source)
            .map(|boost| Target::Account { subject: boost.partnership.subject(), id: boost.reference.clone() }),
    );
    if platform == Platform::Shop {
        targets.extend(catalog.partnerships.values().flat_map(|one| {
            let subject = Subject::Partnership(one.campaign.clone(), one.creator.clone());
            one.codes.iter().map(move |code| Target::Account { subject: subject.clone(), id: code.clone() })
        }));
    }
    if platform == Platform::Web {
        targets.extend(catalog.partnerships.values().filter_map(|one| {
            let subject = Subject::Partnership(one.campaign.clone(), one.creator.clone());
            Some(Target::Account { subject, id: one.link.clone()? })
        }));
    }
    if let SourceConfig::Youtube(YoutubeConfig { videos: true, .. }) = config {
        let since = now.checked_sub(UPLOADS_BACK).ok();
        targets.extend(accounts().map(|(creator, id)| Target::Uploads {
            creator: creator.id.clone(),
            id: id.clone(),
            since,
        }));
        targets.extend(
            catalog
                .posts
                .iter()
                .filter(|(key, _)| key.0 == platform)
                .map(|((_, post), creator)| post_target(platform, post, creator)),
        );
    }
    if let SourceConfig::Shopify(ShopifyConfig { brand: Some(brand), .. }) = config {
        // One brand's shop: what belongs to other brands is not asked of it.
        let whole = Subject::Brand(brand.clone());
        targets.retain(|target| match target {
            Target::Account { subject, .. } => catalog.about(subject).brand.as_ref() == Some(brand),
            Target::Uploads { .. } | Target::Post { .. } => false,
        });
        targets.push(Target::Account { subject: whole, id: source.to_string() });
    }
    Request { targets, now }
}

fn post_target(platform: Platform, post: &PostRef, creator: &CreatorId) -> Target {
    Target::Post {
        subject: Subject::Post(platform, post.clone()),
        id: post.as_str().to_owned(),
        creator: Some(creator.clone()),
    }
}

/// What somebody asked for by hand: account ids, or `post:ID`; of a shop, codes or `brand/ID` for all of it.
pub fn ad_hoc(config: &SourceConfig, ids: &[String], now: Timestamp) -> Result<Request, String> {
    let platform = platform(config);
    let target = |given: &String| match given.strip_prefix("post:") {
        None if given.starts_with("brand/") => given
            .parse()
            .map(|subject| Target::Account { subject, id: given.clone() })
            .map_err(|error: crate::domain::ids::SubjectError| error.to_string()),
        Some(id) => PostRef::new(id)
            .map(|post| Target::Post { subject: Subject::Post(platform, post), id: id.to_owned(), creator: None })
            .map_err(|error| error.to_string()),
        None => CreatorId::new(given)
            .map(|creator| Target::Account { subject: Subject::Creator(creator), id: given.clone() })
            .map_err(|error| error.to_string()),
    };
    Ok(Request { targets: ids.iter().map(target).collect::<Result<_, _>>()?, now })
}
