//! Looks after connected accounts: renews what would otherwise end unused, warns before one ends, and asks people to
//! connect again what a platform does not take any more.
//!
//! Owns: when each of that is due. Refuses: polling; a source renews what it needs by itself. Survives: a stop at any point.
//! What was told is kept under the account and its end, and told once.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::Vault;
use crate::app::core::Core;
use crate::app::cycle::ring_deliverers;
use crate::app::records::AccountRecord;
use crate::app::trouble;
use crate::domain::ids::Platform;
use crate::domain::person::Room;
use crate::http::oauth::OauthApp;
use crate::http::tokens::{Renewal, TokenError};
use crate::store::records::load;
use crate::store::{StoreError, Transaction, keys};
use crate::words::trouble::{Owner, Trouble};
use crate::words::wording::{Locale, Words};

/// After a token server, or the store, did not answer.
const RETRY: SignedDuration = SignedDuration::from_hours(1);

/// No account is renewed more often from here: Instagram renews no token younger than this
/// (<https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token>).
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A refresh token without an end is used this often: Google forgets one that was not used for six months
/// (<https://developers.google.com/identity/protocols/oauth2#expiration>).
const UNUSED_MAX: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Looks at every account once; answers when the next has to be looked at.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    let mut wake: Option<Timestamp> = None;
    for record in core.vault.list().await? {
        let next = look(core, record).await?;
        wake = match (wake, next) {
            (Some(one), Some(other)) => Some(std::cmp::min(one, other)),
            (one, other) => one.or(other),
        };
    }
    Ok(wake)
}

/// Looks at one account; answers when it has to be looked at again, should nothing ring before.
async fn look(core: &Core, record: AccountRecord) -> Result<Option<Timestamp>, StoreError> {
    if record.refused.is_some() {
        tell_refused(core, &record).await?;
        return Ok(None);
    }
    let now = core.clock.now();
    let app = core.config.sources.get(&record.source).and_then(crate::app::config::SourceConfig::oauth);
    let due = app.as_ref().and_then(|app| renewal_due(&record, app.provider.dialect.renewal));
    let mut record = record;
    let mut wake = due;
    if let (Some(app), Some(due)) = (&app, due)
        && due <= now
    {
        wake = renew(&core.vault, app, &record, now).await;
        let key = keys::account(&record.source, &record.account);
        let Some(kept) = load::<AccountRecord>(&*core.store, &key).await? else { return Ok(None) };
        record = kept.value;
        if record.refused.is_some() {
            tell_refused(core, &record).await?;
            return Ok(None);
        }
        wake = wake.or_else(|| renewal_due(&record, app.provider.dialect.renewal));
    }
    let Some(ends) = record.ends() else { return Ok(wake) };
    if ends <= now {
        let key = keys::account(&record.source, &record.account);
        // Nobody renewed it meanwhile: the refusal rings, and is told in the next round.
        if let Some(kept) = load::<AccountRecord>(&*core.store, &key).await?.filter(|kept| kept.value == record) {
            core.vault.refuse(kept, "expired").await?;
        }
        return Ok(Some(now));
    }
    let warns = ends.checked_sub(core.config.vault.warn.0).unwrap_or(now);
    if now < warns {
        return Ok(Some(wake.map_or(warns, |wake| std::cmp::min(wake, warns))));
    }
    let (source, account) = (record.source.to_string(), record.account.clone());
    let until = ends.strftime("%Y-%m-%d").to_string();
    trouble::tell(core, &Trouble::AccountEnds { source, account, until }).await?;
    Ok(Some(wake.map_or(ends, |wake| std::cmp::min(wake, ends))))
}

/// When an account's tokens are renewed though nobody needs them: half-way through their life, so that a month of failing is
/// survived where they live two.
fn renewal_due(record: &AccountRecord, renewal: Renewal) -> Option<Timestamp> {
    let since = record.renewed_at;
    let half = |end: Timestamp| SignedDuration::from_secs(end.duration_since(since).as_secs() / 2);
    let wait = match renewal {
        Renewal::Never => return None,
        Renewal::Exchange { .. } => half(record.access_until?),
        Renewal::Refresh | Renewal::Rotate if !record.refreshable => return None,
        Renewal::Refresh | Renewal::Rotate => record.refresh_until.map_or(UNUSED_MAX, half),
    };
    since.checked_add(std::cmp::max(wait, DAY)).ok()
}

