//! Where the configuration file is.

use std::path::{Path, PathBuf};

use super::Variables;

/// The file that was asked for, else the one of `SIGNALBOX_CONFIG`, else the first of the usual places that exists.
pub fn find(asked: Option<&Path>, variables: &Variables) -> Option<PathBuf> {
    let named = variables.get("SIGNALBOX_CONFIG").filter(|path| !path.is_empty());
    asked
        .map(Path::to_owned)
        .or_else(|| named.map(PathBuf::from))
        .or_else(|| {
            ["signalbox.toml", "/etc/signalbox/signalbox.toml"]
                .into_iter()
                .map(PathBuf::from)
                .find(|path| path.exists())
        })
}
