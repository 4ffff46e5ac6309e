//! What can be asked of the fleet, as JSON: `{"do": "fail", "cluster": "fake-1", "connector": "orders", "task": 0}`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::fake::Behaviour;

/// One change, or the beginning of several. `task` absent means the connector's instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub enum Order {
    /// To FAILED.
    Fail {
        /// The cluster's name.
        cluster: String,
        /// The connector's name.
        connector: String,
        /// The task's number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<u32>,
        /// The trace: a name of [`crate::fake::traces::named`], else the text itself; `bare` unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trace: Option<String>,
    },
    /// Back to RUNNING.
    Restore {
        /// The cluster's name.
        cluster: String,
        /// The connector's name.
        connector: String,
        /// The task's number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<u32>,
    },
    /// To any state, without trace.
    State {
        /// The cluster's name.
        cluster: String,
        /// The connector's name.
        connector: String,
        /// The task's number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<u32>,
        /// The state's word, any.
        state: String,
    },
    /// Creates or replaces a running file source, spread over the workers.
    Create {
        /// The cluster's name.
        cluster: String,
        /// The connector's name.
        connector: String,
        /// Number of its tasks.
        tasks: u32,
    },
    /// Deletes a connector.
    Delete {
        /// The cluster's name.
        cluster: String,
        /// The connector's name.
        connector: String,
    },
    /// Sets one value of a config.
    Edit {
        /// The cluster's name.
        cluster: String,
        /// The connector's name.
        connector: String,
        /// The key.
        key: String,
        /// Its new value.
        value: String,
    },
    /// How workers answer from now on.
    Behave {
        /// The cluster's name; absent: all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cluster: Option<String>,
        /// The worker's number from 0; absent: all of them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        worker: Option<usize>,
        /// The manner.
        how: Manner,
    },
    /// Fails now and goes on failing: RUNNING after half of the time, FAILED again after the other half.
    CrashLoop {
        /// The cluster's name.
        cluster: String,
        /// The connector's name.
        connector: String,
        /// The task's number.
        task: u32,
        /// Milliseconds from one failure to the next.
        every_ms: u64,
        /// Failures in all.
        times: u32,
    },
    /// Tasks all over the fleet flip between RUNNING and FAILED, the same ones in the same order for the same seed.
    Storm {
        /// Flips a second.
        per_second: u32,
        /// For so many seconds.
        seconds: u32,
        /// Of the chance by which tasks are picked.
        seed: u64,
    },
}

/// How a worker answers, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manner {
    /// As it should; one that refused is there again.
    Normal,
    /// Its port refuses, as after `kill -9`.
    Refuse,
    /// It accepts and never answers.
    Hang,
    /// It answers so many milliseconds late.
    Late(u64),
    /// One byte a second.
    Slow,
    /// Half a body, then the connection breaks.
    Half,
    /// A page of HTML.
    Html,
    /// A body of so many bytes that is no JSON.
    Huge(u64),
    /// Redirected to where it already is.
    Circle,
    /// 409, as in a rebalance.
    Conflict,
    /// 500, as after 90 s of waiting for the herder.
    Error,
    /// 404 without `error_code`, as before Connect's resources are there.
    Booting,
    /// Empty lists and `/health` 503, as while the herder reads its topics.
    Starting,
    /// 503 of the HTTP server to everything.
    Unavailable,
    /// JSON of something else.
    WrongJson,
    /// 401, as Connect's basic authentication answers.
    Unauthorized,
}

impl Manner {
    /// The behaviour; `None` is a worker that is gone.
    pub(super) fn behaviour(&self) -> Option<Behaviour> {
        let json = |status, body: &str| Behaviour::Other(status, "application/json", body.to_owned());
        Some(match self {
            Self::Refuse => return None,
            Self::Normal => Behaviour::Normal,
            Self::Hang => Behaviour::Hang,
            Self::Late(ms) => Behaviour::Late(Duration::from_millis(*ms)),
            Self::Slow => Behaviour::Trickle,
            Self::Half => Behaviour::Half,
            Self::Html => Behaviour::html(),
            Self::Huge(bytes) => Behaviour::Huge(*bytes),
            Self::Circle => Behaviour::Circle,
            Self::Conflict => Behaviour::Conflict,
            Self::Error => Behaviour::TimedOut,
            Self::Booting => Behaviour::Booting,
            Self::Starting => Behaviour::Starting,
            Self::Unavailable => json(503, r#"{"message":"Service Unavailable","url":"/","status":"503"}"#),
            Self::WrongJson => json(200, r#"[{"id":1,"items":[true,null]}]"#),
            Self::Unauthorized => Behaviour::Unauthorized,
        })
    }
}

/// An order of a script, with its time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Milliseconds after the script's beginning.
    pub at_ms: u64,
    /// What happens then.
    pub order: Order,
}
