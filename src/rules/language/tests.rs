//! Reading conditions: what is read is printed as it was meant, what is not says where and why.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn refused(text: &str) -> String {
    let error = parse(text).expect_err("it should not be read");
    format!("{}: {error}", error.offset.map_or(-1, crate::domain::num::i64_of_len))
}

#[track_caller]
fn printed(text: &str) -> String {
    parse(text).map_or_else(|error| format!("error: {error}"), |node| node.to_string())
}

#[test]
fn conditions_print_as_they_are_meant() {
    for text in [
        "cpa > target.cpa && spend > money('100.00 EUR')",
        "views < 0.25 * own(views) && own(views) >= 100",
        "followers@twitch < 0.5 * prev(followers@twitch)",
        "!(a < 1) || (b < 2 || c < 3) && d < 4",
        "a - (b - c) < -1",
        "a / (b * c) >= 1e300",
        "watch_seconds > duration('48h')",
        "true",
    ] {
        assert_eq!(printed(text), text);
    }
    assert_eq!(printed("((views))<.5*(prev( views ))"), "views < 0.5 * prev(views)");
    assert_eq!(printed("a<1&&b<2&&c<3"), "a < 1 && b < 2 && c < 3");
    assert_eq!(printed("a < -0e3 - -0.0"), "a < 0 - 0", "there is one zero");
}

#[test]
fn places_are_those_of_the_text_also_after_a_platform() {
    let node = parse("followers@twitch < 0.5 * prev(followers@twitch)").expect("a condition");
    let What::Two(_, left, right) = &node.what else { panic!("a comparison") };
    assert_eq!(left.at, 0);
    let What::Two(_, _, call) = &right.what else { panic!("a product") };
    assert_eq!(call.at, 25);
    let What::Call(_, args) = &call.what else { panic!("a call") };
    assert_eq!(args[0].at, 30);
    assert_eq!(args[0].what, What::Name("followers".to_owned(), Some(Platform::Twitch)));
}

#[test]
fn an_at_sign_inside_a_text_is_not_a_platform() {
    let node = parse("money('a@twitch') > 1").expect("a condition");
    assert_eq!(node.to_string(), "money('a@twitch') > 1");
}

#[test]
fn what_is_not_in_the_language_says_where_and_what_instead() {
    let sentences: Vec<String> = [
        "",
        "views <",
        "views < 1 ? true : false",
        "views in [1, 2]",
        "[views]",
        "{views: 1}",
        "views[0] < 1",
        "[1].all(x, x > 0)",
        "has(target.cpa)",
        "views = 3",
        "views < 1 & reach < 1",
        "views < 1 and reach < 1",
        "views < 5 % 2",
        "followers@myspace < 1",
        "followers@twich < 1",
        "followers@ < 1",
        "@twitch < 1",
        "views.max() < 1",
        "money(\"100.00 EUR) < 1",
        "money(r'1') < 1",
        "vüws < 1",
        "views < 1 // too few",
        "views < 99999999999999999999",
        "views < 1u",
        "views < 1 reach < 2",
        "null == 1",
        "views < 1)",
    ]
    .iter()
    .map(|text| format!("{text:?} → {}", refused(text)))
    .collect();
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn length_depth_and_operators_are_capped() {
    assert!(refused(&"x".repeat(TEXT_MAX + 1)).contains("more than 2000"));
    assert!(refused(&format!("{}1{} < 2", "(".repeat(50), ")".repeat(50))).contains("nested"));
    assert!(refused(&format!("1{} < 2", "+1".repeat(900))).contains("operators"));
    assert!(refused(&"!".repeat(1_999)).contains("operators"));
    assert!(refused(&"(".repeat(10)).contains("too early"));
    let deepest = format!("{}1{} < 2", "(".repeat(DEPTH_MAX), ")".repeat(DEPTH_MAX));
    assert_eq!(printed(&deepest), "1 < 2");
    let longest = format!("1{} < 2", " + 1".repeat(OPERATORS_MAX - 1));
    assert_eq!(printed(&longest), longest);
}

/// Trees as `parse` makes them, without their places.
fn trees() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("views".to_owned()),
        Just("followers@twitch".to_owned()),
        Just("target.cpa".to_owned()),
        Just("own(views)".to_owned()),
        Just("money('100.00 EUR')".to_owned()),
        (0_u32..1_000_000).prop_map(|n| n.to_string()),
        (0.0_f64..1.0e9).prop_map(|n| format!("{n:?}")),
    ];
    let number = leaf.prop_recursive(3, 12, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!["+", "-", "*", "/"]), inner)
            .prop_map(|(left, operator, right)| format!("({left} {operator} -({right}))"))
    });
    let comparison = (number.clone(), prop::sample::select(vec!["<", "<=", ">", ">=", "==", "!="]), number)
        .prop_map(|(left, operator, right)| format!("{left} {operator} {right}"));
    comparison.prop_recursive(3, 8, 2, |inner| {
        (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner)
            .prop_map(|(left, operator, right)| format!("({left}) {operator} !({right})"))
    })
}

/// The tree without places, which differ between a text and its print.
fn bare(node: &Node) -> String {
    let text = format!("{node:?}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("at: ") {
        out.push_str(before);
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out + rest
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn nothing_that_looks_like_a_condition_makes_the_reader_panic(
        words in prop::collection::vec(prop::sample::select(vec![
            "views", "prev", "own", "target", ".", "(", ")", ",", "<", "<=", "==", "!", "-", "+", "*", "/", "&&", "||", "1",
            "0.5", "'x'", "@", "twitch", " ", "money", "true", "=", "\n", "0x", "1e", "..", "for",
        ]), 0..24)
    ) {
        let _ = parse(&words.concat());
    }

    #[test]
    fn what_is_printed_reads_as_the_same(text in trees()) {
        if let Ok(first) = parse(&text) {
            let again = parse(&first.to_string()).expect("a printed condition");
            prop_assert_eq!(bare(&first), bare(&again));
            prop_assert_eq!(first.to_string(), again.to_string());
        }
    }
}
