//! The recipient-status column: a list split among its recipients, and one status taken apart.
//!
//! Statuses hold the separator of their own list, and the text of a foreign server, so a split
//! goes by what may begin a status and is checked against the number of recipients.

use memchr::{memchr_iter, memchr3_iter, memmem};
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while_m_n, take_while1};
use nom::character::complete::{char, digit1, multispace0, one_of, satisfy, u16 as number};
use nom::combinator::{eof, map, not, opt, peek, recognize, rest, verify};
use nom::multi::many1_count;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use crate::model::status::{Alignment, EnhancedCode, StatusParts};

/// Opens a wrapper: `[{LED=…};{FQDN=…}]`.
const OPEN: &[u8] = b"[{";
/// Closes it.
const CLOSE: &[u8] = b"}]";
/// Stands between its pairs.
const BETWEEN: &[u8] = b"};{";

/// Splits a list of statuses among so many recipients. The items go to `out`, which is emptied first;
/// where they fit neither one each nor one for all, it holds the whole field.
pub fn split_statuses<'a>(field: &'a [u8], recipients: usize, out: &mut Vec<&'a [u8]>) -> Alignment {
    out.clear();
    if recipients == 1 {
        out.push(field);
        return Alignment::Aligned;
    }
    // Depth is right for balanced text; text cut or written by a foreign server need not be balanced.
    let ways: [WrapperEnd; 2] = [end_by_depth, |list| Some(end_by_follower(list))];
    for wrapper_end in ways {
        out.clear();
        if split_items(field, recipients, wrapper_end, out) && out.len() == recipients {
            return Alignment::Aligned;
        }
    }
    if out.len() == 1 {
        return Alignment::Broadcast;
    }
    out.clear();
    out.push(field);
    Alignment::Unaligned
}

/// Takes one status apart. `To`, `Cc`, `Bcc` and blank have no parts.
pub fn parse_status(field: &[u8]) -> StatusParts<'_> {
    let field = field.trim_ascii();
    if role(field).is_ok_and(|(tail, _)| tail.is_empty()) {
        return StatusParts::default();
    }
    let Some(wrapper) = Wrapper::read(field) else { return innermost(field) };
    let words = if wrapper.led.is_empty() { wrapper.msg } else { wrapper.led };
    StatusParts { fqdn: wrapper.fqdn, ip: wrapper.ip, ..innermost(words) }
}

/// Pushes the items of a list; false if a wrapper has no end. Stops once there is one item too many,
/// so that a field of nothing but separators costs no memory.
fn split_items<'a>(
    field: &'a [u8],
    recipients: usize,
    wrapper_end: WrapperEnd,
    out: &mut Vec<&'a [u8]>,
) -> bool {
    let mut list = Some(field);
    while let Some(here) = list
        && out.len() <= recipients.max(1)
    {
        let Some((item, tail)) = next_item(here, wrapper_end) else { return false };
        out.push(item);
        list = tail;
    }
    true
}

/// Where the wrapper that a list starts with ends.
type WrapperEnd = fn(&[u8]) -> Option<usize>;

/// The first item of a list, and the list behind its separator if there is one.
fn next_item(list: &[u8], wrapper_end: WrapperEnd) -> Option<(&[u8], Option<&[u8]>)> {
    let list = list.trim_ascii_start();
    if list.starts_with(OPEN) {
        let (item, tail) = list.split_at_checked(wrapper_end(list)?)?;
        return Some((item.trim_ascii_end(), tail.trim_ascii_start().strip_prefix(b";")));
    }
    let ends = |&at: &usize| list.get(at + 1..).is_some_and(may_begin_item);
    match memchr_iter(b';', list).find(ends) {
        Some(at) => Some((list.get(..at)?.trim_ascii_end(), list.get(at + 1..))),
        None => Some((list.trim_ascii_end(), None)),
    }
}

/// Whether what stands behind a `;` can be a status.
fn may_begin_item(input: &[u8]) -> bool {
    item_start(input.trim_ascii_start()).is_ok()
}

/// The start of a reply or of a wrapper, a role, or the end of an empty item.
fn item_start(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let lone_role = recognize((role, multispace0, alt((eof, tag(";")))));
    alt((eof, tag(";"), tag(OPEN), reply_start, lone_role)).parse(input)
}

/// The end of a wrapper by counting brackets and braces.
fn end_by_depth(list: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let closes = |&byte: &u8| {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    };
    let end = list.iter().position(closes)? + 1;
    let is_whole = list.get(..end)?.ends_with(CLOSE) && ends_item(list, end);
    is_whole.then_some(end)
}

