//! What an operator sets for X.

use std::path::PathBuf;
use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::ledger::Ledger;
use super::{FOLLOWERS, OF_POST, UPLOADS_MAX, UPLOADS_MIN, X, XConfig, calls_of, cost_of_day};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::http::signed::Signed;
use crate::http::tokens::{Dialect, Grant, Tokens};
use crate::http::{Api, Limits};
use crate::sources::{Ask, Assumed, Outside, Request, SecretFile, Settings, Source, SourceError};

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct XSettings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default)]
    pub token: SecretString,
    #[serde(default)]
    pub token_file: PathBuf,
    #[serde(default = "yes")]
    pub posts: bool,
    #[serde(default = "ten")]
    pub uploads_max: u32,
    #[serde(default = "a_dollar")]
    pub cents_per_day: u32,
    /// What was paid for today; clones share it, so that what is asked and what is planned agree.
    #[serde(skip)]
    ledger: Ledger,
}

fn address() -> String {
    "https://api.x.com/2".to_owned()
}

fn yes() -> bool {
    true
}

fn ten() -> u32 {
    10
}

fn a_dollar() -> u32 {
    100
}

impl Settings for XSettings {
    fn platform(&self) -> Platform {
        Platform::X
    }

    fn asks(&self) -> Vec<Ask> {
        let accounts = [Ask::Creators, Ask::Brands];
        let posts = [Ask::Uploads, Ask::Posts];
        accounts.into_iter().chain(posts.into_iter().filter(|_| self.posts)).collect()
    }

    fn metrics(&self) -> Vec<Metric> {
        let posts = OF_POST.iter().filter(|_| self.posts);
        std::iter::once(&FOLLOWERS).chain(posts).map(|count| count.metric).collect()
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        vec![SecretFile { setting: "token_file", file: self.token_file.clone(), secret: &mut self.token }]
    }

    fn calls(&self, request: &Request) -> Option<u32> {
        calls_of(request)
    }

    /// The cap of a day is kept by the source itself: what was read today costs nothing more, which no sum of polls can say.
    fn money(&self, day: &[Request]) -> Option<Money> {
        let minor = i64::from(cost_of_day(day, self.uploads_max));
        Some(Money { minor, currency: "USD".parse().ok()? })
    }

    fn money_max(&self) -> Option<Money> {
        Some(Money { minor: i64::from(self.cents_per_day), currency: "USD".parse().ok()? })
    }

    /// Each post and user once: what is listed is what is followed.
    fn estimate_money(&self, day: &[Request]) -> Option<Money> {
        let minor = i64::from(cost_of_day(day, 0));
        Some(Money { minor, currency: "USD".parse().ok()? })
    }

    fn assumes(&self, _assumed: Assumed) -> Vec<String> {
        vec!["each post is paid for once a day of UTC, and a day brings no new ones (half a cent each)".to_owned()]
    }

    fn build(&self, _outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        Ok(Arc::new(source(self)?))
    }
}

/// The source itself.
pub fn source(settings: &XSettings) -> Result<X, SourceError> {
    let wrong = |setting: &'static str, given: &str, why: &str| SourceError::Misconfigured {
        setting,
        given: given.to_owned(),
        why: why.to_owned(),
    };
    let base = &settings.base_url;
    let api = Api::new(base, Limits::default()).map_err(|cause| wrong("base_url", base, &cause.to_string()))?;
    if settings.token.expose_secret().is_empty() {
        return Err(wrong("token_file", "", "give the bearer token of your app"));
    }
    if !(UPLOADS_MIN..=UPLOADS_MAX).contains(&settings.uploads_max) {
        let given = settings.uploads_max.to_string();
        return Err(wrong("uploads_max", &given, "X lists 5 to 100 posts at once"));
    }
    // Nothing renews an app's token; the address of a token server is never used.
    let tokens = Tokens::new(api.clone(), "/oauth2/token", Dialect::GOOGLE, Grant::Fixed(settings.token.clone()));
    Ok(X::new(XConfig {
        signed: Signed::bearer(api, Arc::new(tokens)),
        uploads_max: settings.uploads_max,
        cents_per_day: settings.cents_per_day,
        ledger: settings.ledger.clone(),
    }))
}
