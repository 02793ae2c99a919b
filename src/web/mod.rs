//! The small server: tracking links, what platforms push, and whether the program is well. On loopback unless a setting says
//! otherwise.
//!
//! Owns: HTTP, who clicked (a person, a program, a prefetch), whose signature counts, and that a click or a hook is kept
//! before it is answered. Refuses: where links lead and how clicks are kept ([`Clicks`]), which sources take hooks and how
//! those are kept ([`Hooks`]), how the program is ([`Vitals`]). Nothing of a request gets into the address that is answered.

mod hooks;
mod redirect;
pub mod visitors;
mod vitals;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::domain::link::{Page, Slug};
use crate::http::signature::Scheme;
use crate::time::{Clock, Held};
use visitors::{Caller, Visitors};

/// Where a link leads now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The page.
    pub page: Page,
}

/// One request for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    /// Which link.
    pub slug: Slug,
    /// When it came.
    pub at: Timestamp,
    /// Who asked.
    pub caller: Caller,
    /// Somebody of this day, without saying who; the same number for the same visitor until midnight UTC.
    pub visitor: u64,
}

/// Whoever knows the links and keeps the clicks.
#[async_trait]
pub trait Clicks: Send + Sync {
    /// Where a link leads; `None`: there is no such link. Must not wait.
    fn landing(&self, slug: &Slug) -> Option<Landing>;

    /// Keeps a click, and returns once it is on disk. `false`: it could not be kept, and has been said in the log.
    async fn keep(&self, click: Click) -> bool;
}

/// Whoever knows how the program is.
#[async_trait]
pub trait Vitals: Send + Sync {
    /// Whether it can do its work; else why not, a plain sentence each, with no secret and nobody's data in it.
    async fn ready(&self) -> Result<(), Vec<String>>;

    /// Its figures, in the Prometheus text format 0.0.4. What cannot be had is left out.
    async fn metrics(&self) -> String;
}

/// How a source signs what it pushes.
#[derive(Debug, Clone)]
pub struct Signer {
    /// In which way.
    pub scheme: Scheme,
    /// With what. Never empty.
    pub secret: SecretString,
    /// The word that Meta repeats when it tries the address out; empty: it is refused.
    pub verify_token: SecretString,
}

/// Something a platform pushed, signed as agreed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// To which source.
    pub source: String,
    /// The platform's id of the event; a hash of what came where it has none. At most 100 characters of ASCII.
    pub event: String,
    /// What it is about, as the platform writes it; the same limit.
    pub topic: String,
    /// When it came.
    pub at: Timestamp,
    /// SHA-256 of the body, in hexadecimal.
    pub body_digest: String,
    /// Its signature has no date: the same body under another id is the same hook, sent again by anybody.
    pub undated: bool,
    /// The body.
    pub body: Vec<u8>,
}

/// What became of a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookKept {
    /// It is on disk.
    New,
    /// It has been since it came first.
    Known,
    /// It is not, which has been said in the log.
    Failed,
}

/// Whoever knows the sources and keeps what they push.
#[async_trait]
pub trait Hooks: Send + Sync {
    /// How a source signs; `None`: no source of this name takes hooks. Must not wait.
    fn signer(&self, source: &str) -> Option<Signer>;

    /// Keeps a hook, and returns once it is on disk.
    async fn keep(&self, hook: Hook) -> HookKept;
}

