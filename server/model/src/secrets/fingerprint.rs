//! Fingerprints: HMAC-SHA256 with the server's key, so that a change shows and the value is not kept.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The first 16 bytes of an HMAC-SHA256 under the server's key, as 32 hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(Arc<str>);

impl Fingerprint {
    /// Takes one that was stored.
    pub fn from_hex(hex: &str) -> Self {
        Self(hex.into())
    }

    /// 32 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 8 digits, as pages show it.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The server's secret key. It cannot be shown; its own fingerprint can.
#[derive(Clone)]
pub struct FingerprintKey(Arc<[u8]>);

impl FingerprintKey {
    /// Takes the bytes of `secret_key_file`.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// Fingerprint of `parts`, each preceded by its length so that no two lists of parts collide. `purpose` keeps
    /// fingerprints of different things apart.
    pub fn fingerprint<'a>(&self, purpose: &'a str, parts: impl IntoIterator<Item = &'a [u8]>) -> Fingerprint {
        let mut mac = self.mac();
        for part in std::iter::once(purpose.as_bytes()).chain(parts) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        let digest = mac.finalize().into_bytes();
        Fingerprint(
            digest
                .iter()
                .take(16)
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
                .into(),
        )
    }

    /// Of a masked value: it depends on the value alone.
    pub(super) fn value(&self, value: &str) -> Fingerprint {
        self.fingerprint("config value", [value.as_bytes()])
    }

    /// What the database keeps of the key, to refuse a server with another one.
    pub fn identity(&self) -> Fingerprint {
        self.fingerprint("key identity", [])
    }

    fn mac(&self) -> Hmac<Sha256> {
        // HMAC takes keys of any length; the fallback of an empty key is never reached.
        Hmac::<Sha256>::new_from_slice(&self.0).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()))
    }
}
