use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::*;
use crate::app::config::Config;
use crate::app::parts::{self, Care, Start};
use crate::domain::habits::Habits;
use crate::domain::ids::RoomId;
use crate::domain::person::{Address, Audience, Room};
use crate::outbox::delivery::{Delivery, State};
use crate::outbox::notice::{About, Notice, Urgency};
use crate::store::memory::MemoryStore;
use crate::store::records::{load, read_journal, scan_all};
use crate::store::{Committed, Kept, Key, Store, keys};
use crate::time::{Clock, Driver};
use crate::words::replies;
use crate::words::wording::Reader;

/// A store that can be made to take nothing.
#[derive(Default)]
struct Full {
    store: MemoryStore,
    full: AtomicBool,
}

#[async_trait::async_trait]
impl Store for Full {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        self.store.get(table, key).await
    }

    async fn scan(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Kept)>, StoreError> {
        self.store.scan(table, from, until, limit).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(StoreError::failed("commit", std::io::Error::other("no space left on device")));
        }
        self.store.commit(transaction).await
    }
}

struct Stage {
    core: Arc<Core>,
    store: Arc<Full>,
    driver: Driver,
    stop: CancellationToken,
}

fn room(id: &str, chat: Chat, audience: Audience) -> Room {
    Room {
        id: RoomId::new(id).expect("an id"),
        address: Some(Address { chat, place: id.to_owned(), topic: None, guild: None }),
        audience,
        brand: None,
        campaign: None,
        creator: None,
        locale: "en".to_owned(),
        zone: "Europe/Stockholm".to_owned(),
        quiet: None,
        closed: None,
        closed_at: None,
        person: None,
        habits: Habits::default(),
    }
}

impl Stage {
    /// Noon in Los Angeles, with an operators' room on Discord and a team on Telegram.
    async fn set(settings: &[&str], chats: &[Chat]) -> Self {
        let (clock, driver) = Clock::simulated("2026-03-01T20:00:00Z".parse().expect("an instant"));
        let store = Arc::new(Full::default());
        let mut transaction = Transaction::new();
        transaction.create(&room("ops", Chat::Discord, Audience::Operator)).expect("a row");
        transaction.create(&room("team", Chat::Telegram, Audience::Internal)).expect("a row");
        store.commit(transaction).await.expect("kept");
        let settings: Vec<String> = settings.iter().map(|one| (*one).to_owned()).collect();
        let config = Config::load(None, &settings).expect("settings");
        let core = Core::open(clock, Arc::clone(&store) as _, config, 7).await.expect("opened");
        let stage = Self { core, store, driver, stop: CancellationToken::new() };
        let (one, chats) = (Arc::clone(&stage.core), chats.to_vec());
        let care = Care { paints: false, ..Care::rounds(SignedDuration::from_mins(15)) };
        stage.starts("alarms", care, move |start| run(Arc::clone(&one), chats.clone(), start.held, start.stop));
        stage
    }

    fn starts<W, R>(&self, name: &str, care: Care, work: W)
    where
        W: Fn(Start) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let (core, name, stop) = (Arc::clone(&self.core), name.to_owned(), self.stop.clone());
        self.core.clock.spawn(name.clone(), move |held| parts::keep(core, name, care, held, stop, work));
    }

    /// Waits until a part was ended so often: being asked to end is real time, and simulated time must not run ahead of it.
    async fn restarted(&self, name: &str, times: u64) {
        let so_often = |part: &PartSeen| part.name == name && part.restarts == times;
        while !self.core.parts.seen().iter().any(so_often) {
            tokio::task::yield_now().await;
        }
    }

    async fn wait_mins(&mut self, mins: i64) {
        self.driver.run_for(SignedDuration::from_mins(mins)).await.expect("quiet");
    }

    /// Every trouble as the operators read it now, in the order of its identity.
    async fn told(&self) -> String {
        let mut said = Vec::new();
        for kept in scan_all::<Notice>(&*self.core.store).await.expect("notices") {
            let key = keys::delivery(&kept.value.about, &RoomId::new("ops").expect("an id"));
            let delivery =
                load::<Delivery>(&*self.core.store, &key).await.expect("read").expect("it goes to the operators");
            assert_eq!(delivery.value.wanted_revision, kept.value.revision);
            let (reader, now) = (Reader::new("en", "Europe/Stockholm"), self.core.clock.now());
            let message = replies::stored_at(kept.value.wording.as_ref().expect("words"), &reader, now);
            said.push(crate::words::phrase::plain(&message));
        }
        said.join("\n---\n")
    }

    async fn journalled(&self, deed: &str) -> usize {
        let all = read_journal(&*self.core.store, 1, 10_000).await.expect("a journal");
        all.iter().filter(|(_, line)| line.deed == deed).count()
    }
}

