//! `WooCommerce`: orders by coupon and of the whole shop, as amounts per hour of UTC.
//!
//! Owns: which hours are read when, and what an answer that is not whole means.
//! Refuses: customers (`_fields` asks for nothing about them), plain HTTP (the keys would travel in the open), and keys in the
//! query of an address, which every log on the way writes down.
//!
//! **An order** is one in `processing`, `completed`, `on-hold` or `refunded`, and in a plugin's own status if it was paid; it
//! belongs to the hour it was placed in. Its revenue is `total` (net of discounts, with tax and shipping) less its refunds,
//! in the currency that the settings name; an order in another has no revenue that could be added, which is then absent.
//!
//! **By code.** The list cannot be filtered by coupon; every order of an hour is read with its `coupon_lines`. A coupon is
//! one code, and its letters are lower case.
//!
//! **What is read.** Each poll asks which orders were modified since the last (in the bin too), and reads again every hour in
//! which one of them was placed, besides the hours since the last poll. An order deleted for good leaves no trace in the
//! list of changes: its hour stays as it was told. Pages are counted by number, so a list that moves while it is read is
//! noticed by its total and read again at the next poll.
//!
//! **Limits.** The shop has none of its own; its host has, and answers 429 or 503: waited for, up to a minute a poll.

mod codes;
mod failure;
mod settings;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Mutex;

use super::json::{Field, Garbled};
use super::orders::{Asked, Memory, Patience, Row, start_of};
use super::{Fetched, Request, Source, SourceError};
use crate::domain::money::Currency;
use crate::http::Answer;
use crate::http::signed::{Question, Signed};
use crate::time::Clock;
use codes::Known;
pub use settings::{WoocommerceSettings, client, source};

/// What people call it.
const TITLE: &str = "WooCommerce";

/// What a poll is charged in.
pub const REQUESTS: &str = "requests";

/// Rows of a page: the most there may be.
const PAGE: &str = "100";

/// The same as a number.
const PAGE_ROWS: usize = 100;

/// How far changes are looked for before the last look: clocks differ, and an order is written in several steps.
const OVERLAP: SignedDuration = SignedDuration::from_mins(15);

/// Hours read at a time: what a list lost in mid-way costs at most.
const SPAN: i64 = 24;

/// The wait after a 429 that names none.
const WAIT_BLIND: Duration = Duration::from_secs(5);

/// How it is set up.
#[derive(Debug, Clone)]
pub struct WooConfig {
    /// Where and as whom to ask.
    pub client: Signed,
    /// To wait for the host.
    pub clock: Clock,
    /// How far back a first poll reads.
    pub back: SignedDuration,
    /// What the shop's books are in.
    pub currency: Currency,
}

/// The source. Remembers what it owes.
#[derive(Debug)]
pub struct Woo {
    config: WooConfig,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    memory: Memory,
    known: Known,
}

/// One poll while it runs.
#[derive(Debug, Default)]
struct Round {
    out: Fetched,
    patience: Patience,
}

/// A page of a list.
struct Page {
    body: Value,
    rows: usize,
    /// Pages, and rows in all, where the shop says so (a proxy may take the headers away).
    pages: Option<u32>,
    total: Option<usize>,
}

impl Page {
    fn of(body: Value, answer: &Answer) -> Self {
        let header = |name: &str| answer.header(name).and_then(|text| text.trim().parse::<u32>().ok());
        let rows = body.as_array().map_or(0, Vec::len);
        let total = header("x-wp-total").and_then(|total| usize::try_from(total).ok());
        Self { body, rows, pages: header("x-wp-totalpages"), total }
    }

    /// Whether another follows the page of this number.
    fn more(&self, number: u32) -> bool {
        self.pages.map_or(PAGE_ROWS <= self.rows, |pages| number < pages)
    }
}

impl Woo {
    /// A source that has read nothing yet.
    fn new(config: WooConfig) -> Result<Self, SourceError> {
        if config.back <= SignedDuration::ZERO {
            return Err(SourceError::Misconfigured {
                setting: "back",
                given: "0s".to_owned(),
                why: "a first poll reads at least an hour".to_owned(),
            });
        }
        let memory = Memory { currency: Some(config.currency), ..Memory::default() };
        Ok(Self { config, state: Mutex::new(State { memory, ..State::default() }) })
    }
}

fn garbled(garbled: Garbled) -> SourceError {
    super::orders::garbled(TITLE, garbled)
}

