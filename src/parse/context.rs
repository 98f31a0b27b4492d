//! The source-context column: the next hop of a SEND, the SMTP session, the store event of a submission.

use memchr::{memchr_iter, memrchr_iter};
use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while_m_n};
use nom::character::complete::{char, space0, u32};
use nom::combinator::{eof, opt, verify};
use nom::sequence::{preceded, separated_pair, terminated};
use nom::{IResult, Parser};

use super::message_info::iso_time;

/// Keys of a reply's bracket.
const ID: &[u8] = b"InternalId";
const HOST: &[u8] = b"Hostname";

/// The Exchange server that took a message, from the reply it gave.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NextHop<'a> {
    /// The internal-message-id on that server.
    pub internal_id: Option<u64>,
    /// Its name; empty if absent.
    pub host: &'a [u8],
}

/// An SMTP session, as the protocol log names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session<'a> {
    /// Sixteen hexadecimal digits.
    pub id: &'a [u8],
    /// Time of the session event.
    pub time: &'a [u8],
    /// Which message of the session, from 0.
    pub index: Option<u32>,
}

/// The store event that submitted a message; empty means absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreContext<'a> {
    /// GUID of the database.
    pub mdb: &'a [u8],
    /// GUID of the mailbox.
    pub mailbox: &'a [u8],
    /// Number of the event in that database.
    pub event: &'a [u8],
    /// Such as `IPM.Note`.
    pub message_class: &'a [u8],
    /// When the item was made.
    pub creation_time: &'a [u8],
    /// Such as `OWA` or `MOMT`.
    pub client_type: &'a [u8],
}

/// `[InternalId=…, Hostname=…]` of a reply, or one of the two; nothing found is the default.
pub fn next_hop(context: &[u8]) -> NextHop<'_> {
    // From the end: the message-id before it is the sender's to choose, what follows is the server's.
    let found = memrchr_iter(b'[', context).find_map(|at| bracket(context.get(at + 1..)?).ok());
    found.map(|(_, hop)| hop).unwrap_or_default()
}

/// `08DC1DB12C345BE5;2024-01-25T15:16:09.544Z;0`; the index can be missing.
pub fn session(context: &[u8]) -> Option<Session<'_>> {
    let (tail, id) = session_id(context).ok()?;
    let time = iso_time(tail)?;
    let (_, tail) = tail.split_at_checked(time.len())?;
    Some(Session { id, time, index: session_index(tail).ok().map(|(_, index)| index) })
}

/// `MDB:…, Mailbox:…, Event:…`; all empty if the context is of another kind.
pub fn store(context: &[u8]) -> StoreContext<'_> {
    let mut store = StoreContext::default();
    for (key, value) in store_pairs(context) {
        match key {
            b"MDB" => store.mdb = value,
            b"Mailbox" => store.mailbox = value,
            b"Event" => store.event = value,
            b"MessageClass" => store.message_class = value,
            b"CreationTime" => store.creation_time = value,
            b"ClientType" => store.client_type = value,
            _ => {}
        }
    }
    store
}

/// The pairs of a store context, as written. A value can hold `, ` unless a key follows.
pub fn store_pairs(context: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut pairs = Some(context);
    let pieces = std::iter::from_fn(move || {
        let (pair, tail) = next_pair(pairs?);
        pairs = tail;
        Some(pair)
    });
    pieces.filter_map(|pair| store_key(pair).ok()).map(|(value, key)| (key, value))
}

fn next_pair(pairs: &[u8]) -> (&[u8], Option<&[u8]>) {
    let split = |at| {
        let (pair, tail) = pairs.split_at_checked(at)?;
        let tail = tail.strip_prefix(b", ")?;
        store_key(tail).is_ok().then_some((pair, Some(tail)))
    };
    memchr_iter(b',', pairs).find_map(split).unwrap_or((pairs, None))
}

/// `MessageClass:`, of bounded length so that no search for its colon goes far.
fn store_key(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let name = take_while_m_n(1, 64, |byte: u8| byte.is_ascii_alphanumeric());
    let name = verify(name, |name: &[u8]| name.first().is_some_and(u8::is_ascii_alphabetic));
    terminated(name, char(':')).parse(input)
}

fn session_id(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_while_m_n(16, 16, |byte: u8| byte.is_ascii_hexdigit()), char(';')).parse(input)
}

fn session_index(input: &[u8]) -> IResult<&[u8], u32> {
    preceded(char(';'), terminated(u32, alt((eof, tag(";"))))).parse(input)
}

/// What stands behind the `[`. Exchange itself sometimes swaps the two values, so the one of digits is the id.
fn bracket(input: &[u8]) -> IResult<&[u8], NextHop<'_>> {
    let second = opt(preceded((char(','), space0), hop_pair));
    let (input, (first, second)) = terminated((hop_pair, second), char(']')).parse(input)?;
    let of = |key: &[u8]| [Some(first), second].into_iter().flatten().find(|pair| pair.0 == key);
    let value = |key| of(key).map_or(&b""[..], |pair| pair.1.trim_ascii());
    let (id, host) = (value(ID), value(HOST));
    let hop = match (digits(id), digits(host)) {
        (Some(number), _) => NextHop { internal_id: Some(number), host },
        (None, Some(number)) => NextHop { internal_id: Some(number), host: id },
        (None, None) => NextHop { internal_id: None, host: if host.is_empty() { id } else { host } },
    };
    Ok((input, hop))
}

/// `InternalId=…` or `Hostname=…`. A value ends before any bracket, so a row of openers is no slow search.
fn hop_pair(input: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    let value = take_till(|byte: u8| matches!(byte, b',' | b'[' | b']'));
    separated_pair(alt((tag(ID), tag(HOST))), char('='), value).parse(input)
}

/// A whole value of digits.
fn digits(value: &[u8]) -> Option<u64> {
    let shift = |number: u64, byte: &u8| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    };
    value.iter().try_fold(0, shift).filter(|_| !value.is_empty())
}

#[cfg(test)]
mod tests;
