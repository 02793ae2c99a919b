use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::domain::document::Documents;
use crate::domain::ids::{Platform, PostRef, Subject};
use crate::domain::sample::{Absence, Reading};
use crate::domain::verdict::Verdict;
use crate::rules::file::parse_rules;
use crate::rules::judge::{Context, judge};
use crate::rules::lifecycle::{Memory, Phase};
use crate::rules::readings::{Readings, Seen, Span, Want};

/// No source has said anything.
struct Silence;

impl Readings for Silence {
    fn over(&self, _: &Subject, _: Want, _: Span) -> Seen {
        Seen { reading: Reading::Absent(Absence::NotYet), n: 0, newest: None }
    }

    fn over_posts(&self, _: &[(Platform, PostRef)], _: Want, _: Timestamp) -> Seen {
        Seen { reading: Reading::Absent(Absence::NotYet), n: 0, newest: None }
    }

    fn newest_posts(&self, _: &Subject, _: Timestamp, _: usize) -> Vec<(Platform, PostRef)> {
        Vec::new()
    }

    fn newest(&self, _: &Subject, _: Want, _: Timestamp) -> Option<Timestamp> {
        None
    }

    fn begins(&self, _: &Subject, _: Want) -> Option<Timestamp> {
        None
    }
}

fn rule(rest: &str) -> Result<CheckedRule, String> {
    let text = format!("[[rule]]\nid = \"r\"\nkind = \"late\"\n{rest}\n");
    let file = parse_rules(&text, None);
    match file.check() {
        Ok(mut rules) => Ok(rules.remove(0)),
        Err(errors) => Err(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn deal() -> Deal {
    let documents = Documents::from_toml(
        r#"
        [[partnership]]
        campaign = "spring"
        creator = "alma"
        [[deliverable]]
        partnership = "spring/alma"
        id = "reel-2"
        platform = "instagram"
        format = "reel"
        fee = "400.00 EUR"
        due = 2026-03-05
        "#,
    )
    .expect("documents");
    Deal {
        runs: true,
        zone: TimeZone::UTC,
        partnership: documents.partnership[0].clone(),
        pieces: documents.deliverable,
        boosts: Vec::new(),
        posts: Vec::new(),
        marks: Vec::new(),
    }
}

#[test]
fn a_rule_about_the_deal_is_judged_without_any_source() {
    let rule = rule("scope = \"partnership\"\nwhen = \"post_overdue > duration('24h')\"").expect("a rule");
    let subject: Subject = "partnership/spring/alma".parse().expect("a subject");
    let ctx = Context { standing: Some(Arc::new(deal())), ..Context::default() };
    let judged = |now: &str| judge(&rule, &subject, &ctx, &Silence, &Memory::default(), at(now));
    assert_eq!(judged("2026-03-07T00:00:00Z").verdict, Verdict::DoesNotHold);
    let late = judged("2026-03-07T02:00:00Z");
    assert_eq!((late.verdict, late.phase_after), (Verdict::Holds, Phase::Firing));
    let used = &late.receipt.comparisons[0].left.readings[0];
    assert_eq!(used.value, Some(93_600.0));
    let json = serde_json::to_string(&used.named).expect("json");
    insta::assert_snapshot!(json, @r#"[{"piece":"reel-2","day":"2026-03-05","at":"2026-03-06T00:00:00Z"}]"#);
    assert!(late.receipt.needs.is_empty(), "so many seconds less is no advice");
    // Without its deal nothing is known, and nothing fires.
    let unknown = judge(&rule, &subject, &Context::default(), &Silence, &Memory::default(), at("2026-04-01T00:00:00Z"));
    assert_eq!(unknown.verdict, Verdict::Unknown);
}

#[test]
fn the_next_turn_is_where_a_written_length_is_reached() {
    let deal = deal();
    let turn = |when: &str, now: &str| {
        let rule = rule(&format!("scope = \"partnership\"\nwhen = \"{when}\"")).expect("a rule");
        rule.next_turn(&deal, at(now)).map(|at| at.to_string())
    };
    let want = |text: &str| Some(text.to_owned());
    assert_eq!(turn("post_overdue > duration('24h')", "2026-03-06T00:00:01Z"), want("2026-03-07T00:00:00Z"));
    assert_eq!(turn("post_overdue > duration('24h')", "2026-03-07T00:00:00Z"), want("2026-03-07T00:00:01Z"));
    assert_eq!(turn("post_overdue > 2 * duration('12h')", "2026-03-07T00:00:00Z"), want("2026-03-07T00:00:01Z"));
    assert_eq!(turn("post_overdue > duration('24h')", "2026-03-07T00:00:01Z"), None);
}

#[test]
fn what_makes_no_sense_of_a_deal_says_what_to_write() {
    for (given, want) in [
        ("scope = \"creator\"\nwhen = \"post_overdue > 0\"", "`post_overdue` is a fact of one deal"),
        (
            "scope = \"partnership\"\nwhen = \"post_overdue > prev(post_overdue)\"",
            "it has no earlier windows and no target",
        ),
        (
            "scope = \"partnership\"\nwhen = \"post_overdue > target.post_overdue\"",
            "it has no earlier windows and no target",
        ),
        ("scope = \"partnership\"\nwhen = \"codes_missing@youtube > 0\"", "is of the whole deal, not of YouTube"),
        ("scope = \"partnership\"\nwhen = \"post_overdue > 0\"\nfor = \"2 windows\"", "`post_overdue` has no windows"),
        (
            "scope = \"partnership\"\nwhen = \"disclosures_missing > 0\"\nthen = [{ do = \"stop_boost\" }]",
            "a disclosure that is not in the text is no ground to stop",
        ),
    ] {
        let said = rule(given).expect_err("refused");
        assert!(said.contains(want), "{said}");
    }
    assert!(rule("scope = \"partnership\"\nwhen = \"disclosures_missing > 0\"\nthen = [{ do = \"ask_fix\" }]").is_ok());
}
