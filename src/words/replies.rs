//! Short answers: done, refused, say it like this, are you sure.

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed};
use super::command::{ArgKind, Command, Name, TABLE, Teach, typed};
use super::consent::Consented;
use super::message::{Line, Look, Message, Run};
use super::number;
use super::permission::Reason;
use super::phrase::{block, line};
use super::wording::{Reader, Words, say};
use crate::domain::action::Deed;
use crate::domain::money::Money;
use crate::domain::person::{Reach, Role};
use crate::outbox::incident::IncidentId;
use crate::outbox::notice::Wording;
use crate::rules::downgrade::{Refused, Side};

/// Something to tell the person who asked. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum Reply {
    /// The person has it now.
    Acknowledged {
        id: IncidentId,
    },
    /// Somebody else has it already.
    AlreadyAcknowledged {
        id: IncidentId,
        who: String,
    },
    Snoozed {
        id: IncidentId,
        until: Timestamp,
    },
    /// Agreed to; what follows is seen in the alert.
    Approved {
        id: IncidentId,
    },
    Rejected {
        id: IncidentId,
    },
    /// Being taken back.
    Undoing {
        id: IncidentId,
    },
    /// It is resolved; nothing is left to do.
    Over {
        id: IncidentId,
    },
    /// Nothing waits for an answer.
    NothingToApprove {
        id: IncidentId,
    },
    NothingToUndo {
        id: IncidentId,
    },
    /// What cannot be taken back is agreed to by its own button.
    NeedsSure,
    /// Somebody was quicker.
    AlreadyAnswered {
        id: IncidentId,
        who: String,
    },
    /// A code for the other platform: type it there.
    LinkCode {
        code: String,
        minutes: u32,
    },
    Linked {
        name: String,
    },
    Bound {
        room: String,
    },
    /// A code that is wrong, used or too old.
    CodeRefused,
    Granted {
        person: String,
        role: Role,
        reach: Reach,
    },
    Revoked {
        person: String,
        role: Role,
        reach: Reach,
    },
    NoSuchGrant {
        person: String,
    },
    UnknownSubject {
        given: String,
        nearest: Option<String>,
    },
    UnknownIncident {
        given: String,
    },
    UnknownRule {
        given: String,
        nearest: Option<String>,
    },
    UnknownPerson {
        given: String,
    },
    NoIncidents {
        subject: String,
    },
    /// Nothing there that can be stopped, or restored.
    NothingToStop {
        subject: String,
    },
    NothingToResume {
        subject: String,
    },
    /// Asked for; stop or resume follows in its own message.
    PauseAsked {
        name: String,
    },
    ResumeAsked {
        name: String,
    },
    /// What was set by hand is set back.
    TakingBack {
        name: String,
    },
    /// More people have to agree.
    Consent(Consented),
    /// A button older than what it was for.
    OldButton,
    /// They asked for too much at once, and are not listened to for so many seconds.
    TooMuch {
        secs: u32,
    },
    Cancelled,
    /// It was not done, and why, in words without secrets.
    Failed {
        reason: String,
    },
}

impl Reply {
    /// As a message in the reader's language.
    #[must_use]
    pub fn say(&self, reader: &Reader, now: Timestamp) -> Message {
        let headline = match self {
            Self::Acknowledged { .. }
            | Self::AlreadyAcknowledged { .. }
            | Self::Snoozed { .. }
            | Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Undoing { .. }
            | Self::Over { .. }
            | Self::NothingToApprove { .. }
            | Self::NothingToUndo { .. }
            | Self::NeedsSure
            | Self::AlreadyAnswered { .. } => self.about_incident(reader, now),
            Self::LinkCode { .. }
            | Self::Linked { .. }
            | Self::Bound { .. }
            | Self::CodeRefused
            | Self::Granted { .. }
            | Self::Revoked { .. }
            | Self::NoSuchGrant { .. } => self.about_people(reader),
            Self::UnknownSubject { .. }
            | Self::UnknownIncident { .. }
            | Self::UnknownRule { .. }
            | Self::UnknownPerson { .. }
            | Self::NoIncidents { .. }
            | Self::NothingToStop { .. }
            | Self::NothingToResume { .. }
            | Self::PauseAsked { .. }
            | Self::ResumeAsked { .. }
            | Self::TakingBack { .. }
            | Self::Consent(_)
            | Self::OldButton
            | Self::TooMuch { .. }
            | Self::Cancelled
            | Self::Failed { .. } => self.about_things(reader),
        };
        short(headline)
    }

