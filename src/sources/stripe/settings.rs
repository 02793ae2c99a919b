//! What an operator sets for a Stripe account.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::wire::Books;
use super::{OVERLAP, PAGE_ROWS, REQUESTS, SETTLES, Stripe, StripeConfig, TITLE};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::written::Length;
use crate::http::signature::Scheme;
use crate::http::signed::Signed;
use crate::http::tokens::{Dialect, Grant, Tokens};
use crate::http::{Api, Limits};
use crate::sources::orders::{Expected, HOUR, OF_CODES, QUESTIONS_MAX, Shop, WAIT_MAX, assumption, pages};
use crate::sources::{Ask, Assumed, Estimate, Outside, Planned, Request, SecretFile, Settings, Source, SourceError};
use crate::time::Clock;

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct StripeSettings {
    #[serde(default = "address")]
    pub base_url: String,
    #[serde(default = "current_version")]
    pub api_version: String,
    #[serde(default)]
    pub key: SecretString,
    #[serde(default)]
    pub key_file: PathBuf,
    pub currency: Currency,
    #[serde(default = "three_days")]
    pub back: Length,
    #[serde(default)]
    pub test: bool,
    #[serde(default)]
    pub settled: bool,
}

fn address() -> String {
    "https://api.stripe.com".to_owned()
}

fn current_version() -> String {
    "2025-09-30.clover".to_owned()
}

fn three_days() -> Length {
    Length(SignedDuration::from_hours(72))
}

impl StripeSettings {
    /// Whether the version that is asked for has a promotion code's coupon under `promotion`.
    #[must_use]
    pub fn is_nested(&self) -> bool {
        NESTED <= self.api_version.as_str()
    }
}

impl Settings for StripeSettings {
    fn platform(&self) -> Platform {
        Platform::Shop
    }

    fn asks(&self) -> Vec<Ask> {
        vec![Ask::Codes, Ask::Whole]
    }

    fn metrics(&self) -> Vec<Metric> {
        OF_CODES.to_vec()
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

    fn hook_signature(&self) -> Scheme {
        Scheme::Stripe
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        vec![SecretFile { setting: "key_file", file: self.key_file.clone(), secret: &mut self.key }]
    }

    fn waits(&self) -> SignedDuration {
        WAIT_MAX
    }

    fn calls_max(&self) -> Option<u32> {
        Some(QUESTIONS_MAX)
    }

    /// The first page of sessions and that of refunds: codes are looked up once an hour, and of orders nothing is known.
    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        self.estimate(&Planned::least(request)).units
    }

    /// The sessions of the last 25 hours are read again at each poll, and each code is looked up once an hour.
    fn estimate(&self, planned: &Planned<'_>) -> Estimate {
        let found = Expected::of(planned, TITLE, self.back.0, (SETTLES, OVERLAP));
        if !found.any {
            return Estimate::default();
        }
        let codes = if planned.is_new(HOUR) { found.codes } else { 0 };
        // One more asks which refunds there were.
        Estimate::calls_of(REQUESTS, pages(found.read, PAGE_ROWS).saturating_add(codes).saturating_add(1))
    }

    fn assumes(&self, assumed: Assumed) -> Vec<String> {
        vec![assumption(assumed.orders)]
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        Ok(Arc::new(source(self, &outside.clock)?))
    }
}

/// The first version with a promotion code's coupon under `promotion`: <https://docs.stripe.com/changelog/clover>.
const NESTED: &str = "2025-09-30";

/// The first version whose payments have `latest_charge`: <https://docs.stripe.com/upgrades#2022-11-15>.
const OLDEST: &str = "2022-11-15";

/// The source of an account.
pub fn source(settings: &StripeSettings, clock: &Clock) -> Result<Stripe, SourceError> {
    Stripe::new(StripeConfig {
        client: client(settings)?,
        clock: clock.clone(),
        back: settings.back.0,
        settled: settings.settled,
        nested: settings.is_nested(),
        books: Books { currency: settings.currency, test: settings.test },
    })
}

fn wrong(setting: &'static str, given: &str, why: &str) -> SourceError {
    SourceError::Misconfigured { setting, given: given.to_owned(), why: why.to_owned() }
}

/// The client of an account; the version is sent with every request, so that an upgrade in the dashboard changes nothing.
pub fn client(settings: &StripeSettings) -> Result<Signed, SourceError> {
    let key = settings.key.expose_secret();
    if key.is_empty() {
        return Err(wrong("key_file", "", "give a restricted key, `rk_live_…`"));
    }
    if key.contains("_test_") != settings.test {
        let why = "a key of test mode sees test orders only; set it where the key is `rk_test_…`, and nowhere else";
        return Err(wrong("test", &settings.test.to_string(), why));
    }
    let version = &settings.api_version;
    let dated = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.');
    let value = HeaderValue::from_str(version).ok().filter(|_| 10 <= version.len() && version.bytes().all(dated));
    let Some(value) = value else {
        return Err(wrong("api_version", version, "a version is written like `2025-09-30.clover`"));
    };
    if version.as_str() < OLDEST {
        return Err(wrong("api_version", version, "versions before 2022-11-15 do not say what a charge had refunded"));
    }
    let base = &settings.base_url;
    let api = Api::new(base, Limits::default()).map_err(|cause| wrong("base_url", base, &cause.to_string()))?;
    let tokens = Arc::new(Tokens::new(api.clone(), "", Dialect::GOOGLE, Grant::Fixed(settings.key.clone())));
    Ok(Signed::bearer(api, tokens).always(HeaderName::from_static("stripe-version"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: Result<(), &str>) {
        let settings: StripeSettings = toml::from_str(&format!("currency = \"EUR\"\n{text}")).expect("settings");
        let got = client(&settings).map(drop).map_err(|error| error.to_string());
        assert_eq!(got, want.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn a_key_says_whether_its_orders_are_tests() {
        check("key = \"rk_live_1\"", Ok(()));
        check("key = \"rk_test_1\"\ntest = true", Ok(()));
        let why = "a key of test mode sees test orders only; set it where the key is `rk_test_…`, and nowhere else";
        check("key = \"rk_test_1\"", Err(&format!("`false` does not work as `test`: {why}")));
        check("key = \"rk_live_1\"\ntest = true", Err(&format!("`true` does not work as `test`: {why}")));
        check("", Err("`` does not work as `key_file`: give a restricted key, `rk_live_…`"));
    }

    #[test]
    fn a_version_is_dated() {
        let written = "a version is written like `2025-09-30.clover`";
        let old = "versions before 2022-11-15 do not say what a charge had refunded";
        for (given, why) in [("latest", written), ("2025-09-30 clover", written), ("2020-08-27", old)] {
            let want = format!("`{given}` does not work as `api_version`: {why}");
            check(&format!("key = \"rk_live_1\"\napi_version = \"{given}\""), Err(&want));
        }
    }
}
