//! What is said of a deal itself.
use super::*;
