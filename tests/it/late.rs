//! What was promised and is not there: told at its moment without any number from outside, and over with a creator's word.

use jiff::Timestamp;
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::records::DocumentRecord;
use plimsoll::app::watch::take_in;
use plimsoll::domain::deal::DeliverableState;
use plimsoll::domain::document::{Checked, Deliverable, Document, Partnership};
use plimsoll::domain::ids::{CreatorId, Platform, PostRef, SourceId};
use plimsoll::domain::person::Role;
use plimsoll::outbox::incident::{Incident, Stage};
use plimsoll::rules::file::parse_rules;
use plimsoll::sim::telegram::{ChatId, Shown};
use plimsoll::sources::{Fetched, FoundPost};
use plimsoll::store::keys;
use plimsoll::store::records::{load, scan_all};

use super::story::{Story, discord_text, restart, telegram_text};

/// Due on the last day before the world begins: overdue by exactly as long as the world has lasted.
const REEL: &str = r#"
[[deliverable]]
partnership = "winter/alma"
id = "reel-2"
platform = "instagram"
format = "reel"
fee = "400.00 EUR"
due = 2026-02-28
state = "approved"
"#;

const LATE: &str = r#"
[[rule]]
id      = "late-post"
kind    = "late"
scope   = "partnership"
where   = { campaign = "winter" }
when    = "post_overdue > duration('2h')"
recover = "post_overdue <= 0"
mode    = "propose"
then    = [ { do = "ask_fix" } ]
"#;

