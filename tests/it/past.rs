//! What was judged is judged again, byte for byte: after targets, rules and numbers have changed, and after a restart.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use plimsoll::app::apply::{Given, apply};
use plimsoll::app::control::{self, Answer, Body, Request, Seat, Wish};
use plimsoll::app::core::Core;
use plimsoll::app::demo::RULES;
use plimsoll::app::past;
use plimsoll::app::past::memory::MemoryChange;
use plimsoll::domain::ids::{RuleId, Subject};
use plimsoll::outbox::incident::Incident;
use plimsoll::rules::file::parse_rules;
use plimsoll::rules::receipt::Receipt;
use plimsoll::store::records::{read_journal, scan_all};
use serde_json::Value;

use super::story::{Story, restart};

/// Receipts as they were written down, by rule, subject and instant.
type Written = BTreeMap<(RuleId, Subject, Timestamp), String>;

async fn written(core: &Core) -> Written {
    let mut written = Written::new();
    let mut add = |receipt: &Value| {
        let read: Receipt = serde_json::from_value(receipt.clone()).expect("a receipt");
        let bytes = serde_json::to_string(receipt).expect("JSON");
        written.insert((read.rule, read.subject, read.at), bytes);
    };
    for incident in scan_all::<Incident>(&*core.store).await.expect("incidents") {
        add(&incident.value.receipt);
    }
    for (_, line) in read_journal(&*core.store, 1, 1_000_000).await.expect("a journal") {
        if line.detail["receipt"].is_object() {
            add(&line.detail["receipt"]);
        }
    }
    written
}

/// Every receipt comes out as it was written down, and every change of memory as it was judged.
async fn all_come_out_again(core: &Core) -> usize {
    let written = written(core).await;
    for ((rule, subject, at), bytes) in &written {
        let then = past::judged(core, rule, subject, *at).await.expect("judged");
        assert_eq!(&then.judgement.receipt.canonical(), bytes, "{rule} on {subject} at {at}");
        assert!(then.in_force && !then.differs, "{rule} on {subject} at {at}");
    }
    let changes = scan_all::<MemoryChange>(&*core.store).await.expect("changes");
    let judged = changes.iter().filter_map(|one| Some((&one.value, one.value.judged.as_ref()?)));
    for (change, judged) in judged {
        let then = past::judged(core, &change.rule, &change.subject, judged.at).await.expect("judged");
        assert!(!then.differs, "{} on {} at {}", change.rule, change.subject, judged.at);
        assert_eq!(then.judgement.memory, change.after, "{} on {} at {}", change.rule, change.subject, judged.at);
    }
    written.len()
}

/// What `plimsoll why SUBJECT RULE --at T` prints: JSON and text.
async fn why(core: &Core, subject: &str, rule: &str, at: Timestamp) -> (String, String) {
    let rule = RuleId::new(rule).expect("an id");
    let wish = Wish::Why { subject: subject.to_owned(), rule, at: Some(at) };
    let request = Request { by: "terminal:story".to_owned(), acting: None, wish };
    match control::answer(core, Seat::Service, &request, &Body::Empty, &|_| {}).await {
        Answer::Done { json, text } => (json, text.replace(['\u{a0}', '\u{202f}'], " ")),
        Answer::Refused { line, .. } => panic!("{line}"),
    }
}

async fn edit_rules(story: &Story, from: &str, to: &str) {
    let text = RULES.replace(from, to);
    assert_ne!(text, RULES, "`{from}` is in the rules");
    let file = Path::new("rules.toml").to_path_buf();
    let rules = parse_rules(&text, None).rules.into_iter().map(|sourced| (file.clone(), sourced.rule)).collect();
    apply(story.world.core(), Given { documents: Vec::new(), rules }, "terminal:story", false).await.expect("applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_judged_is_judged_again_byte_for_byte() {
    let mut story = Story::begin(7, &["alma", "bo", "cleo"]).await;
    let cast = story.world.cast;
    story.fires("alma").await;
    let first = story.world.clock.now();
    let message = story.on_discord().remove(0);
    story.clicks(cast.jonas, &message, "I've got it").await;
    // A stricter target in the same instant as numbers: what is judged before it, and after it, keeps its own.
    story.report(&[("bo", 9_000, 1), ("cleo", 4_000, 4)]).await;
    story.apply(&campaign("30.00 EUR")).await;
    story.report(&[("bo", 9_500, 1), ("cleo", 11_000, 1)]).await;
    story.wait(36 * 3_600).await;
    let fired = all_come_out_again(story.world.core()).await;
    assert!(3 <= fired, "{fired} receipts");
    // Late orders for days that were judged already, a rule that is edited, a price that changes.
    story.report(&[("alma", 12_000, 30), ("bo", 9_500, 2), ("cleo", 11_000, 20)]).await;
    edit_rules(&story, "spend / target.cpa >= 10", "spend / target.cpa >= 9").await;
    story.apply("[[partnership]]\ncampaign = \"winter\"\ncreator = \"bo\"\ncommission = \"10 %\"\n").await;
    story.wait(48 * 3_600).await;
    story.report(&[("alma", 15_000, 1), ("bo", 14_000, 1)]).await;
    story.apply(&campaign("60.00 EUR")).await;
    story.wait(30 * 3_600).await;
    let there = all_come_out_again(story.world.core()).await;
    let before = written(story.world.core()).await;

    let mut story = story.again(restart).await;
    assert_eq!(written(story.world.core()).await, before);
    assert_eq!(all_come_out_again(story.world.core()).await, there);
    // And life goes on.
    story.report(&[("cleo", 20_000, 1)]).await;
    story.wait(30 * 3_600).await;
    assert!(fired < there && there <= all_come_out_again(story.world.core()).await);

    // As people ask for it.
    let ((rule, subject, at), bytes) = before.first_key_value().expect("a receipt");
    let (json, text) = why(story.world.core(), &subject.to_string(), rule.as_str(), *at).await;
    assert_eq!(&json, bytes);
    assert!(text.contains("under version 1 of the rule"), "{text}");
    assert!(*at <= first, "the first one");
    story.world.stop().await;
}

fn campaign(cpa: &str) -> String {
    format!(
        "[[campaign]]\nid = \"winter\"\nname = \"Winter Warmers\"\nbrand = \"nordbo\"\ngoal = \"sales\"\n\
         starts = 2026-02-01\nends = 2026-06-30\ntarget = {{ cpa = \"{cpa}\" }}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_past_beyond_what_is_kept_is_said_to_be_so() {
    let mut story = Story::begin(7, &["alma"]).await;
    story.fires("alma").await;
    let (rule, subject, at) = written(story.world.core()).await.into_keys().next().expect("a receipt");
    {
        // As if the program had been started again long after.
        let mut state = story.world.core().state.lock().await;
        state.kept.older = true;
        state.kept.since = at - SignedDuration::from_hours(24);
    }
    let error = past::judged(story.world.core(), &rule, &subject, at).await.expect_err("too long ago");
    let said = error.to_string();
    assert!(said.contains("are kept from") && said.contains("from 20"), "{said}");
    story.world.stop().await;
}
