//! Rows for a query: frames in memory, beyond a budget a temporary Parquet file, or Parquet files that were
//! written before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use polars::prelude::{
    DataFrame, DataType, HiveOptions, IntoLazy as _, LazyFrame, NULL, PlRefPath, ScanArgsParquet,
    ScanSources, UnionArgs, col, concat, lit,
};
use polars_buffer::Buffer;
use tempfile::{SpooledData, SpooledTempFile, spooled_tempfile_in};

use super::file::{Encoder, Form, Writing};
use super::frame::schema;
use super::schema::{Column, Table};
use super::{Frame, TableError, parts};
use crate::model::threads::Here;

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
    /// In files, which hold the columns of a table but for those that their folders name.
    Files(Table, Vec<PathBuf>),
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
        let group = self.encoder.encode(Frame(rows), &Here)?;
        file.write(&group)
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
            Self::Files(_, paths) => f.debug_tuple("Files").field(paths).finish(),
        }
    }
}

impl Source {
    /// Whether rows are put together from several places.
    pub(super) fn is_united(&self) -> bool {
        matches!(self, Self::Files(_, paths) if places(paths).len() > 1)
    }

    /// Whether rows lie in a file.
    pub fn is_file(&self) -> bool {
        !matches!(self, Self::Rows(_))
    }

    pub(super) fn lazy(&self) -> Result<LazyFrame, TableError> {
        match self {
            Self::Rows(rows) => Ok(rows.0.clone().lazy()),
            Self::Temporary(rows) => Ok(LazyFrame::clone(rows)),
            Self::Files(table, paths) => files(*table, paths),
        }
    }
}

/// Files of one table. A folder `server=…` names the server of rows in files that have no such column, and if all lie in folders
/// `date=…`, that is a column too; any other folder is a name like another.
fn files(table: Table, paths: &[PathBuf]) -> Result<LazyFrame, TableError> {
    let with_date = paths.iter().all(|path| folder(path, "date=").is_some());
    let mut columns: Vec<_> = table.columns().iter().map(|column| col(column.name)).collect();
    columns.extend(with_date.then(|| col("date")));
    let text = |text: Option<String>| text.map_or(lit(NULL).cast(DataType::String), lit);
    let mut all = Vec::new();
    for ((date, server), paths) in places(paths) {
        let paths: Buffer<PlRefPath> = paths.iter().map(|p| PlRefPath::new(p.to_string_lossy())).collect();
        let mut rows = scan(ScanSources::Paths(paths), HiveOptions::new_disabled())?;
        if !rows.collect_schema()?.contains("server") {
            rows = rows.with_column(text(server).alias("server"));
        }
        if with_date {
            rows = rows.with_column(text(date).alias("date"));
        }
        all.push(rows.select(columns.clone()));
    }
    match <[LazyFrame; 1]>::try_from(all) {
        Ok([one]) => Ok(one),
        Err(several) => Ok(concat(several, UnionArgs::default())?),
    }
}

/// Date and server as folders name them.
type Place = (Option<String>, Option<String>);

/// Files by the date and the server that their folders name.
fn places(paths: &[PathBuf]) -> BTreeMap<Place, Vec<&Path>> {
    let mut places: BTreeMap<Place, Vec<&Path>> = BTreeMap::new();
    for path in paths {
        let named = |key| folder(path, key).and_then(|text| parts::text(&text));
        places.entry((named("date="), named("server="))).or_default().push(path);
    }
    places
}

/// What the folder of a file says behind a key, if it begins with that.
fn folder(path: &Path, key: &str) -> Option<String> {
    let path = std::path::absolute(path).ok()?;
    Some(path.parent()?.file_name()?.to_str()?.strip_prefix(key)?.to_owned())
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
