//! `plimsoll import --mapping`: files as dirty as people publish them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plimsoll::domain::mapped_csv::{Mapping, read};
use plimsoll::domain::num::u64_of_len;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Columns of one of the tables of influencers: who, and followers, then what else it has.
type Table = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const FILES: [Table; 9] = [
    ("instagram.csv", "Influencer insta name", "Followers", &[("likes", "Engagement avg")]),
    (
        "instagram_june_2022.csv",
        "instagram name",
        "Subscribers count#1",
        &[("likes", "Likes avg#2"), ("comments", "Comments avg.#1")],
    ),
    ("instagram_sep_2022.csv", "Instagram name", "Subscribers#2", &[("likes", "Engagement average Values")]),
    ("tiktok.csv", "Tiktoker name", "Subscribers count#1", &[("views", "Views avg.#1"), ("shares", "Shares avg#1")]),
    (
        "tiktok_june_2022.csv",
        "Tiktoker",
        "Subscribers count#1",
        &[("views", "Views avg.#2"), ("shares", "Shares avg#1")],
    ),
    (
        "tiktok_sep_2022.csv",
        "Tiktoker name",
        "Subscribers#1",
        &[("views", "Views avg.#1"), ("comments", "Comments avg.#1")],
    ),
    (
        "youtube.csv",
        "youtuber name",
        "Subscribers#1",
        &[("views", "avg views#1"), ("likes", "avg likes#1"), ("comments", "avg comments#2")],
    ),
    (
        "youtube_june_2022.csv",
        "channel name",
        "Subscribers count#1",
        &[("views", "Views avg.#2"), ("comments", "Comments avg.#1")],
    ),
    ("youtube_sep_2022.csv", "Youtuber", "Subscribers#1", &[("likes", "Avg. likes#1"), ("comments", "Avg Comments#1")]),
];

fn mapping(platform: &str, who: &str, followers: &str, more: &[(&str, &str)]) -> String {
    let mut text = format!(
        "time = \"2022-09-01\"\nplatform = \"{platform}\"\ncreator = \"{{{who}}}\"\n\
         [[metric]]\nmetric = \"followers\"\ncolumn = \"{followers}\"\nform = \"gauge\"\n"
    );
    for (metric, column) in more {
        write!(text, "[[metric]]\nmetric = \"{metric}\"\ncolumn = \"{column}\"\nform = \"total\"\nround = true\n")
            .expect("text");
    }
    text
}

/// Counts rows, and distinct names, without a line of ours.
const COUNT: &str = "import csv, io, sys\n\
    for path in sys.argv[1:]:\n    \
        rows = list(csv.reader(io.StringIO(open(path, 'rb').read().decode('utf-8-sig'), newline='')))[1:]\n    \
        print(len([row for row in rows if row]))\n";

#[test]
fn the_dirtiest_tables_are_read_row_by_row() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/influencers_2022");
    if !folder.exists() {
        eprintln!("skipped: {} is not there", folder.display());
        return;
    }
    let paths: Vec<PathBuf> = FILES.iter().map(|file| folder.join(file.0)).collect();
    let Ok(counted) = Command::new("python3").arg("-c").arg(COUNT).args(&paths).output() else {
        eprintln!("skipped: python3 is not there");
        return;
    };
    let counted = String::from_utf8(counted.stdout).expect("numbers");
    let counted: Vec<u64> = counted.lines().map(|line| line.parse().expect("a number")).collect();
    assert_eq!(counted.len(), FILES.len());
    for (((name, who, followers, more), path), rows) in FILES.iter().zip(&paths).zip(counted) {
        let platform = name.split(['_', '.']).next().expect("a platform");
        let mapping = Mapping::from_toml(&mapping(platform, who, followers, more)).expect("a mapping");
        let mapped = read(&std::fs::read(path).expect("a file"), &mapping).expect(name);
        assert_eq!(mapped.taken + mapped.rejected, rows, "{name}");
        assert_eq!(mapped.rejected, u64_of_len(mapped.errors.len()), "{name}");
        // What is rejected is there twice, or two names that would be one person.
        for error in &mapped.errors {
            let what = error.to_string();
            assert!(what.contains("already") || what.contains("would both be"), "{name}: {what}");
        }
        assert!(rows * 9 / 10 < mapped.taken, "{name}: {} of {rows}", mapped.taken);
        assert!(mapped.taken < u64_of_len(mapped.rows.len()), "{name}: more than one number a row");
    }
}

