//! How views of real videos fade, against a computation in another language and against no curve at all.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use flate2::read::GzDecoder;
use jiff::Timestamp;
use plimsoll::rules::learn::spread::{self, AROUND_SETTINGS, Growth};
use serde_json::Value;

fn data() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/creators_2026");
    if !folder.join("video_polls.csv.gz").exists() {
        eprintln!("skipped: {} is not there", folder.display());
        return None;
    }
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not there");
        return None;
    }
    Some(folder)
}

/// Every video of a platform by its id: age in hours and views, by age.
fn videos(folder: &Path, platform: &str) -> Vec<Growth> {
    let mut text = String::new();
    let file = std::fs::File::open(folder.join("video_polls.csv.gz")).expect("polls");
    GzDecoder::new(file).read_to_string(&mut text).expect("gzip");
    let mut videos: BTreeMap<&str, BTreeMap<i64, f64>> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        if cells[2] != platform {
            continue;
        }
        let at = |cell: &str| cell.parse::<Timestamp>().expect("an instant");
        let age = at(cells[0]).duration_since(at(cells[4])).as_secs();
        if 0 < age {
            videos.entry(cells[1]).or_default().insert(age, cells[5].parse().expect("a count"));
        }
    }
    let hours = |secs: i64| f64::from(i32::try_from(secs).expect("weeks")) / 3_600.0;
    let growth = |ages: BTreeMap<i64, f64>| Growth {
        points: ages.into_iter().map(|(age, views)| (hours(age), views)).collect(),
        weight: spread::POST,
    };
    videos.into_values().map(growth).collect()
}

fn reference(folder: &Path, platform: &str, middle: f64) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/decay_reference.py");
    let told = Command::new("python3")
        .arg(script)
        .arg(folder)
        .args([platform, &middle.to_string(), &AROUND_SETTINGS.to_string()])
        .output()
        .expect("python3");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).expect("json")
}

#[test]
fn half_lives_of_real_videos_agree_with_another_computation_and_with_no_curve() {
    let Some(folder) = data() else { return };
    // The settings say 6 days for YouTube and a day where nothing is known.
    for (platform, settings, least, most) in [("youtube", 144.0, 48.0, 144.0), ("twitch", 24.0, 2.0, 24.0)] {
        let videos = videos(&folder, platform);
        let learned = spread::half_life(&videos, (settings, AROUND_SETTINGS)).expect("a half-life");
        let told = reference(&folder, platform, settings);
        let number = |key: &str| told[key].as_f64().unwrap_or_else(|| panic!("{key} of {platform}: {told}"));
        assert!((learned / number("half_life") - 1.0).abs() < 0.01, "{platform}: {learned}, {told}");
        assert!((least..most).contains(&learned), "{platform}: {learned}");
        // Without the correction for what has not come yet it is shorter.
        assert!(number("naive") < learned, "{platform}: {learned}, {told}");
        // Views do not fade by any half-life: videos have a longer tail, recorded streams none. Within a factor of 2.5 of
        // where half was really seen.
        let seen_by = number("half_seen_by");
        assert!((learned / seen_by).ln().abs() < 2.5_f64.ln(), "{platform}: {learned}, {told}");
    }
}
