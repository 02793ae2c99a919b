//! Asking by itself: whoever took part in a campaign is asked about it once its late orders are in.
//!
//! Owns: when. A campaign is due on the day after its attribution window has closed, at the hour of the setting in its brand's
//! zone, and for two weeks: whoever joins a chat in that time is asked too, and a campaign from long before the program
//! came is left in peace. Refuses: the night. An hour that was missed is not made up for later than the same morning; the
//! next one comes. Survives: a kill anywhere. Who was asked is kept, so nobody is asked twice.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{answers, counts_until, stage};
use crate::app::core::{Core, State};
use crate::app::schedule::Schedule;
use crate::domain::document::Campaign;
use crate::domain::ids::{CampaignId, Subject};
use crate::report::postmortem::Stage;
use crate::store::StoreError;

/// How long after its hour people may still be asked.
const MORNING: SignedDuration = SignedDuration::from_hours(2);

/// Days after the window closed in which people are asked.
const FRESH: i64 = 14;

/// Asks about what is due; answers when to look again.
pub async fn round(core: &Core) -> Result<Option<Timestamp>, StoreError> {
    let at = core.config.postmortem.ask.trim();
    // It was read at the start; an empty one is never.
    if at.is_empty() {
        return Ok(None);
    }
    let now = core.clock.now();
    // Where there is no campaign yet the next one is met in good time.
    let mut next = Schedule::new(at, jiff::tz::TimeZone::UTC).ok().and_then(|schedule| schedule.next_after(now));
    let mut due: Vec<CampaignId> = Vec::new();
    {
        let state = core.state.lock().await;
        for campaign in state.catalog.campaigns.values() {
            let zone = state.catalog.about(&Subject::Campaign(campaign.id.clone())).zone;
            let Ok(schedule) = Schedule::new(at, zone) else { continue };
            next = [next, schedule.next_after(now)].into_iter().flatten().min();
            if is_hour(&schedule, now) && is_due(&state, campaign, now) {
                due.push(campaign.id.clone());
            }
        }
    }
    for id in due {
        match answers::send(core, &id, answers::PROGRAM).await {
            // Somebody was quicker: it is looked at again.
            Err(StoreError::Conflict { .. }) => return Ok(Some(now)),
            done => drop(done?),
        }
    }
    Ok(next)
}

/// Whether an hour of the schedule has just been.
fn is_hour(schedule: &Schedule, now: Timestamp) -> bool {
    let from = now.checked_sub(MORNING).ok();
    from.and_then(|from| schedule.next_after(from)).is_some_and(|tick| tick <= now)
}

/// Whether a campaign that somebody took part in has been over for some days and no longer.
fn is_due(state: &State, campaign: &Campaign, now: Timestamp) -> bool {
    let zone = state.catalog.about(&Subject::Campaign(campaign.id.clone())).zone;
    let last = counts_until(state, campaign).checked_add(jiff::Span::new().days(FRESH));
    stage(state, campaign, now) == Stage::Over
        && last.is_ok_and(|last| now.to_zoned(zone).date() <= last)
        && state.catalog.partnerships.keys().any(|at| at.campaign == campaign.id)
}

/// What the team is told of it, once.
pub(super) fn word(
    campaign: &str,
    id: &CampaignId,
    asked: u32,
    missed: usize,
) -> [(&'static str, serde_json::Value); 4] {
    [("campaign", json!(campaign)), ("id", json!(id.to_string())), ("count", json!(asked)), ("missed", json!(missed))]
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::app::config::Config;
    use crate::domain::document::Documents;
    use crate::store::Store;
    use crate::store::memory::MemoryStore;
    use crate::time::Clock;

    const CAMPAIGNS: &str = r#"
[[brand]]
id = "nordbo"
name = "Nordbo"
zone = "Europe/Stockholm"
currency = "SEK"
[[creator]]
id = "alma"
[[campaign]]
id = "old"
brand = "nordbo"
starts = 2026-08-01
ends = 2026-10-31
attribution = "7d"
[[campaign]]
id = "fresh"
brand = "nordbo"
starts = 2026-08-01
ends = 2026-11-15
attribution = "7d"
[[campaign]]
id = "counting"
brand = "nordbo"
starts = 2026-08-01
ends = 2026-11-16
attribution = "7d"
[[campaign]]
id = "empty"
brand = "nordbo"
starts = 2026-08-01
ends = 2026-11-15
attribution = "7d"
[[partnership]]
campaign = "old"
creator = "alma"
[[partnership]]
campaign = "fresh"
creator = "alma"
[[partnership]]
campaign = "counting"
creator = "alma"
"#;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    /// A Monday, some minutes after ten in Stockholm.
    fn now() -> Timestamp {
        at("2026-11-23T09:10:00Z")
    }

    async fn core(sets: &[&str]) -> Arc<Core> {
        let (clock, _) = Clock::simulated(now());
        let sets: Vec<String> = sets.iter().map(|&set| set.to_owned()).collect();
        let config = Config::load(None, &sets).expect("loads");
        let store = Arc::new(MemoryStore::new()) as Arc<dyn Store>;
        let core = Core::open(clock, store, config, 1).await.expect("opens");
        let documents = Documents::from_toml(CAMPAIGNS).expect("documents");
        let mut state = core.state.lock().await;
        documents.into_list().for_each(|document| state.catalog.take(document));
        drop(state);
        core
    }

    #[tokio::test]
    async fn a_campaign_is_due_for_two_weeks_after_its_late_orders_are_in() {
        let core = core(&[]).await;
        let state = core.state.lock().await;
        let due = |now| -> Vec<&str> {
            let all = state.catalog.campaigns.values();
            all.filter(|campaign| is_due(&state, campaign, now)).map(|campaign| campaign.id.as_str()).collect()
        };
        assert_eq!(due(now()), ["fresh"]);
        assert_eq!(due(at("2026-11-24T09:10:00Z")), ["counting", "fresh"]);
        assert_eq!(due(at("2026-11-21T09:10:00Z")), ["old"], "seven days, and fourteen");
        assert_eq!(due(at("2026-12-09T09:10:00Z")), Vec::<&str>::new());
    }

    #[tokio::test]
    async fn nobody_is_asked_at_another_hour_and_nobody_at_all_where_the_setting_says_so() {
        let schedule = Schedule::new("0 10 * * MON-FRI", jiff::tz::TimeZone::get("Europe/Stockholm").expect("a zone"));
        let schedule = schedule.expect("a schedule");
        for (when, is) in [
            ("2026-11-23T08:59:59Z", false),
            ("2026-11-23T09:00:00Z", true),
            ("2026-11-23T10:59:59Z", true),
            ("2026-11-23T11:00:00Z", false),
            ("2026-11-22T09:10:00Z", false),
        ] {
            assert_eq!(is_hour(&schedule, at(when)), is, "{when}");
        }
        let next = round(&*core(&[]).await).await.expect("asked");
        assert_eq!(next, Some(at("2026-11-23T10:00:00Z")), "ten in UTC, for brands that are met meanwhile");
        assert_eq!(round(&*core(&["postmortem.ask=\"\""]).await).await.expect("off"), None);
        let wrong = Config::load(None, &["postmortem.ask=\"soon\"".to_owned()]).expect_err("no schedule");
        assert!(wrong.to_string().contains("`postmortem.ask`"), "{wrong}");
    }
}
