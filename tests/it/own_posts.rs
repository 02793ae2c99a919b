//! When real creators' videos do best, and how real trending videos fade, against computations in another language.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use plimsoll::domain::metric::Metric;
use plimsoll::insight::posting_time::{OwnPost, posting_time, table};
use plimsoll::rules::learn::spread::{self, AROUND_SETTINGS, Growth};
use serde_json::Value;

fn data(folder: &str, file: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(folder);
    if !folder.join(file).exists() {
        eprintln!("skipped: {} is not there", folder.display());
        return None;
    }
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not there");
        return None;
    }
    Some(folder)
}

fn read(path: &Path) -> String {
    let mut bytes = Vec::new();
    GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn reference(script: &str, folder: &Path, args: &[&str]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(script);
    let told = Command::new("python3").arg(script).arg(folder).args(args).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}

/// Views at the last poll, once they have mostly come.
fn settled(polls: &BTreeMap<i64, f64>) -> Option<f64> {
    polls.last_key_value().filter(|(age, _)| 72 * 3_600 <= **age).map(|(_, views)| *views)
}

/// Every creator's posts on each platform, by `PLATFORM CREATOR`.
fn own_posts(folder: &Path) -> BTreeMap<String, Vec<OwnPost>> {
    let mut videos: BTreeMap<(String, String), (Timestamp, BTreeMap<i64, f64>)> = BTreeMap::new();
    for line in read(&folder.join("video_polls.csv.gz")).lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let upload: Timestamp = cells[4].parse().unwrap();
        let age = cells[0].parse::<Timestamp>().unwrap().duration_since(upload).as_secs();
        let key = (format!("{} {}", cells[2], cells[3]), cells[1].to_owned());
        videos.entry(key).or_insert((upload, BTreeMap::new())).1.insert(age, cells[5].parse().unwrap());
    }
    let mut posts: BTreeMap<String, Vec<OwnPost>> = BTreeMap::new();
    for ((creator, _), (published_at, polls)) in videos {
        if let Some(value) = settled(&polls) {
            posts.entry(creator).or_default().push(OwnPost { published_at, value });
        }
    }
    posts
}

fn near(got: f64, told: &Value) -> bool {
    let want = told.as_f64().unwrap();
    (got - want).abs() <= 1e-9 * f64::max(1.0, want.abs())
}

#[test]
fn posting_times_of_real_creators_agree_with_another_computation() {
    let Some(folder) = data("creators_2026", "video_polls.csv.gz") else { return };
    let posts = own_posts(&folder);
    let (mut creators, mut cells_seen, mut tips) = (0, 0, 0);
    // A zone of most of them, and one whose hours do not begin with those of UTC.
    for name in ["Asia/Taipei", "Asia/Kolkata", "America/New_York"] {
        let zone = TimeZone::get(name).unwrap();
        let told = reference("posting_time_reference.py", &folder, &[name]);
        assert_eq!(told.as_object().unwrap().len(), posts.len(), "{name}");
        for (creator, posts) in &posts {
            let want = &told[creator];
            let cells = table(posts, &zone);
            assert_eq!(cells.len(), want["cells"].as_array().unwrap().len(), "{creator} in {name}");
            for (cell, want) in cells.iter().zip(want["cells"].as_array().unwrap()) {
                assert_eq!(serde_json::to_value(cell.days).unwrap(), want[0], "{creator} in {name}");
                assert_eq!(u64::from(cell.from_hour), want[1].as_u64().unwrap(), "{creator} in {name}");
                assert_eq!(u64::from(cell.n), want[2].as_u64().unwrap(), "{creator} in {name}");
                assert!(
                    near(cell.mean, &want[3]) && near(cell.shrunk, &want[4]),
                    "{creator} in {name}: {cell:?}, {want}"
                );
                cells_seen += 1;
            }
            let tip = posting_time(posts, &zone, Metric::Views);
            assert_eq!(tip.is_none(), want["tip"].is_null(), "{creator} in {name}: {tip:?}, {want}");
            if let Some(tip) = tip {
                let best = (serde_json::to_value(tip.best.days).unwrap(), u64::from(tip.best.from_hour));
                assert_eq!(best, (want["tip"][0].clone(), want["tip"][1].as_u64().unwrap()), "{creator} in {name}");
                assert!(near(tip.gain, &want["tip"][2]), "{creator} in {name}");
                tips += 1;
            }
            creators += 1;
        }
    }
    // A comparison of nothing would agree as well.
    assert!(200 <= creators && 400 <= cells_seen && 1 <= tips, "{creators} creators, {cells_seen} cells, {tips} tips");
}

/// Every trending video: views by age, one day old on the first day it is listed.
fn trending(folder: &Path) -> Vec<Growth> {
    let text = read(&folder.join("US.csv.gz"));
    let mut videos: BTreeMap<String, BTreeMap<Date, f64>> = BTreeMap::new();
    for row in csv::Reader::from_reader(text.as_bytes()).records() {
        let row = row.unwrap();
        let (day, month) = row[8].split_once('.').unwrap();
        let date = Date::new(2017, month.parse().unwrap(), day.parse().unwrap()).unwrap();
        videos.entry(row[0].to_owned()).or_default().insert(date, row[4].parse().unwrap());
    }
    let growth = |days: BTreeMap<Date, f64>| {
        let first = *days.keys().next().unwrap();
        let age = |date: Date| 24.0 * f64::from(date.since(first).unwrap().get_days() + 1);
        Growth { points: days.into_iter().map(|(date, views)| (age(date), views)).collect(), weight: spread::POST }
    };
    videos.into_values().map(growth).collect()
}

#[test]
fn the_half_life_of_trending_videos_agrees_with_another_computation() {
    let Some(folder) = data("trending_2017", "US.csv.gz") else { return };
    let videos = trending(&folder);
    let learned = spread::half_life(&videos, (48.0, AROUND_SETTINGS)).expect("a half-life");
    let told = reference("decay_reference.py", &folder, &["trending", "48", &AROUND_SETTINGS.to_string()]);
    let want = told["half_life"].as_f64().unwrap();
    assert!((learned / want - 1.0).abs() < 0.01, "{learned}, {told}");
    assert!(2_000 <= videos.len() && 1_500 <= told["posts"].as_u64().unwrap(), "{told}");
    // Half of what trends is watched within days of its first listing.
    assert!((6.0..=96.0).contains(&learned), "{learned}");
}
