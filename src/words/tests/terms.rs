//! Deals, offers, numbers by hand and what is kept, as each side reads them.

mod seats;

use super::*;
use crate::domain::deal::DeliverableState;
use crate::domain::document::{PartnershipRef, RightKind};
use crate::domain::offer::{Nod, Offer, Refused, Side, Stage as Stands, Term, Unfit, Unread, Value, Waits};
use crate::domain::written::{Day, Percent};
use crate::words::deal::{ChangeLine, DealView, PieceLine, Seat};
use crate::words::held::HeldView;
use crate::words::offer::OfferView;
use crate::words::offer_told::OfferTold;
use crate::words::own::{DuePiece, OwnView, Rank};
use crate::words::reported::{ReportTold, Unread as Unreadable};
use crate::words::{deal, held, offer, own};
use rust_decimal::Decimal;

const WEEK: Waits = Waits(jiff::SignedDuration::from_hours(7 * 24));

fn day(text: &str) -> Day {
    Day(text.parse().expect("a day"))
}

fn nod(name: &str) -> Nod {
    Nod { who: name.to_lowercase(), name: name.into(), at: at("2026-06-23T12:10:00Z") }
}

fn term(text: &str) -> Term {
    Term::read(text, euro()).expect("a term")
}

fn offered(text: &str, was: Value, side: Side, (needs, direct): (u32, bool)) -> Offer {
    let by = nod(if side == Side::Brand { "Maja" } else { "Alma" });
    Offer {
        number: 12,
        partnership: PartnershipRef { campaign: "spring".parse().expect("id"), creator: "alma".parse().expect("id") },
        term: term(text),
        was,
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
        stage: Stands::Open,
    }
    .opened(WEEK, at("2026-06-23T12:10:00Z"))
}

fn fee(side: Side) -> Offer {
    offered("reel-2 fee 3500", Value::Money(money("4000.00 EUR")), side, (1, true))
}

fn view(offer: Offer) -> OfferView {
    OfferView { offer, names: names(), locale: "sv".into(), moves: false }
}

fn told(view: &OfferView, tag: &str, audience: Audience) -> String {
    offer::compose(view, false, &reader(tag), audience, now()).map_or_else(|| "(nothing)".into(), |one| shown(&one))
}

fn both(view: &OfferView, tag: &str) -> String {
    format!("{}\n\n{}", told(view, tag, Audience::Creator), told(view, tag, Audience::Internal))
}

