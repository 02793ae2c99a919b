//! The HTTP side: addresses, bodies, faults, waiting polls, and the log of what was asked.
//!
//! Owns: `/bot<TOKEN>/<Method>` in any spelling of upper and lower case, `/file/bot<TOKEN>/<path>`, the answer's
//! shape, and cutting connections. A request holds a token of the clock until its answer stands; while it is kept
//! waiting it gives back its own and the client's.
//! Survives: clients that go away while they wait; their poll is forgotten with them.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::faults::Fault;
use super::params::{Encoding, Params, decoded};
use super::refusal::{Answered, Refusal};
use super::updates::TERMINATED;
use super::world::World;
use crate::time::{Clock, Held, Parked};

/// Bytes of a request: the largest upload is 50 MB, and forms wrap it.
const BODY_MAX: usize = 64 << 20;

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It waits for its answer, or its client went away while it did.
    Waiting,
    /// It was answered with this status, by the rules.
    Answered(u16),
    /// A fault was ordered for it; its name.
    Faulted(String),
}

/// One request, as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// Counted from 1.
    pub seq: u64,
    /// When it came.
    pub at: Timestamp,
    /// The method as the client spelt it.
    pub method: String,
    /// Its parameters; a JSON body keeps its types, everything else is text. An uploaded file shows as `attach://…`.
    pub params: Value,
    /// How they were sent.
    pub encoding: Encoding,
    /// How it ended.
    pub outcome: Outcome,
    /// The `description` of a refusal.
    pub description: Option<String>,
}

impl Request {
    /// Whether it was this method, in any spelling.
    #[must_use]
    pub fn is(&self, method: &str) -> bool {
        self.method.eq_ignore_ascii_case(method)
    }
}

/// What every handler sees.
pub(super) struct Shared {
    pub clock: Clock,
    pub world: Mutex<World>,
    pub closing: CancellationToken,
    /// Told whenever a request is no longer kept waiting.
    pub left: Notify,
}

