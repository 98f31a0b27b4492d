//! Names of files and folders: those that Exchange gives stay, the rest is text.

use super::Redactor;
use super::text::{Manner, PLAIN};
use super::vocabulary::Vocabulary;
use crate::parse::sniff::Family;

/// People give these names, so that no word is known to be harmless: a server may be called `EDGE`.
const GIVEN: Manner<'static> = Manner { words: Vocabulary::Nothing, ..PLAIN };

/// A folder or a stem that would be longer becomes one pseudonym, bytes. File systems take 255 for a name.
const LONGEST: usize = 120;

impl Redactor<'_> {
    /// The name a log gets, with `/` between folders. What a log is called by Exchange stays; any other name ends in `.LOG`.
    pub fn path(&mut self, folders: &[String], file: &str) -> String {
        let mut out = Vec::new();
        for folder in folders {
            let from = out.len();
            self.given(folder, &mut out);
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

    /// A name that somebody gave. Numbers stay, as those of a day.
    fn given(&mut self, name: &str, out: &mut Vec<u8>) {
        let from = out.len();
        if name.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.')) {
            self.number(name.as_bytes(), out);
        } else {
            self.text(name.as_bytes(), GIVEN, out);
        }
        if out.len() - from > LONGEST {
            out.truncate(from);
            self.word(name.as_bytes(), out);
        }
    }

    fn file_name(&mut self, file: &str, out: &mut Vec<u8>) {
        let family = Family::of_name(file);
        if family != Family::Unknown {
            let letters = family.as_str().len();
            let own = |c: char| c.is_ascii_digit() || c == '-';
            let stamp =
                file.get(letters..).and_then(|rest| rest.find(|c| !own(c))).unwrap_or(file.len() - letters);
            let (own, rest) = file.split_at_checked(letters + stamp).unwrap_or((file, ""));
            let (family, stamp) = own.split_at_checked(letters).unwrap_or((own, ""));
            out.extend_from_slice(family.as_bytes());
            self.number(stamp.as_bytes(), out);
            return self.ending(rest, out);
        }
        let stem = file.strip_suffix(".LOG").or_else(|| file.strip_suffix(".log")).unwrap_or(file);
        self.given(stem, out);
        out.extend_from_slice(b".LOG");
    }

    /// `.LOG`, `.log.1`
    fn ending(&mut self, ending: &str, out: &mut Vec<u8>) {
        let log = ending.get(..4).filter(|log| log.eq_ignore_ascii_case(".log")).unwrap_or_default();
        out.extend_from_slice(log.as_bytes());
        let rest = ending.get(log.len()..).unwrap_or_default();
        let dot = rest.len() - rest.trim_start_matches('.').len();
        let (dots, rest) = rest.split_at_checked(dot).unwrap_or((rest, ""));
        out.extend_from_slice(dots.as_bytes());
        self.given(rest, out);
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
        // Neither a word of the list nor an address stays, numbers do.
        let own = path(&["EDGE", "2026-03-10", "mail gateway"], "203-0-113-77.LOG");
        assert!(!own.contains("EDGE") && own.contains("/2026-03-10/") && !own.contains("mail"), "{own}");
        for file in [
            "203.0.113.77.LOG",
            "MSGTRK2026031009-1.LOG.203.0.113.77",
            "MSGTRK203-0-113-77.LOG",
            "ip-203-0-113-77.LOG",
        ] {
            let name = path(&[], file);
            assert!(!["0.113", "0-113"].iter().any(|part| name.contains(part)), "{file} became {name}");
        }
        let long = path(&[&"a word and ".repeat(40)], &"of words ".repeat(20));
        assert!(long.split('/').all(|part| part.len() <= 130), "{long}");
    }
}
