//! Polls a second of one, two and four workers on one PostgreSQL.
//!
//! `cargo bench --bench workers` starts a PostgreSQL of its own and a feed that answers after 200 ms, with more sources than
//! four workers can poll each second, and counts the answers of 20 seconds (others may be given: `-- 30`), with 8 polls in flight a
//! worker. It fails where two workers make less than 1.8 times, or four less than 3 times the polls of one.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a program of its own that measures and prints"
)]

use std::time::{Duration, Instant};

use server::Server;
use town::{Feed, Town, until};

#[path = "../src/store/postgres/server.rs"]
#[expect(dead_code, reason = "tests crash it and speak with it")]
mod server;
#[path = "../tests/it/workers/town.rs"]
#[expect(dead_code, reason = "tests kill and pause workers")]
mod town;

const IN_FLIGHT: usize = 8;

/// Each is polled once a second: four workers with 8 polls of 200 ms in flight make at most 160 a second.
const SOURCES: usize = 240;

/// Processor time of processes that have ended, user and system.
fn processor(workers: &[town::Worker]) -> f64 {
    workers.iter().map(town::Worker::processor).sum()
}

async fn polls_a_second(server: &Server, workers: usize, span: Duration) -> f64 {
    let feed = Feed::start(Duration::from_millis(200)).await;
    let town = Town::new(&server.url(&server.database()), &feed, SOURCES);
    let mut all = vec![town.worker("worker-1", IN_FLIGHT)];
    all.first().expect("one").says(" running").await;
    for n in 2..=workers {
        let next = town.worker(&format!("worker-{n}"), IN_FLIGHT);
        next.says("polls are made for it").await;
        all.push(next);
    }
    until("all are at work", || (workers - 1) * IN_FLIGHT < feed.asked().most_at_once).await;
    let (before, spent, began) = (feed.asked().all(), processor(&all), Instant::now());
    tokio::time::sleep(span).await;
    let (after, spent, took) = (feed.asked().all(), processor(&all) - spent, began.elapsed().as_secs_f64());
    let polls = u32::try_from(after - before).map(f64::from).expect("fewer than billions");
    println!(
        "{workers} workers: {:.1} polls a second; all of them together {:.2} ms of processor a poll",
        polls / took,
        spent / polls * 1e3
    );
    polls / took
}

fn main() {
    let seconds = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(20);
    let span = Duration::from_secs(seconds);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let server = Server::own();
    let polls = [1, 2, 4].map(|workers| runtime.block_on(polls_a_second(&server, workers, span)));
    let [one, two, four] = polls;
    println!("two make {:.2} times the polls of one, four {:.2} times", two / one, four / one);
    assert!(1.8 * one <= two, "two workers make {:.2} times the polls of one; 1.8 is wanted", two / one);
    assert!(3.0 * one <= four, "four workers make {:.2} times the polls of one; 3 is wanted", four / one);
}
