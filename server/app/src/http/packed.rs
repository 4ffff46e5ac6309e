//! Answers that are kept are compressed once, not for each reader.

use std::io::Write as _;

use axum::body::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::ACCEPT_ENCODING;

use super::problem::Problem;

/// `plain` in gzip, the fastest way, as everything else that the server sends.
///
/// # Errors
/// [`Problem::internal`] when that fails.
pub fn packed(plain: &[u8]) -> Result<Bytes, Problem> {
    squeezed(plain, Compression::fast())
}

/// `plain` in gzip of that level.
///
/// # Errors
/// [`Problem::internal`] when that fails.
pub fn squeezed(plain: &[u8], level: Compression) -> Result<Bytes, Problem> {
    let mut packer = GzEncoder::new(Vec::new(), level);
    let packed = packer.write_all(plain).and_then(|()| packer.finish());
    packed.map(Bytes::from).map_err(|error| {
        tracing::error!(%error, "an answer could not be compressed");
        Problem::internal()
    })
}

/// Whether gzip is named without a weight of zero.
pub fn takes_gzip(asked: &HeaderMap) -> bool {
    let named = asked
        .get_all(ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let weight = weight
            .trim()
            .strip_prefix("q=")
            .and_then(|weight| weight.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight != Some(0.0)
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn gzip_is_sent_to_who_takes_it() {
        for (accepts, takes) in [
            ("gzip, br", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("br", false),
        ] {
            let asked = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_str(accepts).unwrap())]);
            assert_eq!(takes_gzip(&asked), takes, "{accepts}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
