//! Who comes in: by a session that began with a one-time link, or by a bearer token.

mod everywhere;
mod link;
mod session;
mod spent;
mod tokens;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::TimeDelta;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use model::Clock;
use model::actor::{Actor, Door, Right};
use store::Store;
use tokio::sync::watch;

use crate::config::TokenSpec;
use crate::key::{KeyError, SecretKey};
use crate::site::Site;

pub use link::{LinkError, Links, publish};
pub use session::Session;
pub use spent::Spent;

use everywhere::Everywhere;

/// Everything that decides who comes in.
pub struct Access {
    key: SecretKey,
    clock: Arc<dyn Clock>,
    links: Links,
    spent: Spent,
    everywhere: Everywhere,
    tokens: RwLock<Arc<[TokenSpec]>>,
    site: Site,
}

/// A visitor whose credentials hold.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who it is, with what they may do.
    pub actor: Actor,
    /// The browser's session; `None` for a bearer token.
    pub session: Option<Session>,
}

impl Access {
    /// With the server's key; what was used up already is remembered under `data_dir`, and in the database once it is
    /// there, for the other servers.
    ///
    /// # Errors
    /// What the system says about the file of used links.
    pub fn new(
        key: SecretKey,
        clock: Arc<dyn Clock>,
        site: Site,
        tokens: Vec<TokenSpec>,
        data_dir: &Path,
        store: watch::Receiver<Option<Store>>,
    ) -> std::io::Result<Self> {
        let spent = Spent::open(data_dir, clock.now())?;
        Ok(Self {
            links: Links::new(key.clone()),
            key,
            clock,
            spent,
            everywhere: Everywhere::new(store),
            tokens: RwLock::new(tokens.into()),
            site,
        })
    }

    /// Takes other tokens, after the configuration was reloaded.
    pub fn set_tokens(&self, tokens: Vec<TokenSpec>) {
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = tokens.into();
    }

    /// The visitor, by the bearer token if one was sent, else by the session's cookie.
    pub fn visitor(&self, headers: &HeaderMap) -> Option<Visitor> {
        if let Some(sent) = headers.get(AUTHORIZATION) {
            let known = self.tokens.read().unwrap_or_else(PoisonError::into_inner).clone();
            let actor = tokens::actor(&known, sent)?;
            return Some(Visitor { actor, session: None });
        }
        let session = session::of_cookies(headers, &self.cookie_name(), &self.key, self.clock.now())?;
        if self.spent.contains(&session.id) {
            return None;
        }
        Some(Visitor {
            actor: operator(),
            session: Some(session),
        })
    }

    /// The token that forms and scripts of a session send back.
    pub fn csrf(&self, session: &Session) -> String {
        self.key.sign("csrf", &session.id)
    }

    /// Whether `token` is the session's own.
    pub fn csrf_holds(&self, session: &Session, token: &str) -> bool {
        self.key.verify("csrf", &session.id, token)
    }

    /// A new one-time link; the whole address.
    ///
    /// # Errors
    /// [`KeyError::Randomness`].
    pub fn new_link(&self) -> Result<String, KeyError> {
        self.links.address(&self.site, self.clock.now())
    }

    /// Whether a link could be redeemed now.
    ///
    /// # Errors
    /// Why not.
    pub fn check_link(&self, token: &str) -> Result<(), LinkError> {
        let link = self.links.read(token, self.clock.now())?;
        if self.spent.contains(&link.id) {
            return Err(LinkError::Used);
        }
        Ok(())
    }

    /// Uses a link up, at every server of the database, and begins a session; the header `Set-Cookie` for it.
    ///
    /// # Errors
    /// Why the link does not hold; then nothing begins.
    pub async fn redeem(&self, token: &str) -> Result<String, LinkError> {
        let now = self.clock.now();
        let link = self.links.read(token, now)?;
        if self.spent.contains(&link.id) {
            return Err(LinkError::Used);
        }
        let session = Session::begin(now).map_err(|_| LinkError::NotRemembered)?;
        // Before it is remembered here: what is remembered here and not there is noted there by and by.
        if self.everywhere.spend(&link.id, link.expires).await == Some(false) {
            return Err(LinkError::Used);
        }
        // Remembered on disk before the session begins, so that no restart makes the link good again. Somebody else may
        // have come meanwhile, and the database may have said nothing to either.
        match self.spent.add(link.id, link.expires, now).await {
            Ok(true) => {}
            Ok(false) => return Err(LinkError::Used),
            Err(_) => return Err(LinkError::NotRemembered),
        }
        Ok(self.cookie(&session.text(&self.key), Session::LENGTH))
    }

    /// Ends a session for good; the header `Set-Cookie` that makes the browser forget it. The other servers learn of it
    /// within a few seconds.
    ///
    /// # Errors
    /// What the system says when that cannot be remembered.
    pub async fn end(&self, session: &Session) -> std::io::Result<String> {
        let (id, expires) = (session.id.clone(), session.expires);
        self.spent.add(id, expires, self.clock.now()).await?;
        // Where the database cannot be asked it is noted there once it can.
        self.everywhere.spend(&session.id, session.expires).await;
        Ok(self.cookie("", TimeDelta::zero()))
    }

    /// Cookies know no ports: two servers on one machine must not take each other's.
    fn cookie_name(&self) -> String {
        format!("signalbox_{}", self.site.port())
    }

    fn cookie(&self, value: &str, age: TimeDelta) -> String {
        let path = if self.site.base().is_empty() {
            "/"
        } else {
            self.site.base()
        };
        let secure = if self.site.is_https() { "; Secure" } else { "" };
        format!(
            "{}={value}; Path={path}; Max-Age={}; HttpOnly; SameSite=Strict{secure}",
            self.cookie_name(),
            age.num_seconds()
        )
    }
}

/// Until people have accounts, whoever redeems a link is the local operator, who may do everything.
fn operator() -> Actor {
    Actor {
        name: "local operator".into(),
        door: Door::Session,
        rights: Right::ALL.into(),
    }
}

/// Whoever asks for what is open to them: probes and metrics on this machine, and the door itself.
pub fn anybody() -> Actor {
    Actor {
        name: "loopback".into(),
        door: Door::Loopback,
        rights: [].into(),
    }
}
