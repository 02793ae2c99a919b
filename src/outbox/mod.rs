//! What must be told, to which room, and when it is tried again. Pure.
//!
//! Owns: incidents as people see them, the notices about them, their deliveries, and the table of what a failed attempt
//! means. Refuses: sending, storing, reading a clock; callers hand in the time and the dice.
//!
//! A delivery is level-triggered: it knows which revision of its notice is wanted and which was told. An incident that
//! changes three times while a room is busy is told once, at its last revision; a crash leaves the wanted revision ahead
//! of the told one, and the next claim catches up.

pub mod claim;
pub mod delivery;
pub mod grouping;
pub mod incident;
pub mod notice;
pub mod outage;
pub mod queue;
pub mod retry;
