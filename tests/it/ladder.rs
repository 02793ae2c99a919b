//! Steps of a rule that come later, cuts, what late orders bring back, and the limits in front of all of it, in both chats.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::config::Config;
use plimsoll::app::demo::START;
use plimsoll::app::watch::take_in;
use plimsoll::domain::action::{Proposal, ProposalStage};
use plimsoll::domain::ids::{CampaignId, CreatorId, Platform, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::outbox::incident::{Happened, Incident};
use plimsoll::rules::file::parse_rules;
use plimsoll::sources::Fetched;
use plimsoll::store::records::scan_all;
use serde_json::Value;

use super::story::{CAMPAIGN, Story, discord_text, restart, restart_with, telegram_text};

/// A rule about the winter campaign. The numbers of the stories are whole days, so it may judge the last seven of them.
pub fn rule(mode: &str, then: &str, more: &str) -> String {
    format!(
        r#"
[[rule]]
id = "late-stop"
kind = "stop_loss"
scope = "partnership"
where = {{ campaign = "{CAMPAIGN}" }}
when = "cpa > target.cpa && spend / target.cpa >= 10"
window = "7d"
recover = "cpa < 0.9 * target.cpa"
mode = "{mode}"
then = {then}
{more}
"#
    )
}

/// The demo's rule about the same numbers, about nobody: it would tell the same again.
const QUIET: &str = r#"
[[rule]]
id = "cpa-stop"
kind = "stop_loss"
scope = "partnership"
where = { campaign = "nothing" }
when = "cpa > target.cpa && spend / target.cpa >= 10"
window = "7d"
mode = "propose"
"#;

const CUT_THEN_STOP: &str = r#"[ { do = "cut_boost" }, { after = "48h", do = "stop_boost" } ]"#;

pub async fn apply_rules(story: &Story, text: &str) {
    let parsed = parse_rules(text, None);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    let file = Path::new("rules.toml").to_path_buf();
    let rules = parsed.rules.into_iter().map(|one| (file.clone(), one.rule)).collect();
    let given = Given { documents: Vec::new(), rules };
    apply(story.world.core(), given, "terminal:story", false).await.expect("applied");
}

/// A story in which only `rules` tell anything, with other settings.
pub async fn story(creators: &[&str], rules: &str, settings: impl FnOnce(&mut Config)) -> Story {
    let story = Story::begin(7, creators).await;
    apply_rules(&story, &format!("{QUIET}{rules}")).await;
    let mut story = story.again(|world| restart_with(world, settings)).await;
    // Numbers are whole days; what happens a day later happens when that day's are there.
    hours(&mut story, 2).await;
    story.begin_here();
    story
}

/// The team, Alma with a boost of 6,000 euros, and one rule.
async fn with(mode: &str, then: &str, more: &str) -> Story {
    let story = story(&["alma"], &rule(mode, then, more), |_| {}).await;
    assert!(story.world.ads.board().give_budget("boost-alma", "6000.00 EUR", story.world.clock.now()));
    story
}

/// What every whole day since the world began has brought: spend in cents and orders, a day.
pub async fn since_start(story: &mut Story, rows: &[(&str, i64, i64)]) {
    let now = story.world.clock.now();
    let start: jiff::Zoned = START.parse().expect("an instant");
    let day = |n: i64| start.checked_add(jiff::Span::new().days(n)).expect("in range").timestamp();
    let mut samples = Vec::new();
    for (creator, spend, orders) in rows {
        let campaign = CampaignId::new(CAMPAIGN).expect("an id");
        let subject = Subject::Partnership(campaign, CreatorId::new(creator).expect("an id"));
        for n in (0..).take_while(|n| day(n + 1) <= now) {
            let euro = "EUR".parse().expect("a currency");
            for (metric, value, currency) in [(Metric::Spend, *spend, Some(euro)), (Metric::Orders, *orders, None)] {
                samples.push(Sample {
                    series: SeriesKey { subject: subject.clone(), metric, platform: Platform::TiktokAds },
                    value,
                    currency,
                    form: Form::Amount { from: day(n), until: day(n + 1) },
                    known_at: now,
                    provisional: false,
                    self_reported: false,
                });
            }
        }
    }
    let fetched = Fetched { samples, ..Fetched::default() };
    let held = story.world.clock.hold("report");
    let source = SourceId::new("tiktok_ads").expect("an id");
    take_in(story.world.core(), &source, rows.len(), fetched, now).await.expect("taken in");
    drop(held);
    story.wait(5).await;
}

async fn proposals(story: &Story) -> Vec<Proposal> {
    let kept = scan_all::<Proposal>(&*story.world.core().store).await.expect("proposals");
    kept.into_iter().map(|kept| kept.value).filter(|one| one.asked_by == "rule/late-stop").collect()
}

async fn incident(story: &Story) -> Incident {
    let kept = scan_all::<Incident>(&*story.world.core().store).await.expect("incidents");
    let mut mine = kept.into_iter().map(|kept| kept.value).filter(|one| one.rule.as_str() == "late-stop");
    mine.next_back().expect("an incident")
}

fn deeds(proposals: &[Proposal]) -> Vec<&'static str> {
    proposals.iter().map(|one| one.deed.as_str()).collect()
}

