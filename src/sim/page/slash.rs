//! What is typed after a slash, read against the commands that the bot has published, as Discord's client reads it.
//!
//! Owns: which option a word belongs to, and what can come next. Options are named (`rule:cpa-stop`) or come in their
//! order; the last of them takes all the words that are left.

use serde::Serialize;
use serde_json::Value;

use crate::sim::discord::Given;

/// One line of the list above the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Item {
    pub show: String,
    pub about: String,
    /// What the input holds once this is chosen.
    pub text: String,
}

/// What comes next.
#[derive(Debug, PartialEq)]
pub(super) enum Next<'a> {
    /// One of these commands.
    Commands(Vec<Item>),
    /// A value of this option.
    Value(Focus<'a>),
    /// Nothing more is known.
    Nothing,
}

/// The option that is being typed.
#[derive(Debug, PartialEq)]
pub(super) struct Focus<'a> {
    pub command: &'a str,
    pub spec: &'a Value,
    /// What is typed of it.
    pub partial: String,
    /// All that stands before it.
    pub before: String,
    /// The other options so far.
    pub given: Vec<(&'a str, String)>,
}

impl Focus<'_> {
    pub fn name(&self) -> &str {
        text_of(self.spec, "name")
    }

    /// A line that puts this value into the input.
    pub fn item(&self, show: &str, value: &str) -> Item {
        let before = self.before.trim_end();
        let text = format!("{before} {}:{value} ", self.name());
        Item { show: show.to_owned(), about: String::new(), text }
    }

    /// The values of an option that has few.
    pub fn choices(&self) -> Vec<Item> {
        let typed = self.partial.to_lowercase();
        let choices = self.spec.get("choices").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let fitting = choices.iter().filter(|choice| text_of(choice, "name").to_lowercase().contains(&typed));
        fitting.map(|choice| self.item(text_of(choice, "name"), text_of(choice, "value"))).collect()
    }
}

fn text_of<'a>(node: &'a Value, key: &str) -> &'a str {
    node.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn specs(definition: &Value) -> &[Value] {
    definition.get("options").and_then(Value::as_array).map_or(&[][..], Vec::as_slice)
}

struct Part<'a> {
    spec: &'a Value,
    value: String,
    /// Where it begins in the words after the command.
    from: usize,
}

/// The words after the command, each with its option. An error where a word is too many.
fn parts<'a>(specs: &'a [Value], rest: &str) -> Result<Vec<Part<'a>>, String> {
    let mut named: Vec<Part<'a>> = Vec::new();
    let mut free: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for word in rest.split_inclusive(char::is_whitespace) {
        let (from, word) = (at, word.trim_end());
        at += word.len() + 1;
        let pair = word.split_once(':').and_then(|(name, value)| {
            let spec = specs.iter().find(|spec| text_of(spec, "name") == name)?;
            Some((spec, value))
        });
        match (pair, named.last_mut()) {
            (Some((spec, value)), _) => named.push(Part { spec, value: value.to_owned(), from }),
            (None, _) if word.is_empty() => {}
            (None, Some(last)) => {
                let joint = if last.value.is_empty() { "" } else { " " };
                last.value = format!("{}{joint}{word}", last.value);
            }
            (None, None) => free.push((from, word)),
        }
    }
    let open: Vec<&Value> = specs.iter().filter(|spec| !named.iter().any(|part| part.spec == *spec)).collect();
    let mut all: Vec<Part<'a>> = Vec::new();
    for (place, (from, word)) in free.into_iter().enumerate() {
        match (open.get(place), all.last_mut()) {
            (Some(spec), _) => all.push(Part { spec, value: word.to_owned(), from }),
            (None, Some(last)) => last.value = format!("{} {word}", last.value),
            (None, None) => return Err(format!("this command takes nothing more, so `{word}` is too much")),
        }
    }
    all.extend(named);
    Ok(all)
}

fn split(text: &str) -> (&str, Option<&str>) {
    let text = text.trim_start().trim_start_matches('/');
    match text.split_once(char::is_whitespace) {
        Some((name, rest)) => (name, Some(rest)),
        None => (text, None),
    }
}

fn definition<'a>(definitions: &'a [Value], name: &str) -> Option<&'a Value> {
    definitions.iter().find(|one| text_of(one, "name") == name)
}

/// A whole command: its name and the values of its options.
pub(super) fn read(definitions: &[Value], text: &str) -> Result<(String, Vec<(String, Given)>), String> {
    let (name, rest) = split(text);
    let found = definition(definitions, name).ok_or_else(|| format!("there is no command `/{name}`; try `/help`"))?;
    let parts = parts(specs(found), rest.unwrap_or_default())?;
    let filled = parts.into_iter().filter(|part| !part.value.is_empty());
    let given = filled.map(|part| Ok((text_of(part.spec, "name").to_owned(), value(part.spec, &part.value)?)));
    Ok((name.to_owned(), given.collect::<Result<_, String>>()?))
}

/// The value as its option takes it: <https://discord.com/developers/docs/interactions/application-commands>, option types.
pub(super) fn value(spec: &Value, typed: &str) -> Result<Given, String> {
    let name = text_of(spec, "name");
    let wrong = |what: &str| format!("`{typed}` is not {what}, which `{name}` takes");
    match spec.get("type").and_then(Value::as_u64) {
        Some(4) => typed.parse().map(Given::Integer).map_err(|_| wrong("a whole number")),
        Some(5) => typed.parse().map(Given::Flag).map_err(|_| wrong("true or false")),
        Some(10) => typed.parse().map(Given::Number).map_err(|_| wrong("a number")),
        _ => Ok(Given::Text(typed.to_owned())),
    }
}

