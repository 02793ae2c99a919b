//! An agency on Telegram: two brands in two topics of one group, and a room where a client reads what is shown to them.

use std::fmt::Write as _;

use plimsoll::app::control::{Answer, Body, Request, Seat, Wish, answer};
use plimsoll::domain::person::Role;
use plimsoll::sim::telegram::Standing;
use serde_json::Value;

use super::{HOUR, LOCALES, Place, Scene, Who, name_of};

const BRANDS: &str = r#"
[[brand]]
id = "lumo"
name = "Lumo"
zone = "Europe/Stockholm"
currency = "EUR"
locale = "LOCALE"
margin_per_order = "44.00 EUR"
[[brand]]
id = "havn"
name = "Havn"
zone = "Europe/Stockholm"
currency = "SEK"
locale = "LOCALE"
margin_per_order = "300.00 SEK"
[[campaign]]
id = "lamps"
name = "Warm Light"
brand = "lumo"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30
target = { cpa = "45.00 EUR" }
[[campaign]]
id = "boats"
name = "Boat Season"
brand = "havn"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30
target = { cpa = "450.00 SEK" }
[[creator]]
id = "noa"
name = "Noa Holm"
zone = "Europe/Stockholm"
locale = "LOCALE"
[[partnership]]
campaign = "boats"
creator = "noa"
codes = ["NOA10"]
commission = "10 %"
[[deliverable]]
partnership = "boats/noa"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "9000.00 SEK"
billed = "12000.00 SEK"
due = 2026-03-12
cancel_by = 2026-03-09T18:00
[[deliverable]]
partnership = "boats/noa"
id = "story-1"
platform = "instagram"
format = "story"
fee = "4000.00 SEK"
billed = "5500.00 SEK"
due = 2026-03-20
cancel_by = 2026-03-18T18:00
[[boost]]
id = "noa-reel"
partnership = "boats/noa"
source = "tiktok_ads"
ref = "boost-bo"
budget = "60000.00 SEK"
billed = "75000.00 SEK"
[[room]]
id = "lumo-team"
brand = "lumo"
audience = "internal"
locale = "LOCALE"
zone = "Europe/Stockholm"
[[room]]
id = "havn-team"
brand = "havn"
audience = "internal"
locale = "LOCALE"
zone = "Europe/Stockholm"
[[room]]
id = "havn-client"
brand = "havn"
audience = "client"
locale = "LOCALE"
zone = "Europe/Stockholm"
"#;

/// Those whose boosts all go wrong at once.
const MANY: [&str; 9] = ["ada", "bea", "cia", "dea", "eva", "fia", "gry", "hia", "ida"];

