//! Whose place a server takes: processes that used the same `data_dir` before it and are provably dead. What they held
//! when they were killed need not be waited out.
//!
//! The proof is a lock on a file there, which the system gives back when a process ends, however it ended. The file names
//! those who had the lock. A copied folder names processes that may live: so the names stand beside the machine and the
//! file's own number, and count for nothing else.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::Arc;

use tracing::{info, warn};

/// The file in `data_dir`.
const FILE: &str = "holder";
/// Processes that are remembered: several may be killed before one of them took the place of the first.
const MOST: usize = 16;
/// No file of ours is longer.
const LONGEST: u64 = 1 << 16;

/// The place, for as long as it is kept.
pub struct Succession {
    former: Arc<[Arc<str>]>,
    _lock: Option<File>,
}

impl Succession {
    /// Takes the place of whoever was here before, as `holder`, a name that begins with the machine's and a slash.
    /// Nobody's where another process still has it, or where the place cannot be told; then leases are waited out.
    pub fn of(data_dir: &Path, holder: &str) -> Self {
        let nobody = Self {
            former: Arc::default(),
            _lock: None,
        };
        match take(&data_dir.join(FILE), holder) {
            Ok(Some((lock, former))) => Self {
                former: former.into(),
                _lock: Some(lock),
            },
            Ok(None) => {
                info!("another process uses data_dir too; after a kill the leases of this one will be waited out");
                nobody
            }
            Err(error) => {
                warn!(%error, "who was here before is not known; after a kill leases are waited out");
                nobody
            }
        }
    }

    /// Under which names its predecessors held leases.
    pub fn former(&self) -> Arc<[Arc<str>]> {
        self.former.clone()
    }
}

fn take(path: &Path, holder: &str) -> io::Result<Option<(File, Vec<Arc<str>>)>> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    let about = file.metadata()?;
    let machine = holder.split('/').next().unwrap_or_default();
    let place = format!("{machine} {} {}", about.dev(), about.ino());
    let mut text = Vec::new();
    io::Read::by_ref(&mut file).take(LONGEST).read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let mut lines = text.lines();
    let same = lines.next() == Some(place.as_str());
    let known: Vec<Arc<str>> = lines.filter(|_| same).map(Arc::from).collect();
    let former = known[known.len().saturating_sub(MOST)..].to_vec();
    // Written in place, since the lock is on this very file. Cut short by a kill it names nobody that lives.
    let names = former.iter().map(|name| &**name).chain([holder]);
    let text: String = std::iter::once(place.as_str())
        .chain(names)
        .map(|line| format!("{line}\n"))
        .collect();
    file.write_all_at(text.as_bytes(), 0)?;
    file.set_len(u64::try_from(text.len()).unwrap_or(u64::MAX))?;
    Ok(Some((file, former)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(succession: &Succession) -> Vec<String> {
        succession.former().iter().map(|name| name.to_string()).collect()
    }

    #[test]
    fn who_has_the_place_is_succeeded_only_once_it_ended() {
        let folder = tempfile::tempdir().unwrap();
        let first = Succession::of(folder.path(), "here/1/a");
        assert!(names(&first).is_empty());
        let beside = Succession::of(folder.path(), "here/2/b");
        assert!(names(&beside).is_empty(), "the first lives");
        drop((first, beside));
        let second = Succession::of(folder.path(), "here/3/c");
        assert_eq!(names(&second), ["here/1/a"]);
        drop(second);
        // Also those whom the last one had not yet succeeded when it was killed itself.
        let third = Succession::of(folder.path(), "here/4/d");
        assert_eq!(names(&third), ["here/1/a", "here/3/c"]);
        drop(third);
        for number in 0..40 {
            let former = names(&Succession::of(folder.path(), &format!("here/5/{number}")));
            assert!(former.len() <= MOST && former.last().is_some(), "{former:?}");
        }
    }

    /// What the file says when this process has the place.
    fn text_of(succession: Succession, folder: &Path) -> String {
        drop(succession);
        std::fs::read_to_string(folder.join(FILE)).unwrap()
    }

    #[test]
    fn the_place_is_one_file_of_one_device_on_one_machine() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let text = text_of(Succession::of(folder.path(), "here/1/a"), folder.path());
        let about = std::fs::metadata(&path).unwrap();
        let (device, number) = (about.dev(), about.ino());
        assert_eq!(text, format!("here {device} {number}\nhere/1/a\n"));
        // Numbers of files repeat from one device to the next.
        for other in [
            format!("here {} {number}", device + 1),
            format!("here {device} {}", number + 1),
            format!("there {device} {number}"),
        ] {
            std::fs::write(&path, format!("{other}\nhere/1/a\n")).unwrap();
            assert!(names(&Succession::of(folder.path(), "here/2/b")).is_empty(), "{other}");
        }
    }

    #[test]
    fn nothing_is_left_of_a_longer_list() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        std::fs::write(&path, "another place\n".repeat(40)).unwrap();
        let text = text_of(Succession::of(folder.path(), "here/1/a"), folder.path());
        assert!(text.lines().eq([text.lines().next().unwrap(), "here/1/a"]), "{text}");
        assert_eq!(names(&Succession::of(folder.path(), "here/2/b")), ["here/1/a"]);
    }

    #[test]
    fn a_copied_folder_and_another_machine_succeed_nobody() {
        let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let living = Succession::of(one.path(), "here/1/a");
        std::fs::copy(one.path().join(FILE), other.path().join(FILE)).unwrap();
        assert!(names(&Succession::of(other.path(), "here/2/b")).is_empty());
        assert_eq!(names(&Succession::of(other.path(), "here/3/c")), ["here/2/b"]);
        drop(living);
        assert!(names(&Succession::of(one.path(), "there/1/a")).is_empty());
        std::fs::write(one.path().join(FILE), [0xff, 0xfe, b'\n', 0]).unwrap();
        assert!(names(&Succession::of(one.path(), "here/9/z")).is_empty());
        assert!(names(&Succession::of(&one.path().join("absent"), "here/9/z")).is_empty());
    }
}
