//! A level that may be lost, as its creator and the team are told: the notice, what became of it, and the way back.
//!
//! Owns: these sentences and their buttons. Refuses: anything of others' in the creator's message (invariant 10): names of
//! the team, fees, margin; the shares shown are the published ones of the levels.

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed, LevelAnswer};
use super::mediation;
use super::message::{Block, Line, Look, Message};
use super::number;
use super::phrase::{self, block, bold, line};
use super::view::{IncidentView, Relation, Window};
use super::wording::{Reader, say};
use crate::domain::ids::Platform;
use crate::domain::metric::Metric;
use crate::domain::person::{Audience, Chat};
use crate::rules::downgrade::{Case, Side, Stage};

pub use super::criteria::{CriteriaLine, criteria};

/// What a level asks for, and where the creator stands. Shares of two counters are kept as they are (0.009) and shown per
/// thousand.
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    /// What is counted; where `under` is, per one of those.
    pub metric: Metric,
    /// Per what.
    pub under: Option<Metric>,
    /// Only on this platform.
    pub platform: Option<Platform>,
    /// The line.
    pub limit: f64,
    /// On which side of it the level is in danger.
    pub danger: Relation,
    /// Over which span.
    pub window: Window,
    /// What it was when the notice was made.
    pub value: Option<f64>,
    /// The two counters behind it then.
    pub parts: Option<(f64, f64)>,
    /// The span before that.
    pub before: Option<f64>,
    /// What it is now, once that is something else.
    pub current: Option<f64>,
}

/// The smallest change that keeps the level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Keeps {
    /// So much from the next posts, at the creator's usual audience.
    Posts {
        /// From so many.
        posts: u32,
        /// This much of the criterion's metric in all of them.
        amount: f64,
        /// As a share of the audience.
        share: f64,
        /// The usual audience of one post.
        usual: f64,
        /// Of their latest so many posts so many were as good.
        did: (u32, u32),
    },
    /// So much more, all else as it is.
    More {
        /// How much.
        amount: f64,
    },
}

/// Everything that can be told about a level that may be lost.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelView {
    /// The brand, as people call it.
    pub brand: String,
    /// Where it stands.
    pub case: Case,
    /// The published shares of the level and of the one below.
    pub shares: Option<(f64, f64)>,
    /// What the level asks for.
    pub criterion: Criterion,
    /// The smallest change that keeps it.
    pub keeps: Option<Keeps>,
    /// Where the creator can be told; `None`: nowhere.
    pub reached_on: Option<Chat>,
}

impl Criterion {
    /// `link clicks per 1,000 views`.
    fn title(&self, reader: &Reader) -> String {
        let title = number::title(reader, self.metric, self.platform);
        match self.under {
            Some(under) => {
                let under = number::title(reader, under, None);
                say!(reader.words(), "level-per-thousand", over = title, under = under)
            }
            None => title,
        }
    }

    /// `9.0`.
    fn bare(&self, reader: &Reader, value: f64) -> String {
        match self.under {
            Some(_) => number::decimal(reader.locale, value * 1_000.0, 1),
            None => number::short(reader, self.metric, value, None),
        }
    }

    /// `9.0 or more`.
    fn asked(&self, reader: &Reader) -> String {
        let limit = self.bare(reader, self.limit);
        match self.danger {
            Relation::Below => say!(reader.words(), "level-or-more", limit = limit),
            Relation::Above => say!(reader.words(), "level-or-less", limit = limit),
        }
    }

    /// `your latest 6 posts`, or in the team's words.
    fn over(&self, whose: &str, reader: &Reader) -> String {
        let words = reader.words();
        match self.window {
            Window::Posts(n) => say!(words, "level-over-posts", whose = whose, n = n),
            Window::Days(n) => say!(words, "level-over-days", n = n),
            Window::Hours(_) | Window::Deal => phrase::window(reader, self.window),
        }
    }

