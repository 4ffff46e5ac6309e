//! The program as the demo starts it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

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

fn get(url: &str, path: &str) -> String {
    let address = url.strip_prefix("http://").unwrap().trim_end_matches('/');
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
