//! What goes wrong, and when: a plan made from the seed before the first day, so that every kind comes often enough however
//! short the storm is.
//!
//! | kind | how it comes | what must hold |
//! |---|---|---|
//! | timeout | the request hangs 30 s and breaks; half of them had been done | no answer is no refusal: asked again, told once |
//! | lost reply | done, and the answer never comes | Discord shows it once, Telegram again only with its mark |
//! | refused connection | nothing was done | tried again, nothing is lost |
//! | 429 | with the platform's own wait | nothing before that wait is over is lost, nothing is doubled |
//! | 5xx | a gateway's page; half of them had been done | as a lost reply |
//! | garbage | done, and the answer is no JSON | as a lost reply; a number that cannot be read is absent |
//! | revoked token | 401 to everything, for hours | told, and all is delivered with a new token |
//! | absent numbers | rows or values are missing, for hours | nothing fires on what is not there |
//! | old numbers | a whole document of some hours ago, and whole ones for hours after it | nothing fires that was not so then |
//! | deaf platform | an order is accepted and not carried out | `verified` is never said of it |
//! | duplicate | an update or an interaction comes twice | its effect comes once |
//! | reordering | two of them change places | each is kept, each is answered |
//! | pressed twice | the same person presses again at once | one effect |
//! | disk full | commits are refused, for minutes or hours | nothing half-done, and all goes on afterwards |
//! | killed before / after a commit, killed while sending | the process is gone, and comes back later | as the crash tests |
//! | clock forward / back | minutes to hours, and at the changes of daylight saving time | nothing twice, nothing stuck |
//! | role changed | a grant is taken or given, somebody leaves or joins the chat | who may not, cannot |

use std::collections::BTreeMap;

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Seconds since the storm began, as no clock in it can say them.
pub(super) type Secs = i64;

/// An hour.
pub(super) const HOUR: Secs = 3_600;

/// A day.
pub(super) const DAY: Secs = 24 * HOUR;

/// Where a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seam {
    Numbers,
    Telegram,
    Discord,
    Ads,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table above says what each is")]
pub enum Kind {
    Timeout,
    LostReply,
    RefusedConnection,
    SlowDown,
    ServerError,
    Garbage,
    RevokedToken,
    AbsentNumbers,
    OldNumbers,
    DeafPlatform,
    Duplicate,
    Reordering,
    PressedTwice,
    DiskFull,
    KilledBeforeCommit,
    KilledAfterCommit,
    KilledWhileSending,
    ClockForward,
    ClockBack,
    RoleChanged,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Timeout,
        Self::LostReply,
        Self::RefusedConnection,
        Self::SlowDown,
        Self::ServerError,
        Self::Garbage,
        Self::RevokedToken,
        Self::AbsentNumbers,
        Self::OldNumbers,
        Self::DeafPlatform,
        Self::Duplicate,
        Self::Reordering,
        Self::PressedTwice,
        Self::DiskFull,
        Self::KilledBeforeCommit,
        Self::KilledAfterCommit,
        Self::KilledWhileSending,
        Self::ClockForward,
        Self::ClockBack,
        Self::RoleChanged,
    ];

    /// Its name in what is printed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::LostReply => "lost_reply",
            Self::RefusedConnection => "refused_connection",
            Self::SlowDown => "slow_down",
            Self::ServerError => "server_error",
            Self::Garbage => "garbage",
            Self::RevokedToken => "revoked_token",
            Self::AbsentNumbers => "absent_numbers",
            Self::OldNumbers => "old_numbers",
            Self::DeafPlatform => "deaf_platform",
            Self::Duplicate => "duplicate",
            Self::Reordering => "reordering",
            Self::PressedTwice => "pressed_twice",
            Self::DiskFull => "disk_full",
            Self::KilledBeforeCommit => "killed_before_commit",
            Self::KilledAfterCommit => "killed_after_commit",
            Self::KilledWhileSending => "killed_while_sending",
            Self::ClockForward => "clock_forward",
            Self::ClockBack => "clock_back",
            Self::RoleChanged => "role_changed",
        }
    }
}

/// Which requests a fault waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    Any,
    /// Those that change something outside.
    Work,
}

/// Faults of requests: kind, and how many of it at each of numbers, Telegram, Discord and ads in a month of the storm.
const REQUESTS: [(Kind, [i64; 4]); 8] = [
    (Kind::Timeout, [10, 8, 8, 2]),
    (Kind::LostReply, [8, 10, 10, 2]),
    (Kind::RefusedConnection, [10, 8, 8, 2]),
    (Kind::SlowDown, [10, 8, 8, 2]),
    (Kind::ServerError, [10, 8, 8, 2]),
    (Kind::Garbage, [10, 8, 8, 2]),
    (Kind::OldNumbers, [26, 0, 0, 0]),
    (Kind::KilledWhileSending, [0, 12, 12, 0]),
];

/// How often a kind comes that no request meets, in a year: a little more than is asked for.
const AT_LEAST: i64 = 26;

/// A fault that waits for its moment.
#[derive(Debug, Clone, Copy)]
struct Planned {
    at: Secs,
    kind: Kind,
    aim: Aim,
}

