//! One question to one worker: counted with its time, and told at debug level where it has no answer, since what follows
//! from that is not always a gap.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use connect::{Answer, Worker};
use model::names::{ClusterName, WorkerId};
use model::observe::{Gap, Seen, WorkerAnswer, WorkerSlow};
use telemetry::{Outcome, Question};
use tracing::debug;

/// `/` is answered at once or not at all, and so is a plain list, which is answered from memory, and any question by a
/// herder that takes some.
const DEADLINE: Duration = Duration::from_secs(3);

/// Asks. What a worker's version does not have is no failure, and is not counted.
///
/// # Errors
/// Those of the question.
pub(super) async fn ask<T>(
    cluster: &ClusterName,
    worker: &Worker,
    question: Question,
    asking: impl Future<Output = Result<Answer<T>, connect::Error>>,
) -> Result<T, connect::Error> {
    let began = Instant::now();
    match asking.await {
        Ok(answer) => {
            telemetry::rest_answered(cluster.as_str(), question, Outcome::Ok, answer.took);
            Ok(answer.value)
        }
        Err(error) => {
            if error != connect::Error::Unsupported {
                telemetry::rest_answered(cluster.as_str(), question, Outcome::Failed, began.elapsed());
            }
            let (question, address) = (question.as_str(), worker.address());
            debug!(%cluster, question, %address, %error, "a worker did not answer a question");
            Err(error)
        }
    }
}

/// The same for what is answered at once or not at all.
///
/// # Errors
/// Those of the question; [`egress::Error::TimedOut`] after three seconds.
pub(super) async fn ask_soon<T>(
    cluster: &ClusterName,
    worker: &Worker,
    question: Question,
    asking: impl Future<Output = Result<Answer<T>, connect::Error>>,
) -> Result<T, connect::Error> {
    let timely = async {
        let late = egress::Error::TimedOut { after: DEADLINE };
        let answer = tokio::time::timeout(DEADLINE, asking).await;
        answer.unwrap_or(Err(connect::Error::Egress(late)))
    };
    ask(cluster, worker, question, timely).await
}

/// A question who a worker is, until it is answered or its request's deadline is over; or why there is no answer.
pub(super) type Root = Pin<Box<dyn Future<Output = Result<WorkerAnswer, Gap>> + Send>>;

/// Asks who the worker is, with patience.
pub(super) fn patient_root(cluster: ClusterName, worker: Worker) -> Root {
    Box::pin(async move {
        let answer = ask(&cluster, &worker, Question::Root, worker.root()).await;
        answer.map_err(|error| error.gap(worker.address()))
    })
}

/// The answer, if it comes as soon as it should. Else it may still come.
pub(super) async fn soon(asking: &mut Root) -> Option<Result<WorkerAnswer, Gap>> {
    tokio::time::timeout(DEADLINE, asking).await.ok()
}

/// What is said of a worker whose answer did not come soon.
pub(super) fn late(worker: &Worker) -> Gap {
    let late = egress::Error::TimedOut { after: DEADLINE };
    connect::Error::Egress(late).gap(worker.address())
}

/// What cannot be had stays as it was known before.
pub(super) async fn questions(cluster: &ClusterName, id: &WorkerId, worker: &Worker) -> WorkerSlow {
    let health = ask(cluster, worker, Question::Health, worker.health()).await;
    let plugins = ask(cluster, worker, Question::Plugins, worker.plugins()).await;
    WorkerSlow {
        worker: id.clone(),
        health: health.ok(),
        plugins: plugins.ok().map(Arc::new),
    }
}

/// That the address did not answer, and why.
pub(super) fn silent(id: &WorkerId, gap: Gap) -> Seen {
    let address = id.clone();
    Seen::Silent { address, gap }
}

#[cfg(test)]
#[path = "ask_tests.rs"]
pub(super) mod tests;
