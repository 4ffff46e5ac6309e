//! Looking how old the records are that wait, a few at a time.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kafka::offsets::{Isolation as Level, Partition, Sampler, Unread};
use model::Timestamp;
use model::lag::Isolation;
use tokio::sync::mpsc;
use tracing::warn;

use super::told::{Found, Question, Sample, Told};
use crate::complaints::Complaints;
use crate::watch::{Access, Aside};

/// How long it may take to read some records.
const DEADLINE: Duration = Duration::from_secs(5);
/// A topic that could not be read is left alone for so long.
const REFUSED: Duration = Duration::from_secs(60);

/// Looks for ever.
pub(super) async fn run(access: Access, mut asked: mpsc::Receiver<Vec<Question>>, teller: mpsc::Sender<Told>) {
    let mut reader = Reader {
        access,
        samplers: HashMap::new(),
        refused: HashMap::new(),
        complaints: Complaints::default(),
    };
    while let Some(questions) = asked.recv().await {
        let mut samples = Vec::new();
        for (isolation, level) in [
            (Isolation::ReadUncommitted, Level::ReadUncommitted),
            (Isolation::ReadCommitted, Level::ReadCommitted),
        ] {
            let own = questions.iter().filter(|question| question.isolation == isolation);
            samples.extend(reader.read(level, own.cloned().collect()).await);
        }
        if !samples.is_empty() && teller.send(Told::Samples(samples)).await.is_err() {
            return;
        }
    }
}

struct Reader {
    access: Access,
    /// One for each isolation level, made when it is needed.
    samplers: HashMap<bool, Aside<Sampler>>,
    refused: HashMap<Arc<str>, Instant>,
    complaints: Complaints,
}

impl Reader {
    async fn read(&mut self, level: Level, mut questions: Vec<Question>) -> Vec<Sample> {
        self.refused.retain(|_, since| since.elapsed() < REFUSED);
        questions.retain(|question| !self.refused.contains_key(&question.of.topic));
        if questions.is_empty() {
            return Vec::new();
        }
        let place = |question: &Question| Partition {
            topic: question.of.topic.clone(),
            partition: question.of.partition,
        };
        let of = questions
            .iter()
            .map(|question| (place(question), question.from))
            .collect();
        let answered = match self.ask(level, of).await {
            Ok(answered) => answered,
            Err(error) => {
                self.complain("records", &error);
                return Vec::new();
            }
        };
        let mut found: HashMap<(Partition, i64), Found> = HashMap::new();
        for sample in answered {
            let what = match sample.unread {
                Unread::At(written) => Found::Record(written.and_then(Timestamp::from_timestamp_millis)),
                Unread::Nothing => Found::Nothing,
                Unread::OutOfRange => continue,
                Unread::Failed(error) => {
                    let topic = sample.partition.topic;
                    self.complain(&topic, &error);
                    self.refused.insert(topic, Instant::now());
                    continue;
                }
            };
            found.insert((sample.partition, sample.offset), what);
        }
        // Sinks that read the same partition may be at different places: the sampler answers for the first of them.
        let answer = |question: Question| {
            let found = *found.get(&(place(&question), question.from))?;
            Some(Sample { question, found })
        };
        questions.into_iter().filter_map(answer).collect()
    }

    async fn ask(
        &mut self,
        level: Level,
        of: Vec<(Partition, i64)>,
    ) -> Result<Vec<kafka::offsets::Sample>, kafka::Error> {
        let committed = level == Level::ReadCommitted;
        if !self.samplers.contains_key(&committed) {
            let sampler = self.access.cluster().await?.sampler(level)?;
            self.samplers.insert(committed, Aside::new(sampler));
        }
        match self.samplers.get(&committed) {
            Some(sampler) => sampler.next_unread(of, DEADLINE).await,
            None => Ok(Vec::new()),
        }
    }

    fn complain(&mut self, what: &str, error: &kafka::Error) {
        if self.complaints.due(what, &error.to_string(), Instant::now()) {
            warn!(kafka = self.access.name(), what, %error, "the age of records that wait cannot be read");
        }
    }
}
