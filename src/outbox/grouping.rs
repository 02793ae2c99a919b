//! When many deliveries of one cause behind one busy room become one message.
//!
//! Refuses: sending, and waiting in order to group: a first message goes at once. The order and the queue itself are
//! [`super::queue`]'s.

use jiff::SignedDuration;

use super::delivery::{Delivery, State};
use super::notice::About;

/// More than this many of one cause behind a room's limiter are told as one. Five are read one by one; six are noise.
pub const GROUP_OVER: usize = 5;

/// Members of one group at most: a page has five, and one transaction has to hold them all.
pub const GROUP_MAX: usize = 1_000;

/// From this wait on a delivery counts as queued behind the limiter, not just as not yet taken. The shortest limit is one
/// message a second, so half of that tells a busy room from a busy processor.
pub const QUEUED_AFTER: SignedDuration = SignedDuration::from_millis(500);

/// Whether a delivery may be told together with others of its cause: the first telling of an incident that no lost attempt
/// has touched. What may be there already must be resolved, and only incidents have a group message that shows them all.
#[must_use]
pub fn may_collapse(delivery: &Delivery) -> bool {
    matches!(delivery.about, About::Incident(_))
        && matches!(delivery.state, State::Due { .. })
        && delivery.message.is_none()
        && delivery.told_revision == 0
        && !delivery.maybe_repeat
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::incident::IncidentId;
    use super::super::notice::Urgency;
    use super::*;
    use crate::domain::ids::RoomId;

    fn first(about: About) -> Delivery {
        Delivery {
            about,
            room: RoomId::new("team").expect("an id"),
            urgency: Urgency::Critical,
            cause: "cpa".to_owned(),
            wanted_revision: 1,
            told_revision: 0,
            state: State::Due { not_before: Timestamp::UNIX_EPOCH },
            message: None,
            maybe_repeat: false,
            expires_at: Timestamp::MAX,
            tries: 0,
            attempts: Vec::new(),
            generation: 0,
            earlier: None,
            marker: None,
        }
    }

    #[test]
    fn only_first_tellings_of_incidents_collapse() {
        let incident = first(About::Incident(IncidentId::nth(1)));
        assert!(may_collapse(&incident));
        assert!(!may_collapse(&Delivery { told_revision: 1, ..incident.clone() }));
        assert!(!may_collapse(&Delivery { maybe_repeat: true, ..incident.clone() }));
        assert!(!may_collapse(&Delivery { state: State::Grouped { group: "g".to_owned() }, ..incident }));
        // A group of these would have nothing to show.
        assert!(!may_collapse(&first(About::Trouble("source_down/youtube".to_owned()))));
        assert!(!may_collapse(&first(About::Ask(7))));
    }
}
