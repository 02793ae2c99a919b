//! Sealed rows: what a subject said on a platform over some weeks, as columns.
//!
//! Owns: the form of what is sealed: `form (1) · shapes · checksum (4)`, shapes as in [`columns`](super::columns). Survives: any
//! bytes; what was damaged is an error.

use jiff::Timestamp;

use super::Row;
use super::columns::{Columns, Items, Of, checked, read};
use crate::domain::ids::{Platform, Subject};
use crate::store::StoreError;

/// The first form.
const FORM: u8 = 1;

/// Rows in one seal: a quarter of an hour for four weeks, and some.
pub const ROWS_MAX: usize = 4_096;

/// A row with its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When it was so.
    pub observed_at: Timestamp,
    /// When that was known.
    pub known_at: Timestamp,
    /// A checksum of which metrics it holds, as in its key.
    pub holds: [u8; 4],
    /// What was said.
    pub row: Row,
}

impl Told {
    /// What orders the rows of a series, as in their keys. No two are the same.
    #[must_use]
    pub fn order(&self) -> (Timestamp, Timestamp, [u8; 4]) {
        (self.observed_at, self.known_at, self.holds)
    }
}

/// Seals rows of one series, at most [`ROWS_MAX`].
pub fn seal(rows: &[Told]) -> Result<Vec<u8>, StoreError> {
    let mut columns = Columns::default();
    for told in rows {
        let times = (told.observed_at, told.known_at);
        match &told.row {
            Row::Samples(samples) => columns.push(&[], times, Items::Samples(&samples.iter().collect::<Vec<_>>())),
            Row::Missing(missing) => columns.push(&[], times, Items::Missing(&missing.iter().collect::<Vec<_>>())),
        }
    }
    columns.finish(vec![FORM])
}

/// The rows again, in their order.
pub fn unseal(bytes: &[u8], subject: &Subject, platform: Platform) -> Option<Vec<Told>> {
    let mut input = checked(bytes)?;
    if input.byte()? != FORM {
        return None;
    }
    let mut rows = Vec::new();
    read(input, Of::One(subject, platform), ROWS_MAX, &mut |_, _, told| rows.push(told))?;
    rows.sort_by_key(Told::order);
    Some(rows)
}
