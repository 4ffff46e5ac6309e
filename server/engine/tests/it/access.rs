//! Credentials, right and wrong.

use engine::Auth;
use model::observe::GapKind;
use model::verdict::Health;
use testkit::fake::{FakeCluster, FakeConnector, Version};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::database::Database;
use crate::harness::{Rig, cluster, spec};

/// A door before a worker that lets in whoever says the word, once per connection.
async fn door(worker: String, word: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(pass(stream, worker.clone(), word));
        }
    });
    format!("http://{address}/")
}

async fn pass(mut stream: TcpStream, worker: String, word: &str) {
    let (mut head, mut byte) = (Vec::new(), [0; 1]);
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(1) => head.push(byte[0]),
            _ => return,
        }
    }
    if String::from_utf8_lossy(&head)
        .lines()
        .any(|line| line.eq_ignore_ascii_case(&format!("authorization: {word}")))
    {
        let mut worker = TcpStream::connect(worker).await.unwrap();
        worker.write_all(&head).await.unwrap();
        copy_bidirectional(&mut stream, &mut worker).await.unwrap_or_default();
    } else {
        let answer = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 32\r\nconnection: close\r\n\r\nUser cannot access the resource.";
        stream.write_all(answer.as_bytes()).await.unwrap_or_default();
        stream.shutdown().await.unwrap_or_default();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_and_bearer_open_the_door_and_wrong_ones_are_told() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.put(FakeConnector::source("lines", 1));
    let address = fake.worker_id(0);
    // Nobody finds the worker past the door.
    fake.advertise(0, "worker-0.invalid:8083");
    // "eve:a secret word"
    let basic = door(address.clone(), "Basic ZXZlOmEgc2VjcmV0IHdvcmQ=").await;
    let bearer = door(address.clone(), "Bearer token-of-ours").await;
    let user = |password: &str| Auth::Basic {
        user: "eve".into(),
        password: password.into(),
    };
    let with = |name: &str, url: &str, auth: Option<Auth>| engine::ClusterSpec {
        auth,
        ..cluster(name, &[url.to_owned()])
    };
    for (url, good, bad) in [
        (&basic, user("a secret word"), user("another word")),
        (
            &bearer,
            Auth::Bearer("token-of-ours".into()),
            Auth::Bearer("token-of-theirs".into()),
        ),
    ] {
        let rig = Rig::start(&database, spec(vec![with("orders", url, Some(bad))])).await;
        let orders = rig
            .until_cluster("refusal", |orders| {
                orders.about.gap.as_ref().is_some_and(|gap| gap.kind == GapKind::Denied)
            })
            .await;
        let said = format!("{orders:?}");
        assert!(
            !said.contains("another word") && !said.contains("token-of-theirs"),
            "{said}"
        );
        // Put right in the file, without a restart.
        rig.spec
            .send_replace(std::sync::Arc::new(spec(vec![with("orders", url, Some(good))])));
        rig.until_cluster("the way in", |orders| {
            orders.about.reachable && orders.about.gap.is_none()
        })
        .await;
        rig.until_health("lines", Health::Healthy).await;
        rig.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_no_worker_is_called_so() {
    let database = Database::new().await;
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fake.behave(0, testkit::fake::Behaviour::html());
    let rig = Rig::start(&database, spec(vec![cluster("orders", &fake.urls())])).await;
    let orders = rig
        .until_cluster("what it is", |orders| {
            orders
                .about
                .gap
                .as_ref()
                .is_some_and(|gap| gap.kind == GapKind::NotConnect)
        })
        .await;
    assert!(!orders.about.reachable && orders.connectors.is_empty());
    assert!(orders.about.gap.as_ref().unwrap().text.contains(&fake.worker_id(0)));
    rig.stop().await;
}
