//! From configuration and catalog to sources and what is asked of them.

use std::sync::Arc;

use jiff::Timestamp;

use super::catalog::Catalog;
use super::config::{ShopifyConfig, SourceConfig, YoutubeConfig};
use super::shop;
use crate::domain::document::Running;
use crate::domain::ids::{CreatorId, Platform, PostRef, SourceId, Subject};
use crate::sources::{Request, Source, SourceError, Target, generic, youtube};
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

/// Everything a source should be asked at a tick: the accounts of every running creator; the boosts that run there, and
/// the codes of a shop, whose numbers are their partnership's; and, where the source lists posts, uploads and the posts
/// known so far. A boost that was stopped is still asked about: its numbers settle for days.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::Documents;

    const TWO_BRANDS: &str = r#"
        brand = [
            { id = "nordbo", name = "Nordbo", zone = "UTC", currency = "SEK" },
            { id = "other", name = "Other", zone = "UTC", currency = "SEK" },
        ]
        campaign = [
            { id = "spring", brand = "nordbo", starts = "2026-03-01", ends = "2026-04-15" },
            { id = "sale", brand = "other", starts = "2026-03-01", ends = "2026-04-15" },
        ]
        creator = [{ id = "alma" }]
        partnership = [
            { campaign = "spring", creator = "alma", codes = ["ALMA10", "ALMA20"] },
            { campaign = "sale", creator = "alma", codes = ["OTHER5"] },
        ]
    "#;

    #[track_caller]
    fn check(settings: &str, want: &[&str]) {
        let mut catalog = Catalog::default();
        for document in Documents::from_toml(TWO_BRANDS).expect("documents").into_list() {
            catalog.take(document);
        }
        let text = format!("kind = \"shopify\"\nshop = \"nordbo\"\nschedule = \"0 * * * *\"\n{settings}");
        let config: SourceConfig = toml::from_str(&text).expect("a source");
        let id = SourceId::new("shop").expect("an id");
        let asked = request(&id, &config, &catalog, Timestamp::UNIX_EPOCH);
        let mut got: Vec<String> = asked
            .targets
            .iter()
            .map(|target| match target {
                Target::Account { subject, id } => format!("{subject} {id}"),
                Target::Uploads { .. } | Target::Post { .. } => panic!("a shop has codes only"),
            })
            .collect();
        got.sort();
        assert_eq!(got, want);
    }

    #[test]
    fn a_brands_shop_is_asked_for_the_brand_and_its_own_codes() {
        let own = ["brand/nordbo shop", "partnership/spring/alma ALMA10", "partnership/spring/alma ALMA20"];
        check("brand = \"nordbo\"", &own);
        check(
            "",
            &["partnership/sale/alma OTHER5", "partnership/spring/alma ALMA10", "partnership/spring/alma ALMA20"],
        );
    }
}
