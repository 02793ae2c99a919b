//! `plimsoll connect` and `disconnect`: accounts that people let the program into.
//!
//! JSON of `connect`: `{"source","account","whose","again","scope","access_until","refresh_until"}`; of `connect --list`:
//! `{"accounts":[{"source","account","whose","stand","scope","connected_at","renewed_at","access_until","refresh_until",
//! "refused"}]}`; of `disconnect`: `{"source","account","done"}`. A token is in none of them.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use serde::Deserialize;

use super::asking::{answered, ask};
use super::{CliError, Common, one_line};
use crate::app::config::Config;
use crate::app::connecting::{Landing, Verdict};
use crate::app::control::{Body, Whose, Wish};
use crate::app::vault::seal::{KeyPlace, random};
use crate::app::vault::{Sealed, VaultError, check_account};
use crate::domain::ids::{BrandId, SourceId};
use crate::domain::written::parse_length;
use crate::http::oauth::providers::Pkce;
use crate::http::oauth::{Attempt, OauthApp, OauthError};
use crate::http::tokens::TokenSet;
use crate::time::Clock;

/// The longest token that is taken from a file: the longest there are stay under 4 KiB.
const TOKEN_MAX: u64 = 16 << 10;

/// Which account, for both commands.
#[derive(Debug, Clone, Args)]
#[group(required = false, multiple = false)]
pub struct WhoseAccount {
    /// The account's id, as documents have it
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The account that this creator has there, by their id or name
    #[arg(long, value_name = "NAME")]
    creator: Option<String>,
    /// The account that this brand has there
    #[arg(long, value_name = "B")]
    brand: Option<BrandId>,
}

/// The arguments of `connect`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
#[command(
    after_help = "Prints an address to open in a browser, waits until the platform sends the browser back, and keeps the \
                  tokens sealed in the store: plimsoll connect tiktok --creator alma. With --paste the address may be \
                  sent to somebody else; they send back the address that their browser ended at. A token that does \
                  not come from here (a system user's, a refresh token) is kept with --token or --token-file."
)]
pub struct Connect {
    /// The source, as the configuration names it, or the platform where one source is of it
    #[arg(required_unless_present = "list")]
    source: Option<String>,
    #[command(flatten)]
    whose: WhoseAccount,
    /// Take the code, or the address that the browser ended at, from the terminal
    #[arg(long)]
    paste: bool,
    /// The port on 127.0.0.1 that the browser comes back to, where the platform wants to know it
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// How long to wait for the browser
    #[arg(long, value_name = "LENGTH", default_value = "10m", value_parser = length)]
    wait: Duration,
    /// Keep a token that is there already, and ask for it here
    #[arg(long, conflicts_with_all = ["paste", "token_file"])]
    token: bool,
    /// The same from a file; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "paste")]
    token_file: Option<PathBuf>,
    /// With --token or --token-file: it is a refresh token
    #[arg(long)]
    refresh: bool,
    /// With --token or --token-file: how long it is good, where that is known
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    expires: Option<Duration>,
    /// List what is connected
    #[arg(long, conflicts_with_all = ["source", "paste", "token", "token_file", "account", "creator", "brand"])]
    list: bool,
}

/// The arguments of `disconnect`.
#[derive(Debug, Args)]
#[command(after_help = "Forgets the tokens. What the platform gave stays good there until its owner takes it back.")]
pub struct Disconnect {
    /// The source, as the configuration names it
    source: String,
    #[command(flatten)]
    whose: WhoseAccount,
}

fn length(given: &str) -> Result<Duration, String> {
    let length = parse_length(given).and_then(|length| Duration::try_from(length).ok());
    length.ok_or_else(|| "write it like `50s`, `10m`, `26h` or `7d`".to_owned())
}

/// A line for the person, beside the result.
fn tell(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}"));
}

fn vault_error(error: VaultError) -> CliError {
    match error {
        VaultError::NoChance { .. } | VaultError::Store(_) => CliError::Failed(anyhow::Error::new(error)),
        error => CliError::Input(one_line(&anyhow::Error::new(error))),
    }
}

fn oauth_error(error: OauthError) -> CliError {
    match error {
        OauthError::BadAddress { .. } => CliError::input(error.to_string()),
        error => CliError::Failed(anyhow::Error::new(error)),
    }
}

