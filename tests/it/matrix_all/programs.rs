//! Over generated programmes: no client's room ever shows what something costs the agency, or an alert that was not shown to
//! the client; no creator's chat ever shows a name, a handle or a number of another, what the brand pays a platform, or a
//! margin.
//!
//! Everything is read where people read it, in both emulated chats: messages and all their earlier forms, labels, files, and
//! what pictures say to those who do not see them. Every amount that is somebody's secret has digits of its own.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use plimsoll::app::watch::take_in;
use plimsoll::domain::ids::{CreatorId, Platform, SourceId, Subject};
use plimsoll::domain::metric::Metric;
use plimsoll::domain::person::Role;
use plimsoll::domain::sample::{Form, Sample, SeriesKey};
use plimsoll::outbox::incident::{Happened, Incident};
use plimsoll::sim::discord::{Given as Typed, Snowflake};
use plimsoll::sim::telegram::{ChatId, NewUser, Standing, UserId};
use plimsoll::sources::Fetched;
use plimsoll::store::records::scan_all;
use plimsoll::words::command::TABLE;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::story::{Story, discord_text, telegram_text};

/// Programmes that are made.
const PROGRAMS: u64 = 6;

/// Things that the team does in each, and that everybody else asks.
const DEEDS: usize = 18;
const QUESTIONS: usize = 30;

/// What a client is billed for everything together stays below; whatever is paid or can be worked out from it is above.
const BILLED_MAX: u64 = 15_000;

/// Id, name, handle, and the thousands in which their own amounts lie.
const CREATORS: [(&str, &str, &str, u64); 3] = [
    ("zor", "Zorquil Xan", "zorquilxan7", 31_000),
    ("vrek", "Vrekajyth Woz", "vrekwozzy", 52_000),
    ("pruz", "Pruzkvix Quil", "pruzkvixq", 73_000),
];

/// What the agency spends and the brand earns: nobody's but the team's.
const COSTS: u64 = 84_000;

/// Everything that somebody may not read.
#[derive(Default)]
struct Secrets {
    /// What it costs: budgets, spending, margins, the agency's own fee.
    costs: Vec<u64>,
    /// Each creator's own amounts.
    own: [Vec<u64>; 3],
}

impl Secrets {
    fn cost(&mut self, dice: &mut ChaCha8Rng) -> u64 {
        let amount = COSTS + dice.random_range(1..1_000);
        self.costs.push(amount);
        amount
    }

    /// More than a boost of [`COSTS`] a day spends in four weeks.
    fn budget(&mut self, dice: &mut ChaCha8Rng) -> u64 {
        let amount = 2_900_000 + dice.random_range(1..99_999);
        self.costs.push(amount);
        amount
    }

    fn own(&mut self, n: usize, dice: &mut ChaCha8Rng) -> u64 {
        let amount = CREATORS[n].3 + dice.random_range(1..1_000);
        self.own[n].push(amount);
        amount
    }

    /// What of another's, or of the team's, stands in what a creator reads.
    fn beside(&self, n: usize, text: &str) -> Option<String> {
        let others = || CREATORS.iter().enumerate().filter(|(other, _)| *other != n);
        let names = others().flat_map(|(_, one)| one.1.split(' ').chain([one.2])).find(|name| text.contains(*name));
        let amounts = others().flat_map(|(other, _)| &self.own[other]).chain(&self.costs);
        names.map(str::to_owned).or_else(|| amounts.copied().find_map(|amount| written(amount, text)))
    }

    /// What of the agency's cost stands in what a client reads.
    fn cost_in(&self, text: &str, billed: bool) -> Option<String> {
        let planted = self.costs.iter().chain(self.own.iter().flatten());
        let planted = planted.copied().find_map(|amount| written(amount, text));
        // Sums, rates and rests of what is paid are cost as well; where nothing is billed every amount is.
        let most = if billed { BILLED_MAX } else { 0 };
        planted.or_else(|| amounts(text).into_iter().find(|amount| most <= *amount).map(|amount| amount.to_string()))
    }
}

/// An amount as it may stand in a text.
fn written(amount: u64, text: &str) -> Option<String> {
    let text = text.replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ");
    let forms = ["", " ", ",", "."].map(|between| {
        let (mut rest, mut groups) = (amount, Vec::new());
        while 1_000 <= rest {
            groups.push(format!("{:03}", rest % 1_000));
            rest /= 1_000;
        }
        groups.push(rest.to_string());
        groups.reverse();
        groups.join(between)
    });
    forms.into_iter().find(|form| text.contains(form.as_str()))
}

