//! The message-info column of deliveries and sends: when the message set out, and where its time went.

use memchr::{memchr, memchr_iter};
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::{char, digit0, digit1};
use nom::combinator::{opt, recognize, rest};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

/// What one server measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatencyPart<'a> {
    /// Its name.
    pub server: &'a [u8],
    /// Whether it is the one that wrote the row, `LSRV`.
    pub writer: bool,
    /// Its components, in their order.
    pub nodes: Vec<LatencyNode<'a>>,
}

/// One component and the time it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LatencyNode<'a> {
    /// Such as `TOTAL-HUB`, `CATRS` or `X-SMSDR`.
    pub name: &'a [u8],
    /// The agent at work; empty if none.
    pub agent: &'a [u8],
    /// Whether it came to its end.
    pub state: LatencyState,
    /// Duration, rounded to a millisecond.
    pub milliseconds: u64,
    /// What it is made of; these can overlap.
    pub children: Vec<Self>,
}

/// Whether a component came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatencyState {
    /// It did.
    Complete,
    /// It was at work when the row was written, `-PEN`.
    Pending,
    /// It never did, `-INC`.
    Incomplete,
}

/// Levels of components that are read; what is nested deeper is left out.
const MAX_LEVELS: usize = 16;

/// The time the message set out, if the field starts with one.
pub fn origination(field: &[u8]) -> Option<&[u8]> {
    iso_time(field)
}

/// Whether the time is .NET's zero, which stands for none.
pub fn is_year_one(field: &[u8]) -> bool {
    field.starts_with(b"0001-")
}

/// A leading `2024-01-25T15:16:09Z` with up to seven decimals. Looks at shape only, not at ranges.
pub(crate) fn iso_time(input: &[u8]) -> Option<&[u8]> {
    const SHAPE: &[u8; 19] = b"0000-00-00T00:00:00";
    let (seconds, tail) = input.split_first_chunk::<19>()?;
    let fits = |(byte, shape): (&u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    if !seconds.iter().zip(SHAPE).all(fits) {
        return None;
    }
    let decimals = match tail.strip_prefix(b".") {
        Some(tail) => 1 + tail.iter().take(8).take_while(|byte| byte.is_ascii_digit()).count(),
        None => 0,
    };
    let ends = matches!(decimals, 0 | 2..=8) && tail.get(decimals) == Some(&b'Z');
    ends.then(|| input.get(..seconds.len() + decimals + 1)).flatten()
}

/// The latency tree, a part for each server; what cannot be read is left out.
pub fn latency_parts(field: &[u8]) -> Vec<LatencyPart<'_>> {
    let mut parts = Vec::new();
    let mut pieces = Some(field);
    while let Some(here) = pieces {
        let (piece, tail) = next_piece(here);
        parts.extend(part(piece));
        pieces = tail;
    }
    parts
}

/// The first piece, and those behind it. An agent's name can hold `;` unless `SRV=` or its like follows.
fn next_piece(pieces: &[u8]) -> (&[u8], Option<&[u8]>) {
    let split = |at| {
        let (piece, tail) = pieces.split_at_checked(at)?;
        let tail = tail.strip_prefix(b";")?;
        piece_key(tail).is_ok().then_some((piece, Some(tail)))
    };
    memchr_iter(b';', pieces).find_map(split).unwrap_or((pieces, None))
}

/// `SRV=`
fn piece_key(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_while_m_n(1, 8, |byte: u8| byte.is_ascii_alphabetic()), char('=')).parse(input)
}

fn part(piece: &[u8]) -> Option<LatencyPart<'_>> {
    let (tail, key) = piece_key(piece).ok()?;
    let writer = match key {
        b"SRV" => false,
        b"LSRV" => true,
        _ => return None,
    };
    let (server, tail) = tail.split_at_checked(memchr(b':', tail)?)?;
    let mut nodes = Vec::new();
    let mut unread = tail.strip_prefix(b":")?;
    while !unread.is_empty() {
        unread = read_nodes(unread, MAX_LEVELS, &mut nodes);
        // Only a `)` that closes nothing stops it early.
        unread = unread.strip_prefix(b")").unwrap_or_default();
    }
    Some(LatencyPart { server, writer, nodes })
}

