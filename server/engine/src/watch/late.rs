//! Workers that answer after some seconds: they are slow, and live.

use std::collections::BTreeSet;

use connect::Worker;
use model::names::WorkerId;
use model::observe::Seen;
use tokio::task::JoinSet;
use tracing::{Instrument as _, Span};

use super::ask::{Root, questions, silent};
use super::watcher::Watcher;

/// Questions whose answer was late, and who is known to answer so.
#[derive(Default)]
pub(super) struct Late {
    /// They end with their watcher. Each is over after the deadline of a request.
    awaited: JoinSet<Heard>,
    /// Of whom one is awaited, and asked nothing else meanwhile.
    patiently: BTreeSet<WorkerId>,
    slow: BTreeSet<WorkerId>,
}

/// A question that did not get its answer soon.
pub(super) struct Asking {
    pub(super) worker: Worker,
    pub(super) root: Root,
    /// Whether the slow questions are due with its answer.
    pub(super) questions: bool,
}

struct Heard {
    id: WorkerId,
    answered: bool,
}

impl Late {
    /// Takes in what has come since.
    pub(super) fn gather(&mut self) {
        while let Some(heard) = self.awaited.try_join_next() {
            let Ok(Heard { id, answered }) = heard else { continue };
            self.patiently.remove(&id);
            match answered {
                true => self.slow.insert(id),
                false => self.slow.remove(&id),
            };
        }
        if self.awaited.is_empty() {
            // One that panicked is asked again.
            self.patiently.clear();
        }
    }

    /// Forgets who is asked no more.
    pub(super) fn retain(&mut self, known: impl Fn(&WorkerId) -> bool) {
        self.slow.retain(|id| known(id));
    }

    /// Whether it is known to answer late. It is not told to be silent before its answer has had its time: what turned
    /// in each round, and back again, would be recorded each time and wake whoever follows the feed.
    pub(super) fn slow(&self, id: &WorkerId) -> bool {
        self.slow.contains(id)
    }

    /// Whether its last answer is awaited patiently.
    pub(super) fn awaits(&self, id: &WorkerId) -> bool {
        self.patiently.contains(id)
    }

    /// It answered soon.
    pub(super) fn prompt(&mut self, id: &WorkerId) {
        self.slow.remove(id);
    }

    /// Tells the answer when it comes; and that there is none, of one whose silence was not told before.
    pub(super) fn wait(&mut self, watcher: Watcher, id: WorkerId, asking: Asking) {
        let patiently = self.slow(&id);
        if patiently {
            self.patiently.insert(id.clone());
        }
        self.awaited
            .spawn(hear(watcher, id, asking, patiently).instrument(Span::current()));
    }
}

async fn hear(watcher: Watcher, id: WorkerId, asking: Asking, tell_silence: bool) -> Heard {
    let answer = asking.root.await;
    let at = watcher.shared.clock.now();
    let answered = answer.is_ok();
    // Whether somebody still listens is asked by the next round.
    match answer {
        Ok(answer) => {
            watcher.tell(at, Seen::Answered(answer)).await;
            if asking.questions {
                let at = watcher.shared.clock.now();
                let seen = Seen::Slow(questions(&watcher.cluster.name, &id, &asking.worker).await);
                watcher.tell(at, seen).await;
            }
        }
        Err(gap) if tell_silence => {
            watcher.tell(at, silent(&id, gap)).await;
        }
        Err(_) => {}
    }
    Heard { id, answered }
}
