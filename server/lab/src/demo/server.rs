//! Signalbox as the demo's child: its configuration, its process, and the link by which a person gets in.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use std::io::{Read, Write};

use nix::sys::signal::Signal;

use crate::error::Doing;
use crate::process::Process;
use crate::rest::Rest;
use crate::wait::{Look, PATIENCE, until};
use crate::{Error, Result, ports};

/// The port of `signalbox serve` unless somebody has it.
const USUAL_PORT: u16 = 8480;

/// Where the demo finds Signalbox, and where it shall listen.
#[derive(Debug, Clone)]
pub struct ServerPlan {
    /// The binary.
    pub binary: PathBuf,
    /// Its port on 127.0.0.1.
    pub port: u16,
}

impl ServerPlan {
    /// The binary of `SIGNALBOX_BIN`, else the one beside this program; port 8480 or, if taken, a free one.
    ///
    /// # Errors
    /// [`Error::Missing`] when there is no binary.
    pub fn usual() -> Result<Self> {
        let beside = std::env::current_exe().ok().map(|own| own.with_file_name("signalbox"));
        let binary = std::env::var_os("SIGNALBOX_BIN")
            .map(PathBuf::from)
            .or(beside)
            .filter(|path| path.is_file());
        let binary = binary.ok_or_else(|| Error::Missing {
            program: "signalbox",
            remedy: "build it (cargo build -p app), or name it in SIGNALBOX_BIN".to_owned(),
        })?;
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, USUAL_PORT)).is_err();
        Ok(Self {
            binary,
            port: if taken { ports::free_port()? } else { USUAL_PORT },
        })
    }
}

/// What the server shall watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// The broker below the clusters; none when there is none to be asked.
    pub bootstrap: Option<String>,
    /// Each cluster's name with the addresses of its workers.
    pub clusters: Vec<(String, Vec<String>)>,
    /// What every page says on top, if anything.
    pub banner: Option<String>,
}

/// A running `signalbox serve`.
#[derive(Debug)]
pub struct Server {
    process: Process,
    data: PathBuf,
    url: String,
}

impl Server {
    /// Writes the configuration into `data` and starts the server; returns when it answers `/livez`.
    ///
    /// # Errors
    /// [`Error::Start`] with the end of its log.
    pub async fn start(plan: &ServerPlan, data: PathBuf, database: &str, watched: &Watched) -> Result<Self> {
        write_private(&data.join("demo.token"), &random_hex()?)?;
        let path = data.join("signalbox.toml");
        write_private(&path, &config(plan.port, &data, database, watched))?;
        let mut command = Command::new(&plan.binary);
        command.args(["serve", "--config"]).arg(&path).current_dir(&data);
        let process = Process::start("signalbox", &command, &data.join("signalbox.log"))?;
        let url = format!("http://127.0.0.1:{}", plan.port);
        let rest = Rest::new()?;
        process
            .ready("signalbox answers /livez", PATIENCE, || async {
                match rest.call(&url, "GET", "/livez", None).await {
                    Ok(answer) if answer.ok() => Ok(Look::Done(())),
                    Ok(answer) => Ok(Look::NotYet(format!("{} {}", answer.status, answer.text))),
                    Err(error) => Ok(Look::NotYet(error.to_string())),
                }
            })
            .await?;
        Ok(Self { process, data, url })
    }

    /// Where the UI is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its configuration file.
    pub fn config(&self) -> PathBuf {
        self.data.join("signalbox.toml")
    }

    /// The file with a bearer token that may do everything.
    pub fn token(&self) -> PathBuf {
        self.data.join("demo.token")
    }

    /// Its process: log, signals.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// What to say once it has ended, which nobody asked for: one line at once, and the error with the end of its log. The
    /// log is kept outside the lab's directory, which goes with the lab.
    pub fn unexpected_end(&self) -> Option<(String, Error)> {
        let status = self.process.exited()?;
        let how = format!("ended unexpectedly ({})", how(status));
        let log = kept(self.process.log()).unwrap_or_else(|_| self.process.log().to_path_buf());
        let words = format!("Signalbox {how}; its log is {}", log.display());
        let error = Error::Start {
            process: "Signalbox".to_owned(),
            problem: how,
            tail: self.process.tail(),
            log,
        };
        Some((words, error))
    }

    /// The one-time sign-in link, which the server writes to a file of its own when it has no terminal.
    ///
    /// # Errors
    /// [`Error::Deadline`] when there is none within 10 s.
    pub async fn sign_in_link(&self) -> Result<String> {
        until("the server's sign-in link", Duration::from_secs(10), || async {
            let files = std::fs::read_dir(&self.data).doing(|| format!("reading {}", self.data.display()))?;
            let small = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() < 4096);
            let mut texts = files
                .flatten()
                .map(|file| file.path())
                .filter(small)
                .filter_map(|path| std::fs::read_to_string(path).ok());
            let link = texts.find(|text| text.trim().starts_with(&self.url));
            Ok(link.map_or(Look::NotYet("no file with a link".to_owned()), |link| {
                Look::Done(link.trim().to_owned())
            }))
        })
        .await
    }
}

