//! What every emulated HTTP server here needs: a port on loopback, and faults on demand.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::OriginalUri;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::time::Clock;

/// Something that goes wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Answered with this instead; nothing is done.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
    /// Done, and the connection breaks before the answer arrives.
    LoseReply,
    /// Done, and answered with 200 and a body that is nothing.
    Garbage,
    /// Kept waiting for so long, then done and answered.
    Hang(SignedDuration),
}

/// The faults that await the next requests.
#[derive(Debug, Default)]
pub struct Faults(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    queue: VecDeque<(Option<&'static str>, Fault)>,
    down: bool,
}

impl Faults {
    /// The next request meets this; faults queue up.
    pub fn next(&self, fault: Fault) {
        self.lock().queue.push_back((None, fault));
    }

    /// The next request with this method meets it.
    pub fn next_for(&self, method: &'static str, fault: Fault) {
        self.lock().queue.push_back((Some(method), fault));
    }

    /// While down, every connection breaks before anything is done.
    pub fn down(&self, down: bool) {
        self.lock().down = down;
    }

    /// How many still wait: a story that ends with some has not told what it meant to.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.lock().queue.len()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, method: &str) -> Option<Fault> {
        let mut waiting = self.lock();
        let place = waiting.queue.iter().position(|(of, _)| of.is_none_or(|of| of == method))?;
        waiting.queue.remove(place).map(|(_, fault)| fault)
    }

    /// Carries out one request, or what goes wrong with it.
    pub(super) async fn around(
        &self,
        clock: &Clock,
        name: &'static str,
        method: &str,
        work: impl FnOnce(Timestamp) -> Response + Send,
    ) -> Response {
        if self.lock().down {
            return broken();
        }
        match self.take(method) {
            None => work(clock.now()),
            Some(Fault::Answer { status, body }) => answer(status, body),
            Some(Fault::LoseReply) => {
                drop(work(clock.now()));
                broken()
            }
            Some(Fault::Garbage) => {
                drop(work(clock.now()));
                answer(200, "\u{0}\u{fffd}<garbage".to_owned())
            }
            Some(Fault::Hang(span)) => {
                let mut held = clock.hold(name);
                // The client that waits holds a token it cannot give back; this does it for the client.
                let parked = clock.park();
                let until = clock.now().checked_add(span).unwrap_or(Timestamp::MAX);
                held.sleep_until(until).await;
                drop(parked);
                work(clock.now())
            }
        }
    }
}

/// An answer with a JSON body, or what is meant to be one.
pub(super) fn answer(status: u16, body: String) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json; charset=UTF-8")], body).into_response()
}

/// An answer whose body breaks off with the connection before its first byte.
fn broken() -> Response {
    let cut = futures_util::stream::once(async { Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset)) });
    Response::new(Body::from_stream(cut))
}

/// A server on a free port of loopback, until it is dropped.
#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

/// A request, taken apart.
#[derive(Debug)]
pub(super) struct Asked {
    pub method: Method,
    pub uri: Uri,
    /// The query in order, decoded.
    pub query: Vec<(String, String)>,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    /// The path, from the root.
    pub fn path(&self) -> &str {
        self.uri.path()
    }
}

impl Server {
    /// Whatever is asked is answered by one function.
    pub async fn answering<T, A>(
        clock: &Clock,
        name: &'static str,
        inner: &Arc<T>,
        answer: impl Fn(Arc<T>, Asked) -> A + Clone + Send + Sync + 'static,
    ) -> io::Result<Self>
    where
        T: Send + Sync + 'static,
        A: Future<Output = Response> + Send + 'static,
    {
        let inner = Arc::clone(inner);
        let router = Router::new().fallback(
            move |method: Method, OriginalUri(uri): OriginalUri, headers: HeaderMap, body: Bytes| {
                let query = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
                let query = query.into_owned().collect();
                answer(Arc::clone(&inner), Asked { method, uri, query, headers, body })
            },
        );
        Self::start(clock, name, router).await
    }

    pub async fn start(clock: &Clock, name: &'static str, router: Router) -> io::Result<Self> {
        Self::start_at(clock, name, 0, router).await
    }

    /// The same on a port that was asked for; 0 is a free one.
    pub async fn start_at(clock: &Clock, name: &'static str, port: u16, router: Router) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let task = clock.spawn(name, |held| async move {
            // A server at rest holds nothing; who asks it holds a token.
            drop(held);
            // `axum::serve` never returns an error; it ends with the task.
            drop(axum::serve(listener, router).await);
        });
        Ok(Self { address, task })
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
