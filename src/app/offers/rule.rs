//! The step `offer` of a rule: a change that a person of the team may send, or not.
//!
//! Owns: which change is suggested: the fee of the next piece, half way down to where the rule's limit would be met, and
//! never by more than a third. It is a place to begin; the person who sends it can say another. Refuses: sending it.

use jiff::Timestamp;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive as _;

use super::super::core::{Core, State};
use super::super::cycle::Fired;
use super::{Known, journal, needs, tell};
use crate::domain::document::PartnershipRef;
use crate::domain::ids::Subject;
use crate::domain::money::Money;
use crate::domain::offer::{Nod, Offer, Side, Stage, Term};
use crate::domain::verdict::Verdict;
use crate::rules::rule::Do;
use crate::store::records::scan_all;
use crate::store::{StoreError, Transaction};

/// The least that is left of a fee: more than a third less is no offer, it is another deal.
fn least() -> Decimal {
    Decimal::new(667, 3)
}

/// The term a fire suggests; `None` where nothing is still to be made, or the numbers name no share.
fn term(state: &State, one: &Fired, at: &PartnershipRef, now: Timestamp) -> Option<Term> {
    let known = Known::of(state, at, now)?;
    let piece =
        known.pieces.iter().filter(|piece| piece.state.is_ahead()).min_by_key(|piece| (piece.due, &piece.id))?;
    let held = |verdict: Verdict| verdict == Verdict::Holds;
    let receipt = &one.judgement.receipt;
    let ratio = receipt.comparisons.iter().filter(|one| held(one.verdict)).find_map(|one| one.ratio)?;
    // A cost above its limit, or a result below it: either way the share of the price that would have been right.
    let fair = if 1.0 < ratio { 1.0 / ratio } else { ratio };
    let fair = Decimal::from_f64(fair).filter(|fair| (Decimal::ZERO..Decimal::ONE).contains(fair))?;
    let half_way = (Decimal::ONE + fair) * Decimal::new(5, 1);
    let share = std::cmp::max(half_way, least());
    let fee = piece.fee.share(share).ok()?;
    let fee = Money::from_major(fee.to_major().round(), fee.currency).ok()?;
    let term = Term::Fee { piece: piece.id.clone(), fee };
    term.fits(&known.deal()).is_ok().then_some(term)
}

/// Suggests an offer to the team, in the transaction of the fire, where the rule says so and nothing about the same waits.
pub async fn suggest(
    core: &Core,
    transaction: &mut Transaction,
    one: &Fired,
    counters: &mut super::super::records::Counters,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rule = one.rule.rule.rule();
    let wants = rule.then.iter().any(|step| step.what == Do::Offer && step.after.is_zero());
    let Subject::Partnership(campaign, creator) = &one.subject else { return Ok(false) };
    if !wants {
        return Ok(false);
    }
    let at = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
    let state = core.state.lock().await;
    let (Some(term), Some(known)) = (term(&state, one, &at, now), Known::of(&state, &at, now)) else {
        return Ok(false);
    };
    let direct = !state.catalog.direct_rooms(&at.creator).is_empty();
    drop(state);
    let open = scan_all::<Offer>(&*core.store).await?;
    if open
        .iter()
        .any(|kept| kept.value.partnership == at && kept.value.is_open(now) && kept.value.term.slot() == term.slot())
    {
        return Ok(false);
    }
    counters.offer = counters.offer.saturating_add(1);
    let asked_by = format!("rule/{}", rule.id);
    let offer = Offer {
        number: counters.offer,
        was: term.in_force(&known.deal()),
        needs: needs(core, &term),
        partnership: at,
        term,
        side: Side::Brand,
        by: Nod { who: asked_by.clone(), name: rule.id.to_string(), at: now },
        note: None,
        rule: Some(rule.id.to_string()),
        nods: Vec::new(),
        until: now.checked_add(core.config.offers.waits.0).ok(),
        direct,
        told: None,
        noted_by: None,
        stage: Stage::Draft,
    };
    transaction.create(&offer)?;
    tell(core, transaction, &offer, Some(Side::Brand)).await?;
    journal(core, transaction, &offer, "offer_suggested", &asked_by)?;
    Ok(true)
}
