//! Incidents, for each audience.

use proptest::prelude::*;

use super::*;
use crate::domain::sample::Absence;
use crate::rules::evidence::tested::Weight;
use crate::rules::rule::Method;

#[test]
fn fired_tells_the_whole_story() {
    insta::assert_snapshot!(team(&fired(), "en"), @r"
    🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €86 can still be saved

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads).

    Clears with another 3 orders by Fri 18:00, boost stopped.

    Try first
    1. The link opens the home page; it should open the product.
    2. The code ALMA10 is missing in Reel 2.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Stop boost −€86]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&fired(), "sv"), @r"
    🔴 Alma Lind · Spring Launch: 160 € per order, gräns 45 €. 86 € går ännu att spara

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Ska betalas ändå: 814 €. Går ännu att spara: 86 € av boosten Reel 1 (Meta Ads).

    Löses av ytterligare 3 ordrar före fre 18:00, med boosten stoppad.

    Prova först
    1. Länken öppnar the home page; den borde öppna the product.
    2. Koden ALMA10 saknas i Reel 2.

    Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget stoppas förrän någon av er säger det.

    cpa-stop v3 · enkel gräns · data 14:10 · #A7K2
    [Stoppa boost −86 €]
    [Varför] [Jag tar det] [Vila 6 h]
    ");
}

#[test]
fn acknowledged_says_who_has_it() {
    insta::assert_snapshot!(team(&acknowledged(), "en"), @r"
    🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €86 can still be saved

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Maja has it since 14:02.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads).

    Clears with another 3 orders by Fri 18:00, boost stopped.

    Try first
    1. The link opens the home page; it should open the product.
    2. The code ALMA10 is missing in Reel 2.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Stop boost −€86]
    [Why] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&acknowledged(), "sv"), @r"
    🔴 Alma Lind · Spring Launch: 160 € per order, gräns 45 €. 86 € går ännu att spara

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Maja tar hand om det sedan 14:02.

    Ska betalas ändå: 814 €. Går ännu att spara: 86 € av boosten Reel 1 (Meta Ads).

    Löses av ytterligare 3 ordrar före fre 18:00, med boosten stoppad.

    Prova först
    1. Länken öppnar the home page; den borde öppna the product.
    2. Koden ALMA10 saknas i Reel 2.

    Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget stoppas förrän någon av er säger det.

    cpa-stop v3 · enkel gräns · data 14:10 · #A7K2
    [Stoppa boost −86 €]
    [Varför] [Vila 6 h]
    ");
}

#[test]
fn proposed_says_what_it_would_save() {
    insta::assert_snapshot!(team(&proposed(), "en"), @r"
    🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €86 can still be saved

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Asks to stop the boost Reel 1: saves €86. Without an answer by 18:00 it runs on.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads).

    Clears with another 3 orders by Fri 18:00, boost stopped.

    Try first
    1. The link opens the home page; it should open the product.
    2. The code ALMA10 is missing in Reel 2.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Stop boost −€86] [Keep it running]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&proposed(), "sv"), @r"
    🔴 Alma Lind · Spring Launch: 160 € per order, gräns 45 €. 86 € går ännu att spara

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Ber att få stoppa boosten Reel 1: sparar 86 €. Utan svar före 18:00 rullar den vidare.

    Ska betalas ändå: 814 €. Går ännu att spara: 86 € av boosten Reel 1 (Meta Ads).

    Löses av ytterligare 3 ordrar före fre 18:00, med boosten stoppad.

    Prova först
    1. Länken öppnar the home page; den borde öppna the product.
    2. Koden ALMA10 saknas i Reel 2.

    Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget stoppas förrän någon av er säger det.

    cpa-stop v3 · enkel gräns · data 14:10 · #A7K2
    [Stoppa boost −86 €] [Låt den rulla]
    [Varför] [Jag tar det] [Vila 6 h]
    ");
}

