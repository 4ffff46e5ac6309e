//! Traces: ids always, spans to an OTLP receiver where one is configured.
//!
//! The library's own exporter is not used: its queue does not tell what it drops, it blocks a thread while it sends,
//! and it would bring an HTTP client that knows nothing of `egress`. What is ours is the queue and the loop that empties
//! it; spans, ids, sampling and the form on the wire are the libraries'.

mod deliver;
mod metrics;
mod queue;

use std::sync::Arc;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanLimits};

pub use deliver::{Answer, Exporter, Rhythm};
pub(crate) use metrics::describe;
pub use metrics::spans_waiting;
use queue::Queue;

/// Where the spans of this process come from, and which are exported.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceSettings {
    /// Whether there is a receiver. Without one nothing is exported; ids are made all the same.
    pub export: bool,
    /// Which share of the traces is exported: from 0, none, to 1, all.
    pub sample_ratio: f64,
    /// `service.name` of the spans.
    pub service_name: String,
    /// `service.version` of the spans.
    pub service_version: &'static str,
    /// `service.instance.id` of the spans: this process, uniquely.
    pub instance_id: String,
}

pub(crate) fn tracer(settings: &TraceSettings) -> (SdkTracer, Option<Exporter>) {
    let resource = Resource::builder_empty()
        .with_attributes([
            KeyValue::new("service.name", settings.service_name.clone()),
            KeyValue::new("service.version", settings.service_version),
            KeyValue::new("service.instance.id", settings.instance_id.clone()),
        ])
        .build();
    // A name or path that somebody makes up can be long; this much of it tells enough.
    let limits = SpanLimits {
        max_links_per_span: 64,
        ..SpanLimits::default()
    };
    let provider = SdkTracerProvider::builder()
        .with_resource(resource.clone())
        .with_span_limits(limits);
    if !settings.export {
        let provider = provider.with_sampler(Sampler::AlwaysOff).build();
        return (provider.tracer("signalbox"), None);
    }
    let queue = Arc::new(Queue::default());
    let share = Sampler::TraceIdRatioBased(settings.sample_ratio);
    let provider = provider
        .with_sampler(Sampler::ParentBased(Box::new(share)))
        .with_span_processor(queue::Fill(queue.clone()))
        .build();
    (provider.tracer("signalbox"), Some(Exporter::new(queue, &resource)))
}
