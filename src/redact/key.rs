//! The secret that all pseudonyms rest on: whoever lacks it can neither make nor undo them.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A key has at least so many bytes.
pub const LEAST: usize = 32;

/// A secret key. HMAC with SHA-256 makes of a text what nobody can guess without it.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What a pseudonym stands for: texts of two kinds have nothing to do with each other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Word = 1,
    Spelling,
    Guid,
    Hex,
    Network,
    Typo,
}

impl Key {
    /// Takes a secret of [`LEAST`] bytes or more; blanks and line ends around it do not count, so that an editor
    /// does no harm. `None` if it is shorter.
    pub fn new(secret: &[u8]) -> Option<Self> {
        let secret = secret.trim_ascii();
        if secret.len() < LEAST {
            return None;
        }
        Hmac::new_from_slice(secret).ok().map(Self)
    }

    /// 32 bytes that only this key makes of the text.
    pub(super) fn bytes(&self, kind: Kind, text: &[u8]) -> [u8; 32] {
        let mac = self.0.clone().chain_update([kind as u8]).chain_update(text);
        mac.finalize().into_bytes().into()
    }

    /// A number made of the text, as uniform as can be.
    pub(super) fn number(&self, kind: Kind, text: &[u8]) -> u64 {
        let bytes = self.bytes(kind, text);
        bytes.first_chunk().map_or(0, |head| u64::from_le_bytes(*head))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_secrets_are_refused_and_line_ends_do_not_count() {
        assert!(Key::new(b"").is_none() && Key::new(&[b'k'; 31]).is_none());
        assert!(Key::new(&[&[b' '; 40][..], b"short"].concat()).is_none());
        let secret = [b'k'; 32];
        let (bare, edited) =
            (Key::new(&secret).unwrap(), Key::new(&[&secret[..], b"\r\n"].concat()).unwrap());
        assert_eq!(bare.bytes(Kind::Word, b"anna"), edited.bytes(Kind::Word, b"anna"));
        assert_ne!(bare.bytes(Kind::Word, b"anna"), bare.bytes(Kind::Guid, b"anna"));
        assert_eq!(format!("{bare:?}"), "Key(…)");
    }
}
