//! The brand's shop as the town sees it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::sim::world::trade::Till;

/// A shop that counts.
#[derive(Debug, Clone, Default)]
pub struct Counter(Arc<Mutex<BTreeMap<String, i64>>>);

/// The shop itself among its codes.
pub const WHOLE: &str = "nordbo.myshopify.com";

impl Counter {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Orders by code, and all of them.
    #[must_use]
    pub fn rows(&self, codes: &[String]) -> Value {
        let kept = self.lock();
        let count = |name: &str| kept.get(name).copied().unwrap_or(0);
        let mut rows: Vec<Value> =
            codes.iter().map(|code| json!({"code": code, "orders": count(code), "redemptions": count(code)})).collect();
        rows.push(json!({"code": WHOLE, "orders": count(WHOLE), "redemptions": 0}));
        json!({"rows": rows})
    }
}

impl Till for Counter {
    fn takes(&self, _code: &str, _at: Timestamp) -> bool {
        true
    }

    fn sell(&self, _at: Timestamp, code: Option<&str>, _minor: i64) {
        let mut kept = self.lock();
        if kept.contains_key("closed") {
            return;
        }
        for name in code.into_iter().chain([WHOLE]) {
            *kept.entry(name.to_owned()).or_insert(0) += 1;
        }
    }

    fn opens(&self, open: bool) {
        let mut kept = self.lock();
        if open {
            kept.remove("closed");
        } else {
            kept.insert("closed".to_owned(), 1);
        }
    }
}
