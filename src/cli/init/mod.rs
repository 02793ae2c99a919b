//! `plimsoll init`: from nothing to a first alert in both chats.
//!
//! JSON: `{"folder","files":[{"path","new"}],"checks":[{"about","stand":"ok"|"warn"|"bad","what","remedy"}],"telegram":
//! {"bot","link"}|null,"discord":{"bot","application","invite"}|null,"rooms":[ROOM],"sample":{"pressed_by"}|null,
//! "next":[COMMAND]}`; `sample` is null where nobody waited for it.

mod answers;
mod wait;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use self::answers::{Asker, Given};
use super::{CliError, Common, one_line};
use crate::app::config::{Answers, Config};
use crate::app::setup::files::{self, ChatFile, Written};
use crate::app::setup::{Finding, Stand, discord, telegram};
use crate::domain::ids::RoomId;
use crate::domain::person::Chat;
use crate::domain::written::parse_length;

/// The arguments.
#[derive(Debug, Args)]
#[command(
    after_help = "Asks what it needs on a terminal; each answer can also be an option, a line in a file (--answers) or a \
                  variable (PLIMSOLL_INIT_BRAND). Writes plimsoll.toml, a first document and rules that only watch; tokens go \
                  into files of their own. Then it looks the bots over, prints the links that invite them, waits until you \
                  and your rooms are there, and shows a sample alert. Nothing is overwritten: run it again and it goes on \
                  where it was.\n\nplimsoll init --brand Nordbo --zone Europe/Stockholm --currency SEK --telegram-token-file bot.token"
)]
pub struct Init {
    /// Where to set up; made where there is none
    #[arg(long, value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// A file of answers: `chats`, `telegram_token_file`, `discord_token_file`, `brand`, `zone`, `currency`, `language`
    #[arg(long, value_name = "FILE.toml")]
    answers: Option<PathBuf>,
    /// Which chats: telegram, discord or both with a comma between; those with a token where it is not said
    #[arg(long, value_name = "CHATS")]
    chats: Option<String>,
    /// A file with the token of the bot on Telegram, from `@BotFather`; its content is copied
    #[arg(long, value_name = "FILE")]
    telegram_token_file: Option<PathBuf>,
    /// A file with the token of the bot on Discord, from the developer portal; its content is copied
    #[arg(long, value_name = "FILE")]
    discord_token_file: Option<PathBuf>,
    /// The brand's name
    #[arg(long, value_name = "NAME")]
    brand: Option<String>,
    /// The brand's zone, such as Europe/Stockholm: its days are days there
    #[arg(long, value_name = "ZONE")]
    zone: Option<String>,
    /// What the brand's books are in, such as SEK
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// What its rooms read: en or sv
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
    /// Write, check and print the links, and wait for nobody
    #[arg(long)]
    no_wait: bool,
    /// How long to wait for people and rooms
    #[arg(long, value_name = "LENGTH", default_value = "1h", value_parser = length)]
    wait: Duration,
}

fn length(given: &str) -> Result<Duration, String> {
    let length = parse_length(given).and_then(|length| Duration::try_from(length).ok());
    length.ok_or_else(|| "write it like `50s`, `10m` or `2h`".to_owned())
}

/// A line for the person, beside the result.
fn tell(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

/// What was found out and done, for the end.
#[derive(Debug, Default)]
struct Report {
    files: Vec<Written>,
    checks: Vec<Finding>,
    telegram: Option<telegram::Bot>,
    discord: Option<discord::Bot>,
    /// Discord's address.
    discord_at: String,
    rooms: Vec<RoomId>,
    pressed_by: Option<String>,
}

/// What to do once it stands, in order.
const NEXT: [(&str, &str); 6] = [
    (
        "plimsoll import deals deals.xlsx",
        "campaigns, creators and deals from your spreadsheet; shows what would change first",
    ),
    ("plimsoll discover", "which code and link of your shop belongs to whom (first add the shop as [sources.shop])"),
    ("plimsoll connect SOURCE --creator NAME", "accounts whose numbers only their owner may show"),
    ("plimsoll preflight", "whether each partnership's codes and pages work"),
    ("plimsoll doctor", "whether anything is wrong with any part of it"),
    ("plimsoll run", "the service; rules only watch at first, and after two weeks say what they would have told"),
];

impl Init {
    /// Sets up, as far as it is not done.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        if common.config.is_some() {
            return Err(CliError::input(
                "init writes plimsoll.toml into a folder of its own; leave --config out, name the folder with --folder",
            ));
        }
        let folder = self.folder.clone();
        std::fs::create_dir_all(&folder).map_err(|error| {
            CliError::input(format!(
                "--folder: `{}` cannot be made ({error}); name a place that can be written",
                folder.display()
            ))
        })?;
        let file = folder.join(files::CONFIG);
        let there = file.is_file();
        let before = Config::load(there.then_some(&*file), &common.sets)?;
        refuse_running(&folder.join(&before.store.folder)).await?;
        let mut report = Report { discord_at: before.discord.api_url.clone(), ..Report::default() };
        let asker = Asker::new();
        let given = Given { answers: self.given()?, config: &before };
        let chats = given.chats(&asker, &mut report).await?;
        let brand = if folder.join(files::DOCUMENTS).is_file() { None } else { Some(given.brand(&asker)?) };
        // The service finds its store from where it is started: beside its configuration.
        let written = files::write(&folder, &before.store.folder, &chats, brand.as_ref());
        report.files = written.map_err(|error| CliError::Failed(anyhow::Error::new(error)))?;
        say_files(&report.files);
        let config = Config::load(Some(&file), &common.sets)?;
        covered(&config, &chats)?;
        invite(&report);
        if let Some(bad) = report.checks.iter().find(|one| one.stand == Stand::Bad).filter(|_| !self.no_wait) {
            return Err(CliError::Failed(anyhow::anyhow!(
                "{}: {}; {}, and run init again: it goes on here",
                bad.about,
                bad.what,
                bad.remedy
            )));
        }
        if !self.no_wait {
            let chats: Vec<Chat> = chats.iter().map(|chat| chat.chat).collect();
            wait::wait(config, &folder, &chats, self.wait, &mut report).await?;
        }
        common.print(&json_of(&folder, &report), &text_of(&folder, &report))
    }

    /// The answers: options over variables over the file.
    fn given(&self) -> Result<Answers, CliError> {
        let read = Answers::load(self.answers.as_deref())?;
        Ok(Answers {
            chats: self.chats.clone().or(read.chats),
            telegram_token_file: self.telegram_token_file.clone().or(read.telegram_token_file),
            discord_token_file: self.discord_token_file.clone().or(read.discord_token_file),
            brand: self.brand.clone().or(read.brand),
            zone: self.zone.clone().or(read.zone),
            currency: self.currency.clone().or(read.currency),
            language: self.language.clone().or(read.language),
        })
    }
}

