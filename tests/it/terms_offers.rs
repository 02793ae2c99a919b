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
    insta::assert_snapshot!(answer, @"
    Alma has it now. It counts when Alma says yes; you are told here.
    --
    🔵 Alma Lind · Winter Warmers: Alma was offered Reel 2 for €3,500 instead of €4,000

    “one cut less this month”
    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 8 Mar 00:00. Without an answer nothing changes.

    offer 1
    ");
    story.wait(5).await;
    let hers = newest(to_alma(&story), "asks to change");
    insta::assert_snapshot!(telegram_text(&hers), @"
    🔵 Nordbo asks to change Winter Warmers: Reel 2 for €3,500 instead of €4,000

    “one cut less this month”
    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 8 Mar 00:00. Without an answer nothing changes.

    A no costs nothing: your deal, your level and your pay stay as they are.

    offer 1
    [Yes] [No]
    [Suggest another]
    ");
    insta::assert_snapshot!(telegram_text(&newest(story.on_telegram(), "was offered")), @"
    🔵 Alma Lind · Winter Warmers: Alma was offered Reel 2 for €3,500 instead of €4,000

    “one cut less this month”
    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 8 Mar 00:00. Without an answer nothing changes.

    offer 1
    [Take it back]
    ");
    insta::assert_snapshot!(discord_text(&story.on_discord().pop().expect("told")), @"
    🔵 Alma Lind · Winter Warmers: Alma was offered Reel 2 for €3,500 instead of €4,000
    “one cut less this month”
    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 8 Mar 00:00. Without an answer nothing changes.
    offer 1
    [Take it back]
    ");

    // Nobody else can answer it, and nobody its own side's.
    let (_, refused) = story.presses(cast.outsider, &newest(story.on_telegram(), "was offered"), "Take it back").await;
    assert!(refused.contains("do not know you"), "{refused}");
    let own = story.says(cast.team_chat, cast.maja, "/accept 1").await;
    insta::assert_snapshot!(own, @"It is your own side's. The other side answers it.");

    // She is asked once more, and only then it binds.
    story.presses(cast.alma, &hers, "Yes").await;
    story.wait(3).await;
    let sure = newest(to_alma(&story), "Say yes to this");
    insta::assert_snapshot!(telegram_text(&sure), @"
    Say yes to this: Reel 2 for €3,500 instead of €4,000?

    It binds both sides from then on, and both are told.
    [Yes, it binds] [No, leave it]
    ");
    assert_eq!(piece(&story, "winter/lind/reel-2").await.1, 1, "nothing is bound yet");
    let (_, answer) = story.presses(cast.alma, &sure, "Yes, it binds").await;
    insta::assert_snapshot!(answer, @"Agreed. It is in the deal now, and both sides are told.");
    story.wait(5).await;
    let (bound, version, by) = piece(&story, "winter/lind/reel-2").await;
    assert_eq!((bound.fee.to_string().as_str(), version, by.as_str()), ("3500.00 EUR", 2, "chat:maja and almalind"));
    insta::assert_snapshot!(telegram_text(&newest(story.on_telegram(), "agreed")), @"
    🟢 Alma Lind · Winter Warmers: agreed, Reel 2 for €3,500 instead of €4,000

    Yes from Maja (00:00) and from Alma (00:00). It is in the deal from now on.
    The deal has a new version with both names.

    offer 1
    ");
    insta::assert_snapshot!(telegram_text(&newest(to_alma(&story), "Agreed with")), @"
    🟢 Agreed with Nordbo: Reel 2 for €3,500 instead of €4,000

    Yes from Nordbo (00:00) and from you (00:00). It is in the deal from now on.
    ");
    for other in ["Maja", "Jonas", "orders", "700"] {
        assert!(to_alma(&story).iter().all(|shown| !shown.text.contains(other)), "{other} is not for her");
    }
    // The button is history, the command says so politely, and a file applied again takes nothing back.
    let late = story.says(direct, cast.alma, "accept 1").await;
    insta::assert_snapshot!(late, @"It is over already. Nothing was changed.");
    story.apply(DEAL).await;
    assert_eq!(piece(&story, "winter/lind/reel-2").await.0.fee.to_string(), "3500.00 EUR");
    let made = story.journal("offer_made").await;
    let bound = story.journal("offer_accepted").await;
    assert_eq!((made[0].0.as_str(), bound[0].0.as_str()), ("maja", "almalind"));

    // The terms, from each seat.
    insta::assert_snapshot!(story.says(direct, cast.alma, "deal").await, @"
    📄 Nordbo · Winter Warmers: 2 pieces, 1 still to come. €5,000 in fees

    • Reel 1 (Instagram reel): out, €1,500, due 20 Feb
    • Reel 2 (Instagram reel): agreed, €3,500, due 12 Mar
       Until 9 Mar 18:00 it can be cancelled without pay.

    You get 10 % of each order.
    A post of yours is being boosted (lind-winter).
    Code: ALMA10

    Who changed what
    00:00, Nordbo + you: Reel 2, fee €4,000 → €3,500
    00:00, Nordbo: the deal was written down
    00:00, Nordbo: Reel 1 was written down
    00:00, Nordbo: Reel 2 was written down

    This is your deal. It changes only when both of you say yes: “offer” suggests a change.
    ");
    insta::assert_snapshot!(story.says(cast.team_chat, cast.maja, "/deal lind").await, @"
    📄 Alma Lind · Winter Warmers: 2 pieces, 1 still to come. €5,000 in fees

    • Reel 1 (Instagram reel): out, €1,500, due 20 Feb
    • Reel 2 (Instagram reel): agreed, €3,500, due 12 Mar
       Free to cancel until 9 Mar 18:00.

    Commission: 10 % of each order.
    Boost: lind-winter, budget €700.
    Code: ALMA10

    Who changed what
    00:00, Maja + Alma Lind: Reel 2, fee €4,000 → €3,500
    00:00, terminal:story: the deal was written down
    00:00, terminal:story: Reel 1 was written down
    00:00, terminal:story: Reel 2 was written down

    The deal changes only when both sides say yes: “offer” suggests a change.
    ");
    story.assert_polite();
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn alma_asks_a_counter_takes_its_place_and_time_ends_it() {
    let mut story = with_deal().await;
    let cast = story.world.cast;
    let direct = story.world.telegram.private_chat(cast.alma);
    let answer = story.says(direct, cast.alma, "offer winter/lind reel-2 due 2026-03-20: I am ill").await;
    insta::assert_snapshot!(answer, @"
    Nordbo has it now. It counts when they say yes; you are told here.
    --
    🔵 You asked Nordbo to change Winter Warmers: Reel 2 due 20 Mar instead of 12 Mar

    “I am ill”
    Draft, proof and numbers are due as much later or earlier. The last moment to cancel stays where it is.
    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 8 Mar 00:00. Without an answer nothing changes.

    offer 1
    ");
    story.wait(5).await;
    let asked = story.on_discord().pop().expect("told");
    insta::assert_snapshot!(discord_text(&asked), @"
    🔵 Alma Lind · Winter Warmers: Alma asks for Reel 2 due 20 Mar instead of 12 Mar
    “I am ill”
    Draft, proof and numbers are due as much later or earlier. The last moment to cancel stays where it is.
    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 8 Mar 00:00. Without an answer nothing changes.
    offer 1
    [Yes] [No] [Suggest another]
    ");
    insta::assert_snapshot!(story.clicks(cast.jonas, &asked, "Suggest another").await, @"
    What should change? Nothing does until the other side says yes
    Press one, or type like this. A reason may follow after a colon.
    `offer winter/lind reel-2 fee 3500`
    `offer winter/lind reel-2 due 2026-03-12`
    `offer winter/lind reel-2 format story`
    `offer winter/lind commission 12 %`
    `offer winter/lind extend 7d`
    `offer winter/lind rights 2026-03-12`
    `offer winter/lind piece extra-1 instagram reel 2000 2026-03-12`
    [Reel 2 due 16 Mar instead of 12 Mar] [No, leave it]
    ");
    let counter = story.says(cast.team_chat, cast.maja, "/offer winter/lind reel-2 due 2026-03-16").await;
    insta::assert_snapshot!(counter, @"Alma has it now. It counts when Alma says yes; you are told here.");
    story.wait(5).await;
    assert!(matches!(offers(&story).await[0].stage, Stage::Superseded { by: 2, .. }));
    let theirs = newest(to_alma(&story), "asks to change");
    insta::assert_snapshot!(telegram_text(&theirs), @"
    🔵 Nordbo asks to change Winter Warmers: Reel 2 due 16 Mar instead of 12 Mar

    Draft, proof and numbers are due as much later or earlier. The last moment to cancel stays where it is.
    It counts only when both have said yes. Until then everything stays as agreed.
    Time to answer: until 8 Mar 00:00. Without an answer nothing changes.

    A no costs nothing: your deal, your level and your pay stay as they are.

    offer 2
    [Yes] [No]
    [Suggest another]
    ");
    // A restart forgets nothing; a week without an answer ends it, and both hear that nothing changes.
    story = story.again(restart).await;
    story.wait(7 * 86_400 + 60).await;
    assert!(matches!(offers(&story).await[1].stage, Stage::Expired { .. }));
    insta::assert_snapshot!(telegram_text(&newest(to_alma(&story), "No answer in time")), @"
    🟡 No answer in time, so nothing changes: Reel 2 due 16 Mar instead of 12 Mar

    Everything stays as agreed.
    ");
    assert!(story.on_telegram().iter().any(|shown| shown.text.contains("no answer in time")));
    assert_eq!(piece(&story, "winter/lind/reel-2").await.0.due.0.to_string(), "2026-03-12");
    // A third one is declined, and a fourth taken back.
    story.says(direct, cast.alma, "offer winter/lind extend 7d").await;
    story.wait(3).await;
    let told = newest(story.on_telegram(), "asks for");
    story.presses(cast.maja, &told, "No").await;
    story.wait(5).await;
    insta::assert_snapshot!(telegram_text(&newest(to_alma(&story), "said no")), @"
    🟡 Nordbo said no: 7 days more for everything not out yet (last due day so far: 12 Mar)

    Everything stays as agreed.
    ");
    story.says(direct, cast.alma, "offer winter/lind commission 12 %").await;
    story.wait(3).await;
    let back = story.says(direct, cast.alma, "decline 4").await;
    insta::assert_snapshot!(back, @"Taken back. Everything stays as agreed.");
    let stages: Vec<bool> = offers(&story).await.iter().map(|one| one.stage.is_over()).collect();
    assert_eq!(stages, [true; 4]);
    story.world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn without_a_chat_a_person_tells_and_much_money_takes_two() {
    let mut story = with_deal().await;
    let cast = story.world.cast;
    let answer = story.says(cast.team_chat, cast.maja, "/offer winter/bo video-1 fee 700").await;
    insta::assert_snapshot!(answer, @"
    Bo has no chat with me. The text to send is in your room; the time to answer begins when you have told Bo.
    --
    🔵 Bo Ek · Winter Warmers: please tell Bo yourselves: Video 1 for €700 instead of €900

    It counts only when both have said yes. Until then everything stays as agreed.
    The time to answer begins when one of you has told Bo.

    To copy, for Bo:
    Hej Bo, Nordbo vill ändra Winter Warmers: Video 1 för 700 € i stället för 900 €. Det gäller bara när båda har sagt ja. Till dess är allt som avtalat. Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är. Svara gärna ja, nej, eller vad som skulle passa bättre.

    offer 1
    ");
    story.wait(5).await;
    let told = newest(story.on_telegram(), "tell Bo yourselves");
    insta::assert_snapshot!(telegram_text(&told), @"
    🔵 Bo Ek · Winter Warmers: please tell Bo yourselves: Video 1 for €700 instead of €900

    It counts only when both have said yes. Until then everything stays as agreed.
    The time to answer begins when one of you has told Bo.

    To copy, for Bo:
    Hej Bo, Nordbo vill ändra Winter Warmers: Video 1 för 700 € i stället för 900 €. Det gäller bara när båda har sagt ja. Till dess är allt som avtalat. Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är. Svara gärna ja, nej, eller vad som skulle passa bättre.

    offer 1
    [I've told Bo] [Texts to copy]
    [Bo said yes] [Bo said no]
    [Take it back]
    ");
    // No time runs until somebody has told him.
    story.wait(10 * 86_400).await;
    assert_eq!(offers(&story).await[0].stage, Stage::Open);
    story.presses(cast.maja, &told, "Texts to copy").await;
    insta::assert_snapshot!(telegram_text(&newest(story.on_telegram(), "Texts for Bo")), @"
    Texts for Bo, to copy. Press “told” when it is done

    Mail: subject, then text
    Nordbo vill ändra Winter Warmers: Video 1 för 700 € i stället för 900 €
    Hej Bo,

    Nordbo vill ändra Winter Warmers: Video 1 för 700 € i stället för 900 €.

    Det gäller bara när båda har sagt ja. Till dess är allt som avtalat.
    Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är.

    Svara gärna ja, nej, eller vad som skulle passa bättre.

    Vänliga hälsningar, Nordbo

    Instagram
    Hej Bo, Nordbo vill ändra Winter Warmers: Video 1 för 700 € i stället för 900 €. Det gäller bara när båda har sagt ja. Till dess är allt som avtalat. Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är. Svara gärna ja, nej, eller vad som skulle passa bättre.

    WhatsApp
    Hej Bo, Nordbo vill ändra Winter Warmers: Video 1 för 700 € i stället för 900 €. Det gäller bara när båda har sagt ja. Till dess är allt som avtalat. Ett nej kostar inget: ditt avtal, din nivå och din betalning är som de är. Svara gärna ja, nej, eller vad som skulle passa bättre.
    ");
    let (_, answer) =
        story.presses(cast.maja, &newest(story.on_telegram(), "tell Bo yourselves"), "I've told Bo").await;
    insta::assert_snapshot!(answer, @"Noted. Bo has time to answer from now on.");
    story.wait(5).await;
    let (_, answer) = story.presses(cast.maja, &newest(story.on_telegram(), "was offered"), "Bo said yes").await;
    insta::assert_snapshot!(answer, @"Noted what Bo answered.");
    story.wait(5).await;
    let (bound, _, by) = piece(&story, "winter/bo/video-1").await;
    assert_eq!((bound.fee.to_string().as_str(), by.as_str()), ("700.00 EUR", "chat:maja and bo"));
    let noted = offers(&story).await[0].noted_by.clone().expect("noted");
    assert_eq!(noted.who, "maja");

    // More than the amount of the settings takes somebody else as well, and until then she hears nothing.
    let answer = story.says(cast.team_chat, cast.maja, "/offer winter/lind reel-2 fee 6000").await;
    insta::assert_snapshot!(answer, @"
    Noted. This much money takes one more of you to say yes first.
    --
    🟡 Alma Lind · Winter Warmers: Maja wants to offer Reel 2 for €6,000 instead of €4,000. It needs one more yes from you

    It counts only when both have said yes. Until then everything stays as agreed.
    This much money takes two of you. Yes so far: Maja. One more is needed.
    Time to answer: until 18 Mar 00:00. Without an answer nothing changes.

    offer 2
    ");
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
