//! Google Analytics 4, Data API v1beta: visits of tracking links and of the whole site, per day of the property's zone.
//!
//! Owns: which reports a request becomes, whose visit a row is, and what a row that is not there means.
//! Refuses: `(not set)`, `(direct)` and whatever else names no link of ours, and purchases unless they are asked for
//! (`orders = true`): where a shop is the source of orders they would be counted twice.
//!
//! **Whose visit.** A row with a link's name as `utm_content` is that link's; else one with the campaign as `utm_campaign`
//! and the creator as `utm_source` (as our own redirector marks pages) is that partnership's. Each row counts once. Case does
//! not matter.
//!
//! **No row.** The site as a whole is asked about first. A day that it has, and a link does not, is a day without a visit
//! of it: 0. A day that it does not have is not known. Where the property hides small rows (thresholds, `(other)`) a link
//! without a row has too few, not 0.
//!
//! **Days** are whole days of the property's zone; the newest two are provisional. Credit moves for up to 12 days, so each
//! poll reads the last `restated` days again.
//!
//! **Tokens.** A property has 200,000 a day, 40,000 an hour and 14,000 an hour for one project
//! (<https://developers.google.com/analytics/devguides/reporting/data/v1/quotas>); its answers say what is left. 5xx answers
//! have a budget too (10 an hour), so nothing is tried again within a poll.

mod settings;
mod wire;

#[cfg(test)]
mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Mutex;

use super::google::{self, Day, Told};
use super::json::{self, Garbled};
use super::quota::{batches, calls, next_midnight};
use super::{Fetched, Request, Source, SourceError, Target};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Currency;
use crate::domain::sample::{Absence, Missing, Sample, SeriesKey};
use crate::http::google::{Logins, Meaning, Refusal, refuses_token};
use crate::http::signed::{Question, Signed};
use wire::{Asked, Count, Quota, Row};

pub use settings::Ga4Settings;

/// What people call it.
const TITLE: &str = "Google Analytics";

/// Charged by every report, as the property says.
pub const TOKENS: &str = "tokens";

/// What a report is taken to cost beforehand: "most requests cost 10 tokens or less".
pub const TOKENS_A_REPORT: u32 = 10;

/// When the numbers of a day do not move much any more.
pub const LAG: SignedDuration = SignedDuration::from_hours(48);

/// Links a report: their names in a filter stay far under any limit of a request.
const LINKS_MAX: usize = 100;

/// Pages of one report: a million rows. More is a filter of ours that does not filter.
const PAGES_MAX: i64 = 100;

/// Less than a few reports' worth of tokens in the hour: the rest is left to people.
const HOUR_LEAST: i64 = 50;

/// How it is set up.
#[derive(Debug)]
pub struct Ga4Config {
    /// Who may read the property.
    pub logins: Logins,
    /// The property: digits only.
    pub property: String,
    counts: Vec<Count>,
    /// Days that are read of whom it meets first.
    pub back: i64,
    /// Days that are read again at each poll.
    pub restated: i64,
}

/// The source. Remembers the property's zone, whom it has met, and when the day's tokens are back.
#[derive(Debug)]
pub struct Ga4 {
    config: Ga4Config,
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    zone: Option<TimeZone>,
    met: BTreeSet<String>,
    last: Option<Date>,
    spent_until: Option<Timestamp>,
    told: Told,
}

impl Ga4 {
    /// A source that has read nothing yet.
    #[must_use]
    pub fn new(config: Ga4Config) -> Self {
        Self { config, memory: Mutex::default() }
    }
}

/// What a request costs about.
#[must_use]
pub fn cost(request: &Request) -> Vec<(String, u32)> {
    let Ok(work) = sort(request) else { return Vec::new() };
    if work.whole.is_empty() && work.links.is_empty() {
        return Vec::new();
    }
    let reports = calls(work.links.len(), LINKS_MAX).saturating_add(1);
    vec![(TOKENS.to_owned(), reports.saturating_mul(TOKENS_A_REPORT))]
}

/// A request, sorted.
#[derive(Debug, Default)]
struct Work {
    whole: Vec<Subject>,
    links: BTreeMap<String, Vec<Subject>>,
}

