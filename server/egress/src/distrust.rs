//! What failed in TLS, in words. rustls and what checks certificates for it name many failures by their own variants,
//! which nobody but their authors reads: none of those leaves this module as it is.

use std::fmt::Debug;

use rustls::{CertificateError as Certificate, Error};

/// What failed, as a clause.
pub(crate) fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(certificate) => of_certificate(certificate),
        Error::AlertReceived(alert) => format!("the peer refused: {}", apart(alert)),
        Error::InvalidMessage(_) => "the peer does not speak TLS".to_owned(),
        Error::PeerIncompatible(_) => "no TLS version or cipher in common".to_owned(),
        Error::PeerMisbehaved(how) => format!("the peer does not keep to TLS: {}", apart(how)),
        Error::InappropriateMessage { .. } | Error::InappropriateHandshakeMessage { .. } => {
            "the peer does not keep to TLS: it said something out of turn".to_owned()
        }
        Error::NoCertificatesPresented => "the peer shows no certificate".to_owned(),
        Error::DecryptError => "what the peer sent cannot be decrypted".to_owned(),
        Error::PeerSentOversizedRecord => {
            "the peer does not keep to TLS: it sent more at once than is allowed".to_owned()
        }
        Error::InconsistentKeys(_) => "the private key is not that of the certificate".to_owned(),
        Error::InvalidCertRevocationList(_) => "a list of revoked certificates cannot be used".to_owned(),
        Error::InvalidEncryptedClientHello(_) => "the peer does not take an encrypted greeting".to_owned(),
        Error::General(words) => words.clone(),
        Error::Other(other) => apart(&other.0),
        // All others are plain sentences of rustls.
        other => other.to_string(),
    }
}

fn of_certificate(certificate: &Certificate) -> String {
    let words = match certificate {
        Certificate::Expired | Certificate::ExpiredContext { .. } => "the certificate has expired",
        Certificate::NotValidYet | Certificate::NotValidYetContext { .. } => "the certificate is not valid yet",
        // A bad signature is an unknown authority under a known one's name.
        Certificate::UnknownIssuer | Certificate::BadSignature => "the certificate's authority is unknown",
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
            "the certificate is for another name"
        }
        Certificate::BadEncoding => "the certificate cannot be read",
        Certificate::Revoked => "the certificate was revoked",
        Certificate::UnhandledCriticalExtension => "the certificate demands what is not known here",
        Certificate::InvalidPurpose | Certificate::InvalidPurposeContext { .. } => NOT_FOR_SERVERS,
        Certificate::UnsupportedSignatureAlgorithmContext { .. }
        | Certificate::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => UNKNOWN_ALGORITHM,
        Certificate::ApplicationVerificationFailure => "the certificate is not trusted",
        // What checks certificates is no library of ours: its errors are told apart by the names that they write.
        Certificate::Other(other) => match other.0.to_string().as_str() {
            "CaUsedAsEndEntity" => "the certificate is that of an authority (CA:TRUE), and no server's",
            "EndEntityUsedAsCa" => "the certificate is signed with one that is no authority's (CA:FALSE)",
            "UnsupportedCertVersion" => "the certificate is of X.509 version 1, which holds no names of servers",
            "UnsupportedCriticalExtension" => "the certificate demands what is not known here",
            "NameConstraintViolation" => "the certificate's authority may not vouch for this name",
            "certificate had invalid extensions" => NOT_FOR_SERVERS,
            _ => return format!("the certificate is not valid: {}", apart(&other.0)),
        },
        other => return format!("the certificate is not valid: {}", apart(other)),
    };
    words.to_owned()
}

const NOT_FOR_SERVERS: &str = "the certificate is not for servers (its extended key usage lacks serverAuth)";
const UNKNOWN_ALGORITHM: &str = "the certificate is signed with an algorithm that is not supported";

/// `path len constraint violated` of `PathLenConstraintViolated`: the name of a variant as words, without what it holds.
fn apart(variant: &impl Debug) -> String {
    let written = format!("{variant:?}");
    let name: Vec<char> = written.chars().take_while(char::is_ascii_alphanumeric).collect();
    let mut words = String::with_capacity(name.len() + 8);
    for (at, letter) in name.iter().enumerate() {
        let next = name.get(at + 1);
        let follows = at > 0 && name.get(at - 1).is_some_and(|before| !before.is_ascii_uppercase());
        // Of `UnknownCA` the last letters stay as they are, of `PSKIdentity` the first three.
        let begins = next.is_some_and(char::is_ascii_lowercase);
        let abbreviation = letter.is_ascii_uppercase() && !begins && (at > 0 || next.is_some());
        if letter.is_ascii_uppercase() && at > 0 && (follows || begins) {
            words.push(' ');
        }
        words.push(if abbreviation {
            *letter
        } else {
            letter.to_ascii_lowercase()
        });
    }
    match words.is_empty() {
        true => "for a reason without a name".to_owned(),
        false => words,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt;
    use std::sync::Arc;

    use rustls::{AlertDescription, InconsistentKeys, OtherError, PeerMisbehaved};

    use super::*;

    /// What checks certificates, as far as this is concerned.
    struct Named(&'static str);

    impl fmt::Display for Named {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl fmt::Debug for Named {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl std::error::Error for Named {}

    fn other(name: &'static str) -> Error {
        Error::InvalidCertificate(Certificate::Other(OtherError(Arc::new(Named(name)))))
    }

    #[test]
    fn no_name_of_a_variant_is_shown_to_people() {
        for (error, said) in [
            (
                other("CaUsedAsEndEntity"),
                "the certificate is that of an authority (CA:TRUE), and no server's",
            ),
            (
                other("UnsupportedCertVersion"),
                "the certificate is of X.509 version 1, which holds no names of servers",
            ),
            (
                other("PathLenConstraintViolated"),
                "the certificate is not valid: path len constraint violated",
            ),
            (
                other("TrailingData(Certificate { at: 7 })"),
                "the certificate is not valid: trailing data",
            ),
            (other("…"), "the certificate is not valid: for a reason without a name"),
            (
                Error::InvalidCertificate(Certificate::InvalidOcspResponse),
                "the certificate is not valid: invalid ocsp response",
            ),
            (Error::InvalidCertificate(Certificate::InvalidPurpose), NOT_FOR_SERVERS),
            (
                Error::AlertReceived(AlertDescription::CertificateRequired),
                "the peer refused: certificate required",
            ),
            (
                Error::AlertReceived(AlertDescription::UnknownCA),
                "the peer refused: unknown CA",
            ),
            (
                Error::AlertReceived(AlertDescription::UnknownPSKIdentity),
                "the peer refused: unknown PSK identity",
            ),
            (
                Error::PeerMisbehaved(PeerMisbehaved::InvalidKeyShare),
                "the peer does not keep to TLS: invalid key share",
            ),
            (
                Error::Other(OtherError(Arc::new(Named("ProviderBroke(Inner)")))),
                "provider broke",
            ),
            (
                Error::InconsistentKeys(InconsistentKeys::KeyMismatch),
                "the private key is not that of the certificate",
            ),
        ] {
            assert_eq!(words(&error), said);
        }
    }
}
