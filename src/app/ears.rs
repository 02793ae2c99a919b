//! What the chats ask of the program: a box for what arrives, somebody who hears alarms, completions, and a memory of
//! which commands a guild has.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;

use super::core::Core;
use super::patience::{Beyond, Moment, Patience};
use super::records::{ButtonRecord, InboxRecord, inbox_key};
use super::shown::Shown;
use crate::chat::discord::commands::{CommandSpec, OptionKind, OptionSpec};
use crate::chat::discord::gateway::Registered;
use crate::chat::inbound::{
    Ack, Alarm, Alarms, Inbound, Inbox, InboxError, Kept, Place, PlaceKind, Suggest, What, Who,
};
use crate::chat::telegram::{Menu, MenuScope};
use crate::domain::person::Chat;
use crate::store::records::load;
use crate::store::{StoreError, Table, Transaction, Write};
use crate::words::buttons::{ButtonPurpose, LevelAnswer, OfferAnswer};
use crate::words::command::{ArgKind, Name, Needs, parse, slash_commands, telegram_menu};
use crate::words::wording::Locale;

/// The one that implements all of it.
pub struct Ears {
    core: Arc<Core>,
    /// Alarms are raised where nobody may wait; the listener picks them up.
    alarms: Mutex<Vec<Alarm>>,
    /// How much each person has asked for.
    patience: Mutex<Patience>,
}

/// Alarms kept until they are told; more than this many at once say the same.
const ALARMS_MAX: usize = 100;

