//! Opening a page as somebody would who taps a link: redirects are followed one by one, and each is kept to be looked at.
//!
//! Owns: how many redirects, how much of a page, and which addresses at all.
//! Refuses: anything but `http` and `https`, and, unless it is allowed, addresses that are not public: a document must not
//! make this program look into the network that it stands in. Names are checked by what they resolve to, at the moment of
//! connecting, so that a name cannot change its mind in between. Meaning is the caller's.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, LOCATION, USER_AGENT};
use url::Url;

use super::public::{Lookup, PublicOnly, SystemLookup, may_open};
use super::{HttpError, Limits, host_of, made, sort_error};

/// Redirects that are followed. Browsers give up after 20; a link with more than 10 loses people before that.
const HOPS_MAX: usize = 10;

/// Bytes of a page that are read. What is looked for stands in its first half.
const BODY_MAX: usize = 1 << 20;

/// As what it introduces itself: a program, so that nobody counts it as a visitor.
const AGENT: &str = "Mozilla/5.0 (compatible; Plimsoll-preflight/1.0; bot)";

/// Why a page was not opened.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// A redirect to something that is no web page.
    #[error("it leads to something that is not a web page: `{scheme}:`")]
    NotWeb {
        /// The scheme.
        scheme: String,
    },
    /// An address that is not public.
    #[error("`{host}` is not a public address")]
    Private {
        /// The host.
        host: String,
    },
    /// A redirect that says nowhere.
    #[error("`{host}` sends people on without saying where")]
    Nowhere {
        /// The host.
        host: String,
    },
    /// Redirects without an end.
    #[error("it sends people on more than {HOPS_MAX} times")]
    Endless,
    /// No answer.
    #[error(transparent)]
    Http(#[from] HttpError),
}

/// A page that was opened.
#[derive(Debug)]
pub struct Visited {
    /// Every address on the way, the first among them.
    pub way: Vec<Url>,
    /// Where it ended.
    pub url: Url,
    /// The status there.
    pub status: u16,
    /// The beginning of the page.
    pub body: String,
}

/// Opens pages.
pub struct Visitor {
    client: reqwest::Client,
    private: bool,
}

impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Visitor(private: {})", self.private)
    }
}

impl Visitor {
    /// One that opens public addresses, and with `private` any.
    pub fn new(private: bool) -> Result<Self, HttpError> {
        Self::looking_up(private, Arc::new(SystemLookup))
    }

    /// The same, with names that somebody else knows.
    pub fn looking_up(private: bool, names: Arc<dyn Lookup>) -> Result<Self, HttpError> {
        let limits = Limits { total: Duration::from_secs(15), ..Limits::default() };
        let resolver = Arc::new(PublicOnly(names));
        let client = made(limits, |builder| if private { builder } else { builder.dns_resolver(resolver) })?;
        Ok(Self { client, private })
    }

    /// Opens a page and goes where it leads.
    pub async fn visit(&self, page: &Url) -> Result<Visited, VisitError> {
        let (mut way, mut url) = (Vec::new(), page.clone());
        while way.len() <= HOPS_MAX {
            self.check(&url)?;
            way.push(url.clone());
            let host = host_of(&url);
            let request = self.client.get(url.clone()).header(USER_AGENT, AGENT).header(ACCEPT, "text/html");
            #[expect(clippy::disallowed_methods, reason = "this room is the one that sends")]
            let mut answer = request.send().await.map_err(|cause| refused_or_lost(&host, cause))?;
            let status = answer.status().as_u16();
            if matches!(status, 301 | 302 | 303 | 307 | 308) {
                let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
                url = location.and_then(|to| url.join(to).ok()).ok_or(VisitError::Nowhere { host })?;
                continue;
            }
            let mut body = Vec::new();
            while body.len() < BODY_MAX {
                let chunk = answer.chunk().await.map_err(|cause| sort_error(&host, cause))?;
                let Some(chunk) = chunk else { break };
                body.extend_from_slice(&chunk);
            }
            body.truncate(BODY_MAX);
            return Ok(Visited { way, url, status, body: String::from_utf8_lossy(&body).into_owned() });
        }
        Err(VisitError::Endless)
    }

