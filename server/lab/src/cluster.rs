//! A Connect cluster: workers of one group, and what is said to any of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::lock;
use crate::rest::{Answer, Rest, segment};
use crate::spec::ClusterSpec;
use crate::wait::{Look, PATIENCE, until};
use crate::worker::{Worker, WorkerPlan};
use crate::{Error, Result, ports};

/// Where a cluster's workers find what they need.
#[derive(Debug)]
pub(crate) struct Ground {
    pub(crate) bootstrap: String,
    pub(crate) class_path: PathBuf,
    pub(crate) plugins: PathBuf,
    pub(crate) directory: PathBuf,
    pub(crate) logging_directory: PathBuf,
    pub(crate) rest: Rest,
}

/// A running Connect cluster; its workers die with this value.
#[derive(Debug)]
pub struct ConnectCluster {
    spec: ClusterSpec,
    ground: Ground,
    workers: Mutex<Vec<Arc<Worker>>>,
}

impl ConnectCluster {
    pub(crate) async fn create(spec: ClusterSpec, ground: Ground) -> Result<Self> {
        let cluster = Self {
            spec,
            ground,
            workers: Mutex::new(Vec::new()),
        };
        for _ in 0..cluster.spec.workers {
            cluster.prepare_worker()?.launch()?;
        }
        for worker in cluster.workers() {
            worker.ready().await?;
        }
        Ok(cluster)
    }

    /// Its name in the lab.
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// Its Connect group.
    pub fn group_id(&self) -> &str {
        &self.spec.group_id
    }

    /// Its Connect version.
    pub fn version(&self) -> &str {
        &self.spec.version
    }

    /// All workers, dead ones too, in the order of their start.
    pub fn workers(&self) -> Vec<Arc<Worker>> {
        lock(&self.workers).clone()
    }

    /// The worker with this name or worker id.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is none.
    pub fn worker(&self, name: &str) -> Result<Arc<Worker>> {
        let found = self
            .workers()
            .into_iter()
            .find(|worker| worker.name() == name || worker.id() == name);
        found.ok_or_else(|| Error::Usage(format!("{} has no worker {name}", self.spec.name)))
    }

    /// The REST addresses of all workers.
    pub fn urls(&self) -> Vec<String> {
        self.workers().iter().map(|worker| worker.url()).collect()
    }

    /// Adds a worker, starts it and waits until it is healthy.
    ///
    /// # Errors
    /// As [`Worker::start`].
    pub async fn add_worker(&self) -> Result<Arc<Worker>> {
        let worker = self.prepare_worker()?;
        worker.start().await?;
        Ok(worker)
    }

    /// The worker that leads the group, as the survivors learned it at the last rebalance.
    pub fn leader(&self) -> Option<Arc<Worker>> {
        let running: Vec<_> = self
            .workers()
            .into_iter()
            .filter(|worker| worker.is_running())
            .collect();
        let urls: Vec<String> = running.iter().filter_map(|worker| worker.leader_url()).collect();
        running.into_iter().find(|worker| urls.contains(&worker.url()))
    }

