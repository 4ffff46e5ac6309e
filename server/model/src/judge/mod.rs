//! From facts to verdicts: one total function, first match wins.
//!
//! Two things are judged: the cluster's [`Surroundings`] (does anything answer?), which concern every connector at
//! once, and each connector within them. Both come with the moment at which they must be judged again though no fact
//! changed, so that nothing is judged at every tick.

mod activity;
mod case;
mod crash;
mod diagnosis;
mod doubt;
mod failing;
mod held;
mod instance;
mod intent;
mod lagging;
mod last;
mod lost;
mod placement;
mod shown;
mod silence;
mod since;
mod stalled;
mod struck;
mod surroundings;
mod tasks;
mod unlisted;
mod unstarted;
mod window;
mod worth;

use crate::Timestamp;
use crate::facts::{Alive, ClusterFacts, ConnectorFacts, InstanceFacts};
use crate::observe::Source;
use crate::settings::Settings;
use crate::state::State;
use crate::verdict::{Health, Reason, Verdict};

use case::{Case, Finding};
pub use case::{Measured, Progress};
pub use last::last_true;
pub use lost::Lost;
pub use struck::struck;
pub use surroundings::{Silence, Surroundings, surroundings};
pub use unlisted::Unlisted;
pub use worth::worth_judging;

/// A verdict and until when it holds by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// When it must be judged again although no fact changed; `None`: never.
    pub valid_until: Option<Timestamp>,
}

/// Judges one connector of whose progress nothing is known. See [`judge_moving`].
pub fn judge(
    cluster: &ClusterFacts,
    connector: &ConnectorFacts,
    surroundings: &Surroundings,
    settings: &Settings,
    previous: Option<&Verdict>,
    now: Timestamp,
) -> Judged {
    let progress = Progress::default();
    judge_moving(cluster, connector, surroundings, settings, progress, previous, now)
}

/// Judges one connector. `previous` hardly changes the health: it keeps `since` while the health stays the same, the cause
/// of a crash loop while what crashes runs again and shows no trace, and what is stalled or lagging while it is awaited what
/// moves.
pub fn judge_moving(
    cluster: &ClusterFacts,
    connector: &ConnectorFacts,
    surroundings: &Surroundings,
    settings: &Settings,
    progress: Progress<'_>,
    previous: Option<&Verdict>,
    now: Timestamp,
) -> Judged {
    let case = Case {
        cluster,
        connector,
        surroundings,
        settings,
        progress,
        previous,
        now,
    };
    let mut window = window::Window::default();
    let finding = find(&case, &mut window);
    let tasks = tasks::verdicts(&case, previous, &mut window);
    let before = previous.map(|old| (old.health, old.since));
    // A worker may be gone for longer than the connector has been there.
    let found = finding.since.max(connector.first_seen);
    let since = since::since(&case, finding.health, found, before);
    let (activity, why) = activity::activity(&case, finding.health, &mut window);
    let mut reasons = finding.reasons;
    reasons.extend(why);
    let verdict = Verdict {
        health: finding.health,
        activity,
        since,
        reasons,
        tasks,
        diagnosis: finding.diagnosis,
        settings: settings.revision,
    };
    Judged {
        verdict,
        valid_until: window.end(now),
    }
}

/// The rules in their order. Each looks ahead in `window` to when it might match without a new fact.
fn find(case: &Case<'_>, window: &mut window::Window) -> Finding {
    silence::rule(case, window)
        .or_else(|| intent::rule(case, window))
        .or_else(|| crash::rule(case, window))
        .or_else(|| failing::rule(case))
        .or_else(|| placement::on_gone_workers(case, window))
        .or_else(|| doubt::rule(case))
        .or_else(|| placement::beyond_grace(case, window))
        .or_else(|| unstarted::rule(case, window))
        .or_else(|| placement::no_tasks(case, window))
        .or_else(|| placement::restarting(case))
        .or_else(|| placement::unread(case))
        .or_else(|| stalled::rule(case, window))
        .or_else(|| lagging::rule(case, window))
        .or_else(|| held::rule(case))
        .unwrap_or_else(|| healthy(case))
}

fn healthy(case: &Case<'_>) -> Finding {
    let running = case
        .connector
        .tasks
        .values()
        .filter(|task| task.state == State::Running)
        .count();
    let all = case.connector.tasks.len();
    let latest = case.connector.instances().max_by_key(|(_, facts)| facts.since);
    let (since, source) = latest.map_or((case.connector.first_seen, Source::Rest), |(_, facts)| {
        (facts.since, facts.source)
    });
    let who = instance::who_says(source);
    let lives = |facts: &InstanceFacts| {
        let worker = case.cluster.workers.get(&facts.worker_id);
        worker.is_some_and(|worker| worker.alive == Alive::Yes)
    };
    let proven = case.connector.instances().all(|(_, facts)| lives(facts));
    let text = match (running, all) {
        (_, 0) => "The connector runs; it has no tasks yet".to_owned(),
        (1, 1) if proven => "Its one task is RUNNING on a worker that lives".to_owned(),
        (1, 1) => format!("{who} says that its one task is RUNNING; whether the worker lives is not known"),
        (running, all) if running < all => format!("{running} of {all} tasks are RUNNING, the others on their way"),
        (_, all) if proven => format!("All {all} tasks are RUNNING on workers that live"),
        (_, all) => format!("{who} says that all {all} tasks are RUNNING; whether their workers live is not known"),
    };
    let reason = Reason {
        text: text.into(),
        evidence: instance::evidence(case).into(),
        source,
        as_of: since,
    };
    Finding {
        health: Health::Healthy,
        since,
        reasons: vec![reason],
        diagnosis: None,
    }
}
