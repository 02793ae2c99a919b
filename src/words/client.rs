//! What a client reads of an alert that was shown to them.
//!
//! Owns: the one place where an alert is stripped for clients (`stripped`); everything a client is told is made from what
//! is left. Refuses: any amount but what the client is billed, and whatever an amount of the agency's can be worked out
//! from: costs and rates per order, fees, hours, margins, what would clear a line of money, what people wrote to each other.

use jiff::Timestamp;

use super::answers;
use super::buttons::{ButtonPurpose, Composed};
use super::cause;
use super::history;
use super::incident::{self, avoidable_part, clears_lines};
use super::kinds;
use super::message::{Block, Line, Look, Message};
use super::number;
use super::others::is_shown;
use super::phrase::{self, block, bold, line};
use super::view::{AheadView, Clears, IncidentView, ProposalView, Seen, proposal_of};
use super::wording::{Reader, say};
use crate::outbox::incident::{Happened, Stage};

/// Whether what last happened to a proposal says nothing but that it is asked for, agreed to or done.
fn is_plain(what: &Happened) -> bool {
    match what {
        Happened::Proposed { .. }
        | Happened::Approved { .. }
        | Happened::Agreed { .. }
        | Happened::Rejected { .. }
        | Happened::ProposalExpired { .. }
        | Happened::Spared { .. }
        | Happened::Done { .. }
        | Happened::Verified { .. }
        | Happened::Undone { .. }
        | Happened::Asked { .. }
        | Happened::Confirmed { .. }
        | Happened::Told { .. }
        | Happened::Fired
        | Happened::Recovering
        | Happened::FiredAgain
        | Happened::Resolved
        | Happened::Acknowledged
        | Happened::Snoozed { .. }
        | Happened::Shown
        | Happened::BrandCause { .. } => true,
        // Reasons that a guard, a platform or a person gave may name amounts.
        Happened::Held { .. }
        | Happened::Withdrawn { .. }
        | Happened::Failed { .. }
        | Happened::Declined { .. }
        | Happened::StillFiring
        | Happened::Escalated { .. }
        | Happened::Skipped { .. }
        | Happened::Level { .. }
        | Happened::Hidden
        | Happened::Noted { .. } => false,
    }
}

/// A proposal without amounts; `None` where it is about nothing else.
fn plain_proposal(view: &IncidentView, proposal: &ProposalView) -> Option<ProposalView> {
    let is_told = view.last_of(proposal.id).is_some_and(|event| is_plain(&event.what));
    // A budget is what the agency pays; what brings something back says how many orders its money needs.
    let plain = is_told && !proposal.deed.sets_amount() && proposal.revives.is_none();
    plain.then(|| ProposalView { saves: None, ask: None, ..proposal.clone() })
}

/// The alert with nothing in it that a client may not know. Amounts that are left are billed ones.
#[must_use]
pub(crate) fn stripped(view: &IncidentView) -> IncidentView {
    let by_cost = view.seen.iter().any(|seen| !seen.is_for_clients());
    let mut own = view.clone();
    own.proposals = view.proposals.iter().filter_map(|one| plain_proposal(view, one)).collect();
    let kept: Vec<u64> = own.proposals.iter().map(|one| one.id).collect();
    own.incident.events.retain(|event| {
        is_plain(&event.what) && proposal_of(&event.what).is_none_or(|proposal| kept.contains(&proposal))
    });
    own.incident.avoidable = None;
    own.incident.receipt = serde_json::Value::Null;
    own.incident.rungs.clear();
    own.options.retain(|option| !option.deed.sets_amount());
    for option in &mut own.options {
        option.avoidable = option.billed;
    }
    own.seen.retain(Seen::is_for_clients);
    // What it was is the first comparison's; where that is about cost it is not said.
    own.current = view.current.filter(|_| view.seen.first().is_some_and(Seen::is_for_clients));
    own.owed = None;
    own.clears = view.clears.filter(|clears| !by_cost && is_shown(metric_of(clears)));
    own.moved = None;
    own.found = None;
    own.spill = None;
    own.funnel = None;
    own.hours = None;
    own.ahead = AheadView::default();
    own.learned.clear();
    own.level = None;
    own.chart = view.chart.clone().filter(|chart| !by_cost && is_shown(chart.metric) && chart.currency.is_none());
    let own_brand = |brand: &str| view.names.brand.as_deref() == Some(brand);
    own.excused.retain(|one| own_brand(&one.brand));
    own.closed_by = view.closed_by.clone().filter(|one| own_brand(&one.brand));
    if let Some(deal) = own.deal.as_mut() {
        deal.a_day = None;
    }
    own
}

