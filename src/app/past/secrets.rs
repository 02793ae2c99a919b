//! A creator reads nothing of anybody else: over generated brands, programmes, deals and receipts, in both languages.
//!
//! Names, fees and margins of everybody else are planted where they can be told from everything: a name that no sentence
//! has, an amount that no count comes to. Then numbers come, rules fire, and a creator is told and asks for everything.

mod clients;

use std::fmt::Write as _;

use std::path::Path;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::app::apply::{Given, apply};
use crate::app::commands::{Asked, why_incident};
use crate::app::config::Config;
use crate::app::core::Core;
use crate::app::listen::permitted;
use crate::app::people::Speaker;
use crate::app::{asking, views, watch};
use crate::domain::action::Proposal;
use crate::domain::document::Documents;
use crate::domain::ids::{CampaignId, CreatorId, Platform, PostRef, SourceId, Subject};
use crate::domain::metric::Metric;
use crate::domain::person::{Address, Audience, Chat, Grant, Identity, Person, Reach, Role, Room};
use crate::domain::sample::{Form, Sample, SeriesKey};
use crate::outbox::incident::Incident;
use crate::rules::file::parse_rules;
use crate::sources::{Fetched, FoundPost};
use crate::store::memory::MemoryStore;
use crate::store::records::scan_all;
use crate::time::Clock;
use crate::words::buttons::Composed;
use crate::words::command::parse;
use crate::words::wording::Reader;
use crate::words::{incident, level, phrase};

/// Worlds that are made.
const WORLDS: u64 = 60;

const RULES: &str = r#"
[[rule]]
id = "cpa-stop"
kind = "stop_loss"
scope = "partnership"
when = "cpa > target.cpa && spend > money('10.00 EUR')"
window = "deal"
mode = "propose"
then = [ { do = "stop_boost" } ]
[[rule]]
id = "sure-stop"
kind = "stop_loss"
scope = "partnership"
when = "cpa > target.cpa"
evidence = "balanced"
window = "deal"
mode = "propose"
then = [ { do = "hold_next" } ]
[[rule]]
id = "campaign-stop"
kind = "stop_loss"
scope = "campaign"
when = "spend > 10 * orders * target.cpa || orders < 1"
window = "7d"
mode = "propose"
[[rule]]
id = "views-slump"
kind = "stop_loss"
scope = "creator"
when = "views@youtube < 5000"
window = "1d"
mode = "propose"
[[rule]]
id = "gold-clicks"
kind = "downgrade"
scope = "creator"
program = "club"
level = "Gold"
when = "clicks / views < 0.5"
window = "last 2 posts"
grace = "12d"
mode = "propose"
"#;

/// What nobody else may read of a creator, and where it is planted.
struct Secrets {
    names: Vec<String>,
    /// In whole units of money.
    amounts: Vec<u32>,
}

impl Secrets {
    fn amount(&mut self, dice: &mut ChaCha8Rng) -> u32 {
        // No count, share or date of these worlds has five digits that begin with a 7.
        let amount = dice.random_range(70_000..79_999);
        self.amounts.push(amount);
        amount
    }

    /// What of it stands in a text, however it is written.
    fn found_in(&self, text: &str) -> Option<String> {
        let text = text.replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ");
        let name = self.names.iter().find(|name| text.contains(name.as_str())).cloned();
        name.or_else(|| {
            self.amounts.iter().find_map(|amount| {
                let (thousands, rest) = (amount / 1_000, amount % 1_000);
                ["", " ", ",", "."]
                    .map(|between| format!("{thousands}{between}{rest:03}"))
                    .into_iter()
                    .find(|written| text.contains(written.as_str()))
            })
        })
    }
}

const SYLLABLES: [&str; 8] = ["Zor", "Quil", "Xan", "Vrek", "Jyth", "Woz", "Kvix", "Pruz"];

