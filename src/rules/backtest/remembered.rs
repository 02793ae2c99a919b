//! Readings of one subject that are asked again and again, each worked out once.

use std::cell::RefCell;

use jiff::Timestamp;

use crate::domain::ids::{Platform, PostRef, Subject};
use crate::rules::quick::QuickMap;
use crate::rules::readings::{Claims, Readings, Seen, Span, Want};

/// Readings that remember what was asked of one subject; of others they ask anew.
pub(super) struct Remembered<'a> {
    asked: &'a dyn Readings,
    subject: Option<&'a Subject>,
    over: RefCell<QuickMap<(Want, Span), Seen>>,
    begins: RefCell<QuickMap<Want, Option<Timestamp>>>,
    newest: RefCell<QuickMap<(Want, Timestamp), Option<Timestamp>>>,
}

impl<'a> Remembered<'a> {
    pub(super) fn new(asked: &'a dyn Readings) -> Self {
        Self { asked, subject: None, over: RefCell::default(), begins: RefCell::default(), newest: RefCell::default() }
    }

    /// From now on it is about this one.
    pub(super) fn turn_to(&mut self, subject: &'a Subject) {
        self.subject = Some(subject);
        self.over.get_mut().clear();
        self.begins.get_mut().clear();
        self.newest.get_mut().clear();
    }

    fn is_about(&self, subject: &Subject) -> bool {
        // Whoever is judged comes as the same reference each time; to compare the ids would cost as much as is saved.
        self.subject.is_some_and(|own| std::ptr::eq(own, subject))
    }
}

impl Readings for Remembered<'_> {
    fn over(&self, subject: &Subject, want: Want, span: Span) -> Seen {
        if !self.is_about(subject) {
            return self.asked.over(subject, want, span);
        }
        if let Some(known) = self.over.borrow().get(&(want, span)) {
            return *known;
        }
        let seen = self.asked.over(subject, want, span);
        self.over.borrow_mut().insert((want, span), seen);
        seen
    }

    fn claims(&self, subject: &Subject, want: Want, span: Span) -> Vec<Claims> {
        self.asked.claims(subject, want, span)
    }

    fn over_posts(&self, posts: &[(Platform, PostRef)], want: Want, until: Timestamp) -> Seen {
        self.asked.over_posts(posts, want, until)
    }

    fn newest_posts(&self, subject: &Subject, until: Timestamp, n: usize) -> Vec<(Platform, PostRef)> {
        self.asked.newest_posts(subject, until, n)
    }

    fn begins(&self, subject: &Subject, want: Want) -> Option<Timestamp> {
        if !self.is_about(subject) {
            return self.asked.begins(subject, want);
        }
        if let Some(known) = self.begins.borrow().get(&want) {
            return *known;
        }
        let begins = self.asked.begins(subject, want);
        self.begins.borrow_mut().insert(want, begins);
        begins
    }

    fn newest(&self, subject: &Subject, want: Want, until: Timestamp) -> Option<Timestamp> {
        if !self.is_about(subject) {
            return self.asked.newest(subject, want, until);
        }
        if let Some(known) = self.newest.borrow().get(&(want, until)) {
            return *known;
        }
        let newest = self.asked.newest(subject, want, until);
        self.newest.borrow_mut().insert((want, until), newest);
        newest
    }
}
