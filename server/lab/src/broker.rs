//! One Kafka broker that is its own controller (KRaft).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use kafka::admin::Admin;

use crate::error::Doing;
use crate::java::{Logging, java};
use crate::process::{Process, lock};
use crate::wait::{Look, PATIENCE};
use crate::{Error, Result, ports};

/// Any 16 bytes will do; one lab has one cluster.
const CLUSTER_ID: &str = "c2lnbmFsYm94LWxhYi0wMQ";

/// What the broker needs before it can start.
#[derive(Debug)]
pub(crate) struct BrokerPlan {
    pub(crate) class_path: PathBuf,
    pub(crate) directory: PathBuf,
    pub(crate) logging_directory: PathBuf,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) users: BTreeMap<String, String>,
}

/// A broker with its port, which it keeps over restarts.
pub struct Broker {
    plan: BrokerPlan,
    port: u16,
    controller_port: u16,
    /// Where users sign in, if there are any.
    sasl_port: Option<u16>,
    process: Mutex<Option<Arc<Process>>>,
    admin: Admin,
}

impl Broker {
    /// Formats the broker's directory and starts it.
    pub(crate) async fn create(plan: BrokerPlan) -> Result<Self> {
        let port = ports::free_port()?;
        let admin = Admin::new(&format!("127.0.0.1:{port}"), &BTreeMap::new())?;
        let sasl_port = (!plan.users.is_empty()).then(ports::free_port).transpose()?;
        let broker = Self {
            plan,
            port,
            controller_port: ports::free_port()?,
            sasl_port,
            process: Mutex::new(None),
            admin,
        };
        broker.write_properties()?;
        broker.format().await?;
        broker.start().await?;
        Ok(broker)
    }

