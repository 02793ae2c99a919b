//! The interactive demo: the world at a pace that people can follow, shown on a page, with a story that waits for them.
//!
//! Owns: when time goes slower than wished, and that it stands while nobody looks. Refuses: pressing and typing; that is left to whoever looks at the page.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use tokio_util::sync::CancellationToken;

use super::story::{self, State};
use super::{Cast, World};
use crate::sim::discord::DiscordSim;
use crate::sim::page::{Beat, Head, Page, Progress, Seats, Speed, Stage, Steer};
use crate::sim::telegram::TelegramSim;
use crate::time::Clock;
use crate::time::pace::{Pace, RATE_MAX, REAL};

/// Simulated seconds in a real one unless something else is asked for: three hours, so that a day takes eight seconds.
pub const SPEED: f64 = 10_800.0;

/// The slowest and the fastest pace that can be asked for.
pub const SPEEDS: std::ops::RangeInclusive<f64> = REAL..=RATE_MAX;

/// When time goes like a clock on the wall, and for how long in real time.
///
/// A new message of the bot: long enough to see where it came and to read its first lines.
const READ: Duration = Duration::from_secs(5);
/// Somebody pressed or typed: an answer takes a second or two, its edits in the other room another two.
const ANSWER: Duration = Duration::from_secs(6);

/// How long the people take to join and bind the rooms, before the page is shown.
const JOINING: SignedDuration = SignedDuration::from_mins(12);

/// The zone of the brand.
const ZONE: &str = "Europe/Stockholm";

/// How to show the demo.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The port of the page; 0 is a free one.
    pub port: u16,
    /// Simulated seconds for a real one, in [`SPEEDS`].
    pub speed: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, speed: SPEED }
    }
}

/// The demo with its page.
pub struct Show {
    world: World,
    page: Page,
    board: Arc<Board>,
    seen: Seen,
    /// Ticks since the story was last looked at.
    ticks: u32,
}

/// How often the story is looked at when nothing was said, in ticks of the pace: about four times a second.
const STORY_EVERY: u32 = 6;

impl Show {
    /// Lets the people join and bind the rooms, and serves the page.
    pub async fn open(mut world: World, options: Options) -> anyhow::Result<Self> {
        world.seat();
        let joined = world.clock.now().checked_add(JOINING)?;
        world.run_until(joined).await?;
        let zone = TimeZone::get(ZONE).with_context(|| format!("the zone {ZONE}"))?;
        let board = Arc::new(Board {
            clock: world.clock.clone(),
            zone: zone.clone(),
            pace: Pace::new(0.0),
            play: options.speed,
            told: Mutex::new(Told::default()),
        });
        let cast = world.cast;
        let seats = Seats {
            discord: world.discord.clone(),
            guild: cast.guild,
            channel: cast.team_channel,
            member: cast.jonas,
            telegram: world.telegram.clone(),
            group: cast.team_chat,
            manager: cast.maja,
            creator: cast.alma,
            zone,
        };
        let seen = Seen::new(&world.discord, &world.telegram, cast);
        let stage: Arc<dyn Stage> = Arc::clone(&board) as _;
        let page = Page::serve(&world.clock, options.port, seats, stage).await.with_context(|| {
            format!("could not serve the page on port {}; leave --port out for a free one", options.port)
        })?;
        Ok(Self { world, page, board, seen, ticks: STORY_EVERY })
    }

    /// Where the page is.
    #[must_use]
    pub fn url(&self) -> String {
        self.page.url()
    }

    /// The world that is shown.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Moves time and tells the story until `end`, then ends page, program and world.
    pub async fn run(mut self, end: &CancellationToken) -> anyhow::Result<()> {
        let ended = loop {
            tokio::select! {
                biased;
                () = end.cancelled() => break Ok(()),
                moved = self.tick() => if let Err(stuck) = moved { break Err(stuck) },
            }
        };
        let Self { world, page, .. } = self;
        drop(page);
        world.stop().await;
        ended
    }

    async fn tick(&mut self) -> anyhow::Result<()> {
        let (seen, board, ticks) = (&mut self.seen, &*self.board, &mut self.ticks);
        let moved = self.world.driver.run_tick(&board.pace, || {
            if seen.something_new() {
                board.read();
                *ticks = STORY_EVERY;
            }
        });
        moved.await?;
        self.ticks += 1;
        if STORY_EVERY <= self.ticks {
            self.ticks = 0;
            let beats = story::beats(&self.world).await;
            self.board.tell(beats);
        }
        Ok(())
    }
}

