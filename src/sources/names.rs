//! What the program says of platforms in words of its own, come back from another worker of the same program.
//!
//! An answer that another worker was given names platforms and expectations as this program writes them. They are kept once
//! each; what is no word of this program is not kept at all past a bound.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize as _, Deserializer};

/// A word of the program itself.
pub type Name = &'static str;

/// Different words that are kept. The program has a few dozen.
const WORDS_MAX: usize = 1_000;

/// What stands for a word where there are too many.
const UNNAMED: Name = "?";

static WORDS: Mutex<BTreeSet<Name>> = Mutex::new(BTreeSet::new());

fn name(word: String) -> Name {
    let mut words = WORDS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = words.get(word.as_str()) {
        return known;
    }
    if WORDS_MAX <= words.len() {
        return UNNAMED;
    }
    let kept: Name = Box::leak(word.into_boxed_str());
    words.insert(kept);
    kept
}

/// Reads one.
pub fn read<'de, D: Deserializer<'de>>(reader: D) -> Result<Name, D::Error> {
    String::deserialize(reader).map(name)
}

/// Reads one that may be absent.
pub fn read_some<'de, D: Deserializer<'de>>(reader: D) -> Result<Option<Name>, D::Error> {
    Ok(Option::<String>::deserialize(reader)?.map(name))
}

/// Why a platform was not reached, as another worker found it.
pub mod cause {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::http::HttpError;

    /// Writes it in words.
    pub fn serialize<S: Serializer>(cause: &HttpError, writer: S) -> Result<S::Ok, S::Error> {
        writer.serialize_str(&cause.to_string())
    }

    /// Reads it.
    pub fn deserialize<'de, D: Deserializer<'de>>(reader: D) -> Result<HttpError, D::Error> {
        Ok(HttpError::Elsewhere { said: String::deserialize(reader)? })
    }
}
