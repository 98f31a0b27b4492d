//! Files for columns: Parquet, or Arrow IPC. Groups of rows are encoded on any thread and written in order.

use std::fmt;
use std::io::Write;
use std::sync::Arc;

use polars::prelude::{CompatLevel, PolarsError, Schema, SchemaExt as _};
use polars_arrow::array::Array;
use polars_arrow::datatypes::{ArrowSchema, Field, Metadata};
use polars_arrow::io::ipc::write as ipc;
use polars_parquet::write::{
    CompressedPage, CompressionOptions, DynIter, DynStreamingIterator, Encoding, FileWriter, KeyValue,
    ParquetType, SchemaDescriptor, StatisticsOptions, Version, WriteOptions, ZstdLevel, array_to_columns,
    fallible_streaming_iterator, get_dtype_encoding, schema_to_metadata_key, to_parquet_schema,
};

use super::frame::schema;
use super::pack::{EFFORT, Packer};
use super::schema::{Column, SCHEMA_VERSION, Table};
use super::{Frame, TableError};
use crate::model::threads::Threads;

/// Rows of a group: enough for statistics that cut, and few enough that each thread can hold one.
pub const GROUP: usize = 1 << 15;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Packed with zstd, with statistics.
    Parquet,
    /// Packed with zstd.
    Arrow,
}

impl Form {
    /// Which of Arrow's types there are. Texts as views would show in Arrow files in which pieces they came.
    fn level(self) -> CompatLevel {
        match self {
            Self::Parquet => CompatLevel::newest(),
            Self::Arrow => CompatLevel::oldest(),
        }
    }

    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }
}

/// What is known of a file before its first row.
pub struct Encoder {
    form: Form,
    table: Option<Table>,
    arrow: ArrowSchema,
    parquet: SchemaDescriptor,
    codings: Vec<Coding>,
    options: WriteOptions,
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder")
            .field("form", &self.form)
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

/// A group of rows, ready to be written.
#[derive(Debug)]
pub enum Group {
    /// How many, and the pages of each column.
    Parquet(u64, Vec<Pages>),
    /// As they are: what they become depends on what was written before.
    Arrow(Frame),
}

impl Encoder {
    /// For files with some columns of a table.
    ///
    /// # Errors
    /// If Polars has no type for a column.
    pub fn new(form: Form, table: Table, columns: &[&Column]) -> Result<Self, TableError> {
        Self::of_schema(form, Some(table), &schema(columns.iter().copied()))
    }

    /// For files with columns of any kind, and of a table if that is what they are.
    pub(super) fn of_schema(form: Form, table: Option<Table>, schema: &Schema) -> Result<Self, TableError> {
        let arrow = schema.to_arrow(form.level());
        let parquet = to_parquet_schema(&arrow)?;
        let options = WriteOptions {
            statistics: StatisticsOptions::default(),
            version: Version::V1,
            compression: CompressionOptions::Zstd(Some(ZstdLevel::try_new(EFFORT)?)),
            data_page_size: None,
        };
        let own = |field: &Field| table.is_some() && OWN.contains(&field.name.as_str());
        let codings = arrow.iter_values().map(|field| Coding::new(field, own(field), options)).collect();
        Ok(Self { form, table, arrow, parquet, codings, options })
    }

    /// Encodes a group of rows, its columns side by side.
    ///
    /// # Errors
    /// If Polars cannot encode a column.
    pub fn encode(&self, mut frame: Frame, threads: &impl Threads) -> Result<Group, TableError> {
        frame.0.rechunk_mut();
        if self.form == Form::Arrow {
            return Ok(Group::Arrow(frame));
        }
        let mut columns = Vec::new();
        for batch in frame.0.iter_chunks(CompatLevel::newest(), false) {
            let all = batch.columns().iter().zip(self.parquet.fields()).zip(&self.codings).collect();
            for pages in threads.each(all, |((array, kind), coding)| encode(&**array, kind, coding)) {
                columns.extend(pages?);
            }
        }
        Ok(Group::Parquet(frame.rows() as u64, columns))
    }

