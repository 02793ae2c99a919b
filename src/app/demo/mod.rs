//! The whole program on the emulated world: real clients, real HTTP and WebSocket, a real store, simulated time.
//!
//! Owns: putting world and program together, and the people who live in it. The program does not know that it is in a
//! demo: all it is given are addresses.

pub mod page;
mod people;
mod shop;
pub mod story;
mod summary;
mod town;

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::apply::{self, Given};
use super::config::Config;
use super::core::Core;
use super::people::make_code;
use super::records::Gift;
use super::service::Service;
use crate::domain::document::Documents;
use crate::domain::ids::{BrandId, CreatorId, RoomId};
use crate::domain::person::{Reach, Role};
use crate::rules::file::parse_rules;
use crate::sim::adhook::AdHookSim;
use crate::sim::discord::{DiscordConfig, DiscordSim, Snowflake};
use crate::sim::feed::FeedSim;
use crate::sim::shopify::{ShopConfig, ShopSim, ShopWorld};
use crate::sim::telegram::{ChatId, NewUser, Standing, TelegramConfig, TelegramSim, UserId};
use crate::sim::world::Trade;
use crate::sim::world::living::LivingWorld;
use crate::sim::world::trade::{code_of, link_of};
use crate::sim::youtube::{YoutubeConfig, YoutubeSim};
use crate::store::Store;
use crate::store::sled::{Options, SledStore};
use crate::time::{Clock, Driver};

pub use people::People;
use shop::ShopTill;
pub use summary::summary;
use town::Town;

/// The rules of the demo.
pub const RULES: &str = include_str!("../../../config/demo.toml");

/// When the emulated world begins: a Sunday midnight in Stockholm's winter time.
pub const START: &str = "2026-03-01T00:00:00+01:00[Europe/Stockholm]";

/// Creators in the demo: enough for several troubles at once, few enough to know by name.
const CREATORS: usize = 8;

/// The brand's site, whose visits are counted.
const SITE: &str = "nordbo.example";

/// What each boost may spend in all.
const BUDGET: &str = "14000.00 EUR";

const DISCORD_TOKEN: &str = "demo.discord.token";
const TELEGRAM_TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const SHOP_TOKEN: &str = "shpat_sim";
const HOOK_SECRET: &str = "demo webhook secret";

/// The people and places of both chats.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each is named for whom or what it is")]
pub struct Cast {
    pub guild: Snowflake,
    pub team_channel: Snowflake,
    pub operator_channel: Snowflake,
    pub jonas: Snowflake,
    pub stranger: Snowflake,
    pub team_chat: ChatId,
    pub maja: UserId,
    pub alma: UserId,
    pub outsider: UserId,
}

/// The emulated world and the program in it.
pub struct World {
    /// Moves time.
    pub driver: Driver,
    /// The only time.
    pub clock: Clock,
    /// The creators.
    pub living: Arc<LivingWorld>,
    /// What their followers click and buy.
    pub trade: Arc<Trade>,
    /// The emulated platforms.
    pub telegram: TelegramSim,
    /// See above.
    pub discord: DiscordSim,
    /// See above.
    pub youtube: YoutubeSim,
    /// Followers elsewhere, and the ad report.
    pub feeds: FeedSim,
    /// The ad platform that boosts run on.
    pub ads: AdHookSim,
    /// The brand's shop.
    pub shop: ShopSim,
    /// Who is who.
    pub cast: Cast,
    /// The running program.
    pub service: Service,
}

impl World {
    /// Starts world and program, with the store in `folder`.
    pub async fn start(seed: u64, folder: &Path) -> anyhow::Result<Self> {
        let options = Options::default();
        let folder = folder.to_path_buf();
        let store = tokio::task::spawn_blocking(move || SledStore::open(&folder, &options)).await??;
        Self::start_on(seed, Arc::new(store)).await
    }