#[async_trait]
impl Source for Woo {
    async fn fetch(&self, request: &Request) -> Result<Fetched, SourceError> {
        let asked = super::orders::sort(request, TITLE)?;
        let mut round = Round::default();
        if asked.whole.is_empty() && asked.codes.is_empty() {
            return Ok(round.out);
        }
        let now = request.now;
        let mut state = self.state.lock().await;
        let read = self.read(&asked, now, &mut state, &mut round).await;
        let mut out = round.out;
        let state = &mut *state;
        match read {
            Ok(()) => {
                state.memory.note_gone(&state.known.gone);
                if let Some(fault) = state.memory.tell(&asked, &state.known.gone, now, &mut out) {
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

impl Woo {
    /// Reads everything that is owed.
    async fn read(
        &self,
        asked: &Asked,
        now: Timestamp,
        state: &mut State,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        state.memory.owe(asked, now, self.config.back, OVERLAP);
        self.look_for_changes(now, &mut state.memory, round).await?;
        for (from, until) in state.memory.runs() {
            let mut first = from;
            while first < until {
                let end = std::cmp::min(first + SPAN, until);
                self.read_hours((first, end), &mut state.memory, round).await?;
                first = end;
            }
        }
        // Last, so that keys which may read orders but not coupons still give the shop's numbers.
        if let Err(error) = self.look_up(asked, now, &mut state.known, round).await {
            round.out.fail(error);
        }
        Ok(())
    }

    async fn look_for_changes(
        &self,
        now: Timestamp,
        memory: &mut Memory,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let since = memory.since(now, self.config.back, OVERLAP);
        let after = wire::written(since);
        // `any` leaves the bin out, and what was thrown there is no order any more.
        for status in ["any", "trash"] {
            let query = [
                ("modified_after", after.as_str()),
                ("dates_are_gmt", "true"),
                ("status", status),
                ("orderby", "date"),
                ("order", "asc"),
                ("_fields", "id,status,date_created_gmt,date_modified_gmt"),
            ];
            let bodies = self.list("orders", &query, round).await?;
            for node in bodies.iter().map(|body| Field::root(body).items()) {
                for node in node.map_err(garbled)? {
                    memory.owed.extend(wire::changed(&node, since).map_err(garbled)?);
                }
            }
        }
        memory.scanned = Some(now);
        Ok(())
    }

    async fn read_hours(&self, hours: (i64, i64), memory: &mut Memory, round: &mut Round) -> Result<(), SourceError> {
        // `after` and `before` leave their own second out.
        let second = SignedDuration::from_secs(1);
        let after = wire::written(start_of(hours.0).saturating_sub(second).unwrap_or(Timestamp::MIN));
        let before = wire::written(start_of(hours.1));
        let query = [
            ("after", after.as_str()),
            ("before", before.as_str()),
            ("dates_are_gmt", "true"),
            ("status", "any"),
            ("orderby", "date"),
            ("order", "asc"),
            ("_fields", "id,status,currency,total,date_created_gmt,date_paid_gmt,coupon_lines,refunds"),
        ];
        let (mut rows, mut ids) = (Vec::<Row>::new(), BTreeSet::new());
        for body in self.list("orders", &query, round).await? {
            for node in Field::root(&body).items().map_err(garbled)? {
                let row = wire::order(&node, hours, self.config.currency).map_err(garbled)?;
                rows.extend(row.filter(|row| ids.insert(row.id.clone())));
            }
        }
        memory.keep(hours.0, hours.1, &mut rows);
        Ok(())
    }

    /// Every page of a list. A list that moved while it was read is not whole.
    async fn list(&self, path: &str, query: &[(&str, &str)], round: &mut Round) -> Result<Vec<Value>, SourceError> {
        let (mut bodies, mut ids) = (Vec::new(), BTreeSet::new());
        for number in 1_u32.. {
            let text = number.to_string();
            let mut query = query.to_vec();
            query.extend([("per_page", PAGE), ("page", text.as_str())]);
            let page = self.ask(path, &query, round).await?;
            for node in Field::root(&page.body).items().map_err(garbled)? {
                ids.insert(wire::id(&node).map_err(garbled)?);
            }
            let (more, total) = (page.more(number), page.total);
            bodies.push(page.body);
            if more {
                continue;
            }
            if total.is_some_and(|total| ids.len() < total) {
                let expected = "as many rows as the list has; it moved while it was read";
                return Err(garbled(Garbled { path: "X-WP-Total".to_owned(), expected }));
            }
            break;
        }
        Ok(bodies)
    }

    /// Asks one question; a hurry is waited for.
    async fn ask(&self, path: &str, query: &[(&str, &str)], round: &mut Round) -> Result<Page, SourceError> {
        let path = format!("/wp-json/wc/v3/{path}");
        loop {
            round.patience.ask(TITLE)?;
            let now = self.config.clock.now();
            // Keys cannot be renewed: what refuses them is an answer like any other.
            let (answer, sent) = self.config.client.ask(Question::get(&path, query), now, |_| false).await;
            round.out.charge(REQUESTS, sent);
            let answer = answer.map_err(|error| SourceError::of_signed(TITLE, error))?;
            match failure::sort(&answer) {
                Ok(body) => return Ok(Page::of(body, &answer)),
                Err(SourceError::SlowDown { wait, .. }) => {
                    let wait = wait.unwrap_or(WAIT_BLIND);
                    round.patience.rest(&self.config.clock, TITLE, "woocommerce", wait).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }
}