    fn about_incident(&self, reader: &Reader, now: Timestamp) -> String {
        let words = reader.words();
        match self {
            Self::Acknowledged { id } => say!(words, "reply-acknowledged", id = id.to_string()),
            Self::AlreadyAcknowledged { id, who } => {
                say!(words, "reply-already-acknowledged", id = id.to_string(), who = who.as_str())
            }
            Self::Snoozed { id, until } => {
                say!(words, "reply-snoozed", id = id.to_string(), until = number::time(reader, *until, now))
            }
            Self::Approved { id } => say!(words, "reply-approved", id = id.to_string()),
            Self::Rejected { id } => say!(words, "reply-rejected", id = id.to_string()),
            Self::Undoing { id } => say!(words, "reply-undoing", id = id.to_string()),
            Self::Over { id } => say!(words, "reply-over", id = id.to_string()),
            Self::NothingToApprove { id } => say!(words, "reply-nothing-to-approve", id = id.to_string()),
            Self::NothingToUndo { id } => say!(words, "reply-nothing-to-undo", id = id.to_string()),
            Self::NeedsSure => say!(words, "told-needs-sure"),
            Self::AlreadyAnswered { id, who } => {
                say!(words, "reply-already-answered", id = id.to_string(), who = who.as_str())
            }
            _ => String::new(),
        }
    }

    fn about_people(&self, reader: &Reader) -> String {
        let words = reader.words();
        match self {
            Self::LinkCode { code, minutes } => {
                say!(words, "reply-link-code", code = code.as_str(), minutes = *minutes)
            }
            Self::Linked { name } => say!(words, "reply-linked", name = name.as_str()),
            Self::Bound { room } => say!(words, "reply-bound", room = room.as_str()),
            Self::CodeRefused => say!(words, "reply-code-refused"),
            Self::Granted { person, role: granted, reach: where_ } => {
                say!(
                    words,
                    "reply-granted",
                    person = person.as_str(),
                    role = role(words, *granted),
                    reach = reach(words, where_)
                )
            }
            Self::Revoked { person, role: taken, reach: where_ } => {
                say!(
                    words,
                    "reply-revoked",
                    person = person.as_str(),
                    role = role(words, *taken),
                    reach = reach(words, where_)
                )
            }
            Self::NoSuchGrant { person } => say!(words, "reply-no-such-grant", person = person.as_str()),
            _ => String::new(),
        }
    }

    fn about_things(&self, reader: &Reader) -> String {
        let words = reader.words();
        let guess = |nearest: &Option<String>| did_you_mean(words, nearest.as_deref());
        match self {
            Self::UnknownSubject { given, nearest } => {
                say!(words, "reply-unknown-subject", given = given.as_str(), guess = guess(nearest))
            }
            Self::UnknownIncident { given } => say!(words, "reply-unknown-incident", given = given.as_str()),
            Self::UnknownRule { given, nearest } => {
                say!(words, "reply-unknown-rule", given = given.as_str(), guess = guess(nearest))
            }
            Self::UnknownPerson { given } => say!(words, "reply-unknown-person", given = given.as_str()),
            Self::NoIncidents { subject } => say!(words, "reply-no-incidents", subject = subject.as_str()),
            Self::NothingToStop { subject } => say!(words, "reply-nothing-to-stop", subject = subject.as_str()),
            Self::NothingToResume { subject } => say!(words, "reply-nothing-to-resume", subject = subject.as_str()),
            Self::PauseAsked { name } => say!(words, "reply-pause-asked", name = name.as_str()),
            Self::ResumeAsked { name } => say!(words, "reply-resume-asked", name = name.as_str()),
            Self::TakingBack { name } => say!(words, "reply-taking-back", name = name.as_str()),
            Self::Consent(why) => why.text(reader),
            Self::OldButton => say!(words, "reply-old-button"),
            Self::TooMuch { secs } => say!(words, "reply-too-much", secs = *secs),
            Self::Cancelled => say!(words, "reply-cancelled"),
            Self::Failed { reason } => say!(words, "reply-failed", reason = reason.as_str()),
            _ => String::new(),
        }
    }
}

pub(super) fn short(headline: String) -> Message {
    Message { headline, silent: true, ..Message::default() }
}

