//! The storm: the program in a world where everything goes wrong, a year in less than a minute, and what must hold checked at
//! every step.
//!
//! Owns: a world in this process (numbers, two chats, an ad platform, a disk, people, a clock that is set), the plan of what
//! goes wrong (`faults`), and the promises that are held against what was kept and what was seen (`promises`). The
//! program does not know that it is in a storm: it has its own clients, and addresses that lead to servers inside
//! ([`crate::http::inside`]). Refuses: being a test of the wire; that is what the emulators of [`crate::sim`] are for.
//! Survives: everything it throws at the program. The same seed is the same storm, byte for byte.
//!
//! The clocks of the platforms go with the program's own, but for what they count (how long a nonce is known): a machine
//! whose clock is wrong by hours against theirs is told so by every signature, and is no part of this.

mod discord;
mod disk;
mod faults;
mod form;
mod numbers;
mod outcome;
mod people;
mod promises;
mod sea;
mod setup;
mod telegram;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::config::Config;
use super::core::{Core, Counts};
use super::ears::Ears;
use super::people::make_code;
use super::records::Gift;
use super::service::Service;
use super::{apply, people as app_people};
use crate::domain::ids::{BrandId, CreatorId, PersonId, RoomId};
use crate::domain::person::{Reach, Role};
use crate::http::inside::{Open, open};
use crate::store::memory::MemoryStore;
use crate::time::{Clock, Driver, Stuck};

pub use faults::Kind;
pub use outcome::{Outcome, StormError};
pub use promises::Seen;

use disk::Disk;
use faults::{DAY, Faults, HOUR, Seam, Secs};
use numbers::Numbers;
use outcome::add;
use people::{Deed, act, choose, sure};
use promises::Promises;
use sea::{Sea, Wire, World};
use setup::Person;

/// How often every kind of fault comes at least in so many days, but for the ignored orders ([`Kind::DeafPlatform`]), of
/// which there is one at least: twenty times in what is longer than three months. Shorter storms promise no number.
fn faults_min(days: i64) -> u64 {
    if days < 90 { 0 } else { 20 }
}

/// The shortest storm: in less there is no room for all that goes wrong.
pub const DAYS_MIN: i64 = 7;

/// The longest.
pub const DAYS_MAX: i64 = 366;

/// How long the calm after it may last before what is not done counts as lost.
const CALM: Secs = 15 * DAY;

/// How long something may be due and not done while the storm lasts: longer than the machine is away, the disk full and a
/// token refused, one after the other.
const OVERDUE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// A guard that is taken away, to see that the storm sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// What is about to be sent is not kept before it is.
    ClaimsAreForgotten,
    /// Discord does not know a repeat by its nonce.
    NoNonce,
    /// What people did is confirmed and not kept.
    InboxIsForgotten,
    /// A number that is missing arrives as 0.
    AbsentIsZero,
}

/// What storm.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Which: the same seed is the same storm.
    pub seed: u64,
    /// How long, [`DAYS_MIN`] to [`DAYS_MAX`].
    pub days: i64,
    /// For the check of the check.
    pub sabotage: Option<Sabotage>,
}

/// One life of the program.
pub(super) struct Running {
    core: Arc<Core>,
    service: Service,
    ears: Arc<Ears>,
    _open: Vec<Open>,
}

/// What comes at a moment.
#[derive(Debug, Clone)]
enum Event {
    /// Somebody does something.
    Act,
    /// Somebody does something, and this goes wrong with it.
    Flavoured(Kind),
    /// Somebody who has just done something is asked in that place whether they are sure, perhaps.
    Sure(Box<Person>, String),
    DiskFull,
    DiskFree,
    /// The clock is put forward by so many seconds, or back.
    Clock(Secs),
    RoleChanged,
    Revoked(Seam),
    /// The operator starts the program again.
    Restart,
    Start,
    Sweep,
}

struct Storm {
    options: Options,
    sea: Arc<Sea>,
    clock: Clock,
    driver: Driver,
    kept: Arc<MemoryStore>,
    config: Config,
    running: Option<Running>,
    people: Vec<Person>,
    agenda: BTreeMap<(Secs, u64), Event>,
    next: u64,
    dice: ChaCha8Rng,
    counts: Counts,
    lives: u64,
    steps: u64,
}

