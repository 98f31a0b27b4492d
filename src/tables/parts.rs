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

/// A text as the name of a folder on any system.
fn folder(text: Option<&str>) -> String {
    let Some(text) = text.filter(|t| !t.is_empty()) else { return NOTHING.to_owned() };
    let mut name = String::with_capacity(text.len());
    for (at, byte) in text.bytes().enumerate() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') || byte == b'.' && at > 0 {
            name.push(char::from(byte));
        } else {
            name.push_str(&format!("%{byte:02X}"));
        }
    }
    name
}
