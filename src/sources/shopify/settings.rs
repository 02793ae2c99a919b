//! What an operator sets for a Shopify shop: one client a shop, shared by reading and acting.
//!
//! Owns: the four ways to sign in.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use jiff::SignedDuration;
use reqwest::header::HeaderName;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::orders::{CHANGED_PAGE, ORDERS_PAGE};
use super::{OVERLAP, POINTS, Shopify, ShopifyConfig, TITLE, codes};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::written::Length;
use crate::http::graphql::GraphQl;
use crate::http::oauth::{OauthApp, providers};
use crate::http::signature::Scheme;
use crate::http::tokens::{Accounts, Connected, Dialect, Grant, NoAccounts, Tokens};
use crate::http::{Api, Limits};
use crate::sources::orders::{
    CodeSites, Expected, OF_CODES_AND_WAYS, QUESTIONS_MAX, Shop, WAIT_MAX, assumption, pages,
};
use crate::sources::quota::Reset;
use crate::sources::token_file::FileKeeper;
use crate::sources::{
    Ask, Assumed, Budget, Estimate, Outside, Planned, Request, SecretFile, Settings, Source, SourceError,
};
use crate::time::Clock;

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct ShopifySettings {
    #[serde(default)]
    pub shop: String,
    #[serde(default)]
    pub base_url: String,
    #[serde(default = "current_version")]
    pub api_version: String,
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
    pub refresh_token_file: PathBuf,
    #[serde(default)]
    pub connected: bool,
    #[serde(default = "three_days")]
    pub back: Length,
    #[serde(default)]
    pub all_orders: bool,
    /// Made from the settings once; clones share it, so that reading and acting share one token.
    #[serde(skip)]
    client: Client,
    /// What a site is taken for that sent a buyer: the same for all shops.
    #[serde(skip)]
    sites: CodeSites,
}

/// What an app is asked to be allowed with `plimsoll connect`.
const SCOPES: [&str; 3] = ["read_orders", "read_discounts", "write_discounts"];

fn current_version() -> String {
    "2026-10".to_owned()
}

fn three_days() -> Length {
    Length(SignedDuration::from_hours(72))
}

impl Settings for ShopifySettings {
    fn platform(&self) -> Platform {
        Platform::Shop
    }

    fn asks(&self) -> Vec<Ask> {
        vec![Ask::Codes, Ask::Whole]
    }

    fn metrics(&self) -> Vec<Metric> {
        OF_CODES_AND_WAYS.to_vec()
    }

    fn renewed(&self) -> SignedDuration {
        SignedDuration::from_hours(1)
    }

    fn ends_codes(&self) -> bool {
        true
    }

    fn shop(&self, outside: &Outside) -> Option<Result<Arc<dyn Shop>, SourceError>> {
        Some(source(self, &outside.clock).map(|shop| Arc::new(shop) as Arc<dyn Shop>))
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

    fn knows_sites(&mut self, sites: &CodeSites) {
        self.sites.clone_from(sites);
    }

    fn hook_signature(&self) -> Scheme {
        Scheme::Shopify
    }

    fn beside(&mut self, folder: &Path) {
        if !self.refresh_token_file.as_os_str().is_empty() {
            // It changes while the program runs, so it is read where it is used.
            self.refresh_token_file = folder.join(&self.refresh_token_file);
        }
    }

    fn renews_tokens(&self) -> bool {
        self.oauth().is_some() || !self.refresh_token_file.as_os_str().is_empty()
    }

    fn oauth(&self) -> Option<OauthApp> {
        let base = base_url(self).ok()?;
        let app = self.connected && !self.client_id.is_empty();
        app.then(|| OauthApp {
            authorize_url: base.clone(),
            token_url: base,
            account: Some(self.account()),
            ..OauthApp::new(&providers::SHOPIFY, &self.client_id, self.client_secret.clone(), &SCOPES)
        })
    }

    fn budgets(&self) -> Vec<Budget> {
        // Of the smallest plan; each answer says what this shop has.
        vec![Budget::new(POINTS, 2_000, Reset::Refill { per_second: 100 })]
    }

    fn waits(&self) -> SignedDuration {
        WAIT_MAX
    }

    fn calls_max(&self) -> Option<u32> {
        Some(QUESTIONS_MAX)
    }

    /// The codes that are looked up, and the shop's currency: of orders nothing is known.
    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        self.estimate(&Planned::least(request)).units
    }