    /// `host:port` for clients.
    pub fn bootstrap(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// `host:port` where users sign in (SASL_PLAINTEXT, PLAIN), when the lab has any; see [`crate::LabOptions::users`].
    pub fn sasl_bootstrap(&self) -> Option<String> {
        self.sasl_port.map(|port| format!("127.0.0.1:{port}"))
    }

    /// Topics and records by hand.
    pub fn admin(&self) -> &Admin {
        &self.admin
    }

    /// Starts it (again) with the data it had, and waits until it serves requests.
    ///
    /// # Errors
    /// [`Error::Start`] with the end of its log; [`Error::Usage`] when it runs.
    pub async fn start(&self) -> Result<()> {
        if self.running().is_some() {
            return Err(Error::Usage("the broker runs already".to_owned()));
        }
        let command = java(
            &self.plan.class_path,
            Logging::Log4j2,
            &self.plan.logging_directory,
            512,
            "kafka.Kafka",
            &[&self.file("server.properties")],
        );
        let process = Arc::new(Process::start(
            "broker",
            &command,
            &self.plan.directory.join("broker.log"),
        )?);
        *lock(&self.process) = Some(Arc::clone(&process));
        process
            .ready("the broker lists its topics", PATIENCE, || async {
                // The port opens a moment before the broker serves, and librdkafka takes long to forgive an early try.
                if !process.output().contains("Kafka Server started") {
                    return Ok(Look::NotYet("its log does not say that it has started".to_owned()));
                }
                match self.admin.topics().await {
                    Ok(_) => Ok(Look::Done(())),
                    Err(error) => Ok(Look::NotYet(error.to_string())),
                }
            })
            .await
    }

    /// Ends it in order (SIGTERM).
    ///
    /// # Errors
    /// [`Error::Deadline`] when it does not end.
    pub async fn stop(&self) -> Result<()> {
        self.process()?.stop(PATIENCE).await
    }

    /// Ends it with SIGKILL.
    ///
    /// # Errors
    /// [`Error::Usage`] when it does not run.
    pub fn kill(&self) -> Result<()> {
        self.process()?.kill()
    }

    /// Freezes it (SIGSTOP).
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

    /// Gives it empty storage with another Kafka cluster id under the same addresses, as after a disaster.
    ///
    /// # Errors
    /// [`Error::Usage`] when it runs, [`Error::Io`].
    pub fn replace_storage(&self, id: &str) -> Result<()> {
        if self.running().is_some() {
            return Err(Error::Usage("the broker still runs".to_owned()));
        }
        replace(&self.plan.directory.join("data"), id).doing(|| "replacing the broker's storage".to_owned())
    }

    /// Its process id, when it runs.
    pub fn pid(&self) -> Option<i32> {
        self.running().map(|process| process.pid())
    }

    fn running(&self) -> Option<Arc<Process>> {
        lock(&self.process)
            .as_ref()
            .filter(|process| process.exited().is_none())
            .map(Arc::clone)
    }

    fn process(&self) -> Result<Arc<Process>> {
        self.running()
            .ok_or_else(|| Error::Usage("the broker does not run".to_owned()))
    }

    fn file(&self, name: &str) -> String {
        self.plan.directory.join(name).display().to_string()
    }

    /// Prepares an empty directory; one of an earlier lab stays as it is.
    async fn format(&self) -> Result<()> {
        let command = java(
            &self.plan.class_path,
            Logging::Log4j2,
            &self.plan.logging_directory,
            256,
            "kafka.tools.StorageTool",
            &["format", "-g", "-t", CLUSTER_ID, "-c", &self.file("server.properties")],
        );
        let process = Process::start("format", &command, &self.plan.directory.join("format.log"))?;
        let status = crate::wait::until("the broker's directory is formatted", PATIENCE, || async {
            Ok(process
                .exited()
                .map_or(Look::NotYet("it still runs".to_owned()), Look::Done))
        })
        .await?;
        if status.success() {
            Ok(())
        } else {
            Err(process.failure(format!("ended with {status}")))
        }
    }

    fn write_properties(&self) -> Result<()> {
        let mut properties = self.defaults();
        if let Some(port) = self.sasl_port {
            sign_in(&mut properties, port, &self.plan.users);
        }
        properties.extend(self.plan.properties.clone());
        let path = self.plan.directory.join("server.properties");
        std::fs::write(&path, crate::worker::property_file(&properties)).doing(|| format!("writing {}", path.display()))
    }

    fn defaults(&self) -> BTreeMap<String, String> {
        let (port, controller) = (self.port, self.controller_port);
        let listeners = format!("PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}");
        let data = self.file("data");
        [
            ("process.roles", "broker,controller"),
            ("node.id", "1"),
            ("controller.quorum.voters", &format!("1@127.0.0.1:{controller}")),
            ("listeners", &listeners),
            ("advertised.listeners", &format!("PLAINTEXT://127.0.0.1:{port}")),
            ("controller.listener.names", "CONTROLLER"),
            ("inter.broker.listener.name", "PLAINTEXT"),
            (
                "listener.security.protocol.map",
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            ),
            ("log.dirs", &data),
            ("offsets.topic.replication.factor", "1"),
            ("offsets.topic.num.partitions", "4"),
            ("transaction.state.log.replication.factor", "1"),
            ("transaction.state.log.min.isr", "1"),
            ("transaction.state.log.num.partitions", "4"),
            ("share.coordinator.state.topic.replication.factor", "1"),
            ("share.coordinator.state.topic.min.isr", "1"),
            ("group.initial.rebalance.delay.ms", "0"),
            ("group.min.session.timeout.ms", "1000"),
            // The cleaner would otherwise take 128 MiB of heap.
            ("log.cleaner.dedupe.buffer.size", "16777216"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into()
    }
}

impl std::fmt::Debug for Broker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Broker")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// A second listener whose users may only what ACLs allow them, while whoever comes without a name may all as before.
fn sign_in(properties: &mut BTreeMap<String, String>, port: u16, users: &BTreeMap<String, String>) {
    for (key, more) in [
        ("listeners", format!("SASL://127.0.0.1:{port}")),
        ("advertised.listeners", format!("SASL://127.0.0.1:{port}")),
        ("listener.security.protocol.map", "SASL:SASL_PLAINTEXT".to_owned()),
    ] {
        let value = properties.entry(key.to_owned()).or_default();
        value.push(',');
        value.push_str(&more);
    }
    let users = users
        .iter()
        .map(|(user, password)| format!(" user_{user}=\"{password}\""));
    let module = "org.apache.kafka.common.security.plain.PlainLoginModule required";
    let own = [
        ("sasl.enabled.mechanisms", "PLAIN".to_owned()),
        (
            "listener.name.sasl.plain.sasl.jaas.config",
            format!("{module}{};", users.collect::<String>()),
        ),
        (
            "authorizer.class.name",
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer".to_owned(),
        ),
        ("super.users", "User:ANONYMOUS".to_owned()),
    ];
    properties.extend(own.map(|(key, value)| (key.to_owned(), value)));
}

/// What formatting with another id leaves.
fn replace(data: &Path, id: &str) -> std::io::Result<()> {
    for entry in std::fs::read_dir(data)? {
        let path = entry?.path();
        match path.file_name().and_then(|name| name.to_str()) {
            Some("meta.properties") => {
                let lines = std::fs::read_to_string(&path)?;
                let other = lines.lines().map(|line| match line.starts_with("cluster.id=") {
                    true => format!("cluster.id={id}\n"),
                    false => format!("{line}\n"),
                });
                std::fs::write(&path, other.collect::<String>())?;
            }
            Some("bootstrap.checkpoint") => {}
            _ if path.is_dir() => std::fs::remove_dir_all(&path)?,
            _ => std::fs::remove_file(&path)?,
        }
    }
    Ok(())
}
