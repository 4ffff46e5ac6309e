//! The exam of the root cause: every case of `traces/expected.toml`, whose head explains the format. The directory can
//! be another one, named by `TRACE_CASES_DIR`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use model::signature::{Context, classify};
use model::state::ConnectorKind;
use model::trace::root_cause;
use serde::Deserialize;

/// As many cases stand in the repository; the number only grows, so that none is lost unseen.
const OWN_CASES: usize = 105;

#[derive(Deserialize)]
struct Exam {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    file: Option<PathBuf>,
    name: Option<String>,
    generate: Option<String>,
    depth: Option<usize>,
    frames: Option<usize>,
    root: Option<String>,
    #[serde(rename = "origin")]
    _origin: String,
    #[serde(rename = "override")]
    overrides: bool,
    kind: ConnectorKind,
    root_exception: Option<String>,
    #[serde(default)]
    root_contains: Vec<String>,
    #[serde(default)]
    root_excludes: Vec<String>,
    class: Vec<String>,
    domain: Vec<String>,
    max_chars: Option<usize>,
    confidence_min: Option<f32>,
    confidence_max: Option<f32>,
    #[serde(rename = "note")]
    _note: Option<String>,
}

impl Case {
    fn title(&self) -> String {
        match (&self.file, &self.name) {
            (Some(file), _) => file.display().to_string(),
            (None, Some(name)) => name.clone(),
            (None, None) => panic!("a case has neither file nor name"),
        }
    }

    fn trace(&self, dir: &Path) -> String {
        if let Some(file) = &self.file {
            let bytes = std::fs::read(dir.join(file)).unwrap();
            return String::from_utf8_lossy(&bytes).into_owned();
        }
        assert_eq!(self.generate.as_deref(), Some("deep"), "{}", self.title());
        let (depth, frames) = (self.depth.unwrap(), self.frames.unwrap());
        let mut trace = String::new();
        for level in 0..depth {
            if level > 0 {
                trace.push_str("Caused by: ");
            }
            if level + 1 == depth {
                trace.push_str(self.root.as_deref().unwrap());
            } else {
                write!(
                    trace,
                    "org.apache.kafka.connect.errors.ConnectException: wrapper {level}"
                )
                .unwrap();
            }
            trace.push('\n');
            for frame in 1..=frames {
                writeln!(trace, "\tat com.example.Deep.level(Deep.java:{frame})").unwrap();
            }
        }
        trace
    }

    /// What is wrong with the answer; empty when it is right.
    fn faults(&self, trace: &str) -> Vec<String> {
        let context = Context {
            kind: Some(self.kind),
            overrides: self.overrides,
        };
        let begun = Instant::now();
        let cause = root_cause(trace);
        let signature = classify(trace, context);
        let took = begun.elapsed();
        let mut faults = Vec::new();
        let mut hold = |holds: bool, what: String| {
            if !holds {
                faults.push(what);
            }
        };
        let line = cause.as_ref().map_or("", |cause| &cause.line);
        let exception = cause.as_ref().map_or("", |cause| &cause.exception);
        let lower = line.to_lowercase();
        if let Some(wanted) = &self.root_exception {
            hold(exception == wanted, format!("exception {exception}, not {wanted}"));
        }
        for part in &self.root_contains {
            hold(lower.contains(&part.to_lowercase()), format!("lacks `{part}`"));
        }
        for part in &self.root_excludes {
            hold(!lower.contains(&part.to_lowercase()), format!("shows `{part}`"));
            let chain = cause.iter().flat_map(|cause| &cause.chain);
            for (class, message) in chain.filter(|(_, message)| message.contains(part.as_str())) {
                hold(false, format!("the chain shows `{part}` at {class}: {message}"));
            }
        }
        hold(
            self.class.iter().any(|class| class == signature.class.as_str()),
            format!("class {}, not {:?}", signature.class.as_str(), self.class),
        );
        hold(
            self.domain.iter().any(|domain| domain == signature.domain.as_str()),
            format!("domain {}, not {:?}", signature.domain.as_str(), self.domain),
        );
        let confidence = signature.confidence;
        hold(
            confidence >= self.confidence_min.unwrap_or(0.0) && confidence <= self.confidence_max.unwrap_or(1.0),
            format!("confidence {confidence}"),
        );
        let chars = line.chars().count();
        hold(
            chars <= self.max_chars.unwrap_or(240).min(240),
            format!("{chars} characters"),
        );
        hold(!line.chars().any(char::is_control), "control characters".to_owned());
        hold(!line.starts_with("Caused by:"), "begins with `Caused by:`".to_owned());
        hold(line.is_empty() == trace.trim().is_empty(), "empty or not".to_owned());
        hold(
            !signature.root_cause.is_empty() && !signature.why.is_empty(),
            "no reason".to_owned(),
        );
        hold(
            cause.is_none() || *signature.root_cause == *line,
            "two root causes".to_owned(),
        );
        hold(
            root_cause(trace) == cause && classify(trace, context) == signature,
            "two answers".to_owned(),
        );
        // The exam allows 100 ms; a busy machine and an unoptimised build are allowed for.
        hold(took < Duration::from_secs(1), format!("took {took:?}"));
        if !faults.is_empty() {
            faults.push(format!("line: {line}"));
        }
        faults
    }
}

/// The failed cases of a directory with what is wrong, and the number of all.
fn examine(dir: &Path) -> (usize, String) {
    let exam: Exam = toml::from_str(&std::fs::read_to_string(dir.join("expected.toml")).unwrap()).unwrap();
    let mut report = String::new();
    for case in &exam.case {
        let faults = case.faults(&case.trace(dir));
        if !faults.is_empty() {
            writeln!(report, "{}\n    {}", case.title(), faults.join("\n    ")).unwrap();
        }
    }
    (exam.case.len(), report)
}

#[test]
fn every_case_has_its_root_cause_class_and_domain() {
    let (dir, least) = match std::env::var_os("TRACE_CASES_DIR") {
        Some(other) => (PathBuf::from(other), 1),
        None => (Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/traces"), OWN_CASES),
    };
    let (cases, report) = examine(&dir);
    assert!(
        cases >= least,
        "{cases} cases in {}, of {least} at least",
        dir.display()
    );
    assert!(report.is_empty(), "of {cases} cases these are wrong:\n{report}");
}
