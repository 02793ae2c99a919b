//! A level that may be lost, on the emulated chats: the creator first, the team after, a person where it is needed.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::watch::take_in;
use plimsoll::domain::document::{Document, Documents};
use plimsoll::domain::ids::{CreatorId, Platform, PostRef, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::person::Role;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::rules::file::parse_rules;
use plimsoll::sim::telegram::Shown;
use plimsoll::sources::{Fetched, FoundPost};
use plimsoll::store::keys;
use plimsoll::store::records::load;

use super::story::{Story, discord_text, telegram_text};

const CLUB: &str = r#"
[[creator]]
id = "lind"
name = "Alma Lind"
zone = "Europe/Stockholm"
[[program]]
id = "nordbo-club"
brand = "nordbo"
levels = [ { name = "Gold", commission = "15 %" }, { name = "Silver", commission = "12 %" } ]
[[member]]
program = "nordbo-club"
creator = "lind"
level = "Gold"
since = 2026-01-01
acknowledged = 2026-01-03
"#;

const RULE: &str = r#"
[[rule]]
id = "gold-clicks"
kind = "downgrade"
scope = "creator"
program = "nordbo-club"
level = "Gold"
when = "clicks / views < 0.009 && views >= 5000"
window = "last 6 posts"
recover = "clicks / views >= 0.009"
grace = "12d"
stay = "30d"
mode = "propose"
"#;

/// A story with Alma Lind in the club on Gold.
async fn begin() -> Story {
    let story = Story::begin(7, &[]).await;
    let file = Path::new("club.toml").to_path_buf();
    let documents = Documents::from_toml(CLUB).expect("documents").into_list().map(|one| (file.clone(), one));
    let rules = parse_rules(RULE, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule));
    let given = Given { documents: documents.collect(), rules: rules.collect() };
    apply(story.world.core(), given, "terminal:story", false).await.expect("applied");
    story
}

async fn with_alma() -> Story {
    let mut story = begin().await;
    let alma = story.world.cast.alma;
    story.starts(alma, Role::Creator, "Alma Lind", Some("lind")).await;
    story.begin_here();
    story
}

/// What her posts have by now: twelve older ones that did well, and six latest with so many clicks each.
async fn posts(story: &mut Story, latest: i64) {
    let now = story.world.clock.now();
    let creator = CreatorId::new("lind").expect("an id");
    let start: Timestamp = "2026-02-28T23:00:00Z".parse().expect("an instant");
    let mut fetched = Fetched::default();
    for n in 0..18_i64 {
        let post = PostRef::new(&format!("p{n:02}")).expect("an id");
        let published_at = start - SignedDuration::from_hours(24 * (40 - 2 * n));
        let subject = Subject::Post(Platform::Instagram, post.clone());
        let clicks = if n < 12 { 112 } else { latest };
        for (metric, value) in [(Metric::Views, 10_000), (Metric::Clicks, clicks)] {
            let series = SeriesKey { subject: subject.clone(), metric, platform: Platform::Instagram };
            let form = Form::Total { at: now };
            let known_at = now;
            fetched.samples.push(Sample {
                series,
                value,
                currency: None,
                form,
                known_at,
                provisional: false,
                self_reported: false,
            });
        }
        let creator = creator.clone();
        fetched.posts.push(FoundPost {
            platform: Platform::Instagram,
            post,
            creator,
            published_at,
            title: None,
            description: None,
            duration: None,
        });
    }
    fetched.samples.sort_by(|one, other| one.series.cmp(&other.series));
    let source = SourceId::new("instagram").expect("an id");
    let held = story.world.clock.hold("posts");
    // Posts that are found are known from the next poll on.
    for _ in 0..2 {
        take_in(story.world.core(), &source, 18, fetched.clone(), now).await.expect("taken in");
    }
    drop(held);
}

/// What the bot has told Alma, answers and all.
fn to_alma(story: &Story) -> Vec<Shown> {
    let chat = story.world.telegram.private_chat(story.world.cast.alma);
    story.world.telegram.messages(chat).into_iter().filter(|shown| shown.from_bot).collect()
}

fn notice(story: &Story) -> Shown {
    to_alma(story).into_iter().find(|shown| shown.text.contains("What we look at")).expect("a notice")
}

async fn level(story: &Story) -> (String, u32, String) {
    let store = &*story.world.core().store;
    let key = keys::document("member", "nordbo-club/lind");
    let kept = load::<plimsoll::app::records::DocumentRecord>(store, &key).await.expect("reads").expect("kept").value;
    let Document::Member(member) = kept.document else { panic!("a member") };
    (member.level, kept.version, kept.by)
}

