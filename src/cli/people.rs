//! `plimsoll say`, `code`, `grant` and `revoke`: people, and what they may do.
//!
//! JSON of `say`: `{"answer"}`; of `code`: `{"code","expires_at","send"}`; of `grant` and `revoke`:
//! `{"person","role","reach","done"}` with `done` = `granted` or `revoked`.

use clap::Args;

use super::asking::ask;
use super::{CliError, Common};
use crate::app::control::{Body, Wish};
use crate::app::records::Gift;
use crate::domain::ids::{BrandId, CampaignId, CreatorId, PersonId, RoomId};
use crate::domain::person::{Reach, Role};

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
        let config = common.config()?;
        ask(common, config, Wish::Say { text: self.text, confirmed: self.yes }, Body::Empty).await
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
    /// The role reaches the whole installation; `--role creator --all` alone prints a personal invitation for each creator
    /// who has no chat yet: name, code, link (they live `people.invite`)
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
        let config = common.config()?;
        // Without a name it is one for everybody: each creator gets a code of their own.
        if self.role == Some(Role::Creator) && self.creator.is_none() && self.name.is_none() && self.all {
            return ask(common, config, Wish::Invite { reach: Reach::All }, Body::Empty).await;
        }
        ask(common, config, Wish::Code { gift: self.gift()? }, Body::Empty).await
    }

    fn gift(self) -> Result<Gift, CliError> {
        if let Some(room) = self.room {
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
        Ok(Gift::Role { role, reach, name: self.name, creator: self.creator })
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

impl GrantArgs {
    /// Gives the role.
    pub async fn grant(self, common: &Common) -> Result<(), CliError> {
        let wish = Wish::Grant { person: self.person, role: self.role, reach: self.reach };
        ask(common, common.config()?, wish, Body::Empty).await
    }

    /// Takes it.
    pub async fn revoke(self, common: &Common) -> Result<(), CliError> {
        let wish = Wish::Revoke { person: self.person, role: self.role, reach: self.reach };
        ask(common, common.config()?, wish, Body::Empty).await
    }
}
