//! The token that a browser or a script must know, if there is one.

use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::super::options::Usage;
use crate::input::read_bytes;

/// Fewer characters can be guessed.
const LEAST: usize = 16;
/// A larger file is none of ours, bytes.
const MOST: u64 = 64 << 10;

/// What is kept of the token: nothing that tells it.
#[derive(Clone)]
pub(super) struct Token {
    hash: [u8; 32],
    /// What a browser keeps in its place, and the hash of that.
    cookie: (String, [u8; 32]),
}

impl Token {
    /// Reads the first line of a file.
    pub(super) fn read(path: &Path) -> Result<Self, Usage> {
        let complain = |what: &str| Usage(format!("--token-file {}: {what}", path.display()));
        let bytes = read_bytes(path, MOST).map_err(|e| complain(&e.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| complain("it is no text"))?;
        let token = text.lines().next().unwrap_or_default().trim();
        if token.chars().count() < LEAST {
            return Err(complain(&format!(
                "its first line is the token, and must have at least {LEAST} characters"
            )));
        }
        Self::new(token).ok_or_else(|| complain("it cannot be used"))
    }

    fn new(token: &str) -> Option<Self> {
        let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).ok()?;
        mac.update(b"mailtrail serve: cookie");
        let cookie = hex(&mac.finalize().into_bytes());
        let kept = hash(&cookie);
        Some(Self { hash: hash(token), cookie: (cookie, kept) })
    }

    /// Whether somebody knows it.
    pub(super) fn is(&self, given: &str) -> bool {
        same(&self.hash, &hash(given))
    }

    /// Whether a browser was told this.
    pub(super) fn is_cookie(&self, given: &str) -> bool {
        same(&self.cookie.1, &hash(given))
    }

    /// What a browser is told.
    pub(super) fn cookie(&self) -> &str {
        &self.cookie.0
    }
}

/// Bytes as digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|b| [b >> 4, b & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// In the same time wherever they differ.
fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_knows_it_gets_in_and_a_cookie_does_not_tell_it() {
        let token = Token::new("0123456789abcdef").unwrap();
        assert!(token.is("0123456789abcdef") && token.is_cookie(token.cookie()));
        assert!(!token.is("0123456789abcdeg") && !token.is("") && !token.is(token.cookie()));
        assert!(!token.is_cookie("0123456789abcdef") && !token.is_cookie(""));
        assert!(!token.cookie().contains("0123456789abcdef"));
        assert_ne!(token.cookie(), Token::new("0123456789abcdeg").unwrap().cookie());
    }
}
