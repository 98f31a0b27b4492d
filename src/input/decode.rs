//! Any packing and encoding to UTF-8 text whose lines end in a line feed.

use std::io::{self, BufRead, Read};

/// How much of a file is looked at to learn its encoding and line ends, bytes.
pub const HEAD: usize = 64 << 10;

/// Gives the text as UTF-8, with `\n` in place of a lone `\r` where a file has no other line ends.
/// UTF-16 is known by its byte-order mark, or by a zero in every second byte. Offsets that others
/// count are those of what this reader gives.
pub fn as_utf8_lines(mut inner: Box<dyn Read + Send>) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::with_capacity(HEAD);
    let torn = inner.by_ref().take(HEAD as u64).read_to_end(&mut head).err();
    match torn {
        Some(e) if head.is_empty() => return Err(e),
        // What a torn archive holds before the tear is read, and only then the tear is an error.
        Some(e) => inner = Box::new(Torn(Some(e))),
        None => {}
    }
    let utf16 = utf16_of(&head);
    let lone_returns = utf16.is_none() && has_lone_returns(&head);
    let whole: Box<dyn Read + Send> = Box::new(io::Cursor::new(head).chain(inner));
    Ok(match utf16 {
        Some(encoding) => {
            let decoder =
                encoding_rs_io::DecodeReaderBytesBuilder::new().encoding(Some(encoding)).build(whole);
            Box::new(Steady(io::BufReader::with_capacity(HEAD, decoder)))
        }
        None if lone_returns => Box::new(Returns(whole)),
        None => whole,
    })
}

/// Whether [`as_utf8_lines`] would change nothing in a text that begins like this. `head` is all of the text,
/// or no less of it than is looked at there.
pub fn is_utf8_lines(head: &[u8]) -> bool {
    let head = head.get(..HEAD).unwrap_or(head);
    utf16_of(head).is_none() && !has_lone_returns(head)
}

fn has_lone_returns(head: &[u8]) -> bool {
    memchr::memchr(b'\n', head).is_none() && head.contains(&b'\r')
}

fn utf16_of(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    let zeros = |odd: usize| {
        let sample = head.get(..64.min(head.len() & !1)).unwrap_or_default();
        let (mut hit, mut miss) = (0, 0);
        for (i, b) in sample.iter().enumerate() {
            if i % 2 == odd {
                hit += usize::from(*b == 0);
            } else {
                miss += usize::from(*b == 0);
            }
        }
        sample.len() >= 8 && hit * 2 == sample.len() && miss == 0
    };
    match head {
        [0xFF, 0xFE, ..] => Some(encoding_rs::UTF_16LE),
        [0xFE, 0xFF, ..] => Some(encoding_rs::UTF_16BE),
        _ if zeros(1) => Some(encoding_rs::UTF_16LE),
        _ if zeros(0) => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

/// Fails once, then ends.
struct Torn(Option<io::Error>);

impl Read for Torn {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

/// Always asks for the same number of bytes: what the decoder makes of text that is no UTF-16 may depend
/// on how much it is asked for.
struct Steady<R>(io::BufReader<R>);

impl<R: Read> Read for Steady<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.0.fill_buf()?.read(buf)?;
        self.0.consume(n);
        Ok(n)
    }
}

/// Turns every lone carriage return into a line feed.
struct Returns<R>(R);

impl<R: Read> Read for Returns<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.0.read(buf)?;
        for b in buf.iter_mut().take(n).filter(|b| **b == b'\r') {
            *b = b'\n';
        }
        Ok(n)
    }
}

/// One file of a zip archive. Archives of logs hold files of some megabytes, so it is unpacked at once.
#[cfg(feature = "compressed")]
pub(super) fn zip_member(file: std::fs::File, number: usize) -> io::Result<Box<dyn Read + Send>> {
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file))?;
    let mut member = archive.by_index(number)?;
    let mut text = Vec::with_capacity(usize::try_from(member.size()).unwrap_or(0).min(1 << 30));
    member.read_to_end(&mut text)?;
    Ok(Box::new(io::Cursor::new(text)))
}

/// The files of a zip archive, of which the reader gives one for each name: the last.
#[cfg(feature = "compressed")]
pub(super) fn zip_names(file: std::fs::File) -> io::Result<super::discover::Members> {
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file))?;
    let mut named = Vec::new();
    for i in 0..archive.len() {
        let member = archive.by_index(i)?;
        if member.is_file() {
            let name = member.name().map_or_else(|_| format!("#{i}"), std::borrow::Cow::into_owned);
            named.push((i, name));
        }
    }
    Ok((named, archive.has_duplicate_names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        as_utf8_lines(Box::new(io::Cursor::new(bytes.to_vec()))).unwrap().read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn every_encoding_becomes_utf8_lines() {
        let text = "#Fields: date-time\r\nä,1\r\n";
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(text.as_bytes()), text.as_bytes());
        assert_eq!(read(&[&[0xFF, 0xFE], &le[..]].concat()), text.as_bytes());
        assert_eq!(read(&[&[0xFE, 0xFF], &be[..]].concat()), text.as_bytes());
        assert_eq!(read(&le), text.as_bytes());
        assert_eq!(read(b"a\rb\r"), b"a\nb\n");
        assert_eq!(read(b""), b"");
        assert_eq!(read(&[0; 100]), [0; 100]);
    }

    #[test]
    fn what_is_no_utf_16_reads_alike_however_much_is_asked_for() {
        // Letters, then pairs that stand for nothing alone, and half a letter at the end.
        let mut bytes: Vec<u8> = (0..40).flat_map(|_| [0, b'#']).collect();
        for n in 0..200u32 {
            let [_, _, high, low] = (n * 40_503).to_be_bytes();
            bytes.extend([0xd8 | (high & 7), low, 0, b'a']);
        }
        bytes.push(0);
        let whole = read(&bytes);
        for size in 1..600 {
            let mut reader = as_utf8_lines(Box::new(io::Cursor::new(bytes.clone()))).unwrap();
            let (mut out, mut piece) = (Vec::new(), vec![0; size]);
            while let n @ 1.. = reader.read(&mut piece).unwrap() {
                out.extend_from_slice(&piece[..n]);
            }
            assert!(out == whole, "{size} bytes at a time");
        }
    }
}