/// `signal 9, SIGKILL`, `exit code 1`.
fn how(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(number), _) => match Signal::try_from(number) {
            Ok(signal) => format!("signal {number}, {signal}"),
            Err(_) => format!("signal {number}"),
        },
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => status.to_string(),
    }
}

/// Copies a log to where it outlives the lab.
fn kept(log: &Path) -> Result<PathBuf> {
    let path = std::env::temp_dir().join(format!("signalbox-demo-{}.log", std::process::id()));
    let text = std::fs::read_to_string(log).doing(|| format!("reading {}", log.display()))?;
    write_private(&path, &text)?;
    Ok(path)
}

fn config(port: u16, data: &Path, database: &str, watched: &Watched) -> String {
    let data = data.display();
    let banner = watched.banner.as_ref().map(|text| format!("banner = \"{text}\"\n"));
    let banner = banner.unwrap_or_default();
    let mut text = format!(
        r#"# Written by the lab for its demo fleet.
[server]
listen = "127.0.0.1:{port}"
data_dir = "{data}"
{banner}
[database]
url = "{database}"

[observe]
# Less than the 5 s for which the crashing connector stays FAILED, so that each of its failures is seen.
interval = "3s"
"#
    );
    let kafka = match &watched.bootstrap {
        Some(bootstrap) => {
            text.push_str(&format!("\n[[kafka]]\nname = \"main\"\nbootstrap = \"{bootstrap}\"\n"));
            "kafka = \"main\"\n"
        }
        None => "",
    };
    for (name, urls) in &watched.clusters {
        let urls: Vec<String> = urls.iter().map(|url| format!("\"{url}\"")).collect();
        text.push_str(&format!(
            "\n[[clusters]]\nname = \"{name}\"\nurls = [{}]\n{kafka}",
            urls.join(", ")
        ));
    }
    for (team, platform) in [("payments", ""), ("logistics", ""), ("platform", "platform = true\n")] {
        text.push_str(&format!(
            "\n[[teams]]\nname = \"{team}\"\n{platform}owns = [{{ connector = \"{team}-*\" }}]\n"
        ));
    }
    text.push_str(&format!(
        "\n[[tokens]]\nname = \"demo\"\nfile = \"{data}/demo.token\"\nrights = [\"all\"]\n"
    ));
    text
}

/// Writes a file that only its owner can read.
fn write_private(path: &Path, content: &str) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path).doing(|| format!("making {}", path.display()))?;
    file.write_all(content.as_bytes())
        .doing(|| format!("writing {}", path.display()))
}

fn random_hex() -> Result<String> {
    let mut bytes = [0; 24];
    let mut source = std::fs::File::open("/dev/urandom").doing(|| "opening /dev/urandom".to_owned())?;
    source
        .read_exact(&mut bytes)
        .doing(|| "reading /dev/urandom".to_owned())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fleet_without_kafka_has_no_kafka_in_its_configuration() {
        let mut watched = Watched {
            bootstrap: None,
            clusters: vec![("a".to_owned(), vec!["http://x".to_owned()])],
            banner: None,
        };
        let text = config(1, Path::new("/d"), "postgres://u@h/d", &watched);
        assert!(!text.contains("kafka") && !text.contains("banner"), "{text}");
        assert!(text.contains("urls = [\"http://x\"]"), "{text}");
        watched.banner = Some("Simulated: all of it.".to_owned());
        let text = config(1, Path::new("/d"), "postgres://u@h/d", &watched);
        let (server, _) = text.split_once("[database]").unwrap_or_default();
        assert!(server.contains("banner = \"Simulated: all of it.\"\n"), "{text}");
        watched.bootstrap = Some("b:9092".to_owned());
        assert!(config(1, Path::new("/d"), "postgres://u@h/d", &watched).contains("kafka = \"main\""));
    }

    #[tokio::test]
    async fn an_end_that_nobody_asked_for_is_told_with_a_log_that_stays() -> Result<()> {
        let directory = crate::directory::Directory::make(None, false)?;
        let mut command = Command::new("sh");
        command.args(["-c", "echo the last words; sleep 600"]);
        let process = Process::start("signalbox", &command, &directory.path().join("signalbox.log"))?;
        let server = Server {
            process,
            data: directory.path().to_path_buf(),
            url: String::new(),
        };
        assert!(server.unexpected_end().is_none());
        until("its words", PATIENCE, || async {
            Ok(match server.process.output().contains("words") {
                true => Look::Done(()),
                false => Look::NotYet("nothing".to_owned()),
            })
        })
        .await?;
        server.process.kill()?;
        let Some((words, Error::Start { log, tail, .. })) = server.unexpected_end() else {
            return Err(Error::Usage("it ended".to_owned()));
        };
        assert!(
            words.starts_with("Signalbox ended unexpectedly (signal 9, SIGKILL); its log is /"),
            "{words}"
        );
        assert_eq!(tail, "the last words");
        drop((server, directory));
        assert!(std::fs::read_to_string(&log).is_ok_and(|text| text.contains("the last words")));
        std::fs::remove_file(&log).doing(|| "clearing".to_owned())?;
        assert_eq!(how(ExitStatus::from_raw(3 << 8)), "exit code 3");
        Ok(())
    }
}
