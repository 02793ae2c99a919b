//! A message as a text that a person sends, where its creator has no chat with us: as a mail, and as long as Instagram and
//! `WhatsApp` take.
//!
//! Owns: the three forms and their lengths. Refuses: shortening inside a sentence; what does not fit is left out from the
//! end, line by line, and the first line always stands.

use super::message::{Block, Line, Run};
use super::phrase::{block, line};
use super::wording::{Reader, say};

/// Letters of a direct message on Instagram (<https://developers.facebook.com/docs/messenger-platform/instagram>: 1,000
/// bytes), with room for signs of more than one byte.
pub const INSTAGRAM_MAX: usize = 900;

/// Letters of a message on `WhatsApp` that are read without a tap; the limit itself is 4,096.
pub const WHATSAPP_MAX: usize = 700;

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What to call its reader.
    pub name: String,
    /// Whose letter it is.
    pub from: String,
    /// The first line, without a mark.
    pub first: String,
    /// The rest, the most important first.
    pub lines: Vec<String>,
    /// How they answer.
    pub answer: String,
}

/// Without the mark in front: a letter does without it.
#[must_use]
pub fn unmarked(headline: &str) -> String {
    match headline.split_once(' ') {
        Some((mark, rest)) if !mark.chars().any(char::is_alphanumeric) => rest.to_owned(),
        _ => headline.to_owned(),
    }
}

impl Letter {
    /// As a mail: its subject, then the text.
    #[must_use]
    pub fn mail(&self, theirs: &Reader) -> (String, String) {
        let words = theirs.words();
        let hello = say!(words, "letter-hello", name = self.name.as_str());
        let bye = say!(words, "letter-bye", from = self.from.as_str());
        let body = self.lines.join("\n");
        // On a line of its own it begins a sentence; in the short forms it goes on from the greeting.
        let first = super::phrase::capital(&self.first);
        let text = format!("{hello}\n\n{first}.\n\n{body}\n\n{}\n\n{bye}", self.answer);
        (first, text)
    }

    /// As short as it may be in `most` letters, whole lines only.
    #[must_use]
    pub fn short(&self, theirs: &Reader, most: usize) -> String {
        let hello = say!(theirs.words(), "letter-hello", name = self.name.as_str());
        let mut text = format!("{hello} {}.", self.first);
        let ends = self.answer.chars().count().saturating_add(1);
        for one in &self.lines {
            if most < text.chars().count().saturating_add(one.chars().count()).saturating_add(ends) {
                break;
            }
            text = format!("{text} {one}");
        }
        format!("{text} {}", self.answer)
    }
}

/// The three forms, for somebody of the team to copy.
#[must_use]
pub fn forms(letter: &Letter, theirs: &Reader, reader: &Reader) -> Vec<Block> {
    let words = reader.words();
    let (subject, mail) = letter.mail(theirs);
    let head = |text: String| -> Line { vec![Run::Bold(text)] };
    let mut blocks: Vec<Block> = Vec::new();
    let mut mail_lines = vec![head(say!(words, "letter-mail")), vec![Run::Code(subject)]];
    mail_lines.extend(mail.lines().map(line));
    blocks.extend(block(0, mail_lines));
    let short = letter.short(theirs, INSTAGRAM_MAX);
    blocks.extend(block(0, vec![head(say!(words, "letter-instagram")), vec![Run::Code(short)]]));
    let short = letter.short(theirs, WHATSAPP_MAX);
    blocks.extend(block(0, vec![head(say!(words, "letter-whatsapp")), vec![Run::Code(short)]]));
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(lines: usize) -> Letter {
        Letter {
            name: "Alma".into(),
            from: "Nordbo".into(),
            first: "Nordbo suggests a change".into(),
            lines: (0..lines).map(|n| format!("This is line {n} of what there is to say about it.")).collect(),
            answer: "Answer this message with yes or no.".into(),
        }
    }

    #[test]
    fn a_short_form_keeps_whole_lines_and_its_question() {
        let reader = Reader::new("en", "UTC");
        for (most, lines) in [(INSTAGRAM_MAX, 2), (INSTAGRAM_MAX, 60), (WHATSAPP_MAX, 60), (10, 3)] {
            let text = letter(lines).short(&reader, most);
            assert!(text.ends_with("with yes or no."), "{text}");
            assert!(text.chars().count() <= std::cmp::max(most, 80), "{most}: {}", text.chars().count());
        }
        assert!(letter(2).short(&reader, INSTAGRAM_MAX).contains("line 1"));
    }

    #[test]
    fn a_mark_is_taken_off_and_a_name_is_not() {
        for (given, want) in
            [("🔵 Nordbo suggests", "Nordbo suggests"), ("Nordbo suggests", "Nordbo suggests"), ("🔵", "🔵")]
        {
            assert_eq!(unmarked(given), want);
        }
    }
}
