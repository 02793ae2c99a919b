//! Backtests of rule files on real numbers, read by mappings of their own, compared fire by fire with computations in
//! another language. README shows these rules and their tables.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use flate2::read::GzDecoder;
use plimsoll::rules::evidence::{Luck, counts};
use serde_json::{Value, json};

const CREATORS: &str = include_str!("../data/backtest_creators.toml");
const ADS: &str = include_str!("../data/backtest_ads.toml");
const ADS_EVIDENCE: &str = include_str!("../data/backtest_ads_evidence.toml");

/// The last numbers of each day on one platform.
const DAILY: &str = r#"
time     = "{date}T23:59:59Z"
platform = "PLATFORM"
creator  = "{creator}"
none     = ["GONE", "-1"]

[[metric]]
metric = "followers"
column = "FOLLOWERS"
form   = "gauge"
"#;

const VIEWS: &str = r#"
[[metric]]
metric = "views"
column = "yt_total_views"
form   = "total"
"#;

const ADS_MAPPING: &str = include_str!("../data/ads_2020.mapping.toml");

fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if !path.exists() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: python3 is not there");
        return None;
    }
    Some(path)
}

/// Runs the program in a folder.
fn run(folder: &Path, words: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let out = command.args(words).current_dir(folder).stdin(Stdio::null()).output().expect("the program starts");
    assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
    serde_json::from_slice(&out.stdout).expect("one JSON document")
}

fn reference(script: &str, data: &Path, folder: &Path, rules: &Value) -> Vec<Value> {
    std::fs::write(folder.join("rules.json"), rules.to_string()).expect("written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(script);
    let out = Command::new("python3").arg(script).arg(data).arg(folder.join("rules.json")).output().expect("python3");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let runs: Vec<Value> = serde_json::from_slice(&out.stdout).expect("JSON");
    runs.into_iter().map(|run| run["fires"].clone()).collect()
}

fn key(fire: &Value) -> String {
    ["subject", "at", "outcome"].map(|name| fire[name].as_str().expect("text")).join(" ")
}

/// Ours, by subject and time as text.
fn fires(report: &Value, rule: usize) -> Vec<Value> {
    let mut fires = report["rules"][rule]["fires"].as_array().expect("fires").clone();
    fires.sort_by_key(key);
    fires
}

#[track_caller]
fn same(rule: &Value, ours: &[Value], theirs: &Value, at_least: usize) {
    let mut theirs: Vec<String> = theirs.as_array().expect("fires").iter().map(key).collect();
    theirs.sort();
    let ours: Vec<String> = ours.iter().map(key).collect();
    let only = |one: &[String], other: &[String]| -> Vec<String> {
        let other: std::collections::HashSet<&String> = other.iter().collect();
        one.iter().filter(|fire| !other.contains(fire)).take(5).cloned().collect()
    };
    assert_eq!((only(&ours, &theirs), only(&theirs, &ours)), (vec![], vec![]), "{rule}: ours alone, theirs alone");
    assert_eq!(ours.len(), theirs.len(), "{rule}");
    assert!(ours.len() >= at_least, "{rule}: {} fires prove little", ours.len());
}

/// The table of README for a report: as the program prints it, in Markdown.
fn table(report: &Value) -> String {
    let mut text = String::from(
        "| rule | subjects | fires | right | wrong | open | wrong share |\n|---|---|---|---|---|---|---|\n",
    );
    for rule in report["rules"].as_array().expect("rules") {
        let fires = rule["fires"].as_array().expect("fires");
        let count = |outcome: &str| fires.iter().filter(|fire| fire["outcome"] == outcome).count();
        let share = rule["wrong_share"].as_f64().map_or("–".to_owned(), |share| format!("{:.1} %", 100.0 * share));
        writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} | {share} |",
            rule["rule"].as_str().expect("an id"),
            rule["subjects"],
            fires.len(),
            count("right"),
            count("wrong"),
            count("open"),
        )
        .expect("text");
    }
    text
}

