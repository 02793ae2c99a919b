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
pub mod public;
#[cfg(any(test, feature = "fuzzing"))]
pub mod scripted;
pub mod signature;
pub mod signed;
pub mod tiktok_business;
pub mod tokens;
pub mod visit;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use public::{Lookup, PublicOnly, SystemLookup, is_not_public, may_open};

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
    /// The host is not of the public network, and nobody allowed that. The request never left.
    #[error("`{host}` is not a public address; if it is yours, set `private_addresses` there")]
    NotPublic {
        /// Host and port, without path or query.
        host: String,
    },
    /// Another worker asked, and got no answer.
    #[error("{said}")]
    Elsewhere {
        /// What it said of it.
        said: String,
    },
    /// The base address is not an HTTP address.
    #[error("`{}` is not an http or https address", given.escape_debug())]
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
            Self::Connect { .. } | Self::Unmakeable { .. } | Self::NotPublic { .. } | Self::BadBase { .. } => true,
            Self::Lost { .. } | Self::TooLarge { .. } | Self::Elsewhere { .. } => false,
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
        Ok(Self { client: client(limits)?, base: base_of(base)?, limits })
    }

    /// A client for an address that the operator set. An address of numbers, or this machine by name, is what they meant; a name
    /// elsewhere must have a public address at the moment of connecting, unless `private` says otherwise.
    pub fn guarded(base: &str, limits: Limits, private: bool) -> Result<Self, HttpError> {
        Self::looking_up(base, limits, private, Arc::new(SystemLookup))
    }

    /// The same, with names that somebody else knows.
    pub fn looking_up(base: &str, limits: Limits, private: bool, names: Arc<dyn Lookup>) -> Result<Self, HttpError> {
        let url = base_of(base)?;
        // An address of numbers is never looked up; this machine by its own name is.
        if private || !may_open(&url) {
            return Ok(Self { client: client(limits)?, base: url, limits });
        }
        let client = made(limits, |builder| builder.dns_resolver(Arc::new(PublicOnly(names))))?;
        Ok(Self { client, base: url, limits })
    }

    /// A client for an address that somebody else gave, in a document or on a page: nothing but the public network, unless
    /// `private` says otherwise.
    pub fn of_others(base: &str, limits: Limits, private: bool) -> Result<Self, HttpError> {
        let url = base_of(base)?;
        if !private && !may_open(&url) {
            return Err(HttpError::NotPublic { host: host_of(&url) });
        }
        Self::guarded(base, limits, private)
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

fn base_of(base: &str) -> Result<reqwest::Url, HttpError> {
    let url = reqwest::Url::parse(base).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.host_str().is_some());
    url.ok_or_else(|| HttpError::BadBase { given: without_password(base) })
}

/// An address as it may be repeated: without a name and a password in it.
fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("//") else { return address.to_owned() };
    let (host, path) = rest.split_at_checked(rest.find(['/', '?', '#']).unwrap_or(rest.len())).unwrap_or((rest, ""));
    match host.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}//…@{host}{path}"),
        None => address.to_owned(),
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
    if is_not_public(&cause) {
        HttpError::NotPublic { host }
    } else if cause.is_builder() {
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
        let error = Api::new("ftp://anna:SECRET@files.example/x", Limits::default()).expect_err("not http");
        assert_eq!(error.to_string(), "`ftp://…@files.example/x` is not an http or https address");
        let error = Api::new("ht\u{1b}[2Jtps://files.example", Limits::default()).expect_err("not http");
        assert_eq!(error.to_string(), "`ht\\u{1b}[2Jtps://files.example` is not an http or https address");
    }

    /// Every name is of this machine.
    struct Here;

    #[async_trait::async_trait]
    impl Lookup for Here {
        async fn look_up(&self, _name: &str) -> std::io::Result<Vec<std::net::SocketAddr>> {
            Ok(vec![std::net::SocketAddr::from(([127, 0, 0, 1], 0))])
        }
    }

    #[tokio::test]
    async fn a_name_of_a_private_address_is_refused_and_what_was_typed_as_one_is_not() {
        let ask = async |base: &str, private: bool| {
            let api = Api::looking_up(base, Limits::default(), private, Arc::new(Here)).expect("a client");
            let asked = api.send(reqwest::Method::GET, "/feed.json", &[], &[], Body::Empty).await;
            asked.expect_err("nothing listens at port 9")
        };
        let refused = ask("http://feeds.example:9", false).await;
        assert!(matches!(refused, HttpError::NotPublic { .. }) && refused.never_left(), "{refused:?}");
        assert_eq!(
            refused.to_string(),
            "`feeds.example:9` is not a public address; if it is yours, set `private_addresses` there"
        );
        for typed in ["http://127.0.0.1:9", "http://[::1]:9", "http://localhost:9"] {
            let tried = ask(typed, false).await;
            assert!(matches!(tried, HttpError::Connect { .. }), "{typed}: {tried:?}");
        }
        for given in ["http://127.0.0.1:9", "http://[::1]:9", "http://localhost:9", "http://2130706433:9"] {
            let refused = Api::of_others(given, Limits::default(), false);
            assert!(matches!(refused, Err(HttpError::NotPublic { .. })), "{given}");
            assert!(Api::of_others(given, Limits::default(), true).is_ok(), "{given}");
        }
    }
}
