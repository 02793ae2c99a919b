//! Stops and downgrades judged again, when the attribution window after each has closed and all of its orders are there.
//!
//! Owns: what counts as a call (a stop that was carried out, one that a rule asked for and nobody did, a level that was
//! lowered), from when on it can be judged, and which numbers it is judged on. Refuses: the arithmetic
//! ([`crate::insight::regret`]) and keeping what came of it: it is worked out anew from what is known now, so that a refund
//! that comes later counts. Survives: anything; nothing is changed.

mod post;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::core::{Core, Ruled, State, switches};
use super::proposing::{self, worth_of_order};
use super::{replays, views};
use crate::domain::action::{Deed, Object, Proposal, ProposalStage};
use crate::domain::document::Boost;
use crate::domain::ids::{BrandId, CampaignId, RuleId, Subject};
use crate::domain::metric::Metric;
use crate::domain::num::f64_of;
use crate::domain::verdict::Verdict;
use crate::insight::regret::{self, Ahead, Balance, Before, Call, Judged, Untold};
use crate::outbox::incident::{Happened, Incident};
use crate::rules::backtest::ruled::outcome_of;
use crate::rules::backtest::{Outcome, total};
use crate::rules::downgrade::Milestone;
use crate::rules::eval::Scratch;
use crate::rules::lower::Op;
use crate::rules::readings::{Readings as _, Span, Want};
use crate::rules::receipt::Receipt;
use crate::rules::window::Window;
use crate::store::StoreError;
use crate::store::records::{Loaded, scan_all};
use crate::words::view::Names;

pub use post::{compose, of_campaign, round, say};

/// How far back the pace is read at which money was spent: a week has each of its days once.
const PACE_OVER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// One call, judged again.
#[derive(Debug, Clone)]
pub struct Case {
    /// The proposal by which it was stopped, or that nobody agreed to; none for a level.
    pub proposal: Option<u64>,
    /// The alert it answered, where one did.
    pub incident: Option<String>,
    /// The rule; none where a person stopped it without one.
    pub rule: Option<RuleId>,
    /// Whom it concerned.
    pub subject: Subject,
    /// What people call it.
    pub names: Names,
    /// The brand.
    pub brand: Option<BrandId>,
    /// The campaign.
    pub campaign: Option<CampaignId>,
    /// What was done; none for a level.
    pub deed: Option<Deed>,
    /// It was carried out; else it was asked for and nobody did it.
    pub done: bool,
    /// When it was stopped, or asked for.
    pub at: Timestamp,
    /// When its attribution window closed.
    pub closed: Timestamp,
    /// What became of it.
    pub call: Call,
    /// What it was worth.
    pub balance: Result<Balance, Untold>,
    /// How many times beyond its line it was.
    pub beyond: Option<f64>,
}

impl Case {
    /// As scorecards count it.
    #[must_use]
    pub fn judged(&self) -> Judged {
        Judged {
            rule: self.rule.clone(),
            done: self.done,
            call: self.call,
            balance: self.balance.ok(),
            beyond: self.beyond,
        }
    }
}

/// Calls of a part of everything.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Those that could be judged again, the newest first.
    pub cases: Vec<Case>,
    /// How many there are whose window has not closed yet, and when the next does.
    pub pending: u64,
    /// When the next window closes.
    pub next: Option<Timestamp>,
}

/// What is asked for.
pub struct Wanted<'a> {
    /// Calls about these.
    pub fits: &'a (dyn Fn(Option<&BrandId>, Option<&CampaignId>) -> bool + Sync),
    /// Whose windows closed after this instant …
    pub after: Option<Timestamp>,
    /// … and up to this one.
    pub until: Timestamp,
}

/// A call before it is judged.
struct Made<'a> {
    proposal: Option<&'a Proposal>,
    incident: Option<&'a Incident>,
    subject: &'a Subject,
    done: bool,
    at: Timestamp,
}

