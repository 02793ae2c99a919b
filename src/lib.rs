//! Plimsoll stops influencer campaigns from wasting money and treats creators fairly while doing it.

pub mod time;

pub mod http;

// Ring 1: the words.
pub mod domain;

// Ring 2: the judgement. Each may use those above it.
pub mod insight;
pub mod outbox;
pub mod rules;
pub mod words;

// Ring 3: the outside world. These rooms do not know each other.
pub mod actions;
pub mod chat;
pub mod report;
pub mod sim;
pub mod sources;
pub mod store;
pub mod web;

// Ring 4: the program.
pub mod app;
pub mod cli;