/// What the page shows above the rooms, and what a person wishes there.
struct Board {
    clock: Clock,
    zone: TimeZone,
    pace: Pace,
    play: f64,
    told: Mutex<Told>,
}

struct Told {
    speed: Speed,
    /// Somebody has the page open; nothing happens behind their back.
    watched: bool,
    beats: Vec<story::Beat>,
    /// Beats that nobody waits for any more.
    passed: BTreeSet<&'static str>,
    /// The last reason to go slower was a message, not a deed.
    reading: bool,
}

impl Default for Told {
    fn default() -> Self {
        let (beats, passed) = (Vec::new(), BTreeSet::new());
        Self { speed: Speed::Play, watched: false, beats, passed, reading: false }
    }
}

impl Told {
    fn waits_for(&self) -> Option<&'static str> {
        let open = self.beats.iter().filter(|beat| beat.state == State::Now && !beat.try_next.is_empty());
        open.map(|beat| beat.id).find(|id| !self.passed.contains(id))
    }
}

impl Board {
    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new message: time goes slowly enough to read it, and is no longer skipped. Time that stands goes on standing.
    fn read(&self) {
        let mut told = self.lock();
        if told.speed == Speed::Pause {
            return;
        }
        told.reading = true;
        if told.speed == Speed::Skip {
            self.choose(&mut told, Speed::Play);
        }
        self.pace.slow_for(READ);
    }

    fn choose(&self, told: &mut Told, speed: Speed) {
        told.speed = speed;
        self.pace.set_rate(self.wished(told));
    }

    /// Simulated seconds for a real one, when nothing slows it down.
    fn wished(&self, told: &Told) -> f64 {
        if !told.watched {
            return 0.0;
        }
        match told.speed {
            Speed::Pause => 0.0,
            Speed::Real => REAL,
            Speed::Play => self.play,
            Speed::Skip => RATE_MAX,
        }
    }

    fn tell(&self, beats: Vec<story::Beat>) {
        let mut told = self.lock();
        told.beats = beats;
        self.pace.hold(told.waits_for().is_some());
    }
}

impl Stage for Board {
    fn head(&self) -> Head {
        let there = self.clock.now().to_zoned(self.zone.clone());
        let told = self.lock();
        let waits_for = told.waits_for();
        let slowed = self.pace.rate() < self.wished(&told);
        let slower = match (slowed, waits_for, told.reading) {
            (false, ..) => "",
            (true, Some(_), _) => "waiting for you",
            (true, None, true) => "time to read",
            (true, None, false) => "answering you",
        };
        let seconds = self.pace.rate() <= REAL;
        Head {
            day: there.strftime("%a %-d %B %Y").to_string(),
            time: there.strftime(if seconds { "%H:%M:%S" } else { "%H:%M" }).to_string(),
            speed: told.speed,
            pace: pace_in_words(self.play),
            slower: slower.to_owned(),
            waits_for: waits_for.map(str::to_owned),
            beats: told.beats.iter().map(shown).collect(),
        }
    }

    fn steer(&self, wish: Steer) {
        let mut told = self.lock();
        match wish {
            Steer::Speed(speed) => {
                self.choose(&mut told, speed);
                self.pace.hurry();
            }
            Steer::Continue => {
                if let Some(id) = told.waits_for() {
                    told.passed.insert(id);
                }
                self.pace.hold(told.waits_for().is_some());
                self.pace.hurry();
            }
            Steer::Watched(watched) => {
                told.watched = watched;
                let speed = told.speed;
                self.choose(&mut told, speed);
            }
            Steer::Acted => {
                told.reading = false;
                self.pace.slow_for(ANSWER);
            }
        }
    }
}

fn shown(beat: &story::Beat) -> Beat {
    Beat {
        id: beat.id.to_owned(),
        title: beat.title.clone(),
        happened: beat.happened.clone(),
        try_next: beat.try_next.clone(),
        state: match beat.state {
            State::Waiting => Progress::Waiting,
            State::Now => Progress::Now,
            State::Done => Progress::Done,
        },
    }
}

/// `2 hours a second`.
fn pace_in_words(rate: f64) -> String {
    let (size, unit) = match rate {
        rate if 86_400.0 <= rate => (86_400.0, "day"),
        rate if 3_600.0 <= rate => (3_600.0, "hour"),
        rate if 60.0 <= rate => (60.0, "minute"),
        _ => (1.0, "second"),
    };
    let count = (rate / size * 10.0).round() / 10.0;
    let plural = if (count - 1.0).abs() < f64::EPSILON { "" } else { "s" };
    format!("{count} {unit}{plural} a second")
}

