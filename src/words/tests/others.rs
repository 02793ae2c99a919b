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
        excused: Vec::new(),
        learned: Vec::new(),
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
    insta::assert_snapshot!(why_not(everything(), "en", Audience::Internal).expect("told"), @"
    Alma Lind · Spring Launch: far-behind holds now

    Holds: 1.2 reactions per 100 views in 7 days. That is below 2.1 reactions per 100 views, which 25 % of 14 similar creators are below.
       42 readings, newest 14:10
       Compared with 14 others: spring · Instagram · reel · micro; 2 more have no number.
       Published: 2.4 (average of creators, per post; Some Study 2025, n = 70,000).
    1.2 reactions per 100 views, above 2 of 14 similar creators in 7 days. The line is 25 %.
       42 readings, newest 14:10
       Compared with 14 others: spring · Instagram · reel · micro; 2 more have no number.
    Holds: 1.2 reactions per 100 views in 7 days. That is below 3 reactions per 100 views, the usual (middle of 3 earlier windows).
       42 readings, newest 14:10
       The usual rests on few earlier windows, 4, so it is drawn towards 14 similar creators, 2.
       Compared with 14 others: spring · Instagram · reel · micro; 2 more have no number.
    Cannot be compared: 1.2 reactions per 100 views. Too few similar creators have a number to compare with (2).
       Compared with 2 others: spring · Instagram · reel · micro; 2 more have no number.
    Cannot be compared: 1.2 reactions per 100 views. There is nobody to compare with: a group needs the number of followers, and for deals a campaign. A [[group]] names one.
       Compared with 2 others: spring · Instagram · reel · micro; 2 more have no number.
    Cannot be compared: 1.2 reactions per 100 views. No published figure fits this platform and size.
       Compared with 2 others: spring · Instagram · reel · micro; 2 more have no number.

    far-behind v1
    ");
    insta::assert_snapshot!(why_not(everything(), "sv", Audience::Internal).expect("told"), @"
    Alma Lind · Spring Launch: far-behind stämmer just nu

    Stämmer: 1,2 reaktioner per 100 visningar på 7 dagar. Det är under 2,1 reaktioner per 100 visningar, som 25 % av 14 liknande kreatörer ligger under.
       42 mätningar, den senaste 14:10
       Jämfört med 14 andra: spring · Instagram · reel · mikro; 2 till saknar siffra.
       Publicerat: 2,4 (snittet för creators, per inlägg; Some Study 2025, n = 70 000).
    1,2 reaktioner per 100 visningar, över 2 av 14 liknande kreatörer på 7 dagar. Gränsen är 25 %.
       42 mätningar, den senaste 14:10
       Jämfört med 14 andra: spring · Instagram · reel · mikro; 2 till saknar siffra.
    Stämmer: 1,2 reaktioner per 100 visningar på 7 dagar. Det är under 3 reaktioner per 100 visningar, det vanliga (mittvärde av 3 tidigare perioder).
       42 mätningar, den senaste 14:10
       Det vanliga vilar på få tidigare perioder, 4, och dras därför mot 14 liknande kreatörer, 2.
       Jämfört med 14 andra: spring · Instagram · reel · mikro; 2 till saknar siffra.
    Går inte att jämföra: 1,2 reaktioner per 100 visningar. För få liknande kreatörer har en siffra att jämföra med (2).
       Jämfört med 2 andra: spring · Instagram · reel · mikro; 2 till saknar siffra.
    Går inte att jämföra: 1,2 reaktioner per 100 visningar. Det finns ingen att jämföra med: en grupp kräver antalet följare, och för avtal en kampanj. En [[group]] namnger en.
       Jämfört med 2 andra: spring · Instagram · reel · mikro; 2 till saknar siffra.
    Går inte att jämföra: 1,2 reaktioner per 100 visningar. Ingen publicerad siffra passar plattformen och storleken.
       Jämfört med 2 andra: spring · Instagram · reel · mikro; 2 till saknar siffra.

    far-behind v1
    ");
}

#[test]
fn a_creator_is_told_of_five_others_and_of_no_group() {
    insta::assert_snapshot!(why_not(everything(), "en", Audience::Creator).expect("told"), @"
    Alma Lind · Spring Launch: far-behind holds now

    Holds: 1.2 reactions per 100 views in 7 days. That is below 2.1 reactions per 100 views, which 25 % of 14 similar creators are below.
       42 readings, newest 14:10
       Published: 2.4 (average of creators, per post; Some Study 2025, n = 70,000).
    1.2 reactions per 100 views, above 2 of 14 similar creators in 7 days. The line is 25 %.
       42 readings, newest 14:10
    Holds: 1.2 reactions per 100 views in 7 days. That is below 3 reactions per 100 views, the usual (middle of 3 earlier windows).
       42 readings, newest 14:10
       The usual rests on few earlier windows, 4, so it is drawn towards 14 similar creators, 2.

    far-behind v1
    ");
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
    insta::assert_snapshot!(plain(&composed.message).lines().take(4).collect::<Vec<_>>().join("\n"), @"
    🟡 Alma Lind · Spring Launch: boost stopped, €86 saved. Still a place above 18 % of similar creators in reactions per 100 views in 7 days, at least 25 % wanted

    Seen: 1.2 reactions per 100 views, above 2 of 14 similar creators in 7 days (42 readings, newest 14:10).
    Allowed: at least a place above 25 % of similar creators in reactions per 100 views, as written in the rule.
    ");
}

fn standing(metric: Metric, creators: u32) -> Standing {
    let is_money = metric == Metric::Cpa;
    let scale = if is_money { 400_000.0 } else { 1.0 };
    Standing {
        metric,
        currency: Some(euro()),
        window: Window::Days(7),
        value: scale * 0.012,
        own: Some((scale * 0.015, 4)),
        peers: (3 <= creators).then_some((scale * 0.021, 2)),
        compared: Some(compared(creators)),
        industry: (!is_money).then(cited),
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
    insta::assert_snapshot!(told(14, "en", Audience::Internal), @"
    Alma Lind: above 2 of 14 similar creators in reactions per 100 views

    • 1.2 reactions per 100 views in 7 days
       usually 1.5 (4 earlier windows)
       similar creators 2.1 in the middle; 2 of 14 have less
       Compared with 14 others: spring · Instagram · reel · micro; 2 more have no number.
       Published: 2.4 (average of creators, per post; Some Study 2025, n = 70,000).
    • €48 per order in 7 days
       usually €60 (4 earlier windows)
       similar creators €84 in the middle; 2 of 14 have less
       Compared with 14 others: spring · Instagram · reel · micro; 2 more have no number.

    data 14:15
    ");
    insta::assert_snapshot!(told(14, "sv", Audience::Creator), @"
    Alma Lind: över 2 av 14 liknande kreatörer i reaktioner per 100 visningar

    • 1,2 reaktioner per 100 visningar på 7 dagar
       vanligen 1,5 (4 tidigare perioder)
       liknande kreatörer 2,1 i mitten; 2 av 14 har mindre
       Publicerat: 2,4 (snittet för creators, per inlägg; Some Study 2025, n = 70 000).

    Andra visas tillsammans, från fem och uppåt. Ingen ser dina siffror med namn.

    data 14:15
    ");
    let few = told(4, "en", Audience::Creator);
    assert!(!few.contains("similar") && !few.contains("€"), "{few}");
    insta::assert_snapshot!(told(2, "en", Audience::Internal).lines().next().unwrap_or_default(), @"Alma Lind: 1.2 reactions per 100 views in 7 days");
}