/// Every amount of money in a text, in whole units.
fn amounts(text: &str) -> Vec<u64> {
    let text: Vec<char> = text.replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ").replace("EUR", "€").chars().collect();
    let is_of_number = |c: &char| c.is_ascii_digit() || matches!(c, ' ' | ',' | '.');
    let whole = |digits: &str| {
        // `1,200.50`, `1 200,50`: what follows the last mark is cents where it is not three digits.
        let trimmed = digits.trim_matches([' ', ',', '.']);
        let cut = trimmed.rfind([',', '.']).filter(|at| trimmed.len() - at != 4).unwrap_or(trimmed.len());
        let digits: String = trimmed.chars().take(cut).filter(char::is_ascii_digit).collect();
        digits.parse::<u64>().ok()
    };
    let mut found = Vec::new();
    for (at, _) in text.iter().enumerate().filter(|(_, c)| **c == '€') {
        let after: String = text.iter().skip(at + 1).take_while(|c| is_of_number(c)).collect();
        let before: String = text.iter().take(at).rev().take_while(|c| is_of_number(c)).collect();
        let before: String = before.chars().rev().collect();
        found.extend(if after.starts_with(|c: char| c.is_ascii_digit()) { whole(&after) } else { whole(&before) });
    }
    found
}

fn documents(dice: &mut ChaCha8Rng, secrets: &mut Secrets, billed: bool) -> String {
    let margin = secrets.cost(dice);
    let mut text = format!(
        "[[brand]]\nid = \"nordbo\"\nname = \"Nordbo\"\nzone = \"Europe/Stockholm\"\ncurrency = \"EUR\"\n\
         margin_per_order = \"{margin}.00 EUR\"\n[[campaign]]\nid = \"winter\"\nname = \"Winter Warmers\"\nbrand = \"nordbo\"\n\
         goal = \"sales\"\nstarts = 2026-02-01\nends = 2026-06-30\ntarget = {{ cpa = \"16045.00 EUR\" }}\n"
    );
    for room in ["nordbo-client", "nordbo-client-2"] {
        let locale = ["en", "sv"].choose(dice).expect("one");
        write!(
            text,
            "[[room]]\nid = \"{room}\"\nbrand = \"nordbo\"\naudience = \"client\"\nlocale = \"{locale}\"\n\
             zone = \"Europe/Stockholm\"\ndigest = \"01:00\"\n"
        )
        .expect("written");
    }
    let price = |amount: u64| if billed { format!("billed = \"{amount}.00 EUR\"\n") } else { String::new() };
    for (n, (id, name, handle, _)) in CREATORS.iter().enumerate() {
        let (product, commission) = (secrets.own(n, dice), dice.random_range(3..20));
        write!(
            text,
            "[[creator]]\nid = \"{id}\"\nname = \"{name}\"\nzone = \"Europe/Stockholm\"\naccounts = {{ instagram = \"{handle}\" }}\n\
             [[partnership]]\ncampaign = \"winter\"\ncreator = \"{id}\"\ncommission = \"{commission} %\"\n\
             product_cost = \"{product}.00 EUR\"\nshipped = 2026-02-20\ncodes = [\"{}10\"]\n",
            id.to_uppercase()
        )
        .expect("written");
        for piece in 0..2 {
            let (fee, due) = (secrets.own(n, dice), dice.random_range(5..28));
            write!(
                text,
                "[[deliverable]]\npartnership = \"winter/{id}\"\nid = \"{id}-reel-{piece}\"\nplatform = \"instagram\"\n\
                 format = \"reel\"\nfee = \"{fee}.00 EUR\"\n{}due = 2026-04-{due:02}\n",
                price(900)
            )
            .expect("written");
        }
        let budget = secrets.budget(dice);
        write!(
            text,
            "[[boost]]\nid = \"{id}-boost\"\npartnership = \"winter/{id}\"\nsource = \"tiktok_ads\"\nref = \"boost-{id}\"\n\
             budget = \"{budget}.00 EUR\"\n{}",
            price(1_300)
        )
        .expect("written");
    }
    text
}

/// Everybody's chats.
struct Places {
    client: ChatId,
    carl: UserId,
    client_there: Snowflake,
    creators: Vec<UserId>,
}

