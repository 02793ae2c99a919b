//! A campaign that is over: its report, its questions, its next steps, through the emulators on virtual time.

use jiff::SignedDuration;
use plimsoll::app::postmortem::records::AnswerRecord;
use plimsoll::domain::ids::CampaignId;
use plimsoll::domain::person::Role;
use plimsoll::report::page::Page as Written;
use plimsoll::report::postmortem::{facts, page};
use plimsoll::sim::telegram::{NewUser, Shown};
use plimsoll::store::records::scan_all;
use plimsoll::words::wording::Reader;

use super::browser::Page;
use super::story::{CAMPAIGN, Story, restart, restart_with, telegram_text};

/// What is told of the campaign beside the numbers of the story.
const PLAN: &str = r#"
[[campaign]]
id = "winter"
name = "Winter"
brand = "nordbo"
goal = "sales"
starts = 2026-02-01
ends = 2026-03-03
attribution = "1d"
target = { orders = 400, cpa = "45.00 EUR" }
plan = { hours = 30 }
"#;

struct Over {
    story: Story,
    own: plimsoll::sim::telegram::ChatId,
}

/// Two creators, one far better than the other; hours and a lesson told; a boost stopped; then the campaign ends.
async fn over() -> Over {
    let mut story = Story::begin(7, &["alma", "bo"]).await;
    let cast = story.world.cast;
    story.apply(PLAN).await;
    story.report(&[("alma", 12_000, 1), ("bo", 9_000, 40)]).await;
    story.wait(5).await;
    let shown = story.on_telegram().into_iter().next_back().expect("an alert");
    story.presses(cast.maja, &shown, "Stop").await;
    story.wait(20).await;
    for said in [
        "/note winter 6.5 h editing #hours",
        "/note winter all day long #hours",
        "/note winter/bo her second cut sold #learning",
        "/step winter book the studio earlier @maja by 2026-04-20",
    ] {
        story.says(cast.team_chat, cast.maja, said).await;
    }
    let end = story.world.clock.now().checked_add(SignedDuration::from_hours(24 * 4)).expect("in range");
    story.world.run_until(end).await.expect("the world runs");
    let own = story.world.telegram.private_chat(cast.maja);
    Over { story, own }
}

fn last(story: &Story, chat: plimsoll::sim::telegram::ChatId) -> Shown {
    story.world.telegram.messages(chat).into_iter().rfind(|one| one.from_bot).expect("an answer")
}

/// The questions are answered with and without a name, and nothing that is kept leads from the latter to anybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_is_looked_back_on_by_everybody() {
    let Over { mut story, own } = over().await;
    let cast = story.world.cast;
    let report = story.says(cast.team_chat, cast.maja, "/postmortem winter").await;
    assert!(report.contains("Winter") && report.contains("6.5"), "{report}");
    let status = story.says(cast.team_chat, cast.maja, "/status winter").await;
    assert!(status.contains("a straight line would be at"), "{status}");
    let asked = story.says(cast.team_chat, cast.maja, "/ask winter").await;
    assert!(asked.contains("direct message"), "{asked}");
    story.wait(10).await;
    assert!(telegram_text(&last(&story, own)).contains("svara winter"), "{}", telegram_text(&last(&story, own)));
    let again = story.says(cast.team_chat, cast.maja, "/ask winter").await;
    assert!(again.contains("already"), "{again}");
    // In the room nobody answers: it is said in a direct message.
    let aloud = story.says(cast.team_chat, cast.maja, "/answer winter 1 yes").await;
    assert!(aloud.contains("direct message to me"), "{aloud}");
    story.says(own, cast.maja, "/answer winter anonymous").await;
    story.presses(cast.maja, &last(&story, own), "Nej").await;
    story.says(own, cast.maja, "/answer winter 2 delvis, målet byttes").await;
    let twice = story.says(own, cast.maja, "/answer winter 1 ja").await;
    assert!(twice.contains("står kvar"), "{twice}");
    let records = scan_all::<AnswerRecord>(&*story.world.core().store).await.expect("answers");
    let kept: Vec<String> = records.iter().map(|one| serde_json::to_string(&one.value).expect("JSON")).collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    let secret = kept.iter().find(|one| one.contains("goal-understood")).expect("the anonymous one");
    assert!(!secret.contains("maja") && secret.contains("nobody"), "{secret}");
    // Neither does the journal say that she answered it.
    let told = story.journal("question_answered").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told.iter().all(|(_, detail)| detail["question"] == "consensus"), "{told:?}");
    story.assert_polite();
}

