//! Judging: from conditions and readings to verdicts, receipts and state changes. Pure.

pub mod backtest;
pub mod benchmark;
pub mod guards;
pub mod history;
pub mod readings;
pub mod series;
pub mod window;