/// The end of a wrapper by what follows it; a wrapper that was cut ends with the list.
fn end_by_follower(list: &[u8]) -> usize {
    let mut ends = memmem::find_iter(list, CLOSE).map(|at| at + CLOSE.len());
    ends.find(|&end| ends_item(list, end)).unwrap_or(list.len())
}

/// Whether the end of the list or of an item is here.
fn ends_item(list: &[u8], at: usize) -> bool {
    let tail = list.get(at..).unwrap_or_default().trim_ascii_start();
    tail.is_empty() || tail.strip_prefix(b";").is_some_and(may_begin_item)
}

/// The pairs of a wrapper that say something.
#[derive(Default)]
struct Wrapper<'a> {
    led: &'a [u8],
    msg: &'a [u8],
    fqdn: &'a [u8],
    ip: &'a [u8],
}

impl<'a> Wrapper<'a> {
    /// The first wrapper of a field; nothing if the field does not start with one.
    fn read(field: &'a [u8]) -> Option<Self> {
        field.strip_prefix(OPEN)?;
        let end = end_by_depth(field).unwrap_or_else(|| end_by_follower(field));
        let (whole, _) = field.split_at_checked(end)?;
        let body = whole.strip_prefix(OPEN)?.trim_ascii_end();
        let body = body.strip_suffix(CLOSE).or_else(|| body.strip_suffix(b"}")).unwrap_or(body);
        let mut wrapper = Self::default();
        let mut pairs = Some(body);
        while let Some(here) = pairs {
            let (pair, tail) = next_pair(here);
            pairs = tail;
            let (value, key) = pair_key(pair).ok()?;
            wrapper.set(key, value.trim_ascii());
        }
        Some(wrapper)
    }

    /// Error text comes from foreign servers and can imitate a pair, and ours are written behind it:
    /// so of two the last holds, except for the text itself.
    fn set(&mut self, key: &[u8], value: &'a [u8]) {
        match key {
            b"LED" if self.led.is_empty() => self.led = value,
            b"MSG" if self.msg.is_empty() => self.msg = value,
            b"FQDN" => self.fqdn = value,
            b"IP" => self.ip = value,
            _ => {}
        }
    }
}

/// The first pair, and those behind it. Braces in a text do not part it unless a key follows.
fn next_pair(pairs: &[u8]) -> (&[u8], Option<&[u8]>) {
    let split = |at| {
        let (pair, tail) = pairs.split_at_checked(at)?;
        let tail = tail.strip_prefix(BETWEEN)?;
        pair_key(tail).is_ok().then_some((pair, Some(tail)))
    };
    memmem::find_iter(pairs, BETWEEN).find_map(split).unwrap_or((pairs, None))
}

/// `LED=`
fn pair_key(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_while_m_n(2, 8, |byte: u8| byte.is_ascii_uppercase()), char('=')).parse(input)
}

/// The parts of the innermost reply, with the class of the outermost.
fn innermost(words: &[u8]) -> StatusParts<'_> {
    let outer = plain_or_text(words);
    let Some(nested) = Nested::find(words) else { return outer };
    let inner = words.get(nested.start..nested.end).unwrap_or_default();
    // A success quoted by a text that has no code of its own does not make the row one.
    let class = if outer.class == 0 { nested.first_failure } else { outer.class };
    StatusParts { class, ..plain_or_text(inner) }
}

/// Replies quoted by a reply.
struct Nested {
    /// Class of the first that failed, else 0.
    first_failure: u8,
    /// Bounds of the last.
    start: usize,
    end: usize,
}

impl Nested {
    fn find(words: &[u8]) -> Option<Self> {
        let mut last: Option<Self> = None;
        for at in memchr3_iter(b'\'', b'"', b'>', words) {
            let Some((start, quote)) = opens_reply(words, at) else { continue };
            let tail = words.get(start..).unwrap_or_default();
            let class = tail.first().map_or(0, |digit| digit.saturating_sub(b'0'));
            let failure = if class == 2 { 0 } else { class };
            // What an arrow leads to may itself stand in the quotes of the reply before it.
            let outer_end = last.as_ref().map(|nested| nested.end).filter(|&end| end > start);
            let end = match quote {
                Some(quote) => start + closing(tail, quote),
                None => outer_end.unwrap_or(words.len()),
            };
            let first_failure = match &last {
                Some(nested) if nested.first_failure != 0 => nested.first_failure,
                _ => failure,
            };
            last = Some(Self { first_failure, start, end });
        }
        last
    }
}