/// Runs one storm on this thread. `day` hears of every day that is over.
pub async fn run(options: Options, mut day: impl FnMut(i64)) -> Result<Outcome, StormError> {
    let mut storm = Storm::gather(options).await.map_err(StormError::Setup)?;
    storm.settle_in().await?;
    for one in 1..=options.days {
        storm.run_to(one * DAY).await?;
        day(one);
    }
    storm.calm().await
}

impl Storm {
    async fn gather(options: Options) -> anyhow::Result<Self> {
        let start: jiff::Zoned = setup::START.parse().context("the start of the storm")?;
        let (clock, driver) = Clock::simulated(start.timestamp());
        let stream = |salt: u64| ChaCha8Rng::seed_from_u64(options.seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ salt);
        let faults = Faults::plan(stream(1), options.days);
        let numbers = Numbers::new(&mut stream(2), &setup::boosts(), &setup::audiences(), options.days);
        let promises = Promises::new(setup::private(), SignedDuration::from_secs(setup::LEASE_SECS));
        let world = World::new(clock.clone(), (faults, numbers, promises), options.sabotage);
        let config = Config::load(None, &setup::settings())?;
        let mut storm = Self {
            options,
            sea: Sea::new(world),
            clock,
            driver,
            kept: Arc::new(MemoryStore::new()),
            config,
            running: None,
            people: setup::people(),
            agenda: BTreeMap::new(),
            next: 0,
            dice: stream(3),
            counts: Counts::default(),
            lives: 0,
            steps: 0,
        };
        storm.start().await?;
        Ok(storm)
    }

    /// A life of the program begins.
    async fn start(&mut self) -> anyhow::Result<()> {
        let _held = self.clock.hold("starting");
        let life = self.sea.lock().begin_life();
        self.lives += 1;
        let seams = [Seam::Numbers, Seam::Telegram, Seam::Discord, Seam::Ads].into_iter().zip(setup::SERVERS);
        let open = seams.map(|(seam, name)| open(name, Arc::new(Wire { seam, life, sea: Arc::clone(&self.sea) })));
        let open: Vec<Open> = open.collect();
        let disk = Arc::new(Disk::of_life(life, &self.kept, &self.sea));
        let core = Core::open(self.clock.clone(), disk, self.config.clone(), self.options.seed ^ life).await?;
        if life == 1 {
            let documents = setup::documents()?;
            let given = apply::read_texts([("storm.toml", documents.as_str()), ("rules.toml", setup::RULES)])?;
            apply::apply(&core, given, "terminal:storm", false).await?;
        }
        let (service, ears) = Service::start_without_gateway(&core)?;
        self.running = Some(Running { core, service, ears, _open: open });
        Ok(())
    }

    /// A life of the program is over.
    async fn bury(&mut self) {
        let Some(running) = self.running.take() else { return };
        {
            let mut world = self.sea.lock();
            world.die();
            world.promises.failed();
        }
        add(&mut self.counts, &running.core.counted());
        running.service.kill().await;
    }

    fn elapsed(&self) -> Secs {
        self.sea.lock().elapsed()
    }

    fn plan(&mut self, at: Secs, event: Event) {
        self.next += 1;
        self.agenda.insert((at, self.next), event);
    }

    fn soon(&mut self, from: Secs, until: Secs, event: Event) {
        let at = self.elapsed() + self.dice.random_range(from..until);
        self.plan(at, event);
    }

    /// People join and bind the rooms, before anything goes wrong.
    async fn settle_in(&mut self) -> Result<(), StormError> {
        for who in self.people.clone() {
            let Some(role) = who.role else { continue };
            let code = self.code_of(&who, role).await.map_err(StormError::Setup)?;
            let name = if who.chat == crate::domain::person::Chat::Telegram { "start" } else { "link" };
            self.does(&who, &Deed::Says { place: who.direct(), text: format!("{name} {code}") }, None).await;
            self.run_to(self.elapsed() + 20).await?;
        }
        for (room, place, name) in setup::ROOMS {
            let gift = RoomId::new(room).map(|room| Gift::Room { room }).map_err(anyhow::Error::from);
            let code = self.code(gift.map_err(StormError::Setup)?).await.map_err(StormError::Setup)?;
            let Some(who) = self.people.iter().find(|one| one.name == name).cloned() else { continue };
            self.does(&who, &Deed::Says { place: place.to_owned(), text: format!("bind {code}") }, None).await;
            self.run_to(self.elapsed() + 20).await?;
        }
        self.fill_agenda();
        Ok(())
    }

