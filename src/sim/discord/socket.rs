//! One WebSocket connection to the gateway: HELLO, IDENTIFY or RESUME, heartbeats, close codes.
//!
//! Heartbeats run on real time and decide nothing; everything that counts is virtual time. A client that asks for
//! `zlib-stream` gets it; what the emulator cannot speak (`zstd-stream`, `etf`) is refused, not answered in JSON.

use std::io::Write as _;
use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use flate2::Compression;
use flate2::write::ZlibEncoder;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::gateway::{GUILDS, INTENTS_KNOWN, INTENTS_PRIVILEGED, OUT_MAX, Out};
use super::ids::Snowflake;
use super::limits::Sliding;
use super::server::Shared;

/// The largest payload a client may send. <https://discord.com/developers/docs/events/gateway#sending-events>
const PAYLOAD_MAX: usize = 4096;

/// How a connection speaks. <https://discord.com/developers/docs/events/gateway#transport-compression>
#[derive(Debug)]
pub(super) enum Form {
    /// JSON as text.
    Text,
    /// One zlib stream over the whole connection; each message ends with a flush.
    Zlib(Box<ZlibEncoder<Vec<u8>>>),
}

impl Form {
    /// What the query of the gateway's address asks for.
    pub(super) fn asked(query: &str) -> Result<Self, &'static str> {
        let mut form = Self::Text;
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("compress", "zlib-stream")) => {
                    form = Self::Zlib(Box::new(ZlibEncoder::new(Vec::new(), Compression::default())));
                }
                Some(("compress", _)) => return Err("this emulator compresses with zlib-stream only"),
                Some(("encoding", encoding)) if encoding != "json" => return Err("this emulator speaks JSON only"),
                _ => {}
            }
        }
        Ok(form)
    }

    fn message(&mut self, text: String) -> Message {
        match self {
            Self::Text => Message::text(text),
            Self::Zlib(stream) => {
                // Writing into memory does not fail.
                drop(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()));
                Message::binary(std::mem::take(stream.get_mut()))
            }
        }
    }
}

