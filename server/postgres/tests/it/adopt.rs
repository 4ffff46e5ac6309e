//! Unclean deaths: of the parent at any moment, of the server, and numbers used again.

use std::fs;
use std::net::TcpListener;
use std::process::Command;

use postgres::{Own, Shutdown};

use crate::killed::victim;
use crate::{Place, lives, start, until};

/// Whether a moment has come in the life of a server.
type HasCome = fn(&Place) -> bool;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_parent_was_killed_is_adopted_and_stopped() {
    let place = Place::new();
    let parent = victim(&place, false);
    let pid = parent.server();
    parent.kill();
    assert!(lives(pid), "the server outlives its parent");

    let own = start(&place).await;
    assert!(own.adopted());
    assert_eq!(own.pid(), pid);
    assert_eq!(own.stop().await.unwrap(), Shutdown::Fast);
    assert!(!lives(pid));

    let own = start(&place).await;
    assert!(!own.adopted());
    own.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_adopted_server_that_ends_is_noticed() {
    let place = Place::new();
    let parent = victim(&place, false);
    parent.server();
    parent.kill();
    let own = start(&place).await;
    assert!(
        Command::new("kill")
            .args(["-INT", &own.pid().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let said = own.ended().await.to_string();
    assert!(said.contains("received fast shutdown request"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orphan_on_another_port_than_the_one_asked_for_is_started_anew() {
    let place = Place::new();
    let parent = victim(&place, false);
    let pid = parent.server();
    parent.kill();
    let mut options = place.options();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    options.port = Some(port);
    let own = Own::start(options).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(!own.adopted() && !lives(pid));
    assert_eq!(own.port(), port);
    own.stop().await.unwrap();
}

/// Whether `initdb` is at work and has made one of these files.
fn initdb_made(place: &Place, files: &[&str]) -> bool {
    fs::read_dir(place.home()).is_ok_and(|entries| {
        entries.filter_map(Result::ok).any(|entry| {
            let unfinished = entry.file_name().to_string_lossy().starts_with("data.new-");
            unfinished && files.iter().any(|file| entry.path().join(file).exists())
        })
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_killed_at_any_moment_of_its_first_start_blocks_nothing() {
    let moments: [(&str, HasCome); 4] = [
        ("initdb had begun", |place| initdb_made(place, &["PG_VERSION"])),
        ("initdb was nearly done", |place| {
            initdb_made(place, &["base/4", "base/5"])
        }),
        ("the data was in place", |place| {
            place.data().join("PG_VERSION").exists()
        }),
        ("the server had begun", |place| {
            place.data().join("postmaster.pid").exists()
        }),
    ];
    for (moment, has_come) in moments {
        let place = Place::new();
        let parent = victim(&place, false);
        until(moment, || has_come(&place));
        parent.kill();
        let own = Own::start(place.options())
            .await
            .unwrap_or_else(|error| panic!("killed when {moment}: {error}"));
        own.stop().await.unwrap();
        let left: Vec<_> = fs::read_dir(place.home())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        assert!(
            !left.iter().any(|name| name.to_string_lossy().contains(".new")),
            "killed when {moment}: {left:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_with_its_parent_is_started_anew() {
    let place = Place::new();
    let parent = victim(&place, true);
    let pid = parent.server();
    parent.kill();
    until("the kernel killed the server", || !lives(pid));
    assert!(
        place.data().join("postmaster.pid").exists(),
        "it had no time to tidy up"
    );
    let own = start(&place).await;
    assert!(!own.adopted());
    own.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_another_process_has_now_is_no_obstacle() {
    let place = Place::new();
    start(&place).await.stop().await.unwrap();
    // The other process belongs to the server's own user where possible: then Postgres itself would refuse.
    let mut other = Command::new("sleep");
    other.arg("600");
    let owner = std::os::unix::fs::MetadataExt::uid(&fs::metadata(place.data()).unwrap());
    std::os::unix::process::CommandExt::uid(&mut other, owner);
    let mut other = other.spawn().unwrap();
    let data = place.data();
    let text = format!(
        "{}\n{}\n1763720000\n40123\n\n127.0.0.1\n  1234567      32768\nready   \n",
        other.id(),
        data.display()
    );
    fs::write(data.join("postmaster.pid"), text).unwrap();
    let started = Own::start(place.options()).await;
    let still_lives = other.try_wait().unwrap().is_none();
    other.kill().unwrap();
    other.wait().unwrap();
    assert!(still_lives, "the other process was left alone");
    let own = started.unwrap_or_else(|error| panic!("{error}"));
    assert!(!own.adopted());
    own.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_never_written_to_the_end_is_no_obstacle() {
    let place = Place::new();
    start(&place).await.stop().await.unwrap();
    for content in ["", "half a numb"] {
        fs::write(place.data().join("postmaster.pid"), content).unwrap();
        start(&place).await.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_of_a_killed_server_is_no_obstacle() {
    let place = Place::new();
    let own = start(&place).await;
    assert!(
        Command::new("kill")
            .args(["-KILL", &own.pid().to_string()])
            .status()
            .unwrap()
            .success()
    );
    own.ended().await;
    drop(own);
    assert!(place.data().join("postmaster.pid").exists());
    // At once: its last children may still be going.
    start(&place).await.stop().await.unwrap();
}
