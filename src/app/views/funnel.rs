//! A deal's funnel beside those of comparable ones, from the numbers that are there.
//!
//! Owns: which numbers are laid out: views, likes and comments by post, clicks and orders by post where that is counted and
//! else by week, followers as they are known. Refuses: the comparison ([`crate::insight::funnel`]).

use jiff::Timestamp;

use super::found::{Alike, All, Asks, alike, flow, posts};
use crate::domain::document::PartnershipRef;
use crate::domain::ids::Subject;
use crate::domain::num;
use crate::insight::causes::case::{Crowd, Known};
use crate::insight::funnel;
use crate::rules::readings::Span;
use crate::words::funnel::FunnelView;

/// Numbers laid out for the comparison, which waits until the picture in memory is let go.
pub(super) struct Laid {
    own: Known,
    peers: Vec<Known>,
    from: Timestamp,
}

/// What there is to compare. `None` for what is no deal, or has no days.
pub(super) fn lay(all: All<'_>, subject: &Subject, now: Timestamp) -> Option<Laid> {
    let Alike { key, days, peers } = alike(all.0, subject, now)?;
    let own = known(all, &key, &days, now);
    let peers = peers.iter().map(|key| known(all, key, &days, now)).collect();
    Some(Laid { own, peers, from: days.first()?.from })
}

impl Laid {
    /// The steps that can be compared; `None` where there is none.
    pub(super) fn view(&self) -> Option<FunnelView> {
        let funnel = funnel::funnel(&self.own, &self.peers);
        (!funnel.rates.is_empty()).then_some(FunnelView { funnel, from: self.from })
    }
}

fn known(all: All<'_>, key: &PartnershipRef, days: &[Span], now: Timestamp) -> Known {
    let (posts, _) = posts(all, key, Asks::Engagement, now);
    let audience = all.0.audiences.get(&key.creator).and_then(crate::rules::benchmark::size::Audiences::of_main);
    let followers = audience.and_then(|one| i64::try_from(one.followers).ok()).map(num::f64_of);
    Known {
        days: flow(all.1, &key.subject(), days),
        posts,
        crowd: Crowd { followers, ..Crowd::default() },
        ..Known::default()
    }
}
