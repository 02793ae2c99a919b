//! The emulated server over real HTTP.