    /// `6.3 (412 link clicks, 65,400 views). Before that: 11.2.`
    fn standing(&self, whose: &str, reader: &Reader) -> Option<String> {
        let words = reader.words();
        let value = self.bare(reader, self.value?);
        let seen = match (self.parts, self.under) {
            (Some((over, under)), Some(of)) => say!(
                words,
                "level-parts",
                value = value,
                over = number::value(reader, self.metric, over, None),
                under = number::value(reader, of, under, None)
            ),
            (_, _) => value,
        };
        let mut text = say!(words, "level-you", whose = whose, seen = seen);
        if let Some(before) = self.before {
            text = format!("{text} {}", say!(words, "level-before", value = self.bare(reader, before)));
        }
        if let Some(current) = self.current {
            text = format!("{text} {}", say!(words, "level-now", value = self.bare(reader, current)));
        }
        Some(text)
    }

    /// What it is, as far as it is known: now, else then.
    fn latest(&self, reader: &Reader) -> String {
        self.current.or(self.value).map(|value| self.bare(reader, value)).unwrap_or_default()
    }
}

/// The message for the creator or the team, as things stand. `None`: this audience is not told.
pub(crate) fn compose(view: &IncidentView, reader: &Reader, audience: Audience, now: Timestamp) -> Option<Composed> {
    let level = view.level.as_ref()?;
    match audience {
        Audience::Creator => creator(view, level, "button", reader, now),
        Audience::Internal => Some(team(view, level, reader, now)),
        Audience::Client | Audience::Operator => None,
    }
}

/// The creator's message with everything that a phone had no room for: what Why shows them.
#[must_use]
pub fn whole(view: &IncidentView, reader: &Reader, now: Timestamp) -> Option<Message> {
    creator(view, view.level.as_ref()?, "button", reader, now).map(|composed| composed.message)
}

/// What is sent by hand where the program cannot reach the creator: their message as plain text, and what to do then.
#[must_use]
pub fn text_to_send(view: &IncidentView, theirs: &Reader, reader: &Reader, now: Timestamp) -> Option<Message> {
    let level = view.level.as_ref()?;
    let composed = creator(view, level, "answer", theirs, now)?;
    let lines = phrase::plain(&composed.message).lines().map(line).collect();
    Some(Message {
        headline: say!(reader.words(), "level-text-headline"),
        blocks: block(0, lines).into_iter().collect(),
        silent: true,
        ..Message::default()
    })
}

fn first_name(view: &IncidentView) -> Option<String> {
    view.names.creator.as_deref().map(phrase::first_name)
}

/// `objects`: how the creator can object, by `button` or by `answer`.
fn creator(view: &IncidentView, level: &LevelView, objects: &str, reader: &Reader, now: Timestamp) -> Option<Composed> {
    let words = reader.words();
    let name = first_name(view)?;
    let (case, brand) = (&level.case, level.brand.as_str());
    let (from, to) = (case.from.as_str(), case.to.as_str());
    let day = number::day(reader, case.earliest(now), now);
    let headline = match &case.stage {
        Stage::Telling | Stage::Grace { .. } => {
            say!(words, "level-notice", name = name, brand = brand, from = from, to = to, day = day.as_str())
        }
        Stage::Appealed { .. } => say!(words, "level-appealed", name = name, brand = brand, from = from),
        Stage::Mediating { .. } => say!(words, "level-mediating", name = name, brand = brand, from = from),
        Stage::Kept { .. } => say!(words, "level-kept", name = name, brand = brand, from = from),
        Stage::Withdrawn { .. } => say!(words, "level-withdrawn", name = name, brand = brand),
        Stage::Lowered { .. } | Stage::Offered { .. } | Stage::Closed { .. } => {
            say!(words, "level-lowered", name = name, brand = brand, to = to)
        }
        Stage::Restored { .. } => say!(words, "level-restored", name = name, brand = brand, from = from),
    };
    let mut message = Message { headline, footer: footer(view, reader, now), ..Message::default() };
    message.blocks.extend(block(0, criterion_lines(level, "yours", reader)));
    message.blocks.extend(not_counted(view, level, "yours", reader, now));
    message.blocks.extend(creator_blocks(view, level, (&day, objects), reader, now));
    let mut composed = Composed::plain(message);
    creator_buttons(view, case, &mut composed, reader);
    Some(composed)
}

