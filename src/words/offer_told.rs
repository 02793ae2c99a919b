//! Short answers about offers: made, answered, refused, and how to say it right.

use super::message::Message;
use super::phrase::{self, block, line};
use super::replies::short;
use super::wording::{Reader, say};
use crate::domain::offer::{Refused, Side, Unfit, Unread};

/// What came of a word about an offer. Match it without `_`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are named for what they hold")]
pub enum OfferTold {
    /// The other side has it now; `direct`: by the program itself.
    Made { side: Side, of: String, brand: String, direct: bool },
    /// One more person of the team must agree first.
    Waits { count: u32 },
    /// It binds both.
    Agreed,
    /// They said no.
    Declined,
    /// It was taken back.
    Withdrawn,
    /// A creator's answer was noted.
    Recorded { of: String },
    /// A creator was told by a person.
    Told { of: String },
    /// The deal changed otherwise.
    Overtaken,
    /// Nothing was changed.
    Refused { refused: Refused },
    /// There is no such offer.
    NoSuch { number: u64 },
    /// Nobody is named whose deal it is.
    NoDeal { given: String },
    /// There are many open ones.
    TooMany { most: usize },
    /// It could not be read.
    Unread { unread: Unread },
    /// It does not fit the deal.
    Unfit { unfit: Unfit },
}

impl OfferTold {
    /// As a message in the reader's language.
    #[must_use]
    pub fn say(&self, reader: &Reader) -> Message {
        let words = reader.words();
        let text = match self {
            Self::Made { side: Side::Creator, brand, .. } => say!(words, "offer-made-theirs", brand = brand.as_str()),
            Self::Made { side: Side::Brand, of, direct: true, .. } => say!(words, "offer-made", of = of.as_str()),
            Self::Made { side: Side::Brand, of, direct: false, .. } => {
                say!(words, "offer-made-by-hand", of = of.as_str())
            }
            Self::Waits { count } => say!(words, "offer-made-waits", count = *count),
            Self::Agreed => say!(words, "offer-done-agreed"),
            Self::Declined => say!(words, "offer-done-declined"),
            Self::Withdrawn => say!(words, "offer-done-withdrawn"),
            Self::Recorded { of } => say!(words, "offer-done-recorded", of = of.as_str()),
            Self::Told { of } => say!(words, "offer-done-told", of = of.as_str()),
            Self::Overtaken => say!(words, "offer-done-overtaken"),
            Self::Refused { refused } => {
                let key = match refused {
                    Refused::Over => "over",
                    Refused::Own => "own",
                    Refused::Again => "again",
                    Refused::NotAsked => "not_asked",
                    Refused::Direct => "direct",
                };
                say!(words, "offer-refused", why = key)
            }
            Self::NoSuch { number } => say!(words, "offer-no-such", number = number.to_string()),
            Self::NoDeal { given } => say!(words, "offer-no-deal", given = phrase::short_name(given)),
            Self::TooMany { most } => say!(words, "offer-too-many", count = *most),
            Self::Unread { unread } => unread_text(unread, reader),
            Self::Unfit { unfit } => unfit_text(unfit, reader),
        };
        let mut lines = text.lines();
        let mut message = short(lines.next().unwrap_or_default().to_owned());
        message.blocks.extend(block(0, lines.map(line).collect()));
        message
    }
}

fn unread_text(unread: &Unread, reader: &Reader) -> String {
    let (key, given) = match unread {
        Unread::NoTerm => ("none", ""),
        Unread::Missing { after } => ("missing", *after),
        Unread::Piece { given } => ("piece", given.as_str()),
        Unread::Money { given } => ("money", given.as_str()),
        Unread::Currency { given } => ("currency", given.as_str()),
        Unread::Date { given } => ("date", given.as_str()),
        Unread::Share { given } => ("share", given.as_str()),
        Unread::Days { given } => ("days", given.as_str()),
        Unread::Platform { given } => ("platform", given.as_str()),
        Unread::Format { given } => ("format", given.as_str()),
        Unread::Word { given } => ("word", given.as_str()),
    };
    say!(reader.words(), "offer-unread", what = key, given = phrase::short_name(given))
}

fn unfit_text(unfit: &Unfit, reader: &Reader) -> String {
    let (key, given) = match unfit {
        Unfit::Ended => ("ended", ""),
        Unfit::NoPiece { given } => ("piece", given.as_str()),
        Unfit::Out => ("out", ""),
        Unfit::Cancelled => ("cancelled", ""),
        Unfit::Same => ("same", ""),
        Unfit::Past => ("past", ""),
        Unfit::Taken => ("taken", ""),
        Unfit::TooMuch => ("much", ""),
        Unfit::TooLong => ("long", ""),
        Unfit::NothingAhead => ("ahead", ""),
        Unfit::Currency => ("currency", ""),
    };
    say!(reader.words(), "offer-unfit", why = key, given = phrase::short_name(given))
}
