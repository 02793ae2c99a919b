//! A house with two brands and everybody in it, made once; each question is then asked of a copy of its store.
//!
//! What is asked goes the listener's own way, from what lies in the inbox to what stands in the chat of the emulated
//! Telegram: only the updates are not polled for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{apply, read_texts};
use plimsoll::app::config::Config;
use plimsoll::app::core::Core;
use plimsoll::app::ears::Ears;
use plimsoll::app::listen;
use plimsoll::app::people::{make_code, revoke};
use plimsoll::app::records::{ButtonRecord, COUNTERS, Counters, Gift};
use plimsoll::app::service;
use plimsoll::app::watch::take_in;
use plimsoll::chat::Chats;
use plimsoll::chat::inbound::{Inbound, Inbox as _, PlaceKind, What, Who};
use plimsoll::domain::action::Proposal;
use plimsoll::domain::ids::{BrandId, CampaignId, CreatorId, PersonId, Platform, RoomId, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::money::Currency;
use plimsoll::domain::person::{Address, Audience, Chat, Identity, Reach, Role, Room};
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::outbox::incident::Incident;
use plimsoll::outbox::notice::About;
use plimsoll::sim::telegram::{ChatId, FloodConfig, NewUser, Standing, TelegramConfig, TelegramSim, UserId};
use plimsoll::sources::Fetched;
use plimsoll::store::memory::MemoryStore;
use plimsoll::store::records::{last_journal, load, read_journal, scan_all};
use plimsoll::store::{Store as _, Table, Transaction, Write, keys};
use plimsoll::time::{Clock, Driver};
use plimsoll::words::buttons::ButtonPurpose;
use serde_json::Value;

use super::table::Named;

const START: &str = "2026-03-01T00:00:00+01:00[Europe/Stockholm]";

const DOCUMENTS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "EUR"
margin_per_order = "44.00 EUR"
[[brand]]
id = "fjord"
name = "Fjord"
zone = "Europe/Oslo"
currency = "EUR"
[[campaign]]
id = "spring"
name = "Spring Launch"
brand = "nordbo"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30
target = { cpa = "45.00 EUR" }
[[campaign]]
id = "autumn"
brand = "fjord"
starts = 2026-02-01
ends = 2026-06-30
[[creator]]
id = "alma"
name = "Alma Lind"
zone = "Europe/Stockholm"
managed_by = "stella"
[[creator]]
id = "bo"
name = "Bo Ek"
zone = "Europe/Stockholm"
[[partnership]]
campaign = "spring"
creator = "alma"
codes = ["ALMA10"]
[[partnership]]
campaign = "autumn"
creator = "bo"
[[deliverable]]
partnership = "spring/alma"
id = "reel-2"
platform = "instagram"
format = "reel"
fee = "4000.00 EUR"
due = 2026-04-20
cancel_by = 2026-04-18T18:00
[[boost]]
id = "alma-reel-1"
partnership = "spring/alma"
source = "tiktok_ads"
ref = "b1"
budget = "6000.00 EUR"
[[room]]
id = "nordbo-team"
brand = "nordbo"
audience = "internal"
[[room]]
id = "nordbo-client"
brand = "nordbo"
audience = "client"
locale = "sv"
[[room]]
id = "operators"
audience = "operator"
[[room]]
id = "fjord-team"
brand = "fjord"
audience = "internal"
"#;

const RULES: &str = r#"
[[rule]]
id = "cpa-stop"
kind = "stop_loss"
scope = "partnership"
where = { campaign = "spring" }
when = "cpa > target.cpa && spend / target.cpa >= 10"
window = "7d"
recover = "cpa < 0.9 * target.cpa || spend / target.cpa < 10"
mode = "propose"
then = [ { do = "stop_boost" } ]
cooldown = "24h"
"#;

/// Who asks. The letter is the one of the table, as far as it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    Agency,
    ClientOwner,
    Manager,
    Analyst,
    Operator,
    /// Alma, whom everything is about.
    Creator,
    /// Bo, who works for the other brand.
    OtherCreator,
    /// Answers for Alma.
    TalentManager,
    /// The agency of the other brand.
    OtherBrand,
    /// Was a manager.
    Revoked,
    /// In every group, and nobody we know.
    Outsider,
}

