//! An empty database for one server, on the Postgres of `DATABASE_URL`.

use std::path::Path;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, raw_sql};

const PREFIX: &str = "signalbox_app_lab_";

/// Dropped with the value; one that outlives its process is dropped by the next run.
pub struct Database {
    name: String,
    admin: PgConnectOptions,
}

impl Database {
    pub async fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let url = std::env::var("DATABASE_URL")
            .expect("DATABASE_URL must name a Postgres server whose role may create databases; `make test` sets it");
        let admin = PgConnectOptions::from_str(&url).expect("DATABASE_URL is an address of Postgres");
        let mut connection = admin.connect().await.expect("DATABASE_URL answers");
        sweep(&mut connection).await;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{PREFIX}{}_{number}", std::process::id());
        run(&mut connection, format!("CREATE DATABASE {name}")).await;
        Self { name, admin }
    }

    fn options(&self) -> PgConnectOptions {
        self.admin.clone().database(&self.name)
    }

    pub fn url(&self) -> String {
        self.options().to_url_lossy().to_string()
    }

    /// Every row of every table as text.
    pub async fn dump(&self) -> String {
        let mut connection = self.options().connect().await.unwrap();
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
        )
        .fetch_all(&mut connection)
        .await
        .unwrap();
        let mut all = String::new();
        for table in tables {
            let rows: String = sqlx::query_scalar(AssertSqlSafe(format!(
                "SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} AS t"
            )))
            .fetch_one(&mut connection)
            .await
            .unwrap();
            all.push_str(&format!("{table}\n{rows}\n"));
        }
        all
    }
}

async fn run(connection: &mut PgConnection, sql: String) {
    raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// Drops the databases of runs that are gone.
async fn sweep(connection: &mut PgConnection) {
    let names: Vec<String> = sqlx::query_scalar("SELECT datname FROM pg_database WHERE datname LIKE $1")
        .bind(format!("{PREFIX}%"))
        .fetch_all(&mut *connection)
        .await
        .unwrap();
    for name in names {
        let owner = name.trim_start_matches(PREFIX).split('_').next().unwrap_or_default();
        if !Path::new(&format!("/proc/{owner}")).exists() {
            run(connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let admin = self.admin.clone();
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A test's own runtime cannot be waited for within a drop.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(async {
                let mut connection = admin.connect().await.unwrap();
                run(&mut connection, sql).await;
            });
        });
        assert!(
            dropping.join().is_ok() || std::thread::panicking(),
            "the test's database could not be dropped"
        );
    }
}
