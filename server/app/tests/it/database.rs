//! A database per test, on the server that DATABASE_URL names.

use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, raw_sql};

/// Dropped with the value.
pub struct Database {
    name: String,
    pub url: String,
}

fn admin() -> PgConnectOptions {
    let Ok(url) = std::env::var("DATABASE_URL") else {
        panic!("DATABASE_URL must name a Postgres server whose role may create databases; `make test` sets it");
    };
    PgConnectOptions::from_str(&url).unwrap()
}

/// On a thread of its own, since tests may or may not have a runtime.
fn run(options: PgConnectOptions, sql: String) -> Result<(), sqlx::Error> {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut connection = options.connect().await?;
            raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
            Ok(())
        })
    };
    std::thread::spawn(work).join().unwrap()
}

impl Database {
    /// An empty one: the server migrates it.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("signalbox_app_test_{}_{number}", std::process::id());
        run(admin(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).unwrap();
        run(admin(), format!("CREATE DATABASE {name} STRATEGY file_copy")).unwrap();
        let url = admin().database(&name).to_url_lossy().to_string();
        Self { name, url }
    }
}

impl Database {
    /// Runs statements in it.
    pub fn run(&self, sql: &str) {
        run(admin().database(&self.name), sql.to_owned()).unwrap();
    }
}

impl Database {
    /// What a question with one column of text finds.
    pub fn ask(&self, sql: &str) -> Vec<String> {
        let (options, sql) = (admin().database(&self.name), sql.to_owned());
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut connection = options.connect().await.unwrap();
                sqlx::query_scalar(AssertSqlSafe(sql))
                    .fetch_all(&mut connection)
                    .await
                    .unwrap()
            })
        };
        std::thread::spawn(work).join().unwrap()
    }
}

/// A transaction that is open until this is dropped.
pub struct Held(Option<(std::sync::mpsc::Sender<()>, std::thread::JoinHandle<()>)>);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some((end, held)) = self.0.take() {
            drop(end);
            held.join().unwrap();
        }
    }
}

impl Database {
    /// Runs a statement in a transaction and leaves that open.
    pub fn hold(&self, sql: &str) -> Held {
        let (options, sql) = (admin().database(&self.name), format!("BEGIN; {sql}"));
        let (begun, has_begun) = std::sync::mpsc::channel();
        let (end, ended) = std::sync::mpsc::channel();
        let work = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            let mut connection = runtime.block_on(options.connect()).unwrap();
            runtime
                .block_on(raw_sql(AssertSqlSafe(sql)).execute(&mut connection))
                .unwrap();
            begun.send(()).unwrap();
            // Until the other end is dropped; the connection ends with this thread, and with it the transaction.
            ended.recv().unwrap_or(());
        };
        let held = std::thread::spawn(work);
        has_begun.recv().unwrap();
        Held(Some((end, held)))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = run(admin(), format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)) {
            eprintln!("{} was left behind: {error}", self.name);
        }
    }
}
