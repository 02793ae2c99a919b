//! A town of many rooms, incidents by the hundred, and a store that counts what is asked of it.

use plimsoll::domain::habits::Habits;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::core::Core;
use plimsoll::app::cycle;
use plimsoll::app::demo::World;
use plimsoll::app::views;
use plimsoll::domain::ids::{CampaignId, CreatorId, RoomId, RuleId, Subject};
use plimsoll::domain::money::Money;
use plimsoll::domain::person::{Address, Audience, Chat, Room};
use plimsoll::outbox::delivery::{Delivery, State};
use plimsoll::outbox::incident::{Event, Happened, Incident, IncidentId, Stage};
use plimsoll::outbox::notice::{About, Notice, Urgency};
use plimsoll::sim::discord::Snowflake;
use plimsoll::sim::telegram::{ChatId, FloodCount};
use plimsoll::store::memory::MemoryStore;
use plimsoll::store::records::{load, read_journal, scan_all};
use plimsoll::store::{Committed, Kept, Key, Store, StoreError, Table, Transaction, keys};

use super::story::restart_with;

/// Counts operations and rows read.
#[derive(Default)]
pub struct Counting {
    store: MemoryStore,
    pub operations: AtomicU64,
    pub rows: AtomicU64,
}

impl Counting {
    /// Operations and rows so far.
    pub fn so_far(&self) -> (u64, u64) {
        (self.operations.load(Ordering::SeqCst), self.rows.load(Ordering::SeqCst))
    }
}

#[async_trait::async_trait]
impl Store for Counting {
    async fn get(&self, table: Table, key: &[u8]) -> Result<Option<Kept>, StoreError> {
        self.operations.fetch_add(1, Ordering::SeqCst);
        self.rows.fetch_add(1, Ordering::SeqCst);
        self.store.get(table, key).await
    }

    async fn scan(
        &self,
        table: Table,
        from: &[u8],
        until: &[u8],
        limit: usize,
    ) -> Result<Vec<(Key, Kept)>, StoreError> {
        self.operations.fetch_add(1, Ordering::SeqCst);
        let rows = self.store.scan(table, from, until, limit).await?;
        self.rows.fetch_add(u64::try_from(rows.len()).expect("fits"), Ordering::SeqCst);
        Ok(rows)
    }

    async fn commit(&self, transaction: Transaction) -> Result<Committed, StoreError> {
        self.operations.fetch_add(1, Ordering::SeqCst);
        self.store.commit(transaction).await
    }
}

/// A world with rooms of its own.
#[expect(clippy::struct_field_names, reason = "its rooms are what it is called for")]
pub struct Rooms {
    pub world: World,
    pub store: Arc<Counting>,
    pub chats: Vec<ChatId>,
    pub channels: Vec<Snowflake>,
    pub rooms: Vec<RoomId>,
    pub began: Timestamp,
}

impl Rooms {
    /// So many rooms on one platform, for the team; `at_once` requests on their way.
    pub async fn of(chat: Chat, count: usize, at_once: u32) -> Self {
        let store = Arc::new(Counting::default());
        let world = World::start_on(7, Arc::clone(&store) as _).await.expect("the world starts");
        let mut rooms =
            Self { began: world.clock.now(), world, store, chats: Vec::new(), channels: Vec::new(), rooms: Vec::new() };
        rooms.wait(5).await;
        for n in 0..count {
            rooms.add(chat, n).await;
        }
        rooms.world.core().reload().await.expect("reloaded");
        rooms.wait(5).await;
        if at_once != 1 {
            let Self { world, store, chats, channels, rooms: ids, began } = rooms;
            let world = restart_with(world, |config| config.delivery.at_once = at_once).await;
            rooms = Self { world, store, chats, channels, rooms: ids, began };
            rooms.wait(5).await;
        }
        rooms.began = rooms.world.clock.now();
        rooms
    }

