//! The way to the database: found or started, brought up to date, watched, and kept from growing for ever.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use model::secrets::Fingerprint;
use model::{Clock, Timestamp};
use postgres::{Binaries, Options, Own};
use store::{DatabaseHealth, Store};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error, info, warn};

use super::error::ServeError;
use super::history::forget;
use crate::config::DatabaseConfig;

/// Connections of one server.
const CONNECTIONS: u32 = 10;
/// How often the database is asked whether it answers.
const LOOK: Duration = Duration::from_secs(2);
/// How often it is asked how large it is.
const WEIGH: Duration = Duration::from_secs(60);
/// How much the clocks of servers may differ: half of what makes the shortest sensible stale limit.
const CLOCKS: TimeDelta = TimeDelta::seconds(15);
/// The longest pause between two tries to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What keeping the database needs.
pub struct Keeper {
    /// Where it is.
    pub config: DatabaseConfig,
    /// Where our own lives, if it is ours.
    pub own_dir: PathBuf,
    /// What the database must have been written with.
    pub key: Fingerprint,
    /// Where the store goes once it is there.
    pub store: watch::Sender<Option<Store>>,
    /// Where goes what keeps the server from being ready.
    pub trouble: watch::Sender<Option<Arc<str>>>,
    /// Where goes that its clock and that of the database are far apart. The server does its work even so.
    pub clocks: watch::Sender<Option<Arc<str>>>,
    /// Set once no other process keeps a database where ours is.
    pub placed: watch::Sender<bool>,
    /// Whether the view was read from it.
    pub loaded: watch::Receiver<bool>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Ends the keeping.
    pub stop: CancellationToken,
}

impl Keeper {
    /// Keeps the database until `stop`; our own server, if there is one, still runs when this returns.
    ///
    /// # Errors
    /// What cannot pass by itself: no Postgres programs, another secret key.
    pub async fn run(self) -> Result<Option<Own>, ServeError> {
        if let (Some(url), Some(owner)) = (&self.config.url, self.config.owner()) {
            self.placed.send_replace(true);
            self.keep(url, owner).await?;
            return Ok(None);
        }
        let mut own = self.start_own(None).await?;
        self.placed.send_replace(true);
        let url = own.url();
        let keeping = self.keep(url.expose(), url.expose());
        tokio::pin!(keeping);
        loop {
            tokio::select! {
                outcome = &mut keeping => return outcome.map(|()| Some(own)),
                why = own.ended() => {
                    error!(%why, "our own Postgres ended; it is started again");
                    let port = own.port();
                    drop(own);
                    own = self.start_again(port).await?;
                }
            }
        }
    }

    async fn start_own(&self, port: Option<u16>) -> Result<Own, ServeError> {
        self.say("our own Postgres is starting");
        let binaries = Binaries::find(None)?;
        let options = Options {
            port,
            ..Options::new(&self.own_dir, binaries)
        };
        tokio::select! {
            started = Own::start(options) => Ok(started?),
            () = self.stop.cancelled() => Err(ServeError::Stopped),
        }
    }

