//! The emulated Discord answers what Discord's published schema says it answers.

use std::cell::RefCell;

use plimsoll::http::{Api, Body, Limits};
use plimsoll::sim::discord::{DiscordConfig, DiscordSim};
use plimsoll::time::Clock;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::{Value, json};

use super::discord_schema::{spec, validate_response};

/// Sends a request, answers its JSON, and what does not fit in it.
async fn ask(api: &Api, spec: &Value, method: Method, path: &str, body: Value) -> (Value, Option<String>) {
    let bytes = if body.is_null() { Body::Empty } else { Body::Json(body.to_string().into_bytes()) };
    let token = [(AUTHORIZATION, HeaderValue::from_static("Bot token"))];
    let answer = api.send(method.clone(), &format!("api/v10{path}"), &[], &token, bytes).await.expect("an answer");
    let json = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
    let fault = validate_response(spec, method.as_str(), path, answer.status, &json).err();
    (json, fault)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_fits_the_published_schema() {
    let Some(spec) = spec() else { return };
    let sim = DiscordSim::start(Clock::system(), DiscordConfig::new("token")).await.expect("starts");
    let api = Api::new(&sim.api_url(), Limits::default()).expect("a client");
    let anna = sim.create_user("anna", "sv-SE");
    let guild = sim.create_guild("Nordbo", "en-US", anna);
    let channel = sim.create_channel(guild, "alerts");
    let (get, post) = (Method::GET, Method::POST);
    let faults = RefCell::new(Vec::new());
    let ask = |method: &Method, path: String, body: Value| {
        let (api, spec, method, faults) = (&api, &spec, method.clone(), &faults);
        async move {
            let (json, fault) = ask(api, spec, method, &path, body).await;
            faults.borrow_mut().extend(fault);
            json
        }
    };
    for path in ["/gateway", "/gateway/bot", "/users/@me", "/applications/@me", "/oauth2/applications/@me"] {
        ask(&get, path.to_owned(), Value::Null).await;
    }
    for path in ["", "/roles", "/channels"] {
        ask(&get, format!("/guilds/{guild}{path}"), Value::Null).await;
    }
    ask(&get, format!("/guilds/{guild}/members/{anna}"), Value::Null).await;
    ask(&get, format!("/guilds/{guild}/members/5"), Value::Null).await;
    ask(&post, "/users/@me/channels".to_owned(), json!({"recipient_id": anna})).await;
    ask(&get, format!("/channels/{channel}"), Value::Null).await;
    let button = json!({"type": 2, "style": 1, "custom_id": "a", "label": "Stop"});
    let full = json!({
        "content": format!("<@{anna}>"), "nonce": "n", "enforce_nonce": true,
        "embeds": [{"title": "t", "description": "d", "color": 5, "fields": [{"name": "n", "value": "v"}]}],
        "components": [{"type": 1, "components": [button]}],
    });
    let messages = format!("/channels/{channel}/messages");
    let id = ask(&post, messages.clone(), full).await["id"].as_str().expect("an id").to_owned();
    ask(&get, messages.clone(), Value::Null).await;
    ask(&get, format!("{messages}/{id}"), Value::Null).await;
    ask(&Method::PATCH, format!("{messages}/{id}"), json!({"content": "y"})).await;
    ask(&post, format!("{messages}/{id}/threads"), json!({"name": "log"})).await;
    ask(&post, messages.clone(), json!({"content": "x".repeat(2001)})).await;
    ask(&Method::DELETE, format!("{messages}/{id}"), Value::Null).await;
    ask(&get, format!("{messages}/{id}"), Value::Null).await;
    let commands = format!("/applications/{}/commands", sim.bot());
    let option = json!({"type": 3, "name": "what", "description": "d"});
    let command = json!({"name": "pause", "description": "d", "options": [option]});
    ask(&Method::PUT, commands.clone(), json!([command])).await;
    ask(&post, commands.clone(), json!({"name": "resume", "description": "d"})).await;
    ask(&get, commands, Value::Null).await;
    for _ in 0..6 {
        ask(&post, messages.clone(), json!({"content": "again"})).await;
    }
    assert!(sim.refusals().contains_key(&(429, 0)), "a limit was met and its answer checked");
    assert!(faults.borrow().is_empty(), "{}", faults.borrow().join("\n"));
    sim.shutdown().await;
}
