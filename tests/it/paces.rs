//! With one platform or source down, slow or lying, the others keep their pace: the same simulated instants as in a world
//! where nothing is wrong.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::records::PollRecord;
use plimsoll::domain::ids::RoomId;
use plimsoll::outbox::notice::Urgency;
use plimsoll::sim::discord::{Aim, Fault as DiscordFault};
use plimsoll::sim::loopback::Fault as HttpFault;
use plimsoll::sim::telegram::{Fault, Scope};
use plimsoll::store::records::scan_all;

use super::load_town::{Burst, burst};
use super::story::Story;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// Requests that meet a fault: more than a story makes.
const MANY: u32 = 10_000;

fn creator(n: u64) -> String {
    format!("creator{n:04}")
}

fn alone(n: u64) -> String {
    format!("rule{n:04}")
}

/// How long after the beginning something was told, in milliseconds.
fn since(began: Timestamp, at: Timestamp) -> i64 {
    i64::try_from(at.duration_since(began).as_millis()).expect("fits")
}

/// The 99th of a hundred.
fn p99(told: &[i64]) -> i64 {
    let mut told = told.to_vec();
    told.sort_unstable();
    told[(told.len() * 99).div_ceil(100).saturating_sub(1)]
}

/// When each of thirty alerts at once was told on Telegram and on Discord, with something wrong.
async fn told(spoil: impl FnOnce(&Story), mend: impl FnOnce(&Story)) -> (Vec<i64>, Vec<i64>) {
    let mut story = Story::begin(7, &["alma"]).await;
    // What was said while they joined counts in the group's minute.
    story.wait(90).await;
    let rooms = ["team-telegram", "team-discord"].map(|id| RoomId::new(id).expect("an id"));
    spoil(&story);
    let began = story.world.clock.now();
    let alerts =
        Burst { count: 30, rooms: &rooms, urgency: Urgency::Critical, rule: &alone, in_turn: false, creator: &creator };
    burst(story.world.core(), &alerts).await;
    story.fires("alma").await;
    story.wait(600).await;
    let telegram = story.on_telegram().iter().map(|one| since(began, one.sent_at)).collect();
    let discord = story.on_discord().iter().map(|one| since(began, one.created)).collect();
    mend(&story);
    story.world.stop().await;
    (telegram, discord)
}

#[tokio::test(flavor = "multi_thread")]
async fn with_discord_hanging_failing_or_slow_telegram_is_told_at_the_same_instants() {
    let (well, _) = told(|_| {}, |_| {}).await;
    assert!(30 <= well.len(), "{well:?}");
    let faults = [
        DiscordFault::Hang,
        DiscordFault::server_error(503),
        DiscordFault::Delay(SignedDuration::from_secs(29)),
        DiscordFault::Garbage,
    ];
    for fault in faults {
        let name = format!("{fault:?}");
        let (now, there) = told(
            |story| story.world.discord.fail_next(Aim::at("POST", "/messages"), fault, MANY),
            |story| {
                story.world.discord.clear_faults();
                story.world.discord.release_hung();
            },
        )
        .await;
        eprintln!(
            "Discord {name}: Telegram p99 {} ms, {} ms without; Discord told {}",
            p99(&now),
            p99(&well),
            there.len()
        );
        assert_eq!(now, well, "{name}");
    }
    let (now, there) = told(|story| story.world.discord.down(true), |story| story.world.discord.down(false)).await;
    assert_eq!((now, there.len()), (well, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn with_telegram_hanging_failing_or_slow_discord_is_told_at_the_same_instants() {
    let (_, well) = told(|_| {}, |_| {}).await;
    assert!(30 <= well.len(), "{well:?}");
    let faults = [
        Fault::Hang(HOUR),
        Fault::Gateway { status: 502 },
        Fault::Delay(SignedDuration::from_secs(29)),
        Fault::Garbage,
    ];
    for fault in faults {
        let name = format!("{fault:?}");
        let (there, now) = told(
            |story| story.world.telegram.inject(fault, Scope::calls(), MANY),
            |story| story.world.telegram.clear_faults(),
        )
        .await;
        eprintln!(
            "Telegram {name}: Discord p99 {} ms, {} ms without; Telegram told {}",
            p99(&now),
            p99(&well),
            there.len()
        );
        assert_eq!(now, well, "{name}");
    }
    let (there, now) = told(|story| story.world.telegram.down(true), |story| story.world.telegram.down(false)).await;
    assert_eq!((there.len(), now), (0, well));
}

/// What happened in three hours: the polls of every source but `YouTube`, and when both rooms were told of an alert that has
/// nothing to do with it.
#[derive(Debug, PartialEq, Eq)]
struct Paces {
    polls: BTreeSet<(String, Timestamp)>,
    told: Vec<Timestamp>,
}

async fn paces(spoil: impl FnOnce(&Story)) -> (Paces, Vec<String>) {
    let mut story = Story::begin(7, &["alma"]).await;
    spoil(&story);
    story.wait(2 * 3_600).await;
    story.fires("alma").await;
    story.wait(3_600).await;
    let kept = scan_all::<PollRecord>(&*story.world.core().store).await.expect("polls");
    let polls = kept.into_iter().map(|one| (one.value.source.to_string(), one.value.at));
    let polls = polls.filter(|(source, _)| source != "youtube").collect();
    let telegram = story.on_telegram();
    let alerts = telegram.iter().filter(|one| one.text.contains("Alma")).map(|one| one.sent_at);
    let discord = story.on_discord();
    let told = alerts.chain(discord.iter().filter(|one| one.content.contains("Alma")).map(|one| one.created)).collect();
    let operators = story.to_operators();
    story.world.stop().await;
    (Paces { polls, told }, operators)
}

/// Answers that are no lie in form: `YouTube` lists the same creators, and nobody has watched anything.
fn zeros() -> String {
    let item = |n: u32| {
        serde_json::json!({
            "id": format!("UC{n}"), "kind": "youtube#channel",
            "statistics": { "viewCount": "0", "subscriberCount": "0", "videoCount": "0", "hiddenSubscriberCount": false },
        })
    };
    serde_json::json!({ "kind": "youtube#listResponse", "items": (0..8).map(item).collect::<Vec<_>>() }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_one_source_hanging_slow_or_lying_the_others_are_polled_and_told_at_the_same_instants() {
    let (well, _) = paces(|_| {}).await;
    assert!(20 < well.polls.len() && 2 <= well.told.len(), "{well:?}");
    let endless = r#"{"kind":"youtube#listResponse","nextPageToken":"again","items":[]}"#;
    let answer = |body: String| HttpFault::Answer { status: 200, body };
    let faults = [
        ("hangs", HttpFault::Hang(SignedDuration::from_hours(5)), 1_000),
        ("is slow", HttpFault::Hang(SignedDuration::from_secs(29)), 1_000),
        ("is down", HttpFault::Answer { status: 503, body: String::new() }, 1_000),
        ("garbage", HttpFault::Garbage, 1_000),
        ("zeros", answer(zeros()), 1_000),
        ("ten megabytes", answer(format!("{{\"items\":[{}0]}}", "1,".repeat(5 << 20))), 12),
        ("endless pages", answer(endless.to_owned()), 5_000),
    ];
    for (name, fault, times) in faults {
        let (now, operators) = paces(|story| {
            for _ in 0..times {
                story.world.youtube.faults().next(fault.clone());
            }
        })
        .await;
        assert_eq!(now, well, "YouTube {name}");
        eprintln!(
            "YouTube {name}: {} polls of others at the same instants; operators: {:?}",
            now.polls.len(),
            operators.last()
        );
    }
}
