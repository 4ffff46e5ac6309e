//! How a worker of the fake misbehaves.

use std::time::Duration;

/// How a worker answers every request until told otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// As a worker does.
    #[default]
    Normal,
    /// It accepts connections and never answers, like a frozen process.
    Hang,
    /// It answers after this time.
    Late(Duration),
    /// Its body comes in pieces of so many bytes, 10 ms apart.
    Slow(usize),
    /// Its body comes one byte a second.
    Trickle,
    /// So many bytes of what could become JSON, never all in memory here.
    Huge(u64),
    /// Sent to where it already is, for ever.
    Circle,
    /// It sends half of the body and breaks the connection.
    Half,
    /// It answers as the HTTP server does before Connect's resources are there: 404 without `error_code`.
    Booting,
    /// Its resources are there, its herder still reads the topics: empty lists, `/health` 503, and questions for one
    /// connector wait.
    Starting,
    /// Its herder hangs: `/health` 500, everything else from memory.
    Unhealthy,
    /// Its brokers are away: `/health` never comes, everything else from memory.
    Brokerless,
    /// 409 as in a rebalance.
    Conflict,
    /// 500 as between a config change and its rebalance.
    RebalanceExpected,
    /// 500 as after 90 s of waiting for the herder.
    TimedOut,
    /// 401 in plain text, as Connect's basic authentication answers.
    Unauthorized,
    /// Sent elsewhere.
    Redirect(String),
    /// Any other answer: status, content type, body.
    Other(u16, &'static str, String),
}

impl Behaviour {
    /// A page of HTML with status 200, as of a proxy's portal.
    pub fn html() -> Self {
        Self::Other(
            200,
            "text/html",
            "<html><body><h1>Welcome to nginx!</h1></body></html>".to_owned(),
        )
    }
}
