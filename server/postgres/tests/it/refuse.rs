//! What is refused, and in which words.

use std::fs::{self, Permissions};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::time::Duration;

use postgres::{Error, Own};

use crate::{Place, lives, options, start};

/// The error of a start that must fail (`Own` has no `Debug`, so that no address slips into a message).
async fn refused(options: postgres::Options) -> Error {
    match Own::start(options).await {
        Ok(own) => {
            own.stop().await.unwrap();
            panic!("it started")
        }
        Err(error) => error,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_owners_at_once_are_refused() {
    let place = Place::new();
    let own = start(&place).await;
    let error = refused(place.options()).await;
    assert!(
        matches!(error, Error::Owned { pid: Some(pid), .. } if pid == std::process::id()),
        "{error}"
    );
    assert!(lives(own.pid()));
    own.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_the_servers_user_cannot_reach_is_refused_with_what_to_do() {
    let place = Place::new();
    if fs::metadata(place.0.path()).unwrap().uid() != 0 {
        eprintln!("SKIPPED: a_directory_that_the_servers_user_cannot_reach, because the tests do not run as root");
        return;
    }
    fs::set_permissions(place.0.path(), Permissions::from_mode(0o700)).unwrap();
    let error = refused(place.options()).await;
    assert!(
        matches!(&error, Error::Unreachable { blocked_by, .. } if blocked_by == place.0.path()),
        "{error}"
    );
    assert!(error.to_string().contains("chmod o+x"), "{error}");
    fs::set_permissions(place.0.path(), Permissions::from_mode(0o755)).unwrap();
    start(&place).await.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_in_use_is_refused() {
    let place = Place::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut options = place.options();
    options.port = Some(other.local_addr().unwrap().port());
    let error = refused(options).await;
    assert!(matches!(error, Error::PortTaken { .. }), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_the_server_refuses_is_quoted_from_its_log() {
    let place = Place::new();
    let mut options = place.options();
    options.settings.push(("no_such_setting".into(), "1".into()));
    let error = refused(options).await;
    assert!(matches!(error, Error::Ended { .. }), "{error}");
    assert!(
        error
            .to_string()
            .contains("unrecognized configuration parameter \"no_such_setting\""),
        "{error}"
    );
    start(&place).await.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_ready_in_time_is_stopped_again() {
    let place = Place::new();
    start(&place).await.stop().await.unwrap();
    let mut hasty = place.options();
    hasty.ready_within = Duration::ZERO;
    let error = refused(hasty).await;
    assert!(matches!(error, Error::NotReady { .. }), "{error}");
    assert!(!place.data().join("postmaster.pid").exists());
    start(&place).await.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_content_is_left_alone() {
    let place = Place::new();
    fs::create_dir(place.home()).unwrap();
    fs::write(place.home().join("letter"), "mine").unwrap();
    let error = refused(place.options()).await;
    assert!(matches!(error, Error::NotOurs { .. }), "{error}");

    let place = Place::new();
    start(&place).await.stop().await.unwrap();
    fs::remove_file(place.data().join("PG_VERSION")).unwrap();
    let error = refused(place.options()).await;
    assert!(
        matches!(&error, Error::NotOurs { path } if *path == place.data()),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn data_without_its_password_or_of_another_version_is_refused() {
    let place = Place::new();
    start(&place).await.stop().await.unwrap();
    let password = place.home().join("password");
    let kept = fs::read(&password).unwrap();
    fs::remove_file(&password).unwrap();
    let error = refused(place.options()).await;
    assert!(matches!(error, Error::PasswordLost { .. }), "{error}");
    fs::write(&password, kept).unwrap();

    let version = place.data().join("PG_VERSION");
    fs::write(&version, "9\n").unwrap();
    let error = refused(options(place.home())).await;
    assert!(
        matches!(&error, Error::OtherVersion { data, .. } if data == "9"),
        "{error}"
    );
}
