//! Dates as people write them: `2026-03-05`, `5/3/2026`, `05.03.26`, `3 mars 2026`, `March 5th, 2026`, and the day
//! numbers of spreadsheets.
//!
//! `03/04/2026` is two dates. The other cells of its column decide, then the other columns of days in the sheet, then the
//! mapping; where all are silent it is refused.

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use super::fold;
use super::grid::Cell;

/// Which of two numbers is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `3/4/2026` is 3 April.
    Dmy,
    /// `3/4/2026` is 4 March.
    Mdy,
}

/// What one cell says about the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vote {
    /// It can only be read in this order.
    For(Order),
    /// It can be read in both, and they differ.
    Either,
    /// It is no such date.
    Silent,
}

/// A day, and a time of day where the cell has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct When {
    /// The day.
    pub date: Date,
    /// The time of day.
    pub time: Option<Time>,
}

/// What an ambiguous date is told.
const AMBIGUOUS: &str = "may be two dates, and no other cell of the column says which: write it like 2026-03-05, or say \
                         --default dates=dmy or dates=mdy";

/// What is no date is told.
const WRONG: &str = "not a date: write it like 2026-03-05";

/// Months by their first letters, folded: English, Swedish, German.
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar mrz maerz", "apr", "maj may mai", "jun", "jul", "aug", "sep", "okt oct", "nov", "dec dez"];

/// Words that say nothing about the day.
const NOISE: &str = "den the of kl at um uhr am mon monday man mandag montag mo tue tues tuesday tis tisdag dienstag di \
                     wed wednesday ons onsdag mittwoch mi thu thur thurs thursday tor tors torsdag donnerstag do fri \
                     friday fre fredag freitag fr sat saturday lor lordag samstag sa sun sunday son sondag sonntag so";

/// Reads a cell.
pub fn when(cell: &Cell, order: Option<Order>) -> Result<When, String> {
    match cell {
        Cell::Moment(moment) => Ok(of_moment(*moment)),
        Cell::Number { value, unit: None } => of_number(*value).ok_or_else(|| WRONG.to_owned()),
        Cell::Text(text) => in_text(&fold::tidy(text), order),
        Cell::Error(error) => Err(format!("the formula says {error}: mend it in the sheet")),
        Cell::Number { .. } | Cell::Empty | Cell::Flag(_) => Err(WRONG.to_owned()),
    }
}

fn of_moment(moment: DateTime) -> When {
    let time = moment.time();
    When { date: moment.date(), time: (time != Time::midnight()).then_some(time) }
}

/// Day numbers of a spreadsheet that lost its format (1 March 1900 is 61), for days from 1954 to 2119; and `20260305`.
fn of_number(value: Decimal) -> Option<When> {
    let days = value.trunc().to_i64()?;
    if (20_000..80_000).contains(&days) {
        let date = Date::constant(1899, 12, 30).checked_add(days.days()).ok()?;
        let seconds = (value.fract() * Decimal::from(86_400)).round().to_i64()?;
        let moment = date.to_datetime(Time::midnight()).checked_add(seconds.seconds()).ok()?;
        return Some(of_moment(moment));
    }
    if value.fract().is_zero() { compact(&days.to_string()) } else { None }
}

