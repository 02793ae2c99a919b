//! Where a deal or a campaign would end if the last week goes on.
//!
//! Owns: what of the history and the plan goes into [`projection::to_the_end`]. Refuses: a projection of a campaign that is
//! over or has not begun, and of money whose limit nobody set.

use jiff::{SignedDuration, Timestamp};

use super::core::{State, context};
use super::proposing;
use crate::domain::document::{PartnershipRef, Running};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::num;
use crate::rules::evidence::tested;
use crate::rules::projection::{self, Standing};
use crate::rules::readings::{Readings as _, Span, Want};
use crate::words::view::EndView;

/// How far back the rate is read.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The end of a partnership's or a campaign's money, counted by `cost` (cpa, cpc or cpl); `fresh`: spend that has had no
/// time to sell yet, in minor units. `None`: too little is known.
#[must_use]
pub fn end_of(state: &State, subject: &Subject, cost: Metric, fresh: f64, now: Timestamp) -> Option<EndView> {
    let about = state.catalog.about(subject);
    let (currency, (from, until)) = (about.currency?, about.deal?);
    if now <= from || until <= now {
        return None;
    }
    let things = tested::things(cost).filter(|_| matches!(cost, Metric::Cpa | Metric::Cpc | Metric::Cpl))?;
    let worth = || proposing::worth_of_order(state, &about, now).filter(|_| cost == Metric::Cpa);
    let limit = about.targets.get(&cost).copied().or_else(worth).filter(|limit| 0.0 < *limit)?;
    let deals: Vec<(PartnershipRef, Timestamp)> = state
        .catalog
        .partnerships
        .iter()
        .filter(|(key, one)| one.state == Running::Active && state.catalog.is_within(key, subject))
        .map(|(key, _)| (key.clone(), state.catalog.about(&key.subject()).deal.map_or(from, |deal| deal.0)))
        .collect();
    let view = state.history.view();
    let sum = |metric, platform, since: Option<Timestamp>| -> Option<f64> {
        let one = |(key, began): &(PartnershipRef, Timestamp)| {
            let span = Span { from: since.map_or(*began, |since| std::cmp::max(since, *began)), until: now };
            view.over(&key.subject(), Want { metric, platform }, span).reading.value()
        };
        deals.iter().filter_map(one).reduce(|sum, one| sum + one)
    };
    let week = std::cmp::max(now.checked_sub(WEEK).ok()?, from);
    let spend = sum(Metric::Spend, None, None)?;
    let week_spend = sum(Metric::Spend, None, Some(week))?;
    let booked = |since| sum(Metric::Spend, Some(Platform::Deal), since).unwrap_or(0.0);
    let (boosted, week_boosted) = (spend - booked(None), week_spend - booked(Some(week)));
    let days = |from: Timestamp, until: Timestamp| until.duration_since(from).as_secs_f64() / 86_400.0;
    let left = days(now, until);
    let budgets: f64 =
        state.catalog.boosts_of(subject).iter().map(|boost| num::f64_of(boost.budget.minor)).sum::<f64>() - boosted;
    let pace = |boosted: f64, days: f64| f64::min(boosted / days * left, f64::max(budgets, 0.0));
    let zone = &about.zone;
    let due = |piece: &&crate::domain::document::Deliverable| {
        let day = piece.due.0.to_zoned(zone.clone()).ok().map(|midnight| midnight.timestamp());
        piece.state.is_ahead() && day.is_some_and(|day| day < until)
    };
    let fees = state.catalog.pieces_of(subject).into_iter().filter(due).map(|piece| num::f64_of(piece.fee.minor)).sum();
    let standing = Standing {
        things: sum(things, None, None)?,
        spend,
        revenue: sum(Metric::Revenue, None, None).filter(|_| things == Metric::Orders),
        week_things: sum(things, None, Some(week))?,
        week_spend,
        fresh,
        limit,
        boosts_ahead: [pace(week_boosted, days(week, now)), pace(boosted, days(from, now))],
        fees_ahead: fees,
    };
    let known = context(&about, SignedDuration::ZERO, 0);
    let end = projection::to_the_end(&standing, known.luck, known.prior)?;
    let last_day = until.checked_sub(SignedDuration::from_secs(1)).unwrap_or(until);
    Some(EndView { at: last_day, things, cost, end, currency })
}
