//! Start, reload, end.

use std::time::Duration;

use nix::sys::signal::Signal;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::client::until;
use crate::database::Database;
use crate::server::{Home, Server, run};
use crate::several::{Rig, until_all_healthy};

#[test]
fn what_can_be_shown_to_nobody_any_more_is_deleted() {
    let rig = Rig::new(1, 1);
    let server = Server::ready(rig.home());
    until_all_healthy(&server, 1);
    let home = server.stop();
    rig.database.run(
        "INSERT INTO config_versions (cluster, connector, version, seen_at, in_force_since, config)
         SELECT cluster, connector, old.version, old.at, old.at, config
         FROM config_versions, (VALUES ('00', timestamptz '2020-01-01'), ('11', '2020-02-01')) AS old (version, at);
         INSERT INTO spent (id, expires_at) VALUES ('old', now() - interval '2 days'), ('young', now())",
    );
    let in_force = rig.database.ask("SELECT config_version FROM connectors");
    // What the newest took the place of is as old as it is, which is not old.
    let kept = [["11".to_owned()].as_slice(), &in_force].concat();
    let _server = Server::start(home);
    until("the deletion", || {
        let versions = rig
            .database
            .ask("SELECT version FROM config_versions ORDER BY in_force_since");
        let spent = rig.database.ask("SELECT id FROM spent WHERE id IN ('old', 'young')");
        (versions == kept && spent == ["young"]).then_some(())
    });
}

#[test]
fn without_its_database_it_lives_and_says_what_is_missing() {
    let mut server = Server::start(Home::new("postgres://nobody:hunter2@127.0.0.1:1/none"));
    assert_eq!(server.get("/livez").status, 200);
    let ready = until("the reason", || {
        let ready = server.get("/readyz");
        ready.text().contains("cannot be used yet").then_some(ready)
    });
    assert_eq!(ready.status, 503, "{}", ready.text());
    assert_eq!(ready.json()["ready"], false);
    // An empty list would say that there are no clusters.
    let clusters = server.api("/api/v1/clusters");
    assert_eq!(
        (clusters.status, clusters.json()["code"].as_str()),
        (503, Some("unavailable"))
    );
    let page = server.ask("GET", "/").header("cookie", &server.sign_in()).send();
    assert_eq!(page.status, 503);
    assert!(
        page.text().contains("the database cannot be used yet"),
        "{}",
        page.text()
    );
    // What somebody reads there is found in the log as it is by default.
    let trace = page.text();
    let trace = trace.split_once("(trace ").unwrap().1.split(')').next().unwrap();
    assert_eq!(trace.len(), 32, "{trace}");
    let refused = server.api("/api/v1/nothing").json();
    for trace in [trace, refused["trace_id"].as_str().unwrap()] {
        until("the trace in the log", || server.log().contains(trace).then_some(()));
    }
    assert_eq!(server.get("/metrics").status, 200);
    server.signal(Signal::SIGTERM);
    let (status, took) = server.ended();
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status} after {took:?}"
    );
    assert!(!server.log().contains("hunter2"), "{}", server.log());
}

#[test]
fn a_changed_configuration_is_taken_and_a_bad_one_is_not() {
    let database = Database::new();
    let fleet = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fleet.put(FakeConnector::source("payments-in", 1));
    let cluster = |name: &str| format!("[[clusters]]\nname = \"{name}\"\nurls = [\"{}\"]\n", fleet.url(0));
    let server = Server::ready(Home::new(&database.url));
    assert_eq!(
        server.api("/api/v1/clusters").json()["items"].as_array().unwrap().len(),
        0
    );
    server.home.write(&cluster("orders"));
    until("the new cluster", || {
        let list = server.api("/api/v1/connectors").json();
        (list["items"][0]["name"] == "payments-in").then_some(())
    });
    server.home.write("[[clusters]]\nnaem = \"orders\"\n");
    let refused = until("the refusal", || {
        let ready = server.get("/readyz").json();
        ready["config"]["refused"].as_str().map(str::to_owned)
    });
    assert!(
        refused.contains("unknown key `naem`; did you mean `name`?"),
        "{refused}"
    );
    assert_eq!(server.api("/api/v1/clusters").json()["items"][0]["name"], "orders");
    assert_eq!(
        server.get("/readyz").status,
        200,
        "a bad file keeps nobody from working"
    );
    // On SIGHUP too, without waiting for the next look.
    server
        .home
        .write(&cluster("orders").replace("orders\"", "orders\"\nlabels = { env = \"test\" }"));
    server.signal(Signal::SIGHUP);
    until("the label", || {
        let list = server.api("/api/v1/clusters").json();
        (list["items"][0]["labels"]["env"] == "test").then_some(())
    });
    assert!(server.get("/readyz").json()["config"]["refused"].is_null());
}

