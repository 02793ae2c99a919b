//! Rooms and how they are told: the list of them, quiet hours, what is on, silent or off.

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed};
use super::message::{Block, Line, Look, Message, Run};
use super::number;
use super::phrase::{block, bold, line};
use super::wording::{Reader, Words, say};
use crate::domain::habits::{Loudness, Topic};
use crate::domain::person::Audience;

/// Rooms on a page: two or three lines each.
const ROOMS_PAGE: usize = 6;

/// A room, for the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomLine {
    /// Its id.
    pub id: String,
    /// The platform it is on; `None` while it is not bound.
    pub chat: Option<&'static str>,
    /// It is one topic of a Telegram group.
    pub in_topic: bool,
    /// Who reads it.
    pub audience: Audience,
    /// Whose it is: the brand, or the campaign it is limited to.
    pub of: Option<String>,
    /// What is spoken in it, as a tag.
    pub locale: String,
    /// The zone of its times.
    pub zone: String,
    /// Its quiet hours, as written.
    pub quiet: Option<String>,
    /// When its digest comes.
    pub digest: Option<String>,
    /// Topics that are not as they come.
    pub told: Vec<(Topic, Loudness)>,
    /// Who is told next.
    pub escalate_to: Vec<String>,
    /// It takes no messages: since when, and what the platform says.
    pub closed: Option<(Option<Timestamp>, String)>,
}

/// The rooms of what somebody may see.
#[must_use]
pub fn rooms(rooms: &[RoomLine], page: u32, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    if rooms.is_empty() {
        let mut message = quiet_message(say!(words, "rooms-none"));
        message.blocks.extend(block(0, vec![line(say!(words, "rooms-none-how"))]));
        return Composed::plain(message);
    }
    let closed = rooms.iter().filter(|room| room.closed.is_some()).count();
    let unbound = rooms.iter().filter(|room| room.chat.is_none()).count();
    let (shown, at, pages) = page_of(rooms, page, ROOMS_PAGE);
    let headline = say!(words, "rooms-headline", count = rooms.len(), closed = closed, unbound = unbound);
    let mut message = quiet_message(headline);
    message.blocks = shown.iter().map(|room| Block { weight: 0, lines: room_lines(room, reader, now) }).collect();
    let mut composed = Composed::plain(message);
    composed.row(pager("rooms", at, pages, reader));
    composed
}

fn room_lines(room: &RoomLine, reader: &Reader, now: Timestamp) -> Vec<Line> {
    let words = reader.words();
    let mut first = vec![match room.chat {
        Some(chat) if room.in_topic => say!(words, "room-in-topic", chat = chat),
        Some(chat) => chat.to_owned(),
        None => say!(words, "room-unbound"),
    }];
    first.push(say!(words, "room-audience", audience = room.audience.as_str()));
    first.extend(room.of.clone());
    let mut second = vec![say!(words, "room-language", code = room.locale.as_str(), zone = room.zone.as_str())];
    second.extend(room.quiet.as_ref().map(|quiet| say!(words, "room-quiet", hours = dashed(quiet))));
    second.extend(room.digest.as_ref().map(|at| say!(words, "room-digest", at = at.as_str())));
    let told = room.told.iter().map(|(topic, loudness)| format!("{} {}", topic.as_str(), said(words, *loudness)));
    second.extend(told);
    if !room.escalate_to.is_empty() {
        second.push(say!(words, "room-escalates", to = room.escalate_to.join(", ")));
    }
    let mut lines = vec![
        vec![Run::Bold(room.id.clone()), Run::Plain(format!(" · {}", first.join(" · ")))],
        line(second.join(" · ")),
    ];
    if let Some((since, reason)) = &room.closed {
        let reason = reason.as_str();
        lines.push(line(match since {
            Some(since) => say!(words, "room-closed-since", since = number::time(reader, *since, now), reason = reason),
            None => say!(words, "room-closed", reason = reason),
        }));
    }
    if room.chat.is_none() {
        let how = say!(words, "room-bind");
        let code = format!("plimsoll code --room {}", room.id);
        lines.push(vec![Run::Plain(format!("{how} ")), Run::Code(code)]);
    }
    lines
}

/// A part of a list: what is on the page, which page that is from 0, and how many there are.
pub(crate) fn page_of<T>(all: &[T], page: u32, size: usize) -> (&[T], usize, usize) {
    let pages = std::cmp::max(all.len().div_ceil(size), 1);
    let at = std::cmp::min(usize::try_from(page).unwrap_or(0), pages - 1);
    let from = at * size;
    let until = std::cmp::min(from + size, all.len());
    (all.get(from..until).unwrap_or_default(), at, pages)
}

/// The buttons that turn the pages of a command's answer: as if the command was typed with the page behind it.
pub(crate) fn pager(command: &str, at: usize, pages: usize, reader: &Reader) -> Vec<(ButtonPurpose, String, Look)> {
    let words = reader.words();
    let turn = |to: usize| ButtonPurpose::Ask { command: format!("{command} {to}") };
    let mut row = Vec::new();
    if 0 < at {
        row.push((turn(at), say!(words, "button-worse", page = at, pages = pages), Look::Plain));
    }
    if at + 1 < pages {
        row.push((turn(at + 2), say!(words, "button-further", page = at + 2, pages = pages), Look::Plain));
    }
    row
}

fn quiet_message(headline: String) -> Message {
    Message { headline, silent: true, ..Message::default() }
}

fn dashed(hours: &str) -> String {
    hours.replace('-', "–")
}

pub(crate) fn said(words: &Words, loudness: Loudness) -> String {
    say!(words, "loudness", how = loudness.as_str())
}

