//! Trust: the provider of cryptography, authorities and the client's own certificate.

use crate::Error;

/// Makes ring the provider of this process unless another one was chosen before.
pub(crate) fn ensure_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Losing a race against another thread means that a provider is there now, which is all that is asked for.
        let _raced = rustls::crypto::ring::default_provider().install_default();
    }
}

/// Reads the certificates of a PEM bundle; at least one.
pub(crate) fn authorities(pem: &[u8]) -> Result<Vec<reqwest::Certificate>, Error> {
    let refused = || Error::Setup {
        why: "the file of authorities holds no readable certificate in PEM form".into(),
    };
    let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(|_| refused())?;
    if certificates.is_empty() {
        return Err(refused());
    }
    Ok(certificates)
}

/// Reads a private key and its certificate chain from one PEM text.
pub(crate) fn identity(pem: &[u8]) -> Result<reqwest::Identity, Error> {
    reqwest::Identity::from_pem(pem).map_err(|_| Error::Setup {
        why: "the client's identity must hold a certificate and its private key in PEM form".into(),
    })
}
