//! A real Prometheus that scrapes one server, with our rules loaded, and what it answers.

pub mod dashboard;
mod truth;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Nothing that is waited for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The labels of a sample without its name.
pub type Labels = BTreeMap<String, String>;

/// Waits until `check` gives a value; `Err` says what is still missing.
pub fn until<T>(what: &str, mut check: impl FnMut() -> Result<T, String>) -> T {
    let began = Instant::now();
    loop {
        match check() {
            Ok(found) => return found,
            Err(missing) => assert!(began.elapsed() < PATIENCE, "{what} did not happen: {missing}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Where the rules, the tests and the dashboard are.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// It has a directory of its own, and ends when dropped.
pub struct Prometheus {
    child: Child,
    address: SocketAddr,
    _place: TempDir,
}

impl Prometheus {
    /// Scrapes the server at `target` each second with this token, and evaluates the rules as often. Waits until the first
    /// scrape has succeeded.
    pub fn start(target: SocketAddr, token: &str) -> Self {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        std::fs::write(path("token"), token).unwrap();
        let rules = root().join("alerts/rules").canonicalize().unwrap();
        let config = format!(
            "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\n\
             rule_files: [\"{}/*.yml\"]\n\
             scrape_configs:\n- job_name: signalbox\n  authorization: {{ credentials_file: token }}\n  \
             static_configs:\n  - targets: [\"{target}\"]\n",
            rules.display()
        );
        std::fs::write(path("prometheus.yml"), config).unwrap();
        let log = path("log");
        let file = std::fs::File::create(&log).unwrap();
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", path("prometheus.yml").display()))
            .arg(format!("--storage.tsdb.path={}", path("data").display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file)
            .spawn();
        let mut started = Self {
            child: child.unwrap_or_else(|error| panic!("prometheus of the Debian package prometheus: {error}")),
            address: target,
            _place: place,
        };
        started.address = until("Prometheus listens", || {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            if let Some(status) = started.child.try_wait().unwrap() {
                panic!("it ended ({status}): {said}");
            }
            let found = said.lines().find(|line| line.contains("msg=\"Listening on\""));
            let address = found.and_then(|line| line.rsplit_once("address=")?.1.trim().parse().ok());
            address.ok_or(said)
        });
        until("a scrape", || match started.query("up")?.as_slice() {
            [(_, 1.0)] => Ok(()),
            other => Err(format!("{other:?}")),
        });
        started
    }

    /// What an expression is now.
    pub fn query(&self, expression: &str) -> Result<Vec<(Labels, f64)>, String> {
        let escaped: String = url::form_urlencoded::byte_serialize(expression.as_bytes()).collect();
        let answer = self.get(&format!("/api/v1/query?query={escaped}"))?;
        let result = answer["data"]["result"].as_array().ok_or_else(|| answer.to_string())?;
        Ok(result.iter().map(sample).collect())
    }

    /// Every rule as Prometheus has it.
    pub fn rules(&self) -> Result<Vec<Value>, String> {
        let answer = self.get("/api/v1/rules")?;
        let groups = answer["data"]["groups"].as_array().ok_or_else(|| answer.to_string())?;
        let rules = groups.iter().filter_map(|group| group["rules"].as_array()).flatten();
        Ok(rules.cloned().collect())
    }

    /// HTTP/1.0, so that no answer comes in chunks.
    fn get(&self, target: &str) -> Result<Value, String> {
        let said = |error: std::io::Error| error.to_string();
        let mut stream = TcpStream::connect(self.address).map_err(said)?;
        stream.set_read_timeout(Some(PATIENCE)).map_err(said)?;
        write!(stream, "GET {target} HTTP/1.0\r\nhost: {}\r\n\r\n", self.address).map_err(said)?;
        let mut text = String::new();
        stream.read_to_string(&mut text).map_err(said)?;
        let (_, body) = text.split_once("\r\n\r\n").ok_or("no answer")?;
        serde_json::from_str(body).map_err(|error| format!("{error}: {text}"))
    }
}

fn sample(sample: &Value) -> (Labels, f64) {
    let labels = sample["metric"].as_object().unwrap().iter();
    let labels = labels.filter(|(name, _)| *name != "__name__");
    let labels = labels.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
    let value = sample["value"][1].as_str().unwrap().parse().unwrap();
    (labels.collect(), value)
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}
