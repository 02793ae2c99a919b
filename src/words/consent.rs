//! More than one yes: how many have agreed, whose yes counts, and the question that names the amount.

use super::buttons::{ButtonPurpose, Composed};
use super::message::{Look, Message};
use super::number;
use super::wording::{Reader, say};
use crate::domain::action::Deed;
use crate::domain::money::Money;

/// What came of a yes that is not enough. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consented {
    /// More people have to agree.
    Waits {
        /// Who has.
        who: Vec<String>,
        /// How many have to.
        need: u32,
    },
    /// The person's role is none of those that count.
    NotCounted {
        /// Above which amount.
        above: Money,
        /// How many have to.
        need: u32,
    },
}

impl Consented {
    /// As a sentence.
    #[must_use]
    pub fn text(&self, reader: &Reader) -> String {
        let words = reader.words();
        match self {
            Self::Waits { who, need } => {
                let have = u32::try_from(who.len()).unwrap_or(u32::MAX);
                let left = need.saturating_sub(have);
                say!(words, "reply-agreed", have = have, need = *need, names = who.join(", "), left = left)
            }
            Self::NotCounted { above, need } => {
                say!(words, "reply-not-counted", above = number::money(reader.locale, *above), need = *need)
            }
        }
    }
}

/// Only whoever asked may confirm.
#[must_use]
pub fn not_yours(reader: &Reader) -> Message {
    Message { headline: say!(reader.words(), "reply-not-yours"), silent: true, ..Message::default() }
}

/// The line under a question that does not wait for ever.
#[must_use]
pub fn expires(minutes: u32, reader: &Reader) -> String {
    say!(reader.words(), "confirm-expires", minutes = minutes)
}

/// What is asked once more: a deed and what people call its object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asks {
    /// What would be done, or taken back.
    pub deeds: Vec<(Deed, String)>,
    /// How much it concerns, as far as the reader may know.
    pub amount: Option<Money>,
    /// It is taken back.
    pub undoes: bool,
}

/// Are you sure, with the amount. `yes` is what is pressed on Yes.
#[must_use]
pub fn really(asks: &Asks, yes: ButtonPurpose, reader: &Reader) -> Composed {
    let words = reader.words();
    let what = |(deed, name): &(Deed, String)| {
        say!(words, "deed-to", deed = deed.as_str(), name = super::phrase::aimed(reader, deed, name))
    };
    let what = asks.deeds.iter().map(what).collect::<Vec<_>>().join(", ");
    let amount = asks.amount.map(|amount| number::money_exact(reader.locale, amount));
    let told = amount.clone().unwrap_or_else(|| "none".to_owned());
    let headline = if asks.undoes {
        say!(words, "really-undo", what = what, amount = told.as_str())
    } else {
        say!(words, "really-approve", what = what, amount = told.as_str())
    };
    let mut composed = Composed::plain(Message { headline, silent: true, ..Message::default() });
    composed.row([
        (yes, say!(words, "really-yes", amount = told), Look::Danger),
        (ButtonPurpose::Cancel, say!(words, "button-no"), Look::Plain),
    ]);
    composed
}
