//! The client and its builder.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, LOCATION};
use url::Url;

use crate::large::{ALL, Stalled, Turn};
use crate::resolve::Guarded;
use crate::{Auth, Error, Policy, Request, Response, USER_AGENT, distrust, tls};

/// Settings of a client for one peer (one cluster, one receiver). No Debug: it holds credentials.
#[derive(Clone)]
pub struct ClientBuilder {
    policy: Policy,
    connect_timeout: Duration,
    deadline: Duration,
    max_body: usize,
    auth: Option<Auth>,
    ca: Option<Vec<u8>>,
    identity: Option<Vec<u8>>,
    proxy: Option<Url>,
}

impl ClientBuilder {
    /// 3 s to connect, 10 s for a whole answer, 64 MB of body, the system's authorities, no credentials, no proxy.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            connect_timeout: Duration::from_secs(3),
            deadline: Duration::from_secs(10),
            max_body: 64 << 20,
            auth: None,
            ca: None,
            identity: None,
            proxy: None,
        }
    }

    /// The time to resolve, connect and finish the TLS handshake.
    #[must_use]
    pub fn connect_timeout(mut self, time: Duration) -> Self {
        self.connect_timeout = time;
        self
    }

    /// The time until an answer must be whole; a request may bring its own.
    #[must_use]
    pub fn deadline(mut self, time: Duration) -> Self {
        self.deadline = time;
        self
    }

    /// The largest body that is read, in bytes.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Credentials, sent with every request whatever its host: one client is for one peer.
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = Some(auth);
        self
    }

    /// Authorities in PEM form, in place of the system's.
    #[must_use]
    pub fn ca_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.ca = Some(pem.into());
        self
    }

    /// The client's own certificate chain and private key in PEM form, one after the other (mTLS).
    #[must_use]
    pub fn identity_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.identity = Some(pem.into());
        self
    }

    /// A proxy for all requests; its own address must be among those that the policy was made with. Names are then
    /// resolved by the proxy, so that the policy can judge only literal addresses.
    #[must_use]
    pub fn proxy(mut self, proxy: Url) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// [`Error::Setup`] when certificates, key or proxy cannot be used; [`Error::Forbidden`] when the proxy's literal
    /// address lies outside the policy.
    pub fn build(self) -> Result<Client, Error> {
        tls::ensure_provider();
        let authorities = self.ca.as_deref().map(tls::authorities).transpose()?;
        let http = match authorities {
            Some(authorities) => self.http(Some(authorities))?,
            // A machine without any authorities can still speak plain HTTP; over TLS it will say that the authority is
            // unknown.
            None => self.http(None).or_else(|_| self.http(Some(Vec::new())))?,
        };
        Ok(Client {
            http,
            policy: self.policy,
            connect_timeout: self.connect_timeout,
            deadline: self.deadline,
            max_body: self.max_body,
            auth: self.auth,
        })
    }

    fn http(&self, only: Option<Vec<reqwest::Certificate>>) -> Result<reqwest::Client, Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .http1_only()
            .connect_timeout(self.connect_timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(4)
            .dns_resolver(Arc::new(Guarded(self.policy.clone())));
        match (only, &self.identity) {
            (Some(authorities), _) => builder = builder.tls_certs_only(authorities),
            (None, None) => {
                let system = tls::system().map_err(|_| Error::Setup {
                    why: "the system's authorities cannot be read".into(),
                })?;
                builder = builder.tls_backend_preconfigured(system);
            }
            (None, Some(_)) => {}
        }
        if let Some(identity) = &self.identity {
            builder = builder.identity(tls::identity(identity)?);
        }
        if let Some(proxy) = &self.proxy {
            self.policy.check(proxy)?;
            builder = builder.proxy(reqwest::Proxy::all(proxy.clone()).map_err(|_| Error::Setup {
                why: "the proxy's address cannot be used".into(),
            })?);
        }
        builder.build().map_err(|error| Error::Setup {
            why: format!(
                "the TLS settings (authorities, client certificate and its key) cannot be used: {}",
                innermost(&error)
            )
            .into(),
        })
    }
}

/// What an error says at its root.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    let tls = innermost.downcast_ref::<rustls::Error>();
    tls.map_or_else(|| innermost.to_string(), distrust::words)
}

/// A client for one peer; a clone shares its connections. No Debug: it holds credentials.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    policy: Policy,
    connect_timeout: Duration,
    deadline: Duration,
    max_body: usize,
    auth: Option<Auth>,
}

