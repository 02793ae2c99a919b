//! What an operator sets for a customer of Google Ads: one account, shared by reading and acting.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{GoogleAds, GoogleAdsConfig, LAG, OPERATIONS, cost};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::written::Length;
use crate::http::google::AdsAccount;
use crate::http::oauth::{OauthApp, providers};
use crate::sources::google::{App, api, days_setting, wrong};
use crate::sources::quota::Reset;
use crate::sources::{Ask, Budget, Outside, Request, SecretFile, Settings, Source, SourceError};

/// <https://developers.google.com/google-ads/api/docs/oauth/internals#scope>
const SCOPES: [&str; 1] = ["https://www.googleapis.com/auth/adwords"];

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct GoogleAdsSettings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default = "token_address")]
    pub token_url: String,
    #[serde(default = "current_version")]
    pub api_version: String,
    pub customer_id: String,
    #[serde(default)]
    pub login_customer_id: String,
    #[serde(default)]
    pub developer_token: SecretString,
    #[serde(default)]
    pub developer_token_file: PathBuf,
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub client_secret: SecretString,
    #[serde(default)]
    pub client_secret_file: PathBuf,
    #[serde(default)]
    pub refresh_token_file: PathBuf,
    #[serde(default)]
    pub conversions: Conversions,
    #[serde(default = "a_month")]
    pub restated: Length,
    #[serde(default = "basic_access")]
    pub operations_per_day: u32,
    /// Made from the settings once; clones share it, so that reading and acting share one token.
    #[serde(skip)]
    made: Made,
}

/// What a conversion of the customer's campaigns is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conversions {
    /// Nothing that is counted here.
    #[default]
    None,
    /// An order; its value is revenue.
    Orders,
    /// A lead.
    Leads,
    /// A sign-up.
    SignUps,
    /// An installed app.
    Installs,
}

impl Conversions {
    fn metrics(self) -> &'static [Metric] {
        match self {
            Self::None => &[],
            Self::Orders => &[Metric::Orders, Metric::Revenue],
            Self::Leads => &[Metric::Leads],
            Self::SignUps => &[Metric::SignUps],
            Self::Installs => &[Metric::Installs],
        }
    }
}

fn address() -> String {
    "https://googleads.googleapis.com".to_owned()
}

fn token_address() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

fn current_version() -> String {
    "v26".to_owned()
}

fn a_month() -> Length {
    Length(SignedDuration::from_hours(30 * 24))
}

fn basic_access() -> u32 {
    15_000
}

/// The account, once it was made.
#[derive(Clone, Default)]
pub struct Made(Arc<OnceLock<Arc<AdsAccount>>>);

impl fmt::Debug for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.get().is_some() { "Made(yes)" } else { "Made" })
    }
}

/// The digits of a customer's number, which people write as `123-456-7890`.
fn digits(setting: &'static str, given: &str) -> Result<String, SourceError> {
    let digits: String = given.trim().chars().filter(|one| *one != '-').collect();
    let fits = (1..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if fits { Ok(digits) } else { Err(wrong(setting, given, "write the customer's number, such as `123-456-7890`")) }
}

/// The account of a customer, for reading and for acting.
pub fn account(settings: &GoogleAdsSettings) -> Result<Arc<AdsAccount>, SourceError> {
    if let Some(made) = settings.made.0.get() {
        return Ok(Arc::clone(made));
    }
    let version = settings.api_version.as_str();
    let number = version.strip_prefix('v').unwrap_or_default();
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong("api_version", version, "a version is written like `v26`"));
    }
    let customer = digits("customer_id", &settings.customer_id)?;
    let app = App {
        token_url: &settings.token_url,
        client_id: &settings.client_id,
        client_secret: &settings.client_secret,
        refresh_token_file: &settings.refresh_token_file,
    };
    let mut logins = app.logins(api("base_url", &settings.base_url)?)?;
    let token = settings.developer_token.expose_secret();
    if !token.is_empty() {
        let no_header = |_| wrong("developer_token_file", "…", "a developer token has letters, digits, `-` and `_`");
        let mut value = HeaderValue::from_str(token).map_err(no_header)?;
        value.set_sensitive(true);
        logins = logins.always(HeaderName::from_static("developer-token"), value);
    }
    if !settings.login_customer_id.is_empty() {
        let manager = digits("login_customer_id", &settings.login_customer_id)?;
        let value = HeaderValue::from_str(&manager).map_err(|_| wrong("login_customer_id", &manager, "digits only"))?;
        logins = logins.always(HeaderName::from_static("login-customer-id"), value);
    }
    let made = Arc::new(AdsAccount { logins, customer, version: version.to_owned() });
    Ok(Arc::clone(settings.made.0.get_or_init(|| made)))
}

impl Settings for GoogleAdsSettings {
    fn platform(&self) -> Platform {
        Platform::GoogleAds
    }

    fn asks(&self) -> Vec<Ask> {
        vec![Ask::Boosts]
    }

    fn metrics(&self) -> Vec<Metric> {
        let paid = [Metric::Spend, Metric::Clicks, Metric::Impressions];
        paid.into_iter().chain(self.conversions.metrics().iter().copied()).collect()
    }

    fn lag(&self) -> SignedDuration {
        LAG
    }

    fn renewed(&self) -> SignedDuration {
        SignedDuration::from_hours(24)
    }

    fn oauth(&self) -> Option<OauthApp> {
        let app = OauthApp::new(&providers::GOOGLE, &self.client_id, self.client_secret.clone(), &SCOPES);
        let token_url = self.token_url.trim_end_matches("/token").to_owned();
        (!self.client_id.is_empty()).then(|| OauthApp { token_url, account: Some(self.customer_id.clone()), ..app })
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        let (app, token) = (self.client_secret_file.clone(), self.developer_token_file.clone());
        vec![
            SecretFile { setting: "client_secret_file", file: app, secret: &mut self.client_secret },
            SecretFile { setting: "developer_token_file", file: token, secret: &mut self.developer_token },
        ]
    }

    fn beside(&mut self, folder: &Path) {
        if !self.refresh_token_file.as_os_str().is_empty() {
            self.refresh_token_file = folder.join(&self.refresh_token_file);
        }
    }

    fn budgets(&self) -> Vec<Budget> {
        vec![Budget::new(OPERATIONS, self.operations_per_day, Reset::ROLLING_DAY)]
    }

    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        cost(request)
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        let account = account(self)?;
        account.logins.connect(&outside.accounts);
        let restated = days_setting("restated", self.restated.0)?;
        Ok(Arc::new(GoogleAds::new(GoogleAdsConfig { account, metrics: self.metrics(), restated })))
    }
}
