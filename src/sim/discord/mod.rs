//! The emulated Discord: REST v10, gateway and interactions on a port of this machine.
//!
//! Owns: what Discord does with a request, its limits, its deadlines, its errors, and the people on the other side.
//! Refuses: wire types of `chat`; its JSON is written by hand from Discord's documentation, so that a mistake of the
//! client library cannot hide in both.
//! Survives: cut connections, lost replies, being down, clients that never answer.
//!
//! People act through [`DiscordSim`] ([`DiscordSim::slash`], [`DiscordSim::press`] …) and look at
//! [`DiscordSim::outcome`] and [`DiscordSim::messages`]; the program under test speaks HTTP and WebSocket.
//! Every `INTERACTION_CREATE` on a live connection is in flight (`Clock::send_off`) under
//! `discord.interaction.ID` until the client takes it, answers it, or its connection ends.

#![expect(
    clippy::indexing_slicing,
    reason = "reading a key that a JSON value lacks gives null, and writing is done to objects that were made or checked here"
)]

mod answers;
mod ask;
mod call;
mod commands;
mod config;
mod draft;
mod faults;
mod gateway;
mod ids;
mod limits;
mod messages;
mod model;
mod people;
mod reply;
mod routes;
mod server;
mod socket;
#[cfg(test)]
mod tests;
mod wire;
mod world;

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use ask::Given;
pub use config::{BucketRule, DiscordConfig};
pub use faults::{Aim, Chaos, Fault};
pub use gateway::{GatewayCounts, GatewayFault};
pub use ids::{NotASnowflake, Snowflake};
pub use model::{
    ADMINISTRATOR, Asked, Attachment, Button, Channel, ChannelKind, ChannelState, Choice, Edit, Message, Modal,
    Outcome, Pings, RequestSeen, Role, User,
};
pub use world::Refusals;

use crate::time::Clock;
use server::{CutListener, Shared};
use world::World;

/// Why the emulated Discord did not do something that its user (a test, the demo) asked for.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// No port to listen on.
    #[error("could not listen on a port of this machine")]
    Listen {
        /// The cause.
        #[source]
        cause: io::Error,
    },
    /// There is no such thing.
    #[error("there is no {what} {id}")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// Its id.
        id: Snowflake,
    },
    /// No client connected in time.
    #[error("no client began or resumed a session within {} s", SESSION_MAX.as_secs())]
    NoSession,
    /// Discord's client would not send this.
    #[error("the client would not send this: {reason}")]
    ClientRefused {
        /// Why.
        reason: String,
    },
}

/// How long, in real time, a shutdown waits for clients that do not hang up.
const SHUTDOWN_MAX: Duration = Duration::from_secs(2);

/// How long, in real time, a story waits for a client to connect.
const SESSION_MAX: Duration = Duration::from_secs(30);

/// The emulated Discord. Clones are the same one.
#[derive(Debug, Clone)]
pub struct DiscordSim {
    shared: Arc<Shared>,
    server: Arc<Mutex<Option<JoinHandle<io::Result<()>>>>>,
}

impl DiscordSim {
    /// Starts it on a free port of 127.0.0.1.
    pub async fn start(clock: Clock, config: DiscordConfig) -> Result<Self, SimError> {
        let listen = |cause| SimError::Listen { cause };
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(listen)?;
        let addr = listener.local_addr().map_err(listen)?;
        let world = World::new(clock.clone(), config, format!("http://{addr}"));
        let shared = Arc::new(Shared::new(world, clock.clone(), addr));
        let listener = CutListener::new(listener, addr, shared.down.subscribe());
        let theirs = Arc::clone(&shared);
        let server = clock.spawn("discord.server", |held| async move {
            // The server itself is never at work; its clients hold the tokens of their requests.
            drop(held);
            server::run(theirs, listener).await
        });
        Ok(Self { shared, server: Arc::new(Mutex::new(Some(server))) })
    }

