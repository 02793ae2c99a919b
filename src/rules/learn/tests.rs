use jiff::{SignedDuration, Timestamp};

use super::*;

fn brand() -> BrandId {
    BrandId::new("nordbo").expect("an id")
}

fn day(n: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n)
}

fn shape(name: Name, k: f64) -> Estimate {
    Estimate { name, value: Value::Shape { k }, n: 40, from: day(0), until: day(9) }
}

fn book(estimates: &[(i64, Name, f64)]) -> Book {
    let mut book = Book::default();
    for (at, name, k) in estimates {
        for one in book.news(vec![shape(name.clone(), *k)], day(*at)) {
            book.take(one);
        }
    }
    book
}

#[test]
fn names_are_read_as_they_are_written() {
    let whole = Name::luck(&brand());
    for (name, text) in [
        (whole.clone(), "luck/nordbo"),
        (whole.clone().on(Platform::Instagram), "luck/nordbo/instagram"),
        (whole.on(Platform::Instagram).of("reel"), "luck/nordbo/instagram/reel"),
        (Name::prior(&brand(), Metric::Cpa), "prior/nordbo/cpa"),
        (Name::decay(&brand(), Platform::Youtube).of("a/b"), "decay/nordbo/youtube/a/b"),
        (Name::lag(&brand()), "lag/nordbo"),
    ] {
        assert_eq!(name.to_string(), text);
        assert_eq!(text.parse(), Ok(name));
    }
    for text in ["", "luck", "haste/nordbo", "luck/nordbo/letter", "prior/nordbo/instagram"] {
        assert!(text.parse::<Name>().is_err(), "{text}");
    }
}

#[test]
fn a_value_that_hardly_moves_is_no_new_version_and_the_old_ones_stay() {
    let name = Name::luck(&brand());
    let book = book(&[(1, name.clone(), 1.1), (2, name.clone(), 1.19), (3, name.clone(), 1.3), (4, name.clone(), 1.2)]);
    let at = |n| book.newest(&name, day(n)).map(|one| (one.version, one.value));
    assert_eq!(at(0), None);
    assert_eq!(at(1), Some((1, Value::Shape { k: 1.1 })));
    assert_eq!(at(2), Some((1, Value::Shape { k: 1.1 })));
    assert_eq!(at(4), Some((2, Value::Shape { k: 1.3 })));
    // What was known then knows nothing of later.
    let then = book.as_of(day(2));
    assert_eq!(then.newest(&name, day(9)).map(|one| one.version), Some(1));
    assert_eq!(book.as_of(day(0)), Book::default());
}

#[test]
fn the_closest_is_used_and_of_several_the_most_careful() {
    let whole = Name::luck(&brand());
    let reel = whole.clone().on(Platform::Instagram).of("reel");
    let youtube = whole.clone().on(Platform::Youtube);
    let book = book(&[(1, whole, 2.0), (1, reel, 3.0), (1, youtube, 1.5)]);
    let k = |cells: &[(Platform, &str)]| book.luck(&brand(), cells, day(1)).map(|one| one.value);
    assert_eq!(k(&[(Platform::Instagram, "reel")]), Some(Value::Shape { k: 3.0 }));
    assert_eq!(k(&[(Platform::Instagram, "story")]), Some(Value::Shape { k: 2.0 }));
    assert_eq!(k(&[(Platform::Instagram, "reel"), (Platform::Youtube, "video")]), Some(Value::Shape { k: 1.5 }));
    assert_eq!(k(&[]), Some(Value::Shape { k: 2.0 }));
    assert_eq!(book.luck(&brand(), &[], day(0)), None);
}

#[test]
fn a_kept_version_is_the_same_after_it_was_written_down() {
    let values = [
        Value::Shape { k: 0.1 + 0.2 },
        Value::Prior { a: 1.0 / 3.0, b: 2.0 },
        Value::HalfLife { hours: 66.123_456_789 },
    ];
    for value in values {
        let one = Learned {
            name: Name::lag(&brand()),
            version: 3,
            known_at: day(8),
            value: value.rounded(),
            n: 40,
            from: day(0),
            until: day(7),
        };
        let text = serde_json::to_string(&one).expect("json");
        assert_eq!(serde_json::from_str::<Learned>(&text).expect("reads"), one, "{text}");
    }
}
