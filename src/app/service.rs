//! Puts the program together: the tasks, each with its token and name, and a clean end.
//!
//! Survives: a part that ends badly ([`super::parts`] starts it again). A receiver that breaks is started again after a wait;
//! one whose token is refused stays down and its operators have been told.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use jiff::{SignedDuration, Timestamp};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use secrecy::ExposeSecret as _;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::act::Hands;
use super::config::Config;
use super::core::Core;
use super::crew::desk::Desk;
use super::ears::{self, Ears};
use super::links::LinkHand;
use super::parts::{self, Care, Start};
use super::proposing;
use super::rounds::{Part, rest_until};
use super::vitals::Vitals;
use super::vitals::heartbeat::{self, Heartbeat};
use super::{
    act, alarms, clicks, deliver, digests, escalate, follow_up, hooks, ladder, learning, levels, listen, moments,
    offers, pages, postmortem, promotion, regret, retention, sealing, tipping, vault, watch,
};
use crate::actions::webhook::Webhook;
use crate::chat::Chats;
use crate::chat::discord::DiscordBot;
use crate::chat::discord::gateway::{self, GatewayEnd};
use crate::chat::limits::Limits;
use crate::chat::telegram::TelegramBot;
use crate::chat::telegram::poll::{self, PollEnd};
use crate::domain::person::Chat;
use crate::sources::Outside;
use crate::store::StoreError;
use crate::time::{Bell, Clock, Held};
use crate::web::Web;

/// Before a receiver that broke is started again. Discord allows 1,000 identifications a day: one in 90 seconds is 960.
const RECEIVER_WAIT: SignedDuration = SignedDuration::from_secs(90);

/// What works in rounds is done with one within this: minutes for thousands of subjects.
const ROUNDS_MAX: SignedDuration = SignedDuration::from_mins(15);

/// A desk that sends itself waits for one answer at a time, each within its client's time-out.
const DELIVERS_MAX: SignedDuration = SignedDuration::from_mins(30);

/// A poll of many pages at a slow platform: a hundred answers of half a minute each are 50 minutes.
const POLLS_MAX: SignedDuration = SignedDuration::from_hours(2);

/// What reads all of history, or asks a thousand pages.
const LEARNS_MAX: SignedDuration = SignedDuration::from_hours(2);

/// Every action of a round is a request or two, each within its client's time-out.
const ACTS_MAX: SignedDuration = SignedDuration::from_mins(30);

/// How often answered updates are forgotten.
const FORGET_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// How often the ledger is written for tools that draw: it changes with posts, payments and the day.
const SHOW_BOOKS_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// How long a clean end may take in real time before what is left is ended hard.
pub const DRAIN_MAX: std::time::Duration = std::time::Duration::from_secs(8);

/// The running program.
pub struct Service {
    /// What its tasks share.
    pub core: Arc<Core>,
    /// Both chats.
    pub chats: Arc<Chats>,
    /// What can be acted on.
    pub hands: Arc<Hands>,
    /// How it is.
    pub vitals: Arc<Vitals>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
}

/// The chats that are configured: those with a token.
pub fn chats(config: &Config, clock: &Clock) -> anyhow::Result<Chats> {
    let mut chats = Chats::default();
    if !config.telegram.token.expose_secret().is_empty() {
        let limits = Limits::with(Chat::Telegram, config.limits.telegram);
        let bot = TelegramBot::new(&config.telegram.api_url, config.telegram.token.clone(), clock.clone(), limits)
            .context("telegram.api_url")?;
        chats.telegram = Some(Arc::new(bot));
    }
    if !config.discord.token.expose_secret().is_empty() {
        let limits = Limits::with(Chat::Discord, config.limits.discord);
        let bot = DiscordBot::new(&config.discord.api_url, config.discord.token.clone(), clock.clone(), limits)
            .context("discord.api_url or discord.token")?;
        chats.discord = Some(Arc::new(bot));
    }
    Ok(chats)
}

