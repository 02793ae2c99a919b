use serde_json::json;

use super::*;
use crate::chat::fake::{Fake, Reply, at, chain};
use crate::words::message::{Block, Button, Look, Run};

const TOKEN: &str = "SECRET.token";

const OPTIONS: SendOptions<'static> =
    SendOptions { more: "… {count} more behind Why", key: "incident/A7K2/team", revision: 1 };

fn bot(api_url: &str) -> DiscordBot {
    let clock = Clock::simulated(at(0)).0;
    DiscordBot::new(api_url, SecretString::from(TOKEN), clock, Limits::new(Chat::Discord)).expect("makes a client")
}

fn room() -> Address {
    Address { chat: Chat::Discord, place: "11".to_owned(), topic: None, guild: Some("5".to_owned()) }
}

fn message(picture: bool) -> Message {
    Message {
        headline: "Alma: €160".to_owned(),
        blocks: vec![Block { weight: 0, lines: vec![vec![Run::Plain("Seen: 4 orders".to_owned())]] }],
        footer: "#A7K2".to_owned(),
        buttons: vec![vec![Button { label: "Why".to_owned(), token: "w1".to_owned(), look: Look::Plain }]],
        picture: picture.then(|| Picture { png: vec![137, 80, 78, 71], alt: "a chart".to_owned() }),
        silent: true,
    }
}

fn snowflake(second: i64) -> String {
    snowflake_at(at(second))
}

fn there() -> MessageRef {
    MessageRef { place: "11".to_owned(), message: snowflake(0), has_picture: false, sent_at: at(0) }
}

#[tokio::test]
async fn the_same_send_has_the_same_nonce_and_another_has_another() {
    let script = (0..3).map(|_| Reply::json(200, &json!({"id": snowflake(1)}))).collect();
    let (fake, url) = Fake::start(script).await;
    let bot = bot(&url);
    for revision in [1, 1, 2] {
        let options = SendOptions { revision, ..OPTIONS };
        let sent = bot.send(&message(false), &room(), &options).await.expect("sent");
        assert_eq!(sent.sent_at, at(1));
    }
    let asked = fake.asked();
    let nonces: Vec<String> = asked.iter().map(|one| one.json()["nonce"].as_str().expect("text").to_owned()).collect();
    assert_eq!(nonces[0], nonces[1]);
    assert_ne!(nonces[0], nonces[2]);
    assert!(nonces.iter().all(|nonce| nonce.len() <= 25));
    assert_eq!(asked[0].json()["enforce_nonce"], true);
    assert_eq!(asked[0].path, "/api/v10/channels/11/messages");
    assert_eq!(asked[0].auth, format!("Bot {TOKEN}"));
}

#[tokio::test]
async fn a_picture_goes_with_its_words_and_a_too_large_one_is_left_out() {
    let too_large = json!({"code": 40005, "message": "Request entity too large"});
    let script = vec![Reply::json(413, &too_large), Reply::json(200, &json!({"id": snowflake(1)}))];
    let (fake, url) = Fake::start(script).await;
    let sent = bot(&url).send(&message(true), &room(), &OPTIONS).await.expect("sent");
    assert!(!sent.has_picture);
    let asked = fake.asked();
    for part in
        ["name=\"payload_json\"", "name=\"files[0]\"; filename=\"chart.png\"", "attachment://chart.png", "a chart"]
    {
        assert!(asked[0].body.contains(part), "{part}");
    }
    assert!(asked[1].json()["embeds"][0].get("image").is_none());
}

