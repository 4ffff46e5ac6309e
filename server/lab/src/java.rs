//! The JVM flags of the lab: small heaps, one collector thread, the first compiler only. Measured on two cores:
//! broker ready 2 s after its start, a worker 3 s after its.

use std::path::Path;
use std::process::Command;

use crate::{Error, Result};

/// Which logging backend the class path carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Logging {
    /// Kafka 4 and newer.
    Log4j2,
    /// Kafka before 4.
    Reload4j,
}

const LOG4J2: &str = "rootLogger.level=info
rootLogger.appenderRef.o.ref=O
appender.o.type=Console
appender.o.name=O
appender.o.layout.type=PatternLayout
appender.o.layout.pattern=%d{ISO8601} %p [%t] %c{1} - %m%n
";
const RELOAD4J: &str = "log4j.rootLogger=INFO, O
log4j.appender.O=org.apache.log4j.ConsoleAppender
log4j.appender.O.layout=org.apache.log4j.PatternLayout
log4j.appender.O.layout.ConversionPattern=%d{ISO8601} %p [%t] %c{1} - %m%n
";

impl Logging {
    /// The file's name and content, to be written once per lab.
    pub(crate) fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Log4j2 => ("log4j2.properties", LOG4J2),
            Self::Reload4j => ("log4j.properties", RELOAD4J),
        }
    }

    fn flag(self, directory: &Path) -> String {
        let (name, _) = self.file();
        let file = directory.join(name);
        match self {
            Self::Log4j2 => format!("-Dlog4j2.configurationFile=file:{}", file.display()),
            Self::Reload4j => format!("-Dlog4j.configuration=file:{}", file.display()),
        }
    }
}

/// `java` with the lab's flags, the jars of `class_path`, and `main` with `arguments`; logging files lie in `directory`.
pub(crate) fn java(
    class_path: &Path,
    logging: Logging,
    directory: &Path,
    heap_mb: u32,
    main: &str,
    arguments: &[&str],
) -> Command {
    let mut command = Command::new("java");
    command
        .args(["-Xms64m", &format!("-Xmx{heap_mb}m")])
        .args([
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-XX:-UsePerfData",
        ])
        .arg(logging.flag(directory))
        .arg("-cp")
        .arg(class_path.join("*"))
        .arg(main)
        .args(arguments);
    command
}

/// Checks that a Java of at least `least` is on the path.
///
/// # Errors
/// [`Error::Missing`] with what to install.
pub(crate) fn check_java(least: u32) -> Result<()> {
    let missing = |found: &str| Error::Missing {
        program: "java",
        remedy: format!("install a JDK of version {least} or newer (Debian: openjdk-17-jdk-headless){found}"),
    };
    let output = Command::new("java").arg("-version").output().map_err(|_| missing(""))?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    match major_version(&text) {
        Some(version) if version >= least => Ok(()),
        Some(version) => Err(missing(&format!("; found {version}"))),
        None => Err(missing("")),
    }
}

/// The major version in what `java -version` prints, `1.8` counted as 8.
fn major_version(text: &str) -> Option<u32> {
    let quoted = text.split('"').nth(1)?;
    let mut parts = quoted.split(['.', '-', '_']);
    let first: u32 = parts.next()?.parse().ok()?;
    if first == 1 {
        parts.next()?.parse().ok()
    } else {
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn reads_java_versions() {
        assert_eq!(major_version("openjdk version \"17.0.15\" 2025-04-15"), Some(17));
        assert_eq!(major_version("java version \"1.8.0_292\""), Some(8));
        assert_eq!(major_version("openjdk version \"21-ea\" 2023"), Some(21));
        assert_eq!(major_version("bash: java: not found"), None);
    }
}
