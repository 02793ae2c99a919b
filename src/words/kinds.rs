//! What is said of a deal itself: what is late or missing in it, which right ends, what goes well.
//!
//! Owns: that the first line names the piece and the delay, and that nothing is called a breach that only a text said.
//! Refuses: money and other names in a creator's message.

use jiff::{SignedDuration, Timestamp};

use super::buttons::{ButtonPurpose, Composed};
use super::message::{Block, Line, Look, Message};
use super::number;
use super::phrase::{self, block, bold, line};
use super::view::{DealView, FactView, IncidentView};
use super::wording::{Reader, Words, say};
use crate::domain::deal::title_of;
use crate::domain::metric::Metric;
use crate::domain::num;
use crate::domain::standing::Named;
use crate::domain::written::Day;
use crate::outbox::incident::Stage;

/// Pieces told one by one; the rest is a count.
const PIECES_MAX: usize = 3;

/// What an incident is about, where it is about the deal itself: the fact that fired it.
fn main_fact(view: &IncidentView) -> Option<(&DealView, &FactView)> {
    let deal = view.deal.as_ref()?;
    Some((deal, deal.then.first()?))
}

/// The fact as it is now, while it is still one; else as it was.
fn current<'a>(deal: &'a DealView, fact: &'a FactView) -> &'a FactView {
    deal.now.iter().find(|now| now.metric == fact.metric && !now.named.is_empty()).unwrap_or(fact)
}

fn name_of(named: &Named) -> Option<String> {
    named.piece.as_ref().map(title_of)
}

/// A calendar day, the same one for whoever reads.
fn day(reader: &Reader, day: Day, now: Timestamp) -> String {
    let noon = day.0.at(12, 0, 0, 0).to_zoned(reader.zone.clone()).map(|noon| noon.timestamp());
    noon.map_or_else(|_| day.0.to_string(), |noon| number::day(reader, noon, now))
}

/// How long something has been so; at least a minute.
fn since(reader: &Reader, named: &Named, now: Timestamp) -> String {
    let secs = named.at.map_or(0, |at| now.as_second().saturating_sub(at.as_second()));
    number::span(reader, secs.saturating_abs())
}

/// `Alma Lind`, and ` (Spring Launch)` after it.
fn whose(view: &IncidentView) -> (String, String) {
    let who = view.names.creator.as_deref().or(view.names.brand.as_deref());
    let who = who.map_or_else(|| view.incident.subject.to_string(), phrase::short_name);
    let place = view.names.campaign.as_deref().map(|name| format!(" ({})", phrase::short_name(name)));
    (who, place.unwrap_or_default())
}

/// The whole story on one line.
pub(crate) fn headline(view: &IncidentView, money: bool, reader: &Reader, now: Timestamp) -> Option<String> {
    let (deal, first) = main_fact(view)?;
    let words = reader.words();
    let fact = current(deal, first);
    let (who, place) = whose(view);
    let named = fact.named.first().cloned().unwrap_or_default();
    let piece = name_of(&named).unwrap_or_else(|| "none".to_owned());
    let kind = fact.metric.as_str();
    match view.incident.stage {
        Stage::Resolved => {
            let ended = view.incident.resolved_at.unwrap_or(now);
            let lasted = number::span(reader, ended.as_second().saturating_sub(view.incident.opened_at.as_second()));
            let over = over(first, reader);
            return Some(say!(words, "kind-resolved", who = who, over = over, lasted = lasted));
        }
        Stage::Recovering => {
            return Some(say!(words, "kind-recovering", who = who, over = over(first, reader)));
        }
        Stage::Firing => {}
    }
    Some(match fact.metric {
        Metric::RightsLeft => {
            let right = named.right.map_or("usage", |right| right.as_str());
            let a_day = deal.a_day.filter(|_| money).map(|a_day| number::money(reader.locale, a_day));
            let a_day = a_day.unwrap_or_else(|| "none".to_owned());
            let time = since(reader, &named, now);
            if named.at.is_some_and(|at| at <= now) {
                say!(words, "rights-over", who = who, right = right, piece = piece, time = time, a_day = a_day)
            } else {
                say!(words, "rights-end", who = who, right = right, piece = piece, time = time, a_day = a_day)
            }
        }
        Metric::ExclusivityBroken => {
            let word = named.word.unwrap_or_default();
            say!(words, "exclusive-named", who = who, word = word, place = place)
        }
        Metric::LinksWrong | Metric::CodesMissing | Metric::DisclosuresMissing => {
            let count = fact.value.and_then(num::round_i64).unwrap_or(1);
            say!(words, "missing-in", kind = kind, who = who, piece = piece, count = count, place = place)
        }
        _ => {
            let late = since(reader, &named, now);
            say!(words, "overdue", kind = kind, piece = piece, who = who, late = late, place = place)
        }
    })
}

/// What is so once it is over. Not that the post is out: it may have been put off as well.
fn over(fact: &FactView, reader: &Reader) -> String {
    let named = fact.named.first().cloned().unwrap_or_default();
    let piece = name_of(&named).unwrap_or_else(|| "none".to_owned());
    say!(reader.words(), "kind-over", kind = fact.metric.as_str(), piece = piece)
}

