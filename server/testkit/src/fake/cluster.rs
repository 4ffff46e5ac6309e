//! The cluster: workers over one state, and the verbs by which a test changes it.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::behaviour::Behaviour;
use super::connector::{FakeConnector, FakeInstance};
use super::plugins::{Added, Installed};
use super::state::{Shared, State};
use super::version::Version;
use super::worker::FakeWorker;

/// A cluster of fake workers; dropping it ends them.
pub struct FakeCluster {
    shared: Arc<Shared>,
    workers: Vec<FakeWorker>,
}

impl FakeCluster {
    /// Starts so many workers on free loopback ports.
    ///
    /// # Errors
    /// When no thread or port can be had.
    pub fn start(version: Version, workers: usize) -> io::Result<Self> {
        Self::start_on(version, &vec![0; workers])
    }

    /// Starts a worker on each of these loopback ports; 0 takes a free one.
    ///
    /// # Errors
    /// When no thread or port can be had.
    pub fn start_on(version: Version, ports: &[u16]) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            version,
            state: Mutex::new(State {
                kafka_cluster_id: "fake-4L6g3nShT-eMCtK--X".to_owned(),
                connectors: BTreeMap::new(),
                ids: Vec::new(),
                behaviours: Vec::new(),
                added: Vec::new(),
                requests: Vec::new(),
                counts: Vec::new(),
                written: None,
                changed: None,
                shown: None,
            }),
        });
        let mut cluster = Self {
            shared,
            workers: Vec::new(),
        };
        for port in ports {
            cluster.add_worker(*port)?;
        }
        Ok(cluster)
    }

    /// Adds a worker on a loopback port (0: a free one) and returns its number.
    ///
    /// # Errors
    /// When no thread or port can be had.
    pub fn add_worker(&mut self, port: u16) -> io::Result<usize> {
        let number = self.workers.len();
        {
            let mut state = self.shared.lock();
            state.ids.push(String::new());
            state.behaviours.push(Behaviour::Normal);
            state.added.push(Added::new());
            state.requests.push(Vec::new());
            state.counts.push(BTreeMap::new());
        }
        let worker = FakeWorker::start(self.shared.clone(), number, port)?;
        self.shared.lock().ids[number] = worker.address().to_string();
        self.workers.push(worker);
        Ok(number)
    }

    /// Number of workers, dead ones included.
    pub fn workers(&self) -> usize {
        self.workers.len()
    }

    /// The base address of a worker, with a slash at its end.
    pub fn url(&self, worker: usize) -> String {
        format!("http://{}/", self.workers[worker].address())
    }

    /// The base addresses of all workers.
    pub fn urls(&self) -> Vec<String> {
        (0..self.workers.len()).map(|worker| self.url(worker)).collect()
    }

    /// `host:port` that a worker advertises in statuses.
    pub fn worker_id(&self, worker: usize) -> String {
        self.shared.lock().ids[worker].clone()
    }

    /// Makes a worker advertise another address than it listens on, as behind an ingress.
    pub fn advertise(&self, worker: usize, id: &str) {
        self.change(|state| id.clone_into(&mut state.ids[worker]));
    }

    /// Says from now on that it runs on this Kafka cluster; fakes that are not told say all the same one.
    pub fn on_kafka(&self, id: &str) {
        id.clone_into(&mut self.shared.lock().kafka_cluster_id);
    }

    /// Kills a worker as `kill -9` does: its port refuses, its connections break, statuses stay. Returns when the port
    /// refuses.
    pub fn kill(&mut self, worker: usize) {
        self.workers[worker].kill();
    }

    /// Starts a killed worker again on its port.
    ///
    /// # Errors
    /// When the port was taken meanwhile.
    pub fn revive(&mut self, worker: usize) -> io::Result<()> {
        self.workers[worker].revive(self.shared.clone())
    }

    /// How a worker answers from now on.
    pub fn behave(&self, worker: usize, behaviour: Behaviour) {
        self.shared.lock().behaviours[worker] = behaviour;
    }

    /// Installs a plugin on a worker, in place of what it has of that class: its kind (`sink`, `transformation`), its version
    /// and its keys with their types.
    pub fn install(
        &self,
        worker: usize,
        class: &str,
        (kind, version): (&'static str, &str),
        keys: &[(&'static str, &'static str)],
    ) {
        let plugin = Installed {
            kind,
            version: version.to_owned(),
            keys: keys.to_vec(),
        };
        self.shared.lock().added[worker].insert(class.to_owned(), plugin);
    }

    /// Method and target of every request to a worker so far.
    pub fn requests(&self, worker: usize) -> Vec<String> {
        self.shared.lock().requests[worker].clone()
    }

    /// How often each method and target was asked of a worker since the last [`FakeCluster::forget_counts`].
    pub fn counts(&self, worker: usize) -> BTreeMap<String, u64> {
        self.shared.lock().counts[worker].clone()
    }

    /// Counts from 0 again.
    pub fn forget_counts(&self) {
        self.shared.lock().counts.iter_mut().for_each(BTreeMap::clear);
    }

    /// How long after the last change the expanded list was first asked for; `None` while it was not.
    pub fn shown_after(&self) -> Option<Duration> {
        let state = self.shared.lock();
        Some(state.shown?.saturating_duration_since(state.changed?))
    }

    /// How many tasks are in each state.
    pub fn task_states(&self) -> BTreeMap<String, usize> {
        let mut states = BTreeMap::new();
        for connector in self.shared.lock().connectors.values() {
            for task in connector.tasks.values() {
                *states.entry(task.state.clone()).or_default() += 1;
            }
        }
        states
    }

    /// Creates or replaces a connector.
    pub fn put(&self, connector: FakeConnector) {
        self.change(|state| state.connectors.insert(connector.name.clone(), connector));
    }

    /// Deletes a connector; whether it was there.
    pub fn delete(&self, name: &str) -> bool {
        self.change(|state| state.connectors.remove(name).is_some())
    }

    /// A connector as it is.
    pub fn connector(&self, name: &str) -> Option<FakeConnector> {
        self.shared.lock().connectors.get(name).cloned()
    }

    /// The names of all connectors.
    pub fn names(&self) -> Vec<String> {
        self.shared.lock().connectors.keys().cloned().collect()
    }

    /// Changes a connector; whether it was there.
    pub fn edit(&self, name: &str, edit: impl FnOnce(&mut FakeConnector)) -> bool {
        self.change(|state| state.connectors.get_mut(name).map(edit).is_some())
    }

    /// Sets the state and trace of a connector's instance (`task`: `None`) or one of its tasks, on the worker where it
    /// is (a new one: worker 0).
    pub fn set_state(&self, name: &str, task: Option<u32>, state: &str, trace: Option<&str>) -> bool {
        self.edit(name, |connector| {
            let new = || FakeInstance::new(state, 0);
            let instance = match task {
                None => connector.instance.get_or_insert_with(new),
                Some(task) => connector.tasks.entry(task).or_insert_with(new),
            };
            state.clone_into(&mut instance.state);
            instance.trace = trace.map(str::to_owned);
        })
    }

    /// Moves a connector's instance (`task`: `None`) or one of its tasks to another worker.
    pub fn place(&self, name: &str, task: Option<u32>, worker: usize) -> bool {
        self.edit(name, |connector| {
            let instance = match task {
                None => connector.instance.as_mut(),
                Some(task) => connector.tasks.get_mut(&task),
            };
            if let Some(instance) = instance {
                instance.worker = worker;
            }
        })
    }

    /// Moves everything that one worker has to another, as a rebalance does.
    pub fn reassign(&self, from: usize, to: usize) {
        self.change(|state| {
            for connector in state.connectors.values_mut() {
                let instances = connector.instance.iter_mut().chain(connector.tasks.values_mut());
                for instance in instances.filter(|instance| instance.worker == from) {
                    instance.worker = to;
                }
            }
        });
    }

    /// Spreads everything evenly over all workers, as the rebalances after a worker's return do.
    pub fn balance(&self) {
        let workers = self.workers.len();
        self.change(|state| {
            for (number, connector) in state.connectors.values_mut().enumerate() {
                let instances = connector.instance.iter_mut().chain(connector.tasks.values_mut());
                for (place, instance) in instances.enumerate() {
                    instance.worker = (number + place) % workers.max(1);
                }
            }
        });
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.shared.lock();
        state.written = None;
        state.changed = Some(Instant::now());
        state.shown = None;
        change(&mut state)
    }
}