#[test]
fn what_is_read_at_the_start_only_and_changed_is_told() {
    let database = Database::new();
    let server = Server::ready(Home::new(&database.url));
    let waiting = || server.api("/api/v1/system").json()["server"]["config_at_next_start"].clone();
    assert_eq!(waiting(), serde_json::json!([]));
    let before = std::fs::read_to_string(server.home.config()).unwrap();
    let after = before
        .replace("127.0.0.1:0", "127.0.0.1:1")
        .replace("[observe]", "history = \"30d\"\n[observe]");
    std::fs::write(server.home.config(), after).unwrap();
    let keys = ["[server] listen", "[database] history"];
    until("what changed", || (waiting() == serde_json::json!(keys)).then_some(()));
    let page = server.ask("GET", "/system").header("cookie", &server.sign_in()).send();
    let told = "[server] listen and [database] history. That takes effect at the next start.";
    assert!(page.text().contains(told), "{}", page.text());
    let log = server.log();
    let line = log.lines().find(|line| line.contains("takes effect at the next"));
    assert!(
        line.is_some_and(|line| keys.iter().all(|key| line.contains(key))),
        "{log}"
    );
    assert_eq!(
        server.get("/readyz").json()["config"]["at_next_start"],
        serde_json::json!(keys)
    );
    std::fs::write(server.home.config(), before).unwrap();
    until("nothing waits", || (waiting() == serde_json::json!([])).then_some(()));
}

#[test]
fn a_renewed_certificate_is_taken_though_the_configuration_names_the_same_file() {
    let database = Database::new();
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let home = Home::new(&database.url);
    let file = home.config().with_file_name("authority.pem");
    std::fs::write(&file, "not a certificate yet").unwrap();
    home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\ntls = {{ ca_file = \"{}\" }}\n",
        fake.url(0),
        file.display()
    ));
    let server = Server::ready(home);
    let loaded = || server.get("/readyz").json()["config"]["loaded_at"].to_string();
    let before = loaded();
    let reachable = || server.api("/api/v1/clusters").json()["items"][0]["reachable"] == true;
    assert!(!reachable(), "it has no client while the file is none");
    let renewed = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&file, renewed.cert.pem()).unwrap();
    until("the renewed file", || (loaded() != before).then_some(()));
    until("a client with it", || reachable().then_some(()));
}

#[test]
fn a_configuration_that_was_refused_for_a_missing_file_is_taken_once_the_file_is_there() {
    let database = Database::new();
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let server = Server::ready(Home::new(&database.url));
    let password = server.home.config().with_file_name("connect.password");
    server.home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\nauth = {{ basic = \"signalbox\", password_file = \"{}\" }}\n",
        fake.url(0),
        password.display()
    ));
    let refused = || {
        server.get("/readyz").json()["config"]["refused"]
            .as_str()
            .map(str::to_owned)
    };
    let why = until("the refusal", refused);
    assert!(why.contains("connect.password"), "{why}");
    std::fs::write(&password, "hunter2").unwrap();
    until("the file", || refused().is_none().then_some(()));
    until("the cluster", || {
        let list = server.api("/api/v1/clusters").json();
        (list["items"][0]["name"] == "orders").then_some(())
    });
    let told = server.log().matches("the changed configuration was refused").count();
    assert_eq!(told, 1, "{}", server.log());
}

#[test]
fn a_configuration_that_is_gone_is_told_and_what_was_read_stays() {
    let database = Database::new();
    let fake = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    let home = Home::new(&database.url);
    home.write(&format!(
        "[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n",
        fake.urls()[0]
    ));
    let server = Server::ready(home);
    let text = std::fs::read_to_string(server.home.config()).unwrap();
    std::fs::remove_file(server.home.config()).unwrap();
    let refused = || {
        server.get("/readyz").json()["config"]["refused"]
            .as_str()
            .map(str::to_owned)
    };
    let why = until("the word about the file", refused);
    assert!(why.contains("cannot be read"), "{why}");
    assert!(
        server.log().contains("the one before stays in force"),
        "{}",
        server.log()
    );
    assert_eq!(server.api("/api/v1/clusters").json()["items"][0]["name"], "orders");
    // The very same file, back again, is no change, and yet the news is that it is back.
    std::fs::write(server.home.config(), text).unwrap();
    until("the file's return", || refused().is_none().then_some(()));
}

#[test]
fn history_that_has_grown_old_is_dropped_by_whole_months() {
    let database = Database::new();
    let home = Server::ready(Home::new(&database.url)).stop();
    // One month is long past the 90 days of the default, the other within them.
    database.run(
        "SELECT signalbox_make_partition(parent, '2024-03-10') FROM unnest(ARRAY['feed', 'history', 'audit']) parent;
         SELECT signalbox_make_partition(parent, now() - interval '70 days')
         FROM unnest(ARRAY['feed', 'history', 'audit']) parent;",
    );
    let server = Server::ready(home);
    until("the drop", || server.log().contains("were dropped").then_some(()));
    assert!(server.log().contains("tables=2"), "{}", server.log());
    database.run(
        "DO $$ BEGIN
             ASSERT to_regclass('feed_y2024m03') IS NULL AND to_regclass('history_y2024m03') IS NULL;
             ASSERT to_regclass('audit_y2024m03') IS NOT NULL;
             ASSERT to_regclass('history_y' || to_char(now() AT TIME ZONE 'UTC' - interval '70 days', 'YYYY\"m\"MM'))
                 IS NOT NULL;
         END $$",
    );
}