/// What was seen of the deal, in place of numbers. `None`: the incident is about numbers.
pub(crate) fn lines(view: &IncidentView, money: bool, reader: &Reader, now: Timestamp) -> Option<Vec<Line>> {
    let (deal, first) = main_fact(view)?;
    let words = reader.words();
    if view.incident.stage == Stage::Resolved {
        return Some(Vec::new());
    }
    let fact = current(deal, first);
    let mut lines: Vec<Line> = fact_lines(fact, reader, now);
    match fact.metric {
        Metric::RightsLeft => {
            if let Some(a_day) = deal.a_day.filter(|_| money) {
                lines.push(line(say!(words, "rights-cost", a_day = number::money(reader.locale, a_day))));
            }
            lines.push(line(say!(words, "rights-advice")));
        }
        Metric::ExclusivityBroken => {
            if let Some(until) = deal.exclusive_until {
                lines.push(line(say!(words, "exclusive-until", day = day(reader, until, now))));
            }
            lines.push(line(say!(words, "exclusive-advice")));
        }
        Metric::DisclosuresMissing => lines.push(line(say!(words, "disclosure-advice"))),
        Metric::LinksWrong | Metric::CodesMissing => {}
        _ => lines.push(line(say!(words, "overdue-clears"))),
    }
    Some(lines)
}

/// The pieces, rights or posts behind a fact.
fn fact_lines(fact: &FactView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let kind = fact.metric.as_str();
    let wanted = if fact.wanted.is_empty() { "none" } else { fact.wanted.as_str() };
    let mut lines: Vec<Line> = Vec::new();
    for named in fact.named.iter().take(PIECES_MAX) {
        let piece = name_of(named).unwrap_or_else(|| "none".to_owned());
        let when = named.day.map(|due| day(reader, due, now));
        lines.push(line(match fact.metric {
            Metric::RightsLeft => {
                let right = named.right.map_or("usage", |right| right.as_str());
                say!(words, "right-until", right = right, piece = piece, day = when.unwrap_or_default())
            }
            Metric::ExclusivityBroken => {
                let post = named.post.as_ref().map(ToString::to_string).unwrap_or_default();
                say!(words, "exclusive-post", word = named.word.clone().unwrap_or_default(), post = post)
            }
            Metric::LinksWrong | Metric::CodesMissing | Metric::DisclosuresMissing => {
                say!(words, "missing-line", kind = kind, wanted = wanted, piece = piece)
            }
            _ => say!(words, "overdue-line", kind = kind, piece = piece, day = when.unwrap_or_default()),
        }));
    }
    let more = fact.named.len().saturating_sub(PIECES_MAX);
    if 0 < more {
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        lines.push(line(say!(words, "and-more", count = more)));
    }
    lines
}

/// What could be done where something goes well: a note to people, and nothing that spends by itself.
pub(crate) fn ideas(view: &IncidentView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let Some(deal) = view.deal.as_ref().filter(|_| view.incident.kind == "opportunity") else { return Vec::new() };
    let mut ideas = Vec::new();
    if let Some(piece) = &deal.newest {
        if deal.unboosted {
            ideas.push(line(format!("• {}", say!(words, "idea-boost", piece = piece.as_str()))));
        }
        ideas.push(line(format!("• {}", say!(words, "idea-more", piece = piece.as_str()))));
    }
    if let Some(ends) = deal.ends {
        // The deal's end is the first instant after its last day.
        let last = ends.checked_sub(SignedDuration::from_hours(12)).unwrap_or(ends);
        ideas.push(line(format!("• {}", say!(words, "idea-renew", day = number::day(reader, last, now)))));
    }
    if !ideas.is_empty() {
        ideas.insert(0, bold(say!(words, "ideas")));
    }
    ideas
}

/// What will not happen.
pub(crate) fn stays(view: &IncidentView, words: &Words) -> Option<String> {
    let (_, fact) = main_fact(view)?;
    Some(match fact.metric {
        Metric::RightsLeft => say!(words, "stays-rights"),
        Metric::LinksWrong | Metric::CodesMissing | Metric::DisclosuresMissing | Metric::ExclusivityBroken => {
            say!(words, "stays-text")
        }
        _ => say!(words, "stays-overdue"),
    })
}

/// The same for the creator, who sees what is theirs: the piece and the day, no money and nobody else.
pub(crate) fn to_creator(view: &IncidentView, reader: &Reader, now: Timestamp) -> Option<Composed> {
    let (deal, first) = main_fact(view)?;
    let words = reader.words();
    let fact = current(deal, first);
    let name = phrase::first_name(view.names.creator.as_deref()?);
    let is_over = view.incident.stage == Stage::Resolved;
    let headline = if is_over {
        say!(words, "kind-creator-over", name = name, over = over(first, reader))
    } else {
        say!(words, "kind-creator", name = name)
    };
    let mut lines = if is_over { Vec::new() } else { fact_lines(fact, reader, now) };
    lines.push(line(say!(words, "creator-stays")));
    let blocks: Vec<Block> = block(0, lines).into_iter().collect();
    let silent = view.incident.stage != Stage::Firing;
    let footer = view.incident.id.to_string();
    let mut composed = Composed::plain(Message { headline, blocks, footer, silent, ..Message::default() });
    let why = ButtonPurpose::Why { incident: view.incident.id.clone() };
    composed.row([(why, say!(words, "button-why"), Look::Plain)]);
    Some(composed)
}
