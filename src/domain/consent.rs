//! Who has to say yes, and who may see: quorum, the amount above which a yes is asked for twice, and what clients are shown.
//!
//! Owns: these words as a brand's document writes them. Refuses: whose yes counts now; whoever knows the grants says that.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::money::{self, Currency, Money};
use super::person::Role;

/// When a client's rooms are shown an alert.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// A person of the agency shows it.
    #[default]
    ByHand,
    /// With the team.
    AtOnce,
}

impl Release {
    /// Whether it is what goes without saying.
    #[must_use]
    pub fn is_by_hand(&self) -> bool {
        *self == Self::ByHand
    }
}

/// People of the roles that count, as many as a quorum may ask for: more nobody waits for.
pub const PEOPLE_MAX: u32 = 5;

/// Above an amount so many different people have to agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    /// What concerns more than this …
    #[serde(with = "money::text")]
    pub above: Money,
    /// … needs so many people.
    #[serde(default = "two")]
    pub people: u32,
    /// Whose yes counts.
    #[serde(default = "deciders")]
    pub roles: Vec<Role>,
}

fn two() -> u32 {
    2
}

fn deciders() -> Vec<Role> {
    vec![Role::Manager, Role::ClientOwner, Role::Agency]
}

impl Quorum {
    /// People who have to agree to something that concerns this much; where nobody knows how much, one is enough.
    #[must_use]
    pub fn needed(&self, amount: Option<Money>) -> u32 {
        match amount {
            Some(amount) if amount.currency == self.above.currency && self.above.minor < amount.minor => self.people,
            Some(_) | None => 1,
        }
    }

    /// What is wrong with it in a brand of this currency, as a sentence.
    #[must_use]
    pub fn wrong(&self, currency: Currency) -> Option<String> {
        if self.above.currency != currency {
            return Some(format!("`quorum.above` is `{}`; write it in {currency}, the brand's currency", self.above));
        }
        if !(2..=PEOPLE_MAX).contains(&self.people) {
            return Some(format!("`quorum.people` is {}; write 2 to {PEOPLE_MAX}", self.people));
        }
        let counts = |role: &Role| deciders().contains(role);
        (self.roles.is_empty() || !self.roles.iter().all(counts))
            .then(|| "`quorum.roles` are some of manager, client_owner and agency: who decides about money".to_owned())
    }
}

/// One person's yes to something that needs several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Their id.
    pub person: String,
    /// What people call them.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quorum(above: &str, people: u32) -> Quorum {
        Quorum { above: above.parse().expect("money"), people, roles: deciders() }
    }

    #[test]
    fn only_more_than_the_amount_needs_several() {
        let quorum = quorum("1000.00 EUR", 3);
        for (amount, want) in [("1000.00 EUR", 1), ("1000.01 EUR", 3), ("9999.00 SEK", 1)] {
            assert_eq!(quorum.needed(Some(amount.parse().expect("money"))), want, "{amount}");
        }
        assert_eq!(quorum.needed(None), 1);
    }

    #[test]
    fn a_quorum_nobody_can_meet_is_refused() {
        let euro = "EUR".parse().expect("a currency");
        assert_eq!(quorum("10.00 EUR", 2).wrong(euro), None);
        assert!(quorum("10.00 SEK", 2).wrong(euro).is_some());
        assert!(quorum("10.00 EUR", 1).wrong(euro).is_some());
        assert!(Quorum { roles: vec![Role::Analyst], ..quorum("10.00 EUR", 2) }.wrong(euro).is_some());
    }
}
