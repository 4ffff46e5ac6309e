//! Until when a verdict holds by itself.

use crate::Timestamp;

/// The earliest future moment at which a rule might decide otherwise.
#[derive(Default)]
pub(super) struct Window {
    moments: Vec<Timestamp>,
}

impl Window {
    /// A rule would look different from `moment` on.
    pub(super) fn until(&mut self, moment: Timestamp) {
        self.moments.push(moment);
    }

    /// The earliest of the moments that lies ahead.
    pub(super) fn end(self, now: Timestamp) -> Option<Timestamp> {
        self.moments.into_iter().filter(|moment| *moment > now).min()
    }
}