/// What is looked at, and where they stand.
fn criterion_lines(level: &LevelView, whose: &str, reader: &Reader) -> Vec<Line> {
    asked_lines(&level.criterion, &level.case.from, whose, reader)
}

/// What does not count: time that lies with a brand, which nobody may cut away, and numbers that are missing.
fn not_counted(view: &IncidentView, level: &LevelView, whose: &str, reader: &Reader, now: Timestamp) -> Option<Block> {
    let mut said: Vec<Line> = view.excused.iter().map(|one| line(one.for_creator(reader, now))).collect();
    if level.case.is_open() && 0 < level.case.excused.as_secs() {
        let long = number::span(reader, level.case.excused.as_secs());
        said.push(line(say!(reader.words(), "level-extended", long = long)));
    }
    let weight = if said.is_empty() { 3 } else { 0 };
    if level.case.is_open() {
        said.push(line(say!(reader.words(), "level-not-counted", whose = whose)));
    }
    block(weight, said)
}

pub(super) fn asked_lines(one: &Criterion, level: &str, whose: &str, reader: &Reader) -> Vec<Line> {
    let asked = say!(
        reader.words(),
        "level-criterion",
        whose = whose,
        what = one.title(reader),
        over = one.over(whose, reader),
        level = level,
        asked = one.asked(reader)
    );
    std::iter::once(asked).chain(one.standing(whose, reader)).map(line).collect()
}

fn creator_blocks(
    view: &IncidentView,
    level: &LevelView,
    (day, objects): (&str, &str),
    reader: &Reader,
    now: Timestamp,
) -> Vec<Block> {
    let words = reader.words();
    let case = &level.case;
    let mut blocks = Vec::new();
    match &case.stage {
        Stage::Telling | Stage::Grace { .. } => {
            blocks.extend(block(1, vec![line(means(level, day, reader))]));
            blocks.extend(block(2, keeps_lines(level, reader)));
            blocks.extend(block(4, tip_lines(view, reader)));
            let mut last = Vec::new();
            match case.appeal.as_ref().and_then(|appeal| appeal.answered.as_ref()) {
                Some((_, at)) => {
                    let at = number::day(reader, *at, now);
                    last.push(line(say!(words, "level-stood-by", brand = level.brand.as_str(), day = at)));
                }
                None => last.push(line(say!(
                    words,
                    "level-object",
                    objects = objects,
                    brand = level.brand.as_str(),
                    day = day,
                    from = case.from.as_str()
                ))),
            }
            last.extend(ended(case, &level.brand, reader, now));
            if case.posted {
                last.push(line(say!(words, "level-posted")));
            }
            blocks.extend(block(0, last));
        }
        Stage::Appealed { left } => {
            let left = number::span(reader, std::cmp::max(left.as_secs() + 3_599, 86_400));
            let mut lines = vec![line(say!(words, "level-clock-stands", left = left))];
            match case.appeal.as_ref().and_then(|appeal| appeal.text.as_deref()) {
                Some(text) => lines.push(line(say!(words, "level-your-words", text = text))),
                None => lines.push(line(say!(words, "level-tell-why", id = view.incident.id.as_str()))),
            }
            blocks.extend(block(0, lines));
            blocks.extend(block(1, vec![line(say!(words, "level-nothing-changes"))]));
        }
        Stage::Mediating { .. } => {
            blocks.extend(block(0, mediation::creator_lines(case, &level.brand, reader, now)));
            blocks.extend(block(1, vec![line(say!(words, "level-nothing-changes"))]));
        }
        Stage::Kept { .. } if is_agreed(case) => blocks.extend(agreed(case, &level.brand, reader, now)),
        Stage::Kept { by, .. } => {
            let why = match by {
                Some(_) => say!(words, "level-kept-by-person", brand = level.brand.as_str()),
                None => say!(words, "level-kept-by-numbers"),
            };
            blocks.extend(block(0, vec![line(why)]));
        }
        Stage::Withdrawn { .. } => blocks.extend(block(0, vec![line(say!(words, "level-nothing-changes"))])),
        Stage::Lowered { .. } | Stage::Offered { .. } | Stage::Closed { .. } => {
            blocks.extend(block(0, vec![line(meant(level, day, reader))]));
            let back = say!(words, "level-way-back", from = case.from.as_str(), brand = level.brand.as_str());
            blocks.extend(block(0, vec![line(back)]));
            blocks.extend(block(4, tip_lines(view, reader)));
        }
        Stage::Restored { .. } => {
            let text = match level.shares {
                Some((share, _)) => {
                    say!(words, "level-restored-share", share = number::percent(reader.locale, share))
                }
                None => say!(words, "level-restored-plain"),
            };
            blocks.extend(block(0, vec![line(text)]));
        }
    }
    blocks
}

