//! One-time sign-in links: signed with the server's key, so that making one needs no contact with the server.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use chrono::TimeDelta;
use model::Timestamp;

use crate::key::{KeyError, SecretKey, private, random_id};
use crate::site::Site;

/// How long a link holds.
const LIFE: TimeDelta = TimeDelta::minutes(10);
const PURPOSE: &str = "sign-in link";

/// Makes and reads links.
pub struct Links {
    key: SecretKey,
}

/// A link whose signature holds.
pub struct Link {
    /// What is remembered when it was used.
    pub id: String,
    /// Until when it holds.
    pub expires: Timestamp,
}

/// Why a link does not let anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It was not made with this server's key.
    #[error("this link was not made by this server, or is not complete")]
    Foreign,
    /// Its ten minutes are over.
    #[error("this link is older than its 10 minutes")]
    Expired,
    /// It was used before.
    #[error("this link was used already")]
    Used,
    /// That it is used now cannot be written down, so it is not.
    #[error("the server cannot write to its data_dir, so the link cannot be used up; see its log")]
    NotRemembered,
}

impl Links {
    /// With the server's key.
    pub fn new(key: SecretKey) -> Self {
        Self { key }
    }

    /// The whole address of a new link.
    ///
    /// # Errors
    /// [`KeyError::Randomness`].
    pub fn address(&self, site: &Site, now: Timestamp) -> Result<String, KeyError> {
        let content = format!("{}.{}", (now + LIFE).timestamp(), random_id()?);
        let signature = self.key.sign(PURPOSE, &content);
        Ok(format!("{}/signin?token={content}.{signature}", site.address()))
    }

    pub(super) fn read(&self, token: &str, now: Timestamp) -> Result<Link, LinkError> {
        let (content, signature) = token.rsplit_once('.').ok_or(LinkError::Foreign)?;
        if !self.key.verify(PURPOSE, content, signature) {
            return Err(LinkError::Foreign);
        }
        let (expires, id) = content.split_once('.').ok_or(LinkError::Foreign)?;
        let expires = expires
            .parse()
            .ok()
            .and_then(|seconds| Timestamp::from_timestamp(seconds, 0));
        let expires = expires.ok_or(LinkError::Foreign)?;
        if expires <= now {
            return Err(LinkError::Expired);
        }
        Ok(Link {
            id: id.to_owned(),
            expires,
        })
    }
}

/// Tells a link to who may know it: printed to a terminal, else written to a file that only its owner can read.
///
/// # Errors
/// What the system says.
pub fn publish(link: &str, data_dir: &Path) -> std::io::Result<()> {
    let mut out = std::io::stdout();
    if out.is_terminal() {
        return writeln!(out, "Sign in within 10 minutes, once: {link}");
    }
    let path = data_dir.join("signin-link");
    let mut file = private(&path)?;
    writeln!(file, "{link}")?;
    writeln!(out, "A sign-in link for 10 minutes is in {}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_holds_for_ten_minutes() {
        let folder = tempfile::tempdir().unwrap();
        let links = Links::new(SecretKey::open_or_make(&folder.path().join("secret.key")).unwrap());
        let site = Site::new("127.0.0.1:8480".parse().unwrap(), None);
        let made = Timestamp::default();
        let address = links.address(&site, made).unwrap();
        let token = address.split_once("token=").unwrap().1;
        let read = |seconds| {
            links
                .read(token, made + TimeDelta::seconds(seconds))
                .map(|link| link.expires)
        };
        assert_eq!(read(0), Ok(made + TimeDelta::minutes(10)));
        assert!(read(599).is_ok());
        assert_eq!(read(600), Err(LinkError::Expired));
        // Nobody makes it hold longer.
        let later = token.replacen("600.", "9999999999.", 1);
        assert_ne!(later, token);
        assert_eq!(links.read(&later, made).map(|link| link.id), Err(LinkError::Foreign));
    }
}