/// What can be acted on, as configured. The host of the address is the one that may be called.
pub fn hands(config: &Config) -> anyhow::Result<Hands> {
    let by_source = super::hands::hands(config).context("sources")?;
    let actions = &config.actions;
    if actions.url.is_empty() {
        return Ok(Hands { by_source, ..Hands::default() });
    }
    let host =
        reqwest::Url::parse(&actions.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let webhook = Webhook::new(&actions.url, actions.secret.clone(), &[host], actions.private_addresses);
    let webhook = webhook.context("actions.url")?;
    Ok(Hands { by_source, webhook: Some(Arc::new(webhook)), webhook_reads: actions.read_back })
}

impl Service {
    /// Starts every task. Configuration that cannot work is an error here, before anything runs.
    pub fn start(core: &Arc<Core>) -> anyhow::Result<Self> {
        let (mut service, ears) = Self::begin(core)?;
        service.hear_telegram(&ears);
        service.hear_discord(&ears);
        Ok(service)
    }

    /// The same but for Discord's gateway: whoever has the ears brings what people do there.
    pub fn start_without_gateway(core: &Arc<Core>) -> anyhow::Result<(Self, Arc<Ears>)> {
        let (mut service, ears) = Self::begin(core)?;
        service.hear_telegram(&ears);
        Ok((service, ears))
    }

    /// Everything but the receivers.
    fn begin(core: &Arc<Core>) -> anyhow::Result<(Self, Arc<Ears>)> {
        let chats = Arc::new(chats(&core.config, &core.clock)?);
        let clock = &core.clock;
        let in_flight = core.config.polling.in_flight.get();
        let desk = core.store.crew().map(|crew| Arc::new(Desk::new(crew, in_flight)));
        let mut sources = Vec::new();
        for (id, config) in &core.config.sources {
            let when = &config.common;
            super::schedule::Schedule::new(&when.schedule, when.zone.rules())
                .with_context(|| format!("sources.{id}.schedule"))?;
            let outside = Outside { clock: clock.clone(), accounts: core.vault.accounts(id) };
            let source = config.kind.settings().build(&outside).with_context(|| format!("sources.{id}"))?;
            let source =
                desk.as_ref().map_or_else(|| Arc::clone(&source), |desk| desk.share(id, config, Arc::clone(&source)));
            sources.push((id.clone(), config.clone(), source));
        }
        // After the sources: where both share a client, it is the one that knows the connected accounts.
        let mut hands = hands(&core.config)?;
        hands.by_source.insert(proposing::LINKS.parse()?, Arc::new(LinkHand::new(Arc::clone(core))));
        let hands = Arc::new(hands);
        let ears = Arc::new(Ears::new(Arc::clone(core)));
        let stop = CancellationToken::new();
        let mut service = Self {
            core: Arc::clone(core),
            chats: Arc::clone(&chats),
            hands: Arc::clone(&hands),
            vitals: Arc::new(Vitals::new(core, &chats)),
            stop,
            tasks: Vec::new(),
        };
        for chat in [Chat::Discord, Chat::Telegram] {
            let (core, chats) = (Arc::clone(core), Arc::clone(&chats));
            service.keep(format!("deliver {}", chat.as_str()), Care::rounds(DELIVERS_MAX), move |start| {
                deliver::run(Arc::clone(&core), Arc::clone(&chats), chat, start.held, start.stop)
            });
        }
        service.rounds(&chats, &hands, &ears);
        if let Some(desk) = desk {
            service.keep("hand polls over", Care::serves(), move |start| Arc::clone(&desk).run(start.stop));
        }
        let one = Arc::clone(core);
        service.keep("learn", Care::rounds(LEARNS_MAX), move |start| {
            learning::run(Arc::clone(&one), start.held, start.stop)
        });
        for (id, config, source) in sources {
            let core = Arc::clone(core);
            service.keep(format!("poll {id}"), Care::rounds(POLLS_MAX), move |start| {
                let (core, id, config, source) = (Arc::clone(&core), id.clone(), config.clone(), Arc::clone(&source));
                watch::run(core, id, config, source, start.held, start.stop)
            });
        }
        let one = Arc::clone(core);
        let once = Care { may_end: true, ..Care::rounds(ROUNDS_MAX) };
        service.keep("book", once, move |start| book(Arc::clone(&one), start.held));
        let one = Arc::clone(core);
        service.keep("tidy up", Care { paints: false, ..Care::rounds(ROUNDS_MAX) }, move |start| {
            tidy_up(Arc::clone(&one), start.held, start.stop)
        });
        if core.store.shows_books() {
            let one = Arc::clone(core);
            service.keep("show the books", Care { paints: false, ..Care::rounds(ROUNDS_MAX) }, move |start| {
                show_books(Arc::clone(&one), start.held, start.stop)
            });
        }
        let (one, chats) = (Arc::clone(core), service.receivers());
        service.keep("alarms", Care { paints: false, ..Care::rounds(ROUNDS_MAX) }, move |start| {
            alarms::run(Arc::clone(&one), chats.clone(), start.held, start.stop)
        });
        service.beat()?;
        Ok((service, ears))
    }

    /// The chats that are received from.
    fn receivers(&self) -> Vec<Chat> {
        let both = [(Chat::Discord, self.chats.discord.is_some()), (Chat::Telegram, self.chats.telegram.is_some())];
        both.into_iter().filter(|(_, there)| *there).map(|(chat, _)| chat).collect()
    }

    /// Starts a part, and starts it again when it ends.
    fn keep<W, R>(&mut self, name: impl Into<String>, care: Care, work: W)
    where
        W: Fn(Start) -> R + Send + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let (core, stop, name) = (Arc::clone(&self.core), self.stop.clone(), name.into());
        let token = name.clone();
        self.tasks.push(self.core.clock.spawn(token, move |held| parts::keep(core, name, care, held, stop, work)));
    }

    /// Starts what works in rounds.
    fn rounds(&mut self, chats: &Arc<Chats>, hands: &Arc<Hands>, ears: &Arc<Ears>) {
        let bells = self.core.bells.clone();
        let acting = Arc::clone(hands);
        // Whoever drops a request to an ad platform does not know whether it was heard.
        let acts = Care { ended_when_it_hangs: false, ..Care::rounds(ACTS_MAX) };
        self.part_with("act", acts, bells.act, move |core| {
            let hands = Arc::clone(&acting);
            async move { act::round(&core, &hands).await }
        });
        self.part("levels", bells.levels, |core| async move { levels::round(&core).await });
        self.part("offers", bells.offers, |core| async move { offers::round(&core).await });
        self.part("ladder", bells.ladder, |core| async move { ladder::round(&core).await });
        self.part("promotion", bells.promotion, |core| async move { promotion::round(&core).await });
        self.part("digests", bells.digests, |core| async move { digests::round(&core).await });
        self.part("regret", bells.regret, |core| async move { regret::round(&core).await });
        self.part("follow up", bells.follow_up, |core| async move { follow_up::round(&core).await });
        self.part("questions", bells.questions, |core| async move { postmortem::due::round(&core).await });
        self.part("tips", bells.tips, |core| async move { tipping::round(&core).await });
        self.part("escalate", bells.escalate, |core| async move { escalate::round(&core).await });
        self.part("moments", bells.deals, |core| async move { moments::round(&core).await });
        self.part("vault", self.core.vault.bell().clone(), |core| async move { vault::watch::round(&core).await });
        // What hangs on one platform hangs there.
        let answers = [
            ("listen discord", Chat::Discord, bells.answer),
            ("listen telegram", Chat::Telegram, bells.answer_telegram),
        ];
        for (name, chat, bell) in answers {
            let shared = (Arc::clone(chats), Arc::clone(ears));
            self.part(name, bell, move |core| {
                let (chats, ears) = shared.clone();
                async move { listen::round(&core, &chats, &ears, chat).await.map(|()| None) }
            });
        }
    }

    /// Tells somebody outside that it lives, where the configuration says whom.
    fn beat(&mut self) -> anyhow::Result<()> {
        let Some(beat) = Heartbeat::of(&self.core.config.heartbeat).context("heartbeat.url")? else { return Ok(()) };
        let (core, vitals, beat) = (Arc::clone(&self.core), Arc::clone(&self.vitals), Arc::new(beat));
        self.keep("heartbeat", Care { paints: false, ..Care::rounds(ROUNDS_MAX) }, move |start| {
            heartbeat::run(Arc::clone(&core), Arc::clone(&vitals), Arc::clone(&beat), start.held, start.stop)
        });
        Ok(())
    }

    fn part<F, R>(&mut self, name: &'static str, bell: Bell, round: F)
    where
        F: Fn(Arc<Core>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Option<Timestamp>, StoreError>> + Send + 'static,
    {
        self.part_with(name, Care::rounds(ROUNDS_MAX), bell, round);
    }

    fn part_with<F, R>(&mut self, name: &'static str, care: Care, bell: Bell, round: F)
    where
        F: Fn(Arc<Core>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Option<Timestamp>, StoreError>> + Send + 'static,
    {
        let (core, round) = (Arc::clone(&self.core), Arc::new(round));
        self.keep(name, care, move |start| {
            let part = Part { name, bell: bell.clone(), clock: core.clock.clone() };
            let (core, round) = (Arc::clone(&core), Arc::clone(&round));
            part.run(start.held, start.stop, move || {
                let (core, round) = (Arc::clone(&core), Arc::clone(&round));
                async move {
                    let done = round(Arc::clone(&core)).await;
                    if done.is_err() {
                        core.parts.complain();
                    }
                    done
                }
            })
        });
    }

    /// Answers tracking links through a server that listens, and whoever asks how the program is, until the end.
    ///
    /// The server itself is not started again: its port came with it. What answers one request may panic, and ends alone.
    pub fn answer_links(&mut self, web: Web, counter: &Arc<clicks::Counter>) {
        let web = web.with_vitals(Arc::clone(&self.vitals) as _);
        let one = Arc::clone(counter);
        self.keep("keep clicks", Care::rounds(ROUNDS_MAX), move |start| {
            clicks::run(Arc::clone(&one), start.held, start.stop)
        });
        let one = Arc::clone(counter);
        self.keep("state clicks", Care::rounds(ROUNDS_MAX), move |start| {
            clicks::state(Arc::clone(&one), start.held, start.stop)
        });
        let one = Arc::clone(&self.core);
        let asks = Care { may_end: true, paints: false, ..Care::rounds(LEARNS_MAX) };
        self.keep("ask pages", asks, move |start| pages::run(Arc::clone(&one), start.held, start.stop));
        let web = Mutex::new(Some(web));
        self.keep("web", Care::serves(), move |start| {
            let web = web.lock().unwrap_or_else(PoisonError::into_inner).take();
            async move {
                if let Some(web) = web {
                    web.serve(start.held, start.stop).await;
                }
            }
        });
    }

    /// Takes commands of the terminal through a door, until the end. A door that broke is opened anew.
    #[cfg(unix)]
    pub fn admit(&mut self, door: super::control::door::Door) {
        use super::control::door::{self, Door};
        let (core, first) = (Arc::clone(&self.core), Mutex::new(Some(door)));
        let cares = Care { may_end: false, ..Care::serves() };
        self.keep("control", cares, move |start| {
            let core = Arc::clone(&core);
            let door = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            async move {
                let door = match door {
                    Some(door) => Ok(door),
                    None => Door::open(&core.config.store.folder).await,
                };
                match door {
                    Ok(door) => door::run(core, door, start.held, start.stop).await,
                    Err(error) => tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "commands cannot reach the service; tried again"
                    ),
                }
            }
        });
    }

    fn hear_telegram(&mut self, ears: &Arc<Ears>) {
        if let Some(bot) = self.chats.telegram.clone() {
            let (core, ears) = (Arc::clone(&self.core), Arc::clone(ears));
            self.keep(alarms::receiver(Chat::Telegram), Care::serves(), move |start| {
                let receiver = poll::Receiver {
                    bot: Arc::clone(&bot),
                    inbox: Arc::clone(&ears) as _,
                    alarms: Arc::clone(&ears) as _,
                };
                // It waits for nothing but the chat, so being asked to start anew is being asked to end.
                telegram(Arc::clone(&core), Arc::clone(&bot), receiver, start.held, start.renew)
            });
        }
    }

    fn hear_discord(&mut self, ears: &Arc<Ears>) {
        if let Some(bot) = self.chats.discord.clone() {
            let (core, ears) = (Arc::clone(&self.core), Arc::clone(ears));
            self.keep(alarms::receiver(Chat::Discord), Care::serves(), move |start| {
                discord(Arc::clone(&core), Arc::clone(&bot), Arc::clone(&ears), start)
            });
        }
    }

    /// Ends as a killed process ends: whatever a task was at, it is at it no more.
    pub async fn kill(self) {
        for task in &self.tasks {
            task.abort();
        }
        for task in self.tasks {
            // It was aborted.
            drop(task.await);
        }
    }

    /// Ends cleanly: nothing new is begun, what is under way is finished, within [`DRAIN_MAX`].
    pub async fn stop(self) {
        self.stop.cancel();
        let all = async {
            for task in self.tasks {
                // A task that panicked has said so in the log.
                drop(task.await);
            }
        };
        #[expect(clippy::disallowed_methods, reason = "an end that hangs must not hang for ever, whatever the clock")]
        let drained = tokio::time::timeout(DRAIN_MAX, all).await;
        if drained.is_err() {
            tracing::warn!("some work was still under way at the end; it is taken up again at the next start");
        }
    }
}

async fn telegram(
    core: Arc<Core>,
    bot: Arc<TelegramBot>,
    receiver: poll::Receiver,
    mut held: Held,
    stop: CancellationToken,
) {
    for menu in ears::menus() {
        if let Err(error) = bot.set_menu(&menu).await {
            tracing::warn!(error = &error as &dyn std::error::Error, "could not set the menu of commands");
        }
    }
    let seed = core.roll(rand::Rng::random::<u64>);
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    match poll::poll_updates(&receiver, &stop, &mut held, &mut dice).await {
        PollEnd::Stopped => {}
        PollEnd::BadToken => {
            tracing::error!("Telegram refuses the bot's token; set telegram.token_file and start again");
        }
    }
}

async fn discord(core: Arc<Core>, bot: Arc<DiscordBot>, ears: Arc<Ears>, start: Start) {
    let Start { mut held, stop, renew } = start;
    loop {
        let gateway_url = match core.config.discord.gateway_url.as_str() {
            "" => "wss://gateway.discord.gg".to_owned(),
            given => given.to_owned(),
        };
        let receiver = gateway::Receiver {
            bot: Arc::clone(&bot),
            gateway_url,
            inbox: Arc::clone(&ears) as _,
            suggest: Arc::clone(&ears) as _,
            alarms: Arc::clone(&ears) as _,
            commands: ears::slash(),
            registered: Arc::clone(&ears) as _,
            renew: renew.clone(),
        };
        match gateway::run_gateway(receiver, &stop, held).await {
            GatewayEnd::Stopped => return,
            GatewayEnd::BadToken => {
                tracing::error!("Discord refuses the bot's token; set discord.token_file and start again");
                return;
            }
            GatewayEnd::Broken(_) if renew.is_cancelled() => return,
            GatewayEnd::Broken(reason) => tracing::warn!(reason, "the gateway ended; connecting again"),
        }
        held = core.clock.hold("discord gateway");
        let at = core.clock.now().checked_add(RECEIVER_WAIT).unwrap_or(Timestamp::MAX);
        if !rest_until(&mut held, at, &stop).await {
            return;
        }
    }
}

/// What went live while the program was killed half-way is booked at the next start.
async fn book(core: Arc<Core>, held: Held) {
    if let Err(error) = super::booking::book(&core).await {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "could not write the fees of posts down; done with the next change of a deal"
        );
    }
    drop(held);
}

/// The ledger for tools that draw, now and then anew.
async fn show_books(core: Arc<Core>, mut held: Held, stop: CancellationToken) {
    loop {
        if let Err(error) = super::ledger::show(&core).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not write the ledger for other tools; tried again in an hour"
            );
        }
        let at = core.clock.now().checked_add(SHOW_BOOKS_EVERY).unwrap_or(Timestamp::MAX);
        if !rest_until(&mut held, at, &stop).await {
            return;
        }
    }
}

async fn tidy_up(core: Arc<Core>, mut held: Held, stop: CancellationToken) {
    loop {
        let at = core.clock.now().checked_add(FORGET_EVERY).unwrap_or(Timestamp::MAX);
        if !rest_until(&mut held, at, &stop).await {
            return;
        }
        if let Err(error) = listen::forget(&core).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not forget answered updates; tried again tomorrow"
            );
        }
        if let Err(error) = hooks::forget(&core).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not forget old hooks; tried again tomorrow"
            );
        }
        if let Err(error) = retention::round(&core).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not remove what [retention] does not keep; tried again tomorrow"
            );
        }
        if let Err(error) = sealing::round(&core).await {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "could not seal older numbers; tried again tomorrow"
            );
        }
    }
}
