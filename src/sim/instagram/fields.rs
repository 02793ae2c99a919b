//! The `fields` parameter of the Graph: names, each with arguments and fields of its own.
//!
//! `business_discovery.username(almalind){followers_count,media.limit(25){id}}`.

/// How deep fields may hold fields.
const DEPTH_MAX: u8 = 5;

/// One field as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Field {
    /// Its name.
    pub name: String,
    /// What stands behind it as `.name(value)`.
    pub arguments: Vec<(String, String)>,
    /// What is asked of it.
    pub fields: Vec<Field>,
}

impl Field {
    /// The value of one argument.
    pub fn argument(&self, name: &str) -> Option<&str> {
        self.arguments.iter().find(|pair| pair.0 == name).map(|pair| pair.1.as_str())
    }
}

/// The fields of a parameter; `None` where it is not written as the Graph writes it.
pub(super) fn read(text: &str) -> Option<Vec<Field>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let mut rest = text;
    let fields = list(&mut rest, 0)?;
    rest.is_empty().then_some(fields)
}

fn list(rest: &mut &str, depth: u8) -> Option<Vec<Field>> {
    if DEPTH_MAX <= depth {
        return None;
    }
    let mut fields = Vec::new();
    loop {
        fields.push(field(rest, depth)?);
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => return Some(fields),
        }
    }
}

fn field(rest: &mut &str, depth: u8) -> Option<Field> {
    let mut field = Field { name: word(rest)?, ..Field::default() };
    while let Some(after) = rest.strip_prefix('.') {
        *rest = after;
        let name = word(rest)?;
        let (value, after) = rest.strip_prefix('(')?.split_once(')')?;
        *rest = after;
        field.arguments.push((name, value.to_owned()));
    }
    if let Some(after) = rest.strip_prefix('{') {
        *rest = after;
        field.fields = list(rest, depth + 1)?;
        *rest = rest.strip_prefix('}')?;
    }
    Some(field)
}

fn word(rest: &mut &str) -> Option<String> {
    let end = rest.find(|one: char| !one.is_ascii_alphanumeric() && one != '_').unwrap_or(rest.len());
    let (word, after) = rest.split_at_checked(end)?;
    *rest = after;
    (!word.is_empty()).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(name: &str) -> Field {
        Field { name: name.to_owned(), ..Field::default() }
    }

    #[test]
    fn an_expansion_is_read_whole() {
        let got = read("id,business_discovery.username(a.b_c){followers_count,media.after(Q1==).limit(2){id,caption}}");
        let media = Field {
            name: "media".to_owned(),
            arguments: vec![("after".to_owned(), "Q1==".to_owned()), ("limit".to_owned(), "2".to_owned())],
            fields: vec![plain("id"), plain("caption")],
        };
        let discovery = Field {
            name: "business_discovery".to_owned(),
            arguments: vec![("username".to_owned(), "a.b_c".to_owned())],
            fields: vec![plain("followers_count"), media],
        };
        assert_eq!(got, Some(vec![plain("id"), discovery]));
        assert_eq!(read(""), Some(Vec::new()));
    }

    #[test]
    fn what_is_written_otherwise_is_refused() {
        for text in [",", "id,", "id{", "id{}", "id}", "id.x", "id.x(", "a b", "a{b{c{d{e{f}}}}}"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
