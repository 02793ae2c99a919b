//! Every kind of message, read aloud in both languages.

use jiff::{Timestamp, ToSpan as _};
use proptest::prelude::*;

use super::buttons::{ButtonPurpose, Composed};
use super::command::{Command, Name, parse};
use super::incident::{compose, mark_repeat};
use super::message::Message;
use super::permission::Reason;
use super::phrase::{MAIN_UNITS, plain, utf16_units};
use super::replies::{self, Reply};
use super::trouble::Trouble;
use super::view::{
    BoostView, CampaignLine, Clears, GroupView, IncidentView, JudgedView, MeView, Member, Names, OwnNumber,
    ProposalView, Relation, RightKind, Seen, StatusView, Window,
};
use super::wording::Reader;
use super::{answers, group};
use crate::domain::ids::{BoostId, CampaignId, CreatorId, Platform, RuleId, Subject};
use crate::domain::metric::Metric;
use crate::domain::money::{Currency, Money};
use crate::domain::person::{Audience, Role};
use crate::domain::sample::{Absence, Reading};
use crate::domain::verdict::Verdict;
use crate::insight::posting_time::{Cell, Days, PostingTip};
use crate::insight::tips::Tip;
use crate::outbox::incident::{Event, Happened, Incident, IncidentId, Stage};

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

/// Tuesday 23 June 2026, 14:15 in Stockholm.
fn now() -> Timestamp {
    at("2026-06-23T12:15:00Z")
}

fn reader(tag: &str) -> Reader {
    Reader::new(tag, "Europe/Stockholm")
}

fn money(text: &str) -> Money {
    text.parse().expect("money")
}

fn euro() -> Currency {
    money("1.00 EUR").currency
}

fn id(text: &str) -> IncidentId {
    IncidentId::typed(text).expect("an id")
}

fn names() -> Names {
    Names { brand: Some("Nordbo".into()), campaign: Some("Spring Launch".into()), creator: Some("Alma Lind".into()) }
}

fn cpa() -> Seen {
    Seen {
        metric: Some(Metric::Cpa),
        platform: None,
        formula: None,
        left: Reading::Value(16_000.0),
        relation: Relation::Above,
        right: Reading::Value(4_500.0),
        right_kind: RightKind::Target,
        base: None,
        currency: Some(euro()),
        n: 42,
        newest: Some(at("2026-06-23T12:10:00Z")),
        window: Window::Deal,
        verdict: Verdict::Holds,
    }
}

fn spend() -> Seen {
    Seen {
        metric: Some(Metric::Spend),
        left: Reading::Value(64_000.0),
        right: Reading::Value(10_000.0),
        right_kind: RightKind::Literal,
        ..cpa()
    }
}

fn views() -> Seen {
    Seen {
        metric: Some(Metric::Views),
        left: Reading::Value(3_120.0),
        relation: Relation::Below,
        right: Reading::Value(5_350.0),
        right_kind: RightKind::Own { windows: 7 },
        base: Some(21_400.0),
        currency: None,
        n: 24,
        window: Window::Days(1),
        ..cpa()
    }
}

fn tips() -> Vec<Tip> {
    vec![
        Tip::LinkTarget { opens: "the home page".into(), should_open: "the product".into() },
        Tip::CodeMissing { code: "ALMA10".into(), post: "Reel 2".into() },
    ]
}

fn posting_time() -> Tip {
    let cell =
        |from_hour, n, mean| Cell { days: Days::SunThu, from_hour, until_hour: from_hour + 3, n, mean, shrunk: mean };
    Tip::PostingTime(PostingTip {
        metric: Metric::Views,
        best: cell(18, 14, 28_400.0),
        latest: Some(cell(9, 9, 15_100.0)),
        overall: 21_400.0,
        posts: 31,
        gain: 0.24,
    })
}

fn event(minute: i64, by: Option<&str>, what: Happened) -> Event {
    Event { at: at("2026-06-23T12:00:00Z") + minute.minutes(), by: by.map(str::to_owned), what }
}

