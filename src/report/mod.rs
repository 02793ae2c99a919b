//! Files for people: sheets that are read and written.
//!
//! Owns: the bytes of workbooks and CSV files, and the ledger of what deals cost ([`ledger`]). Refuses: what sheets of deals
//! mean ([`crate::domain::sheet`]), and files themselves: it is given bytes and gives bytes. Survives files
//! that were made to harm: what a file unpacks to is measured before it is believed.

pub mod ledger;
pub mod sheet;
