//! Everything around the program: the world that all parts of the storm share, and the wires by which the program reaches
//! it.
//!
//! Owns: letting requests go wrong as planned, in virtual time. What Telegram, Discord and the others do with a request is in
//! files of their own.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use serde_json::{Value, json};

use super::Sabotage;
use super::discord::Discord;
use super::faults::{Faults, Kind, Missing, Seam, Secs};
use super::numbers::{Numbers, Order};
use super::promises::Promises;
use super::telegram::Telegram;
use crate::http::Answer;
use crate::http::inside::{Asked, Cut, Inside};
use crate::store::Write;
use crate::time::Clock;

/// How long a client waits for an answer: [`crate::http::Limits`].
const CLIENT_WAITS: SignedDuration = SignedDuration::from_secs(30);

/// What all share.
pub(super) struct World {
    pub clock: Clock,
    start: Timestamp,
    /// How far the clock has been put forward.
    pub shift: SignedDuration,
    pub faults: Faults,
    pub telegram: Telegram,
    pub discord: Discord,
    pub numbers: Numbers,
    pub promises: Promises,
    pub full_until: Secs,
    pub sabotage: Option<Sabotage>,
    /// Which life of the program it is, and whether it is over.
    life: u64,
    dead: bool,
}

impl World {
    /// A world at its beginning.
    pub fn new(
        clock: Clock,
        (faults, numbers, promises): (Faults, Numbers, Promises),
        sabotage: Option<Sabotage>,
    ) -> Self {
        let start = clock.now();
        Self {
            clock,
            start,
            shift: SignedDuration::ZERO,
            faults,
            telegram: Telegram::default(),
            discord: Discord::default(),
            numbers,
            promises,
            full_until: 0,
            sabotage,
            life: 0,
            dead: true,
        }
    }

    /// Seconds since the beginning, whatever the clock says.
    pub fn elapsed(&self) -> Secs {
        self.clock.now().duration_since(self.start).saturating_sub(self.shift).as_secs()
    }

    /// What the clock says at a moment.
    pub fn wall(&self, elapsed: Secs) -> Timestamp {
        let since = SignedDuration::from_secs(elapsed).saturating_add(self.shift);
        self.start.checked_add(since).unwrap_or(Timestamp::MAX)
    }

    /// A new life of the program begins; answers which.
    pub fn begin_life(&mut self) -> u64 {
        self.life += 1;
        self.dead = false;
        self.telegram.revoked = false;
        self.discord.revoked = false;
        self.life
    }

    /// Whether a life goes on. Once something does not hold, nothing more happens: the storm ends there.
    pub fn lives(&self, life: u64) -> bool {
        self.life == life && !self.dead && self.promises.broken.is_none()
    }

    /// The process is gone.
    pub fn die(&mut self) {
        self.dead = true;
    }

    /// Whether it is.
    pub fn is_dead(&self) -> bool {
        self.dead
    }

    /// Something was kept.
    pub fn committed(&mut self, writes: &[Write]) {
        let (now, elapsed) = (self.clock.now(), self.elapsed());
        self.promises.committed(writes, &self.numbers, (now, elapsed));
    }
}

/// The world, shared.
pub(super) struct Sea(Mutex<World>);

impl Sea {
    /// Around a world.
    pub fn new(world: World) -> Arc<Self> {
        Arc::new(Self(Mutex::new(world)))
    }

