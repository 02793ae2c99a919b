//! What the program is to die of: every moment of the store and every moment of what passes, by either kind of death.

use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::gate::Moment;
use super::town::Fate;

/// Moments before and after writes and syncs of the store that a life sees, most of the time.
const WRITES: u64 = 312;

/// What is worth dying at: service, request, and how many of them a life sees.
const PLACES: [(&str, &str, u32); 15] = [
    ("telegram", "/send", 4),
    ("telegram", "/editmessage", 4),
    ("telegram", "/getupdates", 2),
    ("telegram", "/answercallbackquery", 1),
    ("discord", "post /api/v10/channels", 4),
    ("discord", "patch /api/v10/channels", 4),
    ("discord", "/callback", 1),
    ("discord", "/webhooks/", 1),
    ("discord", "frame", 1),
    ("ads", "post ", 1),
    ("ads", "get ", 2),
    ("hand", "post ", 1),
    ("hand", "", 8),
    ("feed", "", 3),
    ("", "", 10),
];

/// One at what passes.
fn passing((service, what, _): (&'static str, &'static str, u32), nth: u32, [answer, after, abort]: [bool; 3]) -> Fate {
    Fate { moment: Some(Moment { service, what, answer, after, nth, abort }), abort, ..Fate::default() }
}

/// Every moment, by abort and by kill, in an order that means nothing.
pub fn deck() -> Vec<Fate> {
    let sides = [false, true];
    let mut deck: Vec<Fate> = Vec::new();
    for abort in sides {
        deck.extend((1..=WRITES).map(|at| Fate { at_write: Some(at), abort, ..Fate::default() }));
        for place in PLACES {
            for (nth, answer) in (1..=place.2).flat_map(|nth| sides.map(|answer| (nth, answer))) {
                deck.extend(sides.map(|after| passing(place, nth, [answer, after, abort])));
            }
        }
    }
    deck.shuffle(&mut ChaCha8Rng::seed_from_u64(0));
    deck
}

/// One of them by chance: nearly half at a write of the store, the rest at something that passes.
pub fn fate(chance: &mut ChaCha8Rng) -> Fate {
    let abort = chance.random_bool(0.5);
    if chance.random_bool(0.45) {
        return Fate { at_write: Some(chance.random_range(1..=WRITES)), abort, ..Fate::default() };
    }
    let place = PLACES[chance.random_range(0..PLACES.len())];
    let nth = chance.random_range(1..=place.2);
    passing(place, nth, [chance.random_bool(0.5), chance.random_bool(0.5), abort])
}
