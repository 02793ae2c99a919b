use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::super::claim::{Claim, claim};
use super::super::delivery::ROLLS_AFTER;
use super::super::incident::IncidentId;
use super::*;
use crate::domain::ids::RoomId;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + second).expect("an instant")
}

fn fresh(about: About) -> Delivery {
    Delivery {
        about,
        room: RoomId::new("team").expect("an id"),
        urgency: Urgency::Critical,
        cause: "cpa".to_owned(),
        wanted_revision: 1,
        told_revision: 0,
        state: State::Due { not_before: at(0) },
        message: None,
        maybe_repeat: false,
        expires_at: at(86_400),
        tries: 0,
        attempts: Vec::new(),
        generation: 0,
        earlier: None,
        marker: None,
    }
}

fn incident() -> Delivery {
    fresh(About::Incident(IncidentId::nth(1)))
}

fn message(second: i64) -> MessageRef {
    MessageRef { place: "1".to_owned(), message: "10".to_owned(), has_picture: false, sent_at: at(second) }
}

const LEASE: SignedDuration = seconds(60);

#[track_caller]
fn tried(delivery: Delivery, chat: Chat, second: i64, outcome: Outcome) -> Delivery {
    let Claim::Ours(claimed) = claim(delivery, chat, at(second), LEASE) else {
        panic!("nothing to claim at {second}");
    };
    after_attempt(*claimed, chat, outcome, at(second), &mut ChaCha8Rng::seed_from_u64(1))
}

fn lost() -> Outcome {
    Outcome::Lost { reason: "cut".to_owned() }
}

