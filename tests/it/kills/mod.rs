//! The program is killed, aborts, or loses its power at any moment, again and again on one store, while it tells and is
//! pressed; whatever it promised to anybody is kept.
//!
//! `fates` lists every moment there is to die at; `gate` sees all that passes between the program and the emulated services
//! and kills at a request, before or after it is let through, or at its answer; `disk` (with `tests/c/power_cut.c`) kills at
//! a write or sync of the store, and puts the files back to what had surely reached the disk; `town` is the world around,
//! `hands` what of it is acted on; `drain` ends it as an operator does, while something hangs; `promises` is what must
//! hold, `acts` what must hold of actions.

#![cfg(target_os = "linux")]

mod acts;
mod disk;
mod drain;
mod fates;
mod gate;
mod hands;
mod promises;
mod town;

use std::collections::BTreeMap;

use plimsoll::domain::person::Chat;
use plimsoll::time::Clock;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use fates::{deck, fate};
use gate::{Moment, say};
use promises::Kept;
use town::{Fate, Town};

/// Kills in one town.
const KILLS: usize = 25;

/// Towns beside each other.
const BESIDE: usize = 4;

/// Power cuts in one town.
const CUTS: u64 = 10;

/// Towns whose power is cut: 50 cuts.
const CUT_TOWNS: u64 = 5;

/// How often a town may be run to quiet until everything has settled.
const CALMS_MAX: u32 = 25;

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

async fn kills_of((seed, fates): (u64, Vec<Fate>)) -> (String, Done) {
    // Eight of one rule behind a room are more than are told one by one.
    let mut town = Town::found(seed, if seed.is_multiple_of(2) { 5 } else { 8 }).await;
    let mut met = 0;
    for (life, fate) in fates.into_iter().enumerate() {
        met += u32::from(town.live(&fate).await);
        let about = format!("town {seed}, life {life}, {fate:?}");
        let kept = look(&town).await.unwrap_or_else(|error| panic!("{about}: {error}"));
        let broken = promises::broken(&town, &kept);
        assert!(broken.is_empty(), "{about}: {broken:#?}\n{}", town.last_words.lock().expect("whole"));
    }
    let kept = settle(&mut town, &format!("town {seed}, in the end")).await;
    let (incidents, deliveries, proposals) = (kept.incidents.len(), kept.deliveries.len(), kept.proposals.len());
    assert!(incidents > 5, "there was something to tell: {incidents}");
    let orders = town.ads.board().orders().len();
    let repeats = promises::marked(&town);
    let done = Done { met, orders, by_place: acts::count(&kept) };
    blind(&town, kept).await;
    let summary = format!(
        "town {seed}: {KILLS} kills ({met} at their moment), {incidents} incidents, {deliveries} deliveries, {proposals} \
         proposals, {orders} orders, {:?}, {} presses, {repeats} messages on Telegram marked as repeats",
        done.by_place,
        town.pressed.len(),
    );
    (summary, done)
}

/// The checks are not blind: whatever goes missing, or is told twice, is seen.
async fn blind(town: &Town, kept: Kept) {
    type Loss = fn(&mut Kept);
    let losses: [(&str, Loss); 4] = [
        ("is not kept", |kept| drop(kept.incidents.pop_last())),
        ("was confirmed to Telegram", |kept| kept.inbox.retain(|one| one.chat != Chat::Telegram)),
        ("was acknowledged to Discord", |kept| kept.inbox.retain(|one| one.chat != Chat::Discord)),
        ("was sent, kept is None", |kept| kept.proposals.clear()),
    ];
    let no_orders = town.ads.board().orders().is_empty();
    for (wanted, lose) in losses {
        if no_orders && wanted.contains("sent") {
            continue;
        }
        let mut less = kept.clone();
        lose(&mut less);
        let broken = promises::broken(town, &less);
        assert!(broken.iter().any(|line| line.contains(wanted)), "{wanted}: {broken:?}");
    }
    if !town.hands.sent().is_empty() {
        let mut less = kept.clone();
        less.begun.clear();
        let broken = promises::broken(town, &less);
        assert!(broken.iter().any(|line| line.contains("and what was begun is []")), "{broken:?}");
    }
    if let Some(campaign) = acts::a_campaign(town, &kept) {
        town.hands.meddle(&campaign);
        let broken = promises::broken(town, &kept);
        assert!(broken.iter().any(|line| line.contains("and its platform says")), "{broken:?}");
    }
    town.tell_again().await;
    let broken = promises::broken(town, &kept);
    for wanted in ["told twice on Discord", "told twice on Telegram", "not marked"] {
        assert!(broken.iter().any(|line| line.contains(wanted)), "{wanted}: {broken:?}");
    }
}

