//! Numbers, money, shares and times as the reader writes them.
//!
//! Owns: separators, signs, currency symbols and where they stand, and how precise a number is when a person reads it.
//! Refuses: sums and ledgers; what is rounded here is only looked at.

use fixed_decimal::Decimal;
use icu_decimal::DecimalFormatter;
use icu_locale_core::{Locale as IcuLocale, locale};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::wording::{Locale, Reader, say};
use crate::domain::ids::Platform;
use crate::domain::metric::{Metric, Unit};
use crate::domain::money::{Currency, Money};
use crate::domain::num;
use crate::domain::standing::NO_END;
use crate::domain::written::Percent;

/// The minus sign; a hyphen would break from its number at the end of a line.
const MINUS: char = '\u{2212}';
/// The space that keeps a number and its unit on one line.
const NBSP: char = '\u{a0}';

fn icu(locale: Locale) -> IcuLocale {
    match locale {
        Locale::En => locale!("en-GB"),
        Locale::Sv => locale!("sv-SE"),
    }
}

/// `text` is a plain decimal such as `-1234.50`.
fn grouped(locale: Locale, text: &str) -> String {
    let (Ok(decimal), Ok(formatter)) = (
        text.parse::<Decimal>(),
        DecimalFormatter::try_new(icu(locale).into(), icu_decimal::options::DecimalFormatterOptions::default()),
    ) else {
        return text.to_owned();
    };
    formatter.format(&decimal).to_string().replace('-', &MINUS.to_string())
}

/// A count: `1,140` in English, `1 140` in Swedish.
#[must_use]
pub fn count(locale: Locale, value: i64) -> String {
    grouped(locale, &value.to_string())
}

/// A number with a fixed number of decimals.
#[must_use]
pub fn decimal(locale: Locale, value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    // Rounding can leave `-0.0`, which no person writes.
    let zero = text.chars().all(|c| matches!(c, '-' | '0' | '.'));
    grouped(locale, if zero { text.trim_start_matches('-') } else { &text })
}

/// A number no more precise than a person needs: whole from 100 up, one decimal from 10 (none if it is `.0`), two below 1.
#[must_use]
pub fn brief(locale: Locale, value: f64) -> String {
    let size = value.abs();
    let is_whole = (value - value.round()).abs() < 1e-9;
    let decimals = match size {
        _ if is_whole || 100.0 <= size => 0,
        _ if 1.0 <= size => 1,
        _ => 2,
    };
    decimal(locale, value, decimals)
}

/// A share as a percentage, `1.9 %`; at most one decimal.
#[must_use]
pub fn percent(locale: Locale, share: f64) -> String {
    let hundredths = share * 100.0;
    let decimals = usize::from(hundredths.abs() < 10.0 && 1e-9 < (hundredths - hundredths.round()).abs());
    format!("{}{NBSP}%", decimal(locale, hundredths, decimals))
}

/// A share as it was set, to its last digit: `12.5 %`.
#[must_use]
pub fn share(locale: Locale, share: Percent) -> String {
    format!("{}{NBSP}%", grouped(locale, &share.0.normalize().to_string()))
}

/// Currencies with a symbol that readers know: code, symbol in English, symbol in Swedish. Others show their code.
const SYMBOLS: [(&str, &str, &str); 14] = [
    ("EUR", "€", "€"),
    ("USD", "$", "US$"),
    ("GBP", "£", "£"),
    ("JPY", "¥", "¥"),
    ("INR", "₹", "₹"),
    ("KRW", "₩", "₩"),
    ("PLN", "zł", "zł"),
    ("UAH", "₴", "₴"),
    ("TRY", "₺", "₺"),
    ("CAD", "CA$", "CAD"),
    ("AUD", "A$", "AUD"),
    ("BRL", "R$", "BRL"),
    ("ILS", "₪", "ILS"),
    ("SEK", "SEK", "kr"),
];

fn with_currency(locale: Locale, amount: &str, currency: Currency) -> String {
    let row = SYMBOLS.iter().find(|row| row.0 == currency.code());
    match locale {
        Locale::Sv => format!("{amount}{NBSP}{}", row.map_or(currency.code(), |row| row.2)),
        Locale::En => {
            let symbol = row.map_or(currency.code(), |row| row.1);
            let (sign, digits) = match amount.strip_prefix(MINUS) {
                Some(digits) => ("\u{2212}", digits),
                None => ("", amount),
            };
            // A symbol made of letters needs a space to be readable: `SEK 450`, but `€45` and `CA$45`.
            let gap = if symbol.ends_with(char::is_alphabetic) { "\u{a0}" } else { "" };
            format!("{sign}{symbol}{gap}{digits}")
        }
    }
}

