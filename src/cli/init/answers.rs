//! What `init` must know: from options, variables and files, and on a terminal by asking. A secret is never shown.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};

use super::{Report, tell};
use crate::app::config::{Answers, Config};
use crate::app::setup::files::{BrandFile, ChatFile};
use crate::app::setup::{Finding, Stand, discord, telegram};
use crate::cli::CliError;
use crate::domain::money::Currency;
use crate::domain::person::Chat;
use crate::domain::written::Zone;

/// The longest answer that is read, and the longest token.
const ANSWER_MAX: u64 = 16 << 10;

/// How often one question is asked before it is given up.
const TRIES_MAX: usize = 5;

/// The addresses that nobody needs to write down.
const USUAL: [(&str, &str); 3] =
    [("api_url", "https://api.telegram.org"), ("api_url", "https://discord.com"), ("gateway_url", "")];

/// Whoever can be asked.
#[derive(Debug)]
pub struct Asker {
    terminal: bool,
}

impl Asker {
    /// Somebody at a terminal, if this is one.
    pub fn new() -> Self {
        Self { terminal: std::io::stdin().is_terminal() && std::io::stderr().is_terminal() }
    }

    /// What is typed after a question; the suggestion where nothing is.
    fn line(question: &str, suggestion: &str) -> Result<String, CliError> {
        let mut err = std::io::stderr().lock();
        let hint = if suggestion.is_empty() { String::new() } else { format!(" [{suggestion}]") };
        // A terminal that cannot be written to ends with the reading below.
        drop(write!(err, "{question}{hint}: "));
        drop(err.flush());
        drop(err);
        let mut text = String::new();
        let read = std::io::stdin().lock().take(ANSWER_MAX).read_line(&mut text);
        if read.map_err(|error| CliError::input(format!("your answer cannot be read ({error}); type it as text")))? == 0
        {
            return Err(CliError::input("stopped before everything was answered; nothing was written"));
        }
        let text = text.trim();
        Ok(if text.is_empty() { suggestion.to_owned() } else { text.to_owned() })
    }

    /// What is typed without being shown.
    fn secret(question: &str) -> Result<SecretString, CliError> {
        let mut err = std::io::stderr().lock();
        drop(write!(err, "{question} (not shown): "));
        drop(err.flush());
        drop(err);
        let typed = console::Term::stderr().read_secure_line();
        let typed =
            typed.map_err(|error| CliError::input(format!("the token cannot be read ({error}); give it in a file")))?;
        Ok(SecretString::from(typed.trim().to_owned()))
    }

    /// An answer that was given, or one that is typed until it fits.
    fn answer<T>(
        &self,
        given: Option<&str>,
        (question, suggestion, flag): (&str, &str, &str),
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, CliError> {
        if let Some(given) = given {
            return read(given).map_err(|wrong| CliError::input(format!("--{flag}: {wrong}")));
        }
        if !self.terminal {
            let variable = flag.replace('-', "_");
            return Err(CliError::input(format!(
                "{}? give --{flag}, `{variable}` in the file of --answers, or PLIMSOLL_INIT_{}",
                question.to_lowercase(),
                variable.to_uppercase()
            )));
        }
        for _ in 0..TRIES_MAX {
            match read(&Self::line(question, suggestion)?) {
                Ok(answer) => return Ok(answer),
                Err(wrong) => tell(&format!("  {wrong}")),
            }
        }
        Err(CliError::input(format!("{TRIES_MAX} answers did not fit; give it as --{flag}")))
    }
}

/// What is known before anybody is asked.
pub struct Given<'a> {
    /// From options, variables and a file.
    pub answers: Answers,
    /// The configuration, with what the environment says.
    pub config: &'a Config,
}

