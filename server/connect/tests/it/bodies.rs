//! Bodies recorded from real workers of each version.
