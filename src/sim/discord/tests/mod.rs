//! A small town with one guild, driven over real HTTP and WebSocket in virtual time.

mod edge;
mod gateway;
mod interactions;
mod rest;
mod ws;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::{Value, json};

use super::*;
use crate::http::{Answer, Api, Body, HttpError, Limits};
use crate::time::Driver;

const TOKEN: &str = "t0ken";

/// Sunday, 1 March 2026, noon.
const NOON_S: i64 = 1_772_366_400;

struct Town {
    sim: DiscordSim,
    api: Api,
    driver: Driver,
    guild: Snowflake,
    channel: Snowflake,
    anna: Snowflake,
}

/// What came back: the status, the JSON (null if it was none), the whole answer.
struct Got {
    status: u16,
    json: Value,
    answer: Answer,
}

impl Got {
    fn code(&self) -> (u16, i64) {
        (self.status, self.json["code"].as_i64().unwrap_or(-1))
    }
}

impl Town {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut DiscordConfig)) -> Self {
        let (clock, driver) = Clock::simulated(Timestamp::from_second(NOON_S).expect("in range"));
        let mut config = DiscordConfig::new(TOKEN);
        change(&mut config);
        let sim = DiscordSim::start(clock, config).await.expect("starts");
        let api = Api::new(&sim.api_url(), Limits::default()).expect("a client");
        let anna = sim.create_user("anna", "sv-SE");
        let guild = sim.create_guild("Nordbo", "en-US", anna);
        let channel = sim.create_channel(guild, "alerts");
        Self { sim, api, driver, guild, channel, anna }
    }

    async fn try_send(&self, method: Method, path: &str, token: &str, body: Body) -> Result<Got, HttpError> {
        let token = HeaderValue::from_str(&format!("Bot {token}")).expect("a header");
        // `Api` escapes a `?` in a path, so the query travels as pairs.
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let pairs: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let path = format!("/api/v10{path}");
        let answer = self.api.send(method, &path, &pairs, &[(AUTHORIZATION, token)], body).await?;
        let json = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
        Ok(Got { status: answer.status, json, answer })
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> Got {
        let body = if body.is_null() { Body::Empty } else { Body::Json(body.to_string().into_bytes()) };
        self.try_send(method, path, TOKEN, body).await.expect("an answer")
    }

    async fn get(&self, path: &str) -> Got {
        self.send(Method::GET, path, Value::Null).await
    }

    async fn post(&self, path: &str, body: Value) -> Got {
        self.send(Method::POST, path, body).await
    }

    async fn patch(&self, path: &str, body: Value) -> Got {
        self.send(Method::PATCH, path, body).await
    }

    async fn delete(&self, path: &str) -> Got {
        self.send(Method::DELETE, path, Value::Null).await
    }

    fn messages_path(&self) -> String {
        format!("/channels/{}/messages", self.channel)
    }

    /// Writes a message as the bot and answers its id.
    async fn write(&self, body: Value) -> Snowflake {
        let got = self.post(&self.messages_path(), body).await;
        assert_eq!(got.status, 200, "{}", got.json);
        got.json["id"].as_str().expect("an id").parse().expect("a snowflake")
    }

    async fn pass(&mut self, span: SignedDuration) {
        self.driver.run_for(span).await.expect("quiet");
    }

    async fn register(&self, commands: Value) {
        let path = format!("/applications/{}/commands", self.sim.bot());
        let got = self.send(Method::PUT, &path, commands).await;
        assert_eq!(got.status, 200, "{}", got.json);
    }

    /// The token of an interaction, which a client would read from the gateway.
    fn token_of(&self, interaction: Snowflake) -> String {
        let world = self.sim.shared.world();
        world.interactions.get(&interaction).expect("an interaction").token.clone()
    }

    async fn answer(&self, interaction: Snowflake, body: Value) -> Got {
        let path = format!("/interactions/{interaction}/{}/callback", self.token_of(interaction));
        self.post(&path, body).await
    }

    fn webhook(&self, interaction: Snowflake) -> String {
        format!("/webhooks/{}/{}", self.sim.bot(), self.token_of(interaction))
    }
}

fn pause_command() -> Value {
    json!([{
        "name": "pause", "description": "Pause something",
        "options": [
            {"type": 3, "name": "what", "description": "What to pause", "required": true, "autocomplete": true},
            {"type": 4, "name": "hours", "description": "For how long", "min_value": 1, "max_value": 48},
        ],
    }, {
        "name": "rule", "description": "Rules",
        "options": [{"type": 1, "name": "list", "description": "List them"}],
    }])
}
