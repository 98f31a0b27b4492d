//! Parquet files that were written before: which table they hold.

use std::io::{Read, Seek};

use polars_parquet::read::read_metadata;
use thiserror::Error;

use super::file::{SCHEMA, TABLE, VERSION};
use super::schema::{SCHEMA_VERSION, Table};

/// Why a file is no table of this version.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// It is damaged, or no Parquet.
    #[error("no Parquet file that can be read: {0}")]
    Damaged(String),
    /// Something else wrote it.
    #[error(
        "written by {0}, not by mailtrail; sql reads logs, and the Parquet files that events, routes, hops and findings \
         write"
    )]
    Foreign(String),
    /// It was written as the answer to a query.
    #[error(
        "the answer to a query, written by mailtrail {0}; other programs read it, sql reads the tables themselves"
    )]
    Answer(String),
    /// Another version wrote it.
    #[error(
        "schema version {found} of mailtrail {version}, this one reads version {SCHEMA_VERSION}; write it anew from the \
         logs, or use mailtrail {version}"
    )]
    Version {
        /// Of its columns.
        found: String,
        /// Of the program.
        version: String,
    },
}

/// The table that a file holds.
///
/// # Errors
/// If it is none, or one of another version.
pub fn table_of(file: &mut (impl Read + Seek)) -> Result<Table, ReadError> {
    let metadata = read_metadata(file).map_err(|e| ReadError::Damaged(e.to_string()))?;
    let said = |key: &str| {
        let pairs = metadata.key_value_metadata().iter().flatten();
        pairs.filter(|pair| pair.key == key).find_map(|pair| pair.value.clone())
    };
    let Some(version) = said(VERSION) else {
        let by = metadata.created_by.clone();
        return Err(ReadError::Foreign(by.unwrap_or_else(|| "an unknown program".to_owned())));
    };
    let Some(name) = said(TABLE) else { return Err(ReadError::Answer(version)) };
    let found = said(SCHEMA).unwrap_or_default();
    match Table::named(&name) {
        Some(table) if found == SCHEMA_VERSION.to_string() => Ok(table),
        _ => Err(ReadError::Version { found, version }),
    }
}
