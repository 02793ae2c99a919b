//! How long things are kept.

use jiff::SignedDuration;
use serde::Deserialize;

use crate::domain::written::parse_length;

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "config/default.toml explains every setting, once")]
pub struct RetentionConfig {
    pub samples: Term,
    pub sealed_after: Term,
    pub polls: Term,
    pub alerts: Term,
    pub tips: Term,
    pub journal: Term,
}

/// How long something is kept: a length of time, or `forever`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term(pub Option<SignedDuration>);

impl<'de> Deserialize<'de> for Term {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim() == "forever" {
            return Ok(Self(None));
        }
        let length = parse_length(&text).map(|length| Self(Some(length)));
        length.ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is not how long something is kept: write it like `400d`, or `forever`"
            ))
        })
    }
}
