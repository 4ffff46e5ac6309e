//! Why a request got no answer, by what the caller can do about it.

use std::error::Error as StdError;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use crate::distrust;
use crate::lookup::{AllForbidden, Unresolved};

/// Why there is no answer. No variant holds a URL, a header or a body.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The connection was refused: nothing listens there.
    #[error("the connection was refused")]
    Refused,
    /// No whole answer within the deadline.
    #[error("no answer within {}", words(*after))]
    TimedOut {
        /// The deadline that passed: that of connecting or that of the whole request.
        after: Duration,
    },
    /// The name did not resolve, or there is no route.
    #[error("{why}")]
    Unreachable {
        /// Which of the two, as a clause.
        why: Arc<str>,
    },
    /// TLS failed: expired, other name, unknown authority, a client certificate that was refused or missing.
    #[error("TLS failed: {why}")]
    Tls {
        /// What failed, as a clause.
        why: Arc<str>,
    },
    /// The address lies outside what the configuration allows.
    #[error("{address} lies outside the networks that [egress] allow names")]
    Forbidden {
        /// The address, after its name was resolved.
        address: IpAddr,
    },
    /// The answer is larger than the limit; reading stopped there.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The peer wants to be asked elsewhere, which is not followed.
    #[error("redirected ({status}) to {to}, which is not followed")]
    Redirected {
        /// The status code, 300 to 399.
        status: u16,
        /// The host (and port) named; never path, query or user information.
        to: Arc<str>,
    },
    /// The answer was cut short, is no HTTP, or is compressed although nobody asked for it.
    #[error("{why}")]
    BadAnswer {
        /// What is wrong with it, as a clause.
        why: Arc<str>,
    },
    /// The request or the client's settings cannot work: an address that is no HTTP URL, an unreadable certificate.
    #[error("{why}")]
    Setup {
        /// What is wrong, as a clause.
        why: Arc<str>,
    },
}

impl Error {
    /// The variant in a word, for labels: it holds nothing of what was asked or answered.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::TimedOut { .. } => "timed_out",
            Self::Unreachable { .. } => "unreachable",
            Self::Tls { .. } => "tls",
            Self::Forbidden { .. } => "forbidden",
            Self::TooLarge { .. } => "too_large",
            Self::Redirected { .. } => "redirected",
            Self::BadAnswer { .. } => "bad_answer",
            Self::Setup { .. } => "setup",
        }
    }

    /// Classifies what reqwest reports, by the sources of the error and never by its text (which holds the URL).
    pub(crate) fn of(error: &reqwest::Error, connect_timeout: Duration) -> Self {
        let mut source: Option<&(dyn StdError + 'static)> = Some(error);
        while let Some(cause) = source {
            if let Some(known) = Self::known(cause) {
                return known;
            }
            source = cause.source();
        }
        if error.is_builder() {
            Self::Setup {
                why: "the request could not be made from its address and headers".into(),
            }
        } else if error.is_timeout() {
            Self::TimedOut { after: connect_timeout }
        } else if error.is_connect() {
            Self::Unreachable {
                why: "the connection could not be made".into(),
            }
        } else {
            Self::BadAnswer {
                why: "the answer was cut short or is no HTTP".into(),
            }
        }
    }

    /// The same of a request that no answer began to come to. What speaks TLS, or is no HTTP server at all, hangs up on plain
    /// HTTP or answers it in its own tongue.
    pub(crate) fn unanswered(self, asked: &Url) -> Self {
        match self {
            Self::BadAnswer { why } if asked.scheme() == "http" => Self::BadAnswer {
                why: format!("plain HTTP got no answer that is HTTP: {why}").into(),
            },
            other => other,
        }
    }

    fn known(cause: &(dyn StdError + 'static)) -> Option<Self> {
        if let Some(forbidden) = cause.downcast_ref::<AllForbidden>() {
            return Some(Self::Forbidden {
                address: forbidden.address,
            });
        }
        if let Some(unresolved) = cause.downcast_ref::<Unresolved>() {
            return Some(Self::Unreachable {
                why: unresolved.to_string().into(),
            });
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            let why = distrust::words(tls).into();
            return Some(Self::Tls { why });
        }
        let io = cause.downcast_ref::<io::Error>()?;
        // rustls and the resolver travel inside of io::Error, whose `source` skips what it wraps.
        if let Some(inner) = io.get_ref()
            && let Some(known) = Self::known(inner)
        {
            return Some(known);
        }
        Self::of_kind(io.kind())
    }

    fn of_kind(kind: io::ErrorKind) -> Option<Self> {
        use io::ErrorKind as Kind;
        match kind {
            Kind::ConnectionRefused => Some(Self::Refused),
            Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable => {
                Some(Self::Unreachable {
                    why: "there is no route to the address".into(),
                })
            }
            Kind::PermissionDenied => Some(Self::Unreachable {
                why: "this machine does not permit the connection".into(),
            }),
            Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe | Kind::UnexpectedEof => {
                Some(Self::BadAnswer {
                    why: "the connection was closed before the answer was whole".into(),
                })
            }
            _ => None,
        }
    }
}

/// `10 s`, or `1500 ms` where it is no whole number of seconds.
fn words(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{} s", duration.as_secs()),
        _ => format!("{} ms", duration.as_millis()),
    }
}
