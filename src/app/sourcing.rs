//! From configuration and catalog to sources and what is asked of them.

use jiff::{SignedDuration, Timestamp};

use super::catalog::Catalog;
use super::config::{Cadence, Config, SourceConfig};
use super::planner::heat;
use super::schedule::Schedule;
use crate::domain::document::{Boost, Brand, Partnership, Running};
use crate::domain::ids::{BrandId, CreatorId, Platform, PostRef, SourceId, Subject};
use crate::rules::lint::Feed;
use crate::sources::{Ask, Request, Target};

/// How far back an account's uploads are listed. Posts older than a quarter hardly move any more, and every page costs
/// quota.
const UPLOADS_BACK: jiff::SignedDuration = jiff::SignedDuration::from_hours(90 * 24);

/// What rules can expect of the configured sources.
#[must_use]
pub fn feeds(config: &Config) -> Vec<Feed> {
    config.sources.values().map(feed).collect()
}

fn feed(config: &SourceConfig) -> Feed {
    let settings = config.kind.settings();
    let paced = match config.common.cadence {
        Cadence::Fixed => SignedDuration::ZERO,
        // What is quieter is asked less often, and nobody waits for that.
        Cadence::Adaptive => heat::RUNNING,
    };
    let renewed = std::cmp::max(std::cmp::max(settings.renewed(), between(config)), paced);
    Feed { platform: settings.platform(), metrics: settings.metrics(), lag: settings.lag(), renewed }
}

/// The longest time between two polls in a week of its schedule.
#[must_use]
pub fn between(config: &SourceConfig) -> SignedDuration {
    let when = &config.common;
    let Ok(schedule) = Schedule::new(&when.schedule, when.zone.rules()) else { return SignedDuration::ZERO };
    let week = Timestamp::UNIX_EPOCH.checked_add(SignedDuration::from_hours(7 * 24)).unwrap_or(Timestamp::MAX);
    let ticks = std::iter::successors(schedule.next_after(Timestamp::UNIX_EPOCH), |tick| schedule.next_after(*tick));
    let ticks: Vec<Timestamp> = ticks.take_while(|tick| *tick <= week).take(TICKS_MAX).collect();
    let gaps = ticks.iter().zip(ticks.iter().skip(1)).map(|(one, next)| next.duration_since(*one));
    let late = when.jitter.0.saturating_add(when.spread.0);
    gaps.max().map_or(SignedDuration::ZERO, |gap| gap.saturating_add(late))
}

/// Ticks of a schedule that are looked at: a poll a minute for a day shows its rhythm.
const TICKS_MAX: usize = 1_440;

/// Everything a source could be asked at a tick, as its kind says ([`Ask`]). A boost that was stopped is still asked about:
/// its numbers settle for days. What belongs to other brands is not asked of one brand's source.
#[must_use]
pub fn request(source: &SourceId, config: &SourceConfig, catalog: &Catalog, now: Timestamp) -> Request {
    let (settings, brand) = (config.kind.settings(), config.common.brand.as_ref());
    let asks = settings.asks();
    let of = |ask: &Ask| targets(*ask, source, settings.platform(), brand, catalog, now);
    let mut targets: Vec<Target> = asks.iter().flat_map(of).collect();
    if let Some(brand) = brand {
        targets.retain(|target| belongs(target, brand, catalog));
    }
    Request { targets, now }
}

fn targets(
    ask: Ask,
    source: &SourceId,
    platform: Platform,
    brand: Option<&BrandId>,
    catalog: &Catalog,
    now: Timestamp,
) -> Vec<Target> {
    let creators = catalog.creators.values().filter(|creator| creator.state == Running::Active);
    let accounts = creators.filter_map(|creator| Some((creator.id.clone(), creator.accounts.get(&platform)?.clone())));
    match ask {
        Ask::Creators => {
            accounts.map(|(creator, id)| Target::Account { subject: Subject::Creator(creator), id }).collect()
        }
        Ask::Brands => {
            let brands = catalog.brands.values().filter(|brand| brand.state == Running::Active);
            let account = |brand: &Brand| {
                let id = brand.accounts.get(&platform)?.clone();
                Some(Target::Account { subject: Subject::Brand(brand.id.clone()), id })
            };
            brands.filter_map(account).collect()
        }
        Ask::Boosts => {
            let boosts = catalog.boosts.values().filter(|boost| boost.source == *source);
            let target =
                |boost: &Boost| Target::Account { subject: boost.partnership.subject(), id: boost.reference.clone() };
            boosts.map(target).collect()
        }
        Ask::Codes => {
            let codes = |one: &Partnership| {
                let subject = Subject::Partnership(one.campaign.clone(), one.creator.clone());
                let code = |code: &String| Target::Account { subject: subject.clone(), id: code.clone() };
                one.codes.iter().map(code).collect::<Vec<_>>()
            };
            catalog.partnerships.values().flat_map(codes).collect()
        }
        Ask::Links => {
            let link = |one: &Partnership| {
                let subject = Subject::Partnership(one.campaign.clone(), one.creator.clone());
                Some(Target::Account { subject, id: one.link.clone()? })
            };
            catalog.partnerships.values().filter_map(link).collect()
        }
        Ask::Uploads => {
            let since = now.checked_sub(UPLOADS_BACK).ok();
            accounts.map(|(creator, id)| Target::Uploads { creator, id, since }).collect()
        }
        Ask::Posts => {
            let posts = catalog.posts.iter().filter(|(key, _)| key.0 == platform);
            posts.map(|((_, post), creator)| post_target(platform, post, creator)).collect()
        }
        Ask::Whole => {
            let whole =
                |brand: &BrandId| Target::Account { subject: Subject::Brand(brand.clone()), id: source.to_string() };
            brand.map(whole).into_iter().collect()
        }
    }
}

/// Whether a target is one of this brand: itself, what hangs on its campaigns, and the creators who work for it.
fn belongs(target: &Target, brand: &BrandId, catalog: &Catalog) -> bool {
    let works = |creator: &CreatorId| {
        let theirs = catalog.partnerships.values().filter(|one| one.creator == *creator);
        theirs
            .map(|one| Subject::Campaign(one.campaign.clone()))
            .any(|one| catalog.about(&one).brand.as_ref() == Some(brand))
    };
    match target {
        Target::Account { subject: Subject::Creator(creator), .. }
        | Target::Uploads { creator, .. }
        | Target::Post { creator: Some(creator), .. } => works(creator),
        Target::Account { subject, .. } | Target::Post { subject, creator: None, .. } => {
            catalog.about(subject).brand.as_ref() == Some(brand)
        }
    }
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
    let platform = config.kind.settings().platform();
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
