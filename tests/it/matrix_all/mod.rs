//! Every command and every button, by everybody, everywhere, the whole way through the listener: exactly those act that the
//! hand-written table allows; every refusal is one line in the journal, one polite sentence, and changes nothing.

mod clients;
mod platforms;
mod programs;
mod world;

#[path = "../../../src/words/tests/matrix/table.rs"]
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use plimsoll as house;
use plimsoll::store::Table;
use plimsoll::words::buttons::ButtonPurpose;
use plimsoll::words::command::{Name, TABLE};
use plimsoll::words::permission::Reason;
use plimsoll::words::replies;
use plimsoll::words::wording::Reader;

use self::table::{May, buttons, of_button, of_command, said};
use self::world::{Actor, Came, House, Place, command};

/// What somebody tries.
enum Tried {
    Command(Name, String),
    Button(ButtonPurpose),
}

impl Tried {
    fn table(&self) -> May {
        match self {
            Self::Command(name, _) => of_command(*name),
            Self::Button(purpose) => of_button(purpose),
        }
    }

    fn command(&self) -> Option<Name> {
        match self {
            Self::Command(name, _) => Some(*name),
            Self::Button(_) => None,
        }
    }
}

impl std::fmt::Display for Tried {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Command(_, text) => write!(f, "/{text}"),
            Self::Button(purpose) => write!(f, "[{purpose:?}]"),
        }
    }
}

/// What a question is about, in this house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    /// Alma's work for Nordbo.
    Alma,
    /// Nordbo, and nobody in particular.
    Nordbo,
    /// Nothing that it names.
    Nothing,
}

#[expect(clippy::match_same_arms, reason = "a table that is read row by row")]
fn of(tried: &Tried) -> Of {
    match tried {
        Tried::Command(name, _) => match name {
            Name::Status | Name::Deal | Name::Offer | Name::Accept | Name::Decline | Name::Benchmark => Of::Alma,
            Name::Why | Name::WhyNot | Name::Resume | Name::Hold | Name::Release | Name::Live | Name::Note => Of::Alma,
            Name::Approve | Name::Reject | Name::Undo | Name::Ack | Name::Snooze | Name::Show | Name::Hide => Of::Alma,
            Name::Audit | Name::Appeal => Of::Alma,
            Name::Pause | Name::Adjust | Name::Rule | Name::Coverage | Name::Excuse | Name::Unexcuse => Of::Nordbo,
            Name::Grant | Name::Revoke | Name::Report | Name::Postmortem | Name::Portfolio => Of::Nordbo,
            Name::Ask | Name::Answer | Name::Step => Of::Nordbo,
            Name::Me | Name::Tips | Name::Criteria | Name::Backtest | Name::Numbers | Name::Data => Of::Nothing,
            Name::Rules | Name::Link | Name::Bind | Name::Desk | Name::Rooms | Name::Quiet => Of::Nothing,
            Name::Subscribe | Name::Help | Name::Done => Of::Nothing,
        },
        Tried::Button(purpose) => match purpose {
            ButtonPurpose::Page { .. }
            | ButtonPurpose::Confirm { .. }
            | ButtonPurpose::Ask { .. }
            | ButtonPurpose::Cancel
            | ButtonPurpose::Sample { .. } => Of::Nothing,
            ButtonPurpose::Rule { .. } => Of::Nordbo,
            ButtonPurpose::Do { .. }
            | ButtonPurpose::Choose { .. }
            | ButtonPurpose::Sure { .. }
            | ButtonPurpose::Answer { .. }
            | ButtonPurpose::Record { .. }
            | ButtonPurpose::Tell { .. }
            | ButtonPurpose::Approve { .. }
            | ButtonPurpose::Reject { .. }
            | ButtonPurpose::Undo { .. }
            | ButtonPurpose::TakeBack { .. }
            | ButtonPurpose::Why { .. }
            | ButtonPurpose::Ack { .. }
            | ButtonPurpose::Snooze { .. }
            | ButtonPurpose::Show { .. }
            | ButtonPurpose::Really { .. }
            | ButtonPurpose::Open { .. }
            | ButtonPurpose::MyNumbers { .. }
            | ButtonPurpose::Offer { .. }
            | ButtonPurpose::Level { .. } => Of::Alma,
        },
    }
}

/// What a button says in its presser's name.
fn says(tried: &Tried) -> Option<Tried> {
    let said = |name, text: &str| Some(Tried::Command(name, text.to_owned()));
    match tried {
        // Not what the example is about, but an alert of Alma's: the same to all who may.
        Tried::Button(ButtonPurpose::Confirm { .. }) => said(Name::Resume, "pause alma"),
        Tried::Button(ButtonPurpose::Ask { .. }) => said(Name::Hold, "excuse A7K2"),
        Tried::Button(ButtonPurpose::MyNumbers { .. }) => said(Name::Me, "me"),
        Tried::Button(_) | Tried::Command(..) => None,
    }
}

