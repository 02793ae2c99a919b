//! Rooms, quiet hours, subscriptions, digests, desk and audit, read aloud in both languages.

use std::collections::BTreeSet;

use super::*;
use crate::domain::habits::{Loudness, Topic};
use crate::words::audit::{self, AuditLine, AuditView};
use crate::words::desk::{self, Deciding, DeskView};
use crate::words::digest::{self, DigestView, Ended};
use crate::words::escalation;
use crate::words::rooms::{self, Kept, QuietView, RoomLine, SubscriptionsView};

fn room(id: &str) -> RoomLine {
    RoomLine {
        id: id.into(),
        chat: Some("Telegram"),
        in_topic: false,
        audience: Audience::Internal,
        of: Some("Nordbo".into()),
        locale: "sv".into(),
        zone: "Europe/Stockholm".into(),
        quiet: Some("22:00-07:00".into()),
        digest: Some("08:00".into()),
        told: vec![(Topic::Opportunity, Loudness::Off)],
        escalate_to: vec!["room/leads".into(), "person/maja".into()],
        closed: None,
    }
}

fn rooms_seen() -> Vec<RoomLine> {
    let closed = Some((Some(at("2026-06-19T16:00:00Z")), "the bot was removed from the group".to_owned()));
    let plain = RoomLine { quiet: None, digest: None, told: Vec::new(), escalate_to: Vec::new(), ..room("nordbo-en") };
    vec![
        RoomLine { closed, ..room("nordbo-team") },
        RoomLine { chat: None, locale: "en".into(), audience: Audience::Client, ..plain.clone() },
        RoomLine { chat: Some("Discord"), audience: Audience::Operator, of: None, ..plain },
    ]
}

