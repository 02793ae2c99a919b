//! What operators are given beside the program (the manual, the dashboard, the alert rules, the unit, the container file) says
//! what the program does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use plimsoll::app::config::Config;
use plimsoll::app::service::DRAIN_MAX;
use plimsoll::app::vitals::table::{ALL, Metric};
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn file(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn known() -> BTreeMap<&'static str, &'static Metric> {
    ALL.iter().map(|metric| (metric.name, *metric)).collect()
}

/// Every name of a figure in a text.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    words.filter(|word| word.starts_with("plimsoll_")).map(str::to_owned).collect()
}

#[track_caller]
fn check_known(what: &str, text: &str) {
    let strange: Vec<String> = named(text).into_iter().filter(|name| !known().contains_key(name.as_str())).collect();
    assert!(strange.is_empty(), "{what} speaks of {strange:?}, which /metrics does not tell");
}

#[test]
fn the_manual_has_every_figure_with_what_it_means() {
    let manual = file("docs/operating.md");
    check_known("docs/operating.md", &manual);
    let rows = manual.split("<!-- metrics -->").nth(1).expect("the table").split("<!-- /metrics -->").next();
    let rows: Vec<&str> = rows.expect("its end").lines().filter(|line| line.starts_with("| `")).collect();
    let row = |metric: &&Metric| {
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let labels = if labels.is_empty() { "–".to_owned() } else { labels.join(", ") };
        format!("| `{}` | {labels} | {} |", metric.name, metric.help)
    };
    assert_eq!(rows, ALL.iter().map(row).collect::<Vec<_>>());
    assert!(file("README.md").contains("(docs/operating.md)"), "the README leads there");
}

#[test]
fn the_manual_speaks_of_settings_that_there_are() {
    let defaults: toml::Table = file("config/default.toml").parse().expect("TOML");
    let manual = file("docs/operating.md");
    let quoted = manual.split('`').skip(1).step_by(2);
    let mut seen = 0;
    for words in quoted {
        let path = words.split(' ').next().unwrap_or_default();
        let Some((table, key)) = path.split_once('.') else { continue };
        let Some(table) = defaults.get(table).and_then(toml::Value::as_table) else { continue };
        assert!(table.contains_key(key), "`{path}` is no setting");
        seen += 1;
    }
    assert!(8 <= seen, "{seen}");
}

/// Every question that a dashboard asks.
fn questions(panel: &Value) -> Vec<&str> {
    let targets = panel["targets"].as_array().map(Vec::as_slice).unwrap_or_default();
    targets.iter().map(|target| target["expr"].as_str().expect("a question")).collect()
}

#[test]
fn the_dashboard_shows_every_figure_and_no_other() {
    let text = file("deploy/grafana.json");
    check_known("the dashboard", &text);
    let board: Value = serde_json::from_str(&text).expect("JSON");
    let panels = board["panels"].as_array().expect("panels");
    let asked = named(&panels.iter().flat_map(questions).collect::<Vec<_>>().join(" "));
    let missing: Vec<&str> = known().into_keys().filter(|name| !asked.contains(*name)).collect();
    assert!(missing.is_empty(), "not on the dashboard: {missing:?}");
    let variables: Vec<&str> = board["templating"]["list"]
        .as_array()
        .expect("variables")
        .iter()
        .filter_map(|one| one["type"].as_str())
        .collect();
    assert_eq!(variables, ["datasource", "query"]);
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_i64().expect("an id")), "{}", panel["title"]);
        assert_eq!(panel["datasource"]["uid"], "${datasource}", "{}", panel["title"]);
        for question in questions(panel) {
            // A counter means something only by how it grows.
            let counters = named(question).into_iter().filter(|name| name.ends_with("_total"));
            for counter in counters {
                assert!(
                    question.contains(&format!("rate({counter}")) || question.contains(&format!("increase({counter}"))
                );
            }
        }
        for target in panel["targets"].as_array().expect("targets") {
            let (question, legend) =
                (target["expr"].as_str().unwrap_or_default(), target["legendFormat"].as_str().unwrap_or_default());
            check_labels(question, legend.split("{{").skip(1).filter_map(|rest| rest.split("}}").next()));
        }
    }
}

/// Labels that are shown are labels of what is asked.
#[track_caller]
fn check_labels<'a>(question: &str, labels: impl Iterator<Item = &'a str>) {
    let known = known();
    let of: BTreeSet<&str> = named(question)
        .iter()
        .filter_map(|name| known.get(name.as_str()))
        .flat_map(|metric| metric.labels.to_vec())
        .collect();
    for label in labels {
        assert!(of.contains(label), "`{question}` has no `{label}`");
    }
}

#[test]
fn the_alert_rules_ask_for_what_is_told() {
    let text = file("deploy/prometheus.rules.yml");
    let (mut rules, mut question) = (0, String::new());
    for line in text.lines() {
        if let Some((_, asked)) = line.split_once("expr: ") {
            check_known("the alert rules", asked);
            asked.clone_into(&mut question);
            rules += 1;
        }
        let labels = line.split("$labels.").skip(1);
        check_labels(&question, labels.filter_map(|rest| rest.split([' ', '}']).next()));
    }
    assert!(5 <= rules, "{rules}");
}

