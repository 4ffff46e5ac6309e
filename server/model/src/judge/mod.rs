//! From facts to verdicts.
