//! What to do when TLS towards the workers fails, or is missing, by the words in which the failure is told.

/// How a failure begins where nothing that is HTTP came in answer to what was asked without TLS.
const PLAIN: &str = "plain HTTP got no answer";

/// One sentence without its full stop, of a failure's words; `at` says at which address, or nothing. `None` when they
/// tell of no failure of TLS.
pub fn tls_step(told: &str, at: &str) -> Option<String> {
    let (_, why) = told.split_once("TLS failed: ")?;
    let says = |part| why.contains(part);
    // What was recorded by earlier versions names the alert as TLS does.
    Some(if says("certificate required") || says("CertificateRequired") {
        format!("Set `cert_file` and `key_file` in `tls` of this cluster: the worker{at} demands a client certificate")
    } else if says("the peer refused") {
        format!(
            "Check `cert_file` and `key_file` in `tls` of this cluster: the worker{at} does not take that certificate"
        )
    } else if says("has expired") {
        format!("Renew the certificate of the worker{at}")
    } else if says("not valid yet") {
        format!("Compare the clock of this server with when the certificate of the worker{at} begins to be valid")
    } else if says("for another name") {
        format!(
            "Correct the address{at} in `urls` to a name that the worker's certificate bears, or have it issued for this one"
        )
    } else if says("authority is unknown") {
        format!("Set `ca_file` in `tls` of this cluster to the authority that signed the certificate of the worker{at}")
    } else if says("an authority (CA:TRUE)") {
        format!(
            "Give the worker{at} a certificate with CA:FALSE: one that this authority signs, with `ca_file` in `tls` of this \
             cluster set to the authority's, or one signed by itself (`openssl req -x509` with `-addext \
             basicConstraints=critical,CA:FALSE` and its names as `-addext subjectAltName=…`), with `ca_file` set to that \
             very certificate"
        )
    } else if says("no authority's (CA:FALSE)") {
        format!(
            "Have the certificate of the worker{at} signed by an authority, one with CA:TRUE, and set `ca_file` to that"
        )
    } else if says("X.509 version 1") {
        format!("Have the certificate of the worker{at} issued anew, with its names as subjectAltName")
    } else if says("not for servers") {
        format!(
            "Have the certificate of the worker{at} issued anew for servers: with serverAuth as extended key usage, or with none"
        )
    } else if says("does not speak TLS") {
        format!("Write `http://` instead of `https://` in `urls`, or turn TLS on at the worker{at}")
    } else {
        format!("Check the certificate of the worker{at} and `tls` of this cluster")
    })
}

/// As [`tls_step`], of an address that was asked without TLS: whoever speaks TLS there, or is no HTTP server at all, closes
/// the connection without an answer or gives one that is no HTTP.
pub fn plain_step(told: &str, at: &str) -> Option<String> {
    told.contains(PLAIN).then(|| {
        format!(
            "Write `https://` instead of `http://` in `urls` if the worker{at} speaks TLS, or correct the address if another \
             kind of server listens there, such as a Kafka broker"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_has_its_own_step() {
        let at = " at connect-1:8443";
        let step = |why: &str| tls_step(&format!("connect-1:8443: TLS failed: {why}"), at).unwrap();
        for alert in ["certificate required", "CertificateRequired"] {
            let demanded = step(&format!("the peer refused: {alert}"));
            assert!(
                demanded.starts_with("Set `cert_file` and `key_file`") && demanded.contains(at),
                "{demanded}"
            );
        }
        assert_eq!(
            step("the certificate has expired"),
            format!("Renew the certificate of the worker{at}")
        );
        assert!(step("the certificate's authority is unknown").contains("`ca_file`"));
        assert!(step("the certificate is for another name").contains("`urls`"));
        assert!(step("the peer does not speak TLS").contains("`http://`"));
        assert!(step("the peer refused: bad certificate").starts_with("Check `cert_file`"));
        assert!(step("the certificate is that of an authority (CA:TRUE), and no server's").contains("CA:FALSE"));
        assert!(step("the certificate is signed with one that is no authority's (CA:FALSE)").contains("with CA:TRUE"));
        assert!(
            step("the certificate is of X.509 version 1, which holds no names of servers").contains("subjectAltName")
        );
        assert!(
            step("the certificate is not for servers (its extended key usage lacks serverAuth)")
                .contains("for servers")
        );
        assert!(tls_step("connect-1:8443: no answer within 10 s", at).is_none());
    }

    #[test]
    fn where_plain_http_got_no_answer_tls_or_another_address_is_suggested() {
        let told = "connect-1:8443: plain HTTP got no answer that is HTTP: the connection was closed before the answer was whole";
        let step = plain_step(told, " at connect-1:8443").unwrap();
        assert!(step.contains("`https://`") && step.contains("connect-1:8443 speaks TLS") && step.contains("Kafka"));
        assert!(
            plain_step(
                "connect-1:8443: the connection was closed before the answer was whole",
                ""
            )
            .is_none()
        );
    }
}
