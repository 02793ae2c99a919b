//! A quick world for stories: people who have joined, rooms that are bound, and numbers that arrive when the teller says.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::config::Config;
use plimsoll::app::core::Core;
use plimsoll::app::demo::World;
use plimsoll::app::records::Gift;
use plimsoll::app::service::Service;
use plimsoll::app::watch::take_in;
use plimsoll::domain::action::Proposal;
use plimsoll::domain::document::Documents;
use plimsoll::domain::ids::{BrandId, CampaignId, CreatorId, Platform, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::money::Currency;
use plimsoll::domain::person::{Reach, Role};
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::outbox::incident::Incident;
use plimsoll::sim::discord::{Given as Typed, Message, Outcome, Snowflake};
use plimsoll::sim::telegram::{ChatId, NewUser, Press, Shown, Standing, UserId};
use plimsoll::sources::Fetched;
use plimsoll::store::records::{read_journal, scan_all};
use serde_json::Value;

/// The campaign of the stories; it began before the world does, so that the last seven whole days can be judged at once.
pub const CAMPAIGN: &str = "winter";

/// Days before the start of the world that numbers are told of.
const DAYS: i64 = 28;

/// A world, and where its story begins in both chats.
pub struct Story {
    pub world: World,
    telegram_from: usize,
    discord_from: usize,
    /// Kept so that it is there as long as the store.
    folder: tempfile::TempDir,
}

impl Story {
    /// A world whose team has joined: Maja (agency) on Telegram, Jonas (manager) on Discord, all three rooms bound.
    /// `creators` run in the campaign, each with a boost named after a boost of the ad platform, where it has one.
    pub async fn begin(seed: u64, creators: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let world = World::start(seed, folder.path()).await.expect("the world starts");
        let mut story = Self { world, telegram_from: 0, discord_from: 0, folder };
        story.apply(&campaign(&story.world, creators)).await;
        story.join().await;
        story.begin_here();
        story
    }

    /// The same story in another state of its world.
    pub async fn again<F: Future<Output = World>>(self, change: impl FnOnce(World) -> F) -> Self {
        let Self { world, telegram_from, discord_from, folder } = self;
        Self { world: change(world).await, telegram_from, discord_from, folder }
    }

    /// Only what is told from now on belongs to the story.
    pub fn begin_here(&mut self) {
        self.telegram_from = self.world.telegram.messages(self.world.cast.team_chat).len();
        self.discord_from = self.world.discord.messages(self.world.cast.team_channel).len();
    }

    async fn join(&mut self) {
        let cast = self.world.cast;
        self.starts(cast.maja, Role::Agency, "Maja", None).await;
        let code = self.world.role_code(Role::Manager, "Jonas", None).await.expect("a code");
        let direct = self.world.discord.dm(cast.jonas);
        self.slash(cast.jonas, direct, "link", &[("code", Typed::Text(code))]).await;
        let code = self.world.room_code("team-telegram").await.expect("a code");
        self.says(cast.team_chat, cast.maja, &format!("/bind {code}")).await;
        for (channel, room) in [(cast.team_channel, "team-discord"), (cast.operator_channel, "operators")] {
            let code = self.world.room_code(room).await.expect("a code");
            self.slash(cast.jonas, channel, "bind", &[("code", Typed::Text(code))]).await;
        }
        let state = self.world.core().state.lock().await;
        let bound = state.catalog.rooms.values().filter(|room| room.address.is_some()).count();
        assert_eq!(bound, 3, "every room is bound");
    }

    /// Applies documents.
    pub async fn apply(&self, text: &str) {
        let documents = Documents::from_toml(text).expect("documents");
        let file = Path::new("story.toml").to_path_buf();
        let documents = documents.into_list().map(|one| (file.clone(), one)).collect();
        apply(self.world.core(), Given { documents, rules: Vec::new() }, "terminal:story", false)
            .await
            .expect("applied");
    }

    /// Somebody starts the bot on Telegram with a code for a role.
    pub async fn starts(&mut self, user: UserId, role: Role, name: &str, creator: Option<&str>) {
        let creator = creator.map(|id| CreatorId::new(id).expect("an id"));
        let reach = Reach::Brand(BrandId::new("nordbo").expect("an id"));
        let gift = Gift::Role { role, reach, name: Some(name.to_owned()), creator };
        let code = self.world.code(gift).await.expect("a code");
        self.world.telegram.user_starts(user, Some(&code.replace('-', ""))).expect("started");
        self.wait(2).await;
    }

    /// A new member of the team's Telegram group.
    pub fn member(&self, name: &str) -> UserId {
        let user = self.world.telegram.add_user(NewUser::named(name, "en"));
        self.world.telegram.set_standing(self.world.cast.team_chat, user, Standing::Member).expect("a member");
        user
    }

    /// Lets so many seconds go by.
    pub async fn wait(&mut self, secs: i64) {
        let end = self.world.clock.now().checked_add(SignedDuration::from_secs(secs)).expect("in range");
        self.world.run_until(end).await.expect("the world runs");
    }

    /// What every day of the last four weeks brought: for each creator spend in cents and orders, a day. A later word on
    /// the same days replaces the earlier one, as with an ad platform that counts orders late.
    pub async fn report(&mut self, rows: &[(&str, i64, i64)]) {
        let now = self.world.clock.now();
        let samples = rows.iter().flat_map(|(creator, spend, orders)| days(creator, *spend, *orders, now)).collect();
        let source = SourceId::new("tiktok_ads").expect("an id");
        let fetched = Fetched { samples, ..Fetched::default() };
        let held = self.world.clock.hold("report");
        take_in(self.world.core(), &source, rows.len(), fetched, now).await.expect("taken in");
        drop(held);
    }

    /// An expensive boost, told and settled.
    pub async fn fires(&mut self, creator: &str) {
        self.report(&[(creator, 12_000, 1)]).await;
        self.wait(5).await;
    }

    /// Says something on Telegram; answers what the bot said since, in that chat.
    pub async fn says(&mut self, chat: ChatId, user: UserId, text: &str) -> String {
        let before = self.world.telegram.messages(chat).len();
        self.world.telegram.user_sends(chat, user, text).expect("sent");
        self.wait(2).await;
        let all = self.world.telegram.messages(chat);
        let said: Vec<String> =
            all.into_iter().skip(before).filter(|shown| shown.from_bot).map(|shown| shown.text).collect();
        said.join("\n--\n")
    }

    /// Types a command on Discord; answers what its person is shown.
    pub async fn slash(&mut self, user: Snowflake, channel: Snowflake, name: &str, given: &[(&str, Typed)]) -> String {
        let asked = self.world.discord.slash(user, channel, name, given).expect("the client sends it");
        self.wait(3).await;
        self.shown_to(asked)
    }

    /// Presses the first button whose label starts so on a message on Discord; answers what its person is shown.
    pub async fn clicks(&mut self, user: Snowflake, message: &Message, start: &str) -> String {
        let label = message.buttons().into_iter().map(|button| button.label).find(|label| label.starts_with(start));
        let label = label.unwrap_or_else(|| panic!("no `{start}` in {}", discord_text(message)));
        let asked = self.world.discord.press(user, message.id, &label).expect("pressed");
        self.wait(3).await;
        self.shown_to(asked)
    }

    fn shown_to(&self, asked: Snowflake) -> String {
        match self.world.discord.outcome(asked).expect("an outcome") {
            Outcome::Replied { message } => discord_text(&self.world.discord.message(message).expect("there")),
            other => {
                let more = self.world.discord.followups(asked);
                more.first().map_or_else(|| format!("{other:?}"), discord_text)
            }
        }
    }

    /// Presses the first button whose label starts so on a message on Telegram.
    pub async fn presses(&mut self, user: UserId, shown: &Shown, start: &str) -> (Press, String) {
        let label = shown.buttons.iter().flatten().find(|label| label.starts_with(start));
        let label = label.unwrap_or_else(|| panic!("no `{start}` in {}", telegram_text(shown)));
        let press = self.world.telegram.user_presses(shown.chat, user, shown.message_id, label).expect("pressed");
        self.wait(3).await;
        let answer = self.world.telegram.answer(&press).map(|answer| answer.text).unwrap_or_default();
        (press, answer)
    }

    /// What the bot has told in the team's Telegram group since the story began.
    pub fn on_telegram(&self) -> Vec<Shown> {
        let all = self.world.telegram.messages(self.world.cast.team_chat);
        all.into_iter().skip(self.telegram_from).filter(|shown| shown.from_bot).collect()
    }

    /// What the bot has told in the team's Discord channel since the story began: answers to commands left out.
    pub fn on_discord(&self) -> Vec<Message> {
        let all = self.world.discord.messages(self.world.cast.team_channel);
        let told = |message: &Message| message.interaction.is_none() && message.ephemeral_for.is_none();
        all.into_iter().skip(self.discord_from).filter(told).collect()
    }

    /// What operators were told, as text.
    pub fn to_operators(&self) -> Vec<String> {
        let all = self.world.discord.messages(self.world.cast.operator_channel);
        all.iter().filter(|one| one.interaction.is_none() && one.ephemeral_for.is_none()).map(discord_text).collect()
    }

    /// The one message of the story in each room, as people see it.
    pub fn both(&self) -> String {
        let (telegram, discord) = (self.on_telegram(), self.on_discord());
        assert_eq!((telegram.len(), discord.len()), (1, 1), "one message in each room");
        let (telegram, discord) = (telegram.first().expect("one"), discord.first().expect("one"));
        format!("TELEGRAM\n{}\n\nDISCORD\n{}", telegram_text(telegram), discord_text(discord))
    }

    /// Every incident and proposal as kept.
    pub async fn kept(&self) -> String {
        let store = &*self.world.core().store;
        let mut text = String::new();
        for one in scan_all::<Incident>(store).await.expect("incidents") {
            writeln!(text, "{}", serde_json::to_string(&one.value).expect("json")).expect("written");
        }
        for one in scan_all::<Proposal>(store).await.expect("proposals") {
            writeln!(text, "{}", serde_json::to_string(&one.value).expect("json")).expect("written");
        }
        text
    }

    /// Journal lines of a deed: who, and the reason in the detail.
    pub async fn journal(&self, deed: &str) -> Vec<(String, Value)> {
        let all = read_journal(&*self.world.core().store, 1, 1_000_000).await.expect("a journal");
        all.into_iter().filter(|(_, one)| one.deed == deed).map(|(_, one)| (one.actor, one.detail)).collect()
    }

    /// What the ad platform says of an object.
    pub fn boost(&self, object: &str) -> String {
        self.world.ads.board().state(object).expect("an object")
    }

    /// No limit was crossed and nothing was refused.
    pub fn assert_polite(&self) {
        assert_eq!(self.world.telegram.flood_refusals(), plimsoll::sim::telegram::FloodCount::default());
        assert_eq!(self.world.discord.invalid_requests(), 0);
    }
}

fn days(creator: &str, spend: i64, orders: i64, now: Timestamp) -> Vec<Sample> {
    let start: jiff::Zoned = plimsoll::app::demo::START.parse().expect("an instant");
    let day = |back: i64| {
        let at = start.checked_sub(jiff::Span::new().days(back)).expect("in range");
        at.timestamp()
    };
    let campaign = CampaignId::new(CAMPAIGN).expect("an id");
    let subject = Subject::Partnership(campaign, CreatorId::new(creator).expect("an id"));
    let one = |metric, value, currency, back| Sample {
        series: SeriesKey { subject: subject.clone(), metric, platform: Platform::TiktokAds },
        value,
        currency,
        form: Form::Amount { from: day(back), until: day(back - 1) },
        known_at: now,
        provisional: false,
        self_reported: false,
    };
    let euro: Currency = "EUR".parse().expect("a currency");
    (1..=DAYS)
        .rev()
        .flat_map(|back| {
            // Four weeks ago it went well; in the last week it did not.
            let orders = if back <= 7 { orders } else { 4 };
            [one(Metric::Spend, spend, Some(euro), back), one(Metric::Orders, orders, None, back)]
        })
        .collect()
}

fn campaign(world: &World, creators: &[&str]) -> String {
    let mut text = String::from(
        r#"
[[campaign]]
id = "winter"
name = "Winter Warmers"
brand = "nordbo"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30
target = { cpa = "45.00 EUR" }
"#,
    );
    for id in creators {
        let life = world.living.creators().iter().find(|life| life.id == *id);
        if life.is_none() {
            let name = format!("{}{}", id.get(..1).unwrap_or_default().to_uppercase(), id.get(1..).unwrap_or_default());
            write!(text, "[[creator]]\nid = \"{id}\"\nname = \"{name}\"\nzone = \"Europe/Stockholm\"\n")
                .expect("written");
        }
        let object = life.map_or_else(|| format!("boost-{id}"), |life| life.boost.clone());
        write!(
            text,
            "[[partnership]]\ncampaign = \"winter\"\ncreator = \"{id}\"\n[[boost]]\nid = \"{id}-winter\"\n\
             partnership = \"winter/{id}\"\nsource = \"tiktok_ads\"\nref = \"{object}\"\nbudget = \"6000.00 EUR\"\n"
        )
        .expect("written");
    }
    text
}

/// A message on Telegram as it is seen.
pub fn telegram_text(shown: &Shown) -> String {
    let picture = if shown.photo.is_some() { "[picture]\n" } else { "" };
    let buttons: Vec<String> = shown.buttons.iter().map(|row| format!("[{}]", row.join("] ["))).collect();
    format!("{picture}{}\n{}", shown.text, buttons.join("\n")).trim_end().to_owned()
}

/// A message on Discord as it is seen.
pub fn discord_text(message: &Message) -> String {
    let mut text = String::new();
    let mut line = |part: &str| {
        if !part.is_empty() {
            writeln!(text, "{part}").expect("written");
        }
    };
    line(&message.content);
    for embed in &message.embeds {
        for at in ["/title", "/description"] {
            line(embed.pointer(at).and_then(Value::as_str).unwrap_or_default());
        }
        for field in embed["fields"].as_array().into_iter().flatten() {
            line(&format!("{}: {}", field["name"].as_str().unwrap_or(""), field["value"].as_str().unwrap_or("")));
        }
        line(embed.pointer("/footer/text").and_then(Value::as_str).unwrap_or_default());
        line(if embed.pointer("/image/url").is_some() { "[picture]" } else { "" });
    }
    let labels: Vec<String> = message.buttons().into_iter().map(|button| format!("[{}]", button.label)).collect();
    line(&labels.join(" "));
    text.trim_end().to_owned()
}

/// The same world with the program started anew on the same store.
pub async fn restart(world: World) -> World {
    restart_with(world, |_| {}).await
}

/// The same world with the program started anew on the same store, its settings changed.
pub async fn restart_with(world: World, change: impl FnOnce(&mut Config)) -> World {
    let (store, mut config) = (Arc::clone(&world.service.core.store), world.service.core.config.clone());
    change(&mut config);
    let sessions = world.discord.gateway_counts();
    world.service.stop().await;
    let held = world.clock.hold("restart");
    let core = Core::open(world.clock.clone(), store, config, 8).await.expect("opened");
    let service = Service::start(&core).expect("started");
    world.discord.session_since(sessions).await.expect("a session");
    drop(held);
    World { service, ..world }
}
