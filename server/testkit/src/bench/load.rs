//! Requests at a steady rate, whatever the answers do: a server that falls behind is not spared the requests that come
//! meanwhile, and each one's time runs from when it was due.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::latency::Latencies;
use crate::wire::Connection;

/// How it went.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// From when a request was due to its whole answer.
    pub(crate) latencies: Latencies,
    /// Requests without an answer of 200.
    pub(crate) failed: usize,
    /// Bytes of the last body, as sent.
    pub(crate) bytes: usize,
}

/// Asks for these addresses in turn. Connections are kept and used again; one more is opened whenever all are busy.
pub(crate) async fn run(address: SocketAddr, targets: &[String], headers: &str, rate: u32, seconds: u32) -> Outcome {
    let idle: Arc<Mutex<Vec<Connection>>> = Arc::default();
    let targets: Vec<Arc<str>> = targets.iter().map(|target| target.as_str().into()).collect();
    let headers: Arc<str> = headers.into();
    let began = Instant::now() + Duration::from_millis(100);
    let mut running = JoinSet::new();
    let mut outcome = Outcome::default();
    for (number, target) in (0..rate * seconds).zip(targets.iter().cycle()) {
        let due = began + Duration::from_secs(1) * number / rate;
        sleep_until(due).await;
        let (idle, target, headers) = (idle.clone(), target.clone(), headers.clone());
        running.spawn(async move {
            let kept = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match kept {
                Some(connection) => connection,
                None => Connection::open(address).await?,
            };
            let answer = connection.ask("GET", &target, &headers, "").await?;
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            Ok::<_, std::io::Error>((due.elapsed(), answer))
        });
        while let Some(ended) = running.try_join_next() {
            outcome.take(ended);
        }
    }
    while let Some(ended) = running.join_next().await {
        outcome.take(ended);
    }
    outcome
}

type Ended = Result<std::io::Result<(Duration, crate::wire::Answer)>, tokio::task::JoinError>;

impl Outcome {
    fn take(&mut self, ended: Ended) {
        match ended {
            Ok(Ok((took, answer))) if answer.status == 200 => {
                self.latencies.push(took);
                self.bytes = answer.body.len();
            }
            _ => self.failed += 1,
        }
    }
}
