//! The numbers of the storm: boosts that do well or badly, links that break, audiences that leave; and the board on which
//! boosts are switched.
//!
//! Owns: what is true at any moment, so that an alert can be held against it. Every number is whole and moves by the hour.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rand::Rng as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::faults::{DAY, HOUR, Missing, Secs};

/// How long a good time lasts, and a bad one, in hours: in a long storm, and in a short one.
const SPELLS: [[(i64, i64); 2]; 2] = [[(48, 480), (12, 72)], [(16, 72), (10, 36)]];

/// A storm of fewer days is short.
const SHORT: i64 = 90;

/// An audience of fewer is gone: the number of the rule `crowd-gone`.
const CROWD: i64 = 100;

/// How long nothing is missing after an old document: a window of the rules and what counts at its beginning. A ratio of an old
/// number and a new one is what nobody can tell from a bad day.
const WHOLE_AFTER_OLD: Secs = 8 * HOUR;

/// How a boost does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weather {
    Good,
    /// It costs and sells nothing to speak of.
    Dear,
    /// Nobody can click.
    Broken,
}

/// A boost and what it has brought.
#[derive(Debug, Clone)]
struct Boost {
    weather: Vec<(Secs, Weather)>,
    hours: i64,
    spend: i64,
    orders: i64,
    clicks: i64,
}

/// What an order to the board was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub id: String,
    pub object: String,
    pub desired: String,
}

/// All that is counted.
#[derive(Debug)]
pub(super) struct Numbers {
    boosts: BTreeMap<String, Boost>,
    audiences: BTreeMap<String, Vec<(Secs, i64)>>,
    board: BTreeMap<String, String>,
    orders: BTreeSet<String>,
    by_object: BTreeMap<String, Vec<String>>,
    /// Documents of the last hours, newest last, by path.
    shown: BTreeMap<String, VecDeque<Value>>,
    /// When the program was last told that an audience is gone.
    gone: BTreeMap<String, Secs>,
    advanced: i64,
    /// Until when nothing is missing after an old document, by path, and whether a new one has come since.
    whole: BTreeMap<String, (Secs, bool)>,
    pub revoked_until: Secs,
}

impl Numbers {
    /// The numbers of so many days, for boosts and audiences by name.
    pub fn new(dice: &mut ChaCha8Rng, boosts: &[String], audiences: &[String], days: i64) -> Self {
        let end = days * DAY;
        let [good, bad] = if days < SHORT { SPELLS[1] } else { SPELLS[0] };
        let boost = |dice: &mut ChaCha8Rng| {
            let mut weather = vec![(0, Weather::Good)];
            let mut at = 0;
            loop {
                at += dice.random_range(good.0..good.1) * HOUR;
                if end <= at {
                    return Boost { weather, hours: 0, spend: 0, orders: 0, clicks: 0 };
                }
                weather.push((at, if dice.random_bool(0.6) { Weather::Dear } else { Weather::Broken }));
                at += dice.random_range(bad.0..bad.1) * HOUR;
                weather.push((at, Weather::Good));
            }
        };
        let audience = |dice: &mut ChaCha8Rng| {
            let mut sizes = vec![(0, dice.random_range(2_000..90_000))];
            let mut at = 0;
            loop {
                at += dice.random_range(200..2_000) * HOUR;
                if end <= at {
                    return sizes;
                }
                sizes.push((at, dice.random_range(5..90)));
                at += dice.random_range(6..60) * HOUR;
                sizes.push((at, dice.random_range(2_000..90_000)));
            }
        };
        Self {
            boosts: boosts.iter().map(|name| (name.clone(), boost(dice))).collect(),
            audiences: audiences.iter().map(|name| (name.clone(), audience(dice))).collect(),
            board: boosts.iter().map(|name| (name.clone(), "active".to_owned())).collect(),
            orders: BTreeSet::new(),
            by_object: BTreeMap::new(),
            shown: BTreeMap::new(),
            gone: BTreeMap::new(),
            advanced: 0,
            whole: BTreeMap::new(),
            revoked_until: 0,
        }
    }

    /// Counts up to now.
    pub fn advance(&mut self, now: Secs) {
        while self.advanced + HOUR <= now {
            let at = self.advanced;
            for (name, boost) in &mut self.boosts {
                if self.board.get(name).is_none_or(|state| state != "active") {
                    continue;
                }
                boost.hours += 1;
                boost.spend += 30;
                let (orders, clicks) = match weather_of(boost, at) {
                    Weather::Good => (2, 20),
                    Weather::Dear => (i64::from(boost.hours % 6 == 0), 20),
                    Weather::Broken => (2, 0),
                };
                boost.orders += orders;
                boost.clicks += clicks;
            }
            self.advanced += HOUR;
        }
    }

