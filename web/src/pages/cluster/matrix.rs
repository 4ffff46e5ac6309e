//! Plugins over workers: what is missing somewhere or differs stands first. Workers that tell the same share a column.

use std::collections::BTreeMap;

use console::PluginLine;
use model::names::WorkerId;

use super::grid::{distinct, natural};
use crate::words;
use view::short_class;

/// The plugins of a cluster.
pub(super) struct Matrix {
    /// Workers that tell the same, with all their addresses.
    pub(super) columns: Vec<(String, String)>,
    /// Plugins that are not the same everywhere.
    pub(super) differing: Vec<Line>,
    /// The others, with their one version.
    pub(super) same: Vec<Line>,
}

/// A plugin.
pub(super) struct Line {
    pub(super) key: String,
    pub(super) class: String,
    pub(super) short: String,
    pub(super) kind: String,
    /// What is wrong with it: `missing`, `differs`.
    pub(super) trouble: &'static str,
    pub(super) cells: Vec<Told>,
}

/// What the workers of a column tell of a plugin.
pub(super) struct Told {
    pub(super) workers: String,
    /// `None`: they lack it.
    pub(super) version: Option<String>,
}

impl Matrix {
    pub(super) fn of(plugins: &[PluginLine]) -> Self {
        let mut workers: Vec<&WorkerId> = plugins
            .iter()
            .flat_map(|line| line.versions.values().flatten().chain(&line.missing))
            .collect();
        workers.sort();
        workers.dedup();
        workers.sort_by_cached_key(|worker| natural(worker.as_str()));
        let (differing, same): (Vec<&PluginLine>, Vec<&PluginLine>) = plugins.iter().partition(|line| differs(line));
        // Who tells the same of all that differs belongs together.
        let mut alike: BTreeMap<Vec<Option<String>>, Vec<&WorkerId>> = BTreeMap::new();
        for worker in &workers {
            let told = differing.iter().map(|line| version(line, worker)).collect();
            alike.entry(told).or_default().push(worker);
        }
        let mut alike: Vec<(Vec<Option<String>>, Vec<&WorkerId>)> = alike.into_iter().collect();
        alike.sort_by_cached_key(|(_, own)| own.first().map(|worker| natural(worker.as_str())));
        let columns: Vec<(String, String)> = alike.iter().map(|(_, own)| column(own, &workers)).collect();
        let mut lines: Vec<Line> = Vec::new();
        for (place, plugin) in differing.iter().enumerate() {
            let told = alike.iter().zip(&columns).map(|((told, _), (name, _))| Told {
                workers: name.clone(),
                version: told.get(place).cloned().flatten(),
            });
            lines.push(line(plugin, told.collect()));
        }
        lines.sort_by_key(|line| line.trouble != "missing");
        let own = |plugin: &&PluginLine| {
            let version = plugin.versions.keys().next().cloned().flatten();
            let told = Told {
                workers: String::new(),
                version: Some(version.as_deref().unwrap_or("tells none").to_owned()),
            };
            line(plugin, vec![told])
        };
        Self {
            columns,
            differing: lines,
            same: same.iter().map(own).collect(),
        }
    }
}

fn differs(line: &PluginLine) -> bool {
    line.versions.len() > 1 || !line.missing.is_empty()
}

fn version(line: &PluginLine, worker: &WorkerId) -> Option<String> {
    let own = line.versions.iter().find(|(_, workers)| workers.contains(worker));
    own.map(|(version, _)| version.as_deref().unwrap_or("tells none").to_owned())
}

/// What the column of some workers is called, with all their addresses.
fn column(own: &[&WorkerId], all: &[&WorkerId]) -> (String, String) {
    let addresses: Vec<&str> = all.iter().map(|worker| worker.as_str()).collect();
    let names = distinct(&addresses);
    let mine: Vec<&str> = all
        .iter()
        .zip(&names)
        .filter(|(worker, _)| own.contains(worker))
        .map(|(_, name)| name.as_str())
        .collect();
    let full: Vec<&str> = own.iter().map(|worker| worker.as_str()).collect();
    (words::list(&mine, 3), full.join(", "))
}

fn line(plugin: &PluginLine, cells: Vec<Told>) -> Line {
    Line {
        key: format!("{} {}", plugin.kind, plugin.class),
        class: plugin.class.to_string(),
        short: short_class(&plugin.class).to_owned(),
        kind: plugin.kind.replace('_', " "),
        trouble: match (plugin.missing.is_empty(), differs(plugin)) {
            (false, _) => "missing",
            (true, true) => "differs",
            (true, false) => "",
        },
        cells,
    }
}
