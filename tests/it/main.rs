//! One binary for every test that needs more than one room, or a client library of its own.
#![expect(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests and their helpers")]

mod discord_schema;
mod discord_sim_answers;
mod discord_sim_serenity;