fn team(story: &Story) -> Vec<String> {
    story.on_telegram().iter().map(telegram_text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn alma_hears_first_objects_and_a_person_decides() {
    let mut story = with_alma().await;
    let cast = story.world.cast;
    posts(&mut story, 63).await;
    story.wait(5).await;
    let told = notice(&story);
    insta::assert_snapshot!(telegram_text(&told), @"");
    let first = story.on_telegram().remove(0);
    assert!(told.sent_at <= first.sent_at, "the creator before the team: {} and {}", told.sent_at, first.sent_at);
    assert_eq!(story.on_discord().len(), 1);
    insta::assert_snapshot!(telegram_text(&first), @"");

    let (_, answer) = story.presses(cast.alma, &told, "Keep me posted").await;
    insta::assert_snapshot!(answer, @"");
    let (_, answer) = story.presses(cast.alma, &told, "Something is wrong").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    let id = story.on_telegram()[0].text.split('#').nth(1).expect("an id").trim().to_owned();
    let direct = story.world.telegram.private_chat(cast.alma);
    let heard = story.says(direct, cast.alma, &format!("appeal {id} the link was down on Monday")).await;
    insta::assert_snapshot!(heard, @"");
    story.wait(5).await;
    insta::assert_snapshot!(telegram_text(&notice(&story)), @"");
    let asked = team(&story);
    assert_eq!(asked.len(), 2, "the notice, and the question: {asked:?}");
    insta::assert_snapshot!(asked[1], @"");

    // Long after grace would have been over nothing has happened, because nobody has answered.
    story.wait(20 * 86_400).await;
    posts(&mut story, 63).await;
    story.wait(60).await;
    assert_eq!(level(&story).await.0, "Gold");

    let question = story.on_telegram().remove(1);
    let (_, refused) = story.presses(cast.outsider, &question, "Keep Gold").await;
    assert!(refused.contains("do not know you"), "{refused}");
    let (_, answer) = story.presses(cast.maja, &question, "Keep Gold").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    let last = to_alma(&story).pop().expect("a message");
    insta::assert_snapshot!(telegram_text(&last), @"");
    assert_eq!(level(&story).await, ("Gold".to_owned(), 1, "terminal:story".to_owned()));
    let decided = story.journal("level_kept").await;
    assert_eq!(decided.len(), 1);
    assert_eq!(decided[0].0, "maja");
    let (_, again) = story.presses(cast.maja, &story.on_telegram()[0].clone(), "Why").await;
    assert!(!again.contains("Stand by"), "{again}");
    for message in story.on_discord() {
        assert!(!discord_text(&message).contains("Stand by"), "nothing is left to decide");
    }
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn grace_runs_out_and_the_level_changes_until_it_is_given_back() {
    let mut story = with_alma().await;
    let cast = story.world.cast;
    posts(&mut story, 63).await;
    story.wait(5).await;
    let told_at = notice(&story).sent_at;
    for day in 1..=12 {
        story.wait(86_400).await;
        posts(&mut story, 63).await;
        if day < 12 {
            assert_eq!(level(&story).await.0, "Gold", "day {day}");
        }
    }
    story.wait(120).await;
    assert_eq!(level(&story).await, ("Silver".to_owned(), 2, "rule:gold-clicks".to_owned()));
    let changed = to_alma(&story).pop().expect("a message");
    assert!(SignedDuration::from_hours(12 * 24) <= changed.sent_at.duration_since(told_at));
    insta::assert_snapshot!(telegram_text(&changed), @"");
    insta::assert_snapshot!(team(&story).pop().expect("a message"), @"");

    // The same file again changes nothing; a file that says otherwise does.
    let file = Path::new("club.toml").to_path_buf();
    let again = |text: String| {
        let documents = Documents::from_toml(&text).expect("documents").into_list();
        Given { documents: documents.map(|one| (file.clone(), one)).collect(), rules: Vec::new() }
    };
    apply(story.world.core(), again(CLUB.to_owned()), "terminal:story", false).await.expect("applied");
    assert_eq!(level(&story).await.0, "Silver", "a file applied again undoes nothing");

    // She meets what is asked again: a person gives the level back.
    posts(&mut story, 120).await;
    story.wait(86_400).await;
    posts(&mut story, 120).await;
    story.wait(86_400).await;
    let question = story.on_telegram().pop().expect("a question");
    insta::assert_snapshot!(telegram_text(&question), @"");
    let (_, answer) = story.presses(cast.maja, &question, "Back to Gold").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    assert_eq!(level(&story).await, ("Gold".to_owned(), 3, "chat:maja".to_owned()));
    insta::assert_snapshot!(telegram_text(&to_alma(&story).pop().expect("a message")), @"");
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_meets_the_criterion_again_keeps_the_level() {
    let mut story = with_alma().await;
    posts(&mut story, 63).await;
    story.wait(5).await;
    story.wait(86_400).await;
    posts(&mut story, 95).await;
    story.wait(5).await;
    insta::assert_snapshot!(telegram_text(&to_alma(&story).pop().expect("a message")), @"");
    assert!(team(&story)[0].starts_with("🟢 Alma Lind keeps Gold"), "{}", team(&story)[0]);
    story.wait(15 * 86_400).await;
    assert_eq!(level(&story).await.0, "Gold");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_no_chat_a_person_tells_and_says_so() {
    let mut story = begin().await;
    story.begin_here();
    let cast = story.world.cast;
    posts(&mut story, 63).await;
    story.wait(5).await;
    let shown = story.on_telegram().remove(0);
    insta::assert_snapshot!(telegram_text(&shown), @"");
    story.wait(30 * 86_400).await;
    posts(&mut story, 63).await;
    story.wait(60).await;
    assert_eq!(level(&story).await.0, "Gold", "no time runs before she was told");
    let before = story.world.telegram.messages(cast.team_chat).len();
    story.presses(cast.maja, &shown, "Text to send").await;
    let text = story.world.telegram.messages(cast.team_chat).into_iter().nth(before).expect("the text");
    insta::assert_snapshot!(text.text, @"");
    let (_, answer) = story.presses(cast.maja, &shown, "I have told them").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(12 * 86_400).await;
    assert_eq!(level(&story).await.0, "Gold", "old numbers decide nothing");
    posts(&mut story, 63).await;
    story.wait(7 * 3_600).await;
    assert_eq!(level(&story).await.0, "Silver");
    story.world.stop().await;
}
