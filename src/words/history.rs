//! Who did what about an incident, and what the platform says now.

use jiff::Timestamp;

use super::message::Line;
use super::number;
use super::phrase::{self, line};
use super::view::{IncidentView, ProposalView, proposal_of};
use super::wording::{Reader, say};
use crate::domain::action::{Deed, Revival, budget_in, value_in};
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
    if let Some(Event { at, .. }) =
        view.incident.events.last().filter(|event| matches!(event.what, Happened::StillFiring))
    {
        lines.push(line(say!(words, "still-firing", time = number::time(reader, *at, now))));
    }
    lines.extend(next_step(view, reader, now));
    let last = |wanted: fn(&Happened) -> bool| view.incident.events.iter().rev().find(|event| wanted(&event.what));
    let is_open = view.incident.stage != Stage::Resolved;
    if let Some(event) = last(|what| matches!(what, Happened::Noted { .. }))
        && let Happened::Noted { text, tag } = &event.what
    {
        lines.push(line(noted(event, text, tag.as_deref(), true, reader, now)));
    }
    if let Some(event) = last(|what| matches!(what, Happened::Escalated { .. })).filter(|_| is_open)
        && let Happened::Escalated { to } = &event.what
    {
        lines.push(line(say!(words, "escalated", to = to.as_str(), time = number::time(reader, event.at, now))));
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
#[expect(clippy::too_many_lines, reason = "one arm for each thing that can happen")]
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
    let aimed = phrase::aimed(reader, &proposal.deed, &name);
    let to = || say!(words, "deed-to", deed = deed, name = aimed.as_str());
    let done = || say!(words, "deed-done", deed = deed, name = aimed.as_str());
    let left = || say!(words, "deed-left", deed = deed, name = name.as_str());
    Some(match &event.what {
        Happened::Proposed { .. } => late(proposal, reader) + &waiting(&to(), proposal, money, reader, now),
        Happened::Agreed { who, need, .. } => {
            waiting(&to(), proposal, money, reader, now) + " " + &agreed(who, *need, reader)
        }
        Happened::Approved { .. } => {
            let due = proposal.due.filter(|due| now < *due).map(|due| number::time(reader, due, now));
            late(proposal, reader)
                + &match due {
                    Some(due) => say!(words, "did-approved-later", by = by(), time = at, what = to(), due = due),
                    None => say!(words, "did-approved", by = by(), time = at, what = to()),
                }
        }
        Happened::Rejected { .. } => {
            let kept = say!(words, "deed-kept", deed = deed, name = name.as_str());
            say!(words, "did-rejected", by = by(), time = at, what = kept)
        }
        Happened::ProposalExpired { .. } => match view.agreed_to(proposal.id) {
            Some((have, need)) => {
                say!(words, "did-expired-few", time = at, what = left(), have = have, need = need)
            }
            None => say!(words, "did-expired", time = at, what = left()),
        },
        Happened::Held { .. } | Happened::Withdrawn { .. } => {
            let what = say!(words, "deed-not-done", deed = deed, name = name.as_str());
            return not_done(&event.what, &what, &at, reader, now);
        }
        Happened::Done { .. } => {
            let by = stopper(view, proposal.id, reader);
            say!(words, "did-done", by = by, time = at, what = done(), runs_on = runs_on)
        }
        Happened::Verified { state, .. } => {
            let accepted = view.incident.events.iter().rev();
            let mut accepted =
                accepted.filter(|other| matches!(other.what, Happened::Done { proposal: of } if of == proposal.id));
            let done_at = accepted.next().map_or_else(|| at.clone(), |done| number::time(reader, done.at, now));
            let (by, state) = (stopper(view, proposal.id, reader), state_text(state, reader));
            let (what, at) = (done(), at);
            let text = say!(
                words,
                "did-verified",
                by = by,
                done_at = done_at,
                time = at,
                what = what,
                runs_on = runs_on,
                state = state
            );
            text + &undo_line(proposal, reader, now)
        }
        Happened::Spared { .. } => say!(words, "did-withdrawn", time = at, what = left()),
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
            return people_text(event, proposal, &name, money, reader, now);
        }
        // What is about no proposal.
        _ => return None,
    })
}

/// `1 of 2 have agreed: Maja.`
pub(super) fn agreed(who: &[String], need: u32, reader: &Reader) -> String {
    let names = if who.is_empty() { "none".to_owned() } else { who.join(", ") };
    say!(reader.words(), "agreed-so-far", have = who.len(), need = need, names = names)
}

/// Until when something can be taken back, behind what is said of it.
fn undo_line(proposal: &ProposalView, reader: &Reader, now: Timestamp) -> String {
    match proposal.undo_until.filter(|until| now < *until) {
        Some(until) => format!(" {}", say!(reader.words(), "undo-until", time = number::time(reader, until, now))),
        None => String::new(),
    }
}

/// Why something was not done, and when it is tried again where it is.
fn not_done(what: &Happened, not_done: &str, at: &str, reader: &Reader, now: Timestamp) -> Option<String> {
    let words = reader.words();
    let (reason, again) = match what {
        Happened::Held { reason, again, .. } => (say!(words, "held-why", reason = reason.as_str()), *again),
        Happened::Withdrawn { why, .. } => (say!(words, "left-out", why = why.as_str()), None),
        _ => return None,
    };
    let text = say!(words, "did-held", time = at, what = not_done, reason = reason);
    Some(match again {
        Some(again) => format!("{text} {}", say!(words, "held-again", time = number::time(reader, again, now))),
        None => text,
    })
}

