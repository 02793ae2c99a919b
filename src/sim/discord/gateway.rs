//! Sessions of the gateway: who is connected, what was sent, what is sent again after RESUME.
//!
//! Owns: sequence numbers, the replay buffer, intents, and the switches that break things on purpose.
//! The connection itself is in `socket`. Facts: <https://discord.com/developers/docs/events/gateway>.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::ids::Snowflake;
use super::limits::Sliding;
use crate::time::Clock;

/// Intent: guilds, channels, roles, threads.
pub(super) const GUILDS: u64 = 1;
/// Intent: who comes and goes. Privileged.
pub(super) const GUILD_MEMBERS: u64 = 1 << 1;
/// Intent: who is online. Privileged.
pub(super) const GUILD_PRESENCES: u64 = 1 << 8;
/// Intent: messages in guilds.
pub(super) const GUILD_MESSAGES: u64 = 1 << 9;
/// Intent: messages in direct messages.
pub(super) const DIRECT_MESSAGES: u64 = 1 << 12;
/// Intent: what people write when it is not meant for the bot. Privileged.
pub(super) const MESSAGE_CONTENT: u64 = 1 << 15;
/// Every intent there is.
pub(super) const INTENTS_KNOWN: u64 = 0x371_FFFF;
/// Intents that an application must be granted.
pub(super) const INTENTS_PRIVILEGED: u64 = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT;

/// Events that one session keeps for RESUME.
const BUFFER_MAX: usize = 1000;

/// What goes out on a connection.
#[derive(Debug)]
pub(super) enum Out {
    Text(String),
    Close(u16, &'static str),
    /// The connection ends without a word.
    Cut,
}

/// Frames that wait for one slow client; a client that reads nothing is cut off.
pub(super) const OUT_MAX: usize = 1024;

/// Something that the gateway does to its clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayFault {
    /// Cuts every connection without a close frame. Sessions can be resumed.
    Cut,
    /// Closes every connection with this code. 4004, 4010 to 4014 end the session.
    Close(u16),
    /// Opcode 7: asks clients to reconnect.
    Reconnect,
    /// Opcode 9: the session is invalid; `true` means that it may be resumed.
    InvalidSession(bool),
}

#[derive(Debug)]
struct Event {
    seq: u64,
    text: String,
    /// The key under which it is in flight.
    key: Option<String>,
}

#[derive(Debug)]
struct Session {
    intents: u64,
    seq: u64,
    buffer: VecDeque<Event>,
    live: Option<Live>,
    /// Keys sent on the live connection and not yet answered.
    keys: BTreeSet<String>,
    offline_since: Option<Timestamp>,
}

#[derive(Debug)]
struct Live {
    connection: u64,
    out: mpsc::Sender<Out>,
}

/// How often things happened at the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GatewayCounts {
    /// Sessions that began.
    pub identified: u64,
    /// Sessions that went on.
    pub resumed: u64,
    /// RESUMEs that were refused.
    pub resume_refused: u64,
    /// Heartbeats that arrived.
    pub heartbeats: u64,
    /// Connections that are open now with a session.
    pub live: usize,
}

/// All sessions.
#[derive(Debug, Default)]
pub(super) struct Gateway {
    sessions: BTreeMap<String, Session>,
    pub identifies: Sliding,
    pub counts: GatewayCounts,
    /// Heartbeats are not acknowledged.
    pub zombie: bool,
    /// How many events are sent once more after RESUMED.
    pub repeat_after_resume: usize,
    /// Every event is sent twice.
    pub repeat_all: bool,
    next: u64,
}

