//! Stylesheet, scripts, fonts and icons, embedded in the binary.

mod scripts;
mod sheet;

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
    /// What was put together here rather than read from one file.
    fn made(text: String, content_type: &'static str) -> Self {
        Self {
            etag: mark(text.as_bytes()),
            bytes: Cow::Owned(text.into_bytes()),
            content_type,
        }
    }

    /// What `?v=` says: 16 hexadecimal digits of the content's hash.
    pub fn mark(&self) -> String {
        self.etag.trim_matches('"').to_owned()
    }
}

/// The file at `path` below `/assets/`; `None` when there is none. `style.css` is all sheets in one, modules below `js/`
/// name the modules that they import with their marks, and `favicon/failed.svg` and its like are drawn from the shapes of
/// the verdicts.
pub fn asset(path: &str) -> Option<Asset> {
    if let Some(word) = path.strip_prefix("favicon/").and_then(|name| name.strip_suffix(".svg")) {
        let drawing = match word {
            "signalbox" => shape::signal(),
            word => shape::icon(Health::parse(word)?),
        };
        return Some(Asset::made(drawing, "image/svg+xml"));
    }
    if path == sheet::PATH {
        return Some(sheet::asset());
    }
    if let Some(module) = scripts::asset(path) {
        return Some(module);
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

/// The modules of the script, so that a page asks for all of them at once.
pub(crate) fn modules() -> impl Iterator<Item = &'static str> {
    scripts::paths()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, end)| end) {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("woff2") => "font/woff2",
        Some("svg") => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    }
}

/// The text of an embedded file.
fn text(path: &str) -> Option<String> {
    let file = Files::get(path)?;
    Some(String::from_utf8_lossy(&file.data).into_owned())
}

/// A strong entity tag, with its quotation marks, of what was drawn.
pub fn mark(drawn: &[u8]) -> String {
    format!("\"{}\"", fnv(drawn))
}

/// FNV-1a of 64 bits: enough to tell a changed file, and no secret depends on it.
fn fnv(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}
