//! Real serenity against the emulated Discord: if the emulator lies about the wire, serenity drops the event in silence
//! and these stories do not end.

use std::sync::Arc;
use std::time::Duration;

use plimsoll::http::Limits;
use plimsoll::sim::discord::{
    BucketRule, Button, DiscordConfig, DiscordSim, GatewayFault, Given, Message, Outcome, RequestSeen, Snowflake,
};
use plimsoll::time::Clock;
use serenity::all::{
    ApplicationId, ChannelId, Client, ClientBuilder, CommandOptionType, ComponentInteractionDataKind, Context,
    CreateActionRow, CreateAllowedMentions, CreateAttachment, CreateAutocompleteResponse, CreateButton, CreateCommand,
    CreateCommandOption, CreateEmbed, CreateInputText, CreateInteractionResponse, CreateInteractionResponseFollowup,
    CreateInteractionResponseMessage, CreateMessage, CreateModal, EditAttachments, EditInteractionResponse,
    EditMessage, EventHandler, GatewayIntents, GuildId, Http, HttpBuilder, InputTextStyle, Interaction, Nonce, Ready,
    ResumedEvent, ShardManager, UserId,
};
use serenity::async_trait;
use tokio::sync::mpsc;

use super::discord_schema::{spec, validate_request};

const TOKEN: &str = "MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs";

/// How long, in real time, a story waits for what must happen.
const PATIENCE: Duration = Duration::from_secs(20);

/// What reached serenity's handlers.
#[derive(Debug, PartialEq)]
enum Heard {
    Ready,
    Resumed,
    Command(String),
    Suggest(String),
    Pressed(String),
    Form(String),
    Message(String),
    Guild(String),
}

struct Handler {
    heard: mpsc::UnboundedSender<Heard>,
}

impl Handler {
    fn tell(&self, heard: Heard) {
        // The story may have ended already.
        drop(self.heard.send(heard));
    }
}

#[async_trait]
impl EventHandler for Handler {
    async fn ready(&self, _: Context, _: Ready) {
        self.tell(Heard::Ready);
    }

    async fn resume(&self, _: Context, _: ResumedEvent) {
        self.tell(Heard::Resumed);
    }

    async fn guild_create(&self, _: Context, guild: serenity::all::Guild, _: Option<bool>) {
        self.tell(Heard::Guild(guild.name));
    }

    async fn message(&self, _: Context, message: serenity::all::Message) {
        self.tell(Heard::Message(message.content));
    }

    async fn interaction_create(&self, ctx: Context, interaction: Interaction) {
        let heard = match interaction {
            Interaction::Command(command) if command.data.name == "form" => {
                let input = CreateInputText::new(InputTextStyle::Short, "Budget", "budget");
                let modal = CreateModal::new("adjust", "Adjust").components(vec![CreateActionRow::InputText(input)]);
                command.create_response(&ctx.http, CreateInteractionResponse::Modal(modal)).await.expect("opens");
                Heard::Command("form".to_owned())
            }
            Interaction::Command(command) => {
                command.defer_ephemeral(&ctx.http).await.expect("defers");
                let text = format!("{} in {}", command.data.options[0].value.as_str().expect("text"), command.locale);
                command.edit_response(&ctx.http, EditInteractionResponse::new().content(&text)).await.expect("edits");
                let more = CreateInteractionResponseFollowup::new().content("more");
                command.create_followup(&ctx.http, more).await.expect("follows up");
                assert_eq!(command.get_response(&ctx.http).await.expect("reads").content, text);
                Heard::Command(text)
            }
            Interaction::Autocomplete(ask) => {
                let option = ask.data.autocomplete().expect("a focused option");
                let reply = CreateAutocompleteResponse::new().add_string_choice("Spring", "spring");
                ask.create_response(&ctx.http, CreateInteractionResponse::Autocomplete(reply)).await.expect("suggests");
                Heard::Suggest(option.value.to_owned())
            }
            Interaction::Component(press) => {
                assert!(matches!(press.data.kind, ComponentInteractionDataKind::Button));
                let changed = CreateInteractionResponseMessage::new().content("Stopped.").components(vec![]);
                let reply = CreateInteractionResponse::UpdateMessage(changed);
                press.create_response(&ctx.http, reply).await.expect("updates");
                Heard::Pressed(press.data.custom_id.clone())
            }
            Interaction::Modal(modal) => {
                let reply = CreateInteractionResponseMessage::new().content("Adjusted.");
                let reply = CreateInteractionResponse::Message(reply);
                modal.create_response(&ctx.http, reply).await.expect("answers");
                Heard::Form(modal.data.custom_id.clone())
            }
            other => panic!("nobody sends {other:?}"),
        };
        self.tell(heard);
    }
}

