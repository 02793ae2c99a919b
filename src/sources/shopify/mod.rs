//! Shopify Admin GraphQL: orders by discount code and of the whole shop, as amounts per hour of UTC.
//!
//! Owns: which hours are read when, at what cost, and what an answer that is not whole means.
//! Refuses: customers (it asks for nothing about them), and the shop's own REST interface, which is on its way out.
//!
//! **An order** is one that is neither a test nor cancelled; it belongs to the hour it was placed in. Its revenue is what
//! it is worth now in the shop's own currency (`currentTotalPriceSet.shopMoney`): net of discounts, edits, returns and
//! refunds, with tax and shipping. `refunds` counts orders of which something was refunded. So a refund or a cancellation
//! changes the hour of the order, and the hour is stated anew.
//!
//! **By code.** The shop's filter `discount_code:` looks at the first code of an order only, and codes can be combined; so
//! the source reads every order of an hour with all its codes and sorts them itself, without regard to case. An order is
//! credited once, to the owner of its first code that anybody owns; each use of a code is a redemption of its owner. A
//! code with two owners (one creator in two campaigns) counts for both: their deals have windows of their own.
//!
//! **How buyers came.** Of each order with somebody's code the shop is asked for the last visit before it. Each redemption of
//! which that is known is one of `redeemed_by_link`, `redeemed_typed`, `redeemed_listed` and `redeemed_elsewhere`
//! (`super::orders`); the others are in none of them, and where it is known of none, all four are absent. Of a visit nothing is
//! kept but which of the four it was.
//!
//! **What is read.** Each poll looks up which orders changed since the last (`updated_at`, with `OVERLAP` for the shop's
//! own delay in finding them), and reads again every hour in which one of them was placed, besides the hours since the
//! last poll. The first poll, and one that meets somebody new, reads `back`. What a poll could not finish is owed by the
//! next; until nothing is owed, nothing is said, because a sum with a hole would look whole. An hour without orders is 0
//! only because all its pages were read. Orders older than 60 days are shown only with the right `read_all_orders`: without
//! `all_orders` no hour that old is read again, or what was true would be overwritten with 0.
//!
//! **Points.** The bucket is per app and shop: 100 points a second on the smallest plan. The source waits for points by
//! the shop's own figures, up to a minute a poll, and then says that it was asked to slow down.

mod codes;
mod failure;
mod journeys;
mod orders;
mod settings;

#[cfg(test)]
mod recorded;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;

use super::json::Garbled;
use super::orders::{Asked, CodeSites, Memory, Patience, Row, Ways, hour_of, start_of};
use super::{Fetched, Request, Source, SourceError, Told};
use crate::domain::num;
use crate::http::graphql::{AskError, Cost, GraphQl};
use crate::time::Clock;
use orders::{CHANGED, CHANGED_PAGE, ORDERS, ORDERS_PAGE};
pub use settings::{ShopifySettings, client, source};

/// What people call it.
const TITLE: &str = "Shopify";

/// What a poll is charged in: points of the query cost, <https://shopify.dev/docs/api/usage/limits>.
pub const POINTS: &str = "points";

/// How far changes are looked for before the last look: the shop's index is minutes behind at worst, and clocks differ.
const OVERLAP: SignedDuration = SignedDuration::from_mins(15);

/// How far back orders are shown without the right `read_all_orders`, less an hour for the edge.
const SHOWN: SignedDuration = SignedDuration::from_hours(60 * 24 - 1);

/// The wait where the shop gives no figures.
const WAIT_BLIND: Duration = Duration::from_secs(2);

/// How it is set up.
#[derive(Debug, Clone)]
pub struct ShopifyConfig {
    /// Where and as whom to ask.
    pub client: Arc<GraphQl>,
    /// The version that is asked for; the shop may answer with another.
    pub version: String,
    /// To wait for points.
    pub clock: Clock,
    /// How far back a first poll reads.
    pub back: SignedDuration,
    /// Whether orders older than 60 days are shown (the right `read_all_orders`).
    pub all_orders: bool,
    /// What a site is taken for that sent a buyer.
    pub sites: CodeSites,
}

/// The source. Remembers what it owes; see `Memory`.
#[derive(Debug)]
pub struct Shopify {
    config: ShopifyConfig,
    memory: Mutex<Memory>,
    /// Whether it was said that another version of the API answers.
    told_version: AtomicBool,
    /// Whether it was said that the shop does not tell how buyers came.
    told_journeys: AtomicBool,
}