fn documents(dice: &mut ChaCha8Rng) -> (String, Secrets) {
    let mut secrets = Secrets { names: Vec::new(), amounts: Vec::new() };
    let margin = secrets.amount(dice);
    let target = dice.random_range(5..60);
    let mut text = format!(
        "[[brand]]\nid = \"nordbo\"\nname = \"Nordbo\"\nzone = \"Europe/Stockholm\"\ncurrency = \"EUR\"\n\
         margin_per_order = \"{margin}.00 EUR\"\n[[campaign]]\nid = \"spring\"\nname = \"Spring\"\nbrand = \"nordbo\"\n\
         starts = 2026-03-01\nends = 2026-06-30\ntarget = {{ cpa = \"{target}.00 EUR\" }}\n[[program]]\nid = \"club\"\n\
         brand = \"nordbo\"\nlevels = [ {{ name = \"Gold\", commission = \"15 %\" }}, {{ name = \"Silver\" }} ]\n"
    );
    let others = dice.random_range(1..4);
    for n in 0..=others {
        let own = n == 0;
        let (id, name) = if own {
            ("alma".to_owned(), "Alma Lind".to_owned())
        } else {
            let parts: Vec<&str> = (0..3).map(|_| SYLLABLES[dice.random_range(0..SYLLABLES.len())]).collect();
            let name = format!("{}{} {}{n}", parts[0], parts[1].to_lowercase(), parts[2]);
            secrets.names.extend(name.split(' ').map(str::to_owned));
            (format!("c{n}"), name)
        };
        let commission = dice.random_range(1..30);
        write!(
            text,
            "[[creator]]\nid = \"{id}\"\nname = \"{name}\"\nzone = \"Europe/Stockholm\"\naccounts = {{ youtube = \"UC{n}\" }}\n\
             [[member]]\nprogram = \"club\"\ncreator = \"{id}\"\nlevel = \"Gold\"\nsince = 2026-01-01\nacknowledged = 2026-01-02\n\
             [[partnership]]\ncampaign = \"spring\"\ncreator = \"{id}\"\ncommission = \"{commission} %\"\n"
        )
        .expect("written");
        for piece in 0..dice.random_range(1..4) {
            let fee = if own { dice.random_range(100..9_000) } else { secrets.amount(dice) };
            let state = ["agreed", "approved", "live"][dice.random_range(0..3)];
            write!(
                text,
                "[[deliverable]]\npartnership = \"spring/{id}\"\nid = \"reel-{piece}\"\nplatform = \"instagram\"\n\
                 format = \"reel\"\nfee = \"{fee}.00 EUR\"\ndue = 2026-03-{:02}\nstate = \"{state}\"\n",
                dice.random_range(10..28)
            )
            .expect("written");
        }
        // What the brand pays a platform is none of the creator's either.
        let budget = secrets.amount(dice);
        write!(
            text,
            "[[boost]]\nid = \"{id}-boost\"\npartnership = \"spring/{id}\"\nsource = \"meta_ads\"\nref = \"{n}\"\n\
             budget = \"{budget}.00 EUR\"\n"
        )
        .expect("written");
    }
    (text, secrets)
}

fn amounts(dice: &mut ChaCha8Rng, core_now: Timestamp, others: usize) -> Fetched {
    let mut fetched = Fetched::default();
    let day = |back: i64| {
        let midnight = core_now.to_zoned(jiff::tz::TimeZone::get("Europe/Stockholm").expect("a zone"));
        let at = midnight.start_of_day().expect("a day").checked_sub(jiff::Span::new().days(back)).expect("in range");
        at.timestamp()
    };
    let campaign = CampaignId::new("spring").expect("an id");
    for n in 0..=others {
        let creator = CreatorId::new(&if n == 0 { "alma".to_owned() } else { format!("c{n}") }).expect("an id");
        let partnership = Subject::Partnership(campaign.clone(), creator.clone());
        let mut add = |subject: &Subject, metric, platform, form, value: i64| {
            let currency = (metric == Metric::Spend).then(|| "EUR".parse().expect("EUR"));
            let series = SeriesKey { subject: subject.clone(), metric, platform };
            let known_at = core_now;
            fetched.samples.push(Sample {
                series,
                value,
                currency,
                form,
                known_at,
                provisional: false,
                self_reported: false,
            });
        };
        for back in 1..=9 {
            let form = Form::Amount { from: day(back), until: day(back - 1) };
            add(&partnership, Metric::Spend, Platform::MetaAds, form, dice.random_range(100..60_000));
            add(&partnership, Metric::Orders, Platform::MetaAds, form, dice.random_range(0..6));
            let of_campaign = Subject::Campaign(campaign.clone());
            if n == 0 {
                add(&of_campaign, Metric::Spend, Platform::MetaAds, form, dice.random_range(100..60_000));
                add(&of_campaign, Metric::Orders, Platform::MetaAds, form, dice.random_range(0..6));
            }
            add(
                &Subject::Creator(creator.clone()),
                Metric::Views,
                Platform::Youtube,
                form,
                dice.random_range(0..6_000),
            );
        }
        for post in 0..3_i64 {
            let id = PostRef::new(&format!("p{n}-{post}")).expect("an id");
            let subject = Subject::Post(Platform::Youtube, id.clone());
            let form = Form::Total { at: core_now };
            add(&subject, Metric::Views, Platform::Youtube, form, dice.random_range(1_000..6_000));
            add(&subject, Metric::Clicks, Platform::Youtube, form, dice.random_range(0..900));
            fetched.posts.push(FoundPost {
                platform: Platform::Youtube,
                post: id,
                creator: creator.clone(),
                published_at: core_now - SignedDuration::from_hours(24 * (post + 2)),
                title: None,
                description: None,
                duration: None,
                format: None,
            });
        }
    }
    fetched.samples.sort_by(|one, other| one.series.cmp(&other.series));
    fetched
}