    /// The world.
    pub fn lock(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere must not hide its message behind a poisoned world.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The way of one life to one service.
pub(super) struct Wire {
    pub seam: Seam,
    pub life: u64,
    pub sea: Arc<Sea>,
}

impl Wire {
    /// Has the work done. `certain`: the program will hear of it.
    fn work(&self, world: &mut World, asked: &Asked, certain: bool, fault: Option<Kind>) -> Answer {
        match self.seam {
            Seam::Telegram => super::telegram::work(world, asked, certain),
            Seam::Discord => super::discord::work(world, asked, certain),
            Seam::Numbers => numbers(world, asked, certain, fault == Some(Kind::OldNumbers)),
            Seam::Ads => ads(world, asked, fault == Some(Kind::DeafPlatform)),
        }
    }

    fn works(&self, asked: &Asked) -> bool {
        match self.seam {
            Seam::Numbers => false,
            Seam::Telegram => super::telegram::works(asked),
            Seam::Discord | Seam::Ads => asked.method != reqwest::Method::GET,
        }
    }

    /// The whole answer but for a wait: what the client gets, and whether it has to wait for it first.
    fn at_once(&self, asked: &Asked) -> (Result<Answer, Cut>, bool) {
        let mut world = self.sea.lock();
        if !world.lives(self.life) {
            return (Err(Cut::NeverLeft), false);
        }
        let now = world.elapsed();
        let revoked = match self.seam {
            Seam::Numbers => now < world.numbers.revoked_until,
            Seam::Telegram => world.telegram.revoked,
            Seam::Discord => world.discord.revoked,
            Seam::Ads => false,
        };
        if revoked && !world.faults.is_over() {
            return (Ok(self.refusal(401, 0)), false);
        }
        let fault = world.faults.of_request(self.seam, self.works(asked), now);
        let world = &mut *world;
        match fault {
            None | Some(Kind::OldNumbers | Kind::DeafPlatform) => (Ok(self.work(world, asked, true, fault)), false),
            Some(Kind::RefusedConnection) => (Err(Cut::NeverLeft), false),
            Some(Kind::SlowDown) => {
                let wait = world.faults.between(1, 120);
                (Ok(self.refusal(429, wait)), false)
            }
            Some(Kind::Garbage) => {
                drop(self.work(world, asked, false, fault));
                (Ok(plain(200, "{\"ok\":tru\u{fffd}<html>")), false)
            }
            Some(Kind::ServerError) => {
                if world.faults.coin() {
                    drop(self.work(world, asked, false, fault));
                }
                (Ok(plain(502, "<html><head><title>502 Bad Gateway</title></head></html>")), false)
            }
            Some(Kind::Timeout) => {
                if world.faults.coin() {
                    drop(self.work(world, asked, false, fault));
                }
                (Err(Cut::Lost), true)
            }
            Some(Kind::KilledWhileSending) => {
                drop(self.work(world, asked, false, fault));
                world.die();
                (Err(Cut::Lost), false)
            }
            Some(_) => {
                drop(self.work(world, asked, false, fault));
                (Err(Cut::Lost), false)
            }
        }
    }

    fn refusal(&self, status: u16, wait: Secs) -> Answer {
        let text =
            if status == 429 { format!("Too Many Requests: retry after {wait}") } else { "Unauthorized".to_owned() };
        let mut answer = match (self.seam, status) {
            (Seam::Telegram, 429) => json_answer(
                status,
                &json!({ "ok": false, "error_code": 429, "description": text, "parameters": { "retry_after": wait } }),
            ),
            (Seam::Telegram, _) => {
                json_answer(status, &json!({ "ok": false, "error_code": status, "description": text }))
            }
            (Seam::Discord, 429) => {
                json_answer(status, &json!({ "message": text, "retry_after": wait, "global": false }))
            }
            (Seam::Discord, _) => json_answer(status, &json!({ "message": format!("{status}: {text}"), "code": 0 })),
            (Seam::Numbers | Seam::Ads, _) => json_answer(status, &json!({ "error": text })),
        };
        if status == 429 {
            answer.headers.insert(RETRY_AFTER, HeaderValue::from(wait));
        }
        answer
    }

    /// Keeps a client waiting until it gives up.
    async fn hang(&self, name: &'static str) {
        let clock = self.sea.lock().clock.clone();
        let mut held = clock.hold(name);
        let parked = clock.park();
        let until = clock.now().checked_add(CLIENT_WAITS).unwrap_or(Timestamp::MAX);
        held.sleep_until(until).await;
        drop(parked);
    }
}

#[async_trait]
impl Inside for Wire {
    async fn answer(&self, asked: Asked) -> Result<Answer, Cut> {
        if self.seam == Seam::Telegram {
            super::telegram::wait_for_updates(&self.sea, self.life, &asked).await;
        }
        let (answer, hangs) = self.at_once(&asked);
        if hangs {
            self.hang("a request that hangs").await;
        }
        answer
    }
}

/// An answer with a JSON body.
pub(super) fn json_answer(status: u16, body: &Value) -> Answer {
    plain(status, &body.to_string())
}

fn plain(status: u16, body: &str) -> Answer {
    Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }
}

fn numbers(world: &mut World, asked: &Asked, certain: bool, old: bool) -> Answer {
    let now = world.elapsed();
    let may_miss = certain && !old && !world.numbers.is_whole(&asked.path, now);
    let missing = if may_miss { world.faults.missing(now) } else { Missing::Nothing };
    match world.numbers.document(&asked.path, now, missing, old, now / super::faults::HOUR) {
        Some(document) => {
            if certain {
                world.numbers.told(&document, now);
                world.numbers.given(&asked.path, old, now);
            }
            if world.sabotage == Some(Sabotage::AbsentIsZero) {
                return plain(200, &document.to_string().replace("null", "0"));
            }
            json_answer(200, &document)
        }
        None => json_answer(404, &json!({ "error": "not found" })),
    }
}

fn ads(world: &mut World, asked: &Asked, deaf: bool) -> Answer {
    let now = world.elapsed();
    if asked.method == reqwest::Method::GET {
        let mut query = url::form_urlencoded::parse(asked.query.as_bytes());
        let object = query.find(|(name, _)| name == "object").map(|(_, value)| value.into_owned()).unwrap_or_default();
        return match world.numbers.state(&object) {
            Some(state) => json_answer(200, &json!({ "object": object, "state": state })),
            None => json_answer(404, &json!({ "error": "no such object" })),
        };
    }
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let order = Order { id: text("id"), object: text("object"), desired: text("desired") };
    let wrong = world.numbers.obey(&order, now, deaf);
    world.promises.ordered(&order, wrong);
    json_answer(202, &json!({ "accepted": true }))
}
