//! Application commands: what may be registered, and the bulk overwrite.
//!
//! Limits: <https://discord.com/developers/docs/interactions/application-commands>.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::ids::Snowflake;
use super::model::Command;
use super::reply::{FormErrors, Refused, Reply, TOO_MANY_CREATES, UNKNOWN_COMMAND};
use super::world::World;

/// Characters of names, descriptions and values of one command, the longest locale counting.
const COMMAND_CHARS_MAX: usize = 8000;
/// Slash commands of one application, globally and per guild.
const SLASH_COMMANDS_MAX: usize = 100;
/// Commands on users, and on messages.
const MENU_COMMANDS_MAX: usize = 15;

/// The languages that localisations may name. <https://discord.com/developers/docs/reference#locales>
const LOCALES: [&str; 33] = [
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko", "ar",
];

fn chars(text: &str) -> usize {
    text.chars().count()
}

/// `^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, lower case where there is case.
fn is_name(name: &str) -> bool {
    let letter = |c: char| {
        matches!(c, '-' | '_' | '\'')
            || c.is_alphanumeric()
            || ('\u{900}'..='\u{97f}').contains(&c)
            || ('\u{e00}'..='\u{e7f}').contains(&c)
    };
    (1..=32).contains(&chars(name)) && name.chars().all(letter) && name.to_lowercase() == name
}

fn check_name(node: &Value, at: &str, slash: bool, errors: &mut FormErrors) {
    let path = format!("{at}name");
    let good = |name: &str| {
        if slash { is_name(name) } else { (1..=32).contains(&chars(name)) }
    };
    match node["name"].as_str() {
        None => errors.required(&path),
        Some(name) if !(1..=32).contains(&chars(name)) => errors.bad_length(&path, 1, 32),
        Some(name) if !good(name) => {
            errors.add(&path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
        }
        Some(_) => {}
    }
    check_localizations(node, at, "name_localizations", 32, errors, |name| good(name));
}

fn check_localizations(
    node: &Value,
    at: &str,
    key: &str,
    max: usize,
    errors: &mut FormErrors,
    good: impl Fn(&str) -> bool,
) {
    let Some(map) = node[key].as_object() else { return };
    for (locale, text) in map {
        let path = format!("{at}{key}.{locale}");
        if !LOCALES.contains(&locale.as_str()) {
            errors.choices(&format!("{at}{key}"), &LOCALES.join(", "));
        }
        match text.as_str() {
            Some(text) if !(1..=max).contains(&chars(text)) => errors.bad_length(&path, 1, max),
            Some(text) if !good(text) => {
                errors.add(&path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
            }
            _ => {}
        }
    }
}

fn check_description(node: &Value, at: &str, errors: &mut FormErrors) {
    let path = format!("{at}description");
    match node["description"].as_str() {
        None => errors.required(&path),
        Some(text) if !(1..=100).contains(&chars(text)) => errors.bad_length(&path, 1, 100),
        Some(_) => {}
    }
    check_localizations(node, at, "description_localizations", 100, errors, |_| true);
}

fn list<'a>(node: &'a Value, key: &str) -> &'a [Value] {
    node[key].as_array().map_or(&[][..], Vec::as_slice)
}

