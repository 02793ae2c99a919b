//! What an operator sets for the Display API of `TikTok`.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;

use super::{ENDPOINTS, METRICS, METRICS_OF_ACCOUNTS, Tiktok, TiktokConfig, WAIT_MAX, cost};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::http::oauth::{OauthApp, providers};
use crate::sources::quota::Reset;
use crate::sources::{Ask, Assumed, Budget, Outside, Request, SecretFile, Settings, Source, SourceError};

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct TiktokSettings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default)]
    pub client_key: String,
    #[serde(default)]
    pub client_secret: SecretString,
    #[serde(default)]
    pub client_secret_file: PathBuf,
    #[serde(default = "yes")]
    pub videos: bool,
    #[serde(default = "five_pages")]
    pub pages_max: u32,
    #[serde(default = "four_fifths")]
    pub calls_per_minute: u32,
}

fn address() -> String {
    "https://open.tiktokapis.com".to_owned()
}

fn yes() -> bool {
    true
}

fn five_pages() -> u32 {
    5
}

/// Of the 600 that an app has of each method; the rest is for what people ask in between.
fn four_fifths() -> u32 {
    480
}

impl Settings for TiktokSettings {
    fn platform(&self) -> Platform {
        Platform::Tiktok
    }

    fn asks(&self) -> Vec<Ask> {
        let accounts = [Ask::Creators, Ask::Brands];
        let posts = [Ask::Uploads, Ask::Posts];
        accounts.into_iter().chain(posts.into_iter().filter(|_| self.videos)).collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        if self.videos { METRICS.to_vec() } else { METRICS_OF_ACCOUNTS.to_vec() }
    }

    fn renewed(&self) -> SignedDuration {
        // Counters are near real time behind a cache; nothing is promised.
        SignedDuration::from_hours(1)
    }

    fn oauth(&self) -> Option<OauthApp> {
        // With `user.info.profile` it is checked that the right account was connected.
        let scopes = ["user.info.basic", "user.info.profile", "user.info.stats", "video.list"];
        let app = OauthApp::new(&providers::TIKTOK, &self.client_key, self.client_secret.clone(), &scopes);
        (!self.client_key.is_empty()).then(|| OauthApp { token_url: self.base_url.clone(), ..app })
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        vec![SecretFile {
            setting: "client_secret_file",
            file: self.client_secret_file.clone(),
            secret: &mut self.client_secret,
        }]
    }

    fn budgets(&self) -> Vec<Budget> {
        let a_minute = |bucket: &&str| Budget::new(bucket, self.calls_per_minute, Reset::ROLLING_MINUTE);
        ENDPOINTS.iter().map(a_minute).collect()
    }

    fn waits(&self) -> SignedDuration {
        WAIT_MAX
    }

    fn assumes(&self, _assumed: Assumed) -> Vec<String> {
        vec!["every creator has connected the account, and has put up at most 20 videos in two days".to_owned()]
    }

    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        cost(request)
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        Ok(Arc::new(Tiktok::new(TiktokConfig {
            base_url: self.base_url.clone(),
            client_key: self.client_key.clone(),
            client_secret: self.client_secret.clone(),
            pages_max: self.pages_max,
            calls_per_minute: self.calls_per_minute,
            accounts: Arc::clone(&outside.accounts),
            clock: outside.clock.clone(),
        })?))
    }
}
