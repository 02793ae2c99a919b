//! What the demo's people have written down: brands, campaigns, creators, deals and boosts, as files would hold them.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Context as _;

use super::{BUDGET, RULES};
use crate::app::apply::Given;
use crate::domain::document::Documents;
use crate::rules::file::parse_rules;
use crate::sim::world::adverts::Buyer;
use crate::sim::world::living::{Life, LivingWorld};
use crate::sim::world::social::Venue;
use crate::sim::world::trade::{code_of, link_of};

/// A brand of the house beside the main one: it sells in a shop of its own, and one creator works for it too.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "each is named for what it is")]
pub struct SideBrand {
    pub brand: &'static str,
    pub campaign: &'static str,
    pub creator: &'static str,
    pub code: &'static str,
    pub link: &'static str,
    pub room: &'static str,
}

/// What is left over is sold at `WooCommerce`, and Google counts the visits.
pub const OUTLET: SideBrand = SideBrand {
    brand: "nordbo-outlet",
    campaign: "clearance",
    creator: "dario",
    code: "DARIOOUT",
    link: "dario-outlet",
    room: "outlet-discord",
};

/// What is let by the weekend is paid at Stripe, and the built-in links count the clicks.
pub const RENTAL: SideBrand = SideBrand {
    brand: "nordbo-rental",
    campaign: "weekends",
    creator: "gus",
    code: "GUSRENT",
    link: "gus-rental",
    room: "rental-discord",
};

/// Where the rental's link leads.
const RENTAL_PAGE: &str = "https://rental.nordbo.example/tents";

/// Brands, campaigns, programme and rooms.
const BRANDS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "EUR"
margin_per_order = "44.00 EUR"
accounts = { web = "nordbo.example" }
[[brand]]
id = "nordbo-outlet"
name = "Nordbo Outlet"
zone = "Europe/Stockholm"
currency = "EUR"
margin_per_order = "12.00 EUR"
[[brand]]
id = "nordbo-rental"
name = "Nordbo Rental"
zone = "Europe/Stockholm"
currency = "EUR"
margin_per_order = "20.00 EUR"
[[campaign]]
id = "spring"
name = "Spring Launch"
brand = "nordbo"
goal = "sales"
starts = 2026-03-02
ends = 2026-06-30
target = { cpa = "45.00 EUR" }
[[campaign]]
id = "clearance"
name = "Winter Clearance"
brand = "nordbo-outlet"
goal = "sales"
starts = 2026-03-01
ends = 2026-06-30
[[campaign]]
id = "weekends"
name = "Weekends Out"
brand = "nordbo-rental"
goal = "sales"
starts = 2026-03-01
ends = 2026-06-30
[[program]]
id = "nordbo-club"
brand = "nordbo"
levels = [ { name = "Gold", commission = "15 %" }, { name = "Silver", commission = "12 %" } ]
[[member]]
program = "nordbo-club"
creator = "alma"
level = "Gold"
since = 2025-09-01
acknowledged = 2025-09-02
[[room]]
id = "team-discord"
brand = "nordbo"
audience = "internal"
zone = "Europe/Stockholm"
[[room]]
id = "team-telegram"
brand = "nordbo"
audience = "internal"
zone = "Europe/Stockholm"
[[room]]
id = "operators"
audience = "operator"
zone = "Europe/Stockholm"
"#;

/// All of it, with the rules of the demo.
pub fn given(living: &LivingWorld) -> anyhow::Result<Given> {
    let mut text = BRANDS.to_owned();
    for (place, life) in living.creators().iter().enumerate() {
        text.push_str(&creator(place, life)?);
    }
    for side in [OUTLET, RENTAL] {
        text.push_str(&side_deal(side)?);
    }
    let file = Path::new("demo.toml").to_path_buf();
    let documents = Documents::from_toml(&text).context("the documents of the demo")?;
    let rules = parse_rules(RULES, Some("config/demo.toml"));
    if let Err(errors) = rules.check() {
        anyhow::bail!("{}", errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
    }
    Ok(Given {
        documents: documents.into_list().map(|one| (file.clone(), one)).collect(),
        rules: rules.rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect(),
    })
}

/// The source that tells of a boost and acts on it.
#[must_use]
pub fn source_of(buyer: Buyer) -> &'static str {
    match buyer {
        Buyer::Meta => "meta",
        Buyer::Tiktok => "tiktok-ads",
        Buyer::Google => "google-ads",
        Buyer::Agency => "agency",
    }
}

/// A creator with their accounts, their deal and their boost.
fn creator(place: usize, life: &Life) -> Result<String, std::fmt::Error> {
    let (id, name, link, buyer) = (&life.id, &life.name, link_of(life), Buyer::of(place));
    let mut accounts = format!("youtube = \"{}\", web = \"{link}\"", life.channel);
    for venue in Venue::ALL {
        let key = match venue {
            Venue::Instagram => "instagram",
            Venue::Facebook => "facebook",
            Venue::Tiktok => "tiktok",
            Venue::Twitch => "twitch",
            Venue::X => "x",
        };
        if let Some(account) = venue.account(place, life) {
            write!(accounts, ", {key} = \"{account}\"")?;
        }
    }
    let (source, code) = (source_of(buyer), code_of(life));
    let reference = buyer.reference(place).unwrap_or_else(|| life.boost.clone());
    Ok(format!(
        r#"
[[creator]]
id = "{id}"
name = "{name}"
zone = "Europe/Stockholm"
accounts = {{ {accounts} }}
[[partnership]]
campaign = "spring"
creator = "{id}"
codes = ["{code}"]
link = "{link}"
[[boost]]
id = "{id}-boost"
partnership = "spring/{id}"
source = "{source}"
ref = "{reference}"
budget = "{BUDGET}"
"#
    ))
}

/// The deal of a creator with another brand of the house, and that brand's room.
fn side_deal(side: SideBrand) -> Result<String, std::fmt::Error> {
    let SideBrand { brand, campaign, creator, code, link, room } = side;
    let mut text = format!(
        r#"
[[room]]
id = "{room}"
brand = "{brand}"
audience = "internal"
zone = "Europe/Stockholm"
[[partnership]]
campaign = "{campaign}"
creator = "{creator}"
codes = ["{code}"]
link = "{link}"
"#
    );
    if side.link == RENTAL.link {
        writeln!(text, "landing = \"{RENTAL_PAGE}\"")?;
    }
    Ok(text)
}
