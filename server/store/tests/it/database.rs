//! A database per test: the clone of a template that holds the migrated schema.

use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, raw_sql};
use store::Store;

/// Dropped with the value.
pub struct Database {
    name: String,
    admin: PgConnectOptions,
    pub url: String,
}

/// The server that tests use.
fn server() -> PgConnectOptions {
    let url = std::env::var("DATABASE_URL")
        .expect("DATABASE_URL must name a Postgres server whose role may create databases; `make test` sets it");
    PgConnectOptions::from_str(&url).expect("DATABASE_URL is an address of Postgres")
}

pub async fn run(connection: &mut PgConnection, sql: String) {
    raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// Waits until `check` gives a value; fails after ten seconds.
pub async fn until<T>(what: &str, mut check: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = check().await {
            return found;
        }
        assert!(
            began.elapsed() < Duration::from_secs(10),
            "{what} did not happen within 10 s"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The template for the present migrations, made by whichever test comes first.
async fn template(connection: &mut PgConnection, admin: &PgConnectOptions) -> String {
    let mut sum: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in sqlx::migrate!("../../migrations")
        .iter()
        .flat_map(|migration| migration.checksum.to_vec())
    {
        sum = (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let name = format!("signalbox_store_template_{sum:016x}");
    run(connection, "SELECT pg_advisory_lock(7303014)".into()).await;
    let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(&name)
        .fetch_one(&mut *connection)
        .await
        .unwrap();
    if !there {
        // Under another name until it is whole, so that a test run that was killed leaves no half template.
        let draft = format!("{name}_draft");
        run(connection, format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)")).await;
        run(connection, format!("CREATE DATABASE {draft}")).await;
        Store::migrate(admin.clone().database(&draft).to_url_lossy().as_str())
            .await
            .unwrap();
        run(connection, format!("ALTER DATABASE {draft} RENAME TO {name}")).await;
    }
    run(connection, "SELECT pg_advisory_unlock(7303014)".into()).await;
    name
}

impl Database {
    pub async fn new() -> Self {
        let admin = server();
        let mut connection = admin.connect().await.expect("DATABASE_URL answers");
        let template = template(&mut connection, &admin).await;
        connection.close().await.unwrap();
        let database = Self::made(&format!("TEMPLATE {template} STRATEGY file_copy")).await;
        // The template may be of an earlier month; this makes the partitions of the present one.
        Store::migrate(&database.url).await.unwrap();
        database
    }

    /// One without any table.
    pub async fn bare() -> Self {
        Self::made("").await
    }

    async fn made(how: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let admin = server();
        let mut connection = admin.connect().await.expect("DATABASE_URL answers");
        let name = format!(
            "signalbox_store_test_{}_{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        run(&mut connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        run(&mut connection, format!("CREATE DATABASE {name} {how}")).await;
        connection.close().await.unwrap();
        let url = admin.clone().database(&name).to_url_lossy().to_string();
        Self { name, admin, url }
    }

    pub async fn store(&self) -> Store {
        Store::connect(&self.url, 10).await.unwrap()
    }

    /// A connection beside the store, as the owner.
    pub async fn raw(&self) -> PgConnection {
        self.options().connect().await.unwrap()
    }

    pub fn options(&self) -> PgConnectOptions {
        self.admin.clone().database(&self.name)
    }

    /// Everything in it, as text: equal before and after what must not write.
    pub async fn dump(&self) -> String {
        let mut connection = self.raw().await;
        let mut all = String::new();
        for table in [
            "clusters",
            "heartbeats",
            "workers",
            "connectors",
            "config_versions",
            "faults",
            "definitions",
            "feed_head",
            "feed",
            "history",
            "counts",
        ] {
            let rows: String = sqlx::query_scalar(AssertSqlSafe(format!(
                "SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM {table} AS t"
            )))
            .fetch_one(&mut connection)
            .await
            .unwrap();
            all.push_str(&format!("{table}\n{rows}\n"));
        }
        all
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let admin = self.admin.clone();
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A test's own runtime cannot be waited for within a drop.
        let dropping = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(async {
                    let mut connection = admin.connect().await.unwrap();
                    run(&mut connection, sql).await;
                });
        });
        // Meanwhile the others of this runtime go on: Postgres waits with the drop until every connection has heard of it,
        // and one that is just being opened hears of nothing for as long as the client does not answer it.
        let dropped = tokio::task::block_in_place(|| dropping.join());
        if dropped.is_err() && !std::thread::panicking() {
            panic!("the test's database could not be dropped");
        }
    }
}
