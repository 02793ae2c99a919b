//! A feed of numbers as JSON over HTTP, described by `JSONPath`: one document, one row an account.
//!
//! Owns: reading such a document into samples, and the list of hosts it may be fetched from.
//! Refuses: paging, writing, hosts that are not listed, and guessing what a missing number means: the description says.

mod config;
mod settings;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use async_trait::async_trait;
use jiff::{Span, SpanRelativeTo, Timestamp};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use rust_decimal::Decimal;
use secrecy::ExposeSecret;
use serde_json::Value;
use serde_json_path::JsonPath;

use super::json::{self, Field, Garbled};
use super::{Fetched, Request, Source, SourceError, Target};
use crate::domain::ids::Subject;
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::sample::{Absence, Form, Missing, Sample, SeriesKey};
use crate::http::{Api, Body, HttpError, Limits};

pub use config::{AbsentWord, FeedForm, FieldConfig, GenericConfig};
pub use settings::GenericSettings;

/// What people call it in errors.
const TITLE: &str = "the feed";

/// The bucket of its quota: one call a fetch.
pub const CALLS: &str = "calls";

/// Rows of one document. A feed with more is a file to import.
const ROWS_MAX: usize = 100_000;

/// How far ahead of our clock a feed's time stamps may run before they are not believed.
const AHEAD_MAX_SECS: i64 = 300;

/// The source.
pub struct Generic {
    api: Api,
    config: GenericConfig,
    token: Option<HeaderValue>,
}

impl fmt::Debug for Generic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Generic({:?}{})", self.api, self.config.path)
    }
}

impl Generic {
    /// A client, after checking that the host is listed and that every field can become a sample.
    pub fn new(config: GenericConfig) -> Result<Self, SourceError> {
        let api = Api::guarded(&config.base_url, Limits::default(), config.private_addresses)
            .map_err(|cause| bad("base_url", &config.base_url, &cause.to_string()))?;
        check_host(&config.base_url, &config.allowed_hosts)?;
        for field in &config.fields {
            field.check(config.time.is_some())?;
        }
        let token = config.token.as_ref().map(|token| {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
                .map_err(|_| bad("token", "…", "it has characters that no header carries"))?;
            value.set_sensitive(true);
            Ok(value)
        });
        Ok(Self { api, token: token.transpose()?, config })
    }

    fn asked(request: &Request) -> Result<BTreeMap<&str, Vec<&Subject>>, SourceError> {
        let mut asked: BTreeMap<&str, Vec<&Subject>> = BTreeMap::new();
        for target in &request.targets {
            let Target::Account { subject, id } = target else {
                return Err(SourceError::BadTarget {
                    platform: TITLE,
                    id: target.id().to_owned(),
                    why: "a feed has accounts only",
                });
            };
            let subjects = asked.entry(id.as_str()).or_default();
            if !subjects.contains(&subject) {
                subjects.push(subject);
            }
        }
        Ok(asked)
    }
}

fn bad(setting: &'static str, given: &str, why: &str) -> SourceError {
    SourceError::Misconfigured { setting, given: given.to_owned(), why: why.to_owned() }
}

fn check_host(base_url: &str, allowed: &[String]) -> Result<(), SourceError> {
    let url = reqwest::Url::parse(base_url).map_err(|_| bad("base_url", base_url, "it is not an address"))?;
    let host = url.host_str().unwrap_or_default();
    let exact = url.port_or_known_default().map(|port| format!("{host}:{port}")).unwrap_or_default();
    if allowed.iter().any(|entry| *entry == host || *entry == exact) {
        Ok(())
    } else {
        Err(bad("base_url", base_url, "its host is not in `allowed_hosts`"))
    }
}

#[async_trait]
impl Source for Generic {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let asked = Self::asked(request)?;
        let mut out = Fetched::default();
        if asked.is_empty() {
            return Ok(out);
        }
        let read = match self.document(&mut out).await {
            Ok(document) => read(&self.config, &document, &asked, request.now, &mut out),
            Err(error) => Err(error),
        };
        if let Err(error) = read {
            let why = error.absence();
            for subject in asked.values().flatten() {
                self.config.absent(subject, why, request.now, &mut out);
            }
            out.fail(error);
        }
        Ok(out)
    }
}