async fn settle(story: &mut Story, dice: &mut ChaCha8Rng) -> Places {
    let (cast, telegram) = (story.world.cast, story.world.telegram.clone());
    let language = |dice: &mut ChaCha8Rng| *["en", "sv"].choose(dice).expect("one");
    let carl = telegram.add_user(NewUser::named("Carl", language(dice)));
    let client = telegram.add_supergroup("Nordbo client", cast.maja, false).expect("a group");
    telegram.add_bot(client, cast.maja).expect("added");
    telegram.set_standing(client, carl, Standing::Member).expect("a member");
    story.starts(carl, Role::ClientOwner, "Carl", None).await;
    let code = story.world.role_code(Role::ClientOwner, "Cora", None).await.expect("a code");
    let direct = story.world.discord.dm(cast.stranger);
    story.slash(cast.stranger, direct, "link", &[("code", Typed::Text(code))]).await;
    let code = story.world.room_code("nordbo-client").await.expect("a code");
    story.says(client, cast.maja, &format!("/bind {code}")).await;
    let code = story.world.room_code("nordbo-client-2").await.expect("a code");
    story.slash(cast.jonas, cast.outlet_channel, "bind", &[("code", Typed::Text(code))]).await;
    let mut creators = Vec::new();
    for (id, name, _, _) in CREATORS {
        let user = telegram.add_user(NewUser::named(name, language(dice)));
        story.starts(user, Role::Creator, name, Some(id)).await;
        creators.push(user);
    }
    Places { client, carl, client_there: cast.outlet_channel, creators }
}

/// What every day brought: each creator's boost, and the views of their own posts.
async fn numbers(story: &mut Story, secrets: &mut Secrets, dice: &mut ChaCha8Rng) {
    let mut rows: Vec<(&str, i64, i64)> = Vec::new();
    let now = story.world.clock.now();
    let mut samples = Vec::new();
    for (n, (id, ..)) in CREATORS.iter().enumerate() {
        let spend = i64::try_from(secrets.cost(dice)).expect("small");
        // Some do well: not everything fires.
        rows.push((id, spend * 100, if n < 2 { 1 } else { *[1, 8].choose(dice).expect("one") }));
        let views = i64::try_from(secrets.own(n, dice)).expect("small");
        let series = SeriesKey {
            subject: Subject::Creator(CreatorId::new(id).expect("an id")),
            metric: Metric::Views,
            platform: Platform::Instagram,
        };
        for back in 1..=9 {
            let at = |back: i64| now - jiff::SignedDuration::from_hours(24 * back);
            samples.push(Sample {
                series: series.clone(),
                value: views,
                currency: None,
                form: Form::Amount { from: at(back), until: at(back - 1) },
                known_at: now,
                provisional: false,
                self_reported: false,
            });
        }
    }
    let held = story.world.clock.hold("numbers");
    let fetched = Fetched { samples, ..Fetched::default() };
    let source = SourceId::new("instagram").expect("an id");
    take_in(story.world.core(), &source, 1, fetched, now).await.expect("taken in");
    drop(held);
    story.report(&rows).await;
    story.wait(60).await;
}

async fn incidents(story: &Story) -> Vec<Incident> {
    let all = scan_all::<Incident>(&*story.world.core().store).await.expect("incidents");
    all.into_iter().map(|kept| kept.value).collect()
}

/// The team at work: some alerts are shown to the client, deals are changed, pieces held, hours and fees noted.
async fn deeds(story: &mut Story, secrets: &mut Secrets, dice: &mut ChaCha8Rng) {
    let cast = story.world.cast;
    let ids: Vec<String> = incidents(story).await.iter().map(|one| one.id.as_str().to_owned()).collect();
    for deed in 0..DEEDS {
        let (n, id) = (dice.random_range(0..CREATORS.len()), ids.choose(dice).expect("an alert").clone());
        let who = CREATORS[n].0;
        let line = match if deed == 0 { 0 } else { dice.random_range(0..10) } {
            // One alert is never shown.
            0 | 1 => format!("/show {}", ids.iter().skip(1).collect::<Vec<_>>().choose(dice).copied().unwrap_or(&id)),
            2 => format!("/offer winter/{who} {who}-reel-1 fee {} EUR", secrets.own(n, dice)),
            3 => format!("/hold winter/{who}/{who}-reel-0"),
            4 => format!("/note {id} our fee for 12 hours is {} EUR #hours", secrets.cost(dice)),
            5 => format!("/pause {who}-boost"),
            6 => format!("/ack {id}"),
            7 => format!("/hide {id}"),
            8 => format!("/excuse {id}"),
            _ => format!("/adjust {who}-boost {} EUR", secrets.budget(dice)),
        };
        story.says(cast.team_chat, cast.maja, &line).await;
        let asks = story.on_telegram().into_iter().rfind(|one| {
            one.buttons.concat().iter().any(|label| label.starts_with("Yes")) && one.text.contains("within 2 minutes")
        });
        if let Some(question) = asks {
            story.presses(cast.maja, &question, "Yes").await;
        }
        story.wait(20).await;
    }
}

