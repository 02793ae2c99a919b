//! `plimsoll discover` and `plimsoll preflight`: what a shop has, and whether what was agreed works there.
//!
//! JSON of `discover`: `{"source","codes":[{"code","title","kind","status","starts","ends","used","shared","owners":
//! ["CAMPAIGN/CREATOR"],"probably":[GUESS],"add":{"partnership","line"}|null}],"links":[{"source","medium","campaign",
//! "content","orders","codes":[…],"probably":[GUESS]}],"links_absent":null|REASON,"cut":false}` with GUESS =
//! `{"creator","likeness":"same"|"part"|"near","name"}`; `ends` is null where there is no end; `cut` says that there are
//! more codes.
//! JSON of `preflight`: `{"source","partnerships":[{"partnership","fine","checks":[{"check","code","outcome":"fine"|
//! "note"|"wrong","text"}]}],"wrong":N}`, N counting partnerships; exit 1 where it is not 0.

use std::sync::Arc;

use clap::Args;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::asking::answered;
use super::poll::refused;
use super::{CliError, Common};
use crate::app::catalog::Catalog;
use crate::app::config::Config;
use crate::app::control::{Body, Wish};
use crate::app::discover::{Found, FoundCode, FoundLink, Guess, discover};
use crate::app::handles::handles;
use crate::app::preflight::{Beside, Looked, Outcome, Preflight as Looks, creators, preflight};
use crate::domain::document::Documents;
use crate::domain::ids::{BrandId, SourceId};
use crate::domain::written::parse_length;
use crate::http::visit::Visitor;
use crate::sources::orders::Shop as Counter;
use crate::sources::{Outside, Settings};
use crate::time::Clock;

/// The arguments of `discover`.
#[derive(Debug, Args)]
#[command(
    after_help = "Lists the shop's discount codes and the links of recent orders, each with the creators it may \
                        belong to by its letters, and the line to add. Nothing is assigned: plimsoll discover --back 14d"
)]
pub struct Discover {
    /// The shop, as the configuration names it; needed only where there are several
    source: Option<String>,
    /// How far back orders are looked at for their links
    #[arg(long, default_value = "30d", value_name = "TIME", value_parser = length)]
    back: SignedDuration,
}

/// The arguments of `preflight`.
#[derive(Debug, Args)]
#[command(
    after_help = "Looks up each running partnership's codes in the shop (there, active, with a discount of its own, \
                        for as long as the campaign lasts, used), opens its landing page with its UTM parameters, and asks \
                        whether the creator's accounts are there. Exit 1 where something is wrong: plimsoll preflight"
)]
pub struct Preflight {
    /// The shop, as the configuration names it; needed only where there are several
    source: Option<String>,
}

fn length(given: &str) -> Result<SignedDuration, String> {
    parse_length(given).ok_or_else(|| "it is not a length of time; write it like `36h` or `14d`".to_owned())
}

/// A shop of the configuration.
#[derive(Clone, Copy)]
struct Shop<'a> {
    id: &'a SourceId,
    brand: Option<&'a BrandId>,
    settings: &'a dyn Settings,
}

/// The shop that is meant: the named one, or the only one.
fn meant<'a>(config: &'a Config, named: Option<&str>) -> Result<Shop<'a>, CliError> {
    let mut shops = config.sources.iter().filter_map(|(id, source)| {
        let settings = source.kind.settings();
        settings.ends_codes().then_some(Shop { id, brand: source.common.brand.as_ref(), settings })
    });
    let known: Vec<&str> = shops.clone().map(|shop| shop.id.as_str()).collect();
    match (named, known.as_slice()) {
        (_, []) => Err(CliError::input(
            "no shop is configured; add [sources.shop] with kind = \"shopify\", config/default.toml shows how",
        )),
        (None, [_]) => shops.next().ok_or_else(|| CliError::input("no shop is configured")),
        (None, several) => Err(CliError::input(format!("which shop? one of {}", several.join(", ")))),
        (Some(name), several) => shops.find(|shop| shop.id.as_str() == name).ok_or_else(|| {
            CliError::input(format!("there is no shop `{name}` in the configuration; known: {}", several.join(", ")))
        }),
    }
}

fn open(id: &SourceId, settings: &dyn Settings) -> Result<Arc<dyn Counter>, CliError> {
    match settings.shop(&Outside::alone(Clock::system())) {
        Some(Ok(shop)) => Ok(shop),
        Some(Err(error)) => Err(CliError::input(format!("source `{id}`: {error}"))),
        None => Err(CliError::input(format!("source `{id}` is no shop"))),
    }
}

/// What was applied, from the service or from the store; `made`: there must be one.
async fn catalog(common: &Common, config: Config, made: bool) -> Result<Catalog, CliError> {
    let documents: Documents = answered(common, config, Wish::Documents { made }, Body::Empty).await?;
    let mut catalog = Catalog::default();
    documents.into_list().for_each(|document| catalog.take(document));
    Ok(catalog)
}

impl Discover {
    /// Asks and prints.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let Shop { id, brand, settings } = meant(&config, self.source.as_deref())?;
        let shop = open(id, settings)?;
        let catalog = catalog(common, config.clone(), false).await?;
        let since = Clock::system().now().saturating_sub(self.back).unwrap_or(Timestamp::MIN);
        let found = discover(&*shop, &catalog, brand, since).await.map_err(|error| refused(id, error))?;
        common.print(&found_json(id, &found), &found_text(&found))
    }
}

fn guesses_json(guesses: &[Guess]) -> Vec<Value> {
    let one =
        |guess: &Guess| json!({"creator": guess.creator, "likeness": guess.likeness.as_str(), "name": guess.name});
    guesses.iter().map(one).collect()
}

