//! What can be pressed where a command lacks something: the running boosts for `pause`, the open alerts for `ack`.
//!
//! Owns: which things answer which command, of those that its reader may be shown there. Refuses: doing anything; a press is the
//! whole command, checked anew. Survives: a list that is out of date when it is pressed; the command then says so.

use super::commands::{Asked, open_incidents};
use super::core::Core;
use super::shown::Shown;
use crate::domain::deal::{DeliverableState, title_of};
use crate::domain::document::{Deliverable, PartnershipRef, Running};
use crate::domain::person::Role;
use crate::outbox::incident::Incident;
use crate::store::StoreError;
use crate::words::buttons::Composed;
use crate::words::choices;
use crate::words::command::{ArgKind, Name, Teach, Where};
use crate::words::replies;

/// Lengths that a snooze has on a button.
const SNOOZES: [&str; 3] = ["1h", "6h", "1d"];

/// Things looked at for one list: far more than fit, so that the count of those beyond it is right.
const LOOKED_AT: usize = 1_000;

/// What is wrong with something typed, and a list to press where something short is missing.
pub async fn teach(core: &Core, asked: &Asked, teach: &Teach, typed: &str) -> Result<Composed, StoreError> {
    let mut composed = Composed::plain(replies::teach(teach, &asked.reader));
    if let Teach::Missing { command, kind, .. } = teach
        && !typed.is_empty()
    {
        let each = list(core, asked, *command, *kind).await?;
        let each = each.into_iter().map(|(name, value)| (name, format!("{} {value}", typed.trim_end()))).collect();
        choices::add(&mut composed, each, &asked.reader);
    }
    Ok(composed)
}

/// Whether one of somebody's roles could use the command at all, here.
fn could(command: Name, asked: &Asked, grants: &[Role], own: bool) -> bool {
    let Some(spec) = command.spec() else { return false };
    let here = spec.place != Where::Direct || asked.speaker.direct;
    let roles = spec.needs.roles();
    here && (grants.iter().any(|role| roles.contains(role)) || (own && roles.contains(&Role::Creator)))
}

/// Names and what is typed for each.
async fn list(core: &Core, asked: &Asked, command: Name, kind: ArgKind) -> Result<Vec<(String, String)>, StoreError> {
    let incidents: Vec<Incident> = match kind {
        ArgKind::Incident | ArgKind::IncidentOrSubject => {
            open_incidents(core, None).await?.into_iter().map(|kept| kept.value).collect()
        }
        _ => Vec::new(),
    };
    let state = core.state.lock().await;
    let catalog = &state.catalog;
    let (Some(person), Some(shown)) = (&asked.person, Shown::asked(catalog, asked)) else { return Ok(Vec::new()) };
    let grants: Vec<Role> = catalog.grants_of(&person.id).map(|one| one.role).collect();
    if !could(command, asked, &grants, person.creator.is_some()) {
        return Ok(Vec::new());
    }
    let of = |at: &PartnershipRef| catalog.creator_name(&at.creator);
    let piece = |one: &Deliverable| {
        (format!("{}: {}", of(&one.partnership), title_of(&one.id)), format!("{}/{}", one.partnership, one.id))
    };
    let pieces = |fits: &dyn Fn(&Deliverable) -> bool| {
        let seen = catalog.deliverables.values().filter(|one| fits(one) && shown.deal(&one.partnership));
        seen.map(piece).collect::<Vec<_>>()
    };
    Ok(match (command, kind) {
        (Name::Pause | Name::Resume | Name::Adjust, ArgKind::Subject) => {
            let runs = catalog.boosts.values().filter(|one| one.state == Running::Active);
            let seen = runs.filter(|one| shown.deal(&one.partnership));
            seen.map(|one| (format!("{}: {}", of(&one.partnership), one.id), one.id.to_string())).collect()
        }
        (Name::Hold, ArgKind::Subject) => pieces(&|one| one.state.is_ahead()),
        (Name::Release, ArgKind::Subject) => pieces(&|one| one.state == DeliverableState::Held),
        (Name::Numbers, ArgKind::Deliverable) => pieces(&|one| one.state.is_out()),
        (Name::Offer | Name::WhyNot, ArgKind::Subject) => {
            let runs = catalog.partnerships.iter().filter(|(_, one)| one.state == Running::Active);
            let seen = runs.filter(|(at, _)| shown.deal(at));
            seen.map(|(at, _)| (format!("{}: {}", of(at), catalog.campaign_name(&at.campaign)), at.to_string()))
                .collect()
        }
        (_, ArgKind::Incident | ArgKind::IncidentOrSubject) => {
            let seen = incidents.iter().filter(|one| shown.incident(one));
            let name = |one: &Incident| {
                let names = super::views::names(&state, &one.subject);
                let what = names.creator.or(names.campaign).or(names.brand).unwrap_or_else(|| one.subject.to_string());
                format!("{} {what}", one.id)
            };
            seen.map(|one| (name(one), one.id.as_str().to_owned())).collect()
        }
        (_, ArgKind::Role) => Role::all().map(|role| (role.as_str().to_owned(), role.as_str().to_owned())).collect(),
        (_, ArgKind::Duration) => SNOOZES.map(|long| (long.to_owned(), long.to_owned())).into(),
        (_, ArgKind::Subject | ArgKind::Rule | ArgKind::Person | ArgKind::Reach) => {
            shown.completions(kind, "", state.rules.keys().map(ToString::to_string), LOOKED_AT)
        }
        _ => Vec::new(),
    })
}
