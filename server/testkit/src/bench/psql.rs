//! Numbers that only the database knows, asked through `psql`.

use std::collections::BTreeMap;
use std::process::Command;

use crate::Result;

/// The statements; each row is a name and a number.
const SIZES: &str = include_str!("sizes.sql");

/// Sizes in bytes, numbers of rows and settings by name.
pub(crate) fn sizes(database: &str) -> Result<BTreeMap<String, String>> {
    let output = Command::new("psql")
        .args([
            "-X",
            "-q",
            "-At",
            "-F=",
            "-v",
            "ON_ERROR_STOP=1",
            "-c",
            SIZES,
            "-d",
            database,
        ])
        .output()?;
    if !output.status.success() {
        return Err(format!("psql: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let pair = |line: &str| {
        let (name, value) = line.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    };
    Ok(text.lines().filter_map(pair).collect())
}

/// A number of [`sizes`]; 0 when it is not there.
pub(crate) fn number(sizes: &BTreeMap<String, String>, name: &str) -> f64 {
    sizes.get(name).and_then(|value| value.parse().ok()).unwrap_or(0.0)
}
