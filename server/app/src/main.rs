//! `signalbox`: see `signalbox --help`.

use std::process::ExitCode;

use app::cli::Cli;
use clap::Parser as _;

fn main() -> ExitCode {
    // Before anything can open a connection: the libraries bring no provider of cryptography of their own. It fails only
    // when there is one already.
    let _already_there = rustls::crypto::ring::default_provider().install_default();
    Cli::parse().run().into()
}