#[tokio::test]
async fn headers_of_success_are_obeyed() {
    let headers = [("bucket", "b"), ("limit", "5"), ("remaining", "0"), ("reset-after", "4.5")];
    let names = ["x-ratelimit-bucket", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset-after"];
    let headers = names.iter().zip(headers).map(|(name, (_, value))| (*name, value.to_owned())).collect();
    let body = json!({"id": snowflake(1)}).to_string();
    let (_fake, url) = Fake::start(vec![Reply::Plain(200, headers, body)]).await;
    let bot = bot(&url);
    bot.send(&message(false), &room(), &OPTIONS).await.expect("sent");
    let until = at(4) + SignedDuration::from_millis(500);
    assert_eq!(bot.may_send("11", Route::Send, at(0)), Err(until));
    assert_eq!(bot.may_send("11", Route::Edit, at(0)), Ok(()));
}

#[tokio::test]
async fn an_answer_takes_the_place_of_the_original_and_never_comes_late() {
    let (fake, url) =
        Fake::start(vec![Reply::json(200, &json!({"id": "1"})), Reply::json(200, &json!({"id": "2"}))]).await;
    let bot = bot(&url);
    let answerable = |ack, second| Answerable::Interaction {
        application: "7".to_owned(),
        token: "tok".to_owned(),
        until: at(second),
        ack,
    };
    bot.answer(&answerable(Ack::Private, 890), &message(false), &OPTIONS).await.expect("answered");
    bot.answer(&answerable(Ack::Silent, 890), &message(false), &OPTIONS).await.expect("answered");
    let late = bot.answer(&answerable(Ack::Private, 0), &message(false), &OPTIONS).await;
    assert!(matches!(late, Err(SendError::TooLate { .. })), "{late:?}");
    let asked = fake.asked();
    assert_eq!(
        (asked[0].method.as_str(), asked[0].path.as_str()),
        ("PATCH", "/api/v10/webhooks/7/tok/messages/@original")
    );
    assert_eq!((asked[1].method.as_str(), asked[1].path.as_str()), ("POST", "/api/v10/webhooks/7/tok"));
    assert_eq!(asked[1].json()["flags"], 64);
    assert_eq!(asked.len(), 2);
}

#[tokio::test]
async fn the_history_tells_what_became_of_a_send() {
    let said = |id: String, author: &str, footer: &str| json!({"id": id, "author": {"id": author}, "content": "", "embeds": [{"footer": {"text": footer}}], "attachments": []});
    let me = || Reply::json(200, &json!({"id": "7", "username": "p"}));
    let full: Vec<Value> = (0..100).map(|n| said(snowflake(n), "8", "#A7K2")).collect();
    let script = vec![
        me(),
        Reply::json(200, &json!(full)),
        Reply::json(200, &json!([said(snowflake(200), "7", "cpa-stop · #A7K2")])),
        me(),
        Reply::json(200, &json!([said(snowflake(200), "8", "#A7K2")])),
    ];
    let (fake, url) = Fake::start(script).await;
    let bot = bot(&url);
    let found = bot.find_by_marker("11", "#A7K2", at(0)).await.expect("read");
    assert!(matches!(found, Found::There(at) if at.message == snowflake(200)));
    assert_eq!(bot.find_by_marker("11", "#A7K2", at(0)).await.expect("read"), Found::Not, "another's words");
    let asked = fake.asked();
    assert_eq!(asked[1].query, format!("after={}&limit=100", snowflake(-60)));
    assert_eq!(asked[2].query, format!("after={}&limit=100", snowflake(99)));
}

#[tokio::test]
async fn membership_and_direct_messages_are_asked() {
    let script = vec![
        Reply::json(200, &json!({"user": {"id": "42"}})),
        Reply::json(404, &json!({"code": 10007, "message": "Unknown Member"})),
        Reply::json(200, &json!({"id": "99"})),
    ];
    let (_fake, url) = Fake::start(script).await;
    let bot = bot(&url);
    assert!(bot.is_member("5", "42").await.expect("says"));
    assert!(!bot.is_member("5", "43").await.expect("says"));
    assert_eq!(bot.open_dm("42").await.expect("opens").place, "99");
}

#[tokio::test]
async fn nothing_shows_the_token_and_ids_stay_in_their_place() {
    let refusal = json!({"code": 50001, "message": format!("Bot {TOKEN} lacks access")});
    let (fake, url) = Fake::start(vec![Reply::json(403, &refusal), Reply::Cut]).await;
    let bot = bot(&url);
    let refused = bot.send(&message(false), &room(), &OPTIONS).await.expect_err("refused");
    assert!(matches!(refused, SendError::TargetDead { .. }), "{refused:?}");
    let elsewhere = MessageRef { place: "12".to_owned(), ..there() };
    let lost = bot.edit(&elsewhere, &message(false), &OPTIONS).await.expect_err("cut");
    assert!(matches!(lost, SendError::Lost { .. }), "{lost:?}");
    let nowhere = bot_nowhere().send(&message(false), &room(), &OPTIONS).await.expect_err("nothing listens");
    for error in [&refused, &lost, &nowhere] {
        assert!(!chain(error).contains("SECRET"), "{}", chain(error));
    }
    assert!(!format!("{bot:?}").contains("SECRET"));
    let hostile = Address { place: "../../users/@me".to_owned(), ..room() };
    let refused = bot.send(&message(false), &hostile, &OPTIONS).await;
    assert!(matches!(refused, Err(SendError::Refused { .. })));
    assert_eq!(fake.asked().len(), 2);
}

#[tokio::test]
async fn a_refused_token_is_tried_once() {
    let unauthorized = json!({"code": 0, "message": "401: Unauthorized"});
    let (fake, url) = Fake::start(vec![Reply::json(401, &unauthorized)]).await;
    let bot = bot(&url);
    for _ in 0..2 {
        let refused = bot.send(&message(false), &room(), &OPTIONS).await;
        assert!(matches!(refused, Err(SendError::BadToken { .. })), "{refused:?}");
    }
    assert_eq!(fake.asked().len(), 1);
}

fn bot_nowhere() -> DiscordBot {
    // Port 9 on loopback refuses.
    bot("http://127.0.0.1:9")
}

/// Every body against the schema that Discord publishes.
#[test]
fn bodies_match_the_published_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/specs/discord-openapi.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        skipped(path);
        return;
    };
    let spec: Value = serde_json::from_str(&text).expect("a specification");
    let check = |schema: &str, body: &Value| {
        let whole = json!({"$ref": format!("#/components/schemas/{schema}"), "components": spec["components"]});
        let validator = jsonschema::validator_for(&whole).expect("a schema");
        let faults: Vec<String> =
            validator.iter_errors(body).map(|fault| format!("{}: {fault}", fault.instance_path)).collect();
        assert!(faults.is_empty(), "{schema}: {faults:#?}\n{body:#}");
    };
    let more = OPTIONS.more;
    let mut body = to_json(&render::create(&message(true), more, true, Some(nonce("k", 1)))).expect("writes");
    body["attachments"] = attachments("a chart");
    check("MessageCreateRequest", &body);
    check("MessageEditRequestPartial", &to_json(&render::edit(&message(false), more, true)).expect("writes"));
    check(
        "IncomingWebhookUpdateRequestPartial",
        &to_json(&render::edit(&message(false), more, false)).expect("writes"),
    );
}

#[expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
fn skipped(path: &str) {
    eprintln!("skipped: {path} is not there");
}

#[tokio::test]
async fn a_message_whose_marks_were_escaped_is_found_in_the_history() {
    let said = json!({
        "id": snowflake(5), "author": {"id": "7"}, "embeds": [], "attachments": [],
        "content": "🟡 feed gives no numbers: it cannot be understood at \\`line 1 column 10\\`",
    });
    let script = vec![Reply::json(200, &json!({"id": "7", "username": "p"})), Reply::json(200, &json!([said]))];
    let (_fake, url) = Fake::start(script).await;
    let marker = "🟡 feed gives no numbers: it cannot be understood at `line 1 column 10`";
    let found = bot(&url).find_by_marker("11", marker, at(0)).await.expect("read");
    assert!(matches!(found, Found::There(ref at) if at.message == snowflake(5)), "{found:?}");
}
