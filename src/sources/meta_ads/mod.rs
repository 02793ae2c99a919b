//! Meta Marketing API: what boosts did, as amounts per day of the ad account's own zone.
//!
//! Owns: which days are asked for when, at what cost, and what an answer that is not whole means.
//! Refuses: anything about who saw an ad, and `paging.next`, which holds the token.
//!
//! **A boost** is a campaign, an ad set or an ad: its `ref` is the id alone. Which of them it is the account is asked once
//! (archived ones are found, deleted ones are gone). Where a partnership has boosts inside each other (a campaign and one of
//! its ad sets), the inner one counts once, as a part of the outer. The numbers of all boosts of a partnership are added.
//!
//! **Days.** Insights are days of the account's zone (`timezone_name`), in its currency. Meta restates a day for 28 days:
//! until then samples are provisional. Each poll reads the last 3 days; once a day of the account, and for a boost that is
//! new, all that may have changed. What is asked for at once is halved, days first, where the platform says it is too much.
//!
//! **Absent is not zero.** Where nothing was delivered there is no row, and where a number is 0 the platform mostly leaves
//! it out: a day without a row, and a number that a row does not name, are absent. There is one exception, without which no
//! rule about orders could ever hold: a day *with* a row and without purchases has 0 orders if the account is known to count
//! purchases, that is if any of its ads had one in the last 28 days. Otherwise nobody knows whether the pixel works, and
//! orders and revenue are absent. A purchase without a value makes that day's revenue absent, not 0.
//!
//! **Reach** is people, and people who come back on the next day are the same ones: days do not add up. So it is told as a
//! total, everybody a boost has reached so far; the increase over a window is whom it reached for the first time. Two boosts
//! reach the same people, which no sum knows: a partnership with several has none.
//!
//! **Allowances.** What the headers say decides: from 75 % on, the restated days and reach wait for another poll; from 90 %
//! on nothing is asked until the platform says that it may be. A poll that comes earlier is answered without a request.

mod days;
mod insights;
mod level;
mod planned;
mod settings;

#[cfg(test)]
mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::json::{Field, Garbled};
use super::{Fetched, Request, Source, SourceError, Target};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::sample::{Absence, Missing, SeriesKey};
use crate::http::graph::{self, Fault, Graph, GraphTrouble, Page, Usage};
use crate::http::signed::Question;
use insights::{FIELDS, Reading, Row};
use level::{Level, Span};
pub use settings::{MetaAdsSettings, account, client, source};

/// What people call it.
const TITLE: &str = "Meta Ads";

/// What a poll is charged in: requests. The platform counts a read as one point.
pub const READS: &str = "reads";

/// What is told of a boost.
pub const METRICS: [Metric; 7] =
    [Metric::Impressions, Metric::Reach, Metric::Clicks, Metric::Spend, Metric::Orders, Metric::Revenue, Metric::Views];

/// Days after which a day is not restated any more.
/// <https://developers.facebook.com/docs/marketing-api/insights/best-practices/>.
const RESTATED_DAYS: i32 = 28;

/// Days that every poll reads: most of what is restated is.
const RECENT_DAYS: i32 = 3;

/// Ids in one question. The address stays under 2,000 characters.
const IDS_MAX: usize = 50;

/// Rows of a page.
const ROWS_MAX: &str = "500";

/// The same as a number.
const PAGE_ROWS: usize = 500;

/// Requests of a poll. 120 pages hold the 28 days of 2,000 boosts; the smallest tier allows 60 in 5 minutes and says so.
const REQUESTS_MAX: u32 = 120;

/// The rest after a throttle that does not say how long: the shortest block is one minute, the smallest tier's five.
const REST: Duration = Duration::from_mins(5);

/// How it is set up.
#[derive(Debug, Clone)]
pub struct MetaAdsConfig {
    /// Where and as whom to ask.
    pub graph: Arc<Graph>,
    /// The digits of the account.
    pub account: String,
    /// The attribution windows that an order is counted by.
    pub attribution: Vec<String>,
    /// Days that the first look at a boost reads.
    pub back: i32,
}

/// The account, as it says of itself.
#[derive(Debug, Clone)]
struct Account {
    zone: TimeZone,
    currency: Currency,
}