/// Fired at 14:00, told with all its blocks.
fn fired() -> IncidentView {
    let subject = Subject::Partnership(CampaignId::new("spring").expect("id"), CreatorId::new("alma").expect("id"));
    let mut incident = Incident {
        id: id("A7K2"),
        rule: RuleId::new("cpa-stop").expect("id"),
        rule_version: 3,
        kind: "stop_loss".into(),
        subject,
        brand: None,
        campaign: None,
        creator: None,
        stage: Stage::Firing,
        revision: 0,
        opened_at: at("2026-06-23T12:00:00Z"),
        resolved_at: None,
        acknowledged_by: None,
        snoozed_until: None,
        receipt: serde_json::Value::Null,
        avoidable: Some(money("86.00 EUR")),
        boosts: vec![BoostId::new("alma-reel-1").expect("id")],
        events: Vec::new(),
    };
    incident.note(event(0, None, Happened::Fired));
    IncidentView {
        incident,
        names: names(),
        seen: vec![cpa(), spend()],
        current: None,
        owed: Some(money("814.00 EUR")),
        clears: Some(Clears::More {
            metric: Metric::Orders,
            amount: 3.0,
            by: Some(at("2026-06-26T16:00:00Z")),
            boost_stopped: true,
        }),
        boosts: vec![BoostView {
            id: BoostId::new("alma-reel-1").expect("id"),
            name: "Reel 1".into(),
            runs_on: "Meta Ads".into(),
            avoidable: Some(money("86.00 EUR")),
            running: true,
        }],
        proposals: Vec::new(),
        tips: tips(),
        data_at: Some(at("2026-06-23T12:10:00Z")),
        automatic: false,
        released: true,
        billed: true,
        chart: None,
    }
}

fn proposed() -> IncidentView {
    let mut view = fired();
    view.proposals = vec![ProposalView {
        id: 1,
        boost: BoostId::new("alma-reel-1").expect("id"),
        saves: Some(money("86.00 EUR")),
        expires: Some(at("2026-06-23T16:00:00Z")),
        undo_until: None,
    }];
    view.incident.note(event(0, None, Happened::Proposed { proposal: 1 }));
    view
}

fn acknowledged() -> IncidentView {
    let mut view = fired();
    view.incident.acknowledged_by = Some("Maja".into());
    view.incident.note(event(2, Some("Maja"), Happened::Acknowledged));
    view
}

fn verified() -> IncidentView {
    let mut view = proposed();
    view.incident.note(event(2, Some("Maja"), Happened::Approved { proposal: 1 }));
    view.incident.note(event(3, None, Happened::Done { proposal: 1 }));
    view.incident.note(event(3, None, Happened::Verified { proposal: 1, state: "paused".into() }));
    view.boosts[0].running = false;
    view.proposals[0].undo_until = Some(at("2026-06-24T12:03:00Z"));
    view
}

fn undone() -> IncidentView {
    let mut view = verified();
    view.incident.note(event(10, Some("Bo"), Happened::Undone { proposal: 1, state: "active".into() }));
    view.boosts[0].running = true;
    view
}

fn resolved() -> IncidentView {
    let mut view = verified();
    view.incident.stage = Stage::Resolved;
    view.incident.resolved_at = Some(at("2026-06-25T12:00:00Z"));
    view.current = Some(4_400.0);
    view
}

/// About views, which a creator may see about themselves.
fn slump() -> IncidentView {
    let mut view = fired();
    view.seen = vec![views()];
    view.incident.avoidable = None;
    view.incident.rule = RuleId::new("views-slump").expect("id");
    view.boosts.clear();
    view.owed = None;
    view.clears = Some(Clears::Reaches {
        metric: Metric::Views,
        value: 5_350.0,
        currency: None,
        relation: Relation::Below,
        window: Window::Days(1),
    });
    view.tips = vec![posting_time()];
    view
}

/// The message as a person sees it, buttons last.
fn shown(composed: &Composed) -> String {
    let mut text = plain(&composed.message);
    for row in &composed.message.buttons {
        text.push('\n');
        text.push_str(&row.iter().map(|button| format!("[{}]", button.label)).collect::<Vec<_>>().join(" "));
    }
    visible(&text)
}

