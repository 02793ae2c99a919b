//! A creator alone with the bot: own numbers, a level in question, offers, posts, and the way out.

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::watch::take_in;
use plimsoll::domain::ids::{CreatorId, Platform, PostRef, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::person::Role;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::rules::file::parse_rules;
use plimsoll::sources::{Fetched, FoundPost};

use super::{LOCALES, Place, Scene, Who, name_of};

const LUMO: &str = r#"
[[brand]]
id = "lumo"
name = "Lumo"
zone = "Europe/Stockholm"
currency = "EUR"
locale = "LOCALE"
[[campaign]]
id = "lamps"
name = "Warm Light"
brand = "lumo"
goal = "sales"
starts = 2026-02-01
ends = 2026-06-30
[[program]]
id = "lumo-club"
brand = "lumo"
levels = [ { name = "Gold", commission = "15 %" }, { name = "Silver", commission = "12 %" } ]
[[room]]
id = "lumo-team"
brand = "lumo"
audience = "internal"
locale = "LOCALE"
zone = "Europe/Stockholm"
"#;

const EBBA: &str = r#"
[[member]]
program = "lumo-club"
creator = "ebba"
level = "Gold"
since = 2026-01-01
acknowledged = 2026-01-03
[[deliverable]]
partnership = "lamps/ebba"
id = "reel-1"
platform = "instagram"
format = "reel"
fee = "1500.00 EUR"
due = 2026-02-20
state = "live"
post = "ebba17"
[[deliverable]]
partnership = "lamps/ebba"
id = "reel-2"
platform = "instagram"
format = "reel"
fee = "4000.00 EUR"
draft_due = 2026-03-08
due = 2026-03-12
cancel_by = 2026-03-09T18:00
"#;

const RULE: &str = r#"
[[rule]]
id = "lumo-gold"
kind = "downgrade"
scope = "creator"
program = "lumo-club"
level = "Gold"
when = "clicks / views < 0.009 && views >= 5000"
window = "last 6 posts"
recover = "clicks / views >= 0.009"
grace = "12d"
stay = "30d"
mode = "propose"
"#;

/// Ebba, and who can be compared with her.
const CREATORS: [&str; 7] = ["ebba", "ada", "bea", "cia", "dea", "eva", "fia"];

fn creators() -> String {
    CREATORS
        .map(|id| {
            let name = if id == "ebba" { "Ebba Berg".to_owned() } else { name_of(id) };
            format!(
                "[[creator]]\nid = \"{id}\"\nname = \"{name}\"\nzone = \"Europe/Stockholm\"\nlocale = \"LOCALE\"\n\
             accounts = {{ instagram = \"{id}\" }}\n[[partnership]]\ncampaign = \"lamps\"\ncreator = \"{id}\"\n\
             commission = \"10 %\"\ncodes = [\"{}10\"]\n",
                id.to_uppercase()
            )
        })
        .concat()
}

/// What everybody's posts have by now: Ebba's latest six with so many clicks for a thousand views.
async fn posts(scene: &mut Scene, latest: i64) {
    let now = scene.story.world.clock.now();
    let source = SourceId::new("instagram").expect("an id");
    let held = scene.story.world.clock.hold("posts");
    // Whose a post is, is known once the poll that found it is kept: numbers count from the next one on.
    for _ in 0..2 {
        let mut fetched = Fetched::default();
        for (place, id) in CREATORS.into_iter().enumerate() {
            of_one(&mut fetched, id, i64::try_from(place).expect("few"), latest, now);
        }
        fetched.samples.sort_by(|one, other| one.series.cmp(&other.series));
        take_in(scene.story.world.core(), &source, 18, fetched, now).await.expect("taken in");
    }
    drop(held);
}

fn of_one(fetched: &mut Fetched, id: &str, place: i64, latest: i64, now: Timestamp) {
    let creator = CreatorId::new(id).expect("an id");
    let start: Timestamp = "2026-02-28T23:00:00Z".parse().expect("an instant");
    let sample = |subject: &Subject, metric, value, form| Sample {
        series: SeriesKey { subject: subject.clone(), metric, platform: Platform::Instagram },
        value,
        currency: None,
        form,
        known_at: now,
        provisional: false,
        self_reported: false,
    };
    for n in 0..18_i64 {
        let post = PostRef::new(&format!("{id}{n:02}")).expect("an id");
        // Every other one goes out in the evening and does better.
        let (hour, views) = if n % 2 == 0 { (-4, 14_000) } else { (-12, 7_000) };
        let published_at = start - SignedDuration::from_hours(24 * (40 - 2 * n) - hour);
        let subject = Subject::Post(Platform::Instagram, post.clone());
        let of_thousand = if n < 12 || id != "ebba" { 112 } else { latest };
        let views = views + 500 * place;
        let numbers =
            [(Metric::Views, views), (Metric::Clicks, views * of_thousand / 10_000), (Metric::Likes, views / 20)];
        let total = |(metric, value)| sample(&subject, metric, value, Form::Total { at: now });
        fetched.samples.extend(numbers.map(total));
        fetched.posts.push(FoundPost {
            platform: Platform::Instagram,
            post,
            creator: creator.clone(),
            published_at,
            title: None,
            description: None,
            duration: None,
            format: None,
        });
    }
    let account = Subject::Creator(creator);
    for back in 0..20 {
        let at = now - SignedDuration::from_hours(24 * back);
        let value = 20_000 + 100 * place - 10 * back;
        fetched.samples.push(sample(&account, Metric::Followers, value, Form::Gauge { at }));
        let day = |back: i64| start - SignedDuration::from_hours(24 * back);
        let form = Form::Amount { from: day(back + 1), until: day(back) };
        // Ebba is in the middle of those who can be compared with her.
        let likes = 30 + 5 * ((place + 3) % 7);
        fetched.samples.extend(
            [(Metric::Views, 1_000), (Metric::Likes, likes)]
                .map(|(metric, value)| sample(&account, metric, value, form)),
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creator_alone_with_the_bot_from_the_invitation_to_the_way_out() {
    for locale in LOCALES {
        told(locale).await;
    }
}

async fn told(locale: &'static str) {
    let mut scene = Scene::begin(locale).await;
    let documents = format!("{LUMO}{}{EBBA}", creators());
    scene.apply(&documents).await;
    let (ebba, tove) = (scene.on_telegram("Ebba"), scene.on_telegram("Tove"));
    let Who::Telegram(her, _) = tove else { panic!("on Telegram") };
    let telegram = scene.story.world.telegram.clone();
    let group = telegram.add_supergroup("Lumo team", her, false).expect("a group");
    telegram.add_bot(group, her).expect("added");
    let (team, direct) = (Place::Telegram(group, None), scene.direct(ebba));
    scene.joins(tove, Role::Agency, "lumo", None).await;
    scene.binds(team, tove, "lumo-team").await;
    scene.watch("Ebba's chat", direct);
    scene.forget();

    scene.chapter("Ebba is invited, and looks around");
    scene.says(direct, ebba, "hej").await;
    scene.joins(ebba, Role::Creator, "lumo", Some("ebba")).await;
    scene.says(direct, ebba, "me").await;
    posts(&mut scene, 112).await;
    scene.passes(5).await;
    scene.says(direct, ebba, scene_word(locale, "me", "jag")).await;
    scene.presses(direct, ebba, ("Tips", "Tips")).await;
    scene.says(direct, ebba, scene_word(locale, "criteria", "kriterier")).await;
    scene.presses(direct, ebba, ("My deals", "Mina avtal")).await;

    let rules = parse_rules(RULE, None).rules.into_iter();
    let rules = rules.map(|sourced| (std::path::PathBuf::from("rules.toml"), sourced.rule)).collect();
    let given = Given { documents: Vec::new(), rules };
    apply(scene.story.world.core(), given, "terminal:story", false).await.expect("applied");
    a_level(&mut scene, (ebba, direct), (tove, team)).await;
    terms(&mut scene, (ebba, direct), (tove, team)).await;
    numbers(&mut scene, ebba, direct).await;
    leaves(&mut scene, ebba, direct).await;
    scene.ends("creator").await;
}

fn scene_word(locale: &str, en: &'static str, sv: &'static str) -> &'static str {
    if locale == "sv" { sv } else { en }
}

async fn a_level(scene: &mut Scene, (ebba, direct): (Who, Place), (tove, team): (Who, Place)) {
    scene.chapter("A level that may be lost");
    posts(scene, 63).await;
    scene.passes(10).await;
    scene.presses(direct, ebba, ("Why", "Varför")).await;
    scene.presses(direct, ebba, ("My numbers", "Mina siffror")).await;
    scene.presses(direct, ebba, ("Keep me posted", "Håll mig informerad")).await;
    scene.presses(direct, ebba, ("Something is wrong", "Något är fel")).await;
    scene.passes(5).await;
    let id = scene.number("Ebba's chat", "Gold");
    let words = scene_word(scene.locale, "the link was down on Monday", "länken låg nere i måndags");
    let appeal = scene_word(scene.locale, "appeal", "invänd");
    scene.says(direct, ebba, &format!("{appeal} {id} {words}")).await;
    scene.passes(5).await;
    scene.presses(team, tove, ("Stand by it", "Stå fast")).await;
    scene.passes(5).await;

    scene.chapter("Another way is looked for");
    scene.presses(direct, ebba, ("Suggest another way", "Föreslå en annan väg")).await;
    scene.passes(5).await;
    scene.presses(direct, ebba, ("More time", "Mer tid")).await;
    scene.passes(5).await;
    scene.presses(team, tove, ("Make-good", "En del till")).await;
    scene.passes(5).await;
    scene.presses(direct, ebba, ("Agree", "Gå med på det")).await;
    scene.passes(10).await;
}

async fn terms(scene: &mut Scene, (ebba, direct): (Who, Place), (tove, team): (Who, Place)) {
    scene.chapter("An offer");
    scene.says(team, tove, "/offer lamps/ebba reel-2 fee 3500 EUR: one cut less this month").await;
    scene.passes(5).await;
    scene.presses(direct, ebba, ("Suggest another", "Föreslå annat")).await;
    scene.presses(direct, ebba, ("Yes", "Ja")).await;
    scene.presses(direct, ebba, ("Yes, it binds", "Ja, det binder")).await;
    scene.passes(5).await;
    let offer = scene_word(scene.locale, "offer", "föreslå");
    scene.says(direct, ebba, &format!("{offer} lamps/ebba reel-2 due 2026-03-20: jag är sjuk")).await;
    scene.passes(5).await;
    scene.presses(team, tove, ("No", "Nej")).await;
    scene.passes(5).await;
    scene.says(direct, ebba, scene_word(scene.locale, "deal", "avtal")).await;
}

async fn numbers(scene: &mut Scene, ebba: Who, direct: Place) {
    scene.chapter("A post is out, and its numbers");
    let (live, numbers) = (scene_word(scene.locale, "live", "ute"), scene_word(scene.locale, "numbers", "siffror"));
    scene.says(direct, ebba, &format!("{live} https://www.instagram.com/reel/C8xYz12345/ reel-2")).await;
    scene.passes(5).await;
    scene.says(direct, ebba, &format!("{numbers} reel-1 reach 31000")).await;
    scene.sends_picture(direct, ebba, "/numbers reel-1 reach 31000 views 900000").await;
    scene.passes(5).await;
    scene.says(direct, ebba, scene_word(scene.locale, "me", "jag")).await;
    scene.says(direct, ebba, "status ada").await;
    scene.says(direct, ebba, "pause lamps").await;
    scene.says(direct, ebba, "stauts").await;
}

async fn leaves(scene: &mut Scene, ebba: Who, direct: Place) {
    scene.chapter("What is kept, and the way out");
    scene.says(direct, ebba, scene_word(scene.locale, "data", "uppgifter")).await;
    scene.presses(direct, ebba, ("Have it as a file", "Få det som fil")).await;
    scene.passes(5).await;
    scene.presses(direct, ebba, ("Leave", "Lämna")).await;
    scene.presses(direct, ebba, ("Yes, leave", "Ja, lämna")).await;
    scene.passes(5).await;
    scene.says(direct, ebba, "me").await;
}