fn metric_of(clears: &Clears) -> crate::domain::metric::Metric {
    match clears {
        Clears::More { metric, .. } | Clears::Reaches { metric, .. } => *metric,
    }
}

/// The alert in a client's room; what was taken back says only that. `None`: it was never shown.
#[must_use]
pub(crate) fn compose(view: &IncidentView, reader: &Reader, now: Timestamp) -> Option<Composed> {
    if view.level.is_some() {
        return None;
    }
    if !view.incident.released {
        return taken_back(view, reader);
    }
    let own = stripped(view);
    let words = reader.words();
    let is_over = own.incident.stage == Stage::Resolved;
    let seen: Vec<&Seen> = own.seen.iter().collect();
    let mut blocks: Vec<Block> = Vec::new();
    let lines = kinds::lines(&own, false, reader, now);
    blocks.extend(block(0, lines.unwrap_or_else(|| incident::seen_lines(&seen, is_over, reader, now))));
    blocks.extend(block(0, cause::lines(&own, reader, now)));
    blocks.extend(block(0, history::lines(&own, false, reader, now)));
    if !is_over {
        blocks.extend(block(1, billed_lines(&own, reader, now)));
        blocks.extend(block(2, clears_lines(own.clears.as_ref(), reader, now)));
        blocks.extend(block(4, incident::tip_lines(&own, reader)));
        blocks.extend(block(3, vec![line(incident::stays(&own, words))]));
    }
    let mut composed = Composed::plain(Message {
        headline: headline(view, &own, reader, now),
        blocks,
        footer: footer(&own, reader, now),
        silent: own.incident.stage != Stage::Firing,
        ..Message::default()
    });
    incident::action_buttons(&own, true, &mut composed, reader, now);
    // Putting it off would put it off for the team as well.
    let incident = || own.incident.id.clone();
    let mut row = vec![(ButtonPurpose::Why { incident: incident() }, say!(words, "button-why"), Look::Plain)];
    if !is_over && own.incident.acknowledged_by.is_none() {
        row.push((ButtonPurpose::Ack { incident: incident() }, say!(words, "button-ack"), Look::Primary));
    }
    composed.row(row);
    Some(composed)
}

/// The whole story on one line. Where it is about cost it is told without figures.
fn headline(view: &IncidentView, own: &IncidentView, reader: &Reader, now: Timestamp) -> String {
    let words = reader.words();
    if let Some(told) = kinds::headline(own, false, reader, now) {
        return told;
    }
    if let Some(main) = view.seen.first().filter(|seen| seen.is_for_clients()) {
        return incident::headline(own, main, false, reader, now);
    }
    let who = phrase::who(&own.names, &own.incident.subject.to_string());
    if let Some(closed_by) = &own.closed_by {
        return cause::closed_headline(who, closed_by, reader);
    }
    let ended = own.incident.resolved_at.unwrap_or(now);
    let lasted = number::span(reader, ended.as_second().saturating_sub(own.incident.opened_at.as_second()));
    match (own.incident.stage, own.incident.kind.as_str()) {
        (Stage::Resolved, _) => say!(words, "client-cost-resolved", who = who, lasted = lasted),
        (Stage::Recovering, _) => say!(words, "client-cost-recovering", who = who),
        (Stage::Firing, "opportunity") => say!(words, "client-cost-better", who = who),
        (Stage::Firing, _) => match history::verified(own) {
            Some(stopped) => {
                let done = say!(words, "deed-short", deed = stopped.deed.as_str(), name = stopped.deed.title());
                say!(words, "client-cost-stopped", who = who, done = done)
            }
            None => say!(words, "client-cost-firing", who = who),
        },
    }
}

