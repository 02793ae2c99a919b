//! The storm is not blind: with one guard taken away it says so.

use super::*;

/// Time enough for what is wrong to show; the storm ends where it does.
const DAYS: i64 = 28;

/// Runs a storm, and answers what did not hold.
#[track_caller]
fn check(sabotage: Sabotage, wanted: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let ended = runtime.block_on(run(Options { seed: 1, days: DAYS, sabotage: Some(sabotage) }, |_| ()));
    match ended {
        Err(StormError::Broken { seen, .. }) => assert!(wanted.contains(&seen.invariant), "{sabotage:?}: {seen:?}"),
        other => panic!("{sabotage:?} was not seen: {other:?}"),
    }
}

#[test]
fn what_is_sent_before_it_is_kept_is_seen() {
    check(Sabotage::ClaimsAreForgotten, &["nothing is sent that was not kept first"]);
}

#[test]
fn a_repeat_without_its_nonce_is_seen() {
    check(Sabotage::NoNonce, &["nothing is told twice on Discord"]);
}

#[test]
fn what_is_confirmed_and_not_kept_is_seen() {
    check(Sabotage::InboxIsForgotten, &["what was confirmed is kept"]);
}

#[test]
fn a_missing_number_that_is_taken_for_nothing_is_seen() {
    check(Sabotage::AbsentIsZero, &["nothing fires on what is absent or was not so"]);
}

#[test]
fn a_margin_is_said_as_a_number_of_its_own() {
    use super::promises::says_number;
    for (text, says) in [
        ("usually 44,077", false),
        ("144,07", false),
        ("margin 44,07 €", true),
        ("44,07", true),
        ("144,07 and 44,07.", true),
    ] {
        assert_eq!(says_number(text, "44,07"), says, "{text}");
    }
}
