//! A deal, numbers by hand, what is kept and what waits, as each reads it.

use super::*;
use crate::words::message::File;

fn terms(seat: Seat) -> DealView {
    let piece = |title: &str, state: DeliverableState, due: &str| PieceLine {
        title: title.into(),
        platform: Platform::Instagram,
        format: "reel".into(),
        state,
        price: (seat != Seat::Client).then(|| money("4000.00 EUR")),
        due: day(due),
        ahead: state.is_ahead(),
        free_until: None,
        owed: None,
    };
    let team = seat == Seat::Team;
    DealView {
        names: names(),
        seat,
        ended: false,
        pieces: vec![
            piece("Reel 1", DeliverableState::Live, "2026-06-05"),
            PieceLine {
                free_until: Some(at("2026-06-26T16:00:00Z")),
                ..piece("Reel 2", DeliverableState::Approved, "2026-07-01")
            },
            PieceLine {
                owed: Some(Percent(Decimal::from(50))),
                ..piece("Story 1", DeliverableState::Held, "2026-07-03")
            },
        ],
        commission: (seat != Seat::Client).then_some(Percent(Decimal::TEN)),
        per_thousand: None,
        product: team.then(|| money("80.00 EUR")),
        boosts: vec![("alma-reel-1".into(), team.then(|| money("600.00 EUR")))],
        codes: vec!["ALMA10".into()],
        link: Some("alma-spring".into()),
        rights: vec![(RightKind::Usage, day("2026-12-31"))],
        exclusivity: Some((vec!["Acme".into()], day("2026-08-01"))),
        offers: if seat == Seat::Client { Vec::new() } else { vec![view(fee(Side::Brand))] },
        changes: if seat == Seat::Client {
            (Vec::new(), 0)
        } else {
            let by = if team { "Maja + Alma Lind" } else { "Nordbo + you" };
            let field = |name: &str, from: &str, to: &str| (name.to_owned(), from.to_owned(), to.to_owned());
            let change = |first, fields| ChangeLine {
                at: at("2026-06-20T08:00:00Z"),
                by: by.into(),
                piece: Some("Reel 2".into()),
                first,
                fields,
            };
            (
                vec![
                    change(false, vec![field("fee", "€4,500", "€4,000"), field("post", "", "C8x")]),
                    change(true, vec![]),
                ],
                3,
            )
        },
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "what each side reads, message by message")]
fn a_deal_is_read_from_three_seats() {
    for seat in [Seat::Team, Seat::Creator, Seat::Client] {
        let text = |tag| shown(&deal::compose(&terms(seat), &reader(tag), now()));
        match seat {
            Seat::Team => {
                insta::assert_snapshot!(text("en"), @"
                📄 Alma Lind · Spring Launch: 3 pieces, 1 still to come. €12,000 in fees

                • Reel 1 (Instagram reel): out, €4,000, due 5 Jun
                • Reel 2 (Instagram reel): draft approved, €4,000, due 1 Jul
                   Free to cancel until Fri 18:00.
                • Story 1 (Instagram reel): on hold, €4,000, due 3 Jul
                   50 % of it is owed all the same.

                Commission: 10 % of each order.
                Product sent, declared at €80.
                Boost: alma-reel-1, budget €600.
                Code: ALMA10
                Link: alma-spring
                Right to use the content in ads until 31 Dec.
                Exclusive until 1 Aug: not for Acme.

                The brand suggests: Reel 2 for €3,500 instead of €4,000 (offer 12, not answered yet)

                Who changed what
                Sat 10:00, Maja + Alma Lind: Reel 2, fee €4,500 → €4,000; post C8x
                Sat 10:00, Maja + Alma Lind: Reel 2 was written down
                and 3 earlier changes

                The deal changes only when both sides say yes: “offer” suggests a change.
                ");
                insta::assert_snapshot!(text("sv"), @"
                📄 Alma Lind · Spring Launch: 3 leveranser, 1 kvar att göra. 12 000 € i arvoden

                • Reel 1 (Instagram reel): ute, 4 000 €, senast 5 juni
                • Reel 2 (Instagram reel): utkast godkänt, 4 000 €, senast 1 juli
                   Kan avbokas fritt till fre 18:00.
                • Story 1 (Instagram reel): parkerad, 4 000 €, senast 3 juli
                   50 % av arvodet ska betalas ändå.

                Provision: 10 % av varje order.
                Skickad produkt, upptagen till 80 €.
                Boost: alma-reel-1, budget 600 €.
                Kod: ALMA10
                Länk: alma-spring
                Rätt att använda innehållet i annonser till 31 dec.
                Exklusivt till 1 aug: inte för Acme.

                Varumärket föreslår: Reel 2 för 3 500 € i stället för 4 000 € (förslag 12, inte besvarat än)

                Vem som ändrat vad
                lör 10:00, Maja + Alma Lind: Reel 2, arvode €4,500 → €4,000; inlägg C8x
                lör 10:00, Maja + Alma Lind: Reel 2 skrevs in
                och 3 tidigare ändringar

                Avtalet ändras bara när båda sidor säger ja: ”föreslå” föreslår en ändring.
                ");
            }
            Seat::Creator => {
                insta::assert_snapshot!(text("en"), @"
                📄 Nordbo · Spring Launch: 3 pieces, 1 still to come. €12,000 in fees

                • Reel 1 (Instagram reel): out, €4,000, due 5 Jun
                • Reel 2 (Instagram reel): draft approved, €4,000, due 1 Jul
                   Until Fri 18:00 it can be cancelled without pay.
                • Story 1 (Instagram reel): on hold, €4,000, due 3 Jul
                   You are paid 50 % of it all the same.

                You get 10 % of each order.
                A post of yours is being boosted (alma-reel-1).
                Code: ALMA10
                Link: alma-spring
                The brand may use your content in ads until 31 Dec.
                You do not work for Acme until 1 Aug.

                The brand suggests: Reel 2 for €3,500 instead of €4,000 (offer 12, not answered yet)

                Who changed what
                Sat 10:00, Nordbo + you: Reel 2, fee €4,500 → €4,000; post C8x
                Sat 10:00, Nordbo + you: Reel 2 was written down
                and 3 earlier changes

                This is your deal. It changes only when both of you say yes: “offer” suggests a change.
                ");
                insta::assert_snapshot!(text("sv"), @"
                📄 Nordbo · Spring Launch: 3 leveranser, 1 kvar att göra. 12 000 € i arvoden

                • Reel 1 (Instagram reel): ute, 4 000 €, senast 5 juni
                • Reel 2 (Instagram reel): utkast godkänt, 4 000 €, senast 1 juli
                   Till fre 18:00 kan den avbokas utan betalning.
                • Story 1 (Instagram reel): parkerad, 4 000 €, senast 3 juli
                   Du får 50 % av arvodet ändå.

                Du får 10 % av varje order.
                Ett av dina inlägg boostas (alma-reel-1).
                Kod: ALMA10
                Länk: alma-spring
                Varumärket får använda ditt innehåll i annonser till 31 dec.
                Du arbetar inte för Acme till 1 aug.

                Varumärket föreslår: Reel 2 för 3 500 € i stället för 4 000 € (förslag 12, inte besvarat än)

                Vem som ändrat vad
                lör 10:00, Nordbo + you: Reel 2, arvode €4,500 → €4,000; inlägg C8x
                lör 10:00, Nordbo + you: Reel 2 skrevs in
                och 3 tidigare ändringar

                Det här är ditt avtal. Det ändras bara när båda säger ja: ”föreslå” föreslår en ändring.
                ");
                assert!(!text("en").contains("600") && !text("en").contains("80"), "budgets are not for her");
            }
            Seat::Client => {
                insta::assert_snapshot!(text("en"), @"
                📄 Alma Lind · Spring Launch: 3 pieces, 1 still to come

                • Reel 1 (Instagram reel): out, due 5 Jun
                • Reel 2 (Instagram reel): draft approved, due 1 Jul
                • Story 1 (Instagram reel): on hold, due 3 Jul

                Boost: alma-reel-1.
                Code: ALMA10
                Link: alma-spring
                Right to use the content in ads until 31 Dec.
                Exclusive until 1 Aug: not for Acme.

                Prices, where shown, are what you are billed.
                ");
                assert!(!text("en").contains("4,000"), "what is paid is not for a client");
            }
        }
    }
}

#[test]
fn numbers_by_hand_say_what_they_are() {
    let what = || "Reel 2".to_owned();
    let kept = vec![(Metric::Views, 48_200), (Metric::Reach, 31_000)];
    let platform = Platform::Instagram;
    let mut all = String::new();
    for answer in [
        ReportTold::Kept { what: what(), platform, kept: kept.clone(), known: Vec::new() },
        ReportTold::Kept { what: what(), platform, kept, known: vec![Metric::Likes] },
        ReportTold::Known { what: what(), platform },
        ReportTold::NoPicture { line: "numbers reel-2 views 1".into() },
        ReportTold::NoPiece { given: "reel-9".into() },
        ReportTold::NotOut { what: what() },
        ReportTold::Unread { unread: Unreadable::Nothing },
        ReportTold::Unread { unread: Unreadable::Metric { given: "spend".into() } },
        ReportTold::Unread { unread: Unreadable::Value { of: "views".into(), given: String::new() } },
    ] {
        for tag in ["en", "sv"] {
            all = format!("{all}{}\n", read(&answer.say(&reader(tag))));
        }
    }
    insta::assert_snapshot!(all, @"
    Noted for Reel 2: 48,200 views, 31,000 people reached

    Marked as reported by hand wherever they are shown; nothing is stopped because of them alone.
    As soon as Instagram reports them itself, its numbers count instead.
    Noterat för Reel 2: 48 200 visningar, 31 000 nådda personer

    De märks som rapporterade för hand överallt där de visas; inget stoppas bara på grund av dem.
    Så snart Instagram själv rapporterar dem gäller deras siffror i stället.
    Noted for Reel 2: 48,200 views, 31,000 people reached

    Marked as reported by hand wherever they are shown; nothing is stopped because of them alone.
    As soon as Instagram reports them itself, its numbers count instead. Not needed, Instagram tells them already: likes.
    Noterat för Reel 2: 48 200 visningar, 31 000 nådda personer

    De märks som rapporterade för hand överallt där de visas; inget stoppas bara på grund av dem.
    Så snart Instagram själv rapporterar dem gäller deras siffror i stället. Behövdes inte, Instagram berättar dem redan: gilla-markeringar.
    Instagram tells me these numbers of Reel 2 itself, so nothing was changed.
    Instagram berättar själv de här siffrorna för Reel 2, så inget ändrades.
    Almost: please send the screenshot with it. Put this line under the picture: numbers reel-2 views 1
    Nästan: skicka skärmbilden med. Skriv den här raden under bilden: numbers reel-2 views 1
    I find no piece “reel-9” of yours. “deal” shows the pieces and their ids.
    Jag hittar ingen leverans ”reel-9” som är din. ”avtal” visar leveranserna och deras id.
    Reel 2 is not known to be out yet. Send “live” and the address of the post first.
    Reel 2 är inte känd som ute än. Skicka först ”ute” och inläggets adress.
    Which numbers? Say it like “numbers reel-2 views 48200 reach 31000”, with the screenshot.
    Vilka siffror? Säg det som ”siffror reel-2 visningar 48200 räckvidd 31000”, med skärmbilden.
    “spend” is no number I can take by hand. I know views, reach, impressions, likes, comments, shares, saves, clicks and taps.
    ”spend” är ingen siffra jag kan ta för hand. Jag kan visningar, räckvidd, exponeringar, gillningar, kommentarer, delningar, sparade, klick och länktryck.
    I cannot read the number for views. Say it like “views 48200”.
    Jag kan inte läsa siffran för views. Säg det som ”visningar 48200”.
    ");
    // In an alert, with what it means for what is done.
    let view = IncidentView { by_hand: vec![Metric::Orders], automatic: true, ..fired() };
    assert!(team(&view, "en").contains("it waits for your yes"), "{}", team(&view, "en"));
}

fn file() -> File {
    File { name: "alma.json".into(), mime: "application/json", bytes: b"{}".to_vec() }
}

#[test]
fn what_is_kept_and_what_leaving_means() {
    let view = HeldView {
        who: None,
        name: "Alma Lind".into(),
        chats: vec!["Telegram".into()],
        accounts: vec!["Instagram".into()],
        connected: 1,
        posts: 31,
        deals: (2, 5),
        offers: 3,
        levels: (1, 0),
    };
    for tag in ["en", "sv"] {
        let reader = reader(tag);
        let all = [
            shown(&held::compose(&view, &reader)),
            shown(&held::sure(&reader)),
            read(&held::whole(file(), 12, &reader)),
            read(&held::done(&reader)),
        ];
        if tag == "en" {
            insta::assert_snapshot!(all.join("\n\n"), @"
            This is what I keep about you, Alma

            • Where I can write to you: Telegram
            • Public numbers of your accounts: Instagram; connected by you: 1
            • Posts of yours and their numbers over time: 31
            • Deals: 2, pieces in them: 5, offers: 3
            • Levels you have: 1, times one was in question: 0
            • A log of who did what and when, which nobody can change

            I keep no private messages, no pictures you send (only where they are in this chat) and nothing about your followers one by one.
            A file with all of it, or an end to it: press a button.
            [Have it as a file] [Leave]

            Leave? Here is what ends and what stays

            Ends at once: this chat, your role here, and your name beside your chat account. The team is told.
            Stays: your deals, pieces, offers and the numbers of their posts, because your pay is reckoned from them and books must be kept; and the log, because it proves who agreed to what.
            What you are owed stays owed. You can come back with a new code from the team.
            [Yes, leave] [No, leave it]

            Here is all of it, as a file. Keep it where only you can read it.

            12 older numbers are not in it. The team can send them to you.

            You have left. I do not write to you any more. What you are owed stays owed; take care.
            ");
        } else {
            insta::assert_snapshot!(all.join("\n\n"), @"
            Det här sparar jag om dig, Alma

            • Var jag kan skriva till dig: Telegram
            • Offentliga siffror för dina konton: Instagram; kopplade av dig: 1
            • Dina inlägg och deras siffror över tid: 31
            • Avtal: 2, leveranser i dem: 5, förslag: 3
            • Nivåer du har: 1, gånger en varit ifrågasatt: 0
            • En logg över vem som gjorde vad och när, som ingen kan ändra

            Jag sparar inga privata meddelanden, inga bilder du skickar (bara var de finns i den här chatten) och inget om dina följare en och en.
            En fil med allt, eller ett slut på det: tryck på en knapp.
            [Få det som fil] [Lämna]

            Lämna? Det här slutar och det här blir kvar

            Slutar genast: den här chatten, din roll här, och ditt namn vid ditt chattkonto. Teamet får veta.
            Blir kvar: dina avtal, leveranser, förslag och siffrorna för deras inlägg, för din betalning räknas på dem och bokföring måste sparas; och loggen, för den visar vem som gick med på vad.
            Det du ska ha betalt för ska du ha betalt för. Du kan komma tillbaka med en ny kod från teamet.
            [Ja, lämna] [Nej, låt vara]

            Här är allt, som fil. Spara den där bara du kan läsa den.

            12 äldre siffror är inte med. Teamet kan skicka dem till dig.

            Du har lämnat. Jag skriver inte till dig mer. Det du ska ha betalt för ska du ha betalt för; ha det bra.
            ");
        }
    }
}

#[test]
fn me_tells_what_waits_and_what_is_due() {
    let base = |tag: &str| Message {
        headline: "head".into(),
        blocks: crate::words::phrase::block(1, vec![crate::words::phrase::line(format!("private {tag}"))])
            .into_iter()
            .collect(),
        ..Message::default()
    };
    let piece = |late| DuePiece {
        title: "Reel 2".into(),
        campaign: "Spring Launch".into(),
        state: DeliverableState::Briefed,
        due: day("2026-06-25"),
        late,
    };
    let view = OwnView {
        ranks: vec![Rank { metric: Metric::Views, below: 5, others: 8 }],
        by_hand: vec![Metric::Reach],
        offers: vec![self::view(fee(Side::Brand))],
        due: vec![piece(true), piece(false)],
        criteria: Message::default(),
        has_levels: false,
        who: None,
    };
    insta::assert_snapshot!(shown(&own::add(base("en"), &view, &reader("en"), now())), @"
    head

    More views than 5 of 8 similar creators.
    You told these by hand, with a screenshot: people reached.

    Waits for your answer: Reel 2 for €3,500 instead of €4,000, until 30 Jun 14:10

    Was due 25 Jun: Reel 2, Spring Launch (briefed). Held up? Say so with “note”.
    Due 25 Jun: Reel 2, Spring Launch (briefed)

    private en
    [Yes: Reel 2 for €3,500 inste…] [No]
    [My deals] [Tips] [What is kept]
    ");
    insta::assert_snapshot!(shown(&own::add(base("sv"), &view, &reader("sv"), now())), @"
    head

    Mer visningar än 5 av 8 liknande kreatörer.
    De här berättade du för hand, med skärmbild: nådda personer.

    Väntar på ditt svar: Reel 2 för 3 500 € i stället för 4 000 €, till 30 juni 14:10

    Skulle varit klar 25 juni: Reel 2, Spring Launch (briefad). Något i vägen? Säg det med ”notera”.
    Senast 25 juni: Reel 2, Spring Launch (briefad)

    private sv
    [Ja: Reel 2 för 3 500 € i st…] [Nej]
    [Mina avtal] [Tips] [Vad som sparas]
    ");
}
