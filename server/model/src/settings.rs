//! What an operator may set about observing and judging.

use chrono::TimeDelta;

/// `[observe]` of the configuration, as the judge and the watchers use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Time between two looks at a cluster. Default 5 s.
    pub interval: TimeDelta,
    /// Time between two expanded lists of a cluster whose status and config topics are read wholly. Default 60 s.
    pub list_interval: TimeDelta,
    /// Age from which data counts as stale and, when nothing else is known, a connector as unknown. Default 30 s.
    pub stale_after: TimeDelta,
    /// Time that UNASSIGNED on a live worker, or RUNNING without tasks, is taken for a passing thing. Default 10 s.
    pub grace: TimeDelta,
    /// Time without progress after which waiting work means stalled. Default 2 min.
    pub stall_window: TimeDelta,
    /// Failures within [`Settings::crash_window`] that make a crash loop: 3.
    pub crash_count: usize,
    /// The window in which failures are counted: 10 min.
    pub crash_window: TimeDelta,
    /// Time between two of the slow questions: the plain list where nothing is missing, versions, health and plugins of
    /// each worker, and whether a refused cluster is still the one it repeats. 60 s.
    pub slow_interval: TimeDelta,
    /// How long a worker that is gone, or not known to live, is kept while no status names it, `worker_retention`. Default
    /// 1 h.
    pub worker_retention: TimeDelta,
    /// How long a deleted connector is kept with its configs, `deleted_retention`. Default 30 days. History is kept apart.
    pub deleted_retention: TimeDelta,
    /// Which version of the settings this is; verdict changes are recorded with it.
    pub revision: u64,
}

impl Settings {
    /// The time without a look from which on nobody counts as looking: the stale limit, or three looks where that is more.
    pub fn pause(&self) -> TimeDelta {
        self.stale_after.max(self.interval * 3)
    }

    /// How long a status that vanished may be a deletion which the plain lists have not proven yet: the grace, or three
    /// looks where that is more.
    pub fn vanished_grace(&self) -> TimeDelta {
        self.grace.max(self.interval * 3)
    }

    /// The same once a plain list lacked the connector too, which hardly leaves anything but a deletion: until the last
    /// states seen are stale.
    pub fn deletion_grace(&self) -> TimeDelta {
        self.vanished_grace().max(self.stale_after)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            interval: TimeDelta::seconds(5),
            list_interval: TimeDelta::seconds(60),
            stale_after: TimeDelta::seconds(30),
            grace: TimeDelta::seconds(10),
            stall_window: TimeDelta::minutes(2),
            crash_count: 3,
            crash_window: TimeDelta::minutes(10),
            slow_interval: TimeDelta::seconds(60),
            worker_retention: TimeDelta::hours(1),
            deleted_retention: TimeDelta::days(30),
            revision: 0,
        }
    }
}
