//! The only maker of HTTP clients, and the errors they may show.
//!
//! Owns: time-outs, the size cap of an answer, the redaction of addresses (Telegram's URL is its token).
//! Refuses: retries and meaning. Whether a status is success is the platform's business. The modules here are what rooms
//! that speak to one platform from two sides (to read and to act) share.

pub mod google;
pub mod graph;
pub mod graphql;
pub mod inside;
pub mod oauth;
#[cfg(any(test, feature = "fuzzing"))]
pub mod scripted;
pub mod signature;
pub mod signed;
pub mod tiktok_business;
pub mod tokens;
pub mod visit;

use std::fmt;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

/// How a client behaves. Real time: these protect the program and never decide a result.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the whole answer has been read.
    pub total: Duration,
    /// Bytes of an answer's body that are read at most.
    pub body_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // 8 MiB: the largest page that a source asks for (50 videos with snippets) is under 400 KiB.
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(30), body_max: 8 << 20 }
    }
}

/// What is behind an error, without its URL.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why no answer was had. Never shows an address.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The request never left: trying again is safe.
    #[error("could not connect to {host}")]
    Connect {
        /// Host and port, without path or query.
        host: String,
        /// The cause, without its URL.
        #[source]
        cause: Cause,
    },
    /// The request may have arrived, its answer did not: the outcome is unknown.
    #[error("the answer of {host} was lost")]
    Lost {
        /// Host and port, without path or query.
        host: String,
        /// The cause, without its URL.
        #[source]
        cause: Cause,
    },
    /// The answer was larger than the cap.
    #[error("the answer of {host} is larger than {body_max} bytes")]
    TooLarge {
        /// Host and port, without path or query.
        host: String,
        /// The cap that was passed.
        body_max: usize,
    },
    /// The request could not be made at all: a fault in configuration or in this program.
    #[error("could not make a request for {host}")]
    Unmakeable {
        /// Host and port, or what was given instead.
        host: String,
        /// The cause, without its URL.
        #[source]
        cause: Cause,
    },
    /// The base address is not an HTTP address.
    #[error("`{given}` is not an http or https address")]
    BadBase {
        /// What was given.
        given: String,
    },
}

impl HttpError {
    /// Whether the request certainly did not arrive.
    #[must_use]
    pub fn never_left(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Unmakeable { .. } | Self::BadBase { .. } => true,
            Self::Lost { .. } | Self::TooLarge { .. } => false,
        }
    }
}

/// One server behind one base address.
#[derive(Clone)]
pub struct Api {
    client: reqwest::Client,
    base: reqwest::Url,
    limits: Limits,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Api({})", host_of(&self.base))
    }
}

/// An answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, at most [`Limits::body_max`] bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// Whether the status is 2xx.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// What a request carries.
#[derive(Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// A JSON document, already written.
    Json(Vec<u8>),
    /// Fields as a web form sends them (`application/x-www-form-urlencoded`).
    Form(Vec<(String, String)>),
    /// A form with files.
    Multipart(reqwest::multipart::Form),
}

/// The longest reason of others that is repeated in an error of ours.
const REASON_MAX: usize = 60;

