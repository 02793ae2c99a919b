//! The emulated JSON feed: whatever document its world has at the moment, by path.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, header};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;

use super::loopback::{Faults, Server, answer};
use crate::time::Clock;

/// What a feed shows: the document at a path at an instant, or `None` where there is none.
pub type Document = dyn Fn(&str, Timestamp) -> Option<Value> + Send + Sync;

/// The running server.
pub struct FeedSim {
    server: Server,
    inner: Arc<Inner>,
}

struct Inner {
    clock: Clock,
    token: Option<String>,
    document: Box<Document>,
    faults: Faults,
    asked: Mutex<BTreeMap<String, usize>>,
}

impl FeedSim {
    /// Starts it on a free port of loopback. With a token, requests without it get 401.
    pub async fn start(clock: &Clock, token: Option<String>, document: Box<Document>) -> io::Result<Self> {
        let inner = Arc::new(Inner {
            clock: clock.clone(),
            token,
            document,
            faults: Faults::default(),
            asked: Mutex::default(),
        });
        let server = Server::answering(clock, "feed-sim", &inner, |inner, asked| async move {
            let work = |now| inner.answer(asked.path(), &asked.headers, now);
            inner.faults.around(&inner.clock, "feed-sim", asked.method.as_str(), work).await
        });
        let server = server.await?;
        Ok(Self { server, inner })
    }

    /// What to configure as the feed's base address.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.url()
    }

    /// How often a path was asked.
    #[must_use]
    pub fn asked(&self, path: &str) -> usize {
        self.inner.asked.lock().unwrap_or_else(PoisonError::into_inner).get(path).copied().unwrap_or(0)
    }

    /// What goes wrong next.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }
}

impl Inner {
    fn answer(&self, path: &str, headers: &HeaderMap, now: Timestamp) -> Response {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner).entry(path.to_owned()).or_default() += 1;
        let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let wanted = self.token.as_ref().map(|token| format!("Bearer {token}"));
        if wanted.is_some() && shown != wanted.as_deref() {
            return answer(401, r#"{"error":"unauthorized"}"#.to_owned());
        }
        match (self.document)(path, now) {
            Some(document) => answer(200, document.to_string()),
            None => answer(404, r#"{"error":"not found"}"#.to_owned()),
        }
    }
}
