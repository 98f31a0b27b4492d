//! Tables as files: which form is meant, and where it goes.

pub(super) mod args;
#[cfg(feature = "tables")]
pub(in crate::cli) mod filling;
pub(super) mod findings;
pub(super) mod hops;
#[cfg(feature = "tables")]
mod save;
#[cfg(not(feature = "tables"))]
#[path = "unable.rs"]
mod save;

use std::io::{self, Write};
use std::path::Path;

use super::args::OutputArgs;
use super::options::{Environment, Usage};
use super::run::{ending, to_file};
use crate::output::array::Array;
use args::{TableArgs, TableFormat};

pub(super) use save::Save;

impl TableFormat {
    /// What the ending of an output file says.
    pub(super) fn of_file(path: Option<&Path>) -> Option<Self> {
        match ending(path)?.as_str() {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            "parquet" => Some(Self::Parquet),
            "arrow" | "ipc" | "feather" => Some(Self::Arrow),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
            Self::Arrow => "arrow",
        }
    }

    /// Refuses what does not go together.
    pub(super) fn check(
        self,
        output: &OutputArgs,
        table: &TableArgs,
        env: &Environment,
    ) -> Result<(), Usage> {
        let binary = matches!(self, Self::Parquet | Self::Arrow);
        let path = output.output.as_deref();
        let refuse = |why: &str| Err(Usage(why.to_owned()));
        match () {
            () if table.raw_csv && self != Self::Csv => refuse("--raw-csv goes with --format csv"),
            () if table.partition_by.is_some() && !binary => {
                refuse("--partition-by goes with --format parquet or arrow")
            }
            () if table.partition_by.is_some() && !to_file(path) => {
                refuse("--partition-by makes folders; -o DIR says where")
            }
            () if binary && !to_file(path) && env.stdout_is_terminal => Err(Usage(format!(
                "--format {0}: a terminal cannot show it; -o FILE.{0} writes it to a file",
                self.name()
            ))),
            () => Ok(()),
        }
    }

    /// Lets rows be written as lines of JSON, and makes one array of them where that is the form.
    pub(super) fn lines<T>(
        self,
        out: &mut dyn Write,
        write: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> io::Result<T> {
        if self != Self::Json {
            return write(out);
        }
        let mut array = Array::new(out);
        let done = write(&mut array)?;
        array.finish()?;
        Ok(done)
    }
}
