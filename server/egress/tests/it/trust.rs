//! TLS with authorities, names and client certificates made for the test.

use std::sync::Arc;

use egress::{ClientBuilder, Error, Policy};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto::ring};
use url::Url;

use crate::peer::{ask, builder, peer, saying};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate for `name` with its key, as one PEM text each.
fn leaf(authority: &Authority, name: &str, expired: bool) -> (String, String) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    if expired {
        params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        params.not_before = rcgen::date_time_ymd(2000, 1, 1);
    }
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    (certificate.pem(), key.serialize_pem())
}

/// A peer that speaks TLS with that certificate, asking for one of `clients`' when given.
async fn tls_peer(certificate: &(String, String), clients: Option<&Authority>) -> Url {
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der().clone()).unwrap();
            let verifier =
                WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()));
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let chain = vec![CertificateDer::from_pem_slice(certificate.0.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(certificate.1.as_bytes()).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(builder.with_single_cert(chain, key).unwrap()));
    let mut url = peer(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
                stream.write_all(answer).await.unwrap_or(());
                stream.shutdown().await.unwrap_or(());
            }
        }
    })
    .await;
    url.set_scheme("https").unwrap();
    url
}

async fn tls_error(builder: ClientBuilder, url: &Url) -> String {
    match ask(&builder.build().unwrap(), url).await {
        Err(Error::Tls { why }) => why.to_string(),
        Err(other) => panic!("{other:?}"),
        Ok(answer) => panic!("{}", answer.status),
    }
}

#[tokio::test]
async fn a_configured_authority_is_trusted_and_no_other() {
    let ours = authority();
    let url = tls_peer(&leaf(&ours, "127.0.0.1", false), None).await;
    let trusting = builder(&url).ca_pem(ours.pem()).build().unwrap();
    assert!(ask(&trusting, &url).await.is_ok());

    let unknown = "the certificate's authority is unknown";
    assert_eq!(tls_error(builder(&url), &url).await, unknown);
    assert_eq!(tls_error(builder(&url).ca_pem(authority().pem()), &url).await, unknown);
}

#[tokio::test]
async fn expired_certificates_and_other_names_are_told_apart() {
    let ours = authority();
    for (name, expired, why) in [
        ("127.0.0.1", true, "the certificate has expired"),
        ("connect.example", false, "the certificate is for another name"),
    ] {
        let url = tls_peer(&leaf(&ours, name, expired), None).await;
        assert_eq!(tls_error(builder(&url).ca_pem(ours.pem()), &url).await, why);
    }
}

/// As `openssl req -x509` makes them, which marks them as an authority's.
fn self_signed(is_ca: IsCa, purposes: &[ExtendedKeyUsagePurpose]) -> (String, String) {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.is_ca = is_ca;
    params.extended_key_usages = purposes.to_vec();
    let key = KeyPair::generate().unwrap();
    (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

#[tokio::test]
async fn a_certificate_that_is_no_servers_is_told_in_plain_words_and_one_signed_by_itself_can_be_trusted() {
    let authoritys = self_signed(IsCa::Ca(BasicConstraints::Unconstrained), &[]);
    let url = tls_peer(&authoritys, None).await;
    let said = "the certificate is that of an authority (CA:TRUE), and no server's";
    assert_eq!(tls_error(builder(&url), &url).await, said);
    assert_eq!(tls_error(builder(&url).ca_pem(&*authoritys.0), &url).await, said);

    let clients = self_signed(IsCa::ExplicitNoCa, &[ExtendedKeyUsagePurpose::ClientAuth]);
    let url = tls_peer(&clients, None).await;
    let said = "the certificate is not for servers (its extended key usage lacks serverAuth)";
    assert_eq!(tls_error(builder(&url).ca_pem(&*clients.0), &url).await, said);

    let own = self_signed(IsCa::ExplicitNoCa, &[]);
    let url = tls_peer(&own, None).await;
    assert!(ask(&builder(&url).ca_pem(&*own.0).build().unwrap(), &url).await.is_ok());
}

#[tokio::test]
async fn a_key_that_is_not_the_certificates_is_told_in_plain_words() {
    let (one, other) = (
        self_signed(IsCa::ExplicitNoCa, &[]),
        self_signed(IsCa::ExplicitNoCa, &[]),
    );
    let url = saying(b"").await;
    let mixed = builder(&url).identity_pem(format!("{}{}", one.0, other.1)).build();
    let Err(Error::Setup { why }) = mixed else {
        panic!("it was taken")
    };
    assert!(why.contains("the private key is not that of the certificate"), "{why}");
}

#[tokio::test]
async fn what_speaks_tls_is_suggested_where_plain_http_is_not_answered() {
    let ours = authority();
    let mut url = tls_peer(&leaf(&ours, "127.0.0.1", false), None).await;
    url.set_scheme("http").unwrap();
    let error = ask(&builder(&url).build().unwrap(), &url).await.err().unwrap();
    assert!(
        matches!(&error, Error::BadAnswer { why } if why.starts_with("plain HTTP got no answer that is HTTP: ")),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_client_certificate_is_shown_where_one_is_asked_for() {
    let ours = authority();
    let url = tls_peer(&leaf(&ours, "127.0.0.1", false), Some(&ours)).await;
    let (certificate, key) = leaf(&ours, "signalbox", false);
    let with = builder(&url)
        .ca_pem(ours.pem())
        .identity_pem(format!("{certificate}{key}"));
    assert!(ask(&with.build().unwrap(), &url).await.is_ok());
    let why = tls_error(builder(&url).ca_pem(ours.pem()), &url).await;
    assert_eq!(why, "the peer refused: certificate required");
}

#[tokio::test]
async fn plain_http_behind_an_https_address_is_a_tls_failure() {
    let mut url = peer(|mut stream| async move {
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap_or(());
        std::future::pending::<()>().await;
    })
    .await;
    url.set_scheme("https").unwrap();
    assert_eq!(tls_error(builder(&url), &url).await, "the peer does not speak TLS");
}

#[tokio::test]
async fn unusable_pem_is_refused_when_the_client_is_built() {
    let url = saying(b"").await;
    let policy = Policy::new(None, [&url]);
    for broken in [
        ClientBuilder::new(policy.clone()).ca_pem("no certificate"),
        ClientBuilder::new(policy.clone()).identity_pem("-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----"),
    ] {
        assert!(matches!(broken.build().err(), Some(Error::Setup { .. })));
    }
}
