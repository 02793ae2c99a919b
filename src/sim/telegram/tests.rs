//! The emulated server over real HTTP, behaviour by behaviour.

mod places;
mod polling;
mod trouble;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::*;
use crate::http::{Answer, Api, Body, HttpError, Limits};
use crate::time::Driver;

pub(super) const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

/// A client without any knowledge of the server.
#[derive(Clone)]
pub(super) struct Bot {
    api: Api,
}

impl Bot {
    pub async fn try_call(&self, method: &str, params: Value) -> Result<Answer, HttpError> {
        let body = Body::Json(params.to_string().into_bytes());
        self.api.send(Method::POST, method, &[], &[], body).await
    }

    pub async fn call(&self, method: &str, params: Value) -> Value {
        let answer = self.try_call(method, params).await.expect("an answer");
        read(&answer)
    }

    /// The result of a call that must succeed.
    pub async fn ok(&self, method: &str, params: Value) -> Value {
        let mut answer = self.call(method, params.clone()).await;
        assert_eq!(answer["ok"], true, "{method} {params}: {answer}");
        answer["result"].take()
    }

    /// Code and description of a call that must fail.
    pub async fn refused(&self, method: &str, params: Value) -> String {
        let answer = self.call(method, params.clone()).await;
        assert_eq!(answer["ok"], false, "{method} {params}: {answer}");
        format!("{} {}", answer["error_code"], answer["description"].as_str().expect("described"))
    }

    pub async fn multipart(&self, method: &str, form: Form) -> Value {
        let answer = self.api.send(Method::POST, method, &[], &[], Body::Multipart(form)).await;
        read(&answer.expect("an answer"))
    }
}

fn read(answer: &Answer) -> Value {
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let code = body["error_code"].as_u64().unwrap_or(200);
    assert_eq!(u64::from(answer.status), code, "status and code agree");
    body
}

/// A server on a simulated clock, one person who has started the bot, and a client.
pub(super) struct Stage {
    pub clock: Clock,
    pub driver: Driver,
    pub sim: TelegramSim,
    pub bot: Bot,
    pub anna: UserId,
    pub home: ChatId,
}

pub(super) fn client(base: &str, token: &str) -> Bot {
    Bot { api: Api::new(&format!("{base}/bot{token}"), Limits::default()).expect("a client") }
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(TelegramConfig::default()).await
    }

    pub async fn with(config: TelegramConfig) -> Self {
        let start = Timestamp::from_second(1_772_000_000).expect("in range");
        let (clock, driver) = Clock::simulated(start);
        let sim = TelegramSim::start(clock.clone(), config).await.expect("starts");
        let anna = sim.add_user(NewUser::named("Anna", "sv"));
        let home = sim.private_chat(anna);
        sim.user_starts(anna, None).expect("starts");
        Self { bot: client(&sim.base_url(), TOKEN), clock, driver, sim, anna, home }
    }

    pub async fn pass(&mut self, secs: i64) {
        self.driver.run_for(SignedDuration::from_secs(secs)).await.expect("quiet");
    }

    pub async fn text(&self, text: &str) -> i64 {
        let sent = self.bot.ok("sendMessage", json!({ "chat_id": self.home.0, "text": text })).await;
        sent["message_id"].as_i64().expect("an id")
    }

    /// A supergroup with the bot in it.
    pub fn group(&self, forum: bool) -> ChatId {
        let group = self.sim.add_supergroup("Nordbo", self.anna, forum).expect("added");
        self.sim.add_bot(group, self.anna).expect("joins");
        group
    }

    /// The updates that wait, confirmed.
    pub async fn updates(&self) -> Vec<Value> {
        let updates = self.bot.ok("getUpdates", json!({ "offset": -100 })).await;
        let updates = updates.as_array().expect("a list").clone();
        if let Some(last) = updates.last() {
            let next = last["update_id"].as_i64().expect("an id") + 1;
            self.bot.ok("getUpdates", json!({ "offset": next, "limit": 1 })).await;
        }
        updates
    }
}

