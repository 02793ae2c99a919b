//! Tidy: what no compiler checks. Rings, orphans, length, banned words, configuration files.
#![expect(clippy::expect_used, clippy::string_slice, reason = "a test")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from the inside out. A room may use rooms before it in this list, and of its own ring only where the third field
/// says so: ring 2 has an order, rooms of ring 3 do not know each other.
const ROOMS: [(&str, u8); 17] = [
    ("domain", 1),
    ("rules", 2),
    ("insight", 2),
    ("outbox", 2),
    ("words", 2),
    ("store", 3),
    ("sources", 3),
    ("actions", 3),
    ("chat", 3),
    ("report", 3),
    ("web", 3),
    ("sim", 3),
    ("app", 4),
    ("cli", 4),
    ("fuzzing", 4),
    ("time", 0),
    ("http", 0),
];

/// Crates that may be named in one folder only.
const HOMES: [(&str, &str); 9] = [
    ("serenity::", "src/chat/discord"),
    ("teloxide::", "src/chat/telegram"),
    ("sled::", "src/store/sled"),
    ("sqlx::", "src/store/postgres"),
    ("cel::", "src/rules"),
    ("figment::", "src/app/config.rs"),
    ("cron::", "src/app/schedule.rs"),
    ("plotters::", "src/words"),
    ("fluent_bundle::", "src/words"),
];

/// Words that mean unfinished or switched off. Written in two halves, so that this list does not find itself.
const BANNED: [(&str, &str); 5] = [
    (concat!("FIX", "ME"), "finish it"),
    (concat!("XX", "X"), "finish it"),
    (concat!("#[", "ignore"), "a test that does not run proves nothing"),
    (concat!("#[", "allow"), "use #[expect(…, reason = …)]"),
    (concat!("should_", "panic"), "assert on the error instead"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return found;
    };
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_below(&path, ending));
        } else if path.extension().is_some_and(|given| given == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn rust_files() -> Vec<(PathBuf, String)> {
    ["src", "tests", "benches", "examples"]
        .iter()
        .flat_map(|folder| files_below(&root().join(folder), "rs"))
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source file");
            (path, text)
        })
        .collect()
}

/// A file's lines without comments.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(at, line)| (at + 1, line)).filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The words that follow `crate::` in a line.
fn crate_words(line: &str) -> impl Iterator<Item = &str> {
    line.split("crate::").skip(1).map(|rest| {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        &rest[..end]
    })
}

/// What is wrong with `room` using `used`, if anything.
fn ring_fault(room: &str, used: &str) -> Option<String> {
    let place = |name: &str| ROOMS.iter().position(|row| row.0 == name);
    let (from, to) = (place(room)?, place(used)?);
    let (Some(&(_, from_ring)), Some(&(_, to_ring))) = (ROOMS.get(from), ROOMS.get(to)) else {
        return None;
    };
    let fine = room == used
        || match (from_ring, to_ring) {
            (0, _) | (1 | 2, 0) | (3, 3) => false,
            (_, 0) => true,
            (4, 4) => from > to,
            _ => to < from,
        };
    (!fine).then(|| format!("`{room}` may not use `{used}`"))
}

fn room_of(path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root().join("src")).ok()?;
    let first = inside.components().next()?.as_os_str().to_string_lossy().replace(".rs", "");
    (!matches!(first.as_str(), "lib" | "main")).then_some(first)
}

