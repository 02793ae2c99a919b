//! A client reads no cost of the agency's, whatever they are told and whatever they ask.
//!
//! In half of the worlds nothing is billed: there no amount of money may stand in anything a client reads. In the other half
//! every piece and boost has a price for the client, and the agency's own amounts are planted where they can be told from
//! everything.

use super::*;
use crate::app::client;
use crate::domain::habits::Habits;
use crate::outbox::notice::{About, Notice, Urgency, Wording};
use crate::words::command::{Command, TABLE};
use crate::words::group;

/// Worlds that are made; each is read in two languages by some thousand questions.
const WORLDS: u64 = 6;

fn person(id: &str, user: &str) -> Person {
    Person {
        id: id.parse().expect("an id"),
        name: id.to_owned(),
        identities: vec![Identity { chat: Chat::Telegram, user: user.to_owned() }],
        creator: None,
        locale: None,
    }
}

/// Somebody of a role of the brand, in a room of an audience.
fn somebody(id: &str, user: &str, audience: Audience, tag: &str, direct: bool) -> Asked {
    let person = person(id, user);
    let identity = person.identities[0].clone();
    let address = Address { chat: Chat::Telegram, place: "-9".to_owned(), topic: None, guild: None };
    let speaker = Speaker { identity, name: id.to_owned(), locale: None, address, direct };
    let reader = Reader::new(tag, "Europe/Stockholm");
    Asked { person: Some(person), speaker, audience, reader, confirmed: false, file: None }
}

fn grant(person: &str, role: Role) -> Grant {
    Grant {
        person: person.parse().expect("an id"),
        role,
        reach: Reach::Brand("nordbo".parse().expect("an id")),
        by: "terminal:test".to_owned(),
        at: Timestamp::UNIX_EPOCH,
    }
}

fn client_room(tag: &str) -> Room {
    Room {
        id: "nordbo-client".parse().expect("an id"),
        address: Some(Address { chat: Chat::Telegram, place: "-9".to_owned(), topic: None, guild: None }),
        audience: Audience::Client,
        brand: Some("nordbo".parse().expect("an id")),
        campaign: None,
        creator: None,
        locale: tag.to_owned(),
        zone: "Europe/Stockholm".to_owned(),
        quiet: None,
        closed: None,
        closed_at: None,
        person: None,
        habits: Habits::default(),
    }
}

/// Every command of the table about everything there is.
fn lines(others: usize, incidents: &[Incident]) -> Vec<String> {
    let mut lines: Vec<String> = TABLE.iter().flat_map(|spec| spec.examples).map(|text| (*text).to_owned()).collect();
    let mut subjects: Vec<String> =
        ["alma", "spring/alma", "spring", "nordbo", "alma-boost", "spring/alma/reel-0"].map(str::to_owned).to_vec();
    subjects.extend((1..=others).flat_map(|n| [format!("c{n}"), format!("spring/c{n}"), format!("c{n}-boost")]));
    for subject in &subjects {
        for rule in ["cpa-stop", "sure-stop", "campaign-stop", "views-slump", "gold-clicks"] {
            lines.push(format!("why-not {subject} {rule}"));
        }
        for verb in ["status", "benchmark", "why", "pause", "resume", "hold", "release"] {
            lines.push(format!("{verb} {subject}"));
        }
    }
    for rule in ["cpa-stop", "campaign-stop"] {
        lines.extend([format!("rule {rule}"), format!("backtest {rule} 9"), format!("rule {rule} mode propose")]);
    }
    let ids = incidents.iter().map(|incident| incident.id.as_str());
    lines.extend(
        ids.flat_map(|id| ["why", "approve", "undo", "ack", "show", "hide"].map(|verb| format!("{verb} {id}"))),
    );
    lines
}