impl Actor {
    pub const ALL: [Self; 11] = [
        Self::Agency,
        Self::ClientOwner,
        Self::Manager,
        Self::Analyst,
        Self::Operator,
        Self::Creator,
        Self::OtherCreator,
        Self::TalentManager,
        Self::OtherBrand,
        Self::Revoked,
        Self::Outsider,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Agency => "Maja",
            Self::ClientOwner => "Carl",
            Self::Manager => "Jonas",
            Self::Analyst => "Ana",
            Self::Operator => "Otto",
            Self::Creator => "Alma",
            Self::OtherCreator => "Bo",
            Self::TalentManager => "Stella",
            Self::OtherBrand => "Xenia",
            Self::Revoked => "Rune",
            Self::Outsider => "Zoe",
        }
    }

    fn gift(self) -> Option<Gift> {
        let brand = |id: &str| Reach::Brand(BrandId::new(id).expect("an id"));
        let creator = |id: &str| Some(CreatorId::new(id).expect("an id"));
        let (role, reach, creator) = match self {
            Self::Agency => (Role::Agency, brand("nordbo"), None),
            Self::ClientOwner => (Role::ClientOwner, brand("nordbo"), None),
            Self::Manager | Self::Revoked => (Role::Manager, brand("nordbo"), None),
            Self::Analyst => (Role::Analyst, brand("nordbo"), None),
            Self::Operator => (Role::Operator, Reach::All, None),
            Self::Creator => (Role::Creator, brand("nordbo"), creator("alma")),
            Self::OtherCreator => (Role::Creator, brand("fjord"), creator("bo")),
            Self::TalentManager => (Role::TalentManager, brand("nordbo"), None),
            Self::OtherBrand => (Role::Agency, brand("fjord"), None),
            Self::Outsider => return None,
        };
        Some(Gift::Role { role, reach, name: Some(self.name().to_owned()), creator })
    }
}

/// Where it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Team,
    Client,
    /// A group that is Alma's room.
    CreatorRoom,
    /// Whoever asks, alone with the bot.
    Direct,
    Operators,
    /// The room of the other brand's team.
    OtherBrand,
}

impl Place {
    pub const ALL: [Self; 6] =
        [Self::Team, Self::Client, Self::CreatorRoom, Self::Direct, Self::Operators, Self::OtherBrand];

    fn room(self) -> Option<&'static str> {
        match self {
            Self::Team => Some("nordbo-team"),
            Self::Client => Some("nordbo-client"),
            Self::CreatorRoom => Some("alma-room"),
            Self::Direct => None,
            Self::Operators => Some("operators"),
            Self::OtherBrand => Some("fjord-team"),
        }
    }

    /// What is spoken there.
    pub fn language(self) -> &'static str {
        if self == Self::Client { "sv" } else { "en" }
    }
}

/// What came of a question.
#[derive(Debug)]
pub struct Came {
    /// Why it was refused, as the journal says; more than one would be a fault.
    pub refused: Vec<String>,
    /// What was written, apart from the inbox and the journal.
    pub wrote: BTreeSet<Table>,
    /// What the bot said.
    pub said: Vec<String>,
}

/// The house.
pub struct House {
    _driver: Driver,
    clock: Clock,
    telegram: TelegramSim,
    chats: Arc<Chats>,
    config: Config,
    base: MemoryStore,
    people: BTreeMap<Actor, UserId>,
    groups: BTreeMap<Place, ChatId>,
    /// What the questions are about.
    pub named: Named,
    now: Open,
    next_update: u64,
}

/// The program on one copy of the store.
struct Open {
    core: Arc<Core>,
    ears: Arc<Ears>,
    wrote: Arc<Mutex<Vec<Table>>>,
    journal: u64,
}

