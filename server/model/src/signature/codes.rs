//! The codes that a message names: HTTP statuses, SQLSTATEs, error numbers and gRPC statuses, whoever wrote them and
//! however. A row asks for `http 503`, `sqlstate 23505`, `error 1045` or `grpc UNAVAILABLE`; a `*` at its end stands
//! for any rest.

/// Reason phrases that make the number before them an HTTP status (RFC 9110), lower case and as far as they are sure.
const PHRASES: &[(&str, &str)] = &[
    ("400", "bad request"),
    ("401", "unauthorized"),
    ("403", "forbidden"),
    ("404", "not found"),
    ("405", "method not allowed"),
    ("407", "proxy auth"),
    ("408", "request time"),
    ("409", "conflict"),
    ("410", "gone"),
    ("413", "payload too large"),
    ("413", "content too large"),
    ("413", "request entity too large"),
    ("415", "unsupported media"),
    ("422", "unprocessable"),
    ("429", "too many requests"),
    ("500", "internal server error"),
    ("501", "not implemented"),
    ("502", "bad gateway"),
    ("503", "service"),
    ("504", "gateway time"),
];

/// What stands before an HTTP status, lower case.
const STATUS: &[&str] = &[
    "status",
    "status code",
    "statuscode",
    "status_code",
    "http",
    "http/1.0",
    "http/1.1",
    "http/2",
    "http code",
    "http error",
    "httpcode",
    "response code",
    "responsecode",
    "response",
    "error response",
    "server returned",
    "server replied",
    "replied with",
    "responded with",
    "returned",
    "got",
    "received",
    "failed with",
    "with code",
    "{code",
    "{ code",
    ", code",
];

/// What stands before the number that a database gives its error, lower case.
const NUMBER: &[&str] = &[
    "error",
    "error code",
    "errorcode",
    "error_code",
    "error number",
    "vendor code",
    "vendorcode",
    "errno",
    "msg",
];

/// The statuses of gRPC that mean something without their context.
const GRPC: &[&str] = &[
    "UNAVAILABLE",
    "UNAUTHENTICATED",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "INVALID_ARGUMENT",
    "FAILED_PRECONDITION",
    "ALREADY_EXISTS",
    "OUT_OF_RANGE",
];

/// What a number counts that is no status, lower case.
const COUNTED: &[&str] = &[
    "record", "row", "message", "byte", "event", "document", "ms", "milli", "second", "kb", "mb",
];

/// The codes of a message, in its own case.
pub(super) fn codes(message: &str) -> Vec<String> {
    let lower = message.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut end = 0;
    while let Some(start) = lower[end..]
        .find(|c: char| c.is_ascii_alphanumeric())
        .map(|at| end + at)
    {
        end = start
            + lower[start..]
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(lower.len() - start);
        let word = &lower[start..end];
        if GRPC.contains(&&message[start..end]) {
            found.push(format!("grpc {}", &message[start..end]));
        }
        // Only these lengths can be a code; what is part of a longer number or address is none.
        if !(2..=5).contains(&word.len()) || lower[..start].ends_with(['.', '-', '_']) && !word.is_empty() {
            continue;
        }
        let front = lower[..start].trim_end_matches([' ', ':', '=', '(', '[', '"', '\'', '#', '<']);
        let front = [" was", " is", " of"]
            .iter()
            .find_map(|verb| front.strip_suffix(verb))
            .unwrap_or(front);
        let after = lower[end..].trim_start_matches([' ', ':', '-', '"', '(', ')', ',']);
        if word.len() == 5 && (front.ends_with("sqlstate") || front.ends_with("sql state")) {
            found.push(format!("sqlstate {word}"));
        } else if word.chars().all(|c| c.is_ascii_digit()) {
            if follows(front, NUMBER) {
                found.push(format!("error {word}"));
            }
            let counts = COUNTED.iter().any(|unit| lower[end..].trim_start().starts_with(unit));
            let status = word.len() == 3 && ("400".."600").contains(&word) && !counts;
            let phrase = || {
                PHRASES
                    .iter()
                    .any(|(code, phrase)| *code == word && after.starts_with(phrase))
            };
            if status && (follows(front, STATUS) || phrase()) {
                found.push(format!("http {word}"));
            }
        }
    }
    found
}

/// Whether a text ends in one of these words, and the word begins there.
fn follows(front: &str, words: &[&str]) -> bool {
    words.iter().any(|word| {
        front.strip_suffix(word).is_some_and(|before| {
            !before.ends_with(|c: char| c.is_ascii_alphanumeric()) || !word.starts_with(|c: char| c.is_alphanumeric())
        })
    })
}

/// Whether a code is the one that a row asks for.
pub(super) fn is_code(code: &str, wanted: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(front) => code.starts_with(front),
        None => code == wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::codes;

    #[test]
    fn codes_are_found_however_they_are_written() {
        for (message, found) in [
            ("Server replied with status code 503 and body x", "http 503"),
            ("HTTP 503 from https://sink.example:443/x", "http 503"),
            ("HTTP/1.1 502 Bad Gateway", "http 502"),
            ("response code: 429, gave up", "http 429"),
            ("The unexpected response code 401 was met", "http 401"),
            ("the response status was 503", "http 503"),
            ("request failed: 503 (Service Unavailable)", "http 503"),
            ("Response{code=500, message='x'}", "http 500"),
            ("request failed (401 Unauthorized)", "http 401"),
            ("statusCode=403, headers={}", "http 403"),
            ("Status Code: 404; Error Code: NoSuchBucket", "http 404"),
            ("error response {code=410, message='x'}", "http 410"),
            ("SQLCODE=-803, SQLSTATE=23505, SQLERRMC=2", "sqlstate 23505"),
            ("gone away (SQL state: 08S01)", "sqlstate 08s01"),
            ("ERROR 1045 (28000): no", "error 1045"),
            ("Error code: 1236; x", "error 1236"),
            ("io.grpc: UNAVAILABLE: io exception", "grpc UNAVAILABLE"),
        ] {
            assert_eq!(codes(message), [found], "{message}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for message in [
            "after 503 ms",
            "10.4.0.503 status",
            "offset 401 of topic t-404",
            "503",
            "line 404, column 500",
            "received 500 records",
            "state=UNKNOWN, service unavailable",
            "host:404",
            "error 40403x",
        ] {
            assert!(codes(message).is_empty(), "{message}: {:?}", codes(message));
        }
    }
}
