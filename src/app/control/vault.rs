//! `connect` and `disconnect`: accounts that people have connected. What arrives here is sealed already: no token travels.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Answer, Refusal, Request, actor, one_line};
use crate::app::core::Core;
use crate::app::planner::kept;
use crate::app::records::AccountRecord;
use crate::app::trouble;
use crate::app::vault::{Sealed, VaultError, check_account};
use crate::domain::ids::{BrandId, CreatorId, Platform, SourceId};

impl From<VaultError> for Refusal {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => Self::Store(error),
            VaultError::NoKey
            | VaultError::TwoKeys
            | VaultError::BadKey { .. }
            | VaultError::KeyFile { .. }
            | VaultError::BadAccount { .. } => Self::Input(one_line(&anyhow::Error::new(error))),
            VaultError::Closed { .. }
            | VaultError::TooLong { .. }
            | VaultError::Overtaken { .. }
            | VaultError::NoChance { .. } => Self::Failed(one_line(&anyhow::Error::new(error))),
        }
    }
}

/// Whose account is meant.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Whose {
    /// A creator's, by id or name.
    Creator(String),
    /// A brand's.
    Brand(BrandId),
}

/// The account that documents give somebody on the platform of a source.
pub(super) async fn account_of(core: &Core, source: &SourceId, whose: &Whose) -> Result<Answer, Refusal> {
    let platform = platform(core, source)?;
    let state = core.state.lock().await;
    let (who, account) = match whose {
        Whose::Brand(id) => {
            let brand = state.catalog.brands.get(id);
            let brand =
                brand.ok_or_else(|| Refusal::input(format!("there is no brand `{id}`; `plimsoll apply` it")))?;
            (format!("brand/{id}"), brand.accounts.get(&platform))
        }
        Whose::Creator(given) => {
            let by_id = CreatorId::new(given).ok().and_then(|id| state.catalog.creators.get(&id));
            let folded = given.to_lowercase();
            let mut named = state
                .catalog
                .creators
                .values()
                .filter(|one| one.name.as_ref().is_some_and(|name| name.to_lowercase() == folded));
            let creator = match (by_id, named.next(), named.next()) {
                (Some(creator), ..) | (None, Some(creator), None) => creator,
                (None, Some(_), Some(_)) => {
                    return Err(Refusal::input(format!("several creators are called `{given}`; write the id")));
                }
                (None, None, _) => {
                    return Err(Refusal::input(format!(
                        "there is no creator `{given}`; `plimsoll apply` takes them in from a document"
                    )));
                }
            };
            (format!("creator/{}", creator.id), creator.accounts.get(&platform))
        }
    };
    let account = account.ok_or_else(|| {
        Refusal::input(format!(
            "{who} has no account on {platform} in the documents; add accounts = {{ {platform} = \"…\" }}"
        ))
    })?;
    Ok(Answer::done(&json!({ "account": account, "whose": who }), account.clone()))
}

fn platform(core: &Core, source: &SourceId) -> Result<Platform, Refusal> {
    let config = core.config.sources.get(source);
    let config = config.ok_or_else(|| {
        Refusal::input(format!(
            "the plimsoll that runs here has no source `{source}` in its configuration; start it again"
        ))
    })?;
    Ok(config.kind.settings().platform())
}

/// Keeps an account.
pub(super) async fn connect(
    core: &Core,
    request: &Request,
    source: &SourceId,
    account: &str,
    sealed: &Sealed,
) -> Result<Answer, Refusal> {
    check_account(account)?;
    platform(core, source)?;
    let by = actor(core, request).await?;
    let again = core.vault.connect(source, account, sealed.clone(), &by).await.map_err(|error| match error {
        VaultError::Closed { .. } => Refusal::input(
            "the plimsoll that runs here seals with another key than this command; give both the same vault.key_file",
        ),
        error => error.into(),
    })?;
    // What was refused before may be asked again at once.
    kept::reopen(core, source).await;
    trouble::of_connected(core, source, account).await?;
    let whose = whose(core, source, account).await;
    let document = json!({
        "source": source, "account": account, "whose": whose, "again": again, "scope": sealed.scope,
        "access_until": sealed.access_until, "refresh_until": sealed.refresh_until,
    });
    let of = whose.map_or_else(String::new, |whose| format!(" of {whose}"));
    let mut lines = vec![format!("connected `{account}`{of} at `{source}`{}", if again { ", again" } else { "" })];
    lines.push(match &sealed.scope {
        Some(scope) => format!("may: {scope}"),
        None => "may: what the app may; the platform does not say".to_owned(),
    });
    lines.push(format!("access token: {}", until(sealed.access_until)));
    if sealed.refreshable {
        lines.push(format!("refresh token: {}", until(sealed.refresh_until)));
    }
    Ok(Answer::done(&document, lines.join("\n")))
}

