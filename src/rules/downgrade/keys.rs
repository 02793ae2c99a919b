//! What a downgrade rule must say.

use super::GRACE_MIN;
use crate::domain::ids::Scope;
use crate::rules::error::RuleError;
use crate::rules::rule::{Kind, Length, Rule};

/// What to write where `program`, `level` or `grace` is missing.
const REMEDIES: [&str; 3] = [
    "write the programme it is about, such as `program = \"nordbo-club\"`",
    "write the level whose criterion this is, such as `level = \"Gold\"`",
    "write how long the creator has after being told, such as `grace = \"14d\"`",
];

/// Whether the keys of a downgrade rule are all there, and are nowhere else.
pub(in crate::rules) fn check_keys(rule: &Rule, errors: &mut Vec<RuleError>) {
    let mut wrong = |field, text: String, remedy: &str| errors.push(RuleError::about(field, text, remedy));
    let given = [
        ("program", rule.program.is_some()),
        ("level", rule.level.is_some()),
        ("grace", rule.grace.is_some()),
        ("stay", rule.stay.is_some()),
    ];
    if rule.kind != Kind::Downgrade {
        for (key, _) in given.into_iter().filter(|row| row.1) {
            let remedy = "leave it out, or write `kind = \"downgrade\"`";
            wrong(key, format!("`{key}` belongs to downgrade rules, and this one is `{}`", rule.kind.as_str()), remedy);
        }
        return;
    }
    for ((key, is_given), remedy) in given.into_iter().zip(REMEDIES) {
        if !is_given {
            wrong(key, format!("a downgrade rule has no `{key}`"), remedy);
        }
    }
    if rule.scope != Scope::Creator {
        wrong("scope", "a level belongs to a creator".to_owned(), "write `scope = \"creator\"`");
    }
    if rule.grace.is_some_and(|grace| grace.get() < GRACE_MIN) {
        let text = format!("`grace = \"{}\"` leaves no time to react", rule.grace.unwrap_or(Length::ZERO));
        wrong("grace", text, "write at least `24h`");
    }
    if !rule.then.is_empty() {
        let remedy = "leave `then` out: the creator is told, and after `grace` the level changes";
        wrong("then", "nothing is done with money by a downgrade rule".to_owned(), remedy);
    }
    if rule.revive {
        wrong("revive", "`revive` is about money, and a level is given back by a person".to_owned(), "leave it out");
    }
}
