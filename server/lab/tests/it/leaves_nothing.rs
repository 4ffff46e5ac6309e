//! A lab that is killed with -9 leaves no process behind, and one that is asked to end removes its files too.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A `signalbox-lab up` that is ready, and the processes that live in its directory.
struct Up {
    child: Child,
    directory: PathBuf,
    processes: Vec<i32>,
}

fn up() -> Up {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox-lab"));
    command
        .args(["up", "--cluster", "small", "--postgres"])
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("the lab starts");
    let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let ready = lines
        .map_while(Result::ok)
        .find(|line| line.contains("ready in "))
        .expect("the lab gets ready");
    let directory = ready
        .split("ready in ")
        .nth(1)
        .and_then(|rest| rest.split(';').next())
        .expect("a directory");
    let directory = PathBuf::from(directory);
    let processes = living_in(&directory);
    Up {
        child,
        directory,
        processes,
    }
}

/// All processes whose command line or working directory lies in `directory`.
fn living_in(directory: &std::path::Path) -> Vec<i32> {
    let needle = directory.to_str().expect("a readable path");
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("a process table").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let here = std::fs::read_link(entry.path().join("cwd")).is_ok_and(|path| path.starts_with(directory));
        if here || String::from_utf8_lossy(&command).contains(needle) {
            found.push(pid);
        }
    }
    found
}

fn wait_until_gone(up: &Up) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let left = living_in(&up.directory);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "these are left: {left:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn killed_with_9_it_leaves_no_process() {
    let mut up = up();
    // Broker, worker, Postgres and Postgres's own children.
    assert!(up.processes.len() >= 4, "{:?}", up.processes);
    up.child.kill().expect("a kill");
    up.child.wait().expect("an end");
    wait_until_gone(&up);
    std::fs::remove_dir_all(&up.directory).expect("its files stay for the next lab to sweep");
}

#[test]
fn asked_to_end_it_leaves_neither_process_nor_file() {
    let mut up = up();
    let pid = Pid::from_raw(i32::try_from(up.child.id()).expect("a pid"));
    kill(pid, Signal::SIGTERM).expect("a signal");
    let status = up.child.wait().expect("an end");
    assert!(status.success(), "{status}");
    wait_until_gone(&up);
    assert!(!up.directory.exists());
}
