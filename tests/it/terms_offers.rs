//! Changes to a deal on the emulated chats: from either side, binding when both have said yes, told by a person where there
//! is no chat.

use plimsoll::app::records::DocumentRecord;
use plimsoll::domain::document::{Deliverable, Document};
use plimsoll::domain::offer::{Offer, Stage};
use plimsoll::sim::telegram::Shown;
use plimsoll::store::keys;
use plimsoll::store::records::{load, scan_all};

use super::stories_levels::{to_alma, with_alma};
use super::story::{Story, discord_text, restart, telegram_text};

pub const DEAL: &str = r#"
[[partnership]]
campaign = "winter"
creator = "lind"
commission = "10 %"
codes = ["ALMA10"]
target = { orders = 60 }
[[deliverable]]
partnership = "winter/lind"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "1500.00 EUR"
due = 2026-02-20
state = "live"
post = "p17"
[[deliverable]]
partnership = "winter/lind"
id = "reel-2"
platform = "instagram"
format = "reel"
fee = "4000.00 EUR"
draft_due = 2026-03-08
due = 2026-03-12
cancel_by = 2026-03-09T18:00
[[boost]]
id = "lind-winter"
partnership = "winter/lind"
source = "tiktok_ads"
ref = "boost-lind"
budget = "700.00 EUR"
[[creator]]
id = "bo"
name = "Bo Ek"
locale = "sv"
[[partnership]]
campaign = "winter"
creator = "bo"
[[deliverable]]
partnership = "winter/bo"
id = "video-1"
platform = "tiktok"
format = "video"
fee = "900.00 EUR"
due = 2026-03-20
"#;

async fn piece(story: &Story, id: &str) -> (Deliverable, u32, String) {
    let key = keys::document("deliverable", id);
    let kept = load::<DocumentRecord>(&*story.world.core().store, &key).await.expect("reads").expect("kept").value;
    let Document::Deliverable(one) = kept.document else { panic!("a piece") };
    (one, kept.version, kept.by)
}

async fn offers(story: &Story) -> Vec<Offer> {
    scan_all::<Offer>(&*story.world.core().store).await.expect("offers").into_iter().map(|kept| kept.value).collect()
}

fn newest(messages: Vec<Shown>, with: &str) -> Shown {
    messages.into_iter().rev().find(|shown| shown.text.contains(with)).unwrap_or_else(|| panic!("nothing with {with}"))
}

async fn with_deal() -> Story {
    let mut story = with_alma().await;
    story.apply(DEAL).await;
    story.wait(5).await;
    story.begin_here();
    story
}

