//! Why a question to a worker has no answer, by what the caller can do about it.

use std::sync::Arc;

use model::advice::plain_step;
use model::names::WorkerId;
use model::observe::{Gap, GapKind};

use crate::said::short;

/// Why there is no answer. Texts of the worker's are redacted by pattern and at most 200 characters long.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No answer at all: refused, silent, unreachable, not trusted, too large, cut short, redirected.
    #[error(transparent)]
    Egress(egress::Error),
    /// The worker is up and knows no such connector or plugin.
    #[error("not found: {said}")]
    NotFound {
        /// The worker's own words.
        said: Arc<str>,
    },
    /// The worker answers but is still starting, or is stopping: what it lists proves nothing.
    #[error("the worker is starting or stopping")]
    Starting,
    /// A transient refusal: a rebalance, or a request that timed out inside the worker. A write that was answered so
    /// may still be carried out.
    #[error("the worker could not answer for now: {said}")]
    Busy {
        /// The worker's own words.
        said: Arc<str>,
    },
    /// What was to be created exists already.
    #[error("{said}")]
    Conflict {
        /// The worker's own words.
        said: Arc<str>,
    },
    /// 401 or 403.
    #[error("access was denied ({status})")]
    Denied {
        /// The status code.
        status: u16,
    },
    /// This version of Connect does not have what was asked for.
    #[error("the worker's version does not support this")]
    Unsupported,
    /// The worker refused the request for a reason of its own that asking again will not change, or failed at it.
    #[error("the worker answered {status}: {said}")]
    Rejected {
        /// The status code.
        status: u16,
        /// The worker's own words.
        said: Arc<str>,
    },
    /// A proxy in front of the worker could not reach it (502, 503, 504).
    #[error("a proxy in front of the worker answered {status}")]
    Gateway {
        /// The status code.
        status: u16,
    },
    /// Something answered that is no Connect worker.
    #[error("what answers there is no Connect worker: {why}")]
    NotConnect {
        /// How that was seen, as a clause.
        why: Arc<str>,
    },
    /// The answer is no JSON that could be read.
    #[error("the answer could not be read: {why}")]
    Unreadable {
        /// What is wrong with it and where, without its content.
        why: Arc<str>,
    },
}

impl Error {
    /// The gap to record for the worker at this address.
    pub fn gap(&self, address: &WorkerId) -> Gap {
        Gap {
            kind: self.gap_kind(),
            text: match self.remedy() {
                "" => format!("{address}: {self}").into(),
                remedy => format!("{address}: {self}; {remedy}").into(),
            },
        }
    }

    /// What a person can do about it, as a clause; empty when nothing need be done.
    pub fn remedy(&self) -> &'static str {
        use egress::Error as Egress;
        match self {
            Self::Egress(Egress::Refused) => "see whether the worker runs and listens there",
            Self::Egress(Egress::TimedOut { .. }) => "see whether the worker hangs or a firewall drops packets",
            Self::Egress(Egress::Unreachable { .. }) => "check the address and the network on the way",
            Self::Egress(Egress::Tls { .. }) => "check the worker's certificate and this cluster's `tls` settings",
            Self::Egress(Egress::Forbidden { .. }) => "add its network there if it is the worker",
            Self::Egress(Egress::BadAnswer { why }) if plain_step(why, "").is_some() => {
                "look at what answers there: it may want `https://` in this cluster's `urls`, or be no worker"
            }
            Self::Egress(Egress::TooLarge { .. } | Egress::BadAnswer { .. }) | Self::Unreadable { .. } => {
                "look at what answers there: the worker, or a proxy in front of it"
            }
            Self::Egress(Egress::Redirected { .. }) => "give the worker's own address, not that of a sign-in page",
            Self::NotConnect { .. } => "check this cluster's `urls`",
            Self::Denied { .. } => "check this cluster's `auth`",
            Self::Gateway { .. } => "see whether the worker behind it runs",
            Self::Rejected { .. } => "the worker's log says more",
            Self::Egress(Egress::Setup { .. })
            | Self::NotFound { .. }
            | Self::Starting
            | Self::Busy { .. }
            | Self::Conflict { .. }
            | Self::Unsupported => "",
        }
    }

    /// What the error proves about the address.
    pub fn gap_kind(&self) -> GapKind {
        match self {
            Self::Egress(error) => match error {
                egress::Error::Refused => GapKind::Refused,
                egress::Error::TimedOut { .. } => GapKind::TimedOut,
                egress::Error::Unreachable { .. } => GapKind::Unreachable,
                egress::Error::Tls { .. } => GapKind::Tls,
                egress::Error::Forbidden { .. } => GapKind::Forbidden,
                egress::Error::TooLarge { .. } | egress::Error::BadAnswer { .. } => GapKind::Unreadable,
                egress::Error::Redirected { .. } => GapKind::NotConnect,
                egress::Error::Setup { .. } => GapKind::Other,
            },
            Self::Starting => GapKind::Starting,
            Self::Busy { .. } => GapKind::Busy,
            Self::Denied { .. } => GapKind::Denied,
            Self::Gateway { .. } => GapKind::Unreachable,
            Self::NotConnect { .. } => GapKind::NotConnect,
            Self::Unreadable { .. } => GapKind::Unreadable,
            Self::NotFound { .. } | Self::Conflict { .. } | Self::Unsupported | Self::Rejected { .. } => GapKind::Other,
        }
    }

    /// Whether a worker itself answered, so that it lives, even if it could not do what was asked.
    pub fn worker_answered(&self) -> bool {
        matches!(
            self,
            Self::NotFound { .. }
                | Self::Starting
                | Self::Busy { .. }
                | Self::Conflict { .. }
                | Self::Unsupported
                | Self::Rejected { .. }
        )
    }
}

impl From<egress::Error> for Error {
    /// The host of a redirect is the peer's text too, and is kept as short as any other.
    fn from(error: egress::Error) -> Self {
        Self::Egress(match error {
            egress::Error::Redirected { status, to } => egress::Error::Redirected {
                status,
                to: short(to.to_string()).into(),
            },
            other => other,
        })
    }
}