/// Whether somebody may, by the table and by what narrows it: whose it is, which room it is, what a client may know.
fn allowed(tried: &Tried, actor: Actor, place: Place) -> bool {
    // The one rule of this house is about cost: its receipts are for whoever may know the cost, and a client is told what an
    // alert says without it.
    let is_why = matches!(tried, Tried::Command(Name::Why, _) | Tried::Button(ButtonPurpose::Why { .. }));
    let is_why_not = matches!(tried, Tried::Command(Name::WhyNot, _));
    let own_side = matches!(actor, Actor::Creator | Actor::OtherCreator | Actor::TalentManager);
    let creator_reads = place == Place::CreatorRoom || (place == Place::Direct && own_side);
    let client_reads = place == Place::Client || (place == Place::Direct && actor == Actor::ClientOwner);
    if (creator_reads && (is_why || is_why_not)) || (client_reads && is_why_not) {
        return false;
    }
    match (says(tried), tried) {
        // It is the same as typing it.
        (Some(typed), Tried::Button(ButtonPurpose::Confirm { .. } | ButtonPurpose::Ask { .. })) => {
            allowed(&typed, actor, place)
        }
        (Some(typed), _) => allowed(&typed, actor, place) && allowed_itself(tried, actor, place),
        (None, _) => allowed_itself(tried, actor, place),
    }
}

fn allowed_itself(tried: &Tried, actor: Actor, place: Place) -> bool {
    let (table, of, direct) = (tried.table(), of(tried), place == Place::Direct);
    if table.team == "*" {
        return true;
    }
    match tried.command() {
        Some(Name::Link) => return direct,
        Some(Name::Me | Name::Tips | Name::Criteria | Name::Data | Name::Appeal) => {
            return direct && matches!(actor, Actor::Creator | Actor::OtherCreator | Actor::TalentManager);
        }
        Some(Name::Desk) => {
            // What the agency decides today is not for whom it works for.
            let mine = [Actor::Agency, Actor::Manager, Actor::Analyst, Actor::OtherBrand];
            return direct && mine.contains(&actor);
        }
        Some(Name::Answer) => {
            // Whoever took part answers, alone with the bot.
            let part = [Actor::Agency, Actor::ClientOwner, Actor::Manager, Actor::Analyst, Actor::Creator];
            return direct && part.contains(&actor);
        }
        // One's own direct message is one's own.
        Some(Name::Quiet | Name::Subscribe) if direct => return actor != Actor::Outsider,
        _ => {}
    }
    match actor {
        Actor::Revoked | Actor::Outsider => false,
        Actor::Creator | Actor::OtherCreator | Actor::TalentManager => of_themselves(&table, of, actor, place),
        Actor::Agency | Actor::ClientOwner | Actor::Manager | Actor::Analyst | Actor::Operator | Actor::OtherBrand => {
            of_the_team(&table, of, actor, place) && !is_telling_by_operator(tried, actor)
        }
    }
}

/// Operators see where nothing is named, and have nothing to report of what others do.
fn is_telling_by_operator(tried: &Tried, actor: Actor) -> bool {
    actor == Actor::Operator && matches!(tried.command(), Some(Name::Live | Name::Note | Name::Numbers | Name::Done))
}

/// A creator about themselves, and who answers for them.
fn of_themselves(table: &May, of: Of, actor: Actor, place: Place) -> bool {
    // What names nobody is about whoever says it, where they are somebody.
    let own = matches!(
        (actor, of),
        (Actor::Creator | Actor::TalentManager, Of::Alma) | (Actor::Creator | Actor::OtherCreator, Of::Nothing)
    );
    let heard = match place {
        Place::Direct => true,
        Place::Team | Place::CreatorRoom => actor != Actor::OtherCreator,
        // What is agreed is not spoken of before a client; what only a creator can say is no such thing.
        Place::Client => actor != Actor::OtherCreator && (!table.client.is_empty() || table.team.is_empty()),
        Place::OtherBrand => actor == Actor::OtherCreator,
        Place::Operators => false,
    };
    table.own && own && heard
}

/// Whoever has a role over others.
fn of_the_team(table: &May, of: Of, actor: Actor, place: Place) -> bool {
    let letter = match actor {
        Actor::Agency | Actor::OtherBrand => 'A',
        Actor::ClientOwner => 'C',
        Actor::Manager => 'M',
        Actor::Analyst => 'N',
        _ => 'O',
    };
    // Alone with the bot a client reads what a client's room may.
    let as_client = place == Place::Client || (place == Place::Direct && actor == Actor::ClientOwner);
    let column = if as_client { table.client } else { table.team };
    let is_seeing = table.team == "ACMN" && table.own;
    // Operators see no money: of what is for seeing, only what names nothing.
    let runs = actor == Actor::Operator && is_seeing && matches!(place, Place::Direct | Place::Operators);
    if !column.contains(letter) && !runs {
        return false;
    }
    if table.team == "AC" {
        return actor != Actor::OtherBrand;
    }
    // Work and money are always about something.
    let may_be_about_nothing = !matches!(table.team, "ACM" | "AM") || table.own;
    let in_a_brand = matches!(place, Place::Team | Place::Client | Place::OtherBrand);
    let reached = match (of, actor) {
        (_, Actor::Operator) => true,
        // What names nothing is about the room's brand, where it has one.
        (Of::Nothing, Actor::OtherBrand) if in_a_brand => place == Place::OtherBrand,
        (Of::Nothing, _) if in_a_brand => place != Place::OtherBrand,
        (Of::Nothing, _) => may_be_about_nothing,
        (Of::Alma | Of::Nordbo, other) => other != Actor::OtherBrand,
    };
    let spoken_of = match place {
        Place::Team | Place::Client | Place::Direct => true,
        Place::CreatorRoom => of == Of::Alma,
        Place::Operators | Place::OtherBrand => of == Of::Nothing,
    };
    reached && spoken_of && (!runs || of == Of::Nothing)
}

