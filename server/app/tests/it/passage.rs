//! What a connector's config tells beyond its values: the chain, the defaults, what differs, what plugins say; by the API
//! and on the page.

use testkit::fake::FakeConnector;

use crate::api::fleet;
use crate::client::until;

const SMT: &str = "org.apache.kafka.connect.transforms.ExtractField$Value";
const HERE: &str = "/api/v1/clusters/orders/connectors/chained";

#[test]
fn the_chain_the_defaults_and_what_differs_are_told() {
    let fleet = fleet();
    let chained = FakeConnector::sink("chained", 1)
        .with("transforms", "last,first")
        .with("transforms.first.type", SMT)
        .with("transforms.first.file", "shown-once-described")
        .with("transforms.first.connection.password", "hunter2-of-a-transformation")
        .with("transforms.last.type", SMT)
        .with("transforms.last.predicate", "some")
        .with("transforms.last.negate", "true")
        .with("predicates", "some")
        .with(
            "predicates.some.type",
            "org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
        )
        .with("value.converter", "org.apache.kafka.connect.json.JsonConverter");
    fleet.cluster.put(chained);
    let config = until("the chain, readable", || {
        let config = fleet.server.api(&format!("{HERE}/config")).json();
        let first = &config["transforms"][1];
        (first["config"]["file"]["value"] == "shown-once-described" && config["defaults"].is_object()).then_some(config)
    });
    assert_eq!(config["transforms"][0]["alias"], "last", "{config:#}");
    assert_eq!(config["transforms"][0]["predicate"]["negate"], true, "{config:#}");
    assert_eq!(
        config["transforms"][1]["config"]["connection.password"]["kind"],
        "masked"
    );
    assert_eq!(
        config["converters"][1]["class"]["value"],
        "org.apache.kafka.connect.json.JsonConverter"
    );
    assert!(config["converters"][0]["class"].is_null());
    assert_eq!(config["defaults"]["batch.size"], "2000");
    assert_eq!(config["config"]["name"]["source"], "config");

    fleet.cluster.edit("chained", |connector| {
        connector.config.insert("batch.size".into(), "7".into());
    });
    let diff = until("a second config", || {
        let diff = fleet.server.api(&format!("{HERE}/config/diff"));
        (diff.status == 200).then(|| diff.json())
    });
    assert_eq!(diff["keys"][0]["key"], "batch.size", "{diff:#}");
    assert_eq!(diff["keys"][0]["kind"], "added");
    let from = diff["from"]["version"].as_str().unwrap();
    let page = until("the page of the second config", || {
        let page = fleet
            .server
            .api(&format!("/clusters/orders/connectors/chained?from={from}"))
            .text();
        page.contains("The maximum number of records").then_some(page)
    });
    assert!(page.contains("differs batch.size"), "{page}");
    assert!(!page.contains("hunter2"));
    assert_eq!(
        fleet.server.api(&format!("{HERE}/config/diff?from=ffffffff")).status,
        400
    );
}

#[test]
fn a_plugin_that_nobody_configured_is_described_by_a_worker() {
    let fleet = fleet();
    let class = "org.apache.kafka.connect.storage.SimpleHeaderConverter";
    let address = format!("/api/v1/clusters/orders/plugins/{class}");
    let told = fleet.server.api(&address).json();
    assert!(told["asked"]["worker_id"].is_string(), "{told:#}");
    assert_eq!(told["keys"]["batch.size"]["importance"], "high");
    assert!(
        told["keys"]["connection.password"]["default"].is_null(),
        "a password has no default to show"
    );
    let again = fleet.server.api(&address).json();
    assert_eq!(again["asked"], told["asked"], "it is not asked twice");
    let page = fleet.server.api(&format!("/clusters/orders/plugins/{class}")).text();
    assert!(page.contains("SimpleHeaderConverter understands four keys"), "{page}");
    assert_eq!(
        fleet
            .server
            .api("/api/v1/clusters/orders/plugins/com.acme.Missing")
            .status,
        404
    );
    assert_eq!(fleet.server.api("/api/v1/clusters/orders/plugins/a%20b").status, 400);
}
