//! The tree as git keeps it, and the workspace as cargo sees it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use cargo_metadata::{Metadata, MetadataCommand, Package};
use regex_automata::meta::{Config, Regex};
use regex_automata::util::syntax;

/// A tracked text file.
#[derive(Debug)]
pub struct File {
    /// From the repository's root.
    pub path: String,
    pub text: String,
}

impl File {
    /// For samples.
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Rust that is in no test: neither under `tests/`, nor in a file of tests, nor within `mod tests { … }`.
    pub fn product(&self) -> Option<&str> {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let test = self.path.contains("/tests/") || name == "tests.rs" || name.ends_with("_tests.rs");
        if !self.is_rust() || test {
            return None;
        }
        Some(self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default())
    }

    /// The lines of [`Self::product`] that are code, with their numbers.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.product().unwrap_or_default().lines().enumerate();
        lines
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(index, line)| (index + 1, line))
    }
}

/// A pattern over bytes: what is looked for is ASCII.
pub fn pattern(text: &str) -> Regex {
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(Config::new().utf8_empty(false))
        .build(text)
        .expect("a pattern")
}

pub fn root() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.canonicalize().expect("the repository's root")
}

/// Every tracked file that is text.
pub static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let output = Command::new("git")
        .arg("-C")
        .arg(root())
        .args(["-c", "safe.directory=*", "ls-files", "-z"])
        .output()
        .expect("git lists the tracked files");
    assert!(
        output.status.success(),
        "git ls-files: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let listed = String::from_utf8(output.stdout).expect("names of files are UTF-8");
    let paths = listed.split('\0').filter(|path| !path.is_empty());
    let files: Vec<File> = paths
        .filter_map(|path| {
            // A file that is gone from the work tree but not yet from the index is no offence; one that is no text
            // (a picture, a font) has no words.
            let text = std::fs::read_to_string(root().join(path)).ok()?;
            Some(File::new(path, &text))
        })
        .collect();
    assert!(files.len() > 200, "only {} files are tracked", files.len());
    files
});

/// The text of one tracked file.
pub fn text(path: &str) -> &'static str {
    let found = FILES.iter().find(|file| file.path == path);
    &found.unwrap_or_else(|| panic!("{path} is tracked")).text
}

fn metadata(more: &[&str]) -> Metadata {
    let options = ["--offline", "--locked"].iter().chain(more);
    MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .other_options(options.map(|option| (*option).to_owned()).collect::<Vec<_>>())
        .exec()
        .expect("cargo metadata")
}

/// Our own crates.
pub fn crates() -> Vec<Package> {
    metadata(&["--no-deps"]).packages
}

/// Our own crates and all that they need on this platform.
pub fn all_packages() -> Vec<Package> {
    let host = Command::new("rustc").arg("-vV").output().expect("rustc -vV");
    let host = String::from_utf8(host.stdout).expect("UTF-8");
    let host = host
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("rustc names its host");
    metadata(&["--filter-platform", host]).packages
}

#[test]
fn code_is_told_from_tests_and_comments() {
    let file = File::new(
        "server/a/src/b.rs",
        "// one\nlet two;\n#[cfg(test)]\nmod tests {\nlet three;\n}",
    );
    let code: Vec<_> = file.code().collect();
    assert_eq!(code, [(2, "let two;")]);
    assert!(File::new("server/a/tests/it/x.rs", "").product().is_none());
    assert!(File::new("server/a/src/x_tests.rs", "").product().is_none());
}