    /// The same on any store.
    pub async fn start_on(seed: u64, store: Arc<dyn Store>) -> anyhow::Result<Self> {
        let start: jiff::Zoned = START.parse().context("the start of the world")?;
        let (clock, driver) = Clock::simulated(start.timestamp());
        let living = Arc::new(LivingWorld::new(seed, clock.now(), CREATORS));
        let setting_up = clock.hold("setting up");
        let telegram = TelegramSim::start(clock.clone(), TelegramConfig { seed, ..TelegramConfig::default() }).await?;
        let discord = DiscordSim::start(clock.clone(), discord_config()).await?;
        let world: Arc<LivingWorld> = Arc::clone(&living);
        let youtube = YoutubeSim::start(&clock, YoutubeConfig::default(), world).await?;
        let boosts: Vec<(String, String)> =
            living.creators().iter().map(|life| (life.boost.clone(), "active".to_owned())).collect();
        let ads = AdHookSim::start(&clock, HOOK_SECRET, &boosts).await?;
        for (boost, _) in &boosts {
            ads.board().give_budget(boost, BUDGET, clock.now());
        }
        let shop = ShopSim::start(&clock, ShopConfig::default(), Arc::new(ShopWorld::new("EUR"))).await?;
        let codes: Vec<String> = living.creators().iter().map(code_of).collect();
        let till = Box::new(ShopTill::new(shop.world(), &codes, clock.now()));
        let trade = Arc::new(Trade::new(Arc::clone(&living), seed, clock.now(), SITE, till));
        let feeds = start_feeds(&clock, &living, &trade, &ads).await?;
        let cast = cast(&telegram, &discord)?;
        let config = Config::load(None, &settings(&telegram, &discord, &youtube, &feeds, &ads, &shop))?;
        let core = Core::open(clock.clone(), store, config, seed).await?;
        apply::apply(&core, given(&living)?, "terminal:demo", false).await?;
        let service = Service::start(&core)?;
        discord.session_since(crate::sim::discord::GatewayCounts::default()).await?;
        drop(setting_up);
        Ok(Self { driver, clock, living, trade, telegram, discord, youtube, feeds, ads, shop, cast, service })
    }

    /// What the program's tasks share.
    #[must_use]
    pub fn core(&self) -> &Arc<Core> {
        &self.service.core
    }

    /// Lets the people live: they join, bind the rooms, and answer what they are told, until the world ends.
    pub fn populate(&self) {
        People::new(self).live();
        Town::new(self).live();
    }

    /// Lets the people join and bind the rooms, and leaves everything after that to whoever looks. They all read English
    /// then: a visitor has the hands of three people and one pair of eyes.
    pub fn seat(&self) {
        // They are there: the cast was made with the world.
        drop(self.telegram.set_language(self.cast.maja, "en"));
        People::new(self).join();
        Town::new(self).live();
    }

    /// Runs so many days from now.
    pub async fn run_days(&mut self, days: i64) -> anyhow::Result<()> {
        let end = self.clock.now().checked_add(SignedDuration::from_hours(24 * days))?;
        Ok(self.driver.run_until(end).await?)
    }

    /// Runs to an instant.
    pub async fn run_until(&mut self, end: Timestamp) -> anyhow::Result<()> {
        Ok(self.driver.run_until(end).await?)
    }

    /// Ends the program and the world.
    pub async fn stop(self) {
        self.service.stop().await;
        self.telegram.shutdown().await;
        self.discord.shutdown().await;
    }

    /// A one-time code as the terminal would print it.
    pub async fn code(&self, gift: Gift) -> anyhow::Result<String> {
        Ok(make_code(self.core(), gift, "terminal:demo").await?.0)
    }

    /// A code for a role at the demo's brand.
    pub async fn role_code(&self, role: Role, name: &str, creator: Option<&str>) -> anyhow::Result<String> {
        let creator = creator.map(CreatorId::new).transpose()?;
        let reach = Reach::Brand(BrandId::new("nordbo")?);
        self.code(Gift::Role { role, reach, name: Some(name.to_owned()), creator }).await
    }

