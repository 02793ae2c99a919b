//! Judging: from conditions and readings to verdicts, receipts and state changes. Pure.

pub mod readings;
