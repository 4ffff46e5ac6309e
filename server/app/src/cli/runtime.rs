//! The runtime of a command.

use super::exit::Exit;
use super::out::complain;

/// Runs something asynchronous to its end.
pub fn block_on(work: impl Future<Output = Exit>) -> Exit {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let exit = runtime.block_on(work);
            // What still blocks a thread, such as a name that does not resolve, must not keep the process.
            runtime.shutdown_background();
            exit
        }
        Err(error) => complain(Exit::Wrong, &error),
    }
}
