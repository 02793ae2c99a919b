//! The bots of `chat` against the emulated platforms of `sim`: two implementations that share no wire type.

use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use plimsoll::chat::discord::DiscordBot;
use plimsoll::chat::discord::commands::{CommandSpec, OptionKind, OptionSpec};
use plimsoll::chat::discord::gateway::{Receiver as Gateway, Registered, run_gateway};
use plimsoll::chat::error::SendError;
use plimsoll::chat::inbound::{
    Ack, Alarm, Alarms, Inbound, Inbox, InboxError, Kept, Place, PlaceKind, Suggest, What, Who,
};
use plimsoll::chat::limits::{Limits, Route};
use plimsoll::chat::telegram::poll::{Receiver as Poller, poll_updates};
use plimsoll::chat::telegram::{Menu, MenuScope, TelegramBot};
use plimsoll::chat::{Chats, Edited, SendOptions};
use plimsoll::domain::person::{Address, Chat, Identity};
use plimsoll::outbox::delivery::MessageRef;
use plimsoll::outbox::retry::Outcome as Came;
use plimsoll::sim::discord::{Aim, DiscordConfig, DiscordSim, Fault, Outcome, Snowflake};
use plimsoll::sim::telegram::{Fault as TgFault, NewUser, Scope, TelegramConfig, TelegramSim};
use plimsoll::time::{Clock, Driver};
use plimsoll::words::message::{Block, Button, Look, Message, Picture, Run};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;

const TELEGRAM_TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

const OPTIONS: SendOptions<'static> =
    SendOptions { more: "… {count} more behind Why", key: "incident/A7K2/team", revision: 1 };

fn start() -> Timestamp {
    Timestamp::from_second(1_772_366_400).expect("in range")
}

/// A picture of 2 × 1 that says it is larger; nobody draws it.
pub fn png() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x05\x00\x00\x00\x02\xd0\x08\x02\x00\x00\x00".to_vec();
    let crc = crc32fast::hash(&png[12..29]);
    png.extend_from_slice(&crc.to_be_bytes());
    png.extend_from_slice(b"\x00\x00\x00\x00IEND\xaeB`\x82");
    png
}

fn message(headline: &str, picture: bool) -> Message {
    let plain = |text: &str| vec![Run::Plain(text.to_owned())];
    Message {
        headline: headline.to_owned(),
        blocks: vec![
            Block {
                weight: 0,
                lines: vec![plain("Seen: 4 orders on <€640> & @everyone"), vec![Run::Bold("Sure".to_owned())]],
            },
            Block { weight: 3, lines: vec![plain(&"x".repeat(900))] },
            Block { weight: 2, lines: vec![plain(&"🔴".repeat(900))] },
        ],
        footer: "cpa-stop v3 · #A7K2".to_owned(),
        buttons: vec![vec![
            Button { label: "Stop boost −€86".to_owned(), token: "b-stop".to_owned(), look: Look::Danger },
            Button { label: "Why".to_owned(), token: "b-why".to_owned(), look: Look::Plain },
        ]],
        picture: picture.then(|| Picture { png: png(), alt: "cost per order".to_owned() }),
        file: None,
        silent: false,
    }
}

/// Keeps in memory; completes with one word.
#[derive(Default)]
struct Desk {
    kept: Mutex<Vec<(String, Inbound)>>,
    alarms: Mutex<Vec<Alarm>>,
    registered: Mutex<Vec<(String, String)>>,
    /// How many things were kept when it was woken.
    woken: Mutex<Vec<usize>>,
    /// How often the connection was found to stand.
    heard: Mutex<usize>,
}

impl Desk {
    fn last(&self) -> Inbound {
        self.kept.lock().expect("lock").last().expect("something was kept").1.clone()
    }

    fn count(&self) -> usize {
        self.kept.lock().expect("lock").len()
    }
}

#[async_trait::async_trait]
impl Inbox for Desk {
    async fn keep(&self, _: Chat, _: &str, id: &str, raw: &[u8], inbound: &Inbound) -> Result<Kept, InboxError> {
        serde_json::from_slice::<serde_json::Value>(raw).expect("raw is what was sent");
        let mut kept = self.kept.lock().expect("lock");
        if kept.iter().any(|(known, _)| known == id) {
            return Ok(Kept::Already);
        }
        kept.push((id.to_owned(), inbound.clone()));
        Ok(Kept::New)
    }

