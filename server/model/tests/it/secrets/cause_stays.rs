//! Redaction takes data out of a trace and leaves its cause in: class and domain are read from redacted traces.

use std::path::Path;

use model::secrets::{RawTrace, Redactor};
use model::signature::{Context, classify};

#[test]
fn class_and_domain_of_real_traces_survive_redaction() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/traces");
    let context = Context {
        kind: None,
        overrides: false,
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|kind| kind != "txt") {
            continue;
        }
        let raw = std::fs::read_to_string(&path).unwrap();
        let redacted = Redactor::patterns_only().redact(&RawTrace::new(raw.clone()));
        let (before, after) = (classify(&raw, context), classify(&redacted, context));
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!((before.class, before.domain), (after.class, after.domain), "{name}");
        seen += 1;
    }
    assert!(seen >= 30, "{seen}");
}
