//! What is said about a level that may be lost, to its creator and to the team, at each step of it.

use super::*;
use crate::domain::person::Chat;
use crate::rules::downgrade::{Case, Milestone, Step};
use crate::words::level::{CriteriaLine, Criterion, Keeps, LevelView, criteria, text_to_send};

/// Gold since January; the rule fired on 23 June at noon UTC.
fn case() -> Case {
    let days = |n: i64| jiff::SignedDuration::from_hours(24 * n);
    Case::open(("Gold", "Silver"), at("2026-06-23T12:00:00Z"), at("2026-01-01T00:00:00Z"), (days(12), days(30)))
}

pub(super) fn told() -> Case {
    let told = at("2026-06-23T12:00:05Z");
    case().after(Step::Start(told), told)
}

pub(super) fn view(case: Case) -> IncidentView {
    let mut view = fired();
    view.incident.kind = "downgrade".into();
    view.incident.rule = RuleId::new("gold-clicks").expect("id");
    view.incident.subject = Subject::Creator(CreatorId::new("alma").expect("id"));
    view.incident.avoidable = None;
    view.incident.stage = if case.is_open() { Stage::Firing } else { Stage::Resolved };
    view.names.campaign = None;
    view.owed = None;
    view.options.clear();
    view.tips = vec![posting_time()];
    view.level = Some(LevelView {
        brand: "Nordbo".into(),
        case,
        shares: Some((0.15, 0.12)),
        criterion: Criterion {
            metric: Metric::Clicks,
            under: Some(Metric::Views),
            platform: None,
            limit: 0.009,
            danger: Relation::Below,
            window: Window::Posts(6),
            value: Some(412.0 / 65_400.0),
            parts: Some((412.0, 65_400.0)),
            before: Some(0.0112),
            current: None,
        },
        keeps: Some(Keeps::Posts { posts: 2, amount: 287.0, share: 0.0065, usual: 22_000.0, did: (3, 20) }),
        reached_on: Some(Chat::Telegram),
    });
    view
}

pub(super) fn creator(case: Case, tag: &str) -> String {
    told_to(&view(case), tag, Audience::Creator)
}

pub(super) fn told_to(view: &IncidentView, tag: &str, audience: Audience) -> String {
    super::told(view, tag, audience, now())
}

fn objected() -> Case {
    told().appeal(Some("the link was down"), at("2026-06-23T12:10:00Z")).expect("objects")
}

fn stood_by() -> Case {
    objected().answer(false, "Maja", at("2026-06-23T12:12:00Z")).expect("answers")
}

fn ended(step: Step) -> Case {
    told().after(step, at("2026-06-23T12:12:00Z"))
}

/// Every case a creator is told of, and the team.
pub(super) fn cases() -> Vec<(&'static str, Case)> {
    let kept = objected().answer(true, "Maja", at("2026-06-23T12:12:00Z")).expect("answers");
    let lowered = ended(Step::Lower);
    let offered = lowered.after(Step::OfferBack, at("2026-06-23T12:13:00Z"));
    let restored = offered.give_back(true, "Maja", at("2026-06-23T12:14:00Z")).expect("asked");
    vec![
        ("telling", case()),
        ("told", told()),
        ("told by hand", case().told_by("Maja", at("2026-06-23T12:05:00Z")).expect("told")),
        ("posted", told().keep_posted().expect("open")),
        ("objected", told().appeal(None, at("2026-06-23T12:10:00Z")).expect("objects")),
        ("objected in words", objected()),
        ("stood by", stood_by()),
        ("kept by numbers", ended(Step::Keep)),
        ("kept by a person", kept),
        ("withdrawn", ended(Step::Withdraw)),
        ("lowered", lowered),
        ("offered", offered),
        ("restored", restored),
    ]
}