    /// One raw REST request to the first worker that answers.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when none does.
    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let mut reason = "no worker runs".to_owned();
        for worker in self.workers().iter().filter(|worker| worker.is_running()) {
            match worker.call(method, path, body).await {
                Ok(answer) => return Ok(answer),
                Err(error) => reason = error.to_string(),
            }
        }
        Err(Error::Unreachable {
            request: format!("{method} {path}"),
            reason,
        })
    }

    /// As [`Self::call`], repeated while a worker says that it starts or rebalances.
    ///
    /// # Errors
    /// [`Error::Refused`] with what a worker answered for good; [`Error::Deadline`] when it never settles.
    pub async fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let request = format!("{method} {path}");
        until(&request, PATIENCE, || async {
            let answer = self.call(method, path, body).await?;
            if answer.ok() {
                return Ok(Look::Done(answer));
            }
            if answer.transient() {
                return Ok(Look::NotYet(format!("{} {}", answer.status, short(&answer.text))));
            }
            Err(Error::Refused {
                request: request.clone(),
                status: answer.status,
                body: short(&answer.text),
            })
        })
        .await
    }

    /// Creates a connector.
    ///
    /// # Errors
    /// [`Error::Refused`] when the config is invalid or the name is taken.
    pub async fn create_connector(&self, name: &str, config: &[(&str, &str)]) -> Result<()> {
        let config: serde_json::Map<String, Value> = config
            .iter()
            .map(|(key, value)| ((*key).to_owned(), json!(value)))
            .collect();
        self.request("POST", "/connectors", Some(&json!({"name": name, "config": config})))
            .await?;
        Ok(())
    }

    /// Replaces a connector's config with `change` merged into what it has.
    ///
    /// # Errors
    /// [`Error::Refused`] when the result is invalid.
    pub async fn edit_connector(&self, name: &str, change: &[(&str, &str)]) -> Result<()> {
        let path = format!("/connectors/{}/config", segment(name));
        let mut config = self.request("GET", &path, None).await?.json();
        for (key, value) in change {
            config[*key] = json!(value);
        }
        self.request("PUT", &path, Some(&config)).await?;
        Ok(())
    }

    /// Deletes a connector.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is none.
    pub async fn delete_connector(&self, name: &str) -> Result<()> {
        self.request("DELETE", &format!("/connectors/{}", segment(name)), None)
            .await?;
        Ok(())
    }

    /// `pause`, `resume` or `stop`.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such connector.
    pub async fn target_state(&self, name: &str, verb: &str) -> Result<()> {
        self.request("PUT", &format!("/connectors/{}/{verb}", segment(name)), None)
            .await?;
        Ok(())
    }

    /// What REST says of a connector; none while there is no status.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when no worker answers.
    pub async fn status(&self, name: &str) -> Result<Option<Value>> {
        let answer = self
            .call("GET", &format!("/connectors/{}/status", segment(name)), None)
            .await?;
        Ok(answer.ok().then(|| answer.json()))
    }

    /// Waits until REST says that the connector is in state `connector` and its tasks, in any order, in `tasks`.
    ///
    /// # Errors
    /// [`Error::Deadline`] with the states seen last.
    pub async fn wait_for_states(&self, name: &str, connector: &str, tasks: &[&str]) -> Result<()> {
        let condition = format!("{name} is {connector} with tasks {tasks:?}");
        let mut wanted = tasks.to_vec();
        wanted.sort_unstable();
        until(&condition, PATIENCE, || async {
            let (state, mut states) = match self.status(name).await? {
                Some(status) => states(&status),
                None => return Ok(Look::NotYet("no status".to_owned())),
            };
            states.sort_unstable();
            let done = state == connector && states == wanted;
            Ok(if done {
                Look::Done(())
            } else {
                Look::NotYet(format!("{state} with tasks {states:?}"))
            })
        })
        .await
    }

    fn prepare_worker(&self) -> Result<Arc<Worker>> {
        let port = ports::free_port()?;
        let mut workers = lock(&self.workers);
        let plan = WorkerPlan {
            name: format!("{}-{}", self.spec.name, workers.len() + 1),
            version: self.spec.version.clone(),
            port,
            class_path: self.ground.class_path.clone(),
            directory: self.ground.directory.clone(),
            logging_directory: self.ground.logging_directory.clone(),
            properties: self.worker_properties(port),
            heap_mb: self.spec.heap_mb,
            rest: self.ground.rest.clone(),
        };
        let worker = Arc::new(Worker::new(plan));
        workers.push(Arc::clone(&worker));
        Ok(worker)
    }

    fn worker_properties(&self, port: u16) -> BTreeMap<String, String> {
        let spec = &self.spec;
        let millis = |duration: Duration| duration.as_millis().to_string();
        let mut properties: BTreeMap<String, String> = [
            ("bootstrap.servers", self.ground.bootstrap.clone()),
            ("group.id", spec.group_id.clone()),
            ("config.storage.topic", format!("{}-configs", spec.name)),
            ("offset.storage.topic", format!("{}-offsets", spec.name)),
            ("status.storage.topic", format!("{}-status", spec.name)),
            ("config.storage.replication.factor", "1".to_owned()),
            ("offset.storage.replication.factor", "1".to_owned()),
            ("status.storage.replication.factor", "1".to_owned()),
            ("offset.storage.partitions", "2".to_owned()),
            ("status.storage.partitions", "2".to_owned()),
            (
                "key.converter",
                "org.apache.kafka.connect.storage.StringConverter".to_owned(),
            ),
            (
                "value.converter",
                "org.apache.kafka.connect.json.JsonConverter".to_owned(),
            ),
            ("value.converter.schemas.enable", "false".to_owned()),
            ("listeners", format!("http://127.0.0.1:{port}")),
            ("rest.advertised.host.name", "127.0.0.1".to_owned()),
            ("plugin.path", self.ground.plugins.display().to_string()),
            ("plugin.discovery", "service_load".to_owned()),
            ("offset.flush.interval.ms", millis(spec.offset_flush)),
            ("scheduled.rebalance.max.delay.ms", millis(spec.rebalance_delay)),
            ("session.timeout.ms", millis(spec.session_timeout)),
            ("heartbeat.interval.ms", millis(spec.session_timeout / 3)),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        properties.extend(spec.properties.clone());
        properties
    }
}

/// The connector's and its tasks' states in a status.
pub fn states(status: &Value) -> (String, Vec<String>) {
    let text = |value: &Value| value["state"].as_str().unwrap_or_default().to_owned();
    let tasks = status["tasks"].as_array().map(|tasks| tasks.iter().map(text).collect());
    (text(&status["connector"]), tasks.unwrap_or_default())
}

fn short(text: &str) -> String {
    text.chars().take(400).collect()
}