    /// The document at a path. `old`: one of some hours ago, where there is one.
    pub fn document(&mut self, path: &str, now: Secs, missing: Missing, old: bool, salt: i64) -> Option<Value> {
        /// Documents that somebody may still be given.
        const OLD_MAX: usize = 5;
        self.advance(now);
        let stale = self.shown.get(path).and_then(VecDeque::front).filter(|_| old).cloned();
        let rows: Vec<Value> = match path {
            "/ads.json" => self.boosts.iter().map(|(name, boost)| boost_row(name, boost)).collect(),
            "/followers.json" => {
                let rows = self
                    .audiences
                    .iter()
                    .map(|(name, sizes)| json!({ "login": name, "followers": size_at(sizes, now) }));
                rows.collect()
            }
            _ => return None,
        };
        let shown = self.shown.entry(path.to_owned()).or_default();
        shown.push_back(json!({ "rows": rows }));
        if OLD_MAX < shown.len() {
            shown.pop_front();
        }
        let mut document = stale.or_else(|| shown.back().cloned())?;
        if let Some(rows) = document.get_mut("rows").and_then(Value::as_array_mut) {
            take_away(rows, missing, salt);
        }
        Some(document)
    }

    /// Whether nothing may be missing now, for the last document was old.
    pub fn is_whole(&self, path: &str, now: Secs) -> bool {
        self.whole.get(path).is_some_and(|(until, renewed)| now < *until || !renewed)
    }

    /// The program is given a document, an old one or one of now.
    pub fn given(&mut self, path: &str, old: bool, now: Secs) {
        if old {
            self.whole.insert(path.to_owned(), (now + WHOLE_AFTER_OLD, false));
        } else if let Some((_, renewed)) = self.whole.get_mut(path) {
            *renewed = true;
        }
    }

    /// The program has got this document.
    pub fn told(&mut self, document: &Value, now: Secs) {
        let rows = document.get("rows").and_then(Value::as_array).into_iter().flatten();
        for row in rows {
            let (name, size) = (row.get("login").and_then(Value::as_str), row.get("followers").and_then(Value::as_i64));
            if let (Some(name), Some(..CROWD)) = (name, size) {
                self.gone.insert(name.to_owned(), now);
            }
        }
    }

    /// Whether the program was told since then that an audience is gone.
    pub fn was_gone(&self, name: &str, since: Secs) -> bool {
        self.gone.get(name).is_some_and(|at| since <= *at)
    }

    /// Whether a boost has had this weather at any time since `from`.
    pub fn had(&self, boost: &str, weather: Weather, from: Secs, now: Secs) -> bool {
        let Some(boost) = self.boosts.get(boost) else { return false };
        let ends = boost.weather.iter().skip(1).map(|next| next.0).chain([Secs::MAX]);
        let mut spells = boost.weather.iter().zip(ends);
        spells.any(|((begun, kind), end)| *kind == weather && *begun <= now && from <= end)
    }

    /// What a boost is now.
    pub fn state(&self, object: &str) -> Option<&str> {
        self.board.get(object).map(String::as_str)
    }

    /// Objects that do not run.
    pub fn stopped(&self) -> Vec<String> {
        self.board.iter().filter(|(_, state)| *state != "active").map(|(name, _)| name.clone()).collect()
    }

    /// Carries an order out, once. `deaf`: says so and does not. Answers what is wrong with it.
    pub fn obey(&mut self, order: &Order, now: Secs, deaf: bool) -> Option<String> {
        self.advance(now);
        let ids = self.by_object.entry(order.object.clone()).or_default();
        let mut wrong = None;
        if ids.last() != Some(&order.id) {
            if ids.contains(&order.id) {
                wrong = Some(format!("{order:?} was sent again after another order for the same object"));
            }
            ids.push(order.id.clone());
        }
        if deaf {
            return wrong;
        }
        if self.orders.insert(order.id.clone())
            && let Some(state) = self.board.get_mut(&order.object)
        {
            state.clone_from(&order.desired);
        }
        wrong
    }
}

fn weather_of(boost: &Boost, at: Secs) -> Weather {
    boost.weather.iter().rev().find(|(begun, _)| *begun <= at).map_or(Weather::Good, |(_, kind)| *kind)
}

fn size_at(sizes: &[(Secs, i64)], at: Secs) -> i64 {
    sizes.iter().rev().find(|(begun, _)| *begun <= at).map_or(0, |(_, size)| *size)
}

fn boost_row(name: &str, boost: &Boost) -> Value {
    json!({ "boost": name, "spend": format!("{}.00", boost.spend), "orders": boost.orders, "clicks": boost.clicks })
}

/// Takes rows or values away: every third, which ones depends on `salt`.
fn take_away(rows: &mut Vec<Value>, missing: Missing, salt: i64) {
    let mut place = salt;
    let mut hit = || {
        place += 1;
        place % 3 == 0
    };
    match missing {
        Missing::Nothing => {}
        Missing::Rows => rows.retain(|_| !hit()),
        Missing::Values => {
            for row in rows {
                let Some(fields) = row.as_object_mut().filter(|_| hit()) else { continue };
                for name in ["orders", "clicks", "followers"] {
                    if let Some(value) = fields.get_mut(name) {
                        *value = Value::Null;
                    }
                }
            }
        }
    }
}
