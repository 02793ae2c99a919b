//! What docs/security.md and deny.toml say, held against the program: the tests and limits they name are there, the licences,
//! sources and bans are kept, and no more rights are asked for than are used.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use plimsoll::app::apply;
use plimsoll::app::setup::discord::{RIGHTS, permissions};
use plimsoll::domain::link::Page;
use serde_json::Value;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn sources_below(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push_str(&fs::read_to_string(&path).expect("a source file"));
        }
    }
}

fn all_sources() -> String {
    let mut all = String::new();
    for folder in ["src", "tests"] {
        sources_below(&root().join(folder), &mut all);
    }
    all
}

/// The words in backticks of a text that look so.
fn quoted(text: &str, looks: impl Fn(&str) -> bool) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).filter(|word| looks(word)).map(str::to_owned).collect()
}

fn is_test(word: &str) -> bool {
    3 <= word.matches('_').count()
        && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

fn is_limit(word: &str) -> bool {
    word.contains('_') && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[test]
fn every_test_and_limit_that_the_threat_model_names_is_there() {
    let (doc, sources) = (read("docs/security.md"), all_sources());
    let (tests, limits) = (quoted(&doc, is_test), quoted(&doc, is_limit));
    assert!(40 <= tests.len() && 20 <= limits.len(), "{} tests, {} limits", tests.len(), limits.len());
    let bare = |name: &&String| !sources.contains(&format!("fn {name}(")) && !sources.contains(&format!("fn {name}<"));
    let missing: Vec<&String> = tests.iter().filter(bare).collect();
    assert!(missing.is_empty(), "no such test: {missing:?}");
    let missing: Vec<&String> = limits.iter().filter(|name| !sources.contains(&format!("const {name}:"))).collect();
    assert!(missing.is_empty(), "no such limit: {missing:?}");
    assert_eq!(quoted("`a_test_of_things` and `a_setting` and `LIMIT_MAX`", is_test).len(), 1);
}

#[test]
fn every_kind_of_source_has_its_rights_in_the_table() {
    let doc = read("docs/security.md");
    for kind in plimsoll::app::config::Kind::NAMES {
        let mut name = String::new();
        for letter in kind.chars() {
            if letter.is_ascii_uppercase() && !name.is_empty() {
                name.push('_');
            }
            name.push(letter.to_ascii_lowercase());
        }
        assert!(doc.contains(&format!("| `{name}` |")), "`{name}` is not in the table of rights");
    }
}

/// Whether a licence, as a package writes it, is within what is allowed.
fn is_allowed(license: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = license.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let allows = either(&words, &mut at, allowed);
    allows && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut any = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        any |= both(words, at, allowed);
    }
    any
}

fn both(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut all = atom(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        all &= atom(words, at, allowed);
    }
    all
}

fn atom(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(&first) = words.get(*at) else { return false };
    *at += 1;
    if first == "(" {
        let inside = either(words, at, allowed);
        *at += 1;
        return inside;
    }
    if words.get(*at) == Some(&"WITH") {
        let whole = format!("{first} WITH {}", words.get(*at + 1).unwrap_or(&""));
        *at += 2;
        return allowed.contains(&whole);
    }
    allowed.contains(first)
}

#[test]
fn a_licence_is_read_as_it_is_written() {
    let allowed: BTreeSet<String> = ["MIT", "Zlib", "A WITH e"].map(str::to_owned).into();
    for (license, want) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT OR GPL-3.0", true),
        ("GPL-3.0/MIT", true),
        ("MIT AND GPL-3.0", false),
        ("MIT AND Zlib", true),
        ("(MIT OR GPL-3.0) AND Zlib", true),
        ("(MIT OR Zlib) AND GPL-3.0", false),
        ("A WITH e", true),
        ("A", false),
        ("", false),
        ("MIT MIT", false),
    ] {
        assert_eq!(is_allowed(license, &allowed), want, "{license}");
    }
}

fn deny() -> toml::Table {
    read("deny.toml").parse().expect("TOML")
}

fn texts(table: &toml::Table, path: [&str; 2]) -> BTreeSet<String> {
    let list = table[path[0]][path[1]].as_array().expect("a list");
    list.iter().map(|one| one.as_str().expect("text").to_owned()).collect()
}

fn crates(table: &toml::Table, key: &str) -> Vec<(String, String)> {
    let list = table["bans"][key].as_array().expect("a list").iter();
    list.map(|one| {
        let text = |key: &str| one[key].as_str().expect("text").to_owned();
        (text("crate"), text("reason"))
    })
    .collect()
}

