//! Bodies as real workers write them, field by field in their order.

use std::collections::BTreeMap;

use model::state::ConnectorKind;
use serde::Serialize;

use super::connector::{FakeConnector, FakeInstance};
use super::version::Version;

#[derive(Serialize)]
pub(super) struct Root<'a> {
    pub(super) version: &'a str,
    pub(super) commit: &'a str,
    pub(super) kafka_cluster_id: &'a str,
}

#[derive(Serialize)]
pub(super) struct Failure<'a> {
    pub(super) error_code: u16,
    pub(super) message: &'a str,
}

/// The HTTP server's own error; it has its status as text and no `error_code`.
#[derive(Serialize)]
pub(super) struct JettyFailure<'a> {
    pub(super) message: &'a str,
    pub(super) url: &'a str,
    pub(super) status: &'a str,
}

#[derive(Serialize)]
pub(super) struct Health<'a> {
    pub(super) status: &'a str,
    pub(super) message: &'a str,
}

#[derive(Serialize)]
pub(super) struct Expanded<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) info: Option<Info<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<Status<'a>>,
}

#[derive(Serialize)]
pub(super) struct Info<'a> {
    name: &'a str,
    config: &'a BTreeMap<String, String>,
    tasks: Vec<TaskId<'a>>,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct TaskId<'a> {
    connector: &'a str,
    task: u32,
}

#[derive(Serialize)]
pub(super) struct Task<'a> {
    id: TaskId<'a>,
    config: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
pub(super) struct Status<'a> {
    name: &'a str,
    connector: Instance<'a>,
    tasks: Vec<TaskStatus<'a>>,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
pub(super) struct Instance<'a> {
    state: &'a str,
    worker_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct TaskStatus<'a> {
    id: u32,
    #[serde(flatten)]
    instance: Instance<'a>,
}

pub(super) fn info(connector: &FakeConnector) -> Info<'_> {
    Info {
        name: &connector.name,
        config: &connector.config,
        tasks: connector.tasks.keys().map(|task| task_id(connector, *task)).collect(),
        kind: kind(connector),
    }
}

pub(super) fn tasks(connector: &FakeConnector) -> Vec<Task<'_>> {
    let task = |number: &u32| Task {
        id: task_id(connector, *number),
        config: &connector.config,
    };
    connector.tasks.keys().map(task).collect()
}

/// The status; `None` while there is no status record.
pub(super) fn status<'a>(connector: &'a FakeConnector, ids: &'a [String], version: Version) -> Option<Status<'a>> {
    let instance = |instance: &'a FakeInstance| Instance {
        state: &instance.state,
        worker_id: ids.get(instance.worker).map_or("", String::as_str),
        trace: instance.trace.as_deref(),
        version: version.status_version().then_some(version.number),
    };
    Some(Status {
        name: &connector.name,
        connector: instance(connector.instance.as_ref()?),
        tasks: connector
            .tasks
            .iter()
            .map(|(id, task)| TaskStatus {
                id: *id,
                instance: instance(task),
            })
            .collect(),
        kind: kind(connector),
    })
}

fn task_id(connector: &FakeConnector, task: u32) -> TaskId<'_> {
    TaskId {
        connector: &connector.name,
        task,
    }
}

fn kind(connector: &FakeConnector) -> &'static str {
    connector.kind.map_or("unknown", ConnectorKind::as_str)
}