/// Alma in her own chat.
fn alma(tag: &str) -> (Asked, Room, Grant) {
    let address = Address { chat: Chat::Telegram, place: "7".to_owned(), topic: None, guild: None };
    let identity = Identity { chat: Chat::Telegram, user: "7".to_owned() };
    let person = Person {
        id: "alma".parse().expect("an id"),
        name: "Alma".to_owned(),
        identities: vec![identity.clone()],
        creator: Some("alma".parse().expect("an id")),
        locale: Some(tag.to_owned()),
    };
    let grant = Grant {
        person: person.id.clone(),
        role: Role::Creator,
        reach: Reach::Brand("nordbo".parse().expect("an id")),
        by: "terminal:test".to_owned(),
        at: Timestamp::UNIX_EPOCH,
    };
    let room = Room {
        id: "dm-alma".parse().expect("an id"),
        address: Some(address.clone()),
        audience: Audience::Creator,
        brand: None,
        campaign: None,
        creator: person.creator.clone(),
        locale: tag.to_owned(),
        zone: "Europe/Stockholm".to_owned(),
        quiet: None,
        closed: None,
        closed_at: None,
        person: None,
        habits: crate::domain::habits::Habits::default(),
    };
    let speaker = Speaker { identity, name: "Alma".to_owned(), locale: None, address, direct: true };
    let reader = Reader::new(tag, "Europe/Stockholm");
    (
        Asked { person: Some(person), speaker, audience: Audience::Creator, reader, confirmed: false, file: None },
        room,
        grant,
    )
}

/// Everything a message shows: its text, its labels, what its picture says.
fn shown(composed: &Composed) -> String {
    let buttons = composed.message.buttons.iter().flatten().map(|button| button.label.clone());
    let alt = composed.message.picture.iter().map(|picture| picture.alt.clone());
    [phrase::plain(&composed.message)].into_iter().chain(buttons).chain(alt).collect::<Vec<_>>().join("\n")
}

