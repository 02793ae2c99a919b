//! Numbers, money and shares as people write them: `4 000,00 kr`, `€1.2k`, `1.3M`, `10 %`, `4000:-`.
//!
//! Refuses: a guess. Where a number can be read in two ways the error says how to write it.

use rust_decimal::Decimal;

use super::fold;
use super::grid::Cell;
use crate::domain::money::{Currency, Money};

/// A number and what stands around it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The number, `k` and `M` worked out.
    pub value: Decimal,
    /// What stood before or behind it: `kr`, `€`, `%`, `orders`; empty where nothing did.
    pub unit: String,
}

/// How a single `.` or `,` before three digits is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grouping {
    /// `1.234` is one thousand two hundred and thirty-four: money and counts.
    Thousands,
    /// `1.234` is a little more than one: rates and multiples.
    Decimals,
}

/// Words that multiply, the longest first. `kr` is no multiplier, but `tkr` is one with a currency.
const MULTIPLIERS: [(&str, u32, &str); 20] = [
    ("miljoner", 6, ""),
    ("millions", 6, ""),
    ("thousand", 3, ""),
    ("miljon", 6, ""),
    ("million", 6, ""),
    ("tusen", 3, ""),
    ("msek", 6, "SEK"),
    ("tsek", 3, "SEK"),
    ("ksek", 3, "SEK"),
    ("milj", 6, ""),
    ("mio", 6, ""),
    ("mkr", 6, "kr"),
    ("tkr", 3, "kr"),
    ("kkr", 3, "kr"),
    ("tsd", 3, ""),
    ("mn", 6, ""),
    ("keur", 3, "EUR"),
    ("meur", 6, "EUR"),
    ("k", 3, ""),
    ("m", 6, ""),
];

fn is_separator(letter: char) -> bool {
    matches!(letter, '.' | ',' | '\'' | '’') || letter.is_whitespace()
}

/// Reads a cell as a number.
pub fn figure(cell: &Cell, grouping: Grouping) -> Result<Figure, String> {
    match cell {
        Cell::Number { value, unit } => Ok(Figure { value: *value, unit: unit.clone().unwrap_or_default() }),
        Cell::Text(text) => figure_in(&fold::tidy(text), grouping),
        Cell::Error(error) => Err(format!("the formula says {error}: mend it in the sheet")),
        Cell::Moment(_) => Err("a date, not a number: give the cell a number format in the sheet".to_owned()),
        Cell::Empty | Cell::Flag(_) => Err("not a number".to_owned()),
    }
}

/// Whether a cell is a number with nothing but a currency or `%` beside it: `Cl.lw9` is a handle.
#[must_use]
pub fn is_figure(cell: &Cell) -> bool {
    let unit_is_known = |unit: &str| unit.is_empty() || unit == "%" || Mark::of(unit).is_some();
    figure(cell, Grouping::Thousands).is_ok_and(|figure| unit_is_known(&figure.unit))
}

/// Reads text as a number.
pub fn figure_in(text: &str, grouping: Grouping) -> Result<Figure, String> {
    let wrong = || "not a number".to_owned();
    let first = text.find(|letter: char| letter.is_ascii_digit()).ok_or_else(wrong)?;
    let (before, rest) = text.split_at(first);
    // `.5` begins with its separator, `-5` with its sign.
    let (before, point) = match before.strip_suffix(['.', ',']) {
        Some(shorter) if shorter.is_empty() || shorter.ends_with(['-', ' ', '+']) => (shorter, true),
        _ => (before, false),
    };
    let unsigned = before.trim_end().strip_suffix(['-', '−']);
    let (before, negative) = (unsigned.unwrap_or_else(|| before.trim_end().trim_end_matches('+')), unsigned.is_some());
    let end = rest.find(|letter: char| !letter.is_ascii_digit() && !is_separator(letter)).unwrap_or(rest.len());
    let (digits, after) = rest.split_at(end);
    let digits = digits.trim_end_matches(is_separator);
    if after.contains(|letter: char| letter.is_ascii_digit()) {
        return Err("more than one number in one cell".to_owned());
    }
    let after = after.trim().trim_start_matches(":-").trim_start_matches(['-', '–']).trim();
    let (power, unit) = multiplier(after);
    let grouping = if power == 0 { grouping } else { Grouping::Decimals };
    let digits = if point { format!("0.{digits}") } else { digits.to_owned() };
    let value = plain(&digits, grouping)?;
    let value = value.checked_mul(Decimal::from(10_u32.pow(power))).ok_or_else(|| "too large a number".to_owned())?;
    let unit = match (before.trim(), unit.trim()) {
        (one, "") | ("", one) => one.to_owned(),
        // `€ 4000 EUR`: the code says more than the sign.
        (sign, code) => match (Mark::of(sign), Mark::of(code)) {
            (Some(Mark::Code(_)), Some(Mark::Kronor | Mark::Dollar)) => sign.to_owned(),
            (Some(_), Some(_)) => code.to_owned(),
            _ => return Err("more than a number".to_owned()),
        },
    };
    Ok(Figure { value: if negative { -value } else { value }, unit })
}

