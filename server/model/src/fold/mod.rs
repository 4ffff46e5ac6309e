//! From facts and an observation to the next facts and the transitions between them. Nothing else decides what changed.
