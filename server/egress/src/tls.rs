//! Trust: the provider of cryptography, authorities and the client's own certificate.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::client::danger::ServerCertVerifier;
use rustls_platform_verifier::Verifier;

use crate::Error;

/// The system's authorities are read again when a client is made this long after they were read: reading them takes
/// milliseconds, and a server makes a client for each of a hundred clusters at once.
const FRESH: Duration = Duration::from_secs(60);

/// What was read last, and when.
static SYSTEM: Mutex<Option<(Instant, Arc<dyn ServerCertVerifier>)>> = Mutex::new(None);

/// TLS that trusts the system's authorities and shows no certificate of its own.
pub(crate) fn system() -> Result<ClientConfig, rustls::Error> {
    let provider = rustls::crypto::CryptoProvider::get_default()
        .cloned()
        .unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()));
    let mut system = SYSTEM.lock().unwrap_or_else(PoisonError::into_inner);
    let known = system.as_ref().filter(|(read, _)| read.elapsed() < FRESH);
    let verifier = match known {
        Some((_, verifier)) => verifier.clone(),
        None => {
            let verifier: Arc<dyn ServerCertVerifier> = Arc::new(Verifier::new(provider.clone())?);
            *system = Some((Instant::now(), verifier.clone()));
            verifier
        }
    };
    drop(system);
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_clients_read_the_systems_authorities_once() {
        ensure_provider();
        // Without any authorities on this machine there is nothing to share.
        let Ok(_) = system() else { return };
        let known = || SYSTEM.lock().unwrap().as_ref().map(|(_, verifier)| verifier.clone());
        let first = known().unwrap();
        system().unwrap();
        assert!(Arc::ptr_eq(&first, &known().unwrap()));
    }
}
