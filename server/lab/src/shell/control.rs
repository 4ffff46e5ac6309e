//! A running lab's socket: verbs from another terminal. Only the same user can open it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::Bench;
use crate::error::Doing;
use crate::{Error, Result};

const NAME: &str = "control.sock";

/// Serves verbs on the socket in the lab's directory, one line per connection, for ever.
///
/// # Errors
/// [`Error::Io`] when the socket cannot be made.
pub async fn listen(bench: Bench) -> Result<()> {
    let path = bench.lab().directory().join(NAME);
    if UnixStream::connect(&path).await.is_err() && path.exists() {
        // Left by an earlier lab in the same directory.
        std::fs::remove_file(&path).doing(|| format!("removing {}", path.display()))?;
    }
    let listener = UnixListener::bind(&path).doing(|| format!("listening on {}", path.display()))?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))
        .doing(|| format!("closing {} to others", path.display()))?;
    loop {
        let (stream, _) = listener
            .accept()
            .await
            .doing(|| format!("accepting on {}", path.display()))?;
        let bench = bench.clone();
        tokio::spawn(async move {
            // A terminal that went away needs no answer.
            drop(serve(stream, &bench).await);
        });
    }
}

async fn serve(stream: UnixStream, bench: &Bench) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut line = String::new();
    BufReader::new(reader).read_line(&mut line).await?;
    let answer = match bench.run(line.trim()).await {
        Ok(text) => text,
        Err(error) => format!("{REFUSED}{error}"),
    };
    writer.write_all(answer.as_bytes()).await
}

/// Marks an answer as an error on the socket.
const REFUSED: &str = "\u{15}";

/// Sends one line to the lab in `directory` and returns its answer.
///
/// # Errors
/// [`Error::Io`] when nobody listens there; [`Error::Usage`] with what the lab refused.
pub async fn speak(directory: &Path, line: &str) -> Result<String> {
    let path = directory.join(NAME);
    let mut stream = UnixStream::connect(&path)
        .await
        .doing(|| format!("opening {}", path.display()))?;
    stream
        .write_all(format!("{line}\n").as_bytes())
        .await
        .doing(|| format!("writing to {}", path.display()))?;
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .await
        .doing(|| format!("reading from {}", path.display()))?;
    match answer.strip_prefix(REFUSED) {
        Some(error) => Err(Error::Usage(error.to_owned())),
        None => Ok(answer),
    }
}

/// The directory of a lab that runs on this machine and listens; the one started last if there are several.
pub async fn find() -> Option<PathBuf> {
    let mut found: Vec<(std::time::SystemTime, PathBuf)> = Vec::new();
    for entry in std::fs::read_dir(std::env::temp_dir()).ok()?.flatten() {
        let socket = entry.path().join(NAME);
        if let Ok(made) = std::fs::metadata(&socket).and_then(|metadata| metadata.modified())
            && UnixStream::connect(&socket).await.is_ok()
        {
            found.push((made, entry.path()));
        }
    }
    found.into_iter().max().map(|(_, directory)| directory)
}