impl Ears {
    /// For a program.
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        let patience = Mutex::new(Patience::new(core.config.limits.person));
        Self { core, alarms: Mutex::new(Vec::new()), patience }
    }

    /// What was raised since the last time.
    #[must_use]
    pub fn take_alarms(&self) -> Vec<Alarm> {
        std::mem::take(&mut self.alarms.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What becomes of something that came.
enum Fate {
    Kept,
    /// It is kept to be answered with a refusal that says for how many seconds they are not listened to.
    Refused(u32),
    /// Neither kept nor answered.
    Dropped,
}

impl Ears {
    fn patience(&self) -> std::sync::MutexGuard<'_, Patience> {
        self.patience.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fate(&self, inbound: &Inbound) -> Result<Fate, StoreError> {
        let asks = match &inbound.what {
            What::Command { .. } | What::Press { .. } => true,
            What::Text { .. } if inbound.place == Some(PlaceKind::Private) => true,
            // What people say to each other is nobody's business, and answered by nobody.
            What::Text { .. } => return Ok(Fate::Dropped),
            What::BotMembership { .. } | What::Member { .. } | What::Moved { .. } | What::Unknown { .. } => false,
        };
        let Some(from) = inbound.from.as_ref().filter(|_| asks) else { return Ok(Fate::Kept) };
        let when = Moment::of(inbound.done_at, self.core.clock.now());
        let room = self.patience().take(&from.identity, when);
        if room || (self.is_money(inbound, from).await? && self.patience().take_money(&from.identity, when)) {
            return Ok(Fate::Kept);
        }
        Ok(match self.patience().beyond(&from.identity, when) {
            Beyond::Told(secs) => Fate::Refused(secs),
            Beyond::Dropped => Fate::Dropped,
        })
    }

    /// Whether somebody who is known asks for something that is about money. Whether they may is asked later, as ever.
    async fn is_money(&self, inbound: &Inbound, from: &Who) -> Result<bool, StoreError> {
        if self.core.state.lock().await.catalog.person_of(&from.identity).is_none() {
            return Ok(false);
        }
        let name = match &inbound.what {
            What::Command { name, .. } => Name::typed(name),
            What::Text { text, .. } => parse(text).ok().map(|command| command.name()),
            What::Press { token, .. } => {
                let button = load::<ButtonRecord>(&*self.core.store, token.as_bytes()).await?;
                return Ok(button.is_some_and(|button| match &button.value.purpose {
                    ButtonPurpose::Confirm { .. } => true,
                    purpose => purpose.needs() == Needs::Money,
                }));
            }
            What::BotMembership { .. } | What::Member { .. } | What::Moved { .. } | What::Unknown { .. } => None,
        };
        Ok(name.and_then(Name::spec).is_some_and(|spec| spec.needs == Needs::Money))
    }
}

#[async_trait]
impl Inbox for Ears {
    async fn keep(&self, chat: Chat, bot: &str, id: &str, _raw: &[u8], inbound: &Inbound) -> Result<Kept, InboxError> {
        let failed = |cause: StoreError| InboxError { chat, cause: Box::new(cause) };
        if load::<InboxRecord>(&*self.core.store, &inbox_key(chat, bot, id)).await.map_err(failed)?.is_some() {
            return Ok(Kept::Already);
        }
        let too_much = match self.fate(inbound).await.map_err(failed)? {
            Fate::Kept => None,
            Fate::Refused(secs) => Some(secs),
            Fate::Dropped => return Ok(Kept::Dropped),
        };
        let record = InboxRecord {
            chat,
            bot: bot.to_owned(),
            id: id.to_owned(),
            inbound: Some(inbound.clone()),
            at: self.core.clock.now(),
            too_much,
        };
        let mut transaction = Transaction::new();
        transaction.create(&record).map_err(failed)?;
        match self.core.store.commit(transaction).await {
            Ok(_) => Ok(Kept::New),
            Err(StoreError::Conflict { .. }) => Ok(Kept::Already),
            Err(error) => Err(failed(error)),
        }
    }

    fn wake(&self) {
        self.core.bells.answer.ring();
        self.core.bells.answer_telegram.ring();
    }
}

impl Alarms for Ears {
    fn raise(&self, alarm: Alarm) {
        let mut alarms = self.alarms.lock().unwrap_or_else(PoisonError::into_inner);
        if alarms.len() < ALARMS_MAX {
            alarms.push(alarm);
        }
        drop(alarms);
        self.core.bells.answer.ring();
    }

    fn heard(&self, chat: Chat) {
        self.core.parts.heard(chat);
    }
}

/// Completions shown at most: Discord's limit.
const COMPLETIONS_MAX: usize = 25;

#[async_trait]
impl Suggest for Ears {
    async fn suggest(&self, from: &Who, at: &Place, command: &str, option: &str, typed: &str) -> Vec<(String, String)> {
        let state = self.core.state.lock().await;
        // Names of campaigns and creators are data: outsiders are shown none.
        let Some(person) = state.catalog.person_of(&from.identity) else { return Vec::new() };
        let Some(shown) = Shown::at(&state.catalog, person, &at.address, at.kind == PlaceKind::Private) else {
            return Vec::new();
        };
        let spec = Name::typed(command).and_then(Name::spec);
        let Some(arg) = spec.and_then(|spec| spec.args.iter().find(|arg| arg.name == option)) else {
            return Vec::new();
        };
        let rules = state.rules.keys().map(ToString::to_string);
        shown.completions(arg.kind, typed, rules, COMPLETIONS_MAX)
    }

    fn acknowledge(&self, what: &What) -> Ack {
        match what {
            // What a button changes is seen in its message; what it answers is for whoever pressed it.
            What::Press { .. } => Ack::Silent,
            _ => Ack::Private,
        }
    }
}

#[async_trait]
impl Registered for Ears {
    async fn has(&self, guild: &str, fingerprint: &str) -> bool {
        let kept = self.core.store.get(Table::Sources, &registered_key(guild)).await;
        matches!(kept, Ok(Some(kept)) if kept.bytes == fingerprint.as_bytes())
    }

    async fn set(&self, guild: &str, fingerprint: &str) {
        let put =
            Write::Put { table: Table::Sources, key: registered_key(guild), bytes: fingerprint.as_bytes().to_vec() };
        let transaction = Transaction { expect: Vec::new(), writes: vec![put] };
        if let Err(error) = self.core.store.commit(transaction).await {
            tracing::warn!(
                guild.id = guild,
                error = &error as &dyn std::error::Error,
                "could not remember the commands of a guild; they are written again at the next start"
            );
        }
    }
}

fn registered_key(guild: &str) -> Vec<u8> {
    format!("discord-commands/{guild}").into_bytes()
}

/// The slash commands, from the one table.
#[must_use]
pub fn slash() -> Vec<CommandSpec> {
    let localised = |pairs: Vec<(&'static str, String)>| {
        pairs.into_iter().map(|(locale, text)| (locale.to_owned(), text)).collect()
    };
    slash_commands()
        .into_iter()
        .map(|spec| CommandSpec {
            name: spec.name.to_owned(),
            names: localised(spec.names),
            description: spec.description,
            localised: localised(spec.descriptions),
            options: spec
                .options
                .into_iter()
                .map(|option| OptionSpec {
                    name: option.name.to_owned(),
                    description: option.description,
                    localised: localised(option.descriptions),
                    kind: if option.kind == ArgKind::File { OptionKind::File } else { OptionKind::Text },
                    required: option.required,
                    completes: option.autocomplete,
                })
                .collect(),
        })
        .collect()
}

/// Telegram's menus, from the same table: everybody in English, Swedish clients in Swedish.
#[must_use]
pub fn menus() -> Vec<Menu> {
    let menu = |language: Option<&str>, locale| Menu {
        scope: MenuScope::Default,
        language: language.map(str::to_owned),
        commands: telegram_menu(locale).into_iter().map(|item| (item.command, item.description)).collect(),
    };
    vec![menu(None, Locale::En), menu(Some("sv"), Locale::Sv)]
}

/// Whether a button's answer goes to the person alone or changes what all see.
#[must_use]
pub fn answers_aloud(purpose: &ButtonPurpose) -> bool {
    match purpose {
        ButtonPurpose::Why { .. }
        | ButtonPurpose::Do { .. }
        | ButtonPurpose::Choose { .. }
        | ButtonPurpose::Ask { .. }
        | ButtonPurpose::MyNumbers { .. } => true,
        ButtonPurpose::Offer { answer, .. } => matches!(answer, OfferAnswer::Another | OfferAnswer::Text),
        ButtonPurpose::Tell { told, .. } => !told,
        ButtonPurpose::Level { answer, .. } => matches!(answer, LevelAnswer::Text | LevelAnswer::Appeal),
        ButtonPurpose::Really { what } => answers_aloud(what),
        // May ask once more, with buttons of its own.
        ButtonPurpose::Approve { .. }
        | ButtonPurpose::TakeBack { .. }
        | ButtonPurpose::Show { .. }
        | ButtonPurpose::Sure { .. }
        | ButtonPurpose::Answer { .. }
        | ButtonPurpose::Record { .. }
        | ButtonPurpose::Reject { .. }
        | ButtonPurpose::Undo { .. }
        | ButtonPurpose::Ack { .. }
        | ButtonPurpose::Snooze { .. }
        | ButtonPurpose::Page { .. }
        | ButtonPurpose::Open { .. }
        | ButtonPurpose::Confirm { .. }
        | ButtonPurpose::Rule { .. }
        | ButtonPurpose::Sample { .. }
        | ButtonPurpose::Cancel => false,
    }
}
