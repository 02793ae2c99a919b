//! Workers that meet in one database: each poll is claimed by one, and who comes late changes nothing.

use std::collections::BTreeSet;

use secrecy::SecretString;

use super::*;
use crate::store::postgres::crew::{Claimed, Crew};

const YOUTUBE: &str = "youtube@0123";

async fn worker(url: &str, name: &str) -> Crew {
    Crew::join(&SecretString::from(url.to_owned()), &short()).await.expect("joins").called(name)
}

fn sources(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn of(claimed: &Claimed) -> (i64, i64) {
    (claimed.id, claimed.token)
}

#[tokio::test]
async fn a_poll_goes_over_and_its_answer_comes_back() {
    let server = Server::shared();
    let url = server.url(&server.database());
    let (holder, helper) = (worker(&url, "a").await, worker(&url, "b").await);
    helper.present(&sources(&[YOUTUBE])).await.expect("is there");
    let there = holder.others().await.expect("sees");
    assert_eq!(
        there.iter().map(|one| (one.name.as_str(), &*one.sources)).collect::<Vec<_>>(),
        [("b", &*sources(&[YOUTUBE]))]
    );
    assert!(helper.others().await.expect("sees").is_empty(), "nobody sees itself");
    holder.hand_over((7, 1), YOUTUBE, b"asked").await.expect("hands over");
    assert!(helper.claim(&sources(&["twitch@1"]), 8).await.expect("claims").is_empty(), "it is another source's");
    let claimed = helper.claim(&sources(&[YOUTUBE, "twitch@1"]), 8).await.expect("claims");
    let [one] = claimed.as_slice() else { panic!("{claimed:?}") };
    assert_eq!((one.id, one.source.as_str(), one.asked.as_slice()), (1, YOUTUBE, b"asked".as_slice()));
    assert!(helper.claim(&sources(&[YOUTUBE]), 8).await.expect("claims").is_empty(), "it is claimed");
    assert!(!holder.take_back(1).await.expect("asks"), "somebody has it");
    assert!(helper.answer(of(one), b"answer").await.expect("answers"));
    assert!(!helper.answer(of(one), b"again").await.expect("asks"), "it is answered");
    assert!(!holder.take_back(1).await.expect("asks"), "it is answered");
    assert_eq!(holder.answers(8).await.expect("asks"), [], "another holder's");
    assert_eq!(holder.answers(7).await.expect("takes"), [(1, b"answer".to_vec())]);
    assert_eq!(holder.answers(7).await.expect("takes"), [], "once");
    helper.leave().await.expect("leaves");
    assert!(holder.others().await.expect("sees").is_empty());
}

#[tokio::test]
async fn who_was_paused_with_a_poll_answers_into_nothing() {
    let server = Server::shared();
    let database = server.database();
    let url = server.url(&database);
    let (paused, other) = (worker(&url, "a").await, worker(&url, "b").await);
    paused.hand_over((1, 1), YOUTUBE, b"asked").await.expect("hands over");
    let late = paused.claim(&sources(&[YOUTUBE]), 1).await.expect("claims");
    server.say(&database, "UPDATE plimsoll_polls SET until = now() - INTERVAL '1 second'");
    let again = other.claim(&sources(&[YOUTUBE]), 1).await.expect("claims what has run out");
    assert_eq!((late[0].id, again[0].id, again[0].token), (1, 1, late[0].token + 1));
    paused.keep(&[of(&late[0])]).await.expect("keeps nothing");
    assert!(!paused.answer(of(&late[0]), b"late").await.expect("asks"));
    assert!(other.answer(of(&again[0]), b"in time").await.expect("answers"));
    assert_eq!(other.answers(1).await.expect("takes"), [(1, b"in time".to_vec())]);
}

#[tokio::test]
async fn what_runs_out_is_taken_back_and_what_is_kept_is_not() {
    let server = Server::shared();
    let database = server.database();
    let url = server.url(&database);
    let (holder, helper) = (worker(&url, "a").await, worker(&url, "b").await);
    for id in [1, 2, 3] {
        holder.hand_over((1, id), YOUTUBE, b"asked").await.expect("hands over");
    }
    assert!(holder.take_back(3).await.expect("asks"), "nobody has it");
    let claimed = helper.claim(&sources(&[YOUTUBE]), 8).await.expect("claims");
    server.say(&database, "UPDATE plimsoll_polls SET until = now() - INTERVAL '1 second'");
    helper.keep(&[of(&claimed[0])]).await.expect("keeps");
    assert!(!holder.take_back(1).await.expect("asks"), "it was kept");
    assert!(holder.take_back(2).await.expect("asks"), "it has run out");
    assert!(!helper.answer(of(&claimed[1]), b"late").await.expect("asks"));
    // Who goes gives back what it has.
    helper.leave().await.expect("leaves");
    assert!(holder.take_back(1).await.expect("asks"));
}

#[tokio::test]
async fn a_poll_is_claimed_by_one_and_forgotten_with_its_holder() {
    let server = Server::shared();
    let url = server.url(&server.database());
    let holder = worker(&url, "holder").await;
    for id in 0..60 {
        holder.hand_over((1, id), YOUTUBE, b"asked").await.expect("hands over");
    }
    let mut claiming = Vec::new();
    for name in ["a", "b", "c"] {
        let one = worker(&url, name).await;
        claiming.push(async move {
            let mut mine = Vec::new();
            loop {
                // Rows that another is just claiming are passed over: none may be left for us although some are.
                let claimed = one.claim(&sources(&[YOUTUBE]), 5).await.expect("claims");
                if claimed.is_empty() {
                    return mine;
                }
                mine.extend(claimed.iter().map(|one| one.id));
            }
        });
    }
    let claimed: Vec<i64> = futures_util::future::join_all(claiming).await.into_iter().flatten().collect();
    let different: BTreeSet<i64> = claimed.iter().copied().collect();
    assert_eq!((claimed.len(), different.len()), (60, 60));
    holder.hand_over((2, 100), YOUTUBE, b"asked").await.expect("hands over");
    holder.forget_others(2).await.expect("forgets");
    assert!(!holder.take_back(5).await.expect("asks"), "it is gone");
    assert!(holder.take_back(100).await.expect("asks"), "that was ours");
}
