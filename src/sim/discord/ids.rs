//! Discord's ids, made from the clock and a counter so that a run repeats them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The first second of 2015 in Unix milliseconds, from which snowflakes count.
/// <https://discord.com/developers/docs/reference#snowflakes>
const EPOCH_MS: i64 = 1_420_070_400_000;

/// The low bits that a snowflake leaves for worker, process and increment.
const COUNTER_BITS: u32 = 22;

/// The id of anything on Discord: never zero, written as decimal text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Snowflake(u64);

impl Snowflake {
    /// The id as a number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }

    /// An id in a request: Discord takes text and numbers, and answers text.
    pub(super) fn read(value: &Value) -> Option<Self> {
        let text = value.as_str().map(str::to_owned).or_else(|| value.as_u64().map(|id| id.to_string()))?;
        text.parse().ok()
    }
}

impl fmt::Display for Snowflake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Serialize for Snowflake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Text that is not a snowflake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not a snowflake: expected a decimal number above 0")]
pub struct NotASnowflake {
    /// What was given.
    pub given: String,
}

impl FromStr for Snowflake {
    type Err = NotASnowflake;
    fn from_str(given: &str) -> Result<Self, NotASnowflake> {
        match given.parse() {
            Ok(id) if id != 0 => Ok(Self(id)),
            Ok(_) | Err(_) => Err(NotASnowflake { given: given.to_owned() }),
        }
    }
}

/// Makes snowflakes: the time in the high bits, a counter in the low ones.
#[derive(Debug, Default)]
pub(super) struct Mint {
    counter: u64,
}

impl Mint {
    pub(super) fn next(&mut self, now: Timestamp) -> Snowflake {
        self.counter += 1;
        // A world that is set before 2015 gets ids from the counter alone.
        let ms = u64::try_from(now.as_millisecond() - EPOCH_MS).unwrap_or(0);
        Snowflake((ms << COUNTER_BITS) | (self.counter & ((1 << COUNTER_BITS) - 1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_with_time_and_within_it() {
        let mut mint = Mint::default();
        let early = Timestamp::from_second(1_772_323_200).expect("in range");
        let late = Timestamp::from_second(1_772_323_201).expect("in range");
        let ids = [mint.next(early), mint.next(early), mint.next(late)];
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
        assert_eq!(ids[0].to_string().parse(), Ok(ids[0]));
        assert!("0".parse::<Snowflake>().is_err());
        assert!("+".parse::<Snowflake>().is_err());
        assert_eq!(Snowflake::read(&Value::from(7)), Snowflake::read(&Value::from("7")));
        assert_eq!(Snowflake::read(&Value::from(0)), None);
    }
}