/// One request to a server without a socket, as its routes would carry it out.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod request {
    use std::net::{Ipv4Addr, SocketAddr};
    use std::sync::Arc;

    use axum::body::{Body, to_bytes};
    use axum::extract::{ConnectInfo, Path, Query, Request, State};
    use axum::http::{HeaderMap, Method, Uri, header};
    use axum::response::Response;

    use super::{Clicks, Hooks, Shared, hooks, redirect};
    use crate::time::Clock;

    /// What it is asked of.
    pub(crate) struct Server(Arc<Shared>);

    impl Server {
        /// One with these behind it.
        pub(crate) fn new(clicks: Arc<dyn Clicks>, hooks: Arc<dyn Hooks>, clock: Clock) -> Self {
            let refusals = hooks::Refusals::default();
            let visitors = super::Visitors::new([7; 32]);
            Self(Arc::new(Shared { clicks, hooks, refusals, visitors, clock, behind_proxy: true }))
        }

        /// `POST /hooks/SOURCE`: the status.
        pub(crate) async fn hook(&self, source: &str, headers: HeaderMap, body: Vec<u8>) -> u16 {
            let request = Request::new(Body::from(body));
            hooks::take(State(Arc::clone(&self.0)), Path(source.to_owned()), headers, request).await.status().as_u16()
        }

        /// `GET /hooks/SOURCE?QUERY`: the status and what it says; `None`: the query is none.
        pub(crate) async fn verify(&self, source: &str, query: &str) -> Option<(u16, Vec<u8>)> {
            let uri: Uri = format!("/hooks/x?{query}").parse().ok()?;
            let query = Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
            Some(said(hooks::verify(State(Arc::clone(&self.0)), Path(source.to_owned()), query).await).await)
        }

        /// `GET /go/SLUG`: the status and where it sends people.
        pub(crate) async fn go(&self, slug: &str, headers: HeaderMap) -> (u16, Option<String>) {
            let from = ConnectInfo(SocketAddr::from((Ipv4Addr::LOCALHOST, 9)));
            let slug = Path(slug.to_owned());
            let response = redirect::go(State(Arc::clone(&self.0)), from, Method::GET, slug, headers).await;
            let to = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
            (response.status().as_u16(), to)
        }
    }

    async fn said(response: Response) -> (u16, Vec<u8>) {
        let status = response.status().as_u16();
        (status, to_bytes(response.into_body(), usize::MAX).await.map(Vec::from).unwrap_or_default())
    }
}

/// What the requests share.
struct Shared {
    clicks: Arc<dyn Clicks>,
    hooks: Arc<dyn Hooks>,
    refusals: hooks::Refusals,
    visitors: Visitors,
    clock: Clock,
    behind_proxy: bool,
}

/// A server that listens and does not answer yet.
pub struct Web {
    listener: TcpListener,
    router: Router,
}

impl std::fmt::Debug for Web {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Web({:?})", self.listener.local_addr())
    }
}

impl Web {
    /// Listens at an address. `salt` is a secret of this run; `behind_proxy`: the last `X-Forwarded-For` is the caller.
    ///
    /// # Errors
    ///
    /// The address is not free, or not one of this machine.
    pub async fn bind(
        address: &str,
        clicks: Arc<dyn Clicks>,
        hooks: Arc<dyn Hooks>,
        clock: Clock,
        salt: [u8; 32],
        behind_proxy: bool,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let shared = Arc::new(Shared {
            clicks,
            hooks,
            refusals: hooks::Refusals::default(),
            visitors: Visitors::new(salt),
            clock,
            behind_proxy,
        });
        let router = Router::new()
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/go/{slug}", get(redirect::go))
            .route(
                "/hooks/{source}",
                post(hooks::take).get(hooks::verify).layer(DefaultBodyLimit::max(hooks::BODY_MAX)),
            )
            .with_state(shared);
        Ok(Self { listener, router })
    }

    /// The same server, which also says how the program is.
    #[must_use]
    pub fn with_vitals(mut self, vitals: Arc<dyn Vitals>) -> Self {
        self.router = self.router.merge(vitals::routes(vitals));
        self
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// The system does not say.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until the end; what is under way is finished.
    pub async fn serve(self, held: Held, stop: CancellationToken) {
        // A server at rest holds nothing; who asks it holds a token.
        drop(held);
        let service = self.router.into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(self.listener, service).with_graceful_shutdown(stop.cancelled_owned());
        if let Err(error) = served.await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the web server ended; links do not lead anywhere"
            );
        }
    }
}
