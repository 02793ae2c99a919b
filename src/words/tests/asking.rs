//! What is done with people: the alert with pieces in it, what creators read, and what the team is asked.

use super::*;
use crate::domain::action::Fix;
use crate::domain::document::PartnershipRef;
use crate::domain::ids::DeliverableId;
use crate::words::asking::{self, SureView, Told};
use crate::words::view::{AskStand, AskView};

fn partnership() -> PartnershipRef {
    serde_json::from_str(r#""spring/alma""#).expect("a partnership")
}

fn story_set() -> DeliverableId {
    DeliverableId::new("story-set").expect("id")
}

fn hold() -> Deed {
    Deed::Hold { partnership: partnership(), deliverable: story_set() }
}

fn cancel() -> Deed {
    Deed::Cancel { partnership: partnership(), deliverable: story_set() }
}

fn release() -> Deed {
    Deed::Release { partnership: partnership(), deliverable: story_set() }
}

fn fix(what: Fix) -> Deed {
    Deed::AskFix { partnership: partnership(), what }
}

fn ask(deed: Deed, stand: AskStand) -> AskView {
    AskView {
        proposal: 1,
        what: deed.title(),
        deed,
        names: names(),
        fee: Some(money("400.00 EUR")),
        owed: Some(money("0.00 EUR")),
        due: Some(at("2026-06-27T22:00:00Z")),
        by: "Maja".into(),
        direct: true,
        locale: "sv".into(),
        stand,
    }
}

fn waiting() -> AskStand {
    AskStand::Waiting { until: Some(at("2026-06-26T16:00:00Z")) }
}

fn piece(running: bool) -> OptionView {
    OptionView {
        deed: hold(),
        name: "Story set".into(),
        runs_on: "Alma".into(),
        avoidable: Some(money("400.00 EUR")),
        running,
        until: Some(at("2026-06-26T16:00:00Z")),
        free: true,
    }
}

fn to_fix() -> OptionView {
    OptionView { deed: fix(Fix::Check), name: "Alma".into(), avoidable: None, until: None, ..piece(true) }
}

/// Message A of the standard: a boost, a piece, and something to put right.
fn with_piece() -> IncidentView {
    let mut view = fired();
    view.options.push(piece(true));
    view.tips.truncate(1);
    view
}

fn asked_about(stand: AskStand, direct: bool, what: Happened, by: Option<&str>) -> IncidentView {
    let mut view = with_piece();
    let confirmed = matches!(stand, AskStand::Confirmed { .. });
    view.proposals = vec![ProposalView {
        id: 1,
        deed: hold(),
        saves: Some(money("400.00 EUR")),
        expires: None,
        undo_until: confirmed.then(|| at("2026-06-24T12:10:00Z")),
        ask: Some(AskView { direct, ..ask(hold(), stand) }),
    }];
    view.incident.note(event(1, Some("Maja"), Happened::Proposed { proposal: 1 }));
    view.incident.note(event(1, Some("Maja"), Happened::Approved { proposal: 1 }));
    view.incident.note(event(2, by, what));
    view.options[1].running = !confirmed;
    view
}

fn sent(direct: bool) -> Happened {
    Happened::Asked { proposal: 1, of: "Alma Lind".into(), direct }
}

#[test]
fn a_piece_stands_beside_the_boost_with_its_money_and_its_last_moment() {
    insta::assert_snapshot!(team(&with_piece(), "en"), @"");
    insta::assert_snapshot!(team(&with_piece(), "sv"), @"");
}

#[test]
fn several_wishes_have_a_button_each_and_one_no() {
    let mut view = with_piece();
    view.options.push(to_fix());
    let proposal = |id, deed, saves: Option<&str>| ProposalView {
        id,
        deed,
        saves: saves.map(money),
        expires: Some(at("2026-06-23T16:00:00Z")),
        undo_until: None,
        ask: None,
    };
    view.proposals = vec![
        proposal(1, stop_boost(), Some("86.00 EUR")),
        proposal(2, hold(), Some("400.00 EUR")),
        proposal(3, fix(Fix::Check), None),
    ];
    for number in 1..=3 {
        view.incident.note(event(0, None, Happened::Proposed { proposal: number }));
    }
    insta::assert_snapshot!(team(&view, "en"), @"");
    let composed = compose(&view, &reader("en"), Audience::Internal, now()).expect("a message");
    let no = composed.purposes[0].last().expect("buttons");
    assert_eq!(*no, ButtonPurpose::Reject { incident: id("A7K2"), proposal: None });
    // What has no way back is asked about once more.
    view.proposals[1].deed = cancel();
    view.options[1].deed = cancel();
    let composed = compose(&view, &reader("en"), Audience::Internal, now()).expect("a message");
    assert_eq!(composed.purposes[0][1], ButtonPurpose::Choose { deed: cancel() });
}

#[test]
fn the_alert_says_that_the_creator_was_asked_and_takes_an_answer_given_elsewhere() {
    insta::assert_snapshot!(team(&asked_about(waiting(), true, sent(true), None), "en"), @"");
    insta::assert_snapshot!(team(&asked_about(waiting(), true, sent(true), None), "sv"), @"");
}

#[test]
fn without_a_chat_there_is_a_text_to_copy_in_the_creators_language() {
    insta::assert_snapshot!(team(&asked_about(waiting(), false, sent(false), None), "en"), @"");
}

#[test]
fn what_was_confirmed_is_saved_and_can_be_taken_back() {
    let at = at("2026-06-23T12:02:00Z");
    let happened = Happened::Confirmed { proposal: 1, of: "Alma Lind".into(), state: "held".into() };
    let view = asked_about(AskStand::Confirmed { at, by: None }, true, happened.clone(), None);
    insta::assert_snapshot!(team(&view, "en"), @"");
    insta::assert_snapshot!(team(&view, "sv"), @"");
    let noted = asked_about(AskStand::Confirmed { at, by: Some("Maja".into()) }, false, happened, Some("Maja"));
    let text = team(&noted, "en");
    assert!(text.contains("Story set is on hold: Alma Lind confirmed, Maja noted it 14:02."), "{text}");
    let refused = Happened::Declined { proposal: 1, of: "Alma Lind".into() };
    let text = team(&asked_about(AskStand::Declined { at, by: None }, true, refused, None), "en");
    assert!(text.contains("something is in the way; Story set stays as planned."), "{text}");
    assert!(
        text.starts_with("🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €486 can still be saved"),
        "{text}"
    );
}

fn dm(view: &AskView, tag: &str) -> String {
    shown(&asking::compose(view, &reader(tag), Audience::Creator, now()).expect("a message"))
}

#[test]
fn a_creator_reads_what_is_asked_and_what_it_means_for_them() {
    insta::assert_snapshot!(dm(&ask(hold(), waiting()), "en"), @"");
    insta::assert_snapshot!(dm(&ask(hold(), waiting()), "sv"), @"");
    let part = AskView { owed: Some(money("100.00 EUR")), ..ask(cancel(), waiting()) };
    insta::assert_snapshot!(dm(&part, "en"), @"");
    insta::assert_snapshot!(dm(&part, "sv"), @"");
    insta::assert_snapshot!(dm(&ask(release(), AskStand::Waiting { until: None }), "en"), @"");
    insta::assert_snapshot!(dm(&ask(fix(Fix::Check), AskStand::Waiting { until: None }), "en"), @"");
}

#[test]
fn a_creators_message_shows_how_it_stands() {
    let at = at("2026-06-23T12:02:00Z");
    let stands = [
        AskStand::Confirmed { at, by: None },
        AskStand::Declined { at, by: None },
        AskStand::Withdrawn,
        AskStand::Late,
    ];
    let read: Vec<String> = stands.into_iter().map(|stand| dm(&ask(hold(), stand), "en")).collect();
    insta::assert_snapshot!(read.join("\n---\n"), @"");
    for deed in [hold(), cancel(), release(), fix(Fix::Link), fix(Fix::Code), fix(Fix::MakeGood)] {
        for tag in ["en", "sv"] {
            let text = dm(&ask(deed.clone(), waiting()), tag);
            assert!(text.contains("Alma") && text.contains("Nordbo"), "{text}");
            assert!(utf16_units(&text) < MAIN_UNITS, "{text}");
        }
    }
}

#[test]
fn where_no_alert_tells_it_the_team_has_a_message_of_its_own() {
    let tell =
        |view: &AskView, tag| shown(&asking::compose(view, &reader(tag), Audience::Internal, now()).expect("told"));
    insta::assert_snapshot!(tell(&ask(hold(), waiting()), "en"), @"");
    let view = AskView { direct: false, ..ask(hold(), waiting()) };
    insta::assert_snapshot!(tell(&view, "sv"), @"");
    let at = at("2026-06-23T12:02:00Z");
    insta::assert_snapshot!(tell(&ask(hold(), AskStand::Declined { at, by: None }), "en"), @"");
    assert_eq!(asking::compose(&view, &reader("en"), Audience::Client, now()), None);
}

#[test]
fn a_cancellation_says_that_there_is_no_way_back_and_what_it_costs() {
    let sure = |deed: Deed, owed: &str, cancel, tag| {
        let ask = AskView { owed: Some(money(owed)), ..ask(deed, AskStand::Waiting { until: None }) };
        shown(&asking::sure(&SureView { ask, saves: Some(money("300.00 EUR")), cancel }, &reader(tag)))
    };
    insta::assert_snapshot!(sure(cancel(), "100.00 EUR", None, "en"), @"");
    insta::assert_snapshot!(sure(cancel(), "100.00 EUR", None, "sv"), @"");
    insta::assert_snapshot!(sure(hold(), "0.00 EUR", Some(cancel()), "en"), @"");
}

#[test]
fn what_can_be_stopped_is_listed_with_its_money() {
    let boost = fired().options.remove(0);
    let code = Deed::EndCode { partnership: partnership(), code: "ALMA10".into() };
    let code = OptionView { deed: code, name: "ALMA10".into(), avoidable: None, until: None, ..piece(true) };
    let options = [boost, piece(true), code];
    let list = |tag| shown(&asking::choices("Alma Lind", &options, Some(money("814.00 EUR")), &reader(tag), now()));
    insta::assert_snapshot!(list("en"), @"");
    insta::assert_snapshot!(list("sv"), @"");
}

#[test]
fn a_remark_stands_in_the_alert_and_behind_why_but_not_before_creators() {
    let mut view = with_piece();
    let text =
        "the sample parcel was lost on the way and a new one takes until Monday, so the second Reel will be late"
            .to_owned();
    view.incident.note(event(5, Some("Maja"), Happened::Noted { text: text.clone(), tag: Some("roadblock".into()) }));
    let told = team(&view, "en");
    assert!(told.contains("Maja 14:05: the sample parcel was lost on the way"), "{told}");
    assert!(told.contains("… #roadblock") && !told.contains("will be late"), "{told}");
    let why = answers::why(&view, &reader("en"), Audience::Internal, now()).expect("why");
    assert!(read(&why).contains(&format!("Maja 14:05: {text} #roadblock")), "{}", read(&why));
    let mut slump = slump();
    slump.incident.note(event(5, Some("Maja"), Happened::Noted { text: text.clone(), tag: None }));
    for composed in [compose(&slump, &reader("en"), Audience::Creator, now()).expect("told").message] {
        assert!(!read(&composed).contains("parcel"));
    }
    let why = answers::why(&slump, &reader("en"), Audience::Creator, now()).expect("why");
    assert!(!read(&why).contains("parcel"));
}

#[test]
fn short_answers_about_pieces_are_sentences() {
    let (of, what) = (|| "Alma".to_owned(), || "Reel 2".to_owned());
    let all = [
        Told::Asked { of: of(), direct: true },
        Told::Asked { of: of(), direct: false },
        Told::AlreadyAsked { of: of() },
        Told::AlreadyOut { what: what() },
        Told::AlreadySo { deed: hold(), what: what() },
        Told::NothingToHold { name: of() },
        Told::NothingToRelease { name: of() },
        Told::UnknownPiece { given: "reel-9".into() },
        Told::Over,
        Told::Thanks,
        Told::TeamWrites,
        Told::Recorded { of: of() },
        Told::NothingOpen { platform: "Instagram".into() },
        Told::Live { what: what(), fee: Some(money("400.00 EUR")) },
        Told::Live { what: what(), fee: None },
        Told::Noted { name: "alma".into() },
    ];
    let lines = |tag: &str| all.iter().map(|told| read(&told.say(&reader(tag)))).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(lines("en"), @"");
    insta::assert_snapshot!(lines("sv"), @"");
}
