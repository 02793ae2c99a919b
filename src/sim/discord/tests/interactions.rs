//! Slash commands, buttons, suggestions and forms, their deadlines and their tokens.

use super::*;

fn secs(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

async fn town_with_commands() -> Town {
    let town = Town::new().await;
    town.register(pause_command()).await;
    town
}

fn refusal(result: Result<Snowflake, SimError>) -> String {
    result.expect_err("the client refuses").to_string()
}

#[tokio::test]
async fn the_client_refuses_what_it_would_not_send() {
    let town = town_with_commands().await;
    let slash = |command: &str, options: &[(&str, Given)]| town.sim.slash(town.anna, town.channel, command, options);
    let said = [
        slash("resume", &[]),
        slash("pause", &[]),
        slash("pause", &[("what", "x".into()), ("why", "y".into())]),
        slash("pause", &[("what", Given::Integer(3))]),
        slash("pause", &[("what", "x".into()), ("hours", Given::Integer(49))]),
        slash("rule", &[]),
        slash("rule show", &[]),
    ]
    .map(refusal)
    .join("\n");
    insta::assert_snapshot!(said, @r"
    the client would not send this: there is no command `/resume` here
    the client would not send this: option `what` is required
    the client would not send this: there is no option `why`
    the client would not send this: option `what` does not take this kind of value
    the client would not send this: option `hours` is out of its range
    the client would not send this: `/rule` needs a subcommand
    the client would not send this: `/rule` has no subcommand `show`
    ");
    let bo = town.sim.create_user("bo", "en-US");
    assert!(refusal(town.sim.slash(bo, town.channel, "pause", &[])).contains("is not in channel"));
}

#[tokio::test]
async fn commands_for_managers_are_not_offered_to_others() {
    let town = Town::new().await;
    town.register(json!([
        {"name": "approve", "description": "d", "default_member_permissions": "32", "contexts": [0]},
    ]))
    .await;
    let bo = town.sim.create_user("bo", "en-US");
    town.sim.add_member(town.guild, bo, &[]).expect("a member");
    assert!(town.sim.slash(bo, town.channel, "approve", &[]).is_err());
    let role = town.sim.create_role(town.guild, "Managers", 32).expect("a role");
    town.sim.add_member(town.guild, bo, &[role]).expect("a member");
    assert!(town.sim.slash(bo, town.channel, "approve", &[]).is_ok());
    assert!(town.sim.slash(bo, town.sim.dm(bo), "approve", &[]).is_err(), "not offered in direct messages");
    let admin = town.sim.create_role(town.guild, "Admins", ADMINISTRATOR).expect("a role");
    town.sim.add_member(town.guild, bo, &[admin]).expect("a member");
    assert!(town.sim.slash(bo, town.channel, "approve", &[]).is_ok(), "administrators may do everything");
    assert!(town.sim.slash(town.anna, town.channel, "approve", &[]).is_ok(), "so may the owner");
}

#[tokio::test]
async fn a_reply_in_time_is_seen_and_a_second_one_is_refused() {
    let mut town = town_with_commands().await;
    let asked = town.sim.slash(town.anna, town.channel, "pause", &[("what", "spring".into())]).expect("sent");
    assert_eq!(town.sim.outcome(asked).expect("known"), Outcome::Waiting);
    town.pass(secs(2)).await;
    let reply = json!({"type": 4, "data": {"content": "Paused.", "flags": 64}});
    assert_eq!(town.answer(asked, reply.clone()).await.status, 204);
    assert_eq!(town.answer(asked, reply).await.code(), (400, 40060));
    let Outcome::Replied { message } = town.sim.outcome(asked).expect("known") else { panic!("replied") };
    let seen = town.sim.message(message).expect("a message");
    assert_eq!((seen.content.as_str(), seen.ephemeral_for), ("Paused.", Some(town.anna)));
    assert_eq!(town.get(&format!("{}/{message}", town.messages_path())).await.code(), (404, 10008));
    let bo = town.sim.create_user("bo", "en-US");
    assert_eq!(town.sim.messages_seen_by(town.channel, bo), []);
    assert_eq!(town.sim.messages_seen_by(town.channel, town.anna).len(), 1);
}

#[tokio::test]
async fn after_three_seconds_the_application_did_not_respond() {
    let mut town = town_with_commands().await;
    let bell = town.sim.subscribe();
    let asked = town.sim.slash(town.anna, town.channel, "pause", &[("what", "spring".into())]).expect("sent");
    let theirs = town.sim.clone();
    let seen = town.driver.clock().spawn("anna", |mut held| async move {
        while theirs.outcome(asked).expect("known") == Outcome::Waiting {
            held.wait(&bell, None).await;
        }
        held.clock().now()
    });
    town.pass(secs(10)).await;
    assert_eq!(seen.await.expect("anna").as_second(), NOON_S + 3);
    assert_eq!(town.sim.outcome(asked).expect("known"), Outcome::Failed);
    let got = town.answer(asked, json!({"type": 4, "data": {"content": "late"}})).await;
    assert_eq!(got.code(), (404, 10062));
    assert_eq!(
        town.patch(&format!("{}/messages/@original", town.webhook(asked)), json!({"content": "x"})).await.code(),
        (404, 10015)
    );
    assert_eq!(town.post("/interactions/5/nonsense/callback", json!({"type": 5})).await.code(), (404, 10062));
}

#[tokio::test]
async fn a_deferred_reply_is_filled_until_the_token_expires() {
    let mut town = town_with_commands().await;
    let asked = town.sim.slash(town.anna, town.channel, "rule list", &[]).expect("sent");
    assert_eq!(town.answer(asked, json!({"type": 5})).await.status, 204);
    let Outcome::Thinking { message } = town.sim.outcome(asked).expect("known") else { panic!("thinking") };
    let original = format!("{}/messages/@original", town.webhook(asked));
    assert_eq!(town.get(&original).await.json["flags"], 128);
    town.pass(secs(600)).await;
    let got = town.patch(&original, json!({"content": format!("12 rules <@{}>", town.anna)})).await;
    assert_eq!((got.status, &got.json["id"]), (200, &json!(message)));
    assert_eq!(town.sim.outcome(asked).expect("known"), Outcome::Replied { message });
    let seen = town.sim.message(message).expect("a message");
    assert!(seen.edits.is_empty() && seen.pings.users.contains(&town.anna));
    let more = town.post(&town.webhook(asked), json!({"content": "and more"})).await;
    assert_eq!(more.status, 200);
    assert_eq!(town.sim.followups(asked).len(), 1);
    let more = format!("{}/messages/{}", town.webhook(asked), more.json["id"].as_str().expect("an id"));
    assert_eq!(town.patch(&more, json!({"content": "less"})).await.status, 200);
    assert_eq!(town.delete(&more).await.status, 204);
    town.pass(secs(300)).await;
    assert_eq!(town.patch(&original, json!({"content": "x"})).await.code(), (401, 50027));
}

#[tokio::test]
async fn a_deferred_reply_that_never_comes_fails_with_its_token() {
    let mut town = town_with_commands().await;
    let asked = town.sim.slash(town.anna, town.channel, "rule list", &[]).expect("sent");
    town.answer(asked, json!({"type": 5, "data": {"flags": 64}})).await;
    town.pass(secs(900)).await;
    assert_eq!(town.sim.outcome(asked).expect("known"), Outcome::Failed);
}

#[tokio::test]
async fn the_first_followup_after_a_defer_fills_the_placeholder() {
    let town = town_with_commands().await;
    let asked = town.sim.slash(town.anna, town.channel, "rule list", &[]).expect("sent");
    town.answer(asked, json!({"type": 5})).await;
    town.post(&town.webhook(asked), json!({"content": "here"})).await;
    assert!(town.sim.followups(asked).is_empty());
    assert_eq!(town.sim.messages(town.channel)[0].content, "here");
}

#[tokio::test]
async fn a_button_is_pressed_by_its_words_and_changes_its_message() {
    let town = town_with_commands().await;
    let rows = json!([{"type": 1, "components": [
        {"type": 2, "style": 4, "custom_id": "v1:stop", "label": "Stop"},
        {"type": 2, "style": 2, "custom_id": "v1:ack", "label": "Seen", "disabled": true},
        {"type": 2, "style": 5, "url": "https://example.org/", "label": "Open"},
    ]}, {"type": 1, "components": [
        {"type": 3, "custom_id": "pick", "options": [{"label": "One", "value": "1"}, {"label": "Two", "value": "2"}]},
    ]}]);
    let message = town.write(json!({"content": "over the limit", "components": rows})).await;
    let press = |button: &str| town.sim.press(town.anna, message, button);
    let said = [press("Seen"), press("Open"), press("Go"), town.sim.select(town.anna, message, "pick", &["3"])];
    insta::assert_snapshot!(said.map(refusal).join("\n"), @r"
    the client would not send this: `Seen` is disabled
    the client would not send this: `Open` is a link
    the client would not send this: there is no `Go` on this message
    the client would not send this: `3` is not in the menu
    ");
    let first = press("Stop").expect("pressed");
    assert_eq!(town.answer(first, json!({"type": 6})).await.status, 204);
    assert_eq!(town.sim.outcome(first).expect("known"), Outcome::Acknowledged);
    let original = format!("{}/messages/@original", town.webhook(first));
    assert_eq!(town.patch(&original, json!({"content": "stopped"})).await.json["id"], json!(message));
    assert_eq!(town.sim.outcome(first).expect("known"), Outcome::Updated { message });
    let second = press("v1:stop").expect("pressed");
    let got = town.answer(second, json!({"type": 7, "data": {"content": "undone", "components": []}})).await;
    assert_eq!((got.status, town.sim.outcome(second).expect("known")), (204, Outcome::Updated { message }));
    assert_eq!(town.sim.message(message).map(|message| message.content), Some("undone".to_owned()));
    assert!(press("Stop").is_err(), "the button is gone");
}

#[tokio::test]
async fn suggestions_are_at_most_25_and_cannot_be_deferred() {
    let mut town = town_with_commands().await;
    let ask = || town.sim.autocomplete(town.anna, town.channel, "pause", &[("what", "spr".into())], "what");
    let asked = ask().expect("sent");
    assert_eq!(town.answer(asked, json!({"type": 5})).await.code(), (400, 50035));
    let many: Vec<_> = (0..26).map(|n| json!({"name": format!("c{n}"), "value": "v"})).collect();
    assert_eq!(town.answer(asked, json!({"type": 8, "data": {"choices": many}})).await.code(), (400, 50035));
    let got = town.answer(asked, json!({"type": 8, "data": {"choices": many[..2]}})).await;
    assert_eq!(got.status, 204);
    let Outcome::Choices(choices) = town.sim.outcome(asked).expect("known") else { panic!("choices") };
    assert_eq!(choices[1], Choice { name: "c1".to_owned(), value: json!("v") });
    let late = ask().expect("sent");
    town.pass(secs(3)).await;
    assert_eq!(town.sim.outcome(late).expect("known"), Outcome::Failed);
    let no = town.sim.autocomplete(town.anna, town.channel, "pause", &[("hours", "1".into())], "hours");
    assert!(no.is_err(), "that option has no suggestions");
}

#[tokio::test]
async fn a_form_opens_and_is_sent() {
    let town = town_with_commands().await;
    let asked = town.sim.slash(town.anna, town.channel, "rule list", &[]).expect("sent");
    let form = json!({"type": 9, "data": {"custom_id": "f", "title": "Adjust", "components": [
        {"type": 1, "components": [{"type": 4, "custom_id": "budget", "style": 1, "label": "Budget", "max_length": 5}]},
    ]}});
    assert_eq!(town.answer(asked, form).await.status, 204);
    assert!(matches!(town.sim.outcome(asked), Ok(Outcome::Modal(Modal { title, .. })) if title == "Adjust"));
    assert!(town.sim.submit_modal(asked, &[]).is_err(), "the field is required");
    assert!(town.sim.submit_modal(asked, &[("budget", "123456")]).is_err(), "too long");
    let sent = town.sim.submit_modal(asked, &[("budget", "120")]).expect("sent");
    assert_eq!(town.sim.asked(sent), Some(Asked::Modal));
    assert_eq!(town.answer(sent, json!({"type": 9, "data": {}})).await.code(), (400, 50035));
    assert_eq!(town.answer(sent, json!({"type": 4, "data": {"content": "done"}})).await.status, 204);
}

#[tokio::test]
async fn a_bad_reply_is_refused_below_data_and_may_be_sent_again() {
    let town = town_with_commands().await;
    let asked = town.sim.slash(town.anna, town.channel, "rule list", &[]).expect("sent");
    let got = town.answer(asked, json!({"type": 4, "data": {"content": "x".repeat(2001)}})).await;
    assert_eq!(got.json["errors"]["data"]["content"]["_errors"][0]["code"], "BASE_TYPE_MAX_LENGTH");
    let path = format!("/interactions/{asked}/{}/callback?with_response=true", town.token_of(asked));
    let got = town.post(&path, json!({"type": 4, "data": {"content": "ok"}})).await;
    assert_eq!((got.status, &got.json["resource"]["message"]["content"]), (200, &json!("ok")));
}
