//! What to do: the first step for each kind of fault, as a person on call would wish to read it.

use std::path::Path;

use model::advice::{Known, steps};
use model::cause::{Cause, Loss, Stall};
use model::fault::Scope;
use model::quiet::Quiet;
use model::signature::{Context, Signature, classify};
use model::stage::Stage;
use model::state::ConnectorKind;
use model::verdict::{Class, Domain};

/// A trace of the exam, by its number, and the first step.
const OF_TRACES: &[(&str, &str)] = &[
    (
        "01",
        "Compare JsonConverter in the config with how the records are written.",
    ),
    (
        "02",
        "Compare what the transformation ExtractField expects with the records that reach it.",
    ),
    (
        "03",
        "Look up what MockSourceTask.poll does: there it broke, without a message.",
    ),
    (
        "04",
        "Check the Kafka credentials in the connector's client overrides: expired, changed, or mistyped.",
    ),
    (
        "05",
        "Check the credentials that the workers use for Kafka: expired, changed, or unknown to the brokers.",
    ),
    ("06", "Grant the connector's principal access to topic orders.v1."),
    ("07", "Grant the workers' principal READ on group connect-billing-sink."),
    (
        "08",
        "Test from the worker's host that the connector's other system answers.",
    ),
    ("09", "Test from the worker's host that 10.20.0.7:5432 answers."),
    (
        "10",
        "Compare the records' field for name of customers with what the target accepts there.",
    ),
    (
        "12",
        "Check the credentials of user shop_writer in the connector's config: expired, changed, or mistyped.",
    ),
    (
        "13",
        "Install org.apache.kafka.connect.file.FileStreamSinkConnector on every worker.",
    ),
    (
        "15",
        "Put the jar with com/acme/warehouse/Client into the plugin's directory on every worker.",
    ),
    (
        "17",
        "Look at slot orders_slot in pg_replication_slots: who holds it, and whether it is needed.",
    ),
    (
        "18",
        "Check what the source system still keeps of its log: the position to go on from is gone.",
    ),
    (
        "19",
        "Set snapshot.mode to recovery, or take a new snapshot: the schema history topic lost its content.",
    ),
    (
        "20",
        "Compare the records' field for customer_id with what the target accepts there.",
    ),
    (
        "25",
        "Compare AvroConverter in the config with how the records of shipments are written.",
    ),
    ("26", "Test from the worker's host that the schema registry answers."),
    (
        "27",
        "Compare the new schema with the last version of crm.accounts-value: they are incompatible.",
    ),
    (
        "29",
        "Set errors.deadletterqueue.topic.replication.factor to at most the number of brokers.",
    ),
    (
        "30",
        "Raise producer.override.max.request.size, or keep such records out.",
    ),
    ("32", "Look at why the target system takes a batch so slowly."),
    (
        "37",
        "Look up pg-wh.example.internal from the worker's host: its name does not resolve there.",
    ),
    ("42", "Grant the connector's user the right that it lacks on invoices."),
    (
        "46",
        "Read the log of its worker at the time of the failure: REST has no trace.",
    ),
    (
        "48",
        "Restart the worker that ran the failed task: after running out of memory it cannot be trusted.",
    ),
    (
        "49",
        "Free disk space on the host of the worker that ran the failed task.",
    ),
    (
        "50",
        "Check that topic shop.orders exists and that its partitions have leaders.",
    ),
    ("51", "Set connection.url in the config: it is missing."),
    (
        "52",
        "Remove the override of producer.override.max.request.size, or have the workers' policy allow it.",
    ),
    (
        "53",
        "Leave only one version of the library with com.google.common.util.concurrent.Futures beside the plugin.",
    ),
    (
        "57",
        "Compare what the transformation MaskField expects with the records that reach it.",
    ),
    ("58", "Look for records that break customers_email_key."),
    (
        "61",
        "Make /exports/ledger/out.txt on every worker, or correct the path in the config.",
    ),
    ("66", "Renew the certificate in the connector's client overrides."),
    (
        "77",
        "Slow the connector down, or ask for a higher limit of the target system api.crm.example.com: it limits requests.",
    ),
    ("82", "Restart the failed tasks: a new producer begins afresh."),
    (
        "83",
        "Compare the host name in the config with the names in the certificate of the connector's other system.",
    ),
    (
        "87",
        "Grant the connector's user at storage.googleapis.com the right that it lacks.",
    ),
    (
        "88",
        "Check the numbers, durations and addresses in the config: one does not parse.",
    ),
    (
        "91",
        "Free disk or memory of the target system: it says that it ran out.",
    ),
    (
        "96",
        "Grant the workers' principal CREATE, DESCRIBE and WRITE on the dead letter queue's topic billing.dlq.",
    ),
    (
        "98",
        "Decide where to go on: the offset to read from of shop.orders-3 has left the topic.",
    ),
    (
        "103",
        "Create orders_v2 in the target system, or correct its name in the config.",
    ),
];

