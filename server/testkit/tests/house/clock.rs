//! Time and chance are parameters: the wall clock is read in one file of the product.

use crate::none;
use crate::tree::{FILES, File, pattern};
use crate::uses;

/// The product's clock; and the lab and the testkit, which are no product.
const HOMES: [&str; 3] = ["server/app/src/clock.rs", "server/lab/", "server/testkit/"];

fn offences(files: &[File]) -> Vec<String> {
    let wall = pattern(r"\b(Utc|Local|SystemTime|OffsetDateTime|Zoned|Timestamp)::now\b|\bUNIX_EPOCH\.elapsed");
    let mut found = Vec::new();
    for file in files
        .iter()
        .filter(|file| !HOMES.iter().any(|home| file.path.starts_with(home)))
    {
        let lines = uses::plain(file).into_iter();
        let lines = lines.filter(|(_, line)| wall.is_match(line));
        found.extend(lines.map(|(number, _)| format!("{}:{number}: reads the wall clock", file.path)));
    }
    found
}

#[test]
fn the_wall_clock_is_read_in_one_place() {
    none(&offences(&FILES));
}

#[test]
fn a_second_clock_is_found() {
    let line = "let now = chrono::Utc::now();";
    assert_eq!(offences(&[File::new("server/engine/src/x.rs", line)]).len(), 1);
    let renamed = "use chrono::Utc as U;\nlet now = U::now();";
    assert_eq!(offences(&[File::new("server/engine/src/x.rs", renamed)]).len(), 1);
    none(&offences(&[
        File::new("server/app/src/clock.rs", line),
        File::new("server/engine/tests/it/x.rs", line),
    ]));
}
