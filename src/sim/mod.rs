//! The emulated world: chat platforms, sources and the people and creators who live in it.

pub mod discord;
pub mod telegram;