/// What is told in the client's room by itself.
async fn told(core: &Core, reader: &Reader, read: &mut Vec<(String, String)>) {
    let now = core.clock.now();
    let all = scan_all::<Incident>(&*core.store).await.expect("incidents");
    let members: Vec<String> = all.iter().map(|kept| format!("incident/{}", kept.value.id.as_str())).collect();
    for kept in all {
        let id = kept.value.id.to_string();
        let view = views::incident(core, kept.value, true).await.expect("a view");
        let Some(mut composed) = incident::compose(&view, reader, Audience::Client, now) else { continue };
        let picture = crate::words::pictured::picture(&view, &composed.message.headline, reader, Audience::Client);
        composed.message.picture = picture.and_then(Result::ok).and_then(|sketch| sketch.drawn().ok());
        read.push((format!("told of {id}"), shown(&composed)));
    }
    let wording =
        Wording { key: "group".to_owned(), args: [("members".to_owned(), serde_json::json!(members))].into() };
    let notice = Notice {
        about: About::Group(crate::outbox::incident::IncidentId::nth(999)),
        revision: 1,
        urgency: Urgency::Critical,
        cause: "rule/cpa-stop".to_owned(),
        at: now,
        expires_at: now,
        wording: Some(wording),
    };
    for page in 0..3 {
        let view = views::group(core, &notice, page, Audience::Client).await.expect("a group");
        read.extend(view.map(|view| (format!("page {page}"), shown(&group::compose_group(&view, reader, now)))));
    }
}

async fn all_they_read(core: &Core, tag: &str, others: usize) -> Vec<(String, String)> {
    let room = client_room(tag);
    let grants = vec![grant("carl", Role::ClientOwner), grant("maja", Role::Agency)];
    {
        let mut state = core.state.lock().await;
        state.catalog.rooms.insert(room.id.clone(), room.clone());
        state.catalog.grants.clone_from(&grants);
        for (id, user) in [("carl", "3"), ("maja", "4")] {
            state.catalog.people.insert(id.parse().expect("an id"), person(id, user));
        }
        let carl = person("carl", "3");
        assert_eq!(state.catalog.audience_of(Some(&carl)), Audience::Client, "an agency works for them");
    }
    let mut read = Vec::new();
    let reader = Reader::new(tag, "Europe/Stockholm");
    told(core, &reader, &mut read).await;
    assert_eq!(read.iter().filter(|(what, _)| what.starts_with("told")).count(), 0, "nothing was shown yet");
    let all = scan_all::<Incident>(&*core.store).await.expect("incidents");
    let incidents: Vec<Incident> = all.into_iter().map(|kept| kept.value).collect();
    let maja = somebody("maja", "4", Audience::Internal, tag, true);
    for (n, incident) in incidents.iter().enumerate() {
        // One in five is kept from them.
        if n % 5 != 4 {
            client::show(core, &maja, &incident.id, true).await.expect("shown");
        }
    }
    told(core, &reader, &mut read).await;
    for (direct, confirmed) in [(false, false), (true, false), (false, true)] {
        let asked = Asked { confirmed, ..somebody("carl", "3", Audience::Client, tag, direct) };
        for line in lines(others, &incidents) {
            let Ok(command) = parse(&line) else { continue };
            // Nothing here is to change who may what.
            if matches!(command, Command::Grant { .. } | Command::Revoke { .. }) {
                continue;
            }
            let place = (!direct).then_some(&room);
            let answer = permitted(core, None, &asked, place, command).await.expect("an answer");
            read.push((format!("{line} (direct {direct}, sure {confirmed})"), shown(&answer)));
        }
    }
    // What was agreed to is told again.
    told(core, &reader, &mut read).await;
    read
}

fn has_money(text: &str) -> bool {
    text.contains('€') || text.contains("EUR")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_reads_no_cost_of_the_agency() {
    let (mut alerts, mut billed) = (0, 0);
    for seed in 0..WORLDS {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let (mut text, mut secrets) = documents(&mut dice);
        let others = secrets.names.len() / 2;
        secrets.names.clear();
        let priced = seed % 2 == 1;
        if priced {
            text = text.replace("fee = \"", "billed = \"1200.00 EUR\"\nfee = \"");
            text = text.replace("budget = \"", "billed = \"2400.00 EUR\"\nbudget = \"");
        }
        for tag in ["en", "sv"] {
            let core = world(&text, seed, &mut dice, others).await;
            for (what, text) in all_they_read(&core, tag, others).await {
                assert_eq!(secrets.found_in(&text), None, "world {seed}, {tag}, {what}:\n{text}");
                assert!(priced || !has_money(&text), "world {seed}, {tag}, {what}:\n{text}");
                alerts += usize::from(what.starts_with("told of"));
                billed += usize::from(has_money(&text));
            }
        }
    }
    let worlds = usize::try_from(WORLDS).expect("small");
    assert!(worlds < alerts && worlds < billed, "{alerts} alerts, {billed} with billed amounts");
}
