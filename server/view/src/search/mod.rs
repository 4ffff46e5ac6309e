//! The query language: `team:payments health:failed -kind:sink topic:orders.* "a phrase" word`. Values of one key are
//! alternatives, different keys must all hold, `-` excludes, `*` stands for any characters, quotation marks keep blanks
//! together. Words without a key are searched in the text of each connector.

mod asked;
mod edit;
mod key;
mod lag;
mod lex;
pub(crate) mod near;
mod pattern;
mod slip;
mod trouble;

pub(crate) use asked::{Asked, NOBODY, NONE, Values, called, healths};
pub use edit::{values, with, without, without_key};
pub use key::Key;
pub use lex::quoted;
pub(crate) use lex::tokens;
pub(crate) use pattern::Pattern;
pub use trouble::{Near, Trouble};
