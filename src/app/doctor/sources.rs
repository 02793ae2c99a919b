//! Sources, the accounts that people have connected to them, what can be acted on there, and what their platforms push.

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;

use crate::app::config::SourceConfig;
use crate::app::core::Core;
use crate::app::planner::kept;
use crate::app::setup::Finding;
use crate::app::vault::seal::KeyPlace;
use crate::app::{hands, sourcing};
use crate::domain::ids::SourceId;
use crate::sources::{Fate, Fetched, Outside, Request, SourceError, Target};
use crate::store::Transaction;

/// A source that is polled by nobody for so many of its own intervals is told.
const MISSED: i32 = 3;

/// Told as low when less than this share of a quota is left.
const LOW_PERCENT: u64 = 10;

fn about(id: &SourceId) -> String {
    format!("source/{id}")
}

/// One source: whether it answers the cheapest question, what is left of its quota, and how fresh its numbers are.
pub(super) async fn source(core: &Core, id: &SourceId, config: &SourceConfig) -> Vec<Finding> {
    let now = core.clock.now();
    let mut findings = quota(core, id, config, now).await;
    findings.extend(fresh(core, id, config, now).await);
    let rest = core.state.lock().await.planned.get(id).and_then(|planned| planned.record.breaker.resting(now));
    if let Some(rest) = rest {
        let remedy = format!("it is asked again then; `plimsoll poll {id} --id ID` says what it answers now");
        let what = format!("it rests until {}, after it failed or refused", until(rest.until));
        findings.insert(0, Finding::warn(about(id), what, remedy));
        return findings;
    }
    findings.insert(0, asked(core, id, config, now).await);
    findings
}

