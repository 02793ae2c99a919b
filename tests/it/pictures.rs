//! Pictures in the chats: why a number moved, and when a creator's own posts do best.

use jiff::SignedDuration;
use plimsoll::app::watch::take_in;
use plimsoll::domain::ids::{CampaignId, CreatorId, Platform, PostRef, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::person::Role;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::sim::discord::Given as Typed;
use plimsoll::sources::{Fetched, FoundPost};

use super::story::{CAMPAIGN, Story, telegram_text};

/// The campaign says what a click and an order should cost.
const PLAN: &str = r#"
[[campaign]]
id = "winter"
name = "Winter Warmers"
brand = "nordbo"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30
target = { cpa = "45.00 EUR", cpc = "0.90 EUR", cpm = "9.00 EUR" }
"#;

/// Views and clicks of each of the last 28 days.
async fn seen(story: &Story, creators: &[(&str, i64, i64)]) {
    let now = story.world.clock.now();
    let start: jiff::Zoned = plimsoll::app::demo::START.parse().expect("an instant");
    let day = |back: i64| start.checked_sub(jiff::Span::new().days(back)).expect("in range").timestamp();
    let mut samples = Vec::new();
    for (creator, views, clicks) in creators {
        let campaign = CampaignId::new(CAMPAIGN).expect("an id");
        let subject = Subject::Partnership(campaign, CreatorId::new(creator).expect("an id"));
        for (metric, value) in [(Metric::Views, *views), (Metric::Clicks, *clicks)] {
            samples.extend((1..=28).rev().map(|back| Sample {
                series: SeriesKey { subject: subject.clone(), metric, platform: Platform::TiktokAds },
                value,
                currency: None,
                form: Form::Amount { from: day(back), until: day(back - 1) },
                known_at: now,
                provisional: false,
                self_reported: false,
            }));
        }
    }
    let source = SourceId::new("tiktok_ads").expect("an id");
    let held = story.world.clock.hold("seen");
    take_in(story.world.core(), &source, samples.len(), Fetched { samples, ..Fetched::default() }, now)
        .await
        .expect("taken in");
    drop(held);
}

/// `why` typed on Discord, held against something.
async fn why(story: &mut Story, against: Option<&str>) -> String {
    let cast = story.world.cast;
    let mut given = vec![("what", Typed::Text("alma".to_owned()))];
    given.extend(against.map(|basis| ("against", Typed::Text(basis.to_owned()))));
    story.slash(cast.jonas, cast.team_channel, "why", &given).await
}

#[tokio::test(flavor = "multi_thread")]
async fn why_shows_what_explains_a_cost_in_both_chats() {
    let mut story = Story::begin(7, &["alma"]).await;
    story.apply(PLAN).await;
    // A thousand views a click dearer than planned, and hardly anybody buys.
    seen(&story, &[("alma", 10_000, 80)]).await;
    story.begin_here();
    story.fires("alma").await;
    let cast = story.world.cast;
    let told = telegram_text(&story.on_telegram()[0]);
    assert!(told.contains("Why, against the plan (€45 per order)"), "a limit that was agreed is the plan's: {told}");

    let said = why(&mut story, None).await;
    assert!(said.contains("Why, against the plan (€45 per order)") && said.ends_with("[picture]"), "{said}");
    for step in ["fewer buy after the click, ", "views cost more, €12 not €9 per 1,000: +"] {
        assert!(said.contains(step), "{step}: {said}");
    }
    let said = why(&mut story, Some("before")).await;
    assert!(said.contains("Why, against as long before (€30 per order)") && said.ends_with("[picture]"), "{said}");
    // Nobody else runs: that is said, and nothing is drawn instead.
    let said = why(&mut story, Some("peers")).await;
    assert!(said.contains("It cannot be held against similar creators") && !said.contains("[picture]"), "{said}");

    // Telegram has less room under a picture: all of the text comes first, then the picture with the first line.
    let before = story.world.telegram.messages(cast.team_chat).len();
    story.says(cast.team_chat, cast.maja, "/why alma mot planen").await;
    let all = story.world.telegram.messages(cast.team_chat);
    let answers: Vec<_> = all.iter().skip(before).filter(|shown| shown.from_bot).collect();
    let (text, last) = (telegram_text(answers[0]), answers.last().expect("an answer"));
    assert!(last.photo.is_some() && answers.len() <= 2, "{answers:?}");
    assert!(text.contains("Why, against the plan (€45 per order)") && !text.contains("more behind Why"), "{text}");
    assert!(last.text.contains("why it was told"), "{}", last.text);
    // What the button says is the same.
    let alert = story.on_telegram()[0].clone();
    let before = story.world.telegram.messages(cast.team_chat).len();
    story.presses(cast.maja, &alert, "Why").await;
    let all = story.world.telegram.messages(cast.team_chat);
    assert!(all.iter().skip(before).any(|shown| shown.photo.is_some()), "{all:?}");
    story.assert_polite();
    story.world.stop().await;
}

/// Eighteen posts of Ebba: in the evening they do better, and reels better than photos.
async fn posts(story: &Story) {
    let now = story.world.clock.now();
    let source = SourceId::new("instagram").expect("an id");
    let creator = CreatorId::new("ebba").expect("an id");
    let start: jiff::Zoned = plimsoll::app::demo::START.parse().expect("an instant");
    let held = story.world.clock.hold("posts");
    // Whose a post is, is known once the poll that found it is kept: numbers count from the next one on.
    for _ in 0..2 {
        let mut fetched = Fetched::default();
        for n in 0..18_i64 {
            let post = PostRef::new(&format!("ebba{n:02}")).expect("an id");
            let (hour, views, format) = if n % 2 == 0 { (19, 14_000, "reel") } else { (11, 7_000, "photo") };
            let midnight = start.timestamp() - SignedDuration::from_hours(24 * (40 - 2 * n));
            let subject = Subject::Post(Platform::Instagram, post.clone());
            fetched.samples.push(Sample {
                series: SeriesKey { subject, metric: Metric::Views, platform: Platform::Instagram },
                value: views + 100 * (n % 3),
                currency: None,
                form: Form::Total { at: now },
                known_at: now,
                provisional: false,
                self_reported: false,
            });
            fetched.posts.push(FoundPost {
                platform: Platform::Instagram,
                post,
                creator: creator.clone(),
                published_at: midnight + SignedDuration::from_hours(hour),
                title: None,
                description: None,
                duration: None,
                format: Some(format),
            });
        }
        take_in(story.world.core(), &source, 18, fetched, now).await.expect("taken in");
    }
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn tips_show_a_creator_the_hours_of_their_own_posts() {
    let mut story = Story::begin(7, &["ebba"]).await;
    let ebba = story.world.telegram.add_user(plimsoll::sim::telegram::NewUser::named("Ebba", "en"));
    story.starts(ebba, Role::Creator, "Ebba", Some("ebba")).await;
    let alone = story.world.telegram.private_chat(ebba);
    // Without a post there is nothing to draw, and no advice that would fit anybody.
    let said = story.says(alone, ebba, "/tips").await;
    assert!(said.contains("no tip yet"), "{said}");
    assert!(story.world.telegram.messages(alone).iter().all(|shown| shown.photo.is_none()));

    posts(&story).await;
    let before = story.world.telegram.messages(alone).len();
    let said = story.says(alone, ebba, "/tips").await.replace('\u{a0}', " ");
    let all = story.world.telegram.messages(alone);
    assert_eq!(all.iter().skip(before).filter(|shown| shown.photo.is_some()).count(), 1, "{said}");
    for tip in [
        "Sun–Thu 18–21 works better: on average 14,",
        "Reels do better: on average 14,100 views (9 posts). All 18 posts: ",
    ] {
        assert!(said.contains(tip), "{tip}: {said}");
    }
    assert!(said.contains("These are suggestions. Nothing depends on them."), "{said}");
    // The same on Discord: whoever answers for her there.
    let dora = story.world.discord.create_user("Dora", "en-GB");
    story.world.discord.add_member(story.world.cast.guild, dora, &[]).expect("a member");
    let code = story.world.role_code(Role::Creator, "Dora", Some("ebba")).await.expect("a code");
    let direct = story.world.discord.dm(dora);
    story.slash(dora, direct, "link", &[("code", Typed::Text(code))]).await;
    let said = story.slash(dora, direct, "tips", &[]).await;
    assert!(said.contains("Reels do better") && said.ends_with("[picture]"), "{said}");
    story.assert_polite();
    story.world.stop().await;
}