impl Shared {
    pub fn lock(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere must not hide its message behind a poisoned lock.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What goes back.
enum Reply {
    Result(Answered),
    File(String, Bytes),
    Page(u16, String),
    Cut,
}

/// Why a request that waited has no result.
enum Ended {
    Refused(Refusal),
    Cut,
}

impl From<Refusal> for Ended {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// Answers everything.
pub(super) async fn serve(State(shared): State<Arc<Shared>>, request: axum::extract::Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = decoded(parts.uri.path(), false);
    let query = parts.uri.query().unwrap_or("").to_owned();
    let content_type = parts.headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
    let known_verb = matches!(parts.method, Method::GET | Method::POST);
    let reply = match to_bytes(body, BODY_MAX).await {
        _ if !known_verb => Reply::Result(Err(Refusal::exactly(405, "Method Not Allowed"))),
        Err(_) => Reply::Result(Err(Refusal::exactly(413, "Request Entity Too Large"))),
        Ok(body) => route(&shared, &path, &query, &content_type, body).await,
    };
    written(reply)
}

async fn route(shared: &Shared, path: &str, query: &str, content_type: &str, body: Bytes) -> Reply {
    let unauthorized = || Reply::Result(Err(Refusal::exactly(401, "Unauthorized")));
    let not_found = || Reply::Result(Err(Refusal::exactly(404, "Not Found")));
    let (file, rest) = match (path.strip_prefix("/file/bot"), path.strip_prefix("/bot")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return not_found(),
    };
    let Some((token, name)) = rest.split_once('/') else {
        return not_found();
    };
    {
        let world = shared.lock();
        if !world.config.is_token(token) {
            return unauthorized();
        }
        if file {
            if world.faults.down {
                return gateway(502);
            }
            let found = world.files.values().find(|file| file.path == name);
            return match found {
                Some(file) => Reply::File(file.mime.clone(), file.bytes.clone()),
                None => not_found(),
            };
        }
    }
    match Params::read(query, content_type, body).await {
        Ok(params) => call(shared, name, &params).await,
        Err(refusal) => Reply::Result(Err(refusal)),
    }
}

/// Carries out one call, and the fault that is ordered for it.
async fn call(shared: &Shared, name: &str, params: &Params) -> Reply {
    let method = name.to_ascii_lowercase();
    let mut held = shared.clock.hold(format!("telegram {method}"));
    let (seq, fault) = {
        let mut world = shared.lock();
        let seq = world.log_request(name, params);
        let chat = Some(params.int("chat_id")).filter(|chat| *chat != 0);
        (seq, world.faults.pick(&method, chat))
    };
    if let Some(fault) = &fault {
        shared.lock().log_fault(seq, fault);
    }
    match fault {
        Some(Fault::Answer { status, description, parameters }) => {
            return Reply::Result(Err(Refusal { code: status, description, parameters }));
        }
        Some(Fault::Gateway { status }) => return gateway(status),
        Some(Fault::DropRequest) => return Reply::Cut,
        Some(Fault::Hang(span)) => {
            // Whether it was closed or the time ran out, the connection is cut.
            let _closed = pause(shared, &mut held, span).await;
            return Reply::Cut;
        }
        Some(Fault::LoseReply | Fault::Garbage | Fault::Delay(_)) | None => {}
    }
    let answered = match carry_out(shared, &mut held, &method, params).await {
        Ok(result) => Ok(result),
        Err(Ended::Refused(refusal)) => Err(refusal),
        Err(Ended::Cut) => return Reply::Cut,
    };
    if fault.is_none() {
        shared.lock().log_answer(seq, &answered);
    }
    match fault {
        Some(Fault::LoseReply) => Reply::Cut,
        Some(Fault::Garbage) => Reply::Page(200, "{\"ok\":tru".to_owned()),
        Some(Fault::Delay(span)) => match pause(shared, &mut held, span).await {
            Ok(()) => Reply::Result(answered),
            Err(_) => Reply::Cut,
        },
        _ => Reply::Result(answered),
    }
}

async fn carry_out(shared: &Shared, held: &mut Held, method: &str, params: &Params) -> Result<Value, Ended> {
    if method == "getupdates" {
        return poll(shared, held, params).await;
    }
    Ok(shared.lock().method(method, params)?)
}

/// A request that is kept waiting: its client's token is given back as long as this lives.
struct Kept<'a> {
    shared: &'a Shared,
    parked: Option<Parked>,
}

impl<'a> Kept<'a> {
    fn new(shared: &'a Shared) -> Self {
        shared.lock().waiting += 1;
        Self { shared, parked: Some(shared.clock.park()) }
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        drop(self.parked.take());
        self.shared.lock().waiting -= 1;
        self.shared.left.notify_one();
    }
}

/// Keeps a request waiting in virtual time.
async fn pause(shared: &Shared, held: &mut Held, span: SignedDuration) -> Result<(), Ended> {
    let until = shared.clock.now().checked_add(span).unwrap_or(Timestamp::MAX);
    let _kept = Kept::new(shared);
    tokio::select! {
        biased;
        () = shared.closing.cancelled() => Err(Ended::Cut),
        () = held.sleep_until(until) => Ok(()),
    }
}

/// Forgets a poll that ended, however it ended.
struct Slot<'a> {
    shared: &'a Shared,
    ticket: u64,
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.shared.lock().queue.release(self.ticket);
    }
}

/// `getUpdates`: at once if there is something, else when there is, or when the time is up.
async fn poll(shared: &Shared, held: &mut Held, params: &Params) -> Result<Value, Ended> {
    let bell = shared.clock.bell();
    let poll = {
        let mut world = shared.lock();
        let now = shared.clock.now();
        let poll = world.queue.begin(params, now)?;
        if let Some(updates) = world.queue.take(&poll, now) {
            return Ok(updates);
        }
        world.queue.park(&poll, bell.clone());
        poll
    };
    // Both are gone before any answer: a request that is being answered is in flight again. The slot goes first, so
    // that whoever waits for nobody to wait finds it free.
    let _kept = Kept::new(shared);
    let _slot = Slot { shared, ticket: poll.ticket };
    loop {
        tokio::select! {
            biased;
            () = shared.closing.cancelled() => return Err(Ended::Cut),
            _woken = held.wait(&bell, Some(poll.until)) => {}
        }
        let mut world = shared.lock();
        if !world.queue.is_current(poll.ticket) {
            let text = if world.queue.webhook.is_some() { "terminated by setWebhook request" } else { TERMINATED };
            return Err(Refusal::conflict(text).into());
        }
        if let Some(updates) = world.queue.take(&poll, shared.clock.now()) {
            return Ok(updates);
        }
    }
}

