//! Work that takes long without a pause: masking a whole list, judging it.

use std::sync::LazyLock;
use std::thread::available_parallelism;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

/// As many at once as there are processors. All others wait here and not in the runtime's queue, where every step of
/// every transaction would wait behind them: a start hears from a hundred clusters at once, and transactions hold a lock
/// between their steps.
static TURNS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(available_parallelism().map_or(2, usize::from)));

/// Does `work` when it is its turn, beside the runtime's own threads where it has several.
pub(crate) async fn heavy<T>(work: impl FnOnce() -> T) -> T {
    // Nobody closes it.
    let _turn = TURNS.acquire().await;
    match Handle::current().runtime_flavor() {
        RuntimeFlavor::MultiThread => tokio::task::block_in_place(work),
        _ => work(),
    }
}