/// Money for a sentence: `€45`, `€7.50`, `€1,140`; from 100 up minor units are rounded away. Swedish: `45 €`, `450 kr`.
#[must_use]
pub fn money(locale: Locale, money: Money) -> String {
    let major = money.to_major();
    let large = rust_decimal::Decimal::from(100) <= major.abs();
    let amount = if large || major.fract().is_zero() {
        major.round_dp_with_strategy(0, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
    } else {
        major
    };
    with_currency(locale, &grouped(locale, &amount.to_string()), money.currency)
}

/// Money to the minor unit, for what somebody is about to confirm.
#[must_use]
pub fn money_exact(locale: Locale, money: Money) -> String {
    with_currency(locale, &grouped(locale, &money.to_major().to_string()), money.currency)
}

/// What `−€86` looks like on a button: what is not spent.
#[must_use]
pub fn saving(locale: Locale, saved: Money) -> String {
    money(locale, Money::new(saved.minor.saturating_abs().saturating_neg(), saved.currency))
}

/// The bare number of a metric's value, without the words around it.
fn bare(locale: Locale, metric: Metric, value: f64, currency: Option<Currency>) -> String {
    let in_money = |minor: f64| match (currency, num::round_i64(minor)) {
        (Some(currency), Some(minor)) => money(locale, Money::new(minor, currency)),
        _ => brief(locale, minor),
    };
    match metric.unit() {
        Unit::Money | Unit::MoneyPer(_) => in_money(value),
        Unit::Seconds => brief(locale, value / 3600.0),
        // Rare things are counted per thousand, common ones per hundred.
        Unit::Share(_) if metric == Metric::Ctr => brief(locale, value * 1000.0),
        Unit::Share(_) => brief(locale, value * 100.0),
        Unit::Multiple if metric == Metric::Roi => percent(locale, value),
        Unit::Count | Unit::Multiple => brief(locale, value),
    }
}

/// A metric's value in words: `€160 per order`, `3,120 views`. Money in minor units of `currency`.
#[must_use]
pub fn value(reader: &Reader, metric: Metric, value: f64, currency: Option<Currency>) -> String {
    if metric == Metric::RightsLeft && num::f64_of(NO_END) <= value {
        return say!(reader.words(), "rights-no-end");
    }
    let number = bare(reader.locale, metric, value, currency);
    // Only exactly one is singular; `n` chooses the word, `value` is what is shown.
    let n: i64 = if number == "1" { 1 } else { 2 };
    reader.words().say(&format!("metric-{}.value", metric.as_str()), &[("value", number.into()), ("n", n.into())])
}

/// A metric's value where the words around it have just been said: `€45`, `21,400`.
#[must_use]
pub fn short(reader: &Reader, metric: Metric, value: f64, currency: Option<Currency>) -> String {
    bare(reader.locale, metric, value, currency)
}

/// What a metric is called: `cost per order`; of one platform: `followers on Twitch`.
#[must_use]
pub fn title(reader: &Reader, metric: Metric, platform: Option<Platform>) -> String {
    let title = reader.words().say(&format!("metric-{}", metric.as_str()), &[]);
    match platform {
        Some(platform) => say!(reader.words(), "metric-on", title = title, platform = self::platform(reader, platform)),
        None => title,
    }
}

/// What a platform is called; proper names are the same in every language.
#[must_use]
pub fn platform(reader: &Reader, platform: Platform) -> String {
    match platform {
        Platform::Shop => say!(reader.words(), "platform-shop"),
        Platform::Web => say!(reader.words(), "platform-web"),
        Platform::Deal => say!(reader.words(), "platform-deal"),
        Platform::Survey => say!(reader.words(), "platform-survey"),
        named => named.title().to_owned(),
    }
}

/// An instant as near as needed: `14:10` today, `Fri 18:00` within the week, else `6 Dec 18:00`, with the year when it is
/// another one.
#[must_use]
pub fn time(reader: &Reader, at: Timestamp, now: Timestamp) -> String {
    let (then, today) = (local(&reader.zone, at), local(&reader.zone, now));
    let clock = clock(&then);
    let days = then.date().since(today.date()).map_or(i32::MAX, |span| span.get_days());
    match days {
        0 => clock,
        -6..=6 => format!("{} {clock}", weekday(reader, &then)),
        _ => format!("{} {clock}", day_month(reader, &then, &today)),
    }
}

/// A day: `6 Dec`.
#[must_use]
pub fn day(reader: &Reader, at: Timestamp, now: Timestamp) -> String {
    day_month(reader, &local(&reader.zone, at), &local(&reader.zone, now))
}

/// Only the clock: `14:10`.
#[must_use]
pub fn clock_of(reader: &Reader, at: Timestamp) -> String {
    clock(&local(&reader.zone, at))
}

fn local(zone: &TimeZone, at: Timestamp) -> Zoned {
    at.to_zoned(zone.clone())
}

fn clock(at: &Zoned) -> String {
    format!("{:02}:{:02}", at.hour(), at.minute())
}

fn weekday(reader: &Reader, at: &Zoned) -> String {
    weekday_name(reader, at.weekday().to_monday_one_offset())
}

/// The short name of a weekday, Monday = 1.
#[must_use]
pub fn weekday_name(reader: &Reader, monday_one: i8) -> String {
    say!(reader.words(), "weekday", day = monday_one)
}

fn day_month(reader: &Reader, at: &Zoned, now: &Zoned) -> String {
    let month = say!(reader.words(), "month", month = at.month());
    if at.year() == now.year() {
        format!("{} {month}", at.day())
    } else {
        format!("{} {month} {}", at.day(), at.year())
    }
}

/// How long: `45 min`, `6 h`, `3 days`.
#[must_use]
pub fn span(reader: &Reader, secs: i64) -> String {
    let words = reader.words();
    match secs {
        ..3_600 => say!(words, "span-minutes", n = std::cmp::max(secs / 60, 1)),
        3_600..172_800 => say!(words, "span-hours", n = secs / 3_600),
        _ => say!(words, "span-days", n = secs / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(tag: &str) -> Reader {
        Reader::new(tag, "Europe/Stockholm")
    }

    #[track_caller]
    fn check_money(given: &str, en: &str, sv: &str) {
        let given: Money = given.parse().expect("money");
        assert_eq!(money(Locale::En, given).replace(NBSP, " "), en);
        assert_eq!(money(Locale::Sv, given).replace(NBSP, " "), sv);
    }

    #[test]
    fn money_is_written_as_its_reader_writes_it() {
        check_money("45.00 EUR", "€45", "45 €");
        check_money("7.50 EUR", "€7.50", "7,50 €");
        check_money("1140.40 EUR", "€1,140", "1 140 €");
        check_money("450.00 SEK", "SEK 450", "450 kr");
        check_money("-86.00 EUR", "−€86", "−86 €");
        check_money("1200 JPY", "¥1,200", "1 200 ¥");
        check_money("1.500 KWD", "KWD 1.500", "1,500 KWD");
        let exact: Money = "1140.40 EUR".parse().expect("money");
        assert_eq!(money_exact(Locale::En, exact), "€1,140.40");
        assert_eq!(saving(Locale::En, exact), "−€1,140");
    }

    #[test]
    fn numbers_are_no_more_precise_than_needed() {
        for (value, en, sv) in [
            (21_400.0, "21,400", "21 400"),
            (7.1, "7.1", "7,1"),
            (0.254, "0.25", "0,25"),
            (160.4, "160", "160"),
            (-0.0, "0", "0"),
            (-3.25, "−3.2", "−3,2"),
        ] {
            assert_eq!(brief(Locale::En, value), en);
            assert_eq!(brief(Locale::Sv, value).replace(NBSP, " "), sv);
        }
        assert_eq!(percent(Locale::En, 0.019).replace(NBSP, " "), "1.9 %");
        assert_eq!(percent(Locale::Sv, 0.25).replace(NBSP, " "), "25 %");
        assert_eq!(decimal(Locale::En, -0.04, 1), "0.0");
    }

    #[test]
    fn times_are_as_near_as_needed_and_in_the_readers_zone() {
        let at = |text: &str| text.parse::<Timestamp>().expect("instant");
        let now = at("2026-06-24T12:15:00Z");
        for (given, en, sv) in [
            ("2026-06-24T12:10:00Z", "14:10", "14:10"),
            ("2026-06-26T16:00:00Z", "Fri 18:00", "fre 18:00"),
            ("2026-12-06T17:00:00Z", "6 Dec 18:00", "6 dec 18:00"),
            ("2025-12-06T17:00:00Z", "6 Dec 2025 18:00", "6 dec 2025 18:00"),
        ] {
            assert_eq!(time(&reader("en"), at(given), now), en);
            assert_eq!(time(&reader("sv"), at(given), now), sv);
        }
        assert_eq!(span(&reader("en"), 7_200).replace(NBSP, " "), "2 h");
        assert_eq!(span(&reader("sv"), 259_200).replace(NBSP, " "), "3 dagar");
    }

    #[test]
    fn values_carry_their_words() {
        let euro: Currency = "EUR".parse().expect("currency");
        let en = reader("en");
        assert_eq!(value(&en, Metric::Cpa, 16_000.0, Some(euro)), "€160 per order");
        assert_eq!(value(&en, Metric::Ctr, 0.0063, None), "6.3 link clicks per 1,000 views");
        assert_eq!(value(&en, Metric::Views, 3120.0, None), "3,120 views");
        assert_eq!(short(&en, Metric::Views, 3120.0, None), "3,120");
        assert_eq!(title(&en, Metric::Followers, Some(Platform::Twitch)), "followers on Twitch");
    }
}