/// Everything that can be typed, about everybody.
fn questions(ids: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (who, ..) in CREATORS {
        for text in TABLE.iter().flat_map(|spec| spec.examples) {
            // Nobody leaves, and nobody gives or takes a role.
            if text.starts_with("grant") || text.starts_with("revoke") || text.contains("leave") {
                continue;
            }
            let line =
                text.replace("alma", who).replace("spring", "winter").replace("reel-2", &format!("{who}-reel-1"));
            lines.extend(ids.iter().map(|id| format!("/{}", line.replace("A7K2", id))));
        }
    }
    lines.sort();
    lines.dedup();
    lines
}

async fn asked(story: &mut Story, places: &Places, dice: &mut ChaCha8Rng) {
    let telegram = story.world.telegram.clone();
    let ids: Vec<String> = incidents(story).await.iter().map(|one| one.id.as_str().to_owned()).collect();
    let lines = questions(&ids);
    let alone = telegram.private_chat(places.carl);
    let mut chats = vec![(places.client, places.carl), (alone, places.carl)];
    chats.extend(places.creators.iter().map(|user| (telegram.private_chat(*user), *user)));
    for _ in 0..QUESTIONS {
        for (chat, user) in &chats {
            telegram.user_sends(*chat, *user, lines.choose(dice).expect("a line")).expect("sent");
        }
        story.wait(4).await;
    }
    // What everybody asks first.
    for (chat, user) in &chats {
        for line in ["/me", "/status", "/deal", "/benchmark", "/data file", "/accept"] {
            telegram.user_sends(*chat, *user, line).expect("sent");
            story.wait(3).await;
        }
    }
    let who = CREATORS.choose(dice).expect("one").0;
    for (name, option) in [("status", "subject"), ("why", "what"), ("benchmark", "subject"), ("pause", "what")] {
        let given = [(option, Typed::Text(who.to_owned()))];
        story.slash(story.world.cast.stranger, places.client_there, name, &given).await;
    }
}

/// All that somebody reads in a chat on Telegram.
fn read_there(story: &Story, chat: ChatId) -> Vec<String> {
    let all = story.world.telegram.messages(chat).into_iter().filter(|shown| shown.from_bot);
    all.flat_map(|shown| {
        let file = shown.document.iter().map(|(name, bytes)| format!("{name}\n{}", String::from_utf8_lossy(bytes)));
        let before = shown.history.iter().map(|old| format!("{}\n{}", old.text, old.buttons.concat().join("\n")));
        [telegram_text(&shown)].into_iter().chain(file).chain(before).collect::<Vec<_>>()
    })
    .collect()
}

/// All that anybody reads in a channel on Discord, pictures as they are read aloud.
fn read_in(story: &Story, channel: Snowflake) -> Vec<String> {
    let mut read = Vec::new();
    for message in story.world.discord.messages(channel) {
        let spoken: Vec<&str> = message.attachments.iter().filter_map(|one| one.description.as_deref()).collect();
        read.push(format!("{}\n{}", discord_text(&message), spoken.join("\n")));
        read.extend(message.edits.iter().map(|old| format!("{old:?}")));
    }
    read
}

#[derive(Default)]
struct Seen {
    alerts: usize,
    billed: usize,
    own: [usize; 3],
    spoken: usize,
}

