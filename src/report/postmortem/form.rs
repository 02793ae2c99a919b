//! The questionnaire as a file: written, filled in with any editor, read back.
//!
//! Owns: its shape, and that a form handed in twice counts once. Refuses: questions that it does not know, and both a name
//! and none.

use std::fmt::Write as _;

use serde::Deserialize;

use super::sections::{area, question};
use crate::domain::ids::CampaignId;
use crate::domain::questionnaire::{Area, Chosen, QUESTIONS, Question, Reply, WORDS_MAX};
use crate::words::wording::{Reader, say};

/// Bytes of a form that is read: sixteen answers of a thousand characters, several times over.
pub const FORM_MAX: usize = 256 << 10;

/// Letters and digits of a form's own number.
const NUMBER_MAX: usize = 64;

/// A form as it was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// Its own number: handed in again, its answers take the place of the earlier ones.
    pub number: String,
    /// Whose it is: a person's id; nobody's where it is anonymous.
    pub person: Option<String>,
    /// What was answered.
    pub replies: Vec<(&'static Question, Reply)>,
}

/// Why a form cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// It is no form.
    #[error(
        "this is no form of questions ({0}); write one with `plimsoll report postmortem --campaign ID --questions`"
    )]
    Shape(String),
    /// It says neither whose it is nor that it is nobody's.
    #[error("say whose answers these are: `person = \"maja\"`, or `anonymous = true`")]
    Nobody,
    /// It says both.
    #[error("`person` and `anonymous = true` do not go together; leave one of them out")]
    Both,
    /// An answer to something else.
    #[error("there is no question `{0}` in the form")]
    Question(String),
    /// A choice that is none.
    #[error("`{given}` is no answer to `{question}`; choose yes, partly or no")]
    Choice {
        /// The question.
        question: String,
        /// What was given.
        given: String,
    },
    /// The number is missing or is no number of a form.
    #[error("`form` is not the number of a form; keep the line as it was written")]
    Number,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    campaign: CampaignId,
    form: String,
    #[serde(default)]
    anonymous: bool,
    #[serde(default)]
    person: String,
    #[serde(default)]
    answer: Vec<WireAnswer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WireAnswer {
    question: String,
    #[serde(default)]
    choice: String,
    #[serde(default)]
    words: String,
}