    async fn add(&mut self, chat: Chat, n: usize) {
        let cast = self.world.cast;
        let place = match chat {
            Chat::Telegram => {
                let place =
                    self.world.telegram.add_supergroup(&format!("Room {n}"), cast.maja, false).expect("a group");
                self.world.telegram.add_bot(place, cast.maja).expect("added");
                self.chats.push(place);
                place.0.to_string()
            }
            Chat::Discord => {
                let place = self.world.discord.create_channel(cast.guild, &format!("room-{n}"));
                self.channels.push(place);
                place.to_string()
            }
        };
        let guild = (chat == Chat::Discord).then(|| cast.guild.to_string());
        let id = RoomId::new(&format!("load-{n:03}")).expect("an id");
        let room = Room {
            id: id.clone(),
            address: Some(Address { chat, place, topic: None, guild }),
            audience: Audience::Internal,
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
        };
        let mut transaction = Transaction::new();
        transaction.create(&room).expect("a row");
        self.world.core().store.commit(transaction).await.expect("kept");
        self.rooms.push(id);
    }

    /// Lets so many seconds go by.
    pub async fn wait(&mut self, secs: i64) {
        let end = self.world.clock.now().checked_add(SignedDuration::from_secs(secs)).expect("in range");
        self.world.run_until(end).await.expect("the world runs");
    }

    /// When each message of the bot in these rooms was sent, in milliseconds after the beginning, in order.
    pub fn sent(&self) -> Vec<i64> {
        let since = |at: Timestamp| at.duration_since(self.began).as_millis().try_into().expect("fits");
        let telegram = self.chats.iter().flat_map(|chat| self.world.telegram.messages(*chat));
        let telegram = telegram.filter(|shown| shown.from_bot).map(|shown| since(shown.sent_at));
        let discord = self.channels.iter().flat_map(|channel| self.world.discord.messages(*channel));
        let mut all: Vec<i64> = telegram.chain(discord.map(|message| since(message.created))).collect();
        all.sort_unstable();
        all
    }

    /// No limit was crossed.
    pub fn assert_polite(&self) {
        polite(&self.world);
    }
}

/// No request of the program was refused.
pub fn polite(world: &World) {
    assert_eq!(world.telegram.flood_refusals(), FloodCount::default());
    assert_eq!(world.discord.invalid_requests(), 0);
    assert!(world.discord.requests().iter().all(|request| request.status != 429));
}

/// What is told in a burst.
pub struct Burst<'a> {
    pub count: u64,
    pub rooms: &'a [RoomId],
    pub urgency: Urgency,
    /// The rule of the `n`th.
    pub rule: &'a (dyn Fn(u64) -> String + Sync),
    /// One room for each, in turn, instead of all for each.
    pub in_turn: bool,
    pub creator: &'a (dyn Fn(u64) -> String + Sync),
}

/// Keeps a burst of incidents as a cycle would, and says so.
pub async fn burst(core: &Core, burst: &Burst<'_>) -> Vec<IncidentId> {
    let mut ids = Vec::new();
    let held = core.clock.hold("burst");
    let receipt = receipt(core).await;
    let all: Vec<u64> = (0..burst.count).collect();
    for part in all.chunks(400) {
        let mut transaction = Transaction::new();
        let counters = core.counters().await.expect("read");
        let mut after = counters.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
        for n in part {
            let id = IncidentId::nth(after.incident);
            after.incident += 1;
            one(core, &mut transaction, burst, *n, (id.clone(), receipt.clone()));
            ids.push(id);
        }
        transaction.set(counters.as_ref(), &after).expect("a row");
        core.store.commit(transaction).await.expect("kept");
    }
    cycle::ring_deliverers(core);
    drop(held);
    ids
}

/// What a rule of the demo says about a creator of it now: every incident of a burst rests on the same numbers.
async fn receipt(core: &Core) -> serde_json::Value {
    let state = core.state.lock().await;
    let (campaign, creator) = (CampaignId::new("spring").expect("an id"), CreatorId::new("alma").expect("an id"));
    let rule = RuleId::new("cpa-stop").expect("an id");
    let judged = views::judged(&state, &rule, &Subject::Partnership(campaign, creator), core.clock.now());
    serde_json::to_value(judged.expect("the rule is in force").receipt).expect("json")
}

