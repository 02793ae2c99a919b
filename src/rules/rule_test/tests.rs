//! Cases of rules: what is given, what comes of it, what makes no sense.

use super::*;
use crate::rules::file::parse_rules;

fn run_one(rule: &str, case: &str) -> String {
    let text = format!(
        "[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"partnership\"\n{rule}\n[[rule.test]]\nname = \"case\"\n{case}\n"
    );
    let file = parse_rules(&text, None);
    match run_file(&file) {
        Ok(results) => {
            let result = &results[0].cases[0];
            let mark = if result.passed() { "passed" } else { "FAILED" };
            format!("{mark}: {} ({})", result.got.as_str(), result.seen.join("; "))
        }
        Err(errors) => errors[0].to_string(),
    }
}

const CPA: &str = "window = \"deal\"\nwhen = \"cpa > target.cpa && spend > money('100.00 EUR')\"\nfor = \"24h\"";

#[test]
fn cases_say_what_they_saw() {
    let run = |case: &str| run_one(CPA, case);
    let sentences = [
        run("given = { spend = \"270.00 EUR\", orders = 1, target = { cpa = \"45.00 EUR\" } }\nexpect = \"fires\""),
        run("given = { spend = \"270.00 EUR\", orders = 9, target = { cpa = \"45.00 EUR\" } }\nexpect = \"quiet\""),
        run("given = { spend = \"270.00 EUR\", orders = 9, target = { cpa = \"45.00 EUR\" } }\nexpect = \"fires\""),
        run("given = { spend = \"270.00 EUR\", orders = 0, target = { cpa = \"45.00 EUR\" } }\nexpect = \"unknown\""),
        run("given = { spend = \"90.00 EUR\", orders = 0, target = { cpa = \"45.00 EUR\" } }\nexpect = \"holds_back\""),
        run("given = { spend = \"270.00 EUR\", orders = 1 }\nexpect = \"unknown\""),
        run(
            "given = { cpa = \"46.00 EUR\", spend = \"270.00 EUR\", target = { cpa = \"45.00 EUR\" } }\nexpect = \"fires\"",
        ),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn luck_is_weighed_over_sums_or_over_posts() {
    let strict = "evidence = \"strict\"\nwhen = \"cpa > target.cpa && spend > money('100.00 EUR')\"";
    let target = "target = { cpa = \"45.00 EUR\" }";
    let run = |case: &str| run_one(strict, case);
    let sentences = [
        run(&format!("given = {{ spend = \"225.00 EUR\", orders = 0, {target} }}\nexpect = \"fires\"")),
        run(&format!("given = {{ spend = \"180.00 EUR\", orders = 0, {target} }}\nexpect = \"quiet\"")),
        run(&format!("given = {{ spend = \"90.00 EUR\", orders = 0, {target} }}\nexpect = \"quiet\"")),
        run(&format!("given = {{ spend = \"270.00 EUR\", {target} }}\nexpect = \"unknown\"")),
        // The same sums as one wild post say nothing.
        run(&format!("given = {{ {target} }}\nposts = [{{ spend = \"225.00 EUR\", orders = 0 }}]\nexpect = \"quiet\"")),
        run(&format!(
            "given = {{ {target} }}\nposts = [{{ spend = \"225.00 EUR\", orders = 0 }}]\nk = 1e6\nexpect = \"fires\""
        )),
        run(&format!(
            "given = {{ {target}, orders = 1 }}\nposts = [{{ spend = \"2.00 EUR\", orders = 0 }}]\nexpect = \"quiet\""
        )),
        run(&format!("given = {{ {target} }}\nposts = []\nexpect = \"quiet\"")),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn own_and_prev_are_the_same_unless_said_otherwise() {
    let slump = "window = \"1d\"\nown = \"7d\"\nwhen = \"views < 0.25 * own(views)\"\nfor = \"2 windows\"";
    let sentences = [
        run_one(slump, "given = { views = 200, own = { views = 1000 } }\nexpect = \"fires\""),
        run_one(slump, "given = { views = 200 }\nexpect = \"quiet\""),
        run_one(
            "when = \"followers@twitch < 0.5 * prev(followers@twitch)\"\nwindow = \"1h\"",
            "given = { \"followers@twitch\" = 10, prev = { \"followers@twitch\" = 30 } }\nexpect = \"fires\"",
        ),
        run_one("when = \"er_views < 0.01\"", "given = { likes = 5, views = 1000 }\nexpect = \"fires\""),
        run_one("when = \"er_views < 0.01\"", "given = { views = 1000 }\nexpect = \"unknown\""),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn constants_that_make_no_sense_say_so() {
    let run = |case: &str| run_one(CPA, &format!("{case}\nexpect = \"fires\""));
    let sentences = [
        run("given = { spnd = \"270.00 EUR\" }"),
        run("given = { spend = 270 }"),
        run("given = { orders = \"3\" }"),
        run("given = { spend = \"270 EURO\" }"),
        run("given = { spend = \"270.00 EUR\", fees = \"1.00 SEK\" }"),
        run("given = { spend = \"270.00 SEK\" }"),
        run("given = { target = 3 }"),
        run("given = { \"orders@myspace\" = 3 }"),
        run("given = { spend = \"270.00 EUR\" }\nk = 5"),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn every_ready_made_rule_checks_and_passes_its_own_cases() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/rules");
    let mut rules = 0;
    for entry in std::fs::read_dir(folder).expect("the packs") {
        let path = entry.expect("a file").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
        let file = parse_rules(&std::fs::read_to_string(&path).expect("text"), Some(name));
        let ran = run_file(&file).unwrap_or_else(|errors| panic!("{}", errors[0]));
        for (RuleResult { rule, cases }, sourced) in ran.into_iter().zip(&file.rules) {
            rules += 1;
            let expects = |expect| cases.iter().any(|case| case.expect == expect);
            assert!(expects(Expect::Fires) && expects(Expect::Quiet), "{name}: {rule} lacks cases");
            for case in cases {
                assert!(case.passed(), "{name}: {rule}: {case:?}");
            }
            let findings = crate::rules::lint::lint(sourced, crate::rules::lint::Sources::default());
            assert_eq!(findings, [], "{name}");
        }
    }
    assert!(rules >= 14, "only {rules} rules found");
}

#[test]
fn others_are_what_a_case_says_and_nothing_of_ones_own() {
    let bottom = "when = \"er_views < peers(er_views, 0.25)\"";
    let sentences = [
        run_one(bottom, "given = { er_views = 0.01, peers = { er_views = 0.02 } }\nexpect = \"fires\""),
        run_one(bottom, "given = { er_views = 0.01, \"peers(0.25)\" = { er_views = 0.02 } }\nexpect = \"fires\""),
        run_one(bottom, "given = { er_views = 0.01, \"peers(0.75)\" = { er_views = 0.02 } }\nexpect = \"unknown\""),
        run_one(bottom, "given = { er_views = 0.01 }\nexpect = \"unknown\""),
        run_one("when = \"rank(cpa) > 0.9\"", "given = { rank = { cpa = 0.95 } }\nexpect = \"fires\""),
        run_one("when = \"rank(cpa) > 0.9\"", "given = { rank = { cpa = 95 } }\nexpect = \"fires\""),
        run_one("when = \"rank(cpa) > 0.9\"", "given = { rank = { cpa = \"95.00 EUR\" } }\nexpect = \"fires\""),
        run_one(
            "when = \"cpm > industry(cpm)\"",
            "given = { cpm = \"9.00 EUR\", industry = { cpm = \"5.00 EUR\" } }\nexpect = \"fires\"",
        ),
        run_one("when = \"cpm > industry(cpm)\"", "given = { cpm = \"9.00 EUR\" }\nexpect = \"unknown\""),
        run_one("when = \"cpm > industry(cpm)\"", "given = { cpm = \"9.00 EUR\", industry = 3 }\nexpect = \"unknown\""),
    ];
    insta::assert_snapshot!(sentences.join("\n"), @r#"
    passed: fires (er_views 0.01 < peers(er_views, 0.25) 0.02)
    passed: fires (er_views 0.01 < peers(er_views, 0.25) 0.02)
    passed: unknown (er_views 0.01 < peers(er_views, 0.25) too_few_peers)
    passed: unknown (er_views 0.01 < peers(er_views, 0.25) too_few_peers)
    passed: fires (rank(cpa) 0.95 > 0.9 0.9)
    6:1: in the case `case`: `rank` of `cpa` is 95; a rank is from 0 to 1
    6:1: in the case `case`: the value of `cpa` has the wrong form; `cpa` is a number: write it without quotes
    passed: fires (cpm 900 > industry(cpm) 500)
    passed: unknown (cpm 900 > industry(cpm) no_figure)
    6:1: in the case `case`: `industry` is not a table; write `industry = { cpa = "45.00 EUR" }`
    "#);
}