impl Client {
    /// Sends one request and reads the whole answer. A request that changes something is sent once; one that only reads
    /// is sent a second time when the connection was closed before any answer began.
    ///
    /// # Errors
    /// Any of [`Error`]; an answer with a status outside 3xx is no error, whatever it says.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        let deadline = request.deadline.unwrap_or(self.deadline);
        match tokio::time::timeout(deadline, self.exchange(request)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(Error::TimedOut { after: deadline }),
        }
    }

    async fn exchange(&self, mut request: Request) -> Result<Response, Error> {
        // The resolver sees names only; literal addresses are judged here.
        self.policy.check(&request.url)?;
        if self.auth.is_some() && request.url.set_username("").is_ok() {
            // Configured credentials win over those within the address; two headers would be refused by some peers.
            let _same_outcome = request.url.set_password(None);
        }
        let started = Instant::now();
        let mut answer = match self
            .outgoing(&request)
            .send()
            .await
            .map_err(|error| self.classify(&error))
        {
            // The peer closed a kept connection at the moment it was used again: nothing was answered, and reading may
            // be asked twice.
            Err(Error::BadAnswer { .. }) if request.method.is_safe() => {
                let again = self.outgoing(&request).send().await;
                again.map_err(|error| self.classify(&error).unanswered(&request.url))?
            }
            first => first.map_err(|error| error.unanswered(&request.url))?,
        };
        if answer.status().is_redirection() {
            return Err(Error::Redirected {
                status: answer.status().as_u16(),
                to: redirect_host(answer.url(), answer.headers()).into(),
            });
        }
        let encoding = answer.headers().get(CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| encoding != "identity") {
            return Err(Error::BadAnswer {
                why: "the answer is compressed although nobody asked for it".into(),
            });
        }
        let mut turn = Turn::new(&ALL);
        let body = self.body(&mut answer, &mut turn).await?;
        Ok(Response {
            status: answer.status(),
            headers: std::mem::take(answer.headers_mut()),
            body,
            took: started.elapsed().saturating_sub(turn.waited()),
        })
    }

    fn outgoing(&self, request: &Request) -> reqwest::RequestBuilder {
        let mut outgoing = self
            .http
            .request(request.method.clone(), request.url.clone())
            .headers(request.headers.clone());
        if let Some(auth) = &self.auth {
            outgoing = outgoing.header(AUTHORIZATION, auth.value());
        }
        if let Some(body) = &request.body {
            outgoing = outgoing.body(body.clone());
        }
        outgoing
    }

    async fn body(&self, answer: &mut reqwest::Response, turn: &mut Turn) -> Result<Bytes, Error> {
        let too_large = Error::TooLarge { limit: self.max_body };
        // What a peer announces may be anything: reserve no more than a first part of it.
        let announced = answer.content_length().unwrap_or(0);
        if announced > self.max_body as u64 {
            return Err(too_large);
        }
        let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or(0).min(1 << 20));
        while let Some(chunk) = turn
            .next(answer.chunk())
            .await?
            .map_err(|error| self.classify(&error))?
        {
            if body.len() + chunk.len() > self.max_body {
                return Err(too_large);
            }
            turn.for_size(body.len() + chunk.len()).await?;
            if body.len() + chunk.len() > body.capacity() {
                // Twice as much, but never beyond the limit: old and new stand side by side for a moment.
                let most = self.max_body - body.len();
                body.reserve_exact(body.capacity().max(chunk.len()).min(most));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.into())
    }

    fn classify(&self, error: &reqwest::Error) -> Error {
        Error::of(error, self.connect_timeout)
    }
}

impl From<Stalled> for Error {
    fn from(_: Stalled) -> Self {
        Self::BadAnswer {
            why: "it stalled in the middle of a large answer while others waited to be read".into(),
        }
    }
}

/// The host and port that a redirect names; its path and query may hold secrets.
fn redirect_host(asked: &Url, headers: &HeaderMap) -> String {
    let target = headers
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .and_then(|location| asked.join(location).ok());
    match target.as_ref().map(|url| (url.host_str(), url.port())) {
        Some((Some(host), Some(port))) => format!("{host}:{port}"),
        Some((Some(host), None)) => host.to_owned(),
        _ => "an address that cannot be read".to_owned(),
    }
}
