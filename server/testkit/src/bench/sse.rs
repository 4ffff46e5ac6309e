//! Readers of the stream of events.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use serde_json::Value;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::Result;
use crate::wire::Connection;

/// An event that told of a connector's verdict, and when a reader had it.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) cluster: String,
    pub(crate) connector: String,
    pub(crate) verdict: String,
    pub(crate) at: Instant,
}

/// Open streams; they end with this value.
pub(crate) struct Readers {
    pub(crate) heard: mpsc::UnboundedReceiver<Heard>,
    /// Events that all of them had so far, and times that one was told to begin anew.
    pub(crate) events: Arc<AtomicU64>,
    pub(crate) resets: Arc<AtomicU64>,
    _running: JoinSet<()>,
}

impl Readers {
    /// Opens so many, and returns when all were admitted.
    pub(crate) async fn open(address: SocketAddr, bearer: &str, number: usize) -> Result<Self> {
        let (sender, heard) = mpsc::unbounded_channel();
        let (events, resets) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
        let mut running = JoinSet::new();
        let headers = format!("{bearer}accept: text/event-stream\r\n");
        for _ in 0..number {
            let mut connection = Connection::open(address).await?;
            let status = connection.begin("/api/v1/events", &headers).await?;
            if status != 200 {
                return Err(format!("the stream of events answered {status}").into());
            }
            let (sender, events, resets) = (sender.clone(), events.clone(), resets.clone());
            running.spawn(async move {
                while let Ok(line) = connection.line().await {
                    if line == "event: reset" {
                        resets.fetch_add(1, Ordering::Relaxed);
                    }
                    let Some(data) = line.strip_prefix("data:") else {
                        continue;
                    };
                    let at = Instant::now();
                    events.fetch_add(1, Ordering::Relaxed);
                    // Most events are of no interest, and reading all of them would cost more than sending them.
                    if !data.contains("\"changed\":\"verdict\"") {
                        continue;
                    }
                    let event: Value = serde_json::from_str(data).unwrap_or_default();
                    let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
                    let heard = Heard {
                        cluster: text("cluster"),
                        connector: text("connector"),
                        verdict: text("verdict"),
                        at,
                    };
                    if sender.send(heard).is_err() {
                        return;
                    }
                }
            });
        }
        Ok(Self {
            heard,
            events,
            resets,
            _running: running,
        })
    }
}