impl Open {
    async fn on(store: MemoryStore, clock: &Clock, config: &Config) -> Self {
        let (store, wrote) = (Arc::new(store), Arc::new(Mutex::new(Vec::new())));
        let log = Arc::clone(&wrote);
        store.on_commit(move |_, transaction| {
            let tables = transaction.writes.iter().map(|write| match write {
                Write::Put { table, .. } | Write::Delete { table, .. } | Write::Append { table, .. } => *table,
            });
            log.lock().expect("lock").extend(tables);
            None
        });
        let journal = last_journal(&*store).await.expect("a journal");
        let core = Core::open(clock.clone(), store, config.clone(), 8).await.expect("opened");
        let ears = Arc::new(Ears::new(Arc::clone(&core)));
        Self { core, ears, wrote, journal }
    }
}

impl House {
    pub async fn build() -> Self {
        let start: jiff::Zoned = START.parse().expect("an instant");
        let (clock, driver) = Clock::simulated(start.timestamp());
        let flood = FloodConfig { enabled: false, ..FloodConfig::default() };
        let settings = TelegramConfig { flood, privacy_mode: false, ..TelegramConfig::default() };
        let telegram = TelegramSim::start(clock.clone(), settings).await.expect("Telegram");
        let sets = [
            "telegram.token=\"110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw\"".to_owned(),
            format!("telegram.api_url=\"{}\"", telegram.base_url()),
            "actions.url=\"http://127.0.0.1:9/\"".to_owned(),
            "actions.secret=\"a secret\"".to_owned(),
            // What is measured here is who may, not how fast.
            "limits.telegram.per_second=1000000".to_owned(),
            "limits.telegram.per_room_per_second=1000000".to_owned(),
            "limits.telegram.per_group_per_minute=1000000".to_owned(),
            // One person presses everything there is within a minute.
            "limits.person.burst=1000000".to_owned(),
        ];
        let config = Config::load(None, &sets).expect("settings");
        let chats = Arc::new(service::chats(&config, &clock).expect("chats"));
        let people: BTreeMap<Actor, UserId> =
            Actor::ALL.iter().map(|one| (*one, telegram.add_user(NewUser::named(one.name(), "en")))).collect();
        let owner = people[&Actor::Agency];
        let mut groups = BTreeMap::new();
        for place in Place::ALL {
            let Some(room) = place.room() else { continue };
            let group = telegram.add_supergroup(room, owner, false).expect("a group");
            telegram.add_bot(group, owner).expect("added");
            for user in people.values().filter(|user| **user != owner) {
                telegram.set_standing(group, *user, Standing::Member).expect("a member");
            }
            groups.insert(place, group);
        }
        for user in people.values() {
            telegram.user_starts(*user, None).expect("started");
        }
        let now = Open::on(MemoryStore::new(), &clock, &config).await;
        let named = Named { incident: plimsoll::outbox::incident::IncidentId::nth(0), proposal: 0, offer: 12 };
        let base = MemoryStore::new();
        let mut house =
            Self { _driver: driver, clock, telegram, chats, config, base, people, groups, named, now, next_update: 1 };
        house.settle().await;
        house
    }

