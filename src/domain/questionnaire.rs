//! What everybody who took part is asked when a campaign is over.
//!
//! Owns: the questions and how each is answered. Refuses: their words, which stand in the wording files under `question-ID`.
//! An id is never used for another question: answers are kept under it.

use serde::{Deserialize, Serialize};

/// What a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// How people worked together.
    Collaboration,
    /// How the work went.
    Process,
    /// Who decided what.
    Function,
    /// What comes next.
    NextSteps,
}

impl Area {
    /// All of them, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Collaboration, Self::Process, Self::Function, Self::NextSteps];

    /// The end of its key in the wording files.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Collaboration => "collaboration",
            Self::Process => "process",
            Self::Function => "function",
            Self::NextSteps => "next-steps",
        }
    }
}

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// Under this its answers are kept.
    pub id: &'static str,
    /// What it is about.
    pub area: Area,
    /// It can be answered with yes, partly or no; else only in words.
    pub by_choice: bool,
}

const fn choice(area: Area, id: &'static str) -> Question {
    Question { id, area, by_choice: true }
}

const fn words(area: Area, id: &'static str) -> Question {
    Question { id, area, by_choice: false }
}

/// Every question, in the order in which it is asked.
pub const QUESTIONS: [Question; 16] = [
    choice(Area::Collaboration, "goal-understood"),
    choice(Area::Collaboration, "consensus"),
    choice(Area::Collaboration, "resources"),
    choice(Area::Collaboration, "managers-told"),
    choice(Area::Process, "priorities"),
    choice(Area::Process, "timeline"),
    choice(Area::Process, "dates-matched"),
    words(Area::Process, "surprises"),
    words(Area::Function, "who-decided"),
    choice(Area::Function, "did-decide"),
    choice(Area::Function, "roles-clear"),
    choice(Area::Function, "help-needed"),
    words(Area::NextSteps, "management-help"),
    words(Area::NextSteps, "faster-cheaper"),
    words(Area::NextSteps, "capabilities"),
    words(Area::NextSteps, "goals-reassess"),
];

/// Characters of an answer in words.
pub const WORDS_MAX: usize = 1_000;

/// Anonymous answers to a question below which none of them is shown: of fewer it can be guessed whose they are.
pub const ANONYMOUS_MIN: usize = 3;

impl Question {
    /// By its id, or its number in the form from 1.
    #[must_use]
    pub fn named(given: &str) -> Option<&'static Self> {
        let given = given.trim().to_lowercase().replace('_', "-");
        let at = given.trim_end_matches(['.', ')']).parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        at.and_then(|at| QUESTIONS.get(at)).or_else(|| QUESTIONS.iter().find(|one| one.id == given))
    }

    /// Its number in the form, from 1.
    #[must_use]
    pub fn number(&self) -> usize {
        QUESTIONS.iter().position(|one| one.id == self.id).map_or(0, |at| at.saturating_add(1))
    }
}

/// An answer that is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chosen {
    /// Yes.
    Yes,
    /// Partly.
    Partly,
    /// No.
    No,
}

impl Chosen {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Yes, Self::Partly, Self::No];

    /// The end of its key in the wording files, and the word in a form.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Partly => "partly",
            Self::No => "no",
        }
    }
}

/// What somebody answered: a choice, words, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// What they chose.
    pub chosen: Option<Chosen>,
    /// What they wrote.
    pub words: Option<String>,
}

impl Reply {
    /// Reads an answer to a question as it is typed: `yes`, `partly, the dates moved`, `no budget at all`. `None`: nothing
    /// was said.
    #[must_use]
    pub fn read(question: &Question, typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        let end = typed.find(|c: char| !c.is_alphabetic()).unwrap_or(typed.len());
        let (first, rest) = typed.split_at_checked(end).unwrap_or((typed, ""));
        let chosen = match first.to_lowercase().as_str() {
            "yes" | "ja" | "y" | "j" => Some(Chosen::Yes),
            "partly" | "delvis" => Some(Chosen::Partly),
            "no" | "nej" | "n" => Some(Chosen::No),
            _ => None,
        };
        // `no budget at all` is a sentence; `no, the budget came late` is a choice with a reason.
        let is_choice = rest.is_empty() || rest.starts_with([',', '.', ':', ';', '!']) || rest.starts_with(" -");
        let chosen = chosen.filter(|_| question.by_choice && is_choice);
        let words = if chosen.is_some() { rest.trim_start_matches([',', '.', ':', ';', '!', '-', ' ']) } else { typed };
        let words: String = words.trim().chars().take(WORDS_MAX).collect();
        Some(Self { chosen, words: (!words.is_empty()).then_some(words) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_has_four_questions_and_every_id_is_one() {
        for area in Area::ALL {
            assert_eq!(QUESTIONS.iter().filter(|one| one.area == area).count(), 4);
        }
        for (at, one) in QUESTIONS.iter().enumerate() {
            assert_eq!(Question::named(one.id).map(|found| found.id), Some(one.id));
            assert_eq!(Question::named(&(at + 1).to_string()).map(|found| found.id), Some(one.id));
            assert_eq!(one.number(), at + 1);
        }
        assert_eq!(Question::named("0"), None);
        assert_eq!(Question::named("17"), None);
    }

    #[test]
    fn an_answer_is_a_choice_words_or_both() {
        let read = |id: &str, typed: &str| {
            let reply = Reply::read(Question::named(id).expect("a question"), typed)?;
            Some((reply.chosen, reply.words.unwrap_or_default()))
        };
        let words = |text: &str| Some((None, text.to_owned()));
        assert_eq!(read("consensus", "yes"), Some((Some(Chosen::Yes), String::new())));
        assert_eq!(read("consensus", "Nej, vi bytte mål"), Some((Some(Chosen::No), "vi bytte mål".to_owned())));
        assert_eq!(read("consensus", "partly - the dates"), Some((Some(Chosen::Partly), "the dates".to_owned())));
        assert_eq!(read("consensus", "no budget at all"), words("no budget at all"));
        assert_eq!(read("surprises", "yes"), words("yes"));
        assert_eq!(read("surprises", "  "), None);
        let long = "å".repeat(5_000);
        assert_eq!(read("surprises", &long).map(|found| found.1.chars().count()), Some(WORDS_MAX));
    }
}
