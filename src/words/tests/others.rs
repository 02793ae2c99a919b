//! What is said about others, to the team and to a creator, in both languages.

use super::*;
use crate::domain::ids::GroupId;
use crate::rules::benchmark::Quantile;
use crate::rules::benchmark::group::MadeBy;
use crate::rules::benchmark::pack::{Head, Per, Statistic};
use crate::rules::eval::Gap;
use crate::rules::rule::Size;
use crate::words::benchmark::{Standing, StandingsView, standings};
use crate::words::others::{Cited, Compared, Drawn, Place};

fn compared(creators: u32) -> Compared {
    Compared {
        group: "spring/instagram/reel/micro".into(),
        made_by: MadeBy::Alike {
            campaign: Some(CampaignId::new("spring").expect("an id")),
            platform: Platform::Instagram,
            format: Some("reel".into()),
            size: Size::Micro,
        },
        others: creators,
        creators,
        absent: 2,
    }
}

fn cited() -> Cited {
    let pack = Head {
        id: "p".into(),
        year: 2025,
        source: "Some Study 2025".into(),
        link: "https://s.example".into(),
        of: "creators".into(),
        statistic: Statistic::Average,
        sample: Some(70_000),
        edges: None,
    };
    Cited { value: 0.024, pack, per: Some(Per::Post) }
}

fn rate(beside: Beside) -> Seen {
    Seen {
        metric: Some(Metric::ErViews),
        left: Reading::Value(0.012),
        relation: Relation::Below,
        right: Reading::Value(0.021),
        right_kind: RightKind::Peers { others: 14, share: Quantile::new(0.25).expect("a quantile") },
        base: None,
        currency: None,
        window: Window::Days(7),
        beside,
        ..cpa()
    }
}

fn place(others: u32) -> Seen {
    let place = Place { metric: Metric::ErViews, platform: None, value: 0.012, currency: None, below: 2, others };
    Seen {
        metric: None,
        formula: Some("rank(er_views)".into()),
        left: Reading::Value(0.18),
        right: Reading::Value(0.25),
        right_kind: RightKind::Literal,
        ..rate(Beside { compared: Some(compared(others)), place: Some(place), ..Beside::default() })
    }
}

fn why_not(seen: Vec<Seen>, tag: &str, audience: Audience) -> Option<String> {
    let view = JudgedView {
        names: names(),
        rule: RuleId::new("far-behind").expect("an id"),
        version: 1,
        verdict: Verdict::Holds,
        seen,
        pending_secs: None,
        cooling_until: None,
        data_at: None,
    };
    answers::why_not(&view, &reader(tag), audience, now()).map(|message| plain(&message))
}

fn everything() -> Vec<Seen> {
    let beside = Beside { compared: Some(compared(14)), industry: Some(cited()), ..Beside::default() };
    let drawn = Drawn { raw: 0.04, toward: 0.02 };
    let own = Seen {
        right_kind: RightKind::Own { windows: 3 },
        right: Reading::Value(0.03),
        ..rate(Beside { compared: Some(compared(14)), drawn: Some(drawn), ..Beside::default() })
    };
    let missing = |gap| Seen {
        right: Reading::Absent(Absence::NotYet),
        ..rate(Beside { compared: Some(compared(2)), missing: Some(gap), ..Beside::default() })
    };
    vec![rate(beside), place(14), own, missing(Gap::TooFewPeers), missing(Gap::NoGroup), missing(Gap::NoFigure)]
}

#[test]
fn the_team_is_told_whom_a_number_was_compared_with() {
    insta::assert_snapshot!(why_not(everything(), "en", Audience::Internal).expect("told"), @"");
    insta::assert_snapshot!(why_not(everything(), "sv", Audience::Internal).expect("told"), @"");
}

#[test]
fn a_creator_is_told_of_five_others_and_of_no_group() {
    insta::assert_snapshot!(why_not(everything(), "en", Audience::Creator).expect("told"), @"");
    for seen in [place(4), rate(Beside { compared: Some(compared(4)), ..Beside::default() })] {
        assert_eq!(why_not(vec![seen], "en", Audience::Creator), None);
    }
    // A past that was drawn towards four others says how they do.
    let drawn = Some(Drawn { raw: 0.04, toward: 0.02 });
    let own = |creators| Seen {
        right_kind: RightKind::Own { windows: 3 },
        ..rate(Beside { compared: Some(compared(creators)), drawn, ..Beside::default() })
    };
    assert_eq!(why_not(vec![own(4)], "en", Audience::Creator), None);
    assert!(why_not(vec![own(5)], "en", Audience::Creator).is_some());
    // Nor money, whoever has it.
    let mut dear = place(14);
    if let Some(place) = &mut dear.beside.place {
        place.metric = Metric::Cpa;
    }
    assert_eq!(why_not(vec![dear], "en", Audience::Creator), None);
}

#[test]
fn a_named_group_is_called_by_its_name() {
    let made_by = MadeBy::Named { id: GroupId::new("mums").expect("an id") };
    let named = Compared { group: "Young mothers".into(), made_by, absent: 0, ..compared(14) };
    let seen = rate(Beside { compared: Some(named), ..Beside::default() });
    let told = why_not(vec![seen.clone()], "en", Audience::Internal).expect("told");
    assert!(told.contains("Compared with 14 others: “Young mothers”."), "{told}");
    let told = why_not(vec![seen], "en", Audience::Creator).expect("told");
    assert!(!told.contains("mothers"), "{told}");
}

#[test]
fn a_place_makes_a_headline() {
    let mut view = verified();
    view.seen = vec![place(14)];
    view.incident.stage = Stage::Firing;
    let composed = compose(&view, &reader("en"), Audience::Internal, now()).expect("told");
    insta::assert_snapshot!(plain(&composed.message).lines().take(4).collect::<Vec<_>>().join("\n"), @"");
}

fn standing(metric: Metric, creators: u32) -> Standing {
    Standing {
        metric,
        currency: Some(euro()),
        window: Window::Days(7),
        value: if metric == Metric::Cpa { 4_200.0 } else { 0.012 },
        own: Some((0.015, 4)),
        peers: Some((0.021, 2)),
        compared: Some(compared(creators)),
        industry: Some(cited()),
    }
}

#[test]
fn benchmark_says_where_somebody_stands() {
    let views = |creators| {
        let standings = vec![standing(Metric::ErViews, creators), standing(Metric::Cpa, creators)];
        [StandingsView { who: "Alma Lind".into(), standings }]
    };
    let told =
        |creators, tag: &str, audience| plain(&standings(&views(creators), Some(now()), &reader(tag), audience, now()));
    insta::assert_snapshot!(told(14, "en", Audience::Internal), @"");
    insta::assert_snapshot!(told(14, "sv", Audience::Creator), @"");
    let few = told(4, "en", Audience::Creator);
    assert!(!few.contains("similar") && !few.contains("€"), "{few}");
    insta::assert_snapshot!(told(2, "en", Audience::Internal).lines().next().unwrap_or_default(), @"");
}
