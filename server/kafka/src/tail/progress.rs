//! How far a partition has been read, and whether that is all that there was.
//!
//! The end cannot be told by counting records: compaction leaves gaps, markers of transactions are never shown, and a
//! log may end with either. A partition that is written to all the time has no end that is ever met. So both signs count:
//! a place at or behind the end as the first answer to a fetch told it, and librdkafka's word that there is no more.

/// One partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Partition {
    /// The offset behind the last record that was told; `None` when none was.
    next: Option<i64>,
    /// The first offset of the log when its reading began, or as told since.
    low: Option<i64>,
    proof: Proof,
}

/// Whether the end was reached since the partition was taken up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Proof {
    /// Nothing has come yet.
    #[default]
    Wanted,
    /// The end lies at this offset.
    Until(i64),
    /// It was reached.
    Reached,
}

impl Partition {
    /// A record came. `bounds` is asked for the log's first offset and the one behind its last entry. False for a record
    /// that was told before.
    pub(super) fn record(&mut self, offset: i64, bounds: impl FnOnce() -> Option<(i64, i64)>) -> bool {
        if self.next.is_some_and(|next| offset < next) {
            return false;
        }
        let next = offset.saturating_add(1);
        self.next = Some(next);
        if self.proof == Proof::Wanted
            && let Some((low, end)) = bounds()
        {
            self.low.get_or_insert(low);
            self.proof = Proof::Until(end);
        }
        if let Proof::Until(end) = self.proof
            && next >= end
        {
            self.proof = Proof::Reached;
        }
        true
    }

    /// There is nothing more to read now.
    pub(super) fn end(&mut self, offset: i64, bounds: impl FnOnce() -> Option<(i64, i64)>) {
        if self.low.is_none() {
            self.low = bounds().map(|(low, _)| low);
        }
        self.next = self.next.max(Some(offset));
        self.proof = Proof::Reached;
    }

    /// All that was there has been told.
    pub(super) fn reached(&self) -> bool {
        self.proof == Proof::Reached
    }

    /// The place to go on from; `None` for the beginning.
    pub(super) fn next(&self) -> Option<i64> {
        self.next
    }

    /// It is taken up again where it was left; the end must be proven anew.
    pub(super) fn again(&mut self) {
        self.proof = Proof::Wanted;
    }

    /// The log begins at this offset, says the last answer to a fetch. True when it began elsewhere before: records are
    /// gone without a tombstone. Told only what was said since the partition was taken up.
    pub(super) fn begins(&mut self, bounds: impl FnOnce() -> Option<(i64, i64)>) -> bool {
        if self.proof == Proof::Wanted {
            return false;
        }
        let Some((low, _)) = bounds() else {
            return false;
        };
        self.low.replace(low).is_some_and(|before| before != low)
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
