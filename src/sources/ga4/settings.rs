//! What an operator sets for a Google Analytics 4 property.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::SecretString;
use serde::Deserialize;

use super::wire::Count;
use super::{Ga4, Ga4Config, LAG, TOKENS, TOKENS_A_REPORT, cost};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::written::Length;
use crate::http::oauth::{OauthApp, providers};
use crate::sources::google::{App, api, days_setting, wrong};
use crate::sources::quota::Reset;
use crate::sources::{Ask, Assumed, Budget, Outside, Request, SecretFile, Settings, Source, SourceError};

/// <https://developers.google.com/analytics/devguides/reporting/data/v1/rest/v1beta/properties/runReport>
const SCOPES: [&str; 1] = ["https://www.googleapis.com/auth/analytics.readonly"];

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct Ga4Settings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default = "token_address")]
    pub token_url: String,
    pub property: String,
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    pub client_secret: SecretString,
    #[serde(default)]
    pub client_secret_file: PathBuf,
    #[serde(default)]
    pub refresh_token_file: PathBuf,
    #[serde(default)]
    pub lead_event: String,
    #[serde(default)]
    pub sign_up_event: String,
    #[serde(default)]
    pub orders: bool,
    #[serde(default = "four_weeks")]
    pub back: Length,
    #[serde(default = "two_weeks")]
    pub restated: Length,
    #[serde(default = "granted")]
    pub tokens_per_day: u32,
}

fn address() -> String {
    "https://analyticsdata.googleapis.com/v1beta".to_owned()
}

fn token_address() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

fn four_weeks() -> Length {
    Length(SignedDuration::from_hours(28 * 24))
}

fn two_weeks() -> Length {
    Length(SignedDuration::from_hours(14 * 24))
}

fn granted() -> u32 {
    200_000
}

impl Ga4Settings {
    /// What is asked for, and what each is to us.
    pub(super) fn counts(&self) -> Vec<Count> {
        let event = |name: &String| (!name.is_empty()).then(|| format!("keyEvents:{name}"));
        let told = |name: &str| self.orders.then(|| name.to_owned());
        let all = [
            (Some("sessions".to_owned()), Metric::Sessions),
            (event(&self.lead_event), Metric::Leads),
            (event(&self.sign_up_event), Metric::SignUps),
            (told("ecommercePurchases"), Metric::Orders),
            (told("purchaseRevenue"), Metric::Revenue),
        ];
        all.into_iter().filter_map(|(name, metric)| Some(Count { name: name?, metric })).collect()
    }
}

impl Settings for Ga4Settings {
    fn platform(&self) -> Platform {
        Platform::Web
    }

    fn asks(&self) -> Vec<Ask> {
        vec![Ask::Links, Ask::Whole]
    }

    fn metrics(&self) -> Vec<Metric> {
        self.counts().into_iter().map(|count| count.metric).collect()
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
        (!self.client_id.is_empty()).then(|| OauthApp { token_url, account: Some(self.property.clone()), ..app })
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        let file = self.client_secret_file.clone();
        vec![SecretFile { setting: "client_secret_file", file, secret: &mut self.client_secret }]
    }

    fn beside(&mut self, folder: &Path) {
        if !self.refresh_token_file.as_os_str().is_empty() {
            self.refresh_token_file = folder.join(&self.refresh_token_file);
        }
    }

    fn budgets(&self) -> Vec<Budget> {
        vec![Budget::new(TOKENS, self.tokens_per_day, Reset::PacificDay)]
    }

    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        cost(request)
    }

    fn assumes(&self, _assumed: Assumed) -> Vec<String> {
        vec![format!("a report costs {TOKENS_A_REPORT} tokens; what it does cost is told with each answer")]
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        let property = self.property.trim();
        if property.is_empty() || !property.bytes().all(|byte| byte.is_ascii_digit()) {
            let why = "write the property's number (Admin, Property details), not the `G-…` of its data stream";
            return Err(wrong("property", property, why));
        }
        for (setting, event) in [("lead_event", &self.lead_event), ("sign_up_event", &self.sign_up_event)] {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            // https://support.google.com/analytics/answer/13316687: letters, digits and `_`, at most 40.
            if event.len() > 40 || !event.bytes().all(fits) {
                return Err(wrong(setting, event, "an event's name has letters, digits and `_`, at most 40"));
            }
        }
        let app = App {
            token_url: &self.token_url,
            client_id: &self.client_id,
            client_secret: &self.client_secret,
            refresh_token_file: &self.refresh_token_file,
        };
        let logins = app.logins(api("base_url", &self.base_url)?)?;
        logins.connect(&outside.accounts);
        Ok(Arc::new(Ga4::new(Ga4Config {
            logins,
            property: property.to_owned(),
            counts: self.counts(),
            back: days_setting("back", self.back.0)?,
            restated: days_setting("restated", self.restated.0)?,
        })))
    }
}
