//! A shop that stops: one alert for its brand, silence about its creators, and time that is left out afterwards.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::past::judged;
use plimsoll::app::views;
use plimsoll::app::watch::take_in;
use plimsoll::domain::action::{Proposal, ProposalStage};
use plimsoll::domain::ids::{CampaignId, CreatorId, Platform, RuleId, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::outbox::incident::{Incident, Stage};
use plimsoll::rules::file::parse_rules;
use plimsoll::rules::lifecycle::Reason;
use plimsoll::sim::telegram::Shown;
use plimsoll::sources::Fetched;
use plimsoll::store::records::scan_all;

use super::story::{CAMPAIGN, Story, discord_text, restart, telegram_text};

/// A brand that sells in a shop of a platform's own, so that nothing else in the world speaks of it.
const RULES: &str = r#"
[[rule]]
id = "code-not-used"
kind = "stop_loss"
scope = "partnership"
when = "orders@facebook < 0.02 * clicks@facebook && clicks@facebook >= 100"
window = "2h"
recover = "orders@facebook >= 0.04 * clicks@facebook"
mode = "propose"
then = [ { do = "stop_boost" } ]

[[rule]]
id = "two-days"
kind = "stop_loss"
scope = "partnership"
when = "cvr@facebook < 0.05 && clicks@facebook >= 100"
window = "2d"
mode = "propose"

[[rule]]
id = "views-gone"
kind = "stop_loss"
scope = "partnership"
when = "views@facebook < 100"
window = "2h"
mode = "propose"
"#;

const CAUSE: &str = r#"
[[rule]]
id = "shop-stopped"
kind = "stop_loss"
scope = "brand"
cause = "shop"
when = "orders@facebook < 0.005 * sessions@facebook && sessions@facebook >= 400"
window = "2h"
recover = "orders@facebook >= 0.015 * sessions@facebook"
mode = "propose"
"#;

const TEN: [&str; 10] = ["ada", "ben", "cia", "dan", "eva", "fay", "gus", "hal", "ida", "jon"];

async fn begin(creators: &[&str], rules: &str) -> Story {
    let mut story = Story::begin(7, creators).await;
    let file = Path::new("causes.toml").to_path_buf();
    let rules = parse_rules(rules, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    let given = Given { documents: Vec::new(), rules };
    apply(story.world.core(), given, "terminal:story", false).await.expect("applied");
    story.begin_here();
    story
}

fn partnership(creator: &str) -> Subject {
    Subject::Partnership(CampaignId::new(CAMPAIGN).expect("an id"), CreatorId::new(creator).expect("an id"))
}

fn brand() -> Subject {
    "brand/nordbo".parse().expect("a subject")
}

/// What an hour brought.
struct Hour {
    /// The shop sells.
    sells: bool,
    /// Who has hardly a view.
    unseen: Option<&'static str>,
}

const GOOD: Hour = Hour { sells: true, unseen: None };
const STOPPED: Hour = Hour { sells: false, unseen: None };

/// An hour passes, and then its numbers arrive: of the brand, and of each creator.
async fn hour(story: &mut Story, creators: &[&str], hour: &Hour) {
    story.wait(3_600).await;
    of_creators(story, creators, hour).await;
    of_brand(story, hour).await;
    story.wait(5).await;
}

async fn of_brand(story: &Story, hour: &Hour) {
    let orders = if hour.sells { 15 } else { 0 };
    tell(story, &[(brand(), Metric::Sessions, 500), (brand(), Metric::Orders, orders)]).await;
}

async fn of_creators(story: &Story, creators: &[&str], hour: &Hour) {
    let rows = creators.iter().flat_map(|creator| {
        let views = if hour.unseen == Some(*creator) { 20 } else { 1_000 };
        let orders = if hour.sells { 8 } else { 0 };
        let row = |metric, value| (partnership(creator), metric, value);
        [row(Metric::Views, views), row(Metric::Clicks, 100), row(Metric::Orders, orders)]
    });
    tell(story, &rows.collect::<Vec<_>>()).await;
}

/// Both in one poll.
async fn together(story: &mut Story, creators: &[&str], hour: &Hour) {
    story.wait(3_600).await;
    let orders = |sold| if hour.sells { sold } else { 0 };
    let mut rows = vec![(brand(), Metric::Sessions, 500), (brand(), Metric::Orders, orders(15))];
    for creator in creators {
        let views = if hour.unseen == Some(*creator) { 20 } else { 1_000 };
        rows.push((partnership(creator), Metric::Views, views));
        rows.push((partnership(creator), Metric::Clicks, 100));
        rows.push((partnership(creator), Metric::Orders, orders(8)));
    }
    tell(story, &rows).await;
    story.wait(5).await;
}

/// Amounts of the last whole hour.
async fn tell(story: &Story, rows: &[(Subject, Metric, i64)]) {
    let now = story.world.clock.now();
    let start: jiff::Zoned = plimsoll::app::demo::START.parse().expect("an instant");
    let whole = now.duration_since(start.timestamp()).as_hours();
    let until = start.timestamp() + SignedDuration::from_hours(whole);
    let form = Form::Amount { from: until - SignedDuration::from_hours(1), until };
    let mut samples: Vec<Sample> = rows
        .iter()
        .map(|(subject, metric, value)| Sample {
            series: SeriesKey { subject: subject.clone(), metric: *metric, platform: Platform::Facebook },
            value: *value,
            currency: None,
            form,
            known_at: now,
            provisional: false,
            self_reported: false,
        })
        .collect();
    samples.sort_by(|one, other| one.series.cmp(&other.series));
    let source = SourceId::new("facebook").expect("an id");
    let held = story.world.clock.hold("numbers");
    let fetched = Fetched { samples, ..Fetched::default() };
    take_in(story.world.core(), &source, rows.len(), fetched, now).await.expect("taken in");
    drop(held);
}

/// What the team was told about this campaign and its brand; the world has troubles of its own.
fn told(story: &Story) -> Vec<Shown> {
    let ours = |shown: &Shown| shown.text.contains("Winter Warmers") || shown.text.contains("shop-stopped");
    story.on_telegram().into_iter().filter(ours).collect()
}

async fn incidents(story: &Story) -> Vec<Incident> {
    let kept = scan_all::<Incident>(&*story.world.core().store).await.expect("incidents");
    let ours = ["code-not-used", "two-days", "views-gone", "shop-stopped"];
    kept.into_iter().map(|kept| kept.value).filter(|one| ours.contains(&one.rule.as_str())).collect()
}

async fn receipt(story: &Story, rule: &str, creator: &str, now: Timestamp) -> plimsoll::rules::receipt::Receipt {
    let state = story.world.core().state.lock().await;
    let rule = RuleId::new(rule).expect("an id");
    views::judged(&state, &rule, &partnership(creator), now).expect("judged").receipt
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_stops_is_one_alert_and_its_time_never_counts() {
    let mut story = begin(&TEN, &format!("{RULES}{CAUSE}")).await;
    let cast = story.world.cast;
    for _ in 0..3 {
        together(&mut story, &TEN, &GOOD).await;
    }
    assert!(told(&story).is_empty());
    // Everybody's orders stop at once; Ben's views fall as well, and that is nobody's shop.
    let bens = Hour { unseen: Some("ben"), ..STOPPED };
    together(&mut story, &TEN, &bens).await;
    together(&mut story, &TEN, &bens).await;
    let messages: Vec<String> = told(&story).iter().map(telegram_text).collect();
    assert_eq!(messages.len(), 2, "{messages:#?}");
    let of = |text: &str| messages.iter().find(|one| one.contains(text)).expect("told").clone();
    insta::assert_snapshot!(of("shop-stopped"), @"
    [picture]
    🔴 Nordbo: 0 orders on Facebook in 2 hours, at least 5 wanted. €28,000 can still be saved

    Seen: 0 orders on Facebook in 2 hours (2 readings, newest 05:00).
    Allowed: at least 5 orders on Facebook, 0.5 % of 1,000 shop visits on Facebook.
    Also true: 1,000 shop visits on Facebook, more than 400.

    The creators are not at fault. Rules that need what is broken are silent for 17 creators with a running deal, and the time since 03:00 does not count against them.

    Can still be saved: €14,000 of the boost dario-boost (agency), €14,000 of the boost hedda-boost (agency).

    Posts stay up and codes stay on: a code costs nothing unsold. Nothing stops until one of you says so.

    shop-stopped v1 · plain threshold · data 05:00 · #0000
    [Stop boost ada-winter] [Stop boost alma-boost]
    [Why] [I've got it] [Snooze 6 h]
    [It was not us]
    ");
    assert!(of("views-gone").contains("Ben"), "{messages:?}");
    let discord: Vec<String> = story.on_discord().iter().map(discord_text).collect();
    assert!(discord.iter().any(|one| one.contains("not at fault")), "{discord:?}");
    let silent = receipt(&story, "code-not-used", "ada", story.world.clock.now()).await;
    assert_eq!(silent.reason, Reason::BrandCause);
    let brands = told(&story).into_iter().find(|one| one.text.contains("shop-stopped")).expect("told");
    story.presses(cast.maja, &brands, "Why").await;
    let said = story.on_telegram().pop().expect("an answer").text;
    assert!(said.contains("With a running deal: Ada, ") && said.contains(", Jon"), "{said}");

    // It sells again; hours that touch the time say nothing, and later nobody is blamed for it.
    story = story.again(restart).await;
    for _ in 0..6 {
        together(&mut story, &TEN, &GOOD).await;
    }
    let all = incidents(&story).await;
    assert_eq!(all.iter().filter(|one| one.rule.as_str() == "code-not-used").count(), 0, "{all:?}");
    assert!(all.iter().all(|one| one.stage == Stage::Resolved), "{all:?}");
    let now = story.world.clock.now();
    let why_not = story.says(cast.team_chat, cast.maja, "/why-not winter/ada two-days").await;
    assert!(why_not.contains("Not judged against the creator, from 03:00"), "{why_not}");
    let after = receipt(&story, "two-days", "ada", now).await;
    assert_eq!((after.excused.len(), after.reason), (1, Reason::Unknown));

    // Two days on: the first of them is left out of the rate, above and below the line.
    for _ in 0..40 {
        together(&mut story, &TEN, &GOOD).await;
    }
    let later = receipt(&story, "two-days", "ada", story.world.clock.now()).await;
    let used = &later.comparisons[0].left.readings[0];
    assert_eq!(used.left_out.map(|out| out.secs), Some(86_400), "{later:?}");
    assert_eq!(used.value, Some(0.08), "eight of a hundred, on the day that counts");
    assert_eq!(incidents(&story).await.len(), 2);
    // What was known before the shop was found is still what it was.
    let before = later.excused[0].from + SignedDuration::from_hours(1);
    let rule = RuleId::new("two-days").expect("an id");
    let then = judged(story.world.core(), &rule, &partnership("ada"), before).await.expect("judged");
    assert!(then.judgement.receipt.excused.is_empty(), "nobody knew of it at {before}");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_that_came_first_are_closed_with_it() {
    let three = ["ada", "ben", "cia"];
    let mut story = begin(&three, &format!("{RULES}{CAUSE}")).await;
    for _ in 0..2 {
        hour(&mut story, &three, &GOOD).await;
    }
    // The links are counted before the shop is: at first it looks like three creators.
    hour(&mut story, &three, &STOPPED).await;
    story.wait(3_600).await;
    of_creators(&story, &three, &STOPPED).await;
    story.wait(5).await;
    assert_eq!(told(&story).len(), 3);
    of_brand(&story, &STOPPED).await;
    story.wait(5).await;
    let messages: Vec<String> = told(&story).iter().map(telegram_text).collect();
    assert_eq!(messages.len(), 4, "{messages:#?}");
    let adas = messages.iter().find(|one| one.contains("Ada")).expect("told");
    insta::assert_snapshot!(adas, @"
    [picture]
    🟢 Ada · Winter Warmers: closed, not their doing. Reason: Nordbo's shop did not sell

    Seen then: 0 orders on Facebook in 2 hours (2 readings, newest 04:00).
    Allowed: at least 4 orders on Facebook, 2 % of 200 link clicks on Facebook.
    Also true: 200 link clicks on Facebook, more than 100.

    Not judged against the creator, since 02:00: Nordbo's shop did not sell. While that lasts this rule does not fire.

    Withdrawn 04:00, it lies with the brand: the boost ada-winter runs on.

    code-not-used v1 · plain threshold · data 04:00 · #0000
    [Why]
    ");
    let brands = messages.iter().find(|one| one.contains("shop-stopped v1")).expect("told");
    assert!(brands.contains("3 alerts about them were closed with it."), "{brands}");
    let proposals = scan_all::<Proposal>(&*story.world.core().store).await.expect("proposals");
    assert_eq!(proposals.len(), 3);
    for kept in proposals {
        let withdrawn = matches!(&kept.value.stage, ProposalStage::Refused { reason, .. } if reason == "brand_cause");
        assert!(withdrawn, "{:?}", kept.value);
    }
    assert_eq!(story.journal("excuse_opened").await.len(), 1);
    // It recovers, and is closed as what it was; nothing of it comes back.
    for _ in 0..5 {
        hour(&mut story, &three, &GOOD).await;
    }
    assert_eq!(told(&story).len(), 4);
    assert_eq!(story.journal("excuse_closed").await.len(), 1);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_can_say_so_and_take_it_back() {
    let mut story = begin(&["ada", "ben"], RULES).await;
    let cast = story.world.cast;
    for sells in [true, true, false, false] {
        hour(&mut story, &["ada", "ben"], &Hour { sells, unseen: None }).await;
    }
    assert_eq!(told(&story).len(), 2);
    // Somebody who may not decide is told so, and nothing happens.
    let guest = story.member("Guest");
    let typed = "/excuse nordbo 2026-03-01T01:00 now the checkout was broken";
    let refused = story.says(cast.team_chat, guest, typed).await;
    assert!(refused.contains("do not know you"), "{refused}");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/excuse nordbo").await, @"From when to when? For example: excuse nordbo 2026-03-04T10:00 2026-03-04T14:00 the checkout was broken. At most 92 days");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/excuse ada 01:00 now").await, @"Only a brand or a campaign can be in its creators' way. Name one, or an alert about one");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/excuse nordbo soon now").await, @"
    “soon” does not fit here. It should be a moment, such as 2026-03-04T10:00, 2026-03-04, 14:00 or now.

    For example: excuse A7K2
    For example: excuse nordbo 2026-03-04T10:00 2026-03-04T14:00 the checkout was broken
    ");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, typed).await, @"
    Not count the time from 01:00 to 04:00 against 10 creators of Nordbo?

    What passes through the shop is left out of that time, and alerts that rest on it are closed. No creator is told and no money moves. “unexcuse” takes it back.

    Nothing happens unless you press Yes within 2 minutes.
    ");
    assert!(incidents(&story).await.iter().all(|one| one.stage == Stage::Firing), "it asks first");
    let question = story.on_telegram().pop().expect("a question");
    let (_, answer) = story.presses(cast.maja, &question, "Yes").await;
    insta::assert_snapshot!(answer, @"Noted: the time from 01:00 to 04:00 does not count against the creators of Nordbo");
    story.wait(5).await;
    assert!(incidents(&story).await.iter().all(|one| one.stage == Stage::Resolved));
    let said = story.journal("excuse_declared").await;
    assert_eq!((said.len(), said[0].0.as_str()), (1, "maja"));
    assert_eq!(said[0].1["excuse"]["reason"], "the checkout was broken");

    // Taken back, the same hours count again and fire again.
    let lift = story.says(cast.team_chat, cast.maja, "/unexcuse nordbo").await;
    insta::assert_snapshot!(lift, @"
    Count the time from 01:00 to 04:00 for the creators of Nordbo after all?

    Rules judge that time again and may fire at once.

    Nothing happens unless you press Yes within 2 minutes.
    ");
    let question = story.on_telegram().pop().expect("a question");
    let (_, answer) = story.presses(cast.maja, &question, "Yes").await;
    insta::assert_snapshot!(answer, @"Noted: the time from 01:00 to 04:00 counts for the creators of Nordbo again");
    hour(&mut story, &["ada", "ben"], &STOPPED).await;
    let firing = incidents(&story).await.into_iter().filter(|one| one.stage == Stage::Firing).count();
    assert_eq!(firing, 2);
    let again = story.says(cast.team_chat, cast.maja, "/unexcuse nordbo").await;
    insta::assert_snapshot!(again, @"No time is left out there at the moment");
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_of_the_brand_can_be_made_its_cause_and_not() {
    // The same rule without the word: it blames nobody, and excuses nobody.
    let plain = CAUSE.replace("cause = \"shop\"\n", "");
    let mut story = begin(&["ada", "ben"], &format!("{RULES}{plain}")).await;
    let cast = story.world.cast;
    for sells in [true, true, false, false] {
        hour(&mut story, &["ada", "ben"], &Hour { sells, unseen: None }).await;
    }
    assert_eq!(told(&story).len(), 3);
    let message = |story: &Story| {
        let found = story.on_discord().into_iter().find(|one| discord_text(one).contains("shop-stopped v1"));
        found.expect("told")
    };
    let asked = story.clicks(cast.jonas, &message(&story), "Not the creators' fault").await;
    insta::assert_snapshot!(asked, @"
    Not count the time since 02:00 against 10 creators of Nordbo?
    What passes through the shop is left out of that time, and alerts that rest on it are closed. No creator is told and no money moves. “unexcuse” takes it back.

    Nothing happens unless you press Yes within 2 minutes.
    [Yes, do not count it] [No, leave it]
    ");
    let id = incidents(&story).await.into_iter().find(|one| one.rule.as_str() == "shop-stopped").expect("one").id;
    story.says(cast.team_chat, cast.maja, &format!("/excuse {}", id.as_str())).await;
    let question = story.on_telegram().pop().expect("a question");
    story.presses(cast.maja, &question, "Yes").await;
    story.wait(5).await;
    let firing = |all: Vec<Incident>| all.into_iter().filter(|one| one.stage == Stage::Firing).count();
    assert_eq!(firing(incidents(&story).await), 1, "only the brand's own");
    let shown = discord_text(&message(&story));
    assert!(shown.contains("2 alerts about them were closed") && shown.contains("[It was not us]"), "{shown}");
    story.says(cast.team_chat, cast.maja, &format!("/unexcuse {}", id.as_str())).await;
    let question = story.on_telegram().pop().expect("a question");
    story.presses(cast.maja, &question, "Yes").await;
    hour(&mut story, &["ada", "ben"], &STOPPED).await;
    assert_eq!(firing(incidents(&story).await), 3);
    story.world.stop().await;
}
