//! `serve`.

use clap::Args;

use super::out::complain;
use super::{ConfigFile, Exit, LogFormat, block_on};
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
