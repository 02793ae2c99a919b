//! `adjust`: what would be set, and what came of it.

use rust_decimal::prelude::ToPrimitive as _;

use super::buttons::{ButtonPurpose, Composed};
use super::message::{Look, Message};
use super::number;
use super::phrase::{block, line};
use super::replies::short;
use super::wording::{Reader, say};
use crate::domain::document::Target;
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::num;
use crate::domain::written::Percent;

/// What is set, of what.
#[derive(Debug, Clone, PartialEq)]
pub enum AdjustView {
    /// The whole budget of a boost.
    Budget {
        /// The boost.
        name: String,
        /// What it may spend in all from then on.
        budget: Money,
        /// What it might spend before.
        was: Money,
    },
    /// What a code takes off.
    Share {
        /// The code.
        name: String,
        /// From then on.
        share: Percent,
    },
    /// What a campaign or a deal should reach.
    Target {
        /// The campaign, or the creator in it.
        name: String,
        /// Of what.
        metric: Metric,
        /// From then on.
        target: Target,
        /// Until then, where there was one.
        was: Option<Target>,
    },
}

fn target(reader: &Reader, metric: Metric, target: &Target) -> String {
    let (value, currency) = match target {
        Target::Money(money) => (num::f64_of(money.minor), Some(money.currency)),
        Target::Number(number) => (number.to_f64().unwrap_or_default(), None),
    };
    number::value(reader, metric, value, currency)
}

/// Are you sure: what is set, and what that does not touch. `typed` is what is done on Yes.
#[must_use]
pub fn confirm(view: &AdjustView, typed: &str, reader: &Reader) -> Composed {
    let words = reader.words();
    let (headline, stays) = match view {
        AdjustView::Budget { name, budget, was } => {
            let [amount, was] = [budget, was].map(|money| number::money_exact(reader.locale, *money));
            let headline = say!(words, "confirm-adjust-budget", name = name.as_str(), amount = amount, was = was);
            (headline, say!(words, "confirm-adjust-budget-stays"))
        }
        AdjustView::Share { name, share } => {
            let share = number::share(reader.locale, *share);
            let headline = say!(words, "confirm-adjust-share", name = name.as_str(), share = share);
            (headline, say!(words, "confirm-adjust-share-stays"))
        }
        AdjustView::Target { name, metric, target: wanted, was } => {
            let wanted = target(reader, *metric, wanted);
            let headline = match was {
                Some(was) => {
                    let was = target(reader, *metric, was);
                    say!(words, "confirm-adjust-target", name = name.as_str(), target = wanted, was = was)
                }
                None => say!(words, "confirm-adjust-target-new", name = name.as_str(), target = wanted),
            };
            (headline, say!(words, "confirm-adjust-target-stays"))
        }
    };
    let mut message = short(headline);
    message.blocks.extend(block(0, vec![line(stays)]));
    let mut composed = Composed::plain(message);
    composed.row([
        (ButtonPurpose::Confirm { command: typed.to_owned() }, say!(words, "button-yes-adjust"), Look::Primary),
        (ButtonPurpose::Cancel, say!(words, "button-no"), Look::Plain),
    ]);
    composed
}

/// What came of it. Match it without `_`.
#[derive(Debug, Clone, PartialEq)]
pub enum AdjustReply {
    /// The platform is being asked; what it says follows.
    Asked(AdjustView),
    /// It holds from now on.
    Set(AdjustView),
    /// It was so already.
    Already(AdjustView),
    /// This cannot be set to that.
    NotThat {
        /// What was named.
        name: String,
    },
    /// The deal or campaign is in another currency.
    OtherCurrency {
        /// What was named.
        name: String,
        /// Its own.
        currency: Currency,
    },
    /// Less than the boost has spent.
    Spent {
        /// The boost.
        name: String,
        /// What was named for it.
        amount: Money,
    },
    /// No shop or ad platform is configured where it could be set.
    Nowhere {
        /// What was named.
        name: String,
    },
}

impl AdjustReply {
    /// As a message in the reader's language.
    #[must_use]
    pub fn say(&self, reader: &Reader) -> Message {
        let words = reader.words();
        short(match self {
            Self::Asked(view) => say!(words, "reply-adjust-asked", name = aimed(view, reader)),
            Self::Set(view) => say!(words, "reply-adjust-set", name = aimed(view, reader)),
            Self::Already(view) => say!(words, "reply-adjust-already", name = aimed(view, reader)),
            Self::NotThat { name } => say!(words, "reply-adjust-not-that", name = name.as_str()),
            Self::OtherCurrency { name, currency } => {
                say!(words, "reply-adjust-currency", name = name.as_str(), currency = currency.to_string())
            }
            Self::Spent { name, amount } => {
                let amount = number::money_exact(reader.locale, *amount);
                say!(words, "reply-adjust-spent", name = name.as_str(), amount = amount)
            }
            Self::Nowhere { name } => say!(words, "reply-adjust-nowhere", name = name.as_str()),
        })
    }
}

/// `alma-winter to €3,680`.
pub(super) fn aimed(view: &AdjustView, reader: &Reader) -> String {
    let (name, amount) = match view {
        AdjustView::Budget { name, budget, .. } => (name, number::money_exact(reader.locale, *budget)),
        AdjustView::Share { name, share } => (name, number::share(reader.locale, *share)),
        AdjustView::Target { name, metric, target: wanted, .. } => (name, target(reader, *metric, wanted)),
    };
    say!(reader.words(), "budget-of", name = name.as_str(), amount = amount)
}
