//! Sizes and names of files, and what every crate says of itself.

use crate::none;
use crate::tree::{FILES, File};

/// Lines that a file of code may have.
const MOST: usize = 600;
/// Lines that a template may have.
const MOST_OF_A_TEMPLATE: usize = 200;
/// Longer ones, each with its reason.
const LONGER: [(&str, &str); 2] = [
    (
        "server/model/tests/it/verdicts.toml",
        "the agreed scenarios of the judge, one table that is read as a whole",
    ),
    (
        "server/model/tests/it/traces/expected.toml",
        "the answers expected of real traces, one table beside the traces",
    ),
];
/// Endings of what people write by hand; recorded bodies and lock files are data.
const WRITTEN: [&str; 9] = ["rs", "sql", "html", "css", "js", "mjs", "sh", "toml", "md"];
/// Names that say nothing about what is inside.
const EMPTY_NAMES: [&str; 8] = [
    "util", "utils", "common", "types", "helper", "helpers", "misc", "shared",
];
/// What stands at the top.
const TOP: [&str; 20] = [
    ".cargo",
    ".ci",
    ".gitattributes",
    ".gitignore",
    ".sqlx",
    "ARCHITECTURE.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "Makefile",
    "README.md",
    "alerts",
    "clippy.toml",
    "dashboards",
    "migrations",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "server",
    "web",
    ".editorconfig",
];

fn too_long(file: &File) -> Option<String> {
    let ending = file.path.rsplit('.').next().unwrap_or_default();
    if !WRITTEN.contains(&ending) || file.path.contains(".min.") || LONGER.iter().any(|(path, _)| *path == file.path) {
        return None;
    }
    let most = if file.path.contains("/templates/") {
        MOST_OF_A_TEMPLATE
    } else {
        MOST
    };
    let lines = file.text.lines().count();
    (lines > most).then(|| format!("{} has {lines} lines, more than {most}", file.path))
}

fn badly_named(file: &File) -> Option<String> {
    let parts = file
        .path
        .split('/')
        .map(|part| part.split('.').next().unwrap_or_default());
    let empty = file.is_rust() && parts.into_iter().any(|part| EMPTY_NAMES.contains(&part));
    let top = file.path.split('/').next().unwrap_or_default();
    if empty {
        Some(format!("{}: the name says nothing of what is inside", file.path))
    } else if TOP.contains(&top) {
        None
    } else {
        Some(format!("{top} does not belong at the top"))
    }
}

/// A crate exists to keep something out, and says so in the first lines of its `lib.rs`.
fn silent(file: &File) -> Option<String> {
    if !file.path.ends_with("/src/lib.rs") {
        return None;
    }
    let opening = file.text.lines().take(6).filter(|line| line.starts_with("//!"));
    let says = opening.into_iter().any(|line| line.to_lowercase().contains("absent"));
    (!says).then(|| format!("{} does not say what must be absent", file.path))
}

fn passed_over(file: &File) -> Option<String> {
    let over = file.is_rust()
        && file
            .text
            .lines()
            .any(|line| line.trim_start().starts_with(concat!("#[", "ignore")));
    over.then(|| format!("{} has a test that is passed over in silence", file.path))
}

#[test]
fn files_are_small_and_named_for_what_they_hold() {
    let rules = [too_long, badly_named, silent, passed_over];
    let found: Vec<String> = FILES
        .iter()
        .flat_map(|file| rules.iter().filter_map(|rule| rule(file)))
        .collect();
    none(&found);
    for (path, reason) in LONGER {
        assert!(
            !reason.is_empty() && FILES.iter().any(|file| file.path == path),
            "{path}"
        );
    }
}

#[test]
fn each_of_these_rules_finds_what_was_planted() {
    let long = "x\n".repeat(MOST + 1);
    assert!(too_long(&File::new("server/a/src/x.rs", &long)).is_some());
    assert!(too_long(&File::new("web/templates/x.html", &"x\n".repeat(201))).is_some());
    assert!(too_long(&File::new("server/a/body.json", &long)).is_none());
    assert!(badly_named(&File::new("server/a/src/utils.rs", "")).is_some());
    assert!(badly_named(&File::new("server/a/src/common/x.rs", "")).is_some());
    assert!(badly_named(&File::new("scripts/x.sh", "")).is_some());
    assert!(silent(&File::new("server/a/src/lib.rs", "//! Things.")).is_some());
    assert!(passed_over(&File::new("server/a/tests/x.rs", concat!("#[", "ignore]\nfn x() {}"))).is_some());
}
