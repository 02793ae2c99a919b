//! Configuration: defaults, a file, the environment and `--set`, in this order. The only reader of the environment.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Serialized, Toml};
use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;

use super::retention::KEPT_MIN;
use crate::chat::limits::Allowance;
use crate::domain::ids::{Platform, SourceId};
use crate::domain::money::Money;
use crate::domain::written::{Length, repeated};

mod afterwards;
mod heartbeat;
mod kept;
mod secrets;
mod sources;
mod store;

pub use afterwards::{AdjustConfig, PostmortemConfig, RegretConfig, TipsConfig};
pub use heartbeat::HeartbeatConfig;
pub use kept::{RetentionConfig, Term};
pub use sources::{Cadence, Kind, SourceConfig};
pub use store::StoreConfig;

/// Every setting with its default, and the comments that explain them.
pub const DEFAULTS: &str = include_str!("../../config/default.toml");

/// Configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A layer cannot be read, or a value does not fit.
    #[error("configuration: {0}")]
    Invalid(String),
    /// A file with a secret cannot be read.
    #[error("configuration: could not read `{path}`, named by {setting}")]
    Secret {
        /// Which setting names it.
        setting: String,
        /// The file.
        path: PathBuf,
        /// Why not.
        #[source]
        cause: std::io::Error,
    },
}

/// How variables begin that answer what `plimsoll init` asks, after `PLIMSOLL_`.
const INIT: &str = "init_";

/// What `plimsoll init` asks, answered beforehand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(missing_docs, reason = "the options of the command explain each, once")]
pub struct Answers {
    pub chats: Option<String>,
    pub telegram_token_file: Option<PathBuf>,
    pub discord_token_file: Option<PathBuf>,
    pub brand: Option<String>,
    pub zone: Option<String>,
    pub currency: Option<String>,
    pub language: Option<String>,
}

impl Answers {
    /// Reads them from a file of TOML and, over it, from variables such as `PLIMSOLL_INIT_BRAND`. Token files that the file
    /// names are beside it.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut layers = Figment::new();
        if let Some(path) = file {
            if !path.is_file() {
                return Err(ConfigError::Invalid(format!(
                    "there is no file `{}` of answers; write brand, zone, currency, language and chats into one",
                    path.display()
                )));
            }
            let read: Self = Figment::from(Toml::file_exact(path)).extract().map_err(|error| misread(&error))?;
            let beside = path.parent().unwrap_or(Path::new(""));
            let Self { telegram_token_file, discord_token_file, .. } = &read;
            layers = layers.merge(Toml::file_exact(path));
            for (name, token) in
                [("telegram_token_file", telegram_token_file), ("discord_token_file", discord_token_file)]
            {
                if let Some(token) = token {
                    layers = layers.merge(Serialized::default(name, beside.join(token)));
                }
            }
        }
        layers.merge(Env::prefixed("PLIMSOLL_INIT_").lowercase(true)).extract().map_err(|error| misread(&error))
    }
}

