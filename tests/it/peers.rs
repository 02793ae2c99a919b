//! Creators compared with each other, on the emulated chats: who fires, what the team is told of the group, and what a
//! creator is not.

use std::fmt::Write as _;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::demo::START;
use plimsoll::app::watch::take_in;
use plimsoll::domain::document::Documents;
use plimsoll::domain::ids::{CreatorId, Platform, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::person::Role;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::rules::file::parse_rules;
use plimsoll::sim::telegram::UserId;
use plimsoll::sources::Fetched;

use super::story::{Story, telegram_text};

/// Six creators of one size, each with five others; five of another, each with four.
const MICRO: [&str; 6] = ["ada", "bea", "cia", "dea", "eva", "fia"];
const NANO: [&str; 5] = ["gun", "hed", "ida", "jon", "kim"];

const RULE: &str = r#"
[[rule]]
id = "far-behind"
kind = "stop_loss"
scope = "creator"
when = "er_views < 0.5 * peers(er_views, 0.25) && views >= 1000"
window = "7d"
recover = "er_views >= 0.75 * peers(er_views, 0.25)"
mode = "propose"
"#;

fn name_of(id: &str) -> String {
    let (first, rest) = id.split_at(1);
    format!("{}{rest} Berg", first.to_uppercase())
}

fn documents() -> String {
    let mut text = String::new();
    for id in MICRO.into_iter().chain(NANO) {
        let name = name_of(id);
        write!(
            text,
            "[[creator]]\nid = \"{id}\"\nname = \"{name}\"\naccounts = {{ instagram = \"{id}\" }}\n\
             [[partnership]]\ncampaign = \"winter\"\ncreator = \"{id}\"\n"
        )
        .expect("written");
    }
    text
}

async fn begin() -> Story {
    let story = Story::begin(7, &[]).await;
    let file = Path::new("peers.toml").to_path_buf();
    let documents = Documents::from_toml(&documents()).expect("documents").into_list();
    let rules = parse_rules(RULE, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule));
    let given = Given { documents: documents.map(|one| (file.clone(), one)).collect(), rules: rules.collect() };
    apply(story.world.core(), given, "terminal:story", false).await.expect("applied");
    story
}

/// A fortnight of whole days up to the start of the world, or so many days after it: every day of a creator has 1,000
/// views, and so many likes.
fn days(creator: &str, likes: i64, followers: i64, later: i64, now: Timestamp) -> Vec<Sample> {
    let start: jiff::Zoned = START.parse().expect("an instant");
    let subject = Subject::Creator(CreatorId::new(creator).expect("an id"));
    let one = |metric, value, form| Sample {
        series: SeriesKey { subject: subject.clone(), metric, platform: Platform::Instagram },
        value,
        currency: None,
        form,
        known_at: now,
        provisional: false,
        self_reported: false,
    };
    let day = |n: i64| start.timestamp() + SignedDuration::from_hours(24 * n);
    let mut samples = vec![one(Metric::Followers, followers, Form::Gauge { at: now })];
    for n in later - 14..later {
        let form = Form::Amount { from: day(n), until: day(n + 1) };
        samples.push(one(Metric::Views, 1_000, form));
        samples.push(one(Metric::Likes, likes, form));
    }
    samples.sort_by(|one, other| one.series.cmp(&other.series));
    samples
}

/// What the source says of some of them: creator, likes a day.
async fn told(story: &mut Story, rows: &[(&str, i64)], later: i64) {
    let now = story.world.clock.now();
    let followers = |id: &str| if MICRO.contains(&id) { 20_000 } else { 4_000 };
    let mut samples: Vec<Sample> =
        rows.iter().flat_map(|(id, likes)| days(id, *likes, followers(id), later, now)).collect();
    samples.sort_by(|one, other| one.series.cmp(&other.series));
    let source = SourceId::new("instagram").expect("an id");
    let held = story.world.clock.hold("numbers");
    let fetched = Fetched { samples, ..Fetched::default() };
    take_in(story.world.core(), &source, rows.len(), fetched, now).await.expect("taken in");
    drop(held);
    story.wait(5).await;
}

