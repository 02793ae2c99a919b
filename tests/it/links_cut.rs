//! Cutting a tracking link from the chat, taking it back, and a page that is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::SignedDuration;
use plimsoll::app::clicks::Counter;
use plimsoll::app::hooks::Inbox;
use plimsoll::domain::link::Slug;
use plimsoll::domain::written::Length;
use plimsoll::sim::feed::FeedSim;
use plimsoll::store::records::scan_all;
use plimsoll::web::visitors::Caller;
use plimsoll::web::{Click, Clicks as _, Web};
use serde_json::json;

use super::story::{Story, restart_with, telegram_text};

const PAGE: &str = "https://shop.example/p?utm_source=alma&utm_medium=influencer&utm_campaign=winter";

fn slug() -> Slug {
    "alma-link".parse().expect("a link")
}

/// The winter campaign with a link of its own, and a program that answers links.
async fn with_link(landing: &str) -> Story {
    with_link_where(landing, true).await
}

async fn with_link_where(landing: &str, private: bool) -> Story {
    let story = Story::begin(81, &["alma"]).await;
    let mut story = story
        .again(|world| {
            restart_with(world, move |config| {
                "127.0.0.1:0".clone_into(&mut config.web.listen);
                config.web.check_pages = Length(SignedDuration::from_mins(30));
                // The site of this story is at this machine.
                config.preflight.private_addresses = private;
            })
        })
        .await;
    story
        .apply(&format!(
            "[[brand]]\nid = \"nordbo\"\nname = \"Nordbo\"\nzone = \"Europe/Stockholm\"\ncurrency = \"EUR\"\n\
             fallback = \"https://shop.example/\"\n\
             [[partnership]]\ncampaign = \"winter\"\ncreator = \"alma\"\nlink = \"alma-link\"\nlanding = \"{landing}\"\n"
        ))
        .await;
    story.begin_here();
    story
}

fn leads(story: &Story) -> String {
    story.world.core().links.landing(&slug()).expect("a link").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_link_leads_to_the_product_and_credits_nobody_until_it_is_taken_back() {
    let mut story = with_link("https://shop.example/p").await;
    assert_eq!(leads(&story), PAGE);
    let (chat, maja) = (story.world.cast.team_chat, story.world.cast.maja);
    let asks = story.says(chat, maja, "/pause alma-link").await;
    insta::assert_snapshot!(asks, @"
    Stop alma-link?

    The post stays up and the link still leads to the product. Clicks and orders that come by it are credited to nobody from then on. Undo lets it count again.

    Nothing happens unless you press Yes within 2 minutes.
    ");
    let shown = story.on_telegram().pop().expect("a question");
    let (_, said) = story.presses(maja, &shown, "Yes").await;
    insta::assert_snapshot!(said, @"Stopping alma-link. You are told when the platform has confirmed it.");
    story.wait(30).await;
    assert_eq!(leads(&story), "https://shop.example/p", "it leads to the product");
    let last = telegram_text(story.on_telegram().last().expect("an answer"));
    insta::assert_snapshot!(last, @"✅ Link alma-link cut by Maja 00:00; Plimsoll says cut 00:00.");

    // Clicks on it are kept, and nobody's.
    let core = Arc::clone(story.world.core());
    let counter = Arc::new(Counter::new(Arc::clone(&core)));
    let (clicks, hooks) = (Arc::clone(&counter) as _, Arc::new(Inbox::new(Arc::clone(&core))) as _);
    let web = Web::bind("127.0.0.1:0", clicks, hooks, core.clock.clone(), [7; 32], false);
    story.world.service.answer_links(web.await.expect("a free port"), &counter);
    let click = Click { slug: slug(), at: core.clock.now(), caller: Caller::Person, visitor: 1 };
    let visitor = core.clock.spawn("a visitor", move |held| {
        // Whoever waits for an answer does not hold time up.
        drop(held);
        async move { counter.keep(click).await }
    });
    story.wait(1).await;
    let kept = visitor.await.expect("answered");
    assert!(kept);
    let hours = scan_all::<plimsoll::app::clicks::ClickHour>(&*core.store).await.expect("read");
    let counted: Vec<(i64, i64)> = hours.iter().map(|one| (one.value.people, one.value.uncredited)).collect();
    assert_eq!(counted, [(0, 1)]);

    // It stays cut over a restart, and counts again when somebody says so.
    let mut story = story.again(|world| restart_with(world, |_| {})).await;
    assert_eq!(leads(&story), "https://shop.example/p");
    story.says(chat, maja, "/resume alma-link").await;
    let shown = story.on_telegram().pop().expect("a question");
    story.presses(maja, &shown, "Yes").await;
    story.wait(30).await;
    assert_eq!(leads(&story), PAGE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_says_twice_that_it_is_gone_gives_way_to_the_fallback_until_it_is_back() {
    let clock = plimsoll::time::Clock::system();
    let there = Arc::new(AtomicBool::new(true));
    let seen = Arc::clone(&there);
    let document = move |path: &str, _| (path == "/p" && seen.load(Ordering::SeqCst)).then(|| json!({}));
    let site = FeedSim::start(&clock, None, Box::new(document)).await.expect("a free port");
    let mut story = with_link(&format!("{}/p", site.base_url())).await;
    let core = Arc::clone(story.world.core());
    let counter = Arc::new(Counter::new(Arc::clone(&core)));
    let (clicks, hooks) = (Arc::clone(&counter) as _, Arc::new(Inbox::new(Arc::clone(&core))) as _);
    let web = Web::bind("127.0.0.1:0", clicks, hooks, core.clock.clone(), [7; 32], false);
    story.world.service.answer_links(web.await.expect("a free port"), &counter);
    story.wait(60).await;
    let whole = leads(&story);
    assert!(whole.starts_with(&site.base_url()), "{whole}");
    there.store(false, Ordering::SeqCst);
    story.wait(31 * 60).await;
    assert_eq!(leads(&story), whole, "once is not enough");
    story.wait(6 * 60).await;
    assert_eq!(leads(&story), "https://shop.example/?utm_source=alma&utm_medium=influencer&utm_campaign=winter");
    let told: Vec<String> = story.to_operators().into_iter().filter(|text| text.contains("alma-link")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    there.store(true, Ordering::SeqCst);
    story.wait(31 * 60).await;
    assert_eq!(leads(&story), whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_inside_the_own_network_is_never_asked() {
    let clock = plimsoll::time::Clock::system();
    let site = FeedSim::start(&clock, None, Box::new(|_, _| None)).await.expect("a free port");
    let mut story = with_link_where(&format!("{}/admin", site.base_url()), false).await;
    let core = Arc::clone(story.world.core());
    let counter = Arc::new(Counter::new(Arc::clone(&core)));
    let (clicks, hooks) = (Arc::clone(&counter) as _, Arc::new(Inbox::new(Arc::clone(&core))) as _);
    let web = Web::bind("127.0.0.1:0", clicks, hooks, core.clock.clone(), [7; 32], false);
    story.world.service.answer_links(web.await.expect("a free port"), &counter);
    let whole = leads(&story);
    story.wait(3 * 3600).await;
    assert_eq!(leads(&story), whole, "it would have said that it is gone");
    assert_eq!(site.asked("/admin"), 0, "a document made this program look into its own network");
}
