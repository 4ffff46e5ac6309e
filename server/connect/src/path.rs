//! Names in paths.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Writes a connector's or plugin's name as one segment of a path: every byte but unreserved characters is
/// percent-encoded. `None` for `.` and `..`, which no path can carry, encoded or not. Workers since 4.0 refuse an
/// encoded `/` or `%` with 400; connectors with such names can be seen in lists only.
pub fn path_segment(name: &str) -> Option<String> {
    match name {
        "" | "." | ".." => None,
        name => Some(utf8_percent_encode(name, RESERVED).to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::path_segment;

    #[test]
    fn every_byte_but_unreserved_ones_is_encoded() {
        for (name, segment) in [
            ("plain-name_1.x~", "plain-name_1.x~"),
            ("a/b", "a%2Fb"),
            ("100%", "100%25"),
            ("a->b.MirrorSourceConnector", "a-%3Eb.MirrorSourceConnector"),
            ("{x} y?#", "%7Bx%7D%20y%3F%23"),
            ("zürich✓", "z%C3%BCrich%E2%9C%93"),
        ] {
            assert_eq!(path_segment(name).as_deref(), Some(segment));
        }
        for lost in ["", ".", ".."] {
            assert_eq!(path_segment(lost), None);
        }
    }
}
