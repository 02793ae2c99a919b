//! Whom each order is credited to: by its code, or by a link that was followed. Each order once, or not at all.
//!
//! Three ways are known, and a report says which one it took:
//!
//! | way | an order belongs to |
//! |---|---|
//! | first touch | the first link of a deal that was followed; the code where there was none |
//! | last touch | the last link of a deal that was followed before it; the code where there was none |
//! | code wins | the code that was typed; the last link, then the first, where there was none |
//!
//! Whatever is taken, the same orders are credited: a deal's code or link in any of the three places. Only who gets them
//! differs, so the three totals are equal, and what is credited by code and by link together is what is credited.
//!
//! Owns: the choice, and the sums by code and link. Refuses: who owns a code, which the documents say, and orders that were
//! told twice.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::document::{Partnership, PartnershipRef};
use crate::domain::money::{Currency, Money, MoneyError};

/// How an order is credited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribution {
    /// The first link that was followed.
    FirstTouch,
    /// The last link that was followed.
    LastTouch,
    /// The code that was typed.
    #[default]
    CodeWins,
}

impl Attribution {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FirstTouch, Self::LastTouch, Self::CodeWins];

    /// The name in files, JSON and arguments.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstTouch => "first_touch",
            Self::LastTouch => "last_touch",
            Self::CodeWins => "code_wins",
        }
    }
}

/// An order, or what was given back of one, with every trace of where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Its number at the shop. A refund has the number of its order.
    pub id: String,
    /// The day it was placed, or given back.
    pub day: jiff::civil::Date,
    /// What was paid; below zero for what was given back.
    pub value: Money,
    /// The code that was typed.
    pub code: Option<String>,
    /// The link that was followed first.
    pub first: Option<String>,
    /// The link that was followed last.
    pub last: Option<String>,
}

/// By what an order was credited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// By this code.
    Code(String),
    /// By this link.
    Link(String),
}

impl std::fmt::Display for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "code {code}"),
            Self::Link(link) => write!(f, "link {link}"),
        }
    }
}

/// Who owns which code and which link. A code or link of two partnerships is nobody's: it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    codes: BTreeMap<String, Option<Owner>>,
    links: BTreeMap<String, Option<Owner>>,
}

/// A partnership, and its code or link as it writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owner {
    at: PartnershipRef,
    written: String,
}

/// People type codes and links in any case; they are the same.
fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

impl Owners {
    /// Takes a partnership's codes and link in.
    pub fn take(&mut self, one: &Partnership) {
        let at = PartnershipRef { campaign: one.campaign.clone(), creator: one.creator.clone() };
        for code in &one.codes {
            Self::own(&mut self.codes, code, &at);
        }
        if let Some(link) = &one.link {
            Self::own(&mut self.links, link, &at);
        }
    }

    fn own(all: &mut BTreeMap<String, Option<Owner>>, text: &str, at: &PartnershipRef) {
        let owner = Owner { at: at.clone(), written: text.trim().to_owned() };
        all.entry(folded(text))
            .and_modify(|kept| *kept = kept.take().filter(|kept| kept.at == *at))
            .or_insert(Some(owner));
    }

    fn code(&self, typed: Option<&String>) -> Option<(PartnershipRef, Way)> {
        let owner = self.codes.get(&folded(typed?))?.as_ref()?;
        Some((owner.at.clone(), Way::Code(owner.written.clone())))
    }

    fn link(&self, followed: Option<&String>) -> Option<(PartnershipRef, Way)> {
        let owner = self.links.get(&folded(followed?))?.as_ref()?;
        Some((owner.at.clone(), Way::Link(owner.written.clone())))
    }

    /// Whose an order is, and by what.
    #[must_use]
    pub fn of(&self, order: &Order, how: Attribution) -> Option<(PartnershipRef, Way)> {
        let (code, first) = (|| self.code(order.code.as_ref()), || self.link(order.first.as_ref()));
        let last = || self.link(order.last.as_ref());
        match how {
            Attribution::FirstTouch => first().or_else(last).or_else(code),
            Attribution::LastTouch => last().or_else(first).or_else(code),
            Attribution::CodeWins => code().or_else(last).or_else(first),
        }
    }
}