/// Which messages of the bot were there at the last look.
struct Seen {
    discord: DiscordSim,
    telegram: TelegramSim,
    cast: Cast,
    revisions: (u64, u64),
    messages: usize,
}

impl Seen {
    fn new(discord: &DiscordSim, telegram: &TelegramSim, cast: Cast) -> Self {
        let mut seen =
            Self { discord: discord.clone(), telegram: telegram.clone(), cast, revisions: (0, 0), messages: 0 };
        // What is there before the page is shown is nothing new.
        let _ = seen.something_new();
        seen
    }

    /// Whether the bot has said something in one of the rooms since the last look; edits are seen and not waited for.
    fn something_new(&mut self) -> bool {
        let revisions = (self.discord.revision(), self.telegram.revision());
        if std::mem::replace(&mut self.revisions, revisions) == revisions {
            return false;
        }
        let on_discord = self.discord.messages(self.cast.team_channel);
        let mut messages = on_discord.iter().filter(|message| message.author == self.discord.bot()).count();
        for chat in [self.cast.team_chat, self.telegram.private_chat(self.cast.alma)] {
            messages += self.telegram.messages(chat).iter().filter(|shown| shown.from_bot).count();
        }
        let before = std::mem::replace(&mut self.messages, messages);
        before < messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board() -> Board {
        let (clock, _) = Clock::simulated("2026-03-01T12:00:00Z".parse().expect("an instant"));
        let told = Mutex::new(Told::default());
        let board = Board { clock, zone: TimeZone::UTC, pace: Pace::new(0.0), play: SPEED, told };
        board.steer(Steer::Watched(true));
        board
    }

    #[test]
    fn nothing_happens_while_nobody_looks() {
        let board = board();
        check(&board, None, "", SPEED);
        board.steer(Steer::Watched(false));
        check(&board, None, "", 0.0);
        board.steer(Steer::Speed(Speed::Real));
        check(&board, None, "", 0.0);
        board.steer(Steer::Watched(true));
        check(&board, None, "", REAL);
    }

    fn beat(id: &'static str, state: State, try_next: &str) -> story::Beat {
        let (title, happened) = (id.to_owned(), String::new());
        story::Beat { id, title, happened, try_next: try_next.to_owned(), state }
    }

    #[track_caller]
    fn check(board: &Board, waits_for: Option<&str>, slower: &str, rate: f64) {
        let head = board.head();
        let shown = (head.waits_for.as_deref(), head.slower.as_str(), format!("{}", board.pace.rate()));
        assert_eq!(shown, (waits_for, slower, format!("{rate}")));
    }

    #[test]
    fn the_story_waits_at_a_beat_until_it_is_answered_or_passed() {
        let board = board();
        board.tell(vec![beat("one", State::Waiting, "press"), beat("two", State::Now, "")]);
        check(&board, None, "", SPEED);
        board.tell(vec![beat("one", State::Now, "press"), beat("two", State::Now, "")]);
        check(&board, Some("one"), "waiting for you", REAL);
        board.tell(vec![beat("one", State::Done, "press"), beat("two", State::Now, "say")]);
        check(&board, Some("two"), "waiting for you", REAL);
        board.steer(Steer::Continue);
        check(&board, None, "", SPEED);
        board.tell(vec![beat("one", State::Done, "press"), beat("two", State::Now, "say")]);
        check(&board, None, "", SPEED);
    }

    #[test]
    fn a_message_ends_a_skip_and_gives_time_to_read_unless_time_stands() {
        let board = board();
        board.steer(Steer::Speed(Speed::Skip));
        check(&board, None, "", RATE_MAX);
        board.read();
        check(&board, None, "time to read", REAL);
        board.steer(Steer::Acted);
        check(&board, None, "answering you", REAL);
        board.steer(Steer::Speed(Speed::Play));
        check(&board, None, "", SPEED);
        board.steer(Steer::Speed(Speed::Pause));
        board.read();
        check(&board, None, "", 0.0);
        board.steer(Steer::Acted);
        check(&board, None, "", REAL);
    }

    #[test]
    fn a_pace_is_said_in_the_largest_unit_that_fits() {
        for (rate, want) in [
            (1.0, "1 second a second"),
            (90.0, "1.5 minutes a second"),
            (3_600.0, "1 hour a second"),
            (7_200.0, "2 hours a second"),
            (86_400.0, "1 day a second"),
        ] {
            assert_eq!(pace_in_words(rate), want);
        }
    }
}