impl Generic {
    async fn document(&self, out: &mut Fetched) -> Result<Value, SourceError> {
        let headers: Vec<_> = self.token.iter().map(|token| (AUTHORIZATION, token.clone())).collect();
        let answer = match self.api.send(Method::GET, &self.config.path, &[], &headers, Body::Empty).await {
            Ok(answer) => answer,
            Err(cause) => {
                if !cause.never_left() {
                    out.charge(CALLS, 1);
                }
                return Err(unreachable_or_too_large(cause));
            }
        };
        out.charge(CALLS, 1);
        let platform = TITLE;
        match answer.status {
            200..=299 => json::parse(&answer.body).map_err(garbled),
            401 | 403 => Err(SourceError::Unauthorized { platform, reason: format!("status {}", answer.status) }),
            429 => Err(SourceError::SlowDown {
                platform,
                wait: answer
                    .header("retry-after")
                    .and_then(|secs| secs.trim().parse().ok())
                    .map(std::time::Duration::from_secs),
            }),
            status @ 500.. => Err(SourceError::Broken { platform, status }),
            status => Err(SourceError::Refused { platform, status, reason: "no reason given".to_owned() }),
        }
    }
}

fn unreachable_or_too_large(cause: HttpError) -> SourceError {
    match cause {
        HttpError::TooLarge { .. } => {
            SourceError::Garbled { platform: TITLE, path: "the whole body".to_owned(), expected: "a body under 8 MiB" }
        }
        HttpError::Connect { .. }
        | HttpError::Lost { .. }
        | HttpError::Unmakeable { .. }
        | HttpError::NotPublic { .. }
        | HttpError::Elsewhere { .. }
        | HttpError::BadBase { .. } => SourceError::Unreachable { platform: TITLE, cause },
    }
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

impl GenericConfig {
    fn missing(&self, subject: &Subject, metric: Metric, why: Absence, at: Timestamp) -> Missing {
        Missing { series: SeriesKey { subject: subject.clone(), metric, platform: self.platform }, why, at }
    }

    fn absent(&self, subject: &Subject, why: Absence, at: Timestamp, out: &mut Fetched) {
        out.missing.extend(self.fields.iter().map(|field| self.missing(subject, field.metric, why, at)));
    }
}

/// Reads a document. Each series asked for is answered exactly once; the first row of an account counts.
fn read(
    config: &GenericConfig,
    document: &Value,
    asked: &BTreeMap<&str, Vec<&Subject>>,
    now: Timestamp,
    out: &mut Fetched,
) -> Result<(), SourceError> {
    let rows = config.rows.query_located(document);
    if ROWS_MAX < rows.len() {
        return Err(SourceError::Garbled {
            platform: TITLE,
            path: config.rows.to_string(),
            expected: "at most 100,000 rows",
        });
    }
    // No rows at all where a list should be is a changed format, not an account that is gone.
    if rows.is_empty() && !has_empty_list(document) {
        return Err(SourceError::Garbled { platform: TITLE, path: config.rows.to_string(), expected: "rows" });
    }
    let mut left = asked.clone();
    let mut no_row = Absence::from(config.no_row);
    for located in rows.iter() {
        let row = Field::at(located.node(), located.location().to_string());
        let id = match id_of(config, &row) {
            Ok(id) => id,
            Err(error) => {
                // Nobody knows whose row this is, so nobody knows who has none.
                no_row = Absence::Garbled;
                out.fail(garbled(error));
                continue;
            }
        };
        if let Some(subjects) = left.remove(id.as_str()) {
            read_row(config, &row, &subjects, now, out);
        }
    }
    for subject in left.into_values().flatten() {
        config.absent(subject, no_row, now, out);
    }
    Ok(())
}

fn has_empty_list(document: &Value) -> bool {
    match document {
        Value::Array(list) => list.is_empty(),
        Value::Object(members) => members.values().any(|member| member.as_array().is_some_and(Vec::is_empty)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn id_of(config: &GenericConfig, row: &Field<'_>) -> Result<String, Garbled> {
    let Some(field) = pick(row, &config.id)? else {
        return Err(Garbled { path: way(row, &config.id), expected: "an id" });
    };
    match field.value() {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) => field.whole().map(|id| id.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => Err(field.garbled("an id")),
    }
}

/// The one value a path leads to; missing and null are both `None`, several are garbled.
fn pick<'a>(row: &Field<'a>, path: &JsonPath) -> Result<Option<Field<'a>>, Garbled> {
    let nodes = path.query(row.value()).all();
    if 1 < nodes.len() {
        return Err(Garbled { path: way(row, path), expected: "one value" });
    }
    let first = nodes.first().copied();
    Ok(first.filter(|value| !value.is_null()).map(|value| Field::at(value, way(row, path))))
}

fn way(row: &Field<'_>, path: &JsonPath) -> String {
    let path = path.to_string();
    format!("{}{}", row.garbled("").path, path.trim_start_matches('$'))
}

fn read_row(config: &GenericConfig, row: &Field<'_>, subjects: &[&Subject], now: Timestamp, out: &mut Fetched) {
    let time = match &config.time {
        None => Ok(Some(now)),
        Some(path) => pick(row, path).and_then(|field| field.map(|field| instant(&field, now)).transpose()),
    };
    for field in &config.fields {
        let why = match time.clone().and_then(|time| read_field(field, row, time)) {
            Ok(Read::Value(value, form)) => {
                out.samples.extend(subjects.iter().map(|subject| Sample {
                    series: SeriesKey { subject: (*subject).clone(), metric: field.metric, platform: config.platform },
                    value,
                    currency: field.currency,
                    form,
                    known_at: now,
                    provisional: false,
                    self_reported: false,
                }));
                continue;
            }
            Ok(Read::Absent(why)) => why,
            Err(error) => {
                out.fail(garbled(error));
                Absence::Garbled
            }
        };
        out.missing.extend(subjects.iter().map(|subject| config.missing(subject, field.metric, why, now)));
    }
}

enum Read {
    Value(i64, Form),
    Absent(Absence),
}

fn read_field(config: &FieldConfig, row: &Field<'_>, time: Option<Timestamp>) -> Result<Read, Garbled> {
    let Some(field) = pick(row, &config.path)? else {
        return Ok(Read::Absent(config.no_value.into()));
    };
    if field.whole() == Ok(-1) {
        return Ok(Read::Absent(config.minus_one.into()));
    }
    // A row that does not say when it was so says nothing about now.
    let Some(at) = time else {
        return Err(Garbled { path: row.garbled("").path, expected: "the time that its numbers were so" });
    };
    let value = match config.currency {
        Some(currency) => money(&field, currency)?,
        None => field.count()?,
    };
    let form = match config.form {
        FeedForm::Total => Form::Total { at },
        FeedForm::Gauge => Form::Gauge { at },
        FeedForm::Amount => Form::Amount { from: at, until: end_of(at, config.span, &field)? },
    };
    Ok(Read::Value(value, form))
}

fn money(field: &Field<'_>, currency: Currency) -> Result<i64, Garbled> {
    let expected = "an amount of money in major units";
    let text = match field.value() {
        Value::String(text) => text.clone(),
        // The digits as they stand in the document: 12.3 is read as 12.3, not as the nearest double.
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(field.garbled(expected)),
    };
    let major: Decimal = text.parse().map_err(|_| field.garbled(expected))?;
    Money::from_major(major, currency).map(|money| money.minor).map_err(|_| field.garbled(expected))
}

fn end_of(from: Timestamp, span: Option<Span>, field: &Field<'_>) -> Result<Timestamp, Garbled> {
    let length = span.unwrap_or_default().to_duration(SpanRelativeTo::days_are_24_hours());
    length
        .ok()
        .and_then(|length| from.checked_add(length).ok())
        .filter(|until| from < *until)
        .ok_or_else(|| field.garbled("a span that ends after it starts"))
}

fn instant(field: &Field<'_>, now: Timestamp) -> Result<Timestamp, Garbled> {
    let expected = "an instant that has come, as RFC 3339 or seconds since 1970";
    let at = match field.value() {
        Value::Number(_) => field.whole().ok().and_then(|secs| Timestamp::from_second(secs).ok()),
        _ => field.time().ok(),
    };
    at.filter(|at| at.as_second().saturating_sub(now.as_second()) <= AHEAD_MAX_SECS)
        .ok_or_else(|| field.garbled(expected))
}
