//! Bytes of which nothing is known: letters and digits go, the rest stays, so that they are what they were to a reader.

use crate::parse::rescue::strip_padding;
use crate::parse::values::begins_like_a_record;

/// What has the form of a time and is none: so what did not read as a row never reads as one.
const NO_TIME: &[u8] = b"0000-00-00T00:00:00.000Z";

/// Writes as many bytes as there are: `x` for each letter and byte beyond ASCII, `0` for each digit. Commas, quotes, line ends
/// and zero bytes stay, and that a line begins like a record.
pub fn mask(bytes: &[u8], out: &mut Vec<u8>) {
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        let body = strip_padding(line);
        // Zero bytes and byte-order marks.
        out.extend_from_slice(line.get(..line.len() - body.len()).unwrap_or_default());
        let time = if begins_like_a_record(body) { NO_TIME } else { b"" };
        out.extend_from_slice(time);
        out.extend(body.get(time.len()..).unwrap_or_default().iter().map(|b| match b {
            b'0'..=b'9' => b'0',
            b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => b'x',
            _ => *b,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::rescue::BOM;

    #[test]
    fn form_stays_and_text_goes() {
        let text =
            [BOM, "\x00\x002026-03-10T09:00:00.000Z,\"ann\u{e4}, 4711\"\r\nrest,of it".as_bytes()].concat();
        let mut out = Vec::new();
        mask(&text, &mut out);
        let want = [BOM, b"\x00\x000000-00-00T00:00:00.000Z,\"xxxxx, 0000\"\r\nxxxx,xx xx"].concat();
        assert_eq!(out, want);
    }
}
