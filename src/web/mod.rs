//! The small loopback server: health, metrics, hooks, redirector.
