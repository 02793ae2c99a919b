//! What the numbers mean beyond a verdict: posting time, tips, decomposition. Pure.
