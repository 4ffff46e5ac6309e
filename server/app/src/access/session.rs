//! A browser's session: signed, not stored.

use chrono::TimeDelta;
use http::HeaderMap;
use http::header::COOKIE;
use model::Timestamp;

use crate::key::{KeyError, SecretKey, random_id};

const PURPOSE: &str = "session";

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Random; what is remembered when it was ended early.
    pub id: String,
    /// Until when it holds.
    pub expires: Timestamp,
}

impl Session {
    /// How long a session holds.
    pub const LENGTH: TimeDelta = TimeDelta::hours(12);

    pub(super) fn begin(now: Timestamp) -> Result<Self, KeyError> {
        Ok(Self {
            id: random_id()?,
            expires: now + Self::LENGTH,
        })
    }

    pub(super) fn text(&self, key: &SecretKey) -> String {
        let content = format!("{}.{}", self.expires.timestamp(), self.id);
        let signature = key.sign(PURPOSE, &content);
        format!("{content}.{signature}")
    }

    fn read(text: &str, key: &SecretKey, now: Timestamp) -> Option<Self> {
        let (content, signature) = text.rsplit_once('.')?;
        if !key.verify(PURPOSE, content, signature) {
            return None;
        }
        let (expires, id) = content.split_once('.')?;
        let expires = Timestamp::from_timestamp(expires.parse().ok()?, 0)?;
        (expires > now).then(|| Self {
            id: id.to_owned(),
            expires,
        })
    }
}

/// The session among the cookies; of several with our name, the first that holds.
pub(super) fn of_cookies(headers: &HeaderMap, name: &str, key: &SecretKey, now: Timestamp) -> Option<Session> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(known, _)| *known == name)
        .find_map(|(_, value)| Session::read(value, key, now))
}
