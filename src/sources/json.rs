//! Reading a JSON document that somebody else wrote: every step knows its way, so a failure names the field.

use jiff::Timestamp;
use serde_json::Value;

/// What could not be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Garbled {
    /// The way from the root, such as `items[3].statistics.viewCount`.
    pub path: String,
    /// What should have stood there.
    pub expected: &'static str,
}

/// The body as a document, or where it stops being one.
pub(super) fn parse(body: &[u8]) -> Result<Value, Garbled> {
    // `Value::from_str` is compiled with `serde_json`, optimised even where this crate is not; bytes that are not text
    // take the slow way for its line and column.
    let read = match std::str::from_utf8(body) {
        Ok(text) => text.parse(),
        Err(_) => serde_json::from_slice(body),
    };
    read.map_err(|error: serde_json::Error| Garbled {
        path: format!("line {} column {}", error.line(), error.column()),
        expected: "a JSON document",
    })
}

/// A place in a document.
#[derive(Debug, Clone)]
pub(super) struct Field<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Field<'a> {
    pub fn root(value: &'a Value) -> Self {
        Self::at(value, String::new())
    }

    pub fn at(value: &'a Value, path: String) -> Self {
        Self { value, path }
    }

    pub fn garbled(&self, expected: &'static str) -> Garbled {
        let path = if self.path.is_empty() { "the whole body".to_owned() } else { self.path.clone() };
        Garbled { path, expected }
    }

    /// A member; missing and null are both `None`.
    pub fn get(&self, key: &str) -> Result<Option<Field<'a>>, Garbled> {
        let object = self.value.as_object().ok_or_else(|| self.garbled("an object"))?;
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Ok(object.get(key).filter(|value| !value.is_null()).map(|value| Field { value, path }))
    }

    /// A member that must be there.
    pub fn need(&self, key: &str, expected: &'static str) -> Result<Field<'a>, Garbled> {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        self.get(key)?.ok_or(Garbled { path, expected })
    }

    pub fn items(&self) -> Result<Vec<Field<'a>>, Garbled> {
        let list = self.value.as_array().ok_or_else(|| self.garbled("a list"))?;
        let row = |(index, value): (usize, &'a Value)| Field { value, path: format!("{}[{index}]", self.path) };
        Ok(list.iter().enumerate().map(row).collect())
    }

    pub fn text(&self) -> Result<&'a str, Garbled> {
        self.value.as_str().ok_or_else(|| self.garbled("text"))
    }

    pub fn flag(&self) -> Result<bool, Garbled> {
        self.value.as_bool().ok_or_else(|| self.garbled("true or false"))
    }

    /// A whole number, written as a number or as text. Never rounded, never cut to fit.
    pub fn whole(&self) -> Result<i64, Garbled> {
        let read = match self.value {
            Value::String(text) => plain_digits(text),
            Value::Number(number) => number.as_i64(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        read.ok_or_else(|| self.garbled("a whole number"))
    }

    /// A count: a whole number that is not negative.
    pub fn count(&self) -> Result<i64, Garbled> {
        self.whole().ok().filter(|count| 0 <= *count).ok_or_else(|| self.garbled("a count of 0 or more"))
    }

    pub fn time(&self) -> Result<Timestamp, Garbled> {
        self.text()?.parse().map_err(|_| self.garbled("an instant as RFC 3339 writes it"))
    }

    pub fn value(&self) -> &'a Value {
        self.value
    }
}

/// Digits with at most a minus before them. `i64::from_str` also takes a plus, which no platform writes.
fn plain_digits(text: &str) -> Option<i64> {
    if text.starts_with('+') { None } else { text.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_deeper_than_any_platform_writes_is_refused() {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
            assert!(parse(deep.as_bytes()).is_err(), "no stack is left after {open}");
            assert!(parse(open.repeat(200_000).as_bytes()).is_err());
        }
        let fine = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        assert!(parse(fine.as_bytes()).is_ok());
    }

    #[test]
    fn counts_are_text_or_numbers_and_nothing_else() {
        for (given, want) in [
            ("5", Some(5)),
            ("\"5\"", Some(5)),
            ("\"3507573655\"", Some(3_507_573_655)),
            ("9223372036854775807", Some(i64::MAX)),
            ("\"18446744073709551615\"", None),
            ("18446744073709551615", None),
            ("5.0", None),
            ("5e3", None),
            ("-1", None),
            ("\"\"", None),
            ("\"+5\"", None),
            ("\" 5\"", None),
            ("true", None),
            ("[]", None),
        ] {
            let value = parse(given.as_bytes()).expect("json");
            assert_eq!(Field::root(&value).count().ok(), want, "{given}");
        }
    }

    #[test]
    fn a_failure_names_the_way_to_the_field() {
        let value = parse(br#"{"items":[{"id":"a"},{"id":7}]}"#).expect("json");
        let items = Field::root(&value).need("items", "a list").and_then(|field| field.items()).expect("items");
        let error = items.last().expect("two").need("id", "text").and_then(|id| id.text()).expect_err("a number");
        assert_eq!((error.path.as_str(), error.expected), ("items[1].id", "text"));
        assert_eq!(parse(b"{\"a\":").expect_err("cut").path, "line 1 column 5");
    }
}
