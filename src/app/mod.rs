//! The program: configuration, and the tasks that carry one alert from tick to telling.

pub mod catalog;
pub mod config;
pub mod schedule;