/// The power of ten behind a number, and the unit that is left.
fn multiplier(after: &str) -> (u32, String) {
    let said = fold::fold(after);
    if Mark::of(&said).is_some() {
        return (0, after.to_owned());
    }
    for (word, power, unit) in MULTIPLIERS {
        let Some(rest) = said.strip_prefix(word) else { continue };
        let ends = rest.chars().next().is_none_or(|letter| !letter.is_ascii_alphabetic());
        if ends || (Mark::of(rest).is_some() && word.len() == 1) {
            let rest = rest.trim();
            return (power, if rest.is_empty() { unit.to_owned() } else { rest.to_owned() });
        }
    }
    (0, after.to_owned())
}

/// Digits with separators as a number.
fn plain(digits: &str, grouping: Grouping) -> Result<Decimal, String> {
    let spaced: String =
        digits.chars().map(|letter| if letter.is_whitespace() || letter == '’' { '\'' } else { letter }).collect();
    let last = spaced.rfind(['.', ',']);
    let (points, commas) = (spaced.matches('.').count(), spaced.matches(',').count());
    let behind = last.map_or(0, |at| spaced.len().saturating_sub(at).saturating_sub(1));
    let ahead = last.unwrap_or(spaced.len());
    let has_decimals = match (points, commas) {
        // Both: the last one is the decimal separator, if it is the only one of its kind.
        (1.., 1..) => {
            let last_one = last
                .and_then(|at| spaced.get(at..))
                .map_or(0, |rest| if rest.starts_with('.') { points } else { commas });
            if last_one != 1 {
                return Err("not a number: two kinds of separators, and neither is the decimal one".to_owned());
            }
            true
        }
        (1, 0) | (0, 1) => {
            let may_group = behind == 3 && (1..=3).contains(&ahead) && !spaced.starts_with('0');
            !(may_group && grouping == Grouping::Thousands)
        }
        _ => false,
    };
    let (whole, fraction) = if has_decimals { spaced.split_at(ahead) } else { (spaced.as_str(), "") };
    let mut groups = whole.split(['.', ',', '\'']);
    let leading = groups.next().unwrap_or_default();
    let mut joined = leading.to_owned();
    let mut grouped = false;
    for group in groups {
        if group.len() != 3 {
            return Err(format!("not a number: `{digits}` has a gap that is not a thousand"));
        }
        grouped = true;
        joined.push_str(group);
    }
    if grouped && 3 < leading.len() {
        return Err(format!("not a number: `{digits}` has a gap that is not a thousand"));
    }
    let fraction = fraction.trim_start_matches(['.', ',']);
    let text = if fraction.is_empty() { joined } else { format!("{joined}.{fraction}") };
    text.parse().map_err(|_| "not a number".to_owned())
}

/// What a currency is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A code, or a sign that only one currency has.
    Code(Currency),
    /// `kr`: SEK, NOK, DKK or ISK.
    Kronor,
    /// `$`: USD, unless the brand keeps its books in another dollar.
    Dollar,
}

