//! The command line as people meet it: the real program in folders of its own.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use plimsoll::domain::ids::PersonId;
use plimsoll::domain::person::Person;
use plimsoll::outbox::delivery::{Delivery, State};
use plimsoll::outbox::notice::{About, Notice, Urgency};
use plimsoll::sim::world::LivingWorld;
use plimsoll::sim::youtube::{YoutubeConfig, YoutubeSim, YoutubeWorld};
use plimsoll::store::records::read_journal;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Store as _, Table, Transaction, keys};
use plimsoll::time::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

const DOCUMENTS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "EUR"

[[campaign]]
id = "spring"
brand = "nordbo"
starts = "2026-03-01"
ends = "2026-04-30"

[[creator]]
id = "alma"
name = "Alma Lind"

[[partnership]]
campaign = "spring"
creator = "alma"

[[room]]
id = "team"
brand = "nordbo"
audience = "internal"
"#;

const FALL: &str = r#"
[[rule]]
id = "views-fall"
kind = "stop_loss"
scope = "creator"
when = "views < 0.25 * own(views) && own(views) >= 100"
window = "1d"
own = "7d"
"#;

const NAMES: [&str; 24] = [
    "demo",
    "init",
    "run",
    "check",
    "doctor",
    "apply",
    "poll",
    "discover",
    "preflight",
    "codes",
    "coverage",
    "import",
    "export",
    "test-rules",
    "backtest",
    "why",
    "say",
    "outbox",
    "code",
    "grant",
    "revoke",
    "connect",
    "disconnect",
    "help",
];

/// What came of one command.
#[derive(Debug)]
struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}", self.err);
        serde_json::from_str(&self.out).expect("one JSON document")
    }
}

/// A folder with a program in it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// With documents, a rule and forty days of numbers in its store.
    fn furnished() -> Self {
        let desk = Self::new();
        desk.write("documents.toml", DOCUMENTS).write("fall.toml", FALL).write("good.csv", forty_days());
        desk.done(&["apply", "documents.toml", "fall.toml"]);
        desk.done(&["import", "good.csv"]);
        desk
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> &Self {
        std::fs::write(self.path().join(name), text).expect("written");
        self
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
        command.args(words).current_dir(self.path()).env("USER", "tester").stdin(Stdio::null());
        command
    }

    fn run(&self, words: &[&str]) -> Ran {
        let ended = self.command(words).output().expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ran { code: ended.status.code(), out: text(&ended.stdout), err: text(&ended.stderr) }
    }

    #[track_caller]
    fn done(&self, words: &[&str]) -> String {
        let ran = self.run(words);
        assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{words:?}");
        ran.out
    }

    /// Ends with this code and says exactly this on stderr.
    #[track_caller]
    fn refuses(&self, words: &[&str], code: i32, line: &str) {
        let ran = self.run(words);
        let here = format!("{}/", self.path().display());
        assert_eq!(ran.err.replace(&here, "").trim_end(), line, "{words:?}");
        assert_eq!(ran.code, Some(code), "{words:?}");
    }

    fn store(&self) -> SledStore {
        SledStore::open(&self.path().join("data"), &Options::default()).expect("the store opens")
    }

    /// Everything that is kept, byte by byte.
    fn dump(&self) -> Vec<(Table, Vec<u8>, Vec<u8>)> {
        wait(async {
            let store = self.store();
            let (from, until) = keys::all();
            let mut all = Vec::new();
            for table in Table::ALL {
                let rows = store.scan(table, &from, &until, 1_000_000).await.expect("rows");
                all.extend(rows.into_iter().map(|(key, kept)| (table, key, kept.bytes)));
            }
            store.close().await.expect("closed");
            all
        })
    }
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime").block_on(work)
}

/// Two creators with a thousand views a day; one of them has a bad day after three weeks.
fn forty_days() -> String {
    let mut text = String::from("time,creator,platform,metric,form,value\n");
    let start: jiff::civil::Date = "2026-03-01".parse().expect("a day");
    for creator in ["alma", "bo"] {
        for day in 0..40 {
            let date = start + jiff::Span::new().days(day);
            let views = if creator == "alma" && day == 20 { 10 } else { 1000 };
            writeln!(text, "{date},{creator},youtube,views,amount:P1D,{views}").expect("text");
        }
    }
    text
}

