//! Well-formed inputs to begin with. REST bodies were recorded from real workers; blobs and
//! records of internal topics are in `corpus/`, one of each version and kind, beside inputs that once broke something.

use std::fs;
use std::path::{Path, PathBuf};

fn crates() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every file of a folder, by name; none when it is not there.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).collect()
}

/// Recorded bodies of both versions, and small ones that hold what the recorded ones lack.
pub(crate) fn bodies() -> Vec<Vec<u8>> {
    let recorded = crates().join("connect/tests/it/bodies");
    let mut all = files(&recorded.join("3.9.1"));
    all.extend(files(&recorded.join("4.3.1")));
    all.extend(files(&crates().join("fuzz/corpus/bodies")));
    all
}

/// The same behind a byte that stands for a status.
pub(crate) fn refusals() -> Vec<Vec<u8>> {
    let numbered = bodies().into_iter().enumerate();
    numbered
        .map(|(number, body)| [&[u8::try_from(number % 16).unwrap_or(0)], &body[..]].concat())
        .collect()
}

/// Member metadata of versions 0 to 3.
pub(crate) fn metadata() -> Vec<Vec<u8>> {
    files(&crates().join("fuzz/corpus/metadata"))
}

/// Assignments of versions 0 to 3.
pub(crate) fn assignments() -> Vec<Vec<u8>> {
    files(&crates().join("fuzz/corpus/assignment"))
}

/// Records of status topics: a key, a line feed, a value.
pub(crate) fn statuses() -> Vec<Vec<u8>> {
    files(&crates().join("fuzz/corpus/status"))
}

/// The same of config topics.
pub(crate) fn configs() -> Vec<Vec<u8>> {
    files(&crates().join("fuzz/corpus/config"))
}

/// The same of offset topics.
pub(crate) fn offsets() -> Vec<Vec<u8>> {
    files(&crates().join("fuzz/corpus/offset"))
}

/// Keys of `__consumer_offsets` of each kind.
pub(crate) fn offset_keys() -> Vec<Vec<u8>> {
    files(&crates().join("fuzz/corpus/offset-key"))
}

/// Values of offsets of versions 0 to 4, and a newer one.
pub(crate) fn offset_values() -> Vec<Vec<u8>> {
    files(&crates().join("fuzz/corpus/offset-value"))
}
