//! Bursts: everybody is told, the urgent first, at the pace the platforms allow and never faster.
//!
//! Real clients, emulators that enforce the limits with code of their own, simulated time.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::domain::ids::RoomId;
use plimsoll::domain::person::Chat;
use plimsoll::outbox::incident::IncidentId;
use plimsoll::outbox::notice::Urgency;
use plimsoll::rules::file::parse_rules;
use plimsoll::sim::discord::Message;
use plimsoll::sim::telegram::{Fault, Scope, Shown};

use super::load_town::{Burst, Rooms, all_accounted_for, burst, polite, resolve};
use super::story::{Story, discord_text, telegram_text};

fn room(id: &str) -> RoomId {
    RoomId::new(id).expect("an id")
}

fn creator(n: u64) -> String {
    format!("creator{n:04}")
}

/// Each incident its own cause.
fn alone(n: u64) -> String {
    format!("rule{n:04}")
}

fn critical(count: u64, rooms: &[RoomId]) -> Burst<'_> {
    let rule = &|_: u64| "cpa-stop".to_owned();
    Burst { count, rooms, urgency: Urgency::Critical, rule, in_turn: false, creator: &creator }
}

fn shown_in(texts: &[String], ids: &[IncidentId]) -> BTreeSet<IncidentId> {
    let words = texts.iter().flat_map(|text| text.split_whitespace());
    let tokens: BTreeSet<&str> = words.map(|word| word.trim_start_matches('\\')).collect();
    let shown = |id: &&IncidentId| tokens.contains(format!("#{}", id.as_str()).as_str());
    ids.iter().filter(shown).cloned().collect()
}

