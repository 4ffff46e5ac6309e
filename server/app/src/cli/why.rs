//! `why CLUSTER/CONNECTOR`: asks a running server.

mod ask;
mod parts;
mod tell;
mod wrap;

use clap::Args;
use egress::Error as EgressError;
use model::Clock as _;
use url::Url;

use super::exit::Exit;
use super::out::{complain, say};
use super::runtime::block_on;
use crate::clock::SystemClock;
use ask::{Answer, ask};

/// Arguments of `why`.
#[derive(Debug, Args)]
pub struct Why {
    /// The connector: its cluster, a slash, its name.
    #[arg(value_name = "CLUSTER/CONNECTOR")]
    connector: String,
    /// Print the API's answer as it is.
    #[arg(long)]
    json: bool,
    /// The server.
    #[arg(long, env = "SIGNALBOX_URL", default_value = "http://127.0.0.1:8480")]
    url: Url,
    /// A bearer token of the server's [[tokens]] with the right `see`.
    #[arg(long, env = "SIGNALBOX_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    token: Option<String>,
}

impl Why {
    pub fn run(self) -> Exit {
        let Some((cluster, name)) = self
            .connector
            .split_once('/')
            .filter(|(c, n)| !c.is_empty() && !n.is_empty())
        else {
            return complain(Exit::Usage, &"write the connector as CLUSTER/CONNECTOR");
        };
        let Some(token) = self.token.as_deref().filter(|token| !token.trim().is_empty()) else {
            let what = "a token is needed: put one of the server's [[tokens]] into SIGNALBOX_TOKEN";
            return complain(Exit::Usage, &what);
        };
        block_on(async {
            match ask(&self.url, token, cluster, name).await {
                Ok(Answer::Connector(connector)) => self.tell(&connector),
                Ok(Answer::Refused { status, detail }) => {
                    let exit = if status >= 500 { Exit::Unreached } else { Exit::Usage };
                    complain(exit, &format_args!("{detail} ({status})"))
                }
                Ok(Answer::Unreadable) => {
                    let what = format!(
                        "what answers at {} is no Signalbox",
                        self.url.origin().ascii_serialization()
                    );
                    complain(Exit::Unreached, &what)
                }
                Err(error @ EgressError::Setup { .. }) => complain(Exit::Usage, &error),
                Err(error) => {
                    let server = self.url.origin().ascii_serialization();
                    complain(Exit::Unreached, &format_args!("{server} was not reached: {error}"))
                }
            }
        })
    }

    fn tell(&self, connector: &serde_json::Value) -> Exit {
        if self.json {
            say(format_args!("{connector:#}"));
        } else {
            say(tell::tell(connector, SystemClock.now()));
        }
        let verdict = connector.pointer("/health/verdict").and_then(serde_json::Value::as_str);
        let health = verdict.and_then(model::verdict::Health::parse);
        if connector.get("deleted_at").is_some_and(serde_json::Value::is_string) {
            // What it was is told, and that it is no more.
            Exit::Usage
        } else if connector
            .get("unlisted_fault")
            .is_some_and(serde_json::Value::is_object)
        {
            // The verdict stands, and nobody can be asked whether it still holds.
            Exit::Wrong
        } else if health.is_some_and(|health| !health.unhealthy()) {
            Exit::Well
        } else {
            Exit::Wrong
        }
    }
}
