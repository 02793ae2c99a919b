//! Who may do what: role × command, and everything that narrows it.

use crate::domain::ids::{BrandId, CampaignId, CreatorId, PersonId, RoomId};
use crate::domain::person::{Audience, Grant, Person, Reach, Role, Room};
use crate::words::buttons::ButtonPurpose;
use crate::words::command::{Name, TABLE, parse};
use crate::words::permission::{Ask, Decision, Facts, Membership, Reason, may};

pub(super) fn person(creator: Option<&str>) -> Person {
    Person {
        id: PersonId::new("maja").expect("id"),
        name: "Maja".into(),
        identities: Vec::new(),
        creator: creator.map(|id| CreatorId::new(id).expect("id")),
        locale: None,
    }
}

pub(super) fn brand(id: &str) -> BrandId {
    BrandId::new(id).expect("id")
}

pub(super) fn grant(role: Role, reach: Reach) -> Grant {
    Grant {
        person: PersonId::new("maja").expect("id"),
        role,
        reach,
        by: "terminal".into(),
        at: jiff::Timestamp::UNIX_EPOCH,
    }
}

pub(super) fn room(audience: Audience) -> Room {
    Room {
        id: RoomId::new("nordbo-team").expect("id"),
        address: None,
        audience,
        brand: Some(brand("nordbo")),
        campaign: None,
        creator: None,
        locale: "en".into(),
        zone: "UTC".into(),
        quiet: None,
        closed: None,
        closed_at: None,
        person: None,
        habits: crate::domain::habits::Habits::default(),
    }
}

/// About Alma's work for Nordbo.
fn alma() -> Facts {
    Facts {
        brand: Some(brand("nordbo")),
        campaign: Some(CampaignId::new("spring").expect("id")),
        creator: Some(CreatorId::new("alma").expect("id")),
        ..Facts::default()
    }
}

fn direct(facts: Facts) -> Facts {
    Facts { direct: true, ..facts }
}

fn decide(text: &str, grants: &[Grant], room: Option<&Room>, person: Option<&Person>, facts: &Facts) -> Decision {
    may(Ask::Command(&parse(text).expect("a command")), grants, room, person, facts)
}

const NO: fn(Reason) -> Decision = |reason| Decision::Refused { reason };
const YES: Decision = Decision::Allowed;

/// One letter a command, in the order of the table: `.` allowed, `r` role, `w` reach, `o` own only, `n` no creator,
/// `t` wider than one's own, `?` something else.
fn row(role: Role, creator: Option<&str>, facts: &Facts) -> String {
    let person = person(creator);
    let grants = [grant(role, Reach::Brand(brand("nordbo")))];
    TABLE
        .iter()
        .map(|spec| match decide(spec.examples.last().expect("an example"), &grants, None, Some(&person), facts) {
            Decision::Allowed => '.',
            Decision::Refused { reason: Reason::Role } => 'r',
            Decision::Refused { reason: Reason::Reach } => 'w',
            Decision::Refused { reason: Reason::OwnOnly } => 'o',
            Decision::Refused { reason: Reason::NoCreator } => 'n',
            Decision::Refused { reason: Reason::TooMuch } => 't',
            Decision::Refused { .. } => '?',
        })
        .collect()
}

#[test]
fn each_role_may_what_the_design_says() {
    let names: Vec<&str> = Name::ALL.iter().map(|name| name.as_str()).collect();
    assert_eq!(
        names.join(" "),
        "status me tips criteria deal offer accept decline benchmark appeal why why-not backtest report postmortem portfolio ask answer step done pause resume hold release adjust live numbers data note rules rule coverage excuse unexcuse approve reject undo ack snooze show hide link grant revoke bind desk rooms quiet subscribe audit help"
    );
    for (role, creator, want) in [
        // Statuses of Alma at Nordbo, asked in a direct message.
        (Role::Creator, Some("alma"), "............rrrrr.r.rrrrr....rrrrrrrrrrrr.rr.rr..r."),
        (Role::Creator, Some("bo"), "o...ooooo.oorrrrrororrrrroo.orrrrrrrrrrrr.rr.rr..r."),
        (Role::TalentManager, None, "rnnnrrrrrnrrrrrrrrrrrrrrrrrnrrrrrrrrrrrrr.rr.rr..r."),
        (Role::Analyst, None, ".nnn.rrr.n......r.r.rrrrr..n..r.rrrrrrrrr.rr.....r."),
        (Role::Manager, None, ".nnn.....n.................n..............rr......."),
        (Role::ClientOwner, None, ".nnn.....n.................n...........rr.........."),
        (Role::Agency, None, ".nnn.....n.................n......................."),
        (Role::Operator, None, "rnnnrrrrrnrrrrrrrrrrrrrrrrrnr.r.rrrrrrrrr.tt.r....."),
    ] {
        assert_eq!(row(role, creator, &direct(alma())), want, "{role} {creator:?}");
    }
    let other = Facts { brand: Some(brand("other")), campaign: None, ..direct(alma()) };
    assert_eq!(row(Role::Manager, None, &other), "wnnnwwwwwnwwwwwwwwwwwwwwwwwnwwwwwwwwwwwww.rr.ww..w.");
}

