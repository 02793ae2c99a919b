//! Faults on order: what goes wrong with which request, how often, by whose dice.
//!
//! Owns: the list of orders and the seeded chance. The first order that fits a request is used up by it.
//! Refuses: carrying a fault out; `server` does.

use jiff::SignedDuration;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Fault {
    /// Refuses, without looking at the request.
    Answer {
        /// HTTP status and `error_code`.
        status: u16,
        /// The `description`, whole.
        description: String,
        /// `parameters`, such as `retry_after`.
        parameters: Option<Value>,
    },
    /// Does what was asked and cuts the connection instead of answering.
    LoseReply,
    /// Cuts the connection and does nothing.
    DropRequest,
    /// Does what was asked and answers that much later, in virtual time.
    Delay(SignedDuration),
    /// Does what was asked and answers 200 with something that is no JSON.
    Garbage,
    /// Does nothing, keeps the request waiting that long in virtual time, then cuts the connection.
    Hang(SignedDuration),
    /// Answers with the error page of a gateway, which is no JSON.
    Gateway {
        /// 502, 503, 504.
        status: u16,
    },
}

/// Which requests an order is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only this method, in any spelling of upper and lower case.
    pub method: Option<String>,
    /// Only requests with this `chat_id`.
    pub chat: Option<i64>,
    /// Not `getUpdates`, whose turn depends on when it was last answered.
    pub spares_polls: bool,
}

impl Scope {
    /// Every request but `getUpdates`.
    #[must_use]
    pub fn calls() -> Self {
        Self { spares_polls: true, ..Self::default() }
    }

    /// Every request, polls included.
    #[must_use]
    pub fn any() -> Self {
        Self::default()
    }

    /// One method.
    #[must_use]
    pub fn method(name: &str) -> Self {
        Self { method: Some(name.to_owned()), ..Self::default() }
    }

    /// One chat.
    #[must_use]
    pub fn chat(chat: super::ChatId) -> Self {
        Self { chat: Some(chat.0), ..Self::default() }
    }

    fn fits(&self, method: &str, chat: Option<i64>) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && (self.chat.is_none() || self.chat == chat)
            && !(self.spares_polls && method.eq_ignore_ascii_case("getUpdates"))
    }
}

#[derive(Debug)]
struct Order {
    fault: Fault,
    scope: Scope,
    left: u32,
}

#[derive(Debug)]
struct Chance {
    fault: Fault,
    scope: Scope,
    per_mille: u32,
}

/// Orders, chances and the switch for everything.
#[derive(Debug)]
pub(super) struct Faults {
    orders: Vec<Order>,
    chances: Vec<Chance>,
    dice: ChaCha8Rng,
    pub down: bool,
}

impl Faults {
    pub fn new(seed: u64) -> Self {
        Self { orders: Vec::new(), chances: Vec::new(), dice: ChaCha8Rng::seed_from_u64(seed), down: false }
    }

    pub fn order(&mut self, fault: Fault, scope: Scope, times: u32) {
        if times > 0 {
            self.orders.push(Order { fault, scope, left: times });
        }
    }

    pub fn chance(&mut self, fault: Fault, scope: Scope, per_mille: u32) {
        self.chances.push(Chance { fault, scope, per_mille });
    }

    pub fn clear(&mut self) {
        self.orders.clear();
        self.chances.clear();
    }

    /// What goes wrong with this request, if anything.
    pub fn pick(&mut self, method: &str, chat: Option<i64>) -> Option<Fault> {
        if self.down {
            return Some(Fault::Gateway { status: 502 });
        }
        if let Some(order) = self.orders.iter_mut().find(|order| order.scope.fits(method, chat)) {
            order.left -= 1;
            let fault = order.fault.clone();
            self.orders.retain(|order| order.left > 0);
            return Some(fault);
        }
        for chance in &self.chances {
            if chance.scope.fits(method, chat) && self.dice.random_range(0..1_000) < chance.per_mille {
                return Some(chance.fault.clone());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_used_up_by_what_it_fits() {
        let mut faults = Faults::new(1);
        faults.order(
            Fault::LoseReply,
            Scope { method: Some("sendMessage".to_owned()), chat: Some(7), spares_polls: false },
            1,
        );
        faults.order(Fault::Garbage, Scope::any(), 1);
        assert_eq!(faults.pick("GetMe", None), Some(Fault::Garbage));
        assert_eq!(faults.pick("SendMessage", Some(8)), None);
        assert_eq!(faults.pick("SendMessage", Some(7)), Some(Fault::LoseReply));
        assert_eq!(faults.pick("SendMessage", Some(7)), None);
    }

    #[test]
    fn chance_repeats_with_its_seed() {
        let run = |seed| {
            let mut faults = Faults::new(seed);
            faults.chance(Fault::LoseReply, Scope::any(), 300);
            (0..64).map(|_| faults.pick("x", None).is_some()).collect::<Vec<_>>()
        };
        assert_eq!(run(5), run(5));
        assert_ne!(run(5), run(6));
        let hits = run(5).into_iter().filter(|hit| *hit).count();
        assert!((5..40).contains(&hits), "{hits}");
    }

    #[test]
    fn down_refuses_everything_and_keeps_the_orders() {
        let mut faults = Faults::new(1);
        faults.order(Fault::Garbage, Scope::any(), 1);
        faults.down = true;
        assert_eq!(faults.pick("x", None), Some(Fault::Gateway { status: 502 }));
        faults.down = false;
        assert_eq!(faults.pick("x", None), Some(Fault::Garbage));
    }
}
