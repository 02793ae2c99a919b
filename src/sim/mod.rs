//! The emulated world: chat platforms, sources, the people and creators who live in it, and the page that shows it.
//!
//! Real servers on loopback. Owns: behaving as the platforms do. Refuses: any type or constant of the rooms that speak to
//! them; what both sides share would hide what one of them gets wrong.

pub mod adhook;
pub mod discord;
pub mod facebook;
pub mod feed;
pub mod google;
pub mod instagram;
pub mod loopback;
pub mod meta;
pub mod oauth;
pub mod page;
pub mod shopify;
pub mod stripe;
pub mod telegram;
pub mod tiktok;
pub mod tiktok_ads;
pub mod twitch;
pub mod woocommerce;
pub mod world;
pub mod x;
pub mod youtube;
