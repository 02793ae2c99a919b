use proptest::prelude::*;

use super::*;

fn id() -> IncidentId {
    IncidentId::typed("A7K2").expect("an id")
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "a table of values reads better than one of references")]
fn check(text: &str, want: Result<Command, Teach>) {
    assert_eq!(parse(text), want, "{text}");
}

#[test]
fn commands_are_read_as_people_type_them() {
    check("status", Ok(Command::Status { subject: None }));
    check("/status@PlimsollBot alma", Ok(Command::Status { subject: Some("alma".into()) }));
    let why_not = || Ok(Command::WhyNot { subject: "alma".into(), rule: RuleId::new("cpa-stop").expect("id") });
    for text in [
        "why-not alma cpa-stop",
        "/why_not  alma\ncpa-stop",
        "WHY-NOT \"alma\" “cpa-stop”",
        "/varför-inte alma cpa-stop",
    ] {
        check(text, why_not());
    }
    check("pause \"Alma Lind\"", Ok(Command::Pause { what: "Alma Lind".into() }));
    check("ack #a7k2", Ok(Command::Ack { id: id() }));
    check("reject A7K2 she is on it", Ok(Command::Reject { id: id(), reason: "she is on it".into() }));
    check("snooze A7K2 6h", Ok(Command::Snooze { id: id(), duration: Duration::from_hours(6) }));
}

#[test]
fn one_word_may_be_several_things() {
    let why = |against| Ok(Command::Why { what: What { incident: Some(id()), typed: "A7K2".into() }, against });
    check("why A7K2", why(None));
    for typed in
        ["why A7K2 against plan", "why A7K2 plan", "varför A7K2 mot planen", "/why@plimsoll_bot A7K2 Against PLAN"]
    {
        check(typed, why(Some(Yardstick::Plan)));
    }
    check("why A7K2 against others", why(Some(Yardstick::Peers)));
    check("why A7K2 mot innan", why(Some(Yardstick::Before)));
    // The word alone asks for nothing.
    check("why A7K2 against", why(None));
    let bad = |given: &str, nearest: Option<&str>| {
        let (given, nearest) = (given.to_owned(), nearest.map(str::to_owned));
        Err(Teach::Bad { command: Name::Why, given, kind: ArgKind::Yardstick, nearest })
    };
    check("why A7K2 against plam", bad("plam", Some("plan")));
    check("why A7K2 against everybody", bad("everybody", None));
    check("/start", Ok(Command::Help { command: None }));
    check("/start K7M2-Q4TD", Ok(Command::Bind { code: "K7M2-Q4TD".into() }));
    check("hjälp vila", Ok(Command::Help { command: Some(Name::Snooze) }));
    check(
        "grant @maja client-owner brand/nordbo",
        Ok(Command::Grant {
            person: PersonId::new("maja").expect("id"),
            role: Role::ClientOwner,
            reach: Reach::Brand(BrandId::new("nordbo").expect("id")),
        }),
    );
}

#[test]
fn what_is_wrong_is_said_precisely() {
    check("", Err(Teach::Empty));
    check("/", Err(Teach::Empty));
    check("puase alma", Err(Teach::Unknown { word: "puase".into(), nearest: Some(Name::Pause) }));
    check("/why_nto", Err(Teach::Unknown { word: "why_nto".into(), nearest: Some(Name::WhyNot) }));
    check("xyzzy", Err(Teach::Unknown { word: "xyzzy".into(), nearest: None }));
    check("pause", Err(Teach::Missing { command: Name::Pause, arg: "what", kind: ArgKind::Subject }));
    check("reject A7K2", Err(Teach::Missing { command: Name::Reject, arg: "reason", kind: ArgKind::Text }));
    check("rules too", Err(Teach::Extra { command: Name::Rules, word: "too".into() }));
    check("me", Ok(Command::Me { who: None }));
    check("me Alma Lind", Ok(Command::Me { who: Some("Alma Lind".into()) }));
    let data = |what, who: Option<&str>| Ok(Command::Data { what, who: who.map(str::to_owned) });
    check("data alma", data(None, Some("alma")));
    check("data file alma", data(Some(Held::File), Some("alma")));
    check(
        "data fiel",
        Err(Teach::Bad {
            command: Name::Data,
            given: "fiel".into(),
            kind: ArgKind::Held,
            nearest: Some("file".into()),
        }),
    );
    check("pause \"alma", Err(Teach::OpenQuote));
    let bad = |command, given: &str, kind, nearest: Option<&str>| {
        Err(Teach::Bad { command, given: given.into(), kind, nearest: nearest.map(str::to_owned) })
    };
    check("ack !!", bad(Name::Ack, "!!", ArgKind::Incident, None));
    check("snooze A7K2 soon", bad(Name::Snooze, "soon", ArgKind::Duration, None));
    check("snooze A7K2 99d", bad(Name::Snooze, "99d", ArgKind::Duration, None));
    check("grant maja manger all", bad(Name::Grant, "manger", ArgKind::Role, Some("manager")));
    check("grant maja manager nordbo", bad(Name::Grant, "nordbo", ArgKind::Reach, Some("brand/nordbo")));
    check("help snoze", bad(Name::Help, "snoze", ArgKind::Command, Some("snooze")));
    check(&"x".repeat(3_000), Err(Teach::TooLong));
}

