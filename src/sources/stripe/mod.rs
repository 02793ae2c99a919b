//! Stripe Checkout: sessions that were paid, by promotion code and of the whole account, as amounts per hour of UTC.
//!
//! Owns: which hours are read when, which refund changes which hour, and what an answer that is not whole means.
//! Refuses: customers (nothing about them is kept), and charges that did not come from Checkout: no charge says which code
//! it was made with.
//!
//! **An order** is a session that is complete and paid (or free), of the mode the settings ask for; it belongs to the hour
//! in which its checkout was opened, because that is what the list can be asked by. Its revenue is `amount_total` less what
//! its charge had refunded. A debit that takes days (`unpaid`) is no order until its money is there. Of a subscription the
//! first payment is counted; later invoices, and refunds of a subscription, are not seen. Disputes are not refunds.
//!
//! **By code.** A session names ids of promotion codes; which code an id is, is looked up by the codes that are asked about
//! (hourly). The promotion code of a discount is what is counted; a coupon that was put on without a code is nobody's.
//!
//! **What is read.** A session may be completed up to 24 hours after it was opened, and the list knows no time of completion:
//! so the last 25 hours are read again at each poll and are provisional until then, besides every hour that an `unpaid` one
//! waits in (up to 14 days), and the hour of each session whose payment has a new refund (`/v1/refunds`). Until nothing is
//! owed, nothing is said. Lists are newest first.
//!
//! **Money** is what Stripe counts, in the currency that the settings name. An order in another currency has no revenue
//! that could be added: it is then absent, unless the customer's currency was converted by Checkout or `settled` is set.
//!
//! **Limits.** 25 requests a second and endpoint; a 429 is waited for, up to a minute a poll.

mod codes;
mod failure;
mod settings;
#[cfg(test)]
mod tests;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Mutex;

use super::json::{Field, Garbled};
use super::orders::{Asked, Memory, Patience, Row, hour_of, start_of};
use super::{Fetched, Request, Source, SourceError};
use crate::http::signed::{Question, Signed};
use crate::time::Clock;
pub use settings::{StripeSettings, client, source};
use wire::Books;

/// What people call it.
const TITLE: &str = "Stripe";

/// What a poll is charged in.
pub const REQUESTS: &str = "requests";

/// Rows of a page: the most there may be.
const PAGE: &str = "100";

/// The same as a number.
const PAGE_ROWS: u32 = 100;

/// A session ends 24 hours after it was opened if nobody pays; an hour for clocks and for payments under way.
const SETTLES: SignedDuration = SignedDuration::from_hours(25);

/// How far refunds are looked for before the last look.
const OVERLAP: SignedDuration = SignedDuration::from_mins(15);

/// How long a debit may take: <https://docs.stripe.com/payments/bank-debits>.
const DEBIT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// The wait after a 429 that names none: a bucket of 25 a second is full again after it.
const WAIT_BLIND: Duration = Duration::from_secs(2);

/// How it is set up.
#[derive(Debug, Clone)]
pub struct StripeConfig {
    /// Where and as whom to ask.
    pub client: Signed,
    /// To wait for the rate limit.
    pub clock: Clock,
    /// How far back a first poll reads.
    pub back: SignedDuration,
    /// Whether what customers paid in other currencies counts at what it was settled for.
    pub settled: bool,
    /// Whether the version that is asked for has a promotion code's coupon under `promotion`, only named.
    pub nested: bool,
    books: Books,
}

/// The source. Remembers what it owes.
#[derive(Debug)]
pub struct Stripe {
    config: StripeConfig,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    memory: Memory,
    promos: Promos,
    /// Hours with a session whose money is on its way.
    unpaid: BTreeSet<i64>,
    /// Refunds that have been looked after, by their status then.
    refunds: BTreeMap<String, String>,
    /// Hours with a refund that may still fail.
    refunding: BTreeMap<String, i64>,
}

/// Which promotion code is which code.
#[derive(Debug, Default)]
struct Promos {
    at: Option<Timestamp>,
    asked: BTreeSet<String>,
    ids: BTreeMap<String, String>,
    gone: BTreeSet<String>,
}