async fn check(story: &Story, places: &Places, secrets: &Secrets, (seed, billed): (u64, bool), seen: &mut Seen) {
    let telegram = &story.world.telegram;
    let all = incidents(story).await;
    let was_shown = |one: &&Incident| one.events.iter().any(|event| event.what == Happened::Shown);
    let shown: BTreeSet<&str> = all.iter().filter(was_shown).map(|one| one.id.as_str()).collect();
    let kept: Vec<&Incident> = all.iter().filter(|one| !shown.contains(one.id.as_str())).collect();
    assert!(!kept.is_empty() && !shown.is_empty(), "programme {seed}: {} alerts, {} shown", all.len(), shown.len());

    let mut theirs = read_there(story, places.client);
    theirs.extend(read_there(story, telegram.private_chat(places.carl)));
    theirs.extend(read_in(story, places.client_there));
    for text in &theirs {
        assert_eq!(secrets.cost_in(text, billed), None, "programme {seed}, a client reads\n{text}");
        let kept = kept.iter().find(|one| text.contains(&one.id.to_string()));
        assert_eq!(
            kept.map(|one| one.id.as_str()),
            None,
            "programme {seed}, not shown to the client, who reads\n{text}"
        );
        seen.alerts += shown.iter().filter(|id| text.contains(&format!("#{id}"))).count();
        seen.billed += usize::from(!amounts(text).is_empty());
    }
    for (n, user) in places.creators.iter().enumerate() {
        for text in read_there(story, telegram.private_chat(*user)) {
            assert_eq!(secrets.beside(n, &text), None, "programme {seed}, {} reads\n{text}", CREATORS[n].1);
            seen.own[n] += usize::from(secrets.own[n].iter().any(|amount| written(*amount, &text).is_some()));
        }
    }

    // The same eyes see it where it may be seen: the team's rooms have costs, names, and alerts that were not shown.
    let mut teams = read_there(story, story.world.cast.team_chat);
    teams.extend(read_in(story, story.world.cast.team_channel));
    assert!(teams.iter().any(|text| secrets.cost_in(text, true).is_some()), "programme {seed}: no cost is told at all");
    assert!(teams.iter().any(|text| secrets.beside(0, text).is_some()), "programme {seed}: nobody else is told of");
    assert!(teams.iter().any(|text| kept.iter().any(|one| text.contains(&one.id.to_string()))), "programme {seed}");
    let pictures = story.world.discord.messages(story.world.cast.team_channel);
    seen.spoken += pictures.iter().flat_map(|one| &one.attachments).filter(|one| one.description.is_some()).count();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_client_reads_a_cost_and_no_creator_anothers_numbers() {
    let mut seen = Seen::default();
    for seed in 0..PROGRAMS {
        let (mut dice, mut secrets) = (ChaCha8Rng::seed_from_u64(seed), Secrets::default());
        let billed = seed % 2 == 1;
        let mut story = Story::begin(seed, &[]).await;
        story.apply(&documents(&mut dice, &mut secrets, billed)).await;
        let places = settle(&mut story, &mut dice).await;
        numbers(&mut story, &mut secrets, &mut dice).await;
        deeds(&mut story, &mut secrets, &mut dice).await;
        asked(&mut story, &places, &mut dice).await;
        // The digests of the morning.
        story.wait(3_600).await;
        check(&story, &places, &secrets, (seed, billed), &mut seen).await;
        story.world.stop().await;
    }
    let Seen { alerts, billed, own, spoken } = seen;
    assert!(3 < alerts && 0 < billed && 0 < spoken, "{alerts} alerts, {billed} billed amounts, {spoken} pictures");
    assert!(own.iter().all(|own| 3 < *own), "{own:?} texts with one's own amounts");
}

#[test]
fn a_planted_amount_is_found_however_it_is_written() {
    let mut secrets = Secrets { costs: vec![84_210, 2_912_345], ..Secrets::default() };
    secrets.own[1].push(52_007);
    for text in
        ["€84,210 left", "84 210 €", "84\u{a0}210,50 EUR", "84.210", "of 84210", "2\u{202f}912\u{202f}345 €", "€52,007"]
    {
        assert!(secrets.cost_in(text, true).is_some() && secrets.beside(0, text).is_some(), "{text}");
    }
    for text in ["from Vrekajyth Woz", "@vrekwozzy", "Pruzkvix has"] {
        assert!(secrets.beside(0, text).is_some(), "{text}");
    }
    assert_eq!(secrets.beside(1, "€52,007 for Vrekajyth Woz"), None, "her own");
    // What nobody planted, but what only a cost comes to.
    assert!(
        secrets.cost_in("saves €16,500", true).is_some()
            && secrets.cost_in("16 500,00 kr or 16 500,00 €", true).is_some()
    );
    assert_eq!((secrets.cost_in("saves €1,234.50", true), secrets.cost_in("1 234,50 € kvar", true)), (None, None));
    assert!(secrets.cost_in("saves €5", false).is_some());
    assert_eq!(secrets.cost_in("7 orders on 84 views, 52 of them", false), None);
}
