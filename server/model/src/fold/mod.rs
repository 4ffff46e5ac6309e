//! From facts and an observation to the next facts and the transitions between them. Nothing else decides what changed.

mod belief;
mod beside;
mod concealed;
mod configs;
mod deletion;
mod folding;
mod forget;
mod instance;
mod listed;
mod members;
mod probe;
mod progress;
mod reach;
mod returned;
mod statuses;
mod topic;
mod unnamed;
mod untold;

use crate::facts::ClusterFacts;
use crate::observe::{Observation, Seen};
use crate::settings::Settings;
use crate::transition::Transition;

pub use belief::{Expected, Readiness, Shown};
use folding::Folding;
pub use folding::Touched;
pub use forget::{forget, left_behind};

/// What an observation made of the facts.
#[derive(Clone, Debug)]
pub struct Folded {
    /// The facts now.
    pub facts: ClusterFacts,
    /// What changed, in order.
    pub transitions: Vec<Transition>,
    /// Which rows differ from before, transitions or not.
    pub touched: Touched,
}

/// Folds one observation into the facts.
pub fn fold(facts: ClusterFacts, observation: &Observation, settings: &Settings) -> Folded {
    let mut folding = Folding {
        at: observation.at,
        answered: observation.answered,
        settings,
        facts,
        transitions: Vec::new(),
        touched: Touched::default(),
    };
    if of_kafka(&mut folding, &observation.seen) {
        return folding.done();
    }
    if let Seen::Concealed(configs) = &observation.seen {
        concealed::concealed(&mut folding, configs);
        return folding.done();
    }
    if let Seen::Ungrouped = &observation.seen {
        let about = folding.facts.about.clone();
        untold::ungrouped(&mut folding);
        folding.touched.about |= folding.facts.about != about;
        return folding.done();
    }
    let about_before = folding.facts.about.clone();
    reach::looked(&mut folding);
    // Looks may end in another order than they began.
    folding.facts.fresh.tried = folding.facts.fresh.tried.max(Some(observation.answered));
    match &observation.seen {
        Seen::Listed(listed) => {
            let before_silence = reach::listed(&mut folding);
            // Who lives is looked at before what statuses make of the workers.
            probe::gave_list(&mut folding, &listed.by);
            listed::listed(&mut folding, listed, before_silence);
        }
        Seen::ListedUnchanged { by } | Seen::Stands { by } => {
            reach::listed(&mut folding);
            probe::gave_list(&mut folding, by);
        }
        Seen::Named { by, names } => {
            deletion::named(&mut folding, by, names);
            probe::gave_list(&mut folding, by);
        }
        Seen::Members(group) => members::members(&mut folding, group),
        Seen::MembersMissing(gap) => untold::missing(&mut folding, gap),
        Seen::Answered(answer) => probe::answered(&mut folding, answer),
        Seen::Silent { address, gap } => probe::silent(&mut folding, address, gap),
        Seen::Slow(slow) => probe::slow(&mut folding, slow),
        Seen::SameAs(other) => reach::same_as(&mut folding, other.as_ref()),
        Seen::ListMissing(gap) => reach::missing(&mut folding, gap),
        Seen::Progressed(_)
        | Seen::Topic(_)
        | Seen::Statuses(_)
        | Seen::Configs(_)
        | Seen::Concealed(_)
        | Seen::Ungrouped => {}
    }
    probe::version(&mut folding);
    folding.touched.about |= folding.facts.about != about_before;
    folding.done()
}

/// Folds what Kafka told, if that is what was seen. It is no look at the cluster: that Kafka answers says nothing of its
/// workers, nor does what a worker wrote into a topic once.
fn of_kafka(folding: &mut Folding<'_>, seen: &Seen) -> bool {
    match seen {
        Seen::Progressed(progress) => progress::progressed(folding, progress),
        Seen::Topic(topic) => topic::stands(folding, topic),
        Seen::Statuses(seen) => statuses::statuses(folding, seen),
        Seen::Configs(seen) => configs::configs(folding, seen),
        _ => return false,
    }
    true
}
