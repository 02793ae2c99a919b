//! Everything that is proved from outside: one binary, so that it links once.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests say at once what is wrong, and helpers are not `#[test]` functions"
)]

mod actions_shopify;
mod actions_webhook;
mod backtest_chat;
mod backtest_tables;
mod browser;
mod causes;
mod chats;
mod cli;
mod connect;
mod control;
mod counter;
mod deals;
mod demo_page;
mod demo_story;
mod demo_world;
mod discord_schema;
mod discord_sim_answers;
mod discord_sim_serenity;
mod import_mapping;
mod kills;
mod ladder;
mod late;
mod learned;
mod learned_views;
mod links;
mod mediation;
mod past;
mod peers;
mod pieces;
mod promotion;
mod replay_backtest;
mod replay_live;
mod rights;
mod second_clients;
mod shop_commands;
mod sources_feed;
mod sources_shopify;
mod sources_youtube;
mod store_crash;
mod stories;
mod stories_conflicts;
mod stories_faults;
mod stories_levels;
mod story;
mod vault;
