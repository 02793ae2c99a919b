use std::sync::Arc;

use jiff::SignedDuration;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::poll::{PollEnd, Receiver, poll_updates};
use super::*;
use crate::chat::fake::{Asked, Desk, Fake, Reply, at, chain};
use crate::chat::inbound::Alarm;
use crate::words::message::{Block, Button, Look, Run};

const TOKEN: &str = "12:SECRET";

const OPTIONS: SendOptions<'static> =
    SendOptions { more: "… {count} more behind Why", key: "incident/A7K2/team", revision: 1 };

fn bot(api_url: &str, clock: &Clock) -> TelegramBot {
    let limits = Limits::new(Chat::Telegram);
    TelegramBot::new(api_url, SecretString::from(TOKEN), clock.clone(), limits).expect("makes a client")
}

fn clock() -> Clock {
    Clock::simulated(at(0)).0
}

fn room(place: &str) -> Address {
    Address { chat: Chat::Telegram, place: place.to_owned(), topic: Some(9), guild: None }
}

fn message() -> Message {
    Message {
        headline: "Alma & Bo".to_owned(),
        blocks: vec![Block { weight: 0, lines: vec![vec![Run::Plain("Seen: 4 orders".to_owned())]] }],
        footer: "#A7K2".to_owned(),
        buttons: vec![vec![Button { label: "Why".to_owned(), token: "w1".to_owned(), look: Look::Plain }]],
        picture: None,
        file: None,
        silent: false,
    }
}

fn with_picture() -> Message {
    Message { picture: Some(Picture { png: vec![137, 80, 78, 71], alt: "a chart".to_owned() }), ..message() }
}

fn sent_at(has_picture: bool) -> MessageRef {
    MessageRef { place: "-7".to_owned(), message: "77".to_owned(), has_picture, sent_at: at(0) }
}

fn methods(asked: &[Asked]) -> Vec<&str> {
    asked.iter().filter_map(|one| one.path.rsplit('/').next()).collect()
}

#[tokio::test]
async fn a_text_goes_as_html_with_buttons_and_topic() {
    let (fake, url) = Fake::start(vec![Reply::ok(&json!({"message_id": 77}))]).await;
    let sent = bot(&url, &clock()).send(&message(), &room("-7"), &OPTIONS).await.expect("sent");
    assert_eq!((sent.message.as_str(), sent.has_picture), ("77", false));
    let asked = fake.asked();
    assert_eq!(asked[0].path, format!("/bot{TOKEN}/SendMessage"));
    assert_eq!(
        asked[0].json(),
        json!({
            "chat_id": -7, "text": "<b>Alma &amp; Bo</b>\n\nSeen: 4 orders\n\n#A7K2", "message_thread_id": 9,
            "parse_mode": "HTML", "link_preview_options": {"is_disabled": true},
            "reply_markup": {"inline_keyboard": [[{"text": "Why", "callback_data": "w1"}]]},
        })
    );
}

