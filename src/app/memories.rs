//! What rules remember about subjects, in memory.
//!
//! Owns: finding it by subject first, because one poll is about few subjects and many rules. What is not here is quiet.

use std::collections::{BTreeMap, HashMap};

use crate::domain::ids::{RuleId, Subject};
use crate::rules::lifecycle::Memory;

/// See the module.
#[derive(Debug, Default)]
pub struct Memories(HashMap<Subject, BTreeMap<RuleId, Memory>>);

impl Memories {
    /// What a rule remembers about a subject.
    #[must_use]
    pub fn get(&self, rule: &RuleId, subject: &Subject) -> Option<&Memory> {
        self.0.get(subject)?.get(rule)
    }

    /// What every rule remembers about a subject.
    #[must_use]
    pub fn of(&self, subject: &Subject) -> Option<&BTreeMap<RuleId, Memory>> {
        self.0.get(subject)
    }

    /// Remembers something else; what is quiet is forgotten.
    pub fn put(&mut self, rule: RuleId, subject: Subject, memory: Memory) {
        if memory != Memory::default() {
            self.0.entry(subject).or_default().insert(rule, memory);
        } else if let Some(of_subject) = self.0.get_mut(&subject) {
            of_subject.remove(&rule);
            if of_subject.is_empty() {
                self.0.remove(&subject);
            }
        }
    }

    /// Everything, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&RuleId, &Subject, &Memory)> {
        self.0.iter().flat_map(|(subject, of)| of.iter().map(move |(rule, memory)| (rule, subject, memory)))
    }
}

impl FromIterator<(RuleId, Subject, Memory)> for Memories {
    fn from_iter<T: IntoIterator<Item = (RuleId, Subject, Memory)>>(all: T) -> Self {
        let mut memories = Self::default();
        all.into_iter().for_each(|(rule, subject, memory)| memories.put(rule, subject, memory));
        memories
    }
}