    /// A code that binds a room.
    pub async fn room_code(&self, room: &str) -> anyhow::Result<String> {
        self.code(Gift::Room { room: RoomId::new(room)? }).await
    }
}

fn discord_config() -> DiscordConfig {
    DiscordConfig { bot_name: "Plimsoll".to_owned(), ..DiscordConfig::new(DISCORD_TOKEN) }
}

async fn start_feeds(
    clock: &Clock,
    living: &Arc<LivingWorld>,
    trade: &Arc<Trade>,
    ads: &AdHookSim,
) -> anyhow::Result<FeedSim> {
    let (living, trade, board) = (Arc::clone(living), Arc::clone(trade), ads.board());
    let document = move |path: &str, now: Timestamp| -> Option<Value> {
        match path {
            "/followers.json" => Some(living.follower_rows(now)),
            "/web.json" => Some(trade.rows()),
            "/ads.json" => Some(living.ad_rows(now, &|boost| {
                let runs = board.history(boost).into_iter().map(|change| (change.at, change.state == "active"));
                let budgets = board.budgets(boost).into_iter().map(|budget| (budget.at, budget.minor));
                (runs.collect(), budgets.collect())
            })),
            _ => None,
        }
    };
    Ok(FeedSim::start(clock, None, Box::new(document)).await?)
}

fn cast(telegram: &TelegramSim, discord: &DiscordSim) -> anyhow::Result<Cast> {
    let jonas = discord.create_user("Jonas", "en-GB");
    let stranger = discord.create_user("Stranger", "en-US");
    let guild = discord.create_guild("Nordbo", "en-GB", jonas);
    let team_channel = discord.create_channel(guild, "campaigns");
    let operator_channel = discord.create_channel(guild, "plimsoll");
    discord.add_member(guild, stranger, &[])?;
    let maja = telegram.add_user(NewUser::named("Maja", "sv"));
    let alma = telegram.add_user(NewUser::named("Alma", "en"));
    let outsider = telegram.add_user(NewUser::named("Outsider", "en"));
    let team_chat = telegram.add_supergroup("Nordbo team", maja, false)?;
    telegram.set_standing(team_chat, outsider, Standing::Member)?;
    telegram.add_bot(team_chat, maja)?;
    Ok(Cast { guild, team_channel, operator_channel, jonas, stranger, team_chat, maja, alma, outsider })
}

/// The settings an operator would write in their file.
fn settings(
    telegram: &TelegramSim,
    discord: &DiscordSim,
    youtube: &YoutubeSim,
    feeds: &FeedSim,
    ads: &AdHookSim,
    shop: &ShopSim,
) -> Vec<String> {
    let feed = |platform: &str, path: &str, id: &str, fields: &Value, schedule: &str| {
        json!({
            "kind": "generic", "schedule": schedule,
            "feed": {
                "base_url": feeds.base_url(), "allowed_hosts": ["127.0.0.1"], "path": path, "platform": platform,
                "rows": "$.rows[*]", "id": id, "fields": fields,
            },
        })
    };
    let followers = json!([{ "metric": "followers", "path": "$.followers", "form": "gauge" }]);
    let report = json!([
        { "metric": "spend", "path": "$.spend", "form": "total", "currency": "EUR" },
        { "metric": "clicks", "path": "$.clicks", "form": "total" },
        { "metric": "orders", "path": "$.orders", "form": "total" },
        { "metric": "revenue", "path": "$.revenue", "form": "total", "currency": "EUR" },
    ]);
    let web = json!([
        { "metric": "clicks", "path": "$.clicks", "form": "total" },
        { "metric": "sessions", "path": "$.visits", "form": "total" },
    ]);
    let sources = json!({
        "youtube": {
            "kind": "youtube", "base_url": youtube.base_url(), "key": "sim-key", "schedule": "5 * * * *", "zone": "Europe/Stockholm",
        },
        "twitch": feed("twitch", "/followers.json", "$.login", &followers, "35 */6 * * *"),
        "web": feed("web", "/web.json", "$.page", &web, "22 * * * *"),
        "shop": {
            "kind": "shopify", "base_url": shop.base_url(), "token": SHOP_TOKEN, "brand": "nordbo", "schedule": "26 * * * *",
        },
        "meta_ads": feed("meta_ads", "/ads.json", "$.boost", &report, "15 * * * *"),
    });
    let text = |key: &str, value: &str| format!("{key}={}", json!(value));
    vec![
        text("telegram.token", TELEGRAM_TOKEN),
        text("telegram.api_url", &telegram.base_url()),
        text("discord.token", DISCORD_TOKEN),
        text("discord.api_url", &discord.api_url()),
        text("discord.gateway_url", &discord.gateway_url()),
        text("actions.url", &ads.url()),
        text("actions.secret", HOOK_SECRET),
        // One after the other, so that the same seed gives the same bytes.
        "delivery.at_once=1".to_owned(),
        format!("sources={}", toml_inline(&sources)),
    ]
}

