//! Every crate is under the workspace's lints. `kafka` alone writes its own, since it holds the one unsafe module.

use toml::Table;

use crate::{none, tree};

/// What is wrong with the lints of a crate's manifest.
fn offences(name: &str, manifest: &Table, workspace: &Table) -> Vec<String> {
    let lints = manifest.get("lints").and_then(toml::Value::as_table);
    let Some(lints) = lints else {
        return vec![format!("{name} has no lints")];
    };
    if name != "kafka" {
        let inherited = lints.get("workspace").and_then(toml::Value::as_bool) == Some(true);
        return if inherited {
            Vec::new()
        } else {
            vec![format!("{name} does not inherit the workspace's lints")]
        };
    }
    let mut found = Vec::new();
    for (tool, rules) in workspace {
        for (rule, level) in rules.as_table().expect("lints are tables") {
            let own = lints.get(tool).and_then(|own| own.get(rule));
            // Forbidden, it could not be expected in the one module.
            let wanted = if rule == "unsafe_code" {
                Some("deny")
            } else {
                level.as_str()
            };
            if own.and_then(toml::Value::as_str) != wanted {
                found.push(format!("{name}: lint {tool}::{rule} is not {wanted:?}"));
            }
        }
    }
    found
}

fn parse(text: &str) -> Table {
    text.parse().expect("a manifest")
}

#[test]
fn every_crate_is_under_the_lints() {
    let root = parse(tree::text("Cargo.toml"));
    let workspace = root["workspace"]["lints"].as_table().expect("lints of the workspace");
    assert_eq!(workspace["rust"]["unsafe_code"].as_str(), Some("forbid"));
    let mut found = Vec::new();
    for one in tree::crates() {
        let manifest = std::fs::read_to_string(&one.manifest_path).expect("a manifest");
        found.extend(offences(&one.name, &parse(&manifest), workspace));
    }
    none(&found);
}

#[test]
fn a_crate_without_the_lints_is_found() {
    let workspace = parse("[rust]\nunsafe_code = \"forbid\"\nmissing_docs = \"warn\"");
    assert_eq!(offences("a", &parse(""), &workspace).len(), 1);
    assert_eq!(
        offences("a", &parse("[lints.rust]\nunsafe_code = \"forbid\""), &workspace).len(),
        1
    );
    none(&offences("a", &parse("[lints]\nworkspace = true"), &workspace));
    assert_eq!(
        offences("kafka", &parse("[lints.rust]\nunsafe_code = \"deny\""), &workspace).len(),
        1
    );
    let whole = "[lints.rust]\nunsafe_code = \"deny\"\nmissing_docs = \"warn\"";
    none(&offences("kafka", &parse(whole), &workspace));
}