#[tokio::test]
async fn a_refused_picture_does_not_hold_back_the_text() {
    let script = vec![
        Reply::telegram_error(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
        Reply::ok(&json!({"message_id": 77})),
    ];
    let (fake, url) = Fake::start(script).await;
    let sent = bot(&url, &clock()).send(&with_picture(), &room("-7"), &OPTIONS).await.expect("sent");
    assert!(!sent.has_picture);
    let asked = fake.asked();
    assert_eq!(methods(&asked), ["SendPhoto", "SendMessage"]);
    for part in ["name=\"photo\"; filename=\"chart.png\"", "name=\"caption\"", "name=\"chat_id\"\r\n\r\n-7\r\n"] {
        assert!(asked[0].body.contains(part), "{part}: {}", asked[0].body);
    }
}

#[tokio::test]
async fn an_edit_meets_its_kind_and_the_same_text_is_success() {
    let script = vec![
        Reply::telegram_error(400, "Bad Request: there is no text in the message to edit"),
        Reply::telegram_error(400, "Bad Request: message is not modified: specified new message content …"),
    ];
    let (fake, url) = Fake::start(script).await;
    let done = bot(&url, &clock()).edit(&sent_at(false), &message(), &OPTIONS).await;
    assert_eq!(done.expect("edited"), Edited::Unchanged);
    assert_eq!(methods(&fake.asked()), ["EditMessageText", "EditMessageCaption"]);
}

#[tokio::test]
async fn a_lost_reply_is_told_from_a_request_that_never_left() {
    let (_fake, url) = Fake::start(vec![Reply::Cut]).await;
    let lost = bot(&url, &clock()).send(&message(), &room("7"), &OPTIONS).await.expect_err("cut");
    assert!(matches!(lost, SendError::Lost { .. }), "{lost:?}");
    // Port 9 on loopback refuses.
    let never = bot("http://127.0.0.1:9", &clock()).send(&message(), &room("7"), &OPTIONS).await;
    let never = never.expect_err("nothing listens");
    assert!(matches!(never, SendError::NeverLeft { .. }), "{never:?}");
    for error in [lost, never] {
        assert!(!chain(&error).contains("SECRET"), "{}", chain(&error));
    }
}

#[tokio::test]
async fn limits_are_honoured_before_anything_leaves() {
    let (fake, url) = Fake::start(vec![Reply::ok(&json!({"message_id": 77}))]).await;
    let bot = bot(&url, &clock());
    bot.send(&message(), &room("7"), &OPTIONS).await.expect("sent");
    let early = bot.send(&message(), &room("7"), &OPTIONS).await.expect_err("too early");
    assert!(matches!(early, SendError::SlowDown { ours: true, .. }), "{early:?}");
    assert_eq!(bot.may_send("7", Route::Edit, at(0)), Err(at(1) + SignedDuration::from_millis(50)));
    assert_eq!(fake.asked().len(), 1);
}

#[tokio::test]
async fn membership_is_asked_and_a_stranger_is_none() {
    let script = vec![
        Reply::ok(&json!({"status": "administrator", "user": {}})),
        Reply::ok(&json!({"status": "restricted", "is_member": false})),
        Reply::ok(&json!({"status": "kicked"})),
        Reply::telegram_error(400, "Bad Request: PARTICIPANT_ID_INVALID"),
    ];
    let (_fake, url) = Fake::start(script).await;
    let bot = bot(&url, &clock());
    for want in [true, false, false, false] {
        assert_eq!(bot.is_member("-7", "42").await.expect("answers"), want);
    }
}

#[test]
fn a_bot_does_not_show_its_token() {
    let bot = bot("http://127.0.0.1:9", &clock());
    assert!(!format!("{bot:?}").contains("SECRET"));
}

/// Every request against the list of methods and fields that Telegram publishes.
#[tokio::test]
async fn requests_have_the_published_fields() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/specs/telegram-bot-api.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln_skipped(path);
        return;
    };
    let spec: Value = serde_json::from_str(&text).expect("a specification");
    let script = (0..8).map(|_| Reply::ok(&json!({"message_id": 1, "id": 1, "username": "b"}))).collect();
    let (fake, url) = Fake::start(script).await;
    let bot = bot(&url, &clock());
    bot.send(&message(), &room("1"), &OPTIONS).await.expect("sent");
    bot.edit(&sent_at(false), &message(), &OPTIONS).await.expect("edited");
    let elsewhere = MessageRef { place: "-8".to_owned(), ..sent_at(true) };
    bot.edit(&elsewhere, &message(), &OPTIONS).await.expect("edited");
    bot.answer_callback("9", Some("done"), true).await.expect("answered");
    bot.get_me().await.expect("says");
    bot.is_member("-7", "42").await.expect("says");
    let menu = Menu {
        scope: MenuScope::Groups,
        language: Some("sv".to_owned()),
        commands: vec![("why-not".to_owned(), "Varför inte".to_owned())],
    };
    bot.set_menu(&menu).await.expect("set");
    let asked = fake.asked();
    assert_eq!(asked.len(), 7);
    assert_eq!(asked[6].json()["commands"][0]["command"], "why_not");
    for (one, method) in asked.iter().zip(methods(&asked)) {
        let mut name = method.to_owned();
        if let Some(first) = name.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        let fields = &spec["methods"][&name]["fields"];
        let known: Vec<&str> =
            fields.as_array().into_iter().flatten().filter_map(|field| field["name"].as_str()).collect();
        let body = one.json();
        for given in body.as_object().into_iter().flatten().map(|(key, _)| key.as_str()) {
            assert!(known.contains(&given), "{name}: {given} is none of {known:?}");
        }
        for field in fields.as_array().into_iter().flatten().filter(|field| field["required"] == true) {
            let wanted = field["name"].as_str().expect("a name");
            assert!(body.get(wanted).is_some(), "{name} lacks {wanted}");
        }
    }
}

