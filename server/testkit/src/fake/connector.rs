//! A connector of the fake, as a test describes it.

use std::collections::BTreeMap;

use model::state::ConnectorKind;

/// A connector with its instance and tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FakeConnector {
    /// Its name.
    pub name: String,
    /// Its config; what is written here is sent.
    pub config: BTreeMap<String, String>,
    /// Source or sink; `None` is sent as `unknown`.
    pub kind: Option<ConnectorKind>,
    /// The instance; `None` while no status record exists, so that the expanded list leaves the connector out.
    pub instance: Option<FakeInstance>,
    /// Its tasks.
    pub tasks: BTreeMap<u32, FakeInstance>,
}

/// A connector instance or task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FakeInstance {
    /// The state's word, any.
    pub state: String,
    /// Number of the worker in the cluster, from 0.
    pub worker: usize,
    /// The trace, when FAILED.
    pub trace: Option<String>,
}

impl FakeInstance {
    /// In this state on this worker, without trace.
    pub fn new(state: &str, worker: usize) -> Self {
        Self {
            state: state.to_owned(),
            worker,
            trace: None,
        }
    }
}

impl FakeConnector {
    /// A running file source with so many tasks, all on worker 0.
    pub fn source(name: &str, tasks: u32) -> Self {
        Self::running(
            name,
            tasks,
            ConnectorKind::Source,
            [
                (
                    "connector.class",
                    "org.apache.kafka.connect.file.FileStreamSourceConnector",
                ),
                ("file", "/var/lib/orders/in.txt"),
                ("topic", "orders"),
            ],
        )
    }

    /// A running file sink with so many tasks, all on worker 0.
    pub fn sink(name: &str, tasks: u32) -> Self {
        Self::running(
            name,
            tasks,
            ConnectorKind::Sink,
            [
                (
                    "connector.class",
                    "org.apache.kafka.connect.file.FileStreamSinkConnector",
                ),
                ("file", "/var/lib/orders/out.txt"),
                ("topics", "orders"),
            ],
        )
    }

    fn running<const N: usize>(name: &str, tasks: u32, kind: ConnectorKind, config: [(&str, &str); N]) -> Self {
        let mut config: BTreeMap<String, String> = config
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        config.insert("name".to_owned(), name.to_owned());
        config.insert("tasks.max".to_owned(), tasks.max(1).to_string());
        Self {
            name: name.to_owned(),
            config,
            kind: Some(kind),
            instance: Some(FakeInstance::new("RUNNING", 0)),
            tasks: (0..tasks).map(|task| (task, FakeInstance::new("RUNNING", 0))).collect(),
        }
    }

    /// The same with one more config value.
    #[must_use]
    pub fn with(mut self, key: &str, value: &str) -> Self {
        self.config.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The same with instance and tasks spread over so many workers.
    #[must_use]
    pub fn spread(mut self, workers: usize) -> Self {
        let places = self.instance.iter_mut().chain(self.tasks.values_mut());
        for (place, instance) in places.enumerate() {
            instance.worker = place % workers.max(1);
        }
        self
    }
}