/// The advice for a trace of the exam.
fn of_trace(number: &str) -> Vec<String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/traces");
    let exam: toml::Value = toml::from_str(&std::fs::read_to_string(dir.join("expected.toml")).unwrap()).unwrap();
    let cases = exam["case"].as_array().unwrap().iter();
    let file = |case: &toml::Value| {
        case.get("file")
            .and_then(toml::Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let case = cases
        .clone()
        .find(|case| file(case).split('-').next() == Some(number))
        .unwrap_or_else(|| panic!("no case {number}"));
    let trace = String::from_utf8_lossy(&std::fs::read(dir.join(file(case))).unwrap()).into_owned();
    let kind = match case["kind"].as_str() {
        Some("sink") => ConnectorKind::Sink,
        _ => ConnectorKind::Source,
    };
    let context = Context {
        kind: Some(kind),
        overrides: case["override"].as_bool().unwrap(),
    };
    let found = classify(&trace, context);
    of_signature(&found)
}

/// The steps for what a trace tells.
fn of_signature(found: &Signature) -> Vec<String> {
    steps(&Known {
        scope: &Scope::Connector("a".into()),
        domain: found.domain,
        class: found.class,
        root_cause: &found.root_cause,
        why: &found.why,
        cause: found.cause.as_ref(),
    })
}

#[test]
fn each_trace_has_its_first_step() {
    let wrong: Vec<String> = OF_TRACES
        .iter()
        .map(|(number, wanted)| (number, wanted, of_trace(number)))
        .filter(|(_, wanted, steps)| steps[0] != **wanted)
        .map(|(number, wanted, steps)| format!("{number}: {}\n   not {wanted}", steps[0]))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_record_is_looked_for_only_where_it_is_named() {
    let converter = |default_converter| Cause::Record {
        stage: Some(Stage::Converter("JsonConverter".into())),
        default_converter,
    };
    let known = |root_cause, cause: Cause| {
        steps(&Known {
            scope: &Scope::Connector("a".into()),
            domain: Domain::Connector,
            class: Class::Data,
            root_cause,
            why: "because",
            cause: Some(&cause),
        })
    };
    let named = known(
        "RecordDeserializationException: Error deserializing VALUE for partition orders-3 at offset 17.",
        converter(false),
    );
    assert!(
        named.contains(&"Read the record of orders-3 at offset 17.".to_owned()),
        "{named:?}"
    );
    assert!(named[0].contains("JsonConverter in the config"), "{named:?}");
    let default = known("DataException: no", converter(true));
    assert!(
        default[0].contains("JsonConverter, the worker's default converter,") && !default[0].contains("in the config"),
        "{default:?}"
    );
    for number in ["01", "02", "10", "57"] {
        let steps = of_trace(number);
        assert!(
            !steps.iter().any(|step| step.starts_with("Read the record")),
            "{number}: {steps:?}"
        );
    }
}

#[test]
fn what_was_found_without_a_trace_speaks_of_none() {
    let connector = Scope::Connector("a".into());
    let worker = Scope::Worker("10.0.0.7:8083".into());
    for (scope, domain, class, root_cause, cause, first) in [
        (
            &connector,
            Domain::Connector,
            Class::Config,
            "it generated no task configs",
            Cause::NoTaskConfigs,
            "Check that the config selects something that exists: its topics, tables, or the pattern for them.",
        ),
        (
            &connector,
            Domain::Unsure,
            Class::Unknown,
            "task 0 FAILED on 10.0.0.7:8083 and left no trace",
            Cause::NoTrace,
            "Read the log of worker 10.0.0.7:8083 at the time of the failure: REST has no trace.",
        ),
        (
            &connector,
            Domain::Unsure,
            Class::Unknown,
            "The workers know this connector, but no status of it exists yet",
            Cause::NoStatusYet,
            "Wait a minute: a connector that was just created looks like this.",
        ),
        (
            &worker,
            Domain::Infrastructure,
            Class::Worker,
            "worker 10.0.0.7:8083 is gone",
            Cause::Worker(Loss::Gone),
            "Check that the worker process on 10.0.0.7:8083 runs and its host answers; start it if not.",
        ),
        (
            &worker,
            Domain::Infrastructure,
            Class::Worker,
            "worker 10.0.0.7:8083 left in order",
            Cause::Worker(Loss::InOrder),
            "Start 10.0.0.7:8083 again, unless it was meant to leave.",
        ),
        (
            &Scope::Cluster,
            Domain::Infrastructure,
            Class::Network,
            "No worker of orders answers: http://w1.example:8083: no answer within 10 s",
            Cause::Quiet(Quiet::Silent),
            "Test from this server that the workers answer at w1.example:8083.",
        ),
        (
            &Scope::Cluster,
            Domain::Infrastructure,
            Class::Network,
            "No worker of orders answers: https://w1.example:8443: TLS failed: the certificate has expired",
            Cause::Quiet(Quiet::Silent),
            "Renew the certificate of the worker at w1.example:8443.",
        ),
        (
            &Scope::Cluster,
            Domain::Infrastructure,
            Class::Network,
            "No worker of orders answers: w1.example:8443: plain HTTP got no answer that is HTTP: the connection was closed \
             before the answer was whole",
            Cause::Quiet(Quiet::Silent),
            "Write `https://` instead of `http://` in `urls` if the worker at w1.example:8443 speaks TLS, or correct the address \
             if another kind of server listens there, such as a Kafka broker.",
        ),
        (
            &Scope::Cluster,
            Domain::Infrastructure,
            Class::Network,
            "No worker of orders answers at its REST address since 00:00:01 UTC (w1.example:8443: TLS failed: the certificate \
             has expired), though its Connect group has 2 members: the verdicts shown rest on what was last listed then",
            Cause::Unlisted {
                lives: true,
                listed: true,
            },
            "Renew the certificate of the worker at w1.example:8443.",
        ),
        (
            &Scope::Cluster,
            Domain::Infrastructure,
            Class::Worker,
            "No worker of orders answers and its Connect group has no member: http://127.0.0.1:8083: connection refused",
            Cause::Quiet(Quiet::Silent),
            "Start the workers of this cluster at 127.0.0.1:8083, if their processes are down.",
        ),
        (
            &Scope::Cluster,
            Domain::Infrastructure,
            Class::Worker,
            "No worker of orders answers and its Connect group has no member: 127.0.0.1:8083: another cluster answers there",
            Cause::Quiet(Quiet::Silent),
            "Correct the addresses of this cluster in Signalbox's configuration: another cluster answers at 127.0.0.1:8083.",
        ),
    ] {
        let steps = steps(&Known {
            scope,
            domain,
            class,
            root_cause,
            why: "because",
            cause: Some(&cause),
        });
        assert_eq!(steps[0], first);
        for step in &steps {
            assert!(!step.contains("message") && !step.contains("the trace"), "{step}");
        }
    }
}

/// Verbs with which a step may begin.
const VERBS: &[&str] = &[
    "Ask", "Bring", "Check", "Compare", "Correct", "Create", "Decide", "Free", "Grant", "Install", "Keep", "Leave",
    "Lengthen", "Look", "Lower", "Make", "Put", "Raise", "Read", "Remove", "Renew", "Report", "Reset", "Restart",
    "Roll", "Search", "Set", "Skip", "Slow", "Start", "Submit", "Take", "Test", "Update", "Wait", "Write",
];

/// Every cause there is, and none.
fn causes() -> Vec<Option<Cause>> {
    let quiet = [
        Quiet::Busy,
        Quiet::Unread,
        Quiet::Starting,
        Quiet::Refusing,
        Quiet::Silent,
    ];
    let both = [true, false];
    let stages = [
        None,
        Some(Stage::Connector),
        Some(Stage::Converter("JsonConverter".into())),
        Some(Stage::Transformation(String::new())),
    ];
    let mut all = vec![
        Cause::AllLost,
        Cause::NotTakenOver,
        Cause::NoTaskConfigs,
        Cause::NoTrace,
        Cause::NoStatusYet,
        Cause::StatusVanished,
        Cause::DeletionUnproven,
        Cause::NotSeenSince,
        Cause::UnknownState,
        Cause::Lagging,
    ];
    all.extend(quiet.map(Cause::Quiet));
    all.extend([Stall::Commits, Stall::NeverCommitted, Stall::Heartbeats].map(Cause::Stalled));
    all.extend([Loss::Gone, Loss::InOrder, Loss::Idle].map(Cause::Worker));
    all.extend(both.map(|lives| Cause::Unlisted { lives, listed: true }));
    all.extend(both.into_iter().flat_map(|default_converter| {
        stages.clone().map(|stage| Cause::Record {
            stage,
            default_converter,
        })
    }));
    all.into_iter().map(Some).chain([None]).collect()
}

#[test]
fn every_class_has_short_steps_that_begin_with_a_verb() {
    let scopes = [
        Scope::Cluster,
        Scope::Worker("w:1".into()),
        Scope::Connector("a".into()),
    ];
    let mut all: Vec<Vec<String>> = OF_TRACES.iter().map(|(number, _)| of_trace(number)).collect();
    for (scope, cause) in scopes
        .iter()
        .flat_map(|scope| causes().into_iter().map(move |cause| (scope, cause)))
    {
        for class in Class::ALL {
            for domain in [Domain::Infrastructure, Domain::Connector, Domain::Unsure] {
                all.push(steps(&Known {
                    scope,
                    domain,
                    class,
                    root_cause: "",
                    why: "",
                    cause: cause.as_ref(),
                }));
            }
        }
    }
    for steps in all {
        assert!((1..=4).contains(&steps.len()), "{steps:?}");
        for step in steps {
            let verb = step.split([' ', ',']).next().unwrap();
            assert!(VERBS.contains(&verb), "{step}");
            assert!(step.ends_with('.') && step.chars().count() <= 160, "{step}");
        }
    }
}

#[test]
fn of_several_silent_addresses_none_is_the_one_to_go_to() {
    let of = |root_cause| {
        let known = Known {
            scope: &Scope::Cluster,
            domain: Domain::Infrastructure,
            class: Class::Worker,
            root_cause,
            why: "",
            cause: Some(&Cause::Quiet(Quiet::Silent)),
        };
        steps(&known).remove(0)
    };
    let one = of("No worker of orders answers: a.prod:8083: the connection was refused");
    assert!(one.contains("at a.prod:8083"), "{one}");
    let two = of("No worker of orders answers: a.prod:8083 and b.prod:8083: the connection was refused");
    assert!(!two.contains("8083"), "{two}");
}

#[test]
fn a_mechanism_that_no_listener_knows_is_no_wrong_password() {
    let trace = "org.apache.kafka.common.errors.IllegalSaslStateException: Unexpected handshake request with client mechanism \
                 PLAIN, enabled mechanisms are []\n";
    for (overrides, place) in [(true, "client overrides"), (false, "workers' config")] {
        let context = Context {
            kind: Some(ConnectorKind::Sink),
            overrides,
        };
        let found = classify(trace, context);
        assert_eq!(found.class, Class::Auth);
        assert!(found.why.contains("no credential was looked at"), "{}", found.why);
        let steps = of_signature(&found);
        assert!(
            steps[0].contains("security.protocol") && steps[0].contains(place),
            "{steps:?}"
        );
        assert!(!steps.iter().any(|step| step.contains("expired")), "{steps:?}");
    }
}