fn keyboard() -> Value {
    json!({ "inline_keyboard": [[{ "text": "Why", "callback_data": "w1" }, { "text": "Open", "url": "https://x.example/" }]] })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_is_token_and_method_in_any_case() {
    let stage = Stage::new().await;
    for method in ["getMe", "GetMe", "getme", "GETME"] {
        assert_eq!(stage.bot.ok(method, json!({})).await["username"], "plimsoll_bot");
    }
    assert_eq!(stage.bot.refused("sendPigeon", json!({})).await, "404 Not Found: method not found");
    let stranger = client(&stage.sim.base_url(), "1:wrong");
    insta::assert_snapshot!(
        stranger.call("getMe", json!({})).await,
        @r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#
    );
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_come_in_the_address_as_json_and_as_multipart() {
    let stage = Stage::new().await;
    let chat = stage.home.0.to_string();
    let markup = keyboard().to_string();
    let query = [("chat_id", chat.as_str()), ("text", "a & b"), ("reply_markup", markup.as_str())];
    let answer = stage.bot.api.send(Method::GET, "sendMessage", &query, &[], Body::Empty).await;
    assert_eq!(read(&answer.expect("an answer"))["result"]["text"], "a & b");
    let form = Form::new()
        .text("chat_id", chat)
        .text("text", "<b>c</b>")
        .text("parse_mode", "HTML")
        .text("reply_markup", markup)
        .text("disable_notification", "true");
    assert_eq!(stage.bot.multipart("SendMessage", form).await["result"]["text"], "c");
    let shown = stage.sim.unread(stage.home);
    let seen: Vec<_> = shown.iter().map(|m| (m.html.as_str(), m.buttons.concat().len(), m.silent)).collect();
    assert_eq!(seen, [("a &amp; b", 2, false), ("<b>c</b>", 2, true)]);
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one table")]
async fn a_message_looks_on_the_wire_as_documented() {
    let stage = Stage::new().await;
    let sent = stage
        .bot
        .ok(
            "sendMessage",
            json!({
                "chat_id": stage.home.0, "text": "<b>Stop</b> /why", "parse_mode": "HTML", "reply_markup": keyboard(),
                "reply_parameters": { "message_id": 1 }, "link_preview_options": { "is_disabled": true },
                "protect_content": true,
            }),
        )
        .await;
    insta::assert_json_snapshot!(sent, @r#"
    {
      "message_id": 2,
      "from": {
        "id": 110201543,
        "is_bot": true,
        "first_name": "Plimsoll",
        "username": "plimsoll_bot"
      },
      "chat": {
        "id": 500000001,
        "first_name": "Anna",
        "type": "private"
      },
      "date": 1772000000,
      "reply_to_message": {
        "message_id": 1,
        "from": {
          "id": 500000001,
          "is_bot": false,
          "first_name": "Anna",
          "language_code": "sv"
        },
        "chat": {
          "id": 500000001,
          "first_name": "Anna",
          "type": "private"
        },
        "date": 1772000000,
        "text": "/start",
        "entities": [
          {
            "offset": 0,
            "length": 6,
            "type": "bot_command"
          }
        ]
      },
      "has_protected_content": true,
      "text": "Stop /why",
      "entities": [
        {
          "offset": 0,
          "length": 4,
          "type": "bold"
        },
        {
          "offset": 5,
          "length": 4,
          "type": "bot_command"
        }
      ],
      "link_preview_options": {
        "is_disabled": true
      },
      "reply_markup": {
        "inline_keyboard": [
          [
            {
              "text": "Why",
              "callback_data": "w1"
            },
            {
              "text": "Open",
              "url": "https://x.example/"
            }
          ]
        ]
      }
    }
    "#);
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one table")]
async fn wrong_requests_are_refused_in_the_servers_words() {
    let stage = Stage::new().await;
    let (chat, theirs) = (stage.home.0, 1);
    let mine = stage.text("x").await;
    let button = |data: &str| json!({ "inline_keyboard": [[{ "text": "x", "callback_data": data }]] });
    for (method, params, want) in [
        ("sendMessage", json!({ "text": "x" }), "chat_id is empty"),
        ("sendMessage", json!({ "chat_id": 5, "text": "x" }), "chat not found"),
        ("sendMessage", json!({ "chat_id": "@nobody", "text": "x" }), "chat not found"),
        ("sendMessage", json!({ "chat_id": chat }), "message text is empty"),
        ("sendMessage", json!({ "chat_id": chat, "text": " \n " }), "text must be non-empty"),
        ("sendMessage", json!({ "chat_id": chat, "text": "x", "parse_mode": "rtf" }), "unsupported parse_mode"),
        (
            "sendMessage",
            json!({ "chat_id": chat, "text": "ä <b>x", "parse_mode": "HTML" }),
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "sendMessage",
            json!({ "chat_id": chat, "text": "ä <x>", "parse_mode": "html" }),
            "can't parse entities: Unsupported start tag \"x\" at byte offset 3",
        ),
        (
            "sendMessage",
            json!({ "chat_id": chat, "text": "*x*", "parse_mode": "MarkdownV2" }),
            "can't parse entities: this server speaks HTML and explicit entities, not Markdown",
        ),
        (
            "sendMessage",
            json!({ "chat_id": chat, "text": "x", "reply_markup": button(&"d".repeat(65)) }),
            "BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            json!({ "chat_id": chat, "text": "x", "reply_parameters": { "message_id": 99 } }),
            "message to be replied not found",
        ),
        ("sendMessage", json!({ "chat_id": chat, "text": "x", "message_thread_id": 7 }), "message thread not found"),
        ("editMessageText", json!({ "text": "x" }), "message identifier is not specified"),
        ("editMessageText", json!({ "chat_id": chat, "message_id": 99, "text": "x" }), "message to edit not found"),
        ("editMessageText", json!({ "chat_id": chat, "message_id": theirs, "text": "x" }), "message can't be edited"),
        (
            "editMessageText",
            json!({ "chat_id": chat, "message_id": mine, "text": "x" }),
            "message is not modified: specified new message content and reply markup are exactly the same as a current \
             content and reply markup of the message",
        ),
        (
            "editMessageCaption",
            json!({ "chat_id": chat, "message_id": mine, "caption": "x" }),
            "there is no caption in the message to edit",
        ),
        (
            "editMessageReplyMarkup",
            json!({ "chat_id": chat, "message_id": mine, "reply_markup": { "force_reply": true } }),
            "inline keyboard expected",
        ),
        ("sendPhoto", json!({ "chat_id": chat }), "there is no photo in the request"),
        (
            "sendPhoto",
            json!({ "chat_id": chat, "photo": "AgACnonsense" }),
            "wrong remote file identifier specified: Wrong padding in the string",
        ),
        (
            "answerCallbackQuery",
            json!({ "callback_query_id": "1" }),
            "query is too old and response timeout expired or query ID is invalid",
        ),
        ("deleteMessage", json!({ "chat_id": chat, "message_id": 99 }), "message to delete not found"),
        ("sendChatAction", json!({ "chat_id": chat, "action": "dancing" }), "wrong parameter action in request"),
        ("getChatMember", json!({ "chat_id": chat, "user_id": 77 }), "PARTICIPANT_ID_INVALID"),
        ("getChatAdministrators", json!({ "chat_id": chat }), "there are no administrators in the private chat"),
        ("leaveChat", json!({ "chat_id": chat }), "chat member status can't be changed in private chats"),
        ("setMyCommands", json!({ "commands": [{ "command": "Why", "description": "x" }] }), "BOT_COMMAND_INVALID"),
        ("setMyCommands", json!({ "commands": [{ "command": "why-not", "description": "x" }] }), "BOT_COMMAND_INVALID"),
        (
            "setMyCommands",
            json!({ "commands": [{ "command": "why", "description": "" }] }),
            "BOT_COMMAND_DESCRIPTION_INVALID",
        ),
        ("getFile", json!({ "file_id": "x" }), "wrong file_id or the file is temporarily unavailable"),
    ] {
        let got = stage.bot.refused(method, params.clone()).await;
        assert_eq!(got, format!("400 Bad Request: {want}"), "{method} {params}");
    }
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lengths_count_after_parsing_in_utf16_units() {
    let mut stage = Stage::new().await;
    let chat = stage.home.0;
    stage.sim.user_sends_photo(stage.home, stage.anna, blank_png(90, 60), "").expect("sent");
    let update = stage.updates().await.pop().expect("the photo");
    let photo = update["message"]["photo"][0]["file_id"].clone();
    for (fits, method, key, text) in [
        (true, "sendMessage", "text", "x".repeat(4_096)),
        (false, "sendMessage", "text", "x".repeat(4_097)),
        (true, "sendMessage", "text", format!("<b>{}</b>", "&lt;".repeat(4_096))),
        (true, "sendMessage", "text", "😀".repeat(2_048)),
        (false, "sendMessage", "text", "😀".repeat(2_049)),
        (true, "sendPhoto", "caption", "😀".repeat(512)),
        (false, "sendPhoto", "caption", "😀".repeat(513)),
        (true, "sendPhoto", "caption", format!("<i>{}</i>", "ä".repeat(1_024))),
    ] {
        let params = json!({ "chat_id": chat, key: text, "photo": photo, "parse_mode": "HTML" });
        let answer = stage.bot.call(method, params).await;
        assert_eq!(answer["ok"], fits, "{method} {answer}");
        if !fits {
            let want = if key == "text" { "message is too long" } else { "message caption is too long" };
            assert_eq!(answer["description"], format!("Bad Request: {want}"));
        }
        stage.pass(2).await;
    }
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_without_markup_takes_the_keyboard_away() {
    let mut stage = Stage::new().await;
    let chat = stage.home.0;
    let params = json!({ "chat_id": chat, "text": "fired", "reply_markup": keyboard() });
    let id = stage.bot.ok("sendMessage", params).await["message_id"].as_i64().expect("an id");
    let see = || stage.sim.message(stage.home, id).expect("is there");
    assert_eq!(see().buttons, [["Why", "Open"]]);
    let same = json!({ "chat_id": chat, "message_id": id, "text": "fired", "reply_markup": keyboard() });
    assert!(stage.bot.refused("editMessageText", same.clone()).await.contains("message is not modified"));
    stage.driver.run_for(SignedDuration::from_secs(5)).await.expect("quiet");
    let edited = stage.bot.ok("editMessageText", json!({ "chat_id": chat, "message_id": id, "text": "fired" })).await;
    assert_eq!(edited.get("reply_markup"), None);
    let now = see();
    assert_eq!((now.buttons.len(), now.history.len(), now.edited_at), (0, 1, None), "buttons are no edit");
    assert_eq!(now.history[0].buttons, [["Why", "Open"]]);
    assert_eq!(now.history[0].until, stage.clock.now());
    let text = json!({ "chat_id": chat, "message_id": id, "text": "resolved", "reply_markup": keyboard() });
    assert_eq!(stage.bot.ok("editMessageText", text).await["edit_date"], stage.clock.now().as_second());
    stage.bot.ok("deleteMessage", json!({ "chat_id": chat, "message_id": id })).await;
    assert!(stage.bot.refused("editMessageText", same).await.ends_with("message to edit not found"));
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_becomes_a_picture_and_a_picture_no_text() {
    let stage = Stage::new().await;
    let chat = stage.home.0;
    let id = stage.text("no chart yet").await;
    let media = json!({ "type": "photo", "media": "attach://chart", "caption": "<b>CPA</b>", "parse_mode": "HTML" });
    let form = || {
        Form::new()
            .text("chat_id", chat.to_string())
            .text("message_id", id.to_string())
            .text("media", media.to_string())
    };
    let png = Part::bytes(blank_png(1280, 640)).file_name("chart.png");
    let edited = stage.bot.multipart("editMessageMedia", form().part("chart", png)).await;
    assert_eq!(edited["result"]["photo"][0]["width"], 1280, "{edited}");
    let seen = stage.sim.message(stage.home, id).expect("is there");
    assert_eq!((seen.html.as_str(), seen.photo), ("<b>CPA</b>", Some(blank_png(1280, 640).into())));
    assert_eq!((seen.history[0].text.as_str(), seen.history[0].has_photo), ("no chart yet", false));
    for (method, params, want) in [
        (
            "editMessageText",
            json!({ "chat_id": chat, "message_id": id, "text": "x" }),
            "400 Bad Request: there is no text in the message to edit",
        ),
        (
            "editMessageCaption",
            json!({ "chat_id": chat, "message_id": id, "caption": "<b>CPA</b>", "parse_mode": "HTML" }),
            "400 Bad Request: message is not modified",
        ),
    ] {
        assert!(stage.bot.refused(method, params).await.starts_with(want), "{method}");
    }
    let caption = json!({ "chat_id": chat, "message_id": id, "caption": "resolved" });
    assert_eq!(stage.bot.ok("editMessageCaption", caption).await["caption"], "resolved");
    let thin = Part::bytes(blank_png(2_100, 100)).file_name("thin.png");
    let refused = stage.bot.multipart("editMessageMedia", form().part("chart", thin)).await;
    assert_eq!(refused["description"], "Bad Request: PHOTO_INVALID_DIMENSIONS");
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_up_come_down_and_are_sent_again_by_id() {
    let stage = Stage::new().await;
    let chat = stage.home.0;
    let form =
        Form::new().text("chat_id", chat.to_string()).part("photo", Part::bytes(blank_png(64, 32)).file_name("a.png"));
    let sent = stage.bot.multipart("sendPhoto", form).await;
    let id = sent["result"]["photo"][0]["file_id"].clone();
    let again = stage.bot.ok("sendPhoto", json!({ "chat_id": chat, "photo": id })).await;
    assert_eq!(again["photo"][0]["file_id"], id);
    let form = Form::new()
        .text("chat_id", chat.to_string())
        .text("caption", "ledger")
        .part("document", Part::bytes(b"a,b\n".to_vec()).file_name("ledger.csv").mime_str("text/csv").expect("a type"));
    let sent = stage.bot.multipart("sendDocument", form).await;
    assert_eq!(sent["result"]["document"]["file_name"], "ledger.csv");
    assert_eq!(sent["result"]["document"]["mime_type"], "text/csv");
    let as_photo = json!({ "chat_id": chat, "photo": sent["result"]["document"]["file_id"] });
    assert_eq!(
        stage.bot.refused("sendPhoto", as_photo).await,
        "400 Bad Request: can't use file of type Document as Photo"
    );
    stage.sim.user_sends_photo(stage.home, stage.anna, blank_png(8, 8), "/numbers 5").expect("sent");
    let update = stage.updates().await.pop().expect("an update");
    assert_eq!(update["message"]["caption_entities"][0]["type"], "bot_command");
    let file = stage.bot.ok("getFile", json!({ "file_id": update["message"]["photo"][0]["file_id"] })).await;
    let path = file["file_path"].as_str().expect("a path");
    let files = Api::new(&format!("{}/file/bot{TOKEN}", stage.sim.base_url()), Limits::default()).expect("a client");
    let down = files.send(Method::GET, path, &[], &[], Body::Empty).await.expect("an answer");
    assert_eq!((down.status, down.body), (200, blank_png(8, 8)));
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pressed_button_is_answered_once_and_in_time() {
    let mut stage = Stage::new().await;
    let params = json!({ "chat_id": stage.home.0, "text": "fired", "reply_markup": keyboard() });
    let id = stage.bot.ok("sendMessage", params).await["message_id"].as_i64().expect("an id");
    assert!(matches!(stage.sim.user_presses(stage.home, stage.anna, id, "Pause"), Err(SimError::NoButton { .. })));
    assert!(matches!(stage.sim.user_presses(stage.home, stage.anna, id, "Open"), Err(SimError::OpensPage(_))));
    let press = stage.sim.user_presses(stage.home, stage.anna, id, "Why").expect("pressed");
    let update = stage.updates().await.pop().expect("an update");
    let query = &update["callback_query"];
    assert_eq!((&query["data"], &query["message"]["message_id"]), (&json!("w1"), &json!(id)));
    assert_eq!(stage.sim.answer(&press), None);
    let answer = json!({ "callback_query_id": query["id"], "text": "You may not", "show_alert": true });
    stage.bot.ok("answerCallbackQuery", answer.clone()).await;
    let seen = stage.sim.answer(&press).expect("answered");
    assert_eq!((seen.text.as_str(), seen.show_alert), ("You may not", true));
    assert!(stage.bot.refused("answerCallbackQuery", answer).await.contains("query is too old"));
    let edit = json!({ "chat_id": stage.home.0, "message_id": id, "text": "done" });
    stage.bot.ok("editMessageText", edit).await;
    let gone = stage.sim.user_presses(stage.home, stage.anna, id, "w1");
    assert!(gone.is_err(), "the keyboard is gone");
    let old_view = || stage.sim.user_presses_stale(stage.home, stage.anna, id, "w1");
    let late = old_view().expect("an old view");
    stage.sim.user_deletes(stage.home, stage.anna, id).expect("deleted");
    old_view().expect("an old view");
    let gone = stage.updates().await.pop().expect("an update");
    assert_eq!(gone["callback_query"]["message"]["date"], 0, "inaccessible");
    stage.pass(150).await;
    let answer = json!({ "callback_query_id": late.callback_id });
    assert!(stage.bot.refused("answerCallbackQuery", answer).await.contains("query ID is invalid"));
    assert_eq!(stage.updates().await.len(), 0, "and the update is gone");
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "a skip must be seen")]
async fn every_logged_request_can_be_held_against_the_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/reference/specs/telegram-bot-api.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        println!("skipped: {path} is missing");
        return;
    };
    let spec: Value = serde_json::from_str(&text).expect("the description is JSON");
    let stage = Stage::new().await;
    stage.text("x").await;
    let form = Form::new()
        .text("chat_id", stage.home.0.to_string())
        .text("reply_markup", keyboard().to_string())
        .part("photo", Part::bytes(blank_png(64, 32)).file_name("a.png"));
    stage.bot.multipart("SendPhoto", form).await;
    stage.bot.call("sendMessage", json!({ "chat_id": 1, "txt": "x" })).await;
    let judged: Vec<_> = stage
        .sim
        .requests()
        .iter()
        .map(|request| schema::validate_request(&spec, &request.method, &request.params).err())
        .collect();
    assert_eq!(judged, [None, None, Some("`sendMessage` lacks `text`".to_owned())]);
    stage.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_give_the_same_bytes() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let stage = Stage::new().await;
        let group = stage.group(true);
        let topic = stage.sim.add_topic(group, stage.anna, "Alerts").expect("opened");
        stage.sim.user_sends_in(group, topic, stage.anna, "/status@plimsoll_bot").expect("sent");
        let params = json!({ "chat_id": group.0, "message_thread_id": topic, "text": "x", "reply_markup": keyboard() });
        let sent = stage.bot.ok("sendMessage", params).await;
        stage.sim.user_presses(group, stage.anna, sent["message_id"].as_i64().expect("an id"), "Why").expect("pressed");
        stage.sim.user_sends_photo(stage.home, stage.anna, blank_png(8, 8), "").expect("sent");
        let mut run = vec![sent];
        run.extend(stage.updates().await);
        runs.push(Value::Array(run).to_string());
        stage.sim.shutdown().await;
    }
    assert_eq!(runs[0], runs[1]);
}