/// Orders and what they brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// Orders, without what was given back.
    pub orders: i64,
    /// What was paid, less what was given back.
    pub revenue: Money,
}

/// Every order, once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Credited {
    /// By partnership, code or link, and currency.
    pub by: BTreeMap<(PartnershipRef, Way, Currency), Brought>,
    /// Orders that are nobody's, by currency.
    pub nobodys: BTreeMap<Currency, Brought>,
}

/// Why orders are not credited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// An order is told twice.
    #[error("order `{id}` is there twice; a refund is a line below zero")]
    Twice {
        /// Its number.
        id: String,
    },
    /// A refund without its order.
    #[error("the refund of order `{id}` comes without the order, so nobody can say whose it was")]
    Alone {
        /// Its number.
        id: String,
    },
    /// The sum cannot be kept.
    #[error("the orders do not add up")]
    Money(#[from] MoneyError),
}

/// Credits every order once. A refund goes where its order went, whatever traces it has itself.
pub fn credit(orders: &[Order], owners: &Owners, how: Attribution) -> Result<Credited, OrderError> {
    let mut whose: BTreeMap<&str, Option<(PartnershipRef, Way)>> = BTreeMap::new();
    let is_order = |order: &&Order| 0 <= order.value.minor;
    for order in orders.iter().filter(is_order) {
        if whose.insert(&order.id, owners.of(order, how)).is_some() {
            return Err(OrderError::Twice { id: order.id.clone() });
        }
    }
    let mut credited = Credited::default();
    for order in orders {
        let owner = whose.get(order.id.as_str()).ok_or_else(|| OrderError::Alone { id: order.id.clone() })?;
        let currency = order.value.currency;
        let none = Brought { orders: 0, revenue: Money::zero(currency) };
        let sum = match owner {
            Some((at, way)) => credited.by.entry((at.clone(), way.clone(), currency)).or_insert(none),
            None => credited.nobodys.entry(currency).or_insert(none),
        };
        sum.revenue = sum.revenue.checked_add(order.value)?;
        if is_order(&order) {
            sum.orders = sum.orders.saturating_add(1);
        }
    }
    Ok(credited)
}

impl Credited {
    /// What a partnership got, by currency.
    pub fn of(&self, at: &PartnershipRef) -> Result<BTreeMap<Currency, Brought>, MoneyError> {
        let mut sums: BTreeMap<Currency, Brought> = BTreeMap::new();
        for ((owner, _, currency), brought) in &self.by {
            if owner == at {
                let sum = sums.entry(*currency).or_insert(Brought { orders: 0, revenue: Money::zero(*currency) });
                sum.orders = sum.orders.saturating_add(brought.orders);
                sum.revenue = sum.revenue.checked_add(brought.revenue)?;
            }
        }
        Ok(sums)
    }

