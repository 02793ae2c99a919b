//! Receiving from Discord: an interaction is kept, then acknowledged, then worked on.
//!
//! Owns: the connection, the acknowledgement inside three seconds, completions, the command table. Refuses: understanding
//! what was said. Survives: reconnects (serenity's), a second Ready (commands are written once per definition), an
//! interaction that comes twice (the inbox knows it).
//!
//! Interactions need no intents. serenity takes the gateway's address from the API and quietly uses the public one when
//! that fails, so the configured address is always put in its place before the connection is made.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serenity::all::{
    Client, ClientBuilder, Context, CreateAllowedMentions, CreateAutocompleteResponse, CreateInteractionResponse,
    CreateInteractionResponseMessage, EventHandler, GatewayIntents, GuildId, Http, HttpBuilder, Interaction, Ready,
    ResumedEvent, ShardManager, ShardStageUpdateEvent,
};
use serenity::gateway::ConnectionStage;
use tokio_util::sync::CancellationToken;

use secrecy::ExposeSecret;

use super::commands::{CommandSpec, of_serenity, register};
use super::{DiscordBot, interactions};
use crate::chat::error::SendError;
use crate::chat::inbound::{Ack, Alarm, Alarms, Inbox, Kept, Suggest};
use crate::domain::person::Chat;
use crate::time::{Clock, Held};

/// Completions in one answer: Discord's most.
const CHOICES_MAX: usize = 25;

/// A completion's name and value: Discord's most.
const CHOICE_MAX: usize = 100;

/// Where interactions go, and what the bot offers.
pub struct Receiver {
    /// The bot.
    pub bot: Arc<DiscordBot>,
    /// `wss://gateway.discord.gg`, but for tests.
    pub gateway_url: String,
    /// Where interactions are kept.
    pub inbox: Arc<dyn Inbox>,
    /// Completions and ways of acknowledging.
    pub suggest: Arc<dyn Suggest>,
    /// Who hears of trouble.
    pub alarms: Arc<dyn Alarms>,
    /// The slash commands; written to each guild of the bot when they differ from what was written there before.
    pub commands: Vec<CommandSpec>,
    /// Cancelled when the connection is to be given up and made anew, because nothing is heard through it.
    pub renew: CancellationToken,
    /// Fingerprints that guilds are known to have: guild id and [`super::commands::fingerprint`].
    pub registered: Arc<dyn Registered>,
}

/// Remembers which commands a guild has, across restarts.
#[async_trait::async_trait]
pub trait Registered: Send + Sync {
    /// Whether the guild has the commands with this fingerprint.
    async fn has(&self, guild: &str, fingerprint: &str) -> bool;
    /// It has them now.
    async fn set(&self, guild: &str, fingerprint: &str);
}

/// Why receiving ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayEnd {
    /// It was asked to.
    Stopped,
    /// Discord refuses the token.
    BadToken,
    /// The connection cannot go on, and why; starting again may help.
    Broken(String),
}

/// Receives until `stop`, or until the connection cannot go on. One at a time per bot: take a lease before.
///
/// `held` is given back when the gateway says that it is ready: until then nothing could arrive.
pub async fn run_gateway(receiver: Receiver, stop: &CancellationToken, held: Held) -> GatewayEnd {
    let bot = Arc::clone(&receiver.bot);
    let end = receive(receiver, stop, held).await;
    match &end {
        GatewayEnd::Stopped => {}
        GatewayEnd::BadToken => bot.hearing.refused("the gateway does not take its token"),
        GatewayEnd::Broken(reason) => bot.hearing.lost(reason),
    }
    end
}

async fn receive(receiver: Receiver, stop: &CancellationToken, held: Held) -> GatewayEnd {
    let clock = held.clock().clone();
    let (gateway_url, renew) = (receiver.gateway_url.clone(), receiver.renew.clone());
    let alarms = Arc::clone(&receiver.alarms);
    let http = match client_of(&receiver.bot) {
        Ok(http) => http,
        Err(error) => return GatewayEnd::Broken(error.to_string()),
    };
    let handler = Handler {
        clock: clock.clone(),
        receiver,
        starting: Mutex::new(Some(held)),
        written: Mutex::new(HashSet::new()),
    };
    let building = ClientBuilder::new_with_http(http, GatewayIntents::empty()).event_handler(handler);
    let built = tokio::select! {
        biased;
        () = stop.cancelled() => return GatewayEnd::Stopped,
        built = building => built,
    };
    let mut client: Client = match built {
        Ok(client) => client,
        Err(error) => return end_of(&error, alarms.as_ref()),
    };
    *client.ws_url.lock().await = gateway_url;
    let shards = Arc::clone(&client.shard_manager);
    let ended = tokio::select! {
        biased;
        () = stop.cancelled() => None,
        ended = client.start() => Some(ended),
        () = listen_for(&shards, &clock, alarms.as_ref(), &renew) => {
            close(&shards).await;
            return GatewayEnd::Broken("nothing was heard for long".to_owned());
        }
    };
    match ended {
        None => {
            close(&shards).await;
            GatewayEnd::Stopped
        }
        Some(Ok(())) => GatewayEnd::Broken("the connection ended".to_owned()),
        Some(Err(error)) => end_of(&error, alarms.as_ref()),
    }
}

