//! What an operator sets for an ad account at Meta: one client an account, shared by reading and acting.
//!
//! Owns: the two ways to sign in (the token of a system user, or that of a person who connected the account), and which
//! attribution windows an order is counted by.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::planned::{cost, estimate};
use super::{METRICS, MetaAds, MetaAdsConfig, READS, REQUESTS_MAX, RESTATED_DAYS};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::written::Length;
use crate::http::graph::{self, Graph};
use crate::http::oauth::{OauthApp, providers};
use crate::http::signature::Scheme;
use crate::http::signed::Signed;
use crate::http::tokens::{Accounts, Dialect, Grant, TokenKeeper, TokenSet, Tokens};
use crate::http::{Api, Limits};
use crate::sources::quota::Reset;
use crate::sources::{
    Ask, Assumed, Budget, Estimate, Outside, Planned, Request, SecretFile, Settings, Source, SourceError,
};

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct MetaAdsSettings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default = "current_version")]
    pub api_version: String,
    pub account: String,
    #[serde(default)]
    pub token: SecretString,
    #[serde(default)]
    pub token_file: PathBuf,
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub client_secret: SecretString,
    #[serde(default)]
    pub client_secret_file: PathBuf,
    #[serde(default = "windows")]
    pub attribution: Vec<String>,
    #[serde(default = "four_weeks")]
    pub back: Length,
    #[serde(default = "full_tier")]
    pub points: u32,
    /// Made from the settings once; clones share it, so that reading and acting share one token.
    #[serde(skip)]
    client: Client,
}

fn address() -> String {
    "https://graph.facebook.com".to_owned()
}

fn current_version() -> String {
    "v25.0".to_owned()
}

fn windows() -> Vec<String> {
    ["7d_click", "1d_view"].map(str::to_owned).to_vec()
}

fn four_weeks() -> Length {
    Length(SignedDuration::from_hours(24 * i64::from(RESTATED_DAYS)))
}

fn full_tier() -> u32 {
    9_000
}

/// Windows that are asked for: what they hang on, and their names. Of one kind the longer hold the shorter, so that adding
/// two of them up would count an order twice. The windows of 7 and 28 days after a view are not answered any more since
/// 2026-01-12.
const WINDOWS: [&[&str]; 3] = [&["1d_click", "7d_click", "28d_click"], &["1d_view"], &["1d_ev"]];

impl Settings for MetaAdsSettings {
    fn platform(&self) -> Platform {
        Platform::MetaAds
    }

    fn asks(&self) -> Vec<Ask> {
        vec![Ask::Boosts]
    }

    fn metrics(&self) -> Vec<Metric> {
        METRICS.to_vec()
    }

    /// A day of the account counts from its middle, so 12 hours before it is over in the account's own zone; and numbers
    /// are up to an hour late.
    fn lag(&self) -> SignedDuration {
        SignedDuration::from_hours(13)
    }

    fn renewed(&self) -> SignedDuration {
        SignedDuration::from_hours(24)
    }

    fn oauth(&self) -> Option<OauthApp> {
        let scopes = ["ads_read", "ads_management"];
        let app = OauthApp::new(&providers::FACEBOOK, &self.client_id, self.client_secret.clone(), &scopes);
        let account = account(self).ok().map(|digits| format!("act_{digits}"));
        (!self.client_id.is_empty()).then(|| OauthApp { token_url: self.base_url.clone(), account, ..app })
    }

    fn hook_signature(&self) -> Scheme {
        Scheme::Meta
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        vec![
            SecretFile { setting: "token_file", file: self.token_file.clone(), secret: &mut self.token },
            SecretFile {
                setting: "client_secret_file",
                file: self.client_secret_file.clone(),
                secret: &mut self.client_secret,
            },
        ]
    }

    /// The score of the ad account: a read is one point. The full tier shuts the door for a minute, the limited one for five.
    fn budgets(&self) -> Vec<Budget> {
        let block_secs = if self.points < full_tier() { 300 } else { 60 };
        vec![Budget::new(READS, self.points, Reset::Decay { secs: 300, block_secs })]
    }

    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        cost(request)
    }

    fn calls_max(&self) -> Option<u32> {
        Some(REQUESTS_MAX)
    }

    fn estimate(&self, planned: &Planned<'_>) -> Estimate {
        Estimate::calls_of(READS, estimate(planned))
    }

    fn assumes(&self, _assumed: Assumed) -> Vec<String> {
        vec!["every boost is a campaign that delivers every day, and the account counts purchases".to_owned()]
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        Ok(Arc::new(source(self, outside)?))
    }
}