    fn wake(&self) {
        let count = self.count();
        self.woken.lock().expect("lock").push(count);
    }
}

impl Alarms for Desk {
    fn raise(&self, alarm: Alarm) {
        self.alarms.lock().expect("lock").push(alarm);
    }

    fn heard(&self, _: Chat) {
        *self.heard.lock().expect("lock") += 1;
    }
}

#[async_trait::async_trait]
impl Suggest for Desk {
    async fn suggest(&self, from: &Who, at: &Place, command: &str, option: &str, typed: &str) -> Vec<(String, String)> {
        assert_eq!((at.kind, at.address.chat), (PlaceKind::Group, Chat::Discord));
        vec![(format!("{} {command} {option} {typed}", from.name), "A7K2".to_owned())]
    }

    fn acknowledge(&self, what: &What) -> Ack {
        match what {
            What::Press { token, .. } if token == "b-stop" => Ack::Silent,
            What::Press { .. } => Ack::Private,
            _ => Ack::Public,
        }
    }
}

#[async_trait::async_trait]
impl Registered for Desk {
    async fn has(&self, guild: &str, fingerprint: &str) -> bool {
        let registered = self.registered.lock().expect("lock");
        registered.iter().any(|row| row.0 == guild && row.1 == fingerprint)
    }

    async fn set(&self, guild: &str, fingerprint: &str) {
        let row = (guild.to_owned(), fingerprint.to_owned());
        self.registered.lock().expect("lock").push(row);
    }
}

fn why() -> CommandSpec {
    CommandSpec {
        name: "why".to_owned(),
        names: Vec::new(),
        description: "Show the evidence of an alert".to_owned(),
        localised: vec![("sv-SE".to_owned(), "Visa underlaget".to_owned())],
        options: vec![OptionSpec {
            name: "alert".to_owned(),
            description: "Which".to_owned(),
            localised: Vec::new(),
            kind: OptionKind::Text,
            required: true,
            completes: true,
        }],
    }
}

struct Town {
    driver: Driver,
    sim: DiscordSim,
    chats: Chats,
    desk: Arc<Desk>,
    stop: CancellationToken,
    guild: Snowflake,
    room: Address,
    channel: Snowflake,
    anna: Snowflake,
}

impl Town {
    async fn new() -> Self {
        Self::with(DiscordConfig::new("t0ken")).await
    }

    async fn with(config: DiscordConfig) -> Self {
        let (clock, mut driver) = Clock::simulated(start());
        let sim = DiscordSim::start(clock.clone(), config).await.expect("starts");
        let anna = sim.create_user("anna", "sv-SE");
        let guild = sim.create_guild("Nordbo", "en-US", anna);
        let channel = sim.create_channel(guild, "alerts");
        let limits = Limits::new(Chat::Discord);
        let token = SecretString::from("t0ken");
        let bot = DiscordBot::new(&sim.api_url(), token, clock.clone(), limits).expect("a bot");
        let bot = Arc::new(bot);
        let desk = Arc::new(Desk::default());
        let stop = CancellationToken::new();
        let receiver = Gateway {
            bot: Arc::clone(&bot),
            gateway_url: sim.gateway_url(),
            inbox: desk.clone(),
            suggest: desk.clone(),
            alarms: desk.clone(),
            commands: vec![why()],
            registered: desk.clone(),
            renew: CancellationToken::new(),
        };
        let theirs = stop.clone();
        drop(clock.spawn("discord gateway", |held| async move { run_gateway(receiver, &theirs, held).await }));
        driver.run_for(SignedDuration::from_secs(1)).await.expect("quiet");
        let room =
            Address { chat: Chat::Discord, place: channel.to_string(), topic: None, guild: Some(guild.to_string()) };
        let chats = Chats { telegram: None, discord: Some(Arc::clone(&bot)) };
        Self { driver, sim, chats, desk, stop, guild, room, channel, anna }
    }

    async fn pass(&mut self, seconds: i64) {
        self.driver.run_for(SignedDuration::from_secs(seconds)).await.expect("quiet");
    }

    fn shown(&self, at: &MessageRef) -> plimsoll::sim::discord::Message {
        let id = at.message.parse().expect("a snowflake");
        self.sim.message(id).expect("a message")
    }

