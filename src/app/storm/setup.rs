//! The house that the storm comes to: one brand, three campaigns, twelve creators, their boosts and rooms; the rules; the
//! settings; and who the people are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::promises::Private;
use super::{discord, telegram};
use crate::domain::person::{Chat, Role};
use crate::http::inside::ENDING;

/// When it begins: a Monday midnight in Stockholm's winter time, two weeks before the clocks change.
pub(super) const START: &str = "2026-03-16T00:00:00+01:00[Europe/Stockholm]";

/// The changes of daylight saving time in the year that follows, in UTC.
pub(super) const CHANGES: [&str; 2] = ["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z"];

/// How long one try to send may take.
pub(super) const LEASE_SECS: i64 = 120;

/// Signs orders.
const HOOK_SECRET: &str = "storm webhook secret";

/// The brand's margin on an order: nobody but the team reads it.
const MARGIN: &str = "44.07";

/// Creators: names that stand in no sentence by chance.
const CREATORS: [&str; 12] = [
    "Alvarra", "Birkolm", "Cilmara", "Dorvelm", "Eskarra", "Fjodunn", "Gunvarr", "Hjalmix", "Ingvarn", "Jostarr",
    "Kasprin", "Lumirra",
];

/// Campaigns, and which creators are in each: every first, second or third.
const CAMPAIGNS: [&str; 3] = ["spring", "harvest", "winter"];

/// Groups and channels: place, room.
pub(super) const TEAM_GROUP: &str = "-1001000000001";
/// See above.
pub(super) const CLIENT_GROUP: &str = "-1001000000002";
/// See above.
pub(super) const TEAM_CHANNEL: &str = "400000000000000011";
/// See above.
pub(super) const OPERATORS: &str = "400000000000000012";
/// The guild of both channels.
pub(super) const GUILD: &str = "400000000000000001";

/// Rooms of the documents, where each is and who binds it.
pub(super) const ROOMS: [(&str, &str, &str); 4] = [
    ("team-telegram", TEAM_GROUP, "Maja"),
    ("client-telegram", CLIENT_GROUP, "Maja"),
    ("team-discord", TEAM_CHANNEL, "Jonas"),
    ("operators", OPERATORS, "Jonas"),
];

/// Somebody.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub name: String,
    pub chat: Chat,
    pub user: String,
    /// The role they are given at the beginning.
    pub role: Option<Role>,
    /// The creator they are.
    pub creator: Option<String>,
    /// Where they speak beside their direct messages.
    pub places: Vec<&'static str>,
    /// Their role is taken and given.
    pub wavers: bool,
}

impl Person {
    /// Where they are spoken to alone.
    pub fn direct(&self) -> String {
        match self.chat {
            Chat::Telegram => self.user.clone(),
            Chat::Discord => discord::direct(&self.user),
        }
    }
}

/// The id of a creator.
fn id_of(name: &str) -> String {
    name.to_lowercase()
}

/// Whether a creator is in a campaign.
fn takes_part(creator: usize, campaign: usize) -> bool {
    creator % CAMPAIGNS.len() == campaign || creator.is_multiple_of(2) && (creator / 2) % CAMPAIGNS.len() == campaign
}

/// Every partnership, as campaign and creator.
fn partnerships() -> Vec<(&'static str, String)> {
    let all = CAMPAIGNS.iter().enumerate().flat_map(|(nth, campaign)| {
        let creators = CREATORS.iter().enumerate().filter(move |(creator, _)| takes_part(*creator, nth));
        creators.map(|(_, name)| (*campaign, id_of(name)))
    });
    all.collect()
}

fn boost_of(campaign: &str, creator: &str) -> String {
    format!("boost-{campaign}-{creator}")
}

/// Every boost, as its platform names it.
pub(super) fn boosts() -> Vec<String> {
    partnerships().iter().map(|(campaign, creator)| boost_of(campaign, creator)).collect()
}

/// Every audience.
pub(super) fn audiences() -> Vec<String> {
    CREATORS.iter().map(|name| id_of(name)).collect()
}

/// What may be said where.
pub(super) fn private() -> Private {
    let creators = CREATORS.iter().map(|name| (id_of(name), vec![(*name).to_owned(), id_of(name)]));
    let boosts = partnerships().into_iter();
    let boosts: BTreeMap<String, String> = boosts
        .map(|(campaign, creator)| (format!("partnership/{campaign}/{creator}"), boost_of(campaign, &creator)))
        .collect();
    Private {
        creators: creators.collect(),
        secrets: [telegram::TOKEN, discord::TOKEN, HOOK_SECRET].map(str::to_owned).to_vec(),
        margins: [MARGIN.to_owned(), MARGIN.replace('.', ",")].to_vec(),
        boosts,
    }
}

/// Everybody: two who stay, two whose roles come and go, the client, somebody from outside, and the creators.
pub(super) fn people() -> Vec<Person> {
    let person = |name: &str, chat, user: u64, role, places: &[&'static str], wavers| Person {
        name: name.to_owned(),
        chat,
        user: user.to_string(),
        role,
        creator: None,
        places: places.to_vec(),
        wavers,
    };
    let (telegram, discord) = (Chat::Telegram, Chat::Discord);
    let mut people = vec![
        person("Maja", telegram, 5_001, Some(Role::Agency), &[TEAM_GROUP, CLIENT_GROUP], false),
        person("Jonas", discord, 300_000_000_000_000_001, Some(Role::Agency), &[TEAM_CHANNEL, OPERATORS], false),
        person("Vera", telegram, 5_002, Some(Role::Manager), &[TEAM_GROUP], true),
        person("Otto", discord, 300_000_000_000_000_002, Some(Role::Manager), &[TEAM_CHANNEL], true),
        person("Carl", telegram, 5_003, Some(Role::ClientOwner), &[CLIENT_GROUP], false),
        person("Nobody", telegram, 5_004, None, &[TEAM_GROUP], false),
    ];
    for (nth, name) in (0_u64..).zip(CREATORS) {
        let (chat, user) =
            if nth % 2 == 0 { (telegram, 6_000 + nth) } else { (discord, 300_000_000_000_000_100 + nth) };
        let role = Some(Role::Creator);
        people.push(Person { creator: Some(id_of(name)), ..person(name, chat, user, role, &[], false) });
    }
    people
}