impl Gateway {
    pub(super) fn next_connection(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Begins a session on a connection and answers its id.
    pub(super) fn begin(&mut self, connection: u64, out: mpsc::Sender<Out>, intents: u64) -> String {
        let id =
            format!("{:032x}", u128::from(connection) << 64 | u128::from(crc32fast::hash(&connection.to_be_bytes())));
        let live = Some(Live { connection, out });
        let session =
            Session { intents, seq: 0, buffer: VecDeque::new(), live, keys: BTreeSet::new(), offline_since: None };
        self.sessions.insert(id.clone(), session);
        self.counts.identified += 1;
        id
    }

    /// Sends an event to one session only.
    pub(super) fn tell(&mut self, clock: &Clock, session: &str, event: &str, data: &Value) {
        if let Some(session) = self.sessions.get_mut(session) {
            session.push(clock, event, data, None, 1);
        }
    }

    /// Sends an event to every session with one of the intents; 0 needs none.
    pub(super) fn dispatch(
        &mut self,
        clock: &Clock,
        bot: Snowflake,
        event: &str,
        data: &Value,
        intents: u64,
        key: Option<&str>,
    ) {
        let times = if self.repeat_all { 2 } else { 1 };
        for session in self.sessions.values_mut() {
            if intents == 0 || session.intents & intents != 0 {
                let data = without_content(session.intents, bot, data.clone());
                session.push(clock, event, &data, key, times);
            }
        }
    }

    /// Whether a session goes on on a new connection. `false`: it is gone, or `seq` is out of reach.
    pub(super) fn resume(
        &mut self,
        clock: &Clock,
        id: &str,
        seq: u64,
        connection: u64,
        out: &mpsc::Sender<Out>,
        window: jiff::SignedDuration,
    ) -> bool {
        let now = clock.now();
        let repeat = self.repeat_after_resume;
        let resumable = self.sessions.get_mut(id).filter(|session| {
            let first = session.buffer.front().map_or(session.seq + 1, |event| event.seq);
            let fresh = session.offline_since.is_none_or(|since| now.duration_since(since) <= window);
            fresh && first <= seq + 1 && seq <= session.seq
        });
        let Some(session) = resumable else {
            self.counts.resume_refused += 1;
            self.sessions.remove(id);
            return false;
        };
        if let Some(old) = session.live.take() {
            drop(old.out.try_send(Out::Cut));
        }
        session.live = Some(Live { connection, out: out.clone() });
        session.offline_since = None;
        session.replay(clock, |event| seq < event.seq);
        session.push(clock, "RESUMED", &json!({"_trace": []}), None, 1);
        if repeat > 0 {
            let from = session.seq.saturating_sub(u64::try_from(repeat).unwrap_or(0)).saturating_sub(1);
            session.replay(clock, |event| from < event.seq && event.key.is_some());
            self.repeat_after_resume = 0;
        }
        self.counts.resumed += 1;
        true
    }

    /// A connection has ended: what was on it and not answered will not arrive.
    pub(super) fn ended(&mut self, clock: &Clock, connection: u64, forget: bool) {
        let found = self.sessions.iter_mut().find(|(_, session)| session.is_on(connection));
        let Some((id, session)) = found else { return };
        session.live = None;
        session.offline_since = Some(clock.now());
        for key in std::mem::take(&mut session.keys) {
            clock.lost(&key);
        }
        if forget {
            let id = id.clone();
            self.sessions.remove(&id);
        }
    }

    /// An interaction was answered, so its event has certainly arrived.
    pub(super) fn answered(&mut self, clock: &Clock, key: &str) {
        for session in self.sessions.values_mut() {
            session.keys.remove(key);
        }
        clock.lost(key);
    }

    /// Does something to every connection. What ends the sessions too leaves the connections to their clients, but
    /// sends no events on them any more.
    pub(super) fn break_all(&mut self, clock: &Clock, fault: GatewayFault) {
        for session in self.sessions.values_mut() {
            let Some(live) = &session.live else { continue };
            let out = match fault {
                GatewayFault::Cut => Out::Cut,
                GatewayFault::Close(code) => Out::Close(code, "closed on purpose"),
                GatewayFault::Reconnect => Out::Text(json!({"op": 7, "d": null, "s": null, "t": null}).to_string()),
                GatewayFault::InvalidSession(resumable) => {
                    Out::Text(json!({"op": 9, "d": resumable, "s": null, "t": null}).to_string())
                }
            };
            // A queue that is full belongs to a client that reads nothing; its next event cuts it off.
            drop(live.out.try_send(out));
        }
        if matches!(fault, GatewayFault::Close(4004 | 4010..=4014) | GatewayFault::InvalidSession(false)) {
            for session in std::mem::take(&mut self.sessions).into_values() {
                for key in session.keys {
                    clock.lost(&key);
                }
            }
        }
    }

    /// Forgets sessions that nobody can resume any more.
    pub(super) fn forget_old(&mut self, now: Timestamp, window: jiff::SignedDuration) {
        self.sessions
            .retain(|_, session| session.offline_since.is_none_or(|since| now.duration_since(since) <= window));
    }

    pub(super) fn counts(&self) -> GatewayCounts {
        let live = self.sessions.values().filter(|session| session.live.is_some()).count();
        GatewayCounts { live, ..self.counts }
    }
}

impl Session {
    fn is_on(&self, connection: u64) -> bool {
        self.live.as_ref().is_some_and(|live| live.connection == connection)
    }