/// How often it is looked whether the connection stands.
const LISTEN_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A simulated clock goes as fast as it can while connections are made in real time: so long it waits for one, once after
/// each loss.
const SIMULATED_WAIT: Duration = Duration::from_secs(5);

/// How often it looks meanwhile.
const SIMULATED_STEP: Duration = Duration::from_millis(20);

/// Says now and then that the connection stands. Ends when it is to be made anew.
///
/// serenity makes it anew by itself when a heartbeat stays unanswered, and tries for ever; while it does there is no runner
/// that could be asked to end, and a second one beside it would hear everything twice. So only one that is there is given up.
async fn listen_for(shards: &ShardManager, clock: &Clock, alarms: &dyn Alarms, renew: &CancellationToken) {
    let mut held = clock.hold("discord gateway is heard");
    let mut lost = false;
    loop {
        let at = clock.now().checked_add(LISTEN_EVERY).unwrap_or(Timestamp::MAX);
        held.sleep_until(at).await;
        let mut stands = is_connected(shards).await;
        if !stands && !lost && clock.is_simulated() {
            let mut left = SIMULATED_WAIT;
            while !stands && !left.is_zero() {
                #[expect(clippy::disallowed_methods, reason = "a connection is made in real time, whatever the clock")]
                tokio::time::sleep(SIMULATED_STEP).await;
                left = left.saturating_sub(SIMULATED_STEP);
                stands = is_connected(shards).await;
            }
        }
        lost = !stands;
        if stands {
            alarms.heard(Chat::Discord);
        } else if renew.is_cancelled() && !shards.runners.lock().await.is_empty() {
            return;
        }
    }
}

/// Whether every shard that runs has said hello and been answered since.
async fn is_connected(shards: &ShardManager) -> bool {
    let runners = shards.runners.lock().await;
    !runners.is_empty() && runners.values().all(|runner| runner.stage == ConnectionStage::Connected)
}

/// Asks the shards to close. `start` has been dropped by then, and nothing waits for them: before any shard runs a
/// shutdown would wait for ever.
async fn close(shards: &ShardManager) {
    shards.shutdown_all().await;
}

/// serenity's client: our time-outs, our address, no limiter (it would ignore the address), nobody mentioned.
fn client_of(bot: &DiscordBot) -> Result<Http, SendError> {
    let chat = Chat::Discord;
    let client =
        crate::http::client(crate::http::Limits::default()).map_err(|cause| SendError::NeverLeft { chat, cause })?;
    Ok(HttpBuilder::new(bot.token.expose_secret())
        .client(client)
        .proxy(bot.api_url.clone())
        .ratelimiter_disabled(true)
        .default_allowed_mentions(CreateAllowedMentions::new())
        .build())
}

fn end_of(error: &serenity::Error, alarms: &dyn Alarms) -> GatewayEnd {
    use serenity::gateway::GatewayError;
    match error {
        serenity::Error::Gateway(GatewayError::InvalidAuthentication) => {
            alarms.raise(Alarm::BadToken { chat: Chat::Discord, reason: "the gateway does not take it".to_owned() });
            GatewayEnd::BadToken
        }
        serenity::Error::Gateway(error) => GatewayEnd::Broken(format!("{error}")),
        // Other errors can hold addresses with tokens in them.
        _ => GatewayEnd::Broken("the connection failed".to_owned()),
    }
}

struct Handler {
    clock: Clock,
    receiver: Receiver,
    /// Held until the gateway is ready.
    starting: Mutex<Option<Held>>,
    /// Guilds whose commands were written by this process.
    written: Mutex<HashSet<Option<GuildId>>>,
}

#[serenity::async_trait]
impl EventHandler for Handler {
    async fn ready(&self, ctx: Context, ready: Ready) {
        let held = self.starting.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.receiver.bot.hearing.heard(self.clock.now());
        self.write_commands(&ctx.http, None).await;
        for guild in &ready.guilds {
            self.write_commands(&ctx.http, Some(guild.id)).await;
        }
        drop(held);
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        self.receiver.bot.hearing.heard(self.clock.now());
    }

    async fn shard_stage_update(&self, _: Context, event: ShardStageUpdateEvent) {
        match event.new {
            ConnectionStage::Connected => self.receiver.bot.hearing.heard(self.clock.now()),
            // Among these: a gateway that no longer answers heartbeats, which serenity leaves by itself.
            _ => self.receiver.bot.hearing.lost("it connects to the gateway"),
        }
    }

    async fn interaction_create(&self, ctx: Context, interaction: Interaction) {
        self.receiver.bot.hearing.heard(self.clock.now());
        let key = format!("discord.interaction.{}", interaction.id());
        let held = self.clock.arrived(&key, "discord interaction");
        match &interaction {
            Interaction::Autocomplete(_) => self.complete(&ctx.http, &interaction).await,
            _ => self.receive(&ctx.http, &interaction).await,
        }
        drop(held);
    }
}

