//! What a replay remembers of one subject: rules by the hundred ask the same days of it again and again, and history does
//! not change while it is replayed.

use std::cell::RefCell;

use jiff::Timestamp;

use super::Answer;
use crate::domain::ids::Platform;
use crate::rules::evidence::tested::Tested;
use crate::rules::quick::QuickMap;
use crate::rules::readings::{Span, Want};
use crate::rules::rule::{Length, Method};
use crate::rules::window::Window;

/// Which median: of what, in which windows, how far back, before which of them.
pub(super) type OwnKey = (Want, Window, Length, Span);
/// Which matured spend: on which platform, over which span, as it is when.
pub(super) type RipeKey = (Option<Platform>, Span, Timestamp);
/// Which test: of what, over which deal, matured or not, at which limit, how and how sure.
pub(super) type TestKey = (Want, Span, bool, u64, Method, u64);

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) own: RefCell<QuickMap<OwnKey, Answer>>,
    pub(super) ripe: RefCell<QuickMap<RipeKey, f64>>,
    pub(super) tests: RefCell<QuickMap<TestKey, bool>>,
    pub(super) before: RefCell<QuickMap<(Window, Span), Option<Span>>>,
}

impl Kept {
    /// Forgets it.
    pub(super) fn clear(&mut self) {
        self.own.get_mut().clear();
        self.ripe.get_mut().clear();
        self.tests.get_mut().clear();
        // The calendar is the same for the next subject, unless its zone is another: that is not known here.
        self.before.get_mut().clear();
    }
}

/// The answer that is kept under a key, or the one that is worked out now.
pub(super) fn once<K: std::hash::Hash + Eq + Copy, V: Copy>(
    kept: Option<&RefCell<QuickMap<K, V>>>,
    key: K,
    work_out: impl FnOnce() -> V,
) -> V {
    let Some(kept) = kept else { return work_out() };
    if let Some(known) = kept.borrow().get(&key) {
        return *known;
    }
    let value = work_out();
    kept.borrow_mut().insert(key, value);
    value
}

/// The key of a test.
pub(super) fn test_key(tested: &Tested, span: Span, mature: bool, limit: f64) -> TestKey {
    (tested.want, span, mature, limit.to_bits(), tested.demand.method, tested.demand.level.to_bits())
}
