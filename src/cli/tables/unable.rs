//! In a build without tables: says so.

use super::super::args::OutputArgs;
use super::super::events::args::EventsArgs;
use super::super::exit::Exit;
use super::super::options::{Environment, Usage};
use super::super::routes::Rows;
use super::args::{TableArgs, TableFormat};
use crate::model::finding::Finding;
use crate::pipeline::Order;
use crate::tables::schema::Table;

/// There is none.
pub(in crate::cli) enum Save {}

impl Save {
    /// Fails for the forms that need Polars; `None` for the others.
    pub(in crate::cli) fn open(
        format: Option<TableFormat>,
        _: (&OutputArgs, &TableArgs),
    ) -> anyhow::Result<Option<Self>> {
        let name = match format {
            Some(TableFormat::Parquet) => "parquet",
            Some(TableFormat::Arrow) => "arrow",
            _ => return Ok(None),
        };
        let how = "this build was made without it; `cargo build --release` with the feature `tables` has it";
        Err(Usage(format!("--format {name}: {how}. jsonl, json and csv work")).into())
    }

    pub(in crate::cli) fn rows(self, _: &Rows<'_>, _: &[Order], _: Table) -> anyhow::Result<()> {
        match self {}
    }

    pub(in crate::cli) fn findings(self, _: &[&Finding]) -> anyhow::Result<()> {
        match self {}
    }

    pub(in crate::cli) fn events(self, _: &EventsArgs, _: &Environment) -> anyhow::Result<Exit> {
        match self {}
    }
}
