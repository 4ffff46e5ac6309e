//! The password of the server, and the one value that carries it outside.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::Error;
use crate::account::Account;
use crate::home::Home;

/// The name of the database's superuser, which is the only user.
pub(crate) const USER: &str = "signalbox";
/// The name of the password's file beside the data.
pub(crate) const FILE: &str = "password";

/// The address of the database with its password in it. It can be neither printed nor logged by accident: it has no
/// `Debug` and no `Display`.
#[derive(Clone)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address as text, password included: for a connection pool or a child's environment, for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// The password itself: letters and digits, so that it needs no escaping in an address.
pub(crate) struct Password(String);

impl Password {
    /// Reads the password of existing data, or makes one for data that is yet to be made.
    pub(crate) fn of(home: &Home, account: &Account, has_data: bool) -> Result<Password, Error> {
        match home.read(FILE)? {
            Some(found) if !found.is_empty() => Ok(Password(found)),
            _ if has_data => Err(Error::PasswordLost {
                data_dir: home.data(),
                path: home.path().join(FILE),
            }),
            _ => {
                let made = generate()?;
                // `initdb` reads it, with the rights of the server's user.
                account.give(&home.write(FILE, &format!("{made}\n"))?)?;
                Ok(Password(made))
            }
        }
    }

    /// Reads the password of a server that another process runs.
    pub(crate) fn left_in(place: &Path) -> Result<Password, Error> {
        let path = place.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Password(text.trim().to_owned())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(Error::PasswordLost {
                data_dir: place.join("data"),
                path,
            }),
            Err(error) => Err(Error::io("read", &path, error)),
        }
    }

    /// The address of the database that `initdb` makes. Only loopback is listened on, hence no TLS.
    pub(crate) fn url(&self, port: u16) -> DatabaseUrl {
        DatabaseUrl(format!(
            "postgres://{USER}:{}@127.0.0.1:{port}/postgres?sslmode=disable",
            self.0
        ))
    }
}

/// 192 bits from the system's generator.
fn generate() -> Result<String, Error> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 24];
    File::open(source)
        .and_then(|mut f| f.read_exact(&mut bytes))
        .map_err(|e| Error::io("read", source, e))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
