//! What is said in a chat about a campaign that is over: the short report, the questions, next steps.

use jiff::Timestamp;
use jiff::civil::Date;

use super::buttons::{ButtonPurpose, Composed};
use super::desk::Todo;
use super::message::{File, Line, Look, Message};
use super::number;
use super::phrase::{block, bold, line};
use super::wording::{Reader, say};
use crate::domain::questionnaire::{Chosen, QUESTIONS, Question};

/// The short version of a post-mortem, its sentences said already.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShortView {
    /// The campaign's id.
    pub id: String,
    /// The whole of it in a line.
    pub headline: String,
    /// What stands under it.
    pub lines: Vec<String>,
    /// Somebody has answered the questions.
    pub is_asked: bool,
}

/// Whom to work with next time, its sentences said already.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PortfolioView {
    /// The campaign's id.
    pub id: String,
    /// The whole of it in a line.
    pub headline: String,
    /// Headings and what stands under them.
    pub blocks: Vec<(Option<String>, Vec<String>)>,
}

/// What came of asking everybody.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AskedView {
    /// The campaign's id.
    pub id: String,
    /// What it is called.
    pub campaign: String,
    /// Who was asked now.
    pub asked: u32,
    /// Who had been asked before.
    pub before: u32,
    /// Who has no direct message.
    pub unreached: Vec<String>,
}

/// A question to somebody, and what came of their last answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct QuestionView {
    /// The campaign's id.
    pub id: String,
    /// What it is called.
    pub campaign: String,
    /// They answer without their name.
    pub anonymous: bool,
    /// The question they have just answered.
    pub kept: Option<&'static Question>,
    /// They had answered it without their name before: it stays as it was.
    pub again: bool,
    /// What they typed names no question.
    pub unread: bool,
    /// The next one; none where there is none left.
    pub question: Option<&'static Question>,
    /// How many are left, this one among them.
    pub left: usize,
}

/// What came of a next step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum StepTold {
    /// It is written down.
    Written { step: Todo },
    /// It is done.
    Done { step: Todo },
    /// It was done before.
    Already { step: Todo, by: String, at: Timestamp },
    /// There is no such step.
    Unknown { number: u64 },
    /// There is nothing to do in it.
    Empty { id: String },
    /// It is a page, not a line.
    TooLong { max: usize },
    /// There are as many as anybody reads.
    TooMany { max: usize },
    /// Nobody, or more than one, is called so.
    NoPerson { given: String },
}

fn message(headline: String, lines: Vec<String>) -> Message {
    let lines: Vec<Line> = lines.into_iter().map(line).collect();
    Message { headline, blocks: block(0, lines).into_iter().collect(), silent: true, ..Message::default() }
}

fn ask(command: String, label: String, look: Look) -> (ButtonPurpose, String, Look) {
    (ButtonPurpose::Ask { command }, label, look)
}

/// The short report, with the whole of it as a file.
#[must_use]
pub fn postmortem(view: &ShortView, file: File, reader: &Reader) -> Composed {
    let words = reader.words();
    let mut message = message(view.headline.clone(), view.lines.clone());
    message.blocks.extend(block(1, vec![line(say!(words, "pm-short-file"))]));
    message.file = Some(file);
    let mut composed = Composed::plain(message);
    let mut row = vec![ask(format!("portfolio {}", view.id), say!(words, "button-portfolio"), Look::Plain)];
    if !view.is_asked {
        row.push(ask(format!("ask {}", view.id), say!(words, "button-ask-all"), Look::Primary));
    }
    composed.row(row);
    composed
}

/// Whom to work with next time.
#[must_use]
pub fn portfolio(view: &PortfolioView, reader: &Reader) -> Composed {
    let mut message = Message { headline: view.headline.clone(), silent: true, ..Message::default() };
    for (at, (heading, lines)) in view.blocks.iter().enumerate() {
        let lines = heading.iter().map(bold).chain(lines.iter().map(line)).collect();
        message.blocks.extend(block(u8::from(0 < at), lines));
    }
    let mut composed = Composed::plain(message);
    let label = say!(reader.words(), "button-postmortem");
    composed.row([ask(format!("postmortem {}", view.id), label, Look::Plain)]);
    composed
}

/// What came of asking everybody.
#[must_use]
pub fn asked(view: &AskedView, reader: &Reader) -> Composed {
    let words = reader.words();
    let headline = match (view.asked, view.before) {
        (0, 0) => say!(words, "survey-nobody", campaign = view.campaign.as_str()),
        (0, before) => say!(words, "survey-before", campaign = view.campaign.as_str(), count = before),
        (asked, _) => say!(words, "survey-done", campaign = view.campaign.as_str(), count = asked),
    };
    let mut lines = vec![say!(words, "survey-how", count = QUESTIONS.len())];
    if !view.unreached.is_empty() {
        let names = view.unreached.join(", ");
        lines.push(say!(words, "survey-unreached", names = names, id = view.id.as_str()));
    }
    Composed::plain(message(headline, lines))
}