fn until(at: Option<Timestamp>) -> String {
    at.map_or_else(|| "has no end".to_owned(), |at| format!("until {}", at.strftime("%Y-%m-%d %H:%M UTC")))
}

/// Whose account it is, as documents say; `None`: nobody's they know of.
async fn whose(core: &Core, source: &SourceId, account: &str) -> Option<String> {
    let platform = platform(core, source).ok()?;
    let state = core.state.lock().await;
    let creator =
        state.catalog.creators.values().find(|one| one.accounts.get(&platform).is_some_and(|id| id == account));
    let brand = state.catalog.brands.values().find(|one| one.accounts.get(&platform).is_some_and(|id| id == account));
    creator.map(|one| format!("creator/{}", one.id)).or_else(|| brand.map(|one| format!("brand/{}", one.id)))
}

/// Forgets an account.
pub(super) async fn disconnect(
    core: &Core,
    request: &Request,
    source: &SourceId,
    account: &str,
) -> Result<Answer, Refusal> {
    let by = actor(core, request).await?;
    if !core.vault.disconnect(source, account, &by).await? {
        return Err(Refusal::input(format!(
            "`{account}` is not connected to `{source}`; `plimsoll connect --list` shows what is"
        )));
    }
    let text = format!(
        "disconnected `{account}` from `{source}`; its owner may also take the app's access back on the platform itself"
    );
    Ok(Answer::done(&json!({ "source": source, "account": account, "done": "disconnected" }), text))
}

/// Every account, without its tokens.
pub(super) async fn accounts(core: &Core) -> Result<Answer, Refusal> {
    let mut rows = Vec::new();
    let mut lines = Vec::new();
    let now = core.clock.now();
    for record in core.vault.list().await? {
        let whose = whose(core, &record.source, &record.account).await;
        let stand = stand(&record, now);
        let who = whose.as_ref().map_or_else(String::new, |whose| format!(" ({whose})"));
        lines.push(format!(
            "{} {}{who}: {stand}; may: {}",
            record.source,
            record.account,
            record.scope.as_deref().unwrap_or("unknown")
        ));
        rows.push(row(&record, whose.as_deref(), &stand));
    }
    let text = if lines.is_empty() {
        "no account is connected; `plimsoll connect SOURCE` connects one".to_owned()
    } else {
        lines.join("\n")
    };
    Ok(Answer::done(&json!({ "accounts": rows }), text))
}

fn stand(record: &AccountRecord, now: Timestamp) -> String {
    if let Some(refused) = &record.refused {
        return format!("refused since {} ({}), connect it again", refused.at.strftime("%Y-%m-%d"), refused.reason);
    }
    match record.ends() {
        Some(end) if end <= now => format!("ended {}, connect it again", end.strftime("%Y-%m-%d")),
        Some(end) => format!("connected until {}", end.strftime("%Y-%m-%d")),
        None => "connected without an end".to_owned(),
    }
}

fn row(record: &AccountRecord, whose: Option<&str>, stand: &str) -> Value {
    json!({
        "source": record.source, "account": record.account, "whose": whose, "stand": stand, "scope": record.scope,
        "connected_at": record.connected_at, "renewed_at": record.renewed_at, "access_until": record.access_until,
        "refresh_until": record.refresh_until, "refused": record.refused.as_ref().map(|refused| &refused.reason),
    })
}
