//! What a poll costs: at the least, and as a plan expects it.

use super::{Asked, IDS_MAX, PAGE_ROWS, READS, RECENT_DAYS, RESTATED_DAYS};
use crate::sources::quota::calls;
use crate::sources::{Fetched, Planned, Request};

/// What a request costs at least: the last days of each fifty boosts.
pub(super) fn cost(request: &Request) -> Vec<(String, u32)> {
    match calls(Asked::of(request, &mut Fetched::default()).by_id.len(), IDS_MAX) {
        0 => Vec::new(),
        reads => vec![(READS.to_owned(), reads)],
    }
}

/// What a request costs where every boost was met before and delivers every day: the last days, or once a day all that may be
/// restated, page by page, and the account's zone; and the reach of each.
pub(super) fn estimate(planned: &Planned<'_>) -> u32 {
    let boosts = Asked::of(planned.request, &mut Fetched::default()).by_id.len();
    let days = if planned.is_new_day() { RESTATED_DAYS } else { RECENT_DAYS };
    let rows_each = usize::try_from(days + 1).unwrap_or(0);
    let pages = |ids: usize| calls(ids.saturating_mul(rows_each), PAGE_ROWS);
    let full = calls(boosts / IDS_MAX, 1).saturating_mul(pages(IDS_MAX)).saturating_add(pages(boosts % IDS_MAX));
    let account = u32::from(planned.is_new_day() && 0 < boosts);
    full.saturating_add(calls(boosts, IDS_MAX)).saturating_add(account)
}
