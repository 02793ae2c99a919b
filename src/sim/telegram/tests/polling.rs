//! `getUpdates`: what is kept, what is confirmed, who waits, and what groups let the bot see.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;

fn ids(updates: &Value) -> Vec<i64> {
    let list = updates.as_array().expect("a list");
    list.iter().map(|update| update["update_id"].as_i64().expect("an id") - 700_000_001).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_comes_again_until_an_offset_confirms_it() {
    let mut stage = Stage::new().await;
    for text in ["1", "2", "3", "4"] {
        stage.sim.user_sends(stage.home, stage.anna, text).expect("sent");
    }
    for (params, want) in [
        (json!({}), vec![0, 1, 2, 3, 4]),
        (json!({ "limit": 2 }), vec![0, 1]),
        (json!({ "offset": 700_000_003_i64 }), vec![2, 3, 4]),
        (json!({ "limit": 500 }), vec![2, 3, 4]),
        (json!({ "offset": -2 }), vec![3, 4]),
        (json!({ "offset": 1 }), vec![3, 4]),
        (json!({ "offset": 700_000_006_i64 }), vec![]),
        (json!({ "offset": 0 }), vec![]),
    ] {
        assert_eq!(ids(&stage.bot.ok("getUpdates", params.clone()).await), want, "{params}");
        stage.pass(10).await;
    }
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hasty_repeat_of_an_offset_gets_one_update() {
    let stage = Stage::new().await;
    stage.sim.user_sends(stage.home, stage.anna, "2").expect("sent");
    assert_eq!(ids(&stage.bot.ok("getUpdates", json!({})).await), [0, 1]);
    assert_eq!(ids(&stage.bot.ok("getUpdates", json!({})).await), [0]);
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn updates_are_kept_a_day_and_buttons_150_seconds() {
    let mut stage = Stage::new().await;
    let params = json!({ "chat_id": stage.home.0, "text": "x", "reply_markup": keyboard() });
    let id = stage.bot.ok("sendMessage", params).await["message_id"].as_i64().expect("an id");
    stage.sim.user_presses(stage.home, stage.anna, id, "Why").expect("pressed");
    for (passes, want) in [(0, 2), (149, 2), (1, 1), (86_249, 1), (1, 0)] {
        stage.pass(passes).await;
        assert_eq!(stage.sim.pending_updates(), want, "after {passes} s more");
    }
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn allowed_updates_stay_until_they_are_changed() {
    let stage = Stage::new().await;
    stage.updates().await;
    let block = || {
        stage.sim.user_blocks_bot(stage.anna).expect("blocks");
        stage.sim.user_starts(stage.anna, Some("code-1")).expect("starts");
    };
    let kinds = |updates: Vec<Value>| -> Vec<String> {
        let kinds =
            updates.iter().map(|update| update.as_object().expect("object").keys().nth(1).expect("kind").clone());
        kinds.collect()
    };
    block();
    assert_eq!(kinds(stage.updates().await), ["my_chat_member", "my_chat_member", "message"]);
    stage.bot.ok("getUpdates", json!({ "offset": -1, "allowed_updates": ["message"] })).await;
    block();
    assert_eq!(kinds(stage.updates().await), ["message"]);
    block();
    assert_eq!(kinds(stage.updates().await), ["message"], "the list persists");
    stage.bot.ok("getUpdates", json!({ "offset": -1, "allowed_updates": [] })).await;
    block();
    assert_eq!(kinds(stage.updates().await).len(), 3);
    stage.sim.shutdown().await;
}

type Seen = Arc<Mutex<Vec<(String, i64, String)>>>;

/// A poll by a job of the simulated world; what it got, and when.
fn poll(stage: &Stage, seen: &Seen, name: &'static str, params: Value) -> tokio::task::JoinHandle<()> {
    let (bot, clock, seen) = (stage.bot.clone(), stage.clock.clone(), Arc::clone(seen));
    let start = clock.now();
    stage.clock.spawn(name, |held| async move {
        let answer = bot.call("getUpdates", params).await;
        let what = match answer["result"].as_array() {
            Some(updates) => format!("{} updates", updates.len()),
            None => answer["description"].as_str().expect("described").to_owned(),
        };
        let at = clock.now().duration_since(start).as_secs();
        seen.lock().expect("lock").push((name.to_owned(), at, what));
        drop(held);
    })
}

fn seen(seen: &Seen) -> Vec<(String, i64, String)> {
    seen.lock().expect("lock").clone()
}

fn row(name: &str, at: i64, what: &str) -> (String, i64, String) {
    (name.to_owned(), at, what.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_poll_waits_in_virtual_time_and_is_woken_by_what_comes() {
    let mut stage = Stage::new().await;
    stage.updates().await;
    let got = Seen::default();
    poll(&stage, &got, "empty", json!({ "timeout": 600 }));
    stage.pass(49).await;
    assert!(stage.sim.is_polled());
    assert_eq!(seen(&got), []);
    stage.pass(1).await;
    stage.driver.settle().await.expect("quiet");
    assert_eq!(seen(&got), [row("empty", 50, "0 updates")], "50 s is the longest");
    poll(&stage, &got, "woken", json!({ "timeout": 30 }));
    let (sim, anna, home) = (stage.sim.clone(), stage.anna, stage.home);
    stage.clock.spawn("anna", |mut held| async move {
        let at = held.clock().now() + SignedDuration::from_secs(12);
        held.sleep_until(at).await;
        sim.user_sends(home, anna, "hello").expect("sent");
    });
    stage.pass(40).await;
    assert_eq!(seen(&got)[1..], [row("woken", 12, "1 updates")]);
    assert!(!stage.sim.is_polled());
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_older_of_two_polls_is_terminated() {
    let mut stage = Stage::new().await;
    stage.updates().await;
    let got = Seen::default();
    poll(&stage, &got, "older", json!({ "timeout": 50 }));
    stage.pass(5).await;
    poll(&stage, &got, "newer", json!({ "timeout": 20 }));
    stage.pass(60).await;
    let text = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    assert_eq!(seen(&got), [row("older", 5, text), row("newer", 20, "0 updates")]);
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_ends_polling() {
    let stage = Stage::new().await;
    let hook = json!({ "url": "https://hook.example/t", "allowed_updates": ["message"] });
    stage.bot.ok("setWebhook", hook).await;
    assert_eq!(
        stage.bot.refused("getUpdates", json!({})).await,
        "409 Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    );
    let info = stage.bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!((&info["url"], &info["pending_update_count"]), (&json!("https://hook.example/t"), &json!(1)));
    stage.bot.ok("deleteWebhook", json!({ "drop_pending_updates": true })).await;
    assert_eq!(stage.sim.pending_updates(), 0);
    assert_eq!(stage.bot.ok("getWebhookInfo", json!({})).await["url"], "");
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_takes_its_poll_along() {
    let mut stage = Stage::new().await;
    stage.updates().await;
    let got = Seen::default();
    let client = poll(&stage, &got, "gone", json!({ "timeout": 50 }));
    stage.pass(1).await;
    assert!(stage.sim.is_polled());
    client.abort();
    assert!(client.await.is_err());
    #[expect(clippy::disallowed_methods, reason = "the connection is closed in real time")]
    tokio::time::timeout(Duration::from_secs(10), stage.sim.nobody_waits()).await.expect("the poll is forgotten");
    assert!(!stage.sim.is_polled());
    assert_eq!(stage.driver.next_due(), None);
    // A stale park would let time run while this job still works.
    let working = stage.clock.hold("working");
    #[expect(clippy::disallowed_methods, reason = "the driver must not settle")]
    let settled = tokio::time::timeout(Duration::from_millis(20), stage.driver.settle()).await;
    assert!(settled.is_err());
    drop(working);
    poll(&stage, &got, "next", json!({ "timeout": 7 }));
    stage.pass(10).await;
    assert_eq!(seen(&got), [row("next", 7, "0 updates")]);
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_cuts_a_poll_that_waits() {
    let mut stage = Stage::new().await;
    stage.updates().await;
    let bot = stage.bot.clone();
    let client = stage.clock.spawn("client", |held| async move {
        let answer = bot.try_call("getUpdates", json!({ "timeout": 50 })).await;
        drop(held);
        answer.is_err()
    });
    stage.pass(1).await;
    stage.sim.shutdown().await;
    assert!(client.await.expect("ends"));
    assert!(matches!(
        stage.bot.try_call("getMe", json!({})).await,
        Err(error) if error.never_left()
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn privacy_mode_hides_what_is_not_meant_for_the_bot() {
    let stage = Stage::new().await;
    let group = stage.group(false);
    let bots = stage.bot.ok("sendMessage", json!({ "chat_id": group.0, "text": "hi" })).await["message_id"].clone();
    let bots = bots.as_i64().expect("an id");
    let theirs = stage.sim.user_sends(group, stage.anna, "first").expect("sent");
    stage.updates().await;
    let say = |text: &str| stage.sim.user_sends(group, stage.anna, text).map(|_| ());
    let reply = |to: i64| stage.sim.user_replies(group, stage.anna, to, "re").map(|_| ());
    let rows = [
        ("plain", say("hello"), false),
        ("mention", say("hello @plimsoll_bot"), false),
        ("ours", say("/status@Plimsoll_Bot now"), true),
        ("other bot", say("/status@other_bot"), false),
        ("last speaker", say("/status"), true),
        ("reply to bot", reply(bots), true),
        ("reply to person", reply(theirs), false),
    ];
    let want: Vec<_> = rows.iter().filter(|(_, _, sees)| *sees).map(|(name, ..)| *name).collect();
    assert!(rows.iter().all(|(_, done, _)| done.is_ok()));
    let got = stage.updates().await;
    assert_eq!(got.len(), want.len(), "{want:?} {got:?}");
    stage.sim.another_bot_speaks(group).expect("speaks");
    say("/status").expect("sent");
    assert_eq!(stage.updates().await.len(), 0, "another bot spoke last");
    stage.sim.set_bot_standing(group, stage.anna, Standing::Administrator).expect("set");
    stage.updates().await;
    say("hello").expect("sent");
    assert_eq!(stage.updates().await.len(), 1, "administrators see all");
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_others_reach_administrators_who_ask_by_name() {
    let stage = Stage::new().await;
    let group = stage.group(false);
    let bo = stage.sim.add_user(NewUser::named("Bo", "en"));
    stage.updates().await;
    let ask = json!({ "offset": -1, "allowed_updates": ["chat_member"] });
    stage.bot.ok("getUpdates", ask).await;
    stage.sim.set_standing(group, bo, Standing::Member).expect("joins");
    assert_eq!(stage.updates().await.len(), 0, "the bot is no administrator");
    let admin = Standing::Administrator;
    stage.sim.set_bot_standing(group, stage.anna, admin).expect("set");
    stage.sim.set_standing(group, bo, Standing::Kicked).expect("banned");
    let update = stage.updates().await.pop().expect("an update");
    let change = &update["chat_member"];
    let seen = (&change["old_chat_member"]["status"], &change["new_chat_member"]["status"]);
    assert_eq!(seen, (&json!("member"), &json!("kicked")));
    assert_eq!(change["new_chat_member"]["user"]["id"], bo.0);
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_anonymous_administrator_is_nobody() {
    let stage = Stage::new().await;
    let group = stage.group(false);
    let standing = Standing::AnonymousAdministrator;
    stage.sim.set_standing(group, stage.anna, standing).expect("set");
    stage.updates().await;
    stage.sim.user_sends(group, stage.anna, "/pause").expect("sent");
    let update = stage.updates().await.pop().expect("an update");
    assert_eq!(update["message"]["from"]["id"], 1_087_968_824);
    assert_eq!(update["message"]["sender_chat"]["id"], group.0);
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_starting_and_editing_reach_the_bot() {
    let stage = Stage::new().await;
    stage.updates().await;
    let group = stage.sim.add_supergroup("Nordbo", stage.anna, false).expect("added");
    stage.sim.add_bot_with(group, stage.anna, "code-9").expect("joins");
    let updates = stage.updates().await;
    assert_eq!(updates[0]["my_chat_member"]["new_chat_member"]["status"], "member");
    assert_eq!(updates[0]["my_chat_member"]["old_chat_member"]["status"], "left");
    assert_eq!(updates[1]["message"]["new_chat_members"][0]["username"], "plimsoll_bot");
    assert_eq!(updates[2]["message"]["text"], "/start@plimsoll_bot code-9");
    let id = stage.sim.user_sends(stage.home, stage.anna, "1").expect("sent");
    stage.sim.user_edits(stage.home, stage.anna, id, "2").expect("edited");
    let updates = stage.updates().await;
    assert_eq!(updates[1]["edited_message"]["text"], "2");
    assert!(stage.sim.user_edits(stage.home, stage.anna, 99, "2").is_err());
    for payload in ["", "a b", "ä", &"x".repeat(65)] {
        assert!(stage.sim.user_starts(stage.anna, Some(payload)).is_err(), "{payload}");
    }
    let bo = stage.sim.add_user(NewUser::named("Bo", "en"));
    assert!(matches!(stage.sim.user_sends(group, bo, "x"), Err(SimError::NotThere { .. })));
    stage.sim.shutdown().await;
}