pub async fn with_rules(story: &Story, text: &str) {
    let file = std::path::Path::new("deal.toml").to_path_buf();
    let rules = parse_rules(text, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    let given = Given { documents: Vec::new(), rules };
    apply(story.world.core(), given, "terminal:story", false).await.expect("applied");
}

/// A story about Alma; `joined`: she has a chat with the program.
pub async fn begin(joined: bool) -> Story {
    let mut story = Story::begin(7, &["alma"]).await;
    if joined {
        let alma = story.world.cast.alma;
        story.starts(alma, Role::Creator, "Alma", Some("alma")).await;
    }
    story.begin_here();
    story
}

pub fn direct(story: &Story) -> ChatId {
    story.world.telegram.private_chat(story.world.cast.alma)
}

/// The newest message of the bot with such a button.
pub fn with_button(story: &Story, chat: ChatId, start: &str) -> Shown {
    let has = |shown: &Shown| shown.from_bot && shown.buttons.iter().flatten().any(|label| label.starts_with(start));
    let all = story.world.telegram.messages(chat);
    let texts = || all.iter().map(telegram_text).collect::<Vec<_>>().join("\n===\n");
    all.iter().rev().find(|shown| has(shown)).cloned().unwrap_or_else(|| panic!("no `{start}` in\n{}", texts()))
}

/// Lets the world run to so many seconds after its start.
pub async fn to(story: &mut Story, secs: i64) {
    let start: jiff::Zoned = plimsoll::app::demo::START.parse().expect("an instant");
    let left = start.timestamp().as_second() + secs - story.world.clock.now().as_second();
    story.wait(left).await;
}

/// The incidents of a rule, as kept.
pub async fn incidents(story: &Story, rule: &str) -> Vec<Incident> {
    let all = scan_all::<Incident>(&*story.world.core().store).await.expect("incidents");
    all.into_iter().map(|kept| kept.value).filter(|one| one.rule.as_str() == rule).collect()
}

pub async fn piece(story: &Story, id: &str) -> Deliverable {
    let key = keys::document("deliverable", &format!("winter/alma/{id}"));
    let kept = load::<DocumentRecord>(&*story.world.core().store, &key).await.expect("read").expect("there");
    let Document::Deliverable(piece) = kept.value.document else { panic!("a piece") };
    piece
}

pub async fn deal(story: &Story) -> Partnership {
    let key = keys::document("partnership", "winter/alma");
    let kept = load::<DocumentRecord>(&*story.world.core().store, &key).await.expect("read").expect("there");
    let Document::Partnership(deal) = kept.value.document else { panic!("a deal") };
    deal
}

#[tokio::test(flavor = "multi_thread")]
async fn a_post_is_late_at_its_moment_and_the_creator_hears_first() {
    let story = begin(true).await;
    story.apply(REEL).await;
    with_rules(&story, LATE).await;
    let mut story = story.again(restart).await;
    to(&mut story, 7_200).await;
    assert!(incidents(&story, "late-post").await.is_empty(), "two hours are not more than two hours");
    to(&mut story, 7_205).await;
    let fired = incidents(&story, "late-post").await;
    let moment: Timestamp = "2026-03-01T01:00:01Z".parse().expect("an instant");
    assert_eq!(fired.iter().map(|one| one.opened_at).collect::<Vec<_>>(), [moment], "to the second, with no poll");
    let asked = with_button(&story, direct(&story), "It is out");
    insta::assert_snapshot!(telegram_text(&asked), @"
    🟡 Hi Alma, Reel 2 should be out by now (Nordbo · Winter Warmers)

    It was due 28 Feb. Once it is out, press the first button and send me “live” with its address, so that its numbers count as yours. If something is in the way, press the second.
    Posts that are out stay up and are paid as agreed. Nothing changes until you have answered.
    Please answer by 11 Mar 02:00.
    [It is out] [Something is in the way]
    ");
    assert!(story.on_telegram().is_empty() && story.on_discord().is_empty(), "the creator has a moment first");
    to(&mut story, 7_200 + 330).await;
    let told = story.on_telegram().remove(0);
    insta::assert_snapshot!(telegram_text(&told), @"
    🔴 Reel 2 by Alma is 2 h late (Winter Warmers)

    Reel 2 was due 28 Feb; it is not out.
    Clears when it is there, put on hold or given a later day.

    Alma was asked 02:00 to deliver what is overdue; it counts when Alma confirms.

    Can still be saved: Reel 2 €400.

    Posts that are out stay up and are paid as agreed. Nothing is held or cancelled until one of you says so.

    late-post v1 · plain threshold · data 02:05 · #0000
    [Alma has confirmed] [Alma says no] [Hold Reel 2 −€400] [Give Alma 3 more days]
    [Why] [I've got it] [Snooze 6 h]
    ");
    assert!(discord_text(&story.on_discord()[0]).contains("Reel 2 by Alma is"), "both rooms are told");
    let alma = story.world.cast.alma;
    let (_, answer) = story.presses(alma, &asked, "It is out").await;
    let wanted =
        "Thank you. Please also send me “live” and the address of the post, so that its numbers count as yours.";
    assert_eq!(answer, wanted);
    story.wait(10).await;
    let out = piece(&story, "reel-2").await;
    assert_eq!(out.state, DeliverableState::Live);
    assert!(out.live_at.is_some(), "its fee is spent from now on");
    let resolved = incidents(&story, "late-post").await.remove(0);
    assert_eq!(resolved.stage, Stage::Resolved);
    for text in [telegram_text(&story.on_telegram().remove(0)), discord_text(&story.on_discord()[0])] {
        assert!(text.contains("🟢 Alma: Reel 2 is no longer overdue"), "{text}");
    }
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_chat_the_team_decides_and_a_later_day_ends_it() {
    let mut story = begin(false).await;
    let cast = story.world.cast;
    story.apply(REEL).await;
    with_rules(&story, LATE).await;
    to(&mut story, 7_210).await;
    let told = story.on_telegram().remove(0);
    let labels: Vec<&str> = told.buttons.iter().flatten().map(String::as_str).collect();
    assert_eq!(labels[..4], ["Ask Alma", "Don't ask", "Hold Reel 2 −€400", "Give Alma 3 more days"], "{labels:?}");
    assert!(story.journal("creator_asked").await.is_empty(), "nobody is asked before a person says so");
    story.presses(cast.maja, &told, "Give Alma 3 more days").await;
    let sure = with_button(&story, cast.team_chat, "Yes, ask Alma");
    assert!(sure.text.contains("Offer Alma three more days?"), "{}", sure.text);
    story.presses(cast.maja, &sure, "Yes, ask Alma").await;
    story.wait(5).await;
    let told = story.on_telegram().remove(0);
    assert!(told.text.contains("It would be due 4 Mar instead."), "{}", told.text);
    story.presses(cast.maja, &told, "Alma has confirmed").await;
    story.wait(10).await;
    assert_eq!(piece(&story, "reel-2").await.due.0.to_string(), "2026-03-04");
    assert_eq!(incidents(&story, "late-post").await[0].stage, Stage::Resolved);
    story.assert_polite();
    story.world.stop().await;
}

const MISSING: &str = r#"
[[rule]]
id    = "code-missing"
kind  = "late"
scope = "partnership"
where = { campaign = "winter" }
when  = "codes_missing > 0"
mode  = "propose"
then  = [ { do = "ask_fix" } ]
[[rule]]
id    = "disclosure-missing"
kind  = "late"
scope = "partnership"
where = { campaign = "winter" }
when  = "disclosures_missing > 0"
mode  = "propose"
then  = [ { do = "ask_fix" } ]
"#;

pub const VIDEO: &str = r#"
[[partnership]]
campaign = "winter"
creator = "alma"
codes = ["ALMA10"]
[[deliverable]]
partnership = "winter/alma"
id = "video-1"
platform = "youtube"
format = "video"
fee = "400.00 EUR"
due = 2026-02-28
state = "live"
post = "dQw4w9WgXcQ"
"#;

/// A poll brings Alma's video with this text.
pub async fn seen(story: &mut Story, text: Option<&str>) {
    let now = story.world.clock.now();
    let post = FoundPost {
        platform: Platform::Youtube,
        post: PostRef::new("dQw4w9WgXcQ").expect("an id"),
        creator: CreatorId::new("alma").expect("an id"),
        published_at: "2026-02-28T12:00:00Z".parse().expect("an instant"),
        title: Some("My winter".to_owned()),
        description: text.map(str::to_owned),
        duration: None,
        format: None,
    };
    let source = SourceId::new("youtube").expect("an id");
    let fetched = Fetched { posts: vec![post], ..Fetched::default() };
    let held = story.world.clock.hold("poll");
    take_in(story.world.core(), &source, 1, fetched, now).await.expect("taken in");
    drop(held);
    story.wait(5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_text_that_was_seen_misses_something_and_a_persons_eyes_count_more() {
    let mut story = begin(true).await;
    story.apply(VIDEO).await;
    with_rules(&story, MISSING).await;
    seen(&mut story, None).await;
    story.wait(7_200).await;
    for rule in ["code-missing", "disclosure-missing"] {
        assert!(incidents(&story, rule).await.is_empty(), "{rule}: nobody has seen the text");
    }
    seen(&mut story, Some("Anzeige? No: #ad for Nordbo. Code in the comments")).await;
    assert!(incidents(&story, "disclosure-missing").await.is_empty());
    assert_eq!(incidents(&story, "code-missing").await.len(), 1);
    let asked = with_button(&story, direct(&story), "Fixed");
    assert!(asked.text.starts_with("🟡 Hi Alma, your code is missing in a post"), "{}", asked.text);
    let alma = story.world.cast.alma;
    story.presses(alma, &asked, "Fixed").await;
    story.wait(10).await;
    assert_eq!(piece(&story, "video-1").await.checked, [Checked::Code]);
    assert_eq!(incidents(&story, "code-missing").await[0].stage, Stage::Resolved);
    story.world.stop().await;
}
