//! `offer`: reads what somebody wants to change, and puts it before the other side.

use jiff::Timestamp;

use super::super::commands::{Asked, unknown};
use super::super::core::{Core, State};
use super::super::records::Counters;
use super::super::terms::{has_role, is_own, meant};
use super::{Known, OPEN_MAX, TRIES_MAX, journal, needs, open_about, ring, tell, waits};
use crate::domain::document::PartnershipRef;
use crate::domain::ids::DeliverableId;
use crate::domain::money::Money;
use crate::domain::offer::{Nod, Offer, Side, Stage, Term, Value};
use crate::domain::person::Role;
use crate::domain::written::Day;
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};
use crate::words::buttons::Composed;
use crate::words::deal::which;
use crate::words::offer::how_to;
use crate::words::offer_told::OfferTold;
use crate::words::phrase;
use rust_decimal::Decimal;

/// Who answers for the brand.
const BRAND: [Role; 3] = [Role::Manager, Role::ClientOwner, Role::Agency];

/// For which side of a deal somebody speaks; `None` for neither.
pub(super) fn side_of(state: &State, asked: &Asked, at: &PartnershipRef) -> Option<Side> {
    let person = asked.person.as_ref()?;
    if is_own(&state.catalog, person, &at.creator) {
        return Some(Side::Creator);
    }
    has_role(state, person, &BRAND, &at.campaign).then_some(Side::Brand)
}

/// Their word, now.
pub(super) fn nod(asked: &Asked, at: Timestamp) -> Nod {
    Nod { who: asked.actor(), name: asked.name(), at }
}

fn plain(asked: &Asked, told: &OfferTold) -> Composed {
    Composed::plain(told.say(&asked.reader))
}

/// Answers `offer`.
pub async fn offer(core: &Core, asked: &Asked, what: &str, terms: Option<&str>) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let (found, piece) = {
        let state = core.state.lock().await;
        // A piece named with its deal is the piece that is meant.
        let piece = match super::super::resolve::resolve(&state.catalog, what) {
            Some(super::super::resolve::Meant::Deliverable(_, id)) => Some(id),
            _ => None,
        };
        (meant(&state, asked, Some(what)), piece)
    };
    let Some(found) = found else {
        return Ok(Composed::plain(unknown(core, asked, what).await.say(&asked.reader, now)));
    };
    let state = core.state.lock().await;
    let mine: Vec<_> = found.iter().filter_map(|(at, _)| Some((at, side_of(&state, asked, at)?))).collect();
    let [(at, side)] = mine.as_slice() else {
        if mine.is_empty() {
            return Ok(plain(asked, &OfferTold::NoDeal { given: what.to_owned() }));
        }
        let label = |at: &PartnershipRef| {
            format!("{} · {}", state.catalog.creator_name(&at.creator), state.catalog.campaign_name(&at.campaign))
        };
        let deals: Vec<_> = mine.iter().map(|(at, _)| (label(at), at.to_string())).collect();
        return Ok(which(what, &deals, &asked.reader));
    };
    let Some(known) = Known::of(&state, at, now) else {
        return Ok(plain(asked, &OfferTold::NoDeal { given: what.to_owned() }));
    };
    drop(state);
    let Some(terms) = terms else { return Ok(examples(asked, at, &known, piece.as_ref(), now)) };
    let text = piece.map_or_else(|| terms.to_owned(), |piece| format!("{piece} {terms}"));
    let (text, note) = with_note(&text);
    let term = match Term::read(&text, known.currency) {
        Ok(term) => term,
        Err(unread) => return Ok(plain(asked, &OfferTold::Unread { unread })),
    };
    let told = make(core, asked, (at, *side), &term, note.as_deref()).await?;
    Ok(plain(asked, &told))
}

/// Letters of a reason.
const NOTE_MAX: usize = 300;

/// `reel-2 fee 3500: it takes two days to film`: what stands behind `: ` is the reason, in their own words.
fn with_note(text: &str) -> (String, Option<String>) {
    match text.split_once(": ") {
        Some((terms, note)) if !note.trim().is_empty() => {
            (terms.to_owned(), Some(note.trim().chars().take(NOTE_MAX).collect()))
        }
        Some(_) | None => (text.to_owned(), None),
    }
}

/// How it is said, with what is nearest at hand: a week more, and the format that the deal has elsewhere.
pub(super) fn examples(
    asked: &Asked,
    at: &PartnershipRef,
    known: &Known,
    piece: Option<&DeliverableId>,
    now: Timestamp,
) -> Composed {
    let mut ahead: Vec<(DeliverableId, Day)> =
        known.pieces.iter().filter(|one| one.state.is_ahead()).map(|one| (one.id.clone(), one.due)).collect();
    ahead.sort_by_key(|one| (Some(&one.0) != piece, one.1));
    let deal = known.deal();
    let mut ready: Vec<(Term, Value)> = Vec::new();
    if let Some((id, due)) = ahead.first()
        && let Ok(later) = due.0.checked_add(jiff::Span::new().weeks(1))
    {
        let term = Term::Due { piece: id.clone(), due: Day(later) };
        if term.fits(&deal).is_ok() {
            let was = term.in_force(&deal);
            ready.push((term, was));
        }
    }
    how_to(at, &ahead, &ready, &asked.reader, now)
}

