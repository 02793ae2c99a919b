//! Files of rules with their conditions and cases, and packs of benchmarks.

use super::{Became, all_told, same_again, told};
use crate::app::apply;
use crate::rules::benchmark::pack::parse_pack;
use crate::rules::file::parse_rules;
use crate::rules::language;
use crate::rules::rule_test::run_cases;

/// Cases that are run: each is a small simulation.
const CASES_MAX: usize = 4;

pub(super) fn run(bytes: &[u8]) -> Became {
    let Ok(text) = std::str::from_utf8(bytes) else { return Became::Refused };
    let condition = condition(text);
    let pack = parse_pack(text, "pack.toml");
    match &pack {
        Ok(figures) => assert!(figures.len() <= text.len(), "more figures than bytes"),
        Err(errors) => all_told(errors),
    }
    let file = parse_rules(text, Some("rules.toml"));
    assert!(file.rules.len() + file.errors.len() <= 2 * text.len() + 1, "more rules than bytes");
    let checked = match file.check() {
        Ok(checked) => checked,
        Err(errors) => {
            all_told(&errors);
            return Became::of(condition || pack.is_ok());
        }
    };
    for (sourced, rule) in file.rules.iter().zip(&checked) {
        // What is checked may be kept: it must come back, and be found right again.
        let again = same_again(&sourced.rule);
        assert_eq!(again, sourced.rule, "a rule comes back as it was");
        assert!(crate::rules::check::check(&again).is_ok(), "a rule that was right is right when it comes back");
        if rule.rule().test.len() <= CASES_MAX
            && let Err(errors) = run_cases(rule)
        {
            all_told(&errors);
        }
    }
    if apply::is_rules(text) {
        assert!(apply::read_texts([("rules.toml", text)]).is_ok(), "apply takes what check takes");
    }
    Became::of(condition || pack.is_ok() || !checked.is_empty())
}

/// The same text as a condition: what is read prints as something that is read as the same.
fn condition(text: &str) -> bool {
    match language::parse(text) {
        Ok(node) => {
            let printed = node.to_string();
            let again = language::parse(&printed).map(|node| node.to_string());
            assert_eq!(again.as_deref(), Ok(printed.as_str()), "{text:?} prints as what it is");
            true
        }
        Err(error) => {
            told(&error.to_string());
            assert!(error.offset.is_none_or(|at| at <= text.len()), "an error outside of the text");
            false
        }
    }
}
