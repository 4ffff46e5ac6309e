//! One Connect worker: a Java process with a REST port of its own, which it keeps over restarts.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::error::Doing;
use crate::java::java;
use crate::process::{Process, lock};
use crate::rest::{Answer, Rest};
use crate::wait::{Look, PATIENCE};
use crate::{Error, Result, artifacts};

/// What a worker is made of.
#[derive(Debug)]
pub(crate) struct WorkerPlan {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) port: u16,
    pub(crate) class_path: PathBuf,
    pub(crate) directory: PathBuf,
    pub(crate) logging_directory: PathBuf,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) heap_mb: u32,
    pub(crate) rest: Rest,
}

/// A worker, running or not.
#[derive(Debug)]
pub struct Worker {
    plan: WorkerPlan,
    /// What it was told otherwise since.
    changed: Mutex<BTreeMap<String, String>>,
    process: Mutex<Option<Arc<Process>>>,
}

impl Worker {
    pub(crate) fn new(plan: WorkerPlan) -> Self {
        Self {
            plan,
            changed: Mutex::default(),
            process: Mutex::new(None),
        }
    }

    /// Its name in the lab: `orders-2`.
    pub fn name(&self) -> &str {
        &self.plan.name
    }

    /// Its worker id, as statuses carry it: `127.0.0.1:<port>`.
    pub fn id(&self) -> String {
        format!("127.0.0.1:{}", self.plan.port)
    }

    /// Where its REST API is.
    pub fn url(&self) -> String {
        format!("http://{}", self.id())
    }

    /// Its Connect version.
    pub fn version(&self) -> &str {
        &self.plan.version
    }

    /// Gives it another value of a property, from its next start on.
    pub fn set(&self, key: &str, value: &str) {
        lock(&self.changed).insert(key.to_owned(), value.to_owned());
    }

    /// Starts its process and returns at once: see [`Self::ready`].
    ///
    /// # Errors
    /// [`Error::Usage`] when it runs; [`Error::Missing`] or [`Error::Io`] when it cannot be started.
    pub fn launch(&self) -> Result<()> {
        if self.is_running() {
            return Err(Error::Usage(format!("{} runs already", self.plan.name)));
        }
        let file = self.plan.directory.join(format!("{}.properties", self.plan.name));
        let mut properties = self.plan.properties.clone();
        properties.extend(lock(&self.changed).clone());
        std::fs::write(&file, property_file(&properties)).doing(|| format!("writing {}", file.display()))?;
        let command = java(
            &self.plan.class_path,
            artifacts::logging(&self.plan.version),
            &self.plan.logging_directory,
            self.plan.heap_mb,
            "org.apache.kafka.connect.cli.ConnectDistributed",
            &[&file.display().to_string()],
        );
        let log = self.plan.directory.join(format!("{}.log", self.plan.name));
        *lock(&self.process) = Some(Arc::new(Process::start(&self.plan.name, &command, &log)?));
        Ok(())
    }

    /// Waits until it is a healthy member of its group.
    ///
    /// # Errors
    /// [`Error::Start`] with the end of its log when it ends or takes too long.
    pub async fn ready(&self) -> Result<()> {
        let process = self.process()?;
        process
            .ready(&format!("{} is healthy", self.plan.name), PATIENCE, || async {
                let path = if self.has_health() {
                    "/health"
                } else {
                    "/connectors/no-such-connector"
                };
                let answer = match self.call("GET", path, None).await {
                    Ok(answer) => answer,
                    Err(error) => return Ok(Look::NotYet(error.to_string())),
                };
                let ready = if self.has_health() {
                    answer.ok()
                } else {
                    answer.text.contains("error_code") && answer.status == 404
                };
                Ok(if ready {
                    Look::Done(())
                } else {
                    Look::NotYet(format!("{} {}", answer.status, answer.text))
                })
            })
            .await
    }

    /// Starts it and waits until it is healthy.
    ///
    /// # Errors
    /// As [`Self::launch`] and [`Self::ready`].
    pub async fn start(&self) -> Result<()> {
        self.launch()?;
        self.ready().await
    }

    /// Ends it in order (SIGTERM): it hands back its work and leaves the group.
    ///
    /// # Errors
    /// [`Error::Deadline`] when it does not end.
    pub async fn stop(&self) -> Result<()> {
        self.process()?.stop(PATIENCE).await
    }

    /// Ends it with SIGKILL; nobody tells the group.
    ///
    /// # Errors
    /// [`Error::Usage`] when it does not run.
    pub fn kill(&self) -> Result<()> {
        self.process()?.kill()
    }

    /// Freezes it: its port accepts and never answers.
    ///
    /// # Errors
    /// [`Error::Usage`] when it does not run.
    pub fn suspend(&self) -> Result<()> {
        self.process()?.suspend()
    }

    /// Thaws it.
    ///
    /// # Errors
    /// [`Error::Usage`] when it does not run.
    pub fn resume(&self) -> Result<()> {
        self.process()?.resume()
    }

    /// Whether its process exists (a frozen one does).
    pub fn is_running(&self) -> bool {
        self.process().is_ok()
    }

    /// Its process id, when it runs.
    pub fn pid(&self) -> Option<i32> {
        self.process().ok().map(|process| process.pid())
    }

    /// One raw REST request to this worker.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when it gives no answer; any answer is an [`Answer`].
    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        self.plan.rest.call(&self.url(), method, path, body).await
    }

    /// The leader's URL as this worker learned it when it last joined its group, from its own log.
    pub(crate) fn leader_url(&self) -> Option<String> {
        let output = self.process().ok()?.output();
        let (_, rest) = output.rsplit_once("leaderUrl='")?;
        rest.split('\'').next().map(|url| url.trim_end_matches('/').to_owned())
    }

    fn process(&self) -> Result<Arc<Process>> {
        let process = lock(&self.process)
            .as_ref()
            .filter(|process| process.exited().is_none())
            .map(Arc::clone);
        process.ok_or_else(|| Error::Usage(format!("{} does not run", self.plan.name)))
    }

    /// `/health` came with 3.9.
    fn has_health(&self) -> bool {
        let mut parts = self
            .plan
            .version
            .split('.')
            .map(|part| part.parse::<u32>().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (3, 9)
    }
}

/// A Java properties file.
pub(crate) fn property_file(properties: &BTreeMap<String, String>) -> String {
    properties
        .iter()
        .map(|(key, value)| format!("{key}={}\n", value.replace('\\', "\\\\")))
        .collect()
}
