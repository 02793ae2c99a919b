//! A team on call: a night with quiet hours, an alert that nobody takes, and money that takes two of them.

use plimsoll::domain::person::Role;
use plimsoll::sim::telegram::Standing;

use super::{HOUR, LOCALES, Place, Scene, Who};

const NORD: &str = r#"
[[brand]]
id = "nord"
name = "Nord"
zone = "Europe/Stockholm"
currency = "EUR"
locale = "LOCALE"
margin_per_order = "44.00 EUR"
confirm_above = "4000.00 EUR"
quorum = { above = "1000.00 EUR", people = 2, roles = ["agency", "manager"] }
[[campaign]]
id = "tents"
name = "Tents"
brand = "nord"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30
target = { cpa = "45.00 EUR" }
[[creator]]
id = "tor"
name = "Tor Vik"
zone = "Europe/Stockholm"
locale = "LOCALE"
[[creator]]
id = "siv"
name = "Siv Dahl"
zone = "Europe/Stockholm"
locale = "LOCALE"
[[partnership]]
campaign = "tents"
creator = "tor"
[[partnership]]
campaign = "tents"
creator = "siv"
[[boost]]
id = "tor-reel"
partnership = "tents/tor"
source = "tiktok_ads"
ref = "boost-alma"
budget = "6000.00 EUR"
[[boost]]
id = "siv-reel"
partnership = "tents/siv"
source = "tiktok_ads"
ref = "boost-bo"
budget = "3800.00 EUR"
[[room]]
id = "nord-telegram"
brand = "nord"
audience = "internal"
locale = "LOCALE"
zone = "Europe/Stockholm"
quiet = "22:00-07:00"
escalate_after = "30m"
escalate_to = ["person/pia"]
[[room]]
id = "nord-discord"
brand = "nord"
audience = "internal"
locale = "LOCALE"
zone = "Europe/Stockholm"
quiet = "22:00-07:00"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_team_on_call_whose_money_takes_two_of_them() {
    for locale in LOCALES {
        told(locale).await;
    }
}

async fn told(locale: &'static str) {
    let mut scene = Scene::begin(locale).await;
    scene.apply(NORD).await;
    let (olle, ana, pia) = (scene.on_telegram("Olle"), scene.on_telegram("Ana"), scene.on_discord("Pia"));
    let (Who::Telegram(his, _), Who::Telegram(hers, _)) = (olle, ana) else { panic!("on Telegram") };
    let telegram = scene.story.world.telegram.clone();
    let group = telegram.add_supergroup("Nord on call", his, false).expect("a group");
    telegram.add_bot(group, his).expect("added");
    telegram.set_standing(group, hers, Standing::Member).expect("a member");
    let channel = scene.story.world.discord.create_channel(scene.story.world.cast.guild, "oncall");
    let (group, channel, direct) = (Place::Telegram(group, None), Place::Discord(channel), scene.direct(pia));
    for (name, place) in [
        ("Nord on call", group),
        ("#oncall", channel),
        ("Pia's own chat", direct),
        ("Olle's own chat", scene.direct(olle)),
        ("Ana's own chat", scene.direct(ana)),
    ] {
        scene.watch(name, place);
    }
    scene.chapter("They join and bind both rooms");
    scene.joins(olle, Role::Agency, "nord", None).await;
    scene.joins(pia, Role::Manager, "nord", None).await;
    scene.joins(ana, Role::Analyst, "nord", None).await;
    scene.binds(group, olle, "nord-telegram").await;
    scene.binds(channel, pia, "nord-discord").await;
    scene.says(group, olle, "/quiet").await;

    scene.chapter("Night: an alert that nobody takes");
    scene.report("tents", "EUR", &[("tor", 12_000, 1)]).await;
    scene.passes(5).await;
    scene.passes(31 * 60).await;
    scene.presses(direct, pia, ("I've got it", "Jag tar det")).await;

    scene.chapter("It takes two of them, each once, and each is asked twice");
    let id = scene.number("Nord on call", "Tor");
    scene.says(group, ana, &format!("/approve {id}")).await;
    scene.says(group, olle, &format!("/approve {id}")).await;
    scene.presses(group, olle, ("Yes", "Ja")).await;
    scene.passes(5).await;
    assert_eq!(scene.story.boost("boost-alma"), "active", "one yes is not enough");
    scene.says(group, olle, &format!("/approve {id}")).await;
    scene.presses(group, olle, ("Yes", "Ja")).await;
    scene.presses(group, olle, ("Stop boost", "Stoppa boost")).await;
    scene.presses(group, olle, ("Yes", "Ja")).await;
    scene.passes(5).await;
    assert_eq!(scene.story.boost("boost-alma"), "active", "the same yes again is not another");
    scene.presses(channel, pia, ("Stop boost", "Stoppa boost")).await;
    scene.presses(channel, pia, ("Yes", "Ja")).await;
    scene.passes(20).await;
    assert_eq!(scene.story.boost("boost-alma"), "paused");

    scene.chapter("Taking it back takes one");
    scene.asks(channel, pia, "undo", &[("id", &id)]).await;
    scene.presses(channel, pia, ("Yes", "Ja")).await;
    scene.passes(20).await;
    assert_eq!(scene.story.boost("boost-alma"), "active");
    scene.says(group, olle, &format!("/ack {id}")).await;
    scene.says(group, olle, &format!("/snooze {id} 2d")).await;

    scene.chapter("A yes that stays alone");
    scene.report("tents", "EUR", &[("siv", 8_000, 1)]).await;
    scene.passes(5).await;
    scene.presses(group, olle, ("Stop boost −€1,560", "Stoppa boost −1")).await;
    scene.passes(5).await;
    let other = scene.number("Nord on call", "Siv");
    scene.asks(channel, pia, "ack", &[("id", &other)]).await;
    scene.passes(26 * HOUR).await;
    assert_eq!(scene.story.boost("boost-bo"), "active", "one yes is not enough, however long it stands");
    scene.asks(channel, pia, "approve", &[("id", &other)]).await;
    scene.says(group, olle, &format!("/why {other}")).await;
    scene.says(group, olle, "/audit tor").await;
    scene.ends("oncall").await;
}