#[test]
fn the_list_of_rooms_says_what_needs_somebody() {
    insta::assert_snapshot!(shown(&rooms::rooms(&rooms_seen(), 0, &reader("en"), now())), @"
    3 rooms, 1 closed, 1 not bound yet

    nordbo-team · Telegram · the team · Nordbo
    Swedish, Europe/Stockholm · quiet 22:00–07:00 · digest 08:00 · opportunity off · then told: room/leads, person/maja
    Closed since Fri 18:00: the bot was removed from the group. What is due waits.

    nordbo-en · not bound yet · the client · Nordbo
    English, Europe/Stockholm
    In the terminal: plimsoll code --room nordbo-en

    nordbo-en · Discord · operators
    Swedish, Europe/Stockholm
    ");
    insta::assert_snapshot!(shown(&rooms::rooms(&rooms_seen(), 0, &reader("sv"), now())), @"
    3 rum, ett stängt, ett ännu inte bundet

    nordbo-team · Telegram · teamet · Nordbo
    svenska, Europe/Stockholm · tyst 22:00–07:00 · sammanfattning 08:00 · opportunity av · sedan får veta: room/leads, person/maja
    Stängt sedan fre 18:00: the bot was removed from the group. Det som ska sägas väntar.

    nordbo-en · ännu inte bundet · kunden · Nordbo
    engelska, Europe/Stockholm
    I terminalen: plimsoll code --room nordbo-en

    nordbo-en · Discord · driften
    svenska, Europe/Stockholm
    ");
    insta::assert_snapshot!(shown(&rooms::rooms(&[], 0, &reader("en"), now())), @"
    There is no room that you may see

    Rooms are declared in a file of documents and bound with a code: plimsoll code --room ID
    ");
    let many: Vec<RoomLine> = (1..=14).map(|n| room(&format!("room-{n}"))).collect();
    let second = rooms::rooms(&many, 1, &reader("en"), now());
    assert_eq!(second.message.blocks.len(), 6);
    assert_eq!(
        second.purposes,
        [vec![ButtonPurpose::Ask { command: "rooms 1".into() }, ButtonPurpose::Ask { command: "rooms 3".into() },]]
    );
}

fn quiet_hours(until: Option<&str>, loud: bool, changed: bool) -> QuietView {
    let hours = Some(("22:00-07:00".to_owned(), "Europe/Stockholm".to_owned()));
    QuietView { hours, until: until.map(at), loud, changed }
}

#[test]
fn quiet_hours_say_what_waits_and_what_does_not() {
    let none = |changed| QuietView { hours: None, until: None, loud: false, changed };
    let said = |view: &QuietView, tag| read(&rooms::quiet(view, &reader(tag), now()));
    insta::assert_snapshot!(said(&quiet_hours(None, false, false), "en"), @"
    Quiet here 22:00–07:00 (Europe/Stockholm)

    What can wait waits until they end. Messages that are here are kept up to date.
    Critical alerts come at once, without a sound.
    ");
    insta::assert_snapshot!(said(&quiet_hours(Some("2026-06-24T05:00:00Z"), true, true), "en"), @"
    Quiet here from now on, 22:00–07:00 (Europe/Stockholm)

    What can wait waits until they end. Messages that are here are kept up to date.
    Critical alerts come at once, with a sound.
    It is quiet now, until Wed 07:00.
    ");
    insta::assert_snapshot!(said(&quiet_hours(Some("2026-06-24T05:00:00Z"), false, true), "sv"), @"
    Tyst här från och med nu, 22:00–07:00 (Europe/Stockholm)

    Det som kan vänta väntar tills de är slut. Meddelanden som redan finns hålls aktuella.
    Kritiska larm kommer genast, utan ljud.
    Det är tyst nu, till ons 07:00.
    ");
    insta::assert_snapshot!(said(&none(false), "en"), @"
    No quiet hours here: everything comes at once

    To set them: quiet 22:00-07:00
    ");
    insta::assert_snapshot!(said(&none(true), "en"), @"
    Quiet hours are off: everything comes at once, what waited comes now

    To set them: quiet 22:00-07:00
    ");
    insta::assert_snapshot!(said(&none(true), "sv"), @"
    De tysta timmarna är av: allt kommer genast, det som väntat kommer nu

    För att ställa in dem: quiet 22:00-07:00
    ");
}

fn chosen(changed: Option<(Topic, Loudness)>) -> SubscriptionsView {
    SubscriptionsView {
        own: changed.is_none(),
        topics: vec![
            (Topic::StopLoss, Loudness::On),
            (Topic::Opportunity, Loudness::Silent),
            (Topic::Digest, Loudness::On),
        ],
        digest: Some("08:00".into()),
        changed,
    }
}

#[test]
fn what_is_told_is_listed_with_how_to_change_it() {
    let said = |changed, tag| read(&rooms::subscriptions(&chosen(changed), &reader(tag)));
    insta::assert_snapshot!(said(None, "en"), @"
    What is told to you here

    stop_loss: on · money being lost
    opportunity: silent · what goes better than expected
    digest: on · the summary of the morning · 08:00

    To change one: subscribe stop_loss silent
    What is off is in the journal, not here. Answers to what you ask always come.
    ");
    insta::assert_snapshot!(said(Some((Topic::Opportunity, Loudness::Silent)), "en"), @"
    Without a sound here now: what goes better than expected

    stop_loss: on · money being lost
    opportunity: silent · what goes better than expected
    digest: on · the summary of the morning · 08:00

    To change one: subscribe stop_loss silent
    What is off is in the journal, not here. Answers to what you ask always come.
    ");
    insta::assert_snapshot!(said(Some((Topic::Opportunity, Loudness::Off)), "sv"), @"
    Av här från nu: det som går bättre än väntat

    stop_loss: på · pengar som går förlorade
    opportunity: tyst · det som går bättre än väntat
    digest: på · morgonens sammanfattning · 08:00

    För att ändra något: subscribe stop_loss silent
    Det som är av står i journalen, inte här. Svar på det du frågar kommer alltid.
    ");
}

#[test]
fn what_must_be_heard_stays_on_and_the_reader_knows_why() {
    let said = |kept: Kept, tag| read(&rooms::kept(&kept, &reader(tag)));
    let unheard = || Kept::Unheard { topic: Topic::StopLoss, brand: Some("Nordbo".into()) };
    insta::assert_snapshot!(said(unheard(), "en"), @"
    Stays on here: money being lost

    Nobody else would hear of it: Nordbo has no other open room that keeps it. Make it silent instead, or bind another room first.
    ");
    insta::assert_snapshot!(said(unheard(), "sv"), @"
    Förblir på här: pengar som går förlorade

    Ingen annan skulle höra det: Nordbo har inget annat öppet rum som behåller det. Gör det tyst i stället, eller bind ett annat rum först.
    ");
    insta::assert_snapshot!(said(Kept::Unheard { topic: Topic::Trouble, brand: None }, "en"), @"
    Stays on here: troubles of the program itself

    Nobody else would hear of it: there is no other open room for operators. Make it silent instead, or bind another room first.
    ");
    insta::assert_snapshot!(said(Kept::Owed { topic: Topic::Downgrade }, "en"), @"
    Stays on here: levels that may be lost

    It can be silent, but not off: nothing about you is decided before you were told.
    ");
    insta::assert_snapshot!(said(Kept::Elsewhere { topic: Topic::Ask, topics: vec![Topic::Late, Topic::Digest] }, "en"), @"
    Not told in this chat anyway: what you are asked for

    Here you can choose: late, digest.
    ");
    insta::assert_snapshot!(said(Kept::Elsewhere { topic: Topic::Ask, topics: Vec::new() }, "sv"), @"
    Sägs ändå inte i den här chatten: det du ombeds göra

    Inget kan väljas här.
    ");
    insta::assert_snapshot!(said(Kept::NoRole, "en"), @"
    You would hear nothing: no brand has given you a role

    Alerts reach analysts, managers and agencies. Whoever runs the brand here can give you one: grant.
    ");
}

fn deciding(name: &str, saves: Option<&str>, until: Option<&str>, proposal: Option<u64>) -> Deciding {
    Deciding {
        incident: id("A7K2"),
        name: name.into(),
        deed: stop_boost(),
        of: None,
        proposal,
        saves: saves.map(money),
        until: until.map(at),
    }
}

fn member(name: &str, stage: Stage, avoidable: Option<&str>) -> Member {
    Member { incident: id("B2C3"), name: name.into(), avoidable: avoidable.map(money), stage, acknowledged_by: None }
}

fn morning() -> DigestView {
    DigestView {
        id: "digest/nordbo-team/2026-06-23".into(),
        of: Some("Nordbo".into()),
        members: vec![
            member("Bo Ek", Stage::Firing, None),
            Member { acknowledged_by: Some("Maja".into()), ..member("Alma Lind", Stage::Firing, Some("486.00 EUR")) },
            member("Cleo W", Stage::Recovering, Some("40.00 SEK")),
        ],
        ended: vec![Ended { incident: id("C3D4"), name: "Dan K".into(), lasted_secs: 7_200 }],
        decisions: vec![deciding("Alma Lind", Some("86.00 EUR"), Some("2026-06-23T16:00:00Z"), Some(1))],
        page: 0,
    }
}

#[test]
fn a_digest_says_first_what_it_costs_to_wait() {
    let said = |view: &DigestView, tag| shown(&digest::compose(view, &reader(tag), now()));
    insta::assert_snapshot!(said(&morning(), "en"), @"
    ☀️ Nordbo: €486 + SEK 40 can still be saved in 3 open alerts, one decision today

    To decide today
    by 18:00: Stop boost alma-reel-1 −€86 · Alma Lind · #A7K2

    Open
    🔴 Alma Lind €486 · Maja has it · #B2C3
    🔴 Bo Ek · #B2C3
    🟡 Cleo W SEK 40 · #B2C3

    Ended since yesterday
    🟢 Dan K · over after 2 h · #C3D4
    ");
    insta::assert_snapshot!(said(&morning(), "sv"), @"
    ☀️ Nordbo: 486 € + 40 kr går ännu att spara i 3 öppna larm, ett beslut i dag

    Att besluta i dag
    senast 18:00: Stoppa boost alma-reel-1 −86 € · Alma Lind · #A7K2

    Öppet
    🔴 Alma Lind 486 € · Maja tar hand om det · #B2C3
    🔴 Bo Ek · #B2C3
    🟡 Cleo W 40 kr · #B2C3

    Avslutat sedan i går
    🟢 Dan K · slut efter 2 h · #C3D4
    ");
    let nothing = DigestView { members: Vec::new(), ended: Vec::new(), decisions: Vec::new(), ..morning() };
    insta::assert_snapshot!(said(&nothing, "en"), @"☀️ Nordbo: nothing open, nothing to decide");
    insta::assert_snapshot!(said(&DigestView { ended: morning().ended, ..nothing.clone() }, "en"), @"
    ☀️ Nordbo: nothing open; one alert ended since yesterday

    Ended since yesterday
    🟢 Dan K · over after 2 h · #C3D4
    ");
    insta::assert_snapshot!(said(&DigestView { of: None, ended: morning().ended, ..nothing }, "sv"), @"
    ☀️ inget öppet; ett larm avslutades sedan i går

    Avslutat sedan i går
    🟢 Dan K · slut efter 2 h · #C3D4
    ");
}

#[test]
fn every_line_of_a_digest_can_be_reached_by_its_pages() {
    let names: BTreeSet<String> = (0..37).map(|n| format!("Creator {n}")).collect();
    let members = names.iter().map(|name| member(name, Stage::Firing, Some("10.00 EUR"))).collect();
    let mut view = DigestView { members, ..morning() };
    let mut seen = String::new();
    for page in 0..4 {
        view.page = page;
        let composed = digest::compose(&view, &reader("en"), now());
        let turns = usize::from(page != 0) + usize::from(page != 3);
        assert_eq!(composed.purposes.concat().len(), turns, "page {page}");
        seen += &read(&composed.message);
    }
    for name in names {
        assert!(seen.contains(&format!("🔴 {name} €10")), "{name}");
    }
    assert!(seen.contains("Dan K · over after 2 h"));
}

#[test]
fn nobody_has_it_is_said_first_and_only_as_long_as_it_is_so() {
    let composed = || compose(&fired(), &reader("en"), Audience::Internal, now()).expect("a message");
    let since = Some(at("2026-06-23T11:45:00Z"));
    let marked = escalation::mark(composed(), since, &reader("en"), now());
    insta::assert_snapshot!(marked.message.headline, @"⏫ Nobody has it after 30 min. 🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €86 can still be saved");
    assert!(!marked.message.silent);
    let swedish = escalation::mark(composed(), since, &reader("sv"), now());
    insta::assert_snapshot!(swedish.message.headline, @"⏫ Ingen har tagit det efter 30 min. 🔴 Alma Lind · Spring Launch: €160 per order, limit €45. €86 can still be saved");
    assert_eq!(escalation::mark(composed(), None, &reader("en"), now()), composed());
    let mut passed_on = fired();
    passed_on.incident.note(event(30, None, Happened::Escalated { to: "nordbo-leads".into() }));
    assert!(team(&passed_on, "en").contains("Nobody had it, so nordbo-leads was told 14:30."));
    assert!(team(&passed_on, "sv").contains("Ingen hade tagit det, så nordbo-leads fick veta 14:30."));
}

fn on_the_desk() -> DeskView {
    DeskView {
        decisions: vec![
            deciding("Alma Lind", Some("486.00 EUR"), Some("2026-06-23T16:00:00Z"), Some(1)),
            deciding("Bo Ek", Some("90.00 EUR"), None, None),
        ],
        todos: Vec::new(),
        unattended: vec![member("Cleo W", Stage::Firing, None)],
        brands: BTreeSet::from(["Nordbo".to_owned(), "Sydvind".to_owned()]),
        following: Vec::new(),
        decides: true,
        page: 0,
    }
}

#[test]
fn the_desk_has_what_waits_and_the_buttons_that_do_it() {
    let said = |view: &DeskView, tag| shown(&desk::compose(view, &reader(tag), now()));
    insta::assert_snapshot!(said(&on_the_desk(), "en"), @"
    2 decisions, €576 to save, the first by 18:00

    1. by 18:00: Stop boost alma-reel-1 −€486 · Alma Lind · #A7K2
    2. Stop boost alma-reel-1 −€90 · Bo Ek · #A7K2
    3. 🔴 Cleo W · #B2C3 · nobody has it

    Across Nordbo, Sydvind.

    Nothing stops until you press. Every room of the brand sees what you decide.
    [1. Stop boost alma-reel-1 −€486] [1. Keep it running] [1. Why]
    [2. Stop boost alma-reel-1 −€90] [2. Why]
    [3. I've got it] [3. Why]
    ");
    insta::assert_snapshot!(said(&on_the_desk(), "sv"), @"
    2 beslut, 576 € att spara, det första senast 18:00

    1. senast 18:00: Stoppa boost alma-reel-1 −486 € · Alma Lind · #A7K2
    2. Stoppa boost alma-reel-1 −90 € · Bo Ek · #A7K2
    3. 🔴 Cleo W · #B2C3 · ingen har tagit det

    För Nordbo, Sydvind.

    Inget stoppas förrän du trycker. Varje rum hos varumärket ser vad du beslutar.
    [1. Stoppa boost alma-reel-1 −486 €] [1. Låt den rulla] [1. Varför]
    [2. Stoppa boost alma-reel-1 −90 €] [2. Varför]
    [3. Jag tar det] [3. Varför]
    ");
    insta::assert_snapshot!(said(&DeskView { decides: true, ..DeskView::default() }, "en"), @"Nothing waits for you");
    insta::assert_snapshot!(said(&DeskView::default(), "en"), @"Nothing waits for you: you decide about no brand. Managers, clients and agencies do.");
    insta::assert_snapshot!(said(&DeskView { decisions: Vec::new(), brands: BTreeSet::new(), ..on_the_desk() }, "en"), @"
    One alert that nobody has; nothing to decide

    1. 🔴 Cleo W · #B2C3 · nobody has it

    Nothing stops until you press. Every room of the brand sees what you decide.
    [1. I've got it] [1. Why]
    ");
    let composed = desk::compose(&on_the_desk(), &reader("en"), now());
    let first: Vec<_> = composed.purposes.iter().filter_map(|row| row.first()).collect();
    assert!(matches!(
        first.as_slice(),
        [ButtonPurpose::Approve { proposal: 1, .. }, ButtonPurpose::Do { .. }, ButtonPurpose::Ack { .. }]
    ));
    // Four decisions and a row that turns: Discord takes five.
    let many = DeskView { decisions: vec![deciding("Alma", None, None, None); 9], page: 1, ..on_the_desk() };
    assert_eq!(desk::compose(&many, &reader("en"), now()).message.buttons.len(), 5);
}

fn audited() -> AuditView {
    let one = AuditLine {
        at: at("2026-06-23T12:02:00Z"),
        who: Some("Maja".into()),
        deed: "action_approved".into(),
        action: Some(stop_boost()),
        what: "Alma Lind · Spring Launch".into(),
        incident: Some("A7K2".into()),
        why: None,
    };
    let refused = AuditLine {
        deed: "proposal_rejected".into(),
        action: None,
        why: Some("the campaign ends today anyway".into()),
        who: Some("Jonas".into()),
        ..one.clone()
    };
    let own = AuditLine { who: None, deed: "action_verified".into(), at: at("2026-06-22T12:02:00Z"), ..one.clone() };
    let new =
        AuditLine { deed: "something_new".into(), action: None, incident: None, what: "room/x".into(), ..one.clone() };
    AuditView { about: None, lines: vec![one, refused, own, new], page: 1, more: true, client: false, gone_until: None }
}

#[test]
fn the_audit_reads_like_what_happened() {
    let said = |view: &AuditView, tag| shown(&audit::compose(view, &reader(tag), now()));
    insta::assert_snapshot!(said(&audited(), "en"), @"
    Who did what, the newest first

    14:02 Maja agreed: Stop boost alma-reel-1 · Alma Lind · Spring Launch · #A7K2
    14:02 Jonas refused · Alma Lind · Spring Launch · #A7K2 · “the campaign ends today anyway”
    Mon 14:02 Plimsoll did it, and the platform says so: Stop boost alma-reel-1 · Alma Lind · Spring Launch · #A7K2
    14:02 Maja something new · room/x

    As a file, in the terminal: plimsoll audit --csv
    [‹ Newer] [Older ›]
    ");
    insta::assert_snapshot!(said(&audited(), "sv"), @"
    Vem som gjorde vad, det nyaste först

    14:02 Maja sade ja: Stoppa boost alma-reel-1 · Alma Lind · Spring Launch · #A7K2
    14:02 Jonas sade nej · Alma Lind · Spring Launch · #A7K2 · ”the campaign ends today anyway”
    mån 14:02 Plimsoll gjorde det, och plattformen bekräftar: Stoppa boost alma-reel-1 · Alma Lind · Spring Launch · #A7K2
    14:02 Maja something new · room/x

    Som fil, i terminalen: plimsoll audit --csv
    [‹ Nyare] [Äldre ›]
    ");
    insta::assert_snapshot!(said(&AuditView { client: true, page: 0, more: false, ..audited() }, "en"), @"
    Who did what, the newest first

    14:02 Maja agreed: Stop boost alma-reel-1 · Alma Lind · Spring Launch · #A7K2
    14:02 Jonas refused · Alma Lind · Spring Launch · #A7K2 · “the campaign ends today anyway”
    Mon 14:02 Plimsoll did it, and the platform says so: Stop boost alma-reel-1 · Alma Lind · Spring Launch · #A7K2
    14:02 Maja something new · room/x

    What was decided and done for you; people's own words stay with the team.
    ");
    insta::assert_snapshot!(said(&AuditView { about: Some("alma".into()), ..AuditView::default() }, "en"), @"Nothing about alma that you may see");
    let gone_until = Some("2026-01-02T09:00:00Z".parse().expect("an instant"));
    insta::assert_snapshot!(said(&AuditView { gone_until, ..AuditView::default() }, "en"), @"
    Nobody has done anything yet that you may see

    Nothing is kept from before 2 Jan 10:00: what is older was removed, as [retention] says.
    ");
    let about = AuditView { about: Some("Alma \"L\"".into()), ..audited() };
    let turns = audit::compose(&about, &reader("en"), now()).purposes.concat();
    assert_eq!(
        turns,
        [
            ButtonPurpose::Ask { command: "audit \"Alma L\" 1".into() },
            ButtonPurpose::Ask { command: "audit \"Alma L\" 3".into() },
        ]
    );
    for turn in turns {
        let ButtonPurpose::Ask { command } = turn else { panic!("asks") };
        parse(&command).expect("what a button says can be typed");
    }
}
