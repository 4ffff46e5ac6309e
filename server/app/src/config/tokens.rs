//! `[[tokens]]`: bearer tokens, kept only as hashes.

use std::collections::BTreeSet;
use std::sync::Arc;

use model::actor::Right;
use sha2::{Digest, Sha256};

use super::error::{ConfigError, Origin};
use super::file::Token;
use super::secret::Surroundings;

/// Shorter ones could be guessed.
const SHORTEST: usize = 16;

/// A token as the server keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSpec {
    /// Its name, which audit records show.
    pub name: Arc<str>,
    /// SHA-256 of the token.
    pub hash: [u8; 32],
    /// What its bearer may do.
    pub rights: BTreeSet<Right>,
}

pub(super) fn tokens(
    tables: &[Token],
    origin: &Origin<'_>,
    around: &Surroundings<'_>,
) -> Result<Vec<TokenSpec>, ConfigError> {
    let mut tokens: Vec<TokenSpec> = Vec::new();
    for table in tables {
        let name = &table.name.get_ref().0;
        if tokens.iter().any(|other| *other.name == **name) {
            return Err(origin.error(Some(table.name.span()), format!("there are two tokens named `{name}`")));
        }
        let token = around
            .file(table.file.get_ref())
            .map_err(|why| origin.error(Some(table.file.span()), why))?;
        if token.len() < SHORTEST {
            let message = format!("the token of `{name}` is shorter than {SHORTEST} characters");
            return Err(origin.error(Some(table.file.span()), message));
        }
        let hash = hash(&token);
        if let Some(other) = tokens.iter().find(|other| other.hash == hash) {
            let message = format!("the token of `{name}` is the same as that of `{}`", other.name);
            return Err(origin.error(Some(table.file.span()), message));
        }
        let rights = rights(table.rights.get_ref()).map_err(|why| origin.error(Some(table.rights.span()), why))?;
        tokens.push(TokenSpec {
            name: name.as_str().into(),
            hash,
            rights,
        });
    }
    Ok(tokens)
}

/// What a token is kept and compared as.
pub fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn rights(words: &[String]) -> Result<BTreeSet<Right>, String> {
    if words.is_empty() {
        return Err("a token needs at least one right".to_owned());
    }
    let mut rights = BTreeSet::new();
    for word in words {
        if word == "all" {
            rights.extend(Right::ALL);
            continue;
        }
        let right = Right::ALL.into_iter().find(|right| right.as_str() == word);
        rights.insert(right.ok_or_else(|| {
            let known: Vec<&str> = Right::ALL.iter().map(|right| right.as_str()).collect();
            format!("`{word}` is no right; there are {} and all", known.join(", "))
        })?);
    }
    Ok(rights)
}
