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
    #[arg(long, env = "SIGNALBOX_LOG_FORMAT", value_enum)]
    log_format: Option<LogFormat>,
    /// What is logged: a level, or levels by part: `info,engine=debug`. Without it, what the configuration says.
    #[arg(long, env = "SIGNALBOX_LOG", value_name = "FILTER")]
    log: Option<String>,
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
        let (config, variables) = match self.config.load() {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
        let format = self.log_format.map(|format| match format {
            LogFormat::Text => telemetry::LogFormat::Text,
            LogFormat::Json => telemetry::LogFormat::Json,
        });
        let spoken = match life::speak(&config.telemetry, format, self.log) {
            Ok(spoken) => spoken,
            Err(error) => return complain(Exit::Usage, &error),
        };
        block_on(async {
            match life::serve(config, variables, spoken).await {
                Ok(()) => Exit::Well,
                Err(error) if error.is_of_the_configuration() => complain(Exit::Usage, &error),
                Err(error) => complain(Exit::Wrong, &error),
            }
        })
    }
}
