//! Credentials that can be sent and not be shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;

use crate::Error;

/// What a client proves itself with in the `Authorization` header. No Debug, Display or Serialize: it holds the secret.
#[derive(Clone)]
pub struct Auth(HeaderValue);

impl Auth {
    /// Basic authentication (RFC 7617), UTF-8.
    ///
    /// # Errors
    /// [`Error::Setup`] when the user name holds a colon, which would become part of the password.
    pub fn basic(user: &str, password: &str) -> Result<Self, Error> {
        if user.contains(':') {
            return Err(Error::Setup {
                why: "a user name for basic authentication must not hold a colon".into(),
            });
        }
        Self::header(&format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }

    /// A bearer token (RFC 6750). Blanks around it, such as a file's last line end, are left out.
    ///
    /// # Errors
    /// [`Error::Setup`] when the token is empty or holds characters that a header cannot carry.
    pub fn bearer(token: &str) -> Result<Self, Error> {
        let token = token.trim();
        if token.is_empty() {
            return Err(Error::Setup {
                why: "the bearer token is empty".into(),
            });
        }
        Self::header(&format!("Bearer {token}"))
    }

    pub(crate) fn value(&self) -> HeaderValue {
        self.0.clone()
    }

    fn header(text: &str) -> Result<Self, Error> {
        let mut value = HeaderValue::from_str(text).map_err(|_| Error::Setup {
            why: "the credentials hold characters that an HTTP header cannot carry".into(),
        })?;
        value.set_sensitive(true);
        Ok(Self(value))
    }
}

#[cfg(test)]
mod tests {
    use super::Auth;

    #[test]
    fn basic_is_the_example_of_the_rfc() {
        let auth = Auth::basic("Aladdin", "open sesame").unwrap();
        assert_eq!(auth.value(), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert!(auth.value().is_sensitive());
    }

    #[test]
    fn what_a_header_cannot_carry_is_refused_without_showing_it() {
        for refused in [Auth::basic("a:b", "c"), Auth::bearer(" \n"), Auth::bearer("one\ntwo")] {
            let why = refused.err().unwrap().to_string();
            assert!(!why.contains("two"), "{why}");
        }
        assert_eq!(Auth::bearer("t0ken\n").unwrap().value(), "Bearer t0ken");
    }
}