/// What one process owns another cannot set up.
#[cfg(unix)]
async fn refuse_running(store: &Path) -> Result<(), CliError> {
    if crate::app::control::caller::is_served(store).await {
        return Err(CliError::Failed(anyhow::anyhow!(
            "a plimsoll runs on `{}` already; `plimsoll doctor` looks it over, `plimsoll code --room ROOM` binds a room; to go \
             on here, stop it first",
            store.display()
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
async fn refuse_running(_: &Path) -> Result<(), CliError> {
    Ok(())
}

/// A configuration that was there already must know the chats that are asked for: it is not changed.
fn covered(config: &Config, chats: &[ChatFile]) -> Result<(), CliError> {
    for chat in chats {
        let (token, name): (&SecretString, _) = match chat.chat {
            Chat::Telegram => (&config.telegram.token, "telegram"),
            Chat::Discord => (&config.discord.token, "discord"),
        };
        if token.expose_secret().is_empty() {
            return Err(CliError::input(format!(
                "{} is there and is not changed, and it has no {}; add `token_file = \"secrets/{name}.token\"` under [{name}]",
                files::CONFIG,
                chat.chat.title()
            )));
        }
    }
    Ok(())
}

fn say_files(written: &[Written]) {
    for one in written {
        tell(&format!("{}  {}", if one.new { "wrote" } else { "kept " }, one.path.display()));
    }
}

/// How the bots get to where they are needed.
fn invite(report: &Report) {
    if let Some(bot) = &report.discord {
        tell(&format!(
            "Discord: add the bot to your server with exactly what it needs:\n  {}",
            bot.invite(&report.discord_at)
        ));
    }
    if let Some(bot) = &report.telegram {
        tell(&format!("Telegram: the bot is https://t.me/{}", bot.username));
    }
}

fn json_of(folder: &Path, report: &Report) -> Value {
    let files: Vec<Value> =
        report.files.iter().map(|one| json!({ "path": one.path.display().to_string(), "new": one.new })).collect();
    let telegram = report
        .telegram
        .as_ref()
        .map(|bot| json!({ "bot": bot.username, "link": format!("https://t.me/{}", bot.username) }));
    let discord = report.discord.as_ref().map(
        |bot| json!({ "bot": bot.username, "application": bot.application, "invite": bot.invite(&report.discord_at) }),
    );
    let next: Vec<&str> = NEXT.iter().map(|(command, _)| *command).collect();
    json!({
        "folder": folder.display().to_string(), "files": files, "checks": report.checks, "telegram": telegram,
        "discord": discord, "rooms": report.rooms,
        "sample": report.pressed_by.as_ref().map(|by| json!({ "pressed_by": by })), "next": next,
    })
}

fn text_of(folder: &Path, report: &Report) -> String {
    let mut lines = Vec::new();
    match &report.pressed_by {
        Some(by) => lines.push(format!("It stands: {by} pressed the button, and every room shows it.")),
        None => lines.push("Written and checked. Run init again without --no-wait to bind the rooms.".to_owned()),
    }
    lines.push(if folder == Path::new(".") { "Next:".to_owned() } else { format!("Next, in {}:", folder.display()) });
    lines.extend(NEXT.iter().map(|(command, why)| format!("  {command}\n      {why}")));
    lines.join("\n")
}

/// The store did not do it, or the program could not be started.
fn failed(error: &anyhow::Error, doing: &'static str) -> CliError {
    CliError::Failed(anyhow::anyhow!("{doing}: {}", one_line(error)))
}
