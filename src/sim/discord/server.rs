//! The HTTP server: reads a request, lets it fail on purpose, counts it, has it done, and answers.
//!
//! Owns: connections (a cut one is really cut), authorisation, rate limits, the log of requests.
//! Survives: `down`, in which the port refuses connections, and coming back on the same port.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts, Request, State};
use axum::response::Response;
use axum::routing::any;
use axum::serve::{IncomingStream, Listener};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::call::Call;
use super::faults::Fault;
use super::model::RequestSeen;
use super::reply::{Content, Refused, Reply, UNAUTHORIZED, secs, whole_secs};
use super::socket::Form;
use super::world::World;
use crate::time::Clock;

/// What every connection shares.
#[derive(Debug)]
pub(super) struct Shared {
    world: Mutex<World>,
    pub clock: Clock,
    pub stop: CancellationToken,
    pub down: watch::Sender<bool>,
    pub addr: SocketAddr,
    /// How many sessions have begun or gone on.
    pub sessions: watch::Sender<u64>,
}

impl Shared {
    pub(super) fn new(world: World, clock: Clock, addr: SocketAddr) -> Self {
        Self {
            world: Mutex::new(world),
            clock,
            stop: CancellationToken::new(),
            down: watch::Sender::new(false),
            addr,
            sessions: watch::Sender::new(0),
        }
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere must not hide its message behind a poisoned emulator.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn gateway_url(&self) -> String {
        format!("ws://{}", self.addr)
    }
}

/// What Discord itself answers has passed its proxy; what the edge refuses has not. Clients tell the two kinds of 429
/// apart by it.
fn via() -> (&'static str, String) {
    ("via", "1.1 google".to_owned())
}

/// A listener that can be closed and opened again, and whose connections can be cut.
pub(super) struct CutListener {
    inner: Option<TcpListener>,
    addr: SocketAddr,
    down: watch::Receiver<bool>,
}

impl CutListener {
    pub(super) fn new(inner: TcpListener, addr: SocketAddr, down: watch::Receiver<bool>) -> Self {
        Self { inner: Some(inner), addr, down }
    }
}

impl Listener for CutListener {
    type Io = CutIo;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CutIo, SocketAddr) {
        loop {
            if *self.down.borrow_and_update() {
                self.inner = None;
                if self.down.changed().await.is_err() {
                    return std::future::pending().await;
                }
                continue;
            }
            if self.inner.is_none() {
                self.inner = TcpListener::bind(self.addr).await.ok();
            }
            let Some(listener) = &self.inner else {
                pause().await;
                continue;
            };
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, from)) => {
                        drop(stream.set_nodelay(true));
                        return (CutIo { stream, cut: Arc::default() }, from);
                    }
                    Err(_) => pause().await,
                },
                changed = self.down.changed() => if changed.is_err() {
                    return std::future::pending().await;
                },
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.addr)
    }
}

/// Lets the machine free a port or a file handle before the next try.
async fn pause() {
    #[expect(clippy::disallowed_methods, reason = "the operating system lives in real time")]
    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
}

/// A connection that breaks when it is told to.
pub(super) struct CutIo {
    stream: TcpStream,
    cut: Arc<AtomicBool>,
}