/// Whether a reason from outside is safe to repeat: nothing but a short word.
#[must_use]
pub fn is_word(reason: &str) -> bool {
    (1..=REASON_MAX).contains(&reason.len()) && reason.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Installs the TLS provider once; every maker of clients calls it.
fn install_tls() {
    // An error means that it stands already.
    drop(rustls::crypto::ring::default_provider().install_default());
}

/// A client for a library that insists on its own requests (serenity). Redirects are not followed.
pub fn client(limits: Limits) -> Result<reqwest::Client, HttpError> {
    #[cfg(any(test, feature = "fuzzing"))]
    if let Some(client) = scripted::client() {
        return Ok(client);
    }
    made(limits, |builder| builder)
}

fn made(
    limits: Limits,
    with: impl FnOnce(reqwest::ClientBuilder) -> reqwest::ClientBuilder,
) -> Result<reqwest::Client, HttpError> {
    install_tls();
    #[expect(clippy::disallowed_methods, reason = "this is the one place that makes clients")]
    let builder = reqwest::Client::builder();
    with(builder)
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .redirect(reqwest::redirect::Policy::none())
        .tcp_nodelay(true)
        .no_proxy()
        .build()
        .map_err(|cause| HttpError::Unmakeable { host: "any host".to_owned(), cause: cause.without_url().into() })
}

impl Api {
    /// A client for `base`, which must be an http or https address; a path in it is kept as a prefix.
    pub fn new(base: &str, limits: Limits) -> Result<Self, HttpError> {
        let bad = || HttpError::BadBase { given: base.to_owned() };
        let url = reqwest::Url::parse(base).map_err(|_| bad())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(bad());
        }
        Ok(Self { client: client(limits)?, base: url, limits })
    }

    /// Sends one request and reads the whole answer.
    ///
    /// `path` is appended to the base as it stands; the caller has encoded what it took from outside.
    pub async fn send(
        &self,
        method: reqwest::Method,
        path: &str,
        query: &[(&str, &str)],
        headers: &[(HeaderName, HeaderValue)],
        body: Body,
    ) -> Result<Answer, HttpError> {
        let host = host_of(&self.base);
        #[cfg(any(test, feature = "fuzzing"))]
        if let Some(answer) = scripted::next(&host, self.limits) {
            return answer;
        }
        let mut url = self.base.clone();
        let whole = format!("{}/{}", url.path().trim_end_matches('/'), path.trim_start_matches('/'));
        url.set_path(&whole);
        let mut request = self.client.request(method, url);
        if !query.is_empty() {
            request = request.query(query);
        }
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = match body {
            Body::Empty => request,
            Body::Json(bytes) => request.header(reqwest::header::CONTENT_TYPE, "application/json").body(bytes),
            Body::Form(fields) => request.form(&fields),
            Body::Multipart(form) => request.multipart(form),
        };
        if let Some(server) = inside::server_at(&self.base) {
            let request = request.build().map_err(|cause| sort_error(&host, cause))?;
            return inside::pass(&*server, host, request, self.limits.body_max).await;
        }
        #[expect(clippy::disallowed_methods, reason = "this is the one place that sends")]
        let answer = request.send().await.map_err(|cause| sort_error(&host, cause))?;
        self.read(host, answer).await
    }

    async fn read(&self, host: String, mut answer: reqwest::Response) -> Result<Answer, HttpError> {
        let body_max = self.limits.body_max;
        let status = answer.status().as_u16();
        let headers = std::mem::take(answer.headers_mut());
        let mut body = Vec::new();
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= body_max => body.extend_from_slice(&chunk),
                Ok(Some(_)) => return Err(HttpError::TooLarge { host, body_max }),
                Ok(None) => return Ok(Answer { status, headers, body }),
                Err(cause) => {
                    return Err(HttpError::Lost { host, cause: cause.without_url().into() });
                }
            }
        }
    }
}

fn host_of(url: &reqwest::Url) -> String {
    let host = url.host_str().unwrap_or("no host");
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

fn sort_error(host: &str, cause: reqwest::Error) -> HttpError {
    let host = host.to_owned();
    let cause = cause.without_url();
    if cause.is_builder() {
        HttpError::Unmakeable { host, cause: cause.into() }
    } else if cause.is_connect() {
        HttpError::Connect { host, cause: cause.into() }
    } else {
        HttpError::Lost { host, cause: cause.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(error: &dyn std::error::Error) -> String {
        let mut text = format!("{error} {error:?}");
        let mut source = error.source();
        while let Some(cause) = source {
            text = format!("{text} {cause} {cause:?}");
            source = cause.source();
        }
        text
    }

    #[tokio::test]
    async fn an_error_never_shows_the_path() {
        // Port 9 on loopback refuses; nothing listens there.
        let api = Api::new("http://127.0.0.1:9/bot123:SECRET", Limits::default()).expect("makes a client");
        let error = api
            .send(reqwest::Method::POST, "sendMessage", &[("key", "SECRET")], &[], Body::Empty)
            .await
            .expect_err("nothing listens");
        assert!(error.never_left());
        assert!(!chain(&error).contains("SECRET"), "{}", chain(&error));
        assert_eq!(error.to_string(), "could not connect to 127.0.0.1:9");
    }

    #[test]
    fn a_base_must_be_http() {
        for given in ["ftp://x", "x", "", "unix:/tmp"] {
            assert!(Api::new(given, Limits::default()).is_err(), "{given}");
        }
    }
}
