//! HTTP by hand, so that these tests share no code with the server: one request a connection, HTTP/1.0, so that no
//! answer comes in chunks.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.head, self.body))
    }

    /// Everything that was sent.
    pub fn all(&self) -> String {
        format!("{}\n\n{}", self.head, self.body)
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

async fn connect(port: u16, method: &str, path: &str, headers: &str, body: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    let length = if body.is_empty() {
        String::new()
    } else {
        format!("Content-Length: {}\r\n", body.len())
    };
    let request = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n{headers}{length}\r\n{body}");
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

/// One request; `headers` are whole lines with their ends.
pub async fn send(port: u16, method: &str, path: &str, headers: &str, body: &str) -> std::io::Result<Answer> {
    let exchange = async {
        let mut stream = connect(port, method, path, headers, body).await?;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Ok(Answer {
            status: status.ok_or_else(|| std::io::Error::other(format!("no status: {text}")))?,
            head: head.to_owned(),
            body: body.to_owned(),
        })
    };
    timeout(Duration::from_secs(30), exchange)
        .await
        .map_err(|_| std::io::Error::other(format!("{method} {path} took longer than 30 s")))?
}

/// A stream that is read in the background until this is dropped.
pub struct Stream {
    text: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Stream {
    pub async fn open(port: u16, path: &str, headers: &str) -> Self {
        let mut stream = connect(port, "GET", path, headers, "").await.unwrap();
        let text = Arc::new(Mutex::new(String::new()));
        let writer = Arc::clone(&text);
        let reader = tokio::spawn(async move {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stream.read(&mut bytes).await {
                writer
                    .lock()
                    .unwrap()
                    .push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        Self { text, reader }
    }

    /// What has come so far.
    pub fn text(&self) -> String {
        self.text.lock().unwrap().clone()
    }

    /// The events so far: each one's data.
    pub fn changes(&self) -> Vec<Value> {
        let text = self.text();
        // The last line may not be whole yet.
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole
            .lines()
            .filter_map(|line| line.strip_prefix("data:"))
            .map(|data| serde_json::from_str(data.trim()).unwrap())
            .collect()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.reader.abort();
    }
}
