//! The people and numbers behind the emulated platforms: creators who live ([`living`]), and real ones replayed
//! ([`replay`]).

pub mod living;
pub mod replay;

mod chance;

pub use living::LivingWorld;
pub use replay::Replay;
