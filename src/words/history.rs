//! Who did what about an incident, and what the platform says now.

use jiff::Timestamp;

use super::message::Line;
use super::number;
use super::phrase::{self, line};
use super::view::{IncidentView, ProposalView, proposal_of};
use super::wording::{Reader, say};
use crate::domain::action::Deed;
use crate::outbox::incident::{Event, Happened, Stage};

/// Proposals shown in the message; all are behind Why.
const PROPOSALS_MAX: usize = 3;

/// The newest proposal by which something was stopped, is stopped still, and its platform or its creator has confirmed it.
pub(crate) fn verified(view: &IncidentView) -> Option<&ProposalView> {
    view.proposals.iter().filter(|proposal| proposal.deed.stops() || proposal.deed.asks().is_none()).rfind(|proposal| {
        let last = view.last_of(proposal.id).map(|event| &event.what);
        matches!(last, Some(Happened::Verified { .. } | Happened::Confirmed { .. }))
    })
}

/// The lines: the newest proposals, then who has it.
pub(crate) fn lines(view: &IncidentView, money: bool, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let skip = view.proposals.len().saturating_sub(PROPOSALS_MAX);
    let mut lines: Vec<Line> = view
        .proposals
        .iter()
        .skip(skip)
        .filter_map(|proposal| Some(line(proposal_text(view, proposal, money, reader, now)?)))
        .collect();
    let last = |wanted: fn(&Happened) -> bool| view.incident.events.iter().rev().find(|event| wanted(&event.what));
    let is_open = view.incident.stage != Stage::Resolved;
    if let Some(event) = last(|what| matches!(what, Happened::Noted { .. }))
        && let Happened::Noted { text, tag } = &event.what
    {
        lines.push(line(noted(event, text, tag.as_deref(), true, reader, now)));
    }
    if let Some(who) = view.incident.acknowledged_by.as_deref() {
        let at = last(|what| matches!(what, Happened::Acknowledged)).map_or(view.incident.opened_at, |event| event.at);
        lines.push(line(say!(words, "has-it", who = who, time = number::time(reader, at, now))));
    }
    if let Some(until) = view.incident.snoozed_until.filter(|until| is_open && now < *until) {
        let until = number::time(reader, until, now);
        let by = last(|what| matches!(what, Happened::Snoozed { .. })).and_then(|event| event.by.as_deref());
        lines.push(line(match by {
            Some(by) => say!(words, "snoozed-by", until = until, by = by),
            None => say!(words, "snoozed", until = until),
        }));
    }
    lines
}

/// How a proposal stands, in one sentence.
fn proposal_text(
    view: &IncidentView,
    proposal: &ProposalView,
    money: bool,
    reader: &Reader,
    now: Timestamp,
) -> Option<String> {
    let words = reader.words();
    let event = view.last_of(proposal.id)?;
    let at = number::time(reader, event.at, now);
    let option = view.option(&proposal.deed);
    let name = option.map_or_else(|| proposal.deed.title(), |option| option.name.clone());
    let runs_on = option.map_or_else(String::new, |option| option.runs_on.clone());
    let deed = proposal.deed.as_str();
    let by = || actor(event, reader);
    let to = || say!(words, "deed-to", deed = deed, name = name.as_str());
    let done = || say!(words, "deed-done", deed = deed, name = name.as_str());
    let left = || say!(words, "deed-left", deed = deed, name = name.as_str());
    Some(match &event.what {
        Happened::Proposed { .. } => waiting(&to(), proposal, money, reader, now),
        Happened::Approved { .. } => say!(words, "did-approved", by = by(), time = at, what = to()),
        Happened::Rejected { .. } => {
            let kept = say!(words, "deed-kept", deed = deed, name = name.as_str());
            say!(words, "did-rejected", by = by(), time = at, what = kept)
        }
        Happened::ProposalExpired { .. } => say!(words, "did-expired", time = at, what = left()),
        Happened::Held { reason, .. } => {
            let what = say!(words, "deed-not-done", deed = deed, name = name.as_str());
            say!(words, "did-held", time = at, what = what, reason = reason.as_str())
        }
        Happened::Done { .. } => {
            let by = stopper(view, proposal.id, reader);
            say!(words, "did-done", by = by, time = at, what = done(), runs_on = runs_on)
        }
        Happened::Verified { state, .. } => {
            let by = stopper(view, proposal.id, reader);
            let events = view.incident.events.iter();
            let accepted =
                events.rev().find(|other| matches!(other.what, Happened::Done { proposal: of } if of == proposal.id));
            let accepted = accepted.map_or_else(|| at.clone(), |done| number::time(reader, done.at, now));
            let state = state_text(state, reader);
            let text = say!(
                words,
                "did-verified",
                by = by,
                done_at = accepted,
                time = at,
                what = done(),
                runs_on = runs_on,
                state = state
            );
            match proposal.undo_until.filter(|until| now < *until) {
                Some(until) => format!("{text} {}", say!(words, "undo-until", time = number::time(reader, until, now))),
                None => text,
            }
        }
        Happened::Withdrawn { .. } => say!(words, "did-withdrawn", time = at, what = left()),
        Happened::Failed { reason, .. } => {
            let what = say!(words, "deed-failed", deed = deed, name = name.as_str());
            say!(words, "did-failed", time = at, what = what, reason = reason.as_str())
        }
        Happened::Undone { state, .. } => {
            let what = say!(words, "deed-undone", deed = deed, name = name.as_str());
            let state = state_text(state, reader);
            say!(words, "did-undone", by = by(), time = at, what = what, runs_on = runs_on, state = state)
        }
        Happened::Asked { .. } | Happened::Confirmed { .. } | Happened::Declined { .. } => {
            return people_text(event, proposal, &name, reader, now);
        }
        // What is about no proposal.
        _ => return None,
    })
}