    /// Partnerships that got anything.
    #[must_use]
    pub fn owners(&self) -> BTreeSet<&PartnershipRef> {
        self.by.keys().map(|(at, _, _)| at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::Documents;
    use proptest::prelude::*;

    fn owners() -> Owners {
        let text = r#"
            [[partnership]]
            campaign = "spring"
            creator = "alma"
            codes = ["ALMA10", "SHARED"]
            link = "alma-spring"
            [[partnership]]
            campaign = "spring"
            creator = "bo"
            codes = ["BO10", "SHARED"]
            link = "bo-spring"
        "#;
        let mut owners = Owners::default();
        Documents::from_toml(text).expect("documents").partnership.iter().for_each(|one| owners.take(one));
        owners
    }

    fn order(id: &str, minor: i64, traces: [&str; 3]) -> Order {
        let [code, first, last] = traces.map(|text| (!text.is_empty()).then(|| text.to_owned()));
        let value = Money::new(minor, "EUR".parse().expect("EUR"));
        Order { id: id.to_owned(), day: jiff::civil::date(2026, 3, 5), value, code, first, last }
    }

    #[track_caller]
    fn check(traces: [&str; 3], want: [&str; 3]) {
        let order = order("1", 100, traces);
        let got = Attribution::ALL
            .map(|how| owners().of(&order, how).map_or_else(String::new, |(at, way)| format!("{} {way}", at.creator)));
        assert_eq!(got, want.map(str::to_owned), "{traces:?}");
    }

    #[test]
    fn each_way_has_its_order_of_traces() {
        check(["alma10 ", "", ""], ["alma code ALMA10", "alma code ALMA10", "alma code ALMA10"]);
        check(["BO10", "ALMA-spring", ""], ["alma link alma-spring", "alma link alma-spring", "bo code BO10"]);
        check(["", "alma-spring", "bo-spring"], ["alma link alma-spring", "bo link bo-spring", "bo link bo-spring"]);
        check(
            ["BO10", "newsletter", "alma-spring"],
            ["alma link alma-spring", "alma link alma-spring", "bo code BO10"],
        );
        // A code of two is nobody's word; what was followed still is.
        check(["SHARED", "", "bo-spring"], ["bo link bo-spring", "bo link bo-spring", "bo link bo-spring"]);
        check(["SHARED", "", ""], ["", "", ""]);
        check(["", "", ""], ["", "", ""]);
    }

    #[test]
    fn refunds_go_where_their_order_went_and_nothing_is_told_twice() {
        let bought = order("1", 10_000, ["ALMA10", "", ""]);
        let back = order("1", -4_000, ["", "bo-spring", ""]);
        let credited = credit(&[back.clone(), bought.clone()], &owners(), Attribution::FirstTouch).expect("credited");
        let lines: Vec<String> = credited
            .by
            .iter()
            .map(|((at, way, _), one)| format!("{at} {way} {} {}", one.orders, one.revenue))
            .collect();
        assert_eq!(lines, ["spring/alma code ALMA10 1 60.00 EUR"]);
        let twice = credit(&[bought.clone(), bought], &owners(), Attribution::CodeWins).expect_err("told twice");
        insta::assert_snapshot!(twice, @"order `1` is there twice; a refund is a line below zero");
        let alone = credit(&[back], &owners(), Attribution::CodeWins).expect_err("alone");
        insta::assert_snapshot!(alone, @"the refund of order `1` comes without the order, so nobody can say whose it was");
    }

    proptest! {
        #[test]
        fn every_cent_is_credited_once_whichever_way_is_taken(
            given in proptest::collection::vec((1_i64..90_000, 0_usize..4, 0_usize..4, 0_usize..4, proptest::option::of(1_i64..90_000)), 0..60),
        ) {
            let codes = ["", "ALMA10", "BO10", "SHARED"];
            let links = ["", "alma-spring", "bo-spring", "newsletter"];
            let mut orders = Vec::new();
            for (at, (value, code, first, last, back)) in given.into_iter().enumerate() {
                let id = at.to_string();
                orders.push(order(&id, value, [codes[code], links[first], links[last]]));
                orders.extend(back.map(|back| order(&id, -std::cmp::min(back, value), ["", "", ""])));
            }
            let all: i64 = orders.iter().map(|order| order.value.minor).sum();
            let sums: Vec<(i64, i64)> = Attribution::ALL.iter().map(|how| {
                let credited = credit(&orders, &owners(), *how).expect("credited");
                let sum = |sums: &mut dyn Iterator<Item = &Brought>| sums.map(|one| one.revenue.minor).sum::<i64>();
                let (ours, nobodys) = (sum(&mut credited.by.values()), sum(&mut credited.nobodys.values()));
                let by_owner: i64 = credited.owners().into_iter()
                    .map(|at| credited.of(at).expect("adds up").values().map(|one| one.revenue.minor).sum::<i64>()).sum();
                assert_eq!(by_owner, ours);
                (ours, nobodys)
            }).collect();
            for (ours, nobodys) in &sums {
                prop_assert_eq!(ours + nobodys, all);
                prop_assert_eq!(*ours, sums[0].0);
            }
        }
    }
}