/// The source of an ad account.
pub fn source(settings: &MetaAdsSettings, outside: &Outside) -> Result<MetaAds, SourceError> {
    let graph = client(settings)?;
    // Whoever was first to say where accounts are kept has said it: all clones belong to one program.
    drop(settings.client.accounts.set(Arc::clone(&outside.accounts)));
    let days = settings.back.0.as_hours().div_euclid(24);
    let back = i32::try_from(days).ok().filter(|days| (RESTATED_DAYS..=DAYS_MAX).contains(days));
    let back = back.ok_or_else(|| wrong("back", &format!("{days}d"), "a first poll reads 28 to 1,100 days"))?;
    Ok(MetaAds::new(MetaAdsConfig {
        graph,
        account: account(settings)?.to_owned(),
        attribution: attribution(settings)?,
        back,
    }))
}

/// Insights reach 37 months back.
const DAYS_MAX: i32 = 1_100;

/// The client of one ad account, once it was made.
#[derive(Clone, Default)]
struct Client {
    graph: Arc<OnceLock<Arc<Graph>>>,
    /// Where the accounts are kept that people have connected; known once the program runs.
    accounts: Arc<OnceLock<Arc<dyn Accounts>>>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.graph.get().is_some() { "Client(made)" } else { "Client" })
    }
}

fn wrong(setting: &'static str, given: &str, why: &str) -> SourceError {
    SourceError::Misconfigured { setting, given: given.to_owned(), why: why.to_owned() }
}

/// The client of an ad account.
pub fn client(settings: &MetaAdsSettings) -> Result<Arc<Graph>, SourceError> {
    if let Some(made) = settings.client.graph.get() {
        return Ok(Arc::clone(made));
    }
    let base = &settings.base_url;
    let api = Api::new(base, Limits::default()).map_err(|cause| wrong("base_url", base, &cause.to_string()))?;
    let version = &settings.api_version;
    if !graph::is_version(version) {
        return Err(wrong("api_version", version, "a version is written like `v25.0`"));
    }
    let path = format!("/{version}/oauth/access_token");
    let tokens = Tokens::new(api.clone(), &path, Dialect::FACEBOOK, grant(settings)?);
    let made = Arc::new(Graph::new(Signed::bearer(api, Arc::new(tokens)), version));
    Ok(Arc::clone(settings.client.graph.get_or_init(|| made)))
}

/// The digits of the account; `act_` before them may be written or not.
pub fn account(settings: &MetaAdsSettings) -> Result<&str, SourceError> {
    let digits = settings.account.strip_prefix("act_").unwrap_or(&settings.account);
    if graph::is_id(digits) {
        return Ok(digits);
    }
    Err(wrong("account", &settings.account, "an ad account is written like `act_1234567890`"))
}

fn attribution(settings: &MetaAdsSettings) -> Result<Vec<String>, SourceError> {
    let windows = &settings.attribution;
    let written = windows.join(", ");
    let known = windows.iter().all(|window| WINDOWS.iter().any(|kind| kind.contains(&window.as_str())));
    if windows.is_empty() || !known {
        let why = "name windows of 1d_click, 7d_click, 28d_click, 1d_view, 1d_ev";
        return Err(wrong("attribution", &written, why));
    }
    let once = |kind: &&[&str]| windows.iter().filter(|window| kind.contains(&window.as_str())).count() <= 1;
    if WINDOWS.iter().all(once) {
        return Ok(windows.clone());
    }
    Err(wrong("attribution", &written, "one window after a click holds the shorter ones; name one of each kind"))
}

/// One of two ways, told apart by which settings are given.
fn grant(settings: &MetaAdsSettings) -> Result<Grant, SourceError> {
    let fixed = !settings.token.expose_secret().is_empty();
    let app = (!settings.client_id.is_empty(), !settings.client_secret.expose_secret().is_empty());
    match (fixed, app) {
        (true, (false, false)) => Ok(Grant::Fixed(settings.token.clone())),
        (false, (true, true)) => Ok(Grant::Account {
            id: settings.client_id.clone(),
            secret: settings.client_secret.clone(),
            keeper: Arc::new(Connected {
                accounts: Arc::clone(&settings.client.accounts),
                account: format!("act_{}", account(settings)?),
            }),
        }),
        (true, _) => Err(wrong("token_file", "…", "give a token or an app's client_id and secret, not both")),
        (false, (false, false)) => {
            Err(wrong("token_file", "", "give a system user's token, or client_id and client_secret_file of an app"))
        }
        (false, _) => Err(wrong("client_id", &settings.client_id, "an app needs client_id and client_secret_file")),
    }
}