pub async fn hours(story: &mut Story, hours: i64) {
    story.wait(hours * 3_600).await;
}

fn told(story: &Story) -> (String, String) {
    let telegram = telegram_text(&story.on_telegram().remove(0));
    let id = telegram.rsplit_once('#').expect("an id").1.get(..4).expect("an id").to_owned();
    // An alert of days goes on in a newer message on Discord.
    let discord = story.on_discord().into_iter().map(|one| discord_text(&one));
    let mut alive = discord.filter(|text| text.contains(&id) && !text.contains("goes on in a newer message"));
    (telegram, alive.next().expect("an alert"))
}

/// The budgets that a boost was given since the story began, as its platform knows them.
fn budgets(story: &Story) -> Vec<String> {
    story.world.ads.board().budgets("boost-alma").into_iter().skip(2).map(|budget| budget.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_boost_is_cut_at_once_and_stopped_two_days_later_if_it_is_still_so() {
    let mut story = with("propose", CUT_THEN_STOP, "").await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let fired = incident(&story).await.opened_at;
    // 28 days of €120 are spent of €6,000: half of the other €2,640 is taken away.
    let (telegram, discord) = told(&story);
    for text in [&telegram, &discord] {
        assert!(text.contains("Asks to cut the boost alma-winter to €4,680: saves €1,320."), "{text}");
        assert!(text.contains("If it is still so Tue 02:00, you are asked to stop the boost."), "{text}");
        assert!(text.contains("[Cut boost to €4,680 −€1,320] [Keep the budget]"), "{text}");
    }
    let message = story.on_discord().remove(0);
    story.clicks(cast.jonas, &message, "Cut boost").await;
    assert_eq!((budgets(&story), story.boost("boost-alma")), (vec!["4680.00 EUR".to_owned()], "active".to_owned()));
    let (telegram, discord) = told(&story);
    for text in [&telegram, &discord] {
        assert!(text.contains("says a budget of €4,680"), "{text}");
        assert!(text.contains("[Undo: give its budget back] [Stop boost"), "{text}");
    }
    hours(&mut story, 47).await;
    since_start(&mut story, &[("alma", 12_000, 1)]).await;
    assert_eq!(deeds(&proposals(&story).await), ["cut_boost"]);
    hours(&mut story, 1).await;
    let made = proposals(&story).await;
    assert_eq!(deeds(&made), ["cut_boost", "stop_boost"]);
    assert_eq!(made[1].asked_at, fired + SignedDuration::from_hours(48));
    assert_eq!(made[1].saves.map(|saves| saves.to_string()), Some("1080.00 EUR".to_owned()));
    let (telegram, discord) = told(&story);
    for text in [&telegram, &discord] {
        assert!(text.contains("Asks to stop the boost alma-winter: saves €1,080."), "{text}");
        assert!(!text.contains("If it is still so"), "{text}");
    }
    // The same message, edited, on Discord after a day a newer one without a sound: nobody's phone rang twice.
    let alerts = story.on_telegram().iter().filter(|one| one.text.contains("late-stop v1")).count();
    let others = story.on_discord().iter().filter(|one| discord_text(one).contains("late-stop v1")).count();
    assert_eq!((alerts, others), (1, 2));
    let shown = story.on_telegram().remove(0);
    story.presses(cast.maja, &shown, "Stop boost").await;
    assert_eq!(story.boost("boost-alma"), "paused");
    assert_eq!(budgets(&story), ["4680.00 EUR"], "the budget stays as it was cut");
    story.assert_polite();
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_gives_back_the_budget_that_was_read_before() {
    let mut story = with("propose", CUT_THEN_STOP, "").await;
    // The platform knows better than the file what the boost may spend.
    assert!(story.world.ads.board().give_budget("boost-alma", "6100.00 EUR", story.world.clock.now()));
    let cast = story.world.cast;
    story.fires("alma").await;
    let shown = story.on_telegram().remove(0);
    story.presses(cast.maja, &shown, "Cut boost").await;
    assert_eq!(budgets(&story), ["6100.00 EUR", "4680.00 EUR"]);
    let boosts = story.world.core().state.lock().await.catalog.boosts.clone();
    let kept = boosts.values().find(|boost| boost.id.as_str() == "alma-winter").expect("a boost").budget;
    assert_eq!(kept.to_string(), "4680.00 EUR", "the deal says what the platform says");
    let shown = story.on_telegram().remove(0);
    story.presses(cast.maja, &shown, "Undo: give its budget back").await;
    assert_eq!(budgets(&story), ["6100.00 EUR", "4680.00 EUR", "6100.00 EUR"]);
    let (telegram, _) = told(&story);
    assert!(telegram.contains("Boost alma-winter has its old budget again by Maja"), "{telegram}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_nobody_tells_is_not_cut() {
    let mut story = with("auto", r#"[ { do = "cut_boost" } ]"#, "").await;
    story.world.ads.board().forget_budget("boost-alma");
    story.fires("alma").await;
    let (telegram, _) = told(&story);
    assert!(telegram.contains("The boost alma-winter is NOT cut"), "{telegram}");
    assert!(telegram.contains("so there would be no way back"), "{telegram}");
    assert!(story.world.ads.board().orders().is_empty(), "nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_clear_before_the_second_step_has_no_second_step() {
    let mut story = with("auto", CUT_THEN_STOP, "").await;
    story.fires("alma").await;
    assert_eq!(budgets(&story), ["4680.00 EUR"]);
    hours(&mut story, 24).await;
    story.report(&[("alma", 12_000, 9)]).await;
    hours(&mut story, 48).await;
    assert_eq!(deeds(&proposals(&story).await), ["cut_boost"]);
    assert_eq!(story.boost("boost-alma"), "active");
    let over = story.journal("ladder_over").await;
    assert_eq!(over.len(), 1);
    assert_eq!(over[0].1.pointer("/steps/0/do"), Some(&Value::from("stop_boost")));
    assert!(incident(&story).await.rungs.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_so_already_is_left_out_and_the_journal_says_so() {
    let mut story = with("propose", CUT_THEN_STOP, "").await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let message = story.on_discord().remove(0);
    story.clicks(cast.jonas, &message, "Keep the budget").await;
    let asked = story.says(cast.team_chat, cast.maja, "/pause alma-winter").await;
    assert!(asked.contains("Stop"), "{asked}");
    let all = story.world.telegram.messages(cast.team_chat);
    let sure = all.into_iter().rev().find(|shown| shown.from_bot).expect("a question");
    story.presses(cast.maja, &sure, "Yes, stop it").await;
    assert_eq!(story.boost("boost-alma"), "paused");
    hours(&mut story, 49).await;
    assert_eq!(deeds(&proposals(&story).await), ["cut_boost"]);
    let steps = story.journal("ladder_step").await;
    assert_eq!(steps.len(), 1);
    assert_eq!(steps[0].1["left_out"], "achieved");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_auto_it_acts_by_itself_unless_a_person_has_it() {
    for taken in [false, true] {
        let mut story = with("auto", CUT_THEN_STOP, "").await;
        let cast = story.world.cast;
        story.fires("alma").await;
        assert_eq!(budgets(&story), ["4680.00 EUR"]);
        if taken {
            let shown = story.on_telegram().remove(0);
            story.presses(cast.maja, &shown, "I've got it").await;
        }
        // The numbers of the second day: nothing is acted on that rests on old ones.
        hours(&mut story, 47).await;
        since_start(&mut story, &[("alma", 12_000, 1)]).await;
        hours(&mut story, 1).await;
        let state = if taken { "active" } else { "paused" };
        assert_eq!(story.boost("boost-alma"), state, "taken: {taken}");
        let (telegram, _) = told(&story);
        assert_eq!(telegram.contains("Asks to stop the boost"), taken, "{telegram}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snooze_puts_the_step_off_to_its_end() {
    let mut story = with("propose", r#"[ { after = "2h", do = "stop_boost" } ]"#, "").await;
    let cast = story.world.cast;
    story.fires("alma").await;
    assert!(proposals(&story).await.is_empty(), "nothing is asked at once");
    let shown = story.on_telegram().remove(0);
    story.presses(cast.maja, &shown, "Snooze").await;
    hours(&mut story, 5).await;
    assert!(proposals(&story).await.is_empty());
    hours(&mut story, 2).await;
    assert_eq!(deeds(&proposals(&story).await), ["stop_boost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_between_two_steps_loses_none_and_doubles_none() {
    let mut story = with("auto", CUT_THEN_STOP, "").await;
    story.fires("alma").await;
    hours(&mut story, 30).await;
    story = story.again(restart).await;
    assert_eq!(deeds(&proposals(&story).await), ["cut_boost"]);
    hours(&mut story, 17).await;
    since_start(&mut story, &[("alma", 12_000, 1)]).await;
    hours(&mut story, 2).await;
    assert_eq!(deeds(&proposals(&story).await), ["cut_boost", "stop_boost"]);
    assert_eq!(story.boost("boost-alma"), "paused");
    story = story.again(restart).await;
    hours(&mut story, 5).await;
    assert_eq!(proposals(&story).await.len(), 2);
    assert_eq!(story.journal("ladder_step").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn late_orders_that_clear_the_line_offer_to_start_the_boost_again() {
    let mut story = with("propose", r#"[ { do = "stop_boost" } ]"#, "revive = true").await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let message = story.on_discord().remove(0);
    story.clicks(cast.jonas, &message, "Stop boost").await;
    assert_eq!(story.boost("boost-alma"), "paused");
    hours(&mut story, 20).await;
    // The platform counts the same days anew: 28 orders where 7 had been.
    story.report(&[("alma", 12_000, 4)]).await;
    story.wait(5).await;
    let (telegram, discord) = told(&story);
    for text in [&telegram, &discord] {
        let late = "Late orders cleared the line: 28 orders now, 21 needed. Asks to start the boost alma-winter again.";
        assert!(text.contains(late), "{text}");
        assert!(text.contains("[Start boost] [Leave it stopped]"), "{text}");
        assert!(!text.contains("Undo: start boost again"), "{text}");
    }
    let shown = story.on_telegram().remove(0);
    story.presses(cast.maja, &shown, "Start boost").await;
    assert_eq!(story.boost("boost-alma"), "active");
    let (_, discord) = told(&story);
    assert!(discord.contains("Boost alma-winter started again by Maja"), "{discord}");
    assert_eq!(story.journal("revival_offered").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_leave_the_window_bring_nothing_back() {
    let recover = "revive = true";
    let mut story = with("propose", r#"[ { do = "stop_boost" } ]"#, recover).await;
    let cast = story.world.cast;
    let rules = rule("propose", r#"[ { do = "stop_boost" } ]"#, recover);
    let rules = rules.replace("cpa < 0.9 * target.cpa", "spend / target.cpa < 10");
    apply_rules(&story, &rules).await;
    story.fires("alma").await;
    let shown = story.on_telegram().remove(0);
    story.presses(cast.maja, &shown, "Stop boost").await;
    // Stopped, it spends nothing more; in a week its bad days are gone from the window.
    for _ in 0..8 {
        hours(&mut story, 24).await;
        since_start(&mut story, &[("alma", 0, 0)]).await;
    }
    story.wait(5).await;
    assert!(incident(&story).await.resolved_at.is_some());
    assert_eq!(deeds(&proposals(&story).await), ["stop_boost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_itself_it_starts_again_only_when_its_cooldown_is_over_and_only_once() {
    let more = "revive = true\ncooldown = \"30h\"";
    let mut story = with("auto", r#"[ { do = "stop_boost" } ]"#, more).await;
    story.fires("alma").await;
    assert_eq!(story.boost("boost-alma"), "paused");
    hours(&mut story, 10).await;
    story.report(&[("alma", 12_000, 4)]).await;
    hours(&mut story, 15).await;
    since_start(&mut story, &[("alma", 12_000, 4)]).await;
    assert_eq!(story.boost("boost-alma"), "paused", "the rule could not stop it again before its cooldown is over");
    let (telegram, _) = told(&story);
    let later = "28 orders now, 21 needed. the rule late-stop agreed";
    assert!(
        telegram.contains(later) && telegram.contains("to start the boost alma-winter again; it is done"),
        "{telegram}"
    );
    assert!(telegram.contains("[Leave it stopped]"), "{telegram}");
    hours(&mut story, 6).await;
    assert_eq!(story.boost("boost-alma"), "active");
    // The numbers are restated once more, and once more back: the second time a person is asked.
    story.report(&[("alma", 12_000, 1)]).await;
    hours(&mut story, 1).await;
    assert_eq!(story.boost("boost-alma"), "paused");
    story.report(&[("alma", 12_000, 4)]).await;
    hours(&mut story, 40).await;
    assert_eq!(story.boost("boost-alma"), "paused");
    let made = proposals(&story).await;
    assert_eq!(deeds(&made), ["stop_boost", "resume_boost", "stop_boost", "resume_boost"]);
    assert!(matches!(made[3].stage, ProposalStage::Expired { .. }), "asked, and nobody answered: {:?}", made[3].stage);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_started_it_meanwhile_has_decided() {
    let mut story = with("propose", r#"[ { do = "stop_boost" } ]"#, "revive = true").await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let shown = story.on_telegram().remove(0);
    story.presses(cast.maja, &shown, "Stop boost").await;
    let shown = story.on_telegram().remove(0);
    story.presses(cast.maja, &shown, "Undo").await;
    assert_eq!(story.boost("boost-alma"), "active");
    story.report(&[("alma", 12_000, 4)]).await;
    story.wait(5).await;
    assert_eq!(deeds(&proposals(&story).await), ["stop_boost"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fourth_action_of_a_day_of_three_waits_is_told_once_and_is_done_the_next_day() {
    let names = ["alma", "bo", "cleo", "dario"];
    let rules = rule("auto", r#"[ { do = "stop_boost" } ]"#, "");
    let mut story = story(&names, &rules, |config| config.guards.actions_per_day = 3).await;
    story.report(&names.map(|name| (name, 12_000, 1))).await;
    story.wait(60).await;
    let paused = |story: &Story| names.iter().filter(|name| story.boost(&format!("boost-{name}")) == "paused").count();
    assert_eq!(paused(&story), 3);
    let waiting: Vec<Timestamp> = proposals(&story)
        .await
        .iter()
        .filter_map(|one| match one.stage {
            ProposalStage::Approved { at, .. } => Some(at),
            _ => None,
        })
        .collect();
    assert_eq!(waiting.len(), 1, "one waits for the next day");
    let held = |story: &Story| {
        let shown = story.on_telegram();
        shown.iter().filter(|one| one.text.contains("the day's number of actions is used up")).count()
    };
    assert_eq!(held(&story), 1);
    hours(&mut story, 23).await;
    since_start(&mut story, &names.map(|name| (name, 12_000, 1))).await;
    assert_eq!(paused(&story), 3);
    hours(&mut story, 2).await;
    assert_eq!(paused(&story), 4);
    let incidents = scan_all::<Incident>(&*story.world.core().store).await.expect("incidents");
    let noted = incidents.iter().flat_map(|kept| &kept.value.events);
    let noted = noted.filter(|event| matches!(event.what, Happened::Held { .. }));
    assert_eq!(noted.count(), 1, "told once");
}
