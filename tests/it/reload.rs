//! Rules that change while the program runs: the next judging goes by them, and what was told keeps its reasons.

use std::path::Path;
use std::sync::Arc;

use plimsoll::app::apply::{Given, apply};
use plimsoll::app::demo::RULES;
use plimsoll::outbox::incident::Incident;
use plimsoll::rules::file::parse_rules;
use plimsoll::store::records::scan_all;

use super::story::Story;

/// Puts the rules of the demo in force with a change.
async fn change(story: &Story, from: &str, to: &str) {
    assert!(RULES.contains(from), "the demo's rules say {from}");
    let file = Path::new("changed.toml").to_path_buf();
    let text = RULES.replace(from, to);
    let rules = parse_rules(&text, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    let given = Given { documents: Vec::new(), rules };
    let held = story.world.clock.hold("apply");
    apply(story.world.core(), given, "terminal:story", false).await.expect("applied");
    drop(held);
}

/// Each incident's subject, the version of the rule that fired it, and its receipt.
async fn receipts(story: &Story) -> Vec<(String, u32, String)> {
    let kept = scan_all::<Incident>(&*Arc::clone(&story.world.core().store)).await.expect("incidents");
    let mut all: Vec<_> = kept
        .into_iter()
        .filter(|one| one.value.rule.as_str() == "cpa-stop")
        .map(|one| {
            (one.value.subject.to_string(), one.value.rule_version, serde_json::to_string(&one.value).expect("json"))
        })
        .collect();
    all.sort();
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_rule_is_judged_by_at_once_and_an_open_incident_keeps_its_receipt() {
    let mut story = Story::begin(7, &["alma", "bo"]).await;
    story.fires("alma").await;
    let before = receipts(&story).await;
    assert_eq!(before.len(), 1, "{before:?}");
    change(&story, "\"cpa < 0.9 * target.cpa ||", "\"cpa < 0.8 * target.cpa ||").await;
    assert_eq!(receipts(&story).await, before, "what was told stays as it was told");
    story.fires("bo").await;
    let after = receipts(&story).await;
    let of = |subject: &str| after.iter().find(|one| one.0.ends_with(subject)).map(|one| one.1);
    assert_eq!((of("alma"), of("bo")), (Some(1), Some(2)), "{after:?}");
    story.world.stop().await;
}