impl Given<'_> {
    /// The token that is configured already.
    fn configured(&self, chat: Chat) -> Option<SecretString> {
        let token = match chat {
            Chat::Telegram => &self.config.telegram.token,
            Chat::Discord => &self.config.discord.token,
        };
        (!token.expose_secret().is_empty()).then(|| token.clone())
    }

    fn file(&self, chat: Chat) -> Option<PathBuf> {
        match chat {
            Chat::Telegram => self.answers.telegram_token_file.clone(),
            Chat::Discord => self.answers.discord_token_file.clone(),
        }
    }

    /// The chats that are wanted.
    fn wanted(&self, asker: &Asker) -> Result<Vec<Chat>, CliError> {
        if self.answers.chats.is_none() {
            let has = |chat: &Chat| self.configured(*chat).is_some() || self.file(*chat).is_some();
            let found: Vec<Chat> = [Chat::Telegram, Chat::Discord].into_iter().filter(has).collect();
            if !found.is_empty() {
                return Ok(found);
            }
        }
        asker.answer(self.answers.chats.as_deref(), ("Which chats", "telegram, discord", "chats"), chats_of)
    }

    /// The chats with bots that answered; what was found is told and kept in the report.
    pub async fn chats(&self, asker: &Asker, report: &mut Report) -> Result<Vec<ChatFile>, CliError> {
        let mut chats = Vec::new();
        for chat in self.wanted(asker)? {
            let token = self.bot(asker, chat, report).await?;
            chats.push(ChatFile { chat, token, settings: self.settings(chat, report) });
        }
        Ok(chats)
    }

    /// A token whose bot answers. `None`: it is configured already, so it is not written down again.
    async fn bot(&self, asker: &Asker, chat: Chat, report: &mut Report) -> Result<Option<SecretString>, CliError> {
        let (given, write) = match (self.configured(chat), self.file(chat)) {
            (Some(token), _) => (Some(token), false),
            (None, Some(file)) => (Some(token_in(&file)?), true),
            (None, None) => (None, true),
        };
        let asks = given.is_none();
        if asks && !asker.terminal {
            let name = chat.as_str();
            return Err(CliError::input(format!(
                "no token for {}: give --{name}-token-file, or PLIMSOLL_{}__TOKEN in the environment",
                chat.title(),
                name.to_uppercase()
            )));
        }
        if asks {
            tell(match chat {
                Chat::Telegram => "Telegram: talk to @BotFather, send /newbot, and copy the token it answers with.",
                Chat::Discord => {
                    "Discord: make an application at https://discord.com/developers/applications, open Bot, press Reset Token."
                }
            });
        }
        for _ in 0..TRIES_MAX {
            let token = match &given {
                Some(token) => token.clone(),
                None => Asker::secret(&format!("Token of the bot on {}", chat.title()))?,
            };
            let (answered, findings) = self.examine(chat, &token, report).await;
            for finding in &findings {
                tell(&finding.to_string());
            }
            if answered {
                report.checks.extend(findings);
                return Ok(write.then_some(token));
            }
            if !asks {
                let bad = findings.into_iter().find(|one| one.stand == Stand::Bad);
                let line = bad.map_or_else(String::new, |bad| format!("{}: {}; {}", bad.about, bad.what, bad.remedy));
                return Err(CliError::input(line));
            }
        }
        Err(CliError::input(format!("{TRIES_MAX} tokens were not taken; put the right one into a file and name it")))
    }

    async fn examine(&self, chat: Chat, token: &SecretString, report: &mut Report) -> (bool, Vec<Finding>) {
        match chat {
            Chat::Telegram => {
                let (bot, findings) = telegram::examine(&self.config.telegram.api_url, token).await;
                report.telegram = bot;
                (report.telegram.is_some(), findings)
            }
            Chat::Discord => {
                let discord = &self.config.discord;
                let (bot, findings) = discord::examine(&discord.api_url, token, &discord.application_id).await;
                report.discord = bot;
                (report.discord.is_some(), findings)
            }
        }
    }

    /// What is written beside the token: what is not as everybody has it.
    fn settings(&self, chat: Chat, report: &Report) -> Vec<(&'static str, String)> {
        let mut settings = Vec::new();
        match chat {
            Chat::Telegram => settings.push(("api_url", self.config.telegram.api_url.clone())),
            Chat::Discord => {
                settings.extend(report.discord.as_ref().map(|bot| ("application_id", bot.application.clone())));
                settings.push(("api_url", self.config.discord.api_url.clone()));
                settings.push(("gateway_url", self.config.discord.gateway_url.clone()));
            }
        }
        settings.retain(|(name, value)| !USUAL.contains(&(*name, value.as_str())));
        settings
    }

    /// The brand that the first document is about.
    pub fn brand(&self, asker: &Asker) -> Result<BrandFile, CliError> {
        let Answers { brand, zone, currency, language, .. } = &self.answers;
        Ok(BrandFile {
            name: asker.answer(brand.as_deref(), ("Which brand", "", "brand"), name_of)?,
            zone: asker.answer(zone.as_deref(), ("In which zone", "Europe/Stockholm", "zone"), zone_of)?,
            currency: asker.answer(currency.as_deref(), ("In which currency", "EUR", "currency"), currency_of)?,
            locale: asker.answer(
                language.as_deref().or((!asker.terminal).then_some("en")),
                ("Which language, en or sv", "en", "language"),
                locale_of,
            )?,
        })
    }
}

