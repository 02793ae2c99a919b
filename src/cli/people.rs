//! `plimsoll say`, `code`, `grant` and `revoke`: people, and what they may do.
//!
//! JSON of `say`: `{"answer"}`; of `code`: `{"code","expires_at","send"}`; of `grant` and `revoke`:
//! `{"person","role","reach","done"}` with `done` = `granted` or `revoked`.

use clap::Args;
use serde_json::json;

use super::opened::Opened;
use super::{CliError, Common};
use crate::app::catalog::Catalog;
use crate::app::commands::Asked;
use crate::app::config::terminal_user;
use crate::app::core::Core;
use crate::app::listen;
use crate::app::people::{self, Refusal, Speaker};
use crate::app::records::Gift;
use crate::domain::ids::{BrandId, CampaignId, CreatorId, PersonId, RoomId};
use crate::domain::person::{Address, Audience, Chat, Identity, Person, Reach, Role};
use crate::words::command::{Command, parse};
use crate::words::permission::{Ask, Decision};
use crate::words::phrase::plain;
use crate::words::replies;
use crate::words::wording::Reader;

/// The arguments of `say`.
#[derive(Debug, Args)]
#[command(
    after_help = "The same commands with the same rights as in a direct message to the bot: `plimsoll say \"why \
                  alma\" --as anna`."
)]
pub struct Say {
    /// The command, in quotes: `status`, `pause alma`, `ack INC-1`
    text: String,
    /// Answer yes where a command asks whether one is sure
    #[arg(long)]
    yes: bool,
}

impl Say {
    /// Says it and prints the answer.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        if common.acting.is_none() {
            return Err(CliError::input("who says it? add --as PERSON"));
        }
        let opened = Opened::open_existing(common.config()?).await?;
        let done = self.answer(&opened, common).await;
        let answer = opened.after(done).await?;
        common.print(&json!({ "answer": answer }), &answer)
    }

    async fn answer(&self, opened: &Opened, common: &Common) -> Result<String, CliError> {
        let Some(person) = opened.person(common).await? else {
            return Err(CliError::input("who says it? add --as PERSON"));
        };
        let asked = asked_by(person, self.yes);
        let command = parse(&self.text)
            .map_err(|teach| CliError::input(plain(&replies::teach(&teach, &asked.reader)).replace("\n\n", "\n")))?;
        if matches!(command, Command::Bind { .. } | Command::Link { code: Some(_) }) {
            return Err(CliError::input("a code belongs to the place it is sent from; send it in the chat itself"));
        }
        carry_out(&opened.core, &asked, command).await
    }
}

/// Somebody in a direct message, at the terminal.
fn asked_by(person: Person, confirmed: bool) -> Asked {
    let identity = person.identities.first().cloned();
    let identity = identity.unwrap_or_else(|| Identity { chat: Chat::Telegram, user: terminal_user() });
    let address = Address { chat: identity.chat, place: terminal_user(), topic: None, guild: None };
    let (name, locale) = (person.name.clone(), person.locale.clone());
    Asked {
        audience: if person.creator.is_some() { Audience::Creator } else { Audience::Internal },
        reader: Reader::new(locale.as_deref().unwrap_or("en"), "UTC"),
        speaker: Speaker { identity, name, locale, address, direct: true },
        person: Some(person),
        confirmed,
    }
}

/// Does it if they may; a refusal is journaled and is a failure here.
async fn carry_out(core: &Core, asked: &Asked, command: Command) -> Result<String, CliError> {
    let decision = listen::check(core, None, asked, None, Ask::Command(&command)).await?;
    let composed = listen::permitted(core, None, asked, None, command).await?;
    let text = plain(&composed.message);
    match decision {
        Decision::Allowed => Ok(text),
        Decision::Refused { .. } => Err(CliError::Failed(anyhow::anyhow!("{}", text.replace("\n\n", "\n")))),
    }
}