/// `20260305`.
fn compact(text: &str) -> Option<When> {
    if text.len() != 8 {
        return None;
    }
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    let date = date(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    (1950..2120).contains(&date.year()).then_some(When { date, time: None })
}

fn date(year: i16, month: i8, day: i8) -> Option<Date> {
    Date::new(year, month, day).ok()
}

fn year_of(text: &str) -> Option<i16> {
    let digits = text.trim_start_matches(['\'', '’']);
    let year: i16 = digits.parse().ok()?;
    match digits.len() {
        4 => Some(year),
        2 => Some(year.saturating_add(2000)),
        _ => None,
    }
}

/// A text in its parts: the words of the day, and the time of day.
fn parts_of(text: &str) -> (Vec<String>, Option<Time>) {
    let mut time: Option<Time> = None;
    let mut afternoon = None;
    let mut words = Vec::new();
    for word in fold::fold(text).split([' ', ',']) {
        let word = word.trim_end_matches('.');
        if word.contains(':') {
            time = time_of(word);
            continue;
        }
        match word {
            "pm" => afternoon = Some(true),
            "am" if time.is_some() => afternoon = Some(false),
            _ if word.is_empty() || NOISE.split_whitespace().any(|noise| noise == word) => {}
            _ => words.push(word.to_owned()),
        }
    }
    let time = match (time, afternoon) {
        (Some(time), Some(true)) if time.hour() < 12 => time.checked_add(12.hours()).ok(),
        (Some(time), Some(false)) if time.hour() == 12 => time.checked_sub(12.hours()).ok(),
        _ => time,
    };
    // `5-Mar-2026`: the hyphen is a gap where a month is spelled out.
    let spelled = words.iter().any(|word| word.chars().any(char::is_alphabetic) && word.contains(['-', '/', '.']));
    if spelled {
        words = words
            .iter()
            .flat_map(|word| word.split(['-', '/', '.']))
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
    }
    (words, time)
}

fn time_of(word: &str) -> Option<Time> {
    let word = word.trim_end_matches('z');
    let mut numbers = word.split(':');
    let hour = numbers.next()?.parse().ok()?;
    let minute = numbers.next()?.parse().ok()?;
    let second = numbers.next().map_or(Some(0), |text| text.split('.').next()?.parse().ok())?;
    Time::new(hour, minute, second, 0).ok()
}

fn month_of(word: &str) -> Option<i8> {
    if word.chars().count() < 3 || !word.chars().all(char::is_alphabetic) {
        return None;
    }
    let at = MONTHS.iter().position(|names| names.split(' ').any(|begin| word.starts_with(begin)))?;
    // `juni` and `march` begin like a month; `marketing` does too, and is longer than any month.
    (word.chars().count() <= 9).then(|| i8::try_from(at).ok().map(|at| at.saturating_add(1))).flatten()
}

fn day_of(word: &str) -> Option<i8> {
    let digits = word.trim_end_matches(|letter: char| letter.is_ascii_alphabetic() || letter == ':');
    let suffix = word.get(digits.len()..).unwrap_or_default();
    matches!(suffix, "" | "st" | "nd" | "rd" | "th" | ":e" | ":a" | "e").then(|| digits.parse().ok()).flatten()
}

/// The three numbers of `5/3/2026`, with their separator.
fn numbers_of(word: &str) -> Option<(Vec<&str>, char)> {
    let separator =
        word.chars().find(|letter| !letter.is_ascii_digit()).filter(|letter| matches!(letter, '/' | '-' | '.'))?;
    let numbers: Vec<&str> = word.split(separator).collect();
    let whole = numbers.iter().all(|number| !number.is_empty() && number.chars().all(|letter| letter.is_ascii_digit()));
    whole.then_some((numbers, separator))
}

/// What a cell says about the order of its column.
#[must_use]
pub fn vote(cell: &Cell) -> Vote {
    let Cell::Text(text) = cell else { return Vote::Silent };
    let (words, _) = parts_of(&fold::tidy(text));
    let [word] = words.as_slice() else { return Vote::Silent };
    let Some((numbers, separator)) = numbers_of(word) else { return Vote::Silent };
    let [first, second, year] = numbers.as_slice() else { return Vote::Silent };
    if separator == '.' || year_of(year).is_none() || 2 < first.len() {
        return Vote::Silent;
    }
    match (first.parse::<i8>(), second.parse::<i8>()) {
        (Ok(13..=31), Ok(1..=12)) => Vote::For(Order::Dmy),
        (Ok(1..=12), Ok(13..=31)) => Vote::For(Order::Mdy),
        (Ok(first), Ok(second)) if (1..=12).contains(&first) && (1..=12).contains(&second) && first != second => {
            Vote::Either
        }
        _ => Vote::Silent,
    }
}

/// The order that the cells of a column agree on. Cells that contradict each other decide nothing.
pub fn decide(votes: impl Iterator<Item = Vote>) -> Option<Order> {
    let mut found = None;
    for vote in votes {
        let Vote::For(order) = vote else { continue };
        match found {
            None => found = Some(order),
            Some(other) if other != order => return None,
            Some(_) => {}
        }
    }
    found
}

fn in_text(text: &str, order: Option<Order>) -> Result<When, String> {
    if let Ok(moment) = text.parse::<DateTime>() {
        // jiff reads a bare day as its midnight; a time that is written out is kept, even if it is midnight.
        let time = text.contains(':').then(|| moment.time());
        return Ok(When { date: moment.date(), time });
    }
    let (words, time) = parts_of(text);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let date = match words.as_slice() {
        [word] if word.chars().all(|letter| letter.is_ascii_digit()) => {
            match word.parse::<Decimal>().ok().and_then(of_number) {
                Some(when) => return Ok(When { time: time.or(when.time), ..when }),
                None => None,
            }
        }
        [word] => numeric(word, order)?,
        [one, two] if month_of(one).is_some() || month_of(two).is_some() => {
            let day_and_month = day_of(one).or_else(|| day_of(two)).is_some_and(|day| (1..=31).contains(&day));
            return Err(if day_and_month { "no year: write it like 2026-03-05" } else { WRONG }.to_owned());
        }
        [one, two, three] => spelled(one, two, three),
        _ => None,
    };
    date.map(|date| When { date, time }).ok_or_else(|| WRONG.to_owned())
}

/// `5 mars 2026`, `March 5th 2026`, `2026 mars 5`.
fn spelled(one: &str, two: &str, three: &str) -> Option<Date> {
    if let Some(month) = month_of(two) {
        return match (day_of(one), year_of(three)) {
            (Some(day @ 1..=31), Some(year)) => date(year, month, day),
            _ => date(year_of(one)?, month, day_of(three)?),
        };
    }
    date(year_of(three)?, month_of(one)?, day_of(two)?)
}

fn numeric(word: &str, order: Option<Order>) -> Result<Option<Date>, String> {
    let Some((numbers, separator)) = numbers_of(word) else { return Ok(None) };
    match numbers.as_slice() {
        [_, _] => Err("no year: write it like 2026-03-05".to_owned()),
        [year, month, day] if year.len() == 4 => Ok(match (year.parse(), month.parse(), day.parse()) {
            (Ok(year), Ok(month), Ok(day)) => date(year, month, day),
            _ => None,
        }),
        [first, second, year] => {
            let (Some(year), Ok(first), Ok(second)) = (year_of(year), first.parse::<i8>(), second.parse::<i8>()) else {
                return Ok(None);
            };
            let (dmy, mdy) = (date(year, second, first), date(year, first, second));
            match (dmy, mdy, order) {
                (day, _, _) if separator == '.' => Ok(day),
                (Some(day), Some(other), _) if day == other => Ok(Some(day)),
                (Some(day), Some(_), Some(Order::Dmy)) | (Some(_), Some(day), Some(Order::Mdy)) => Ok(Some(day)),
                (Some(_), Some(_), None) => Err(AMBIGUOUS.to_owned()),
                (one, other, _) => Ok(one.or(other)),
            }
        }
        _ => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, order: Option<Order>, want: Result<&str, &str>) {
        let got = when(&Cell::text(text), order).map(|when| match when.time {
            Some(time) => format!("{} {time}", when.date),
            None => when.date.to_string(),
        });
        assert_eq!(got, want.map(str::to_owned).map_err(str::to_owned), "{text}");
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        for text in [
            "2026-03-05",
            "2026/03/05",
            "2026.3.5",
            "20260305",
            "46086",
            "05.03.2026",
            "5.3.26",
            "5 mars 2026",
            "tor 5 mars 2026",
            "torsdag den 5 mars 2026",
            "March 5th, 2026",
            "Mar 5 2026",
            "5-Mar-26",
            "5. März 2026",
            "2026 mars 5",
        ] {
            check(text, None, Ok("2026-03-05"));
        }
        check("2026-03-01T18:00", None, Ok("2026-03-01 18:00:00"));
        check("2026-03-01 00:00:00", None, Ok("2026-03-01 00:00:00"));
        check("1 mars 2026 kl 18:00", None, Ok("2026-03-01 18:00:00"));
        check("March 1, 2026 6:00 pm", None, Ok("2026-03-01 18:00:00"));
        check("31/12/2026", None, Ok("2026-12-31"));
        check("12/31/2026", Some(Order::Dmy), Ok("2026-12-31"));
    }

    #[test]
    fn what_may_be_two_dates_is_decided_by_others_or_refused() {
        check("03/04/2026", Some(Order::Dmy), Ok("2026-04-03"));
        check("03/04/2026", Some(Order::Mdy), Ok("2026-03-04"));
        check("03/03/2026", None, Ok("2026-03-03"));
        check("03/04/2026", None, Err(AMBIGUOUS));
        let votes = |texts: &[&str]| decide(texts.iter().map(|text| vote(&Cell::text(*text))));
        assert_eq!(votes(&["03/04/2026", "28/04/2026", "5 mars 2026"]), Some(Order::Dmy));
        assert_eq!(votes(&["03/04/2026", "4/28/26"]), Some(Order::Mdy));
        assert_eq!(votes(&["28/04/2026", "04/28/2026"]), None, "a contradiction decides nothing");
        assert_eq!(votes(&["03/04/2026", "03.04.2026"]), None);
    }

    #[test]
    fn what_is_no_date_says_what_is_missing() {
        for text in ["asap", "week 12", "v.12", "31.02.2026", "2026-13-01", "5", "march", "12345678"] {
            check(text, None, Err(WRONG));
        }
        for text in ["5/3", "5 mars", "March 5"] {
            check(text, None, Err("no year: write it like 2026-03-05"));
        }
    }
}
