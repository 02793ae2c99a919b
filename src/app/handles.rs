//! Whether creators' accounts are there, asked of the sources that know them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::catalog::Catalog;
use super::config::Config;
use super::preflight::{Looked, Outcome};
use crate::domain::ids::{BrandId, CreatorId, Platform, SourceId, Subject};
use crate::domain::sample::Absence;
use crate::sources::{Ask, Fetched, Outside, Request, SourceError, Target};

/// What was found of each creator.
pub type Handles = BTreeMap<CreatorId, Vec<Looked>>;

/// Asks every source that knows creators' accounts about these creators, once each; `outside`: with which accounts.
pub async fn handles(
    config: &Config,
    outside: &(dyn Fn(&SourceId) -> Outside + Sync),
    catalog: &Catalog,
    brand: Option<&BrandId>,
    creators: &BTreeSet<CreatorId>,
    now: Timestamp,
) -> Handles {
    let mut found = Handles::new();
    for (id, source) in &config.sources {
        let settings = source.kind.settings();
        let others = source.common.brand.as_ref().is_some_and(|whose| brand.is_some_and(|brand| brand != whose));
        if others || !settings.asks().contains(&Ask::Creators) {
            continue;
        }
        let platform = settings.platform();
        let account = |creator: &CreatorId| Some(catalog.creators.get(creator)?.accounts.get(&platform)?.clone());
        let accounts: Vec<(CreatorId, String)> =
            creators.iter().filter_map(|creator| Some((creator.clone(), account(creator)?))).collect();
        if accounts.is_empty() {
            continue;
        }
        let targets = accounts
            .iter()
            .map(|(creator, id)| Target::Account { subject: Subject::Creator(creator.clone()), id: id.clone() });
        let request = Request { targets: targets.collect(), now };
        let fetched = match settings.build(&outside(id)) {
            Ok(source) => source.fetch(&request).await,
            Err(error) => Err(error),
        };
        for (creator, account) in accounts {
            let looked = told(platform, id.as_str(), &creator, &account, &fetched);
            found.entry(creator).or_default().push(looked);
        }
    }
    found
}

/// What the answer says of one account.
fn told(
    platform: Platform,
    source: &str,
    creator: &CreatorId,
    account: &str,
    fetched: &Result<Fetched, SourceError>,
) -> Looked {
    let say = |outcome, text: String| Looked { check: "handle", code: None, outcome, text };
    let subject = Subject::Creator(creator.clone());
    let fetched = match fetched {
        Ok(fetched) => fetched,
        Err(error) => return say(Outcome::Note, format!("`{source}` could not be asked about `{account}`: {error}")),
    };
    if fetched.samples.iter().any(|sample| sample.series.subject == subject) {
        return say(Outcome::Fine, format!("`{account}` is there on {}", platform.title()));
    }
    let why = fetched.missing.iter().find(|missing| missing.series.subject == subject).map(|missing| missing.why);
    match why {
        Some(Absence::Gone) => {
            let text = format!("`{account}` is not there on {}; correct the creator's `accounts`", platform.title());
            say(Outcome::Wrong, text)
        }
        Some(Absence::Unauthorized) => {
            let text = format!("`{source}` may not read `{account}`: it is not connected, or its token has ended");
            say(Outcome::Note, text)
        }
        Some(why) => say(Outcome::Note, format!("`{source}` says nothing of `{account}` now: {}", why.as_str())),
        None => say(Outcome::Note, format!("`{source}` says nothing of `{account}`")),
    }
}