impl Handler {
    /// Keeps, acknowledges, and only then lets anybody work on it.
    ///
    /// A crash after keeping leaves an unacknowledged interaction: the person sees that it failed, and the answer goes as
    /// a message. A crash before leaves nothing but that sight.
    async fn receive(&self, http: &Http, interaction: &Interaction) {
        let now = self.clock.now();
        let Some(mut inbound) = interactions::inbound(interaction, now) else {
            return;
        };
        let ack = match (&inbound.what, interaction) {
            (_, Interaction::Modal(_)) => Ack::Silent,
            (what, Interaction::Command(_)) => match self.receiver.suggest.acknowledge(what) {
                // A command has no message to leave as it is.
                Ack::Silent => Ack::Private,
                ack => ack,
            },
            (what, _) => self.receiver.suggest.acknowledge(what),
        };
        inbound.answer = interactions::answerable(interaction, ack, now);
        let id = interaction.id().to_string();
        let raw = serde_json::to_vec(interaction).unwrap_or_default();
        let bot = http.application_id().map(|id| id.to_string()).unwrap_or_default();
        let kept = self.receiver.inbox.keep(Chat::Discord, &bot, &id, &raw, &inbound).await;
        match kept {
            Ok(Kept::New) => {}
            // Not acknowledged: whoever is told to wait sees that nothing came of it.
            Ok(Kept::Already | Kept::Dropped) => return,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "an interaction was not kept, so it is not acknowledged"
                );
                return;
            }
        }
        self.acknowledge(http, interaction, ack).await;
        self.receiver.inbox.wake();
    }

    async fn acknowledge(&self, http: &Http, interaction: &Interaction, ack: Ack) {
        let deferred = |private: bool| {
            CreateInteractionResponse::Defer(CreateInteractionResponseMessage::new().ephemeral(private))
        };
        let response = match ack {
            Ack::Private => deferred(true),
            Ack::Public => deferred(false),
            Ack::Silent => CreateInteractionResponse::Acknowledge,
        };
        self.respond(http, interaction, &response).await;
    }

    async fn respond(&self, http: &Http, interaction: &Interaction, response: &CreateInteractionResponse) {
        let Some(token) = token_of(interaction) else {
            return;
        };
        let done = http.create_interaction_response(interaction.id(), token, response, Vec::new()).await;
        if let Err(error) = done {
            // Too late or done already: whatever answers it finds out by itself and goes as a message.
            let secret = self.receiver.bot.token.expose_secret();
            let error = of_serenity(&error, self.clock.now(), secret);
            tracing::warn!(error = &error as &dyn std::error::Error, "an interaction was not acknowledged");
        }
    }

    async fn complete(&self, http: &Http, interaction: &Interaction) {
        let Interaction::Autocomplete(command) = interaction else {
            return;
        };
        let choices = match command.data.autocomplete() {
            Some(option) => {
                let from = interactions::who(&command.user, &command.locale);
                let at = interactions::place_of(command);
                self.receiver.suggest.suggest(&from, &at, &command.data.name, option.name, option.value).await
            }
            None => Vec::new(),
        };
        let response = choices
            .into_iter()
            // A value that is cut would be another one, so it is left out.
            .filter(|(name, value)| !name.is_empty() && (1..=CHOICE_MAX).contains(&value.chars().count()))
            .take(CHOICES_MAX)
            .fold(CreateAutocompleteResponse::new(), |response, (name, value)| {
                let name = crate::chat::layout::head(&name, CHOICE_MAX, crate::chat::layout::points);
                response.add_string_choice(name, value)
            });
        let response = CreateInteractionResponse::Autocomplete(response);
        self.respond(http, interaction, &response).await;
    }

    async fn write_commands(&self, http: &Http, guild: Option<GuildId>) {
        let first = self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(guild);
        if !first {
            return;
        }
        let fingerprint = super::commands::fingerprint(&self.receiver.commands);
        let name = guild.map_or_else(|| "direct messages".to_owned(), |guild| guild.to_string());
        if self.receiver.registered.has(&name, &fingerprint).await {
            return;
        }
        let secret = self.receiver.bot.token.expose_secret();
        match register(http, guild, &self.receiver.commands, self.clock.now(), secret).await {
            Ok(()) => self.receiver.registered.set(&name, &fingerprint).await,
            Err(error) => {
                // Tried again with the next Ready.
                self.written.lock().unwrap_or_else(PoisonError::into_inner).remove(&guild);
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    guild.id = name,
                    "the slash commands were not written"
                );
            }
        }
    }
}

fn token_of(interaction: &Interaction) -> Option<&str> {
    match interaction {
        Interaction::Command(one) | Interaction::Autocomplete(one) => Some(&one.token),
        Interaction::Component(one) => Some(&one.token),
        Interaction::Modal(one) => Some(&one.token),
        _ => None,
    }
}
