//! What an operator sets for `YouTube` Analytics. Whose numbers it reads is said by who connects.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;

use super::{LAG, METRICS, QUERIES, YoutubeAnalytics, YoutubeAnalyticsConfig, cost, estimate};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::written::Length;
use crate::http::oauth::{OauthApp, providers};
use crate::sources::google::{App, api, days_setting};
use crate::sources::quota::Reset;
use crate::sources::{
    Ask, Assumed, Budget, Estimate, Outside, Planned, Request, SecretFile, Settings, Source, SourceError,
};

/// <https://developers.google.com/youtube/analytics/reference/reports/query#authorization>
const SCOPES: [&str; 2] =
    ["https://www.googleapis.com/auth/yt-analytics.readonly", "https://www.googleapis.com/auth/youtube.readonly"];

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct YoutubeAnalyticsSettings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default = "token_address")]
    pub token_url: String,
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub client_secret: SecretString,
    #[serde(default)]
    pub client_secret_file: PathBuf,
    #[serde(default = "yes")]
    pub videos: bool,
    #[serde(default = "four_weeks")]
    pub back: Length,
    #[serde(default = "a_week")]
    pub restated: Length,
    #[serde(default = "granted")]
    pub queries_per_day: u32,
}

fn address() -> String {
    "https://youtubeanalytics.googleapis.com/v2".to_owned()
}

fn token_address() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

fn yes() -> bool {
    true
}

fn four_weeks() -> Length {
    Length(SignedDuration::from_hours(28 * 24))
}

fn a_week() -> Length {
    Length(SignedDuration::from_hours(7 * 24))
}

fn granted() -> u32 {
    10_000
}

impl Settings for YoutubeAnalyticsSettings {
    fn platform(&self) -> Platform {
        Platform::Youtube
    }

    fn asks(&self) -> Vec<Ask> {
        let accounts = [Ask::Creators, Ask::Brands];
        accounts.into_iter().chain(self.videos.then_some(Ask::Posts)).collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        METRICS.to_vec()
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
        (!self.client_id.is_empty()).then(|| OauthApp { token_url, ..app })
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        let file = self.client_secret_file.clone();
        vec![SecretFile { setting: "client_secret_file", file, secret: &mut self.client_secret }]
    }

    fn budgets(&self) -> Vec<Budget> {
        vec![Budget::new(QUERIES, self.queries_per_day, Reset::PacificDay)]
    }

    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        cost(request)
    }

    fn estimate(&self, planned: &Planned<'_>) -> Estimate {
        Estimate::calls_of(QUERIES, estimate(planned.request, days_setting("restated", self.restated.0).unwrap_or(1)))
    }

    fn assumes(&self, _assumed: Assumed) -> Vec<String> {
        vec!["every creator has connected the channel, and every post is watched every day".to_owned()]
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        let app = App {
            token_url: &self.token_url,
            client_id: &self.client_id,
            client_secret: &self.client_secret,
            refresh_token_file: Path::new(""),
        };
        let logins = app.logins(api("base_url", &self.base_url)?)?;
        logins.connect(&outside.accounts);
        Ok(Arc::new(YoutubeAnalytics::new(YoutubeAnalyticsConfig {
            logins,
            back: days_setting("back", self.back.0)?,
            restated: days_setting("restated", self.restated.0)?,
        })))
    }
}
