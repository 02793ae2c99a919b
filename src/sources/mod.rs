//! Where numbers come from: one folder per platform, each with the one translation from wire to samples.
