//! How the reading of an internal topic stands.

use super::folding::Folding;
use crate::internal::{InternalTopic, TopicFacts, TopicSeen};

/// Notes it. What a topic told is no longer its last word once something of it may not be known.
pub(super) fn stands(folding: &mut Folding<'_>, seen: &TopicSeen) {
    if seen.gap.is_some() {
        let told = &mut folding.facts.told;
        match seen.kind {
            InternalTopic::Status => told.statuses_whole = false,
            InternalTopic::Config => told.configs_whole = false,
            InternalTopic::Offset | InternalTopic::Other => {}
        }
    }
    let topics = &mut folding.facts.about.topics;
    let before = topics.get(&seen.kind);
    if before.is_some_and(|before| before.name == seen.name && before.gap == seen.gap) {
        return;
    }
    // That it is not known for another reason is no news of when that began.
    let since = before.filter(|before| before.gap.is_some() == seen.gap.is_some());
    let since = since.map_or(folding.at, |before| before.since);
    let next = TopicFacts {
        name: seen.name.clone(),
        gap: seen.gap.clone(),
        since,
    };
    topics.insert(seen.kind, next);
    folding.touched.about = true;
}