#[track_caller]
fn is_in_readme(mark: &str, table: &str) {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("README.md");
    let (open, close) = (format!("<!-- {mark} -->"), format!("<!-- /{mark} -->"));
    let shown = readme.split_once(&open).and_then(|(_, rest)| rest.split_once(&close)).map(|(shown, _)| shown.trim());
    assert_eq!(shown, Some(table.trim()), "put this between {open} and {close}:\n{table}");
}

/// The same rules as the other language reads them, in the order of the file.
fn rules_of_creators(absent: &[&str]) -> Value {
    let views = |days: u32, when: &str, factor: f64, floor: u32, own: u32, k: u32, cooldown_hours: i32| {
        json!({ "column": "yt_total_views", "level": false, "days": days, "when": when, "factor": factor, "floor": floor,
                "own": own, "k": k, "cooldown_hours": cooldown_hours, "absent": absent })
    };
    let level = |when: &str, factor: f64, floor: u32, own: u32, k: u32, cooldown_hours: i32| {
        json!({ "column": "twitch_followers", "level": true, "days": 1, "when": when, "factor": factor, "floor": floor,
                "own": own, "k": k, "cooldown_hours": cooldown_hours })
    };
    json!([
        views(1, "own", 0.25, 100, 7, 1, -1),
        views(1, "own", 0.5, 1_000, 14, 3, 168),
        views(7, "own", 0.5, 100, 14, 1, 72),
        views(7, "prev", 0.5, 0, 0, 2, -1),
        level("prev", 0.99, 0, 0, 1, -1),
        level("own", 0.999, 100, 7, 2, 48),
    ])
}

#[test]
fn rules_about_creators_agree_with_another_language_fire_by_fire() {
    let Some(data) = data("creators_2026") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let mut plain = std::fs::File::create(folder.path().join("daily.csv")).expect("a file");
    let packed = std::fs::File::open(data.join("daily.csv.gz")).expect("daily");
    std::io::copy(&mut GzDecoder::new(packed), &mut plain).expect("unpacked");
    let youtube = DAILY.replace("PLATFORM", "youtube").replace("FOLLOWERS", "yt_subscribers") + VIEWS;
    let twitch = DAILY.replace("PLATFORM", "twitch").replace("FOLLOWERS", "twitch_followers");
    std::fs::write(folder.path().join("creators.toml"), CREATORS).expect("written");
    let rules = rules_of_creators(&[]);
    let mut reports = Vec::new();
    // One file is read by two mappings, one for each platform; each rule asks for one platform.
    for (name, mapping) in [("youtube.toml", youtube), ("twitch.toml", twitch)] {
        std::fs::write(folder.path().join(name), mapping).expect("written");
        let words =
            ["backtest", "creators.toml", "--data", "daily.csv", "--mapping", name, "--guards", "off", "--json"];
        reports.push(run(folder.path(), &words));
    }
    let theirs = reference("backtest_daily.py", &data, folder.path(), &rules);
    assert_eq!(theirs.len(), 6);
    let report = |place: usize| if place < 4 { &reports[0] } else { &reports[1] };
    for (place, theirs) in theirs.iter().enumerate() {
        same(&rules[place], &fires(report(place), place), theirs, 40);
    }
    let both = json!({ "rules": (0..6).map(|place| report(place)["rules"][place].clone()).collect::<Vec<_>>() });
    is_in_readme("backtest creators", &table(&both));

    // With the guards the midnight that stood still has no number.
    let words =
        ["backtest", "creators.toml", "--data", "daily.csv", "--mapping", "youtube.toml", "--guards", "on", "--json"];
    let guarded = run(folder.path(), &words);
    let rules = rules_of_creators(&["2026-06-24"]);
    let theirs = reference("backtest_daily.py", &data, folder.path(), &rules);
    for (place, theirs) in theirs.iter().enumerate().take(4) {
        same(&rules[place], &fires(&guarded, place), theirs, 40);
    }
}

