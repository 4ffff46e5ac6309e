//! The connector instance and its tasks.

use console::ConnectorDetail;
use model::Timestamp;
use model::facts::Alive;
use model::names::WorkerId;
use model::state::State;
use model::verdict::Health;

use crate::at::At;
use crate::shape::{Verdict, mark};
use crate::words;

pub(super) struct Task {
    pub(super) key: String,
    pub(super) what: String,
    pub(super) verdict: Verdict,
    health: Health,
    /// The word by which a change of it is seen.
    pub(super) mark: &'static str,
    pub(super) state: String,
    pub(super) differs: bool,
    pub(super) worker: At,
    pub(super) alive: Option<&'static str>,
    pub(super) since: Timestamp,
    pub(super) text: String,
}

pub(super) fn tasks(detail: &ConnectorDetail) -> Vec<Task> {
    let item = &detail.item;
    let instance = detail.instance.iter().map(|instance| {
        task(
            "connector".to_owned(),
            instance.health,
            &instance.state,
            (&instance.worker, instance.worker_alive),
            instance.health_since,
            String::new(),
        )
    });
    let tasks = item.tasks.iter().map(|one| {
        let judged = one.verdict.as_ref().map_or(one.state_since, |verdict| verdict.since);
        // What was last judged holds no more where the whole connector became unknown since.
        let lost = one.health == Health::Unknown && item.health == Health::Unknown;
        let since = if lost { judged.max(item.since) } else { judged };
        let text = one.verdict.as_ref().map(|verdict| verdict.text.clone());
        let text = one.root_cause.clone().or(text);
        // A trace below says more.
        let told = one.health == Health::Healthy || one.trace.is_some();
        task(
            format!("task {}", one.number),
            one.health,
            &one.state,
            (&one.worker, one.worker_alive),
            since,
            text.filter(|_| !told)
                .map(|text| words::sentence(&text))
                .unwrap_or_default(),
        )
    });
    let unstarted = item.unstarted.iter().map(|one| {
        let text = one.text.as_deref().filter(|_| one.health != Health::Healthy);
        Task {
            state: "no status".to_owned(),
            differs: false,
            worker: At::of("none yet"),
            ..task(
                format!("task {}", one.number),
                one.health,
                &State::Unassigned,
                (&WorkerId::from(""), Alive::Yes),
                one.since,
                text.map(words::sentence).unwrap_or_default(),
            )
        }
    });
    let mut tasks: Vec<Task> = instance.chain(tasks).chain(unstarted).collect();
    if item.deleted_at.is_some() {
        for task in &mut tasks {
            (task.verdict, task.mark, task.differs) = (Verdict::last(task.health), mark(None), false);
        }
    }
    // What several tasks say alike is said once, below the last of them.
    for index in 1..tasks.len() {
        if let Some([before, task]) = tasks.get_mut(index - 1..=index)
            && before.text == task.text
        {
            before.text.clear();
        }
    }
    tasks
}

fn task(
    what: String,
    health: Health,
    state: &State,
    (worker, alive): (&WorkerId, Alive),
    since: Timestamp,
    text: String,
) -> Task {
    Task {
        key: what.clone(),
        what,
        verdict: Verdict::of(health),
        health,
        mark: mark(Some(health)),
        differs: !health.agrees_with(state),
        state: state.to_string(),
        worker: At::of(worker.as_str()),
        alive: match alive {
            Alive::Yes => None,
            Alive::Dead => Some("gone"),
            Alive::GoneInOrder => Some("left in order"),
            Alive::Unknown => Some("not known alive"),
        },
        since,
        text,
    }
}
