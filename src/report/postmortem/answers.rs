//! Answers as they may be shown.
//!
//! Owns: that nobody is found out. Anonymous answers to a question are shown only together with others: of fewer than
//! [`ANONYMOUS_MIN`] neither a count nor a word is there, only that there are some. Their words stand in an order that says
//! nothing of who wrote first.

use serde::Serialize;

use crate::domain::questionnaire::{ANONYMOUS_MIN, Area, Chosen, QUESTIONS, Reply};

/// One answer as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The question's id.
    pub question: String,
    /// Who gave it; nobody where it is anonymous.
    pub by: Option<String>,
    /// What was answered.
    pub reply: Reply,
}

/// The answers to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gathered {
    /// The question's id.
    pub question: &'static str,
    /// What it is about.
    pub area: Area,
    /// It can be answered with yes, partly or no.
    pub by_choice: bool,
    /// Yes, partly, no.
    pub counts: [u32; 3],
    /// What was written, and by whom; nobody where it is anonymous.
    pub quotes: Vec<(String, Option<String>)>,
    /// How many answers are shown.
    pub shown: u32,
    /// How many anonymous answers are not, because they are too few.
    pub hidden: u32,
}

/// Gathers answers, question by question, in the order of the form. What nobody answered is left out.
#[must_use]
pub fn gather(kept: &[Kept]) -> Vec<Gathered> {
    let mut all = Vec::new();
    for question in &QUESTIONS {
        let own: Vec<&Kept> = kept.iter().filter(|one| one.question == question.id).collect();
        if own.is_empty() {
            continue;
        }
        let anonymous = own.iter().filter(|one| one.by.is_none()).count();
        let too_few = anonymous < ANONYMOUS_MIN;
        let shown: Vec<&&Kept> = own.iter().filter(|one| one.by.is_some() || !too_few).collect();
        let count = |chosen: Chosen| u32_of(shown.iter().filter(|one| one.reply.chosen == Some(chosen)).count());
        let mut quotes: Vec<(String, Option<String>)> =
            shown.iter().filter_map(|one| Some((one.reply.words.clone()?, one.by.clone()))).collect();
        quotes.sort();
        all.push(Gathered {
            question: question.id,
            area: question.area,
            by_choice: question.by_choice,
            counts: Chosen::ALL.map(count),
            quotes,
            shown: u32_of(shown.len()),
            hidden: if too_few { u32_of(anonymous) } else { 0 },
        });
    }
    all
}

fn u32_of(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kept(question: &str, by: Option<&str>, chosen: Option<Chosen>, words: Option<&str>) -> Kept {
        let reply = Reply { chosen, words: words.map(str::to_owned) };
        Kept { question: question.to_owned(), by: by.map(str::to_owned), reply }
    }

    #[test]
    fn two_anonymous_answers_are_not_shown_and_three_are() {
        let secret = |words| kept("consensus", None, Some(Chosen::No), Some(words));
        let named = kept("consensus", Some("Maja"), Some(Chosen::Yes), Some("we did"));
        let got = gather(&[named.clone(), secret("zebra"), secret("apple")]);
        let [only] = got.as_slice() else { panic!("one question: {got:?}") };
        assert_eq!((only.counts, only.hidden, only.shown), ([1, 0, 0], 2, 1));
        assert_eq!(only.quotes, [("we did".to_owned(), Some("Maja".to_owned()))]);
        let got = gather(&[named, secret("zebra"), secret("apple"), secret("mango")]);
        let words: Vec<&str> = got.iter().flat_map(|one| &one.quotes).map(|quote| quote.0.as_str()).collect();
        assert_eq!(words, ["apple", "mango", "we did", "zebra"]);
        assert_eq!(got.first().map(|one| (one.counts, one.hidden)), Some(([1, 0, 3], 0)));
    }

    #[test]
    fn other_questions_do_not_help_an_anonymous_answer_out() {
        let one = |question: &str| kept(question, None, None, Some("secret"));
        let got = gather(&[one("consensus"), one("surprises"), one("who-decided"), one("capabilities")]);
        assert!(got.iter().all(|one| one.quotes.is_empty() && one.hidden == 1), "{got:?}");
    }

    proptest! {
        #[test]
        fn no_anonymous_word_is_shown_of_fewer_than_three(
            given in proptest::collection::vec((0_usize..4, any::<bool>(), 0_usize..3), 0..30),
        ) {
            let kept: Vec<Kept> = given.iter().map(|(at, anonymous, chosen)| {
                let question = QUESTIONS.get(*at).expect("a question");
                let by = (!anonymous).then(|| "Maja".to_owned());
                let reply = Reply { chosen: Chosen::ALL.get(*chosen).copied(), words: Some(format!("w{chosen}")) };
                Kept { question: question.id.to_owned(), by, reply }
            }).collect();
            for one in gather(&kept) {
                let own = kept.iter().filter(|kept| kept.question == one.question);
                let anonymous = own.clone().filter(|kept| kept.by.is_none()).count();
                let told = usize::try_from(one.shown + one.hidden).expect("small");
                prop_assert_eq!(told, own.count());
                let quoted = one.quotes.iter().filter(|quote| quote.1.is_none()).count();
                prop_assert_eq!(quoted, if anonymous < ANONYMOUS_MIN { 0 } else { anonymous });
            }
        }
    }
}