/// What she is told by herself, and what she is answered to everything she may think of.
async fn all_she_reads(core: &Core, tag: &str, others: usize) -> Vec<(String, String)> {
    let (asked, room, grant) = alma(tag);
    {
        let mut state = core.state.lock().await;
        state.catalog.rooms.insert(room.id.clone(), room.clone());
        state.catalog.grants = vec![grant];
    }
    let now = core.clock.now();
    let mut read = Vec::new();
    let mut lines: Vec<String> =
        ["me", "criteria", "tips", "status", "help", "status spring", "link"].map(str::to_owned).to_vec();
    // Every command there is, as its help shows it.
    lines.extend(crate::words::command::TABLE.iter().flat_map(|spec| spec.examples).map(|text| (*text).to_owned()));
    let subjects = ["alma", "spring/alma", "spring", "nordbo"].map(str::to_owned).into_iter();
    let subjects: Vec<String> =
        subjects.chain((1..=others).flat_map(|n| [format!("c{n}"), format!("spring/c{n}")])).collect();
    for subject in &subjects {
        for rule in ["cpa-stop", "sure-stop", "campaign-stop", "views-slump", "gold-clicks"] {
            lines.push(format!("why-not {subject} {rule}"));
        }
        lines.push(format!("why {subject}"));
        lines.push(format!("pause {subject}"));
    }
    for kept in scan_all::<Incident>(&*core.store).await.expect("incidents") {
        let incident = kept.value;
        lines.push(format!("why {}", incident.id.as_str()));
        if incident.creator.as_ref().is_none_or(|creator| creator.as_str() != "alma") {
            continue;
        }
        let id = incident.id.to_string();
        let view = views::incident(core, incident.clone(), true).await.expect("a view");
        let told = incident::compose(&view, &asked.reader, Audience::Creator, now);
        read.extend(told.map(|told| (format!("told of {id}"), shown(&told))));
        let whole = level::whole(&view, &asked.reader, now);
        read.extend(whole.map(|whole| (format!("all of {id}"), shown(&Composed::plain(whole)))));
        let why = why_incident(core, &asked, (incident, None), now).await.expect("an answer");
        read.push((format!("why {id}"), shown(&Composed::plain(why))));
    }
    for kept in scan_all::<Proposal>(&*core.store).await.expect("proposals") {
        let state = core.state.lock().await;
        let Some(view) = asking::view(&state, &kept.value) else { continue };
        if view.names.creator.as_deref() != Some("Alma Lind") {
            continue;
        }
        let told = crate::words::asking::compose(&view, &asked.reader, Audience::Creator, now);
        read.extend(told.map(|told| (format!("asked {}", kept.value.number), shown(&told))));
    }
    for line in lines {
        // What cannot be understood teaches, and shows nothing that is kept.
        let Ok(command) = parse(&line) else { continue };
        let answer = permitted(core, None, &asked, Some(&room), command).await.expect("an answer");
        // Refusals repeat nothing of what was asked about; what she typed herself is no secret to her.
        read.push((line, shown(&answer)));
    }
    read
}

/// A program that has these documents, and numbers for them.
async fn world(text: &str, seed: u64, dice: &mut ChaCha8Rng, others: usize) -> Arc<Core> {
    let (clock, _driver) = Clock::simulated("2026-03-20T12:00:00Z".parse().expect("an instant"));
    let config = Config::load(None, &[]).expect("the defaults");
    let core = Core::open(clock, Arc::new(MemoryStore::new()), config, seed).await.expect("opens");
    let file = Path::new("world.toml").to_path_buf();
    let documents = Documents::from_toml(text).expect("documents").into_list();
    let documents = documents.map(|one| (file.clone(), one)).collect();
    let rules = parse_rules(RULES, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(&core, Given { documents, rules }, "terminal:test", false).await.expect("applied");
    let source = SourceId::new("meta_ads").expect("an id");
    let now = core.clock.now();
    for _ in 0..2 {
        let fetched = amounts(dice, now, others);
        watch::take_in(&core, &source, 1, fetched, now).await.expect("taken in");
    }
    core
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creator_reads_no_fee_margin_or_name_of_anybody_else() {
    let (mut told, mut numbers) = (0, 0);
    for seed in 0..WORLDS {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let (text, secrets) = documents(&mut dice);
        let others = secrets.names.len() / 2;
        let core = world(&text, seed, &mut dice, others).await;
        for tag in ["en", "sv"] {
            for (what, text) in Box::pin(all_she_reads(&core, tag, others)).await {
                assert_eq!(secrets.found_in(&text), None, "world {seed}, {tag}, {what}:\n{text}");
                told += usize::from(what.starts_with("told of"));
                numbers += usize::from(text.contains("Gold"));
            }
        }
    }
    // She was told of something, and read her own.
    let worlds = usize::try_from(WORLDS).expect("small");
    assert!(worlds / 2 < told && worlds < numbers, "{told} notices, {numbers} answers with her level");
}

#[test]
fn a_planted_secret_is_found_however_it_is_written() {
    let secrets = Secrets { names: vec!["Zorquil".to_owned()], amounts: vec![71_023] };
    for text in ["€71,023", "71 023 €", "71\u{a0}023,00 kr", "71023", "to Zorquil, too"] {
        assert!(secrets.found_in(text).is_some(), "{text}");
    }
    assert_eq!(secrets.found_in("€7,102 and 3"), None);
}
