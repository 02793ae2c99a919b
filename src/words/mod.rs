//! Everything said and everything that can be said to us: the command table, wording, charts, permission.
//! Nothing is sent from here.
//!
//! Owns: what may be asked (`command`), by whom (`permission`), and every sentence, number and picture of an answer.
//! Refuses: sending, storing, reading a clock, and any platform's markup; `chat` renders a `message` for its platform.
//!
//! An alert is made in three steps: `app` fills a `view` with plain data, `incident::compose` turns it into a
//! `message::Message` for one reader and audience, and `buttons::Composed::with_tokens` gives its buttons their tokens.

pub mod adjust;
mod ahead;
pub mod answers;
pub mod asking;
pub mod audit;
pub mod benchmark;
pub mod buttons;
pub mod by_hand;
pub mod cause;
pub mod chart;
pub mod choices;
pub mod client;
pub mod command;
pub mod consent;
pub mod coverage;
mod criteria;
pub mod deal;
pub mod desk;
pub mod digest;
pub mod escalation;
pub mod follow_up;
pub mod found;
pub mod funnel;
pub mod group;
pub mod held;
mod history;
pub mod hours;
pub mod incident;
mod kinds;
mod learned;
pub mod letter;
pub mod level;
mod mediation;
pub mod message;
pub mod moved;
pub mod number;
pub mod offer;
pub mod offer_told;
pub mod others;
pub mod own;
pub mod pages;
pub mod permission;
pub mod phrase;
pub mod pictured;
pub mod postmortem;
pub mod promotion;
pub mod regret;
pub mod replay;
pub mod replies;
pub mod report;
pub mod reported;
pub mod rooms;
pub mod sample;
pub mod trouble;
pub mod view;
pub mod wording;

#[cfg(test)]
mod tests;
