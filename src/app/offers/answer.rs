//! `accept` and `decline`, and what the team notes of a creator who has no chat with us.
//!
//! Every answer is checked against the offer and the deal as they are kept now; given twice it finds itself done.

use super::super::apply::put_document;
use super::super::booking;
use super::super::commands::Asked;
use super::super::core::Core;
use super::command::{counters, examples, nod, side_of};
use super::{Known, TRIES_MAX, journal, kept_view, ring, tell, view, waits};
use crate::domain::document::Document;
use crate::domain::offer::{Offer, Refused, Side, Stage, Unfit};
use crate::store::records::{load, scan_all};
use crate::store::{StoreError, Transaction, keys};
use crate::words::buttons::{Composed, OfferAnswer};
use crate::words::offer::{how_to, sure, text_to_send, which};
use crate::words::offer_told::OfferTold;
use crate::words::phrase;

fn plain(asked: &Asked, told: &OfferTold) -> Composed {
    Composed::plain(told.say(&asked.reader))
}

/// What somebody says about an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    Yes,
    No,
    Told,
    Noted(bool),
}

/// `accept`: what binds from then on, and then that it does.
pub async fn accept(core: &Core, asked: &Asked, number: Option<u64>) -> Result<Composed, StoreError> {
    let Some(number) = number else { return choose(core, asked, "accept", Word::Yes).await };
    let Some((view, side)) = mine(core, asked, number).await? else {
        return Ok(plain(asked, &OfferTold::NoSuch { number }));
    };
    let now = core.clock.now();
    if !asked.confirmed {
        return Ok(match view.offer.accept(side, nod(asked, now), waits(core)) {
            Ok(_) => sure(&view, &asked.reader, now),
            Err(refused) => plain(asked, &OfferTold::Refused { refused }),
        });
    }
    Ok(plain(asked, &answered(core, asked, (number, side), Word::Yes).await?))
}

/// `decline`: no, or, of one's own side, taken back.
pub async fn decline(core: &Core, asked: &Asked, number: Option<u64>) -> Result<Composed, StoreError> {
    let Some(number) = number else { return choose(core, asked, "decline", Word::No).await };
    match mine(core, asked, number).await? {
        Some((_, side)) => Ok(plain(asked, &answered(core, asked, (number, side), Word::No).await?)),
        None => Ok(plain(asked, &OfferTold::NoSuch { number })),
    }
}

/// An offer and for which of its sides somebody speaks; what is not before a creator does not exist for them.
async fn mine(
    core: &Core,
    asked: &Asked,
    number: u64,
) -> Result<Option<(crate::words::offer::OfferView, Side)>, StoreError> {
    let Some(view) = kept_view(core, number).await? else { return Ok(None) };
    let side = side_of(&*core.state.lock().await, asked, &view.offer.partnership);
    let seen = |side: &Side| *side == Side::Brand || view.offer.is_sent() || view.offer.stage.is_over();
    Ok(side.filter(seen).map(|side| (view, side)))
}

/// The offers that somebody may say this about.
async fn choose(core: &Core, asked: &Asked, verb: &str, word: Word) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let all = scan_all::<Offer>(&*core.store).await?;
    let state = core.state.lock().await;
    let mut views = Vec::new();
    for offer in all.into_iter().map(|kept| kept.value).filter(|one| one.is_open(now)) {
        let Some(side) = side_of(&state, asked, &offer.partnership) else { continue };
        let may = match word {
            Word::Yes => offer.accept(side, nod(asked, now), waits(core)).is_ok(),
            Word::No | Word::Told | Word::Noted(_) => offer.decline(side, nod(asked, now)).is_ok(),
        };
        if may && (side == Side::Brand || offer.is_sent()) {
            views.push(view(&state, &offer, now));
        }
    }
    Ok(which(verb, &views, &asked.reader, now))
}

/// A button of the team, or a way to suggest something else.
pub async fn press(core: &Core, asked: &Asked, number: u64, answer: OfferAnswer) -> Result<Composed, StoreError> {
    let now = core.clock.now();
    let Some((view, side)) = mine(core, asked, number).await? else {
        return Ok(plain(asked, &OfferTold::NoSuch { number }));
    };
    let word = match answer {
        OfferAnswer::Another => {
            let at = &view.offer.partnership;
            let known = Known::of(&*core.state.lock().await, at, now);
            let Some(known) = known else { return Ok(plain(asked, &OfferTold::NoDeal { given: at.to_string() })) };
            let ready = counters(&known, &view.offer);
            if ready.is_empty() {
                return Ok(examples(asked, at, &known, view.offer.term.piece(), now));
            }
            let piece = known.pieces.iter().filter(|one| Some(&one.id) == view.offer.term.piece());
            let piece: Vec<_> = piece.map(|one| (one.id.clone(), one.due)).collect();
            return Ok(how_to(at, &piece, &ready, &asked.reader, now));
        }
        OfferAnswer::Text => return Ok(Composed::plain(text_to_send(&view, &asked.reader, now))),
        OfferAnswer::Told => Word::Told,
        OfferAnswer::TheyAccept => Word::Noted(true),
        OfferAnswer::TheyDecline => Word::Noted(false),
    };
    Ok(plain(asked, &answered(core, asked, (number, side), word).await?))
}