#[test]
fn an_offer_reads_the_same_from_both_sides() {
    let ours = view(fee(Side::Brand));
    insta::assert_snapshot!(both(&ours, "en"), @"
    🔵 Nordbo asks to change Spring Launch: Reel 2 for €3,500 instead of €4,000

    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 30 Jun 14:10. Without an answer nothing changes.

    A no costs nothing: your deal, your level and your pay stay as they are.

    offer 12
    [Yes] [No]
    [Suggest another]

    🔵 Alma Lind · Spring Launch: Alma was offered Reel 2 for €3,500 instead of €4,000

    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 30 Jun 14:10. Without an answer nothing changes.

    offer 12
    [Take it back]
    ");
    insta::assert_snapshot!(both(&ours, "sv"), @"
    🔵 Nordbo vill ändra Spring Launch: Reel 2 för 3 500 € i stället för 4 000 €

    Det gäller bara när båda har sagt ja. Till dess är allt som avtalat.
    Tid att svara: till 30 juni 14:10. Utan svar ändras inget.

    Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är.

    förslag 12
    [Ja] [Nej]
    [Föreslå annat]

    🔵 Alma Lind · Spring Launch: Alma har fått förslaget Reel 2 för 3 500 € i stället för 4 000 €

    Det gäller bara när båda har sagt ja. Till dess är allt som avtalat.
    Tid att svara: till 30 juni 14:10. Utan svar ändras inget.

    förslag 12
    [Ta tillbaka]
    ");
    let mut theirs = view(offered("reel-2 due 2026-07-02", Value::Day(day("2026-06-25")), Side::Creator, (1, true)));
    theirs.offer.note = Some("I am ill <b>until</b> Friday".into());
    theirs.moves = true;
    insta::assert_snapshot!(both(&theirs, "en"), @"
    🔵 You asked Nordbo to change Spring Launch: Reel 2 due 2 Jul instead of 25 Jun

    “I am ill <b>until</b> Friday”
    Draft, proof and numbers are due as much later or earlier. The last moment to cancel stays where it is.
    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 30 Jun 14:10. Without an answer nothing changes.

    offer 12
    [Take it back]

    🔵 Alma Lind · Spring Launch: Alma asks for Reel 2 due 2 Jul instead of 25 Jun

    “I am ill <b>until</b> Friday”
    Draft, proof and numbers are due as much later or earlier. The last moment to cancel stays where it is.
    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 30 Jun 14:10. Without an answer nothing changes.

    offer 12
    [Yes] [No]
    [Suggest another]
    ");
}

#[test]
fn much_money_a_draft_and_no_chat_are_told_to_the_team_alone() {
    let much = view(offered("reel-2 fee 9500", Value::Money(money("4000.00 EUR")), Side::Brand, (2, true)));
    insta::assert_snapshot!(both(&much, "en"), @"
    (nothing)

    🟡 Alma Lind · Spring Launch: Maja wants to offer Reel 2 for €9,500 instead of €4,000. It needs one more yes from you

    It counts only when both have said yes. Until then everything stays as agreed.
    This much money takes two of you. Yes so far: Maja. One more is needed.
    Time to answer: until 30 Jun 14:10. Without an answer nothing changes.

    offer 12
    [I say yes too] [Take it back]
    ");
    let mut draft = view(fee(Side::Brand));
    draft.offer.stage = Stands::Draft;
    draft.offer.rule = Some("cpa-stop".into());
    insta::assert_snapshot!(both(&draft, "en"), @"
    (nothing)

    🔵 Alma Lind · Spring Launch: an offer to consider, Reel 2 for €3,500 instead of €4,000. Nobody has sent it

    Suggested by rule cpa-stop: the fee half way down to what the numbers would carry, never more than a third less. Say another with “offer”.
    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 30 Jun 14:10. Without an answer nothing changes.

    offer 12
    [Send it] [Do not send]
    [Suggest another]
    ");
    let silent = view(offered("commission 12 %", Value::Share(Percent(Decimal::TEN)), Side::Brand, (1, false)));
    insta::assert_snapshot!(told(&silent, "en", Audience::Internal), @"
    🔵 Alma Lind · Spring Launch: please tell Alma yourselves: commission 12 %, 10 % so far

    It counts only when both have said yes. Until then everything stays as agreed.
    The time to answer begins when one of you has told Alma.

    To copy, for Alma:
    Hej Alma, Nordbo vill ändra Spring Launch: provision 12 %, hittills 10 %. Det gäller bara när båda har sagt ja. Till dess är allt som avtalat. Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är. Svara gärna ja, nej, eller vad som skulle passa bättre.

    offer 12
    [I've told Alma] [Texts to copy]
    [Alma said yes] [Alma said no]
    [Take it back]
    ");
    insta::assert_snapshot!(read(&offer::text_to_send(&silent, &reader("en"), now())), @"
    Texts for Alma, to copy. Press “told” when it is done

    Mail: subject, then text
    Nordbo vill ändra Spring Launch: provision 12 %, hittills 10 %
    Hej Alma,

    Nordbo vill ändra Spring Launch: provision 12 %, hittills 10 %.

    Det gäller bara när båda har sagt ja. Till dess är allt som avtalat.
    Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är.

    Svara gärna ja, nej, eller vad som skulle passa bättre.

    Vänliga hälsningar, Nordbo

    Instagram
    Hej Alma, Nordbo vill ändra Spring Launch: provision 12 %, hittills 10 %. Det gäller bara när båda har sagt ja. Till dess är allt som avtalat. Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är. Svara gärna ja, nej, eller vad som skulle passa bättre.

    WhatsApp
    Hej Alma, Nordbo vill ändra Spring Launch: provision 12 %, hittills 10 %. Det gäller bara när båda har sagt ja. Till dess är allt som avtalat. Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är. Svara gärna ja, nej, eller vad som skulle passa bättre.
    ");
    let telling = view(silent.offer.told(&nod("Bo"), WEEK).expect("told"));
    insta::assert_snapshot!(told(&telling, "sv", Audience::Internal), @"
    🔵 Alma Lind · Spring Launch: Alma har fått förslaget provision 12 %, hittills 10 %

    Det gäller bara när båda har sagt ja. Till dess är allt som avtalat.
    Bo berättade för Alma 14:10.
    Tid att svara: till 30 juni 14:10. Utan svar ändras inget.

    förslag 12
    [Texter att kopiera]
    [Alma sa ja] [Alma sa nej]
    [Ta tillbaka]
    ");
    for audience in [Audience::Client, Audience::Operator] {
        assert_eq!(told(&draft, "en", audience), "(nothing)");
        assert_eq!(told(&silent, "en", audience), "(nothing)");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "what each side reads, message by message")]
fn how_it_ended_is_said_without_blame() {
    let by = |name: &str| nod(name);
    let mut all = String::new();
    for (side, stage) in [
        (Side::Brand, Stands::Accepted { by: by("Alma") }),
        (Side::Creator, Stands::Accepted { by: by("Maja") }),
        (Side::Brand, Stands::Declined { by: by("Alma") }),
        (Side::Creator, Stands::Declined { by: by("Maja") }),
        (Side::Brand, Stands::Withdrawn { by: by("Maja") }),
        (Side::Creator, Stands::Withdrawn { by: by("Alma") }),
        (Side::Brand, Stands::Superseded { by: 13, at: now() }),
        (Side::Brand, Stands::Expired { at: now() }),
        (Side::Brand, Stands::Overtaken { at: now() }),
    ] {
        let ended = view(Offer { stage, ..fee(side) });
        let hers = ["en", "sv"].map(|tag| told(&ended, tag, Audience::Creator));
        assert!(!hers.concat().contains("Maja"), "names of the team are not for her: {hers:?}");
        let headline = |text: &str| text.lines().next().unwrap_or_default().to_owned();
        let sv = headline(&told(&ended, "sv", Audience::Internal));
        all = format!(
            "{all}{}\n{}\n{}\n{sv}\n----\n",
            hers[0],
            told(&ended, "en", Audience::Internal),
            headline(&hers[1])
        );
    }
    insta::assert_snapshot!(all, @"
    🟢 Agreed with Nordbo: Reel 2 for €3,500 instead of €4,000

    Yes from Nordbo (14:10) and from you (14:10). It is in the deal from now on.
    🟢 Alma Lind · Spring Launch: agreed, Reel 2 for €3,500 instead of €4,000

    Yes from Maja (14:10) and from Alma (14:10). It is in the deal from now on.
    The deal has a new version with both names.

    offer 12
    🟢 Överenskommet med Nordbo: Reel 2 för 3 500 € i stället för 4 000 €
    🟢 Alma Lind · Spring Launch: överenskommet, Reel 2 för 3 500 € i stället för 4 000 €
    ----
    🟢 Agreed with Nordbo: Reel 2 for €3,500 instead of €4,000

    Yes from you (14:10) and from Nordbo (14:10). It is in the deal from now on.
    🟢 Alma Lind · Spring Launch: agreed, Reel 2 for €3,500 instead of €4,000

    Yes from Alma (14:10) and from Maja (14:10). It is in the deal from now on.
    The deal has a new version with both names.

    offer 12
    🟢 Överenskommet med Nordbo: Reel 2 för 3 500 € i stället för 4 000 €
    🟢 Alma Lind · Spring Launch: överenskommet, Reel 2 för 3 500 € i stället för 4 000 €
    ----
    🟢 You said no: Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.
    🟡 Alma Lind · Spring Launch: Alma said no to Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.

    offer 12
    🟢 Du sa nej: Reel 2 för 3 500 € i stället för 4 000 €
    🟡 Alma Lind · Spring Launch: Alma sa nej till Reel 2 för 3 500 € i stället för 4 000 €
    ----
    🟡 Nordbo said no: Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.
    🟡 Alma Lind · Spring Launch: Maja said no to Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.

    offer 12
    🟡 Nordbo sa nej: Reel 2 för 3 500 € i stället för 4 000 €
    🟡 Alma Lind · Spring Launch: Maja sa nej till Reel 2 för 3 500 € i stället för 4 000 €
    ----
    🟢 Nordbo took it back: Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.
    🟢 Alma Lind · Spring Launch: Maja took back Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.

    offer 12
    🟢 Nordbo tog tillbaka det: Reel 2 för 3 500 € i stället för 4 000 €
    🟢 Alma Lind · Spring Launch: Maja tog tillbaka Reel 2 för 3 500 € i stället för 4 000 €
    ----
    🟢 You took it back: Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.
    🟢 Alma Lind · Spring Launch: Alma took back Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.

    offer 12
    🟢 Du tog tillbaka det: Reel 2 för 3 500 € i stället för 4 000 €
    🟢 Alma Lind · Spring Launch: Alma tog tillbaka Reel 2 för 3 500 € i stället för 4 000 €
    ----
    🟡 A newer one took its place: Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.
    🟡 Alma Lind · Spring Launch: a newer offer took the place of Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.

    offer 12
    🟡 Ett nyare tog dess plats: Reel 2 för 3 500 € i stället för 4 000 €
    🟡 Alma Lind · Spring Launch: ett nyare förslag tog platsen för Reel 2 för 3 500 € i stället för 4 000 €
    ----
    🟡 No answer in time, so nothing changes: Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.
    🟡 Alma Lind · Spring Launch: no answer in time, nothing changes: Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.

    offer 12
    🟡 Inget svar i tid, så inget ändras: Reel 2 för 3 500 € i stället för 4 000 €
    🟡 Alma Lind · Spring Launch: inget svar i tid, inget ändras: Reel 2 för 3 500 € i stället för 4 000 €
    ----
    🟡 The deal changed meanwhile, so this fits no more: Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.
    🟡 Alma Lind · Spring Launch: the deal changed meanwhile, so this fits no more: Reel 2 for €3,500 instead of €4,000

    Everything stays as agreed.

    offer 12
    🟡 Avtalet ändrades under tiden, så det här passar inte längre: Reel 2 för 3 500 € i stället för 4 000 €
    🟡 Alma Lind · Spring Launch: avtalet ändrades under tiden, så det här passar inte längre: Reel 2 för 3 500 € i stället för 4 000 €
    ----
    ");
}

#[test]
fn every_term_has_its_words() {
    let mut all = String::new();
    for (text, was) in [
        ("reel-2 fee 3500", Value::Money(money("4000.00 EUR"))),
        ("reel-2 due 2026-07-02", Value::Day(day("2026-06-25"))),
        ("reel-2 format story", Value::Word("reel".into())),
        ("commission 12 %", Value::None),
        ("per-thousand 40", Value::Money(money("35.00 EUR"))),
        ("piece reel-3 tiktok video 2000 2026-07-02", Value::None),
        ("extend 14d", Value::Day(day("2026-06-25"))),
        ("rights 2026-12-31", Value::None),
    ] {
        for tag in ["en", "sv"] {
            all = format!("{all}{}\n", offer::change(&term(text), &was, &reader(tag), now()));
        }
    }
    insta::assert_snapshot!(visible(&all), @"
    Reel 2 for €3,500 instead of €4,000
    Reel 2 för 3 500 € i stället för 4 000 €
    Reel 2 due 2 Jul instead of 25 Jun
    Reel 2 senast 2 juli i stället för 25 juni
    Reel 2 as story instead of reel
    Reel 2 som story i stället för reel
    commission 12 %, none so far
    provision 12 %, hittills inget
    €40 per 1,000 views, €35 so far
    40 € per 1 000 visningar, hittills 35 €
    one more piece, Reel 3 (TikTok video), €2,000, due 2 Jul
    en leverans till, Reel 3 (TikTok video), 2 000 €, senast 2 juli
    14 days more for everything not out yet (last due day so far: 25 Jun)
    14 dagar till för allt som inte är ute (sista slutdag hittills: 25 juni)
    use in ads until 31 Dec, none so far
    användning i annonser till 31 dec, hittills inget
    ");
}

#[test]
#[expect(clippy::too_many_lines, reason = "what each side reads, message by message")]
fn short_answers_teach() {
    let of = || "Alma".to_owned();
    let mut all = String::new();
    let refused = [Refused::Over, Refused::Own, Refused::Again, Refused::NotAsked, Refused::Direct];
    let unfit = [
        Unfit::Ended,
        Unfit::NoPiece { given: "reel-9".into() },
        Unfit::Out,
        Unfit::Cancelled,
        Unfit::Same,
        Unfit::Past,
        Unfit::Taken,
        Unfit::TooMuch,
        Unfit::TooLong,
        Unfit::NothingAhead,
        Unfit::Currency,
    ];
    let given = || "x".to_owned();
    let unread = [
        Unread::NoTerm,
        Unread::Missing { after: "fee" },
        Unread::Piece { given: given() },
        Unread::Money { given: given() },
        Unread::Currency { given: given() },
        Unread::Date { given: given() },
        Unread::Share { given: given() },
        Unread::Days { given: given() },
        Unread::Platform { given: given() },
        Unread::Format { given: given() },
        Unread::Word { given: given() },
    ];
    let made = |side, direct| OfferTold::Made { side, of: of(), brand: "Nordbo".into(), direct };
    let plain = [
        made(Side::Brand, true),
        made(Side::Brand, false),
        made(Side::Creator, true),
        OfferTold::Waits { count: 1 },
        OfferTold::Agreed,
        OfferTold::Declined,
        OfferTold::Withdrawn,
        OfferTold::Recorded { of: of() },
        OfferTold::Told { of: of() },
        OfferTold::Overtaken,
        OfferTold::NoSuch { number: 9 },
        OfferTold::NoDeal { given: "spring".into() },
        OfferTold::TooMany { most: 8 },
    ];
    let answers = plain
        .into_iter()
        .chain(refused.map(|refused| OfferTold::Refused { refused }))
        .chain(unfit.map(|unfit| OfferTold::Unfit { unfit }))
        .chain(unread.map(|unread| OfferTold::Unread { unread }));
    for answer in answers {
        for tag in ["en", "sv"] {
            all = format!("{all}{}\n", read(&answer.say(&reader(tag))));
        }
    }
    insta::assert_snapshot!(all, @"
    Alma has it now. It counts when Alma says yes; you are told here.
    Alma har det nu. Det gäller när Alma säger ja; du får veta här.
    Alma has no chat with me. The text to send is in your room; the time to answer begins when you have told Alma.
    Alma har ingen chatt med mig. Texten att skicka finns i ert rum; tiden att svara börjar när ni har berättat för Alma.
    Nordbo has it now. It counts when they say yes; you are told here.
    Nordbo har det nu. Det gäller när de säger ja; du får veta här.
    Noted. This much money takes one more of you to say yes first.
    Noterat. Så mycket pengar kräver att en till av er säger ja först.
    Agreed. It is in the deal now, and both sides are told.
    Överenskommet. Det står i avtalet nu, och båda sidor får veta.
    Noted. Everything stays as agreed, and the other side is told.
    Noterat. Allt är som avtalat, och andra sidan får veta.
    Taken back. Everything stays as agreed.
    Tillbakataget. Allt är som avtalat.
    Noted what Alma answered.
    Noterat vad Alma svarade.
    Noted. Alma has time to answer from now on.
    Noterat. Alma har tid att svara från och med nu.
    The deal was changed otherwise meanwhile, so this was not done. Look at “deal”, then suggest it anew.
    Avtalet ändrades på annat sätt under tiden, så det gjordes inte. Titta på ”avtal” och föreslå på nytt.
    There is no offer 9 for you. “accept” alone shows what waits.
    Det finns inget förslag 9 för dig. ”acceptera” ensamt visar vad som väntar.
    I find no deal of spring that you speak for. Say it like “offer spring/alma reel-2 fee 3500”.
    Jag hittar inget avtal med spring som du talar för. Säg det som ”föreslå spring/alma reel-2 arvode 3500”.
    8 offers about this deal wait for an answer. Let those be answered first, or take some back.
    8 förslag om det här avtalet väntar på svar. Låt dem besvaras först, eller ta tillbaka några.
    It is over already. Nothing was changed.
    Det är redan över. Inget ändrades.
    It is your own side's. The other side answers it.
    Det är er egen sidas. Andra sidan svarar på det.
    You have said yes already. It takes somebody else as well.
    Du har redan sagt ja. Det krävs någon till.
    Nobody has sent it yet.
    Ingen har skickat det än.
    The creator can answer that in their own chat.
    Kreatören kan svara på det i sin egen chatt.
    This deal has ended.
    Avtalet har löpt ut.
    There is no piece “reel-9” in this deal. “deal” shows the pieces.
    Det finns ingen leverans ”reel-9” i avtalet. ”avtal” visar leveranserna.
    That piece is out, so what was agreed for it stands.
    Den leveransen är ute, så det som avtalats för den gäller.
    That piece was cancelled. Offer a further piece instead.
    Den leveransen avbokades. Föreslå en leverans till i stället.
    It is so already.
    Det är redan så.
    That day is over.
    Den dagen är förbi.
    There is a piece with that id already.
    Det finns redan en leverans med det id:t.
    That is far from anything agreed here. Is there a slip in the number?
    Det är långt från allt som avtalats här. Blev siffran fel?
    That is more than can be offered at once.
    Det är mer än som kan föreslås på en gång.
    Nothing of this deal is still to be made.
    Inget i avtalet är kvar att göra.
    This deal is paid in another currency.
    Avtalet betalas i en annan valuta.
    What should change? Say it like “reel-2 fee 3500” or “commission 12 %”.
    Vad ska ändras? Säg det som ”reel-2 arvode 3500” eller ”provision 12 %”.
    Something is missing after “fee”. Say it like “reel-2 fee 3500” or “reel-2 due 2026-04-02”.
    Något saknas efter ”fee”. Säg det som ”reel-2 arvode 3500” eller ”reel-2 senast 2026-04-02”.
    “x” is not the id of a piece. Say it like “reel-2 fee 3500”; “deal” shows the pieces.
    ”x” är inget id på en leverans. Säg det som ”reel-2 arvode 3500”; ”avtal” visar leveranserna.
    “x” is not an amount. Say it like “3500” or “3,500.50 EUR”.
    ”x” är inget belopp. Säg det som ”3500” eller ”3 500,50 kr”.
    “x” is another currency than this deal is paid in.
    ”x” är en annan valuta än avtalet betalas i.
    “x” is not a date. Say it like 2026-04-02.
    ”x” är inget datum. Säg det som 2026-04-02.
    “x” is not a share. Say it like 12 %, from 0 to 100.
    ”x” är ingen andel. Säg det som 12 %, från 0 till 100.
    “x” is not a length. Say it like 7d or 2 weeks.
    ”x” är ingen tidslängd. Säg det som 7d eller 2 veckor.
    “x” is not a platform. Say instagram, tiktok, youtube, twitch, x or facebook.
    ”x” är ingen plattform. Säg instagram, tiktok, youtube, twitch, x eller facebook.
    “x” is not a format. Say it like reel, story or video.
    ”x” är inget format. Säg det som reel, story eller video.
    I cannot offer “x”. After a piece say fee, due or format.
    Jag kan inte föreslå ”x”. Efter en leverans säg arvode, senast eller format.
    ");
}
