use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::rules::check::check;
use crate::rules::file::parse_rules;

const HOUR: i64 = 3_600;

/// Hours after the rule fired.
fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + hours * HOUR).expect("in range")
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// Gold since long ago, 12 days of grace, 30 days of stay.
fn case() -> Case {
    Case::open(("Gold", "Silver"), at(0), at(-24 * 100), (days(12), days(30)))
}

fn told() -> Case {
    case().after(Step::Start(at(1)), at(1))
}

fn facts() -> Facts {
    Facts {
        delivered_at: None,
        reachable: true,
        level: Some("Gold".into()),
        verdict: Verdict::Holds,
        fresh: true,
        excused: SignedDuration::ZERO,
        excuse_lasts: false,
    }
}

#[track_caller]
fn check_next(case: &Case, facts: &Facts, hours: i64, want: Step) {
    assert_eq!(case.next(facts, at(hours)), want, "{case:?}");
    // Asked again it says the same, and a restart forgets nothing.
    let kept: Case = serde_json::from_str(&serde_json::to_string(case).expect("writes")).expect("reads");
    assert_eq!(kept, *case);
    assert_eq!(kept.next(facts, at(hours)), want);
}

#[test]
fn the_team_waits_for_the_creator_an_hour_at_most() {
    check_next(&case(), &facts(), 0, Step::Wait(Some(at(1))));
    check_next(&case(), &facts(), 1, Step::TellTeam);
    check_next(&case(), &Facts { reachable: false, ..facts() }, 0, Step::TellTeam);
    let team = case().after(Step::TellTeam, at(1));
    check_next(&team, &facts(), 5_000, Step::Wait(None));
    assert_eq!(team.due(), Some(Timestamp::MAX), "it is found again when a delivery is recorded");
}

#[test]
fn no_time_runs_before_the_creator_was_told() {
    let delivered = Facts { delivered_at: Some(at(500)), ..facts() };
    check_next(&case(), &delivered, 501, Step::Start(at(500)));
    let started = case().after(Step::Start(at(500)), at(501));
    assert_eq!(started.stage, Stage::Grace { until: at(501 + 12 * 24) });
    assert_eq!(started.told_at, Some(at(500)));
    assert!(started.team_told);
    let by_hand = case().after(Step::TellTeam, at(1)).told_by("Maja", at(40)).expect("told");
    assert_eq!((by_hand.stage, by_hand.told_by), (Stage::Grace { until: at(40 + 12 * 24) }, Some("Maja".into())));
    assert_eq!(told().told_by("Maja", at(2)), Err(Refused::Told));
}

#[test]
fn after_grace_the_numbers_decide_and_only_fresh_ones() {
    let end = 1 + 12 * 24;
    check_next(&told(), &facts(), end - 1, Step::Wait(Some(at(end))));
    check_next(&told(), &facts(), end, Step::Lower);
    check_next(&told(), &Facts { verdict: Verdict::DoesNotHold, ..facts() }, end, Step::Keep);
    check_next(&told(), &Facts { verdict: Verdict::Unknown, ..facts() }, end, Step::LookAgain(at(end + 6)));
    let old = Facts { fresh: false, ..facts() };
    check_next(&told(), &old, end, Step::LookAgain(at(end + 6)));
    let later = told().after(Step::LookAgain(at(end + 6)), at(end));
    check_next(&later, &facts(), end + 5, Step::Wait(Some(at(end + 6))));
    check_next(&later, &facts(), end + 6, Step::Lower);
}

#[test]
fn the_minimum_stay_is_kept() {
    let new = Case::open(("Gold", "Silver"), at(0), at(-24), (days(12), days(30))).after(Step::Start(at(1)), at(1));
    let stay_over = -24 + 30 * 24;
    assert_eq!(new.earliest(at(2)), at(stay_over));
    check_next(&new, &facts(), stay_over - 1, Step::Wait(Some(at(stay_over))));
    check_next(&new, &facts(), stay_over, Step::Lower);
}

