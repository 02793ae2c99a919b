//! Time in which the brand stood in its creators' way: what each cause breaks, and what is left when its time is taken out.
//!
//! A rule on a brand or a campaign may say `cause = "shop"`: what it finds is the brand's own doing. From the start of the
//! window in which it began to hold until it has recovered, numbers that pass through what is broken say nothing about a
//! creator. While it lasts no stop-loss and no downgrade that needs such a number fires; what fired in it and does not hold
//! without it is closed; and afterwards that time is never counted:
//!
//! * **Windows of days** lose whole calendar days. A rate (`cpa`, `cvr`, `roas` …) is read over the days that remain, above
//!   and below the line alike, and so are the counts beside it in the same rule (`spend >= …`, `clicks >= …`): what was spent
//!   while nobody could buy is no evidence. A count that is broken itself, or that is bad because it is low, is absent: fewer
//!   days are no fall.
//! * **Windows of hours** that touch it are absent.
//! * **`own()`** skips windows that touch it, and so does `for = "K windows"` where nothing of a window is left.
//! * **The deal's evidence** and its matured spend lose whole days, post by post, on both sides.
//! * **`last N posts`** is absent where the numbers of one of them run through it.
//!
//! Owns: the table of what each cause breaks, and this arithmetic. Refuses: deciding who is to blame; a rule or a person
//! says that. Everything is worked out from [`Excuse`]s alone, so that a receipt of an earlier instant is the same again with
//! what was known then.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::ids::{Platform, Scope};
use crate::domain::metric::Metric;

use super::check::CheckedRule;
use super::error::RuleError;
use super::lifecycle::Memory;
use super::lower::Source;
use super::readings::{Span, Want};
use super::rule::{Kind, Rule};
use super::window::{Frame, Window};

/// What of the brand's stands in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The shop does not sell: nobody can order, sign up or use a code.
    Shop,
    /// What is advertised is sold out.
    Stock,
    /// The price is not the one that was advertised.
    Price,
    /// Visits and orders are not tracked; the shop itself counts them all the same.
    Pixel,
    /// Something else of the brand's: nothing after the click counts.
    Other,
}

/// Metrics that need an order.
const SOLD: &[Metric] = &[
    Metric::Orders,
    Metric::Revenue,
    Metric::Margin,
    Metric::Redemptions,
    Metric::RedeemedByLink,
    Metric::RedeemedTyped,
    Metric::RedeemedListed,
    Metric::RedeemedElsewhere,
    Metric::Refunds,
    Metric::NewCustomers,
];

/// What a visitor does in the shop without ordering.
const SIGNED: &[Metric] = &[Metric::Leads, Metric::SignUps];

/// What a tracking pixel counts.
const TRACKED: &[Metric] = &[
    Metric::Sessions,
    Metric::Orders,
    Metric::Revenue,
    Metric::Margin,
    Metric::Leads,
    Metric::SignUps,
    Metric::NewCustomers,
];

/// Everything after the click.
const AFTER_CLICK: &[Metric] = &[Metric::Sessions, Metric::Installs];

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 5] = [Self::Shop, Self::Stock, Self::Price, Self::Pixel, Self::Other];

    /// The name in files and JSON, and the key of its words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Stock => "stock",
            Self::Price => "price",
            Self::Pixel => "pixel",
            Self::Other => "other",
        }
    }

    /// Whether a number passes through what is broken. A rate does where one of its parts does. What the shop itself counts
    /// needs no pixel.
    #[must_use]
    pub fn breaks(self, want: Want) -> bool {
        let broken: &[&[Metric]] = match self {
            Self::Shop => &[SOLD, SIGNED],
            Self::Stock | Self::Price => &[SOLD],
            Self::Pixel if want.platform == Some(Platform::Shop) => &[],
            Self::Pixel => &[TRACKED],
            Self::Other => &[SOLD, SIGNED, AFTER_CLICK],
        };
        want.metric.parts().iter().any(|part| broken.iter().any(|metrics| metrics.contains(part)))
    }
}

/// A span of time that does not count against creators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excuse {
    /// Its number in the store.
    pub id: u64,
    /// Since when.
    pub from: Timestamp,
    /// Until when; `None` while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What of the brand's it was.
    pub cause: Cause,
    /// Who said so, as the journal writes it: `rule:shop-stopped`, `chat:maja`.
    pub by: String,
}

impl Excuse {
    /// Whether it lasts at an instant.
    #[must_use]
    pub fn lasts(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }

    /// Its span; one that has not ended is longer than any window.
    fn span(&self) -> Span {
        Span { from: self.from, until: self.until.unwrap_or(Timestamp::MAX) }
    }