/// What one source remembers between polls. A restart forgets it, and reads the last 28 days again.
#[derive(Debug, Default)]
struct Memory {
    /// Not asked before.
    closed_until: Option<Timestamp>,
    /// The account, and the day it was read on.
    account: Option<(Date, Account)>,
    /// What an id is.
    levels: BTreeMap<String, Level>,
    /// Ids that the account does not have, and the day on which it said so.
    gone: BTreeMap<String, Date>,
    /// The day on which everything of an id was read that may be restated.
    whole: BTreeMap<String, Date>,
    /// The day on which the account was asked whether it counts purchases, and what it said.
    counts: Option<(Date, bool)>,
}

/// The source. Remembers what it learnt; see `Memory`.
#[derive(Debug)]
pub struct MetaAds {
    config: MetaAdsConfig,
    memory: Mutex<Memory>,
}

/// Who is asked about: whose numbers each id are.
#[derive(Debug, Default)]
struct Asked {
    by_id: BTreeMap<String, Vec<Subject>>,
}

impl Asked {
    /// The request, sorted. A `ref` that is no id is that boost's trouble alone.
    fn of(request: &Request, out: &mut Fetched) -> Self {
        let mut asked = Self::default();
        for target in &request.targets {
            let why = match target {
                Target::Account { subject, id } if graph::is_id(id) => {
                    let owners = asked.by_id.entry(id.clone()).or_default();
                    if !owners.contains(subject) {
                        owners.push(subject.clone());
                    }
                    continue;
                }
                Target::Account { subject, .. } => {
                    absent(subject, Absence::Garbled, request.now, out);
                    "a campaign, ad set or ad has an id of digits"
                }
                Target::Uploads { .. } | Target::Post { .. } => "an ad account has boosts only",
            };
            out.fail(SourceError::BadTarget { platform: TITLE, id: target.id().to_owned(), why });
        }
        asked
    }

    /// Every subject once, with its ids.
    fn subjects(&self) -> BTreeMap<&Subject, BTreeSet<&str>> {
        let mut subjects: BTreeMap<&Subject, BTreeSet<&str>> = BTreeMap::new();
        for (id, owners) in &self.by_id {
            for owner in owners {
                subjects.entry(owner).or_default().insert(id);
            }
        }
        subjects
    }
}

/// Says of every number of a subject why there is none.
fn absent(subject: &Subject, why: Absence, at: Timestamp, out: &mut Fetched) {
    out.missing.extend(METRICS.map(|metric| Missing { series: series(subject, metric), why, at }));
}

fn series(subject: &Subject, metric: Metric) -> SeriesKey {
    SeriesKey { subject: subject.clone(), metric, platform: Platform::MetaAds }
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

/// What was read in one poll.
#[derive(Debug, Default)]
struct Harvest {
    /// Rows by object and day.
    days: BTreeMap<(String, Date), Row>,
    /// Everybody reached so far, by object; `None` where the answer does not say it.
    reach: BTreeMap<String, insights::Told>,
    /// Objects whose days were read to the end.
    done: BTreeSet<String>,
    /// Objects whose reach was asked for and answered.
    reached: BTreeSet<String>,
    /// Objects that the account does not have.
    gone: BTreeSet<String>,
    /// Whether the account is known to count purchases.
    counts: bool,
}

/// One poll while it runs.
struct Round {
    now: Timestamp,
    requests: u32,
    usage: Usage,
}

/// Why a question was not answered.
enum Stopped {
    /// For asking too much at once.
    TooMuch(SourceError),
    /// For another reason.
    Failed(SourceError),
}

impl Stopped {
    fn error(self) -> SourceError {
        match self {
            Self::TooMuch(error) | Self::Failed(error) => error,
        }
    }
}

impl From<Garbled> for Stopped {
    fn from(fault: Garbled) -> Self {
        Self::Failed(garbled(fault))
    }
}

#[async_trait]
impl Source for MetaAds {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let mut out = Fetched::default();
        let asked = Asked::of(request, &mut out);
        if asked.by_id.is_empty() {
            return Ok(out);
        }
        let now = request.now;
        let mut memory = self.memory.lock().await;
        let mut round = Round { now, requests: 0, usage: Usage::default() };
        let mut harvest = Harvest::default();
        let read = match memory.closed_until.filter(|until| now < *until) {
            Some(until) => Err(slow(Duration::try_from(until.duration_since(now)).ok())),
            None => self.read(&asked, &mut memory, &mut harvest, &mut round).await,
        };
        if 0 < round.requests {
            out.charge(READS, round.requests);
            memory.closed_until = self.closed(&round, read.as_ref().err());
        }
        let account = memory.account.as_ref().map(|(_, account)| account.clone());
        days::tell(&asked, &harvest, account.as_ref(), read.as_ref().err(), now, &mut out);
        if let Err(error) = read {
            out.fail(error);
        }
        Ok(out)
    }
}