    async fn code_of(&self, who: &Person, role: Role) -> anyhow::Result<String> {
        let creator = who.creator.as_deref().map(CreatorId::new).transpose()?;
        let reach = Reach::Brand(BrandId::new("nordbo")?);
        self.code(Gift::Role { role, reach, name: Some(who.name.clone()), creator }).await
    }

    async fn code(&self, gift: Gift) -> anyhow::Result<String> {
        let _held = self.clock.hold("a code");
        let running = self.running.as_ref().context("the program is away")?;
        Ok(make_code(&running.core, gift, "terminal:storm").await?.0.replace('-', ""))
    }

    /// When what happens that is no fault of a request.
    fn fill_agenda(&mut self) {
        /// A few more than are asked for.
        const TIMES: usize = 26;
        let end = self.options.days * DAY;
        let moment = |dice: &mut ChaCha8Rng| dice.random_range(2 * HOUR..end - DAY);
        for _ in 0..TIMES {
            for event in [
                Event::DiskFull,
                Event::RoleChanged,
                Event::Flavoured(Kind::Duplicate),
                Event::Flavoured(Kind::Reordering),
                Event::Flavoured(Kind::PressedTwice),
            ] {
                let at = moment(&mut self.dice);
                self.plan(at, event);
            }
            // Forward and back again, or the other way round.
            let (at, by) = (moment(&mut self.dice), self.dice.random_range(60..4 * HOUR));
            let by = if self.dice.random_bool(0.5) { by } else { -by };
            let later = at + self.dice.random_range(600..12 * HOUR);
            self.plan(at, Event::Clock(by));
            self.plan(later, Event::Clock(-by));
        }
        for (seam, times) in [(Seam::Numbers, 10), (Seam::Telegram, 8), (Seam::Discord, 8)] {
            for _ in 0..times {
                let at = moment(&mut self.dice);
                self.plan(at, Event::Revoked(seam));
            }
        }
        let begin = self.sea.lock().wall(0);
        for change in setup::CHANGES.iter().filter_map(|change| change.parse::<Timestamp>().ok()) {
            let at = change.duration_since(begin).as_secs();
            // Over the change, back over it, and over it for good.
            for (when, by) in [(at - 600, HOUR / 2), (at + 1_200, -2 * HOUR), (at + 2_400, HOUR + HOUR / 2)] {
                if 2 * HOUR < when && when < end - DAY {
                    self.plan(when, Event::Clock(by));
                }
            }
        }
        for day in 1..self.options.days {
            self.plan(day * DAY, Event::Sweep);
        }
        self.soon(HOUR, 2 * HOUR, Event::Act);
    }

    fn check(&self) -> Result<(), StormError> {
        let world = self.sea.lock();
        match &world.promises.broken {
            None => Ok(()),
            Some(seen) => Err(self.broken(seen.clone())),
        }
    }

    fn broken(&self, seen: Seen) -> StormError {
        let Options { seed, days, .. } = self.options;
        StormError::Broken { seed, days, step: self.steps, at: self.clock.now(), seen }
    }

    fn stuck(&self, cause: Stuck) -> StormError {
        let Options { seed, days, .. } = self.options;
        StormError::Stuck { seed, days, step: self.steps, cause }
    }

    /// Runs to a moment, with all that comes until then.
    async fn run_to(&mut self, end: Secs) -> Result<(), StormError> {
        loop {
            self.check()?;
            if self.running.is_some() && self.sea.lock().is_dead() {
                self.bury().await;
                self.soon(60, 2 * HOUR, Event::Start);
            }
            let next = self.agenda.first_key_value().map(|(key, _)| *key).filter(|key| key.0 <= end);
            let until = next.map_or(end, |key| key.0);
            let wall = self.sea.lock().wall(until);
            self.steps += 1;
            match self.driver.step(wall).await {
                Ok(true) => {}
                Ok(false) if self.sea.lock().is_dead() && self.running.is_some() => {}
                Ok(false) => match next.and_then(|key| self.agenda.remove(&key)) {
                    Some(event) => self.come(event).await?,
                    None => return self.check(),
                },
                Err(cause) => {
                    self.check()?;
                    return Err(self.stuck(cause));
                }
            }
        }
    }