fn found_json(id: &SourceId, found: &Found) -> Value {
    let code = |one: &FoundCode| {
        let owners: Vec<String> = one.owners.iter().map(ToString::to_string).collect();
        let add = one.line.as_ref().map(|(key, line)| json!({"partnership": key, "line": line}));
        json!({
            "code": one.code, "title": one.discount.title, "kind": one.discount.kind, "status": one.discount.status,
            "starts": one.discount.starts_at, "ends": one.discount.ends_at, "used": one.discount.used,
            "shared": one.discount.is_shared(), "owners": owners, "probably": guesses_json(&one.guesses), "add": add,
        })
    };
    let link = |one: &FoundLink| {
        let [source, medium, campaign, content] = &one.utm;
        json!({
            "source": source, "medium": medium, "campaign": campaign, "content": content, "orders": one.orders,
            "codes": one.codes, "probably": guesses_json(&one.guesses),
        })
    };
    json!({
        "source": id,
        "codes": found.codes.iter().map(code).collect::<Vec<_>>(),
        "links": found.links.iter().map(link).collect::<Vec<_>>(),
        "links_absent": found.no_links,
        "cut": found.cut,
    })
}

fn maybe(guesses: &[Guess]) -> String {
    let names: Vec<&str> = guesses.iter().map(|guess| guess.creator.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("; perhaps of {}", names.join(" or ")) }
}

fn found_text(found: &Found) -> String {
    let mut lines = Vec::new();
    for one in &found.codes {
        let shared = if one.discount.is_shared() { ", shares its discount" } else { "" };
        let (status, used) = (one.discount.status.to_lowercase(), one.discount.used);
        let owners: Vec<String> = one.owners.iter().map(ToString::to_string).collect();
        let whose = if owners.is_empty() { maybe(&one.guesses) } else { format!("; of {}", owners.join(" and ")) };
        lines.push(format!("{}  {status}, used {used} times{shared}{whose}", one.code));
        if let Some((key, line)) = &one.line {
            lines.push(format!("    add to [[partnership]] {key}:  {line}"));
        }
    }
    if found.codes.is_empty() {
        lines.push("the shop has no discount codes".to_owned());
    }
    if found.cut {
        lines.push("there are more codes than these".to_owned());
    }
    for one in &found.links {
        let parts: Vec<String> = ["utm_source", "utm_medium", "utm_campaign", "utm_content"]
            .iter()
            .zip(&one.utm)
            .filter_map(|(name, part)| part.as_ref().map(|part| format!("{name}={part}")))
            .collect();
        lines.push(format!("{}  {} orders{}", parts.join(" "), one.orders, maybe(&one.guesses)));
    }
    if let Some(why) = &found.no_links {
        lines.push(format!("the links of orders could not be read: {why}"));
    }
    lines.join("\n")
}

impl Preflight {
    /// Looks everything over and prints.
    pub async fn run(self, common: &Common) -> Result<(), CliError> {
        let config = common.config()?;
        let Shop { id, brand, settings } = meant(&config, self.source.as_deref())?;
        let shop = open(id, settings)?;
        let catalog = catalog(common, config.clone(), true).await?;
        let now = Clock::system().now();
        let beside = beside(&config, &catalog, brand, now).await?;
        let all = preflight(&*shop, &catalog, brand, &beside, now).await.map_err(|error| refused(id, error))?;
        let wrong = all.iter().filter(|one| !one.is_fine()).count();
        let partnerships: Vec<Value> = all.iter().map(looked_json).collect();
        let document = json!({"source": id, "partnerships": partnerships, "wrong": wrong});
        common.print(&document, &looked_text(&all))?;
        match wrong {
            0 => Ok(()),
            n => Err(CliError::Failed(anyhow::anyhow!("{n} of {} partnerships are not ready", all.len()))),
        }
    }
}

/// What is looked at beside the shop, as the settings say.
async fn beside(
    config: &Config,
    catalog: &Catalog,
    brand: Option<&BrandId>,
    now: Timestamp,
) -> Result<Beside, CliError> {
    let mut beside = Beside::default();
    if config.preflight.pages {
        let visitor = Visitor::new(config.preflight.private_addresses);
        beside.visitor = Some(visitor.map_err(|error| CliError::Failed(error.into()))?);
    }
    if config.preflight.handles {
        let outside = Outside::alone(Clock::system());
        let creators = creators(catalog, brand);
        beside.handles = handles(config, &outside, catalog, brand, &creators, now).await;
    }
    Ok(beside)
}

fn looked_json(one: &Looks) -> Value {
    let check =
        |one: &Looked| json!({"check": one.check, "code": one.code, "outcome": one.outcome.as_str(), "text": one.text});
    let checks: Vec<Value> = one.looked.iter().map(check).collect();
    json!({"partnership": one.partnership, "fine": one.is_fine(), "checks": checks})
}

fn looked_text(all: &[Looks]) -> String {
    if all.is_empty() {
        return "no partnership runs".to_owned();
    }
    let mut lines = Vec::new();
    for one in all {
        lines.push(format!("{} {}", if one.is_fine() { "ok   " } else { "WRONG" }, one.partnership));
        for looked in one.looked.iter().filter(|looked| looked.outcome != Outcome::Fine) {
            let code = looked.code.as_deref().map(|code| format!("{code}: ")).unwrap_or_default();
            lines.push(format!("      {}: {code}{}", looked.outcome.as_str(), looked.text));
        }
    }
    lines.join("\n")
}
