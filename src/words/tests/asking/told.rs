//! A question that a person tells where the program cannot.

use super::*;
use crate::domain::action::ToldBy;

#[test]
fn once_a_person_has_told_them_there_is_nothing_left_to_copy() {
    let told = Some(ToldBy { name: "Maja".into(), at: at("2026-06-23T12:05:00Z") });
    let view = AskView { direct: false, told, ..ask(hold(), waiting()) };
    let tell = |tag| shown(&asking::compose(&view, &reader(tag), Audience::Internal, now()).expect("told"));
    insta::assert_snapshot!(tell("en"), @"
    🟡 Alma Lind · Spring Launch: Alma was asked to put Story set on hold

    Maja wants it. It counts when it is confirmed.
    Without an answer by Fri 18:00 it stays as planned.

    Maja told Alma 14:05. The answer is still to come.
    [Alma has confirmed] [Alma says no]
    ");
    assert!(tell("sv").contains("Maja berättade för Alma 14:05."), "{}", tell("sv"));
}

#[test]
fn the_question_is_a_letter_in_the_creators_language_for_whoever_has_to_ask() {
    let view = AskView { direct: false, ..ask(hold(), waiting()) };
    let letter = asking::text_to_send(&view, &reader("en"), now()).expect("texts");
    insta::assert_snapshot!(shown(&Composed::plain(letter)), @"
    Texts for Alma, to copy. Press “told” when it is done

    Mail: subject, then text
    Parkera Story set tills vidare (Nordbo · Spring Launch)
    Hej Alma,

    Parkera Story set tills vidare (Nordbo · Spring Launch).

    Gör eller publicera det inte just nu. Arvodet, 400 €, väntar med det.
    Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget ändras förrän du har svarat.
    Svara senast fre 18:00.

    Svara på det här meddelandet: ja, eller vad som är i vägen.

    Vänliga hälsningar, Nordbo

    Instagram
    Hej Alma, parkera Story set tills vidare (Nordbo · Spring Launch). Gör eller publicera det inte just nu. Arvodet, 400 €, väntar med det. Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget ändras förrän du har svarat. Svara senast fre 18:00. Svara på det här meddelandet: ja, eller vad som är i vägen.

    WhatsApp
    Hej Alma, parkera Story set tills vidare (Nordbo · Spring Launch). Gör eller publicera det inte just nu. Arvodet, 400 €, väntar med det. Inlägg som är ute ligger kvar och betalas enligt avtalet. Inget ändras förrän du har svarat. Svara senast fre 18:00. Svara på det här meddelandet: ja, eller vad som är i vägen.
    ");
    assert_eq!(asking::text_to_send(&ask(hold(), waiting()), &reader("en"), now()), None, "the program asks itself");
    let over = AskView { stand: AskStand::Late, ..view };
    assert_eq!(asking::text_to_send(&over, &reader("en"), now()), None);
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
    [Jag har berättat för Alma] [Alma har bekräftat] [Alma säger nej]
    [Texter att kopiera]
    ");
    let at = at("2026-06-23T12:02:00Z");
    insta::assert_snapshot!(tell(&ask(hold(), AskStand::Declined { at, by: None }), "en"), @"
    🟡 Alma Lind · Spring Launch: Alma answered 14:02 that something is in the way; Story set stays as planned

    Please write to Alma.
    ");
    assert_eq!(asking::compose(&view, &reader("en"), Audience::Client, now()), None);
}