/// What both agreed on, and who puts it into words.
fn agreed(case: &Case, brand: &str, reader: &Reader, now: Timestamp) -> Vec<Block> {
    let people = vec![line(say!(reader.words(), "mediation-people"))];
    block(0, ended(case, brand, reader, now)).into_iter().chain(block(0, people)).collect()
}

/// The level stays because both sides agreed on another way.
fn is_agreed(case: &Case) -> bool {
    case.mediation.as_ref().is_some_and(|one| one.way().is_some())
}

fn ended(case: &Case, brand: &str, reader: &Reader, now: Timestamp) -> Vec<Line> {
    case.mediation.iter().filter_map(|one| mediation::ended(one, Some(brand), reader, now)).collect()
}

/// What the lower level would mean, and what it would not touch.
fn means(level: &LevelView, day: &str, reader: &Reader) -> String {
    let words = reader.words();
    let to = level.case.to.as_str();
    match level.shares {
        Some((from, lower)) => say!(
            words,
            "level-means",
            to = to,
            lower = number::percent(reader.locale, lower),
            share = number::percent(reader.locale, from),
            day = day
        ),
        None => say!(words, "level-means-plain", to = to, day = day),
    }
}

/// The same once it is so.
fn meant(level: &LevelView, day: &str, reader: &Reader) -> String {
    let words = reader.words();
    match level.shares {
        Some((from, lower)) => say!(
            words,
            "level-meant",
            lower = number::percent(reader.locale, lower),
            share = number::percent(reader.locale, from),
            day = day
        ),
        None => say!(words, "level-meant-plain", day = day),
    }
}

fn keeps_lines(level: &LevelView, reader: &Reader) -> Vec<Line> {
    let words = reader.words();
    let one = &level.criterion;
    let from = level.case.from.as_str();
    let text = match level.keeps {
        Some(Keeps::Posts { posts, amount, share, usual, did: (hits, of) }) => {
            let what = number::value(reader, one.metric, amount, None);
            let per = one.bare(reader, share);
            let usual = one.under.map_or_else(String::new, |under| number::value(reader, under, usual, None));
            let text =
                say!(words, "level-keeps-posts", from = from, what = what, posts = posts, per = per, usual = usual);
            if 0 < of { format!("{text} {}", say!(words, "level-did", hits = hits, of = of)) } else { text }
        }
        Some(Keeps::More { amount }) => {
            say!(words, "level-keeps-more", from = from, what = number::value(reader, one.metric, amount, None))
        }
        None => say!(words, "level-keeps-line", from = from, asked = one.asked(reader)),
    };
    vec![line(text)]
}

fn tip_lines(view: &IncidentView, reader: &Reader) -> Vec<Line> {
    if view.tips.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![bold(say!(reader.words(), "from-your-posts"))];
    lines.extend(view.tips.iter().map(|tip| line(format!("• {}", phrase::tip(reader, tip)))));
    lines
}

