//! From what people type to a [`Term`]: `reel-2 fee 3500 EUR`, `reel-2 due 2026-04-02`, `commission 12 %`.

use rust_decimal::Decimal;

use super::Term;
use crate::domain::ids::{DeliverableId, Platform};
use crate::domain::money::{Currency, Money};
use crate::domain::written::{Day, Percent};

/// The longest name of a format.
const FORMAT_MAX: usize = 32;

/// What could not be read; `given` is what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// Nothing says what is to change.
    NoTerm,
    /// Something is missing after a word.
    Missing {
        /// After which.
        after: &'static str,
    },
    /// No id of a piece.
    Piece {
        /// What.
        given: String,
    },
    /// No amount.
    Money {
        /// What.
        given: String,
    },
    /// An amount of something else than the deal is paid in.
    Currency {
        /// What.
        given: String,
    },
    /// No date.
    Date {
        /// What.
        given: String,
    },
    /// No share.
    Share {
        /// What.
        given: String,
    },
    /// No number of days.
    Days {
        /// What.
        given: String,
    },
    /// No platform.
    Platform {
        /// What.
        given: String,
    },
    /// No name of a format.
    Format {
        /// What.
        given: String,
    },
    /// Not one of the words.
    Word {
        /// What.
        given: String,
    },
}

/// The words that name what changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Fee,
    Due,
    Format,
    Commission,
    PerThousand,
    Piece,
    Extend,
    Rights,
}

/// Each with its names, English first.
const KEYS: [(Key, &[&str]); 8] = [
    (Key::Fee, &["fee", "arvode", "pay", "price"]),
    (Key::Due, &["due", "date", "senast", "klar"]),
    (Key::Format, &["format"]),
    (Key::Commission, &["commission", "provision"]),
    (Key::PerThousand, &["per-thousand", "cpm", "per-tusen"]),
    (Key::Piece, &["piece", "further", "leverans"]),
    (Key::Extend, &["extend", "extension", "förläng", "förlängning"]),
    (Key::Rights, &["rights", "usage", "rättigheter"]),
];

fn key(word: &str) -> Option<Key> {
    let word = word.to_lowercase().replace('_', "-");
    KEYS.iter().find(|(_, names)| names.contains(&word.as_str())).map(|row| row.0)
}

impl Term {
    /// Reads what somebody typed about a deal that is paid in `currency`.
    ///
    /// # Errors
    ///
    /// The first thing that cannot be read.
    pub fn read(text: &str, currency: Currency) -> Result<Self, Unread> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (first, rest) = words.split_first().ok_or(Unread::NoTerm)?;
        match (key(first), rest) {
            (Some(Key::Commission), rest) => Ok(Self::Commission { share: share(&rest.join(" "))? }),
            (Some(Key::PerThousand), rest) => Ok(Self::PerThousand { pay: paid("per-thousand", rest, currency)? }),
            (Some(Key::Extend), rest) => Ok(Self::Extend { days: days(&rest.join(" "))? }),
            (Some(Key::Rights), rest) => Ok(Self::Rights { until: date("rights", rest)? }),
            (Some(Key::Piece), rest) => further(rest, currency),
            (Some(Key::Fee | Key::Due | Key::Format), _) => Err(Unread::Piece { given: (*first).to_owned() }),
            (None, []) => Err(Unread::NoTerm),
            (None, [word, rest @ ..]) => of_piece(first, word, rest, currency),
        }
    }
}

fn of_piece(id: &str, word: &str, rest: &[&str], currency: Currency) -> Result<Term, Unread> {
    let piece = piece_id(id)?;
    match key(word) {
        Some(Key::Fee) => Ok(Term::Fee { piece, fee: paid("fee", rest, currency)? }),
        Some(Key::Due) => Ok(Term::Due { piece, due: date("due", rest)? }),
        Some(Key::Format) => Ok(Term::Format { piece, format: format(&rest.join(" "))? }),
        Some(Key::Commission | Key::PerThousand | Key::Piece | Key::Extend | Key::Rights) | None => {
            Err(Unread::Word { given: word.to_owned() })
        }
    }
}

/// `reel-3 instagram reel 2000 EUR 2026-04-02`.
fn further(words: &[&str], currency: Currency) -> Result<Term, Unread> {
    let missing = Unread::Missing { after: "piece" };
    let [id, platform, kind, rest @ ..] = words else { return Err(missing) };
    let (day, fee) = rest.split_last().ok_or(missing)?;
    let platform = platform.to_lowercase();
    let platform: Platform = platform.parse().map_err(|_| Unread::Platform { given: platform.clone() })?;
    Ok(Term::Piece {
        piece: piece_id(id)?,
        platform,
        format: format(kind)?,
        fee: paid("fee", fee, currency)?,
        due: date("due", &[day])?,
    })
}

