//! Judging: from conditions and readings to verdicts, receipts and state changes. Pure.
//!
//! In reading order: [`rule`] is what a file says and [`mod@file`] reads it; [`language`] parses a condition, [`check`]
//! finds what is wrong with it, [`lower`] makes the tree that [`eval`] walks; [`lifecycle`] knows the phases, [`judge`]
//! brings both together and [`receipt`] keeps the numbers; [`learn`] finds in history what [`evidence`] and [`maturity`]
//! rest on; [`rule_test`] runs a rule's own cases and [`lint`] gives advice.
//!
//! Owns: the verdict, its reasons and its evidence. Refuses: I/O, clocks, and any fallible judgement: what can be wrong
//! with a rule is found when it is checked. Survives: missing numbers (they are [`Verdict::Unknown`], never zero).
//!
//! [`Verdict::Unknown`]: crate::domain::verdict::Verdict::Unknown

pub mod backtest;
pub mod benchmark;
pub mod guards;
pub mod history;
pub mod quick;
pub mod readings;
pub mod series;
pub mod window;

pub mod error;
pub mod rule;
pub mod terms;

pub mod file;
pub mod language;

pub mod check;
pub mod lower;
pub mod units;

pub mod ahead;
pub mod counterfactual;
pub mod downgrade;
pub mod eval;
pub mod evidence;
pub mod excuse;
pub mod judge;
pub mod learn;
pub mod lifecycle;
pub mod maturity;
pub mod projection;
pub mod receipt;
pub mod standing;

pub mod lint;
pub mod rule_test;