    /// Begins a file.
    ///
    /// # Errors
    /// If the output fails.
    pub fn file<W: Write>(&self, out: W) -> Result<Writing<W>, TableError> {
        let writer = match self.form {
            Form::Parquet => {
                Writer::Parquet(Box::new(FileWriter::try_new(out, self.arrow.clone(), self.options)?))
            }
            Form::Arrow => {
                let compression = Some(ipc::Compression::ZSTD(ZstdLevel::try_new(EFFORT)?));
                let schema = Arc::new(self.arrow.clone());
                let mut writer = ipc::FileWriter::new(out, schema, None, ipc::WriteOptions { compression });
                let said = said(self.table).into_iter().map(|(key, value)| (key.into(), value.into()));
                writer.set_custom_schema_metadata(Arc::new(said.collect::<Metadata>()));
                writer.start()?;
                Writer::Arrow(Box::new(writer))
            }
        };
        Ok(Writing { writer, table: self.table })
    }
}

/// The pages of each leaf of a column.
fn encode(array: &dyn Array, kind: &ParquetType, coding: &Coding) -> Result<Vec<Pages>, TableError> {
    let mut packer = Packer::new().map_err(TableError::Pack)?;
    let columns = array_to_columns(array, kind.clone(), coding.options, &coding.pages)?;
    let mut pack = |page: Result<_, PolarsError>| packer.pack(page?).map_err(TableError::Pack);
    let packed = |pages: DynIter<'_, _>| pages.map(&mut pack).collect();
    columns.into_iter().map(packed).collect()
}

/// Of one leaf.
type Pages = Vec<CompressedPage>;

/// Texts that nearly every message has its own of: to look for others that are equal is lost time, and zstd finds
/// those of the rows before. The smallest and the largest of them say nothing of which group holds one.
const OWN: [&str; 8] = [
    "custom_data",
    "log_id",
    "message_id",
    "message_info",
    "message_subject",
    "network_message_id",
    "reference",
    "source_context",
];

/// How a column is encoded.
struct Coding {
    /// Of the pages of each of its leaves. Numbers and texts of their own stand as they are.
    pages: Vec<Encoding>,
    options: WriteOptions,
}

impl Coding {
    /// `own`: of texts that are nearly all different.
    fn new(field: &Field, own: bool, mut options: WriteOptions) -> Self {
        let mut pages = get_dtype_encoding(&field.dtype);
        if own || field.dtype.is_numeric() {
            pages.fill(Encoding::Plain);
        }
        if own {
            (options.statistics.min_value, options.statistics.max_value) = (false, false);
        }
        Self { pages, options }
    }
}

enum Writer<W: Write> {
    Parquet(Box<FileWriter<W>>),
    Arrow(Box<ipc::FileWriter<W>>),
}

/// A file that is being written.
pub struct Writing<W: Write> {
    writer: Writer<W>,
    table: Option<Table>,
}

impl<W: Write> fmt::Debug for Writing<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writing").field("table", &self.table).finish_non_exhaustive()
    }
}

impl<W: Write> Writing<W> {
    /// Writes a group of rows.
    ///
    /// # Errors
    /// If the output fails.
    pub fn write(&mut self, group: &Group) -> Result<(), TableError> {
        match (&mut self.writer, group) {
            (Writer::Parquet(writer), Group::Parquet(rows, columns)) if *rows > 0 => {
                let columns = columns.iter().map(|pages| {
                    let pages = pages.iter().map(Ok::<_, PolarsError>);
                    Ok(DynStreamingIterator::new(fallible_streaming_iterator::convert(pages)))
                });
                writer.write(*rows, DynIter::new(columns))?;
            }
            (Writer::Arrow(writer), Group::Arrow(frame)) => {
                for batch in frame.0.iter_chunks(Form::Arrow.level(), true) {
                    writer.write(&batch, None)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes what stands at the end, and gives the output back.
    ///
    /// # Errors
    /// If the output fails.
    pub fn finish(self) -> Result<W, TableError> {
        Ok(match self.writer {
            Writer::Parquet(mut writer) => {
                let own = schema_to_metadata_key(writer.schema());
                let said = said(self.table).into_iter();
                let said = said.map(|(key, value)| KeyValue { key: key.to_owned(), value: Some(value) });
                writer.end(Some([own].into_iter().chain(said).collect()))?;
                writer.into_inner()
            }
            Writer::Arrow(mut writer) => {
                writer.finish()?;
                writer.into_inner()
            }
        })
    }
}

/// What a file says of itself.
fn said(table: Option<Table>) -> Vec<(&'static str, String)> {
    let mut said = vec![(VERSION, env!("CARGO_PKG_VERSION").to_owned())];
    if let Some(table) = table {
        said.push((TABLE, table.name().to_owned()));
        said.push((SCHEMA, SCHEMA_VERSION.to_string()));
    }
    said
}

/// Keys of a file's metadata: which version of the program wrote it, which table, in which form.
pub(super) const VERSION: &str = "mailtrail.version";
pub(super) const TABLE: &str = "mailtrail.table";
pub(super) const SCHEMA: &str = "mailtrail.schema_version";
