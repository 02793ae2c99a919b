//! What people set and creators were told to try, looked at again: a budget that worked, a target set twice, a tip that was
//! taken and helped, one that was not taken.

use jiff::SignedDuration;
use plimsoll::app::follow_up::FollowUp;
use plimsoll::app::tipping::GivenTip;
use plimsoll::app::watch::take_in;
use plimsoll::domain::ids::{CampaignId, CreatorId, Platform, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::domain::written::{Length, parse_length};
use plimsoll::insight::tips::Taken;
use plimsoll::sources::Fetched;
use plimsoll::store::records::scan_all;

use super::ladder::{hours, rule, since_start, story};
use super::late::{VIDEO, begin, seen};
use super::regret::STOP;
use super::story::{Story, restart, restart_with, telegram_text};

/// Says something in the team's group and answers the question with yes.
async fn agrees(story: &mut Story, text: &str) {
    let (chat, maja) = (story.world.cast.team_chat, story.world.cast.maja);
    story.says(chat, maja, text).await;
    let question = story.on_telegram().pop().expect("a question");
    story.presses(maja, &question, "Yes").await;
    story.wait(30).await;
}

fn verdicts(story: &Story) -> String {
    let told = story.on_telegram().into_iter().map(|shown| telegram_text(&shown)).filter(|text| text.contains("📏"));
    told.collect::<Vec<_>>().join("\n---\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_gets_its_verdict_when_its_days_are_over() {
    let mut story = story(&["alma"], &rule("shadow", STOP, ""), |config| config.adjust.days = 2).await;
    assert!(story.world.ads.board().give_budget("boost-alma", "6000.00 EUR", story.world.clock.now()));
    story.report(&[("alma", 12_000, 1)]).await;
    agrees(&mut story, "/adjust alma-winter 7000 EUR").await;
    agrees(&mut story, "/adjust winter/alma orders 60").await;
    hours(&mut story, 1).await;
    agrees(&mut story, "/adjust winter/alma orders 70").await;
    let maja = story.world.cast.maja;
    let direct = story.world.telegram.private_chat(maja);
    let desk = story.says(direct, maja, "/desk").await;
    insta::assert_snapshot!(desk, @"
    Inget väntar på dig

    📏 alma-winter till 7 000,00 € (Maja, 1 mars): om det hjälpte sägs den 7 mars
    📏 Alma · Winter Warmers till 60 ordrar (Maja, 1 mars): om det hjälpte sägs den 7 mars
    📏 Alma · Winter Warmers till 70 ordrar (Maja, 1 mars): om det hjälpte sägs den 7 mars
    ");
    hours(&mut story, 24 * 5).await;
    since_start(&mut story, &[("alma", 12_000, 10)]).await;
    assert_eq!(verdicts(&story), "", "late orders have not had their time");
    // A new start forgets nothing and tells nothing twice.
    let mut story = story.again(restart).await;
    hours(&mut story, 24 * 2).await;
    insta::assert_snapshot!(verdicts(&story), @"
    📏 alma-winter to €7,000.00: it worked

    cost per order: €12 in the 2 days after (20 counted), €120 in the 2 days before (2 counted).
    Counting luck, it is now 0.03 to 0.39 times what it was.
    Maja set it on 1 Mar, from €6,000.00.
    ---
    📏 Alma · Winter Warmers to 60 orders: whether it worked cannot be told

    It was changed again Sun 03:01, before its days were over.
    Maja set it on 1 Mar.
    ---
    📏 Alma · Winter Warmers to 70 orders: it worked

    orders a day: 10 in the 2 days after (20 counted), 1 in the 2 days before (2 counted).
    Counting luck, it is now 2.60 to 38.53 times what it was.
    Maja set it on 1 Mar.
    ");
    let kept = scan_all::<FollowUp>(&*story.world.core().store).await.expect("follow-ups");
    assert!(kept.len() == 3 && kept.iter().all(|one| one.value.verdict.is_some()));
    assert_eq!(story.journal("followed_up").await.len(), 3);
    let after = story.says(direct, maja, "/desk").await;
    assert!(!after.contains("📏"), "{after}");
}

/// How often the code was used on each of the days around an instant.
async fn used(story: &mut Story, before: i64, after: i64) {
    let now = story.world.clock.now();
    let campaign = CampaignId::new("winter").expect("an id");
    let subject = Subject::Partnership(campaign, CreatorId::new("alma").expect("an id"));
    let start: jiff::Zoned = plimsoll::app::demo::START.parse().expect("an instant");
    let day = |n: i64| start.checked_add(jiff::Span::new().days(n)).expect("in range").timestamp();
    let sample = |n: i64| Sample {
        series: SeriesKey { subject: subject.clone(), metric: Metric::Redemptions, platform: Platform::Shop },
        value: if n < 0 { before } else { after },
        currency: None,
        form: Form::Amount { from: day(n), until: day(n + 1) },
        known_at: now,
        provisional: false,
        self_reported: false,
    };
    let samples = (-7..10_000).take_while(|n| day(n + 1) <= now).map(sample).collect();
    let fetched = Fetched { samples, ..Fetched::default() };
    let held = story.world.clock.hold("shop");
    take_in(story.world.core(), &SourceId::new("shop").expect("an id"), 1, fetched, now).await.expect("taken in");
    drop(held);
    story.wait(5).await;
}

/// Alma's video is out without her code; she has asked for tips twice.
async fn told_of_the_code() -> Story {
    let story = begin(true).await;
    let mut story = story
        .again(|world| {
            restart_with(world, |config| config.tips.follow_up = Length(parse_length("2d").expect("a length")))
        })
        .await;
    story.apply(VIDEO).await;
    seen(&mut story, Some("#ad for Nordbo. See you next week")).await;
    let alma = story.world.cast.alma;
    let direct = story.world.telegram.private_chat(alma);
    for _ in 0..2 {
        let said = story.says(direct, alma, "/tips").await;
        assert!(said.contains("The code ALMA10 is missing in dQw4w9WgXcQ."), "{said}");
    }
    story
}

async fn given(story: &Story) -> GivenTip {
    let kept = scan_all::<GivenTip>(&*story.world.core().store).await.expect("tips");
    let mut codes = kept.into_iter().map(|kept| kept.value).filter(|one| one.tip.id() == "code-missing");
    let one = codes.next().expect("a tip");
    assert!(codes.next().is_none(), "asked for twice, it is followed once");
    one
}

fn thanks(story: &Story) -> Vec<String> {
    let direct = story.world.telegram.private_chat(story.world.cast.alma);
    let all = story.world.telegram.messages(direct).into_iter().map(|shown| shown.text);
    all.filter(|text| text.contains("🌟")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tip_that_was_taken_and_helped_is_thanked_for_once() {
    let mut story = told_of_the_code().await;
    seen(&mut story, Some("#ad for Nordbo. ALMA10 takes 10 % off")).await;
    hours(&mut story, 24 * 4).await;
    used(&mut story, 2, 9).await;
    assert_eq!(thanks(&story), [""; 0]);
    let due = given(&story).await.due;
    let left = due.duration_since(story.world.clock.now());
    story.wait((left + SignedDuration::from_mins(5)).as_secs()).await;
    insta::assert_snapshot!(thanks(&story).join("\n---\n"), @"
    🌟 Thank you for trying it, Alma: it helped

    Since the code stands in your post it was used 18 times, more than in as many days before.
    ");
    let came = given(&story).await.came.expect("what came of it");
    assert_eq!((came.taken, came.helped), (Taken::Yes, Some(true)));
    let mut story = story.again(restart).await;
    hours(&mut story, 1).await;
    assert_eq!(thanks(&story).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tip_that_was_not_taken_is_told_to_nobody() {
    let mut story = told_of_the_code().await;
    hours(&mut story, 24 * 4).await;
    used(&mut story, 2, 9).await;
    hours(&mut story, 25).await;
    let came = given(&story).await.came.expect("what came of it");
    assert_eq!((came.taken, came.helped), (Taken::No, None));
    assert_eq!(thanks(&story), [""; 0]);
    let tracks = story.world.core().state.lock().await.tracks.clone();
    assert!(tracks.values().all(|track| track.taken == 0), "what nobody tried says nothing about the tip: {tracks:?}");
}
