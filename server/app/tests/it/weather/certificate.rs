//! Workers whose certificates do not prove what they should: the reason stands at the cluster.

use std::net::TcpListener;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection};

use crate::client::until;
use crate::database::Database;
use crate::server::{Home, Server};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A listener with a certificate for `name`; its address. It shakes hands until the test ends.
fn worker(authority: &Authority, name: &str, years: (i32, i32)) -> String {
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = rcgen::date_time_ymd(years.0, 1, 1);
    params.not_after = rcgen::date_time_ymd(years.1, 1, 1);
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, authority).unwrap().pem();
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
    let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut connection = ServerConnection::new(config.clone()).unwrap();
            // Who asks hangs up; that is what is tested.
            let _refused = connection.complete_io(&mut stream);
        }
    });
    format!("https://{address}")
}

#[test]
fn a_bad_certificate_is_told_with_its_reason_at_its_cluster() {
    let database = Database::new();
    let ours = authority();
    let expired = worker(&ours, "127.0.0.1", (2000, 2001));
    let elsewhere = worker(&ours, "connect.example", (2020, 2090));
    let home = Home::new(&database.url);
    std::fs::write(home.folder.path().join("ca.pem"), ours.pem()).unwrap();
    let cluster = |name: &str, url: &str| {
        format!("[[clusters]]\nname = \"{name}\"\nurls = [\"{url}\"]\ntls = {{ ca_file = \"ca.pem\" }}\n")
    };
    home.write(&(cluster("expired", &expired) + &cluster("elsewhere", &elsewhere)));
    let server = Server::ready(home);
    let cookie = server.sign_in();
    for (name, why) in [("expired", "expired"), ("elsewhere", "for another name")] {
        let gap = until(why, || {
            let cluster = server.api(&format!("/api/v1/clusters/{name}")).json();
            let gap = cluster["gap"].as_str()?.to_owned();
            (cluster["reachable"] == false && gap.contains(why)).then_some(gap)
        });
        assert!(gap.contains("certificate"), "{gap}");
        let page = server
            .ask("GET", &format!("/clusters/{name}"))
            .header("cookie", &cookie)
            .send();
        assert!(page.text().contains(why), "{}", page.text());
        let why = server.api(&format!("/api/v1/clusters/{name}")).json();
        assert!(why["as_of"].is_null(), "nothing was ever seen: {why:#}");
    }
}
