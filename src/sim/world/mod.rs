//! The people and numbers behind the emulated platforms: creators who live ([`living`]), what their followers
//! click and buy ([`trade`]), what goes wrong with it ([`troubles`]), and real creators replayed ([`replay`]).

pub mod living;
pub mod replay;
pub mod trade;
pub mod troubles;

mod chance;

pub use living::LivingWorld;
pub use replay::Replay;
pub use trade::Trade;
