//! The command line.

mod admin;
mod backup;
mod config;
mod config_file;
mod doctor;
mod exit;
mod out;
mod runtime;
mod serve;
mod why;

use clap::{Parser, Subcommand};

use config_file::ConfigFile;
pub use exit::Exit;

/// Observability and control for fleets of Kafka Connect clusters.
#[derive(Debug, Parser)]
#[command(name = "signalbox", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit codes:
  0  all is well
  1  something is wrong: an unhealthy connector, a failed check, a server that could not go on
  2  the command line or the configuration is wrong, or there is no such connector
  3  what was asked could not be reached

Configuration: --config FILE, else SIGNALBOX_CONFIG, else ./signalbox.toml, else /etc/signalbox/signalbox.toml, else
defaults (`signalbox config print`). Commands that ask a running server use SIGNALBOX_URL and SIGNALBOX_TOKEN.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server: watch the clusters, serve pages, API and metrics.
    Serve(serve::Serve),
    /// Check configuration, addresses, permissions, versions, clocks and database, and say what to do.
    Doctor(doctor::Doctor),
    /// Show or check the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Say why a connector is as it is: verdict, evidence, root cause. Exits with 1 when it needs a person.
    Why(why::Why),
    /// Write database and secret key to one file, as of one moment; servers go on undisturbed.
    Backup(backup::Backup),
    /// Put a backup into an empty database.
    Restore(backup::Restore),
    /// Look after the server itself.
    #[command(subcommand)]
    Admin(AdminCommand),
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every key with its default and what it means.
    Print,
    /// Check a configuration and print what was understood, without secrets.
    Check(ConfigFile),
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Make a one-time sign-in link for 10 minutes: printed to a terminal, else written to a file under data_dir.
    SignInLink(ConfigFile),
}

impl Cli {
    /// Does what was asked.
    pub fn run(self) -> Exit {
        match self.command {
            Command::Serve(serve) => serve.run(),
            Command::Doctor(doctor) => doctor.run(),
            Command::Config(ConfigCommand::Print) => config::print(),
            Command::Config(ConfigCommand::Check(file)) => config::check(&file),
            Command::Why(why) => why.run(),
            Command::Backup(backup) => backup.run(),
            Command::Restore(restore) => restore.run(),
            Command::Admin(AdminCommand::SignInLink(file)) => admin::sign_in_link(&file),
        }
    }
}