fn piece_id(given: &str) -> Result<DeliverableId, Unread> {
    DeliverableId::new(given).map_err(|_| Unread::Piece { given: given.to_owned() })
}

fn format(given: &str) -> Result<String, Unread> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let fits = !given.is_empty() && given.chars().count() <= FORMAT_MAX && given.chars().all(is_word);
    if fits { Ok(given.to_lowercase()) } else { Err(Unread::Format { given: given.to_owned() }) }
}

fn date(after: &'static str, words: &[&str]) -> Result<Day, Unread> {
    match words {
        [] => Err(Unread::Missing { after }),
        [one] => one.parse().map(Day).map_err(|_| Unread::Date { given: (*one).to_owned() }),
        [..] => Err(Unread::Date { given: words.join(" ") }),
    }
}

fn days(given: &str) -> Result<u32, Unread> {
    let text = given.trim().trim_start_matches('+').to_lowercase();
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    let unit = text.strip_prefix(&digits).unwrap_or_default().trim();
    let each = match unit {
        "" | "d" | "day" | "days" | "dag" | "dagar" => Some(1),
        "w" | "week" | "weeks" | "v" | "vecka" | "veckor" => Some(7),
        _ => None,
    };
    let number = digits.parse::<u32>().ok();
    number.zip(each).and_then(|(number, each)| number.checked_mul(each)).ok_or(Unread::Days { given: given.to_owned() })
}

fn share(given: &str) -> Result<Percent, Unread> {
    let bare = given.trim().trim_end_matches('%').trim().replace(',', ".");
    let number: Option<Decimal> = bare.parse().ok();
    let number = number.filter(|share| (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(share));
    number.map(Percent).ok_or_else(|| Unread::Share { given: given.to_owned() })
}

fn paid(after: &'static str, words: &[&str], currency: Currency) -> Result<Money, Unread> {
    if words.is_empty() {
        return Err(Unread::Missing { after });
    }
    amount(&words.join(" "), currency)
}

/// Signs that people write for a currency.
const SIGNS: [(&str, &str); 5] = [("€", "EUR"), ("£", "GBP"), ("$", "USD"), ("kr", "SEK"), (":-", "SEK")];

/// An amount as people write it: `3500`, `3 500 kr`, `3,500.50 EUR`, `€3.500`. A last group of three digits is thousands,
/// of one or two it is the fraction.
///
/// # Errors
///
/// No amount, or one of another currency.
pub fn amount(given: &str, currency: Currency) -> Result<Money, Unread> {
    let unread = || Unread::Money { given: given.to_owned() };
    if !given.contains(|c: char| c.is_ascii_digit()) {
        return Err(unread());
    }
    let mut text = given.trim().to_owned();
    let mut named: Option<String> = None;
    for (sign, code) in SIGNS {
        let bare = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign)).map(|rest| rest.trim().to_owned());
        if let Some(rest) = bare {
            named = Some(code.to_owned());
            text = rest;
            break;
        }
    }
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    if !letters.is_empty() {
        let rest = text.strip_suffix(&letters).or_else(|| text.strip_prefix(&letters)).ok_or_else(unread)?;
        text = rest.trim().to_owned();
        named = Some(letters.to_uppercase());
    }
    // A crown is the deal's own, where it is paid in crowns.
    let crowns = ["SEK", "NOK", "DKK"];
    let same = named.as_deref().is_none_or(|named| {
        named == currency.code() || (crowns.contains(&named) && named == "SEK" && crowns.contains(&currency.code()))
    });
    if !same {
        return Err(Unread::Currency { given: given.to_owned() });
    }
    let plain = plain_number(&text).ok_or_else(unread)?;
    let major: Decimal = plain.parse().map_err(|_| unread())?;
    Money::from_major(major, currency).map_err(|_| unread())
}

fn plain_number(text: &str) -> Option<String> {
    let text: String =
        text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}' | '\'')).collect();
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',')) {
        return None;
    }
    let Some(at) = text.rfind(['.', ',']) else { return Some(text) };
    let (whole, fraction) = text.split_at_checked(at)?;
    let fraction: String = fraction.chars().filter(char::is_ascii_digit).collect();
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    match fraction.len() {
        1 | 2 => Some(format!("{whole}.{fraction}")),
        3 => Some(whole + &fraction),
        _ => None,
    }
}
