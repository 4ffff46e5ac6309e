//! Answers of workers.

use connect::{BodyHash, Error, Expanded, answer, path_segment};
use http::StatusCode;
use model::names::WorkerId;

use crate::seeds;
use crate::target::{Outcome, Target};

/// Statuses that classification treats differently.
const STATUSES: [u16; 16] = [
    200, 201, 204, 400, 401, 403, 404, 405, 409, 418, 429, 500, 502, 503, 504, 599,
];

pub(crate) fn targets() -> Vec<Target> {
    let target = |name, read| Target {
        name,
        seeds: seeds::bodies,
        read,
    };
    vec![
        target("expanded", expanded),
        target("names", names),
        target("root", root),
        target("health", health),
        target("plugins", plugins),
        target("definitions", definitions),
        Target {
            name: "refusals",
            seeds: seeds::refusals,
            read: refusals,
        },
    ]
}

fn address() -> WorkerId {
    "w:8083".into()
}

/// The error's promises: short, on one line, nothing that a terminal would obey, the same kind again.
fn told(error: &Error) -> Outcome {
    let gap = error.gap(&address());
    assert!(
        gap.text.chars().count() < 400,
        "{} characters",
        gap.text.chars().count()
    );
    assert!(!gap.text.contains(|c: char| c.is_control()), "{:?}", gap.text);
    assert!(gap.text.starts_with("w:8083: "), "{}", gap.text);
    Outcome::of(&[], &gap.text)
}

fn outcome<T>(read: Result<T, Error>, sizes: impl FnOnce(&T) -> Vec<usize>) -> Outcome {
    match read {
        Ok(value) => Outcome::of(&sizes(&value), "value"),
        Err(error) => told(&error),
    }
}

fn expanded(body: &[u8]) -> Outcome {
    let read = answer::expanded(StatusCode::OK, body, None);
    if let Ok(Expanded::Body { hash, .. }) = &read {
        assert!(*hash == BodyHash::of(body));
        let again = answer::expanded(StatusCode::OK, body, Some(*hash));
        assert!(matches!(again, Ok(Expanded::Unchanged)));
    }
    outcome(read, |read| match read {
        Expanded::Unchanged => panic!("there is no previous body"),
        Expanded::Body { connectors, .. } => {
            let statuses = connectors.values().filter_map(|connector| connector.status.as_ref());
            let instances: Vec<_> = statuses
                .flat_map(|status| status.connector.iter().chain(status.tasks.values()))
                .collect();
            for instance in &instances {
                assert!(instance.state.as_str().chars().count() <= 200);
                assert!(instance.worker_id.as_str().chars().count() <= 200);
            }
            let infos = connectors.values().filter(|connector| connector.info.is_some()).count();
            let kinds = connectors
                .values()
                .filter(|connector| connector.kind().is_some())
                .count();
            let traces = instances.iter().filter(|instance| instance.trace.is_some()).count();
            vec![connectors.len(), infos, kinds, instances.len(), traces]
        }
    })
}

fn names(body: &[u8]) -> Outcome {
    outcome(answer::names(StatusCode::OK, body), |names| {
        // Every name makes one segment of a path or none, and never more than one.
        let segments = names.iter().filter_map(|name| path_segment(name.as_str()));
        let mut count = 0;
        for segment in segments {
            assert!(
                segment
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte))
            );
            assert!(!matches!(segment.as_str(), "" | "." | ".."));
            count += 1;
        }
        vec![names.len(), count]
    })
}

fn root(body: &[u8]) -> Outcome {
    outcome(answer::root(StatusCode::OK, body, &address()), |root| {
        let id = root.kafka_cluster_id.as_ref().map_or(0, |id| id.chars().count());
        assert!(root.version.chars().count() <= 200 && id <= 200);
        vec![root.version.len(), id]
    })
}

fn health(body: &[u8]) -> Outcome {
    let status = body.first().map_or(200, |byte| [200, 500, 503][usize::from(byte % 3)]);
    let status = StatusCode::from_u16(status).unwrap_or_default();
    outcome(answer::health(status, body), |health| {
        assert!(health.word.chars().count() <= 200 && health.message.chars().count() <= 201);
        assert!(!health.message.contains(|c: char| c.is_control()));
        vec![usize::from(health.ready), health.word.len(), health.message.len()]
    })
}

fn plugins(body: &[u8]) -> Outcome {
    outcome(answer::plugins(StatusCode::OK, body), |plugins| {
        let versions = plugins.iter().filter(|plugin| plugin.version.is_some()).count();
        vec![plugins.len(), versions]
    })
}

fn definitions(body: &[u8]) -> Outcome {
    outcome(answer::definitions(StatusCode::OK, body), |definitions| {
        let keys = definitions.keys.values();
        let passwords = keys.filter(|key| &*key.kind == "PASSWORD");
        let shown = passwords.filter(|key| key.default.is_some()).count();
        assert_eq!(shown, 0, "a password's default is kept");
        let defaults = definitions.keys.values().filter(|key| key.default.is_some()).count();
        vec![definitions.keys.len(), defaults]
    })
}

/// The first byte chooses the status.
fn refusals(input: &[u8]) -> Outcome {
    let (choice, body) = input.split_first().unwrap_or((&0, &[]));
    let status = STATUSES[usize::from(*choice) % STATUSES.len()];
    let code = StatusCode::from_u16(status).unwrap_or_default();
    let read = answer::names(code, body);
    assert!(status == 200 || read.is_err(), "{status} is an error");
    outcome(read, |names| vec![names.len()])
}