/// A guild with Anna in it, and serenity connected.
struct Story {
    sim: DiscordSim,
    http: Arc<Http>,
    shards: Arc<ShardManager>,
    heard: mpsc::UnboundedReceiver<Heard>,
    /// Heard before it was asked for: serenity runs its handlers in any order.
    early: Vec<Heard>,
    guild: Snowflake,
    channel: Snowflake,
    anna: Snowflake,
}

fn http_for(sim: &DiscordSim) -> Http {
    HttpBuilder::new(TOKEN)
        .client(plimsoll::http::client(Limits::default()).expect("a client"))
        .application_id(ApplicationId::new(sim.bot().get()))
        .proxy(sim.api_url())
        .ratelimiter_disabled(true)
        .default_allowed_mentions(CreateAllowedMentions::new())
        .build()
}

impl Story {
    async fn begin(intents: GatewayIntents) -> Self {
        Self::with(intents, DiscordConfig::new(TOKEN)).await
    }

    async fn with(intents: GatewayIntents, config: DiscordConfig) -> Self {
        let clock = Clock::system();
        let sim = DiscordSim::start(clock.clone(), config).await.expect("starts");
        let anna = sim.create_user("anna", "sv-SE");
        let guild = sim.create_guild("Nordbo", "en-US", anna);
        let channel = sim.create_channel(guild, "alerts");
        let (tell, heard) = mpsc::unbounded_channel();
        let client: Client = ClientBuilder::new_with_http(http_for(&sim), intents)
            .event_handler(Handler { heard: tell })
            .await
            .expect("a client");
        // The address that `GET /gateway` answered, not the fallback to the real one.
        assert_eq!(*client.ws_url.lock().await, sim.gateway_url());
        let (http, shards) = (Arc::clone(&client.http), Arc::clone(&client.shard_manager));
        drop(clock.spawn("serenity", |held| async move {
            drop(held);
            let mut client = client;
            client.start().await
        }));
        let mut story = Self { sim, http, shards, heard, early: Vec::new(), guild, channel, anna };
        story.hears(Heard::Ready).await;
        story
    }

    /// Waits until serenity has heard this.
    async fn hears(&mut self, wanted: Heard) {
        if let Some(at) = self.early.iter().position(|heard| *heard == wanted) {
            self.early.remove(at);
            return;
        }
        loop {
            #[expect(clippy::disallowed_methods, reason = "an event that serenity dropped must fail in real time")]
            let heard = tokio::time::timeout(PATIENCE, self.heard.recv()).await;
            let heard = heard.unwrap_or_else(|_| panic!("{wanted:?} was not heard, but {:?}", self.early));
            let heard = heard.expect("serenity runs");
            if heard == wanted {
                return;
            }
            self.early.push(heard);
        }
    }

    fn place(&self) -> ChannelId {
        ChannelId::new(self.channel.get())
    }

    async fn register(&self) {
        let what = CreateCommandOption::new(CommandOptionType::String, "what", "What to pause")
            .required(true)
            .set_autocomplete(true);
        let commands = vec![
            CreateCommand::new("pause").description("Pause something").add_option(what),
            CreateCommand::new("form").description("Adjust something").name_localized("sv-SE", "formulär"),
        ];
        let made = GuildId::new(self.guild.get()).set_commands(&self.http, commands).await.expect("registers");
        assert_eq!(made.len(), 2);
    }

