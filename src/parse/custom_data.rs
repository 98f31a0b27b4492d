//! The custom-data column: `S:Key=value` joined by `;`, keys repeating, the last value perhaps cut.

use memchr::{memchr, memchr_iter, memmem};
use nom::bytes::complete::take_while_m_n;
use nom::character::complete::char;
use nom::combinator::opt;
use nom::sequence::terminated;
use nom::{IResult, Parser};

/// One pair of the column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Type of the value, nearly always `S`; empty if absent.
    pub kind: &'a [u8],
    /// Name, up to the first `=`.
    pub key: &'a [u8],
    /// Value as written; empty if the pair was cut before it.
    pub value: &'a [u8],
}

/// The pairs of one field, in their order.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    rest: Option<&'a [u8]>,
}

/// All pairs of a field.
pub fn entries(field: &[u8]) -> Entries<'_> {
    Entries { rest: Some(field) }
}

/// The first value of a key.
pub fn get<'a>(field: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let finder = memmem::Finder::new(key);
    let mut from = 0;
    loop {
        let at = from + finder.find(field.get(from..)?)?;
        from = at + 1;
        let Some(start) = entry_start(field, at) else { continue };
        let (piece, _) = next_piece(field.get(start..)?);
        let entry = entry(piece);
        if entry.key == key && !piece.is_empty() {
            return Some(entry.value);
        }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        loop {
            let (piece, rest) = next_piece(self.rest?);
            self.rest = rest;
            if !piece.is_empty() {
                return Some(entry(piece));
            }
        }
    }
}

/// The first pair, and those behind it. A value can hold `;` unless a type follows.
fn next_piece(pairs: &[u8]) -> (&[u8], Option<&[u8]>) {
    let split = |at| {
        let (piece, tail) = pairs.split_at_checked(at)?;
        let tail = tail.strip_prefix(b";")?;
        kind(tail).is_ok().then_some((piece, Some(tail)))
    };
    memchr_iter(b';', pairs).find_map(split).unwrap_or((pairs, None))
}

fn entry(piece: &[u8]) -> Entry<'_> {
    let (pair, kind) = opt(kind).parse(piece).unwrap_or((piece, None));
    let kind = kind.unwrap_or_default();
    let (key, value) = memchr(b'=', pair).and_then(|at| pair.split_at_checked(at)).unwrap_or((pair, b""));
    Entry { kind, key, value: value.strip_prefix(b"=").unwrap_or_default() }
}

/// Where the pair begins whose key may stand at this place, by looking back over the type.
fn entry_start(field: &[u8], key_at: usize) -> Option<usize> {
    if key_at == 0 {
        return Some(0);
    }
    let before = field.get(..key_at)?.strip_suffix(b":")?;
    let width = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).take(5).count();
    let start = before.len().checked_sub(width)?;
    let after_separator = start == 0 || field.get(..start)?.ends_with(b";");
    ((1..=4).contains(&width) && after_separator).then_some(start)
}

/// `S:`, `I32:`, `Dbl:`
fn kind(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_while_m_n(1, 4, |byte: u8| byte.is_ascii_alphanumeric()), char(':')).parse(input)
}

#[cfg(test)]
mod tests;
