//! Whose rights the server runs with: Postgres refuses root.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, lchown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{Uid, User};

use crate::{Binaries, Error};

/// The search path of every child; the environment of this process, which may hold secrets, is not passed on.
const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// The user whose rights the children get; none when this process is not root and children run as itself.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    dropped: Option<Dropped>,
}

#[derive(Debug, Clone)]
struct Dropped {
    uid: u32,
    gid: u32,
    name: String,
}

impl Account {
    /// For root: the owner of the data when there is some, else `postgres`, else `nobody`.
    pub(crate) fn for_data(data: &Path) -> Result<Account, Error> {
        if !Uid::effective().is_root() {
            return Ok(Account { dropped: None });
        }
        let owner = match fs::metadata(data) {
            Ok(found) if found.uid() != 0 => Some((found.uid(), found.gid())),
            Ok(_) => None,
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => return Err(Error::io("look at", data, e)),
        };
        let dropped = match owner {
            Some((uid, gid)) => {
                let name = named(User::from_uid(Uid::from_raw(uid)), data)?.map_or_else(|| uid.to_string(), |u| u.name);
                Dropped { uid, gid, name }
            }
            None => {
                let user = match named(User::from_name("postgres"), data)? {
                    Some(user) => user,
                    None => named(User::from_name("nobody"), data)?.ok_or(Error::NoUser)?,
                };
                Dropped {
                    uid: user.uid.as_raw(),
                    gid: user.gid.as_raw(),
                    name: user.name,
                }
            }
        };
        Ok(Account { dropped: Some(dropped) })
    }

    /// Whether children run with fewer rights than this process.
    pub(crate) fn is_dropped(&self) -> bool {
        self.dropped.is_some()
    }

    /// A command that runs as this user, in `cwd`, with an environment of its own.
    pub(crate) fn command(&self, program: &Path, cwd: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", SEARCH_PATH)
            .env("HOME", cwd)
            .env("LC_ALL", "C")
            .env("TZ", "UTC");
        command.current_dir(cwd);
        if let Some(to) = &self.dropped {
            command.uid(to.uid).gid(to.gid);
        }
        command
    }

    /// Gives one path (not what a link points to) to this user.
    pub(crate) fn give(&self, path: &Path) -> Result<(), Error> {
        match &self.dropped {
            Some(to) => lchown(path, Some(to.uid), Some(to.gid)).map_err(|e| Error::io("give away", path, e)),
            None => Ok(()),
        }
    }

    /// Gives a folder with all that is in it to this user, for data that root copied into place.
    pub(crate) fn give_all(&self, path: &Path) -> Result<(), Error> {
        if fs::symlink_metadata(path)
            .map_err(|e| Error::io("look at", path, e))?
            .is_dir()
        {
            for entry in fs::read_dir(path).map_err(|e| Error::io("list", path, e))? {
                self.give_all(&entry.map_err(|e| Error::io("list", path, e))?.path())?;
            }
        }
        self.give(path)
    }

    /// Tries whether this user can run the programs in `cwd`, and names the folder that refuses.
    pub(crate) async fn check_reach(&self, binaries: &Binaries, cwd: &Path) -> Result<(), Error> {
        let Some(to) = &self.dropped else { return Ok(()) };
        let mut command = self.command(&binaries.postgres, cwd);
        command.arg("--version");
        let source = match tokio::process::Command::from(command).output().await {
            Ok(_) => return Ok(()),
            Err(e) => e,
        };
        if source.kind() == io::ErrorKind::PermissionDenied {
            for path in [cwd, &binaries.postgres] {
                if let Some(blocked_by) = to.blocked_by(path) {
                    return Err(Error::Unreachable {
                        path: path.to_owned(),
                        blocked_by,
                        user: to.name.clone(),
                    });
                }
            }
        }
        Err(Error::io("run as another user", &binaries.postgres, source))
    }
}

impl Dropped {
    /// The first folder or file from the root to `path` that this user may not enter or run, by its mode.
    fn blocked_by(&self, path: &Path) -> Option<PathBuf> {
        let mut way: Vec<&Path> = path.ancestors().collect();
        way.reverse();
        way.into_iter()
            .find(|step| {
                fs::metadata(step).is_ok_and(|found| {
                    let bit = match () {
                        () if found.uid() == self.uid => 0o100,
                        () if found.gid() == self.gid => 0o010,
                        () => 0o001,
                    };
                    found.mode() & bit == 0
                })
            })
            .map(Path::to_owned)
    }
}

/// The answer of the user database, with its failure as ours.
fn named(found: nix::Result<Option<User>>, path: &Path) -> Result<Option<User>, Error> {
    found.map_err(|e| Error::io("look up the user for", path, e.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn the_folder_that_refuses_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let closed = dir.path().join("closed");
        let inner = closed.join("inner");
        fs::create_dir_all(&inner).unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
        let stranger = Dropped {
            uid: 54_321,
            gid: 54_321,
            name: "stranger".into(),
        };
        assert_eq!(stranger.blocked_by(&inner), Some(closed.clone()));
        fs::set_permissions(&closed, fs::Permissions::from_mode(0o711)).unwrap();
        assert_eq!(stranger.blocked_by(&inner), None);
    }
}
