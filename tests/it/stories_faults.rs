//! What goes wrong on the way, and that everything is told all the same: once, or marked as a possible repeat.

use std::sync::Arc;

use jiff::SignedDuration;
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::ears::Ears;
use plimsoll::app::records::{InboxRecord, PollRecord};
use plimsoll::chat::inbound::{Inbound, Inbox as _, PlaceKind, What, Who};
use plimsoll::domain::person::{Address, Chat, Identity};
use plimsoll::rules::file::parse_rules;
use plimsoll::sim::discord::{Aim, Fault as DiscordFault};
use plimsoll::sim::loopback::Fault as HttpFault;
use plimsoll::sim::telegram::{Fault, Scope};
use plimsoll::store::records::scan_all;

use super::story::{Story, discord_text, restart, telegram_text};

const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_telegram_lost_is_told_again_once_and_marked() {
    let mut story = Story::begin(7, &["alma"]).await;
    story.world.telegram.inject(Fault::LoseReply, Scope::chat(story.world.cast.team_chat), 1);
    story.fires("alma").await;
    story.wait(600).await;
    let told = story.on_telegram();
    assert_eq!(told.len(), 2, "{told:?}");
    let marked: Vec<bool> = told.iter().map(|one| one.text.contains("you may have seen this already")).collect();
    assert_eq!(marked, [false, true], "{}", telegram_text(&told[1]));
    assert_eq!(story.on_discord().len(), 1);
    // The second is the one that lives on.
    let message = story.on_discord().remove(0);
    story.clicks(story.world.cast.jonas, &message, "I've got it").await;
    let told = story.on_telegram();
    assert!(told[1].text.contains("Jonas has it"), "{}", telegram_text(&told[1]));
    assert_eq!(told.len(), 2);
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_discord_lost_leads_to_no_second_message() {
    let mut story = Story::begin(7, &["alma"]).await;
    story.world.discord.fail_next(Aim::at("POST", "/messages"), DiscordFault::LoseReply, 1);
    story.fires("alma").await;
    story.wait(600).await;
    assert_eq!(story.world.discord.faults_left(), 0, "the fault was met");
    assert_eq!(story.on_discord().len(), 1);
    let shown = story.on_telegram().remove(0);
    story.presses(story.world.cast.maja, &shown, "I've got it").await;
    let message = story.on_discord().remove(0);
    assert!(discord_text(&message).contains("Maja has it"), "{}", discord_text(&message));
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_discord_is_down_telegram_is_told_and_discord_later_once() {
    let mut story = Story::begin(7, &["alma"]).await;
    let sessions = story.world.discord.gateway_counts();
    story.world.discord.down(true);
    story.fires("alma").await;
    assert_eq!((story.on_telegram().len(), story.on_discord().len()), (1, 0));
    story.wait(3600).await;
    story.world.discord.down(false);
    // After an hour of failures the next try comes an hour and a quarter later at most.
    story.wait(5400).await;
    assert_eq!((story.on_telegram().len(), story.on_discord().len()), (1, 1));
    // And it listens again; the gateway's client connects anew in real time.
    story.world.discord.session_since(sessions).await.expect("a session");
    let message = story.on_discord().remove(0);
    let answer = story.clicks(story.world.cast.jonas, &message, "I've got it").await;
    let shown = story.on_telegram().remove(0);
    assert!(shown.text.contains("Jonas has it"), "{answer}\n{}", telegram_text(&shown));
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_poller_is_told_of_once_and_the_program_goes_on() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    let before = story.to_operators().len();
    let url = format!("{}/bot{TOKEN}/getUpdates?timeout=0&offset=-1", story.world.telegram.base_url());
    for _ in 0..3 {
        let answered = reqwest::get(&url).await.map(|answer| answer.status().as_u16());
        assert!(answered.is_ok(), "{answered:?}");
        story.wait(20).await;
    }
    let told = story.to_operators().split_off(before);
    assert_eq!(told.len(), 1, "{told:?}");
    insta::assert_snapshot!(told.concat(), @"
    🔴 Another program reads the messages of Telegram
    Commands and buttons may not arrive. Stop the other one, or give it a bot of its own.
    ");
    let answer = story.says(cast.team_chat, cast.maja, "/status").await;
    story.wait(60).await;
    let said = story.on_telegram();
    assert!(!answer.is_empty() || said.iter().any(|one| one.text.contains("Winter Warmers")), "{said:?}");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_key_is_told_once_and_stores_nothing() {
    for (status, reason) in [(403, "forbidden"), (400, "keyInvalid")] {
        let mut story = Story::begin(7, &["alma"]).await;
        let before = story.to_operators().len();
        let body = serde_json::json!({"error": {"code": status, "message": "API key not valid.", "errors": [{"reason": reason, "domain": "usageLimits", "message": "API key not valid."}]}});
        for _ in 0..2_000 {
            story.world.youtube.faults().next(HttpFault::Answer { status, body: body.to_string() });
        }
        let kept = story.kept().await;
        story.wait(4 * 3600).await;
        let told = story.to_operators().split_off(before);
        assert_eq!(told.len(), 1, "{told:?}");
        if status == 403 {
            insta::assert_snapshot!(told.concat(), @"
            🔴 youtube refuses our access
            Put a key or token that works into its settings. Until then its numbers are missing, and nothing is stopped on old data.
            ");
        }
        let polls = scan_all::<PollRecord>(&*story.world.core().store).await.expect("polls");
        let polls: Vec<_> =
            polls.iter().map(|poll| &poll.value).filter(|poll| poll.source.as_str() == "youtube").collect();
        assert_eq!(polls.len(), 1, "a source that refuses us is left in peace for a day: {polls:?}");
        assert!(polls.iter().all(|poll| poll.samples == 0 && poll.failure.is_some()), "{polls:?}");
        assert_eq!(story.kept().await, kept, "nothing fires on what is absent");
        assert_eq!((story.on_telegram().len(), story.on_discord().len()), (0, 0));
        story.world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_shut_the_bot_out_is_told_of_once_elsewhere() {
    let mut story = Story::begin(7, &["alma", "bo"]).await;
    let cast = story.world.cast;
    let before = story.to_operators().len();
    story.world.telegram.kick_bot(cast.team_chat, cast.maja).expect("kicked");
    story.fires("alma").await;
    story.fires("bo").await;
    story.wait(120).await;
    assert_eq!((story.on_telegram().len(), story.on_discord().len()), (0, 2));
    let told = story.to_operators().split_off(before);
    assert_eq!(told.len(), 1, "{told:?}");
    insta::assert_snapshot!(told.concat(), @"
    🔴 I can no longer write to team-telegram on Telegram: the room on Telegram refuses: Forbidden: bot was kicked from the supergroup chat
    Its messages wait. Let the bot in again, or bind the room to another chat with a new code.
    ");
    // Let in again, the room gets what it has missed.
    story.world.telegram.add_bot(cast.team_chat, cast.maja).expect("added");
    story.wait(7200).await;
    assert_eq!(story.on_telegram().len(), 2, "{:?}", story.on_telegram());
    assert_eq!(story.to_operators().len(), before + 1);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_becomes_a_supergroup_keeps_its_alerts() {
    let mut story = Story::begin(7, &["alma", "bo", "cleo"]).await;
    let cast = story.world.cast;
    story
        .apply("[[room]]\nid = \"small\"\nbrand = \"nordbo\"\naudience = \"internal\"\nzone = \"Europe/Stockholm\"\n")
        .await;
    let telegram = story.world.telegram.clone();
    let group = telegram.add_group("Small", cast.maja).expect("a group");
    telegram.add_bot(group, cast.maja).expect("added");
    let code = story.world.room_code("small").await.expect("a code");
    story.says(group, cast.maja, &format!("/bind {code}")).await;
    story.fires("alma").await;
    let in_old = telegram.messages(group).iter().filter(|one| one.text.contains("Alma")).count();
    assert_eq!(in_old, 1);
    let place = telegram.upgrade_group(group).expect("upgraded");
    story.fires("bo").await;
    story.wait(60).await;
    let told: Vec<_> = telegram.messages(place).into_iter().filter(|one| one.from_bot).collect();
    assert_eq!(told.iter().filter(|one| one.text.contains("Bo ·")).count(), 1, "{told:?}");
    // Buttons work there.
    let shown = told.into_iter().find(|one| one.text.contains("Bo ·")).expect("there");
    story.presses(cast.maja, &shown, "I've got it").await;
    let shown = telegram.message(place, shown.message_id).expect("there");
    assert!(shown.text.contains("Maja has it"), "{}", telegram_text(&shown));
    // The update that tells of the move may also be lost: the refusal itself says where the group is.
    story.fires("cleo").await;
    assert_eq!(telegram.messages(place).iter().filter(|one| one.text.contains("Cleo ·")).count(), 1);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_but_not_told_is_told_after_a_restart() {
    let mut story = Story::begin(7, &["alma"]).await;
    let cast = story.world.cast;
    // Committed, and the program ends before anybody was told.
    story.report(&[("alma", 12_000, 1)]).await;
    assert_eq!(story.world.core().counted().fired, 1);
    assert_eq!((story.on_telegram().len(), story.on_discord().len()), (0, 0));
    // Kept, and the program ends before it was answered.
    let inbound = Inbound {
        at: story.world.clock.now(),
        done_at: None,
        from: Some(Who {
            identity: Identity { chat: Chat::Telegram, user: cast.maja.0.to_string() },
            name: "Maja".to_owned(),
            locale: Some("sv".to_owned()),
            anonymous: false,
            bot: false,
        }),
        address: Some(Address { chat: Chat::Telegram, place: cast.team_chat.0.to_string(), topic: None, guild: None }),
        place: Some(PlaceKind::Group),
        what: What::Command { name: "ack".to_owned(), rest: "0000".to_owned(), args: Vec::new() },
        file: None,
        answer: None,
    };
    let ears = Ears::new(Arc::clone(story.world.core()));
    ears.keep(Chat::Telegram, &story.world.telegram.bot_id().0.to_string(), "900000001", b"{}", &inbound)
        .await
        .expect("kept");
    let mut story = story.again(restart).await;
    story.wait(30).await;
    let told = story.on_telegram();
    let alerts: Vec<_> = told.iter().filter(|one| one.text.contains("Alma ·")).collect();
    assert_eq!((alerts.len(), story.on_discord().len()), (1, 1), "{told:?}");
    assert!(alerts[0].text.contains("Maja has it"), "{}", alerts[0].text);
    assert_eq!(told.iter().filter(|one| one.text.contains("You have #0000")).count(), 1, "{told:?}");
    let left = scan_all::<InboxRecord>(&*story.world.core().store).await.expect("rows");
    assert!(left.iter().all(|one| one.value.inbound.is_none()), "everything is answered");
    // Once more, and nothing is told twice.
    let mut story = story.again(restart).await;
    story.wait(30).await;
    assert_eq!((story.on_telegram().len(), story.on_discord().len()), (2, 1));
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_of_both_chats_survives_a_restart() {
    let mut story = Story::begin(7, &["alma"]).await;
    story.world.telegram.down(true);
    story.world.discord.fail_next(Aim::at("POST", "/messages"), DiscordFault::server_error(503), 1_000);
    story.fires("alma").await;
    story.wait(120).await;
    assert_eq!((story.on_telegram().len(), story.on_discord().len()), (0, 0));
    let mut story = story.again(restart).await;
    story.world.telegram.down(false);
    story.world.discord.clear_faults();
    let at = story.world.clock.now();
    story.wait(1800).await;
    assert_eq!((story.on_telegram().len(), story.on_discord().len()), (1, 1));
    let waited = story.on_telegram()[0].sent_at.duration_since(at);
    assert!(waited < SignedDuration::from_mins(30), "{waited}");
    story.world.stop().await;
}

const TELLS: &str = r#"
[[rule]]
id = "no-clicks"
kind = "stop_loss"
scope = "partnership"
when = "cpa > target.cpa && clicks < 10"
window = "7d"
on_absent = "tell"
mode = "propose"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_is_to_say_so_tells_once_that_it_cannot_judge() {
    let mut story = Story::begin(7, &["alma"]).await;
    let before = story.to_operators().len();
    let file = std::path::Path::new("tells.toml").to_path_buf();
    let rules = parse_rules(TELLS, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(story.world.core(), Given { documents: Vec::new(), rules }, "terminal:story", false).await.expect("applied");
    story.fires("alma").await;
    story.fires("alma").await;
    let told = story.to_operators().split_off(before);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told.concat().contains("the rule no-clicks cannot judge"), "{told:?}");
    assert!(!story.kept().await.contains("no-clicks"), "absent fires nothing");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poll_that_does_not_fit_the_days_quota_is_not_made_and_told_once() {
    let mut story = Story::begin(7, &["alma"]).await;
    story.wait(3700).await;
    let before = story.to_operators().len();
    let core = std::sync::Arc::clone(story.world.core());
    let id = plimsoll::domain::ids::SourceId::new("youtube").expect("an id");
    {
        let mut state = core.state.lock().await;
        let buckets = &mut state.planned.get_mut(&id).expect("it is configured").record.buckets;
        let now = core.clock.now();
        buckets.exhaust(plimsoll::sources::youtube::GENERAL, plimsoll::sources::quota::next_midnight(now), now);
    }
    let asked = story.world.youtube.requests();
    story.wait(3 * 3600).await;
    assert_eq!(story.world.youtube.requests(), asked, "nothing is asked over the budget");
    let told = story.to_operators().split_off(before);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told.concat().contains("the day's allowance is used up"), "{told:?}");
    story.wait(24 * 3600).await;
    assert!(asked < story.world.youtube.requests(), "the next day it goes on");
    story.world.stop().await;
}
