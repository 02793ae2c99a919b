//! Whether the pages that tracking links lead to are still there.
//!
//! Owns: asking each page now and then, and what follows when it is gone: its links lead to the brand's fallback, and the
//! operators are told once. A page is gone when it says so (404 or 410) twice, some minutes apart; a site that is slow, down or
//! guarded against programs is not. Survives: a restart, after which every page is asked again.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::core::Core;
use super::rounds::rest_until;
use super::trouble;
use crate::domain::link::Page;
use crate::http::{Api, Body, Limits};
use crate::store::StoreError;
use crate::time::Held;
use crate::words::trouble::Trouble;

/// How long after a page first said that it is gone it is asked again.
const AGAIN: SignedDuration = SignedDuration::from_mins(5);

/// Pages that are asked in one round, at most; the others come in the next.
const PAGES_MAX: usize = 1_000;

/// Asks every page, for ever.
pub async fn run(core: Arc<Core>, mut held: Held, stop: CancellationToken) {
    let every = core.config.web.check_pages.0;
    if every.is_zero() {
        return;
    }
    let mut doubted: BTreeMap<Page, Timestamp> = BTreeMap::new();
    loop {
        let wake = core.clock.now().checked_add(every).unwrap_or(Timestamp::MAX);
        if let Err(error) = round(&core, &mut doubted).await {
            tracing::error!(error = &error as &dyn std::error::Error, "could not keep that a page is gone");
        }
        let doubt = doubted.values().filter_map(|since| since.checked_add(AGAIN).ok()).min();
        let wake = doubt.map_or(wake, |doubt| std::cmp::min(doubt, wake));
        if !rest_until(&mut held, std::cmp::max(wake, core.clock.now()), &stop).await {
            return;
        }
    }
}

/// Asks every page once. `doubted`: those that said for the first time that they are gone, and when.
async fn round(core: &Core, doubted: &mut BTreeMap<Page, Timestamp>) -> Result<(), StoreError> {
    for (page, slug) in core.links.pages().into_iter().take(PAGES_MAX) {
        let now = core.clock.now();
        if !is_gone(&page, core.config.preflight.private_addresses).await {
            doubted.remove(&page);
            if core.links.mark(&page, false) {
                core.journal(core.line("page_back", page.to_string(), json!({}))).await?;
                trouble::end(core, &format!("page_gone/{page}")).await?;
            }
            continue;
        }
        let sure = doubted.get(&page).is_some_and(|since| AGAIN <= now.duration_since(*since));
        if !sure {
            if !core.links.is_gone(&page) {
                doubted.entry(page).or_insert(now);
            }
            continue;
        }
        doubted.remove(&page);
        if core.links.mark(&page, true) {
            let day = now.strftime("%Y-%m-%d").to_string();
            let trouble = Trouble::PageGone { page: page.to_string(), link: slug.to_string(), day };
            trouble::tell(core, &trouble).await?;
        }
    }
    Ok(())
}

/// Whether a page says that it is gone. Whatever else it says, or not saying anything, is no reason to lead people elsewhere.
/// A page comes of a document: it is not asked inside the network that this program stands in, unless that is `private`.
async fn is_gone(page: &Page, private: bool) -> bool {
    let limits = Limits { body_max: 1 << 20, ..Limits::default() };
    let Ok(api) = Api::of_others(&page.origin(), limits, private) else { return false };
    let parameters = page.parameters();
    let query: Vec<(&str, &str)> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = api.send(Method::GET, page.path(), &query, &[], Body::Empty).await;
    answer.is_ok_and(|answer| matches!(answer.status, 404 | 410))
}
