//! One deliverable of a row into the book.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Entry, json_word, said};
use crate::domain::books::Books;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Deliverable, PartnershipRef};
use crate::domain::ids::DeliverableId;
use crate::domain::money::{Currency, Money};
use crate::domain::sheet::draft::{Live, Piece};
use crate::domain::sheet::field::{Field, Slot};
use crate::domain::sheet::words::is_package;
use crate::domain::sheet::{fold, pieces};
use crate::domain::written::{Day, Zone};

impl Entry<'_, '_> {
    pub(super) fn deliverable(
        &mut self,
        at: &PartnershipRef,
        id: &DeliverableId,
        piece: &Piece,
        books: &(Currency, Zone),
    ) -> Option<Deliverable> {
        let key = (at.clone(), id.clone());
        let known = self.book.known.deliverables.get(&(at, id)).copied();
        let kept = self.book.deliverables.get(&key).or(known);
        let slot = |field| Slot { group: piece.group.clone(), field };
        let fee = piece.fee.and_then(|fee| self.money(&slot(Field::Fee), fee, books.0));
        let mut one = match kept {
            Some(kept) => kept.clone(),
            None => self.new_deliverable(at, id, piece, fee)?,
        };
        let subject = format!("deliverable/{at}/{id}");
        if let Some(fee) = fee
            && self.claim(&subject, &slot(Field::Fee), said(fee))
        {
            one.fee = fee;
        }
        let billed = piece.billed.and_then(|billed| self.money(&slot(Field::Billed), billed, books.0));
        if let Some(billed) = billed
            && self.claim(&subject, &slot(Field::Billed), said(billed))
        {
            one.billed = Some(billed);
        }
        if let Some(platform) = piece.platform
            && self.claim(&subject, &slot(Field::Platform), said(platform))
        {
            one.platform = platform;
        }
        if let Some(format) = &piece.format {
            let same = fold::key(&one.format) == fold::key(&format.name);
            if self.claim(&subject, &slot(Field::Format), format.name.clone()) && !same {
                one.format.clone_from(&format.name);
            }
        }
        if let Some(day) = piece.due
            && self.claim(&subject, &slot(Field::Due), said(day.0))
        {
            one.due = day;
        }
        self.other_days(&mut one, piece, &subject);
        if let Some(moment) = piece.cancel_by
            && self.claim(&subject, &slot(Field::CancelBy), said(moment.0))
        {
            one.cancel_by = Some(moment);
        }
        if !piece.kill_fee.is_empty() {
            let words: Vec<String> = piece
                .kill_fee
                .iter()
                .map(|(state, share)| format!("{} {} %", json_word(state), share.0.normalize()))
                .collect();
            if self.claim(&subject, &slot(Field::KillFee), words.join(", ")) {
                one.kill_fee = piece.kill_fee.iter().copied().collect::<BTreeMap<_, _>>();
            }
        }
        if let Some(post) = &piece.post
            && self.claim(&subject, &slot(Field::Post), said(post))
        {
            one.post = Some(post.clone());
        }
        self.books(&mut one, piece, &subject);
        self.live(&mut one, piece, &subject, &books.1);
        self.state(&mut one, piece, &subject, known.map(|known| known.state));
        Some(one)
    }

    /// When its draft, its proof and its numbers are due.
    fn other_days(&mut self, one: &mut Deliverable, piece: &Piece, subject: &str) {
        for (field, given, kept) in [
            (Field::DraftDue, piece.draft_due, &mut one.draft_due),
            (Field::ProofDue, piece.proof_due, &mut one.proof_due),
            (Field::ReportDue, piece.report_due, &mut one.report_due),
        ] {
            let slot = Slot { group: piece.group.clone(), field };
            if let Some(day) = given
                && self.claim(subject, &slot, said(day.0))
            {
                *kept = Some(day);
            }
        }
    }

    /// What the bookkeeping wants to know.
    fn books(&mut self, one: &mut Deliverable, piece: &Piece, subject: &str) {
        let (given, kept) = (&piece.books, &mut one.books);
        let slot = |field| Slot { group: piece.group.clone(), field };
        for (field, given, kept) in [
            (Field::CostAccount, &given.account, &mut kept.account),
            (Field::Po, &given.po, &mut kept.po),
            (Field::Invoice, &given.invoice, &mut kept.invoice),
        ] {
            if let Some(text) = given
                && self.claim(subject, &slot(field), text.clone())
            {
                *kept = Some(text.clone());
            }
        }
        for (field, given, kept) in [
            (Field::InvoicedOn, given.invoiced, &mut kept.invoiced),
            (Field::PaidOn, given.paid, &mut kept.paid),
            (Field::RefundedOn, given.refunded, &mut kept.refunded),
        ] {
            if let Some(day) = given
                && self.claim(subject, &slot(field), said(day.0))
            {
                *kept = Some(day);
            }
        }
        if let Some(share) = given.vat
            && self.claim(subject, &slot(Field::Vat), format!("{} %", share.0.normalize()))
        {
            kept.vat = Some(share);
        }
        if let Some(what) = one.books.misfit() {
            self.fault(&slot(Field::PaidOn), "", what);
        }
    }

