//! What to do when TLS towards the workers fails, by the words in which the failure is told.

/// One sentence without its full stop, of a failure's words; `at` says at which address, or nothing. `None` when they
/// tell of no failure of TLS.
pub fn tls_step(told: &str, at: &str) -> Option<String> {
    let (_, why) = told.split_once("TLS failed: ")?;
    let says = |part| why.contains(part);
    Some(if says("CertificateRequired") {
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
    } else if says("does not speak TLS") {
        format!("Write `http://` instead of `https://` in `urls`, or turn TLS on at the worker{at}")
    } else {
        format!("Check the certificate of the worker{at} and `tls` of this cluster")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_has_its_own_step() {
        let at = " at connect-1:8443";
        let step = |why: &str| tls_step(&format!("connect-1:8443: TLS failed: {why}"), at).unwrap();
        let demanded = step("the peer refused: CertificateRequired");
        assert!(
            demanded.contains("`cert_file` and `key_file`") && demanded.contains(at),
            "{demanded}"
        );
        assert_eq!(
            step("the certificate has expired"),
            format!("Renew the certificate of the worker{at}")
        );
        assert!(step("the certificate's authority is unknown").contains("`ca_file`"));
        assert!(step("the certificate is for another name").contains("`urls`"));
        assert!(step("the peer does not speak TLS").contains("`http://`"));
        assert!(step("the peer refused: BadCertificate").starts_with("Check `cert_file`"));
        assert!(tls_step("connect-1:8443: no answer within 10 s", at).is_none());
    }
}