impl Shopify {
    /// A source that has read nothing yet.
    pub fn new(config: ShopifyConfig) -> Result<Self, SourceError> {
        if config.back <= SignedDuration::ZERO {
            return Err(SourceError::Misconfigured {
                setting: "back",
                given: "0s".to_owned(),
                why: "a first poll reads at least an hour".to_owned(),
            });
        }
        let memory = Memory { ways: Ways::new(config.sites.clone()), ..Memory::default() };
        let (told_version, told_journeys) = (AtomicBool::new(false), AtomicBool::new(false));
        Ok(Self { config, memory: Mutex::new(memory), told_version, told_journeys })
    }
}

fn garbled(garbled: Garbled) -> SourceError {
    super::orders::garbled(TITLE, garbled)
}

/// One poll while it runs.
struct Round {
    out: Fetched,
    patience: Patience,
    /// What the bucket held, and when.
    bucket: Option<(Cost, Timestamp)>,
    version: Option<String>,
}

impl Round {
    fn new() -> Self {
        Self { out: Fetched::default(), patience: Patience::default(), bucket: None, version: None }
    }

    /// How long until a question of so many points will be answered, as far as the last answer tells.
    fn wait_for(&self, points: f64, now: Timestamp) -> Duration {
        let Some((cost, at)) = self.bucket else { return Duration::ZERO };
        let passed = now.duration_since(at).as_secs_f64();
        let available = cost.available + cost.restore * passed;
        // A question that can never be paid is asked all the same: our sum is a guess, the shop's is not.
        Cost { available, ..cost }.wait_for(points).unwrap_or(Duration::ZERO)
    }
}

#[async_trait]
impl Source for Shopify {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let asked = Asked { ways: true, ..super::orders::sort(request, TITLE)? };
        let mut round = Round::new();
        if asked.whole.is_empty() && asked.codes.is_empty() {
            return Ok(round.out);
        }
        let now = request.now;
        let mut memory = self.memory.lock().await;
        let read = self.read(&asked, now, &mut memory, &mut round).await;
        self.say_version(&round);
        let mut out = round.out;
        match read {
            Ok(gone) => {
                if let Some(fault) = memory.tell(&asked, &gone, now, &mut out) {
                    out.fail(garbled(fault));
                }
            }
            Err(error) => {
                asked.absent(error.absence(), now, &mut out);
                out.fail(error);
            }
        }
        Ok(out)
    }
}

impl Shopify {
    /// Reads everything that is owed; answers which codes the shop does not have.
    async fn read(
        &self,
        asked: &Asked,
        now: Timestamp,
        memory: &mut Memory,
        round: &mut Round,
    ) -> Result<BTreeSet<String>, SourceError> {
        memory.owe(asked, now, self.config.back, OVERLAP);
        self.drop_hidden(now, memory);
        self.look_for_changes(now, memory, round).await?;
        for (from, until) in memory.runs() {
            self.read_hours(from, until, memory, round).await?;
        }
        self.read_journeys(asked, memory, round).await?;
        // Last, so that a shop which lets us read orders but not discounts still gives its numbers.
        match self.missing_codes(asked, round).await {
            Ok(gone) => {
                memory.note_gone(&gone);
                Ok(gone)
            }
            Err(error) => {
                round.out.fail(error);
                Ok(BTreeSet::new())
            }
        }
    }

    /// Hours whose orders are not shown to us any more must not be read: they would seem empty.
    fn drop_hidden(&self, now: Timestamp, memory: &mut Memory) {
        if !self.config.all_orders {
            let oldest = hour_of(now.saturating_sub(SHOWN).unwrap_or(Timestamp::MIN)) + 1;
            memory.owed = memory.owed.split_off(&oldest);
        }
    }

    async fn look_for_changes(
        &self,
        now: Timestamp,
        memory: &mut Memory,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let since = memory.since(now, self.config.back, OVERLAP);
        let filter = format!("updated_at:>='{since}'");
        let mut after: Option<String> = None;
        loop {
            let variables = json!({"first": CHANGED_PAGE.0, "after": after, "query": filter});
            let data = self.ask(CHANGED, &variables, CHANGED_PAGE.1, round).await?;
            let (rows, next) = orders::changed(&data).map_err(garbled)?;
            memory.owed.extend(rows.iter().map(|row| row.hour));
            self.drop_hidden(now, memory);
            let Some(next) = next else { break };
            // What was looked at is looked at: a poll that ends here goes on from there.
            memory.scanned = rows.last().map(|row| std::cmp::min(row.at, now)).or(memory.scanned);
            after = Some(turn(after.as_ref(), next)?);
        }
        memory.scanned = Some(now);
        Ok(())
    }

