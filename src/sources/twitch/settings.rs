//! What an operator sets for Twitch.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{FOLLOWERS, LIVE, POINTS, Twitch, TwitchConfig, VIEWS, WAIT_MAX, cost};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::http::signed::Signed;
use crate::http::tokens::{Dialect, Grant, Tokens};
use crate::http::{Api, Limits};
use crate::sources::quota::Reset;
use crate::sources::{Ask, Budget, Outside, Request, SecretFile, Settings, Source, SourceError};

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct TwitchSettings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default = "token_address")]
    pub token_url: String,
    pub client_id: String,
    #[serde(default)]
    pub client_secret: SecretString,
    #[serde(default)]
    pub client_secret_file: PathBuf,
    #[serde(default = "yes")]
    pub live: bool,
    #[serde(default = "yes")]
    pub videos: bool,
    #[serde(default = "two_pages")]
    pub pages_max: u32,
}

fn address() -> String {
    "https://api.twitch.tv/helix".to_owned()
}

fn token_address() -> String {
    "https://id.twitch.tv".to_owned()
}

fn yes() -> bool {
    true
}

fn two_pages() -> u32 {
    2
}

impl Settings for TwitchSettings {
    fn platform(&self) -> Platform {
        Platform::Twitch
    }

    fn asks(&self) -> Vec<Ask> {
        let accounts = [Ask::Creators, Ask::Brands];
        let posts = [Ask::Uploads, Ask::Posts];
        accounts.into_iter().chain(posts.into_iter().filter(|_| self.videos)).collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        let counts = [Some(FOLLOWERS), self.live.then_some(LIVE), self.videos.then_some(VIEWS)];
        counts.into_iter().flatten().map(|count| count.metric).collect()
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        vec![SecretFile {
            setting: "client_secret_file",
            file: self.client_secret_file.clone(),
            secret: &mut self.client_secret,
        }]
    }

    fn budgets(&self) -> Vec<Budget> {
        // 800 points that are all back within a minute, rounded down.
        vec![Budget::new(POINTS, 800, Reset::Refill { per_second: 13 })]
    }

    fn waits(&self) -> SignedDuration {
        WAIT_MAX
    }

    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        cost(request, self.live)
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        Ok(Arc::new(source(self, outside)?))
    }
}

/// The source itself.
pub fn source(settings: &TwitchSettings, outside: &Outside) -> Result<Twitch, SourceError> {
    let wrong = |setting: &'static str, given: &str, why: &str| SourceError::Misconfigured {
        setting,
        given: given.to_owned(),
        why: why.to_owned(),
    };
    let api = |setting: &'static str, base: &str| {
        Api::new(base, Limits::default()).map_err(|cause| wrong(setting, base, &cause.to_string()))
    };
    if settings.client_secret.expose_secret().is_empty() {
        return Err(wrong("client_secret_file", "", "an app needs client_id and client_secret_file"));
    }
    let id = HeaderValue::from_str(&settings.client_id).ok().filter(|id| !id.is_empty());
    let id = id.ok_or_else(|| wrong("client_id", &settings.client_id, "write the id of your app at dev.twitch.tv"))?;
    let grant = Grant::Client { id: settings.client_id.clone(), secret: settings.client_secret.clone() };
    let tokens = Tokens::new(api("token_url", &settings.token_url)?, "/oauth2/token", Dialect::GOOGLE, grant);
    let signed = Signed::bearer(api("base_url", &settings.base_url)?, Arc::new(tokens))
        .always(HeaderName::from_static("client-id"), id);
    Ok(Twitch::new(TwitchConfig {
        signed,
        clock: outside.clock.clone(),
        live: settings.live,
        pages_max: settings.pages_max,
    }))
}