/// Text as a comment: line breaks in it would end it.
fn comment(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An empty form.
#[must_use]
pub fn write(campaign: &CampaignId, name: &str, number: &str, reader: &Reader) -> String {
    let words = reader.words();
    let mut out = String::new();
    // A string takes whatever is written to it.
    let _ = writeln!(out, "# {}", comment(&say!(words, "form-title", campaign = name)));
    let _ = writeln!(out, "# {}", comment(&say!(words, "form-how")));
    let _ = writeln!(out, "# {}\n", comment(&say!(words, "form-back", id = campaign.as_str())));
    let _ = writeln!(out, "campaign = \"{campaign}\"\nform = \"{number}\"");
    let _ = writeln!(out, "# {}", comment(&say!(words, "form-anonymous")));
    let _ = writeln!(out, "anonymous = false\nperson = \"\"");
    for one in Area::ALL {
        let _ = writeln!(out, "\n# --- {} ---", comment(&area(one, reader)));
        for asked in QUESTIONS.iter().filter(|asked| asked.area == one) {
            let _ = writeln!(out, "\n# {}. {}", asked.number(), comment(&question(asked.id, reader)));
            let choice = if asked.by_choice { "choice = \"\"  # yes, partly, no\n" } else { "" };
            let _ = writeln!(out, "[[answer]]\nquestion = \"{}\"\n{choice}words = \"\"", asked.id);
        }
    }
    out
}

/// Reads a form that was filled in. Questions without an answer are passed over.
pub fn read(text: &str) -> Result<Filled, FormError> {
    if FORM_MAX < text.len() {
        return Err(FormError::Shape(format!("it has {} bytes, and {FORM_MAX} are read", text.len())));
    }
    let wire: Wire = toml::from_str(text).map_err(|error| FormError::Shape(error.message().replace('\n', "; ")))?;
    let is_number = !wire.form.is_empty() && wire.form.len() <= NUMBER_MAX;
    if !is_number || !wire.form.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(FormError::Number);
    }
    let person = wire.person.trim();
    match (wire.anonymous, person.is_empty()) {
        (false, true) => return Err(FormError::Nobody),
        (true, false) => return Err(FormError::Both),
        (true, true) | (false, false) => {}
    }
    let mut replies = Vec::new();
    for given in &wire.answer {
        let Some(question) = QUESTIONS.iter().find(|one| one.id == given.question) else {
            return Err(FormError::Question(given.question.chars().take(40).collect()));
        };
        let chosen = match given.choice.trim().to_lowercase().as_str() {
            "" => None,
            choice => {
                let read = Reply::read(question, choice).and_then(|reply| reply.chosen);
                Some(read.ok_or_else(|| FormError::Choice {
                    question: question.id.to_owned(),
                    given: choice.chars().take(40).collect(),
                })?)
            }
        };
        let written: String = given.words.trim().chars().take(WORDS_MAX).collect();
        let reply = Reply { chosen, words: (!written.is_empty()).then_some(written) };
        if reply.chosen.is_some() || reply.words.is_some() {
            replies.retain(|(earlier, _): &(&Question, Reply)| earlier.id != question.id);
            replies.push((question, reply));
        }
    }
    let person = (!wire.anonymous).then(|| person.to_owned());
    Ok(Filled { campaign: wire.campaign, number: wire.form, person, replies })
}

/// The words of a choice, for a button.
#[must_use]
pub fn chosen(one: Chosen, reader: &Reader) -> String {
    super::sections::chosen(one, reader)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty(language: &str) -> String {
        let id = CampaignId::new("spring").expect("an id");
        write(&id, "Spring\n[[answer]]", "K7Q2-11", &Reader::new(language, "UTC"))
    }

    #[test]
    fn a_form_that_is_filled_in_is_read_back() {
        for language in ["en", "sv"] {
            let filled = empty(language)
                .replace("person = \"\"", "person = \"maja\"")
                .replacen("choice = \"\"", "choice = \"Partly\"", 1)
                .replacen("words = \"\"", "words = \"\"\"late\nand \"cheap\" \"\"\"", 2);
            let got = read(&filled).expect("a form");
            assert_eq!((got.campaign.as_str(), got.number.as_str()), ("spring", "K7Q2-11"));
            assert_eq!(got.person.as_deref(), Some("maja"));
            let [first, second] = got.replies.as_slice() else { panic!("two answers: {:?}", got.replies) };
            assert_eq!(first.1.chosen, Some(Chosen::Partly));
            assert_eq!(second.1, Reply { chosen: None, words: Some("late\nand \"cheap\"".to_owned()) });
        }
    }

    #[test]
    fn a_form_says_whose_it_is_or_that_it_is_nobodys() {
        let form = empty("en");
        assert_eq!(read(&form), Err(FormError::Nobody));
        let anonymous = form.replace("anonymous = false", "anonymous = true");
        assert_eq!(read(&anonymous).map(|got| got.person), Ok(None));
        assert_eq!(read(&anonymous.replace("person = \"\"", "person = \"maja\"")), Err(FormError::Both));
        let other = anonymous.replace("\"goal-understood\"", "\"goal\"");
        assert_eq!(read(&other), Err(FormError::Question("goal".to_owned())));
        let maybe = anonymous.replacen("choice = \"\"", "choice = \"maybe\"", 1);
        assert!(matches!(read(&maybe), Err(FormError::Choice { .. })));
        assert_eq!(read(&anonymous.replace("K7Q2-11", "../x")), Err(FormError::Number));
        assert!(matches!(read("nothing"), Err(FormError::Shape(_))));
    }
}
