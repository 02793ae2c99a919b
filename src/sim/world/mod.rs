//! The people and numbers behind the emulated platforms: creators who live ([`living`]), where else they are ([`social`]),
//! what runs for them at ad platforms ([`adverts`]), what their followers click and buy ([`trade`], and in other shops
//! [`sidelines`]), what goes wrong with it ([`troubles`]), and real creators replayed ([`replay`]).

pub mod adverts;
pub mod living;
pub mod replay;
pub mod sidelines;
pub mod social;
pub mod trade;
pub mod troubles;

mod chance;

pub use adverts::Adverts;
pub use living::LivingWorld;
pub use replay::Replay;
pub use sidelines::Sideline;
pub use social::Social;
pub use trade::Trade;
