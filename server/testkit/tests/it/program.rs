//! The program as the demo starts it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Ends the program with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().unwrap_or(());
        drop(self.0.wait());
    }
}

#[test]
fn it_prints_its_addresses_as_configuration_and_answers_there() {
    let mut child = Running(
        Command::new(env!("CARGO_BIN_EXE_fake-fleet"))
            .args(["--clusters", "2", "--workers", "2", "--connectors", "50", "--step", "0"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let lines: Vec<String> = lines.map(Result::unwrap).take(7).collect();
    assert!(lines[0].starts_with("# Simulated"), "{lines:?}");
    assert_eq!(lines[1], "[[clusters]]");
    assert_eq!(lines[2], "name = \"fake-1\"");
    assert_eq!(lines[5], "name = \"fake-2\"");
    for (line, version) in [(&lines[3], "4.3.1"), (&lines[6], "3.9.1")] {
        let urls: Vec<String> = serde_json::from_str(line.strip_prefix("urls = ").unwrap()).unwrap();
        assert_eq!(urls.len(), 2);
        for url in urls {
            assert!(get(&url, "/").contains(&format!("\"version\":\"{version}\"")));
            let list = get(&url, "/connectors?expand=info&expand=status");
            assert_eq!(list.matches("\"info\":").count(), 50);
        }
    }
}

#[test]
fn it_follows_a_script_and_writes_a_configuration_that_is_complete() {
    let folder = std::env::temp_dir().join(format!("fake-fleet-test-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let (config, script) = (folder.join("signalbox.toml"), folder.join("script.json"));
    let fail = r#"{"do": "fail", "cluster": "fake-2", "connector": "payments-postgres-source-00000", "task": 1}"#;
    std::fs::write(&script, format!(r#"[{{"at_ms": 50, "order": {fail}}}]"#)).unwrap();
    let mut child = Running(
        Command::new(env!("CARGO_BIN_EXE_fake-fleet"))
            .args([
                "--clusters",
                "2",
                "--workers",
                "1",
                "--connectors",
                "1",
                "--step",
                "0",
                "--control",
                "0",
            ])
            .args(["--listen", "127.0.0.1:1", "--interval", "7s"])
            .arg("--config-out")
            .arg(&config)
            .arg("--script")
            .arg(&script)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    let control = lines
        .map(Result::unwrap)
        .find_map(|line| Some(line.strip_prefix("# control: ")?.to_owned()))
        .unwrap();
    let written: toml::Table = std::fs::read_to_string(&config).unwrap().parse().unwrap();
    assert_eq!(written["server"]["listen"].as_str(), Some("127.0.0.1:1"));
    assert_eq!(written["observe"]["interval"].as_str(), Some("7s"));
    assert_eq!(written["clusters"].as_array().unwrap().len(), 2);
    let token = folder.join(written["tokens"][0]["file"].as_str().unwrap());
    assert!(std::fs::read_to_string(token).unwrap().trim().len() >= 16);
    let began = Instant::now();
    while !get(&control, "/clusters/fake-2").contains("\"FAILED\":1") {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "the script's step did not come"
        );
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The whole answer as text.
pub fn get(url: &str, path: &str) -> String {
    ask(url, "GET", path, "")
}

/// As [`get`], with a method and a body of JSON.
pub fn ask(url: &str, method: &str, path: &str, body: &str) -> String {
    let address = url.strip_prefix("http://").unwrap().trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    let kind = "content-type: application/json\r\nconnection: close";
    let length = body.len();
    let request =
        format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A connection that breaks on demand has told what it told.
    let _all = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

/// As [`get`], where nothing may come for `patience`.
pub fn try_get(url: &str, path: &str, patience: Duration) -> std::io::Result<Vec<u8>> {
    let address = url.strip_prefix("http://").unwrap().trim_end_matches('/');
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(patience))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}
