//! Saying something to whoever typed the command.

use std::fmt::Display;
use std::io::Write as _;

use super::exit::Exit;

/// A text for standard output, ended by a line end. A reader that went away (`| head`) is no error.
pub fn say(text: impl Display) {
    let text = text.to_string();
    let _reader_gone = writeln!(std::io::stdout(), "{}", text.trim_end_matches('\n'));
}

/// What is wrong, for standard error.
pub fn complain(exit: Exit, what: &dyn Display) -> Exit {
    let _nobody_reads = writeln!(std::io::stderr(), "signalbox: {what}");
    exit
}
