//! Advice, each with its place and what to write.

use super::*;
use crate::rules::file::parse_rules;

fn linted(rest: &str) -> String {
    let text = format!("[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"creator\"\n{rest}\n");
    let file = parse_rules(&text, Some("r.toml"));
    assert_eq!(file.errors, []);
    let sources = Sources { lag: SignedDuration::from_hours(48) };
    let found: Vec<String> = lint_file(&file, sources).iter().map(ToString::to_string).collect();
    if found.is_empty() { "nothing".to_owned() } else { found.join("\n") }
}

#[test]
fn findings_say_where_what_and_what_to_write() {
    let sentences = [
        linted("when = \"views < 10\""),
        linted("when = \"1 > 2 && views > 3\""),
        linted("when = \"views < 10 || true\""),
        linted("when = \"views < views\""),
        linted("when = \"views < 10 && views > 20\""),
        linted("when = \"spend >= money('1.00 EUR') && spend < money('1.00 EUR')\""),
        linted("when = \"views < 20 && views > 10\""),
        linted("when = \"views < 10\"\nrecover = \"views < 10\""),
        linted("when = \"views < 10\"\nrecover = \"false\""),
        linted("when = \"views < 10\"\nrecover = \"views > 5\""),
        linted("when = \"views < 10\"\nrecover = \"views >= 10\""),
        linted("when = \"cpm > target.cpm && views > 0\"\nrecover = \"cpm > 0.9 * target.cpm\""),
        linted("when = \"spend > target.spend\"\nrecover = \"spend > 0.9 * target.spend\""),
        linted("when = \"views < 10\"\nmode = \"propose\""),
        linted("when = \"views < 10\"\nmode = \"auto\"\ncooldown = \"6h\""),
        linted("when = \"views < 10\"\nwindow = \"24h\""),
        linted("when = \"cpa > target.cpa\""),
        linted("when = \"cpm > target.cpm\""),
        linted("when = \"spend > target.cpa * orders\""),
        linted("when = \"views < own(views)\"\nwindow = \"7d\"\nown = \"14d\""),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}
