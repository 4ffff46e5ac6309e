//! A receiver that decodes what OTLP over HTTP carries.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use telemetry::{Answer, Exporter, Rhythm};

/// What came, in its order.
#[derive(Clone, Default)]
pub struct Receiver(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

impl Receiver {
    /// Takes a body and is content.
    pub fn take(&self, body: &[u8]) -> Result<Answer, String> {
        let request = ExportTraceServiceRequest::decode(body).unwrap();
        self.0.lock().unwrap().push(request);
        Ok(Answer {
            status: 200,
            body: Vec::new(),
        })
    }

    pub fn requests(&self) -> Vec<ExportTraceServiceRequest> {
        self.0.lock().unwrap().clone()
    }

    pub fn spans(&self) -> Vec<Span> {
        let requests = self.requests();
        let resources = requests.into_iter().flat_map(|request| request.resource_spans);
        resources
            .flat_map(|resource| resource.scope_spans)
            .flat_map(|scope| scope.spans)
            .collect()
    }

    /// The only span of this name.
    pub fn one(&self, name: &str) -> Span {
        let spans = self.spans();
        let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
        let mut found = spans.iter().filter(|span| span.name == name);
        match (found.next(), found.next()) {
            (Some(span), None) => span.clone(),
            _ => panic!("not one {name} in {names:?}"),
        }
    }
}

/// Sends what ended until now, as at the end of a process.
pub async fn flushed(exporter: Exporter) -> Receiver {
    let receiver = Receiver::default();
    exporter
        .run(|body| std::future::ready(receiver.take(&body)), std::future::ready(()))
        .await;
    receiver
}

/// Times of a test.
pub fn quick() -> Rhythm {
    Rhythm {
        period: Duration::from_millis(5),
        first_pause: Duration::from_millis(5),
        longest_pause: Duration::from_millis(20),
        farewell: Duration::from_millis(300),
        quiet: Duration::from_secs(60),
    }
}

/// The attributes as text, sorted.
pub fn attributes(attributes: &[KeyValue]) -> Vec<String> {
    let mut texts: Vec<String> = attributes
        .iter()
        .map(|one| match one.value.as_ref().and_then(|value| value.value.as_ref()) {
            Some(Value::StringValue(text)) => format!("{}={text}", one.key),
            Some(Value::IntValue(number)) => format!("{}={number}", one.key),
            other => format!("{}={other:?}", one.key),
        })
        .collect();
    texts.sort();
    texts
}
