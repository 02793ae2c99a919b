//! A campaign manager of one brand, whose room is a thread on Discord.

use plimsoll::domain::person::Role;

use super::{HOUR, LOCALES, Place, Scene};

const LUMO: &str = r#"
[[brand]]
id = "lumo"
name = "Lumo"
zone = "Europe/Stockholm"
currency = "EUR"
locale = "LOCALE"
margin_per_order = "44.00 EUR"
confirm_above = "2000.00 EUR"
[[campaign]]
id = "lamps"
name = "Warm Light"
brand = "lumo"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30
target = { cpa = "45.00 EUR" }
[[creator]]
id = "ebba"
name = "Ebba Berg"
zone = "Europe/Stockholm"
locale = "LOCALE"
[[partnership]]
campaign = "lamps"
creator = "ebba"
codes = ["EBBA10"]
[[boost]]
id = "ebba-reel"
partnership = "lamps/ebba"
source = "tiktok_ads"
ref = "boost-alma"
budget = "6000.00 EUR"
[[room]]
id = "lumo-team"
brand = "lumo"
audience = "internal"
locale = "LOCALE"
zone = "Europe/Stockholm"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_brands_manager_on_discord_from_an_alert_to_the_next_morning() {
    for locale in LOCALES {
        told(locale).await;
    }
}

async fn told(locale: &'static str) {
    let mut scene = Scene::begin(locale).await;
    scene.apply(LUMO).await;
    let ida = scene.on_discord("Ida");
    let stranger = scene.on_discord("Sten");
    let discord = scene.story.world.discord.clone();
    let thread = discord.create_thread(scene.story.world.cast.team_channel, "lumo").expect("a thread");
    let (thread, direct) = (Place::Discord(thread), scene.direct(ida));
    scene.watch("#lumo", thread);
    scene.watch("Ida's own chat", direct);
    scene.chapter("Ida joins and binds her thread");
    scene.joins(ida, Role::Manager, "lumo", None).await;
    scene.binds(thread, ida, "lumo-team").await;
    scene.asks(thread, ida, "status", &[]).await;
    scene.asks(thread, ida, "quiet", &[("hours", "23-6")]).await;
    scene.asks(thread, ida, "subscribe", &[("topic", "digest"), ("how", "on")]).await;

    scene.chapter("An alert in the night");
    scene.report("lamps", "EUR", &[("ebba", 12_000, 1)]).await;
    scene.passes(5).await;
    scene.presses(thread, ida, ("Why", "Varför")).await;
    scene.presses(thread, ida, ("Snooze", "Vila")).await;
    scene.presses(thread, ida, ("I've got it", "Jag tar det")).await;
    scene.asks(thread, ida, "note", &[("subject", "ebba"), ("text", "the shop team is testing the checkout")]).await;

    scene.chapter("She stops the boost, which takes one more yes");
    scene.presses(thread, ida, ("Stop boost", "Stoppa boost")).await;
    scene.presses(thread, ida, ("No, leave it", "Nej, låt vara")).await;
    scene.presses(thread, ida, ("Stop boost", "Stoppa boost")).await;
    scene.presses(thread, ida, ("Yes", "Ja")).await;
    scene.passes(20).await;
    assert_eq!(scene.story.boost("boost-alma"), "paused");

    scene.chapter("What others may not, and what she may not");
    scene.presses(thread, stranger, ("Undo", "Ångra")).await;
    scene.asks(thread, stranger, "status", &[]).await;
    scene.asks(thread, ida, "grant", &[("person", "ida"), ("role", "agency"), ("reach", "brand/lumo")]).await;
    scene.asks(thread, ida, "status", &[("subject", "nordbo")]).await;
    scene.asks(thread, ida, "pause", &[("what", "ellin")]).await;

    scene.chapter("She takes it back");
    scene.presses(thread, ida, ("Undo", "Ångra")).await;
    scene.presses(thread, ida, ("Yes", "Ja")).await;
    scene.passes(20).await;
    assert_eq!(scene.story.boost("boost-alma"), "active");

    scene.chapter("The morning");
    scene.passes(9 * HOUR).await;
    scene.asks(thread, ida, "status", &[]).await;
    scene.asks(thread, ida, "rules", &[]).await;
    scene.asks(thread, ida, "quiet", &[]).await;

    scene.chapter("The orders were there all along");
    scene.report("lamps", "EUR", &[("ebba", 12_000, 6)]).await;
    scene.passes(5).await;
    scene.asks(thread, ida, "status", &[("subject", "ebba")]).await;
    scene.asks(thread, ida, "audit", &[("about", "ebba")]).await;
    scene.asks(direct, ida, "help", &[]).await;
    scene.asks(direct, ida, "help", &[("command", "snooze")]).await;
    scene.ends("brand").await;
}
