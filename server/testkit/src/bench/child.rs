//! A program of ours that runs beside this one.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Result;

/// Killed when dropped.
pub(crate) struct Program {
    child: Child,
    log: PathBuf,
}

impl Program {
    /// Starts it in the folder of its log.
    pub(crate) fn start(mut command: Command, log: &Path) -> Result<Self> {
        let file = File::create(log)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        if let Some(folder) = log.parent() {
            command.current_dir(folder);
        }
        let child = command
            .spawn()
            .map_err(|error| format!("{:?}: {error}", command.get_program()))?;
        Ok(Self {
            child,
            log: log.to_owned(),
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it said so far.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// An error when it ended, with the last that it said.
    pub(crate) fn alive(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => {
                let said = self.said();
                let from = said.len().saturating_sub(2000);
                let last = said.get(from..).unwrap_or(&said);
                Err(format!("{} ended with {status}: {last}", self.log.display()).into())
            }
        }
    }

    /// Asks it to end and waits for that, 10 s at most.
    pub(crate) async fn end(mut self) {
        let pid = self.pid().to_string();
        if Command::new("kill").arg("-TERM").arg(pid).status().is_ok() {
            for _ in 0..200 {
                if matches!(self.child.try_wait(), Ok(Some(_))) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
