//! The members of the Connect group, asked of Kafka every interval.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::names::WorkerId;
use model::observe::{Gap, GapKind, Seen};
use telemetry::Outcome;
use telemetry::span::{self, Look};
use tokio::sync::Mutex;
use tracing::{Instrument as _, debug, info, warn};

use super::aside::Aside;
use super::choice::{addresses, choose, deserted};
use super::watcher::Watcher;
use crate::KafkaSpec;

/// How often the group is looked for while it is not known.
const SEARCH: Duration = Duration::from_secs(15);
/// How long the first search waits for a first list.
const FIRST_LIST: Duration = Duration::from_secs(2);

/// One Kafka cluster, shared by the watchers of its Connect clusters and set up by the first that needs it.
#[derive(Clone)]
pub(crate) struct Access {
    name: Arc<str>,
    spec: KafkaSpec,
    cluster: Arc<Mutex<Option<Arc<Aside<kafka::Cluster>>>>>,
}

impl Access {
    pub(crate) fn new(name: Arc<str>, spec: KafkaSpec) -> Self {
        Self {
            name,
            spec,
            cluster: Arc::default(),
        }
    }

    /// What the configuration calls it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The client, made when it is first needed.
    ///
    /// # Errors
    /// Properties that make none.
    pub(crate) async fn cluster(&self) -> Result<Arc<Aside<kafka::Cluster>>, kafka::Error> {
        let mut cluster = self.cluster.lock().await;
        if let Some(cluster) = &*cluster {
            return Ok(cluster.clone());
        }
        let made = kafka::Cluster::connect(&self.name, &self.spec.bootstrap, &self.spec.properties)?;
        let made = Arc::new(Aside::new(made));
        *cluster = Some(made.clone());
        Ok(made)
    }
}

/// Asks for ever.
pub(crate) async fn run(mut watcher: Watcher, access: Access) {
    let name = watcher.cluster.name.clone();
    if watcher.cluster.group_id.is_none() {
        // It is found by its workers' addresses, which its first list tells.
        let told = watcher.hints.wait_for(|hints| !addresses(hints).is_empty());
        let _late_or_ending = tokio::time::timeout(FIRST_LIST, told).await;
    }
    let mut moved = None;
    loop {
        let at = watcher.shared.clock.now();
        let known = addresses(&watcher.hints.borrow());
        let gap = match watch(&mut watcher, &access, moved.take()).await {
            Ok(Ended::Deaf) => return,
            Ok(Ended::Elsewhere(group)) => {
                info!(cluster = %name, %group, "its workers left their Connect group for another one");
                moved = Some(group);
                continue;
            }
            Err(Trouble::NotFound) => {
                debug!(cluster = %name, "its Connect group is not found yet");
                Gap {
                    kind: GapKind::Other,
                    text: "no Connect group on its Kafka has members with its workers' addresses".into(),
                }
            }
            Err(Trouble::Kafka(error)) => {
                warn!(cluster = %name, %error, "its Connect group cannot be watched");
                Gap {
                    kind: gap_kind(&error),
                    text: error.to_string().into(),
                }
            }
        };
        if !watcher.tell(at, Seen::MembersMissing(gap)).await {
            return;
        }
        // It is found by its workers' addresses: those that a list tells are tried at once.
        let more = watcher.hints.wait_for(|hints| !addresses(hints).is_subset(&known));
        tokio::select! {
            _ = more => {}
            () = tokio::time::sleep(SEARCH) => {}
        }
    }
}

/// Why a group is not watched any more.
enum Ended {
    /// Nobody listens.
    Deaf,
    /// The workers are in this other group now.
    Elsewhere(Arc<str>),
}

enum Trouble {
    /// No group, or more than one, has members with the addresses of this cluster's workers.
    NotFound,
    Kafka(kafka::Error),
}

/// Watches the group, `moved` where it is known which one that is now.
async fn watch(watcher: &mut Watcher, access: &Access, moved: Option<Arc<str>>) -> Result<Ended, Trouble> {
    let kafka = access.cluster().await.map_err(Trouble::Kafka)?;
    let group_id = match (&watcher.cluster.group_id, moved) {
        (Some(id), _) => id.clone(),
        (None, Some(group)) => group,
        (None, None) => {
            let group = discover(watcher, &kafka, false).await?;
            info!(cluster = %watcher.cluster.name, %group, "found its Connect group");
            group
        }
    };
    let living = watcher.hints.borrow().living.clone();
    let group = Aside::new(kafka.watch_on(&group_id, living).map_err(Trouble::Kafka)?);
    let cluster = watcher.cluster.clone();
    let name = cluster.name.as_str();
    let mut searched = Instant::now();
    loop {
        let at = watcher.shared.clock.now();
        let began = Instant::now();
        let spec = watcher.configuration();
        let doubt_known = watcher.hints.borrow().in_doubt;
        let look = span::look(Look::Group, name);
        let seen = match group.members().instrument(look.clone()).await {
            Ok(members) => {
                telemetry::group_asked(name, Outcome::Ok, began.elapsed());
                let deserted = deserted(&members, &watcher.hints.borrow());
                if watcher.cluster.group_id.is_none() && deserted && searched.elapsed() >= SEARCH {
                    searched = Instant::now();
                    if let Ok(found) = discover(watcher, &kafka, true).await
                        && found != group_id
                    {
                        return Ok(Ended::Elsewhere(found));
                    }
                }
                Seen::Members(members)
            }
            Err(error) => {
                telemetry::group_asked(name, Outcome::Failed, began.elapsed());
                Seen::MembersMissing(Gap {
                    kind: gap_kind(&error),
                    text: error.to_string().into(),
                })
            }
        };
        if !watcher.tell(at, seen).instrument(look).await {
            return Ok(Ended::Deaf);
        }
        let pause = watcher.interval().saturating_sub(began.elapsed());
        // A cluster that is heard again has perhaps all its workers back: the group is asked at once.
        let resting = watcher.clone();
        let doubt = watcher.hints.wait_for(|hints| hints.in_doubt && !doubt_known);
        tokio::select! {
            _ = doubt => {}
            () = resting.rest(pause, spec) => {}
        }
    }
}

/// Finds the group whose members have the addresses of this cluster's workers.
async fn discover(watcher: &Watcher, cluster: &kafka::Cluster, deserted: bool) -> Result<Arc<str>, Trouble> {
    let groups = cluster.groups().await.map_err(Trouble::Kafka)?;
    let groups = groups.groups.iter().filter_map(|group| group.connect.as_ref());
    let found = choose(groups, &watcher.hints.borrow(), &configured(watcher), deserted);
    let name = &watcher.cluster.name;
    found.map_err(|several| {
        if several > 0 {
            warn!(cluster = %name, "several Connect groups have its workers: set `group_id`");
        }
        Trouble::NotFound
    })
}

/// The workers behind the configured addresses, if they advertise them.
fn configured(watcher: &Watcher) -> BTreeSet<WorkerId> {
    let urls = watcher.cluster.urls.iter();
    urls.map(|url| watcher.client.at(url).address().clone()).collect()
}

/// What a refusal or silence of Kafka is called.
pub(super) fn gap_kind(error: &kafka::Error) -> GapKind {
    match error {
        kafka::Error::Unreachable { .. } => GapKind::Unreachable,
        kafka::Error::TimedOut { .. } => GapKind::TimedOut,
        kafka::Error::Authentication { .. } | kafka::Error::Authorization { .. } => GapKind::Denied,
        _ => GapKind::Other,
    }
}
