//! What goes wrong with the trade of a world: four troubles in its first week, at hours when people are awake.
//!
//! Owns: when each begins, and that it ends when somebody ends it or, where nobody does, by itself. Refuses: knowing what
//! was said about it; whoever acts in the world says so here.

use jiff::{SignedDuration, Timestamp};

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The first creator's link lands on the home page: as many clicks as ever, hardly an order with the code.
    WrongLink,
    /// A coupon site lists the third creator's code.
    LeakedCode,
    /// The shop's checkout is broken: everybody looks, nobody can buy.
    ShopStops,
    /// The first creator hardly mentions the link any more: as many views as ever, few clicks.
    FewClicks,
}

impl Trouble {
    /// All of them, in the order in which they begin.
    pub const ALL: [Self; 4] = [Self::WrongLink, Self::LeakedCode, Self::ShopStops, Self::FewClicks];

    /// When it begins and when it ends by itself, in hours after the world's first midnight.
    const fn hours(self) -> (i64, i64) {
        match self {
            // Set up wrong from the campaign's first minute, which is the second day's midnight.
            Self::WrongLink => (24, 24 + 34),
            // Coupon sites drop a code after a day or so, and the next one lists it.
            Self::LeakedCode => (2 * 24 + 9, 3 * 24 + 6),
            Self::ShopStops => (3 * 24 + 10, 3 * 24 + 14),
            Self::FewClicks => (4 * 24 + 9, 12 * 24),
        }
    }
}

/// One trouble's course.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// When it begins.
    pub begins: Timestamp,
    /// When it ends if nobody does anything.
    pub by_itself: Timestamp,
    /// When somebody ended it.
    pub ended: Option<Timestamp>,
}

impl Course {
    /// Whether it is on at an instant.
    #[must_use]
    pub fn is_on(&self, at: Timestamp) -> bool {
        self.begins <= at && at < self.end()
    }

    /// Whether it has begun and is over.
    #[must_use]
    pub fn is_over(&self, at: Timestamp) -> bool {
        self.begins <= at && self.end() <= at
    }

    fn end(&self) -> Timestamp {
        self.ended.map_or(self.by_itself, |ended| std::cmp::min(ended, self.by_itself))
    }
}

/// The four courses.
#[derive(Debug, Clone, Copy)]
pub struct Troubles([Course; Trouble::ALL.len()]);

impl Troubles {
    /// The troubles of a world that begins at a midnight.
    #[must_use]
    pub fn new(start: Timestamp) -> Self {
        let after = |hours| start.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX);
        Self(Trouble::ALL.map(|trouble| {
            let (begins, by_itself) = trouble.hours();
            Course { begins: after(begins), by_itself: after(by_itself), ended: None }
        }))
    }

    /// The course of one.
    #[must_use]
    pub fn of(&self, trouble: Trouble) -> Course {
        let [link, code, shop, clicks] = self.0;
        match trouble {
            Trouble::WrongLink => link,
            Trouble::LeakedCode => code,
            Trouble::ShopStops => shop,
            Trouble::FewClicks => clicks,
        }
    }

    /// Somebody ends one. Nothing happens where it has not begun, or is over.
    pub fn end(&mut self, trouble: Trouble, at: Timestamp) {
        let [link, code, shop, clicks] = &mut self.0;
        let course = match trouble {
            Trouble::WrongLink => link,
            Trouble::LeakedCode => code,
            Trouble::ShopStops => shop,
            Trouble::FewClicks => clicks,
        };
        if course.is_on(at) {
            course.ended = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trouble_ends_when_somebody_ends_it_or_by_itself() {
        let start: Timestamp = "2026-02-28T23:00:00Z".parse().expect("an instant");
        let at = |hours| start + SignedDuration::from_hours(hours);
        let mut troubles = Troubles::new(start);
        troubles.end(Trouble::ShopStops, at(3 * 24));
        assert_eq!(troubles.of(Trouble::ShopStops).ended, None, "it has not begun");
        troubles.end(Trouble::WrongLink, at(40));
        for (trouble, hours, on, over) in [
            (Trouble::WrongLink, 23, false, false),
            (Trouble::WrongLink, 24, true, false),
            (Trouble::WrongLink, 39, true, false),
            (Trouble::WrongLink, 40, false, true),
            (Trouble::ShopStops, 3 * 24 + 10, true, false),
            (Trouble::ShopStops, 3 * 24 + 14, false, true),
        ] {
            let course = troubles.of(trouble);
            assert_eq!((course.is_on(at(hours)), course.is_over(at(hours))), (on, over), "{trouble:?} {hours}");
        }
        let begins = Trouble::ALL.map(|trouble| troubles.of(trouble).begins);
        assert!(begins.is_sorted());
    }
}