fn check_options(node: &Value, at: &str, depth: usize, errors: &mut FormErrors) {
    let options = list(node, "options");
    if options.len() > 25 {
        errors.too_long(&format!("{at}options"), 25);
    }
    let mut names = BTreeSet::new();
    let mut optional_seen = false;
    for (n, option) in options.iter().enumerate() {
        let here = format!("{at}options.{n}.");
        check_name(option, &here, true, errors);
        check_description(option, &here, errors);
        if !names.insert(option["name"].as_str()) {
            errors.add(
                &format!("{at}options.{n}"),
                "APPLICATION_COMMAND_OPTIONS_NAME_INVALID",
                "Option names must be unique",
            );
        }
        let required = option["required"].as_bool().unwrap_or(false);
        if required && optional_seen {
            errors.add(
                &format!("{at}options.{n}"),
                "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                "Required options must be placed before non-required options",
            );
        }
        match option["type"].as_u64() {
            // A group may hold subcommands, a subcommand may hold values, nothing goes deeper.
            Some(2) if depth == 0 => check_options(option, &here, 1, errors),
            Some(1) if depth <= 1 => check_options(option, &here, 2, errors),
            Some(3..=11) => {
                optional_seen |= !required;
                check_value_option(option, &here, errors);
            }
            _ => errors.choices(&format!("{here}type"), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11"),
        }
    }
    let nested = options.iter().filter(|option| matches!(option["type"].as_u64(), Some(1 | 2))).count();
    if nested != 0 && nested != options.len() {
        errors.add(
            &format!("{at}options"),
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            "Sub-command and sub-command group option types are mutually exclusive to all other types",
        );
    }
}

fn check_value_option(option: &Value, at: &str, errors: &mut FormErrors) {
    let kind = option["type"].as_u64().unwrap_or(0);
    let choices = list(option, "choices");
    if choices.len() > 25 {
        errors.too_long(&format!("{at}choices"), 25);
    }
    if !choices.is_empty() && option["autocomplete"] == true {
        errors.add(
            at.trim_end_matches('.'),
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES",
            "Autocomplete options cannot have choices",
        );
    }
    for (n, choice) in choices.iter().enumerate() {
        let path = format!("{at}choices.{n}.");
        match choice["name"].as_str() {
            None => errors.required(&format!("{path}name")),
            Some(name) if !(1..=100).contains(&chars(name)) => errors.bad_length(&format!("{path}name"), 1, 100),
            Some(_) => {}
        }
        let fits = match kind {
            3 => choice["value"].as_str().is_some_and(|text| chars(text) <= 100),
            4 => choice["value"].is_i64(),
            10 => choice["value"].is_number(),
            _ => false,
        };
        if !fits {
            errors.add(&format!("{path}value"), "APPLICATION_COMMAND_OPTION_VALUE_INVALID", "The value is invalid");
        }
    }
}

/// How long one command is, the longest locale of each text counting.
fn size(node: &Value) -> usize {
    let text = |key: &str, localized: &str| {
        let longest = node[localized]
            .as_object()
            .into_iter()
            .flat_map(Map::values)
            .filter_map(Value::as_str)
            .map(chars)
            .fold(0, std::cmp::max);
        std::cmp::max(node[key].as_str().map_or(0, chars), longest)
    };
    text("name", "name_localizations")
        + text("description", "description_localizations")
        + node["value"].as_str().map_or(0, chars)
        + list(node, "options").iter().chain(list(node, "choices")).map(size).sum::<usize>()
}

fn kind(definition: &Value) -> u64 {
    definition["type"].as_u64().unwrap_or(1)
}

fn check_command(definition: &Value, at: &str, errors: &mut FormErrors) {
    let slash = kind(definition) == 1;
    check_name(definition, at, slash, errors);
    if slash {
        check_description(definition, at, errors);
        check_options(definition, at, 0, errors);
    } else if definition["description"].as_str().is_some_and(|text| !text.is_empty()) {
        errors.add(
            &format!("{at}description"),
            "APPLICATION_COMMAND_DESCRIPTION_NOT_ALLOWED",
            "Context menu commands cannot have description",
        );
    }
    if !matches!(kind(definition), 1..=3) {
        errors.choices(&format!("{at}type"), "1, 2, 3");
    }
    let total = size(definition);
    if total > COMMAND_CHARS_MAX {
        errors.add(
            at,
            "APPLICATION_COMMAND_TOO_LARGE",
            &format!("Command exceeds maximum size ({total} > {COMMAND_CHARS_MAX})"),
        );
    }
}

fn check_counts(definitions: &[Value], errors: &mut FormErrors) {
    for (wanted, max) in [(1, SLASH_COMMANDS_MAX), (2, MENU_COMMANDS_MAX), (3, MENU_COMMANDS_MAX)] {
        if definitions.iter().filter(|one| kind(one) == wanted).count() > max {
            errors.add(
                "",
                "APPLICATION_COMMANDS_MAX_EXCEEDED",
                &format!("Maximum number of application commands reached ({max})."),
            );
        }
    }
}

impl World {
    /// PUT: replaces all commands of a scope. Commands that keep their name and kind keep their id.
    pub(super) fn overwrite_commands(&mut self, guild: Option<Snowflake>, body: &Value) -> Result<Reply, Refused> {
        let definitions = body.as_array().cloned().unwrap_or_default();
        let mut errors = FormErrors::default();
        if !body.is_array() {
            // Not an empty list: that would delete every command because of a slip.
            errors.add("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
        }
        let mut names = BTreeSet::new();
        for (n, definition) in definitions.iter().enumerate() {
            check_command(definition, &format!("{n}."), &mut errors);
            if !names.insert((kind(definition), definition["name"].as_str())) {
                errors.add(
                    &n.to_string(),
                    "APPLICATION_COMMANDS_DUPLICATE_NAME",
                    "Application command names must be unique",
                );
            }
        }
        check_counts(&definitions, &mut errors);
        errors.finish()?;
        let old = self.commands.get(&guild).cloned().unwrap_or_default();
        let known = |definition: &Value| old.iter().find(|one| same(one, definition));
        let new = definitions.iter().filter(|one| known(one).is_none()).count();
        self.count_creates(guild, new)?;
        let mut list = Vec::new();
        for definition in &definitions {
            list.push(self.command(guild, definition, known(definition)));
        }
        let shown: Vec<_> = list.iter().map(|command| self.command_json(command)).collect();
        self.commands.insert(guild, list);
        Ok(Reply::json(Value::Array(shown)))
    }

    /// POST: adds a command, or replaces the one with the same name and kind.
    pub(super) fn upsert_command(&mut self, guild: Option<Snowflake>, body: &Value) -> Result<Reply, Refused> {
        let mut errors = FormErrors::default();
        check_command(body, "", &mut errors);
        let list = self.commands.get(&guild).cloned().unwrap_or_default();
        let old = list.iter().find(|one| same(one, body)).cloned();
        if old.is_none() {
            let mut all: Vec<Value> = list.iter().map(|one| one.definition.clone()).collect();
            all.push(body.clone());
            check_counts(&all, &mut errors);
        }
        errors.finish()?;
        if old.is_none() {
            self.count_creates(guild, 1)?;
        }
        let command = self.command(guild, body, old.as_ref());
        let shown = self.command_json(&command);
        let list = self.commands.entry(guild).or_default();
        match list.iter_mut().find(|one| one.id == command.id) {
            Some(place) => *place = command,
            None => list.push(command),
        }
        let body = Reply::json(shown);
        Ok(if old.is_some() { body } else { Reply { status: 201, ..body } })
    }

    pub(super) fn list_commands(&self, guild: Option<Snowflake>) -> Reply {
        let list = self.commands.get(&guild).map_or(&[][..], Vec::as_slice);
        Reply::json(list.iter().map(|command| self.command_json(command)).collect())
    }

    pub(super) fn get_command(&self, guild: Option<Snowflake>, id: Snowflake) -> Result<Reply, Refused> {
        let list = self.commands.get(&guild).map_or(&[][..], Vec::as_slice);
        let command = list.iter().find(|one| one.id == id).ok_or(UNKNOWN_COMMAND)?;
        Ok(Reply::json(self.command_json(command)))
    }

    pub(super) fn delete_command(&mut self, guild: Option<Snowflake>, id: Snowflake) -> Result<Reply, Refused> {
        let list = self.commands.entry(guild).or_default();
        let n = list.iter().position(|one| one.id == id).ok_or(UNKNOWN_COMMAND)?;
        list.remove(n);
        Ok(Reply::empty())
    }

    fn count_creates(&mut self, guild: Option<Snowflake>, new: usize) -> Result<(), Refused> {
        let (rule, now) = (self.config.command_creates, self.now());
        if self.creates.entry(guild).or_default().take(new, rule, now) { Ok(()) } else { Err(TOO_MANY_CREATES) }
    }

    fn command(&mut self, guild: Option<Snowflake>, definition: &Value, old: Option<&Command>) -> Command {
        let unchanged = old.filter(|old| old.definition == *definition);
        Command {
            id: old.map_or_else(|| self.new_id(), |old| old.id),
            guild,
            name: definition["name"].as_str().unwrap_or_default().to_owned(),
            definition: definition.clone(),
            version: unchanged.map_or_else(|| self.new_id(), |old| old.version),
        }
    }

    fn command_json(&self, command: &Command) -> Value {
        let mut out = Map::new();
        out.insert("id".to_owned(), json!(command.id));
        out.insert("application_id".to_owned(), json!(self.bot));
        out.insert("version".to_owned(), json!(command.version));
        if let Some(guild) = command.guild {
            out.insert("guild_id".to_owned(), json!(guild));
        }
        for (key, default) in [
            ("type", json!(1)),
            ("name", json!("")),
            ("name_localizations", Value::Null),
            ("description", json!("")),
            ("description_localizations", Value::Null),
            ("default_member_permissions", Value::Null),
            ("dm_permission", json!(true)),
            ("contexts", Value::Null),
            ("integration_types", json!([0])),
            ("nsfw", json!(false)),
        ] {
            let given = command.definition.get(key).filter(|value| !value.is_null());
            out.insert(key.to_owned(), given.cloned().unwrap_or(default));
        }
        if let Some(options) = command.definition.get("options").filter(|options| !options.is_null()) {
            out.insert("options".to_owned(), options.clone());
        }
        Value::Object(out)
    }
}

fn same(command: &Command, definition: &Value) -> bool {
    kind(&command.definition) == kind(definition) && definition["name"] == command.name.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_words() {
        for (name, want) in [
            ("pause", true),
            ("why-not", true),
            ("pausa", true),
            ("återuppta", true),
            ("Pause", false),
            ("why not", false),
            ("", false),
            ("a123456789012345678901234567890123", false),
            ("ไทย", true),
        ] {
            assert_eq!(is_name(name), want, "{name}");
        }
    }

    #[test]
    fn a_command_of_more_than_8000_characters_is_too_large() {
        let text = "x".repeat(100);
        let options: Vec<_> = (0..25)
            .map(|n| {
                let choices: Vec<_> = (0..3).map(|c| json!({"name": format!("{c}"), "value": text})).collect();
                json!({"type": 3, "name": format!("o{n}"), "description": text, "choices": choices})
            })
            .collect();
        let mut errors = FormErrors::default();
        check_command(&json!({"name": "big", "description": "d", "options": options}), "", &mut errors);
        let refused = errors.finish().expect_err("too large").errors.expect("errors");
        assert_eq!(refused["_errors"][0]["code"], "APPLICATION_COMMAND_TOO_LARGE");
    }
}