/// One poll while it runs.
#[derive(Debug, Default)]
struct Round {
    out: Fetched,
    patience: Patience,
}

impl Stripe {
    /// A source that has read nothing yet.
    fn new(config: StripeConfig) -> Result<Self, SourceError> {
        if config.back <= SignedDuration::ZERO {
            return Err(SourceError::Misconfigured {
                setting: "back",
                given: "0s".to_owned(),
                why: "a first poll reads at least an hour".to_owned(),
            });
        }
        let memory =
            Memory { currency: Some(config.books.currency), unsettled: SETTLES.as_hours(), ..Memory::default() };
        Ok(Self { config, state: Mutex::new(State { memory, ..State::default() }) })
    }
}

fn garbled(garbled: Garbled) -> SourceError {
    super::orders::garbled(TITLE, garbled)
}

/// The next cursor, which must be another than the last.
fn turn(last: Option<&String>, next: String) -> Result<String, SourceError> {
    if last == Some(&next) {
        return Err(garbled(Garbled { path: "data".to_owned(), expected: "other rows than those of the last page" }));
    }
    Ok(next)
}

#[async_trait]
impl Source for Stripe {
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
        match read {
            Ok(()) => {
                let state = &mut *state;
                state.memory.note_gone(&state.promos.gone);
                if let Some(fault) = state.memory.tell(&asked, &state.promos.gone, now, &mut out) {
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

impl Stripe {
    /// Reads everything that is owed.
    async fn read(
        &self,
        asked: &Asked,
        now: Timestamp,
        state: &mut State,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        state.memory.owe(asked, now, self.config.back, SETTLES);
        let oldest = hour_of(now.saturating_sub(DEBIT).unwrap_or(Timestamp::MIN));
        state.unpaid = state.unpaid.split_off(&oldest);
        state.memory.owed.extend(state.unpaid.iter().copied().chain(state.refunding.values().copied()));
        self.look_up(asked, now, &mut state.promos, round).await?;
        self.look_for_refunds(now, state, round).await?;
        for (from, until) in state.memory.runs() {
            self.read_hours((from, until), state, round).await?;
        }
        Ok(())
    }

    /// Which hours refunds have changed since the last look.
    async fn look_for_refunds(&self, now: Timestamp, state: &mut State, round: &mut Round) -> Result<(), SourceError> {
        let since = state.memory.since(now, self.config.back, OVERLAP).as_second().to_string();
        let (mut seen, mut after) = (BTreeMap::new(), None::<String>);
        loop {
            let mut query = vec![("created[gte]", since.as_str()), ("limit", PAGE)];
            query.extend(after.as_deref().map(|after| ("starting_after", after)));
            let body = self.ask("/v1/refunds", &query, round).await?;
            let (rows, next) = wire::list(&Field::root(&body)).map_err(garbled)?;
            for row in &rows {
                let refund = wire::refund(row).map_err(garbled)?;
                if state.refunds.get(&refund.id) != Some(&refund.status) {
                    self.refunded(&refund, state, round).await?;
                }
                seen.insert(refund.id, refund.status);
            }
            let Some(next) = next else { break };
            after = Some(turn(after.as_ref(), next)?);
        }
        self.look_after_open(&seen, state, round).await?;
        state.refunds = seen;
        state.memory.scanned = Some(now);
        Ok(())
    }

    /// The hour of the session that a refund is of is owed. A refund of something else is nobody's affair here.
    async fn refunded(&self, refund: &wire::Refund, state: &mut State, round: &mut Round) -> Result<(), SourceError> {
        let Some(payment) = refund.payment.as_deref() else { return Ok(()) };
        let query = [("payment_intent", payment), ("limit", PAGE)];
        let body = self.ask("/v1/checkout/sessions", &query, round).await?;
        let (rows, _) = wire::list(&Field::root(&body)).map_err(garbled)?;
        for row in &rows {
            let opened = row.need("created", "when it was opened").and_then(|at| wire::instant(&at));
            let hour = hour_of(opened.map_err(garbled)?);
            state.memory.owed.insert(hour);
            if refund.is_open() {
                state.refunding.insert(refund.id.clone(), hour);
            } else {
                state.refunding.remove(&refund.id);
            }
        }
        Ok(())
    }

    /// Refunds that were under way at an earlier look, and are too old for this one: whether they are through.
    async fn look_after_open(
        &self,
        seen: &BTreeMap<String, String>,
        state: &mut State,
        round: &mut Round,
    ) -> Result<(), SourceError> {
        let open: Vec<String> = state.refunding.keys().filter(|id| !seen.contains_key(*id)).cloned().collect();
        for id in open {
            let body = self.ask(&format!("/v1/refunds/{id}"), &[], round).await?;
            let refund = wire::refund(&Field::root(&body)).map_err(garbled)?;
            if !refund.is_open() {
                state.refunding.remove(&id);
            }
        }
        Ok(())
    }

    /// Reads every page of a span. Lists are newest first: an hour is done when a session of an earlier one has been seen,
    /// or the last page.
    async fn read_hours(&self, hours: (i64, i64), state: &mut State, round: &mut Round) -> Result<(), SourceError> {
        let (from, until) = hours;
        let [first, end] = [start_of(from), start_of(until)].map(|at| at.as_second().to_string());
        let mut fixed = vec![("status", "complete"), ("created[gte]", first.as_str())];
        fixed.extend([("created[lt]", end.as_str()), ("limit", PAGE)]);
        let charge = if self.config.settled { SETTLED } else { CHARGED };
        fixed.extend([("expand[]", "data.total_details.breakdown"), ("expand[]", charge)]);
        let (mut rows, mut ids, mut done) = (Vec::<Row>::new(), BTreeSet::new(), until);
        let (mut waiting, mut after) = (BTreeSet::new(), None::<String>);
        loop {
            let mut query = fixed.clone();
            query.extend(after.as_deref().map(|after| ("starting_after", after)));
            let body = self.ask("/v1/checkout/sessions", &query, round).await?;
            let (nodes, next) = wire::list(&Field::root(&body)).map_err(garbled)?;
            for node in &nodes {
                let session = wire::session(node, hours, self.config.books, &state.promos).map_err(garbled)?;
                if session.unpaid {
                    waiting.insert(session.row.hour);
                    state.unpaid.insert(session.row.hour);
                }
                if ids.insert(session.row.id.clone()) {
                    rows.push(session.row);
                }
            }
            let Some(next) = next else { break };
            if let Some(open) = rows.last().map(|row| row.hour + 1).filter(|open| *open < done) {
                state.memory.keep(open, done, &mut rows);
                done = open;
            }
            after = Some(turn(after.as_ref(), next)?);
        }
        state.memory.keep(from, done, &mut rows);
        state.unpaid.retain(|hour| !(from..until).contains(hour) || waiting.contains(hour));
        Ok(())
    }

    /// Asks one question; a hurry is waited for.
    async fn ask(&self, path: &str, query: &[(&str, &str)], round: &mut Round) -> Result<Value, SourceError> {
        loop {
            round.patience.ask(TITLE)?;
            let now = self.config.clock.now();
            // A fixed key cannot be renewed: what refuses it is an answer like any other.
            let (answer, sent) = self.config.client.ask(Question::get(path, query), now, |_| false).await;
            round.out.charge(REQUESTS, sent);
            let answer = answer.map_err(|error| SourceError::of_signed(TITLE, error))?;
            match failure::sort(&answer) {
                Err(SourceError::SlowDown { wait, .. }) => {
                    let wait = wait.unwrap_or(WAIT_BLIND);
                    round.patience.rest(&self.config.clock, TITLE, "stripe", wait).await?;
                }
                sorted => return sorted,
            }
        }
    }
}

/// What a charge had refunded stands in the charge.
const CHARGED: &str = "data.payment_intent.latest_charge";

/// And what it was settled for: four levels, the most there may be.
const SETTLED: &str = "data.payment_intent.latest_charge.balance_transaction";
