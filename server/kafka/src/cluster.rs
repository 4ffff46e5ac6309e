//! One Kafka cluster as the product sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use model::names::WorkerId;
use model::observe::GroupMembers;
use rdkafka::consumer::Consumer;

use crate::asker::Asker;
use crate::client::Client;
use crate::group::{self, Groups, Known};
use crate::offsets::{CommitsTail, Isolation, Offsets, Sampler};
use crate::{Error, GroupWatcher, ffi};

/// How long a single question may take.
const QUESTION: Duration = Duration::from_secs(1);
/// How long the list of all groups may take: it describes each of them.
const ALL_GROUPS: Duration = Duration::from_secs(10);
/// How long each question of [`Cluster::check`] may take: a first connection over TLS needs some round trips.
const CHECK: Duration = Duration::from_secs(3);

/// A handle on one Kafka cluster: who is in its groups, what it is called, whether we may ask.
///
/// It owns one thread; each [`GroupWatcher`] has one more. Dropping it waits for its thread: at most as long as the
/// question in work, and some 100 ms for the client once nobody else shares it.
pub struct Cluster {
    name: String,
    client: Arc<Client>,
    asker: Asker<Arc<Client>>,
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What [`Cluster::check`] found.
#[derive(Debug, Clone)]
pub struct Access {
    /// `host:port` of each broker as the cluster advertises them.
    pub brokers: Result<Vec<String>, Error>,
    /// The Kafka cluster's id.
    pub cluster_id: Result<String, Error>,
    /// The members of the group asked for, if one was: tells whether we may describe it.
    pub group: Option<Result<GroupMembers, Error>>,
}

impl Cluster {
    /// Sets up the client of the Kafka cluster that the configuration calls `name`. Nothing is awaited: an unreachable
    /// broker shows with the first question. `properties` are librdkafka's, references resolved; no value of a secret
    /// one reaches a log or an error.
    ///
    /// # Errors
    /// [`Error::Property`], [`Error::Setup`], [`Error::NoThread`].
    pub fn connect(name: &str, bootstrap: &str, properties: &BTreeMap<String, String>) -> Result<Self, Error> {
        let client = Arc::new(Client::new(bootstrap, properties)?);
        let asker = Asker::start(&format!("kafka {name}"), Arc::clone(&client), |client| client.serve())?;
        Ok(Self {
            name: name.to_owned(),
            client,
            asker,
        })
    }

    /// The name that the configuration gave it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Watches one Connect group on a thread of its own, so that no group waits for another's brokers.
    ///
    /// # Errors
    /// [`Error::NoThread`]; [`Error::Refused`] for a group id that no broker can have.
    pub fn watch(&self, group_id: &str) -> Result<GroupWatcher, Error> {
        self.watch_on(group_id, BTreeSet::new())
    }

    /// The same, where these were members as far as is known: who of them is missing at first may be on its way back.
    ///
    /// # Errors
    /// Those of [`Cluster::watch`].
    pub fn watch_on(&self, group_id: &str, before: BTreeSet<WorkerId>) -> Result<GroupWatcher, Error> {
        GroupWatcher::start(Arc::clone(&self.client), group_id, before)
    }

    /// Follows the commits of consumer groups, on a thread and with a consumer of its own. No group is wanted yet.
    ///
    /// # Errors
    /// [`Error::Setup`], [`Error::NoThread`].
    pub fn commits(&self) -> Result<CommitsTail, Error> {
        CommitsTail::start(&self.name, &self.client)
    }

    /// Asks for offsets of partitions and for topics, on a thread of its own.
    ///
    /// # Errors
    /// [`Error::NoThread`].
    pub fn offsets(&self) -> Result<Offsets, Error> {
        Offsets::start(&self.name, Arc::clone(&self.client))
    }

    /// Reads how old unread records are, on a thread and with a consumer of its own.
    ///
    /// # Errors
    /// [`Error::NoThread`].
    pub fn sampler(&self, isolation: Isolation) -> Result<Sampler, Error> {
        Sampler::start(&self.name, &self.client, isolation)
    }

    /// The members of one Connect group, asked once; who asks again and again uses [`Cluster::watch`]. 1 s.
    ///
    /// # Errors
    /// As [`GroupWatcher::members`].
    pub async fn group(&self, group_id: &str) -> Result<GroupMembers, Error> {
        self.group_within(group_id, QUESTION).await
    }

    async fn group_within(&self, group_id: &str, deadline: Duration) -> Result<GroupMembers, Error> {
        let group_id = group_id.to_owned();
        self.asker
            .ask(deadline, move |client, left| {
                group::ask(client, &group_id, left, &mut Known::default())
            })
            .await
    }

    /// Every group that we may describe (brokers silently leave out the others), with the members of those that are
    /// Connect's. 10 s; it costs each broker a description of each of its groups.
    ///
    /// # Errors
    /// All of [`Error`] that a broker's silence or refusal can be.
    pub async fn groups(&self) -> Result<Groups, Error> {
        self.asker
            .ask(ALL_GROUPS, |client, left| group::ask_all(client, left))
            .await
    }

    /// The Kafka cluster's own id, as its workers report it too. 1 s.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and its explanations.
    pub async fn cluster_id(&self) -> Result<String, Error> {
        self.cluster_id_within(QUESTION).await
    }

    async fn cluster_id_within(&self, deadline: Duration) -> Result<String, Error> {
        let question = |client: &Client, left: Duration| {
            client
                .consumer
                .client()
                .fetch_cluster_id(left)
                .ok_or(Error::TimedOut { after: left })
        };
        self.asker
            .ask(deadline, move |client, left| {
                client.put(deadline, |client| question(client, left))
            })
            .await
    }

    /// The topics that we may describe, each with how many partitions it has. 10 s.
    ///
    /// # Errors
    /// [`Error::TimedOut`] and its explanations.
    pub async fn topics(&self) -> Result<Vec<(String, usize)>, Error> {
        let question = |client: &Client, left: Duration| {
            let metadata = client.consumer.fetch_metadata(None, left);
            let metadata = metadata.map_err(|error| client.voice.error(&error, left))?;
            let topics = metadata.topics().iter().filter(|topic| topic.error().is_none());
            Ok(topics
                .map(|topic| (topic.name().to_owned(), topic.partitions().len()))
                .collect())
        };
        self.asker
            .ask(ALL_GROUPS, move |client, left| {
                client.put(ALL_GROUPS, |client| question(client, left))
            })
            .await
    }

    /// Asks what `doctor` wants to know: brokers, cluster id and, with a group id, whether the group may be described.
    /// Each question has 3 s; when the first one fails, its error answers the others too.
    pub async fn check(&self, group_id: Option<&str>) -> Access {
        // librdkafka asks a broker of its choice, which may be a silent one: so it is let choose again.
        let ask = |client: &mut Arc<Client>, left: Duration| {
            client.put(left, |client| {
                let once = || ffi::brokers(&client.consumer, left / 3).map_err(|code| Error::from_number(code, left));
                once().or_else(|_| once()).or_else(|_| once())
            })
        };
        let brokers = self.asker.ask(CHECK, ask).await;
        if let Err(error) = &brokers {
            let same = error.clone();
            return Access {
                cluster_id: Err(same.clone()),
                group: group_id.map(|_| Err(same)),
                brokers,
            };
        }
        let cluster_id = self.cluster_id_within(CHECK).await;
        let group = match group_id {
            None => None,
            Some(group_id) => Some(self.group_within(group_id, CHECK).await),
        };
        Access {
            brokers,
            cluster_id,
            group,
        }
    }
}
