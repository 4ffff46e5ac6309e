//! Style sheets: one class means one thing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Classes of one thing each whose looks stand in two sheets on purpose, most often one of the page and one of the place.
const SHARED: [&str; 8] = [
    "bars", "crumbs", "facts", "lines", "prose", "search", "stack", "versions",
];

/// What stands outside of braces that begin with `@`, and without comments.
fn rules(sheet: &str) -> String {
    let mut rules = String::new();
    let mut parts = sheet.split("/*");
    rules.push_str(parts.next().unwrap());
    parts.for_each(|part| rules.push_str(part.split_once("*/").unwrap().1));
    while let Some(at) = rules.find('@') {
        let mut depth = 0;
        let end = rules[at..].char_indices().find(|(_, c)| {
            depth += i32::from(*c == '{') - i32::from(*c == '}');
            *c == '}' && depth == 0
        });
        let end = at + end.unwrap().0 + 1;
        rules.replace_range(at..end, "");
    }
    rules
}

/// The class by which a selector begins, where nothing else is asked of that element.
fn bare(selector: &str) -> Option<&str> {
    let first = selector.split_whitespace().next()?.strip_prefix('.')?;
    let name = |c: char| c.is_ascii_alphanumeric() || c == '-';
    first.chars().all(name).then_some(first)
}

#[test]
fn no_two_sheets_style_the_same_class_for_different_things() {
    let mut sheets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/css");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        // These two say how all that the others style is shown there.
        if ["phone.css", "print.css"].contains(&name.as_str()) {
            continue;
        }
        let sheet = rules(&std::fs::read_to_string(&path).unwrap());
        for rule in sheet.split('}') {
            let selectors = rule.split('{').next().unwrap();
            for class in selectors.split(',').filter_map(bare) {
                sheets.entry(class.to_owned()).or_default().insert(name.clone());
            }
        }
    }
    assert!(sheets.len() > 100, "{sheets:?}");
    let twice = sheets.iter().filter(|(_, sheets)| sheets.len() > 1);
    let twice: Vec<_> = twice.filter(|(class, _)| !SHARED.contains(&class.as_str())).collect();
    assert!(twice.is_empty(), "styled in several sheets: {twice:#?}");
}