/// A trouble, or any sentence kept with its notice.
#[must_use]
pub fn stored(wording: &Wording, reader: &Reader) -> Message {
    said(&reader.words().stored(wording))
}

/// The same with its instants on the reader's clock, as near to `now` as needed.
#[must_use]
pub fn stored_at(wording: &Wording, reader: &Reader, now: Timestamp) -> Message {
    let mut wording = wording.clone();
    for value in wording.args.values_mut() {
        if let Some(at) = value.as_str().and_then(|text| text.parse::<Timestamp>().ok()) {
            *value = number::time(reader, at, now).into();
        }
    }
    stored(&wording, reader)
}

fn said(text: &str) -> Message {
    let mut lines = text.lines();
    let headline = lines.next().unwrap_or_default().to_owned();
    Message {
        headline,
        blocks: block(0, lines.filter(|text| !text.is_empty()).map(line).collect()).into_iter().collect(),
        ..Message::default()
    }
}

/// A refusal: the reason and what to do about it, and nothing about the subject.
#[must_use]
pub fn refusal(reason: Reason, reader: &Reader) -> Message {
    short(reader.words().say(&format!("refused-{}", reason.key()), &[]))
}

/// What was wrong with what was typed, and how to say it right.
#[must_use]
pub fn teach(error: &Teach, reader: &Reader) -> Message {
    let words = reader.words();
    let headline = match error {
        Teach::Empty => say!(words, "teach-empty"),
        Teach::TooLong => say!(words, "teach-too-long"),
        Teach::Unknown { word, nearest } => {
            let guess = did_you_mean(words, nearest.map(Name::as_str));
            say!(words, "teach-unknown", word = clip(word), guess = guess)
        }
        Teach::Missing { kind, .. } => say!(words, "teach-missing", what = about(words, *kind)),
        Teach::Extra { command, word } => say!(words, "teach-extra", word = clip(word), command = command.as_str()),
        Teach::Bad { given, kind, nearest, .. } => {
            let guess = did_you_mean(words, nearest.as_deref());
            say!(words, "teach-bad", given = clip(given), what = about(words, *kind), guess = guess)
        }
        Teach::OpenQuote => say!(words, "teach-open-quote"),
    };
    let command = match error {
        Teach::Missing { command, .. } | Teach::Extra { command, .. } | Teach::Bad { command, .. } => Some(*command),
        Teach::Empty | Teach::TooLong | Teach::Unknown { .. } | Teach::OpenQuote => None,
    };
    let mut message = short(headline);
    message.blocks.extend(block(0, command.map(|name| examples(name, words)).unwrap_or_default()));
    message
}

/// Enough of what was typed to recognise it.
fn clip(word: &str) -> String {
    super::phrase::short_name(word)
}

fn about(words: &Words, kind: ArgKind) -> String {
    words.say(&format!("arg-{}", kind.key()), &[])
}

fn did_you_mean(words: &Words, nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!(" {}", say!(words, "did-you-mean", nearest = nearest))).unwrap_or_default()
}

fn examples(name: Name, words: &Words) -> Vec<Line> {
    name.spec()
        .map(|spec| spec.examples)
        .unwrap_or_default()
        .iter()
        .map(|example| vec![Run::Plain(format!("{} ", say!(words, "for-example"))), Run::Code((*example).to_owned())])
        .collect()
}

/// `/help`: every command on a line; `/help snooze`: that one, with its arguments and examples.
#[must_use]
pub fn help(command: Option<Name>, reader: &Reader) -> Message {
    let words = reader.words();
    let does = |name: Name| words.say(&format!("help-{}", name.as_str()), &[]);
    if let Some(spec) = command.and_then(Name::spec) {
        let mut lines: Vec<Line> = spec
            .args
            .iter()
            .map(|arg| vec![Run::Code(arg.name.to_uppercase()), Run::Plain(format!(": {}", about(words, arg.kind)))])
            .collect();
        lines.extend(examples(spec.name, words));
        let mut message = short(format!("{}: {}", typed(spec), does(spec.name)));
        message.blocks.extend(block(0, lines));
        return message;
    }
    let lines =
        TABLE.iter().map(|spec| vec![Run::Code(typed(spec)), Run::Plain(format!(" {}", does(spec.name)))]).collect();
    let mut message = short(say!(words, "help-headline"));
    message.blocks.extend(block(0, lines));
    message
}

