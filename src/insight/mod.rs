//! What the numbers suggest: tips from a creator's own data. Pure.

pub mod decomposition;
pub mod posting_time;
pub mod tips;