/// Signs and words for one currency each.
const SIGNS: [(&str, &str); 16] = [
    ("€", "EUR"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("£", "GBP"),
    ("us$", "USD"),
    ("ca$", "CAD"),
    ("a$", "AUD"),
    ("zl", "PLN"),
    ("fr", "CHF"),
    ("chf", "CHF"),
    ("kc", "CZK"),
    ("ft", "HUF"),
    ("₺", "TRY"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₪", "ILS"),
];

const KRONOR: [&str; 4] = ["SEK", "NOK", "DKK", "ISK"];
const DOLLARS: [&str; 8] = ["USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD"];

impl Mark {
    /// The currency that a text is, if it is one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let said = fold::fold(text);
        let said = said.trim().trim_matches(['.', '(', ')', '[', ']']).trim();
        match said {
            "kr" | "kronor" | "kroner" | ":-" => return Some(Self::Kronor),
            "$" | "dollar" | "dollars" => return Some(Self::Dollar),
            _ => {}
        }
        if let Some(row) = SIGNS.iter().find(|row| row.0 == said) {
            return row.1.parse().ok().map(Self::Code);
        }
        (said.len() == 3).then(|| said.to_uppercase().parse().ok().map(Self::Code)).flatten()
    }

    /// The currency, given what the brand's books are in and what the mapping says.
    pub fn resolve(self, brand: Option<Currency>, default: Option<Currency>) -> Result<Currency, String> {
        let among = |codes: &[&str]| {
            let fits = |currency: &Currency| codes.contains(&currency.code());
            brand.filter(fits).or_else(|| default.filter(fits))
        };
        match self {
            Self::Code(currency) => Ok(currency),
            Self::Kronor => among(&KRONOR).ok_or_else(|| {
                "`kr` may be SEK, NOK, DKK or ISK: write the code, or say --default currency=SEK".to_owned()
            }),
            Self::Dollar => match among(&DOLLARS) {
                Some(currency) => Ok(currency),
                None => "USD".parse().map_err(|error: crate::domain::money::MoneyError| error.to_string()),
            },
        }
    }
}

/// An amount whose currency may still be open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount {
    /// In major units.
    pub value: Decimal,
    /// The currency beside it.
    pub mark: Option<Mark>,
}

/// Words for an amount of nothing.
const NOTHING: [&str; 8] = ["gifted", "gift", "barter", "free", "gratis", "produkt", "product only", "unpaid"];

impl Amount {
    /// Reads a cell as money. `beside` is the currency that header or currency column says.
    pub fn read(cell: &Cell, beside: Option<Mark>) -> Result<Self, String> {
        if let Cell::Text(text) = cell {
            let said = fold::words(text).join(" ");
            if NOTHING.contains(&said.as_str()) {
                return Ok(Self { value: Decimal::ZERO, mark: beside });
            }
        }
        let figure = figure(cell, Grouping::Thousands).map_err(|why| match why.as_str() {
            "not a number" => "not an amount of money: write it like 4000.00".to_owned(),
            _ => why,
        })?;
        if figure.value.is_sign_negative() && !figure.value.is_zero() {
            return Err("a negative amount".to_owned());
        }
        if figure.unit.is_empty() {
            return Ok(Self { value: figure.value, mark: beside });
        }
        let mark = Mark::of(&figure.unit)
            .ok_or_else(|| format!("`{}` is not a currency I know: write its code, like SEK", figure.unit))?;
        // `kr` beside a column that says SEK is SEK.
        let mark = match (mark, beside) {
            (Mark::Kronor | Mark::Dollar, Some(Mark::Code(code))) => Mark::Code(code),
            _ => mark,
        };
        Ok(Self { value: figure.value, mark: Some(mark) })
    }

    /// As money of a brand.
    pub fn money(self, brand: Option<Currency>, default: Option<Currency>) -> Result<Money, String> {
        let currency = match self.mark {
            Some(mark) => mark.resolve(brand, default)?,
            None => brand.or(default).ok_or_else(|| {
                "no currency: write it beside the amount, add a column for it, or say --default currency=SEK".to_owned()
            })?,
        };
        Money::from_major(self.value, currency).map_err(|error| error.to_string())
    }
}

