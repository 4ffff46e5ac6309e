//! Stylesheet, script, fonts and icons, embedded in the binary.

use std::borrow::Cow;

use model::verdict::Health;
use rust_embed::RustEmbed;

use crate::shape;

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/assets/"]
struct Files;

/// A file that pages refer to.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Its media type.
    pub content_type: &'static str,
    /// A strong entity tag with its quotation marks. The address in pages carries the same mark as `?v=`, so that an
    /// answer to an address with `v` may be cached for ever.
    pub etag: String,
}

impl Asset {
    /// What `?v=` says: 16 hexadecimal digits of the content's hash.
    pub(crate) fn mark(&self) -> String {
        self.etag.trim_matches('"').to_owned()
    }
}

/// The file at `path` below `/assets/`; `None` when there is none. `favicon/failed.svg` and its like are drawn from
/// the shapes of the verdicts.
pub fn asset(path: &str) -> Option<Asset> {
    if let Some(word) = path.strip_prefix("favicon/").and_then(|name| name.strip_suffix(".svg")) {
        let drawing = match word {
            "signalbox" => shape::signal(),
            word => shape::icon(Health::parse(word)?),
        };
        return Some(Asset {
            etag: format!("\"{}\"", fnv(drawing.as_bytes())),
            bytes: Cow::Owned(drawing.into_bytes()),
            content_type: "image/svg+xml",
        });
    }
    let file = Files::get(path)?;
    let hash = file.metadata.sha256_hash();
    let mark: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Some(Asset {
        bytes: file.data,
        content_type: content_type(path),
        etag: format!("\"{mark}\""),
    })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

/// FNV-1a of 64 bits: enough to tell a changed icon, and no secret depends on it.
fn fnv(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