    /// People join, rooms are bound, an alert fires and is shown to the client, and an offer waits.
    async fn settle(&mut self) {
        let store = Arc::new(MemoryStore::new());
        let core =
            Core::open(self.clock.clone(), Arc::clone(&store) as _, self.config.clone(), 8).await.expect("opened");
        self.now.core = Arc::clone(&core);
        self.now.ears = Arc::new(Ears::new(Arc::clone(&core)));
        let given = read_texts([("rules.toml", RULES), ("house.toml", DOCUMENTS)]).expect("documents");
        apply(&core, given, "terminal:test", false).await.expect("applied");
        for actor in Actor::ALL {
            if let Some(gift) = actor.gift() {
                let (code, _) = make_code(&core, gift, "terminal:test").await.expect("a code");
                self.ask(actor, Place::Direct, &command(&format!("start {code}"))).await;
            }
        }
        for place in Place::ALL {
            if let Some(room) = place.room().filter(|_| place != Place::CreatorRoom) {
                let gift = Gift::Room { room: RoomId::new(room).expect("an id") };
                let (code, _) = make_code(&core, gift, "terminal:test").await.expect("a code");
                self.ask(Actor::Agency, place, &command(&format!("bind {code}"))).await;
            }
        }
        let team = keys::room(&RoomId::new("nordbo-team").expect("an id"));
        let team = load::<Room>(&*store, &team).await.expect("reads").expect("a room").value;
        let place = self.groups[&Place::CreatorRoom].0.to_string();
        let hers = Room {
            id: RoomId::new("alma-room").expect("an id"),
            address: team.address.clone().map(|address| Address { place, ..address }),
            audience: Audience::Creator,
            brand: None,
            creator: Some(CreatorId::new("alma").expect("an id")),
            ..team
        };
        let kept = load::<Counters>(&*store, COUNTERS).await.expect("reads");
        let counters = kept.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
        let mut transaction = Transaction::new();
        transaction.create(&hers).expect("written");
        transaction.set(kept.as_ref(), &Counters { offer: self.named.offer - 1, ..counters }).expect("written");
        store.commit(transaction).await.expect("kept");
        let (who, reach) =
            (PersonId::new("rune").expect("an id"), Reach::Brand(BrandId::new("nordbo").expect("an id")));
        revoke(&core, &who, Role::Manager, &reach, "terminal:test").await.expect("kept").expect("revoked");
        let source = SourceId::new("tiktok_ads").expect("an id");
        let fetched = Fetched { samples: expensive(self.clock.now()), ..Fetched::default() };
        take_in(&core, &source, 1, fetched, self.clock.now()).await.expect("taken in");
        let incident = scan_all::<Incident>(&*store).await.expect("reads").remove(0).value;
        let proposal = scan_all::<Proposal>(&*store).await.expect("reads").remove(0).value;
        self.named.incident = incident.id.clone();
        self.named.proposal = proposal.number;
        self.ask(Actor::Agency, Place::Team, &command(&format!("show {}", incident.id.as_str()))).await;
        let offered = self.ask(Actor::Agency, Place::Team, &command("offer spring/alma reel-2 fee 3500 EUR")).await;
        assert_eq!(offered.refused, Vec::<String>::new());
        self.base = store.copy();
        self.open_again().await;
    }

    async fn open_again(&mut self) {
        self.now = Open::on(self.base.copy(), &self.clock, &self.config).await;
    }

    fn chat(&self, actor: Actor, place: Place) -> ChatId {
        self.groups.get(&place).copied().unwrap_or_else(|| self.telegram.private_chat(self.people[&actor]))
    }

    /// The room that a button hangs in there.
    fn room_id(&self, actor: Actor, place: Place) -> RoomId {
        let name = place.room().map_or_else(|| format!("dm-telegram-{}", self.people[&actor].0), str::to_owned);
        RoomId::new(&name).expect("an id")
    }

    /// Hangs a button in a place; answers its token.
    pub async fn hang(&mut self, actor: Actor, place: Place, purpose: &ButtonPurpose) -> What {
        let token = "ABCDEFGHIJKLMNOPQRSTUVWX".to_owned();
        let expires_at = self.clock.now().checked_add(SignedDuration::from_hours(1)).expect("in range");
        let record = ButtonRecord {
            token: token.clone(),
            room: self.room_id(actor, place),
            about: About::Incident(self.named.incident.clone()),
            purpose: purpose.clone(),
            bound: None,
            generation: 0,
            expires_at,
        };
        let kept = load::<ButtonRecord>(&*self.now.core.store, token.as_bytes()).await.expect("reads");
        let mut transaction = Transaction::new();
        transaction.set(kept.as_ref(), &record).expect("written");
        self.now.core.store.commit(transaction).await.expect("kept");
        What::Press { token, message: None }
    }