impl World {
    /// Every method but `getUpdates`. The name is in lower case.
    fn method(&mut self, method: &str, params: &Params) -> Answered {
        let now = self.clock.now();
        match method {
            "getme" => Ok(self.get_me()),
            "setwebhook" => self.queue.set_webhook(params),
            "deletewebhook" => Ok(self.queue.delete_webhook(params)),
            "getwebhookinfo" => Ok(self.queue.webhook_info(now)),
            "sendmessage" => self.send_message(params),
            "sendphoto" => self.send_photo(params),
            "senddocument" => self.send_document(params),
            "editmessagetext" => self.edit_text(params),
            "editmessagecaption" => self.edit_caption(params),
            "editmessagemedia" => self.edit_media(params),
            "editmessagereplymarkup" => self.edit_markup(params),
            "deletemessage" => self.delete_message(params),
            "answercallbackquery" => self.answer_callback(params),
            "setmycommands" => self.set_commands(params),
            "getmycommands" => self.get_commands(params),
            "deletemycommands" => self.delete_commands(params),
            "getchat" => self.get_chat(params),
            "getchatmember" => self.get_chat_member(params),
            "getchatadministrators" => self.get_administrators(params),
            "getchatmembercount" | "getchatmemberscount" => self.get_member_count(params),
            "sendchataction" => self.send_action(params),
            "pinchatmessage" => self.pin(params),
            "unpinchatmessage" => self.unpin(params),
            "leavechat" => self.leave(params),
            "getfile" => self.get_file(params),
            "logout" | "close" => Ok(json!(true)),
            _ => Err(Refusal::exactly(404, "Not Found: method not found")),
        }
    }

    fn log_request(&mut self, method: &str, params: &Params) -> u64 {
        self.requests_seen += 1;
        let seq = self.requests_seen;
        if self.log.len() >= self.config.log_max {
            self.log.pop_front();
        }
        self.log.push_back(Request {
            seq,
            at: self.clock.now(),
            method: method.to_owned(),
            params: Value::Object(params.shown.clone()),
            encoding: params.encoding,
            outcome: Outcome::Waiting,
            description: None,
        });
        seq
    }

    /// The entry of a request, unless it was pushed out.
    fn entry(&mut self, seq: u64) -> Option<&mut Request> {
        self.log.iter_mut().rev().find(|request| request.seq == seq)
    }

    fn log_fault(&mut self, seq: u64, fault: &Fault) {
        let outcome = Outcome::Faulted(format!("{fault:?}"));
        if let Some(entry) = self.entry(seq) {
            entry.outcome = outcome;
        }
    }

    fn log_answer(&mut self, seq: u64, answered: &Answered) {
        if let Some(entry) = self.entry(seq) {
            entry.outcome = Outcome::Answered(answered.as_ref().map_or_else(|refusal| refusal.code, |_| 200));
            entry.description = answered.as_ref().err().map(|refusal| refusal.description.clone());
        }
    }
}

fn gateway(status: u16) -> Reply {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let title = format!("{status} {}", reason.unwrap_or("Error"));
    Reply::Page(
        status,
        format!(
            "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
        ),
    )
}

fn written(reply: Reply) -> Response {
    match reply {
        Reply::Result(Ok(result)) => document(200, &json!({ "ok": true, "result": result })),
        Reply::Result(Err(refusal)) => {
            let mut response = document(refusal.code, &refusal.body());
            let wait = refusal.parameters.as_ref().and_then(|given| given.get("retry_after")).and_then(Value::as_i64);
            if let Some(wait) = wait {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait));
            }
            response
        }
        Reply::File(mime, bytes) => with_type(200, &mime, Body::from(bytes)),
        Reply::Page(status, text) => with_type(status, "text/html", Body::from(text)),
        Reply::Cut => {
            let broken = Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset));
            // The server closes the connection on a body that fails, before the answer is whole.
            with_type(200, "application/json", Body::from_stream(stream::iter([broken])))
        }
    }
}

fn document(status: u16, body: &Value) -> Response {
    with_type(status, "application/json", Body::from(body.to_string()))
}

fn with_type(status: u16, mime: &str, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(mime) = HeaderValue::from_str(mime) {
        response.headers_mut().insert(header::CONTENT_TYPE, mime);
    }
    response
}