fn visible(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

fn read(message: &Message) -> String {
    visible(&plain(message))
}

#[track_caller]
fn told(view: &IncidentView, tag: &str, audience: Audience, now: Timestamp) -> String {
    let composed = compose(view, &reader(tag), audience, now).expect("a message");
    assert!(utf16_units(&plain(&composed.message)) <= MAIN_UNITS);
    shown(&composed)
}

fn team(view: &IncidentView, tag: &str) -> String {
    told(view, tag, Audience::Internal, now())
}

#[test]
fn fired_tells_the_whole_story() {
    insta::assert_snapshot!(team(&fired(), "en"), @r"
    🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €86 can still be saved

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads).

    Clears with 3 orders more by Fri 18:00, boost stopped.

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

    Löses av 3 ordrar till före fre 18:00, med boosten stoppad.

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

    Clears with 3 orders more by Fri 18:00, boost stopped.

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

    Löses av 3 ordrar till före fre 18:00, med boosten stoppad.

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

    Clears with 3 orders more by Fri 18:00, boost stopped.

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

    Löses av 3 ordrar till före fre 18:00, med boosten stoppad.

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

    Maja stopped the boost Reel 1 14:03; Meta Ads says paused 14:03. Undo until Wed 14:03.

    Owed anyway: €814.

    Clears with 3 orders more by Fri 18:00, boost stopped.

    Try first
    1. The link opens the home page; it should open the product.
    2. The code ALMA10 is missing in Reel 2.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Undo: start boost again]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&verified(), "sv"), @r"
    🟡 Alma Lind · Spring Launch: boosten stoppad, 86 € sparade. Fortfarande 160 € per order, gräns 45 €

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Maja stoppade boosten Reel 1 14:03; Meta Ads säger paused 14:03. Går att ångra till ons 14:03.

    Ska betalas ändå: 814 €.

    Löses av 3 ordrar till före fre 18:00, med boosten stoppad.

    Prova först
    1. Länken öppnar the home page; den borde öppna the product.
    2. Koden ALMA10 saknas i Reel 2.

    Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget stoppas förrän någon av er säger det.

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

    Bo took it back: the boost Reel 1 runs again, Meta Ads says active 14:10.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads).

    Clears with 3 orders more by Fri 18:00, boost stopped.

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

    Bo tog tillbaka det: boosten Reel 1 rullar igen, Meta Ads säger active 14:10.

    Ska betalas ändå: 814 €. Går ännu att spara: 86 € av boosten Reel 1 (Meta Ads).

    Löses av 3 ordrar till före fre 18:00, med boosten stoppad.

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

    Seen: €160 per order since the deal began (42 readings, newest Tue 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Maja stopped the boost Reel 1 Tue 14:03; Meta Ads says paused Tue 14:03.

    cpa-stop v3 · plain threshold · data Tue 14:10 · #A7K2
    [Why]
    ");
    insta::assert_snapshot!(told(&resolved(), "sv", Audience::Internal, at("2026-06-25T12:01:00Z")), @r"
    🟢 Alma Lind · Spring Launch: över efter 2 dagar. Nu 44 € per order, gräns 45 €

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste tis 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Maja stoppade boosten Reel 1 tis 14:03; Meta Ads säger paused tis 14:03.

    cpa-stop v3 · enkel gräns · data tis 14:10 · #A7K2
    [Varför]
    ");
}

#[test]
fn a_slump_is_told_to_the_team() {
    insta::assert_snapshot!(team(&slump(), "en"), @r"
    🔴 Alma Lind · Spring Launch: 3,120 views, usually 21,400

    Seen: 3,120 views in a day (24 readings, newest 14:10).
    Allowed: at least 5,350 views, 25 % of the usual 21,400 (middle of 7 earlier windows).

    Clears at 5,350 views or more in a day.

    Try first
    1. Sun–Thu 18–21 works better: on average 28,400 views (14 posts); all your 31 posts: 21,400. The latest went out Sun–Thu 09–12: 15,100 (9 posts).

    Posts stay up and codes stay on. There is nothing paid here to stop, so nothing is stopped.

    views-slump v3 · plain threshold · data 14:10 · #A7K2
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&slump(), "sv"), @r"
    🔴 Alma Lind · Spring Launch: 3 120 visningar, annars 21 400

    Uppmätt: 3 120 visningar på en dag (24 mätningar, den senaste 14:10).
    Tillåtet: minst 5 350 visningar, 25 % av de vanliga 21 400 (mittvärde av 7 tidigare perioder).

    Löses vid 5 350 visningar eller mer på en dag.

    Prova först
    1. sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg); alla dina 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: 15 100 (9 inlägg).

    Inläggen ligger kvar och koderna gäller. Här finns inget betalt att stoppa, så inget stoppas.

    views-slump v3 · enkel gräns · data 14:10 · #A7K2
    [Varför] [Jag tar det] [Vila 6 h]
    ");
}

