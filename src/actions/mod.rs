//! What can be stopped, and the guard in front of it.
