//! What the numbers suggest: where a funnel leaks, what caused it, tips from a creator's own data. Pure.

pub mod causes;
pub mod decomposition;
pub mod funnel;
pub mod own_ways;
pub mod posting_time;
pub mod rates;
pub mod tips;