/// What was done in towns.
#[derive(Debug, Default)]
struct Done {
    /// Lives that came to their moment.
    met: u32,
    /// Orders that the webhook got.
    orders: usize,
    /// What was begun at each other place.
    by_place: BTreeMap<&'static str, usize>,
}

impl Done {
    fn add(&mut self, more: &Self) {
        self.met += more.met;
        self.orders += more.orders;
        for (place, count) in &more.by_place {
            *self.by_place.entry(place).or_default() += count;
        }
    }
}

/// Runs several towns beside each other. Answers what was done in all of them.
async fn side_by_side<F: Future<Output = (String, Done)> + Send + 'static>(towns: impl Iterator<Item = F>) -> Done {
    let clock = Clock::system();
    let mut running = Vec::new();
    for town in towns {
        running.push(clock.spawn("a town", |held| async move {
            drop(held);
            town.await
        }));
    }
    let mut done = Done::default();
    for town in running {
        match town.await {
            Ok((summary, more)) => {
                say(&summary);
                done.add(&more);
            }
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_or_aborted_at_any_moment_it_keeps_every_promise() {
    let deck = deck();
    let kills = deck.len();
    assert!(1_000 <= kills, "{kills}");
    let mut towns = (0..).zip(deck.chunks(KILLS).map(<[Fate]>::to_vec)).peekable();
    let mut done = Done::default();
    while towns.peek().is_some() {
        done.add(&side_by_side(towns.by_ref().take(BESIDE).map(kills_of)).await);
    }
    say(&format!("{kills} kills, {} at their moment; {done:?}", done.met));
    assert!(kills * 3 < usize::try_from(done.met).expect("small") * 4, "most came to their moment: {done:?}");
    assert!(done.orders > 3, "there was something to do: {done:?}");
    assert!(done.by_place.values().all(|count| 0 < *count), "something was done everywhere: {done:?}");
}

/// Half of the towns lose all that was not synced, half keep a part of it, in any order.
async fn cuts_of(seed: u64) -> (String, Done) {
    let mut chance = ChaCha8Rng::seed_from_u64(!seed);
    let mut town = Town::found(seed, 5).await;
    let (mut unsynced, mut survived) = (0, 0);
    for life in 0..CUTS {
        let fate = Fate { noted: true, ..fate(&mut chance) };
        town.live(&fate).await;
        let lost = town.cut(!seed.is_multiple_of(2));
        (unsynced, survived) = (unsynced + lost.unsynced, survived + lost.survived);
        let about = format!("town {seed}, cut {life}, {lost:?}, {fate:?}");
        let kept = look(&town).await.unwrap_or_else(|error| panic!("{about}: {error}"));
        let broken = promises::broken(&town, &kept);
        assert!(broken.is_empty(), "{about}: {broken:#?}");
    }
    assert!(unsynced > 0, "a cut that takes nothing away proves nothing");
    let kept = settle(&mut town, &format!("town {seed}, in the end")).await;
    let told = kept.incidents.len();
    let summary =
        format!("town {seed}: {CUTS} power cuts, {told} incidents; {unsynced} changes not synced, {survived} survived");
    (summary, Done { met: 0, orders: town.ads.board().orders().len(), by_place: acts::count(&kept) })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_power_cut_at_any_moment_takes_no_promise_with_it() {
    let done = side_by_side((0..CUT_TOWNS).map(cuts_of)).await;
    assert!(done.orders + done.by_place.values().sum::<usize>() > 0, "there was something to do");
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
