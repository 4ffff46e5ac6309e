//! The connector instance and its tasks: our verdict on each beside what REST says.

use model::rest::otherwise;
use model::state::State;
use model::verdict::Health;
use serde_json::Value;

/// The connector instance or a task.
pub struct Part<'a> {
    /// `connector`, `task 0`.
    pub name: String,
    /// Its verdict; `None` for a word of a newer server, and of a deleted connector.
    pub health: Option<Health>,
    /// Its state.
    pub state: State,
    /// What REST says of it.
    rest: State,
    /// Where it runs, as reported.
    pub worker: &'a str,
    /// Whether that worker lives.
    alive: Option<bool>,
    /// In one line, when it FAILED.
    pub root_cause: Option<&'a str>,
}

impl Part<'_> {
    /// What is to be said of its worker.
    pub fn whereabouts(&self) -> &'static str {
        match self.alive {
            Some(true) => "",
            Some(false) => ", which is gone",
            None => ", not known alive",
        }
    }
}

/// The parts of a connector of the API, the instance first.
pub fn parts(connector: &Value) -> Vec<Part<'_>> {
    let tasks = connector.get("tasks").and_then(Value::as_array).into_iter().flatten();
    let tasks = tasks.map(|task| {
        let id = task.get("id").and_then(Value::as_u64).unwrap_or_default();
        part(format!("task {id}"), task)
    });
    let instance = connector.get("instance").filter(|instance| instance.is_object());
    let instance = instance.map(|instance| part("connector".to_owned(), instance));
    instance.into_iter().chain(tasks).collect()
}

fn part(name: String, value: &Value) -> Part<'_> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    Part {
        name,
        health: text("verdict").and_then(Health::parse),
        state: State::parse(text("state").unwrap_or("unknown")),
        rest: State::parse(text("rest_state").or(text("state")).unwrap_or("unknown")),
        worker: text("worker_id").unwrap_or("an unknown worker"),
        alive: value.get("worker_alive").and_then(Value::as_bool),
        root_cause: text("root_cause"),
    }
}

/// One sentence where REST and we say different things; `None` where they agree, and of a deleted connector.
pub fn differs(connector: &Value, parts: &[Part<'_>]) -> Option<String> {
    let health = connector.pointer("/health/verdict").and_then(Value::as_str)?;
    let health = Health::parse(health)?;
    let (first, tasks) = parts.split_first()?;
    if connector.get("deleted_at").is_some_and(Value::is_string) {
        return None;
    }
    let rest = otherwise(health, &first.rest, tasks.iter().map(|task| &task.rest))?;
    let ours = match health {
        Health::NoTasks => "that it has no tasks",
        other => other.words(),
    };
    Some(format!("REST says {rest}; Signalbox says {ours}."))
}
