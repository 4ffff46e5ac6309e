//! References that only a worker can resolve, kept whole while an address is taken apart around them.

use crate::secrets::{Part, split};

/// The first of the private characters that stand for references; no host, port or name holds one.
const FIRST: u32 = 0xE000;
/// The private area ends with U+F8FF.
const MOST: usize = 0x1900;

/// References of one config, each replaced by one private character.
#[derive(Default)]
pub(super) struct Unresolved(Vec<String>);

/// Whether the character stands for a reference.
pub(super) fn stands_for_reference(c: char) -> bool {
    ('\u{E000}'..='\u{F8FF}').contains(&c)
}

impl Unresolved {
    /// The text with every reference as one character. Private characters of the text itself are dropped.
    pub(super) fn protect(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        split(text, |part| match part {
            Part::Literal(text) => out.extend(text.chars().filter(|c| !stands_for_reference(*c))),
            Part::Reference(text) => {
                let at = self.0.len();
                if at < MOST
                    && let Some(c) = u32::try_from(at).ok().and_then(|at| char::from_u32(FIRST + at))
                {
                    self.0.push(text.to_owned());
                    out.push(c);
                }
            }
        });
        out
    }

    /// The text with the references back in their places.
    pub(super) fn restore(&self, text: &str) -> String {
        text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
            let at = (c as u32).checked_sub(FIRST).and_then(|at| usize::try_from(at).ok());
            match at.and_then(|at| self.0.get(at)) {
                Some(reference) => out.push_str(reference),
                None => out.push(c),
            }
            out
        })
    }
}