    async fn end(self) {
        self.stop.cancel();
        self.sim.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_shows_one_message_that_lives() {
    let mut town = Town::new().await;
    let sent = town.chats.send(&message("🔴 Alma: €160", true), &town.room, &OPTIONS).await.expect("sent");
    let again = town.chats.send(&message("🔴 Alma: €160", true), &town.room, &OPTIONS).await.expect("found");
    assert_eq!(sent.message, again.message, "the nonce finds it");
    let shown = town.shown(&sent);
    assert_eq!(shown.content, "🔴 Alma: €160");
    assert_eq!(shown.attachments.len(), 1);
    assert_eq!(format!("{:?}", shown.pings), format!("{:?}", plimsoll::sim::discord::Pings::default()));
    town.pass(10).await;
    let resolved = Message { buttons: Vec::new(), ..message("🟢 Alma: resolved", false) };
    let edited = town.chats.edit(Chat::Discord, &sent, &resolved, &OPTIONS).await.expect("edited");
    assert_eq!(edited, Edited::Changed);
    let shown = town.shown(&sent);
    assert_eq!((shown.content.as_str(), shown.components.len()), ("🟢 Alma: resolved", 0));
    assert_eq!(shown.attachments.len(), 1, "the picture stays");
    town.sim.delete_message(sent.message.parse().expect("a snowflake"));
    town.pass(10).await;
    let gone = town.chats.edit(Chat::Discord, &sent, &resolved, &OPTIONS).await;
    assert!(matches!(gone, Err(SendError::MessageGone { .. })), "{gone:?}");
    assert!(town.chats.is_member(&town.room, &town.anna.to_string()).await.expect("says"));
    let bo = town.sim.create_user("bo", "en-US");
    assert!(!town.chats.is_member(&town.room, &bo.to_string()).await.expect("says"));
    let carl = town.sim.create_user("carl", "en-US");
    town.sim.add_member(town.guild, carl, &[]).expect("a member");
    let who = Identity { chat: Chat::Discord, user: carl.to_string() };
    let alone = town.chats.private_room(&who).await.expect("opens");
    assert_eq!(alone.place, town.sim.dm(carl).to_string());
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_acknowledges_nothing_is_connected_anew_and_heard_again() {
    let heartbeat = std::time::Duration::from_millis(200);
    let mut town = Town::with(DiscordConfig { heartbeat, ..DiscordConfig::new("t0ken") }).await;
    town.pass(125).await;
    assert_eq!(*town.desk.heard.lock().expect("lock"), 2, "once a minute");
    let before = town.sim.gateway_counts();
    town.sim.zombie(true);
    // Heartbeats are real time: the second that stays unanswered ends the connection.
    town.sim.session_since(before).await.expect("a new connection");
    town.sim.zombie(false);
    town.pass(300).await;
    assert!(2 < *town.desk.heard.lock().expect("lock"));
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_discord_reply_is_found_by_nonce_and_later_in_the_history() {
    let mut town = Town::new().await;
    town.sim.fail_next(Aim::any(), Fault::LoseReply, 1);
    let lost = town.chats.send(&message("🔴 Alma", false), &town.room, &OPTIONS).await;
    assert!(matches!(lost, Err(SendError::Lost { .. })), "{lost:?}");
    let since = start();
    town.pass(30).await;
    let found = town.chats.send(&message("🔴 Alma", false), &town.room, &OPTIONS).await.expect("found");
    town.pass(300).await;
    let seen = town.chats.look_up(&town.room, "#A7K2", since).await;
    assert!(matches!(&seen, Came::Sent(there) if there.message == found.message), "{seen:?}");
    assert_eq!(town.chats.look_up(&town.room, "#ZZZZ", since).await, Came::NotFound);
    assert_eq!(town.sim.messages(town.channel).len(), 1);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discord_command_is_kept_acknowledged_and_answered_in_place() {
    let mut town = Town::new().await;
    assert_eq!(town.sim.commands(Some(town.guild)).len(), 1);
    // Once for the guild, once for direct messages.
    assert_eq!(town.desk.registered.lock().expect("lock").len(), 2);
    assert_eq!(town.sim.commands(None).len(), 1);
    let asked =
        town.sim.autocomplete(town.anna, town.channel, "why", &[("alert", "A7".into())], "alert").expect("sent");
    town.pass(1).await;
    let Outcome::Choices(choices) = town.sim.outcome(asked).expect("known") else {
        panic!("choices");
    };
    assert_eq!(choices.len(), 1);
    assert_eq!(town.desk.count(), 0, "typing is not kept");

    let asked = town.sim.slash(town.anna, town.channel, "why", &[("alert", "A7K2".into())]).expect("sent");
    town.pass(1).await;
    assert!(matches!(town.sim.outcome(asked), Ok(Outcome::Thinking { .. })));
    let got = town.desk.last();
    assert_eq!(
        got.what,
        What::Command {
            name: "why".to_owned(),
            rest: "A7K2".to_owned(),
            args: vec![("alert".to_owned(), "A7K2".to_owned())]
        }
    );
    assert_eq!(got.from.as_ref().map(|who| who.identity.user.clone()), Some(town.anna.to_string()));
    assert_eq!(got.address.as_ref().map(|at| at.place.clone()), Some(town.channel.to_string()));
    let answer = got.answer.expect("answerable");
    town.chats.answer(&answer, &message("Because", true), false, &OPTIONS).await.expect("answered");
    let Outcome::Replied { message: id } = town.sim.outcome(asked).expect("known") else {
        panic!("replied");
    };
    assert_eq!(town.sim.message(id).expect("a message").content, "Because");
    town.pass(16 * 60).await;
    let late = town.chats.answer(&answer, &message("Late", false), false, &OPTIONS).await;
    assert!(matches!(late, Err(SendError::TooLate { .. })), "{late:?}");
    assert_eq!(*town.desk.woken.lock().expect("lock"), [1]);
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_discord_button_is_heard_twice_and_answered_as_it_was_acknowledged() {
    let mut town = Town::new().await;
    let sent = town.chats.send(&message("🔴 Alma", false), &town.room, &OPTIONS).await.expect("sent");
    let id = sent.message.parse().expect("a snowflake");
    for (button, private) in [("b-why", true), ("b-stop", false)] {
        let asked = town.sim.press(town.anna, id, button).expect("pressed");
        town.pass(1).await;
        let got = town.desk.last();
        assert!(
            matches!(&got.what, What::Press { token, message: Some(at) } if token == button && at.message == sent.message),
            "{:?}",
            got.what
        );
        let answer = got.answer.expect("answerable");
        town.chats.answer(&answer, &message("Done", false), false, &OPTIONS).await.expect("answered");
        let outcome = town.sim.outcome(asked).expect("known");
        assert_eq!(matches!(outcome, Outcome::Replied { .. }), private, "{outcome:?}");
        assert_eq!(town.sim.followups(asked).len(), usize::from(!private));
    }
    assert_eq!(town.shown(&sent).content, "🔴 Alma", "the alert is left as it is");
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interaction_that_comes_twice_is_kept_and_acknowledged_once() {
    let mut town = Town::new().await;
    town.sim.repeat_events(true);
    let asked = town.sim.slash(town.anna, town.channel, "why", &[("alert", "A7K2".into())]).expect("sent");
    town.pass(2).await;
    assert!(matches!(town.sim.outcome(asked), Ok(Outcome::Thinking { .. })));
    assert_eq!(town.desk.count(), 1);
    let calls = town.sim.requests();
    let acknowledged = calls.iter().filter(|call| format!("{call:?}").contains("/callback")).count();
    assert_eq!(acknowledged, 1, "{calls:?}");
    town.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_takes_messages_and_edits_as_early_as_allowed_without_one_refusal() {
    let mut town = Town::new().await;
    let mut sent = None;
    for n in 0..60_u32 {
        let route = if n % 3 == 2 { Route::Edit } else { Route::Send };
        let now = town.driver.clock().now();
        if let Err(earliest) = town.chats.may_send(&town.room, route, now) {
            town.driver.run_until(earliest).await.expect("quiet");
        }
        let text = message(&format!("{n}"), false);
        let options = SendOptions { revision: n, ..OPTIONS };
        match (route, &sent) {
            (Route::Edit, Some(at)) => {
                town.chats.edit(Chat::Discord, at, &text, &options).await.expect("edited");
            }
            _ => sent = Some(town.chats.send(&text, &town.room, &options).await.expect("sent")),
        }
    }
    assert!(start() + SignedDuration::from_secs(10) < town.driver.clock().now(), "it had to wait");
    assert_eq!(town.sim.invalid_requests(), 0);
    town.end().await;
}

struct Village {
    driver: Driver,
    sim: TelegramSim,
    bot: Arc<TelegramBot>,
    chats: Chats,
    desk: Arc<Desk>,
    stop: CancellationToken,
    anna: plimsoll::sim::telegram::UserId,
    room: Address,
}

fn telegram_room(place: i64) -> Address {
    Address { chat: Chat::Telegram, place: place.to_string(), topic: None, guild: None }
}

impl Village {
    async fn new() -> Self {
        let (clock, driver) = Clock::simulated(start());
        let sim = TelegramSim::start(clock.clone(), TelegramConfig::default()).await.expect("starts");
        let anna = sim.add_user(NewUser::named("Anna", "sv"));
        sim.user_starts(anna, None).expect("starts");
        let limits = Limits::new(Chat::Telegram);
        let token = SecretString::from(TELEGRAM_TOKEN);
        let bot = TelegramBot::new(&sim.base_url(), token, clock.clone(), limits).expect("a bot");
        let bot = Arc::new(bot);
        let desk = Arc::new(Desk::default());
        let stop = CancellationToken::new();
        let receiver = Poller { bot: Arc::clone(&bot), inbox: desk.clone(), alarms: desk.clone() };
        let theirs = stop.clone();
        drop(clock.spawn("telegram poll", |mut held| async move {
            let mut dice = ChaCha8Rng::seed_from_u64(1);
            poll_updates(&receiver, &theirs, &mut held, &mut dice).await
        }));
        let chats = Chats { telegram: Some(Arc::clone(&bot)), discord: None };
        let room = telegram_room(sim.private_chat(anna).0);
        let mut village = Self { driver, sim, bot, chats, desk, stop, anna, room };
        village.pass(1).await;
        village
    }

    async fn pass(&mut self, seconds: i64) {
        self.driver.run_for(SignedDuration::from_secs(seconds)).await.expect("quiet");
    }

    fn shown(&self, at: &MessageRef) -> plimsoll::sim::telegram::Shown {
        let chat = plimsoll::sim::telegram::ChatId(at.place.parse().expect("an id"));
        self.sim.message(chat, at.message.parse().expect("an id")).expect("a message")
    }

    async fn end(self) {
        self.stop.cancel();
        self.sim.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn telegram_shows_one_message_that_lives() {
    let mut village = Village::new().await;
    for picture in [true, false] {
        let sent = village.chats.send(&message("🔴 Alma: €160", picture), &village.room, &OPTIONS).await.expect("sent");
        let shown = village.shown(&sent);
        assert_eq!((sent.has_picture, shown.photo.is_some()), (picture, picture));
        assert!(shown.text.starts_with("🔴 Alma: €160\n\nSeen: 4 orders on <€640> & @"), "{}", shown.text);
        assert_eq!(shown.text.contains("2 more behind Why"), picture, "{}", shown.text);
        assert_eq!(shown.buttons, [["Stop boost −€86", "Why"]]);
        let resolved = Message { buttons: Vec::new(), ..message("🟢 Alma: resolved", false) };
        for want in [Edited::Changed, Edited::Unchanged] {
            village.pass(2).await;
            let edited = village.chats.edit(Chat::Telegram, &sent, &resolved, &OPTIONS).await.expect("edited");
            assert_eq!(edited, want);
        }
        let shown = village.shown(&sent);
        assert!(shown.text.starts_with("🟢 Alma: resolved"));
        assert!(shown.buttons.is_empty());
        village.pass(2).await;
    }
    let menu = Menu {
        scope: MenuScope::Private,
        language: None,
        commands: vec![("why-not".to_owned(), "Show what nearly fired".to_owned())],
    };
    village.bot.set_menu(&menu).await.expect("set");
    let home = village.sim.private_chat(village.anna);
    assert_eq!(village.sim.menu(home, village.anna)[0].0, "why_not");
    village.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn telegram_updates_are_kept_and_buttons_answered() {
    let mut village = Village::new().await;
    let home = village.sim.private_chat(village.anna);
    village.sim.user_sends(home, village.anna, "/why A7K2").expect("sends");
    village.pass(5).await;
    assert!(matches!(&village.desk.last().what, What::Command { name, rest, .. } if name == "why" && rest == "A7K2"));
    let sent = village.chats.send(&message("🔴 Alma", true), &village.room, &OPTIONS).await.expect("sent");
    let id = sent.message.parse().expect("an id");
    let press = village.sim.user_presses(home, village.anna, id, "Why").expect("presses");
    village.pass(5).await;
    let got = village.desk.last();
    assert!(
        matches!(&got.what, What::Press { token, message: Some(at) }
            if token == "b-why" && at.message == sent.message && at.has_picture),
        "{:?}",
        got.what
    );
    let answer = got.answer.expect("answerable");
    village.chats.answer(&answer, &message("Because", false), true, &OPTIONS).await.expect("answered");
    assert!(format!("{:?}", village.sim.answer(&press)).contains("Because"));
    assert_eq!(village.sim.pending_updates(), 0);
    village.sim.user_blocks_bot(village.anna).expect("blocks");
    village.pass(5).await;
    assert_eq!(village.desk.last().what, What::BotMembership { present: false });
    let dead = village.chats.send(&message("🔴 Alma", false), &village.room, &OPTIONS).await;
    assert!(matches!(dead, Err(SendError::TargetDead { .. })), "{dead:?}");
    let now = village.driver.clock().now();
    assert!(village.chats.may_send(&village.room, Route::Send, now).is_err(), "left alone for an hour");
    village.sim.user_unblocks_bot(village.anna).expect("unblocks");
    village.chats.reopen(&village.room);
    village.pass(5).await;
    village.chats.send(&message("🔴 Alma", false), &village.room, &OPTIONS).await.expect("sent");
    village.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn telegram_faults_are_told_apart() {
    let mut village = Village::new().await;
    village.sim.inject(TgFault::LoseReply, Scope::method("sendMessage"), 1);
    let lost = village.chats.send(&message("🔴 Alma", false), &village.room, &OPTIONS).await;
    assert!(matches!(lost, Err(SendError::Lost { .. })), "{lost:?}");
    village.pass(2).await;
    village.sim.inject(TgFault::Gateway { status: 502 }, Scope::method("sendMessage"), 1);
    let lost = village.chats.send(&message("🔴 Alma", false), &village.room, &OPTIONS).await;
    assert!(matches!(lost, Err(SendError::Lost { .. })), "{lost:?}");
    let group = village.sim.add_group("Team", village.anna).expect("added");
    village.sim.add_bot(group, village.anna).expect("joins");
    let room = telegram_room(group.0);
    village.pass(2).await;
    village.chats.send(&message("🔴 Alma", false), &room, &OPTIONS).await.expect("sent");
    assert!(village.chats.is_member(&room, &village.anna.0.to_string()).await.expect("says"));
    let to = village.sim.upgrade_group(group).expect("upgraded");
    village.pass(2).await;
    let moved = village.chats.send(&message("🔴 Alma", false), &room, &OPTIONS).await;
    assert!(matches!(&moved, Err(SendError::TargetMoved { place, .. }) if *place == to.0.to_string()), "{moved:?}");
    let kept = village.desk.kept.lock().expect("lock").clone();
    assert!(kept.iter().any(|(_, one)| matches!(&one.what, What::Moved { to: id } if *id == to.0.to_string())));
    village.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_of_sending_as_early_as_allowed_meets_no_refusal() {
    let mut village = Village::new().await;
    let group = village.sim.add_supergroup("Team", village.anna, false).expect("added");
    village.sim.add_bot(group, village.anna).expect("joins");
    let room = telegram_room(group.0);
    let mut sent = None;
    for n in 0..120 {
        let route = if n % 3 == 2 { Route::Edit } else { Route::Send };
        let now = village.driver.clock().now();
        if let Err(earliest) = village.chats.may_send(&room, route, now) {
            village.driver.run_until(earliest).await.expect("quiet");
        }
        let text = message(&format!("{n}"), false);
        match (route, &sent) {
            (Route::Edit, Some(at)) => {
                village.chats.edit(Chat::Telegram, at, &text, &OPTIONS).await.expect("edited");
            }
            _ => sent = Some(village.chats.send(&text, &room, &OPTIONS).await.expect("sent")),
        }
    }
    assert_eq!(village.sim.flood_refusals().total, 0);
    village.end().await;
}
