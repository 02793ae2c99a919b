//! Files for people: sheets that are read and written, pages that are read.
//!
//! Owns: the bytes of workbooks and CSV files, the ledger of what deals cost ([`ledger`]), pages ([`page`]) and what a
//! campaign was in the end ([`postmortem`]). Refuses: what sheets of deals mean ([`crate::domain::sheet`]), and files
//! themselves: it is given bytes and gives bytes. Survives files that were made to harm: what a file unpacks to is measured
//! before it is believed; what people typed is text on a page.

mod columns;
pub mod ledger;
pub mod page;
pub mod postmortem;
pub mod sheet;

pub use columns::columns;
