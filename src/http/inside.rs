//! Servers inside this process: the same requests and answers as on a wire, without one.
//!
//! Owns: which names lead to which server. Such names end with [`ENDING`], which no name outside can (RFC 6761), so a
//! program to whom nobody has opened a server finds none, and a server is there for the thread that has opened it alone, so
//! that many worlds beside each other may use the same names. Refuses: faults and delays; those are the server's business.
//! Survives: a server that is closed while requests are under way; they are answered by it all the same.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, to_bytes};
use reqwest::Method;
use reqwest::header::HeaderMap;

use super::{Answer, HttpError};

/// How the name of a server inside ends.
pub const ENDING: &str = ".inside.invalid";

/// Bytes of a request: a message with a picture is under 1 MiB.
const REQUEST_MAX: usize = 16 << 20;

/// A request as it arrives.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// The path, from the root.
    pub path: String,
    /// The query as it was written, without `?`.
    pub query: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// No answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// The connection never stood.
    NeverLeft,
    /// It broke after the request had gone.
    Lost,
}

/// A server.
#[async_trait]
pub trait Inside: Send + Sync {
    /// Answers one request.
    async fn answer(&self, asked: Asked) -> Result<Answer, Cut>;
}

thread_local! {
    static SERVERS: RefCell<BTreeMap<String, Arc<dyn Inside>>> = const { RefCell::new(BTreeMap::new()) };
}

/// An open server; closed when this is dropped.
#[derive(Debug)]
pub struct Open(String);

impl Open {
    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.0)
    }

    /// Its name.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.0
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        SERVERS.with_borrow_mut(|servers| drop(servers.remove(&self.0)));
    }
}

/// Opens a server for this thread under `name`, to which [`ENDING`] is added. A name is letters, digits and hyphens.
#[must_use]
pub fn open(name: &str, server: Arc<dyn Inside>) -> Open {
    let host = format!("{name}{ENDING}");
    SERVERS.with_borrow_mut(|servers| drop(servers.insert(host.clone(), server)));
    Open(host)
}

/// Nobody is there.
struct Closed;

#[async_trait]
impl Inside for Closed {
    async fn answer(&self, _: Asked) -> Result<Answer, Cut> {
        Err(Cut::NeverLeft)
    }
}

/// The server inside that an address leads to; `None` for an address outside.
pub(super) fn server_at(base: &reqwest::Url) -> Option<Arc<dyn Inside>> {
    let host = base.host_str().filter(|host| host.ends_with(ENDING))?;
    let found = SERVERS.with_borrow(|servers| servers.get(host).cloned());
    Some(found.unwrap_or_else(|| Arc::new(Closed)))
}

/// Passes a request on, and its answer back.
pub(super) async fn pass(
    server: &dyn Inside,
    host: String,
    mut request: reqwest::Request,
    body_max: usize,
) -> Result<Answer, HttpError> {
    let body = match request.body_mut().take() {
        None => Vec::new(),
        Some(body) => match to_bytes(Body::new(body), REQUEST_MAX).await {
            Ok(bytes) => bytes.to_vec(),
            Err(cause) => return Err(HttpError::Unmakeable { host, cause: cause.into() }),
        },
    };
    let asked = Asked {
        method: request.method().clone(),
        path: request.url().path().to_owned(),
        query: request.url().query().unwrap_or_default().to_owned(),
        headers: std::mem::take(request.headers_mut()),
        body,
    };
    match server.answer(asked).await {
        Ok(answer) if body_max < answer.body.len() => Err(HttpError::TooLarge { host, body_max }),
        Ok(answer) => Ok(answer),
        Err(Cut::NeverLeft) => Err(HttpError::Connect { host, cause: "nobody listens there".into() }),
        Err(Cut::Lost) => Err(HttpError::Lost { host, cause: "the connection broke".into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Api, Body, Limits};
    use super::*;

    struct Echo;

    #[async_trait]
    impl Inside for Echo {
        async fn answer(&self, asked: Asked) -> Result<Answer, Cut> {
            if asked.path.ends_with("/lost") {
                return Err(Cut::Lost);
            }
            let text = format!("{} {}?{} {}", asked.method, asked.path, asked.query, asked.body.len());
            Ok(Answer { status: 200, headers: HeaderMap::new(), body: text.into_bytes() })
        }
    }

    #[tokio::test]
    async fn a_server_inside_is_asked_as_one_outside_and_gone_when_it_is_closed() {
        let open = open("echo-of-the-test", Arc::new(Echo));
        let api = Api::new(&format!("{}/base", open.url()), Limits::default()).expect("a client");
        let ask = async |path: &'static str| {
            api.send(Method::POST, path, &[("a", "1")], &[], Body::Json(b"{}".to_vec())).await
        };
        let answer = ask("some").await.expect("an answer");
        assert_eq!(String::from_utf8_lossy(&answer.body), "POST /base/some?a=1 2");
        assert!(!ask("lost").await.expect_err("lost").never_left());
        drop(open);
        assert!(ask("some").await.expect_err("closed").never_left());
    }

    #[tokio::test]
    async fn what_is_larger_than_the_cap_is_not_read() {
        let open = open("echo-of-the-cap", Arc::new(Echo));
        let api = Api::new(&open.url(), Limits { body_max: 4, ..Limits::default() }).expect("a client");
        let error = api.send(Method::GET, "some", &[], &[], Body::Empty).await.expect_err("too large");
        assert!(matches!(error, HttpError::TooLarge { .. }), "{error:?}");
    }
}