/// Reports show six significant digits.
fn close(ours: &Value, theirs: &Value) -> bool {
    match (ours.as_f64(), theirs.as_f64()) {
        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 5.1e-6 * theirs.abs(),
        (None, None) => true,
        _ => false,
    }
}

#[track_caller]
fn same_money(rule: &Value, ours: &[Value], theirs: &Value) {
    let mut theirs = theirs.as_array().expect("fires").clone();
    theirs.sort_by_key(key);
    for (ours, theirs) in ours.iter().zip(&theirs) {
        assert!(close(&ours["e_value"], &theirs["e_value"]), "{rule}: {ours} for {theirs}");
        for name in ["spent", "saved"] {
            let ours = &ours[name];
            let minor = if ours.is_null() { ours } else { &ours["minor"] };
            assert_eq!(minor, &theirs[name], "{rule}: {name} of {theirs}");
        }
    }
}

#[test]
fn rules_about_money_agree_with_another_language_fire_by_fire() {
    let Some(data) = data("ads_2020") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [("ads.toml", ADS), ("evidence.toml", ADS_EVIDENCE), ("mapping.toml", ADS_MAPPING)] {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    let csv = data.join("daily.csv").display().to_string();
    let plain = |below: f64, k: u32, cooldown_hours: i32| json!({ "kind": "plain", "below": below, "k": k, "cooldown_hours": cooldown_hours });
    let rules = json!([plain(1.0, 1, -1), plain(1.0, 3, -1), plain(1.5, 2, -1), plain(2.0, 5, 72), plain(0.8, 7, 168)]);
    let words = ["backtest", "ads.toml", "--data", &csv, "--mapping", "mapping.toml", "--json"];
    let report = run(folder.path(), &words);
    let theirs = reference("backtest_ads.py", &data, folder.path(), &rules);
    for (place, theirs) in theirs.iter().enumerate() {
        let ours = fires(&report, place);
        same(&rules[place], &ours, theirs, 20);
        same_money(&rules[place], &ours, theirs);
    }
    is_in_readme("backtest ads", &table(&report));

    let weighed = |limit: i64, level: f64, shape: f64, floor: i64, cooldown_hours: i32| {
        json!({ "kind": "evidence", "limit": limit, "level": level, "shape": shape, "floor": floor,
                "cooldown_hours": cooldown_hours })
    };
    for shape in [1.1, 5.0] {
        let rules = json!([
            weighed(1, 0.8, shape, 100, -1),
            weighed(5, 0.8, shape, 100, 72),
            weighed(20, 0.8, shape, 500, -1),
            weighed(20, 0.95, shape, 100, -1),
        ]);
        let k = format!("evidence.k={shape}");
        let words = ["backtest", "evidence.toml", "--data", &csv, "--mapping", "mapping.toml", "--set", &k, "--json"];
        let report = run(folder.path(), &words);
        let theirs = reference("backtest_ads.py", &data, folder.path(), &rules);
        for (place, theirs) in theirs.iter().enumerate() {
            let ours = fires(&report, place);
            // One post with a luck of its own proves little by itself: at k = 1.1 only the first limits are fired at.
            let at_least = if shape > 2.0 { 30 } else { [1_000, 5, 0, 0][place] };
            same(&rules[place], &ours, theirs, at_least);
            same_money(&rules[place], &ours, theirs);
            same_evidence(shape, theirs);
        }
    }
}

/// The e-values before they are rounded for the report.
#[track_caller]
fn same_evidence(k: f64, theirs: &Value) {
    for fire in theirs.as_array().expect("fires") {
        let number = |name: &str| fire[name].as_f64().expect("a number");
        let post = counts::Post { expected: number("expected"), seen: number("seen") };
        let ours = f64::min(counts::ln_e(&[post], Luck::Varied { k }), 700.0);
        assert!((ours - number("e_value").ln()).abs() <= 1e-6, "{ours} for {fire}");
    }
}