#[track_caller]
fn how(delivery: &Delivery, chat: Chat, second: i64) -> How {
    match claim(delivery.clone(), chat, at(second), LEASE) {
        Claim::Ours(claimed) => claimed.how,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_waits_add_up_to_what_the_comment_says() {
    let sum: i64 = WAITS.iter().map(SignedDuration::as_secs).sum();
    assert_eq!(sum, 5 * 3600 + 53 * 60 + 5);
    assert!(WAITS.len() * 2 <= ATTEMPTS_MAX);
}

#[test]
fn a_lost_discord_send_is_repeated_with_its_nonce_and_looked_up_beyond_the_window() {
    let delivery = tried(incident(), Chat::Discord, 0, lost());
    assert_eq!(delivery.state, State::Unknown { revision: 1, since: at(0) });
    // A newer revision does not change the nonce of what may be there already.
    let delivery = want(delivery, 2, at(1));
    assert_eq!(how(&delivery, Chat::Discord, 5), How::Send { repeat: true });
    assert_eq!(how(&delivery, Chat::Discord, 121), How::LookUp);
    let seen = tried(delivery.clone(), Chat::Discord, 5, Outcome::Sent(message(0)));
    assert_eq!(seen.told_revision, 1, "the copy may show the first revision");
    assert_eq!(seen.state, State::Due { not_before: at(5) }, "so the second is an edit");
    let gone = tried(delivery, Chat::Discord, 121, Outcome::NotFound);
    assert_eq!(how(&gone, Chat::Discord, 121), How::Send { repeat: false });
    assert!(!gone.maybe_repeat);
}

#[test]
fn what_may_have_arrived_is_looked_for_as_it_was_sent() {
    let claimed = |delivery: &Delivery, second| match claim(delivery.clone(), Chat::Discord, at(second), LEASE) {
        Claim::Ours(claimed) => *claimed,
        other => panic!("{other:?}"),
    };
    let mut sent = claimed(&incident(), 0);
    assert_eq!(sent.marked("from 10:49".to_owned()), "from 10:49");
    let lost = after_attempt(sent, Chat::Discord, lost(), at(0), &mut ChaCha8Rng::seed_from_u64(1));
    for (second, how) in [(5, How::Send { repeat: true }), (121, How::LookUp)] {
        let mut again = claimed(&lost, second);
        assert_eq!(again.how, how);
        assert_eq!(again.marked("from Wed 10:49".to_owned()), "from 10:49", "a day later it would read otherwise");
    }
    let gone = tried(lost.clone(), Chat::Discord, 121, Outcome::NotFound);
    assert_eq!(claimed(&gone, 121).marked("from Wed 10:49".to_owned()), "from Wed 10:49", "it is sent anew");
    assert_eq!(tried(lost, Chat::Discord, 121, Outcome::Sent(message(0))).marker, None);
}

#[test]
fn a_refused_repeat_leaves_the_loss_standing() {
    let delivery = tried(incident(), Chat::Discord, 0, lost());
    let delivery = tried(delivery, Chat::Discord, 5, Outcome::SlowDown { until: at(50) });
    assert_eq!(delivery.state, State::Unknown { revision: 1, since: at(0) });
    assert!(at(50) <= due_at(&delivery).expect("a time"));
}

#[test]
fn a_lost_telegram_incident_is_told_again_and_says_so() {
    let delivery = tried(incident(), Chat::Telegram, 0, lost());
    assert!(delivery.maybe_repeat);
    assert!(matches!(delivery.state, State::Due { not_before } if at(5) <= not_before));
    let done = tried(delivery, Chat::Telegram, 10, Outcome::Sent(message(10)));
    assert_eq!(done.state, State::Sent);
    assert!(!done.maybe_repeat);
}

#[test]
fn another_lost_telegram_notice_waits_for_its_next_change_and_then_expires() {
    let delivery = tried(fresh(About::Trouble("t".to_owned())), Chat::Telegram, 0, lost());
    assert_eq!(delivery.state, State::Unknown { revision: 1, since: at(0) });
    assert_eq!(due_at(&delivery), Some(at(86_400)));
    assert!(matches!(claim(delivery.clone(), Chat::Telegram, at(86_400), LEASE), Claim::Expired(_)));
    let changed = want(delivery, 2, at(9));
    assert_eq!(changed.state, State::Due { not_before: at(9) });
    assert!(changed.maybe_repeat);
}

#[test]
fn a_lost_edit_is_simply_repeated() {
    for chat in [Chat::Discord, Chat::Telegram] {
        let sent = tried(incident(), chat, 0, Outcome::Sent(message(0)));
        let changed = want(sent, 2, at(10));
        let delivery = tried(changed, chat, 10, lost());
        assert!(matches!(delivery.state, State::Due { .. }), "{chat:?}");
        assert!(!delivery.maybe_repeat, "{chat:?}");
    }
}

#[test]
fn a_process_that_dies_while_sending_leaves_an_unknown() {
    for (chat, want) in [(Chat::Discord, How::Send { repeat: true }), (Chat::Telegram, How::Send { repeat: false })] {
        let Claim::Ours(claimed) = claim(incident(), chat, at(0), LEASE) else {
            panic!("claimable");
        };
        assert!(matches!(
            claim(claimed.delivery.clone(), chat, at(59), LEASE),
            Claim::HeldBy { until } if until == at(60)
        ));
        let Claim::Ours(again) = claim(claimed.delivery, chat, at(60), LEASE) else {
            panic!("claimable after the lease");
        };
        assert_eq!(again.how, want, "{chat:?}");
        assert_eq!(again.delivery.maybe_repeat, chat == Chat::Telegram);
    }
}

/// An incident told on Discord, whose change is wanted a day later.
fn old_on_discord() -> (Delivery, i64) {
    let later = ROLLS_AFTER.as_secs();
    let sent = tried(incident(), Chat::Discord, 0, Outcome::Sent(message(0)));
    (want(sent, 2, at(later)), later)
}

#[test]
fn an_old_message_on_discord_goes_on_in_a_new_one_and_then_says_so() {
    let (delivery, later) = old_on_discord();
    let sooner = Delivery { state: State::Due { not_before: at(0) }, ..delivery.clone() };
    assert_eq!(how(&sooner, Chat::Discord, later - 1), How::Edit);
    assert_eq!(how(&delivery, Chat::Telegram, later), How::Edit, "Telegram takes edits for ever");
    assert_eq!(how(&delivery, Chat::Discord, later), How::Send { repeat: false });
    let new = MessageRef { message: "11".to_owned(), ..message(later) };
    let rolled = tried(delivery, Chat::Discord, later, Outcome::Sent(new.clone()));
    assert_eq!((rolled.told_revision, rolled.generation), (2, 1));
    assert_eq!((&rolled.message, &rolled.earlier), (&Some(new), &Some(message(0))));
    assert_eq!((due_at(&rolled), how(&rolled, Chat::Discord, later)), (Some(Timestamp::MIN), How::PointOn));
    // A change that comes meanwhile goes first; a refusal ends it, a lost answer repeats it.
    assert_eq!(how(&want(rolled.clone(), 3, at(later)), Chat::Discord, later), How::Edit);
    let again = tried(rolled.clone(), Chat::Discord, later, lost());
    assert_eq!(how(&again, Chat::Discord, later + 10), How::PointOn);
    for outcome in [Outcome::Edited, Outcome::MessageGone, Outcome::Refused { reason: "archived".to_owned() }] {
        let done = tried(rolled.clone(), Chat::Discord, later, outcome);
        assert_eq!((due_at(&done), done.state, done.earlier), (None, State::Sent, None));
        assert!(done.message.is_some());
    }
}

#[test]
fn a_crash_while_a_message_rolls_over_neither_loses_nor_doubles() {
    let (delivery, later) = old_on_discord();
    let Claim::Ours(claimed) = claim(delivery, Chat::Discord, at(later), LEASE) else { panic!("claimable") };
    let died = claimed.delivery;
    assert_eq!(died.earlier, Some(message(0)), "the old one is not forgotten");
    let soon = later + LEASE.as_secs();
    assert_eq!(how(&died, Chat::Discord, soon), How::Send { repeat: true }, "the nonce finds it");
    assert_eq!(how(&died, Chat::Discord, later + 200), How::LookUp, "the history finds it");
    let not_there = tried(died, Chat::Discord, later + 200, Outcome::NotFound);
    assert_eq!(how(&not_there, Chat::Discord, later + 200), How::Send { repeat: false });
    // Long after it was news for a room that never heard of it, it is still told where it was told before.
    assert_eq!(how(&not_there, Chat::Discord, 10 * later), How::Send { repeat: false });
}

#[test]
fn only_alerts_roll_over() {
    let later = ROLLS_AFTER.as_secs();
    for (about, rolls) in [(About::Group(IncidentId::nth(2)), true), (About::Trouble("t".to_owned()), false)] {
        let sent = tried(fresh(about), Chat::Discord, 0, Outcome::Sent(message(0)));
        let want_how = if rolls { How::Send { repeat: false } } else { How::Edit };
        assert_eq!(how(&want(sent, 2, at(later)), Chat::Discord, later), want_how);
    }
}

#[test]
fn a_dead_room_keeps_its_deliveries() {
    let mut delivery = incident();
    let mut second = 0;
    for _ in 0..12 {
        let dead = Outcome::TargetDead { reason: "blocked".to_owned() };
        delivery = tried(delivery, Chat::Telegram, second, dead);
        assert!(matches!(delivery.state, State::Due { .. }));
        second += 2 * 3600 - 600;
    }
    assert_eq!(delivery.tries, 0);
}

#[test]
fn a_moved_room_and_a_deleted_message_are_told_anew() {
    for outcome in [Outcome::MessageGone, Outcome::TargetMoved { place: "-100".to_owned() }] {
        let sent = tried(incident(), Chat::Telegram, 0, Outcome::Sent(message(0)));
        let gone = tried(want(sent, 2, at(1)), Chat::Telegram, 1, outcome);
        assert_eq!(gone.message, None);
        assert_eq!(how(&gone, Chat::Telegram, 60), How::Send { repeat: false });
    }
}

#[test]
fn tries_run_out_and_the_reason_is_kept() {
    let mut delivery = incident();
    for _ in 0..=WAITS.len() {
        let now = due_at(&delivery).expect("a time").as_second() - 1_780_000_000 + 1;
        delivery.expires_at = at(now + 10);
        let outcome = Outcome::NeverLeft { reason: "no route".to_owned() };
        delivery = tried(delivery, Chat::Telegram, now, outcome);
    }
    assert!(matches!(&delivery.state, State::Failed { reason, .. } if reason == "no route"));
    assert_eq!(due_at(&delivery), None);
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    let reason = || "r".to_owned();
    prop_oneof![
        Just(Outcome::Sent(message(0))),
        Just(Outcome::Edited),
        Just(Outcome::NotFound),
        Just(Outcome::NeverLeft { reason: reason() }),
        Just(Outcome::Lost { reason: reason() }),
        (0_i64..100_000).prop_map(|s| Outcome::SlowDown { until: at(s) }),
        Just(Outcome::TargetDead { reason: reason() }),
        Just(Outcome::TargetMoved { place: "2".to_owned() }),
        Just(Outcome::MessageGone),
        Just(Outcome::Stopped { reason: reason() }),
        Just(Outcome::Refused { reason: reason() }),
    ]
}

proptest! {
    #[test]
    fn a_retry_never_comes_before_the_server_allows(wait in 0_i64..100_000, seed: u64, edit: bool, repeat: bool) {
        let mut delivery = incident();
        let how = if edit { How::Edit } else { How::Send { repeat } };
        delivery.message = edit.then(|| message(0));
        delivery.tries = u32::from(repeat);
        delivery.state = State::Sending { revision: 1, since: at(0), until: at(60) };
        let outcome = Outcome::SlowDown { until: at(wait) };
        let after = after_attempt(
            Claimed { delivery, how }, Chat::Discord, outcome, at(0), &mut ChaCha8Rng::seed_from_u64(seed));
        prop_assert!(at(wait) <= due_at(&after).expect("a time"));
    }

    #[test]
    fn nothing_that_is_wanted_is_lost(
        steps in proptest::collection::vec((outcomes(), 0_i64..4000, any::<bool>()), 1..40),
        telegram: bool, plain: bool,
    ) {
        let chat = if telegram { Chat::Telegram } else { Chat::Discord };
        let mut delivery = if plain { fresh(About::Trouble("t".to_owned())) } else { incident() };
        let mut dice = ChaCha8Rng::seed_from_u64(3);
        let mut now = 0;
        for (outcome, pause, change) in steps {
            now += pause;
            if change {
                let wanted = delivery.wanted_revision + 1;
                delivery = want(delivery, wanted, at(now));
            }
            delivery = match claim(delivery.clone(), chat, at(now), LEASE) {
                Claim::Ours(claimed) => after_attempt(*claimed, chat, outcome, at(now), &mut dice),
                Claim::Expired(ended) | Claim::Parked(ended) => ended,
                Claim::NotDue { .. } | Claim::HeldBy { .. } | Claim::NothingToTell => delivery,
            };
            let ended = matches!(
                delivery.state,
                State::Failed { .. } | State::Expired { .. } | State::Grouped { .. }
            );
            prop_assert!(
                delivery.wanted_revision <= delivery.told_revision || ended || due_at(&delivery).is_some(),
                "{:?}", delivery
            );
            prop_assert!(delivery.attempts.len() <= ATTEMPTS_MAX);
        }
    }
}

#[test]
fn what_is_over_waits_behind_what_still_burns() {
    let kept = fresh(About::Incident(IncidentId::nth(1)));
    let kept = Delivery { state: State::Due { not_before: at(0) }, urgency: Urgency::Critical, ..kept };
    let over = at_urgency(kept.clone(), Urgency::Informational, at(9));
    assert_eq!((over.urgency, due_at(&over)), (Urgency::Informational, Some(at(9))));
    assert_eq!(at_urgency(kept.clone(), Urgency::Critical, at(9)), kept);
    let later = Delivery { state: State::Due { not_before: at(20) }, ..kept };
    assert_eq!(due_at(&at_urgency(later, Urgency::Informational, at(9))), Some(at(20)), "a wait is not cut short");
}

#[test]
fn only_what_the_outage_put_off_comes_when_the_platform_is_back() {
    let kept = fresh(About::Incident(IncidentId::nth(1)));
    let waits = Delivery { state: State::Due { not_before: at(900) }, tries: 6, ..kept.clone() };
    assert_eq!(due_at(&resume(waits, at(9))), Some(at(9)));
    let planned = Delivery { state: State::Due { not_before: at(900) }, tries: 0, ..kept.clone() };
    assert_eq!(resume(planned.clone(), at(9)), planned);
    let unknown = Delivery { state: State::Unknown { revision: 1, since: at(0) }, tries: 6, ..kept };
    assert_eq!(due_at(&resume(unknown, at(9))), Some(at(0) + WAITS[0]), "Discord's history is asked at once");
}

#[test]
fn a_clock_that_was_set_back_keeps_nothing_waiting_and_makes_no_nonce_younger() {
    let kept = fresh(About::Incident(IncidentId::nth(1)));
    let back = SignedDuration::from_secs(7_000);
    let waits = Delivery { state: State::Due { not_before: at(7_900) }, ..kept.clone() };
    assert_eq!(due_at(&set_back(waits, back, at(800))), Some(at(900)));
    let due = Delivery { state: State::Due { not_before: at(700) }, ..kept.clone() };
    assert_eq!(set_back(due.clone(), back, at(800)), due);
    let unknown = tried(kept, Chat::Discord, 7_000, lost());
    let seen = set_back(unknown.clone(), back, at(3));
    assert_eq!((due_at(&seen), how(&seen, Chat::Discord, 5)), (Some(at(0) + WAITS[0]), How::Send { repeat: true }));
    assert_eq!(how(&seen, Chat::Discord, 130), How::LookUp);
    // Nobody noticed, because nobody ran: how long ago it was sent cannot be known.
    assert_eq!((due_by(&unknown, at(3)), how(&unknown, Chat::Discord, 3)), (Some(Timestamp::MIN), How::LookUp));
    let again = tried(unknown, Chat::Discord, 3, lost());
    assert_eq!(how(&again, Chat::Discord, 60), How::LookUp, "nor is it young by the new clock");
}