/// The source that is meant, and its app if it has one.
fn source(config: &Config, given: &str) -> Result<(SourceId, Option<OauthApp>), CliError> {
    if let Ok(id) = SourceId::new(given)
        && let Some(source) = config.sources.get(&id)
    {
        return Ok((id, source.oauth()));
    }
    let apps = || config.sources.iter().filter_map(|(id, source)| Some((id.clone(), source.oauth()?)));
    let of: Vec<(SourceId, OauthApp)> = apps().filter(|(_, app)| app.provider.name == given).collect();
    match <[_; 1]>::try_from(of) {
        Ok([(id, app)]) => Ok((id, Some(app))),
        Err(several) if !several.is_empty() => {
            let names: Vec<&str> = several.iter().map(|(id, _)| id.as_str()).collect();
            Err(CliError::input(format!("several sources are of `{given}`; name one: {}", names.join(", "))))
        }
        Err(_) => {
            let known: Vec<String> = apps().map(|(id, _)| id.to_string()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            Err(CliError::input(format!(
                "there is no source `{given}` in the configuration; can be connected: {known}"
            )))
        }
    }
}

#[derive(Deserialize)]
struct AccountOf {
    account: String,
}

impl WhoseAccount {
    /// The account's id, looked up in the documents where a person is named.
    async fn id(self, common: &Common, config: &Config, source: &SourceId) -> Result<Option<String>, CliError> {
        let whose = match (self.account, self.creator, self.brand) {
            (Some(account), ..) => return Ok(Some(account)),
            (None, Some(creator), _) => Whose::Creator(creator),
            (None, None, Some(brand)) => Whose::Brand(brand),
            (None, None, None) => return Ok(None),
        };
        let wish = Wish::AccountOf { source: source.clone(), whose };
        Ok(Some(answered::<AccountOf>(common, config.clone(), wish, Body::Empty).await?.account))
    }
}

impl Connect {
    /// Connects, or lists.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        if self.list {
            return ask(common, config, Wish::Accounts, Body::Empty).await;
        }
        let (source, app) = source(&config, self.source.as_deref().unwrap_or_default())?;
        let own = app.as_ref().and_then(|app| app.account.clone());
        let account = self.whose.clone().id(common, &config, &source).await?.or(own);
        let account = account.ok_or_else(|| {
            CliError::input(format!("which account of `{source}`? add --creator NAME, --brand B or --account ID"))
        })?;
        check_account(&account).map_err(vault_error)?;
        // Before anybody is bothered: without a key nothing can be kept.
        let place = KeyPlace::of(&config.vault);
        let (key, made) = place.read_or_make().map_err(vault_error)?;
        if let Some(file) = made {
            tell(&format!("made the key `{}`; keep a copy of it apart from the backups of the store", file.display()));
        }
        let tokens = if self.token || self.token_file.is_some() {
            self.given()?
        } else {
            let none = || CliError::input(no_app(&source));
            self.consent(&app.ok_or_else(none)?, &account).await?
        };
        let sealed = Sealed::new(&key, &source, &account, &tokens).map_err(vault_error)?;
        let wish = Wish::Connect { source, account, sealed };
        ask(common, config, wish, Body::Empty).await
    }

    /// A token that is there already.
    fn given(&self) -> Result<TokenSet, CliError> {
        let unreadable =
            |error: std::io::Error| CliError::input(format!("the token cannot be read ({error}); give a text file"));
        let mut text = String::new();
        match self.token_file.as_deref().filter(|file| *file != std::path::Path::new("-")) {
            Some(file) => {
                let file = std::fs::File::open(file).map_err(unreadable)?;
                file.take(TOKEN_MAX).read_to_string(&mut text).map_err(unreadable)?;
            }
            None if self.token => {
                if std::io::stdin().is_terminal() {
                    tell("paste the token and press Enter:");
                }
                std::io::stdin().lock().take(TOKEN_MAX).read_line(&mut text).map_err(unreadable)?;
            }
            None => {
                std::io::stdin().lock().take(TOKEN_MAX).read_to_string(&mut text).map_err(unreadable)?;
            }
        }
        let text = SecretString::from(text);
        let token = secrecy::ExposeSecret::expose_secret(&text).trim();
        if token.is_empty() || token.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(CliError::input("that is no token; give one line with nothing else in it"));
        }
        let token = Some(SecretString::from(token.to_owned()));
        let until = self.expires.and_then(|expires| Clock::system().now().checked_add(expires).ok());
        Ok(if self.refresh {
            TokenSet { refresh: token, refresh_until: until, ..TokenSet::default() }
        } else {
            TokenSet { access: token, access_until: until, ..TokenSet::default() }
        })
    }

    /// Sends somebody to their platform and takes what they come back with.
    async fn consent(&self, app: &OauthApp, account: &str) -> Result<TokenSet, CliError> {
        let landing = if self.paste { None } else { self.landing(app).await? };
        let redirect = match &landing {
            Some(landing) => landing.url().to_owned(),
            None if !app.redirect_url.is_empty() => app.redirect_url.clone(),
            None if app.provider.loopback => format!("http://127.0.0.1:{}/callback", self.port),
            None => return Err(CliError::input(needs_redirect(app))),
        };
        let chance = || random::<32>().map_err(vault_error);
        let attempt = app.begin(&redirect, chance()?, chance()?).map_err(oauth_error)?;
        tell(&format!("Open this where the owner of `{account}` is signed in at {}, and agree:", app.provider.title));
        tell(&attempt.url);
        let code = match landing {
            Some(landing) => self.returned(app, &attempt, landing).await?,
            None => pasted(app, &attempt)?,
        };
        app.exchange(&attempt, &code, Clock::system().now()).await.map_err(oauth_error)
    }

    async fn landing(&self, app: &OauthApp) -> Result<Option<Landing>, CliError> {
        if app.redirect_url.is_empty() && !app.provider.loopback {
            return Err(CliError::input(needs_redirect(app)));
        }
        let opened = Landing::open(&app.redirect_url, self.port).await;
        let landing = opened.map_err(|error| {
            CliError::Failed(
                anyhow::Error::new(error).context("could not listen for the browser; use --port or --paste"),
            )
        })?;
        match landing {
            Some(landing) => Ok(Some(landing)),
            None => Err(CliError::input(format!(
                "`{}` is not on this machine, so nobody comes back here by themselves; use --paste",
                app.redirect_url
            ))),
        }
    }

    async fn returned(&self, app: &OauthApp, attempt: &Attempt, landing: Landing) -> Result<SecretString, CliError> {
        let judge = |target: &str| match app.code(attempt, target) {
            Ok(_) => Verdict::Taken,
            Err(OauthError::Denied { .. }) => Verdict::Denied,
            Err(_) => Verdict::Stranger,
        };
        let came = landing.wait(self.wait, judge).await.map_err(|error| CliError::Failed(anyhow::Error::new(error)))?;
        let Some(target) = came else {
            return Err(CliError::Failed(anyhow::anyhow!(
                "nobody came back within {} s; start again, or use --paste where the browser is on another machine",
                self.wait.as_secs()
            )));
        };
        app.code(attempt, &target).map_err(oauth_error)
    }
}

