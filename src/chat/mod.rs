//! Discord and Telegram: limits, sending, receiving.