/// The settings of a unit; one that is given again is added to.
fn unit() -> BTreeMap<String, Vec<String>> {
    let mut settings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in file("deploy/plimsoll.service").lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, value)) = line.split_once('=') {
            settings.entry(key.to_owned()).or_default().push(value.to_owned());
        }
    }
    settings
}

#[test]
fn the_unit_is_as_the_program_needs_it_and_lets_it_do_nothing_more() {
    let unit = unit();
    let all = |key: &str| unit.get(key).unwrap_or_else(|| panic!("{key} is not set")).join(" ");
    let stop = all("TimeoutStopSec");
    let stop: u64 = stop.strip_suffix('s').expect("seconds").parse().expect("a number");
    assert!(DRAIN_MAX + Duration::from_secs(10) < Duration::from_secs(stop), "it is let finish");
    assert!(DRAIN_MAX + Duration::from_secs(2) <= Duration::from_secs(10), "it ends within ten seconds");
    // The folder of the store is a part of what systemd gives to the program alone.
    let folder = Config::load(None, &[]).expect("the defaults").store.folder;
    assert!(folder.is_relative(), "{}", folder.display());
    assert_eq!(Path::new(&all("WorkingDirectory")), Path::new("/var/lib").join(all("StateDirectory")));
    assert_eq!(all("ExecStart"), "/usr/local/bin/plimsoll run --config /etc/plimsoll/plimsoll.toml");
    assert_eq!(all("RestartPreventExitStatus"), "2");
    for (key, value) in [
        ("DynamicUser", "yes"),
        ("NoNewPrivileges", "yes"),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateTmp", "yes"),
        ("PrivateDevices", "yes"),
        ("MemoryDenyWriteExecute", "yes"),
        ("CapabilityBoundingSet", ""),
        ("RestrictNamespaces", "yes"),
        ("RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX"),
        ("SystemCallFilter", "@system-service ~@privileged @resources"),
        ("StateDirectoryMode", "0700"),
        ("UMask", "0077"),
        ("Restart", "on-failure"),
    ] {
        assert_eq!(all(key), value, "{key}");
    }
    // Secrets come in by a way of their own, and the manual says under which name.
    let (name, folder) = all("LoadCredential").split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned())).expect("two");
    let manual = file("docs/operating.md");
    assert!(manual.contains(&format!("`{folder}`")));
    assert!(manual.contains(&format!("/run/credentials/plimsoll.service/{name}_")));
    assert!(!unit.contains_key("Environment"), "no secret is in an environment");
}

/// systemd's own word, where there is one to ask.
#[test]
fn systemd_takes_the_unit_and_finds_it_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("plimsoll.service");
    // It looks whether the program is there.
    let here = file("deploy/plimsoll.service").replace("/usr/local/bin/plimsoll", env!("CARGO_BIN_EXE_plimsoll"));
    std::fs::write(&path, here).expect("written");
    let ask = |words: &[&str]| Command::new("systemd-analyze").args(words).arg(&path).output();
    let Ok(verified) = ask(&["--man=no", "verify"]) else {
        eprintln!("skipped: there is no systemd-analyze to ask about the unit");
        return;
    };
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    assert!(verified.status.success() && !said.contains("plimsoll.service:"), "{said}");
    // 0.0 is closed, 10.0 open; above 2.0 it says no.
    let looked = ask(&["security", "--no-pager", "--offline=true", "--threshold=20"]).expect("it runs");
    assert!(looked.status.success(), "{}", String::from_utf8_lossy(&looked.stdout));
}

#[test]
fn the_container_has_all_it_is_built_from_and_runs_without_rights() {
    let text = file("deploy/Containerfile");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let of = |word: &str| -> Vec<&str> { lines.iter().filter_map(|line| line.strip_prefix(word)).collect() };
    // What Cargo looks for and what is compiled in.
    let copied: BTreeSet<&str> =
        of("COPY ").into_iter().filter(|line| !line.starts_with("--")).flat_map(str::split_whitespace).collect();
    for needed in ["Cargo.toml", "Cargo.lock", "src", "config", "benches", "examples"] {
        assert!(copied.contains(needed) && root().join(needed).exists(), "{needed}");
    }
    let manifest: toml::Table = file("Cargo.toml").parse().expect("TOML");
    let wanted = manifest["package"]["rust-version"].as_str().expect("a version");
    assert!(of("FROM ")[0].contains(&format!("rust:{wanted}-")), "{:?}", of("FROM "));
    assert!(of("FROM ").iter().all(|image| !image.contains("latest")));
    assert_eq!(of("USER "), ["65532:65532"], "not root");
    assert_eq!(of("VOLUME "), ["/var/lib/plimsoll"]);
    assert_eq!(of("WORKDIR ").last(), Some(&"/var/lib/plimsoll"), "the store is in the volume");
    assert_eq!(of("STOPSIGNAL "), ["SIGTERM"]);
    assert_eq!(of("ENTRYPOINT "), ["[\"/usr/local/bin/plimsoll\"]"]);
    assert!(text.contains("--read-only") && text.contains("--cap-drop=all") && text.contains("--stop-timeout 30"));
}