impl Work {
    fn everybody(&self) -> impl Iterator<Item = &Subject> {
        self.whole.iter().chain(self.links.values().flatten())
    }

    /// The link a visit belongs to.
    fn owner<'a>(&'a self, row: &Row) -> Option<&'a str> {
        if let Some((link, _)) = self.links.get_key_value(&row.content) {
            return Some(link);
        }
        let is_of = |subject: &Subject| {
            matches!(subject, Subject::Partnership(campaign, creator)
            if campaign.as_str() == row.campaign && creator.as_str() == row.source)
        };
        self.links.iter().find(|(_, subjects)| subjects.iter().any(is_of)).map(|(link, _)| link.as_str())
    }
}

fn sort(request: &Request) -> Result<Work, SourceError> {
    let bad = |id: &str, why| SourceError::BadTarget { platform: TITLE, id: id.to_owned(), why };
    let mut work = Work::default();
    for target in &request.targets {
        let Target::Account { subject, id } = target else {
            return Err(bad(target.id(), "a site has links only"));
        };
        let subjects = if matches!(subject, Subject::Brand(_)) {
            &mut work.whole
        } else {
            let link = id.to_lowercase();
            if !(1..=64).contains(&link.len()) || link.chars().any(char::is_control) {
                return Err(bad(id, "a link's name has 1 to 64 characters"));
            }
            work.links.entry(link).or_default()
        };
        if !subjects.contains(subject) {
            subjects.push(subject.clone());
        }
    }
    Ok(work)
}

fn garbled(garbled: Garbled) -> SourceError {
    SourceError::Garbled { platform: TITLE, path: garbled.path, expected: garbled.expected }
}

/// One fetch while it runs.
struct Round {
    now: Timestamp,
    out: Fetched,
    quota: Quota,
}

/// What a whole report says.
struct Report {
    rows: Vec<Row>,
    zone: TimeZone,
    currency: Option<Currency>,
    hides_rows: bool,
}

#[async_trait]
impl Source for Ga4 {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let work = sort(request)?;
        let mut round = Round { now: request.now, out: Fetched::default(), quota: Quota::default() };
        if work.everybody().next().is_none() {
            return Ok(round.out);
        }
        let mut memory = self.memory.lock().await;
        if let Err(error) = self.read(&work, &mut memory, &mut round).await {
            let why = error.absence();
            self.absent(work.everybody(), why, round.now, &mut round.out);
            round.out.fail(error);
        }
        memory.told.keep_news(&mut round.out, round.now);
        Ok(round.out)
    }
}

