//! What a poll of a shop would find if orders came evenly: for plans only.

use jiff::{SignedDuration, Timestamp};

use super::super::estimate::Planned;
use super::{Asked, hour_of, sort, start_of};

/// Seconds of a day.
const DAY: f64 = 86_400.0;

/// The words for what is taken for granted.
pub(in crate::sources) fn assumption(orders: u32) -> String {
    format!("{orders} orders a day come evenly over the day, and none changes after its hour (--orders N)")
}

/// What a poll finds.
#[derive(Debug)]
pub(in crate::sources) struct Expected {
    /// Orders in the hours that are read.
    pub read: u32,
    /// Orders that changed since the poll before.
    pub changed: u32,
    /// Hours that are read.
    pub hours: i64,
    /// Codes that are asked about.
    pub codes: u32,
    /// Whether anything is asked at all.
    pub any: bool,
}

impl Expected {
    /// What a request finds. `settles`: hours are read again for so long; `overlap`: changes are looked for again for so long;
    /// `back`: what a first poll reads, and one that meets somebody new.
    pub fn of(
        planned: &Planned<'_>,
        title: &'static str,
        back: SignedDuration,
        (settles, overlap): (SignedDuration, SignedDuration),
    ) -> Self {
        let now = planned.request.now;
        let asked = sort(planned.request, title).unwrap_or_default();
        let before = planned.before.filter(|before| !meets_somebody(&asked, &sort(before, title).unwrap_or_default()));
        let ago = |at: Timestamp, span: SignedDuration| at.checked_sub(span).unwrap_or(at);
        let read_from = before.map_or(ago(now, back), |before| ago(before.now, settles));
        let changed_from = planned.before.map_or(ago(now, back), |before| ago(before.now, overlap));
        let first = hour_of(read_from);
        let each = f64::from(planned.assumed.orders) / DAY;
        let orders = |from: Timestamp| {
            let secs = now.duration_since(from).as_secs_f64();
            let orders = crate::domain::num::round_i64(secs * each).unwrap_or(0);
            u32::try_from(orders).unwrap_or(0)
        };
        Self {
            read: orders(start_of(first)),
            changed: orders(changed_from),
            hours: hour_of(now) - first + 1,
            codes: u32::try_from(asked.codes.len()).unwrap_or(u32::MAX),
            any: !asked.codes.is_empty() || !asked.whole.is_empty(),
        }
    }
}

/// Whether somebody is asked about who was not asked about before.
fn meets_somebody(asked: &Asked, before: &Asked) -> bool {
    let known = |owner: &_, code: &String| before.codes.get(code).is_some_and(|owners| owners.contains(owner));
    let whole = asked.whole.iter().any(|subject| !before.whole.contains(subject));
    whole || asked.codes.iter().any(|(code, owners)| owners.iter().any(|owner| !known(owner, code)))
}

/// Pages of a list that is asked for whether or not there is anything on it.
pub(in crate::sources) fn pages(rows: u32, page: u32) -> u32 {
    std::cmp::max(rows.div_ceil(std::cmp::max(page, 1)), 1)
}
