//! The program in its world.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests may fail loudly; clippy's switches for tests do not reach them"
)]

mod replay_backtest;
