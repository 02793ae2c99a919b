//! The words of the program: ids, money, metrics, samples, deals, verdicts.
//!
//! Owns: what a thing is and when it is well formed; every type here is checked once, at the door, and is then the proof.
//! Refuses: I/O, clocks, waiting, and any decision. Those are made from these words in the rooms further out.

pub mod action;
pub mod books;
pub mod consent;
pub mod cost;
pub mod credit;
pub mod deal;
pub mod document;
pub mod effort;
pub mod emv;
pub mod habits;
pub mod ids;
pub mod journal;
pub mod link;
pub mod mapped_csv;
pub mod margin;
pub mod metric;
pub mod money;
pub mod num;
pub mod offer;
pub mod person;
pub mod post_url;
pub mod questionnaire;
pub mod rates;
pub mod sample;
pub mod sample_csv;
pub mod sheet;
pub mod split;
pub mod standing;
pub mod verdict;
pub mod written;