#[test]
fn a_slump_is_told_to_the_creator() {
    insta::assert_snapshot!(told(&slump(), "en", Audience::Creator, now()), @r"
    🟡 Hi Alma, we see 3,120 views, usually 21,400. Nothing has changed

    Seen: 3,120 views in a day (24 readings, newest 14:10).
    Allowed: at least 5,350 views, 25 % of the usual 21,400 (middle of 7 earlier windows).

    Your posts, your deals and what you are paid stay as they are. This is for you to know first.

    Clears at 5,350 views or more in a day.

    From your own posts
    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts); all your 31 posts: 21,400. The latest went out Sun–Thu 09–12: 15,100 (9 posts).

    data 14:10 · #A7K2
    [Why] [My numbers]
    ");
    insta::assert_snapshot!(told(&slump(), "sv", Audience::Creator, now()), @r"
    🟡 Hej Alma, vi ser 3 120 visningar, annars 21 400. Inget har ändrats

    Uppmätt: 3 120 visningar på en dag (24 mätningar, den senaste 14:10).
    Tillåtet: minst 5 350 visningar, 25 % av de vanliga 21 400 (mittvärde av 7 tidigare perioder).

    Dina inlägg, dina avtal och din ersättning är som förut. Det här är för att du ska veta först.

    Löses vid 5 350 visningar eller mer på en dag.

    Ur dina egna inlägg
    • sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg); alla dina 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: 15 100 (9 inlägg).

    data 14:10 · #A7K2
    [Varför] [Mina siffror]
    ");
}

