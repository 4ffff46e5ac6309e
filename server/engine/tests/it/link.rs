//! A way to the database of one server's own, on which nothing moves while a test wants it so.

use std::str::FromStr;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use store::Store;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::database::Database;

/// The way; it leads on as long as the value lives.
pub struct Link {
    still: watch::Sender<bool>,
    url: String,
}

impl Link {
    pub async fn to(database: &Database) -> Self {
        let options = PgConnectOptions::from_str(&database.url).unwrap();
        let far = (options.get_host().to_owned(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (still, moving) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (far, moving) = (far.clone(), moving.clone());
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(far).await else { return };
                    let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
                    tokio::spawn(copy(near_in, far_out, moving.clone()));
                    copy(far_in, near_out, moving).await;
                });
            }
        });
        let url = options.host("127.0.0.1").port(port).to_url_lossy().to_string();
        Self { still, url }
    }

    pub async fn store(&self) -> Store {
        Store::connect(&self.url, 6).await.unwrap()
    }

    /// Whether nothing moves on it; what was sent meanwhile arrives afterwards.
    pub fn stand_still(&self, still: bool) {
        self.still.send_replace(still);
    }
}

async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut still: watch::Receiver<bool>) {
    let mut buffer = vec![0; 65536];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if still.wait_for(|still| !still).await.is_err() || to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
