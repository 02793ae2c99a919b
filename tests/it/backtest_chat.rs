//! `backtest` where people talk, and its picture at the terminal.

use std::fmt::Write as _;

use plimsoll::domain::person::Person;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::store::{Store as _, Transaction};
use plimsoll::time::Clock;

use super::import_mapping::Desk;

const DOCUMENTS: &str = "[[brand]]\nid = \"nordbo\"\nname = \"Nordbo\"\nzone = \"Europe/Stockholm\"\ncurrency = \"EUR\"\n\
    [[campaign]]\nid = \"spring\"\nbrand = \"nordbo\"\nstarts = \"2026-03-01\"\nends = \"2026-04-30\"\n\
    [[creator]]\nid = \"alma\"\nname = \"Alma Lind\"\n[[creator]]\nid = \"bo\"\nname = \"Bo Ek\"\n\
    [[partnership]]\ncampaign = \"spring\"\ncreator = \"alma\"\n";

const RULE: &str = "[[rule]]\nid = \"views-fall\"\nkind = \"stop_loss\"\nscope = \"creator\"\n\
    when = \"views < 0.25 * own(views) && own(views) >= 100\"\nwindow = \"1d\"\nown = \"7d\"\n";

/// Fifty days up to now with a thousand views each, and one bad day a month ago.
fn fifty_days() -> String {
    let today = Clock::system().now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut text = String::from("time,creator,platform,metric,form,value\n");
    for creator in ["alma", "bo"] {
        for back in (1..=50).rev() {
            let date = today - jiff::Span::new().days(back);
            let views = if back == 30 { 10 } else { 1_000 };
            writeln!(text, "{date},{creator},youtube,views,amount:P1D,{views}").expect("text");
        }
    }
    text
}

async fn introduce_anna(desk: &Desk) {
    let store = SledStore::open(&desk.0.path().join("data"), &Options::default()).expect("the store opens");
    let id = "anna".parse().expect("an id");
    let person = Person { id, name: "Anna".to_owned(), identities: Vec::new(), creator: None, locale: None };
    let mut transaction = Transaction::new();
    transaction.create(&person).expect("a person");
    store.commit(transaction).await.expect("kept");
    store.close().await.expect("closed");
}

#[test]
fn a_replay_is_asked_for_in_a_chat_by_those_who_work_on_the_brand() {
    let desk = Desk::new();
    desk.write("documents.toml", DOCUMENTS);
    desk.write("rule.toml", RULE);
    desk.write("numbers.csv", fifty_days());
    for words in [&["apply", "documents.toml", "rule.toml"][..], &["import", "numbers.csv"]] {
        let (code, _, err) = desk.run(words);
        assert_eq!((code, err.as_str()), (Some(0), ""));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(introduce_anna(&desk));
    let say = |text: &str| {
        let (code, out, _) = desk.run(&["say", text, "--as", "anna"]);
        (code, out.replace(['\u{a0}', '\u{202f}'], " "))
    };
    assert_eq!(say("backtest views-fall").0, Some(1), "not without a role");
    for (role, may) in [("analyst", Some(0)), ("creator", Some(1))] {
        desk.run(&["grant", "anna", role, "brand/nordbo"]);
        assert_eq!(say("backtest views-fall").0, may, "{role}");
        desk.run(&["revoke", "anna", role, "brand/nordbo"]);
    }
    desk.run(&["grant", "anna", "manager", "brand/nordbo"]);
    let (_, said) = say("backtest views-fall 45");
    // Bo does not work for the brand: who may not see him is not told about him.
    assert!(said.starts_with("views-fall, last 45 days: told 1, right 0, wrong 1"), "{said}");
    assert!(said.contains("Alma Lind") && !said.contains("Bo Ek"), "{said}");
    let (_, said) = say("backtest views-fall 20");
    assert!(said.starts_with("views-fall would not have told anything in the last 20 days"), "{said}");
    assert!(
        say("backtest views-fal").1.is_empty() || say("backtest views-fal").1.contains("views-fall"),
        "what was meant"
    );
}

#[test]
fn a_picture_of_the_replay_is_drawn() {
    let desk = Desk::new();
    desk.write("rule.toml", RULE);
    desk.write("numbers.csv", fifty_days());
    let words = ["backtest", "rule.toml", "--data", "numbers.csv", "--guards", "off", "--chart", "chart.png"];
    let (code, out, err) = desk.run(&words);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("views-fall"), "{out}");
    let png = std::fs::read(desk.0.path().join("chart.png")).expect("a picture");
    assert!(png.starts_with(b"\x89PNG") && 10_000 < png.len(), "{} bytes", png.len());
    desk.write("never.toml", RULE.replace("0.25", "0.000001"));
    let (code, _, err) = desk.run(&["backtest", "never.toml", "--data", "numbers.csv", "--chart", "none.png"]);
    assert_eq!((code, err.as_str()), (Some(1), "plimsoll: there is nothing to draw: no rule of never.toml fired\n"));
}
