//! Whether connectors progress: asking Kafka for commits, ends and ages, and measuring with what it tells.
//!
//! Those who ask ([`commits`], [`ends`], [`samples`]), and who passes on what is written into offset topics
//! ([`sources`]), each have a task of their own for all Connect clusters of a unit, so
//! that a Kafka cluster is asked once, however many read from it. What they are told goes to the [`Gauges`] over one bounded
//! channel; whoever holds the unit's lease owns them and nobody else writes to them.

mod board;
mod book;
mod commits;
mod early;
mod ends;
mod gauges;
mod samples;
mod sources;
mod told;

use std::sync::Arc;
use std::time::Duration;

use model::Clock;
use tokio::sync::{mpsc, watch as channel};

use crate::watch::{Access, OffsetsOf, Spawner};
pub(crate) use board::{Board, Wish};
pub(crate) use gauges::Gauges;
pub(crate) use told::{Question, Told, Wanted};

/// News that may wait; beyond it those who ask Kafka wait.
const QUEUE: usize = 16;
/// How long whoever could not begin waits before another try.
const AGAIN: Duration = Duration::from_secs(15);

/// The ways to those who ask Kafka, and from them.
pub(crate) struct Asking {
    pub(crate) wanted: channel::Sender<Wanted>,
    pub(crate) questions: mpsc::Sender<Vec<Question>>,
    pub(crate) told: mpsc::Receiver<Told>,
}

/// Starts to ask; what is asked comes with the first wish. `offsets` tells what is written into offset topics.
pub(crate) fn start(
    access: &Access,
    offsets: mpsc::Receiver<OffsetsOf>,
    spawner: &Spawner,
    clock: &Arc<dyn Clock>,
) -> Asking {
    let (wanted, wishes) = channel::channel(Wanted::default());
    let (teller, told) = mpsc::channel(QUEUE);
    let (questions, asked) = mpsc::channel(1);
    spawner.spawn(commits::run(
        access.clone(),
        wishes.clone(),
        teller.clone(),
        clock.clone(),
    ));
    spawner.spawn(ends::run(access.clone(), wishes, teller.clone(), clock.clone()));
    spawner.spawn(sources::run(offsets, teller.clone(), clock.clone()));
    spawner.spawn(samples::run(access.clone(), asked, teller));
    Asking {
        wanted,
        questions,
        told,
    }
}