    fn calls(&self, request: &Request) -> Option<u32> {
        self.estimate(&Planned::least(request)).calls
    }

    /// An order costs 3 points where it is read and 1 where it is found changed; a code costs 1; each page of orders says the
    /// shop's currency, which costs 1. How its buyer came costs 4 more for each order with a creator's code, and how many
    /// those are no plan knows.
    fn estimate(&self, planned: &Planned<'_>) -> Estimate {
        let found = Expected::of(planned, TITLE, self.back.0, (OVERLAP, OVERLAP));
        if !found.any {
            return Estimate::default();
        }
        let read = pages(found.read, ORDERS_PAGE.0);
        let changed = pages(found.changed, CHANGED_PAGE.0);
        let points = read.saturating_add(found.read.saturating_mul(3)).saturating_add(found.changed);
        let looked_up = found.codes.div_ceil(codes::LOOK_UP_MAX);
        Estimate {
            calls: Some(read.saturating_add(changed).saturating_add(looked_up)),
            units: vec![(POINTS.to_owned(), points.saturating_add(found.codes))],
        }
    }

    fn assumes(&self, assumed: Assumed) -> Vec<String> {
        vec![assumption(assumed.orders)]
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        client_of(self, Some(&outside.accounts))?;
        Ok(Arc::new(source(self, &outside.clock)?))
    }
}

impl ShopifySettings {
    /// What the shop is called among the connected accounts.
    fn account(&self) -> String {
        if self.shop.is_empty() { "shop".to_owned() } else { self.shop.trim_end_matches(".myshopify.com").to_owned() }
    }
}

/// The source of a shop.
pub fn source(settings: &ShopifySettings, clock: &Clock) -> Result<Shopify, SourceError> {
    Shopify::new(ShopifyConfig {
        client: client(settings)?,
        version: settings.api_version.clone(),
        clock: clock.clone(),
        back: settings.back.0,
        all_orders: settings.all_orders,
        sites: settings.sites.clone(),
    })
}

/// The client of one shop, once it was made. Clones are the same one: a shop takes only one pair of rotating tokens.
#[derive(Clone, Default)]
pub struct Client(Arc<OnceLock<Arc<GraphQl>>>);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.get().is_some() { "Client(made)" } else { "Client" })
    }
}

fn wrong(setting: &'static str, given: &str, why: &str) -> SourceError {
    SourceError::Misconfigured { setting, given: given.to_owned(), why: why.to_owned() }
}

/// The client of a shop. One that signs in with a connected account is made by the source.
pub fn client(config: &ShopifySettings) -> Result<Arc<GraphQl>, SourceError> {
    client_of(config, None)
}

fn client_of(config: &ShopifySettings, accounts: Option<&Arc<dyn Accounts>>) -> Result<Arc<GraphQl>, SourceError> {
    if let Some(made) = config.client.0.get() {
        return Ok(Arc::clone(made));
    }
    let base = base_url(config)?;
    let api = Api::new(&base, Limits::default()).map_err(|cause| wrong("base_url", &base, &cause.to_string()))?;
    let version = &config.api_version;
    let dated = |text: &str| text.len() == 7 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if !dated(version) && version != "unstable" {
        return Err(wrong("api_version", version, "a version is written like `2026-10`"));
    }
    let tokens = Tokens::new(api.clone(), "/admin/oauth/access_token", Dialect::SHOPIFY, grant(config, accounts)?);
    let path = format!("/admin/api/{version}/graphql.json");
    let header = HeaderName::from_static("x-shopify-access-token");
    let made = Arc::new(GraphQl::new(api, &path, header, tokens));
    Ok(Arc::clone(config.client.0.get_or_init(|| made)))
}

fn base_url(config: &ShopifySettings) -> Result<String, SourceError> {
    if !config.base_url.is_empty() {
        return Ok(config.base_url.clone());
    }
    let name = config.shop.trim().trim_end_matches(".myshopify.com");
    let fits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if !fits {
        return Err(wrong("shop", &config.shop, "write the name before `.myshopify.com`"));
    }
    Ok(format!("https://{name}.myshopify.com"))
}

