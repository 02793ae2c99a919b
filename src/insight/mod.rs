//! What the numbers suggest: tips from a creator's own data, what money came back, whether a campaign is on its way. Pure.

pub mod attribution;
pub mod decomposition;
pub mod goals;
pub mod orders_csv;
pub mod posting_time;
pub mod roi;
pub mod tips;
