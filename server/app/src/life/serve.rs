//! The server's whole life.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::ServiceExt;
use axum::extract::Request;
use axum::serve::ListenerExt as _;
use console::Console;
use engine::Engine;
use model::Clock;
use postgres::Own;
use store::Store;
use telemetry::Prometheus;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::database::Keeper;
use super::error::ServeError;
use super::reload::{LastReload, Reloader};
use super::signals::{Ending, hangup};
use super::speech::Speech;
use super::succession::Succession;
use super::traces::deliver;
use crate::access::{Access, publish};
use crate::clock::SystemClock;
use crate::config::{Config, Variables};
use crate::http::service;
use crate::key::{SecretKey, make_folder, random_id};
use crate::site::Site;
use crate::state::{AppState, Parts};

/// Everything has ended within this time after the first signal.
const END: Duration = Duration::from_millis(4500);

/// Serves until SIGTERM or SIGINT. HTTP answers at once; the database is connected in the background.
///
/// # Errors
/// What cannot pass by itself.
pub async fn serve(config: Config, variables: Variables, speech: Speech) -> Result<(), ServeError> {
    let mut signals = Ending::new().map_err(ServeError::system("listening for signals"))?;
    let hangup = hangup().map_err(ServeError::system("listening for signals"))?;
    make_folder(&config.server.data_dir).map_err(ServeError::system("making data_dir"))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let holder = holder()?;
    let succession = Succession::of(&config.server.data_dir, &holder);
    let key = SecretKey::open_or_make(&config.server.secret_key_file)?;
    let prometheus = Prometheus::install()?;
    // Ended last, so that what ends before it is told too.
    let telling = CancellationToken::new();
    let traces = match (speech.exporter, &config.telemetry.otlp) {
        (Some(exporter), Some(otlp)) => Some(deliver(exporter, otlp, telling.clone())?),
        _ => None,
    };
    let address = config.server.listen;
    let listening = TcpListener::bind(address)
        .await
        .map_err(|source| ServeError::Listen { address, source })?;
    let address = listening
        .local_addr()
        .map_err(|source| ServeError::Listen { address, source })?;
    let site = Site::new(address, config.server.public_url.clone());
    let (store_sender, store) = watch::channel(None);
    let access = Access::new(
        key.clone(),
        clock.clone(),
        site.clone(),
        config.tokens,
        &config.server.data_dir,
        store.clone(),
    );
    let access = Arc::new(access.map_err(ServeError::system("reading what was signed out"))?);

    let stop = CancellationToken::new();
    let (trouble_sender, trouble) = watch::channel(Some("the database is not connected yet".into()));
    let (clocks_sender, clocks) = watch::channel(None);
    let (placed_sender, placed) = watch::channel(false);
    let (fleet_sender, spec) = watch::channel(Arc::new(config.fleet));
    let (reload_sender, last_reload) = watch::channel(LastReload {
        loaded_at: clock.now(),
        refused: None,
        at_next_start: Vec::new(),
    });

    let started_at = clock.now();
    let engine = engine::start(engine::Parts {
        store: store.clone(),
        spec: spec.clone(),
        key: key.fingerprints(),
        clock: clock.clone(),
        holder: holder.clone(),
        former: succession.former(),
        address: Some(site.address().into()),
        stop: stop.clone(),
    });
    let console = Console::new(
        engine.fleet.clone(),
        spec,
        store.clone(),
        trouble,
        engine.events.clone(),
        clock.clone(),
        engine.live.clone(),
    );
    let keeper = Keeper {
        config: config.database.clone(),
        own_dir: config.server.own_postgres(),
        key: key.fingerprints().identity(),
        store: store_sender,
        trouble: trouble_sender,
        clocks: clocks_sender,
        placed: placed_sender,
        loaded: engine.loaded.clone(),
        clock: clock.clone(),
        stop: stop.clone(),
    };
    let reloader = Reloader {
        path: config.path.clone(),
        variables,
        fixed: (config.server.clone(), config.database.clone()),
        telemetry: config.telemetry,
        log: speech.log.clone(),
        fleet: fleet_sender,
        access: access.clone(),
        outcome: reload_sender,
        clock: clock.clone(),
    };
    let state = AppState::new(Parts {
        clocks,
        access: access.clone(),
        console,
        site: site.clone(),
        banner: config.server.banner.clone(),
        loaded: engine.loaded.clone(),
        prometheus: Some(prometheus),
        last_reload,
        log: speech.log,
        holder,
        started_at,
        ending: stop.clone(),
    });
    let http = tokio::spawn(answer(listening, state, stop.clone()));
    let mut database = tokio::spawn(keeper.run());
    tokio::spawn(reloader.run(hangup, stop.clone()));

    info!(listen = %address, address = site.address(), config = %of(config.path.as_deref()), "Signalbox serves");
    let link = tell_link(access.clone(), placed, &config.server.data_dir);
    let early = tokio::select! {
        never = link => match never? {},
        never = access.share() => match never {},
        signal = signals.next() => {
            info!(signal, "ending");
            None
        }
        outcome = &mut database => Some(outcome),
    };
    stop.cancel();
    tokio::spawn(async move {
        signals.next().await;
        // Whoever asks twice does not want to wait; what is left is found again by the next start.
        std::process::exit(130);
    });
    let end = Instant::now() + END;
    Rest { http, engine, store }.end(end).await;
    telling.cancel();
    let own = match early {
        Some(outcome) => joined(outcome)?,
        None => match timeout_at(end, database).await {
            Ok(outcome) => ended_on_demand(joined(outcome)),
            Err(_elapsed) => None,
        },
    };
    stop_own(own, end).await;
    if let Some(traces) = traces
        && timeout_at(end, traces).await.is_err()
    {
        warn!("the last traces were not delivered in time");
    }
    info!("ended");
    // Held until here: nothing of this process is under way any more.
    drop(succession);
    Ok(())
}