    async fn come(&mut self, event: Event) -> Result<(), StormError> {
        let now = self.elapsed();
        match event {
            Event::Act => {
                self.somebody(None).await;
                self.soon(HOUR / 4, 3 * HOUR, Event::Act);
            }
            Event::Flavoured(kind) => {
                if self.somebody(Some(kind)).await {
                    self.sea.lock().faults.meet(kind);
                } else {
                    self.soon(HOUR / 2, 4 * HOUR, Event::Flavoured(kind));
                }
            }
            Event::Sure(who, place) => {
                if let Some(deed) = sure(&self.sea, &who, &place) {
                    self.does(&who, &deed, None).await;
                }
            }
            Event::DiskFull => {
                let until = now + self.dice.random_range(60..6 * HOUR);
                let mut world = self.sea.lock();
                world.full_until = std::cmp::max(world.full_until, until);
                world.faults.meet(Kind::DiskFull);
                world.promises.failed();
                drop(world);
                self.plan(until, Event::DiskFree);
            }
            Event::DiskFree => self.sea.lock().promises.failed(),
            Event::Clock(by) => self.set_clock(by).await?,
            Event::RoleChanged => self.change_role().await,
            Event::Revoked(seam) => self.revoke(seam, now),
            Event::Restart => {
                self.bury().await;
                self.soon(30, 600, Event::Start);
            }
            Event::Start if self.running.is_none() => self.start().await.map_err(StormError::Setup)?,
            Event::Start => {}
            Event::Sweep => {
                let wall = self.clock.now();
                let quiet = self.running.is_some();
                self.sea.lock().promises.overdue(wall, if quiet { OVERDUE } else { OVERDUE * 2 });
            }
        }
        Ok(())
    }

    async fn set_clock(&mut self, by: Secs) -> Result<(), StormError> {
        let span = SignedDuration::from_secs(by);
        self.driver.jump(span).await.map_err(|cause| self.stuck(cause))?;
        let mut world = self.sea.lock();
        world.shift = world.shift.saturating_add(span);
        world.faults.meet(if by < 0 { Kind::ClockBack } else { Kind::ClockForward });
        Ok(())
    }

    /// Somebody acts. `false`: there was nothing that fits.
    async fn somebody(&mut self, flavour: Option<Kind>) -> bool {
        let discord = flavour == Some(Kind::Duplicate);
        let fits = |who: &&Person| !discord || who.chat == crate::domain::person::Chat::Discord;
        let all: Vec<Person> = self.people.iter().filter(fits).cloned().collect();
        // The team is more at it than any one creator.
        let team: Vec<Person> = all.iter().filter(|who| who.creator.is_none()).cloned().collect();
        let from = if self.dice.random_bool(0.7) { &team } else { &all };
        let Some(who) = from.choose(&mut self.dice).cloned() else { return false };
        if discord && self.running.is_none() {
            return false;
        }
        let press = flavour == Some(Kind::PressedTwice) || self.dice.random_bool(0.65);
        let Some(deed) = choose(&mut self.dice, &self.sea, &who, press) else { return false };
        if flavour == Some(Kind::Reordering) {
            // There must be two that can change places.
            let Some(other) = choose(&mut self.dice, &self.sea, &who, false) else { return false };
            self.does(&who, &other, None).await;
        }
        self.does(&who, &deed, flavour).await;
        // A question waits two minutes for the yes of whoever asked.
        if self.dice.random_bool(0.8) {
            self.soon(3, 90, Event::Sure(Box::new(who), deed.place().to_owned()));
        }
        true
    }

    async fn does(&self, who: &Person, deed: &Deed, flavour: Option<Kind>) {
        let _held = self.clock.hold("somebody");
        act(&self.sea, self.running.as_ref(), who, deed, flavour).await;
    }

