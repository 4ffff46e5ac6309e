//! Bad weather on the real process: what is around it goes away, hangs, lies, or kills it.

mod away;
mod certificate;
mod clock;
mod disk;
mod end;
mod hostile;
mod hung;
pub mod instance;
mod killed;
mod stalled;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::server::Server;

/// Held by those that load the machine and those that hold the server to a promised time, so that no two of them run side
/// by side: the promise is that of a server with a machine of its own.
fn alone() -> MutexGuard<'static, ()> {
    static LOAD: Mutex<()> = Mutex::new(());
    LOAD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When an answer says that something was.
fn moment(value: &Value) -> DateTime<Utc> {
    let text = value.as_str().unwrap_or_else(|| panic!("no moment: {value}"));
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The history of a connector, oldest first: when, what kind, in which words.
fn history(server: &Server, cluster: &str, connector: &str) -> Vec<(DateTime<Utc>, String, String)> {
    let path = format!("/api/v1/clusters/{cluster}/connectors/{connector}/timeline?limit=500");
    let page = server.api(&path).json();
    assert!(page["next_cursor"].is_null(), "longer than a page: {page:#}");
    let word = |item: &Value, key: &str| item[key].as_str().unwrap().to_owned();
    let items = page["items"].as_array().unwrap().iter().rev();
    items
        .map(|item| (moment(&item["at"]), word(item, "kind"), word(item, "text")))
        .collect()
}

/// Looks again and again for so long.
fn for_a_while(long: Duration, pause: Duration, mut look: impl FnMut(Duration)) {
    let began = Instant::now();
    while began.elapsed() < long {
        look(began.elapsed());
        std::thread::sleep(pause);
    }
}