impl Ga4 {
    fn absent<'a>(&self, of: impl Iterator<Item = &'a Subject>, why: Absence, at: Timestamp, out: &mut Fetched) {
        for subject in of {
            let missing = |count: &Count| Missing { series: series(subject, count.metric), why, at };
            out.missing.extend(self.config.counts.iter().map(missing));
        }
    }

    /// Asks about the site, then about its links. What fails before anything is told is answered.
    async fn read(&self, work: &Work, memory: &mut Memory, round: &mut Round) -> Result<(), SourceError> {
        let signed = self.config.logins.of(&self.config.property).await;
        let signed = signed.map_err(|error| SourceError::of_token(TITLE, error))?;
        let zone = match &memory.zone {
            Some(zone) => zone.clone(),
            None => {
                wire::about(&self.ask(&wire::zone_question(), &signed, memory, round).await?).map_err(garbled)?.zone
            }
        };
        let span = self.span(work, memory, google::date_of(round.now, &zone));
        let site = self.report(span, None, &signed, memory, round).await?;
        if site.zone != zone {
            // The property moved: its days are others from the next poll on.
            memory.zone = Some(site.zone);
            let fault = Garbled { path: "metadata.timeZone".to_owned(), expected: "the zone it had before" };
            return Err(garbled(fault));
        }
        memory.zone = Some(zone.clone());
        let known: BTreeSet<Date> = site.rows.iter().map(|row| row.day).collect();
        let Some(last) = known.last().copied() else {
            self.absent(work.everybody(), Absence::NotYet, round.now, &mut round.out);
            return Ok(());
        };
        let days: Vec<Day> = known.iter().filter_map(|date| Day::new(*date, &zone)).collect();
        let of_site = |_: &Row| true;
        self.tell(&work.whole, &site, &days, of_site, round);
        let links: Vec<&String> = work.links.keys().collect();
        for batch in batches(&links, LINKS_MAX) {
            let told = self.links(work, batch, (span, &days), &signed, memory, round).await;
            for link in batch {
                if told {
                    memory.met.insert((*link).clone())
                } else {
                    memory.met.remove(*link)
                };
            }
        }
        memory.last = Some(last);
        Ok(())
    }

    /// The days to read: back to where credit may still move, further for whom it has not met or where it has a gap.
    fn span(&self, work: &Work, memory: &Memory, today: Date) -> (Date, Date) {
        let first = google::before(today, self.config.back);
        let again = google::before(today, self.config.restated);
        let from = match memory.last {
            Some(last) if work.links.keys().all(|link| memory.met.contains(link)) => {
                std::cmp::max(first, std::cmp::min(again, last))
            }
            Some(_) | None => first,
        };
        (from, google::before(today, 1))
    }

    /// The visits of some links; whether they could be told.
    async fn links(
        &self,
        work: &Work,
        batch: &[&String],
        (span, days): ((Date, Date), &[Day]),
        signed: &Signed,
        memory: &mut Memory,
        round: &mut Round,
    ) -> bool {
        let subjects = |link: &String| work.links.get(link).map(Vec::as_slice).unwrap_or_default();
        let contents: Vec<&str> = batch.iter().map(|link| link.as_str()).collect();
        let mut sources = BTreeSet::new();
        let mut campaigns = BTreeSet::new();
        for subject in batch.iter().flat_map(|link| subjects(link)) {
            if let Subject::Partnership(campaign, creator) = subject {
                sources.insert(creator.as_str());
                campaigns.insert(campaign.as_str());
            }
        }
        let (sources, campaigns) = (Vec::from_iter(sources), Vec::from_iter(campaigns));
        let filter = wire::filter(&contents, &sources, &campaigns);
        match self.report(span, Some(&filter), signed, memory, round).await {
            Ok(report) => {
                for link in batch {
                    // Against all links: a row that two reports answer belongs to one of them.
                    let of_link = |row: &Row| work.owner(row) == Some(link.as_str());
                    self.tell(subjects(link), &report, days, of_link, round);
                }
                true
            }
            Err(error) => {
                let why = error.absence();
                self.absent(batch.iter().flat_map(|link| subjects(link)), why, round.now, &mut round.out);
                round.out.fail(error);
                false
            }
        }
    }

    /// Tells the sum of the rows of each day; a day without a row is 0, or too few where rows are hidden.
    fn tell(
        &self,
        subjects: &[Subject],
        report: &Report,
        days: &[Day],
        is_theirs: impl Fn(&Row) -> bool,
        round: &mut Round,
    ) {
        let theirs: Vec<&Row> = report.rows.iter().filter(|row| is_theirs(row)).collect();
        for count in &self.config.counts {
            let metric = count.metric;
            let currency = (metric == Metric::Revenue).then_some(report.currency).flatten();
            if metric == Metric::Revenue && currency.is_none() {
                let missing =
                    |subject| Missing { series: series(subject, metric), why: Absence::Garbled, at: round.now };
                round.out.missing.extend(subjects.iter().map(missing));
                continue;
            }
            let mut fault = None;
            let mut too_few = None;
            for day in days {
                let rows: Vec<&Row> = theirs.iter().filter(|row| row.day == day.date).copied().collect();
                if rows.is_empty() && report.hides_rows {
                    too_few = Some(*day);
                    continue;
                }
                match sum(&rows, metric) {
                    Ok(value) => {
                        let provisional = round.now < day.until.saturating_add(LAG).unwrap_or(Timestamp::MAX);
                        let form = day.form();
                        round.out.samples.extend(subjects.iter().map(|subject| Sample {
                            series: series(subject, metric),
                            value,
                            currency,
                            form,
                            known_at: round.now,
                            provisional,
                            self_reported: false,
                        }));
                    }
                    Err(garbled) => fault = Some(garbled),
                }
            }
            let word = match (&fault, too_few) {
                (Some(_), _) => Some((Absence::Garbled, round.now)),
                (None, Some(day)) => Some((Absence::TooFew, day.until)),
                (None, None) => None,
            };
            if let Some((why, at)) = word {
                let missing = |subject| Missing { series: series(subject, metric), why, at };
                round.out.missing.extend(subjects.iter().map(missing));
            }
            if let Some(fault) = fault {
                round.out.fail(garbled(fault));
            }
        }
    }

    /// All pages of one report.
    async fn report(
        &self,
        days: (Date, Date),
        filter: Option<&Value>,
        signed: &Signed,
        memory: &mut Memory,
        round: &mut Round,
    ) -> Result<Report, SourceError> {
        let mut report: Option<Report> = None;
        for number in 0..PAGES_MAX {
            let offset = number * wire::ROWS_MAX;
            let asked = Asked { counts: &self.config.counts, by_link: filter.is_some(), days, offset };
            let body = self.ask(&wire::question(asked, filter), signed, memory, round).await?;
            let page = wire::page(&body, asked).map_err(garbled)?;
            let report = report.get_or_insert_with(|| Report {
                rows: Vec::new(),
                zone: page.about.zone,
                currency: page.about.currency,
                hides_rows: false,
            });
            report.hides_rows |= page.about.hides_rows;
            report.rows.extend(page.rows);
            if page.of <= offset + wire::ROWS_MAX {
                break;
            }
        }
        let endless = || garbled(Garbled { path: "rowCount".to_owned(), expected: "a report that ends" });
        report.ok_or_else(endless)
    }

    /// One question, if the hour's tokens allow it.
    async fn ask(
        &self,
        question: &Value,
        signed: &Signed,
        memory: &mut Memory,
        round: &mut Round,
    ) -> Result<Value, SourceError> {
        if round.quota.hour_left.is_some_and(|left| left < HOUR_LEAST) {
            return Err(SourceError::SlowDown { platform: TITLE, wait: Some(rest_of_hour(round.now)) });
        }
        let path = format!("properties/{}:runReport", self.config.property);
        let bytes = question.to_string().into_bytes();
        let (answer, _) = signed.ask(Question::post_json(&path, &[], &bytes), round.now, refuses_token).await;
        let answer = answer.map_err(|error| SourceError::of_signed(TITLE, error))?;
        if !answer.is_success() {
            let refusal = Refusal::of(&answer);
            let spent = memory.spent_until.filter(|until| round.now < *until);
            return Err(match spent {
                // The answer is the same whichever budget is empty; the one before it said which.
                Some(until) if refusal.meaning == Meaning::Rate => {
                    SourceError::QuotaSpent { bucket: TOKENS.to_owned(), until }
                }
                Some(_) | None => google::sort(TITLE, refusal, TOKENS, round.now),
            });
        }
        let body = json::parse(&answer.body).map_err(garbled)?;
        round.quota = wire::quota(&body);
        round.out.charge(TOKENS, round.quota.consumed.unwrap_or(TOKENS_A_REPORT));
        memory.spent_until = (round.quota.day_left == Some(0)).then(|| next_midnight(round.now));
        Ok(body)
    }
}

fn series(subject: &Subject, metric: Metric) -> SeriesKey {
    SeriesKey { subject: subject.clone(), metric, platform: Platform::Web }
}

/// The sum of a metric over rows; one that cannot be read spoils it.
fn sum(rows: &[&Row], metric: Metric) -> Result<i64, Garbled> {
    let mut sum = 0_i64;
    for row in rows {
        match row.values.get(&metric) {
            Some(Ok(value)) => sum = sum.saturating_add(*value),
            Some(Err(fault)) => return Err(fault.clone()),
            None => {}
        }
    }
    Ok(sum)
}

fn rest_of_hour(now: Timestamp) -> Duration {
    let passed = now.as_second().rem_euclid(3600);
    Duration::from_secs(u64::try_from(3600 - passed).unwrap_or(3600))
}
