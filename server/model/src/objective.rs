//! What is asked of connectors: how long they may stand, and how far they may be behind.

use std::sync::Arc;

use chrono::TimeDelta;
use globset::GlobMatcher;

use crate::names::{ClusterName, ConnectorName, TeamName};
use crate::owner::{BadGlob, glob};

/// One `[[objectives]]`: whom it is for, and what it asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectiveRule {
    /// Glob over the cluster's name.
    pub cluster: Option<Arc<str>>,
    /// Glob over the connector's name.
    pub connector: Option<Arc<str>>,
    /// The team that owns it.
    pub team: Option<TeamName>,
    /// What it asks.
    pub asks: Objective,
}

/// What is asked of one connector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Objective {
    /// Time without progress after which waiting work means stalled; `None`: that of `[observe]`.
    pub stall_window: Option<TimeDelta>,
    /// Records that it may be behind; `None`: any number.
    pub lag_records: Option<u64>,
    /// Seconds that it may be behind; `None`: any number.
    pub lag_seconds: Option<u64>,
}

/// All objectives, compiled.
#[derive(Clone, Debug, Default)]
pub struct Objectives {
    /// The most specific first.
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    cluster: Option<GlobMatcher>,
    connector: Option<GlobMatcher>,
    team: Option<TeamName>,
    asks: Objective,
}

impl Objectives {
    /// Compiles the rules; the first bad glob is refused. One that names neither cluster, connector nor team is for all.
    ///
    /// # Errors
    /// The glob, and what is wrong with it.
    pub fn new(rules: &[ObjectiveRule]) -> Result<Self, BadGlob> {
        let mut sorted: Vec<&ObjectiveRule> = rules.iter().collect();
        // Stable: of equally specific ones the first in the file wins.
        sorted.sort_by_key(|rule| std::cmp::Reverse(rule.specific()));
        let compile = |rule: &ObjectiveRule| {
            Ok(Rule {
                cluster: rule.cluster.as_deref().map(glob).transpose()?,
                connector: rule.connector.as_deref().map(glob).transpose()?,
                team: rule.team.clone(),
                asks: rule.asks,
            })
        };
        let rules = sorted.into_iter().map(compile).collect::<Result<_, BadGlob>>()?;
        Ok(Self { rules })
    }

    /// How many rules there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// What is asked of a connector: each key by the most specific rule that has it.
    pub fn of(&self, cluster: &ClusterName, connector: &ConnectorName, team: Option<&TeamName>) -> Objective {
        let holds = |glob: &Option<GlobMatcher>, text: &str| glob.as_ref().is_none_or(|glob| glob.is_match(text));
        let concerns = |rule: &&Rule| {
            holds(&rule.cluster, cluster.as_str())
                && holds(&rule.connector, connector.as_str())
                && rule.team.as_ref().is_none_or(|own| Some(own) == team)
        };
        let mut asked = Objective::default();
        for Rule { asks, .. } in self.rules.iter().filter(concerns) {
            asked.stall_window = asked.stall_window.or(asks.stall_window);
            asked.lag_records = asked.lag_records.or(asks.lag_records);
            asked.lag_seconds = asked.lag_seconds.or(asks.lag_seconds);
        }
        asked
    }
}

impl ObjectiveRule {
    /// How specific it is: a connector before a team before a cluster, a whole name before a glob, and more parts before
    /// fewer.
    fn specific(&self) -> [u8; 4] {
        let part = |glob: &Option<Arc<str>>| match glob {
            Some(glob) if !glob.contains(['*', '?', '[', '{', '\\']) => 2,
            Some(_) => 1,
            None => 0,
        };
        let parts = [self.connector.is_some(), self.team.is_some(), self.cluster.is_some()];
        let parts = parts.iter().filter(|part| **part).count();
        [
            part(&self.connector),
            u8::from(self.team.is_some()),
            part(&self.cluster),
            u8::try_from(parts).unwrap_or(u8::MAX),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(cluster: Option<&str>, connector: Option<&str>, team: Option<&str>, asks: Objective) -> ObjectiveRule {
        ObjectiveRule {
            cluster: cluster.map(Arc::from),
            connector: connector.map(Arc::from),
            team: team.map(TeamName::from),
            asks,
        }
    }

    fn window(seconds: i64) -> Objective {
        Objective {
            stall_window: Some(TimeDelta::seconds(seconds)),
            ..Objective::default()
        }
    }

    #[test]
    fn the_most_specific_rule_wins_key_by_key() {
        let lag = Objective {
            lag_records: Some(1_000),
            lag_seconds: Some(60),
            ..window(10)
        };
        let rules = [
            rule(None, None, None, lag),
            rule(Some("prod-*"), None, None, window(20)),
            rule(Some("prod-eu"), None, None, window(30)),
            rule(None, None, Some("shop"), window(40)),
            rule(None, Some("s3-*"), None, window(50)),
            rule(None, Some("s3-*"), None, window(55)),
            rule(Some("prod-*"), Some("s3-*"), None, window(60)),
            rule(
                None,
                Some("s3-orders"),
                None,
                Objective {
                    lag_records: Some(5),
                    ..window(70)
                },
            ),
        ];
        let objectives = Objectives::new(&rules).unwrap();
        let of = |cluster: &str, connector: &str, team: Option<&str>| {
            let asked = objectives.of(&cluster.into(), &connector.into(), team.map(TeamName::from).as_ref());
            (
                asked.stall_window.unwrap().num_seconds(),
                asked.lag_records.unwrap(),
                asked.lag_seconds.unwrap(),
            )
        };
        assert_eq!(of("test", "jdbc", None), (10, 1_000, 60));
        assert_eq!(of("prod-us", "jdbc", None), (20, 1_000, 60));
        assert_eq!(of("prod-eu", "jdbc", Some("books")), (30, 1_000, 60));
        assert_eq!(of("prod-eu", "jdbc", Some("shop")), (40, 1_000, 60));
        assert_eq!(
            of("test", "s3-bills", Some("shop")),
            (50, 1_000, 60),
            "the first of equals"
        );
        assert_eq!(of("prod-eu", "s3-bills", Some("shop")), (60, 1_000, 60));
        assert_eq!(of("prod-eu", "s3-orders", None), (70, 5, 60));
        let none = Objectives::default().of(&"a".into(), &"b".into(), None);
        assert_eq!(none, Objective::default());
    }

    #[test]
    fn a_bad_glob_is_refused() {
        let bad = Objectives::new(&[rule(None, Some("a[b"), None, window(1))]).unwrap_err();
        assert_eq!(&*bad.glob, "a[b");
    }
}