/// How a question to a creator stands, in one sentence.
fn people_text(event: &Event, proposal: &ProposalView, name: &str, reader: &Reader, now: Timestamp) -> Option<String> {
    let words = reader.words();
    let at = number::time(reader, event.at, now);
    let deed = proposal.deed.as_str();
    Some(match &event.what {
        Happened::Asked { of, direct, .. } => {
            let of = phrase::first_name(of);
            let what = say!(words, "deed-ask", deed = deed, name = name);
            if *direct {
                say!(words, "did-ask", of = of, time = at, what = what)
            } else {
                say!(words, "did-ask-yourselves", of = of, what = what)
            }
        }
        Happened::Confirmed { of, .. } => {
            let of = phrase::first_name(of);
            let done = say!(words, "deed-done", deed = deed, name = name);
            let text = match event.by.as_deref() {
                Some(by) => say!(words, "did-confirm-by", what = done, of = of, by = by, time = at),
                None => say!(words, "did-confirm", what = done, of = of, time = at),
            };
            match proposal.undo_until.filter(|until| now < *until) {
                Some(until) => format!("{text} {}", say!(words, "undo-until", time = number::time(reader, until, now))),
                None => text,
            }
        }
        Happened::Declined { of, .. } => {
            let of = phrase::first_name(of);
            let left = say!(words, "deed-left", deed = deed, name = name);
            match event.by.as_deref() {
                Some(by) => say!(words, "did-decline-by", of = of, by = by, time = at, what = left),
                None => say!(words, "did-decline", of = of, time = at, what = left),
            }
        }
        _ => return None,
    })
}

/// Letters of a remark in the alert itself; all of it is behind Why.
const NOTE_MAX: usize = 80;

/// `Maja 14:05: the sample parcel was lost #roadblock`.
fn noted(event: &Event, text: &str, tag: Option<&str>, short: bool, reader: &Reader, now: Timestamp) -> String {
    let cut: String = text.chars().take(NOTE_MAX).collect();
    let text = if short && cut.len() < text.len() { format!("{cut}…") } else { text.to_owned() };
    let tag = tag.map(|tag| format!(" #{tag}")).unwrap_or_default();
    let time = number::time(reader, event.at, now);
    say!(reader.words(), "noted", by = actor(event, reader), time = time, text = text, tag = tag)
}

fn waiting(to: &str, proposal: &ProposalView, money: bool, reader: &Reader, now: Timestamp) -> String {
    let words = reader.words();
    let saves = proposal.saves.filter(|saves| money && 0 < saves.minor);
    let text = match saves {
        Some(saves) => say!(words, "did-proposed-saves", what = to, saves = number::money(reader.locale, saves)),
        None => say!(words, "did-proposed", what = to),
    };
    match proposal.expires {
        Some(until) => {
            let stays = say!(words, "deed-stays", deed = proposal.deed.as_str());
            format!("{text} {}", say!(words, "answer-by", time = number::time(reader, until, now), stays = stays))
        }
        None => text,
    }
}