fn slow(wait: Option<Duration>) -> SourceError {
    SourceError::SlowDown { platform: TITLE, wait }
}

impl MetaAds {
    /// A source that has read nothing yet.
    #[must_use]
    pub fn new(config: MetaAdsConfig) -> Self {
        Self { config, memory: Mutex::default() }
    }

    /// Until when nothing is asked, after what the last answer said.
    fn closed(&self, round: &Round, error: Option<&SourceError>) -> Option<Timestamp> {
        let throttled = matches!(error, Some(SourceError::SlowDown { .. }));
        if !throttled && !round.usage.is_spent() {
            return None;
        }
        let wait = SignedDuration::try_from(round.usage.wait.unwrap_or(REST)).unwrap_or(SignedDuration::ZERO);
        tracing::warn!(account = self.config.account, wait_s = wait.as_secs(), "the ad account's allowance is used up");
        round.now.checked_add(wait).ok()
    }

    async fn read(
        &self,
        asked: &Asked,
        memory: &mut Memory,
        harvest: &mut Harvest,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let account = self.account(memory, round).await?;
        let today = round.now.to_zoned(account.zone.clone()).date();
        self.learn(asked, today, memory, round).await?;
        let ids = || asked.by_id.keys();
        harvest.gone = ids().filter(|id| memory.gone.contains_key(*id)).cloned().collect();
        self.read_days(asked, &account, today, memory, harvest, round).await?;
        self.read_counts(asked, today, memory, harvest, round).await?;
        if round.usage.is_high() {
            // Reach waits: it is a total, and the next one holds it.
            return Ok(());
        }
        self.read_reach(asked, &account, memory, harvest, round).await
    }

    /// Zone and currency, read once a day: an account that was moved tells other days.
    async fn account(&self, memory: &mut Memory, round: &mut Round) -> Result<Account, SourceError> {
        let today = |account: &Account| round.now.to_zoned(account.zone.clone()).date();
        if let Some((day, account)) = memory.account.as_ref().filter(|(day, account)| *day == today(account)) {
            tracing::trace!(%day, "the account is known");
            return Ok(account.clone());
        }
        let path = format!("act_{}", self.config.account);
        let body = self.ask(&path, &[("fields", "account_id,currency,timezone_name")], round).await;
        let body = body.map_err(Stopped::error)?;
        let account = account_of(&body, &self.config.account).map_err(garbled)?;
        let day = round.now.to_zoned(account.zone.clone()).date();
        memory.account = Some((day, account.clone()));
        Ok(account)
    }

    /// Learns what each id is. What the account does not have is asked for again on another day.
    async fn learn(
        &self,
        asked: &Asked,
        today: Date,
        memory: &mut Memory,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        memory.gone.retain(|_, day| *day == today);
        let new = asked.by_id.keys().filter(|id| !memory.levels.contains_key(*id) && !memory.gone.contains_key(*id));
        let new: Vec<String> = new.cloned().collect();
        for ids in new.chunks(IDS_MAX) {
            let mut left = ids.to_vec();
            for level in Level::ALL {
                if left.is_empty() {
                    break;
                }
                for id in self.which(level, &left, round).await? {
                    left.retain(|other| *other != id);
                    memory.levels.insert(id, level);
                }
            }
            for id in left {
                tracing::warn!(id, "the ad account has no campaign, ad set or ad with this id; its numbers are absent");
                memory.gone.insert(id, today);
            }
        }
        Ok(())
    }

    /// Which of these are objects of a level.
    async fn which(&self, level: Level, ids: &[String], round: &mut Round) -> Result<Vec<String>, SourceError> {
        let path = format!("act_{}/{}", self.config.account, level.edge());
        let filter = level.is_one_of(ids);
        let query = [("fields", "id"), ("effective_status", level.standings()), ("filtering", filter.as_str())];
        let bodies = self.pages(&path, &query, round).await.map_err(Stopped::error)?;
        let mut found = Vec::new();
        for body in &bodies {
            found.extend(found_in(body, ids).map_err(garbled)?);
        }
        Ok(found)
    }