/// It is about a campaign that they took no part in.
#[must_use]
pub fn not_yours(reader: &Reader) -> Composed {
    Composed::plain(message(say!(reader.words(), "answer-not-yours"), Vec::new()))
}

/// The next question, with its buttons.
#[must_use]
pub fn question(view: &QuestionView, reader: &Reader) -> Composed {
    let words = reader.words();
    let kept = match (view.kept, view.again) {
        (Some(_), true) => Some(say!(words, "answer-again")),
        (Some(_), false) if view.anonymous => Some(say!(words, "answer-kept-unnamed")),
        (Some(_), false) => Some(say!(words, "answer-kept")),
        (None, _) if view.unread => Some(say!(words, "answer-unread", id = view.id.as_str())),
        (None, _) => None,
    };
    let Some(question) = view.question else {
        let headline = say!(words, "answer-over", campaign = view.campaign.as_str());
        return Composed::plain(message(headline, kept.into_iter().collect()));
    };
    let asked = words.say(&format!("question-{}", question.id), &[]);
    let number = question.number();
    let headline = say!(words, "answer-question", number = number, of = QUESTIONS.len(), question = asked);
    let unnamed = if view.anonymous { " anonymous" } else { "" };
    let command = |rest: &str| format!("answer {}{unnamed} {number} {rest}", view.id);
    let typed = format!("answer {}{unnamed} {number} …", view.id);
    let how = if question.by_choice {
        say!(words, "answer-how-choice", command = typed)
    } else {
        say!(words, "answer-how-words", command = typed)
    };
    let mode = if view.anonymous { say!(words, "answer-unnamed") } else { say!(words, "answer-named") };
    let mut message = message(headline, kept.into_iter().chain([how]).collect());
    message.blocks.extend(block(1, vec![line(mode)]));
    let mut composed = Composed::plain(message);
    if question.by_choice {
        composed.row(
            Chosen::ALL.map(|one| ask(command(one.key()), say!(words, "chosen", chosen = one.key()), Look::Plain)),
        );
    }
    let other = if view.anonymous {
        ask(format!("answer {} {number}", view.id), say!(words, "button-named"), Look::Plain)
    } else {
        ask(format!("answer {} anonymous {number}", view.id), say!(words, "button-unnamed"), Look::Plain)
    };
    composed.row([ask(command("skip"), say!(words, "button-skip"), Look::Plain), other]);
    composed
}

/// A day as `1 May`; with its year where it is another one.
fn day(due: Date, reader: &Reader, now: Timestamp) -> String {
    let noon = due.at(12, 0, 0, 0).to_zoned(reader.zone.clone());
    noon.map_or_else(|_| due.to_string(), |noon| number::day(reader, noon.timestamp(), now))
}

/// A step in a line: `12. Book the studio earlier · Maja · by 1 May`.
#[must_use]
pub fn step_text(step: &Todo, reader: &Reader, now: Timestamp) -> String {
    let words = reader.words();
    let owner = step.owner.clone().unwrap_or_else(|| say!(words, "step-nobody"));
    let due = match step.due {
        Some(due) => say!(words, "step-due", day = day(due, reader, now)),
        None => say!(words, "step-no-day"),
    };
    format!("{} · {owner} · {due}", step.text)
}

/// What came of a next step.
#[must_use]
pub fn step(told: &StepTold, reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let text = |step: &Todo| step_text(step, reader, now);
    match told {
        StepTold::Written { step } => {
            let headline = say!(words, "step-written", number = step.number, campaign = step.campaign.as_str());
            let hint = say!(words, "step-where", number = step.number);
            let mut composed = Composed::plain(message(headline, vec![text(step), hint]));
            composed.row([done_button(step, say!(words, "button-step-done"))]);
            composed
        }
        StepTold::Done { step } => {
            let headline = say!(words, "step-done", number = step.number, campaign = step.campaign.as_str());
            Composed::plain(message(headline, vec![step.text.clone()]))
        }
        StepTold::Already { step, by, at } => {
            let when = number::time(reader, *at, now);
            let headline = say!(words, "step-already", number = step.number, who = by.as_str(), when = when);
            Composed::plain(message(headline, vec![step.text.clone()]))
        }
        StepTold::Unknown { number } => {
            Composed::plain(message(say!(words, "step-unknown", number = *number), Vec::new()))
        }
        StepTold::Empty { id } => Composed::plain(message(say!(words, "step-empty", id = id.as_str()), Vec::new())),
        StepTold::TooLong { max } => Composed::plain(message(say!(words, "step-too-long", max = *max), Vec::new())),
        StepTold::TooMany { max } => Composed::plain(message(say!(words, "step-too-many", max = *max), Vec::new())),
        StepTold::NoPerson { given } => {
            Composed::plain(message(say!(words, "step-no-person", given = given.as_str()), Vec::new()))
        }
    }
}

/// The button that says that a step is done.
pub(crate) fn done_button(step: &Todo, label: String) -> (ButtonPurpose, String, Look) {
    ask(format!("done {}", step.number), label, Look::Primary)
}
