use rdkafka::error::RDKafkaErrorCode as Code;

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const SILENCE: Error = Error::TimedOut { after: SECOND };

fn voice(properties: &[(&str, &str)]) -> Voice {
    Voice::new(
        &properties
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    )
}

fn complain(voice: &Voice, code: Code, words: &str) {
    ClientContext::error(voice, KafkaError::Global(code), words);
}

#[test]
fn silence_is_explained_by_the_connections_behind_it() {
    let voice = voice(&[]);
    assert_eq!(voice.explain(SILENCE, SECOND), SILENCE);
    complain(
        &voice,
        Code::BrokerTransportFailure,
        "b1:9092/1: Connect failed: Connection refused (after 3ms in state CONNECT)",
    );
    // The summary that follows says less and changes nothing.
    complain(&voice, Code::AllBrokersDown, "1/1 brokers are down");
    let reason = "b1:9092/1: Connect failed: Connection refused".to_owned();
    assert_eq!(voice.explain(SILENCE, SECOND), Error::Unreachable { reason });
    complain(&voice, Code::Authentication, "b1:9092/1: SASL authentication error");
    assert!(matches!(voice.explain(SILENCE, SECOND), Error::Authentication { .. }));
    complain(&voice, Code::SSL, "b1:9092/1: certificate verify failed");
    assert!(matches!(voice.explain(SILENCE, SECOND), Error::Authentication { .. }));
}

#[test]
fn an_answer_ends_the_complaint_and_a_refusal_needs_none() {
    let voice = voice(&[]);
    complain(&voice, Code::Resolve, "no such host");
    let refused = Error::Authorization {
        reason: "group".to_owned(),
    };
    assert_eq!(voice.explain(refused.clone(), SECOND), refused);
    voice.settle();
    assert_eq!(voice.explain(SILENCE, SECOND), SILENCE);
}

#[test]
fn secrets_are_struck_out_longest_first() {
    let voice = voice(&[
        ("sasl.password", "abc"),
        ("ssl.key.password", "abcdef"),
        ("client.rack", "r1"),
        ("x.secret", ""),
    ]);
    assert_eq!(voice.strike("abcdef abc r1"), "*** *** r1");
}

#[test]
fn codes_are_sorted_by_what_can_be_done() {
    let sort = |code: i32| Error::from_number(code, SECOND);
    assert_eq!(sort(-185), SILENCE);
    assert!(matches!(sort(-195), Error::Unreachable { .. }));
    assert!(matches!(sort(-169), Error::Authentication { .. }));
    assert!(matches!(sort(30), Error::Authorization { .. }));
    assert!(matches!(sort(14), Error::Refused { .. }));
    // A code that a newer broker may send and librdkafka does not know.
    assert_eq!(
        sort(9_999),
        Error::Refused {
            reason: "error code 9999".to_owned()
        }
    );
}
