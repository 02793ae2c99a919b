//! What the settings of a platform say about it, so that the program needs no list of platforms of its own.
//!
//! Owns: the questions that the program asks of every kind of source ([`Settings`]).
//! Refuses: when to ask (the program's), and reading files: the program reads secrets and hands them in.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::SecretString;

use super::orders::{CodeSites, Shop};
use super::quota::Reset;
use super::{Assumed, Estimate, Planned, Request, Source, SourceError};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::http::oauth::OauthApp;
use crate::http::signature::Scheme;
use crate::http::tokens::{Accounts, NoAccounts};
use crate::time::Clock;

/// What a source may need from the program around it.
#[derive(Debug, Clone)]
pub struct Outside {
    /// To wait for a platform.
    pub clock: Clock,
    /// The accounts that people have connected to this source.
    pub accounts: Arc<dyn Accounts>,
}

impl Outside {
    /// Where nobody has connected an account.
    #[must_use]
    pub fn alone(clock: Clock) -> Self {
        Self { clock, accounts: Arc::new(NoAccounts) }
    }
}

/// Whom a source is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// The account that each running creator has on the platform.
    Creators,
    /// The account that each running brand has there.
    Brands,
    /// Each boost that runs at this source.
    Boosts,
    /// Each discount code of each partnership.
    Codes,
    /// Each tracking link of each partnership.
    Links,
    /// Which posts each running creator has published.
    Uploads,
    /// Each post that is known.
    Posts,
    /// All of the brand that the source belongs to.
    Whole,
}

/// A secret that may stand in a file.
#[derive(Debug)]
pub struct SecretFile<'a> {
    /// The setting that names the file, such as `key_file`.
    pub setting: &'static str,
    /// The file; empty where there is none.
    pub file: PathBuf,
    /// Where what stands in it goes.
    pub secret: &'a mut SecretString,
}

/// What may be spent of a bucket of a platform's quota, and when that is forgotten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// The platform's name of it.
    pub bucket: String,
    /// Units in it when nothing was spent.
    pub units: u32,
    /// When what was spent is forgotten.
    pub reset: Reset,
}

impl Budget {
    /// A bucket by its platform's name.
    #[must_use]
    pub fn new(bucket: &str, units: u32, reset: Reset) -> Self {
        Self { bucket: bucket.to_owned(), units, reset }
    }
}

/// The settings of one kind of source.
pub trait Settings: fmt::Debug + Send + Sync {
    /// The platform that it speaks for.
    fn platform(&self) -> Platform;

    /// Whom it is asked about.
    fn asks(&self) -> Vec<Ask>;

    /// What it tells.
    fn metrics(&self) -> Vec<Metric>;

    /// How long its numbers take until they are whole.
    fn lag(&self) -> SignedDuration {
        SignedDuration::ZERO
    }

    /// How often its numbers change at the least.
    fn renewed(&self) -> SignedDuration {
        SignedDuration::ZERO
    }

    /// Whether this program renews tokens of it: then one process alone asks it, because two that renew one token lose it.
    fn renews_tokens(&self) -> bool {
        self.oauth().is_some()
    }

    /// Whether discount codes live here that can be ended and resumed from here.
    fn ends_codes(&self) -> bool {
        false
    }

    /// The shop behind it, to be looked over; `None` where it is none.
    fn shop(&self, outside: &Outside) -> Option<Result<Arc<dyn Shop>, SourceError>> {
        let _ = outside;
        None
    }

    /// The secrets that may stand in files.
    fn secrets(&mut self) -> Vec<SecretFile<'_>> {
        Vec::new()
    }

    /// How it signs what it pushes to us; our own way where the platform has none.
    fn hook_signature(&self) -> Scheme {
        Scheme::Plimsoll
    }

    /// The app through which people connect their accounts to this source; `None` where there is nothing to connect.
    fn oauth(&self) -> Option<OauthApp> {
        None
    }

    /// The folder of the configuration, for files that are read while the program runs.
    fn beside(&mut self, folder: &Path) {
        let _ = folder;
    }

    /// What sites are taken for that send buyers to shops.
    fn knows_sites(&mut self, sites: &CodeSites) {
        let _ = sites;
    }

    /// What may be spent, bucket by bucket; empty where the platform counts nothing.
    fn budgets(&self) -> Vec<Budget> {
        Vec::new()
    }

    /// What a request costs at least, by bucket.
    fn cost(&self, request: &Request) -> Vec<(String, u32)> {
        let _ = request;
        Vec::new()
    }

    /// The longest that one poll waits by itself for a bucket to fill again: so much more than the bucket holds it can have.
    fn waits(&self) -> SignedDuration {
        SignedDuration::ZERO
    }

    /// The most calls that one poll makes before it gives up; `None` where there is no end but that of what is asked.
    fn calls_max(&self) -> Option<u32> {
        None
    }

    /// How many calls a request is, where that is known. Most platforms charge one unit a call.
    fn calls(&self, request: &Request) -> Option<u32> {
        let cost = self.cost(request);
        (!cost.is_empty()).then(|| cost.iter().fold(0, |sum: u32, row| sum.saturating_add(row.1)))
    }

    /// What all requests of one UTC day cost in money, where the platform charges for them. The whole day is handed in
    /// because a platform may charge once for what is asked for twice.
    fn money(&self, day: &[Request]) -> Option<Money> {
        let _ = day;
        None
    }

    /// What money may be spent a day, where it is limited here.
    fn money_max(&self) -> Option<Money> {
        None
    }

    /// What a request of a plan would cost. Unlike [`Self::cost`], which says what is charged at least, this is meant to be
    /// right: with later pages, and with what the platform charges only now and then.
    fn estimate(&self, planned: &Planned<'_>) -> Estimate {
        Estimate { calls: self.calls(planned.request), units: self.cost(planned.request) }
    }

    /// What all requests of a planned day would cost in money.
    fn estimate_money(&self, day: &[Request]) -> Option<Money> {
        self.money(day)
    }

    /// What the estimates take for granted, a sentence each without its full stop.
    fn assumes(&self, assumed: Assumed) -> Vec<String> {
        let _ = assumed;
        Vec::new()
    }

    /// The source itself. Settings that cannot work are an error here, before anything runs.
    fn build(&self, outside: &Outside) -> Result<Arc<dyn Source>, SourceError>;
}
