//! What the table looks like on each surface: Discord's slash commands, Telegram's menu, the README.

use super::{ArgKind, Name, Needs, Spec, TABLE, Where};
use crate::domain::habits::{Loudness, Topic};
use crate::domain::person::Role;
use crate::insight::decomposition::Yardstick;
use crate::rules::rule::Mode;
use crate::words::wording::{Locale, Words};

/// A slash command, in Discord's terms but none of its types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlashSpec {
    /// Which command.
    pub command: Name,
    /// Its default name, which interactions carry whatever the user's language.
    pub name: &'static str,
    /// Names by Discord locale.
    pub names: Vec<(&'static str, String)>,
    /// What it does, at most 100 characters.
    pub description: String,
    /// The same by Discord locale.
    pub descriptions: Vec<(&'static str, String)>,
    /// Options, required ones first.
    pub options: Vec<OptionSpec>,
    /// Not offered in direct messages, or only there.
    pub place: Where,
}

/// An option of a slash command; all are strings, so that one parser reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionSpec {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: ArgKind,
    /// What it is, in words, at most 100 characters.
    pub description: String,
    /// The same by Discord locale.
    pub descriptions: Vec<(&'static str, String)>,
    /// Must be given.
    pub required: bool,
    /// Discord asks us for completions.
    pub autocomplete: bool,
    /// The only values, where there are few.
    pub choices: Vec<ChoiceSpec>,
}

/// One of few values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceSpec {
    /// What is sent.
    pub value: &'static str,
    /// What is shown.
    pub name: String,
    /// The same by Discord locale.
    pub names: Vec<(&'static str, String)>,
}

/// A line of Telegram's menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuItem {
    /// `[a-z0-9_]`, 1 to 32 characters.
    pub command: String,
    /// At most 256 characters.
    pub description: String,
}

/// Discord's code for Swedish.
const SWEDISH: &str = "sv-SE";

fn help(locale: Locale, name: Name) -> String {
    Words::of(locale).say(&format!("help-{}", name.as_str()), &[])
}

fn about(locale: Locale, kind: ArgKind) -> String {
    Words::of(locale).say(&format!("arg-{}", kind.key()), &[])
}

/// The slash commands. Register them only when their hash changes: Discord allows 200 creations a day.
#[must_use]
pub fn slash_commands() -> Vec<SlashSpec> {
    TABLE
        .iter()
        .map(|spec| SlashSpec {
            command: spec.name,
            name: spec.text,
            names: vec![(SWEDISH, spec.swedish.to_owned())],
            description: help(Locale::En, spec.name),
            descriptions: vec![(SWEDISH, help(Locale::Sv, spec.name))],
            options: spec.args.iter().map(option).collect(),
            place: spec.place,
        })
        .collect()
}

fn option(arg: &super::ArgSpec) -> OptionSpec {
    OptionSpec {
        name: arg.name,
        kind: arg.kind,
        description: about(Locale::En, arg.kind),
        descriptions: vec![(SWEDISH, about(Locale::Sv, arg.kind))],
        required: arg.required,
        autocomplete: arg.kind.completes(),
        choices: match arg.kind {
            ArgKind::Role => Role::all().map(role_choice).collect(),
            ArgKind::Topic => Topic::ALL.map(topic_choice).into(),
            ArgKind::Loudness => Loudness::ALL.map(loudness_choice).into(),
            ArgKind::Yardstick => Yardstick::ALL.map(basis_choice).into(),
            ArgKind::Mode => [Mode::Shadow, Mode::Propose, Mode::Auto].map(mode_choice).into(),
            _ => Vec::new(),
        },
    }
}

fn role_choice(role: Role) -> ChoiceSpec {
    let said = |locale| Words::of(locale).say(&format!("role-{role}"), &[]);
    ChoiceSpec { value: role.as_str(), name: said(Locale::En), names: vec![(SWEDISH, said(Locale::Sv))] }
}

fn topic_choice(topic: Topic) -> ChoiceSpec {
    let said = |locale| crate::words::rooms::about(Words::of(locale), topic);
    ChoiceSpec { value: topic.as_str(), name: said(Locale::En), names: vec![(SWEDISH, said(Locale::Sv))] }
}

fn loudness_choice(how: Loudness) -> ChoiceSpec {
    let said = |locale| crate::words::rooms::said(Words::of(locale), how);
    ChoiceSpec { value: how.as_str(), name: said(Locale::En), names: vec![(SWEDISH, said(Locale::Sv))] }
}