#[test]
fn another_secret_key_is_refused() {
    let database = Database::new();
    let home = Server::ready(Home::new(&database.url)).stop();
    std::fs::remove_file(home.data().join("secret.key")).unwrap();
    let config = home.config();
    let refused = run(&["serve", "--config", config.to_str().unwrap()], home.folder.path());
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(said.contains("written with another secret key"), "{said}");
}

#[test]
fn a_second_signal_ends_it_at_once_and_a_second_server_finds_the_port_taken() {
    let database = Database::new();
    let mut server = Server::ready(Home::new(&database.url));
    let address = server.address.to_string();
    let other = Home::new(&database.url);
    let config = other.config();
    let text = std::fs::read_to_string(&config)
        .unwrap()
        .replace("127.0.0.1:0", &address);
    std::fs::write(&config, text).unwrap();
    let refused = run(&["serve", "--config", config.to_str().unwrap()], other.folder.path());
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("cannot be listened on"),
        "{refused:?}"
    );
    server.signal(Signal::SIGINT);
    let (status, took) = server.ended();
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status} after {took:?}"
    );
}

#[test]
fn below_a_path_everything_is_known_with_and_without_it() {
    let database = Database::new();
    let home = Home::new(&database.url);
    let text = std::fs::read_to_string(home.config()).unwrap();
    let public = "[server]\npublic_url = \"https://ops.example.com/box/\"\nbanner = \"A drill: nothing <is> real.\"";
    std::fs::write(home.config(), text.replace("[server]", public)).unwrap();
    let server = Server::start_at(home, "https://ops.example.com/box/signin");
    let ask = |target: &str| server.ask("GET", target).header("host", "ops.example.com");
    assert_eq!(
        (ask("/box/livez").send().status, ask("/livez").send().status),
        (200, 200)
    );
    until("readiness", || (server.api("/readyz").status == 200).then_some(()));
    for target in ["/box", "/box/", "/box/connectors?health=failed"] {
        assert_eq!(ask(target).send().header("location"), Some("/box/signin"), "{target}");
    }
    assert_eq!(ask("/boxes").send().status, 404);
    let page = ask("/box/signin").send().text();
    assert!(page.contains("href=\"/box/assets/style.css?v="), "{page}");
    assert!(
        page.contains("A drill: nothing &#60;is&#62; real.") || page.contains("A drill: nothing &lt;is&gt; real."),
        "{page}"
    );
    let entered = server
        .ask("POST", "/box/signin")
        .form(&format!("token={}", server.link()))
        .send();
    let cookie = entered.header("set-cookie").unwrap();
    assert!(
        cookie.contains("; Path=/box;") && cookie.ends_with("; Secure"),
        "{cookie}"
    );
}

/// Without a database, Signalbox runs one of its own, ends it, and finds it again.
#[test]
fn its_own_postgres_comes_and_goes_with_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::new("");
    // The database runs as another user when the tests run as root, and must reach its folder.
    std::fs::set_permissions(home.folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    let pid_file = home.data().join("postgres/data/postmaster.pid");
    let mut server = Server::ready(home);
    assert_eq!(server.api("/api/v1/clusters").status, 200);
    assert!(pid_file.exists());
    // Another process on the same folder ends by itself and leaves the way in to the one that runs.
    let (link, config) = (server.link(), server.home.config());
    let config = config.to_str().unwrap();
    let second = run(&["serve", "--config", config], server.home.folder.path());
    let said = String::from_utf8_lossy(&second.stderr).into_owned() + &String::from_utf8_lossy(&second.stdout);
    assert!(said.contains("already runs its own Postgres"), "{said}");
    assert!(said.contains(&format!("config={config}")), "{said}");
    assert_eq!(server.link(), link, "{said}");
    server.sign_in();
    server.signal(Signal::SIGTERM);
    let (status, took) = server.ended();
    assert!(
        status.success() && took < Duration::from_secs(5),
        "{status} after {took:?}"
    );
    assert!(!pid_file.exists(), "it was left running");
    let mut server = Server::ready(server.stop());
    server.signal(Signal::SIGKILL);
    server.ended();
    let mut server = Server::ready(server.stop());
    assert!(server.log().contains("adopted=true"), "{}", server.log());
    server.signal(Signal::SIGTERM);
    server.ended();
    assert!(!pid_file.exists(), "it was left running");
}
