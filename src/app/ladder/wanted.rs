//! What a step of a rule's ladder means for a subject now.

use jiff::Timestamp;

use crate::app::core::{Core, State};
use crate::app::cutting;
use crate::app::proposing::{self, PIECES_MAX};
use crate::domain::action::{Deed, Fix};
use crate::domain::document::PartnershipRef;
use crate::domain::ids::Subject;
use crate::domain::money::Money;
use crate::rules::rule::Do;

/// The deeds of a step.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Each with what it saves, where that is known.
    pub(super) deeds: Vec<(Deed, Option<Money>)>,
    /// Something was left out because it would lose more than it saves.
    pub(super) losing: bool,
}

/// What a step means now. Nothing where its objects are not there, or there is nowhere to do it.
pub(super) fn wanted(core: &Core, state: &State, subject: &Subject, what: Do, now: Timestamp) -> Wanted {
    let mut wanted = Wanted::default();
    match what {
        Do::StopBoost | Do::CutBoost => boosts(state, subject, what, now, &mut wanted),
        Do::HoldNext | Do::CancelNext => next_piece(state, subject, what, now, &mut wanted),
        Do::EndCode => {
            let codes = proposing::codes_of(state, subject).into_iter();
            let deeds = codes.map(|(partnership, code)| (Deed::EndCode { partnership, code }, None));
            wanted.deeds.extend(deeds.filter(|(deed, _)| proposing::placed(core, state, deed).is_some()));
        }
        Do::AskFix | Do::AskMakeGood => {
            if let Subject::Partnership(campaign, creator) = subject {
                let partnership = PartnershipRef { campaign: campaign.clone(), creator: creator.clone() };
                let what = if what == Do::AskFix { Fix::Check } else { Fix::MakeGood };
                wanted.deeds.push((Deed::AskFix { partnership, what, deliverable: None }, None));
            }
        }
        Do::CutLink => {
            let deed = proposing::link_of(state, subject).map(|deed| (deed, None));
            wanted.deeds.extend(deed.filter(|(deed, _)| proposing::placed(core, state, deed).is_some()));
        }
        // Told, not done; and what nothing here can do yet.
        Do::Notify | Do::Offer => {}
    }
    wanted
}

fn boosts(state: &State, subject: &Subject, what: Do, now: Timestamp, wanted: &mut Wanted) {
    for boost in state.catalog.boosts_of(subject) {
        let stake = proposing::stake(state, boost, now);
        if stake.is_some_and(|stake| stake.is_losing()) {
            wanted.losing = true;
            continue;
        }
        if what == Do::CutBoost {
            wanted.deeds.extend(cutting::cut(state, boost, now).map(|(deed, saves)| (deed, Some(saves))));
        } else {
            wanted.deeds.push((Deed::StopBoost { boost: boost.id.clone() }, stake.map(|stake| stake.saves)));
        }
    }
}

/// The next piece that is still to be made and would save something.
fn next_piece(state: &State, subject: &Subject, what: Do, now: Timestamp, wanted: &mut Wanted) {
    for piece in state.catalog.pieces_of(subject).into_iter().take(PIECES_MAX).filter(|piece| piece.state.is_ahead()) {
        let (partnership, deliverable) = (piece.partnership.clone(), piece.id.clone());
        let deed = match what {
            Do::CancelNext => Deed::Cancel { partnership, deliverable },
            _ => Deed::Hold { partnership, deliverable },
        };
        let Some(stake) = proposing::stake_of(state, &deed, now).filter(|stake| 0 < stake.saves.minor) else {
            continue;
        };
        if stake.is_losing() {
            wanted.losing = true;
            continue;
        }
        wanted.deeds.push((deed, Some(stake.saves)));
        return;
    }
}