/// The file in which the configuration stands.
fn of(config: Option<&Path>) -> std::path::Display<'_> {
    config.unwrap_or(Path::new("defaults")).display()
}

/// Tells how to sign in, once this server is to stay: one that finds another in its `data_dir` and ends must not leave a
/// link to itself where the other's was.
async fn tell_link(
    access: Arc<Access>,
    mut placed: watch::Receiver<bool>,
    data_dir: &Path,
) -> Result<Infallible, ServeError> {
    if placed.wait_for(|placed| *placed).await.is_ok()
        && let Err(error) = publish(&access.new_link()?, data_dir)
    {
        warn!(%error, "the sign-in link could not be written; make another with `signalbox admin sign-in-link`");
    }
    std::future::pending().await
}

/// What ends before the database does.
struct Rest {
    http: JoinHandle<()>,
    engine: Engine,
    store: watch::Receiver<Option<Store>>,
}

impl Rest {
    /// Waits in an order that lets each part finish what it owes, and not for ever.
    async fn end(self, end: Instant) {
        if timeout_at(end - END / 2, self.http).await.is_err() {
            warn!("some requests were still under way");
        }
        if timeout_at(end - END / 3, self.engine.ended()).await.is_err() {
            warn!("background tasks were still under way; their leases expire by themselves");
        }
        let store = self.store.borrow().clone();
        if let Some(store) = store
            && timeout_at(end - END / 4, store.close()).await.is_err()
        {
            warn!("the database's connections were not closed in time");
        }
    }
}

/// The database's end after it was asked for; what went wrong only then keeps nobody any more.
fn ended_on_demand(outcome: Result<Option<Own>, ServeError>) -> Option<Own> {
    match outcome {
        Ok(own) => own,
        Err(ServeError::Stopped) => None,
        Err(error) => {
            error!(%error, "the database did not end well");
            None
        }
    }
}

async fn stop_own(own: Option<Own>, end: Instant) {
    let Some(own) = own else { return };
    match timeout_at(end, own.stop()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => error!(%error, "our own Postgres did not end well"),
        Err(_elapsed) => warn!("our own Postgres is still ending; the next start finds it"),
    }
}

fn joined<T>(outcome: Result<Result<T, ServeError>, tokio::task::JoinError>) -> Result<T, ServeError> {
    outcome.unwrap_or_else(|panic| {
        Err(ServeError::System {
            doing: "keeping the database",
            source: std::io::Error::other(panic),
        })
    })
}

async fn answer(listening: TcpListener, state: AppState, stop: CancellationToken) {
    let listening = listening.tap_io(|stream| {
        // Events are small and must not wait for more.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
    });
    let service = axum::serve(listening, ServiceExt::<Request>::into_make_service(service(state)));
    if let Err(error) = service.with_graceful_shutdown(stop.cancelled_owned()).await {
        error!(%error, "HTTP ended");
    }
}

/// This process, uniquely.
fn holder() -> Result<Arc<str>, ServeError> {
    let host = nix::unistd::gethostname()
        .ok()
        .and_then(|name| name.into_string().ok())
        .unwrap_or_default();
    Ok(format!("{host}/{}/{}", std::process::id(), random_id()?).into())
}