    /// A role is taken or given, or somebody leaves a chat or comes back.
    async fn change_role(&mut self) {
        let wavering: Vec<Person> = self.people.iter().filter(|who| who.wavers).cloned().collect();
        let Some(who) = wavering.choose(&mut self.dice).cloned() else { return };
        let leaves = self.dice.random_bool(0.3);
        if leaves {
            let mut world = self.sea.lock();
            let world = &mut *world;
            let (left, place) = match who.chat {
                crate::domain::person::Chat::Telegram => (&mut world.telegram.left, setup::TEAM_GROUP),
                crate::domain::person::Chat::Discord => (&mut world.discord.left, setup::GUILD),
            };
            let key = (place.to_owned(), who.user.clone());
            if !left.remove(&key) {
                left.insert(key);
            }
            world.faults.meet(Kind::RoleChanged);
            return;
        }
        let changed = self.waver(&who).await;
        if changed {
            self.sea.lock().faults.meet(Kind::RoleChanged);
        } else {
            self.soon(HOUR, 6 * HOUR, Event::RoleChanged);
        }
    }

    async fn waver(&self, who: &Person) -> bool {
        let _held = self.clock.hold("a role");
        let (Some(running), Ok(person), Ok(brand)) =
            (&self.running, PersonId::new(&who.name.to_lowercase()), BrandId::new("nordbo"))
        else {
            return false;
        };
        let reach = Reach::Brand(brand);
        let taken = app_people::revoke(&running.core, &person, Role::Manager, &reach, "terminal:storm").await;
        match taken {
            Ok(Ok(())) => true,
            Ok(Err(_)) => {
                let given = app_people::grant(&running.core, &person, Role::Manager, reach, "terminal:storm").await;
                matches!(given, Ok(Ok(())))
            }
            Err(_) => false,
        }
    }

    /// A token is refused: that of a chat until the operator has put another there, that of a source for a while.
    fn revoke(&mut self, seam: Seam, now: Secs) {
        let hours = self.dice.random_range(1..8);
        let mut world = self.sea.lock();
        world.faults.meet(Kind::RevokedToken);
        match seam {
            Seam::Numbers | Seam::Ads => world.numbers.revoked_until = now + hours * HOUR,
            Seam::Telegram => world.telegram.revoked = true,
            Seam::Discord => world.discord.revoked = true,
        }
        drop(world);
        if matches!(seam, Seam::Telegram | Seam::Discord) {
            self.plan(now + hours * HOUR, Event::Restart);
        }
    }

    /// Nothing goes wrong any more: what was committed comes to its end.
    async fn calm(mut self) -> Result<Outcome, StormError> {
        self.agenda.clear();
        {
            let mut world = self.sea.lock();
            world.faults.end();
            world.full_until = 0;
        }
        self.bury().await;
        self.start().await.map_err(StormError::Setup)?;
        let end = self.elapsed() + CALM;
        let (lost, undone) = loop {
            self.run_to(self.elapsed() + 6 * HOUR).await?;
            let (lost, undone) = {
                let world = self.sea.lock();
                (world.promises.lost(world.clock.now()), world.promises.undone())
            };
            if (lost.is_empty() && undone.is_empty()) || end <= self.elapsed() {
                break (lost, undone);
            }
        };
        self.bury().await;
        if let Some(one) = lost.first() {
            let what = format!("{} left: {one}", lost.len());
            return Err(self.broken(Seen { invariant: "nothing that was committed is lost", what }));
        }
        if let Some(one) = undone.first() {
            let what = format!("{} left: {one}", undone.len());
            return Err(self.broken(Seen { invariant: "what was approved comes to its end", what }));
        }
        let least = faults_min(self.options.days);
        let rare = self.sea.lock().faults.rare(least);
        if !rare.is_empty() {
            let what = format!("less than {least} times: {}", rare.join(", "));
            return Err(self.broken(Seen { invariant: "every fault comes often enough", what }));
        }
        let world = self.sea.lock();
        Ok(Outcome {
            seed: self.options.seed,
            days: self.options.days,
            counts: self.counts.clone(),
            faults: world.faults.met(),
            lives: self.lives,
            steps: self.steps,
            checks: world.promises.checks,
            commits: self.kept.commits(),
            lost: lost.len(),
            digest: world.promises.digest(),
        })
    }
}
