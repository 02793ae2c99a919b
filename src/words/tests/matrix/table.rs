//! Who may do what, where: written by hand, once, for the pure question and for the whole way through the listener.
//!
//! The table is two matches without `_`: a new command or button does not compile until somebody has said who may. Letters
//! are roles: `A` agency, `C` client owner, `M` manager, `N` analyst, `O` operator, `K` creator, `T` talent manager; `*` is
//! anybody at all. `house` is the crate as whoever uses this file calls it.

use super::house::domain::action::Deed;
use super::house::domain::ids::{BoostId, CreatorId, RuleId, Subject};
use super::house::outbox::incident::IncidentId;
use super::house::rules::downgrade::{Side, Way};
use super::house::words::buttons::{ButtonPurpose, LevelAnswer, OfferAnswer, RuleAnswer, SampleButton};
use super::house::words::command::{Name, Spec};

/// Who may, where.
pub struct May {
    /// In the team's own room, about its own brand.
    pub team: &'static str,
    /// In a client's room about what was released; else only what `always` says.
    pub client: &'static str,
    /// A creator about themselves, in their own room and in a direct message.
    pub own: bool,
}

const SEE: May = May { team: "ACMN", client: "ACMN", own: true };
const TELL: May = May { team: "ACMN", client: "ACMN", own: true };
const WORK: May = May { team: "ACM", client: "ACM", own: false };
const MONEY: May = WORK;
const NOBODY: May = May { team: "", client: "", own: false };

#[expect(clippy::match_same_arms, reason = "a table that is read row by row")]
pub fn of_command(name: Name) -> May {
    match name {
        Name::Status | Name::Benchmark | Name::Why | Name::WhyNot => SEE,
        Name::Live | Name::Note | Name::Done => TELL,
        // Said in a direct message alone: see `what_is_about_oneself_…`.
        Name::Me | Name::Tips | Name::Criteria | Name::Appeal | Name::Link | Name::Answer => NOBODY,
        Name::Backtest | Name::Report | Name::Postmortem | Name::Portfolio => {
            May { team: "ACMN", client: "", own: false }
        }
        Name::Rules | Name::Coverage | Name::Rooms => May { team: "ACMNO", client: "", own: false },
        // In a direct message alone, as above.
        Name::Desk | Name::Data => NOBODY,
        Name::Quiet | Name::Subscribe | Name::Audit => May { team: "ACMO", client: "ACMO", own: false },
        // The example sets how far it may go.
        Name::Rule => May { team: "ACM", client: "", own: false },
        Name::Pause | Name::Resume | Name::Hold | Name::Release | Name::Excuse | Name::Unexcuse => MONEY,
        Name::Approve | Name::Reject | Name::Undo => MONEY,
        Name::Ack | Name::Snooze | Name::Ask | Name::Step => WORK,
        // What is paid, and what a deal is judged by, is between the agency and the creator.
        Name::Adjust => May { team: "ACM", client: "", own: false },
        Name::Deal => SEE,
        Name::Numbers => TELL,
        Name::Offer | Name::Accept | Name::Decline => May { team: "ACM", client: "", own: true },
        Name::Show | Name::Hide => May { team: "AM", client: "AM", own: false },
        Name::Grant | Name::Revoke => May { team: "AC", client: "AC", own: false },
        Name::Bind | Name::Help => May { team: "*", client: "*", own: true },
    }
}

pub fn of_button(purpose: &ButtonPurpose) -> May {
    match purpose {
        ButtonPurpose::Do { .. }
        | ButtonPurpose::Choose { .. }
        | ButtonPurpose::Sure { .. }
        | ButtonPurpose::Record { .. }
        | ButtonPurpose::Approve { .. }
        | ButtonPurpose::Reject { .. }
        | ButtonPurpose::Undo { .. }
        | ButtonPurpose::TakeBack { .. } => MONEY,
        ButtonPurpose::Really { what } => of_button(what),
        ButtonPurpose::Rule { .. } => May { team: "ACM", client: "", own: false },
        ButtonPurpose::Answer { .. } => May { team: "", client: "", own: true },
        ButtonPurpose::Ack { .. }
        | ButtonPurpose::Snooze { .. }
        | ButtonPurpose::Sample { .. }
        | ButtonPurpose::Tell { .. } => WORK,
        ButtonPurpose::Offer { answer, .. } => match answer {
            OfferAnswer::Another => May { team: "ACM", client: "", own: true },
            OfferAnswer::Text | OfferAnswer::Told => WORK,
            OfferAnswer::TheyAccept | OfferAnswer::TheyDecline => MONEY,
        },
        ButtonPurpose::Show { .. } => May { team: "AM", client: "AM", own: false },
        ButtonPurpose::Why { .. }
        | ButtonPurpose::Page { .. }
        | ButtonPurpose::Open { .. }
        | ButtonPurpose::MyNumbers { .. }
        | ButtonPurpose::Confirm { .. }
        | ButtonPurpose::Ask { .. }
        | ButtonPurpose::Cancel => SEE,
        ButtonPurpose::Level { answer, .. } => match answer {
            LevelAnswer::KeepPosted | LevelAnswer::Appeal => May { team: "", client: "", own: true },
            LevelAnswer::Text | LevelAnswer::Told | LevelAnswer::TheyObject => WORK,
            LevelAnswer::Keep | LevelAnswer::StandBy | LevelAnswer::GiveBack | LevelAnswer::Leave => MONEY,
            LevelAnswer::Mediate { side } | LevelAnswer::Suggest { side, .. } | LevelAnswer::Agree { side } => {
                match side {
                    Side::Creator => May { team: "", client: "", own: true },
                    Side::Brand => MONEY,
                }
            }
        },
    }
}