#[expect(clippy::print_stderr, reason = "a skipped comparison must be seen")]
fn eprintln_skipped(path: &str) {
    eprintln!("skipped: {path} is not there");
}

fn update(id: i64, text: &str) -> Value {
    json!({"update_id": id, "message": {
        "message_id": id, "date": 1_779_999_000, "text": text,
        "chat": {"id": 42, "type": "private", "first_name": "Maja"},
        "from": {"id": 42, "is_bot": false, "first_name": "Maja"},
    }})
}

fn me() -> Reply {
    Reply::ok(&json!({"id": 5, "is_bot": true, "first_name": "P", "username": "PlimsollBot"}))
}

/// Polls against a script on the simulated clock for `seconds`, then stops.
async fn poll(script: impl FnOnce(&Clock) -> Vec<Reply>, desk: Arc<Desk>, seconds: i64) -> (Vec<Asked>, PollEnd) {
    let (clock, mut driver) = Clock::simulated(at(0));
    let (fake, url) = Fake::start(script(&clock)).await;
    let receiver = Receiver { bot: Arc::new(bot(&url, &clock)), inbox: desk.clone(), alarms: desk };
    let stop = CancellationToken::new();
    let theirs = stop.clone();
    let task = clock.spawn("telegram poll", |mut held| async move {
        let mut dice = ChaCha8Rng::seed_from_u64(7);
        poll_updates(&receiver, &theirs, &mut held, &mut dice).await
    });
    driver.run_for(SignedDuration::from_secs(seconds)).await.expect("quiet");
    stop.cancel();
    (fake.asked(), task.await.expect("ends"))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_is_confirmed_only_after_it_was_kept() {
    let desk = Arc::new(Desk { failures: std::sync::Mutex::new(1), ..Desk::default() });
    let script = |clock: &Clock| {
        vec![
            me(),
            Reply::ok(&json!([update(10, "/status")])),
            Reply::ok(
                &json!([update(12, "hi"), {"update_id": 11, "message": {"message_id": "?"}}, update(10, "/status")]),
            ),
            Reply::Park(clock.clone()),
        ]
    };
    let (asked, end) = poll(script, desk.clone(), 10).await;
    assert_eq!(end, PollEnd::Stopped);
    let offsets: Vec<Option<i64>> = asked[1..].iter().map(|one| one.json()["offset"].as_i64()).collect();
    assert_eq!(offsets, [None, None, Some(13)], "the first was not kept, so it was not confirmed");
    let kept = desk.kept.lock().expect("lock");
    let ids: Vec<&str> = kept.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["10", "11", "12"], "by number, and what cannot be read is kept and passed over");
    let alarms = desk.alarms.lock().expect("lock");
    assert!(matches!(alarms.as_slice(), [Alarm::Unreadable { id, .. }] if id == "11"), "{alarms:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_poller_is_told_once_and_backed_off_from() {
    let desk = Arc::new(Desk::default());
    let conflict = || Reply::telegram_error(409, "Conflict: terminated by other getUpdates request");
    let script = |clock: &Clock| vec![me(), conflict(), conflict(), Reply::ok(&json!([])), Reply::Park(clock.clone())];
    let (asked, _) = poll(script, desk.clone(), 29).await;
    assert_eq!(asked.len(), 2, "nothing for 30 seconds");
    let desk = Arc::new(Desk::default());
    let script = |clock: &Clock| {
        let wait = json!({"ok": false, "error_code": 429, "description": "d", "parameters": {"retry_after": 300}});
        vec![
            me(),
            conflict(),
            Reply::ok(&json!([])),
            conflict(),
            Reply::json(429, &wait),
            Reply::ok(&json!([])),
            Reply::Park(clock.clone()),
        ]
    };
    let (asked, _) = poll(script, desk.clone(), 421).await;
    assert_eq!(asked.len(), 7);
    let alarms = desk.alarms.lock().expect("lock");
    assert!(matches!(alarms.as_slice(), [Alarm::OtherPoller { .. }, Alarm::OtherPollerGone { .. }]), "{alarms:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_ends_the_polling() {
    let desk = Arc::new(Desk::default());
    let script = |_: &Clock| vec![me(), Reply::telegram_error(401, "Unauthorized")];
    let (_, end) = poll(script, desk.clone(), 10).await;
    assert_eq!(end, PollEnd::BadToken);
    assert!(matches!(desk.alarms.lock().expect("lock").as_slice(), [Alarm::BadToken { .. }]));
}
