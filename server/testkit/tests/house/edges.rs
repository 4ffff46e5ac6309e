//! Which of our crates may use which, as the table in ARCHITECTURE.md says.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::DependencyKind;

use crate::tree::{FILES, File, pattern};
use crate::{none, table, tree, uses};

/// Crates that only tests may use.
const FOR_TESTS: [&str; 2] = ["lab", "testkit"];

/// One line of a manifest: a crate of ours that uses another one of ours.
#[derive(Debug)]
struct Edge {
    user: String,
    used: String,
    in_tests: bool,
}

fn offences(edges: &[Edge], allowed: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for Edge { user, used, in_tests } in edges {
        let permitted = if FOR_TESTS.contains(&used.as_str()) {
            *in_tests
        } else {
            allowed.get(used).is_some_and(|users| users.contains(user))
        };
        if !permitted {
            found.push(format!(
                "{user} must not use {used} (ARCHITECTURE.md, Who may use whom)"
            ));
        }
    }
    found
}

#[test]
fn manifests_keep_to_the_table() {
    let crates = tree::crates();
    let ours: BTreeSet<String> = crates.iter().map(|one| one.name.to_string()).collect();
    let allowed = table::users(
        &table::rows(tree::text("ARCHITECTURE.md"), "## Who may use whom"),
        &ours,
    );
    let mut edges = Vec::new();
    for one in &crates {
        for dependency in one
            .dependencies
            .iter()
            .filter(|dependency| ours.contains(&dependency.name))
        {
            edges.push(Edge {
                user: one.name.to_string(),
                used: dependency.name.clone(),
                in_tests: dependency.kind == DependencyKind::Development,
            });
        }
    }
    assert!(edges.len() > 20, "{edges:?}");
    none(&offences(&edges, &allowed));
    let without_row: Vec<String> = ours
        .iter()
        .filter(|name| !allowed.contains_key(*name))
        .cloned()
        .collect();
    assert_eq!(without_row, ["app"], "every crate but the binary has a row");
    let described: BTreeSet<String> = table::rows(tree::text("ARCHITECTURE.md"), "## The crates")
        .iter()
        .flat_map(|row| table::names(&row[0]))
        .map(|path| path.trim_start_matches("server/").to_owned())
        .collect();
    assert_eq!(described, ours, "the table of crates and the crates");
}

#[test]
fn a_forbidden_edge_is_found() {
    let edge = |user: &str, used: &str, in_tests| Edge {
        user: user.to_owned(),
        used: used.to_owned(),
        in_tests,
    };
    let store_users = ["engine".to_owned()].into();
    let allowed = BTreeMap::from([("store".to_owned(), store_users)]);
    assert_eq!(offences(&[edge("web", "store", false)], &allowed).len(), 1);
    assert_eq!(offences(&[edge("web", "unheard", false)], &allowed).len(), 1);
    assert_eq!(offences(&[edge("engine", "lab", false)], &allowed).len(), 1);
    none(&offences(
        &[edge("engine", "lab", true), edge("engine", "store", false)],
        &allowed,
    ));
}

/// Places where a crate gives on what another one of ours owns, so that who may not use it could.
fn given_on(files: &[File], ours: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        // A crate may have a module that is called like another crate.
        let own = |name: &&String| file.text.contains(&format!("mod {name};"));
        for name in ours.iter().filter(|name| !own(name)) {
            let given = pattern(&format!(r"\bpub (use (::)?|type \w+ = (::)?|extern crate ){name}\b"));
            let lines = uses::plain(file).into_iter();
            let lines = lines.filter(|(_, line)| given.is_match(line));
            found.extend(
                lines.map(|(number, line)| {
                    format!("{}:{number}: gives on what `{name}` owns: {}", file.path, line.trim())
                }),
            );
        }
    }
    found
}

#[test]
fn no_crate_gives_on_what_another_owns() {
    let ours: BTreeSet<String> = tree::crates().iter().map(|one| one.name.to_string()).collect();
    none(&given_on(&FILES, &ours));
    let planted = [
        "pub use view::{Sort, Totals};",
        "pub use ::view::Sort;",
        "pub use {\n    std::fmt,\n    view::Sort,\n};",
        "pub type Totals = view::Totals;",
        "pub extern crate view;",
    ];
    for line in planted {
        let found = given_on(&[File::new("server/console/src/x.rs", line)], &ours);
        assert!(!found.is_empty(), "{line}");
    }
    for fine in [
        "use view::Sort;",
        "pub(crate) use view::Sort;",
        "mod view;\npub use view::Sort;",
        "pub use viewed::X;",
    ] {
        none(&given_on(&[File::new("server/console/src/x.rs", fine)], &ours));
    }
}
