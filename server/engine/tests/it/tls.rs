//! TLS with an authority of one's own, and certificates on both sides.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{ClusterSpec, Tls};
use model::observe::GapKind;
use model::verdict::Health;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use testkit::fake::{FakeCluster, FakeConnector, Version};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig, crypto::ring};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn leaf(authority: &Authority, name: &str) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    (params.signed_by(&key, authority).unwrap().pem(), key.serialize_pem())
}

/// A listener that ends TLS before a worker and asks for certificates of the same authority; who shows none comes in only
/// where they are not demanded.
async fn end_of_tls(worker: String, authority: &Authority, demanded: bool) -> String {
    let mut roots = RootCertStore::empty();
    roots.add(authority.der().clone()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
    let clients = match demanded {
        true => clients,
        false => clients.allow_unauthenticated(),
    };
    let clients = clients.build().unwrap();
    let (certificate, key) = leaf(authority, "127.0.0.1");
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, worker) = (acceptor.clone(), worker.clone());
            tokio::spawn(async move {
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let mut worker = TcpStream::connect(worker).await.unwrap();
                    copy_bidirectional(&mut stream, &mut worker).await.unwrap_or_default();
                }
            });
        }
    });
    format!("https://{address}/")
}

fn write(directory: &Path, name: &str, text: &str) -> Option<PathBuf> {
    let file = directory.join(name);
    std::fs::write(&file, text).unwrap();
    Some(file)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_of_ones_own_and_a_client_certificate_are_used() {
    let database = Database::new().await;
    let directory = tempfile::tempdir().unwrap();
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    let authority = authority();
    let url = end_of_tls(fake.worker_id(0), &authority, true).await;
    let (certificate, key) = leaf(&authority, "signalbox");
    let with = |tls: Tls| {
        spec(vec![ClusterSpec {
            tls,
            ..cluster("orders", std::slice::from_ref(&url))
        }])
    };
    let ca_file = write(directory.path(), "ca.pem", &authority.pem());
    let whole = Tls {
        ca_file: ca_file.clone(),
        cert_file: write(directory.path(), "client.pem", &certificate),
        key_file: write(directory.path(), "client.key", &key),
        ..Tls::default()
    };
    let missing = Tls {
        ca_file: Some(directory.path().join("missing.pem")),
        ..Tls::default()
    };
    let no_client = Tls {
        ca_file,
        ..Tls::default()
    };

    let rig = Rig::start(&database, with(Tls::default())).await;
    for (why, tls) in [
        ("unknown authority", None),
        ("no file", Some(missing)),
        ("no certificate", Some(no_client)),
    ] {
        if let Some(tls) = tls {
            let before = rig.fleet().clusters["orders"].fresh.tried;
            rig.spec.send_replace(Arc::new(with(tls)));
            rig.until_cluster("another try", |orders| orders.fresh.tried > before)
                .await;
        }
        rig.until_cluster(why, |orders| {
            let gap = orders.about.gap.as_ref();
            gap.is_some_and(|gap| gap.kind == GapKind::Tls && (why != "no file" || gap.text.contains("missing.pem")))
        })
        .await;
    }
    rig.spec.send_replace(Arc::new(with(whole)));
    rig.until_cluster("the way in", |orders| orders.about.reachable).await;
    rig.until_health("lines", Health::Healthy).await;
    rig.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_tells_a_certificate_that_is_demanded_from_one_that_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let authority = authority();
    let (certificate, key) = leaf(&authority, "signalbox");
    let tls = Tls {
        ca_file: write(directory.path(), "ca.pem", &authority.pem()),
        cert_file: write(directory.path(), "client.pem", &certificate),
        key_file: write(directory.path(), "client.key", &key),
        ..Tls::default()
    };
    for demanded in [true, false] {
        let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
        let url = end_of_tls(fake.worker_id(0), &authority, demanded).await;
        let tls = tls.clone();
        let spec = spec(vec![ClusterSpec {
            tls,
            ..cluster("orders", &[url])
        }]);
        let findings = engine::doctor::examine_fleet(&spec, None).await;
        let says = |text: &str| findings.iter().any(|finding| finding.text.contains(text));
        assert!(says("answers as Kafka Connect 4.3.1"), "{findings:#?}");
        assert_eq!(
            says("answers also without the client certificate"),
            !demanded,
            "{findings:#?}"
        );
        assert!(!says("answers without credentials"), "{findings:#?}");
    }
}

/// A listener that speaks TLS with this certificate, and nothing else.
async fn only_tls((certificate, key): (String, String)) -> std::net::SocketAddr {
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let _refused = acceptor.accept(stream).await;
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_what_to_do_about_an_authoritys_certificate_and_about_plain_http_where_tls_is_spoken() {
    let directory = tempfile::tempdir().unwrap();
    // As `openssl req -x509` makes it.
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    let address = only_tls((certificate.clone(), key.serialize_pem())).await;
    for (scheme, found, advised) in [
        (
            "https",
            "that of an authority (CA:TRUE)",
            "basicConstraints=critical,CA:FALSE",
        ),
        ("http", "plain HTTP got no answer that is HTTP", "`https://`"),
    ] {
        let spec = spec(vec![ClusterSpec {
            tls: Tls {
                ca_file: write(directory.path(), "ca.pem", &certificate),
                ..Tls::default()
            },
            ..cluster("orders", &[format!("{scheme}://{address}/")])
        }]);
        let findings = engine::doctor::examine_fleet(&spec, None).await;
        let told = findings.iter().find(|finding| finding.text.contains(found));
        let todo = told.and_then(|finding| finding.todo.as_deref()).unwrap_or_default();
        assert!(todo.contains(advised), "{findings:#?}");
        let shown = format!("{findings:?}");
        assert!(!shown.contains("Other("), "{shown}");
    }
}