fn until(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Asks about one thing.
async fn asked(core: &Core, id: &SourceId, config: &SourceConfig, now: Timestamp) -> Finding {
    let settings = config.kind.settings();
    let outside = Outside { clock: core.clock.clone(), accounts: core.vault.accounts(id) };
    let source = match settings.build(&outside) {
        Ok(source) => source,
        Err(error) => return failed(id, &error),
    };
    let whole = sourcing::request(id, config, &core.state.lock().await.catalog, now);
    let Some(target) = cheapest(whole.targets) else {
        let title = settings.platform().title();
        let what = format!(
            "there is nobody to ask about: nothing that was applied has an account, a code or a boost at {title}"
        );
        let remedy = "add `accounts` to creators, `codes` to partnerships or boosts with this source; then it is asked";
        return Finding::warn(about(id), what, remedy);
    };
    let request = Request { targets: vec![target.clone()], now };
    let cost = settings.cost(&request);
    if let Some((bucket, _)) = {
        let state = core.state.lock().await;
        let left = |bucket: &str| state.planned.get(id).map_or(u32::MAX, |one| one.record.buckets.left(bucket, now));
        cost.iter().find(|(bucket, units)| left(bucket) < *units).cloned()
    } {
        return Finding::warn(
            about(id),
            format!("not asked: its quota `{bucket}` is used up"),
            "it fills again by itself",
        );
    }
    match source.fetch(&request).await {
        Ok(fetched) => {
            spent(core, id, &fetched, now).await;
            answered(id, &target, &fetched)
        }
        Err(error) => failed(id, &error),
    }
}

/// An account before a post before a list of uploads: a list is the dearest.
fn cheapest(mut targets: Vec<Target>) -> Option<Target> {
    let rank = |target: &Target| match target {
        Target::Account { .. } => 0,
        Target::Post { .. } => 1,
        Target::Uploads { .. } => 2,
    };
    targets.sort_by_key(rank);
    targets.into_iter().next()
}

/// What was asked is charged like any poll.
async fn spent(core: &Core, id: &SourceId, fetched: &Fetched, now: Timestamp) {
    if let Some(planned) = core.state.lock().await.planned.get_mut(id) {
        for (bucket, units) in &fetched.units {
            planned.record.buckets.spend(bucket, *units, now);
        }
        for told in &fetched.told {
            planned.record.buckets.told(told, now);
        }
    }
    let mut transaction = Transaction::new();
    let kept = match kept::put(core, id, &mut transaction).await {
        Ok(()) => core.store.commit(transaction).await.map(drop),
        Err(error) => Err(error),
    };
    if let Err(error) = kept {
        tracing::warn!(source.id = %id, error = &error as &dyn std::error::Error, "could not keep what was asked of a source");
    }
}

fn answered(id: &SourceId, target: &Target, fetched: &Fetched) -> Finding {
    if let Some(error) = &fetched.partial {
        return failed(id, error);
    }
    let (numbers, missing) = (fetched.samples.len(), fetched.missing.len());
    let absent = if missing == 0 { String::new() } else { format!(", {missing} not told") };
    Finding::ok(about(id), format!("answers: {numbers} numbers of `{}`{absent}", target.id()))
}

/// A failure with what to do about it.
fn failed(id: &SourceId, error: &SourceError) -> Finding {
    let line = super::super::control::one_line(&anyhow::anyhow!("{error}"));
    let place = format!("[sources.{id}]");
    match error.fate() {
        Fate::WaitUntil(at) => Finding::warn(about(id), line, format!("it is asked again at {}", until(at))),
        Fate::SlowDown(_) => Finding::warn(about(id), line, format!("ask less often: `schedule` under {place}")),
        Fate::Forget => Finding::warn(about(id), line, "correct the account's id in its document, or end it"),
        Fate::TellOwner => {
            let remedy = match error {
                SourceError::Unauthorized { .. } => {
                    format!("put credentials that work under {place}, or `plimsoll connect {id}` again")
                }
                _ => format!("correct {place}; config/default.toml shows what it takes"),
            };
            Finding::bad(about(id), line, remedy)
        }
        Fate::Diagnose => Finding::bad(about(id), line, "the platform has changed; look for a newer plimsoll"),
        Fate::Retry => Finding::bad(
            about(id),
            line,
            format!("look at the platform's status page, and at `base_url` under {place}"),
        ),
    }
}

/// What is left of each budget.
async fn quota(core: &Core, id: &SourceId, config: &SourceConfig, now: Timestamp) -> Vec<Finding> {
    let state = core.state.lock().await;
    let Some(planned) = state.planned.get(id) else { return Vec::new() };
    let of = |(bucket, units, left): (String, u32, u32)| {
        let what = format!("{left} of {units} left of its quota `{bucket}`");
        if u64::from(left).saturating_mul(100) < u64::from(units).saturating_mul(LOW_PERCENT) {
            let remedy =
                format!("`plimsoll plan` says what a day needs; a longer `schedule` under [sources.{id}] needs less");
            Finding::warn(about(id), what, remedy)
        } else {
            Finding::ok(about(id), what)
        }
    };
    let budgets = config.kind.settings().budgets();
    let left = |bucket: &str| planned.record.buckets.left(bucket, now);
    budgets.into_iter().map(|one| of((one.bucket.clone(), one.units, left(&one.bucket)))).collect()
}

/// Whether it was polled lately.
async fn fresh(core: &Core, id: &SourceId, config: &SourceConfig, now: Timestamp) -> Option<Finding> {
    let polled = core.state.lock().await.planned.get(id).and_then(|planned| planned.record.polled);
    let every = sourcing::between(config);
    let Some(polled) = polled else {
        return Some(Finding::warn(about(id), "it has never been polled", "`plimsoll run` polls it at its schedule"));
    };
    let old = now.duration_since(polled);
    let most = every.checked_mul(MISSED).unwrap_or(SignedDuration::MAX);
    let what = format!("last polled {} ago", span(old));
    Some(if old <= most {
        Finding::ok(about(id), what)
    } else {
        Finding::warn(
            about(id),
            format!("{what}, and its schedule says every {}", span(every)),
            "is `plimsoll run` up?",
        )
    })
}

/// A length of time as people say it.
fn span(length: SignedDuration) -> String {
    let mins = length.as_mins();
    match mins {
        ..120 => format!("{mins} min"),
        120..2_880 => format!("{} h", mins.div_euclid(60)),
        _ => format!("{} d", mins.div_euclid(1_440)),
    }
}

/// Whether what can be acted on can be read: a hand that cannot read back may not act.
pub(super) async fn hand(core: &Core, id: &SourceId) -> Vec<Finding> {
    let about = format!("hand/{id}");
    let hands = match hands::hands(&core.config) {
        Ok(hands) => hands,
        Err(error) => return vec![failed(id, &error)],
    };
    let Some(hand) = hands.get(id) else { return Vec::new() };
    let Some(object) = object(core, id).await else {
        let what = "there is no boost and no code to read";
        return vec![Finding::warn(about, what, "add a boost with this source, or `codes` to a partnership")];
    };
    match hand.read(&object, core.clock.now()).await {
        Ok(state) => vec![Finding::ok(about, format!("`{object}` is {state} there"))],
        Err(error) => {
            let line = super::super::control::one_line(&anyhow::Error::new(error));
            let remedy =
                format!("look whether `{object}` is there, and at the rights of the credentials under [sources.{id}]");
            vec![Finding::bad(about, format!("`{object}` cannot be read: {line}"), remedy)]
        }
    }
}

/// Something that a source can be asked the state of.
async fn object(core: &Core, id: &SourceId) -> Option<String> {
    let state = core.state.lock().await;
    let boost = state.catalog.boosts.values().find(|boost| boost.source == *id).map(|boost| boost.reference.clone());
    let config = core.config.sources.get(id)?;
    let brand = config.common.brand.as_ref();
    let ours = |campaign| {
        let of = state.catalog.campaigns.get(campaign);
        brand.is_none_or(|brand| of.is_some_and(|one| one.brand == *brand))
    };
    let code = || {
        let mut partnerships = state.catalog.partnerships.iter().filter(|(key, _)| ours(&key.campaign));
        partnerships.find_map(|(_, one)| one.codes.first().cloned())
    };
    boost.or_else(|| config.kind.settings().ends_codes().then(code).flatten())
}

/// The accounts that people have connected, and whether their tokens can be opened.
pub(super) async fn accounts(core: &Core) -> Vec<Finding> {
    let connected = match core.vault.list().await {
        Ok(connected) => connected,
        Err(error) => return vec![Finding::bad("vault", error.to_string(), "restore the newest backup")],
    };
    let mut findings = Vec::new();
    if !connected.is_empty()
        && let Err(error) = KeyPlace::of(&core.config.vault).read()
    {
        let remedy = "put the key back from its own backup, or connect every account again";
        findings.push(Finding::bad("vault", super::super::control::one_line(&anyhow::Error::new(error)), remedy));
    }
    let now = core.clock.now();
    let warn = now.checked_add(core.config.vault.warn.0).unwrap_or(Timestamp::MAX);
    for one in connected {
        let about = format!("account/{}/{}", one.source, one.account);
        let again = format!("`plimsoll connect {} --account {}`", one.source, one.account);
        findings.push(match (&one.refused, one.ends()) {
            (Some(refused), _) => {
                let what = format!("the platform takes its tokens no more since {}", until(refused.at));
                Finding::bad(about, what, again)
            }
            (None, Some(ends)) if ends <= now => {
                Finding::bad(about, format!("its tokens ended {}", until(ends)), again)
            }
            (None, Some(ends)) if ends <= warn => {
                Finding::warn(about, format!("its tokens end {}", until(ends)), again)
            }
            (None, Some(ends)) => Finding::ok(about, format!("connected until {}", until(ends))),
            (None, None) => Finding::ok(about, "connected, without an end"),
        });
    }
    findings
}

/// Where platforms push to, and whether anybody listens there.
pub(super) fn hooks(core: &Core) -> Vec<Finding> {
    let takes = core.config.sources.iter().filter(|(_, one)| !one.common.hook_secret.expose_secret().is_empty());
    let listen = &core.config.web.listen;
    let look = |(id, _): (&SourceId, &SourceConfig)| {
        let about = format!("hook/{id}");
        if listen.is_empty() {
            let remedy = "set web.listen to an address that the platform's pushes reach, such as behind a proxy";
            return Finding::bad(about, "it has a secret for pushes, and nothing listens", remedy);
        }
        Finding::ok(
            about,
            format!("taken at http://{listen}/hooks/{id}; the platform must reach that through your proxy"),
        )
    };
    takes.map(look).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::setup::Stand;

    #[track_caller]
    fn check(error: &SourceError, stand: Stand, remedy: &str) {
        let id: SourceId = "shop".parse().expect("an id");
        let found = failed(&id, error);
        assert_eq!(found.stand, stand, "{found}");
        assert!(found.remedy.contains(remedy), "{found}");
    }

    #[test]
    fn each_failure_of_a_source_has_its_own_remedy() {
        let platform = "Shopify";
        let reason = || "x".to_owned();
        check(&SourceError::Unauthorized { platform, reason: reason() }, Stand::Bad, "`plimsoll connect shop` again");
        check(&SourceError::Broken { platform, status: 503 }, Stand::Bad, "status page");
        check(&SourceError::Gone { platform, reason: reason() }, Stand::Warn, "correct the account's id");
        let until = Timestamp::UNIX_EPOCH;
        check(&SourceError::QuotaSpent { bucket: reason(), until }, Stand::Warn, "1970-01-01 00:00 UTC");
        check(&SourceError::SlowDown { platform, wait: None }, Stand::Warn, "`schedule` under [sources.shop]");
    }

    #[test]
    fn lengths_are_said_as_people_say_them() {
        let of = |mins: i64| span(SignedDuration::from_mins(mins));
        assert_eq!([of(5), of(119), of(120), of(2_880)], ["5 min", "119 min", "2 h", "2 d"]);
    }
}
