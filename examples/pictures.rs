//! The pictures of the documents, and hard cases of each to look at.
//!
//! `cargo run --example pictures` writes `docs/waterfall.png` and `docs/heat-map.png`; its test fails when they are no longer
//! what the program draws. `-- FOLDER` writes every case there instead.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a program of its own that is given a folder and prints what it wrote"
)]

use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use plimsoll::domain::metric::Metric;
use plimsoll::insight::decomposition::{Counts, Scale, Target, decompose};
use plimsoll::insight::posting_time::{OwnPost, posting_time, week};
use plimsoll::rules::benchmark::group::MadeBy;
use plimsoll::words::chart::{heat_map, waterfall};
use plimsoll::words::hours::Hours;
use plimsoll::words::message::Picture;
use plimsoll::words::moved::{Against, Moved};
use plimsoll::words::others::Compared;
use plimsoll::words::wording::Reader;

/// In the documents, and where.
const IN_DOCS: [(&str, &str); 2] = [("waterfall", "docs/waterfall.png"), ("heat-map", "docs/heat-map.png")];

fn english() -> Reader {
    Reader::new("en", "Europe/Stockholm")
}

fn swedish() -> Reader {
    Reader::new("sv", "Europe/Stockholm")
}

/// So many similar creators of a campaign.
fn others(count: u32) -> Against {
    let made_by = MadeBy::Named { id: "spring".parse().expect("an id") };
    Against::Others(Compared { group: "spring".into(), made_by, others: count, creators: count, absent: 0 })
}

/// For money in minor units and a thousand views: who clicks, who buys, what they spend in all.
fn counts(spend: f64, clicks: f64, orders: f64, worth: f64) -> Counts {
    Counts {
        spend: Some(spend),
        views: Some(1_000.0),
        engagements: None,
        clicks: Some(clicks),
        orders: Some(orders),
        worth: Some(worth),
    }
}

fn moved(target: Target, against: Against, (before, now): (Counts, Counts), currency: &str) -> Moved {
    let told = decompose(target, &before, &now, Scale::PerReach).expect("a change");
    Moved { against, told, currency: currency.parse().ok() }
}

fn drawn(moved: &Moved, who: &str, reader: &Reader) -> Picture {
    waterfall::render(&moved.waterfall(who, reader), reader).expect("a picture")
}

/// The worked example of `docs/insight.md`.
fn alma() -> Moved {
    let sides = (counts(1_900.0, 8.0, 8.0 * 0.052, 0.0), counts(2_100.0, 7.1, 7.1 * 0.0185, 0.0));
    moved(Target::Cpa, others(11), sides, "EUR")
}

fn waterfalls() -> Vec<(&'static str, Picture)> {
    let usual = counts(1_900.0, 8.0, 0.416, 2_900.0);
    let nobody = moved(Target::Orders, others(11), (usual, counts(2_100.0, 7.1, 0.0, 0.0)), "EUR");
    let signs = moved(Target::Cpa, Against::Before, (usual, counts(900.0, 14.0, 0.21, 0.0)), "EUR");
    let refunds = moved(Target::Roas, Against::Plan, (usual, counts(2_100.0, 7.1, 0.2, -900.0)), "EUR");
    let dear = counts(41_900_000.0, 0.011, 0.000_31, 0.0);
    let huge = moved(Target::Cpa, others(1_204), (counts(39_000.0, 8.0, 0.416, 0.0), dear), "SEK");
    let engaged = |likes: f64, counts: Counts| Counts { engagements: Some(likes), ..counts };
    let sides = (engaged(61.0, usual), engaged(24.0, counts(2_600.0, 6.0, 0.22, 900.0)));
    let all = moved(Target::Roas, Against::Plan, sides, "EUR");
    let long = "Anna-Maria Konstantinopolskaya-Fransson · Sommarkampanjen för hela familjen 2026";
    vec![
        ("waterfall", drawn(&alma(), "Alma Lind · Spring Launch", &english())),
        ("waterfall-sv", drawn(&alma(), "Alma Lind · Vårlansering", &swedish())),
        ("waterfall-nobody-bought", drawn(&nobody, "Alma Lind · Spring Launch", &english())),
        ("waterfall-both-signs", drawn(&signs, "Bo Ek · Spring Launch", &english())),
        ("waterfall-below-zero", drawn(&refunds, "Cleo W · Spring Launch", &english())),
        ("waterfall-huge", drawn(&huge, long, &swedish())),
        ("waterfall-all-steps", drawn(&all, "Dan K · Spring Launch", &english())),
    ]
}

