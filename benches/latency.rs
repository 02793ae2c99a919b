//! From the last byte of a source's answer to the message in the chat: how long a person waits to be told.
//!
//! `cargo bench --bench latency` loads 10,000 creators with a month of daily numbers into a store on the disk, starts the whole
//! service beside an emulated Telegram over real HTTP, and lets 200 creators' numbers collapse, one a second (others may be
//! given: `-- 10000 200`). Each is told in a private chat whose limits are lifted, with its picture. What is measured begins
//! when the program is handed what the source said, and ends when the chat server has the message. It fails where half of
//! them take 50 ms or more, or one of a hundred 200 ms.
#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a program of its own that measures and prints"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::config::Config;
use plimsoll::app::core::Core;
use plimsoll::app::people::{self, Speaker};
use plimsoll::app::records::Gift;
use plimsoll::app::service::Service;
use plimsoll::app::watch::take_in;
use plimsoll::domain::document::Documents;
use plimsoll::domain::ids::{CreatorId, Platform, RoomId, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::person::{Address, Chat, Identity};
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::rules::file::parse_rules;
use plimsoll::sim::telegram::{ChatId, FloodConfig, NewUser, TelegramConfig, TelegramSim, UserId};
use plimsoll::sources::Fetched;
use plimsoll::store::Store;
use plimsoll::store::sled::{Options, SledStore};
use plimsoll::time::Clock;

const DAYS: i64 = 30;
const MEDIAN_MAX: Duration = Duration::from_millis(50);
const P99_MAX: Duration = Duration::from_millis(200);

const RULE: &str = "[[rule]]\nid = \"followers-halved\"\nkind = \"stop_loss\"\nscope = \"creator\"\n\
                    when = \"followers < 0.5 * prev(followers)\"\nwindow = \"1h\"\nmode = \"propose\"\n";

fn name(number: u32) -> CreatorId {
    CreatorId::new(&format!("c{number:06}")).expect("an id")
}

fn followers(number: u32, at: Timestamp, value: i64) -> Sample {
    Sample {
        series: SeriesKey {
            subject: Subject::Creator(name(number)),
            metric: Metric::Followers,
            platform: Platform::Youtube,
        },
        value,
        currency: None,
        form: Form::Gauge { at },
        known_at: at,
        provisional: false,
        self_reported: false,
    }
}

async fn told(core: &Core, samples: Vec<Sample>, at: Timestamp) {
    let source = SourceId::new("town").expect("an id");
    let targets = samples.len();
    take_in(core, &source, targets, Fetched { samples, ..Fetched::default() }, at).await.expect("taken in");
}

/// Creators, one room and the rule.
async fn apply_all(core: &Core, count: u32) {
    let mut text = String::from("[[room]]\nid = \"team\"\naudience = \"internal\"\n");
    for number in 0..count {
        write!(text, "[[creator]]\nid = \"{}\"\nname = \"Creator {number}\"\nzone = \"UTC\"\n", name(number))
            .expect("text");
    }
    let file = PathBuf::from("bench.toml");
    let rules = parse_rules(RULE, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    let documents =
        Documents::from_toml(&text).expect("documents").into_list().map(|one| (file.clone(), one)).collect();
    apply(core, Given { documents, rules }, "bench", false).await.expect("applied");
}

/// The room is the private chat of one person.
async fn bind(core: &Core, telegram: &TelegramSim) -> ChatId {
    let UserId(user) = telegram.add_user(NewUser::named("Anna", "en"));
    telegram.user_starts(UserId(user), None).expect("started");
    let gift = Gift::Room { room: RoomId::new("team").expect("an id") };
    let (code, _) = people::make_code(core, gift, "bench").await.expect("a code");
    let speaker = Speaker {
        identity: Identity { chat: Chat::Telegram, user: user.to_string() },
        name: "Anna".to_owned(),
        locale: None,
        address: Address { chat: Chat::Telegram, place: user.to_string(), topic: None, guild: None },
        direct: true,
    };
    people::use_code(core, &code, &speaker).await.expect("kept").expect("bound");
    ChatId(user)
}

#[tokio::main(flavor = "multi_thread")]
async fn main() {
    let mut given = std::env::args().skip(1).filter_map(|word| word.parse().ok());
    let (count, changes) = (given.next().unwrap_or(10_000), given.next().unwrap_or(200));
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let store: Arc<dyn Store> = Arc::new(SledStore::open(folder.path(), &Options::default()).expect("opens"));
    let clock = Clock::system();
    let lifted = FloodConfig { enabled: false, ..FloodConfig::default() };
    let telegram = TelegramSim::start(clock.clone(), TelegramConfig { flood: lifted, ..TelegramConfig::default() })
        .await
        .expect("starts");
    let settings = [
        "telegram.token=110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw".to_owned(),
        format!("telegram.api_url={}", telegram.base_url()),
        "limits.telegram.per_room_per_second=30".to_owned(),
    ];
    let config = Config::load(None, &settings).expect("settings");
    let core = Core::open(clock, store, config, 1).await.expect("opens");
    apply_all(&core, count).await;
    let chat = bind(&core, &telegram).await;
    let service = Service::start(&core).expect("starts");
    let now = core.clock.now();
    for back in (0..DAYS).rev() {
        let at = now.checked_sub(SignedDuration::from_hours(24 * back + 1)).expect("in range");
        let said = (0..count).map(|number| followers(number, at, 10_000 + i64::from(number) - back));
        told(&core, said.collect(), at).await;
    }
    println!("{count} creators with {DAYS} days each are loaded");

    let mut began = BTreeMap::new();
    for number in 0..changes {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let at = core.clock.now();
        let said = vec![followers(number, at, 100)];
        began.insert(format!("Creator {number} "), core.clock.now());
        told(&core, said, at).await;
    }
    tokio::time::sleep(Duration::from_secs(5)).await;
    let shown = telegram.messages(chat);
    let mut took = Vec::new();
    for (creator, began) in &began {
        let is_about = |text: &str| format!("{} ", text.replace(['\n', ':', ',', '.'], " ")).contains(creator.as_str());
        let message = shown.iter().find(|one| one.from_bot && is_about(&one.text)).expect("told");
        assert!(message.photo.is_some(), "with its picture: {}", message.text);
        took.push(Duration::try_from(message.sent_at.duration_since(*began)).expect("after it"));
    }
    service.stop().await;
    took.sort_unstable();
    let of = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
    println!(
        "{} changes, one a second: median {:.1?}, p90 {:.1?}, p99 {:.1?}, longest {:.1?}",
        took.len(),
        of(50),
        of(90),
        of(99),
        took[took.len() - 1]
    );
    assert!(of(50) < MEDIAN_MAX && of(99) < P99_MAX, "too slow");
}