#[test]
fn pieces_and_posts_are_named_as_people_name_them() {
    let hold = |what: &str, deliverable: Option<&str>| {
        Ok(Command::Hold { what: what.into(), deliverable: deliverable.map(str::to_owned) })
    };
    check("hold alma reel-2", hold("alma", Some("reel-2")));
    check("/parkera \"Alma Lind\" reel-2", hold("Alma Lind", Some("reel-2")));
    check("hold spring/alma/reel-2", hold("spring/alma/reel-2", None));
    let url = "https://youtu.be/dQw4w9WgXcQ?si=1";
    check(&format!("live {url}"), Ok(Command::Live { url: url.into(), deliverable: None }));
    let bad = Teach::Bad { command: Name::Live, given: "reel-2".into(), kind: ArgKind::Url, nearest: None };
    check("live reel-2", Err(bad));
    // An id is looked up first; what is none is the subject.
    let subject = What { incident: IncidentId::typed("alma"), typed: "alma".into() };
    check(
        "note alma ill until Monday #absence",
        Ok(Command::Note { subject, text: "ill until Monday #absence".into() }),
    );
    check("note alma", Err(Teach::Missing { command: Name::Note, arg: "text", kind: ArgKind::Text }));
}

#[test]
fn a_rule_is_asked_about_and_told_how_far_it_may_go() {
    let rule = |mode| Ok(Command::Rule { id: RuleId::new("cpa-stop").expect("id"), mode });
    check("rules", Ok(Command::Rules));
    check("rule cpa-stop", rule(None));
    check("rule cpa-stop mode propose", rule(Some(Mode::Propose)));
    check("/regel cpa-stop läge auto", rule(Some(Mode::Auto)));
    check("rule cpa-stop SHADOW", rule(Some(Mode::Shadow)));
    check("rule cpa-stop mode", rule(None));
    let bad = |given: &str, nearest: Option<&str>| {
        let nearest = nearest.map(str::to_owned);
        Err(Teach::Bad { command: Name::Rule, given: given.into(), kind: ArgKind::Mode, nearest })
    };
    check("rule cpa-stop mode porpose", bad("porpose", Some("propose")));
    check("rule cpa-stop mode on", bad("on", None));
    let missing = Teach::Missing { command: Name::Rule, arg: "rule", kind: ArgKind::Rule };
    check("rule", Err(missing));
}

#[test]
fn options_by_name_give_the_same_command() {
    let options = [("duration".to_owned(), "6h".to_owned()), ("id".to_owned(), "A7K2".to_owned())];
    assert_eq!(from_options(Name::Snooze, &options), parse("snooze A7K2 6h"));
    assert_eq!(from_options(Name::Status, &[]), parse("status"));
    assert_eq!(from_options(Name::Ack, &[]), parse("ack"));
}

#[test]
fn another_bots_commands_are_known_as_such() {
    assert_eq!(addressed_to("/status@OtherBot alma"), Some("OtherBot"));
    assert_eq!(addressed_to("/status alma@b"), None);
    assert_eq!(addressed_to("mail me@b"), None);
}

#[test]
fn every_example_parses() {
    for spec in TABLE {
        assert!(!spec.examples.is_empty());
        for example in spec.examples {
            assert_eq!(parse(example).map(|command| command.name()), Ok(spec.name), "{example}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_typed_makes_it_panic(text in "\\PC{0,60}") {
        let _ = parse(&text);
    }

    #[test]
    fn nothing_near_a_command_makes_it_panic(at in 0..TABLE.len(), rest in "[ \"“”@/a-zA-Z0-9_#.-]{0,40}") {
        let spec = &TABLE[at];
        let _ = parse(&format!("/{}{rest}", spec.text));
        let _ = parse(&format!("{} {rest}", spec.swedish));
    }
}

#[test]
fn how_a_room_is_told_is_read_as_people_say_it() {
    let quiet = |wish| Ok(Command::Quiet { wish });
    check("quiet", quiet(QuietWish::Show));
    check("quiet off", quiet(QuietWish::Off));
    check("tystnad av", quiet(QuietWish::Off));
    check("quiet 22-7", quiet(QuietWish::Hours("22:00-07:00".parse().expect("hours"))));
    let bad = |command, given: &str, kind, nearest: Option<&str>| {
        Err(Teach::Bad { command, given: given.into(), kind, nearest: nearest.map(str::to_owned) })
    };
    check("quiet tonight", bad(Name::Quiet, "tonight", ArgKind::Hours, None));
    check("subscribe", Ok(Command::Subscribe { topic: None, loudness: None }));
    let silent = Ok(Command::Subscribe { topic: Some(Topic::StopLoss), loudness: Some(Loudness::Silent) });
    check("subscribe stop-loss silent", silent.clone());
    check("prenumerera stop_loss tyst", silent);
    check("subscribe stop_los on", bad(Name::Subscribe, "stop_los", ArgKind::Topic, Some("stop_loss")));
    check("subscribe late silnt", bad(Name::Subscribe, "silnt", ArgKind::Loudness, Some("silent")));
    check("subscribe late", Err(Teach::Missing { command: Name::Subscribe, arg: "how", kind: ArgKind::Loudness }));
    check("rooms", Ok(Command::Rooms { page: 1 }));
    check("desk 3", Ok(Command::Desk { page: 3 }));
    check("desk 0", bad(Name::Desk, "0", ArgKind::Page, None));
    check("audit", Ok(Command::Audit { about: None, page: 1 }));
    check("audit 2", Ok(Command::Audit { about: None, page: 2 }));
    check("audit maja 2", Ok(Command::Audit { about: Some("maja".into()), page: 2 }));
    check("audit \"Alma Lind\"", Ok(Command::Audit { about: Some("Alma Lind".into()), page: 1 }));
}
