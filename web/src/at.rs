//! Addresses of workers, which break where a reader would break them and nowhere else.

use std::fmt;

use askama::filters::HtmlSafe;

/// `host:port`: it may break before the port, and behind the dots of a name, but not within a number.
#[derive(Clone, Debug)]
pub(crate) struct At(String);

impl At {
    /// An address.
    pub(crate) fn of(address: &str) -> Self {
        Self(address.to_owned())
    }

    /// The address itself.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (host, port) = match self.0.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (&*self.0, None),
        };
        let number = host.chars().all(|letter| letter.is_ascii_digit() || letter == '.') || host.contains(':');
        for letter in host.chars() {
            escaped(f, letter)?;
            if letter == '.' && !number {
                f.write_str("<wbr>")?;
            }
        }
        if let Some(port) = port {
            f.write_str("<wbr>:")?;
            port.chars().try_for_each(|letter| escaped(f, letter))?;
        }
        Ok(())
    }
}

impl HtmlSafe for At {}

fn escaped(f: &mut fmt::Formatter<'_>, letter: char) -> fmt::Result {
    match letter {
        '<' => f.write_str("&lt;"),
        '>' => f.write_str("&gt;"),
        '&' => f.write_str("&amp;"),
        '"' => f.write_str("&quot;"),
        '\'' => f.write_str("&#39;"),
        other => write!(f, "{other}"),
    }
}

#[cfg(test)]
mod tests {
    use super::At;

    #[test]
    fn an_address_breaks_before_its_port_and_between_the_parts_of_a_name() {
        for (address, written) in [
            ("10.0.3.11:8083", "10.0.3.11<wbr>:8083"),
            (
                "connect-0.orders.prod:8083",
                "connect-0.<wbr>orders.<wbr>prod<wbr>:8083",
            ),
            ("[2001:db8::1]:8083", "[2001:db8::1]<wbr>:8083"),
            ("<b>\"&':1", "&lt;b&gt;&quot;&amp;&#39;<wbr>:1"),
            ("worker", "worker"),
        ] {
            assert_eq!(At::of(address).to_string(), written);
        }
    }
}