#[test]
fn done_and_verified_says_what_the_platform_says() {
    insta::assert_snapshot!(team(&verified(), "en"), @r"
    🟡 Alma Lind · Spring Launch: boost stopped, €86 saved. Still €160 per order, limit €45

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Boost Reel 1 stopped by Maja 14:03; Meta Ads says paused 14:03. Undo until Wed 14:03.

    Owed anyway: €814.

    Clears with another 3 orders by Fri 18:00, boost stopped.

    Try first
    1. The link opens the home page; it should open the product.
    2. The code ALMA10 is missing in Reel 2.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing else stops by itself.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Undo: start boost again]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&verified(), "sv"), @r"
    🟡 Alma Lind · Spring Launch: boosten stoppad, 86 € sparade. Fortfarande 160 € per order, gräns 45 €

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Boosten Reel 1 stoppad av Maja 14:03; Meta Ads säger pausad 14:03. Går att ångra till ons 14:03.

    Ska betalas ändå: 814 €.

    Löses av ytterligare 3 ordrar före fre 18:00, med boosten stoppad.

    Prova först
    1. Länken öppnar the home page; den borde öppna the product.
    2. Koden ALMA10 saknas i Reel 2.

    Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget mer stoppas av sig självt.

    cpa-stop v3 · enkel gräns · data 14:10 · #A7K2
    [Ångra: starta boosten igen]
    [Varför] [Jag tar det] [Vila 6 h]
    ");
}

#[test]
fn undone_says_that_it_runs_again() {
    insta::assert_snapshot!(team(&undone(), "en"), @r"
    🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €86 can still be saved

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Boost Reel 1 started again by Bo; Meta Ads says active 14:10.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads).

    Clears with another 3 orders by Fri 18:00, boost stopped.

    Try first
    1. The link opens the home page; it should open the product.
    2. The code ALMA10 is missing in Reel 2.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Stop boost −€86]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&undone(), "sv"), @r"
    🔴 Alma Lind · Spring Launch: 160 € per order, gräns 45 €. 86 € går ännu att spara

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Boosten Reel 1 startad igen av Bo; Meta Ads säger aktiv 14:10.

    Ska betalas ändå: 814 €. Går ännu att spara: 86 € av boosten Reel 1 (Meta Ads).

    Löses av ytterligare 3 ordrar före fre 18:00, med boosten stoppad.

    Prova först
    1. Länken öppnar the home page; den borde öppna the product.
    2. Koden ALMA10 saknas i Reel 2.

    Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget stoppas förrän någon av er säger det.

    cpa-stop v3 · enkel gräns · data 14:10 · #A7K2
    [Stoppa boost −86 €]
    [Varför] [Jag tar det] [Vila 6 h]
    ");
}

