//! Every query of the dashboard, as Prometheus answers it, beside what the API says.

use serde_json::Value;

use super::truth::{Wanted, wanted};
use super::{Labels, Prometheus, root, until};

/// A query of a panel.
pub struct Query {
    /// The panel's title.
    pub panel: String,
    /// The letter of the query in it.
    pub letter: String,
    expression: String,
}

/// All queries, with the variables of the dashboard as they are when it is opened.
pub fn queries() -> Vec<Query> {
    let text = std::fs::read_to_string(root().join("dashboards/fleet.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let mut found = Vec::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            assert_eq!(target["datasource"]["uid"], "${datasource}", "{target:#}");
            let expression = word(&target["expr"]).replace("$cluster", ".*");
            assert!(!expression.contains('$'), "{expression}");
            found.push(Query {
                panel: word(&panel["title"]),
                letter: word(&target["refId"]),
                expression,
            });
        }
    }
    found
}

/// Waits, query by query, until Prometheus and the API say the same; returns the panels of which neither says anything.
/// The API is asked before and after: what changes meanwhile is compared again.
pub fn agrees(prometheus: &Prometheus, api: impl Fn(&str) -> Value) -> Vec<String> {
    let queries = queries();
    let mut empty = Vec::new();
    for query in &queries {
        let number = until(&format!("{} {} agrees", query.panel, query.letter), || {
            let before = wanted(query, &api);
            let got = prometheus.query(&query.expression)?;
            let after = wanted(query, &api);
            match agree(&before, &got).or_else(|_| agree(&after, &got)) {
                Ok(()) => Ok(got.len()),
                Err(why) => Err(format!("{why}\n{}\n{got:?}\n{:?}", query.expression, after.samples)),
            }
        });
        if number == 0 {
            empty.push(query.panel.clone());
        }
    }
    empty
}

fn agree(wanted: &Wanted, got: &[(Labels, f64)]) -> Result<(), String> {
    let number = wanted.samples.len().min(wanted.most);
    if got.len() != number {
        return Err(format!("{} samples instead of {number}", got.len()));
    }
    for (labels, value) in got {
        let expected = wanted.samples.get(labels).ok_or_else(|| format!("{labels:?}"))?;
        if (expected - value).abs() > wanted.tolerance {
            return Err(format!("{labels:?}: {value} instead of {expected}"));
        }
    }
    // Of those that are only the largest, none that is left out is larger.
    let least = got.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let left_out = |(labels, value): (&Labels, &f64)| {
        let shown = got.iter().any(|(known, _)| known == labels);
        !shown && *value > least + wanted.tolerance
    };
    match wanted.samples.iter().any(left_out) {
        true => Err("a larger one is left out".to_owned()),
        false => Ok(()),
    }
}
