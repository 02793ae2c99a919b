//! Many deliveries of one cause behind one busy room become one message.
//!
//! Owns: when they collapse and in which order what is left goes. Refuses: sending, and waiting in order to group: a
//! first message goes at once. Pure; the caller claims what the plan says.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::delivery::{Delivery, State};
use super::notice::About;
use super::retry::due_at;

/// More than this many of one cause behind a room's limiter are told as one. Five are read one by one; six are noise.
pub const GROUP_OVER: usize = 5;

/// From this wait on a delivery counts as queued behind the limiter, not just as not yet taken. The shortest limit is one
/// message a second, so half of that tells a busy room from a busy processor.
pub const QUEUED_AFTER: SignedDuration = SignedDuration::from_millis(500);

/// Deliveries told as one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name, the same for the same queue at the same instant: goes into [`State::Grouped`].
    pub id: String,
    /// What its members have in common.
    pub cause: String,
    /// Its members, most urgent and oldest first.
    pub members: Vec<About>,
}

/// What to do with the due deliveries of one room, in this order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Told one by one, most urgent and oldest first; edits of what is there already are always among these.
    pub single: Vec<About>,
    /// Told as one each. They go before singles of their own urgency, because more is in them.
    pub groups: Vec<Group>,
}

/// Sorts the due deliveries of one room.
///
/// Only first tellings collapse; a message that is there is edited on its own. A delivery is queued when it has been due
/// for [`QUEUED_AFTER`]; the first ones of a burst have not, and go at once.
#[must_use]
pub fn plan(due: &[Delivery], now: Timestamp) -> Plan {
    let mut order: Vec<(&Delivery, Timestamp)> =
        due.iter().filter_map(|delivery| Some((delivery, due_at(delivery)?))).collect();
    order.sort_by(|(a, a_since), (b, b_since)| (a.urgency, a_since, &a.about).cmp(&(b.urgency, b_since, &b.about)));
    let mut queued: BTreeMap<&str, Vec<&About>> = BTreeMap::new();
    for (delivery, since) in &order {
        if is_first(delivery) && QUEUED_AFTER <= now.duration_since(*since) {
            queued.entry(delivery.cause.as_str()).or_default().push(&delivery.about);
        }
    }
    queued.retain(|_, members| GROUP_OVER < members.len());
    let mut plan = Plan::default();
    for (delivery, since) in &order {
        let collapses = is_first(delivery) && QUEUED_AFTER <= now.duration_since(*since);
        match queued.get(delivery.cause.as_str()).filter(|_| collapses) {
            None => plan.single.push(delivery.about.clone()),
            Some(members) if members.first() == Some(&&delivery.about) => plan.groups.push(Group {
                id: format!("group/{}/{now}", delivery.cause),
                cause: delivery.cause.clone(),
                members: members.iter().map(|about| (*about).clone()).collect(),
            }),
            Some(_) => {}
        }
    }
    plan
}

/// A first telling that no lost attempt has touched: what may be there already must be resolved, not collapsed.
fn is_first(delivery: &Delivery) -> bool {
    matches!(delivery.state, State::Due { .. })
        && delivery.message.is_none()
        && delivery.told_revision == 0
        && !delivery.maybe_repeat
}

#[cfg(test)]
mod tests {
    use super::super::incident::IncidentId;
    use super::super::notice::Urgency;
    use super::*;
    use crate::domain::ids::RoomId;
    use proptest::prelude::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_780_000_000_000 + ms).expect("an instant")
    }

    fn due(n: u64, cause: &str, ms: i64) -> Delivery {
        Delivery {
            about: About::Incident(IncidentId::nth(n)),
            room: RoomId::new("team").expect("an id"),
            urgency: Urgency::Critical,
            cause: cause.to_owned(),
            wanted_revision: 1,
            told_revision: 0,
            state: State::Due { not_before: at(ms) },
            message: None,
            maybe_repeat: false,
            expires_at: at(1_000_000),
            tries: 0,
            attempts: Vec::new(),
        }
    }

    #[track_caller]
    fn check(due: &[Delivery], now: i64, singles: usize, groups: &[usize]) {
        let plan = plan(due, at(now));
        let sizes: Vec<usize> = plan.groups.iter().map(|group| group.members.len()).collect();
        assert_eq!((plan.single.len(), sizes.as_slice()), (singles, groups));
    }

    fn burst(count: u64, cause: &str, ms: i64) -> Vec<Delivery> {
        (0..count).map(|n| due(n, cause, ms)).collect()
    }

    #[test]
    fn a_burst_goes_at_once_and_what_queues_behind_it_collapses() {
        check(&burst(30, "a", 0), 0, 30, &[]);
        check(&burst(29, "a", 0), 1000, 0, &[29]);
        check(&burst(5, "a", 0), 1000, 5, &[]);
        check(&burst(6, "a", 0), 1000, 0, &[6]);
    }

    #[test]
    fn causes_do_not_mix() {
        let mut both = burst(5, "a", 0);
        both.extend((10..15).map(|n| due(n, "b", 0)));
        check(&both, 1000, 10, &[]);
    }

    #[test]
    fn edits_and_possible_repeats_stay_alone() {
        let mut all = burst(7, "a", 0);
        all[0].told_revision = 1;
        all[1].maybe_repeat = true;
        check(&all, 1000, 7, &[]);
    }

    #[test]
    fn the_urgent_and_the_old_go_first() {
        let mut all = vec![due(1, "a", 5), due(2, "b", 0), due(3, "c", 9)];
        all[0].urgency = Urgency::Informational;
        let plan = plan(&all, at(10));
        let order: Vec<&About> = plan.single.iter().collect();
        assert_eq!(order, [&all[1].about, &all[2].about, &all[0].about]);
    }

    proptest! {
        #[test]
        fn every_delivery_is_in_the_plan_once(
            rows in proptest::collection::vec((0_usize..3, 0_i64..2000, any::<bool>()), 0..60)
        ) {
            let all: Vec<Delivery> = rows.iter().zip(0_u64..).map(|((cause, ms, edit), n)| {
                let mut one = due(n, ["a", "b", "c"][*cause], *ms);
                one.told_revision = u32::from(*edit);
                one
            }).collect();
            let plan = plan(&all, at(2000));
            let mut seen: Vec<About> = plan.single;
            for group in plan.groups {
                prop_assert!(GROUP_OVER < group.members.len());
                seen.extend(group.members);
            }
            seen.sort();
            let mut want: Vec<About> = all.iter().map(|one| one.about.clone()).collect();
            want.sort();
            prop_assert_eq!(seen, want);
        }
    }
}