/// The tokens of whoever connected the account, looked up when they are needed: somebody may connect it while we run.
#[derive(Debug)]
struct Connected {
    accounts: Arc<OnceLock<Arc<dyn Accounts>>>,
    account: String,
}

impl Connected {
    async fn keeper(&self) -> io::Result<Option<Arc<dyn TokenKeeper>>> {
        match self.accounts.get() {
            Some(accounts) => accounts.keeper(&self.account).await,
            None => Ok(None),
        }
    }
}

#[async_trait]
impl TokenKeeper for Connected {
    async fn load(&self) -> io::Result<TokenSet> {
        match self.keeper().await? {
            Some(keeper) => keeper.load().await,
            // Without tokens there is nothing to renew: the token is refused as not connected.
            None => Ok(TokenSet::default()),
        }
    }

    async fn keep(&self, tokens: &TokenSet) -> io::Result<()> {
        match self.keeper().await? {
            Some(keeper) => keeper.keep(tokens).await,
            None => Err(io::Error::new(io::ErrorKind::NotFound, "the account is not connected any more")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Clock;

    #[track_caller]
    fn check(text: &str, want: Result<(), &str>) {
        let settings: MetaAdsSettings = toml::from_str(&format!("account = \"act_1\"\n{text}")).expect("settings");
        let (clock, _driver) = Clock::simulated(jiff::Timestamp::UNIX_EPOCH);
        let got = source(&settings, &Outside::alone(clock)).map(drop).map_err(|error| error.to_string());
        assert_eq!(got, want.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn an_account_is_signed_in_to_in_one_of_two_ways() {
        check("token = \"t\"", Ok(()));
        check("client_id = \"a\"\nclient_secret = \"s\"", Ok(()));
        let neither = "`` does not work as `token_file`: give a system user's token, or client_id and client_secret_file of an app";
        check("", Err(neither));
        let both = "`…` does not work as `token_file`: give a token or an app's client_id and secret, not both";
        check("token = \"t\"\nclient_id = \"a\"", Err(both));
        let half = "`a` does not work as `client_id`: an app needs client_id and client_secret_file";
        check("client_id = \"a\"", Err(half));
    }

    #[test]
    fn windows_that_hold_each_other_are_not_added_up() {
        let token = "token = \"t\"\n";
        check(&format!("{token}attribution = [\"1d_click\"]"), Ok(()));
        check(&format!("{token}attribution = [\"7d_click\", \"1d_view\", \"1d_ev\"]"), Ok(()));
        let nested = "`1d_click, 7d_click` does not work as `attribution`: one window after a click holds the shorter ones; \
                      name one of each kind";
        check(&format!("{token}attribution = [\"1d_click\", \"7d_click\"]"), Err(nested));
        let dead =
            "`28d_view` does not work as `attribution`: name windows of 1d_click, 7d_click, 28d_click, 1d_view, 1d_ev";
        check(&format!("{token}attribution = [\"28d_view\"]"), Err(dead));
    }

    #[test]
    fn version_and_days_are_checked_before_anything_runs() {
        let old = "`25` does not work as `api_version`: a version is written like `v25.0`";
        check("token = \"t\"\napi_version = \"25\"", Err(old));
        let short = "`7d` does not work as `back`: a first poll reads 28 to 1,100 days";
        check("token = \"t\"\nback = \"7d\"", Err(short));
    }

    #[test]
    fn an_account_is_digits() {
        for (given, want) in [("act_12", Some("12")), ("12", Some("12")), ("act_", None), ("act_1/../me", None)] {
            let text = format!("account = \"{given}\"\ntoken = \"CANARY\"");
            let settings: MetaAdsSettings = toml::from_str(&text).expect("settings");
            assert_eq!(account(&settings).ok(), want, "{given}");
            assert!(!format!("{settings:?}").contains("CANARY"));
        }
    }
}
