use super::*;

#[test]
fn taking_back_restores_what_was_before() {
    let partnership: PartnershipRef = serde_json::from_str(r#""spring/alma""#).expect("a partnership");
    let code = |stops| {
        let (partnership, code) = (partnership.clone(), "ALMA10".to_owned());
        if stops { Deed::EndCode { partnership, code } } else { Deed::ReviveCode { partnership, code } }
    };
    let boost = |stops| {
        let boost = BoostId::new("alma-reel-1").expect("an id");
        if stops { Deed::StopBoost { boost } } else { Deed::ResumeBoost { boost } }
    };
    let money = |text: &str| text.parse::<Money>().expect("money");
    let budget = |cuts| {
        let boost = BoostId::new("alma-reel-1").expect("an id");
        let (low, high) = (money("3620.00 EUR"), money("6000.00 EUR"));
        if cuts {
            Deed::CutBoost { boost, budget: low, was: high }
        } else {
            Deed::RaiseBoost { boost, budget: high, was: low }
        }
    };
    let link = |stops| {
        let (partnership, link) = (partnership.clone(), "alma-spring".to_owned());
        if stops { Deed::CutLink { partnership, link } } else { Deed::ReviveLink { partnership, link } }
    };
    for (deed, before, want) in [
        (link(true), Some(ACTIVE), link(false)),
        (link(true), Some(CUT), link(true)),
        (link(false), Some(CUT), link(true)),
        (boost(true), Some(ACTIVE), boost(false)),
        (boost(true), Some(PAUSED), boost(true)),
        (boost(true), None, boost(false)),
        (code(true), Some(ACTIVE), code(false)),
        (code(true), Some(ENDED), code(true)),
        (code(false), None, code(true)),
        (budget(true), Some("budget 6000.00 EUR"), budget(false)),
        (budget(true), Some("budget 6000 EUR"), budget(false)),
        (budget(true), None, budget(false)),
        (budget(false), None, budget(true)),
    ] {
        assert_eq!(deed.taken_back(before), want, "{deed:?} {before:?}");
        assert_eq!(serde_json::to_value(&deed).expect("json")["do"], deed.as_str());
    }
}
#[test]
fn a_budget_is_met_by_its_amount_however_it_is_written() {
    let boost = BoostId::new("alma-reel-1").expect("an id");
    let money = |text: &str| text.parse::<Money>().expect("money");
    let cut = Deed::CutBoost { boost: boost.clone(), budget: money("3620.00 EUR"), was: money("6000.00 EUR") };
    assert_eq!(cut.desired(), "budget 3620.00 EUR");
    for (said, met) in [
        ("budget 3620.00 EUR", true),
        ("budget 3620 EUR", true),
        ("budget 3620.00 SEK", false),
        ("budget 6000.00 EUR", false),
        ("active", false),
        ("", false),
    ] {
        assert_eq!(cut.is_met_by(said), met, "{said}");
    }
    let stop = Deed::StopBoost { boost };
    assert!(stop.is_met_by(PAUSED) && !stop.is_met_by("budget 3620.00 EUR"));
}

#[test]
fn a_share_is_read_as_it_is_written() {
    for (given, want) in [
        ("value 10 %", Some("value 10 %")),
        ("value 7.50%", Some("value 7.5 %")),
        ("value 0 %", Some("value 0 %")),
        ("value 101 %", None),
        ("value -1 %", None),
        ("value 10", None),
        ("active", None),
    ] {
        assert_eq!(value_in(given).map(value_state).as_deref(), want, "{given}");
    }
}