/// What a deed leaves behind, where the agency does it in the team's room: what is not here asks once more, or only answers.
fn leaves(tried: &Tried) -> Option<Table> {
    match tried {
        Tried::Command(name, _) => match name {
            Name::Ack | Name::Snooze | Name::Hide | Name::Note => Some(Table::Incidents),
            Name::Approve | Name::Reject => Some(Table::Proposals),
            Name::Grant => Some(Table::Grants),
            Name::Quiet | Name::Subscribe => Some(Table::Rooms),
            Name::Decline => Some(Table::Offers),
            _ => None,
        },
        Tried::Button(purpose) => match purpose {
            ButtonPurpose::Ack { .. } | ButtonPurpose::Snooze { .. } | ButtonPurpose::Show { yes: false, .. } => {
                Some(Table::Incidents)
            }
            ButtonPurpose::Approve { .. } | ButtonPurpose::Reject { .. } | ButtonPurpose::Really { .. } => {
                Some(Table::Proposals)
            }
            _ => None,
        },
    }
}

/// What is wrong with what came, if anything is.
fn fault(tried: &Tried, (actor, place): (Actor, Place), came: &Came) -> Option<String> {
    let reader = Reader::new(place.language(), "UTC");
    let sentence = |reason: Reason| replies::refusal(reason, &reader).headline;
    let says_no = Reason::ALL.into_iter().find(|reason| came.said.iter().any(|text| *text == sentence(*reason)));
    // What somebody sees who answers for several creators is not settled by this table.
    let about_oneself = matches!(tried.command(), Some(Name::Me | Name::Data | Name::Tips | Name::Criteria))
        || matches!(tried, Tried::Button(ButtonPurpose::MyNumbers { .. }));
    if actor == Actor::TalentManager && place == Place::Direct && about_oneself {
        return (!came.wrote.is_subset(&[Table::Buttons].into())).then(|| format!("wrote {:?}", came.wrote));
    }
    if allowed(tried, actor, place) {
        if !came.refused.is_empty() {
            return Some(format!("may, and was refused: {:?}", came.refused));
        }
        if let Some(reason) = says_no {
            return Some(format!("was refused ({}), and the journal does not say so", reason.key()));
        }
        let silent = matches!(tried, Tried::Button(ButtonPurpose::Page { .. } | ButtonPurpose::Open { .. }));
        if came.said.is_empty() != silent {
            return Some(format!("was answered {:?}", came.said));
        }
        let left = leaves(tried).filter(|_| (actor, place) == (Actor::Agency, Place::Team));
        return left.filter(|table| !came.wrote.contains(table)).map(|table| format!("did nothing to {table:?}"));
    }
    if came.refused.len() != 1 {
        return Some(format!("may not, and: journal {:?}, wrote {:?}, said {:?}", came.refused, came.wrote, came.said));
    }
    if !came.wrote.is_empty() {
        return Some(format!("was refused, and wrote {:?}", came.wrote));
    }
    if came.said.len() != 1 || says_no.map(Reason::key) != came.refused.first().map(String::as_str) {
        return Some(format!("was refused ({:?}) with other words: {:?}", came.refused, came.said));
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn through_the_listener_exactly_the_allowed_act() {
    let mut house = House::build().await;
    let number = house.named.incident.as_str().to_owned();
    let commands = TABLE.iter().map(|spec| Tried::Command(spec.name, said(spec).replace("A7K2", &number)));
    let tries: Vec<Tried> = commands.chain(buttons(&house.named).into_iter().map(Tried::Button)).collect();
    let (mut faults, mut cells, mut acted) = (String::new(), 0_u32, BTreeMap::<String, BTreeSet<Actor>>::new());
    for place in Place::ALL {
        for actor in Actor::ALL {
            for tried in &tries {
                let what = match tried {
                    Tried::Command(_, text) => command(text),
                    Tried::Button(purpose) => house.hang(actor, place, purpose).await,
                };
                let came = house.tries(actor, place, &what).await;
                cells += 1;
                if came.refused.is_empty() {
                    acted.entry(tried.to_string()).or_default().insert(actor);
                }
                if let Some(fault) = fault(tried, (actor, place), &came) {
                    writeln!(faults, "{actor:?} in {place:?}: {tried}: {fault}").expect("written");
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} of {cells}:\n{faults}", faults.lines().count());
    for tried in &tries {
        assert!(acted.contains_key(&tried.to_string()), "{tried} is allowed to nobody anywhere");
    }
    house.end().await;
}