/// What the other side might say to an offer: the middle.
pub(super) fn counters(known: &Known, offer: &Offer) -> Vec<(Term, Value)> {
    let deal = known.deal();
    let middle = |from: Money, to: Money| {
        let both = from.checked_add(to).ok()?;
        let half = both.share(Decimal::new(5, 1)).ok()?;
        // Whole units of money: nobody bargains about cents.
        Money::from_major(half.to_major().round(), half.currency).ok()
    };
    let ready = match (&offer.term, &offer.was) {
        (Term::Fee { piece, fee }, Value::Money(was)) => {
            middle(*fee, *was).map(|fee| Term::Fee { piece: piece.clone(), fee })
        }
        (Term::Due { piece, due }, Value::Day(was)) => {
            let days = was.0.until(due.0).map_or(0, |span| span.get_days());
            let half = was.0.checked_add(jiff::Span::new().days(days / 2)).ok();
            half.map(|half| Term::Due { piece: piece.clone(), due: Day(half) })
        }
        (_, _) => None,
    };
    let fits = |term: &Term| *term != offer.term && term.fits(&deal).is_ok();
    ready.into_iter().filter(fits).map(|term| (term.clone(), term.in_force(&deal))).collect()
}

/// Puts a change before the other side.
async fn make(
    core: &Core,
    asked: &Asked,
    (at, side): (&PartnershipRef, Side),
    term: &Term,
    note: Option<&str>,
) -> Result<OfferTold, StoreError> {
    let _pen = core.pen.lock().await;
    let mut tries = 1;
    loop {
        match make_once(core, asked, (at, side), term, note).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
            done => return done,
        }
    }
}

async fn make_once(
    core: &Core,
    asked: &Asked,
    (at, side): (&PartnershipRef, Side),
    term: &Term,
    note: Option<&str>,
) -> Result<OfferTold, StoreError> {
    let now = core.clock.now();
    let state = core.state.lock().await;
    let Some(known) = Known::of(&state, at, now) else {
        return Ok(OfferTold::NoDeal { given: at.to_string() });
    };
    let direct = !state.catalog.direct_rooms(&at.creator).is_empty();
    let of = phrase::first_name(&state.catalog.creator_name(&at.creator));
    let brand = state.catalog.campaigns.get(&at.campaign).map(|one| state.catalog.brand_name(&one.brand));
    drop(state);
    if let Err(unfit) = term.fits(&known.deal()) {
        return Ok(OfferTold::Unfit { unfit });
    }
    let open = open_about(core, at).await?;
    let older: Vec<&Offer> = open.iter().filter(|one| one.term.slot() == term.slot()).collect();
    if OPEN_MAX <= open.len().saturating_sub(older.len()) {
        return Ok(OfferTold::TooMany { most: OPEN_MAX });
    }
    let by = nod(asked, now);
    let mut transaction = Transaction::new();
    let number = number(core, &mut transaction).await?;
    let nods = if side == Side::Brand { vec![by.clone()] } else { Vec::new() };
    let offer = Offer {
        number,
        partnership: at.clone(),
        term: term.clone(),
        was: term.in_force(&known.deal()),
        side,
        by,
        note: note.map(str::to_owned),
        rule: None,
        nods,
        needs: needs(core, term),
        until: None,
        direct,
        told: None,
        noted_by: None,
        stage: Stage::Open,
    };
    let offer = offer.opened(waits(core), now);
    for old in older {
        if let Some(mut kept) = load::<Offer>(&*core.store, &keys::number(old.number)).await? {
            kept.value = kept.value.superseded(number, now);
            tell(core, &mut transaction, &kept.value, Some(side)).await?;
            journal(core, &mut transaction, &kept.value, "offer_superseded", &asked.actor())?;
            transaction.update(&kept)?;
        }
    }
    transaction.create(&offer)?;
    tell(core, &mut transaction, &offer, Some(side)).await?;
    journal(core, &mut transaction, &offer, "offer_made", &asked.actor())?;
    core.store.commit(transaction).await?;
    ring(core);
    Ok(match offer.stage {
        Stage::Waits => OfferTold::Waits { count: offer.missing() },
        _ => OfferTold::Made { side, of, brand: brand.unwrap_or_default(), direct },
    })
}

/// The number of the next offer, taken in this transaction.
pub(super) async fn number(core: &Core, transaction: &mut Transaction) -> Result<u64, StoreError> {
    let kept = core.counters().await?;
    let mut counters: Counters = kept.as_ref().map(|kept| kept.value.clone()).unwrap_or_default();
    counters.offer = counters.offer.saturating_add(1);
    let number = counters.offer;
    transaction.set(kept.as_ref(), &counters)?;
    Ok(number)
}