    /// Reads every page of a span. An hour is done when an order of a later one has been seen, or the last page.
    async fn read_hours(
        &self,
        from: i64,
        until: i64,
        memory: &mut Memory,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let filter = format!("created_at:>='{}' AND created_at:<'{}'", start_of(from), start_of(until));
        let mut after: Option<String> = None;
        let mut rows: Vec<Row> = Vec::new();
        let mut ids = BTreeSet::new();
        let mut done = from;
        loop {
            let variables = json!({"first": ORDERS_PAGE.0, "after": after, "query": filter});
            let data = self.ask(ORDERS, &variables, ORDERS_PAGE.1, round).await?;
            let page = orders::page(&data, from, until).map_err(garbled)?;
            if memory.currency.is_some_and(|before| before != page.currency) {
                // What waits to be told is in another currency: it is read again.
                let waiting: Vec<i64> = memory.read.keys().copied().collect();
                memory.owed.extend(waiting);
                memory.read.clear();
            }
            memory.currency = Some(page.currency);
            rows.extend(page.rows.into_iter().filter(|row| ids.insert(row.id.clone())));
            let Some(next) = page.next else { break };
            if let Some(open) = rows.last().map(|row| row.hour).filter(|open| done < *open) {
                memory.keep(done, open, &mut rows);
                done = open;
            }
            after = Some(turn(after.as_ref(), next)?);
        }
        memory.keep(done, until, &mut rows);
        Ok(())
    }

    /// Asks one question, after waiting for the points it may cost.
    async fn ask(
        &self,
        document: &str,
        variables: &Value,
        points: f64,
        round: &mut Round,
    ) -> Result<Value, SourceError> {
        loop {
            round.patience.ask(TITLE)?;
            let wait = round.wait_for(points, self.config.clock.now());
            self.rest(wait, round).await?;
            let asked = self.config.client.ask(document, variables, self.config.clock.now()).await;
            if let Some(cost) = asked.cost {
                round.bucket = Some((cost, self.config.clock.now()));
                round.out.charge(POINTS, cost.actual.map_or(0, whole_points));
                round.out.tell(Told {
                    bucket: POINTS.to_owned(),
                    left: whole_points(cost.available),
                    most: Some(whole_points(cost.maximum)),
                    per_second: Some(whole_points(cost.restore)),
                });
            }
            round.version = asked.version.or(round.version.take());
            match asked.data {
                Ok(data) => return Ok(data),
                Err(AskError::Throttled { wait } | AskError::Status { status: 429, wait, .. }) => {
                    self.rest(wait.unwrap_or(WAIT_BLIND), round).await?;
                }
                Err(error) => return Err(failure::sort(error)),
            }
        }
    }

    /// Waits, within what a poll may wait in all.
    async fn rest(&self, wait: Duration, round: &mut Round) -> Result<(), SourceError> {
        round.patience.rest(&self.config.clock, TITLE, "shopify", wait).await
    }

    fn say_version(&self, round: &Round) {
        let Some(answered) = round.version.as_deref().filter(|version| *version != self.config.version) else { return };
        if !self.told_version.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                asked = self.config.version,
                answered,
                "the shop answers with another version of its API than the one that is configured; set api_version"
            );
        }
    }
}

impl Shopify {
    fn say_no_journeys(&self, error: &SourceError) {
        if !self.told_journeys.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "the shop does not tell how buyers came; a leaked code cannot be told from a good post");
        }
    }
}

/// A document that asks the same of each of many under a name of its own, `o0`, `o1` and so on, and its variables.
fn many((name, kind): (&str, &str), call: &str, inner: &str, ids: &[impl AsRef<str>]) -> (String, Value) {
    let (mut head, mut body, mut variables) = (String::new(), String::new(), Map::new());
    for (place, id) in ids.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = write!(head, "$o{place}: {kind} ");
        let _ = writeln!(body, "  o{place}: {call}$o{place}) {{ {inner} }}");
        variables.insert(format!("o{place}"), Value::String(id.as_ref().to_owned()));
    }
    (format!("query {name}({head}) {{\n{body}}}"), Value::Object(variables))
}

/// The next cursor, which must be another than the last: a list that does not move on would be read for ever.
fn turn(last: Option<&String>, next: String) -> Result<String, SourceError> {
    if last == Some(&next) {
        let expected = "another cursor than the last";
        return Err(garbled(Garbled { path: "data.orders.pageInfo.endCursor".to_owned(), expected }));
    }
    Ok(next)
}

fn whole_points(points: f64) -> u32 {
    num::round_i64(points).and_then(|points| u32::try_from(points).ok()).unwrap_or(0)
}
