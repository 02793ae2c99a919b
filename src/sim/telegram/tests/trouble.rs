//! What goes wrong: refused chats, floods, migrations, closed topics, and faults on order.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_is_lost_says_how() {
    let stage = Stage::new().await;
    let sim = &stage.sim;
    let person = || sim.add_user(NewUser::named("Bo", "en"));
    let group = |small: bool| {
        let group = if small { sim.add_group("G", stage.anna) } else { sim.add_supergroup("G", stage.anna, false) };
        let group = group.expect("added");
        sim.add_bot(group, stage.anna).expect("joins");
        group
    };
    let (fresh, blocked, gone) = (person(), person(), person());
    sim.user_starts(blocked, None).expect("starts");
    sim.user_blocks_bot(blocked).expect("blocks");
    sim.user_starts(gone, None).expect("starts");
    sim.deactivate(gone).expect("goes");
    let (kicked, kicked_small, left, deleted, restricted) =
        (group(false), group(true), group(false), group(true), group(false));
    sim.kick_bot(kicked, stage.anna).expect("kicks");
    sim.kick_bot(kicked_small, stage.anna).expect("kicks");
    sim.set_bot_standing(left, stage.anna, Standing::Left).expect("removes");
    sim.delete_group(deleted).expect("deletes");
    sim.set_bot_standing(restricted, stage.anna, Standing::Restricted).expect("restricts");
    let unmet = sim.add_supergroup("G", stage.anna, false).expect("added");
    for (chat, want) in [
        (fresh.0, "403 Forbidden: bot can't initiate conversation with a user"),
        (blocked.0, "403 Forbidden: bot was blocked by the user"),
        (gone.0, "403 Forbidden: user is deactivated"),
        (kicked.0, "403 Forbidden: bot was kicked from the supergroup chat"),
        (kicked_small.0, "403 Forbidden: bot was kicked from the group chat"),
        (left.0, "403 Forbidden: bot is not a member of the supergroup chat"),
        (deleted.0, "403 Forbidden: the group chat was deleted"),
        (restricted.0, "400 Bad Request: not enough rights to send text messages to the chat"),
        (unmet.0, "400 Bad Request: chat not found"),
        (1_087_968_824, "403 Forbidden: bot can't send messages to bots"),
    ] {
        let got = stage.bot.refused("sendMessage", json!({ "chat_id": chat, "text": "x" })).await;
        assert_eq!(got, want);
    }
    let updates = stage.updates().await;
    let standing = |update: &&Value| update["my_chat_member"]["new_chat_member"]["status"] == "kicked";
    assert_eq!(updates.iter().filter(standing).count(), 3, "a block and two kicks");
    sim.user_starts(blocked, None).expect("comes back");
    stage.bot.ok("sendMessage", json!({ "chat_id": blocked.0, "text": "x" })).await;
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgraded_group_says_where_it_went() {
    let stage = Stage::new().await;
    let old = stage.sim.add_group("Nordbo", stage.anna).expect("added");
    stage.sim.add_bot(old, stage.anna).expect("joins");
    let sent = stage.bot.ok("sendMessage", json!({ "chat_id": old.0, "text": "before" })).await;
    stage.updates().await;
    let new = stage.sim.upgrade_group(old).expect("upgraded");
    let updates = stage.updates().await;
    assert_eq!(updates[0]["message"]["migrate_to_chat_id"], new.0);
    assert_eq!(updates[1]["message"]["migrate_from_chat_id"], old.0);
    let answer = stage.bot.call("sendMessage", json!({ "chat_id": old.0, "text": "x" })).await;
    assert_eq!(answer["description"], "Bad Request: group chat was upgraded to a supergroup chat");
    assert_eq!(answer["parameters"], json!({ "migrate_to_chat_id": new.0 }));
    let edit = json!({ "chat_id": new.0, "message_id": sent["message_id"], "text": "x" });
    assert!(stage.bot.refused("editMessageText", edit).await.contains("message to edit not found"));
    assert_eq!(
        stage.bot.ok("sendMessage", json!({ "chat_id": new.0, "text": "x" })).await["chat"]["type"],
        "supergroup"
    );
    assert!(stage.sim.upgrade_group(new).is_err());
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn topics_close_vanish_and_general_has_no_number() {
    let stage = Stage::new().await;
    let forum = stage.group(true);
    let topic = |name| stage.sim.add_topic(forum, stage.anna, name).expect("opened");
    let (open, closed, gone) = (topic("open"), topic("closed"), topic("gone"));
    stage.sim.close_topic(forum, closed, true).expect("closed");
    stage.sim.delete_topic(forum, gone).expect("deleted");
    let into = |topic: i64| json!({ "chat_id": forum.0, "text": "x", "message_thread_id": topic });
    let sent = stage.bot.ok("sendMessage", into(open)).await;
    assert_eq!((&sent["message_thread_id"], &sent["is_topic_message"]), (&json!(open), &json!(true)));
    for (topic, want) in [
        (1, "400 Bad Request: message thread not found"),
        (gone, "400 Bad Request: message thread not found"),
        (999, "400 Bad Request: message thread not found"),
        (closed, "400 Bad Request: TOPIC_CLOSED"),
    ] {
        assert_eq!(stage.bot.refused("sendMessage", into(topic)).await, want);
    }
    let general = stage.bot.ok("sendMessage", json!({ "chat_id": forum.0, "text": "x" })).await;
    assert_eq!(general.get("message_thread_id"), None);
    let typing = json!({ "chat_id": forum.0, "action": "typing", "message_thread_id": 1 });
    stage.bot.ok("sendChatAction", typing).await;
    let id = stage.sim.user_sends_in(forum, open, stage.anna, "/why@plimsoll_bot").expect("sent");
    let reply = json!({ "chat_id": forum.0, "text": "x", "reply_parameters": { "message_id": id } });
    assert_eq!(stage.bot.ok("sendMessage", reply).await["message_thread_id"], open);
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_refused_with_the_wait() {
    let mut stage = Stage::new().await;
    let params = json!({ "chat_id": stage.home.0, "text": "x" });
    for _ in 0..3 {
        stage.bot.ok("sendMessage", params.clone()).await;
    }
    let answer = stage.bot.try_call("sendMessage", params.clone()).await.expect("an answer");
    assert_eq!((answer.status, answer.header("retry-after")), (429, Some("1")));
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    insta::assert_snapshot!(
        body,
        @r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 1","parameters":{"retry_after":1}}"#
    );
    assert_eq!(stage.sim.messages(stage.home).len(), 4, "nothing was sent");
    stage.pass(1).await;
    stage.bot.ok("sendMessage", params).await;
    let group = stage.group(false);
    let send = json!({ "chat_id": group.0, "text": "x" });
    let id = stage.bot.ok("sendMessage", send).await["message_id"].clone();
    for n in 1..20 {
        stage.pass(1).await;
        let edit = json!({ "chat_id": group.0, "message_id": id, "text": n.to_string() });
        stage.bot.ok("editMessageText", edit).await;
    }
    let edit = json!({ "chat_id": group.0, "message_id": id, "text": "one too many" });
    assert_eq!(stage.bot.refused("editMessageText", edit.clone()).await, "429 Too Many Requests: retry after 41");
    stage.pass(41).await;
    stage.bot.ok("editMessageText", edit).await;
    assert_eq!(stage.sim.flood_refusals().total, 2);
    assert_eq!(stage.sim.flood_refusals().by_chat.get(&group.0), Some(&1));
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_reply_leaves_the_message_and_no_answer() {
    let stage = Stage::new().await;
    let send = |text: &str| stage.bot.try_call("sendMessage", json!({ "chat_id": stage.home.0, "text": text }));
    for (fault, arrives) in [(Fault::LoseReply, true), (Fault::DropRequest, false)] {
        stage.sim.mark_read(stage.home);
        stage.sim.inject(fault.clone(), Scope::method("sendMessage"), 1);
        let lost = send("did it arrive?").await;
        assert!(matches!(&lost, Err(error @ HttpError::Lost { .. }) if !error.never_left()), "{fault:?}: {lost:?}");
        assert_eq!(stage.sim.unread(stage.home).len(), usize::from(arrives), "{fault:?}");
    }
    assert_eq!(send("after").await.expect("an answer").status, 200, "the order is used up");
    let outcomes: Vec<_> = stage.sim.requests().iter().map(|request| request.outcome.clone()).collect();
    assert_eq!(
        outcomes,
        [Outcome::Faulted("LoseReply".to_owned()), Outcome::Faulted("DropRequest".to_owned()), Outcome::Answered(200)]
    );
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_answer_as_ordered_where_they_are_ordered() {
    let stage = Stage::new().await;
    let group = stage.group(false);
    let send = |chat: ChatId| stage.bot.try_call("sendMessage", json!({ "chat_id": chat.0, "text": "x" }));
    let refusal = Fault::Answer {
        status: 400,
        description: "Bad Request: not enough rights to send text messages to the chat".to_owned(),
        parameters: None,
    };
    stage.sim.inject(refusal, Scope::chat(group), 1);
    stage.sim.inject(Fault::Garbage, Scope::chat(stage.home), 1);
    stage.sim.answer_next(1, 500, "Internal Server Error");
    let first = send(stage.home).await.expect("an answer");
    assert_eq!(first.status, 200);
    assert!(serde_json::from_slice::<Value>(&first.body).is_err());
    assert_eq!(send(group).await.expect("an answer").status, 400);
    assert_eq!(stage.bot.ok("getUpdates", json!({})).await.as_array().map(Vec::len), Some(3), "polls are spared");
    assert_eq!(send(group).await.expect("an answer").status, 500);
    stage.sim.down(true);
    for method in ["getMe", "getUpdates"] {
        let answer = stage.bot.try_call(method, json!({})).await.expect("an answer");
        assert_eq!(answer.status, 502);
    }
    stage.sim.down(false);
    assert_eq!(send(group).await.expect("an answer").status, 200);
    stage.sim.chance(Fault::Gateway { status: 503 }, Scope::any(), 1_000);
    assert_eq!(send(group).await.expect("an answer").status, 503);
    stage.sim.clear_faults();
    assert_eq!(send(group).await.expect("an answer").status, 200);
    assert_eq!(stage.sim.messages(stage.home).len(), 2, "garbage was sent all the same");
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn late_and_hanging_answers_take_virtual_time() {
    let mut stage = Stage::new().await;
    for (fault, arrives, answered) in [
        (Fault::Delay(SignedDuration::from_secs(90)), true, true),
        (Fault::Hang(SignedDuration::from_secs(90)), false, false),
    ] {
        stage.sim.mark_read(stage.home);
        stage.sim.inject(fault.clone(), Scope::method("sendMessage"), 1);
        let (bot, chat, start) = (stage.bot.clone(), stage.home.0, stage.clock.now());
        let client = stage.clock.spawn("client", |held| async move {
            let answer = bot.try_call("sendMessage", json!({ "chat_id": chat, "text": "x" })).await;
            (answer.is_ok(), held.clock().now().duration_since(start).as_secs())
        });
        stage.pass(89).await;
        assert_eq!(stage.sim.unread(stage.home).len(), usize::from(arrives), "{fault:?}");
        stage.pass(100).await;
        assert_eq!(client.await.expect("ends"), (answered, 90), "{fault:?}");
    }
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_unread_is_found_once_and_an_edit_is_news() {
    let mut stage = Stage::new().await;
    let id = stage.text("spring is over its limit").await;
    assert_eq!(stage.sim.unread_chats(), [(stage.home, 1)]);
    assert_eq!(stage.sim.expect_unread(stage.home, "over its limit").expect("is there").message_id, id);
    let error = stage.sim.expect_unread(stage.home, "over its limit").expect_err("was read");
    insta::assert_snapshot!(error, @"chat `500000001` has no unread message with `over its limit`; unread: nothing");
    let edit = json!({ "chat_id": stage.home.0, "message_id": id, "text": "spring is fine" });
    stage.bot.ok("editMessageText", edit).await;
    assert!(stage.sim.expect_unread(stage.home, "is fine").is_ok());
    let bell = stage.sim.subscribe();
    let sim = stage.sim.clone();
    let (anna, home) = (stage.anna, stage.home);
    let story = stage.clock.spawn("anna", |mut held| async move {
        let woken = held.wait(&bell, None).await;
        sim.user_sends(home, anna, "thanks").expect("sent");
        woken
    });
    stage.pass(5).await;
    stage.text("again").await;
    stage.pass(1).await;
    assert_eq!(story.await.expect("ends"), crate::time::Woken::Rung);
    assert_eq!(stage.sim.messages(stage.home).last().expect("one").text, "thanks");
    stage.sim.shutdown().await;
}

/// Tasks that were started together run at once; from the first wait on they run one by one.
async fn take_turn(held: &mut crate::time::Held) {
    let soon = held.clock().now() + SignedDuration::from_secs(1);
    held.sleep_until(soon).await;
}

/// A bot that echoes with a button and answers what is pressed, until the clock's owner stops it.
async fn echo(bot: Bot, mut held: crate::time::Held) {
    take_turn(&mut held).await;
    let mut offset = 0;
    loop {
        let Ok(answer) = bot.try_call("getUpdates", json!({ "offset": offset, "timeout": 30 })).await else {
            let later = held.clock().now() + SignedDuration::from_secs(2);
            held.sleep_until(later).await;
            continue;
        };
        let updates: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        for update in updates["result"].as_array().into_iter().flatten() {
            offset = update["update_id"].as_i64().expect("an id") + 1;
            if let Some(id) = update["callback_query"]["id"].as_str() {
                drop(bot.try_call("answerCallbackQuery", json!({ "callback_query_id": id, "text": "ok" })).await);
            } else if update["message"]["text"].is_string() {
                let (chat, text) = (&update["message"]["chat"]["id"], &update["message"]["text"]);
                let echo = json!({ "chat_id": chat, "text": text, "reply_markup": keyboard() });
                drop(bot.try_call("sendMessage", echo).await);
            }
        }
    }
}

/// One hour of three people, a bot that polls, and chance faults; everything that can be seen of it.
async fn busy_hour() -> String {
    let mut stage = Stage::new().await;
    stage.sim.chance(Fault::LoseReply, Scope::method("sendMessage"), 150);
    stage.sim.chance(Fault::Gateway { status: 502 }, Scope::method("getUpdates"), 50);
    let bot = stage.bot.clone();
    let echo = stage.clock.spawn("bot", |held| echo(bot, held));
    for n in 0..3_i64 {
        let person = stage.sim.add_user(NewUser::named("P", "en"));
        let (sim, bell, home) = (stage.sim.clone(), stage.sim.subscribe(), stage.sim.private_chat(person));
        stage.clock.spawn(format!("person-{n}"), move |mut held| async move {
            take_turn(&mut held).await;
            for turn in 0..20_i64 {
                let next = held.clock().now() + SignedDuration::from_secs(60 + 7 * n);
                sim.user_sends(home, person, &format!("turn {turn}")).expect("sent");
                while held.wait(&bell, Some(next)).await == crate::time::Woken::Rung {
                    for shown in sim.unread(home) {
                        sim.user_presses(home, person, shown.message_id, "Why").expect("pressed");
                    }
                    sim.mark_read(home);
                }
            }
        });
    }
    stage.pass(3_600).await;
    echo.abort();
    assert!(echo.await.is_err(), "it never ends by itself");
    stage.sim.nobody_waits().await;
    let requests = stage.sim.requests();
    let calls = stage.sim.calls();
    assert!(calls["sendmessage"] >= 60 && calls["answercallbackquery"] >= 40, "{calls:?}");
    let shown: Vec<_> = stage.sim.chats().into_iter().map(|chat| stage.sim.messages(chat.id)).collect();
    stage.sim.shutdown().await;
    format!("{requests:#?}\n{shown:#?}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_hour_is_the_same_hour_again() {
    let (first, second) = (busy_hour().await, busy_hour().await);
    assert!(first == second, "the two hours differ");
    assert!(first.contains("Faulted(") && first.contains("LoseReply"), "the dice never fell");
}

#[test]
fn the_config_shows_no_token() {
    assert!(!format!("{:?}", TelegramConfig::default()).contains("AAHdq"));
}
