//! As much of HTTP/1.1 as asking a server on this machine takes, so that the asker costs little beside the asked.

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

/// What came back; the body as it was sent, compressed or not.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

struct Head {
    status: u16,
    length: Option<usize>,
    chunked: bool,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::with_capacity(64 * 1024, stream),
            address,
        })
    }

    /// Sends a request and reads the whole answer. `headers` are whole lines.
    pub(crate) async fn ask(&mut self, method: &str, target: &str, headers: &str, body: &str) -> Result<Answer> {
        self.send(method, target, headers, body).await?;
        let head = self.head().await?;
        let body = match head.length {
            Some(length) => {
                let mut body = vec![0; length];
                self.stream.read_exact(&mut body).await?;
                body
            }
            None if head.chunked => self.chunks().await?,
            None => Vec::new(),
        };
        Ok(Answer {
            status: head.status,
            body,
        })
    }

    /// Sends a request whose answer never ends, and returns once its head is there.
    pub(crate) async fn begin(&mut self, target: &str, headers: &str) -> Result<u16> {
        self.send("GET", target, headers, "").await?;
        Ok(self.head().await?.status)
    }

    /// The next line of an answer that never ends, without its end of line. The lines that frame it come too.
    pub(crate) async fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        match self.stream.read_line(&mut line).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    async fn send(&mut self, method: &str, target: &str, headers: &str, body: &str) -> Result<()> {
        let length = match body.len() {
            0 => String::new(),
            length => format!("content-type: application/json\r\ncontent-length: {length}\r\n"),
        };
        let address = self.address;
        let request = format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\n{headers}{length}\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes()).await
    }

    async fn head(&mut self) -> Result<Head> {
        let wrong = || Error::new(ErrorKind::InvalidData, "no HTTP/1.1 answer");
        let first = self.line().await?;
        let status = first.split(' ').nth(1).and_then(|word| word.parse().ok());
        let mut head = Head {
            status: status.ok_or_else(wrong)?,
            length: None,
            chunked: false,
        };
        loop {
            let line = self.line().await?.to_ascii_lowercase();
            let Some((name, value)) = line.split_once(':') else {
                break Ok(head);
            };
            match name {
                "content-length" => head.length = Some(value.trim().parse().map_err(|_| wrong())?),
                "transfer-encoding" => head.chunked = true,
                _ => {}
            }
        }
    }

    async fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = self.line().await?;
            let size = usize::from_str_radix(size.trim(), 16)
                .map_err(|_| Error::new(ErrorKind::InvalidData, "no size of a chunk"))?;
            let from = body.len();
            body.resize(from + size, 0);
            self.stream.read_exact(&mut body[from..]).await?;
            self.line().await?;
            if size == 0 {
                return Ok(body);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn both_framings_are_read_on_one_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            for answer in [
                "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc",
                "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n",
                "HTTP/1.1 204 No\r\n\r\n",
            ] {
                let mut asked = [0; 1024];
                let _some = stream.read(&mut asked).await.expect("a request");
                stream.write_all(answer.as_bytes()).await.expect("a reader");
            }
        });
        let mut connection = Connection::open(address).await.expect("a connection");
        for (status, body) in [(200, "abc"), (404, "def"), (204, "")] {
            let answer = connection.ask("GET", "/", "", "").await.expect("an answer");
            assert_eq!((answer.status, answer.body.as_slice()), (status, body.as_bytes()));
        }
        server.await.expect("no panic");
    }
}