#[test]
fn imports_point_inwards() {
    let mut faults = Vec::new();
    for (path, text) in rust_files() {
        let Some(room) = room_of(&path) else { continue };
        assert!(ROOMS.iter().any(|row| row.0 == room), "`{room}` has no ring in this test");
        for (line, code) in code_lines(&text) {
            if code.contains("use crate::{") {
                faults.push(format!("{}:{line}: one room a `use`, so that this test can read it", shown(&path)));
            }
            faults.extend(
                crate_words(code)
                    .filter_map(|used| ring_fault(&room, used))
                    .map(|fault| format!("{}:{line}: {fault}", shown(&path))),
            );
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_ring_check_finds_what_it_should() {
    for (room, used) in [
        ("rules", "store"),
        ("domain", "rules"),
        ("chat", "sources"),
        ("rules", "time"),
        ("sim", "chat"),
        ("rules", "words"),
        ("app", "cli"),
    ] {
        assert!(ring_fault(room, used).is_some(), "{room} → {used}");
    }
    for (room, used) in [
        ("words", "outbox"),
        ("chat", "http"),
        ("app", "store"),
        ("cli", "app"),
        ("store", "rules"),
        ("domain", "domain"),
    ] {
        assert_eq!(ring_fault(room, used), None, "{room} → {used}");
    }
    assert_eq!(crate_words("use crate::store::Table; crate::chat::X").collect::<Vec<_>>(), ["store", "chat"]);
}

#[test]
fn heavy_crates_stay_at_home() {
    let mut faults = Vec::new();
    for (path, text) in rust_files() {
        let name = shown(&path);
        if name.starts_with("tests") {
            continue;
        }
        for (line, code) in code_lines(&text) {
            for (word, home) in HOMES {
                let named = code.split(word).collect::<Vec<_>>();
                let really = named.len() > 1
                    && named.iter().take(named.len() - 1).any(|before| {
                        !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':' || c == '"')
                    });
                if really && !name.starts_with(home) {
                    faults.push(format!("{name}:{line}: `{word}` belongs in {home}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_file_is_in_a_module() {
    let mut orphans = Vec::new();
    for path in files_below(&root().join("src"), "rs") {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let folder = path.parent().unwrap();
        if matches!(stem.as_str(), "lib" | "main") {
            continue;
        }
        let (name, above) = if stem == "mod" {
            (folder.file_name().unwrap().to_string_lossy().into_owned(), folder.parent().unwrap())
        } else {
            (stem, folder)
        };
        let parents = [above.join("mod.rs"), above.join("lib.rs"), above.with_extension("rs")];
        let declared = parents
            .iter()
            .filter_map(|parent| fs::read_to_string(parent).ok())
            .any(|text| text.lines().any(|line| line.trim().ends_with(&format!("mod {name};"))));
        if !declared {
            orphans.push(shown(&path));
        }
    }
    assert!(orphans.is_empty(), "in no `mod` list: {}", orphans.join(", "));
}

#[test]
fn files_are_short() {
    let long: Vec<String> = rust_files()
        .iter()
        .filter_map(|(path, text)| {
            let (lines, name) = (text.lines().count(), shown(path));
            let most = if name.starts_with("tests") { 1000 } else { 600 };
            (most < lines).then(|| format!("{name} has {lines} lines of {most}"))
        })
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn nothing_is_unfinished_or_switched_off() {
    let mut faults = Vec::new();
    for (path, text) in rust_files() {
        for (at, line) in text.lines().enumerate() {
            for (word, instead) in BANNED {
                if line.contains(word) {
                    faults.push(format!("{}:{}: `{word}`: {instead}", shown(&path), at + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Whoever comes when a queue is full is told so or waits: nothing of the program grows with what comes from outside.
#[test]
fn every_queue_has_a_length() {
    let word = concat!("unbounded", "_channel");
    let files = rust_files();
    let of_program = files.iter().filter(|(path, _)| shown(path).starts_with("src"));
    let endless: Vec<String> =
        of_program.filter(|(_, text)| text.contains(word)).map(|(path, _)| shown(path)).collect();
    assert!(endless.is_empty(), "without a length: {}", endless.join(", "));
}

#[test]
fn every_toml_file_parses() {
    for path in files_below(&root().join("config"), "toml") {
        let text = fs::read_to_string(&path).expect("a file");
        if let Err(error) = text.parse::<toml::Table>() {
            panic!("{}: {error}", shown(&path));
        }
    }
}

/// Tables whose keys the owner chooses: names of sources, platforms.
const OPEN: [&str; 2] = ["sources", "post_half_life_by_platform"];

/// Every key of a table with the tables it is in; what is in the [open](OPEN) ones is the owner's.
fn key_paths(table: &toml::Table, above: &[String], found: &mut Vec<Vec<String>>) {
    for (key, value) in table.iter().filter(|(key, _)| !OPEN.contains(&key.as_str())) {
        let path: Vec<String> = above.iter().cloned().chain([key.clone()]).collect();
        if let Some(inner) = value.as_table() {
            key_paths(inner, &path, found);
        }
        found.push(path);
    }
}

fn without(mut table: toml::Table, path: &[String]) -> toml::Table {
    match path {
        [] => {}
        [last] => drop(table.remove(last)),
        [first, rest @ ..] => {
            if let Some(toml::Value::Table(inner)) = table.remove(first) {
                table.insert(first.clone(), toml::Value::Table(without(inner, rest)));
            }
        }
    }
    table
}

/// `config/default.toml` is the list of settings: all it says is understood, and nothing has a default beside it.
#[test]
fn the_default_configuration_names_every_setting() {
    let text = fs::read_to_string(root().join("config/default.toml")).expect("the defaults");
    let table: toml::Table = text.parse().expect("TOML");
    let loads = |table: toml::Table| table.try_into::<plimsoll::app::config::Config>();
    if let Err(error) = loads(table.clone()) {
        panic!("config/default.toml: {error}");
    }
    let mut paths = Vec::new();
    key_paths(&table, &[], &mut paths);
    assert!(paths.len() > 30, "{paths:?}");
    for path in paths {
        // What a chat does not publish a figure for is 0 without being written: `[limits.discord]` has one key of three.
        let may_lack = matches!(path.last().map(String::as_str), Some("per_room_per_second" | "per_group_per_minute"));
        let left = loads(without(table.clone(), &path));
        assert_eq!(left.is_ok(), may_lack, "`{}` has a default that is not in config/default.toml", path.join("."));
    }
    let mut more = table;
    more.insert("unknown".to_owned(), toml::Value::Boolean(true));
    assert!(loads(more).is_err(), "an unknown key is an error");
}

#[test]
fn every_direct_dependency_has_its_reason() {
    let text = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    let mut inside = false;
    let mut bare = BTreeSet::new();
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies]");
        } else if inside && line.contains('=') && !line.contains("# ") {
            bare.insert(line.to_owned());
        }
    }
    assert!(bare.is_empty(), "without a reason: {bare:?}");
}