#[test]
fn a_configuration_that_cannot_be_used_is_one_line() {
    let desk = Desk::new();
    desk.write("broken.toml", "x = [\n").write("unknown.toml", "[guards]\nkil_switch = true\n");
    desk.refuses(
        &["check", "--config", "broken.toml"],
        2,
        "plimsoll: configuration: TOML parse error at line 1, column 7: invalid array: expected `]` (in `broken.toml`); \
         config/default.toml lists every setting",
    );
    desk.refuses(
        &["check", "--config", "unknown.toml"],
        2,
        "plimsoll: configuration: unknown field: found `kil_switch`, expected `one of `standstill`, `implausible`, \
         `kill_switch`, `dry_run`, `actions_per_day`, `cool_off`, `freshness`` (`guards.kil_switch` in `unknown.toml`); \
         config/default.toml lists every setting",
    );
    desk.refuses(
        &["check", "--config", "nowhere.toml"],
        2,
        "plimsoll: configuration: there is no file `nowhere.toml`; write one, config/default.toml shows every setting",
    );
    desk.refuses(
        &["check", "--set", "guards"],
        2,
        "plimsoll: configuration: `--set guards` lacks a value: write --set key.path=value",
    );
    desk.refuses(
        &["check", "--set", "log.filter=a=b=c"],
        2,
        "plimsoll: configuration: `a=b=c` is not a filter (error parsing level filter: expected one of \"off\", \
         \"error\", \"warn\", \"info\", \"debug\", \"trace\", or a number 0-5) (`log.filter`); write it like \
         `info,serenity=warn`",
    );
    desk.refuses(
        &["check", "--set", r#"sources.yt={kind="youtube", key="k", schedule="0 * * 1"}"#],
        2,
        "plimsoll: configuration: sources.yt.schedule: `0 * * 1` is not a schedule: it has neither five nor six fields; \
         write five fields (minute hour day month weekday) like `0 * * * *`, weekdays by name",
    );
    desk.refuses(
        &["run"],
        2,
        "plimsoll: nothing is configured: add a source as [sources.NAME] and a chat as telegram.token_file or \
         discord.token_file; config/default.toml shows how, `plimsoll demo` needs nothing",
    );
    assert_eq!(std::fs::read_dir(desk.path()).expect("a folder").count(), 2, "nothing was made");
}

#[test]
fn what_is_mistyped_is_one_line() {
    let desk = Desk::new();
    for (words, line) in [
        (
            vec!["code"],
            "plimsoll: the following required arguments were not provided: <--role <ROLE>|--room <ROOM>>; \
             --help says more",
        ),
        (
            vec!["grant", "anna", "boss", "all"],
            "plimsoll: invalid value 'boss' for '<ROLE>': `boss` is not a role: expected one of creator, \
             talent_manager, analyst, manager, client_owner, agency, operator; --help says more",
        ),
        (
            vec!["why", "alma", "r", "--at", "soon"],
            "plimsoll: invalid value 'soon' for '--at <T>': it is not a time; write it like 2026-06-12T15:58:47Z, or a \
             date; --help says more",
        ),
        (vec!["say", "status"], "plimsoll: who says it? add --as PERSON"),
        (
            vec!["outbox", "list"],
            "plimsoll: there is no store in `data`; `plimsoll apply` makes one, --set store.folder=… names another",
        ),
        (
            vec!["poll", "nope", "--id", "x"],
            "plimsoll: there is no source `nope` in the configuration; none is configured",
        ),
    ] {
        desk.refuses(&words, 2, line);
    }
    assert_eq!(std::fs::read_dir(desk.path()).expect("a folder").count(), 0, "asking makes nothing");
}

#[test]
fn every_command_teaches_itself() {
    let desk = Desk::new();
    let all = desk.done(&["--help"]);
    for name in NAMES {
        assert!(all.lines().any(|line| line.trim_start().starts_with(name)), "{name} is not in\n{all}");
    }
    for name in NAMES.iter().filter(|name| **name != "help") {
        let help = desk.done(&[name, "--help"]);
        assert!(help.contains(&format!("Usage: plimsoll {name}")), "{help}");
        assert!(!help.starts_with("The arguments"), "{help}");
        let last = help.lines().last().unwrap_or_default();
        assert!(!last.is_empty() && !last.starts_with(' '), "{name} has no sentence below its options:\n{help}");
    }
}

#[test]
fn a_rule_of_two_denominators_is_told_with_its_place() {
    let desk = Desk::new();
    let rule = FALL.replace("views < 0.25 * own(views) && own(views) >= 100", "er_views < 0.5 * own(er_followers)");
    desk.write("wrong.toml", &rule);
    let told = "wrong.toml:6:9: `er_views` is a share of views and `0.5 * own(er_followers)` is a share of followers: \
                they do not compare; use rates of the same whole on both sides";
    let ran = desk.run(&["check", "wrong.toml"]);
    assert_eq!((ran.code, ran.out.trim_end()), (Some(2), told));
    assert_eq!(ran.err.trim_end(), "plimsoll: 1 error; correct it and check again");
    desk.refuses(&["apply", "wrong.toml"], 2, &format!("plimsoll: {told}"));
    desk.refuses(&["test-rules", "wrong.toml"], 2, &format!("plimsoll: {told}"));
    assert!(!desk.path().join("data").exists(), "a bad file makes no store");
    let json = desk.run(&["check", "wrong.toml", "--json"]);
    let json: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!((&json["errors"][0]["line"], &json["errors"][0]["column"]), (&json!(6), &json!(9)));
}

#[test]
fn check_holds_rules_against_the_past() {
    let desk = Desk::new();
    let rows: Vec<String> = (1..=28)
        .map(|day| format!("2026-02-{day:02},alma,youtube,views,amount:P1D,{}", if day % 4 == 0 { 400 } else { 90 }))
        .collect();
    desk.write("past.csv", format!("time,creator,platform,metric,form,value\n{}\n", rows.join("\n")));
    let rule = |limit: u32| {
        format!(
            "[[rule]]\nid = \"low\"\nkind = \"stop_loss\"\nscope = \"creator\"\nwindow = \"1d\"\nwhen = \"views < {limit}\"\n"
        )
    };
    desk.write("low.toml", rule(50));
    assert_eq!(
        desk.done(&["check", "low.toml", "--data", "past.csv"]).trim_end(),
        "the configuration and 1 file are fine"
    );
    desk.write("low.toml", rule(100));
    let said = desk.done(&["check", "low.toml", "--data", "past.csv"]);
    assert!(
        said.starts_with(
            "low.toml:6:8: advice: the line is where things usually are: it held in 21 of 28 past windows"
        ),
        "{said}"
    );
}

#[test]
fn a_backtest_compares_with_others() {
    let desk = Desk::new();
    let names = ["alma", "bea", "cleo", "dan", "eva"];
    let creator = |id: &&str| format!("[[creator]]\nid = \"{id}\"\naccounts = {{ youtube = \"{id}\" }}\n");
    let creators: Vec<String> = names.iter().map(creator).collect();
    desk.write("creators.toml", creators.concat());
    let mut rows = vec!["time,creator,platform,metric,form,value".to_owned()];
    for (place, id) in names.iter().enumerate() {
        for day in 1..=6 {
            rows.push(format!("2026-03-{day:02}T00:00:00Z,{id},youtube,followers,gauge,20000"));
            rows.push(format!("2026-03-{day:02},{id},youtube,views,amount:P1D,{}", if place == 0 { 40 } else { 1000 }));
        }
    }
    desk.write("numbers.csv", rows.join("\n"));
    desk.write(
        "behind.toml",
        "[[rule]]\nid = \"behind\"\nkind = \"stop_loss\"\nscope = \"creator\"\nwindow = \"1d\"\nwhen = \"views < 0.5 * peers(views)\"\n\
         cooldown = \"30d\"\n",
    );
    let told = |more: &[&str]| {
        let words =
            [&["backtest", "behind.toml", "--data", "numbers.csv", "--guards", "off", "--json"][..], more].concat();
        let report: Value = serde_json::from_str(&desk.done(&words)).expect("JSON");
        let fires = report["rules"][0]["fires"].as_array().expect("fires").clone();
        fires.iter().map(|one| one["subject"].as_str().expect("whom").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(told(&["--documents", "creators.toml"]), ["creator/alma"]);
    // Without documents nobody is known to be comparable, and nothing fires.
    assert_eq!(told(&[]), [""; 0]);
}

#[test]
fn rules_are_tested_by_their_own_cases() {
    let desk = Desk::new();
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/config/rules");
    let ran = desk.run(&["test-rules", shipped, "--json"]).json();
    assert_eq!(ran["failed"], json!(0));
    assert!(ran["passed"].as_u64().expect("a count") > 10, "{ran}");
    assert_eq!(desk.done(&["check", shipped]).trim_end(), "the configuration and 9 files are fine");
    let case = "\n[[rule.test]]\nname = \"half is no fall\"\ngiven = { views = 500, own = { views = 1000 } }\n\
                expect = \"fires\"\n";
    desk.write("case.toml", format!("{FALL}{case}"));
    let ran = desk.run(&["test-rules", "case.toml"]);
    assert_eq!((ran.code, ran.err.trim_end()), (Some(1), "plimsoll: 1 of 1 cases failed"));
    insta::assert_snapshot!(ran.out.trim_end(), @r"
    FAIL  views-fall: half is no fall (expected fires, got quiet: views 500 < 0.25 * own(views) 250, own(views) 1000 >= 100 100)
    0 passed, 1 failed
    ");
}

#[test]
fn applying_twice_changes_nothing_and_a_trial_stores_nothing() {
    let desk = Desk::new();
    desk.write("documents.toml", DOCUMENTS).write("fall.toml", FALL);
    let trial = desk.run(&["apply", "documents.toml", "--dry-run", "--json"]).json();
    assert_eq!((&trial["dry_run"], trial["changes"].as_array().map(Vec::len)), (&json!(true), Some(5)));
    assert!(!desk.path().join("data").exists(), "a trial makes no store");
    let words = ["apply", "documents.toml", "fall.toml", "--json"];
    let changes = |document: &Value| -> Vec<String> {
        let rows = document["changes"].as_array().expect("changes").iter();
        rows.map(|row| row["change"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(changes(&desk.run(&words).json()), ["added"; 6]);
    let before = desk.dump();
    assert_eq!(changes(&desk.run(&words).json()), ["same"; 6]);
    assert!(before == desk.dump(), "the same again writes nothing");
    desk.write("documents.toml", DOCUMENTS.replace("Alma Lind", "Alma Berg"));
    let out = desk.done(&["apply", "documents.toml", "--dry-run"]);
    assert_eq!(out.trim_end(), "changed  creator/alma\n0 added, 1 changed, 4 same; nothing was stored");
    desk.write("dangling.toml", DOCUMENTS.replace("brand = \"nordbo\"", "brand = \"nobody\""));
    desk.refuses(
        &["apply", "dangling.toml"],
        2,
        "plimsoll: dangling.toml: campaign `spring`: there is no brand `nobody`; add it to the same file or apply it \
         first (and 1 more; `plimsoll check` lists all)",
    );
    assert!(before == desk.dump(), "neither trial nor mistake wrote anything");
}

#[test]
fn a_file_of_garbage_changes_nothing() {
    let desk = Desk::furnished();
    let before = desk.dump();
    let garbage: Vec<u8> = (0..4_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    desk.write("garbage.csv", garbage);
    desk.refuses(
        &["import", "garbage.csv"],
        2,
        "plimsoll: garbage.csv: line 1: the header cannot be read; save the file as CSV in UTF-8",
    );
    desk.write("header.csv", "when,who,what\n1,2,3\n");
    desk.refuses(
        &["import", "header.csv"],
        2,
        "plimsoll: header.csv: line 1: `when` is not a column, of 9 in all: \
         time,campaign,creator,platform,post,metric,form,value,currency; correct the header",
    );
    let rows = "time,creator,platform,metric,form,value\nyesterday,alma,youtube,views,total,1\n";
    desk.write("rows.csv", format!("{rows}2026-03-01,alma,youtube,views,total,many\n"));
    let ran = desk.run(&["import", "rows.csv"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.err.trim_end(), @r"
    rows.csv: line 2, column `time`: `yesterday` is not a time; write it like `2026-06-12T15:58:47Z`, or a date
    rows.csv: line 3, column `value`: `many` is not a whole number; write it with digits only, like `101700632`
    plimsoll: rows.csv: none of 2 rows can be taken, the first because of line 2, column `time`: `yesterday` is not a time; write it like `2026-06-12T15:58:47Z`, or a date
    ");
    assert!(before == desk.dump(), "nothing was changed");
}

#[test]
fn good_rows_are_taken_and_bad_ones_told() {
    let desk = Desk::new();
    let mut text = forty_days();
    text.push_str("2026-03-01,alma,youtube,views,total,-1\n");
    desk.write("mixed.csv", &text).write(
        "posts.csv",
        "post,creator,platform,published_at,format,text\nabc,alma,youtube,2026-03-02,video,Hello\n,alma,youtube,x,,\n",
    );
    let words = ["import", "mixed.csv", "--json"];
    let first = desk.run(&words);
    insta::assert_snapshot!(first.out.trim_end(), @r#"{"rows":81,"taken":80,"rejected":[{"line":82,"column":"value","what":"`-1` is below zero","remedy":"leave the row out where there is no number"}]}"#);
    assert_eq!(first.err.lines().count(), 1);
    let samples = |desk: &Desk| -> Vec<_> {
        desk.dump().into_iter().filter(|row| matches!(row.0, Table::Samples | Table::Posts)).collect()
    };
    let once = samples(&desk);
    assert_eq!(once.len(), 80);
    desk.run(&words).json();
    assert!(once == samples(&desk), "the same file again changes no number");
    let posts = desk.run(&["import", "--posts", "posts.csv", "--json"]).json();
    assert_eq!((&posts["taken"], posts["rejected"].as_array().map(Vec::len)), (&json!(1), Some(1)));
    assert_eq!(samples(&desk).len(), 81);
}

#[test]
fn a_backtest_prints_the_contract() {
    let desk = Desk::new();
    desk.write("fall.toml", FALL).write("good.csv", forty_days());
    let words = ["backtest", "fall.toml", "--data", "good.csv", "--guards", "off", "--json"];
    let want = json!({"rules": [{
        "rule": "views-fall", "subjects": 2,
        "fires": [{
            "subject": "creator/alma", "at": "2026-03-22T00:00:00Z", "e_value": null, "spent": null, "saved": null,
            "outcome": "wrong",
        }],
        "wrong_share": 1.0, "saved": null, "lost": null,
    }]});
    assert_eq!(desk.run(&words).json(), want);
    insta::assert_snapshot!(desk.done(&["backtest", "fall.toml", "--data", "good.csv"]).trim_end(), @r"
    rule        subjects     fires     right     wrong      open  wrong share
    views-fall         2         1         0         1         0      100.0 %
    --json lists every fire
    ");
    desk.write(
        "only-bo.toml",
        FALL.replace("scope = \"creator\"", "scope = \"creator\"\nwhere = { creator = \"b*\" }"),
    );
    let bo = desk.run(&["backtest", "only-bo.toml", "--data", "good.csv", "--json"]).json();
    assert_eq!((&bo["rules"][0]["subjects"], &bo["rules"][0]["fires"]), (&json!(1), &json!([])));
    desk.write("twice.toml", FALL.replace("own = \"7d\"", "own = \"7d\"\nfor = \"2 windows\""));
    let twice = desk.run(&["backtest", "twice.toml", "--data", "good.csv", "--json"]).json();
    assert_eq!(twice["rules"][0]["fires"], json!([]), "one bad day is not two");
    // Nineteen days follow the bad one.
    for (horizon, outcome) in [("10d", "wrong"), ("30d", "open")] {
        desk.write("judged.toml", format!("{FALL}judge = {{ metric = \"views\", horizon = \"{horizon}\" }}\n"));
        let judged = desk.run(&["backtest", "judged.toml", "--data", "good.csv", "--guards", "off", "--json"]).json();
        assert_eq!(judged["rules"][0]["fires"][0]["outcome"], json!(outcome), "{horizon}");
    }
}

#[test]
fn why_says_the_same_bytes_twice() {
    let desk = Desk::furnished();
    let words = ["why", "alma", "views-fall", "--at", "2026-03-21", "--json"];
    let first = desk.done(&words);
    assert_eq!(first, desk.done(&words));
    let receipt: Value = serde_json::from_str(&first).expect("JSON");
    assert_eq!((&receipt["verdict"], &receipt["at"]), (&json!("holds"), &json!("2026-03-22T00:00:00Z")));
    // Numbers and their units are held together by spaces that do not break.
    let text = desk.done(&["why", "alma", "views-fall", "--at", "2026-03-21"]).replace(['\u{a0}', '\u{202f}'], " ");
    insta::assert_snapshot!(text.trim_end(), @r"
    Alma Lind: views-fall held, 22 Mar 2026 00:00

    The rule was not in force yet; this is what its version 1 would have said.

    Holds: 10 views in a day. That is below 250 views, 25 % of the usual 1,000 (middle of 7 earlier windows).
       one reading, newest 00:00

    views-fall v1 · data 00:00
    ");
    let quiet = desk.run(&["why", "alma", "views-fall", "--at", "2026-03-20", "--json"]).json();
    assert_eq!(quiet["verdict"], json!("does_not_hold"));
    desk.refuses(
        &["why", "alma", "views-fal"],
        2,
        "plimsoll: there is no rule `views-fal` in force; did you mean `views-fall`?",
    );
    desk.refuses(&["why", "amla", "views-fall"], 2, "plimsoll: nothing is called `amla`; did you mean `alma`?");
}

#[test]
fn a_store_in_use_is_told_with_the_remedy() {
    let desk = Desk::furnished();
    let held = desk.store();
    let line = "plimsoll: the store in `data` is in use; stop the plimsoll that runs on it first, or say it in a chat";
    for words in [
        vec!["apply", "fall.toml"],
        vec!["import", "good.csv"],
        vec!["why", "alma", "views-fall"],
        vec!["outbox", "list"],
        vec!["code", "--room", "team"],
        vec!["grant", "anna", "manager", "all"],
        vec!["say", "status", "--as", "anna"],
    ] {
        desk.refuses(&words, 1, line);
    }
    drop(held);
}

fn notice(about: &About) -> Notice {
    let at = "2026-03-01T12:00:00Z".parse().expect("an instant");
    Notice {
        about: about.clone(),
        revision: 1,
        urgency: Urgency::Informational,
        cause: "test".to_owned(),
        at,
        expires_at: at,
        wording: None,
    }
}

fn delivery(about: &About, state: State) -> Delivery {
    Delivery {
        about: about.clone(),
        room: "team".parse().expect("an id"),
        urgency: Urgency::Informational,
        cause: "test".to_owned(),
        wanted_revision: 1,
        told_revision: 0,
        state,
        message: None,
        maybe_repeat: false,
        expires_at: "2026-03-02T12:00:00Z".parse().expect("an instant"),
        tries: 3,
        attempts: Vec::new(),
        generation: 0,
        earlier: None,
        marker: None,
    }
}

#[test]
fn deliveries_are_listed_retried_and_dropped() {
    let desk = Desk::furnished();
    let at = "2026-03-01T13:00:00Z".parse().expect("an instant");
    let (failed, sent) = (About::Trouble("failed".to_owned()), About::Trouble("sent".to_owned()));
    wait(async {
        let store = desk.store();
        let mut transaction = Transaction::new();
        for (about, state) in [(&failed, State::Failed { reason: "no room".to_owned(), at }), (&sent, State::Sent)] {
            transaction.create(&notice(about)).expect("a notice");
            transaction.create(&delivery(about, state)).expect("a delivery");
        }
        store.commit(transaction).await.expect("kept");
        store.close().await.expect("closed");
    });
    let list = || desk.run(&["outbox", "list", "--json"]).json();
    assert_eq!(
        list(),
        json!({"deliveries": [{
            "key": "trouble/failed@team", "state": "failed", "since": "2026-03-01T12:00:00Z", "wanted_revision": 1,
            "told_revision": 0, "attempts": 0, "last": "no room",
        }]})
    );
    assert_eq!(desk.done(&["outbox", "retry", "trouble/failed@team"]).trim_end(), "trouble/failed@team is due now");
    assert_eq!(list()["deliveries"][0]["state"], json!("due"));
    desk.done(&["outbox", "drop", "trouble/failed@team", "--reason", "old news"]);
    let row = &list()["deliveries"][0];
    assert_eq!((&row["state"], &row["last"]), (&json!("expired"), &json!("old news")));
    desk.refuses(
        &["outbox", "retry", "trouble/sent@team"],
        2,
        "plimsoll: `trouble/sent@team` has been told; there is nothing to retry or drop",
    );
    desk.refuses(&["outbox", "drop", "x"], 2, "plimsoll: there is no delivery `x`; `plimsoll outbox list` has them");
    assert_eq!(deeds(&desk, "terminal:tester").iter().filter(|deed| deed.starts_with("delivery_")).count(), 2);
}

/// What somebody did, by the journal.
fn deeds(desk: &Desk, actor: &str) -> Vec<String> {
    wait(async {
        let store = desk.store();
        let lines = read_journal(&store, 1, 1_000).await.expect("a journal");
        store.close().await.expect("closed");
        lines.into_iter().filter(|line| line.1.actor == actor).map(|line| line.1.deed).collect()
    })
}

#[test]
fn rights_are_asked_at_the_terminal_as_in_a_chat() {
    let desk = Desk::furnished();
    let anna: PersonId = "anna".parse().expect("an id");
    wait(async {
        let store = desk.store();
        let mut transaction = Transaction::new();
        let person = Person { id: anna, name: "Anna".to_owned(), identities: Vec::new(), creator: None, locale: None };
        transaction.create(&person).expect("a person");
        store.commit(transaction).await.expect("kept");
        store.close().await.expect("closed");
    });
    let ask = ["say", "why-not alma views-fall", "--as", "anna"];
    let refused = desk.run(&ask);
    assert_eq!((refused.code, refused.out.as_str(), refused.err.lines().count()), (Some(1), "", 1), "{refused:?}");
    assert_eq!(desk.done(&["grant", "anna", "manager", "brand/nordbo"]).trim_end(), "anna is manager of brand/nordbo");
    assert!(desk.done(&ask).contains("views-fall"), "now she may ask");
    let grant = desk.run(&["grant", "anna", "agency", "all", "--as", "anna"]);
    assert_eq!((grant.code, grant.err.lines().count()), (Some(1), 1), "nobody raises themselves: {grant:?}");
    let apply = desk.run(&["apply", "documents.toml", "--as", "anna"]);
    assert_eq!(
        (apply.code, apply.err.trim_end()),
        (Some(1), "plimsoll: `anna` may not do this; it takes the role operator or agency over `all`")
    );
    desk.done(&["revoke", "anna", "manager", "brand/nordbo"]);
    assert_eq!(desk.run(&ask).code, Some(1), "a revoked role ends at once");
    desk.refuses(
        &["revoke", "anna", "manager", "brand/nordbo"],
        2,
        "plimsoll: anna is not manager of brand/nordbo; `plimsoll say status --as anna` shows what they see",
    );
    desk.refuses(
        &["grant", "anna", "manager", "brand/nobody"],
        2,
        "plimsoll: there is no brand `nobody`; `plimsoll apply` takes it in from a document",
    );
    desk.refuses(
        &["grant", "eve", "manager", "all"],
        2,
        "plimsoll: there is no person `eve`; `plimsoll code --role …` invites them",
    );
    assert!(deeds(&desk, "anna").contains(&"refused".to_owned()), "refusals are journaled");
}

#[test]
fn a_code_is_printed_once_and_kept_as_a_hash() {
    let desk = Desk::furnished();
    let made = desk.run(&["code", "--role", "manager", "--brand", "nordbo", "--name", "Anna", "--json"]).json();
    let code = made["code"].as_str().expect("a code").to_owned();
    assert_eq!((code.len(), made["send"].as_str()), (9, Some(format!("/link {code}").as_str())));
    let bare = code.replace('-', "");
    for (_, key, bytes) in desk.dump() {
        for text in [&key, &bytes] {
            assert!(!String::from_utf8_lossy(text).contains(&bare), "the code itself is not kept");
        }
    }
    let room = desk.run(&["code", "--room", "team", "--json"]).json();
    assert!(room["send"].as_str().expect("text").starts_with("/bind "));
    desk.refuses(
        &["code", "--room", "nowhere"],
        2,
        "plimsoll: there is no room `nowhere`; `plimsoll apply` takes it in from a document",
    );
    desk.refuses(
        &["code", "--role", "creator", "--brand", "nordbo"],
        2,
        "plimsoll: which creator are they? add --creator ID",
    );
    // For everybody at once, each gets a code of their own.
    let all = desk.run(&["code", "--role", "creator", "--all", "--json"]).json();
    let sends: Vec<&str> =
        all["invitations"].as_array().expect("a list").iter().filter_map(|one| one["send"].as_str()).collect();
    assert!(!sends.is_empty() && sends.iter().all(|send| send.starts_with("/link ")), "{all}");
}

#[test]
fn a_refused_key_is_one_line_with_the_remedy() {
    let desk = Desk::new();
    wait(async {
        let clock = Clock::system();
        let world: Arc<dyn YoutubeWorld> = Arc::new(LivingWorld::new(7, clock.now(), 3));
        let sim = YoutubeSim::start(&clock, YoutubeConfig::default(), Arc::clone(&world)).await.expect("a free port");
        let source = |key: &str| {
            let url = sim.base_url();
            format!(r#"sources.yt={{kind="youtube", base_url="{url}", key="{key}", schedule="0 * * * *"}}"#)
        };
        let ran = desk.run(&["poll", "yt", "--id", "UCx", "--set", &source("CANARY-KEY")]);
        assert_eq!(
            (ran.code, ran.err.trim_end()),
            (
                Some(1),
                "plimsoll: source `yt`: YouTube refused our credentials: `API_KEY_INVALID`; put credentials that work \
                 under [sources.yt]"
            )
        );
        assert!(!ran.out.contains("CANARY"), "{}", ran.out);
        let good = desk.run(&["poll", "yt", "--id", "UCx", "--set", &source("sim-key"), "--json"]).json();
        assert_eq!((&good["source"], &good["samples"]), (&json!("yt"), &json!([])));
        assert_eq!(good["absent"][0]["why"], json!("gone"));
        assert_eq!(std::fs::read_dir(desk.path()).expect("a folder").count(), 0, "nothing is stored");
    });
}

#[cfg(unix)]
#[test]
fn the_service_ends_cleanly_when_it_is_told_to() {
    let desk = Desk::new();
    let words = ["run", "--set", "telegram.token=1:T", "--set", "telegram.api_url=http://127.0.0.1:9"];
    let mut child = desk.command(&words).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut seen = String::new();
    while !seen.contains(" running") {
        assert_ne!(log.read_line(&mut seen).expect("a log"), 0, "ended early: {seen}");
    }
    let sent = Command::new("kill").arg("-TERM").arg(child.id().to_string()).status().expect("kill");
    assert!(sent.success());
    for line in log.lines() {
        seen.push_str(&line.expect("a log"));
        seen.push('\n');
    }
    assert_eq!(child.wait().expect("an end").code(), Some(0), "{seen}");
    assert!(seen.contains("no source is configured") && seen.contains("stopped"), "{seen}");
    assert!(desk.dump().len() < 10, "the store opens again");
}
