//! An alert that nobody took, as the next reads it.

use jiff::Timestamp;

use super::buttons::Composed;
use super::number;
use super::wording::{Reader, say};

/// Says first that nobody has it, as long as nobody does: `since` is when it fired. Once somebody has it, it reads like any
/// alert.
#[must_use]
pub fn mark(mut composed: Composed, since: Option<Timestamp>, reader: &Reader, now: Timestamp) -> Composed {
    if let Some(since) = since {
        let long = number::span(reader, now.as_second().saturating_sub(since.as_second()));
        let words = reader.words();
        composed.message.headline =
            say!(words, "escalation-headline", long = long, headline = composed.message.headline.as_str());
        composed.message.silent = false;
    }
    composed
}
