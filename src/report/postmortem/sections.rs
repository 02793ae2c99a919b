//! The parts of the page that tell what happened, what was learned and what comes next.

use super::answers::Gathered;
use super::learned::Learning;
use super::page::{date, money, of_share, range, why};
use super::{Candidate, Happening, Moment, Next, PostMortem, Step, Stop};
use crate::domain::action::Deed;
use crate::domain::metric::Metric;
use crate::domain::questionnaire::{Area, Chosen};
use crate::insight::portfolio::{Choice, Shift, Standing};
use crate::report::page::{Cell, Part, Section, Table};
use crate::words::number;
use crate::words::phrase::{aimed, capital};
use crate::words::wording::{Reader, say};

/// Moments on a page. A long campaign has more; the rest is in the journal, and the page says so.
const MOMENTS_MAX: usize = 150;

fn done(deed: &Deed, reader: &Reader) -> String {
    let name = aimed(reader, deed, &deed.title());
    say!(reader.words(), "deed-done", deed = deed.as_str(), name = name)
}

fn undone(deed: &Deed, reader: &Reader) -> String {
    let name = aimed(reader, deed, &deed.title());
    say!(reader.words(), "deed-undone", deed = deed.as_str(), name = name)
}

fn moment(one: &Moment, of: &PostMortem, reader: &Reader) -> String {
    let words = reader.words();
    let what = match &one.what {
        Happening::Began => say!(words, "pm-began"),
        Happening::Ended => say!(words, "pm-ended"),
        Happening::Live { piece } => say!(words, "pm-live", piece = piece.as_str()),
        Happening::Fired { kind } => say!(words, "pm-fired", kind = kind.as_str()),
        Happening::Done { deed } => done(deed, reader),
        Happening::Undone { deed } => undone(deed, reader),
        Happening::Noted { text, .. } => say!(words, "pm-noted", text = text.as_str()),
    };
    let day = number::day(reader, one.at, of.at);
    match &one.who {
        Some(who) => format!("{day} · {who} · {what}"),
        None => format!("{day} · {what}"),
    }
}

pub(super) fn timeline(of: &PostMortem, reader: &Reader) -> Section {
    let words = reader.words();
    let shown: Vec<String> = of.timeline.iter().take(MOMENTS_MAX).map(|one| moment(one, of, reader)).collect();
    let more = of.timeline.len().saturating_sub(MOMENTS_MAX);
    let mut parts = vec![Part::List(shown)];
    if 0 < more {
        parts.push(Part::Text(say!(words, "pm-more-moments", count = more)));
    }
    Section { heading: say!(words, "pm-timeline"), parts }
}

pub(super) fn stops(of: &PostMortem, reader: &Reader) -> Section {
    let words = reader.words();
    let heading = say!(words, "pm-stops");
    if of.stops.is_empty() {
        return Section { heading, parts: vec![Part::Text(say!(words, "pm-no-stops"))] };
    }
    let row = |one: &Stop| {
        let what = done(&one.deed, reader);
        let what = match &one.who {
            Some(who) => format!("{who} · {what}"),
            None => what,
        };
        let what = if one.undone { say!(words, "pm-stop-undone", what = what) } else { what };
        vec![
            Cell::new(what),
            Cell::new(number::day(reader, one.at, of.at)),
            Cell::new(one.by.as_str()),
            one.avoidable.map_or_else(|| Cell::new("–"), |saved| Cell::new(money(saved, reader))),
            super::page::cell(&one.saved, reader, |saved| money(*saved, reader)),
        ]
    };
    let table = Table {
        head: vec![
            say!(words, "pm-head-stop"),
            say!(words, "pm-head-when"),
            say!(words, "pm-head-by"),
            say!(words, "pm-head-avoidable"),
            say!(words, "pm-head-saved"),
        ],
        rows: of.stops.iter().map(row).collect(),
        figures_from: 3,
    };
    Section { heading, parts: vec![Part::Table(table)] }
}

