//! Bearer tokens.

use http::HeaderValue;
use model::actor::{Actor, Door};

use crate::config::{TokenSpec, token_hash};
use crate::key::equal;

/// The actor of an `Authorization` header, if it bears one of our tokens. Hashes are compared, all of them and in
/// constant time, so that no answer's time tells anything about a token.
pub(super) fn actor(known: &[TokenSpec], sent: &HeaderValue) -> Option<Actor> {
    let (scheme, token) = sent.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let hash = token_hash(token.trim());
    let found = known.iter().fold(
        None,
        |found, token| if equal(&token.hash, &hash) { Some(token) } else { found },
    )?;
    Some(Actor {
        name: found.name.clone(),
        door: Door::Token,
        rights: found.rights.clone(),
    })
}
