use proptest::prelude::*;

use super::*;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_780_000_000_000 + ms).expect("an instant")
}

fn ms(time: Timestamp) -> i64 {
    time.as_millisecond() - 1_780_000_000_000
}

/// Sends as early as it may, `count` times, and says when.
fn times(limits: &mut Limits, room: &str, route: Route, count: usize) -> Vec<i64> {
    let mut now = at(0);
    let mut sent = Vec::new();
    while sent.len() < count {
        match limits.take(room, route, now) {
            Ok(()) => sent.push(ms(now)),
            Err(earliest) => now = earliest,
        }
    }
    sent
}

#[test]
fn telegram_takes_one_a_second_in_a_chat() {
    let mut limits = Limits::new(Chat::Telegram);
    assert_eq!(times(&mut limits, "7", Route::Send, 3), [0, 1050, 2100]);
}

#[test]
fn telegram_takes_20_a_minute_in_a_group_and_edits_count() {
    let mut limits = Limits::new(Chat::Telegram);
    assert_eq!(times(&mut limits, "-7", Route::Send, 10).last(), Some(&9450));
    let mut now = at(9450);
    for _ in 0..10 {
        now = limits.may_send("-7", Route::Edit, now).err().unwrap_or(now);
        limits.take("-7", Route::Edit, now).expect("free");
    }
    assert_eq!(limits.may_send("-7", Route::Send, now).map_err(ms), Err(60_050));
    assert_eq!(limits.may_send("-8", Route::Send, now), Ok(()));
}

#[test]
fn those_about_to_leave_count_with_those_that_left() {
    let mut limits = Limits::new(Chat::Telegram);
    assert_eq!(limits.may_any(29, at(0)), Ok(()));
    for room in 0..20 {
        limits.take(&room.to_string(), Route::Send, at(room)).expect("free");
    }
    assert_eq!(limits.may_any(9, at(30)), Ok(()));
    assert_eq!(limits.may_any(10, at(30)).map_err(ms), Err(1050));
    assert_eq!(limits.may_any(12, at(30)).map_err(ms), Err(1052));
    assert_eq!(limits.may_any(50, at(30)).map_err(ms), Err(1069));
    assert_eq!(limits.may_any(10, at(1050)), Ok(()));
}

#[test]
fn telegram_takes_30_a_second_in_all() {
    let mut limits = Limits::new(Chat::Telegram);
    for room in 0..30 {
        limits.take(&room.to_string(), Route::Send, at(0)).expect("free");
    }
    assert_eq!(limits.take("99", Route::Send, at(0)).map_err(ms), Err(1050));
}

fn wait(scope: Scope, seconds: i64) -> Seen {
    Seen { status: 429, wait: Some((scope, SignedDuration::from_secs(seconds))), ..Seen::default() }
}

#[test]
fn a_wait_is_for_those_it_was_said_to() {
    let mut discord = Limits::new(Chat::Discord);
    discord.note_response("1", Route::OldEdit, &wait(Scope::Shared, 9), at(0));
    assert_eq!(discord.may_send("1", Route::OldEdit, at(0)).map_err(ms), Err(9000));
    assert_eq!(discord.may_send("1", Route::Send, at(0)), Ok(()));
    discord.note_response("1", Route::Send, &wait(Scope::Global, 4), at(0));
    assert_eq!(discord.may_send("2", Route::Send, at(0)).map_err(ms), Err(4000));
    assert_eq!(discord.may_send("2", Route::Answer, at(0)), Ok(()), "answers are not bound to it");
    let mut telegram = Limits::new(Chat::Telegram);
    telegram.note_response("1", Route::Edit, &wait(Scope::User, 35), at(0));
    assert_eq!(telegram.may_send("1", Route::Send, at(0)).map_err(ms), Err(35_000));
    assert_eq!(telegram.may_send("2", Route::Send, at(0)), Ok(()));
}

fn bucket(remaining: u32, reset_ms: i64) -> Seen {
    Seen {
        status: 200,
        bucket: Some(BucketSeen {
            name: "b".to_owned(),
            limit: 5,
            remaining,
            reset_after: SignedDuration::from_millis(reset_ms),
        }),
        ..Seen::default()
    }
}

