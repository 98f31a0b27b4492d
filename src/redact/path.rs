//! Names of files and folders: those that Exchange gives stay, the rest is text.

use super::Redactor;
use super::text::PLAIN;
use crate::parse::sniff::Family;

impl Redactor<'_> {
    /// The name a log gets, with `/` between folders. What a log is called by Exchange stays; any other name ends in `.LOG`.
    pub fn path(&mut self, folders: &[String], file: &str) -> String {
        let mut out = Vec::new();
        for folder in folders {
            let from = out.len();
            self.text(folder.as_bytes(), PLAIN, &mut out);
            // A part of dots alone would lead elsewhere.
            if out.get(from..).unwrap_or_default().iter().all(|b| *b == b'.') {
                out.truncate(from);
            } else {
                out.push(b'/');
            }
        }
        self.file_name(file, &mut out);
        let safe = |b: u8| match b {
            b' '..=b'~' if !b"\\:*?\"<>|".contains(&b) => char::from(b),
            _ => '_',
        };
        out.into_iter().map(safe).collect()
    }

    fn file_name(&mut self, file: &str, out: &mut Vec<u8>) {
        let family = Family::of_name(file);
        if family != Family::Unknown {
            let letters = family.as_str().len();
            let own = |c: char| c.is_ascii_digit() || c == '-';
            let stamp =
                file.get(letters..).and_then(|rest| rest.find(|c| !own(c))).unwrap_or(file.len() - letters);
            let (own, rest) = file.split_at_checked(letters + stamp).unwrap_or((file, ""));
            out.extend_from_slice(own.as_bytes());
            return self.text_of_ending(rest, out);
        }
        let stem = file.strip_suffix(".LOG").or_else(|| file.strip_suffix(".log")).unwrap_or(file);
        self.text(stem.as_bytes(), PLAIN, out);
        out.extend_from_slice(b".LOG");
    }

    /// `.LOG`, `.log.1`
    fn text_of_ending(&mut self, ending: &str, out: &mut Vec<u8>) {
        for (number, part) in ending.split('.').enumerate() {
            if number > 0 {
                out.push(b'.');
            }
            match part {
                "" => {}
                _ if part.eq_ignore_ascii_case("log") => out.extend_from_slice(part.as_bytes()),
                _ => self.text(part.as_bytes(), PLAIN, out),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Redactor, Rules};

    #[test]
    fn servers_are_called_as_in_the_logs() {
        let rules = Rules::new(Key::new(&[b'k'; 32]).unwrap());
        let mut redactor = Redactor::new(&rules);
        let mut server = Vec::new();
        redactor.host(b"EX1", &mut server);
        let server = String::from_utf8(server).unwrap();
        let mut path = |folders: &[&str], file: &str| {
            redactor.path(&folders.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>(), file)
        };
        assert_eq!(path(&["EX1"], "MSGTRKMD2026031009-1.LOG"), format!("{server}/MSGTRKMD2026031009-1.LOG"));
        assert_eq!(
            path(&["..", "EX1", "."], "msgtrk2026031009-10.log.1"),
            format!("{server}/msgtrk2026031009-10.log.1")
        );
        let odd = path(&["from Gitte"], "transport log of EX1 from Gitte.txt");
        assert!(
            odd.split_once(".LOG").is_some_and(|(_, rest)| rest.is_empty())
                && odd.contains(&server)
                && !odd.contains("Gitte"),
            "{odd}"
        );
        assert!(!path(&[], "MSGTRK2026031009-1.LOG.Gitte").contains("Gitte"));
        assert!(!path(&[], "a:b\\c\u{e4}.LOG").contains([':', '\\', 'ä']));
    }
}