/// What can come after what is typed so far.
pub(super) fn next<'a>(definitions: &'a [Value], text: &str) -> Next<'a> {
    let (name, rest) = split(text);
    let Some(rest) = rest else {
        let fitting = definitions.iter().filter(|one| text_of(one, "name").starts_with(name));
        let item = |one: &Value| Item {
            show: format!("/{}", text_of(one, "name")),
            about: text_of(one, "description").to_owned(),
            text: format!("/{} ", text_of(one, "name")),
        };
        return Next::Commands(fitting.map(item).collect());
    };
    let Some(found) = definition(definitions, name) else { return Next::Nothing };
    let Ok(mut parts) = parts(specs(found), rest) else { return Next::Nothing };
    parts.sort_by_key(|part| part.from);
    let between = rest.is_empty() || rest.ends_with(char::is_whitespace);
    let begun = parts.pop_if(|part| !between || part.value.is_empty());
    let (spec, partial, from) = match begun {
        Some(part) => (part.spec, part.value, part.from),
        None => match specs(found).iter().find(|spec| !parts.iter().any(|part| part.spec == *spec)) {
            Some(spec) => (spec, String::new(), rest.len()),
            None => return Next::Nothing,
        },
    };
    Next::Value(Focus {
        command: text_of(found, "name"),
        spec,
        partial,
        before: format!("/{name} {}", rest.get(..from).unwrap_or(rest)),
        given: parts.iter().map(|part| (text_of(part.spec, "name"), part.value.clone())).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn table() -> Vec<Value> {
        let option = |name: &str, required: bool| json!({"type": 3, "name": name, "required": required});
        vec![
            json!({"name": "status", "description": "How things stand", "options": [option("subject", false)]}),
            json!({"name": "why", "description": "Why", "options": [option("subject", true), option("rule", false)]}),
            json!({"name": "help", "description": "Help"}),
            json!({"name": "grant", "options": [
                {"type": 3, "name": "role", "choices": [{"name": "Manager", "value": "manager"}, {"name": "Agency", "value": "agency"}]},
                {"type": 4, "name": "days"},
            ]}),
        ]
    }

    #[track_caller]
    fn check_read(text: &str, want: Result<&[(&str, Given)], &str>) {
        let got = read(&table(), text).map(|(_, given)| given);
        let owned =
            |given: &[(&str, Given)]| given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let want: Result<Vec<(String, Given)>, String> = want.map(owned).map_err(str::to_owned);
        assert_eq!(got, want, "{text}");
    }

    #[test]
    fn words_go_to_the_options_in_order_or_by_name() {
        check_read("/status", Ok(&[]));
        check_read("/status alma", Ok(&[("subject", "alma".into())]));
        check_read(
            "/why creator/alma cpa-stop",
            Ok(&[("subject", "creator/alma".into()), ("rule", "cpa-stop".into())]),
        );
        check_read("/why rule:cpa-stop subject:alma", Ok(&[("rule", "cpa-stop".into()), ("subject", "alma".into())]));
        check_read("/why alma rule:a b", Ok(&[("subject", "alma".into()), ("rule", "a b".into())]));
        check_read("/status spring launch", Ok(&[("subject", "spring launch".into())]));
        check_read("/grant role:agency days:3", Ok(&[("role", "agency".into()), ("days", Given::Integer(3))]));
        check_read("/grant agency x", Err("`x` is not a whole number, which `days` takes"));
        check_read("/help me", Err("this command takes nothing more, so `me` is too much"));
        check_read("/no", Err("there is no command `/no`; try `/help`"));
    }

    #[track_caller]
    fn check_next(text: &str, want: &str) {
        let table = table();
        let got = match next(&table, text) {
            Next::Nothing => "nothing".to_owned(),
            Next::Commands(items) => items.into_iter().map(|item| item.show).collect::<Vec<_>>().join(" "),
            Next::Value(focus) => {
                let given: Vec<_> = focus.given.iter().map(|(name, value)| format!("{name}={value}")).collect();
                let items: Vec<_> = focus.choices().into_iter().map(|item| item.text).collect();
                format!(
                    "{}={} [{}] {}{}",
                    focus.name(),
                    focus.partial,
                    given.join(","),
                    focus.item("", "V").text,
                    items.join("|")
                )
            }
        };
        assert_eq!(got, want, "{text}");
    }

    #[test]
    fn what_comes_next_follows_what_is_typed() {
        check_next("/", "/status /why /help /grant");
        check_next("/h", "/help");
        check_next("/status ", "subject= [] /status subject:V ");
        check_next("/status al", "subject=al [] /status subject:V ");
        check_next("/why subject:alma ", "rule= [subject=alma] /why subject:alma rule:V ");
        check_next("/why alma cp", "rule=cp [subject=alma] /why alma rule:V ");
        check_next("/why subject:", "subject= [] /why subject:V ");
        check_next("/why alma rule ", "nothing");
        check_next("/grant agen", "role=agen [] /grant role:V /grant role:agency ");
        check_next("/help ", "nothing");
        check_next("/no x", "nothing");
    }
}
