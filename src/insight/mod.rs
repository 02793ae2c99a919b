//! What the numbers suggest: what caused a loss and where a funnel leaks, tips from a creator's own data, what money came
//! back, whether a campaign is on its way. Pure.

pub mod attribution;
pub mod causes;
pub mod decomposition;
pub mod follow_up;
pub mod funnel;
pub mod goals;
pub mod orders_csv;
pub mod own_ways;
pub mod planned;
pub mod portfolio;
pub mod posting_time;
pub mod rates;
pub mod regret;
pub mod roi;
pub mod tips;
