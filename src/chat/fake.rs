//! A server for the tests of this room: answers from a script, and shows what it was asked. Strict: a request beyond the
//! script is answered 599.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use crate::chat::inbound::{Alarm, Alarms, Inbound, Inbox, InboxError, Kept};
use crate::domain::person::Chat;
use crate::time::Clock;

/// One answer.
pub enum Reply {
    /// Status, headers, body.
    Plain(u16, Vec<(&'static str, String)>, String),
    /// The headers of success, and then the line is cut.
    Cut,
    /// None until the world ends; simulated time goes on.
    Park(Clock),
}

impl Reply {
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::Plain(status, Vec::new(), body.to_string())
    }

    pub fn ok(result: &serde_json::Value) -> Self {
        Self::json(200, &serde_json::json!({"ok": true, "result": result}))
    }

    pub fn telegram_error(code: u16, text: &str) -> Self {
        let body = serde_json::json!({"ok": false, "error_code": code, "description": text});
        Self::json(code, &body)
    }
}

/// One request.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: String,
    pub auth: String,
    pub body: String,
}

impl Asked {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a JSON body")
    }
}

#[derive(Clone, Default)]
pub struct Fake {
    script: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    /// Starts on a free port and gives its address.
    pub async fn start(script: Vec<Reply>) -> (Self, String) {
        let fake = Self::default();
        fake.script.lock().expect("lock").extend(script);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let router = Router::new().fallback(answer).with_state(fake.clone());
        Clock::system().spawn("fake", |_| async move {
            axum::serve(listener, router).await.expect("serves");
        });
        (fake, address)
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("lock").clone()
    }
}

async fn answer(State(fake): State<Fake>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 16 << 20).await.expect("a body");
    fake.asked.lock().expect("lock").push(Asked {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        auth: parts
            .headers
            .get("authorization")
            .map_or_else(String::new, |value| value.to_str().expect("text").to_owned()),
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    let reply = fake.script.lock().expect("lock").pop_front();
    match reply {
        None => StatusCode::from_u16(599).expect("a status").into_response(),
        Some(Reply::Plain(status, headers, body)) => {
            let mut response = (StatusCode::from_u16(status).expect("a status"), body).into_response();
            for (name, value) in headers {
                response.headers_mut().insert(name, value.parse().expect("a header"));
            }
            response
        }
        Some(Reply::Cut) => {
            let parts =
                [Ok::<Bytes, std::io::Error>(Bytes::from_static(b"{\"ok\":true")), Err(std::io::Error::other("cut"))];
            Body::from_stream(futures_util::stream::iter(parts)).into_response()
        }
        Some(Reply::Park(clock)) => {
            let _parked = clock.park();
            std::future::pending().await
        }
    }
}

/// An inbox and a bell board in memory. Fails the given number of times first.
#[derive(Default)]
pub struct Desk {
    pub kept: Mutex<Vec<(String, Inbound)>>,
    pub failures: Mutex<u32>,
    pub alarms: Mutex<Vec<Alarm>>,
    pub woken: Mutex<u32>,
}

#[async_trait::async_trait]
impl Inbox for Desk {
    async fn keep(&self, chat: Chat, _: &str, id: &str, _: &[u8], inbound: &Inbound) -> Result<Kept, InboxError> {
        let mut failures = self.failures.lock().expect("lock");
        if 0 < *failures {
            *failures -= 1;
            let cause = std::io::Error::other("the disk is full").into();
            return Err(InboxError { chat, cause });
        }
        let mut kept = self.kept.lock().expect("lock");
        if kept.iter().any(|(known, _)| known == id) {
            return Ok(Kept::Already);
        }
        kept.push((id.to_owned(), inbound.clone()));
        Ok(Kept::New)
    }

    fn wake(&self) {
        *self.woken.lock().expect("lock") += 1;
    }
}

impl Alarms for Desk {
    fn raise(&self, alarm: Alarm) {
        self.alarms.lock().expect("lock").push(alarm);
    }

    fn heard(&self, _: Chat) {}
}

/// A fixed instant, `second` later.
pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).expect("an instant")
}

/// An error and all its causes, as anybody could print them.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text} {cause} {cause:?}");
        source = cause.source();
    }
    text
}
