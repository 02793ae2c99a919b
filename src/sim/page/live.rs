//! What open pages are told: every part that changed, whole, at most [`LOOK`] apart.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use serde::Serialize;
use tokio::sync::watch;

use super::{Room, Shared, Steer, rooms};
use crate::time::pace::real_wait;

/// Four looks a second: nobody reads faster.
const LOOK: Duration = Duration::from_millis(250);

/// The parts of the page by name, each as JSON.
type Parts = BTreeMap<&'static str, Arc<str>>;

/// What the pages are told.
pub(super) struct Live(watch::Sender<Parts>);

impl Default for Live {
    fn default() -> Self {
        Self(watch::Sender::new(Parts::new()))
    }
}

fn put(parts: &mut Parts, name: &'static str, value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => drop(parts.insert(name, text.into())),
        Err(error) => tracing::warn!(%error, part = name, "could not write a part of the page"),
    }
}

/// Looks at the world until the page is no longer served. Rooms are only read anew when one of them changed.
pub(super) async fn look(shared: Arc<Shared>) {
    let mut parts = Parts::new();
    let mut seen = None;
    let mut watched = false;
    loop {
        let anybody = 0 < shared.live.0.receiver_count();
        if std::mem::replace(&mut watched, anybody) != anybody {
            shared.stage.steer(Steer::Watched(anybody));
        }
        let seats = &shared.seats;
        let revision = (seats.discord.revision(), seats.telegram.revision());
        if seen != Some(revision) {
            seen = Some(revision);
            put(&mut parts, "discord", &rooms::bubbles(seats, Room::Discord));
            put(&mut parts, "telegram", &rooms::bubbles(seats, Room::Telegram));
            put(&mut parts, "direct", &rooms::bubbles(seats, Room::Direct));
        }
        put(&mut parts, "private", &shared.desk.gather(seats));
        put(&mut parts, "head", &shared.stage.head());
        shared.live.0.send_if_modified(|told| {
            let changed = *told != parts;
            told.clone_from(&parts);
            changed
        });
        real_wait(LOOK).await;
    }
}

/// One open page: first everything, then what changed.
pub(super) async fn stream(
    State(shared): State<Arc<Shared>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>> + use<>> {
    let news = shared.live.0.subscribe();
    let events = futures_util::stream::unfold((news, Parts::new()), |(mut news, told)| async move {
        loop {
            let now = news.borrow_and_update().clone();
            let changed: Vec<String> = now
                .iter()
                .filter(|(name, text)| told.get(*name) != Some(*text))
                .map(|(name, text)| format!("\"{name}\":{text}"))
                .collect();
            if !changed.is_empty() {
                let event = Event::default().data(format!("{{{}}}", changed.join(",")));
                return Some((Ok(event), (news, now)));
            }
            if news.changed().await.is_err() {
                return None;
            }
        }
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}