/// Posts of a creator: so many hours after a Monday midnight in Stockholm, and what they brought.
fn hours(name: &str, posts: &[(i64, f64)]) -> Hours {
    let monday: Timestamp = "2026-03-01T23:00:00Z".parse().expect("an instant");
    let zone = TimeZone::get("Europe/Stockholm").expect("a zone");
    let posts: Vec<OwnPost> =
        posts.iter().map(|(hour, value)| OwnPost { published_at: monday + hour.hours(), value: *value }).collect();
    Hours {
        name: name.to_owned(),
        zone: "Europe/Stockholm".to_owned(),
        metric: Metric::Views,
        week: week(&posts, &zone).expect("a post"),
        best: posting_time(&posts, &zone, Metric::Views).map(|tip| tip.best),
    }
}

/// Three weeks of evenings and noons, some of them on weekends.
fn habits() -> Vec<(i64, f64)> {
    let mut posts = Vec::new();
    for (nth, luck) in (0..).zip([0.9, 1.2, 1.0]) {
        for (day, hour, views) in [
            (0, 19, 31_000.0),
            (1, 12, 14_500.0),
            (1, 20, 34_000.0),
            (2, 18, 26_000.0),
            (3, 12, 16_000.0),
            (3, 19, 29_000.0),
            (4, 16, 18_000.0),
            (5, 10, 12_500.0),
            (6, 11, 17_500.0),
            (6, 19, 33_000.0),
        ] {
            posts.push((168 * nth + 24 * day + hour, views * luck));
        }
    }
    // The newest one at an hour that is not the best.
    posts.push((168 * 3 + 24 + 8, 9_800.0));
    posts
}

fn heat_maps() -> Vec<(&'static str, Picture)> {
    let drawn = |hours: &Hours, reader: &Reader| heat_map::render(&hours.map(reader), reader).expect("a picture");
    // Each hour of the week once, the later in the day the better: no cell has many.
    let each: Vec<(i64, f64)> =
        (0_u32..168).map(|hour| (i64::from(hour), 4_000.0 + 900.0 * f64::from(hour % 24))).collect();
    let viral = [habits(), vec![(168 * 2 + 5 * 24 + 23, 4_800_000.0)]].concat();
    vec![
        ("heat-map", drawn(&hours("Alma Lind", &habits()), &english())),
        ("heat-map-sv", drawn(&hours("Alma Lind", &habits()), &swedish())),
        ("heat-map-few", drawn(&hours("Alma Lind", &habits().split_off(habits().len() - 5)), &english())),
        ("heat-map-one", drawn(&hours("Alma Lind", &habits().split_off(habits().len() - 1)), &swedish())),
        ("heat-map-every-hour", drawn(&hours("Cleo W", &each), &english())),
        ("heat-map-one-viral", drawn(&hours("Dan K", &viral), &english())),
    ]
}

fn all() -> Vec<(&'static str, Picture)> {
    [waterfalls(), heat_maps()].concat()
}

/// Where each goes.
fn places(folder: Option<&Path>) -> Vec<(PathBuf, Picture)> {
    let place = |name: &str| {
        if let Some(folder) = folder {
            return Some(folder.join(format!("{name}.png")));
        }
        let (_, path) = IN_DOCS.into_iter().find(|(known, _)| *known == name)?;
        Some(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
    };
    all().into_iter().filter_map(|(name, picture)| Some((place(name)?, picture))).collect()
}

fn main() {
    let folder = std::env::args().nth(1).map(PathBuf::from);
    for (path, picture) in places(folder.as_deref()) {
        std::fs::write(&path, &picture.png).expect("written");
        println!("{} ({} bytes)\n  {}", path.display(), picture.png.len(), picture.alt);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the documents show is what the program draws, and no page is slow because of it.
    #[test]
    fn the_pictures_of_the_documents_are_fresh() {
        let fresh = places(None);
        assert_eq!(fresh.len(), IN_DOCS.len());
        for (path, picture) in fresh {
            let kept = std::fs::read(&path).expect("a picture in the documents");
            assert!(kept == picture.png, "{}: run `cargo run --example pictures` and look at it", path.display());
            assert!(kept.len() <= 60_000, "{} has {} bytes", path.display(), kept.len());
        }
    }

    #[test]
    fn hard_cases_are_drawn_and_said() {
        let mut seen = std::collections::BTreeSet::new();
        for (name, picture) in all() {
            assert!(seen.insert(name), "{name} twice");
            assert!(!picture.alt.is_empty() && picture.alt.chars().count() <= 1_024, "{name}: {}", picture.alt);
            assert!(picture.png.len() < 200_000, "{name} has {} bytes", picture.png.len());
        }
    }
}
