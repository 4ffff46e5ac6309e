//! Alerts: rules, tests and runbook of each bear its name, and every series that they or a dashboard ask for exists.

use std::collections::BTreeSet;

use crate::none;
use crate::tree::{FILES, File, pattern};

/// What begins as our series do and is none: the label by which Prometheus knows our address.
const NO_SERIES: &str = "signalbox_url";
/// Every runbook has these sections, in this order.
const SECTIONS: [&str; 4] = [
    "What it means",
    "What to look at first",
    "What to do",
    "How to see that it is over",
];

/// Names of the files of a folder with this ending.
fn names<'a>(files: &'a [File], folder: &str, ending: &str) -> BTreeSet<&'a str> {
    let name = |file: &'a File| file.path.strip_prefix(folder)?.strip_suffix(ending);
    files.iter().filter_map(name).collect()
}

fn unpaired(files: &[File]) -> Vec<String> {
    let rules = names(files, "alerts/rules/", ".yml");
    let mut found = Vec::new();
    for (folder, ending) in [("alerts/tests/", ".yml"), ("alerts/runbooks/", ".md")] {
        let others = names(files, folder, ending);
        let differ = rules.symmetric_difference(&others);
        found.extend(differ.map(|name| format!("{name} is not both in alerts/rules and in {folder}")));
    }
    found
}

fn misnamed(file: &File) -> Vec<String> {
    let rules = file
        .path
        .strip_prefix("alerts/rules/")
        .and_then(|name| name.strip_suffix(".yml"));
    let Some(name) = rules else {
        return Vec::new();
    };
    let alerts = file
        .text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let others = alerts.filter(|alert| *alert != name);
    others
        .map(|alert| format!("{}: {alert} belongs into a file of its own name", file.path))
        .collect()
}

fn without_sections(file: &File) -> Option<String> {
    let name = file.path.strip_prefix("alerts/runbooks/")?.strip_suffix(".md")?;
    let titles = file.text.lines().filter_map(|line| line.strip_prefix("## "));
    let whole = titles.eq(SECTIONS) && file.text.starts_with(&format!("# {name}\n"));
    (!whole).then(|| format!("{}: its title or its sections are not those of a runbook", file.path))
}

/// Series that are asked for and that `telemetry` does not name.
fn unknown_series(files: &[File]) -> Vec<String> {
    let series = pattern("signalbox_[a-z_]+");
    let known = files
        .iter()
        .filter(|file| file.path.starts_with("server/telemetry/src/"));
    let known: Vec<&str> = known.map(|file| file.text.as_str()).collect();
    let asking = files
        .iter()
        .filter(|file| file.path.starts_with("alerts/") || file.path.starts_with("dashboards/"));
    let mut found = BTreeSet::new();
    for file in asking {
        for matched in series.find_iter(&file.text) {
            let name = &file.text[matched.range()];
            let named = known.iter().any(|text| text.contains(&format!("\"{name}\"")));
            if !named && name != NO_SERIES {
                found.insert(format!("{}: there is no series {name}", file.path));
            }
        }
    }
    found.into_iter().collect()
}

#[test]
fn an_alert_has_rules_tests_and_a_runbook_and_asks_for_what_exists() {
    assert!(names(&FILES, "alerts/rules/", ".yml").len() >= 6);
    let mut found = unpaired(&FILES);
    found.extend(FILES.iter().flat_map(misnamed));
    found.extend(FILES.iter().filter_map(without_sections));
    found.extend(unknown_series(&FILES));
    none(&found);
}

#[test]
fn each_of_these_is_found() {
    let rules = File::new(
        "alerts/rules/A.yml",
        "  - alert: A\n  - alert: B\n    expr: signalbox_nothing == 0",
    );
    assert_eq!(misnamed(&rules).len(), 1);
    let telemetry = File::new("server/telemetry/src/x.rs", "\"signalbox_some\"");
    let board = File::new("dashboards/x.json", "signalbox_some signalbox_url");
    let files = [rules, telemetry, board];
    assert_eq!(unpaired(&files).len(), 2);
    assert_eq!(unknown_series(&files).len(), 1);
    assert!(without_sections(&File::new("alerts/runbooks/A.md", "# A\n\n## What to do\n")).is_some());
}
