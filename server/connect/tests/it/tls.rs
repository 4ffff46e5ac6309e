//! Certificates that do not prove what they should.

use std::sync::Arc;

use connect::Worker;
use model::observe::GapKind;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use url::Url;

use crate::peer::{builder, peer};
use crate::weather::told;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for `name` and its key as PEM, signed by `authority` or else by itself.
fn certificate(authority: Option<&Authority>, name: &str, years: (i32, i32)) -> (String, String) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = match authority {
        Some(authority) => params.signed_by(&key, authority).unwrap(),
        None => params.self_signed(&key).unwrap(),
    };
    (certificate.pem(), key.serialize_pem())
}

/// A worker without connectors, behind that certificate.
async fn worker_with(certificate: &(String, String)) -> Url {
    let chain = vec![CertificateDer::from_pem_slice(certificate.0.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(certificate.1.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (mut url, _) = peer(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
                stream.write_all(answer).await.unwrap_or(());
                stream.shutdown().await.unwrap_or(());
            }
        }
    })
    .await;
    url.set_scheme("https").unwrap();
    url
}

#[tokio::test]
async fn each_bad_certificate_is_told_with_its_reason() {
    let ours = authority();
    let now = (2020, 2090);
    for (what, certificate, ca, why) in [
        (
            "expired",
            certificate(Some(&ours), "127.0.0.1", (2000, 2001)),
            Some(ours.pem()),
            "expired",
        ),
        (
            "of tomorrow",
            certificate(Some(&ours), "127.0.0.1", (2089, 2090)),
            Some(ours.pem()),
            "not valid yet",
        ),
        (
            "of another name",
            certificate(Some(&ours), "connect.example", now),
            Some(ours.pem()),
            "for another name",
        ),
        (
            "of an authority that nobody configured",
            certificate(Some(&ours), "127.0.0.1", now),
            None,
            "authority is unknown",
        ),
        (
            "of another authority",
            certificate(Some(&ours), "127.0.0.1", now),
            Some(authority().pem()),
            "authority is unknown",
        ),
        (
            "self-signed",
            certificate(None, "127.0.0.1", now),
            None,
            "authority is unknown",
        ),
        (
            "self-signed, another one configured",
            certificate(None, "127.0.0.1", now),
            Some(certificate(None, "127.0.0.1", now).0),
            "authority is unknown",
        ),
    ] {
        let url = worker_with(&certificate).await;
        let client = match ca {
            Some(pem) => builder(&url).ca_pem(pem),
            None => builder(&url),
        };
        let (error, text) = told(&Worker::new(client.build().unwrap(), url)).await;
        assert_eq!(error.gap_kind(), GapKind::Tls, "{what}: {error:?}");
        assert!(text.contains(why) && text.contains("`tls` settings"), "{what}: {text}");
        assert!(!error.worker_answered());
    }
}

#[tokio::test]
async fn a_configured_authority_and_a_configured_self_signed_certificate_are_trusted() {
    let ours = authority();
    let signed = certificate(Some(&ours), "127.0.0.1", (2020, 2090));
    let own = certificate(None, "127.0.0.1", (2020, 2090));
    for (certificate, ca) in [(&signed, ours.pem()), (&own, own.0.clone())] {
        let url = worker_with(certificate).await;
        let client = builder(&url).ca_pem(ca).build().unwrap();
        let answer = Worker::new(client, url).list_expanded(None).await;
        assert!(answer.is_ok(), "{:?}", answer.err());
    }
}