/// What the buttons are about.
pub struct Named {
    /// An alert about Alma.
    pub incident: IncidentId,
    /// What it asks for.
    pub proposal: u64,
    /// An offer to Alma.
    pub offer: u64,
}

/// How many kinds of buttons there are.
const KINDS: usize = 26;

/// The place of a button's kind in the list of kinds: a new one does not compile until it has a place, and [`buttons`]
/// fails until it has one of it.
fn kind(purpose: &ButtonPurpose) -> usize {
    match purpose {
        ButtonPurpose::Do { .. } => 0,
        ButtonPurpose::Choose { .. } => 1,
        ButtonPurpose::Sure { .. } => 2,
        ButtonPurpose::Answer { .. } => 3,
        ButtonPurpose::Record { .. } => 4,
        ButtonPurpose::Approve { .. } => 5,
        ButtonPurpose::Reject { .. } => 6,
        ButtonPurpose::Undo { .. } => 7,
        ButtonPurpose::TakeBack { .. } => 8,
        ButtonPurpose::Why { .. } => 9,
        ButtonPurpose::Ack { .. } => 10,
        ButtonPurpose::Snooze { .. } => 11,
        ButtonPurpose::Page { .. } => 12,
        ButtonPurpose::Show { .. } => 13,
        ButtonPurpose::Really { .. } => 14,
        ButtonPurpose::Open { .. } => 15,
        ButtonPurpose::Confirm { .. } => 16,
        ButtonPurpose::Ask { .. } => 17,
        ButtonPurpose::Cancel => 18,
        ButtonPurpose::MyNumbers { .. } => 19,
        ButtonPurpose::Sample { .. } => 20,
        ButtonPurpose::Offer { .. } => 21,
        ButtonPurpose::Rule { .. } => 22,
        ButtonPurpose::Level { answer: LevelAnswer::Mediate { .. } | LevelAnswer::Suggest { .. }, .. } => 23,
        ButtonPurpose::Level { .. } => 24,
        ButtonPurpose::Tell { .. } => 25,
    }
}

/// One of each, and of those that differ by what is in them one of each kind.
pub fn buttons(named: &Named) -> Vec<ButtonPurpose> {
    let (proposal, offer) = (named.proposal, named.offer);
    let incident = || named.incident.clone();
    let deed = || Deed::StopBoost { boost: BoostId::new("alma-reel-1").expect("an id") };
    let level = |answer| ButtonPurpose::Level { incident: incident(), answer };
    let rule = || RuleId::new("cpa-stop").expect("an id");
    let mut all = vec![
        ButtonPurpose::Do { incident: incident(), deed: deed(), saves: None },
        ButtonPurpose::Choose { deed: deed() },
        ButtonPurpose::Sure { deed: deed() },
        ButtonPurpose::Answer { proposal, yes: true },
        ButtonPurpose::Record { proposal, yes: true },
        ButtonPurpose::Tell { proposal, told: true },
        ButtonPurpose::Approve { incident: incident(), proposal },
        ButtonPurpose::Reject { incident: incident(), proposal: Some(proposal) },
        ButtonPurpose::Undo { incident: incident(), proposal },
        ButtonPurpose::TakeBack { proposal, deed: deed() },
        ButtonPurpose::Why { incident: incident() },
        ButtonPurpose::Ack { incident: incident() },
        ButtonPurpose::Snooze { incident: incident(), secs: 3_600 },
        ButtonPurpose::Page { group: "G31".into(), page: 1 },
        ButtonPurpose::Show { incident: incident(), yes: true },
        ButtonPurpose::Show { incident: incident(), yes: false },
        ButtonPurpose::Really { what: Box::new(ButtonPurpose::Approve { incident: incident(), proposal }) },
        ButtonPurpose::Open { incident: incident() },
        ButtonPurpose::Confirm { command: "pause alma".into() },
        ButtonPurpose::Ask { command: format!("excuse {}", named.incident.as_str()) },
        ButtonPurpose::Cancel,
        ButtonPurpose::MyNumbers { subject: Subject::Creator(CreatorId::new("alma").expect("an id")) },
        ButtonPurpose::Sample { button: SampleButton::Stop },
        ButtonPurpose::Rule { rule: rule(), version: 1, answer: RuleAnswer::Propose },
    ];
    let of_offer = |answer| ButtonPurpose::Offer { offer, answer };
    all.extend(
        [OfferAnswer::Another, OfferAnswer::Text, OfferAnswer::Told, OfferAnswer::TheyAccept, OfferAnswer::TheyDecline]
            .map(of_offer),
    );
    all.extend(
        [LevelAnswer::KeepPosted, LevelAnswer::Appeal, LevelAnswer::Text, LevelAnswer::Told, LevelAnswer::TheyObject]
            .map(level),
    );
    all.extend([LevelAnswer::Keep, LevelAnswer::StandBy, LevelAnswer::GiveBack, LevelAnswer::Leave].map(level));
    for side in [Side::Creator, Side::Brand] {
        all.extend([
            level(LevelAnswer::Mediate { side }),
            level(LevelAnswer::Suggest { side, way: Way::MakeGood }),
            level(LevelAnswer::Agree { side }),
        ]);
    }
    for wanted in 0..KINDS {
        assert!(all.iter().any(|one| kind(one) == wanted), "no button of kind {wanted} is tried");
    }
    all
}

/// How a command is said to try it: the example that says most.
pub fn said(spec: &Spec) -> &'static str {
    let text = spec.examples.last().expect("an example");
    if matches!(spec.name, Name::Grant | Name::Revoke) { spec.examples[0] } else { text }
}
