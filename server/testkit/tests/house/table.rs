//! Tables of ARCHITECTURE.md, read as text.

use std::collections::{BTreeMap, BTreeSet};

/// The names in backticks.
pub fn names(cell: &str) -> BTreeSet<String> {
    cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The rows below `heading`, up to the next heading, without head and rule: cells, trimmed.
pub fn rows(text: &str, heading: &str) -> Vec<Vec<String>> {
    let below = text.lines().skip_while(|line| *line != heading).skip(1);
    let lines = below.take_while(|line| !line.starts_with('#'));
    let cells = |line: &str| -> Vec<String> {
        let inner = line.trim().trim_matches('|');
        inner.split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let table: Vec<_> = lines.filter(|line| line.starts_with('|')).map(cells).collect();
    assert!(table.len() > 2, "ARCHITECTURE.md has no table below {heading:?}");
    table.into_iter().skip(2).collect()
}

/// Who may use what: for each name in the first column, the names in the last one. "all" stands for everybody in
/// `everybody`, and "all but" for everybody else than the names that follow.
pub fn users(rows: &[Vec<String>], everybody: &BTreeSet<String>) -> BTreeMap<String, BTreeSet<String>> {
    let mut map = BTreeMap::new();
    for row in rows {
        let (Some(used), Some(by)) = (row.first(), row.last()) else {
            continue;
        };
        let named = names(by);
        let by = if by.starts_with("all but") {
            everybody.difference(&named).cloned().collect()
        } else if by.starts_with("all") {
            everybody.clone()
        } else {
            named
        };
        for name in names(used) {
            assert!(
                map.insert(name.clone(), by.clone()).is_none(),
                "{name} has two rows in ARCHITECTURE.md"
            );
        }
    }
    map
}

#[test]
fn a_table_is_read() {
    let text = "# A\n| x | by |\n|---|---|\n| `a`, `b` | `c` |\n| `d` | all but `c` |\n# B\n| `no` | |\n";
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let map = users(&rows(text, "# A"), &set(&["c", "e"]));
    assert_eq!(map.len(), 3);
    assert_eq!(map["b"], set(&["c"]));
    assert_eq!(map["d"], set(&["e"]));
}
