//! Code as if every import stood alone and under its own name: `use std::{fs as f, net};` hides no more than
//! `use std::fs;` does, and `f::read` is `std::fs::read`.

use crate::tree::{File, pattern};

/// One import of one thing.
#[derive(Debug, PartialEq, Eq)]
struct Import {
    /// From 1; where its statement begins.
    line: usize,
    /// What stands before `use`, with a space behind it.
    visible: String,
    path: String,
    alias: Option<String>,
}

impl Import {
    fn text(&self) -> String {
        let alias = self.alias.as_ref().map(|alias| format!(" as {alias}"));
        format!("{}use {}{};", self.visible, self.path, alias.unwrap_or_default())
    }
}

/// The lines of a file that are code, with their numbers: each import as a line of its own, and what was renamed under
/// the name it had.
pub fn plain(file: &File) -> Vec<(usize, String)> {
    let (imports, rest) = taken_apart(file);
    let renamed: Vec<(_, &str)> = imports
        .iter()
        .filter_map(|import| {
            let alias = import.alias.as_deref().filter(|alias| *alias != "_")?;
            Some((pattern(&format!(r"(^|[^\w:.]){alias}::")), import.path.as_str()))
        })
        .collect();
    let lines = rest.into_iter().map(|(number, line)| {
        let line = renamed
            .iter()
            .fold(line.to_owned(), |line, (alias, path)| restored(&line, alias, path));
        (number, line)
    });
    let mut all: Vec<_> = imports
        .iter()
        .map(|import| (import.line, import.text()))
        .chain(lines)
        .collect();
    all.sort_by_key(|(number, _)| *number);
    all
}

/// The line with a path in the place of its other name, wherever that begins a path.
fn restored(line: &str, alias: &regex_automata::meta::Regex, path: &str) -> String {
    let mut text = String::new();
    let mut done = 0;
    for found in alias.find_iter(line) {
        // What stood before the name is part of what was found, unless the line began there.
        let found_text = &line[found.range()];
        let before = found_text
            .chars()
            .next()
            .filter(|first| !first.is_alphanumeric() && *first != '_');
        text.push_str(&line[done..found.start()]);
        text.extend(before);
        text.push_str(path);
        text.push_str("::");
        done = found.end();
    }
    text + &line[done..]
}

/// The imports of a file, and its other lines.
fn taken_apart(file: &File) -> (Vec<Import>, Vec<(usize, &str)>) {
    let begins = pattern(r"^\s*(pub(\([^)]*\))?\s+)?use\s");
    let (mut imports, mut rest) = (Vec::new(), Vec::new());
    let mut lines = file.code();
    while let Some((number, line)) = lines.next() {
        let Some(begin) = begins.find(line) else {
            rest.push((number, line));
            continue;
        };
        let visible = line[begin.range()].trim_start();
        let visible = visible.strip_suffix(|end: char| end.is_whitespace()).unwrap_or(visible);
        let visible = visible.strip_suffix("use").unwrap_or_default().to_owned();
        let mut statement = without_comment(&line[begin.end()..]).to_owned();
        while !statement.contains(';') {
            let Some((_, more)) = lines.next() else { break };
            statement.push(' ');
            statement.push_str(without_comment(more));
        }
        let (tree, behind) = statement.split_once(';').unwrap_or((&statement, ""));
        let mut leaves = Vec::new();
        flatten("", tree, &mut leaves);
        imports.extend(leaves.into_iter().map(|(path, alias)| Import {
            line: number,
            visible: visible.clone(),
            path,
            alias,
        }));
        // A second statement on the line is read as it stands.
        if let Some(at) = line.find(behind).filter(|_| !behind.trim().is_empty()) {
            rest.push((number, &line[at..]));
        }
    }
    (imports, rest)
}

fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Every path of a tree of imports, with its other name.
fn flatten(before: &str, tree: &str, leaves: &mut Vec<(String, Option<String>)>) {
    let tree = tree.trim();
    if let Some((head, group)) = tree.split_once('{') {
        let group = group.rsplit_once('}').map_or(group, |(group, _)| group);
        let before = format!("{before}{}", head.trim());
        branches(group)
            .into_iter()
            .for_each(|branch| flatten(&before, branch, leaves));
        return;
    }
    let mut words = tree.split_whitespace();
    let Some(path) = words.next() else { return };
    let alias = words.nth(1).map(str::to_owned);
    let path = match path {
        "self" => before.trim_end_matches("::").to_owned(),
        path => format!("{before}{path}"),
    };
    leaves.push((path.trim_start_matches("::").to_owned(), alias));
}

/// What the commas of a group separate, those of inner groups not.
fn branches(group: &str) -> Vec<&str> {
    let mut deep = 0_usize;
    group
        .split(|letter| {
            match letter {
                '{' => deep += 1,
                '}' => deep = deep.saturating_sub(1),
                _ => {}
            }
            letter == ',' && deep == 0
        })
        .collect()
}

#[test]
fn imports_are_seen_one_by_one() {
    let text = "use std::{fs, net::TcpStream};\n\
                pub(crate) use view::{\n    // a word\n    Fleet, // another\n    search::{self, Key as K},\n};\n\
                use ::std as s;\nuse view::*;\nuse model::Clock as _;\nlet used = 1;\n";
    let lines = plain(&File::new("server/a/src/b.rs", text));
    let lines: Vec<(usize, &str)> = lines.iter().map(|(number, line)| (*number, line.as_str())).collect();
    assert_eq!(
        lines,
        [
            (1, "use std::fs;"),
            (1, "use std::net::TcpStream;"),
            (2, "pub(crate) use view::Fleet;"),
            (2, "pub(crate) use view::search;"),
            (2, "pub(crate) use view::search::Key as K;"),
            (7, "use std as s;"),
            (8, "use view::*;"),
            (9, "use model::Clock as _;"),
            (10, "let used = 1;"),
        ]
    );
}

#[test]
fn what_was_renamed_is_seen_under_its_own_name() {
    let text = "use view as v;\nuse std::{self as s, time::Instant as I};\n\
                fn f(fleet: &v::Fleet) -> Vec<v::Sort> { s::fs::read(I::now()); x.v::<u8>(); rev::now(); w::v::X }\n";
    let lines = plain(&File::new("web/src/b.rs", text));
    assert_eq!(
        lines.last().unwrap().1,
        "fn f(fleet: &view::Fleet) -> Vec<view::Sort> { std::fs::read(std::time::Instant::now()); x.v::<u8>(); \
         rev::now(); w::v::X }"
    );
}
