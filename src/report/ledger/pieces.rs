//! From the versions of a promised piece to its lines.
//!
//! Versions are read in the order they were applied, and only what differs is posted:
//!
//! | what a version says | line |
//! |---|---|
//! | its post is out | its fee is accrued, on the day it went live |
//! | cancelled | the kill fee it owed then is accrued, on the day of the version |
//! | not out any more, or another fee or kill fee | what was accrued is taken back on the day of the version, and what is so now is accrued that day |
//! | paid, or `paid` in its books | what is accrued is paid on that day; before it is out, the fee in advance |
//! | cancelled and `refunded` | what was paid and is not owed comes back on that day |
//! | paid, and another fee | what was paid is taken back on the day of the version, and what is owed now is paid that day |
//! | not paid after all | the payment is taken back |
//!
//! Account, order, invoice and VAT are those of the newest version: a number that arrives late belongs to its lines.

use jiff::civil::Date;

use super::{Entry, Kind, What};
use crate::domain::books::Books;
use crate::domain::deal::DeliverableState;
use crate::domain::document::Deliverable;
use crate::domain::ids::BrandId;
use crate::domain::money::{Money, MoneyError};
use crate::domain::written::Percent;

/// A version of a piece.
#[derive(Debug, Clone)]
pub struct Version {
    /// The day it was applied on, in the brand's zone.
    pub day: Date,
    /// The day its post went live, where it is out.
    pub live: Option<Date>,
    /// The piece.
    pub piece: Deliverable,
}

/// What is posted of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Posted {
    what: What,
    net: Money,
}

/// What a piece has come to be due, as a version says.
fn due(piece: &Deliverable) -> Result<Option<Posted>, MoneyError> {
    if piece.state.is_out() {
        return Ok(Some(Posted { what: What::Fee, net: piece.fee }));
    }
    if piece.state != DeliverableState::Cancelled {
        return Ok(None);
    }
    let share = piece.kill_fee.get(&DeliverableState::Cancelled).copied().unwrap_or(Percent(0.into()));
    Ok(Some(Posted { what: What::KillFee, net: piece.fee.share(share.fraction())? }).filter(|due| due.net.minor != 0))
}

/// The lines of one piece. `wider`: what the campaign and the partnership say of the books. Versions are in their order.
pub fn lines(versions: &[Version], brand: &BrandId, wider: &Books) -> Result<Vec<Entry>, MoneyError> {
    let Some(newest) = versions.last() else { return Ok(Vec::new()) };
    let mut all = Lines { entries: Vec::new(), brand, newest: &newest.piece, accrued: None, paid: None };
    for version in versions {
        all.accrue(version)?;
        all.pay(version)?;
    }
    let books = newest.piece.books.within(wider);
    for entry in &mut all.entries {
        entry.books.clone_from(&books);
    }
    Ok(all.entries)
}

struct Lines<'a> {
    entries: Vec<Entry>,
    brand: &'a BrandId,
    newest: &'a Deliverable,
    accrued: Option<(usize, Posted)>,
    paid: Option<(usize, Posted)>,
}

impl Lines<'_> {
    fn post(&mut self, day: Date, kind: Kind, posted: Posted) -> usize {
        let whose = (self.brand.clone(), self.newest.partnership.clone());
        let mut entry = Entry::new(day, (kind, posted.what), whose, posted.net);
        entry.piece = Some(self.newest.id.clone());
        self.entries.push(entry);
        self.entries.len().saturating_sub(1)
    }

    /// Takes a line back; neither of the two stands.
    fn reverse(&mut self, day: Date, kind: Kind, (index, posted): (usize, Posted)) -> Result<(), MoneyError> {
        let net = Money::zero(posted.net.currency).checked_sub(posted.net)?;
        let back = self.post(day, kind, Posted { net, ..posted });
        for index in [index, back] {
            if let Some(entry) = self.entries.get_mut(index) {
                entry.stands = false;
                entry.reverses = index == back;
            }
        }
        Ok(())
    }

    fn accrue(&mut self, version: &Version) -> Result<(), MoneyError> {
        let now = due(&version.piece)?;
        if self.accrued.map(|kept| kept.1) == now {
            return Ok(());
        }
        let first = self.accrued.is_none();
        if let Some(kept) = self.accrued.take() {
            self.reverse(version.day, Kind::Accrual, kept)?;
        }
        if let Some(now) = now {
            let day = version.live.filter(|_| first && now.what == What::Fee).unwrap_or(version.day);
            self.accrued = Some((self.post(day, Kind::Accrual, now), now));
        }
        Ok(())
    }

    fn pay(&mut self, version: &Version) -> Result<(), MoneyError> {
        let piece = &version.piece;
        let paid = piece.state == DeliverableState::Paid || piece.books.paid.is_some();
        let owed = self.accrued.map(|kept| kept.1);
        match (self.paid, paid) {
            (None, true) => {
                let advance = Posted { what: What::Fee, net: piece.fee };
                let nothing = Posted { what: What::KillFee, net: Money::zero(piece.fee.currency) };
                let cancelled = piece.state == DeliverableState::Cancelled;
                let now = owed.unwrap_or(if cancelled { nothing } else { advance });
                if now.net.minor != 0 {
                    let day = piece.books.paid.map_or(version.day, |day| day.0);
                    self.paid = Some((self.post(day, Kind::Payment, now), now));
                }
            }
            (Some(kept), false) => {
                if kept.1.net.minor != 0 {
                    self.reverse(version.day, Kind::Payment, kept)?;
                }
                self.paid = None;
            }
            // It is said to be paid, so what is owed now is.
            (Some(kept), true) if piece.state == DeliverableState::Paid => {
                if let Some(owed) = owed.filter(|owed| owed.net != kept.1.net) {
                    if kept.1.net.minor != 0 {
                        self.reverse(version.day, Kind::Payment, kept)?;
                    }
                    self.paid = Some((self.post(version.day, Kind::Payment, owed), owed));
                }
            }
            (Some((index, kept)), true) if piece.state == DeliverableState::Cancelled => {
                let Some(back) = piece.books.refunded else { return Ok(()) };
                let stays = owed.map_or(Money::zero(kept.net.currency), |owed| owed.net);
                if kept.net.currency == stays.currency && stays.minor < kept.net.minor {
                    self.reverse(back.0, Kind::Payment, (index, kept))?;
                    let stays = Posted { what: What::KillFee, net: stays };
                    let again = (stays.net.minor != 0).then(|| self.post(back.0, Kind::Payment, stays));
                    self.paid = again.map(|index| (index, stays));
                    // Paid and given back in full: there is nothing more to pay.
                    self.paid.get_or_insert((index, Posted { what: What::KillFee, net: stays.net }));
                }
            }
            (Some(_), true) | (None, false) => {}
        }
        Ok(())
    }
}
