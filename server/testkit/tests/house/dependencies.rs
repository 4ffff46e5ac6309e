//! Which crate may use which library directly, as the table of dependencies in ARCHITECTURE.md says. This is how most
//! absences are held: who has no sqlx in the manifest writes no SQL.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::DependencyKind;

use crate::{none, table, tree};

/// `used`: the crate and the library, of everything but tests.
fn offences(used: &[(String, String)], allowed: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for (user, library) in used {
        match allowed.get(library) {
            None => found.push(format!(
                "{library} (used by {user}) is not justified in ARCHITECTURE.md"
            )),
            Some(users) if !users.contains(user) => {
                found.push(format!("{user} must not use {library} (ARCHITECTURE.md, Dependencies)"));
            }
            Some(_) => {}
        }
    }
    found
}

#[test]
fn every_library_is_justified_and_used_where_it_may_be() {
    let crates = tree::crates();
    let ours: BTreeSet<String> = crates.iter().map(|one| one.name.to_string()).collect();
    let rows = table::rows(tree::text("ARCHITECTURE.md"), "## Dependencies");
    let mut allowed = table::users(&rows, &ours);
    let mut used = Vec::new();
    let mut known = BTreeSet::new();
    for one in &crates {
        for dependency in one
            .dependencies
            .iter()
            .filter(|dependency| !ours.contains(&dependency.name))
        {
            known.insert(dependency.name.clone());
            if dependency.kind == DependencyKind::Development {
                // Tests may use what they like of what is justified.
                allowed.entry(dependency.name.clone()).or_default();
            } else {
                used.push((one.name.to_string(), dependency.name.clone()));
            }
        }
    }
    assert!(used.len() > 40, "{used:?}");
    none(&offences(&used, &allowed));
    let justified: BTreeSet<String> = rows.iter().flat_map(|row| table::names(&row[0])).collect();
    assert_eq!(
        justified, known,
        "rows of the table, and libraries that a manifest names"
    );
}

#[test]
fn the_root_manifest_declares_nothing_that_nobody_uses() {
    let root: toml::Table = tree::text("Cargo.toml").parse().expect("a manifest");
    let declared = root["workspace"]["dependencies"]
        .as_table()
        .expect("dependencies of the workspace");
    let crates = tree::crates();
    let used: BTreeSet<&str> = crates
        .iter()
        .flat_map(|one| &one.dependencies)
        .map(|one| one.name.as_str())
        .collect();
    let unused = declared.keys().filter(|name| !used.contains(name.as_str()));
    none(
        &unused
            .map(|name| format!("nobody uses {name} of the root manifest"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn a_library_in_the_wrong_place_is_found() {
    let allowed = BTreeMap::from([("sqlx".to_owned(), BTreeSet::from(["store".to_owned()]))]);
    let used = |user: &str, library: &str| vec![(user.to_owned(), library.to_owned())];
    assert_eq!(offences(&used("web", "sqlx"), &allowed).len(), 1);
    assert_eq!(offences(&used("store", "diesel"), &allowed).len(), 1);
    none(&offences(&used("store", "sqlx"), &allowed));
}
