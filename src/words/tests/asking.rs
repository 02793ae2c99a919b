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
    Deed::AskFix { partnership: partnership(), what, deliverable: None }
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
        billed: None,
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
        revives: None,
        due: None,
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
    insta::assert_snapshot!(team(&with_piece(), "en"), @"
    🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €486 can still be saved

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads), Story set €400 (free to cancel to Fri 18:00).

    Clears with another 3 orders by Fri 18:00, boost stopped.

    Try first
    1. The link opens the home page; it should open the product.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Stop boost −€86] [Hold Story set −€400]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&with_piece(), "sv"), @"
    🔴 Alma Lind · Spring Launch: 160 € per order, gräns 45 €. 486 € går ännu att spara

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Ska betalas ändå: 814 €. Går ännu att spara: 86 € av boosten Reel 1 (Meta Ads), Story set 400 € (kan ställas in gratis till fre 18:00).

    Löses av ytterligare 3 ordrar före fre 18:00, med boosten stoppad.

    Prova först
    1. Länken öppnar the home page; den borde öppna the product.

    Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget stoppas förrän någon av er säger det.

    cpa-stop v3 · enkel gräns · data 14:10 · #A7K2
    [Stoppa boost −86 €] [Parkera Story set −400 €]
    [Varför] [Jag tar det] [Vila 6 h]
    ");
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
        revives: None,
        due: None,
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
    insta::assert_snapshot!(team(&view, "en"), @"
    🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €486 can still be saved

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Asks to stop the boost Reel 1: saves €86. Without an answer by 18:00 it runs on.
    Asks to put Story set on hold: saves €400. Without an answer by 18:00 it stays as planned.
    Asks to have Alma check link and code. Without an answer by 18:00 link and code stay as they are.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads), Story set €400 (free to cancel to Fri 18:00).

    Clears with another 3 orders by Fri 18:00, boost stopped.

    Try first
    1. The link opens the home page; it should open the product.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Stop boost −€86] [Hold Story set −€400] [Ask Alma to fix] [No to all of it]
    [Why] [I've got it] [Snooze 6 h]
    ");
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
    insta::assert_snapshot!(team(&asked_about(waiting(), true, sent(true), None), "en"), @"
    🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €486 can still be saved

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Alma was asked 14:02 to put Story set on hold; it counts when Alma confirms.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads), Story set €400 (free to cancel to Fri 18:00).

    Clears with another 3 orders by Fri 18:00, boost stopped.

    Try first
    1. The link opens the home page; it should open the product.

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Alma has confirmed] [Alma says no] [Stop boost −€86]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&asked_about(waiting(), true, sent(true), None), "sv"), @"
    🔴 Alma Lind · Spring Launch: 160 € per order, gräns 45 €. 486 € går ännu att spara

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Alma fick 14:02 frågan att parkera Story set; det gäller när Alma bekräftar.

    Ska betalas ändå: 814 €. Går ännu att spara: 86 € av boosten Reel 1 (Meta Ads), Story set 400 € (kan ställas in gratis till fre 18:00).

    Löses av ytterligare 3 ordrar före fre 18:00, med boosten stoppad.

    Prova först
    1. Länken öppnar the home page; den borde öppna the product.

    Inläggen ligger kvar och koderna gäller: en kod kostar inget osåld. Inget stoppas förrän någon av er säger det.

    cpa-stop v3 · enkel gräns · data 14:10 · #A7K2
    [Alma har bekräftat] [Alma säger nej] [Stoppa boost −86 €]
    [Varför] [Jag tar det] [Vila 6 h]
    ");
}