/// A part that panics so often, and is well then.
fn frail(stage: &Stage, name: &str, times: u32) {
    let left = Arc::new(AtomicU32::new(times));
    stage.starts(name, Care::rounds(SignedDuration::from_mins(15)), move |mut start| {
        let left = Arc::clone(&left);
        async move {
            assert!(
                left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_err(),
                "frail"
            );
            start.held.sleep_until(Timestamp::MAX).await;
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_fails_once_is_journalled_and_one_that_keeps_failing_is_told_until_it_is_well() {
    let mut stage = Stage::set(&[], &[]).await;
    frail(&stage, "levels", 1);
    stage.wait_mins(30).await;
    assert_eq!((stage.told().await.as_str(), stage.journalled("part_restarted").await), ("", 1));
    frail(&stage, "poll youtube", 3);
    stage.wait_mins(5).await;
    insta::assert_snapshot!(stage.told().await, @"
    🔴 A part of me keeps failing: poll youtube. These budgets are not watched

    It failed 3 times in a row, last at 21:30. I start it again by myself; everything else goes on.
    That is a mistake in the program: keep the log around 21:30, and go back to the last version if it began with an upgrade.
    ");
    stage.wait_mins(30).await;
    insta::assert_snapshot!(stage.told().await, @"
    ✅ poll youtube works again

    It did not from 21:30 to 21:51.
    ---
    🔴 Alerts on Discord are late: one message waits since 21:31

    Nothing is lost. Everything is sent when Discord takes it again; what is a day old by then is told as old news, not sent.
    Look at the platform's status page and at this machine's network: plimsoll doctor. Until then read the other chat.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_hangs_is_told_and_started_again_and_an_action_is_left_alone() {
    let mut stage = Stage::set(&[], &[]).await;
    for (name, ended_when_it_hangs) in [("deliver telegram", true), ("act", false)] {
        let care = Care { ended_when_it_hangs, paints: false, ..Care::rounds(SignedDuration::from_mins(15)) };
        let runs = Arc::new(AtomicU32::new(0));
        stage.starts(name, care, move |mut start| {
            let first = runs.fetch_add(1, Ordering::SeqCst) == 0;
            async move {
                let _parked = first.then(|| start.held.clock().park());
                if first {
                    std::future::pending::<()>().await;
                }
                start.held.sleep_until(Timestamp::MAX).await;
            }
        });
    }
    stage.wait_mins(16).await;
    stage.restarted("deliver telegram", 1).await;
    stage.wait_mins(2).await;
    insta::assert_snapshot!(stage.told().await, @"
    🔴 A part of me hangs: act. What was approved waits, and nothing is stopped or resumed

    It is at work since 21:00 without getting on. I do not end it: a request may be on its way, and must not be made twice.
    Look at the boost in the ad platform itself if money is running. Then stop the service and start it; it asks what came of it first.
    ---
    🟡 A part of me hung and was started again: deliver telegram. Alerts there were late

    It was at work since 21:00 without getting on. Nothing is lost: what it had begun is done again.
    If this comes again, keep the log around 21:00 and look at what it asks: plimsoll doctor.
    ");
    stage.wait_mins(30).await;
    insta::assert_snapshot!(stage.told().await, @"
    🔴 A part of me hangs: act. What was approved waits, and nothing is stopped or resumed

    It is at work since 21:00 without getting on. I do not end it: a request may be on its way, and must not be made twice.
    Look at the boost in the ad platform itself if money is running. Then stop the service and start it; it asks what came of it first.
    ---
    ✅ deliver telegram works again

    It did not from 21:00 to 21:37.
    ---
    🔴 Alerts on Discord are late: 2 messages wait since 21:16

    Nothing is lost. Everything is sent when Discord takes it again; what is a day old by then is told as old news, not sent.
    Look at the platform's status page and at this machine's network: plimsoll doctor. Until then read the other chat.
    ");
    let restarts = |name: &str| stage.core.parts.seen().iter().find(|part| part.name == name).map(|part| part.restarts);
    assert_eq!((restarts("deliver telegram"), restarts("act")), (Some(1), Some(0)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_falls_silent_is_told_its_receiver_made_anew_and_its_return_told() {
    let mut stage = Stage::set(&[], &[Chat::Telegram]).await;
    let (one, runs, heard) = (Arc::clone(&stage.core), Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(true)));
    let (count, hears) = (Arc::clone(&runs), Arc::clone(&heard));
    stage.starts(receiver(Chat::Telegram), Care::serves(), move |mut start| {
        count.fetch_add(1, Ordering::SeqCst);
        let (core, hears) = (Arc::clone(&one), Arc::clone(&hears));
        async move {
            loop {
                if hears.load(Ordering::SeqCst) {
                    core.parts.heard(Chat::Telegram);
                }
                let next = core.clock.now() + SignedDuration::from_secs(50);
                if !rest_until(&mut start.held, next, &start.renew).await {
                    return;
                }
            }
        }
    });
    stage.wait_mins(15).await;
    assert_eq!(stage.told().await, "");
    heard.store(false, Ordering::SeqCst);
    stage.wait_mins(9).await;
    assert_eq!((stage.told().await.as_str(), runs.load(Ordering::SeqCst)), ("", 1));
    stage.wait_mins(1).await;
    stage.restarted(receiver(Chat::Telegram), 1).await;
    stage.wait_mins(2).await;
    insta::assert_snapshot!(stage.told().await, @"
    🔴 I hear nothing from Telegram since 21:15

    Buttons and commands there do nothing until I do. Alerts are still sent, if it takes them.
    I connect anew by myself. If it stays: look at the platform's status page, then run plimsoll doctor.
    ");
    assert_eq!(runs.load(Ordering::SeqCst), 2, "made anew");
    stage.wait_mins(18).await;
    stage.restarted(receiver(Chat::Telegram), 2).await;
    stage.wait_mins(1).await;
    assert_eq!(runs.load(Ordering::SeqCst), 3, "and again after twice as long");
    heard.store(true, Ordering::SeqCst);
    stage.wait_mins(2).await;
    assert!(stage.told().await.contains("✅ I hear Telegram again"), "{}", stage.told().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_wait_without_a_reason_are_told_and_those_that_wait_on_purpose_are_not() {
    let mut stage = Stage::set(&[], &[]).await;
    let now = stage.core.clock.now();
    let due = |about: &str, state: State| Delivery {
        about: About::Word(about.to_owned()),
        room: RoomId::new("team").expect("an id"),
        urgency: Urgency::Critical,
        cause: String::new(),
        wanted_revision: 1,
        told_revision: 0,
        state,
        message: None,
        maybe_repeat: false,
        expires_at: Timestamp::MAX,
        tries: 0,
        attempts: Vec::new(),
        generation: 0,
        earlier: None,
        marker: None,
    };
    let morning = now + SignedDuration::from_hours(8);
    let mut transaction = Transaction::new();
    transaction.create(&due("a", State::Due { not_before: now })).expect("a row");
    transaction.create(&due("b", State::Due { not_before: now })).expect("a row");
    transaction.create(&due("asleep", State::Due { not_before: morning })).expect("a row");
    stage.core.store.commit(transaction).await.expect("kept");
    // The room is at its limit, and takes one thing after the other.
    stage.wait_mins(10).await;
    stage.core.parts.told(&RoomId::new("team").expect("an id"));
    stage.wait_mins(14).await;
    assert_eq!(stage.told().await, "");
    stage.wait_mins(6).await;
    insta::assert_snapshot!(stage.told().await, @"
    🔴 Alerts on Telegram are late: 2 messages wait since 21:00

    Nothing is lost. Everything is sent when Telegram takes it again; what is a day old by then is told as old news, not sent.
    Look at the platform's status page and at this machine's network: plimsoll doctor. Until then read the other chat.
    ");
    for kept in scan_all::<Delivery>(&*stage.core.store).await.expect("deliveries") {
        if kept.value.room.as_str() == "team" && kept.value.about != About::Word("asleep".to_owned()) {
            let mut transaction = Transaction::new();
            transaction.set(Some(&kept), &Delivery { state: State::Sent, ..kept.value.clone() }).expect("a row");
            stage.core.store.commit(transaction).await.expect("kept");
        }
    }
    stage.wait_mins(5).await;
    insta::assert_snapshot!(stage.told().await, @"
    ✅ Alerts on Telegram arrive again

    They were late from 21:00 to 21:35. Nothing waits any more.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quota_that_will_not_last_is_told_before_it_is_spent() {
    let source = r#"sources={ youtube = { kind = "youtube", key = "k", schedule = "0 * * * *" } }"#;
    let mut stage = Stage::set(&[source], &[]).await;
    let id = "youtube".parse().expect("an id");
    let spend = async |units: u32| {
        let now = stage.core.clock.now();
        let mut state = stage.core.state.lock().await;
        let planned = state.planned.get_mut(&id).expect("it is configured");
        planned.record.buckets.spend(crate::sources::youtube::GENERAL, units, now);
    };
    spend(5_000).await;
    stage.wait_mins(5).await;
    assert_eq!(stage.told().await, "");
    let now = stage.core.clock.now();
    stage.core.state.lock().await.planned.get_mut(&id).expect("there").record.buckets.spend(
        crate::sources::youtube::GENERAL,
        2_000,
        now,
    );
    stage.wait_mins(5).await;
    insta::assert_snapshot!(stage.told().await, @"
    🟡 youtube runs out of its allowance at 22:54: 12 % left

    That is the budget general; new allowance: Mon 09:00. In between its numbers get old, and nothing is stopped on old data.
    Ask less often (`schedule` or `cadence` of the source), or ask the platform for more; `plimsoll plan` shows what would fit.
    ");
    // The next day it is given anew.
    stage.wait_mins(14 * 60).await;
    insta::assert_snapshot!(stage.told().await, @"
    🔴 Alerts on Discord are late: one message waits since Sun 21:10

    Nothing is lost. Everything is sent when Discord takes it again; what is a day old by then is told as old news, not sent.
    Look at the platform's status page and at this machine's network: plimsoll doctor. Until then read the other chat.
    ---
    ✅ youtube gets along with its allowance again

    It was low from Sun 21:10 to 06:00.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_takes_nothing_is_told_when_it_takes_something_again() {
    let mut stage = Stage::set(&[], &[]).await;
    stage.store.full.store(true, Ordering::SeqCst);
    stage.core.parts.complain();
    stage.wait_mins(30).await;
    stage.store.full.store(false, Ordering::SeqCst);
    stage.wait_mins(3).await;
    insta::assert_snapshot!(stage.told().await, @"
    🔴 The store took nothing from 21:01 to 21:31: alerts were late

    Nothing was judged and nobody was told meanwhile. It works again, and what was missed is being made up for.
    Look at the disk and the log of that time: plimsoll doctor. If it comes back, move the data folder to another disk.
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_before_a_restart_ends_after_it_and_is_not_told_twice() {
    let mut stage = Stage::set(&[], &[]).await;
    frail(&stage, "levels", 4);
    stage.wait_mins(3).await;
    assert!(stage.told().await.contains("keeps failing"), "{}", stage.told().await);
    stage.stop.cancel();
    let core = Core::open(stage.core.clock.clone(), Arc::clone(&stage.store) as _, stage.core.config.clone(), 8).await;
    let mut stage = Stage { core: core.expect("opened"), stop: CancellationToken::new(), ..stage };
    let one = Arc::clone(&stage.core);
    let care = Care { paints: false, ..Care::rounds(SignedDuration::from_mins(15)) };
    stage.starts("alarms", care, move |start| run(Arc::clone(&one), Vec::new(), start.held, start.stop));
    frail(&stage, "levels", 0);
    stage.wait_mins(3).await;
    assert!(stage.told().await.starts_with("✅ levels works again"), "{}", stage.told().await);
    assert_eq!(stage.journalled("trouble_over").await, 1);
}

#[test]
fn a_disk_that_swings_about_a_threshold_is_told_once() {
    let settings = Config::load(None, &[]).expect("the defaults").alarms;
    let below = |mib: u64, open: &[&str]| {
        let open: BTreeSet<String> = open.iter().map(|one| (*one).to_owned()).collect();
        let stands = disk::stands(&settings, mib << 20, Some(&open));
        stands.into_iter().filter(|(_, trouble)| trouble.is_some()).map(|(thing, _)| thing).collect::<Vec<_>>()
    };
    assert!(below(1_024, &[]).is_empty());
    assert_eq!(below(1_023, &[]), ["disk_low/warn"]);
    assert_eq!(below(1_200, &["disk_low/warn"]), ["disk_low/warn"]);
    assert!(below(1_229, &["disk_low/warn"]).is_empty());
    assert_eq!(below(199, &[]), ["disk_low/warn", "disk_low/bad"]);
    assert_eq!(below(230, &["disk_low/warn", "disk_low/bad"]), ["disk_low/warn", "disk_low/bad"]);
    assert_eq!(below(241, &["disk_low/warn", "disk_low/bad"]), ["disk_low/warn"]);
}
