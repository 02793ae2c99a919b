//! `discover`, `preflight` and `poll`: what platforms say, asked under the accounts that people have connected.
//!
//! Nothing is stored. Where a service runs, it asks: it alone renews the tokens of accounts.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Answer, Refusal, one_line};
use crate::app::catalog::Catalog;
use crate::app::config::Config;
use crate::app::core::Core;
use crate::app::discover::{Found, FoundCode, FoundLink, Guess, discover as found_in};
use crate::app::handles::handles;
use crate::app::preflight::{Beside, Looked, Outcome, Preflight as Looks, creators, deals, preflight as look_over};
use crate::app::records::AccountRecord;
use crate::app::sourcing;
use crate::app::tokens::{Connected, tokens};
use crate::domain::ids::{BrandId, SourceId};
use crate::http::visit::Visitor;
use crate::sources::orders::Shop as Counter;
use crate::sources::{self, Outside, Settings, SourceError};

/// A shop of the configuration.
#[derive(Clone, Copy)]
struct Shop<'a> {
    id: &'a SourceId,
    brand: Option<&'a BrandId>,
    settings: &'a dyn Settings,
}

/// The shop that is meant: the named one, or the only one.
fn meant<'a>(config: &'a Config, named: Option<&str>) -> Result<Shop<'a>, Refusal> {
    let mut shops = config.sources.iter().filter_map(|(id, source)| {
        let settings = source.kind.settings();
        settings.ends_codes().then_some(Shop { id, brand: source.common.brand.as_ref(), settings })
    });
    let known: Vec<&str> = shops.clone().map(|shop| shop.id.as_str()).collect();
    match (named, known.as_slice()) {
        (_, []) => Err(Refusal::input(
            "no shop is configured; add [sources.shop] with kind = \"shopify\", config/default.toml shows how",
        )),
        (None, [_]) => shops.next().ok_or_else(|| Refusal::input("no shop is configured")),
        (None, several) => Err(Refusal::input(format!("which shop? one of {}", several.join(", ")))),
        (Some(name), several) => shops.find(|shop| shop.id.as_str() == name).ok_or_else(|| {
            Refusal::input(format!("there is no shop `{name}` in the configuration; known: {}", several.join(", ")))
        }),
    }
}

fn open(core: &Core, id: &SourceId, settings: &dyn Settings) -> Result<Arc<dyn Counter>, Refusal> {
    match settings.shop(&outside(core, id)) {
        Some(Ok(shop)) => Ok(shop),
        Some(Err(error)) => Err(Refusal::input(format!("source `{id}`: {error}"))),
        None => Err(Refusal::input(format!("source `{id}` is no shop"))),
    }
}

/// Whether there is a shop that can be meant; what to do where there is none.
pub fn check_shop(config: &Config, named: Option<&str>) -> Result<(), String> {
    meant(config, named).map(drop).map_err(|refusal| refusal.to_string())
}

/// What a source is given: the clock, and the accounts that people have connected to it.
fn outside(core: &Core, id: &SourceId) -> Outside {
    Outside { clock: core.clock.clone(), accounts: core.vault.accounts(id) }
}

/// A failure of a source, with its remedy.
fn refused(id: &SourceId, error: SourceError) -> Refusal {
    match error {
        SourceError::Unauthorized { .. } => {
            Refusal::Failed(format!("source `{id}`: {error}; put credentials that work under [sources.{id}]"))
        }
        SourceError::BadTarget { .. } | SourceError::Misconfigured { .. } => Refusal::input(error.to_string()),
        other => Refusal::Failed(one_line(&anyhow::Error::new(other).context(format!("source `{id}`")))),
    }
}

/// The shop's codes and links, with whom each may belong to.
pub(super) async fn discover(core: &Core, named: Option<&str>, back_secs: i64) -> Result<Answer, Refusal> {
    let Shop { id, brand, settings } = meant(&core.config, named)?;
    let shop = open(core, id, settings)?;
    let catalog = core.state.lock().await.catalog.clone();
    let since = core.clock.now().saturating_sub(SignedDuration::from_secs(back_secs)).unwrap_or(Timestamp::MIN);
    let found = found_in(&*shop, &catalog, brand, since).await.map_err(|error| refused(id, error))?;
    Ok(Answer::done(&found_json(id, &found), found_text(&found)))
}

/// Looks every running partnership over.
pub(super) async fn preflight(core: &Core, named: Option<&str>) -> Result<Answer, Refusal> {
    let Shop { id, brand, settings } = meant(&core.config, named)?;
    let shop = open(core, id, settings)?;
    let catalog = core.state.lock().await.catalog.clone();
    let now = core.clock.now();
    let beside = beside(core, &catalog, brand, now).await?;
    let all = look_over(&*shop, &catalog, brand, &beside, now).await.map_err(|error| refused(id, error))?;
    let wrong = all.iter().filter(|one| !one.is_fine()).count();
    let partnerships: Vec<Value> = all.iter().map(looked_json).collect();
    let document = json!({"source": id, "partnerships": partnerships, "wrong": wrong});
    Ok(Answer::done(&document, looked_text(&all)))
}

/// One fetch. What came of it is in `polled`; `failed` says why it is not all there is.
pub(super) async fn poll(core: &Core, id: &SourceId, ids: &[String]) -> Result<Answer, Refusal> {
    let Some(settings) = core.config.sources.get(id) else {
        let known: Vec<&str> = core.config.sources.keys().map(SourceId::as_str).collect();
        let known =
            if known.is_empty() { "none is configured".to_owned() } else { format!("known: {}", known.join(", ")) };
        return Err(Refusal::input(format!("there is no source `{id}` in the configuration; {known}")));
    };
    let built = settings.kind.settings().build(&outside(core, id));
    let source = built.map_err(|error| Refusal::input(format!("source `{id}`: {error}")))?;
    let request = sourcing::ad_hoc(settings, ids, core.clock.now()).map_err(Refusal::input)?;
    let fetched = source.fetch(&request).await.map_err(|error| refused(id, error))?;
    let polled = sources::poll_json(id.as_str(), &fetched);
    let failed = fetched.partial.map(|error| match refused(id, error).into_answer() {
        Answer::Refused { line, .. } => line,
        Answer::Done { .. } => String::new(),
    });
    Ok(Answer::done(&json!({ "polled": polled, "failed": failed }), String::new()))
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

/// What is looked at beside the shop, as the settings say.
async fn beside(core: &Core, catalog: &Catalog, brand: Option<&BrandId>, now: Timestamp) -> Result<Beside, Refusal> {
    let (config, mut beside) = (&core.config, Beside::default());
    if config.preflight.pages {
        let visitor = Visitor::new(config.preflight.private_addresses);
        let visitor = visitor.map_err(|error| Refusal::Failed(one_line(&anyhow::Error::new(error))))?;
        beside.visitor = Some(visitor);
    }
    if config.preflight.handles {
        let creators = creators(catalog, brand);
        beside.handles = handles(config, &|id| outside(core, id), catalog, brand, &creators, now).await;
    }
    let by_account = |record: AccountRecord| ((record.source.clone(), record.account.clone()), record);
    let connected: Connected = core.vault.list().await?.into_iter().map(by_account).collect();
    for key in deals(catalog, brand) {
        let looked = tokens(config, &connected, catalog, &key, now);
        beside.tokens.insert(key, looked);
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
