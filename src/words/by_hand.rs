//! What came of what somebody asked for by hand, where no alert tells it.

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed};
use super::history::{named, state_text};
use super::message::Look;
use super::replies::short;
use super::wording::{Reader, say};
use super::{number, phrase};
use crate::domain::action::{Deed, ProposalStage};

/// A deed without an alert, and how it ended.
#[derive(Debug, Clone)]
pub struct ByHandView {
    /// What was to be done.
    pub deed: Deed,
    /// What people call its object.
    pub name: String,
    /// Where it is done, as people call it.
    pub runs_on: String,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub asked_at: Timestamp,
    /// How far it is.
    pub stage: ProposalStage,
    /// Its number, where it can be taken back from here.
    pub undo: Option<u64>,
}

/// The message. `None` while it is not over.
#[must_use]
pub fn compose(view: &ByHandView, reader: &Reader, now: Timestamp) -> Option<Composed> {
    let words = reader.words();
    let (deed, name) = (view.deed.as_str(), view.name.as_str());
    let time = |at: Timestamp| number::time(reader, at, now);
    let text = match &view.stage {
        ProposalStage::Verified { at, state } => {
            let aimed = phrase::aimed(reader, &view.deed, name);
            let what = say!(words, "deed-done", deed = deed, name = aimed.as_str());
            let (by, state) = (named(Some(&view.by), reader), state_text(state, reader));
            let (done_at, time, runs_on) = (time(view.asked_at), time(*at), view.runs_on.as_str());
            let mark = "✅";
            let text = say!(
                words,
                "did-verified",
                by = by,
                done_at = done_at,
                time = time,
                what = what,
                runs_on = runs_on,
                state = state
            );
            format!("{mark} {text}")
        }
        ProposalStage::Failed { at, reason } => {
            let what = say!(words, "deed-failed", deed = deed, name = name);
            format!("🔴 {}", say!(words, "did-failed", time = time(*at), what = what, reason = reason.as_str()))
        }
        ProposalStage::Refused { at, reason } => {
            let what = say!(words, "deed-not-done", deed = deed, name = name);
            let reason = say!(words, "held-why", reason = reason.as_str());
            format!("🟡 {}", say!(words, "did-held", time = time(*at), what = what, reason = reason))
        }
        ProposalStage::Proposed { .. }
        | ProposalStage::Approved { .. }
        | ProposalStage::Doing { .. }
        | ProposalStage::Done { .. }
        | ProposalStage::Rejected { .. }
        | ProposalStage::Expired { .. } => return None,
    };
    let mut composed = Composed::plain(short(text));
    if let (Some(proposal), ProposalStage::Verified { .. }) = (view.undo, &view.stage) {
        let purpose = ButtonPurpose::TakeBack { proposal, deed: view.deed.clone() };
        composed.row([(purpose, say!(words, "deed-undo", deed = deed), Look::Plain)]);
    }
    Some(composed)
}