/// Reads components up to a `)` that was not opened here, or the end. Returns what is left.
fn read_nodes<'a>(mut rest: &'a [u8], levels: usize, nodes: &mut Vec<LatencyNode<'a>>) -> &'a [u8] {
    loop {
        let (mut node, tail) = next_node(rest);
        rest = tail;
        if let (Some(node), Some(inner)) = (&mut node, tail.strip_prefix(b"(")) {
            let unread = match levels {
                2.. => read_nodes(inner, levels - 1, &mut node.children),
                _ => skip(inner, b")"),
            };
            rest = skip(unread.strip_prefix(b")").unwrap_or(unread), b"|)");
        }
        nodes.extend(node);
        match rest.strip_prefix(b"|") {
            Some(tail) => rest = tail,
            None => return rest,
        }
    }
}

/// One component without its children, and what is behind it. A `(` opens children only behind a number,
/// else it belongs to the name of an agent.
fn next_node(input: &[u8]) -> (Option<LatencyNode<'_>>, &[u8]) {
    let mut depth = 0_usize;
    let mut equals = None;
    let ends = |(at, byte): (usize, &u8)| {
        match byte {
            b'=' => equals = Some(at),
            b'|' | b')' if depth == 0 => return true,
            b'(' if depth == 0 && number_between(input, equals, at).is_some() => return true,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        false
    };
    let end = input.iter().enumerate().position(ends).unwrap_or(input.len());
    let tail = input.get(end..).unwrap_or_default();
    let node = || {
        let milliseconds = number_between(input, equals, end)?;
        let label = input.get(..equals?)?.trim_ascii();
        let (tail, node) = named_node(label, milliseconds).ok()?;
        tail.is_empty().then_some(node)
    };
    (node(), tail)
}

/// What is left from the first of these bytes on that stands outside of parentheses.
fn skip<'a>(input: &'a [u8], stops: &[u8]) -> &'a [u8] {
    let mut depth = 0_usize;
    let stop = |byte: &u8| {
        match byte {
            _ if depth == 0 && stops.contains(byte) => return true,
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        false
    };
    input.iter().position(stop).and_then(|at| input.get(at..)).unwrap_or_default()
}

/// A component by its label, `CATRS-Transport Rule Agent-PEN`: name, agent, state.
fn named_node(label: &[u8], milliseconds: u64) -> IResult<&[u8], LatencyNode<'_>> {
    let (words, state) = match (label.strip_suffix(b"-PEN"), label.strip_suffix(b"-INC")) {
        (Some(words), _) => (words, LatencyState::Pending),
        (_, Some(words)) => (words, LatencyState::Incomplete),
        _ => (label, LatencyState::Complete),
    };
    // These two prefixes are parts of a name, though a dash follows them.
    let prefix = opt(alt((tag("TOTAL-"), tag("X-"))));
    let word = take_while1(|byte: u8| !matches!(byte, b'-' | b'(' | b'|' | b')'));
    let (tail, name) = recognize((prefix, word)).parse(words)?;
    let (tail, agent) = opt(preceded(char('-'), rest)).parse(tail)?;
    let agent = agent.unwrap_or_default();
    Ok((tail, LatencyNode { name, agent, state, milliseconds, children: Vec::new() }))
}

/// The number between its `=` and this place, in milliseconds.
fn number_between(input: &[u8], equals: Option<usize>, end: usize) -> Option<u64> {
    // The bound keeps a row of openers behind a very long number from being a slow search.
    let text = input.get(equals? + 1..end).filter(|text| text.len() <= 40)?;
    let (tail, milliseconds) = seconds(text.trim_ascii()).ok()?;
    tail.is_empty().then_some(milliseconds)
}

/// `0.369`, in milliseconds.
fn seconds(input: &[u8]) -> IResult<&[u8], u64> {
    let (input, whole) = digit1.parse(input)?;
    let (input, decimals) = opt(preceded(char('.'), digit0)).parse(input)?;
    let mut decimals = decimals.unwrap_or_default().iter().copied().chain(std::iter::repeat(b'0'));
    let shift = |number: u64, byte: u8| number.saturating_mul(10).saturating_add((byte - b'0').into());
    let whole = whole.iter().copied().chain(decimals.by_ref().take(3)).fold(0, shift);
    let half = decimals.next() >= Some(b'5');
    Ok((input, whole.saturating_add(half.into())))
}

#[cfg(test)]
mod tests;