fn no_app(source: &SourceId) -> String {
    format!(
        "`{source}` has no app to connect accounts with; set client_id and client_secret_file under [sources.{source}], or \
         keep a token that you have with --token"
    )
}

fn needs_redirect(app: &OauthApp) -> String {
    format!(
        "{} sends people back only to an address that is registered with the app; set redirect_url to it, and use --paste",
        app.provider.title
    )
}

/// What somebody copied from their browser: the address it ended at, or the code alone where a verifier binds it.
fn pasted(app: &OauthApp, attempt: &Attempt) -> Result<SecretString, CliError> {
    tell("Then paste the address that the browser ended at and press Enter:");
    let mut text = String::new();
    std::io::stdin().lock().take(TOKEN_MAX).read_line(&mut text).map_err(|error| {
        CliError::input(format!("what was pasted cannot be read ({error}); paste the address as text"))
    })?;
    let text = SecretString::from(text);
    let text = secrecy::ExposeSecret::expose_secret(&text).trim();
    if text.contains("state=") || app.provider.pkce == Pkce::None {
        return app.code(attempt, text).map_err(oauth_error);
    }
    app.bare_code(text).map_err(oauth_error)
}

impl Disconnect {
    /// Forgets the account.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        // A source that is not configured any more may still have accounts.
        let id = SourceId::new(&self.source).map_err(|error| CliError::input(error.to_string()))?;
        let (source, app) = if config.sources.contains_key(&id) { source(&config, &self.source)? } else { (id, None) };
        let own = app.and_then(|app| app.account);
        let account = self.whose.id(common, &config, &source).await?.or(own);
        let account = account.ok_or_else(|| {
            CliError::input(format!("which account of `{source}`? add --creator NAME, --brand B or --account ID"))
        })?;
        ask(common, config, Wish::Disconnect { source, account }, Body::Empty).await
    }
}