/// Renews an account's tokens, unless somebody does so in this moment; answers when to try again where that failed.
async fn renew(vault: &Arc<Vault>, app: &OauthApp, record: &AccountRecord, now: Timestamp) -> Option<Timestamp> {
    let keeper = vault.keeper(&record.source, &record.account);
    let later = now.checked_add(RETRY).ok();
    let tokens = match app.tokens(keeper) {
        Ok(tokens) => tokens,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "could not renew the tokens of an account");
            return later;
        }
    };
    let renewed = match tokens.get(now).await {
        Ok(token) => {
            let kept = vault.load(&record.source, &record.account).await;
            let still = kept.is_ok_and(|kept| kept.is_some_and(|kept| kept.value.renewed_at == record.renewed_at));
            // An access token that was still good was not renewed by asking for it.
            if still { tokens.renew(&token, now).await.map(drop) } else { Ok(()) }
        }
        Err(error) => Err(error),
    };
    match renewed {
        Ok(()) => None,
        // Its record says so by now where the account is to blame; where the app is, its secret is wrong until somebody
        // corrects it.
        Err(TokenError::Refused { reason }) => {
            tracing::warn!(source.id = %record.source, reason, "the tokens of an account were not renewed");
            later
        }
        Err(error) => {
            tracing::warn!(
                source.id = %record.source,
                error = &error as &dyn std::error::Error,
                "could not renew the tokens of an account; trying again in an hour"
            );
            later
        }
    }
}

/// A creator whose account it is.
struct Who {
    name: String,
    locale: String,
    rooms: Vec<Room>,
}

async fn owner(core: &Core, platform: Platform, account: &str) -> Option<Who> {
    let state = core.state.lock().await;
    let of = |one: &&crate::domain::document::Creator| one.accounts.get(&platform).is_some_and(|id| id == account);
    let creator = state.catalog.creators.values().find(of)?;
    let rooms = state.catalog.direct_rooms(&creator.id).into_iter().cloned().collect();
    Some(Who { name: state.catalog.creator_name(&creator.id), locale: creator.locale.clone(), rooms })
}

/// Tells the operators, and asks the creator whose account it is, in one transaction, once.
async fn tell_refused(core: &Core, record: &AccountRecord) -> Result<(), StoreError> {
    let Some(refused) = &record.refused else { return Ok(()) };
    let platform = core.config.sources.get(&record.source).map(|source| source.kind.settings().platform());
    let _pen = core.pen.lock().await;
    let who = match platform {
        Some(platform) => owner(core, platform, &record.account).await,
        None => None,
    };
    let ask = Trouble::Reconsent {
        platform: platform.map_or_else(|| record.source.to_string(), |platform| platform.title().to_owned()),
        account: record.account.clone(),
    };
    let owner = match &who {
        None => Owner::Nobody,
        Some(who) if who.rooms.is_empty() => {
            Owner::Away { name: who.name.clone(), text: Words::of(Locale::of(&who.locale)).stored(&ask.wording()) }
        }
        Some(who) => Owner::Asked { name: who.name.clone() },
    };
    let trouble = Trouble::AccountRefused { source: record.source.to_string(), account: record.account.clone(), owner };
    let when = refused.at.to_string();
    let mut transaction = Transaction::new();
    if !trouble::add(core, &mut transaction, &trouble, Some(&when)).await? {
        return Ok(());
    }
    if let Some(who) = who.filter(|who| !who.rooms.is_empty()) {
        trouble::add_to(core, &mut transaction, &ask, Some(&when), &who.rooms).await?;
    }
    core.store.commit(transaction).await?;
    ring_deliverers(core);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::SourceId;
    use crate::http::tokens::Dialect;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[track_caller]
    fn check(dialect: Dialect, refreshable: bool, access: Option<&str>, refresh: Option<&str>, want: Option<&str>) {
        let record = AccountRecord {
            source: SourceId::new("s").expect("a source"),
            account: "a".to_owned(),
            sealed: String::new(),
            refreshable,
            access_until: access.map(at),
            refresh_until: refresh.map(at),
            scope: None,
            by: String::new(),
            connected_at: at("2026-01-01T00:00:00Z"),
            renewed_at: at("2026-01-01T00:00:00Z"),
            refused: None,
        };
        assert_eq!(renewal_due(&record, dialect.renewal), want.map(at));
    }

    #[test]
    fn tokens_are_renewed_half_way_and_never_within_a_day() {
        let sixty = Some("2026-03-02T00:00:00Z");
        check(Dialect::INSTAGRAM, false, sixty, None, Some("2026-01-31T00:00:00Z"));
        check(Dialect::INSTAGRAM, false, Some("2026-01-01T01:00:00Z"), None, Some("2026-01-02T00:00:00Z"));
        check(Dialect::FACEBOOK, false, None, None, None);
        check(
            Dialect::TIKTOK,
            true,
            Some("2026-01-01T02:00:00Z"),
            Some("2026-06-30T00:00:00Z"),
            Some("2026-04-01T00:00:00Z"),
        );
        check(Dialect::GOOGLE, true, Some("2026-01-01T01:00:00Z"), None, Some("2026-01-31T00:00:00Z"));
        check(Dialect::GOOGLE, false, Some("2026-01-01T01:00:00Z"), None, None);
        check(Dialect::TIKTOK_ADS, false, None, None, None);
    }
}
