//! What an operator sets for a `WooCommerce` shop.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::{OVERLAP, REQUESTS, SPAN, TITLE, Woo, WooConfig};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::written::Length;
use crate::http::signature::Scheme;
use crate::http::signed::Signed;
use crate::http::{Api, Limits};
use crate::sources::orders::{Expected, HOUR, OF_CODES, QUESTIONS_MAX, Shop, WAIT_MAX, assumption, pages};
use crate::sources::{Ask, Assumed, Estimate, Outside, Planned, Request, SecretFile, Settings, Source, SourceError};
use crate::time::Clock;

/// See `config/default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct WoocommerceSettings {
    pub base_url: String,
    #[serde(default)]
    pub consumer_key: SecretString,
    #[serde(default)]
    pub consumer_key_file: PathBuf,
    #[serde(default)]
    pub consumer_secret: SecretString,
    #[serde(default)]
    pub consumer_secret_file: PathBuf,
    pub currency: Currency,
    #[serde(default = "three_days")]
    pub back: Length,
}

/// Orders of a page.
const PAGE_ROWS: u32 = 100;

fn three_days() -> Length {
    Length(SignedDuration::from_hours(72))
}

impl Settings for WoocommerceSettings {
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
        Scheme::Woocommerce
    }

    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        let (key, secret) = (self.consumer_key_file.clone(), self.consumer_secret_file.clone());
        vec![
            SecretFile { setting: "consumer_key_file", file: key, secret: &mut self.consumer_key },
            SecretFile { setting: "consumer_secret_file", file: secret, secret: &mut self.consumer_secret },
        ]
    }

    fn waits(&self) -> SignedDuration {
        WAIT_MAX
    }

    fn calls_max(&self) -> Option<u32> {
        Some(QUESTIONS_MAX)
    }

    /// The first pages of orders and of changes: codes are looked up once an hour, and of orders nothing is known.
    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        self.estimate(&Planned::least(request)).units
    }

    /// Changes are asked for twice, once in the bin; hours are read a day at a time, and each code is looked up once an hour.
    fn estimate(&self, planned: &Planned<'_>) -> Estimate {
        let found = Expected::of(planned, TITLE, self.back.0, (OVERLAP, OVERLAP));
        if !found.any {
            return Estimate::default();
        }
        let codes = if planned.is_new(HOUR) { found.codes } else { 0 };
        let spans = u32::try_from(found.hours.div_euclid(SPAN) + i64::from(found.hours % SPAN != 0)).unwrap_or(1);
        let read = std::cmp::max(pages(found.read, PAGE_ROWS), spans);
        let changed = pages(found.changed, PAGE_ROWS).saturating_add(1);
        Estimate::calls_of(REQUESTS, read.saturating_add(changed).saturating_add(codes))
    }

    fn assumes(&self, assumed: Assumed) -> Vec<String> {
        vec![assumption(assumed.orders)]
    }

    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError> {
        Ok(Arc::new(source(self, &outside.clock)?))
    }
}

/// The source of a shop.
pub fn source(settings: &WoocommerceSettings, clock: &Clock) -> Result<Woo, SourceError> {
    Woo::new(WooConfig {
        client: client(settings)?,
        clock: clock.clone(),
        back: settings.back.0,
        currency: settings.currency,
    })
}

fn wrong(setting: &'static str, given: &str, why: &str) -> SourceError {
    SourceError::Misconfigured { setting, given: given.to_owned(), why: why.to_owned() }
}

/// Whether an address may be spoken to without TLS: only one of this machine.
fn is_loopback(base: &str) -> bool {
    let url = url::Url::parse(base).ok();
    match url.as_ref().and_then(url::Url::host) {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The client of a shop.
pub fn client(settings: &WoocommerceSettings) -> Result<Signed, SourceError> {
    let base = &settings.base_url;
    for (setting, secret) in
        [("consumer_key_file", &settings.consumer_key), ("consumer_secret_file", &settings.consumer_secret)]
    {
        if secret.expose_secret().is_empty() {
            return Err(wrong(setting, "", "make a key under WooCommerce, Settings, Advanced, REST API"));
        }
    }
    if base.contains("/wp-json") {
        return Err(wrong("base_url", base, "write the shop's own address, without `/wp-json`"));
    }
    if !base.starts_with("https://") && !is_loopback(base) {
        return Err(wrong("base_url", base, "the keys travel with every request, so it begins with `https://`"));
    }
    let api = Api::new(base, Limits::default()).map_err(|cause| wrong("base_url", base, &cause.to_string()))?;
    Ok(Signed::basic(api, &settings.consumer_key, &settings.consumer_secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(base: &str, keys: &str, want: Result<(), &str>) {
        let text = format!("base_url = \"{base}\"\ncurrency = \"EUR\"\n{keys}");
        let settings: WoocommerceSettings = toml::from_str(&text).expect("settings");
        let got = client(&settings).map(drop).map_err(|error| error.to_string());
        assert_eq!(got, want.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn keys_travel_only_where_nobody_listens() {
        let keys = "consumer_key = \"ck_1\"\nconsumer_secret = \"cs_1\"";
        check("https://shop.example", keys, Ok(()));
        check("https://shop.example/store", keys, Ok(()));
        check("http://127.0.0.1:8080", keys, Ok(()));
        let open = "the keys travel with every request, so it begins with `https://`";
        check("http://shop.example", keys, Err(&format!("`http://shop.example` does not work as `base_url`: {open}")));
        let whole = "`https://shop.example/wp-json/wc/v3` does not work as `base_url`: write the shop's own address, \
                     without `/wp-json`";
        check("https://shop.example/wp-json/wc/v3", keys, Err(whole));
        let none =
            "`` does not work as `consumer_secret_file`: make a key under WooCommerce, Settings, Advanced, REST API";
        check("https://shop.example", "consumer_key = \"ck_1\"", Err(none));
    }

    #[test]
    fn no_key_is_printed() {
        let text = "base_url = \"https://shop.example\"\ncurrency = \"EUR\"\nconsumer_key = \"ck_CANARY\"\n\
                    consumer_secret = \"cs_CANARY\"";
        let settings: WoocommerceSettings = toml::from_str(text).expect("settings");
        assert!(!format!("{settings:?} {:?}", client(&settings)).contains("CANARY"));
    }
}
