//! Topics that rules for names mean: a sink that reads every `orders.*` reads what a source writes to `orders.eu`.

use std::collections::BTreeSet;

use model::topics::{Meant, Rule, Topic};

use super::{Key, Relation};

/// What leads from topics to the rules that mean them, and from the rules of sources to the topics among theirs.
pub(super) fn joins<'a>(keys: impl Iterator<Item = &'a Key>) -> Vec<(Key, Key, Relation)> {
    let mut topics: Vec<(&Key, &str, &Topic)> = Vec::new();
    topics.extend(keys.filter_map(|key| match key {
        Key::Topic { kafka, topic } => Some((key, &**kafka, topic)),
        _ => None,
    }));
    let mut joins = Vec::new();
    let rules = topics.iter().filter(|(_, _, topic)| !matches!(topic, Topic::Named(_)));
    for (key, kafka, topic) in rules {
        let rule = Rule::of(topic);
        for (other, _, meant) in topics.iter().filter(|(_, of, _)| of == kafka) {
            let relation = match rule.means(meant) {
                Some(Meant::Yes) => Relation::Among,
                Some(Meant::Perhaps) => Relation::Perhaps,
                None => continue,
            };
            let (rule, other) = ((*key).clone(), (*other).clone());
            // A source writes the topics of its prefix; an expression is what a sink reads.
            joins.push(match topic {
                Topic::Prefix(_) => (rule, other, relation),
                Topic::Named(_) | Topic::Pattern(_) => (other, rule, relation),
            });
        }
    }
    // Where a topic of the prefix is among those of the expression, that says it.
    let certain: BTreeSet<(Key, Key)> = joins
        .iter()
        .filter(|(_, _, relation)| *relation == Relation::Among)
        .map(|(from, to, _)| (from.clone(), to.clone()))
        .collect();
    let said = |prefix: &Key, pattern: &Key| {
        let mut topics = certain
            .iter()
            .filter(|(from, _)| from == prefix)
            .map(|(_, topic)| topic);
        topics.any(|topic| certain.contains(&(topic.clone(), pattern.clone())))
    };
    joins.retain(|(from, to, relation)| *relation != Relation::Perhaps || !said(from, to));
    joins
}