    /// The address of the REST API, without `/api`.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("http://{}", self.shared.addr)
    }

    /// The address of the gateway.
    #[must_use]
    pub fn gateway_url(&self) -> String {
        self.shared.gateway_url()
    }

    /// The bot's user id, which is its application id too.
    #[must_use]
    pub fn bot(&self) -> Snowflake {
        self.shared.world().bot
    }

    /// Ends every connection and stops listening.
    pub async fn shutdown(&self) {
        self.release_hung();
        self.shared.stop.cancel();
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut server) = server {
            #[expect(clippy::disallowed_methods, reason = "a client that never hangs up must not keep the process")]
            let ended = tokio::time::timeout(SHUTDOWN_MAX, &mut server).await;
            if ended.is_err() {
                server.abort();
            }
        }
    }

    /// Makes the next `times` requests that `aim` hits go wrong.
    pub fn fail_next(&self, aim: Aim, fault: Fault, times: u32) {
        self.shared.world().faults.queue(aim, fault, times);
    }

    /// Makes requests go wrong by seeded chance from now on.
    pub fn chaos(&self, chaos: Chaos, seed: u64) {
        self.shared.world().faults.chaos(chaos, seed);
    }

    /// Nothing goes wrong on purpose any more.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// How many queued faults no request has met yet.
    #[must_use]
    pub fn faults_left(&self) -> usize {
        self.shared.world().faults.left()
    }

    /// Lets hung requests go: their connections are cut.
    pub fn release_hung(&self) {
        let hung = std::mem::take(&mut self.shared.world().hung);
        for bell in hung {
            bell.ring();
        }
    }

    /// Down: the port refuses connections and open ones are cut. Up again: the same port.
    pub fn down(&self, down: bool) {
        self.shared.down.send_replace(down);
        if down {
            self.gateway_fault(GatewayFault::Cut);
        }
    }

    /// Others have used up this channel's shared limit until `until` (429, scope `shared`).
    pub fn exhaust_shared(&self, channel: Snowflake, until: Timestamp) {
        self.shared.world().limits.exhaust_shared(channel, until);
    }

    /// Breaks the gateway's connections.
    pub fn gateway_fault(&self, fault: GatewayFault) {
        self.shared.world().gateway.break_all(&self.shared.clock, fault);
    }

    /// A zombie acknowledges no heartbeats.
    pub fn zombie(&self, zombie: bool) {
        self.shared.world().gateway.zombie = zombie;
    }

    /// After the next RESUMED the last `events` interactions are sent once more.
    pub fn repeat_after_resume(&self, events: usize) {
        self.shared.world().gateway.repeat_after_resume = events;
    }

    /// Sends every event twice from now on.
    pub fn repeat_events(&self, repeat: bool) {
        self.shared.world().gateway.repeat_all = repeat;
    }

    /// Waits in real time until a client has begun or resumed a session since `before`
    /// (`GatewayCounts::default()`: ever).
    ///
    /// A story that breaks the gateway in simulated time calls this while it holds its token, so that nobody acts in
    /// the moment in which the client is away.
    pub async fn session_since(&self, before: GatewayCounts) -> Result<(), SimError> {
        let mut sessions = self.shared.sessions.subscribe();
        let more = sessions.wait_for(|count| before.identified + before.resumed < *count);
        #[expect(clippy::disallowed_methods, reason = "a client that never comes must fail in real time")]
        let came = tokio::time::timeout(SESSION_MAX, more).await;
        match came {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(SimError::NoSession),
        }
    }

    /// What happened at the gateway.
    #[must_use]
    pub fn gateway_counts(&self) -> GatewayCounts {
        self.shared.world().gateway.counts()
    }

    /// How often requests were refused, by status and code.
    #[must_use]
    pub fn refusals(&self) -> Refusals {
        self.shared.world().refusals.clone()
    }

    /// Invalid requests (401, 403, 429) that count towards the edge's ban now.
    #[must_use]
    pub fn invalid_requests(&self) -> usize {
        self.shared.world().limits.invalid_count()
    }
}
