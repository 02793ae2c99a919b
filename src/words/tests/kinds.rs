//! What is said of a deal itself: late, missing, a right that ends, an opportunity.

use super::*;
use crate::domain::action::Fix;
use crate::domain::document::{PartnershipRef, RightKind as Granted};
use crate::domain::ids::{DeliverableId, PostRef};
use crate::domain::standing::Named;
use crate::domain::written::Day;
use crate::words::asking;
use crate::words::view::{AskStand, AskView, DealView, FactView};

fn piece_id(id: &str) -> DeliverableId {
    DeliverableId::new(id).expect("an id")
}

fn due(id: &str, day: &str, ended: &str) -> Named {
    Named {
        piece: Some(piece_id(id)),
        day: Some(Day(day.parse().expect("a day"))),
        at: Some(at(ended)),
        ..Named::default()
    }
}

fn ask_deed(what: Fix) -> Deed {
    let partnership: PartnershipRef = serde_json::from_str(r#""spring/alma""#).expect("a partnership");
    Deed::AskFix { partnership, what, deliverable: Some(piece_id("reel-2")) }
}

fn option(deed: Deed) -> OptionView {
    let avoidable = None;
    OptionView {
        deed,
        name: "Alma".into(),
        runs_on: "Alma".into(),
        avoidable,
        billed: None,
        running: true,
        until: None,
        free: false,
    }
}

/// Of this kind and about this fact, fired at 14:00, nothing proposed.
fn about(kind: &str, rule: &str, fact: FactView) -> IncidentView {
    let mut view = fired();
    view.incident.kind = kind.into();
    view.incident.rule = RuleId::new(rule).expect("id");
    view.incident.avoidable = None;
    let left = fact.value.map_or(Reading::Absent(Absence::NotYet), Reading::Value);
    view.seen = vec![Seen {
        metric: Some(fact.metric),
        left,
        right: Reading::Value(0.0),
        right_kind: RightKind::Literal,
        currency: None,
        ..cpa()
    }];
    view.clears = None;
    view.tips.clear();
    view.options.clear();
    view.owed = None;
    view.deal = Some(DealView { then: vec![fact.clone()], now: vec![fact], ..DealView::default() });
    view
}

fn fact(metric: Metric, value: f64, named: Vec<Named>) -> FactView {
    FactView { metric, value: Some(value), named, wanted: String::new() }
}

fn late_post() -> IncidentView {
    // It was due on 21 June: over at 00:00 in Stockholm, 38 hours before 14:15 on the 23rd.
    let named = due("reel-2", "2026-06-21", "2026-06-21T22:00:00Z");
    let mut view = about("late", "late-post", fact(Metric::PostOverdue, 137_700.0, vec![named]));
    let partnership: PartnershipRef = serde_json::from_str(r#""spring/alma""#).expect("a partnership");
    let hold = Deed::Hold { partnership, deliverable: DeliverableId::new("reel-2").expect("id") };
    let hold = OptionView {
        name: "Reel 2".into(),
        avoidable: Some(money("400.00 EUR")),
        until: Some(at("2026-06-26T16:00:00Z")),
        free: true,
        ..option(hold)
    };
    view.options = vec![option(ask_deed(Fix::Post)), option(ask_deed(Fix::MoreTime)), hold];
    view
}

#[test]
fn a_late_post_is_told_with_its_delay_and_what_can_be_done() {
    insta::assert_snapshot!(team(&late_post(), "en"), @"
    🔴 Reel 2 by Alma Lind is 38 h late (Spring Launch)

    Reel 2 was due 21 Jun; it is not out.
    Clears when it is there, put on hold or given a later day.

    Can still be saved: Reel 2 €400 (free to cancel to Fri 18:00).

    Posts that are out stay up and are paid as agreed. Nothing is held or cancelled until one of you says so.

    late-post v3 · plain threshold · data 14:10 · #A7K2
    [Hold Reel 2 −€400] [Ask Alma] [Give Alma 3 more days]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&late_post(), "sv"), @"
    🔴 Reel 2 av Alma Lind är 38 h försenat (Spring Launch)

    Reel 2 skulle vara ute 21 juni; det är det inte.
    Är över när det är där, parkerat eller har fått en senare dag.

    Går ännu att spara: Reel 2 400 € (kan ställas in gratis till fre 18:00).

    Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget parkeras eller ställs in förrän någon av er säger det.

    late-post v3 · enkel gräns · data 14:10 · #A7K2
    [Parkera Reel 2 −400 €] [Fråga Alma] [Ge Alma 3 dagar till]
    [Varför] [Jag tar det] [Vila 6 h]
    ");
}

#[test]
fn the_creator_was_asked_first_and_the_team_reads_that() {
    let mut view = late_post();
    let deed = ask_deed(Fix::Post);
    view.proposals = vec![ProposalView {
        id: 1,
        deed: deed.clone(),
        saves: None,
        expires: None,
        undo_until: None,
        ask: None,
        due: None,
        revives: None,
    }];
    view.incident.note(event(0, None, Happened::Proposed { proposal: 1 }));
    view.incident.note(event(1, None, Happened::Asked { proposal: 1, of: "Alma Lind".into(), direct: true }));
    let text = team(&view, "en");
    assert!(text.contains("Alma was asked 14:01 to deliver what is overdue; it counts when Alma confirms."), "{text}");
    assert!(text.contains("[Give Alma 3 more days]") && !text.contains("[Ask Alma]"), "{text}");
    view.incident.stage = Stage::Resolved;
    view.incident.resolved_at = Some(at("2026-06-23T14:00:00Z"));
    insta::assert_snapshot!(team(&view, "en"), @"
    🟢 Alma Lind: Reel 2 is no longer overdue. It took 2 h

    Alma was asked 14:01 to deliver what is overdue; it counts when Alma confirms.

    late-post v3 · plain threshold · data 14:10 · #A7K2
    [Why]
    ");
}

#[test]
fn every_delay_has_its_own_first_line() {
    let named = || {
        vec![due("reel-2", "2026-06-21", "2026-06-21T22:00:00Z"), due("story", "2026-06-22", "2026-06-22T22:00:00Z")]
    };
    for (metric, want) in [
        (Metric::DraftOverdue, "🟡 The draft of Reel 2 by Alma Lind is 38 h late (Spring Launch)"),
        (Metric::ProofOverdue, "🟡 The proof of Reel 2 by Alma Lind is 38 h late (Spring Launch)"),
        (Metric::ReportOverdue, "🟡 The numbers of Reel 2 by Alma Lind are 38 h late (Spring Launch)"),
    ] {
        let text = team(&about("late", "late", fact(metric, 137_700.0, named())), "en");
        assert!(text.starts_with(want), "{text}");
        assert!(text.contains("Story") && text.contains("22 Jun"), "both pieces are named: {text}");
    }
}

#[test]
fn what_a_text_does_not_say_is_looked_at_and_stops_nothing() {
    let missing = |metric, wanted: &str| {
        let named = vec![Named { piece: Some(piece_id("reel-1")), ..Named::default() }];
        about("late", "missing", FactView { wanted: wanted.into(), ..fact(metric, 1.0, named) })
    };
    insta::assert_snapshot!(team(&missing(Metric::DisclosuresMissing, ""), "en"), @"
    🟡 Alma Lind: no word for advertising found in Reel 1 (Spring Launch)

    Reel 1: no word such as #ad is in its text.
    A platform's own label is not in the text, so look at the post first.

    Posts stay up and codes stay on. Nothing is stopped for this.

    missing v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&missing(Metric::CodesMissing, "ALMA10"), "sv"), @"
    🟡 Alma Lind: koden saknas i Reel 1 (Spring Launch)

    Reel 1: koden ALMA10 står inte i texten.

    Inlägg ligger kvar och koder gäller. Inget stoppas för detta.

    missing v3 · enkel gräns · data 14:10 · #A7K2
    [Varför] [Jag tar det] [Vila 6 h]
    ");
    let link = team(&missing(Metric::LinksWrong, "alma-spring"), "en");
    assert!(link.starts_with("🟡 Alma Lind: the deal's link is missing in Reel 1 (Spring Launch)"), "{link}");
}

fn right(ends: &str) -> IncidentView {
    let named = Named {
        piece: Some(piece_id("reel-1")),
        right: Some(Granted::Usage),
        boost: Some(BoostId::new("alma-reel-1").expect("id")),
        day: Some(Day("2026-06-25".parse().expect("a day"))),
        at: Some(at(ends)),
        ..Named::default()
    };
    let mut view = about("rights", "right-ends", fact(Metric::RightsLeft, 200_000.0, vec![named]));
    let boost = OptionView {
        deed: stop_boost(),
        name: "Reel 1".into(),
        runs_on: "Meta Ads".into(),
        avoidable: Some(money("430.00 EUR")),
        ..option(stop_boost())
    };
    view.options = vec![boost, option(ask_deed(Fix::Rights))];
    view.deal.as_mut().expect("a deal").a_day = Some(money("86.00 EUR"));
    view
}

#[test]
fn a_right_that_ends_is_told_with_what_its_boost_spends() {
    insta::assert_snapshot!(team(&right("2026-06-25T22:00:00Z"), "en"), @"
    🔴 Alma Lind: the usage right for Reel 1 ends in 2 days while its boost runs (€86 a day)

    Usage right for Reel 1: last day 25 Jun.
    The boost spends about €86 a day.
    Without the right the ad must not run: extend it or stop the boost before.

    Can still be saved: €430 of the boost Reel 1 (Meta Ads).

    The post itself stays up; this is about the ad. Nothing stops until one of you says so.

    right-ends v3 · plain threshold · data 14:10 · #A7K2
    [Stop boost −€430] [Ask Alma to extend]
    [Why] [I've got it] [Snooze 6 h]
    ");
    let over = team(&right("2026-06-23T09:15:00Z"), "sv");
    assert!(
        over.starts_with("🔴 Alma Lind: nyttjanderätten för Reel 1 tog slut för 3 h sedan och boosten går än"),
        "{over}"
    );
    // A client reads no agency money.
    let mut view = right("2026-06-25T22:00:00Z");
    view.incident.released = true;
    let client = told(&view, "en", Audience::Client, now());
    assert!(!client.contains('€'), "{client}");
}

#[test]
fn a_competitor_in_a_text_is_no_breach_yet() {
    let named = Named { post: Some(PostRef::new("C1").expect("id")), word: Some("Acme".into()), ..Named::default() };
    let mut view = about("rights", "exclusivity-broken", fact(Metric::ExclusivityBroken, 1.0, vec![named]));
    view.deal.as_mut().expect("a deal").exclusive_until = Some(Day("2026-06-30".parse().expect("a day")));
    insta::assert_snapshot!(team(&view, "en"), @"
    🔴 Alma Lind names Acme in a post while the deal is exclusive (Spring Launch)

    “Acme” stands in the post C1.
    Agreed: nothing for competitors until 30 Jun.
    A name in a text is not yet a breach: look at the post first, then talk.

    Posts stay up and codes stay on. Nothing is stopped for this.

    exclusivity-broken v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]
    ");
}

#[test]
fn an_opportunity_says_what_could_be_done_and_that_nothing_is() {
    let mut view = fired();
    view.incident.kind = "opportunity".into();
    view.incident.avoidable = None;
    view.options.clear();
    view.owed = None;
    view.clears = None;
    view.tips.clear();
    view.deal = Some(DealView {
        newest: Some("Reel 2".into()),
        unboosted: true,
        ends: Some(at("2026-06-30T22:00:00Z")),
        ..DealView::default()
    });
    insta::assert_snapshot!(team(&view, "en"), @"
    🔵 Alma Lind · Spring Launch: €160 per order, limit €45. Better than expected

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Worth a thought
    • Boost Reel 2: it goes well and nothing paid runs on it.
    • Ask for one more piece like Reel 2.
    • Renew: the deal ends 30 Jun.

    Nothing is bought or renewed until one of you says so.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]
    ");
}

#[test]
fn a_creator_reads_the_piece_and_the_day_and_no_money() {
    let mut view = late_post();
    view.deal.as_mut().expect("a deal").a_day = Some(money("86.00 EUR"));
    insta::assert_snapshot!(told(&view, "en", Audience::Creator, now()), @"
    🟡 Hi Alma, one thing of your deal is open

    Reel 2 was due 21 Jun; it is not out.
    Your posts, your deals and what you are paid stay as they are. This is for you to know first.

    #A7K2
    [Why]
    ");
    let own = told(&right("2026-06-25T22:00:00Z"), "en", Audience::Creator, now());
    assert!(!own.contains('€'), "{own}");
}

fn question(what: Fix, tag: &str) -> String {
    let view = AskView {
        proposal: 1,
        deed: ask_deed(what),
        names: names(),
        what: "Reel 2".into(),
        fee: None,
        owed: None,
        due: Some(at("2026-06-21T10:00:00Z")),
        by: "rule/late-post".into(),
        direct: true,
        told: None,
        locale: "en".into(),
        stand: AskStand::Waiting { until: None },
    };
    shown(&asking::compose(&view, &reader(tag), Audience::Creator, now()).expect("a question"))
}

#[test]
fn a_reminder_is_kind_and_says_what_counts() {
    insta::assert_snapshot!(question(Fix::Post, "en"), @"
    🟡 Hi Alma, Reel 2 should be out by now (Nordbo · Spring Launch)

    It was due 21 Jun. Once it is out, press the first button and send me “live” with its address, so that its numbers count as yours. If something is in the way, press the second.
    Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
    [It is out] [Something is in the way]
    ");
    insta::assert_snapshot!(question(Fix::Draft, "sv"), @"
    🟡 Hej Alma, hur går det med utkastet till Reel 2? (Nordbo · Spring Launch)

    Det skulle vara klart 21 juni. Skicka det till teamet och tryck sedan på den första knappen. Är något i vägen, tryck på den andra: vi hittar en väg tillsammans.
    Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget ändras förrän du har svarat.
    [Jag har skickat det] [Något är i vägen]
    ");
    insta::assert_snapshot!(question(Fix::Rights, "en"), @"
    🟡 Hi Alma, may our ad with your post run on? (Nordbo · Spring Launch)

    The right for it ends soon; it would last until 21 Jun instead. Everything else stays as agreed. For an ad in your own name, please extend the permission in the app as well.
    Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
    [Yes, go on] [No / let's talk]
    ");
    insta::assert_snapshot!(question(Fix::Disclosure, "en"), @"
    🟡 Hi Alma, please look whether your post says that it is advertising (Nordbo · Spring Launch)

    We found no word such as #ad in its text. The platform's own label is fine and does not show there; if it has neither, please add one.
    Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
    [It is marked] [I need help]
    ");
    for what in [Fix::Proof, Fix::Report, Fix::MoreTime] {
        for tag in ["en", "sv"] {
            let text = question(what, tag);
            assert!(text.contains("21 ") || text.contains("21\u{a0}"), "the day is named: {text}");
        }
    }
}