/// What is to go wrong.
#[derive(Debug)]
pub(super) struct Faults {
    dice: ChaCha8Rng,
    requests: BTreeMap<Seam, Vec<Planned>>,
    commits: Vec<Planned>,
    /// From when until when a source misses numbers.
    absent: Vec<(Secs, Secs)>,
    met: BTreeMap<Kind, u64>,
    /// No more: the storm is over.
    over: bool,
}

impl Faults {
    /// The plan of a storm of so many days.
    pub fn plan(mut dice: ChaCha8Rng, days: i64) -> Self {
        let end = days * DAY;
        // A month's worth for a month or less, four for a year.
        let times = (days / 60).clamp(1, 4);
        let mut requests: BTreeMap<Seam, Vec<Planned>> = BTreeMap::new();
        for (kind, counts) in REQUESTS {
            for (seam, count) in [Seam::Numbers, Seam::Telegram, Seam::Discord, Seam::Ads].into_iter().zip(counts) {
                // Kills are dear: each is a start, and a start reads all there is.
                let count = if kind == Kind::KilledWhileSending { count } else { count * times };
                for _ in 0..count {
                    let work = kind == Kind::KilledWhileSending || dice.random_bool(0.7);
                    let aim = if work && seam != Seam::Numbers { Aim::Work } else { Aim::Any };
                    let at = dice.random_range(HOUR..end - DAY);
                    requests.entry(seam).or_default().push(Planned { at, kind, aim });
                }
            }
        }
        for _ in 0..AT_LEAST {
            let at = dice.random_range(HOUR..end - DAY);
            requests.entry(Seam::Ads).or_default().push(Planned { at, kind: Kind::DeafPlatform, aim: Aim::Work });
        }
        for list in requests.values_mut() {
            list.sort_by_key(|one| one.at);
        }
        let mut commits = Vec::new();
        for kind in [Kind::KilledBeforeCommit, Kind::KilledAfterCommit] {
            for _ in 0..AT_LEAST {
                commits.push(Planned { at: dice.random_range(HOUR..end - DAY), kind, aim: Aim::Any });
            }
        }
        commits.sort_by_key(|one| one.at);
        let absent = (0..AT_LEAST + 4).map(|_| {
            let from = dice.random_range(HOUR..end - DAY);
            (from, from + dice.random_range(2 * HOUR..10 * HOUR))
        });
        let absent = absent.collect();
        Self { dice, requests, commits, absent, met: BTreeMap::new(), over: false }
    }

    /// From now on nothing goes wrong.
    pub fn end(&mut self) {
        self.over = true;
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What goes wrong with a request, if anything does.
    pub fn of_request(&mut self, seam: Seam, works: bool, now: Secs) -> Option<Kind> {
        let list = self.requests.get_mut(&seam).filter(|_| !self.over)?;
        let due = |one: &Planned| one.at <= now && (works || one.aim == Aim::Any);
        // Orders are few: one that may be ignored is.
        let deaf = list.iter().position(|one| due(one) && one.kind == Kind::DeafPlatform);
        let kind = list.remove(deaf.or_else(|| list.iter().position(due))?).kind;
        self.meet(kind);
        Some(kind)
    }

    /// Whether the process dies at this commit, and how.
    pub fn of_commit(&mut self, now: Secs) -> Option<Kind> {
        let due = self.commits.first().filter(|one| !self.over && one.at <= now)?.kind;
        // Not at the first commit after its moment: somewhere in what is under way then.
        if !self.dice.random_bool(0.2) {
            return None;
        }
        self.commits.remove(0);
        self.meet(due);
        Some(due)
    }

    /// How much of the numbers is missing now: nothing, single values, rows.
    pub fn missing(&mut self, now: Secs) -> Missing {
        let Some(place) = self.absent.iter().position(|(from, until)| *from <= now && now < *until) else {
            return Missing::Nothing;
        };
        if self.over {
            return Missing::Nothing;
        }
        self.meet(Kind::AbsentNumbers);
        if place % 2 == 0 { Missing::Values } else { Missing::Rows }
    }

    /// One of two, with a chance of one half.
    pub fn coin(&mut self) -> bool {
        self.dice.random_bool(0.5)
    }

    /// A number of seconds.
    pub fn between(&mut self, from: Secs, until: Secs) -> Secs {
        self.dice.random_range(from..until)
    }

    /// Counts one.
    pub fn meet(&mut self, kind: Kind) {
        *self.met.entry(kind).or_default() += 1;
    }

    /// How often each kind came.
    pub fn met(&self) -> BTreeMap<&'static str, u64> {
        Kind::ALL.iter().map(|kind| (kind.as_str(), self.met.get(kind).copied().unwrap_or(0))).collect()
    }

    /// Kinds that came less often than `least` times. An ad platform can ignore no more orders than it gets: it is to have
    /// ignored one.
    pub fn rare(&self, least: u64) -> Vec<&'static str> {
        let met = |kind: &Kind| self.met.get(kind).copied().unwrap_or(0);
        let wanted = |kind: &Kind| if *kind == Kind::DeafPlatform { std::cmp::min(least, 1) } else { least };
        Kind::ALL.iter().filter(|kind| met(kind) < wanted(kind)).map(|kind| kind.as_str()).collect()
    }
}

/// What of the numbers is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Nothing,
    /// A value here and there is null.
    Values,
    /// Whole rows are not there.
    Rows,
}
