//! Keeps what was promised: records, samples, transactions.