/// Judges again what can be.
pub async fn found(core: &Core, wanted: &Wanted<'_>) -> Result<Found, StoreError> {
    let proposals = core.all_proposals().await?;
    let incidents: BTreeMap<String, Incident> = scan_all::<Incident>(&*core.store)
        .await?
        .into_iter()
        .map(|kept| (kept.value.id.as_str().to_owned(), kept.value))
        .collect();
    let state = core.state.lock().await;
    let work = Work { core, state: &state, proposals: &proposals, incidents: &incidents };
    let mut found = Found::default();
    for made in work.made() {
        let (brand, campaign) = work.whose(&made);
        if !(wanted.fits)(brand.as_ref(), campaign.as_ref()) {
            continue;
        }
        let closed = work.closes(&made);
        if wanted.until < closed {
            found.pending += 1;
            found.next = [found.next, Some(closed)].into_iter().flatten().min();
        } else if wanted.after.is_none_or(|after| after < closed) {
            found.cases.push(work.judge(&made, closed, (brand, campaign)));
        }
    }
    found.cases.sort_by_key(|one| (std::cmp::Reverse(one.closed), one.proposal, one.incident.clone()));
    Ok(found)
}

struct Work<'a> {
    core: &'a Core,
    state: &'a State,
    proposals: &'a [Arc<Loaded<Proposal>>],
    incidents: &'a BTreeMap<String, Incident>,
}

/// When something was done; `None`: it was not.
fn done_at(one: &Proposal) -> Option<Timestamp> {
    match one.stage {
        ProposalStage::Verified { at, .. } => Some(at),
        // Where nobody can be asked whether it is so, that it was accepted is all there is to know. A creator can be.
        ProposalStage::Done { at, .. } if one.deed.asks().is_none() => Some(at),
        _ => None,
    }
}

/// The rule that wanted it: the alert says so, and where that was removed with age, whoever asked for it.
fn rule_of(made: &Made<'_>) -> Option<RuleId> {
    let asked = || RuleId::new(made.proposal?.asked_by.strip_prefix("rule/")?).ok();
    made.incident.map(|incident| incident.rule.clone()).or_else(asked)
}

/// Whether nobody did what was asked for.
fn was_left(one: &Proposal) -> bool {
    match one.stage {
        ProposalStage::Rejected { .. }
        | ProposalStage::Expired { .. }
        | ProposalStage::Failed { .. }
        | ProposalStage::Refused { .. } => true,
        ProposalStage::Proposed { .. }
        | ProposalStage::Approved { .. }
        | ProposalStage::Doing { .. }
        | ProposalStage::Done { .. }
        | ProposalStage::Verified { .. } => false,
    }
}

/// Whether it was not wanted any more before anybody answered.
fn was_withdrawn(one: &Proposal, incident: Option<&Incident>) -> bool {
    let withdrawn = |what: &Happened| match what {
        Happened::Withdrawn { proposal, .. } | Happened::Spared { proposal } => *proposal == one.number,
        _ => false,
    };
    incident.is_some_and(|incident| incident.events.iter().any(|event| withdrawn(&event.what)))
}

impl<'a> Work<'a> {
    fn proposals(&self) -> impl Iterator<Item = &'a Proposal> + use<'a> {
        self.proposals.iter().map(|kept| &kept.value)
    }

