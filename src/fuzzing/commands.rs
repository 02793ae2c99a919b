//! What people type in a chat: commands in both languages, and the small languages inside of them.

use super::{Became, told};
use crate::domain::link::{Page, Slug};
use crate::domain::money::{Currency, Money};
use crate::domain::offer::Term;
use crate::domain::post_url;
use crate::domain::written::parse_length;
use crate::words::command::{Command, Name, SNOOZE_MAX, addressed_to, change, from_options, moment, parse, seconds};
use crate::words::message::Message;
use crate::words::wording::Reader;
use crate::words::{phrase, replies, reported};

pub(super) fn run(bytes: &[u8]) -> Became {
    let Ok(text) = std::str::from_utf8(bytes) else { return Became::Refused };
    small(text);
    let _ = addressed_to(text);
    let parsed = parse(text);
    match &parsed {
        Ok(command) => as_options(command, text),
        Err(teach) => {
            for tag in ["en", "sv"] {
                shown(&replies::teach(teach, &Reader::new(tag, "Europe/Stockholm")));
            }
        }
    }
    Became::of(parsed.is_ok())
}

/// A message that a chat can hold: lines without what a terminal would obey, no longer than both chats take.
fn shown(message: &Message) {
    let text = phrase::plain(message);
    assert!(text.len() <= 4_096, "an answer of {} bytes", text.len());
    for line in text.lines() {
        told(line);
    }
}

/// The command's own name with the same words, as Discord hands them over: never a panic, never another command.
fn as_options(command: &Command, text: &str) {
    let name = command.name();
    let spec = name.spec().expect("every command has its row");
    let words: Vec<&str> = text.split_whitespace().skip(1).collect();
    let options: Vec<(String, String)> =
        spec.args.iter().zip(&words).map(|(arg, word)| (arg.name.to_owned(), (*word).to_owned())).collect();
    if let Ok(again) = from_options(name, &options) {
        assert_eq!(again.name(), name, "the same command");
    }
    assert_eq!(Name::typed(name.as_str()), Some(name), "a name is typed as it is written");
}

/// Every small language of an argument, over the same text.
fn small(text: &str) {
    if let Some(change) = change::read(text) {
        let typed = change::typed(&change);
        assert_eq!(change::read(&typed), Some(change), "{text:?} is shown as {typed:?}");
    }
    let _ = moment::read(text);
    if let Some(duration) = seconds(text) {
        assert!(!duration.is_zero() && duration <= SNOOZE_MAX);
    }
    if let Ok(numbers) = reported::read(text) {
        assert!(numbers.iter().all(|(_, value)| 0 <= *value) && numbers.len() <= 9);
    }
    let euros: Currency = "EUR".parse().expect("a currency");
    if let Ok(term) = Term::read(text, euros) {
        assert_eq!(super::same_again(&term), term);
    }
    if let Ok(money) = text.parse::<Money>() {
        assert_eq!(money.to_string().parse::<Money>().as_ref(), Ok(&money), "{text:?}");
    }
    if let Ok(slug) = text.parse::<Slug>() {
        assert_eq!(slug.as_str().parse::<Slug>().as_ref(), Ok(&slug));
    }
    if let Ok(page) = text.parse::<Page>() {
        assert_eq!(page.to_string().parse::<Page>().as_ref(), Ok(&page), "{text:?} is kept and comes back");
        let led = page.with_utm("spring", "alma");
        assert_eq!(led.origin(), page.origin(), "a parameter leads nobody elsewhere");
    }
    if let Some((platform, post)) = post_url::read(text) {
        let subject = format!("post/{platform}/{post}");
        assert!(subject.parse::<crate::domain::ids::Subject>().is_ok(), "{subject:?} is no subject");
    }
    let _ = parse_length(text);
}
