//! Nothing in the tree depends on where it was written: no registry's host, no path of a machine, no word about how
//! the work is organised.

use crate::none;
use crate::tree::{FILES, File, pattern};

/// Written so that this file does not offend itself.
const FORBIDDEN: [(&str, &str); 3] = [
    (
        "a registry's host",
        r"(?i)\b(crates[.]io|npmjs[.](org|com)|maven[.]org|apache[.]org/maven2|pypi[.]org|golang[.]org|deb[.]debian[.]org)\b",
    ),
    ("a path of one machine", r"(^|[^A-Za-z0-9_.$}{*-])/(work|root|Users)/"),
    (
        "a word about how the work is organised",
        r"(?i)\b(claud[e]|anthropi[c]|chatgp[t]|copilo[t]|CE[O]|language mode[l]|design[.]md|brief[.]md|issue (#|no\.? )?\d+\b)",
    ),
];

/// Lock files name sources by their nature; the licence names its author's site.
fn exempt(path: &str) -> bool {
    path.ends_with("Cargo.lock") || path.ends_with("package-lock.json") || path == "LICENSE"
}

fn offences(files: &[File]) -> Vec<String> {
    let mut found = Vec::new();
    for (what, words) in FORBIDDEN {
        let pattern = pattern(words);
        for file in files.iter().filter(|file| !exempt(&file.path)) {
            for (index, line) in file.text.lines().enumerate() {
                if let Some(matched) = pattern.find(line) {
                    let word = String::from_utf8_lossy(&line.as_bytes()[matched.range()]);
                    found.push(format!("{}:{}: {what}: {word:?}", file.path, index + 1));
                }
            }
        }
    }
    found
}

#[test]
fn the_tree_says_nothing_about_where_it_was_written() {
    none(&offences(&FILES));
}

#[test]
fn each_forbidden_word_is_found() {
    let planted = [
        ["see crates", ".io"].concat(),
        ["cd /wor", "k/x"].concat(),
        ["as issu", "e 3 says"].concat(),
    ];
    for line in &planted {
        assert_eq!(offences(&[File::new("README.md", line)]).len(), 1, "{line}");
        none(&offences(&[File::new("Cargo.lock", line)]));
    }
    none(&offences(&[File::new(
        "README.md",
        "a session, signed in; $HOME/work/x",
    )]));
}
