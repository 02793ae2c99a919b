//! What an operator sets for Instagram.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;

use super::{CALLS, DISCOVERY, Instagram, METRICS, cost, estimate};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::http::oauth::{OauthApp, providers};
use crate::http::signature::Scheme;
use crate::sources::quota::Reset;
use crate::sources::{
    Ask, Assumed, Budget, Estimate, Outside, Planned, Request, SecretFile, Settings, Source, SourceError,
};

/// Which of the two APIs the creators connect through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Login {
    /// `graph.instagram.com`: the creator signs in at Instagram.
    Instagram,
    /// `graph.facebook.com`: the creator signs in at Facebook; the account is linked to a page.
    Facebook,
}

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct InstagramSettings {
    #[serde(default = "instagram")]
    pub login: Login,
    #[serde(default)]
    pub base_url: String,
    #[serde(default = "newest")]
    pub api_version: String,
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub client_secret: SecretString,
    #[serde(default)]
    pub client_secret_file: PathBuf,
    #[serde(default = "yes")]
    pub media: bool,
    #[serde(default = "four")]
    pub pages_max: u32,
    #[serde(default = "three")]
    pub account_days: u32,
    #[serde(default = "many")]
    pub calls_per_day: u32,
    #[serde(default)]
    pub discovery_user_id: String,
    #[serde(default)]
    pub discovery_token: SecretString,
    #[serde(default)]
    pub discovery_token_file: PathBuf,
    #[serde(default = "two_hundred")]
    pub discovery_calls_per_hour: u32,
    #[serde(default = "facebook_address")]
    pub discovery_url: String,
}

fn instagram() -> Login {
    Login::Instagram
}

fn newest() -> String {
    "v25.0".to_owned()
}

fn yes() -> bool {
    true
}

fn four() -> u32 {
    4
}

fn three() -> u32 {
    3
}

fn many() -> u32 {
    50_000
}

fn two_hundred() -> u32 {
    200
}

pub(super) fn facebook_address() -> String {
    "https://graph.facebook.com".to_owned()
}

impl Settings for InstagramSettings {
    fn platform(&self) -> Platform {
        Platform::Instagram
    }

    fn asks(&self) -> Vec<Ask> {
        let posts = [Ask::Uploads, Ask::Posts];
        [Ask::Creators, Ask::Brands].into_iter().chain(posts.into_iter().filter(|_| self.media)).collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        METRICS.to_vec()
    }

    /// Likes, comments and followers are as they are now; insights may come up to 48 hours late, and mostly come sooner.
    fn renewed(&self) -> SignedDuration {
        super::LATE
    }

    fn oauth(&self) -> Option<OauthApp> {
        let (provider, scopes): (_, &[&str]) = match self.login {
            Login::Instagram => {
                (&providers::INSTAGRAM, &["instagram_business_basic", "instagram_business_manage_insights"])
            }
            Login::Facebook => {
                (&providers::FACEBOOK, &["instagram_basic", "instagram_manage_insights", "pages_read_engagement"])
            }
        };
        let app = OauthApp::new(provider, &self.client_id, self.client_secret.clone(), scopes);
        (!self.client_id.is_empty()).then(|| OauthApp { token_url: self.base_url.clone(), ..app })
    }

    fn hook_signature(&self) -> Scheme {
        Scheme::Meta
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        vec![
            SecretFile {
                setting: "client_secret_file",
                file: self.client_secret_file.clone(),
                secret: &mut self.client_secret,
            },
            SecretFile {
                setting: "discovery_token_file",
                file: self.discovery_token_file.clone(),
                secret: &mut self.discovery_token,
            },
        ]
    }

    fn budgets(&self) -> Vec<Budget> {
        vec![
            Budget::new(CALLS, self.calls_per_day, Reset::ROLLING_DAY),
            Budget::new(DISCOVERY, self.discovery_calls_per_hour, Reset::ROLLING_HOUR),
        ]
    }

    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        cost(request)
    }

    fn estimate(&self, planned: &Planned<'_>) -> Estimate {
        Estimate::calls_of(CALLS, estimate(planned.request, self.account_days))
    }

    fn assumes(&self, _assumed: Assumed) -> Vec<String> {
        vec!["every creator has connected the account, and no story of the day is followed".to_owned()]
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        Ok(Arc::new(Instagram::new(self, outside)?))
    }
}
