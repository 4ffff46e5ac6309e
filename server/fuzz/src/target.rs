//! What is fuzzed.

use std::hash::{DefaultHasher, Hash, Hasher};

/// One reader of strangers' bytes.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Well-formed inputs to begin with.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// Reads one input; panics when what came out breaks a promise. What it returns tells outcomes apart.
    pub(crate) read: fn(&[u8]) -> Outcome,
}

/// What a reading ended in, so coarse that a new one means another way through the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Outcome(u64);

impl Outcome {
    /// Sizes count by their power of two, and of texts the letters: places and numbers differ with every input.
    pub(crate) fn of(sizes: &[usize], text: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        for size in sizes {
            usize::BITS.saturating_sub(size.leading_zeros()).hash(&mut hasher);
        }
        for c in text.chars().filter(|c| c.is_alphabetic()).take(40) {
            c.hash(&mut hasher);
        }
        Self(hasher.finish())
    }
}
