//! What is said, and what must be told, is not lost to somebody who was quicker, nor to a crash in between.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::core::Core;
use plimsoll::app::demo::World;
use plimsoll::app::service::Service;
use plimsoll::rules::file::parse_rules;
use plimsoll::sim::discord::{Aim, Fault as DiscordFault};
use plimsoll::sim::telegram::{Fault, Scope};
use plimsoll::store::{Committed, Kept, Key, Store, StoreError, Table, Transaction, Write};

use super::story::Story;

/// A store in which somebody is quicker, and that remembers what was written together.
struct Busy {
    inner: Arc<dyn Store>,
    /// How many of the next commits that touch a proposal are refused because a delivery has changed.
    quicker: AtomicU32,
    /// Table and key of every write, commit by commit.
    together: Mutex<Vec<Vec<(Table, String)>>>,
}

#[async_trait]
impl Store for Busy {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        self.inner.get(table, key).await
    }

    async fn scan(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Kept)>, StoreError> {
        self.inner.scan(table, from, until, limit).await
    }

    async fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError> {
        let writes: Vec<(Table, String)> = transaction
            .writes
            .iter()
            .filter_map(|write| match write {
                Write::Put { table, key, .. } => Some((*table, String::from_utf8_lossy(key).into_owned())),
                _ => None,
            })
            .collect();
        let decides = writes.iter().any(|write| write.0 == Table::Proposals);
        let less = |left: u32| left.checked_sub(1);
        if decides && self.quicker.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok() {
            return Err(StoreError::Conflict { table: Table::Deliveries, key: Vec::new() });
        }
        let done = self.inner.commit(transaction).await?;
        self.together.lock().expect("whole").push(writes);
        Ok(done)
    }
}

/// The same story, its program started again on a busy store.
async fn busy(story: Story) -> (Story, Arc<Busy>) {
    let inner = Arc::clone(&story.world.core().store);
    let busy = Arc::new(Busy { inner, quicker: AtomicU32::new(0), together: Mutex::default() });
    let store = Arc::clone(&busy);
    let restart = |world: World| async move {
        let config = world.service.core.config.clone();
        let sessions = world.discord.gateway_counts();
        world.service.stop().await;
        let held = world.clock.hold("restart");
        let core = Core::open(world.clock.clone(), store, config, 8).await.expect("opened");
        let service = Service::start(&core).expect("started");
        world.discord.session_since(sessions).await.expect("a session");
        drop(held);
        World { service, ..world }
    };
    (story.again(restart).await, busy)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_is_not_lost_to_a_deliverer_who_was_quicker() {
    let (mut story, busy) = busy(Story::begin(7, &["alma"]).await).await;
    story.fires("alma").await;
    let shown = story.on_telegram().remove(0);
    busy.quicker.store(3, Ordering::SeqCst);
    story.presses(story.world.cast.maja, &shown, "Stop boost").await;
    story.wait(60).await;
    assert_eq!(busy.quicker.load(Ordering::SeqCst), 0, "somebody was quicker");
    let object = story.world.ads.board().objects().into_iter().find(|one| story.boost(one) == "paused");
    assert!(object.is_some(), "it was stopped: {}", story.kept().await);
    assert_eq!(story.journal("proposal_moved").await.iter().filter(|line| line.0 == "Maja").count(), 1);
    story.world.stop().await;
}

const TELLS: &str = r#"
[[rule]]
id = "no-clicks"
kind = "stop_loss"
scope = "partnership"
when = "cpa > target.cpa && clicks < 10"
window = "7d"
on_absent = "tell"
mode = "propose"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn that_a_rule_cannot_judge_is_told_with_the_memory_of_it() {
    let (mut story, busy) = busy(Story::begin(7, &["alma"]).await).await;
    let file = std::path::Path::new("tells.toml").to_path_buf();
    let rules = parse_rules(TELLS, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(story.world.core(), Given { documents: Vec::new(), rules }, "terminal:story", false).await.expect("applied");
    story.fires("alma").await;
    let together = std::mem::take(&mut *busy.together.lock().expect("whole"));
    let remembers = |writes: &Vec<(Table, String)>| {
        writes.iter().any(|(table, key)| *table == Table::Memory && key.contains("no-clicks"))
    };
    let tells = |writes: &Vec<(Table, String)>| {
        writes.iter().any(|(table, key)| *table == Table::Notices && key.contains("absent/no-clicks"))
    };
    assert!(together.iter().any(|writes| remembers(writes) && tells(writes)), "a crash in between loses neither");
    assert_eq!(together.iter().filter(|writes| tells(writes)).count(), 1);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_told_again_says_so() {
    let names: Vec<String> = (1..=12).map(|n| format!("crew{n:02}")).collect();
    let ids: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut story = Story::begin(7, &ids).await;
    let rows: Vec<(&str, i64, i64)> = ids.iter().map(|id| (*id, 12_000, 1)).collect();
    // The first alert's answer arrives, and that of the group behind it does not.
    story.report(&rows).await;
    story.wait(1).await;
    assert_eq!(story.on_telegram().len(), 1);
    story.world.telegram.inject(Fault::LoseReply, Scope::chat(story.world.cast.team_chat), 1);
    story.wait(120).await;
    let groups: Vec<_> =
        story.on_telegram().into_iter().filter(|one| one.text.contains("alerts of cpa-stop")).collect();
    let marked: Vec<bool> = groups.iter().map(|one| one.text.contains("you may have seen this already")).collect();
    assert_eq!(marked, [false, true], "{groups:?}");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_too_late_is_said_aloud_only_where_its_readers_are_known() {
    let mut story = Story::begin(7, &["alma"]).await;
    let (cast, discord) = (story.world.cast, story.world.discord.clone());
    let lobby = discord.create_channel(cast.guild, "lobby");
    for (channel, told) in [(lobby, 0), (cast.team_channel, 1)] {
        let before = discord.messages(channel).len();
        // It is kept, and Discord never hears that it arrived.
        discord.fail_next(Aim::at("POST", "/callback"), DiscordFault::Cut, 1);
        discord.slash(cast.jonas, channel, "status", &[]).expect("sent");
        story.wait(30).await;
        assert_eq!(discord.faults_left(), 0, "the fault was met");
        assert_eq!(discord.messages(channel).len() - before, told);
    }
    story.world.stop().await;
}