/// A lesson as a sentence.
pub(super) fn lesson(one: &Learning, reader: &Reader) -> String {
    let words = reader.words();
    let percent = |share: f64| number::percent(reader.locale, (share * 100.0).round() / 100.0);
    match one {
        Learning::Goal { metric, met: true, share } => {
            say!(words, "pm-learn-reached", metric = number::title(reader, *metric, None), share = percent(*share))
        }
        Learning::Goal { metric, met: false, share } => {
            say!(words, "pm-learn-missed", metric = number::title(reader, *metric, None), share = percent(*share))
        }
        Learning::Cost { share } => say!(words, "pm-learn-cost", share = percent(*share)),
        Learning::Hours { share } => say!(words, "pm-learn-hours", share = percent(*share)),
        Learning::Late { late, promised } => say!(words, "pm-learn-late", late = *late, promised = *promised),
        Learning::Best { who, share, chance, count: n, metric } => say!(
            words,
            "pm-learn-best",
            who = who.as_str(),
            share = of_share(*share, reader),
            chance = percent(*chance),
            n = number::value(reader, *metric, *n, None)
        ),
        Learning::Worst { who, share, chance, count: n, metric } => say!(
            words,
            "pm-learn-worst",
            who = who.as_str(),
            share = of_share(*share, reader),
            chance = percent(*chance),
            n = number::value(reader, *metric, *n, None)
        ),
        Learning::Unsure { creators } => say!(words, "pm-learn-unsure", creators = *creators),
    }
}

pub(super) fn learned(of: &PostMortem, reader: &Reader) -> Section {
    let words = reader.words();
    let mut parts = Vec::new();
    if of.learned.is_empty() {
        parts.push(Part::Text(say!(words, "pm-no-lessons")));
    } else {
        parts.push(Part::List(of.learned.iter().map(|one| lesson(one, reader)).collect()));
    }
    if !of.remarks.is_empty() {
        parts.push(Part::Heading(say!(words, "pm-remarks")));
        let quote = |one: &super::Remark| {
            let day = number::day(reader, one.at, of.at);
            let about = one.about.as_ref().map(|about| format!(" · {about}")).unwrap_or_default();
            (one.text.clone(), format!("{} · {day}{about}", one.by))
        };
        parts.push(Part::Quotes(of.remarks.iter().map(quote).collect()));
    }
    Section { heading: say!(words, "pm-learned"), parts }
}

/// The question itself.
pub(super) fn question(id: &str, reader: &Reader) -> String {
    reader.words().say(&format!("question-{id}"), &[])
}

/// What an area is called.
pub(super) fn area(area: Area, reader: &Reader) -> String {
    reader.words().say(&format!("area-{}", area.key()), &[])
}

/// `Yes 3, partly 1, no 0`, and how many are not shown.
pub(super) fn counts(one: &Gathered, reader: &Reader) -> String {
    let words = reader.words();
    let [yes, partly, no] = one.counts;
    let mut parts = Vec::new();
    if one.by_choice && 0 < one.counts.iter().sum::<u32>() {
        parts.push(say!(words, "pm-counts", yes = yes, partly = partly, no = no));
    }
    if 0 < one.hidden {
        parts.push(say!(words, "pm-hidden", count = one.hidden));
    }
    parts.join(" ")
}

pub(super) fn answers(of: &PostMortem, reader: &Reader) -> Section {
    let words = reader.words();
    let heading = say!(words, "pm-answers");
    if of.answers.is_empty() {
        let parts = vec![Part::Text(say!(words, "pm-no-answers", id = of.campaign.as_str()))];
        return Section { heading, parts };
    }
    let mut parts = Vec::new();
    for one in &of.answers {
        parts.push(Part::Heading(question(one.question, reader)));
        let told = counts(one, reader);
        if !told.is_empty() {
            parts.push(Part::Text(told));
        }
        if !one.quotes.is_empty() {
            let by = |by: &Option<String>| by.clone().unwrap_or_else(|| say!(words, "pm-anonymous"));
            parts.push(Part::Quotes(one.quotes.iter().map(|(said, who)| (said.clone(), by(who))).collect()));
        }
    }
    Section { heading, parts }
}

fn called<'a>(next: &'a Next, id: &'a crate::domain::ids::CreatorId) -> &'a str {
    next.names.iter().find(|(one, _)| one == id).map_or(id.as_str(), |(_, name)| name.as_str())
}

fn standing(name: &str, one: &Standing, counted: Metric, reader: &Reader) -> String {
    say!(
        reader.words(),
        "pm-standing",
        who = name,
        share = of_share(one.share, reader),
        range = range(one, reader),
        n = number::value(reader, counted, one.count, None),
        posts = one.posts
    )
}