#[test]
fn outsiders_get_nothing_and_codes_are_their_own_proof() {
    let here = room(Audience::Internal);
    for spec in TABLE {
        let text = spec.examples.last().expect("an example");
        let want = match spec.name {
            Name::Bind | Name::Help => YES,
            Name::Me
            | Name::Tips
            | Name::Criteria
            | Name::Appeal
            | Name::Data
            | Name::Link
            | Name::Desk
            | Name::Answer => NO(Reason::OnlyDirect),
            _ => NO(Reason::Outsider),
        };
        assert_eq!(decide(text, &[], Some(&here), None, &alma()), want, "{text}");
    }
    assert_eq!(decide("link K7M2", &[], None, None, &direct(Facts::default())), YES);
    assert_eq!(decide("status", &[], None, None, &Facts::default()), NO(Reason::Unbound));
}

#[test]
fn a_grant_counts_for_its_person_its_reach_and_no_longer_than_it_is_there() {
    let (maja, here) = (person(None), room(Audience::Internal));
    let spring = Reach::Campaign(CampaignId::new("spring").expect("id"));
    let mut of_bo = grant(Role::Manager, Reach::All);
    of_bo.person = PersonId::new("bo").expect("id");
    for (grants, want) in [
        (vec![], NO(Reason::Role)),
        (vec![of_bo], NO(Reason::Role)),
        (vec![grant(Role::Manager, spring)], YES),
        (vec![grant(Role::Manager, Reach::Brand(brand("other")))], NO(Reason::Reach)),
        (vec![grant(Role::Manager, Reach::Brand(brand("other"))), grant(Role::Agency, Reach::All)], YES),
    ] {
        assert_eq!(decide("approve A7K2", &grants, Some(&here), Some(&maja), &alma()), want, "{grants:?}");
    }
}

#[test]
fn a_room_hears_only_what_belongs_to_it() {
    let (maja, agency) = (person(None), [grant(Role::Agency, Reach::All)]);
    let ask = |room: &Room, facts: &Facts| decide("why A7K2", &agency, Some(room), Some(&maja), facts);
    let other = Facts { brand: Some(brand("other")), ..alma() };
    assert_eq!(ask(&room(Audience::Internal), &alma()), YES);
    assert_eq!(ask(&room(Audience::Internal), &other), NO(Reason::OtherRoom));
    assert_eq!(ask(&room(Audience::Client), &alma()), YES);
    let kept_back = Facts { released: false, ..alma() };
    assert_eq!(ask(&room(Audience::Client), &kept_back), NO(Reason::NotReleased));
    assert_eq!(ask(&room(Audience::Internal), &kept_back), YES);
    assert_eq!(ask(&room(Audience::Operator), &alma()), NO(Reason::OtherRoom));
    assert_eq!(ask(&room(Audience::Creator), &alma()), NO(Reason::OtherRoom));
    let mut bos = room(Audience::Creator);
    bos.creator = Some(CreatorId::new("bo").expect("id"));
    assert_eq!(ask(&bos, &alma()), NO(Reason::OtherRoom));
}

#[test]
fn unknown_membership_is_no_where_money_is_at_stake() {
    let (maja, here) = (person(None), room(Audience::Internal));
    let manager = [grant(Role::Manager, Reach::Brand(brand("nordbo")))];
    for (membership, text, want) in [
        (Membership::Unknown, "approve A7K2", NO(Reason::MembershipUnknown)),
        (Membership::Unknown, "why A7K2", YES),
        (Membership::Unknown, "ack A7K2", YES),
        (Membership::Stranger, "why A7K2", NO(Reason::NotMember)),
        (Membership::Stranger, "help", YES),
    ] {
        let facts = Facts { membership, ..alma() };
        assert_eq!(decide(text, &manager, Some(&here), Some(&maja), &facts), want, "{text} {membership:?}");
    }
}