#[test]
fn licences_and_sources_are_those_of_deny_toml() {
    let table = deny();
    let (allowed, registries) = (texts(&table, ["licenses", "allow"]), texts(&table, ["sources", "allow-registry"]));
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let ran = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", &triple])
        .current_dir(root())
        .output()
        .expect("cargo starts");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let metadata: Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(200 < packages.len(), "{}", packages.len());
    let mut faults = Vec::new();
    let mut used = BTreeSet::new();
    for package in packages {
        let (name, license) = (&package["name"], package["license"].as_str().unwrap_or_default());
        used.extend(allowed.iter().filter(|one| license.contains(one.as_str())).cloned());
        if !is_allowed(license, &allowed) {
            faults.push(format!("{name}: `{license}` is not allowed"));
        }
        if let Some(source) = package["source"].as_str()
            && !registries.contains(source.trim_start_matches("registry+"))
        {
            faults.push(format!("{name}: from {source}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(used, allowed, "what nobody needs is not allowed beforehand");
}

#[test]
fn what_is_banned_or_twice_in_the_tree_is_what_deny_toml_says() {
    let table = deny();
    let lock: toml::Table = read("Cargo.lock").parse().expect("TOML");
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock["package"].as_array().expect("packages") {
        let (name, version) = (package["name"].as_str().expect("text"), package["version"].as_str().expect("text"));
        versions.entry(name).or_default().push(version);
    }
    for (name, reason) in crates(&table, "deny") {
        assert!(!versions.contains_key(name.as_str()), "`{name}` is banned: {reason}");
    }
    let skipped: Vec<(String, String)> = crates(&table, "skip");
    let twice: Vec<(&str, &Vec<&str>)> =
        versions.iter().filter(|(_, versions)| 1 < versions.len()).map(|(name, versions)| (*name, versions)).collect();
    let mut faults = Vec::new();
    for (name, versions) in &twice {
        let left =
            versions.iter().filter(|version| !skipped.iter().any(|(one, _)| *one == format!("{name}@{version}")));
        if left.count() != 1 {
            faults.push(format!("{name} {versions:?}: name all but one, with who asks for it"));
        }
    }
    for (one, reason) in &skipped {
        let (name, version) = one.split_once('@').expect("NAME@VERSION");
        let there = twice.iter().any(|(given, versions)| *given == name && versions.contains(&version));
        if !there || reason.is_empty() {
            faults.push(format!("`{one}` is not twice in the tree any more, or has no reason"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn nothing_is_unsafe_and_the_lint_that_says_so_stands() {
    let manifest: toml::Table = read("Cargo.toml").parse().expect("TOML");
    assert_eq!(manifest["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    let mut program = String::new();
    sources_below(&root().join("src"), &mut program);
    // In two halves, so that this test does not find itself where it is read.
    for word in [concat!("unsafe", " {"), concat!("unsafe", " fn"), concat!("unsafe", " impl")] {
        assert!(!program.contains(word), "`{word}`");
    }
}

#[test]
fn no_more_is_asked_of_the_chats_than_is_used() {
    let gateway = read("src/chat/discord/gateway.rs");
    let intents: BTreeSet<&str> = gateway
        .split("GatewayIntents::")
        .skip(1)
        .map(|rest| rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next().expect("a word"))
        .collect();
    assert_eq!(intents, ["empty"].into(), "interactions need no intents");
    let names: Vec<&str> = RIGHTS.iter().map(|right| right.name).collect();
    assert_eq!(
        names,
        [
            "View Channels",
            "Send Messages",
            "Embed Links",
            "Attach Files",
            "Read Message History",
            "Send Messages in Threads"
        ]
    );
    // Nothing with which anybody could be harmed: administrator, managing of anything, kicking, banning, mentioning everyone.
    let harm = [1_u64, 2, 3, 4, 5, 13, 17, 22, 23, 24, 27, 28, 29, 30, 33, 34, 40];
    assert!(harm.into_iter().all(|bit| permissions() & (1 << bit) == 0), "{:#b}", permissions());
    let polling = read("src/chat/telegram/poll.rs");
    let updates: BTreeSet<&str> = polling
        .split("AllowedUpdate::")
        .skip(1)
        .map(|rest| rest.split(|letter: char| !letter.is_ascii_alphanumeric()).next().expect("a word"))
        .collect();
    assert_eq!(updates, ["CallbackQuery", "ChatMember", "Message", "MyChatMember"].into());
}

#[test]
fn documents_that_never_end_inwards_are_refused() {
    for text in [
        format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("a = {}1{}", "{ b = ".repeat(100_000), " }".repeat(100_000)),
        format!("{} = 1", vec!["a"; 100_000].join(".")),
        format!("[{}]\nx = 1", vec!["a"; 100_000].join(".")),
    ] {
        assert!(apply::read_texts([("deep.toml", text.as_str())]).is_err(), "no stack is left");
    }
}

#[test]
fn a_page_brings_no_line_of_its_own_into_an_answer() {
    for given in [
        "https://shop.example/p\r\nSet-Cookie: a=b",
        "https://shop.example/p?x=\r\nLocation:https://evil.example",
        "https://shop.example/p#\u{0}\n\u{85}\u{2028}x",
        "https://shop.example/\u{e9}\t",
    ] {
        let Ok(page) = given.parse::<Page>() else { continue };
        let written = page.with_utm("spring", "alma").to_string();
        assert!(written.bytes().all(|byte| (0x21..0x7f).contains(&byte)), "{written:?}");
        assert!(written.starts_with("https://shop.example/"), "{written:?}");
    }
}
