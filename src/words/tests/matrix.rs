//! Every command and every button × every role × every place, against a table that was written by hand.

mod table;

use self::table::{May, Named, buttons, of_button, of_command, said};
use super::permission::{brand, grant, person, room};
use crate as house;
use crate::domain::ids::{CampaignId, CreatorId};
use crate::domain::person::{Audience, Grant, Person, Reach, Role, Room};
use crate::outbox::incident::IncidentId;
use crate::words::buttons::ButtonPurpose;
use crate::words::command::{Command, Name, Needs, TABLE, parse};
use crate::words::permission::{Ask, Decision, Facts, Membership, may};
use crate::words::replies;
use crate::words::wording::Reader;

const ROLES: [(char, Role); 7] = [
    ('A', Role::Agency),
    ('C', Role::ClientOwner),
    ('M', Role::Manager),
    ('N', Role::Analyst),
    ('O', Role::Operator),
    ('K', Role::Creator),
    ('T', Role::TalentManager),
];

/// What is asked, what it is called, who may.
fn asks() -> Vec<(String, Result<Command, ButtonPurpose>, May)> {
    let commands = TABLE.iter().map(|spec| {
        let text = said(spec);
        let command = parse(text).expect("an example that parses");
        assert_eq!(command.name(), spec.name);
        (text.to_owned(), Ok(command), of_command(spec.name))
    });
    let named = Named { incident: IncidentId::typed("A7K2").expect("an id"), proposal: 1, offer: 12 };
    let buttons = buttons(&named).into_iter().map(|one| (format!("{one:?}"), Err(one.clone()), of_button(&one)));
    commands.chain(buttons).collect()
}

fn ask(what: &Result<Command, ButtonPurpose>) -> Ask<'_> {
    match what {
        Ok(command) => Ask::Command(command),
        Err(button) => Ask::Button(button),
    }
}

/// About Nordbo's campaign, and nobody in particular.
fn nordbo() -> Facts {
    let campaign = Some(CampaignId::new("spring").expect("an id"));
    Facts { brand: Some(brand("nordbo")), campaign, ..Facts::default() }
}

fn own() -> [Grant; 1] {
    [grant(Role::Creator, Reach::Brand(brand("nordbo")))]
}

/// Each role for `reach`, in a place, about something: exactly those of `want` may; a refusal has a sentence and no data.
#[track_caller]
fn check(case: &str, want: impl Fn(&May) -> String, reach: &Reach, place: Option<&Room>, facts: &Facts) {
    for (what, asked, table) in &asks() {
        let want = want(table);
        // A code is asked for in a direct message, by anybody.
        if facts.direct && matches!(asked, Ok(Command::Link { .. })) {
            continue;
        }
        // One's own direct message is one's own.
        if facts.direct && ask(asked).needs() == Needs::Place {
            continue;
        }
        for (letter, role) in ROLES {
            let decision = may(ask(asked), &[grant(role, reach.clone())], place, Some(&person(None)), facts);
            let expected = want.contains('*') || want.contains(letter);
            assert_eq!(decision == Decision::Allowed, expected, "{case}: {what} by {role}: {decision:?}");
            if let Decision::Refused { reason } = decision {
                polite(reason);
            }
        }
    }
}

fn polite(reason: crate::words::permission::Reason) {
    for tag in ["en", "sv"] {
        let text = replies::refusal(reason, &Reader::new(tag, "UTC")).headline;
        assert!(20 < text.len() && text.ends_with('.'), "{text}");
        for data in ["alma", "Alma", "nordbo", "Nordbo", "spring", "A7K2", "€"] {
            assert!(!text.contains(data), "{text}");
        }
    }
}

/// What anybody may, whatever it is about.
fn anybody(table: &May) -> String {
    if table.team == "*" { "*".to_owned() } else { String::new() }
}

/// Giving roles is about nobody's numbers and may be said in any room.
fn anybody_or_giving(table: &May) -> String {
    if table.team == "AC" { "AC".to_owned() } else { anybody(table) }
}

fn nordbos() -> Reach {
    Reach::Brand(brand("nordbo"))
}

#[test]
fn in_the_teams_room_each_role_may_exactly_what_the_table_says() {
    let place = room(Audience::Internal);
    check("team", |table| table.team.to_owned(), &nordbos(), Some(&place), &nordbo());
    check("everything", |table| table.team.to_owned(), &Reach::All, Some(&place), &nordbo());
}

#[test]
fn another_brand_is_out_of_reach_for_every_role() {
    let elsewhere = Facts { brand: Some(brand("fjord")), ..nordbo() };
    let direct = Facts { direct: true, ..elsewhere.clone() };
    check("other brand, direct", anybody, &nordbos(), None, &direct);
    let place = Room { brand: Some(brand("fjord")), ..room(Audience::Internal) };
    check("other brand, its room", anybody, &nordbos(), Some(&place), &elsewhere);
}