fn basis_choice(basis: Yardstick) -> ChoiceSpec {
    let said = |locale| crate::words::moved::against(Words::of(locale), basis);
    ChoiceSpec { value: basis.as_str(), name: said(Locale::En), names: vec![(SWEDISH, said(Locale::Sv))] }
}

fn mode_choice(mode: Mode) -> ChoiceSpec {
    let said = |locale| crate::words::promotion::mode(Words::of(locale), mode);
    ChoiceSpec { value: mode.as_str(), name: said(Locale::En), names: vec![(SWEDISH, said(Locale::Sv))] }
}

/// Telegram's menu in one language. Telegram allows no hyphen.
#[must_use]
pub fn telegram_menu(locale: Locale) -> Vec<MenuItem> {
    TABLE
        .iter()
        .map(|spec| MenuItem { command: spec.text.replace('-', "_"), description: help(locale, spec.name) })
        .collect()
}

/// How a command is typed: `why-not SUBJECT RULE`; optional arguments in brackets.
#[must_use]
pub fn typed(spec: &Spec) -> String {
    let mut text = spec.text.to_owned();
    for arg in spec.args {
        let name = arg.name.to_uppercase();
        let (open, close) = if arg.required { ("", "") } else { ("[", "]") };
        text = text + " " + open + &name + close;
    }
    text
}

/// The README's table of commands; a test there compares it.
#[must_use]
pub fn readme_table() -> String {
    let head = "| command | does | who |\n|---|---|---|\n".to_owned();
    TABLE.iter().fold(head, |text, spec| {
        text + &format!("| `{}` | {} | {} |\n", typed(spec), help(Locale::En, spec.name), who(spec.needs))
    })
}

fn who(needs: Needs) -> String {
    match needs {
        Needs::Nothing => "anybody".to_owned(),
        Needs::See => "every role; creators only about themselves".to_owned(),
        Needs::Place => format!("everybody in their direct message; in a room {}", roles(needs)),
        Needs::Own
        | Needs::Look
        | Needs::Tell
        | Needs::Terms
        | Needs::Study
        | Needs::Work
        | Needs::Money
        | Needs::Show
        | Needs::Grant
        | Needs::Audit => roles(needs),
    }
}

fn roles(needs: Needs) -> String {
    let said = needs.roles().iter().map(|role| Words::of(Locale::En).say(&format!("role-{role}"), &[]));
    said.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_fits_what_the_platforms_allow() {
        let mut names = BTreeSet::new();
        for spec in slash_commands() {
            for name in [spec.name, spec.names[0].1.as_str()] {
                let fits = (1..=32).contains(&name.chars().count())
                    && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
                    && name.to_lowercase() == name;
                assert!(fits, "{name}");
            }
            assert!(names.insert(spec.name), "{} twice", spec.name);
            assert!(spec.options.len() <= 25);
            let mut size = spec.name.len() + spec.description.chars().count();
            for text in [&spec.description, &spec.descriptions[0].1] {
                assert!((1..=100).contains(&text.chars().count()), "{text}");
            }
            let mut optional = false;
            for option in &spec.options {
                assert!(!(optional && option.required), "{}: required after optional", spec.name);
                assert!(!option.autocomplete || option.choices.is_empty(), "Discord refuses both");
                optional = !option.required;
                for text in [&option.description, &option.descriptions[0].1] {
                    assert!((1..=100).contains(&text.chars().count()), "{text}");
                    size += text.chars().count();
                }
            }
            assert!(size < 8_000);
        }
        for locale in Locale::ALL {
            for item in telegram_menu(locale) {
                assert!(item.command.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'));
                assert!((1..=32).contains(&item.command.len()));
                assert!((1..=256).contains(&item.description.chars().count()));
            }
        }
    }

    #[test]
    fn no_two_commands_answer_to_one_name() {
        let mut seen = BTreeSet::new();
        for spec in TABLE {
            let own: BTreeSet<&str> =
                [spec.text, spec.swedish].into_iter().chain(spec.aliases.iter().copied()).collect();
            for name in own {
                assert!(seen.insert(name), "`{name}` is taken twice");
            }
            assert_eq!(Name::typed(spec.text), Some(spec.name));
        }
        assert_eq!(TABLE.len(), Name::ALL.len());
    }

    #[test]
    fn the_readme_table_has_a_row_for_every_command() {
        let table = readme_table();
        assert_eq!(table.lines().count(), TABLE.len() + 2);
        assert!(table.contains("| `why-not SUBJECT RULE` |"), "{table}");
        assert!(table.contains("| `link [CODE]` |"), "{table}");
    }
}
