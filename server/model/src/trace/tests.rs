use proptest::prelude::*;

use super::root_cause;

#[test]
fn the_line_says_what_happened() {
    let wrapper = "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\n\tat org.apache.kafka.connect.runtime.WorkerSinkTask.deliverMessages(WorkerSinkTask.java:1)\n";
    let cases = [
        (
            "java.lang.RuntimeException\n\tat org.apache.kafka.connect.tools.MockSourceTask.poll(MockSourceTask.java:80)\n\tat org.apache.kafka.connect.runtime.AbstractWorkerSourceTask.poll(X.java:1)\n".to_owned(),
            "RuntimeException without a message, thrown in MockSourceTask.poll",
        ),
        (
            format!("{wrapper}Caused by: org.hibernate.exception.JDBCConnectionException: Unable to acquire JDBC Connection [An I/O error occurred while sending to the backend.]\n\tat a.B.c(B.java)\nCaused by: org.postgresql.util.PSQLException: An I/O error occurred while sending to the backend.\n\tat a.B.c(B.java)\nCaused by: java.io.EOFException\n\tat a.B.c(B.java)\n"),
            "PSQLException: An I/O error occurred while sending to the backend. (below it: EOFException)",
        ),
        (
            format!("{wrapper}Caused by: java.net.SocketException: Broken pipe\n\t... 3 more"),
            "SocketException: Broken pipe",
        ),
        (
            "java.lang.NoClassDefFoundError: lab/missing/Client\n\tat a.B.c(B.java)\nCaused by: java.lang.ClassNotFoundException: lab.missing.Client\n".to_owned(),
            "NoClassDefFoundError: lab/missing/Client (below it: ClassNotFoundException)",
        ),
        (
            "org.apache.kafka.connect.errors.ConnectException: An exception occurred in the change event producer. This connector will be stopped.\n\tat a.B.c(B.java)\nCaused by: org.postgresql.util.PSQLException: Database connection failed when writing to copy\n\tat a.B.c(B.java)\nCaused by: java.net.SocketException: Broken pipe\n".to_owned(),
            "PSQLException: Database connection failed when writing to copy (below it: SocketException: Broken pipe)",
        ),
        (
            "java.util.concurrent.ExecutionException: java.io.EOFException\n\tat a.B.c(B.java)\nCaused by: java.io.EOFException\n\tat x.Y.read(Y.java)\n".to_owned(),
            "EOFException without a message, thrown in Y.read",
        ),
        (
            format!("{wrapper}Caused by: java.io.IOException: Server replied with status code 504 and body <html>\r\n<head><title>504 Gateway Time-out</title></head>\r\n<body>\r\n<center><h1>504 Gateway Time-out</h1></center>\r\n</body>\r\n</html>\n\tat a.B.c(B.java)\n"),
            "IOException: Server replied with status code 504 and body (page: 504 Gateway Time-out)",
        ),
        (
            format!("{wrapper}Caused by: com.mongodb.MongoBulkWriteException: Bulk write operation error on server m-1:27017. Write errors: [BulkWriteError{{index=12, code=121, message='Document failed validation', details={{\"failingDocumentId\": \"eve\"}}}}]. \n\tat a.B.c(B.java)\n"),
            "MongoBulkWriteException: Bulk write operation error on server m-1:27017. Write errors: [code=121, message='Document failed validation'].",
        ),
        (
            format!("{wrapper}Caused by: a.b.StoreException: Cannot open bucket lake: Forbidden; code: 403\n\tat a.B.c(B.java)\nCaused by: a.b.RestException: Forbidden; code: 403\n\tat a.B.c(B.java)\n"),
            "RestException: Forbidden; code: 403 (above it: StoreException: Cannot open bucket lake)",
        ),
        (
            format!("{wrapper}Caused by: a.b.StoreException: Cannot open file '/out/a.txt'\n\tat a.B.c(B.java)\nCaused by: java.nio.file.NoSuchFileException: /out/a.txt\n\tat a.B.c(B.java)\n"),
            "NoSuchFileException: /out/a.txt (above it: StoreException: Cannot open file)",
        ),
        (
            format!("{wrapper}Caused by: a.b.StoreException: Cannot read 'lake.raw'\n\tat a.B.c(B.java)\nCaused by: a.b.RestException: Forbidden; code: 403\n\tat a.B.c(B.java)\n"),
            "RestException: Forbidden; code: 403 (above it: StoreException: Cannot read 'lake.raw')",
        ),
        (
            format!("{wrapper}Caused by: a.b.StoreException: Forbidden; code: 403\n\tat a.B.c(B.java)\nCaused by: a.b.RestException: Forbidden; code: 403\n\tat a.B.c(B.java)\n"),
            "RestException: Forbidden; code: 403",
        ),
        (
            format!("{wrapper}Caused by: a.b.RestException: POST https://store.example.net/upload/store/v1/b/lake/o?name=x says {}\n", "no way ".repeat(24)),
            &format!("RestException: POST https://store.example.net/…/lake/o?… says {}", "no way ".repeat(24).trim_end()),
        ),
        ("something went wrong".to_owned(), "something went wrong"),
    ];
    for (trace, line) in cases {
        assert_eq!(&*root_cause(&trace).unwrap().line, line);
    }
    assert_eq!(root_cause(""), None);
    assert_eq!(root_cause(" \r\n\t"), None);
}

/// Pieces of which hostile traces are made.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Caused by: ".to_owned()),
        Just("\tSuppressed: ".to_owned()),
        Just("a.b.CException: ".to_owned()),
        Just("[WriteError{code=7, message='".to_owned()),
        Just("<html><title>".to_owned()),
        Just("\", reason: ".to_owned()),
        Just("java.io.EOFException".to_owned()),
        Just("\n".to_owned()),
        Just("\r\n\tat a.b.C.d(E.java:1)\n".to_owned()),
        Just("\t... 3 more\n".to_owned()),
        Just("[CIRCULAR REFERENCE: ".to_owned()),
        "[{}\"'()@:=$0-9 ]{0,12}",
        "\\PC{0,10}",
        any::<String>(),
    ]
}

fn is_one_line(text: &str) -> bool {
    text.chars().count() <= 240
        && !text
            .chars()
            .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
}

proptest! {
    #[test]
    fn any_text_gives_one_short_line(pieces in proptest::collection::vec(piece(), 0..40)) {
        let trace: String = pieces.concat();
        if let Some(cause) = root_cause(&trace) {
            prop_assert!(is_one_line(&cause.line), "{:?}", cause.line);
            prop_assert!(!cause.line.is_empty());
            prop_assert!(!cause.chain.is_empty() && cause.chain.len() <= 64);
            for (_, message) in &cause.chain {
                prop_assert!(is_one_line(message), "{message:?}");
            }
        }
        let signature = crate::signature::classify(&trace, crate::signature::Context { kind: None, overrides: false });
        prop_assert!(is_one_line(&signature.root_cause));
        prop_assert!((0.0..=1.0).contains(&signature.confidence));
    }
}
