//! Migrations and query files are read while compiling; a changed one must be seen by the next build.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations");
    println!("cargo::rerun-if-changed=../../.sqlx");
}