    /// When it went live. A day alone is its noon, and no news where the kept instant is on that day.
    fn live(&mut self, one: &mut Deliverable, piece: &Piece, subject: &str, zone: &Zone) {
        let Some(live) = piece.live else { return };
        let rules = zone.rules();
        let instant = match live {
            Live::At(instant) => Some(instant),
            Live::Local(moment) => {
                let same_day = |kept: Timestamp| kept.to_zoned(rules.clone()).date() == moment.date();
                one.live_at
                    .filter(|kept| same_day(*kept))
                    .or_else(|| rules.to_ambiguous_timestamp(moment).compatible().ok())
            }
        };
        if let Some(instant) = instant {
            let slot = Slot { group: piece.group.clone(), field: Field::LiveAt };
            if self.claim(subject, &slot, said(instant)) {
                one.live_at = Some(instant);
            }
        }
    }

    /// How far it is. A sheet is often older than what was said in chat: it does not take back that something is out, and
    /// does not release what is held or bring back what is cancelled.
    fn state(&mut self, one: &mut Deliverable, piece: &Piece, subject: &str, known: Option<DeliverableState>) {
        let implied =
            (known.is_none() && (piece.post.is_some() || piece.live.is_some())).then_some(DeliverableState::Live);
        let Some(state) = piece.state.or(implied) else { return };
        let slot = Slot { group: piece.group.clone(), field: Field::State };
        if !self.claim(subject, &slot, json_word(&state)) {
            return;
        }
        let back = known.is_some_and(|known| {
            let stopped = matches!(known, DeliverableState::Held | DeliverableState::Cancelled);
            (known.is_out() && !state.is_out())
                || (stopped
                    && !state.is_out()
                    && !matches!(state, DeliverableState::Held | DeliverableState::Cancelled))
        });
        match known {
            Some(known) if back => {
                let (known, given) = (json_word(&known), json_word(&state));
                self.notes.push(format!("{subject} is {known} and stays so; row {} says {given}", self.draft.row));
            }
            _ => one.state = state,
        }
    }

    fn new_deliverable(
        &mut self,
        at: &PartnershipRef,
        id: &DeliverableId,
        piece: &Piece,
        fee: Option<Money>,
    ) -> Option<Deliverable> {
        let slot = |field| Slot { group: piece.group.clone(), field };
        let format = pieces::format_of(piece);
        let only_account = match self.draft.accounts.as_slice() {
            [(platform, _)] => Some(*platform),
            _ => None,
        };
        let platform = pieces::platform_of(piece).or(self.book.mapping.defaults.platform).or(only_account);
        let due = piece.due.or_else(|| match piece.live? {
            Live::At(instant) => Some(Day(instant.to_zoned(jiff::tz::TimeZone::UTC).date())),
            Live::Local(moment) => Some(Day(moment.date())),
        });
        if format.is_none() {
            self.fault(&slot(Field::Format), "", "no format: write what it is, like reel, story or video");
        }
        if platform.is_none() && format.is_some() {
            self.fault(
                &slot(Field::Platform),
                "",
                "no platform: add a column for it, or say --default platform=instagram",
            );
        }
        if piece.fee.is_none() {
            self.fault(&slot(Field::Fee), "", "no fee: write 0 where nothing is paid");
        }
        if due.is_none() {
            self.fault(&slot(Field::Due), "", "no due date: write it like 2026-03-05");
        }
        if let Some(format) = format.as_ref().filter(|format| is_package(&format.name)) {
            let (row, name) = (self.draft.row, &format.name);
            self.notes.push(format!("row {row}: `{name}` is kept as one deliverable with one fee"));
        }
        Some(Deliverable {
            partnership: at.clone(),
            id: id.clone(),
            platform: platform?,
            format: format?.name,
            fee: fee?,
            billed: None,
            draft_due: None,
            due: due?,
            proof_due: None,
            report_due: None,
            cancel_by: None,
            kill_fee: BTreeMap::new(),
            state: DeliverableState::Agreed,
            post: None,
            live_at: None,
            reported_at: None,
            checked: Vec::new(),
            books: Books::default(),
        })
    }
}
