//! The cache of artifacts: warm it needs no Maven, cold it names what is missing.

use std::process::{Command, Output};

use lab::artifacts::Cache;
use lab::database::published;
use lab::{Progress, Result};

fn fetch(cache: &std::path::Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox-lab"));
    // No program can be found here, `mvn` least of all.
    command
        .arg("fetch")
        .env("SIGNALBOX_LAB_CACHE", cache)
        .env("PATH", "/nonexistent");
    command.output().expect("the lab runs")
}

#[test]
fn without_maven_a_cold_cache_says_so_by_name() {
    let cold = std::env::temp_dir().join(format!("signalbox-lab-cold-cache-{}", std::process::id()));
    let output = fetch(&cold);
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("mvn is missing: install Maven"), "{said}");
    assert_eq!(
        std::fs::read_dir(&cold).expect("the cache").count(),
        0,
        "nothing half fetched stays"
    );
    std::fs::remove_dir_all(&cold).expect("cleaning up");
}

#[tokio::test]
async fn a_warm_cache_needs_no_maven_and_published_postgres_programs_run() -> Result<()> {
    let cache = Cache::usual();
    let status = Command::new(env!("CARGO_BIN_EXE_signalbox-lab"))
        .arg("fetch")
        .status()
        .expect("the lab runs");
    assert!(status.success(), "{status}");
    let output = fetch(cache.root());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let binaries = published(&cache, &Progress::silent()).await?;
    assert!(binaries.version.starts_with("18."), "{}", binaries.version);
    let directory = std::env::temp_dir().join(format!("signalbox-lab-published-{}", std::process::id()));
    let mut options = postgres::Options::new(&directory, binaries);
    options.die_with_parent = true;
    let own = postgres::Own::start(options).await?;
    assert!(own.pid() > 0);
    own.stop().await?;
    std::fs::remove_dir_all(&directory).expect("cleaning up");
    Ok(())
}
