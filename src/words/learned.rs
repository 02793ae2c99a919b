//! What was learned from history, in a line: what stands behind "sure" and "has had time to sell".

use super::message::Line;
use super::number;
use super::phrase::line;
use super::wording::{Reader, say};
use crate::rules::learn::{Lesson, Thing};

/// Lessons that are told on one line; there are four kinds, and a brand has few platforms.
const TOLD_MAX: usize = 8;

/// `Learned here: half of the views on Instagram (reel) within 19 h, from 18 posts; …`. `None` where nothing was.
pub(crate) fn learned(lessons: &[Lesson], reader: &Reader) -> Option<Line> {
    let what = joined(lessons, reader)?;
    Some(line(say!(reader.words(), "learned", what = what)))
}

/// The same of a brand by its name.
pub(crate) fn learned_of(brand: &str, lessons: &[Lesson], reader: &Reader) -> Option<Line> {
    let what = joined(lessons, reader)?;
    Some(line(say!(reader.words(), "learned-of", brand = brand, what = what)))
}

fn joined(lessons: &[Lesson], reader: &Reader) -> Option<String> {
    let told: Vec<String> = lessons.iter().take(TOLD_MAX).map(|one| one_of(one, reader)).collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn one_of(lesson: &Lesson, reader: &Reader) -> String {
    let words = reader.words();
    let place = match (lesson.name.platform, &lesson.name.format) {
        (Some(platform), Some(format)) => format!("{} ({format})", platform.title()),
        (Some(platform), None) => platform.title().to_owned(),
        (None, _) => String::new(),
    };
    let span = || number::span(reader, lesson.value.half().map_or(0, |half| half.as_secs()));
    match lesson.name.thing {
        Thing::Luck if place.is_empty() => say!(words, "learned-luck", n = lesson.n),
        Thing::Luck => say!(words, "learned-luck-on", place = place, n = lesson.n),
        Thing::Prior => {
            let title = lesson.name.metric.map(|metric| number::title(reader, metric, None)).unwrap_or_default();
            say!(words, "learned-prior", metric = title, n = lesson.n)
        }
        Thing::Decay => say!(words, "learned-decay", place = place, span = span(), n = lesson.n),
        Thing::Lag => say!(words, "learned-lag", span = span(), n = lesson.n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{BrandId, Platform};
    use crate::domain::metric::Metric;
    use crate::rules::learn::{Name, Value};
    use crate::words::phrase::text_of;

    fn all() -> Vec<Lesson> {
        let brand = BrandId::new("nordbo").expect("an id");
        let one = |name, value, n| Lesson { name, version: 2, known_at: jiff::Timestamp::UNIX_EPOCH, value, n };
        let reel = Name::decay(&brand, Platform::Instagram).of("reel");
        vec![
            one(Name::luck(&brand), Value::Shape { k: 1.3 }, 42),
            one(Name::prior(&brand, Metric::Cpa), Value::Prior { a: 3.0, b: 4.0 }, 14),
            one(reel, Value::HalfLife { hours: 19.0 }, 18),
            one(Name::lag(&brand), Value::HalfLife { hours: 73.0 }, 60),
        ]
    }

    fn said(lessons: &[Lesson], tag: &str) -> String {
        let reader = Reader::new(tag, "Europe/Stockholm");
        learned(lessons, &reader).map(|line| text_of(&line).replace('\u{a0}', " ")).unwrap_or_default()
    }

    #[test]
    fn what_was_learned_is_said_with_how_much_it_rests_on() {
        insta::assert_snapshot!(said(&all(), "en"), @"Learned here: how much posts differ, from 42 posts; the usual cost per order, from 14 deals; half of the views on Instagram (reel) within 19 h, from 18 posts; half of the orders within 3 days of the click, from 60 orders.");
        insta::assert_snapshot!(said(&all(), "sv"), @"Lärt här: hur olika inlägg går, av 42 inlägg; vanlig kostnad per order, av 14 avtal; hälften av visningarna på Instagram (reel) inom 19 h, av 18 inlägg; hälften av ordrarna inom 3 dagar från klicket, av 60 ordrar.");
        assert_eq!(said(&[], "en"), "");
    }

    #[test]
    fn a_brand_is_named_where_several_are_told() {
        let reader = Reader::new("en", "Europe/Stockholm");
        let line = learned_of("Nordbo", all().get(..1).expect("one"), &reader).expect("a line");
        insta::assert_snapshot!(text_of(&line), @"Nordbo: learned how much posts differ, from 42 posts.");
    }
}