/// How often somebody's own chat was asked about the campaign.
fn asked_in(story: &Story, chat: plimsoll::sim::telegram::ChatId) -> usize {
    let all = story.world.telegram.messages(chat);
    all.iter().filter(|one| one.from_bot && one.text.contains("svara winter")).count()
}

/// Nobody says `ask`: the window has closed with yesterday, and in the morning everybody is asked, whoever sleeps later.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_took_part_is_asked_once_when_the_late_orders_are_in() {
    let Over { mut story, own } = over().await;
    let cast = story.world.cast;
    story.says(own, cast.maja, "/quiet 20:00-11:30").await;
    story.wait(9 * 3_600 + 1_800).await;
    assert_eq!((asked_in(&story, own), story.journal("questions_asked").await.len()), (0, 0), "it is half past nine");
    story.wait(2_700).await;
    assert_eq!(asked_in(&story, own), 0, "she sleeps until half past eleven");
    let sent = story.journal("questions_asked").await;
    assert_eq!((sent.len(), sent[0].0.as_str()), (1, "plimsoll"), "{sent:?}");
    let told: Vec<String> = story.on_telegram().iter().map(telegram_text).collect();
    let told = told.iter().find(|text| text.contains("late orders are in")).expect("the team is told");
    assert!(told.contains("Winter is over") && told.contains("postmortem winter"), "{told}");
    story = story.again(restart).await;
    story.wait(2 * 3_600).await;
    assert_eq!(asked_in(&story, own), 1);
    // Neither the next mornings nor another start ask again, and neither does somebody who says so.
    story.wait(48 * 3_600).await;
    story = story.again(restart).await;
    story.wait(48 * 3_600).await;
    let again = story.says(cast.team_chat, cast.maja, "/ask winter").await;
    assert!(again.contains("already"), "{again}");
    assert_eq!((asked_in(&story, own), story.journal("questions_asked").await.len()), (1, 1));
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_by_itself_where_the_setting_is_empty() {
    let Over { mut story, own } = over().await;
    story = story.again(|world| restart_with(world, |config| config.postmortem.ask.clear())).await;
    story.wait(48 * 3_600).await;
    assert_eq!((asked_in(&story, own), story.journal("questions_asked").await.len()), (0, 0));
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_next_step_stands_on_the_desk_until_it_is_done() {
    let Over { mut story, own } = over().await;
    let cast = story.world.cast;
    let nobody = story.says(cast.team_chat, cast.maja, "/step winter call @nobody").await;
    assert!(nobody.contains("nobody"), "{nobody}");
    let desk = story.says(own, cast.maja, "/desk").await;
    assert!(desk.contains("book the studio earlier"), "{desk}");
    // A stranger neither writes steps down nor does them.
    let stranger = story.world.telegram.add_user(NewUser::named("Eve", "en"));
    let theirs = story.world.telegram.private_chat(stranger);
    story.says(theirs, stranger, "/done 1").await;
    assert!(story.says(own, cast.maja, "/desk").await.contains("book the studio earlier"));
    let shown = last(&story, own);
    let button = shown.buttons.iter().flatten().find(|one| one.contains("Klart")).expect("a button").clone();
    story.presses(cast.maja, &shown, &button).await;
    let desk = story.says(own, cast.maja, "/desk").await;
    assert!(!desk.contains("book the studio earlier"), "{desk}");
    let repeated = story.says(own, cast.maja, "/done 1").await;
    assert!(repeated.contains("redan klart"), "{repeated}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creator_answers_about_their_own_campaign_and_sees_no_report() {
    let Over { mut story, .. } = over().await;
    let user = story.world.telegram.add_user(NewUser::named("Bo", "en"));
    story.starts(user, Role::Creator, "Bo Ek", Some("bo")).await;
    let own = story.world.telegram.private_chat(user);
    let question = story.says(own, user, "/answer winter").await;
    assert!(question.contains("Did everybody understand the goal?"), "{question}");
    for refused in ["/postmortem winter", "/portfolio winter", "/ask winter", "/step winter more money"] {
        let said = story.says(own, user, refused).await;
        assert!(!said.contains("Winter:") && !said.contains("alma"), "{refused}: {said}");
    }
}

/// What is gathered from a finished campaign of the real service, and its page in a real browser.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_finished_campaign_asks_for_nothing_and_fits_a_phone() {
    let Over { story, .. } = over().await;
    let id = CampaignId::new(CAMPAIGN).expect("an id");
    let core = story.world.core();
    let now = story.world.clock.now();
    let found = plimsoll::app::postmortem::gather(core, &id, now).await.expect("gathered");
    assert_eq!(found.effort.hours.as_ref().map(ToString::to_string), Ok("6.5".to_owned()));
    assert_eq!((found.effort.unread, found.stops.len(), found.steps.len(), found.remarks.len()), (1, 1, 1, 1));
    let saved = &found.stops.first().expect("a stop").saved;
    assert!(saved.is_ok(), "{saved:?}");
    let goal = found.results.first().expect("a result");
    assert!(goal.is_goal && goal.reached.is_ok(), "{goal:?}");
    let next = found.next.as_ref().expect("creators are judged");
    assert_eq!(next.portfolio.standings.first().map(|one| one.creator.as_str()), Some("bo"));
    let line_up = plimsoll::app::postmortem::line_up(core, &found, &Reader::new("en", "UTC"), now).await;
    let documents = plimsoll::domain::document::Documents::from_toml(&line_up.expect("a line-up"));
    assert_eq!(documents.expect("documents").campaign.first().map(|one| one.id.to_string()), Some("winter-2".into()));
    for language in ["en", "sv"] {
        let reader = Reader::new(language, "Europe/Stockholm");
        look(&page::page(&found, &reader), &format!("postmortem-{language}")).await;
        look(&facts::facts(&found, &reader), &format!("facts-{language}")).await;
    }
}

/// Opens a page as a file, in both themes, as wide as a phone and as a desk; the pictures stay below `target/tmp`.
async fn look(written: &Written, name: &str) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("{name}.html"));
    std::fs::write(&file, written.to_html()).expect("written");
    let page = Page::open_still(&format!("file://{}", file.display())).await;
    for (width, place) in [(390, "phone"), (1200, "desk")] {
        page.size(width, 2400).await;
        for theme in ["light", "dark"] {
            if theme == "dark" {
                page.dark().await;
            } else {
                page.light().await;
            }
            let wide = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth";
            assert_eq!(page.ask(wide, &[]).await, true, "{name}: nothing is beside the page at {width} px, {theme}");
            let paper = "() => getComputedStyle(document.body).backgroundColor";
            let wanted = if theme == "dark" { "rgb(20, 23, 28)" } else { "rgb(255, 255, 255)" };
            assert_eq!(page.ask(paper, &[]).await, wanted, "{name}: {theme}");
            page.picture(&format!("{name}-{place}-{theme}")).await;
        }
    }
    let asked = page.ask("() => performance.getEntriesByType('resource').map((one) => one.name).join()", &[]).await;
    assert_eq!(asked, "", "{name}: nothing is asked for");
    assert_eq!(page.complaints().await, Vec::<String>::new());
    page.close().await;
}