/// What is wrong with answers, on one line.
fn misread(error: &figment::Error) -> ConfigError {
    ConfigError::Invalid(
        sentence(error).replace("config/default.toml lists every setting", "`plimsoll init --help` lists every answer"),
    )
}

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct Config {
    pub store: StoreConfig,
    pub telegram: Box<TelegramConfig>,
    pub discord: Box<DiscordConfig>,
    pub sources: BTreeMap<SourceId, SourceConfig>,
    pub polling: PollingConfig,
    pub guards: GuardsConfig,
    pub regret: RegretConfig,
    pub adjust: AdjustConfig,
    pub postmortem: PostmortemConfig,
    pub tips: TipsConfig,
    pub evidence: EvidenceConfig,
    pub maturity: MaturityConfig,
    pub actions: ActionsConfig,
    pub delivery: DeliveryConfig,
    pub alarms: AlarmsConfig,
    pub promotion: PromotionConfig,
    pub limits: LimitsConfig,
    pub people: PeopleConfig,
    pub levels: LevelsConfig,
    pub offers: OffersConfig,
    pub web: WebConfig,
    pub heartbeat: HeartbeatConfig,
    pub preflight: PreflightConfig,
    pub log: LogConfig,
    pub vault: VaultConfig,
    pub retention: RetentionConfig,
    pub benchmarks: super::benchmarks::BenchmarksConfig,
    pub code_sites: crate::sources::orders::CodeSites,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct TelegramConfig {
    pub token: SecretString,
    pub token_file: PathBuf,
    pub api_url: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct DiscordConfig {
    pub token: SecretString,
    pub token_file: PathBuf,
    pub application_id: String,
    pub api_url: String,
    pub gateway_url: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that an operator turns by name")]
pub struct GuardsConfig {
    pub standstill: bool,
    pub implausible: bool,
    pub kill_switch: bool,
    pub dry_run: bool,
    pub actions_per_day: u32,
    pub cool_off: Length,
    pub freshness: Length,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct PollingConfig {
    pub in_flight: NonZeroUsize,
    pub reserve_percent: u32,
    pub failures: u32,
    pub backoff_max: Length,
    pub refused_again: Length,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct EvidenceConfig {
    pub k: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct MaturityConfig {
    pub order_lag: Length,
    pub attribution: Length,
    pub post_half_life: Length,
    pub post_half_life_by_platform: BTreeMap<Platform, Length>,
}

impl Default for MaturityConfig {
    /// Nothing waits: for places that read no settings.
    fn default() -> Self {
        let now = Length(SignedDuration::ZERO);
        Self {
            order_lag: now,
            attribution: Length(SignedDuration::from_hours(24)),
            post_half_life: now,
            post_half_life_by_platform: BTreeMap::new(),
        }
    }
}

impl MaturityConfig {
    /// How long it takes until half of a post's views have come, until that is learned.
    #[must_use]
    pub fn fades(&self, platform: Platform) -> SignedDuration {
        self.post_half_life_by_platform.get(&platform).unwrap_or(&self.post_half_life).0
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct ActionsConfig {
    pub url: String,
    pub secret: SecretString,
    pub secret_file: PathBuf,
    pub read_back: bool,
    pub private_addresses: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct DeliveryConfig {
    pub expires: Length,
    pub proposal_expires: Length,
    pub lease: Length,
    pub at_once: u32,
    pub escalate_after: Length,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct AlarmsConfig {
    pub receiver_silent: Length,
    pub queue_old: Length,
    pub quota_low_percent: u32,
    pub disk_low_mib: u64,
    pub disk_bad_mib: u64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct PromotionConfig {
    pub after: Length,
    pub fires: u32,
    pub subject_days: u32,
    pub auto_after: Length,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct LimitsConfig {
    pub telegram: Allowance,
    pub discord: Allowance,
    pub person: super::patience::PersonLimit,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct PeopleConfig {
    pub code_minutes: u32,
    pub confirm_minutes: u32,
    pub invite: Length,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct LevelsConfig {
    pub mediation: Length,
    pub extension: Length,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct OffersConfig {
    pub waits: Length,
    pub second_above: Vec<Amount>,
}

/// Money as a setting writes it: `5000.00 EUR`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
pub struct Amount(#[serde(deserialize_with = "crate::domain::money::text::deserialize")] pub Money);

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct WebConfig {
    pub listen: String,
    pub behind_proxy: bool,
    pub check_pages: Length,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct PreflightConfig {
    pub pages: bool,
    pub private_addresses: bool,
    pub handles: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct LogConfig {
    pub filter: String,
    pub json: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct VaultConfig {
    pub key: SecretString,
    pub key_file: PathBuf,
    pub warn: Length,
}

/// Who sits at the terminal, as the system calls them: `terminal:anna` in the journal. Says who it was, gives no right.
#[must_use]
pub fn terminal_user() -> String {
    #[expect(clippy::disallowed_methods, reason = "this module is the one that reads the environment")]
    let user = std::env::var("USER").ok().filter(|user| !user.trim().is_empty());
    format!("terminal:{}", user.as_deref().unwrap_or("unknown").trim())
}

impl Config {
    /// Reads all layers. `sets` are `key.path=value` from the command line.
    pub fn load(file: Option<&Path>, sets: &[String]) -> Result<Self, ConfigError> {
        let mut layers = Figment::from(Toml::string(DEFAULTS));
        if let Some(path) = file {
            if !path.is_file() {
                return Err(ConfigError::Invalid(format!(
                    "there is no file `{}`; write one, config/default.toml shows every setting",
                    path.display()
                )));
            }
            layers = layers.merge(Toml::file_exact(path));
        }
        let settings = Env::prefixed("PLIMSOLL_").filter(|key| !key.as_str().to_ascii_lowercase().starts_with(INIT));
        layers = layers.merge(settings.split("__").lowercase(true));
        for set in sets {
            layers = merge_set(layers, set)?;
        }
        let mut config = Self::of_layers(&layers)?;
        let beside = file.and_then(Path::parent).unwrap_or(Path::new("")).to_path_buf();
        config.read_secrets(&beside)?;
        config.store.check_address()?;
        config.heartbeat.check()?;
        config.benchmarks.read(&beside)?;
        Ok(config)
    }

    fn of_layers(layers: &Figment) -> Result<Self, ConfigError> {
        if let Ok(settings) = layers.extract::<serde_json::Value>() {
            secrets::no_password_in_an_address(&settings)?;
        }
        let mut config: Self = layers.extract().map_err(|error| ConfigError::Invalid(sentence(&error)))?;
        if !(config.evidence.k.is_finite() && 0.0 < config.evidence.k) {
            return Err(ConfigError::Invalid(format!(
                "`evidence.k` is {}, and a shape is above 0; smaller is wilder luck between posts, 1.1 is cautious",
                config.evidence.k
            )));
        }
        config.adjust.check()?;
        afterwards::check(&config.regret, &config.postmortem)?;
        config.store.check()?;
        for (name, term) in [("samples", config.retention.samples), ("alerts", config.retention.alerts)] {
            if term.0.is_some_and(|kept| kept < KEPT_MIN) {
                return Err(ConfigError::Invalid(format!(
                    "`retention.{name}` is under 400 days, and rules look back up to a year; write `400d`, more, or `forever`"
                )));
            }
        }
        for source in config.sources.values_mut() {
            source.kind.settings_mut().knows_sites(&config.code_sites);
        }
        Ok(config)
    }

    /// The text of a file over the defaults, without what it names: no file is opened.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn of_text(text: &str) -> Result<Self, ConfigError> {
        Self::of_layers(&Figment::from(Toml::string(DEFAULTS)).merge(Toml::string(text)))
    }

    fn read_secrets(&mut self, beside: &Path) -> Result<(), ConfigError> {
        read_secret("store.url_file", beside, &self.store.url_file, &mut self.store.url)?;
        read_secret("telegram.token_file", beside, &self.telegram.token_file, &mut self.telegram.token)?;
        read_secret("discord.token_file", beside, &self.discord.token_file, &mut self.discord.token)?;
        read_secret("actions.secret_file", beside, &self.actions.secret_file, &mut self.actions.secret)?;
        read_secret("heartbeat.url_file", beside, &self.heartbeat.url_file, &mut self.heartbeat.url)?;
        if !self.vault.key_file.as_os_str().is_empty() {
            // It is read where it is needed: `plimsoll connect` may have made it while the program runs.
            self.vault.key_file = beside.join(&self.vault.key_file);
        }
        for (id, source) in &mut self.sources {
            for secret in source.common.secrets().into_iter().chain(source.kind.settings_mut().secrets()) {
                read_secret(&format!("sources.{id}.{}", secret.setting), beside, &secret.file, secret.secret)?;
            }
            source.kind.settings_mut().beside(beside);
        }
        Ok(())
    }
}

fn merge_set(layers: Figment, set: &str) -> Result<Figment, ConfigError> {
    let Some((key, value)) = set.split_once('=') else {
        return Err(ConfigError::Invalid(format!("`--set {set}` lacks a value: write --set key.path=value")));
    };
    // A value is read as TOML where it is TOML (numbers, true, lists), else it is text.
    let parsed = format!("v = {value}")
        .parse::<toml::Table>()
        .ok()
        .and_then(|mut table| table.remove("v"))
        .unwrap_or_else(|| toml::Value::String(value.to_owned()));
    Ok(layers.merge(Serialized::default(key.trim(), parsed)))
}

fn read_secret(setting: &str, beside: &Path, file: &Path, secret: &mut SecretString) -> Result<(), ConfigError> {
    if file.as_os_str().is_empty() {
        return Ok(());
    }
    let path = beside.join(file);
    let text = std::fs::read_to_string(&path).map_err(|cause| ConfigError::Secret {
        setting: setting.to_owned(),
        path,
        cause,
    })?;
    *secret = SecretString::from(text.trim().to_owned());
    Ok(())
}

/// One line: what, where, remedy. Values are left out where the setting holds a secret.
fn sentence(error: &figment::Error) -> String {
    let path = error.path.join(".");
    let secret = ["token", "secret", "key"].iter().any(|word| error.path.last().is_some_and(|last| last == word))
        || ["heartbeat.url", "store.url"].contains(&path.as_str());
    let what = if secret { "has the wrong type".to_owned() } else { one_line(&error.kind.to_string()) };
    let place = match (&error.metadata, path.is_empty()) {
        (Some(metadata), true) => format!(" (in {})", source_of(metadata)),
        (Some(metadata), false) => format!(" (`{path}` in {})", source_of(metadata)),
        (None, false) => format!(" (`{path}`)"),
        (None, true) => String::new(),
    };
    format!("{}{}; config/default.toml lists every setting", repeated(&what), repeated(&place))
}

/// The parser's message without the piece of the file that it draws.
fn one_line(message: &str) -> String {
    // The drawing has a bar on each line; a message of one line may have one of its own.
    let drawn = 1 < message.lines().count();
    let lines = message.lines().map(str::trim).filter(|line| !(line.is_empty() || drawn && line.contains('|')));
    lines.collect::<Vec<_>>().join(": ")
}

fn source_of(metadata: &figment::Metadata) -> String {
    match &metadata.source {
        Some(figment::Source::File(path)) => format!("`{}`", path.display()),
        _ if metadata.name.contains("nvironment") => "the environment".to_owned(),
        _ if metadata.name.contains("TOML") => "the defaults".to_owned(),
        _ => "--set".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn the_defaults_are_a_configuration() {
        let config = Config::load(None, &[]).expect("the defaults load");
        assert_eq!(config.store.folder, Path::new("data"));
        assert_eq!(config.guards.cool_off.0, SignedDuration::from_mins(10));
    }

    #[track_caller]
    fn check_refused(file: &str, sets: &[&str], want: &str) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("plimsoll.toml");
        std::fs::write(&path, file).expect("written");
        let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
        let error = Config::load(Some(&path), &sets).expect_err("is refused").to_string();
        let error = error.replace(&*path.to_string_lossy(), "plimsoll.toml");
        assert_eq!(error, want);
    }

    #[test]
    fn what_does_not_fit_is_one_line_with_its_place() {
        check_refused(
            "[guards]\nkil_switch = true\n",
            &[],
            "configuration: unknown field: found `kil_switch`, expected `one of `standstill`, `implausible`, `kill_switch`, \
             `dry_run`, `actions_per_day`, `cool_off`, `freshness`` (`guards.kil_switch` in `plimsoll.toml`); \
             config/default.toml lists every setting",
        );
        check_refused(
            "",
            &["guards.cool_off=ten"],
            "configuration: `ten` is not a length of time: write it like `50s`, `10m`, `26h` or `7d` \
             (`guards.cool_off` in --set); config/default.toml lists every setting",
        );
        check_refused(
            "",
            &["benchmarks.peers_min=0"],
            "configuration: `benchmarks.peers_min` is 0; compare with one other at least",
        );
        check_refused(
            "",
            &["benchmarks.sizes.micro=5"],
            "configuration: `benchmarks.sizes` do not rise; each size begins above the one before it",
        );
        check_refused(
            "",
            &["retention.samples=90d"],
            "configuration: `retention.samples` is under 400 days, and rules look back up to a year; write `400d`, more, or \
             `forever`",
        );
        check_refused(
            "",
            &["retention.alerts=399d"],
            "configuration: `retention.alerts` is under 400 days, and rules look back up to a year; write `400d`, more, or \
             `forever`",
        );
        check_refused(
            "",
            &["store.hangs_after=0s"],
            "configuration: `store.hangs_after` is under a second, and a busy disk takes longer; write `1m`",
        );
        check_refused(
            "",
            &["store.url=12"],
            "configuration: has the wrong type (`store.url` in --set); config/default.toml lists every setting",
        );
        let no_address = "configuration: `store.url`: it does not begin with `postgres://`; write \
                          postgres://USER:PASSWORD@HOST:5432/DATABASE, and %-escape what is special in the password";
        check_refused("", &["store.url=mysql://anna:CANARY@db/plimsoll"], no_address);
        check_refused(
            "",
            &["store.connections=0"],
            "configuration: `store.connections` is 0, and reading takes at least 1; write 8",
        );
        let not_shown =
            "configuration: `heartbeat.url` is not an http or https address; take it from the service that is to ring";
        check_refused("", &["heartbeat.url=hc-ping.com/CANARY"], not_shown);
        check_refused(
            "",
            &["heartbeat.url=12"],
            "configuration: has the wrong type (`heartbeat.url` in --set); config/default.toml lists every setting",
        );
        check_refused(
            "",
            &["heartbeat.url=https://hc-ping.com/x", "heartbeat.every=0s"],
            "configuration: `heartbeat.every` is `0s`; once a minute is usual",
        );
        check_refused("", &["guards"], "configuration: `--set guards` lacks a value: write --set key.path=value");
    }

    #[test]
    fn a_secret_comes_from_a_file_beside_the_configuration_and_never_prints() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("bot.token"), "123:CANARY\n").expect("written");
        let path = folder.path().join("plimsoll.toml");
        std::fs::write(&path, "[telegram]\ntoken_file = \"bot.token\"\n").expect("written");
        let config = Config::load(Some(&path), &[]).expect("loads");
        assert_eq!(config.telegram.token.expose_secret(), "123:CANARY");
        assert!(!format!("{config:?}").contains("CANARY"));
    }
}
