//! What a route is: everything about an address but what it answers, as data.

use std::time::Duration;

use axum::routing::MethodRouter;
use http::Method;
use model::actor::Right;

use crate::state::AppState;

/// One line of the table of routes.
pub struct Route {
    /// Its method; GET answers HEAD too.
    pub verb: Verb,
    /// Its path, with `{name}` for what varies; a name in it may hold any character, percent-encoded.
    pub path: &'static str,
    /// Its name, unique: the operation of the API's description, and what logs say.
    pub name: &'static str,
    /// Who may ask.
    pub access: Access,
    /// For whom it is, which decides how errors look.
    pub kind: Kind,
    /// What it may cost.
    pub limits: Limits,
    /// What answers.
    pub handler: fn() -> MethodRouter<AppState>,
}

/// The methods that are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Changes nothing.
    Get,
    /// Changes something.
    Post,
    /// Sets something to what it is to be.
    Put,
}

impl Verb {
    /// As HTTP writes it.
    pub fn method(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Post => Method::POST,
            Self::Put => Method::PUT,
        }
    }

    /// Whether it may change something, so that a session must prove that its own page asks.
    pub fn changes(self) -> bool {
        self != Self::Get
    }
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody who reaches the server: whether it lives, style sheets, and the door itself.
    Open,
    /// Anybody on this machine; who comes through a proxy, or by another name, needs this right.
    Loopback(Right),
    /// Anybody with a session.
    Session,
    /// Those with this right.
    Needs(Right),
}

/// For whom a route is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Programs: errors are problem JSON.
    Api,
    /// People: errors are pages, and the way in is a link.
    Page,
    /// Probes and scrapers: errors are text, but for who is not admitted.
    Probe,
}

/// What one request may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a body.
    pub body: usize,
    /// Time until the answer begins.
    pub deadline: Duration,
}

impl Limits {
    /// For questions: no body, 20 s (one to Postgres waits 3 s for its turn and gives up after 10).
    pub const READ: Self = Self {
        body: 0,
        deadline: Duration::from_secs(20),
    };
    /// For small forms.
    pub const FORM: Self = Self {
        body: 8 << 10,
        deadline: Duration::from_secs(10),
    };
    /// For probes.
    pub const PROBE: Self = Self {
        body: 0,
        deadline: Duration::from_secs(5),
    };
}
