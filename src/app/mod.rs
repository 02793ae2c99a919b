//! The program: configuration, and the tasks that carry one alert from tick to telling.
//!
//! In the order of the alert: [`schedule`] says when, [`sourcing`] what is asked, [`watch`] pulls and judges, [`cycle`]
//! commits, [`deliver`] sends what [`render`] composes from [`views`], [`listen`] takes the answer, [`commands`] carries it
//! out, [`act`] does what was approved and reads it back, [`asking`] does it with people. [`core`] is what they share,
//! [`control`] lets the terminal in.

pub mod act;
pub mod apply;
pub mod asking;
pub mod booking;
pub mod catalog;
pub mod commands;
pub mod config;
pub mod control;
pub mod core;
pub mod cycle;
pub mod deals;
pub mod deciding;
pub mod deliver;
pub mod demo;
pub mod discover;
pub mod ears;
pub mod groups;
pub mod levels;
pub mod listen;
pub mod people;
pub mod pieces;
pub mod preflight;
pub mod proposing;
pub mod records;
pub mod render;
pub mod replays;
pub mod resolve;
pub mod schedule;
pub mod service;
pub mod shop;
pub mod sourcing;
pub mod telemetry;
pub mod trouble;
pub mod views;
pub mod watch;
