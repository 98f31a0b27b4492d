//! A table in folders, one for each day or server, as Hive names them.

use std::collections::BTreeMap;

use polars::prelude::{BooleanChunked, DataType, NamedFrom as _};

use super::schema::Table;
use super::{Frame, TableError};
use crate::model::time::{DAY, Timestamp};

/// By what a table is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partition {
    /// The day of its time, in UTC.
    Date,
    /// Its column `server`, which then stands in the folder's name and not in the file.
    Server,
}

impl Partition {
    /// The name of the folders.
    pub fn key(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Server => "server",
        }
    }
}

/// What Hive calls nothing.
const NOTHING: &str = "__HIVE_DEFAULT_PARTITION__";

impl Frame {
    /// Cuts rows into those of each folder, whose name comes with them; in the order of names.
    ///
    /// # Errors
    /// If Polars refuses.
    pub fn parts(&self, table: Table, by: Partition) -> Result<Vec<(String, Self)>, TableError> {
        let names = self.folders(table, by)?;
        let mut rows: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
        for name in &names {
            rows.entry(name).or_insert_with(|| vec![false; names.len()]);
        }
        for (row, name) in names.iter().enumerate() {
            if let Some(mine) = rows.get_mut(name.as_str()).and_then(|rows| rows.get_mut(row)) {
                *mine = true;
            }
        }
        let frame = if by == Partition::Server { self.0.drop(by.key())? } else { self.0.clone() };
        let cut = |(name, mine): (&str, Vec<bool>)| {
            let mine = BooleanChunked::new("".into(), mine);
            Ok((format!("{}={name}", by.key()), Self(frame.filter_seq(&mine)?)))
        };
        rows.into_iter().map(cut).collect()
    }

    /// The folder of each row.
    fn folders(&self, table: Table, by: Partition) -> Result<Vec<String>, TableError> {
        Ok(match by {
            Partition::Date => {
                let times = self.0.column(table.time())?.cast(&DataType::Int64)?;
                let day = |time: Option<i64>| {
                    let time = time.map(|ms| Timestamp(ms.div_euclid(DAY) * DAY).to_string());
                    let day = time.and_then(|text| text.split_once('T').map(|(day, _)| day.to_owned()));
                    day.unwrap_or_else(|| NOTHING.to_owned())
                };
                times.i64()?.iter().map(day).collect()
            }
            Partition::Server => self.0.column(by.key())?.str()?.iter().map(folder).collect(),
        })
    }
}

/// A text as the name of a folder on any system. What is too long for that is cut.
fn folder(text: Option<&str>) -> String {
    let Some(text) = text.filter(|t| !t.is_empty()) else { return NOTHING.to_owned() };
    let mut name = String::with_capacity(text.len());
    for (at, letter) in text.char_indices() {
        if name.len() > LONGEST {
            name.push_str(CUT);
            break;
        }
        let plain = letter.is_ascii_alphanumeric() || letter == '-' || matches!(letter, '.' | '_') && at > 0;
        if plain {
            name.push(letter);
        } else {
            let mut bytes = [0; 4];
            letter.encode_utf8(&mut bytes).bytes().for_each(|byte| name.push_str(&format!("%{byte:02X}")));
        }
    }
    name
}

/// Bytes of a folder's name after which it is cut: systems have 255.
const LONGEST: usize = 200;
/// Stands at the end of what was cut: an ellipsis.
const CUT: &str = "%E2%80%A6";

/// The text that the name of a folder stands for, if it is not nothing.
pub(super) fn text(folder: &str) -> Option<String> {
    if folder == NOTHING {
        return None;
    }
    let mut bytes = Vec::with_capacity(folder.len());
    let mut rest = folder;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        let byte = after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(b'%'));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    bytes.extend_from_slice(rest.as_bytes());
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_give_back_what_they_are_called_after() {
        for name in [
            "EX1",
            "001",
            "TRUE",
            "1E5",
            ".",
            "..",
            "a/b=c%20",
            "__HIVE_DEFAULT_PARTITION__",
            "ÄÖ \u{1b}[31m",
            "%",
        ] {
            let folder = folder(Some(name));
            assert_eq!(text(&folder).as_deref(), Some(name), "{folder}");
            assert!(folder.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.%".contains(&b)), "{folder}");
        }
        assert_eq!(
            (folder(None), folder(Some("")), text(NOTHING)),
            (NOTHING.to_owned(), NOTHING.to_owned(), None)
        );
        let long = folder(Some(&"é".repeat(300)));
        assert!(long.len() < 255 && text(&long).unwrap().ends_with("é…"), "{long}");
    }
}