/// Are you sure: what it stops or starts, what it saves, what it does not do. `command` is what is done on Yes.
#[must_use]
pub fn confirm(
    command: &Command,
    deed: &Deed,
    name: &str,
    as_typed: &str,
    saves: Option<Money>,
    reader: &Reader,
) -> Composed {
    let words = reader.words();
    let starts = matches!(command, Command::Resume { .. } | Command::Undo { .. });
    let (headline, stays, yes, look) = if starts {
        let yes = say!(words, "button-yes-start");
        (
            say!(words, "confirm-resume", name = name),
            say!(words, "confirm-resume-stays", deed = deed.as_str()),
            yes,
            Look::Primary,
        )
    } else {
        let headline = match saves.filter(|saves| 0 < saves.minor) {
            Some(saves) => {
                let saves = number::money_exact(reader.locale, saves);
                say!(words, "confirm-pause-saves", name = name, saves = saves)
            }
            None => say!(words, "confirm-pause", name = name),
        };
        let stays = say!(words, "confirm-pause-stays", deed = deed.as_str());
        (headline, stays, say!(words, "button-yes-stop"), Look::Danger)
    };
    let mut message = short(headline);
    message.blocks.extend(block(0, vec![line(stays)]));
    let mut composed = Composed::plain(message);
    composed.row([
        (ButtonPurpose::Confirm { command: as_typed.to_owned() }, yes, look),
        (ButtonPurpose::Cancel, say!(words, "button-no"), Look::Plain),
    ]);
    composed
}

/// A role in words.
fn role(words: &Words, role: Role) -> String {
    words.say(&format!("role-{role}"), &[])
}

fn reach(words: &Words, reach: &Reach) -> String {
    match reach {
        Reach::Brand(id) => say!(words, "reach-brand", id = id.as_str()),
        Reach::Campaign(id) => say!(words, "reach-campaign", id = id.as_str()),
        Reach::All => say!(words, "reach-all"),
    }
}

/// What came of an answer to a notice about a level. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum LevelReply {
    /// They are reminded before the end.
    Posted,
    /// The objection stands, without words yet.
    Appealed { level: String, id: IncidentId },
    /// The objection stands, with their words.
    Heard { level: String },
    /// A person has told the creator.
    Told,
    /// The level stays.
    Kept { level: String },
    /// The notice stands.
    StoodBy,
    /// The level is given back.
    Restored { level: String },
    /// It is not.
    Left,
    /// Another way is talked about.
    Talking { level: String, side: Side },
    /// The other side hears of a suggestion.
    Suggested { side: Side },
    /// It binds both.
    Agreed,
    /// Nothing was changed.
    Refused { refused: Refused },
}

impl LevelReply {
    /// As a message in the reader's language.
    #[must_use]
    pub fn say(&self, reader: &Reader) -> Message {
        let words = reader.words();
        let text = match self {
            Self::Posted => say!(words, "reply-level-posted"),
            Self::Appealed { level, id } => {
                say!(words, "reply-level-appealed", level = level.as_str(), id = id.as_str())
            }
            Self::Heard { level } => say!(words, "reply-level-heard", level = level.as_str()),
            Self::Told => say!(words, "reply-level-told"),
            Self::Kept { level } => say!(words, "reply-level-kept", level = level.as_str()),
            Self::StoodBy => say!(words, "reply-level-stood-by"),
            Self::Restored { level } => say!(words, "reply-level-restored", level = level.as_str()),
            Self::Left => say!(words, "reply-level-left"),
            Self::Talking { level, side } => {
                say!(words, "reply-level-talking", level = level.as_str(), side = side.as_str())
            }
            Self::Suggested { side } => say!(words, "reply-level-suggested", side = side.as_str()),
            Self::Agreed => say!(words, "reply-level-agreed"),
            Self::Refused { refused } => match refused {
                Refused::Over => say!(words, "reply-level-over"),
                Refused::Answered => say!(words, "reply-level-answered"),
                Refused::NotAsked => say!(words, "reply-level-not-asked"),
                Refused::Told => say!(words, "reply-level-already-told"),
                Refused::Talked => say!(words, "reply-level-talked"),
            },
        };
        let mut lines = text.lines();
        let mut message = short(lines.next().unwrap_or_default().to_owned());
        message.blocks.extend(block(0, lines.map(line).collect()));
        message
    }
}