fn footer(view: &IncidentView, reader: &Reader, now: Timestamp) -> String {
    let data = view.data_at.map(|at| say!(reader.words(), "data-at", time = number::time(reader, at, now)));
    data.into_iter().chain([view.incident.id.to_string()]).collect::<Vec<_>>().join(" · ")
}

fn button(view: &IncidentView, answer: LevelAnswer, label: String, look: Look) -> (ButtonPurpose, String, Look) {
    (ButtonPurpose::Level { incident: view.incident.id.clone(), answer }, label, look)
}

fn creator_buttons(view: &IncidentView, case: &Case, composed: &mut Composed, reader: &Reader) {
    let words = reader.words();
    if case.is_open() && !case.is_appealed() && !case.is_mediated() {
        let mut row = Vec::new();
        if !case.posted {
            let label = say!(words, "button-keep-posted");
            row.push(button(view, LevelAnswer::KeepPosted, label, Look::Plain));
        }
        if case.appeal.is_none() {
            row.push(button(view, LevelAnswer::Appeal, say!(words, "button-something-wrong"), Look::Primary));
        }
        composed.row(row);
    }
    mediation::buttons(view, case, Side::Creator, composed, reader);
    let mine = ButtonPurpose::MyNumbers { subject: view.incident.subject.clone() };
    let why = ButtonPurpose::Why { incident: view.incident.id.clone() };
    composed
        .row([(mine, say!(words, "button-my-numbers"), Look::Plain), (why, say!(words, "button-why"), Look::Plain)]);
}

/// The team's side: where it stands, what the creator was told and when, and what is to be decided.
fn team(view: &IncidentView, level: &LevelView, reader: &Reader, now: Timestamp) -> Composed {
    let mut message = Message { headline: team_headline(view, level, reader), ..Message::default() };
    message.footer = super::incident::footer(view, reader, now);
    message.blocks.extend(block(0, criterion_lines(level, "theirs", reader)));
    message.blocks.extend(not_counted(view, level, "theirs", reader, now));
    message.blocks.extend(block(0, team_lines(level, reader, now)));
    if level.case.is_open() {
        let day = number::day(reader, level.case.earliest(now), now);
        message.blocks.extend(block(1, vec![line(means(level, &day, reader))]));
    }
    message.blocks.extend(block(0, super::history::lines(view, false, reader, now)));
    let mut composed = Composed::plain(message);
    team_buttons(view, level, &mut composed, reader);
    super::incident::standing_buttons(view, &mut composed, reader, now);
    composed
}

fn team_headline(view: &IncidentView, level: &LevelView, reader: &Reader) -> String {
    let words = reader.words();
    let who = phrase::who(&view.names, &view.incident.subject.to_string());
    let (case, brand) = (&level.case, level.brand.as_str());
    let (from, to) = (case.from.as_str(), case.to.as_str());
    let value = level.criterion.latest(reader);
    let asked = level.criterion.asked(reader);
    match &case.stage {
        Stage::Telling | Stage::Grace { .. } => {
            say!(words, "level-team-open", who = who, from = from, to = to, brand = brand, value = value, asked = asked)
        }
        Stage::Appealed { .. } => say!(words, "level-team-appealed", who = who, from = from),
        Stage::Mediating { .. } => say!(words, "level-team-mediating", who = who, from = from),
        Stage::Kept { .. } if is_agreed(case) => {
            say!(words, "level-team-agreed", who = who, from = from, brand = brand)
        }
        Stage::Kept { by: Some(by), .. } => {
            say!(words, "level-team-kept-by", who = who, from = from, brand = brand, by = by.as_str())
        }
        Stage::Kept { by: None, .. } => {
            say!(words, "level-team-kept", who = who, from = from, brand = brand, value = value, asked = asked)
        }
        Stage::Withdrawn { .. } => say!(words, "level-team-withdrawn", who = who, brand = brand),
        Stage::Lowered { .. } | Stage::Closed { .. } => {
            say!(words, "level-team-lowered", who = who, from = from, to = to, brand = brand)
        }
        Stage::Offered { .. } => {
            say!(words, "level-team-offered", who = who, from = from, value = value, asked = asked)
        }
        Stage::Restored { by, .. } => {
            say!(words, "level-team-restored", who = who, from = from, brand = brand, by = by.as_str())
        }
    }
}

