//! The facts sheet and the agenda of the meeting about it, without anybody's name.
//!
//! Owns: that no name is in it. What it tells are counts and sums; nothing that somebody typed stands in it, and the names of
//! the campaign and the brand are left out where they hold somebody's. Refuses: who was best and who was worst; that is for
//! the report itself.

use std::collections::BTreeSet;

use super::answers::Gathered;
use super::learned::Learning;
use super::page::{effort, goals, money, of_share, subtitle};
use super::sections::{area, counts, lesson, question};
use super::{PostMortem, Stop};
use crate::domain::questionnaire::Area;
use crate::insight::portfolio::Choice;
use crate::report::page::{Page, Part, Section};
use crate::words::number;
use crate::words::wording::{Reader, say};

/// Words shorter than this are no names: the s of `Alma's`.
const NAME_MIN: usize = 2;

/// The sheet.
#[must_use]
pub fn facts(of: &PostMortem, reader: &Reader) -> Page {
    let words = reader.words();
    let name = without_names(of, &of.name).unwrap_or_else(|| say!(words, "facts-the-campaign"));
    let brand = without_names(of, &of.brand).unwrap_or_else(|| say!(words, "facts-the-brand"));
    let told = [Some(goals(of, reader)), Some(effort(of, "CAMPAIGN", reader)), Some(happened(of, reader))];
    let told = told.into_iter().chain([spread(of, reader), answered(of, reader), Some(agenda(of, reader))]);
    Page {
        language: reader.locale.code(),
        title: say!(words, "facts-title", campaign = name),
        subtitle: subtitle(of, &brand, reader),
        tiles: Vec::new(),
        sections: told.flatten().collect(),
        footer: say!(words, "facts-footer"),
    }
}

/// The words of a name, in small letters.
fn words_of(name: &str) -> impl Iterator<Item = String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| NAME_MIN <= word.chars().count()).map(str::to_lowercase)
}

/// A name of something, unless a word of it is a word of somebody's name.
fn without_names(of: &PostMortem, name: &str) -> Option<String> {
    let people: BTreeSet<String> = of.people.iter().flat_map(|person| words_of(person)).collect();
    (!words_of(name).any(|word| people.contains(&word))).then(|| name.to_owned())
}

fn happened(of: &PostMortem, reader: &Reader) -> Section {
    let words = reader.words();
    let alerts: u32 = of.creators.iter().map(|row| row.alerts).sum();
    let kept: Vec<&Stop> = of.stops.iter().filter(|one| !one.undone).collect();
    let mut points = vec![
        say!(words, "facts-creators", count = of.creators.len()),
        say!(words, "facts-alerts", count = alerts),
        say!(words, "facts-stops", count = of.stops.len(), undone = of.stops.len().saturating_sub(kept.len())),
    ];
    let avoidable = kept.iter().filter_map(|one| one.avoidable).try_fold(None, |sum, one| match sum {
        None => Some(Some(one)),
        Some(sum) => crate::domain::money::Money::checked_add(sum, one).ok().map(Some),
    });
    if let Some(Some(sum)) = avoidable {
        points.push(say!(words, "facts-avoidable", amount = money(sum, reader)));
    }
    let lessons = of.learned.iter().filter(|one| !matches!(one, Learning::Best { .. } | Learning::Worst { .. }));
    points.extend(lessons.map(|one| lesson(one, reader)));
    Section { heading: say!(words, "facts-happened"), parts: vec![Part::List(points)] }
}

/// How far apart creators are, and nobody's place.
fn spread(of: &PostMortem, reader: &Reader) -> Option<Section> {
    let words = reader.words();
    let next = of.next.as_ref().ok()?;
    let all = &next.portfolio.standings;
    let count = |choice: Choice| all.iter().filter(|one| one.choice == choice).count();
    let (keep, unsure, end) = (count(Choice::Keep), count(Choice::Unsure), count(Choice::End));
    let mut points = vec![say!(words, "facts-choices", keep = keep, unsure = unsure, end = end)];
    // Of one or two everybody would know who is meant.
    if 2 < all.len() {
        let middle = all.get(all.len() / 2).map_or(0.0, |one| one.share);
        points.push(say!(words, "facts-middle", share = of_share(middle, reader)));
    }
    let parts = vec![Part::Text(super::page::read_as(next.yardstick, reader)), Part::List(points)];
    Some(Section { heading: say!(words, "facts-spread"), parts })
}

fn answered(of: &PostMortem, reader: &Reader) -> Option<Section> {
    let words = reader.words();
    if of.answers.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    for one in Area::ALL {
        let said = |answer: &Gathered| {
            let told = counts(answer, reader);
            let told = if told.is_empty() { say!(words, "facts-in-words", count = answer.shown) } else { told };
            format!("{} {told}", question(answer.question, reader))
        };
        let points: Vec<String> = of.answers.iter().filter(|answer| answer.area == one).map(said).collect();
        if !points.is_empty() {
            parts.push(Part::Heading(area(one, reader)));
            parts.push(Part::List(points));
        }
    }
    Some(Section { heading: say!(words, "pm-answers"), parts })
}

/// The meeting: what is talked about, and how long.
fn agenda(of: &PostMortem, reader: &Reader) -> Section {
    let words = reader.words();
    let open = of.steps.iter().filter(|one| one.done.is_none()).count();
    let minutes = |minutes: i64| number::span(reader, minutes.saturating_mul(60));
    let point = |text: String, long: i64| format!("{text} ({})", minutes(long));
    let stops = if of.stops.is_empty() { 5 } else { 10 };
    let answers = if of.answers.is_empty() { 5 } else { 15 };
    let points = vec![
        point(say!(words, "agenda-facts"), 5),
        point(say!(words, "agenda-goals"), 10),
        point(say!(words, "agenda-stops"), stops),
        point(say!(words, "agenda-answers"), answers),
        point(say!(words, "agenda-learned"), 10),
        point(say!(words, "agenda-steps", count = open), 10),
    ];
    let whole = 35_i64.saturating_add(stops).saturating_add(answers);
    let heading = say!(words, "agenda", span = minutes(whole));
    Section { heading, parts: vec![Part::List(points), Part::Text(say!(words, "agenda-rule"))] }
}
