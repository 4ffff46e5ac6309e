//! Masking at entry: what a worker sends is a [`RawConfig`] or [`RawTrace`], which cannot be shown or stored; only
//! this module turns them into values that can.
//!
//! The rule: Connect's own keys and references to config providers are clear; everything else is
//! clear only once the definitions of the plugin's class say that the key is no password; a masked value is replaced
//! by a fingerprint, so that a change shows and equal secrets match, but the value is not kept.

mod alone;
mod collect;
mod config;
mod definitions;
mod diff;
mod ends;
mod entities;
mod escapes;
mod fingerprint;
mod forms;
mod jaas;
mod keys;
mod labels;
mod mask;
mod naming;
mod patterns;
mod raw;
mod redact;
mod reference;
mod shorten;
mod spans;

pub use config::{Config, ConfigValue};
pub use definitions::{Definitions, Importance, KeyDefinition};
pub use diff::{DifferenceKind, KeyDifference};
pub use fingerprint::{Fingerprint, FingerprintKey};
pub use mask::mask;
pub(crate) use patterns::carries_secret;
pub use patterns::strike_patterns;
pub use raw::{PluginPart, RawConfig, RawTrace};
pub use redact::Redactor;
pub(crate) use reference::{Part, split};
pub use spans::MASK;