fn many() -> String {
    let mut text = String::new();
    for id in MANY {
        let name = name_of(id);
        write!(
            text,
            "[[creator]]\nid = \"{id}\"\nname = \"{name}\"\nzone = \"Europe/Stockholm\"\n\
             [[partnership]]\ncampaign = \"lamps\"\ncreator = \"{id}\"\n[[boost]]\nid = \"{id}-reel\"\n\
             partnership = \"lamps/{id}\"\nsource = \"tiktok_ads\"\nref = \"boost-{id}\"\nbudget = \"6000.00 EUR\"\n"
        )
        .expect("written");
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_on_telegram_with_a_topic_for_each_brand() {
    for locale in LOCALES {
        told(locale).await;
    }
}

#[expect(clippy::too_many_lines, reason = "one story, and what is done at each step of it")]
async fn told(locale: &'static str) {
    let mut scene = Scene::begin(locale).await;
    scene.apply(BRANDS).await;
    scene.apply(&many()).await;
    let (tove, carl) = (scene.on_telegram("Tove"), scene.on_telegram("Carl"));
    let (Who::Telegram(her, _), Who::Telegram(his, _)) = (tove, carl) else { panic!("on Telegram") };
    let telegram = scene.story.world.telegram.clone();
    let group = telegram.add_supergroup("Agency", her, true).expect("a group");
    telegram.add_bot(group, her).expect("added");
    let lumo = Place::Telegram(group, Some(telegram.add_topic(group, her, "Lumo").expect("a topic")));
    let havn = Place::Telegram(group, Some(telegram.add_topic(group, her, "Havn").expect("a topic")));
    let theirs = telegram.add_supergroup("Havn and agency", her, false).expect("a group");
    telegram.add_bot(theirs, her).expect("added");
    telegram.set_standing(theirs, his, Standing::Member).expect("a member");
    let (client, direct) = (Place::Telegram(theirs, None), scene.direct(tove));
    let his_own = scene.direct(carl);
    for (name, place) in [
        ("topic Lumo", lumo),
        ("topic Havn", havn),
        ("Havn's client room", client),
        ("Tove's own chat", direct),
        ("Carl's own chat", his_own),
    ] {
        scene.watch(name, place);
    }
    scene.chapter("Tove joins for both brands, Carl for his");
    scene.joins(tove, Role::Agency, "lumo", None).await;
    scene.joins(tove, Role::Agency, "havn", None).await;
    scene.joins(carl, Role::ClientOwner, "havn", None).await;
    scene.binds(lumo, tove, "lumo-team").await;
    scene.binds(havn, tove, "havn-team").await;
    scene.binds(client, tove, "havn-client").await;
    scene.says(lumo, tove, "/rooms").await;

    scene.chapter("Nine at once, one cause");
    let rows: Vec<(&str, i64, i64)> = MANY.iter().map(|id| (*id, 12_000, 1)).collect();
    scene.report("lamps", "EUR", &rows).await;
    scene.passes(90).await;
    scene.presses(lumo, tove, ("Page 2", "Sida 2")).await;
    scene.passes(20).await;
    scene.presses(lumo, tove, ("Hia", "Hia")).await;
    scene.passes(20).await;

    scene.chapter("One of the other brand, shown to the client");
    scene.report("boats", "SEK", &[("noa", 120_000, 1)]).await;
    scene.passes(5).await;
    scene.says(client, carl, "/status").await;
    scene.presses(havn, tove, ("Show the client", "Visa kunden")).await;
    scene.passes(5).await;
    scene.presses(client, carl, ("Why", "Varför")).await;
    scene.says(client, carl, "/deal noa").await;
    scene.says(client, carl, "/status").await;

    scene.chapter("A piece is put on hold, another is offered for less");
    scene.says(havn, tove, "/deal noa").await;
    scene.says(havn, tove, "/hold noa reel-1").await;
    scene.presses(havn, tove, ("Yes", "Ja")).await;
    scene.passes(10).await;
    scene.presses(havn, tove, ("Noa has confirmed", "Noa har bekräftat")).await;
    scene.passes(10).await;
    scene.says(havn, tove, "/offer boats/noa story-1 fee 3500 SEK").await;
    scene.passes(5).await;
    scene.presses(havn, tove, ("I've told", "Jag har berättat")).await;
    scene.passes(5).await;
    scene.presses(havn, tove, ("Noa said yes", "Noa sa ja")).await;
    scene.passes(10).await;

    scene.chapter("Her desk");
    scene.says(lumo, tove, "/desk").await;
    scene.says(direct, tove, "/desk").await;
    scene.presses(direct, tove, ("1. Stop", "1. Stoppa")).await;
    scene.passes(30).await;
    scene.passes(HOUR).await;

    scene.chapter("Who did what");
    scene.says(havn, tove, "/audit noa").await;
    let newer = scene.newest("topic Havn");
    scene.presses(havn, tove, ("Older", "Äldre")).await;
    let chat = format!("{newer}\n{}", scene.newest("topic Havn"));
    scene.says(his_own, carl, "/audit").await;
    the_terminal_says_the_same(&scene, &chat).await;
    scene.ends("agency").await;
}

/// The deeds that the terminal tells of are those that the chat tells of, in the other order.
async fn the_terminal_says_the_same(scene: &Scene, chat: &str) {
    let wish = Wish::Audit { about: Some("noa".to_owned()), since: None, csv: false };
    let request = Request { by: "terminal:story".to_owned(), acting: Some("tove".to_owned()), wish };
    let held = scene.story.world.clock.hold("audit");
    let core = scene.story.world.core();
    let said = answer(core, Seat::Service, &request, &Body::Empty, &|_| {}).await;
    drop(held);
    let Answer::Done { json, text } = said else { panic!("refused: {said:?}") };
    let entries: Value = serde_json::from_str(&json).expect("a document");
    let entries = entries["entries"].as_array().expect("entries").clone();
    let table: Vec<&str> = text.lines().collect();
    assert_eq!(entries.len(), table.len(), "{text}");
    let lines: Vec<&str> = chat.lines().filter(|line| line.as_bytes().get(2) == Some(&b':')).collect();
    assert_eq!(lines.len(), entries.len(), "as many in the chat\n{chat}\nas in the terminal\n{text}");
    for (line, entry) in lines.iter().rev().zip(&entries) {
        let at: jiff::Timestamp = entry["at"].as_str().expect("a time").parse().expect("an instant");
        let clock = at.in_tz("Europe/Stockholm").expect("a zone").strftime("%H:%M").to_string();
        assert!(line.starts_with(&clock), "{line} and {entry}");
        let who = entry["who"].as_str().unwrap_or("Plimsoll");
        assert!(line.contains(who), "{who} in {line}");
    }
}
