//! Large bodies take turns: what peers send at once must not fill the memory, however many peers there are.

use tokio::sync::{Semaphore, SemaphorePermit};

/// From this size on a body waits for its turn: the lists of all but the very largest clusters are smaller.
const LARGE: usize = 8 << 20;
/// So many are read at once.
const TURNS: usize = 2;

static FREE: Semaphore = Semaphore::const_new(TURNS);

/// The turn of one body; given back when it was read or given up.
#[derive(Default)]
pub struct Turn(Option<SemaphorePermit<'static>>);

impl Turn {
    /// Returns at once until the body grows large, and then when its turn comes. The request's deadline goes on.
    pub async fn for_size(&mut self, bytes: usize) {
        if self.0.is_none() && bytes > LARGE {
            // It is never closed.
            self.0 = FREE.acquire().await.ok();
        }
    }
}
