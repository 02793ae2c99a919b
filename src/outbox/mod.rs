//! What must be told, to which room, and when it is tried again. Pure.
