//! What a command or a button is about, read from its words alone: an incident, an offer, or something typed.

use crate::outbox::incident::IncidentId;
use crate::words::buttons::ButtonPurpose;
use crate::words::command::Command;
use crate::words::permission::Ask;

pub(super) fn incident_asked(ask: Ask<'_>) -> Option<IncidentId> {
    match ask {
        Ask::Command(command) => match command {
            Command::Approve { id }
            | Command::Reject { id, .. }
            | Command::Appeal { id, .. }
            | Command::Undo { id }
            | Command::Ack { id }
            | Command::Show { id }
            | Command::Hide { id }
            | Command::Snooze { id, .. } => Some(id.clone()),
            Command::Why { what, .. }
            | Command::Note { subject: what, .. }
            | Command::Excuse { what, .. }
            | Command::Unexcuse { what } => what.incident.clone(),
            _ => None,
        },
        Ask::Button(ButtonPurpose::Really { what }) => incident_asked(Ask::Button(what)),
        Ask::Button(purpose) => match purpose {
            ButtonPurpose::Do { incident, .. }
            | ButtonPurpose::Approve { incident, .. }
            | ButtonPurpose::Reject { incident, .. }
            | ButtonPurpose::Undo { incident, .. }
            | ButtonPurpose::Why { incident }
            | ButtonPurpose::Ack { incident }
            | ButtonPurpose::Show { incident, .. }
            | ButtonPurpose::Snooze { incident, .. }
            | ButtonPurpose::Level { incident, .. }
            | ButtonPurpose::Open { incident } => Some(incident.clone()),
            ButtonPurpose::Choose { .. }
            | ButtonPurpose::TakeBack { .. }
            | ButtonPurpose::Really { .. }
            | ButtonPurpose::Sure { .. }
            | ButtonPurpose::Answer { .. }
            | ButtonPurpose::Record { .. }
            | ButtonPurpose::Tell { .. }
            | ButtonPurpose::Page { .. }
            | ButtonPurpose::Confirm { .. }
            | ButtonPurpose::Ask { .. }
            | ButtonPurpose::Cancel
            | ButtonPurpose::Rule { .. }
            | ButtonPurpose::Sample { .. }
            | ButtonPurpose::Offer { .. }
            | ButtonPurpose::MyNumbers { .. } => None,
        },
    }
}

/// The offer that is asked about.
pub(super) fn offer_asked(ask: Ask<'_>) -> Option<u64> {
    match ask {
        Ask::Command(Command::Accept { offer } | Command::Decline { offer }) => *offer,
        Ask::Button(ButtonPurpose::Offer { offer, .. }) => Some(*offer),
        Ask::Command(_) | Ask::Button(_) => None,
    }
}

pub(super) fn subject_asked(ask: Ask<'_>) -> Option<String> {
    match ask {
        Ask::Command(command) => match command {
            Command::Status { subject }
            | Command::Benchmark { subject }
            | Command::Deal { subject, .. }
            | Command::Coverage { subject, .. }
            | Command::Audit { about: subject, .. }
            | Command::Regret { campaign: subject }
            | Command::Me { who: subject }
            | Command::Tips { who: subject }
            | Command::Criteria { who: subject }
            | Command::Data { who: subject, .. } => subject.clone(),
            Command::Why { what, .. } | Command::Excuse { what, .. } | Command::Unexcuse { what } => {
                Some(what.typed.clone())
            }
            Command::WhyNot { subject, .. } => Some(subject.clone()),
            Command::Pause { what }
            | Command::Report { campaign: what }
            | Command::Postmortem { campaign: what }
            | Command::Portfolio { campaign: what }
            | Command::Ask { campaign: what }
            | Command::Answer { campaign: what, .. }
            | Command::Step { campaign: what, .. }
            | Command::Resume { what }
            | Command::Offer { what, .. }
            | Command::Adjust { what, .. } => Some(what.clone()),
            Command::Hold { what, deliverable } | Command::Release { what, deliverable } => {
                Some(deliverable.clone().filter(|piece| piece.contains('/')).unwrap_or_else(|| what.clone()))
            }
            Command::Note { subject, .. } => Some(subject.typed.clone()),
            Command::Numbers { piece, .. } => Some(piece.clone()).filter(|piece| piece.contains('/')),
            Command::Live { deliverable, .. } => deliverable.clone().filter(|piece| piece.contains('/')),
            _ => None,
        },
        Ask::Button(
            ButtonPurpose::Choose { deed } | ButtonPurpose::Sure { deed } | ButtonPurpose::TakeBack { deed, .. },
        ) => Some(deed.typed()),
        Ask::Button(ButtonPurpose::MyNumbers { subject }) => Some(subject.to_string()),
        Ask::Button(_) => None,
    }
}