/// A share, and whether it was written with a `%`.
pub fn share(cell: &Cell) -> Result<(Decimal, bool), String> {
    let figure = figure(cell, Grouping::Decimals)?;
    let unit = fold::fold(&figure.unit);
    match unit.trim() {
        "" => Ok((figure.value, false)),
        "%" | "procent" | "percent" | "pct" | "prozent" => Ok((figure.value, true)),
        other => Err(format!("`{other}` is not a share: write it like 10 %")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, grouping: Grouping, want: Result<(&str, &str), &str>) {
        let got = figure_in(text, grouping).map(|figure| (figure.value.normalize().to_string(), figure.unit));
        assert_eq!(got, want.map(|(value, unit)| (value.to_owned(), unit.to_owned())).map_err(str::to_owned), "{text}");
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let money = Grouping::Thousands;
        for (text, value, unit) in [
            ("4 000,00 kr", "4000", "kr"),
            ("€1.2k", "1200", "€"),
            ("1.3M", "1300000", ""),
            ("1,3 M", "1300000", ""),
            ("4.000,50", "4000.5", ""),
            ("4,000.50", "4000.5", ""),
            ("1.234", "1234", ""),
            ("1,234", "1234", ""),
            ("1.234.567", "1234567", ""),
            ("12'500.00 CHF", "12500", "CHF"),
            ("4000:-", "4000", ""),
            ("4000,-", "4000", ""),
            ("12 tkr", "12000", "kr"),
            ("1.5 mkr", "1500000", "kr"),
            ("2,5k SEK", "2500", "sek"),
            ("$ 950", "950", "$"),
            ("SEK 12 500", "12500", "SEK"),
            ("1.250k", "1250", ""),
            ("0.125", "0.125", ""),
            (".5", "0.5", ""),
            ("-12", "-12", ""),
            ("10 %", "10", "%"),
            ("1.2340", "1.234", ""),
            ("900 orders", "900", "orders"),
        ] {
            check(text, money, Ok((value, unit)));
        }
        check("1.234", Grouping::Decimals, Ok(("1.234", "")));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        check("tbd", Grouping::Thousands, Err("not a number"));
        check("4000 + 500", Grouping::Thousands, Err("more than one number in one cell"));
        check("approved 50 %", Grouping::Thousands, Err("more than a number"));
        check("40 00", Grouping::Thousands, Err("not a number: `40 00` has a gap that is not a thousand"));
        check("1.2.3", Grouping::Thousands, Err("not a number: `1.2.3` has a gap that is not a thousand"));
        check(
            "1.234,567,8",
            Grouping::Thousands,
            Err("not a number: two kinds of separators, and neither is the decimal one"),
        );
    }

    #[track_caller]
    fn check_money(text: &str, brand: Option<&str>, default: Option<&str>, want: Result<&str, &str>) {
        let currency = |code: Option<&str>| code.map(|code| code.parse().expect("a currency"));
        let got = Amount::read(&Cell::text(text), None)
            .and_then(|amount| amount.money(currency(brand), currency(default)))
            .map(|money| money.to_string());
        assert_eq!(got, want.map(str::to_owned).map_err(str::to_owned), "{text}");
    }

    #[test]
    fn money_takes_its_currency_from_the_nearest_place_that_says_it() {
        check_money("4 000 kr", Some("NOK"), Some("SEK"), Ok("4000.00 NOK"));
        check_money("4 000 kr", Some("EUR"), Some("SEK"), Ok("4000.00 SEK"));
        check_money("4000", Some("EUR"), Some("SEK"), Ok("4000.00 EUR"));
        check_money("$1.2k", None, None, Ok("1200.00 USD"));
        check_money("$1.2k", Some("CAD"), None, Ok("1200.00 CAD"));
        check_money("gifted", Some("EUR"), None, Ok("0.00 EUR"));
        check_money(
            "4000",
            None,
            None,
            Err("no currency: write it beside the amount, add a column for it, or say --default currency=SEK"),
        );
        check_money(
            "4000 kr",
            None,
            None,
            Err("`kr` may be SEK, NOK, DKK or ISK: write the code, or say --default currency=SEK"),
        );
        check_money("4000.001 SEK", None, None, Err("`4000.001 SEK` has more decimals than SEK has"));
        check_money("-5 SEK", None, None, Err("a negative amount"));
        check_money("lots", None, None, Err("not an amount of money: write it like 4000.00"));
        check_money("100 beans", None, None, Err("`beans` is not a currency I know: write its code, like SEK"));
    }
}
