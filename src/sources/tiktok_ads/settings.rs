//! What an operator sets for an advertiser at `TikTok`: one client an advertiser, shared by reading and acting.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;
use reqwest::header::HeaderName;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{CALLS, TiktokAds, TiktokAdsConfig, cost, metrics};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::written::Length;
use crate::http::oauth::{OauthApp, providers};
use crate::http::signed::Signed;
use crate::http::tiktok_business::{Business, Level};
use crate::http::tokens::{Connected, Dialect, Grant, Later, Tokens};
use crate::http::{Api, Limits};
use crate::sources::quota::Reset;
use crate::sources::{Ask, Assumed, Budget, Outside, Request, SecretFile, Settings, Source, SourceError};
use crate::time::Clock;

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct TiktokAdsSettings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default)]
    pub advertiser_id: String,
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
    #[serde(default)]
    pub redirect_url: String,
    #[serde(default = "campaigns")]
    pub refs: String,
    #[serde(default = "a_month")]
    pub back: Length,
    #[serde(default)]
    pub orders: bool,
    /// Made from the settings once; clones share it.
    #[serde(skip)]
    client: Client,
}

fn address() -> String {
    "https://business-api.tiktok.com".to_owned()
}

fn campaigns() -> String {
    Level::Campaign.word().to_owned()
}

fn a_month() -> Length {
    Length(SignedDuration::from_hours(30 * 24))
}

impl Settings for TiktokAdsSettings {
    fn platform(&self) -> Platform {
        Platform::TiktokAds
    }

    fn asks(&self) -> Vec<Ask> {
        vec![Ask::Boosts]
    }

    fn metrics(&self) -> Vec<Metric> {
        metrics(self.orders)
    }

    fn lag(&self) -> SignedDuration {
        // Of a day that is over, the last hours come within 10 to 12 hours at worst (unverified); claims are filled in for
        // longer, and say so themselves.
        SignedDuration::from_hours(12)
    }

    fn renewed(&self) -> SignedDuration {
        SignedDuration::from_hours(1)
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

    fn oauth(&self) -> Option<OauthApp> {
        // What the app may do is fixed where it is registered.
        let app = OauthApp::new(&providers::TIKTOK_ADS, &self.client_id, self.client_secret.clone(), &[]);
        let (token_url, account) = (self.base_url.clone(), Some(self.advertiser_id.clone()));
        let redirect_url = self.redirect_url.clone();
        (!self.client_id.is_empty()).then(|| OauthApp { token_url, redirect_url, account, ..app })
    }

    fn budgets(&self) -> Vec<Budget> {
        // 600 requests a minute for an app of the basic level (unverified); there is no limit by the day.
        vec![Budget::new(CALLS, 600, Reset::ROLLING_MINUTE)]
    }

    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        level(self).map(|level| cost(request, level)).unwrap_or_default()
    }

    fn assumes(&self, _assumed: Assumed) -> Vec<String> {
        vec!["every boost delivers every day".to_owned()]
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        self.client.accounts.connect(&outside.accounts);
        Ok(Arc::new(source(self, &outside.clock)?))
    }
}

/// The source of an advertiser.
pub fn source(settings: &TiktokAdsSettings, clock: &Clock) -> Result<TiktokAds, SourceError> {
    TiktokAds::new(TiktokAdsConfig {
        client: client(settings)?,
        usual: level(settings)?,
        back: settings.back.0,
        orders: settings.orders,
        clock: clock.clone(),
    })
}

/// The client of one advertiser, once it was made.
#[derive(Clone, Default)]
pub struct Client {
    made: Arc<OnceLock<Arc<Business>>>,
    accounts: Later,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.made.get().is_some() { "Client(made)" } else { "Client" })
    }
}

fn wrong(setting: &'static str, given: &str, why: &str) -> SourceError {
    SourceError::Misconfigured { setting, given: given.to_owned(), why: why.to_owned() }
}

/// The level that a bare `ref` of a boost is on.
pub fn level(settings: &TiktokAdsSettings) -> Result<Level, SourceError> {
    let named = Level::named(&settings.refs);
    named.ok_or_else(|| wrong("refs", &settings.refs, "it is `campaign`, `adgroup` or `ad`"))
}

/// The client of an advertiser. Clones of the settings share it.
pub fn client(settings: &TiktokAdsSettings) -> Result<Arc<Business>, SourceError> {
    if let Some(made) = settings.client.made.get() {
        return Ok(Arc::clone(made));
    }
    let advertiser = &settings.advertiser_id;
    if advertiser.is_empty() || !advertiser.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong(
            "advertiser_id",
            advertiser,
            "an advertiser is named by its digits, as Ads Manager shows them",
        ));
    }
    let base = &settings.base_url;
    let api = Api::new(base, Limits::default()).map_err(|cause| wrong("base_url", base, &cause.to_string()))?;
    let (path, dialect) = ("/open_api/v1.3/oauth2/access_token/", Dialect::TIKTOK_ADS);
    let tokens = Arc::new(Tokens::new(api.clone(), path, dialect, grant(settings)?));
    let signed = Signed::in_header(api, tokens, HeaderName::from_static("access-token"));
    let made = Arc::new(Business::new(signed, advertiser));
    Ok(Arc::clone(settings.client.made.get_or_init(|| made)))
}

/// One of two ways, told apart by which settings are given. The token of an advertiser does not end until it is taken back,
/// and there is nothing to renew it with.
fn grant(settings: &TiktokAdsSettings) -> Result<Grant, SourceError> {
    let fixed = !settings.token.expose_secret().is_empty();
    let app = (!settings.client_id.is_empty(), !settings.client_secret.expose_secret().is_empty());
    match (fixed, app) {
        (true, (false, false)) => Ok(Grant::Fixed(settings.token.clone())),
        (false, (true, true)) => Ok(Grant::Account {
            id: settings.client_id.clone(),
            secret: settings.client_secret.clone(),
            keeper: Arc::new(Connected::new(
                Arc::new(settings.client.accounts.clone()),
                settings.advertiser_id.clone(),
            )),
        }),
        (true, _) => Err(wrong("token_file", "…", "give a token or an app's client_id and secret, not both")),
        (false, (false, false)) => Err(wrong(
            "token_file",
            "",
            "a file with the long-term access token of the advertiser, or client_id and client_secret_file of an app",
        )),
        (false, _) => Err(wrong("client_id", &settings.client_id, "an app needs client_id and client_secret_file")),
    }
}
