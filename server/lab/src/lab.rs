//! The lab itself: a directory, a broker, and whatever is started on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use kafka::admin::Permission;
use tokio::sync::OnceCell;

use crate::artifacts::{Cache, NEWEST, Set};
use crate::broker::{Broker, BrokerPlan};
use crate::cluster::{ConnectCluster, Ground};
use crate::database::Database;
use crate::directory::Directory;
use crate::error::Doing;
use crate::java::{Logging, check_java};
use crate::rest::Rest;
use crate::spec::ClusterSpec;
use crate::{Progress, Result};

/// How a lab shall be.
#[derive(Debug, Clone)]
pub struct LabOptions {
    /// Where artifacts lie.
    pub cache: Cache,
    /// The lab's directory; a temporary one unless told.
    pub directory: Option<PathBuf>,
    /// Whether a temporary directory stays.
    pub keep: bool,
    /// The broker's Kafka version.
    pub broker_version: String,
    /// Broker properties that win over the lab's.
    pub broker_properties: BTreeMap<String, String>,
    /// Users of Kafka with their passwords (letters and digits). When there are any, the broker has a second listener
    /// where they sign in ([`Broker::sasl_bootstrap`]) and may only what an ACL allows; the first one stays open to all.
    pub users: BTreeMap<String, String>,
    /// Who hears what the lab does.
    pub progress: Progress,
}

impl Default for LabOptions {
    fn default() -> Self {
        Self {
            cache: Cache::usual(),
            directory: None,
            keep: false,
            broker_version: NEWEST.to_owned(),
            broker_properties: BTreeMap::new(),
            users: BTreeMap::new(),
            progress: Progress::silent(),
        }
    }
}

/// What a user of Kafka may be allowed.
#[derive(Debug, Clone, Copy)]
pub enum Grant<'a> {
    /// To read a topic, which includes to know that it is there.
    ReadTopic(&'a str),
    /// To know that a topic is there.
    DescribeTopic(&'a str),
    /// To see the members and offsets of a group.
    DescribeGroup(&'a str),
}

/// A running lab. Dropping it kills everything and removes its directory.
#[derive(Debug)]
pub struct Lab {
    // In this order processes end before their files go.
    broker: Broker,
    database: OnceCell<Database>,
    rest: Rest,
    options: LabOptions,
    directory: Directory,
}

impl Lab {
    /// Makes the directory, fetches what is missing, and starts the broker.
    ///
    /// # Errors
    /// [`crate::Error::Missing`] and [`crate::Error::Artifacts`] when this machine cannot run it;
    /// [`crate::Error::Start`] when the broker does not come up.
    pub async fn start(options: LabOptions) -> Result<Self> {
        check_java(17)?;
        let class_path = options
            .cache
            .have(&Set::broker(&options.broker_version), &options.progress)
            .await?;
        let directory = Directory::make(options.directory.as_deref(), options.keep)?;
        for logging in [Logging::Log4j2, Logging::Reload4j] {
            let (name, content) = logging.file();
            let path = directory.sub("logging")?.join(name);
            std::fs::write(&path, content).doing(|| format!("writing {}", path.display()))?;
        }
        let broker = Broker::create(BrokerPlan {
            class_path,
            directory: directory.sub("broker")?,
            logging_directory: directory.sub("logging")?,
            properties: options.broker_properties.clone(),
            users: options.users.clone(),
        })
        .await?;
        let pid = broker.pid().unwrap_or_default();
        options.progress.say(format!(
            "broker {} answers on {} (pid {pid})",
            options.broker_version,
            broker.bootstrap()
        ));
        Ok(Self {
            broker,
            database: OnceCell::new(),
            rest: Rest::new()?,
            options,
            directory,
        })
    }

    /// One lab with the usual options for all tests of a process, started by the first that asks. It is never dropped:
    /// its processes end with the process, and its directory is swept away by the next lab.
    ///
    /// # Errors
    /// As [`Self::start`]; the next caller tries again.
    pub async fn shared() -> Result<&'static Self> {
        static SHARED: OnceCell<Lab> = OnceCell::const_new();
        SHARED.get_or_try_init(|| Self::start(LabOptions::default())).await
    }

    /// The broker.
    pub fn broker(&self) -> &Broker {
        &self.broker
    }

    /// The lab's directory.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The lab's own directory `name` below its directory, made if needed.
    ///
    /// # Errors
    /// [`crate::Error::Io`].
    pub fn sub_directory(&self, name: &str) -> Result<PathBuf> {
        self.directory.sub(name)
    }

    /// Who hears what the lab does.
    pub fn progress(&self) -> &Progress {
        &self.options.progress
    }

    /// Starts a Connect cluster on the broker and waits until all its workers are healthy.
    ///
    /// # Errors
    /// As [`Self::start`], for the workers.
    pub async fn connect_cluster(&self, spec: ClusterSpec) -> Result<ConnectCluster> {
        let progress = &self.options.progress;
        let ground = Ground {
            bootstrap: self.broker.bootstrap(),
            class_path: self.options.cache.have(&Set::worker(&spec.version), progress).await?,
            plugins: self.options.cache.have(&Set::plugins(), progress).await?,
            directory: self.directory.sub(&format!("connect-{}", spec.name))?,
            logging_directory: self.directory.sub("logging")?,
            rest: self.rest.clone(),
        };
        let cluster = ConnectCluster::create(spec, ground).await?;
        let urls = cluster.urls().join(", ");
        progress.say(format!(
            "Connect cluster {} {} is healthy at {urls}",
            cluster.name(),
            cluster.version()
        ));
        Ok(cluster)
    }

    /// Creates a topic.
    ///
    /// # Errors
    /// [`crate::Error::Kafka`], for example when it exists.
    pub async fn create_topic(&self, name: &str, partitions: i32) -> Result<()> {
        Ok(self.broker.admin().create_topic(name, partitions, &[]).await?)
    }

    /// Writes one record.
    ///
    /// # Errors
    /// [`crate::Error::Kafka`].
    pub async fn produce(
        &self,
        topic: &str,
        partition: Option<i32>,
        key: Option<&str>,
        value: Option<&str>,
    ) -> Result<()> {
        let (key, value) = (key.map(str::as_bytes), value.map(str::as_bytes));
        Ok(self.broker.admin().produce(topic, partition, key, value).await?)
    }

    /// Allows a user who signs in something, see [`LabOptions::users`].
    ///
    /// # Errors
    /// [`crate::Error::Kafka`], also where the lab has no users.
    pub async fn grant(&self, user: &str, grant: Grant<'_>) -> Result<()> {
        let permission = match grant {
            Grant::ReadTopic(topic) => Permission::ReadTopic(topic),
            Grant::DescribeTopic(topic) => Permission::DescribeTopic(topic),
            Grant::DescribeGroup(group) => Permission::DescribeGroup(group),
        };
        let principal = format!("User:{user}");
        Ok(self.broker.admin().allow(&principal, permission, true).await?)
    }

    /// A Postgres: `DATABASE_URL`, or one of the lab's own, started at the first call.
    ///
    /// # Errors
    /// [`crate::Error::Postgres`] or [`crate::Error::Missing`] when none can be had.
    pub async fn postgres(&self) -> Result<&Database> {
        self.database
            .get_or_try_init(|| async {
                let database =
                    Database::start(&self.options.cache, self.directory.path(), &self.options.progress).await?;
                self.options.progress.say("Postgres answers");
                Ok(database)
            })
            .await
    }
}
