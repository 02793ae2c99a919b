//! Sentences from the Fluent files, in the reader's language.
//!
//! Owns: which languages there are, and looking a sentence up. Both files are compiled in; the tests prove that they have
//! the same keys with the same variables and that the program uses every one of them. Refuses: formatting anything but
//! whole numbers (`number` does that before the sentence is made). A sentence that is missing in spite of the tests comes
//! out as its key, so a message is still sent.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::tz::TimeZone;
use unic_langid::LanguageIdentifier;

use super::number;
use crate::domain::num;
use crate::outbox::notice::Wording;

/// A language that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Locale {
    /// English as it is written in Europe.
    En,
    /// Swedish.
    Sv,
}

impl Locale {
    /// Every language.
    pub const ALL: [Locale; 2] = [Locale::En, Locale::Sv];

    /// The language nearest to a BCP 47 tag: `sv`, `sv-SE` and `sv-FI` are Swedish, all else is English.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let language = tag.split(['-', '_']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("sv") { Self::Sv } else { Self::En }
    }

    /// The two-letter code: Telegram's `language_code`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Sv => "sv",
        }
    }
}

/// Who reads: in which language, and in which zone times are shown.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The language.
    pub locale: Locale,
    /// The zone.
    pub zone: TimeZone,
}

impl Reader {
    /// From a room's settings; a zone that is unknown is read as UTC (`check` and `apply` refuse such rooms).
    #[must_use]
    pub fn new(locale_tag: &str, zone_name: &str) -> Self {
        Self { locale: Locale::of(locale_tag), zone: TimeZone::get(zone_name).unwrap_or(TimeZone::UTC) }
    }

    /// The sentences of this reader's language.
    #[must_use]
    pub fn words(&self) -> &'static Words {
        Words::of(self.locale)
    }
}

/// The sentences of one language.
pub struct Words {
    /// Which.
    pub locale: Locale,
    bundle: FluentBundle<FluentResource>,
}

const EN: &str = include_str!("../../config/locales/en.ftl");
const SV: &str = include_str!("../../config/locales/sv.ftl");

static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::load(Locale::En));
static SWEDISH: LazyLock<Words> = LazyLock::new(|| Words::load(Locale::Sv));

/// An argument of a sentence.
pub type Arg<'a> = (&'a str, FluentValue<'a>);

impl Words {
    /// The sentences of a language.
    #[must_use]
    pub fn of(locale: Locale) -> &'static Self {
        match locale {
            Locale::En => &ENGLISH,
            Locale::Sv => &SWEDISH,
        }
    }

    fn load(locale: Locale) -> Self {
        let (source, tag) = match locale {
            Locale::En => (EN, "en-GB"),
            Locale::Sv => (SV, "sv-SE"),
        };
        // A file with a mistake still gives every sentence that can be read; the tests refuse the mistake.
        let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(partial, _)| partial);
        let mut bundle = FluentBundle::new_concurrent(vec![tag.parse::<LanguageIdentifier>().unwrap_or_default()]);
        // Isolation marks count as characters and show as boxes in some chat clients.
        bundle.set_use_isolating(false);
        bundle.set_formatter(Some(match locale {
            Locale::En => |value, _| whole(Locale::En, value),
            Locale::Sv => |value, _| whole(Locale::Sv, value),
        }));
        bundle.add_resource_overriding(resource);
        Self { locale, bundle }
    }

    /// The sentence with this key. Call it through `say!`, which the tests read. `key.attribute`
    /// looks up an attribute.
    #[must_use]
    pub fn say(&self, key: &str, args: &[Arg<'_>]) -> String {
        let (id, attribute) = match key.split_once('.') {
            Some((id, attribute)) => (id, Some(attribute)),
            None => (key, None),
        };
        let pattern = self.bundle.get_message(id).and_then(|message| match attribute {
            Some(name) => message.get_attribute(name).map(|found| found.value()),
            None => message.value(),
        });
        let Some(pattern) = pattern else {
            return key.to_owned();
        };
        let mut given = FluentArgs::with_capacity(args.len());
        for (name, value) in args {
            given.set(*name, value.clone());
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&given), &mut errors);
        debug_assert!(errors.is_empty(), "`{key}`: {errors:?}");
        text.into_owned()
    }

    /// Whether there is such a sentence.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        match key.split_once('.') {
            Some((id, attribute)) => {
                self.bundle.get_message(id).is_some_and(|message| message.get_attribute(attribute).is_some())
            }
            None => self.bundle.get_message(key).is_some_and(|message| message.value().is_some()),
        }
    }

    /// A stored sentence in this language. Text arguments are shown as text, whatever they contain; whole numbers are
    /// written as this language writes them.
    #[must_use]
    pub fn stored(&self, wording: &Wording) -> String {
        let args: Vec<Arg<'_>> = wording.args.iter().map(|(name, value)| (name.as_str(), value_of(value))).collect();
        self.say(&wording.key, &args)
    }
}