/// The token in a file.
fn token_in(file: &Path) -> Result<SecretString, CliError> {
    let unreadable = |error: std::io::Error| {
        CliError::input(format!(
            "{}: the token cannot be read ({error}); give a text file with nothing else in it",
            file.display()
        ))
    };
    let mut text = String::new();
    std::fs::File::open(file).map_err(unreadable)?.take(ANSWER_MAX).read_to_string(&mut text).map_err(unreadable)?;
    Ok(SecretString::from(text.trim().to_owned()))
}

fn chats_of(given: &str) -> Result<Vec<Chat>, String> {
    let mut chats = Vec::new();
    for word in given.split([',', ' ']).filter(|word| !word.is_empty()) {
        let known: &[Chat] = match word.to_lowercase().as_str() {
            "telegram" => &[Chat::Telegram],
            "discord" => &[Chat::Discord],
            "both" => &[Chat::Telegram, Chat::Discord],
            _ => return Err(format!("`{word}` is no chat; write telegram, discord, or both with a comma between")),
        };
        for chat in known {
            if !chats.contains(chat) {
                chats.push(*chat);
            }
        }
    }
    if chats.is_empty() { Err("write telegram, discord, or both with a comma between".to_owned()) } else { Ok(chats) }
}

/// The longest name of a brand: what fits the first line of a message with something beside it.
const NAME_MAX: usize = 80;

fn name_of(given: &str) -> Result<String, String> {
    let name = given.trim();
    let fits = !name.is_empty() && name.chars().count() <= NAME_MAX && !name.chars().any(char::is_control);
    if fits { Ok(name.to_owned()) } else { Err(format!("a name has 1 to {NAME_MAX} characters on one line")) }
}

fn zone_of(given: &str) -> Result<Zone, String> {
    Zone::new(given)
        .map_err(|_| format!("`{given}` is no zone; write it like Europe/Stockholm, America/New_York or UTC"))
}

fn currency_of(given: &str) -> Result<Currency, String> {
    let code = given.to_uppercase();
    code.parse().map_err(|_| format!("`{given}` is no currency; write its three letters, such as EUR, SEK or USD"))
}

fn locale_of(given: &str) -> Result<String, String> {
    match given.to_lowercase().as_str() {
        "en" | "english" => Ok("en".to_owned()),
        "sv" | "svenska" | "swedish" => Ok("sv".to_owned()),
        _ => Err(format!("`{given}` is not spoken here; write en or sv")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_is_read_as_people_write_it() {
        assert_eq!(chats_of("Telegram,discord, telegram"), Ok(vec![Chat::Telegram, Chat::Discord]));
        assert_eq!(chats_of("both"), Ok(vec![Chat::Telegram, Chat::Discord]));
        assert!(chats_of("slack").is_err() && chats_of(" ,").is_err());
        assert_eq!(currency_of("sek").map(|one| one.to_string()), Ok("SEK".to_owned()));
        assert!(currency_of("kr").is_err() && zone_of("Stockholm").is_err() && zone_of("Europe/Stockholm").is_ok());
        assert_eq!(locale_of("Svenska"), Ok("sv".to_owned()));
        assert!(locale_of("de").is_err() && name_of("  ").is_err() && name_of("a\nb").is_err());
    }

    #[test]
    fn without_a_terminal_a_missing_answer_says_three_ways_to_give_it() {
        let asker = Asker { terminal: false };
        let missing = asker.answer(None, ("Which brand", "", "brand"), name_of).expect_err("nobody is asked");
        let CliError::Input(line) = missing else { panic!("it is the input") };
        assert_eq!(line, "which brand? give --brand, `brand` in the file of --answers, or PLIMSOLL_INIT_BRAND");
        let wrong = asker.answer(Some("x"), ("In which zone", "", "zone"), zone_of).expect_err("no zone");
        let CliError::Input(line) = wrong else { panic!("it is the input") };
        assert_eq!(line, "--zone: `x` is no zone; write it like Europe/Stockholm, America/New_York or UTC");
    }
}
