//! What the sources that ask Google share: what a refusal means to them, days of a zone, and settings of an app.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};

use super::quota::next_midnight;
use super::token_file::FileKeeper;
use super::{Fetched, SourceError};
use crate::domain::sample::{Form, SeriesKey};
use crate::http::google::{Logins, Meaning, Refusal};
use crate::http::tokens::TokenKeeper;
use crate::http::{Api, Limits};

/// What an answer that is not 2xx means to a source.
pub(super) fn sort(platform: &'static str, refusal: Refusal, bucket: &str, now: Timestamp) -> SourceError {
    let Refusal { meaning, reason, status, wait } = refusal;
    match meaning {
        Meaning::Quota => {
            // Google Ads counts the last 24 hours and says how long to wait; the others' day is Pacific.
            let until =
                wait.and_then(|wait| SignedDuration::try_from(wait).ok()).and_then(|wait| now.checked_add(wait).ok());
            SourceError::QuotaSpent { bucket: bucket.to_owned(), until: until.unwrap_or_else(|| next_midnight(now)) }
        }
        Meaning::Rate => SourceError::SlowDown { platform, wait },
        Meaning::Auth | Meaning::Permission => SourceError::Unauthorized { platform, reason },
        Meaning::NotFound => SourceError::Gone { platform, reason },
        Meaning::Transient => SourceError::Broken { platform, status },
        Meaning::BadRequest => SourceError::Refused { platform, status, reason },
    }
}

/// A whole day of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Day {
    pub date: Date,
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Day {
    pub fn new(date: Date, zone: &TimeZone) -> Option<Self> {
        let from = date.to_zoned(zone.clone()).ok()?.timestamp();
        let until = date.tomorrow().ok()?.to_zoned(zone.clone()).ok()?.timestamp();
        Some(Self { date, from, until })
    }

    pub fn form(self) -> Form {
        Form::Amount { from: self.from, until: self.until }
    }
}

/// The days from one to another, both included; at most a year, whatever is asked.
pub(super) fn days(from: Date, until: Date, zone: &TimeZone) -> Vec<Day> {
    let dates = std::iter::successors(Some(from), |date| date.tomorrow().ok());
    dates.take_while(|date| *date <= until).take(366).filter_map(|date| Day::new(date, zone)).collect()
}

/// The date in a zone.
pub(super) fn date_of(now: Timestamp, zone: &TimeZone) -> Date {
    now.to_zoned(zone.clone()).date()
}

/// So many days before; the first date there is where that is before it.
pub(super) fn before(date: Date, days: i64) -> Date {
    date.checked_sub(SignedDuration::from_hours(days.saturating_mul(24))).unwrap_or(Date::MIN)
}

/// Whole days of a length.
pub(super) fn whole_days(length: SignedDuration) -> i64 {
    length.as_hours() / 24
}

/// Days that are told at every poll, whether they changed or not: a source that says nothing of them would seem silent.
const ALWAYS: SignedDuration = SignedDuration::from_hours(4 * 24);

/// Days older than this are not read any more.
const KEPT: SignedDuration = SignedDuration::from_hours(100 * 24);

/// What was told last of each day. Most polls restate weeks that did not change; telling them all again would fill the store
/// with repetitions.
#[derive(Debug, Default)]
pub(super) struct Told(BTreeMap<(Timestamp, SeriesKey), (i64, bool)>);

impl Told {
    /// Leaves what is new: the newest days, and older ones that are not as they were told last.
    pub fn keep_news(&mut self, out: &mut Fetched, now: Timestamp) {
        let ago = |span| now.saturating_sub(span).unwrap_or(Timestamp::MIN);
        let oldest = ago(KEPT);
        self.0.retain(|(from, _), _| oldest <= *from);
        let always = ago(ALWAYS);
        out.samples.retain(|sample| {
            let Form::Amount { from, .. } = sample.form else { return true };
            let news = (sample.value, sample.provisional);
            let before = self.0.insert((from, sample.series.clone()), news);
            always <= from || before != Some(news)
        });
    }
}

pub(super) fn wrong(setting: &'static str, given: &str, why: &str) -> SourceError {
    SourceError::Misconfigured { setting, given: given.to_owned(), why: why.to_owned() }
}

/// An API at its address.
pub(super) fn api(setting: &'static str, base: &str) -> Result<Api, SourceError> {
    Api::new(base, Limits::default()).map_err(|cause| wrong(setting, base, &cause.to_string()))
}

/// How an app signs in, as its settings say it.
#[derive(Debug, Clone, Copy)]
pub(super) struct App<'a> {
    pub token_url: &'a str,
    pub client_id: &'a str,
    pub client_secret: &'a SecretString,
    /// Empty where accounts are connected.
    pub refresh_token_file: &'a Path,
}

impl App<'_> {
    /// The accounts of the app at `api`.
    pub fn logins(self, api: Api) -> Result<Logins, SourceError> {
        let missing = self.client_id.is_empty() || self.client_secret.expose_secret().is_empty();
        if missing {
            return Err(wrong("client_id", self.client_id, "an app needs client_id and client_secret_file"));
        }
        let (server, path) = self.token_url.rsplit_once('/').unwrap_or((self.token_url, ""));
        let server = super::google::api("token_url", server)?;
        let file = self.refresh_token_file;
        let own =
            (!file.as_os_str().is_empty()).then(|| Arc::new(FileKeeper::new(file.to_owned())) as Arc<dyn TokenKeeper>);
        Ok(Logins::new(api, (server, path), (self.client_id, self.client_secret)).with_own(own))
    }
}

/// A length of whole days, at least one and at most ninety.
pub(super) fn days_setting(setting: &'static str, length: SignedDuration) -> Result<i64, SourceError> {
    match whole_days(length) {
        days @ 1..=90 => Ok(days),
        days => Err(wrong(setting, &format!("{days}d"), "write whole days, from `1d` to `90d`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_the_hours_of_their_zone() {
        let zone = TimeZone::get("Europe/Stockholm").expect("a zone");
        let all = days("2026-03-28".parse().expect("a date"), "2026-03-30".parse().expect("a date"), &zone);
        let hours: Vec<i64> = all.iter().map(|day| day.until.duration_since(day.from).as_hours()).collect();
        assert_eq!(hours, [24, 23, 24], "the clocks go forward on the 29th");
        assert_eq!(before("2026-03-01".parse().expect("a date"), 1).to_string(), "2026-02-28");
    }

    #[test]
    fn a_wait_that_is_named_goes_before_midnight() {
        let now: Timestamp = "2026-07-01T12:00:00Z".parse().expect("an instant");
        let spent = |wait| Refusal { meaning: Meaning::Quota, reason: "x".to_owned(), status: 429, wait };
        let until = |wait| sort("Google", spent(wait), "b", now).to_string();
        assert_eq!(until(None), "the quota `b` is used up until 2026-07-02T07:00:00Z");
        let hour = Some(std::time::Duration::from_hours(1));
        assert_eq!(until(hour), "the quota `b` is used up until 2026-07-01T13:00:00Z");
    }
}