    /// Every call there was: what was stopped, what a rule asked to stop and nobody did, levels that were lowered.
    fn made(&self) -> Vec<Made<'a>> {
        let mut all = Vec::new();
        // Of what is asked for again and again about one thing the first asking counts.
        let mut asked = BTreeSet::new();
        for one in self.proposals().filter(|one| one.deed.stops()) {
            let incident = one.incident.as_ref().and_then(|id| self.incidents.get(id));
            let made = |done, at| Made { proposal: Some(one), incident, subject: &one.subject, done, at };
            if let Some(at) = done_at(one) {
                all.push(made(true, at));
            } else if was_left(one) && one.asked_by.starts_with("rule/") && !was_withdrawn(one, incident) {
                let first = asked.insert((one.incident.clone(), one.deed.typed()));
                let done_later = self.later(one, one.asked_at).any(|(later, _)| later.deed.stops());
                if first && !done_later {
                    all.push(made(false, one.asked_at));
                }
            }
        }
        for incident in self.incidents.values() {
            let lowered = |what: &Happened| matches!(what, Happened::Level { step: Milestone::Lowered });
            let lowered = incident.events.iter().filter(|event| lowered(&event.what));
            all.extend(lowered.map(|event| Made {
                proposal: None,
                incident: Some(incident),
                subject: &incident.subject,
                done: true,
                at: event.at,
            }));
        }
        all
    }

    /// What was done later about the same thing, and when.
    fn later(&self, one: &'a Proposal, at: Timestamp) -> impl Iterator<Item = (&'a Proposal, Timestamp)> {
        let same = move |other: &&Proposal| other.number != one.number && other.deed.object() == one.deed.object();
        let done = self.proposals().filter(same).filter_map(|other| Some((other, done_at(other)?)));
        done.filter(move |(_, done)| at < *done)
    }

    fn whose(&self, made: &Made<'_>) -> (Option<BrandId>, Option<CampaignId>) {
        let about = self.state.catalog.about(made.subject);
        let brand = about.brand.or_else(|| made.incident.and_then(|incident| incident.brand.clone()));
        (brand, about.campaign)
    }

    /// When its attribution window closes: after that no order is credited to what was spent before it.
    fn closes(&self, made: &Made<'_>) -> Timestamp {
        let case = replays::case(&self.state.catalog, made.subject, 0);
        let attribution = match case.attribution {
            // A creator on their own has no campaign that says it.
            SignedDuration::ZERO => self.state.catalog.maturity.attribution.0,
            of_campaign => of_campaign,
        };
        made.at.checked_add(attribution).unwrap_or(Timestamp::MAX)
    }

    fn ruled(&self, made: &Made<'_>) -> Option<&'a Ruled> {
        self.state.rules.get(&rule_of(made)?)
    }

    fn judge(
        &self,
        made: &Made<'_>,
        closed: Timestamp,
        (brand, campaign): (Option<BrandId>, Option<CampaignId>),
    ) -> Case {
        let receipt = made.incident.and_then(|one| serde_json::from_value::<Receipt>(one.receipt.clone()).ok());
        let balance = match made.proposal {
            Some(proposal) => self.balance(proposal, made, receipt.as_ref(), closed),
            None => Err(Untold::Level),
        };
        let written = self.ruled(made).is_some_and(|ruled| ruled.rule.rule().judge.is_some());
        let told = receipt.as_ref().and_then(|receipt| self.outcome(made, receipt));
        let line = || told.or_else(|| self.line_at(made, closed));
        Case {
            proposal: made.proposal.map(|one| one.number),
            incident: made.incident.map(|one| one.id.as_str().to_owned()),
            rule: rule_of(made),
            subject: made.subject.clone(),
            names: views::names(self.state, made.subject),
            brand,
            campaign,
            deed: made.proposal.map(|one| one.deed.clone()),
            done: made.done,
            at: made.at,
            closed,
            call: regret::call(told.filter(|_| written), balance, if balance.is_ok() { None } else { line() }),
            balance,
            beyond: receipt.as_ref().and_then(beyond),
        }
    }

    /// What a replay says of the fire, by what is known now.
    fn outcome(&self, made: &Made<'_>, receipt: &Receipt) -> Option<bool> {
        let (ruled, incident) = (self.ruled(made)?, made.incident?);
        let window = receipt.windows.last().copied()?;
        let case = replays::case(&self.state.catalog, &incident.subject, ruled.version);
        let known = (&self.state.history, switches(&self.core.config));
        match outcome_of(&ruled.rule, (&incident.subject, case), known, window) {
            Outcome::Right => Some(true),
            Outcome::Wrong => Some(false),
            Outcome::Open => None,
        }
    }

    /// Whether the line was still crossed when the window had closed. Of a rule about spend that says nothing: what was
    /// stopped spends nothing.
    fn line_at(&self, made: &Made<'_>, closed: Timestamp) -> Option<bool> {
        let ruled = self.ruled(made)?;
        let subject = made.incident.map_or(made.subject, |incident| &incident.subject);
        let spends = ruled.rule.inputs().iter().any(|input| input.want.metric.parts().contains(&Metric::Spend));
        if spends {
            return None;
        }
        let case = replays::case(&self.state.catalog, subject, ruled.version);
        let window = match ruled.rule.window() {
            Window::LastPosts(_) => Span { from: closed, until: closed },
            window @ (Window::Days(_) | Window::Hours(_) | Window::Deal) => {
                window.latest(closed, &case.context.frame)?
            }
        };
        let (view, mut scratch) = (self.state.history.view(), Scratch::default());
        let over = (window, window);
        match ruled.rule.verdict_over(subject, &case.context, &view, over, &mut scratch) {
            Verdict::Holds => Some(true),
            Verdict::DoesNotHold => Some(false),
            Verdict::Unknown => None,
        }
    }

    /// What it was worth: the money that the alert looked at says what the money after it would have brought.
    fn balance(
        &self,
        proposal: &Proposal,
        made: &Made<'_>,
        receipt: Option<&Receipt>,
        closed: Timestamp,
    ) -> Result<Balance, Untold> {
        let state = self.state;
        let about = state.catalog.about(&proposal.subject);
        let (Some((begins, ends)), Some(currency)) = (about.deal, about.currency) else { return Err(Untold::Gone) };
        let week = made.at.checked_sub(PACE_OVER).unwrap_or(begins);
        let looked_at = receipt.and_then(|receipt| receipt.windows.last()).map_or(week, |window| window.from);
        let from = std::cmp::max(looked_at, begins);
        if state.kept.older && from < state.kept.since {
            return Err(Untold::Gone);
        }
        let span = Span { from, until: closed };
        let before = |spent: Option<f64>, orders: Option<f64>| {
            let (spent, orders) = (spent.ok_or(Untold::NoSpend)?, orders.ok_or(Untold::NoOrders)?);
            let worth = worth_of_order(state, &about, self.core.clock.now()).ok_or(Untold::NoWorth)?;
            Ok(Before { spent, orders, worth })
        };
        match proposal.deed.object() {
            Object::Boost(id) => {
                let boost = state.catalog.boosts.get(id).ok_or(Untold::Gone)?;
                let spent = self.boosted(&proposal.subject, span);
                let before = before(spent, proposing::brought_as(|want| self.total(&proposal.subject, want, span)))?;
                let ahead = self.ahead(proposal, made, boost, (begins, ends, closed))?;
                regret::balance(ahead, before, currency)
            }
            Object::Deliverable(..) => {
                if made.done && self.later(proposal, made.at).any(|(later, _)| !later.deed.stops()) {
                    return Err(Untold::TakenBack);
                }
                let fee = proposal.saves.filter(|saves| saves.currency == currency).ok_or(Untold::NoMoney)?;
                let read = |metric| self.total(&proposal.subject, Want { metric, platform: None }, span);
                let before = before(read(Metric::Spend), read(Metric::Orders))?;
                regret::balance(Ahead::Amount(f64_of(fee.minor)), before, currency)
            }
            Object::Code(..) | Object::Link(..) | Object::Fix(..) => Err(Untold::NoMoney),
        }
    }

    /// What a boost would have spent without the stop; of one that nobody stopped, what it did.
    fn ahead(
        &self,
        proposal: &Proposal,
        made: &Made<'_>,
        boost: &Boost,
        (begins, ends, closed): (Timestamp, Timestamp, Timestamp),
    ) -> Result<Ahead, Untold> {
        let (state, at) = (self.state, made.at);
        let whole = self.budget_before(proposal, boost);
        let others = state.catalog.boosts.values().filter(|one| one.partnership == boost.partnership);
        let others: i64 = others.filter(|one| one.id != boost.id).map(|one| one.budget.minor).sum();
        let sum = f64_of(whole.saturating_add(others));
        // Platforms report a partnership's spend as one: each boost is taken to have spent its share of all budgets.
        let share = if 0.0 < sum { f64_of(whole) / sum } else { 1.0 };
        let spent = |from: Timestamp, until: Timestamp| {
            if until <= from {
                return Some(0.0);
            }
            self.boosted(&proposal.subject, Span { from, until }).map(|spent| spent * share)
        };
        let next = self.later(proposal, at).map(|(_, done)| done).min().unwrap_or(Timestamp::MAX);
        if !made.done {
            let until = [ends, closed, next].into_iter().min().unwrap_or(closed);
            let went_on = spent(at, until).ok_or(Untold::NoSpend)?;
            return if 0.0 < went_on { Ok(Ahead::Amount(went_on)) } else { Err(Untold::NoPace) };
        }
        let want = Want { metric: Metric::Spend, platform: None };
        let first = state.history.view().begins(&proposal.subject, want).ok_or(Untold::NoSpend)?;
        let week = at.checked_sub(PACE_OVER).unwrap_or(begins);
        let since = [week, begins, first].into_iter().max().unwrap_or(week);
        let end = std::cmp::min(ends, next);
        let (recent, so_far) = (spent(since, at).ok_or(Untold::NoSpend)?, spent(begins, at).ok_or(Untold::NoSpend)?);
        Ok(Ahead::Pace {
            recent,
            recent_secs: regret::secs(at.duration_since(since)),
            secs: regret::secs(end.duration_since(at)),
            left: f64::max(f64_of(whole) - so_far, 0.0),
            after: spent(at, std::cmp::min(end, closed)).unwrap_or(0.0),
        })
    }

    /// What is kept of a counter over a span; what a source no longer states is taken as it stated it last, for a boost that
    /// was stopped reports nothing more.
    fn total(&self, subject: &Subject, want: Want, span: Span) -> Option<f64> {
        total(&self.state.history.view(), subject, want, span)
    }

    fn boosted(&self, subject: &Subject, span: Span) -> Option<f64> {
        proposing::boosted_as(|want| self.total(subject, want, span))
    }

    /// What the boost might spend before the alert first touched it: what was cut and then stopped had been whole.
    fn budget_before(&self, proposal: &Proposal, boost: &Boost) -> i64 {
        let mut mine = self.proposals().filter(|one| {
            one.deed.object() == proposal.deed.object()
                && done_at(one).is_some()
                && one.number <= proposal.number
                && (one.number == proposal.number || (one.incident.is_some() && one.incident == proposal.incident))
        });
        let was = |one: &Proposal| match &one.deed {
            Deed::CutBoost { was, .. } | Deed::SetBudget { was, .. } => {
                Some(one.before.as_deref().and_then(crate::domain::action::budget_in).unwrap_or(*was).minor)
            }
            _ => None,
        };
        mine.find_map(was).unwrap_or(boost.budget.minor)
    }
}

/// How many times beyond its line the alert was: by the comparison about money, else the first that decided.
fn beyond(receipt: &Receipt) -> Option<f64> {
    let decided: Vec<_> = receipt.decided_by().filter(|one| one.limit.is_some()).collect();
    let money = |one: &&&crate::rules::receipt::Comparison| {
        one.weight.is_some() || one.seen().readings.iter().any(|used| is_rate_of_money(used.metric))
    };
    let main = decided.iter().find(money).or(decided.first())?;
    let worse = match main.direction() {
        Op::Greater | Op::GreaterOrEqual => true,
        Op::Less | Op::LessOrEqual => false,
        Op::Equal | Op::NotEqual => return None,
    };
    // It held, and there was nothing to divide by: money for nothing is beyond every line.
    let seen = main.seen().value.or((main.verdict == Verdict::Holds && worse).then_some(f64::INFINITY))?;
    regret::beyond(seen, main.allowed().value?, worse)
}

/// What something costs, or brings for its money; spend alone is only how much there was to judge.
fn is_rate_of_money(metric: Metric) -> bool {
    let parts = metric.parts();
    parts.contains(&Metric::Spend) && parts.iter().any(|part| *part != Metric::Spend)
}
