//! Writing the archive in one pass, though the length of a part is known only at its end.

use std::fs::File;
use std::io::{self, Seek as _, SeekFrom, Write};

use sha2::{Digest as _, Sha256};
use tar::Header;

use super::manifest::Part;
use crate::key::hexadecimal;

/// Headers and contents begin at multiples of this many bytes (POSIX ustar).
const BLOCK: u64 = 512;

/// An archive that is being written.
pub(super) struct Writer {
    file: File,
    seconds: u64,
}

impl Writer {
    /// Begins at the start of an empty file; `seconds` since 1970 is when its parts will say they were made.
    pub(super) fn new(file: File, seconds: u64) -> Self {
        Self { file, seconds }
    }

    /// Writes one part, whose content `fill` gives.
    pub(super) async fn part<E: From<io::Error>>(
        &mut self,
        path: &str,
        fill: impl AsyncFnOnce(&mut Content) -> Result<(), E>,
    ) -> Result<Part, E> {
        let start = self.file.stream_position()?;
        self.file.write_all(&[0; BLOCK as usize])?;
        let mut content = Content {
            file: self.file.try_clone()?,
            bytes: 0,
            digest: Sha256::new(),
        };
        fill(&mut content).await?;
        let Content { bytes, digest, .. } = content;
        let rest = bytes.next_multiple_of(BLOCK) - bytes;
        self.file
            .write_all(&[0; BLOCK as usize][..usize::try_from(rest).unwrap_or(0)])?;
        let end = self.file.stream_position()?;
        let mut header = Header::new_ustar();
        header.set_path(path)?;
        header.set_size(bytes);
        header.set_mode(0o600);
        header.set_mtime(self.seconds);
        header.set_cksum();
        self.file.seek(SeekFrom::Start(start))?;
        self.file.write_all(header.as_bytes())?;
        self.file.seek(SeekFrom::Start(end))?;
        Ok(Part {
            path: path.to_owned(),
            bytes,
            sha256: hexadecimal(&digest.finalize()),
            table: None,
        })
    }

    /// Ends the archive and makes it safe against a power cut.
    pub(super) fn finish(mut self) -> io::Result<()> {
        self.file.write_all(&[0; 2 * BLOCK as usize])?;
        self.file.sync_all()
    }
}

/// The content of a part.
pub(super) struct Content {
    file: File,
    bytes: u64,
    digest: Sha256,
}

impl Write for Content {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.bytes += written as u64;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