impl CutIo {
    fn check(&self) -> io::Result<()> {
        if self.cut.load(Ordering::SeqCst) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl AsyncRead for CutIo {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for CutIo {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// The handle that cuts one connection.
#[derive(Debug, Clone)]
pub(super) struct Wire(Arc<AtomicBool>);

impl Wire {
    /// From now on nothing is written any more; the client sees its connection end.
    fn cut(&self) -> Response {
        self.0.store(true, Ordering::SeqCst);
        Reply::empty().into_response()
    }
}

impl Connected<IncomingStream<'_, CutListener>> for Wire {
    fn connect_info(stream: IncomingStream<'_, CutListener>) -> Self {
        Self(Arc::clone(&stream.io().cut))
    }
}

/// Serves until the token is cancelled.
pub(super) async fn run(shared: Arc<Shared>, listener: CutListener) -> io::Result<()> {
    let stop = shared.stop.clone();
    let router =
        Router::new().route("/", any(gateway)).fallback(rest).layer(DefaultBodyLimit::disable()).with_state(shared);
    axum::serve(listener, router.into_make_service_with_connect_info::<Wire>())
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

async fn gateway(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(wire): ConnectInfo<Wire>,
    request: Request,
) -> Result<Response, Infallible> {
    if *shared.down.borrow() {
        return Ok(wire.cut());
    }
    let (mut parts, _) = request.into_parts();
    Ok(match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => match Form::asked(parts.uri.query().unwrap_or_default()) {
            Ok(form) => upgrade.on_upgrade(move |socket| super::socket::serve(shared, socket, form)),
            Err(reason) => Reply::raw(501, "text/plain", reason.as_bytes().to_vec()).into_response(),
        },
        Err(_) => Reply::raw(426, "text/plain", b"expected a WebSocket".to_vec()).into_response(),
    })
}

async fn rest(State(shared): State<Arc<Shared>>, ConnectInfo(wire): ConnectInfo<Wire>, request: Request) -> Response {
    if *shared.down.borrow() {
        return wire.cut();
    }
    let call = match Call::read(request).await {
        Ok(call) => call,
        Err(refused) => return refused.into_reply().into_response(),
    };
    if let Some(file) = shared.world().download(&call) {
        return file.into_response();
    }
    let fault = shared.world().faults.take(&call.method, &call.path);
    let name = fault.as_ref().map(Fault::name);
    // The token is held until the answer is made, so that time cannot slip in between.
    let _held = match &fault {
        Some(Fault::Delay(span)) => {
            let until = shared.clock.now().saturating_add(*span).unwrap_or(jiff::Timestamp::MAX);
            Some(delay(&shared, until).await)
        }
        Some(Fault::Hang) => {
            hang(&shared).await;
            shared.world().note(seen(&shared, &call, 0, None, name));
            return wire.cut();
        }
        Some(Fault::Cut) => {
            shared.world().note(seen(&shared, &call, 0, None, name));
            return wire.cut();
        }
        _ => None,
    };
    let mut reply = match &fault {
        Some(Fault::Answer { status, body }) => {
            Reply { status: *status, code: body["code"].as_i64(), headers: vec![via()], ..Reply::json(body.clone()) }
        }
        _ => answer(&shared, &call),
    };
    shared.world().note(seen(&shared, &call, reply.status, reply.code, name));
    match fault {
        Some(Fault::LoseReply) => return wire.cut(),
        Some(Fault::Garbage) => {
            reply.content = Content::Raw { media: "application/json", bytes: b"{\"id\": 12, \"cha\xff<html>".to_vec() };
        }
        Some(Fault::BadLimitHeaders) => {
            for (header, value) in &mut reply.headers {
                if header.starts_with("x-ratelimit-") {
                    "many".clone_into(value);
                }
            }
        }
        _ => {}
    }
    reply.into_response()
}

fn seen(shared: &Shared, call: &Call, status: u16, code: Option<i64>, fault: Option<&'static str>) -> RequestSeen {
    RequestSeen {
        at: shared.clock.now(),
        method: call.method.clone(),
        path: call.path.clone(),
        query: call.query_text.clone(),
        body: call.body.clone(),
        files: call.files.iter().map(|file| (file.filename.clone(), file.bytes.len())).collect(),
        status,
        code,
        fault,
    }
}

/// Keeps a request until an instant; the client's token is given back meanwhile.
async fn delay(shared: &Shared, until: jiff::Timestamp) -> crate::time::Held {
    let mut held = shared.clock.hold("discord.delayed_request");
    let parked = shared.clock.park();
    held.sleep_until(until).await;
    drop(parked);
    held
}

/// Keeps a request until it is released or the emulator stops.
async fn hang(shared: &Shared) {
    let bell = shared.clock.bell();
    shared.world().hung.push(bell.clone());
    let mut held = shared.clock.hold("discord.hung_request");
    let parked = shared.clock.park();
    tokio::select! {
        _ = held.wait(&bell, None) => {}
        () = shared.stop.cancelled() => {}
    }
    drop(parked);
}

/// Counts a request against every limit and has it done.
fn answer(shared: &Shared, call: &Call) -> Reply {
    let mut world = shared.world();
    let now = world.now();
    if let Some(until) = world.limits.ban(now) {
        return cloudflare(until.duration_since(now).as_secs());
    }
    let mut reply = admit(&mut world, call);
    reply.headers.push(via());
    let shared_limit = reply.headers.contains(&("x-ratelimit-scope", "shared".to_owned()));
    if matches!(reply.status, 401 | 403 | 429) && !shared_limit {
        let (rule, ban) = (world.config.invalid, world.config.ban);
        world.limits.count_invalid(rule, ban, now);
    }
    reply
}

/// What the edge answers to someone who does not stop: not Discord's JSON.
fn cloudflare(retry_s: i64) -> Reply {
    let page = b"<!DOCTYPE html>\n<html lang=\"en-US\"><head><title>Access denied | discord.com used Cloudflare to \
        restrict access</title></head><body><h1>Error 1015</h1><h2>You are being rate limited</h2></body></html>\n";
    let mut reply = Reply::raw(429, "text/html; charset=UTF-8", page.to_vec());
    reply.headers.push(("retry-after", retry_s.to_string()));
    reply.code = Some(1015);
    reply
}

fn admit(world: &mut World, call: &Call) -> Reply {
    let Some(route) = &call.route else {
        return super::reply::NOT_FOUND.into_reply();
    };
    let now = world.now();
    if route.needs_token() {
        let given = call.authorization.as_deref().and_then(|given| given.strip_prefix("Bot "));
        if given != Some(world.config.token.expose_secret()) {
            return UNAUTHORIZED.into_reply();
        }
        let rule = world.config.global;
        if let Err(ms) = world.limits.take_global(rule, now) {
            return limited(ms, "global", "You are being rate limited.");
        }
    }
    if let Some(ms) = world.limits.shared_wait(route.channel(), now) {
        return limited(ms, "shared", "The resource is being rate limited.");
    }
    let rule = route.rule(&call.method, &world.config);
    let (name, major) = route.bucket(&call.method);
    let bucket = match world.limits.take(&name, &major, rule, now) {
        Ok(bucket) => bucket,
        Err(bucket) => {
            let mut reply = limited(bucket.reset_after_ms, "user", "You are being rate limited.");
            reply.headers.extend(bucket.headers());
            return reply;
        }
    };
    let mut reply = world.serve(route, call).unwrap_or_else(Refused::into_reply);
    reply.headers.extend(bucket.headers());
    reply
}

fn limited(ms: i64, scope: &str, message: &str) -> Reply {
    let global = scope == "global";
    let body: Value = json!({"message": message, "retry_after": secs(ms), "global": global});
    let mut reply = Reply { status: 429, ..Reply::json(body) };
    reply.headers.push(("retry-after", whole_secs(ms)));
    reply.headers.push(("x-ratelimit-scope", scope.to_owned()));
    if global {
        reply.headers.push(("x-ratelimit-global", "true".to_owned()));
    }
    reply
}