/// The next step of the rule, while there is one: what it will ask for, or do, and when.
fn next_step(view: &IncidentView, reader: &Reader, now: Timestamp) -> Option<Line> {
    let words = reader.words();
    let at = view.incident.next_rung_at()?;
    let rung = view.incident.rungs.iter().min_by_key(|rung| rung.due)?;
    let what = say!(words, "step", what = rung.what.as_str());
    let time = number::time(reader, at, now);
    Some(line(if view.automatic && view.incident.acknowledged_by.is_none() {
        say!(words, "next-step-done", time = time, what = what)
    } else {
        say!(words, "next-step-asked", time = time, what = what)
    }))
}

/// How a question to a creator stands, in one sentence.
fn people_text(
    event: &Event,
    proposal: &ProposalView,
    name: &str,
    money: bool,
    reader: &Reader,
    now: Timestamp,
) -> Option<String> {
    let words = reader.words();
    let at = number::time(reader, event.at, now);
    let deed = proposal.deed.as_str();
    Some(match &event.what {
        Happened::Asked { of, direct, .. } => {
            let of = phrase::first_name(of);
            let what = say!(words, "deed-ask", deed = deed, name = name);
            if *direct {
                say!(words, "did-ask", of = of, time = at, what = what)
            } else if money {
                say!(words, "did-ask-yourselves", of = of, what = what)
            } else {
                // Clients do not write to creators: their agency does.
                say!(words, "did-ask-agency", of = of, what = what)
            }
        }
        Happened::Confirmed { of, .. } => {
            let of = phrase::first_name(of);
            let done = say!(words, "deed-done", deed = deed, name = name);
            let text = match event.by.as_deref() {
                Some(by) => say!(words, "did-confirm-by", what = done, of = of, by = by, time = at),
                None => say!(words, "did-confirm", what = done, of = of, time = at),
            };
            text + &undo_line(proposal, reader, now)
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

/// Why something is brought back, before what is said of it.
fn late(proposal: &ProposalView, reader: &Reader) -> String {
    let words = reader.words();
    let text = match &proposal.revives {
        Some(Revival { orders: Some((orders, needed)), .. }) => {
            say!(words, "late-orders", orders = *orders, needed = *needed)
        }
        Some(Revival { orders: None, .. }) => say!(words, "late-numbers"),
        None => return String::new(),
    };
    format!("{text} ")
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
pub(super) fn state_text(state: &str, reader: &Reader) -> String {
    if let Some(budget) = budget_in(state) {
        return say!(reader.words(), "state-budget", amount = number::money(reader.locale, budget));
    }
    if let Some(share) = value_in(state) {
        return say!(reader.words(), "state-value", share = number::share(reader.locale, share));
    }
    match state.to_ascii_lowercase().as_str() {
        "paused" => say!(reader.words(), "state-paused"),
        "active" => say!(reader.words(), "state-active"),
        "ended" => say!(reader.words(), "state-ended"),
        "cut" => say!(reader.words(), "state-cut"),
        _ => state.to_owned(),
    }
}

fn actor(event: &Event, reader: &Reader) -> String {
    named(event.by.as_deref(), reader)
}

fn stopper(view: &IncidentView, proposal: u64, reader: &Reader) -> String {
    named(view.approver_of(proposal), reader)
}

/// Who did something, as people call them: a person, a rule by itself, or the program.
pub(super) fn named(by: Option<&str>, reader: &Reader) -> String {
    let words = reader.words();
    match by.map(|by| (by, by.strip_prefix("rule/"))) {
        Some((_, Some(rule))) => say!(words, "the-rule", rule = rule),
        Some((name, None)) => name.to_owned(),
        None => say!(words, "the-program"),
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
        say!(words, "deed-to", deed = deed.as_str(), name = phrase::aimed(reader, deed, &name))
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
        // What else is done than stopping a boost is said as what it is.
        Happened::Proposed { .. } if deed.is_some_and(|deed| deed.as_str() != "stop_boost") => {
            say!(words, "event-asks", by = by, what = deed.map(to).unwrap_or_default())
        }
        Happened::Proposed { .. } => say!(words, "event-proposed", by = by),
        Happened::Approved { .. } => say!(words, "event-approved", by = by),
        Happened::Rejected { .. } => say!(words, "event-rejected", by = by),
        Happened::ProposalExpired { .. } => say!(words, "event-expired"),
        Happened::Held { reason, .. } => {
            say!(words, "event-held", reason = say!(words, "held-why", reason = reason.as_str()))
        }
        Happened::Withdrawn { why, .. } => {
            say!(words, "event-withdrawn", why = say!(words, "left-out", why = why.as_str()))
        }
        Happened::StillFiring => say!(words, "event-still-firing"),
        Happened::Escalated { to } => say!(words, "event-escalated", to = to.as_str()),
        Happened::Skipped { what, why } => {
            let what = say!(words, "step", what = what.as_str());
            say!(words, "event-skipped", what = what, why = say!(words, "left-out", why = why.as_str()))
        }
        Happened::Done { .. } => say!(words, "event-done"),
        Happened::Verified { state, .. } => say!(words, "event-verified", state = state_text(state, reader)),
        Happened::Failed { reason, .. } => say!(words, "event-failed", reason = reason.as_str()),
        Happened::Undone { state, .. } => say!(words, "event-undone", by = by, state = state_text(state, reader)),
        Happened::Agreed { who, need, .. } => agreed(who, *need, reader),
        Happened::Shown => say!(words, "event-shown", by = by),
        Happened::Hidden => say!(words, "event-hidden", by = by),
        Happened::BrandCause { .. } => say!(words, "event-brand-cause"),
        Happened::Spared { .. } => say!(words, "event-spared"),
        Happened::Level { step } => say!(words, "event-level", step = step.as_str(), by = by),
    }
}
