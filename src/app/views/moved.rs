//! Why a number about money is what it is, against the plan, comparable others or as long before.
//!
//! Owns: which of them is the honest comparison where nobody asked for one: what the rule itself holds the number against.
//! Refuses: another number than the one that the alert tells.

use std::collections::BTreeMap;

use super::compared;
use crate::app::benchmarks::receipt_of;
use crate::app::catalog::Groups;
use crate::app::core::State;
use crate::domain::document::PartnershipRef;
use crate::domain::ids::Subject;
use crate::domain::metric::{Kind, Metric};
use crate::domain::num;
use crate::insight::decomposition::{Counts, Scale, Target, Yardstick, decompose};
use crate::insight::planned;
use crate::rules::benchmark::quantile;
use crate::rules::lower::Source;
use crate::rules::readings::{Readings as _, Span, Want};
use crate::rules::receipt::{Basis, Others, Receipt};
use crate::words::chart::Band;
use crate::words::moved::{Against, Moved};
use crate::words::view::{RightKind, Seen};

/// Views that rates are laid out over, so that others of any size compare.
const VIEWS: f64 = 1_000.0;

/// Fewer earlier windows than this have no middle half.
const PAST_MIN: usize = 8;

/// What explains the number that a receipt is about. `None` where it is not about money per result, or where there is
/// nothing to hold it against.
///
/// `asked`: only against this. Else first against what the rule itself asks about.
pub(super) fn moved(
    state: &State,
    subject: &Subject,
    (receipt, main): (&Receipt, &Seen),
    asked: Option<Yardstick>,
) -> Option<Moved> {
    let target = match main.metric? {
        _ if main.platform.is_some() || receipt.pool.is_some() => return None,
        Metric::Cpa => Target::Cpa,
        Metric::Roas => Target::Roas,
        _ => return None,
    };
    let asker = Asker { state, subject, receipt };
    let bases = asked.map_or_else(|| in_order(main.right_kind).to_vec(), |asked| vec![asked]);
    bases.into_iter().find_map(|basis| {
        let told = match basis {
            Yardstick::Plan => asker.against_plan(target),
            Yardstick::Peers => asker.against_others(target),
            Yardstick::Before => asker.against_before(target),
        };
        told.filter(|told| fits(told, main.left.value()))
    })
}

/// A limit that was agreed is the plan's, and a fall is one from its own past; anything else is first held against others.
fn in_order(right: RightKind) -> [Yardstick; 3] {
    match right {
        RightKind::Target => [Yardstick::Plan, Yardstick::Peers, Yardstick::Before],
        RightKind::Own { .. } | RightKind::Prev => [Yardstick::Before, Yardstick::Peers, Yardstick::Plan],
        RightKind::Literal | RightKind::Beside { .. } | RightKind::Peers { .. } | RightKind::Industry => {
            [Yardstick::Peers, Yardstick::Before, Yardstick::Plan]
        }
    }
}

/// What is taken apart is the number that the alert tells, or it explains another one.
fn fits(told: &Moved, seen: Option<f64>) -> bool {
    let near = |seen: f64| num::round_i64(seen).is_some_and(|seen| (seen - told.told.now).abs() <= 1);
    let fits = match (told.told.target, seen) {
        (Target::Cpa, Some(seen)) => near(seen),
        (Target::Roas, Some(seen)) => near(seen * 10_000.0),
        (Target::Orders, None) => true,
        (Target::Cpa | Target::Roas, None) | (Target::Orders, Some(_)) | (Target::Revenue | Target::Roi, _) => false,
    };
    fits && told.told.now != told.told.before
}

/// Where the middle half of what a chart's line is held against lies: the own past, where the rule asks about that, else
/// comparable others.
pub(super) fn band(state: &State, subject: &Subject, receipt: &Receipt, main: &Seen, past: &[f64]) -> Option<Band> {
    if matches!(main.right_kind, RightKind::Own { .. } | RightKind::Prev) {
        let mut past = past.to_vec();
        past.sort_by(f64::total_cmp);
        let few = past.len() < PAST_MIN;
        let at = |share| quantile(&past, share).filter(|_| !few);
        return Some(Band { low: at(0.25)?, high: at(0.75)?, others: None });
    }
    let metric = main.metric.filter(|_| main.platform.is_none())?;
    let asker = Asker { state, subject, receipt };
    let [low, high] = asker.beside([(metric, "0.25"), (metric, "0.75")])?;
    let high = high?;
    Some(Band { low: low?.theirs, high: high.theirs, others: Some(high.others.creators) })
}

struct Asker<'a> {
    state: &'a State,
    subject: &'a Subject,
    receipt: &'a Receipt,
}

/// A number beside that of comparable others.
struct Beside {
    own: f64,
    theirs: f64,
    others: Others,
}

