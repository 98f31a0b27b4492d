//! Rows for a query: frames in memory, beyond a budget a temporary Parquet file, or Parquet files that were
//! written before.

use std::path::{Path, PathBuf};

use polars::prelude::{
    DataFrame, HiveOptions, IntoLazy as _, LazyFrame, PlRefPath, ScanArgsParquet, ScanSources,
};
use polars_buffer::Buffer;
use tempfile::{SpooledData, SpooledTempFile, spooled_tempfile_in};

use super::file::{Encoder, Form, Writing};
use super::frame::schema;
use super::schema::{Column, Table};
use super::{Frame, TableError};

/// Rows of a table while they come.
pub struct Stock {
    rows: DataFrame,
    held: usize,
    budget: usize,
    folder: PathBuf,
    encoder: Encoder,
    away: Option<Writing<SpooledTempFile>>,
}

impl std::fmt::Debug for Stock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stock").field("rows", &self.rows.height()).finish_non_exhaustive()
    }
}

/// Rows of a table, ready for a query.
pub enum Source {
    /// In memory.
    Rows(Frame),
    /// In a file without a name, which is gone when this is, however the program ends.
    Temporary(Box<LazyFrame>),
    /// In files.
    Files(Vec<PathBuf>),
}

impl Stock {
    /// For these columns of a table, in so many bytes of memory, about.
    ///
    /// # Errors
    /// If Polars has no type for a column.
    pub fn new(
        table: Table,
        columns: &[&Column],
        (budget, folder): (usize, &Path),
    ) -> Result<Self, TableError> {
        Ok(Self {
            rows: DataFrame::empty_with_schema(&schema(columns.iter().copied())),
            held: 0,
            budget,
            folder: folder.to_owned(),
            encoder: Encoder::new(Form::Parquet, table, columns)?,
            away: None,
        })
    }

    /// Adds rows.
    ///
    /// # Errors
    /// If the temporary file fails.
    pub fn add(&mut self, rows: &Frame) -> Result<(), TableError> {
        self.held += rows.bytes();
        self.rows.vstack_mut(&rows.0)?;
        if self.held > self.budget { self.put_away() } else { Ok(()) }
    }

    fn put_away(&mut self) -> Result<(), TableError> {
        let none = self.rows.clear();
        let rows = std::mem::replace(&mut self.rows, none);
        self.held = 0;
        let file = match &mut self.away {
            Some(file) => file,
            none => none.insert(self.encoder.file(spooled_tempfile_in(0, &self.folder))?),
        };
        let group = self.encoder.encode(Frame(rows))?;
        file.write(&group)
    }

    /// Sorts rows by all they say, so that it does not show in which order they came; only rows in memory.
    ///
    /// # Errors
    /// If Polars refuses.
    pub fn sort(&mut self) -> Result<(), TableError> {
        if self.away.is_none() {
            self.rows.rechunk_mut();
            self.rows = super::query::ordered(&self.rows)?;
        }
        Ok(())
    }

    /// All rows.
    ///
    /// # Errors
    /// If the temporary file fails.
    pub fn finish(mut self) -> Result<Source, TableError> {
        if self.away.is_some() {
            self.put_away()?;
        }
        Ok(match self.away {
            Some(file) => {
                Source::Temporary(Box::new(scan(opened(file.finish()?), HiveOptions::new_disabled())?))
            }
            None => Source::Rows(Frame(self.rows)),
        })
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Rows(rows) => f.debug_tuple("Rows").field(&rows.0.height()).finish(),
            Self::Temporary(_) => f.write_str("Temporary"),
            Self::Files(paths) => f.debug_tuple("Files").field(paths).finish(),
        }
    }
}

impl Source {
    /// Whether rows lie in a file.
    pub fn is_file(&self) -> bool {
        !matches!(self, Self::Rows(_))
    }

    pub(super) fn lazy(&self) -> Result<LazyFrame, TableError> {
        match self {
            Self::Rows(rows) => Ok(rows.0.clone().lazy()),
            Self::Temporary(rows) => Ok(LazyFrame::clone(rows)),
            Self::Files(paths) => {
                let paths: Buffer<PlRefPath> =
                    paths.iter().map(|p| PlRefPath::new(p.to_string_lossy())).collect();
                scan(ScanSources::Paths(paths), HiveOptions::new_enabled())
            }
        }
    }
}

fn scan(sources: ScanSources, hive: HiveOptions) -> Result<LazyFrame, TableError> {
    let args = ScanArgsParquet { glob: false, hive_options: hive, ..ScanArgsParquet::default() };
    Ok(LazyFrame::scan_parquet_sources(sources, args)?)
}

/// A temporary file to be read.
fn opened(file: SpooledTempFile) -> ScanSources {
    match file.into_inner() {
        SpooledData::OnDisk(file) => ScanSources::Files([file].into()),
        SpooledData::InMemory(bytes) => ScanSources::Buffers([Buffer::from_vec(bytes.into_inner())].into()),
    }
}
