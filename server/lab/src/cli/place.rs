//! Where the lab lives on this machine.

use std::path::{Path, PathBuf};

use clap::Args;
use lab::LabOptions;
use lab::artifacts::Cache;

use super::out::progress;

#[derive(Debug, Args)]
pub(super) struct Place {
    /// Where fetched artifacts are kept.
    #[arg(long, global = true, env = "SIGNALBOX_LAB_CACHE", value_name = "DIR")]
    cache: Option<PathBuf>,
    /// The lab's directory; a temporary one, removed at the end, unless given.
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) directory: Option<PathBuf>,
    /// Keep the temporary directory with all logs.
    #[arg(long, global = true)]
    keep: bool,
}

impl Place {
    pub(super) fn cache(&self) -> Cache {
        self.cache.as_ref().map_or_else(Cache::usual, Cache::at)
    }

    /// The command that gives verbs for the lab here. One whose directory was given is not found by itself.
    pub(super) fn shell(&self) -> String {
        let program = program();
        match &self.directory {
            None => format!("{program} shell"),
            Some(directory) => {
                let whole = std::path::absolute(directory).unwrap_or_else(|_| directory.clone());
                let text = whole.display().to_string();
                format!("{program} shell --directory {}", word(&text))
            }
        }
    }

    pub(super) fn options(&self) -> LabOptions {
        LabOptions {
            cache: self.cache(),
            directory: self.directory.clone(),
            keep: self.keep,
            progress: progress(),
            ..LabOptions::default()
        }
    }
}

/// This program as it is called from here: it is seldom on the path.
fn program() -> String {
    let Ok(own) = std::env::current_exe() else {
        return "signalbox-lab".to_owned();
    };
    let here = std::env::current_dir().ok();
    let near = here.and_then(|here| own.strip_prefix(here).map(Path::to_path_buf).ok());
    word(&near.unwrap_or(own).display().to_string())
}

/// A word for the shell, quoted where it must be.
fn word(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
    match text.chars().all(plain) {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(directory: Option<&str>) -> String {
        let directory = directory.map(PathBuf::from);
        let place = Place {
            cache: None,
            directory,
            keep: false,
        };
        place.shell()
    }

    #[test]
    fn the_command_for_verbs_names_the_directory_that_was_given() {
        let own = program();
        assert!(std::path::absolute(own.trim_matches('\'')).unwrap().is_file(), "{own}");
        assert_eq!(at(None), format!("{own} shell"));
        assert_eq!(at(Some("/tmp/d-1")), format!("{own} shell --directory /tmp/d-1"));
        assert_eq!(
            at(Some("/tmp/it's here")),
            format!("{own} shell --directory '/tmp/it'\\''s here'")
        );
        let near = at(Some("d"));
        assert!(near.starts_with(&format!("{own} shell --directory /")), "{near}");
    }
}
