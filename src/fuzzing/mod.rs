//! What must hold of every parser that meets the outside, whatever it is given.
//!
//! Owns: a [table](TARGETS) of targets, each a function of bytes that hands them to the real parsers and asserts what they
//! promise: no panic, what is read is written and read again as the same, an answer no larger than its input allows, errors
//! that can be shown to people, money that stays in its type. libFuzzer (the crate in `fuzz/`), and the tests here with the
//! corpus in `fuzz/corpus`, run the same table.
//! Refuses: sockets, files and the machine's clock. A broken promise is a panic: that is how a fuzzer hears of it.
#![expect(clippy::expect_used, reason = "a promise that is broken must be heard")]

mod buttons;
mod chats;
mod commands;
mod config;
mod control;
mod documents;
mod platforms;
mod records;
mod rules;
mod samples;
mod sheets;
mod webhooks;

#[cfg(test)]
mod tests;

use std::fmt::Debug;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It was taken for what it is meant to be.
    Taken,
    /// It was refused as it should be.
    Refused,
}

impl Became {
    fn of(taken: bool) -> Self {
        if taken { Self::Taken } else { Self::Refused }
    }
}

/// One target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, and that of its folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Runs it; panics where a promise is broken.
    pub run: fn(&[u8]) -> Became,
}

/// Every target.
pub const TARGETS: [Target; 12] = [
    Target { name: "buttons", run: buttons::run },
    Target { name: "chats", run: chats::run },
    Target { name: "commands", run: commands::run },
    Target { name: "config", run: config::run },
    Target { name: "control", run: control::run },
    Target { name: "documents", run: documents::run },
    Target { name: "platforms", run: platforms::run },
    Target { name: "records", run: records::run },
    Target { name: "rules", run: rules::run },
    Target { name: "samples", run: samples::run },
    Target { name: "sheets", run: sheets::run },
    Target { name: "webhooks", run: webhooks::run },
];

/// Runs the target of this name.
///
/// # Panics
///
/// A promise is broken, or there is no such target.
#[must_use]
pub fn run(name: &str, bytes: &[u8]) -> Became {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target");
    (target.run)(bytes)
}

/// An instant for everything.
fn now() -> Timestamp {
    Timestamp::from_second(1_780_000_000).expect("an instant")
}

/// Bytes of one error: it is read by a person, on a telephone or in a terminal.
const TOLD_MAX: usize = 4_096;

/// Every error of a list.
#[track_caller]
fn all_told<E: std::fmt::Display>(errors: &[E]) {
    for error in errors {
        told(&error.to_string());
    }
}

/// What is told to people is short and holds nothing that a terminal would obey.
#[track_caller]
fn told(text: &str) {
    assert!(text.len() <= TOLD_MAX, "an error of {} bytes: {}", text.len(), text.chars().take(200).collect::<String>());
    assert!(!text.chars().any(char::is_control), "an error with control characters: {text:?}");
}

/// What is kept as JSON is read again as what it was.
#[track_caller]
fn same_again<T: Serialize + DeserializeOwned + Debug>(one: &T) -> T {
    let bytes = serde_json::to_vec(one).expect("it can be written");
    let again: T =
        serde_json::from_slice(&bytes).unwrap_or_else(|cause| unread(&cause, &String::from_utf8_lossy(&bytes)));
    let twice = serde_json::to_vec(&again).expect("it can be written");
    assert_eq!(String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&twice));
    again
}

#[track_caller]
#[expect(clippy::panic, reason = "a promise that is broken must be heard")]
fn unread<T>(cause: &dyn std::error::Error, written: &str) -> T {
    panic!("what was written is not read: {cause}: {written}")
}

/// The first byte, which says what the rest is.
fn split(bytes: &[u8]) -> (u8, &[u8]) {
    bytes.split_first().map_or((0, bytes), |(first, rest)| (*first, rest))
}

/// Waits for something that never leaves this thread.
fn wait<T>(work: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(work))
}