/// Where the reply begins that the quote or the arrow head at this place introduces, and its quote.
fn opens_reply(words: &[u8], at: usize) -> Option<(usize, Option<u8>)> {
    let (before, tail) = words.split_at_checked(at)?;
    let (start, quote) = match tail.first()? {
        b'>' if before.ends_with(b"-") && tail.starts_with(b"> ") => (at + 2, None),
        b'>' => return None,
        quote => (at + 1, Some(*quote)),
    };
    reply_start(words.get(start..)?).ok()?;
    Some((start, quote))
}

/// How long a quoted reply is. An apostrophe between two letters does not close it.
fn closing(quoted: &[u8], quote: u8) -> usize {
    let letter = |at: Option<usize>| at.and_then(|at| quoted.get(at)).is_some_and(u8::is_ascii_alphabetic);
    let closes = |&at: &usize| quote != b'\'' || !(letter(at.checked_sub(1)) && letter(at.checked_add(1)));
    memchr_iter(quote, quoted).find(closes).unwrap_or(quoted.len())
}

fn plain_or_text(words: &[u8]) -> StatusParts<'_> {
    match plain(words) {
        Ok((_, parts)) => parts,
        Err(_) => StatusParts { text: words, ..StatusParts::default() },
    }
}

/// `550 5.1.10 RESOLVER.ADR.RecipientNotFound; text`, where each part can be missing.
fn plain(input: &[u8]) -> IResult<&[u8], StatusParts<'_>> {
    let (input, _) = multispace0.parse(input)?;
    let (input, reply) = opt(terminated(reply_code, multispace0)).parse(input)?;
    let (input, code) = opt(terminated(enhanced, (opt(char(':')), multispace0))).parse(input)?;
    let (input, tag) = opt(diagnostic).parse(input)?;
    let (input, text) = preceded((opt(char(';')), multispace0), rest).parse(input)?;
    let class = match (reply, code) {
        (Some(reply), _) => u8::try_from(reply / 100).unwrap_or_default(),
        (None, Some(code)) => code.class,
        (None, None) => 0,
    };
    let (tag, text) = (tag.unwrap_or_default(), text.trim_ascii_end());
    Ok((input, StatusParts { class, reply, code, tag, text, ..StatusParts::default() }))
}

/// `550`, with the blank or dash behind it; exports that lose blanks lose this one too.
fn reply_code(input: &[u8]) -> IResult<&[u8], u16> {
    let ends = alt((eof, tag(" "), tag("-"), peek(recognize(enhanced))));
    let code = (one_of("245"), digit, digit);
    terminated(recognize(code), ends).and_then(number).parse(input)
}

/// What a reply starts with where no blank was lost.
fn reply_start(input: &[u8]) -> IResult<&[u8], &[u8]> {
    recognize((one_of("245"), digit, digit, one_of(" -"))).parse(input)
}

fn digit(input: &[u8]) -> IResult<&[u8], char> {
    satisfy(|c| c.is_ascii_digit()).parse(input)
}

/// `5.1.10`, but not the beginning of an address such as `5.1.10.7`.
fn enhanced(input: &[u8]) -> IResult<&[u8], EnhancedCode> {
    let class = map(one_of("245"), |c| match c {
        '2' => 2,
        '4' => 4,
        _ => 5,
    });
    let part = || verify(digit1, |digits: &[u8]| digits.len() <= 3).and_then(number);
    let code = (class, preceded(char('.'), part()), preceded(char('.'), part()));
    map(terminated(code, not((char('.'), digit))), |(class, subject, detail)| EnhancedCode {
        class,
        subject,
        detail,
    })
    .parse(input)
}

/// `RESOLVER.ADR.RecipientNotFound`. Addresses and paths can start alike, so its end counts too.
fn diagnostic(input: &[u8]) -> IResult<&[u8], &[u8]> {
    let family = (
        satisfy(|c| c.is_ascii_uppercase()),
        take_while1(|byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit()),
    );
    let word = take_while1(|byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':');
    let token = recognize((family, many1_count(preceded(char('.'), word))));
    terminated(token, peek(alt((eof, recognize(one_of("; \t\r\n,.[('\"")))))).parse(input)
}

/// `To`, `Cc` or `Bcc`: what a mailbox server writes of a message it submits.
fn role(input: &[u8]) -> IResult<&[u8], &[u8]> {
    alt((tag("To"), tag("Cc"), tag("Bcc"))).parse(input)
}

#[cfg(test)]
mod tests;
