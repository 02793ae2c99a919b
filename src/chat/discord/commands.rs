//! The slash commands of a guild: written only when their definitions have changed.

use serenity::all::{
    Command, CommandOptionType, CreateCommand, CreateCommandOption, GuildId, Http, InteractionContext,
};
use sha2::{Digest, Sha256};

use super::classify;
use crate::chat::error::{SendError, tidy};
use crate::chat::layout::{head, points};
use crate::domain::person::Chat;

/// Commands in one guild: Discord's most. <https://discord.com/developers/docs/interactions/application-commands>
pub const COMMANDS_MAX: usize = 100;

const DESCRIPTION_MAX: usize = 100;

/// What kind of value an option takes. Money, times and shares are texts, parsed by the one parser there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionKind {
    /// Any text.
    Text,
    /// A user.
    User,
    /// A file.
    File,
}

/// One option of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionSpec {
    /// Its name: 1–32 of a–z, 0–9, `-`, `_`.
    pub name: String,
    /// What it is, in English.
    pub description: String,
    /// What it is, by Discord locale (`sv-SE`).
    pub localised: Vec<(String, String)>,
    /// What it takes.
    pub kind: OptionKind,
    /// It must be given; those come first.
    pub required: bool,
    /// Discord asks for completions while it is typed.
    pub completes: bool,
}

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandSpec {
    /// Its name: 1–32 of a–z, 0–9, `-`, `_`.
    pub name: String,
    /// Its names by Discord locale; what arrives is always [`CommandSpec::name`].
    pub names: Vec<(String, String)>,
    /// What it does, in English.
    pub description: String,
    /// What it does, by Discord locale.
    pub localised: Vec<(String, String)>,
    /// What can be said with it.
    pub options: Vec<OptionSpec>,
}

/// A fingerprint of definitions: register again only when it changes.
#[must_use]
pub fn fingerprint(commands: &[CommandSpec]) -> String {
    let text = serde_json::to_string(&built(commands)).unwrap_or_default();
    data_encoding::HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

fn built(commands: &[CommandSpec]) -> Vec<CreateCommand> {
    commands.iter().take(COMMANDS_MAX).map(command).collect()
}

fn command(spec: &CommandSpec) -> CreateCommand {
    let mut command = CreateCommand::new(spec.name.clone()).description(short(&spec.description));
    for (locale, name) in &spec.names {
        command = command.name_localized(locale.clone(), name.clone());
    }
    for (locale, text) in &spec.localised {
        command = command.description_localized(locale.clone(), short(text));
    }
    // Discord refuses a required option behind one that is not.
    let (required, free): (Vec<_>, Vec<_>) = spec.options.iter().partition(|option| option.required);
    for spec in required.into_iter().chain(free) {
        command = command.add_option(option(spec));
    }
    command
}

fn option(spec: &OptionSpec) -> CreateCommandOption {
    let kind = match spec.kind {
        OptionKind::Text => CommandOptionType::String,
        OptionKind::User => CommandOptionType::User,
        OptionKind::File => CommandOptionType::Attachment,
    };
    let mut option =
        CreateCommandOption::new(kind, spec.name.clone(), short(&spec.description)).required(spec.required);
    if spec.completes {
        option = option.set_autocomplete(true);
    }
    for (locale, text) in &spec.localised {
        option = option.description_localized(locale.clone(), short(text));
    }
    option
}

fn short(text: &str) -> String {
    head(text, DESCRIPTION_MAX, points)
}

/// Sets the commands of a guild, or those of direct messages, to exactly these (one write; a guild takes 200 a day).
///
/// Commands of direct messages are global ones that are offered nowhere else, so that no guild shows them twice.
pub(super) async fn register(
    http: &Http,
    guild: Option<GuildId>,
    commands: &[CommandSpec],
    now: jiff::Timestamp,
    secret: &str,
) -> Result<(), SendError> {
    let done: Result<Vec<Command>, serenity::Error> = if let Some(guild) = guild {
        http.create_guild_commands(guild, &built(commands)).await
    } else {
        let direct = |one: CreateCommand| one.contexts(vec![InteractionContext::BotDm]);
        let commands: Vec<CreateCommand> = built(commands).into_iter().map(direct).collect();
        http.create_global_commands(&commands).await
    };
    done.map(drop).map_err(|error| of_serenity(&error, now, secret))
}

/// What an error of serenity means. Its addresses hold tokens and are never shown.
pub(super) fn of_serenity(error: &serenity::Error, now: jiff::Timestamp, secret: &str) -> SendError {
    use serenity::http::HttpError;
    let chat = Chat::Discord;
    match error {
        serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => {
            let code = i64::try_from(response.error.code).unwrap_or(-1);
            let reason = tidy(&format!("{code} {}", response.error.message), secret);
            classify::of_code(response.status_code.as_u16(), code, code != -1, &reason, now)
        }
        serenity::Error::Http(HttpError::Request(cause)) => SendError::Lost {
            chat,
            what: if cause.is_connect() { "could not connect".to_owned() } else { "the answer was lost".to_owned() },
        },
        serenity::Error::Json(_) => {
            SendError::Lost { chat, what: "an answer in a shape that is not known here".to_owned() }
        }
        _ => SendError::Refused { chat, reason: "the client refused to ask".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why() -> CommandSpec {
        CommandSpec {
            name: "why".to_owned(),
            names: vec![("sv-SE".to_owned(), "varför".to_owned())],
            description: "Show the evidence of an alert".to_owned(),
            localised: vec![("sv-SE".to_owned(), "Visa underlaget".to_owned())],
            options: vec![
                OptionSpec {
                    name: "at".to_owned(),
                    description: "When".to_owned(),
                    localised: Vec::new(),
                    kind: OptionKind::Text,
                    required: false,
                    completes: false,
                },
                OptionSpec {
                    name: "alert".to_owned(),
                    description: "Which".to_owned(),
                    localised: Vec::new(),
                    kind: OptionKind::Text,
                    required: true,
                    completes: true,
                },
            ],
        }
    }

    #[test]
    fn required_options_come_first_and_names_are_localised() {
        let json = serde_json::to_value(built(&[why()])).expect("writes");
        assert_eq!(json[0]["options"][0]["name"], "alert");
        assert_eq!(json[0]["options"][0]["autocomplete"], true);
        assert_eq!(json[0]["name_localizations"]["sv-SE"], "varför");
    }

    #[test]
    fn the_fingerprint_follows_the_definitions() {
        let mut changed = why();
        changed.description.push('!');
        assert_eq!(fingerprint(&[why()]), fingerprint(&[why()]));
        assert_ne!(fingerprint(&[why()]), fingerprint(&[changed]));
    }
}