    async fn read_days(
        &self,
        asked: &Asked,
        account: &Account,
        today: Date,
        memory: &mut Memory,
        harvest: &mut Harvest,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        for level in Level::ALL {
            let ids = asked.by_id.keys().filter(|id| memory.levels.get(*id) == Some(&level));
            // What was never read is read whole; what waits for its turn today may wait for another poll.
            let may_wait = |id: &&String| {
                let day = memory.whole.get(*id);
                day == Some(&today) || (day.is_some() && round.usage.is_high())
            };
            let (recent, whole): (Vec<&String>, Vec<&String>) = ids.partition(may_wait);
            let (new, due): (Vec<&String>, Vec<&String>) =
                whole.into_iter().partition(|id| !memory.whole.contains_key(*id));
            let groups = [(recent, RECENT_DAYS), (due, RESTATED_DAYS), (new, self.config.back)]
                .map(|(ids, days)| (ids.into_iter().cloned().collect::<Vec<String>>(), days));
            for (ids, days) in groups {
                for ids in ids.chunks(IDS_MAX) {
                    let since = today.checked_sub(days.days()).unwrap_or(Date::MIN);
                    let span = Span { level, ids: ids.to_vec(), since, until: today };
                    self.read_span(span, account, harvest, round).await?;
                    harvest.done.extend(ids.iter().cloned());
                    if days != RECENT_DAYS {
                        memory.whole.extend(ids.iter().map(|id| (id.clone(), today)));
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads a span, in halves where it is too much at once. Rows are kept only when all of the span has been read.
    async fn read_span(
        &self,
        span: Span,
        account: &Account,
        harvest: &mut Harvest,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let mut rows = Vec::new();
        let mut open = vec![span];
        while let Some(span) = open.pop() {
            match self.rows(&span, account, round).await {
                Ok(more) => rows.extend(more),
                Err(Stopped::TooMuch(error)) => match span.halves() {
                    Some(halves) => open.extend(halves),
                    None => return Err(error),
                },
                Err(Stopped::Failed(error)) => return Err(error),
            }
        }
        harvest.days.extend(rows.into_iter().map(|row| ((row.id.clone(), row.from), row)));
        Ok(())
    }

    async fn rows(&self, span: &Span, account: &Account, round: &mut Round) -> Result<Vec<Row>, Stopped> {
        let path = format!("act_{}/insights", self.config.account);
        let fields = format!("{},{FIELDS}", span.level.parents_and_id());
        let range = json!({"since": span.since, "until": span.until}).to_string();
        let (filter, windows) = (span.level.is_one_of(&span.ids), json!(self.config.attribution).to_string());
        let query = [
            ("level", span.level.word()),
            ("fields", fields.as_str()),
            ("time_range", range.as_str()),
            ("time_increment", "1"),
            ("filtering", filter.as_str()),
            ("action_attribution_windows", windows.as_str()),
        ];
        let reading = Reading { level: span.level, currency: account.currency, windows: &self.config.attribution };
        let mut rows = Vec::new();
        for body in self.pages(&path, &query, round).await? {
            for (at, row) in reading.rows(&body)?.into_iter().enumerate() {
                span.expects(&row, at)?;
                rows.push(row);
            }
        }
        Ok(rows)
    }

    /// Whether the account counts purchases at all: its own rows say so, or any ad of it in the last 28 days.
    async fn read_counts(
        &self,
        asked: &Asked,
        today: Date,
        memory: &mut Memory,
        harvest: &mut Harvest,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let seen = harvest.days.values().any(|row| matches!(row.orders, Ok(Some(orders)) if 0 < orders));
        if seen {
            memory.counts = Some((today, true));
        }
        if let Some((_, counts)) = memory.counts.filter(|(day, _)| *day == today) {
            harvest.counts = counts;
            return Ok(());
        }
        if asked.by_id.keys().all(|id| !harvest.done.contains(id)) {
            return Ok(());
        }
        let path = format!("act_{}/insights", self.config.account);
        let windows = json!(self.config.attribution).to_string();
        let query = [
            ("level", "account"),
            ("fields", "account_id,actions"),
            ("date_preset", "last_28d"),
            ("action_attribution_windows", windows.as_str()),
        ];
        let bodies = self.pages(&path, &query, round).await.map_err(Stopped::error)?;
        let mut counts = false;
        for body in &bodies {
            counts |= insights::has_purchases(body).map_err(garbled)?;
        }
        memory.counts = Some((today, counts));
        harvest.counts = counts;
        Ok(())
    }

    async fn read_reach(
        &self,
        asked: &Asked,
        account: &Account,
        memory: &Memory,
        harvest: &mut Harvest,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let path = format!("act_{}/insights", self.config.account);
        // Only who has one boost gets a reach.
        let subjects = asked.subjects();
        let alone: BTreeSet<&str> = subjects.values().filter(|ids| ids.len() == 1).flatten().copied().collect();
        for level in Level::ALL {
            let ids = alone.iter().filter(|id| memory.levels.get(**id) == Some(&level));
            let ids: Vec<String> = ids.map(|id| (*id).to_owned()).collect();
            for ids in ids.chunks(IDS_MAX) {
                let fields = format!("{},reach,date_start,date_stop", level.parents_and_id());
                let filter = level.is_one_of(ids);
                let query = [
                    ("level", level.word()),
                    ("fields", fields.as_str()),
                    ("date_preset", "maximum"),
                    ("filtering", filter.as_str()),
                ];
                let reading = Reading { level, currency: account.currency, windows: &self.config.attribution };
                for body in self.pages(&path, &query, round).await.map_err(Stopped::error)? {
                    let rows = reading.rows(&body).map_err(garbled)?;
                    harvest.reach.extend(rows.into_iter().map(|row| (row.id, row.reach)));
                }
                harvest.reached.extend(ids.iter().cloned());
            }
        }
        Ok(())
    }

    /// Every page of a list.
    async fn pages(&self, path: &str, query: &[(&str, &str)], round: &mut Round) -> Result<Vec<Value>, Stopped> {
        let mut bodies = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let mut query = query.to_vec();
            query.push(("limit", ROWS_MAX));
            query.extend(after.as_deref().map(|after| ("after", after)));
            let body = self.ask(path, &query, round).await?;
            let next = graph::next_page(&body);
            bodies.push(body);
            match next {
                Page::Last => return Ok(bodies),
                Page::After(next) if after.as_ref() != Some(&next) => after = Some(next),
                Page::After(_) | Page::Nowhere => {
                    let expected = "another cursor than the last, where there is a next page";
                    return Err(Garbled { path: "paging.cursors.after".to_owned(), expected }.into());
                }
            }
        }
    }

    /// Asks one question, unless nothing more may be asked.
    async fn ask(&self, path: &str, query: &[(&str, &str)], round: &mut Round) -> Result<Value, Stopped> {
        if round.usage.is_spent() || REQUESTS_MAX <= round.requests {
            return Err(Stopped::Failed(slow(round.usage.wait)));
        }
        let path = self.config.graph.path(path);
        let asked = self.config.graph.ask(Question::get(&path, query), round.now).await;
        round.requests = round.requests.saturating_add(asked.requests);
        round.usage = asked.usage;
        asked.document.map_err(|trouble| {
            let much = matches!(&trouble, GraphTrouble::Said(error) if error.fault == Fault::TooMuch);
            let error = SourceError::of_graph(TITLE, trouble, asked.usage);
            if much { Stopped::TooMuch(error) } else { Stopped::Failed(error) }
        })
    }
}

/// Which of these ids a list names.
fn found_in(body: &Value, ids: &[String]) -> Result<Vec<String>, Garbled> {
    let mut found = Vec::new();
    for row in Field::root(body).need("data", "a list")?.items()? {
        let id = row.need("id", "an id")?.text()?.to_owned();
        if ids.contains(&id) {
            found.push(id);
        }
    }
    Ok(found)
}

fn account_of(body: &Value, account: &str) -> Result<Account, Garbled> {
    let root = Field::root(body);
    let id = root.need("account_id", "an id")?;
    if id.text()? != account {
        return Err(id.garbled("the account that was asked for"));
    }
    let currency = root.need("currency", "a currency")?;
    let zone = root.need("timezone_name", "an IANA zone")?;
    Ok(Account {
        currency: currency.text()?.parse().map_err(|_| currency.garbled("an ISO 4217 currency"))?,
        zone: TimeZone::get(zone.text()?).map_err(|_| zone.garbled("an IANA zone"))?,
    })
}