#[test]
fn without_a_chat_there_is_a_text_to_copy_in_the_creators_language() {
    insta::assert_snapshot!(team(&asked_about(waiting(), false, sent(false), None), "en"), @"
    🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €486 can still be saved

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Alma has no chat with me. Ask Alma yourselves to put Story set on hold, and note the answer here.

    To copy, for Alma:
    Hej Alma, parkera Story set tills vidare (Nordbo · Spring Launch). Gör eller publicera det inte just nu. Arvodet, 400 €, väntar med det. Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget ändras förrän du har svarat. Svara senast fre 18:00.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads), Story set €400 (free to cancel to Fri 18:00).

    Clears with another 3 orders by Fri 18:00, boost stopped.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2 · 2 more behind Why
    [Alma has confirmed] [Alma says no] [Stop boost −€86]
    [Why] [I've got it] [Snooze 6 h]
    ");
}

#[test]
fn what_was_confirmed_is_saved_and_can_be_taken_back() {
    let at = at("2026-06-23T12:02:00Z");
    let happened = Happened::Confirmed { proposal: 1, of: "Alma Lind".into(), state: "held".into() };
    let view = asked_about(AskStand::Confirmed { at, by: None }, true, happened.clone(), None);
    insta::assert_snapshot!(team(&view, "en"), @"
    🟡 Alma Lind · Spring Launch: Story set on hold, €400 saved. Still €160 per order, limit €45

    Seen: €160 per order since the deal began (42 readings, newest 14:10).
    Allowed: at most €45 per order, as agreed in the deal.
    Also true: €640 spent, more than €100.

    Story set is on hold: Alma confirmed 14:02. Undo until Wed 14:10.

    Owed anyway: €814. Can still be saved: €86 of the boost Reel 1 (Meta Ads).

    Clears with another 3 orders by Fri 18:00, boost stopped.

    Try first
    1. The link opens the home page; it should open the product.

    Posts that are out stay up and are paid as agreed. Nothing else stops by itself.

    cpa-stop v3 · plain threshold · data 14:10 · #A7K2
    [Undo: make it after all] [Stop boost −€86]
    [Why] [I've got it] [Snooze 6 h]
    ");
    insta::assert_snapshot!(team(&view, "sv"), @"
    🟡 Alma Lind · Spring Launch: Story set parkerad, 400 € sparade. Fortfarande 160 € per order, gräns 45 €

    Uppmätt: 160 € per order sedan avtalet började (42 mätningar, den senaste 14:10).
    Tillåtet: högst 45 € per order, enligt avtalet.
    Dessutom: 640 € i kostnad, mer än 100 €.

    Story set är parkerad: Alma bekräftade 14:02. Går att ångra till ons 14:10.

    Ska betalas ändå: 814 €. Går ännu att spara: 86 € av boosten Reel 1 (Meta Ads).

    Löses av ytterligare 3 ordrar före fre 18:00, med boosten stoppad.

    Prova först
    1. Länken öppnar the home page; den borde öppna the product.

    Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget mer stoppas av sig självt.

    cpa-stop v3 · enkel gräns · data 14:10 · #A7K2
    [Ångra: gör den ändå] [Stoppa boost −86 €]
    [Varför] [Jag tar det] [Vila 6 h]
    ");
    let noted = asked_about(AskStand::Confirmed { at, by: Some("Maja".into()) }, false, happened, Some("Maja"));
    let text = team(&noted, "en");
    assert!(text.contains("Story set is on hold: Alma confirmed, Maja noted it 14:02."), "{text}");
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
    insta::assert_snapshot!(dm(&ask(hold(), waiting()), "en"), @"
    🟡 Hi Alma, please put Story set on hold (Nordbo · Spring Launch)

    Please do not make or post it for now. Its fee, €400, waits with it.
    Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
    Please answer by Fri 18:00.
    [OK, on hold] [Already made it / problem]
    ");
    insta::assert_snapshot!(dm(&ask(hold(), waiting()), "sv"), @"
    🟡 Hej Alma, parkera Story set tills vidare (Nordbo · Spring Launch)

    Gör eller publicera det inte just nu. Arvodet, 400 €, väntar med det.
    Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget ändras förrän du har svarat.
    Svara senast fre 18:00.
    [OK, parkerad] [Redan gjort / problem]
    ");
    let part = AskView { owed: Some(money("100.00 EUR")), ..ask(cancel(), waiting()) };
    insta::assert_snapshot!(dm(&part, "en"), @"
    🔴 Hi Alma, please do not make Story set any more (Nordbo · Spring Launch)

    Of its fee, €400, you are paid €100, as the deal says. This cannot be taken back.
    Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
    Please answer by Fri 18:00.
    [OK, I won't make it] [Already made it / problem]
    ");
    insta::assert_snapshot!(dm(&part, "sv"), @"
    🔴 Hej Alma, gör inte Story set längre (Nordbo · Spring Launch)

    Av arvodet, 400 €, får du 100 €, som avtalet säger. Det går inte att ta tillbaka.
    Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget ändras förrän du har svarat.
    Svara senast fre 18:00.
    [OK, jag gör det inte] [Redan gjort / problem]
    ");
    insta::assert_snapshot!(dm(&ask(release(), AskStand::Waiting { until: None }), "en"), @"
    🟢 Hi Alma, please make Story set after all (Nordbo · Spring Launch)

    Please make it as agreed, by 28 Jun. Its fee is €400, as before.
    Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
    [OK, I'll make it] [I can't / problem]
    ");
    insta::assert_snapshot!(dm(&ask(fix(Fix::Check), AskStand::Waiting { until: None }), "en"), @"
    🟡 Hi Alma, please check link and code of your posts (Nordbo · Spring Launch)

    Does your link open the product, and is your code in the caption? Then your sales are counted as yours.
    Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
    [Fixed] [I need help]
    ");
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
    insta::assert_snapshot!(read.join("\n---\n"), @"
    🟢 Story set is on hold since 14:02. Thank you

    You are told here if it is wanted after all.
    ---
    🟡 You answered 14:02 that something is in the way (Story set)

    The team has been told and writes to you. Until then everything stays as agreed.
    ---
    🟢 Story set: our question is no longer needed

    Please go on as agreed.
    ---
    🟡 Story set: our question is over, no answer came in time

    Please go on as agreed.
    ");
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
    insta::assert_snapshot!(tell(&ask(hold(), waiting()), "en"), @"
    🟡 Alma Lind · Spring Launch: Alma was asked to put Story set on hold

    Maja wants it. It counts when it is confirmed.
    Without an answer by Fri 18:00 it stays as planned.
    [Alma has confirmed] [Alma says no]
    ");
    let view = AskView { direct: false, ..ask(hold(), waiting()) };
    insta::assert_snapshot!(tell(&view, "sv"), @"
    🟡 Alma Lind · Spring Launch: be själva Alma att parkera Story set

    Maja vill det. Det gäller när det är bekräftat.
    Utan svar före fre 18:00 görs den som planerat.

    Att kopiera, till Alma:
    Hej Alma, parkera Story set tills vidare (Nordbo · Spring Launch). Gör eller publicera det inte just nu. Arvodet, 400 €, väntar med det. Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget ändras förrän du har svarat. Svara senast fre 18:00.
    [Alma har bekräftat] [Alma säger nej]
    ");
    let at = at("2026-06-23T12:02:00Z");
    insta::assert_snapshot!(tell(&ask(hold(), AskStand::Declined { at, by: None }), "en"), @"
    🟡 Alma Lind · Spring Launch: Alma answered 14:02 that something is in the way; Story set stays as planned

    Please write to Alma.
    ");
    assert_eq!(asking::compose(&view, &reader("en"), Audience::Client, now()), None);
}

#[test]
fn a_cancellation_says_that_there_is_no_way_back_and_what_it_costs() {
    let sure = |deed: Deed, owed: &str, cancel, tag| {
        let ask = AskView { owed: Some(money(owed)), ..ask(deed, AskStand::Waiting { until: None }) };
        shown(&asking::sure(&SureView { ask, saves: Some(money("300.00 EUR")), cancel }, &reader(tag)))
    };
    insta::assert_snapshot!(sure(cancel(), "100.00 EUR", None, "en"), @"
    Cancel Story set for good? That saves €300.00

    This cannot be taken back. A kill fee of €100 is due. It counts when Alma confirms.
    [Yes, cancel it for good]
    [No, leave it]
    ");
    insta::assert_snapshot!(sure(cancel(), "100.00 EUR", None, "sv"), @"
    Ställa in Story set för gott? Det sparar 300,00 €

    Det går inte att ta tillbaka. Avbokningsavgiften är 100 €. Det gäller när Alma bekräftar.
    [Ja, ställ in för gott]
    [Nej, låt vara]
    ");
    insta::assert_snapshot!(sure(hold(), "0.00 EUR", Some(cancel()), "en"), @"
    Ask Alma to put Story set on hold? That saves €300.00

    Posts that are out stay up. It counts when Alma confirms, and it can be released later. Nothing is owed for it as long as it is on hold.
    [Yes, ask Alma]
    [Cancel it for good instead]
    [No, leave it]
    ");
}

#[test]
fn what_can_be_stopped_is_listed_with_its_money() {
    let boost = fired().options.remove(0);
    let code = Deed::EndCode { partnership: partnership(), code: "ALMA10".into() };
    let code = OptionView { deed: code, name: "ALMA10".into(), avoidable: None, until: None, ..piece(true) };
    let options = [boost, piece(true), code];
    let list = |tag| shown(&asking::choices("Alma Lind", &options, Some(money("814.00 EUR")), &reader(tag), now()));
    insta::assert_snapshot!(list("en"), @"
    Alma Lind: what can be stopped

    • €86 of the boost Reel 1 (Meta Ads)
    • Story set €400 (free to cancel to Fri 18:00)
    • the code ALMA10: it costs nothing unsold; end it only if it leaked or is abused
    Owed anyway: €814.
    Posts that are up are not paused. Nothing stops until you choose, and each asks first.
    [Stop boost Reel 1 −€86] [Hold Story set −€400]
    [End code ALMA10]
    [No, leave it]
    ");
    insta::assert_snapshot!(list("sv"), @"
    Alma Lind: vad som kan stoppas

    • 86 € av boosten Reel 1 (Meta Ads)
    • Story set 400 € (kan ställas in gratis till fre 18:00)
    • koden ALMA10: den kostar inget osåld; avsluta den bara om den läckt eller missbrukas
    Ska betalas ändå: 814 €.
    Inlägg som är ute pausas inte. Inget stoppas förrän du väljer, och varje val frågar först.
    [Stoppa boost Reel 1 −86 €] [Parkera Story set −400 €]
    [Avsluta kod ALMA10]
    [Nej, låt vara]
    ");
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
    let theirs = compose(&slump, &reader("en"), Audience::Creator, now()).expect("told").message;
    assert!(!read(&theirs).contains("parcel"));
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
    insta::assert_snapshot!(lines("en"), @"
    Alma is being asked. You are told here what Alma answers.
    Alma has no chat with me. The text to copy follows; note the answer with its button.
    Alma was asked already and has not answered yet.
    Reel 2 is out already. Posts that are up are not paused: stop its boost, or ask for a fix.
    Already so: Reel 2 is on hold.
    Alma has nothing planned that could be put on hold. Posts that are up are not paused.
    Alma has nothing on hold.
    I know no piece “reel-9”. Write it like spring/alma/reel-2.
    This question is over already. Nothing was changed.
    Thank you. The team sees it.
    The team has been told and writes to you. Until then everything stays as agreed.
    Noted, as said by Alma, with your name.
    No promised piece is open on Instagram. Name it: live, the address, then spring/alma/reel-2.
    Noted: Reel 2 is out. Its fee, €400, counts as earned from now on.
    Noted: Reel 2 is out.
    Noted about alma. It stands in the journal and behind Why.
    ");
    insta::assert_snapshot!(lines("sv"), @"
    Alma får frågan nu. Här ser du vad Alma svarar.
    Alma har ingen chatt med mig. Texten att kopiera följer; anteckna svaret med knappen.
    Alma har redan fått frågan och inte svarat än.
    Reel 2 är redan ute. Inlägg som är ute pausas inte: stoppa boosten, eller be om en rättelse.
    Redan så: Reel 2 är parkerad.
    Alma har inget planerat som kan parkeras. Inlägg som är ute pausas inte.
    Alma har inget parkerat.
    Jag känner inget inslag “reel-9”. Skriv det som spring/alma/reel-2.
    Den här frågan är redan över. Inget ändrades.
    Tack. Teamet ser det.
    Teamet har fått veta det och skriver till dig. Till dess gäller allt som avtalat.
    Antecknat, som Alma sa det, med ditt namn.
    Inget utlovat inslag är öppet på Instagram. Nämn det: live, adressen, sedan spring/alma/reel-2.
    Antecknat: Reel 2 är ute. Arvodet, 400 €, räknas som intjänat från och med nu.
    Antecknat: Reel 2 är ute.
    Antecknat om alma. Det står i journalen och bakom Varför.
    ");
}
