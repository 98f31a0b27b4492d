//! JSON lines as one JSON array.

use std::io::{self, Write};

/// Puts brackets around lines and commas between them. A line feed inside of a JSON text is written as `\n`, so
/// each one ends a row.
#[derive(Debug)]
pub struct Array<W> {
    out: W,
    /// What stands before the next row: the bracket, a comma, or nothing in the middle of one.
    before: &'static [u8],
    any: bool,
}

impl<W: Write> Array<W> {
    /// Around lines that are written to it.
    pub fn new(out: W) -> Self {
        Self { out, before: b"[\n", any: false }
    }

    /// Writes the end.
    ///
    /// # Errors
    /// If the output fails.
    pub fn finish(mut self) -> io::Result<()> {
        self.out.write_all(if self.any { b"\n]\n" } else { b"[]\n" })
    }
}

impl<W: Write> Write for Array<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            self.out.write_all(std::mem::take(&mut self.before))?;
            self.any = true;
            let Some(end) = memchr::memchr(b'\n', rest) else {
                self.out.write_all(rest)?;
                break;
            };
            let (row, after) = rest.split_at(end);
            self.out.write_all(row)?;
            (self.before, rest) = (b",\n", after.get(1..).unwrap_or_default());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(pieces: &[&str]) -> String {
        let mut out = Vec::new();
        let mut array = Array::new(&mut out);
        for piece in pieces {
            array.write_all(piece.as_bytes()).unwrap();
        }
        array.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn lines_become_elements_however_they_are_cut() {
        assert_eq!(array(&[]), "[]\n");
        let want = "[\n{\"a\":1},\n{\"b\":2}\n]\n";
        assert_eq!(array(&["{\"a\":1}\n{\"b\":2}\n"]), want);
        assert_eq!(array(&["{\"a\"", ":1}\n", "{\"b\":2}", "\n"]), want);
    }
}
