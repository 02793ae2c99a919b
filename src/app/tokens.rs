//! Whether the tokens of a deal's accounts live: the creator's own where somebody connects them, and those under which its
//! boosts run. Pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::catalog::Catalog;
use super::config::Config;
use super::preflight::{Looked, Outcome};
use super::records::AccountRecord;
use crate::domain::document::{PartnershipRef, Running};
use crate::domain::ids::SourceId;
use crate::sources::Ask;

/// Every account that somebody has connected, by source and id.
pub type Connected = BTreeMap<(SourceId, String), AccountRecord>;

/// Where an account is connected, and how somebody does it.
struct Account<'a> {
    source: &'a SourceId,
    id: String,
    again: String,
}

/// What is to be said of each account of a deal. Sources that read with a key of their own have none to look at.
#[must_use]
pub fn tokens(
    config: &Config,
    connected: &Connected,
    catalog: &Catalog,
    key: &PartnershipRef,
    now: Timestamp,
) -> Vec<Looked> {
    let about = catalog.about(&key.subject());
    let until = about.deal.map(|(_, until)| until);
    let accounts = accounts(config, catalog, key);
    accounts
        .iter()
        .map(|one| looked(one, connected.get(&(one.source.clone(), one.id.clone())), (now, until), &about.zone))
        .collect()
}

fn accounts<'a>(config: &'a Config, catalog: &Catalog, key: &PartnershipRef) -> Vec<Account<'a>> {
    let brand = catalog.about(&key.subject()).brand;
    let mut accounts = Vec::new();
    for (source, settings) in &config.sources {
        let kind = settings.kind.settings();
        let others = settings.common.brand.as_ref().is_some_and(|whose| Some(whose) != brand.as_ref());
        let Some(app) = settings.oauth().filter(|_| !others) else { continue };
        if kind.asks().contains(&Ask::Creators)
            && let Some(id) = catalog.creators.get(&key.creator).and_then(|one| one.accounts.get(&kind.platform()))
        {
            let again = format!("`plimsoll connect {source} --creator {}`", key.creator);
            accounts.push(Account { source, id: id.clone(), again });
        }
        let boosts = catalog.boosts.values();
        let mut mine = boosts.filter(|one| one.partnership == *key && one.state == Running::Active);
        if let Some(id) = app.account.filter(|_| mine.any(|boost| boost.source == *source)) {
            accounts.push(Account { source, id, again: format!("`plimsoll connect {source}`") });
        }
    }
    accounts
}

fn looked(
    account: &Account<'_>,
    record: Option<&AccountRecord>,
    (now, until): (Timestamp, Option<Timestamp>),
    zone: &TimeZone,
) -> Looked {
    let say = |outcome, text: String| Looked { check: "token", code: None, outcome, text };
    let Account { source, id, again } = account;
    let day = |at: Timestamp| at.to_zoned(zone.clone()).date();
    let Some(record) = record else {
        let text = format!("`{id}` is not connected to `{source}`, so its own numbers are not seen; {again}");
        return say(Outcome::Note, text);
    };
    if let Some(refused) = &record.refused {
        let text = format!("`{source}` does not take the tokens of `{id}` any more since {}; {again}", day(refused.at));
        return say(Outcome::Wrong, text);
    }
    match record.ends() {
        Some(end) if end <= now => {
            say(Outcome::Wrong, format!("the tokens of `{id}` at `{source}` ended on {}; {again}", day(end)))
        }
        Some(end) if until.is_some_and(|until| end < until) => {
            let text = format!(
                "the tokens of `{id}` at `{source}` end on {}, before its campaign does, unless they are renewed; {again}",
                day(end)
            );
            say(Outcome::Note, text)
        }
        Some(end) => say(Outcome::Fine, format!("`{id}` is connected to `{source}` until {}", day(end))),
        None => say(Outcome::Fine, format!("`{id}` is connected to `{source}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::records::Refused;

    fn at(day: i8) -> Timestamp {
        format!("2026-03-{day:02}T00:00:00Z").parse().expect("an instant")
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut AccountRecord), want: (Outcome, &str)) {
        let source = SourceId::new("tiktok").expect("an id");
        let account = Account {
            source: &source,
            id: "almalind".into(),
            again: "`plimsoll connect tiktok --creator alma`".into(),
        };
        let mut record = AccountRecord {
            source: source.clone(),
            account: "almalind".into(),
            sealed: String::new(),
            refreshable: true,
            access_until: Some(at(2)),
            refresh_until: None,
            scope: None,
            by: "terminal:x".into(),
            connected_at: at(1),
            renewed_at: at(1),
            refused: None,
        };
        change(&mut record);
        let looked = looked(&account, Some(&record), (at(10), Some(at(20))), &TimeZone::UTC);
        assert_eq!((looked.outcome, looked.text.as_str()), want);
    }

    #[test]
    fn a_token_lives_as_long_as_it_can_be_renewed() {
        check(|_| {}, (Outcome::Fine, "`almalind` is connected to `tiktok`"));
        check(
            |one| one.refresh_until = Some(at(25)),
            (Outcome::Fine, "`almalind` is connected to `tiktok` until 2026-03-25"),
        );
        check(
            |one| one.refresh_until = Some(at(15)),
            (
                Outcome::Note,
                "the tokens of `almalind` at `tiktok` end on 2026-03-15, before its campaign does, unless they are renewed; \
                 `plimsoll connect tiktok --creator alma`",
            ),
        );
        check(
            |one| one.refreshable = false,
            (
                Outcome::Wrong,
                "the tokens of `almalind` at `tiktok` ended on 2026-03-02; `plimsoll connect tiktok --creator alma`",
            ),
        );
        check(
            |one| one.refused = Some(Refused { at: at(5), reason: "invalid_grant".into() }),
            (
                Outcome::Wrong,
                "`tiktok` does not take the tokens of `almalind` any more since 2026-03-05; \
                 `plimsoll connect tiktok --creator alma`",
            ),
        );
    }
}
