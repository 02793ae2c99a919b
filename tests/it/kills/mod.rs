//! The program is killed, aborts, or loses its power at any moment, again and again on one store, while it tells and is
//! pressed; whatever it promised to anybody is kept.
//!
//! `gate` sees all that passes between the program and the emulated services and kills at a request, before or after it
//! is let through, or at its answer; `disk` (with `tests/c/power_cut.c`) kills at a write or sync of the store, and puts
//! the files back to what had surely reached the disk; `town` is the world around; `promises` is what must hold.

mod disk;
mod gate;
mod promises;
mod town;

use plimsoll::time::Clock;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use gate::{Moment, say};
use promises::Kept;
use town::{Fate, Town};

/// Kills in one town.
const KILLS: u64 = 25;

/// Towns, one store each: 200 kills.
const TOWNS: u64 = 8;

/// Power cuts in one town.
const CUTS: u64 = 10;

/// Towns whose power is cut: 50 cuts.
const CUT_TOWNS: u64 = 5;

/// How often a town may be run to quiet until everything has settled.
const CALMS_MAX: u32 = 25;

/// What is worth dying at, and how likely: service, request.
const PLACES: [(&str, &str); 14] = [
    ("telegram", "sendphoto"),
    ("telegram", "sendmessage"),
    ("telegram", "editmessage"),
    ("telegram", "getupdates"),
    ("telegram", "answercallbackquery"),
    ("discord", "post /api/v10/channels"),
    ("discord", "patch /api/v10/channels"),
    ("discord", "/callback"),
    ("discord", "/webhooks/"),
    ("discord", "frame"),
    ("ads", "post "),
    ("ads", "get "),
    ("feed", ""),
    ("", ""),
];

/// The fate of one life: nearly half at a write of the store, the rest at something that passes.
fn fate(chance: &mut ChaCha8Rng) -> Fate {
    let abort = chance.random_bool(0.5);
    if chance.random_bool(0.45) {
        return Fate { at_write: Some(chance.random_range(1..600)), abort, ..Fate::default() };
    }
    let (service, what) = PLACES[chance.random_range(0..PLACES.len())];
    let (answer, after) = (chance.random_bool(0.5), chance.random_bool(0.5));
    let nth = chance.random_range(1..=if service.is_empty() { 60 } else { 4 });
    Fate { moment: Some(Moment { service, what, answer, after, nth, abort }), abort, ..Fate::default() }
}

/// Looks into the store of a dead program.
async fn look(town: &Town) -> Result<Kept, String> {
    let store = town.store().map_err(|error| format!("the store does not open: {error}"))?;
    let kept = Kept::read(&store).await;
    store.close().await.map_err(|error| error.to_string())?;
    Ok(kept)
}

/// Runs to quiet until everything has settled, and checks what holds in the end.
async fn settle(town: &mut Town, about: &str) -> Kept {
    let mut calms = 0;
    loop {
        town.calm_down().await;
        let kept = look(town).await.unwrap_or_else(|error| panic!("{about}: {error}"));
        calms += 1;
        if kept.is_settled() || calms >= CALMS_MAX {
            let broken = [promises::broken(town, &kept), promises::unfinished(town, &kept)].concat();
            assert!(broken.is_empty(), "{about}: {broken:#?}");
            return kept;
        }
    }
}

async fn kills_of(seed: u64) -> String {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    // Eight of one rule behind a room are more than are told one by one.
    let mut town = Town::found(seed, if seed % 2 == 0 { 5 } else { 8 }).await;
    let mut met = 0;
    for life in 0..KILLS {
        let fate = fate(&mut chance);
        let hit = town.live(&fate).await;
        met += u32::from(hit);
        say(&format!("DBG {hit} {:?} {:?}", fate.at_write, fate.moment));
        let about = format!("town {seed}, life {life}, {fate:?}");
        let kept = look(&town).await.unwrap_or_else(|error| panic!("{about}: {error}"));
        let broken = promises::broken(&town, &kept);
        assert!(broken.is_empty(), "{about}: {broken:#?}\n{}", town.last_words.lock().expect("whole"));
    }
    let kept = settle(&mut town, &format!("town {seed}, in the end")).await;
    assert!(kept.incidents.len() > 10, "there was something to tell: {}", kept.incidents.len());
    let orders = town.ads.board().orders().len();
    assert!(orders > 0, "there was something to do");
    format!(
        "town {seed}: {KILLS} kills ({met} at their moment), {} incidents, {} deliveries, {} proposals, {} orders, {} presses",
        kept.incidents.len(),
        kept.deliveries.len(),
        kept.proposals.len(),
        orders,
        town.pressed.len(),
    )
}

/// Runs several towns beside each other.
async fn side_by_side<F: Future<Output = String> + Send + 'static>(towns: impl Iterator<Item = F>) {
    let clock = Clock::system();
    let mut running = Vec::new();
    for town in towns {
        running.push(clock.spawn("a town", |held| async move {
            drop(held);
            town.await
        }));
    }
    for town in running {
        match town.await {
            Ok(summary) => say(&summary),
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_or_aborted_at_any_moment_it_keeps_every_promise() {
    for pair in 0..TOWNS / 4 {
        side_by_side((pair * 4..pair * 4 + 4).map(kills_of)).await;
    }
}

/// Half of the towns lose all that was not synced, half keep a part of it, in any order.
async fn cuts_of(seed: u64) -> String {
    let mut chance = ChaCha8Rng::seed_from_u64(!seed);
    let mut town = Town::found(seed, 5).await;
    let (mut unsynced, mut survived) = (0, 0);
    for life in 0..CUTS {
        let fate = Fate { noted: true, ..fate(&mut chance) };
        town.live(&fate).await;
        let lost = town.cut(seed % 2 == 1);
        (unsynced, survived) = (unsynced + lost.unsynced, survived + lost.survived);
        let about = format!("town {seed}, cut {life}, {lost:?}, {fate:?}");
        let kept = look(&town).await.unwrap_or_else(|error| panic!("{about}: {error}"));
        let broken = promises::broken(&town, &kept);
        assert!(broken.is_empty(), "{about}: {broken:#?}");
    }
    assert!(unsynced > 0, "a cut that takes nothing away proves nothing");
    let kept = settle(&mut town, &format!("town {seed}, in the end")).await;
    let told = kept.incidents.len();
    format!("town {seed}: {CUTS} power cuts, {told} incidents; {unsynced} writes were not synced, {survived} survived")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_at_any_moment_takes_no_promise_with_it() {
    side_by_side((0..CUT_TOWNS).map(cuts_of)).await;
}

/// The check can fail: on a disk that says it has synced and has not, a cut takes promises with it, and that is seen.
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_lies_is_found_out() {
    let mut town = Town::found(3, 5).await;
    for _ in 0..CUTS {
        // Long enough for something to be told.
        let moment = Moment { service: "telegram", what: "/send", answer: true, after: true, nth: 3, abort: false };
        let fate = Fate { moment: Some(moment), noted: true, lies: true, ..Fate::default() };
        town.live(&fate).await;
        town.cut(false);
        let Ok(kept) = look(&town).await else { return };
        if !promises::broken(&town, &kept).is_empty() {
            return;
        }
    }
    panic!("nobody noticed");
}