#[expect(clippy::too_many_lines, reason = "one story, told to both sides step by step")]
#[tokio::test(flavor = "multi_thread")]
async fn the_brand_offers_and_alma_says_yes() {
    let mut story = with_deal().await;
    let cast = story.world.cast;
    let direct = story.world.telegram.private_chat(cast.alma);
    let answer =
        story.says(cast.team_chat, cast.maja, "/offer winter/lind reel-2 fee 3500 EUR: one cut less this month").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    let hers = newest(to_alma(&story), "asks to change");
    insta::assert_snapshot!(telegram_text(&hers), @"");
    insta::assert_snapshot!(telegram_text(&newest(story.on_telegram(), "was offered")), @"");
    insta::assert_snapshot!(discord_text(&story.on_discord().pop().expect("told")), @"");

    // Nobody else can answer it, and nobody its own side's.
    let (_, refused) = story.presses(cast.outsider, &newest(story.on_telegram(), "was offered"), "Take it back").await;
    assert!(refused.contains("do not know you"), "{refused}");
    let own = story.says(cast.team_chat, cast.maja, "/accept 1").await;
    insta::assert_snapshot!(own, @"");

    // She is asked once more, and only then it binds.
    story.presses(cast.alma, &hers, "Yes").await;
    story.wait(3).await;
    let sure = newest(to_alma(&story), "Say yes to this");
    insta::assert_snapshot!(telegram_text(&sure), @"");
    assert_eq!(piece(&story, "winter/lind/reel-2").await.1, 1, "nothing is bound yet");
    let (_, answer) = story.presses(cast.alma, &sure, "Yes, it binds").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    let (bound, version, by) = piece(&story, "winter/lind/reel-2").await;
    assert_eq!((bound.fee.to_string().as_str(), version, by.as_str()), ("3500.00 EUR", 2, "chat:maja and almalind"));
    insta::assert_snapshot!(telegram_text(&newest(story.on_telegram(), "agreed")), @"");
    insta::assert_snapshot!(telegram_text(&newest(to_alma(&story), "Agreed with")), @"");
    for other in ["Maja", "Jonas", "orders", "700"] {
        assert!(to_alma(&story).iter().all(|shown| !shown.text.contains(other)), "{other} is not for her");
    }
    // The button is history, the command says so politely, and a file applied again takes nothing back.
    let late = story.says(direct, cast.alma, "accept 1").await;
    insta::assert_snapshot!(late, @"");
    story.apply(DEAL).await;
    assert_eq!(piece(&story, "winter/lind/reel-2").await.0.fee.to_string(), "3500.00 EUR");
    let made = story.journal("offer_made").await;
    let bound = story.journal("offer_accepted").await;
    assert_eq!((made[0].0.as_str(), bound[0].0.as_str()), ("maja", "almalind"));

    // The terms, from each seat.
    insta::assert_snapshot!(story.says(direct, cast.alma, "deal").await, @"");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/deal lind").await, @"");
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn alma_asks_a_counter_takes_its_place_and_time_ends_it() {
    let mut story = with_deal().await;
    let cast = story.world.cast;
    let direct = story.world.telegram.private_chat(cast.alma);
    let answer = story.says(direct, cast.alma, "offer winter/lind reel-2 due 2026-03-20: I am ill").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    let asked = story.on_discord().pop().expect("told");
    insta::assert_snapshot!(discord_text(&asked), @"");
    insta::assert_snapshot!(story.clicks(cast.jonas, &asked, "Suggest another").await, @"");
    let counter = story.says(cast.team_chat, cast.maja, "/offer winter/lind reel-2 due 2026-03-16").await;
    insta::assert_snapshot!(counter, @"");
    story.wait(5).await;
    assert!(matches!(offers(&story).await[0].stage, Stage::Superseded { by: 2, .. }));
    let theirs = newest(to_alma(&story), "asks to change");
    insta::assert_snapshot!(telegram_text(&theirs), @"");
    // A restart forgets nothing; a week without an answer ends it, and both hear that nothing changes.
    story = story.again(restart).await;
    story.wait(7 * 86_400 + 60).await;
    assert!(matches!(offers(&story).await[1].stage, Stage::Expired { .. }));
    insta::assert_snapshot!(telegram_text(&newest(to_alma(&story), "No answer in time")), @"");
    assert!(story.on_telegram().iter().any(|shown| shown.text.contains("no answer in time")));
    assert_eq!(piece(&story, "winter/lind/reel-2").await.0.due.0.to_string(), "2026-03-12");
    // A third one is declined, and a fourth taken back.
    story.says(direct, cast.alma, "offer winter/lind extend 7d").await;
    story.wait(3).await;
    let told = newest(story.on_telegram(), "asks for");
    story.presses(cast.maja, &told, "No").await;
    story.wait(5).await;
    insta::assert_snapshot!(telegram_text(&newest(to_alma(&story), "said no")), @"");
    story.says(direct, cast.alma, "offer winter/lind commission 12 %").await;
    story.wait(3).await;
    let back = story.says(direct, cast.alma, "decline 4").await;
    insta::assert_snapshot!(back, @"");
    let stages: Vec<bool> = offers(&story).await.iter().map(|one| one.stage.is_over()).collect();
    assert_eq!(stages, [true; 4]);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_chat_a_person_tells_and_much_money_takes_two() {
    let mut story = with_deal().await;
    let cast = story.world.cast;
    let answer = story.says(cast.team_chat, cast.maja, "/offer winter/bo video-1 fee 700").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    let told = newest(story.on_telegram(), "tell Bo yourselves");
    insta::assert_snapshot!(telegram_text(&told), @"");
    // No time runs until somebody has told him.
    story.wait(10 * 86_400).await;
    assert_eq!(offers(&story).await[0].stage, Stage::Open);
    story.presses(cast.maja, &told, "Texts to copy").await;
    insta::assert_snapshot!(telegram_text(&newest(story.on_telegram(), "Texts for Bo")), @"");
    let (_, answer) =
        story.presses(cast.maja, &newest(story.on_telegram(), "tell Bo yourselves"), "I've told Bo").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    let (_, answer) = story.presses(cast.maja, &newest(story.on_telegram(), "was offered"), "Bo said yes").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    let (bound, _, by) = piece(&story, "winter/bo/video-1").await;
    assert_eq!((bound.fee.to_string().as_str(), by.as_str()), ("700.00 EUR", "chat:maja and bo"));
    let noted = offers(&story).await[0].noted_by.clone().expect("noted");
    assert_eq!(noted.who, "maja");

    // More than the amount of the settings takes somebody else as well, and until then she hears nothing.
    let answer = story.says(cast.team_chat, cast.maja, "/offer winter/lind reel-2 fee 6000").await;
    insta::assert_snapshot!(answer, @"");
    story.wait(5).await;
    assert!(!to_alma(&story).iter().any(|shown| shown.text.contains("6,000")));
    let waits = newest(story.on_telegram(), "wants to offer");
    story.presses(cast.maja, &waits, "I say yes too").await;
    story.wait(3).await;
    assert!(story.on_telegram().iter().any(|shown| shown.text.contains("said yes already")));
    let asked = story.on_discord().into_iter().rev().find(|one| discord_text(one).contains("wants to offer"));
    let question = story.clicks(cast.jonas, &asked.expect("told"), "I say yes too").await;
    assert!(question.contains("The other side is told then"), "{question}");
    let direct = story.world.discord.dm(cast.jonas);
    story.slash(cast.jonas, direct, "accept", &[("offer", plimsoll::sim::discord::Given::Text("2".into()))]).await;
    assert!(!to_alma(&story).iter().any(|shown| shown.text.contains("6,000")), "asked first");
    let confirm = story.world.discord.messages(direct).pop().expect("asked");
    story.clicks(cast.jonas, &confirm, "Send it").await;
    story.wait(5).await;
    assert!(to_alma(&story).iter().any(|shown| shown.text.contains("6,000")));
    story.world.stop().await;
}
