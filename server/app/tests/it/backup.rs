//! Everything in one file, and from the file into an empty machine.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use testkit::fake::{FakeCluster, FakeConnector, Version};

use crate::client::until;
use crate::database::Database;
use crate::server::{Home, Server, run, signalbox};

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A home whose Postgres is our own.
fn own_postgres() -> Home {
    let home = Home::new("");
    // The database runs as another user when the tests run as root, and must reach its folder.
    std::fs::set_permissions(home.folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    home
}

/// Adds clusters to the configuration; without an address of a database the line goes.
fn configure(home: &Home, more: &str) {
    home.write(more);
    let text = std::fs::read_to_string(home.config()).unwrap();
    std::fs::write(home.config(), text.replace("url = \"\"\n", "")).unwrap();
}

fn cluster(fleet: &FakeCluster) -> String {
    format!("[[clusters]]\nname = \"orders\"\nurls = [\"{}\"]\n", fleet.url(0))
}

/// A fleet of which one connector failed.
fn fleet() -> FakeCluster {
    let fleet = FakeCluster::start(Version::V4_3_1, 1).unwrap();
    fleet.put(FakeConnector::source("payments-in", 2));
    fleet.put(FakeConnector::source("payments-out", 1));
    fleet.set_state(
        "payments-out",
        Some(0),
        "FAILED",
        Some("java.lang.IllegalStateException: no"),
    );
    fleet
}

/// What must be the same afterwards: verdicts with their beginnings, faults, history.
fn record(server: &Server) -> serde_json::Value {
    let of = |target: &str| server.api(target).json()["items"].clone();
    let connectors = of("/api/v1/connectors");
    let health: Vec<_> = connectors
        .as_array()
        .unwrap()
        .iter()
        .map(|item| {
            (
                item["name"].clone(),
                item["health"]["verdict"].clone(),
                item["health"]["since"].clone(),
            )
        })
        .collect();
    let timeline = of("/api/v1/clusters/orders/connectors/payments-out/timeline");
    serde_json::json!({ "health": health, "faults": of("/api/v1/faults"), "timeline": timeline })
}

fn until_failed(server: &Server) {
    until("the failure", || {
        let list = server.api("/api/v1/connectors?health=failed").json();
        (list["items"][0]["name"] == "payments-out").then_some(())
    });
}

#[test]
fn a_backup_of_a_running_server_is_restored_into_an_empty_machine() {
    let fleet = fleet();
    let (database, empty) = (Database::new(), Database::new());
    let home = Home::new(&database.url);
    home.write(&cluster(&fleet));
    let server = Server::ready(home);
    until_failed(&server);
    let file = server.home.folder.path().join("all.tar");
    let config = server.home.config();
    let taken = run(
        &["backup", "--config", text(&config), "--to", text(&file)],
        server.home.folder.path(),
    );
    assert!(taken.status.success(), "{}", said(&taken));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let before = record(&server);
    assert!(!before["timeline"].as_array().unwrap().is_empty());
    let home = server.stop();

    let other = Home::new(&empty.url);
    other.write(&cluster(&fleet));
    let place = other.config();
    let restored = run(&["restore", "--config", text(&place), text(&file)], other.folder.path());
    assert!(restored.status.success(), "{}", said(&restored));
    let key = |home: &Home| std::fs::read(home.data().join("secret.key")).unwrap();
    assert_eq!(key(&other), key(&home));
    let server = Server::ready(other);
    until_failed(&server);
    assert_eq!(record(&server), before);

    // Not into what is in use, and not over what is there.
    let again = run(&["restore", "--config", text(&place), text(&file)], home.folder.path());
    assert_eq!(again.status.code(), Some(1));
    assert!(
        said(&again).contains("a backup is put into an empty one only"),
        "{}",
        said(&again)
    );
    let over = run(
        &["backup", "--config", text(&config), "--to", text(&file)],
        home.folder.path(),
    );
    assert_eq!(over.status.code(), Some(2), "{}", said(&over));
}

#[test]
fn our_own_postgres_is_backed_up_with_and_without_its_server() {
    let fleet = fleet();
    let home = own_postgres();
    configure(&home, &cluster(&fleet));
    let server = Server::ready(home);
    until_failed(&server);
    let folder = server.home.folder.path().to_owned();
    let config = server.home.config();
    let backup = |name: &str| run(&["backup", "--config", text(&config), "--to", name], &folder);
    let while_running = backup("running.tar");
    assert!(while_running.status.success(), "{}", said(&while_running));
    let before = record(&server);
    let home = server.stop();
    let afterwards = backup("stopped.tar");
    assert!(afterwards.status.success(), "{}", said(&afterwards));
    assert!(
        !home.data().join("postgres/data/postmaster.pid").exists(),
        "it was left running"
    );

    let other = own_postgres();
    configure(&other, &cluster(&fleet));
    for (name, into) in [("running.tar", own_postgres()), ("stopped.tar", other)] {
        configure(&into, &cluster(&fleet));
        let (place, file) = (into.config(), folder.join(name));
        let restored = run(&["restore", "--config", text(&place), text(&file)], into.folder.path());
        assert!(restored.status.success(), "{name}: {}", said(&restored));
        let server = Server::ready(into);
        until_failed(&server);
        assert_eq!(record(&server), before, "{name}");
    }
}

#[test]
fn what_is_no_whole_backup_is_refused_before_anything_is_touched() {
    let database = Database::new();
    let home = Home::new(&database.url);
    let home = Server::ready(home).stop();
    let folder = home.folder.path().to_owned();
    let config = home.config();
    let taken = run(&["backup", "--config", text(&config), "--to", "good.tar"], &folder);
    assert!(taken.status.success(), "{}", said(&taken));
    let good = std::fs::read(folder.join("good.tar")).unwrap();
    assert!(said(&run(&["restore", "--check", "good.tar"], &folder)).ends_with("whole\n"));

    let mut flipped = good.clone();
    // A byte of the secret key, the first part.
    flipped[520] ^= 1;
    let bad: [(&str, &[u8], &str); 4] = [
        ("cut.tar", &good[..good.len() / 2], "cut short"),
        ("flipped.tar", &flipped, "secret.key is not what it was"),
        ("empty.tar", b"", "cut short"),
        ("other.tar", &[7; 4096], "cannot be read"),
    ];
    let empty = Database::new();
    let other = Home::new(&empty.url);
    let place = other.config();
    for (name, bytes, why) in bad {
        std::fs::write(folder.join(name), bytes).unwrap();
        let refused = run(&["restore", "--config", text(&place), name], &folder);
        assert_eq!(refused.status.code(), Some(2), "{name}: {}", said(&refused));
        assert!(said(&refused).contains(why), "{name}: {}", said(&refused));
    }
    assert!(!other.data().join("secret.key").exists());

    // Another key in its place.
    let used = Home::new(&empty.url);
    std::fs::create_dir(used.data()).unwrap();
    std::fs::write(used.data().join("secret.key"), [7; 32]).unwrap();
    std::fs::set_permissions(used.data().join("secret.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let place = used.config();
    let refused = run(&["restore", "--config", text(&place), "good.tar"], &folder);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said(&refused).contains("move it away"), "{}", said(&refused));
    let left: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("unfinished"))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

/// What is written of a backup holds the secret key from its first bytes on.
#[test]
fn a_backup_that_is_given_up_leaves_no_file() {
    let database = Database::new();
    let home = Server::ready(Home::new(&database.url)).stop();
    let folder = home.folder.path();
    let parts = || {
        let all = std::fs::read_dir(folder).unwrap();
        let names = all.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains("tar")).collect::<Vec<_>>()
    };
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        // A table that somebody else keeps to himself holds it up in the middle.
        let lock = database.hold("LOCK TABLE config_versions IN ACCESS EXCLUSIVE MODE");
        let config = home.config();
        let mut command = signalbox(&["backup", "--config", text(&config), "--to", "all.tar"], folder);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        until("a part of a backup", || (!parts().is_empty()).then_some(()));
        kill(Pid::from_raw(child.id().try_into().unwrap()), signal).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(signal.as_str()), "{}", said(&output));
        assert!(parts().is_empty(), "{:?}", parts());
        drop(lock);
    }
}

#[test]
fn a_database_that_is_away_leaves_no_file() {
    let home = Home::new("postgres://signalbox:no@127.0.0.1:9/none");
    std::fs::create_dir(home.data()).unwrap();
    std::fs::write(home.data().join("secret.key"), [7; 32]).unwrap();
    std::fs::set_permissions(home.data().join("secret.key"), std::fs::Permissions::from_mode(0o600)).unwrap();
    let config = home.config();
    let failed = run(
        &["backup", "--config", text(&config), "--to", "all.tar"],
        home.folder.path(),
    );
    assert_eq!(failed.status.code(), Some(3), "{}", said(&failed));
    assert!(!said(&failed).contains(":no@"), "{}", said(&failed));
    let left = std::fs::read_dir(home.folder.path()).unwrap();
    assert!(
        !left
            .map(|entry| entry.unwrap().file_name())
            .any(|name| name.to_string_lossy().contains("tar"))
    );
}
