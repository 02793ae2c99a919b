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

fn told() -> Case {
    let told = at("2026-06-23T12:00:05Z");
    case().after(Step::Start(told), told)
}

fn view(case: Case) -> IncidentView {
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

fn creator(case: Case, tag: &str) -> String {
    told_to(&view(case), tag, Audience::Creator)
}

fn told_to(view: &IncidentView, tag: &str, audience: Audience) -> String {
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
fn cases() -> Vec<(&'static str, Case)> {
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
    [My numbers]
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
    [Mina siffror]
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "each step as it is read")]
fn each_step_is_told_to_the_creator() {
    let all = |tag| {
        let texts = cases().into_iter().skip(3).map(|(name, case)| format!("== {name}\n{}", creator(case, tag)));
        texts.collect::<Vec<_>>().join("\n\n")
    };
    insta::assert_snapshot!(all("en"), @"
    == posted
    🟡 Hi Alma, your level at Nordbo may go from Gold to Silver on 5 Jul. Nothing has changed yet

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    You keep Gold with 287 link clicks from your next 2 posts (about 6.5 per 1,000 at your usual 22,000 views). You did that in 3 of your last 20.

    Something wrong or unfair? Press the button before 5 Jul: a person at Nordbo reads it. Until they have answered, you stay Gold and no time runs.
    You hear from us here before the end, as you asked.

    data 14:10 · #A7K2 · 1 more behind Why
    [Something is wrong]
    [My numbers]

    == objected
    🟡 Hi Alma, you stay Gold at Nordbo until a person there has answered you

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    No time runs while you wait. Whatever they answer, you have 11 days left then.
    Tell them what is wrong in your own words: say “appeal A7K2” and your reason.

    Your posts, your deals and what you are paid stay as they are.

    data 14:10 · #A7K2
    [My numbers]

    == objected in words
    🟡 Hi Alma, you stay Gold at Nordbo until a person there has answered you

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    No time runs while you wait. Whatever they answer, you have 11 days left then.
    Your words: “the link was down”.

    Your posts, your deals and what you are paid stay as they are.

    data 14:10 · #A7K2
    [My numbers]

    == stood by
    🟡 Hi Alma, your level at Nordbo may go from Gold to Silver on 5 Jul. Nothing has changed yet

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against you.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    You keep Gold with 287 link clicks from your next 2 posts (about 6.5 per 1,000 at your usual 22,000 views). You did that in 3 of your last 20.

    From your own posts
    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts). All 31 posts: 21,400. The latest went out Sun–Thu 09–12: on average 15,100 (9 posts).

    Nordbo has read what you said and stands by the notice since 23 Jun. The criterion decides now: meet it and you stay.

    data 14:10 · #A7K2
    [Keep me posted]
    [My numbers]

    == kept by numbers
    🟢 Hi Alma, you keep Gold at Nordbo. Nothing has changed

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    You meet what is asked again. The notice is over.

    data 14:10 · #A7K2
    [My numbers]

    == kept by a person
    🟢 Hi Alma, you keep Gold at Nordbo. Nothing has changed

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    A person at Nordbo looked at it and decided so.

    data 14:10 · #A7K2
    [My numbers]

    == withdrawn
    🟢 Hi Alma, the notice about your level at Nordbo no longer applies

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Your posts, your deals and what you are paid stay as they are.

    data 14:10 · #A7K2
    [My numbers]

    == lowered
    🟡 Hi Alma, your level at Nordbo is Silver now. Deals you have signed keep their terms

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Deals agreed after 23 Jun have 12 % commission instead of 15 %. Deals already signed, and orders already made, keep 15 %.

    The way back: meet what Gold asks for. It is looked at every day, and then a person at Nordbo is asked to give it back.

    From your own posts
    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts). All 31 posts: 21,400. The latest went out Sun–Thu 09–12: on average 15,100 (9 posts).

    data 14:10 · #A7K2
    [My numbers]

    == offered
    🟡 Hi Alma, your level at Nordbo is Silver now. Deals you have signed keep their terms

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Deals agreed after 23 Jun have 12 % commission instead of 15 %. Deals already signed, and orders already made, keep 15 %.

    The way back: meet what Gold asks for. It is looked at every day, and then a person at Nordbo is asked to give it back.

    From your own posts
    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts). All 31 posts: 21,400. The latest went out Sun–Thu 09–12: on average 15,100 (9 posts).

    data 14:10 · #A7K2
    [My numbers]

    == restored
    🟢 Hi Alma, you are Gold at Nordbo again

    What we look at: link clicks per 1,000 views, your latest 6 posts. Gold: 9.0 or more.
    You: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Deals agreed from now on have 15 % commission again.

    data 14:10 · #A7K2
    [My numbers]
    ");
    insta::assert_snapshot!(all("sv"), @"
    == posted
    🟡 Hej Alma, din nivå hos Nordbo kan gå från Gold till Silver den 5 juli. Inget har ändrats än

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    Du behåller Gold med 287 länkklick från dina nästa 2 inlägg (omkring 6,5 per 1 000 vid dina vanliga 22 000 visningar). Det klarade du i 3 av dina senaste 20.

    Är något fel eller orättvist? Tryck på knappen före 5 juli: en människa hos Nordbo läser det. Tills de har svarat är du kvar på Gold och ingen tid går.
    Du hör av oss här före slutet, som du bad om.

    data 14:10 · #A7K2 · 1 till bakom Varför
    [Något är fel]
    [Mina siffror]

    == objected
    🟡 Hej Alma, du är kvar på Gold hos Nordbo tills en människa där har svarat dig

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Ingen tid går medan du väntar. Vad de än svarar har du 11 dagar kvar då.
    Berätta med egna ord vad som är fel: säg ”appeal A7K2” och ditt skäl.

    Dina inlägg, dina avtal och din ersättning förblir som de är.

    data 14:10 · #A7K2
    [Mina siffror]

    == objected in words
    🟡 Hej Alma, du är kvar på Gold hos Nordbo tills en människa där har svarat dig

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Ingen tid går medan du väntar. Vad de än svarar har du 11 dagar kvar då.
    Dina ord: ”the link was down”.

    Dina inlägg, dina avtal och din ersättning förblir som de är.

    data 14:10 · #A7K2
    [Mina siffror]

    == stood by
    🟡 Hej Alma, din nivå hos Nordbo kan gå från Gold till Silver den 5 juli. Inget har ändrats än

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot dig.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    Du behåller Gold med 287 länkklick från dina nästa 2 inlägg (omkring 6,5 per 1 000 vid dina vanliga 22 000 visningar). Det klarade du i 3 av dina senaste 20.

    Nordbo har läst det du sa och står fast vid beskedet sedan 23 juni. Nu avgör kravet: når du det är du kvar.

    data 14:10 · #A7K2 · 1 till bakom Varför
    [Håll mig informerad]
    [Mina siffror]

    == kept by numbers
    🟢 Hej Alma, du behåller Gold hos Nordbo. Inget har ändrats

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Du når det som krävs igen. Beskedet är över.

    data 14:10 · #A7K2
    [Mina siffror]

    == kept by a person
    🟢 Hej Alma, du behåller Gold hos Nordbo. Inget har ändrats

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    En människa hos Nordbo har tittat på det och bestämt så.

    data 14:10 · #A7K2
    [Mina siffror]

    == withdrawn
    🟢 Hej Alma, beskedet om din nivå hos Nordbo gäller inte längre

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Dina inlägg, dina avtal och din ersättning förblir som de är.

    data 14:10 · #A7K2
    [Mina siffror]

    == lowered
    🟡 Hej Alma, din nivå hos Nordbo är Silver nu. Avtal du har skrivit under behåller sina villkor

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Avtal som görs efter 23 juni har 12 % provision i stället för 15 %. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    Vägen tillbaka: nå det som Gold kräver. Det kontrolleras varje dag, och då tillfrågas en människa hos Nordbo om att ge tillbaka den.

    Ur dina egna inlägg
    • sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg). Alla 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: i snitt 15 100 (9 inlägg).

    data 14:10 · #A7K2
    [Mina siffror]

    == offered
    🟡 Hej Alma, din nivå hos Nordbo är Silver nu. Avtal du har skrivit under behåller sina villkor

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Avtal som görs efter 23 juni har 12 % provision i stället för 15 %. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    Vägen tillbaka: nå det som Gold kräver. Det kontrolleras varje dag, och då tillfrågas en människa hos Nordbo om att ge tillbaka den.

    Ur dina egna inlägg
    • sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg). Alla 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: i snitt 15 100 (9 inlägg).

    data 14:10 · #A7K2
    [Mina siffror]

    == restored
    🟢 Hej Alma, du är Gold hos Nordbo igen

    Det vi tittar på: länkklick per 1 000 visningar, dina senaste 6 inlägg. Gold: 9,0 eller mer.
    Du: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Avtal som görs från och med nu har 15 % provision igen.

    data 14:10 · #A7K2
    [Mina siffror]
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "each step as it is read")]
fn each_step_is_told_to_the_team() {
    let all = |tag| {
        let texts = cases()
            .into_iter()
            .map(|(name, case)| format!("== {name}\n{}", told_to(&view(case), tag, Audience::Internal)));
        texts.collect::<Vec<_>>().join("\n\n")
    };
    insta::assert_snapshot!(all("en"), @"
    == telling
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator has not got the notice yet; it is on its way on Telegram. No time runs before that. If it does not get through, tell them yourself.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Text to send] [I have told them]
    [Why] [I've got it] [Snooze 6 h]

    == told
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    Gold stays until 5 Jul 14:00. If what is asked is met before that, nothing changes.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]

    == told by hand
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    Maja told the creator 14:05.
    Gold stays until 5 Jul 14:05. If what is asked is met before that, nothing changes.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]

    == posted
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    Gold stays until 5 Jul 14:00. If what is asked is met before that, nothing changes.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]

    == objected
    🟡 Alma Lind objects to losing Gold. Nothing changes until one of you answers

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    The creator said 14:10 that something is wrong. No time runs.
    Gold stays until one of you decides. If the notice stands, the creator has the rest of the time before Silver.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Keep Gold] [Stand by it]
    [Why] [I've got it] [Snooze 6 h]

    == objected in words
    🟡 Alma Lind objects to losing Gold. Nothing changes until one of you answers

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    The creator said 14:10 that something is wrong: “the link was down”
    Gold stays until one of you decides. If the notice stands, the creator has the rest of the time before Silver.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Keep Gold] [Stand by it]
    [Why] [I've got it] [Snooze 6 h]

    == stood by
    🟡 Alma Lind may go from Gold to Silver at Nordbo: 6.3, Gold asks for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.
    Not counted: whatever a platform has not reported. Missing numbers never count against a creator.

    The creator was told 14:00, in their direct message.
    The creator said 14:10 that something is wrong: “the link was down”
    Maja stood by the notice 14:12.
    Gold stays until 5 Jul 14:02. If what is asked is met before that, nothing changes.

    What Silver means: 12 % commission instead of 15 % on deals agreed after 5 Jul. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]

    == kept by numbers
    🟢 Alma Lind keeps Gold at Nordbo: 6.3, asked for 9.0 or more

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Nothing has changed.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]

    == kept by a person
    🟢 Alma Lind keeps Gold at Nordbo: Maja decided so

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    The creator said 14:10 that something is wrong: “the link was down”
    Nothing has changed.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]

    == withdrawn
    🟢 Alma Lind: the notice about the level at Nordbo no longer applies

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Nothing has changed.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]

    == lowered
    🟡 Alma Lind went from Gold to Silver at Nordbo. Signed deals keep their terms

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Deals agreed after 23 Jun have 12 % commission instead of 15 %. Deals already signed, and orders already made, keep 15 %.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]

    == offered
    🔵 Alma Lind meets what Gold asks for again: 6.3, asked for 9.0 or more. Give it back?

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    Silver stays until one of you decides.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Back to Gold] [Not now]
    [Why]

    == restored
    🟢 Alma Lind is Gold at Nordbo again: Maja decided so

    What counts: link clicks per 1,000 views, their latest 6 posts. Gold: 9.0 or more.
    Seen: 6.3 (412 link clicks, 65,400 views). Before that: 11.2.

    gold-clicks v3 · plain threshold · data 14:10 · #A7K2
    [Why]
    ");
    insta::assert_snapshot!(all("sv"), @"
    == telling
    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören har inte fått beskedet än; det är på väg på Telegram. Ingen tid går innan dess. Kommer det inte fram, berätta själva.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Text att skicka] [Jag har berättat]
    [Varför] [Jag tar det] [Vila 6 h]

    == told
    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Gold gäller till 5 juli 14:00. Nås kravet före det ändras inget.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför] [Jag tar det] [Vila 6 h]

    == told by hand
    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Maja berättade för kreatören 14:05.
    Gold gäller till 5 juli 14:05. Nås kravet före det ändras inget.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför] [Jag tar det] [Vila 6 h]

    == posted
    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Gold gäller till 5 juli 14:00. Nås kravet före det ändras inget.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför] [Jag tar det] [Vila 6 h]

    == objected
    🟡 Alma Lind invänder mot att förlora Gold. Inget ändras förrän någon av er svarar

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Kreatören sa 14:10 att något är fel. Ingen tid går.
    Gold gäller tills någon av er bestämmer. Står beskedet fast har kreatören resten av tiden före Silver.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Behåll Gold] [Stå fast]
    [Varför] [Jag tar det] [Vila 6 h]

    == objected in words
    🟡 Alma Lind invänder mot att förlora Gold. Inget ändras förrän någon av er svarar

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Kreatören sa 14:10 att något är fel: ”the link was down”
    Gold gäller tills någon av er bestämmer. Står beskedet fast har kreatören resten av tiden före Silver.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Behåll Gold] [Stå fast]
    [Varför] [Jag tar det] [Vila 6 h]

    == stood by
    🟡 Alma Lind kan gå från Gold till Silver hos Nordbo: 6,3, Gold kräver 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.
    Räknas inte: det som en plattform inte har rapporterat. Siffror som saknas talar aldrig mot en kreatör.

    Kreatören fick besked 14:00, i sitt direktmeddelande.
    Kreatören sa 14:10 att något är fel: ”the link was down”
    Maja stod fast vid beskedet 14:12.
    Gold gäller till 5 juli 14:02. Nås kravet före det ändras inget.

    Vad Silver innebär: 12 % provision i stället för 15 % på avtal som görs efter 5 juli. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför] [Jag tar det] [Vila 6 h]

    == kept by numbers
    🟢 Alma Lind behåller Gold hos Nordbo: 6,3, krav 9,0 eller mer

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Inget har ändrats.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]

    == kept by a person
    🟢 Alma Lind behåller Gold hos Nordbo: Maja har bestämt så

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Kreatören sa 14:10 att något är fel: ”the link was down”
    Inget har ändrats.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]

    == withdrawn
    🟢 Alma Lind: beskedet om nivån hos Nordbo gäller inte längre

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Inget har ändrats.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]

    == lowered
    🟡 Alma Lind gick från Gold till Silver hos Nordbo. Underskrivna avtal behåller sina villkor

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Avtal som görs efter 23 juni har 12 % provision i stället för 15 %. Avtal som redan är underskrivna, och order som redan är lagda, behåller 15 %.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]

    == offered
    🔵 Alma Lind når det som Gold kräver igen: 6,3, krav 9,0 eller mer. Ge tillbaka nivån?

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    Silver gäller tills någon av er bestämmer.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Tillbaka till Gold] [Inte nu]
    [Varför]

    == restored
    🟢 Alma Lind är Gold hos Nordbo igen: Maja har bestämt så

    Det som räknas: länkklick per 1 000 visningar, de senaste 6 inläggen. Gold: 9,0 eller mer.
    Uppmätt: 6,3 (412 länkklick, 65 400 visningar). Dessförinnan: 11,2.

    gold-clicks v3 · enkel gräns · data 14:10 · #A7K2
    [Varför]
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

    Är något fel eller orättvist? Tryck på knappen före 5 juli: en människa hos Nordbo läser det. Tills de har svarat är du kvar på Gold och ingen tid går.

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