fn candidate(one: &Candidate, counted: Metric, reader: &Reader) -> String {
    match &one.standing {
        Some(known) => standing(&one.name, known, counted, reader),
        None => say!(reader.words(), "pm-candidate-unknown", who = one.name.as_str()),
    }
}

/// A move of money as a sentence.
pub(super) fn shift(one: &Shift, next: &Next, of: &PostMortem, reader: &Reader) -> String {
    let amount = |minor: i64| money(crate::domain::money::Money::new(minor, of.currency), reader);
    say!(
        reader.words(),
        "pm-shift",
        amount = amount(one.minor),
        from = called(next, &one.from),
        to = called(next, &one.to),
        chance = number::percent(reader.locale, (one.chance * 100.0).round() / 100.0),
        low = amount(one.gain.1),
        high = amount(one.gain.2)
    )
}

pub(super) fn next(of: &PostMortem, reader: &Reader) -> Section {
    let words = reader.words();
    let heading = say!(words, "pm-next");
    let next = match &of.next {
        Ok(next) => next,
        Err(missing) => {
            let told = say!(words, "pm-not-judged", why = why(missing, reader));
            return Section { heading, parts: vec![Part::Text(told)] };
        }
    };
    let counted = next.yardstick.counted();
    let mut parts = Vec::new();
    for choice in [Choice::Keep, Choice::Unsure, Choice::End] {
        let own: Vec<String> = next
            .portfolio
            .standings
            .iter()
            .filter(|one| one.choice == choice)
            .map(|one| standing(called(next, &one.creator), one, counted, reader))
            .collect();
        if !own.is_empty() {
            parts.push(Part::Heading(say!(words, "pm-choice", choice = choice.key(), count = own.len())));
            parts.push(Part::List(own));
        }
    }
    let ended = next.portfolio.standings.iter().filter(|one| one.choice == Choice::End).count();
    let new = number::percent(reader.locale, (next.portfolio.new * 100.0).round() / 100.0);
    parts.push(Part::Heading(say!(words, "pm-try")));
    parts.push(Part::Text(say!(words, "pm-try-chance", chance = new, count = std::cmp::max(ended, 1))));
    if next.candidates.is_empty() {
        parts.push(Part::Text(say!(words, "pm-no-candidates")));
    } else {
        parts.push(Part::List(next.candidates.iter().map(|one| candidate(one, counted, reader)).collect()));
    }
    if !next.shifts.is_empty() {
        parts.push(Part::Heading(say!(words, "pm-shifts")));
        parts.push(Part::List(next.shifts.iter().map(|one| shift(one, next, of, reader)).collect()));
        parts.push(Part::Text(say!(words, "pm-shift-caution")));
    }
    parts.push(Part::Text(say!(words, "pm-line-up", id = of.campaign.as_str())));
    Section { heading, parts }
}

/// A step as a sentence.
pub(super) fn step(one: &Step, of: &PostMortem, reader: &Reader) -> Vec<Cell> {
    let words = reader.words();
    let state = match (one.done, one.due) {
        (Some(at), _) => say!(words, "pm-step-done", day = number::day(reader, at, of.at)),
        (None, Some(due)) => date(of, due, reader),
        (None, None) => say!(words, "pm-step-no-day"),
    };
    let owner = one.owner.clone().map_or_else(|| Cell::absent(say!(words, "pm-step-nobody")), Cell::new);
    vec![Cell::new(format!("{}. {}", one.number, capital(&one.text))), owner, Cell::new(state)]
}

pub(super) fn steps(of: &PostMortem, reader: &Reader) -> Section {
    let words = reader.words();
    let heading = say!(words, "pm-steps");
    if of.steps.is_empty() {
        let parts = vec![Part::Text(say!(words, "pm-no-steps", id = of.campaign.as_str()))];
        return Section { heading, parts };
    }
    let table = Table {
        head: vec![say!(words, "pm-head-step"), say!(words, "pm-head-owner"), say!(words, "pm-head-due")],
        rows: of.steps.iter().map(|one| step(one, of, reader)).collect(),
        figures_from: 3,
    };
    Section { heading, parts: vec![Part::Table(table)] }
}

/// What a choice is called where somebody is asked.
#[must_use]
pub fn chosen(one: Chosen, reader: &Reader) -> String {
    say!(reader.words(), "chosen", chosen = one.key())
}
