//! The lab by hand: verbs on a line, for a prompt, for a script, and for a second terminal through a socket.

mod control;
mod verbs;
mod words;

pub use control::{find, listen, speak};
pub use verbs::{Bench, HELP};
pub use words::joined;
