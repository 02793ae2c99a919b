use super::*;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{Deliverable, Document, Documents, Partnership};
use crate::domain::money::Currency;

const DEAL: &str = r#"
[[partnership]]
campaign = "spring"
creator = "alma"
commission = "10 %"
[[deliverable]]
partnership = "spring/alma"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "4000.00 SEK"
due = 2026-03-05
state = "live"
[[deliverable]]
partnership = "spring/alma"
id = "reel-2"
platform = "instagram"
format = "reel"
fee = "4000.00 SEK"
draft_due = 2026-03-20
due = 2026-03-25
cancel_by = 2026-03-21T18:00
[[deliverable]]
partnership = "spring/alma"
id = "story-1"
platform = "instagram"
format = "story"
fee = "1000.00 SEK"
due = 2026-04-01
state = "held"
"#;

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

fn sek() -> Currency {
    "SEK".parse().expect("a currency")
}

fn deal() -> (Partnership, Vec<Deliverable>) {
    let mut documents = Documents::from_toml(DEAL).expect("documents");
    (documents.partnership.pop().expect("one"), documents.deliverable)
}

fn with<T>(what: impl FnOnce(&Deal<'_>) -> T) -> T {
    let (partnership, pieces) = deal();
    what(&Deal {
        partnership: &partnership,
        pieces: &pieces,
        currency: sek(),
        today: "2026-03-10".parse().expect("a day"),
    })
}

#[track_caller]
fn reads(text: &str, want: Result<&str, Unread>) {
    assert_eq!(Term::read(text, sek()).map(|term| term.typed()), want.map(str::to_owned), "{text}");
}

#[test]
fn terms_are_read_as_people_write_them() {
    for (text, want) in [
        ("reel-2 fee 3500 SEK", "reel-2 fee 3500.00 SEK"),
        ("reel-2 FEE 3 500 kr", "reel-2 fee 3500.00 SEK"),
        ("reel-2 arvode 3.500,50", "reel-2 fee 3500.50 SEK"),
        ("reel-2 fee 3,500", "reel-2 fee 3500.00 SEK"),
        ("reel-2 due 2026-04-02", "reel-2 due 2026-04-02"),
        ("reel-2 format Story", "reel-2 format story"),
        ("commission 12,5 %", "commission 12.5 %"),
        ("per-thousand 40", "per-thousand 40.00 SEK"),
        ("piece reel-3 Instagram reel 2000 kr 2026-04-02", "piece reel-3 instagram reel 2000.00 SEK 2026-04-02"),
        ("extend 2 weeks", "extend 14d"),
        ("förläng 7d", "extend 7d"),
        ("rights 2026-06-30", "rights 2026-06-30"),
    ] {
        reads(text, Ok(want));
        // What is shown on a button means the same when it is pressed.
        reads(want, Ok(want));
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let given = |text: &str| text.to_owned();
    for (text, want) in [
        ("", Unread::NoTerm),
        ("reel-2", Unread::NoTerm),
        ("reel-2 fee", Unread::Missing { after: "fee" }),
        ("reel-2 fee lots", Unread::Money { given: given("lots") }),
        ("reel-2 fee -5", Unread::Money { given: given("-5") }),
        ("reel-2 fee 12.3456", Unread::Money { given: given("12.3456") }),
        ("reel-2 fee 3500 EUR", Unread::Currency { given: given("3500 EUR") }),
        ("reel-2 due friday", Unread::Date { given: given("friday") }),
        ("reel-2 colour red", Unread::Word { given: given("colour") }),
        ("fee 3500", Unread::Piece { given: given("fee") }),
        ("commission 112 %", Unread::Share { given: given("112 %") }),
        ("extend soon", Unread::Days { given: given("soon") }),
        ("piece reel-3 myspace reel 20 2026-04-02", Unread::Platform { given: given("myspace") }),
    ] {
        reads(text, Err(want));
    }
}

#[track_caller]
fn fits(text: &str, want: &Result<(), Unfit>) {
    let term = Term::read(text, sek()).expect("a term");
    assert_eq!(with(|deal| term.fits(deal)), *want, "{text}");
}

#[test]
fn only_what_is_still_to_come_can_be_changed() {
    fits("reel-2 fee 3500", &Ok(()));
    fits("story-1 fee 900", &Ok(()));
    fits("reel-1 fee 3500", &Err(Unfit::Out));
    fits("reel-9 fee 3500", &Err(Unfit::NoPiece { given: "reel-9".into() }));
    fits("reel-2 fee 4000", &Err(Unfit::Same));
    fits("reel-2 fee 400000", &Err(Unfit::TooMuch));
    fits("reel-2 due 2026-03-09", &Err(Unfit::Past));
    fits("reel-2 due 2036-03-09", &Err(Unfit::TooLong));
    fits("commission 10 %", &Err(Unfit::Same));
    fits("commission 0 %", &Ok(()));
    fits("extend 0d", &Err(Unfit::TooLong));
    fits("piece reel-2 instagram reel 10 2026-04-02", &Err(Unfit::Taken));
    fits("piece reel-3 instagram reel 4000 2026-04-02", &Ok(()));
    let ended = |deal: &Deal<'_>| {
        let partnership = Partnership { state: crate::domain::document::Running::Ended, ..deal.partnership.clone() };
        Term::read("commission 12 %", sek()).expect("a term").fits(&Deal { partnership: &partnership, ..*deal })
    };
    assert_eq!(with(ended), Err(Unfit::Ended));
}

#[test]
fn a_bound_term_changes_what_it_says_and_nothing_else() {
    for (text, want) in [
        ("reel-2 fee 3500", "reel-2: fee 3500.00 SEK, draft 2026-03-20, due 2026-03-25"),
        ("reel-2 due 2026-04-01", "reel-2: fee 4000.00 SEK, draft 2026-03-27, due 2026-04-01"),
        ("extend 7d", "reel-2: fee 4000.00 SEK, draft 2026-03-27, due 2026-04-01"),
        ("piece reel-3 tiktok video 500 2026-04-02", "reel-3: fee 500.00 SEK, draft none, due 2026-04-02"),
        ("commission 12 %", "deal: 12 %, 0 rights"),
        ("rights 2026-06-30", "deal: 10 %, 1 rights"),
    ] {
        let term = Term::read(text, sek()).expect("a term");
        let said: Vec<String> = with(|deal| term.applied(deal)).iter().map(said).collect();
        assert_eq!(said, [want], "{text}");
    }
}

fn said(document: &Document) -> String {
    match document {
        Document::Deliverable(one) => {
            assert!(one.cancel_by.is_none_or(|by| by.0.to_string() == "2026-03-21T18:00:00"), "the last moment stays");
            assert_ne!(one.state, DeliverableState::Live);
            let draft = one.draft_due.map_or("none".to_owned(), |day| day.0.to_string());
            format!("{}: fee {}, draft {draft}, due {}", one.id, one.fee, one.due.0)
        }
        Document::Partnership(one) => {
            format!("deal: {} %, {} rights", one.commission.expect("a share").0, one.rights.len())
        }
        other => panic!("{other:?}"),
    }
}

const WAITS: Waits = Waits(SignedDuration::from_hours(24));

fn nod(who: &str, time: &str) -> Nod {
    Nod { who: who.into(), name: who.into(), at: at(&format!("2026-03-10T{time}:00Z")) }
}

fn offer(side: Side, needs: u32, direct: bool) -> Offer {
    let by = nod(if side == Side::Brand { "maja" } else { "alma" }, "10:00");
    let term = Term::read("reel-2 fee 3500", sek()).expect("a term");
    Offer {
        number: 1,
        partnership: PartnershipRef { campaign: "spring".parse().expect("id"), creator: "alma".parse().expect("id") },
        was: with(|deal| term.in_force(deal)),
        term,
        side,
        nods: if side == Side::Brand { vec![by.clone()] } else { Vec::new() },
        by,
        note: None,
        rule: None,
        needs,
        until: None,
        direct,
        told: None,
        noted_by: None,
        stage: Stage::Open,
    }
    .opened(WAITS, at("2026-03-10T10:00:00Z"))
}

#[test]
fn nobody_accepts_their_own() {
    for side in [Side::Brand, Side::Creator] {
        let one = offer(side, 1, true);
        assert_eq!(one.stage, Stage::Open);
        assert_eq!(one.accept(side, nod("x", "10:05"), WAITS), Err(Refused::Own), "{side:?}");
        let other = if side == Side::Brand { Side::Creator } else { Side::Brand };
        let bound = one.accept(other, nod("y", "10:05"), WAITS).expect("binds");
        assert!(matches!(bound.stage, Stage::Accepted { .. }));
        assert_eq!(bound.accept(other, nod("y", "10:06"), WAITS), Err(Refused::Over));
        assert_eq!(bound.decline(other, nod("y", "10:06")), Err(Refused::Over));
        assert!(matches!(one.decline(other, nod("y", "10:05")).expect("no").stage, Stage::Declined { .. }));
        assert!(matches!(one.decline(side, nod("x", "10:05")).expect("back").stage, Stage::Withdrawn { .. }));
    }
}

#[test]
fn time_ends_it_and_runs_from_when_the_creator_knows() {
    let one = offer(Side::Brand, 1, true);
    assert_eq!(one.until, Some(at("2026-03-11T10:00:00Z")));
    let late = Nod { at: at("2026-03-11T10:00:00Z"), ..nod("alma", "10:00") };
    assert_eq!(one.accept(Side::Creator, late, WAITS), Err(Refused::Over));
    // Where a person tells them, it begins then, once.
    let silent = offer(Side::Brand, 1, false);
    assert!(!silent.is_sent());
    assert_eq!((silent.until, silent.due()), (None, None));
    let told = silent.told(&nod("maja", "15:00"), WAITS).expect("told");
    assert_eq!((told.until, told.is_sent()), (Some(at("2026-03-11T15:00:00Z")), true));
    assert_eq!(told.told(&nod("bo", "18:00"), WAITS).expect("again"), told);
    assert_eq!(one.told(&nod("maja", "15:00"), WAITS), Err(Refused::Direct));
    let noted = silent.noted(true, nod("maja", "16:00"), ("alma", "Alma"), WAITS).expect("noted");
    assert!(matches!(&noted.stage, Stage::Accepted { by } if by.who == "alma"));
    assert_eq!(noted.noted_by.map(|nod| nod.who).as_deref(), Some("maja"));
}

#[test]
fn much_money_takes_two_people_of_the_brand() {
    let ours = offer(Side::Brand, 2, true);
    assert_eq!((&ours.stage, ours.missing(), ours.is_sent()), (&Stage::Waits, 1, false));
    assert_eq!(ours.accept(Side::Creator, nod("alma", "10:05"), WAITS), Err(Refused::NotAsked));
    assert_eq!(ours.decline(Side::Creator, nod("alma", "10:05")), Err(Refused::NotAsked));
    assert_eq!(ours.accept(Side::Brand, nod("maja", "10:05"), WAITS), Err(Refused::Again));
    let sent = ours.accept(Side::Brand, nod("bo", "10:05"), WAITS).expect("sent");
    assert_eq!((&sent.stage, sent.until), (&Stage::Open, Some(at("2026-03-11T10:05:00Z"))));
    assert_eq!(sent.accept(Side::Brand, nod("cleo", "10:06"), WAITS), Err(Refused::Own));

    let theirs = offer(Side::Creator, 2, true);
    let half = theirs.accept(Side::Brand, nod("maja", "10:05"), WAITS).expect("one of two");
    assert_eq!((&half.stage, half.missing()), (&Stage::Open, 1));
    assert_eq!(half.accept(Side::Brand, nod("maja", "10:06"), WAITS), Err(Refused::Again));
    let bound = half.accept(Side::Brand, nod("bo", "10:07"), WAITS).expect("two of two");
    assert!(matches!(bound.stage, Stage::Accepted { .. }));
}

#[test]
fn a_draft_is_nobodys_until_somebody_sends_it() {
    let draft = Offer { stage: Stage::Draft, nods: Vec::new(), until: None, ..offer(Side::Brand, 1, true) };
    assert!(!draft.is_sent());
    assert_eq!(draft.accept(Side::Creator, nod("alma", "10:05"), WAITS), Err(Refused::NotAsked));
    let sent = draft.accept(Side::Brand, nod("bo", "10:05"), WAITS).expect("sent");
    assert_eq!((&sent.stage, sent.by.who.as_str()), (&Stage::Open, "bo"));
    assert!(matches!(draft.decline(Side::Brand, nod("bo", "10:05")).expect("dropped").stage, Stage::Withdrawn { .. }));
}
