//! The command line: what it says and what it ends with.

use std::process::Output;

use crate::server::{run, signalbox};

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn said(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[test]
fn the_help_documents_exit_codes() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(&["--help"], folder.path());
    assert_eq!(code(&help), 0);
    for text in [
        "Exit codes:",
        "  3  what was asked could not be reached",
        "SIGNALBOX_TOKEN",
        "serve",
        "doctor",
    ] {
        assert!(said(&help).contains(text), "{text}: {}", said(&help));
    }
    assert_eq!(code(&run(&["serv"], folder.path())), 2);
}

#[test]
fn a_configuration_is_printed_and_checked() {
    let folder = tempfile::tempdir().unwrap();
    let printed = run(&["config", "print"], folder.path());
    assert_eq!(code(&printed), 0);
    std::fs::write(folder.path().join("signalbox.toml"), &printed.stdout).unwrap();
    let checked = run(&["config", "check"], folder.path());
    assert_eq!(code(&checked), 0, "{}", said(&checked));
    assert!(
        said(&checked).contains("file      signalbox.toml"),
        "{}",
        said(&checked)
    );
    std::fs::write(folder.path().join("bad.toml"), "[server]\nlissten = \"x\"\n").unwrap();
    let checked = run(&["config", "check", "--config", "bad.toml"], folder.path());
    assert_eq!(code(&checked), 2);
    assert!(
        said(&checked).contains("bad.toml:2:1: unknown key `lissten`; did you mean `listen`?"),
        "{}",
        said(&checked)
    );
    std::fs::write(
        folder.path().join("host.toml"),
        "[database]\nurl = \"postgres://u:hunter2@ho st/db\"\n",
    )
    .unwrap();
    let checked = run(&["config", "check", "--config", "host.toml"], folder.path());
    assert_eq!(code(&checked), 2);
    assert!(
        said(&checked).contains("host.toml:2:7: [database] url must be") && !said(&checked).contains("hunter2"),
        "{}",
        said(&checked)
    );
    let served = run(&["serve", "--config", "bad.toml"], folder.path());
    assert_eq!(code(&served), 2, "{}", said(&served));
    assert_eq!(
        code(&run(&["config", "check", "--config", "absent.toml"], folder.path())),
        2
    );
    let mut named = signalbox(&["config", "check"], folder.path());
    assert_eq!(code(&named.env("SIGNALBOX_CONFIG", "bad.toml").output().unwrap()), 2);
}

#[test]
fn files_of_which_no_client_can_be_made_are_found_before_a_server_starts() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), "no certificate\n").unwrap();
    let cluster = "[[clusters]]\nname = \"orders\"\nurls = [\"https://127.0.0.1:1\"]\n";
    let checked = |tls: &str| {
        std::fs::write(folder.path().join("signalbox.toml"), format!("{cluster}{tls}")).unwrap();
        run(&["config", "check"], folder.path())
    };
    assert_eq!(code(&checked("")), 0);
    let refused = checked("tls = { ca_file = \"ca.pem\" }\n");
    assert_eq!(code(&refused), 2, "{}", said(&refused));
    assert!(
        said(&refused).contains("cluster orders: ") && said(&refused).contains("file of authorities"),
        "{}",
        said(&refused)
    );
}

#[test]
fn why_says_what_it_lacks_and_what_it_could_not_reach() {
    let folder = tempfile::tempdir().unwrap();
    let why = |arguments: &[&str], token: Option<&str>| {
        let mut command = signalbox(&["why"], folder.path());
        command.args(arguments).env("SIGNALBOX_URL", "http://127.0.0.1:1");
        if let Some(token) = token {
            command.env("SIGNALBOX_TOKEN", token);
        }
        command.output().unwrap()
    };
    let without = why(&["orders/a"], None);
    assert_eq!(code(&without), 2);
    assert!(said(&without).contains("SIGNALBOX_TOKEN"), "{}", said(&without));
    assert_eq!(code(&why(&["orders"], Some("t"))), 2);
    let away = why(&["orders/a"], Some("a-secret-token"));
    assert_eq!(code(&away), 3, "{}", said(&away));
    assert!(
        said(&away).contains("http://127.0.0.1:1 was not reached: the connection was refused"),
        "{}",
        said(&away)
    );
    assert!(!said(&away).contains("a-secret-token"));
}

#[test]
fn the_doctor_needs_no_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let seen = run(&["doctor", "--url", "http://127.0.0.1:1"], folder.path());
    assert_eq!(code(&seen), 1, "{}", said(&seen));
    assert!(
        said(&seen).contains("PROBLEM") && said(&seen).contains("-> "),
        "{}",
        said(&seen)
    );
    assert!(
        !said(&seen).contains("[[clusters]]"),
        "what is no worker is nothing to paste"
    );
}

#[test]
fn the_doctor_takes_no_credentials_in_an_address_and_repeats_none() {
    let folder = tempfile::tempdir().unwrap();
    let seen = run(
        &["doctor", "--url", "http://user:s3cretw0rd@127.0.0.1:1"],
        folder.path(),
    );
    assert_eq!(code(&seen), 2, "{}", said(&seen));
    assert!(!said(&seen).contains("s3cretw0rd"), "{}", said(&seen));
}

#[test]
fn a_link_that_finds_no_key_says_how_to_name_the_servers_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let asked = run(&["admin", "sign-in-link"], folder.path());
    assert_eq!(code(&asked), 2, "{}", said(&asked));
    assert!(said(&asked).contains("--config FILE"), "{}", said(&asked));
    std::fs::write(folder.path().join("signalbox.toml"), "[server]\ndata_dir = \"data\"\n").unwrap();
    let asked = run(&["admin", "sign-in-link", "--config", "signalbox.toml"], folder.path());
    assert_eq!(code(&asked), 2);
    assert!(!said(&asked).contains("--config FILE"), "{}", said(&asked));
}
