//! What is known about subjects beside their numbers, kept as long as nothing of it can have changed.
//!
//! Owns: [`Watched`], which counts every change of what it holds, and [`Contexts`], which forget all they kept at each. So nobody
//! who changes the catalogue has to remember that something was kept.

use std::collections::HashMap;
use std::ops::{Deref, DerefMut};

use jiff::{SignedDuration, Timestamp};

use super::catalog::Catalog;
use super::core::context;
use crate::domain::ids::Subject;
use crate::rules::judge::Context;

/// Something that knows how often it may have been changed: whoever borrows it to change it is counted.
#[derive(Debug, Default)]
pub struct Watched<T> {
    value: T,
    edition: u64,
}

impl<T> Watched<T> {
    /// The first edition.
    pub fn new(value: T) -> Self {
        Self { value, edition: 0 }
    }

    /// Rises with each change.
    #[must_use]
    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// Lets something be changed that is no part of what others keep.
    pub fn unnoticed(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T> Deref for Watched<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Watched<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.edition = self.edition.wrapping_add(1);
        &mut self.value
    }
}

/// The contexts of subjects that were judged since the catalogue last changed. How large an audience is and who is comparable
/// are not in them: both move with the numbers.
#[derive(Debug, Default)]
pub struct Contexts {
    edition: Option<u64>,
    /// The newest word that the catalogue rests on: before it less was known.
    settled: Timestamp,
    kept: HashMap<Subject, Context>,
}

impl Contexts {
    /// What is known about a subject at an instant; `None` where more is known already than was then.
    pub fn of(&mut self, catalog: &Watched<Catalog>, subject: &Subject, now: Timestamp) -> Option<&Context> {
        if self.edition != Some(catalog.edition()) {
            self.edition = Some(catalog.edition());
            self.settled = catalog.newest_word();
            self.kept.clear();
        }
        if now < self.settled {
            return None;
        }
        if !self.kept.contains_key(subject) {
            let about = catalog.about_at(subject, now);
            self.kept.insert(subject.clone(), context(&about, SignedDuration::ZERO, 0));
        }
        self.kept.get(subject)
    }
}