/// The arguments of `code`.
#[derive(Debug, Args)]
#[command(
    after_help = "The code works once and for a few minutes (people.code_minutes). Sent to the bot as `link CODE` \
                  in a direct message it makes its sender a person with the role; sent as `bind CODE` in a group \
                  or channel it makes that place the room."
)]
#[command(group = clap::ArgGroup::new("gives").required(true).args(["role", "room"]))]
#[command(group = clap::ArgGroup::new("where").args(["brand", "campaign", "all"]))]
pub struct Code {
    /// The role: `creator`, `talent_manager`, `analyst`, `manager`, `client_owner`, `agency` or `operator`
    #[arg(long, requires = "where")]
    role: Option<Role>,
    /// A room instead, as a document declares it
    #[arg(long, value_name = "ROOM", conflicts_with_all = ["brand", "campaign", "all", "name", "creator"])]
    room: Option<RoomId>,
    /// The role reaches this brand
    #[arg(long, value_name = "B")]
    brand: Option<BrandId>,
    /// The role reaches this campaign
    #[arg(long, value_name = "C")]
    campaign: Option<CampaignId>,
    /// The role reaches the whole installation
    #[arg(long)]
    all: bool,
    /// What to call them; as their chat calls them where it is not said
    #[arg(long, value_name = "N")]
    name: Option<String>,
    /// The creator they are; the role of creator needs it
    #[arg(long, value_name = "ID")]
    creator: Option<CreatorId>,
}

impl Code {
    /// Makes the code and prints it.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let opened = Opened::open_existing(common.config()?).await?;
        let done = self.make(&opened, common).await;
        let (code, expires_at, verb) = opened.after(done).await?;
        let send = format!("/{verb} {code}");
        let place = if verb == "bind" { "in the group or channel" } else { "to the bot in a direct message" };
        let until = expires_at.strftime("%H:%M UTC");
        let document = json!({ "code": code, "expires_at": expires_at, "send": send });
        common.print(&document, &format!("{code}\nsend `{send}` {place}, once, before {until}"))
    }

    async fn make(self, opened: &Opened, common: &Common) -> Result<(String, jiff::Timestamp, &'static str), CliError> {
        let by = opened.actor(common).await?;
        let gift = self.gift(&opened.core.state.lock().await.catalog)?;
        let verb = if matches!(gift, Gift::Room { .. }) { "bind" } else { "link" };
        let (code, expires_at) = people::make_code(&opened.core, gift, &by).await?;
        Ok((code, expires_at, verb))
    }

    fn gift(self, catalog: &Catalog) -> Result<Gift, CliError> {
        if let Some(room) = self.room {
            if !catalog.rooms.contains_key(&room) {
                return Err(missing("room", room.as_str()));
            }
            return Ok(Gift::Room { room });
        }
        let reach = match (self.brand, self.campaign, self.all) {
            (Some(brand), ..) => Reach::Brand(brand),
            (None, Some(campaign), _) => Reach::Campaign(campaign),
            (None, None, true) => Reach::All,
            (None, None, false) => {
                return Err(CliError::input("a role reaches something: add --brand, --campaign or --all"));
            }
        };
        let Some(role) = self.role else { return Err(CliError::input("add --role ROLE, or --room ROOM")) };
        exists(catalog, &reach)?;
        match &self.creator {
            Some(creator) if !catalog.creators.contains_key(creator) => {
                return Err(missing("creator", creator.as_str()));
            }
            None if role == Role::Creator => {
                return Err(CliError::input("which creator are they? add --creator ID"));
            }
            Some(_) | None => {}
        }
        Ok(Gift::Role { role, reach, name: self.name, creator: self.creator })
    }
}

fn missing(kind: &str, id: &str) -> CliError {
    CliError::input(format!("there is no {kind} `{id}`; `plimsoll apply` takes it in from a document"))
}