#[test]
fn why_shows_every_number() {
    insta::assert_snapshot!(read(&answers::why(&verified(), &reader("en"), Audience::Internal, now()).expect("why")), @r"
    #A7K2 Alma Lind · Spring Launch: why it was told

    Holds: €160 per order since the deal began. That is above €45 per order, as agreed in the deal.
       42 readings, newest 14:10
    Holds: €640 spent since the deal began. That is above €100 spent, as written in the rule.
       42 readings, newest 14:10

    Clears with 3 orders more by Fri 18:00, boost stopped.

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

    Löses av 3 ordrar till före fre 18:00, med boosten stoppad.

    • Länken öppnar the home page; den borde öppna the product.
    • Koden ALMA10 saknas i Reel 2.

    Vad som hänt
    14:00 gick över gränsen
    14:00 Plimsoll bad att få stoppa boosten
    14:02 Maja sa ja
    14:03 plattformen har tagit emot det
    14:03 plattformen säger paused

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
        data_at: Some(at("2026-06-23T12:10:00Z")),
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

    5 pågår, 1 bättre, 1 över. Ett meddelande i stället för många; inget är utelämnat.

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
        }],
        open: vec![
            member("Alma Lind", "A7K2", Some("486.00 EUR"), Stage::Firing),
            member("Bo Ek", "A7K3", None, Stage::Recovering),
        ],
        troubles: vec![("TikTok".into(), at("2026-06-22T05:00:00Z"))],
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
fn status_of_nothing_says_so() {
    insta::assert_snapshot!(read(&answers::status(&StatusView::default(), &reader("en"), now())), @r"
    🟢 Everything you see: nothing is over its line

    Nothing is watched here yet.
    ");
}

fn own_numbers() -> MeView {
    let number = |metric, platform, window, reading, usual| OwnNumber { metric, platform, window, reading, usual };
    MeView {
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
    insta::assert_snapshot!(read(&answers::me(&own_numbers(), &reader("en"), now())), @r"
    Alma, your numbers. One thing to look at

    YouTube: 3,120 views in a day, usually 21,400
    Twitch: 1,549 followers
    the shop: no link clicks: The platform has not published these numbers yet.

    Only you see this here. Other creators never see your numbers.

    data 14:10
    ");
    insta::assert_snapshot!(read(&answers::me(&own_numbers(), &reader("sv"), now())), @r"
    Alma, dina siffror. En sak att titta på

    YouTube: 3 120 visningar på en dag, annars 21 400
    Twitch: 1 549 följare
    the shop: inga länkklick: Plattformen har inte publicerat siffrorna än.

    Bara du ser det här. Andra kreatörer ser aldrig dina siffror.

    data 14:10
    ");
}

#[test]
fn tips_come_with_their_evidence() {
    insta::assert_snapshot!(read(&answers::tips("Alma Lind", &[posting_time()], 31, &reader("en"))), @r"
    Alma, one tip from your own posts

    • Sun–Thu 18–21 works better: on average 28,400 views (14 posts); all your 31 posts: 21,400. The latest went out Sun–Thu 09–12: 15,100 (9 posts).

    These are suggestions. Nothing depends on them.
    ");
    insta::assert_snapshot!(read(&answers::tips("Alma Lind", &[posting_time()], 31, &reader("sv"))), @r"
    Alma, ett tips ur dina egna inlägg

    • sön–tors 18–21 går bättre: i snitt 28 400 visningar (14 inlägg); alla dina 31 inlägg: 21 400. Det senaste kom sön–tors 09–12: 15 100 (9 inlägg).

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

#[test]
fn help_is_the_table() {
    insta::assert_snapshot!(read(&replies::help(None, &reader("en"))), @r"
    What you can say here

    status [SUBJECT] What is watched, what is open, what is missing
    me Your own numbers, for creators
    tips What your own posts suggest, for creators
    why WHAT Why an alert was told: every number behind it
    why-not SUBJECT RULE Why a rule has not told anything: every number behind it
    pause WHAT Stop the boosts of a creator or campaign; asks first and says what it saves
    resume WHAT Start stopped boosts again; asks first
    approve ID Agree to what an alert proposes
    reject ID REASON Say no to what an alert proposes, and why
    undo ID Take back what was done about an alert
    ack ID Say that you have it; everyone in every room sees it
    snooze ID DURATION Put an alert off for a while
    link [CODE] Join your Discord and your Telegram with a one-time code
    grant PERSON ROLE REACH Give somebody a role for a brand or a campaign
    revoke PERSON ROLE REACH Take a role away; it ends at once
    bind CODE Make this chat a room, with the code from the terminal
    help [COMMAND] What you can say, or how to say one thing
    ");
    insta::assert_snapshot!(read(&replies::help(Some(Name::Snooze), &reader("en"))), @r"
    snooze ID DURATION: Put an alert off for a while

    ID: the short id at the end of an alert, such as A7K2
    DURATION: how long, such as 45m, 6h or 2d, up to 30 days
    For example: snooze A7K2 6h
    ");
    insta::assert_snapshot!(read(&replies::help(Some(Name::WhyNot), &reader("sv"))), @r"
    why-not SUBJECT RULE: Varför en regel inte sagt något: varje siffra bakom det

    SUBJECT: en kreatör, kampanj eller ett varumärke, som alma eller spring
    RULE: en regel, som cpa-stop
    Till exempel: why-not alma cpa-stop
    ");
}

fn refusals(tag: &str) -> String {
    Reason::ALL.map(|reason| read(&replies::refusal(reason, &reader(tag)))).join("\n")
}

fn taught(tag: &str) -> String {
    ["", "puase alma", "xyzzy", "pause", "me too", "snooze A7K2 soon", "grant maja manger all", "pause \"alma"]
        .map(|text| read(&replies::teach(&parse(text).expect_err("wrong"), &reader(tag))))
        .join("\n\n")
}

fn troubles(tag: &str) -> String {
    let text = |text: &str| text.to_owned();
    [
        Trouble::Standstill {
            source: text("YouTube"),
            metric: text("views"),
            still: 1_540,
            of: 1_549,
            day: text("2026-06-23"),
        },
        Trouble::Implausible { source: text("Twitch"), count: 1_549, poll: text("532") },
        Trouble::RoomClosed { room: text("nordbo-team"), chat: "Telegram", reason: text("the bot was blocked") },
        Trouble::OtherPoller { bot: text("@PlimsollBot") },
        Trouble::SourceDown { source: text("TikTok"), reason: text("no answer"), since: text("x") },
        Trouble::TokenRefused { source: text("YouTube") },
        Trouble::QuotaSpent { source: text("YouTube"), until: text("09:00"), day: text("x") },
        Trouble::StoredOld { count: 12, since: text("x") },
    ]
    .map(|trouble| {
        assert!(Trouble::KEYS.contains(&trouble.wording().key.as_str()));
        assert!(!trouble.identity().is_empty());
        read(&replies::stored(&trouble.wording(), &reader(tag)))
    })
    .join("\n---\n")
}

fn answers_to_presses(tag: &str) -> String {
    let text = |text: &str| text.to_owned();
    [
        Reply::Acknowledged { id: id("A7K2") },
        Reply::AlreadyAcknowledged { id: id("A7K2"), who: text("Maja") },
        Reply::Snoozed { id: id("A7K2"), until: at("2026-06-23T18:00:00Z") },
        Reply::Approved { id: id("A7K2") },
        Reply::AlreadyAnswered { id: id("A7K2"), who: text("Bo") },
        Reply::NothingToUndo { id: id("A7K2") },
        Reply::LinkCode { code: text("K7M2-Q4TD"), minutes: 10 },
        Reply::Linked { name: text("Maja") },
        Reply::Bound { room: text("nordbo-team") },
        Reply::CodeRefused,
        Reply::Granted { person: text("maja"), role: Role::Manager, reach: crate::domain::person::Reach::All },
        Reply::UnknownSubject { given: text("amla"), nearest: Some(text("alma")) },
        Reply::NothingToStop { subject: text("Alma Lind") },
        Reply::OldButton,
        Reply::Failed { reason: text("Meta Ads did not answer") },
    ]
    .map(|reply| read(&reply.say(&reader(tag), now())))
    .join("\n")
}

fn confirmed(tag: &str, saves: Option<&str>, text: &str) -> String {
    let command: Command = parse(text).expect("a command");
    shown(&replies::confirm(&command, "Reel 1", text, saves.map(money), &reader(tag)))
}

#[test]
fn refusals_say_the_reason_and_the_remedy() {
    insta::assert_snapshot!(refusals("en"), @r"
    I do not know you here yet. Ask the team for a one-time code, then say link and the code.
    Your role does not allow this. Ask the agency or the client owner.
    You have no role for this one. Ask the agency or the client owner.
    You can see your own numbers: say me. Those of others stay with them.
    This is for creators, about themselves. For campaigns, say status.
    You are no longer a member of this room, so I cannot do this for you here.
    I cannot tell right now whether you belong to this room. For money that means no; try again shortly.
    This room belongs to something else. Ask in its own room, or in a direct message to me.
    Say this in a direct message to me; the answer is only for you.
    This chat is not a room of ours yet. Say bind and the code from the terminal.
    There is nothing about this in this room.
    Nobody can give or take a role wider than their own.
    ");
    insta::assert_snapshot!(refusals("sv"), @r"
    Jag känner dig inte här än. Be teamet om en engångskod och säg sedan link och koden.
    Din roll tillåter inte det här. Fråga byrån eller uppdragsgivaren.
    Du har ingen roll för just detta. Fråga byrån eller uppdragsgivaren.
    Du kan se dina egna siffror: säg me. Andras stannar hos dem.
    Det här är för kreatörer, om dem själva. För kampanjer, säg status.
    Du är inte längre medlem i det här rummet, så jag kan inte göra det åt dig här.
    Jag kan inte se just nu om du hör till rummet. När det gäller pengar betyder det nej; försök igen strax.
    Det här rummet hör till något annat. Fråga i rätt rum, eller i ett direktmeddelande till mig.
    Säg det i ett direktmeddelande till mig; svaret är bara för dig.
    Den här chatten är inget rum än. Säg bind och koden från terminalen.
    Det finns inget om detta i det här rummet.
    Ingen kan ge eller ta en roll som är vidare än den egna.
    ");
}

#[test]
fn mistakes_are_taught() {
    insta::assert_snapshot!(taught("en"), @r"
    Say a command. help shows what there is.

    I do not know “puase”. Did you mean pause? help shows what there is.

    I do not know “xyzzy”. help shows what there is.

    One thing is missing: a creator, campaign or brand, such as alma or spring.

    For example: pause alma
    For example: pause spring

    I did not expect “too” after me. Put names with spaces in quotes.

    For example: me

    “soon” does not fit here. It should be how long, such as 45m, 6h or 2d, up to 30 days.

    For example: snooze A7K2 6h

    “manger” does not fit here. It should be a role, such as manager or analyst. Did you mean manager?

    For example: grant maja manager brand/nordbo

    A quote was opened and not closed.
    ");
    insta::assert_snapshot!(taught("sv"), @r"
    Säg ett kommando. help visar vilka som finns.

    Jag känner inte till ”puase”. Menade du pause? help visar vilka som finns.

    Jag känner inte till ”xyzzy”. help visar vilka som finns.

    En sak saknas: en kreatör, kampanj eller ett varumärke, som alma eller spring.

    Till exempel: pause alma
    Till exempel: pause spring

    Jag väntade mig inte ”too” efter me. Sätt namn med mellanslag inom citattecken.

    Till exempel: me

    ”soon” passar inte här. Det ska vara hur länge, som 45m, 6h eller 2d, högst 30 dagar.

    Till exempel: snooze A7K2 6h

    ”manger” passar inte här. Det ska vara en roll, som manager eller analyst. Menade du manager?

    Till exempel: grant maja manager brand/nordbo

    Ett citattecken öppnades men stängdes inte.
    ");
}

#[test]
fn troubles_say_what_they_mean_and_what_to_do() {
    insta::assert_snapshot!(troubles("en"), @r"
    🔵 YouTube stands still: 1,540 of 1,549 numbers (views) did not move

    Nobody is judged on them, and nothing is stopped. The jump when it catches up does not count either.
    There is nothing to do; it ends by itself.
    ---
    🔵 Twitch: 1,549 accounts dropped to almost nothing at once

    That is probably Twitch's mistake. The values wait until the next poll confirms them.
    ---
    🔴 I can no longer write to nordbo-team on Telegram: the bot was blocked

    Its messages wait. Let the bot in again, or bind the room to another chat with a new code.
    ---
    🔴 Another program reads the messages of @PlimsollBot

    Commands and buttons may not arrive. Stop the other one, or give it a bot of its own.
    ---
    🟡 TikTok gives no numbers: no answer

    It is tried again by itself. Nothing is stopped on old data.
    ---
    🔴 YouTube refuses our access

    Connect it again: plimsoll connect. Until then its numbers are missing, and nothing is stopped on old data.
    ---
    🟡 YouTube: the day's allowance is used up until 09:00

    Polls go on then. Nothing is stopped on old data.
    ---
    🔵 12 old messages were not sent after the outage

    They are in the outbox with their reason: plimsoll outbox list.
    ");
    insta::assert_snapshot!(troubles("sv"), @r"
    🔵 YouTube står still: 1 540 av 1 549 siffror (views) rörde sig inte

    Ingen bedöms efter dem, och inget stoppas. Hoppet när det kommer ikapp räknas inte heller.
    Det finns inget att göra; det går över av sig självt.
    ---
    🔵 Twitch: 1 549 konton föll till nästan inget på en gång

    Det är troligen fel hos Twitch. Värdena väntar tills nästa hämtning bekräftar dem.
    ---
    🔴 Jag kan inte längre skriva i nordbo-team på Telegram: the bot was blocked

    Meddelandena väntar. Släpp in boten igen, eller bind rummet till en annan chatt med en ny kod.
    ---
    🔴 Ett annat program läser meddelandena till @PlimsollBot

    Kommandon och knappar kanske inte kommer fram. Stoppa det andra, eller ge det en egen bot.
    ---
    🟡 TikTok ger inga siffror: no answer

    Nya försök görs av sig självt. Inget stoppas på gamla data.
    ---
    🔴 YouTube nekar oss åtkomst

    Anslut igen: plimsoll connect. Till dess saknas siffrorna, och inget stoppas på gamla data.
    ---
    🟡 YouTube: dagens tilldelning är slut till 09:00

    Hämtningarna går vidare då. Inget stoppas på gamla data.
    ---
    🔵 12 gamla meddelanden skickades inte efter avbrottet

    De finns i utkorgen med sitt skäl: plimsoll outbox list.
    ");
}

#[test]
fn short_answers_are_sentences() {
    insta::assert_snapshot!(answers_to_presses("en"), @r"
    You have #A7K2. Everyone who sees the alert sees that.
    Maja has #A7K2 already.
    #A7K2 is quiet until 20:00. If it ends before that, you are told.
    Agreed for #A7K2. The alert shows when the platform has confirmed it.
    Bo has answered #A7K2 already.
    #A7K2 has nothing that can be taken back any more.
    Say “link K7M2-Q4TD” on your other chat within 10 minutes. It works once.
    You are Maja here now.
    This chat is the room nordbo-team now.
    This code is wrong, used or too old. Ask for a new one.
    maja is now manager for everything.
    I do not know “amla”. Did you mean alma?
    Alma Lind has no boost that runs. Posts that are up are not paused.
    This button is too old. The newest message about it has a fresh one.
    That did not work: Meta Ads did not answer. Nothing was changed.
    ");
    insta::assert_snapshot!(answers_to_presses("sv"), @r"
    Du tar hand om #A7K2. Alla som ser larmet ser det.
    Maja tar redan hand om #A7K2.
    #A7K2 är tyst till 20:00. Tar det slut före dess får du veta det.
    Ja noterat för #A7K2. Larmet visar när plattformen har bekräftat.
    Bo har redan svarat på #A7K2.
    #A7K2 har inget som går att ta tillbaka längre.
    Säg ”link K7M2-Q4TD” i din andra chatt inom 10 minuter. Det fungerar en gång.
    Här är du Maja nu.
    Den här chatten är rummet nordbo-team nu.
    Koden är fel, använd eller för gammal. Be om en ny.
    maja är nu kampanjansvarig för allt.
    Jag känner inte till ”amla”. Menade du alma?
    Alma Lind har ingen boost som rullar. Inlägg som ligger uppe pausas inte.
    Knappen är för gammal. Det senaste meddelandet om saken har en ny.
    Det gick inte: Meta Ads did not answer. Inget har ändrats.
    ");
}

#[test]
fn are_you_sure_says_what_it_does() {
    insta::assert_snapshot!(confirmed("en", Some("86.00 EUR"), "pause alma"), @r"
    Stop Reel 1? That saves €86.00

    The post stays up, the code stays on. Undo starts the boost again.
    [Yes, stop it] [No, leave it]
    ");
    insta::assert_snapshot!(confirmed("sv", None, "pause alma"), @r"
    Stoppa Reel 1?

    Inlägget ligger kvar, koden gäller. Ångra startar boosten igen.
    [Ja, stoppa] [Nej, låt vara]
    ");
    insta::assert_snapshot!(confirmed("sv", None, "resume alma"), @r"
    Starta Reel 1 igen?

    Den kostar pengar igen från att plattformen bekräftat.
    [Ja, starta igen] [Nej, låt vara]
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
    let mut view = fired();
    view.released = false;
    assert!(compose(&view, &reader("en"), Audience::Client, now()).is_none());
    view = fired();
    view.billed = false;
    // The headline would be about the agency's cost.
    assert!(compose(&view, &reader("en"), Audience::Client, now()).is_none());
    view = slump();
    view.billed = false;
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
    view.boosts.clear();
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
            right_kind: RightKind::Peers { others },
            ..cpa()
        }).collect();
        view.incident.stage = [Stage::Firing, Stage::Recovering, Stage::Resolved][stage];
        let reader = reader(if swedish { "sv" } else { "en" });
        if let Some(composed) = compose(&view, &reader, Audience::Creator, now()) {
            let text = shown(&composed);
            prop_assert!(5 <= others);
            for secret in ["€", "814", "86", "Maja", "Zacharias", "Meta Ads"] {
                let mine = view.names.creator.as_deref().unwrap_or_default().contains(secret)
                    || values.iter().any(|value| visible(&super::number::brief(reader.locale, *value)).contains(secret));
                prop_assert!(mine || !text.contains(secret), "{} in {}", secret, text);
            }
            prop_assert!(composed.purposes.iter().flatten().all(|purpose| purpose.needs() == super::command::Needs::See));
        }
        for audience in [Audience::Internal, Audience::Client] {
            if let Some(composed) = compose(&view, &reader, audience, now()) {
                prop_assert!(utf16_units(&plain(&composed.message)) <= 1_024);
            }
        }
    }
}
