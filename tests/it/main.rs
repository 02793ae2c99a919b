//! Everything that is proved from outside: one binary, so that it links once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests say at once what is wrong, and helpers are not `#[test]` functions"
)]

mod actions_google_ads;
mod actions_meta_ads;
mod actions_shopify;
mod actions_stripe;
mod actions_tiktok_ads;
mod actions_webhook;
mod actions_woocommerce;
mod adjusting;
mod alarms;
mod backtest_chat;
mod backtest_tables;
mod browser;
mod canary;
mod causes;
mod chats;
mod choosing;
mod cli;
mod confirming;
mod connect;
mod control;
mod counter;
mod damage;
mod deals;
mod demo_page;
mod demo_platforms;
mod demo_story;
mod demo_world;
mod deploying;
mod discord_schema;
mod discord_sim_answers;
mod discord_sim_serenity;
mod disk;
mod flood;
mod google;
mod hooks;
mod import_mapping;
mod kills;
mod ladder;
mod late;
mod learned;
mod learned_views;
mod links;
mod links_cut;
mod load;
mod load_outage;
mod load_town;
mod managers;
mod matrix;
mod matrix_all;
mod mediation;
mod migrate;
mod operating;
mod paces;
mod past;
mod peers;
mod personas;
mod pieces;
mod planner;
mod polled;
mod promotion;
mod reload;
mod replay_backtest;
mod replay_live;
mod rights;
mod rooms_desk;
mod rooms_digest;
mod rooms_quiet;
mod second_clients;
mod security;
mod setup;
mod setup_codes;
mod shop_commands;
mod shown;
mod sources_facebook;
mod sources_feed;
mod sources_ga4;
mod sources_google_ads;
mod sources_instagram;
mod sources_meta_ads;
mod sources_shopify;
mod sources_stripe;
mod sources_tiktok;
mod sources_tiktok_ads;
mod sources_twitch;
mod sources_woocommerce;
mod sources_x;
mod sources_youtube;
mod sources_youtube_analytics;
mod store_crash;
mod stories;
mod stories_conflicts;
mod stories_faults;
mod stories_levels;
mod stories_old;
mod story;
mod terms_offers;
mod terms_own;
mod vault;