/// What a platform calls a state, in the reader's language where it is a common one.
fn state_text(state: &str, reader: &Reader) -> String {
    match state.to_ascii_lowercase().as_str() {
        "paused" => say!(reader.words(), "state-paused"),
        "active" => say!(reader.words(), "state-active"),
        "ended" => say!(reader.words(), "state-ended"),
        _ => state.to_owned(),
    }
}

fn actor(event: &Event, reader: &Reader) -> String {
    match event.by.as_deref() {
        Some(name) => name.to_owned(),
        None => say!(reader.words(), "the-program"),
    }
}

fn stopper(view: &IncidentView, proposal: u64, reader: &Reader) -> String {
    match view.approver_of(proposal) {
        Some(name) => name.to_owned(),
        None => say!(reader.words(), "the-program"),
    }
}

/// Everything that happened, for Why.
pub(crate) fn all(view: &IncidentView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    view.incident
        .events
        .iter()
        .map(|event| {
            let time = number::time(reader, event.at, now);
            if let Happened::Noted { text, tag } = &event.what {
                return line(noted(event, text, tag.as_deref(), false, reader, now));
            }
            line(format!("{time} {}", event_text(view, event, reader, now)))
        })
        .collect()
}

fn event_text(view: &IncidentView, event: &Event, reader: &Reader, now: Timestamp) -> String {
    let words = reader.words();
    let by = actor(event, reader);
    let number = proposal_of(&event.what);
    let deed = view.proposals.iter().find(|proposal| Some(proposal.id) == number).map(|proposal| &proposal.deed);
    // What is done with people has words of its own.
    let people = deed.filter(|deed| deed.asks().is_some());
    let to = |deed: &Deed| {
        let name = view.option(deed).map_or_else(|| deed.title(), |option| option.name.clone());
        say!(words, "deed-to", deed = deed.as_str(), name = name)
    };
    match &event.what {
        Happened::Proposed { .. } if people.is_some() => {
            say!(words, "event-asks", by = by, what = people.map(to).unwrap_or_default())
        }
        Happened::Rejected { .. } if people.is_some() => {
            say!(words, "event-refused", by = by, what = people.map(to).unwrap_or_default())
        }
        Happened::Asked { of, direct: true, .. } => say!(words, "event-asked", of = of.as_str()),
        Happened::Asked { of, direct: false, .. } => say!(words, "event-asked-yourselves", of = of.as_str()),
        Happened::Confirmed { of, .. } => match event.by.as_deref() {
            Some(by) => say!(words, "event-confirmed-by", of = of.as_str(), by = by),
            None => say!(words, "event-confirmed", of = of.as_str()),
        },
        Happened::Declined { of, .. } => say!(words, "event-declined", of = of.as_str()),
        Happened::Noted { text, .. } => text.clone(),
        Happened::Fired => say!(words, "event-fired"),
        Happened::Recovering => say!(words, "event-recovering"),
        Happened::FiredAgain => say!(words, "event-fired-again"),
        Happened::Resolved => say!(words, "event-resolved"),
        Happened::Acknowledged => say!(words, "event-acknowledged", by = by),
        Happened::Snoozed { until } => {
            say!(words, "event-snoozed", by = by, until = number::time(reader, *until, now))
        }
        Happened::Proposed { .. } => say!(words, "event-proposed", by = by),
        Happened::Approved { .. } => say!(words, "event-approved", by = by),
        Happened::Rejected { .. } => say!(words, "event-rejected", by = by),
        Happened::ProposalExpired { .. } => say!(words, "event-expired"),
        Happened::Held { reason, .. } => say!(words, "event-held", reason = reason.as_str()),
        Happened::Done { .. } => say!(words, "event-done"),
        Happened::Verified { state, .. } => say!(words, "event-verified", state = state_text(state, reader)),
        Happened::Failed { reason, .. } => say!(words, "event-failed", reason = reason.as_str()),
        Happened::Undone { state, .. } => say!(words, "event-undone", by = by, state = state_text(state, reader)),
        Happened::BrandCause { .. } => say!(words, "event-brand-cause"),
        Happened::Withdrawn { .. } => say!(words, "event-withdrawn"),
        Happened::Level { step } => say!(words, "event-level", step = step.as_str(), by = by),
    }
}
