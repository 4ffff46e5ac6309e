//! What most tests share: a broker, a cluster of the newest Connect with two workers, one of 3.9 with one, and a server
//! that watches both.

use lab::artifacts::OLDER;
use lab::{ClusterSpec, ConnectCluster, Lab};
use tokio::sync::OnceCell;

use crate::probe;
use crate::server::{Server, Watched};

pub const MODERN: &str = "modern";
pub const LEGACY: &str = "legacy";

pub struct Stage {
    pub lab: &'static Lab,
    pub modern: ConnectCluster,
    pub legacy: ConnectCluster,
    pub server: Server,
}

/// A test's use of the stage: the end of the server's log is shown when it fails.
pub struct Visit(&'static Stage);

impl std::ops::Deref for Visit {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        self.0
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.server.show_log();
        }
    }
}

impl Stage {
    /// Set up by the test that comes first. Its processes end with the test binary.
    pub async fn visit() -> Visit {
        static STAGE: OnceCell<Stage> = OnceCell::const_new();
        Visit(STAGE.get_or_init(Self::set_up).await)
    }

    async fn set_up() -> Self {
        let lab = Lab::shared().await.unwrap();
        let plugins = probe::plugin_path(lab).await;
        let spec = |name| ClusterSpec::new(name).property("plugin.path", &plugins);
        let (modern, legacy) = tokio::join!(
            lab.connect_cluster(spec(MODERN).workers(2)),
            lab.connect_cluster(spec(LEGACY).version(OLDER)),
        );
        let (modern, legacy) = (modern.unwrap(), legacy.unwrap());
        let watched = [Watched::of(&modern), Watched::of(&legacy)];
        let server = Server::start(&lab.broker().bootstrap(), &watched).await;
        Self {
            lab,
            modern,
            legacy,
            server,
        }
    }

    /// The two clusters.
    pub fn clusters(&self) -> [&ConnectCluster; 2] {
        [&self.modern, &self.legacy]
    }
}
