//! A receiver of traces (OTLP over HTTP) that decodes what comes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;

use crate::client::until;

/// One POST.
#[derive(Clone)]
pub struct Post {
    pub head: String,
    pub request: ExportTraceServiceRequest,
}

/// It listens until the process ends.
pub struct Receiver {
    pub address: SocketAddr,
    posts: Arc<Mutex<Vec<Post>>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listening = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listening.local_addr().unwrap();
        let posts = Arc::new(Mutex::new(Vec::new()));
        let taken = posts.clone();
        std::thread::spawn(move || {
            for stream in listening.incoming() {
                let taken = taken.clone();
                std::thread::spawn(move || answer(stream.unwrap(), &taken));
            }
        });
        Self { address, posts }
    }

    pub fn posts(&self) -> Vec<Post> {
        self.posts.lock().unwrap().clone()
    }

    pub fn spans(&self) -> Vec<Span> {
        let resources = self.posts().into_iter().flat_map(|post| post.request.resource_spans);
        let scopes = resources.flat_map(|resource| resource.scope_spans);
        scopes.flat_map(|scope| scope.spans).collect()
    }

    /// Waits for the first span for which `wanted` holds.
    pub fn span(&self, what: &str, wanted: impl Fn(&Span) -> bool) -> Span {
        until(what, || self.spans().into_iter().find(&wanted))
    }
}

/// An attribute of a span as text.
pub fn attribute(span: &Span, key: &str) -> Option<String> {
    let found = span.attributes.iter().find(|one| one.key == key)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text.clone()),
        Value::IntValue(number) => Some(number.to_string()),
        other => Some(format!("{other:?}")),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn answer(stream: TcpStream, taken: &Mutex<Vec<Post>>) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            // A connection that is closed between two requests is no failure.
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .unwrap()
            .parse()
            .unwrap();
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let request = ExportTraceServiceRequest::decode(&*body).unwrap();
        taken.lock().unwrap().push(Post { head, request });
        let stream = reader.get_mut();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
    }
}
