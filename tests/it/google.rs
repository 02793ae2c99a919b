//! What the tests of Google's sources share: a clock, the emulated APIs, and accounts that people have connected.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Absence, Form, Missing, Sample};
use plimsoll::http::tokens::{Accounts, TokenKeeper, TokenSet};
use plimsoll::sources::{Fetched, Outside, Settings, Source, SourceError, Target};
use plimsoll::time::Clock;
use secrecy::SecretString;

/// The app of the emulated APIs, in memory.
pub const APP: &str = "client_id = \"sim-app\"\nclient_secret = \"sim-secret\"\n";

/// Keeps the tokens of one account in memory.
#[derive(Debug)]
struct Keeper(Mutex<TokenSet>);

#[async_trait]
impl TokenKeeper for Keeper {
    async fn load(&self) -> std::io::Result<TokenSet> {
        Ok(self.0.lock().expect("a lock").clone())
    }

    async fn keep(&self, tokens: &TokenSet) -> std::io::Result<()> {
        *self.0.lock().expect("a lock") = tokens.clone();
        Ok(())
    }
}

/// Accounts by id.
#[derive(Debug, Default)]
pub struct Connected(BTreeMap<String, Arc<Keeper>>);

impl Connected {
    /// Each account with its refresh token.
    pub fn new(accounts: &[(&str, &str)]) -> Arc<Self> {
        let keeper = |refresh: &str| {
            let refresh = Some(SecretString::from(refresh.to_owned()));
            Arc::new(Keeper(Mutex::new(TokenSet { refresh, ..TokenSet::default() })))
        };
        Arc::new(Self(accounts.iter().map(|(id, refresh)| ((*id).to_owned(), keeper(refresh))).collect()))
    }
}

#[async_trait]
impl Accounts for Connected {
    async fn keeper(&self, account: &str) -> std::io::Result<Option<Arc<dyn TokenKeeper>>> {
        Ok(self.0.get(account).map(|keeper| Arc::clone(keeper) as Arc<dyn TokenKeeper>))
    }
}

/// A source as its settings make it.
pub fn build(settings: &dyn Settings, clock: &Clock, accounts: Arc<Connected>) -> Result<Arc<dyn Source>, SourceError> {
    settings.build(&Outside { clock: clock.clone(), accounts })
}

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

pub fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

pub fn account(subject: &str, id: &str) -> Target {
    Target::Account { subject: subject.parse().expect("a subject"), id: id.to_owned() }
}

/// The samples of a series, oldest first.
pub fn samples<'a>(fetched: &'a Fetched, subject: &str, metric: Metric) -> Vec<&'a Sample> {
    let of = |one: &&Sample| one.series.subject.to_string() == subject && one.series.metric == metric;
    let mut all: Vec<&Sample> = fetched.samples.iter().filter(of).collect();
    all.sort_by_key(|one| one.form.observed_at());
    all
}

/// The days of a series as `2026-03-01T08:00:00Z 5`, by their first instant.
pub fn days(fetched: &Fetched, subject: &str, metric: Metric) -> Vec<(String, i64)> {
    let day = |one: &Sample| match one.form {
        Form::Amount { from, .. } => (from.to_string(), one.value),
        other => panic!("{other:?} is not an amount"),
    };
    samples(fetched, subject, metric).into_iter().map(day).collect()
}

/// Why a series is absent.
pub fn why(fetched: &Fetched, subject: &str, metric: Metric) -> Option<Absence> {
    let of = |one: &&Missing| one.series.subject.to_string() == subject && one.series.metric == metric;
    fetched.missing.iter().find(of).map(|one| one.why)
}

/// Every word of an error and its causes.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text} {error} {error:?}");
        cause = error.source();
    }
    text
}
