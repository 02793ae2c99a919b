//! Offers: a change to a deal from either side, told to the other, binding when both have accepted.
//!
//! Owns: that each step is one transaction of the offer, its notices, its line in the journal and, where it binds, the new
//! versions of the documents, by both; that an offer ends by itself when nobody answers; and that what was changed
//! otherwise meanwhile is not written over. What may follow what is decided by [`crate::domain::offer`]. Survives: a kill
//! anywhere. What is told was committed first, and an answer given twice finds the offer over.

mod answer;
mod command;
mod rule;

use jiff::Timestamp;
use serde_json::json;

pub use answer::{accept, decline, press};
pub use command::offer;
pub use rule::suggest;

use super::core::{Core, State};
use super::cycle;
use super::views;
use crate::domain::document::{Deliverable, Partnership, PartnershipRef};
use crate::domain::money::Currency;
use crate::domain::offer::{Deal, Offer, Side, Stage, Waits};
use crate::domain::person::Room;
use crate::outbox::notice::{About, Notice, Urgency};
use crate::store::records::{load, scan_all};
use crate::store::{StoreError, Table, Transaction, keys};
use crate::words::offer::OfferView;

/// Offers looked at in one round.
const ROUND_MAX: usize = 10_000;

/// How often a transaction is made anew because a deliverer recorded an attempt meanwhile.
const TRIES_MAX: u32 = 10;

/// Offers of one deal that wait for an answer at once. More is a quarrel, not an offer: people talk then.
const OPEN_MAX: usize = 8;

/// A deal with what an offer about it is judged by.
struct Known {
    partnership: Partnership,
    pieces: Vec<Deliverable>,
    currency: Currency,
    today: jiff::civil::Date,
}

impl Known {
    fn of(state: &State, at: &PartnershipRef, now: Timestamp) -> Option<Self> {
        let partnership = state.catalog.partnerships.get(at)?.clone();
        let about = state.catalog.about(&at.subject());
        Some(Self {
            partnership,
            pieces: state.catalog.pieces_in(at).cloned().collect(),
            currency: about.currency?,
            today: now.to_zoned(about.zone).date(),
        })
    }

    fn deal(&self) -> Deal<'_> {
        Deal { partnership: &self.partnership, pieces: &self.pieces, currency: self.currency, today: self.today }
    }
}

fn waits(core: &Core) -> Waits {
    Waits(core.config.offers.waits.0)
}

/// How many people of the brand's side an offer takes.
fn needs(core: &Core, offer: &crate::domain::offer::Term) -> u32 {
    let Some(amount) = offer.amount() else { return 1 };
    let above = core.config.offers.second_above.iter().find(|above| above.0.currency == amount.currency);
    if above.is_some_and(|above| above.0.minor < amount.minor) { 2 } else { 1 }
}

/// What is told of an offer.
#[must_use]
pub(super) fn view(state: &State, offer: &Offer, now: Timestamp) -> OfferView {
    let known = Known::of(state, &offer.partnership, now);
    let creator = state.catalog.creators.get(&offer.partnership.creator);
    OfferView {
        names: views::names(state, &offer.partnership.subject()),
        locale: creator.map_or_else(String::new, |one| one.locale.clone()),
        moves: known.is_some_and(|known| offer.term.moves_more(&known.deal())),
        offer: offer.clone(),
    }
}

/// An offer as it is told, for whoever composes it.
pub(super) async fn kept_view(core: &Core, number: u64) -> Result<Option<OfferView>, StoreError> {
    let Some(kept) = load::<Offer>(&*core.store, &keys::number(number)).await? else { return Ok(None) };
    Ok(Some(view(&*core.state.lock().await, &kept.value, core.clock.now())))
}

/// The offers about a deal that wait for an answer, the oldest first.
pub(super) async fn open_about(core: &Core, at: &PartnershipRef) -> Result<Vec<Offer>, StoreError> {
    let now = core.clock.now();
    let all = scan_all::<Offer>(&*core.store).await?.into_iter().map(|kept| kept.value);
    Ok(all.filter(|one| one.partnership == *at && one.is_open(now)).collect())
}

