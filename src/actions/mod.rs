//! What can be stopped, and the guard in front of it.

pub mod guard;
pub mod webhook;
