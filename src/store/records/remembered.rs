//! A table that is read whole again and again: what was read stays as it was understood.
//!
//! Owns: that nobody is told of a record what was so before. Every read asks the store for every record's bytes, and takes
//! from memory only what those bytes meant when they were read last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Loaded, PAGE, Record};
use crate::store::{Kept, Key, Store, StoreError, keys};

/// What was read under each key, and what that meant.
type Rows<T> = BTreeMap<Key, (Kept, Arc<Loaded<T>>)>;

/// Reads a table whole, and understands only what has changed since it did so last.
#[derive(Debug)]
pub struct Remembered<T>(Mutex<Rows<T>>);

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Record> Remembered<T> {
    /// Every record in key order, read page by page as [`scan_all`](super::scan_all) does.
    pub async fn all(&self, store: &dyn Store) -> Result<Vec<Arc<Loaded<T>>>, StoreError> {
        let (mut from, until) = keys::all();
        let (mut found, mut rows) = (Vec::new(), Rows::new());
        loop {
            let page = store.scan(T::TABLE, &from, &until, PAGE).await?;
            let last = (PAGE <= page.len()).then(|| page.last().map(|(key, _)| keys::after(key))).flatten();
            let before = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (key, kept) in page {
                let loaded = match before.get(&key).filter(|(then, _)| *then == kept) {
                    Some((_, loaded)) => Arc::clone(loaded),
                    None => Arc::new(Loaded::read(key.clone(), &kept)?),
                };
                found.push(Arc::clone(&loaded));
                rows.insert(key, (kept, loaded));
            }
            drop(before);
            match last {
                Some(next) => from = next,
                None => break,
            }
        }
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = rows;
        Ok(found)
    }
}
