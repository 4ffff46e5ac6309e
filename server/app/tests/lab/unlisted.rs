//! A worker that lives in its group while its REST API cannot be reached, behind a proxy that goes away and comes back.

use std::net::{Ipv4Addr, SocketAddr};

use lab::{ClusterSpec, Lab};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::plant;
use crate::server::{Server, Watched};
use crate::story::verdict;
use crate::until::until;

const CLUSTER: &str = "apart";
const SINK: &str = "apart-sink";

/// Passes connections on until it is dropped, with all that it carries.
struct Proxy(#[expect(dead_code, reason = "its tasks end when it is dropped")] JoinSet<()>);

impl Proxy {
    fn start(listener: TcpListener, to: SocketAddr) -> Self {
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut from, _)) = listener.accept().await {
                connections.spawn(async move {
                    if let Ok(mut worker) = TcpStream::connect(to).await {
                        let _ended = tokio::io::copy_bidirectional(&mut from, &mut worker).await;
                    }
                });
            }
        });
        Self(accepting)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_listed_stands_as_one_fault_while_a_living_worker_cannot_be_asked() {
    let lab = Lab::shared().await.unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    // Its group tells the proxy's address, so that no other is found.
    let spec = ClusterSpec::new(CLUSTER).property("rest.advertised.port", &address.port().to_string());
    let cluster = lab.connect_cluster(spec).await.unwrap();
    let worker = cluster.workers().remove(0);
    let to: SocketAddr = worker.id().parse().unwrap();
    let proxy = Proxy::start(listener, to);
    let watched = Watched {
        urls: vec![format!("http://{address}")],
        ..Watched::of(&cluster)
    };
    let server = Server::start(&lab.broker().bootstrap(), &[watched]).await;
    plant::sink(lab, &cluster, SINK, &[]).await;
    server.verdict(CLUSTER, SINK, "healthy").await;
    until("the group is seen", 30, async || {
        let about = server.cluster(CLUSTER).await;
        let evidence = about["workers"][0]["evidence"].as_str().unwrap_or_default();
        evidence
            .contains("member of the Connect group")
            .then_some(())
            .ok_or(about.to_string())
    })
    .await;
    let well = server.run(&["why", &format!("{CLUSTER}/{SINK}")]);
    assert_eq!(well.code, 0, "{}", well.out);

    drop(proxy);
    let fault = until("it is told that the verdict stands", 60, async || {
        match &server.faults(CLUSTER).await[..] {
            [fault] if fault["unlisted_since"].is_string() => Ok(fault.clone()),
            faults => Err(format!("{faults:?}")),
        }
    })
    .await;
    assert_eq!(
        (&fault["class"], &fault["scope"]["kind"], &fault["connectors"]),
        (
            &Value::from("network"),
            &Value::from("cluster"),
            &Value::from(Vec::<Value>::new())
        ),
        "{fault}"
    );
    let (cause, group) = (
        fault["root_cause"].as_str().unwrap(),
        "though its Connect group has a member",
    );
    assert!(cause.contains(&address.to_string()) && cause.contains(group), "{cause}");
    let connector = server.connector(CLUSTER, SINK).await;
    assert_eq!(
        (verdict(&connector), &connector["health"]["stale"]),
        ("healthy", &Value::Bool(true))
    );
    assert_eq!(connector["unlisted_fault"]["id"], fault["id"]);
    let why = server.run(&["why", &format!("{CLUSTER}/{SINK}")]);
    assert_eq!(why.code, 1, "{}", why.out);
    assert!(why.out.contains("The verdict stands, last listed "), "{}", why.out);
    let cookie = server.sign_in().await;
    for (path, said) in [
        ("/", "One verdict stands as last listed."),
        ("/", "its verdicts stand as last listed"),
        ("/clusters/apart", group),
        ("/clusters/apart/connectors/apart-sink", group),
    ] {
        let page = server.page(&cookie, path).await.body;
        assert!(page.contains(said), "{path}: {said} in {page}");
    }
    let open = format!("signalbox_faults_open{{cluster=\"{CLUSTER}\",domain=\"infrastructure\",class=\"network\"}} 1");
    assert!(server.get("/metrics").await.body.contains(&open));

    // The worker dies too: the same fault goes on as the silence of the cluster, without a gap.
    worker.kill().unwrap();
    until("nothing is known any more", 90, async || {
        let faults = server.faults(CLUSTER).await;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!(faults[0]["id"], fault["id"], "{faults:?}");
        let connector = server.connector(CLUSTER, SINK).await;
        (verdict(&connector) == "unknown")
            .then_some(())
            .ok_or(connector.to_string())
    })
    .await;
    worker.launch().unwrap();
    let _proxy = Proxy::start(TcpListener::bind(address).await.unwrap(), to);
    server.verdict(CLUSTER, SINK, "healthy").await;
    until("the fault has ended", 30, async || {
        let faults = server.faults(CLUSTER).await;
        faults.is_empty().then_some(()).ok_or(format!("{faults:?}"))
    })
    .await;
}