    /// On the same port: the store knows no other. What ended it, a full disk say, may keep it from starting too, and
    /// may pass.
    async fn start_again(&self, port: u16) -> Result<Own, ServeError> {
        loop {
            let error = match self.start_own(Some(port)).await {
                Err(error) if !matches!(error, ServeError::Stopped) => error,
                done => return done,
            };
            error!(%error, "our own Postgres cannot be started again; it is tried until it can");
            self.say(&format!("our own Postgres ended and cannot be started again: {error}"));
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = self.stop.cancelled() => return Err(ServeError::Stopped),
            }
        }
    }

    async fn keep(&self, url: &str, owner: &str) -> Result<(), ServeError> {
        let Some(store) = self.connect(url, owner).await? else {
            return Ok(());
        };
        self.store.send_replace(Some(store.clone()));
        tokio::select! {
            () = self.look_after(&store) => Ok(()),
            // Beside the looking, which must not wait for locks.
            never = forget(&store, self.config.history) => match never {},
            never = self.weigh(&store) => match never {},
        }
    }

    /// Tells whether the database answers, until `stop`.
    async fn look_after(&self, store: &Store) {
        loop {
            let health = store.ping().await;
            self.measure(&health);
            if let Ok(health) = &health {
                self.compare_clocks(health);
            }
            match health {
                Ok(_) if *self.loaded.borrow() => match (telemetry::unrecorded(), telemetry::unread()) {
                    (None, None) => self.well(),
                    (Some(why), _) => self.say(&format!("what is seen cannot be recorded: {why}")),
                    (None, Some(why)) => self.say(&format!("what is recorded cannot be read: {why}")),
                },
                Ok(_) => self.say("the fleet is being read from the database"),
                Err(error) => self.say(&format!("the database does not answer: {error}")),
            }
            let mut loaded = self.loaded.clone();
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
                // Only until it is; then this waits for ever.
                _ = async { loaded.wait_for(|loaded| *loaded).await }, if !*self.loaded.borrow() => {}
            }
        }
    }

    fn measure(&self, health: &store::Result<DatabaseHealth>) {
        let answer = health.as_ref().ok().map(|health| {
            let ahead = health.clock - self.clock.now();
            (
                health.latency,
                ahead.as_seconds_f64() + health.latency.as_secs_f64() / 2.0,
            )
        });
        telemetry::database_answered(answer);
    }

    /// Tells how large the database is, again and again.
    async fn weigh(&self, store: &Store) -> Infallible {
        loop {
            match store.size().await {
                Ok(bytes) => telemetry::database_size(bytes),
                Err(error) => debug!(%error, "the size of the database is not known"),
            }
            tokio::time::sleep(WEIGH).await;
        }
    }

    /// Tries until the database is there; `None` when the server ends first.
    async fn connect(&self, url: &str, owner: &str) -> Result<Option<Store>, ServeError> {
        let mut pause = Duration::from_millis(250);
        loop {
            let tried = tokio::select! {
                tried = self.try_once(url, owner) => tried,
                () = self.stop.cancelled() => return Ok(None),
            };
            match tried {
                Ok(store) => {
                    info!("the database is connected and up to date");
                    return Ok(Some(store));
                }
                Err(error @ store::Error::OtherKey { .. }) => return Err(error.into()),
                Err(error) => {
                    warn!(%error, again_in_ms = pause.as_millis(), "the database cannot be used yet");
                    self.say(&format!("the database cannot be used yet: {error}"));
                }
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.cancelled() => return Ok(None),
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn try_once(&self, url: &str, owner: &str) -> store::Result<Store> {
        Store::migrate(owner).await?;
        let store = Store::connect(url, CONNECTIONS).await?;
        store.check_key(&self.key).await?;
        Ok(store)
    }

    fn compare_clocks(&self, health: &DatabaseHealth) {
        let off = off(health, self.clock.now());
        let (was, is) = (self.clocks.borrow().is_some(), off.is_some());
        match &off {
            Some(off) if !was => warn!("{off}"),
            None if was => info!("the clocks of this server and of its database agree again"),
            _ => {}
        }
        if was || is {
            self.clocks.send_replace(off.map(Into::into));
        }
    }

    fn say(&self, trouble: &str) {
        self.trouble.send_if_modified(|known| {
            let changed = known.as_deref() != Some(trouble);
            if changed {
                *known = Some(trouble.into());
            }
            changed
        });
    }

    fn well(&self) {
        self.trouble.send_if_modified(|known| known.take().is_some());
    }
}

/// Says so when the clocks of this server and of its database differ so much that what other servers saw seems too old, or
/// still to come, and so seems to them what this one saw. `now` is when the database answered.
fn off(health: &DatabaseHealth, now: Timestamp) -> Option<String> {
    let ahead = now - health.clock;
    let latency = TimeDelta::from_std(health.latency).unwrap_or(TimeDelta::MAX);
    let way = if ahead > TimeDelta::zero() {
        "ahead of"
    } else {
        "behind"
    };
    (ahead.abs() > CLOCKS + latency).then(|| {
        format!(
            "The clock of this server is {} s {way} its database's: what it and other servers see and record differs by that.",
            ahead.abs().num_seconds()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_far_off_is_told_and_a_slow_answer_is_none() {
        let health = |seconds: i64, latency| DatabaseHealth {
            clock: Timestamp::default() + TimeDelta::seconds(seconds),
            latency: Duration::from_secs(latency),
            version: String::new(),
        };
        let now = Timestamp::default();
        assert_eq!(off(&health(0, 0), now), None);
        assert_eq!(off(&health(-14, 0), now), None);
        assert_eq!(off(&health(-14, 14), now), None);
        let behind = off(&health(3600, 1), now).unwrap();
        assert!(
            behind.starts_with("The clock of this server is 3600 s behind its database's"),
            "{behind}"
        );
        let ahead = off(&health(-3600, 1), now).unwrap();
        assert!(
            ahead.starts_with("The clock of this server is 3600 s ahead of its database's"),
            "{ahead}"
        );
    }
}