#[test]
fn nobody_gives_more_than_they_have() {
    let maja = person(None);
    let facts = direct(Facts { brand: Some(brand("nordbo")), ..Facts::default() });
    let nordbo = || Reach::Brand(brand("nordbo"));
    for (role, reach, text, want) in [
        (Role::ClientOwner, nordbo(), "grant bo manager brand/nordbo", YES),
        (Role::ClientOwner, nordbo(), "grant bo agency brand/nordbo", NO(Reason::TooMuch)),
        (Role::ClientOwner, nordbo(), "grant bo manager all", NO(Reason::TooMuch)),
        (Role::Agency, nordbo(), "grant bo agency brand/nordbo", YES),
        (Role::Agency, nordbo(), "grant bo operator brand/nordbo", NO(Reason::TooMuch)),
        (Role::Agency, Reach::All, "grant bo operator all", YES),
        (Role::Operator, Reach::All, "grant bo operator all", YES),
        (Role::Operator, Reach::All, "grant bo manager brand/nordbo", NO(Reason::TooMuch)),
        (Role::Manager, Reach::All, "grant bo analyst brand/nordbo", NO(Reason::Role)),
    ] {
        assert_eq!(decide(text, &[grant(role, reach)], None, Some(&maja), &facts), want, "{role} {text}");
    }
    let elsewhere = Facts { brand: Some(brand("other")), ..facts };
    let owner = [grant(Role::ClientOwner, nordbo())];
    assert_eq!(decide("grant bo manager brand/other", &owner, None, Some(&maja), &elsewhere), NO(Reason::Reach));
}

#[test]
fn how_a_room_is_told_is_settled_by_who_works_in_it_and_ones_own_chat_by_oneself() {
    let (maja, nordbo) = (person(None), || Reach::Brand(brand("nordbo")));
    let here = Facts { brand: Some(brand("nordbo")), ..Facts::default() };
    let (team, mut desk) = (room(Audience::Internal), room(Audience::Operator));
    desk.brand = None;
    let nowhere = Facts::default();
    for (role, reach, place, facts, want) in [
        (Role::Manager, nordbo(), &team, &here, YES),
        (Role::ClientOwner, nordbo(), &team, &here, YES),
        (Role::Analyst, nordbo(), &team, &here, NO(Reason::Role)),
        (Role::Manager, Reach::Brand(brand("other")), &team, &here, NO(Reason::Reach)),
        (Role::Operator, Reach::All, &desk, &nowhere, YES),
        (Role::Analyst, Reach::All, &desk, &nowhere, NO(Reason::Role)),
    ] {
        for text in ["quiet 22:00-07:00", "subscribe late silent"] {
            assert_eq!(
                decide(text, &[grant(role, reach.clone())], Some(place), Some(&maja), facts),
                want,
                "{role} {text}"
            );
        }
    }
    for text in ["quiet off", "subscribe digest on"] {
        assert_eq!(decide(text, &[], None, Some(&maja), &direct(Facts::default())), YES, "{text}");
        assert_eq!(decide(text, &[], None, None, &direct(Facts::default())), NO(Reason::Outsider), "{text}");
    }
}

#[test]
fn the_audit_is_for_who_answers_for_what_was_done() {
    let (maja, here) = (person(None), room(Audience::Internal));
    let unnamed = Facts { brand: Some(brand("nordbo")), ..Facts::default() };
    for (role, want) in [
        (Role::Manager, YES),
        (Role::ClientOwner, YES),
        (Role::Operator, YES),
        (Role::Analyst, NO(Reason::Role)),
        (Role::TalentManager, NO(Reason::Role)),
    ] {
        let mine = [grant(role, Reach::Brand(brand("nordbo")))];
        assert_eq!(decide("audit", &mine, Some(&here), Some(&maja), &unnamed), want, "{role}");
    }
}

#[test]
fn buttons_ask_the_same_questions() {
    let (maja, here) = (person(None), room(Audience::Internal));
    let id = || crate::outbox::incident::IncidentId::typed("A7K2").expect("id");
    let analyst = [grant(Role::Analyst, Reach::Brand(brand("nordbo")))];
    for (button, want) in [
        (ButtonPurpose::Why { incident: id() }, YES),
        (ButtonPurpose::Ack { incident: id() }, NO(Reason::Role)),
        (ButtonPurpose::Approve { incident: id(), proposal: 1 }, NO(Reason::Role)),
    ] {
        assert_eq!(may(Ask::Button(&button), &analyst, Some(&here), Some(&maja), &alma()), want, "{button:?}");
        let outsider = may(Ask::Button(&button), &analyst, Some(&here), None, &alma());
        assert_eq!(outsider, NO(Reason::Outsider));
    }
}

#[test]
fn a_client_alone_with_the_bot_has_no_say_in_what_the_agency_agrees_with_creators() {
    let grants = [grant(Role::ClientOwner, Reach::Brand(brand("nordbo")))];
    let client = Facts { client: true, ..direct(alma()) };
    for text in ["offer spring/alma reel-2 fee 3500 EUR", "accept 12", "decline 12"] {
        assert_eq!(decide(text, &grants, None, Some(&person(None)), &client), NO(Reason::NotReleased), "{text}");
        // Where nobody stands between them and the creator, it is theirs to agree.
        assert_eq!(decide(text, &grants, None, Some(&person(None)), &direct(alma())), YES, "{text}");
    }
}
