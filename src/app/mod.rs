//! The program: configuration, and the tasks that carry one alert from tick to telling.
//!
//! In the order of the alert: [`schedule`] says when, [`sourcing`] what could be asked, [`planner`] what is, [`watch`] pulls and judges, [`cycle`]
//! commits, [`deliver`] sends what [`render`] composes from [`views`], [`listen`] takes the answer, [`commands`] carries it
//! out, [`act`] does what was approved and reads it back, [`asking`] does it with people, [`ladder`] takes the later steps of
//! a rule and brings back what late numbers have cleared, [`promotion`] says how far a rule may go, [`moments`] judges what
//! time alone moves. [`habits`] says when a room sleeps and what it wants to hear, [`digests`] sums up its mornings,
//! [`escalate`] passes on what nobody takes, [`desk`] and [`audit`] say what waits for whom and who did what.
//! [`parts`] starts again what ends, [`alarms`] looks at the program itself and tells its operators.
//! [`ledger`] and [`returns`] say what campaigns have cost and what came back for it.
//! [`core`] is what they share, [`control`] lets the terminal in, [`learning`] reads history once a day.

pub mod act;
pub mod adjusting;
pub mod alarms;
pub mod apply;
pub mod asking;
pub mod audit;
pub mod benchmarks;
pub mod booking;
pub mod budget;
mod by_hand;
pub mod catalog;
pub mod causes;
mod choosing;
pub mod clearance;
pub mod clicks;
pub mod client;
pub mod codes;
pub mod commands;
pub mod config;
pub mod connecting;
pub mod consent;
pub mod contexts;
pub mod control;
pub mod core;
pub mod coverage;
pub mod crew;
pub mod cutting;
pub mod cycle;
pub mod deals;
pub mod deciding;
pub mod deliver;
pub mod demo;
pub mod desk;
pub mod digests;
pub mod discover;
pub mod doctor;
pub mod ears;
pub mod escalate;
pub mod follow_up;
pub mod gallery;
pub mod groups;
pub mod habits;
pub mod handles;
pub mod hands;
mod held;
pub mod hooks;
pub mod kinds;
pub mod ladder;
pub mod landing;
pub mod learning;
pub mod ledger;
pub mod levels;
pub mod links;
pub mod listen;
pub mod memories;
pub mod moments;
pub mod offers;
mod own;
pub mod pages;
pub mod parts;
pub mod past;
pub mod patience;
pub mod people;
pub mod pieces;
pub mod planner;
pub mod pooling;
pub mod postmortem;
pub mod preflight;
pub mod projecting;
pub mod promotion;
pub mod proposing;
pub mod records;
pub mod regret;
pub mod render;
pub mod replays;
mod reported;
mod reporting;
pub mod resolve;
pub mod retention;
pub mod returns;
pub mod rooms;
pub mod rounds;
pub mod schedule;
pub mod sealing;
pub mod service;
pub mod setup;
mod shown;
pub mod sourcing;
mod status;
pub mod storm;
pub mod telemetry;
mod terms;
pub mod tipping;
pub mod tokens;
pub mod trouble;
pub mod vault;
pub mod views;
pub mod vitals;
pub mod watch;
mod word;
