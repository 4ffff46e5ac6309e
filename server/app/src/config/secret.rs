//! Secrets that lie in files and variables, and paths beside the file that names them.

use std::path::{Path, PathBuf};

use super::env::Variables;

/// Where relative paths begin and variables are looked up.
pub struct Surroundings<'a> {
    /// The folder of the configuration file.
    pub folder: &'a Path,
    /// The environment.
    pub variables: &'a Variables,
}

impl Surroundings<'_> {
    /// A path as written, from the file's folder on; absolute, where the system knows the working folder.
    pub fn path(&self, text: &str) -> PathBuf {
        let path = self.folder.join(text);
        std::path::absolute(&path).unwrap_or(path)
    }

    /// The content of a secret's file without the blanks at its ends; a sentence when there is none.
    pub fn file(&self, text: &str) -> Result<String, String> {
        let path = self.path(text);
        let content = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let secret = content.trim();
        if secret.is_empty() {
            Err(format!("{} is empty", path.display()))
        } else {
            Ok(secret.to_owned())
        }
    }

    /// The value of a secret's variable; a sentence when there is none.
    pub fn variable(&self, name: &str) -> Result<String, String> {
        let value = self.variables.get(name).filter(|value| !value.is_empty());
        value
            .cloned()
            .ok_or_else(|| format!("the environment variable {name} is not set"))
    }

    /// The one of a file and a variable that is given; `None` when neither is.
    pub fn one(&self, what: &str, file: Option<&str>, variable: Option<&str>) -> Result<Option<String>, String> {
        match (file, variable) {
            (Some(_), Some(_)) => Err(format!("{what}_file and {what}_env exclude one another")),
            (Some(file), None) => self.file(file).map(Some),
            (None, Some(variable)) => self.variable(variable).map(Some),
            (None, None) => Ok(None),
        }
    }
}