/// The rules.
pub(super) const RULES: &str = r#"
[[rule]]
id = "cpa-stop"
kind = "stop_loss"
scope = "partnership"
when = "cpa > target.cpa && spend > money('60.00 EUR')"
window = "6h"
recover = "cpa < 0.9 * target.cpa"
mode = "propose"
then = [ { do = "stop_boost" } ]
cooldown = "6h"

[[rule]]
id = "link-dead"
kind = "stop_loss"
scope = "partnership"
when = "clicks < 10 && spend > money('60.00 EUR')"
window = "6h"
recover = "clicks >= 20"
mode = "propose"
then = [ { do = "ask_fix" } ]
cooldown = "6h"

[[rule]]
id = "crowd-gone"
kind = "stop_loss"
scope = "creator"
when = "followers@twitch < 100"
window = "1h"
mode = "propose"
then = [ { do = "notify" } ]
"#;

/// The documents.
pub(super) fn documents() -> Result<String, std::fmt::Error> {
    let mut text = format!(
        r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "EUR"
margin_per_order = "{MARGIN} EUR"
[[room]]
id = "team-telegram"
brand = "nordbo"
audience = "internal"
locale = "sv"
zone = "Europe/Stockholm"
quiet = "22:00-07:00"
digest = "08:00"
[[room]]
id = "team-discord"
brand = "nordbo"
audience = "internal"
zone = "Europe/Stockholm"
escalate_after = "2h"
escalate_to = ["room/operators"]
[[room]]
id = "client-telegram"
brand = "nordbo"
audience = "client"
zone = "America/New_York"
[[room]]
id = "operators"
audience = "operator"
"#
    );
    for campaign in CAMPAIGNS {
        write!(
            text,
            "[[campaign]]\nid = \"{campaign}\"\nname = \"{campaign} campaign\"\nbrand = \"nordbo\"\ngoal = \"sales\"\n\
             starts = 2026-03-01\nends = 2027-04-30\ntarget = {{ cpa = \"45.00 EUR\" }}\n"
        )?;
    }
    for name in CREATORS {
        let id = id_of(name);
        write!(
            text,
            "[[creator]]\nid = \"{id}\"\nname = \"{name}\"\nzone = \"Europe/Stockholm\"\naccounts = {{ twitch = \"{id}\" }}\n"
        )?;
    }
    for (campaign, creator) in partnerships() {
        let boost = boost_of(campaign, &creator);
        write!(
            text,
            "[[partnership]]\ncampaign = \"{campaign}\"\ncreator = \"{creator}\"\nlink = \"{campaign}-{creator}\"\n\
             [[boost]]\nid = \"{boost}\"\npartnership = \"{campaign}/{creator}\"\nsource = \"agency\"\nref = \"{boost}\"\n\
             budget = \"900000.00 EUR\"\n"
        )?;
    }
    Ok(text)
}

/// The names of the servers, in the order of the seams.
pub(super) const SERVERS: [&str; 4] = ["numbers", "telegram", "discord", "ads"];

/// The settings, as `--set` would give them.
pub(super) fn settings() -> Vec<String> {
    let url = |server: &str| format!("http://{server}{ENDING}");
    let feed = |schedule: &str, platform: &str, path: &str, id: &str, fields: &str| {
        format!(
            "{{ kind = \"generic\", schedule = \"{schedule}\", feed = {{ base_url = \"{}\", allowed_hosts = [\"numbers{ENDING}\"], \
             path = \"{path}\", platform = \"{platform}\", rows = \"$.rows[*]\", id = \"{id}\", fields = [{fields}] }} }}",
            url("numbers")
        )
    };
    let ads = "{ metric = \"spend\", path = \"$.spend\", form = \"total\", currency = \"EUR\" }, \
               { metric = \"orders\", path = \"$.orders\", form = \"total\" }, \
               { metric = \"clicks\", path = \"$.clicks\", form = \"total\" }";
    let followers = "{ metric = \"followers\", path = \"$.followers\", form = \"gauge\" }";
    vec![
        format!("telegram.token=\"{}\"", telegram::TOKEN),
        format!("telegram.api_url=\"{}\"", url("telegram")),
        format!("discord.token=\"{}\"", discord::TOKEN),
        format!("discord.api_url=\"{}\"", url("discord")),
        format!("actions.url=\"{}\"", url("ads")),
        format!("actions.secret=\"{HOOK_SECRET}\""),
        "web.check_pages=\"0s\"".to_owned(),
        // From the second week on a start reads what is sealed.
        "retention.sealed_after=\"2d\"".to_owned(),
        format!("delivery.lease=\"{LEASE_SECS}s\""),
        // One after the other, so that the same seed gives the same bytes.
        "delivery.at_once=1".to_owned(),
        // Telegram does not say when a button was pressed: what was pressed in hours of silence comes all at once, and each
        // of it is held against its promise.
        "limits.person.burst=1000000".to_owned(),
        format!(
            "sources={{ agency = {}, twitch = {} }}",
            feed("7 * * * *", "facebook", "/ads.json", "$.boost", ads),
            feed("37 */2 * * *", "twitch", "/followers.json", "$.login", followers)
        ),
    ]
}
