//! The verbs: one line in, one text out.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use super::words::split;
use crate::cluster::{ConnectCluster, states};
use crate::{Broker, Error, Lab, Result, Worker};

/// What `help` says.
pub const HELP: &str = "\
workers                                  the broker and all workers: address, process id, leader
topics                                   all topics with their partitions
topic NAME [PARTITIONS]                  creates a topic
produce TOPIC[:PARTITION] [key=KEY] TEXT writes one record; without TEXT a tombstone
start|stop|kill|suspend|resume WHO       WHO is `broker` or a worker (`orders-2`); stop asks (SIGTERM), kill does not
add-worker CLUSTER                       one more worker
create CLUSTER NAME KEY=VALUE...         creates a connector; quotes as in a shell: 'topics=a, b'
states CLUSTER                           every connector's state and its tasks', as REST tells them
rest CLUSTER|WORKER METHOD PATH [BODY]   raw REST: `rest orders GET /connectors?expand=status`
help                                     this
Quotes work as in a shell; TEXT and BODY are taken as they stand, or within single quotes.";

/// A lab with its clusters, ready for verbs.
#[derive(Debug, Clone)]
pub struct Bench {
    lab: Arc<Lab>,
    clusters: Vec<Arc<ConnectCluster>>,
}

impl Bench {
    /// The verbs work on this lab and these clusters.
    pub fn new(lab: Arc<Lab>, clusters: Vec<Arc<ConnectCluster>>) -> Self {
        Self { lab, clusters }
    }

    /// The lab.
    pub fn lab(&self) -> &Arc<Lab> {
        &self.lab
    }