/// JSON written as an inline TOML value, which is what `--set` reads.
fn toml_inline(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let pairs: Vec<String> = map.iter().map(|(key, value)| format!("{key} = {}", toml_inline(value))).collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml_inline).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// Brand, campaign, programme and rooms of the demo.
const BRAND: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "EUR"
margin_per_order = "44.00 EUR"
accounts = { web = "nordbo.example" }
[[campaign]]
id = "spring"
name = "Spring Launch"
brand = "nordbo"
goal = "sales"
starts = 2026-03-02
ends = 2026-06-30
target = { cpa = "45.00 EUR" }
[[program]]
id = "nordbo-club"
brand = "nordbo"
levels = [ { name = "Gold", commission = "15 %" }, { name = "Silver", commission = "12 %" } ]
[[member]]
program = "nordbo-club"
creator = "alma"
level = "Gold"
since = 2025-09-01
acknowledged = 2025-09-02
[[room]]
id = "team-discord"
brand = "nordbo"
audience = "internal"
zone = "Europe/Stockholm"
[[room]]
id = "team-telegram"
brand = "nordbo"
audience = "internal"
zone = "Europe/Stockholm"
[[room]]
id = "operators"
audience = "operator"
zone = "Europe/Stockholm"
"#;

/// The same with creators, deals and boosts, as files would hold them.
fn given(living: &LivingWorld) -> anyhow::Result<Given> {
    let mut text = BRAND.to_owned();
    let lives = living.creators().iter().map(|life| {
        format!(
            r#"
[[creator]]
id = "{id}"
name = "{name}"
zone = "Europe/Stockholm"
accounts = {{ youtube = "{channel}", twitch = "{login}", web = "{link}" }}
[[partnership]]
campaign = "spring"
creator = "{id}"
codes = ["{code}"]
link = "{link}"
[[boost]]
id = "{id}-boost"
partnership = "spring/{id}"
source = "meta_ads"
ref = "{boost}"
budget = "{budget}"
"#,
            budget = BUDGET,
            id = life.id,
            name = life.name,
            channel = life.channel,
            login = life.login,
            boost = life.boost,
            code = code_of(life),
            link = link_of(life),
        )
    });
    text.extend(lives);
    let file = Path::new("demo.toml").to_path_buf();
    let documents = Documents::from_toml(&text).context("the documents of the demo")?;
    let rules = parse_rules(RULES, Some("config/demo.toml"));
    if let Err(errors) = rules.check() {
        anyhow::bail!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
    }
    Ok(Given {
        documents: documents.into_list().map(|one| (file.clone(), one)).collect(),
        rules: rules.rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect(),
    })
}