fn value_of(value: &serde_json::Value) -> FluentValue<'_> {
    match value {
        serde_json::Value::String(text) => FluentValue::String(text.as_str().into()),
        serde_json::Value::Number(number) => match number.as_f64() {
            Some(number) => FluentValue::from(number),
            None => FluentValue::String(number.to_string().into()),
        },
        other @ (serde_json::Value::Null
        | serde_json::Value::Bool(_)
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_)) => FluentValue::String(other.to_string().into()),
    }
}

/// Fluent writes numbers without regard to the language; whole ones are grouped here, others must come as text.
fn whole(locale: Locale, value: &FluentValue<'_>) -> Option<String> {
    match value {
        FluentValue::Number(number) => num::round_i64(number.value).map(|count| number::count(locale, count)),
        FluentValue::String(_) | FluentValue::Custom(_) | FluentValue::None | FluentValue::Error => None,
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.locale.code())
    }
}

/// The sentence with a key and named arguments. The key is a literal, so that a test can prove that it exists, with these
/// variables.
macro_rules! say {
    ($words:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $words.say($key, &[$((stringify!($name), ::fluent_bundle::FluentValue::from($value))),*])
    };
}
pub(crate) use say;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::domain::metric::Metric;
    use crate::domain::person::Role;
    use crate::words::command::{ArgKind, Name};
    use crate::words::permission::Reason;
    use crate::words::trouble::Trouble;

    /// Keys with their variables, attributes as `key.attribute`.
    fn keys(source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let (mut id, mut current) = (String::new(), String::new());
        for line in source.lines() {
            if line.starts_with('#') || line.trim().is_empty() {
                continue;
            }
            if let Some((key, _)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '}', '*', '['])) {
                id = key.to_owned();
                current.clone_from(&id);
                if !line.trim_end().ends_with('=') || !id.is_empty() {
                    found.entry(current.clone()).or_default();
                }
            } else if let Some((name, _)) = line.trim().strip_prefix('.').and_then(|rest| rest.split_once(" =")) {
                current = format!("{id}.{name}");
                found.entry(current.clone()).or_default();
            }
            for part in line.split('$').skip(1) {
                let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.entry(current.clone()).or_default().insert(name);
            }
        }
        found
    }

    #[test]
    fn both_languages_have_the_same_keys_with_the_same_variables() {
        let (en, sv) = (keys(EN), keys(SV));
        assert!(100 < en.len());
        for (key, variables) in &en {
            assert_eq!(Some(variables), sv.get(key), "`{key}` in sv.ftl");
        }
        for key in sv.keys() {
            assert!(en.contains_key(key), "`{key}` is only in sv.ftl");
        }
        for (locale, source, keys) in [(Locale::En, EN, &en), (Locale::Sv, SV, &sv)] {
            assert!(FluentResource::try_new(source.to_owned()).is_ok(), "{locale:?} has a syntax error");
            for key in keys.keys() {
                assert!(Words::of(locale).has(key), "`{key}` in {locale:?}");
            }
        }
    }

    /// Keys that are put together from a table, not written out.
    fn families() -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for metric in Metric::ALL {
            keys.insert(format!("metric-{}", metric.as_str()));
            keys.insert(format!("metric-{}.value", metric.as_str()));
        }
        for name in Name::ALL {
            keys.insert(format!("help-{}", name.as_str()));
        }
        keys.extend(ArgKind::ALL.iter().map(|kind| format!("arg-{}", kind.key())));
        keys.extend(Reason::ALL.iter().map(|reason| format!("refused-{}", reason.key())));
        keys.extend(Role::all().map(|role| format!("role-{role}")));
        keys.extend(Trouble::KEYS.iter().map(|key| (*key).to_owned()));
        keys.extend(crate::words::held::WORD_KEYS.iter().map(|key| (*key).to_owned()));
        let questions = &crate::domain::questionnaire::QUESTIONS;
        keys.extend(questions.iter().map(|one| format!("question-{}", one.id)));
        keys.extend(crate::domain::questionnaire::Area::ALL.map(|area| format!("area-{}", area.key())));
        keys.extend(crate::insight::tips::KEYS.iter().map(|key| (*key).to_owned()));
        keys
    }

    /// Every sentence the program says: key and argument names.
    fn said() -> Vec<(String, BTreeSet<String>)> {
        let mut all = Vec::new();
        let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("sources") {
                let path = entry.expect("entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ext| ext == "rs") {
                    let text = std::fs::read_to_string(&path).expect("text");
                    for call in text.replace("reader.words()", "words").split(concat!("say", "!(")).skip(1) {
                        all.extend(one_call(call));
                    }
                }
            }
        }
        all
    }

    fn one_call(call: &str) -> Option<(String, BTreeSet<String>)> {
        let (before, rest) = call.split_once('"')?;
        let (key, rest) = rest.split_once('"')?;
        let plain = before.chars().all(|c| !"()$;".contains(c)) && !key.contains(' ');
        if !plain {
            return None;
        }
        let (mut depth, mut names, mut word) = (0_i32, BTreeSet::new(), String::new());
        let mut quoted = false;
        for c in rest.chars() {
            match c {
                '"' => quoted = !quoted,
                _ if quoted => {}
                '(' | '[' | '{' => depth += 1,
                ')' if depth == 0 => break,
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => word.clear(),
                '=' if depth == 0 => {
                    let name = word.trim();
                    if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                        names.insert(name.to_owned());
                    }
                    word.clear();
                }
                other => word.push(other),
            }
        }
        Some((key.to_owned(), names))
    }

    #[test]
    fn every_key_that_is_used_exists_and_every_key_is_used() {
        let known = keys(EN);
        let said = said();
        assert!(50 < said.len(), "the reader of sources found {} calls", said.len());
        for (key, names) in &said {
            let variables = known.get(key).unwrap_or_else(|| panic!("`{key}` is said but not written"));
            let names: BTreeSet<String> = names.iter().map(|name| name.trim_end_matches('_').to_owned()).collect();
            assert_eq!(variables, &names, "variables of `{key}` against what is given");
        }
        let families = families();
        for key in &families {
            assert!(known.contains_key(key), "`{key}` is needed by a table but not written");
        }
        let used: BTreeSet<&String> = said.iter().map(|(key, _)| key).chain(&families).collect();
        for key in known.keys() {
            assert!(used.contains(key), "`{key}` is written but never said");
        }
    }

    #[test]
    fn numbers_in_sentences_are_written_as_the_language_writes_them() {
        let wording = Wording {
            key: "trouble-stored-old".to_owned(),
            args: [("count".to_owned(), serde_json::json!(1200))].into(),
        };
        assert!(Words::of(Locale::En).stored(&wording).contains("1,200"));
        assert!(Words::of(Locale::Sv).stored(&wording).contains("1\u{a0}200"));
    }

    #[test]
    fn the_nearest_language_is_chosen() {
        for (tag, want) in
            [("sv", Locale::Sv), ("sv-SE", Locale::Sv), ("SV_fi", Locale::Sv), ("de", Locale::En), ("", Locale::En)]
        {
            assert_eq!(Locale::of(tag), want, "{tag}");
        }
    }
}