fn team_lines(level: &LevelView, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let case = &level.case;
    let until = number::time(reader, case.earliest(now), now);
    let mut lines = Vec::new();
    if let (Some(at), true) = (case.told_at, case.is_open()) {
        let at = number::time(reader, at, now);
        lines.push(line(match &case.told_by {
            Some(by) => say!(words, "level-told-by", by = by.as_str(), time = at),
            None => say!(words, "level-told", time = at),
        }));
    }
    if let Some(appeal) = &case.appeal {
        let at = number::time(reader, appeal.at, now);
        lines.push(line(match appeal.text.as_deref() {
            Some(text) => say!(words, "level-objected-words", time = at, text = text),
            None => say!(words, "level-objected", time = at),
        }));
        if let Some((by, at)) = &appeal.answered {
            let at = number::time(reader, *at, now);
            lines.push(line(say!(words, "level-answered", by = by.as_str(), time = at)));
        }
    }
    lines.extend(mediation::for_team(case, reader, now));
    match (&case.stage, level.reached_on) {
        (Stage::Telling, Some(chat)) => lines.push(line(say!(words, "level-telling", chat = chat.title()))),
        (Stage::Telling, None) => lines.push(line(say!(words, "level-unreachable"))),
        (Stage::Grace { .. }, _) => {
            lines.push(line(say!(words, "level-grace", until = until, from = case.from.as_str())));
        }
        (Stage::Appealed { .. }, _) => {
            lines.push(line(say!(words, "level-waits", from = case.from.as_str(), to = case.to.as_str())));
        }
        (Stage::Kept { .. } | Stage::Withdrawn { .. }, _) => lines.push(line(say!(words, "level-team-nothing"))),
        (Stage::Lowered { .. } | Stage::Closed { .. }, _) => {
            let day = number::day(reader, case.earliest(now), now);
            lines.push(line(meant(level, &day, reader)));
        }
        (Stage::Offered { .. }, _) => lines.push(line(say!(words, "level-offered", to = case.to.as_str()))),
        (Stage::Restored { .. } | Stage::Mediating { .. }, _) => {}
    }
    lines
}

fn team_buttons(view: &IncidentView, level: &LevelView, composed: &mut Composed, reader: &Reader) {
    let words = reader.words();
    let from = level.case.from.as_str();
    let row = match &level.case.stage {
        Stage::Telling => vec![
            button(view, LevelAnswer::Text, say!(words, "button-level-text"), Look::Plain),
            button(view, LevelAnswer::Told, say!(words, "button-level-told"), Look::Primary),
        ],
        Stage::Appealed { .. } => vec![
            button(view, LevelAnswer::Keep, say!(words, "button-level-keep", level = from), Look::Primary),
            button(view, LevelAnswer::StandBy, say!(words, "button-level-stand-by"), Look::Danger),
        ],
        Stage::Offered { .. } => vec![
            button(view, LevelAnswer::GiveBack, say!(words, "button-level-back", level = from), Look::Primary),
            button(view, LevelAnswer::Leave, say!(words, "button-level-leave"), Look::Plain),
        ],
        Stage::Grace { .. } if level.case.told_by.is_some() && level.case.appeal.is_none() => {
            vec![button(view, LevelAnswer::TheyObject, say!(words, "button-level-they-object"), Look::Plain)]
        }
        Stage::Grace { .. }
        | Stage::Mediating { .. }
        | Stage::Kept { .. }
        | Stage::Withdrawn { .. }
        | Stage::Lowered { .. }
        | Stage::Restored { .. }
        | Stage::Closed { .. } => Vec::new(),
    };
    composed.row(row);
    mediation::buttons(view, &level.case, Side::Brand, composed, reader);
}
