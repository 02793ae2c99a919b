//! Recorded bodies against the translation.
