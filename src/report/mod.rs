//! Files and pages for finance and for learning.
