//! HTTP as bytes on a socket, so that a test sees everything: redirects, headers, what a stream sends and when it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Nothing that a test waits for takes longer.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
}

/// A request in the making.
#[derive(Clone)]
pub struct Ask {
    address: SocketAddr,
    method: &'static str,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Ask {
    pub fn new(address: SocketAddr, method: &'static str, target: &str) -> Self {
        let headers = vec![("host".to_owned(), address.to_string())];
        Self {
            address,
            method,
            target: target.to_owned(),
            headers,
            body: String::new(),
        }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn form(mut self, body: &str) -> Self {
        self.body = body.to_owned();
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    pub fn body(mut self, kind: &str, body: &str) -> Self {
        self.body = body.to_owned();
        self.header("content-type", kind)
    }

    fn start(&self) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut text = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("content-length: {}\r\n\r\n{}", self.body.len(), self.body));
        stream.write_all(text.as_bytes()).unwrap();
        BufReader::new(stream)
    }

    /// Sends it and reads the whole answer.
    pub fn send(&self) -> Answer {
        let mut reader = self.start();
        let mut answer = head(&mut reader);
        let mut body = Vec::new();
        reader.read_to_end(&mut body).unwrap();
        answer.body = if answer.header("transfer-encoding") == Some("chunked") {
            unchunk(&body)
        } else {
            body
        };
        answer
    }

    /// Sends it and leaves the body to be read as it comes.
    pub fn stream(&self) -> Stream {
        let mut reader = self.start();
        let head = head(&mut reader);
        Stream {
            head,
            reader,
            seen: String::new(),
        }
    }
}

fn head(reader: &mut impl BufRead) -> Answer {
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    Answer {
        status: status.unwrap_or_else(|| panic!("no HTTP: {line:?}")),
        headers,
        body: Vec::new(),
    }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    body
}

/// An answer that goes on.
pub struct Stream {
    pub head: Answer,
    reader: BufReader<TcpStream>,
    seen: String,
}

impl Stream {
    /// Reads on until the text so far (chunk sizes left in) satisfies `enough`.
    pub fn until(&mut self, what: &str, enough: impl Fn(&str) -> bool) -> &str {
        let began = Instant::now();
        while !enough(&self.seen) {
            let mut line = String::new();
            let read = self.reader.read_line(&mut line).unwrap();
            assert!(read > 0, "the stream ended before {what}: {}", self.seen);
            assert!(began.elapsed() < PATIENCE, "{what} did not come: {}", self.seen);
            self.seen.push_str(&line);
        }
        &self.seen
    }

    /// Reads to the end.
    pub fn end(mut self) -> String {
        let mut rest = Vec::new();
        // Reset or closed: both are an end.
        let _end = self.reader.read_to_end(&mut rest);
        self.seen.push_str(&String::from_utf8_lossy(&rest));
        self.seen
    }
}

/// Waits until `check` gives a value.
pub fn until<T>(what: &str, check: impl FnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, check)
}

/// The same for what may take longer.
pub fn until_within<T>(patience: Duration, what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = check() {
            return found;
        }
        assert!(
            began.elapsed() < patience,
            "{what} did not happen within {} s",
            patience.as_secs()
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}
