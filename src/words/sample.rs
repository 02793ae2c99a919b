//! The sample alert that a new installation shows: what every part of an alert is for. Marked as a sample wherever it is read.

use jiff::Timestamp;

use super::buttons::{ButtonPurpose, Composed, SampleButton};
use super::message::{Look, Message};
use super::number;
use super::phrase::{block, line};
use super::wording::{Reader, say};
use crate::domain::money::Money;

/// How the sample stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleView {
    /// Who has pressed “I've got it”.
    pub by: Option<String>,
    /// When it was shown, or pressed.
    pub at: Timestamp,
}

/// The sample: seen, allowed and what can be saved, in the room's own currency.
#[must_use]
pub fn compose(view: &SampleView, [seen, allowed, saved]: [Money; 3], reader: &Reader, now: Timestamp) -> Composed {
    let words = reader.words();
    let money = |money: Money| number::money(reader.locale, money);
    let headline = match &view.by {
        None => say!(words, "sample-headline", seen = money(seen), allowed = money(allowed), saved = money(saved)),
        Some(by) => say!(words, "sample-taken", by = by.as_str(), time = number::time(reader, view.at, now)),
    };
    let mut message = Message { headline, footer: say!(words, "sample-footer"), ..Message::default() };
    let seen = say!(words, "sample-seen", seen = money(seen));
    let allowed = say!(words, "sample-allowed", allowed = money(allowed));
    message.blocks.extend(block(0, vec![line(seen), line(allowed)]));
    message.blocks.extend(block(0, vec![line(say!(words, "sample-stays"))]));
    message.blocks.extend(block(0, vec![line(say!(words, "sample-nothing"))]));
    let mut composed = Composed::plain(message);
    if view.by.is_some() {
        return composed;
    }
    let button = |button| ButtonPurpose::Sample { button };
    composed.row([
        (button(SampleButton::Stop), say!(words, "sample-button-stop", saved = money(saved)), Look::Danger),
        (button(SampleButton::Keep), say!(words, "sample-button-keep"), Look::Plain),
    ]);
    composed.row([
        (button(SampleButton::Why), say!(words, "button-why"), Look::Plain),
        (button(SampleButton::Mine), say!(words, "button-ack"), Look::Primary),
    ]);
    composed
}

/// What a button of the sample would have done.
#[must_use]
pub fn pressed(button: SampleButton, reader: &Reader) -> Message {
    let words = reader.words();
    let headline = match button {
        SampleButton::Stop => say!(words, "sample-pressed-stop"),
        SampleButton::Keep => say!(words, "sample-pressed-keep"),
        SampleButton::Why => say!(words, "sample-pressed-why"),
        SampleButton::Mine => say!(words, "sample-pressed-mine"),
    };
    Message { headline, silent: true, ..Message::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::phrase::plain;

    fn shown(by: Option<&str>, locale: &str) -> String {
        let now: Timestamp = "2026-03-15T10:00:00Z".parse().expect("an instant");
        let money = |units: i64| Money::new(units * 100, "EUR".parse().expect("a currency"));
        let view = SampleView { by: by.map(str::to_owned), at: now };
        let composed = compose(&view, [61, 45, 3_680].map(money), &Reader::new(locale, "UTC"), now);
        let labels: Vec<&str> = composed.message.buttons.iter().flatten().map(|button| button.label.as_str()).collect();
        format!("{}\n[{}]", plain(&composed.message), labels.join("] ["))
    }

    #[test]
    fn it_says_that_it_is_a_sample_before_anything_else() {
        insta::assert_snapshot!(shown(None, "en"), @"
        🧪 SAMPLE · Alma Lind: €61 per order, limit €45. €3,680 can still be saved

        Seen: €61 per order in 7 days. A real alert says over how many readings, and how new they are.
        Allowed: at most €45 per order, as agreed in the deal.

        Posts stay up and codes stay on. Nothing stops until one of you says so.

        This is a sample: Alma does not exist and no button reaches a platform. Try them. Then press “I've got it”.

        sample · plimsoll init
        [Stop boost −€3,680] [Keep it running] [Why] [I've got it]
        ");
        insta::assert_snapshot!(shown(Some("Maja"), "sv"), @"
        🧪 EXEMPEL · Maja tar det sedan 10:00. Så ser det ut i varje rum

        Sett: 61 € per order på 7 dagar. Ett riktigt larm säger över hur många avläsningar, och hur nya de är.
        Tillåtet: högst 45 € per order, enligt avtalet.

        Inlägg ligger kvar och koder fungerar. Inget stoppas förrän någon av er säger det.

        Det här är ett exempel: Alma finns inte och ingen knapp når någon plattform. Prova dem. Tryck sedan på ”Jag tar det”.

        exempel · plimsoll init
        []
        ");
    }

    #[test]
    fn every_button_fits_the_box_that_telegram_shows() {
        for button in [SampleButton::Stop, SampleButton::Keep, SampleButton::Why, SampleButton::Mine] {
            for locale in ["en", "sv"] {
                let text = pressed(button, &Reader::new(locale, "UTC")).headline;
                assert!(text.encode_utf16().count() <= 200, "{text}");
            }
        }
    }
}