/// One of four ways, told apart by which settings are given.
fn grant(config: &ShopifySettings, accounts: Option<&Arc<dyn Accounts>>) -> Result<Grant, SourceError> {
    if config.connected {
        return connected(config, accounts);
    }
    let fixed = !config.token.expose_secret().is_empty();
    let app = (!config.client_id.is_empty(), !config.client_secret.expose_secret().is_empty());
    let rotating = !config.refresh_token_file.as_os_str().is_empty();
    match (fixed, app, rotating) {
        (true, (false, false), false) => Ok(Grant::Fixed(config.token.clone())),
        (false, (true, true), false) => {
            Ok(Grant::Client { id: config.client_id.clone(), secret: config.client_secret.clone() })
        }
        (false, (true, true), true) => Ok(Grant::Account {
            id: config.client_id.clone(),
            secret: config.client_secret.clone(),
            keeper: Arc::new(FileKeeper::new(config.refresh_token_file.clone())),
        }),
        (true, _, _) => Err(wrong("token_file", "…", "give a token or an app's client_id and secret, not both")),
        (false, (false, false), false) => {
            Err(wrong("token_file", "", "give a token, or client_id and client_secret_file of an app"))
        }
        (false, _, _) => Err(wrong("client_id", &config.client_id, "an app needs client_id and client_secret_file")),
    }
}

/// The tokens that somebody gave with `plimsoll connect`.
fn connected(config: &ShopifySettings, accounts: Option<&Arc<dyn Accounts>>) -> Result<Grant, SourceError> {
    let app = !config.client_id.is_empty() && !config.client_secret.expose_secret().is_empty();
    let alone = config.token.expose_secret().is_empty() && config.refresh_token_file.as_os_str().is_empty();
    if !app || !alone {
        return Err(wrong("connected", "true", "it needs client_id and client_secret_file, and no other token"));
    }
    let accounts = accounts.map_or_else(|| Arc::new(NoAccounts) as Arc<dyn Accounts>, Arc::clone);
    Ok(Grant::Account {
        id: config.client_id.clone(),
        secret: config.client_secret.clone(),
        keeper: Arc::new(Connected::new(accounts, config.account())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> ShopifySettings {
        toml::from_str(text).expect("a shop")
    }

    #[track_caller]
    fn check(text: &str, want: Result<(), &str>) {
        let got = client(&config(text)).map(drop).map_err(|error| error.to_string());
        assert_eq!(got, want.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn a_shop_is_signed_in_to_in_one_of_four_ways() {
        let shop = "shop = \"nordbo\"\n";
        check(&format!("{shop}token = \"t\""), Ok(()));
        check(&format!("{shop}client_id = \"a\"\nclient_secret = \"s\""), Ok(()));
        check(&format!("{shop}client_id = \"a\"\nclient_secret = \"s\"\nrefresh_token_file = \"r\""), Ok(()));
        check(&format!("{shop}client_id = \"a\"\nclient_secret = \"s\"\nconnected = true"), Ok(()));
        let mixed =
            "`true` does not work as `connected`: it needs client_id and client_secret_file, and no other token";
        check(&format!("{shop}token = \"t\"\nconnected = true"), Err(mixed));
        let neither = "`` does not work as `token_file`: give a token, or client_id and client_secret_file of an app";
        check(shop, Err(neither));
        let both = "`…` does not work as `token_file`: give a token or an app's client_id and secret, not both";
        check(&format!("{shop}token = \"t\"\nclient_id = \"a\""), Err(both));
        let half = "`a` does not work as `client_id`: an app needs client_id and client_secret_file";
        check(&format!("{shop}client_id = \"a\""), Err(half));
    }

    #[test]
    fn a_shop_has_an_address_and_a_version() {
        check("shop = \"nordbo.myshopify.com\"\ntoken = \"t\"", Ok(()));
        let evil = "`evil.example/x` does not work as `shop`: write the name before `.myshopify.com`";
        check("shop = \"evil.example/x\"\ntoken = \"t\"", Err(evil));
        let none = "`` does not work as `shop`: write the name before `.myshopify.com`";
        check("token = \"t\"", Err(none));
        let old = "`../v1` does not work as `api_version`: a version is written like `2026-10`";
        check("shop = \"nordbo\"\ntoken = \"t\"\napi_version = \"../v1\"", Err(old));
    }

    #[test]
    fn clones_share_one_client_and_print_no_secret() {
        let one = config("shop = \"nordbo\"\ntoken = \"CANARY\"");
        let other = one.clone();
        let (first, second) = (client(&one).expect("a client"), client(&other).expect("a client"));
        assert!(Arc::ptr_eq(&first, &second));
        assert!(!format!("{one:?} {first:?}").contains("CANARY"));
    }
}
