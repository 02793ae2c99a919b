//! A word to the team about something that is no alert: told once, by its name.

use serde_json::Value;

use super::core::Core;
use super::cycle;
use crate::domain::ids::Subject;
use crate::domain::person::Room;
use crate::outbox::notice::{About, Notice, Urgency, Wording};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};

/// Puts a word to the rooms that follow a subject into a transaction, unless it is there already.
pub(super) async fn tell_team(
    core: &Core,
    transaction: &mut Transaction,
    subject: &Subject,
    name: &str,
    (key, args): (&str, &[(&str, String)]),
) -> Result<(), StoreError> {
    let state = core.state.lock().await;
    let rooms: Vec<_> = state.catalog.followers(&state.catalog.about(subject)).into_iter().cloned().collect();
    drop(state);
    tell(core, transaction, &rooms, name, (key, args)).await
}

/// Puts a word to some rooms into a transaction, unless it is there already.
pub(super) async fn tell(
    core: &Core,
    transaction: &mut Transaction,
    rooms: &[Room],
    name: &str,
    (key, args): (&str, &[(&str, String)]),
) -> Result<(), StoreError> {
    let about = About::Word(name.to_owned());
    if load::<Notice>(&*core.store, &keys::notice(&about)).await?.is_some() {
        return Ok(());
    }
    let now = core.clock.now();
    let args = args.iter().map(|(name, text)| ((*name).to_owned(), Value::String(text.clone()))).collect();
    let notice = Notice {
        cause: "word".to_owned(),
        about,
        revision: 1,
        urgency: Urgency::Informational,
        at: now,
        expires_at: now.checked_add(core.config.offers.waits.0).unwrap_or(now),
        wording: Some(Wording { key: key.to_owned(), args }),
    };
    transaction.create(&notice)?;
    cycle::deliver_to(core, transaction, &notice, &rooms.iter().collect::<Vec<_>>()).await
}
