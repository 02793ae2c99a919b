//! Files of rules: every error with its line, its column and a way out.

use super::*;

const HEAD: &str = "[[rule]]\nid = \"r\"\nkind = \"stop_loss\"\nscope = \"creator\"\n";

#[track_caller]
fn errors(text: &str) -> String {
    match parse_rules(text, Some("rules.toml")).check() {
        Ok(_) => "no errors".to_owned(),
        Err(errors) => errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

fn with(rest: &str) -> String {
    errors(&format!("{HEAD}{rest}\n"))
}

#[test]
fn a_case_without_a_number_is_refused_before_it_is_kept_and_cannot_be_read() {
    for given in ["given = { views = nan }", "given = { own = { views = inf } }", "given = { views = 1 }\nk = -inf"] {
        let case =
            format!("window = \"1d\"\nwhen = \"views < 5\"\n[[rule.test]]\nname = \"n\"\n{given}\nexpect = \"fires\"");
        let want = "the case `n` is given a number without a value; write a number; what is not there is left out";
        assert!(with(&case).ends_with(want), "{}", with(&case));
    }
}

#[test]
fn an_error_says_what_stands_in_the_file_and_the_terminal_obeys_nothing_of_it() {
    let said = with("\"\\u001b[2J\" = 1");
    assert!(said.contains("\\u{1b}[2J") && !said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn everything_that_can_be_said_is_read() {
    let text = r#"
[[rule]]
id        = "cpa-stop"
kind      = "stop_loss"
scope     = "partnership"
where     = { campaign = "spring-*", size = ["nano", "micro"] }
when      = "cpa > target.cpa && spend > money('100.00 EUR')"
window    = "deal"
for       = "24h"
recover   = "cpa < 0.9 * target.cpa"
on_absent = "last_good(48h)"
mode      = "propose"
then      = [ { after = "0h", do = "stop_boost" }, { after = "48h", do = "hold_next" } ]
revive    = true
cooldown  = "6h"
max_per_day = 3

[rule.judge]
metric = "cpa"
horizon = "14d"

[[rule.test]]
name   = "one order on six times the target spend fires"
given  = { spend = "270.00 EUR", orders = 1, target = { cpa = "45.00 EUR" } }
expect = "fires"
"#;
    let file = parse_rules(text, None);
    assert_eq!(file.errors, []);
    let checked = file.check().expect("a good rule");
    assert_eq!(checked.len(), 1);
    let again = toml::to_string(&file.rules[0].rule).expect("toml");
    let reread = parse_rules(
        &format!(
            "[[rule]]\n{}",
            again
                .replace("[judge]", "[rule.judge]")
                .replace("[[test]]", "[[rule.test]]")
                .replace("[test.", "[rule.test.")
                .replace("[where]", "[rule.where]")
                .replace("[[then]]", "[[rule.then]]")
        ),
        None,
    );
    assert_eq!(reread.errors, []);
    assert_eq!(reread.rules[0].rule, file.rules[0].rule);
}

#[test]
fn broken_files_say_where() {
    let sentences = [
        with("when = \"views <\""),
        with("whn = \"views < 1\""),
        with("when = \"view < 1\""),
        with("when = \"views < 1\"\nwhere = { campain = \"x\" }"),
        with("when = \"views < 1\"\nwindow = \"7 days\""),
        with("when = \"views < 1\"\nfor = \"soon\""),
        with("when = \"views < 1\"\nmode = \"loud\""),
        with("when = 3"),
        with("then = []"),
        with("when = \"views < 1\"\nthen = [ { after = \"1h\", do = \"explode\" } ]"),
        with("when = \"views < 1\"\nevidence = \"certain\""),
        with("when = \"\"\"\nviews < 1 &&\n  er_views < er_followers\"\"\""),
        with("when = 'views < 1'\nrecover = 'views > money(\"1.00 EUR\")'"),
        with("when = \"views < 1\"\n[[rule.test]]\nname = \"a\"\nexpectt = \"fires\""),
        errors("[[rule]\nid = 3"),
        errors("[[rules]]\nid = 3"),
        errors(&format!("{HEAD}when = \"views < 1\"\n{HEAD}when = \"views < 2\"\n")),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn rules_that_do_not_make_sense_say_why() {
    let sentences = [
        with("when = \"er_views < er_followers\""),
        with("when = \"er_views < 0.5 * prev(er_reach)\""),
        with("when = \"spend > orders\""),
        with("when = \"spend > 100\""),
        with("when = \"cpm > cpa\""),
        with("when = \"cpm > spend / views\""),
        with("when = \"spend > money('1 BTC')\""),
        with("when = \"spend > money('1.00 EUR') && fees > money('1.00 SEK')\""),
        with("when = \"spend > 3 * target.cpa\""),
        with("when = \"views\""),
        with("when = \"views + 1\""),
        with("when = \"1 < views < 9\""),
        with("when = \"prev(views, 2) < 1\""),
        with("when = \"prev(2 * views) < 1\""),
        with("when = \"privat(views) < 1\""),
        with("when = \"target > 1\""),
        with("when = \"campaign.cpa > 1\""),
        with("when = \"views == 'many'\""),
        with("when = \"views < peers(views, 0.25)\""),
        with("when = \"views < peers(views, 2)\""),
        with("when = \"rank(views) < 0.1\""),
        with("when = \"own(views) < 10\"\nwindow = \"deal\""),
        with("when = \"own(views) < 10\"\nwindow = \"7d\"\nown = \"5d\""),
        with("when = \"views < 10\"\nwindow = \"last 3 posts\"\nfor = \"2 windows\""),
        with("when = \"views < 10\"\nwhere = { platform = [\"you*\", \"instragram\"] }"),
        with("when = \"views < 10\"\nmature = true"),
        with("when = \"views < 10\"\nmax_per_day = 0"),
        with("when = \"cpa > peers(target.cpa)\""),
        with("when = \"views < peers(views, 0.25, 3)\""),
        with("when = \"rank(views, 0.5) < 0.1\""),
        with("when = \"rank(views) < views\""),
        with("when = \"rank(cpa) > money('1.00 EUR')\""),
        with("when = \"er_views < industry(er_followers)\""),
        with("when = \"spend > peers(cpa)\""),
        with("when = \"views < industry(2)\""),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}

#[test]
fn evidence_has_its_form_and_is_never_silently_plain() {
    let evidence = |rest: &str| with(&format!("evidence = \"balanced\"\n{rest}"));
    let sentences = [
        evidence("when = \"cpa > target.cpa && spend > money('100.00 EUR')\""),
        evidence("when = \"cpa > target.cpa\"\nwindow = \"7d\""),
        evidence("when = \"cpa > target.cpa || spend > money('100.00 EUR')\""),
        evidence("when = \"!(cpa > target.cpa)\""),
        evidence("when = \"0.9 * cpa > target.cpa\""),
        evidence("when = \"cpa > target.cpa && roas < 1\""),
        evidence("when = \"views < 10\""),
        evidence("when = \"cpa >= target.cpa\""),
        evidence("when = \"cpa < target.cpa\""),
        evidence("when = \"target.roas < roas\""),
        evidence("when = \"ctr < 0.5 * own(ctr)\""),
        evidence("when = \"ctr < peers(ctr)\""),
        evidence("when = \"ctr < rank(ctr)\""),
        evidence("when = \"ctr < 0.8 * industry(ctr)\""),
        evidence("when = \"cpa > target.cpa && rank(ctr) < 0.25\""),
        evidence("when = \"cpa > target.cpa && own(ctr) < 0.01\""),
        with("evidence = { method = \"anytime\", level = 95.0 }\nwhen = \"ctr < 0.01\""),
        with("evidence = { method = \"anytime\", levle = 0.9 }\nwhen = \"ctr < 0.01\""),
    ];
    insta::assert_snapshot!(sentences.join("\n"));
}