#[test]
fn a_creator_is_told_first_and_everything() {
    insta::assert_snapshot!(creator(told(), "en"), @"
    🟡 Hi Alma, your level at Nordbo may go from Gold to Silver on 5 Jul. Nothing has changed yet

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    You keep Gold with 287 link clicks from your next 2 posts (about 6.5 per 1,000 at your usual 22,000 views). You did that in 3 of your last 20.

    From your own posts
    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts). All 31 posts: 21,400. The latest went out Sun–Thu 09–12: on average 15,100 (9 posts).

    Something wrong or unfair? Press the button before 5 Jul: a person at Nordbo reads it. Until they have answered, you stay Gold and no time runs.

    data 14:10 · #A7K2
    [Keep me posted] [Something is wrong]
    [Suggest another way]
    [My numbers] [Why]
    ");
    insta::assert_snapshot!(creator(told(), "sv"), @"
    🟡 Hej Alma, din nivå hos Nordbo kan gå från Gold till Silver den 5 juli. Inget har ändrats än

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    Du behåller Gold med 287 länkklick från dina nästa 2 inlägg (omkring 6,5 per 1 000 vid dina vanliga 22 000 visningar). Det klarade du i 3 av dina senaste 20.

    Är något fel eller orättvist? Tryck på knappen före 5 juli: en människa hos Nordbo läser det. Tills de har svarat är du kvar på Gold och ingen tid går.

    data 14:10 · #A7K2 · 1 till bakom Varför
    [Håll mig informerad] [Något är fel]
    [Föreslå en annan väg]
    [Mina siffror] [Varför]
    ");
}

#[test]
fn a_creator_reads_nothing_of_others() {
    for (name, case) in cases() {
        for tag in ["en", "sv"] {
            let mut view = view(case.clone());
            view.incident.note(event(1, Some("Maja"), Happened::Level { step: Milestone::Kept }));
            view.incident.acknowledged_by = Some("Maja".into());
            let text = told_to(&view, tag, Audience::Creator);
            for secret in ["Maja", "gold-clicks", "€", "margin"] {
                assert!(!text.contains(secret), "{name} {tag}: {secret} in\n{text}");
            }
            assert!(compose(&view, &reader(tag), Audience::Client, now()).is_none(), "a client is not told");
            assert!(compose(&view, &reader(tag), Audience::Operator, now()).is_none());
        }
    }
}

#[test]
fn without_a_chat_the_team_gets_the_text_to_send() {
    let mut view = view(case().after(Step::TellTeam, at("2026-06-23T12:00:00Z")));
    if let Some(level) = &mut view.level {
        level.reached_on = None;
        level.shares = None;
        level.criterion.before = None;
        level.keeps = Some(Keeps::More { amount: 177.0 });
    }
    insta::assert_snapshot!(told_to(&view, "en", Audience::Internal), @"
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views).

    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    There is no chat with the creator. Send them the text yourself; time runs once one of you says it is done.

    What Silver means: its terms for deals agreed after 5 Jul. Deals already signed, and orders already made, keep theirs.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Text to send] [I have told them]
    [Why] [I've got it] [Snooze 6 h]
    ");
    let text = text_to_send(&view, &reader("sv"), &reader("en"), now()).expect("a text");
    insta::assert_snapshot!(read(&text), @"
    Copy this, send it, then say that you have told them

    🟡 Hej Alma, din nivå hos Nordbo kan gå från Gold till Silver den 5 juli. Inget har ändrats än

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar).

    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Vad Silver innebär: dess villkor för avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller sina.

    Du behåller Gold med ytterligare 177 länkklick.

    Ur dina egna inlägg
    • sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg). Alla 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: i snitt 15 100 (9 inlägg).

    Är något fel eller orättvist? Svara på det här meddelandet före 5 juli: en människa hos Nordbo läser det. Tills de har svarat är du kvar på Gold och ingen tid går.

    data 14:10 · #A7K2
    ");
}

#[test]
fn criteria_are_there_before_anything_happens() {
    let level = view(told()).level.expect("a level");
    let line = CriteriaLine {
        brand: "Nordbo".into(),
        level: "Gold".into(),
        since: at("2025-12-31T23:00:00Z"),
        acknowledged: true,
        asks: vec![(level.criterion.clone(), Some(told()))],
    };
    let second = CriteriaLine { brand: "Vinter".into(), level: "Friend".into(), asks: Vec::new(), ..line.clone() };
    let third = CriteriaLine { acknowledged: false, asks: vec![(level.criterion, Some(objected()))], ..line.clone() };
    let said = |tag| read(&criteria("Alma Lind", &[line.clone(), second.clone(), third.clone()], &reader(tag), now()));
    insta::assert_snapshot!(said("en"), @"
    Alma, what your levels ask for

    Nordbo: Gold since 1 Jan
    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    A notice is open: Silver at the earliest on 5 Jul.

    Vinter: Friend since 1 Jan
    Nothing is asked for this level at the moment.

    Nordbo: Gold since 1 Jan
    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Your objection waits for an answer. Until then you stay Gold.
    You have not agreed to these criteria yet, so nothing is taken away by them.

    You are told before anything changes, and a person answers if you object.
    ");
    insta::assert_snapshot!(said("sv"), @"
    Alma, det dina nivåer kräver

    Nordbo: Gold sedan 1 jan
    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Ett besked är öppet: Silver tidigast den 5 juli.

    Vinter: Friend sedan 1 jan
    Inget krävs för den här nivån just nu.

    Nordbo: Gold sedan 1 jan
    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Din invändning väntar på svar. Tills dess är du kvar på Gold.
    Du har inte godkänt de här kraven än, så inget tas ifrån dig på grund av dem.

    Du får veta innan något ändras, och en människa svarar om du invänder.
    ");
    insta::assert_snapshot!(read(&criteria("Alma Lind", &[], &reader("en"), now())), @"Alma, you are in no programme with levels here");
}
