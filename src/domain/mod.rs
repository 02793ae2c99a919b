//! The words of the program.

pub mod ids;
pub mod num;
