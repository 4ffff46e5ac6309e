//! A plugin of our own for the workers: one connector that tells its secrets in its exception, and one whose dependency
//! is missing. Built with the JDK that runs the lab.

use std::path::Path;
use std::process::Command;

use lab::artifacts::{Cache, NEWEST, Set};
use lab::{Lab, Progress};

/// Fails with its config in the message.
pub const TELLING: (&str, &str) = ("connector.class", "lab.probe.Telling");
/// Fails for want of a class.
pub const LACKING: (&str, &str) = ("connector.class", "lab.probe.Lacking");

/// Builds it, and returns a `plugin.path` with it and the lab's own plugins.
pub async fn plugin_path(lab: &Lab) -> String {
    let silent = Progress::silent();
    let cache = Cache::usual();
    let worker = cache.have(&Set::worker(NEWEST), &silent).await.unwrap();
    let plugins = cache.have(&Set::plugins(), &silent).await.unwrap();
    let classes = lab.sub_directory("probe-classes").unwrap();
    let path = lab.sub_directory("probe-plugins").unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/java");
    let source = |name: &str| sources.join(name).display().to_string();
    let (class_path, to) = (format!("{}/*", worker.display()), classes.display().to_string());
    let files = ["Telling.java", "Lacking.java", "Client.java"].map(source);
    let flags = ["--release", "17", "-cp", &class_path, "-d", &to].map(str::to_owned);
    run("javac", &[&flags[..], &files].concat());
    std::fs::remove_dir_all(classes.join("lab/missing")).unwrap();
    let services = classes.join("META-INF/services");
    std::fs::create_dir_all(&services).unwrap();
    let names = format!("{}\n{}\n", TELLING.1, LACKING.1);
    std::fs::write(services.join("org.apache.kafka.connect.source.SourceConnector"), names).unwrap();
    let jar = path.join("probe.jar").display().to_string();
    run("jar", &["cf", &jar, "-C", &to, "."].map(str::to_owned));
    format!("{},{}", plugins.display(), path.display())
}

fn run(program: &str, arguments: &[String]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program} of a JDK is needed: {error}"));
    assert!(
        output.status.success(),
        "{program}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}