    /// Somebody says or presses something somewhere, and it is answered.
    pub async fn ask(&mut self, actor: Actor, place: Place, what: &What) -> Came {
        let (user, chat) = (self.people[&actor], self.chat(actor, place));
        let who = Who {
            identity: Identity { chat: Chat::Telegram, user: user.0.to_string() },
            name: actor.name().to_owned(),
            locale: Some("en".to_owned()),
            anonymous: false,
            bot: false,
        };
        let kind = if place == Place::Direct { PlaceKind::Private } else { PlaceKind::Group };
        let inbound = Inbound {
            at: self.clock.now(),
            done_at: None,
            from: Some(who),
            address: Some(Address { chat: Chat::Telegram, place: chat.0.to_string(), topic: None, guild: None }),
            place: Some(kind),
            what: what.clone(),
            file: None,
            answer: None,
        };
        self.telegram.mark_read(chat);
        self.next_update += 1;
        let id = self.next_update.to_string();
        self.now.ears.keep(Chat::Telegram, "bot", &id, b"{}", &inbound).await.expect("kept");
        self.now.wrote.lock().expect("lock").clear();
        listen::round(&self.now.core, &self.chats, &self.now.ears, Chat::Telegram).await.expect("answered");
        let said = self.telegram.unread(chat).into_iter().filter(|shown| shown.from_bot).map(|shown| shown.text);
        let said = said.collect();
        let lines = read_journal(&*self.now.core.store, self.now.journal + 1, 1_000).await.expect("a journal");
        self.now.journal = lines.last().map_or(self.now.journal, |line| line.0);
        let mut refused = Vec::new();
        for (_, line) in &lines {
            if line.deed == "refused" {
                refused.push(line.detail.get("reason").and_then(Value::as_str).unwrap_or_default().to_owned());
            }
        }
        let inbox = [Table::Inbox, Table::Unanswered, Table::Journal];
        let all = self.now.wrote.lock().expect("lock").clone();
        let wrote: BTreeSet<Table> = all.into_iter().filter(|table| !inbox.contains(table)).collect();
        Came { refused, wrote, said }
    }

    /// The same, and whatever it changed is as before again.
    pub async fn tries(&mut self, actor: Actor, place: Place, what: &What) -> Came {
        let came = self.ask(actor, place, what).await;
        if came.wrote.iter().any(|table| *table != Table::Buttons) {
            self.open_again().await;
        }
        came
    }

    pub async fn end(self) {
        self.telegram.shutdown().await;
    }
}

/// A command as it comes from Telegram.
pub fn command(text: &str) -> What {
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    What::Command { name: name.to_owned(), rest: rest.to_owned(), args: Vec::new() }
}

/// Four weeks of a boost of 120 euros a day, of which the last brought an order a day.
fn expensive(now: Timestamp) -> Vec<Sample> {
    let start: jiff::Zoned = START.parse().expect("an instant");
    let day = |back: i64| start.checked_sub(jiff::Span::new().days(back)).expect("in range").timestamp();
    let ids = (CampaignId::new("spring").expect("an id"), CreatorId::new("alma").expect("an id"));
    let subject = Subject::Partnership(ids.0, ids.1);
    let euro: Currency = "EUR".parse().expect("a currency");
    let one = |metric, value, currency, back| Sample {
        series: SeriesKey { subject: subject.clone(), metric, platform: Platform::TiktokAds },
        value,
        currency,
        form: Form::Amount { from: day(back), until: day(back - 1) },
        known_at: now,
        provisional: false,
        self_reported: false,
    };
    let orders = |back| if back <= 7 { 1 } else { 4 };
    (1..=28)
        .rev()
        .flat_map(|back| [one(Metric::Spend, 12_000, Some(euro), back), one(Metric::Orders, orders(back), None, back)])
        .collect()
}