/// Quiet hours as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuietView {
    /// The hours, `22:00-07:00`, and the zone they are meant in; `None`: there are none.
    pub hours: Option<(String, String)>,
    /// When they end, if it is quiet now.
    pub until: Option<Timestamp>,
    /// Critical alerts make a sound in them.
    pub loud: bool,
    /// They were set just now.
    pub changed: bool,
}

/// The answer to `quiet`.
#[must_use]
pub fn quiet(view: &QuietView, reader: &Reader, now: Timestamp) -> Message {
    let words = reader.words();
    let Some((hours, zone)) = &view.hours else {
        let headline = if view.changed { say!(words, "quiet-now-off") } else { say!(words, "quiet-none") };
        let mut message = quiet_message(headline);
        let how = vec![Run::Plain(format!("{} ", say!(words, "quiet-how"))), Run::Code("quiet 22:00-07:00".to_owned())];
        message.blocks.extend(block(0, vec![how]));
        return message;
    };
    let (hours, zone) = (dashed(hours), zone.as_str());
    let headline = if view.changed {
        say!(words, "quiet-now", hours = hours, zone = zone)
    } else {
        say!(words, "quiet-are", hours = hours, zone = zone)
    };
    let critical = if view.loud { say!(words, "quiet-critical-loud") } else { say!(words, "quiet-critical-silent") };
    let mut lines = vec![line(say!(words, "quiet-waits")), line(critical)];
    if let Some(until) = view.until {
        lines.push(line(say!(words, "quiet-until", until = number::time(reader, until, now))));
    }
    let mut message = quiet_message(headline);
    message.blocks.extend(block(0, lines));
    message
}

/// What is told in a place, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionsView {
    /// It is the reader's own direct message.
    pub own: bool,
    /// Topics that are told there, the heaviest first.
    pub topics: Vec<(Topic, Loudness)>,
    /// When the digest comes, if one does.
    pub digest: Option<String>,
    /// What was changed just now.
    pub changed: Option<(Topic, Loudness)>,
}

/// The answer to `subscribe`.
#[must_use]
pub fn subscriptions(view: &SubscriptionsView, reader: &Reader) -> Message {
    let words = reader.words();
    let headline = match view.changed {
        Some((topic, Loudness::On)) => say!(words, "subscribe-now-on", topic = about(words, topic)),
        Some((topic, Loudness::Silent)) => say!(words, "subscribe-now-silent", topic = about(words, topic)),
        Some((topic, Loudness::Off)) => say!(words, "subscribe-now-off", topic = about(words, topic)),
        None if view.own => say!(words, "subscribe-own"),
        None => say!(words, "subscribe-here"),
    };
    let mut message = quiet_message(headline);
    let mut lines: Vec<Line> = Vec::new();
    for (topic, loudness) in &view.topics {
        let mut text = format!(": {} · {}", said(words, *loudness), about(words, *topic));
        if let (Topic::Digest, Some(at)) = (topic, &view.digest) {
            text = format!("{text} · {at}");
        }
        lines.push(vec![Run::Code(topic.as_str().to_owned()), Run::Plain(text)]);
    }
    message.blocks.extend(block(0, lines));
    let example = view.topics.first().map_or("digest", |(topic, _)| topic.as_str());
    let how = vec![
        Run::Plain(format!("{} ", say!(words, "subscribe-how"))),
        Run::Code(format!("subscribe {example} silent")),
    ];
    message.blocks.extend(block(1, vec![how, line(say!(words, "subscribe-journal"))]));
    message
}

/// What a topic is, in words.
pub(crate) fn about(words: &Words, topic: Topic) -> String {
    say!(words, "topic", topic = topic.as_str())
}

/// Why something cannot be switched off, or on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// Nobody else would hear of it: of a brand, or of the program itself.
    Unheard {
        /// What.
        topic: Topic,
        /// Of which brand.
        brand: Option<String>,
    },
    /// A creator is owed a word on it.
    Owed {
        /// What.
        topic: Topic,
    },
    /// It is not told in such a place anyway; what is.
    Elsewhere {
        /// What.
        topic: Topic,
        /// What is told there.
        topics: Vec<Topic>,
    },
    /// They have no role that hears of it.
    NoRole,
}

/// Why it stays as it is, and what can be done instead.
#[must_use]
pub fn kept(kept: &Kept, reader: &Reader) -> Message {
    let words = reader.words();
    let (headline, why) = match kept {
        Kept::Unheard { topic, brand: Some(brand) } => {
            let why = say!(words, "subscribe-unheard-brand", brand = brand.as_str());
            (say!(words, "subscribe-stays", topic = about(words, *topic)), why)
        }
        Kept::Unheard { topic, brand: None } => {
            (say!(words, "subscribe-stays", topic = about(words, *topic)), say!(words, "subscribe-unheard-program"))
        }
        Kept::Owed { topic } => {
            (say!(words, "subscribe-stays", topic = about(words, *topic)), say!(words, "subscribe-owed"))
        }
        Kept::Elsewhere { topic, topics } => {
            let topics = topics.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
            let topics = if topics.is_empty() { "none".to_owned() } else { topics };
            let why = say!(words, "subscribe-choose", topics = topics);
            (say!(words, "subscribe-not-here", topic = about(words, *topic)), why)
        }
        Kept::NoRole => (say!(words, "subscribe-no-role"), say!(words, "subscribe-no-role-how")),
    };
    let mut message = quiet_message(headline);
    message.blocks.extend(block(0, vec![line(why)]));
    message
}

/// A heading among lines.
pub(crate) fn heading(text: String) -> Line {
    bold(text)
}
