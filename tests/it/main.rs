//! Stories that need more than one room, or more than one process.
#![expect(
    clippy::expect_used,
    reason = "a test that cannot go on has failed; clippy's in-tests switches do not cover helper functions"
)]

mod store_crash;
