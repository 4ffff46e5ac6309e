//! What must not be written in a crate, beyond what its manifest already rules out.

use crate::none;
use crate::tree::{FILES, File, pattern};
use crate::uses;

/// A pattern that must be absent from the code (no comments, no tests) of some folders.
struct Absence {
    what: &'static str,
    pattern: &'static str,
    /// Where it must be absent; none: everywhere in the product.
    from: &'static [&'static str],
    /// Its home, within those.
    but: &'static [&'static str],
}

const IO: &str = r"std::(\*|(fs|net|env|process|thread|io)\b)|\btokio\b|Instant::now|\brand::";

const ABSENCES: &[Absence] = &[
    Absence {
        what: "IO, threads, time and chance",
        pattern: IO,
        from: &["server/model/", "server/view/"],
        but: &[],
    },
    Absence {
        what: "SQL",
        pattern: r#""\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE (TABLE|INDEX|ROLE|DATABASE)|ALTER|DROP|LISTEN|NOTIFY) |\bsqlx::"#,
        from: &[],
        but: &["server/store/"],
    },
    Absence {
        what: "unsafe",
        pattern: r"\bunsafe\s*(\{|fn\b|impl\b|extern\b|trait\b)|unsafe_code",
        from: &[],
        but: &["server/kafka/src/ffi/"],
    },
    Absence {
        what: "raw metrics macros",
        pattern: r"\bmetrics::(counter|gauge|histogram|describe_\w+)(!|;| as )",
        from: &[],
        but: &["server/telemetry/"],
    },
    Absence {
        what: "raw spans, whose names and fields stand in one place",
        pattern: r"\b(info|debug|warn|error|trace)_span!|\bspan!\(",
        from: &[],
        but: &["server/telemetry/"],
    },
    Absence {
        what: "HTML",
        pattern: r"</(div|p|a|td|span|h1|body|html)>",
        from: &[
            "server/model/",
            "server/view/",
            "server/engine/",
            "server/console/",
            "server/store/",
        ],
        but: &[],
    },
    Absence {
        what: "decisions",
        pattern: r"\b(judge|fold)::|\bmodel::(judge|fold)\b",
        from: &[
            "server/app/",
            "server/store/",
            "server/connect/",
            "server/kafka/",
            "server/console/",
            "web/",
        ],
        but: &[],
    },
    Absence {
        what: "a peer's protocol",
        pattern: r"/connectors|/connector-plugins|pagerduty|slack",
        from: &["server/egress/"],
        but: &[],
    },
    Absence {
        what: "verdicts",
        pattern: r"\bVerdict\b|\bverdict::",
        from: &["server/kafka/", "server/connect/"],
        but: &[],
    },
    Absence {
        what: "the fleet itself, past the console and its rights",
        pattern: r"\bview::(\*|(Fleet|Cluster|Connector|Staleness)\b)",
        from: &["web/", "server/app/"],
        but: &[],
    },
    Absence {
        what: "the lab or the testkit",
        pattern: r"\b(lab|testkit)::",
        from: &[],
        but: &["server/lab/", "server/testkit/"],
    },
];

fn offences(absence: &Absence, files: &[File]) -> Vec<String> {
    let pattern = pattern(absence.pattern);
    let within = |folders: &[&str], path: &str| folders.iter().any(|folder| path.starts_with(folder));
    let mut found = Vec::new();
    for file in files {
        let meant = absence.from.is_empty() || within(absence.from, &file.path);
        if meant && !within(absence.but, &file.path) {
            let lines = uses::plain(file).into_iter();
            let lines = lines.filter(|(_, line)| pattern.is_match(line));
            found.extend(lines.map(|(number, line)| {
                format!(
                    "{}:{number}: {} must be absent: {}",
                    file.path,
                    absence.what,
                    line.trim()
                )
            }));
        }
    }
    found
}

#[test]
fn what_must_be_absent_is_absent() {
    let found: Vec<String> = ABSENCES.iter().flat_map(|absence| offences(absence, &FILES)).collect();
    none(&found);
}

#[test]
fn a_group_of_imports_and_another_name_hide_nothing() {
    for (path, text) in [
        ("server/view/src/lib.rs", "use std::{fs, net::TcpStream};"),
        (
            "server/view/src/lib.rs",
            "use std::{\n    collections::BTreeMap,\n    env,\n};",
        ),
        (
            "server/model/src/x.rs",
            "use std::time::Instant as I;\nlet now = I::now();",
        ),
        ("server/model/src/x.rs", "use std as s;\nlet text = s::fs::read(path);"),
        ("web/src/x.rs", "use view::{\n    Fleet,\n};"),
        ("web/src/x.rs", "use view as v;\nfn f(fleet: &v::Fleet) {}"),
        (
            "web/src/x.rs",
            "use view::{self as v, Sort};\nfn f(fleet: &v::Fleet) {}",
        ),
        ("web/src/x.rs", "use view::*;"),
        ("server/app/src/x.rs", "use metrics::{counter, gauge};"),
        ("server/app/src/x.rs", "use model::{judge as j};"),
    ] {
        let file = [File::new(path, text)];
        let found = ABSENCES.iter().flat_map(|absence| offences(absence, &file)).count();
        assert!(found > 0, "{path}: {text}");
    }
    let fine = "use view::{Sort, search::Key};\nuse std::collections::{BTreeMap, BTreeSet};\nuse std::fmt as f;";
    for absence in ABSENCES {
        none(&offences(
            absence,
            &[File::new("web/src/x.rs", fine), File::new("server/view/src/x.rs", fine)],
        ));
    }
}

#[test]
fn every_absence_finds_what_was_planted() {
    let planted = [
        ("server/model/src/x.rs", "let text = std::fs::read(path);"),
        ("server/engine/src/x.rs", "let rows = run(\"SELECT 1\");"),
        ("server/kafka/src/x.rs", "unsafe { free(pointer) }"),
        ("server/app/src/x.rs", "metrics::counter!(\"x\").increment(1);"),
        ("server/engine/src/x.rs", "let span = tracing::info_span!(\"look\");"),
        ("server/console/src/x.rs", "let page = \"<p>no</p>\";"),
        ("server/app/src/x.rs", "let verdict = model::judge::judge(facts);"),
        ("server/egress/src/x.rs", "let path = \"/connectors\";"),
        ("server/connect/src/x.rs", "use model::verdict::Verdict;"),
        ("web/src/x.rs", "use view::{Sort, Fleet};"),
        ("server/engine/src/x.rs", "let lab = lab::Lab::start();"),
    ];
    assert_eq!(planted.len(), ABSENCES.len());
    for (absence, (path, line)) in ABSENCES.iter().zip(planted) {
        assert_eq!(offences(absence, &[File::new(path, line)]).len(), 1, "{}", absence.what);
        let comment = File::new(path, &format!("// {line}"));
        none(&offences(absence, &[comment]));
    }
}
