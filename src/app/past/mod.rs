//! Receipts of past instants, byte for byte.
//!
//! A receipt depends on numbers, documents, rules, what the rule remembered, the settings and what was learned. Each of them
//! is kept with when it became known, so a receipt is judged anew from what was known then and comes to the same bytes.
//!
//! *When* needs more than a clock: two polls and an `apply` may share one instant. So whatever changes the picture carries
//! an instant of [`Core::stamp`], which never repeats, and every judgement that changed something is kept with how far the
//! picture went that it saw ([`Cut`]). For an instant at which nothing changed the picture is what was known by then.
//!
//! Owns: the picture of an instant, and how far back one can be made. Refuses: going back further than the numbers in
//! memory ([`PastError::NotKept`]). Survives: restarts; everything is read from the store, except the numbers, which are in
//! memory anyway. The work is bounded by the documents and by the changes of one rule on one subject; no journal is read.
//!
//! Numbers from an import count as known when they were observed, because a table cannot know better. So they can change
//! what an earlier receipt is recomputed to; every change keeps a digest of its receipt, and [`Then::differs`] tells.

pub mod memory;
pub mod picture;
#[cfg(test)]
mod secrets;
pub mod settings;

use jiff::{SignedDuration, Timestamp};

use super::catalog::{self, About, Groups};
use super::core::{Core, Cut, Ruled, State};
use crate::domain::ids::{RuleId, Subject};
use crate::rules::judge::{Judgement, judge};
use crate::rules::window::Window;
use crate::store::StoreError;

use memory::Remembered;
use picture::Until;

/// How long the guards listen until they know a fleet: seven days that count, and one on either side.
const GUARDS_LEARN: SignedDuration = SignedDuration::from_hours(9 * 24);

/// How old a statement may be at the boundary it stands for.
const BOUNDARY: SignedDuration = SignedDuration::from_hours(24);

/// What is taken in at one instant is stamped within so much of it: a stamp is a nanosecond after the last.
pub const INSTANT: SignedDuration = SignedDuration::from_nanos(999);

/// Why there is no receipt of an instant.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// There is no such rule.
    #[error("there is no such rule")]
    UnknownRule,
    /// The numbers it needs are older than what is kept.
    #[error(
        "{at} needs numbers from {needed} on, and they are kept from {kept} on; {}",
        .answerable.map_or_else(
            || "the deal began before that, so its receipts can no longer be told".to_owned(),
            |from| format!("this rule can be answered for instants from {from} on")
        )
    )]
    NotKept {
        /// What was asked about.
        at: Timestamp,
        /// From when on numbers are needed.
        needed: Timestamp,
        /// From when on there are any.
        kept: Timestamp,
        /// From when on it can be answered; `None` where it depends on a deal that began before.
        answerable: Option<Timestamp>,
    },
    /// The store did not answer.
    #[error("could not look into the past")]
    Store(#[from] StoreError),
}

/// A rule on a subject as it was judged, or would have been.
#[derive(Debug)]
pub struct Then {
    /// The rule as it was then.
    pub ruled: Ruled,
    /// Whether it was in force then; else this is what its first version would have said.
    pub in_force: bool,
    /// What was known of the subject then.
    pub about: About,
    /// What comes of judging.
    pub judgement: Judgement,
    /// Whether the receipt that was written down then was another one.
    pub differs: bool,
}

/// Judges a rule on a subject as it was at an instant.
pub async fn judged(core: &Core, rule: &RuleId, subject: &Subject, at: Timestamp) -> Result<Then, PastError> {
    let by_then = at.checked_add(INSTANT).unwrap_or(at);
    let store = &*core.store;
    let (memory, cut, written, digest) = match memory::then(store, rule, subject, at, by_then).await? {
        Remembered::Changed(change) => match change.judged {
            Some(judged) => (change.before, judged.cut, change.written, Some(judged.receipt)),
            None => (change.before, Cut::at(by_then), by_then, None),
        },
        Remembered::Stood(memory) => (memory, Cut::at(by_then), by_then, None),
    };
    let Some((ruled, in_force)) = picture::rule(store, rule, cut.edition).await? else {
        return Err(PastError::UnknownRule);
    };
    let judging = settings::then(core, written).await?;
    let until = Until { edition: cut.edition, or_first: !in_force };
    let mut catalog = picture::catalog(store, &judging, Some(until)).await?;
    catalog.benchmarks = core.config.benchmarks.clone().into();
    let state = core.state.lock().await;
    let credits = catalog.credits();
    let view = state.history.view_with(judging.guards(), Some(cut.known)).credited(&credits);
    // Who was comparable then goes by the followers that were known then.
    catalog.measure(&view, at);
    let about = catalog.about_at(subject, at);
    reach(&state, &ruled, &about, at)?;
    let context = catalog::judging((&catalog, &view), &mut Groups::default(), (subject, &about), &ruled, at);
    let judgement = judge(&ruled.rule, subject, &context, &view, &memory, at);
    drop(state);
    let differs = digest.is_some_and(|digest| digest != memory::digest(&judgement.receipt));
    Ok(Then { ruled, in_force, about, judgement, differs })
}

/// Whether the numbers that a receipt needs are in memory.
fn reach(state: &State, ruled: &Ruled, about: &About, at: Timestamp) -> Result<(), PastError> {
    if !state.kept.older {
        return Ok(());
    }
    let rule = ruled.rule.rule();
    let hours = |hours: i64| SignedDuration::from_hours(hours);
    // The window, those that `for` and `prev` step back to, and what `own` looks at before them.
    let windows = i64::from(ruled.rule.windows()).saturating_add(1);
    let back = match ruled.rule.window() {
        Window::Days(days) => hours(24 * (i64::from(days) * windows + 1)) + rule.own.get(),
        Window::Hours(length) => hours(i64::from(length) * windows) + rule.own.get(),
        Window::LastPosts(_) => SignedDuration::ZERO,
        Window::Deal => {
            about.deal.map_or(SignedDuration::ZERO, |(from, _)| std::cmp::max(at.duration_since(from), hours(0)))
        }
    };
    let back = back.saturating_add(BOUNDARY).saturating_add(GUARDS_LEARN);
    let needed = at.checked_sub(back).unwrap_or(Timestamp::MIN);
    if state.kept.since <= needed {
        return Ok(());
    }
    let answerable = match ruled.rule.window() {
        Window::Deal => None,
        Window::Days(_) | Window::Hours(_) | Window::LastPosts(_) => state.kept.since.checked_add(back).ok(),
    };
    Err(PastError::NotKept { at, needed, kept: state.kept.since, answerable })
}
