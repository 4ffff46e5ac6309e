//! A database per test, cloned from a template with the migrated schema.

use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use model::Timestamp;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, raw_sql};
use store::Store;
use tokio::sync::OnceCell;

/// Dropped with the value.
pub struct Database {
    name: String,
    admin: PgConnectOptions,
    pub url: String,
}

fn server() -> PgConnectOptions {
    let url = std::env::var("DATABASE_URL")
        .expect("DATABASE_URL must name a Postgres server whose role may create databases; `make test` sets it");
    PgConnectOptions::from_str(&url).expect("DATABASE_URL is an address of Postgres")
}

async fn run(connection: &mut PgConnection, sql: String) {
    raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// The template of this run; it is kept for the next one.
async fn template(admin: &PgConnectOptions) -> &'static str {
    static READY: OnceCell<()> = OnceCell::const_new();
    const NAME: &str = "signalbox_engine_template";
    READY
        .get_or_init(|| async {
            let mut connection = admin.connect().await.expect("DATABASE_URL answers");
            run(&mut connection, "SELECT pg_advisory_lock(7303015)".into()).await;
            let there: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
                .bind(NAME)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            if !there {
                run(&mut connection, format!("CREATE DATABASE {NAME}")).await;
            }
            let url = admin.clone().database(NAME).to_url_lossy().to_string();
            if Store::migrate(&url).await.is_err() {
                // It was made from other migrations.
                run(&mut connection, format!("DROP DATABASE {NAME} WITH (FORCE)")).await;
                run(&mut connection, format!("CREATE DATABASE {NAME}")).await;
                Store::migrate(&url).await.unwrap();
            }
            run(&mut connection, "SELECT pg_advisory_unlock(7303015)".into()).await;
            connection.close().await.unwrap();
        })
        .await;
    NAME
}

impl Database {
    pub async fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // Postgres clones a template for one at a time.
        static CLONING: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let admin = server();
        let template = template(&admin).await;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("signalbox_engine_test_{}_{number}", std::process::id());
        let mut connection = admin.connect().await.expect("DATABASE_URL answers");
        {
            let _one = CLONING.lock().await;
            run(&mut connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            run(
                &mut connection,
                format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy"),
            )
            .await;
        }
        connection.close().await.unwrap();
        let url = admin.clone().database(&name).to_url_lossy().to_string();
        Self { name, admin, url }
    }

    pub async fn store(&self) -> Store {
        Store::connect(&self.url, 6).await.unwrap()
    }

    /// Refuses new connections and breaks those that are open, as a server that went away.
    pub async fn leave(&self) {
        self.admin_run(format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", self.name))
            .await;
        let name = &self.name;
        self.admin_run(format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        ))
        .await;
    }

    /// Lets connections in again.
    pub async fn come_back(&self) {
        self.admin_run(format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name))
            .await;
    }

    /// Leaves no room for what is new about connectors, while leases can be renewed.
    pub async fn fill_up(&self) {
        self.run(
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$;
             CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON connectors FOR EACH ROW EXECUTE FUNCTION no_room();",
        )
        .await;
    }

    /// There is room again.
    pub async fn make_room(&self) {
        self.run("DROP TRIGGER no_room ON connectors").await;
    }

    /// Keeps a copy of the database as it is now; it is away meanwhile.
    pub async fn copy(&self) {
        self.leave().await;
        let name = &self.name;
        self.admin_run(format!(
            "CREATE DATABASE {name}_older TEMPLATE {name} STRATEGY file_copy"
        ))
        .await;
        self.come_back().await;
    }

    /// Puts the copy in the database's place, as whoever restores a backup or promotes a standby that was behind.
    pub async fn put_copy_back(&self) {
        self.put_copy_back_after("SELECT 1").await;
    }

    /// As [`Database::put_copy_back`], with a copy in which this was done before.
    pub async fn put_copy_back_after(&self, done: &str) {
        self.leave().await;
        let name = &self.name;
        let mut older = self
            .admin
            .clone()
            .database(&format!("{name}_older"))
            .connect()
            .await
            .unwrap();
        run(&mut older, done.to_owned()).await;
        older.close().await.unwrap();
        self.admin_run(format!("DROP DATABASE {name} WITH (FORCE)")).await;
        self.admin_run(format!("ALTER DATABASE {name}_older RENAME TO {name}"))
            .await;
        self.come_back().await;
    }

    /// What time it is by Postgres's clock, also while the database is away.
    pub async fn clock(&self) -> Timestamp {
        let mut connection = self.admin.connect().await.unwrap();
        let now = sqlx::query_scalar("SELECT clock_timestamp()");
        let now = now.fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        now
    }

    /// A connection of its own to the database. One that breaks while it is made is made again: a busy Postgres may close
    /// it before it says a word.
    pub async fn connection(&self) -> PgConnection {
        let options = self.admin.clone().database(&self.name);
        let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
        loop {
            match options.connect().await {
                Err(sqlx::Error::Io(_)) if std::time::Instant::now() < end => {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
                outcome => return outcome.unwrap(),
            }
        }
    }

    /// Runs statements in the database itself.
    pub async fn run(&self, sql: &str) {
        let mut connection = self.connection().await;
        run(&mut connection, sql.to_owned()).await;
        connection.close().await.unwrap();
    }

    async fn admin_run(&self, sql: String) {
        let mut connection = self.admin.connect().await.unwrap();
        run(&mut connection, sql).await;
        connection.close().await.unwrap();
    }

    /// Every row of every table as text.
    pub async fn dump(&self) -> String {
        let mut connection = self.connection().await;
        let tables: Vec<String> =
            sqlx::query_scalar("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
                .fetch_all(&mut connection)
                .await
                .unwrap();
        let mut all = String::new();
        for table in tables {
            let rows: String = sqlx::query_scalar(AssertSqlSafe(format!(
                "SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM \"{table}\" AS t"
            )))
            .fetch_one(&mut connection)
            .await
            .unwrap();
            all.push_str(&format!("{table}\n{rows}\n"));
        }
        connection.close().await.unwrap();
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