    /// Ends the story and checks that every request fits Discord's published schema.
    async fn end(self) {
        self.shards.shutdown_all().await;
        self.sim.shutdown().await;
        let Some(spec) = spec() else { return };
        for RequestSeen { method, path, body, .. } in self.sim.requests() {
            assert_eq!(validate_request(&spec, &method, &path, &body), Ok(()), "{method} {path} {body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn serenity_hears_a_command_a_suggestion_a_button_and_a_form() {
    let mut story = Story::begin(GatewayIntents::empty()).await;
    story.register().await;
    let (sim, anna, channel) = (story.sim.clone(), story.anna, story.channel);

    let ask = sim.autocomplete(anna, channel, "pause", &[("what", "spr".into())], "what").expect("sent");
    story.hears(Heard::Suggest("spr".to_owned())).await;
    assert!(matches!(sim.outcome(ask), Ok(Outcome::Choices(choices)) if choices[0].name == "Spring"));

    let command = sim.slash(anna, channel, "pause", &[("what", "spring".into())]).expect("sent");
    story.hears(Heard::Command("spring in sv-SE".to_owned())).await;
    let Ok(Outcome::Replied { message }) = sim.outcome(command) else { panic!("replied") };
    let seen = sim.message(message).expect("a message");
    assert_eq!((seen.content.as_str(), seen.ephemeral_for), ("spring in sv-SE", Some(anna)));
    assert_eq!(sim.followups(command)[0].content, "more");

    let button = CreateButton::new("v1:stop:7").label("Stop the boost");
    let alert = CreateMessage::new()
        .content("over its limit")
        .embed(CreateEmbed::new().title("Spring").field("Spent", "270.00 EUR", true))
        .components(vec![CreateActionRow::Buttons(vec![button])]);
    let sent = story.place().send_message(&story.http, alert).await.expect("sends");
    let message: Snowflake = sent.id.to_string().parse().expect("an id");
    let seen = sim.message(message).expect("a message");
    assert!(matches!(seen.buttons().as_slice(), [Button { label, .. }] if label == "Stop the boost"));
    let press = sim.press(anna, message, "Stop the boost").expect("pressed");
    story.hears(Heard::Pressed("v1:stop:7".to_owned())).await;
    assert!(matches!(sim.outcome(press), Ok(Outcome::Updated { message: changed }) if changed == message));
    let seen = sim.message(message).expect("a message");
    assert_eq!((seen.content.as_str(), seen.buttons().len(), seen.edits.len()), ("Stopped.", 0, 1));

    let form = sim.slash(anna, channel, "form", &[]).expect("sent");
    story.hears(Heard::Command("form".to_owned())).await;
    let filled = sim.submit_modal(form, &[("budget", "120")]).expect("sent");
    story.hears(Heard::Form("adjust".to_owned())).await;
    assert!(matches!(sim.outcome(filled), Ok(Outcome::Replied { .. })));
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn serenity_hears_a_command_in_direct_messages() {
    let mut story = Story::begin(GatewayIntents::empty()).await;
    let what = CreateCommandOption::new(CommandOptionType::String, "what", "What").required(true);
    let command = CreateCommand::new("me").description("My numbers").add_option(what);
    serenity::all::Command::set_global_commands(&story.http, vec![command]).await.expect("registers");
    let dm = UserId::new(story.anna.get()).create_dm_channel(&story.http).await.expect("opens");
    let dm: Snowflake = dm.id.to_string().parse().expect("an id");
    assert_eq!(dm, story.sim.dm(story.anna));
    story.sim.slash(story.anna, dm, "me", &[("what", Given::Text("views".to_owned()))]).expect("sent");
    story.hears(Heard::Command("views in sv-SE".to_owned())).await;
    story.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn serenity_sends_edits_and_reads() {
    let story = Story::begin(GatewayIntents::empty()).await;
    let (http, place, sim) = (&story.http, story.place(), &story.sim);
    let alert = |text: &str| {
        let nonce = Nonce::String("outbox-17".to_owned());
        let chart = CreateAttachment::bytes(b"\x89PNG\r\n\x1a\n".to_vec(), "chart.png").description("spend by day");
        CreateMessage::new()
            .content(format!("{text} <@{}>", story.anna))
            .add_file(chart)
            .embed(CreateEmbed::new().title("Spend").attachment("chart.png"))
            .nonce(nonce)
            .enforce_nonce(true)
    };
    let first = place.send_message(http, alert("over")).await.expect("sends");
    let again = place.send_message(http, alert("over")).await.expect("sends");
    assert_eq!(first.id, again.id, "the nonce gave back the first message");
    let id: Snowflake = first.id.to_string().parse().expect("an id");
    let seen = sim.message(id).expect("a message");
    assert!(seen.pings.users.is_empty(), "nobody is pinged by default");
    assert_eq!(seen.attachments[0].description.as_deref(), Some("spend by day"));

    let chart = CreateAttachment::bytes(b"\x89PNG\r\n\x1a\n2".to_vec(), "chart.png");
    let change = EditMessage::new().content("resolved").attachments(EditAttachments::new().add(chart));
    let changed = place.edit_message(http, first.id, change).await.expect("edits");
    assert_eq!((changed.content.as_str(), changed.attachments.len()), ("resolved", 1));
    assert_eq!(place.message(http, first.id).await.expect("reads").content, "resolved");
    let page = place.messages(http, serenity::all::GetMessages::new().limit(5)).await.expect("lists");
    assert_eq!(page.len(), 1);

    let guild = GuildId::new(story.guild.get());
    assert_eq!(guild.member(http, UserId::new(story.anna.get())).await.expect("a member").user.name, "anna");
    assert_eq!(guild.to_partial_guild(http).await.expect("a guild").name, "Nordbo");
    assert_eq!(http.get_current_application_info().await.expect("itself").name, "plimsoll");
    assert_eq!(http.get_bot_gateway().await.expect("a gateway").shards, 1);
    story.end().await;
}

/// Status and code of a refusal.
fn refused<T: std::fmt::Debug>(result: Result<T, serenity::Error>) -> (u16, isize) {
    match result.expect_err("refused") {
        serenity::Error::Http(serenity::http::HttpError::UnsuccessfulRequest(answer)) => {
            (answer.status_code.as_u16(), answer.error.code)
        }
        other => panic!("another error: {other}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn serenity_understands_refusals() {
    let mut config = DiscordConfig::new(TOKEN);
    config.message_create = BucketRule::per_secs(2, 3600);
    let story = Story::with(GatewayIntents::empty(), config).await;
    let (http, place) = (&story.http, story.place());
    for _ in 0..2 {
        place.say(http, "hi").await.expect("sends");
    }
    assert_eq!(refused(place.say(http, "hi").await).0, 429);
    assert_eq!(refused(ChannelId::new(7).say(http, "hi").await), (404, 10003));
    let messages: Vec<Message> = story.sim.messages(story.channel);
    story.sim.delete_message(messages[0].id);
    let gone = serenity::all::MessageId::new(messages[0].id.get());
    assert_eq!(refused(place.edit_message(http, gone, EditMessage::new().content("x")).await), (404, 10008));
    let anna = UserId::new(story.anna.get());
    story.sim.accept_dms(story.anna, false);
    let dm = anna.create_dm_channel(http).await.expect("opens");
    assert_eq!(refused(dm.id.say(http, "hi").await), (403, 50007));
    let long = CreateEmbed::new().field("n", "v".repeat(1025), false);
    let other = ChannelId::new(story.sim.create_channel(story.guild, "other").get());
    assert_eq!(refused(other.send_message(http, CreateMessage::new().embed(long)).await), (400, 50035));
    // The long embed does not fit the schema either, so this story is not checked against it.
    story.shards.shutdown_all().await;
    story.sim.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn serenity_resumes_after_a_cut_and_begins_anew_after_an_invalid_session() {
    let mut story = Story::begin(GatewayIntents::GUILDS | GatewayIntents::GUILD_MESSAGES).await;
    story.hears(Heard::Guild("Nordbo".to_owned())).await;
    let text = format!("<@{}> hello", story.sim.bot());
    story.sim.post(story.anna, story.channel, &text).expect("posts");
    story.hears(Heard::Message(text)).await;
    story.sim.gateway_fault(GatewayFault::Reconnect);
    story.hears(Heard::Resumed).await;
    story.sim.gateway_fault(GatewayFault::Close(4000));
    story.hears(Heard::Resumed).await;
    let counts = story.sim.gateway_counts();
    assert_eq!((counts.identified, counts.resumed), (1, 2));
    story.sim.gateway_fault(GatewayFault::InvalidSession(false));
    story.hears(Heard::Ready).await;
    story.end().await;
}
