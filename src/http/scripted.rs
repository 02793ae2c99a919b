//! Answers that stand ready: requests of this thread are answered from a list and nothing leaves the program.
//!
//! For tests and fuzzing only. What a platform might say is handed in as bytes, and everything behind the socket is the real
//! thing: tokens, pages, waits, meaning.

use std::cell::RefCell;

use super::{Answer, HttpError, Limits};

/// More requests than any poll of one thing makes: a source that passes this would ask for ever.
pub const ASKED_MAX: usize = 2_000;

#[derive(Default)]
struct Script {
    answers: Vec<Answer>,
    asked: usize,
    bytes: usize,
}

thread_local! {
    static SCRIPT: RefCell<Option<Script>> = const { RefCell::new(None) };
    static CLIENT: RefCell<Option<reqwest::Client>> = const { RefCell::new(None) };
}

/// What was asked while a script stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Requests.
    pub requests: usize,
    /// Bytes of the bodies they were answered with.
    pub bytes: usize,
}

/// From now on requests of this thread are answered in this order, the last answer again and again.
pub fn begin(answers: Vec<Answer>) {
    SCRIPT.with_borrow_mut(|script| *script = Some(Script { answers, ..Script::default() }));
}

/// Ends it.
#[must_use]
pub fn end() -> Asked {
    let script = SCRIPT.with_borrow_mut(Option::take).unwrap_or_default();
    Asked { requests: script.asked, bytes: script.bytes }
}

/// The answer to the next request, where a script stands.
pub(super) fn next(host: &str, limits: Limits) -> Option<Result<Answer, HttpError>> {
    SCRIPT.with_borrow_mut(|script| {
        let script = script.as_mut()?;
        let answer = script.answers.get(script.asked).or(script.answers.last()).cloned();
        script.asked = script.asked.saturating_add(1);
        assert!(script.asked <= ASKED_MAX, "{host} is asked again and again");
        let answer =
            answer.unwrap_or_else(|| Answer { status: 503, headers: super::HeaderMap::new(), body: Vec::new() });
        script.bytes = script.bytes.saturating_add(answer.body.len());
        let body_max = limits.body_max;
        Some(if body_max < answer.body.len() {
            Err(HttpError::TooLarge { host: host.to_owned(), body_max })
        } else {
            Ok(answer)
        })
    })
}

/// A client that is made once, where a script stands: it will not be used, and making one costs more than all the rest.
pub(super) fn client() -> Option<reqwest::Client> {
    SCRIPT.with_borrow(Option::is_some).then_some(())?;
    CLIENT.with_borrow_mut(|client| {
        if client.is_none() {
            *client = super::made(Limits::default(), |builder| builder).ok();
        }
        client.clone()
    })
}
