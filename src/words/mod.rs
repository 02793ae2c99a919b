//! Everything said and everything that can be said to us: the command table, wording, charts, permission.
//! Nothing is sent from here.

pub mod message;