fn one(
    core: &Core,
    transaction: &mut Transaction,
    burst: &Burst<'_>,
    n: u64,
    (id, receipt): (IncidentId, serde_json::Value),
) {
    let now = core.clock.now();
    let creator = CreatorId::new(&(burst.creator)(n)).expect("an id");
    let campaign = CampaignId::new("spring").expect("an id");
    let rule = RuleId::new(&(burst.rule)(n)).expect("an id");
    let minor = i64::try_from(n).expect("fits") * 100 + 100;
    let mut incident = Incident {
        id: id.clone(),
        rule: rule.clone(),
        rule_version: 1,
        kind: "stop_loss".to_owned(),
        subject: Subject::Partnership(campaign.clone(), creator.clone()),
        brand: None,
        campaign: Some(campaign),
        creator: Some(creator),
        stage: Stage::Firing,
        revision: 0,
        opened_at: now,
        resolved_at: None,
        acknowledged_by: None,
        snoozed_until: None,
        receipt,
        avoidable: Some(Money { minor, currency: "EUR".parse().expect("a currency") }),
        options: Vec::new(),
        rungs: Vec::new(),
        released: false,
        escalation: None,
        events: Vec::new(),
    };
    incident.note(Event { at: now, by: None, what: Happened::Fired });
    let about = About::Incident(id);
    let expires_at = now.checked_add(core.config.delivery.expires.0).expect("in range");
    let cause = format!("rule/{rule}");
    let urgency = burst.urgency;
    let revision = incident.revision;
    let notice =
        Notice { about: about.clone(), revision, urgency, cause: cause.clone(), at: now, expires_at, wording: None };
    transaction.create(&incident).expect("a row").create(&notice).expect("a row");
    let turn = usize::try_from(n).expect("fits") % burst.rooms.len();
    let rooms = if burst.in_turn { &burst.rooms[turn..=turn] } else { burst.rooms };
    for room in rooms {
        let delivery = Delivery {
            about: about.clone(),
            room: room.clone(),
            urgency,
            cause: cause.clone(),
            wanted_revision: revision,
            told_revision: 0,
            state: State::Due { not_before: now },
            message: None,
            maybe_repeat: false,
            expires_at,
            tries: 0,
            attempts: Vec::new(),
            generation: 0,
            earlier: None,
            marker: None,
        };
        transaction.create(&delivery).expect("a row");
    }
}

/// Ends incidents as a cycle would.
pub async fn resolve(core: &Core, ids: &[IncidentId]) {
    let held = core.clock.hold("resolve");
    for id in ids {
        loop {
            let mut kept = load::<Incident>(&*core.store, &keys::incident(id)).await.expect("read").expect("there");
            let now = core.clock.now();
            kept.value.stage = Stage::Resolved;
            kept.value.resolved_at = Some(now);
            kept.value.note(Event { at: now, by: None, what: Happened::Resolved });
            let mut transaction = Transaction::new();
            cycle::tell_again(core, &mut transaction, &kept.value).await.expect("asked");
            transaction.update(&kept).expect("a row");
            match core.store.commit(transaction).await {
                Ok(_) => break,
                Err(StoreError::Conflict { .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    cycle::ring_deliverers(core);
    drop(held);
}

/// What became of every delivery in a room: told, grouped in something told, or expired with a line in the journal.
pub async fn all_accounted_for(core: &Core, room: &RoomId, ids: &[IncidentId]) -> (usize, usize, usize) {
    let journal = read_journal(&*core.store, 1, 1_000_000).await.expect("a journal");
    let expired: BTreeSet<String> = journal
        .iter()
        .filter(|(_, line)| line.deed == "delivery_expired" && !line.detail["reason"].as_str().unwrap_or("").is_empty())
        .filter(|(_, line)| line.detail["room"] == room.as_str())
        .map(|(_, line)| line.subject.clone())
        .collect();
    let all = scan_all::<Delivery>(&*core.store).await.expect("deliveries");
    let of = |about: &About| {
        let kept = all.iter().find(|one| one.value.room == *room && one.value.about == *about);
        kept.unwrap_or_else(|| panic!("no {about}")).value.clone()
    };
    let (mut told, mut grouped, mut over) = (0, 0, 0);
    for id in ids {
        let about = About::Incident(id.clone());
        match of(&about).state {
            State::Sent => told += 1,
            State::Grouped { group } => {
                let group = of(&About::Group(IncidentId::typed(&group).expect("an id")));
                assert_eq!(group.state, State::Sent, "{about}");
                grouped += 1;
            }
            State::Expired { .. } => {
                assert!(expired.contains(&about.to_string()), "{about} expired and nobody wrote it down");
                over += 1;
            }
            other => panic!("{about} is {other:?}"),
        }
    }
    (told, grouped, over)
}