#[test]
fn in_a_room_of_another_brand_nothing_is_said_of_this_one() {
    let place = Room { brand: Some(brand("fjord")), ..room(Audience::Internal) };
    check("other room", anybody_or_giving, &nordbos(), Some(&place), &nordbo());
    let campaign = Room { campaign: Some(CampaignId::new("autumn").expect("an id")), ..room(Audience::Internal) };
    check("other campaign's room", anybody_or_giving, &nordbos(), Some(&campaign), &nordbo());
    check("operators' room", anybody_or_giving, &nordbos(), Some(&room(Audience::Operator)), &nordbo());
    check("a creator's room", anybody_or_giving, &nordbos(), Some(&room(Audience::Creator)), &nordbo());
}

#[test]
fn in_a_clients_room_only_what_was_released_is_spoken_of() {
    let place = room(Audience::Client);
    check("released", |table| table.client.to_owned(), &nordbos(), Some(&place), &nordbo());
    let kept = Facts { released: false, ..nordbo() };
    // How a room is told, and who did what of what may be seen, is about no one alert.
    let or_the_rooms_own =
        |table: &May| if table.team == "ACMO" { "ACMO".to_owned() } else { anybody_or_giving(table) };
    check("not released", or_the_rooms_own, &nordbos(), Some(&place), &kept);
}

#[test]
fn in_a_place_that_is_no_room_only_what_makes_it_one_is_heard() {
    check("unbound", anybody, &nordbos(), None, &nordbo());
}

#[test]
fn whoever_is_not_in_the_room_any_more_may_nothing() {
    let place = room(Audience::Internal);
    let gone = Facts { membership: Membership::Stranger, ..nordbo() };
    check("stranger", anybody, &nordbos(), Some(&place), &gone);
    let unknown = Facts { membership: Membership::Unknown, ..nordbo() };
    let without_money = |table: &May| match table.team {
        "ACM" | "AM" | "AC" => String::new(),
        other => other.to_owned(),
    };
    for (what, asked, table) in &asks() {
        // Acknowledging and putting off move no money.
        if ask(asked).needs() == Needs::Work {
            continue;
        }
        for (letter, role) in ROLES {
            let decision = may(ask(asked), &[grant(role, nordbos())], Some(&place), Some(&person(None)), &unknown);
            let want = without_money(table);
            let expected = want.contains('*') || want.contains(letter);
            assert_eq!(decision == Decision::Allowed, expected, "unknown: {what} by {role}: {decision:?}");
        }
    }
}

#[test]
fn outsiders_and_whoever_was_given_nothing_may_nothing() {
    let place = room(Audience::Internal);
    let nobodys: [(Option<Person>, &[Grant]); 3] =
        [(None, &[]), (Some(person(None)), &[]), (None, &[grant(Role::Agency, Reach::All)])];
    for (who, grants) in &nobodys {
        for (what, asked, table) in &asks() {
            let decision = may(ask(asked), grants, Some(&place), who.as_ref(), &nordbo());
            assert_eq!(decision == Decision::Allowed, table.team == "*", "{what}: {decision:?}");
        }
    }
}

#[test]
fn a_creator_may_see_and_say_what_is_theirs_and_nothing_of_others() {
    let alma = || Some(CreatorId::new("alma").expect("an id"));
    let her = person(Some("alma"));
    let room = Room { creator: alma(), brand: None, ..room(Audience::Creator) };
    let mine = Facts { creator: alma(), ..nordbo() };
    let theirs = Facts { creator: Some(CreatorId::new("bo").expect("an id")), ..nordbo() };
    for (what, asked, table) in &asks() {
        let decision = may(ask(asked), &own(), Some(&room), Some(&her), &mine);
        assert_eq!(decision == Decision::Allowed, table.own, "own: {what}: {decision:?}");
        for facts in [theirs.clone(), Facts { direct: true, ..theirs.clone() }] {
            let decision = may(ask(asked), &own(), Some(&room).filter(|_| !facts.direct), Some(&her), &facts);
            // About oneself are also the commands that name nobody.
            let oneself = ask(asked).needs() == Needs::Own && asked.is_ok() && facts.direct;
            let link = matches!(asked, Ok(Command::Link { .. })) && facts.direct;
            let place = ask(asked).needs() == Needs::Place && facts.direct;
            let expected = table.team == "*" || oneself || link || place;
            assert_eq!(decision == Decision::Allowed, expected, "others': {what}: {decision:?}");
        }
    }
}

#[test]
fn what_is_about_oneself_is_said_in_a_direct_message_alone() {
    let facts = Facts { direct: true, creator: Some(CreatorId::new("alma").expect("an id")), ..Facts::default() };
    for name in [Name::Me, Name::Tips, Name::Criteria, Name::Appeal] {
        let command = parse(name.spec().expect("a row").examples[0]).expect("a command");
        assert_eq!(may(Ask::Command(&command), &own(), None, Some(&person(Some("alma"))), &facts), Decision::Allowed);
        for (_, role) in ROLES {
            let decision = may(Ask::Command(&command), &[grant(role, Reach::All)], None, Some(&person(None)), &facts);
            assert_ne!(decision, Decision::Allowed, "{name:?} by {role}, who is no creator");
        }
    }
}
