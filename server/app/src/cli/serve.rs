//! `serve`.

use clap::{Args, ValueEnum};

use super::config_file::ConfigFile;
use super::exit::Exit;
use super::out::complain;
use super::runtime::block_on;
use crate::life;

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    config: ConfigFile,
    /// How log lines look.
    #[arg(long, env = "SIGNALBOX_LOG_FORMAT", value_enum, default_value = "text")]
    log_format: LogFormat,
    /// What is logged: a level, or levels by part: `info,engine=debug`.
    #[arg(long, env = "SIGNALBOX_LOG", value_name = "FILTER", default_value = "info")]
    log: String,
}

/// How the logs look.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

impl Serve {
    pub fn run(self) -> Exit {
        let format = match self.log_format {
            LogFormat::Text => telemetry::LogFormat::Text,
            LogFormat::Json => telemetry::LogFormat::Json,
        };
        if let Err(error) = telemetry::init_logs(format, &self.log) {
            return complain(Exit::Usage, &error);
        }
        let (config, variables) = match self.config.load() {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
        block_on(async {
            match life::serve(config, variables).await {
                Ok(()) => Exit::Well,
                Err(error) if error.is_of_the_configuration() => complain(Exit::Usage, &error),
                Err(error) => complain(Exit::Wrong, &error),
            }
        })
    }
}