fn exists(catalog: &Catalog, reach: &Reach) -> Result<(), CliError> {
    match reach {
        Reach::Brand(id) if !catalog.brands.contains_key(id) => Err(missing("brand", id.as_str())),
        Reach::Campaign(id) if !catalog.campaigns.contains_key(id) => Err(missing("campaign", id.as_str())),
        Reach::Brand(_) | Reach::Campaign(_) | Reach::All => Ok(()),
    }
}

/// The arguments of `grant` and `revoke`.
#[derive(Debug, Args)]
#[command(after_help = "A role ends at once when it is revoked: every command and button asks again.")]
pub struct GrantArgs {
    /// The person, by their id
    person: PersonId,
    /// The role: `creator`, `talent_manager`, `analyst`, `manager`, `client_owner`, `agency` or `operator`
    role: Role,
    /// Where: brand/ID, campaign/ID or all
    #[arg(value_parser = reach)]
    reach: Reach,
}

fn reach(given: &str) -> Result<Reach, String> {
    let bad = || "write brand/ID, campaign/ID or all".to_owned();
    match given.split_once('/') {
        Some(("brand", id)) => BrandId::new(id).map(Reach::Brand).map_err(|error| error.to_string()),
        Some(("campaign", id)) => CampaignId::new(id).map(Reach::Campaign).map_err(|error| error.to_string()),
        None if given == "all" => Ok(Reach::All),
        Some(_) | None => Err(bad()),
    }
}

fn reach_text(reach: &Reach) -> String {
    match reach {
        Reach::Brand(id) => format!("brand/{id}"),
        Reach::Campaign(id) => format!("campaign/{id}"),
        Reach::All => "all".to_owned(),
    }
}

impl GrantArgs {
    /// Gives the role.
    pub async fn grant(self, common: &Common) -> Result<(), CliError> {
        self.change(common, true).await
    }

    /// Takes it.
    pub async fn revoke(self, common: &Common) -> Result<(), CliError> {
        self.change(common, false).await
    }

    async fn change(self, common: &Common, gives: bool) -> Result<(), CliError> {
        let opened = Opened::open_existing(common.config()?).await?;
        let done = self.carry_out(&opened, common, gives).await;
        opened.after(done).await?;
        let Self { person, role, reach } = self;
        let at = reach_text(&reach);
        let (done, text) = if gives {
            ("granted", format!("{person} is {role} of {at}"))
        } else {
            ("revoked", format!("{person} is no longer {role} of {at}"))
        };
        common.print(&json!({ "person": person, "role": role, "reach": at, "done": done }), &text)
    }

    async fn carry_out(&self, opened: &Opened, common: &Common, gives: bool) -> Result<(), CliError> {
        let core = &opened.core;
        let (person, role, reach) = (self.person.clone(), self.role, self.reach.clone());
        exists(&core.state.lock().await.catalog, &reach)?;
        if !core.state.lock().await.catalog.people.contains_key(&person) {
            let remedy = "`plimsoll code --role …` invites them";
            return Err(CliError::input(format!("there is no person `{person}`; {remedy}")));
        }
        if let Some(acting) = opened.person(common).await? {
            let asked = asked_by(acting, true);
            let command =
                if gives { Command::Grant { person, role, reach } } else { Command::Revoke { person, role, reach } };
            return carry_out(core, &asked, command).await.map(drop);
        }
        let by = terminal_user();
        let done = if gives {
            people::grant(core, &person, role, reach, &by).await?
        } else {
            people::revoke(core, &person, role, &reach, &by).await?
        };
        done.map_err(|refusal| match refusal {
            Refusal::NoGrant => CliError::input(format!(
                "{person} is not {role} of {}; `plimsoll say status --as {person}` shows what they see",
                reach_text(&self.reach)
            )),
            Refusal::NoPerson | Refusal::BadCode | Refusal::Taken | Refusal::SecondIdentity | Refusal::WrongPlace => {
                CliError::input(format!("there is no person `{person}`"))
            }
        })
    }
}