/// The rooms of each side.
fn rooms(state: &State, offer: &Offer, side: Side) -> Vec<Room> {
    let found = match side {
        Side::Creator => state.catalog.direct_rooms(&offer.partnership.creator),
        Side::Brand => state.catalog.followers(&state.catalog.about(&offer.partnership.subject())),
    };
    found.into_iter().cloned().collect()
}

/// Tells how an offer stands now: in the team's rooms, and to its creator once it is before them.
async fn tell(
    core: &Core,
    transaction: &mut Transaction,
    offer: &Offer,
    acted: Option<Side>,
) -> Result<(), StoreError> {
    let state = core.state.lock().await;
    let (team, creator) = (rooms(&state, offer, Side::Brand), rooms(&state, offer, Side::Creator));
    drop(state);
    let mut told = team.clone();
    if offer.is_sent() {
        told.extend(creator.iter().cloned());
    }
    put(core, transaction, About::Offer(offer.number), offer, &told).await?;
    let news = match (&offer.stage, acted) {
        // The message of the newer one tells it.
        (Stage::Draft | Stage::Waits | Stage::Open | Stage::Superseded { .. }, _) => Vec::new(),
        (_, Some(Side::Brand)) if offer.is_sent() => creator,
        (_, Some(Side::Brand)) => Vec::new(),
        (_, None) if offer.is_sent() => team.into_iter().chain(creator).collect(),
        (_, Some(Side::Creator) | None) => team,
    };
    if !news.is_empty() {
        put(core, transaction, About::OfferOver(offer.number), offer, &news).await?;
    }
    Ok(())
}

async fn put(
    core: &Core,
    transaction: &mut Transaction,
    about: About,
    offer: &Offer,
    rooms: &[Room],
) -> Result<(), StoreError> {
    let now = core.clock.now();
    let kept = load::<Notice>(&*core.store, &keys::notice(&about)).await?;
    let revision = kept.as_ref().map_or(1, |kept| kept.value.revision.saturating_add(1));
    let lasts = now.checked_add(core.config.offers.waits.0).unwrap_or(now);
    let notice = Notice {
        cause: about.to_string(),
        about,
        revision,
        urgency: Urgency::Informational,
        at: now,
        expires_at: std::cmp::max(lasts, offer.until.unwrap_or(lasts)),
        wording: None,
    };
    transaction.set(kept.as_ref(), &notice)?;
    cycle::deliver_to(core, transaction, &notice, &rooms.iter().collect::<Vec<_>>()).await
}

fn journal(
    core: &Core,
    transaction: &mut Transaction,
    offer: &Offer,
    deed: &str,
    actor: &str,
) -> Result<(), StoreError> {
    let detail = json!({ "offer": offer });
    transaction.append_journal(&core.line_by(actor, deed, offer.partnership.subject(), detail))?;
    Ok(())
}

/// Wakes whoever tells of it and whoever waits for its end.
fn ring(core: &Core) {
    cycle::ring_deliverers(core);
    core.bells.offers.ring();
}

/// Ends what is due; answers when the next is.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    let (from, until) = keys::all();
    let rows = core.store.scan(Table::DueOffers, &from, &until, ROUND_MAX).await?;
    for (row, _) in rows {
        let (at, key) = keys::read_due(&row)?;
        if core.clock.now() < at {
            return Ok(Some(at));
        }
        let _pen = core.pen.lock().await;
        let Some(mut kept) = load::<Offer>(&*core.store, &key).await? else { continue };
        if kept.value.due().is_none_or(|due| core.clock.now() < due) {
            continue;
        }
        kept.value = kept.value.expired(core.clock.now());
        let mut transaction = Transaction::new();
        tell(core, &mut transaction, &kept.value, None).await?;
        journal(core, &mut transaction, &kept.value, "offer_expired", "plimsoll")?;
        transaction.update(&kept)?;
        match core.store.commit(transaction).await {
            Err(StoreError::Conflict { .. }) => return Ok(Some(core.clock.now())),
            done => drop(done?),
        }
        cycle::ring_deliverers(core);
    }
    Ok(None)
}
