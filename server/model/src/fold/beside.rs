//! What a list says beside what the status topic says, while that is known wholly. Lists are made of the topic, by workers
//! that read it: so the topic's word holds, and where a list says otherwise that is kept for those who compare.

use chrono::TimeDelta;
use litemap::LiteMap;

use super::folding::Folding;
use crate::facts::{Alive, ConnectorFacts, InstanceFacts, WorkerFacts};
use crate::internal::ToldStatus;
use crate::kept;
use crate::names::ConnectorName;
use crate::observe::{ListedConnector, ListedInstance};
use crate::state::State;

/// What REST says of an instance (`None`) or task where that is not what the topic says, and of which it says the same.
pub(super) type Rest = Vec<(Option<u32>, Option<State>)>;

/// A listed connector as the topic tells of it, with what the list said otherwise; `None` where the topic is not known
/// wholly or tells nothing of it.
pub(super) fn topic(
    folding: &Folding<'_>,
    name: &ConnectorName,
    seen: &ListedConnector,
) -> Option<(ListedConnector, Rest)> {
    let told = folding.facts.told.statuses_of(name)?;
    let mut rest = Rest::new();
    let mut both = |place: Option<u32>, told: &ToldStatus, listed: Option<&ListedInstance>| {
        // A list that was asked for before the record came says what was true before it.
        let later = told.came <= folding.at;
        if let Some(listed) = listed.filter(|listed| let_go_late(folding, told, listed)) {
            rest.push((place, None));
            return listed.clone();
        }
        let other = listed.filter(|listed| later && differs(told, listed));
        rest.push((place, other.map(|listed| listed.state.clone())));
        merged(told, listed)
    };
    let instance = match &told.instance {
        Some(told) => Some(both(None, told, seen.instance.as_ref())),
        None => seen.instance.clone(),
    };
    let mut tasks: LiteMap<u32, ListedInstance> = told
        .tasks
        .iter()
        .map(|(number, told)| (*number, both(Some(*number), told, seen.tasks.get(number))))
        .collect();
    // Workers remember what a topic that was made anew no longer holds; but what a tombstone took away no list brings back
    // that was asked for before it came.
    if told.removed.is_none_or(|removed| removed < folding.at) {
        for (number, listed) in &seen.tasks {
            if !tasks.contains_key(number) {
                tasks.insert(*number, listed.clone());
            }
        }
    }
    let unstarted = seen.unstarted.as_ref().map(|unstarted| {
        let without = unstarted.iter().filter(|number| !tasks.contains_key(number));
        without.copied().collect()
    });
    let listed = ListedConnector {
        kind: seen.kind,
        config: seen.config.clone(),
        instance,
        tasks,
        unstarted,
    };
    Some((listed, rest))
}

/// So long after a word by which a task was let go a list may know better.
const SETTLED: TimeDelta = TimeDelta::seconds(5);

/// Whether the topic's last word is that of a run which ended after the present one had begun: a task that is slow to stop is
/// given up and started again, and writes UNASSIGNED when it comes to its end. Workers ignore that word, and so does who
/// reads their lists; of a worker that left, which they ignore it of too, the group tells.
fn let_go_late(folding: &Folding<'_>, told: &ToldStatus, listed: &ListedInstance) -> bool {
    let lives = |worker: &WorkerFacts| {
        worker.alive == Alive::Yes && worker.since <= told.came && worker.without_work_since.is_none()
    };
    told.said.state == State::Unassigned
        && listed.state == State::Running
        && told.said.worker_id == listed.worker_id
        && folding.at - told.came >= SETTLED
        && folding
            .facts
            .workers
            .get(&listed.worker_id)
            .is_some_and(|worker| lives(worker))
}

fn differs(told: &ToldStatus, listed: &ListedInstance) -> bool {
    told.said.state != listed.state || told.said.worker_id != listed.worker_id
}

/// The topic's word, with the trace as the list has it, where that is the same one: it may have more struck out of it.
fn merged(told: &ToldStatus, listed: Option<&ListedInstance>) -> ListedInstance {
    let said = &told.said;
    let same = listed.filter(|listed| said.trace_id.is_some() && listed.trace_id == said.trace_id);
    ListedInstance {
        trace: same
            .and_then(|listed| listed.trace.clone())
            .or_else(|| said.trace.clone()),
        version: said
            .version
            .clone()
            .or_else(|| listed.and_then(|listed| listed.version.clone())),
        ..said.clone()
    }
}

/// Notes what REST says otherwise.
pub(super) fn rest(folding: &mut Folding<'_>, name: &ConnectorName, rest: &Rest) {
    let Some(known) = folding.facts.connectors.get(name) else {
        return;
    };
    let mut next: ConnectorFacts = (**known).clone();
    for (place, said) in rest {
        let instance: Option<&mut InstanceFacts> = match place {
            None => next.instance.as_mut(),
            Some(number) => next.tasks.get_mut(number),
        };
        if let Some(instance) = instance {
            instance.rest.clone_from(said);
        }
    }
    next.tasks = kept::tight(std::mem::take(&mut next.tasks));
    folding.put_connector(next);
}