    /// Whether a rule asks for a number that it breaks.
    #[must_use]
    pub fn concerns(&self, rule: &CheckedRule) -> bool {
        rule.inputs().iter().any(|input| input.source != Source::Target && self.cause.breaks(input.want))
    }
}

/// What excuses mean for a rule on a subject at an instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Blame {
    /// The brand's trouble lasts: nothing begins.
    pub(super) lasts: bool,
    /// The open incident fired in it.
    pub(super) fired_in_it: bool,
    /// How much of the time since the last change of phase does not count.
    pub(super) waited: SignedDuration,
}

/// What excuses mean for a rule. Only rules that stop money or lower a level blame anybody.
pub(super) fn blame(rule: &CheckedRule, excused: &[Excuse], memory: &Memory, now: Timestamp) -> Blame {
    let blames = match rule.rule().kind {
        Kind::StopLoss | Kind::Downgrade => true,
        Kind::Late | Kind::Rights | Kind::Opportunity => false,
    };
    if excused.is_empty() || !blames {
        return Blame::default();
    }
    let ours: Vec<&Excuse> = excused.iter().filter(|one| one.concerns(rule)).collect();
    let fired = memory.last_fired.filter(|_| memory.is_open());
    Blame {
        lasts: ours.iter().any(|one| one.lasts(now)),
        fired_in_it: fired.is_some_and(|at| ours.iter().any(|one| one.lasts(at))),
        waited: memory
            .since
            .map_or(SignedDuration::ZERO, |since| overlap(ours.iter().copied(), Span { from: since, until: now })),
    }
}

/// How much of a span is excused; what two excuses share counts once.
#[must_use]
pub fn overlap<'a>(excused: impl Iterator<Item = &'a Excuse>, span: Span) -> SignedDuration {
    let cuts = merged(excused.map(Excuse::span).collect());
    let whole = length(span);
    left(span, &cuts).into_iter().map(length).fold(whole, |sum, piece| sum - piece)
}

fn length(span: Span) -> SignedDuration {
    std::cmp::max(span.until.duration_since(span.from), SignedDuration::ZERO)
}

/// The spans that are taken out of a window, in order and apart: whole calendar days, but for windows of hours, which are
/// never judged in part.
pub(super) fn cuts<'a>(excused: impl Iterator<Item = &'a Excuse>, window: Window, frame: &Frame) -> Vec<Span> {
    let widened = excused.map(|one| match window {
        Window::Hours(_) | Window::LastPosts(_) => one.span(),
        Window::Days(_) | Window::Deal => days(one.span(), frame),
    });
    merged(widened.collect())
}

/// A span as whole days: from the midnight before it to the midnight after it.
fn days(span: Span, frame: &Frame) -> Span {
    let day = Window::Days(1);
    let midnight = |at: Timestamp| day.ending(at, frame);
    let from = midnight(span.from).map_or(span.from, |before| before.until);
    let until = midnight(span.until)
        .and_then(|before| if before.until == span.until { Some(before) } else { day.forth(before, 1, frame) })
        .map_or(span.until, |day| day.until);
    Span { from, until }
}

fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.retain(|span| span.from < span.until);
    spans.sort_unstable();
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.from <= last.until => last.until = std::cmp::max(last.until, span.until),
            _ => apart.push(span),
        }
    }
    apart
}

/// What is left of a span without the cuts, which are in order and apart.
pub(super) fn left(span: Span, cuts: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut from = span.from;
    for cut in cuts.iter().filter(|cut| span.from < cut.until && cut.from < span.until) {
        if from < cut.from {
            left.push(Span { from, until: cut.from });
        }
        from = std::cmp::max(from, cut.until);
    }
    if from < span.until {
        left.push(Span { from, until: span.until });
    }
    left
}

/// What is wrong with a rule's `cause`.
pub(super) fn check_keys(rule: &Rule, errors: &mut Vec<RuleError>) {
    if rule.cause.is_none() {
        return;
    }
    match rule.scope {
        Scope::Brand | Scope::Campaign => {}
        Scope::Partnership | Scope::Creator | Scope::Post => {
            let remedy = "write `scope = \"brand\"` or `scope = \"campaign\"`, or leave `cause` out";
            errors.push(RuleError::about(
                "cause",
                "one creator's numbers do not show what lies with the brand",
                remedy,
            ));
        }
    }
    if rule.kind == Kind::Opportunity {
        let remedy = "write `kind = \"stop_loss\"`, or leave `cause` out";
        errors.push(RuleError::about("cause", "what goes well excuses nobody", remedy));
    }
}

#[cfg(test)]
mod tests;