    fn push(&mut self, clock: &Clock, event: &str, data: &Value, key: Option<&str>, times: usize) {
        self.seq += 1;
        let text = json!({"op": 0, "t": event, "s": self.seq, "d": data}).to_string();
        let event = Event { seq: self.seq, text, key: key.map(str::to_owned) };
        for _ in 0..times {
            send(clock, &mut self.live, &mut self.keys, &event);
        }
        if self.buffer.len() >= BUFFER_MAX {
            self.buffer.pop_front();
        }
        self.buffer.push_back(event);
    }

    fn replay(&mut self, clock: &Clock, wanted: impl Fn(&Event) -> bool) {
        for event in self.buffer.iter().filter(|event| wanted(event)) {
            send(clock, &mut self.live, &mut self.keys, event);
        }
    }
}

/// Puts an event on the live connection, if there is one.
fn send(clock: &Clock, live: &mut Option<Live>, keys: &mut BTreeSet<String>, event: &Event) {
    let Some(connection) = live else { return };
    if let Some(key) = &event.key {
        // A second send of the same event replaces the first in flight instead of piling up on it.
        clock.lost(key);
        clock.send_off(key.as_str());
        keys.insert(key.clone());
    }
    if connection.out.try_send(Out::Text(event.text.clone())).is_err() {
        *live = None;
        for key in std::mem::take(keys) {
            clock.lost(&key);
        }
    }
}

/// Without the `MESSAGE_CONTENT` intent a bot reads only what it wrote, what mentions it, and direct messages.
fn without_content(intents: u64, bot: Snowflake, mut data: Value) -> Value {
    let bot = json!(bot);
    let is_message = data.get("author").is_some() && data.get("guild_id").is_some();
    let mentions = data["mentions"].as_array().is_some_and(|list| list.iter().any(|user| user["id"] == bot));
    if is_message && intents & MESSAGE_CONTENT == 0 && data["author"]["id"] != bot && !mentions {
        data["content"] = json!("");
        for key in ["embeds", "attachments", "components"] {
            data[key] = json!([]);
        }
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::SignedDuration;

    const WINDOW: SignedDuration = SignedDuration::from_secs(60);

    fn sent(queue: &mut mpsc::Receiver<Out>) -> Vec<Value> {
        let mut out = Vec::new();
        while let Ok(Out::Text(text)) = queue.try_recv() {
            out.push(serde_json::from_str(&text).expect("json"));
        }
        out
    }

    #[test]
    fn resume_replays_what_came_after_the_sequence_number() {
        let clock = Clock::system();
        let bot = "1".parse().expect("id");
        let mut gateway = Gateway::default();
        let (out, mut queue) = mpsc::channel(OUT_MAX);
        let id = gateway.begin(1, out, 0);
        gateway.dispatch(&clock, bot, "INTERACTION_CREATE", &json!({"n": 1}), 0, Some("k1"));
        gateway.ended(&clock, 1, false);
        gateway.dispatch(&clock, bot, "INTERACTION_CREATE", &json!({"n": 2}), 0, Some("k2"));
        gateway.dispatch(&clock, bot, "MESSAGE_CREATE", &json!({"n": 3}), GUILD_MESSAGES, None);
        assert_eq!(sent(&mut queue).len(), 1);
        let (out, mut queue) = mpsc::channel(OUT_MAX);
        assert!(gateway.resume(&clock, &id, 1, 2, &out, WINDOW));
        let names: Vec<_> = sent(&mut queue).iter().map(|event| (event["s"].clone(), event["t"].clone())).collect();
        assert_eq!(names, [(json!(2), json!("INTERACTION_CREATE")), (json!(3), json!("RESUMED"))]);
        assert!(!gateway.resume(&clock, &id, 99, 3, &out, WINDOW), "a sequence number from the future");
        assert!(!gateway.resume(&clock, &id, 1, 4, &out, WINDOW), "the session is gone");
    }

    #[test]
    fn content_is_hidden_without_its_intent() {
        let bot: Snowflake = "1".parse().expect("id");
        let message =
            |author: &str| json!({"guild_id": "5", "author": {"id": author}, "content": "secret", "mentions": []});
        assert_eq!(without_content(GUILD_MESSAGES, bot, message("2"))["content"], "");
        assert_eq!(without_content(GUILD_MESSAGES, bot, message("1"))["content"], "secret");
        assert_eq!(without_content(MESSAGE_CONTENT, bot, message("2"))["content"], "secret");
    }
}