    /// Carries out one line, written as at the prompt or by [`super::joined`], and returns what to show.
    ///
    /// # Errors
    /// [`Error::Usage`] for a line that makes no sense; whatever the verb fails with.
    pub async fn run(&self, line: &str) -> Result<String> {
        let words = split(line)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            [] => Ok(String::new()),
            ["help"] => Ok(HELP.to_owned()),
            ["workers"] => Ok(self.workers()),
            ["topics"] => self.topics().await,
            ["topic", name] => self.lab.create_topic(name, 1).await.map(|()| done("created", name)),
            ["topic", name, partitions] => {
                let partitions = partitions.parse().map_err(|_| usage("partitions are a number"))?;
                self.lab
                    .create_topic(name, partitions)
                    .await
                    .map(|()| done("created", name))
            }
            ["produce", topic, text @ ..] => self.produce(topic, &text.join(" ")).await,
            [verb @ ("start" | "stop" | "kill" | "suspend" | "resume"), who] => {
                match self.who(who)? {
                    Who::Broker(broker) => act_on_broker(broker, verb).await?,
                    Who::Worker(worker) => act_on_worker(&worker, verb).await?,
                }
                Ok(done(verb, who))
            }
            ["add-worker", cluster] => {
                let worker = self.cluster(cluster)?.add_worker().await?;
                Ok(format!("{} is healthy at {}", worker.name(), worker.url()))
            }
            ["create", cluster, name, pairs @ ..] => {
                let config = pairs.iter().map(|text| pair(text)).collect::<Result<Vec<_>>>()?;
                self.cluster(cluster)?
                    .create_connector(name, &config)
                    .await
                    .map(|()| done("created", name))
            }
            ["states", cluster] => self.states(self.cluster(cluster)?).await,
            ["rest", whom, method, path, body @ ..] => self.rest(whom, method, path, &body.join(" ")).await,
            words => Err(usage(&format!(
                "{}: no such verb, or not these words; try help",
                words.join(" ")
            ))),
        }
    }

    fn workers(&self) -> String {
        let pid = |pid: Option<i32>| pid.map_or("not running".to_owned(), |pid| format!("pid {pid}"));
        let broker = self.lab.broker();
        let mut text = format!("{:<12} {:<24} {}\n", "broker", broker.bootstrap(), pid(broker.pid()));
        for cluster in &self.clusters {
            let leader = cluster.leader().map(|leader| leader.id());
            for worker in cluster.workers() {
                let note = if Some(worker.id()) == leader { "  leader" } else { "" };
                let (name, version) = (worker.name(), worker.version());
                // Writing to a String does not fail.
                let _ = writeln!(
                    text,
                    "{name:<12} {:<24} {}  {version}{note}",
                    worker.url(),
                    pid(worker.pid())
                );
            }
        }
        text.truncate(text.trim_end().len());
        text
    }

    async fn topics(&self) -> Result<String> {
        let topics = self.lab.broker().admin().topics().await?;
        Ok(topics
            .iter()
            .map(|topic| format!("{} {}", topic.name, topic.partitions))
            .collect::<Vec<_>>()
            .join("\n"))
    }

    async fn produce(&self, topic: &str, rest: &str) -> Result<String> {
        let (topic, partition) = match topic.split_once(':') {
            Some((topic, partition)) => (
                topic,
                Some(partition.parse().map_err(|_| usage("a partition is a number"))?),
            ),
            None => (topic, None),
        };
        let (key, value) = match rest.strip_prefix("key=") {
            Some(rest) => rest
                .split_once(' ')
                .map_or((Some(rest), ""), |(key, value)| (Some(key), value)),
            None => (None, rest),
        };
        let value = (!value.is_empty()).then_some(value);
        self.lab
            .produce(topic, partition, key, value)
            .await
            .map(|()| done("wrote to", topic))
    }

    async fn states(&self, cluster: &ConnectCluster) -> Result<String> {
        let list = cluster.request("GET", "/connectors?expand=status", None).await?.json();
        let mut lines: Vec<String> = Vec::new();
        for (name, entry) in list.as_object().into_iter().flatten() {
            let (state, tasks) = states(&entry["status"]);
            let worker = entry["status"]["connector"]["worker_id"].as_str().unwrap_or_default();
            lines.push(format!("{name:<30} {state:<10} {worker:<16} {}", tasks.join(" ")));
        }
        lines.sort();
        Ok(lines.join("\n"))
    }

    async fn rest(&self, whom: &str, method: &str, path: &str, body: &str) -> Result<String> {
        let body: Option<Value> = match body {
            "" => None,
            text => Some(serde_json::from_str(text).map_err(|error| usage(&format!("the body is no JSON: {error}")))?),
        };
        let answer = match self.cluster(whom) {
            Ok(cluster) => cluster.call(method, path, body.as_ref()).await?,
            Err(_) => match self.who(whom)? {
                Who::Worker(worker) => worker.call(method, path, body.as_ref()).await?,
                Who::Broker(_) => return Err(usage("the broker speaks no REST")),
            },
        };
        let shown = serde_json::to_string_pretty(&answer.json()).unwrap_or_default();
        Ok(format!(
            "{}\n{}",
            answer.status,
            if shown == "null" { answer.text } else { shown }
        ))
    }

    fn cluster(&self, name: &str) -> Result<&ConnectCluster> {
        let found = self.clusters.iter().find(|cluster| cluster.name() == name);
        found
            .map(AsRef::as_ref)
            .ok_or_else(|| usage(&format!("there is no cluster {name}")))
    }

    fn who(&self, name: &str) -> Result<Who<'_>> {
        if name == "broker" {
            return Ok(Who::Broker(self.lab.broker()));
        }
        let found = self.clusters.iter().find_map(|cluster| cluster.worker(name).ok());
        found
            .map(Who::Worker)
            .ok_or_else(|| usage(&format!("there is no worker {name}")))
    }
}

enum Who<'a> {
    Broker(&'a Broker),
    Worker(Arc<Worker>),
}

async fn act_on_broker(broker: &Broker, verb: &str) -> Result<()> {
    match verb {
        "start" => broker.start().await,
        "stop" => broker.stop().await,
        "kill" => broker.kill(),
        "suspend" => broker.suspend(),
        _ => broker.resume(),
    }
}

async fn act_on_worker(worker: &Worker, verb: &str) -> Result<()> {
    match verb {
        "start" => worker.start().await,
        "stop" => worker.stop().await,
        "kill" => worker.kill(),
        "suspend" => worker.suspend(),
        _ => worker.resume(),
    }
}

fn pair(text: &str) -> Result<(&str, &str)> {
    text.split_once('=')
        .ok_or_else(|| usage(&format!("{text} is no KEY=VALUE")))
}

fn usage(problem: &str) -> Error {
    Error::Usage(problem.to_owned())
}

fn done(verb: &str, what: &str) -> String {
    format!("{verb} {what}: done")
}