pub(super) struct Desk(pub(super) TempDir);

impl Desk {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(super) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.0.path().join(name), text).expect("written");
    }

    pub(super) fn run(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        let out = command.args(words).current_dir(self.0.path()).env("USER", "tester").stdin(Stdio::null()).output();
        let out = out.expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (out.status.code(), text(&out.stdout), text(&out.stderr))
    }
}

const MAPPING: &str = "time = \"{Day}\"\nplatform = \"instagram\"\ncreator = \"{Name}\"\n[[metric]]\nmetric = \"views\"\n\
                       column = \"Views\"\nform = \"total\"\n";

#[test]
fn a_mapped_file_is_taken_and_each_bad_row_told() {
    let desk = Desk::new();
    desk.write("mapping.toml", MAPPING);
    desk.write("dirty.csv", b"Name;Day;Views\nAnna \xC5berg;1/3/2026;1,2K\nBo;13/3/2026;many\nBo;13/3/2026;3 400\n");
    let words = ["import", "dirty.csv", "--mapping", "mapping.toml", "--json"];
    let bad = "dirty.csv: line 3, column `Views`: `many` is not a number; write it like 12345, 12.3K or 1.2M\n";
    // All or nothing: nothing is made.
    let (code, out, err) = desk.run(&[&words[..], &["--strict"]].concat());
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.starts_with(bad) && err.contains("--strict takes all or none, nothing was changed"), "{err}");
    assert!(!desk.0.path().join("data").exists());

    let (code, out, err) = desk.run(&words);
    assert_eq!((code, err.as_str()), (Some(0), bad));
    let want = json!({ "rows": 3, "taken": 2, "rejected": [{
        "line": 3, "column": "Views", "what": "`many` is not a number", "remedy": "write it like 12345, 12.3K or 1.2M",
    }], "samples": 2 });
    assert_eq!(serde_json::from_str::<Value>(&out).expect("JSON"), want);
    // What was stored is what a replay of the store would read: the same file again changes nothing.
    assert_eq!(desk.run(&words), (Some(0), out, bad.to_owned()));
    let (_, text, _) = desk.run(&words[..4]);
    assert_eq!(text, "3 rows, 2 taken, 1 rejected: 2 numbers\n");
}

#[test]
fn what_cannot_be_mapped_is_one_line() {
    let desk = Desk::new();
    desk.write("a.csv", "Name,Day,Views\nAnna,2026-03-01,5\n");
    desk.write("typo.toml", MAPPING.replace("column = \"Views\"", "column = \"View\""));
    desk.write("broken.toml", "time = ");
    desk.write("empty.csv", "Name,Day,Views\n");
    desk.write("mapping.toml", MAPPING);
    for (words, want) in [
        (
            ["import", "a.csv", "--mapping", "typo.toml"],
            "plimsoll: a.csv: there is no column `View`: correct the mapping\n",
        ),
        (["import", "a.csv", "--mapping", "none.toml"], "`plimsoll import --help` shows a mapping\n"),
        (["import", "a.csv", "--mapping", "broken.toml"], "`plimsoll import --help` shows one\n"),
        (
            ["import", "empty.csv", "--mapping", "mapping.toml"],
            "plimsoll: empty.csv: there is no row below the header; nothing was changed\n",
        ),
    ] {
        let (code, out, err) = desk.run(&words);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{words:?}");
        assert!(err.ends_with(want) && err.lines().count() == 1, "{words:?}: {err}");
    }
    assert!(!desk.0.path().join("data").exists());
    let (_, help, _) = desk.run(&["import", "--help"]);
    assert!(help.contains("creator  = \"{Influencer name}\"") && help.contains("repeats  = \"sum\""), "{help}");
}