/// What to do after a payload.
enum Next {
    Go,
    Close(u16, &'static str),
}

struct Connection {
    shared: Arc<Shared>,
    number: u64,
    out: mpsc::Sender<Out>,
    session: Option<String>,
    sends: Sliding,
}

/// Serves a connection until either side ends it.
pub(super) async fn serve(shared: Arc<Shared>, mut socket: WebSocket, mut form: Form) {
    let (out, mut queue) = mpsc::channel(OUT_MAX);
    let (number, heartbeat_ms) = {
        let mut world = shared.world();
        (world.gateway.next_connection(), u64::try_from(world.config.heartbeat.as_millis()).unwrap_or(u64::MAX))
    };
    let mut connection =
        Connection { shared: Arc::clone(&shared), number, out, session: None, sends: Sliding::default() };
    let hello = json!({"op": 10, "d": {"heartbeat_interval": heartbeat_ms, "_trace": []}, "s": null, "t": null});
    let mut forget = false;
    let mut open = socket.send(form.message(hello.to_string())).await.is_ok();
    while open {
        let next = tokio::select! {
            // What was sent before a fault is on the wire before the fault.
            biased;
            out = queue.recv() => match out {
                Some(Out::Text(text)) => {
                    open = socket.send(form.message(text)).await.is_ok();
                    Next::Go
                }
                Some(Out::Close(code, reason)) => Next::Close(code, reason),
                Some(Out::Cut) | None => break,
            },
            incoming = socket.recv() => match incoming {
                Some(Ok(Message::Text(text))) => connection.take(&text),
                Some(Ok(Message::Binary(_))) => Next::Close(4002, "Error while decoding payload."),
                Some(Ok(Message::Close(frame))) => {
                    // A client that closes with 1000 or 1001 gives its session up.
                    forget = frame.is_some_and(|frame| matches!(frame.code, 1000 | 1001));
                    break;
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => Next::Go,
                Some(Err(_)) | None => break,
            },
            () = shared.stop.cancelled() => break,
        };
        if let Next::Close(code, reason) = next {
            let frame = CloseFrame { code, reason: reason.into() };
            drop(socket.send(Message::Close(Some(frame))).await);
            forget = matches!(code, 4004 | 4010..=4014);
            open = false;
        }
    }
    let clock = shared.clock.clone();
    shared.world().gateway.ended(&clock, number, forget);
}

impl Connection {
    fn take(&mut self, text: &str) -> Next {
        if text.len() > PAYLOAD_MAX {
            return Next::Close(4002, "Payload too large.");
        }
        let Ok(payload) = serde_json::from_str::<Value>(text) else {
            return Next::Close(4002, "Error while decoding payload.");
        };
        let op = payload["op"].as_u64();
        let shared = Arc::clone(&self.shared);
        // Heartbeats are real time; in simulated time a whole day of them may fall into one virtual minute.
        let counted = op != Some(1) || !shared.clock.is_simulated();
        let rule = shared.world().config.gateway_sends;
        if counted && !self.sends.take(1, rule, shared.clock.now()) {
            return Next::Close(4008, "You are being rate limited.");
        }
        match op {
            Some(1) => self.heartbeat(),
            Some(2) if self.session.is_some() => Next::Close(4005, "Already authenticated."),
            Some(2) => self.identify(&payload["d"]),
            Some(6) => self.resume(&payload["d"]),
            Some(3 | 4 | 8 | 31) if self.session.is_none() => Next::Close(4003, "Not authenticated."),
            Some(3 | 4 | 31) => Next::Go,
            Some(8) => self.members(&payload["d"]),
            _ => Next::Close(4001, "Unknown opcode."),
        }
    }

    fn send(&self, value: &Value) {
        drop(self.out.try_send(Out::Text(value.to_string())));
    }

    /// Wakes whoever waits for a session.
    fn tell_session(&self) {
        let counts = self.shared.world().gateway.counts();
        self.shared.sessions.send_replace(counts.identified + counts.resumed);
    }

    fn heartbeat(&self) -> Next {
        let mut world = self.shared.world();
        world.gateway.counts.heartbeats += 1;
        if !world.gateway.zombie {
            self.send(&json!({"op": 11, "d": null, "s": null, "t": null}));
        }
        Next::Go
    }

    fn token_fits(&self, data: &Value) -> bool {
        let given = data["token"].as_str().unwrap_or_default();
        let given = given.strip_prefix("Bot ").unwrap_or(given);
        given == self.shared.world().config.token.expose_secret()
    }

    fn identify(&mut self, data: &Value) -> Next {
        if !self.token_fits(data) {
            return Next::Close(4004, "Authentication failed.");
        }
        let Some(intents) = data["intents"].as_u64().filter(|bits| bits & !INTENTS_KNOWN == 0) else {
            return Next::Close(4013, "Invalid intent(s).");
        };
        let shard = data["shard"].as_array().map_or((0, 1), |shard| {
            let number = |n: usize| shard.get(n).and_then(Value::as_u64).unwrap_or(0);
            (number(0), number(1))
        });
        if shard.1 <= shard.0 {
            return Next::Close(4010, "Invalid shard.");
        }
        let mut world = self.shared.world();
        if intents & INTENTS_PRIVILEGED & !world.config.privileged_intents != 0 {
            return Next::Close(4014, "Disallowed intent(s).");
        }
        let (rule, now) = (world.config.identifies, world.now());
        let window = world.config.resume_window;
        world.gateway.forget_old(now, window);
        if !world.gateway.identifies.take(1, rule, now) {
            // Discord resets the token of a bot that identifies too often.
            return Next::Close(4004, "Authentication failed.");
        }
        let session = world.gateway.begin(self.number, self.out.clone(), intents);
        let clock = self.shared.clock.clone();
        let guilds: Vec<_> = world
            .guilds
            .values()
            .filter(|guild| guild.members.contains_key(&world.bot))
            .map(|guild| guild.id)
            .collect();
        let ready = json!({
            "v": 10, "user": world.me_json(), "session_id": session, "resume_gateway_url": self.shared.gateway_url(),
            "guilds": guilds.iter().map(|id| json!({"id": id, "unavailable": true})).collect::<Vec<_>>(),
            "shard": [shard.0, shard.1], "application": {"id": world.bot, "flags": 0},
            "private_channels": [], "relationships": [], "presences": [], "session_type": "normal",
            "user_settings": {}, "user_settings_proto": null, "geo_ordered_rtc_regions": [], "guild_join_requests": [],
            "auth": {}, "_trace": [],
        });
        world.gateway.tell(&clock, &session, "READY", &ready);
        if world.config.guild_create && intents & GUILDS != 0 {
            for id in guilds {
                let guild = world.guild_event(id);
                world.gateway.tell(&clock, &session, "GUILD_CREATE", &guild);
            }
        }
        drop(world);
        self.session = Some(session);
        self.tell_session();
        Next::Go
    }

    fn resume(&mut self, data: &Value) -> Next {
        if !self.token_fits(data) {
            return Next::Close(4004, "Authentication failed.");
        }
        let id = data["session_id"].as_str().unwrap_or_default().to_owned();
        let seq = data["seq"].as_u64().unwrap_or(0);
        let mut world = self.shared.world();
        let window = world.config.resume_window;
        let resumed = world.gateway.resume(&self.shared.clock, &id, seq, self.number, &self.out, window);
        drop(world);
        if resumed {
            self.session = Some(id);
            self.tell_session();
        } else {
            self.send(&json!({"op": 9, "d": false, "s": null, "t": null}));
        }
        Next::Go
    }

    /// Opcode 8: the members of a guild in one piece.
    fn members(&self, data: &Value) -> Next {
        let Some(session) = &self.session else {
            return Next::Close(4003, "Not authenticated.");
        };
        let mut world = self.shared.world();
        let Some(guild) = Snowflake::read(&data["guild_id"]) else {
            return Next::Go;
        };
        let wanted = match &data["user_ids"] {
            Value::Null => None,
            Value::Array(list) => Some(list.iter().filter_map(Snowflake::read).collect::<Vec<_>>()),
            one => Some(Snowflake::read(one).into_iter().collect()),
        };
        let members: Vec<_> = world
            .guilds
            .get(&guild)
            .into_iter()
            .flat_map(|guild| guild.members.keys())
            .filter(|user| wanted.as_ref().is_none_or(|list| list.contains(user)))
            .map(|user| world.member_json(guild, *user, true))
            .collect();
        let chunk = json!({
            "guild_id": guild, "members": members, "chunk_index": 0, "chunk_count": 1, "not_found": [],
            "nonce": data["nonce"],
        });
        world.gateway.tell(&self.shared.clock, session, "GUILD_MEMBERS_CHUNK", &chunk);
        Next::Go
    }
}
