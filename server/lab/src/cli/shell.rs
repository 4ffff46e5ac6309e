//! `shell`: verbs for a lab.

use std::io::{IsTerminal as _, Write};
use std::path::PathBuf;

use clap::Args;
use lab::shell::{Bench, HELP, find, joined, speak};
use lab::{Error, Result};
use tokio::io::{AsyncBufReadExt, BufReader};

use super::out::say;
use super::place::Place;

#[derive(Debug, Args)]
pub struct ShellArguments {
    /// Start a lab of its own even if one runs.
    #[arg(long)]
    own: bool,
    /// One line to carry out, in place of a prompt: its words, or one quoted line.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    line: Vec<String>,
}

enum Target {
    Running(PathBuf),
    Own(Bench),
}

impl Target {
    async fn run(&self, line: &str) -> Result<String> {
        match self {
            Self::Running(directory) => speak(directory, line).await,
            Self::Own(bench) => bench.run(line).await,
        }
    }
}

pub(super) async fn run(place: &Place, arguments: &ShellArguments) -> Result<()> {
    let running = match (&place.directory, arguments.own) {
        (_, true) => None,
        (Some(directory), false) => Some(directory.clone()),
        (None, false) => find().await,
    };
    let one_line = match arguments.line.as_slice() {
        [line] => line.clone(),
        [] => String::new(),
        words => joined(words),
    };
    let target = match running {
        Some(directory) => Target::Running(directory),
        None if !one_line.is_empty() && !arguments.own => {
            return Err(Error::Usage(
                "no lab runs here; start one with `signalbox-lab up`".to_owned(),
            ));
        }
        None => Target::Own(super::up::start(place, &["orders".to_owned()]).await?),
    };
    if !one_line.is_empty() {
        say(&target.run(&one_line).await?);
        return Ok(());
    }
    let by_hand = std::io::stdin().is_terminal();
    let mut refused = 0;
    if by_hand {
        say(HELP);
    }
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    loop {
        if by_hand {
            prompt();
        }
        let line = lines.next_line().await.map_err(|source| Error::Io {
            doing: "reading a line".to_owned(),
            source,
        })?;
        let Some(line) = line.filter(|line| !matches!(line.trim(), "exit" | "quit")) else {
            return match refused {
                // Whoever types has read it; a script has only the exit code.
                0 => Ok(()),
                _ if by_hand => Ok(()),
                1 => Err(Error::Usage("a line was not carried out".to_owned())),
                lines => Err(Error::Usage(format!("{lines} lines were not carried out"))),
            };
        };
        match target.run(line.trim()).await {
            Ok(text) if text.is_empty() => {}
            Ok(text) => say(&text),
            Err(error) => {
                refused += 1;
                say(&format!("! {error}"));
            }
        }
    }
}

fn prompt() {
    let mut out = std::io::stdout();
    // A terminal that cannot be written to shows no prompt; reading goes on.
    drop(write!(out, "lab> ").and_then(|()| out.flush()));
}
