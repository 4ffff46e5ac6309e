//! Where the lab lives on this machine.

use std::path::PathBuf;

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
        match &self.directory {
            None => "signalbox-lab shell".to_owned(),
            Some(directory) => {
                let whole = std::path::absolute(directory).unwrap_or_else(|_| directory.clone());
                let text = whole.display().to_string();
                let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
                let word = match text.chars().all(plain) {
                    true => text,
                    false => format!("'{}'", text.replace('\'', "'\\''")),
                };
                format!("signalbox-lab shell --directory {word}")
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
        assert_eq!(at(None), "signalbox-lab shell");
        assert_eq!(at(Some("/tmp/d-1")), "signalbox-lab shell --directory /tmp/d-1");
        assert_eq!(
            at(Some("/tmp/it's here")),
            "signalbox-lab shell --directory '/tmp/it'\\''s here'"
        );
        assert!(
            at(Some("d")).starts_with("signalbox-lab shell --directory /"),
            "{}",
            at(Some("d"))
        );
    }
}
