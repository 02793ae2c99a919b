//! Answers with numbers, and many at once.

use super::*;

#[test]
fn why_shows_every_number() {
    insta::assert_snapshot!(read(&answers::why(&verified(), &reader("en"), Audience::Internal, now()).expect("why")), @r"
    #A7K2 Alma Lind · Spring Launch: why it was told

    Holds: €160 per order since the deal began. That is above €45 per order, as agreed in the deal.
       42 readings, newest 14:10
    Holds: €640 spent since the deal began. That is above €100 spent, as written in the rule.
       42 readings, newest 14:10

    Clears with another 3 orders by Fri 18:00, boost stopped.

    • The link opens the home page; it should open the product.
    • The code ALMA10 is missing in Reel 2.

    What happened
    14:00 crossed the line
    14:00 Plimsoll asked to stop the boost
    14:02 Maja agreed
    14:03 the platform accepted
    14:03 the platform says paused

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    ");
    insta::assert_snapshot!(read(&answers::why(&verified(), &reader("sv"), Audience::Internal, now()).expect("why")), @r"
    #A7K2 Alma Lind · Spring Launch: varför det sades

    Stämmer: 160 € per order sedan avtalet började. Det är över 45 € per order, enligt avtalet.
       42 mätningar, den senaste 14:10
    Stämmer: 640 € i kostnad sedan avtalet började. Det är över 100 € i kostnad, enligt regeln.
       42 mätningar, den senaste 14:10

    Löses av ytterligare 3 ordrar före fre 18:00, med boosten stoppad.

    • Länken öppnar the home page; den borde öppna the product.
    • Koden ALMA10 saknas i Reel 2.

    Vad som hänt
    14:00 gick över gränsen
    14:00 Plimsoll bad att få stoppa boosten
    14:02 Maja sa ja
    14:03 plattformen har tagit emot det
    14:03 plattformen säger pausad

    cpa-stop v3 · enkel gräns · data 14:10 · #A7K2
    ");
}

fn quiet(left: Reading, verdict: Verdict) -> JudgedView {
    JudgedView {
        names: names(),
        rule: RuleId::new("views-slump").expect("id"),
        version: 2,
        verdict,
        seen: vec![Seen { left, verdict, ..views() }],
        pending_secs: None,
        cooling_until: None,
        excused: Vec::new(),
        data_at: Some(at("2026-06-23T12:10:00Z")),
        learned: Vec::new(),
    }
}

fn why_not(view: &JudgedView, tag: &str) -> String {
    read(&answers::why_not(view, &reader(tag), Audience::Internal, now()).expect("an answer"))
}

#[test]
fn why_not_says_what_is_missing() {
    insta::assert_snapshot!(why_not(&quiet(Reading::Value(18_000.0), Verdict::DoesNotHold), "en"), @r"
    Alma Lind · Spring Launch: views-slump does not hold, so nothing was told

    Does not hold: 18,000 views in a day. That is not below 5,350 views, 25 % of the usual 21,400 (middle of 7 earlier windows).
       24 readings, newest 14:10

    views-slump v2 · data 14:10
    ");
    insta::assert_snapshot!(why_not(&quiet(Reading::Value(18_000.0), Verdict::DoesNotHold), "sv"), @r"
    Alma Lind · Spring Launch: views-slump stämmer inte, så inget sades

    Stämmer inte: 18 000 visningar på en dag. Det är inte under 5 350 visningar, 25 % av de vanliga 21 400 (mittvärde av 7 tidigare perioder).
       24 mätningar, den senaste 14:10

    views-slump v2 · data 14:10
    ");
}

#[test]
fn why_not_says_what_cannot_be_known() {
    insta::assert_snapshot!(why_not(&quiet(Reading::Absent(Absence::Stale { age_secs: 111_600 }), Verdict::Unknown), "en"), @r"
    Alma Lind · Spring Launch: views-slump cannot be judged, so nothing was told

    Cannot be known: views. The last number is 31 h old, too old to judge by.

    views-slump v2 · data 14:10
    ");
    insta::assert_snapshot!(why_not(&quiet(Reading::Absent(Absence::Stale { age_secs: 111_600 }), Verdict::Unknown), "sv"), @r"
    Alma Lind · Spring Launch: views-slump går inte att bedöma, så inget sades

    Går inte att veta: visningar. Den senaste siffran är 31 h gammal, för gammal att bedöma efter.

    views-slump v2 · data 14:10
    ");
}

#[test]
fn why_not_says_what_it_waits_for() {
    insta::assert_snapshot!(why_not(&JudgedView { pending_secs: Some(7_200), cooling_until: Some(at("2026-06-23T18:00:00Z")), ..quiet(Reading::Value(3_120.0), Verdict::Holds) }, "en"), @r"
    Alma Lind · Spring Launch: views-slump holds now

    Holds: 3,120 views in a day. That is below 5,350 views, 25 % of the usual 21,400 (middle of 7 earlier windows).
       24 readings, newest 14:10

    It must hold for 2 h more before it is told.
    It was told before; it is not told again until 20:00.

    views-slump v2 · data 14:10
    ");
    insta::assert_snapshot!(why_not(&JudgedView { pending_secs: Some(7_200), cooling_until: Some(at("2026-06-23T18:00:00Z")), ..quiet(Reading::Value(3_120.0), Verdict::Holds) }, "sv"), @r"
    Alma Lind · Spring Launch: views-slump stämmer just nu

    Stämmer: 3 120 visningar på en dag. Det är under 5 350 visningar, 25 % av de vanliga 21 400 (mittvärde av 7 tidigare perioder).
       24 mätningar, den senaste 14:10

    Det måste hålla i sig 2 h till innan det sägs.
    Det har sagts förut; det sägs inte igen förrän 20:00.

    views-slump v2 · data 14:10
    ");
}

#[test]
fn a_past_instant_is_named_with_the_version_of_its_rule() {
    let then = |in_force, differs, tag| {
        let known = answers::Known { at: at("2026-06-23T12:10:00Z"), in_force, differs };
        let view = quiet(Reading::Value(3_120.0), Verdict::Holds);
        read(&answers::why_then(&view, known, &reader(tag), Audience::Internal).expect("an answer"))
    };
    insta::assert_snapshot!(then(true, false, "en"), @r"
    Alma Lind · Spring Launch: views-slump held, 23 Jun 2026 14:10

    Judged from what was known then, under version 2 of the rule.

    Holds: 3,120 views in a day. That is below 5,350 views, 25 % of the usual 21,400 (middle of 7 earlier windows).
       24 readings, newest 14:10

    views-slump v2 · data 14:10
    ");
    insta::assert_snapshot!(then(false, true, "sv"), @r"
    Alma Lind · Spring Launch: views-slump stämde, 23 juni 2026 14:10

    Regeln gällde inte än; det här är vad dess version 2 skulle ha sagt.
    Då skrevs ett annat kvitto ner: siffror om den tiden har importerats sedan dess.

    Stämmer: 3 120 visningar på en dag. Det är under 5 350 visningar, 25 % av de vanliga 21 400 (mittvärde av 7 tidigare perioder).
       24 mätningar, den senaste 14:10

    views-slump v2 · data 14:10
    ");
}

fn member(name: &str, id_text: &str, avoidable: Option<&str>, stage: Stage) -> Member {
    Member {
        incident: id(id_text),
        name: name.into(),
        avoidable: avoidable.map(money),
        stage,
        acknowledged_by: (name == "Bo Ek").then(|| "Maja".into()),
    }
}

fn many(page: u32) -> Composed {
    let view = GroupView {
        id: "G31".into(),
        brand: Some("Nordbo".into()),
        rule: RuleId::new("cpa-stop").expect("id"),
        members: vec![
            member("Dan K", "A7K5", Some("100.00 EUR"), Stage::Firing),
            member("Alma Lind", "A7K2", Some("486.00 EUR"), Stage::Firing),
            member("Bo Ek", "A7K3", Some("310.00 EUR"), Stage::Firing),
            member("Cleo W", "A7K4", Some("244.00 EUR"), Stage::Firing),
            member("Eva", "A7K6", None, Stage::Recovering),
            member("Finn", "A7K7", None, Stage::Resolved),
            member("Gun", "A7K8", None, Stage::Firing),
        ],
        page,
        data_at: Some(at("2026-06-23T12:10:00Z")),
    };
    group::compose_group(&view, &reader(if page == 1 { "sv" } else { "en" }), now())
}

#[test]
fn many_at_once_are_counted_and_the_worst_come_first() {
    insta::assert_snapshot!(shown(&many(0)), @r"
    🔴 Nordbo: 5 alerts of cpa-stop at once. €1,140 can still be saved

    5 firing, 1 better, 1 over. One message instead of many; nothing is left out.

    🔴 Alma Lind €486 · #A7K2
    🔴 Bo Ek €310 · Maja has it · #A7K3
    🔴 Cleo W €244 · #A7K4
    🔴 Dan K €100 · #A7K5
    🔴 Gun · #A7K8

    2 more on the other pages.

    cpa-stop · data 14:10 · #G31
    [Alma Lind] [Bo Ek] [Cleo W] [Dan K] [Gun]
    [Page 2 of 2 ›]
    ");
    insta::assert_snapshot!(shown(&many(1)), @r"
    🔴 Nordbo: 5 larm från cpa-stop på en gång. 1 140 € går ännu att spara

    5 pågår, 1 bättre, 1 slut. Ett meddelande i stället för många; inget är utelämnat.

    🟡 Eva · #A7K6
    🟢 Finn · #A7K7

    5 till på de andra sidorna.

    cpa-stop · data 14:10 · #G31
    [Eva] [Finn]
    [‹ Sida 1 av 2]
    ");
}

fn status_view() -> StatusView {
    StatusView {
        about: None,
        campaigns: vec![CampaignLine {
            name: "Spring Launch".into(),
            creators: 23,
            data_at: Some(at("2026-06-23T12:10:00Z")),
            end: None,
        }],
        goal: None,
        open: vec![
            member("Alma Lind", "A7K2", Some("486.00 EUR"), Stage::Firing),
            member("Bo Ek", "A7K3", None, Stage::Recovering),
        ],
        troubles: vec![("TikTok".into(), at("2026-06-22T05:00:00Z"))],
        learned: Vec::new(),
    }
}

#[test]
fn status_says_what_is_open_and_what_is_missing() {
    insta::assert_snapshot!(read(&answers::status(&status_view(), &reader("en"), now())), @r"
    🔴 Everything you see: one open alert

    🔴 Alma Lind €486 · #A7K2
    🟡 Bo Ek · Maja has it · #A7K3

    TikTok gives no numbers since Mon 07:00. Nothing is stopped on old data.

    Spring Launch: 23 creators watched, data 14:10
    ");
    insta::assert_snapshot!(read(&answers::status(&status_view(), &reader("sv"), now())), @r"
    🔴 Allt du ser: ett öppet larm

    🔴 Alma Lind 486 € · #A7K2
    🟡 Bo Ek · Maja tar hand om det · #A7K3

    TikTok ger inga siffror sedan mån 07:00. Inget stoppas på gamla data.

    Spring Launch: 23 kreatörer bevakas, data 14:10
    ");
}

#[test]
fn status_of_a_campaign_says_how_it_stands_to_its_goal() {
    let goal = GoalView {
        metric: Metric::Orders,
        currency: euro(),
        wanted: 300,
        pace: Some((120, 150)),
        promised: Some(240),
        without: Vec::new(),
        spread: Vec::new(),
    };
    let about = Some("Spring Launch".to_owned());
    let of_one = StatusView { about, goal: Some(goal), open: Vec::new(), troubles: Vec::new(), ..status_view() };
    insta::assert_snapshot!(read(&answers::status(&of_one, &reader("en"), now())), @r"
    🟢 Spring Launch: nothing is over its line

    Spring Launch: 23 creators watched, data 14:10

    120 of 300 orders: behind, a straight line would be at 150 by now.
    Its creators promise 240 together: 60 orders are missing.
    ");
}

#[test]
fn status_of_nothing_says_so() {
    insta::assert_snapshot!(read(&answers::status(&StatusView::default(), &reader("en"), now())), @r"
    🟢 Everything you see: nothing is over its line

    Nothing is watched here yet.
    ");
}

fn own_numbers() -> MeView {
    let number = |metric, platform, window, reading, usual| OwnNumber { metric, platform, window, reading, usual };
    MeView {
        levels: vec![("Nordbo".into(), "Gold".into())],
        name: "Alma Lind".into(),
        numbers: vec![
            number(Metric::Views, Platform::Youtube, Window::Days(1), Reading::Value(3_120.0), Some(21_400.0)),
            number(Metric::Followers, Platform::Twitch, Window::Hours(1), Reading::Value(1_549.0), None),
            number(Metric::Clicks, Platform::Shop, Window::Days(7), Reading::Absent(Absence::NotYet), Some(60.0)),
        ],
        open: 1,
        data_at: Some(at("2026-06-23T12:10:00Z")),
    }
}

#[test]
fn me_shows_own_numbers() {
    insta::assert_snapshot!(read(&answers::me(&own_numbers(), &reader("en"), now())), @"
    Alma, your numbers. One thing to look at

    YouTube: 3,120 views in a day, usually 21,400
    Twitch: 1,549 followers
    Shop: no link clicks. The platform has not published these numbers yet.

    Your level at Nordbo: Gold. Say “criteria” for what it asks

    Only you see this here. Other creators never see your numbers.

    data 14:10
    ");
    insta::assert_snapshot!(read(&answers::me(&own_numbers(), &reader("sv"), now())), @"
    Alma, dina siffror. En sak att titta på

    YouTube: 3 120 visningar på en dag, annars 21 400
    Twitch: 1 549 följare
    Butiken: inga länkklick. Plattformen har inte publicerat siffrorna än.

    Din nivå hos Nordbo: Gold. Säg ”kriterier” för vad den kräver

    Bara du ser det här. Andra kreatörer ser aldrig dina siffror.

    data 14:10
    ");
}

#[test]
fn tips_come_with_their_evidence() {
    insta::assert_snapshot!(read(&answers::tips("Alma Lind", &[posting_time()], 31, &reader("en"))), @r"
    Alma, one tip from your own posts

    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts). All 31 posts: 21,400. The latest went out Sun–Thu 09–12: on average 15,100 (9 posts).

    These are suggestions. Nothing depends on them.
    ");
    insta::assert_snapshot!(read(&answers::tips("Alma Lind", &[posting_time()], 31, &reader("sv"))), @r"
    Alma, ett tips ur dina egna inlägg

    • sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg). Alla 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: i snitt 15 100 (9 inlägg).

    Det här är förslag. Inget hänger på dem.
    ");
}

#[test]
fn no_tip_says_why() {
    insta::assert_snapshot!(read(&answers::tips("Alma Lind", &[], 5, &reader("en"))), @r"
    Alma, no tip yet that your posts really support

    We looked at 5 posts. A tip needs at least 8 of them and a difference too large to be luck.
    ");
    insta::assert_snapshot!(read(&answers::tips("Alma Lind", &[], 5, &reader("sv"))), @r"
    Alma, inget tips än som dina inlägg verkligen bär

    Vi har tittat på 5 inlägg. Ett tips kräver minst 8 och en skillnad som är för stor för att vara tur.
    ");
}