#[test]
fn resolved_says_how_it_ended() {
    insta::assert_snapshot!(told(&resolved(), "en", Audience::Internal, at("2026-06-25T12:01:00Z")), @r"
    🟢 Alma Lind · Spring Launch: over after 2 days. Now €44 per order, limit €45

    Seen then: €160 per order since the deal began (42 readings, newest Tue 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Boost Reel 1 stopped by Maja Tue 14:03; Meta Ads says paused Tue 14:03.

    cpa-stop v3 · plain threshold · data Tue 14:10 · #A7K2
    [Why]
    ");
    insta::assert_snapshot!(told(&resolved(), "sv", Audience::Internal, at("2026-06-25T12:01:00Z")), @r"
    🟢 Alma Lind · Spring Launch: slut efter 2 dagar. Nu 44 € per order, gräns 45 €

    Uppmätt då: 160 € per order sedan avtalet började (42 mätningar, den senaste tis 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Boosten Reel 1 stoppad av Maja tis 14:03; Meta Ads säger pausad tis 14:03.

    cpa-stop v3 · enkel gräns · data tis 14:10 · #A7K2
    [Varför]
    ");
}

#[test]
fn a_slump_is_told_to_the_team() {
    insta::assert_snapshot!(team(&slump(), "en"), @r"
    🔴 Alma Lind · Spring Launch: 3,120 views in a day, usually 21,400

    Seen: 3,120 views in a day (24 readings, newest 14:10).
    Allowed: at least 5,350 views, 25 % of the usual 21,400 (middle of 7 earlier windows).

    Clears at 5,350 views or more in a day.

    Try first
    1. Sun–Thu 18–21 works better: on average 28,400 views (14 posts). All 31 posts: 21,400. The latest went out Sun–Thu 09–12: on average 15,100 (9 posts).

    Posts stay up and codes stay on. There is nothing paid here to stop, so nothing is stopped.

    views-slump v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&slump(), "sv"), @r"
    🔴 Alma Lind · Spring Launch: 3 120 visningar på en dag, annars 21 400

    Uppmätt: 3 120 visningar på en dag (24 mätningar, den senaste 14:10).
    Tillåtet: minst 5 350 visningar, 25 % av de vanliga 21 400 (mittvärde av 7 tidigare perioder).

    Löses vid 5 350 visningar eller mer på en dag.

    Prova först
    1. sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg). Alla 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: i snitt 15 100 (9 inlägg).

    Inläggen ligger kvar och koderna gäller. Här finns inget betalt att stoppa, så inget stoppas.

    views-slump v3 · enkel gräns · data 14:10 · #A7K2
    [Varför] [Jag tar det] [Vila 6 h]
    ");
}

#[test]
fn a_slump_is_told_to_the_creator() {
    insta::assert_snapshot!(told(&slump(), "en", Audience::Creator, now()), @r"
    🟡 Hi Alma, we see 3,120 views in a day, usually 21,400. Nothing has changed

    Seen: 3,120 views in a day (24 readings, newest 14:10).
    Allowed: at least 5,350 views, 25 % of the usual 21,400 (middle of 7 earlier windows).

    Your posts, your deals and what you are paid stay as they are. This is for you to know first.

    Clears at 5,350 views or more in a day.

    From your own posts
    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts). All 31 posts: 21,400. The latest went out Sun–Thu 09–12: on average 15,100 (9 posts).

    data 14:10 · #A7K2
    [Why] [My numbers]
    ");
    insta::assert_snapshot!(told(&slump(), "sv", Audience::Creator, now()), @r"
    🟡 Hej Alma, vi ser 3 120 visningar på en dag, annars 21 400. Inget har ändrats

    Uppmätt: 3 120 visningar på en dag (24 mätningar, den senaste 14:10).
    Tillåtet: minst 5 350 visningar, 25 % av de vanliga 21 400 (mittvärde av 7 tidigare perioder).

    Dina inlägg, dina avtal och din ersättning är som förut. Det här är för att du ska veta först.

    Löses vid 5 350 visningar eller mer på en dag.

    Ur dina egna inlägg
    • sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg). Alla 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: i snitt 15 100 (9 inlägg).

    data 14:10 · #A7K2
    [Varför] [Mina siffror]
    ");
}

#[test]
fn a_creator_is_told_about_numbers_only() {
    assert!(compose(&fired(), &reader("en"), Audience::Creator, now()).is_none());
    assert!(answers::why(&fired(), &reader("en"), Audience::Creator, now()).is_none());
    assert!(compose(&fired(), &reader("en"), Audience::Operator, now()).is_none());
}

#[test]
fn a_client_is_told_what_was_released_at_billed_prices() {
    assert!(compose(&fired(), &reader("en"), Audience::Client, now()).is_none());
    let mut view = fired();
    view.incident.released = true;
    view.options[0].billed = Some(money("110.00 EUR"));
    insta::assert_snapshot!(told(&view, "en", Audience::Client, now()), @"
    🔴 Alma Lind · Spring Launch: brings too little for what it costs

    As billed to you: €110 of the boost Reel 1 (Meta Ads).

    Try first
    1. The link opens the home page; it should open the product.
    2. The code ALMA10 is missing in Reel 2.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    data 14:10 · #A7K2
    [Stop boost −€110]
    [Why] [I've got it]
    ");
    view.incident.released = false;
    view.incident.note(event(3, Some("Maja"), Happened::Shown));
    view.incident.note(event(9, Some("Maja"), Happened::Hidden));
    insta::assert_snapshot!(told(&view, "en", Audience::Client, now()), @"⚪ #A7K2: your agency has taken this alert back");
    view = slump();
    view.incident.released = true;
    view.owed = Some(money("814.00 EUR"));
    view.incident.avoidable = Some(money("86.00 EUR"));
    let text = told(&view, "en", Audience::Client, now());
    assert!(!text.contains('€'), "{text}");
}

#[test]
fn what_does_not_fit_goes_behind_why_whole_and_counted() {
    let mut view = proposed();
    view.tips = vec![posting_time(), posting_time(), posting_time(), posting_time(), posting_time()];
    let text = team(&view, "en");
    assert!(text.contains("1 more behind Why"), "{text}");
    assert!(!text.contains("Try first") && text.contains("Posts stay up"), "{text}");
    let why = answers::why(&view, &reader("en"), Audience::Internal, now()).expect("why");
    assert_eq!(plain(&why).matches("works better").count(), 5);
}

#[test]
fn blocks_without_numbers_are_left_out() {
    let mut view = fired();
    (view.owed, view.clears, view.data_at, view.incident.avoidable) = (None, None, None, None);
    view.tips.clear();
    view.options.clear();
    view.seen = vec![Seen { newest: None, ..cpa() }];
    let text = team(&view, "en");
    for word in ["saved", "Owed", "Clears", "Try", "data", "Also", "newest"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[test]
fn buttons_say_what_they_do_and_know_what_they_mean() {
    let composed = compose(&proposed(), &reader("en"), Audience::Internal, now()).expect("a message");
    let meant = composed.purposes.clone();
    assert_eq!(meant[0][0], ButtonPurpose::Approve { incident: id("A7K2"), proposal: 1 });
    let mut n = 0;
    let message = composed.with_tokens(|_| {
        n += 1;
        format!("t{n}")
    });
    let tokens: Vec<&str> = message.buttons.iter().flatten().map(|button| button.token.as_str()).collect();
    assert_eq!(tokens, ["t1", "t2", "t3", "t4", "t5"]);
    for purpose in meant.iter().flatten() {
        let json = serde_json::to_string(purpose).expect("json");
        assert_eq!(&serde_json::from_str::<ButtonPurpose>(&json).expect("a purpose"), purpose);
    }
}

#[test]
fn a_possible_repeat_says_so() {
    let composed = compose(&fired(), &reader("en"), Audience::Internal, now()).expect("a message");
    let message = mark_repeat(composed.message, &reader("en"));
    assert!(message.footer.ends_with("· you may have seen this already"), "{}", message.footer);
    assert!(utf16_units(&plain(&message)) <= 1_024);
}

proptest! {
    /// Invariant 10, and the length of a caption, whatever the numbers, names and stage are.
    #[test]
    fn a_creator_never_sees_money_or_other_names(
        kinds in proptest::collection::vec(0..Metric::ALL.len(), 1..5),
        others in 0_u32..9,
        values in proptest::collection::vec(0.0..1e9_f64, 5),
        stage in 0..3_usize,
        swedish in any::<bool>(),
        name in "\\PC{1,80}",
    ) {
        let mut view = verified();
        view.incident.acknowledged_by = Some("Zacharias".into());
        view.names.creator = Some(name);
        view.seen = kinds.iter().zip(&values).map(|(kind, value)| Seen {
            metric: Some(Metric::ALL[*kind]),
            left: Reading::Value(*value),
            right_kind: RightKind::Peers { others, share: crate::rules::benchmark::Quantile::MIDDLE },
            ..cpa()
        }).collect();
        view.incident.stage = [Stage::Firing, Stage::Recovering, Stage::Resolved][stage];
        let reader = reader(if swedish { "sv" } else { "en" });
        if let Some(composed) = compose(&view, &reader, Audience::Creator, now()) {
            let text = shown(&composed);
            prop_assert!(5 <= others);
            for secret in ["€", "Maja", "Zacharias", "Meta Ads"] {
                let mine = view.names.creator.as_deref().unwrap_or_default().contains(secret);
                prop_assert!(mine || !text.contains(secret), "{} in {}", secret, text);
            }
            prop_assert!(composed.purposes.iter().flatten().all(|purpose| purpose.needs() == crate::words::command::Needs::See));
        }
        for audience in [Audience::Internal, Audience::Client] {
            if let Some(composed) = compose(&view, &reader, audience, now()) {
                prop_assert!(utf16_units(&plain(&composed.message)) <= 1_024);
            }
        }
    }
}

/// Weighed with the numbers of the standard: 4 orders on 14.2 expected, in nine posts.
fn weighed(method: Method, level: f64, value: f64) -> IncidentView {
    let mut view = proposed();
    let line = if method == Method::Anytime { 1.0 / (1.0 - level) } else { level };
    view.seen[0].weight = Some(Weight {
        method,
        level,
        value,
        line,
        expected: 14.2222,
        seen: 4.0,
        posts: 9,
        k: Some(5.0),
        prior: None,
        tests: 1,
        stretches: Vec::new(),
    });
    view
}

#[test]
fn an_alert_says_how_sure_it_is() {
    let mut view = weighed(Method::Anytime, 0.95, 25.7);
    insta::assert_snapshot!(team(&view, "en"));
    view.seen[0].left = Reading::Absent(Absence::NotYet);
    insta::assert_snapshot!(team(&view, "en"));
    insta::assert_snapshot!(team(&weighed(Method::Posterior, 0.9, 0.937), "sv"));
    insta::assert_snapshot!(read(
        &answers::why(&weighed(Method::Anytime, 0.8, 25.7), &reader("en"), Audience::Internal, now())
            .expect("a receipt")
    ));
}
