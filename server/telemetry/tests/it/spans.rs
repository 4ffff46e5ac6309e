//! Names, attributes and relations of spans, as a receiver reads them.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use telemetry::LogFormat;
use telemetry::span::{self, Asked, Cause, Causes, Look, Method};
use tracing::Instrument;

use crate::receiver::{attributes, flushed};
use crate::stage::stage;

#[tokio::test]
async fn a_look_is_one_trace_down_to_the_view() {
    let mut stage = stage(LogFormat::Text, "off", Some(1.0));
    let mut causes = Causes::default();
    let look = span::look(Look::List, "orders");
    let cause = async {
        let question = async {
            tokio::task::yield_now().await;
            Ok::<_, ()>(200)
        };
        let status = |answer: &Result<u16, ()>| Asked::Answered(*answer.as_ref().unwrap());
        span::ask("worker-1:8083", "/connectors", question, status)
            .await
            .unwrap();
        Cause::here()
    }
    .instrument(look)
    .await;
    // In another task, by what came through a channel.
    span::judge(&cause, "orders").in_scope(|| causes.note("orders", Cause::here()));
    span::judge(&Cause::default(), "orders").in_scope(|| causes.note("orders", Cause::here()));
    let record = span::commit("orders", &causes);
    async {}.instrument(record.clone()).await;
    // A number of this test alone: other tests of this process have views too.
    span::committed(&record, -7);
    causes.recorded("orders");
    drop(record);
    span::commit("orders", &causes).in_scope(|| ());
    span::swap(-7).in_scope(|| ());
    span::swap(-7).in_scope(|| ());

    let receiver = flushed(stage.exporter.take().unwrap()).await;
    let request = receiver.requests().remove(0);
    let resource = request.resource_spans[0].resource.clone().unwrap();
    assert_eq!(
        attributes(&resource.attributes),
        [
            "service.instance.id=one",
            "service.name=signalbox-test",
            "service.version=1.2.3"
        ]
    );
    let (look, asked) = (receiver.one("look"), receiver.one("ask worker"));
    assert!(look.parent_span_id.is_empty());
    assert_eq!(
        attributes(&look.attributes),
        ["signalbox.cluster=orders", "signalbox.look=list"]
    );
    assert_eq!(asked.parent_span_id, look.span_id);
    assert_eq!(asked.kind, SpanKind::Client as i32);
    assert_eq!(
        attributes(&asked.attributes),
        [
            "http.response.status_code=200",
            "signalbox.cluster=orders",
            "signalbox.outcome=ok",
            "signalbox.worker=worker-1:8083",
            "url.path=/connectors"
        ]
    );
    let spans = receiver.spans();
    let of = |name: &str| spans.iter().filter(move |span| span.name == name).collect::<Vec<_>>();
    let (judged, recorded, swapped) = (of("fold and judge"), of("record"), of("swap view"));
    assert_eq!(judged[0].parent_span_id, look.span_id);
    assert_eq!(recorded[0].parent_span_id, judged[0].span_id);
    assert_eq!(recorded[0].links.len(), 1);
    assert_eq!(recorded[0].links[0].span_id, judged[1].span_id);
    assert_eq!(
        attributes(&recorded[0].attributes),
        ["signalbox.cluster=orders", "signalbox.feed=-7"]
    );
    assert_eq!(swapped[0].parent_span_id, recorded[0].span_id);
    for span in [&asked, judged[0], recorded[0], swapped[0]] {
        assert_eq!(span.trace_id, look.trace_id, "{}", span.name);
    }
    // What only time changed, and what other servers recorded, begins traces of its own.
    for span in [judged[1], recorded[1], swapped[1]] {
        assert!(
            span.parent_span_id.is_empty() && span.trace_id != look.trace_id,
            "{}",
            span.name
        );
    }
}

#[tokio::test]
async fn a_request_is_a_trace_of_its_own_and_points_at_the_askers() {
    let mut stage = stage(LogFormat::Text, "off", Some(1.0));
    let theirs = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let request = span::request("r1", Method::of("GET"), "/api/v1/clusters/orders", Some(theirs));
    let trace = request.in_scope(|| {
        span::routed(Method::of("GET"), "/api/v1/clusters/{cluster}");
        span::trace_id().unwrap()
    });
    span::answered(&request, 503);
    drop(request);
    span::request("r2", Method::of("BREW"), "/nothing", Some("nonsense")).in_scope(|| ());
    assert_eq!(span::trace_id(), None);

    let receiver = flushed(stage.exporter.take().unwrap()).await;
    let span = receiver.one("GET /api/v1/clusters/{cluster}");
    assert_eq!(span.kind, SpanKind::Server as i32);
    assert!(span.parent_span_id.is_empty());
    assert_eq!(hex(&span.trace_id), trace);
    assert_ne!(trace, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(hex(&span.links[0].trace_id), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(span.status.unwrap().code, StatusCode::Error as i32);
    assert_eq!(
        attributes(&span.attributes),
        [
            "http.request.id=r1",
            "http.request.method=GET",
            "http.response.status_code=503",
            "http.route=/api/v1/clusters/{cluster}",
            "url.path=/api/v1/clusters/orders"
        ]
    );
    let other = receiver.one("http");
    assert!(other.links.is_empty());
    assert!(attributes(&other.attributes).contains(&"http.request.method=_OTHER".to_owned()));
}

#[tokio::test]
async fn spans_and_lines_of_others_stay_out_of_traces() {
    let mut stage = stage(LogFormat::Text, "trace", Some(1.0));
    span::look(Look::Group, "orders").in_scope(|| {
        let library = tracing::info_span!("sign in", password = "hunter2");
        library.in_scope(|| {
            tracing::error!(error = "password hunter2 was refused", "it failed");
            block(ask(Asked::Failed("refused")));
        });
    });
    let receiver = flushed(stage.exporter.take().unwrap()).await;
    assert_eq!(receiver.spans().len(), 2);
    assert_eq!(receiver.one("ask worker").parent_span_id, receiver.one("look").span_id);
    assert!(receiver.spans().iter().all(|span| span.events.is_empty()));
    let status = receiver.one("ask worker").status.unwrap();
    assert_eq!(
        (status.code, status.message.as_str()),
        (StatusCode::Error as i32, "refused")
    );
    assert!(!format!("{:?}", receiver.requests()).contains("hunter2"));
}

#[tokio::test]
async fn a_share_of_the_traces_is_exported_whole() {
    let mut stage = stage(LogFormat::Text, "off", Some(0.25));
    for _ in 0..1000 {
        span::look(Look::List, "orders").in_scope(|| block(ask(Asked::Answered(404))));
    }
    let receiver = flushed(stage.exporter.take().unwrap()).await;
    let spans = receiver.spans();
    let looks: Vec<_> = spans.iter().filter(|span| span.name == "look").collect();
    // Six standard deviations around 250.
    assert!((168..=332).contains(&looks.len()), "{}", looks.len());
    assert_eq!(spans.len(), looks.len() * 2);
    for look in looks {
        assert_eq!(spans.iter().filter(|span| span.trace_id == look.trace_id).count(), 2);
    }
}

async fn ask(how: Asked) {
    let answer = span::ask("worker-1:8083", "/", async { Ok::<_, ()>(()) }, |_| how).await;
    answer.unwrap();
}

/// Runs what waits for nothing.
fn block(work: impl Future<Output = ()>) {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(std::pin::pin!(work).poll(&mut context).is_ready());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
