//! Several workers on one database: they share the polls, and whoever is gone is stood in for.

use std::time::Duration;

use plimsoll::app::records::PollRecord;
use plimsoll::store::postgres::{Options, PgStore};
use plimsoll::store::records::scan_all;
use secrecy::SecretString;
use town::{Feed, Town, until};

use crate::postgres::server::Server;

#[expect(dead_code, reason = "the bench asks for more")]
mod town;

const SOURCES: usize = 12;

/// Every source is asked once more, and once more after that: what was under way is not counted.
async fn all_are_asked_again(feed: &Feed) {
    let before = feed.asked().answers;
    until("every source is polled again", || {
        let now = feed.asked().answers;
        (0..SOURCES).all(|n| {
            let path = format!("/{n}.json");
            before.get(&path).copied().unwrap_or_default() + 2 <= now.get(&path).copied().unwrap_or_default()
        })
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_share_the_polls_and_stand_in_for_each_other() {
    let server = Server::shared();
    let url = server.url(&server.database());
    let feed = Feed::start(Duration::from_millis(200)).await;
    let town = Town::new(&url, &feed, SOURCES).with("store.hangs_after=20s");

    // Alone it makes one poll at a time, as it is told.
    let first = town.worker("first", 1);
    first.says(" running").await;
    until("it polls", || 5 < feed.asked().all()).await;
    assert_eq!(feed.asked().most_at_once, 1);

    let second = town.worker("second", 4);
    second.says("polls are made for it").await;
    first.says("another worker makes polls with us").await;
    until("both poll", || 3 < feed.asked().most_at_once).await;
    assert!(feed.asked().most_at_once <= 5);

    // A worker that stands still holds nothing up for longer than a lease, and does no harm when it goes on.
    second.signal("STOP");
    all_are_asked_again(&feed).await;
    second.signal("CONT");
    feed.count_anew();
    until("both poll again", || 3 < feed.asked().most_at_once).await;

    // Whoever is killed is stood in for, by the one that has waited.
    first.kill();
    second.says("taking it over").await;
    second.says(" running").await;
    all_are_asked_again(&feed).await;

    // One that holds the database, stands still and goes on finds that it is another's, and ends.
    let mut second = second;
    let third = town.worker("third", 4);
    third.says("polls are made for it").await;
    second.signal("STOP");
    third.says(" running").await;
    second.signal("CONT");
    assert_eq!(second.ended().code(), Some(1));
    second.says("another process has taken the database").await;
    all_are_asked_again(&feed).await;

    // A rolling restart: the next one is there before the last one goes, and takes over at once.
    let mut third = third;
    let mut fourth = town.worker("fourth", 4);
    fourth.says("polls are made for it").await;
    third.signal("TERM");
    assert!(third.ended().success(), "{}", third.log());
    fourth.says(" running").await;
    all_are_asked_again(&feed).await;
    fourth.signal("TERM");
    assert!(fourth.ended().success(), "{}", fourth.log());

    let store = PgStore::open(&SecretString::from(url), &Options::default()).await.expect("opens");
    let polls = scan_all::<PollRecord>(&store).await.expect("polls");
    let failed: Vec<&PollRecord> = polls.iter().map(|poll| &poll.value).filter(|poll| poll.failure.is_some()).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(polls.iter().all(|poll| poll.value.samples == 1));
    assert!(u64::try_from(polls.len()).expect("few") <= feed.asked().all());
    assert!(town.path().join("fourth").is_dir());
}
