//! The emulated world: chat platforms, sources and the people and creators who live in it.

pub mod adhook;
pub mod feed;
pub mod loopback;
pub mod world;
pub mod youtube;