/// What of the billed amounts can still be saved, part by part.
fn billed_lines(own: &IncidentView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let running = own.options.iter().filter(|option| option.running);
    let parts: Vec<String> = running.filter_map(|option| avoidable_part(option, reader, now)).take(4).collect();
    if parts.is_empty() {
        return Vec::new();
    }
    vec![line(say!(reader.words(), "client-billed", what = parts.join(", ")))]
}

fn footer(own: &IncidentView, reader: &Reader, now: Timestamp) -> String {
    let id = own.incident.id.to_string();
    match own.data_at {
        Some(at) => format!("{} · {id}", say!(reader.words(), "data-at", time = number::time(reader, at, now))),
        None => id,
    }
}

fn taken_back(view: &IncidentView, reader: &Reader) -> Option<Composed> {
    let last = view.incident.events.iter().rev().find(|one| matches!(one.what, Happened::Shown | Happened::Hidden))?;
    matches!(last.what, Happened::Hidden).then(|| {
        let headline = say!(reader.words(), "client-taken-back", id = view.incident.id.to_string());
        Composed::plain(Message { headline, silent: true, ..Message::default() })
    })
}

/// What `why` answers a client: the comparisons that are not about money, and what happened.
#[must_use]
pub(crate) fn why(view: &IncidentView, reader: &Reader, now: Timestamp) -> Option<Message> {
    if !view.incident.released || view.level.is_some() {
        return None;
    }
    let own = stripped(view);
    let words = reader.words();
    let who = phrase::who(&own.names, &own.incident.subject.to_string());
    let seen: Vec<&Seen> = own.seen.iter().collect();
    let mut blocks: Vec<Block> = answers::comparison_blocks(&seen, false, reader, now);
    if seen.len() < view.seen.len() {
        blocks.extend(block(0, vec![line(say!(words, "client-why-cost"))]));
    }
    blocks.extend(block(0, cause::lines(&own, reader, now)));
    blocks.extend(block(0, billed_lines(&own, reader, now)));
    blocks.extend(block(0, clears_lines(own.clears.as_ref(), reader, now)));
    let tips: Vec<Line> = own.tips.iter().map(|tip| line(format!("• {}", phrase::tip(reader, tip)))).collect();
    blocks.extend(block(0, tips));
    let mut lines = vec![bold(say!(words, "what-happened"))];
    lines.extend(history::all(&own, reader, now));
    blocks.extend(block(0, lines));
    let headline = say!(words, "why-headline", id = own.incident.id.to_string(), who = who);
    Some(Message { headline, blocks, footer: footer(&own, reader, now), silent: true, ..Message::default() })
}

/// In the team's message: that the client reads it too.
pub(crate) fn for_team(view: &IncidentView, reader: &Reader, now: Timestamp) -> Option<Line> {
    if !view.incident.released {
        return None;
    }
    let shown = view.incident.events.iter().rev().find(|event| matches!(event.what, Happened::Shown));
    let by = history::named(shown.and_then(|event| event.by.as_deref()), reader);
    let at = shown.map_or(view.incident.opened_at, |event| event.at);
    Some(line(say!(reader.words(), "client-sees", by = by, time = number::time(reader, at, now))))
}

/// What came of showing an alert to the client, or taking it back. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum ClientReply {
    /// The client's rooms are shown it, without amounts of the agency's.
    Shown { id: String, rooms: u32 },
    /// They are not any more; whoever has read it has read it.
    Hidden { id: String },
    /// There is no room of the client's.
    NoRoom,
    /// Levels are between the brand's programme and the creator.
    NotThis { id: String },
}

impl ClientReply {
    /// As a message in the reader's language.
    #[must_use]
    pub fn say(&self, reader: &Reader) -> Message {
        let words = reader.words();
        let headline = match self {
            Self::Shown { id, rooms } => say!(words, "client-shown", id = id.as_str(), rooms = *rooms),
            Self::Hidden { id } => say!(words, "client-hidden", id = id.as_str()),
            Self::NoRoom => say!(words, "client-no-room"),
            Self::NotThis { id } => say!(words, "client-not-this", id = id.as_str()),
        };
        Message { headline, silent: true, ..Message::default() }
    }
}
