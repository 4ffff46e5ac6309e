//! Workers that answer and list nothing for longer than the stale limit: whatever one asks, the answer is the same.

use testkit::fake::{Behaviour, FakeCluster, FakeConnector, Version};

use crate::client::until;
use crate::database::Database;
use crate::server::{ALL, Home, Server, signalbox};

#[test]
fn everything_that_tells_of_busy_workers_agrees() {
    for behaviour in [Behaviour::Conflict, Behaviour::TimedOut] {
        let database = Database::new();
        let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
        // Nobody reaches it under the name that it gives itself, as in a container.
        fake.advertise(0, "connect.invalid:8083");
        fake.put(FakeConnector::sink("invoices", 1));
        let home = Home::new(&database.url);
        home.write(&format!(
            "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n",
            fake.url(0)
        ));
        let text = std::fs::read_to_string(home.config()).unwrap();
        let text = text.replace("interval = \"200ms\"", "interval = \"200ms\"\nstale_after = \"2s\"");
        std::fs::write(home.config(), text).unwrap();
        let server = Server::ready(home);
        let one = || server.api("/api/v1/clusters/orders/connectors/invoices").json();
        until("it is healthy", || {
            (one()["health"]["verdict"] == "healthy").then_some(())
        });

        fake.behave(0, behaviour);
        until("it is unknown", || {
            (one()["health"]["verdict"] == "unknown").then_some(())
        });
        // For as long again, and longer than readers wait for the record.
        let began = std::time::Instant::now();
        until("time has passed", || {
            let connector = one();
            assert_eq!(connector["health"]["verdict"], "unknown", "{connector:#}");
            assert_eq!(connector["fault"]["class"], "worker", "{connector:#}");
            let reason = connector["health"]["reasons"][0]["text"].as_str().unwrap().to_owned();
            assert!(reason.starts_with("The workers of orders answer, but"), "{reason}");
            (began.elapsed().as_secs() >= 9).then_some(())
        });
        let connector = one();
        assert_eq!(connector["health"]["stale"], true);
        assert_eq!(connector["fault"]["domain"], "infrastructure");
        assert_eq!(connector["fault"]["scope"]["kind"], "cluster");
        assert_eq!(connector["tasks"][0]["verdict"], "unknown");

        let listed = server.api("/api/v1/connectors?health=unknown").json();
        assert_eq!(listed["matching"], 1, "{listed:#}");
        let faults = server.api("/api/v1/faults").json();
        assert_eq!(faults["items"].as_array().unwrap().len(), 1, "{faults:#}");
        assert_eq!(faults["items"][0]["id"], connector["fault"]["id"]);
        let title = faults["items"][0]["title"].as_str().unwrap();
        assert_eq!(
            title,
            "Cluster orders answers, but does not tell how its connectors are"
        );

        let cluster = server.api("/api/v1/clusters/orders").json();
        assert_eq!(
            (&cluster["reachable"], &cluster["stale"]),
            (&true.into(), &true.into()),
            "{cluster:#}"
        );
        let gap = cluster["gap"].as_str().unwrap();
        assert!(gap.contains("could not answer for now"), "{gap}");

        let timeline = server
            .api("/api/v1/clusters/orders/connectors/invoices/timeline")
            .json();
        let newest = timeline["items"][0]["text"].as_str().unwrap();
        assert!(newest.to_lowercase().contains("unknown"), "{timeline:#}");

        let metrics = server.get("/metrics").text();
        for line in [
            "signalbox_connector_healthy{cluster=\"orders\",connector=\"invoices\"} 0",
            "signalbox_connector_health{cluster=\"orders\",connector=\"invoices\",health=\"unknown\"} 1",
            "signalbox_cluster_reachable{cluster=\"orders\"} 1",
            "signalbox_faults_open{cluster=\"orders\",domain=\"infrastructure\",class=\"worker\"} 1",
        ] {
            assert!(metrics.contains(line), "{line}: {metrics}");
        }
        assert!(
            !metrics.contains("signalbox_connector_tasks{"),
            "no task's state is known: {metrics}"
        );

        let mut why = signalbox(&["why", "orders/invoices"], server.home.folder.path());
        why.env("SIGNALBOX_URL", format!("http://{}", server.address));
        let said = why.env("SIGNALBOX_TOKEN", ALL).output().unwrap();
        let said = String::from_utf8_lossy(&said.stdout)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        assert!(said.contains("orders/invoices is unknown since"), "{said}");
        assert!(said.contains("The workers of orders answer, but"), "{said}");
        assert!(!said.contains("recorded anything"), "{said}");

        let cookie = server.sign_in();
        for (page, text) in [
            ("/", "Cluster orders answers, but does not tell how its connectors are"),
            ("/clusters/orders", "could not answer for now"),
            (
                "/clusters/orders/connectors/invoices",
                "The workers of orders answer, but",
            ),
        ] {
            let shown = server.ask("GET", page).header("cookie", &cookie).send().text();
            assert!(shown.contains(text), "{page}: {shown}");
            assert!(!shown.contains("database answers"), "{page}: {shown}");
        }

        fake.behave(0, Behaviour::Normal);
        until("it is healthy again", || {
            let connector = one();
            (connector["health"]["verdict"] == "healthy" && connector["fault"].is_null()).then_some(())
        });
    }
}