#[test]
fn discord_buckets_are_learned_and_answers_may_overtake() {
    let mut limits = Limits::new(Chat::Discord);
    limits.take("1", Route::Send, at(0)).expect("free");
    limits.note_response("1", Route::Send, &bucket(2, 5000), at(0));
    limits.take("1", Route::Send, at(10)).expect("free");
    limits.take("1", Route::Send, at(20)).expect("free");
    // The answer to an earlier request says more than is left.
    limits.note_response("1", Route::Send, &bucket(1, 4900), at(100));
    assert_eq!(limits.may_send("1", Route::Send, at(100)).map_err(ms), Err(5000));
    assert_eq!(limits.may_send("2", Route::Send, at(100)), Ok(()));
    for _ in 0..5 {
        limits.take("1", Route::Send, at(5000)).expect("a new window");
    }
    assert_eq!(limits.may_send("1", Route::Send, at(5000)).map_err(ms), Err(10_000));
}

#[test]
fn a_refused_token_stops_everything_and_a_refusing_room_only_itself() {
    let mut limits = Limits::new(Chat::Discord);
    let closes = Seen { status: 403, closes: true, ..Seen::default() };
    limits.note_response("1", Route::Ask, &closes, at(0));
    assert_eq!(limits.may_send("1", Route::Send, at(0)), Ok(()), "a refused question closes nothing");
    limits.note_response("1", Route::Send, &closes, at(0));
    assert_eq!(limits.may_send("1", Route::Send, at(0)).map_err(ms), Err(3_600_000));
    assert_eq!(limits.may_send("2", Route::Send, at(0)), Ok(()));
    limits.reopen("1");
    assert_eq!(limits.may_send("1", Route::Send, at(0)), Ok(()));
    let stops = Seen { status: 401, stops: true, ..Seen::default() };
    limits.note_response("1", Route::Ask, &stops, at(0));
    assert_eq!(limits.may_send("2", Route::Send, at(0)), Err(Timestamp::MAX));
    assert!(limits.is_stopped());
}

#[test]
fn invalid_requests_are_braked_far_below_the_bar() {
    let mut limits = Limits::new(Chat::Discord);
    for n in 0..1000 {
        assert_eq!(limits.may_send("9", Route::Send, at(n)), Ok(()), "{n}");
        limits.note_response("1", Route::Ask, &Seen { status: 403, ..Seen::default() }, at(n));
    }
    assert_eq!(limits.may_send("9", Route::Send, at(1000)).map_err(ms), Err(600_050));
    let mut shared = Limits::new(Chat::Discord);
    for n in 0..2000 {
        shared.note_response("1", Route::Ask, &wait(Scope::Shared, 1), at(n));
    }
    assert_eq!(shared.may_send("9", Route::Send, at(2000)), Ok(()));
}

/// The most events in any half-open window of `per` milliseconds.
fn densest(times: &[i64], per: i64) -> usize {
    times
        .iter()
        .map(|start| times.iter().filter(|time| (*start..start + per).contains(time)).count())
        .max()
        .unwrap_or(0)
}

proptest! {
    #[test]
    fn a_learned_bucket_is_never_overdrawn(
        asks in proptest::collection::vec((0_i64..700, any::<bool>()), 1..200), limit in 1_u32..6, window in 1_i64..8,
    ) {
        let mut limits = Limits::new(Chat::Discord);
        let (mut now, mut opened, mut used) = (0, i64::MIN, 0);
        for (pause, other) in asks {
            now += pause;
            let room = if other { "2" } else { "1" };
            if limits.take(room, Route::Send, at(now)).is_err() || other {
                continue;
            }
            // The server: windows that open with the first request after the last one has passed.
            if opened.saturating_add(window * 1000) <= now {
                (opened, used) = (now, 0);
            }
            used += 1;
            prop_assert!(used <= limit, "{} of {} at {}", used, limit, now);
            let seen = BucketSeen {
                name: "b".to_owned(),
                limit,
                remaining: limit - used,
                reset_after: SignedDuration::from_millis(opened + window * 1000 - now),
            };
            limits.note_response(room, Route::Send, &Seen { status: 200, bucket: Some(seen), ..Seen::default() }, at(now));
        }
    }

    #[test]
    fn no_window_is_ever_exceeded(
        asks in proptest::collection::vec((0_i64..400, 0_usize..5, any::<bool>()), 1..400)
    ) {
        let mut limits = Limits::new(Chat::Telegram);
        let mut now = 0;
        let mut sent: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        for (pause, room, edit) in asks {
            now += pause;
            let room = ["1", "2", "-1", "-2", "-3"][room];
            let route = if edit { Route::Edit } else { Route::Send };
            if limits.take(room, route, at(now)).is_ok() {
                sent.entry(room).or_default().push(now);
            }
        }
        let all: Vec<i64> = sent.values().flatten().copied().collect();
        prop_assert!(densest(&all, 1000) <= 30);
        for (room, times) in sent {
            prop_assert!(densest(&times, 1000) <= 1);
            if room.starts_with('-') {
                prop_assert!(densest(&times, 60_000) <= 20);
            }
        }
    }
}