#[test]
fn an_objection_stops_the_clock_and_a_person_answers() {
    let objected = told().appeal(None, at(25)).expect("objects");
    assert_eq!(objected.stage, Stage::Appealed { left: days(11) });
    check_next(&objected, &facts(), 24 * 400, Step::Wait(None));
    let words = objected.appeal(Some("the link was down"), at(26)).expect("adds words");
    assert_eq!(words.appeal.as_ref().and_then(|appeal| appeal.text.as_deref()), Some("the link was down"));
    assert_eq!((words.stage.clone(), words.appeal.clone().map(|appeal| appeal.at)), (objected.stage, Some(at(25))));

    let kept = words.answer(true, "Maja", at(100)).expect("answers");
    assert_eq!(kept.stage, Stage::Kept { at: at(100), by: Some("Maja".into()) });
    assert_eq!(kept.due(), None);
    let stood = words.answer(false, "Maja", at(100)).expect("answers");
    assert_eq!(stood.stage, Stage::Grace { until: at(100 + 11 * 24) });
    assert_eq!(stood.appeal(None, at(101)), Err(Refused::Answered), "once in a case");
    assert_eq!(stood.answer(true, "Maja", at(101)), Err(Refused::NotAsked));
    assert_eq!(kept.answer(false, "Bo", at(101)), Err(Refused::Over));
    assert_eq!(kept.appeal(None, at(101)), Err(Refused::Over));

    let late = told().appeal(None, at(1 + 12 * 24)).expect("objects at the last moment");
    let answered = late.answer(false, "Maja", at(400)).expect("answers");
    assert_eq!(answered.stage, Stage::Grace { until: at(424) }, "a day to hear the answer");
}

#[test]
fn an_objection_before_the_delivery_is_known_counts_as_told() {
    let objected = case().appeal(None, at(0)).expect("objects");
    assert_eq!((objected.told_at, objected.team_told), (Some(at(0)), true));
    assert_eq!(objected.stage, Stage::Appealed { left: days(12) });
}

#[test]
fn a_reminder_comes_to_who_asked_for_it_once() {
    let posted = told().keep_posted().expect("open");
    let at_reminder = 1 + 9 * 24;
    check_next(&posted, &facts(), at_reminder - 1, Step::Wait(Some(at(at_reminder))));
    check_next(&posted, &facts(), at_reminder, Step::Remind);
    let reminded = posted.after(Step::Remind, at(at_reminder));
    check_next(&reminded, &facts(), at_reminder, Step::Wait(Some(at(1 + 12 * 24))));
    assert!(reminded.after(Step::Lower, at(400)).keep_posted().is_none());
}

#[test]
fn what_changed_meanwhile_ends_it() {
    for level in [None, Some("Silver".to_owned())] {
        let facts = Facts { level, ..facts() };
        for case in [case(), told(), told().appeal(None, at(2)).expect("objects")] {
            check_next(&case, &facts, 3, Step::Withdraw);
        }
    }
    assert_eq!(told().rule_ended(true, at(9)).map(|case| case.stage), Some(Stage::Kept { at: at(9), by: None }));
    assert_eq!(told().rule_ended(false, at(9)).map(|case| case.stage), Some(Stage::Withdrawn { at: at(9) }));
    assert_eq!(told().after(Step::Lower, at(400)).rule_ended(true, at(401)), None);
}

#[test]
fn a_level_is_given_back_by_a_person_when_the_criterion_is_met() {
    let lowered = told().after(Step::Lower, at(400));
    let silver = Facts { level: Some("Silver".into()), ..facts() };
    let met = Facts { verdict: Verdict::DoesNotHold, ..silver.clone() };
    check_next(&lowered, &met, 401, Step::Wait(Some(at(424))));
    check_next(&lowered, &silver, 424, Step::LookAgain(at(448)));
    check_next(&lowered, &Facts { fresh: false, ..met.clone() }, 424, Step::LookAgain(at(448)));
    check_next(&lowered, &met, 424, Step::OfferBack);
    check_next(&lowered, &facts(), 424, Step::Close);
    check_next(&lowered, &silver, 400 + 183 * 24, Step::Close);
    let offered = lowered.after(Step::OfferBack, at(424));
    check_next(&offered, &met, 9_000, Step::Wait(None));
    let back = offered.give_back(true, "Maja", at(430)).expect("asked");
    assert_eq!(back.stage, Stage::Restored { at: at(430), by: "Maja".into() });
    assert_eq!(offered.give_back(false, "Maja", at(430)).map(|case| case.stage), Ok(Stage::Closed { at: at(430) }));
    assert_eq!(back.give_back(true, "Bo", at(431)), Err(Refused::Over));
    assert_eq!(told().give_back(true, "Bo", at(431)), Err(Refused::NotAsked));
}