async fn answered(
    core: &Core,
    asked: &Asked,
    (number, side): (u64, Side),
    word: Word,
) -> Result<OfferTold, StoreError> {
    let pen = core.pen.lock().await;
    let mut tries = 1;
    let (told, bound) = loop {
        match answered_once(core, asked, (number, side), word).await {
            Err(StoreError::Conflict { .. }) if tries < TRIES_MAX => tries += 1,
            done => break done?,
        }
    };
    drop(pen);
    ring(core);
    if bound {
        core.bells.deals.ring();
        booking::book(core).await?;
    }
    Ok(told)
}

/// The offer after somebody's word.
fn after(core: &Core, asked: &Asked, offer: &Offer, side: Side, word: Word, of: &str) -> Result<Offer, Refused> {
    let by = nod(asked, core.clock.now());
    match word {
        Word::Yes => offer.accept(side, by, waits(core)),
        Word::No => offer.decline(side, by),
        Word::Told if side == Side::Brand => offer.told(&by, waits(core)),
        Word::Noted(yes) if side == Side::Brand => {
            offer.noted(yes, by, (offer.partnership.creator.as_str(), of), waits(core))
        }
        Word::Told | Word::Noted(_) => Err(Refused::Own),
    }
}

async fn answered_once(
    core: &Core,
    asked: &Asked,
    (number, side): (u64, Side),
    word: Word,
) -> Result<(OfferTold, bool), StoreError> {
    let now = core.clock.now();
    let Some(mut kept) = load::<Offer>(&*core.store, &keys::number(number)).await? else {
        return Ok((OfferTold::NoSuch { number }, false));
    };
    let at = kept.value.partnership.clone();
    let (known, of) = {
        let state = core.state.lock().await;
        (Known::of(&state, &at, now), state.catalog.creator_name(&at.creator))
    };
    let mut offer = match after(core, asked, &kept.value, side, word, &of) {
        Ok(offer) => offer,
        Err(refused) => return Ok((OfferTold::Refused { refused }, false)),
    };
    if offer == kept.value {
        return Ok((told_of(&offer, word, &of), false));
    }
    let mut documents: Vec<Document> = Vec::new();
    if matches!(offer.stage, Stage::Accepted { .. }) {
        let deal = known.as_ref().map(Known::deal);
        let stands = deal.as_ref().is_some_and(|deal| {
            offer.term.in_force(deal) == offer.was && matches!(offer.term.fits(deal), Ok(()) | Err(Unfit::Same))
        });
        if stands {
            documents = deal.map(|deal| offer.term.applied(&deal)).unwrap_or_default();
        } else {
            offer = kept.value.overtaken(now);
        }
    }
    let mut transaction = Transaction::new();
    for document in &documents {
        put_document(core, &mut transaction, document.clone(), &by_both(&offer)).await?;
    }
    let told = told_of(&offer, word, &of);
    tell(core, &mut transaction, &offer, Some(side)).await?;
    journal(core, &mut transaction, &offer, deed(&offer, word), &asked.actor())?;
    kept.value = offer;
    transaction.update(&kept)?;
    core.store.commit(transaction).await?;
    let bound = !documents.is_empty();
    for document in documents {
        core.take_document(document).await;
    }
    Ok((told, bound))
}

/// How the versions of a deal name both who agreed; not as a file does, so that a file applied again takes nothing back.
fn by_both(offer: &Offer) -> String {
    match &offer.stage {
        Stage::Accepted { by } => format!("chat:{} and {}", offer.by.who, by.who),
        _ => format!("chat:{}", offer.by.who),
    }
}

fn deed(offer: &Offer, word: Word) -> &'static str {
    match (&offer.stage, word) {
        (Stage::Accepted { .. }, _) => "offer_accepted",
        (Stage::Declined { .. }, _) => "offer_declined",
        (Stage::Withdrawn { .. }, _) => "offer_withdrawn",
        (Stage::Overtaken { .. }, _) => "offer_overtaken",
        (_, Word::Told) => "offer_told",
        (Stage::Open, _) if offer.side == Side::Brand => "offer_sent",
        (_, _) => "offer_agreed_by_one",
    }
}

fn told_of(offer: &Offer, word: Word, of: &str) -> OfferTold {
    let of = phrase::first_name(of);
    match (&offer.stage, word) {
        (Stage::Overtaken { .. }, _) => OfferTold::Overtaken,
        (_, Word::Noted(_)) => OfferTold::Recorded { of },
        (_, Word::Told) => OfferTold::Told { of },
        (Stage::Accepted { .. }, _) => OfferTold::Agreed,
        (Stage::Declined { .. }, _) => OfferTold::Declined,
        (Stage::Withdrawn { .. }, _) => OfferTold::Withdrawn,
        (Stage::Open, Word::Yes) if offer.side == Side::Brand => {
            OfferTold::Made { side: Side::Brand, of, brand: String::new(), direct: offer.direct }
        }
        (_, _) => OfferTold::Waits { count: offer.missing() },
    }
}
