//! Rules about the deal itself, and about what goes well: what they offer, and what is shown of them.
//!
//! Owns: which piece, boost or right a fire is about, what can be done about it, and that the creator hears of what is
//! overdue before the team does. Refuses: stopping anything by itself for it.

use jiff::{SignedDuration, Timestamp};

use super::core::{Core, State};
use super::cycle::Fired;
use super::proposing::{Asker, Offers, add_up, proposal, stake, stake_of_piece, wants_now};
use crate::domain::action::{Deed, Fix, Proposal, ProposalStage};
use crate::domain::deal::title_of;
use crate::domain::document::{Checked, Deliverable, Document, Partnership, PartnershipRef, RightKind};
use crate::domain::ids::{Platform, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::Money;
use crate::domain::num;
use crate::domain::standing::{self, Named, Owed, start_of};
use crate::domain::verdict::Verdict;
use crate::domain::written::Day;
use crate::outbox::incident::Incident;
use crate::outbox::notice::Urgency;
use crate::rules::check::CheckedRule;
use crate::rules::readings::{Readings as _, Span, Want};
use crate::rules::receipt::Receipt;
use crate::rules::rule::{Do, Kind};
use crate::words::view::{DealView, FactView};

/// How much sooner a creator who is asked hears of it than the team: long enough to answer, and the team's first message
/// says so; too short to matter to a campaign.
const HEAD_START: SignedDuration = SignedDuration::from_secs(5 * 60);

/// How many days more a creator is given for what is overdue.
pub const MORE_DAYS: i32 = 3;

/// How many days longer a right is asked for: a length that `TikTok` has for Spark codes as well.
pub const RIGHT_DAYS: i32 = 30;

/// How far back a boost's spend a day is read.
const SPEND_OVER: SignedDuration = SignedDuration::from_hours(72);

/// How near the end of a deal is when renewing it is worth a word.
const RENEW_WITHIN: SignedDuration = SignedDuration::from_hours(45 * 24);

/// How far ahead of others a message goes. What only waits for a paper, or for an eye, can wait behind what costs money.
#[must_use]
pub fn urgency(rule: &CheckedRule) -> Urgency {
    let quiet = |metric: &Metric| {
        matches!(
            metric,
            Metric::DraftOverdue | Metric::ProofOverdue | Metric::ReportOverdue | Metric::DisclosuresMissing
        )
    };
    let facts = rule.facts();
    match rule.rule().kind {
        Kind::Late if !facts.is_empty() && facts.iter().all(quiet) => Urgency::Informational,
        Kind::StopLoss | Kind::Rights | Kind::Late => Urgency::Critical,
        Kind::Downgrade | Kind::Opportunity => Urgency::Informational,
    }
}

/// The facts of the deal in a receipt over which its condition holds, in the order of the rule; where none holds, all.
fn facts(receipt: &Receipt) -> Vec<FactView> {
    let of = |only: Option<Verdict>| {
        let mut found: Vec<FactView> = Vec::new();
        for one in receipt.comparisons.iter().filter(|one| only.is_none_or(|only| one.verdict == only)) {
            let used = one.left.readings.iter().chain(&one.right.readings);
            for used in used.filter(|used| used.metric.is_of_deal()) {
                if !found.iter().any(|known| known.metric == used.metric) {
                    let named = used.named.clone();
                    found.push(FactView { metric: used.metric, value: used.value, named, wanted: String::new() });
                }
            }
        }
        found
    };
    let holding = of(Some(Verdict::Holds));
    if holding.is_empty() { of(None) } else { holding }
}

/// What a fire of a rule about the deal, or about what goes well, offers. Nothing of it happens by itself, except that a
/// creator with whom we can speak is reminded.
#[must_use]
pub fn offers(core: &Core, state: &State, one: &Fired, now: Timestamp) -> Offers {
    let mut offers = Offers::default();
    let Subject::Partnership(campaign, creator) = &one.subject else { return offers };
    let partnership = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
    for fact in facts(&one.judgement.receipt) {
        if let Some(owed) = Owed::of(fact.metric) {
            offer_overdue(core, state, one, (owed, &fact.named), now, &mut offers);
        } else if let Some(what) = Checked::of(fact.metric) {
            let deliverable = match fact.named.as_slice() {
                [only] => only.piece.clone(),
                _ => None,
            };
            let deed = Deed::AskFix { partnership: partnership.clone(), what: what.fix(), deliverable };
            offer(core, state, one, (Do::AskFix, deed, None), now, &mut offers);
        } else if fact.metric == Metric::RightsLeft {
            offer_rights(core, state, one, (&partnership, &fact.named), now, &mut offers);
        }
    }
    offers
}

/// Offers one thing; proposes it where the rule wants it at once.
fn offer(
    core: &Core,
    state: &State,
    one: &Fired,
    (step, deed, saves): (Do, Deed, Option<Money>),
    now: Timestamp,
    offers: &mut Offers,
) {
    if offers.options.contains(&deed) {
        return;
    }
    if wants_now(one, step) {
        let rule = one.rule.rule.rule();
        let mode = super::reported::mode(state, rule, &one.judgement.receipt);
        let asker = Asker { rule, mode, data_at: super::views::data_at(&one.judgement.receipt) };
        let draft = proposal(core, state, &asker, &deed, saves, now);
        offers.proposals.extend(draft.map(|draft| reminded(state, one, draft, now)));
    }
    offers.avoidable = add_up(offers.avoidable, saves);
    offers.options.push(deed);
}

/// Asking a creator for what they owe needs nobody's leave where we can speak with them: it is kind, and it is first.
fn reminded(state: &State, one: &Fired, draft: Proposal, now: Timestamp) -> Proposal {
    let is_late = one.rule.rule.rule().kind == Kind::Late;
    let direct = draft.deed.asks().is_some_and(|at| !state.catalog.direct_rooms(&at.creator).is_empty());
    // A later day is a person's to offer.
    let fix = matches!(&draft.deed, Deed::AskFix { what, .. } if *what != Fix::MoreTime);
    if is_late && direct && fix && matches!(draft.stage, ProposalStage::Proposed { .. }) {
        let stage = ProposalStage::Approved { by: draft.asked_by.clone(), at: now };
        return Proposal { stage, ..draft };
    }
    draft
}

fn offer_overdue(
    core: &Core,
    state: &State,
    one: &Fired,
    (owed, named): (Owed, &[Named]),
    now: Timestamp,
    offers: &mut Offers,
) {
    let Subject::Partnership(campaign, creator) = &one.subject else { return };
    let partnership = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
    let Some(piece) = named.first().and_then(|worst| state.catalog.piece(&partnership, worst.piece.as_ref()?)) else {
        return;
    };
    let ask = |what| Deed::AskFix { partnership: partnership.clone(), what, deliverable: Some(piece.id.clone()) };
    offer(core, state, one, (Do::AskFix, ask(owed.fix()), None), now, offers);
    offer(core, state, one, (Do::Offer, ask(Fix::MoreTime), None), now, offers);
    let saves = stake_of_piece(state, piece, now).filter(|stake| 0 < stake.saves.minor && !stake.is_losing());
    if let (Owed::Draft | Owed::Post, Some(stake)) = (owed, saves) {
        let deed = Deed::Hold { partnership: partnership.clone(), deliverable: piece.id.clone() };
        offer(core, state, one, (Do::HoldNext, deed, Some(stake.saves)), now, offers);
    }
}

fn offer_rights(
    core: &Core,
    state: &State,
    one: &Fired,
    (partnership, named): (&PartnershipRef, &[Named]),
    now: Timestamp,
    offers: &mut Offers,
) {
    for boost in named.iter().filter_map(|one| state.catalog.boosts.get(one.boost.as_ref()?)) {
        let stake = stake(state, boost, now);
        if stake.is_some_and(|stake| stake.is_losing()) {
            continue;
        }
        let deed = Deed::StopBoost { boost: boost.id.clone() };
        offer(core, state, one, (Do::StopBoost, deed, stake.map(|stake| stake.saves)), now, offers);
    }
    let deed = Deed::AskFix { partnership: partnership.clone(), what: Fix::Rights, deliverable: None };
    offer(core, state, one, (Do::AskFix, deed, None), now, offers);
}

/// When the team is told of a fire: at once, or a little after the creator who is asked.
#[must_use]
pub fn told_at(proposals: &[Proposal], kind: Kind, now: Timestamp) -> Timestamp {
    let asks = |one: &Proposal| one.deed.asks().is_some() && matches!(one.stage, ProposalStage::Approved { .. });
    if kind == Kind::Late && proposals.iter().any(asks) { now.checked_add(HEAD_START).unwrap_or(now) } else { now }
}

/// What is shown of a deal with an incident: the facts as they were when the rule fired, and as they are.
#[must_use]
pub fn deal_view(
    state: &State,
    incident: &Incident,
    (then, live): (Option<&Receipt>, Option<&Receipt>),
    now: Timestamp,
) -> Option<DealView> {
    let Subject::Partnership(campaign, creator) = &incident.subject else { return None };
    let key = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
    let deal = state.catalog.partnerships.get(&key)?;
    let told = |receipt: Option<&Receipt>| {
        let mut all = receipt.map(facts).unwrap_or_default();
        for one in &mut all {
            one.wanted = wanted(deal, one.metric);
        }
        all
    };
    let (then, now_facts) = (told(then), told(live));
    let is_opportunity = incident.kind == Kind::Opportunity.as_str();
    if then.is_empty() && !is_opportunity {
        return None;
    }
    let about = state.catalog.about(&incident.subject);
    let standing = about.standing.as_ref()?;
    let out = standing.pieces.iter().filter(|one| one.state.is_out());
    let newest = out.max_by_key(|one| (one.live_at, one.due));
    Some(DealView {
        then,
        now: now_facts,
        a_day: spend_a_day(state, &incident.subject, now).filter(|_| !standing.boosts.is_empty()),
        exclusive_until: deal.exclusivity.as_ref().map(|one| one.until),
        newest: newest.filter(|_| is_opportunity).map(|piece| title_of(&piece.id)),
        unboosted: is_opportunity && standing.boosts.is_empty(),
        ends: about
            .deal
            .map(|deal| deal.1)
            .filter(|ends| is_opportunity && now < *ends && ends.duration_since(now) <= RENEW_WITHIN),
    })
}

/// What should stand in a post.
fn wanted(deal: &Partnership, metric: Metric) -> String {
    match Checked::of(metric) {
        Some(Checked::Link) => deal.link.clone().unwrap_or_default(),
        Some(Checked::Code) => deal.codes.join(", "),
        Some(Checked::Disclosure) => deal.disclosure.join(", "),
        None => String::new(),
    }
}

/// What the boosts of a deal spent a day of late, fees left out.
fn spend_a_day(state: &State, subject: &Subject, now: Timestamp) -> Option<Money> {
    let about = state.catalog.about(subject);
    let from = std::cmp::max(now.checked_sub(SPEND_OVER).ok()?, about.deal?.0);
    let view = state.history.view();
    let read = |platform| {
        view.over(subject, Want { metric: Metric::Spend, platform }, Span { from, until: now }).reading.value()
    };
    let spent = read(None)? - read(Some(Platform::Deal)).unwrap_or(0.0);
    let days = num::f64_of(now.duration_since(from).as_secs()) / 86_400.0;
    let minor = if 0.0 < days { num::round_i64(spent / days)? } else { return None };
    (0 < minor).then_some(Money::new(minor, about.currency?))
}

/// Whether a creator who is asked for it still owes it.
#[must_use]
pub fn is_open(state: &State, deed: &Deed, now: Timestamp) -> bool {
    let Deed::AskFix { partnership, what, deliverable } = deed else { return true };
    let piece = deliverable.as_ref().and_then(|id| state.catalog.piece(partnership, id));
    let owed = Owed::ALL.into_iter().find(|owed| owed.fix() == *what);
    match (owed, what, piece) {
        (Some(owed), _, Some(piece)) => owed.is_unmet(piece),
        (None, Fix::MoreTime, Some(piece)) => Owed::ALL.into_iter().any(|owed| owed.is_unmet(piece)),
        (Some(_), _, None) | (None, Fix::MoreTime, None) => false,
        (None, Fix::Rights, _) => !longer(state, partnership, now).is_empty(),
        (None, ..) => true,
    }
}

/// The day that a question is about: when something was due, the later day that is offered, the last day of a longer
/// right. As an instant in the middle of it, so that it is the same day for whoever reads.
#[must_use]
pub fn day_asked(state: &State, deed: &Deed, now: Timestamp) -> Option<Timestamp> {
    let Deed::AskFix { partnership, what, deliverable } = deed else { return None };
    let zone = state.catalog.about(&partnership.subject()).zone;
    let piece = deliverable.as_ref().and_then(|id| state.catalog.piece(partnership, id));
    let owed = Owed::ALL.into_iter().find(|owed| owed.fix() == *what);
    let day = match (owed, what) {
        (Some(owed), _) => owed.due(piece?)?,
        (None, Fix::MoreTime) => later_day(now, &zone)?,
        (None, Fix::Rights) => longer(state, partnership, now).into_iter().map(|(_, day)| day).max()?,
        (None, _) => return None,
    };
    start_of(day, &zone)?.checked_add(SignedDuration::from_hours(12)).ok()
}

fn later_day(now: Timestamp, zone: &jiff::tz::TimeZone) -> Option<Day> {
    let today = now.to_zoned(zone.clone()).date();
    today.checked_add(jiff::Span::new().days(MORE_DAYS)).ok().map(Day)
}

/// The rights that running boosts wait for, by their place in the deal, each with its later last day.
fn longer(state: &State, partnership: &PartnershipRef, now: Timestamp) -> Vec<(usize, Day)> {
    let about = state.catalog.about(&partnership.subject());
    let Some(deal) = about.standing.as_ref() else { return Vec::new() };
    let Some(fact) = deal.fact(Metric::RightsLeft, now) else { return Vec::new() };
    let ends: Vec<(RightKind, Day)> = fact.named.iter().filter_map(|one| Some((one.right?, one.day?))).collect();
    let today = now.to_zoned(about.zone.clone()).date();
    let rights = deal.partnership.rights.iter().enumerate();
    rights
        .filter(|(_, right)| ends.contains(&(right.kind, right.until)))
        .filter_map(|(at, right)| {
            let from = std::cmp::max(right.until.0, today);
            Some((at, Day(from.checked_add(jiff::Span::new().days(RIGHT_DAYS)).ok()?)))
        })
        .collect()
}

/// What a creator's yes makes of the documents. `asked_at`: when a later day was offered, so that it stays the day that
/// was said.
#[must_use]
pub fn confirmed(state: &State, deed: &Deed, asked_at: Timestamp, now: Timestamp) -> Vec<Document> {
    let Deed::AskFix { partnership, what, deliverable } = deed else { return Vec::new() };
    let about = state.catalog.about(&partnership.subject());
    let piece = deliverable.as_ref().and_then(|id| state.catalog.piece(partnership, id));
    let one = |piece: Deliverable| vec![Document::Deliverable(piece)];
    if let Some(owed) = Owed::ALL.into_iter().find(|owed| owed.fix() == *what) {
        return piece.map(|piece| one(owed.met(piece, now))).unwrap_or_default();
    }
    match what {
        Fix::MoreTime => match (piece, later_day(asked_at, &about.zone)) {
            (Some(piece), Some(day)) => one(with_more_time(piece, day, &about.zone, asked_at)),
            (_, _) => Vec::new(),
        },
        Fix::Rights => {
            let Some(mut deal) = state.catalog.partnerships.get(partnership).cloned() else { return Vec::new() };
            let longer = longer(state, partnership, asked_at);
            for (at, day) in &longer {
                if let Some(right) = deal.rights.get_mut(*at) {
                    right.until = *day;
                }
            }
            if longer.is_empty() { Vec::new() } else { vec![Document::Partnership(deal)] }
        }
        Fix::Link | Fix::Code | Fix::Disclosure => {
            let kinds = [Checked::Link, Checked::Code, Checked::Disclosure];
            let Some(checked) = kinds.into_iter().find(|one| one.fix() == *what) else { return Vec::new() };
            looked_at(about.standing.as_deref(), deliverable.as_ref(), checked, now)
        }
        Fix::Check | Fix::MakeGood | Fix::Draft | Fix::Post | Fix::Proof | Fix::Report => Vec::new(),
    }
}

/// The piece with a later day for everything of it that is overdue.
fn with_more_time(piece: &Deliverable, day: Day, zone: &jiff::tz::TimeZone, now: Timestamp) -> Deliverable {
    let overdue = |owed: &Owed| {
        owed.is_unmet(piece) && owed.due(piece).and_then(|due| standing::end_of(due, zone)).is_some_and(|end| end < now)
    };
    Owed::ALL.into_iter().filter(overdue).fold(piece.clone(), |piece, owed| owed.moved(&piece, day))
}

/// The pieces in whose posts something was missing, now that somebody has looked.
fn looked_at(
    deal: Option<&standing::Deal>,
    only: Option<&crate::domain::ids::DeliverableId>,
    what: Checked,
    now: Timestamp,
) -> Vec<Document> {
    let Some((deal, fact)) = deal.and_then(|deal| Some((deal, deal.fact(what.metric(), now)?))) else {
        return Vec::new();
    };
    let missing: Vec<_> = fact.named.iter().filter_map(|one| one.piece.as_ref()).collect();
    let wanted = |piece: &&Deliverable| match only {
        Some(only) => piece.id == *only,
        None => missing.contains(&&piece.id),
    };
    let looked = deal.pieces.iter().filter(wanted).filter(|piece| !piece.checked.contains(&what)).map(|piece| {
        let mut piece = piece.clone();
        piece.checked.push(what);
        Document::Deliverable(piece)
    });
    looked.collect()
}