    /// Names are looked up later, by the resolver; an address that is written as one never comes to it.
    fn check(&self, url: &Url) -> Result<(), VisitError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(VisitError::NotWeb { scheme: url.scheme().to_owned() });
        }
        let public = self.private || may_open(url);
        if public { Ok(()) } else { Err(VisitError::Private { host: host_of(url) }) }
    }
}

fn refused_or_lost(host: &str, cause: reqwest::Error) -> VisitError {
    match sort_error(host, cause) {
        HttpError::NotPublic { host } => VisitError::Private { host },
        other => VisitError::Http(other),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::net::SocketAddr;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use async_trait::async_trait;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// Every name is of this machine, and says how often it was looked up.
    #[derive(Default)]
    struct Here(AtomicUsize);

    #[async_trait]
    impl Lookup for Here {
        async fn look_up(&self, _name: &str) -> io::Result<Vec<SocketAddr>> {
            self.0.fetch_add(1, Ordering::SeqCst);
            Ok(vec![SocketAddr::from(([127, 0, 0, 1], 0))])
        }
    }

    /// A page at this machine that sends people on.
    async fn sends_on(to: String) -> (SocketAddr, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let met = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&met);
        #[expect(clippy::disallowed_methods, reason = "it serves this test alone, on real time")]
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let mut head = [0; 2048];
                drop(stream.read(&mut head).await);
                let answer =
                    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                drop(stream.write_all(answer.as_bytes()).await);
            }
        });
        (address, met)
    }

    #[tokio::test]
    async fn a_public_name_of_a_private_address_is_refused_before_anything_is_connected() {
        let (address, met) = sends_on("https://shop.example/".to_owned()).await;
        let names = Arc::new(Here::default());
        let visitor = Visitor::looking_up(false, Arc::clone(&names) as _).expect("a visitor");
        let page = format!("http://shop.example:{}/", address.port()).parse().expect("an address");
        let error = visitor.visit(&page).await.expect_err("it is not public");
        assert!(matches!(error, VisitError::Private { .. }), "{error:?}");
        assert_eq!((names.0.load(Ordering::SeqCst), met.load(Ordering::SeqCst)), (1, 0));
        // The same name where it is allowed: the system's look-up is asked, and this one no more.
        let allowed = Visitor::looking_up(true, Arc::clone(&names) as _).expect("a visitor");
        let page = format!("http://127.0.0.1:{}/", address.port()).parse().expect("an address");
        drop(allowed.visit(&page).await);
        assert_eq!((names.0.load(Ordering::SeqCst), met.load(Ordering::SeqCst)), (1, 1));
    }

    #[test]
    fn every_redirect_is_checked_like_the_first_address() {
        let visitor = Visitor::new(false).expect("a visitor");
        for to in ["http://169.254.169.254/latest", "//127.1/x", "http://[::ffff:10.0.0.1]/", "http://localhost./"] {
            let url = Url::parse("https://shop.example/a").and_then(|from| from.join(to)).expect("an address");
            assert!(matches!(visitor.check(&url), Err(VisitError::Private { .. })), "{to}");
        }
        for to in ["file:///etc/passwd", "gopher://shop.example/", "javascript:alert(1)"] {
            let url = Url::parse("https://shop.example/a").and_then(|from| from.join(to)).expect("an address");
            assert!(matches!(visitor.check(&url), Err(VisitError::NotWeb { .. })), "{to}");
        }
    }

    #[tokio::test]
    async fn what_is_not_public_is_not_opened() {
        let visitor = Visitor::new(false).expect("a visitor");
        for given in
            ["http://127.0.0.1:9/", "http://[::1]:9/", "http://localhost:9/", "http://2130706433/", "http://0x7f.1/"]
        {
            let error = visitor.visit(&given.parse().expect("an address")).await.expect_err(given);
            assert!(matches!(error, VisitError::Private { .. }), "{given}: {error}");
        }
        let error = visitor.visit(&"ftp://shop.example/".parse().expect("an address")).await.expect_err("no page");
        assert_eq!(error.to_string(), "it leads to something that is not a web page: `ftp:`");
    }
}