const NUMBERS: [(&str, i64); 11] = [
    ("ada", 40),
    ("bea", 38),
    ("cia", 36),
    ("dea", 34),
    ("eva", 32),
    ("fia", 5),
    ("gun", 80),
    ("hed", 76),
    ("ida", 72),
    ("jon", 68),
    ("kim", 10),
];

fn team(story: &Story) -> Vec<String> {
    story.on_telegram().iter().map(telegram_text).filter(|text| text.contains(" Berg")).collect()
}

/// A creator in a chat of their own.
async fn joins(story: &mut Story, id: &str) -> UserId {
    let user = story.member(id);
    let name = name_of(id);
    story.starts(user, Role::Creator, &name, Some(id)).await;
    user
}

async fn asks(story: &mut Story, user: UserId, what: &str) -> String {
    let direct = story.world.telegram.private_chat(user);
    story.says(direct, user, what).await
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story, and what each of its people is told")]
async fn the_one_far_behind_similar_creators_fires_and_why_says_who_they_are() {
    let mut story = begin().await;
    let cast = story.world.cast;
    let (fia, kim) = (joins(&mut story, "fia").await, joins(&mut story, "kim").await);
    story.begin_here();
    told(&mut story, &NUMBERS, 0).await;
    let fired = team(&story);
    assert_eq!(fired.len(), 2, "the weak one of each size and nobody else: {fired:#?}");
    let of = |name: &str| fired.iter().find(|text| text.contains(name)).expect("told").clone();
    insta::assert_snapshot!(of("Fia"), @"
    [picture]
    🔴 Fia Berg: 0.50 reactions per 100 views in 7 days, similar creators 3.4

    Seen: 0.50 reactions per 100 views in 7 days (14 readings, newest Sat 00:00).
    Allowed: at least 1.7 reactions per 100 views, 50 % of 3.4, which 25 % of 5 similar creators are below.
    Also true: 7,000 views, more than 1,000.

    Posts stay up and codes stay on. There is nothing paid here to stop, so nothing is stopped.

    far-behind v1 · plain threshold · data Sat 00:00 · #0000
    [Why] [I've got it] [Snooze 6 h]
    ");
    let why = story.says(cast.team_chat, cast.maja, "/why fia").await;
    insta::assert_snapshot!(why, @"
    #0000 Fia Berg: why it was told

    Holds: 0.50 reactions per 100 views in 7 days. That is below 1.7 reactions per 100 views, 50 % of 3.4, which 25 % of 5 similar creators are below.
       14 readings, newest Sat 00:00
       Compared with 5 others: Instagram · micro.
    Holds: 7,000 views in 7 days. That is above 1,000 views, as written in the rule.
       7 readings, newest Sat 00:00

    What happened
    00:00 crossed the line

    far-behind v1 · plain threshold · data Sat 00:00 · #0000
    ");
    let quiet = story.says(cast.team_chat, cast.maja, "/why-not eva far-behind").await;
    insta::assert_snapshot!(quiet, @"
    Eva Berg: far-behind does not hold, so nothing was told

    Does not hold: 3.2 reactions per 100 views in 7 days. That is not below 1.7 reactions per 100 views, 50 % of 3.4, which 25 % of 5 similar creators are below.
       14 readings, newest Sat 00:00
       Compared with 5 others: Instagram · micro.
    Holds: 7,000 views in 7 days. That is above 1,000 views, as written in the rule.
       7 readings, newest Sat 00:00

    far-behind v1 · data Sat 00:00
    ");

    // Fia has five others, and may know how they do; Kim has four, and may not.
    let own = asks(&mut story, fia, "why fia").await;
    insta::assert_snapshot!(own, @"
    #0000 Fia Berg: why it was told

    Holds: 0.50 reactions per 100 views in 7 days. That is below 1.7 reactions per 100 views, 50 % of 3.4, which 25 % of 5 similar creators are below.
       14 readings, newest Fri 23:00
    Holds: 7,000 views in 7 days. That is above 1,000 views, as written in the rule.
       7 readings, newest Fri 23:00

    #0000
    ");
    let own = asks(&mut story, kim, "why kim").await;
    insta::assert_snapshot!(own, @"
    #KRVQ Kim Berg: why it was told

    Holds: 7,000 views in 7 days. That is above 1,000 views, as written in the rule.
       7 readings, newest Fri 23:00

    #KRVQ
    ");
    assert!(!own.contains("similar") && !own.contains("4.4"), "{own}");
    let own = asks(&mut story, kim, "benchmark").await;
    insta::assert_snapshot!(own, @"
    Kim Berg: 1 reactions per 100 views in 7 days

    • 1 reactions per 100 views in 7 days
    • 7,000 views in 7 days

    Others are shown together, from five on. Nobody sees your numbers by name.

    data Fri 23:00
    ");
    assert!(!own.contains("similar") && !own.contains("in the middle"), "{own}");
    let own = asks(&mut story, fia, "benchmark").await;
    insta::assert_snapshot!(own, @"
    Fia Berg: above 0 of 5 similar creators in reactions per 100 views

    • 0.50 reactions per 100 views in 7 days
       similar creators 3.6 in the middle; 0 of 5 have less
    • 7,000 views in 7 days
       similar creators 7,000 in the middle; 0 of 5 have less

    Others are shown together, from five on. Nobody sees your numbers by name.

    data Fri 23:00
    ");
    let hers = asks(&mut story, fia, "benchmark eva").await;
    assert!(!hers.contains('%'), "nobody sees another's numbers: {hers}");
    let told = story.says(cast.team_chat, cast.maja, "/benchmark kim").await;
    insta::assert_snapshot!(told, @"
    Kim Berg: above 0 of 4 similar creators in reactions per 100 views

    • 1 reactions per 100 views in 7 days
       similar creators 7.4 in the middle; 0 of 4 have less
       Compared with 4 others: Instagram · nano.
    • 7,000 views in 7 days
       similar creators 7,000 in the middle; 0 of 4 have less
       Compared with 4 others: Instagram · nano.

    data Sat 00:00
    ");
    let none = story.says(cast.team_chat, cast.maja, "/benchmark winter").await;
    insta::assert_snapshot!(none, @"Say of whom, such as “benchmark alma”: creators and their deals are compared, not winter.");
    for text in [&own, &hers] {
        for name in ["Ada", "Bea", "Cia", "Dea", "Eva Berg"] {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }
    story.assert_polite();
}

/// A poll that speaks of others only is news for whoever is compared with them.
#[tokio::test(flavor = "multi_thread")]
async fn numbers_of_others_move_a_verdict() {
    let mut story = begin().await;
    story.begin_here();
    // With two others there is nobody to compare with, and however weak she is, nothing is said.
    told(&mut story, &[("ada", 40), ("bea", 38), ("fia", 5)], 0).await;
    assert_eq!(team(&story), Vec::<String>::new());
    // Her own numbers are not told again; those of two more are, and now she is far behind.
    told(&mut story, &[("cia", 36), ("dea", 34)], 0).await;
    let fired = team(&story);
    assert_eq!(fired.len(), 1, "{fired:#?}");
    assert!(fired[0].contains("Fia Berg"), "{}", fired[0]);
    // The others fall as deep, and she is no longer behind anybody.
    let fallen: Vec<(&str, i64)> = ["ada", "bea", "cia", "dea"].into_iter().map(|id| (id, 5)).collect();
    told(&mut story, &fallen, 0).await;
    let after = team(&story);
    assert!(after[0].contains("🟢 Fia Berg"), "{}", after[0]);
}
