//! What a creator's levels ask for, and where they stand: the answer to `criteria`.

use jiff::Timestamp;

use super::level::{Criterion, asked_lines};
use super::message::Message;
use super::number;
use super::phrase::{block, bold, line};
use super::wording::{Reader, say};
use crate::rules::downgrade::Case;

/// One level of a creator, for `criteria`.
#[derive(Debug, Clone, PartialEq)]
pub struct CriteriaLine {
    /// At which brand.
    pub brand: String,
    /// Which.
    pub level: String,
    /// Since the beginning of this day.
    pub since: Timestamp,
    /// They have agreed to what is asked.
    pub acknowledged: bool,
    /// What is asked, and where they stand; several rules may ask for something.
    pub asks: Vec<(Criterion, Option<Case>)>,
}

/// What a creator's levels ask for, and where they stand.
#[must_use]
pub fn criteria(name: &str, lines: &[CriteriaLine], reader: &Reader, now: Timestamp) -> Message {
    let words = reader.words();
    let first = name.split_whitespace().next().unwrap_or(name);
    let mut message = Message { silent: true, ..Message::default() };
    if lines.is_empty() {
        message.headline = say!(words, "criteria-none", name = first);
        return message;
    }
    message.headline = say!(words, "criteria-headline", name = first);
    for one in lines {
        let day = number::day(reader, one.since, now);
        let title = say!(words, "criteria-level", brand = one.brand.as_str(), level = one.level.as_str(), day = day);
        let mut said = vec![bold(title)];
        for (criterion, case) in &one.asks {
            said.extend(asked_lines(criterion, &one.level, "yours", reader));
            match case.as_ref().filter(|case| case.is_open()) {
                Some(case) if case.is_appealed() => {
                    said.push(line(say!(words, "criteria-appealed", from = case.from.as_str())));
                }
                Some(case) => {
                    let day = number::day(reader, case.earliest(now), now);
                    said.push(line(say!(words, "criteria-open", to = case.to.as_str(), day = day)));
                }
                None => {}
            }
        }
        if one.asks.is_empty() {
            said.push(line(say!(words, "criteria-no-rule")));
        } else if !one.acknowledged {
            said.push(line(say!(words, "criteria-unread")));
        }
        message.blocks.extend(block(0, said));
    }
    message.blocks.extend(block(1, vec![line(say!(words, "criteria-promise"))]));
    message
}
