//! Receivers in bad weather.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::{ExportTracePartialSuccess, ExportTraceServiceResponse};
use prost::Message;
use telemetry::span::{self, Look};
use telemetry::{Answer, LogFormat, Prometheus};
use tokio::sync::Notify;

use crate::receiver::{Receiver, flushed, quick};
use crate::stage::stage;

fn looks(count: usize) {
    for _ in 0..count {
        span::look(Look::List, "orders").in_scope(|| ());
    }
}

#[tokio::test]
async fn what_ended_while_the_receiver_was_away_comes_when_it_is_back() {
    let mut stage = stage(LogFormat::Text, "warn", Some(1.0));
    let exporter = stage.exporter.take().unwrap().with_rhythm(quick());
    let (receiver, tries, all) = (Receiver::default(), AtomicUsize::new(0), Notify::new());
    looks(3);
    let send = |body: Vec<u8>| {
        let answer = match tries.fetch_add(1, Ordering::SeqCst) {
            0 | 1 => Err("the connection was refused".to_owned()),
            2 => Ok(Answer {
                status: 503,
                body: Vec::new(),
            }),
            _ => receiver.take(&body),
        };
        if receiver.spans().len() == 3 {
            all.notify_one();
        }
        std::future::ready(answer)
    };
    exporter.run(send, all.notified()).await;
    assert_eq!(receiver.spans().len(), 3);
    // Three failures, one line.
    let lines = stage.log.lines();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("traces are not delivered") && lines[0].contains("the connection was refused"));
}

#[tokio::test]
async fn a_receiver_that_never_answers_holds_nobody_and_the_latest_spans_are_kept() {
    let mut stage = stage(LogFormat::Text, "off", Some(1.0));
    let exporter = stage.exporter.take().unwrap().with_rhythm(quick());
    let began = Instant::now();
    let hung = Notify::new();
    let stop = async {
        hung.notified().await;
        looks(10_000);
        span::look(Look::Group, "the last").in_scope(|| ());
    };
    let bodies = Mutex::new(Vec::new());
    looks(1);
    exporter
        .run(
            |body| {
                bodies.lock().unwrap().push(body);
                hung.notify_one();
                std::future::pending()
            },
            stop,
        )
        .await;
    // The one that was under way, and the same once more at the end.
    assert_eq!(bodies.lock().unwrap().len(), 2);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[tokio::test]
async fn the_queue_is_bounded_and_keeps_what_ended_last() {
    let mut stage = stage(LogFormat::Text, "off", Some(1.0));
    looks(5000);
    span::look(Look::Group, "the last").in_scope(|| ());
    let receiver = flushed(stage.exporter.take().unwrap()).await;
    assert_eq!(receiver.spans().len(), 4096);
    assert!(receiver.requests().len() >= 8, "{}", receiver.requests().len());
    let last = receiver.spans().pop().unwrap();
    assert!(format!("{last:?}").contains("the last"));
}

#[tokio::test]
async fn the_end_takes_less_than_two_seconds_whoever_hangs() {
    let mut stage = stage(LogFormat::Text, "off", Some(1.0));
    looks(1);
    let began = Instant::now();
    // With the times of the product.
    let exporter = stage.exporter.take().unwrap();
    exporter.run(|_| std::future::pending(), std::future::ready(())).await;
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_is_refused_is_dropped_and_the_next_ones_are_sent() {
    let mut stage = stage(LogFormat::Text, "warn", Some(1.0));
    looks(600);
    let statuses = Mutex::new(vec![200, 400]);
    let receiver = Receiver::default();
    let exporter = stage.exporter.take().unwrap();
    let send = |body: Vec<u8>| {
        let status = statuses.lock().unwrap().pop().unwrap();
        std::future::ready(match status {
            200 => receiver.take(&body),
            status => Ok(Answer {
                status,
                body: Vec::new(),
            }),
        })
    };
    exporter.run(send, std::future::ready(())).await;
    assert_eq!(receiver.spans().len(), 600 - 512);
    let text = stage.log.text();
    assert!(
        text.contains("answers 400") && text.contains("512 spans are dropped"),
        "{text}"
    );
}

#[tokio::test]
async fn what_was_not_delivered_is_counted() {
    let prometheus = Prometheus::install().unwrap();
    let mut stage = stage(LogFormat::Text, "off", Some(1.0));
    looks(4096 + 10);
    let partial = ExportTraceServiceResponse {
        partial_success: Some(ExportTracePartialSuccess {
            rejected_spans: 12,
            error_message: "too old".to_owned(),
        }),
    };
    let answers = Mutex::new(vec![
        Err("no answer within 10000 ms".to_owned()),
        Ok(Answer {
            status: 400,
            body: Vec::new(),
        }),
        Ok(Answer {
            status: 200,
            body: partial.encode_to_vec(),
        }),
    ]);
    let exporter = stage.exporter.take().unwrap();
    let send = |_| std::future::ready(answers.lock().unwrap().pop().unwrap());
    exporter.run(send, std::future::ready(())).await;
    let text = prometheus.render();
    // At least: other tests of this process count too.
    let at_least = |series: &str, expected: f64| {
        let line = text
            .lines()
            .find(|line| line.starts_with(series))
            .unwrap_or_else(|| panic!("{series}: {text}"));
        let value: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
        assert!(value >= expected, "{line}");
    };
    at_least("signalbox_trace_spans_dropped_total{reason=\"queue_full\"}", 10.0);
    at_least("signalbox_trace_spans_dropped_total{reason=\"refused\"}", 512.0 + 12.0);
    at_least("signalbox_trace_spans_dropped_total{reason=\"ended\"}", 4096.0 - 1024.0);
    at_least("signalbox_trace_spans_exported_total", 500.0);
    at_least("signalbox_trace_export_requests_total{outcome=\"failed\"}", 2.0);
}