impl Asker<'_> {
    /// Against the middle of comparable others, step by step: a middle creator who exists nowhere, but whose steps do.
    fn against_others(&self, target: Target) -> Option<Moved> {
        let asked = [Metric::Cvr, Metric::Cpm, Metric::Ctr, Metric::Cpc, Metric::Aov];
        let [cvr, cpm, ctr, cpc, aov] = self.beside(asked.map(|metric| (metric, "0.5")))?;
        let (cvr, reach) = (cvr?, cpm.zip(ctr));
        let cost_of_clicks = if reach.is_none() { Some(cpc?) } else { None };
        let aov = if target == Target::Roas { Some(aov?) } else { None };
        let counts = |pick: &dyn Fn(&Beside) -> f64| {
            let (spend, views, clicks) = match (&reach, &cost_of_clicks) {
                (Some((cpm, ctr)), _) => (pick(cpm), Some(VIEWS), pick(ctr) * VIEWS),
                (None, cpc) => (cpc.as_ref().map_or(0.0, pick) * VIEWS, None, VIEWS),
            };
            let orders = clicks * pick(&cvr);
            let worth = aov.as_ref().map(|aov| pick(aov) * orders);
            Counts { spend: Some(spend), views, engagements: None, clicks: Some(clicks), orders: Some(orders), worth }
        };
        let (mut before, mut now) = (counts(&|one| one.theirs), counts(&|one| one.own));
        let mut target = target;
        if target == Target::Cpa && now.orders == Some(0.0) {
            // Nobody bought, so there is no cost of an order: what the same money would have brought the others.
            target = Target::Orders;
            let spent = self.own(Metric::Spend)?;
            for side in [&mut before, &mut now] {
                scale_to(side, spent)?;
            }
        }
        let told = decompose(target, &before, &now, Scale::PerReach).ok()?;
        let against = Against::Others(compared(&cvr.others));
        Some(Moved { against, told, currency: self.receipt.currency })
    }

    /// Against the window before, where the window is one that has another before it.
    fn against_before(&self, target: Target) -> Option<Moved> {
        let now = *self.receipt.windows.last()?;
        let about = self.state.catalog.about_at(self.subject, self.receipt.at);
        let frame = crate::app::core::context(&about, jiff::SignedDuration::ZERO, self.receipt.version).frame;
        let before = self.receipt.window.back(now, 1, &frame)?;
        let told = decompose(target, &self.counts(before), &self.counts(now), Scale::PerReach).ok()?;
        Some(Moved { against: Against::Before, told, currency: self.receipt.currency })
    }

    /// Against what the same money should bring by the deal's targets, where they say something of views or clicks.
    fn against_plan(&self, target: Target) -> Option<Moved> {
        let now = self.counts(*self.receipt.windows.last()?);
        let plan = planned::counts(&self.targets(), now.spend.filter(|spend| 0.0 < *spend)?)?;
        // Nobody bought, so there is no cost of an order: what the same money should have brought.
        let nobody = target == Target::Cpa && now.orders == Some(0.0);
        let target = if nobody { Target::Orders } else { target };
        let told = decompose(target, &plan, &now, Scale::PerReach).ok()?;
        Some(Moved { against: Against::Plan, told, currency: self.receipt.currency })
    }

    /// Rates in force, and what is counted: of the deal itself where it says any of it, else of its campaign, never some of
    /// each: so many views of the whole campaign go with so many orders of all of it.
    fn targets(&self) -> BTreeMap<Metric, f64> {
        let mut targets = self.state.catalog.about_at(self.subject, self.receipt.at).targets;
        if let Subject::Partnership(campaign, creator) = self.subject {
            let key = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
            let own = self.state.catalog.partnerships.get(&key).map(|one| &one.target);
            let is_counted = |metric: &Metric| !matches!(metric.kind(), Kind::Derived { .. });
            if own.is_some_and(|own| own.keys().any(is_counted)) {
                targets.retain(|metric, _| !is_counted(metric) || own.is_some_and(|own| own.contains_key(metric)));
            }
        }
        targets
    }

    fn counts(&self, span: Span) -> Counts {
        let view = self.state.history.view();
        let read = |metric| view.over(self.subject, Want { metric, platform: None }, span).reading.value();
        Counts {
            spend: read(Metric::Spend),
            views: read(Metric::Views),
            engagements: None,
            clicks: read(Metric::Clicks),
            orders: read(Metric::Orders),
            worth: read(Metric::Revenue),
        }
    }

    fn own(&self, metric: Metric) -> Option<f64> {
        let used = self.receipt.comparisons.iter().flat_map(|one| one.left.readings.iter().chain(&one.right.readings));
        let kept = used.filter(|used| used.source == Source::Now && used.metric == metric).find_map(|used| used.value);
        kept.or_else(|| {
            let span = *self.receipt.windows.last()?;
            let view = self.state.history.view();
            view.over(self.subject, Want { metric, platform: None }, span).reading.value()
        })
    }

    /// Metrics over the receipt's own window, each beside a quantile of comparable others over theirs, at the receipt's
    /// instant.
    fn beside<const N: usize>(&self, asked: [(Metric, &str); N]) -> Option<[Option<Beside>; N]> {
        let ruled = self.state.rules.get(&self.receipt.rule)?;
        let conditions = asked.map(|(metric, quantile)| format!("{metric} > peers({metric}, {quantile})"));
        let text = format!(
            "[[rule]]\nid = \"moved\"\nkind = \"opportunity\"\nscope = \"{}\"\nwindow = \"{}\"\nmature = {}\n\
             when = \"{}\"\n",
            self.subject.scope().as_str(),
            self.receipt.window,
            ruled.rule.rule().mature,
            conditions.join(" && "),
        );
        let receipt = receipt_of(self.state, &mut Groups::default(), (self.subject, &text), self.receipt.at)?;
        let mut compared = receipt.comparisons.iter();
        Some(asked.map(|_| {
            let one = compared.next()?;
            let others = one.right.readings.first()?.basis.as_ref().and_then(Basis::others)?.clone();
            Some(Beside { own: one.left.value?, theirs: one.right.value?, others })
        }))
    }
}

/// The same rates over another spend.
fn scale_to(counts: &mut Counts, spend: f64) -> Option<()> {
    let by = spend / counts.spend.filter(|spend| 0.0 < *spend)?;
    for count in [&mut counts.views, &mut counts.clicks, &mut counts.orders, &mut counts.worth, &mut counts.spend] {
        *count = count.map(|count| count * by);
    }
    Some(())
}