/// Something that happens to a case.
#[derive(Debug, Clone)]
enum Event {
    Hours(i64),
    Delivered,
    Object,
    Answer(bool),
    ToldBy,
    KeepPosted,
    Talk(bool),
    Suggest(bool, usize),
    Agree(bool),
    Excused(i64),
    Numbers(Verdict, bool),
}

fn side(creator: bool) -> Side {
    if creator { Side::Creator } else { Side::Brand }
}

fn event() -> impl Strategy<Value = Event> {
    let verdict = prop_oneof![Just(Verdict::Holds), Just(Verdict::DoesNotHold), Just(Verdict::Unknown)];
    prop_oneof![
        6 => (0_i64..200).prop_map(Event::Hours),
        1 => Just(Event::Delivered),
        1 => Just(Event::Object),
        1 => any::<bool>().prop_map(Event::Answer),
        1 => Just(Event::ToldBy),
        1 => Just(Event::KeepPosted),
        1 => any::<bool>().prop_map(Event::Talk),
        1 => (any::<bool>(), 0_usize..4).prop_map(|(creator, way)| Event::Suggest(creator, way)),
        1 => any::<bool>().prop_map(Event::Agree),
        1 => (0_i64..60).prop_map(Event::Excused),
        2 => (verdict, any::<bool>()).prop_map(|(verdict, fresh)| Event::Numbers(verdict, fresh)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens in whatever order: a level changes only after the creator was told and had the whole grace while no
    /// objection and no talk was open, and time that lies with the brand on top, after the minimum stay, on fresh numbers.
    #[test]
    fn a_level_never_changes_without_due_process(events in proptest::collection::vec(event(), 1..60), stay in 0_i64..60) {
        let mut case = Case::open(("Gold", "Silver"), at(0), at(-24 * 10), (days(12), days(stay)));
        let (mut hours, mut facts) = (0, facts());
        let (mut told_at, mut stopped_since, mut stopped) = (None, None, 0_i64);
        let stands = |case: &Case| case.is_appealed() || case.is_mediated();
        for event in events {
            let (now, stood) = (at(hours), stands(&case));
            let said = match event {
                Event::Hours(more) => { hours += more; None }
                Event::Delivered => { facts.delivered_at = facts.delivered_at.or(Some(now)); None }
                Event::Object => case.appeal(None, now).ok(),
                Event::Answer(keep) => case.answer(keep, "Maja", now).ok(),
                Event::ToldBy => case.told_by("Maja", now).ok(),
                Event::KeepPosted => case.keep_posted(),
                Event::Talk(creator) => case.mediate(side(creator), None, TALK, now).ok(),
                Event::Suggest(creator, way) => case.suggest(side(creator), Way::ALL[way], "Maja", now).ok(),
                Event::Agree(creator) => case.agree(side(creator), "Maja", now).ok(),
                Event::Excused(more) => { facts.excused += SignedDuration::from_hours(more); None }
                Event::Numbers(verdict, fresh) => { facts.verdict = verdict; facts.fresh = fresh; None }
            };
            if let Some(after) = said {
                told_at = told_at.or(after.told_at.map(|_| hours));
                case = after;
            }
            if !stood && stands(&case) { stopped_since = Some(hours); }
            if stood && !stands(&case) { stopped += hours - stopped_since.take().unwrap_or(hours); }
            let now = at(hours);
            for _ in 0..10 {
                let step = case.next(&facts, now);
                if let Step::Start(at) = step {
                    prop_assert!(at <= now);
                    told_at = told_at.or(Some(hours));
                }
                if step == Step::Lower {
                    let told = told_at.expect("told before");
                    let out = facts.excused.as_hours();
                    prop_assert!(told + 12 * 24 + stopped + out <= hours, "{told} + grace + {stopped} + {out}: {hours}");
                    prop_assert!(-24 * 10 + stay * 24 + out <= hours);
                    prop_assert!(stopped_since.is_none());
                    prop_assert!(facts.fresh && facts.verdict == Verdict::Holds);
                    facts.level = Some("Silver".into());
                }
                // Every wait that time ends is after now, so a round ends.
                if let Step::Wait(until) = step {
                    prop_assert!(until.is_none_or(|until| now < until), "{step:?} at {now}: {case:?}");
                    break;
                }
                let stood = stands(&case);
                case = case.after(step, now);
                if stood && !stands(&case) { stopped += hours - stopped_since.take().unwrap_or(hours); }
            }
            prop_assert!(matches!(case.next(&facts, now), Step::Wait(_)), "it comes to rest: {case:?}");
        }
    }
}

#[test]
fn time_that_lies_with_the_brand_is_added_to_grace_and_stay() {
    let end = 1 + 12 * 24;
    let (three, lasts) = (days(3), Facts { excused: days(3), excuse_lasts: true, ..facts() });
    // While it lasts nobody knows how long; at the end of grace what there is of it is added, and again.
    check_next(&told(), &lasts, 24 * 4, Step::Wait(Some(at(end))));
    check_next(&told(), &lasts, end, Step::Extend(three));
    let over = Facts { excuse_lasts: false, ..lasts.clone() };
    check_next(&told(), &over, 24 * 4, Step::Extend(three));
    let extended = told().after(Step::Extend(three), at(24 * 4));
    assert_eq!(extended.stage, Stage::Grace { until: at(end + 72) });
    assert_eq!(extended.stays_until, at(-24 * 100) + days(30) + three);
    check_next(&extended, &over, 24 * 4, Step::Wait(Some(at(end + 72))));
    check_next(&extended, &over, end + 71, Step::Wait(Some(at(end + 72))));
    check_next(&extended, &over, end + 72, Step::Lower);
    // More of it later adds only the difference.
    let more = Facts { excused: days(4), ..over };
    check_next(&extended, &more, end, Step::Extend(days(4)));
    assert_eq!(extended.after(Step::Extend(days(4)), at(end)).stage, Stage::Grace { until: at(end + 96) });
    // An old record has none of it and reads as before.
    let text = serde_json::to_string(&told()).expect("writes");
    assert!(!text.contains("excused") && !text.contains("mediation"), "{text}");
}

const TALK: (SignedDuration, SignedDuration) =
    (SignedDuration::from_hours(24 * 7), SignedDuration::from_hours(24 * 14));

fn talking(case: &Case) -> Case {
    case.mediate(Side::Creator, None, TALK, at(25)).expect("opens")
}

#[test]
fn a_talk_stops_the_clock_once_and_ends_by_itself() {
    let talk = talking(&told());
    check_next(&talk, &facts(), 26, Step::Wait(Some(at(25 + 7 * 24))));
    check_next(&talk, &facts(), 25 + 7 * 24, Step::EndTalk);
    let over = talk.after(Step::EndTalk, at(25 + 7 * 24));
    assert_eq!(over.stage, Stage::Grace { until: at(1 + 12 * 24 + 7 * 24) }, "eleven days were left and are");
    assert_eq!(over.mediate(Side::Brand, None, TALK, at(300)), Err(Refused::Talked));
    assert_eq!(talk.appeal(None, at(26)), Err(Refused::Answered));
    assert!(talk.is_open());
    // The brand cannot talk about what the creator has not heard of; nobody talks about what is decided.
    let unheard = case();
    assert_eq!(unheard.mediate(Side::Brand, None, TALK, at(1)), Err(Refused::NotAsked));
    let heard = talking(&unheard);
    assert_eq!((heard.told_at, heard.team_told), (Some(at(25)), true), "who asks has been told");
    assert_eq!(told().after(Step::Lower, at(400)).mediate(Side::Creator, None, TALK, at(401)), Err(Refused::Over));
}

#[test]
fn an_objection_waits_while_they_talk_and_afterwards() {
    let objected = told().appeal(Some("the link"), at(13)).expect("objects");
    let over = talking(&objected).after(Step::EndTalk, at(200));
    assert_eq!(over.stage, Stage::Appealed { left: SignedDuration::from_hours(12 * 24 - 12) });
    let agreed = talking(&objected)
        .suggest(Side::Brand, Way::Extension, "Maja", at(26))
        .and_then(|case| case.agree(Side::Creator, "Alma", at(27)))
        .expect("agrees");
    assert_eq!(agreed.stage, Stage::Grace { until: at(27 + 12 * 24 - 12 + 14 * 24) });
    assert!(agreed.appeal.is_some_and(|appeal| appeal.answered.is_some()));
}

#[test]
fn what_binds_is_what_the_other_side_agreed_to() {
    let case = talking(&told());
    assert_eq!(case.agree(Side::Creator, "Alma", at(26)), Err(Refused::NotAsked));
    let one = case.suggest(Side::Creator, Way::Hybrid, "Alma", at(26)).expect("suggests");
    assert_eq!(one.agree(Side::Creator, "Alma", at(27)), Err(Refused::NotAsked), "nobody agrees with themselves");
    assert_eq!(one.suggest(Side::Creator, Way::Hybrid, "Alma", at(99)), Ok(one.clone()), "said twice is said once");
    let other = one.suggest(Side::Brand, Way::MakeGood, "Maja", at(28)).expect("suggests");
    assert_eq!(other.agree(Side::Brand, "Maja", at(29)), Err(Refused::NotAsked), "the first is off the table");
    let agreed = other.agree(Side::Creator, "Alma", at(29)).expect("agrees");
    assert_eq!(agreed.mediation.as_ref().and_then(Mediation::way), Some(Way::MakeGood));
    assert_eq!(agreed.stage, Stage::Kept { at: at(29), by: Some("Alma".into()) });
    assert_eq!(agreed.agree(Side::Creator, "Alma", at(30)), Err(Refused::Over));
    assert_eq!(told().suggest(Side::Brand, Way::Format, "Maja", at(3)), Err(Refused::NotAsked));
}

const GOOD: &str = r#"
[[rule]]
id = "gold"
kind = "downgrade"
scope = "creator"
program = "club"
level = "Gold"
when = "clicks / views < 0.009"
window = "last 6 posts"
grace = "12d"
stay = "30d"
"#;

#[track_caller]
fn errors(from: &str, to: &str) -> String {
    let text = GOOD.replace(from, to);
    assert!(from.is_empty() || text != GOOD, "the case changes nothing");
    let errors = parse_rules(&text, Some("rules.toml")).check().expect_err("is refused");
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_a_downgrade_rule_lacks_is_said_with_its_place() {
    let rules = parse_rules(GOOD, None).check().expect("checks");
    assert_eq!(check(rules.first().expect("one").rule()).as_ref(), Ok(rules.first().expect("one")));
    insta::assert_snapshot!(errors("level = \"Gold\"\n", ""), @r#"rules.toml:2:1: a downgrade rule has no `level`; write the level whose criterion this is, such as `level = "Gold"`"#);
    insta::assert_snapshot!(errors("grace = \"12d\"\n", ""), @r#"rules.toml:2:1: a downgrade rule has no `grace`; write how long the creator has after being told, such as `grace = "14d"`"#);
    insta::assert_snapshot!(errors("\"12d\"", "\"2h\""), @r#"rules.toml:10:9: `grace = "2h"` leaves no time to react; write at least `24h`"#);
    insta::assert_snapshot!(errors("scope = \"creator\"", "scope = \"partnership\""), @r#"rules.toml:5:9: a level belongs to a creator; write `scope = "creator"`"#);
    insta::assert_snapshot!(errors("stay = \"30d\"", "then = [ { do = \"stop_boost\" } ]"), @"rules.toml:11:8: nothing is done with money by a downgrade rule; leave `then` out: the creator is told, and after `grace` the level changes");
    insta::assert_snapshot!(errors("\"downgrade\"", "\"stop_loss\""), @r#"
    rules.toml:6:11: `program` belongs to downgrade rules, and this one is `stop_loss`; leave it out, or write `kind = "downgrade"`
    rules.toml:7:9: `level` belongs to downgrade rules, and this one is `stop_loss`; leave it out, or write `kind = "downgrade"`
    rules.toml:10:9: `grace` belongs to downgrade rules, and this one is `stop_loss`; leave it out, or write `kind = "downgrade"`
    rules.toml:11:8: `stay` belongs to downgrade rules, and this one is `stop_loss`; leave it out, or write `kind = "downgrade"`
    "#);
    insta::assert_snapshot!(errors("grace =", "grase ="), @"rules.toml:10:1: `grase` is not a key of a rule; did you mean `grace`?");
}

#[test]
fn a_rule_speaks_only_of_the_level_it_is_about() {
    let rule = parse_rules(GOOD, None).check().expect("checks").remove(0);
    let subject = crate::domain::ids::Subject::Creator(crate::domain::ids::CreatorId::new("alma").expect("id"));
    let club = crate::domain::ids::ProgramId::new("club").expect("id");
    for (levels, want) in [(vec![("club", "Gold")], true), (vec![("club", "Silver")], false), (vec![], false)] {
        let levels = levels.into_iter().map(|(_, level)| (club.clone(), level.to_owned())).collect();
        let context = crate::rules::judge::Context {
            facts: crate::rules::judge::Facts { levels, ..Default::default() },
            ..Default::default()
        };
        assert_eq!(rule.selects(&subject, &context), want);
    }
}
