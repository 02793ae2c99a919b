//! What every platform's test of recorded bodies needs: where they are, that none is left out, and how to damage one.

use std::collections::BTreeSet;
use std::path::PathBuf;

/// The folder of a platform's recorded bodies, or a line that says the test was skipped.
pub(super) fn folder(platform: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/recorded").join(platform);
    if folder.is_dir() {
        return Some(folder);
    }
    #[expect(clippy::print_stderr, reason = "a test without its data says so")]
    {
        eprintln!("skipped: no recorded bodies at ../shared/data/recorded/{platform}");
    }
    None
}

/// The table of a test lists every body of its folder, and none that is not there.
#[track_caller]
pub(super) fn all_are_listed<'a>(platform: &str, listed: impl Iterator<Item = &'a str>) {
    let Some(folder) = folder(platform) else { return };
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
    let there = std::fs::read_dir(folder).expect("a folder").map(|entry| name(entry).to_string_lossy().into_owned());
    let listed: BTreeSet<String> = listed.map(str::to_owned).collect();
    assert_eq!(there.collect::<BTreeSet<_>>(), listed);
}

/// Damaging a document in one place.
pub(super) mod damaged {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// Every place of a document, as the steps to it.
    pub(in crate::sources) fn places(value: &Value) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        gather(value, &mut Vec::new(), &mut all);
        all
    }

    fn gather(value: &Value, way: &mut Vec<String>, all: &mut Vec<Vec<String>>) {
        let children: Vec<(String, &Value)> = match value {
            Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), value)).collect(),
            Value::Array(list) => list.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
            _ => Vec::new(),
        };
        for (step, child) in children {
            way.push(step);
            all.push(way.clone());
            gather(child, way, all);
            way.pop();
        }
    }

    fn pointer(way: &[String]) -> String {
        way.iter().fold(String::new(), |text, step| format!("{text}/{}", step.replace('~', "~0").replace('/', "~1")))
    }

    /// The way as errors write it: `items[3].statistics.viewCount`.
    pub(in crate::sources) fn written(way: &[String]) -> String {
        way.iter().fold(String::new(), |text, step| match step.parse::<usize>() {
            Ok(index) => format!("{text}[{index}]"),
            Err(_) if text.is_empty() => step.clone(),
            Err(_) => format!("{text}.{step}"),
        })
    }

    /// Puts another value in a place, or takes the place away.
    pub(in crate::sources) fn damage(body: &mut Value, way: &[String], with: Option<Value>) {
        let (last, parent) = way.split_last().expect("a way");
        match with {
            Some(value) => *body.pointer_mut(&pointer(way)).expect("a place") = value,
            None => match body.pointer_mut(&pointer(parent)).expect("a place") {
                Value::Object(members) => drop(members.remove(last)),
                Value::Array(rows) => drop(rows.remove(last.parse::<usize>().expect("an index"))),
                _ => panic!("only objects and lists have members"),
            },
        }
    }

    /// What may stand where something else should; nothing at all among them.
    pub(in crate::sources) fn wrong_values() -> impl Strategy<Value = Option<Value>> {
        prop_oneof![
            Just(None),
            Just(Some(Value::Null)),
            Just(Some(json!(true))),
            Just(Some(json!({}))),
            Just(Some(json!([]))),
            Just(Some(json!("x"))),
            Just(Some(json!(-1))),
            Just(Some(json!("-1"))),
            Just(Some(json!(1.5))),
            Just(Some(json!(1e300))),
            Just(Some(json!("18446744073709551616"))),
            Just(Some(json!(u64::MAX))),
        ]
    }
}