/// The label of a button that leads to a page.
fn to_page(labels: &[String], page: usize) -> Option<String> {
    labels.iter().find(|label| label.contains(&format!("Page {page} of "))).cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_at_once_each_is_reached_by_paging_and_the_critical_are_told_first() {
    let mut story = Story::begin(7, &[]).await;
    let rooms = [room("team-telegram"), room("team-discord")];
    let began = story.world.clock.now();
    let rule = &|_: u64| "late-posts".to_owned();
    let news = |n: u64| format!("late{n:04}");
    let news = Burst { urgency: Urgency::Informational, rule, creator: &news, ..critical(30, &rooms) };
    burst(story.world.core(), &news).await;
    let ids = burst(story.world.core(), &critical(1_000, &rooms)).await;
    story.wait(60).await;
    let waited = |at: Timestamp| at.duration_since(began);
    let (telegram, discord) = (story.on_telegram(), story.on_discord());
    assert!(waited(telegram[0].sent_at) < SignedDuration::from_secs(1), "{}", waited(telegram[0].sent_at));
    assert!(waited(discord[0].created) < SignedDuration::from_secs(1), "{}", waited(discord[0].created));
    // What is critical is told before what is good to know, although that came first.
    for texts in [telegram.iter().map(telegram_text).collect::<Vec<_>>(), discord.iter().map(discord_text).collect()] {
        let last_critical = texts.iter().rposition(|text| text.contains("cpa-stop")).expect("there");
        let first_news = texts.iter().position(|text| text.contains("late-posts")).expect("told too");
        assert!(last_critical < first_news, "{texts:#?}");
        assert!(texts.len() < 20, "grouped: {}", texts.len());
    }
    let texts = on_all_pages_of_telegram(&mut story).await;
    assert_eq!(shown_in(&texts, &ids).len(), 1_000, "everybody can be reached on Telegram");
    let texts = on_all_pages_of_discord(&mut story).await;
    assert_eq!(shown_in(&texts, &ids).len(), 1_000, "everybody can be reached on Discord");
    polite(&story.world);
    story.world.stop().await;
}

/// What is read on Telegram by turning one page after the other, and what stands beside it.
async fn on_all_pages_of_telegram(story: &mut Story) -> Vec<String> {
    let told = story.on_telegram();
    let mut texts: Vec<String> = told.iter().map(telegram_text).collect();
    let is_group = |shown: &Shown| shown.text.contains("alerts of cpa-stop");
    let mut shown = told.into_iter().find(is_group).expect("a group");
    let mut page = 1;
    let labels = |shown: &Shown| shown.buttons.iter().flatten().cloned().collect::<Vec<_>>();
    while let Some(label) = to_page(&labels(&shown), page + 1) {
        let (chat, id, maja) = (shown.chat, shown.message_id, story.world.cast.maja);
        let pressed = story.world.clock.now();
        let press = story.world.telegram.user_presses(chat, maja, id, &label).expect("pressed");
        page += 1;
        // Twenty changes a minute: the page comes when the group takes it, the button stops turning at once.
        for _ in 0..60 {
            story.wait(1).await;
            shown = story.world.telegram.message(chat, id).expect("there");
            if page == 1 || to_page(&labels(&shown), page - 1).is_some_and(|back| back.starts_with('‹')) {
                break;
            }
        }
        let answer = story.world.telegram.answer(&press).expect("answered");
        assert!(answer.at.duration_since(pressed) < SignedDuration::from_secs(3), "page {page}");
        texts.push(telegram_text(&shown));
    }
    assert_eq!(page, 200);
    texts
}

async fn on_all_pages_of_discord(story: &mut Story) -> Vec<String> {
    let told = story.on_discord();
    let mut texts: Vec<String> = told.iter().map(discord_text).collect();
    let is_group = |message: &Message| discord_text(message).contains("alerts of cpa-stop");
    let mut message = told.into_iter().find(is_group).expect("a group");
    let labels = |message: &Message| message.buttons().into_iter().map(|button| button.label).collect::<Vec<_>>();
    let mut page = 1;
    while let Some(label) = to_page(&labels(&message), page + 1) {
        story.world.discord.press(story.world.cast.jonas, message.id, &label).expect("pressed");
        page += 1;
        story.wait(2).await;
        message = story.world.discord.message(message.id).expect("there");
        texts.push(discord_text(&message));
    }
    assert!(198 < page, "{page}");
    texts
}

/// How many were sent in the first so many seconds.
fn within(sent: &[i64], secs: i64) -> usize {
    sent.iter().filter(|at| **at < secs * 1000).count()
}

/// At least 95 % of what is allowed.
#[track_caller]
fn used(sent: usize, allowed: usize) {
    eprintln!("sent {sent} of {allowed} allowed");
    assert!(allowed * 95 <= sent * 100, "{sent} of {allowed} allowed");
    assert!(sent <= allowed, "{sent} of {allowed} allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_groups_on_telegram_get_what_thirty_a_second_allow() {
    let mut town = Rooms::of(Chat::Telegram, 200, 1).await;
    let rooms = town.rooms.clone();
    let ids = burst(town.world.core(), &Burst { rule: &alone, in_turn: true, ..critical(2_000, &rooms) }).await;
    town.wait(60).await;
    used(within(&town.sent(), 60), 1_800);
    town.wait(20).await;
    assert_eq!(town.sent().len(), ids.len(), "each is told once");
    town.assert_polite();
    town.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_channels_on_discord_get_what_fifty_a_second_allow() {
    let mut town = Rooms::of(Chat::Discord, 200, 1).await;
    let rooms = town.rooms.clone();
    let ids = burst(town.world.core(), &Burst { rule: &alone, in_turn: true, ..critical(1_600, &rooms) }).await;
    town.wait(30).await;
    used(within(&town.sent(), 30), 1_500);
    town.wait(20).await;
    assert_eq!(town.sent().len(), ids.len(), "each is told once");
    town.assert_polite();
    town.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_group_gets_its_twenty_a_minute_and_one_channel_its_five_in_five_seconds() {
    let mut town = Rooms::of(Chat::Telegram, 1, 1).await;
    let rooms = town.rooms.clone();
    burst(town.world.core(), &Burst { rule: &alone, ..critical(60, &rooms) }).await;
    town.wait(180).await;
    used(within(&town.sent(), 60), 20);
    used(within(&town.sent(), 180), 60);
    town.assert_polite();
    town.world.stop().await;
    let mut town = Rooms::of(Chat::Discord, 1, 1).await;
    let rooms = town.rooms.clone();
    burst(town.world.core(), &Burst { rule: &alone, ..critical(70, &rooms) }).await;
    town.wait(60).await;
    used(within(&town.sent(), 60), 60);
    town.assert_polite();
    town.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_answers_cost_no_pace() {
    let mut town = Rooms::of(Chat::Telegram, 200, 16).await;
    let slow = Fault::Delay(SignedDuration::from_millis(200));
    town.world.telegram.chance(slow, Scope::method("sendMessage"), 1_000);
    let rooms = town.rooms.clone();
    let ids = burst(town.world.core(), &Burst { rule: &alone, in_turn: true, ..critical(800, &rooms) }).await;
    town.wait(20).await;
    used(within(&town.sent(), 20), 600);
    town.wait(20).await;
    assert_eq!(town.sent().len(), ids.len(), "each is told once");
    town.assert_polite();
    town.world.stop().await;
}

/// Operations and rows of the store for each message, when so many wait in 50 groups.
async fn cost(count: u64) -> (f64, f64) {
    let mut town = Rooms::of(Chat::Telegram, 50, 1).await;
    let rooms = town.rooms.clone();
    burst(town.world.core(), &Burst { rule: &alone, in_turn: true, ..critical(count, &rooms) }).await;
    let before = town.store.so_far();
    town.wait(i64::try_from(count).expect("fits") / 20 + 5).await;
    let after = town.store.so_far();
    let told = u32::try_from(town.sent().len()).expect("fits");
    assert_eq!(u64::from(told), count);
    let each = |now: u64, then: u64| f64::from(u32::try_from(now - then).expect("fits")) / f64::from(told);
    town.world.stop().await;
    (each(after.0, before.0), each(after.1, before.1))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_costs_the_store_the_same_however_many_wait() {
    let (few, many) = (cost(200).await, cost(800).await);
    eprintln!("operations and rows a message: {few:?} when 200 wait, {many:?} when 800 wait");
    assert!(many.0 <= few.0 * 1.05 + 0.5, "{few:?} {many:?}");
    assert!(many.1 <= few.1 * 1.05 + 0.5, "{few:?} {many:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_those_that_end_after_ten_seconds_each_is_told_or_its_end_is_written_down() {
    let same = |_: u64| "cpa-stop".to_owned();
    let cases: [(Chat, &(dyn Fn(u64) -> String + Sync)); 3] =
        [(Chat::Telegram, &alone), (Chat::Telegram, &same), (Chat::Discord, &alone)];
    for (chat, rule) in cases {
        let mut town = Rooms::of(chat, 1, 1).await;
        let rooms = town.rooms.clone();
        let ids = burst(town.world.core(), &Burst { rule, ..critical(200, &rooms) }).await;
        town.wait(10).await;
        resolve(town.world.core(), &ids).await;
        // What fires now does not wait behind what is over.
        let began = town.world.clock.now();
        let late = |n: u64| format!("late{n}");
        let fresh = Burst { rule: &|_: u64| "fresh".to_owned(), creator: &late, ..critical(1, &rooms) };
        let fresh = burst(town.world.core(), &fresh).await;
        town.wait(900).await;
        let (told, grouped, over) = all_accounted_for(town.world.core(), &rooms[0], &ids).await;
        assert_eq!(told + grouped + over, 200);
        let mark = format!("#{}", fresh[0].as_str());
        let at = match chat {
            Chat::Telegram => {
                let told = town.world.telegram.messages(town.chats[0]);
                told.into_iter().find(|shown| shown.text.contains(&mark)).map(|shown| shown.sent_at)
            }
            Chat::Discord => {
                let told = town.world.discord.messages(town.channels[0]);
                told.into_iter().find(|message| discord_text(message).contains(&mark)).map(|message| message.created)
            }
        };
        let waited = at.expect("told").duration_since(began);
        assert!(waited < SignedDuration::from_secs(8), "{chat:?}: {waited}");
        town.assert_polite();
        town.world.stop().await;
    }
}

const LONG: &str = r#"
[[rule]]
id = "long"
kind = "stop_loss"
scope = "partnership"
when = "cpa > target.cpa && spend / target.cpa >= 10 && spend / target.cpa >= 11 && spend / target.cpa >= 12 && spend / target.cpa >= 13 && spend / target.cpa >= 14 && spend / target.cpa >= 15 && spend / target.cpa >= 16 && spend / target.cpa >= 17 && spend / target.cpa >= 18"
window = "7d"
mode = "propose"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn thirty_five_long_alerts_arrive_whole() {
    let names: Vec<String> = (0..35).map(|n| format!("long{n:02}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut story = Story::begin(7, &names).await;
    let long = "Ann-Charlotte von und zu Hohenlohe-Langenburg ".repeat(5);
    for (n, id) in names.iter().enumerate() {
        let text = format!("[[creator]]\nid = \"{id}\"\nname = \"{n:02} {long}\"\nzone = \"Europe/Stockholm\"\n");
        story.apply(&text).await;
    }
    let file = Path::new("long.toml").to_path_buf();
    let rules = parse_rules(LONG, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(story.world.core(), Given { documents: Vec::new(), rules }, "terminal:story", false).await.expect("applied");
    let rows: Vec<(&str, i64, i64)> = names.iter().map(|id| (*id, 12_000, 1)).collect();
    story.report(&rows).await;
    story.wait(60).await;
    let all = plimsoll::store::records::scan_all::<plimsoll::outbox::incident::Incident>(&*story.world.core().store)
        .await
        .expect("incidents");
    let ids: Vec<IncidentId> =
        all.into_iter().filter(|one| one.value.rule.as_str() == "long").map(|one| one.value.id).collect();
    assert_eq!(ids.len(), 35);
    // Opened one by one from the pages of their group, each is a message of its own, and Why says the rest of it.
    let cast = story.world.cast;
    for id in &ids {
        story.says(cast.team_chat, cast.maja, &format!("/why {}", id.as_str())).await;
        let mark = format!("#{}", id.as_str());
        let mut why = String::new();
        for _ in 0..60 {
            let answers = |one: &&Shown| one.text.contains("why it was told") && one.text.contains(&mark);
            if let Some(answer) = story.on_telegram().iter().find(answers) {
                why.clone_from(&answer.text);
                break;
            }
            story.wait(10).await;
        }
        for least in 10..=18 {
            assert!(why.contains(&least.to_string()), "{least} is missing in {why}");
        }
        assert!(!why.contains("more behind Why"), "what is behind Why must be there: {why}");
    }
    open_everyone(&mut story, &ids).await;
    polite(&story.world);
    story.world.stop().await;
}

/// Opens every member from the pages of the group; each has a message then, and the way to the rest of it.
async fn open_everyone(story: &mut Story, ids: &[IncidentId]) {
    let labels = |shown: &Shown| shown.buttons.iter().flatten().cloned().collect::<Vec<_>>();
    let is_group = |shown: &Shown| shown.text.contains("alerts of long");
    let group = story.on_telegram().into_iter().find(is_group).expect("a group");
    let (chat, id, maja) = (group.chat, group.message_id, story.world.cast.maja);
    for page in 1..=7 {
        let shown = story.world.telegram.message(chat, id).expect("there");
        for label in labels(&shown).iter().filter(|label| !label.contains("Page ")) {
            story.world.telegram.user_presses(chat, maja, id, label).expect("pressed");
            story.wait(1).await;
        }
        if let Some(label) = to_page(&labels(&shown), page + 1) {
            story.world.telegram.user_presses(chat, maja, id, &label).expect("pressed");
            story.wait(60).await;
        }
    }
    story.wait(120).await;
    let told: Vec<Shown> = story.on_telegram();
    for id in ids {
        let mark = format!("#{}", id.as_str());
        let of = |shown: &&Shown| shown.text.trim_end().ends_with(&mark) && shown.text.contains("Seen: ");
        let alert = told.iter().find(of).unwrap_or_else(|| panic!("no message of {mark}"));
        assert!(alert.text.contains("Allowed: ") && alert.text.contains("can still be saved"), "{}", alert.text);
        assert!(labels(alert).iter().any(|label| label.starts_with("Why")), "{}", alert.text);
    }
}
